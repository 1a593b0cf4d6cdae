/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count_distinct_hll: HyperLogLog with 64-bit hashes (XXH3) and Ertl's improved estimator, which
 * needs no tables ("New cardinality estimation algorithms for HyperLogLog sketches", 2017).  Up to
 * 128 values the hashes themselves are kept, and the count is exact.
 */
#define XXH_INLINE_ALL
#include <math.h>
#include <xxhash.h>

#include "aggregates.h"

enum { FEW = 128, PRECISION_LEAST = 4, PRECISION_MOST = 18, PRECISION = 14 };
#define DENSE UINT64_MAX

struct hll {
	uint64_t cell; /* hashes, or when dense a byte for each of 2^precision registers */
	uint64_t n; /* hashes, or DENSE */
};

static int
hll_plan(struct weir_call *call, struct weir_err *err)
{
	uint32_t *registers;
	double precision = PRECISION;

	if (take_args(call, 1, 2, err) < 0)
		return err->code;
	if (call->types[0] == WEIR_JSON)
		return weir_fail(err, -EINVAL, "takes no json; cast it");
	if (call->n_args == 2 &&
		constant_number(call, 1, PRECISION_LEAST, PRECISION_MOST, &precision, err) < 0)
		return err->code;
	call->type = WEIR_INT64;
	call->acc_size = sizeof(struct hll) / 8;
	call->n_cells = 1;
	registers = call->keep(call, sizeof *registers);
	*registers = (uint32_t)precision;
	call->self = registers;
	return WEIR_OK;
}

/* The register of a hash, and the zeros behind its number, and one. */
static void
raise(uint8_t *registers, uint64_t hash, uint32_t precision)
{
	uint64_t rest = hash << precision | (UINT64_C(1) << (precision - 1));
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
	uint8_t *at = &registers[hash >> (64 - precision)];

	if (rank > *at)
		*at = rank;
}

static void
make_dense(struct weir_fn *fn, void *row, struct hll *hll, uint32_t precision)
{
	uint64_t hashes[FEW];
	uint32_t len, size = 1u << precision;
	const void *old = fn->peek(fn, &hll->cell, &len);
	uint8_t *registers;

	if (len > 0)
		memcpy(hashes, old, len);
	registers = fn->edit(fn, row, &hll->cell, size, 0, size);
	memset(registers, 0, size);
	for (uint64_t i = 0; i < hll->n; i++)
		raise(registers, hashes[i], precision);
	hll->n = DENSE;
}

static void
hll_add(struct weir_fn *fn, void *row, struct hll *hll, uint64_t hash, uint32_t precision)
{
	uint32_t len, at;
	const uint64_t *hashes;

	if (hll->n != DENSE) {
		hashes = fn->peek(fn, &hll->cell, &len);
		for (uint64_t i = 0; i < hll->n; i++)
			if (hashes[i] == hash)
				return;
		if (hll->n < FEW) {
			at = (uint32_t)hll->n * 8;
			memcpy((char *)fn->edit(fn, row, &hll->cell, at + 8, at, 8) + at, &hash, 8);
			hll->n++;
			return;
		}
		make_dense(fn, row, hll, precision);
	}
	at = (uint32_t)(hash >> (64 - precision));
	raise(fn->edit(fn, row, &hll->cell, 1u << precision, at, 1), hash, precision);
}

static int
hll_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t word;
		struct weir_str value = value_bytes(args[0], row_at(sel, i), &word);

		hll_add(fn, accs.row[i], acc_at(accs, i), XXH3_64bits(value.p, value.len),
			*(const uint32_t *)self);
	}
	return WEIR_OK;
}

static void
merge_one(
	struct weir_fn *fn, void *row, struct hll *hll, const struct hll *other, uint32_t precision)
{
	uint32_t len, size = 1u << precision;
	const uint64_t *hashes = fn->peek(fn, &other->cell, &len);
	const uint8_t *from;
	uint8_t *to;

	if (other->n != DENSE) {
		for (uint64_t i = 0; i < other->n; i++)
			hll_add(fn, row, hll, hashes[i], precision);
		return;
	}
	if (hll->n != DENSE)
		make_dense(fn, row, hll, precision);
	to = fn->edit(fn, row, &hll->cell, size, 0, size);
	from = fn->peek(fn, &other->cell, &len);
	for (uint32_t i = 0; i < size; i++)
		to[i] = to[i] > from[i] ? to[i] : from[i];
}

static int
hll_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		merge_one(
			fn, accs.row[i], acc_at(accs, i), acc_at(from, i), *(const uint32_t *)self);
	return WEIR_OK;
}

static double
sigma(double x)
{
	double y = 1, z = x, before;

	if (x == 1)
		return INFINITY;
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z != before);
	return z;
}

static double
tau(double x)
{
	double y = 1, z = 1 - x, before;

	if (x == 0 || x == 1)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y *= 0.5;
		z -= (1 - x) * (1 - x) * y;
	} while (z != before);
	return z / 3;
}

static int64_t
estimate(const uint8_t *registers, uint32_t precision)
{
	uint32_t size = 1u << precision, most = 64 - precision, counts[66] = {0};
	double m = size, z;

	for (uint32_t i = 0; i < size; i++)
		counts[registers[i]]++;
	z = m * tau(1 - counts[most + 1] / m);
	for (uint32_t rank = most; rank >= 1; rank--)
		z = 0.5 * (z + counts[rank]);
	z += m * sigma(counts[0] / m);
	return llround(m * m / z / (2 * 0.69314718055994530942));
}

static int
hll_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct hll *hll = acc_at(accs, i);
		uint32_t len;

		((int64_t *)out->values)[i] =
			hll->n != DENSE
				? (int64_t)hll->n
				: estimate(fn->peek(fn, &hll->cell, &len), *(const uint32_t *)self);
	}
	return WEIR_OK;
}

const struct weir_aggregate aggregate_count_distinct_hll = {
	.size = sizeof aggregate_count_distinct_hll,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "count_distinct_hll",
	.summary = "About how many different values there are, in 2^precision bytes (4 to 18, 14 "
		   "by default): with a standard error of 1.04 / sqrt(2^precision), 0.8 %; exact "
		   "up to 128.",
	.plan = hll_plan,
	.update = hll_update,
	.merge = hll_merge,
	.finish = hll_finish,
	.signature = "count_distinct_hll(x [, precision])",
	.example = "count_distinct_hll(x) = 2 for x in ('a', 'b', 'a')",
};
