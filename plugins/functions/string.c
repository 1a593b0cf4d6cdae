/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of strings. */
#include <stdlib.h>
#include <string.h>

#include "functions.h"

/* Most strings are shorter; longer ones are built on the heap. */
enum { SMALL = 1024 };

static int
case_plan(struct weir_call *call, struct weir_err *err)
{
	if (take_args(call, 1, 1, err) < 0 || take_string(call, 0, err) < 0)
		return err->code;
	call->type = WEIR_STRING;
	return WEIR_OK;
}

/* Letters from `first` ..+ 26 become those 32 above or below. */
static int
map_letters(struct weir_fn *fn, const struct weir_column *col, const uint32_t *sel, uint32_t n,
	struct weir_vec *out, char first)
{
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = sel != NULL ? sel[k] : k;
		struct weir_str s = weir_str_at(col, i);
		char small[SMALL], *p = s.len <= SMALL ? small : malloc(s.len);

		if (p == NULL)
			return weir_fail(fn->task->err, -ENOMEM, "out of memory");
		for (uint32_t j = 0; j < s.len; j++)
			p[j] = (char)(s.p[j] ^ ((uint8_t)(s.p[j] - first) < 26 ? 32 : 0));
		fn->text(fn, out, i, p, s.len);
		if (p != small)
			free(p);
	}
	return WEIR_OK;
}

static int
lower_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	return map_letters(fn, args[0], sel, n, out, 'A');
}

static int
upper_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	return map_letters(fn, args[0], sel, n, out, 'a');
}

const struct weir_function function_lower = {
	.size = sizeof function_lower,
	.flags = WEIR_STRICT,
	.name = "lower",
	.summary = "The string with a to z for A to Z.",
	.plan = case_plan,
	.eval = lower_eval,
	.signature = "lower(string)",
	.example = "lower('Weir') = 'weir'",
};

const struct weir_function function_upper = {
	.size = sizeof function_upper,
	.flags = WEIR_STRICT,
	.name = "upper",
	.summary = "The string with A to Z for a to z.",
	.plan = case_plan,
	.eval = upper_eval,
	.signature = "upper(string)",
	.example = "upper('Weir') = 'WEIR'",
};

/* All bytes of a UTF-8 text but those that continue a character. */
static int64_t
characters(struct weir_str s)
{
	int64_t n = 0;

	for (uint32_t i = 0; i < s.len; i++)
		n += ((uint8_t)s.p[i] & 0xc0) != 0x80;
	return n;
}

static int
length_plan(struct weir_call *call, struct weir_err *err)
{
	static const uint32_t strings = WEIR_STRING, bytes = WEIR_BYTES;

	if (take_args(call, 1, 1, err) < 0)
		return err->code;
	if (call->types[0] != WEIR_BYTES && take_string(call, 0, err) < 0)
		return err->code;
	call->type = WEIR_INT64;
	call->self = call->types[0] == WEIR_BYTES ? &bytes : &strings;
	return WEIR_OK;
}

static int
length_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)fn;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = sel != NULL ? sel[k] : k;
		struct weir_str s = weir_str_at(args[0], i);

		((int64_t *)out->values)[i] =
			*(const uint32_t *)self == WEIR_BYTES ? s.len : characters(s);
	}
	return WEIR_OK;
}

const struct weir_function function_length = {
	.size = sizeof function_length,
	.flags = WEIR_STRICT,
	.name = "length",
	.summary = "The number of characters; of bytes, of bytes.",
	.plan = length_plan,
	.eval = length_eval,
	.signature = "length(string)",
	.example = "length('weir') = 4",
};

/* eval() is not told the number of arguments: self says it, by its place in this array. */
enum { CONCAT_MAX = 64 };
static const char concat_args[CONCAT_MAX + 1];

static int
concat_plan(struct weir_call *call, struct weir_err *err)
{
	if (take_args(call, 1, CONCAT_MAX, err) < 0)
		return err->code;
	for (uint32_t i = 0; i < call->n_args; i++)
		if (take_string(call, i, err) < 0)
			return err->code;
	call->type = WEIR_STRING;
	call->self = &concat_args[call->n_args];
	return WEIR_OK;
}

