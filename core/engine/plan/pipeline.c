/* SPDX-License-Identifier: Apache-2.0 */
/* Planning a pipeline. */
#include "engine/plan/pipeline.h"

#include "engine/plan/planner.h"

#include <stdlib.h>

enum { WHOLE_CONSTANTS = 64 }; /* 2 MB at most, however many rules there are */

static bool
plan_is_whole(const struct wr_planner *planner, uint32_t errors_before)
{
	uint32_t i;

	for (i = 0; i < planner->n_plans; i++)
		if (planner->plans[i]->failed)
			return false;
	return planner->diag->n_errors == errors_before;
}

/* The stages in their order; false: there was an error. */
static bool
plan_all(struct wr_planner *planner, const struct wr_dir *block)
{
	uint32_t errors_before = planner->diag->n_errors;

	wr_read_pipeline(planner, block);
	wr_outputs_collect(planner);
	wr_wires_connect(planner);
	wr_order_sort(planner);
	wr_typing_run(planner);
	wr_durable_check(planner);
	wr_files_check(planner);
	if (!plan_is_whole(planner, errors_before))
		return false;
	wr_order_sources(planner);
	wr_needed_run(planner);
	wr_chains_build(planner);
	wr_durable_guarantee(planner);
	wr_memory_divide(planner);
	return planner->diag->n_errors == errors_before;
}

struct wr_pipeline *
wr_pipeline_plan(const struct wr_conf *conf, const struct wr_dir *block,
	const struct wr_plugins *plugins, const struct wr_plan_options *options,
	struct wr_diag *diag)
{
	struct wr_pipeline *pipeline = wr_zalloc(sizeof *pipeline);
	struct wr_planner planner = {
		.pipeline = pipeline,
		.arena = &pipeline->arena,
		.plugins = plugins,
		.options = options,
		.diag = diag,
		.whole = WHOLE_CONSTANTS,
	};
	bool good;

	pipeline->conf = conf;
	pipeline->dir = block;
	pipeline->plugins = plugins;
	pipeline->threads = options->worker_threads > 0 ? options->worker_threads : 1;
	good = plan_all(&planner, block);
	wr_arena_fini(&planner.scratch);
	if (good)
		return pipeline;
	wr_pipeline_free(pipeline);
	return NULL;
}

void
wr_pipeline_free(struct wr_pipeline *pipeline)
{
	if (pipeline == NULL)
		return;
	wr_arena_fini(&pipeline->arena);
	free(pipeline);
}
