/* SPDX-License-Identifier: Apache-2.0 */
/*
 * q11, user sessions: how many bids each bidder made without a pause of ten seconds.  Events may be
 * as late as the query allows, which is less than that.
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

/* A row that is earlier than its bidder's session: it may prolong the one before, or join them. */
static void
add_early(struct session *s, struct session *before, int64_t ts)
{
	int joins = before->n > 0 && ts <= before->last + GAP;

	if (joins && ts < s->start - GAP) {
		before->n++;
		before->last = ts > before->last ? ts : before->last;
		return;
	}
	s->start = joins ? before->start : ts;
	s->n += joins ? before->n + 1 : 1;
	if (joins)
		before->n = 0;
}

/* A row that does not just prolong its bidder's session; over: those that are not fired yet, since
 * rows may be late. */
__attribute__((noinline)) static void
add_other(struct session *s, struct table *over, int64_t ts, struct result *r)
{
	struct session *before;

	if (s->n > 0 && ts < s->start) {
		add_early(s, table_at(over, s->slot.a, 0), ts);
	} else if (s->n > 0 && ts < s->last) {
		s->n++;
	} else {
		if (s->n > 0 && over == NULL) {
			fire(s, r);
		} else if (s->n > 0) {
			before = table_at(over, s->slot.a, 0);
			if (before->n > 0)
				fire(before, r);
			*before = *s;
		}
		s->n = 1;
		s->start = s->last = ts;
	}
}

static int
in_order(const struct events *e)
{
	int64_t descends = 0;

	for (size_t i = 1; i < e->n; i++)
		descends |= e->ts[i] - e->ts[i - 1];
	return descends >= 0;
}

static void
fire_all(struct table *table, struct result *r)
{
	struct session *s;

	for (uint32_t i = 0; (s = table_next(table, &i)) != NULL;)
		if (s->n > 0)
			fire(s, r);
	free(table->slots);
}

static void
query(const struct events *e, struct result *r)
{
	struct table table = table_new(sizeof(struct session), FIRST_SLOTS);
	struct table late = table_new(sizeof(struct session), FIRST_SLOTS);
	struct table *over = in_order(e) ? NULL : &late;
	struct session *s;

	for (size_t i = 0; i < e->n; i++) {
		if (e->type[i] != BID)
			continue;
		s = table_at(&table, e->bidder[i], 0);
		if (s->n > 0 && (uint64_t)(e->ts[i] - s->last) <= GAP) {
			s->n++;
			s->last = e->ts[i];
		} else {
			add_other(s, over, e->ts[i], r);
		}
	}
	fire_all(&late, r);
	fire_all(&table, r);
}
