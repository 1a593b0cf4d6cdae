/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows that go out before they end, too: after each N rows, or from time to time.  So that it is
 * known what of a window has gone out, each is kept by itself: an entry for each (key, end), and a
 * row counts in every window it is in.  Global windows, which have no end, are entries of their
 * keys.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tick.h"

/* The operator's own slot, behind those of the aggregates. */
struct trigger_own {
	int64_t newest; /* event time */
	uint32_t fresh; /* rows since it went out last; no more than it can say */
	uint32_t emitted; /* 1: it has gone out */
	uint64_t fires; /* 1: it is about to; 0 between batches */
};

/* What a callback that returned MORE was doing. */
enum trigger_work {
	TRIGGER_IDLE,
	TRIGGER_TAKE, /* rows of a batch */
	TRIGGER_END, /* windows end */
	TRIGGER_EARLY, /* windows go out before they do */
};

/* Pairs (row of a batch, end of a window): what upsert() wants. */
struct trigger_pairs {
	uint32_t n;
	uint32_t row[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];
	void *entry[WEIR_ROWS_MAX];
};

struct trigger_window {
	const struct window_conf *conf;
	const struct weir_host *host;
	const struct weir_table_ext *tables;
	const struct weir_expr_ext *expr;
	const struct weir_timer_ext *timers;
	struct weir_table *windows;
	uint32_t own; /* offset of struct trigger_own in a row */
	uint64_t *late_rows;
	struct window_clock clock; /* of windows that end */
	int64_t watermark; /* the last before the end */
	struct window_ticks ticks;

	enum trigger_work work;
	void *cursor;
	uint32_t early; /* more of them are to go out than those that end */
	uint32_t is_end; /* of the input */

	/* TRIGGER_TAKE: the rows of a batch that count, and which comes next for which window. */
	const struct weir_batch *batch;
	uint32_t n_rows, at;
	int64_t end;
	uint32_t row[WEIR_ROWS_MAX];
};

static struct trigger_own *
own_of(const struct trigger_window *w, void *row)
{
	return (void *)((char *)row + w->own);
}

/* Entries of other windows are something else: what they are is in the table's name. */
static void
name_table(const struct window_conf *conf, char *name, size_t size)
{
	const char *parts = conf->mode == WINDOW_DISCARDING ? "_parts" : "";

	if (conf->global)
		snprintf(name, size, "global%s%s", parts,
			conf->emit == WINDOW_EMIT_FINAL ? "_final" : "");
	else
		snprintf(name, size, "windows_%" PRId64 "_%" PRId64 "_%" PRId64 "us%s", conf->block,
			conf->size, conf->slide, parts);
}

