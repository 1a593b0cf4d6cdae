/* SPDX-License-Identifier: Apache-2.0 */
/* What a pipeline keeps, how often, and what it can promise by that. */
#include "engine/plan/planner.h"

#include "base/err.h"

const struct weir_directive wr_durable_table[] = {
	{
		.name = "interval",
		.summary = "From one checkpoint to the next.",
		.deflt = "1s",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct wr_checkpoint_conf, interval),
		.min = 1000,
		.max = (int64_t)86400 * 1000000,
	},
	{
		.name = "min_pause",
		.summary = "From the end of one checkpoint to the beginning of the next, at least.",
		.deflt = "0s",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct wr_checkpoint_conf, min_pause),
		.min = 0,
		.max = (int64_t)86400 * 1000000,
	},
	{
		.name = "timeout",
		.summary = "A checkpoint that takes longer is logged; it goes on.",
		.deflt = "1m",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct wr_checkpoint_conf, timeout),
		.min = 1000,
		.max = (int64_t)86400 * 1000000,
	},
	{
		.name = "max_dirty",
		.summary =
			"What has changed since the last checkpoint, about: for more the next one "
			"comes before its time.",
		.deflt = "64m",
		.type = WEIR_D_SIZE,
		.offset = offsetof(struct wr_checkpoint_conf, max_dirty),
		.min = 1024,
		.max = INT64_C(1) << 40,
	},
	{.name = NULL},
};

/* Whether state outlives the process: where there is a place for it, unless the conf does without.
 */
static bool
is_durable(struct wr_planner *planner, const struct wr_dir *block)
{
	const struct wr_dir *state = wr_dir_find(block, "state");

	if (state == NULL)
		return planner->options->state_path != NULL;
	if (planner->conf.state == WR_STATE_MEMORY)
		return false;
	if (planner->options->state_path == NULL)
		wr_diag_error_span(planner->diag, state->name.loc, state->name.len,
			"state leveldb needs a place; write \"state_path DIR;\" at the top level");
	return planner->options->state_path != NULL;
}

void
wr_durable_read(struct wr_planner *planner, const struct wr_dir *block)
{
	const struct wr_dir *dir = wr_dir_find(block, "checkpoint");
	struct wr_checkpoint_conf conf = {0};
	const struct wr_table_of table = {wr_durable_table, sizeof wr_durable_table[0], &conf};
	struct wr_pipeline *pipeline = planner->pipeline;
	struct wr_dir none = {.name = block->name};

	if (dir != NULL && dir->n_words > 0 && !dir->broken)
		wr_diag_error_span(planner->diag, dir->name.loc, dir->name.len,
			"invalid number of arguments in \"checkpoint\" directive; write "
			"\"checkpoint { ... }\"");
	if (dir == NULL || wr_conf_expect_block(dir, true, planner->diag))
		wr_bind(dir != NULL ? dir : &none, &table, 1, NULL, "checkpoint", planner->arena,
			planner->diag);
	pipeline->checkpoint_interval = conf.interval;
	pipeline->checkpoint_pause = conf.min_pause;
	pipeline->checkpoint_timeout = conf.timeout;
	pipeline->max_dirty = conf.max_dirty;
	if (is_durable(planner, block))
		pipeline->state_dir = wr_arena_printf(
			planner->arena, "%s/%s", planner->options->state_path, pipeline->name);
}

/* The first operator for which a replay would show, or NULL. */
static const struct wr_op *
weakest(const struct wr_pipeline *pipeline, const char **why)
{
	for (uint32_t i = 0; i < pipeline->n_ops; i++) {
		const struct weir_operator *desc = pipeline->ops[i]->desc;

		*why = "cannot be read again, so what it had given since the last checkpoint is "
		       "lost";
		if (desc->kind == WEIR_SOURCE && (desc->flags & WEIR_REPLAYABLE) == 0)
			return pipeline->ops[i];
	}
	for (uint32_t i = 0; i < pipeline->n_ops; i++) {
		const struct weir_operator *desc = pipeline->ops[i]->desc;

		*why = "cannot take rows back, so those since the last checkpoint come again after "
		       "a failure";
		if (desc->kind == WEIR_SINK && !pipeline->ops[i]->two_phase)
			return pipeline->ops[i];
	}
	return NULL;
}

/* Exactly one place decides an epoch. */
static void
check_deciders(struct wr_planner *planner)
{
	struct wr_pipeline *pipeline = planner->pipeline;

	for (uint32_t i = 0; i < pipeline->n_ops; i++) {
		const struct wr_op *op = pipeline->ops[i], *first = pipeline->decider;

		if (op->decider.p == NULL)
			continue;
		if (pipeline->state_dir == NULL)
			wr_diag_error_span(planner->diag, op->dir->name.loc, op->dir->name.len,
				"%s shows rows with checkpoints, and state lives in memory; write "
				"\"state_path DIR;\" at the top level",
				op->title);
		else if (first != NULL && !wr_str_eq(first->decider, op->decider))
			wr_diag_error_span(planner->diag, op->dir->name.loc, op->dir->name.len,
				"%s would have %s decide checkpoints, and %s has %s, but only one "
				"can; give both the same, or one of them a pipeline of its own",
				op->title, op->decider.p, first->title, first->decider.p);
		if (first == NULL)
			pipeline->decider = op;
	}
}

/* Else the state of that operator would go again at each start. */
static void
check_drop(struct wr_planner *planner, struct weir_str name)
{
	for (uint32_t i = 0; i < planner->n_plans; i++)
		if (wr_str_is(name, planner->plans[i]->op->name))
			wr_diag_error_span(planner->diag, name.loc, name.len,
				"\"%.*s\" is in the conf, and \"state_drop\" is for what no longer "
				"is; to start it afresh give it another name",
				WR_STRF(name));
}

void
wr_durable_check(struct wr_planner *planner)
{
	const struct weir_list *drops = &planner->conf.state_drop;

	for (uint32_t i = 0; i < drops->n; i++)
		check_drop(planner, drops->v[i]);
	planner->pipeline->state_drop = *drops;
	check_deciders(planner);
}

void
wr_durable_guarantee(struct wr_planner *planner)
{
	struct wr_pipeline *pipeline = planner->pipeline;
	const struct wr_op *op;
	const char *why;

	if (pipeline->state_dir == NULL) {
		pipeline->guarantee = "none";
		pipeline->guarantee_why = "state lives in memory, nothing outlives the process";
		return;
	}
	op = weakest(pipeline, &why);
	if (op == NULL) {
		pipeline->guarantee = "exactly-once";
		pipeline->guarantee_why =
			"every source can be read again, every sink shows rows only "
			"with the checkpoint that holds them";
		if (pipeline->decider != NULL)
			pipeline->guarantee_why = wr_arena_printf(planner->arena,
				"every source can be read again, and rows are shown by what "
				"decides the checkpoint that holds them: %s",
				pipeline->decider->decider.p);
		return;
	}
	pipeline->guarantee = op->desc->kind == WEIR_SOURCE ? "at-most-once" : "at-least-once";
	pipeline->guarantee_why = wr_arena_printf(planner->arena, "%s %s", op->title, why);
}
