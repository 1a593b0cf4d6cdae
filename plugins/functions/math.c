/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of numbers that give floats, and those of several numbers: mod, greatest, least. */
#include <math.h>

#include "functions.h"

/* An int or a float as a float. */
static inline double
number_at(const struct weir_column *col, uint32_t i)
{
	return col->type == WEIR_INT64 ? (double)weir_int_at(col, i) : weir_float_at(col, i);
}

static int
float_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_FLOAT64;
	return take(call, "n", err);
}

/* of x, where x is not below (strict: not at or below) least; NaN gives NaN. */
struct domain {
	double (*of)(double);
	double least;
	int strict;
	const char *why;
};

static int
map_float(const struct domain *domain, struct weir_fn *fn, const struct weir_column *col,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		double x = number_at(col, i);

		if (x < domain->least || (domain->strict && x == domain->least))
			fn->row_error(fn, i, domain->why);
		else
			((double *)out->values)[i] = domain->of(x);
	}
	return WEIR_OK;
}

static int
sqrt_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	static const struct domain domain = {sqrt, 0, 0, "sqrt() of a number below 0"};

	(void)self;
	return map_float(&domain, fn, args[0], sel, n, out);
}

static int
exp_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	static const struct domain domain = {exp, -INFINITY, 0, NULL};

	(void)self;
	return map_float(&domain, fn, args[0], sel, n, out);
}

static int
ln_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	static const struct domain domain = {log, 0, 1, "ln() of a number not above 0"};

	(void)self;
	return map_float(&domain, fn, args[0], sel, n, out);
}

static int
log10_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	static const struct domain domain = {log10, 0, 1, "log10() of a number not above 0"};

	(void)self;
	return map_float(&domain, fn, args[0], sel, n, out);
}

const struct weir_function function_sqrt = {
	.size = sizeof function_sqrt,
	.flags = WEIR_STRICT,
	.name = "sqrt",
	.summary = "The square root, a float.",
	.plan = float_plan,
	.eval = sqrt_eval,
	.signature = "sqrt(x)",
	.example = "sqrt(16) = 4.0",
};

const struct weir_function function_exp = {
	.size = sizeof function_exp,
	.flags = WEIR_STRICT,
	.name = "exp",
	.summary = "e to the power of x, a float.",
	.plan = float_plan,
	.eval = exp_eval,
	.signature = "exp(x)",
	.example = "exp(0) = 1.0",
};

const struct weir_function function_ln = {
	.size = sizeof function_ln,
	.flags = WEIR_STRICT,
	.name = "ln",
	.summary = "The natural logarithm, a float.",
	.plan = float_plan,
	.eval = ln_eval,
	.signature = "ln(x)",
	.example = "ln(1) = 0.0",
};

const struct weir_function function_log10 = {
	.size = sizeof function_log10,
	.flags = WEIR_STRICT,
	.name = "log10",
	.summary = "The logarithm to base 10, a float.",
	.plan = float_plan,
	.eval = log10_eval,
	.signature = "log10(x)",
	.example = "log10(1000) = 3.0",
};

static int
power_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_FLOAT64;
	return take(call, "nn", err);
}

static int
power_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		double x = number_at(args[0], i), y = number_at(args[1], i), z = pow(x, y);

		if (x == 0 && y < 0)
			fn->row_error(fn, i, "power() of 0 to a number below 0");
		else if (isnan(z) && !isnan(x) && !isnan(y))
			fn->row_error(fn, i, "power() of a number below 0 to one with a fraction");
		else
			((double *)out->values)[i] = z;
	}
	return WEIR_OK;
}

const struct weir_function function_power = {
	.size = sizeof function_power,
	.flags = WEIR_STRICT,
	.name = "power",
	.summary = "x to the power of y, a float.",
	.plan = power_plan,
	.eval = power_eval,
	.signature = "power(x, y)",
	.example = "power(2, 10) = 1024.0",
};

static int
mod_plan(struct weir_call *call, struct weir_err *err)
{
	if (take(call, "nn", err) < 0)
		return err->code;
	call->type = call->types[0] == WEIR_FLOAT64 || call->types[1] == WEIR_FLOAT64 ? WEIR_FLOAT64
										      : WEIR_INT64;
	return WEIR_OK;
}

