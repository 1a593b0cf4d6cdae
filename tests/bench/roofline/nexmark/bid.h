/* SPDX-License-Identifier: Apache-2.0 */
/* A whole bid, as q18 and q19 give it. */
#ifndef ROOFLINE_BID_H
#define ROOFLINE_BID_H

#include "nexmark.h"

static inline void
row_bid(struct result *r, const struct events *e, size_t i)
{
	row_int(r, e->auction[i]);
	row_int(r, e->bidder[i]);
	row_int(r, e->price[i]);
	row_column(r, &e->channel, i);
	row_column(r, &e->url, i);
	row_time(r, e->ts[i]);
	row_column(r, &e->extra, i);
}

#endif
