/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of 8 bytes, each with a byte of marks: by which of up to eight calls it was met.  They
 * wait in the accumulator until it is full of them, and go to the cell together: sets
 * of many groups are mostly far from the processor, so going there for one value costs as much as
 * for all.
 */
#ifndef AGGREGATES_MARKS_H
#define AGGREGATES_MARKS_H

#include "buckets.h"

enum { WAITING = VALUES_MAX, WAITING_FAR = VALUES_MAX / 2 };

struct marks {
	struct buckets kept; /* first: it has the cell */
	uint64_t calls; /* the number of the calls whose marks these are; 0: of none yet */

	/* Values that wait, n of them; those that are kept too count no more. */
	union {
		uint32_t near[WAITING]; /* how far they are from the base of what is kept */
		uint64_t far[WAITING_FAR]; /* what is kept is by hash */
	} value;
	uint8_t marks[WAITING];
	uint64_t n;
};

/* Of a call, beside it. */
struct marked {
	uint32_t n; /* values with its mark among those kept */
	uint32_t place; /* 1 + the bit that is its mark; 0: it has none yet */
};

/* The marks of these calls for values of a column; those of another set. */
int marks_update(struct weir_fn *fn, const struct weir_joint_accs *accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n,
	const uint8_t *calls);
int marks_merge(
	struct weir_fn *fn, const struct weir_joint_accs *accs, void *const *from, uint32_t n);
/* How many values a call has met. */
int64_t marks_count(struct weir_fn *fn, const struct marks *marks, const struct marked *marked);

#endif
