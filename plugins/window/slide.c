/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows of many panes that overlap: each pane is merged a few times, however many windows it is
 * in.
 *
 * Time is cut into blocks as long as a window, so that a window ends in one block and begins in the
 * one before or at its begin.  `prefix` has what came since the block began, to which panes are
 * added as they are over.  `suffix` has for each pane of the block before all from that pane to the
 * block's end, made backwards when a block begins; `head` has for each key the pane from which on
 * it is in the window.  A window is what stands at the heads, and the prefix.  A late row for the
 * block before is in none of them: such panes are kept apart, in `extra`, until they cost more than
 * to make all of it anew.
 *
 * Cumulating windows are the prefix: their blocks are as long as the largest of them.
 *
 * All of it follows from the panes and is not in checkpoints.
 */
#include <stdlib.h>

#include "pane.h"

enum { PAIRS_MAX = WEIR_ROWS_MAX / 2 };

static const int64_t none = INT64_MAX;

int
pane_slide_open(struct pane_window *w, struct weir_task *task)
{
	static const struct weir_slot pane_slot = {
		.name = "pane", .bytes = 8, .version = 1, .initial = &none};
	const struct window_conf *conf = w->conf;
	struct pane_slide *slide = &w->slide;
	struct weir_table_spec spec = {.size = sizeof spec, .flags = WEIR_BY_NS | WEIR_SCRATCH};
	struct weir_slot *slots;

	if (conf->block == 0 && conf->size / conf->pane <= PANE_FOLD_MAX)
		return 0;
	slots = window_slots(conf, w->expr, &pane_slot, &spec.n_slots, &slide->own);
	if (slots == NULL)
		return -1;
	slide->length = conf->block > 0 ? conf->block : conf->size;
	slide->block = slide->folded = INT64_MIN;
	spec.slots = slots;
	spec.name = "suffix";
	slide->suffix = w->tables->open(task, &spec);
	spec.n_slots--;
	spec.name = "prefix";
	slide->prefix = w->tables->open(task, &spec);
	spec.name = "extra";
	slide->extra = w->tables->open(task, &spec);
	spec.name = "head";
	spec.n_slots = 1;
	spec.slots = &pane_slot;
	slide->head = w->tables->open(task, &spec);
	free(slots);
	return 0;
}

static int64_t *
next_of(const struct pane_window *w, void *suffix_row)
{
	return (void *)((char *)suffix_row + w->slide.own);
}

/* Panes of a block, from the one that begins at low on, become parts of the suffixes before them.
 */
static void
add_pairs(struct pane_window *w, struct weir_task *task, const struct weir_entries *panes,
	uint32_t first, uint32_t n)
{
	const struct pane_slide *slide = &w->slide;
	uint32_t sel[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];
	void *head[PAIRS_MAX], *into[PAIRS_MAX], *row[WEIR_ROWS_MAX];
	uint32_t n_more = n;

	for (uint32_t i = 0; i < n; i++) {
		sel[i] = first + i;
		ns[i] = panes->ns[first + i];
	}
	w->tables->upsert(slide->head, panes->keys, sel, n, NULL, head);
	for (uint32_t i = 0; i < n; i++) {
		const int64_t *later = head[i];

		if (*later == none)
			continue;
		sel[n_more] = first + i;
		ns[n_more++] = *later;
	}
	w->tables->upsert(slide->suffix, panes->keys, sel, n_more, ns, row);
	w->expr->merge(w->conf->aggs, task, row, panes->row + first, n);
	n_more = 0;
	for (uint32_t i = 0; i < n; i++) {
		int64_t *later = head[i];

		*next_of(w, row[i]) = *later;
		if (*later != none)
			into[n_more++] = row[i];
		*later = ns[i];
	}
	w->expr->merge(w->conf->aggs, task, into, row + n, n_more);
}

/* Makes the suffixes of the panes from low to the begin of the block. */
static void
make_suffixes(struct pane_window *w, struct weir_task *task, int64_t low)
{
	struct pane_slide *slide = &w->slide;
	struct weir_entries panes = {.size = sizeof panes};

	for (int64_t pane = slide->block - w->conf->pane; pane >= low; pane -= w->conf->pane) {
		void *cursor = NULL;

		while (w->tables->scan(w->panes, pane, pane, &cursor, &panes) > 0) {
			for (uint32_t first = 0; first < panes.n; first += PAIRS_MAX)
				add_pairs(w, task, &panes, first,
					panes.n - first < PAIRS_MAX ? panes.n - first : PAIRS_MAX);
			slide->merged += panes.n;
		}
	}
}

/* A block begins: nothing of the one before it is needed but its suffixes. */
static void
begin_block(struct pane_window *w, struct weir_task *task, int64_t block, int64_t low)
{
	struct pane_slide *slide = &w->slide;

	w->tables->retire(slide->prefix, INT64_MAX);
	w->tables->retire(slide->suffix, INT64_MAX);
	w->tables->retire(slide->head, INT64_MAX);
	w->tables->retire(slide->extra, INT64_MAX);
	slide->block = slide->folded = block;
	slide->left = low;
	slide->merged = slide->extra_work = 0;
	make_suffixes(w, task, low);
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

/* The window no longer has the panes before low: keys go on to the next one that they are in. */
static void
leave_panes(struct pane_window *w, int64_t low)
{
	struct pane_slide *slide = &w->slide;
	struct weir_entries gone = {.size = sizeof gone};
	void *cursor = NULL;
	void *head[WEIR_ROWS_MAX];

	if (low <= slide->left)
		return;
	while (w->tables->scan(slide->suffix, slide->left, low - 1, &cursor, &gone) > 0) {
		w->tables->upsert(slide->head, gone.keys, NULL, gone.n, NULL, head);
		for (uint32_t i = 0; i < gone.n; i++)
			*(int64_t *)head[i] = *next_of(w, gone.row[i]);
	}
	w->tables->retire(slide->suffix, low - 1);
	slide->left = low;
}

/* What the window has of the block before. */
static void
gather_heads(struct pane_window *w, struct weir_task *task, int64_t end)
{
	const struct pane_slide *slide = &w->slide;
	struct weir_entries heads = {.size = sizeof heads};
	void *cursor = NULL;
	uint32_t sel[WEIR_ROWS_MAX];
	int64_t at[WEIR_ROWS_MAX], ns[WEIR_ROWS_MAX];
	void *into[WEIR_ROWS_MAX], *from[WEIR_ROWS_MAX];

	while (w->tables->scan(slide->head, INT64_MIN, INT64_MAX, &cursor, &heads) > 0) {
		uint32_t n = 0;

		for (uint32_t i = 0; i < heads.n; i++) {
			at[n] = *(const int64_t *)heads.row[i];
			ns[n] = end;
			sel[n] = i;
			n += at[n] != none;
		}
		w->tables->upsert(slide->suffix, heads.keys, sel, n, at, from);
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
	leave_panes(w, low);
	gather_heads(w, task, end);
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
