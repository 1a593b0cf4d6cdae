/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window operator: what its files share.  window.c has the directives and the plan and hands
 * each instance to a kind of windows, which has a file of its own.
 */
#ifndef WINDOW_WINDOW_H
#define WINDOW_WINDOW_H

#include <weir/weir.h>

/* Lengths of time are at most 100 years, so that sums of a few of them and a time cannot overflow.
 */
#define WINDOW_LENGTH_MAX INT64_C(3155760000000000)

struct window_kind;

struct window_conf {
	struct weir_list key, aggregate;
	int64_t tumbling, hop_size, hop_slide, gap, lateness; /* microseconds */
	uint32_t late_to;

	/* By plan. */
	const struct window_kind *kind;
	int64_t size, slide; /* microseconds; equal in tumbling windows */
	int64_t pane; /* their greatest common divisor */
	const struct weir_aggs *aggs;
	int32_t start_col, end_col; /* of output 0 */
};

/* A kind of windows: the callbacks of an operator for one of its instances; those it does not need
 * are NULL. */
struct window_kind {
	int (*open)(const struct window_conf *, struct weir_task *, void **self);
	void (*close)(void *self);
	int (*process)(void *self, struct weir_task *, const struct weir_batch *);
	int (*on_watermark)(void *self, struct weir_task *, int64_t watermark);
	int (*on_timer)(void *self, struct weir_task *, const struct weir_due *);
	int (*resume)(void *self, struct weir_task *);
};

/* Tumbling and hopping windows. */
extern const struct window_kind window_panes;
/* Sessions. */
extern const struct window_kind window_sessions;

/*
 * Emits n windows on output 0: the keys of entries, in its order, each with the end ns[i] + shift,
 * and the aggregates at row[i].
 */
void window_emit(const struct window_conf *conf, const struct weir_expr_ext *expr,
	struct weir_task *task, const struct weir_entries *entries, int64_t shift, uint8_t kind);

#endif
