/* SPDX-License-Identifier: Apache-2.0 */
/* count, sum, avg.  Ints are summed in 128 bits, floats with Neumaier's compensation. */
#include <math.h>

#include "aggregates.h"

static int
count_plan(struct weir_call *call, struct weir_err *err)
{
	if (call->n_args > 1)
		return weir_fail(err, -EINVAL, "takes no argument or 1, not %u", call->n_args);
	call->type = WEIR_INT64;
	call->acc_size = 1;
	return WEIR_OK;
}

static int
count_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)self, (void)fn, (void)args, (void)sel;
	for (uint32_t i = 0; i < n; i++)
		++*(int64_t *)acc_at(accs, i);
	return WEIR_OK;
}

static int
count_retract(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)self, (void)fn, (void)args, (void)sel;
	for (uint32_t i = 0; i < n; i++)
		--*(int64_t *)acc_at(accs, i);
	return WEIR_OK;
}

static int
count_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	(void)self, (void)fn;
	for (uint32_t i = 0; i < n; i++)
		*(int64_t *)acc_at(accs, i) += *(const int64_t *)acc_at(from, i);
	return WEIR_OK;
}

static int
count_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)self, (void)fn;
	for (uint32_t i = 0; i < n; i++)
		((int64_t *)out->values)[i] = *(const int64_t *)acc_at(accs, i);
	return WEIR_OK;
}

static int
count_slides(const struct weir_call *call, uint32_t *words, uint32_t *n_cells)
{
	(void)call;
	*words = 1;
	*n_cells = 0;
	return 1;
}

static int
count_join(const void *self, struct weir_fn *fn, struct weir_accs windows, struct weir_accs panes,
	const int64_t *at, uint32_t n)
{
	(void)at;
	return count_merge(self, fn, windows, panes, n);
}

static int
count_leave(const void *self, struct weir_fn *fn, struct weir_accs windows, struct weir_accs panes,
	const int64_t *at, uint32_t n)
{
	(void)self, (void)fn, (void)at;
	for (uint32_t i = 0; i < n; i++)
		*(int64_t *)acc_at(windows, i) -= *(const int64_t *)acc_at(panes, i);
	return WEIR_OK;
}

static const struct weir_sliding count_sliding = {
	.size = sizeof count_sliding,
	.able = count_slides,
	.join = count_join,
	.leave = count_leave,
	.finish = count_finish,
};

const struct weir_aggregate aggregate_count = {
	.size = sizeof aggregate_count,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "count",
	.summary = "The number of rows, or of those where x is not null.",
	.plan = count_plan,
	.update = count_update,
	.merge = count_merge,
	.finish = count_finish,
	.retract = count_retract,
	.signature = "count([x])",
	.example = "count(x) = 2 for x in (7, null, 8)",
	.sliding = &count_sliding,
};

/* What a sum or an average of n values is made from; ints use low and high, floats sum and lost. */
struct sum {
	int64_t n;
	union {
		struct {
			uint64_t low;
			int64_t high;
		} whole;
		struct {
			double sum, lost;
		} real;
	} u;
};

static inline wide_int
sum_wide(const struct sum *sum)
{
	return (wide_int)((wide_uint)(uint64_t)sum->u.whole.high << 64 | sum->u.whole.low);
}

static inline void
sum_set(struct sum *sum, wide_int value)
{
	sum->u.whole.low = (uint64_t)value;
	sum->u.whole.high = (int64_t)(value >> 64);
}

static inline void
sum_real(struct sum *sum, double x)
{
	double total = sum->u.real.sum + x;

	if (fabs(sum->u.real.sum) >= fabs(x))
		sum->u.real.lost += sum->u.real.sum - total + x;
	else
		sum->u.real.lost += x - total + sum->u.real.sum;
	sum->u.real.sum = total;
}

/* Once there is an infinity or a NaN, what was lost means nothing. */
static double
sum_result(const struct sum *sum)
{
	return isfinite(sum->u.real.sum) ? sum->u.real.sum + sum->u.real.lost : sum->u.real.sum;
}

static const uint32_t whole = WEIR_INT64, real = WEIR_FLOAT64;

static int
sum_plan(struct weir_call *call, struct weir_err *err)
{
	static const char *const names[] = {
		"null", "bool", "int", "float", "timestamp", "string", "bytes", "json"};

	if (call->n_args != 1)
		return weir_fail(err, -EINVAL, "takes 1 argument, not %u", call->n_args);
	if (call->types[0] != WEIR_INT64 && call->types[0] != WEIR_FLOAT64)
		return weir_fail(err, -EINVAL, "takes int or float, not %s%s",
			names[call->types[0]],
			call->types[0] == WEIR_BOOL ? "; write count() filter (where ...)" : "");
	call->type = call->types[0];
	call->nullable = 1;
	call->acc_size = sizeof(struct sum) / 8;
	call->self = call->type == WEIR_INT64 ? &whole : &real;
	call->same = "sum";
	call->n_same = 1;
	return WEIR_OK;
}

static int
avg_plan(struct weir_call *call, struct weir_err *err)
{
	int rc = sum_plan(call, err);

	call->type = WEIR_FLOAT64;
	return rc;
}

