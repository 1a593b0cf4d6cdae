/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One hash table from keys to entries: all of a table by key, or one namespace of a table by
 * namespace.  Open addressing in buckets of 8 bytes: 32 bits of the hash, from which a bucket's
 * home follows without a look at its entry, and the entry's number.  Buckets stand together in
 * lines of the cache.  The thread of the table's task.
 */
#ifndef WR_STATE_HASH_H
#define WR_STATE_HASH_H

#include "state/slabs.h"

enum { WR_HASH_LINE = 8 };

struct wr_hash_line {
	uint32_t tag[WR_HASH_LINE];
	uint32_t entry[WR_HASH_LINE]; /* 0: empty */
};
_Static_assert(sizeof(struct wr_hash_line) == 64, "a line of the cache");

/* Entries that the capture under way has yet to write down.  What is written again or erased is
 * written down before. */
struct wr_frozen {
	uint64_t *bits;
	uint32_t words, n;
	uint32_t at; /* there is none in the words before */
};

struct wr_hash {
	void *memory; /* of lines */
	struct wr_hash_line *lines; /* in order of tags, but for collisions */
	uint32_t n_lines, n_used, max_used;
	bool keyed; /* entries are struct wr_node, a bucket's the root of its key's chain; else
		       struct wr_entry, all of the namespace ns */
	bool tracked;
	struct wr_slabs slabs;
	int64_t ns;
	uint64_t evicted; /* entries that are not here but in the base only: evict.h */

	/* Entries written since a capture began, the one of this number: a bit each. */
	uint64_t *dirty_bits;
	uint32_t dirty_words, n_dirty, captures;
	struct wr_frozen *frozen; /* NULL: none */

	uint32_t turn, slot; /* scratch of the table, to part a batch by namespace */
};

/* Whom a call is about: i < n is for the key keys[rows[i]], hash[rows[i]], and its result goes to
 * [at[i]]. */
struct wr_lookup {
	const struct wr_key *keys;
	const uint64_t *hash;
	const uint32_t *rows; /* NULL: i */
	const uint32_t *at; /* NULL: i */
	const int64_t *ns; /* of keyed tables, by at[i]; NULL: all 0 */
	uint32_t n;
};

/* All zero but keyed and slabs.layout is a valid empty table. */
void wr_hash_fini(struct wr_hash *hash);
/* Its entries go.  Its buckets stay, for about as many again, if that is worth it; if not, it is as
 * after fini and the result is false. */
bool wr_hash_empty(struct wr_hash *hash);
/* Rows, made where absent, marked dirty if tracked.  They stay until the next upsert. */
void wr_hash_upsert(struct wr_hash *hash, const struct wr_lookup *lookup, void **row);
/* As wr_hash_upsert, of keys that have one entry, whose namespaces go to ns; NULL: none or several.
 */
void wr_hash_single(struct wr_hash *hash, const struct wr_lookup *lookup, int64_t *ns, void **row);
/* The entry each key has, of a keyed table the root of its chain; 0: none. */
void wr_hash_roots(const struct wr_hash *hash, const struct wr_lookup *lookup, uint32_t *root);
uint32_t wr_hash_get(const struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash);
/* One entry, made where absent; *made says so. */
uint32_t wr_hash_put(
	struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash, int64_t ns, bool *made);
/* As wr_hash_put, but the entry does not count as written. */
uint32_t wr_hash_load(
	struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash, int64_t ns, bool *made);
/*
 * Lets entries go that were not written since the last capture, n of them or somewhat more, from
 * the *at-th line on; returns how many.  Those of a key go together; one that has any with ns <=
 * floor(arg, key hash) stays.
 */
uint32_t wr_hash_evict(struct wr_hash *hash, uint32_t *at, uint32_t n,
	int64_t (*floor)(const void *arg, uint64_t key_hash), const void *arg);
/* Memory of entries that have gone is given back: the others get other numbers, in the same order.
 * REQUIRES: no capture has yet to write some down. */
void wr_hash_compact(struct wr_hash *hash);
/*
 * To fill an empty table whose entries are known to differ: those of a key come one behind the
 * other, and ascend.  They are found once they are indexed.
 */
uint32_t wr_hash_append(struct wr_hash *hash, const struct wr_key *key, int64_t ns);
void wr_hash_index(struct wr_hash *hash);
/* One that is not keyed is so from now on.  Entries keep their numbers. */
void wr_hash_chain(struct wr_hash *hash);
/* Whether there was one to erase. */
bool wr_hash_erase(struct wr_hash *hash, const struct wr_key *key, uint64_t key_hash, int64_t ns);
/* Brings near what an erase or put of this key will touch first. */
void wr_hash_prefetch(const struct wr_hash *hash, uint64_t key_hash);
uint64_t wr_hash_bytes(const struct wr_hash *hash);

/* Which entries were written, for captures: hash_dirty.c. */
void wr_hash_reserve_dirty(struct wr_hash *hash);
bool wr_hash_is_dirty(const struct wr_hash *hash, uint32_t index);
/* Freezes what is dirty. */
void wr_hash_freeze(struct wr_hash *hash);
/* Writes the entry down if it is frozen. */
void wr_hash_save(struct wr_hash *hash, uint32_t index);
/* Writes down what is frozen until the budget, of bytes, is used up; true: nothing is left. */
bool wr_hash_save_some(struct wr_hash *hash, uint32_t *budget);
/* What is dirty no longer counts. */
void wr_hash_forget_dirty(struct wr_hash *hash);

/* Before anything is done to entries: if a capture has begun, what is dirty is its. */
static inline void
wr_hash_part(struct wr_hash *hash)
{
	if (hash->captures != hash->slabs.layout->captures)
		wr_hash_freeze(hash);
}

static inline int64_t
wr_hash_ns(const struct wr_hash *hash, uint32_t index)
{
	return hash->keyed ? wr_slabs_node(&hash->slabs, index)->ns : hash->ns;
}

static inline void *
wr_hash_row(const struct wr_hash *hash, uint32_t index)
{
	return wr_slabs_at(&hash->slabs, index) + hash->slabs.layout->head;
}

#endif
