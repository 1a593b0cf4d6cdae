/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pipeline's state consists of: operators and tables with their numbers, slots and versions.
 * Immutable once made; the next one is made from it and the running conf.  The state thread's.
 */
#ifndef WR_STATE_MANIFEST_H
#define WR_STATE_MANIFEST_H

#include "base/arena.h"
#include "base/text.h"
#include "state/store.h"

enum { WR_MANIFEST_FORMAT = 1, WR_UUID_LEN = 32 };

/* Slots that rows were written with. */
struct wr_shape {
	const struct wr_kept_slot *slots;
	uint32_t n_slots;
};

struct wr_stored_table {
	const char *name;
	uint32_t id, flags; /* WEIR_BY_NS or WEIR_BY_KEY */
	uint32_t n_keys;
	const char *const *key_texts; /* as in wr_kept_table */
	const uint32_t *key_types;
	uint32_t n_shapes, shape; /* shape: of what is written now */
	const struct wr_shape *shapes;
};

struct wr_stored_op {
	const char *name, *word;
	uint32_t id, state_version, parallelism;
	bool has_private, has_timers, has_position, has_output; /* as in wr_kept_op */
	uint32_t n_tables;
	struct wr_stored_table *tables;
};

struct wr_manifest {
	struct wr_arena arena; /* of everything below */
	char uuid[WR_UUID_LEN + 1];
	const char *pipeline;
	uint64_t epoch;
	uint32_t max_parallelism; /* 0: nothing decided yet */
	uint32_t next_id, n_ops;
	struct wr_stored_op *ops;
	struct wr_kept kept; /* the same, as others see it */
};

/* Of a pipeline that has nothing yet. */
int wr_manifest_init(struct wr_manifest *manifest, const char *pipeline, struct weir_err *err);
void wr_manifest_fini(struct wr_manifest *manifest);
/* The sentence goes on from "it ..." or names what is wrong with the text.  -EUCLEAN. */
int wr_manifest_parse(
	struct wr_manifest *manifest, const char *text, size_t len, struct weir_err *err);
/* The copy in a state directory, which may be in use.  -ENOENT: there is none. */
int wr_manifest_load(struct wr_manifest *manifest, const char *dir, struct weir_err *err);
/* -EUCLEAN: the directory that has it is another pipeline's. */
int wr_manifest_is_of(const struct wr_manifest *manifest, const char *dir, const char *pipeline,
	struct weir_err *err);
void wr_manifest_print(const struct wr_manifest *manifest, struct wr_text *out);
/* What stands there once kept does; operators named in dropped lose what they had.  Nothing needs
 * to be undone when it fails. */
int wr_manifest_next(struct wr_manifest *next, const struct wr_manifest *last,
	const struct wr_kept *kept, const char *const *dropped, uint32_t n_dropped,
	struct weir_err *err);
/* NULL: there is none. */
const struct wr_stored_op *wr_manifest_op(const struct wr_manifest *manifest, const char *name);
const struct wr_stored_table *wr_manifest_table(const struct wr_stored_op *op, const char *name);
bool wr_manifest_has_op(const struct wr_manifest *manifest, uint32_t id);
bool wr_manifest_has_table(const struct wr_manifest *manifest, uint32_t id);

/* "(string, int)". */
void wr_manifest_put_types(struct wr_text *out, const uint32_t *types, uint32_t n);
const char *wr_manifest_order(uint32_t flags);

#endif
