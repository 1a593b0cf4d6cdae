/* SPDX-License-Identifier: Apache-2.0 */
/* q18, last bid of each bidder on each auction; of equal times the one that came later. */
#include "bid.h"
#include "table.h"

struct last {
	struct slot slot; /* bidder, auction */
	size_t at;
	int64_t ts;
};

static void
query(const struct events *e, struct result *r)
{
	struct table table = table_new(sizeof(struct last), 1 << 12);
	struct last *last;

	for (size_t i = 0; i < e->n; i++) {
		if (e->type[i] != BID)
			continue;
		last = table_at(&table, e->bidder[i], e->auction[i]);
		if (e->ts[i] < last->ts)
			continue;
		last->at = i;
		last->ts = e->ts[i];
	}
	for (uint32_t i = 0; (last = table_next(&table, &i)) != NULL;) {
		row_begin(r);
		row_bid(r, e, last->at);
		row_end(r);
	}
	free(table.slots);
}
