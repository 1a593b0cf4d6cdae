/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first rows of a group, in order.  One cell has all of them: the bytes of each, somewhere,
 * first those it is ordered by, then its row; and at the end the entries, sorted, with room for
 * `cap`.  What entries that left have taken is garbage until its room is needed.
 */
#include <stdlib.h>
#include <string.h>

#include "top.h"

enum { LINE = 64, NEAR_LINES = 4 };

struct entry {
	uint64_t prefix; /* the first eight order bytes, as a number */
	uint32_t off; /* in the bytes */
	uint32_t key_len, row_len;
	uint32_t reserved;
};

struct store {
	char *bytes;
	struct entry *entries;
	uint32_t room; /* for bytes */
};

static struct store
store_at(char *cell, uint32_t len, uint32_t cap)
{
	const uint32_t room = len - cap * (uint32_t)sizeof(struct entry);

	if (cell == NULL)
		return (struct store){0};
	return (struct store){cell, (struct entry *)(void *)(cell + room), room};
}

/* To be read. */
static struct store
store_of(const struct top_table *t, const struct top_group *group)
{
	uint32_t len;
	const void *cell = t->ext->peek(t->table, &group->cell, &len);

	return store_at((char *)(uintptr_t)cell, len, group->cap);
}

/* To be written. */
static struct store
store_edit(struct top_table *t, struct top_group *group, uint32_t room)
{
	const uint32_t len = room + group->cap * (uint32_t)sizeof(struct entry);

	return store_at(t->ext->edit(t->table, group, &group->cell, len, 0, len), len, group->cap);
}

static uint64_t
prefix_of(struct weir_str key)
{
	uint64_t word = 0;

	memcpy(&word, key.p, key.len < sizeof word ? key.len : sizeof word);
	return __builtin_bswap64(word);
}

static struct weir_str
key_of(const struct store *store, const struct entry *entry)
{
	return (struct weir_str){.p = store->bytes + entry->off, .len = entry->key_len};
}

/* Below 0: the key comes before that of the entry. */
static int
compare(const struct store *store, uint64_t prefix, struct weir_str key, const struct entry *entry)
{
	if (prefix != entry->prefix)
		return prefix < entry->prefix ? -1 : 1;
	return top_key_compare(key, key_of(store, entry));
}

/* Of two entries. */
static int
is_tie(const struct store *store, uint32_t i, uint32_t k)
{
	const struct entry *entry = &store->entries[i];

	return compare(store, entry->prefix, key_of(store, entry), &store->entries[k]) == 0;
}

/* The first entry behind the key. */
static uint32_t
find_place(const struct store *store, uint32_t n, uint64_t prefix, struct weir_str key)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare(store, prefix, key, &store->entries[middle]) < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

int
top_group_takes(const struct top_table *t, const struct top_group *group, struct weir_str key)
{
	struct store store = store_of(t, group);
	uint32_t to = group->n < t->limit || t->limit > 1 ? group->used : 0;
	int order;

	for (uint32_t i = 0; i < NEAR_LINES; i++)
		__builtin_prefetch(store.bytes + to + i * LINE, 1);
	if (group->n < t->limit)
		return 1;
	order = compare(&store, prefix_of(key), key, &store.entries[t->limit - 1]);
	return order < 0 || (order == 0 && t->keeps_ties);
}

/* How many entries, the last ones, leave when another one comes to a place. */
static uint32_t
leaving(const struct top_table *t, const struct top_group *group, const struct store *store,
	uint32_t place)
{
	if (group->n < t->limit || place >= t->limit)
		return 0;
	if (t->keeps_ties && place + 1 < t->limit && is_tie(store, t->limit - 1, t->limit - 2))
		return 0;
	return group->n - (t->limit - 1);
}

static void
drop_last(struct top_group *group, const struct store *store, uint32_t n)
{
	while (n-- > 0) {
		const struct entry *last = &store->entries[--group->n];

		group->live -= last->key_len + last->row_len;
	}
	if (group->n == 0)
		group->used = 0;
}

/* Takes the garbage out: what is live moves to the beginning, in the order of the entries. */
static int
pack(struct top_table *t, struct top_group *group, uint32_t room)
{
	struct store store = store_edit(t, group, room);
	uint32_t at = 0;

	if (group->live > t->spare_cap) {
		char *spare = realloc(t->spare, group->live);

		if (spare == NULL)
			return -1;
		t->spare = spare;
		t->spare_cap = group->live;
	}
	for (uint32_t i = 0; i < group->n; i++) {
		struct entry *entry = &store.entries[i];
		uint32_t len = entry->key_len + entry->row_len;

		memcpy(t->spare + at, store.bytes + entry->off, len);
		entry->off = at;
		at += len;
	}
	if (at > 0)
		memcpy(store.bytes, t->spare, at);
	group->used = at;
	return 0;
}

