/* SPDX-License-Identifier: Apache-2.0 */
/* Division of int64 by a number known ahead, as a multiplication.  Any thread. */
#ifndef WR_EXPR_DIVIDE_H
#define WR_EXPR_DIVIDE_H

#include <stdbool.h>
#include <stdint.h>

struct wr_divisor {
	int64_t d, mult;
	uint32_t shift;
	bool add; /* the multiplier is 2^64 more than mult */
	double times; /* 1 / d, rounded away from zero; 0: d is too large for it to be of use */
	bool rest; /* what is wanted is the remainder */
};

/* False: d is one of 0, 1, -1, INT64_MIN, which are not done this way. */
bool wr_divisor_init(struct wr_divisor *div, int64_t d, bool rest);
/* out[i] for i in sel[0 .. n), or in 0 .. n if sel is NULL. */
void wr_divide(const struct wr_divisor *div, int64_t *restrict out, const int64_t *restrict a,
	const uint32_t *sel, uint32_t n);

#endif
