/* SPDX-License-Identifier: Apache-2.0 */
/* q19, the ten highest bids on each auction, with their rank; of equal prices the earlier one. */
#include "bid.h"
#include "table.h"

enum { TOP = 10 };

struct best {
	struct slot slot;
	int64_t n, price[TOP];
	size_t at[TOP];
};

/* Whether bid i comes before the one in place k. */
static inline int
is_before(const struct events *e, size_t i, const struct best *best, int64_t k)
{
	if (e->price[i] != best->price[k])
		return e->price[i] > best->price[k];
	return e->ts[i] < e->ts[best->at[k]];
}

static void
query(const struct events *e, struct result *r)
{
	struct table table = table_new(sizeof(struct best), 1 << 12);
	struct best *best;

	for (size_t i = 0; i < e->n; i++) {
		int64_t k;

		if (e->type[i] != BID)
			continue;
		best = table_at(&table, e->auction[i], 0);
		if (best->n == TOP && !is_before(e, i, best, TOP - 1))
			continue;
		best->n += best->n < TOP;
		for (k = best->n - 1; k > 0 && is_before(e, i, best, k - 1); k--) {
			best->price[k] = best->price[k - 1];
			best->at[k] = best->at[k - 1];
		}
		best->price[k] = e->price[i];
		best->at[k] = i;
	}
	for (uint32_t i = 0; (best = table_next(&table, &i)) != NULL;)
		for (int64_t k = 0; k < best->n; k++) {
			row_begin(r);
			row_bid(r, e, best->at[k]);
			row_int(r, k + 1);
			row_end(r);
		}
	free(table.slots);
}
