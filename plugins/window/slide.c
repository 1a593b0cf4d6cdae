/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows of many panes that overlap, whose aggregates cannot slide: each pane is merged a few
 * times, however many windows it is in.
 *
 * Time is cut into blocks as long as a window, so that a window ends in one block and begins in the
 * one before or at its begin.  `prefix` has what came since the block began, to which panes are
 * added as they are over.  A `suffix` has for each pane of the block before all from that pane on,
 * made backwards; `head` has for each key the pane from which on it is in the window.  A window is
 * what stands at the heads, and the prefix.  A late row for the block before is in none of them:
 * such panes are kept apart, in `extra`, until they cost more than to make all of it anew.
 *
 * Accumulators with cells may be large, and a suffix has one for each pane: so the block is cut
 * into as many stretches as these have panes.  `near` has the suffixes of panes up to the end of
 * the stretch that the window begins in, and `far` those of the stretches behind it.
 *
 * Cumulating windows are the prefix: their blocks are as long as the largest of them.
 *
 * All of it follows from the panes and is not in checkpoints.
 */
#include <stdlib.h>

#include "pane.h"

enum { PAIRS_MAX = WEIR_ROWS_MAX / 2 };

static const int64_t none = INT64_MAX;

/* A stretch has about as many panes as there are of them in a window. */
static int64_t
stretch_of(const struct window_conf *conf)
{
	int64_t n = 1;

	while (n * n < conf->size / conf->pane)
		n++;
	return n * conf->pane;
}

int
pane_slide_open(struct pane_window *w, struct weir_task *task)
{
	static const struct weir_slot pane_slot = {
		.name = "pane", .bytes = 8, .version = 1, .initial = &none};
	const struct window_conf *conf = w->conf;
	struct pane_slide *slide = &w->slide;
	struct weir_table_spec spec = {.size = sizeof spec, .flags = WEIR_BY_NS | WEIR_SCRATCH};
	struct weir_slot *slots;
	uint32_t cells = 0;

	if (w->roll.is_used || (conf->block == 0 && conf->size / conf->pane <= PANE_FOLD_MAX))
		return 0;
	slots = window_slots(conf, w->expr, &pane_slot, &spec.n_slots, &slide->own);
	if (slots == NULL)
		return -1;
	slide->length = conf->block > 0 ? conf->block : conf->size;
	slide->block = slide->folded = INT64_MIN;
	for (uint32_t i = 0; i < spec.n_slots; i++)
		cells += slots[i].cells;
	slide->near.unit = conf->pane;
	slide->far.unit = cells > 0 ? stretch_of(conf) : slide->length;
	spec.slots = slots;
	spec.name = "near";
	slide->near.suffix = w->tables->open(task, &spec);
	spec.name = "far";
	slide->far.suffix = w->tables->open(task, &spec);
	spec.n_slots--;
	spec.name = "prefix";
	slide->prefix = w->tables->open(task, &spec);
	spec.name = "extra";
	slide->extra = w->tables->open(task, &spec);
	spec.name = "near_head";
	spec.n_slots = 1;
	spec.slots = &pane_slot;
	slide->near.head = w->tables->open(task, &spec);
	spec.name = "far_head";
	slide->far.head = w->tables->open(task, &spec);
	free(slots);
	return 0;
}

static int64_t *
next_of(const struct pane_window *w, void *suffix_row)
{
	return (void *)((char *)suffix_row + w->slide.own);
}

/* The begin of the part of the block before that a time is in. */
static int64_t
part_of(const struct pane_slide *slide, int64_t unit, int64_t time)
{
	int64_t begin = slide->block - slide->length;

	return begin + window_floor(time - begin, unit);
}

