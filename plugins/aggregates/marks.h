/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of values of 8 bytes in a cell, each with a byte of marks: by which of up to eight calls it
 * was met.  Buckets of a line of cache; a value stands in the first one from its own on that has
 * room, and the order of the buckets is that of the hashes, so that growing reads and writes from
 * front to back.
 */
#ifndef AGGREGATES_MARKS_H
#define AGGREGATES_MARKS_H

#include "aggregates.h"

struct marks {
	uint64_t cell;
	uint32_t n_buckets;
	uint16_t start; /* of the first bucket in the cell */
	uint16_t over; /* 1: there was no room for all */
	uint64_t n; /* values */
	uint64_t calls; /* the number of the calls whose marks these are; 0: of none yet */
};

/* Of a call, beside it. */
struct marked {
	int64_t n; /* values with its mark */
	uint64_t place; /* 1 + the bit that is its mark; 0: it has none yet */
};

/* The marks of these calls for values of a column; those of another set. */
int marks_update(struct weir_fn *fn, const struct weir_joint_accs *accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n,
	const uint8_t *calls);
int marks_merge(
	struct weir_fn *fn, const struct weir_joint_accs *accs, void *const *from, uint32_t n);

#endif
