/* SPDX-License-Identifier: Apache-2.0 */
/* The host's half of a source. */
#include "engine/source_private.h"

#include "base/err.h"
#include "engine/checkpoint.h"
#include "engine/memory.h"
#include "engine/run_private.h"
#include "engine/send.h"
#include "engine/source_ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct wr_source *
wr_source_new(struct wr_inst *inst)
{
	struct wr_source *source = wr_zalloc(sizeof *source);

	source->inst = inst;
	source->watermark = INT64_MIN;
	source->deadline = INT64_MAX;
	source->mailbox_end = &source->mailbox;
	source->whole = WR_SOURCE_WHOLE;
	pthread_mutex_init(&source->lock, NULL);
	return source;
}

void
wr_source_begin(struct wr_source *source, uint64_t epoch)
{
	source->carried = epoch;
}

void
wr_source_free(struct wr_source *source)
{
	if (source == NULL)
		return;
	wr_ahead_free(source->ahead);
	for (struct announced *a = source->mailbox; a != NULL;) {
		struct announced *next = a->next;

		free(a);
		a = next;
	}
	for (uint32_t i = 0; i < source->n_parts; i++) {
		free(source->parts[i].name);
		free(source->parts[i].position);
	}
	free(source->parts);
	wr_arena_fini(&source->saved_arena);
	pthread_mutex_destroy(&source->lock);
	free(source);
}

void
wr_source_partition(struct weir_task *task, struct weir_str name)
{
	struct wr_inst *inst = wr_inst_of(task), *owner;
	struct announced *a = wr_alloc(sizeof *a + name.len + 1);

	wr_assert(task->subtask == 0);
	*a = (struct announced){
		.number = inst->source->n_announced++, .late = inst->opened, .len = name.len};
	memcpy(a->name, name.p, name.len);
	a->name[name.len] = '\0';
	owner = wr_run_inst(inst->task->run, inst->op, a->number % task->parallelism);
	pthread_mutex_lock(&owner->source->lock);
	*owner->source->mailbox_end = a;
	owner->source->mailbox_end = &a->next;
	pthread_mutex_unlock(&owner->source->lock);
	if (owner->task->loop != NULL)
		wr_task_schedule(owner->task);
}

static struct announced *
mailbox_take(struct wr_source *source)
{
	struct announced *a;

	pthread_mutex_lock(&source->lock);
	a = source->mailbox;
	if (a != NULL) {
		source->mailbox = a->next;
		if (source->mailbox == NULL)
			source->mailbox_end = &source->mailbox;
	}
	pthread_mutex_unlock(&source->lock);
	return a;
}

static void
keep_position(struct wr_partition *part, struct weir_str position)
{
	part->position = wr_realloc(part->position, position.len + 1);
	if (position.len > 0)
		memcpy(part->position, position.p, position.len);
	part->position[position.len] = '\0';
	part->position_len = position.len;
}

static int
assign_announced(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	struct announced *a;
	int rc = 0;

	while (rc >= 0 && (a = mailbox_take(source)) != NULL) {
		struct weir_str name = {.p = a->name, .len = a->len}, from = {0};
		struct wr_saved *saved = wr_source_saved(source, name);
		struct wr_partition *part;

		if (source->n_parts == source->cap_parts) {
			source->cap_parts = source->cap_parts > 0 ? source->cap_parts * 2 : 4;
			source->parts = wr_realloc(
				source->parts, source->cap_parts * sizeof *source->parts);
		}
		part = &source->parts[source->n_parts++];
		*part = (struct wr_partition){.name = strndup(a->name, a->len),
			.number = a->number,
			.state = WR_PART_ASSIGNED,
			.newest = INT64_MIN,
			.watermark = INT64_MIN,
			.told = INT64_MIN,
			.last_row = wr_run_now(inst->task->run)};
		wr_assert(part->name != NULL);
		if (saved != NULL) {
			saved->taken = true;
			part->newest = saved->newest;
			part->watermark = part->told = saved->watermark;
			from = saved->position;
			keep_position(part, from);
		}
		wr_inst_enter(inst);
		rc = inst->op->desc->source->assign(inst->self, &inst->pub, a->number, name, from,
			saved == NULL && (a->late || source->n_saved > 0));
		rc = wr_inst_returned(inst, rc);
		free(a);
	}
	return rc;
}

