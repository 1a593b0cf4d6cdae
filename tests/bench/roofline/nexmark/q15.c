/* SPDX-License-Identifier: Apache-2.0 */
/* q15, statistics of all bids, per day. */
#include "statistics.h"

struct day {
	struct slot slot;
	struct statistics s;
};

static void
query(const struct events *e, struct result *r)
{
	struct table days = table_new(sizeof(struct day), 16);
	struct table bidders = table_new(sizeof(struct met), FIRST_SLOTS);
	struct table auctions = table_new(sizeof(struct met), FIRST_SLOTS);
	struct day *day = NULL;

	for (size_t i = 0; i < e->n; i++) {
		int64_t number = day_of(e->ts[i]);

		if (e->type[i] != BID)
			continue;
		if (day == NULL || day->slot.a != number)
			day = table_at(&days, number, 0);
		statistics_add(&day->s, &bidders, &auctions, number, e, i);
	}
	for (uint32_t i = 0; (day = table_next(&days, &i)) != NULL;) {
		row_begin(r);
		row_day(r, day->slot.a);
		row_statistics(r, &day->s);
		row_end(r);
	}
	free(days.slots);
	free(bidders.slots);
	free(auctions.slots);
}
