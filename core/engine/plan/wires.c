/* SPDX-License-Identifier: Apache-2.0 */
/* From names to edges: who reads what, and what nobody reads. */
#include "engine/plan/planner.h"

#include <stdlib.h>

/* The names that a `from` may hold, for guesses. */
static const char *
wires_guess(struct wr_planner *planner, struct weir_str word)
{
	const char **names, *guess;
	struct wr_output_name *output;
	uint32_t i, n = 0;

	if (planner->diag->n_errors >= WR_DIAG_MAX)
		return "";
	names = wr_arena_array(&planner->scratch, const char *, planner->n_outputs + 1);
	for (i = 0; i < planner->n_outputs; i++) {
		output = &planner->outputs[i];
		if (!output->bare)
			names[n++] =
				wr_arena_dup(&planner->scratch, output->name.p, output->name.len);
	}
	guess = wr_did_you_mean(word, names, n);
	if (guess == NULL)
		return "";
	/* Else the same slip would be reported a second time, as an output that nobody reads. */
	wr_outputs_find(planner, wr_str(guess))->read = true;
	return wr_arena_printf(&planner->scratch, "; did you mean \"%s\"?", guess);
}

/* Names with commas between them, all of which are meant. */
static const char *
wires_commas(struct wr_planner *planner, struct weir_str words)
{
	struct wr_output_name *output;
	struct weir_str name = words;
	uint32_t i;

	for (i = 0; i < words.len; i += name.len + 1) {
		const char *comma = memchr(words.p + i, ',', words.len - i);

		name.p = words.p + i;
		name.len = comma != NULL ? (uint32_t)(comma - name.p) : words.len - i;
		output = wr_outputs_find(planner, name);
		if (output != NULL)
			output->read = true;
	}
	return "; names are separated by spaces";
}

/* The name of an operator that has no output under it. */
static void
wires_bare(struct weir_plan *plan, struct weir_str name, const struct wr_output_name *output)
{
	const struct wr_op *op = output->plan->op;
	struct wr_text names = {0};
	uint32_t i;

	if (output->plan->kind == WEIR_SINK) {
		wr_problem_at(plan, name, "\"%.*s\" is a sink and has no output", WR_STRF(name));
		return;
	}
	for (i = 0; i < op->n_out; i++) {
		if (op->out[i].name.len == 0 || op->out[i].dead_letter)
			continue;
		wr_text_printf(&names, "%s%.*s",
			names.len > 0 ? ", " : "; it has: ", WR_STRF(op->out[i].name));
		/* Else the same slip would be reported once more, as outputs that nobody reads. */
		wr_outputs_find(plan->planner, op->out[i].name)->read = true;
	}
	wr_problem_at(plan, name, "%s has no output of its own name%s", op->title,
		names.len > 0 ? names.p : "");
	wr_text_fini(&names);
}

/* One name that an input reads. */
static void
wires_resolve(struct weir_plan *plan, uint32_t in, struct weir_str name, uint32_t input)
{
	struct wr_planner *planner = plan->planner;
	struct wr_output_name *output = wr_outputs_find(planner, name);
	struct wr_reader *reader;

	if (output == NULL) {
		wr_problem_at(plan, name, "unknown operator or output \"%.*s\"%s", WR_STRF(name),
			name.len > 0 && memchr(name.p, ',', name.len) != NULL
				? wires_commas(planner, name)
				: wires_guess(planner, name));
		return;
	}
	if (output->bare) {
		wires_bare(plan, name, output);
		return;
	}
	if (output->seen == input) {
		wr_problem_at(plan, name, "\"%.*s\" stands twice in one input of %s", WR_STRF(name),
			plan->op->title);
		return;
	}
	output->seen = input;
	output->read = true;
	reader = wr_arena_new(&planner->scratch, struct wr_reader);
	reader->plan = plan;
	reader->in = in;
	*output->last_reader = reader;
	output->last_reader = &reader->next;
}

/* Edges of one input, at most room of them, in the order of its names; gives how many. */
static uint32_t
wires_input(struct weir_plan *plan, uint32_t in, struct wr_edge **edges)
{
	const struct wr_port *port = &plan->ports[in];
	struct wr_planner *planner = plan->planner;
	const struct wr_output_name *output;
	const struct wr_maker *maker;
	struct wr_edge *edge;
	uint32_t i, n = 0;

	for (i = 0; i < port->n_refs; i++) {
		output = wr_outputs_find(planner, port->refs[i]);
		if (output == NULL || output->bare)
			continue;
		for (maker = output->makers; maker != NULL; maker = maker->next) {
			if (edges != NULL) {
				edge = wr_arena_new(planner->arena, struct wr_edge);
				edge->from = maker->plan->op;
				edge->out = maker->port;
				edge->to = plan->op;
				edge->in = in;
				edge->index = n;
				edges[n] = edge;
			}
			n++;
		}
	}
	return n;
}

