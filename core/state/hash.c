/* SPDX-License-Identifier: Apache-2.0 */
/* One hash table; see hash.h. */
#include "state/hash_line.h"

#include "base/err.h"
#include "state/chain.h"

#include <stdlib.h>

enum {
	HASH_BLOCK = 64, /* keys whose cache misses overlap */
	HASH_CACHE_LINE = 64,
	HASH_NEAR_MAX = 512, /* bytes of an entry that are brought near */
	HASH_CACHED = 512 << 10, /* bytes of a table that is in the cache anyway */
	HASH_REPACK = 4096, /* bytes of dead keys that are worth no thought */
	HASH_KEEP = 16 /* lines that are worth keeping, if an eighth of their buckets was used */
};

/* Copies the bytes of live long keys together; the entries of a chain share theirs. */
static void
hash_repack(struct wr_hash *hash)
{
	struct wr_slabs *slabs = &hash->slabs;
	struct wr_keep old = slabs->keep;

	slabs->keep = (struct wr_keep){0};
	for (uint32_t p = 0; p < hash->n_lines * WR_HASH_LINE; p++) {
		uint32_t root = *hash_entry(hash, p), index;
		struct wr_held_key *held;

		if (root == 0 || !wr_held_is_far(wr_slabs_held(slabs, root)))
			continue;
		held = wr_slabs_held(slabs, root);
		held->u.far.at = wr_keep_copy(&slabs->keep, wr_keep_at(&old, held->u.far.at),
			held->len - (uint32_t)sizeof held->u.far.head);
		index = hash->keyed ? wr_chain_from(slabs, root, INT64_MIN) : 0;
		while (index != 0) {
			struct wr_node *node = wr_slabs_node(slabs, index);

			node->key.u.far.at = held->u.far.at;
			index = node->ns == INT64_MAX ? 0
						      : wr_chain_from(slabs, root, node->ns + 1);
		}
	}
	wr_keep_fini(&old);
}

/* Room for n more entries; how far those that are there moved. */
static intptr_t
hash_reserve(struct wr_hash *hash, uint32_t n)
{
	uintptr_t first = hash->slabs.n_slabs > 0 ? (uintptr_t)hash->slabs.slab[0] : 0;
	const struct wr_keep *keep = &hash->slabs.keep;

	if (keep->dead > HASH_REPACK && keep->dead > keep->held / 2)
		hash_repack(hash);
	if (hash->n_used + (uint64_t)n > hash->max_used)
		wr_hash_grow(hash, hash->n_used + (uint64_t)n);
	wr_slabs_reserve(&hash->slabs, n);
	if (hash->tracked)
		wr_hash_reserve_dirty(hash);
	return first == 0 ? 0 : (intptr_t)((uintptr_t)hash->slabs.slab[0] - first);
}

static inline void
hash_mark(struct wr_hash *hash, uint32_t index)
{
	uint64_t bit = UINT64_C(1) << (index & 63);

	if (hash->dirty_bits[index >> 6] & bit)
		return;
	hash->dirty_bits[index >> 6] |= bit;
	hash->n_dirty++;
	hash->slabs.layout->n_dirty++;
	if (hash->frozen != NULL)
		wr_hash_save(hash, index);
}

/* The entry of ns in the chain of bucket p; 0: none. */
static uint32_t
hash_chain_put(struct wr_hash *hash, uint32_t p, int64_t ns, bool *made)
{
	uint32_t root = *hash_entry(hash, p), index;
	struct wr_node *node;

	index = wr_chain_find(&hash->slabs, root, ns);
	*made = index == 0;
	if (index != 0)
		return index;
	index = wr_slabs_take_held(&hash->slabs, wr_slabs_held(&hash->slabs, root));
	node = wr_slabs_node(&hash->slabs, index);
	node->ns = ns;
	root = wr_chain_insert(&hash->slabs, root, index);
	*hash_entry(hash, p) = root;
	return index;
}

