/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch as the core sees it: what plugins see, and who keeps its memory.  Immutable once emitted;
 * references may be taken and dropped on any thread; the last one gives it back to the pool of the
 * task that made it.
 */
#ifndef WR_BASE_BATCH_H
#define WR_BASE_BATCH_H

#include <stdatomic.h>
#include <weir/weir.h>

#include "base/arena.h"

struct wr_in;
struct wr_pool;

struct wr_batch {
	struct weir_batch pub; /* first: plugins hold its address */
	_Atomic uint32_t refs;
	uint32_t
		bytes; /* memory it pins itself, for the byte bound of rings; parents not counted */
	struct wr_pool
		*pool; /* where it returns to.  NULL: borrowed (a table's view of its entries): what
			  is taken from it is copied, and it is never referenced */
	struct wr_batch *next; /* in the pool's lists */
	struct wr_arena arena; /* every array of this batch */
	struct wr_batch **parents; /* batches whose columns or bytes it shares, each referenced */
	uint32_t n_parents, cap_parents;
	const uint64_t *selected; /* sel as bits of rows; NULL: they were not made */
	const struct wr_in *keyed; /* whom its keys were made for before it is sent; NULL: they were
				      not */
	const char **refused; /* one a row: why its key cannot be computed, so that no operator gets
				 it; NULL: nothing is wrong */
	struct weir_raw raw; /* records whose bytes it shares; release NULL: none */
	const struct weir_raw *records; /* its rows, for the hidden columns that were not made since
					   nobody asks for them; NULL: they are not known */
};

static inline struct wr_batch *
wr_batch_of(const struct weir_batch *batch)
{
	return (struct wr_batch *)(uintptr_t)batch;
}

/* Rows that count: sel's, or all. */
static inline uint32_t
wr_batch_count(const struct weir_batch *batch)
{
	return batch->sel != NULL ? batch->n_sel : batch->n_rows;
}

#endif
