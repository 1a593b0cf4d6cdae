/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stddev, stddev_pop, var, var_pop.  Floats by Welford's updates, merged as Chan, Golub and LeVeque
 * do.  Ints exactly: what they sum up to, and their squares, are whole numbers of 128 and 192 bits.
 */
#include <math.h>

#include "aggregates.h"

/* Of how far values are from the first one: where they are close together that is exact. */
struct moments {
	int64_t n;
	double first, mean, squares; /* squares: the sum of (x - first - mean)^2 */
};

/* Least words first.  What is taken back leaves no trace, and the order of rows none either. */
struct whole_moments {
	int64_t n;
	uint64_t sum[2], squares[3];
};

enum { SAMPLE = 1, ROOT = 2 };

static const uint32_t whole = WEIR_INT64, real = WEIR_FLOAT64;

static int
moments_plan(struct weir_call *call, struct weir_err *err)
{
	if (take_args(call, 1, 1, err) < 0)
		return err->code;
	if (call->types[0] != WEIR_INT64 && call->types[0] != WEIR_FLOAT64)
		return weir_fail(
			err, -EINVAL, "takes int or float, not %s", type_name(call->types[0]));
	call->type = WEIR_FLOAT64;
	call->nullable = 1;
	call->self = call->types[0] == WEIR_INT64 ? &whole : &real;
	call->acc_size =
		(call->self == &whole ? sizeof(struct whole_moments) : sizeof(struct moments)) / 8;
	call->same = "var";
	call->n_same = 1;
	return WEIR_OK;
}

static int
is_whole(const void *self)
{
	return *(const uint32_t *)self == WEIR_INT64;
}

static wide_uint
low_two(const uint64_t *words)
{
	return (wide_uint)words[1] << 64 | words[0];
}

static void
set_low_two(uint64_t *words, wide_uint value)
{
	words[0] = (uint64_t)value;
	words[1] = (uint64_t)(value >> 64);
}

/* squares += high * 2^128 + low. */
static void
squares_add(uint64_t squares[3], wide_uint low, uint64_t high)
{
	wide_uint sum = low_two(squares) + low;

	squares[2] += high + (sum < low);
	set_low_two(squares, sum);
}

static void
squares_subtract(uint64_t squares[3], wide_uint low, uint64_t high)
{
	wide_uint before = low_two(squares);

	squares[2] -= high + (before < low);
	set_low_two(squares, before - low);
}

static void
whole_add(struct whole_moments *m, int64_t x)
{
	m->n++;
	set_low_two(m->sum, low_two(m->sum) + (wide_uint)(wide_int)x);
	squares_add(m->squares, (wide_uint)((wide_int)x * x), 0);
}

static void
whole_subtract(struct whole_moments *m, int64_t x)
{
	m->n--;
	set_low_two(m->sum, low_two(m->sum) - (wide_uint)(wide_int)x);
	squares_subtract(m->squares, (wide_uint)((wide_int)x * x), 0);
}

static void
whole_merge(struct whole_moments *m, const struct whole_moments *other)
{
	m->n += other->n;
	set_low_two(m->sum, low_two(m->sum) + low_two(other->sum));
	squares_add(m->squares, low_two(other->squares), other->squares[2]);
}

static wide_uint
magnitude(wide_int x)
{
	return x < 0 ? -(wide_uint)x : (wide_uint)x;
}

/*
 * The sum of (x - mean)^2.  With q, the whole number next to the mean, and r = sum - n * q, that of
 * (x - q)^2 is squares - q * (sum + r), exactly; and it is at least twice the r * r / n by which it
 * is too large, so that taking that off loses nothing.
 */
static double
whole_spread(const struct whole_moments *m)
{
	wide_int sum = (wide_int)low_two(m->sum), n = m->n, q = sum / n, r = sum % n;
	uint64_t squares[3] = {m->squares[0], m->squares[1], m->squares[2]};
	wide_uint times, by;

	if (2 * r > n || 2 * r < -n) {
		q += r < 0 ? -1 : 1;
		r += r < 0 ? n : -n;
	}
	times = magnitude(q);
	by = magnitude(sum + r);
	squares_subtract(squares, times * (uint64_t)by, 0);
	by = times * (by >> 64);
	squares_subtract(squares, by << 64, (uint64_t)(by >> 64));
	return (double)squares[2] * 0x1p128 + (double)low_two(squares) -
	       (double)r * ((double)r / (double)n);
}

static void
real_add(struct moments *m, double x)
{
	double off;

	if (m->n++ == 0)
		m->first = x;
	x -= m->first;
	off = x - m->mean;
	m->mean += off / (double)m->n;
	m->squares += off * (x - m->mean);
}

static void
real_subtract(struct moments *m, double x)
{
	double off;

	if (--m->n == 0) {
		m->mean = m->squares = 0;
		return;
	}
	x -= m->first;
	off = x - m->mean;
	m->mean -= off / (double)m->n;
	m->squares -= off * (x - m->mean);
}

