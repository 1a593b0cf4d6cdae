/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partitions of a source that makes its rows: each of the `stride` subtasks has a share of them, a
 * partition named "2/4".  Rows are counted over all shares and dealt out in blocks; where one
 * stands is the number of its next row.  Callbacks of one instance only.
 */
#ifndef SHARES_H
#define SHARES_H

#include <weir/weir.h>

struct share {
	struct share *next;
	uint32_t number; /* the host's, of the partition */
	uint64_t stride;
	uint64_t at; /* its next row */
};

/* From open(): a share for each subtask. */
void shares_announce(struct weir_task *task);

/*
 * From assign(): adds a share, of blocks of so many rows, to the list.  It is the first member of
 * what has `size` bytes, zeros behind it; NULL: task->err says why.
 */
struct share *share_add(struct share **shares, size_t size, uint64_t block, struct weir_task *task,
	uint32_t number, struct weir_str name, struct weir_str pos);
/* From revoke(), and when it has ended. */
void share_drop(struct share **shares, uint32_t number);
void shares_free(struct share **shares);

/* The one that is furthest behind, so that rows come in about their order; NULL: there is none. */
struct share *shares_next(struct share *shares);
void share_position(const struct share *share, struct weir_task *task);

#endif
