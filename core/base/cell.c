/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells behind handles.  One that has memory of its own is a small header and the bytes, and its
 * handle the address.  One that is a block of a heap has the bytes alone, as there are many: the
 * handle says the rest.
 */
#include "base/cell.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

enum { CELL_MIN = 16, CELL_SMALL = 64, CELL_NEAR = 256, CACHE_LINE = 64 };

struct cell {
	uint32_t len, cap;
	uint8_t bytes[];
};

/*
 * A handle of a block.  Bit 0 is set, as addresses are even; the block's begins at 16 bytes and is
 * below 2^48.  Bits 48 to 60 are the length, and 1 to 3 and 61 to 63 the number of the block's
 * size.
 */
#define BLOCK_TAG     UINT64_C(1)
#define BLOCK_ADDRESS (((UINT64_C(1) << BLOCK_LEN_SHIFT) - 1) & ~UINT64_C(15))
enum {
	BLOCK_LEN_SHIFT = 48,
	BLOCK_LEN_MAX = (1 << 13) - 1,
	BLOCK_LOW_SHIFT = 1,
	BLOCK_LOW = 7,
	BLOCK_LOW_BITS = 3,
	BLOCK_HIGH_SHIFT = 61
};
_Static_assert(WR_HEAP_SIZES <= 1 << 6, "the number of a size has six bits");

static uint64_t
block_handle(const void *block, uint32_t number, uint32_t len)
{
	const uint64_t address = (uint64_t)(uintptr_t)block;

	wr_assert((address & ~BLOCK_ADDRESS) == 0);
	return address | BLOCK_TAG | (uint64_t)(number & BLOCK_LOW) << BLOCK_LOW_SHIFT |
	       (uint64_t)(number >> BLOCK_LOW_BITS) << BLOCK_HIGH_SHIFT |
	       (uint64_t)len << BLOCK_LEN_SHIFT;
}

static uint8_t *
block_at(const uint64_t *cell)
{
	return (uint8_t *)(uintptr_t)(*cell & BLOCK_ADDRESS); /* NOLINT: it is the address */
}

static uint32_t
block_size(const uint64_t *cell)
{
	return wr_heap_size((uint32_t)(*cell >> BLOCK_LOW_SHIFT & BLOCK_LOW) |
			    (uint32_t)(*cell >> BLOCK_HIGH_SHIFT) << BLOCK_LOW_BITS);
}

static struct cell *
cell_at(const uint64_t *cell)
{
	return (struct cell *)(uintptr_t)*cell; /* NOLINT: it is the address */
}

bool
wr_cell_is_of_heap(const uint64_t *cell)
{
	return (*cell & BLOCK_TAG) != 0;
}

static uint32_t
cell_len(const uint64_t *cell)
{
	if (wr_cell_is_of_heap(cell))
		return *cell >> BLOCK_LEN_SHIFT & BLOCK_LEN_MAX;
	return *cell == 0 ? 0 : cell_at(cell)->len;
}

static void
cell_set_len(uint64_t *cell, uint32_t len)
{
	if (wr_cell_is_of_heap(cell))
		*cell = (*cell & ~((uint64_t)BLOCK_LEN_MAX << BLOCK_LEN_SHIFT)) |
			(uint64_t)len << BLOCK_LEN_SHIFT;
	else
		cell_at(cell)->len = len;
}

/* The most bytes that it can have where it is. */
static uint32_t
cell_cap(const uint64_t *cell)
{
	uint32_t size;

	if (!wr_cell_is_of_heap(cell))
		return *cell == 0 ? 0 : cell_at(cell)->cap;
	size = block_size(cell);
	return size < BLOCK_LEN_MAX ? size : BLOCK_LEN_MAX;
}

const void *
wr_cell_peek(const uint64_t *cell, uint32_t *len)
{
	*len = cell_len(cell);
	return *len == 0 ? NULL : wr_cell_bytes(cell);
}

