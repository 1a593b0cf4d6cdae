/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Division of times by way of doubles, which have vector code.  A quotient may be one off and is
 * then set right by what is left: below 2^61 us, by 1000 or more, it is off by no more than three
 * roundings of 2^-53 each, less than one.
 */
#include "utc.h"

#include <weir/kernel.h>

#define BOUND (UINT64_C(1) << 61)

struct quotient {
	int64_t n, rest;
};

/* Rounded down.  times: 1 / length. */
static inline struct quotient
divide(int64_t us, int64_t length, double times)
{
	int64_t n = (int64_t)((double)us * times) + (us >> 63);
	int64_t rest = (int64_t)((uint64_t)us - (uint64_t)n * (uint64_t)length);
	int64_t less = rest < 0, more = rest >= length;

	return (struct quotient){n - less + more, rest + (less - more) * length};
}

static inline int64_t
passed(const struct utc_cycle *c, int64_t us, double times)
{
	int64_t rest = divide(us, c->length, times).rest + c->shift;

	return rest - (rest >= c->length ? c->length : 0);
}

WEIR_KERNEL static int
part(const struct utc_cycle *cycle, int64_t *restrict to, const int64_t *restrict us,
	const uint32_t *sel, uint32_t n)
{
	const struct utc_cycle c = *cycle;
	const double times = 1.0 / (double)c.length, unit = (double)c.unit;
	uint64_t beyond = 0;

	WEIR_EACH_ROW(i, sel, n, {
		beyond |= (uint64_t)us[i] + BOUND >= 2 * BOUND;
		to[i] = (int64_t)((double)passed(&c, us[i], times) / unit) + c.first;
	});
	return beyond == 0;
}

WEIR_KERNEL static int
count(const struct utc_cycle *cycle, int64_t *restrict to, const int64_t *restrict us,
	const uint32_t *sel, uint32_t n)
{
	const int64_t length = cycle->length;
	const double times = 1.0 / (double)length;
	uint64_t beyond = 0;

	WEIR_EACH_ROW(i, sel, n, {
		beyond |= (uint64_t)us[i] + BOUND >= 2 * BOUND;
		to[i] = divide(us[i], length, times).n;
	});
	return beyond == 0;
}

WEIR_KERNEL static int
begin(const struct utc_cycle *cycle, int64_t *restrict to, const int64_t *restrict us,
	const uint32_t *sel, uint32_t n)
{
	const struct utc_cycle c = *cycle;
	const double times = 1.0 / (double)c.length;
	uint64_t beyond = 0;

	WEIR_EACH_ROW(i, sel, n, {
		beyond |= (uint64_t)us[i] + BOUND >= 2 * BOUND;
		to[i] = (int64_t)((uint64_t)us[i] - (uint64_t)passed(&c, us[i], times));
	});
	return beyond == 0;
}

utc_fn *const utc_part = part, *const utc_count = count, *const utc_begin = begin;
