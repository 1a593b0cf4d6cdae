/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions with max_duration.  What a session is must not depend on the order in which rows come,
 * and what has been counted cannot be divided any more: so the table has stretches of sessions,
 * none of which is in two cells of time, and it is when they are over that they are joined, from
 * the first one on, up to the last cell that ends within max_duration of it.
 */
#include <errno.h>
#include <stdlib.h>

#include "session.h"

struct stretch {
	uint32_t row; /* of the keys that timers are due for */
	uint32_t head; /* the stretch that its session begins with */
	int64_t start, last;
	int64_t over; /* of a head: when its session is */
};

struct stretches {
	uint32_t n, cap;
	struct stretch *v;
};

static int
add_stretch(struct stretches *all, uint32_t row, int64_t start, int64_t last)
{
	if (all->n == all->cap) {
		uint32_t cap = all->cap > 0 ? 2 * all->cap : 256;
		struct stretch *v = realloc(all->v, cap * sizeof *v);

		if (v == NULL)
			return -1;
		all->v = v;
		all->cap = cap;
	}
	all->v[all->n++] = (struct stretch){.row = row, .start = start, .last = last};
	return 0;
}

/* The rows of due keys, each key once; gives how many. */
static uint32_t
distinct_keys(struct session_window *w, const struct weir_due *due, uint32_t *rows)
{
	void *slot[WEIR_ROWS_MAX];
	uint32_t n = 0;

	w->tables->upsert(w->work.keys, due->keys, NULL, due->n, NULL, slot);
	for (uint32_t i = 0; i < due->n; i++) {
		uint64_t *number = slot[i];

		if (*number == 0)
			rows[n++] = i;
		*number = 1;
	}
	w->tables->retire(w->work.keys, INT64_MAX);
	return n;
}

/* All stretches of keys, by key and start.  Those whose timers came too early get new ones. */
static int
look_up(struct session_window *w, struct weir_task *task, const struct weir_due *due,
	const uint32_t *rows, uint32_t n, struct stretches *all)
{
	struct weir_entries entries = {.size = sizeof entries};
	int64_t low[WEIR_ROWS_MAX], high[WEIR_ROWS_MAX], start[WEIR_ROWS_MAX], when[WEIR_ROWS_MAX];
	uint32_t again[WEIR_ROWS_MAX];
	void *cursor = NULL;

	for (uint32_t i = 0; i < n; i++) {
		low[i] = INT64_MIN;
		high[i] = INT64_MAX;
	}
	while (w->tables->probe(w->work.open, due->keys, rows, n, low, high, &cursor, &entries) >
		0) {
		uint32_t n_again = 0;

		for (uint32_t i = 0; i < entries.n; i++) {
			const struct session_own *own = session_own_of(w, entries.row[i]);
			int64_t over = own->last + w->conf->gap;

			if (add_stretch(all, rows[entries.from[i]], entries.ns[i], own->last) < 0)
				return -1;
			if (own->timer > task->watermark || over <= task->watermark)
				continue;
			again[n_again] = i;
			start[n_again] = entries.ns[i];
			when[n_again++] = over;
		}
		session_set_timers(w, task, entries.keys, again, n_again, start, when);
	}
	return 0;
}

/* Which stretches make a session. */
static void
cut(const struct session_window *w, struct stretches *all)
{
	uint32_t head = 0;
	int64_t end = 0;

	for (uint32_t i = 0; i < all->n; i++) {
		struct stretch *at = &all->v[i];

		if (i == 0 || at->row != at[-1].row || at->start - at[-1].last > w->conf->gap ||
			at->start >= end) {
			head = i;
			end = window_floor(at->start + w->conf->max_duration, w->work.cell);
		}
		at->head = head;
		all->v[head].over = at->last + w->conf->gap;
	}
}

/* The stretches of sessions that are over become a part of their heads. */
static void
join_stretches(struct session_window *w, struct weir_task *task, const struct weir_batch *keys,
	const struct stretches *all)
{
	struct session_pairs pairs;

	pairs.n = 0;
	for (uint32_t i = 0; i < all->n; i++) {
		const struct stretch *at = &all->v[i], *head = &all->v[at->head];

		if (at->head != i && head->over <= task->watermark) {
			pairs.row[pairs.n] = at->row;
			pairs.into[pairs.n] = head->start;
			pairs.from[pairs.n++] = at->start;
		}
		if (pairs.n == SESSION_PAIRS_MAX || (pairs.n > 0 && i + 1 == all->n)) {
			session_join(w, task, keys, &pairs);
			pairs.n = 0;
		}
	}
}

static void
close_heads(struct session_window *w, struct weir_task *task, const struct weir_batch *keys,
	const struct stretches *all)
{
	struct session_closing closing;

	closing.n = 0;
	for (uint32_t i = 0; i < all->n; i++) {
		const struct stretch *at = &all->v[i];

		if (at->head == i && at->over <= task->watermark) {
			closing.row[closing.n] = at->row;
			closing.start[closing.n] = at->start;
			closing.end[closing.n++] = at->over;
		}
		if (closing.n == WEIR_ROWS_MAX || (closing.n > 0 && i + 1 == all->n)) {
			w->tables->upsert(w->work.open, keys, closing.row, closing.n, closing.start,
				closing.acc);
			session_close_all(w, task, keys, &closing);
			closing.n = 0;
		}
	}
}

int
session_cut_on_timer(struct session_window *w, struct weir_task *task, const struct weir_due *due)
{
	struct stretches all = {0};
	uint32_t rows[WEIR_ROWS_MAX], n = distinct_keys(w, due, rows);
	int rc = WEIR_OK;

	if (look_up(w, task, due, rows, n, &all) < 0) {
		rc = weir_fail(task->err, -ENOMEM, "out of memory");
	} else {
		cut(w, &all);
		join_stretches(w, task, due->keys, &all);
		close_heads(w, task, due->keys, &all);
	}
	free(all.v);
	return rc;
}