static int
concat_row(struct weir_fn *fn, const struct weir_column *const *args, uint32_t n_args, uint32_t i,
	struct weir_vec *out)
{
	char small[SMALL], *p = small;
	size_t len = 0, at = 0;

	small[0] = '\0';
	for (uint32_t a = 0; a < n_args; a++)
		len += weir_null_at(args[a], i) ? 0 : weir_str_at(args[a], i).len;
	if (len > UINT32_MAX / 2) {
		fn->row_error(fn, i, "a string of more than 2 GiB");
		return WEIR_OK;
	}
	if (len > SMALL && (p = malloc(len)) == NULL)
		return weir_fail(fn->task->err, -ENOMEM, "out of memory");
	for (uint32_t a = 0; a < n_args; a++) {
		struct weir_str s = {0};

		if (!weir_null_at(args[a], i))
			s = weir_str_at(args[a], i);
		if (s.len > 0)
			memcpy(p + at, s.p, s.len);
		at += s.len;
	}
	fn->text(fn, out, i, p, (uint32_t)len);
	if (p != small)
		free(p);
	return WEIR_OK;
}

static int
concat_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	uint32_t n_args = (uint32_t)((const char *)self - concat_args);
	int rc = WEIR_OK;

	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++)
		rc = concat_row(fn, args, n_args, sel != NULL ? sel[k] : k, out);
	return rc;
}

const struct weir_function function_concat = {
	.size = sizeof function_concat,
	.name = "concat",
	.summary = "The strings in a row; null counts as empty.",
	.plan = concat_plan,
	.eval = concat_eval,
	.signature = "concat(string, ...)",
	.example = "concat('a', null, 'b') = 'ab'",
};

static int
substr_plan(struct weir_call *call, struct weir_err *err)
{
	static const uint32_t with_count = 1, to_the_end = 0;

	if (take_args(call, 2, 3, err) < 0 || take_string(call, 0, err) < 0)
		return err->code;
	for (uint32_t i = 1; i < call->n_args; i++)
		if (call->types[i] != WEIR_INT64 && call->types[i] != 0)
			return weir_fail(err, -EINVAL, "argument %u must be int, not %s", i + 1,
				type_name(call->types[i]));
	call->type = WEIR_STRING;
	call->self = call->n_args == 3 ? &with_count : &to_the_end;
	return WEIR_OK;
}

/* The bytes of the characters before number `skip`. */
static uint32_t
skip_characters(struct weir_str s, int64_t skip)
{
	uint32_t at = 0;

	for (; at < s.len; at++) {
		if (((uint8_t)s.p[at] & 0xc0) == 0x80)
			continue;
		if (skip <= 0)
			break;
		skip--;
	}
	return at;
}

/* Characters from .. to, from 0 on; what is outside the string is left out. */
static struct weir_str
cut(struct weir_str s, int64_t from, int64_t to)
{
	uint32_t begin = skip_characters(s, from);

	s.p += begin;
	s.len -= begin;
	if (to < INT64_MAX)
		s.len = skip_characters(s, to - (from > 0 ? from : 0));
	return s;
}

static int
substr_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	uint32_t with_count = *(const uint32_t *)self;

	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = sel != NULL ? sel[k] : k;
		struct weir_str s = weir_str_at(args[0], i);
		int64_t from = weir_int_at(args[1], i), to = INT64_MAX;

		from = from > INT64_MIN ? from - 1 : from;
		if (with_count && weir_int_at(args[2], i) < 0) {
			fn->row_error(fn, i, "substr() of less than no characters");
			continue;
		}
		if (with_count && __builtin_add_overflow(from, weir_int_at(args[2], i), &to))
			to = INT64_MAX;
		s = cut(s, from, to);
		fn->text(fn, out, i, s.p, s.len);
	}
	return WEIR_OK;
}

const struct weir_function function_substr = {
	.size = sizeof function_substr,
	.flags = WEIR_STRICT,
	.name = "substr",
	.summary = "Characters of a string, the first is 1; to its end without a count.",
	.plan = substr_plan,
	.eval = substr_eval,
	.signature = "substr(string, from [, count])",
	.example = "substr('hello', 2, 3) = 'ell'",
};
