/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plugin says of itself, checked before anything uses it.  A sentence is `plugin "PATH":
 * operator "NAME" ...`. The thread that loads.
 */
#ifndef WR_ENGINE_PLUGIN_CHECK_H
#define WR_ENGINE_PLUGIN_CHECK_H

#include "engine/plugin.h"

/* How long a struct is up to and with its last member of version 0.1. */
#define WR_PLUGIN_MIN(type, last) (offsetof(struct type, last) + sizeof(((struct type *)0)->last))

/* What is being checked, for messages: `operator "window"`. */
struct wr_subject {
	const struct wr_plugin *plugin;
	struct weir_err *err;
	const char *what, *name;
};

/* Files the sentence and returns -EINVAL. */
int wr_plugin_bad(const struct wr_subject *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Magic, version, and the struct that everything else hangs on. */
int wr_plugin_check_gate(const struct wr_plugin *plugin, struct weir_err *err);
/* The size of descriptor i: before it, nothing past the first word is looked at. */
int wr_plugin_check_size_of(
	const struct wr_subject *s, const char *type, uint32_t i, uint32_t size, size_t least);
/* From here on messages have the name. */
int wr_plugin_check_names(struct wr_subject *s, uint32_t i, const char *name, const char *summary);
int wr_plugin_check_operator(const struct wr_subject *s, const struct weir_operator *op);
int wr_plugin_check_format(const struct wr_subject *s, const struct weir_format *format);
int wr_plugin_check_function(const struct wr_subject *s, const struct weir_function *function);
int wr_plugin_check_aggregate(const struct wr_subject *s, const struct weir_aggregate *aggregate);

#endif
