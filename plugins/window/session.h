/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session windows: what their files share.  A session is the rows of a key of which each is at most
 * the gap behind another; it is over when the watermark is a gap behind its last row.
 *
 * The table has an entry for each open session, whose namespace is the time of its first row; the
 * slots of the aggregates are followed by a struct session_own.
 */
#ifndef WINDOW_SESSION_H
#define WINDOW_SESSION_H

#include "window.h"

struct session_own {
	int64_t last; /* time of its last row */
	int64_t timer; /* when its timer is due; INT64_MIN: none is set */
};

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
	struct weir_table *keys; /* scratch: empty between batches */
	struct weir_table *open; /* the sessions */
	uint32_t own; /* offset of struct session_own in a row of theirs */

	uint32_t n_keys, n_runs, n_sessions, cap_sessions;
	uint32_t row[WEIR_ROWS_MAX]; /* by key, then by time */
	uint32_t key_row[WEIR_ROWS_MAX]; /* a row of each key */
	struct session_run run[WEIR_ROWS_MAX]; /* by key, then by time */
	struct session *sessions;
};

/* Orders rows, which may be changed, into runs. */
void session_find_runs(struct session_work *work, const struct weir_table_ext *tables,
	const struct weir_batch *batch, uint32_t *rows, uint32_t n);

/*
 * Which sessions the runs are in, and which of these they join into one: fills `sessions`.  The
 * table does not change.  -1: out of memory.
 */
int session_find(struct session_work *work, const struct weir_table_ext *tables,
	const struct weir_batch *batch);

#endif
