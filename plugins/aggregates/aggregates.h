/* SPDX-License-Identifier: Apache-2.0 */
/* The aggregates that everybody expects. */
#ifndef AGGREGATES_H
#define AGGREGATES_H

#include <weir/weir.h>

extern const struct weir_aggregate aggregate_count, aggregate_sum, aggregate_avg, aggregate_min,
	aggregate_max;

/* Accumulator i. */
static inline void *
acc_at(struct weir_accs accs, uint32_t i)
{
	return (char *)accs.row[i] + accs.offset;
}

#endif
