/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which windows have fired and which are closed.  It follows from the watermark alone, so restored
 * tables need nothing else.  Windows end each slide: tumbling, hopping and cumulating ones.
 */
#ifndef WINDOW_CLOCK_H
#define WINDOW_CLOCK_H

#include "window.h"

/* Watermarks are taken as no further from 1970 than this, which all windows of admitted rows are
 * within. */
#define CLOCK_BOUND_MAX (INT64_C(1) << 62)

struct window_clock {
	int64_t bound; /* where the watermark stands, or will when all is done that it brought */
	int64_t fired; /* the last end of a window that has fired */
	int64_t closed; /* the last end of a window that takes no more rows */
	int64_t dead; /* rows before this are in closed windows only */
};

/* The windows with ends up to this have passed when the watermark stands here. */
static inline int64_t
clock_bound(const struct window_conf *conf, int64_t watermark)
{
	if (watermark >= CLOCK_BOUND_MAX)
		return CLOCK_BOUND_MAX;
	if (watermark <= -CLOCK_BOUND_MAX)
		return -CLOCK_BOUND_MAX;
	return watermark + 1 - conf->delay;
}

/* The last end of a window that is not past a bound. */
static inline int64_t
clock_last_end(const struct window_conf *conf, int64_t bound)
{
	return window_floor(bound - conf->size, conf->slide) + conf->size;
}

/* The end of the first window that a pane, or a time, is in. */
static inline int64_t
clock_first_end(const struct window_conf *conf, int64_t time)
{
	return clock_last_end(conf, time) + conf->slide;
}

/* Sets what follows from where the watermark stands. */
static inline void
clock_set(struct window_clock *clock, const struct window_conf *conf)
{
	clock->fired = clock_last_end(conf, clock->bound);
	clock->closed = clock_last_end(conf, clock->bound - conf->grace);
	clock->dead = window_begin(conf, clock->closed + conf->slide);
}

/* clock.c */

/*
 * The rows of a batch that some window takes, into kept (room for n); gives how many.  The others
 * are rejected, or late.
 */
uint32_t clock_admit(const struct window_clock *clock, const struct window_conf *conf,
	struct weir_task *task, uint64_t *late_rows, const struct weir_batch *batch,
	const struct window_rows *rows, uint32_t *kept);

#endif
