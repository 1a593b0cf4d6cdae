/* SPDX-License-Identifier: Apache-2.0 */
/* first, last, min_by, max_by: the value of one row. */
#include "aggregates.h"

/* The value, and what it was chosen by; both as bytes. */
struct pick {
	uint64_t value, key; /* cells */
	uint64_t seen;
};

enum how { FIRST, LAST, LEAST, MOST };

/* By how, and the type of the key. */
static const struct choice {
	enum how how;
	uint32_t key_type;
} choices[] = {{FIRST, 0}, {LAST, 0}, {LEAST, 0}, {LEAST, WEIR_BOOL}, {LEAST, WEIR_INT64},
	{LEAST, WEIR_FLOAT64}, {LEAST, WEIR_TIMESTAMP}, {LEAST, WEIR_STRING}, {LEAST, WEIR_BYTES},
	{MOST, 0}, {MOST, WEIR_BOOL}, {MOST, WEIR_INT64}, {MOST, WEIR_FLOAT64},
	{MOST, WEIR_TIMESTAMP}, {MOST, WEIR_STRING}, {MOST, WEIR_BYTES}};

static int
pick_plan(struct weir_call *call, struct weir_err *err, enum how how)
{
	uint32_t n_args = how == FIRST || how == LAST ? 1 : 2;
	uint32_t key = 0;

	if (take_args(call, n_args, n_args, err) < 0)
		return err->code;
	if (call->types[0] == 0)
		return weir_fail(err, -EINVAL, "the type of null is not known here");
	if (n_args == 2)
		key = call->types[1];
	if (n_args == 2 && (key == 0 || key == WEIR_JSON))
		return weir_fail(err, -EINVAL, "%s has no order; cast it", type_name(key));
	for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
		if (choices[i].how == how && choices[i].key_type == key)
			call->self = &choices[i];
	call->type = call->types[0];
	call->nullable = 1;
	call->acc_size = sizeof(struct pick) / 8;
	call->n_cells = 2;
	return WEIR_OK;
}

static int
first_plan(struct weir_call *call, struct weir_err *err)
{
	return pick_plan(call, err, FIRST);
}

static int
last_plan(struct weir_call *call, struct weir_err *err)
{
	return pick_plan(call, err, LAST);
}

static int
min_by_plan(struct weir_call *call, struct weir_err *err)
{
	return pick_plan(call, err, LEAST);
}

static int
max_by_plan(struct weir_call *call, struct weir_err *err)
{
	return pick_plan(call, err, MOST);
}

/* Whether a later row with this key is taken instead. */
static int
better(const struct choice *choice, struct weir_fn *fn, const struct pick *pick,
	struct weir_str key)
{
	struct weir_str old = {0};
	int order;

	if (!pick->seen || choice->how <= LAST)
		return !pick->seen || choice->how == LAST;
	old.p = fn->peek(fn, &pick->key, &old.len);
	order = value_order(choice->key_type, key, old);
	return choice->how == LEAST ? order < 0 : order > 0;
}

static int
pick_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	const struct choice *choice = self;

	for (uint32_t i = 0; i < n; i++) {
		struct pick *pick = acc_at(accs, i);
		uint32_t row = row_at(sel, i);
		struct weir_str key = {0}, value;
		uint64_t key_word, word;

		if (choice->how >= LEAST)
			key = value_bytes(args[1], row, &key_word);
		if (!better(choice, fn, pick, key))
			continue;
		value = value_bytes(args[0], row, &word);
		cell_set(fn, accs.row[i], &pick->value, value.p, value.len);
		if (choice->how >= LEAST)
			cell_set(fn, accs.row[i], &pick->key, key.p, key.len);
		pick->seen = 1;
	}
	return WEIR_OK;
}

static int
pick_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct pick *pick = acc_at(accs, i);
		const struct pick *other = acc_at(from, i);
		struct weir_str key = {0}, value = {0};

		if (!other->seen)
			continue;
		key.p = fn->peek(fn, &other->key, &key.len);
		if (!better(self, fn, pick, key))
			continue;
		value.p = fn->peek(fn, &other->value, &value.len);
		cell_set(fn, accs.row[i], &pick->value, value.p, value.len);
		key.p = fn->peek(fn, &other->key, &key.len);
		cell_set(fn, accs.row[i], &pick->key, key.p, key.len);
		pick->seen = 1;
	}
	return WEIR_OK;
}

static int
pick_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	(void)self;
	for (uint32_t i = 0; i < n; i++) {
		const struct pick *pick = acc_at(accs, i);
		const char *p;
		uint32_t len;

		if (!pick->seen) {
			weir_bit_clear(out->valid, i);
			continue;
		}
		p = fn->peek(fn, &pick->value, &len);
		value_give(fn, out, i, p, len);
	}
	return WEIR_OK;
}

const struct weir_aggregate aggregate_first = {
	.size = sizeof aggregate_first,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "first",
	.summary = "The value that came first, nulls apart; by time it is min_by(x, ts).",
	.plan = first_plan,
	.update = pick_update,
	.merge = pick_merge,
	.finish = pick_finish,
	.signature = "first(x)",
	.example = "first(x) = 'b' for x in ('b', 'a', 'c')",
};

const struct weir_aggregate aggregate_last = {
	.size = sizeof aggregate_last,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "last",
	.summary = "The value that came last, nulls apart; by time it is max_by(x, ts).",
	.plan = last_plan,
	.update = pick_update,
	.merge = pick_merge,
	.finish = pick_finish,
	.signature = "last(x)",
	.example = "last(x) = 'c' for x in ('b', 'a', 'c')",
};

const struct weir_aggregate aggregate_min_by = {
	.size = sizeof aggregate_min_by,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "min_by",
	.summary = "The value of x where key is least, of equal ones the first; rows where one of "
		   "both is null do not count.",
	.plan = min_by_plan,
	.update = pick_update,
	.merge = pick_merge,
	.finish = pick_finish,
	.signature = "min_by(x, key)",
	.example = "min_by(x, k) = 'b' for x, k in ('a', 2), ('b', 1)",
};

const struct weir_aggregate aggregate_max_by = {
	.size = sizeof aggregate_max_by,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "max_by",
	.summary = "The value of x where key is greatest, of equal ones the first; rows where one "
		   "of both is null do not count.",
	.plan = max_by_plan,
	.update = pick_update,
	.merge = pick_merge,
	.finish = pick_finish,
	.signature = "max_by(x, key)",
	.example = "max_by(x, k) = 'a' for x, k in ('a', 2), ('b', 1)",
};
