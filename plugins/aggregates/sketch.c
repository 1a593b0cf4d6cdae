/* SPDX-License-Identifier: Apache-2.0 */
/*
 * percentile: DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch
 * with relative-error guarantees", VLDB 2019).  Bin k counts the values in (g^(k-1), g^k], with g =
 * (1 + a) / (1 - a) and a = 1 %; what is given back for it is off by that at most.  Values below 0
 * have bins of their own by their size.  The bins next to 0 are joined when there are more than
 * BINS_MAX, which takes values 10^35 apart.
 */
#include <math.h>

#include "aggregates.h"

/* Cells hold a first bin's number in 8 bytes, and a count of 8 bytes for each bin from there on. */
struct sketch {
	uint64_t above, below; /* cells: of values above and below 0 */
	int64_t zeros, nans;
	int64_t n; /* of all of these */
	double least, most;
};

enum { BINS_MAX = 4096, BINS_MORE = 64 };
#define ACCURACY 0.01

struct quantile {
	double fraction;
	double width; /* ln g */
};

static int
sketch_plan(struct weir_call *call, struct weir_err *err)
{
	struct quantile *quantile;

	if (take_args(call, 2, 2, err) < 0)
		return err->code;
	if (call->types[0] != WEIR_INT64 && call->types[0] != WEIR_FLOAT64)
		return weir_fail(
			err, -EINVAL, "takes int or float, not %s", type_name(call->types[0]));
	quantile = call->keep(call, sizeof *quantile);
	quantile->width = log((1 + ACCURACY) / (1 - ACCURACY));
	call->type = WEIR_FLOAT64;
	call->nullable = 1;
	call->acc_size = sizeof(struct sketch) / 8;
	call->n_cells = 2;
	call->self = quantile;
	call->same = "percentile";
	call->n_same = 1;
	return constant_number(call, 1, 0, 1, &quantile->fraction, err);
}

static int64_t
bin_of(double size, double width)
{
	/* Infinity takes the bin behind the last one there can be. */
	return isinf(size) ? (int64_t)ceil(710 / width) : (int64_t)ceil(log(size) / width);
}

struct bins {
	int64_t first;
	int64_t count[];
};

static uint32_t
bins_in(uint32_t len)
{
	return len < 16 ? 0 : len / 8 - 1;
}

/*
 * Room for the bins from low to high, which are going to be written.  What is below the lowest
 * there can be is joined with that: low is then below what the bins begin with.
 */
static struct bins *
bins_reach(struct weir_fn *fn, void *row, uint64_t *cell, int64_t low, int64_t high)
{
	uint32_t len, n;
	const struct bins *old = fn->peek(fn, cell, &len);
	int64_t from = low, to = high, counts[BINS_MAX];
	struct bins *bins;

	n = bins_in(len);
	if (n > 0) {
		from = old->first <= low ? old->first : low - BINS_MORE;
		to = old->first + n > high ? old->first + n - 1 : high + BINS_MORE;
	}
	if (to - from >= BINS_MAX)
		from = to - BINS_MAX + 1;
	low = low < from ? from : low;
	if (n > 0 && from == old->first && to == old->first + n - 1)
		return fn->edit(fn, row, cell, len, (uint32_t)(low - from + 1) * 8,
			(uint32_t)(high - low + 1) * 8);
	memset(counts, 0, (size_t)(to - from + 1) * 8);
	for (uint32_t i = 0; i < n; i++) {
		int64_t at = old->first + i - from;

		counts[at > 0 ? at : 0] += old->count[i];
	}
	len = (uint32_t)(to - from + 2) * 8;
	bins = fn->edit(fn, row, cell, len, 0, len);
	bins->first = from;
	memcpy(bins->count, counts, len - 8);
	return bins;
}

static void
bins_add(struct weir_fn *fn, void *row, uint64_t *cell, int64_t bin)
{
	struct bins *bins = bins_reach(fn, row, cell, bin, bin);

	bins->count[bin > bins->first ? bin - bins->first : 0]++;
}

static void
sketch_add(struct weir_fn *fn, void *row, struct sketch *sketch, double x, double width)
{
	if (sketch->n == sketch->nans) {
		sketch->least = INFINITY;
		sketch->most = -INFINITY;
	}
	sketch->n++;
	if (isnan(x)) {
		sketch->nans++;
		return;
	}
	sketch->least = x < sketch->least ? x : sketch->least;
	sketch->most = x > sketch->most ? x : sketch->most;
	if (fabs(x) < 0x1p-1000)
		sketch->zeros++;
	else
		bins_add(fn, row, x > 0 ? &sketch->above : &sketch->below, bin_of(fabs(x), width));
}

