/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window operator: what its files share.  window.c has the directives and hands each instance
 * to a kind of windows, which has a file of its own; plan.c says which one, and what is wrong with
 * a conf.
 */
#ifndef WINDOW_WINDOW_H
#define WINDOW_WINDOW_H

#include <weir/weir.h>

/* Lengths of time are at most 100 years, so that sums of a few of them and a time cannot overflow.
 */
#define WINDOW_LENGTH_MAX INT64_C(3155760000000000)
/* So that a window is never put together from more panes than this. */
#define WINDOW_PANES_MAX 65536
/* Event times further from 1970 than 73,000 years are rejected. */
#define WINDOW_TIME_MAX (INT64_C(1) << 61)

enum { WINDOW_EMIT_UPDATE, WINDOW_EMIT_FINAL };
enum { WINDOW_ACCUMULATING, WINDOW_DISCARDING };

struct window_kind;

struct window_conf {
	struct weir_list key, aggregate, trigger;
	int64_t tumbling, hop_size, hop_slide, cumulate_max, cumulate_step; /* microseconds */
	int64_t gap, max_duration, lateness, ttl;
	int64_t count, count_slide; /* rows; plan makes the slide as many as count if it is 0 */
	uint32_t global, emit, mode, late_to;

	/* By plan. */
	const struct window_kind *kind;
	int64_t size, slide; /* microseconds; equal in tumbling windows */
	int64_t block; /* cumulate: windows begin at its multiples; 0: each `size` before its end */
	int64_t pane; /* the greatest common divisor of size and slide */
	int64_t part; /* the same of count and its slide, rows */
	int64_t delay; /* how long after its end a window fires */
	int64_t grace; /* how long after that it takes rows, and fires again */
	int64_t fire_count; /* a window fires each so many rows; 0: it does not */
	int64_t fire_every[2]; /* by WEIR_EVENT_TIME and WEIR_CLOCK: microseconds; 0: it does not */
	const struct weir_aggs *aggs;
	int32_t start_col, end_col; /* of output 0; -1: global windows have neither */
};

/* [plan] Which kind of windows, and what follows from it; < 0 after problem(). */
int window_choose(struct window_conf *conf, struct weir_plan *plan, const struct weir_host *host);

/* A kind of windows: the callbacks of an operator for one of its instances; those it does not need
 * are NULL. */
struct window_kind {
	int (*open)(const struct window_conf *, struct weir_task *, void **self);
	void (*close)(void *self);
	int (*process)(void *self, struct weir_task *, const struct weir_batch *);
	int (*on_watermark)(void *self, struct weir_task *, int64_t watermark);
	/* Timers under keys, and those of the operator itself.  Windows of another kind may have
	 * been here before and have set some.  NULL: this kind has none. */
	int (*on_timer)(void *self, struct weir_task *, const struct weir_due *);
	int (*on_tick)(void *self, struct weir_task *);
	int (*resume)(void *self, struct weir_task *);
};

/* Tumbling, hopping and cumulating windows, which fire when the watermark passes their ends. */
extern const struct window_kind window_panes;
/* The same and global ones, which fire at other times too. */
extern const struct window_kind window_triggered;
extern const struct window_kind window_sessions;
/* Sessions that go out before they are over, or again. */
extern const struct window_kind window_early_sessions;
extern const struct window_kind window_counts;

/* The begin of the window that ends at a time. */
static inline int64_t window_begin(const struct window_conf *conf, int64_t end);

/* Windows on their way out: those of entries rows[i] (NULL: i), with their accumulators row[i]. */
struct window_results {
	const struct weir_batch *keys;
	const uint32_t *rows;
	uint32_t n;
	const int64_t *start, *end; /* NULL: global windows have none */
	const int64_t *time; /* of the results */
	const uint8_t *kind; /* NULL: all inserts */
	void *const *row;
};

void window_emit(const struct window_conf *conf, const struct weir_expr_ext *expr,
	struct weir_task *task, const struct window_results *results);

/*
 * Emits the windows of entries, in their order: the end of each is its namespace + shift, and its
 * time the last microsecond before that.  kind NULL: all inserts.
 */
void window_emit_ends(const struct window_conf *conf, const struct weir_expr_ext *expr,
	struct weir_task *task, const struct weir_entries *entries, int64_t shift,
	const uint8_t *kind);

/*
 * [open] The slots of the aggregates and behind them one of the operator's own, for free(); *n gets
 * how many, *own where that one is in a row, in bytes.  NULL: out of memory.
 */
struct weir_slot *window_slots(const struct window_conf *conf, const struct weir_expr_ext *expr,
	const struct weir_slot *mine, uint32_t *n, uint32_t *own);

/* The counter of rows that were too late. */
uint64_t *window_late_counter(struct weir_task *task);

/* Rows that are too late for all their windows are counted, and go to late_to. */
void window_send_late(const struct window_conf *conf, struct weir_task *task, uint64_t *counter,
	const struct weir_batch *batch, const uint32_t *rows, uint32_t n);

/* The rows of a batch that count: row[i] is sel[i], or i if sel is NULL. */
struct window_rows {
	const uint32_t *sel;
	uint32_t n;
};

static inline struct window_rows
window_rows_of(const struct weir_batch *batch)
{
	return (struct window_rows){
		.sel = batch->sel, .n = batch->sel != NULL ? batch->n_sel : batch->n_rows};
}

static inline uint32_t
window_row(const struct window_rows *rows, uint32_t i)
{
	return rows->sel != NULL ? rows->sel[i] : i;
}

/* The multiple of unit at or before a time. */
static inline int64_t
window_floor(int64_t time, int64_t unit)
{
	int64_t rest = time % unit;

	return time - rest - (rest < 0 ? unit : 0);
}

static inline int64_t
window_begin(const struct window_conf *conf, int64_t end)
{
	return conf->block > 0 ? window_floor(end - 1, conf->block) : end - conf->size;
}

#endif