struct wr_partition *
wr_source_part(struct wr_inst *inst, uint32_t number)
{
	uint32_t i = number / inst->pub.parallelism;

	wr_assert(i < inst->source->n_parts && inst->source->parts[i].number == number);
	return &inst->source->parts[i];
}

uint32_t
wr_source_next_partition(struct weir_task *task)
{
	const struct wr_source *source = wr_inst_of(task)->source;
	const struct wr_partition *best = NULL;

	for (uint32_t i = 0; i < source->n_parts; i++) {
		const struct wr_partition *part = &source->parts[i];

		if (part->state == WR_PART_ASSIGNED &&
			(best == NULL || part->newest < best->newest))
			best = part;
	}
	return best == NULL ? UINT32_MAX : best->number;
}

void
wr_source_position(struct weir_task *task, uint32_t number, struct weir_str pos)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct wr_partition *part = wr_source_part(inst, number);

	if (wr_ahead_is_open(inst->source->ahead)) {
		wr_ahead_say(inst->source->ahead,
			&(struct wr_said){.what = WR_SAYS_POSITION, .part = number, .text = pos});
		return;
	}
	keep_position(part, pos);
	wr_checkpoint_touch(wr_run_checkpoint(inst->task->run));
	for (struct weir_out *out = inst->frame->outs; out != NULL; out = out->next) {
		if (out->part == UINT32_MAX && (int32_t)out->port != inst->op->error_out) {
			out->part = number;
			part->caught_up = false;
		}
	}
}

void
wr_source_idle(struct weir_task *task, uint32_t number)
{
	struct wr_ahead *ahead = wr_inst_of(task)->source->ahead;

	if (wr_ahead_is_open(ahead)) {
		wr_ahead_say(ahead, &(struct wr_said){.what = WR_SAYS_IDLE, .part = number});
		return;
	}
	/* Rows of this poll() are still on their way out: they come before. */
	wr_source_part(wr_inst_of(task), number)->caught_up = true;
}

void
wr_source_finished(struct weir_task *task, uint32_t number)
{
	struct wr_ahead *ahead = wr_inst_of(task)->source->ahead;

	if (wr_ahead_is_open(ahead)) {
		wr_ahead_say(ahead, &(struct wr_said){.what = WR_SAYS_FINISHED, .part = number});
		return;
	}
	wr_source_part(wr_inst_of(task), number)->state = WR_PART_FINISHED;
}

int64_t
wr_source_deadline(const struct wr_source *source)
{
	return source->deadline;
}

/* Marks partitions idle that have said so, or given nothing for so long; when to look again. */
static void
look_at_idle(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	int64_t after = inst->op->idle, now = after != 0 ? wr_run_now(inst->task->run) : 0;

	source->deadline = INT64_MAX;
	for (uint32_t i = 0; i < source->n_parts; i++) {
		struct wr_partition *part = &source->parts[i];

		if (part->caught_up)
			part->idle = true;
		part->caught_up = false;
		part->over = part->state == WR_PART_FINISHED;
		if (part->state != WR_PART_ASSIGNED || part->idle || after == 0)
			continue;
		if (now - part->last_row >= after)
			part->idle = true;
		else if (part->last_row + after < source->deadline)
			source->deadline = part->last_row + after;
	}
}

/* drained: the input has ended, so event time runs out; else it is cut off and windows stay open.
   Either way it carries barriers until all sources have ended. */
static void
end_reading(struct wr_inst *inst, bool drained)
{
	inst->source->ended = true;
	inst->source->deadline = INT64_MAX;
	if (drained)
		wr_inst_deliver(inst,
			(struct wr_item){.kind = WR_ITEM_WATERMARK, .u.watermark = INT64_MAX});
	wr_checkpoint_source_ended(wr_run_checkpoint(inst->task->run), drained);
}

