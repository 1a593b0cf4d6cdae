/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task: one subtask of a chain, what a loop schedules.  It owns its instances, reads its
 * channels, and is not called while its outputs have no room.  Everything here belongs to the
 * task's loop unless it says [any].
 *
 *   ring -> channel -> (align, merge watermarks) -> head instance -> direct calls -> last instances
 * -> rings
 */
#ifndef WR_ENGINE_TASK_H
#define WR_ENGINE_TASK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "engine/instance.h"
#include "engine/plan/pipeline.h"
#include "engine/ring.h"

struct wr_loop;
struct wr_run;

/* What arrives from one subtask of one upstream operator. */
struct wr_channel {
	struct wr_ring *ring;
	uint32_t in; /* input port of the head */
	int64_t watermark;
	bool idle, ended;
	bool blocked; /* its barrier has come: not read until all have (invariant: no record behind
			 a barrier is processed before the state of the epoch is captured) */
};

#define WR_ROOM_UNKNOWN UINT32_MAX

struct wr_task {
	struct wr_task *next; /* in the loop's lists */
	_Atomic uint32_t scheduled; /* it stands in one of them */
	struct wr_loop *loop;
	struct wr_run *run;
	const struct wr_chain *chain;
	uint32_t subtask;
	struct wr_pool *pool;
	struct wr_inst **insts; /* head first, parents before children */
	uint32_t n_insts, n_stuck, n_ended;
	uint32_t n_copying; /* instances whose state is being copied for a checkpoint */
	struct wr_channel *channels; /* none: the head is a source */
	uint32_t n_channels, next_channel;
	uint64_t epoch; /* of the barrier that has come on some channels */
	uint32_t n_blocked, n_live; /* channels */
	struct wr_ring **rings; /* that leave it */
	uint32_t n_rings, cap_rings;
	uint32_t room; /* batches, as wr_task_room(); WR_ROOM_UNKNOWN: a batch has gone out since */
	int64_t watermark; /* merged */
	int64_t low; /* of the channels that count, n_low of which stand there */
	uint32_t n_low;
	bool idle, stopping, ended;
	int64_t deadline; /* by the run's clock: to be stepped then; INT64_MAX: never */
	int64_t blocked_since; /* monotonic us; 0: it has room */
};

/* Makes the loop step it soon; cheap when it stands there already. [any] */
void wr_task_schedule(struct wr_task *task);
/* Works until there is nothing to do, no room, or the turn is over (true: step it again). */
bool wr_task_step(struct wr_task *task);
/* Batches that fit into the fullest of its outputs. */
uint32_t wr_task_room(struct wr_task *task);
/* Every output has room; each that has not is asked to wake this task. */
bool wr_task_has_room(struct wr_task *task);
/* Its instances and its pool are the run's to free. */
void wr_task_free(struct wr_task *task);

#endif
