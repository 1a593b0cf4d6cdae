/* SPDX-License-Identifier: Apache-2.0 */
/* Cells: a small header and the bytes, behind a handle that is its address. */
#include "base/cell.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { CELL_MIN = 16, CELL_SMALL = 64 };

struct cell {
	uint32_t len, cap;
	uint8_t bytes[];
};

static struct cell *
cell_at(const uint64_t *cell)
{
	return (struct cell *)(uintptr_t)*cell; /* NOLINT: the handle is the address */
}

const void *
wr_cell_peek(const uint64_t *cell, uint32_t *len)
{
	const struct cell *c = cell_at(cell);

	*len = c == NULL ? 0 : c->len;
	return c == NULL || c->len == 0 ? NULL : c->bytes;
}

/* Who asks for a quarter more knows what it needs; else it doubles. */
static uint32_t
cell_grow(uint32_t cap, uint32_t len)
{
	if (cap == 0)
		return len < CELL_MIN ? CELL_MIN : len;
	if (cap >= CELL_SMALL && len - cap > cap / 4)
		return len;
	return cap * 2 < len ? len : cap * 2;
}

void *
wr_cell_edit(uint64_t *cell, uint32_t len)
{
	struct cell *c = cell_at(cell);

	if (c == NULL || c->cap < len) {
		uint32_t cap = cell_grow(c == NULL ? 0 : c->cap, len);
		uint32_t old = c == NULL ? 0 : c->len;

		c = wr_realloc(c, sizeof *c + cap);
		if (old == 0)
			*c = (struct cell){0};
		c->cap = cap;
		*cell = (uint64_t)(uintptr_t)c;
	}
	if (len > c->len)
		memset(c->bytes + c->len, 0, len - c->len);
	c->len = len;
	return c->bytes;
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
	free(cell_at(cell));
	*cell = 0;
}
