/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of memory for one owner that has a great many of them, the long cells of a table say.
 * They stand in segments of 2 MiB; a segment has pages of 64 KiB, and a page blocks of one size.  A
 * page that is empty is for any size again, and a segment that is goes back to the system: with all
 * of them at once when the owner goes, without a look at the blocks.  One thread at a time.
 */
#ifndef WR_BASE_HEAP_H
#define WR_BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

enum { WR_HEAP_SIZES = 56 }; /* from 16 bytes to 8 KiB, an eighth apart at most from 128 on */

struct wr_heap_page;
struct wr_heap_segment;

/* All zero is a valid empty one. */
struct wr_heap {
	struct wr_heap_page *page[WR_HEAP_SIZES]; /* those with room for another block */
	struct wr_heap_segment *open; /* those with an empty page */
	struct wr_heap_segment *segments; /* all */
	uint32_t n_empty; /* segments of which all is */
	uint64_t taken; /* bytes of blocks */
	uint64_t held; /* bytes of segments */
};

/* A block of at least *size bytes, which *size then says, 16-byte aligned; NULL: it is too large
 * for a heap, or there is no memory. */
void *wr_heap_take(struct wr_heap *heap, size_t *size);
/* Sizes of blocks by number, and the number of the least that has so many bytes. */
uint32_t wr_heap_size(uint32_t number);
uint32_t wr_heap_number(size_t size);
/* The heap that a block is of. */
struct wr_heap *wr_heap_of(const void *block);
void wr_heap_give(void *block);
/* All blocks are given back at once. */
void wr_heap_fini(struct wr_heap *heap);

#endif
