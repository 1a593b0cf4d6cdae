/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows made of panes: tumbling, hopping and cumulating ones.  A pane is a slice of event time as
 * long as the greatest common divisor of size and slide, so that each row counts in one pane and
 * each window is a run of whole panes.
 *
 * The table has an entry for each (key, pane); its namespace is the begin of the pane, in
 * microseconds.  All else is made from it when it is needed.
 */
#ifndef WINDOW_PANE_H
#define WINDOW_PANE_H

#include "clock.h"

/* Windows of more panes than this are not put together anew each time. */
enum { PANE_FOLD_MAX = 8 };

/* Rows of a batch with more runs of one pane than this are counted at once. */
enum { PANE_RUNS_MAX = 4 };

/* What a callback that returned MORE was doing. */
enum pane_work {
	PANE_IDLE,
	PANE_FIRE, /* a watermark passed the end of windows */
	PANE_AMEND, /* windows that had fired got late rows */
};

/* For each key and each part of a block that it is in, what is from there on. */
struct pane_level {
	struct weir_table *suffix, *head; /* scratch */
	int64_t unit; /* the length of a part */
	int64_t left; /* those before this have been taken out */
};

/* Parts of windows that are kept from one window to the next; see slide.c. */
struct pane_slide {
	struct weir_table *prefix, *extra; /* scratch */
	struct pane_level near, far;
	uint32_t own; /* offset of a part's begin behind the aggregates in a row of a suffix */
	int64_t length; /* of a block; 0: windows are put together from their panes */
	int64_t block; /* the begin of this one; INT64_MIN: nothing is kept yet */
	int64_t folded; /* panes before this are in a part */
	int64_t stretch_end; /* near has what is before this, and far the rest of the block */
	uint64_t merged; /* entries, into what is kept in this block */
	uint64_t extra_work; /* the same of extra, again for each window */
};

/* The window of each key, for aggregates that can slide; see roll.c. */
struct pane_roll {
	struct weir_table *window, *late; /* scratch; late: panes of it that late rows change */
	struct window_conf conf; /* with aggregates over windows that slide */
	uint32_t own; /* offset of the number of panes behind them */
	uint32_t is_used;
	int64_t from, to; /* the panes that it has; INT64_MIN: nothing is kept yet */
};

struct pane_window {
	const struct window_conf *conf;
	const struct weir_table_ext *tables;
	const struct weir_expr_ext *expr;
	struct weir_table *panes;
	struct weir_table *scratch; /* windows being put together: (key, end) */
	uint32_t gone_out; /* offset in a row of it: 1: a late row amends what has gone out */
	struct pane_slide slide;
	struct pane_roll roll;
	uint64_t *late_rows;
	char name[64]; /* of the table */
	struct window_clock clock;

	/* What is under way. */
	enum pane_work work;
	int64_t target; /* windows up to this end are to fire */
	int64_t next; /* the end of the next of them */
	uint32_t draining; /* that one has been put together, and goes out */
	uint32_t is_empty; /* none of it has gone out so far */
	void *cursor;

	/* Namespaces of a batch; the first n_same of them are equal. */
	uint32_t n_same;
	int64_t ns[WEIR_ROWS_MAX];
	uint32_t n_runs, run[PANE_RUNS_MAX]; /* where those of one pane begin; 0: all are in one */
};

/* fire.c */

/* A watermark, and what is left of one.  WEIR_OK or WEIR_MORE. */
int pane_fire(struct pane_window *w, struct weir_task *task, int64_t watermark);
int pane_fire_on(struct pane_window *w, struct weir_task *task);
/* Merges the entries of a table into the window in scratch that ends at a time; gives how many. */
uint64_t pane_gather(struct pane_window *w, struct weir_task *task, struct weir_table *table,
	int64_t low, int64_t high, int64_t end);

/* amend.c */

/*
 * Before n rows count, row sel[i] (sel NULL: i) in the pane ns[i]: which windows that have fired
 * they are in, and what of those has gone out.
 */
void pane_note_late(
	struct pane_window *w, const struct weir_batch *batch, const uint32_t *sel, uint32_t n);
/* These windows fire again, for their keys; and what is left of it.  WEIR_OK or WEIR_MORE. */
int pane_amend(struct pane_window *w, struct weir_task *task);
int pane_amend_on(struct pane_window *w, struct weir_task *task);

/* roll.c */

/* [open]  < 0: out of memory. */
int pane_roll_open(struct pane_window *w, struct weir_task *task);
/* The window that ends at a time, in roll.window. */
void pane_roll_to(struct pane_window *w, struct weir_task *task, int64_t end);
/* What is before a time is no longer in it. */
void pane_roll_leave(struct pane_window *w, struct weir_task *task, int64_t low);
/* Before n rows count, row sel[i] (sel NULL: i) in the pane ns[i]; and after that. */
void pane_roll_late(struct pane_window *w, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n);
void pane_roll_again(struct pane_window *w, struct weir_task *task);

/* slide.c */

/* [open]  < 0: out of memory. */
int pane_slide_open(struct pane_window *w, struct weir_task *task);
/* Puts the window that ends at a time together in scratch, or a cumulating one in prefix. */
void pane_slide_to(struct pane_window *w, struct weir_task *task, int64_t end);
/* As pane_note_late(): rows whose panes are in a part already go into one, too. */
void pane_slide_late(struct pane_window *w, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n);

#endif
