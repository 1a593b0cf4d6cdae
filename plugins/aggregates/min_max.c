/* SPDX-License-Identifier: Apache-2.0 */
/* min, max: of numbers (NaN above them all), bools, timestamps, and by byte of strings and bytes.
 */
#include <math.h>
#include <string.h>

#include "aggregates.h"
#include "bests.h"

/* The least or greatest value so far; of texts first is a cell. */
struct best {
	union {
		uint64_t cell;
		int64_t i;
		double f;
	} u;
	uint64_t seen; /* 0: none; of a text its beginning, or 1 as an older weir left it */
};

struct kind {
	uint32_t type;
	int sign; /* 1: max, -1: min */
};

static const struct kind min_kinds[] = {{0, -1}, {WEIR_BOOL, -1}, {WEIR_INT64, -1},
	{WEIR_FLOAT64, -1}, {WEIR_TIMESTAMP, -1}, {WEIR_STRING, -1}, {WEIR_BYTES, -1}};
static const struct kind max_kinds[] = {{0, 1}, {WEIR_BOOL, 1}, {WEIR_INT64, 1}, {WEIR_FLOAT64, 1},
	{WEIR_TIMESTAMP, 1}, {WEIR_STRING, 1}, {WEIR_BYTES, 1}};

static int
best_plan(struct weir_call *call, struct weir_err *err, const struct kind *kinds)
{
	uint32_t type = call->n_args == 1 ? call->types[0] : 0;

	if (call->n_args != 1)
		return weir_fail(err, -EINVAL, "takes 1 argument, not %u%s", call->n_args,
			call->n_args > 1 ? "; of several columns there are least() and greatest()"
					 : "");
	if (type < WEIR_BOOL || type > WEIR_BYTES)
		return weir_fail(err, -EINVAL, "takes no %s; cast it", type == 0 ? "null" : "json");
	call->type = type;
	call->nullable = 1;
	call->acc_size = sizeof(struct best) / 8;
	call->n_cells = type >= WEIR_STRING;
	call->self = &kinds[type];
	return WEIR_OK;
}

static int
min_plan(struct weir_call *call, struct weir_err *err)
{
	return best_plan(call, err, min_kinds);
}

static int
max_plan(struct weir_call *call, struct weir_err *err)
{
	return best_plan(call, err, max_kinds);
}

static inline void
take_int(struct best *best, int64_t value, int sign)
{
	if (!best->seen || (sign > 0 ? value > best->u.i : value < best->u.i))
		best->u.i = value;
	best->seen = 1;
}

static inline void
take_float(struct best *best, double value, int sign)
{
	if (!best->seen ||
		(sign > 0 ? float_above(value, best->u.f) : float_above(best->u.f, value)))
		best->u.f = value;
	best->seen = 1;
}

/*
 * The first six bytes of a text, and its length as far as seven: in the order of texts, unless both
 * are as long as that.  Never 0 or 1.
 */
static inline uint64_t
beginning_of(struct weir_str text)
{
	uint32_t n = text.len < 6 ? text.len : 6;
	uint64_t word = 0;

	for (uint32_t i = 0; i < n; i++)
		word |= (uint64_t)(uint8_t)text.p[i] << (56 - 8 * i);
	return word | (text.len < 7 ? text.len : 7u) << 8 | 2;
}

static int
text_order(struct weir_str a, const char *p, uint32_t len)
{
	uint32_t n = a.len < len ? a.len : len;
	int order = n > 0 ? memcmp(a.p, p, n) : 0;

	return order != 0 ? order : a.len < len ? -1 : a.len > len;
}

static void
take_text(struct weir_fn *fn, void *row, struct best *best, struct weir_str value, int sign)
{
	uint64_t begins = beginning_of(value);
	const char *old;
	uint32_t len;
	void *to;

	if (best->seen > 1 && (best->seen != begins || value.len < 7)) {
		if (sign > 0 ? begins <= best->seen : begins >= best->seen)
			return;
	} else if (best->seen) {
		old = fn->peek(fn, &best->u.cell, &len);
		if (text_order(value, old, len) * sign <= 0)
			return;
	}
	best->seen = begins;
	to = fn->edit(fn, row, &best->u.cell, value.len, 0, value.len);
	if (value.len > 0)
		memcpy(to, value.p, value.len);
}

/* Which is better of many values nobody can tell ahead: there is no branch. */
static void
update_ints(struct weir_accs accs, const int64_t *values, const uint32_t *sel, uint32_t n, int sign)
{
	const int64_t flip = sign > 0 ? 0 : -1;

	for (uint32_t i = 0; i < n; i++) {
		struct best *best = acc_at(accs, i);
		int64_t value = values[sel != NULL ? sel[i] : i], old = best->u.i;
		/* Of the complements the order is the other way round. */
		int64_t take = -(int64_t)(((value ^ flip) > (old ^ flip)) | (best->seen == 0));

		best->u.i = old ^ ((old ^ value) & take);
		best->seen = 1;
	}
}

