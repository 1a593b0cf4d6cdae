/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Division by a constant d as a multiplication by its reciprocal, after Granlund and Montgomery
 * (1994): with a multiplier m just above 2^p / |d|, n / |d| is n * m >> p, plus 1 if n is negative.
 */
#include "expr/divide.h"

#include <math.h>
#include <stddef.h>

#include "expr/run.h"

__extension__ typedef __int128 wide_int;
__extension__ typedef unsigned __int128 wide_uint;

/* Magnitudes that doubles divide exactly; see divide_small(). */
#define DIVIDE_SMALL (UINT64_C(1) << 51)

bool
wr_divisor_init(struct wr_divisor *div, int64_t d, bool rest)
{
	uint64_t size = d < 0 ? 0 - (uint64_t)d : (uint64_t)d, worst;
	wide_uint power;
	uint32_t p = 64;

	if (size < 2 || d == INT64_MIN)
		return false;
	/* The n below 2^63 that is the hardest: the last with the remainder size - 1. */
	worst = ((uint64_t)1 << 63) - 1 - ((uint64_t)1 << 63) % size;
	while ((wide_uint)1 << p <=
		(wide_uint)worst * (size - (uint64_t)(((wide_uint)1 << p) % size)))
		p++;
	power = (wide_uint)1 << p;
	power = (power + (size - (uint64_t)(power % size))) / size;
	*div = (struct wr_divisor){.d = d, .shift = p - 64, .rest = rest};
	div->mult = (int64_t)(uint64_t)power;
	div->add = div->mult < 0;
	if (size < DIVIDE_SMALL)
		div->times = nextafter(1.0 / (double)d, d > 0 ? INFINITY : -INFINITY);
	return true;
}

/* add and rest are constants where this is inlined. */
static inline int64_t
divide_one(const struct wr_divisor *div, int64_t n, bool add, bool rest)
{
	uint64_t q = (uint64_t)(int64_t)(((wide_int)n * div->mult) >> 64) + (add ? (uint64_t)n : 0);
	uint64_t sign = (uint64_t)(div->d >> 63);

	q = (uint64_t)((int64_t)q >> div->shift) + ((uint64_t)n >> 63);
	q = (q ^ sign) - sign;
	return (int64_t)(rest ? (uint64_t)n - q * (uint64_t)div->d : q);
}

static inline void
divide_all(const struct wr_divisor *by, int64_t *restrict out, const int64_t *restrict a,
	const uint32_t *sel, uint32_t n, bool add, bool rest)
{
	const struct wr_divisor div = *by;

	for (uint32_t i = 0; sel == NULL && i < n; i++)
		out[i] = divide_one(&div, a[i], add, rest);
	for (uint32_t k = 0; sel != NULL && k < n; k++)
		out[sel[k]] = divide_one(&div, a[sel[k]], add, rest);
}

/*
 * By way of doubles, which have vector code: n times 1 / d, rounded away from zero, is exact below
 * 2^51, as its error is then less than the 1 / d that separates a quotient from the next whole one.
 * False: some row is beyond.
 */
WR_KERNEL static bool
divide_small(
	const struct wr_divisor *by, int64_t *restrict out, const int64_t *restrict a, uint32_t n)
{
	const uint64_t d = (uint64_t)by->d, bound = DIVIDE_SMALL;
	const double times = by->times;
	const bool rest = by->rest;
	uint64_t beyond = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t q = (uint64_t)(int64_t)((double)a[i] * times);

		beyond |= (uint64_t)a[i] + bound >= 2 * bound;
		out[i] = (int64_t)(rest ? (uint64_t)a[i] - q * d : q);
	}
	return beyond == 0;
}

WR_KERNEL void
wr_divide(const struct wr_divisor *div, int64_t *restrict out, const int64_t *restrict a,
	const uint32_t *sel, uint32_t n)
{
	if (sel == NULL && div->times != 0 && divide_small(div, out, a, n))
		return;
	if (div->add && div->rest)
		divide_all(div, out, a, sel, n, true, true);
	else if (div->add)
		divide_all(div, out, a, sel, n, true, false);
	else if (div->rest)
		divide_all(div, out, a, sel, n, false, true);
	else
		divide_all(div, out, a, sel, n, false, false);
}
