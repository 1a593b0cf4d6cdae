/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers that java.util.Random draws: the benchmark's definition stands on them. */
#ifndef NEXMARK_RANDOM_H
#define NEXMARK_RANDOM_H

#include <stdint.h>

struct nexmark_random {
	uint64_t state; /* 48 bits */
};

static inline struct nexmark_random
nexmark_random(uint64_t seed)
{
	return (struct nexmark_random){(seed ^ 0x5deece66d) & 0xffffffffffff};
}

/* The highest of the 48 bits after a step; bits is 26 to 32. */
static inline int32_t
nexmark_bits(struct nexmark_random *random, int bits)
{
	random->state = (random->state * 0x5deece66d + 0xb) & 0xffffffffffff;
	return (int32_t)(uint32_t)(random->state >> (48 - bits));
}

/* 0 <= x < n, all equally likely; n is at least 1. */
static inline int32_t
nexmark_below(struct nexmark_random *random, int32_t n)
{
	int32_t u = nexmark_bits(random, 31), r;

	if ((n & (n - 1)) == 0)
		return (int32_t)((int64_t)n * u >> 31);
	/* A draw from the incomplete last run of n is thrown away. */
	while (r = u % n, (int64_t)u - r + (n - 1) > INT32_MAX)
		u = nexmark_bits(random, 31);
	return r;
}

/* 0 <= x < 1, in steps of 2^-53. */
static inline double
nexmark_unit(struct nexmark_random *random)
{
	int64_t high = (int64_t)nexmark_bits(random, 26) << 27;

	return (double)(high + nexmark_bits(random, 27)) * 0x1p-53;
}

/* The finalizer of splitmix64: neighbouring seeds have nothing in common. */
static inline uint64_t
nexmark_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

#endif