/* REQUIRES: room for one more. */
static uint32_t
hash_put(struct wr_hash *hash, const struct wr_key *key, uint32_t tag, int64_t ns, bool *made)
{
	uint32_t p = hash_seek(hash, key, tag);
	uint32_t index = *hash_entry(hash, p);

	*made = index == 0;
	if (index == 0) {
		index = wr_slabs_take(&hash->slabs, key);
		hash_set(hash, p, tag, index);
		hash->n_used++;
		if (hash->keyed) {
			struct wr_node *node = wr_slabs_node(&hash->slabs, index);

			node->ns = ns;
			node->left = node->right = 0;
		}
	} else if (hash->keyed && wr_slabs_node(&hash->slabs, index)->ns != ns) {
		index = hash_chain_put(hash, p, ns, made);
	}
	return index;
}

/*
 * Keys on their way, so many at once that their cache misses overlap: first their homes are brought
 * near, then the entries with their tags, then the bytes of long keys, and then they are compared.
 * A key whose entry is not that one takes the long way.
 */
static struct wr_node hash_none = {.key = {.len = WR_KEY_NULL, .u.bytes = {1}}}; /* nobody's key */

struct hash_block {
	uint32_t base, n;
	const struct wr_hash_line *line[HASH_BLOCK];
	uint32_t index[HASH_BLOCK]; /* 0 where there is none: of hash_none */
	uint8_t *entry[HASH_BLOCK];
	const uint8_t *rest[HASH_BLOCK]; /* of a long key */
};

static inline uint32_t
lookup_row(const struct wr_lookup *lookup, uint32_t i)
{
	return lookup->rows == NULL ? i : lookup->rows[i];
}

static inline uint32_t
lookup_at(const struct wr_lookup *lookup, uint32_t i)
{
	return lookup->at == NULL ? i : lookup->at[i];
}

static inline int64_t
lookup_ns(const struct wr_lookup *lookup, uint32_t i)
{
	return lookup->ns == NULL ? 0 : lookup->ns[lookup_at(lookup, i)];
}

static inline void
hash_block_start(const struct wr_hash *hash, const struct wr_lookup *lookup,
	struct hash_block *block, uint32_t base)
{
	const struct wr_hash_line *lines = hash->lines;
	uint32_t n_lines = hash->n_lines;

	block->base = base;
	block->n = lookup->n - base < HASH_BLOCK ? lookup->n - base : HASH_BLOCK;
	for (uint32_t i = 0; i < block->n; i++) {
		uint32_t tag = (uint32_t)lookup->hash[lookup_row(lookup, base + i)];

		block->line[i] = &lines[hash_home(n_lines, tag)];
		__builtin_prefetch(block->line[i]);
		__builtin_prefetch(block->line[i] + 1);
	}
}

/* The entry of a tag that its home has not. */
static uint32_t
hash_overflow(const struct wr_hash *hash, const struct wr_hash_line *line, uint32_t tag)
{
	uint32_t same;

	do {
		if (line->entry[WR_HASH_LINE - 1] == 0)
			return 0;
		line = line == &hash->lines[hash->n_lines - 1] ? hash->lines : line + 1;
		same = hash_equal(line->tag, tag);
	} while (same == 0);
	return line->entry[__builtin_ctz(same) / 2];
}

/* All of an entry: its row is what the caller works on next. */
static inline void
hash_near_entry(const uint8_t *entry, uint32_t size)
{
	for (uint32_t off = 0; off < size; off += HASH_CACHE_LINE)
		__builtin_prefetch(entry + off, 1);
	__builtin_prefetch(entry + size - 1, 1); /* entries are not aligned to lines */
}

/* The entry that has this tag, most likely the key's own; 0: none. */
static inline uint32_t
hash_candidate(const struct wr_hash *hash, const struct wr_hash_line *line, uint32_t tag)
{
	uint32_t same = hash_equal(line->tag, tag);

	return same != 0 ? line->entry[__builtin_ctz(same) / 2] : hash_overflow(hash, line, tag);
}

