/* SPDX-License-Identifier: Apache-2.0 */
/* collect, collect_set and string_agg: many values as one text. */
#include "../functions/json_put.h"
#include "set.h"

/* Values with a separator behind each. */
struct list {
	uint64_t cell;
	uint64_t n;
	uint64_t over; /* 1: there was no room for all */
};

struct collect {
	uint64_t max;
	uint32_t type;
	uint32_t separator_len;
	char separator[64];
};

static struct collect *
collect_new(struct weir_call *call, struct weir_err *err)
{
	struct collect *collect = call->keep(call, sizeof *collect);
	double max;

	collect->max = UINT64_MAX;
	collect->type = call->types[0];
	call->self = collect;
	call->nullable = 1;
	if (call->n_args == 2) {
		if (constant_number(call, 1, 1, 1e9, &max, err) < 0)
			return NULL;
		collect->max = (uint64_t)max;
	}
	return collect;
}

static int
collect_plan(struct weir_call *call, struct weir_err *err)
{
	struct collect *collect;

	if (take_args(call, 1, 2, err) < 0)
		return err->code;
	if (call->types[0] == 0 || call->types[0] == WEIR_BYTES)
		return weir_fail(err, -EINVAL, "takes no %s; cast it", type_name(call->types[0]));
	collect = collect_new(call, err);
	if (collect == NULL)
		return err->code;
	collect->separator[0] = ',';
	collect->separator_len = 1;
	call->type = WEIR_JSON;
	call->acc_size = sizeof(struct list) / 8;
	call->n_cells = 1;
	return WEIR_OK;
}

static int
string_agg_plan(struct weir_call *call, struct weir_err *err)
{
	struct collect *collect;
	struct weir_str separator;

	if (take(call, "ss", err) < 0)
		return err->code;
	if (!constant_text(call, 1, &separator) || separator.len > sizeof collect->separator)
		return weir_fail(
			err, -EINVAL, "the separator must be a constant of at most 64 bytes");
	call->n_args = 1;
	collect = collect_new(call, err);
	if (collect == NULL)
		return err->code;
	memcpy(collect->separator, separator.p, separator.len);
	collect->separator_len = separator.len;
	call->type = WEIR_STRING;
	call->acc_size = sizeof(struct list) / 8;
	call->n_cells = 1;
	return WEIR_OK;
}

static void
list_add(struct weir_fn *fn, void *row, struct list *list, const char *p, uint32_t more)
{
	uint32_t len;

	fn->peek(fn, &list->cell, &len);
	if (len + (uint64_t)more > TEXT_MAX) {
		list->over = 1;
		return;
	}
	if (more > 0)
		memcpy((char *)fn->edit(fn, row, &list->cell, len + more, len, more) + len, p,
			more);
}

/* JSON has no NaN and no infinity: they become null, as do times outside the years 1 to 9999. */
static void
put_json(struct weir_fn *fn, struct text *text, const struct weir_column *col, uint32_t row)
{
	uint32_t start = text->len;

	if (json_put_value(fn, text, col, row) == NULL)
		return;
	text->len = start;
	text_add(text, "null", 4);
}

static int
list_update(const struct collect *collect, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *col, const uint32_t *sel, uint32_t n, int as_json)
{
	int status = 0;
	struct text text;

	text_init(&text);
	for (uint32_t i = 0; i < n; i++) {
		struct list *list = acc_at(accs, i);
		struct weir_str s;

		if (list->n == collect->max)
			continue;
		if (as_json) {
			put_json(fn, &text, col, row_at(sel, i));
		} else {
			s = weir_str_at(col, row_at(sel, i));
			text_add(&text, s.p, s.len);
		}
		text_add(&text, collect->separator, collect->separator_len);
		list_add(fn, accs.row[i], list, text.p, text.len);
		list->n++;
		list->over |= text.status < 0;
		status = text.status == -ENOMEM ? -ENOMEM : status;
		text.status = 0;
		text.len = 0;
	}
	text_fini(&text);
	return status == 0 ? WEIR_OK : weir_fail(fn->task->err, status, "out of memory");
}

static int
collect_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	return list_update(self, fn, accs, args[0], sel, n, 1);
}

static int
string_agg_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	return list_update(self, fn, accs, args[0], sel, n, 0);
}

/* The first values of a list of JSON, up to a number of them. */
static uint32_t
cut_list(const char *p, uint32_t len, uint64_t n)
{
	struct weir_json r = weir_json_of((struct weir_str){.p = p, .len = len});

	for (; n > 0 && r.p < r.end; n--)
		if (!weir_json_skip(&r) || !weir_json_comes(&r, ','))
			break;
	return (uint32_t)(r.p - p);
}

static int
list_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	const struct collect *collect = self;

	for (uint32_t i = 0; i < n; i++) {
		struct list *list = acc_at(accs, i);
		const struct list *other = acc_at(from, i);
		uint64_t room = collect->max - list->n;
		uint32_t len;
		const char *p = fn->peek(fn, &other->cell, &len);

		if (other->n > room)
			len = cut_list(p, len, room);
		list_add(fn, accs.row[i], list, p, len);
		list->n += other->n > room ? room : other->n;
		list->over |= other->over;
	}
	return WEIR_OK;
}

