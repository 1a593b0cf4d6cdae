/* SPDX-License-Identifier: Apache-2.0 */
/* The accumulator of percentile(), for sketch.c, which makes it, and for windows that slide. */
#ifndef AGGREGATES_SKETCH_H
#define AGGREGATES_SKETCH_H

#include "aggregates.h"

/*
 * The last values wait beside the others, each by the number of its bin, until they are many: then
 * they go to the cells together.  The pane of a window may never have more, and a window many
 * panes.
 *
 * A cell holds a first bin's number in 8 bytes, and a count of 8 bytes for each bin from there on.
 * As long as there are few bins it is a struct few, and has 4 bytes for each: the bin's number and,
 * in the low 15 bits, its count, which is 0 where there is none.
 */
enum { WAITING_MAX = 31 };

struct waiting {
	uint16_t n;
	int16_t place[WAITING_MAX]; /* twice the bin, and 1 more if it is of a value below 0 */
};

struct sketch {
	uint64_t above, below; /* cells: of values above and below 0 */
	int64_t zeros, nans;
	int64_t n; /* of all of these, and those that wait */
	double least, most;
	struct waiting waiting;
};

#define FEW INT64_MIN

enum { FEW_LEAST = 8, FEW_MAX = 32, FEW_BITS = 15, FEW_COUNT = (1 << FEW_BITS) - 1 };

struct quantile {
	double fraction;
	double width; /* ln g */
};

struct bins {
	int64_t first;
	int64_t count[];
};

struct few {
	int64_t room; /* FEW + how many words there is room for: less than any number of a bin */
	int32_t word[];
};

/* What the bins of values on one side of 0 say. */
struct side {
	/* The size of a rank, from the largest on: mostly those are asked for that are near. */
	double (*value)(const struct side *, int64_t rank);
	double width;
	const void *bins; /* with a count for each */
	int64_t first; /* of them */
	uint32_t n; /* there is room for */
	uint32_t n_words;
	const int32_t *words; /* other bins, which may come several times */
};

/* A quantile of all values; those of `totals` count, but for its cells. */
double sketch_quantile(const struct sketch *totals, int64_t n_below, const struct side *below,
	const struct side *above, double fraction);
/* The middle of a bin, by the measure of relative error. */
double sketch_bin_value(int64_t bin, double width);

extern const struct weir_sliding sketch_sliding;

/* NULL: there is no cell, or it has a count for each bin. */
static inline const struct few *
few_in(const void *cell)
{
	const struct few *few = cell;

	return few != NULL && few->room <= FEW + FEW_MAX ? few : NULL;
}

/* How many words there is room for. */
static inline uint32_t
words_in(const struct few *few)
{
	return (uint32_t)(few->room - FEW);
}

static inline uint32_t
bins_in(uint32_t len)
{
	return len == 0 ? 0 : (len - (uint32_t)sizeof(struct bins)) / 8;
}

static inline int32_t
few_word(int32_t bin, int32_t count)
{
	return (int32_t)((uint32_t)bin << FEW_BITS | (uint32_t)count);
}

static inline int32_t
few_bin(int32_t word)
{
	return word >> FEW_BITS;
}

static inline int32_t
few_count(int32_t word)
{
	return word & FEW_COUNT;
}

#endif
