/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "weir.expr/1": expressions of the conf, compiled in plan() and run over whole columns.  Compiled
 * ones are immutable, shared by all subtasks, and live as long as the conf they were kept in.
 */
#ifndef WEIR_EXPR_H
#define WEIR_EXPR_H

#include <weir/data.h>
#include <weir/host.h>
#include <weir/table.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_expr; /* one expression */
struct weir_aggs; /* the aggregates of a block, updated in one pass */

struct weir_expr_ext {
	uint32_t size;

	/*
	 * [plan] `[name =] expression` over the columns of an input.  type: what it must have; 0:
	 * any.  NULL: it is wrong, and a problem() was filed.
	 */
	struct weir_expr *(*compile)(
		struct weir_plan *, uint32_t in, struct weir_str text, uint32_t type);

	/* [any] */
	uint32_t (*type)(const struct weir_expr *);

	/* [any] What stands before `=`; empty if nothing does. */
	struct weir_str (*name)(const struct weir_expr *);

	/* [task] Evaluates into a column of an out made by extend() from this batch. */
	void (*into)(const struct weir_expr *, struct weir_task *, const struct weir_batch *,
		struct weir_out *, int32_t col);

	/*
	 * [task] The rows where it is true, ascending, into rows (room for n_rows); gives how many.
	 * Null is not true.  Rows where it cannot be evaluated are rejected.
	 */
	uint32_t (*filter)(const struct weir_expr *, struct weir_task *, const struct weir_batch *,
		uint32_t *rows);

	/* [task] A column of n_rows values, until the callback returns; bad rows are rejected. */
	const struct weir_column *(*eval)(
		const struct weir_expr *, struct weir_task *, const struct weir_batch *);

	/*
	 * [plan] A list such as `n = count(), m = sum(x) / n`; add()s its columns to an output.
	 * NULL: it is wrong, and a problem() was filed.
	 */
	struct weir_aggs *(*aggregates)(
		struct weir_plan *, uint32_t in, const struct weir_list *, uint32_t out);

	/* [any] The slots of the table row these aggregates need; gives how many. */
	uint32_t (*slots)(const struct weir_aggs *, const struct weir_slot **);

	/* [task] The row at row[i] takes row sel[i] (sel NULL: row i) of the batch. */
	void (*update)(const struct weir_aggs *, struct weir_task *, const struct weir_batch *,
		const uint32_t *sel, uint32_t n, void *const *row);

	/* [task] into[i] takes all that from[i] has taken. */
	void (*merge)(const struct weir_aggs *, struct weir_task *, void *const *into,
		void *const *from, uint32_t n);

	/* [task] Fills the added columns of the last n rows of an out. */
	void (*finish)(const struct weir_aggs *, struct weir_task *, void *const *row, uint32_t n,
		struct weir_out *);

	/*
	 * [task] Several expressions, as eval(), for an operator that keeps rows: column i is that
	 * of expression i, and rows (room for n_rows) gets those, ascending, that none of them
	 * rejected; gives how many.
	 */
	uint32_t (*eval_rows)(const struct weir_expr *const *, uint32_t n, struct weir_task *,
		const struct weir_batch *, const struct weir_column **, uint32_t *rows);

	/*
	 * [plan] Rows of the input for which it is not true go nowhere: the host may leave them out
	 * before they come.
	 */
	void (*drops)(struct weir_plan *, uint32_t in, const struct weir_expr *);

	/*
	 * [any] The same aggregates over windows that slide, for slots(), join(), leave() and
	 * finish(); NULL: there is one among them that has no such.
	 */
	const struct weir_aggs *(*sliding)(const struct weir_aggs *);

	/*
	 * [task] from[i], a row of the aggregates with the time at[i], joins into[i], one of
	 * sliding(), or leaves it: what function.h promises of struct weir_sliding.
	 */
	void (*join)(const struct weir_aggs *, struct weir_task *, void *const *into,
		void *const *from, const int64_t *at, uint32_t n);
	void (*leave)(const struct weir_aggs *, struct weir_task *, void *const *into,
		void *const *from, const int64_t *at, uint32_t n);
};

#ifdef __cplusplus
}
#endif

#endif