/* n of those panes, all of one time and the first there is, become parts of suffixes. */
static void
add_pairs(struct pane_window *w, struct weir_task *task, struct pane_level *level,
	const struct weir_entries *panes, uint32_t first, uint32_t n)
{
	const int64_t part = part_of(&w->slide, level->unit, panes->ns[first]);
	uint32_t sel[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];
	void *head[PAIRS_MAX], *into[PAIRS_MAX], *row[WEIR_ROWS_MAX];
	uint32_t n_more = n;

	for (uint32_t i = 0; i < n; i++) {
		sel[i] = first + i;
		ns[i] = part;
	}
	w->tables->upsert(level->head, panes->keys, sel, n, NULL, head);
	for (uint32_t i = 0; i < n; i++) {
		const int64_t *later = head[i];

		if (*later == none || *later == part)
			continue;
		sel[n_more] = first + i;
		ns[n_more++] = *later;
	}
	w->tables->upsert(level->suffix, panes->keys, sel, n_more, ns, row);
	w->expr->merge(w->conf->aggs, task, row, panes->row + first, n);
	n_more = 0;
	for (uint32_t i = 0; i < n; i++) {
		int64_t *later = head[i];

		if (*later == part)
			continue;
		*next_of(w, row[i]) = *later;
		if (*later != none)
			into[n_more++] = row[i];
		*later = part;
	}
	w->expr->merge(w->conf->aggs, task, into, row + n, n_more);
}

/* Makes the suffixes of the panes from low to high anew. */
static void
make_suffixes(struct pane_window *w, struct weir_task *task, struct pane_level *level, int64_t low,
	int64_t high)
{
	struct weir_entries panes = {.size = sizeof panes};

	w->tables->retire(level->suffix, INT64_MAX);
	w->tables->retire(level->head, INT64_MAX);
	level->left = low;
	for (int64_t pane = high - w->conf->pane; pane >= low; pane -= w->conf->pane) {
		void *cursor = NULL;

		while (w->tables->scan(w->panes, pane, pane, &cursor, &panes) > 0) {
			for (uint32_t first = 0; first < panes.n; first += PAIRS_MAX)
				add_pairs(w, task, level, &panes, first,
					panes.n - first < PAIRS_MAX ? panes.n - first : PAIRS_MAX);
			w->slide.merged += panes.n;
		}
	}
}

/* The window begins in another stretch, whose panes have the late rows that were kept apart. */
static void
begin_stretch(struct pane_window *w, struct weir_task *task, int64_t low)
{
	struct pane_slide *slide = &w->slide;

	slide->stretch_end = part_of(slide, slide->far.unit, low) + slide->far.unit;
	if (slide->stretch_end > slide->block)
		slide->stretch_end = slide->block;
	make_suffixes(w, task, &slide->near, low, slide->stretch_end);
	w->tables->retire(slide->extra, slide->stretch_end - 1);
}

/* A block begins: nothing of the one before it is needed but its suffixes. */
static void
begin_block(struct pane_window *w, struct weir_task *task, int64_t block, int64_t low)
{
	struct pane_slide *slide = &w->slide;

	w->tables->retire(slide->prefix, INT64_MAX);
	w->tables->retire(slide->extra, INT64_MAX);
	slide->block = slide->folded = block;
	slide->merged = slide->extra_work = 0;
	begin_stretch(w, task, low);
	make_suffixes(w, task, &slide->far, slide->stretch_end, block);
}

/* Panes that are over and not in the prefix yet. */
static void
fold_panes(struct pane_window *w, struct weir_task *task, int64_t end)
{
	struct pane_slide *slide = &w->slide;
	struct weir_entries panes = {.size = sizeof panes};
	void *cursor = NULL;
	void *into[WEIR_ROWS_MAX];

	while (w->tables->scan(w->panes, slide->folded, end - 1, &cursor, &panes) > 0) {
		w->tables->upsert(slide->prefix, panes.keys, NULL, panes.n, NULL, into);
		w->expr->merge(w->conf->aggs, task, into, panes.row, panes.n);
		slide->merged += panes.n;
	}
	slide->folded = end;
}