static int
best_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	const struct kind *kind = self;
	const struct weir_column *col = args[0];
	int sign = kind->sign;

	if (kind->type == WEIR_INT64 || kind->type == WEIR_TIMESTAMP) {
		update_ints(accs, col->values, sel, n, sign);
		return WEIR_OK;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct best *best = acc_at(accs, i);
		uint32_t row = sel != NULL ? sel[i] : i;

		if (kind->type == WEIR_FLOAT64)
			take_float(best, weir_float_at(col, row), sign);
		else if (kind->type == WEIR_BOOL)
			take_int(best, weir_bool_at(col, row), sign);
		else
			take_text(fn, accs.row[i], best, weir_str_at(col, row), sign);
	}
	return WEIR_OK;
}

static int
best_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	const struct kind *kind = self;

	for (uint32_t i = 0; i < n; i++) {
		struct best *best = acc_at(accs, i);
		const struct best *other = acc_at(from, i);
		struct weir_str text = {0};

		if (!other->seen)
			continue;
		if (kind->type >= WEIR_STRING) {
			text.p = fn->peek(fn, &other->u.cell, &text.len);
			take_text(fn, accs.row[i], best, text, kind->sign);
		} else if (kind->type == WEIR_FLOAT64) {
			take_float(best, other->u.f, kind->sign);
		} else {
			take_int(best, other->u.i, kind->sign);
		}
	}
	return WEIR_OK;
}

static int
best_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	const struct kind *kind = self;

	for (uint32_t i = 0; i < n; i++) {
		const struct best *best = acc_at(accs, i);
		const char *p;
		uint32_t len;

		if (!best->seen) {
			weir_bit_clear(out->valid, i);
		} else if (kind->type >= WEIR_STRING) {
			p = fn->peek(fn, &best->u.cell, &len);
			fn->text(fn, out, i, p, len);
		} else if (kind->type == WEIR_BOOL) {
			if (best->u.i)
				weir_bit_set(out->values, i);
			else
				weir_bit_clear(out->values, i);
		} else {
			((int64_t *)out->values)[i] = best->u.i; /* a double's bits too */
		}
	}
	return WEIR_OK;
}

/* Of texts, which are long, none are kept beside those of the panes. */
static int
best_slides(const struct weir_call *call, uint32_t *words, uint32_t *n_cells)
{
	*words = sizeof(struct bests) / 8;
	*n_cells = 1;
	return call->types[0] < WEIR_STRING;
}

static struct bests_order
best_order(const struct kind *kind)
{
	return (struct bests_order){.sign = kind->sign, .is_float = kind->type == WEIR_FLOAT64};
}

static int
best_join(const void *self, struct weir_fn *fn, struct weir_accs windows, struct weir_accs panes,
	const int64_t *at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct best *pane = acc_at(panes, i);
		struct bests *bests = acc_at(windows, i);
		struct bests_in in = {fn, windows.row[i], &bests->cell, &bests->span};

		if (pane->seen)
			bests_join(&in, best_order(self), at[i], pane->u.i);
	}
	return WEIR_OK;
}

static int
best_leave(const void *self, struct weir_fn *fn, struct weir_accs windows, struct weir_accs panes,
	const int64_t *at, uint32_t n)
{
	(void)self, (void)panes;
	for (uint32_t i = 0; i < n; i++) {
		struct bests *bests = acc_at(windows, i);
		struct bests_in in = {fn, windows.row[i], &bests->cell, &bests->span};

		bests_leave(&in, at[i]);
	}
	return WEIR_OK;
}

static int
best_finish_sliding(const void *self, struct weir_fn *fn, struct weir_accs windows, uint32_t n,
	struct weir_vec *out)
{
	const struct kind *kind = self;

	for (uint32_t i = 0; i < n; i++) {
		const struct bests *bests = acc_at(windows, i);
		int64_t value;

		if (!bests_first(fn, &bests->cell, &bests->span, &value))
			weir_bit_clear(out->valid, i);
		else if (kind->type != WEIR_BOOL)
			((int64_t *)out->values)[i] = value;
		else if (value)
			weir_bit_set(out->values, i);
		else
			weir_bit_clear(out->values, i);
	}
	return WEIR_OK;
}

static const struct weir_sliding best_sliding = {
	.size = sizeof best_sliding,
	.able = best_slides,
	.join = best_join,
	.leave = best_leave,
	.finish = best_finish_sliding,
};

const struct weir_aggregate aggregate_min = {
	.size = sizeof aggregate_min,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "min",
	.summary = "The least value.",
	.plan = min_plan,
	.update = best_update,
	.merge = best_merge,
	.finish = best_finish,
	.signature = "min(x)",
	.example = "min(x) = 7 for x in (7, null, 8)",
	.sliding = &best_sliding,
};

const struct weir_aggregate aggregate_max = {
	.size = sizeof aggregate_max,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "max",
	.summary = "The greatest value.",
	.plan = max_plan,
	.update = best_update,
	.merge = best_merge,
	.finish = best_finish,
	.signature = "max(x)",
	.example = "max(x) = 8 for x in (7, null, 8)",
	.sliding = &best_sliding,
};
