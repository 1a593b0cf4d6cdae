/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of plugins: planning a call, and what a function may use while it runs. */
#ifndef WR_EXPR_CALL_H
#define WR_EXPR_CALL_H

#include "expr/run.h"
#include "expr/texts.h"

/* Lets the function check its arguments; false: a problem was reported.  [plan] */
bool wr_call_bind(
	const struct wr_scope *scope, struct wr_node *node, const struct weir_function *fn);

/* What a plan() is given. */
struct wr_call {
	struct weir_call pub; /* first: functions hand its address back */
	struct wr_arena *arena;
};

/* The first part of a weir_call.  [plan] */
void wr_call_init(
	struct wr_arena *arena, struct wr_call *call, struct wr_node *const *args, uint32_t n);
/* After its plan(), whatever it answered: its drop() is not forgotten. */
void wr_call_planned(const struct wr_call *call);

/* Why its plan() refused, with the form of the call.  [plan] */
void wr_call_problem(const struct wr_scope *scope, const struct wr_node *node,
	const char *signature, const struct weir_err *err);

/* The one value of a column WEIR_ROWS_MAX times.  [plan] */
const struct weir_column *wr_call_spread(struct wr_arena *arena, const struct weir_column *one);

/* The services a function or an aggregate gets.  [task] */
struct wr_fn {
	struct weir_fn pub; /* first: functions hand its address back */
	struct wr_run *run;
	struct weir_vec *out; /* NULL: nothing is written */
	const uint8_t *const
		*shared; /* an argument's buffers, which are the result's; NULL: none */
	struct wr_texts texts;
};

void wr_fn_init(struct wr_fn *fn, struct wr_run *run, struct weir_vec *out);
/* The answer of a callback: below 0 the evaluation has failed as a whole. */
void wr_fn_result(struct wr_run *run, int rc);

#endif