/* slabs and layout are the caller's copies, which need not be read again. */
static inline uint8_t *
hash_entry_at(const struct wr_slabs *slabs, const struct wr_layout *layout, uint32_t index)
{
	if (index == 0)
		return (uint8_t *)&hash_none;
	return slabs->slab[(index - 1) >> layout->shift] +
	       (size_t)((index - 1) & ((1u << layout->shift) - 1)) * layout->stride;
}

static inline void
hash_block_near(
	const struct wr_hash *hash, const struct wr_lookup *lookup, struct hash_block *block)
{
	const struct wr_slabs slabs = hash->slabs;
	const struct wr_layout layout = *slabs.layout;
	const uint32_t size = layout.stride < HASH_NEAR_MAX ? layout.stride : HASH_NEAR_MAX;

	for (uint32_t i = 0; i < block->n; i++) {
		uint32_t tag = (uint32_t)lookup->hash[lookup_row(lookup, block->base + i)];

		block->index[i] = hash_candidate(hash, block->line[i], tag);
		block->entry[i] = hash_entry_at(&slabs, &layout, block->index[i]);
		hash_near_entry(block->entry[i], size);
	}
	if (slabs.keep.n_chunks == 0)
		return;
	for (uint32_t i = 0; i < block->n; i++) {
		const struct wr_held_key *held =
			(const struct wr_held_key *)(const void *)block->entry[i];

		if (wr_held_is_far(held)) {
			const uint8_t *rest = wr_keep_at(&slabs.keep, held->u.far.at);

			block->rest[i] = rest;

			__builtin_prefetch(rest);
			__builtin_prefetch(rest + held->len - sizeof held->u.far.head - 1);
		}
	}
}

static inline bool
hash_has_room(const struct wr_hash *hash)
{
	return hash->n_used < hash->max_used &&
	       (hash->slabs.n_free > 0 || hash->slabs.next <= hash->slabs.room);
}

/* Whether an entry is there, or room for one. */
static bool
hash_can_put(const struct wr_hash *hash, const struct wr_key *key, uint32_t tag, int64_t ns)
{
	uint32_t index;

	if (hash_has_room(hash))
		return true;
	index = *hash_entry(hash, hash_seek(hash, key, tag));
	return index != 0 && (!hash->keyed || wr_chain_find(&hash->slabs, index, ns) != 0);
}

/* The entry of a key whose candidate was none or another one, made if it is new; 0: there is no
 * room. */
static __attribute__((noinline)) uint32_t
hash_settle(struct wr_hash *hash, const struct wr_lookup *lookup, uint32_t i)
{
	uint32_t from = lookup_row(lookup, i), tag = (uint32_t)lookup->hash[from];
	const struct wr_key *key = &lookup->keys[from];
	int64_t ns = hash->keyed ? lookup_ns(lookup, i) : 0;
	bool made;

	return hash_can_put(hash, key, tag, ns) ? hash_put(hash, key, tag, ns, &made) : 0;
}

/* How many keys are done: all, or those before one that is new and finds no room. */
static inline __attribute__((always_inline)) uint32_t
hash_block_upsert(struct wr_hash *hash, const struct wr_lookup *lookup,
	const struct hash_block *block, bool keyed, bool tracked, void **row)
{
	const uint32_t head = hash->slabs.layout->head;

	for (uint32_t i = 0; i < block->n; i++) {
		uint32_t from = block->base + i, index = block->index[i];
		uint8_t *entry = block->entry[i];

		if (!wr_held_eq((const struct wr_held_key *)(const void *)entry, block->rest[i],
			    &lookup->keys[lookup_row(lookup, from)]) ||
			(keyed && ((const struct wr_node *)(const void *)entry)->ns !=
					  lookup_ns(lookup, from))) {
			index = hash_settle(hash, lookup, from);
			if (index == 0)
				return i;
			entry = wr_slabs_at(&hash->slabs, index);
		}
		if (tracked)
			hash_mark(hash, index);
		row[lookup_at(lookup, from)] = entry + head;
	}
	return block->n;
}

