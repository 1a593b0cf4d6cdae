/* SPDX-License-Identifier: Apache-2.0 */
/* One hash table; see hash.h. */
#include "state/hash.h"

#include "base/err.h"
#include "state/chain.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	HASH_LINE = 8, /* buckets in a cache line; a table has whole lines */
	HASH_DOUBLING = 4096, /* smaller tables double, larger ones grow by a third */
	HASH_BLOCK = 64, /* keys whose cache misses overlap */
	HASH_REPACK = 4096 /* bytes of dead keys that are worth no thought */
};

/*
 * A key's home is a line of buckets; it stands in the first from there on that was empty.  Homes
 * are in the order of tags, so that a larger table is filled from its predecessor front to back,
 * and by multiplication, so that the number of lines is free.
 */
static inline uint32_t
hash_home(const struct wr_hash *hash, uint32_t tag)
{
	return (uint32_t)((uint64_t)tag * (hash->n_buckets / HASH_LINE) >> 32) * HASH_LINE;
}

static inline uint32_t
hash_next(const struct wr_hash *hash, uint32_t p)
{
	return p + 1 == hash->n_buckets ? 0 : p + 1;
}

static void
hash_grow(struct wr_hash *hash, uint64_t used)
{
	const uintptr_t line = HASH_LINE * sizeof *hash->buckets;
	const uint64_t *old = hash->buckets;
	void *old_memory = hash->memory;
	uint64_t want = hash->n_buckets < HASH_LINE ? HASH_LINE : hash->n_buckets;
	uint32_t n_old = hash->n_buckets;

	while (want * 3 / 4 < used)
		want = want < HASH_DOUBLING ? want * 2 : (want / HASH_LINE * 4 + 2) / 3 * HASH_LINE;
	wr_assert(want <= UINT32_MAX);
	hash->memory = wr_zalloc(want * sizeof *hash->buckets + line);
	hash->buckets = (uint64_t *)(((uintptr_t)hash->memory + line - 1) & ~(line - 1));
	hash->n_buckets = (uint32_t)want;
	hash->max_used = (uint32_t)(want * 3 / 4);
	for (uint32_t i = 0; i < n_old; i++) {
		uint32_t p;

		if (old[i] == 0)
			continue;
		p = hash_home(hash, (uint32_t)(old[i] >> 32));
		while (hash->buckets[p] != 0)
			p = hash_next(hash, p);
		hash->buckets[p] = old[i];
	}
	free(old_memory);
}

/* Copies the bytes of live long keys together; the entries of a chain share theirs. */
static void
hash_repack(struct wr_hash *hash)
{
	struct wr_slabs *slabs = &hash->slabs;
	struct wr_keep old = slabs->keep;

	slabs->keep = (struct wr_keep){0};
	for (uint32_t p = 0; p < hash->n_buckets; p++) {
		uint32_t root = (uint32_t)hash->buckets[p], index;
		struct wr_key key;

		if (root == 0 || !wr_key_is_far(wr_slabs_key(slabs, root)))
			continue;
		key = *wr_slabs_key(slabs, root);
		key = wr_key_make(wr_keep_copy(&slabs->keep, wr_key_bytes(&key), key.len), key.len);
		*wr_slabs_key(slabs, root) = key;
		index = hash->keyed ? wr_chain_from(slabs, root, INT64_MIN) : 0;
		while (index != 0) {
			struct wr_node *node = wr_slabs_node(slabs, index);

			node->key = key;
			index = node->ns == INT64_MAX ? 0
						      : wr_chain_from(slabs, root, node->ns + 1);
		}
	}
	wr_keep_fini(&old);
}

static void
hash_reserve_dirty(struct wr_hash *hash)
{
	uint32_t words = hash->slabs.room / 64 + 1;

	if (words <= hash->dirty_words)
		return;
	hash->dirty_bits = wr_realloc(hash->dirty_bits, words * sizeof *hash->dirty_bits);
	memset(hash->dirty_bits + hash->dirty_words, 0,
		(words - hash->dirty_words) * sizeof *hash->dirty_bits);
	hash->dirty_words = words;
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
		hash_grow(hash, hash->n_used + (uint64_t)n);
	wr_slabs_reserve(&hash->slabs, n);
	if (hash->tracked)
		hash_reserve_dirty(hash);
	return first == 0 ? 0 : (intptr_t)((uintptr_t)hash->slabs.slab[0] - first);
}

