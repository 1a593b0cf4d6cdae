/* SPDX-License-Identifier: Apache-2.0 */
/*
 * percentile: DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch
 * with relative-error guarantees", VLDB 2019).  Bin k counts the values in (g^(k-1), g^k], with g =
 * (1 + a) / (1 - a) and a = 1 %; what is given back for it is off by that at most.  Values below 0
 * have bins of their own by their size.  The bins next to 0 are joined when there are more than
 * BINS_MAX, which takes values 10^35 apart.
 */
#include <math.h>
#include <weir/kernel.h>

#include "sketch.h"

enum { BINS_MAX = 4096, BINS_MORE = 64, FEW_LEAST = 4, FEW_MAX = 32 };
#define ACCURACY 0.01

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

/* For how many bins a cell with n of them gets room, if so many values are in its sketch. */
static uint32_t
few_room(uint32_t n, int64_t values)
{
	uint32_t room = n > 0 ? n * 2 : FEW_LEAST;

	while (room < FEW_MAX && room < values)
		room *= 2;
	return room;
}

/* The first of n words that is of that bin or of none; n: there is no such. */
WEIR_KERNEL static uint32_t
few_find(const int64_t *words, uint32_t n, int64_t bin)
{
	int64_t at = n;

	for (int64_t i = 0; i < n; i++) {
		int is = few_bin(words[i]) == bin || few_count(words[i]) == 0;
		int64_t here = is ? i : n;

		at = here < at ? here : at;
	}
	return (uint32_t)at;
}

/* Adds to a bin of a cell that has few or none; 0: there are too many of them. */
static int
few_add(struct weir_fn *fn, void *row, uint64_t *cell, int64_t bin, int64_t count, int64_t values)
{
	uint32_t len, n, room, i;
	const struct bins *old = fn->peek(fn, cell, &len);
	struct bins *bins;

	n = bins_in(len);
	i = n > 0 ? few_find(old->count, n, bin) : 0;
	count += i < n ? few_count(old->count[i]) : 0;
	if (i == FEW_MAX || count > UINT32_MAX)
		return 0;
	if (i < n) {
		bins = fn->bytes(fn, row, cell);
	} else {
		room = few_room(n, values);
		len = (room + 1) * 8;
		bins = fn->edit(fn, row, cell, len, 0, len);
		bins->first = FEW;
		memset(bins->count + n, 0, (room - n) * 8);
	}
	bins->count[i] = (int64_t)((uint64_t)bin << 32 | (uint64_t)count);
	return 1;
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

/* Adds the bins of `few` to a cell that does not have few. */
static void
few_merge(struct weir_fn *fn, void *row, uint64_t *cell, const int64_t *few, uint32_t n)
{
	int64_t low = INT64_MAX, high = INT64_MIN;
	struct bins *bins;

	while (n > 0 && few_count(few[n - 1]) == 0)
		n--;
	if (n == 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		low = few_bin(few[i]) < low ? few_bin(few[i]) : low;
		high = few_bin(few[i]) > high ? few_bin(few[i]) : high;
	}
	bins = bins_reach(fn, row, cell, low, high);
	for (uint32_t i = 0; i < n; i++) {
		int64_t at = few_bin(few[i]) - bins->first;

		bins->count[at > 0 ? at : 0] += few_count(few[i]);
	}
}

/* A cell that may have few bins gets a count for each. */
static void
bins_spread(struct weir_fn *fn, void *row, uint64_t *cell)
{
	int64_t few[FEW_MAX];
	uint32_t len, n;
	const struct bins *bins = fn->peek(fn, cell, &len);

	n = bins_in(len);
	if (!is_few(bins, n))
		return;
	memcpy(few, bins->count, n * 8);
	fn->edit(fn, row, cell, 0, 0, 0);
	few_merge(fn, row, cell, few, n);
}

static void
bins_add(struct weir_fn *fn, void *row, uint64_t *cell, int64_t bin, int64_t values)
{
	uint32_t len, n;
	struct bins *bins;
	const struct bins *old = fn->peek(fn, cell, &len);

	n = bins_in(len);
	if (n == 0 || old->first == FEW) {
		if (few_add(fn, row, cell, bin, 1, values))
			return;
		bins_spread(fn, row, cell);
	} else if (bin >= old->first && bin < old->first + n) {
		bins = fn->bytes(fn, row, cell);
		bins->count[bin - bins->first]++;
		return;
	}
	bins = bins_reach(fn, row, cell, bin, bin);
	bins->count[bin > bins->first ? bin - bins->first : 0]++;
}

/* The bin that a value is for, of either side. */
struct place {
	int32_t bin;
	int32_t side; /* 1: above 0, -1: below it, 0: it has none */
};

/* All but its bin takes the value. */
static struct place
sketch_count(struct sketch *sketch, double x, double width)
{
	double size = fabs(x);

	if (sketch->n == sketch->nans) {
		sketch->least = INFINITY;
		sketch->most = -INFINITY;
	}
	sketch->n++;
	if (isnan(x)) {
		sketch->nans++;
		return (struct place){0};
	}
	sketch->least = x < sketch->least ? x : sketch->least;
	sketch->most = x > sketch->most ? x : sketch->most;
	if (size < 0x1p-1000) {
		sketch->zeros++;
		return (struct place){0};
	}
	return (struct place){(int32_t)bin_of(size, width), x > 0 ? 1 : -1};
}

/* The bins come behind, so that a new cell knows how many values it is about to get. */
static int
sketch_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	const struct quantile *quantile = self;
	struct place places[WEIR_ROWS_MAX];

	for (uint32_t from = 0, to; from < n; from = to) {
		to = n - from < WEIR_ROWS_MAX ? n : from + WEIR_ROWS_MAX;
		for (uint32_t i = from; i < to; i++)
			places[i - from] = sketch_count(acc_at(accs, i),
				number_at(args[0], row_at(sel, i)), quantile->width);
		for (uint32_t i = from; i < to; i++) {
			struct sketch *sketch = acc_at(accs, i);
			struct place place = places[i - from];

			if (place.side != 0)
				bins_add(fn, accs.row[i],
					place.side > 0 ? &sketch->above : &sketch->below, place.bin,
					sketch->n);
		}
	}
	return WEIR_OK;
}

