/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first rows of a group, in order, and what is kept of groups at all.  One cell has all rows,
 * unless they are few: the bytes of each, somewhere, first those it is ordered by, then its row;
 * and at the end the entries, sorted, with room for `cap`.  What entries that left have taken is
 * garbage until its room is needed.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

enum { LINE = 64, NEAR_LINES = 4, GROUP_VERSION = 3, FEW_VERSION = 5 };

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

static struct top_many *
many_of(const struct top_group *group)
{
	return (struct top_many *)((uintptr_t)group - offsetof(struct top_many, group));
}

int
top_fail(const struct top_table *t, struct weir_task *task)
{
	if (t->is_full)
		return weir_fail(task->err, -EFBIG,
			"the rows of one group take more than 4 GiB; lower \"limit\", or let fewer "
			"columns be read further down");
	return weir_fail(task->err, -ENOMEM, "out of memory");
}

/* Cells, the group, and of few rows their prefixes. */
int
top_table_slot(const struct top_table *t, const char *name, struct weir_slot *slot)
{
	const uint32_t word = (uint32_t)sizeof(uint64_t), n = t->is_few ? t->limit : 1;
	char *initial;

	*slot = (struct weir_slot){.name = name, .bytes = sizeof(struct top_many), .cells = n};
	slot->version = t->is_few ? FEW_VERSION : GROUP_VERSION;
	if (t->is_few)
		slot->bytes = (uint32_t)sizeof(struct top_group) + 2 * n * word;
	initial = calloc(1, slot->bytes);
	if (initial == NULL)
		return -1;
	*top_table_group(t, initial) =
		(struct top_group){.changed = UINT16_MAX, .bound = UINT64_MAX};
	slot->initial = initial;
	return 0;
}

struct top_group *
top_table_group(const struct top_table *t, void *row)
{
	return (struct top_group *)(void *)((uint64_t *)row + (t->is_few ? t->limit : 1));
}

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
	const struct top_many *many = many_of(group);
	const void *cell = t->ext->peek(t->table, &many->cell, &len);

	return store_at((char *)(uintptr_t)cell, len, many->cap);
}

