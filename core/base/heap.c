/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks from segments; see heap.h. */
#include "base/heap.h"

#include "base/err.h"
#include "base/poison.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

enum {
	HEAP_SEGMENT = 2 * 1024 * 1024,
	HEAP_PAGE_SHIFT = 16,
	HEAP_PAGES = HEAP_SEGMENT >> HEAP_PAGE_SHIFT,
	HEAP_STEP = 16, /* between sizes up to HEAP_FINE */
	HEAP_FINE = 128,
	HEAP_FINE_SIZES = HEAP_FINE / HEAP_STEP,
	HEAP_PARTS = 8, /* sizes from one power of two to the next */
	HEAP_MAX = 8 * 1024
};
_Static_assert(HEAP_FINE_SIZES + 6 * HEAP_PARTS == WR_HEAP_SIZES, "128 << 6 is HEAP_MAX");

struct free_block {
	struct free_block *next;
};

struct wr_heap_page {
	struct free_block *free;
	uint8_t *fresh, *end; /* from fresh on blocks were never taken */
	struct wr_heap_page *next, *prev; /* of the size, while it has room */
	uint32_t size, n_taken;
	uint16_t number; /* of the size */
	bool listed;
};

/* Begins the segment, and with it its first page. */
struct wr_heap_segment {
	struct wr_heap *heap;
	struct wr_heap_segment *next_open, *prev_open, *next, *prev;
	uint32_t empty; /* a bit for each page */
	struct wr_heap_page page[HEAP_PAGES];
};

static struct wr_heap_segment *
segment_of(const void *block)
{
	return (struct wr_heap_segment *)((uintptr_t)block & ~(uintptr_t)(HEAP_SEGMENT - 1));
}

uint32_t
wr_heap_number(size_t size)
{
	uint32_t shift;

	if (size <= HEAP_FINE)
		return size == 0 ? 0 : (uint32_t)(size - 1) / HEAP_STEP;
	shift = 63 - (uint32_t)__builtin_clzll(size - 1) - 3; /* of an eighth */
	return HEAP_FINE_SIZES + (shift - 4) * HEAP_PARTS + (uint32_t)((size - 1) >> shift) -
	       HEAP_PARTS;
}

uint32_t
wr_heap_size(uint32_t number)
{
	uint32_t part = number - HEAP_FINE_SIZES;

	if (number < HEAP_FINE_SIZES)
		return (number + 1) * HEAP_STEP;
	return (HEAP_PARTS + part % HEAP_PARTS + 1) << (part / HEAP_PARTS + 4);
}

