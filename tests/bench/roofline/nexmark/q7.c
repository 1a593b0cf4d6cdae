/* SPDX-License-Identifier: Apache-2.0 */
/* q7, highest bid of each ten seconds, with all that are equal. */
#include "nexmark.h"

enum { WINDOW = 10 * SECOND, LIVE = 2, TIES_MAX = 1024 };

struct window {
	int64_t number, price;
	uint32_t n;
	size_t at[TIES_MAX];
};

static void
fire(struct window *w, const struct events *e, struct result *r)
{
	for (uint32_t k = 0; k < w->n; k++) {
		size_t i = w->at[k];

		row_begin(r);
		row_int(r, e->auction[i]);
		row_int(r, e->price[i]);
		row_int(r, e->bidder[i]);
		row_time(r, e->ts[i]);
		row_column(r, &e->extra, i);
		row_end(r);
	}
	w->n = 0;
}

static void
query(const struct events *e, struct result *r)
{
	static struct window live[LIVE];

	for (size_t i = 0; i < e->n; i++) {
		int64_t number = e->ts[i] / WINDOW;
		struct window *w = &live[number % LIVE];

		if (e->type[i] != BID)
			continue;
		if (w->number != number) {
			if (w->number > number)
				continue; /* late */
			fire(w, e, r);
			w->number = number;
			w->price = INT64_MIN;
		}
		if (e->price[i] < w->price)
			continue;
		if (e->price[i] > w->price)
			w->n = 0;
		if (w->n == TIES_MAX)
			abort();
		w->price = e->price[i];
		w->at[w->n++] = i;
	}
	for (uint32_t k = 0; k < LIVE; k++) {
		fire(&live[k], e, r);
		live[k].number = 0;
	}
}
