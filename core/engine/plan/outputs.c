/* SPDX-License-Identifier: Apache-2.0 */
/* Names of outputs: of operators, of their further outputs, and of dead letters. */
#include "engine/plan/planner.h"

static void
output_grow(struct wr_planner *planner)
{
	uint32_t cap = planner->cap_outputs == 0 ? 64 : planner->cap_outputs * 2, i;
	struct wr_output_name *v = wr_arena_array(&planner->scratch, struct wr_output_name, cap);

	for (i = 0; i < planner->n_outputs; i++) {
		v[i] = planner->outputs[i];
		if (v[i].makers == NULL)
			v[i].last_maker = &v[i].makers;
		if (v[i].readers == NULL)
			v[i].last_reader = &v[i].readers;
	}
	planner->outputs = v;
	planner->cap_outputs = cap;
}

struct wr_output_name *
wr_outputs_find(struct wr_planner *planner, struct weir_str name)
{
	uint32_t i = wr_names_find(&planner->names, name);

	return i == WR_NAMES_ABSENT ? NULL : &planner->outputs[i];
}

void
wr_outputs_add_maker(struct wr_planner *planner, struct wr_output_name *output,
	struct weir_plan *plan, uint32_t port)
{
	struct wr_maker *maker = wr_arena_new(&planner->scratch, struct wr_maker);

	maker->plan = plan;
	maker->port = port;
	*output->last_maker = maker;
	output->last_maker = &maker->next;
}

/* Who bears a name already, where that is not to be guessed. */
static const char *
output_bearer(struct wr_planner *planner, const struct wr_output_name *output, const char *what)
{
	const char *who = "dead letters";

	if (!output->dead_letter && output->plan != NULL) {
		const bool own = output->name.loc == output->plan->name.loc;

		if (own && strcmp(what, "operator") == 0)
			return "";
		who = wr_arena_printf(&planner->scratch, "%s%s", own ? "" : "an output of ",
			output->plan->op->title);
	}
	return wr_arena_printf(&planner->scratch,
		": it names %s; operators and outputs share one set of names", who);
}

/* A name that is free, or that of dead letters of several operators; else NULL, reported. */
static struct wr_output_name *
output_new(struct wr_planner *planner, struct weir_plan *plan, struct weir_str name,
	bool dead_letter, const char *what)
{
	struct wr_output_name *output = wr_outputs_find(planner, name);

	if (output != NULL && output->dead_letter && dead_letter)
		return output;
	if (output != NULL) {
		output->read = true;
		wr_diag_error_span(planner->diag, name.loc, name.len,
			"duplicate %s name \"%.*s\"%s", what, WR_STRF(name),
			output_bearer(planner, output, what));
		wr_diag_note(planner->diag, output->name.loc, "\"%.*s\" first defined here",
			WR_STRF(name));
		if (plan != NULL)
			plan->failed = true;
		return NULL;
	}
	if (planner->n_outputs == planner->cap_outputs)
		output_grow(planner);
	output = &planner->outputs[planner->n_outputs];
	*output = (struct wr_output_name){.name = name, .plan = plan, .dead_letter = dead_letter};
	output->last_maker = &output->makers;
	output->last_reader = &output->readers;
	wr_names_put(&planner->names, &planner->scratch, name, planner->n_outputs++);
	return output;
}

static void
output_set(struct weir_plan *plan, struct weir_str name, uint32_t port, const char *what)
{
	struct wr_output_name *output = output_new(plan->planner, plan, name, false, what);

	if (output == NULL)
		return;
	output->port = port;
	output->bare = plan->kind == WEIR_SINK;
	if (output->bare)
		return;
	if (plan->op->out[port].name.len > 0)
		wr_problem_internal(plan, "has two directives that name output %u", port);
	plan->op->out[port].name = name;
	wr_outputs_add_maker(plan->planner, output, plan, port);
}

static void
output_guess(struct weir_plan *plan, struct weir_str name)
{
	struct wr_output_name *output = wr_outputs_find(plan->planner, name);

	if (output != NULL && output->plan != plan)
		return;
	if (output == NULL) {
		output = output_new(plan->planner, plan, name, false, "output");
		wr_outputs_add_maker(plan->planner, output, plan, 0);
	}
	output->read = true;
}

/*
 * A line that could not be made out has been reported: nobody shall hear besides that he reads
 * what is not there.  Its words may be its name, and a directive such as `late_to` may name an
 * output.
 */
static void
outputs_guess(struct weir_plan *plan)
{
	const struct wr_dir *dir = plan->op->dir;
	uint32_t i;

	for (i = 0; i < dir->n_words; i++)
		output_guess(plan, dir->words[i]);
	if (plan->op->desc != NULL)
		return;
	for (dir = dir->children; dir != NULL; dir = dir->next)
		if (dir->n_words == 1 && dir->name.len > 3 &&
			memcmp(dir->name.p + dir->name.len - 3, "_to", 3) == 0)
			output_guess(plan, dir->words[0]);
}

/* Whether a directive names output 0, so that the operator's own name is no output. */
static bool
outputs_name_first(const struct weir_plan *plan)
{
	const struct weir_operator *desc = plan->op->desc;
	struct weir_directive d;
	uint32_t i;

	if (desc == NULL || plan->kind != WEIR_TRANSFORM)
		return false;
	for (i = 0; desc->directives != NULL &&
		    wr_directive_at(desc->directives, desc->directive_size, i, &d);
		i++)
		if (d.type == WEIR_D_OUTPUT && d.port == 0)
			return true;
	return false;
}

