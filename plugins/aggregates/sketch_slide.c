/* SPDX-License-Identifier: Apache-2.0 */
/*
 * percentile() over windows that slide: the counts of a pane are added when it joins and taken away
 * when it leaves, which gives the sketch of the panes that are left.  The least and the greatest
 * value cannot be taken away, and are kept apart.
 */
#include <weir/kernel.h>

#include "bests.h"
#include "sketch.h"

enum { BLOCK = 16, AHEAD = 8, NEAR = 256, CACHE_LINE = 64 };

/*
 * A cell of bins has a count for each of so many, whole blocks of them, from the first on.  There
 * are as many as values need: panes have 4,096 bins at most, but not always the same ones.
 */
struct reach {
	int64_t first, n;
};

/* Of cells and reaches the first is of values above 0, the other of those below. */
struct window {
	uint64_t bins[2]; /* cells */
	uint64_t leasts, mosts; /* cells */
	struct reach reach[2];
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

/* A window that counts a pane (sign 1), or counts it no longer (-1). */
struct counting {
	struct weir_fn *fn;
	void *row;
	struct window *window;
	int64_t sign;
	int64_t *counts[2];
	struct reach reach[2]; /* the window's */
};

static void
counting_find(struct counting *c, int is_below)
{
	c->reach[is_below] = c->window->reach[is_below];
	c->counts[is_below] = c->reach[is_below].n == 0
				      ? NULL
				      : c->fn->bytes(c->fn, c->row, &c->window->bins[is_below]);
}

/* Makes room for n bins, of which there are not all yet. */
static __attribute__((noinline)) void
counting_reach(struct counting *c, int is_below, int64_t bin, uint32_t n)
{
	struct reach *reach = &c->window->reach[is_below];
	const struct reach old = *reach;
	int64_t first = bin & -BLOCK, end = (bin + n + BLOCK - 1) & -BLOCK, *counts, *from;
	uint32_t len;

	reach->first = old.n > 0 && old.first < first ? old.first : first;
	end = old.n > 0 && old.first + old.n > end ? old.first + old.n : end;
	reach->n = end - reach->first;
	len = (uint32_t)reach->n * (uint32_t)sizeof *counts;
	counts = c->fn->edit(c->fn, c->row, &c->window->bins[is_below], len, 0, len);
	from = counts + (old.n > 0 ? old.first - reach->first : 0);
	memmove(from, counts, (size_t)old.n * sizeof *counts);
	memset(counts, 0, (size_t)(from - counts) * sizeof *counts);
	memset(from + old.n, 0, (size_t)(counts + reach->n - from - old.n) * sizeof *counts);
	counting_find(c, is_below);
}

/* The counts of n bins. */
static inline int64_t *
counts_of(struct counting *c, int is_below, int64_t bin, uint32_t n)
{
	const struct reach *reach = &c->reach[is_below];

	if (bin < reach->first || bin + n > reach->first + reach->n)
		counting_reach(c, is_below, bin, n);
	return c->counts[is_below] + (bin - reach->first);
}

/* So many values of a bin. */
static inline void
count(struct counting *c, int is_below, int64_t bin, int64_t n)
{
	*counts_of(c, is_below, bin, 1) += n * c->sign;
}

/* Most of a few hundred bins have none or one: to add them all takes less than to ask each. */
WEIR_KERNEL static int64_t
counts_add(int64_t *restrict counts, const int64_t *restrict more, uint32_t n, int64_t sign)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		counts[i] += sign < 0 ? -more[i] : more[i];
		sum += more[i];
	}
	return sum;
}

/* The bins in a cell of a pane's row; gives how many values that were. */
static int64_t
count_bins(struct counting *c, int is_below, void *row, const uint64_t *pane)
{
	const struct bins *bins;
	const struct few *few;
	int64_t sum = 0;
	uint32_t len;

	if (c->fn->peek(c->fn, pane, &len) == NULL)
		return 0;
	bins = c->fn->bytes(c->fn, row, pane);
	few = few_in(bins);
	if (few == NULL)
		return counts_add(counts_of(c, is_below, bins->first, bins_in(len)), bins->count,
			bins_in(len), c->sign);
	for (uint32_t i = 0; i < words_in(few); i++) {
		int32_t more = few_count(few->word[i]);

		if (more == 0)
			break;
		sum += more;
		count(c, is_below, few_bin(few->word[i]), more);
	}
	return sum;
}

static int64_t
count_waiting(struct counting *c, const struct waiting *waiting)
{
	const uint32_t n = waiting->n;
	int64_t n_below = 0;

	for (uint32_t i = 0; i < n; i++) {
		int32_t place = waiting->place[i];

		n_below += place & 1;
		count(c, place & 1, place >> 1, 1);
	}
	return n_below;
}

/* Pane i joins or leaves window i. */
static void
count_pane(struct weir_fn *fn, struct weir_accs windows, struct weir_accs panes, uint32_t i,
	int64_t sign)
{
	struct window *window = acc_at(windows, i);
	const struct sketch *pane = acc_at(panes, i);
	struct counting c = {.fn = fn, .row = windows.row[i], .window = window, .sign = sign};
	int64_t n_below;

	counting_find(&c, 0);
	counting_find(&c, 1);
	n_below = count_waiting(&c, &pane->waiting);
	if (pane->above != 0) /* mostly all wait */
		count_bins(&c, 0, panes.row[i], &pane->above);
	if (pane->below != 0)
		n_below += count_bins(&c, 1, panes.row[i], &pane->below);
	window->n_below += sign * n_below;
	window->zeros += sign * pane->zeros;
	window->nans += sign * pane->nans;
	window->n += sign * pane->n;
}

/* Panes are as old as the window when they leave, and no longer in any cache. */
static void
bring_near(struct weir_fn *fn, struct weir_accs panes, uint32_t i)
{
	const struct sketch *pane = acc_at(panes, i);
	const char *bytes = pane->above == 0 ? NULL : fn->bytes(fn, panes.row[i], &pane->above);

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
		count_pane(fn, windows, panes, i, 1);
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
		count_pane(fn, windows, panes, i, -1);
	}
	return WEIR_OK;
}

static int64_t
block_sum(const int64_t *counts)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < BLOCK; i++)
		sum += counts[i];
	return sum;
}

static double
counts_value(const struct side *side, int64_t rank)
{
	const int64_t *counts = side->bins;
	uint32_t n = side->n;

	for (int64_t sum; n > 0 && rank >= (sum = block_sum(counts + n - BLOCK)); n -= BLOCK)
		rank -= sum;
	if (n == 0)
		return INFINITY;
	while (rank >= counts[n - 1])
		rank -= counts[--n];
	return sketch_bin_value(side->first + n - 1, side->width);
}

static struct side
side_of(struct weir_fn *fn, const struct window *window, int is_below, double width)
{
	uint32_t len;

	return (struct side){.value = counts_value,
		.width = width,
		.bins = fn->peek(fn, &window->bins[is_below], &len),
		.first = window->reach[is_below].first,
		.n = (uint32_t)window->reach[is_below].n};
}

static double
window_value(struct weir_fn *fn, const struct window *window, const struct quantile *quantile)
{
	struct sketch totals = {.n = window->n, .nans = window->nans, .zeros = window->zeros};
	struct side below = side_of(fn, window, 1, quantile->width);
	struct side above = side_of(fn, window, 0, quantile->width);
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
