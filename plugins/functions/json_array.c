/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays, which are json: made of values or of a text, searched, joined; and objects made of
 * values. */
#include <stdlib.h>

#include "functions.h"
#include "json_put.h"

/* Whether a text in JSON is this number. */
static int
number_is(struct weir_str json, const struct weir_column *col, uint32_t row)
{
	char copy[64], *end;
	double value;

	if (json.len >= sizeof copy || (*json.p != '-' && (*json.p < '0' || *json.p > '9')))
		return 0;
	memcpy(copy, json.p, json.len);
	copy[json.len] = '\0';
	if (col->type == WEIR_INT64 && strpbrk(copy, ".eE") == NULL) {
		long long n;

		errno = 0;
		n = strtoll(copy, &end, 10);
		return errno == 0 && n == weir_int_at(col, row);
	}
	value = strtod(copy, &end);
	if (col->type == WEIR_FLOAT64)
		return value == weir_float_at(col, row);
	return value >= -0x1p63 && value < 0x1p63 && (double)(int64_t)value == value &&
	       (int64_t)value == weir_int_at(col, row);
}

static int
element_is(struct weir_str json, const struct weir_column *col, uint32_t row)
{
	switch (col->type) {
	case WEIR_STRING:
		return *json.p == '"' && weir_json_is(json, weir_str_at(col, row));
	case WEIR_BOOL:
		return *json.p == (weir_bool_at(col, row) ? 't' : 'f');
	default:
		return number_is(json, col, row);
	}
}

static int
contains_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_BOOL;
	call->nullable = 1;
	if (take(call, "jx", err) < 0)
		return err->code;
	if (call->types[1] == WEIR_TIMESTAMP || call->types[1] >= WEIR_BYTES)
		return weir_fail(err, -EINVAL,
			"looks for a string, a number or a bool, not %s; cast it",
			type_name(call->types[1]));
	return WEIR_OK;
}

static int
contains_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_json json = weir_json_of(weir_str_at(args[0], i));
		struct weir_str element;
		int rc, found = 0;

		while (!found && (rc = weir_json_next(&json, &element)) > 0)
			found = element_is(element, args[1], i);
		if (found)
			weir_bit_set(out->values, i);
		else if (rc == -1)
			fn->row_error(fn, i, "malformed JSON");
		else if (rc == -2)
			weir_bit_clear(out->valid, i);
	}
	return WEIR_OK;
}

const struct weir_function function_json_array_contains = {
	.size = sizeof function_json_array_contains,
	.flags = WEIR_STRICT,
	.name = "json_array_contains",
	.summary = "Whether an element of an array is this string, number or bool; null of what is "
		   "no array.",
	.plan = contains_plan,
	.eval = contains_eval,
	.signature = "json_array_contains(json, x)",
	.example = "json_array_contains(cast('[\"a\", \"b\"]' as json), 'b') = true",
};

static int
join_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	call->nullable = 1;
	return take(call, "js", err);
}

static int
join_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct text text;
	int status = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && status == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_json json = weir_json_of(weir_str_at(args[0], i));
		struct weir_str by = weir_str_at(args[1], i), element;
		int rc, some = 0;

		while ((rc = weir_json_next(&json, &element)) > 0) {
			if (*element.p == 'n')
				continue;
			if (some++)
				text_add(&text, by.p, by.len);
			if (*element.p == '"')
				text_add_unquoted(&text, element);
			else
				text_add(&text, element.p, element.len);
		}
		if (rc == 0) {
			status = text_give(&text, fn, out, i);
			continue;
		}
		text_drop(&text);
		if (rc == -1)
			fn->row_error(fn, i, "malformed JSON");
		else
			weir_bit_clear(out->valid, i);
	}
	text_fini(&text);
	return status;
}

const struct weir_function function_json_array_join = {
	.size = sizeof function_json_array_join,
	.flags = WEIR_STRICT,
	.name = "json_array_join",
	.summary = "The elements of an array as one string, with a separator between them, nulls "
		   "apart; null of what is no array.",
	.plan = join_plan,
	.eval = join_eval,
	.signature = "json_array_join(json, separator)",
	.example = "json_array_join(cast('[\"a\", 2, null, true]' as json), '-') = 'a-2-true'",
};

static int
take_no_bytes(const struct weir_call *call, uint32_t arg, struct weir_err *err)
{
	if (call->types[arg] != WEIR_BYTES)
		return WEIR_OK;
	return weir_fail(err, -EINVAL,
		"argument %u is bytes, which JSON has not; write "
		"cast(x as string)",
		arg + 1);
}

