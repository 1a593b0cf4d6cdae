/* SPDX-License-Identifier: Apache-2.0 */
/* The watermarks between the rows of a source, and between those of operators that give rows other
 * event times. */
#include "engine/source_private.h"

#include "engine/checkpoint.h"
#include "engine/refuse.h"
#include "engine/run_private.h"
#include "engine/send.h"

#include <string.h>

/* No row at or before the watermark is expected any more. */
static int64_t
watermark_after(const struct wr_op *op, int64_t newest)
{
	int64_t delay = op->watermark == WR_WATERMARK_BOUNDED ? op->watermark_delay : 0;

	if (op->watermark == WR_WATERMARK_NONE || newest < INT64_MIN + delay + 2)
		return INT64_MIN;
	return newest - delay - 1;
}

static void
advance_partition(const struct wr_op *op, struct wr_partition *part, int64_t newest)
{
	int64_t watermark = watermark_after(op, newest);

	part->newest = newest > part->newest ? newest : part->newest;
	part->watermark = watermark > part->watermark ? watermark : part->watermark;
}

/* The watermark of the rows before `row` goes out before it. */
struct cut {
	uint32_t row;
	int64_t newest; /* of the rows before it */
};

/* The common cases, told without a step a row: times that ascend, and times so near each other that
 * none is behind the watermark of the latest. */
static bool
has_no_cuts(const struct wr_op *op, const struct wr_partition *part, const struct wr_times *times,
	int64_t *newest)
{
	*newest = times->high > part->newest ? times->high : part->newest;
	if (times->ascend && times->low > watermark_after(op, part->newest))
		return true;
	return times->low > watermark_after(op, *newest);
}

/*
 * A row behind the watermark of the rows before it must find that watermark sent: then results do
 * not depend on where batches begin and end.  Rows in time, nearly all, need no cut.  times: of all
 * of them, NULL if that is not known.  Returns how many; *newest: of all rows that are not gone.
 */
static uint32_t
find_cuts(const struct wr_inst *inst, const struct wr_partition *part, const struct weir_batch *b,
	const uint64_t *gone, const struct wr_times *times, struct cut *cuts, int64_t *newest)
{
	const struct wr_op *op = inst->op;
	int64_t sent = inst->source != NULL ? part->told : part->watermark;
	int64_t seen = part->newest, mark = watermark_after(op, seen);
	uint32_t n = wr_batch_count(b), n_cuts = 0;

	if (times != NULL && has_no_cuts(op, part, times, newest))
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = b->sel != NULL ? b->sel[i] : i;
		int64_t t = b->event_time[row];

		if (gone != NULL && weir_bit_get(gone, row))
			continue;
		if (t <= mark && mark > sent) {
			cuts[n_cuts++] = (struct cut){row, seen};
			sent = mark;
		}
		if (t > seen) {
			seen = t;
			mark = watermark_after(op, seen);
		}
	}
	*newest = seen;
	return n_cuts;
}

/* The minimum over partitions that still count; tells downstream what has changed. */
void
wr_source_send_watermark(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	int64_t low = INT64_MAX;
	bool counts = false, over = source->n_parts > 0;

	for (uint32_t i = 0; i < source->n_parts; i++) {
		struct wr_partition *part = &source->parts[i];

		part->told = part->watermark;
		over &= part->over;
		if (part->over || part->idle)
			continue;
		counts = true;
		low = part->watermark < low ? part->watermark : low;
	}
	/* All are over: the end comes next, unless the source waits for partitions. */
	if (over && !source->quiet)
		return;
	if (counts == source->idle) {
		source->idle = !counts;
		wr_inst_deliver(
			inst, (struct wr_item){.kind = counts ? WR_ITEM_ACTIVE : WR_ITEM_IDLE});
	}
	if (counts && low > source->watermark) {
		source->watermark = low;
		wr_inst_deliver(
			inst, (struct wr_item){.kind = WR_ITEM_WATERMARK, .u.watermark = low});
	}
}

static void
timeline_send_watermark(struct wr_inst *inst)
{
	int64_t watermark = inst->timeline->watermark;

	if (watermark <= inst->pub.watermark)
		return;
	inst->pub.watermark = watermark;
	atomic_store_explicit(&inst->counts.watermark, watermark, memory_order_relaxed);
	wr_inst_forward(
		inst, (struct wr_item){.kind = WR_ITEM_WATERMARK, .u.watermark = watermark});
}

