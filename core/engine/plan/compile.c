/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions and aggregates of the conf: what they may name, and what is noted of them. */
#include "engine/plan/compile.h"

#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

#include "engine/plan/services.h"

/* Where an expression stands: its operator, and where to mark what it reads (NULL: nowhere). */
struct compile_place {
	struct weir_plan *plan;
	uint64_t *read;
	uint32_t *read_hidden;
};

static void
compile_read(void *arg, uint32_t col)
{
	struct compile_place *place = arg;

	if (place->read != NULL)
		place->read[col / 64] |= (uint64_t)1 << col % 64;
}

static void
compile_read_hidden(void *arg, uint32_t at)
{
	struct compile_place *place = arg;

	if (place->read_hidden != NULL)
		*place->read_hidden |= 1u << at;
}

static const struct weir_function *
compile_function(void *arg, struct weir_str name)
{
	struct compile_place *place = arg;

	return wr_plugins_function(place->plan->planner->plugins, name);
}

static const struct weir_aggregate *
compile_aggregate(void *arg, struct weir_str name)
{
	struct compile_place *place = arg;

	return wr_plugins_aggregate(place->plan->planner->plugins, name);
}

static size_t
compile_names(void *arg, int aggregates, const char *const **names)
{
	struct compile_place *place = arg;
	struct wr_planner *planner = place->plan->planner;
	uint32_t which = aggregates != 0, kind = which ? WR_OFFER_AGGREGATE : WR_OFFER_FUNCTION;
	const struct wr_offer *offers;
	const char **v;
	size_t n, i;

	if (planner->guesses[which] == NULL) {
		offers = wr_plugins_offers(planner->plugins, kind, &n);
		v = wr_arena_array(planner->arena, const char *, n + 1);
		for (i = 0; i < n; i++)
			v[i] = offers[i].name;
		planner->guesses[which] = v;
		planner->n_guesses[which] = n;
	}
	*names = planner->guesses[which];
	return planner->n_guesses[which];
}

static void
compile_problem(void *arg, uint32_t loc, uint32_t len, const char *text)
{
	struct compile_place *place = arg;

	if (loc == 0)
		loc = wr_problem_loc(place->plan);
	wr_diag_error_span(place->plan->planner->diag, loc, len, "%s", text);
	place->plan->failed = true;
}

const char *
wr_compile_shown(struct wr_planner *planner, uint32_t loc, const char *text)
{
	const char *shown = text;
	struct wr_text masked = {0};

	wr_conf_mask(planner->diag->conf, loc, text, &masked);
	if (strcmp(masked.p, text) != 0)
		shown = wr_arena_printf(planner->arena, "%s #%08" PRIx32, masked.p,
			(uint32_t)XXH3_64bits(text, strlen(text)));
	wr_text_fini(&masked);
	return shown;
}

static const char *
compile_shown(void *arg, uint32_t loc, const char *text)
{
	struct compile_place *place = arg;

	return wr_compile_shown(place->plan->planner, loc, text);
}

static void
scope_init(struct wr_scope *scope, struct compile_place *place)
{
	*scope = (struct wr_scope){
		.arena = place->plan->planner->arena,
		.whole = &place->plan->planner->whole,
		.arg = place,
		.read = compile_read,
		.read_hidden = compile_read_hidden,
		.function = compile_function,
		.aggregate = compile_aggregate,
		.names = compile_names,
		.problem = compile_problem,
		.shown = compile_shown,
	};
}

/* False: the plugin asks for an input that is not there, reported. */
static bool
scope_of_input(struct wr_scope *scope, struct compile_place *place, uint32_t i)
{
	struct weir_plan *plan = place->plan;
	struct wr_in *in;

	scope_init(scope, place);
	if (plan->stage == WR_PLAN_DECODE && i == 0) {
		scope->schema = plan->op->format.declared;
		scope->hidden_why = "a format has only its fields";
		return true;
	}
	if (i >= plan->op->n_in || plan->op->in[i].schema == NULL) {
		wr_problem_internal(
			plan, "compiles an expression over input %u, which nothing feeds", i);
		return false;
	}
	in = &plan->op->in[i];
	place->read = in->read;
	place->read_hidden = &in->read_hidden;
	scope->schema = in->schema;
	scope->hidden = plan->ports[i].hidden_able;
	scope->hidden_why = "the rows here have no record of a source behind them";
	return true;
}

struct weir_expr *
wr_compile_input(struct weir_plan *plan, uint32_t in, struct weir_str text, uint32_t type)
{
	struct compile_place place = {.plan = plan};
	struct weir_expr *expr;
	struct wr_scope scope;

	if (!scope_of_input(&scope, &place, in))
		return NULL;
	expr = wr_expr_compile(&scope, text, type);
	if (expr == NULL)
		plan->failed = true;
	return expr;
}

struct weir_expr *
wr_compile_source(struct weir_plan *plan, struct weir_str text, uint32_t type)
{
	struct wr_op *op = plan->op;
	struct wr_out *out = &op->out[0];
	uint32_t words = wr_words(out->schema->n) + 1;
	struct compile_place place = {.plan = plan, .read_hidden = &op->early_hidden};
	struct weir_expr *expr;
	struct wr_scope scope;

	if (op->early == NULL)
		op->early = wr_arena_zalloc(plan->planner->arena, words * sizeof *op->early);
	place.read = op->early;
	scope_init(&scope, &place);
	scope.schema = out->schema;
	scope.hidden = out->hidden_able;
	scope.hidden_why = "the source makes rows itself, without records";
	expr = wr_expr_compile(&scope, text, type);
	if (expr == NULL)
		plan->failed = true;
	for (uint32_t i = 0; i < words; i++)
		out->needed[i] |= op->early[i];
	out->hidden |= op->early_hidden;
	return expr;
}

void
wr_plan_drops(struct weir_plan *plan, uint32_t in, const struct weir_expr *expr)
{
	plan->op->in[in].drops = expr;
}

struct weir_expr *
wr_plan_compile(struct weir_plan *plan, uint32_t in, struct weir_str text, uint32_t type)
{
	return wr_compile_input(plan, in, text, type);
}

struct weir_aggs *
wr_plan_aggregates(struct weir_plan *plan, uint32_t in, const struct weir_list *list, uint32_t out)
{
	struct compile_place place = {.plan = plan};
	struct weir_aggs *aggs;
	struct wr_scope scope;
	bool added = true;
	uint32_t i;

	if (!scope_of_input(&scope, &place, in))
		return NULL;
	scope.amends = plan->stage != WR_PLAN_DECODE && plan->ports[in].amender != NULL;
	aggs = wr_aggs_compile(&scope, list);
	if (aggs == NULL) {
		plan->failed = true;
		return NULL;
	}
	if (scope.amends && !wr_aggs_retractable(aggs)) {
		wr_problem(plan, list->loc,
			"an aggregate of %s cannot take rows back, and %s amends earlier ones",
			plan->op->title, plan->ports[in].amender->op->title);
		return NULL;
	}
	for (i = 0; i < wr_aggs_n(aggs); i++)
		if (wr_plan_add(plan, out, wr_aggs_name(aggs, i), wr_aggs_type(aggs, i),
			    wr_aggs_nullable(aggs, i)) < 0)
			added = false;
	return added ? aggs : NULL;
}
