/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count_distinct, exact: of numbers and their like all calls with the same argument keep one set of
 * marked values; of texts, and where rows may be taken back, each keeps its own.
 */
#include "marks.h"
#include "set.h"

static const char too_many[] = "count_distinct() of more than 256 MiB; use count_distinct_hll()";

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
			fn->row_error(fn, i, too_many);
	}
	return WEIR_OK;
}

static int
joint_able(const struct weir_call *call)
{
	return call->types[0] != 0 && call->types[0] < WEIR_STRING;
}

static int
joint_finish(struct weir_fn *fn, const struct weir_joint_accs *accs, uint32_t call, uint32_t n,
	struct weir_vec *out)
{
	for (uint32_t i = 0; i < n; i++) {
		const char *row = accs->row[i];
		const struct marks *marks = (const void *)(row + accs->common);
		const struct marked *marked = (const void *)(row + accs->own[call]);

		((int64_t *)out->values)[i] = marks_count(fn, marks, marked);
		if (marks->kept.over)
			fn->row_error(fn, i, too_many);
	}
	return WEIR_OK;
}

static const struct weir_joint distinct_joint = {
	.size = sizeof distinct_joint,
	.version = 4,
	.common_size = sizeof(struct marks) / 8,
	.n_cells = 1,
	.own_size = sizeof(struct marked) / 8,
	.able = joint_able,
	.update = marks_update,
	.merge = marks_merge,
	.finish = joint_finish,
};

const struct weir_aggregate aggregate_count_distinct = {
	.size = sizeof aggregate_count_distinct,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "count_distinct",
	.summary = "How many different values there are, exactly: it keeps them all, some 15 bytes "
		   "each, of texts 40 and the text; all NaN are one.",
	.plan = distinct_plan,
	.update = distinct_update,
	.merge = distinct_merge,
	.finish = distinct_finish,
	.retract = distinct_retract,
	.joint = &distinct_joint,
	.signature = "count_distinct(x)",
	.example = "count_distinct(x) = 2 for x in ('a', 'b', 'a')",
};
