/* SPDX-License-Identifier: Apache-2.0 */
/*
 * q5, hot items: the auctions with the most bids of the last ten seconds, every two seconds.  Bids
 * are counted once, in panes of two seconds; a window adds up five of them.
 */
#include "nexmark.h"
#include "table.h"

enum { PANE = 2 * SECOND, PANES = 5, LIVE = 8, FIRST_SLOTS = 1 << 12 };

struct count {
	struct slot slot;
	int64_t n;
};

struct state {
	struct table pane[LIVE], window;
	int64_t number[LIVE]; /* of the pane that stands there */
};

/* The window whose last pane is that one. */
static void
fire(struct state *s, int64_t last, struct result *r)
{
	const struct count *c;
	int64_t most = 0;

	table_clear(&s->window);
	for (int64_t p = last - PANES + 1; p <= last; p++) {
		if (p < 0 || s->number[p % LIVE] != p)
			continue;
		for (uint32_t i = 0; (c = table_next(&s->pane[p % LIVE], &i)) != NULL;) {
			struct count *sum = table_at(&s->window, c->slot.a, 0);

			sum->n += c->n;
			most = sum->n > most ? sum->n : most;
		}
	}
	for (uint32_t i = 0; (c = table_next(&s->window, &i)) != NULL;) {
		if (c->n != most)
			continue;
		row_begin(r);
		row_int(r, c->slot.a);
		row_int(r, c->n);
		row_end(r);
	}
}

static void
query(const struct events *e, struct result *r)
{
	struct state s;
	int64_t due = INT64_MIN, newest = 0; /* due: the last pane of the next window to fire */

	s.window = table_new(sizeof(struct count), FIRST_SLOTS);
	for (uint32_t i = 0; i < LIVE; i++) {
		s.pane[i] = table_new(sizeof(struct count), FIRST_SLOTS);
		s.number[i] = -1;
	}
	for (size_t i = 0; i < e->n; i++) {
		int64_t p = e->ts[i] / PANE;

		if (e->type[i] != BID)
			continue;
		if (due == INT64_MIN)
			due = p;
		newest = p > newest ? p : newest;
		for (; due * PANE + PANE + SLACK < e->ts[i]; due++)
			fire(&s, due, r);
		if (p + PANES <= due)
			continue; /* late */
		if (s.number[p % LIVE] != p) {
			table_clear(&s.pane[p % LIVE]);
			s.number[p % LIVE] = p;
		}
		((struct count *)table_at(&s.pane[p % LIVE], e->auction[i], 0))->n++;
	}
	for (; due < newest + PANES; due++)
		fire(&s, due, r);
	for (uint32_t i = 0; i < LIVE; i++)
		free(s.pane[i].slots);
	free(s.window.slots);
}
