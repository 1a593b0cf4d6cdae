/* SPDX-License-Identifier: Apache-2.0 */
/* The host's services for plan(): inputs, outputs, facts and problems. */
#include "engine/plan/services.h"

#include "engine/plan/compile.h"
#include "engine/plan/planner.h"

#include <limits.h>

/* The input, if the stage has it and something feeds it; else NULL, reported as the plugin's. */
static struct wr_in *
services_in(struct weir_plan *plan, uint32_t in, const char *call)
{
	if (plan->stage == WR_PLAN_DECODE)
		wr_problem_internal(plan, "calls %s(), which a format must not", call);
	else if (in >= plan->op->n_in)
		wr_problem_internal(
			plan, "calls %s() for input %u of %u", call, in, plan->op->n_in);
	else if (plan->op->in[in].schema == NULL)
		wr_problem_internal(plan, "calls %s() for input %u, which nothing feeds", call, in);
	else
		return &plan->op->in[in];
	return NULL;
}

static struct wr_made *
services_out(struct weir_plan *plan, uint32_t out, const char *call)
{
	if (plan->stage == WR_PLAN_ENCODE)
		wr_problem_internal(plan, "calls %s(), which a format of a sink must not", call);
	else if (out >= plan->op->desc->n_out)
		wr_problem_internal(
			plan, "calls %s() for output %u of %u", call, out, plan->op->desc->n_out);
	else
		return &plan->made[out];
	return NULL;
}

const struct weir_schema *
wr_plan_input(struct weir_plan *plan, uint32_t in)
{
	if (plan->stage == WR_PLAN_DECODE)
		return in == 0 ? plan->op->format.declared : NULL;
	return in < plan->op->n_in ? plan->op->in[in].schema : NULL;
}

uint32_t
wr_plan_kind(const struct weir_plan *plan)
{
	return plan->kind;
}

static int32_t
column_unknown(struct weir_plan *plan, const struct weir_schema *schema, struct weir_str name)
{
	struct wr_arena *arena = plan->planner->arena;
	const char **names = wr_arena_array(arena, const char *, schema->n + 1);
	uint32_t i;

	for (i = 0; i < schema->n; i++)
		names[i] = schema->fields[i]->name.p;
	wr_problem_at(plan, name, "unknown field \"%.*s\"%s", WR_STRF(name),
		name.len > 0 && memchr(name.p, ',', name.len) != NULL
			? "; fields are separated by spaces"
			: wr_problem_guess(plan->planner, name, names, schema->n));
	return -1;
}

int32_t
wr_plan_column(struct weir_plan *plan, uint32_t in, struct weir_str name, uint32_t type)
{
	const struct weir_schema *schema;
	struct wr_in *input = NULL;
	int32_t at;

	if (plan->stage == WR_PLAN_DECODE && in == 0) {
		/* Declared fields are the first columns of the output. */
		schema = plan->op->format.declared;
		at = wr_schema_find_made(plan->planner, &plan->made[0], name);
	} else {
		input = services_in(plan, in, "column");
		if (input == NULL)
			return -1;
		schema = input->schema;
		at = wr_schema_find(plan->planner, &plan->ports[in].columns, schema, name);
	}
	if (at < 0 || (uint32_t)at >= schema->n)
		return column_unknown(plan, schema, name);
	if (type != 0 && schema->fields[at]->type != type) {
		wr_problem_at(plan, name, "field \"%.*s\" is %s; it must be %s", WR_STRF(name),
			wr_schema_type(schema->fields[at]->type), wr_schema_type(type));
		return -1;
	}
	if (input != NULL)
		input->read[at / 64] |= (uint64_t)1 << at % 64;
	return at;
}

/* What a key is called: its own name, else the field's, else its text. */
static struct weir_str
key_name(struct wr_planner *planner, const struct weir_schema *schema, const struct weir_expr *key,
	struct weir_str text)
{
	struct weir_str name;

	if (key != NULL && wr_expr_name(key).len > 0)
		name = wr_expr_name(key);
	else if (key != NULL && wr_expr_column(key) >= 0 &&
		 (uint32_t)wr_expr_column(key) < schema->n)
		name = schema->fields[wr_expr_column(key)]->name;
	else
		name = wr_str(wr_compile_shown(
			planner, text.loc, wr_arena_dup(planner->arena, text.p, text.len)));
	name.loc = text.loc;
	return name;
}

/* What state is known to be keyed by, in one spelling. */
static const char *
key_text(struct wr_planner *planner, const struct weir_expr *key, uint32_t loc)
{
	return wr_compile_shown(planner, loc, wr_expr_text(key, planner->arena));
}

static void
distribute_keys(
	struct weir_plan *plan, uint32_t port, struct wr_in *in, const struct weir_list *key)
{
	struct wr_arena *arena = plan->planner->arena;
	struct weir_expr *expr;
	uint32_t i;

