/* SPDX-License-Identifier: Apache-2.0 */
/* Session windows: rows open, prolong and join sessions; timers close them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weir/kernel.h>

#include "session.h"

/* Sessions with max_duration are cut where a cell of time begins: so many make that duration. */
enum { SESSION_CELLS = 8 };

/* What goes out how often, or is cut, has entries of its own: the table's name says it. */
static const char *
name_of(const struct session_window *w)
{
	if (!w->is_early)
		return w->work.cell > 0 ? "stretches" : "sessions";
	if (w->conf->mode == WINDOW_DISCARDING)
		return "early_parts";
	return w->conf->emit == WINDOW_EMIT_FINAL ? "final_sessions" : "early_sessions";
}

static int
open_tables(struct session_window *w, struct weir_task *task)
{
	static const struct session_early fresh = {.own = {.last = INT64_MIN, .timer = INT64_MIN}};
	static const struct weir_slot key_slot = {.name = "number", .bytes = 8, .version = 1};
	const struct weir_slot own_slot = {.name = "own",
		.bytes = w->is_early ? sizeof fresh : sizeof fresh.own,
		.version = 1,
		.initial = &fresh};
	struct weir_table_spec spec = {
		.size = sizeof spec, .flags = WEIR_BY_KEY, .name = name_of(w)};
	struct weir_slot *slots =
		window_slots(w->conf, w->expr, &own_slot, &spec.n_slots, &w->work.own);

	if (slots == NULL)
		return -1;
	spec.slots = slots;
	w->work.open = w->tables->open(task, &spec);
	free(slots);
	spec.name = "keys";
	spec.flags = WEIR_BY_NS | WEIR_SCRATCH;
	spec.n_slots = 1;
	spec.slots = &key_slot;
	w->work.keys = w->tables->open(task, &spec);
	return 0;
}

int
session_init(struct session_window *w, const struct window_conf *conf, struct weir_task *task,
	uint32_t is_early)
{
	w->conf = conf;
	w->is_early = is_early;
	w->tables = task->host->extension("weir.table/1");
	w->expr = task->host->extension("weir.expr/1");
	w->timers = task->host->extension("weir.timer/1");
	w->work.gap = conf->gap;
	w->work.cell = (conf->max_duration + SESSION_CELLS - 1) / SESSION_CELLS;
	w->late_rows = window_late_counter(task);
	return open_tables(w, task);
}

static int
session_open(const struct window_conf *conf, struct weir_task *task, void **self)
{
	struct session_window *w = calloc(1, sizeof *w);

	if (w == NULL || session_init(w, conf, task, 0) < 0) {
		free(w);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	*self = w;
	return WEIR_OK;
}

static void
session_close(void *self)
{
	struct session_window *w = self;

	free(w->work.sessions);
	free(w);
}

/* How many of the times that come `by` later are at `until` or before it. */
WEIR_KERNEL static uint32_t
count_until(const int64_t *time, const uint32_t *rows, uint32_t n, int64_t by, int64_t until)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < n; i++)
		count += time[rows[i]] + by <= until;
	return (uint32_t)count;
}

uint32_t
session_admit(struct weir_task *task, const struct weir_batch *batch, uint32_t *rows)
{
	uint32_t n_all = batch->sel != NULL ? batch->n_sel : batch->n_rows, n = 0;

	for (uint32_t i = 0; i < n_all; i++)
		rows[i] = batch->sel != NULL ? batch->sel[i] : i;
	if (count_until(batch->event_time, rows, n_all, 0, WINDOW_TIME_MAX) == n_all &&
		count_until(batch->event_time, rows, n_all, 0, -WINDOW_TIME_MAX - 1) == 0)
		return n_all;
	for (uint32_t i = 0; i < n_all; i++) {
		uint32_t row = rows[i];
		int64_t time = batch->event_time[row];

		if (time < -WINDOW_TIME_MAX || time > WINDOW_TIME_MAX)
			task->host->reject(task, batch, row, "event time is out of range");
		else
			rows[n++] = row;
	}
	return n;
}

