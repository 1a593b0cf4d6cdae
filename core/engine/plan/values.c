/* SPDX-License-Identifier: Apache-2.0 */
/* Values that the directive tables leave to the planner: names, on_error, watermark. */
#include "engine/plan/planner.h"

#include "base/err.h"

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A name stands in expressions of paths, metrics and state, so it is plain. */
static bool
name_is_plain(struct weir_str name)
{
	uint32_t i;

	if (name.len == 0 || !is_letter(name.p[0]))
		return false;
	for (i = 1; i < name.len; i++)
		if (!is_letter(name.p[i]) && !is_digit(name.p[i]) && name.p[i] != '-')
			return false;
	return true;
}

bool
wr_values_name(struct wr_planner *planner, struct weir_str name)
{
	static const char *const reserved[] = {"all", "from", "none", "pipeline", "sink", "source"};
	size_t i;

	if (!name_is_plain(name)) {
		wr_diag_error_span(planner->diag, name.loc, name.len,
			"\"%.*s\" is not a name; write letters, digits, \"_\" and \"-\", a letter "
			"or \"_\" first",
			WR_STRF(name));
		return false;
	}
	if (name.len > WR_PLAN_NAME_MAX) {
		wr_diag_error_span(planner->diag, name.loc, name.len,
			"name \"%.*s\" is longer than %d characters", WR_STRF(name),
			WR_PLAN_NAME_MAX);
		return false;
	}
	for (i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
		if (wr_str_is(name, reserved[i])) {
			wr_diag_error_span(planner->diag, name.loc, name.len,
				"\"%.*s\" is a reserved word and cannot be a name", WR_STRF(name));
			return false;
		}
	return true;
}

bool
wr_values_refusal(struct wr_planner *planner, const struct wr_dir *block, struct wr_refusal refusal,
	struct wr_refusal *out)
{
	static const char *const words[] = {"fail", "drop", "dead_letter"};
	const struct wr_dir *dir = wr_dir_find(block, "on_error");

	/* What is wrong with the words themselves, binding has told. */
	if (dir == NULL || dir->broken || dir->n_words == 0 || dir->n_words > 2 ||
		!wr_str_is(dir->words[0], words[refusal.how]))
		return false;
	if ((refusal.how == WR_ON_ERROR_DEAD_LETTER) != (dir->n_words == 2)) {
		wr_diag_error_span(planner->diag, dir->name.loc, dir->name.len,
			"invalid number of arguments in \"on_error\" directive; write \"on_error "
			"%.*s%s\"",
			WR_STRF(dir->words[0]), dir->n_words == 1 ? " NAME" : "");
		return false;
	}
	if (dir->n_words == 2 && !wr_values_name(planner, refusal.name))
		return false;
	*out = refusal;
	return true;
}

static bool
watermark_duration(struct weir_plan *plan, uint32_t i, int64_t *us)
{
	struct weir_str word = plan->host.watermark_rest.v[i];
	struct weir_err err = {0};

	if (wr_conf_duration(word, us, &err) < 0) {
		wr_problem_at(plan, word, "%s", err.text);
		return false;
	}
	return true;
}

/* What follows `monotonic`, `none` or `bounded`. */
void
wr_values_watermark(struct weir_plan *plan)
{
	const struct wr_dir *dir = wr_dir_find(plan->op->dir, "watermark");
	const struct weir_list *rest = &plan->host.watermark_rest;
	struct wr_op *op = plan->op;
	uint32_t i = 0;

	op->watermark = plan->host.watermark;
	if (op->watermark == WR_WATERMARK_MONOTONIC &&
		(dir == NULL || dir->n_words == 0 || !wr_str_is(dir->words[0], "monotonic")))
		return;
	if (op->watermark == WR_WATERMARK_BOUNDED) {
		if (rest->n == 0) {
			wr_problem_at(plan, dir->name,
				"invalid number of arguments in \"watermark\" directive; write "
				"\"watermark bounded DURATION\"");
			return;
		}
		if (!watermark_duration(plan, i++, &op->watermark_delay))
			return;
	}
	if (i == rest->n)
		return;
	if (!wr_str_is(rest->v[i], "idle") || op->watermark == WR_WATERMARK_NONE ||
		rest->n > i + 2) {
		if (wr_str_is(rest->v[i], "idle") && op->watermark != WR_WATERMARK_NONE)
			i += 2;
		wr_problem_at(plan, rest->v[i], "unexpected \"%.*s\" in \"watermark\"",
			WR_STRF(rest->v[i]));
		return;
	}
	if (rest->n == i + 1)
		wr_problem_at(plan, rest->v[i],
			"invalid number of arguments in \"watermark\" directive; write \"idle "
			"DURATION\"");
	else if (watermark_duration(plan, i + 1, &op->idle) && op->idle == 0)
		wr_problem_at(plan, rest->v[i + 1],
			"\"idle\" of \"watermark\" is %.*s; it must be longer",
			WR_STRF(rest->v[i + 1]));
}
