/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of one hash table, by number, in slabs; and the bytes of their long keys.  An entry
 * is a key, for tables by key also its namespace and its place in the key's chain, and the row.
 * Owned by the hash table; its task's thread.
 */
#ifndef WR_STATE_SLABS_H
#define WR_STATE_SLABS_H

#include "base/heap.h"
#include "state/key.h"

struct wr_hash;

/* key.len of an entry that is none. */
#define WR_ENTRY_FREE (UINT32_MAX - 1)

/* key.len of an entry whose key is that of two columns of ints, neither of them null, negative or
 * above 48 bits: its bytes are six of each. */
#define WR_HELD_PAIR (UINT32_MAX - 2)

/* A key as an entry holds it: a short one as it is, a pair of small ints, or of a long one the
 * first bytes, and where in the slabs' keep the others are. */
struct wr_held_key {
	uint32_t len;
	union {
		uint8_t bytes[WR_KEY_INLINE];
		struct {
			uint8_t head[8];
			uint32_t at;
		} far;
	} u;
};
_Static_assert(sizeof(struct wr_held_key) == sizeof(struct wr_key), "a short key is copied whole");

/* An entry of a table by namespace; the row follows. */
struct wr_entry {
	struct wr_held_key key;
};

/* An entry of a table by key; the row follows.  Left and right: smaller and larger namespaces of
 * the key; 0: none. */
struct wr_node {
	struct wr_held_key key;
	int64_t ns;
	uint32_t left, right;
};

/* The shape of a table's entries, and the full slabs that its dropped hash tables left for the next
 * ones. */
struct wr_layout {
	uint32_t head; /* bytes before the row */
	uint32_t row_bytes;
	uint32_t stride; /* head + row_bytes */
	uint32_t shift; /* a full slab has 1 << shift entries */
	uint32_t n_cells;
	uint32_t *cells; /* where they are in a row */
	uint8_t *initial; /* a new row */
	uint8_t *whole; /* scratch: the bytes of a long key */
	uint32_t cap_whole;
	uint8_t **spare;
	uint32_t n_spare, cap_spare;
	uint64_t cell_bytes; /* held for cells */
	struct wr_heap heap; /* of cells, once they are many */
	bool leaving; /* all rows go, and the heap with them */
	int64_t grown; /* by which they grew since the last capture began */
	uint64_t n_dirty; /* entries written since the last capture began, of all hash tables */
	uint32_t captures; /* that have begun */
	/* Of the capture under way: writes an entry down, and says how many bytes that took. */
	uint32_t (*save)(void *capture, const struct wr_hash *hash, uint32_t index);
	void *capture;
};

void wr_layout_init(
	struct wr_layout *layout, uint32_t head, const struct weir_slot *slots, uint32_t n_slots);
/* REQUIRES: no slabs of it are in use.  Spare ones go. */
void wr_layout_set_head(struct wr_layout *layout, uint32_t head);
void wr_layout_fini(struct wr_layout *layout);
void wr_layout_free_cells(struct wr_layout *layout, uint8_t *row);
/* Where the cells of its rows are made; NULL: nowhere in particular. */
struct wr_heap *wr_layout_heap(struct wr_layout *layout);
/* Bytes of the heap that no cell has. */
static inline uint64_t
wr_layout_free_heap(const struct wr_layout *layout)
{
	return layout->heap.held - layout->heap.taken;
}

/* Between the two all rows go: blocks of the heap are not looked at, it goes as a whole. */
void wr_layout_leave(struct wr_layout *layout);
void wr_layout_left(struct wr_layout *layout);
/* Frees spare slabs beyond keep. */
void wr_layout_trim(struct wr_layout *layout, uint32_t keep);

/* What entries do not hold of long keys, one after another.  A place is the number of a chunk and
 * where in it, in units of two bytes: 8 GiB in all. */
struct wr_keep {
	uint8_t **chunk;
	uint32_t n_chunks, cap_chunks;
	uint32_t used, size; /* bytes of the last chunk */
	uint64_t held, dead;
};
enum { WR_KEEP_SHIFT = 15, WR_KEEP_UNIT = 2 };

struct wr_slabs {
	struct wr_layout *layout;
	uint8_t **slab;
	uint32_t n_slabs, cap_slabs;
	uint32_t room; /* entries there is memory for; slab 0 starts small */
	uint32_t next; /* from here on entries were never used; they count from 1, 0 is none */
	uint32_t free; /* the first of the free ones, linked by key.u; 0: none */
	uint32_t n_free;
	uint32_t n_made; /* entries ever taken, modulo 2^32 */
	struct wr_keep keep;
};

/* All zero but layout is a valid empty one. */
void wr_slabs_fini(struct wr_slabs *slabs);
/* Room for n more.  Before entries are taken: it may move those of slab 0. */
void wr_slabs_reserve(struct wr_slabs *slabs, uint32_t n);
/* Slabs of what is now the layout, as many entries used and free: all that they hold is to be
 * written. */