/* Whether a session that rows would open is over already. */
static int
is_late(const struct session_window *w, const struct weir_task *task, const struct session *session)
{
	return session->is_new &&
	       session->last + w->conf->gap + w->conf->lateness <= task->watermark;
}

/* The same of a row. */
static int
is_row_late(const struct session_window *w, const struct weir_task *task, int64_t time)
{
	return time + w->conf->gap + w->conf->lateness <= task->watermark;
}

/*
 * How many of the n rows, from the first on, are found their sessions together.  In any order they
 * make the same ones, but for a row that is late unless a session is there when it comes: no other
 * row of its key goes with it.
 */
static uint32_t
session_step(const struct session_window *w, const struct weir_task *task,
	const struct weir_batch *batch, const uint32_t *rows, uint32_t n)
{
	enum { SLOTS = 1024, ANY = 1, LATE = 2 };
	uint8_t seen[SLOTS] = {0};
	uint32_t n_late;

	n = n < SESSION_ROWS_MAX ? n : SESSION_ROWS_MAX;
	n_late = count_until(
		batch->event_time, rows, n, w->conf->gap + w->conf->lateness, task->watermark);
	for (uint32_t i = 0; n_late > 0 && i < n; i++) {
		uint64_t hash = batch->key_hash != NULL ? batch->key_hash[rows[i]] : 0;
		uint8_t *slot = &seen[hash % SLOTS];
		int late = is_row_late(w, task, batch->event_time[rows[i]]);

		if (*slot == LATE || (late && *slot == ANY))
			return i;
		*slot = late ? LATE : ANY;
	}
	return n;
}

static int
ascending(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

uint32_t
session_sort_out_late(struct session_window *w, struct weir_task *task,
	const struct weir_batch *batch, uint32_t *rows, uint32_t *session)
{
	const struct session_work *work = &w->work;
	uint32_t late[SESSION_ROWS_MAX], n_late = 0, n = 0;

	for (uint32_t r = 0; r < work->n_runs; r++) {
		const struct session_run *run = &work->run[r];
		int goes = is_late(w, task, &work->sessions[run->session]);

		for (uint32_t i = run->first; i < run->first + run->n; i++) {
			if (goes) {
				late[n_late++] = work->row[i];
			} else {
				session[n] = run->session;
				rows[n++] = work->row[i];
			}
		}
	}
	qsort(late, n_late, sizeof late[0], ascending);
	window_send_late(w->conf, task, w->late_rows, batch, late, n_late);
	return n;
}

static void
join_early(const struct session_window *w, void *const *into, void *const *from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		session_early_of(w, into[i])->fresh += session_early_of(w, from[i])->fresh;
		session_early_of(w, into[i])->emitted |= session_early_of(w, from[i])->emitted;
	}
}

void
session_join(struct session_window *w, struct weir_task *task, const struct weir_batch *keys,
	const struct session_pairs *pairs)
{
	const uint32_t n = pairs->n;
	uint32_t row[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];
	void *entry[WEIR_ROWS_MAX];

	if (n == 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		row[i] = row[n + i] = pairs->row[i];
		ns[i] = pairs->into[i];
		ns[n + i] = pairs->from[i];
	}
	w->tables->upsert(w->work.open, keys, row, 2 * n, ns, entry);
	w->expr->merge(w->conf->aggs, task, entry, entry + n, n);
	if (w->is_early)
		join_early(w, entry, entry + n, n);
	w->tables->erase(w->work.open, keys, row + n, n, ns + n);
}

