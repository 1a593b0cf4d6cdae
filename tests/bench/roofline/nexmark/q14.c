/* SPDX-License-Identifier: Apache-2.0 */
/* q14, calculation: a price range, a kind of day time, and how many c there are in a text. */
#include "nexmark.h"

static int64_t
count_c(const char *p, uint32_t len)
{
	int64_t n = 0;

	for (uint32_t i = 0; i < len; i++)
		n += p[i] == 'c';
	return n;
}

static void
query(const struct events *e, struct result *r)
{
	for (size_t i = 0; i < e->n; i++) {
		int64_t price = e->price[i] * 908, hour = e->ts[i] / SECOND / 3600 % 24;

		if (e->type[i] != BID || price <= INT64_C(1000000000) ||
			price >= INT64_C(50000000000))
			continue;
		row_begin(r);
		row_int(r, e->auction[i]);
		row_int(r, e->bidder[i]);
		row_int(r, price);
		if (hour >= 8 && hour <= 18)
			row_text(r, "dayTime", 7);
		else if (hour == 7 || hour == 19)
			row_text(r, "otherTime", 9);
		else
			row_text(r, "nightTime", 9);
		row_time(r, e->ts[i]);
		row_column(r, &e->extra, i);
		row_int(r, count_c(text_at(&e->extra, i), e->extra.view[i].len));
		row_end(r);
	}
}
