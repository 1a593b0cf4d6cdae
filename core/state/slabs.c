/* SPDX-License-Identifier: Apache-2.0 */
/* Entries in slabs, and the bytes of long keys; see slabs.h. */
#include "state/slabs.h"

#include "base/cell.h"
#include "base/err.h"

#include <stdlib.h>

#ifndef WEIR_CELLS_HEAP /* bytes of cells that are worth a heap */
#define WEIR_CELLS_HEAP (1024 * 1024)
#endif

enum { SLAB_BYTES = 64 * 1024, SLAB_MIN_SHIFT = 4, SLAB_FIRST = 1 };
enum { KEEP_MIN = 256, KEEP_CHUNK = WR_KEEP_UNIT << WR_KEEP_SHIFT };

/* A chunk with room for len bytes. */
static void
keep_add(struct wr_keep *keep, uint32_t len)
{
	uint64_t size = keep->held < KEEP_MIN ? KEEP_MIN : keep->held;

	if (size > KEEP_CHUNK)
		size = KEEP_CHUNK;
	if (size < len)
		size = len;
	if (keep->n_chunks == keep->cap_chunks) {
		keep->held -= keep->cap_chunks * sizeof *keep->chunk;
		keep->cap_chunks = keep->cap_chunks == 0 ? 1 : keep->cap_chunks * 2;
		keep->chunk = wr_realloc(keep->chunk, keep->cap_chunks * sizeof *keep->chunk);
		keep->held += keep->cap_chunks * sizeof *keep->chunk;
	}
	wr_assert(keep->n_chunks < UINT32_MAX >> WR_KEEP_SHIFT);
	keep->chunk[keep->n_chunks++] = wr_alloc(size);
	keep->size = (uint32_t)size;
	keep->used = 0;
	keep->held += size;
}

/* What a copy of so many bytes takes. */
static uint32_t
keep_round(uint32_t len)
{
	return (len + WR_KEEP_UNIT - 1) & ~(uint32_t)(WR_KEEP_UNIT - 1);
}

uint32_t
wr_keep_copy(struct wr_keep *keep, const uint8_t *p, uint32_t len)
{
	uint32_t at;

	if (keep->n_chunks == 0 || keep->size - keep->used < len)
		keep_add(keep, len);
	memcpy(keep->chunk[keep->n_chunks - 1] + keep->used, p, len);
	at = (keep->n_chunks - 1) << WR_KEEP_SHIFT | keep->used / WR_KEEP_UNIT;
	keep->used = keep_round(keep->used + len);
	if (keep->used > keep->size)
		keep->used = keep->size;
	return at;
}

void
wr_keep_fini(struct wr_keep *keep)
{
	for (uint32_t i = 0; i < keep->n_chunks; i++)
		free(keep->chunk[i]);
	free(keep->chunk);
	*keep = (struct wr_keep){0};
}

static inline uint64_t
bytes_differ(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	uint64_t x = 0, y = 0;

	memcpy(&x, a, bytes);
	memcpy(&y, b, bytes);
	return x ^ y;
}

/* Few bytes are compared from both ends, and without a branch before all are there: they come from
 * far. */
bool
wr_held_far_eq(const struct wr_held_key *held, const uint8_t *rest, const struct wr_key *key)
{
	const uint8_t *bytes = wr_key_bytes(key);
	uint32_t n = key->len - (uint32_t)sizeof held->u.far.head;
	uint64_t differ = bytes_differ(held->u.far.head, bytes, sizeof held->u.far.head);

	bytes += sizeof held->u.far.head;
	if (n > 32)
		return differ == 0 && memcmp(rest, bytes, n) == 0;
	if (n < 8) {
		differ |= bytes_differ(rest, bytes, 4);
		differ |= bytes_differ(rest + n - 4, bytes + n - 4, 4);
		return differ == 0;
	}
	differ |= bytes_differ(rest, bytes, 8) | bytes_differ(rest + n - 8, bytes + n - 8, 8);
	if (n > 16)
		differ |= bytes_differ(rest + 8, bytes + 8, 8) |
			  bytes_differ(rest + n - 16, bytes + n - 16, 8);
	return differ == 0;
}

void
wr_layout_set_head(struct wr_layout *layout, uint32_t head)
{
	wr_layout_trim(layout, 0);
	layout->head = head;
	layout->stride = head + layout->row_bytes;
	layout->shift = SLAB_MIN_SHIFT;
	while ((uint64_t)layout->stride << (layout->shift + 1) <= SLAB_BYTES)
		layout->shift++;
}

void
wr_layout_init(
	struct wr_layout *layout, uint32_t head, const struct weir_slot *slots, uint32_t n_slots)
{
	uint32_t n_cells = 0;
	uint8_t *to;

