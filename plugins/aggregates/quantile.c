/* SPDX-License-Identifier: Apache-2.0 */
/* percentile_exact and median: all values are kept, and the one asked for is selected. */
#include <math.h>
#include <stdlib.h>

#include "aggregates.h"

struct values {
	uint64_t cell; /* doubles */
	uint64_t n;
	uint64_t over; /* 1: there was no room for all */
};

enum { VALUES_MAX = 1 << 25 };

static const double half = 0.5;

static int
values_plan(struct weir_call *call, struct weir_err *err)
{
	if (call->types[0] != WEIR_INT64 && call->types[0] != WEIR_FLOAT64)
		return weir_fail(
			err, -EINVAL, "takes int or float, not %s", type_name(call->types[0]));
	call->type = WEIR_FLOAT64;
	call->nullable = 1;
	call->acc_size = sizeof(struct values) / 8;
	call->n_cells = 1;
	call->same = "median";
	call->n_same = 1;
	return WEIR_OK;
}

static int
exact_plan(struct weir_call *call, struct weir_err *err)
{
	double *fraction;

	if (take_args(call, 2, 2, err) < 0)
		return err->code;
	fraction = call->keep(call, sizeof *fraction);
	call->self = fraction;
	if (constant_number(call, 1, 0, 1, fraction, err) < 0)
		return err->code;
	return values_plan(call, err);
}

static int
median_plan(struct weir_call *call, struct weir_err *err)
{
	call->self = &half;
	return take_args(call, 1, 1, err) < 0 ? err->code : values_plan(call, err);
}

static void
values_add(struct weir_fn *fn, void *row, struct values *values, const double *x, uint64_t n)
{
	uint32_t len = (uint32_t)values->n * 8, more = (uint32_t)n * 8;

	if (values->n + n > VALUES_MAX) {
		values->over = 1;
		return;
	}
	memcpy((char *)fn->edit(fn, row, &values->cell, len + more, len, more) + len, x, more);
	values->n += n;
}

static int
values_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)self;
	for (uint32_t i = 0; i < n; i++) {
		double x = number_at(args[0], row_at(sel, i));

		values_add(fn, accs.row[i], acc_at(accs, i), &x, 1);
	}
	return WEIR_OK;
}

/* An equal value goes; the last one takes its place. */
static int
values_retract(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)self;
	for (uint32_t i = 0; i < n; i++) {
		struct values *values = acc_at(accs, i);
		double x = number_at(args[0], row_at(sel, i)), last;
		uint32_t len, at = 0;
		const double *all = fn->peek(fn, &values->cell, &len);
		char *p;

		while (at < values->n && all[at] != x && !(isnan(all[at]) && isnan(x)))
			at++;
		if (at == values->n)
			continue;
		last = all[values->n - 1];
		p = fn->edit(fn, accs.row[i], &values->cell, len, at * 8, 8);
		memcpy(p + (size_t)at * 8, &last, 8);
		fn->edit(fn, accs.row[i], &values->cell, len - 8, 0, 0);
		values->n--;
	}
	return WEIR_OK;
}

static int
values_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	(void)self;
	for (uint32_t i = 0; i < n; i++) {
		struct values *values = acc_at(accs, i);
		const struct values *other = acc_at(from, i);
		uint32_t len;
		const double *x = fn->peek(fn, &other->cell, &len);

		if (other->n > 0)
			values_add(fn, accs.row[i], values, x, other->n);
		values->over |= other->over;
	}
	return WEIR_OK;
}

static inline int
below(double a, double b)
{
	return a < b || (isnan(b) && !isnan(a));
}

static inline void
swap(double *a, double *b)
{
	double x = *a;

	*a = *b;
	*b = x;
}

/* Puts number k of the order in its place: what is before it is not above it. */
static double
nth(double *v, size_t n, size_t k)
{
	size_t low = 0, high = n - 1;

	while (low < high) {
		double pivot = v[low + (high - low) / 2];
		size_t i = low, j = high;

		for (;;) {
			while (below(v[i], pivot))
				i++;
			while (below(pivot, v[j]))
				j--;
			if (i >= j)
				break;
			swap(&v[i++], &v[j--]);
		}
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
	return v[k];
}

/* Between two values in proportion. */
static double
select_at(double *v, size_t n, double fraction)
{
	double at = fraction * (double)(n - 1), low, high;
	size_t k = (size_t)at;

	low = nth(v, n, k);
	at -= (double)k;
	if (at == 0)
		return low;
	high = v[k + 1];
	for (size_t i = k + 2; i < n; i++)
		if (below(v[i], high))
			high = v[i];
	if (low == high)
		return low;
	/* Each where it neither overflows nor cancels out. */
	if (signbit(low) != signbit(high))
		return low * (1 - at) + high * at;
	return low + (high - low) * at;
}

static int
values_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct values *values = acc_at(accs, i);
		uint32_t len;
		const double *all = fn->peek(fn, &values->cell, &len);
		double *copy;

		if (values->over) {
			fn->row_error(
				fn, i, "more than 33554432 values; use percentile(), a sketch");
			continue;
		}
		if (values->n == 0) {
			weir_bit_clear(out->valid, i);
			continue;
		}
		copy = malloc(values->n * sizeof *copy);
		if (copy == NULL)
			return weir_fail(fn->task->err, -ENOMEM, "out of memory");
		memcpy(copy, all, values->n * sizeof *copy);
		((double *)out->values)[i] = select_at(copy, values->n, *(const double *)self);
		free(copy);
	}
	return WEIR_OK;
}

const struct weir_aggregate aggregate_percentile_exact = {
	.size = sizeof aggregate_percentile_exact,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "percentile_exact",
	.summary = "The value that a fraction of all values is not above, between two of them in "
		   "proportion; it keeps every value, 8 bytes each.",
	.plan = exact_plan,
	.update = values_update,
	.merge = values_merge,
	.finish = values_finish,
	.retract = values_retract,
	.signature = "percentile_exact(x, fraction)",
	.example = "percentile_exact(x, 0.25) = 1.75 for x in (1, 2, 3, 4)",
};

const struct weir_aggregate aggregate_median = {
	.size = sizeof aggregate_median,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "median",
	.summary = "The value in the middle, exactly: percentile_exact(x, 0.5).",
	.plan = median_plan,
	.update = values_update,
	.merge = values_merge,
	.finish = values_finish,
	.retract = values_retract,
	.signature = "median(x)",
	.example = "median(x) = 2.5 for x in (1, 2, 3, 10)",
};