static void
real_merge(struct moments *m, const struct moments *other)
{
	double off = other->first - m->first + (other->mean - m->mean), a = (double)m->n,
	       b = (double)other->n;

	if (other->n == 0)
		return;
	if (m->n == 0) {
		*m = *other;
		return;
	}
	m->n += other->n;
	m->mean += off * (b / (a + b));
	m->squares += other->squares + off * off * (a * b / (a + b));
}

static int
moments_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	uint32_t i;

	(void)fn;
	if (is_whole(self))
		for (i = 0; i < n; i++)
			whole_add(acc_at(accs, i), weir_int_at(args[0], row_at(sel, i)));
	else
		for (i = 0; i < n; i++)
			real_add(acc_at(accs, i), weir_float_at(args[0], row_at(sel, i)));
	return WEIR_OK;
}

static int
moments_retract(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	uint32_t i;

	(void)fn;
	for (i = 0; i < n; i++)
		if (is_whole(self))
			whole_subtract(acc_at(accs, i), weir_int_at(args[0], row_at(sel, i)));
		else
			real_subtract(acc_at(accs, i), weir_float_at(args[0], row_at(sel, i)));
	return WEIR_OK;
}

static int
moments_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	uint32_t i;

	(void)fn;
	for (i = 0; i < n; i++)
		if (is_whole(self))
			whole_merge(acc_at(accs, i), acc_at(from, i));
		else
			real_merge(acc_at(accs, i), acc_at(from, i));
	return WEIR_OK;
}

/* Both begin with how many values there were. */
static int
moments_finish(const void *self, struct weir_accs accs, uint32_t n, struct weir_vec *out, int how)
{
	for (uint32_t i = 0; i < n; i++) {
		const int64_t *of = acc_at(accs, i);
		int64_t by = how & SAMPLE ? *of - 1 : *of;
		double result;

		if (by < 1) {
			weir_bit_clear(out->valid, i);
			continue;
		}
		result = is_whole(self) ? whole_spread(acc_at(accs, i))
					: ((const struct moments *)acc_at(accs, i))->squares;
		/* Taking floats back may leave a little less than nothing. */
		result = result < 0 ? 0 : result / (double)by;
		((double *)out->values)[i] = how & ROOT ? sqrt(result) : result;
	}
	return WEIR_OK;
}

static int
stddev_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)fn;
	return moments_finish(self, accs, n, out, SAMPLE | ROOT);
}

static int
stddev_pop_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)fn;
	return moments_finish(self, accs, n, out, ROOT);
}

static int
var_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)fn;
	return moments_finish(self, accs, n, out, SAMPLE);
}

static int
var_pop_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)fn;
	return moments_finish(self, accs, n, out, 0);
}

const struct weir_aggregate aggregate_stddev = {
	.size = sizeof aggregate_stddev,
	.flags = WEIR_STRICT,
	.version = 2,
	.name = "stddev",
	.summary = "The standard deviation of a sample; null of fewer than two values.",
	.plan = moments_plan,
	.update = moments_update,
	.merge = moments_merge,
	.finish = stddev_finish,
	.retract = moments_retract,
	.signature = "stddev(x)",
	.example = "stddev(x) = 2.0 for x in (1, 3, 5)",
};

const struct weir_aggregate aggregate_stddev_pop = {
	.size = sizeof aggregate_stddev_pop,
	.flags = WEIR_STRICT,
	.version = 2,
	.name = "stddev_pop",
	.summary = "The standard deviation of all there is.",
	.plan = moments_plan,
	.update = moments_update,
	.merge = moments_merge,
	.finish = stddev_pop_finish,
	.retract = moments_retract,
	.signature = "stddev_pop(x)",
	.example = "stddev_pop(x) = 1.0 for x in (1, 3)",
};

const struct weir_aggregate aggregate_var = {
	.size = sizeof aggregate_var,
	.flags = WEIR_STRICT,
	.version = 2,
	.name = "var",
	.summary = "The variance of a sample; null of fewer than two values.",
	.plan = moments_plan,
	.update = moments_update,
	.merge = moments_merge,
	.finish = var_finish,
	.retract = moments_retract,
	.signature = "var(x)",
	.example = "var(x) = 4.0 for x in (1, 3, 5)",
};

const struct weir_aggregate aggregate_var_pop = {
	.size = sizeof aggregate_var_pop,
	.flags = WEIR_STRICT,
	.version = 2,
	.name = "var_pop",
	.summary = "The variance of all there is.",
	.plan = moments_plan,
	.update = moments_update,
	.merge = moments_merge,
	.finish = var_pop_finish,
	.retract = moments_retract,
	.signature = "var_pop(x)",
	.example = "var_pop(x) = 1.0 for x in (1, 3)",
};
