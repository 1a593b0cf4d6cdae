/* SPDX-License-Identifier: Apache-2.0 */
/* What does not depend on the row is computed when the expression is planned. */
#include "expr/check.h"
#include "expr/run.h"

static void
fold_failed(struct wr_eval *eval, uint32_t row, const char *why)
{
	(void)row;
	(void)why;
	*(bool *)eval->arg = true;
}

void
wr_check_fold(struct wr_arena *arena, struct wr_node **slot)
{
	struct wr_node *node = *slot;
	struct wr_arena scratch = {.chunk_size = 4096};
	struct weir_err err = {0};
	struct weir_task task = {
		.size = sizeof task, .parallelism = 1, .err = &err, .watermark = INT64_MIN};
	bool failed = false;
	struct wr_eval eval = {.task = &task,
		.scratch = &scratch,
		.result = &scratch,
		.row_error = fold_failed,
		.arg = &failed};
	const struct weir_column *col;
	struct wr_run run;

	if (node->fickle || node->n_kids == 0 || node->kind == WR_N_LET || node->kind == WR_N_CONST)
		return;
	for (uint32_t i = 0; i < node->n_kids; i++)
		if (node->kids[i]->kind != WR_N_CONST)
			return;
	wr_run_init(&run, &eval, NULL, 1);
	col = wr_run_root(&run, node, (struct wr_rows){NULL, 1});
	/* What fails here fails in every row it is computed for, which may be none. */
	if (!failed && eval.status == 0) {
		struct wr_node *folded = wr_node_const(arena, col, node->src);

		folded->word = node->word;
		*slot = folded;
	}
	wr_arena_fini(&scratch);
}
