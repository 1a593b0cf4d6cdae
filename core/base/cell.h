/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells: variable-size bytes of an accumulator or a table row.  A row holds a uint64_t handle (0:
 * empty); the bytes are the host's.  The row's table frees them with the row; expressions edit them
 * through weir_fn, so both rooms meet here. The thread of the row's task.
 */
#ifndef WR_BASE_CELL_H
#define WR_BASE_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/heap.h"

/* Borrowed until the next edit of this cell; NULL with *len 0 when empty. */
const void *wr_cell_peek(const uint64_t *cell, uint32_t *len);
/* Where its bytes are; it is not looked at. */
void *wr_cell_bytes(const uint64_t *cell);
/* Makes the cell len bytes long: new bytes are zero, old ones kept. */
void *wr_cell_edit(uint64_t *cell, uint32_t len);
/* The same, but new bytes among off ..+ n are of no value; who writes all of it gets room for that
 * and for no more to come.  A cell that has to move becomes a block
 * of the heap, if that has any so large; what is one stays one, whoever edits it. */
void *wr_cell_edit_in(struct wr_heap *heap, uint64_t *cell, uint32_t len, uint32_t off, uint32_t n);
bool wr_cell_is_of_heap(const uint64_t *cell);
/* wr_cell_edit() for who does not know the table; and how much more such cells hold since this
 * thread asked last. */
void *wr_cell_edit_noted(uint64_t *cell, uint32_t len);
int64_t wr_cells_grown(void);
/* Fetches its first lines to the cache. */
void wr_cell_near(const uint64_t *cell);
/* Bytes held for it, with the header if it has one. */
uint32_t wr_cell_held(const uint64_t *cell);
void wr_cell_free(uint64_t *cell);

#endif
