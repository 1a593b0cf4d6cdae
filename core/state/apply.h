/* SPDX-License-Identifier: Apache-2.0 */
/* A journal being applied, for apply.c and retire.c.  The state thread's. */
#ifndef WR_STATE_APPLY_H
#define WR_STATE_APPLY_H

#include "state/store_parts.h"

struct wr_apply {
	struct wr_store *store;
	uint64_t epoch;
	leveldb_writebatch_t *batch;
	leveldb_writebatch_t *drop; /* of the journal; goes behind the batch */
	leveldb_iterator_t *journal; /* at the chunk of the entry at hand */
	leveldb_iterator_t *base; /* as it was before */
	struct wr_journal_entry *entries;
	uint32_t n;
	bool end; /* it is the pipeline's last */
	struct wr_text key, value, records; /* scratch */
	struct weir_err *err;
};

/*
 * Deletes what the database has from the key `from` on, as long as it begins with `prefix` bytes of
 * it and the bytes after those are not behind `last` (NULL: no bound).
 */
int wr_apply_delete_range(struct wr_apply *apply, const uint8_t *from, size_t from_len,
	size_t prefix, const uint8_t *last, size_t last_len);

/* Deletes all rows of the entry's groups. */
int wr_retire_all(struct wr_apply *apply, const struct wr_journal_entry *entry);
/* Rows of the entry's groups with ns <= hi are none from now on. */
int wr_retire_rows(struct wr_apply *apply, const struct wr_journal_entry *entry, int64_t hi);
/* Before a row with this tail is put. */
int wr_retire_before_put(struct wr_apply *apply, const struct wr_journal_entry *entry,
	const uint8_t *tail, size_t len);

#endif