	*layout = (struct wr_layout){0};
	for (uint32_t i = 0; i < n_slots; i++) {
		layout->row_bytes += (slots[i].bytes + 7) & ~7u;
		n_cells += slots[i].cells;
	}
	wr_layout_set_head(layout, head);
	layout->cells = wr_alloc(n_cells * sizeof *layout->cells);
	layout->initial = to = wr_zalloc(layout->row_bytes);
	for (uint32_t i = 0; i < n_slots; i++) {
		if (slots[i].initial != NULL)
			memcpy(to, slots[i].initial, slots[i].bytes);
		memset(to, 0, slots[i].cells * sizeof(uint64_t));
		for (uint32_t c = 0; c < slots[i].cells; c++)
			layout->cells[layout->n_cells++] =
				(uint32_t)(to - layout->initial) + c * (uint32_t)sizeof(uint64_t);
		to += (slots[i].bytes + 7) & ~7u;
	}
}

void
wr_layout_trim(struct wr_layout *layout, uint32_t keep)
{
	while (layout->n_spare > keep)
		free(layout->spare[--layout->n_spare]);
}

void
wr_layout_fini(struct wr_layout *layout)
{
	wr_layout_trim(layout, 0);
	free(layout->spare);
	free(layout->cells);
	free(layout->initial);
	free(layout->whole);
	wr_heap_fini(&layout->heap);
	*layout = (struct wr_layout){0};
}

void
wr_layout_free_cells(struct wr_layout *layout, uint8_t *row)
{
	for (uint32_t i = 0; i < layout->n_cells; i++) {
		uint64_t *cell = (uint64_t *)(void *)(row + layout->cells[i]);
		uint32_t held;

		if (layout->leaving && wr_cell_is_of_heap(cell)) {
			*cell = 0;
			continue;
		}
		held = wr_cell_held(cell);
		layout->cell_bytes -= held < layout->cell_bytes ? held : layout->cell_bytes;
		wr_cell_free(cell);
	}
}

struct wr_heap *
wr_layout_heap(struct wr_layout *layout)
{
	return layout->cell_bytes < WEIR_CELLS_HEAP ? NULL : &layout->heap;
}

void
wr_layout_leave(struct wr_layout *layout)
{
	layout->leaving = true;
}

void
wr_layout_left(struct wr_layout *layout)
{
	uint64_t taken = layout->heap.taken;

	layout->cell_bytes -= taken < layout->cell_bytes ? taken : layout->cell_bytes;
	layout->leaving = false;
	wr_heap_fini(&layout->heap);
}

static void
slabs_free_cells(struct wr_slabs *slabs, uint32_t index)
{
	wr_layout_free_cells(slabs->layout, wr_slabs_at(slabs, index) + slabs->layout->head);
}

void
wr_slabs_fini(struct wr_slabs *slabs)
{
	struct wr_layout *layout = slabs->layout;
	uint32_t full = 1u << layout->shift;

	if (layout->n_cells > 0)
		for (uint32_t i = 1; i < slabs->next; i++)
			if (wr_slabs_live(slabs, i))
				slabs_free_cells(slabs, i);
	if (layout->n_spare + slabs->n_slabs > layout->cap_spare) {
		layout->cap_spare = layout->n_spare + slabs->n_slabs;
		layout->spare =
			wr_realloc(layout->spare, layout->cap_spare * sizeof *layout->spare);
	}
	for (uint32_t i = 0; i < slabs->n_slabs; i++) {
		if (slabs->room >= full)
			layout->spare[layout->n_spare++] = slabs->slab[i];
		else
			free(slabs->slab[i]);
	}
	free(slabs->slab);
	wr_keep_fini(&slabs->keep);
	*slabs = (struct wr_slabs){.layout = layout};
}

static void
slabs_add(struct wr_slabs *slabs, uint32_t entries)
{
	struct wr_layout *layout = slabs->layout;
	uint32_t full = 1u << layout->shift;

	if (slabs->n_slabs == slabs->cap_slabs) {
		slabs->cap_slabs = slabs->cap_slabs == 0 ? 1 : slabs->cap_slabs * 2;
		slabs->slab = wr_realloc(slabs->slab, slabs->cap_slabs * sizeof *slabs->slab);
	}
	if (entries == full && layout->n_spare > 0)
		slabs->slab[slabs->n_slabs++] = layout->spare[--layout->n_spare];
	else
		slabs->slab[slabs->n_slabs++] = wr_alloc((size_t)entries * layout->stride);
	slabs->room += entries;
}

void
wr_slabs_reserve(struct wr_slabs *slabs, uint32_t n)
{
	uint32_t full = 1u << slabs->layout->shift;
	uint64_t want;

	if (slabs->next == 0)
		slabs->next = 1;
	if (slabs->n_free >= n || slabs->room + 1 - slabs->next >= n - slabs->n_free)
		if (slabs->room > 0)
			return;
	want = (uint64_t)slabs->next - 1 + n - slabs->n_free;
	wr_assert(want < UINT32_MAX - full);
	if (slabs->room < full) {
		uint64_t entries = slabs->room == 0 ? SLAB_FIRST : slabs->room * 2;

		if (entries < want)
			entries = want;
		if (entries > full)
			entries = full;
		if (slabs->n_slabs == 0) {
			slabs_add(slabs, (uint32_t)entries);
		} else {
			slabs->slab[0] =
				wr_realloc(slabs->slab[0], (size_t)entries * slabs->layout->stride);
			slabs->room = (uint32_t)entries;
		}
	}
	while (slabs->room < want)
		slabs_add(slabs, full);
}

