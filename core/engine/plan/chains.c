/* SPDX-License-Identifier: Apache-2.0 */
/* How a pipeline is cut into chains, how many subtasks each has, and which loops run them. */
#include "engine/plan/planner.h"

#include <stdlib.h>

/* By what a forward operator without a word of its own is as wide as. */
static uint32_t
upstream_parallelism(const struct wr_op *op)
{
	uint32_t most = 1, k, e;

	for (k = 0; k < op->n_in; k++)
		for (e = 0; e < op->in[k].n_edges; e++)
			if (op->in[k].edges[e]->from->parallelism > most)
				most = op->in[k].edges[e]->from->parallelism;
	return most;
}

static bool
op_is_keyed(const struct wr_op *op)
{
	uint32_t k;

	for (k = 0; k < op->n_in; k++)
		if (op->in[k].schema != NULL && op->in[k].how == WEIR_KEYED)
			return true;
	return false;
}

static void
chains_parallelism(struct weir_plan *plan)
{
	const struct wr_planner *planner = plan->planner;
	struct wr_op *op = plan->op;
	int64_t n = plan->host.parallelism;

	if (n == 0 && op_is_keyed(op))
		n = planner->conf.parallelism > 0 ? planner->conf.parallelism
						  : planner->pipeline->threads;
	if (n == 0)
		n = upstream_parallelism(op);
	if (plan->max_parallelism > 0 && n > (int64_t)plan->max_parallelism)
		n = plan->max_parallelism;
	op->parallelism = (uint32_t)n;
}

/* The only edge of an operator; NULL: it has none, or several. */
static struct wr_edge *
only_edge(const struct wr_op *op)
{
	struct wr_edge *edge = NULL;
	uint32_t k;

	for (k = 0; k < op->n_in; k++) {
		if (op->in[k].n_edges == 0)
			continue;
		if (edge != NULL || op->in[k].n_edges > 1)
			return NULL;
		edge = op->in[k].edges[0];
	}
	return edge;
}

static void
chains_link(struct wr_op *op)
{
	struct wr_edge *edge = only_edge(op);

	if (edge == NULL || edge->in != 0 || edge->from->parallelism != op->parallelism)
		return;
	if (op->in[0].how != WEIR_FORWARD && op->parallelism != 1)
		return;
	edge->chained = true;
	op->chained = true;
}

static double
op_cost(const struct wr_op *op)
{
	if (op->desc->kind == WEIR_SOURCE && op->format.desc != NULL)
		return 10;
	return op_is_keyed(op) ? 5 : 1;
}

/* Operators join the chain of what calls them; topological order puts parents before children. */
static void
chains_gather(struct wr_planner *planner)
{
	struct wr_pipeline *pipeline = planner->pipeline;
	struct wr_chain *chain;
	const struct wr_op *from;
	struct wr_op *op;
	uint32_t i;

	for (i = 0; i < pipeline->n_ops; i++) {
		op = pipeline->ops[i];
		from = op->chained ? only_edge(op)->from : NULL;
		op->chain = from != NULL ? from->chain : pipeline->n_chains++;
		op->depth = from != NULL ? from->depth + 1 : 0;
	}
	pipeline->chains =
		wr_arena_zalloc(planner->arena, (pipeline->n_chains + 1) * sizeof *chain);
	for (i = 0; i < pipeline->n_ops; i++)
		pipeline->chains[pipeline->ops[i]->chain].n_ops++;
	for (i = 0; i < pipeline->n_ops; i++) {
		op = pipeline->ops[i];
		chain = &pipeline->chains[op->chain];
		if (chain->ops == NULL) {
			chain->ops = wr_arena_array(planner->arena, struct wr_op *, chain->n_ops);
			chain->n_ops = 0;
			chain->parallelism = op->parallelism;
		}
		chain->ops[chain->n_ops++] = op;
		chain->cost += op_cost(op);
	}
}

/* What one subtask of a chain costs: the rows are shared among them. */
static double
chain_weight(const struct wr_chain *chain)
{
	return chain->cost / chain->parallelism;
}

static int
chain_compare(const void *a, const void *b)
{
	const struct wr_chain *x = *(const struct wr_chain *const *)a;
	const struct wr_chain *y = *(const struct wr_chain *const *)b;

	if (chain_weight(x) != chain_weight(y))
		return chain_weight(x) > chain_weight(y) ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Largest first, each subtask to the loop with least to do, the lowest of equals. */
static void
chains_place(struct wr_planner *planner)
{
	struct wr_pipeline *pipeline = planner->pipeline;
	struct wr_chain **order =
		wr_arena_array(planner->arena, struct wr_chain *, pipeline->n_chains + 1);
	double *load = wr_arena_zalloc(planner->arena, pipeline->threads * sizeof *load);
	uint32_t i, s, t, best;

	for (i = 0; i < pipeline->n_chains; i++)
		order[i] = &pipeline->chains[i];
	qsort(order, pipeline->n_chains, sizeof(struct wr_chain *), chain_compare);
	for (i = 0; i < pipeline->n_chains; i++) {
		order[i]->loops = wr_arena_array(planner->arena, uint32_t, order[i]->parallelism);
		for (s = 0; s < order[i]->parallelism; s++) {
			for (t = 1, best = 0; t < pipeline->threads; t++)
				if (load[t] < load[best])
					best = t;
			load[best] += chain_weight(order[i]);
			order[i]->loops[s] = best;
		}
	}
}

static uint64_t
edge_rings(const struct wr_edge *edge)
{
	if (edge->chained)
		return 0;
	if (edge->to->in[edge->in].how == WEIR_FORWARD &&
		edge->from->parallelism == edge->to->parallelism)
		return edge->to->parallelism;
	return (uint64_t)edge->from->parallelism * edge->to->parallelism;
}

/*
 * A ring that has room takes all that one call makes, which is about a batch: so each may exceed
 * its bound by one.
 */
static void
chains_bound(struct wr_pipeline *pipeline)
{
	const struct wr_op *to;
	uint32_t i;

	/* What sources read ahead is bounded as a ring is. */
	for (i = 0; i < pipeline->n_ops; i++) {
		to = pipeline->ops[i];
		if (to->decode_threads > 1)
			pipeline->buffer_bound +=
				to->parallelism *
				(to->buffer_bytes + to->buffer_bytes / to->buffer_batches);
	}
	for (i = 0; i < pipeline->n_edges; i++) {
		to = pipeline->edges[i]->to;
		pipeline->buffer_bound +=
			edge_rings(pipeline->edges[i]) *
			(to->buffer_bytes + to->buffer_bytes / to->buffer_batches);
	}
}

void
wr_chains_build(struct wr_planner *planner)
{
	struct wr_pipeline *pipeline = planner->pipeline;
	uint32_t i;

	for (i = 0; i < planner->n_plans; i++)
		chains_parallelism(planner->plans[i]);
	for (i = 0; i < pipeline->n_ops; i++)
		chains_link(pipeline->ops[i]);
	chains_gather(planner);
	chains_place(planner);
	chains_bound(pipeline);
}