static inline void
hash_mark(struct wr_hash *hash, uint32_t index)
{
	uint64_t bit = UINT64_C(1) << (index & 63);

	if (hash->dirty_bits[index >> 6] & bit)
		return;
	hash->dirty_bits[index >> 6] |= bit;
	if (hash->n_dirty == hash->cap_dirty) {
		hash->cap_dirty = hash->cap_dirty < 8 ? 8 : hash->cap_dirty * 2;
		hash->dirty = wr_realloc(hash->dirty, hash->cap_dirty * sizeof *hash->dirty);
	}
	hash->dirty[hash->n_dirty++] = index;
}

/* A bit for each of the four buckets from at on that is empty or has the tag. */
static inline uint32_t
hash_stops(const uint64_t *at, uint32_t tag)
{
#ifdef __SSE2__
	const __m128i *pair = (const __m128i *)(const void *)at;
	__m128 low = _mm_castsi128_ps(_mm_load_si128(pair));
	__m128 high = _mm_castsi128_ps(_mm_load_si128(pair + 1));
	__m128i tags = _mm_castps_si128(_mm_shuffle_ps(low, high, 0xdd));
	__m128i entries = _mm_castps_si128(_mm_shuffle_ps(low, high, 0x88));
	__m128i stop = _mm_or_si128(_mm_cmpeq_epi32(tags, _mm_set1_epi32((int)tag)),
		_mm_cmpeq_epi32(entries, _mm_setzero_si128()));

	return (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(stop));
#else
	uint32_t mask = 0;

	for (uint32_t i = 0; i < 4; i++)
		mask |= (uint32_t)(at[i] == 0 || (uint32_t)(at[i] >> 32) == tag) << i;
	return mask;
#endif
}

/*
 * The first bucket of home's line or of those behind it that is empty or has the tag.  Which one of
 * a line that is is anyone's guess: the branch predictor is not made to guess it.
 */
static inline uint32_t
hash_walk(const struct wr_hash *hash, uint32_t tag, uint32_t home)
{
	for (;;) {
		uint32_t stops = hash_stops(&hash->buckets[home], tag);

		stops |= hash_stops(&hash->buckets[home + HASH_LINE / 2], tag) << HASH_LINE / 2;
		if (stops != 0)
			return home + (uint32_t)__builtin_ctz(stops);
		home += HASH_LINE;
		if (home == hash->n_buckets)
			home = 0;
	}
}

/* The bucket of a key, or the empty one where it belongs; from p, which is not behind it. */
static inline uint32_t
hash_seek(const struct wr_hash *hash, const struct wr_key *key, uint32_t tag, uint32_t p)
{
	for (;;) {
		uint64_t bucket = hash->buckets[p];

		if (bucket == 0)
			return p;
		if ((uint32_t)(bucket >> 32) == tag &&
			wr_key_eq(wr_slabs_key(&hash->slabs, (uint32_t)bucket), key))
			return p;
		p = hash_next(hash, p);
	}
}

/* The entry of ns in the chain of bucket p; 0: none. */
static uint32_t
hash_chain_put(struct wr_hash *hash, uint32_t p, int64_t ns, bool *made)
{
	uint32_t root = (uint32_t)hash->buckets[p], index;
	struct wr_node *node;

	index = wr_chain_find(&hash->slabs, root, ns);
	*made = index == 0;
	if (index != 0)
		return index;
	index = wr_slabs_take_held(&hash->slabs, wr_slabs_key(&hash->slabs, root));
	node = wr_slabs_node(&hash->slabs, index);
	node->ns = ns;
	root = wr_chain_insert(&hash->slabs, root, index);
	hash->buckets[p] = hash->buckets[p] >> 32 << 32 | root;
	return index;
}

/* REQUIRES: room for one more. */
static inline uint32_t
hash_put(struct wr_hash *hash, const struct wr_key *key, uint32_t tag, uint32_t p, bool keyed,
	int64_t ns, bool *made)
{
	uint32_t index;

	p = hash_seek(hash, key, tag, p);
	index = (uint32_t)hash->buckets[p];
	*made = index == 0;
	if (index == 0) {
		index = wr_slabs_take(&hash->slabs, key);
		hash->buckets[p] = (uint64_t)tag << 32 | index;
		hash->n_used++;
		if (keyed) {
			struct wr_node *node = wr_slabs_node(&hash->slabs, index);

			node->ns = ns;
			node->left = node->right = 0;
		}
	} else if (keyed && wr_slabs_node(&hash->slabs, index)->ns != ns) {
		index = hash_chain_put(hash, p, ns, made);
	}
	return index;
}