void *
wr_cell_bytes(const uint64_t *cell)
{
	if (wr_cell_is_of_heap(cell))
		return block_at(cell);
	return *cell == 0 ? NULL : cell_at(cell)->bytes;
}

/* Who asks for a quarter more than there was knows what it needs; else it doubles. */
static uint32_t
cell_grow(const uint64_t *cell, uint32_t len)
{
	const uint32_t was = cell_len(cell), cap = cell_cap(cell);

	if (*cell == 0)
		return len < CELL_MIN ? CELL_MIN : len;
	if (cap >= CELL_SMALL && len - was > was / 4)
		return len;
	return cap * 2 < len ? len : cap * 2;
}

/* A cell of memory of its own, of that length. */
static uint64_t
cell_own(uint32_t len, uint32_t cap)
{
	struct cell *c = wr_alloc(sizeof *c + cap);

	c->len = len;
	c->cap = cap;
	return (uint64_t)(uintptr_t)c;
}

/* Moves the cell to where it has room for cap bytes: a block of the heap if it may be one. */
static void
cell_move(struct wr_heap *heap, uint64_t *cell, uint32_t cap)
{
	const uint32_t len = cell_len(cell);
	const void *bytes = wr_cell_bytes(cell);
	size_t size = cap;
	void *block = NULL;
	uint64_t moved;

	if (heap == NULL && wr_cell_is_of_heap(cell))
		heap = wr_heap_of(bytes);
	if (heap == NULL && *cell != 0) {
		struct cell *c = wr_realloc(cell_at(cell), sizeof *c + cap);

		c->cap = cap;
		*cell = (uint64_t)(uintptr_t)c;
		return;
	}
	if (heap != NULL && cap <= BLOCK_LEN_MAX)
		block = wr_heap_take(heap, &size);
	moved = block != NULL ? block_handle(block, wr_heap_number(size), len) : cell_own(len, cap);
	if (len > 0)
		memcpy(wr_cell_bytes(&moved), bytes, len);
	wr_cell_free(cell);
	*cell = moved;
}

void *
wr_cell_edit_in(struct wr_heap *heap, uint64_t *cell, uint32_t len, uint32_t off, uint32_t n)
{
	const uint32_t was = cell_len(cell);
	const bool whole = off == 0 && n >= len;
	uint32_t from = off <= was && off + n > was ? off + n : was;
	uint8_t *bytes;

	if (*cell == 0 || cell_cap(cell) < len)
		cell_move(heap, cell, whole ? len : cell_grow(cell, len));
	bytes = wr_cell_bytes(cell);
	if (len > from)
		memset(bytes + from, 0, len - from);
	cell_set_len(cell, len);
	return bytes;
}

void *
wr_cell_edit(uint64_t *cell, uint32_t len)
{
	return wr_cell_edit_in(NULL, cell, len, 0, 0);
}

void
wr_cell_near(const uint64_t *cell)
{
	const uint8_t *bytes = wr_cell_bytes(cell);

	for (uint32_t off = 0; bytes != NULL && off < CELL_NEAR; off += CACHE_LINE)
		__builtin_prefetch(bytes + off);
}

static _Thread_local int64_t cells_grown;

void *
wr_cell_edit_noted(uint64_t *cell, uint32_t len)
{
	uint32_t before = wr_cell_held(cell);
	void *bytes = wr_cell_edit(cell, len);

	cells_grown += (int64_t)wr_cell_held(cell) - before;
	return bytes;
}

int64_t
wr_cells_grown(void)
{
	int64_t grown = cells_grown;

	cells_grown = 0;
	return grown;
}

uint32_t
wr_cell_held(const uint64_t *cell)
{
	if (wr_cell_is_of_heap(cell))
		return block_size(cell);
	return *cell == 0 ? 0 : (uint32_t)sizeof(struct cell) + cell_at(cell)->cap;
}

void
wr_cell_free(uint64_t *cell)
{
	if (wr_cell_is_of_heap(cell))
		wr_heap_give(block_at(cell));
	else
		free(cell_at(cell));
	*cell = 0;
}
