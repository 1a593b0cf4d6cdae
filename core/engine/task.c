/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks: reading channels, aligning barriers, merging watermarks, feeding the head of a chain. */
#include "engine/task.h"

#include "base/err.h"
#include "engine/checkpoint.h"
#include "engine/loop.h"
#include "engine/run_private.h"
#include "engine/source.h"

#include <stdlib.h>
#include <uv.h>

enum {
	TURN_ITEMS = 64, /* what one step may take before others have their turn */
	TURN_CALLS = 1024, /* of instances by a source, about */
};

void
wr_task_schedule(struct wr_task *task)
{
	/* Whoever made work visible did so before this; the task clears the flag before it looks
	 * for work. */
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&task->scheduled, memory_order_relaxed) != 0)
		return;
	if (atomic_exchange(&task->scheduled, 1) == 0)
		wr_loop_ready(task->loop, task);
}

uint32_t
wr_task_room(struct wr_task *task)
{
	/* What one call makes is held until it returns.  To make more at once is for who else works
	 * on it meanwhile. */
	bool alone = task->n_rings == 0 || wr_run_pipeline(task->run)->memory.limit > 0;
	uint32_t room = alone ? 1 : 16;

	if (task->room != WR_ROOM_UNKNOWN)
		return task->room;
	for (uint32_t i = 0; i < task->n_rings; i++) {
		uint32_t n = wr_ring_free_batches(task->rings[i]);

		room = n < room ? n : room;
	}
	task->room = room;
	return room;
}

bool
wr_task_has_room(struct wr_task *task)
{
	bool room = true;

	task->room = WR_ROOM_UNKNOWN;
	for (uint32_t i = 0; i < task->n_rings; i++)
		room &= wr_ring_room(task->rings[i]);
	return room;
}

/* Nothing waits beyond the bounds of a ring; else its consumer wakes this task again. */
static bool
is_flushed(struct wr_task *task)
{
	bool flushed = true;

	for (uint32_t i = 0; i < task->n_rings; i++) {
		wr_ring_room(task->rings[i]);
		flushed &= task->rings[i]->n_overflow == 0;
	}
	return flushed;
}

static void
note_blocked(struct wr_task *task, bool blocked)
{
	int64_t now = (int64_t)(uv_hrtime() / 1000);

	if (blocked && task->blocked_since == 0) {
		task->blocked_since = now;
	} else if (!blocked && task->blocked_since != 0) {
		wr_count(&task->insts[0]->counts.blocked_us, (uint64_t)(now - task->blocked_since));
		task->blocked_since = 0;
	}
}

/*
 * Lets one of the instances that could not finish go on, those downstream first, so that they are
 * free before more is made for them.  False: none can, each will be woken.
 */
static bool
run_stuck(struct wr_task *task)
{
	for (uint32_t i = task->n_insts; i-- > 0;) {
		struct wr_inst *inst = task->insts[i];

		if (inst->stuck && !wr_inst_is_stuck_below(inst) && wr_inst_run(inst))
			return true;
	}
	return false;
}

/*
 * The least of the channels that are neither idle nor at the end of time.  One that was cut off
 * before the end holds its watermark: what is behind it has not come.
 */
static void
merge_watermarks(struct wr_task *task)
{
	int64_t low = INT64_MAX;
	bool counts = false, over = true;
	uint32_t n_low = 0;

	for (uint32_t i = 0; i < task->n_channels; i++) {
		const struct wr_channel *channel = &task->channels[i];

		if (channel->watermark == INT64_MAX)
			continue;
		over = false;
		if (channel->idle)
			continue;
		counts = true;
		n_low = channel->watermark < low ? 1 : n_low + (channel->watermark == low);
		low = channel->watermark < low ? channel->watermark : low;
	}
	task->low = low;
	task->n_low = n_low;
	counts |= over;
	if (!counts != task->idle) {
		task->idle = !counts;
		wr_inst_deliver(task->insts[0],
			(struct wr_item){.kind = counts ? WR_ITEM_ACTIVE : WR_ITEM_IDLE});
	}
	if (counts && low > task->watermark) {
		task->watermark = low;
		wr_inst_deliver(task->insts[0],
			(struct wr_item){.kind = WR_ITEM_WATERMARK, .u.watermark = low});
	}
}

/* Of thousands of channels only the last that stands behind says more than the others did. */
static void
take_watermark(struct wr_task *task, struct wr_channel *channel, int64_t watermark)
{
	bool behind = !channel->idle && channel->watermark <= task->low;

	channel->watermark = watermark;
	if (watermark != INT64_MAX && (!behind || (task->n_low > 1 && watermark > task->low))) {
		task->n_low -= behind;
		return;
	}
	merge_watermarks(task);
}

/* All live channels stand at the barrier: the epoch passes through, then they are read again. */
static void
try_align(struct wr_task *task, uint64_t epoch)
{
	if (task->n_blocked == 0 || task->n_blocked < task->n_live)
		return;
	for (uint32_t i = 0; i < task->n_channels; i++)
		task->channels[i].blocked = false;
	task->n_blocked = 0;
	wr_inst_deliver(
		task->insts[0], (struct wr_item){.kind = WR_ITEM_BARRIER, .u.epoch = epoch});
}

