/* SPDX-License-Identifier: Apache-2.0 */
/*
 * q11, user sessions: how many bids each bidder made without a pause of ten seconds.  For events in
 * the order of their times.
 */
#include "nexmark.h"
#include "table.h"

enum { GAP = 10 * SECOND, FIRST_SLOTS = 1 << 12 };

struct session {
	struct slot slot;
	int64_t n, start, last;
};

static void
fire(const struct session *s, struct result *r)
{
	row_begin(r);
	row_int(r, s->slot.a);
	row_int(r, s->n);
	row_time(r, s->start);
	row_time(r, s->last + GAP);
	row_end(r);
}

static void
query(const struct events *e, struct result *r)
{
	struct table table = table_new(sizeof(struct session), FIRST_SLOTS);
	struct session *s;

	for (size_t i = 0; i < e->n; i++) {
		if (e->type[i] != BID)
			continue;
		s = table_at(&table, e->bidder[i], 0);
		if (s->n > 0 && e->ts[i] > s->last + GAP) {
			fire(s, r);
			s->n = 0;
		}
		if (s->n++ == 0)
			s->start = e->ts[i];
		s->last = e->ts[i];
	}
	for (uint32_t i = 0; (s = table_next(&table, &i)) != NULL;)
		fire(s, r);
	free(table.slots);
}
