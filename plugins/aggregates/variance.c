/* SPDX-License-Identifier: Apache-2.0 */
/* stddev, stddev_pop, var, var_pop: by Welford's updates, merged as Chan, Golub and LeVeque
 * do.
 */
#include <math.h>

#include "aggregates.h"

struct moments {
	int64_t n;
	double mean, squares; /* squares: the sum of (x - mean)^2 */
};

enum { SAMPLE = 1, ROOT = 2 };

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
	call->acc_size = sizeof(struct moments) / 8;
	call->same = "var";
	call->n_same = 1;
	return WEIR_OK;
}

static int
moments_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)self, (void)fn;
	for (uint32_t i = 0; i < n; i++) {
		struct moments *m = acc_at(accs, i);
		double x = number_at(args[0], row_at(sel, i)), off = x - m->mean;

		m->n++;
		m->mean += off / (double)m->n;
		m->squares += off * (x - m->mean);
	}
	return WEIR_OK;
}

static int
moments_retract(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)self, (void)fn;
	for (uint32_t i = 0; i < n; i++) {
		struct moments *m = acc_at(accs, i);
		double x = number_at(args[0], row_at(sel, i)), off = x - m->mean;

		m->n--;
		if (m->n == 0) {
			m->mean = m->squares = 0;
			continue;
		}
		m->mean -= off / (double)m->n;
		m->squares -= off * (x - m->mean);
	}
	return WEIR_OK;
}

static int
moments_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	(void)self, (void)fn;
	for (uint32_t i = 0; i < n; i++) {
		struct moments *m = acc_at(accs, i);
		const struct moments *other = acc_at(from, i);
		double off = other->mean - m->mean, a = (double)m->n, b = (double)other->n;

		if (other->n == 0)
			continue;
		if (m->n == 0) {
			*m = *other;
			continue;
		}
		m->n += other->n;
		m->mean += off * (b / (a + b));
		m->squares += other->squares + off * off * (a * b / (a + b));
	}
	return WEIR_OK;
}

static int
moments_finish(struct weir_accs accs, uint32_t n, struct weir_vec *out, int how)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct moments *m = acc_at(accs, i);
		int64_t by = how & SAMPLE ? m->n - 1 : m->n;
		double result;

		if (by < 1) {
			weir_bit_clear(out->valid, i);
			continue;
		}
		/* Taking rows back may leave a little less than nothing. */
		result = m->squares < 0 ? 0 : m->squares / (double)by;
		((double *)out->values)[i] = how & ROOT ? sqrt(result) : result;
	}
	return WEIR_OK;
}

static int
stddev_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)self, (void)fn;
	return moments_finish(accs, n, out, SAMPLE | ROOT);
}

static int
stddev_pop_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)self, (void)fn;
	return moments_finish(accs, n, out, ROOT);
}

static int
var_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)self, (void)fn;
	return moments_finish(accs, n, out, SAMPLE);
}

static int
var_pop_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)self, (void)fn;
	return moments_finish(accs, n, out, 0);
}

const struct weir_aggregate aggregate_stddev = {
	.size = sizeof aggregate_stddev,
	.flags = WEIR_STRICT,
	.version = 1,
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
	.version = 1,
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
	.version = 1,
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
	.version = 1,
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