static int
sum_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)fn;
	if (*(const uint32_t *)self == WEIR_INT64) {
		const int64_t *values = args[0]->values;

		for (uint32_t i = 0; i < n; i++) {
			struct sum *sum = acc_at(accs, i);

			sum->n++;
			sum_set(sum, sum_wide(sum) + values[sel != NULL ? sel[i] : i]);
		}
	} else {
		const double *values = args[0]->values;

		for (uint32_t i = 0; i < n; i++) {
			struct sum *sum = acc_at(accs, i);

			sum->n++;
			sum_real(sum, values[sel != NULL ? sel[i] : i]);
		}
	}
	return WEIR_OK;
}

static int
sum_retract(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)fn;
	for (uint32_t i = 0; i < n; i++) {
		struct sum *sum = acc_at(accs, i);
		uint32_t row = sel != NULL ? sel[i] : i;

		sum->n--;
		if (*(const uint32_t *)self == WEIR_INT64)
			sum_set(sum, sum_wide(sum) - weir_int_at(args[0], row));
		else
			sum_real(sum, -weir_float_at(args[0], row));
	}
	return WEIR_OK;
}

static int
sum_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	(void)fn;
	for (uint32_t i = 0; i < n; i++) {
		struct sum *sum = acc_at(accs, i);
		const struct sum *other = acc_at(from, i);

		sum->n += other->n;
		if (*(const uint32_t *)self == WEIR_INT64) {
			sum_set(sum, sum_wide(sum) + sum_wide(other));
		} else {
			sum_real(sum, other->u.real.sum);
			sum->u.real.lost += other->u.real.lost;
		}
	}
	return WEIR_OK;
}

static int
sum_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct sum *sum = acc_at(accs, i);

		if (sum->n == 0)
			weir_bit_clear(out->valid, i);
		else if (*(const uint32_t *)self == WEIR_FLOAT64)
			((double *)out->values)[i] = sum_result(sum);
		else if (sum_wide(sum) < INT64_MIN || sum_wide(sum) > INT64_MAX)
			fn->row_error(
				fn, i, "integer overflow in sum(); write sum(cast(x as float))");
		else
			((int64_t *)out->values)[i] = (int64_t)sum_wide(sum);
	}
	return WEIR_OK;
}

static int
avg_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)fn;
	for (uint32_t i = 0; i < n; i++) {
		const struct sum *sum = acc_at(accs, i);

		if (sum->n == 0)
			weir_bit_clear(out->valid, i);
		else if (*(const uint32_t *)self == WEIR_FLOAT64)
			((double *)out->values)[i] = sum_result(sum) / (double)sum->n;
		else
			((double *)out->values)[i] = (double)sum_wide(sum) / (double)sum->n;
	}
	return WEIR_OK;
}

/* Of floats what a window had before a pane joined it does not come back when that leaves. */
static int
sum_slides(const struct weir_call *call, uint32_t *words, uint32_t *n_cells)
{
	*words = sizeof(struct sum) / 8;
	*n_cells = 0;
	return call->types[0] == WEIR_INT64;
}

static int
sum_join(const void *self, struct weir_fn *fn, struct weir_accs windows, struct weir_accs panes,
	const int64_t *at, uint32_t n)
{
	(void)at;
	return sum_merge(self, fn, windows, panes, n);
}

static int
sum_leave(const void *self, struct weir_fn *fn, struct weir_accs windows, struct weir_accs panes,
	const int64_t *at, uint32_t n)
{
	(void)self, (void)fn, (void)at;
	for (uint32_t i = 0; i < n; i++) {
		struct sum *sum = acc_at(windows, i);
		const struct sum *pane = acc_at(panes, i);

		sum->n -= pane->n;
		sum_set(sum, sum_wide(sum) - sum_wide(pane));
	}
	return WEIR_OK;
}

static const struct weir_sliding sum_sliding = {
	.size = sizeof sum_sliding,
	.able = sum_slides,
	.join = sum_join,
	.leave = sum_leave,
	.finish = sum_finish,
};

static const struct weir_sliding avg_sliding = {
	.size = sizeof avg_sliding,
	.able = sum_slides,
	.join = sum_join,
	.leave = sum_leave,
	.finish = avg_finish,
};

const struct weir_aggregate aggregate_sum = {
	.size = sizeof aggregate_sum,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "sum",
	.summary = "The sum of ints, exact, or of floats, compensated.",
	.plan = sum_plan,
	.update = sum_update,
	.merge = sum_merge,
	.finish = sum_finish,
	.retract = sum_retract,
	.signature = "sum(x)",
	.example = "sum(x) = 15 for x in (7, null, 8)",
	.sliding = &sum_sliding,
};

const struct weir_aggregate aggregate_avg = {
	.size = sizeof aggregate_avg,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "avg",
	.summary = "The mean, as a float.",
	.plan = avg_plan,
	.update = sum_update,
	.merge = sum_merge,
	.finish = avg_finish,
	.retract = sum_retract,
	.signature = "avg(x)",
	.example = "avg(x) = 7.5 for x in (7, null, 8)",
	.sliding = &avg_sliding,
};
