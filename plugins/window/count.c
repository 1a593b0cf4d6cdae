/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows of so many rows of a key.  Its rows are counted into parts as long as the greatest common
 * divisor of size and slide, so that each window is a run of whole parts; it goes out with its last
 * row.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "window.h"

/* A key. */
struct count_key {
	int64_t n; /* rows so far */
	int64_t newest; /* of their event times */
	int64_t timer; /* when its timer is due, with a ttl; INT64_MIN: none is set */
};

/* A part's own slot, behind those of the aggregates: the span of its event times. */
struct count_span {
	int64_t least, most;
};

struct count_window {
	const struct window_conf *conf;
	const struct weir_table_ext *tables;
	const struct weir_expr_ext *expr;
	const struct weir_timer_ext *timers;
	struct weir_table *keys; /* (key) */
	struct weir_table *parts; /* (key, number of the part) */
	struct weir_table *scratch; /* windows being put together: (key, the part behind it) */
	uint32_t span; /* offset of struct count_span in a row of parts */
	int64_t length, n_parts, n_slide; /* rows of a part; parts of a window, and of its slide */
};

/* Windows that have all their rows. */
struct count_done {
	uint32_t n;
	uint32_t row[WEIR_ROWS_MAX]; /* of the batch: the last of each */
	int64_t part[WEIR_ROWS_MAX]; /* that follows it */
};

static struct count_span *
span_of(const struct count_window *w, void *row)
{
	return (void *)((char *)row + w->span);
}

static int
open_tables(struct count_window *w, struct weir_task *task)
{
	static const struct count_key fresh_key = {.newest = INT64_MIN, .timer = INT64_MIN};
	static const struct count_span fresh_span = {.least = INT64_MAX, .most = INT64_MIN};
	static const struct weir_slot key_slot = {
		.name = "key", .bytes = sizeof fresh_key, .version = 1, .initial = &fresh_key};
	static const struct weir_slot span_slot = {
		.name = "span", .bytes = sizeof fresh_span, .version = 1, .initial = &fresh_span};
	struct weir_table_spec spec = {.size = sizeof spec, .flags = WEIR_BY_KEY};
	struct weir_slot *slots =
		window_slots(w->conf, w->expr, &span_slot, &spec.n_slots, &w->span);
	char name[48];

	if (slots == NULL)
		return -1;
	/* Other windows have other parts, and need them for longer. */
	snprintf(name, sizeof name, "parts_%" PRId64 "_%" PRId64, w->conf->count,
		w->conf->count_slide);
	spec.name = name;
	spec.slots = slots;
	w->parts = w->tables->open(task, &spec);
	spec.name = "scratch";
	spec.flags = WEIR_BY_NS | WEIR_SCRATCH;
	w->scratch = w->tables->open(task, &spec);
	free(slots);
	snprintf(name, sizeof name, "keys_%" PRId64 "_%" PRId64, w->conf->count,
		w->conf->count_slide);
	spec.name = name;
	spec.flags = WEIR_BY_KEY;
	spec.n_slots = 1;
	spec.slots = &key_slot;
	w->keys = w->tables->open(task, &spec);
	return 0;
}