/* Few bins go to a cell that may have few, too. */
static void
few_merge_any(struct weir_fn *fn, void *row, uint64_t *cell, const int64_t *few, uint32_t n)
{
	uint32_t len, i = 0;
	const struct bins *into = fn->peek(fn, cell, &len);

	if (bins_in(len) == 0 || into->first == FEW) {
		while (i < n && few_count(few[i]) != 0 &&
			few_add(fn, row, cell, few_bin(few[i]), few_count(few[i]), 0))
			i++;
		if (i == n || few_count(few[i]) == 0)
			return;
		bins_spread(fn, row, cell);
	}
	few_merge(fn, row, cell, few + i, n - i);
}

static void
bins_merge(struct weir_fn *fn, void *row, uint64_t *cell, const uint64_t *from)
{
	uint32_t len, own, n, low = 0;
	const struct bins *other = fn->peek(fn, from, &len);
	struct bins *bins;
	int64_t shift;

	n = bins_in(len);
	fn->peek(fn, cell, &own);
	if (n > 0 && bins_in(own) == 0) {
		bins = fn->edit(fn, row, cell, len, 0, len);
		memcpy(bins, fn->peek(fn, from, &len), len);
		return;
	}
	if (is_few(other, n)) {
		few_merge_any(fn, row, cell, other->count, n);
		return;
	}
	while (n > 0 && other->count[n - 1] == 0)
		n--;
	if (n == 0)
		return;
	while (other->count[low] == 0)
		low++;
	bins_spread(fn, row, cell);
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

double
sketch_bin_value(int64_t bin, double width)
{
	return exp((double)bin * width) * (1 - ACCURACY);
}

static double
bins_value(const struct side *side, int64_t rank)
{
	const struct bins *bins = side->bins;
	uint32_t n = side->n;

	while (n-- > 0) {
		if (rank < bins->count[n])
			return sketch_bin_value(bins->first + n, side->width);
		rank -= bins->count[n];
	}
	return INFINITY;
}

static double
few_value(const struct side *side, int64_t rank)
{
	const struct bins *bins = side->bins;
	int64_t sorted[FEW_MAX];
	uint32_t i = 0;

	for (uint32_t k = 0; k < side->n && few_count(bins->count[k]) != 0; k++, i++) {
		uint32_t at = k;

		for (; at > 0 && sorted[at - 1] > bins->count[k]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = bins->count[k];
	}
	while (i > 1 && rank >= few_count(sorted[i - 1])) {
		rank -= few_count(sorted[i - 1]);
		i--;
	}
	return i > 0 ? sketch_bin_value(few_bin(sorted[i - 1]), side->width) : INFINITY;
}

static struct side
side_of(struct weir_fn *fn, const uint64_t *cell, double width)
{
	struct side side = {.width = width};
	uint32_t len;

	side.bins = fn->peek(fn, cell, &len);
	side.n = bins_in(len);
	side.value = is_few(side.bins, side.n) ? few_value : bins_value;
	return side;
}

/* How many values a cell has. */
static int64_t
bins_sum(const struct bins *bins, uint32_t n)
{
	int64_t sum = 0;
	int few = is_few(bins, n);

	for (uint32_t i = 0; i < n; i++)
		sum += few ? few_count(bins->count[i]) : bins->count[i];
	return sum;
}

double
sketch_quantile(const struct sketch *totals, int64_t n_below, const struct side *below,
	const struct side *above, double fraction)
{
	int64_t rank = (int64_t)(fraction * (double)(totals->n - 1));
	int64_t last = totals->n - totals->nans - 1;
	double x;

	if (rank > last)
		return NAN;
	/* The ends are known. */
	if (rank == 0)
		return totals->least;
	if (rank == last)
		return totals->most;
	if (rank < n_below) /* the largest of these are the least values */
		x = -below->value(below, rank);
	else if (rank < n_below + totals->zeros)
		x = 0;
	else
		x = above->value(above, last - rank);
	return x < totals->least ? totals->least : x > totals->most ? totals->most : x;
}

static double
sketch_value(struct weir_fn *fn, const struct sketch *sketch, const struct quantile *quantile)
{
	struct side below = side_of(fn, &sketch->below, quantile->width);
	struct side above = side_of(fn, &sketch->above, quantile->width);

	return sketch_quantile(
		sketch, bins_sum(below.bins, below.n), &below, &above, quantile->fraction);
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
	.sliding = &sketch_sliding,
};
