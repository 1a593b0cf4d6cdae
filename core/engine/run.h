/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a planned pipeline: loops, tasks, rings.  wr_run_* may be called by any thread unless
 * said otherwise.
 */
#ifndef WR_ENGINE_RUN_H
#define WR_ENGINE_RUN_H

#include <stdbool.h>
#include <weir/weir.h>

#include "engine/plan/pipeline.h"

struct wr_run;

struct wr_run_options {
	int64_t (*now)(void *arg); /* us since 1970; NULL: the system's clock */
	void *now_arg;
	/* One event a call, any thread; op NULL: the pipeline's own. */
	void (*log)(void *arg, int32_t level, const struct wr_op *op, uint32_t subtask,
		const char *text);
	void *log_arg;
	/* Called once, on a loop's thread, when the run has ended by itself or failed; may be NULL.
	 */
	void (*ended)(void *arg);
	void *ended_arg;
};

/* Opens every instance.  pipeline must outlive the run.  NULL: err says why, err->loc where in the
 * conf. */
struct wr_run *wr_run_new(const struct wr_pipeline *pipeline, const struct wr_run_options *options,
	struct weir_err *err);
/*
 * What a pipeline would keep, before it runs: opens operators that need tables, in one subtask each
 * and with nothing restored, and closes them again.  All of it is the arena's, or the pipeline's.
 */
struct wr_arena;
struct wr_kept;
int wr_run_keeps(const struct wr_pipeline *pipeline, struct wr_arena *arena, struct wr_kept *kept,
	struct weir_err *err);
/* Starts the loops' threads. */
int wr_run_start(struct wr_run *run, struct weir_err *err);
/*
 * Instead of wr_run_start, for tests: works on the caller's thread, always in the same order, until
 * all that is left waits for a wake-up, for the clock (wr_run_tick) or for the end.  Call it again
 * when one of these may have come.  Then wr_run_wait.
 */
void wr_run_step(struct wr_run *run);

/*
 * Makes a checkpoint and writes it to a file as a savepoint, while the run goes on.  done() is
 * called once, on a thread of the engine's, before wr_run_wait() returns; err NULL: it is written.
 * -EINVAL: nothing outlives this pipeline; -EBUSY: one at a time; then done() is not called.
 */
struct wr_savepoint_info;
typedef void (*wr_savepoint_done_fn)(
	void *arg, const struct wr_savepoint_info *info, const struct weir_err *err);
int wr_run_savepoint(struct wr_run *run, const char *path, wr_savepoint_done_fn done, void *arg,
	struct weir_err *err);
enum { WR_STOP_GRACEFUL = 1, WR_STOP_NOW };
/* GRACEFUL: sources end, what is in hand is finished, open windows are not flushed.
 * Async-signal-safe it is not. */
void wr_run_stop(struct wr_run *run, int how);
/* Blocks until every loop has ended.  0: ended or stopped; < 0: failed, err says how. */
int wr_run_wait(struct wr_run *run, struct weir_err *err);
/* With a clock of the caller's: it has moved, every task looks at it. */
void wr_run_tick(struct wr_run *run);
bool wr_run_has_ended(const struct wr_run *run);
/* After it: an epoch may or may not have been decided; only a new process can tell (exit 75). */
bool wr_run_was_unclean(const struct wr_run *run);
/* An epoch was decided since it was made. */
bool wr_run_has_decided(const struct wr_run *run);
/* After wr_run_wait, or before start. */
void wr_run_free(struct wr_run *run);

/* One operator, all subtasks together.  Counters are read while they run: each is right, together
 * they are close. */
struct wr_op_status {
	const struct wr_op *op;
	uint64_t rows_in, rows_out, batches_in;
	uint64_t records, bad; /* sources: records read, refused by the format */
	uint64_t rejected, dropped, dead; /* rows refused; of these dropped, sent as dead letters */
	uint64_t busy_us, blocked_us; /* in callbacks; waiting for room downstream */
	int64_t watermark; /* INT64_MIN: none yet */
	uint64_t queued; /* batches in the rings that feed it */
};
void wr_run_status(const struct wr_run *run, uint32_t op, struct wr_op_status *status);
/* Counters the plugins keep: calls back for each (name, help, sum over subtasks). */
void wr_run_counters(const struct wr_run *run, uint32_t op,
	void (*each)(void *arg, const char *name, const char *help, uint64_t value), void *arg);

#endif
