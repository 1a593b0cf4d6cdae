/* SPDX-License-Identifier: Apache-2.0 */
/* count_distinct, exact. */
#include "set.h"

static int
distinct_plan(struct weir_call *call, struct weir_err *err)
{
	if (take_args(call, 1, 1, err) < 0)
		return err->code;
	if (call->types[0] == WEIR_JSON)
		return weir_fail(err, -EINVAL, "takes no json; cast it");
	call->type = WEIR_INT64;
	call->acc_size = sizeof(struct set) / 8;
	call->n_cells = 2;
	return WEIR_OK;
}

static int
distinct_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)self;
	set_add_rows(fn, accs, args[0], sel, n, 1);
	return WEIR_OK;
}

static int
distinct_retract(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)self;
	set_add_rows(fn, accs, args[0], sel, n, -1);
	return WEIR_OK;
}

static int
distinct_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	(void)self;
	for (uint32_t i = 0; i < n; i++)
		set_merge(fn, accs.row[i], acc_at(accs, i), acc_at(from, i));
	return WEIR_OK;
}

static int
distinct_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)self;
	for (uint32_t i = 0; i < n; i++) {
		const struct set *set = acc_at(accs, i);

		((int64_t *)out->values)[i] = set->n;
		if (set->over)
			fn->row_error(fn, i,
				"count_distinct() of more than 256 MiB; use count_distinct_hll()");
	}
	return WEIR_OK;
}

const struct weir_aggregate aggregate_count_distinct = {
	.size = sizeof aggregate_count_distinct,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "count_distinct",
	.summary = "How many different values there are, exactly: it keeps them all, some 40 bytes "
		   "and the text each; all NaN are one.",
	.plan = distinct_plan,
	.update = distinct_update,
	.merge = distinct_merge,
	.finish = distinct_finish,
	.retract = distinct_retract,
	.signature = "count_distinct(x)",
	.example = "count_distinct(x) = 2 for x in ('a', 'b', 'a')",
};
