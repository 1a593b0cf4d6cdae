/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checkpoint coordinator: numbers epochs, has every source carry a barrier, gathers what
 * instances hand over, and decides.  One epoch in flight.  With durable state it has a thread of
 * its own, the state thread, which also makes the [commit] callbacks of two-phase sinks; with state
 * in memory the only epoch is the last one, which nobody stores.
 *
 *   IDLE -> TRIGGERED (sources carry barrier n) -> CAPTURED (all instances, sinks prepared)
 *        -> DECIDED (one synced batch; or the journal in one, and then the sink that decides)
 *        -> COMMITTED (sinks) -> IDLE, or APPLIED (to the base, with those before) -> IDLE
 *
 * Whatever fails between CAPTURED and IDLE is not guessed about: the run ends unclean, its
 * successor recovers.
 */
#ifndef WR_ENGINE_CHECKPOINT_H
#define WR_ENGINE_CHECKPOINT_H

#include <stdbool.h>

#include "engine/instance.h"
#include "engine/run.h"

struct wr_run;
struct wr_checkpoint;

/* Opens the store when the pipeline keeps durable state; before instances are opened. */
struct wr_checkpoint *wr_checkpoint_new(struct wr_run *run, struct weir_err *err);
/* What was decided is known and in the base, from here on it can be restored; refuses to lose some
 * of it.  Sinks that decide are open by now, nobody else. */
int wr_checkpoint_settle(struct wr_checkpoint *checkpoint, struct weir_err *err);
/* Sinks commit what was decided and drop the rest; after instances are opened. */
int wr_checkpoint_recover(struct wr_checkpoint *checkpoint, struct weir_err *err);
int wr_checkpoint_start(struct wr_checkpoint *checkpoint, struct weir_err *err);
/* The run is over: an epoch that is not captured will not be decided any more. [any] */
void wr_checkpoint_quit(struct wr_checkpoint *checkpoint);
/* Waits for what is still to be decided.  True: it was left unclean. */
bool wr_checkpoint_join(struct wr_checkpoint *checkpoint);
void wr_checkpoint_free(struct wr_checkpoint *checkpoint);

/* As wr_run_savepoint(). [any] */
int wr_checkpoint_savepoint(struct wr_checkpoint *checkpoint, const char *path,
	wr_savepoint_done_fn done, void *arg, struct weir_err *err);

/* The epoch whose barrier sources are to carry now, and whether it is the last. [any] */
uint64_t wr_checkpoint_wanted(const struct wr_checkpoint *checkpoint, bool *final);
/* Of the epochs decided, the last. [any] */
uint64_t wr_checkpoint_decided(const struct wr_checkpoint *checkpoint);
/* One of them since it was settled. [any] */
bool wr_checkpoint_has_decided(const struct wr_checkpoint *checkpoint);
/* All sources had been read to their ends: sinks are opened and recovered, and nothing runs.
   wr_checkpoint_recover() says so with -EALREADY. */
bool wr_checkpoint_has_ended(const struct wr_checkpoint *checkpoint);
bool wr_checkpoint_is_durable(const struct wr_checkpoint *checkpoint);
/* There is something new to keep. [any] */
void wr_checkpoint_touch(struct wr_checkpoint *checkpoint);
/* How much of the instance has changed: above max_dirty of the pipeline the next epoch comes early.
   [task] */
void wr_checkpoint_note_dirty(struct wr_checkpoint *checkpoint, struct wr_inst *inst);
/* A source has nothing more to read; drained: its input has ended, else it was told to stop.  When
   all have: the final epoch. [task] */
void wr_checkpoint_source_ended(struct wr_checkpoint *checkpoint, bool drained);
/* At its barrier, after before_barrier(): hands over the instance's state, or begins to: what is
   more than a slice is copied while the instance works on.  A two-phase sink is held until the
   decision. [task] */
void wr_checkpoint_capture(struct wr_checkpoint *checkpoint, struct wr_inst *inst, uint64_t epoch);
/* The next slice of each instance of the task that is not handed over yet. [task] */
void wr_checkpoint_copy(struct wr_checkpoint *checkpoint, struct wr_task *task);
/* What an instance has not handed over goes with it. */
void wr_part_free(struct wr_part *part);

/* Restoring, within wr_inst_open(): the watermark before open(), a table when it is opened, the
 * rest after open(). */
int wr_checkpoint_restore_watermark(
	struct wr_checkpoint *checkpoint, struct wr_inst *inst, struct weir_err *err);
int wr_checkpoint_restore_table(struct wr_checkpoint *checkpoint, struct wr_inst *inst,
	struct weir_table *table, struct weir_err *err);
int wr_checkpoint_restore_rest(
	struct wr_checkpoint *checkpoint, struct wr_inst *inst, struct weir_err *err);

#endif
