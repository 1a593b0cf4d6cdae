/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys in their canonical encoding, the one that key groups, tables and (later) disk and Kafka
 * agree on.  Any thread.
 *
 * One column: the value's bytes (int64, timestamp and float64: 8 little-endian, NaN made one and -0
 * made 0; bool: 1; string, bytes, json: as they are); null has no bytes and len WR_KEY_NULL.
 * Several columns, one after another: a byte 0 for null or 1 and then the value, with a uint32
 * length before string, bytes and json.  No column: the empty key. A key of at most 12 bytes is
 * hashed as its 16-byte struct wr_key (zero-padded), a longer one as its bytes, by XXH3-64.
 */
#ifndef WR_STATE_KEY_H
#define WR_STATE_KEY_H

#include <stdbool.h>
#include <string.h>
#include <weir/weir.h>

#include "base/arena.h"

#define WR_KEY_NULL UINT32_MAX
enum { WR_KEY_INLINE = 12 };

/* 16 bytes; short keys compare as two words. */
struct wr_key {
	uint32_t len;
	union {
		uint8_t bytes[WR_KEY_INLINE]; /* len <= 12 or null, zero-padded */
		struct {
			uint8_t head[4];
			uint8_t ptr[8]; /* a const uint8_t *, unaligned */
		} far;
	} u;
};
_Static_assert(sizeof(struct wr_key) == 16, "a key is two words");

static inline const uint8_t *
wr_key_bytes(const struct wr_key *key)
{
	const uint8_t *p;

	if (key->len <= WR_KEY_INLINE || key->len == WR_KEY_NULL)
		return key->u.bytes;
	memcpy(&p, key->u.far.ptr, sizeof p);
	return p;
}

/* The key stands behind ptr, not in the struct. */
static inline bool
wr_key_is_far(const struct wr_key *key)
{
	return key->len > WR_KEY_INLINE && key->len != WR_KEY_NULL;
}

static inline bool
wr_key_eq(const struct wr_key *a, const struct wr_key *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a, sizeof x);
	memcpy(y, b, sizeof y);
	if (x[0] != y[0])
		return false; /* of long keys, len and the first four bytes */
	if (x[1] == y[1])
		return true;
	return wr_key_is_far(a) && memcmp(wr_key_bytes(a), wr_key_bytes(b), a->len) == 0;
}

/* The key of these bytes; those of a long one are borrowed. */
struct wr_key wr_key_make(const void *bytes, uint32_t len);
/* As wr_keys_of computes it. */
uint64_t wr_key_hash(const struct wr_key *key);

/*
 * Keys and hashes of rows sel[0 .. n) (sel NULL: 0 .. n) of the key columns, written at the row's
 * own number; hash may be NULL.  Long keys of one string column point into that column's buffers;
 * those of several columns are made in arena, which may be NULL if n_cols < 2.
 */
void wr_keys_of(const struct weir_column *const *cols, uint32_t n_cols, const uint32_t *sel,
	uint32_t n, struct wr_key *keys, uint64_t *hash, struct wr_arena *arena);
/* As wr_keys_of computes them. */
void wr_keys_hash(const struct wr_key *keys, uint32_t n, uint64_t *hash);
/* Copies the bytes of long keys to arena. */
void wr_keys_own(struct wr_key *keys, uint32_t n, struct wr_arena *arena);
/* The other way: n keys become columns of these types in arena (fixed arrays, views, bytes), with
 * nothing shared. */
void wr_keys_to_columns(const struct wr_key *keys, uint32_t n, const uint32_t *types,
	uint32_t n_cols, const struct weir_column **cols, struct wr_arena *arena);

/* The keys that came with a batch, as wr_keys_of makes them; NULL: none did. */
static inline const struct wr_key *
wr_keys_with(const struct weir_batch *batch)
{
	return WEIR_HAS(struct weir_batch, batch, keys) ? batch->keys : NULL;
}

static inline uint32_t
wr_key_group(uint64_t hash, uint32_t max_parallelism)
{
	return (uint32_t)(((hash >> 32) * max_parallelism) >> 32);
}

/* The subtask of p that owns a key group: ranges of groups as even as can be. */
static inline uint32_t
wr_key_owner(uint32_t group, uint32_t max_parallelism, uint32_t parallelism)
{
	return group * parallelism / max_parallelism;
}

#endif
