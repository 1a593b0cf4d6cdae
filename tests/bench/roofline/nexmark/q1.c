/* SPDX-License-Identifier: Apache-2.0 */
/* q1, currency conversion: prices at 0.908, times a thousand. */
#include "nexmark.h"

static void
query(const struct events *e, struct result *r)
{
	for (size_t i = 0; i < e->n; i++) {
		if (e->type[i] != BID)
			continue;
		row_begin(r);
		row_int(r, e->auction[i]);
		row_int(r, e->bidder[i]);
		row_int(r, e->price[i] * 908);
		row_time(r, e->ts[i]);
		row_column(r, &e->extra, i);
		row_end(r);
	}
}