/* The rows of a finished batch in slices, a watermark after each.  Takes the reference. */
static void
send_slices(struct wr_inst *inst, struct wr_partition *part, uint32_t port, struct wr_batch *batch,
	const struct cut *cuts, uint32_t n_cuts)
{
	const struct weir_batch *b = &batch->pub;
	uint32_t n = wr_batch_count(b), from = 0;
	uint32_t *rows = wr_arena_array(&inst->frame->scratch, uint32_t, n);

	for (uint32_t i = 0; i < n; i++)
		rows[i] = b->sel != NULL ? b->sel[i] : i;
	for (uint32_t c = 0; c <= n_cuts; c++) {
		uint32_t to = c < n_cuts ? from : n;

		while (to < n && rows[to] < cuts[c].row)
			to++;
		if (to > from)
			wr_inst_send(inst, port,
				wr_batch_select(inst->task->pool, b, rows + from, to - from));
		from = to;
		if (c == n_cuts)
			break;
		advance_partition(inst->op, part, cuts[c].newest);
		if (inst->source != NULL)
			wr_source_send_watermark(inst);
		else
			timeline_send_watermark(inst);
	}
	wr_batch_unref(batch);
}

/* Of rows that a typed source made. */
static void
finish_typed(struct wr_inst *inst, struct weir_out *out, const struct wr_partition *part)
{
	int rc;

	wr_out_columns(out);
	if (part != NULL)
		wr_source_hide_partition(inst->op, part, out->batch);
	rc = wr_source_finish(inst, out);
	if (rc < 0)
		wr_inst_fail(inst, rc);
}

/* What is wrong with rows that are finished is said; gives how many cuts they need. */
static uint32_t
look_at_rows(struct wr_inst *inst, struct weir_out *out, struct wr_partition *part,
	struct cut *cuts, int64_t *newest)
{
	const struct wr_finished *rows = out->finished;
	struct weir_batch all = out->batch->pub; /* not only those that are wanted */

	for (const struct wr_told *told = rows->told; told != NULL; told = told->next)
		wr_inst_reject(inst, &out->batch->pub, told->row, told->why);
	out->failed = NULL;
	all.sel = NULL;
	if (part == NULL)
		return 0;
	part->last_row = inst->ingest_time;
	part->idle = false;
	return find_cuts(
		inst, part, &all, rows->any ? rows->gone : NULL, &rows->times, cuts, newest);
}

void
wr_source_send(struct wr_inst *inst, struct weir_out *out)
{
	struct wr_partition *part =
		out->part != UINT32_MAX ? wr_source_part(inst, out->part) : NULL;
	struct cut *cuts = wr_arena_array(&inst->frame->scratch, struct cut, out->n);
	int64_t newest = INT64_MIN;
	uint32_t n_cuts = 0;
	struct wr_batch *batch;

	if (out->n > 0) {
		wr_checkpoint_touch(wr_run_checkpoint(inst->task->run));
		if (out->finished == NULL)
			finish_typed(inst, out, part);
		n_cuts = look_at_rows(inst, out, part, cuts, &newest);
	}
	batch = wr_out_finish(out);
	if (batch != NULL && n_cuts > 0)
		send_slices(inst, part, 0, batch, cuts, n_cuts);
	else if (batch != NULL)
		wr_inst_send(inst, 0, batch);
	if (part != NULL)
		advance_partition(inst->op, part, newest);
}

struct wr_partition *
wr_timeline_new(void)
{
	struct wr_partition *timeline = wr_zalloc(sizeof *timeline);

	timeline->newest = timeline->watermark = INT64_MIN;
	return timeline;
}

void
wr_timeline_begin(struct wr_inst *inst)
{
	struct wr_partition *timeline = inst->timeline;

	timeline->watermark = inst->pub.watermark;
	if (timeline->watermark < INT64_MAX - 1 - inst->op->watermark_delay &&
		timeline->watermark != INT64_MIN)
		timeline->newest = timeline->watermark + inst->op->watermark_delay + 1;
}

void
wr_timeline_send(struct wr_inst *inst, uint32_t port, struct wr_batch *batch)
{
	struct cut *cuts = wr_arena_array(&inst->frame->scratch, struct cut, batch->pub.n_rows);
	const struct wr_times times = wr_times_of(&batch->pub, NULL);
	int64_t newest = INT64_MIN;
	uint32_t n_cuts = find_cuts(inst, inst->timeline, &batch->pub, NULL,
		batch->pub.sel == NULL ? &times : NULL, cuts, &newest);

	if (n_cuts > 0)
		send_slices(inst, inst->timeline, port, batch, cuts, n_cuts);
	else
		wr_inst_send(inst, port, batch);
	advance_partition(inst->op, inst->timeline, newest);
	timeline_send_watermark(inst);
}