/*
 * Keys on their way, so many at once that their cache misses overlap: first their homes are brought
 * near, then the entries there, then the bytes of long keys, and then they are compared.
 */
struct hash_block {
	uint32_t base, n;
	bool far; /* some keys are long */
	uint32_t tag[HASH_BLOCK], at[HASH_BLOCK];
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
	block->base = base;
	block->n = lookup->n - base < HASH_BLOCK ? lookup->n - base : HASH_BLOCK;
	for (uint32_t i = 0; i < block->n; i++) {
		uint32_t tag = (uint32_t)lookup->hash[lookup_row(lookup, base + i)];

		block->tag[i] = tag;
		block->at[i] = hash_home(hash, tag);
		__builtin_prefetch(&hash->buckets[block->at[i]]);
	}
}

/* Entries are not aligned to lines: one touches two, if it is as small as they mostly are. */
static inline void
hash_block_near(
	const struct wr_hash *hash, const struct wr_lookup *lookup, struct hash_block *block)
{
	const uint32_t row = hash->slabs.layout->head + (uint32_t)sizeof(uint64_t) - 1;

	block->far = false;
	for (uint32_t i = 0; i < block->n; i++) {
		uint32_t p = hash_walk(hash, block->tag[i], block->at[i]);
		const uint8_t *entry = wr_slabs_at(&hash->slabs, (uint32_t)hash->buckets[p]);

		block->at[i] = p;
		__builtin_prefetch(entry, 1);
		__builtin_prefetch(entry + row, 1);
		block->far |= wr_key_is_far(&lookup->keys[lookup_row(lookup, block->base + i)]);
	}
	for (uint32_t i = 0; i < block->n && block->far; i++) {
		uint32_t index = (uint32_t)hash->buckets[block->at[i]];
		const struct wr_key *key = wr_slabs_key(&hash->slabs, index);

		if (index != 0 && wr_key_is_far(key)) {
			__builtin_prefetch(wr_key_bytes(key));
			__builtin_prefetch(wr_key_bytes(key) + key->len - 1);
		}
	}
}

static inline void
hash_block_upsert(struct wr_hash *hash, const struct wr_lookup *lookup,
	const struct hash_block *block, bool keyed, void **row)
{
	for (uint32_t i = 0; i < block->n; i++) {
		uint32_t from = block->base + i, index;
		bool made;

		index = hash_put(hash, &lookup->keys[lookup_row(lookup, from)], block->tag[i],
			block->at[i], keyed, keyed ? lookup_ns(lookup, from) : 0, &made);
		if (hash->tracked)
			hash_mark(hash, index);
		row[lookup_at(lookup, from)] = wr_hash_row(hash, index);
	}
}

static inline void
hash_upsert(struct wr_hash *hash, const struct wr_lookup *lookup, bool keyed, void **row)
{
	struct hash_block blocks[2] = {0};

	for (uint32_t base = 0, turn = 0; base < lookup->n; base += HASH_BLOCK, turn ^= 1) {
		struct hash_block *block = &blocks[turn], *next = &blocks[turn ^ 1];
		uint32_t left = lookup->n - base, n_buckets = hash->n_buckets;
		intptr_t moved = hash_reserve(hash, left < 2 * HASH_BLOCK ? left : 2 * HASH_BLOCK);

		if (moved != 0)
			for (uint32_t i = 0; i < base; i++)
				row[lookup_at(lookup, i)] =
					(uint8_t *)row[lookup_at(lookup, i)] + moved;
		if (base == 0 || hash->n_buckets != n_buckets)
			hash_block_start(hash, lookup, block, base);
		if (left > HASH_BLOCK)
			hash_block_start(hash, lookup, next, base + HASH_BLOCK);
		hash_block_near(hash, lookup, block);
		hash_block_upsert(hash, lookup, block, keyed, row);
	}
}

