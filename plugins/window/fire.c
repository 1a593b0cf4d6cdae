/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows fire, in the order of their ends, when the watermark passes them.  Empty windows cost
 * nothing, however many lie in a gap: what comes next is asked of the table, which scans in the
 * order of namespaces.
 */
#include "pane.h"

/* Tumbling: each entry of the table is a window, as it stands. */
static int
fire_tumbling(struct pane_window *w, struct weir_task *task)
{
	int64_t size = w->conf->size;
	struct weir_entries entries = {.size = sizeof entries};
	uint32_t emitted = 0;

	while (w->tables->scan(w->panes, w->next - size, w->target - size, &w->cursor, &entries) >
		0) {
		window_emit_ends(w->conf, w->expr, task, &entries, size, NULL);
		emitted += entries.n;
		if (emitted >= task->room)
			return WEIR_MORE;
	}
	return WEIR_OK;
}

uint64_t
pane_gather(struct pane_window *w, struct weir_task *task, struct weir_table *table, int64_t low,
	int64_t high, int64_t end)
{
	struct weir_entries entries = {.size = sizeof entries};
	void *cursor = NULL;
	void *into[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];
	uint64_t n = 0;

	for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
		ns[i] = end;
	while (w->tables->scan(table, low, high, &cursor, &entries) > 0) {
		w->tables->upsert(w->scratch, entries.keys, NULL, entries.n, ns, into);
		w->expr->merge(w->conf->aggs, task, into, entries.row, entries.n);
		n += entries.n;
	}
	return n;
}

/* Moves on over a gap to the end of the first window that may have rows. */
static void
hop_skip(struct pane_window *w)
{
	struct weir_entries entries = {.size = sizeof entries};
	void *cursor = NULL;

	if (w->tables->scan(w->panes, w->next, INT64_MAX, &cursor, &entries) == 0)
		w->next = CLOCK_BOUND_MAX + 1;
	else
		w->next = clock_first_end(w->conf, entries.ns[0]);
}

/* Where windows are put together. */
static struct weir_table *
hop_made(const struct pane_window *w)
{
	if (w->roll.is_used)
		return w->roll.window;
	return w->conf->block > 0 ? w->slide.prefix : w->scratch;
}

/* Puts the next one together. */
static void
hop_put_together(struct pane_window *w, struct weir_task *task)
{
	const struct window_conf *conf = w->conf;

	if (w->roll.is_used)
		pane_roll_to(w, task, w->next);
	else if (w->slide.length > 0)
		pane_slide_to(w, task, w->next);
	else
		pane_gather(w, task, w->panes, w->next - conf->size, w->next - conf->pane, w->next);
}

static int
fire_hopping(struct pane_window *w, struct weir_task *task)
{
	const struct window_conf *conf = w->roll.is_used ? &w->roll.conf : w->conf;
	struct weir_table *made = hop_made(w);
	struct weir_entries entries = {.size = sizeof entries};
	uint32_t emitted = 0;

	while (w->next <= w->target) {
		if (!w->draining) {
			hop_put_together(w, task);
			w->draining = w->is_empty = 1;
		}
		while (w->tables->scan(made, INT64_MIN, INT64_MAX, &w->cursor, &entries) > 0) {
			window_emit_ends(
				conf, w->expr, task, &entries, w->next - entries.ns[0], NULL);
			w->is_empty = 0;
			emitted += entries.n;
			if (emitted >= task->room)
				return WEIR_MORE;
		}
		if (w->roll.is_used)
			pane_roll_leave(w, task, window_begin(conf, w->next + conf->slide));
		w->tables->retire(w->scratch, INT64_MAX);
		w->cursor = NULL;
		w->draining = 0;
		if (w->is_empty)
			hop_skip(w);
		else
			w->next += w->conf->slide;
	}
	return WEIR_OK;
}

/* All is done that a watermark brought. */
static void
fire_finish(struct pane_window *w)
{
	int64_t dead = w->clock.dead;

	w->work = PANE_IDLE;
	clock_set(&w->clock, w->conf);
	if (w->clock.dead > dead)
		w->tables->retire(w->panes, w->clock.dead - 1);
}

int
pane_fire_on(struct pane_window *w, struct weir_task *task)
{
	int rc = w->conf->size == w->conf->slide && w->conf->block == 0 ? fire_tumbling(w, task)
									: fire_hopping(w, task);

	if (rc == WEIR_OK)
		fire_finish(w);
	return rc;
}

int
pane_fire(struct pane_window *w, struct weir_task *task, int64_t watermark)
{
	int64_t bound = clock_bound(w->conf, watermark);

	if (bound <= w->clock.bound)
		return WEIR_OK;
	w->clock.bound = bound;
	w->target = clock_last_end(w->conf, bound);
	if (w->target == w->clock.fired) {
		fire_finish(w);
		return WEIR_OK;
	}
	w->work = PANE_FIRE;
	w->next = w->clock.fired + w->conf->slide;
	w->cursor = NULL;
	w->draining = 0;
	return pane_fire_on(w, task);
}
