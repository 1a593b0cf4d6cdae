/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hopping windows whose aggregates can slide: for each key the window itself is kept.  A pane joins
 * it when it is over, and leaves it when the window goes on, so that each pane is looked at twice,
 * however many windows it is in.  A pane that gets a late row leaves before, and joins again.
 *
 * All of it follows from the panes and is not in checkpoints.
 */
#include <stdlib.h>
#include <string.h>

#include "pane.h"

/* Windows of fewer panes are put together as fast. */
enum { PANES_LEAST = 3 };

/* Of how many panes the window of a key is. */
static int64_t *
panes_of(const struct pane_roll *roll, void *row)
{
	return (void *)((char *)row + roll->own);
}

int
pane_roll_open(struct pane_window *w, struct weir_task *task)
{
	static const struct weir_slot count_slot = {.name = "panes", .bytes = 8, .version = 1};
	const struct window_conf *conf = w->conf;
	const struct weir_aggs *aggs = w->expr->sliding(conf->aggs);
	struct weir_table_spec spec = {.size = sizeof spec, .flags = WEIR_BY_NS | WEIR_SCRATCH};
	struct pane_roll *roll = &w->roll;
	struct weir_slot *slots;

	if (aggs == NULL || conf->block > 0 || conf->size / conf->pane < PANES_LEAST)
		return 0;
	roll->is_used = 1;
	roll->conf = *conf;
	roll->conf.aggs = aggs;
	roll->from = roll->to = INT64_MIN;
	slots = window_slots(&roll->conf, w->expr, &count_slot, &spec.n_slots, &roll->own);
	if (slots == NULL)
		return -1;
	spec.slots = slots;
	spec.name = "window";
	roll->window = w->tables->open(task, &spec);
	spec.n_slots = 1;
	spec.slots = &count_slot;
	spec.name = "late";
	roll->late = w->tables->open(task, &spec);
	free(slots);
	return 0;
}

/* Panes of keys[sel[i]] (sel NULL: keys[i]) with their times. */
struct roll_panes {
	const struct weir_batch *keys;
	const uint32_t *sel;
	void *const *row;
	const int64_t *at;
	uint32_t n;
};

typedef void roll_fn(struct pane_window *, struct weir_task *, const struct roll_panes *);

static void
join(struct pane_window *w, struct weir_task *task, const struct roll_panes *panes)
{
	const struct pane_roll *roll = &w->roll;
	void *into[WEIR_ROWS_MAX];

	w->tables->upsert(roll->window, panes->keys, panes->sel, panes->n, NULL, into);
	w->expr->join(roll->conf.aggs, task, into, panes->row, panes->at, panes->n);
	for (uint32_t i = 0; i < panes->n; i++)
		++*panes_of(roll, into[i]);
}

/* Keys of which nothing is left are forgotten. */
static void
leave(struct pane_window *w, struct weir_task *task, const struct roll_panes *panes)
{
	const struct pane_roll *roll = &w->roll;
	uint32_t gone[WEIR_ROWS_MAX], n_gone = 0;
	void *into[WEIR_ROWS_MAX];

	w->tables->upsert(roll->window, panes->keys, panes->sel, panes->n, NULL, into);
	w->expr->leave(roll->conf.aggs, task, into, panes->row, panes->at, panes->n);
	for (uint32_t i = 0; i < panes->n; i++)
		if (--*panes_of(roll, into[i]) == 0)
			gone[n_gone++] = panes->sel != NULL ? panes->sel[i] : i;
	if (n_gone > 0)
		w->tables->erase(roll->window, panes->keys, gone, n_gone, NULL);
}

static void
for_panes(struct pane_window *w, struct weir_task *task, int64_t low, int64_t high, roll_fn *then)
{
	struct weir_entries panes = {.size = sizeof panes};
	void *cursor = NULL;

	while (low <= high && w->tables->scan(w->panes, low, high, &cursor, &panes) > 0)
		then(w, task, &(struct roll_panes){panes.keys, NULL, panes.row, panes.ns, panes.n});
}

void
pane_roll_leave(struct pane_window *w, struct weir_task *task, int64_t low)
{
	struct pane_roll *roll = &w->roll;

	if (low <= roll->from)
		return;
	for_panes(w, task, roll->from, (low < roll->to ? low : roll->to) - 1, leave);
	roll->from = low;
}

void
pane_roll_to(struct pane_window *w, struct weir_task *task, int64_t end)
{
	struct pane_roll *roll = &w->roll;
	int64_t low = window_begin(w->conf, end);

	if (roll->to == INT64_MIN)
		roll->from = roll->to = low;
	pane_roll_leave(w, task, low);
	for_panes(w, task, roll->to < low ? low : roll->to, end - 1, join);
	roll->to = end;
}

/* Those that late rows change, as far as they are there already. */
static void
for_late(struct pane_window *w, struct weir_task *task, roll_fn *then)
{
	struct weir_entries late = {.size = sizeof late};
	const void *found[WEIR_ROWS_MAX];
	void *row[WEIR_ROWS_MAX];
	uint32_t sel[WEIR_ROWS_MAX];
	int64_t at[WEIR_ROWS_MAX];
	void *cursor = NULL;

	while (w->tables->scan(w->roll.late, INT64_MIN, INT64_MAX, &cursor, &late) > 0) {
		struct roll_panes panes = {.keys = late.keys, .sel = sel, .row = row, .at = at};

		w->tables->find(w->panes, late.keys, NULL, late.n, late.ns, found);
		for (uint32_t i = 0; i < late.n; i++) {
			if (found[i] == NULL)
				continue;
			sel[panes.n] = i;
			at[panes.n] = late.ns[i];
			/* They are only read, though the type does not say so. */
			memcpy(&row[panes.n++], &found[i], sizeof found[i]);
		}
		then(w, task, &panes);
	}
}

void
pane_roll_late(struct pane_window *w, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n)
{
	const struct pane_roll *roll = &w->roll;
	uint32_t rows[WEIR_ROWS_MAX], n_late = 0;
	int64_t ns[WEIR_ROWS_MAX];
	void *into[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < n; i++) {
		if (w->ns[i] < roll->from || w->ns[i] >= roll->to)
			continue;
		rows[n_late] = sel != NULL ? sel[i] : i;
		ns[n_late++] = w->ns[i];
	}
	if (n_late == 0)
		return;
	w->tables->upsert(roll->late, batch, rows, n_late, ns, into);
	for_late(w, task, leave);
}

void
pane_roll_again(struct pane_window *w, struct weir_task *task)
{
	for_late(w, task, join);
	w->tables->retire(w->roll.late, INT64_MAX);
}