	in->n_keys = key->n;
	in->keys = wr_arena_array(arena, struct weir_expr *, key->n + 1);
	in->key_names = wr_arena_array(arena, struct weir_str, key->n + 1);
	in->key_texts = wr_arena_array(arena, const char *, key->n + 1);
	in->key_types = wr_arena_array(arena, uint32_t, key->n + 1);
	for (i = 0; i < key->n; i++) {
		expr = wr_compile_input(plan, port, key->v[i], 0);
		in->keys[i] = expr;
		in->key_names[i] = key_name(plan->planner, in->schema, expr, key->v[i]);
		in->key_texts[i] = expr == NULL ? "" : key_text(plan->planner, expr, key->v[i].loc);
		in->key_types[i] = expr == NULL ? 0 : wr_expr_type(expr);
		if (in->key_types[i] == WEIR_JSON)
			wr_problem_at(plan, key->v[i],
				"key \"%.*s\" is json, which has no equality; cast it to string",
				WR_STRF(in->key_names[i]));
	}
}

void
wr_plan_distribute(struct weir_plan *plan, uint32_t in, uint32_t how, const struct weir_list *key)
{
	struct wr_in *input;

	if (plan->stage == WR_PLAN_OPERATOR && in < plan->op->n_in &&
		plan->op->in[in].schema == NULL)
		return;
	input = services_in(plan, in, "distribute");
	if (input == NULL)
		return;
	if (how > WEIR_SINGLE) {
		wr_problem_internal(plan, "distributes input %u in the unknown way %u", in, how);
		return;
	}
	input->how = how;
	input->n_keys = 0;
	if (how == WEIR_KEYED && key != NULL)
		distribute_keys(plan, in, input, key);
}

/* A column of an output, unless the name is taken. */
static int32_t
out_add(struct weir_plan *plan, struct wr_made *made, const struct weir_field *field,
	struct wr_pass pass, struct weir_str at)
{
	if (made->n > 0 && wr_schema_find_made(plan->planner, made, field->name) >= 0) {
		wr_problem_at(plan, at, "%s would have two columns \"%.*s\"", plan->op->title,
			WR_STRF(field->name));
		return -1;
	}
	wr_schema_add(plan->planner, made, field, pass);
	return (int32_t)made->n - 1;
}

static void
pass_hidden(struct wr_made *made, const struct weir_plan *plan, uint32_t in)
{
	if (made->hidden_from == WR_HIDDEN_NONE)
		made->hidden_from = (int32_t)in;
	else if (made->hidden_from != (int32_t)in)
		made->hidden_from = WR_HIDDEN_MIXED;
	if (made->amender == NULL)
		made->amender = plan->ports[in].amender;
	if (made->taker == NULL)
		made->taker = plan->ports[in].taker;
}

static void
pass_all(struct weir_plan *plan, struct wr_made *made, const struct wr_in *input, uint32_t in,
	struct weir_str but)
{
	const struct weir_field *field;
	bool first = made->n == 0; /* names of one input differ: nothing to compare */
	struct wr_pass pass;
	uint32_t i;

	for (i = 0; i < input->schema->n; i++) {
		field = input->schema->fields[i];
		pass = (struct wr_pass){(int32_t)in, (int32_t)i};
		if (but.len > 0 && wr_str_eq(field->name, but))
			continue;
		if (first)
			wr_schema_add(plan->planner, made, field, pass);
		else
			out_add(plan, made, field, pass, (struct weir_str){0});
	}
}

static void
pass_key(struct weir_plan *plan, struct wr_made *made, const struct wr_in *input, uint32_t in,
	uint32_t k, struct weir_str as)
{
	struct weir_str name = as.len > 0 ? as : input->key_names[k];

	if (input->keys[k] == NULL)
		return;
	out_add(plan, made,
		wr_schema_field(
			plan->planner, name, input->key_types[k], wr_expr_nullable(input->keys[k])),
		(struct wr_pass){(int32_t)in, -1 - (int32_t)k}, name);
}

void
wr_plan_pass(struct weir_plan *plan, uint32_t out, uint32_t in, int32_t col, struct weir_str as)
{
	struct wr_made *made = services_out(plan, out, "pass");
	const struct wr_in *input = made == NULL ? NULL : services_in(plan, in, "pass");
	struct weir_field *field;
	uint32_t k;

	if (input == NULL)
		return;
	if (col == -2) {
		for (k = 0; k < input->n_keys; k++)
			pass_key(plan, made, input, in, k, (struct weir_str){0});
		return;
	}
	if (col < -2 || (col >= 0 && (uint32_t)col >= input->schema->n + input->n_keys)) {
		wr_problem_internal(plan, "passes column %d of input %u, which has %u", (int)col,
			in, input->schema->n);
		return;
	}
	if (col >= 0 && (uint32_t)col >= input->schema->n) {
		pass_key(plan, made, input, in, (uint32_t)col - input->schema->n, as);
		return;
	}
	pass_hidden(made, plan, in);
	if (col == -1) {
		pass_all(plan, made, input, in, as);
		return;
	}
	field = wr_arena_new(plan->planner->arena, struct weir_field);
	*field = *input->schema->fields[col];
	if (as.len > 0) {
		field->name = as;
		field->name.p = wr_arena_dup(plan->planner->arena, as.p, as.len);
	}
	out_add(plan, made, field, (struct wr_pass){(int32_t)in, col}, as);
}

