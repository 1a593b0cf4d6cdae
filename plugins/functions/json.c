/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of json: what casts and paths of the language do not say. */
#include "functions.h"
#include "json_put.h"

static int
json_parse_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_JSON;
	return take(call, "y", err);
}

static int
json_parse_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	fn->share(fn, out, args[0]);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str value;

		if (weir_json_whole(weir_str_at(args[0], i), &value))
			((struct weir_view *)out->values)[i] =
				weir_view_within(args[0], i, value.p, value.len);
		else
			fn->row_error(fn, i, "json_parse(): malformed JSON");
	}
	return WEIR_OK;
}

const struct weir_function function_json_parse = {
	.size = sizeof function_json_parse,
	.flags = WEIR_STRICT,
	.name = "json_parse",
	.summary = "The text as json, checked: cast(string as json).",
	.plan = json_parse_plan,
	.eval = json_parse_eval,
	.signature = "json_parse(string)",
	.example = "json_parse(' [1, 2] ') = cast('[1, 2]' as json)",
};

/* A step of a path: a member, or (name.p NULL) an element. */
static int
path_is_good(struct weir_str path)
{
	const char *p = path.p + 1, *end = path.p + path.len;
	struct weir_json_step step;
	int rc;

	if (path.len == 0 || *path.p != '$')
		return 0;
	do
		rc = weir_json_step(&p, end, &step);
	while (rc > 0);
	return rc == 0;
}

/* The value in json, which is shared, at the reader.  One that is not there, or JSON's null, is
 * null; malformed text is an error. */
static void
give_value(struct weir_fn *fn, struct weir_vec *out, uint32_t row, const struct weir_column *json,
	struct weir_json *r, int there)
{
	const char *start;

	weir_json_blanks(r);
	start = r->p;
	if (there < 0 || (there > 0 && !weir_json_skip(r)))
		fn->row_error(fn, row, "malformed JSON");
	else if (there == 0 || *start == 'n')
		weir_bit_clear(out->valid, row);
	else
		((struct weir_view *)out->values)[row] =
			weir_view_within(json, row, start, (uint32_t)(r->p - start));
}

static int
json_get_plan(struct weir_call *call, struct weir_err *err)
{
	struct weir_str path;

	call->type = WEIR_JSON;
	call->nullable = 1;
	if (take(call, "js", err) < 0)
		return err->code;
	if (constant_text(call, 1, &path) && !path_is_good(path))
		return weir_fail(err, -EINVAL,
			"\"%.*s\" is no path; write it as $.a.b[0] or $['a b']", (int)path.len,
			path.p);
	return WEIR_OK;
}

static int
json_get_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	fn->share(fn, out, args[0]);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str json = weir_str_at(args[0], i), path = weir_str_at(args[1], i);
		struct weir_json r = weir_json_of(json);
		const char *p = path.p + 1, *end = path.p + path.len;
		struct weir_json_step step;
		int there = 1;

		if (!path_is_good(path)) {
			fn->row_error(fn, i, "json_get(): the path is none");
			continue;
		}
		while (there > 0 && weir_json_step(&p, end, &step) > 0)
			there = weir_json_enter(&r, &step);
		give_value(fn, out, i, args[0], &r, there);
	}
	return WEIR_OK;
}

const struct weir_function function_json_get = {
	.size = sizeof function_json_get,
	.flags = WEIR_STRICT,
	.name = "json_get",
	.summary = "The value at a path; null where there is none, or JSON's null.  A path that is "
		   "known is better written behind the column: j.a.b[0].",
	.plan = json_get_plan,
	.eval = json_get_eval,
	.signature = "json_get(json, path)",
	.example = "json_get(cast('{\"a\":{\"b\":[7]}}' as json), '$.a.b[0]') = cast('7' as json)",
};

static int
json_element_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_JSON;
	call->nullable = 1;
	return take(call, "ji", err);
}

/* How many elements an array has; -1: malformed, -2: no array. */
static int64_t
array_length(struct weir_str text)
{
	struct weir_json json = weir_json_of(text);
	struct weir_str element;
	int64_t n = 0;
	int rc;

	while ((rc = weir_json_next(&json, &element)) > 0)
		n++;
	return rc < 0 ? rc : n;
}

static int
json_element_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	fn->share(fn, out, args[0]);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str json = weir_str_at(args[0], i);
		struct weir_json r = weir_json_of(json);
		int64_t at = weir_int_at(args[1], i);
		struct weir_json_step step = {0};
		int there = 0;

		if (at < 0) {
			int64_t length = array_length(json);

			there = length == -1 ? -1 : 0;
			at += length > 0 ? length : 0;
		}
		if (at >= 0 && at < UINT32_MAX) {
			step.index = (uint32_t)at;
			there = weir_json_enter(&r, &step);
		}
		give_value(fn, out, i, args[0], &r, there);
	}
	return WEIR_OK;
}

const struct weir_function function_json_element = {
	.size = sizeof function_json_element,
	.flags = WEIR_STRICT,
	.name = "json_element",
	.summary = "An element of an array, from 0 on, or from the end from -1; null where there "
		   "is none, or JSON's null.",
	.plan = json_element_plan,
	.eval = json_element_eval,
	.signature = "json_element(json, n)",
	.example = "json_element(cast('[1, 2, 3]' as json), -1) = cast('3' as json)",
};

static int
json_array_length_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_INT64;
	call->nullable = 1;
	return take(call, "j", err);
}

static int
json_array_length_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		int64_t length = array_length(weir_str_at(args[0], i));

		if (length == -1)
			fn->row_error(fn, i, "malformed JSON");
		else if (length < 0)
			weir_bit_clear(out->valid, i);
		else
			((int64_t *)out->values)[i] = length;
	}
	return WEIR_OK;
}

const struct weir_function function_json_array_length = {
	.size = sizeof function_json_array_length,
	.flags = WEIR_STRICT,
	.name = "json_array_length",
	.summary = "How many elements an array has; null of what is no array.",
	.plan = json_array_length_plan,
	.eval = json_array_length_eval,
	.signature = "json_array_length(json)",
	.example = "json_array_length(cast('[1, [2, 3]]' as json)) = 2",
};

static int
to_json_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_JSON;
	if (take(call, "x", err) < 0)
		return err->code;
	if (call->types[0] == WEIR_BYTES)
		return weir_fail(err, -EINVAL, "takes no bytes; write cast(x as string)");
	return WEIR_OK;
}

static int
to_json_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct text text;
	int rc = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		const char *why = json_put_value(fn, &text, args[0], i);

		if (why == NULL) {
			rc = text_give(&text, fn, out, i);
			continue;
		}
		fn->row_error(fn, i, why);
		text_drop(&text);
	}
	text_fini(&text);
	return rc;
}

const struct weir_function function_to_json = {
	.size = sizeof function_to_json,
	.flags = WEIR_STRICT,
	.name = "to_json",
	.summary = "The value as json: a string in quotes, a timestamp as RFC 3339, numbers and "
		   "bools as they are.",
	.plan = to_json_plan,
	.eval = to_json_eval,
	.signature = "to_json(x)",
	.example = "to_json('say \"hi\"') = cast('\"say \\\"hi\\\"\"' as json)",
};