void
wr_hash_upsert(struct wr_hash *hash, const struct wr_lookup *lookup, void **row)
{
	if (hash->keyed)
		hash_upsert(hash, lookup, true, row);
	else
		hash_upsert(hash, lookup, false, row);
}

void
wr_hash_roots(const struct wr_hash *hash, const struct wr_lookup *lookup, uint32_t *root)
{
	struct hash_block blocks[2] = {0};

	if (hash->n_used == 0) {
		for (uint32_t i = 0; i < lookup->n; i++)
			root[lookup_at(lookup, i)] = 0;
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
			const struct wr_key *key = &lookup->keys[lookup_row(lookup, base + i)];
			uint32_t p = hash_seek(hash, key, block->tag[i], block->at[i]);

			root[lookup_at(lookup, base + i)] = (uint32_t)hash->buckets[p];
		}
	}
}

uint32_t
wr_hash_put(
	struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash, int64_t ns, bool *made)
{
	uint32_t tag = (uint32_t)key_hash, index;

	hash_reserve(hash, 1);
	index = hash_put(
		hash, key, tag, hash_walk(hash, tag, hash_home(hash, tag)), hash->keyed, ns, made);
	if (hash->tracked)
		hash_mark(hash, index);
	return index;
}

uint32_t
wr_hash_get(const struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash)
{
	uint32_t tag = (uint32_t)key_hash;

	if (hash->n_used == 0)
		return 0;
	return (uint32_t)hash
		->buckets[hash_seek(hash, key, tag, hash_walk(hash, tag, hash_home(hash, tag)))];
}

/* Empties bucket p and moves back those behind it that it kept from their homes. */
static void
hash_close(struct wr_hash *hash, uint32_t p)
{
	uint32_t n = hash->n_buckets;

	for (uint32_t q = hash_next(hash, p); hash->buckets[q] != 0; q = hash_next(hash, q)) {
		uint32_t home = hash_home(hash, (uint32_t)(hash->buckets[q] >> 32));
		uint32_t from_home = q >= home ? q - home : q + n - home;
		uint32_t from_hole = q >= p ? q - p : q + n - p;

		if (from_home >= from_hole) {
			hash->buckets[p] = hash->buckets[q];
			p = q;
		}
	}
	hash->buckets[p] = 0;
	hash->n_used--;
}

bool
wr_hash_erase(struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash, int64_t ns)
{
	uint32_t tag = (uint32_t)key_hash, p, root, index;

	if (hash->n_used == 0)
		return false;
	p = hash_seek(hash, key, tag, hash_walk(hash, tag, hash_home(hash, tag)));
	index = root = (uint32_t)hash->buckets[p];
	if (hash->keyed && root != 0) {
		index = wr_chain_find(&hash->slabs, root, ns);
		if (index != 0)
			root = wr_chain_remove(&hash->slabs, root, index);
	} else {
		root = 0;
	}
	if (index == 0)
		return false;
	if (root != 0)
		hash->buckets[p] = (uint64_t)tag << 32 | root;
	else
		hash_close(hash, p);
	if (hash->tracked && index >> 6 < hash->dirty_words)
		hash->dirty_bits[index >> 6] &= ~(UINT64_C(1) << (index & 63));
	wr_slabs_give(&hash->slabs, index, root == 0);
	return true;
}

void
wr_hash_prefetch(const struct wr_hash *hash, uint64_t key_hash)
{
	if (hash->n_buckets > 0)
		__builtin_prefetch(&hash->buckets[hash_home(hash, (uint32_t)key_hash)]);
}

uint64_t
wr_hash_bytes(const struct wr_hash *hash)
{
	return hash->n_buckets * sizeof *hash->buckets + wr_slabs_bytes(&hash->slabs) +
	       hash->dirty_words * sizeof *hash->dirty_bits + hash->cap_dirty * sizeof *hash->dirty;
}

void
wr_hash_fini(struct wr_hash *hash)
{
	wr_slabs_fini(&hash->slabs);
	free(hash->memory);
	free(hash->dirty_bits);
	free(hash->dirty);
	hash->memory = NULL;
	hash->buckets = NULL;
	hash->dirty_bits = NULL;
	hash->dirty = NULL;
	hash->n_buckets = hash->n_used = hash->max_used = 0;
	hash->dirty_words = hash->n_dirty = hash->cap_dirty = 0;
}
