/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions that go out before they are over, or again when late rows come.
 *
 * A session that has gone out may still grow, or become one with others: then what has gone out of
 * them are results of windows that are none any more.  `given` keeps each result that stands, under
 * the start it had: when the session goes out again those within it are taken back, with the values
 * they had, and the one that is the same window is amended.  So who follows the changes has every
 * row in one window at all times.
 *
 * Rows of a key count one by one, in the order in which they come: `count N` is exact.
 */
#include <errno.h>
#include <stdlib.h>

#include "session.h"
#include "tick.h"

#define NO_ROW UINT32_MAX

/* What a callback that returned MORE was doing. */
enum early_work {
	EARLY_IDLE,
	EARLY_TAKE, /* rows of a batch */
	EARLY_TICK, /* a time has come */
};

struct early_window {
	struct session_window session;
	const struct weir_host *host;
	struct weir_table *given; /* (key, start): results that went out and stand; accumulating */
	uint32_t given_end; /* offset of a result's end in a row of it */
	struct window_ticks ticks;

	enum early_work work;
	void *cursor;
	const struct weir_batch *batch; /* EARLY_TAKE */
	uint32_t n_rows, at;
	uint32_t row[WEIR_ROWS_MAX];
};

/* Of the rows of a batch, by key: the first that is left, and for each row the next of its key. */
struct early_rows {
	uint32_t n_keys;
	uint32_t first[SESSION_ROWS_MAX], next[SESSION_ROWS_MAX];
};

static struct weir_table *
open_given(struct early_window *w, struct weir_task *task)
{
	static const struct weir_slot end_slot = {.name = "end", .bytes = 8, .version = 1};
	const struct session_window *s = &w->session;
	struct weir_table_spec spec = {
		.size = sizeof spec, .flags = WEIR_BY_KEY, .name = "session_results"};
	struct weir_slot *slots =
		window_slots(s->conf, s->expr, &end_slot, &spec.n_slots, &w->given_end);
	struct weir_table *table;

	if (slots == NULL)
		return NULL;
	spec.slots = slots;
	table = s->tables->open(task, &spec);
	free(slots);
	return table;
}

