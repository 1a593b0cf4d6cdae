/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of a table that are in the base of the store only, so that memory has a bound.  An entry
 * may go when what it was last written with has been applied; it comes back when its key is asked
 * for, all missing keys of a batch in the order of the disk.  A hash table counts what it lacks:
 * while that is nothing the disk is not asked, so a table below the bound pays nothing.
 *
 * Invariants:
 * - Entries go only while no epoch is in flight: what the instance captured last is applied, and it
 *   has captured nothing since.  What was written since then stays.  The manifest is at rest then,
 *   too: the state thread changes it only once all instances have captured.
 * - What was erased is remembered until it is applied (gone: since the last capture, going: with
 *   it), as the base has it until then.
 * - By key, a key is here with all its entries or with none; rows that the base has at or below the
 *   floor of their group were retired, and keys with entries that were made there later stay.
 * - Entries neither go while a scan is under way, nor does it miss one that comes back meanwhile.
 *
 * The thread of the table's task; the store is read beside the state thread, which writes it.
 */
#ifndef WR_STATE_EVICT_H
#define WR_STATE_EVICT_H

#include <leveldb/c.h>

#include "state/row_map.h"
#include "state/table_parts.h"

struct wr_store;

struct wr_evict_conf {
	struct wr_store *store;
	const char *op; /* borrowed */
	uint32_t lo, hi, max_parallelism; /* key groups of the table */
	uint64_t room; /* bytes: more is not restored */
};

/* Looking for entries that have expired: evict_ttl.c. */
struct wr_evict_pass {
	bool on;
	/* When; no entry that is left behind it was written before.  INT64_MIN + 1: there was none.
	 */
	int64_t began, oldest;
	struct wr_text last; /* the key looked at last, on disk */
};

struct wr_evict {
	struct wr_evict_conf conf;
	uint64_t epoch; /* of the manifest from which the following is */
	bool known; /* the manifest has the table */
	uint32_t id;
	struct wr_row_map *maps; /* by shape */
	uint32_t n_maps;
	struct wr_arena arena; /* of maps */

	int64_t *floor; /* by key, of groups lo .. hi */
	struct wr_layout bare; /* of gone and going: keys and namespaces */
	struct wr_hash gone, going;
	int64_t hand_ns; /* where to look next for what may go: the namespace, and how far in it */
	uint32_t hand;

	struct wr_evict_pass pass;
	struct wr_arena scratch; /* of a call */
	struct weir_err err; /* a read that failed: what the table gave since is not true */
};

/* From now on entries may go.  Before it is restored. */
void wr_evict_enable(struct weir_table *table, const struct wr_evict_conf *conf);
void wr_evict_free(struct wr_evict *evict);
/* An entry that is restored stays where it is.  False: the store does not know the table. */
bool wr_evict_leave(struct weir_table *table, int64_t ns);
/* Retired rows that the base still has: of group, those below ns. */
void wr_evict_set_floor(struct wr_evict *evict, uint32_t group, int64_t ns);

/* Brings back entries of these keys; by namespace those of ns, whose hash table it is. */
void wr_evict_fetch(
	struct weir_table *table, struct wr_hash *hash, const struct wr_lookup *lookup, int64_t ns);
/* Adds what only the base has to a scan: by namespace what there is in cursor->ns, by key from lo
 * to hi.  False: the cursor is full. */
bool wr_evict_scan(struct weir_table *table, struct wr_cursor *cursor, struct wr_hash *hash,
	int64_t lo, int64_t hi);
/* The cursor comes to the entries of another hash table. */
void wr_evict_begin_scan(struct weir_table *table, struct wr_cursor *cursor);
/* What the cursor was given from the base goes. */
void wr_evict_drop_rows(struct weir_table *table, struct wr_cursor *cursor);

void wr_evict_note_erased(
	struct wr_evict *evict, const struct wr_key *key, uint64_t hash, int64_t ns);
void wr_evict_note_retired(struct weir_table *table, int64_t hi);
/* Of a table with a ttl: some entries that only the base has are looked at, and those that have
 * expired go. */
void wr_evict_expire(struct weir_table *table, uint32_t budget);
/* Some entries are about to leave. */
void wr_evict_note_left(struct weir_table *table);

/* What the iterator is at, if it is a row of this table that counts. */
bool wr_evict_row_at(const struct weir_table *table, leveldb_iterator_t *it, struct wr_tail *tail,
	uint64_t *key_hash);
/* A capture begins. */
void wr_evict_note_captured(struct wr_evict *evict);
uint64_t wr_evict_bytes(const struct wr_evict *evict); /* held */

#endif
