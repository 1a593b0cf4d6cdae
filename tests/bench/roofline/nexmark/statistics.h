/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What q15 and q16 count of a group: its bids, bidders and auctions, of all prices and of three
 * ranks of them.  Who was met in which rank is a mask of bits in one table for all groups.
 */
#ifndef ROOFLINE_STATISTICS_H
#define ROOFLINE_STATISTICS_H

#include "nexmark.h"
#include "table.h"

enum { FIRST_SLOTS = 1 << 12 };

struct met {
	struct slot slot;
	uint64_t ranks; /* bit 0: any */
};

struct statistics {
	int64_t bids[4], bidders[4], auctions[4];
};

static inline void
meet(struct table *table, int64_t group, int64_t who, uint64_t ranks, int64_t *counts)
{
	struct met *met = table_at(table, who, group);
	uint64_t fresh = ranks & ~met->ranks;

	met->ranks |= ranks;
	for (uint32_t i = 0; fresh != 0 && i < 4; i++)
		counts[i] += fresh >> i & 1;
}

static inline void
statistics_add(struct statistics *s, struct table *bidders, struct table *auctions, int64_t group,
	const struct events *e, size_t i)
{
	uint32_t rank = e->price[i] < 10000 ? 1 : e->price[i] < 1000000 ? 2 : 3;

	s->bids[0]++;
	s->bids[rank]++;
	meet(bidders, group, e->bidder[i], 1 | 1u << rank, s->bidders);
	meet(auctions, group, e->auction[i], 1 | 1u << rank, s->auctions);
}

static inline void
row_statistics(struct result *r, const struct statistics *s)
{
	for (uint32_t i = 0; i < 4; i++)
		row_int(r, s->bids[i]);
	for (uint32_t i = 0; i < 4; i++)
		row_int(r, s->bidders[i]);
	for (uint32_t i = 0; i < 4; i++)
		row_int(r, s->auctions[i]);
}

#endif
