/* SPDX-License-Identifier: Apache-2.0 */
/* Cells: a small header and the bytes, behind a handle that is its address. */
#include "base/cell.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { CELL_MIN = 16, CELL_SMALL = 64, CELL_NEAR = 256, CACHE_LINE = 64 };

/* Set in the handle of a cell that is a block of a heap; addresses are even. */
#define CELL_OF_HEAP UINT64_C(1)

struct cell {
	uint32_t len, cap;
	uint8_t bytes[];
};

static struct cell *
cell_at(const uint64_t *cell)
{
	return (struct cell *)(uintptr_t)(*cell & ~CELL_OF_HEAP); /* NOLINT: it is the address */
}

bool
wr_cell_is_of_heap(const uint64_t *cell)
{
	return (*cell & CELL_OF_HEAP) != 0;
}

const void *
wr_cell_peek(const uint64_t *cell, uint32_t *len)
{
	const struct cell *c = cell_at(cell);

	*len = c == NULL ? 0 : c->len;
	return c == NULL || c->len == 0 ? NULL : c->bytes;
}

void *
wr_cell_bytes(const uint64_t *cell)
{
	return *cell == 0 ? NULL : cell_at(cell)->bytes;
}

/* Who asks for a quarter more than there was knows what it needs; else it doubles. */
static uint32_t
cell_grow(const struct cell *c, uint32_t len)
{
	if (c == NULL)
		return len < CELL_MIN ? CELL_MIN : len;
	if (c->cap >= CELL_SMALL && len - c->len > c->len / 4)
		return len;
	return c->cap * 2 < len ? len : c->cap * 2;
}

/* Moves the cell to where it has room for cap bytes: a block of the heap if it may be one. */
static struct cell *
cell_move(struct wr_heap *heap, uint64_t *cell, uint32_t cap)
{
	struct cell *old = cell_at(cell), *c;
	size_t size = sizeof *c + cap;
	uint64_t tag = CELL_OF_HEAP;

	if (heap == NULL && !wr_cell_is_of_heap(cell)) {
		c = wr_realloc(old, size);
		tag = 0;
	} else {
		c = wr_heap_take(heap != NULL ? heap : wr_heap_of(old), &size);
		if (c == NULL) {
			c = wr_alloc(size);
			tag = 0;
		}
		if (old != NULL)
			memcpy(c, old, sizeof *old + old->len);
		wr_cell_free(cell);
	}
	if (old == NULL)
		c->len = 0;
	c->cap = (uint32_t)(size - sizeof *c);
	*cell = (uint64_t)(uintptr_t)c | tag;
	return c;
}

void *
wr_cell_edit_in(struct wr_heap *heap, uint64_t *cell, uint32_t len, uint32_t off, uint32_t n)
{
	struct cell *c = cell_at(cell);
	const bool whole = off == 0 && n >= len;
	uint32_t from;

	if (c == NULL || c->cap < len)
		c = cell_move(heap, cell, whole ? len : cell_grow(c, len));
	from = off <= c->len && off + n > c->len ? off + n : c->len;
	if (len > from)
		memset(c->bytes + from, 0, len - from);
	c->len = len;
	return c->bytes;
}

void *
wr_cell_edit(uint64_t *cell, uint32_t len)
{
	return wr_cell_edit_in(NULL, cell, len, 0, 0);
}

void
wr_cell_near(const uint64_t *cell)
{
	const uint8_t *c = (const uint8_t *)cell_at(cell);

	for (uint32_t off = 0; c != NULL && off < CELL_NEAR; off += CACHE_LINE)
		__builtin_prefetch(c + off);
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
	const struct cell *c = cell_at(cell);

	return c == NULL ? 0 : (uint32_t)sizeof *c + c->cap;
}

void
wr_cell_free(uint64_t *cell)
{
	if (wr_cell_is_of_heap(cell))
		wr_heap_give(cell_at(cell));
	else
		free(cell_at(cell));
	*cell = 0;
}