/*
 * By way of doubles, which have vector code: below 2^51 a quotient is further below the next whole
 * number than it is rounded.  0: some row is beyond, or divides by 0.
 */
WEIR_KERNEL static int
mod_ints(int64_t *restrict to, const int64_t *restrict x, const int64_t *restrict y,
	const uint32_t *sel, uint32_t n)
{
	const uint64_t bound = UINT64_C(1) << 51;
	uint64_t beyond = 0;

	WEIR_EACH_ROW(i, sel, n, {
		uint64_t far = ((uint64_t)x[i] + bound >= 2 * bound) |
			       ((uint64_t)y[i] + bound >= 2 * bound) | (y[i] == 0);
		int64_t of = (int64_t)((uint64_t)x[i] & (far - 1));
		int64_t by = (int64_t)(((uint64_t)y[i] & (far - 1)) | far);
		int64_t quotient = (int64_t)((double)of / (double)by);

		beyond |= far;
		to[i] = of - quotient * by;
	});
	return beyond == 0;
}

static int
mod_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	if (out->type == WEIR_INT64 &&
		mod_ints(out->values, args[0]->values, args[1]->values, sel, n))
		return WEIR_OK;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);

		if (number_at(args[1], i) == 0) {
			fn->row_error(fn, i, "division by zero in mod()");
		} else if (out->type == WEIR_FLOAT64) {
			((double *)out->values)[i] =
				fmod(number_at(args[0], i), number_at(args[1], i));
		} else {
			int64_t b = weir_int_at(args[1], i);

			((int64_t *)out->values)[i] = b == -1 ? 0 : weir_int_at(args[0], i) % b;
		}
	}
	return WEIR_OK;
}

const struct weir_function function_mod = {
	.size = sizeof function_mod,
	.flags = WEIR_STRICT,
	.name = "mod",
	.summary = "What is left of x divided by y, with the sign of x: x % y.",
	.plan = mod_plan,
	.eval = mod_eval,
	.signature = "mod(x, y)",
	.example = "mod(-7, 2) = -1",
};

static int
most_plan(struct weir_call *call, struct weir_err *err)
{
	uint32_t type = 0;

	if (take(call, "x+", err) < 0)
		return err->code;
	for (uint32_t i = 0; i < call->n_args; i++) {
		uint32_t other = call->types[i];

		if (other == WEIR_JSON)
			return weir_fail(err, -EINVAL, "json has no order; cast it");
		if (type == 0 || type == other)
			type = other == 0 ? type : other;
		else if (other != 0 && type + other == WEIR_INT64 + WEIR_FLOAT64 &&
			 (type == WEIR_INT64 || other == WEIR_INT64))
			type = WEIR_FLOAT64;
		else if (other != 0)
			return weir_fail(err, -EINVAL, "%s and %s have no common order",
				type_name(type), type_name(other));
	}
	call->type = type == 0 ? WEIR_INT64 : type;
	return WEIR_OK;
}

static int
text_compare(struct weir_str a, struct weir_str b)
{
	uint32_t least = a.len < b.len ? a.len : b.len;
	int order = least > 0 ? memcmp(a.p, b.p, least) : 0;

	return order != 0 ? order : a.len < b.len ? -1 : a.len > b.len;
}

/* Whether one text or bool of a row is before another. */
static int
before(const struct weir_column *a, const struct weir_column *b, uint32_t i)
{
	if (a->type == WEIR_BOOL)
		return weir_bool_at(a, i) < weir_bool_at(b, i);
	return text_compare(weir_str_at(a, i), weir_str_at(b, i)) < 0;
}

static void
copy_value(struct weir_fn *fn, const struct weir_column *col, uint32_t i, struct weir_vec *out)
{
	struct weir_str s;

	if (out->type == WEIR_BOOL) {
		if (weir_bool_at(col, i))
			weir_bit_set(out->values, i);
		return;
	}
	s = weir_str_at(col, i);
	fn->text(fn, out, i, s.p, s.len);
}

