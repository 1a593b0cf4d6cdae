/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of functions from plugins.  A constant argument is a whole column for them, made once with
 * the program while there are few. */
#include "expr/call.h"

#include "base/cell.h"
#include "expr/cast.h"
#include "expr/lexer.h"

struct call {
	const struct weir_function *fn;
	const void *self; /* of fn */
	const struct weir_column **args; /* NULL where it is computed or filled */
	bool strict;
};

static const void *
fn_peek(struct weir_fn *fn, const uint64_t *cell, uint32_t *len)
{
	(void)fn;
	return wr_cell_peek(cell, len);
}

static void *
fn_edit(struct weir_fn *fn, void *row, uint64_t *cell, uint32_t len, uint32_t off, uint32_t n)
{
	(void)fn;
	(void)row;
	(void)off;
	(void)n;
	return wr_cell_edit_noted(cell, len);
}

static void *
fn_bytes(struct weir_fn *fn, void *row, const uint64_t *cell)
{
	(void)fn;
	(void)row;
	return wr_cell_bytes(cell);
}

static void
fn_text(struct weir_fn *pub, struct weir_vec *vec, uint32_t i, const char *p, uint32_t len)
{
	struct wr_fn *fn = (struct wr_fn *)pub;

	((struct weir_view *)vec->values)[i] = wr_texts_copy(&fn->texts, p, len);
}

static void
fn_share(struct weir_fn *pub, struct weir_vec *vec, const struct weir_column *arg)
{
	(void)vec;
	((struct wr_fn *)pub)->shared = arg->bufs;
}

static char *
fn_block(struct weir_fn *pub, struct weir_vec *vec, uint32_t len, uint32_t *buf)
{
	(void)vec;
	return (char *)wr_texts_block(&((struct wr_fn *)pub)->texts, len, buf);
}

static uint32_t
fn_print(struct weir_fn *pub, const struct weir_column *col, uint32_t i, char *to)
{
	(void)pub;
	return wr_cast_print(col, i, to, WEIR_PRINT_MAX);
}

static void
fn_row_error(struct weir_fn *pub, uint32_t i, const char *why)
{
	struct wr_fn *fn = (struct wr_fn *)pub;

	if (i >= fn->run->cap)
		return;
	if (fn->out != NULL && wr_type_is_text(fn->out->type))
		((struct weir_view *)fn->out->values)[i] = (struct weir_view){0};
	wr_run_error(fn->run, i, "%s", why);
}

void
wr_fn_init(struct wr_fn *fn, struct wr_run *run, struct weir_vec *out)
{
	fn->pub = (struct weir_fn){.size = sizeof fn->pub,
		.task = run->eval->task,
		.peek = fn_peek,
		.edit = fn_edit,
		.text = fn_text,
		.row_error = fn_row_error,
		.share = fn_share,
		.block = fn_block,
		.print = fn_print,
		.bytes = fn_bytes};
	fn->run = run;
	fn->out = out;
	fn->shared = NULL;
	wr_texts_init(&fn->texts, run->texts);
}

void
wr_fn_result(struct wr_run *run, int rc)
{
	if (rc < 0 && run->eval->status == 0)
		run->eval->status = rc;
}

static void
call_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	const struct call *call = node->aux;
	struct wr_vec *kids = wr_arena_array(run->eval->scratch, struct wr_vec, node->n_kids);
	const struct weir_column **args =
		wr_arena_array(run->eval->scratch, const struct weir_column *, node->n_kids);
	const uint64_t *valid = NULL;
	struct weir_vec vec = {.size = sizeof vec, .type = node->type, .cap = run->cap};
	struct wr_rows there = rows;
	struct wr_fn fn;
	int rc;

	if (call->strict && !wr_run_kids(run, node, rows, kids, node->n_kids, &valid, out))
		return;
	for (uint32_t i = 0; i < node->n_kids; i++) {
		if (!call->strict)
			wr_run_node(run, node->kids[i], rows, &kids[i]);
		args[i] = call->args[i];
		if (args[i] != NULL)
			continue;
		wr_run_fill(run, NULL, rows, &kids[i]);
		args[i] = &kids[i].col;
	}
	vec.values = wr_run_values(run, node, node->type, out);
	out->col.valid = valid;
	vec.valid = wr_run_valid(run, out);
	if (node->type == WEIR_BOOL)
		memset(vec.values, 0, run->cap / 8);
	there = wr_run_pick(run, rows, valid);
	wr_fn_init(&fn, run, &vec);
	fn.pub.n_args = node->n_kids;
	if (there.n > 0) {
		rc = call->fn->eval(call->self, &fn.pub, args, there.sel, there.n, &vec);
		if (rc < 0) {
			memset(vec.valid, 0, run->cap / 8);
			wr_fn_result(run, rc);
		}
	}
	if (valid == NULL && !node->nullable && run->eval->status == 0)
		out->col.valid = NULL;
	out->col.bufs = fn.shared != NULL ? fn.shared : fn.texts.bufs;
	for (uint32_t i = 0; i < node->n_kids; i++)
		wr_run_drop(run, &kids[i]);
}