int32_t
wr_plan_add(struct weir_plan *plan, uint32_t out, struct weir_str name, uint32_t type,
	uint32_t nullable)
{
	struct wr_made *made = services_out(plan, out, "add");

	if (made == NULL)
		return -1;
	if (type < WEIR_BOOL || type > WEIR_JSON) {
		wr_problem_internal(
			plan, "adds column \"%.*s\" of unknown type %u", WR_STRF(name), type);
		return -1;
	}
	if (name.len == 0 || name.p[0] == '@') {
		wr_problem_at(plan, name, "\"%.*s\" cannot be the name of a column", WR_STRF(name));
		return -1;
	}
	return out_add(plan, made, wr_schema_field(plan->planner, name, type, nullable != 0),
		(struct wr_pass){-1, 0}, name);
}

void
wr_op_remark(struct wr_op *op, struct wr_arena *arena, struct weir_str sentence)
{
	struct wr_remark **link = &op->remarks;

	while (*link != NULL)
		link = &(*link)->next;
	*link = wr_arena_new(arena, struct wr_remark);
	(*link)->text = wr_arena_dup(arena, sentence.p, sentence.len);
}

int64_t
wr_plan_interval(const struct weir_plan *plan)
{
	return plan->planner->pipeline->checkpoint_interval;
}

uint32_t
wr_plan_dead_letters(const struct weir_plan *plan, uint32_t in)
{
	const struct wr_op *op = plan->op;
	uint32_t all = plan->format == NULL && in < op->n_in && op->in[in].n_edges > 0;

	for (uint32_t i = 0; all != 0 && i < op->in[in].n_edges; i++) {
		const struct wr_edge *edge = op->in[in].edges[i];

		all = edge->from->out[edge->out].dead_letter;
	}
	return all;
}

void
wr_plan_declare(struct weir_plan *plan, uint32_t what, int64_t n, struct weir_str s)
{
	switch (what) {
	case WEIR_PLAN_WATERMARK_DELAY:
		plan->op->delay = n > 0 ? n : 0;
		return;
	case WEIR_PLAN_CHANGES:
	case WEIR_PLAN_TAKES_BACK:
	case WEIR_PLAN_INSERTS:
		if (n < 0 || n >= (int64_t)plan->op->desc->n_out) {
			wr_problem_internal(plan, "declares changes of output %lld of %u",
				(long long)n, plan->op->desc->n_out);
			return;
		}
		plan->made[n].amends |= what != WEIR_PLAN_INSERTS;
		plan->made[n].takes_back |= what == WEIR_PLAN_TAKES_BACK;
		plan->made[n].inserts |= what == WEIR_PLAN_INSERTS;
		return;
	case WEIR_PLAN_MAX_PARALLELISM:
		if (n < 1)
			wr_problem_internal(
				plan, "declares a parallelism of at most %lld", (long long)n);
		else if (n < UINT_MAX &&
			 (plan->max_parallelism == 0 || (uint32_t)n < plan->max_parallelism))
			plan->max_parallelism = (uint32_t)n;
		return;
	case WEIR_PLAN_EVENT_TIME:
		plan->op->own_time = true;
		plan->op->watermark = WR_WATERMARK_BOUNDED;
		plan->op->watermark_delay = n > 0 ? n : 0;
		return;
	case WEIR_PLAN_AT_LEAST_ONCE:
		plan->op->two_phase = false;
		return;
	case WEIR_PLAN_DECIDER:
		if ((plan->op->desc->flags & WEIR_TWO_PHASE) == 0 ||
			plan->op->desc->sink->decide == NULL || s.len == 0) {
			wr_problem_internal(plan, "declares that it decides epochs, but %s",
				s.len == 0 ? "not who that is"
					   : "is no two-phase sink with decide()");
			return;
		}
		plan->op->decider = s;
		plan->op->decider.p = wr_arena_dup(plan->planner->arena, s.p, s.len);
		return;
	case WEIR_PLAN_QUOTES:
		if (s.len != 2) {
			wr_problem_internal(
				plan, "declares %u bytes as its quotes, not two", s.len);
			return;
		}
		plan->op->quotes = s;
		plan->op->quotes.p = wr_arena_dup(plan->planner->arena, s.p, s.len);
		return;
	case WEIR_PLAN_WRITES_FILE:
	case WEIR_PLAN_READS_FILE:
		wr_files_declare(plan, what == WEIR_PLAN_WRITES_FILE, s);
		return;
	case WEIR_PLAN_NOTE:
		wr_op_remark(plan->op, plan->planner->arena, s);
		return;
	default:
		wr_problem_internal(plan, "declares the unknown fact %u", what);
	}
}

void
wr_plan_problem(struct weir_plan *plan, uint32_t loc, const char *sentence)
{
	wr_problem(plan, loc, "%s", sentence);
}

void *
wr_plan_keep(struct weir_plan *plan, size_t size)
{
	return wr_arena_zalloc(plan->planner->arena, size);
}