void
wr_slabs_renew(struct wr_slabs *slabs)
{
	struct wr_slabs old = *slabs;

	*slabs = (struct wr_slabs){.layout = old.layout};
	wr_slabs_reserve(slabs, old.next - 1);
	slabs->next = old.next;
	slabs->free = old.free;
	slabs->n_free = old.n_free;
	slabs->n_made = old.n_made;
	slabs->keep = old.keep;
}

uint32_t
wr_slabs_take_held(struct wr_slabs *slabs, const struct wr_held_key *key)
{
	const struct wr_layout *layout = slabs->layout;
	uint32_t index = slabs->free;
	uint8_t *entry;

	slabs->n_made++;
	if (index != 0) {
		entry = wr_slabs_at(slabs, index);
		memcpy(&slabs->free, ((struct wr_entry *)(void *)entry)->key.u.bytes,
			sizeof slabs->free);
		slabs->n_free--;
	} else {
		index = slabs->next++;
		entry = wr_slabs_at(slabs, index);
	}
	memcpy(entry, key, sizeof *key);
	if (layout->row_bytes == 8)
		memcpy(entry + layout->head, layout->initial, 8);
	else
		memcpy(entry + layout->head, layout->initial, layout->row_bytes);
	return index;
}

uint32_t
wr_slabs_take(struct wr_slabs *slabs, const struct wr_key *key)
{
	struct wr_held_key held;

	if (wr_key_is_pair(key)) {
		const uint8_t *bytes = wr_key_bytes(key);

		held.len = WR_HELD_PAIR;
		memcpy(held.u.bytes, bytes + 1, WR_PAIR_INT);
		memcpy(held.u.bytes + WR_PAIR_INT, bytes + 10, WR_PAIR_INT);
	} else if (wr_key_is_far(key)) {
		const uint8_t *bytes = wr_key_bytes(key);
		const uint32_t head = sizeof held.u.far.head;

		held.len = key->len;
		memcpy(held.u.far.head, bytes, head);
		held.u.far.at = wr_keep_copy(&slabs->keep, bytes + head, key->len - head);
	} else {
		memcpy(&held, key, sizeof held);
	}
	return wr_slabs_take_held(slabs, &held);
}

static void
layout_reserve_whole(struct wr_layout *layout, uint32_t len)
{
	if (len <= layout->cap_whole)
		return;
	free(layout->whole);
	layout->whole = wr_alloc(len);
	layout->cap_whole = len;
}

static struct wr_key
slabs_pair(struct wr_layout *layout, const struct wr_held_key *held)
{
	layout_reserve_whole(layout, WR_PAIR_LEN);
	memset(layout->whole, 0, WR_PAIR_LEN);
	layout->whole[0] = layout->whole[9] = 1;
	memcpy(layout->whole + 1, held->u.bytes, WR_PAIR_INT);
	memcpy(layout->whole + 10, held->u.bytes + WR_PAIR_INT, WR_PAIR_INT);
	return wr_key_make(layout->whole, WR_PAIR_LEN);
}

struct wr_key
wr_slabs_key(const struct wr_slabs *slabs, uint32_t index)
{
	const struct wr_held_key *held = wr_slabs_held(slabs, index);
	const uint32_t head = sizeof held->u.far.head;
	struct wr_layout *layout = slabs->layout;
	struct wr_key key;

	if (held->len == WR_HELD_PAIR)
		return slabs_pair(layout, held);
	if (!wr_held_is_far(held)) {
		memcpy(&key, held, sizeof key);
		return key;
	}
	layout_reserve_whole(layout, held->len);
	memcpy(layout->whole, held->u.far.head, head);
	memcpy(layout->whole + head, wr_keep_at(&slabs->keep, held->u.far.at), held->len - head);
	return wr_key_make(layout->whole, held->len);
}

void
wr_slabs_give(struct wr_slabs *slabs, uint32_t index, bool last)
{
	struct wr_held_key *key = wr_slabs_held(slabs, index);

	if (last && wr_held_is_far(key))
		slabs->keep.dead += keep_round(key->len - (uint32_t)sizeof key->u.far.head);
	slabs_free_cells(slabs, index);
	*key = (struct wr_held_key){.len = WR_ENTRY_FREE};
	memcpy(key->u.bytes, &slabs->free, sizeof slabs->free);
	slabs->free = index;
	slabs->n_free++;
}

uint64_t
wr_slabs_bytes(const struct wr_slabs *slabs)
{
	return (uint64_t)slabs->room * slabs->layout->stride +
	       slabs->cap_slabs * sizeof *slabs->slab + slabs->keep.held;
}