static int
list_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	const struct collect *collect = self;
	int json = out->type == WEIR_JSON, rc = WEIR_OK;
	struct text text;

	text_init(&text);
	for (uint32_t i = 0; i < n && rc == WEIR_OK; i++) {
		const struct list *list = acc_at(accs, i);
		uint32_t len;
		const char *p = fn->peek(fn, &list->cell, &len);

		if (list->over) {
			fn->row_error(fn, i, "a list of more than 64 MiB");
			continue;
		}
		if (list->n == 0) {
			weir_bit_clear(out->valid, i);
			continue;
		}
		text_add(&text, "[", (size_t)json);
		text_add(&text, p, len - collect->separator_len);
		text_add(&text, "]", (size_t)json);
		rc = text_give(&text, fn, out, i);
	}
	text_fini(&text);
	return rc;
}

const struct weir_aggregate aggregate_collect = {
	.size = sizeof aggregate_collect,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "collect",
	.summary = "A JSON array of the values as they came, nulls apart, the first max of them; "
		   "NaN and infinities become null.",
	.plan = collect_plan,
	.update = collect_update,
	.merge = list_merge,
	.finish = list_finish,
	.signature = "collect(x [, max])",
	.example = "collect(x, 2) = cast('[3,1]' as json) for x in (3, 1, 2)",
};

const struct weir_aggregate aggregate_string_agg = {
	.size = sizeof aggregate_string_agg,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "string_agg",
	.summary = "The strings as they came, with a separator between them.",
	.plan = string_agg_plan,
	.update = string_agg_update,
	.merge = list_merge,
	.finish = list_finish,
	.signature = "string_agg(string, separator)",
	.example = "string_agg(x, ', ') = 'b, a' for x in ('b', 'a')",
};

static int
collect_set_plan(struct weir_call *call, struct weir_err *err)
{
	int rc = collect_plan(call, err);

	call->acc_size = sizeof(struct set) / 8;
	call->n_cells = 2;
	return rc;
}

static int
collect_set_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	const struct collect *collect = self;

	for (uint32_t i = 0; i < n; i++) {
		struct set *set = acc_at(accs, i);
		uint64_t word;

		if ((uint64_t)set->n < collect->max)
			set_add(fn, accs.row[i], set, value_bytes(args[0], row_at(sel, i), &word),
				1);
	}
	return WEIR_OK;
}

static int
collect_set_merge(const void *self, struct weir_fn *fn, struct weir_accs accs,
	struct weir_accs from, uint32_t n)
{
	const struct collect *collect = self;

	for (uint32_t i = 0; i < n; i++) {
		struct set *set = acc_at(accs, i);
		const struct set *other = acc_at(from, i);
		struct weir_str value;
		uint32_t at = 0;
		int64_t count;

		while ((uint64_t)set->n < collect->max && set_next(fn, other, &at, &value, &count))
			set_add(fn, accs.row[i], set, value, 1);
		set->over |= other->over;
	}
	return WEIR_OK;
}

/* A value of a set as if it stood in a column. */
static void
put_kept(struct weir_fn *fn, struct text *text, uint32_t type, struct weir_str value)
{
	struct weir_view view = {.len = value.len};
	const uint8_t *buf = (const uint8_t *)value.p;
	struct weir_column col = {
		.size = sizeof col, .type = type, .values = value.p, .bufs = &buf};

	if (type >= WEIR_STRING) {
		col.values = &view;
		if (value.len > 0 && value.len <= 12)
			memcpy((char *)&view + offsetof(struct weir_view, head), value.p,
				value.len);
	}
	put_json(fn, text, &col, 0);
}

static int
collect_set_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	const struct collect *collect = self;
	int rc = WEIR_OK;
	struct text text;

	text_init(&text);
	for (uint32_t i = 0; i < n && rc == WEIR_OK; i++) {
		const struct set *set = acc_at(accs, i);
		struct weir_str value;
		uint32_t at = 0;
		int64_t count;

		if (set->over) {
			fn->row_error(fn, i, "a set of more than 256 MiB");
			continue;
		}
		if (set->n == 0) {
			weir_bit_clear(out->valid, i);
			continue;
		}
		while (set_next(fn, set, &at, &value, &count)) {
			text_add(&text, text.len == 0 ? "[" : ",", 1);
			put_kept(fn, &text, collect->type, value);
		}
		text_add(&text, "]", 1);
		rc = text_give(&text, fn, out, i);
	}
	text_fini(&text);
	return rc;
}

const struct weir_aggregate aggregate_collect_set = {
	.size = sizeof aggregate_collect_set,
	.flags = WEIR_STRICT,
	.version = 1,
	.name = "collect_set",
	.summary = "A JSON array of the different values in the order in which they first came, "
		   "nulls apart, the first max of them.",
	.plan = collect_set_plan,
	.update = collect_set_update,
	.merge = collect_set_merge,
	.finish = collect_set_finish,
	.signature = "collect_set(x [, max])",
	.example = "collect_set(x) = cast('[3,1]' as json) for x in (3, 1, 3)",
};
