/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of plugins: planning a call, and what a function may use while it runs. */
#ifndef WR_EXPR_CALL_H
#define WR_EXPR_CALL_H

#include "expr/run.h"
#include "expr/texts.h"

/* Lets the function check its arguments; false: a problem was reported.  [plan] */
bool wr_call_bind(
	const struct wr_scope *scope, struct wr_node *node, const struct weir_function *fn);

/* The first part of a weir_call.  [plan] */
void wr_call_init(
	struct wr_arena *arena, struct weir_call *call, struct wr_node *const *args, uint32_t n);

/* The one value of a column WEIR_ROWS_MAX times.  [plan] */
const struct weir_column *wr_call_spread(struct wr_arena *arena, const struct weir_column *one);

/* The services a function or an aggregate gets.  [task] */
struct wr_fn {
	struct weir_fn pub; /* first: functions hand its address back */
	struct wr_run *run;
	struct weir_vec *out; /* NULL: nothing is written */
	struct wr_texts texts;
};

void wr_fn_init(struct wr_fn *fn, struct wr_run *run, struct weir_vec *out);
/* The answer of a callback: below 0 the evaluation has failed as a whole. */
void wr_fn_result(struct wr_run *run, int rc);

#endif
