/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `weir -t` knows of a pipeline's state: what of the last checkpoint is kept under this conf.
 * Reads one file, which is there while the pipeline runs, and opens operators that have tables.
 */
#ifndef WR_HOST_VERDICTS_H
#define WR_HOST_VERDICTS_H

#include "base/arena.h"
#include "conf/conf.h"
#include "engine/plan/pipeline.h"
#include "state/verdict.h"

struct wr_state_plan {
	const char *dir; /* NULL: state lives in memory */
	const char *unknown; /* why nothing can be said of the last checkpoint; NULL: it can */
	bool has_checkpoint;
	struct wr_verdict *verdicts;
	uint32_t n;
};

/* Refusals go to diag as well. */
struct wr_state_plan wr_state_plan(
	const struct wr_pipeline *pipeline, struct wr_arena *arena, struct wr_diag *diag);

#endif