static void
wires_make_edges(struct wr_planner *planner)
{
	struct wr_pipeline *pipeline = planner->pipeline;
	uint32_t i, k, n = 0;
	struct wr_op *op;
	struct wr_in *in;

	for (i = 0; i < planner->n_plans; i++)
		for (k = 0; k < planner->plans[i]->op->n_in; k++)
			n += wires_input(planner->plans[i], k, NULL);
	pipeline->edges = wr_arena_array(planner->arena, struct wr_edge *, n + 1);
	for (i = 0; i < planner->n_plans; i++) {
		op = planner->plans[i]->op;
		for (k = 0; k < op->n_in; k++) {
			in = &op->in[k];
			in->edges = pipeline->edges + pipeline->n_edges;
			in->n_edges = wires_input(planner->plans[i], k, in->edges);
			pipeline->n_edges += in->n_edges;
		}
	}
}

/* The edges of each output, in the order of their readers. */
static void
wires_fan_out(struct wr_planner *planner)
{
	struct wr_pipeline *pipeline = planner->pipeline;
	struct wr_edge *edge;
	struct wr_out *out;
	uint32_t i;

	for (i = 0; i < pipeline->n_edges; i++)
		pipeline->edges[i]->from->out[pipeline->edges[i]->out].n_edges++;
	for (i = 0; i < pipeline->n_edges; i++) {
		edge = pipeline->edges[i];
		edge->id = i;
		out = &edge->from->out[edge->out];
		if (out->edges == NULL) {
			out->edges = wr_arena_array(planner->arena, struct wr_edge *, out->n_edges);
			out->n_edges = 0;
		}
		out->edges[out->n_edges++] = edge;
	}
}

static void
wires_check_unread(struct wr_planner *planner)
{
	const struct wr_output_name *output;
	uint32_t i;

	for (i = 0; i < planner->n_plans; i++)
		if (planner->plans[i]->blind)
			return;
	for (i = 0; i < planner->n_outputs; i++) {
		output = &planner->outputs[i];
		if (output->read || output->bare)
			continue;
		wr_diag_error_span(planner->diag, output->name.loc, output->name.len,
			"nobody reads \"%.*s\"", WR_STRF(output->name));
		wr_diag_note(planner->diag, 0,
			"to throw its rows away, add: sink null NAME { from %.*s; }",
			WR_STRF(output->name));
	}
}

/* Every operator may have an on_error of its own, and then nothing is left for the pipeline's. */
static void
wires_check_makers(struct wr_planner *planner)
{
	const struct wr_output_name *output;
	const struct wr_reader *reader;
	uint32_t i;

	for (i = 0; i < planner->n_outputs; i++) {
		output = &planner->outputs[i];
		if (!output->dead_letter || output->makers != NULL || output->readers == NULL)
			continue;
		wr_diag_error_span(planner->diag, output->name.loc, output->name.len,
			"no operator sends dead letters to \"%.*s\"", WR_STRF(output->name));
		for (reader = output->readers; reader != NULL; reader = reader->next)
			reader->plan->failed = true;
	}
}

static void
wires_check_ends(struct wr_planner *planner)
{
	const struct weir_str *at = &planner->pipeline->dir->name;

	if (!planner->has[WEIR_SOURCE])
		wr_diag_error_span(
			planner->diag, at->loc, at->len, "%s has no source", planner->title);
	if (!planner->has[WEIR_SINK])
		wr_diag_error_span(
			planner->diag, at->loc, at->len, "%s has no sink", planner->title);
}

void
wr_wires_connect(struct wr_planner *planner)
{
	uint32_t i, k, r, input = 0;
	struct weir_plan *plan;

	for (i = 0; i < planner->n_plans; i++) {
		plan = planner->plans[i];
		for (k = 0; k < plan->op->n_in; k++)
			for (r = 0, input++; r < plan->ports[k].n_refs; r++)
				wires_resolve(plan, k, plan->ports[k].refs[r], input);
	}
	wr_outputs_default_refusals(planner);
	wires_make_edges(planner);
	wires_fan_out(planner);
	wires_check_unread(planner);
	wires_check_makers(planner);
	wires_check_ends(planner);
}
