/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of expressions share: a batch with every type in it, and expressions run over it
 * as text. */
#ifndef RIG_H
#define RIG_H

#include <check.h>

#include "expr/expr.h"

enum { RIG_ROWS = 9 };

struct rig {
	struct wr_arena plan, scratch, result;
	struct wr_scope scope;
	struct weir_schema schema;
	const struct weir_field *fields[32];
	const struct weir_column *cols[32];
	struct weir_batch batch;
	struct weir_err err;
	struct weir_task task;
	struct wr_eval eval;
	struct wr_text problems; /* "at+len message", one a line */
	char *errors[WEIR_ROWS_MAX]; /* of rows */
	uint64_t read; /* columns marked */
	uint32_t read_hidden;
};

/*
 * Columns of nine rows: a, b int; f, g float; p, q bool (all pairs of true, false, null); s, t
 * string; y bytes; ts, tu timestamp; j json; n int without nulls; odd name.
 */
void rig_init(struct rig *rig);
void rig_fini(struct rig *rig);
/* Adds a column; valid may be NULL. */
void rig_column(struct rig *rig, const char *name, uint32_t type, const void *values,
	const uint64_t *valid);
void rig_strings(
	struct rig *rig, const char *name, uint32_t type, const char *const *texts, uint32_t n);

struct weir_expr *rig_compile(struct rig *rig, const char *text, uint32_t type);
/* A value as text, null, or ! and the row's error. */
void rig_value(struct rig *rig, struct wr_text *out, const struct weir_column *col, uint32_t row);
void rig_forget(struct rig *rig);

/*
 * The values of all rows, joined by " | ", "all VALUE" where they are the same; or the problems.
 * Also run under selections and row by row: it is an error if that gives anything else.  Until the
 * next call.
 */
const char *rig_run(const char *text);
const char *rig_problems(const char *text, uint32_t type);
const char *rig_filter(const char *text);

struct rig_case {
	const char *text, *expect;
};

void rig_check(const struct rig_case *cases, size_t n);
#define RIG_CHECK(cases) rig_check(cases, sizeof(cases) / sizeof(cases)[0])

/* The one suite of a test program: returns its exit code. */
int rig_main(const char *name, void (*fill)(TCase *));

extern const struct weir_function *const rig_functions[];
extern const size_t rig_n_functions;
extern const struct weir_aggregate *const rig_aggregates[];
extern const size_t rig_n_aggregates;

#endif
