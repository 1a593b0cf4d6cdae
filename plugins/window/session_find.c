/* SPDX-License-Identifier: Apache-2.0 */
/* Which sessions the rows of a batch are in: runs of rows and open sessions, swept by time. */
#include <stdlib.h>
#include <string.h>

#include "session.h"

/* A row on its way into its place. */
struct placed {
	int64_t time;
	uint32_t key, row;
};

static int
by_place(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

/* Rows by key: those of each key stay in their order. */
static void
place_by_key(const struct placed *from, uint32_t n, const uint32_t *count, uint32_t n_keys,
	struct placed *to)
{
	uint32_t begin[SESSION_ROWS_MAX], at = 0;

	for (uint32_t k = 0; k < n_keys; at += count[k++])
		begin[k] = at;
	for (uint32_t i = 0; i < n; i++)
		to[begin[from[i].key]++] = from[i];
}

static int
is_placed(const struct placed *rows, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (by_place(&rows[i - 1], &rows[i]) > 0)
			return 0;
	return 1;
}

static int
same_value(const struct weir_column *col, uint32_t i, uint32_t j)
{
	struct weir_str a, b;
	double x, y;

	if (weir_null_at(col, i) || weir_null_at(col, j))
		return weir_null_at(col, i) && weir_null_at(col, j);
	switch (col->type) {
	case WEIR_BOOL:
		return weir_bool_at(col, i) == weir_bool_at(col, j);
	case WEIR_INT64:
	case WEIR_TIMESTAMP:
		return weir_int_at(col, i) == weir_int_at(col, j);
	case WEIR_FLOAT64:
		x = weir_float_at(col, i);
		y = weir_float_at(col, j);
		return x == y || (x != x && y != y);
	default:
		a = weir_str_at(col, i);
		b = weir_str_at(col, j);
		return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
	}
}

static int
same_key(const struct weir_batch *batch, uint32_t i, uint32_t j)
{
	for (uint32_t k = 0; k < batch->n_keys; k++)
		if (!same_value(batch->cols[batch->first_key + k], i, j))
			return 0;
	return 1;
}

void
session_number_keys(struct session_work *work, const struct weir_batch *batch, const uint32_t *rows,
	uint32_t n, uint32_t *key)
{
	const uint64_t *hash = batch->key_hash;
	uint16_t slot[2 * SESSION_ROWS_MAX] = {0}; /* 1 + a key's number; 0: empty */

	work->n_keys = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t own = hash != NULL ? hash[rows[i]] : 0;
		uint32_t at = (uint32_t)own % (2 * SESSION_ROWS_MAX);

		for (; slot[at] != 0; at = (at + 1) % (2 * SESSION_ROWS_MAX)) {
			uint32_t other = work->key_row[slot[at] - 1];

			if ((hash == NULL || hash[other] == own) && same_key(batch, rows[i], other))
				break;
		}
		if (slot[at] == 0) {
			work->key_row[work->n_keys] = rows[i];
			slot[at] = (uint16_t)++work->n_keys;
		}
		key[i] = slot[at] - 1u;
	}
}

void
session_find_runs(
	struct session_work *work, const struct weir_batch *batch, const uint32_t *rows, uint32_t n)
{
	struct placed in[SESSION_ROWS_MAX], placed[SESSION_ROWS_MAX];
	uint32_t key[SESSION_ROWS_MAX], count[SESSION_ROWS_MAX];

	session_number_keys(work, batch, rows, n, key);
	memset(count, 0, work->n_keys * sizeof count[0]);
	for (uint32_t i = 0; i < n; i++) {
		in[i] = (struct placed){batch->event_time[rows[i]], key[i], rows[i]};
		count[key[i]]++;
	}
	work->n_runs = 0;
	place_by_key(in, n, count, work->n_keys, placed);
	if (!is_placed(placed, n))
		qsort(placed, n, sizeof placed[0], by_place);
	for (uint32_t i = 0; i < n; i++) {
		const struct placed *p = &placed[i];
		struct session_run *run = &work->run[work->n_runs > 0 ? work->n_runs - 1 : 0];

		work->row[i] = p->row;
		if (work->n_runs == 0 || run->key != p->key ||
			!session_goes_on(work, run->last, p->time)) {
			run = &work->run[work->n_runs++];
			*run = (struct session_run){.first = i, .key = p->key, .start = p->time};
		}
		run->last = p->time;
		run->n++;
	}
}