/* The window no longer has what is before low: keys go on to the next part that they are in. */
static void
leave_parts(struct pane_window *w, struct pane_level *level, int64_t low)
{
	struct weir_entries gone = {.size = sizeof gone};
	void *cursor = NULL;
	void *head[WEIR_ROWS_MAX];

	if (low <= level->left)
		return;
	while (w->tables->scan(level->suffix, level->left, low - 1, &cursor, &gone) > 0) {
		w->tables->upsert(level->head, gone.keys, NULL, gone.n, NULL, head);
		for (uint32_t i = 0; i < gone.n; i++)
			*(int64_t *)head[i] = *next_of(w, gone.row[i]);
	}
	w->tables->retire(level->suffix, low - 1);
	level->left = low;
}

static void
leave_panes(struct pane_window *w, struct weir_task *task, int64_t low)
{
	struct pane_slide *slide = &w->slide;

	if (low < slide->stretch_end || slide->stretch_end == slide->block) {
		leave_parts(w, &slide->near, low);
		return;
	}
	begin_stretch(w, task, low);
	leave_parts(w, &slide->far, slide->stretch_end);
}

/* What the window has of the block before. */
static void
gather_heads(
	struct pane_window *w, struct weir_task *task, const struct pane_level *level, int64_t end)
{
	struct weir_entries heads = {.size = sizeof heads};
	void *cursor = NULL;
	uint32_t sel[WEIR_ROWS_MAX];
	int64_t at[WEIR_ROWS_MAX], ns[WEIR_ROWS_MAX];
	void *into[WEIR_ROWS_MAX], *from[WEIR_ROWS_MAX];

	while (w->tables->scan(level->head, INT64_MIN, INT64_MAX, &cursor, &heads) > 0) {
		uint32_t n = 0;

		for (uint32_t i = 0; i < heads.n; i++) {
			at[n] = *(const int64_t *)heads.row[i];
			ns[n] = end;
			sel[n] = i;
			n += at[n] != none;
		}
		w->tables->upsert(level->suffix, heads.keys, sel, n, at, from);
		w->tables->upsert(w->scratch, heads.keys, sel, n, ns, into);
		w->expr->merge(w->conf->aggs, task, into, from, n);
	}
}

void
pane_slide_to(struct pane_window *w, struct weir_task *task, int64_t end)
{
	const struct window_conf *conf = w->conf;
	struct pane_slide *slide = &w->slide;
	int64_t block = window_floor(end - 1, slide->length), low = window_begin(conf, end);

	if (block != slide->block || slide->extra_work > slide->merged)
		begin_block(w, task, block, low);
	fold_panes(w, task, end);
	if (conf->block > 0)
		return;
	leave_panes(w, task, low);
	gather_heads(w, task, &slide->near, end);
	if (slide->far.unit < slide->length)
		gather_heads(w, task, &slide->far, end);
	slide->extra_work += pane_gather(w, task, slide->extra, low, end - 1, end);
	pane_gather(w, task, slide->prefix, INT64_MIN, INT64_MAX, end);
}

void
pane_slide_late(struct pane_window *w, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n)
{
	const struct pane_slide *slide = &w->slide;
	uint32_t row[2][WEIR_ROWS_MAX], count[2] = {0, 0};
	int64_t ns[WEIR_ROWS_MAX];
	void *into[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < n; i++) {
		uint32_t is_old = w->ns[i] < slide->block;

		if (w->ns[i] >= slide->folded || (is_old && w->conf->block > 0))
			continue;
		if (is_old)
			ns[count[1]] = w->ns[i];
		row[is_old][count[is_old]++] = sel != NULL ? sel[i] : i;
	}
	if (count[0] > 0) {
		w->tables->upsert(slide->prefix, batch, row[0], count[0], NULL, into);
		w->expr->update(w->conf->aggs, task, batch, row[0], count[0], into);
	}
	if (count[1] > 0) {
		w->tables->upsert(slide->extra, batch, row[1], count[1], ns, into);
		w->expr->update(w->conf->aggs, task, batch, row[1], count[1], into);
	}
}
