/* SPDX-License-Identifier: Apache-2.0 */
/*
 * percentile() over windows that slide: the counts of a pane are added when it joins and taken away
 * when it leaves, which gives the sketch of the panes that are left.  The least and the greatest
 * value cannot be taken away, and are kept apart.
 */
#include "bests.h"
#include "sketch.h"

enum { BLOCK_BINS = 64, AHEAD = 8, NEAR = 256, CACHE_LINE = 64 };

/*
 * A cell of bins: the number of the first block, and the blocks from there on.  There are as many
 * as values need: panes have 4,096 bins at most, but not always the same ones.
 */
struct block {
	int64_t sum;
	int64_t count[BLOCK_BINS];
};

struct blocks {
	int64_t first;
	struct block block[];
};

struct window {
	uint64_t above, below; /* cells of bins */
	uint64_t leasts, mosts; /* cells */
	struct bests_span least, most;
	int64_t n, nans, zeros, n_below;
};

static const struct bests_order to_least = {-1, 1}, to_most = {1, 1};

static int
window_able(const struct weir_call *call, uint32_t *words, uint32_t *n_cells)
{
	(void)call;
	*words = sizeof(struct window) / 8;
	*n_cells = 4;
	return 1;
}

static uint32_t
blocks_in(uint32_t len)
{
	return len == 0 ? 0 : (uint32_t)((len - sizeof(struct blocks)) / sizeof(struct block));
}

/* The block of a bin. */
static int64_t
block_of(int64_t bin)
{
	return bin >> 6;
}

/* Makes room for a bin that is in none of the blocks. */
static void
blocks_reach(struct weir_fn *fn, void *row, uint64_t *cell, int64_t bin)
{
	uint32_t len, n;
	const struct blocks *old = fn->peek(fn, cell, &len);
	int64_t first = block_of(bin), end = first + 1, old_first = first;
	struct blocks *blocks;
	struct block *from;

	n = blocks_in(len);
	if (n > 0) {
		old_first = old->first;
		first = first < old_first ? first : old_first;
		end = end > old_first + n ? end : old_first + n;
	}
	len = (uint32_t)(sizeof *blocks + (size_t)(end - first) * sizeof *blocks->block);
	blocks = fn->edit(fn, row, cell, len, 0, len);
	blocks->first = first;
	from = blocks->block + (old_first - first);
	memmove(from, blocks->block, n * sizeof *from);
	memset(blocks->block, 0, (size_t)(old_first - first) * sizeof *from);
	memset(from + n, 0, (size_t)(end - old_first - n) * sizeof *from);
}

/* Where a window counts. */
struct counts {
	struct blocks *blocks;
	int64_t first;
	uint32_t n;
};

static struct counts
counts_of(struct weir_fn *fn, void *row, uint64_t *cell)
{
	uint32_t len;
	const struct blocks *blocks = fn->peek(fn, cell, &len);

	return (struct counts){.blocks = fn->bytes(fn, row, cell),
		.first = blocks == NULL ? 0 : blocks->first,
		.n = blocks_in(len)};
}

/* 0: the bin is in none of the blocks. */
static inline int
count(const struct counts *counts, int64_t bin, int64_t more)
{
	uint64_t at = (uint64_t)(block_of(bin) - counts->first);
	struct block *block;

	if (at >= counts->n)
		return 0;
	block = &counts->blocks->block[at];
	block->sum += more;
	block->count[bin & (BLOCK_BINS - 1)] += more;
	return 1;
}

/* Adds to a bin of a window's, or takes away.  1: it had to have room, so a cell was edited. */
static int
add(struct weir_fn *fn, void *row, uint64_t *cell, struct counts *counts, int64_t bin, int64_t more)
{
	if (count(counts, bin, more))
		return 0;
	blocks_reach(fn, row, cell, bin);
	*counts = counts_of(fn, row, cell);
	count(counts, bin, more);
	return 1;
}

/* Adds the counts of a pane, or takes them away (sign -1); gives how many values that were. */
static int64_t
add_bins(struct weir_fn *fn, void *row, uint64_t *cell, const uint64_t *pane, int64_t sign)
{
	uint32_t len;
	const struct bins *bins = fn->peek(fn, pane, &len);
	const struct few *few = few_in(bins);
	struct counts counts;
	int64_t sum = 0;

	if (len == 0)
		return 0;
	counts = counts_of(fn, row, cell);
	for (uint32_t i = 0; few != NULL && i < words_in(few); i++) {
		int64_t bin = few_bin(few->word[i]), more = few_count(few->word[i]);

		if (more == 0)
			break;
		sum += more;
		if (add(fn, row, cell, &counts, bin, more * sign))
			few = fn->peek(fn, pane, &len);
	}
	for (uint32_t i = 0; few == NULL && i < bins_in(len); i++) {
		int64_t bin = bins->first + i, more = bins->count[i];

		if (more == 0)
			continue;
		sum += more;
		if (add(fn, row, cell, &counts, bin, more * sign))
			bins = fn->peek(fn, pane, &len);
	}
	return sum;
}