static void
outputs_own(struct weir_plan *plan)
{
	struct wr_output_name *output;

	if (!outputs_name_first(plan)) {
		output_set(plan, plan->name, 0, "operator");
		return;
	}
	output = output_new(plan->planner, plan, plan->name, false, "operator");
	if (output != NULL)
		output->bare = true;
}

/* The outputs that word number `word` of a directive names: each occurrence the next port. */
static void
outputs_of_word(struct weir_plan *plan, const struct weir_directive *d, uint32_t word)
{
	const uint32_t n_out = plan->op->desc->n_out;
	const struct wr_dir *dir = wr_dir_find(plan->op->dir, d->name);
	uint32_t port = d->port;

	for (; dir != NULL; dir = dir->next) {
		if (!wr_str_is(dir->name, d->name) || dir->n_words <= word)
			continue;
		if (port >= n_out) {
			wr_problem_at(plan, dir->words[word], "%s has more than %u \"%s\"",
				plan->op->title, n_out - d->port, d->name);
			return;
		}
		if (wr_values_name(plan->planner, dir->words[word]))
			output_set(plan, dir->words[word], port, "output");
		else
			plan->failed = true;
		if ((d->flags & WEIR_REPEATS) == 0)
			return;
		port++;
	}
}

static void
outputs_further(struct weir_plan *plan)
{
	const struct weir_operator *desc = plan->op->desc;
	const char *name = "";
	struct weir_directive d;
	uint32_t i, word = 0;

	for (i = 0; desc->directives != NULL &&
		    wr_directive_at(desc->directives, desc->directive_size, i, &d);
		i++) {
		word = strcmp(d.name, name) == 0 ? word + 1 : 0;
		name = d.name;
		if (d.type == WEIR_D_OUTPUT && d.port < desc->n_out &&
			(d.port > 0 || plan->kind == WEIR_TRANSFORM))
			outputs_of_word(plan, &d, word);
	}
}

/* Dead letters leave by a port of their own, after those of the plugin. */
static void
output_dead_letters(struct weir_plan *plan, struct wr_output_name *output)
{
	struct wr_op *op = plan->op;
	struct wr_out *out = wr_arena_array(plan->planner->arena, struct wr_out, op->n_out + 1);

	if (op->n_out > 0)
		memcpy(out, op->out, op->n_out * sizeof *out);
	out[op->n_out] = (struct wr_out){.name = output->name, .dead_letter = true};
	op->out = out;
	op->error_out = (int32_t)op->n_out;
	wr_outputs_add_maker(plan->planner, output, plan, op->n_out++);
}

static void
outputs_own_refusals(struct weir_plan *plan)
{
	struct wr_output_name *output;

	if (!plan->own_refusal || plan->refusal.how != WR_ON_ERROR_DEAD_LETTER ||
		plan->refusal.name.len == 0)
		return;
	output = output_new(plan->planner, plan, plan->refusal.name, true, "output");
	if (output != NULL)
		output_dead_letters(plan, output);
}

void
wr_outputs_collect(struct wr_planner *planner)
{
	struct weir_plan *plan;
	uint32_t i;

	for (i = 0; i < planner->n_plans; i++) {
		plan = planner->plans[i];
		if (plan->name.len > 0)
			outputs_own(plan);
		if (plan->op->desc == NULL || plan->name.len == 0)
			outputs_guess(plan);
		if (plan->op->desc == NULL)
			continue;
		outputs_further(plan);
		outputs_own_refusals(plan);
	}
	if (planner->refusal.how == WR_ON_ERROR_DEAD_LETTER && planner->refusal.name.len > 0)
		output_new(planner, NULL, planner->refusal.name, true, "output");
}

static uint32_t
mark_readers(const struct wr_output_name *output, struct weir_plan **queue, uint32_t n)
{
	const struct wr_reader *reader;

	for (reader = output->readers; reader != NULL; reader = reader->next)
		if (reader->plan->mark == 0) {
			reader->plan->mark = 1;
			queue[n++] = reader->plan;
		}
	return n;
}

/* Marks what reads an output, directly or through others. */
static void
mark_downstream(struct wr_planner *planner, const struct wr_output_name *from)
{
	struct weir_plan **queue =
		wr_arena_array(&planner->scratch, struct weir_plan *, planner->n_plans + 1);
	const struct wr_output_name *output;
	uint32_t n = mark_readers(from, queue, 0), i, port;

	for (i = 0; i < n; i++)
		for (port = 0; port < queue[i]->op->n_out; port++) {
			output = wr_outputs_find(planner, queue[i]->op->out[port].name);
			if (output != NULL)
				n = mark_readers(output, queue, n);
		}
}

/*
 * The pipeline's dead letters come from all operators that say nothing else themselves, but for
 * those that handle dead letters: theirs would go round in a circle, so there an error is a
 * failure.
 */
void
wr_outputs_default_refusals(struct wr_planner *planner)
{
	struct wr_output_name *output;
	struct weir_plan *plan;
	uint32_t i;

	output = wr_outputs_find(planner, planner->refusal.name);
	if (planner->refusal.how != WR_ON_ERROR_DEAD_LETTER || output == NULL ||
		!output->dead_letter)
		return;
	mark_downstream(planner, output);
	for (i = 0; i < planner->n_plans; i++) {
		plan = planner->plans[i];
		if (plan->op->desc == NULL || plan->own_refusal)
			continue;
		if (plan->mark == 0)
			output_dead_letters(plan, output);
		else
			plan->op->on_error = plan->refusal.how = WR_ON_ERROR_FAIL;
	}
}
