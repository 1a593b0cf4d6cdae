/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session windows: what their files share.  A session is the rows of a key of which each is at most
 * the gap behind another; it is over when the watermark is a gap behind its last row.
 *
 * The table has an entry for each open session, whose namespace is the time of its first row; the
 * slots of the aggregates are followed by a struct session_own.
 *
 * Where sessions go out before they are over, or again, that is a struct session_early: see
 * session_early.c.
 *
 * With max_duration an entry is a stretch of a session: no row of it is in another cell of time
 * than its first.  Stretches are joined into sessions when those are over: see session_cut.c.
 */
#ifndef WINDOW_SESSION_H
#define WINDOW_SESSION_H

#include "window.h"

struct session_own {
	int64_t last; /* time of its last row */
	int64_t timer; /* when its timer is due; INT64_MIN: none is set */
};

struct session_early {
	struct session_own own;
	int64_t fresh; /* rows since it went out last */
	int64_t emitted; /* 1: it has gone out, or one that it was joined with */
};

/* How many rows are looked at together: a session that they open is known to those behind them. */
enum { SESSION_ROWS_MAX = 256 };

/* Rows row[first .. first + n) of a batch: of one key, each at most the gap behind the one before.
 */
struct session_run {
	uint32_t first, n, key;
	int64_t start, last;
	uint32_t session; /* which of `sessions` it is in */
};

/* A session that is open, or that rows of the batch open. */
struct session {
	uint32_t key;
	int64_t start, last;
	uint32_t is_new; /* not in the table yet */
	uint32_t into; /* which of `sessions` it becomes a part of; its own number: of none */
};

/* What a batch does to the sessions. */
struct session_work {
	int64_t gap;
	int64_t cell; /* with max_duration: what sessions are cut into; else 0 */
	struct weir_table *keys; /* scratch: empty between batches */
	struct weir_table *open; /* the sessions */
	uint32_t own; /* offset of struct session_own in a row of theirs */

	uint32_t n_keys, n_runs, n_sessions, cap_sessions;
	uint32_t row[SESSION_ROWS_MAX]; /* by key, then by time */
	uint32_t key_row[SESSION_ROWS_MAX]; /* a row of each key */
	struct session_run run[SESSION_ROWS_MAX]; /* by key, then by time */
	struct session *sessions;
};

/* Whether what is at a time belongs to what was there last. */
static inline int
session_goes_on(const struct session_work *work, int64_t last, int64_t time)
{
	return time - last <= work->gap &&
	       (work->cell == 0 ||
		       window_floor(last, work->cell) == window_floor(time, work->cell));
}

/* Numbers the keys of rows in the order in which they come; the number of each to key. */
void session_number_keys(struct session_work *work, const struct weir_batch *batch,
	const uint32_t *rows, uint32_t n, uint32_t *key);

/* Orders rows, which may be changed, into runs. */
void session_find_runs(struct session_work *work, const struct weir_batch *batch,
	const uint32_t *rows, uint32_t n);

/*
 * Which sessions the runs are in, and which of these they join into one: fills `sessions`.  The
 * table does not change.  -1: out of memory.
 */
int session_find(struct session_work *work, const struct weir_table_ext *tables,
	const struct weir_batch *batch);

struct session_window {
	const struct window_conf *conf;
	const struct weir_table_ext *tables;
	const struct weir_expr_ext *expr;
	const struct weir_timer_ext *timers;
	uint64_t *late_rows;
	uint32_t is_early; /* the slot is a struct session_early */
	struct session_work work;
};

/* [open]  < 0: out of memory. */
int session_init(struct session_window *w, const struct window_conf *conf, struct weir_task *task,
	uint32_t is_early);

static inline struct session_own *
session_own_of(const struct session_window *w, void *row)
{
	return (void *)((char *)row + w->work.own);
}

static inline struct session_early *
session_early_of(const struct session_window *w, void *row)
{
	return (void *)((char *)row + w->work.own);
}

/* Rows whose times can be reckoned with; gives how many. */
uint32_t session_admit(struct weir_task *task, const struct weir_batch *batch, uint32_t *rows);

/* Sessions of the table that session_find() found to be one become one. */
void session_join_all(
	struct session_window *w, struct weir_task *task, const struct weir_batch *batch);

/* Rows of late sessions leave; gives how many stay, by key and time, with their sessions. */
uint32_t session_sort_out_late(struct session_window *w, struct weir_task *task,
	const struct weir_batch *batch, uint32_t *rows, uint32_t *session);

/* Sessions of keys whose timers are due, as probe(); entries->from says which timer. */
uint32_t session_probe_due(struct session_window *w, const struct weir_due *due, void **cursor,
	struct weir_entries *entries);

/* Sessions that are over. */
struct session_closing {
	uint32_t n;
	uint32_t row[WEIR_ROWS_MAX]; /* of the keys' batch */
	int64_t start[WEIR_ROWS_MAX], end[WEIR_ROWS_MAX];
	void *acc[WEIR_ROWS_MAX];
};

/* They go out, and leave the table. */
void session_close_all(struct session_window *w, struct weir_task *task,
	const struct weir_batch *keys, const struct session_closing *closing);

/* Sessions of the table, of the keys of rows, get timers for when they may be over. */
void session_set_timers(struct session_window *w, struct weir_task *task,
	const struct weir_batch *keys, const uint32_t *rows, uint32_t n, const int64_t *start,
	const int64_t *when);

enum { SESSION_PAIRS_MAX = WEIR_ROWS_MAX / 2 };

/* Pairs of sessions by their starts, the second of which becomes a part of the first. */
struct session_pairs {
	uint32_t n;
	uint32_t row[SESSION_PAIRS_MAX]; /* of the keys' batch */
	int64_t into[SESSION_PAIRS_MAX], from[SESSION_PAIRS_MAX];
};

void session_join(struct session_window *w, struct weir_task *task, const struct weir_batch *keys,
	const struct session_pairs *pairs);

/* session_cut.c: on_timer() of sessions with max_duration. */
int session_cut_on_timer(
	struct session_window *w, struct weir_task *task, const struct weir_due *due);

#endif
