/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of values as bytes, in two cells of an accumulator: entries in the order in which they
 * came, and an index over them.  Each counts how often it has been put in less how often taken out.
 */
#ifndef AGGREGATES_SET_H
#define AGGREGATES_SET_H

#include "aggregates.h"

struct set {
	uint64_t index, heap; /* cells */
	int64_t n; /* values whose count is above 0 */
	uint64_t over; /* 1: there was no room for all */
};

#ifndef SET_BYTES_MAX /* a test's is smaller */
#define SET_BYTES_MAX (256u << 20)
#endif

/* count times more, or fewer, there. */
void set_add(struct weir_fn *fn, void *row, struct set *set, struct weir_str value, int64_t count);
/* The same with a value of a column for each of accumulators that begin with a set. */
void set_add_rows(struct weir_fn *fn, struct weir_accs accs, const struct weir_column *col,
	const uint32_t *sel, uint32_t n, int64_t count);
/* Value by value from *at = 0 on, those with counts of 0 too; 0: that was all. */
int set_next(struct weir_fn *fn, const struct set *set, uint32_t *at, struct weir_str *value,
	int64_t *count);
void set_merge(struct weir_fn *fn, void *row, struct set *set, const struct set *from);

#endif
