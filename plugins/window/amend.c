/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Late rows within the allowed lateness: the windows they are in have fired, and fire again for
 * their keys, each once a batch, in the order of their ends.
 */
#include <string.h>

#include "pane.h"

/* Pairs (row, end of a window) on their way into scratch, where equal ones of a key become one. */
struct amend_pairs {
	uint32_t n;
	uint32_t row[WEIR_ROWS_MAX];
	int64_t end[WEIR_ROWS_MAX];
	void *entry[WEIR_ROWS_MAX];
};

/* How many panes a window has at most. */
static int64_t
panes_of(const struct window_conf *conf)
{
	return (conf->block > 0 ? conf->block : conf->size) / conf->pane;
}

static uint64_t *
gone_out(const struct pane_window *w, void *scratch_row)
{
	return (void *)((char *)scratch_row + w->gone_out);
}

/* Of the pairs those stay whose windows do not have pane number k: the others have gone out. */
static void
amend_look_for_pane(
	struct pane_window *w, const struct weir_batch *batch, struct amend_pairs *pairs, int64_t k)
{
	const struct window_conf *conf = w->conf;
	const void *found[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];
	uint32_t n = 0;

	for (uint32_t i = 0; i < pairs->n; i++)
		ns[i] = window_begin(conf, pairs->end[i]) + k * conf->pane;
	w->tables->find(w->panes, batch, pairs->row, pairs->n, ns, found);
	for (uint32_t i = 0; i < pairs->n; i++) {
		/* Cumulating windows end before their block does. */
		if (found[i] != NULL && ns[i] < pairs->end[i]) {
			*gone_out(w, pairs->entry[i]) = 1;
			continue;
		}
		pairs->row[n] = pairs->row[i];
		pairs->end[n] = pairs->end[i];
		pairs->entry[n++] = pairs->entry[i];
	}
	pairs->n = n;
}

static void
amend_note(struct pane_window *w, const struct weir_batch *batch, struct amend_pairs *pairs)
{
	if (pairs->n > 0)
		w->tables->upsert(
			w->scratch, batch, pairs->row, pairs->n, pairs->end, pairs->entry);
	for (int64_t k = 0; k < panes_of(w->conf) && pairs->n > 0; k++)
		amend_look_for_pane(w, batch, pairs, k);
	pairs->n = 0;
}

/*
 * Fills the scratch rows of n entries, whose namespaces are ends of windows, from pane number k of
 * each window.
 */
static void
amend_merge_pane(struct pane_window *w, struct weir_task *task, const struct weir_entries *entries,
	void *const *into, int64_t k)
{
	const struct window_conf *conf = w->conf;
	const void *found[WEIR_ROWS_MAX];
	void *some_into[WEIR_ROWS_MAX];
	void *some_from[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];
	uint32_t n = 0;

	for (uint32_t i = 0; i < entries->n; i++)
		ns[i] = window_begin(conf, entries->ns[i]) + k * conf->pane;
	w->tables->find(w->panes, entries->keys, NULL, entries->n, ns, found);
	for (uint32_t i = 0; i < entries->n; i++) {
		/* Cumulating windows end before their block does. */
		if (found[i] == NULL || ns[i] >= entries->ns[i])
			continue;
		some_into[n] = into[i];
		/* merge() only reads it, though its type does not say so. */
		memcpy(&some_from[n++], &found[i], sizeof found[i]);
	}
	w->expr->merge(conf->aggs, task, some_into, some_from, n);
}

int
pane_amend_on(struct pane_window *w, struct weir_task *task)
{
	const struct window_conf *conf = w->conf;
	struct weir_entries entries = {.size = sizeof entries};
	void *row[WEIR_ROWS_MAX];
	uint8_t kind[WEIR_ROWS_MAX];
	uint32_t emitted = 0;

	while (w->tables->scan(w->scratch, INT64_MIN, INT64_MAX, &w->cursor, &entries) > 0) {
		w->tables->upsert(w->scratch, entries.keys, NULL, entries.n, entries.ns, row);
		for (int64_t k = 0; k < panes_of(conf); k++)
			amend_merge_pane(w, task, &entries, row, k);
		for (uint32_t i = 0; i < entries.n; i++)
			kind[i] = *gone_out(w, row[i]) ? WEIR_UPDATE_AFTER : WEIR_INSERT;
		entries.row = row;
		window_emit_ends(conf, w->expr, task, &entries, 0, kind);
		emitted += entries.n;
		if (emitted >= task->room)
			return WEIR_MORE;
	}
	w->tables->retire(w->scratch, INT64_MAX);
	w->work = PANE_IDLE;
	return WEIR_OK;
}

void
pane_note_late(
	struct pane_window *w, const struct weir_batch *batch, const uint32_t *sel, uint32_t n)
{
	const struct window_conf *conf = w->conf;
	int64_t closed = w->clock.closed, fired = w->clock.fired;
	struct amend_pairs pairs;

	pairs.n = 0;
	for (uint32_t i = 0; i < n; i++) {
		int64_t end = clock_first_end(conf, w->ns[i]);

		if (end <= closed)
			end = closed + conf->slide;
		for (; end <= fired && window_begin(conf, end) <= w->ns[i]; end += conf->slide) {
			if (pairs.n == WEIR_ROWS_MAX)
				amend_note(w, batch, &pairs);
			pairs.row[pairs.n] = sel != NULL ? sel[i] : i;
			pairs.end[pairs.n++] = end;
		}
	}
	amend_note(w, batch, &pairs);
}

int
pane_amend(struct pane_window *w, struct weir_task *task)
{
	w->work = PANE_AMEND;
	w->cursor = NULL;
	return pane_amend_on(w, task);
}
