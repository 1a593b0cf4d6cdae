/* SPDX-License-Identifier: Apache-2.0 */
/* Instances of operators: their callbacks, one at a time. */
#include "engine/instance.h"

#include "base/cell.h"
#include "base/err.h"
#include "engine/checkpoint.h"
#include "engine/host_table.h"
#include "engine/items.h"
#include "engine/loop.h"
#include "engine/memory.h"
#include "engine/out.h"
#include "engine/refuse.h"
#include "engine/rows.h"
#include "engine/run_private.h"
#include "engine/send.h"
#include "engine/source.h"
#include "engine/source_ahead.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { DIRTY_CALLS = 16 /* callbacks: after so many it is asked how much they have changed */ };

static bool
has_own_frame(const struct wr_op *op)
{
	return op->desc->kind != WEIR_TRANSFORM;
}

/* Ports, and room for their senders behind them. */
static struct wr_port *
ports_new(const struct wr_op *op)
{
	struct wr_port *ports;
	struct wr_sender *senders;
	uint32_t n = 0;

	for (uint32_t p = 0; p < op->n_out; p++)
		n += op->out[p].n_edges;
	ports = wr_zalloc(op->n_out * sizeof *ports + n * sizeof *senders);
	senders = (struct wr_sender *)(ports + op->n_out);
	for (uint32_t p = 0; p < op->n_out; p++) {
		ports[p].senders = senders;
		senders += op->out[p].n_edges;
	}
	return ports;
}

struct wr_inst *
wr_inst_new(const struct wr_op *op, struct wr_task *task, uint32_t subtask)
{
	struct wr_inst *inst = wr_zalloc(sizeof *inst);

	inst->frame = has_own_frame(op) ? wr_frame_new() : wr_loop_frame(task->loop, op->depth);
	inst->pub = (struct weir_task){.size = sizeof inst->pub,
		.subtask = subtask,
		.parallelism = op->parallelism,
		.host = &wr_host,
		.err = &inst->frame->err,
		.watermark = INT64_MIN};
	inst->op = op;
	inst->task = task;
	inst->ports = ports_new(op);
	if (op->desc->kind == WEIR_SINK)
		inst->items = wr_items_new();
	atomic_store(&inst->counts.watermark, INT64_MIN);
	if (op->desc->kind == WEIR_SOURCE)
		inst->source = wr_source_new(inst);
	if (op->own_time)
		inst->timeline = wr_timeline_new();
	return inst;
}

void
wr_inst_need_reason(struct wr_inst *inst, int rc)
{
	if (inst->frame->err.text[0] == '\0')
		wr_err_set(&inst->frame->err, rc, "failed with code %d and gave no reason", rc);
	if (inst->frame->err.code >= 0)
		inst->frame->err.code = rc;
}

int
wr_inst_open_format(struct wr_inst *inst)
{
	const struct wr_format *format = &inst->op->format;
	int rc;

	if (format->desc == NULL || format->desc->open == NULL)
		return 0;
	rc = format->desc->open(format->conf, &inst->pub, &inst->format);
	inst->format_opened = rc >= 0;
	return rc;
}

int
wr_inst_open(struct wr_inst *inst, struct weir_err *err)
{
	const struct wr_op *op = inst->op;
	int rc;

	inst->frame->err = (struct weir_err){0};
	rc = wr_inst_open_format(inst);
	if (rc >= 0 && inst->source != NULL)
		rc = wr_ahead_open(inst);
	if (rc >= 0) {
		rc = op->desc->open(op->conf, &inst->pub, &inst->self);
		inst->opened = rc >= 0;
	}
	if (rc < 0) {
		wr_inst_need_reason(inst, rc);
		*err = inst->frame->err;
		if (err->loc == 0)
			err->loc = op->dir != NULL ? op->dir->name.loc : 0;
		return wr_err_wrap(err, "%s", op->title);
	}
	if (inst->damaged != NULL && inst->damaged->code != 0) {
		*err = *inst->damaged;
		return err->code;
	}
	return 0;
}

int
wr_inst_restore_time(struct wr_inst *inst, struct weir_err *err)
{
	struct wr_checkpoint *checkpoint = wr_run_checkpoint(inst->task->run);

	if (wr_checkpoint_restore_watermark(checkpoint, inst, err) < 0)
		return wr_err_wrap(err, "restoring %s", inst->op->title);
	if (inst->timeline != NULL)
		wr_timeline_begin(inst);
	if (inst->source != NULL)
		wr_source_begin(inst->source, wr_checkpoint_decided(checkpoint));
	if (inst == inst->task->insts[0])
		inst->task->watermark = inst->pub.watermark;
	return 0;
}

