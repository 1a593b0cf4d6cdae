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

enum { BINS_MAX = 4096, BINS_MORE = 64 };
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

/* The first of n words that is of that bin or of none; n: there is no such. */
WEIR_KERNEL static uint32_t
few_find(const int32_t *words, uint32_t n, int32_t bin)
{
	int32_t at = (int32_t)n;

	for (int32_t i = 0; i < (int32_t)n; i++) {
		int is = few_bin(words[i]) == bin || few_count(words[i]) == 0;
		int32_t here = is ? i : (int32_t)n;

		at = here < at ? here : at;
	}
	return (uint32_t)at;
}

/* Adds to a bin of a cell that has few, or of none; 0: there are too many of them. */
static int
few_add(struct weir_fn *fn, void *row, uint64_t *cell, struct few *few, int32_t bin, int32_t count)
{
	const uint32_t n = few != NULL ? words_in(few) : 0;
	uint32_t i = n > 0 ? few_find(few->word, n, bin) : 0;

	if (i == FEW_MAX)
		return 0;
	if (i == n) {
		const uint32_t room = n > 0 ? n * 2 : FEW_LEAST;
		const uint32_t len = (uint32_t)(sizeof *few + room * sizeof *few->word);

		few = fn->edit(fn, row, cell, len, 0, len);
		few->room = FEW + room;
		memset(few->word + n, 0, (room - n) * sizeof *few->word);
	}
	count += few_count(few->word[i]);
	if (count > FEW_COUNT)
		return 0;
	few->word[i] = few_word(bin, count);
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

/* Adds the bins of n words to a cell that does not have few. */
static void
words_merge(struct weir_fn *fn, void *row, uint64_t *cell, const int32_t *words, uint32_t n)
{
	int64_t low = INT64_MAX, high = INT64_MIN;
	struct bins *bins;

	while (n > 0 && few_count(words[n - 1]) == 0)
		n--;
	if (n == 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		low = few_bin(words[i]) < low ? few_bin(words[i]) : low;
		high = few_bin(words[i]) > high ? few_bin(words[i]) : high;
	}
	bins = bins_reach(fn, row, cell, low, high);
	for (uint32_t i = 0; i < n; i++) {
		int64_t at = few_bin(words[i]) - bins->first;

		bins->count[at > 0 ? at : 0] += few_count(words[i]);
	}
}

/* A cell that may have few bins gets a count for each. */
static void
bins_spread(struct weir_fn *fn, void *row, uint64_t *cell)
{
	const struct few *few = few_in(fn->bytes(fn, row, cell));
	int32_t words[FEW_MAX];
	uint32_t n;

	if (few == NULL)
		return;
	n = words_in(few);
	memcpy(words, few->word, n * sizeof *words);
	fn->edit(fn, row, cell, 0, 0, 0);
	words_merge(fn, row, cell, words, n);
}

/* Adds words to bins with a count for each, up to one that is not among those. */
static uint32_t
words_count(struct bins *bins, uint32_t n_bins, const int32_t *words, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t at = (uint64_t)(few_bin(words[i]) - bins->first);

		if (at >= n_bins)
			return i;
		bins->count[at] += few_count(words[i]);
	}
	return n;
}

/* Adds the bins of n words to a cell that may have few, too. */
static void
words_add(struct weir_fn *fn, void *row, uint64_t *cell, const int32_t *words, uint32_t n)
{
	void *bytes = fn->bytes(fn, row, cell);
	uint32_t i = 0, len;

	if (n == 0)
		return;
	if (bytes == NULL || few_in(bytes) != NULL) {
		for (; i < n && few_count(words[i]) != 0; i++, bytes = fn->bytes(fn, row, cell))
			if (!few_add(fn, row, cell, bytes, few_bin(words[i]), few_count(words[i])))
				break;
		if (i == n || few_count(words[i]) == 0)
			return;
		bins_spread(fn, row, cell);
	} else {
		fn->peek(fn, cell, &len);
		i = words_count(bytes, bins_in(len), words, n);
	}
	words_merge(fn, row, cell, words + i, n - i);
}

/* The bin that a value is for, of either side; those of very large and small ones do not wait. */
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

static inline int32_t
waiting_word(int32_t place)
{
	return few_word(place >> 1, 1);
}

/* As words, those of a side; others have a count of 0.  There are as many as wait. */
static uint32_t
waiting_words(const struct waiting *waiting, int is_below, int32_t *words)
{
	for (uint32_t i = 0; i < waiting->n; i++) {
		int32_t place = waiting->place[i];

		words[i] = (place & 1) == is_below ? waiting_word(place) : 0;
	}
	return waiting->n;
}

/* None waits any longer. */
static void
sketch_settle(struct weir_fn *fn, void *row, struct sketch *sketch)
{
	struct waiting *waiting = &sketch->waiting;
	int32_t words[WAITING_MAX];

	for (int is_below = 0; is_below < 2; is_below++) {
		uint32_t n = 0;

		for (uint32_t i = 0; i < waiting->n; i++) {
			words[n] = waiting_word(waiting->place[i]);
			n += (waiting->place[i] & 1) == is_below;
		}
		words_add(fn, row, is_below ? &sketch->below : &sketch->above, words, n);
	}
	waiting->n = 0;
}