static void
take_item(struct wr_task *task, struct wr_channel *channel, struct wr_item item)
{
	switch (item.kind) {
	case WR_ITEM_BATCH:
		wr_inst_deliver(task->insts[0], item);
		break;
	case WR_ITEM_WATERMARK:
		take_watermark(task, channel, item.u.watermark);
		break;
	case WR_ITEM_IDLE:
	case WR_ITEM_ACTIVE:
		channel->idle = item.kind == WR_ITEM_IDLE;
		merge_watermarks(task);
		break;
	case WR_ITEM_BARRIER:
		channel->blocked = true;
		task->epoch = item.u.epoch;
		task->n_blocked++;
		try_align(task, item.u.epoch);
		break;
	case WR_ITEM_END:
		channel->ended = true;
		task->n_live--;
		merge_watermarks(task);
		if (task->n_live == 0)
			wr_inst_deliver(task->insts[0], item);
		else
			try_align(task, task->epoch);
		break;
	default:
		wr_assert(false);
	}
}

/* The next item of the channels in turn; false: none. */
static bool
take_next(struct wr_task *task)
{
	for (uint32_t k = 0; k < task->n_channels; k++) {
		uint32_t i = (task->next_channel + k) % task->n_channels;
		struct wr_channel *channel = &task->channels[i];
		struct wr_item item;

		if (channel->blocked || channel->ended || !wr_ring_pop(channel->ring, &item))
			continue;
		task->next_channel = i + 1;
		take_item(task, channel, item);
		return true;
	}
	return false;
}

/* Hands clock timers that are due to their instances. */
static void
look_at_clock(struct wr_task *task)
{
	int64_t now = wr_run_now(task->run);

	for (uint32_t i = 0; i < task->n_insts; i++) {
		struct wr_inst *inst = task->insts[i];

		if (inst->timers != NULL && wr_timers_next(inst->timers, WEIR_CLOCK) <= now)
			wr_inst_deliver(inst, (struct wr_item){.kind = WR_ITEM_CLOCK});
	}
}

/* When it has something to do though nobody wakes it. */
static int64_t
next_deadline(const struct wr_task *task)
{
	const struct wr_source *source = task->insts[0]->source;
	int64_t deadline = source != NULL ? wr_source_deadline(source) : INT64_MAX;

	for (uint32_t i = 0; i < task->n_insts; i++) {
		const struct wr_inst *inst = task->insts[i];
		int64_t next = INT64_MAX;

		if (inst->timers != NULL)
			next = wr_timers_next(inst->timers, WEIR_CLOCK);
		deadline = next < deadline ? next : deadline;
	}
	return deadline;
}

/* A source that feeds thousands of instances makes as many items at once, for whoever reads them
 * to take before there are more. */
static uint32_t
turn_items(const struct wr_task *task)
{
	if (task->n_channels > TURN_ITEMS / 2)
		return 2 * task->n_channels;
	if (task->n_channels == 0 && task->n_insts > TURN_CALLS / TURN_ITEMS)
		return task->n_insts < TURN_CALLS ? TURN_CALLS / task->n_insts : 1;
	return TURN_ITEMS;
}

enum { STEP_WAITS, STEP_QUIET, STEP_MORE };

/* WAITS: for somebody to take or to wake; QUIET: for something to come; MORE: the turn is over. */
static int
step(struct wr_task *task)
{
	for (uint32_t n = 0, most = turn_items(task); n < most; n++) {
		bool more;

		if (wr_run_aborted(task->run))
			return STEP_WAITS;
		if (task->n_copying > 0)
			wr_checkpoint_copy(wr_run_checkpoint(task->run), task);
		if (task->n_stuck > 0) {
			if (!run_stuck(task))
				return STEP_WAITS;
			continue;
		}
		if (task->n_ended == task->n_insts) {
			task->ended = is_flushed(task) && task->n_copying == 0;
			return STEP_WAITS;
		}
		if (!wr_task_has_room(task)) {
			note_blocked(task, true);
			return STEP_WAITS;
		}
		if (task->blocked_since != 0)
			note_blocked(task, false);
		if (n == 0 && task->deadline != INT64_MAX) {
			look_at_clock(task);
			if (task->n_stuck > 0)
				continue;
		}
		more = task->insts[0]->source != NULL ? wr_source_step(task->insts[0])
						      : take_next(task);
		if (!more && task->n_stuck == 0 && task->n_ended < task->n_insts)
			return STEP_QUIET;
	}
	return STEP_MORE;
}

bool
wr_task_step(struct wr_task *task)
{
	int how;

	if (task->ended)
		return false;
	how = step(task);
	/* Who waits for room or for a wake-up cannot look at the clock before it has come. */
	task->deadline = how == STEP_WAITS ? INT64_MAX : next_deadline(task);
	if (task->ended)
		wr_run_task_ended(task->run, task);
	return how == STEP_MORE || (task->n_copying > 0 && !wr_run_aborted(task->run)) ||
	       (task->deadline != INT64_MAX && task->deadline <= wr_run_now(task->run));
}

void
wr_task_free(struct wr_task *task)
{
	if (task == NULL)
		return;
	free(task->insts);
	free(task->channels);
	free(task->rings);
	free(task);
}
