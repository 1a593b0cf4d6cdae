/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that go from a hash table: erased, or let go to the base; see hash.h. */
#include "state/hash_line.h"

#include "base/err.h"
#include "state/chain.h"

static void
hash_unmark(struct wr_hash *hash, uint32_t index)
{
	uint64_t bit = UINT64_C(1) << (index & 63);

	if (index >> 6 >= hash->dirty_words || !(hash->dirty_bits[index >> 6] & bit))
		return;
	hash->dirty_bits[index >> 6] &= ~bit;
	hash->n_dirty--;
	hash->slabs.layout->n_dirty--;
}

/* Empties bucket p and moves back those behind it that it kept from their homes. */
static void
hash_close(struct wr_hash *hash, uint32_t p)
{
	uint32_t n = hash->n_lines * WR_HASH_LINE;

	for (uint32_t q = hash_next(hash, p); *hash_entry(hash, q) != 0; q = hash_next(hash, q)) {
		uint32_t home = hash_home(hash->n_lines, *hash_tag(hash, q)) * WR_HASH_LINE;
		uint32_t from_home = q >= home ? q - home : q + n - home;
		uint32_t from_hole = q >= p ? q - p : q + n - p;

		if (from_home >= from_hole) {
			hash_set(hash, p, *hash_tag(hash, q), *hash_entry(hash, q));
			p = q;
		}
	}
	hash_set(hash, p, 0, 0);
	hash->n_used--;
}

bool
wr_hash_erase(struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash, int64_t ns)
{
	uint32_t tag = (uint32_t)key_hash, p, root, index;

	if (hash->n_used == 0 || (!hash->keyed && ns != hash->ns))
		return false;
	p = hash_seek(hash, key, tag);
	index = root = *hash_entry(hash, p);
	if (hash->keyed && root != 0) {
		index = wr_chain_find(&hash->slabs, root, ns);
		if (index != 0)
			root = wr_chain_remove(&hash->slabs, root, index);
	} else {
		root = 0;
	}
	if (index == 0)
		return false;
	wr_hash_part(hash);
	if (hash->frozen != NULL)
		wr_hash_save(hash, index);
	if (root != 0)
		*hash_entry(hash, p) = root;
	else
		hash_close(hash, p);
	hash_unmark(hash, index);
	wr_slabs_give(&hash->slabs, index, root == 0);
	return true;
}

static const uint64_t hash_leap = 2654435761; /* a prime that is no divisor of so few lines */

/* The next entry of a key behind index; 0: none. */
static uint32_t
hash_after(const struct wr_hash *hash, uint32_t root, uint32_t index)
{
	int64_t ns = hash->keyed ? wr_hash_ns(hash, index) : INT64_MAX;

	return ns == INT64_MAX ? 0 : wr_chain_from(&hash->slabs, root, ns + 1);
}

static uint32_t
hash_first(const struct wr_hash *hash, uint32_t root)
{
	return hash->keyed ? wr_chain_from(&hash->slabs, root, INT64_MIN) : root;
}

/* How many entries a key has, if all of them may go; else 0. */
static uint32_t
hash_may_go(const struct wr_hash *hash, uint32_t root,
	int64_t (*floor)(const void *arg, uint64_t key_hash), const void *arg)
{
	uint32_t index = hash_first(hash, root), n = 0;

	if (floor != NULL) {
		struct wr_key key = wr_slabs_key(&hash->slabs, root);

		if (wr_hash_ns(hash, index) <= floor(arg, wr_key_hash(&key)))
			return 0;
	}
	for (; index != 0; index = hash_after(hash, root, index), n++)
		if (wr_hash_is_dirty(hash, index))
			return 0;
	return n;
}

/* Lets a key go with all its entries, which are returned. */
static uint32_t
hash_evict_at(struct wr_hash *hash, uint32_t p,
	int64_t (*floor)(const void *arg, uint64_t key_hash), const void *arg)
{
	uint32_t root = *hash_entry(hash, p), n, index, next;

	if (root == 0)
		return 0;
	n = hash_may_go(hash, root, floor, arg);
	for (index = n > 0 ? hash_first(hash, root) : 0; index != 0; index = next) {
		next = hash_after(hash, root, index);
		wr_slabs_give(&hash->slabs, index, next == 0);
	}
	if (n > 0)
		hash_close(hash, p);
	return n;
}

/*
 * Lines are visited in leaps, so that keys are left evenly: were they visited in their order, those
 * ahead would fill up while those behind are empty, until the ones ahead overflow.
 */
uint32_t
wr_hash_evict(struct wr_hash *hash, uint32_t *at, uint32_t n,
	int64_t (*floor)(const void *arg, uint64_t key_hash), const void *arg)
{
	uint32_t done = 0;

	wr_assert(hash->frozen == NULL);
	for (; *at < hash->n_lines && done < n; ++*at) {
		uint32_t line = (uint32_t)(*at * hash_leap % hash->n_lines);

		for (uint32_t i = 0; i < WR_HASH_LINE;) {
			uint32_t gone = hash_evict_at(hash, line * WR_HASH_LINE + i, floor, arg);

			i += gone == 0; /* else another one may have moved there */
			done += gone;
		}
	}
	hash->evicted += done;
	return done;
}

void
wr_hash_compact(struct wr_hash *hash)
{
	struct wr_slabs *slabs = &hash->slabs;
	struct wr_hash made = {.keyed = hash->keyed,
		.tracked = hash->tracked,
		.ns = hash->ns,
		.captures = hash->captures,
		.evicted = hash->evicted,
		.n_dirty = hash->n_dirty};

	wr_assert(hash->frozen == NULL);
	made.slabs.layout = slabs->layout;
	for (uint32_t i = 1; i < slabs->next; i++) {
		struct wr_key key;
		uint32_t index;
		bool is_new;

		if (!wr_slabs_live(slabs, i))
			continue;
		key = wr_slabs_key(slabs, i);
		index = wr_hash_load(&made, &key, wr_key_hash(&key), wr_hash_ns(hash, i), &is_new);
		memcpy(wr_hash_row(&made, index), wr_hash_row(hash, i), slabs->layout->row_bytes);
		if (wr_hash_is_dirty(hash, i))
			made.dirty_bits[index >> 6] |= UINT64_C(1) << (index & 63);
	}
	made.slabs.n_made = slabs->n_made;
	slabs->next = slabs->next > 0 ? 1 : 0; /* their cells are with the copies */
	hash->n_dirty = 0; /* as is what is dirty */
	wr_hash_fini(hash);
	*hash = made;
}
