/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first rows of a group, in order.  Entries are sorted; the bytes of each stand somewhere in
 * the heap: first those it is ordered by, then its row.  What entries that left have taken is
 * garbage until it is more than what is live.
 */
#include <stdlib.h>
#include <string.h>

#include "top.h"

enum { HEAP_MIN = 256, ENTRIES_MIN = 4 };

struct entry {
	uint64_t prefix; /* the first eight order bytes, as a number */
	uint32_t off; /* in the heap */
	uint32_t key_len, row_len;
	uint32_t reserved;
};

static uint64_t
prefix_of(struct weir_str key)
{
	uint64_t prefix = 0;

	for (uint32_t i = 0; i < 8; i++)
		prefix = prefix << 8 | (i < key.len ? (uint8_t)key.p[i] : 0);
	return prefix;
}

/* Below 0: the key comes before that of the entry. */
static int
compare(uint64_t prefix, struct weir_str key, const struct entry *entry, const char *heap)
{
	uint32_t len = key.len < entry->key_len ? key.len : entry->key_len;
	int order;

	if (prefix != entry->prefix)
		return prefix < entry->prefix ? -1 : 1;
	order = memcmp(key.p, heap + entry->off, len);
	if (order != 0 || key.len == entry->key_len)
		return order;
	return key.len < entry->key_len ? -1 : 1;
}

static struct weir_str
entry_key(const struct entry *entry, const char *heap)
{
	return (struct weir_str){.p = heap + entry->off, .len = entry->key_len};
}

static int
is_tie(const struct entry *a, const struct entry *b, const char *heap)
{
	return compare(a->prefix, entry_key(a, heap), b, heap) == 0;
}

/* The first entry behind the key. */
static uint32_t
find_place(const struct entry *entries, uint32_t n, const char *heap, uint64_t prefix,
	struct weir_str key)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare(prefix, key, &entries[middle], heap) < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static const struct entry *
entries_of(const struct top_table *t, const struct top_group *group, uint32_t *cap)
{
	uint32_t len;
	const struct entry *entries = t->ext->peek(t->table, &group->entries, &len);

	*cap = len / (uint32_t)sizeof *entries;
	return entries;
}

static const char *
heap_of(const struct top_table *t, const struct top_group *group, uint32_t *cap)
{
	return t->ext->peek(t->table, &group->heap, cap);
}

/* What is live moves to the beginning of the heap, in the order of the entries. */
static int
pack_heap(struct top_table *t, struct top_group *group, uint32_t heap_cap)
{
	size_t size = (size_t)group->used + group->live;
	uint32_t cap, entries_cap, at = 0;
	struct entry *entries;
	char *packed;

	if (size > t->spare_cap) {
		char *spare = realloc(t->spare, size);

		if (spare == NULL)
			return -1;
		t->spare = spare;
		t->spare_cap = size;
	}
	packed = t->spare + group->used;
	memcpy(t->spare, heap_of(t, group, &cap), group->used);
	entries_of(t, group, &entries_cap);
	cap = entries_cap * (uint32_t)sizeof *entries;
	entries = t->ext->edit(
		t->table, group, &group->entries, cap, 0, group->n * (uint32_t)sizeof *entries);
	for (uint32_t i = 0; i < group->n; i++) {
		uint32_t len = entries[i].key_len + entries[i].row_len;

		memcpy(packed + at, t->spare + entries[i].off, len);
		entries[i].off = at;
		at += len;
	}
	memcpy(t->ext->edit(t->table, group, &group->heap, heap_cap, 0, at), packed, at);
	group->used = at;
	return 0;
}

