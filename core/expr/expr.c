/* SPDX-License-Identifier: Apache-2.0 */
/* Single expressions: compiling and running them. */
#include "expr/expr.h"

#include "expr/check.h"
#include "expr/lexer.h"
#include "expr/parse.h"
#include "expr/run.h"

struct weir_expr {
	const char *name, *text;
	uint32_t name_len, text_len;
	struct wr_node *root;
};

struct weir_expr *
wr_expr_compile(const struct wr_scope *scope, struct weir_str text, uint32_t type)
{
	struct wr_check check = {.scope = scope};
	struct weir_expr *expr = wr_arena_new(scope->arena, struct weir_expr);
	struct wr_item item;

	if (!wr_parse(scope, text, type == 0, &item))
		return NULL;
	wr_check(&check, &item.root);
	if (item.root->kind == WR_N_BAD)
		return NULL;
	if (type != 0 && !wr_check_convert(&check, &item.root, type)) {
		wr_expr_problem(scope, item.root->src,
			type == WEIR_BOOL ? "%s is needed, but this is %s"
					  : "this must be %s, but it is %s; give it that "
					    "type where it comes from, or cast it",
			type == WEIR_BOOL ? "a condition" : wr_type_name(type),
			wr_type_name(item.root->type));
		return NULL;
	}
	if (item.root->type == 0) {
		wr_expr_problem(scope, item.root->src,
			"the type of null is not known here; write cast(null as int)");
		return NULL;
	}
	expr->name = item.name.p;
	expr->name_len = item.name.len;
	expr->text = item.text.p;
	expr->text_len = item.text.len;
	expr->root = item.root;
	return expr;
}

uint32_t
wr_expr_type(const struct weir_expr *expr)
{
	return expr->root->type;
}

bool
wr_expr_nullable(const struct weir_expr *expr)
{
	return expr->root->nullable;
}

struct weir_str
wr_expr_name(const struct weir_expr *expr)
{
	return (struct weir_str){.p = expr->name, .len = expr->name_len};
}

const char *
wr_expr_text(const struct weir_expr *expr, struct wr_arena *arena)
{
	const struct wr_scope scope = {.arena = arena};

	return wr_parse_canonical(
		&scope, (struct weir_str){.p = expr->text, .len = expr->text_len});
}

int32_t
wr_expr_column(const struct weir_expr *expr)
{
	return expr->root->kind == WR_N_COLUMN ? (int32_t)expr->root->col : -1;
}

const struct weir_column *
wr_expr_eval(const struct weir_expr *expr, struct wr_eval *eval, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n)
{
	struct wr_run run;

	if (expr->root->kind == WR_N_COLUMN)
		return batch->cols[expr->root->col];
	wr_run_init(&run, eval, batch, batch->n_rows);
	return wr_run_root(&run, expr->root, (struct wr_rows){sel, n});
}

const uint64_t *
wr_expr_pass(const struct weir_expr *expr, struct wr_eval *eval, const struct weir_batch *batch)
{
	struct wr_rows all = {batch->sel, wr_batch_count(batch)};
	struct wr_vec vec;
	struct wr_run run;
	const uint64_t *bits;
	uint64_t *pass;

	wr_run_init(&run, eval, batch, batch->n_rows);
	wr_run_node(&run, expr->root, all, &vec);
	if (vec.konst)
		wr_run_fill(&run, NULL, all, &vec);
	bits = vec.col.values;
	if (vec.col.valid == NULL && run.failed == NULL)
		return bits;
	pass = wr_run_bits(&run);
	for (uint32_t w = 0; w < wr_words(wr_rows_span(all)); w++) {
		pass[w] = bits[w];
		pass[w] &= vec.col.valid != NULL ? vec.col.valid[w] : ~UINT64_C(0);
		pass[w] &= run.failed != NULL ? ~run.failed[w] : ~UINT64_C(0);
	}
	return pass;
}

uint32_t
wr_expr_filter(const struct weir_expr *expr, struct wr_eval *eval, const struct weir_batch *batch,
	uint32_t *rows)
{
	const uint64_t *bits = wr_expr_pass(expr, eval, batch);

	return wr_rows_pick(eval, (struct wr_rows){batch->sel, wr_batch_count(batch)}, bits, rows);
}
