/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least or greatest value of a window that slides.  Of its panes those are kept that may still
 * be it: each is better than all that come behind it, so that the first is the best of the window,
 * and when it leaves the next one is.
 */
#ifndef AGGREGATES_BESTS_H
#define AGGREGATES_BESTS_H

#include <math.h>

#include "aggregates.h"

/* Which entries of the cell count, and for how many it has room. */
struct bests_span {
	uint32_t first, n, room, reserved;
};

struct bests {
	uint64_t cell;
	struct bests_span span;
};

/* Where they are. */
struct bests_in {
	struct weir_fn *fn;
	void *row;
	uint64_t *cell;
	struct bests_span *span;
};

/* sign 1: the greatest, -1: the least; of ints, or of floats by their bits. */
struct bests_order {
	int sign;
	int is_float;
};

/* NaN is above all. */
static inline int
float_above(double a, double b)
{
	return a > b || (isnan(a) && !isnan(b));
}

void bests_join(const struct bests_in *in, struct bests_order order, int64_t at, int64_t value);
/* If the value of that time is still kept. */
void bests_leave(const struct bests_in *in, int64_t at);
/* 0: there is none. */
int bests_first(
	struct weir_fn *fn, const uint64_t *cell, const struct bests_span *span, int64_t *value);

#endif
