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

#include "aggregates.h"

#ifndef BUCKETS_BYTES_MAX /* a test's is smaller */
#define BUCKETS_BYTES_MAX (256u << 20)
#endif

enum { VALUES_MAX = 14 };

/* Some values as they are, each once. */
struct values {
	uint64_t value[VALUES_MAX];
	uint8_t marks[VALUES_MAX];
	uint8_t n, reserved;
};

struct buckets {
	uint64_t cell;
	uint64_t n; /* values */
	uint64_t base,
		scale; /* by range: where it begins, and 2^32 times the buckets a value has */
	uint32_t n_buckets;
	uint16_t start; /* of the first one in the cell */
	uint8_t hashed; /* 1: by hash, for good */
	uint8_t over; /* 1: there was no room for all */
};

/* Which of them this is, as bits: one or none. */
static inline uint32_t
values_has(const struct values *values, uint64_t value)
{
	uint32_t same = 0;

	for (uint32_t i = 0; i < VALUES_MAX; i++)
		same |= (uint32_t)(values->value[i] == value) << i;
	return same & ((1u << values->n) - 1);
}

/* They get these marks too; fresh: those that each of them did not have. */
int buckets_take(struct weir_fn *fn, void *row, struct buckets *buckets, const struct values *more,
	uint8_t fresh[VALUES_MAX]);
/* Asks the memory for where they may stand. */
void buckets_bring_near(
	struct weir_fn *fn, void *row, const struct buckets *buckets, const struct values *more);
/* The marks of a value; 0: it is not there. */
uint8_t buckets_marks(struct weir_fn *fn, const struct buckets *buckets, uint64_t value);
/* Value by value from *at = 0 on; 0: that was all. */
int buckets_next(struct weir_fn *fn, const struct buckets *buckets, uint64_t *at, uint64_t *value,
	uint8_t *marks);
/* Marks become others; a value that has none left goes when there must be more room. */
void buckets_translate(
	struct weir_fn *fn, void *row, struct buckets *buckets, const uint8_t to[256]);

#endif