static bool
wants_barrier(const struct wr_inst *inst)
{
	bool final;

	return wr_checkpoint_wanted(wr_run_checkpoint(inst->task->run), &final) >
	       inst->source->carried;
}

/* The barrier that is wanted, behind all that was sent so far; with the last one the stream ends.
 */
static void
carry_barrier(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	bool final;
	uint64_t epoch = wr_checkpoint_wanted(wr_run_checkpoint(inst->task->run), &final);

	if (epoch <= source->carried)
		return;
	source->carried = epoch;
	wr_inst_deliver(inst, (struct wr_item){.kind = WR_ITEM_BARRIER, .u.epoch = epoch});
	if (final) {
		source->closed = true;
		wr_inst_deliver(inst, (struct wr_item){.kind = WR_ITEM_END});
	}
}

static int
acknowledge(struct wr_inst *inst)
{
	uint64_t decided = wr_checkpoint_decided(wr_run_checkpoint(inst->task->run));
	int rc = 0;

	if (decided > inst->source->acknowledged && inst->op->desc->source->committed != NULL) {
		wr_inst_enter(inst);
		rc = inst->op->desc->source->committed(inst->self, &inst->pub, decided);
		rc = wr_inst_returned(inst, rc);
	}
	inst->source->acknowledged = decided;
	return rc;
}

/*
 * Of several partitions that one is read next whose rows say that it is behind: they must have been
 * seen.
 */
static bool
may_read_ahead(const struct wr_source *source)
{
	uint32_t n = 0;

	for (uint32_t i = 0; source->ahead != NULL && i < source->n_parts; i++)
		n += source->parts[i].state == WR_PART_ASSIGNED;
	return n == 1;
}

/* What follows from a poll(), when its output is sent.  True: look again at once. */
static bool
polled(struct wr_inst *inst, int rc)
{
	struct wr_source *source = inst->source;

	if (rc < 0)
		return false;
	look_at_idle(inst);
	source->quiet = rc == WEIR_BUSY;
	wr_source_send_watermark(inst);
	if (rc == WEIR_END) {
		end_reading(inst, true);
		return false;
	}
	return rc == WEIR_OK || rc == WEIR_MORE || atomic_load(&inst->woken) != 0;
}

static bool
poll_source(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	bool ahead = may_read_ahead(source);
	int rc;

	atomic_store(&inst->woken, 0);
	inst->ingest_time = wr_run_now(inst->task->run);
	wr_inst_enter(inst);
	if (ahead)
		wr_ahead_begin(source->ahead);
	rc = inst->op->desc->source->poll(inst->self, &inst->pub);
	if (ahead) {
		wr_ahead_returned(source->ahead, rc);
		return true;
	}
	return polled(inst, wr_inst_returned(inst, rc));
}

/* What was read and is not sent: one step further with it.  False: others are at it. */
static bool
go_on(struct wr_inst *inst, bool read)
{
	struct wr_ahead *ahead = inst->source->ahead;
	int rc;

	if (wr_ahead_settle(ahead, &rc))
		return polled(inst, rc);
	if (read && may_read_ahead(inst->source) && wr_ahead_has_room(ahead))
		return poll_source(inst);
	return wr_ahead_decode(ahead);
}

/* Until it is scheduled. */
static bool
wait_for_room(struct wr_source *source)
{
	source->deadline = INT64_MAX;
	return false;
}

bool
wr_source_step(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	bool full, stopping, ends;

	if (source->closed || acknowledge(inst) < 0 || assign_announced(inst) < 0)
		return false;
	stopping = wr_run_stopping(inst->task->run);
	ends = stopping || wants_barrier(inst);
	full = wr_memory_is_full(wr_run_checkpoint(inst->task->run));
	if (full && !ends)
		return wait_for_room(source);
	/* Once the last turn is settled it is time for what waited for it: nobody else calls. */
	if (!wr_ahead_is_empty(source->ahead))
		return go_on(inst, !ends) || (ends && wr_ahead_is_empty(source->ahead));
	carry_barrier(inst);
	if (source->ended)
		return false;
	if (stopping) {
		end_reading(inst, false);
		return false;
	}
	return full ? wait_for_room(source) : poll_source(inst);
}
