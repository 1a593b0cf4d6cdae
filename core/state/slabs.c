/* SPDX-License-Identifier: Apache-2.0 */
/* Entries in slabs, and the bytes of long keys; see slabs.h. */
#include "state/slabs.h"

#include "base/cell.h"
#include "base/err.h"

#include <stdlib.h>

enum { SLAB_BYTES = 64 * 1024, SLAB_MIN_SHIFT = 4, SLAB_FIRST = 1 };
enum { KEEP_MIN = 256, KEEP_MAX = 64 * 1024 };

struct wr_keep_chunk {
	struct wr_keep_chunk *next;
	uint8_t bytes[];
};

uint8_t *
wr_keep_copy(struct wr_keep *keep, const uint8_t *p, uint32_t len)
{
	uint8_t *to = keep->next;

	if (to == NULL || (size_t)(keep->end - to) < len) {
		size_t size = keep->held < KEEP_MIN ? KEEP_MIN : keep->held;
		struct wr_keep_chunk *chunk;

		if (size > KEEP_MAX)
			size = KEEP_MAX;
		if (size < len)
			size = len;
		chunk = wr_alloc(sizeof *chunk + size);
		chunk->next = keep->first;
		keep->first = chunk;
		keep->held += sizeof *chunk + size;
		keep->end = chunk->bytes + size;
		to = chunk->bytes;
	}
	keep->next = to + len;
	return memcpy(to, p, len);
}

void
wr_keep_fini(struct wr_keep *keep)
{
	struct wr_keep_chunk *chunk = keep->first;

	while (chunk != NULL) {
		struct wr_keep_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	*keep = (struct wr_keep){0};
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
	*layout = (struct wr_layout){0};
}

void
wr_layout_free_cells(struct wr_layout *layout, uint8_t *row)
{
	for (uint32_t i = 0; i < layout->n_cells; i++) {
		uint64_t *cell = (uint64_t *)(void *)(row + layout->cells[i]);
		uint32_t held = wr_cell_held(cell);

		layout->cell_bytes -= held < layout->cell_bytes ? held : layout->cell_bytes;
		wr_cell_free(cell);
	}
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
wr_slabs_take_held(struct wr_slabs *slabs, const struct wr_key *key)
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
	struct wr_key own;

	if (!wr_key_is_far(key))
		return wr_slabs_take_held(slabs, key);
	own = wr_key_make(wr_keep_copy(&slabs->keep, wr_key_bytes(key), key->len), key->len);
	return wr_slabs_take_held(slabs, &own);
}

void
wr_slabs_give(struct wr_slabs *slabs, uint32_t index, bool last)
{
	struct wr_key *key = wr_slabs_key(slabs, index);

	if (last && wr_key_is_far(key))
		slabs->keep.dead += key->len;
	slabs_free_cells(slabs, index);
	*key = (struct wr_key){.len = WR_ENTRY_FREE};
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