static void
sketch_wait(struct weir_fn *fn, void *row, struct sketch *sketch, int16_t place)
{
	if (sketch->waiting.n == WAITING_MAX)
		sketch_settle(fn, row, sketch);
	sketch->waiting.place[sketch->waiting.n++] = place;
}

static void
sketch_take(struct weir_fn *fn, void *row, struct sketch *sketch, struct place place)
{
	int32_t both = place.bin * 2 + (place.side < 0), word = few_word(place.bin, 1);

	if (both == (int16_t)both)
		sketch_wait(fn, row, sketch, (int16_t)both);
	else
		words_add(fn, row, place.side > 0 ? &sketch->above : &sketch->below, &word, 1);
}

static int
sketch_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	const struct quantile *quantile = self;

	for (uint32_t i = 0; i < n; i++) {
		struct sketch *sketch = acc_at(accs, i);
		double x = number_at(args[0], row_at(sel, i));
		struct place place = sketch_count(sketch, x, quantile->width);

		if (place.side != 0)
			sketch_take(fn, accs.row[i], sketch, place);
	}
	return WEIR_OK;
}

static void
bins_merge(struct weir_fn *fn, void *row, uint64_t *cell, const uint64_t *from)
{
	uint32_t len, own, n, low = 0;
	const struct bins *other = fn->peek(fn, from, &len);
	const struct few *few = few_in(other);
	struct bins *bins;
	int64_t shift;

	fn->peek(fn, cell, &own);
	if (len > 0 && own == 0) {
		bins = fn->edit(fn, row, cell, len, 0, len);
		memcpy(bins, fn->peek(fn, from, &len), len);
		return;
	}
	if (few != NULL) {
		words_add(fn, row, cell, few->word, words_in(few));
		return;
	}
	n = bins_in(len);
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
		for (uint32_t k = 0; k < other->waiting.n; k++)
			sketch_wait(fn, accs.row[i], sketch, other->waiting.place[k]);
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

/* A bin of words, and how often it comes; 0: there is none. */
struct top {
	int32_t bin, count;
};

/* The greatest below a bound. */
WEIR_KERNEL static struct top
words_below(const int32_t *words, uint32_t n, int32_t bound)
{
	struct top top = {INT32_MIN, 0};

	for (uint32_t i = 0; i < n; i++) {
		int is = few_bin(words[i]) < bound && few_count(words[i]) != 0;
		int32_t bin = is ? few_bin(words[i]) : INT32_MIN;

		top.bin = bin > top.bin ? bin : top.bin;
	}
	for (uint32_t i = 0; i < n; i++)
		top.count += few_bin(words[i]) == top.bin ? few_count(words[i]) : 0;
	return top;
}

static double
side_value(const struct side *side, int64_t rank)
{
	const struct bins *bins = side->bins;
	struct top top = words_below(side->words, side->n_words, INT32_MAX);
	uint32_t n = side->n;

	for (;;) {
		int64_t bin = top.bin, count = top.count;

		if (n > 0 && (count == 0 || side->first + n > bin)) {
			bin = side->first + --n;
			count = bins->count[n];
		} else if (count > 0) {
			top = words_below(side->words, side->n_words, top.bin);
		} else {
			return INFINITY;
		}
		if (rank < count)
			return sketch_bin_value(bin, side->width);
		rank -= count;
	}
}

/* words: room for those of a cell and those that wait. */
static struct side
side_of(struct weir_fn *fn, const struct sketch *sketch, int is_below, double width, int32_t *words)
{
	uint32_t len, n = 0;
	const void *bytes = fn->peek(fn, is_below ? &sketch->below : &sketch->above, &len);
	const struct bins *bins = bytes;
	const struct few *few = few_in(bytes);

	if (few != NULL) {
		n = words_in(few);
		memcpy(words, few->word, n * sizeof *words);
	}
	n += waiting_words(&sketch->waiting, is_below, words + n);
	return (struct side){.value = side_value,
		.width = width,
		.bins = bytes,
		.first = bins == NULL ? 0 : bins->first,
		.n = few != NULL ? 0 : bins_in(len),
		.words = words,
		.n_words = n};
}

/* How many values a side has. */
static int64_t
side_sum(const struct side *side)
{
	const struct bins *bins = side->bins;
	int64_t sum = 0;

	for (uint32_t i = 0; i < side->n_words; i++)
		sum += few_count(side->words[i]);
	for (uint32_t i = 0; i < side->n; i++)
		sum += bins->count[i];
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
	int32_t words[2][FEW_MAX + WAITING_MAX];
	struct side below = side_of(fn, sketch, 1, quantile->width, words[0]);
	struct side above = side_of(fn, sketch, 0, quantile->width, words[1]);

	return sketch_quantile(sketch, side_sum(&below), &below, &above, quantile->fraction);
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
	.version = 3,
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
