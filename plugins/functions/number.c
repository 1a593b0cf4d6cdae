/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of numbers. */
#include <math.h>

#include "functions.h"

static int
abs_plan(struct weir_call *call, struct weir_err *err)
{
	if (take_args(call, 1, 1, err) < 0)
		return err->code;
	call->type = call->types[0] == 0 ? WEIR_INT64 : call->types[0];
	if (call->type != WEIR_INT64 && call->type != WEIR_FLOAT64)
		return weir_fail(err, -EINVAL, "takes int or float, not %s", type_name(call->type));
	return WEIR_OK;
}

static int
abs_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = sel != NULL ? sel[k] : k;

		if (out->type == WEIR_FLOAT64)
			((double *)out->values)[i] = fabs(weir_float_at(args[0], i));
		else if (weir_int_at(args[0], i) == INT64_MIN)
			fn->row_error(fn, i, "integer overflow in abs()");
		else
			((int64_t *)out->values)[i] = weir_int_at(args[0], i) < 0
							      ? -weir_int_at(args[0], i)
							      : weir_int_at(args[0], i);
	}
	return WEIR_OK;
}

const struct weir_function function_abs = {
	.size = sizeof function_abs,
	.flags = WEIR_STRICT,
	.name = "abs",
	.summary = "The number without its sign.",
	.plan = abs_plan,
	.eval = abs_eval,
	.signature = "abs(x)",
	.example = "abs(-5) = 5",
};