static struct session *
add_session(struct session_work *work, uint32_t key, int64_t start, int64_t last)
{
	struct session *session;

	if (work->n_sessions == work->cap_sessions) {
		uint32_t cap = work->cap_sessions > 0 ? 2 * work->cap_sessions : 256;
		struct session *sessions = realloc(work->sessions, cap * sizeof *sessions);

		if (sessions == NULL)
			return NULL;
		work->sessions = sessions;
		work->cap_sessions = cap;
	}
	session = &work->sessions[work->n_sessions];
	*session = (struct session){
		.key = key, .start = start, .last = last, .into = work->n_sessions++};
	return session;
}

static int
by_start(const void *left, const void *right)
{
	const struct session *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->start > b->start) - (a->start < b->start);
}

static int
is_by_start(const struct session *sessions, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (by_start(&sessions[i - 1], &sessions[i]) > 0)
			return 0;
	return 1;
}

/* The open sessions that the keys' rows may be in, by key and time. */
static int
look_up(struct session_work *work, const struct weir_table_ext *tables,
	const struct weir_batch *batch)
{
	struct weir_entries entries = {.size = sizeof entries};
	int64_t low[SESSION_ROWS_MAX], high[SESSION_ROWS_MAX], first[SESSION_ROWS_MAX];
	void *cursor = NULL;

	work->n_sessions = 0;
	for (uint32_t i = work->n_runs; i-- > 0;) {
		const struct session_run *run = &work->run[i];

		if (i + 1 == work->n_runs || run[1].key != run->key)
			high[run->key] = run->last + work->gap;
		low[run->key] = INT64_MIN;
		first[run->key] = run->start - work->gap;
	}
	while (tables->probe(work->open, batch, work->key_row, work->n_keys, low, high, &cursor,
		       &entries) > 0)
		for (uint32_t i = 0; i < entries.n; i++) {
			const struct session_own *own =
				(const void *)((const char *)entries.row[i] + work->own);

			if (own->last >= first[entries.from[i]] &&
				add_session(work, entries.from[i], entries.ns[i], own->last) ==
					NULL)
				return -1;
		}
	if (!is_by_start(work->sessions, work->n_sessions))
		qsort(work->sessions, work->n_sessions, sizeof *work->sessions, by_start);
	for (uint32_t i = 0; i < work->n_sessions; i++)
		work->sessions[i].into = i;
	return 0;
}

/*
 * Runs and open sessions of a key, in the order of their starts, from run *r and session *s on.
 * What begins within the gap of what came before belongs to it; the first of those gives the start,
 * and so the entry in the table.
 */
static int
sweep_key(struct session_work *work, uint32_t *r, uint32_t *s, uint32_t n_open)
{
	uint32_t key = work->run[*r].key, into = UINT32_MAX;

	for (;;) {
		int has_run = *r < work->n_runs && work->run[*r].key == key;
		int has_open = *s < n_open && work->sessions[*s].key == key;
		int takes_open =
			has_open && (!has_run || work->sessions[*s].start <= work->run[*r].start);
		int64_t start, last;

		if (!has_run && !has_open)
			return 0;
		start = takes_open ? work->sessions[*s].start : work->run[*r].start;
		last = takes_open ? work->sessions[*s].last : work->run[*r].last;
		if (into == UINT32_MAX ||
			!session_goes_on(work, work->sessions[into].last, start)) {
			into = takes_open ? *s : work->n_sessions;
			if (!takes_open) {
				struct session *fresh = add_session(work, key, start, last);

				if (fresh == NULL)
					return -1;
				fresh->is_new = 1;
			}
		} else if (last > work->sessions[into].last) {
			work->sessions[into].last = last;
		}
		if (takes_open)
			work->sessions[(*s)++].into = into;
		else
			work->run[(*r)++].session = into;
	}
}

int
session_find(struct session_work *work, const struct weir_table_ext *tables,
	const struct weir_batch *batch)
{
	uint32_t r = 0, s = 0, n_open;

	if (look_up(work, tables, batch) < 0)
		return -1;
	n_open = work->n_sessions;
	while (r < work->n_runs)
		if (sweep_key(work, &r, &s, n_open) < 0)
			return -1;
	return 0;
}
