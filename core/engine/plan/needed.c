/* SPDX-License-Identifier: Apache-2.0 */
/* What is read, from the sinks back: columns that nobody reads are not made, hidden ones that
 * nobody asks for neither. */
#include "engine/plan/planner.h"

static bool
bit_get(const uint64_t *bits, uint32_t i)
{
	return (bits[i / 64] >> i % 64 & 1) != 0;
}

/* Hidden columns that the dead letters of an operator take their contents from. */
static uint32_t
needed_by_dead_letters(const struct wr_op *op)
{
	const uint64_t *needed;
	uint32_t hidden = 0;

	if (op->error_out < 0)
		return 0;
	needed = op->out[op->error_out].needed;
	if (bit_get(needed, WR_DEAD_RAW))
		hidden |= 1u << WEIR_AT_RAW;
	if (bit_get(needed, WR_DEAD_PARTITION))
		hidden |= 1u << WEIR_AT_PARTITION;
	if (bit_get(needed, WR_DEAD_OFFSET))
		hidden |= 1u << WEIR_AT_OFFSET;
	return hidden;
}

/* What reaches the input because columns of it are handed on to somebody who reads them. */
static void
needed_pass(const struct weir_plan *plan, uint32_t in, uint64_t *need, uint32_t *hidden)
{
	const struct wr_op *op = plan->op;
	const struct wr_out *out;
	uint32_t k, c;

	for (k = 0; k < op->desc->n_out; k++) {
		out = &op->out[k];
		if (out->schema == NULL)
			continue;
		for (c = 0; c < out->schema->n; c++)
			if (out->pass[c].in == (int32_t)in && out->pass[c].col >= 0 &&
				bit_get(out->needed, c))
				need[out->pass[c].col / 64] |= (uint64_t)1 << out->pass[c].col % 64;
		if (plan->made[k].hidden_from == (int32_t)in)
			*hidden |= out->hidden;
	}
}

static void
needed_edge(const struct wr_edge *edge, const uint64_t *need, uint32_t n, uint32_t hidden)
{
	struct wr_out *out = &edge->from->out[edge->out];
	uint32_t i, col;

	out->hidden |= hidden & out->hidden_able;
	if (edge->columns == NULL) {
		for (i = 0; i < wr_words(n); i++)
			out->needed[i] |= need[i];
		return;
	}
	for (i = 0; i < n; i++) {
		if (!bit_get(need, i))
			continue;
		col = edge->columns[i];
		out->needed[col / 64] |= (uint64_t)1 << col % 64;
	}
}

/* All who read its outputs have been here before. */
static void
needed_operator(struct weir_plan *plan)
{
	uint32_t dead = needed_by_dead_letters(plan->op), k, e, n;
	struct wr_op *op = plan->op;
	struct wr_in *in;

	/* Records that decode() refuses are at hand; rows refused after it need a trace of theirs.
	 */
	if (plan->kind == WEIR_SOURCE && (op->event_time != NULL || op->where != NULL))
		op->out[0].hidden |= dead & op->out[0].hidden_able;
	for (k = 0; k < op->n_in; k++) {
		in = &op->in[k];
		if (in->schema == NULL)
			continue;
		in->read_hidden |= dead & plan->ports[k].hidden_able;
		n = in->schema->n;
		in->needed = wr_arena_zalloc(
			plan->planner->arena, (2 * wr_words(n) + 1) * sizeof *in->needed);
		in->passed = in->needed + wr_words(n);
		in->passed_hidden = 0;
		needed_pass(plan, k, in->passed, &in->passed_hidden);
		for (e = 0; e < wr_words(n); e++)
			in->needed[e] = in->read[e] | in->passed[e];
		in->needed_hidden = in->read_hidden | in->passed_hidden;
		for (e = 0; e < in->n_edges; e++)
			needed_edge(in->edges[e], in->needed, n, in->needed_hidden);
	}
}

/* A source whose rows go to one reader alone, which drops some, need not finish those. */
static void
take_drops(struct wr_op *op)
{
	const struct wr_out *out = &op->out[0];
	const struct wr_edge *edge = out->n_edges == 1 ? out->edges[0] : NULL;
	const struct wr_in *in;
	uint32_t i;

	if (edge == NULL || edge->columns != NULL)
		return;
	in = &edge->to->in[edge->in];
	if (in->drops == NULL || in->read_hidden != 0)
		return;
	op->drops = in->drops;
	for (i = 0; i < wr_words(out->schema->n); i++)
		op->early[i] |= in->read[i];
}

/* What a format fills first.  @ columns are there only when it has filled all. */
static void
find_early(struct wr_planner *planner, struct wr_op *op)
{
	if (op->desc->kind != WEIR_SOURCE || op->format.desc == NULL)
		return;
	if (op->early == NULL)
		op->early = wr_arena_zalloc(
			planner->arena, (wr_words(op->out[0].schema->n) + 1) * sizeof *op->early);
	take_drops(op);
	if ((op->where == NULL && op->drops == NULL) || op->early_hidden != 0)
		op->early = NULL;
}

void
wr_needed_run(struct wr_planner *planner)
{
	uint32_t i;

	for (i = planner->n_plans; i > 0; i--)
		needed_operator(planner->plans[i - 1]);
	for (i = 0; i < planner->n_plans; i++)
		find_early(planner, planner->plans[i]->op);
}
