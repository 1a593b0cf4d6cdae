/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyed state in memory, the half of weir.table/1 that is not the disk: (key, namespace) -> a row
 * of flat slots. Owned by the instance that opened it; the thread of its task.  A table by
 * namespace is one hash table a namespace, so that a closed window is dropped whole; a table by key
 * chains the namespaces of a key in order, for sessions and joins.
 */
#ifndef WR_STATE_TABLE_H
#define WR_STATE_TABLE_H

#include <weir/weir.h>

#include "base/batch.h"
#include "state/key.h"

struct weir_table; /* the SDK's opaque struct is ours to define, in table.c */

/* The spec is copied.  key_types: of the key columns of its input. */
struct weir_table *wr_table_new(
	const struct weir_table_spec *spec, const uint32_t *key_types, uint32_t n_keys);
void wr_table_free(struct weir_table *table);
/* The table's copy. */
const struct weir_table_spec *wr_table_spec_of(const struct weir_table *table);
/* It is part of the checkpoint; scratch tables are not. */
bool wr_table_is_kept(const struct weir_table *table);

/*
 * As in <weir/table.h>.  A row that occurs twice in an upsert is given twice.
 */
void wr_table_upsert(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, const int64_t *ns, void **row);
void wr_table_find(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, const int64_t *ns, const void **row);
void wr_table_single(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, int64_t *ns, void **row);
void wr_table_erase(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, const int64_t *ns);
/* Drops every entry with ns <= hi; one that is made later with such a ns stays. */
void wr_table_retire(struct weir_table *table, int64_t hi);

/*
 * By namespace a scan goes in order of namespace, and within one in order of making; by key it has
 * no order.  A probe goes in order of i, and for each in order of namespace; it must be called on
 * with the same batch, sel, n, lo and hi. Entries there from the first call to the last are given
 * once; one made or erased meanwhile may be given or not, and one erased and made again may be
 * given twice.  Several cursors may be open.  The keys given are a borrowed batch (event_time is
 * the namespace, ingest_time 0) that shares nothing with the table: it stays until the next call
 * with this cursor, and after its last until another cursor is opened.
 */
uint32_t wr_table_scan(struct weir_table *table, int64_t lo, int64_t hi, void **cursor,
	struct weir_entries *entries);
uint32_t wr_table_probe(struct weir_table *table, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n, const int64_t *lo, const int64_t *hi, void **cursor,
	struct weir_entries *entries);
/* Ends the cursors that were left early; the next call with one gives 0. */
void wr_table_end_scans(struct weir_table *table);

/*
 * Of a table with a ttl, between calls: what time it is, the watermark or the clock, and some of
 * what has expired goes.  What has expired is not seen, whether it is gone or not: in upsert, find
 * and probe at the time of the batch's row (of a batch without one, and by the clock: this time).
 */
void wr_table_expire(struct weir_table *table, int64_t now);

const void *wr_table_peek(struct weir_table *table, const uint64_t *cell, uint32_t *len);
void *wr_table_edit(struct weir_table *table, void *row, uint64_t *cell, uint32_t len, uint32_t off,
	uint32_t n);
void wr_table_near(struct weir_table *table, const uint64_t *cell, uint32_t n);

/* Cells of its rows were edited elsewhere and hold so much more. */
bool wr_table_has_cells(const struct weir_table *table);
void wr_table_note_cells(struct weir_table *table, int64_t grown);

/* From now on it is known what was written, erased and retired, for wr_table_capture(). */
void wr_table_track(struct weir_table *table, uint32_t max_parallelism);

/*
 * Of a table that may (evict.h), while no epoch that it was captured for is in flight: lets go of
 * entries that were not written since, of about so many bytes, and at most about so many.  How many
 * went; the store has them.
 */
uint32_t wr_table_evict(struct weir_table *table, uint64_t bytes, uint32_t most);
/* Why what the table gave is not true: it could not be read back.  code 0: it is. */
const struct weir_err *wr_table_damage(const struct weir_table *table);

uint32_t wr_table_spaces(const struct weir_table *table); /* live namespaces, of one by namespace */
/* Entries, wherever they are; by key, retired ones that are not swept yet count. */
uint64_t wr_table_count(const struct weir_table *table);
uint64_t wr_table_bytes(const struct weir_table *table); /* held */
uint64_t wr_table_used(const struct weir_table *table); /* without what is free for new entries */

#endif