int
wr_inst_restore(struct wr_inst *inst, struct weir_err *err)
{
	if (wr_checkpoint_restore_rest(wr_run_checkpoint(inst->task->run), inst, err) < 0)
		return wr_err_wrap(err, "restoring %s", inst->op->title);
	return 0;
}

/* Batches that it has not worked off or not sent. */
static void
drop_items(struct wr_inst *inst)
{
	if (inst->doing.kind == WR_ITEM_BATCH)
		wr_batch_unref(inst->doing.u.batch);
	for (uint32_t i = inst->first_pending; i < inst->first_pending + inst->n_pending; i++) {
		if (inst->pending[i].kind == WR_ITEM_BATCH)
			wr_batch_unref(inst->pending[i].u.batch);
	}
	wr_frame_drop(inst->frame);
}

void
wr_inst_free(struct wr_inst *inst)
{
	if (inst == NULL)
		return;
	drop_items(inst);
	if (inst->opened && inst->op->desc->close != NULL)
		inst->op->desc->close(inst->self);
	if (inst->format_opened && inst->op->format.desc->close != NULL)
		inst->op->format.desc->close(inst->format);
	wr_part_free(inst->part);
	for (uint32_t i = 0; i < inst->n_tables; i++)
		wr_table_free(inst->tables[i]);
	free(inst->tables);
	free(inst->damaged);
	wr_rows_free_all(inst);
	wr_timers_free(inst->timers);
	wr_source_free(inst->source);
	free(inst->timeline);
	wr_items_free(inst->items);
	for (uint32_t p = 0; p < inst->op->n_out; p++) {
		for (uint32_t s = 0; s < inst->ports[p].n; s++) {
			struct wr_sender *sender = &inst->ports[p].senders[s];

			if (sender->rings != &sender->ring)
				free(sender->rings);
		}
	}
	free(inst->ports);
	free(inst->pending);
	for (struct wr_counter *c = inst->counters, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	if (has_own_frame(inst->op))
		wr_frame_free(inst->frame);
	free(inst);
}

static __thread uint64_t entered; /* when this thread's callback began; callbacks do not nest */

void
wr_inst_enter(struct wr_inst *inst)
{
	struct wr_frame *frame = inst->frame;

	wr_arena_reset(&frame->scratch);
	frame->eval.status = 0;
	if (!has_own_frame(inst->op)) {
		frame->err.code = 0;
		frame->err.text[0] = '\0';
		frame->err.loc = 0;
	}
	inst->pub.room = wr_task_room(inst->task) * WEIR_ROWS_MAX;
	inst->pub.rejected = 0;
	entered = uv_hrtime();
}

void
wr_inst_fail(struct wr_inst *inst, int rc)
{
	wr_inst_need_reason(inst, rc);
	wr_run_fail(inst->task->run, inst, &inst->frame->err);
}

int
wr_inst_returned(struct wr_inst *inst, int rc)
{
	wr_count(&inst->counts.busy_ns, uv_hrtime() - entered);
	/* A function failed as a whole: the operator cannot see it. */
	if (rc >= 0 && inst->frame->eval.status < 0)
		rc = inst->frame->eval.status;
	if (rc < 0) {
		wr_inst_fail(inst, rc);
		return rc;
	}
	wr_inst_send_outs(inst);
	while (inst->frame->n_rejects > 0)
		wr_inst_settle(inst);
	return rc;
}

static void
mark_stuck(struct wr_inst *inst)
{
	bool stuck =
		inst->suspended != 0 || inst->n_pending > 0 || inst->doing.kind != WR_ITEM_NONE;

	if (stuck == inst->stuck)
		return;
	inst->stuck = stuck;
	inst->task->n_stuck += stuck ? 1 : (uint32_t)-1;
}

static void
pend(struct wr_inst *inst, const struct wr_item *item)
{
	if (inst->first_pending > 0 && inst->n_pending == 0)
		inst->first_pending = 0;
	if (inst->first_pending + inst->n_pending == inst->cap_pending) {
		if (inst->first_pending > 0) {
			memmove(inst->pending, inst->pending + inst->first_pending,
				inst->n_pending * sizeof *inst->pending);
			inst->first_pending = 0;
		} else {
			inst->cap_pending = inst->cap_pending > 0 ? inst->cap_pending * 2 : 8;
			inst->pending = wr_realloc(
				inst->pending, inst->cap_pending * sizeof *inst->pending);
		}
	}
	inst->pending[inst->first_pending + inst->n_pending++] = *item;
}

/* A sink can write no more: that is an end, unless rows would count as written that are not. */
static int
end_of_sink(struct wr_inst *inst)
{
	struct wr_run *run = inst->task->run;

	if (wr_checkpoint_is_durable(wr_run_checkpoint(run)))
		return inst->frame->err.code < 0 ? inst->frame->err.code : -EPIPE;
	inst->frame->err = (struct weir_err){0};
	wr_run_stop(run, WR_STOP_GRACEFUL);
	return WEIR_OK;
}

/* Its tables could not be read: what it made of what they gave is not true. */
static int
look_for_damage(struct wr_inst *inst, int rc)
{
	for (uint32_t i = 0; i < inst->n_tables && rc >= 0; i++) {
		const struct weir_err *damage = wr_table_damage(inst->tables[i]);

		if (damage->code == 0)
			continue;
		inst->frame->err = *damage;
		rc = damage->code;
	}
	return rc;
}

/* What aggregates edited of rows; of several tables the first that can have it stands for all. */
static void
count_cells(struct wr_inst *inst)
{
	int64_t grown = wr_cells_grown();

	for (uint32_t i = 0; i < inst->n_tables && grown != 0; i++)
		if (wr_table_has_cells(inst->tables[i])) {
			wr_table_note_cells(inst->tables[i], grown);
			grown = 0;
		}
}

/* Result of any callback but poll(): MORE and BUSY suspend the instance. */
static void
after(struct wr_inst *inst, int rc)
{
	if (rc == WEIR_END && inst->op->desc->kind == WEIR_SINK)
		rc = end_of_sink(inst);
	if (rc > WEIR_BUSY || (rc > WEIR_OK && inst->op->desc->resume == NULL))
		rc = wr_err_set(&inst->frame->err, -EINVAL,
			"internal error: the plugin returned %d%s", rc,
			rc > WEIR_BUSY ? "" : ", but has no resume()");
	count_cells(inst);
	rc = look_for_damage(inst, rc);
	rc = wr_inst_returned(inst, rc);
	inst->suspended = rc == WEIR_MORE || rc == WEIR_BUSY ? (uint32_t)rc : 0;
	if (inst->suspended != 0)
		return;
	/* A scan lives as long as the work that began it. */
	for (uint32_t i = 0; i < inst->n_tables; i++)
		wr_table_end_scans(inst->tables[i]);
	if (inst->n_tables > 0 && inst->calls++ % DIRTY_CALLS == 0)
		wr_checkpoint_note_dirty(wr_run_checkpoint(inst->task->run), inst);
	wr_memory_note(wr_run_checkpoint(inst->task->run), inst);
}

/* What has expired is not there for the next callback. */
static void
expire(struct wr_inst *inst)
{
	for (uint32_t i = 0; i < inst->n_tables; i++) {
		const struct weir_table_spec *spec = wr_table_spec_of(inst->tables[i]);

		if (spec->ttl_us > 0)
			wr_table_expire(inst->tables[i], (spec->flags & WEIR_TTL_CLOCK) != 0
								 ? wr_run_now(inst->task->run)
								 : inst->pub.watermark);
	}
}

/* How many rows from `from` on are so near to each other that none of them can expire for another
 * one.  rows: of those that count. */
static uint32_t
near_rows(const struct weir_batch *batch, const uint32_t *rows, uint32_t from, uint32_t n,
	int64_t ttl)
{
	int64_t lo = INT64_MAX, hi = INT64_MIN;
	uint32_t i;

	for (i = from; i < n; i++) {
		int64_t time = batch->event_time[rows != NULL ? rows[i] : i];

		lo = time < lo ? time : lo;
		hi = time > hi ? time : hi;
		if (i > from && (uint64_t)hi - (uint64_t)lo >= (uint64_t)ttl)
			break;
	}
	return i - from;
}

/* A batch that spans more than what a table forgets in is worked off in pieces, which stand before
 * what is pending.  False: it need not be. */
static bool
part_by_time(struct wr_inst *inst, struct wr_item item)
{
	const struct weir_batch *batch = &item.u.batch->pub;
	uint32_t n = wr_batch_count(batch), first = near_rows(batch, batch->sel, 0, n, inst->ttl);
	uint32_t rows[WEIR_ROWS_MAX], kept = inst->n_pending;
	struct wr_item *later;

	if (first == n)
		return false;
	later = wr_alloc(kept * sizeof *later);
	if (kept > 0)
		memcpy(later, inst->pending + inst->first_pending, kept * sizeof *later);
	inst->n_pending = 0;
	for (uint32_t i = 0; i < n; i++)
		rows[i] = batch->sel != NULL ? batch->sel[i] : i;
	for (uint32_t from = 0, m = first; from < n; from += m) {
		m = near_rows(batch, batch->sel, from, n, inst->ttl);
		item.u.batch = wr_batch_select(inst->task->pool, batch, rows + from, m);
		pend(inst, &item);
	}
	for (uint32_t i = 0; i < kept; i++)
		pend(inst, &later[i]);
	free(later);
	wr_batch_unref(wr_batch_of(batch));
	return true;
}

static void
do_batch(struct wr_inst *inst, struct wr_item item)
{
	const struct weir_operator *desc = inst->op->desc;
	struct wr_batch *batch = item.u.batch;

	if (batch->pub.sel != NULL && (desc->flags & WEIR_TAKES_SEL) == 0) {
		struct wr_batch *dense = wr_batch_dense(inst->task->pool, &batch->pub, false);

		wr_batch_unref(batch);
		batch = dense;
	}
	wr_count(&inst->counts.batches_in, 1);
	wr_count(&inst->counts.rows_in, wr_batch_count(&batch->pub));
	inst->ingest_time = batch->pub.ingest_time;
	atomic_store(&inst->woken, 0);
	expire(inst);
	wr_inst_enter(inst);
	after(inst, desc->process(inst->self, &inst->pub, item.in, &batch->pub));
	wr_batch_unref(batch);
}

/* Rows without a key. */
static void
do_refused(struct wr_inst *inst, struct wr_batch *batch)
{
	uint32_t n = wr_batch_count(&batch->pub);

	wr_count(&inst->counts.batches_in, 1);
	wr_count(&inst->counts.rows_in, n);
	wr_inst_enter(inst);
	for (uint32_t row = 0; row < n; row++)
		wr_inst_reject(inst, &batch->pub, row, batch->refused[row]);
	after(inst, WEIR_OK);
	wr_batch_unref(batch);
}

/* True: one on_timer() was called; false: none is due. */
static bool
do_timers(struct wr_inst *inst, uint32_t clock, int64_t now)
{
	struct weir_due due = {.size = sizeof due, .clock = clock};

	if (inst->timers == NULL || inst->op->desc->on_timer == NULL ||
		wr_timers_due(inst->timers, clock, now, &due) == 0)
		return false;
	atomic_store(&inst->woken, 0);
	expire(inst);
	wr_inst_enter(inst);
	after(inst, inst->op->desc->on_timer(inst->self, &inst->pub, &due));
	return true;
}

static void
done(struct wr_inst *inst)
{
	inst->doing.kind = WR_ITEM_NONE;
	inst->stage = 0;
}

/* Timers due, then the operator, then those downstream.  The next stage is noted before a callback,
   since it may suspend. */
static void
do_watermark(struct wr_inst *inst)
{
	const struct weir_operator *desc = inst->op->desc;
	int64_t watermark = inst->doing.u.watermark;

	/* What its input expects says nothing of its own times, but for the end. */
	if (inst->timeline != NULL && watermark != INT64_MAX) {
		done(inst);
		return;
	}
	switch (inst->stage) {
	case 0:
		inst->pub.watermark = watermark;
		atomic_store_explicit(&inst->counts.watermark, watermark, memory_order_relaxed);
		if (!do_timers(inst, WEIR_EVENT_TIME, watermark))
			inst->stage = 1;
		break;
	case 1:
		inst->stage = 2;
		if (desc->on_watermark != NULL && inst->source == NULL) {
			atomic_store(&inst->woken, 0);
			expire(inst);
			wr_inst_enter(inst);
			after(inst, desc->on_watermark(inst->self, &inst->pub, watermark));
		}
		break;
	default:
		wr_inst_forward(inst, inst->doing);
		done(inst);
	}
}

static void
do_barrier(struct wr_inst *inst)
{
	const struct weir_operator *desc = inst->op->desc;

	if (inst->stage == 1) {
		inst->stage = 2;
		wr_checkpoint_capture(
			wr_run_checkpoint(inst->task->run), inst, inst->doing.u.epoch);
		return;
	}
	if (inst->stage == 0) {
		inst->stage = 1;
		if (desc->before_barrier != NULL) {
			atomic_store(&inst->woken, 0);
			wr_inst_enter(inst);
			after(inst,
				desc->before_barrier(inst->self, &inst->pub, inst->doing.u.epoch));
		}
		return;
	}
	wr_inst_forward(inst, inst->doing);
	done(inst);
}

static void
do_stage(struct wr_inst *inst)
{
	struct wr_item item = inst->doing;

	switch (item.kind) {
	case WR_ITEM_BATCH:
		done(inst);
		if (item.u.batch->refused != NULL)
			do_refused(inst, item.u.batch);
		else if (inst->ttl == 0 || !part_by_time(inst, item))
			do_batch(inst, item);
		break;
	case WR_ITEM_WATERMARK:
		do_watermark(inst);
		break;
	case WR_ITEM_BARRIER:
		do_barrier(inst);
		break;
	case WR_ITEM_CLOCK:
		if (!do_timers(inst, WEIR_CLOCK, wr_run_now(inst->task->run)))
			done(inst);
		break;
	case WR_ITEM_END:
		inst->ended = true;
		inst->task->n_ended++;
		/* fall through */
	default:
		wr_inst_forward(inst, item);
		done(inst);
	}
}

bool
wr_inst_is_stuck_below(const struct wr_inst *inst)
{
	const struct wr_task *task = inst->task;

	if (task->n_stuck == (inst->stuck ? 1u : 0u))
		return false;
	for (uint32_t i = task->n_insts; i-- > 0 && task->insts[i] != inst;) {
		const struct wr_inst *above = task->insts[i];

		while (above != NULL && above != inst)
			above = above->parent;
		if (above != NULL && task->insts[i]->stuck)
			return true;
	}
	return false;
}

static bool
may_resume(struct wr_inst *inst)
{
	if (inst->suspended == WEIR_BUSY)
		return atomic_exchange(&inst->woken, 0) != 0;
	return wr_task_has_room(inst->task);
}

bool
wr_inst_run(struct wr_inst *inst)
{
	uint32_t others = inst->task->n_stuck - inst->stuck;
	bool moved = false;

	if (inst->suspended == WR_HELD) {
		if (atomic_exchange(&inst->released, 0) == 0)
			return false;
		moved = true;
		inst->suspended = 0;
	} else if (inst->suspended != 0) {
		if (!may_resume(inst))
			return false;
		moved = true;
		wr_inst_enter(inst);
		after(inst, inst->op->desc->resume(inst->self, &inst->pub));
	}
	/* What is downstream must be free before more is made for it. */
	while (inst->suspended == 0 && inst->task->n_stuck - inst->stuck <= others &&
		!wr_run_aborted(inst->task->run)) {
		if (inst->doing.kind == WR_ITEM_NONE) {
			if (inst->n_pending == 0)
				break;
			inst->doing = inst->pending[inst->first_pending++];
			inst->n_pending--;
			inst->stage = 0;
		}
		do_stage(inst);
		moved = true;
	}
	mark_stuck(inst);
	return moved;
}

void
wr_inst_release(struct wr_inst *inst)
{
	atomic_store(&inst->released, 1);
	wr_task_schedule(inst->task);
}

struct wr_timers *
wr_inst_timers(struct wr_inst *inst)
{
	if (inst->timers == NULL)
		inst->timers = wr_timers_new(inst->op->in[0].key_types, inst->op->in[0].n_keys);
	return inst->timers;
}

void
wr_inst_deliver(struct wr_inst *inst, struct wr_item item)
{
	/* Though something below may be stuck: what an instance sends must not overtake this. */
	if (inst->stuck || inst->doing.kind != WR_ITEM_NONE) {
		pend(inst, &item);
		mark_stuck(inst);
		return;
	}
	inst->doing = item;
	inst->stage = 0;
	wr_inst_run(inst);
}