static int
early_open(const struct window_conf *conf, struct weir_task *task, void **self)
{
	struct early_window *w = calloc(1, sizeof *w);

	if (w == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	if (session_init(&w->session, conf, task, 1) < 0)
		goto fail;
	if (conf->mode == WINDOW_ACCUMULATING) {
		w->given = open_given(w, task);
		if (w->given == NULL)
			goto fail;
	}
	w->host = task->host;
	tick_init(&w->ticks, conf, clock_bound(conf, task->watermark));
	*self = w;
	return WEIR_OK;
fail:
	free(w);
	return weir_fail(task->err, -ENOMEM, "out of memory");
}

static int64_t *
given_end_of(const struct early_window *w, void *row)
{
	return (void *)((char *)row + w->given_end);
}

static struct session_early *
early_of(const struct early_window *w, void *row)
{
	return session_early_of(&w->session, row);
}

/* When a session is over, and goes out. */
static int64_t
over_at(const struct early_window *w, const struct session_own *own)
{
	return own->last + w->session.conf->gap + w->session.conf->delay;
}

static void
add_firing(const struct early_window *w, struct session_closing *firing, uint32_t row,
	int64_t start, void *entry)
{
	const struct session_own *own = session_own_of(&w->session, entry);

	firing->row[firing->n] = row;
	firing->start[firing->n] = start;
	firing->end[firing->n] = own->last + w->session.conf->gap;
	firing->acc[firing->n++] = entry;
}

/* Results that stand and are of another window than the session now go out as deletes. */
static void
take_back_found(struct early_window *w, struct weir_task *task,
	const struct session_closing *firing, const uint32_t *asked,
	const struct weir_entries *found, uint8_t *kind)
{
	const struct session_window *s = &w->session;
	uint32_t row[WEIR_ROWS_MAX];
	int64_t start[WEIR_ROWS_MAX], end[WEIR_ROWS_MAX];
	void *acc[WEIR_ROWS_MAX];
	uint8_t deletes[WEIR_ROWS_MAX];
	struct window_results results = {.keys = found->keys,
		.rows = row,
		.start = start,
		.end = end,
		.time = end,
		.kind = deletes,
		.row = acc};

	for (uint32_t i = 0; i < found->n; i++) {
		uint32_t f = asked[found->from[i]], n = results.n;

		row[n] = i;
		start[n] = found->ns[i];
		end[n] = *given_end_of(w, found->row[i]);
		acc[n] = found->row[i];
		deletes[n] = WEIR_DELETE;
		if (start[n] == firing->start[f] && end[n] == firing->end[f])
			kind[f] = WEIR_UPDATE_AFTER;
		else
			results.n++;
	}
	if (results.n > 0)
		window_emit(s->conf, s->expr, task, &results);
	s->tables->erase(w->given, found->keys, NULL, found->n, found->ns);
}

/* What has gone out of sessions is forgotten, and taken back; kind[i] tells how session i goes out.
 */
static void
take_back(struct early_window *w, struct weir_task *task, const struct weir_batch *keys,
	const struct session_closing *firing, uint8_t *kind)
{
	const struct session_window *s = &w->session;
	struct weir_entries found = {.size = sizeof found};
	uint32_t row[WEIR_ROWS_MAX], asked[WEIR_ROWS_MAX], n = 0;
	int64_t low[WEIR_ROWS_MAX], high[WEIR_ROWS_MAX];
	void *cursor = NULL;

	for (uint32_t i = 0; i < firing->n; i++) {
		kind[i] = WEIR_INSERT;
		if (w->given == NULL || !early_of(w, firing->acc[i])->emitted)
			continue;
		row[n] = firing->row[i];
		low[n] = firing->start[i];
		high[n] = firing->end[i];
		asked[n++] = i;
	}
	while (n > 0 && s->tables->probe(w->given, keys, row, n, low, high, &cursor, &found) > 0)
		take_back_found(w, task, firing, asked, &found, kind);
}

/* What goes out now stands until it is taken back. */
static void
keep_given(struct early_window *w, struct weir_task *task, const struct weir_batch *keys,
	const struct session_closing *firing)
{
	const struct session_window *s = &w->session;
	void *given[WEIR_ROWS_MAX];

	s->tables->upsert(w->given, keys, firing->row, firing->n, firing->start, given);
	s->expr->merge(s->conf->aggs, task, given, firing->acc, firing->n);
	for (uint32_t i = 0; i < firing->n; i++)
		*given_end_of(w, given[i]) = firing->end[i];
}

/* What goes out is not to go out again: the sessions go on without it. */
static void
discard(struct early_window *w, const struct weir_batch *keys, const struct session_closing *firing)
{
	const struct session_window *s = &w->session;
	struct session_early own[WEIR_ROWS_MAX];
	void *entry[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < firing->n; i++)
		own[i] = *early_of(w, firing->acc[i]);
	s->tables->erase(s->work.open, keys, firing->row, firing->n, firing->start);
	s->tables->upsert(s->work.open, keys, firing->row, firing->n, firing->start, entry);
	for (uint32_t i = 0; i < firing->n; i++)
		*early_of(w, entry[i]) = own[i];
}

/* Sessions go out; those that are closed then take no more rows, and are forgotten. */
static void
fire(struct early_window *w, struct weir_task *task, const struct weir_batch *keys,
	const struct session_closing *firing, int closed)
{
	const struct session_window *s = &w->session;
	uint8_t kind[WEIR_ROWS_MAX];
	const struct window_results results = {.keys = keys,
		.rows = firing->row,
		.n = firing->n,
		.start = firing->start,
		.end = firing->end,
		.time = firing->end,
		.kind = kind,
		.row = firing->acc};

	if (firing->n == 0)
		return;
	take_back(w, task, keys, firing, kind);
	window_emit(s->conf, s->expr, task, &results);
	if (closed) {
		s->tables->erase(s->work.open, keys, firing->row, firing->n, firing->start);
		return;
	}
	for (uint32_t i = 0; i < firing->n; i++) {
		early_of(w, firing->acc[i])->fresh = 0;
		early_of(w, firing->acc[i])->emitted = 1;
	}
	if (w->given != NULL)
		keep_given(w, task, keys, firing);
	else
		discard(w, keys, firing);
}

static void
sort_by_key(struct early_window *w, const struct weir_batch *batch, const uint32_t *rows,
	uint32_t n, struct early_rows *left)
{
	uint32_t key[SESSION_ROWS_MAX];

	session_number_keys(&w->session.work, batch, rows, n, key);
	left->n_keys = w->session.work.n_keys;
	for (uint32_t k = 0; k < left->n_keys; k++)
		left->first[k] = NO_ROW;
	for (uint32_t i = n; i-- > 0;) {
		left->next[i] = left->first[key[i]];
		left->first[key[i]] = i;
	}
}

/* Whether a row belongs to the one session of its key, and nothing comes of it but a count. */
static int
is_plain(const struct early_window *w, const struct weir_task *task, int64_t start, void *entry,
	int64_t time)
{
	const struct session_own *own = entry != NULL ? session_own_of(&w->session, entry) : NULL;

	return own != NULL && time >= start && time - own->last <= w->session.conf->gap &&
	       over_at(w, own) > task->watermark;
}

/*
 * Counts rows that are in the one session of their key, up to the one that makes it go out, or that
 * is not: that one goes to `others`.  Gives how many sessions went out.
 */
static uint32_t
take_plain(struct early_window *w, struct weir_task *task, const uint32_t *rows,
	struct early_rows *left, uint32_t *others, uint32_t *n_others)
{
	const struct session_window *s = &w->session;
	const int64_t *times = w->batch->event_time;
	uint32_t key_row[SESSION_ROWS_MAX], taken[SESSION_ROWS_MAX], n = 0;
	int64_t start[SESSION_ROWS_MAX];
	void *entry[SESSION_ROWS_MAX], *into[SESSION_ROWS_MAX];
	struct session_closing firing;

	for (uint32_t k = 0; k < left->n_keys; k++)
		key_row[k] = rows[left->first[k]];
	s->tables->single(s->work.open, w->batch, key_row, left->n_keys, start, entry);
	firing.n = *n_others = 0;
	for (uint32_t k = 0; k < left->n_keys; k++) {
		uint32_t i = left->first[k], fires = 0;

		while (!fires && i != NO_ROW &&
			is_plain(w, task, start[k], entry[k], times[rows[i]])) {
			struct session_early *own = early_of(w, entry[k]);
			int64_t time = times[rows[i]];

			own->own.last = time > own->own.last ? time : own->own.last;
			fires = ++own->fresh == s->conf->fire_count;
			taken[n] = rows[i];
			into[n++] = entry[k];
			i = left->next[i];
		}
		if (fires)
			add_firing(w, &firing, key_row[k], start[k], entry[k]);
		else if (i != NO_ROW)
			others[(*n_others)++] = rows[i];
		left->first[k] = fires || i == NO_ROW ? i : left->next[i];
	}
	s->expr->update(s->conf->aggs, task, w->batch, taken, n, into);
	fire(w, task, w->batch, &firing, 0);
	return firing.n;
}

/* When the timer of a session is to be due: it goes out then, or is forgotten. */
static int64_t
due_at(const struct early_window *w, const struct weir_task *task, const struct session_own *own)
{
	int64_t over = over_at(w, own);

	return over > task->watermark ? over : over + w->session.conf->grace;
}

/*
 * Counts rows, one a key, that open sessions, join them, or are late.  Sessions that are over go
 * out at once.  Gives how many went out, or -1.
 */
static int
take_others(struct early_window *w, struct weir_task *task, uint32_t *rows, uint32_t n)
{
	struct session_window *s = &w->session;
	uint32_t session[SESSION_ROWS_MAX], timer_row[SESSION_ROWS_MAX], n_timers = 0;
	int64_t start[SESSION_ROWS_MAX], when[SESSION_ROWS_MAX];
	void *entry[SESSION_ROWS_MAX];
	struct session_closing firing;

	session_find_runs(&s->work, w->batch, rows, n);
	if (session_find(&s->work, s->tables, w->batch) < 0)
		return -1;
	session_join_all(s, task, w->batch);
	n = session_sort_out_late(s, task, w->batch, rows, session);
	for (uint32_t i = 0; i < n; i++)
		start[i] = s->work.sessions[session[i]].start;
	s->tables->upsert(s->work.open, w->batch, rows, n, start, entry);
	firing.n = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct session_early *early = early_of(w, entry[i]);
		struct session_own *own = &early->own;

		own->last = s->work.sessions[session[i]].last;
		early->fresh++;
		when[n_timers] = due_at(w, task, own);
		if (own->timer <= task->watermark || own->timer > when[n_timers]) {
			own->timer = when[n_timers];
			timer_row[n_timers++] = rows[i];
		}
		if (over_at(w, own) <= task->watermark ||
			(s->conf->fire_count > 0 && early->fresh >= s->conf->fire_count))
			add_firing(w, &firing, rows[i], start[i], entry[i]);
	}
	s->expr->update(s->conf->aggs, task, w->batch, rows, n, entry);
	if (n_timers > 0)
		s->timers->set(task, w->batch, timer_row, n_timers, WEIR_EVENT_TIME, when);
	fire(w, task, w->batch, &firing, 0);
	return (int)firing.n;
}

