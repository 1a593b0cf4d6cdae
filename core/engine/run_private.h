/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tasks and loops need of the run they belong to.
 */
#ifndef WR_ENGINE_RUN_PRIVATE_H
#define WR_ENGINE_RUN_PRIVATE_H

#include <stdbool.h>

#include "engine/run.h"
#include "engine/task.h"

struct wr_checkpoint;

struct wr_checkpoint *wr_run_checkpoint(const struct wr_run *run);
/* Every task of a source looks at what is wanted of it. [any] */
void wr_run_schedule_sources(struct wr_run *run);
const struct wr_pipeline *wr_run_pipeline(const struct wr_run *run);
uint32_t wr_run_max_parallelism(const struct wr_run *run);
/* The first failure counts; every loop ends.  inst may be NULL.  [any] */
void wr_run_fail(struct wr_run *run, struct wr_inst *inst, const struct weir_err *err);
/* The run is over, tasks do nothing more. [any] */
bool wr_run_aborted(const struct wr_run *run);
/* Sources end now. [any] */
bool wr_run_stopping(const struct wr_run *run);
int64_t wr_run_now(const struct wr_run *run);
bool wr_run_clock_is_virtual(const struct wr_run *run);
void wr_run_log(struct wr_run *run, int32_t level, struct wr_inst *inst, const char *text);
/* The task of subtask i of an operator. */
struct wr_inst *wr_run_inst(const struct wr_run *run, const struct wr_op *op, uint32_t subtask);
/* Blocks that one loop has read and another may decode: whether that loop could, and does one; one
 * of the `threads` - 1 behind it is woken if they sleep.  [any] */
bool wr_run_needs_help(const struct wr_run *run, uint32_t loop);
bool wr_run_help(struct wr_run *run, uint32_t loop);
void wr_run_call_help(struct wr_run *run, uint32_t loop, uint32_t threads);
/* A task has nothing more to do, ever. */
void wr_run_task_ended(struct wr_run *run, struct wr_task *task);
void *wr_run_shared(struct wr_run *run, const char *key, void *(*make)(void *),
	void (*drop)(void *), void *arg);

#endif
