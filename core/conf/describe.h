/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directives in words, from their tables: for messages, for help, for the reference page, for
 * syntax files.  Any thread.
 */
#ifndef WR_CONF_DESCRIBE_H
#define WR_CONF_DESCRIBE_H

#include <stdbool.h>
#include <weir/weir.h>

#include "base/text.h"

/* A directive: the rows of its words, [first, first + n) of its table. */
struct wr_directive_rows {
	const struct weir_directive *table;
	uint32_t stride, first, n;
	const char *name;
};

/* The next directive of a table; rows starts as {table, stride}.  False at its end. */
bool wr_directive_next(struct wr_directive_rows *rows);

/* `hopping SIZE SLIDE;` */
void wr_directive_syntax(const struct wr_directive_rows *rows, struct wr_text *out);
/* What it is for: the summaries of its rows. */
void wr_directive_summary(const struct wr_directive_rows *rows, struct wr_text *out);
/* `required; default 0s; at least 1ms; may be repeated`, or nothing. */
void wr_directive_facts(const struct wr_directive_rows *rows, struct wr_text *out);

#endif