/* Whether all is in the cache anyway, and no key is parted. */
static inline bool
hash_is_near(const struct wr_hash *hash)
{
	uint64_t bytes = (uint64_t)hash->slabs.next * hash->slabs.layout->stride;

	return hash->slabs.keep.n_chunks == 0 &&
	       hash->n_lines * sizeof *hash->lines + bytes <= HASH_CACHED;
}

/* Of keys that are not parted; one that is takes the long way. */
static inline bool
hash_near_eq(const uint8_t *entry, const struct wr_key *key)
{
	const struct wr_held_key *held = (const struct wr_held_key *)(const void *)entry;

	return memcmp(held, key, sizeof *key) == 0 ||
	       (held->len == WR_HELD_PAIR && wr_held_pair_eq(held, key));
}

/* As hash_block_upsert, of all keys from base on: nothing needs to be brought near. */
static inline __attribute__((always_inline)) uint32_t
hash_near_upsert(struct wr_hash *hash, const struct wr_lookup *lookup, uint32_t base, bool keyed,
	bool tracked, void **row)
{
	const struct wr_lookup own = *lookup;
	const struct wr_slabs slabs = hash->slabs;
	const struct wr_layout layout = *slabs.layout;
	const struct wr_hash_line *lines = hash->lines;
	const uint32_t n_lines = hash->n_lines;

	for (uint32_t i = base; i < own.n; i++) {
		uint32_t from = lookup_row(&own, i), tag = (uint32_t)own.hash[from];
		uint32_t index = hash_candidate(hash, &lines[hash_home(n_lines, tag)], tag);
		uint8_t *entry = hash_entry_at(&slabs, &layout, index);

		if (!hash_near_eq(entry, &own.keys[from]) ||
			(keyed && ((const struct wr_node *)(const void *)entry)->ns !=
					  lookup_ns(&own, i))) {
			index = hash_settle(hash, lookup, i);
			if (index == 0)
				return i - base;
			entry = hash_entry_at(&slabs, &layout, index);
		}
		if (tracked)
			hash_mark(hash, index);
		row[lookup_at(&own, i)] = entry + layout.head;
	}
	return own.n - base;
}

/* Room for one more at least; the rows of the first n keys move with their entries. */
static void
hash_make_room(struct wr_hash *hash, const struct wr_lookup *lookup, uint32_t n, void **row)
{
	intptr_t moved = hash_reserve(hash, 1);

	for (uint32_t i = 0; i < n && moved != 0; i++)
		row[lookup_at(lookup, i)] = (uint8_t *)row[lookup_at(lookup, i)] + moved;
}

static inline __attribute__((always_inline)) void
hash_upsert(
	struct wr_hash *hash, const struct wr_lookup *lookup, bool keyed, bool tracked, void **row)
{
	struct hash_block blocks[2];
	uint32_t base = 0, turn = 0;
	bool started = false;

	if (tracked)
		wr_hash_part(hash);
	hash_reserve(hash, hash->slabs.room == 0 ? 1 : 0);
	while (base < lookup->n) {
		struct hash_block *block = &blocks[turn];
		uint32_t done;

		if (hash_is_near(hash)) {
			base += hash_near_upsert(hash, lookup, base, keyed, tracked, row);
			started = false;
			if (base < lookup->n)
				hash_make_room(hash, lookup, base, row);
			continue;
		}
		if (!started)
			hash_block_start(hash, lookup, block, base);
		if (lookup->n - base > HASH_BLOCK)
			hash_block_start(hash, lookup, &blocks[turn ^ 1], base + HASH_BLOCK);
		hash_block_near(hash, lookup, block);
		done = hash_block_upsert(hash, lookup, block, keyed, tracked, row);
		base += done;
		started = done == block->n;
		if (started)
			turn ^= 1;
		else
			hash_make_room(hash, lookup, base, row);
	}
}

static inline __attribute__((always_inline)) void
hash_upsert_shape(struct wr_hash *hash, const struct wr_lookup *lookup, void **row)
{
	if (hash->keyed)
		hash_upsert(hash, lookup, true, hash->tracked, row);
	else if (hash->tracked)
		hash_upsert(hash, lookup, false, true, row);
	else
		hash_upsert(hash, lookup, false, false, row);
}