/* Where the bytes of an entry stand from now on; -1: out of memory. */
static int64_t
heap_add(struct top_table *t, struct top_group *group, struct weir_str key, struct weir_str row)
{
	uint64_t size = (uint64_t)key.len + row.len, want = HEAP_MIN;
	uint32_t cap, off;
	char *to;

	heap_of(t, group, &cap);
	if (group->used + size > cap) {
		while (want < 2 * (group->live + size))
			want *= 2;
		if (want > UINT32_MAX)
			return -1;
		cap = want > cap ? (uint32_t)want : cap;
		if (group->used > 0 && pack_heap(t, group, cap) < 0)
			return -1;
	}
	off = group->used;
	to = t->ext->edit(t->table, group, &group->heap, cap, off, (uint32_t)size);
	memcpy(to + off, key.p, key.len);
	memcpy(to + off + key.len, row.p, row.len);
	group->used += (uint32_t)size;
	group->live += (uint32_t)size;
	return off;
}

static void
insert(struct top_table *t, struct top_group *group, uint32_t place, const struct entry *entry)
{
	uint32_t cap, behind = group->n - place;
	struct entry *entries;

	entries_of(t, group, &cap);
	if (group->n == cap)
		cap = cap > 0 ? 2 * cap : ENTRIES_MIN;
	entries = t->ext->edit(t->table, group, &group->entries, cap * (uint32_t)sizeof *entries,
		place * (uint32_t)sizeof *entries, (behind + 1) * (uint32_t)sizeof *entries);
	memmove(entries + place + 1, entries + place, behind * sizeof *entries);
	entries[place] = *entry;
	group->n++;
}

/* Entries past the limit leave, but for ties with the last one if those are kept. */
static void
drop_excess(const struct top_table *t, struct top_group *group)
{
	uint32_t cap, n = t->limit;
	const struct entry *entries = entries_of(t, group, &cap);
	const char *heap = heap_of(t, group, &cap);

	while (t->keeps_ties && n < group->n && is_tie(&entries[n], &entries[t->limit - 1], heap))
		n++;
	while (group->n > n) {
		group->n--;
		group->live -= entries[group->n].key_len + entries[group->n].row_len;
	}
}

int
top_group_takes(const struct top_table *t, const struct top_group *group, struct weir_str key)
{
	uint32_t cap;
	const struct entry *entries = entries_of(t, group, &cap);
	const char *heap = heap_of(t, group, &cap);
	int order;

	__builtin_prefetch(heap + group->used, 1);
	if (group->n < t->limit)
		return 1;
	order = compare(prefix_of(key), key, &entries[t->limit - 1], heap);
	return order < 0 || (order == 0 && t->keeps_ties);
}

static void
set_bound(const struct top_table *t, struct top_group *group)
{
	uint32_t cap;

	if (group->n >= t->limit)
		group->bound = entries_of(t, group, &cap)[t->limit - 1].prefix;
}

int
top_group_add(
	struct top_table *t, struct top_group *group, struct weir_str key, struct weir_str row)
{
	uint32_t cap, place;
	const struct entry *entries = entries_of(t, group, &cap);
	const char *heap = heap_of(t, group, &cap);
	struct entry entry = {.prefix = prefix_of(key), .key_len = key.len, .row_len = row.len};
	int64_t off;

	place = find_place(entries, group->n, heap, entry.prefix, key);
	if (place >= t->limit &&
		!(t->keeps_ties && compare(entry.prefix, key, &entries[t->limit - 1], heap) == 0))
		return 0;
	off = heap_add(t, group, key, row);
	if (off < 0)
		return -1;
	entry.off = (uint32_t)off;
	insert(t, group, place, &entry);
	if (group->n > t->limit)
		drop_excess(t, group);
	set_bound(t, group);
	if (place < group->changed)
		group->changed = place;
	return 1;
}

struct weir_str
top_group_row(const struct top_table *t, const struct top_group *group, uint32_t i)
{
	uint32_t cap;
	const struct entry *entry = entries_of(t, group, &cap) + i;

	return (struct weir_str){
		.p = heap_of(t, group, &cap) + entry->off + entry->key_len, .len = entry->row_len};
}

int
top_group_is_tie(const struct top_table *t, const struct top_group *group, uint32_t i)
{
	uint32_t cap;
	const struct entry *entries = entries_of(t, group, &cap);

	return i > 0 && is_tie(&entries[i], &entries[i - 1], heap_of(t, group, &cap));
}
