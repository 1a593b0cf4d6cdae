/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets for more keys, and for those of a table that was filled without; see hash.h. */
#include "state/hash_line.h"

#include "base/err.h"
#include "state/chain.h"

#include <stdlib.h>

enum {
	HASH_DOUBLING = 512, /* lines: smaller tables double, larger ones grow by a third */
	HASH_MANY = 1 << 16, /* keys whose homes are not in the cache */
	HASH_PARTS = 256, /* of the lines, to place many keys */
	HASH_PART = 1 << 24, /* tags of one */
	HASH_AHEAD = 16 /* keys, to prefetch their homes */
};

/* REQUIRES: a bucket is empty, and no key is this entry's. */
static inline void
hash_place(struct wr_hash *hash, uint32_t tag, uint32_t entry)
{
	uint32_t p = hash_home(hash->n_lines, tag) * WR_HASH_LINE;

	while (*hash_entry(hash, p) != 0)
		p = hash_next(hash, p);
	hash_set(hash, p, tag, entry);
}

/* The same among the lines from first on; whether it has a place there. */
static inline bool
hash_place_behind(struct wr_hash *hash, uint32_t first, uint32_t tag, uint32_t entry)
{
	uint32_t home = hash_home(hash->n_lines, tag), empty;

	if (home < first)
		return false;
	while ((empty = hash_equal(hash->lines[home].entry, 0)) == 0)
		if (++home == hash->n_lines)
			return false;
	hash_set(hash, home * WR_HASH_LINE + (uint32_t)__builtin_ctz(empty) / 2, tag, entry);
	return true;
}

/* A key that is to be placed. */
struct hash_due {
	uint32_t tag, root;
};

/*
 * The buckets of the first n lines go to where they belong among all of them.  That is further
 * behind, so the last go first; of the others, which went beyond the end or stood far from a home
 * that is among the first lines, there are few.
 */
static void
hash_spread(struct wr_hash *hash, uint32_t n)
{
	struct hash_due *due = NULL;
	uint32_t n_due = 0, cap = 0;

	while (n-- > 0) {
		const struct wr_hash_line line = hash->lines[n];

		memset(&hash->lines[n], 0, sizeof line);
		for (uint32_t j = 0; j < WR_HASH_LINE && line.entry[j] != 0; j++) {
			if (hash_place_behind(hash, n, line.tag[j], line.entry[j]))
				continue;
			if (n_due == cap) {
				cap = cap == 0 ? WR_HASH_LINE : cap * 2;
				due = wr_realloc(due, cap * sizeof *due);
			}
			due[n_due++] = (struct hash_due){line.tag[j], line.entry[j]};
		}
	}
	for (uint32_t i = 0; i < n_due; i++)
		hash_place(hash, due[i].tag, due[i].root);
	free(due);
}

static struct wr_hash_line *
hash_align(void *memory, uintptr_t align)
{
	return (struct wr_hash_line *)(((uintptr_t)memory + align - 1) & ~(align - 1));
}

void
wr_hash_grow(struct wr_hash *hash, uint64_t used)
{
	uint64_t want = hash->n_lines == 0 ? 1 : hash->n_lines;
	const uint32_t n_old = hash->n_lines;
	uintptr_t align, was = (uintptr_t)hash->lines - (uintptr_t)hash->memory;
	uint8_t *memory;

	while (want * (WR_HASH_LINE * 3 / 4) < used)
		want = want < HASH_DOUBLING ? want * 2 : (want * 4 + 2) / 3;
	wr_assert(want <= UINT32_MAX / WR_HASH_LINE);
	align = want == 1 ? sizeof(void *) * 2 : sizeof *hash->lines; /* small ones are many */
	if (n_old == 0)
		memory = wr_zalloc(want * sizeof *hash->lines + (want == 1 ? 0 : align));
	else
		memory = wr_realloc(hash->memory, want * sizeof *hash->lines + align);
	hash->memory = memory;
	hash->lines = hash_align(memory, align);
	hash->n_lines = (uint32_t)want;
	hash->max_used = (uint32_t)(want * (WR_HASH_LINE * 3 / 4));
	if (n_old == 0)
		return;
	if ((uint8_t *)hash->lines != memory + was)
		memmove(hash->lines, memory + was, n_old * sizeof *hash->lines);
	memset(hash->lines + n_old, 0, (want - n_old) * sizeof *hash->lines);
	hash_spread(hash, n_old);
}

uint32_t
wr_hash_append(struct wr_hash *hash, const struct wr_key *key, int64_t ns)
{
	struct wr_slabs *slabs = &hash->slabs;
	const struct wr_held_key *last;
	uint32_t index;

	wr_slabs_reserve(slabs, 1);
	last = hash->keyed && slabs->next > 1 ? wr_slabs_held(slabs, slabs->next - 1) : NULL;
	if (last != NULL && wr_slabs_key_eq(slabs, last, key)) {
		index = wr_slabs_take_held(slabs, last);
	} else {
		index = wr_slabs_take(slabs, key);
		hash->n_used++;
	}
	if (hash->keyed) {
		struct wr_node *node = wr_slabs_node(slabs, index);

		node->ns = ns;
		node->left = node->right = 0;
	}
	return index;
}

/* The chain that begins with an entry, whose key this is; *next: the one behind it. */
static uint32_t
hash_link(struct wr_hash *hash, uint32_t index, const struct wr_key *key, uint32_t *next)
{
	struct wr_slabs *slabs = &hash->slabs;
	uint32_t root = index, i = index + 1;

	for (; hash->keyed && i < slabs->next &&
		wr_slabs_key_eq(slabs, wr_slabs_held(slabs, i), key);
		i++)
		root = wr_chain_insert(slabs, root, i);
	*next = i;
	return root;
}

/* Parts of the lines follow one another, each of which is in the cache while it is filled. */
static struct hash_due *
hash_sort_due(struct hash_due *due, uint32_t n)
{
	struct hash_due *sorted = wr_alloc(n * sizeof *sorted);
	uint32_t at[HASH_PARTS] = {0}, next = 0;

	for (uint32_t i = 0; i < n; i++)
		at[due[i].tag / HASH_PART]++;
	for (uint32_t part = 0; part < HASH_PARTS; part++) {
		uint32_t count = at[part];

		at[part] = next;
		next += count;
	}
	for (uint32_t i = 0; i < n; i++)
		sorted[at[due[i].tag / HASH_PART]++] = due[i];
	free(due);
	return sorted;
}

void
wr_hash_index(struct wr_hash *hash)
{
	uint32_t n = hash->n_used, at = 0;
	struct hash_due *due;

	if (n == 0)
		return;
	wr_assert(hash->n_lines == 0);
	due = wr_alloc(n * sizeof *due);
	for (uint32_t i = 1; i < hash->slabs.next; at++) {
		struct wr_key key = wr_slabs_key(&hash->slabs, i);

		due[at].tag = (uint32_t)wr_key_hash(&key);
		due[at].root = hash_link(hash, i, &key, &i);
	}
	wr_assert(at == n);
	if (n > HASH_MANY)
		due = hash_sort_due(due, n);
	wr_hash_grow(hash, n);
	for (uint32_t i = 0; i < n; i++) {
		if (i + HASH_AHEAD < n)
			wr_hash_prefetch(hash, due[i + HASH_AHEAD].tag);
		hash_place(hash, due[i].tag, due[i].root);
	}
	free(due);
}
