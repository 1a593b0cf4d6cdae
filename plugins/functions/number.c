/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of one number that keep its type: abs, ceil, floor, round, sign. */
#include <math.h>

#include "functions.h"

static int
same_plan(struct weir_call *call, struct weir_err *err)
{
	if (take_args(call, 1, 1, err) < 0)
		return err->code;
	call->type = call->types[0] == 0 ? WEIR_INT64 : call->types[0];
	if (call->type != WEIR_INT64 && call->type != WEIR_FLOAT64)
		return weir_fail(err, -EINVAL, "takes int or float, not %s", type_name(call->type));
	return WEIR_OK;
}

/* 0: a row that may be wanted has no result. */
WEIR_KERNEL static int
abs_ints(int64_t *restrict to, const int64_t *restrict x, const uint32_t *sel, uint32_t n)
{
	uint64_t all = 0;

	WEIR_EACH_ROW(i, sel, n, {
		uint64_t sign = (uint64_t)(x[i] >> 63);
		uint64_t size = ((uint64_t)x[i] ^ sign) - sign;

		all |= size;
		to[i] = (int64_t)size;
	});
	return all >> 63 == 0;
}

WEIR_KERNEL static void
abs_floats(double *restrict to, const double *restrict x, const uint32_t *sel, uint32_t n)
{
	WEIR_EACH_ROW(i, sel, n, to[i] = fabs(x[i]));
}

static int
abs_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	if (out->type == WEIR_FLOAT64)
		abs_floats(out->values, args[0]->values, sel, n);
	else if (!abs_ints(out->values, args[0]->values, sel, n))
		for (uint32_t k = 0; k < n; k++)
			if (weir_int_at(args[0], row_at(sel, k)) == INT64_MIN)
				fn->row_error(fn, row_at(sel, k), "integer overflow in abs()");
	return WEIR_OK;
}

const struct weir_function function_abs = {
	.size = sizeof function_abs,
	.flags = WEIR_STRICT,
	.name = "abs",
	.summary = "The number without its sign.",
	.plan = same_plan,
	.eval = abs_eval,
	.signature = "abs(x)",
	.example = "abs(-5) = 5",
};

WEIR_KERNEL static void
ceil_floats(double *restrict to, const double *restrict x, const uint32_t *sel, uint32_t n)
{
	WEIR_EACH_ROW(i, sel, n, to[i] = ceil(x[i]));
}

WEIR_KERNEL static void
floor_floats(double *restrict to, const double *restrict x, const uint32_t *sel, uint32_t n)
{
	WEIR_EACH_ROW(i, sel, n, to[i] = floor(x[i]));
}

static int
ceil_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	if (out->type == WEIR_FLOAT64)
		ceil_floats(out->values, args[0]->values, sel, n);
	else
		words_copy(out->values, args[0]->values, sel, n);
	return WEIR_OK;
}

static int
floor_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	if (out->type == WEIR_FLOAT64)
		floor_floats(out->values, args[0]->values, sel, n);
	else
		words_copy(out->values, args[0]->values, sel, n);
	return WEIR_OK;
}

const struct weir_function function_ceil = {
	.size = sizeof function_ceil,
	.flags = WEIR_STRICT,
	.name = "ceil",
	.summary = "The least whole number that is not below x, of x's type.",
	.plan = same_plan,
	.eval = ceil_eval,
	.signature = "ceil(x)",
	.example = "ceil(-1.5) = -1.0",
};

const struct weir_function function_floor = {
	.size = sizeof function_floor,
	.flags = WEIR_STRICT,
	.name = "floor",
	.summary = "The greatest whole number that is not above x, of x's type.",
	.plan = same_plan,
	.eval = floor_eval,
	.signature = "floor(x)",
	.example = "floor(-1.5) = -2.0",
};

WEIR_KERNEL static void
sign_ints(int64_t *restrict to, const int64_t *restrict x, const uint32_t *sel, uint32_t n)
{
	WEIR_EACH_ROW(i, sel, n, to[i] = (x[i] > 0) - (x[i] < 0));
}

WEIR_KERNEL static void
sign_floats(double *restrict to, const double *restrict x, const uint32_t *sel, uint32_t n)
{
	WEIR_EACH_ROW(i, sel, n, {
		double sign = x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0;

		to[i] = x[i] == x[i] ? sign : x[i];
	});
}

static int
sign_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	if (out->type == WEIR_FLOAT64)
		sign_floats(out->values, args[0]->values, sel, n);
	else
		sign_ints(out->values, args[0]->values, sel, n);
	return WEIR_OK;
}

const struct weir_function function_sign = {
	.size = sizeof function_sign,
	.flags = WEIR_STRICT,
	.name = "sign",
	.summary = "-1, 0 or 1, of x's type.",
	.plan = same_plan,
	.eval = sign_eval,
	.signature = "sign(x)",
	.example = "sign(-7) = -1",
};

static int
round_plan(struct weir_call *call, struct weir_err *err)
{
	if (take(call, "nI", err) < 0)
		return err->code;
	call->type = call->types[0] == 0 ? WEIR_INT64 : call->types[0];
	return WEIR_OK;
}

/* Halves go away from zero.  From 2^52 on a double has no fraction. */
static double
round_float(double x, int64_t digits)
{
	double scale, scaled;

	if (digits == 0)
		return round(x);
	if (!isfinite(x) || (digits > 0 && (fabs(x) >= 0x1p52 || digits > 300)))
		return x;
	if (digits < -308)
		return copysign(0, x);
	scale = pow(10, (double)(digits > 0 ? digits : -digits));
	if (digits < 0)
		return round(x / scale) * scale;
	scaled = x * scale;
	return fabs(scaled) >= 0x1p52 ? x : round(scaled) / scale;
}

/* False: it does not fit. */
static int
round_int(int64_t x, int64_t digits, int64_t *result)
{
	int64_t scale = 1, rest;

	*result = x;
	if (digits >= 0)
		return 1;
	*result = 0;
	if (digits < -19)
		return 1;
	if (digits == -19) /* half of 10^19 is all that matters */
		return x < INT64_C(5000000000000000000) && x > INT64_C(-5000000000000000000);
	for (; digits < 0; digits++)
		scale *= 10;
	rest = x % scale;
	x -= rest;
	if (rest >= scale - rest && rest > 0)
		return !__builtin_add_overflow(x, scale, result);
	if (rest < 0 && -rest >= scale + rest)
		return !__builtin_sub_overflow(x, scale, result);
	*result = x;
	return 1;
}

static int
round_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	int with_digits = fn->n_args == 2;

	(void)self;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		int64_t digits = with_digits ? weir_int_at(args[1], i) : 0;

		if (out->type == WEIR_FLOAT64)
			((double *)out->values)[i] = round_float(weir_float_at(args[0], i), digits);
		else if (!round_int(weir_int_at(args[0], i), digits, (int64_t *)out->values + i))
			fn->row_error(fn, i, "integer overflow in round()");
	}
	return WEIR_OK;
}

const struct weir_function function_round = {
	.size = sizeof function_round,
	.flags = WEIR_STRICT,
	.name = "round",
	.summary = "x to so many digits behind the point (0), of x's type; halves go away from "
		   "zero, digits below 0 round to tens and hundreds.",
	.plan = round_plan,
	.eval = round_eval,
	.signature = "round(x [, digits])",
	.example = "round(2.345, 1) = 2.3",
};
