/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plugins: loads shared objects and finds what they offer by name.  A file is copied into sealed
 * memory and loaded from there, so that nobody who replaces or overwrites it can hurt this process,
 * and it is never unloaded.  Every descriptor is checked before anything uses it: who gets one from
 * here may rely on it.  A struct wr_plugins belongs to who made it; it is filled on one thread and
 * then only read, from any.
 */
#ifndef WR_ENGINE_PLUGIN_H
#define WR_ENGINE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <weir/weir.h>

#include "base/arena.h"

/* Name spaces; the kinds of operators have their numbers of the contract. */
enum {
	WR_OFFER_TRANSFORM = WEIR_TRANSFORM,
	WR_OFFER_SOURCE = WEIR_SOURCE,
	WR_OFFER_SINK = WEIR_SINK,
	WR_OFFER_FORMAT,
	WR_OFFER_FUNCTION,
	WR_OFFER_AGGREGATE,
	WR_OFFER_END
};

struct wr_plugin {
	char *path; /* as it was given */
	const struct weir_plugin *desc;
	char build_id[41]; /* hexadecimal; empty: the linker made none */
	void *handle;
	uint64_t dev, ino;
};

/* One thing that a plugin offers: desc is a weir_operator, weir_format and so on, by its kind. */
struct wr_offer {
	const char *name;
	const void *desc;
	const struct wr_plugin *plugin;
};

struct wr_plugins;

/* NULL: out of memory. */
struct wr_plugins *wr_plugins_new(void);

/* Forgets the plugins; their code stays in the process, so descriptors remain valid. */
void wr_plugins_free(struct wr_plugins *plugins);

/*
 * Loads one file.  It runs the file's constructors: whoever cannot afford a crash does this in a
 * child.  -EEXIST: this very file is loaded already.  On failure nothing of it is offered.
 */
int wr_plugins_load(struct wr_plugins *plugins, const char *path, struct weir_err *err);

/* Offers what is linked into this program, as if it had been loaded from path: for tests. */
int wr_plugins_add(struct wr_plugins *plugins, const struct weir_plugin *desc, const char *path,
	struct weir_err *err);

/* Every *.so of a directory, by name; how many, or < 0.  Paths are the arena's. */
int wr_plugins_list(const char *dir, struct wr_arena *arena, char ***paths, struct weir_err *err);

/* What bears a name; NULL: nothing.  kind: WEIR_TRANSFORM, WEIR_SOURCE or WEIR_SINK. */
const struct weir_operator *wr_plugins_operator(
	const struct wr_plugins *plugins, uint32_t kind, struct weir_str name);
const struct weir_format *wr_plugins_format(const struct wr_plugins *plugins, struct weir_str name);
const struct weir_function *wr_plugins_function(
	const struct wr_plugins *plugins, struct weir_str name);
const struct weir_aggregate *wr_plugins_aggregate(
	const struct wr_plugins *plugins, struct weir_str name);

/* All of a name space, sorted by name, to list them or to guess what was meant. */
const struct wr_offer *wr_plugins_offers(
	const struct wr_plugins *plugins, uint32_t kind, size_t *n);

/* The plugin a descriptor came from; NULL: it is none of theirs. */
const struct wr_plugin *wr_plugins_origin(const struct wr_plugins *plugins, const void *desc);

/* The loaded plugins, in the order of loading; i < wr_plugins_count(). */
size_t wr_plugins_count(const struct wr_plugins *plugins);
const struct wr_plugin *wr_plugins_at(const struct wr_plugins *plugins, size_t i);

/* Whether this host offers an extension such as "weir.table/1". */
bool wr_plugins_has_extension(const char *id);
/* Whether an operator's `needs` names it. */
bool wr_operator_needs(const struct weir_operator *op, const char *id);

#endif