static int
array_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_JSON;
	if (take(call, "X+", err) < 0)
		return err->code;
	for (uint32_t a = 0; a < call->n_args; a++)
		if (take_no_bytes(call, a, err) < 0)
			return err->code;
	return WEIR_OK;
}

/* What stands between the brackets of row `row`; NULL, or why it has no JSON. */
typedef const char *(*put_fn)(
	struct weir_fn *fn, struct text *text, const struct weir_column *const *args, uint32_t row);

static int
make_each(struct weir_fn *fn, const struct weir_column *const *args, const uint32_t *sel,
	uint32_t n, struct weir_vec *out, const char *brackets, put_fn put)
{
	struct text text;
	int status = WEIR_OK;

	text_init(&text);
	for (uint32_t k = 0; k < n && status == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		const char *why;

		text_add(&text, brackets, 1);
		why = put(fn, &text, args, i);
		text_add(&text, brackets + 1, 1);
		if (why == NULL) {
			status = text_give(&text, fn, out, i);
			continue;
		}
		text_drop(&text);
		fn->row_error(fn, i, why);
	}
	text_fini(&text);
	return status;
}

static const char *
put_elements(
	struct weir_fn *fn, struct text *text, const struct weir_column *const *args, uint32_t row)
{
	const char *why = NULL;

	for (uint32_t a = 0; a < fn->n_args && why == NULL; a++) {
		text_add(text, ",", a > 0);
		why = json_put_value(fn, text, args[a], row);
	}
	return why;
}

static int
array_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	return make_each(fn, args, sel, n, out, "[]", put_elements);
}

const struct weir_function function_json_array = {
	.size = sizeof function_json_array,
	.name = "json_array",
	.summary = "An array of the values; null becomes JSON's null.",
	.plan = array_plan,
	.eval = array_eval,
	.signature = "json_array(x, ...)",
	.example = "json_array(1, 'a', null, 0.5) = cast('[1,\"a\",null,0.5]' as json)",
};

static int
object_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_JSON;
	if (take(call, "X+", err) < 0)
		return err->code;
	if (call->n_args % 2 != 0)
		return weir_fail(err, -EINVAL, "takes a name and a value, and so on in pairs");
	for (uint32_t a = 0; a < call->n_args; a++) {
		if (a % 2 == 0 && take_string(call, a, err) < 0)
			return err->code;
		if (a % 2 == 1 && take_no_bytes(call, a, err) < 0)
			return err->code;
	}
	return WEIR_OK;
}

static const char *
put_members(
	struct weir_fn *fn, struct text *text, const struct weir_column *const *args, uint32_t row)
{
	const char *why = NULL;

	for (uint32_t a = 0; a < fn->n_args && why == NULL; a += 2) {
		if (args[a]->type == 0 || weir_null_at(args[a], row))
			return "a member of an object needs a name";
		text_add(text, ",", a > 0);
		json_put(text, weir_str_at(args[a], row));
		text_add(text, ":", 1);
		why = json_put_value(fn, text, args[a + 1], row);
	}
	return why;
}

static int
object_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	return make_each(fn, args, sel, n, out, "{}", put_members);
}

const struct weir_function function_json_object = {
	.size = sizeof function_json_object,
	.name = "json_object",
	.summary = "An object of names and values in turn; null becomes JSON's null.",
	.plan = object_plan,
	.eval = object_eval,
	.signature = "json_object(name, x, ...)",
	.example = "json_object('a', 1, 'b', 'x') = cast('{\"a\":1,\"b\":\"x\"}' as json)",
};

static int
split_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_JSON;
	return take(call, "ss", err);
}

static int
split_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct text text;
	int status = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && status == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i), by = weir_str_at(args[1], i), part;
		const char *end;

		if (by.len == 0) {
			fn->row_error(fn, i, "split() at an empty text");
			continue;
		}
		text_add(&text, "[", 1);
		do {
			end = memmem(s.p, s.len, by.p, by.len);
			part = s;
			part.len = end != NULL ? (uint32_t)(end - s.p) : s.len;
			json_put(&text, part);
			if (end == NULL)
				break;
			text_add(&text, ",", 1);
			s.len -= part.len + by.len;
			s.p = end + by.len;
		} while (1);
		text_add(&text, "]", 1);
		status = text_give(&text, fn, out, i);
	}
	text_fini(&text);
	return status;
}

const struct weir_function function_split = {
	.size = sizeof function_split,
	.flags = WEIR_STRICT,
	.name = "split",
	.summary = "An array of the parts of a string that is separated by a text.",
	.plan = split_plan,
	.eval = split_eval,
	.signature = "split(string, separator)",
	.example = "split('a,b,,c', ',') = cast('[\"a\",\"b\",\"\",\"c\"]' as json)",
};