void
session_join_all(struct session_window *w, struct weir_task *task, const struct weir_batch *batch)
{
	const struct session_work *work = &w->work;
	struct session_pairs pairs;

	pairs.n = 0;
	for (uint32_t s = 0; s < work->n_sessions; s++) {
		const struct session *part = &work->sessions[s];

		if (part->into != s) {
			pairs.row[pairs.n] = work->key_row[part->key];
			pairs.into[pairs.n] = work->sessions[part->into].start;
			pairs.from[pairs.n++] = part->start;
		}
		if (pairs.n == SESSION_PAIRS_MAX || (pairs.n > 0 && s + 1 == work->n_sessions)) {
			session_join(w, task, batch, &pairs);
			pairs.n = 0;
		}
	}
}

/* Counts rows into their sessions, and sees to it that each has a timer. */
static void
count_rows(struct session_window *w, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *rows, const uint32_t *session, uint32_t n)
{
	const struct session_work *work = &w->work;
	uint32_t timer_row[SESSION_ROWS_MAX], n_timers = 0;
	uint32_t row_of[SESSION_ROWS_MAX], part[SESSION_ROWS_MAX], n_parts = 0;
	int64_t ns[SESSION_ROWS_MAX], when[SESSION_ROWS_MAX];
	void *entry[SESSION_ROWS_MAX], *own_entry[SESSION_ROWS_MAX];

	/* Rows of a session stand one behind the other: it is looked for once. */
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 || session[i] != session[i - 1]) {
			row_of[n_parts] = rows[i];
			part[n_parts] = session[i];
			ns[n_parts++] = work->sessions[session[i]].start;
		}
	}
	w->tables->upsert(work->open, batch, row_of, n_parts, ns, own_entry);
	for (uint32_t i = 0, p = 0; i < n; i++) {
		p += i > 0 && session[i] != session[i - 1];
		entry[i] = own_entry[p];
	}
	for (uint32_t p = 0; p < n_parts; p++) {
		struct session_own *own = session_own_of(w, own_entry[p]);

		own->last = work->sessions[part[p]].last;
		if (own->timer != INT64_MIN)
			continue;
		own->timer = own->last + w->conf->gap;
		when[n_timers] = own->timer;
		timer_row[n_timers++] = row_of[p];
	}
	w->expr->update(w->conf->aggs, task, batch, rows, n, entry);
	if (n_timers > 0)
		w->timers->set(task, batch, timer_row, n_timers, WEIR_EVENT_TIME, when);
}

/* The common case: rows of the one session that their key has.  Takes them out of rows, and gives
 * how many others there are. */
static uint32_t
prolong(struct session_window *w, struct weir_task *task, const struct weir_batch *batch,
	uint32_t *rows, uint32_t n)
{
	int64_t start[SESSION_ROWS_MAX];
	void *entry[SESSION_ROWS_MAX];
	uint32_t taken[SESSION_ROWS_MAX], n_taken = 0, n_others = 0;

	w->tables->single(w->work.open, batch, rows, n, start, entry);
	for (uint32_t i = 0; i < n; i++) {
		struct session_own *own = entry[i] == NULL ? NULL : session_own_of(w, entry[i]);
		int64_t time = batch->event_time[rows[i]];

		if (own == NULL || time < start[i] || !session_goes_on(&w->work, own->last, time)) {
			rows[n_others++] = rows[i];
			continue;
		}
		own->last = time > own->last ? time : own->last;
		taken[n_taken] = rows[i];
		entry[n_taken++] = entry[i];
	}
	w->expr->update(w->conf->aggs, task, batch, taken, n_taken, entry);
	return n_others;
}

static int
process_rows(struct session_window *w, struct weir_task *task, const struct weir_batch *batch,
	uint32_t *rows, uint32_t n)
{
	uint32_t session[SESSION_ROWS_MAX];

	n = prolong(w, task, batch, rows, n);
	if (n == 0)
		return WEIR_OK;
	session_find_runs(&w->work, batch, rows, n);
	if (session_find(&w->work, w->tables, batch) < 0)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	session_join_all(w, task, batch);
	n = session_sort_out_late(w, task, batch, rows, session);
	if (n > 0)
		count_rows(w, task, batch, rows, session, n);
	return WEIR_OK;
}