static void
add_pane(struct weir_fn *fn, void *row, struct window *window, const struct sketch *pane,
	int64_t sign)
{
	add_bins(fn, row, &window->above, &pane->above, sign);
	window->n_below += sign * add_bins(fn, row, &window->below, &pane->below, sign);
	window->zeros += sign * pane->zeros;
	window->nans += sign * pane->nans;
	window->n += sign * pane->n;
}

/* Panes are as old as the window when they leave, and no longer in any cache. */
static void
bring_near(struct weir_fn *fn, struct weir_accs panes, uint32_t i)
{
	const struct sketch *pane = acc_at(panes, i);
	const char *bytes = fn->bytes(fn, panes.row[i], &pane->above);

	for (uint32_t off = 0; bytes != NULL && off < NEAR; off += CACHE_LINE)
		__builtin_prefetch(bytes + off);
}

static int
window_join(const void *self, struct weir_fn *fn, struct weir_accs windows, struct weir_accs panes,
	const int64_t *at, uint32_t n)
{
	(void)self;
	for (uint32_t i = 0; i < n; i++) {
		struct window *window = acc_at(windows, i);
		const struct sketch *pane = acc_at(panes, i);
		void *row = windows.row[i];
		struct bests_in leasts = {fn, row, &window->leasts, &window->least};
		struct bests_in mosts = {fn, row, &window->mosts, &window->most};
		int64_t least, most;

		if (pane->n > pane->nans) {
			memcpy(&least, &pane->least, sizeof least);
			memcpy(&most, &pane->most, sizeof most);
			bests_join(&leasts, to_least, at[i], least);
			bests_join(&mosts, to_most, at[i], most);
		}
		add_pane(fn, row, window, pane, 1);
	}
	return WEIR_OK;
}

static int
window_leave(const void *self, struct weir_fn *fn, struct weir_accs windows, struct weir_accs panes,
	const int64_t *at, uint32_t n)
{
	(void)self;
	for (uint32_t i = 0; i < n; i++) {
		struct window *window = acc_at(windows, i);
		void *row = windows.row[i];
		struct bests_in leasts = {fn, row, &window->leasts, &window->least};
		struct bests_in mosts = {fn, row, &window->mosts, &window->most};

		if (i + AHEAD < n)
			bring_near(fn, panes, i + AHEAD);
		bests_leave(&leasts, at[i]);
		bests_leave(&mosts, at[i]);
		add_pane(fn, row, window, acc_at(panes, i), -1);
	}
	return WEIR_OK;
}

static double
blocks_value(const struct side *side, int64_t rank)
{
	const struct blocks *blocks = side->bins;
	uint32_t n = side->n, i = BLOCK_BINS;

	while (n > 0 && rank >= blocks->block[n - 1].sum)
		rank -= blocks->block[--n].sum;
	if (n == 0)
		return INFINITY;
	while (i > 1 && rank >= blocks->block[n - 1].count[i - 1])
		rank -= blocks->block[n - 1].count[--i];
	return sketch_bin_value((blocks->first + n - 1) * BLOCK_BINS + i - 1, side->width);
}

static struct side
side_of(struct weir_fn *fn, const uint64_t *cell, double width)
{
	uint32_t len;
	const void *bins = fn->peek(fn, cell, &len);

	return (struct side){
		.value = blocks_value, .bins = bins, .n = blocks_in(len), .width = width};
}

static double
window_value(struct weir_fn *fn, const struct window *window, const struct quantile *quantile)
{
	struct sketch totals = {.n = window->n, .nans = window->nans, .zeros = window->zeros};
	struct side below = side_of(fn, &window->below, quantile->width);
	struct side above = side_of(fn, &window->above, quantile->width);
	int64_t least = 0, most = 0;

	bests_first(fn, &window->leasts, &window->least, &least);
	bests_first(fn, &window->mosts, &window->most, &most);
	memcpy(&totals.least, &least, sizeof least);
	memcpy(&totals.most, &most, sizeof most);
	return sketch_quantile(&totals, window->n_below, &below, &above, quantile->fraction);
}

static int
window_finish(const void *self, struct weir_fn *fn, struct weir_accs windows, uint32_t n,
	struct weir_vec *out)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct window *window = acc_at(windows, i);

		if (window->n == 0)
			weir_bit_clear(out->valid, i);
		else
			((double *)out->values)[i] = window_value(fn, window, self);
	}
	return WEIR_OK;
}

const struct weir_sliding sketch_sliding = {
	.size = sizeof sketch_sliding,
	.able = window_able,
	.join = window_join,
	.leave = window_leave,
	.finish = window_finish,
};