/* Address space of two segments has one that is aligned. */
static void *
segment_map(void)
{
	const size_t two = 2 * (size_t)HEAP_SEGMENT;
	uint8_t *p = mmap(NULL, two, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (p == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)p & (HEAP_SEGMENT - 1);
	if (before > 0)
		munmap(p, before);
	p += before;
	munmap(p + HEAP_SEGMENT, HEAP_SEGMENT - before);
	return p;
}

static void
open_link(struct wr_heap_segment *segment)
{
	struct wr_heap *heap = segment->heap;

	segment->prev_open = NULL;
	segment->next_open = heap->open;
	if (heap->open != NULL)
		heap->open->prev_open = segment;
	heap->open = segment;
}

static void
open_unlink(struct wr_heap_segment *segment)
{
	if (segment->prev_open != NULL)
		segment->prev_open->next_open = segment->next_open;
	else
		segment->heap->open = segment->next_open;
	if (segment->next_open != NULL)
		segment->next_open->prev_open = segment->prev_open;
}

static bool
segment_new(struct wr_heap *heap)
{
	struct wr_heap_segment *segment = segment_map();

	if (segment == NULL)
		return false;
	segment->heap = heap;
	segment->empty = UINT32_MAX;
	segment->next = heap->segments;
	if (heap->segments != NULL)
		heap->segments->prev = segment;
	heap->segments = segment;
	heap->held += HEAP_SEGMENT;
	heap->n_empty++;
	open_link(segment);
	return true;
}

static void
segment_free(struct wr_heap_segment *segment)
{
	struct wr_heap *heap = segment->heap;

	open_unlink(segment);
	if (segment->prev != NULL)
		segment->prev->next = segment->next;
	else
		heap->segments = segment->next;
	if (segment->next != NULL)
		segment->next->prev = segment->prev;
	heap->held -= HEAP_SEGMENT;
	heap->n_empty--;
	ASAN_UNPOISON_MEMORY_REGION(segment, HEAP_SEGMENT);
	munmap(segment, HEAP_SEGMENT);
}

static void
page_link(struct wr_heap *heap, struct wr_heap_page *page)
{
	struct wr_heap_page **first = &heap->page[page->number];

	page->prev = NULL;
	page->next = *first;
	if (*first != NULL)
		(*first)->prev = page;
	*first = page;
	page->listed = true;
}

static void
page_unlink(struct wr_heap *heap, struct wr_heap_page *page)
{
	if (page->prev != NULL)
		page->prev->next = page->next;
	else
		heap->page[page->number] = page->next;
	if (page->next != NULL)
		page->next->prev = page->prev;
	page->listed = false;
}

static struct wr_heap_page *
page_new(struct wr_heap *heap, uint32_t number)
{
	struct wr_heap_segment *segment;
	struct wr_heap_page *page;
	uint8_t *begin;
	uint32_t at;

	if (heap->open == NULL && !segment_new(heap))
		return NULL;
	segment = heap->open;
	at = (uint32_t)__builtin_ctz(segment->empty);
	heap->n_empty -= segment->empty == UINT32_MAX;
	segment->empty &= segment->empty - 1;
	if (segment->empty == 0)
		open_unlink(segment);
	page = &segment->page[at];
	begin = (uint8_t *)segment + ((size_t)at << HEAP_PAGE_SHIFT);
	*page = (struct wr_heap_page){.fresh = begin,
		.end = begin + (1 << HEAP_PAGE_SHIFT),
		.size = wr_heap_size(number),
		.number = (uint16_t)number};
	if (at == 0)
		page->fresh += (sizeof *segment + HEAP_STEP - 1) / HEAP_STEP * HEAP_STEP;
	ASAN_POISON_MEMORY_REGION(page->fresh, (size_t)(page->end - page->fresh));
	page_link(heap, page);
	return page;
}

/* Nothing of it is taken: it is for any size, and one segment that is empty is kept. */
static void
page_free(struct wr_heap_segment *segment, struct wr_heap_page *page)
{
	struct wr_heap *heap = segment->heap;

	page_unlink(heap, page);
	if (segment->empty == 0)
		open_link(segment);
	segment->empty |= UINT32_C(1) << (page - segment->page);
	if (segment->empty != UINT32_MAX)
		return;
	heap->n_empty++;
	if (heap->n_empty > 1)
		segment_free(segment);
}

void *
wr_heap_take(struct wr_heap *heap, size_t *size)
{
	struct wr_heap_page *page;
	uint32_t number;
	void *block;

	if (*size > HEAP_MAX)
		return NULL;
	number = wr_heap_number(*size);
	page = heap->page[number];
	if (page == NULL)
		page = page_new(heap, number);
	if (page == NULL)
		return NULL;
	block = page->free != NULL ? (void *)page->free : page->fresh;
	*size = page->size;
	ASAN_UNPOISON_MEMORY_REGION(block, page->size);
	if (page->free != NULL)
		page->free = page->free->next;
	else
		page->fresh += page->size;
	page->n_taken++;
	heap->taken += page->size;
	if (page->free == NULL && (size_t)(page->end - page->fresh) < page->size)
		page_unlink(heap, page);
	return block;
}

struct wr_heap *
wr_heap_of(const void *block)
{
	return segment_of(block)->heap;
}

void
wr_heap_give(void *block)
{
	struct wr_heap_segment *segment = segment_of(block);
	struct wr_heap_page *page =
		&segment->page[((uintptr_t)block & (HEAP_SEGMENT - 1)) >> HEAP_PAGE_SHIFT];
	struct free_block *free = block;

	wr_assert(page->n_taken > 0);
	free->next = page->free;
	page->free = free;
	page->n_taken--;
	segment->heap->taken -= page->size;
	ASAN_POISON_MEMORY_REGION(block, page->size);
	if (!page->listed)
		page_link(segment->heap, page);
	if (page->n_taken == 0)
		page_free(segment, page);
}

void
wr_heap_fini(struct wr_heap *heap)
{
	struct wr_heap_segment *segment = heap->segments;

	while (segment != NULL) {
		struct wr_heap_segment *next = segment->next;

		ASAN_UNPOISON_MEMORY_REGION(segment, HEAP_SEGMENT);
		munmap(segment, HEAP_SEGMENT);
		segment = next;
	}
	*heap = (struct wr_heap){0};
}