/* The common shapes of a call have code of their own, in which nothing is asked per row. */
void
wr_hash_upsert(struct wr_hash *hash, const struct wr_lookup *lookup, void **row)
{
	struct wr_lookup own = *lookup;

	if (own.at != NULL) {
		hash_upsert(hash, lookup, hash->keyed, hash->tracked, row);
		return;
	}
	own.at = NULL;
	if (own.rows != NULL) {
		hash_upsert_shape(hash, &own, row);
	} else {
		own.rows = NULL;
		hash_upsert_shape(hash, &own, row);
	}
}

/* The only entry of a key, whose first one this is; NULL: none or several. */
static inline void *
hash_only(struct wr_hash *hash, uint32_t index, uint8_t *entry, int64_t *ns)
{
	const struct wr_node *node = (const struct wr_node *)(const void *)entry;

	if (index == 0 || (hash->keyed && (node->left | node->right) != 0))
		return NULL;
	*ns = hash->keyed ? node->ns : hash->ns;
	if (hash->tracked)
		hash_mark(hash, index);
	return entry + hash->slabs.layout->head;
}

/* Of each key the root; or, if single is the table too, the only entry, which counts as written. */
static inline __attribute__((always_inline)) void
hash_near_find(const struct wr_hash *hash, const struct wr_lookup *lookup, uint32_t *root,
	struct wr_hash *single, int64_t *ns, void **row)
{
	const struct wr_lookup own = *lookup;
	const struct wr_slabs slabs = hash->slabs;
	const struct wr_layout layout = *slabs.layout;
	const struct wr_hash_line *lines = hash->lines;
	const uint32_t n_lines = hash->n_lines;

	for (uint32_t i = 0; i < own.n; i++) {
		uint32_t from = lookup_row(&own, i), tag = (uint32_t)own.hash[from];
		uint32_t index = hash_candidate(hash, &lines[hash_home(n_lines, tag)], tag);
		uint8_t *entry = hash_entry_at(&slabs, &layout, index);

		if (!hash_near_eq(entry, &own.keys[from])) {
			index = *hash_entry(hash, hash_seek(hash, &own.keys[from], tag));
			entry = hash_entry_at(&slabs, &layout, index);
		}
		if (single == NULL)
			root[lookup_at(&own, i)] = index;
		else
			row[i] = hash_only(single, index, entry, &ns[i]);
	}
}

void
wr_hash_roots(const struct wr_hash *hash, const struct wr_lookup *lookup, uint32_t *root)
{
	struct hash_block blocks[2];

	if (hash->n_used == 0) {
		for (uint32_t i = 0; i < lookup->n; i++)
			root[lookup_at(lookup, i)] = 0;
		return;
	}
	if (hash_is_near(hash)) {
		hash_near_find(hash, lookup, root, NULL, NULL, NULL);
		return;
	}
	for (uint32_t base = 0, turn = 0; base < lookup->n; base += HASH_BLOCK, turn ^= 1) {
		struct hash_block *block = &blocks[turn];

		if (base == 0)
			hash_block_start(hash, lookup, block, base);
		if (lookup->n - base > HASH_BLOCK)
			hash_block_start(hash, lookup, &blocks[turn ^ 1], base + HASH_BLOCK);
		hash_block_near(hash, lookup, block);
		for (uint32_t i = 0; i < block->n; i++) {
			uint32_t from = lookup_row(lookup, base + i), index = block->index[i];
			const struct wr_key *key = &lookup->keys[from];

			if (!wr_slabs_key_eq(&hash->slabs,
				    (const struct wr_held_key *)(void *)block->entry[i], key))
				index = *hash_entry(
					hash, hash_seek(hash, key, (uint32_t)lookup->hash[from]));
			root[lookup_at(lookup, base + i)] = index;
		}
	}
}

