/* SPDX-License-Identifier: Apache-2.0 */
/* `where` over the rows of a source, their event time, and the watermarks between them; those of
 * operators that give rows other event times. */
#include "engine/source_private.h"

#include "engine/checkpoint.h"
#include "engine/refuse.h"
#include "engine/run_private.h"
#include "engine/send.h"
#include "expr/run.h"

#include <string.h>

static uint32_t
words_of(const struct weir_batch *b)
{
	return (b->n_rows + 63) / 64;
}

/* Those rows as the batch's selection that are in none of `gone`, and in all of wanted, of which
 * some may be NULL. */
static void
keep_rows(struct wr_batch *batch, const uint64_t *gone, const uint64_t *const *wanted,
	uint32_t n_wanted)
{
	struct weir_batch *b = &batch->pub;
	uint32_t *rows = wr_arena_array(&batch->arena, uint32_t, b->n_rows), n;
	uint64_t *kept = wr_arena_array(&batch->arena, uint64_t, WEIR_ROWS_MAX / 64);

	for (uint32_t w = 0; w < words_of(b); w++) {
		kept[w] = ~gone[w];
		for (uint32_t i = 0; i < n_wanted; i++)
			kept[w] &= wanted[i] != NULL ? wanted[i][w] : ~UINT64_C(0);
	}
	if (b->n_rows % 64 != 0)
		kept[b->n_rows / 64] &= (UINT64_C(1) << b->n_rows % 64) - 1;
	n = wr_bits_rows(kept, b->n_rows, rows);
	b->sel = n < b->n_rows ? rows : NULL;
	b->n_sel = n < b->n_rows ? n : 0;
	batch->selected = n < b->n_rows ? kept : NULL;
}

struct finish_errors {
	struct wr_inst *inst;
	const struct weir_batch *batch;
	const uint64_t *wanted; /* by `where`; NULL: all */
	uint64_t gone[WEIR_ROWS_MAX / 64];
	bool any, told; /* rows that are gone, and some of them rejected */
};

/* What `where` does not want is gone anyway: nothing is wrong with it. */
static void
finish_error(struct wr_eval *eval, uint32_t row, const char *why)
{
	struct finish_errors *errors = eval->arg;

	weir_bit_set(errors->gone, row);
	errors->any = true;
	if (errors->wanted != NULL && !weir_bit_get(errors->wanted, row))
		return;
	errors->told = true;
	wr_inst_reject(errors->inst, errors->batch, row, why);
}

/* The event times of rejected rows are not known, and not what happens to stand there. */
static const int64_t *
mask_times(struct wr_batch *batch, const int64_t *times, const uint64_t *gone)
{
	uint32_t n = batch->pub.n_rows;
	int64_t *copy = wr_arena_array(&batch->arena, int64_t, n);

	memcpy(copy, times, n * sizeof *copy);
	for (uint32_t w = 0; w < words_of(&batch->pub); w++)
		for (uint64_t left = gone[w]; left != 0; left &= left - 1)
			copy[w * 64 + (uint32_t)__builtin_ctzll(left)] = INT64_MIN;
	return copy;
}

/* Rows whose event time is null; those that `where` wants are rejected. */
static void
refuse_null_times(struct finish_errors *errors, struct wr_eval *eval, const uint64_t *valid)
{
	uint32_t n = errors->batch->n_rows;

	for (uint32_t w = 0; w < words_of(errors->batch); w++) {
		uint64_t all = n - w * 64 < 64 ? (UINT64_C(1) << (n - w * 64)) - 1 : ~UINT64_C(0);
		uint64_t null = all & ~valid[w] & ~errors->gone[w], told = null;

		if (errors->wanted != NULL)
			told &= errors->wanted[w];
		for (; told != 0; told &= told - 1)
			finish_error(eval, w * 64 + (uint32_t)__builtin_ctzll(told),
				"event_time is null");
		errors->gone[w] |= null;
		errors->any |= null != 0;
	}
}

static void
set_event_time(struct wr_inst *inst, struct wr_batch *batch, struct wr_eval *eval)
{
	struct weir_batch *b = &batch->pub;
	const struct weir_column *column =
		wr_expr_eval(inst->op->event_time, eval, b, b->sel, wr_batch_count(b));
	struct finish_errors *errors = eval->arg;

	if (column->valid != NULL)
		refuse_null_times(errors, eval, column->valid);
	b->event_time =
		errors->told ? mask_times(batch, column->values, errors->gone) : column->values;
}

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

/* Whether no time is before the one before it, and the first not before `from`. */
WR_KERNEL static bool
ascend(const int64_t *time, uint32_t n, int64_t from)
{
	uint64_t down = time[0] < from;

	for (uint32_t i = 1; i < n; i++)
		down |= time[i] < time[i - 1];
	return down == 0;
}

/* low and high of these and of the times of rows that are not gone (NULL: none is).  Times are
 * counted from the least there is, and compared without a branch, for vector code. */