static int
session_process(void *self, struct weir_task *task, const struct weir_batch *batch)
{
	uint32_t rows[WEIR_ROWS_MAX], n = session_admit(task, batch, rows);
	int rc = WEIR_OK;

	for (uint32_t i = 0, step; i < n && rc == WEIR_OK; i += step) {
		step = session_step(self, task, batch, rows + i, n - i);
		rc = process_rows(self, task, batch, rows + i, step);
	}
	return rc;
}

void
session_close_all(struct session_window *w, struct weir_task *task, const struct weir_batch *keys,
	const struct session_closing *closing)
{
	const struct window_results results = {.keys = keys,
		.rows = closing->row,
		.n = closing->n,
		.start = closing->start,
		.end = closing->end,
		.time = closing->end,
		.row = closing->acc};

	if (closing->n == 0)
		return;
	window_emit(w->conf, w->expr, task, &results);
	w->tables->erase(w->work.open, keys, closing->row, closing->n, closing->start);
}

void
session_set_timers(struct session_window *w, struct weir_task *task, const struct weir_batch *keys,
	const uint32_t *rows, uint32_t n, const int64_t *start, const int64_t *when)
{
	void *entry[WEIR_ROWS_MAX];

	if (n == 0)
		return;
	w->tables->upsert(w->work.open, keys, rows, n, start, entry);
	for (uint32_t i = 0; i < n; i++)
		session_own_of(w, entry[i])->timer = when[i];
	w->timers->set(task, keys, rows, n, WEIR_EVENT_TIME, when);
}

/* Of the sessions whose timers are due those that are over go out; those that went on get new ones.
 */
static void
close_entries(struct session_window *w, struct weir_task *task, const struct weir_due *due,
	const struct weir_entries *entries)
{
	uint32_t again[WEIR_ROWS_MAX], n_again = 0;
	int64_t when[WEIR_ROWS_MAX], ns[WEIR_ROWS_MAX];
	struct session_closing closing;

	closing.n = 0;
	for (uint32_t i = 0; i < entries->n; i++) {
		const struct session_own *own = session_own_of(w, entries->row[i]);
		int64_t end = own->last + w->conf->gap;

		/* Timers of sessions that were joined, or other sessions of the key. */
		if (own->timer != due->when[entries->from[i]])
			continue;
		if (end == own->timer) {
			closing.row[closing.n] = i;
			closing.start[closing.n] = entries->ns[i];
			closing.end[closing.n] = end;
			closing.acc[closing.n++] = entries->row[i];
		} else {
			again[n_again] = i;
			ns[n_again] = entries->ns[i];
			when[n_again++] = end;
		}
	}
	session_close_all(w, task, entries->keys, &closing);
	session_set_timers(w, task, entries->keys, again, n_again, ns, when);
}

uint32_t
session_probe_due(struct session_window *w, const struct weir_due *due, void **cursor,
	struct weir_entries *entries)
{
	int64_t low[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < due->n; i++)
		low[i] = INT64_MIN;
	return w->tables->probe(
		w->work.open, due->keys, NULL, due->n, low, due->when, cursor, entries);
}

static int
session_on_timer(void *self, struct weir_task *task, const struct weir_due *due)
{
	struct session_window *w = self;
	struct weir_entries entries = {.size = sizeof entries};
	void *cursor = NULL;

	if (w->work.cell > 0)
		return session_cut_on_timer(w, task, due);
	while (session_probe_due(w, due, &cursor, &entries) > 0)
		close_entries(w, task, due, &entries);
	return WEIR_OK;
}

const struct window_kind window_sessions = {
	.open = session_open,
	.close = session_close,
	.process = session_process,
	.on_timer = session_on_timer,
};