void wr_slabs_renew(struct wr_slabs *slabs);
/* A new entry, with its row as it starts; the key is copied.  REQUIRES: room. */
uint32_t wr_slabs_take(struct wr_slabs *slabs, const struct wr_key *key);
/* As wr_slabs_take, of a key whose bytes the slabs hold already. */
uint32_t wr_slabs_take_held(struct wr_slabs *slabs, const struct wr_held_key *key);
/* The key of an entry; a long one's bytes are good until the next call for a table's slabs. */
struct wr_key wr_slabs_key(const struct wr_slabs *slabs, uint32_t index);
/* Frees an entry and its cells.  Its key's bytes are dead if last; they stay where they are. */
void wr_slabs_give(struct wr_slabs *slabs, uint32_t index, bool last);
uint64_t wr_slabs_bytes(const struct wr_slabs *slabs);

uint32_t wr_keep_copy(struct wr_keep *keep, const uint8_t *p, uint32_t len);
void wr_keep_fini(struct wr_keep *keep);

static inline uint8_t *
wr_slabs_at(const struct wr_slabs *slabs, uint32_t index)
{
	uint32_t shift = slabs->layout->shift, at = index - 1;

	return slabs->slab[at >> shift] +
	       (size_t)(at & ((1u << shift) - 1)) * slabs->layout->stride;
}

static inline struct wr_held_key *
wr_slabs_held(const struct wr_slabs *slabs, uint32_t index)
{
	return &((struct wr_entry *)(void *)wr_slabs_at(slabs, index))->key;
}

static inline const uint8_t *
wr_keep_at(const struct wr_keep *keep, uint32_t at)
{
	return keep->chunk[at >> WR_KEEP_SHIFT] + (at & ((1u << WR_KEEP_SHIFT) - 1)) * WR_KEEP_UNIT;
}

/* Whether its bytes are parted.  REQUIRES: it is the key of a live entry. */
static inline bool
wr_held_is_far(const struct wr_held_key *held)
{
	return held->len > WR_KEY_INLINE && held->len < WR_HELD_PAIR;
}

/* The canonical key of two ints: a byte 1 before each. */
enum { WR_PAIR_LEN = 18, WR_PAIR_INT = 6 };

static inline void
wr_pair_read(const uint8_t *bytes, uint64_t *one, uint64_t *two)
{
	memcpy(one, bytes + 1, sizeof *one);
	memcpy(two, bytes + 10, sizeof *two);
}

/* Whether an entry holds this key as a pair. */
static inline bool
wr_key_is_pair(const struct wr_key *key)
{
	const uint8_t *bytes;
	uint64_t one, two;

	if (key->len != WR_PAIR_LEN)
		return false;
	bytes = wr_key_bytes(key);
	wr_pair_read(bytes, &one, &two);
	return bytes[0] == 1 && bytes[9] == 1 && (one | two) >> (8 * WR_PAIR_INT) == 0;
}

/* REQUIRES: an entry holds a pair. */
static inline bool
wr_held_pair_eq(const struct wr_held_key *held, const struct wr_key *key)
{
	const uint8_t *bytes = wr_key_bytes(key);
	uint64_t one, two, low, high;

	if (key->len != WR_PAIR_LEN)
		return false;
	wr_pair_read(bytes, &one, &two);
	memcpy(&low, held->u.bytes, sizeof low);
	memcpy(&high, held->u.bytes + 4, sizeof high);
	return bytes[0] == 1 && bytes[9] == 1 && one == low << 16 >> 16 && two == high >> 16;
}

/* Whether a long key, of which the length and the first four bytes are the same, is this one, with
 * its other bytes at rest. */
bool wr_held_far_eq(const struct wr_held_key *held, const uint8_t *rest, const struct wr_key *key);

/* rest: of a long key, where its other bytes are. */
static inline bool
wr_held_eq(const struct wr_held_key *held, const uint8_t *rest, const struct wr_key *key)
{
	uint64_t x[2], y[2];

	memcpy(x, held, sizeof x);
	memcpy(y, key, sizeof y);
	if (x[0] != y[0]) /* of long keys, len and the first four bytes */
		return held->len == WR_HELD_PAIR && wr_held_pair_eq(held, key);
	if (!wr_key_is_far(key))
		return x[1] == y[1];
	return wr_held_far_eq(held, rest, key);
}

static inline bool
wr_slabs_key_eq(
	const struct wr_slabs *slabs, const struct wr_held_key *held, const struct wr_key *key)
{
	bool far = held->len == key->len && wr_key_is_far(key);

	return wr_held_eq(held, far ? wr_keep_at(&slabs->keep, held->u.far.at) : NULL, key);
}

static inline struct wr_node *
wr_slabs_node(const struct wr_slabs *slabs, uint32_t index)
{
	return (struct wr_node *)(void *)wr_slabs_at(slabs, index);
}

static inline bool
wr_slabs_live(const struct wr_slabs *slabs, uint32_t index)
{
	return wr_slabs_held(slabs, index)->len != WR_ENTRY_FREE;
}

static inline uint32_t
wr_slabs_count(const struct wr_slabs *slabs)
{
	return slabs->next == 0 ? 0 : slabs->next - 1 - slabs->n_free;
}

#endif
