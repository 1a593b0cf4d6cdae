/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the planner. */
#include "engine/plan/planner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

uint32_t
wr_problem_loc(const struct weir_plan *plan)
{
	return plan->name.loc != 0 ? plan->name.loc : plan->op->dir->name.loc;
}

static void
problem_add(struct weir_plan *plan, uint32_t loc, uint32_t len, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof text, fmt, ap);
	if (loc == 0) {
		loc = wr_problem_loc(plan);
		len = plan->name.loc != 0 ? plan->name.len : 0;
	}
	wr_diag_error_span(plan->planner->diag, loc, len, "%s", text);
	plan->failed = true;
}

void
wr_problem(struct weir_plan *plan, uint32_t loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	problem_add(plan, loc, 0, fmt, ap);
	va_end(ap);
}

void
wr_problem_at(struct weir_plan *plan, struct weir_str at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	problem_add(plan, at.loc, at.len, fmt, ap);
	va_end(ap);
}

void
wr_problem_internal(struct weir_plan *plan, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (plan->stage == WR_PLAN_OPERATOR)
		wr_problem(plan, 0, "internal error: the plugin of %s %s", plan->op->title, text);
	else
		wr_problem(plan, plan->op->format.loc,
			"internal error: the plugin of format \"%s\" %s",
			plan->op->format.desc->name, text);
}

/* Beyond the errors that are shown nobody sees a guess, and a guess costs. */
const char *
wr_problem_guess(
	struct wr_planner *planner, struct weir_str word, const char *const *names, size_t n)
{
	const char *guess = NULL;

	if (planner->diag->n_errors < WR_DIAG_MAX)
		guess = wr_did_you_mean(word, names, n);
	return guess == NULL ? ""
			     : wr_arena_printf(planner->arena, "; did you mean \"%s\"?", guess);
}

const char *
wr_problem_guess_offer(struct wr_planner *planner, struct weir_str word, uint32_t kind,
	const char *const *more, size_t n_more)
{
	const struct wr_offer *offers;
	const char **names;
	size_t n, i;

	offers = wr_plugins_offers(planner->plugins, kind, &n);
	names = wr_arena_array(planner->arena, const char *, n + n_more + 1);
	for (i = 0; i < n; i++)
		names[i] = offers[i].name;
	for (i = 0; i < n_more; i++)
		names[n + i] = more[i];
	return wr_problem_guess(planner, word, names, n + n_more);
}
