/* SPDX-License-Identifier: Apache-2.0 */
/* q2, selection: the bids on some auctions. */
#include "nexmark.h"

static void
query(const struct events *e, struct result *r)
{
	for (size_t i = 0; i < e->n; i++) {
		if (e->type[i] != BID || e->auction[i] % 123 != 0)
			continue;
		row_begin(r);
		row_int(r, e->auction[i]);
		row_int(r, e->price[i]);
		row_end(r);
	}
}