static void *
call_keep(struct weir_call *call, size_t size)
{
	return wr_arena_zalloc(((struct wr_call *)call)->arena, size);
}

void
wr_call_planned(const struct wr_call *call)
{
	if (call->pub.drop != NULL)
		wr_arena_defer(call->arena, call->pub.drop, call->pub.self);
}

void
wr_call_init(struct wr_arena *arena, struct wr_call *call, struct wr_node *const *args, uint32_t n)
{
	uint32_t *types = wr_arena_zalloc(arena, (n + 1) * sizeof *types);
	const struct weir_column **constants = wr_arena_zalloc(arena, (n + 1) * sizeof *constants);

	for (uint32_t i = 0; i < n; i++) {
		types[i] = args[i]->type;
		if (args[i]->kind == WR_N_CONST)
			constants[i] = &args[i]->value->col;
	}
	call->arena = arena;
	call->pub = (struct weir_call){.size = sizeof call->pub,
		.n_args = n,
		.types = types,
		.constants = constants,
		.keep = call_keep};
}

const struct weir_column *
wr_call_spread(struct wr_arena *arena, const struct weir_column *one)
{
	struct weir_column *col = wr_arena_new(arena, struct weir_column);
	size_t width = wr_type_is_text(one->type) ? sizeof(struct weir_view) : sizeof(uint64_t);
	uint8_t *values;

	*col = *one;
	if (one->valid != NULL)
		col->valid = wr_arena_zalloc(arena, WEIR_ROWS_MAX / 8);
	values = wr_arena_alloc(arena, WEIR_ROWS_MAX * width);
	if (one->type == WEIR_BOOL)
		memset(values, weir_bool_at(one, 0) ? 0xff : 0, WEIR_ROWS_MAX / 8);
	else
		for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
			memcpy(values + i * width, one->values, width);
	col->values = values;
	return col;
}

void
wr_call_problem(const struct wr_scope *scope, const struct wr_node *node, const char *signature,
	const struct weir_err *err)
{
	const char *form = signature != NULL
				   ? signature
				   : wr_arena_printf(scope->arena, "%.*s()", WR_STRF(node->word));

	wr_expr_problem(scope, node->src, "%s: %.*s", form, (int)sizeof err->text - 1,
		err->text[0] == '\0' ? "wrong arguments" : err->text);
}

static bool
may_be_whole(const struct wr_scope *scope)
{
	if (scope->whole == NULL)
		return true;
	if (*scope->whole == 0)
		return false;
	--*scope->whole;
	return true;
}

bool
wr_call_bind(const struct wr_scope *scope, struct wr_node *node, const struct weir_function *fn)
{
	struct weir_err err = {0};
	struct wr_call plan;
	int rc;
	struct call *call = wr_arena_new(scope->arena, struct call);

	wr_call_init(scope->arena, &plan, node->kids, node->n_kids);
	rc = fn->plan(&plan.pub, &err);
	wr_call_planned(&plan);
	if (rc < 0) {
		wr_call_problem(scope, node, fn->signature, &err);
		return false;
	}
	if (plan.pub.type < WEIR_BOOL || plan.pub.type > WEIR_JSON) {
		wr_expr_problem(scope, node->src, "%.*s(): its plugin names no type for the result",
			WR_STRF(node->word));
		return false;
	}
	call->strict = fn->flags & WEIR_STRICT;
	call->args = wr_arena_zalloc(scope->arena, (node->n_kids + 1) * sizeof *call->args);
	for (uint32_t i = 0; i < node->n_kids; i++) {
		if (node->kids[i]->kind == WR_N_CONST && may_be_whole(scope))
			call->args[i] = wr_call_spread(scope->arena, &node->kids[i]->value->col);
		if (call->strict)
			node->nullable = node->nullable || node->kids[i]->nullable;
	}
	node->nullable = node->nullable || plan.pub.nullable;
	node->type = plan.pub.type;
	call->fn = fn;
	call->self = plan.pub.self;
	node->aux = call;
	node->eval = call_eval;
	node->fickle = node->fickle || (fn->flags & WEIR_VOLATILE);
	node->fails = node->costly = true;
	return true;
}