/* Gives how many sessions went out, or -1. */
static int
take_rows(struct early_window *w, struct weir_task *task, const uint32_t *rows, uint32_t n)
{
	uint32_t others[SESSION_ROWS_MAX], n_others, emitted = 0;
	struct early_rows left;

	sort_by_key(w, w->batch, rows, n, &left);
	while (left.n_keys > 0) {
		uint32_t n_keys = 0;

		emitted += take_plain(w, task, rows, &left, others, &n_others);
		if (n_others > 0) {
			int fired = take_others(w, task, others, n_others);

			if (fired < 0)
				return -1;
			emitted += (uint32_t)fired;
		}
		for (uint32_t k = 0; k < left.n_keys; k++)
			if (left.first[k] != NO_ROW)
				left.first[n_keys++] = left.first[k];
		left.n_keys = n_keys;
	}
	return (int)emitted;
}

static int
take_on(struct early_window *w, struct weir_task *task)
{
	uint32_t emitted = 0;

	while (w->at < w->n_rows) {
		uint32_t n = w->n_rows - w->at;
		int fired;

		n = n < SESSION_ROWS_MAX ? n : SESSION_ROWS_MAX;
		fired = take_rows(w, task, w->row + w->at, n);
		if (fired < 0)
			return weir_fail(task->err, -ENOMEM, "out of memory");
		w->at += n;
		emitted += (uint32_t)fired;
		if (emitted >= task->room && w->at < w->n_rows)
			return WEIR_MORE;
	}
	w->work = EARLY_IDLE;
	task->host->unref(w->batch);
	return WEIR_OK;
}

