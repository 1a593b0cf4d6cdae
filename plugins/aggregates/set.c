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

enum { HEAP_HEAD = 8, INDEX_START = 16, SET_BLOCK = 64 };

static uint32_t
entry_size(uint32_t len)
{
	return (uint32_t)sizeof(struct entry) + (len + 7) / 8 * 8;
}

static inline uint32_t
hash_of(struct weir_str value)
{
	/* So that the code for 8 bytes, the numbers, is that and no more. */
	return (uint32_t)(value.len == 8 ? XXH3_64bits(value.p, 8)
					 : XXH3_64bits(value.p, value.len));
}

static inline int
is_value(const struct entry *entry, struct weir_str value, uint32_t hash)
{
	if (entry->hash != hash || entry->len != value.len)
		return 0;
	return value.len == 8 ? memcmp(entry + 1, value.p, 8) == 0
			      : memcmp(entry + 1, value.p, value.len) == 0;
}

/* A set while values are put into it. */
struct open {
	void *row;
	struct set *set;
	const uint32_t *index;
	char *heap;
	uint32_t slots, len; /* of the index, and of the heap in bytes */
};

static void
open_set(struct weir_fn *fn, void *row, struct set *set, struct open *open)
{
	uint32_t index_len;

	*open = (struct open){.row = row, .set = set};
	open->index = fn->peek(fn, &set->index, &index_len);
	open->slots = index_len / (uint32_t)sizeof *open->index;
	fn->peek(fn, &set->heap, &open->len);
	open->len = open->len > HEAP_HEAD ? open->len : HEAP_HEAD;
	open->heap = fn->edit(fn, row, &set->heap, open->len, 0, open->len);
}

static uint64_t *
n_entries(const struct open *open)
{
	return (void *)open->heap;
}

/* The slot of a value, or the empty one where it belongs; slots have offsets in the heap by 8. */
static inline uint32_t
find_slot(const struct open *open, struct weir_str value, uint32_t hash)
{
	uint32_t at = hash & (open->slots - 1);

	for (; open->index[at] != 0; at = (at + 1) & (open->slots - 1))
		if (is_value((const void *)(open->heap + (size_t)open->index[at] * 8), value, hash))
			break;
	return at;
}

/* An index of twice the slots. */
static void
grow(struct weir_fn *fn, struct open *open)
{
	uint32_t slots = open->slots == 0 ? INDEX_START : open->slots * 2;
	uint32_t size = slots * (uint32_t)sizeof(uint32_t);
	uint32_t *index = fn->edit(fn, open->row, &open->set->index, size, 0, size);

	memset(index, 0, size);
	for (uint32_t at = HEAP_HEAD; at < open->len;) {
		const struct entry *entry = (const void *)(open->heap + at);
		uint32_t slot = entry->hash & (slots - 1);

		while (index[slot] != 0)
			slot = (slot + 1) & (slots - 1);
		index[slot] = at / 8;
		at += entry_size(entry->len);
	}
	open->index = index;
	open->slots = slots;
}

static void
append(struct weir_fn *fn, struct open *open, uint32_t slot, struct weir_str value,
	const struct entry *fresh)
{
	struct set *set = open->set;
	uint32_t at = open->len, index_len = open->slots * (uint32_t)sizeof *open->index;
	uint32_t *index = fn->edit(fn, open->row, &set->index, index_len,
		slot * (uint32_t)sizeof *index, sizeof *index);

	open->len += entry_size(value.len);
	open->heap = fn->edit(fn, open->row, &set->heap, open->len, 0, open->len);
	memset(open->heap + at, 0, open->len - at);
	memcpy(open->heap + at, fresh, sizeof *fresh);
	if (value.len > 0)
		memcpy(open->heap + at + sizeof *fresh, value.p, value.len);
	++*n_entries(open);
	index[slot] = at / 8;
	open->index = index;
}

static void
put(struct weir_fn *fn, struct open *open, struct weir_str value, uint32_t hash, int64_t count)
{
	struct entry fresh = {.count = count, .len = value.len, .hash = hash};
	struct set *set = open->set;
	struct entry *entry;
	uint32_t slot;

	if ((*n_entries(open) + 1) * 2 > open->slots)
		grow(fn, open);
	slot = find_slot(open, value, hash);
	if (open->index[slot] != 0) {
		entry = (void *)(open->heap + (size_t)open->index[slot] * 8);
		set->n += (entry->count + count > 0) - (entry->count > 0);
		entry->count += count;
	} else if (open->len + (uint64_t)value.len > SET_BYTES_MAX) {
		set->over = 1;
	} else {
		append(fn, open, slot, value, &fresh);
		set->n += count > 0;
	}
}

void
set_add(struct weir_fn *fn, void *row, struct set *set, struct weir_str value, int64_t count)
{
	struct open open;

	open_set(fn, row, set, &open);
	put(fn, &open, value, hash_of(value), count);
}

/* Values whose cache misses overlap. */
struct block {
	uint32_t n;
	uint64_t word[SET_BLOCK];
	struct weir_str value[SET_BLOCK];
	uint32_t hash[SET_BLOCK];
	const uint32_t *slot[SET_BLOCK]; /* where the search for it begins; NULL: there is none */
	const char *heap[SET_BLOCK];
};

/* Brings near first the slots of the values, then the entries that stand there. */
static void
bring_near(struct weir_fn *fn, const struct set *const *sets, struct block *block)
{
	const uint32_t *index = NULL;
	const char *heap = NULL;
	uint32_t len, slots = 0;

	for (uint32_t i = 0; i < block->n; i++) {
		if (i == 0 || sets[i] != sets[i - 1]) {
			index = fn->peek(fn, &sets[i]->index, &len);
			slots = len / (uint32_t)sizeof *index;
			heap = fn->peek(fn, &sets[i]->heap, &len);
		}
		block->heap[i] = heap;
		block->slot[i] = slots > 0 ? &index[block->hash[i] & (slots - 1)] : NULL;
		__builtin_prefetch(block->slot[i]);
	}
	for (uint32_t i = 0; i < block->n; i++)
		if (block->slot[i] != NULL)
			__builtin_prefetch(block->heap[i] + (size_t)*block->slot[i] * 8, 1);
}

void
set_add_rows(struct weir_fn *fn, struct weir_accs accs, const struct weir_column *col,
	const uint32_t *sel, uint32_t n, int64_t count)
{
	struct open open = {0};
	struct block block;

	for (uint32_t base = 0; base < n; base += block.n) {
		const struct set *sets[SET_BLOCK];

		block.n = n - base < SET_BLOCK ? n - base : SET_BLOCK;
		for (uint32_t i = 0; i < block.n; i++) {
			sets[i] = acc_at(accs, base + i);
			block.value[i] = value_bytes(col, row_at(sel, base + i), &block.word[i]);
			block.hash[i] = hash_of(block.value[i]);
		}
		bring_near(fn, sets, &block);
		for (uint32_t i = 0; i < block.n; i++) {
			if (open.set != sets[i])
				open_set(fn, accs.row[base + i], acc_at(accs, base + i), &open);
			put(fn, &open, block.value[i], block.hash[i], count);
		}
	}
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
