/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What journals say of rows, put together: of each key what the last of them has, in the order of
 * the disk, which is how LevelDB takes them in fastest.  The state thread's.
 */
#ifndef WR_STATE_MERGE_H
#define WR_STATE_MERGE_H

#include "state/store_parts.h"

struct wr_merge_chunk;
struct wr_merge_table;

/* All zero is valid: nothing yet. */
struct wr_merge {
	struct wr_merge_chunk *chunks;
	struct wr_merge_table *tables;
	uint32_t n_chunks, n_tables;
};

/* A record.  row NULL: the row was erased. */
struct wr_merged {
	const struct wr_journal_entry *entry; /* of its chunk */
	const uint8_t *tail, *row;
	uint32_t tail_len, row_len;
};

void wr_merge_fini(struct wr_merge *merge);
/* The records of a chunk, which begin at `from`; its bytes are borrowed.  Chunks come in the order
 * in which they were written.  False: they are malformed. */
bool wr_merge_add(struct wr_merge *merge, const struct wr_journal_entry *entry, const char *p,
	size_t len, size_t from);
/* What was added of the entry's table, in its groups and with ns <= hi, is none; INT64_MAX: all. */
void wr_merge_drop(struct wr_merge *merge, const struct wr_journal_entry *entry, int64_t hi);
/* Calls each() for what is left, table by table, until it returns less than 0. */
int wr_merge_each(
	struct wr_merge *merge, int (*each)(void *arg, const struct wr_merged *record), void *arg);

#endif
