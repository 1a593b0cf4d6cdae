/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Savepoints: one decided epoch as one portable file; docs/state.md specifies every byte.
 *
 *   wr_savepoint_take   the state thread, between two epochs: O(1), a snapshot
 *   wr_savepoint_write  any thread, while the store goes on; one at a time
 *   wr_savepoint_free   before the store is closed
 */
#ifndef WR_STATE_SAVEPOINT_H
#define WR_STATE_SAVEPOINT_H

#include "state/store.h"

struct wr_savepoint;

/* What a file holds. */
struct wr_savepoint_info {
	char uuid[33];
	const char *pipeline; /* borrowed from what it was asked of */
	uint64_t epoch, entries, bytes; /* bytes: of the file */
	bool finished;
};

/*
 * The last decided epoch, which must be applied: with wr_store_apply(), or by opening.  NULL:
 * nothing is decided yet, or only the decider knows whether the last epoch is.
 */
struct wr_savepoint *wr_savepoint_take(struct wr_store *store, struct weir_err *err);
/*
 * The file appears under its name when it is whole and on disk; what was there is replaced only if
 * it was a savepoint.  stop, which may be NULL: once it is set the writing ends, with -ECANCELED.
 */
int wr_savepoint_write(struct wr_savepoint *savepoint, const char *path, const _Atomic bool *stop,
	struct wr_savepoint_info *info, struct weir_err *err);
void wr_savepoint_free(struct wr_savepoint *savepoint);

/* Whether the file begins as a savepoint does. */
bool wr_savepoint_is(const char *path);
/*
 * Makes a state directory of it, which must not be there, or be empty; dir NULL: only reads and
 * verifies all of it.  manifest: its text is added to it, if not NULL.  -EUCLEAN: it is damaged or
 * no savepoint; then there is no directory.
 */
int wr_savepoint_restore(const char *path, const char *dir, struct wr_savepoint_info *info,
	struct wr_text *manifest, struct weir_err *err);

#endif