static int
early_process(void *self, struct weir_task *task, const struct weir_batch *batch)
{
	struct early_window *w = self;

	w->n_rows = session_admit(task, batch, w->row);
	if (w->n_rows == 0)
		return WEIR_OK;
	tick_set_timer(&w->ticks, w->session.conf, task, w->session.timers);
	task->host->ref(batch);
	w->batch = batch;
	w->at = 0;
	w->work = EARLY_TAKE;
	return take_on(w, task);
}

/* All sessions go out that have rows which have not. */
static int
tick_on(struct early_window *w, struct weir_task *task)
{
	const struct session_window *s = &w->session;
	struct weir_entries entries = {.size = sizeof entries};
	uint32_t row[WEIR_ROWS_MAX], n, emitted = 0;
	int64_t start[WEIR_ROWS_MAX];
	void *entry[WEIR_ROWS_MAX];
	struct session_closing firing;

	while (s->tables->scan(s->work.open, INT64_MIN, INT64_MAX, &w->cursor, &entries) > 0) {
		n = firing.n = 0;
		for (uint32_t i = 0; i < entries.n; i++) {
			if (early_of(w, entries.row[i])->fresh == 0)
				continue;
			row[n] = i;
			start[n++] = entries.ns[i];
		}
		s->tables->upsert(s->work.open, entries.keys, row, n, start, entry);
		for (uint32_t i = 0; i < n; i++)
			add_firing(w, &firing, row[i], start[i], entry[i]);
		fire(w, task, entries.keys, &firing, 0);
		emitted += n;
		if (emitted >= task->room)
			return WEIR_MORE;
	}
	w->work = EARLY_IDLE;
	return WEIR_OK;
}

