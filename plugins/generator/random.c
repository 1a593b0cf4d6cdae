/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are functions of key and row. */
#include "generator.h"

#include <math.h>

/* Draw 0 of a row says whether it is null; values begin here. */
enum { FIRST_DRAW = 1 };

uint64_t
generator_key(int64_t seed, struct weir_str name)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
	uint32_t i;

	for (i = 0; i < name.len; i++)
		hash = (hash ^ (uint8_t)name.p[i]) * 0x100000001b3;
	return generator_bits(hash, (uint64_t)seed, 0);
}

/* The high half of a product. */
static uint64_t
multiply_high(uint64_t a, uint64_t b)
{
	uint64_t a_low = (uint32_t)a, b_low = (uint32_t)b, a_high = a >> 32, b_high = b >> 32;
	uint64_t middle = a_high * b_low + (a_low * b_low >> 32);

	return a_high * b_high + (middle >> 32) + (((uint32_t)middle + a_low * b_high) >> 32);
}

uint64_t
generator_below(uint64_t key, uint64_t row, uint64_t draw, uint64_t most)
{
	uint64_t bits = generator_bits(key, row, draw);

	if (most == UINT64_MAX)
		return bits;
	return multiply_high(bits, most + 1);
}

double
generator_normal(uint64_t key, uint64_t row)
{
	/* Box and Muller; 1 - u is never 0. */
	double radius = sqrt(-2 * log(1 - generator_unit(key, row, FIRST_DRAW)));

	return radius * cos(6.283185307179586 * generator_unit(key, row, FIRST_DRAW + 1));
}

/*
 * Ranks by rejection-inversion (W. Hormann, G. Derflinger, 1996): h(x) = x^-s, H its integral.  The
 * quotients below are 1 at 0, so that s = 1 is no special case.
 */
static double
log1p_by(double x)
{
	return fabs(x) > 1e-8 ? log1p(x) / x : 1 - x / 2;
}

static double
expm1_by(double x)
{
	return fabs(x) > 1e-8 ? expm1(x) / x : 1 + x / 2;
}

static double
hat(const struct zipf *zipf, double x)
{
	return exp(-zipf->s * log(x));
}

static double
integral(const struct zipf *zipf, double x)
{
	double l = log(x);

	return expm1_by((1 - zipf->s) * l) * l;
}

static double
inverse(const struct zipf *zipf, double y)
{
	double t = y * (1 - zipf->s);

	return exp(log1p_by(t > -1 ? t : -1) * y);
}

void
generator_zipf_init(struct zipf *zipf, double n, double s)
{
	*zipf = (struct zipf){.s = s, .n = n};
	zipf->first = integral(zipf, 1.5) - 1;
	zipf->last = integral(zipf, n + 0.5);
	zipf->accept = 2 - inverse(zipf, integral(zipf, 2.5) - hat(zipf, 2));
}

int64_t
generator_zipf(const struct zipf *zipf, uint64_t key, uint64_t row)
{
	uint64_t draw;

	for (draw = FIRST_DRAW; draw < 64; draw++) {
		double y = zipf->last + generator_unit(key, row, draw) * (zipf->first - zipf->last);
		double x = inverse(zipf, y), rank = floor(x + 0.5);

		rank = rank < 1 ? 1 : rank > zipf->n ? zipf->n : rank;
		if (rank - x <= zipf->accept || y >= integral(zipf, rank + 0.5) - hat(zipf, rank))
			return (int64_t)rank;
	}
	return 1; /* out of luck sixty times: one in many worlds */
}
