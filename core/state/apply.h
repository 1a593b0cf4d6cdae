/* SPDX-License-Identifier: Apache-2.0 */
/* Journals being applied, for apply.c and retire.c.  The state thread's. */
#ifndef WR_STATE_APPLY_H
#define WR_STATE_APPLY_H

#include "base/arena.h"
#include "state/merge.h"
#include "state/store_parts.h"

/* The index of a journal. */
struct wr_apply_index {
	struct wr_journal_entry *entries;
	uint32_t n, n_chunks; /* entries with chunks come first */
	bool in_file;
	struct wr_journal_place place; /* if so */
	struct wr_journal_map map;
};

struct wr_apply {
	struct wr_store *store;
	uint64_t first, last; /* epochs */
	struct wr_apply_index *indexes; /* of each of them */
	uint64_t epoch; /* at hand, and its index */
	struct wr_apply_index *index;
	size_t at; /* in a file: of the chunk at hand, in the map */
	leveldb_writebatch_t *batch;
	size_t bytes; /* in the batch, about */
	uint64_t put; /* bytes in all */
	char *error; /* of LevelDB's, of a part */
	leveldb_writebatch_t *drop; /* of the journals; goes behind the batch */
	leveldb_iterator_t *journal; /* at the chunk of the entry at hand */
	leveldb_iterator_t *base; /* as it was before */
	struct wr_merge merge; /* rows to put and delete, behind all else */
	struct wr_arena arena; /* chunks from the database */
	bool end; /* the last is the pipeline's last */
	struct wr_text key, value; /* scratch */
	struct weir_err *err;
};

/* What is more than a part is written before all is there: nothing reads it before it is. */
void wr_apply_put(
	struct wr_apply *apply, const void *key, size_t key_len, const void *value, size_t len);
void wr_apply_delete(struct wr_apply *apply, const void *key, size_t len);

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