static int
tick(struct early_window *w, struct weir_task *task)
{
	w->work = EARLY_TICK;
	w->cursor = NULL;
	return tick_on(w, task);
}

static int
early_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct early_window *w = self;
	const struct window_conf *conf = w->session.conf;

	if (w->ticks.timer == INT64_MIN)
		tick_set_timer(&w->ticks, conf, task, w->session.timers);
	return tick_is_due(&w->ticks, conf, clock_bound(conf, watermark)) ? tick(w, task) : WEIR_OK;
}

/* Sessions that are forgotten, and what has gone out of them. */
static void
forget(struct early_window *w, const struct weir_batch *keys, const struct session_closing *gone)
{
	const struct session_window *s = &w->session;
	struct weir_entries found = {.size = sizeof found};
	void *cursor = NULL;

	while (w->given != NULL && gone->n > 0 &&
		s->tables->probe(w->given, keys, gone->row, gone->n, gone->start, gone->end,
			&cursor, &found) > 0)
		s->tables->erase(w->given, found.keys, NULL, found.n, found.ns);
	s->tables->erase(s->work.open, keys, gone->row, gone->n, gone->start);
}

/* Sessions whose timers are due: those that are over go out, or leave; others get new timers. */
static void
close_entries(struct early_window *w, struct weir_task *task, const struct weir_due *due,
	const struct weir_entries *entries)
{
	struct session_window *s = &w->session;
	uint32_t again[WEIR_ROWS_MAX], n_again = 0;
	int64_t when[WEIR_ROWS_MAX], start[WEIR_ROWS_MAX];
	struct session_closing over, closed, gone;

	over.n = closed.n = gone.n = 0;
	for (uint32_t i = 0; i < entries->n; i++) {
		const struct session_early *early = early_of(w, entries->row[i]);
		int64_t end = over_at(w, &early->own), now = due->when[entries->from[i]];
		int closes = end + s->conf->grace <= now;

		/* Timers of sessions that were joined, or other sessions of the key. */
		if (early->own.timer != now)
			continue;
		if (end <= now && early->fresh > 0)
			add_firing(w, closes ? &closed : &over, i, entries->ns[i], entries->row[i]);
		else if (closes)
			add_firing(w, &gone, i, entries->ns[i], entries->row[i]);
		if (closes)
			continue;
		again[n_again] = i;
		start[n_again] = entries->ns[i];
		when[n_again++] = end <= now ? end + s->conf->grace : end;
	}
	/* These first: they are where the table was found to have them. */
	fire(w, task, entries->keys, &closed, 1);
	s->tables->upsert(s->work.open, entries->keys, over.row, over.n, over.start, over.acc);
	fire(w, task, entries->keys, &over, 0);
	forget(w, entries->keys, &gone);
	session_set_timers(s, task, entries->keys, again, n_again, start, when);
}

static int
early_on_timer(void *self, struct weir_task *task, const struct weir_due *due)
{
	struct early_window *w = self;
	struct weir_entries entries = {.size = sizeof entries};
	void *cursor = NULL;

	while (session_probe_due(&w->session, due, &cursor, &entries) > 0)
		close_entries(w, task, due, &entries);
	return WEIR_OK;
}

static int
early_on_tick(void *self, struct weir_task *task)
{
	struct early_window *w = self;

	return tick_has_come(&w->ticks, w->session.conf) ? tick(w, task) : WEIR_OK;
}

static int
early_resume(void *self, struct weir_task *task)
{
	struct early_window *w = self;

	switch (w->work) {
	case EARLY_TAKE:
		return take_on(w, task);
	case EARLY_TICK:
		return tick_on(w, task);
	case EARLY_IDLE:
		break;
	}
	return WEIR_OK;
}

static void
early_close(void *self)
{
	struct early_window *w = self;

	if (w->work == EARLY_TAKE)
		w->host->unref(w->batch);
	free(w->session.work.sessions);
	free(w);
}

const struct window_kind window_early_sessions = {
	.open = early_open,
	.close = early_close,
	.process = early_process,
	.on_watermark = early_on_watermark,
	.on_timer = early_on_timer,
	.on_tick = early_on_tick,
	.resume = early_resume,
};
