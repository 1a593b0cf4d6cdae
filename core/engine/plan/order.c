/* SPDX-License-Identifier: Apache-2.0 */
/* The topological order of a pipeline, and the cycles that leave it without one. */
#include "engine/plan/planner.h"

enum { ORDER_SEEN = 2, ORDER_ON_PATH = 4, ORDER_DONE = 8 };

/* The plans by the numbers that their operators have for the time of sorting. */
static struct weir_plan **
order_number(struct wr_planner *planner)
{
	struct weir_plan **plans =
		wr_arena_array(&planner->scratch, struct weir_plan *, planner->n_plans + 1);
	struct weir_plan *plan;
	uint32_t i, k;

	for (i = 0; i < planner->n_plans; i++) {
		plan = plans[i] = planner->plans[i];
		plan->op->id = i;
		plan->waits = 0;
		for (k = 0; k < plan->op->n_in; k++)
			plan->waits += plan->op->in[k].n_edges;
	}
	return plans;
}

/* Kahn's algorithm, first come, first served: the order depends on the conf alone. */
static uint32_t
order_walk(struct wr_planner *planner, struct weir_plan *const *plans)
{
	struct weir_plan **queue = planner->plans, *to;
	uint32_t i, k, e, n = 0;
	struct wr_out *out;

	for (i = 0; i < planner->n_plans; i++)
		if (plans[i]->waits == 0)
			queue[n++] = plans[i];
	for (i = 0; i < n; i++)
		for (k = 0; k < queue[i]->op->n_out; k++) {
			out = &queue[i]->op->out[k];
			for (e = 0; e < out->n_edges; e++) {
				to = plans[out->edges[e]->to->id];
				if (--to->waits == 0)
					queue[n++] = to;
			}
		}
	return n;
}

/* One that feeds it and waits itself: in what is left there is always one. */
static struct weir_plan *
order_upstream(struct weir_plan *plan, struct weir_plan *const *plans)
{
	struct wr_op *op = plan->op;
	struct weir_plan *from;
	uint32_t k, e;

	for (k = 0; k < op->n_in; k++)
		for (e = 0; e < op->in[k].n_edges; e++) {
			from = plans[op->in[k].edges[e]->from->id];
			if (from->waits > 0)
				return from;
		}
	return NULL;
}

/* path[first .. n) is a cycle against the flow; it is told with the flow, from its first operator.
 */
static void
order_report(struct weir_plan **path, uint32_t first, uint32_t n)
{
	uint32_t i, len = n - first, top = first;
	struct wr_text text = {0};

	for (i = first; i < n; i++)
		if (path[i]->op->id < path[top]->op->id)
			top = i;
	for (i = 0; i <= len; i++)
		wr_text_printf(&text, "%s%s", i == 0 ? "" : " -> ",
			path[first + (top - first + len * 2 - i) % len]->op->name);
	wr_problem(path[top], 0, "cycle: %s", text.p);
	wr_text_fini(&text);
}

/* Each cycle is found once: by walking up from each operator that is left, as far as is new. */
static void
order_cycles(struct wr_planner *planner, struct weir_plan *const *plans)
{
	struct weir_plan **path =
		wr_arena_array(&planner->scratch, struct weir_plan *, planner->n_plans + 1);
	uint32_t i, k, n;
	struct weir_plan *plan;

	for (i = 0; i < planner->n_plans; i++) {
		if (plans[i]->waits == 0)
			continue;
		n = 0;
		for (plan = plans[i]; plan != NULL && plan->mark < ORDER_SEEN;
			plan = order_upstream(plan, plans)) {
			plan->mark = ORDER_ON_PATH;
			path[n++] = plan;
		}
		if (plan != NULL && plan->mark == ORDER_ON_PATH) {
			for (k = 0; path[k] != plan; k++)
				;
			order_report(path, k, n);
		}
		for (k = 0; k < n; k++)
			path[k]->mark = ORDER_DONE;
	}
}

void
wr_order_sort(struct wr_planner *planner)
{
	struct wr_pipeline *pipeline = planner->pipeline;
	struct weir_plan **plans = order_number(planner);
	uint32_t n = order_walk(planner, plans), i;

	if (n < planner->n_plans)
		order_cycles(planner, plans);
	for (i = 0; i < planner->n_plans; i++)
		if (plans[i]->waits > 0) {
			plans[i]->failed = true;
			planner->plans[n++] = plans[i];
		}
	pipeline->n_ops = n;
	pipeline->ops = wr_arena_array(planner->arena, struct wr_op *, n + 1);
	for (i = 0; i < n; i++) {
		pipeline->ops[i] = planner->plans[i]->op;
		pipeline->ops[i]->id = i;
	}
}

static const struct wr_op *
order_source(const struct wr_op *op)
{
	const struct wr_op *source = NULL;
	uint32_t k, e;

	if (op->desc->kind == WEIR_SOURCE)
		return op;
	for (k = 0; k < op->n_in; k++) {
		for (e = 0; e < op->in[k].n_edges; e++) {
			const struct wr_op *from = op->in[k].edges[e]->from;

			if (from->source == NULL || (source != NULL && source != from->source))
				return NULL;
			source = from->source;
		}
	}
	return source;
}

void
wr_order_sources(struct wr_planner *planner)
{
	uint32_t i;

	for (i = 0; i < planner->pipeline->n_ops; i++)
		planner->pipeline->ops[i]->source = order_source(planner->pipeline->ops[i]);
}
