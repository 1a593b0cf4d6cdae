/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows made of panes.  A pane is a slice of event time as long as the greatest common divisor of
 * size and slide, so that each row counts in one pane and each window is a run of whole panes.
 *
 * The table has an entry for each (key, pane); its namespace is the begin of the pane, in
 * microseconds.  Which windows have fired and which panes are gone follows from the watermark
 * alone, so a restored table needs nothing else.
 */
#ifndef WINDOW_PANE_H
#define WINDOW_PANE_H

#include "window.h"

/*
 * Event times further from 1970 than 73,000 years are rejected; watermarks are taken as no further
 * than twice that, which all windows of admitted rows are within.
 */
#define PANE_TIME_MAX  (INT64_C(1) << 61)
#define PANE_BOUND_MAX (INT64_C(1) << 62)

/* What a callback that returned MORE was doing. */
enum pane_work {
	PANE_IDLE,
	PANE_FIRE, /* a watermark passed the end of windows */
	PANE_AMEND, /* windows that had fired got late rows */
};

struct pane_window {
	const struct window_conf *conf;
	const struct weir_table_ext *tables;
	const struct weir_expr_ext *expr;
	struct weir_table *panes;
	struct weir_table *scratch; /* windows being put together: (key, end) */
	uint64_t *late_rows;
	char name[48]; /* of the table */

	/* Where the watermark stands, or will when all is done that it brought. */
	int64_t bound;
	int64_t fired; /* the last end of a window that has fired */
	int64_t closed; /* the last end of a window that takes no more rows */
	int64_t dead; /* panes that begin before this are in closed windows only */

	/* What is under way. */
	enum pane_work work;
	int64_t target; /* windows up to this end are to fire */
	int64_t next; /* the end of the next of them */
	uint32_t draining; /* hopping: that one stands in scratch, and goes out */
	void *cursor;

	/* Namespaces of a batch; the first n_same of them are equal. */
	uint32_t n_same;
	int64_t ns[WEIR_ROWS_MAX];
};

/* The multiple of unit at or before a time. */
static inline int64_t
pane_floor(int64_t time, int64_t unit)
{
	int64_t rest = time % unit;

	return time - rest - (rest < 0 ? unit : 0);
}

/* The windows with ends up to this have passed when the watermark stands here. */
static inline int64_t
pane_bound(int64_t watermark)
{
	if (watermark >= PANE_BOUND_MAX)
		return PANE_BOUND_MAX;
	return watermark <= -PANE_BOUND_MAX ? -PANE_BOUND_MAX : watermark + 1;
}

/* The last end of a window that is not past a bound. */
static inline int64_t
pane_last_end(const struct window_conf *conf, int64_t bound)
{
	return pane_floor(bound - conf->size, conf->slide) + conf->size;
}

/* The end of the first window that a pane, or a time, is in. */
static inline int64_t
pane_first_end(const struct window_conf *conf, int64_t time)
{
	return pane_last_end(conf, time) + conf->slide;
}

/* Sets what follows from where the watermark stands. */
static inline void
pane_set_clock(struct pane_window *w)
{
	const struct window_conf *conf = w->conf;

	w->fired = pane_last_end(conf, w->bound);
	w->closed = pane_last_end(conf, w->bound - conf->lateness);
	w->dead = w->closed - conf->size + conf->slide;
}

/* fire.c */

/* A watermark, and what is left of one.  WEIR_OK or WEIR_MORE. */
int pane_fire(struct pane_window *w, struct weir_task *task, int64_t watermark);
int pane_fire_on(struct pane_window *w, struct weir_task *task);

/* amend.c */

/*
 * Fires windows again that had fired before n rows came, row sel[i] (sel NULL: i) into the pane
 * ns[i]; and what is left of it.  WEIR_OK or WEIR_MORE.
 */
int pane_amend(struct pane_window *w, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n);
int pane_amend_on(struct pane_window *w, struct weir_task *task);

#endif
