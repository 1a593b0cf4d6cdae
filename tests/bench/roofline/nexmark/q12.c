/* SPDX-License-Identifier: Apache-2.0 */
/* q12, windows of ten seconds per bidder (on event time). */
#include "nexmark.h"
#include "table.h"

enum { WINDOW = 10 * SECOND, LIVE = 2, FIRST_SLOTS = 1 << 12 };

struct count {
	struct slot slot;
	int64_t n;
};

static void
fire(struct table *table, int64_t number, struct result *r)
{
	const struct count *c;

	for (uint32_t i = 0; (c = table_next(table, &i)) != NULL;) {
		row_begin(r);
		row_int(r, c->slot.a);
		row_int(r, c->n);
		row_time(r, number * WINDOW);
		row_time(r, number * WINDOW + WINDOW);
		row_end(r);
	}
	table_clear(table);
}

static void
query(const struct events *e, struct result *r)
{
	struct table live[LIVE];
	int64_t number[LIVE] = {0};

	for (uint32_t k = 0; k < LIVE; k++)
		live[k] = table_new(sizeof(struct count), FIRST_SLOTS);
	for (size_t i = 0; i < e->n; i++) {
		int64_t window = e->ts[i] / WINDOW;
		uint32_t k = (uint32_t)(window % LIVE);

		if (e->type[i] != BID)
			continue;
		if (number[k] != window) {
			if (number[k] > window)
				continue; /* late */
			fire(&live[k], number[k], r);
			number[k] = window;
		}
		((struct count *)table_at(&live[k], e->bidder[i], 0))->n++;
	}
	for (uint32_t k = 0; k < LIVE; k++) {
		fire(&live[k], number[k], r);
		free(live[k].slots);
	}
}
