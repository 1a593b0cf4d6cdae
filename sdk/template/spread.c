/* SPDX-License-Identifier: Apache-2.0 */
/* spread(x): how far the largest and the smallest integer of a group are apart. */
#include "template.h"

/* An accumulator: flat memory, a whole number of 8-byte words, which the host keeps. */
struct spread {
	int64_t n, least, most;
};

static struct spread *
spread_at(struct weir_accs accs, uint32_t i)
{
	return (struct spread *)((char *)accs.row[i] + accs.offset);
}

static int
spread_plan(struct weir_call *call, struct weir_err *err)
{
	if (call->n_args != 1 || call->types[0] != WEIR_INT64)
		return weir_fail(err, -EINVAL, "spread() takes one int");
	call->type = WEIR_INT64;
	call->nullable = 1; /* of no rows */
	call->acc_size = sizeof(struct spread) / 8;
	return WEIR_OK;
}

static void
spread_take(struct spread *spread, int64_t least, int64_t most, int64_t n)
{
	if (spread->n == 0 || least < spread->least)
		spread->least = least;
	if (spread->n == 0 || most > spread->most)
		spread->most = most;
	spread->n += n;
}

static int
spread_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	int64_t value;
	uint32_t i;

	(void)self;
	(void)fn;
	for (i = 0; i < n; i++) {
		value = weir_int_at(args[0], sel == NULL ? i : sel[i]);
		spread_take(spread_at(accs, i), value, value, 1);
	}
	return WEIR_OK;
}

static int
spread_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	const struct spread *other;
	uint32_t i;

	(void)self;
	(void)fn;
	for (i = 0; i < n; i++) {
		other = spread_at(from, i);
		if (other->n > 0)
			spread_take(spread_at(accs, i), other->least, other->most, other->n);
	}
	return WEIR_OK;
}

static int
spread_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	int64_t *value = out->values;
	const struct spread *spread;
	uint32_t i;

	(void)self;
	for (i = 0; i < n; i++) {
		spread = spread_at(accs, i);
		if (spread->n == 0)
			weir_bit_clear(out->valid, i);
		else if (__builtin_sub_overflow(spread->most, spread->least, &value[i]))
			fn->row_error(fn, i, "the spread is larger than an int");
	}
	return WEIR_OK;
}

const struct weir_aggregate template_spread = {
	.size = sizeof template_spread,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "spread",
	.summary = "How far the largest and the smallest value are apart.",
	.plan = spread_plan,
	.update = spread_update,
	.merge = spread_merge,
	.finish = spread_finish,
	.signature = "spread(int)",
	.example = "spread(x) of 3, 9 and 5 = 6",
};
