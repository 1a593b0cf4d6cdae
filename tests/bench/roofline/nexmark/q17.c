/* SPDX-License-Identifier: Apache-2.0 */
/* q17, statistics of bids per auction and day. */
#include "nexmark.h"
#include "table.h"

struct group {
	struct slot slot; /* auction, day */
	int64_t n, ranks[3], min, max, sum;
};

static void
query(const struct events *e, struct result *r)
{
	struct table table = table_new(sizeof(struct group), 1 << 12);
	struct group *g;

	for (size_t i = 0; i < e->n; i++) {
		int64_t price = e->price[i];

		if (e->type[i] != BID)
			continue;
		g = table_at(&table, e->auction[i], day_of(e->ts[i]));
		g->min = g->n == 0 || price < g->min ? price : g->min;
		g->max = g->n == 0 || price > g->max ? price : g->max;
		g->n++;
		g->ranks[(price >= 10000) + (price >= 1000000)]++;
		g->sum += price;
	}
	for (uint32_t i = 0; (g = table_next(&table, &i)) != NULL;) {
		row_begin(r);
		row_int(r, g->slot.a);
		row_day(r, g->slot.b);
		row_int(r, g->n);
		for (uint32_t k = 0; k < 3; k++)
			row_int(r, g->ranks[k]);
		row_int(r, g->min);
		row_int(r, g->max);
		row_int(r, g->sum / g->n);
		row_int(r, g->sum);
		row_end(r);
	}
	free(table.slots);
}