WR_KERNEL static void
widen(const int64_t *time, uint32_t n, const uint64_t *gone, int64_t *low, int64_t *high)
{
	const uint64_t least = (uint64_t)INT64_MIN;
	uint64_t min = (uint64_t)*low - least, max = (uint64_t)*high - least;

	for (uint32_t base = 0; base < n; base += 64) {
		uint64_t bits = gone != NULL ? gone[base / 64] : 0;
		uint64_t some = n - base < 64 ? n - base : 64;

		for (uint64_t i = 0; i < some; i++) {
			uint64_t above = (uint64_t)time[base + i] - least, out = bits >> i & 1;
			uint64_t a = above | (0 - out), b = above & (out - 1);

			min = a < min ? a : min;
			max = b > max ? b : max;
		}
	}
	*low = (int64_t)(min + least);
	*high = (int64_t)(max + least);
}

/*
 * The common cases, told without a step a row: times that ascend, and times so near each other that
 * none is behind the watermark of the latest.  gone: rows without a time; NULL: all that are
 * selected have one.
 */
static bool
has_no_cuts(const struct wr_op *op, const struct wr_partition *part, const struct weir_batch *b,
	const uint64_t *gone, int64_t *newest)
{
	int64_t low = INT64_MAX, high = part->newest, mark = watermark_after(op, high);

	if (b->sel != NULL && gone == NULL)
		return false;
	if (gone == NULL && mark < INT64_MAX && ascend(b->event_time, b->n_rows, mark + 1)) {
		*newest = b->event_time[b->n_rows - 1] > high ? b->event_time[b->n_rows - 1] : high;
		return true;
	}
	widen(b->event_time, b->n_rows, gone, &low, &high);
	*newest = high;
	return low > watermark_after(op, high);
}

/*
 * A row behind the watermark of the rows before it must find that watermark sent: then results do
 * not depend on where batches begin and end.  Rows in time, nearly all, need no cut.  Returns how
 * many; *newest: of all rows that are not gone.
 */
static uint32_t
find_cuts(const struct wr_op *op, const struct wr_partition *part, const struct weir_batch *b,
	const uint64_t *gone, struct cut *cuts, int64_t *newest)
{
	int64_t sent = part->watermark, seen = part->newest, mark = watermark_after(op, seen);
	uint32_t n = wr_batch_count(b), n_cuts = 0;

	if (has_no_cuts(op, part, b, gone, newest))
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
		const struct wr_partition *part = &source->parts[i];

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

void
wr_source_send(struct wr_inst *inst, struct weir_out *out)
{
	struct wr_batch *batch = out->batch;
	struct finish_errors errors = {.inst = inst, .batch = &batch->pub};
	struct wr_eval eval = {
		&inst->pub, &inst->frame->scratch, &batch->arena, finish_error, &errors, 0};
	struct wr_partition *part =
		out->part != UINT32_MAX ? wr_source_part(inst, out->part) : NULL;
	struct cut *cuts = wr_arena_array(&inst->frame->scratch, struct cut, out->n);
	int64_t newest = INT64_MIN;
	uint32_t n_cuts = 0;

	if (out->n > 0) {
		wr_checkpoint_touch(wr_run_checkpoint(inst->task->run));
		wr_out_columns(out);
	}
	if (out->n > 0 && part != NULL) {
		part->last_row = inst->ingest_time;
		part->idle = false;
		wr_source_hide_partition(inst->op, part, batch);
	}
	if (out->failed != NULL) {
		memcpy(errors.gone, out->failed, sizeof errors.gone);
		errors.any = true;
		keep_rows(batch, errors.gone, NULL, 0);
		out->failed = NULL;
	}
	if (inst->op->where != NULL && out->n > 0 && wr_batch_count(&batch->pub) > 0)
		errors.wanted = wr_expr_pass(inst->op->where, &eval, &batch->pub);
	if (inst->op->event_time != NULL && out->n > 0 && wr_batch_count(&batch->pub) > 0)
		set_event_time(inst, batch, &eval);
	if (part != NULL && out->n > 0 && wr_batch_count(&batch->pub) > 0)
		n_cuts = find_cuts(inst->op, part, &batch->pub, errors.any ? errors.gone : NULL,
			cuts, &newest);
	/* What is not wanted has moved the watermark all the same. */
	if (errors.any || errors.wanted != NULL || out->wanted != NULL)
		keep_rows(batch, errors.gone, (const uint64_t *const[]){errors.wanted, out->wanted},
			2);
	if (eval.status < 0)
		wr_inst_fail(inst, eval.status);
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
	int64_t newest = INT64_MIN;
	uint32_t n_cuts = find_cuts(inst->op, inst->timeline, &batch->pub, NULL, cuts, &newest);

	if (n_cuts > 0)
		send_slices(inst, inst->timeline, port, batch, cuts, n_cuts);
	else
		wr_inst_send(inst, port, batch);
	advance_partition(inst->op, inst->timeline, newest);
	timeline_send_watermark(inst);
}