/* To be written. */
static struct store
store_edit(struct top_table *t, struct top_many *many, uint32_t room)
{
	const uint32_t len = room + many->cap * (uint32_t)sizeof(struct entry);

	return store_at(t->ext->edit(t->table, many, &many->cell, len, 0, len), len, many->cap);
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
	struct store store;
	int order;

	if (t->is_few)
		return top_few_takes(t, group, key);
	store = store_of(t, group);
	for (uint32_t i = 0; i < NEAR_LINES; i++)
		__builtin_prefetch(store.bytes + many_of(group)->used + i * LINE, 1);
	if (group->n < t->limit)
		return 1;
	order = compare(&store, top_key_prefix(key), key, &store.entries[t->limit - 1]);
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
drop_last(struct top_many *many, const struct store *store, uint32_t n)
{
	while (n-- > 0) {
		const struct entry *last = &store->entries[--many->group.n];

		many->live -= last->key_len + last->row_len;
	}
	if (many->group.n == 0)
		many->used = 0;
}

/* Takes the garbage out: what is live moves to the beginning, in the order of the entries. */
static int
pack(struct top_table *t, struct top_many *many, uint32_t room)
{
	struct store store = store_edit(t, many, room);
	uint32_t at = 0;

	if (many->live > t->spare_cap) {
		char *spare = realloc(t->spare, many->live);

		if (spare == NULL)
			return -1;
		t->spare = spare;
		t->spare_cap = many->live;
	}
	for (uint32_t i = 0; i < many->group.n; i++) {
		struct entry *entry = &store.entries[i];
		uint32_t len = entry->key_len + entry->row_len;

		memcpy(t->spare + at, store.bytes + entry->off, len);
		entry->off = at;
		at += len;
	}
	if (at > 0)
		memcpy(store.bytes, t->spare, at);
	many->used = at;
	return 0;
}

/* How many entries there is room for once one more comes. */
static uint32_t
next_cap(const struct top_table *t, const struct top_many *many)
{
	uint32_t cap = many->cap > 0 ? 2 * many->cap : 1;

	if (many->group.n < many->cap)
		return many->cap;
	return cap > t->limit && many->cap < t->limit ? t->limit : cap;
}

/*
 * Room for one more entry and its bytes.  It is for as many rows of the size they have so far as
 * there are entries, where rows leave for an eighth more, so that it is not packed each time, and
 * in all for a quarter more than before.
 */
static int
make_room(struct top_table *t, struct top_many *many, uint32_t room, uint64_t size)
{
	const uint32_t was = many->cap, cap = next_cap(t, many);
	const uint64_t need = many->live + size, entries = cap * sizeof(struct entry);
	const uint64_t least = (room + was * sizeof(struct entry)) * 5 / 4;
	uint64_t want = need * cap / (many->group.n + 1);
	struct store store;

	if (many->used > many->live) {
		want += want / 8;
		if (pack(t, many, room) < 0)
			return -1;
	}
	if (cap == was && need <= room - room / 8)
		return 0;
	if (want + entries < least)
		want = least - entries;
	want = (want + sizeof(uint64_t)) / sizeof(uint64_t) * sizeof(uint64_t);
	if (want + entries > UINT32_MAX) {
		t->is_full = 1;
		return -1;
	}
	many->cap = cap;
	store = store_edit(t, many, (uint32_t)want);
	memmove(store.entries, store.bytes + room, many->group.n * sizeof(struct entry));
	memset(store.entries + many->group.n, 0, (cap - many->group.n) * sizeof(struct entry));
	memset(store.bytes + many->used, 0, store.room - many->used);
	return 0;
}

static int
many_add(struct top_table *t, struct top_many *many, struct weir_str key, uint32_t len, char **at)
{
	struct top_group *group = &many->group;
	struct store store = store_of(t, group);
	const uint64_t prefix = top_key_prefix(key), size = (uint64_t)key.len + len;
	const uint32_t place = find_place(&store, group->n, prefix, key);
	struct entry *entry;

	if (place >= t->limit &&
		!(t->keeps_ties && compare(&store, prefix, key, &store.entries[t->limit - 1]) == 0))
		return 0;
	drop_last(many, &store, leaving(t, group, &store, place));
	if (group->n == many->cap || many->used + size > store.room) {
		if (make_room(t, many, store.room, size) < 0)
			return -1;
		store = store_of(t, group);
	}
	store = store_edit(t, many, store.room);
	entry = &store.entries[place];
	memmove(entry + 1, entry, (group->n - place) * sizeof *entry);
	*entry = (struct entry){
		.prefix = prefix, .off = many->used, .key_len = key.len, .row_len = len};
	*at = store.bytes + many->used;
	memcpy(*at, key.p, key.len);
	*at += key.len;
	many->used += (uint32_t)size;
	many->live += (uint32_t)size;
	if (++group->n >= t->limit)
		group->bound = store.entries[t->limit - 1].prefix;
	if (place < group->changed)
		group->changed = (uint16_t)place;
	return 1;
}

int
top_group_add(struct top_table *t, struct top_group *group, struct weir_str key, uint32_t len,
	char **place)
{
	if (!t->is_few)
		return many_add(t, many_of(group), key, len, place);
	*place = top_few_add(t, group, key, len);
	return *place != NULL;
}

struct weir_str
top_group_row(const struct top_table *t, const struct top_group *group, uint32_t i)
{
	const struct entry *entry;
	struct store store;

	if (t->is_few)
		return top_few_row(t, group, i);
	store = store_of(t, group);
	entry = &store.entries[i];
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

	return find_place(&store, group->n, top_key_prefix(key), key);
}

uint32_t
top_group_remove(struct top_table *t, struct top_group *group, struct weir_str key)
{
	struct top_many *many = many_of(group);
	struct store store = store_of(t, group);
	const uint64_t prefix = top_key_prefix(key);
	uint32_t place = find_place(&store, group->n, prefix, key);
	struct entry *entry;

	if (place == 0 || compare(&store, prefix, key, &store.entries[place - 1]) != 0)
		return UINT32_MAX;
	place--;
	store = store_edit(t, many, store.room);
	entry = &store.entries[place];
	many->live -= entry->key_len + entry->row_len;
	memmove(entry, entry + 1, (--group->n - place) * sizeof *entry);
	many->used = group->n > 0 ? many->used : 0;
	group->bound = UINT64_MAX;
	return place;
}

void
top_group_clear(struct top_group *group)
{
	struct top_many *many = many_of(group);

	group->n = many->used = many->live = 0;
	group->bound = UINT64_MAX;
}