void
wr_hash_single(struct wr_hash *hash, const struct wr_lookup *lookup, int64_t *ns, void **row)
{
	uint32_t root[WEIR_ROWS_MAX];

	wr_assert(lookup->at == NULL && lookup->n <= WEIR_ROWS_MAX);
	if (hash->tracked) {
		wr_hash_part(hash);
		wr_hash_reserve_dirty(hash);
	}
	if (hash->n_used > 0 && hash_is_near(hash)) {
		hash_near_find(hash, lookup, NULL, hash, ns, row);
		return;
	}
	wr_hash_roots(hash, lookup, root);
	for (uint32_t i = 0; i < lookup->n; i++)
		row[i] = hash_only(hash, root[i],
			root[i] == 0 ? NULL : wr_slabs_at(&hash->slabs, root[i]), &ns[i]);
}

uint32_t
wr_hash_put(
	struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash, int64_t ns, bool *made)
{
	uint32_t index;

	if (hash->tracked)
		wr_hash_part(hash);
	hash_reserve(hash, 1);
	index = hash_put(hash, key, (uint32_t)key_hash, ns, made);
	if (hash->tracked)
		hash_mark(hash, index);
	return index;
}

uint32_t
wr_hash_load(
	struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash, int64_t ns, bool *made)
{
	hash_reserve(hash, 1);
	return hash_put(hash, key, (uint32_t)key_hash, ns, made);
}

/* All entries are copied, each to its number. */
void
wr_hash_chain(struct wr_hash *hash)
{
	struct wr_slabs old = hash->slabs;
	struct wr_layout *layout = old.layout, was = *layout;

	wr_assert(!hash->keyed && layout->head == sizeof(struct wr_entry));
	hash->keyed = true;
	wr_layout_set_head(layout, sizeof(struct wr_node));
	if (old.n_slabs == 0)
		return;
	wr_slabs_renew(&hash->slabs);
	old.layout = &was;
	for (uint32_t i = 1; i < old.next; i++) {
		struct wr_node *node = wr_slabs_node(&hash->slabs, i);

		node->key = *wr_slabs_held(&old, i);
		node->ns = hash->ns;
		node->left = node->right = 0;
		memcpy(node + 1, wr_slabs_at(&old, i) + was.head, layout->row_bytes);
	}
	for (uint32_t i = 0; i < old.n_slabs; i++)
		free(old.slab[i]);
	free(old.slab);
}

uint32_t
wr_hash_get(const struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash)
{
	return hash->n_used == 0 ? 0 : *hash_entry(hash, hash_seek(hash, key, (uint32_t)key_hash));
}

void
wr_hash_prefetch(const struct wr_hash *hash, uint64_t key_hash)
{
	if (hash->n_lines > 0)
		__builtin_prefetch(&hash->lines[hash_home(hash->n_lines, (uint32_t)key_hash)]);
}

uint64_t
wr_hash_bytes(const struct wr_hash *hash)
{
	return hash->n_lines * sizeof *hash->lines + wr_slabs_bytes(&hash->slabs) +
	       hash->dirty_words * sizeof *hash->dirty_bits +
	       (hash->frozen == NULL ? 0 : hash->frozen->words * sizeof *hash->frozen->bits);
}

void
wr_hash_fini(struct wr_hash *hash)
{
	wr_slabs_fini(&hash->slabs);
	wr_hash_forget_dirty(hash);
	free(hash->memory);
	hash->memory = NULL;
	hash->lines = NULL;
	hash->n_lines = hash->n_used = hash->max_used = 0;
}

bool
wr_hash_empty(struct wr_hash *hash)
{
	struct wr_hash kept = {.keyed = hash->keyed,
		.memory = hash->memory,
		.lines = hash->lines,
		.n_lines = hash->n_lines,
		.max_used = hash->max_used};

	if (hash->n_lines < HASH_KEEP || hash->n_used < hash->n_lines) {
		wr_hash_fini(hash);
		return false;
	}
	hash->memory = NULL;
	wr_hash_fini(hash);
	memset(kept.lines, 0, kept.n_lines * sizeof *kept.lines);
	kept.slabs.layout = hash->slabs.layout;
	*hash = kept;
	return true;
}
