/* SPDX-License-Identifier: Apache-2.0 */
/* The accumulator of percentile(), for sketch.c, which makes it, and for windows that slide. */
#ifndef AGGREGATES_SKETCH_H
#define AGGREGATES_SKETCH_H

#include "aggregates.h"

/*
 * A cell holds a first bin's number in 8 bytes, and a count of 8 bytes for each bin from there on.
 * As long as there are few bins it holds FEW, and for each bin 8 bytes: its number, then the count
 * in 4 bytes, which is 0 where there is none: the pane of a window may have but some values.
 */
struct sketch {
	uint64_t above, below; /* cells: of values above and below 0 */
	int64_t zeros, nans;
	int64_t n; /* of all of these */
	double least, most;
};

#define FEW INT64_MIN

struct quantile {
	double fraction;
	double width; /* ln g */
};

struct bins {
	int64_t first;
	int64_t count[];
};

/* What the bins of values on one side of 0 say. */
struct side {
	/* The size of a rank, from the largest on: mostly those are asked for that are near. */
	double (*value)(const struct side *, int64_t rank);
	const void *bins;
	uint32_t n;
	double width;
};

/* A quantile of all values; those of `totals` count, but for its cells. */
double sketch_quantile(const struct sketch *totals, int64_t n_below, const struct side *below,
	const struct side *above, double fraction);
/* The middle of a bin, by the measure of relative error. */
double sketch_bin_value(int64_t bin, double width);

extern const struct weir_sliding sketch_sliding;

static inline uint32_t
bins_in(uint32_t len)
{
	return len < 16 ? 0 : len / 8 - 1;
}

static inline int
is_few(const struct bins *bins, uint32_t n)
{
	return n > 0 && bins->first == FEW;
}

static inline int64_t
few_bin(int64_t word)
{
	return word >> 32;
}

static inline int64_t
few_count(int64_t word)
{
	return (int64_t)(uint32_t)word;
}

#endif
