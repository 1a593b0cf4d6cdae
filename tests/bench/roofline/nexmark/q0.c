/* SPDX-License-Identifier: Apache-2.0 */
/* q0, pass-through: every bid as it came. */
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
		row_int(r, e->price[i]);
		row_time(r, e->ts[i]);
		row_column(r, &e->extra, i);
		row_end(r);
	}
}
