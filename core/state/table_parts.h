/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a table consists of, for the files that make it up: table.c, table_scan.c, hash_dirty.c,
 * evict.c.
 */
#ifndef WR_STATE_TABLE_PARTS_H
#define WR_STATE_TABLE_PARTS_H

#include "base/text.h"
#include "state/spaces.h"
#include "state/table.h"

/* A scan or probe under way, and the entries it gave last. */
struct wr_cursor {
	struct wr_cursor *next; /* of the table's */
	bool open;
	bool inside; /* a probe has given entries of key `at` below ns */
	int64_t ns; /* where to go on */
	uint32_t at; /* scan: the entry in it; probe: the index of the key */
	uint32_t n; /* given */
	struct wr_batch batch;
	struct wr_arena arena; /* its columns */

	/* A scan of a table that lacks entries: evict.h. */
	bool scans; /* it is no probe */
	bool cold; /* has come to what only the base has */
	uint32_t group; /* there: the key group, */
	struct wr_text last; /* and the key looked at last, on disk */
	struct wr_hash owed; /* what came back behind it */
	uint32_t at_owed;
	struct wr_cold_row *cold_rows; /* given */
	struct wr_arena cold_arena;

	struct wr_key keys[WEIR_ROWS_MAX];
	uint64_t hash[WEIR_ROWS_MAX];
	int64_t space[WEIR_ROWS_MAX];
	void *row[WEIR_ROWS_MAX];
	uint32_t from[WEIR_ROWS_MAX];
};

/* Scratch to part a batch by namespace. */
struct wr_parts {
	struct wr_hash *hash[WEIR_ROWS_MAX];
	uint32_t start[WEIR_ROWS_MAX + 1]; /* of part i in rows and at */
	uint32_t slot[WEIR_ROWS_MAX];
	uint32_t rows[WEIR_ROWS_MAX], at[WEIR_ROWS_MAX];
	uint32_t n, turn;
};

/* A table's section being written, as docs/state.md has it. */
struct wr_records {
	struct wr_text text;
	size_t block; /* where the chunk being written begins, its length */
	uint64_t n;
};

/* The capture under way. */
struct wr_copying {
	struct wr_records records;
	int64_t dead; /* as the table's, when it began */
	bool has_dead, open;
	int64_t ns; /* where it is, in a table by namespace */
};

struct weir_table {
	struct wr_layout layout;
	struct wr_spaces spaces; /* by namespace */
	struct wr_hash hash; /* by key */
	bool by_key, tracked;

	uint32_t n_keys, *key_types;
	struct wr_key *keys; /* scratch: of the batch of this call, if none came with it */
	uint64_t *key_hash;
	struct wr_arena arena; /* scratch: bytes of keys */
	struct wr_parts *parts;
	struct wr_cursor *cursors;

	/* By key, what was retired is swept when that is worth a pass; until then entries up to
	 * dead are none. */
	int64_t dead;
	bool has_dead;
	uint32_t swept; /* hash.slabs.n_made at the last sweep */

	/* Since the last capture began. */
	struct wr_records erased;
	int64_t retired;
	bool has_retired;
	struct wr_copying copying;
	uint32_t max_parallelism;

	/* With a ttl: a pass looks at some entries at a time, and begins when the oldest that the
	 * last one left may go. */
	int64_t now; /* INT64_MIN: not known yet */
	int64_t oldest, pass_ns;
	uint32_t pass_at; /* 0: no pass is under way */
	uint32_t upserted; /* rows, since it was last told the time */

	struct wr_evict *evict; /* NULL: all entries are here */

	struct weir_table_spec spec; /* a copy, what it points to in spec_arena */
	struct wr_arena spec_arena;
};

/* Keys and hashes of the rows, good until the next call. */
void wr_table_lookup(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, struct wr_lookup *lookup);
/* An entry with this namespace will be made. */
void wr_table_note_ns(struct weir_table *table, int64_t ns);
/* By key: memory of entries that have gone is given back, unless somebody knows others by number.
 */
void wr_table_fit(struct weir_table *table);
bool wr_table_is_scanned(const struct weir_table *table);
/* Erases for good what was retired. */
void wr_table_sweep(struct weir_table *table);
void wr_table_note_erased(
	struct weir_table *table, const struct wr_key *key, uint64_t hash, int64_t ns);
/* What is being captured goes. */
void wr_table_end_capture(struct weir_table *table);

/* Of tables with a ttl: the slot they have more; whether a row is none any more at that time, and
 * the time of row `row` of a batch; after an upsert; after a find. */
extern const struct weir_slot wr_table_written;
void wr_table_set_written(const struct weir_table *table, void *row, int64_t time);
bool wr_table_has_expired(const struct weir_table *table, const void *row, int64_t now);
int64_t wr_table_row_time(
	const struct weir_table *table, const struct weir_batch *batch, uint32_t row);
void wr_table_touch(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, void **row);
void wr_table_hide(const struct weir_table *table, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n, const void **row);

/* The cursor gives this entry.  now: whether it has expired is asked at this time. */
static inline void
wr_cursor_add(const struct weir_table *table, struct wr_cursor *cursor, const struct wr_key *key,
	int64_t ns, void *row, int64_t now)
{
	uint32_t n = cursor->n;

	if (table->spec.ttl_us > 0 && wr_table_has_expired(table, row, now))
		return;
	if (n == 0)
		wr_arena_reset(&cursor->arena);
	cursor->n++;
	cursor->keys[n] = *key;
	if (wr_key_is_far(key))
		wr_keys_own(&cursor->keys[n], 1, &cursor->arena);
	cursor->space[n] = ns;
	cursor->row[n] = row;
	cursor->from[n] = cursor->at;
}

static inline bool
wr_table_is_dead(const struct weir_table *table, int64_t ns)
{
	return table->has_dead && ns <= table->dead;
}

#endif