/* How many entries there is room for once one more comes. */
static uint32_t
next_cap(const struct top_table *t, const struct top_group *group)
{
	uint32_t cap = group->cap > 0 ? 2 * group->cap : 1;

	if (group->n < group->cap)
		return group->cap;
	return cap > t->limit && group->cap < t->limit ? t->limit : cap;
}

/*
 * Room for one more entry and its bytes.  It is for as many rows of the size they have so far as
 * there are entries, where rows leave for an eighth more, so that it is not packed each time, and
 * in all for a quarter more than before.
 */
static int
make_room(struct top_table *t, struct top_group *group, uint32_t room, uint64_t size)
{
	const uint32_t was = group->cap, cap = next_cap(t, group);
	const uint64_t need = group->live + size, entries = cap * sizeof(struct entry);
	const uint64_t least = (room + was * sizeof(struct entry)) * 5 / 4;
	uint64_t want = need * cap / (group->n + 1);
	struct store store;

	if (group->used > group->live) {
		want += want / 8;
		if (pack(t, group, room) < 0)
			return -1;
	}
	if (cap == was && need <= room - room / 8)
		return 0;
	if (want + entries < least)
		want = least - entries;
	want = (want + sizeof(uint64_t)) / sizeof(uint64_t) * sizeof(uint64_t);
	if (want + entries > UINT32_MAX)
		return -1;
	group->cap = cap;
	store = store_edit(t, group, (uint32_t)want);
	memmove(store.entries, store.bytes + room, group->n * sizeof(struct entry));
	return 0;
}

int
top_group_add(
	struct top_table *t, struct top_group *group, struct weir_str key, struct weir_str row)
{
	struct store store = store_of(t, group);
	const uint64_t prefix = prefix_of(key), size = (uint64_t)key.len + row.len;
	const uint32_t place = find_place(&store, group->n, prefix, key);
	struct entry *entry;

	if (place >= t->limit &&
		!(t->keeps_ties && compare(&store, prefix, key, &store.entries[t->limit - 1]) == 0))
		return 0;
	drop_last(group, &store, leaving(t, group, &store, place));
	if (group->n == group->cap || group->used + size > store.room) {
		if (make_room(t, group, store.room, size) < 0)
			return -1;
		store = store_of(t, group);
	}
	store = store_edit(t, group, store.room);
	entry = &store.entries[place];
	memmove(entry + 1, entry, (group->n - place) * sizeof *entry);
	*entry = (struct entry){
		.prefix = prefix, .off = group->used, .key_len = key.len, .row_len = row.len};
	memcpy(store.bytes + group->used, key.p, key.len);
	memcpy(store.bytes + group->used + key.len, row.p, row.len);
	group->used += (uint32_t)size;
	group->live += (uint32_t)size;
	if (++group->n >= t->limit)
		group->bound = store.entries[t->limit - 1].prefix;
	if (place < group->changed)
		group->changed = place;
	return 1;
}

struct weir_str
top_group_row(const struct top_table *t, const struct top_group *group, uint32_t i)
{
	struct store store = store_of(t, group);
	const struct entry *entry = &store.entries[i];

	return (struct weir_str){
		.p = store.bytes + entry->off + entry->key_len, .len = entry->row_len};
}

int
top_group_is_tie(const struct top_table *t, const struct top_group *group, uint32_t i)
{
	struct store store = store_of(t, group);

	return i > 0 && is_tie(&store, i, i - 1);
}

struct weir_str
top_group_key(const struct top_table *t, const struct top_group *group, uint32_t i)
{
	struct store store = store_of(t, group);

	return key_of(&store, &store.entries[i]);
}

uint32_t
top_group_place(const struct top_table *t, const struct top_group *group, struct weir_str key)
{
	struct store store = store_of(t, group);

	return find_place(&store, group->n, prefix_of(key), key);
}

uint32_t
top_group_remove(struct top_table *t, struct top_group *group, struct weir_str key)
{
	struct store store = store_of(t, group);
	const uint64_t prefix = prefix_of(key);
	uint32_t place = find_place(&store, group->n, prefix, key);
	struct entry *entry;

	if (place == 0 || compare(&store, prefix, key, &store.entries[place - 1]) != 0)
		return UINT32_MAX;
	place--;
	store = store_edit(t, group, store.room);
	entry = &store.entries[place];
	group->live -= entry->key_len + entry->row_len;
	memmove(entry, entry + 1, (--group->n - place) * sizeof *entry);
	group->used = group->n > 0 ? group->used : 0;
	group->bound = UINT64_MAX;
	return place;
}

void
top_group_clear(struct top_group *group)
{
	group->n = group->used = group->live = 0;
	group->bound = UINT64_MAX;
}
