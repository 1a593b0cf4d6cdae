/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows of a source come to by themselves: `where`, their event times, what is wrong with
 * them.  Done where they were decoded, and told when their turn has come. */
#include "engine/source_private.h"

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

struct finishing {
	struct wr_finished *rows;
	struct wr_told **end;
	struct wr_batch *batch;
	const uint64_t *wanted; /* by `where`; NULL: all */
};

/* What `where` does not want is gone anyway: nothing is wrong with it. */
static void
finish_error(struct wr_eval *eval, uint32_t row, const char *why)
{
	struct finishing *f = eval->arg;
	struct wr_arena *arena = &f->batch->arena;
	struct wr_told *told;

	weir_bit_set(f->rows->gone, row);
	f->rows->any = true;
	if (f->wanted != NULL && !weir_bit_get(f->wanted, row))
		return;
	told = wr_arena_new(arena, struct wr_told);
	told->row = row;
	told->why = wr_arena_dup(arena, why, strlen(why));
	*f->end = told;
	f->end = &told->next;
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
refuse_null_times(struct finishing *f, struct wr_eval *eval, const uint64_t *valid)
{
	uint64_t *gone = f->rows->gone;
	uint32_t n = f->batch->pub.n_rows;

	for (uint32_t w = 0; w < words_of(&f->batch->pub); w++) {
		uint64_t all = n - w * 64 < 64 ? (UINT64_C(1) << (n - w * 64)) - 1 : ~UINT64_C(0);
		uint64_t null = all & ~valid[w] & ~gone[w], told = null;

		if (f->wanted != NULL)
			told &= f->wanted[w];
		for (; told != 0; told &= told - 1)
			finish_error(eval, w * 64 + (uint32_t)__builtin_ctzll(told),
				"event_time is null");
		gone[w] |= null;
		f->rows->any |= null != 0;
	}
}

static void
set_event_time(const struct wr_op *op, struct wr_eval *eval)
{
	struct finishing *f = eval->arg;
	struct weir_batch *b = &f->batch->pub;
	const struct weir_column *column =
		wr_expr_eval(op->event_time, eval, b, b->sel, wr_batch_count(b));

	if (column->valid != NULL)
		refuse_null_times(f, eval, column->valid);
	b->event_time = f->rows->told != NULL ? mask_times(f->batch, column->values, f->rows->gone)
					      : column->values;
}

/* Whether no time is before the one before it. */
WR_KERNEL static bool
ascend(const int64_t *time, uint32_t n)
{
	uint64_t down = 0;

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

struct wr_times
wr_times_of(const struct weir_batch *b, const uint64_t *gone)
{
	struct wr_times times = {INT64_MAX, INT64_MIN, false};

	if (gone == NULL && ascend(b->event_time, b->n_rows))
		return (struct wr_times){b->event_time[0], b->event_time[b->n_rows - 1], true};
	widen(b->event_time, b->n_rows, gone, &times.low, &times.high);
	return times;
}

int
wr_source_finish(struct wr_inst *by, struct weir_out *out)
{
	const struct wr_op *op = by->op;
	struct wr_batch *batch = out->batch;
	struct wr_finished *rows = wr_arena_new(&batch->arena, struct wr_finished);
	struct finishing f = {rows, &rows->told, batch, NULL};
	struct wr_eval eval = {&by->pub, &by->frame->scratch, &batch->arena, finish_error, &f, 0};

	out->finished = rows;
	if (out->failed != NULL) {
		memcpy(rows->gone, out->failed, sizeof rows->gone);
		rows->any = true;
		keep_rows(batch, rows->gone, NULL, 0);
	}
	if (op->where != NULL && wr_batch_count(&batch->pub) > 0)
		f.wanted = wr_expr_pass(op->where, &eval, &batch->pub);
	if (op->event_time != NULL && wr_batch_count(&batch->pub) > 0)
		set_event_time(op, &eval);
	/* What is not wanted moves the watermark all the same. */
	rows->times = wr_times_of(&batch->pub, rows->any ? rows->gone : NULL);
	if (rows->any || f.wanted != NULL || out->wanted != NULL)
		keep_rows(batch, rows->gone, (const uint64_t *const[]){f.wanted, out->wanted}, 2);
	if (eval.status >= 0)
		wr_send_make_keys(by, batch);
	return eval.status;
}