static int
sketch_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	const struct quantile *quantile = self;

	for (uint32_t i = 0; i < n; i++)
		sketch_add(fn, accs.row[i], acc_at(accs, i), number_at(args[0], row_at(sel, i)),
			quantile->width);
	return WEIR_OK;
}

static void
bins_merge(struct weir_fn *fn, void *row, uint64_t *cell, const uint64_t *from)
{
	uint32_t len, n, low = 0;
	const struct bins *other = fn->peek(fn, from, &len);
	struct bins *bins;
	int64_t shift;

	for (n = bins_in(len); n > 0 && other->count[n - 1] == 0; n--)
		continue;
	if (n == 0)
		return;
	while (other->count[low] == 0)
		low++;
	bins = bins_reach(fn, row, cell, other->first + low, other->first + n - 1);
	shift = other->first - bins->first;
	for (; low + shift < 0; low++)
		bins->count[0] += other->count[low];
	for (; low < n; low++)
		bins->count[low + shift] += other->count[low];
}

static int
sketch_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	(void)self;
	for (uint32_t i = 0; i < n; i++) {
		struct sketch *sketch = acc_at(accs, i);
		const struct sketch *other = acc_at(from, i);
		int fresh = sketch->n == sketch->nans;

		if (other->n > other->nans) {
			if (fresh || other->least < sketch->least)
				sketch->least = other->least;
			if (fresh || other->most > sketch->most)
				sketch->most = other->most;
		}
		bins_merge(fn, accs.row[i], &sketch->above, &other->above);
		bins_merge(fn, accs.row[i], &sketch->below, &other->below);
		sketch->zeros += other->zeros;
		sketch->nans += other->nans;
		sketch->n += other->n;
	}
	return WEIR_OK;
}

/* The middle of a bin, by the measure of relative error. */
static double
bin_value(int64_t bin, double width)
{
	return exp((double)bin * width) * (1 - ACCURACY);
}

/* The value of rank (from 0 on) among those above 0, or by size among those below. */
static double
bins_value(const struct bins *bins, uint32_t n, int64_t rank, double width)
{
	for (uint32_t i = 0; i < n; i++) {
		if (rank < bins->count[i])
			return bin_value(bins->first + i, width);
		rank -= bins->count[i];
	}
	return INFINITY;
}

/* The same by the rank from the largest on: mostly those are asked for that are near to it. */
static double
bins_value_from_top(const struct bins *bins, uint32_t n, int64_t rank, double width)
{
	while (n-- > 0) {
		if (rank < bins->count[n])
			return bin_value(bins->first + n, width);
		rank -= bins->count[n];
	}
	return INFINITY;
}

static double
sketch_value(struct weir_fn *fn, const struct sketch *sketch, const struct quantile *quantile)
{
	int64_t rank = (int64_t)(quantile->fraction * (double)(sketch->n - 1)), below = 0;
	uint32_t len, n;
	const struct bins *bins = fn->peek(fn, &sketch->below, &len);
	double x;

	n = bins_in(len);
	for (uint32_t i = 0; i < n; i++)
		below += bins->count[i];
	if (rank >= sketch->n - sketch->nans)
		return NAN;
	/* The ends are known. */
	if (rank == 0)
		return sketch->least;
	if (rank == sketch->n - sketch->nans - 1)
		return sketch->most;
	if (rank < below) {
		x = -bins_value(bins, n, below - 1 - rank, quantile->width);
	} else if (rank < below + sketch->zeros) {
		x = 0;
	} else {
		bins = fn->peek(fn, &sketch->above, &len);
		x = bins_value_from_top(
			bins, bins_in(len), sketch->n - sketch->nans - 1 - rank, quantile->width);
	}
	return x < sketch->least ? sketch->least : x > sketch->most ? sketch->most : x;
}

static int
sketch_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct sketch *sketch = acc_at(accs, i);

		if (sketch->n == 0)
			weir_bit_clear(out->valid, i);
		else
			((double *)out->values)[i] = sketch_value(fn, sketch, self);
	}
	return WEIR_OK;
}

const struct weir_aggregate aggregate_percentile = {
	.size = sizeof aggregate_percentile,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "percentile",
	.summary = "The value that a fraction of all values is not above, with a relative error of "
		   "at most 1 % (DDSketch), in at most 64 KiB; percentile_exact() has none.",
	.plan = sketch_plan,
	.update = sketch_update,
	.merge = sketch_merge,
	.finish = sketch_finish,
	.signature = "percentile(x, fraction)",
	.example = "percentile(x, 1) = 250.0 for x in (12, 40, 250)",
};
