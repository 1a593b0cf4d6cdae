/* SPDX-License-Identifier: Apache-2.0 */
/* Sets in cells; see set.h. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "set.h"

/* An entry, its bytes behind it, up to a multiple of 8.  The heap begins with how many there are.
 */
struct entry {
	int64_t count;
	uint32_t len, hash;
};

enum { HEAP_HEAD = 8, INDEX_START = 16 };

static uint32_t
entry_size(uint32_t len)
{
	return (uint32_t)sizeof(struct entry) + (len + 7) / 8 * 8;
}

/* The slot of a value, or the empty one where it belongs; slots have offsets in the heap by 8. */
static uint32_t
find_slot(const uint32_t *index, uint32_t slots, const char *heap, struct weir_str value,
	uint32_t hash)
{
	uint32_t at = hash & (slots - 1);

	for (; index[at] != 0; at = (at + 1) & (slots - 1)) {
		const struct entry *entry = (const void *)(heap + (size_t)index[at] * 8);

		if (entry->hash == hash && entry->len == value.len &&
			memcmp(entry + 1, value.p, value.len) == 0)
			break;
	}
	return at;
}

/* An index of twice the slots. */
static void
grow(struct weir_fn *fn, void *row, struct set *set, uint32_t slots)
{
	uint32_t size = slots * (uint32_t)sizeof(uint32_t), heap_len, at = HEAP_HEAD;
	uint32_t *index = fn->edit(fn, row, &set->index, size, 0, size);
	const char *heap = fn->peek(fn, &set->heap, &heap_len);

	memset(index, 0, size);
	while (at < heap_len) {
		const struct entry *entry = (const void *)(heap + at);
		uint32_t slot = entry->hash & (slots - 1);

		while (index[slot] != 0)
			slot = (slot + 1) & (slots - 1);
		index[slot] = at / 8;
		at += entry_size(entry->len);
	}
}

static void
append(struct weir_fn *fn, void *row, struct set *set, struct weir_str value,
	const struct entry *fresh)
{
	uint32_t len, size = entry_size(value.len);
	char *heap;

	fn->peek(fn, &set->heap, &len);
	heap = fn->edit(fn, row, &set->heap, len + size, len, size);
	memset(heap + len, 0, size);
	memcpy(heap + len, fresh, sizeof *fresh);
	if (value.len > 0)
		memcpy(heap + len + sizeof *fresh, value.p, value.len);
	heap = fn->edit(fn, row, &set->heap, len + size, 0, HEAP_HEAD);
	++*(uint64_t *)(void *)heap;
}

void
set_add(struct weir_fn *fn, void *row, struct set *set, struct weir_str value, int64_t count)
{
	struct entry fresh = {.count = count, .len = value.len};
	uint32_t index_len, heap_len, slots, slot;
	const uint32_t *index = fn->peek(fn, &set->index, &index_len);
	const char *heap = fn->peek(fn, &set->heap, &heap_len);
	struct entry *entry;

	fresh.hash = (uint32_t)XXH3_64bits(value.p, value.len);
	slots = index_len / (uint32_t)sizeof *index;
	if (heap_len == 0) {
		memset(fn->edit(fn, row, &set->heap, HEAP_HEAD, 0, HEAP_HEAD), 0, HEAP_HEAD);
		heap_len = HEAP_HEAD;
		heap = fn->peek(fn, &set->heap, &heap_len);
	}
	if ((*(const uint64_t *)(const void *)heap + 1) * 2 > slots) {
		slots = slots == 0 ? INDEX_START : slots * 2;
		grow(fn, row, set, slots);
		index = fn->peek(fn, &set->index, &index_len);
		heap = fn->peek(fn, &set->heap, &heap_len);
	}
	slot = find_slot(index, slots, heap, value, fresh.hash);
	if (index[slot] == 0) {
		if (heap_len + (uint64_t)value.len > SET_BYTES_MAX) {
			set->over = 1;
			return;
		}
		append(fn, row, set, value, &fresh);
		((uint32_t *)fn->edit(fn, row, &set->index, index_len,
			slot * (uint32_t)sizeof *index, sizeof *index))[slot] = heap_len / 8;
		set->n += count > 0;
		return;
	}
	entry = (void *)((char *)fn->edit(fn, row, &set->heap, heap_len, index[slot] * 8,
				 sizeof entry->count) +
			 (size_t)index[slot] * 8);
	set->n += (entry->count + count > 0) - (entry->count > 0);
	entry->count += count;
}

int
set_next(struct weir_fn *fn, const struct set *set, uint32_t *at, struct weir_str *value,
	int64_t *count)
{
	uint32_t len;
	const char *heap = fn->peek(fn, &set->heap, &len);
	const struct entry *entry;

	if (*at == 0)
		*at = HEAP_HEAD;
	if (*at >= len)
		return 0;
	entry = (const void *)(heap + *at);
	*value = (struct weir_str){.p = (const char *)(entry + 1), .len = entry->len};
	*count = entry->count;
	*at += entry_size(entry->len);
	return 1;
}

void
set_merge(struct weir_fn *fn, void *row, struct set *set, const struct set *from)
{
	struct weir_str value;
	uint32_t at = 0;
	int64_t count;

	while (set_next(fn, from, &at, &value, &count))
		if (count != 0)
			set_add(fn, row, set, value, count);
	set->over |= from->over;
}
