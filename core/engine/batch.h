/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches and the pool they come from.  A task makes batches from its own pool on its own thread;
 * the last reference, dropped on any thread, gives them back.  What a batch shares with another
 * (columns, bytes) it keeps by a reference.
 */
#ifndef WR_ENGINE_BATCH_H
#define WR_ENGINE_BATCH_H

#include <stdbool.h>
#include <string.h>
#include <weir/weir.h>

#include "base/batch.h"

struct wr_pool *wr_pool_new(void);
/* REQUIRES: every batch of the pool has come back.  Returns how many have not (and are leaked). */
uint32_t wr_pool_free(struct wr_pool *pool);
/* Bytes held by the pool's batches, in use or not. */
uint64_t wr_pool_held(const struct wr_pool *pool);

/* One reference, all fields zero but size, arena empty.  [the pool's task] */
struct wr_batch *wr_batch_new(struct wr_pool *pool);
/* [any] */
void wr_batch_ref(struct wr_batch *batch);
void wr_batch_unref(struct wr_batch *batch);
/* batch shows bytes or columns of from: from lives as long.  REQUIRES: from is not borrowed. */
void wr_batch_share(struct wr_batch *batch, const struct weir_batch *from);

/* The same columns with rows[0 .. n) selected (copied), numbered as in from.  One reference. */
struct wr_batch *wr_batch_select(
	struct wr_pool *pool, const struct weir_batch *from, const uint32_t *rows, uint32_t n);
/* Its selected rows one after another, without sel.  copy: strings too, so that nothing of from
 * stays pinned. */
struct wr_batch *wr_batch_dense(struct wr_pool *pool, const struct weir_batch *from, bool copy);
/* Column i becomes column columns[i] of from. */
struct wr_batch *wr_batch_remap(struct wr_pool *pool, const struct weir_batch *from,
	const uint32_t *columns, uint32_t n_columns);

/* The types of the hidden columns. */
extern const uint32_t wr_hidden_type[WEIR_AT_COUNT];
/* The hidden column of the picked rows (NULL: all), made from their records; NULL: those do not
 * tell it. */
struct weir_column *wr_records_column(struct wr_arena *arena, const struct weir_raw *records,
	uint32_t at, const uint32_t *rows, uint32_t n);
/* Bytes of one value in a fixed-width column; 0 for bool, which are bits. */
uint32_t wr_type_width(uint32_t type);
/* Rows of a column one after another, in arena.  copy: long strings are copied, else they stay
 * where they are. */
const struct weir_column *wr_column_gather(struct wr_arena *arena, const struct weir_column *column,
	const uint32_t *rows, uint32_t n, bool copy);

/* More bytes that it pins, for the bounds of rings; sticks at the most there can be. */
static inline void
wr_batch_pin(struct wr_batch *batch, uint64_t bytes)
{
	bytes += batch->bytes;
	batch->bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

/* A view of len bytes at p: inline if short, else at off of buffer buf, which holds p. */
static inline struct weir_view
wr_view(const char *p, uint32_t len, uint32_t buf, uint32_t off)
{
	return weir_view_of(p, len, buf, off);
}

#endif
