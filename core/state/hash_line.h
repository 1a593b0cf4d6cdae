/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of buckets, for the files that work on them: hash.c, hash_grow.c, hash_go.c. */
#ifndef WR_STATE_HASH_LINE_H
#define WR_STATE_HASH_LINE_H

#include "state/hash.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * A key's home is a line; it stands in the first bucket from there on that was empty.  Homes are in
 * the order of tags, so that a larger table is filled from its predecessor front to back, and by
 * multiplication, so that the number of lines is free.
 */
static inline uint32_t
hash_home(uint32_t n_lines, uint32_t tag)
{
	return (uint32_t)((uint64_t)tag * n_lines >> 32);
}

/* Buckets by number: those of line 0, then those of line 1. */
static inline uint32_t
hash_next(const struct wr_hash *hash, uint32_t p)
{
	return p + 1 == hash->n_lines * WR_HASH_LINE ? 0 : p + 1;
}

static inline uint32_t *
hash_tag(const struct wr_hash *hash, uint32_t p)
{
	return &hash->lines[p / WR_HASH_LINE].tag[p % WR_HASH_LINE];
}

static inline uint32_t *
hash_entry(const struct wr_hash *hash, uint32_t p)
{
	return &hash->lines[p / WR_HASH_LINE].entry[p % WR_HASH_LINE];
}

static inline void
hash_set(struct wr_hash *hash, uint32_t p, uint32_t tag, uint32_t entry)
{
	*hash_tag(hash, p) = tag;
	*hash_entry(hash, p) = entry;
}

/*
 * Two bits for each of a line's tags, or entries, that is so.  Which one of a line it is is
 * anyone's guess: the branch predictor is not made to guess it.
 */
static inline uint32_t
hash_equal(const uint32_t *eight, uint32_t what)
{
#ifdef __SSE2__
	const __m128i *four = (const __m128i *)(const void *)eight;
	__m128i all = _mm_set1_epi32((int)what);
	__m128i low = _mm_cmpeq_epi32(_mm_load_si128(four), all);
	__m128i high = _mm_cmpeq_epi32(_mm_load_si128(four + 1), all);

	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi32(low, high));
#else
	uint32_t mask = 0;

	for (uint32_t i = 0; i < WR_HASH_LINE; i++)
		mask |= (uint32_t)(eight[i] == what) * 3 << i * 2;
	return mask;
#endif
}

/* The bucket of a key, or the empty one where it belongs. */
static inline uint32_t
hash_seek(const struct wr_hash *hash, const struct wr_key *key, uint32_t tag)
{
	uint32_t home = hash_home(hash->n_lines, tag);

	for (;;) {
		const struct wr_hash_line *line = &hash->lines[home];
		uint32_t same = hash_equal(line->tag, tag), empty = hash_equal(line->entry, 0);

		for (; same != 0; same &= same - 1, same &= same - 1) {
			uint32_t at = (uint32_t)__builtin_ctz(same) / 2;

			if (line->entry[at] != 0 &&
				wr_slabs_key_eq(&hash->slabs,
					wr_slabs_held(&hash->slabs, line->entry[at]), key))
				return home * WR_HASH_LINE + at;
		}
		if (empty != 0)
			return home * WR_HASH_LINE + (uint32_t)__builtin_ctz(empty) / 2;
		home = home + 1 == hash->n_lines ? 0 : home + 1;
	}
}

/* Room for so many used buckets in all.  hash_grow.c */
void wr_hash_grow(struct wr_hash *hash, uint64_t used);

#endif
