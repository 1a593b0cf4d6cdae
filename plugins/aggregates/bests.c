/* SPDX-License-Identifier: Apache-2.0 */
/* The least or greatest value of a window that slides: a queue, see bests.h. */
#include "bests.h"

struct entry {
	int64_t at, value;
};

enum { ROOM_LEAST = 4 };

static int
is_better(struct bests_order order, int64_t a, int64_t b)
{
	double x, y;

	if (!order.is_float)
		return order.sign > 0 ? a > b : a < b;
	memcpy(&x, &a, sizeof x);
	memcpy(&y, &b, sizeof y);
	return order.sign > 0 ? float_above(x, y) : float_above(y, x);
}

/* Whether an entry that leaves later makes another needless.  Of values that are neither better nor
 * the same, as the two zeros are, the window has the first. */
static int
replaces(struct bests_order order, int64_t a, int64_t b)
{
	return a == b || is_better(order, a, b);
}

static struct entry *
entries(const struct bests_in *in)
{
	return in->fn->bytes(in->fn, in->row, in->cell);
}

/* Room for one more behind the last. */
static struct entry *
make_room(const struct bests_in *in)
{
	struct bests_span *span = in->span;
	struct entry *all = entries(in);

	if (span->first + span->n < span->room)
		return all;
	if (span->first <= span->n) {
		uint32_t len;

		span->room = span->room > 0 ? span->room * 2 : ROOM_LEAST;
		len = span->room * (uint32_t)sizeof *all;
		all = in->fn->edit(in->fn, in->row, in->cell, len, 0, len);
	}
	memmove(all, all + span->first, span->n * sizeof *all);
	span->first = 0;
	return all;
}

/* One that comes before others, as a late row brings it. */
static void
join_before(const struct bests_in *in, struct bests_order order, struct entry entry)
{
	struct entry *all = make_room(in);
	uint32_t from, to = in->span->n;

	all += in->span->first; /* where making room has left it */
	while (to > 0 && all[to - 1].at > entry.at)
		to--;
	if (to < in->span->n && replaces(order, all[to].value, entry.value))
		return;
	for (from = to; from > 0 && replaces(order, entry.value, all[from - 1].value);)
		from--;
	memmove(all + from + 1, all + to, (in->span->n - to) * sizeof *all);
	all[from] = entry;
	in->span->n += 1 - (to - from);
}

void
bests_join(const struct bests_in *in, struct bests_order order, int64_t at, int64_t value)
{
	struct bests_span *span = in->span;
	struct entry entry = {at, value}, *all = entries(in);

	if (span->n > 0 && all[span->first + span->n - 1].at > at) {
		join_before(in, order, entry);
		return;
	}
	while (span->n > 0 && replaces(order, value, all[span->first + span->n - 1].value))
		span->n--;
	if (span->n == 0)
		span->first = 0;
	if (span->first + span->n == span->room)
		all = make_room(in);
	all[span->first + span->n++] = entry;
}

void
bests_leave(const struct bests_in *in, int64_t at)
{
	struct bests_span *span = in->span;
	struct entry *all;
	uint32_t i = 0;

	if (span->n == 0)
		return;
	all = entries(in) + span->first;
	if (all->at == at) {
		span->first++;
		span->n--;
		return;
	}
	/* Only one that is to join again can be behind others. */
	if (all->at > at)
		return;
	while (i < span->n && all[i].at < at)
		i++;
	if (i == span->n || all[i].at != at)
		return;
	memmove(all + i, all + i + 1, (span->n - i - 1) * sizeof *all);
	span->n--;
}

int
bests_first(struct weir_fn *fn, const uint64_t *cell, const struct bests_span *span, int64_t *value)
{
	const struct entry *all;
	uint32_t len;

	if (span->n == 0)
		return 0;
	all = fn->peek(fn, cell, &len);
	*value = all[span->first].value;
	return 1;
}