static int
trigger_open(const struct window_conf *conf, struct weir_task *task, void **self)
{
	static const struct trigger_own fresh = {.newest = INT64_MIN};
	static const struct weir_slot own_slot = {
		.name = "own", .bytes = sizeof fresh, .version = 1, .initial = &fresh};
	struct trigger_window *w = calloc(1, sizeof *w);
	char name[96];
	struct weir_table_spec spec = {.size = sizeof spec,
		.flags = conf->global ? WEIR_BY_KEY : WEIR_BY_NS,
		.name = name,
		.ttl_us = conf->ttl};
	struct weir_slot *slots;

	if (w == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	name_table(conf, name, sizeof name);
	w->conf = conf;
	w->host = task->host;
	w->tables = task->host->extension("weir.table/1");
	w->expr = task->host->extension("weir.expr/1");
	w->timers = task->host->extension("weir.timer/1");
	slots = window_slots(conf, w->expr, &own_slot, &spec.n_slots, &w->own);
	if (slots == NULL) {
		free(w);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	spec.slots = slots;
	w->windows = w->tables->open(task, &spec);
	free(slots);
	w->late_rows = window_late_counter(task);
	w->watermark = task->watermark;
	w->clock.bound = clock_bound(conf, task->watermark);
	if (!conf->global)
		clock_set(&w->clock, conf);
	tick_init(&w->ticks, conf, w->clock.bound);
	*self = w;
	return WEIR_OK;
}

/* The time of a result: that of its end, or of the newest row, but late for nobody. */
static int64_t
time_of(const struct trigger_window *w, int64_t end, const struct trigger_own *own)
{
	if (!w->conf->global)
		return end - 1;
	return own->newest > w->watermark ? own->newest : w->watermark + 1;
}

/* Windows go out: those of the pairs, whose rows are of a batch of keys. */
static void
fire(struct trigger_window *w, struct weir_task *task, const struct weir_batch *keys,
	const struct trigger_pairs *pairs)
{
	int64_t start[WEIR_ROWS_MAX], time[WEIR_ROWS_MAX];
	uint8_t kind[WEIR_ROWS_MAX];
	struct window_results results = {.keys = keys,
		.rows = pairs->row,
		.n = pairs->n,
		.start = start,
		.end = pairs->ns,
		.time = time,
		.kind = kind,
		.row = pairs->entry};

	if (pairs->n == 0)
		return;
	for (uint32_t i = 0; i < pairs->n; i++) {
		struct trigger_own *own = own_of(w, pairs->entry[i]);

		start[i] = w->conf->global ? 0 : window_begin(w->conf, pairs->ns[i]);
		time[i] = time_of(w, pairs->ns[i], own);
		kind[i] = own->emitted ? WEIR_UPDATE_AFTER : WEIR_INSERT;
		own->fresh = 0;
		own->fires = 0;
		own->emitted = 1;
	}
	window_emit(w->conf, w->expr, task, &results);
	if (w->conf->mode == WINDOW_DISCARDING)
		w->tables->erase(w->windows, keys, pairs->row, pairs->n, pairs->ns);
}

/*
 * Counts rows, each window up to the one that makes it go out; the others stay in the pairs.  Gives
 * how many windows went out.
 */
static uint32_t
take_round(struct trigger_window *w, struct weir_task *task, struct trigger_pairs *pairs)
{
	struct trigger_pairs taken, firing;
	uint32_t left = 0;

	w->tables->upsert(w->windows, w->batch, pairs->row, pairs->n, pairs->ns, pairs->entry);
	taken.n = firing.n = 0;
	for (uint32_t i = 0; i < pairs->n; i++) {
		struct trigger_own *own = own_of(w, pairs->entry[i]);
		int64_t time = w->batch->event_time[pairs->row[i]];

		if (own->fires) {
			pairs->row[left] = pairs->row[i];
			pairs->ns[left++] = pairs->ns[i];
			continue;
		}
		taken.row[taken.n] = pairs->row[i];
		taken.entry[taken.n++] = pairs->entry[i];
		own->newest = time > own->newest ? time : own->newest;
		own->fresh += own->fresh < UINT32_MAX;
		if (own->fresh != w->conf->fire_count)
			continue;
		own->fires = 1;
		firing.row[firing.n] = pairs->row[i];
		firing.ns[firing.n] = pairs->ns[i];
		firing.entry[firing.n++] = pairs->entry[i];
	}
	w->expr->update(w->conf->aggs, task, w->batch, taken.row, taken.n, taken.entry);
	fire(w, task, w->batch, &firing);
	pairs->n = left;
	return firing.n;
}

/* Of windows that have ended those that got rows go out again, each once; gives how many. */
static uint32_t
fire_late(struct trigger_window *w, struct weir_task *task, struct trigger_pairs *late)
{
	const void *found[WEIR_ROWS_MAX];
	struct trigger_pairs firing;
	uint32_t n = 0;

	w->tables->find(w->windows, w->batch, late->row, late->n, late->ns, found);
	for (uint32_t i = 0; i < late->n; i++) {
		const struct trigger_own *own;

		if (found[i] == NULL)
			continue;
		own = (const void *)((const char *)found[i] + w->own);
		if (own->fresh == 0)
			continue;
		late->row[n] = late->row[i];
		late->ns[n++] = late->ns[i];
	}
	w->tables->upsert(w->windows, w->batch, late->row, n, late->ns, late->entry);
	firing.n = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct trigger_own *own = own_of(w, late->entry[i]);

		if (own->fires)
			continue;
		own->fires = 1;
		firing.row[firing.n] = late->row[i];
		firing.ns[firing.n] = late->ns[i];
		firing.entry[firing.n++] = late->entry[i];
	}
	fire(w, task, w->batch, &firing);
	return firing.n;
}

static uint32_t
take_pairs(struct trigger_window *w, struct weir_task *task, struct trigger_pairs *pairs)
{
	struct trigger_pairs late;
	uint32_t emitted = 0;

	late.n = 0;
	for (uint32_t i = 0; i < pairs->n; i++) {
		if (w->conf->global || pairs->ns[i] > w->clock.fired)
			continue;
		late.row[late.n] = pairs->row[i];
		late.ns[late.n++] = pairs->ns[i];
	}
	while (pairs->n > 0)
		emitted += take_round(w, task, pairs);
	return late.n > 0 ? emitted + fire_late(w, task, &late) : emitted;
}

/* The next pairs of the batch, as many as there is room for. */
static void
next_pairs(struct trigger_window *w, struct trigger_pairs *pairs)
{
	const struct window_conf *conf = w->conf;

	for (pairs->n = 0; w->at < w->n_rows && pairs->n < WEIR_ROWS_MAX;) {
		uint32_t row = w->row[w->at];
		int64_t time = w->batch->event_time[row], first;

		if (conf->global) {
			pairs->row[pairs->n] = row;
			pairs->ns[pairs->n++] = 0;
			w->at++;
			continue;
		}
		first = clock_first_end(conf, time);
		first = first > w->clock.closed ? first : w->clock.closed + conf->slide;
		w->end = w->end > first ? w->end : first;
		for (; pairs->n < WEIR_ROWS_MAX && window_begin(conf, w->end) <= time;
			w->end += conf->slide) {
			pairs->row[pairs->n] = row;
			pairs->ns[pairs->n++] = w->end;
		}
		if (window_begin(conf, w->end) > time) {
			w->end = INT64_MIN;
			w->at++;
		}
	}
}

static int
take_on(struct trigger_window *w, struct weir_task *task)
{
	struct trigger_pairs pairs;
	uint32_t emitted = 0;

	while (w->at < w->n_rows) {
		next_pairs(w, &pairs);
		emitted += take_pairs(w, task, &pairs);
		if (emitted >= task->room && w->at < w->n_rows)
			return WEIR_MORE;
	}
	w->work = TRIGGER_IDLE;
	task->host->unref(w->batch);
	return WEIR_OK;
}

static int
trigger_process(void *self, struct weir_task *task, const struct weir_batch *batch)
{
	struct trigger_window *w = self;
	struct window_rows rows = window_rows_of(batch);

	if (w->conf->global) {
		for (w->n_rows = 0; w->n_rows < rows.n; w->n_rows++)
			w->row[w->n_rows] = window_row(&rows, w->n_rows);
	} else {
		w->n_rows =
			clock_admit(&w->clock, w->conf, task, w->late_rows, batch, &rows, w->row);
	}
	if (w->n_rows == 0)
		return WEIR_OK;
	tick_set_timer(&w->ticks, w->conf, task, w->timers);
	task->host->ref(batch);
	w->batch = batch;
	w->at = 0;
	w->end = INT64_MIN;
	w->work = TRIGGER_TAKE;
	return take_on(w, task);
}

/* Windows that end from low to high go out if they have rows that did not; WEIR_OK: all have. */
static int
drain(struct trigger_window *w, struct weir_task *task, int64_t low, int64_t high)
{
	struct weir_entries entries = {.size = sizeof entries};
	struct trigger_pairs pairs;
	uint32_t emitted = 0;

	while (w->tables->scan(w->windows, low, high, &w->cursor, &entries) > 0) {
		pairs.n = 0;
		for (uint32_t i = 0; i < entries.n; i++) {
			if (own_of(w, entries.row[i])->fresh == 0)
				continue;
			pairs.row[pairs.n] = i;
			pairs.ns[pairs.n++] = entries.ns[i];
		}
		w->tables->upsert(
			w->windows, entries.keys, pairs.row, pairs.n, pairs.ns, pairs.entry);
		fire(w, task, entries.keys, &pairs);
		emitted += pairs.n;
		if (emitted >= task->room)
			return WEIR_MORE;
	}
	w->cursor = NULL;
	return WEIR_OK;
}

static int
drain_global(struct trigger_window *w, struct weir_task *task)
{
	int rc = drain(w, task, INT64_MIN, INT64_MAX);

	if (rc != WEIR_OK)
		return rc;
	w->work = TRIGGER_IDLE;
	/* What went out is gone: a checkpoint after the end must not have it come again. */
	if (w->is_end)
		w->tables->retire(w->windows, INT64_MAX);
	return WEIR_OK;
}

/* Windows whose ends the watermark has passed, then those that are to go out early. */
static int
drain_on(struct trigger_window *w, struct weir_task *task)
{
	const struct window_conf *conf = w->conf;
	int64_t ends = clock_last_end(conf, w->clock.bound);
	int rc;

	if (w->work == TRIGGER_END) {
		rc = drain(w, task, w->clock.fired + 1, ends);
		if (rc != WEIR_OK)
			return rc;
		clock_set(&w->clock, conf);
		w->tables->retire(w->windows, w->clock.closed);
		w->work = TRIGGER_EARLY;
	}
	rc = w->early ? drain(w, task, w->clock.fired + 1, INT64_MAX) : WEIR_OK;
	w->work = rc == WEIR_OK ? TRIGGER_IDLE : TRIGGER_EARLY;
	return rc;
}

static int
trigger_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct trigger_window *w = self;
	int64_t bound = clock_bound(w->conf, watermark);

	if (w->ticks.timer == INT64_MIN)
		tick_set_timer(&w->ticks, w->conf, task, w->timers);
	if (bound <= w->clock.bound)
		return WEIR_OK;
	w->clock.bound = bound;
	w->early = tick_is_due(&w->ticks, w->conf, bound);
	w->cursor = NULL;
	if (watermark != INT64_MAX)
		w->watermark = watermark;
	if (!w->conf->global) {
		w->work = TRIGGER_END;
		return drain_on(w, task);
	}
	w->is_end = watermark == INT64_MAX;
	if (!w->is_end && !w->early)
		return WEIR_OK;
	w->work = TRIGGER_EARLY;
	return drain_global(w, task);
}

static int
trigger_on_tick(void *self, struct weir_task *task)
{
	struct trigger_window *w = self;

	if (!tick_has_come(&w->ticks, w->conf))
		return WEIR_OK;
	w->work = TRIGGER_EARLY;
	w->early = 1;
	w->cursor = NULL;
	return w->conf->global ? drain_global(w, task) : drain_on(w, task);
}

static int
trigger_resume(void *self, struct weir_task *task)
{
	struct trigger_window *w = self;

	switch (w->work) {
	case TRIGGER_TAKE:
		return take_on(w, task);
	case TRIGGER_END:
	case TRIGGER_EARLY:
		return w->conf->global ? drain_global(w, task) : drain_on(w, task);
	case TRIGGER_IDLE:
		break;
	}
	return WEIR_OK;
}

static void
trigger_close(void *self)
{
	struct trigger_window *w = self;

	if (w->work == TRIGGER_TAKE)
		w->host->unref(w->batch);
	free(w);
}

const struct window_kind window_triggered = {
	.open = trigger_open,
	.close = trigger_close,
	.process = trigger_process,
	.on_watermark = trigger_on_watermark,
	.on_tick = trigger_on_tick,
	.resume = trigger_resume,
};
