/* SPDX-License-Identifier: Apache-2.0 */
/* bool_and, bool_or. */
#include "aggregates.h"

/* How many were false, and how many true. */
struct votes {
	int64_t n[2];
};

static int
votes_plan(struct weir_call *call, struct weir_err *err)
{
	if (take_args(call, 1, 1, err) < 0)
		return err->code;
	if (call->types[0] != WEIR_BOOL)
		return weir_fail(err, -EINVAL, "takes bool, not %s", type_name(call->types[0]));
	call->type = WEIR_BOOL;
	call->nullable = 1;
	call->acc_size = sizeof(struct votes) / 8;
	return WEIR_OK;
}

static int
votes_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)self, (void)fn;
	for (uint32_t i = 0; i < n; i++)
		((struct votes *)acc_at(accs, i))->n[weir_bool_at(args[0], row_at(sel, i))]++;
	return WEIR_OK;
}

static int
votes_retract(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	(void)self, (void)fn;
	for (uint32_t i = 0; i < n; i++)
		((struct votes *)acc_at(accs, i))->n[weir_bool_at(args[0], row_at(sel, i))]--;
	return WEIR_OK;
}

static int
votes_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	(void)self, (void)fn;
	for (uint32_t i = 0; i < n; i++) {
		struct votes *votes = acc_at(accs, i);
		const struct votes *other = acc_at(from, i);

		votes->n[0] += other->n[0];
		votes->n[1] += other->n[1];
	}
	return WEIR_OK;
}

static void
give(struct weir_vec *out, uint32_t i, const struct votes *votes, int truth)
{
	if (votes->n[0] + votes->n[1] == 0)
		weir_bit_clear(out->valid, i);
	else if (truth)
		weir_bit_set(out->values, i);
	else
		weir_bit_clear(out->values, i);
}

static int
and_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)self, (void)fn;
	for (uint32_t i = 0; i < n; i++) {
		const struct votes *votes = acc_at(accs, i);

		give(out, i, votes, votes->n[0] == 0);
	}
	return WEIR_OK;
}

static int
or_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)self, (void)fn;
	for (uint32_t i = 0; i < n; i++) {
		const struct votes *votes = acc_at(accs, i);

		give(out, i, votes, votes->n[1] != 0);
	}
	return WEIR_OK;
}

const struct weir_aggregate aggregate_bool_and = {
	.size = sizeof aggregate_bool_and,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "bool_and",
	.summary = "Whether x is true in all rows.",
	.plan = votes_plan,
	.update = votes_update,
	.merge = votes_merge,
	.finish = and_finish,
	.retract = votes_retract,
	.signature = "bool_and(x)",
	.example = "bool_and(x) = false for x in (true, false)",
};

const struct weir_aggregate aggregate_bool_or = {
	.size = sizeof aggregate_bool_or,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "bool_or",
	.summary = "Whether x is true in any row.",
	.plan = votes_plan,
	.update = votes_update,
	.merge = votes_merge,
	.finish = or_finish,
	.retract = votes_retract,
	.signature = "bool_or(x)",
	.example = "bool_or(x) = true for x in (true, false)",
};
