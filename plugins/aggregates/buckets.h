/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of values of 8 bytes in a cell, each with a byte of marks, in buckets of a line of cache.
 * As long as values lie about evenly within 2^31 of each other, a bucket has an equal part of that
 * range and keeps four bytes of a value: ids that rise with time then come to the same bucket for a
 * while, and there are more buckets at the end as they rise.  Of others a bucket has what hashes to
 * it.  A value stands in the first one from its own on that has room.
 */
#ifndef AGGREGATES_BUCKETS_H
#define AGGREGATES_BUCKETS_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "aggregates.h"

#ifndef BUCKETS_BYTES_MAX /* a test's is smaller */
#define BUCKETS_BYTES_MAX (256u << 20)
#endif

/* Values on their way to a set, each once. */
enum { VALUES_MAX = 16 };

struct values {
	uint64_t value[VALUES_MAX];
	uint8_t marks[VALUES_MAX];
	uint32_t n;
};

struct buckets {
	uint64_t cell;
	uint64_t base; /* by range: where it begins; the order of values is that of ints */
	uint32_t scale; /* and 2^32 times the buckets a value has */
	uint32_t n, n_buckets; /* values; buckets */
	uint16_t start; /* of the first one in the cell */
	uint8_t hashed; /* 1: by hash, for good */
	uint8_t over; /* 1: there was no room for all */
};

#define BUCKETS_SIGN  (UINT64_C(1) << 63)
#define BUCKETS_REACH (UINT64_C(1) << 31)

/* How far behind the base a value is; what stands before it wraps around. */
static inline uint64_t
buckets_distance(const struct buckets *buckets, uint64_t value)
{
	return (value ^ BUCKETS_SIGN) - buckets->base;
}

/* Whether the low half of a distance says it all. */
static inline int
buckets_in_reach(uint64_t distance)
{
	return distance + BUCKETS_REACH < 2 * BUCKETS_REACH;
}

/* The value of the low half of a distance. */
static inline uint64_t
buckets_value(const struct buckets *buckets, uint32_t distance)
{
	return (buckets->base + (uint64_t)(int64_t)(int32_t)distance) ^ BUCKETS_SIGN;
}

/* Which of n words, four at a time, this is, as bits. */
static inline uint32_t
words_equal(const uint32_t *words, uint32_t n, uint32_t word)
{
	uint32_t same = 0;

#ifdef __SSE2__
	for (uint32_t i = 0; i < n; i += 4) {
		__m128i four = _mm_loadu_si128((const __m128i *)(const void *)(words + i));
		__m128i equal = _mm_cmpeq_epi32(four, _mm_set1_epi32((int)word));

		same |= (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(equal)) << i;
	}
#else
	for (uint32_t i = 0; i < n; i++)
		same |= (uint32_t)(words[i] == word) << i;
#endif
	return same;
}

/* They get these marks too; fresh: those that each of them did not have. */
int buckets_take(struct weir_fn *fn, void *row, struct buckets *buckets, const struct values *more,
	uint8_t fresh[VALUES_MAX]);
/* Asks the memory for where values may stand. */
void buckets_bring_near(struct weir_fn *fn, void *row, const struct buckets *buckets,
	const uint64_t *values, uint32_t n);
/* The marks of a value; 0: it is not there. */
uint8_t buckets_marks(struct weir_fn *fn, const struct buckets *buckets, uint64_t value);
/* Value by value from *at = 0 on; 0: that was all. */
int buckets_next(struct weir_fn *fn, const struct buckets *buckets, uint64_t *at, uint64_t *value,
	uint8_t *marks);
/* Marks become others; a value that has none left goes when there must be more room. */
void buckets_translate(
	struct weir_fn *fn, void *row, struct buckets *buckets, const uint8_t to[256]);

#endif