/* One row after the other. */
static void
most_by_row(struct weir_fn *fn, const struct weir_column *const *args, const uint32_t *sel,
	uint32_t n, struct weir_vec *out, int least)
{
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		const struct weir_column *best = args[0];

		for (uint32_t a = 1; a < fn->n_args; a++)
			if (least ? before(args[a], best, i) : before(best, args[a], i))
				best = args[a];
		copy_value(fn, best, i, out);
	}
}

WEIR_KERNEL static void
most_ints(int64_t *restrict best, const int64_t *restrict x, const uint32_t *sel, uint32_t n,
	int least)
{
	if (least)
		WEIR_EACH_ROW(i, sel, n, best[i] = x[i] < best[i] ? x[i] : best[i]);
	else
		WEIR_EACH_ROW(i, sel, n, best[i] = x[i] > best[i] ? x[i] : best[i]);
}

/* NaN is above all; of equal ones the first stays. */
WEIR_KERNEL static void
most_floats(
	double *restrict best, const double *restrict x, const uint32_t *sel, uint32_t n, int least)
{
	if (least)
		WEIR_EACH_ROW(i, sel, n, {
			int take = (x[i] < best[i]) | ((best[i] != best[i]) & (x[i] == x[i]));

			best[i] = take ? x[i] : best[i];
		});
	else
		WEIR_EACH_ROW(i, sel, n, {
			int take = (x[i] > best[i]) | ((x[i] != x[i]) & (best[i] == best[i]));

			best[i] = take ? x[i] : best[i];
		});
}

WEIR_KERNEL static void
floats_of_ints(double *restrict to, const int64_t *restrict x, const uint32_t *sel, uint32_t n)
{
	WEIR_EACH_ROW(i, sel, n, to[i] = (double)x[i]);
}

/* The values of a column as those of another type. */
static const void *
as_type(const struct weir_column *col, uint32_t type, const uint32_t *sel, uint32_t n, void *to)
{
	if (col->type != WEIR_INT64 || type != WEIR_FLOAT64)
		return col->values;
	floats_of_ints(to, col->values, sel, n);
	return to;
}

/* One column after the other. */
static void
most_by_column(struct weir_fn *fn, const struct weir_column *const *args, const uint32_t *sel,
	uint32_t n, struct weir_vec *out, int least)
{
	double made[WEIR_ROWS_MAX];
	const void *x = as_type(args[0], out->type, sel, n, made);

	words_copy(out->values, x, sel, n);
	for (uint32_t a = 1; a < fn->n_args; a++) {
		x = as_type(args[a], out->type, sel, n, made);
		if (out->type == WEIR_FLOAT64)
			most_floats(out->values, x, sel, n, least);
		else
			most_ints(out->values, x, sel, n, least);
	}
}

static int
most_eval(struct weir_fn *fn, const struct weir_column *const *args, const uint32_t *sel,
	uint32_t n, struct weir_vec *out, int least)
{
	int words =
		out->type == WEIR_FLOAT64 || out->type == WEIR_INT64 || out->type == WEIR_TIMESTAMP;

	(words ? most_by_column : most_by_row)(fn, args, sel, n, out, least);
	return WEIR_OK;
}

static int
least_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	return most_eval(fn, args, sel, n, out, 1);
}

static int
greatest_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	return most_eval(fn, args, sel, n, out, 0);
}

const struct weir_function function_least = {
	.size = sizeof function_least,
	.flags = WEIR_STRICT,
	.name = "least",
	.summary = "The least of the values; null where one of them is null.",
	.plan = most_plan,
	.eval = least_eval,
	.signature = "least(x, ...)",
	.example = "least(3, 1, 2) = 1",
};

const struct weir_function function_greatest = {
	.size = sizeof function_greatest,
	.flags = WEIR_STRICT,
	.name = "greatest",
	.summary = "The greatest of the values, NaN above all numbers; null where one of them is "
		   "null.",
	.plan = most_plan,
	.eval = greatest_eval,
	.signature = "greatest(x, ...)",
	.example = "greatest('pear', 'apple') = 'pear'",
};
