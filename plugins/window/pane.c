/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tumbling, hopping and cumulating windows: rows are counted into the pane of their event time.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <weir/kernel.h>

#include "pane.h"

enum { PANE_CHUNK = 64 }; /* times that are looked at together */

/* Rows of a batch, and the span of their event times. */
struct pane_rows {
	const uint32_t *sel;
	uint32_t n;
	int64_t min, max;
};

static int
pane_open(const struct window_conf *conf, struct weir_task *task, void **self)
{
	static const struct weir_slot gone_slot = {.name = "gone_out", .bytes = 8, .version = 1};
	struct pane_window *w = calloc(1, sizeof *w);
	struct weir_table_spec spec = {.size = sizeof spec};
	struct weir_slot *slots;

	if (w == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	w->conf = conf;
	w->tables = task->host->extension("weir.table/1");
	w->expr = task->host->extension("weir.expr/1");
	/* Namespaces of another width mean other slices of time: that is another table.  So is one
	 * whose windows go out at another time: which of them have is not kept. */
	snprintf(w->name, sizeof w->name, "panes_%" PRId64 "us", conf->pane);
	if (conf->delay > 0)
		snprintf(w->name, sizeof w->name, "panes_%" PRId64 "us_%" PRId64 "us_later",
			conf->pane, conf->delay);
	spec.name = w->name;
	spec.flags = WEIR_BY_NS;
	spec.n_slots = w->expr->slots(conf->aggs, &spec.slots);
	w->panes = w->tables->open(task, &spec);
	spec.name = "scratch";
	spec.flags = WEIR_BY_NS | WEIR_SCRATCH;
	slots = window_slots(conf, w->expr, &gone_slot, &spec.n_slots, &w->gone_out);
	spec.slots = slots;
	if (slots != NULL)
		w->scratch = w->tables->open(task, &spec);
	free(slots);
	if (slots == NULL || pane_roll_open(w, task) < 0 || pane_slide_open(w, task) < 0) {
		free(w);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	w->late_rows = window_late_counter(task);
	w->clock.bound = clock_bound(conf, task->watermark);
	clock_set(&w->clock, conf);
	*self = w;
	return WEIR_OK;
}

WEIR_KERNEL static void
times_span(const int64_t *time, uint32_t n, int64_t *min, int64_t *max)
{
	int64_t least = INT64_MAX, most = INT64_MIN;

	for (uint32_t i = 0; i < n; i++) {
		least = time[i] < least ? time[i] : least;
		most = time[i] > most ? time[i] : most;
	}
	*min = least;
	*max = most;
}

static void
pane_find_span(struct pane_rows *rows, const int64_t *time)
{
	if (rows->sel == NULL) {
		times_span(time, rows->n, &rows->min, &rows->max);
		return;
	}
	rows->min = INT64_MAX;
	rows->max = INT64_MIN;
	for (uint32_t i = 0; i < rows->n; i++) {
		int64_t at = time[rows->sel[i]];

		rows->min = at < rows->min ? at : rows->min;
		rows->max = at > rows->max ? at : rows->max;
	}
}

/* How many times are in a pane before one that is not, which makes one of the differences negative.
 */
WEIR_KERNEL static uint32_t
times_within(const int64_t *time, uint32_t n, int64_t pane, int64_t length)
{
	const uint64_t first = (uint64_t)pane, last = first + (uint64_t)length - 1;
	uint32_t i = 0;

	for (uint64_t outside = 0; n - i >= PANE_CHUNK; i += PANE_CHUNK) {
		for (uint32_t k = i; k < i + PANE_CHUNK; k++)
			outside |= ((uint64_t)time[k] - first) | (last - (uint64_t)time[k]);
		if (outside >> 63 != 0)
			break;
	}
	while (i < n && (uint64_t)time[i] - first < (uint64_t)length)
		i++;
	return i;
}

/* Behind the rows from i on that are in a pane. */
static uint32_t
pane_run_end(
	const struct pane_rows *rows, const int64_t *time, uint32_t i, int64_t pane, int64_t length)
{
	if (rows->sel == NULL)
		return i + times_within(time + i, rows->n - i, pane, length);
	while (i < rows->n && (uint64_t)time[rows->sel[i]] - (uint64_t)pane < (uint64_t)length)
		i++;
	return i;
}

/* Whether all rows are in the pane of those before; their span is that pane then. */
static int
pane_goes_on(const struct pane_window *w, struct pane_rows *rows, const int64_t *time)
{
	int64_t pane = w->ns[0], length = w->conf->pane;

	rows->min = pane;
	rows->max = pane + length - 1;
	return w->n_same > 0 && pane_run_end(rows, time, 0, pane, length) == rows->n;
}

/* Sorts out rows that no window takes: kept gets the others, and rows stands for those then. */
static void
pane_admit(struct pane_window *w, struct weir_task *task, const struct weir_batch *batch,
	struct pane_rows *rows, uint32_t *kept)
{
	struct window_rows all = {.sel = rows->sel, .n = rows->n};
	uint32_t n = clock_admit(&w->clock, w->conf, task, w->late_rows, batch, &all, kept);

	rows->sel = kept;
	rows->n = n;
	pane_find_span(rows, batch->event_time);
}

/* The common case: all rows of a batch, and of many before it, are in one pane. */
static void
pane_assign_same(struct pane_window *w, uint32_t n, int64_t pane)
{
	if (w->n_same == 0 || w->ns[0] != pane)
		w->n_same = 0;
	for (uint32_t i = w->n_same; i < n; i++)
		w->ns[i] = pane;
	if (n > w->n_same)
		w->n_same = n;
}

/* Fills ns for the rows.  Rows near in time mostly share a pane, which saves the division. */
static void
pane_assign(struct pane_window *w, const struct pane_rows *rows, const int64_t *time)
{
	int64_t length = w->conf->pane;
	int64_t pane = w->ns[0];

	w->n_runs = 0;
	if (w->n_same == 0 || rows->min < pane || rows->max - pane >= length)
		pane = window_floor(rows->min, length);
	if (rows->max - pane < length) {
		pane_assign_same(w, rows->n, pane);
		return;
	}
	w->n_same = 0;
	for (uint32_t i = 0, end; i < rows->n; i = end) {
		pane = window_floor(time[rows->sel != NULL ? rows->sel[i] : i], length);
		end = pane_run_end(rows, time, i, pane, length);
		if (w->n_runs < PANE_RUNS_MAX)
			w->run[w->n_runs] = i;
		w->n_runs++;
		for (uint32_t k = i; k < end; k++)
			w->ns[k] = pane;
	}
}

/* Rows sel[i] (sel NULL: i) into the panes ns[i]. */
static void
pane_take(struct pane_window *w, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n, const int64_t *ns)
{
	void *row[WEIR_ROWS_MAX];

	w->tables->upsert(w->panes, batch, sel, n, ns, row);
	w->expr->update(w->conf->aggs, task, batch, sel, n, row);
}

/* Rows that come in the order of time have few runs of one pane, which need not be sorted out when
 * they are looked up. */
static void
pane_count(struct pane_window *w, struct weir_task *task, const struct weir_batch *batch,
	const struct pane_rows *rows)
{
	uint32_t all[WEIR_ROWS_MAX];
	const uint32_t *sel = rows->sel;

	if (w->n_runs < 2 || w->n_runs > PANE_RUNS_MAX) {
		pane_take(w, task, batch, sel, rows->n, w->ns);
		return;
	}
	for (uint32_t i = 0; i < rows->n && sel == NULL; i++)
		all[i] = i;
	sel = sel == NULL ? all : sel;
	for (uint32_t k = 0; k < w->n_runs; k++) {
		uint32_t from = w->run[k];
		uint32_t to = k + 1 < w->n_runs ? w->run[k + 1] : rows->n;

		pane_take(w, task, batch, sel + from, to - from, w->ns + from);
	}
}

static int
pane_process(void *self, struct weir_task *task, const struct weir_batch *batch)
{
	struct pane_window *w = self;
	uint32_t kept[WEIR_ROWS_MAX];
	struct pane_rows rows = {
		.sel = batch->sel, .n = batch->sel != NULL ? batch->n_sel : batch->n_rows};
	int is_late, is_folded;

	if (!pane_goes_on(w, &rows, batch->event_time))
		pane_find_span(&rows, batch->event_time);
	if (rows.min < w->clock.dead || rows.min < -WINDOW_TIME_MAX || rows.max > WINDOW_TIME_MAX)
		pane_admit(w, task, batch, &rows, kept);
	if (rows.n == 0)
		return WEIR_OK;
	pane_assign(w, &rows, batch->event_time);
	is_late = w->conf->grace > 0 && rows.min < w->clock.fired;
	if (is_late)
		pane_note_late(w, batch, rows.sel, rows.n);
	is_folded = w->roll.is_used && rows.min < w->roll.to;
	if (is_folded)
		pane_roll_late(w, task, batch, rows.sel, rows.n);
	pane_count(w, task, batch, &rows);
	if (is_folded)
		pane_roll_again(w, task);
	if (w->slide.length > 0 && rows.min < w->slide.folded)
		pane_slide_late(w, task, batch, rows.sel, rows.n);
	return is_late ? pane_amend(w, task) : WEIR_OK;
}

static int
pane_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	return pane_fire(self, task, watermark);
}

static int
pane_resume(void *self, struct weir_task *task)
{
	struct pane_window *w = self;

	switch (w->work) {
	case PANE_FIRE:
		return pane_fire_on(w, task);
	case PANE_AMEND:
		return pane_amend_on(w, task);
	case PANE_IDLE:
		break;
	}
	return WEIR_OK;
}

const struct window_kind window_panes = {
	.open = pane_open,
	.close = free,
	.process = pane_process,
	.on_watermark = pane_on_watermark,
	.resume = pane_resume,
};
