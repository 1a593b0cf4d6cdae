/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions: text → typed tree → program over whole columns under a selection.  Compiled on the
 * planning thread, immutable, shared by all subtasks; what an evaluation needs besides is in struct
 * wr_eval.  docs/expressions.md fixes the semantics.  Functions and aggregates come from plugins;
 * the language knows none by name but its own operators.
 */
#ifndef WR_EXPR_EXPR_H
#define WR_EXPR_EXPR_H

#include <stdbool.h>
#include <weir/weir.h>

#include "base/arena.h"
#include "base/batch.h"
#include "base/text.h"

/* Where names are looked up and problems go.  [plan] */
struct wr_scope {
	const struct weir_schema *schema;
	uint32_t hidden; /* bit WEIR_AT_x: that @ column can be asked for here */
	const char *hidden_why; /* why the others cannot, for the message; may be NULL */
	bool amends; /* rows may amend earlier ones */
	struct wr_arena *arena; /* programs live here */
	/* How many constant arguments may still be made whole columns ahead, of up to 32 KB each;
	 * those beyond are filled at each evaluation.  NULL: all. */
	uint32_t *whole;
	void *arg; /* of the callbacks */
	void (*read)(void *arg, uint32_t col);
	void (*read_hidden)(void *arg, uint32_t at);
	const struct weir_function *(*function)(void *arg, struct weir_str name);
	const struct weir_aggregate *(*aggregate)(void *arg, struct weir_str name);
	/* Names known, for did-you-mean; NULL: none. */
	size_t (*names)(void *arg, int aggregates, const char *const **names);
	void (*problem)(void *arg, uint32_t loc, uint32_t len, const char *text);
	/* What a text is called where it is kept and shown; NULL: what it is. */
	const char *(*shown)(void *arg, uint32_t loc, const char *text);
};

/* What an evaluation may use.  [task] */
struct wr_eval {
	struct weir_task *task;
	struct wr_arena *scratch; /* temporaries */
	struct wr_arena
		*result; /* the outcome: column, values, bytes it points into.  May be scratch */
	/* The row has failed: it is left out of the selection by the caller.  Once a row and
	 * evaluation at least. */
	void (*row_error)(struct wr_eval *eval, uint32_t row, const char *why);
	void *arg;
	/* 0; a plugin that fails as a whole leaves its negative errno, and task->err says why: the
	   caller gives both on. What was computed is then worthless, but can be looked at. */
	int status;
	/* A selection, if it is there as bits too; NULL: it is not. */
	const uint32_t *sel;
	const uint64_t *selected;
};

/*
 * type: what it must have (int becomes float by itself, json no other), 0 for any.  With 0 the text
 * is
 * `[name =] expression`; with a type it is an expression, so that `where a = 5` compares.  NULL:
 * problems were reported.
 */
struct weir_expr *wr_expr_compile(
	const struct wr_scope *scope, struct weir_str text, uint32_t type);
uint32_t wr_expr_type(const struct weir_expr *expr);
bool wr_expr_nullable(const struct weir_expr *expr);
struct weir_str wr_expr_name(
	const struct weir_expr *expr); /* what stands before `=`; empty if none */
/* What stands behind it, in one spelling whatever its blanks, comments and case of words. */
const char *wr_expr_text(const struct weir_expr *expr, struct wr_arena *arena);
/* The column it is, if it is nothing but a column; else -1. */
int32_t wr_expr_column(const struct weir_expr *expr);

/*
 * Values for rows sel[0 .. n) (sel NULL: 0 .. n) at their own row numbers, other rows unspecified.
 * A plain column comes back as it is; anything else lives in eval->result, and may share bytes with
 * the batch.
 */
const struct weir_column *wr_expr_eval(const struct weir_expr *expr, struct wr_eval *eval,
	const struct weir_batch *batch, const uint32_t *sel, uint32_t n);
/* A bit for each row: of those of the batch's own selection, whether it is TRUE; of others
 * anything. */
const uint64_t *wr_expr_pass(
	const struct weir_expr *expr, struct wr_eval *eval, const struct weir_batch *batch);
/* The rows of the batch's own selection where it is TRUE, ascending; returns how many. */
uint32_t wr_expr_filter(const struct weir_expr *expr, struct wr_eval *eval,
	const struct weir_batch *batch, uint32_t *rows);

/* `n = count(), r = sum(a) / sum(b) filter (where c)`: final expressions over aggregates, updated
 * in one pass. */
struct weir_aggs *wr_aggs_compile(const struct wr_scope *scope, const struct weir_list *list);
uint32_t wr_aggs_n(const struct weir_aggs *aggs); /* results */
struct weir_str wr_aggs_name(const struct weir_aggs *aggs, uint32_t i);
uint32_t wr_aggs_type(const struct weir_aggs *aggs, uint32_t i);
bool wr_aggs_nullable(const struct weir_aggs *aggs, uint32_t i);
/* The slots a table row needs for them, first in the row. */
uint32_t wr_aggs_slots(const struct weir_aggs *aggs, const struct weir_slot **slots);
/* row[i] belongs to batch row sel[i] (sel NULL: i). */
void wr_aggs_update(const struct weir_aggs *aggs, struct wr_eval *eval,
	const struct weir_batch *batch, const uint32_t *sel, uint32_t n, void *const *row);
void wr_aggs_merge(const struct weir_aggs *aggs, struct wr_eval *eval, void *const *into,
	void *const *from, uint32_t n);
/* The same over windows that slide, for wr_aggs_slots(), _slide() and _finish(); NULL: they cannot.
 */
const struct weir_aggs *wr_aggs_sliding(const struct weir_aggs *aggs);
/* Row from[i], whose time is at[i], joins the window into[i], or leaves it. */
struct wr_slide {
	void *const *into, *const *from;
	const int64_t *at;
	uint32_t n;
	bool leaves;
};
void wr_aggs_slide(
	const struct weir_aggs *aggs, struct wr_eval *eval, const struct wr_slide *slide);
/* cols: wr_aggs_n() columns of n values, in eval->result.  A failing row is reported by its number
 * in row[]. */
void wr_aggs_finish(const struct weir_aggs *aggs, struct wr_eval *eval, void *const *row,
	uint32_t n, const struct weir_column **cols);
bool wr_aggs_retractable(const struct weir_aggs *aggs);

#endif
