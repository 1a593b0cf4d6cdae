/* SPDX-License-Identifier: Apache-2.0 */
/* Parts and beginnings of times in UTC that repeat after up to a week and need no calendar. */
#ifndef FUNCTIONS_UTC_H
#define FUNCTIONS_UTC_H

#include <stdint.h>

/* One of them lasts `length`, and 1970 was `shift` after a first one had begun.  A part of a time
 * is how many units have passed since, counted from `first` on. */
struct utc_cycle {
	int64_t length, shift, unit, first;
};

/* Of the rows of sel, as weir_function.eval has them.  0: a time is too far away, and what is in to
 * is anything. */
typedef int utc_fn(const struct utc_cycle *cycle, int64_t *to, const int64_t *us,
	const uint32_t *sel, uint32_t n);

extern utc_fn *const utc_part;
extern utc_fn *const utc_count; /* how many cycles have passed since 1970 */
extern utc_fn *const utc_begin; /* when the cycle began */

#endif