static int
count_open(const struct window_conf *conf, struct weir_task *task, void **self)
{
	struct count_window *w = calloc(1, sizeof *w);

	if (w == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	w->conf = conf;
	w->tables = task->host->extension("weir.table/1");
	w->expr = task->host->extension("weir.expr/1");
	w->timers = task->host->extension("weir.timer/1");
	w->length = conf->part;
	w->n_parts = conf->count / w->length;
	w->n_slide = conf->count_slide / w->length;
	if (open_tables(w, task) < 0) {
		free(w);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	*self = w;
	return WEIR_OK;
}

/* When a key is forgotten if no row comes; INT64_MIN: never. */
static int64_t
ends_at(const struct count_window *w, const struct count_key *own)
{
	if (w->conf->ttl == 0)
		return INT64_MIN;
	return own->newest > INT64_MAX - w->conf->ttl ? INT64_MAX : own->newest + w->conf->ttl;
}

/* Keys get a timer that have none: it asks whether they are to be forgotten. */
static void
set_timers(struct count_window *w, struct weir_task *task, const struct weir_batch *batch,
	const struct window_rows *rows, void *const *key)
{
	uint32_t row[WEIR_ROWS_MAX], n = 0;
	int64_t when[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < rows->n; i++) {
		struct count_key *own = key[i];

		if (own->timer != INT64_MIN)
			continue;
		own->timer = ends_at(w, own);
		when[n] = own->timer;
		row[n++] = window_row(rows, i);
	}
	if (n > 0)
		w->timers->set(task, batch, row, n, WEIR_EVENT_TIME, when);
}

/* All parts of keys that are forgotten. */
static void
drop_parts(struct count_window *w, const struct weir_batch *keys, const uint32_t *sel, uint32_t n)
{
	struct weir_entries parts = {.size = sizeof parts};
	int64_t low[WEIR_ROWS_MAX], high[WEIR_ROWS_MAX];
	void *cursor = NULL;

	for (uint32_t i = 0; i < n; i++) {
		low[i] = INT64_MIN;
		high[i] = INT64_MAX;
	}
	while (w->tables->probe(w->parts, keys, sel, n, low, high, &cursor, &parts) > 0)
		w->tables->erase(w->parts, parts.keys, NULL, parts.n, parts.ns);
}

/* Whether a key that has rows starts anew with one of that time, whether its timer came or not:
 * when that does is up to how rows are dealt to batches. */
static int
is_over(const struct count_window *w, const struct count_key *own, int64_t time)
{
	return w->conf->ttl > 0 && own->n > 0 && time > own->newest &&
	       (uint64_t)time - (uint64_t)own->newest >= (uint64_t)w->conf->ttl;
}

/* Numbers the rows of each key: ns gets their parts, done the windows that they complete. */
static void
number_rows(struct count_window *w, struct weir_task *task, const struct weir_batch *batch,
	const struct window_rows *rows, int64_t *ns, struct count_done *done)
{
	void *key[WEIR_ROWS_MAX];
	uint32_t again[WEIR_ROWS_MAX], n_again = 0;

	done->n = 0;
	w->tables->upsert(w->keys, batch, rows->sel, rows->n, NULL, key);
	for (uint32_t i = 0; i < rows->n; i++) {
		struct count_key *own = key[i];
		int64_t time = batch->event_time[window_row(rows, i)];

		if (is_over(w, own, time)) {
			own->n = 0;
			again[n_again++] = window_row(rows, i);
		}
		ns[i] = own->n++ / w->length;
		own->newest = time > own->newest ? time : own->newest;
		if (own->n < w->conf->count ||
			(own->n - w->conf->count) % w->conf->count_slide != 0)
			continue;
		done->row[done->n] = window_row(rows, i);
		done->part[done->n++] = own->n / w->length;
	}
	if (n_again > 0)
		drop_parts(w, batch, again, n_again);
	if (w->conf->ttl > 0)
		set_timers(w, task, batch, rows, key);
}

/* Merges part k of each window into its row. */
static void
merge_part(struct count_window *w, struct weir_task *task, const struct weir_batch *batch,
	const struct count_done *done, int64_t k, void *const *into)
{
	int64_t ns[WEIR_ROWS_MAX];
	void *from[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < done->n; i++)
		ns[i] = done->part[i] - w->n_parts + k;
	w->tables->upsert(w->parts, batch, done->row, done->n, ns, from);
	w->expr->merge(w->conf->aggs, task, into, from, done->n);
	for (uint32_t i = 0; i < done->n; i++) {
		const struct count_span *part = span_of(w, from[i]);
		struct count_span *span = span_of(w, into[i]);

		span->least = part->least < span->least ? part->least : span->least;
		span->most = part->most > span->most ? part->most : span->most;
	}
}

/* Drops part k of each window. */
static void
drop_part(struct count_window *w, const struct weir_batch *batch, const struct count_done *done,
	int64_t k)
{
	int64_t ns[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < done->n; i++)
		ns[i] = done->part[i] - w->n_parts + k;
	w->tables->erase(w->parts, batch, done->row, done->n, ns);
}

static void
emit(struct count_window *w, struct weir_task *task, const struct weir_batch *batch,
	const struct count_done *done)
{
	int64_t start[WEIR_ROWS_MAX], end[WEIR_ROWS_MAX], time[WEIR_ROWS_MAX];
	void *row[WEIR_ROWS_MAX];
	const struct window_results results = {.keys = batch,
		.rows = done->row,
		.n = done->n,
		.start = start,
		.end = end,
		.time = time,
		.row = row};

	w->tables->upsert(w->scratch, batch, done->row, done->n, done->part, row);
	for (int64_t k = 0; k < w->n_parts; k++)
		merge_part(w, task, batch, done, k, row);
	for (uint32_t i = 0; i < done->n; i++) {
		const struct count_span *span = span_of(w, row[i]);

		start[i] = span->least;
		end[i] = span->most;
		/* The watermark may have passed that: a result is late for nobody. */
		time[i] = end[i] > task->watermark ? end[i] : task->watermark + 1;
	}
	window_emit(w->conf, w->expr, task, &results);
	w->tables->retire(w->scratch, INT64_MAX);
	for (int64_t k = 0; k < w->n_slide; k++)
		drop_part(w, batch, done, k);
}

static void
count_rows(struct count_window *w, struct weir_task *task, const struct weir_batch *batch,
	const struct window_rows *rows)
{
	int64_t ns[WEIR_ROWS_MAX];
	void *row[WEIR_ROWS_MAX];
	struct count_done done;

	number_rows(w, task, batch, rows, ns, &done);
	w->tables->upsert(w->parts, batch, rows->sel, rows->n, ns, row);
	for (uint32_t i = 0; i < rows->n; i++) {
		int64_t time = batch->event_time[window_row(rows, i)];
		struct count_span *span = span_of(w, row[i]);

		span->least = time < span->least ? time : span->least;
		span->most = time > span->most ? time : span->most;
	}
	w->expr->update(w->conf->aggs, task, batch, rows->sel, rows->n, row);
	if (done.n > 0)
		emit(w, task, batch, &done);
}

/* How many rows from the first one on are so near to each other that no key starts anew between two
 * of them. */
static uint32_t
near_rows(const struct count_window *w, const struct weir_batch *batch, const uint32_t *row,
	uint32_t n)
{
	int64_t least = batch->event_time[row[0]];
	uint32_t i = 1;

	for (; i < n; i++) {
		int64_t time = batch->event_time[row[i]];

		if (time > least && (uint64_t)time - (uint64_t)least >= (uint64_t)w->conf->ttl)
			break;
		least = time < least ? time : least;
	}
	return i;
}

static int
count_process(void *self, struct weir_task *task, const struct weir_batch *batch)
{
	struct count_window *w = self;
	const struct window_rows all = window_rows_of(batch);
	uint32_t row[WEIR_ROWS_MAX];

	if (w->conf->ttl == 0) {
		count_rows(w, task, batch, &all);
		return WEIR_OK;
	}
	for (uint32_t i = 0; i < all.n; i++)
		row[i] = window_row(&all, i);
	for (uint32_t from = 0; from < all.n;) {
		const struct window_rows rows = {
			.sel = row + from, .n = near_rows(w, batch, row + from, all.n - from)};

		count_rows(w, task, batch, &rows);
		from += rows.n;
	}
	return WEIR_OK;
}

/* Of keys whose timers are due those that had no row since go, the others get new ones. */
static int
count_on_timer(void *self, struct weir_task *task, const struct weir_due *due)
{
	struct count_window *w = self;
	uint32_t gone[WEIR_ROWS_MAX], n_gone = 0, again[WEIR_ROWS_MAX], n_again = 0;
	const void *found[WEIR_ROWS_MAX];
	void *key[WEIR_ROWS_MAX];
	int64_t when[WEIR_ROWS_MAX];

	w->tables->find(w->keys, due->keys, NULL, due->n, NULL, found);
	for (uint32_t i = 0; i < due->n; i++) {
		const struct count_key *own = found[i];

		if (own == NULL || own->timer != due->when[i])
			continue;
		if (w->conf->ttl > 0 && ends_at(w, own) <= own->timer) {
			gone[n_gone++] = i;
		} else {
			when[n_again] = ends_at(w, own);
			again[n_again++] = i;
		}
	}
	w->tables->upsert(w->keys, due->keys, again, n_again, NULL, key);
	for (uint32_t i = 0; i < n_again; i++)
		((struct count_key *)key[i])->timer = when[i];
	/* Without a ttl, which they may have had, keys have no timer. */
	if (w->conf->ttl > 0)
		w->timers->set(task, due->keys, again, n_again, WEIR_EVENT_TIME, when);
	drop_parts(w, due->keys, gone, n_gone);
	w->tables->erase(w->keys, due->keys, gone, n_gone, NULL);
	return WEIR_OK;
}

const struct window_kind window_counts = {
	.open = count_open,
	.close = free,
	.process = count_process,
	.on_timer = count_on_timer,
};
