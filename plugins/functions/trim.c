/* SPDX-License-Identifier: Apache-2.0 */
/* trim, ltrim, rtrim. */
#include "functions.h"

enum { LEFT = 1, RIGHT = 2 };

static int
trim_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	return take(call, "sS", err);
}

/* Whether the character at p is one of a set. */
static int
in_set(struct weir_str set, const char *p, uint32_t len)
{
	for (uint32_t at = 0; at + len <= set.len; at++)
		if (memcmp(set.p + at, p, len) == 0 && utf8_first(set.p[at]))
			return at + len == set.len || utf8_first(set.p[at + len]);
	return 0;
}

/* The length of the first character. */
static uint32_t
first_character(struct weir_str s)
{
	uint32_t len = 1;

	while (len < s.len && !utf8_first(s.p[len]))
		len++;
	return len;
}

static struct weir_str
trim_set(struct weir_str s, struct weir_str set, int sides)
{
	while (sides & LEFT && s.len > 0) {
		uint32_t len = first_character(s);

		if (!in_set(set, s.p, len))
			break;
		s.p += len;
		s.len -= len;
	}
	while (sides & RIGHT && s.len > 0) {
		uint32_t at = s.len - 1;

		while (at > 0 && !utf8_first(s.p[at]))
			at--;
		if (!in_set(set, s.p + at, s.len - at))
			break;
		s.len = at;
	}
	return s;
}

static inline int
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct weir_str
trim_blanks(struct weir_str s, int sides)
{
	while (sides & LEFT && s.len > 0 && is_blank(*s.p)) {
		s.p++;
		s.len--;
	}
	while (sides & RIGHT && s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static int
trim_rows(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out, int sides)
{
	struct weir_view *to = out->values;
	int with_set = fn->n_args == 2;

	(void)self;
	fn->share(fn, out, args[0]);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i);

		s = with_set ? trim_set(s, weir_str_at(args[1], i), sides) : trim_blanks(s, sides);
		to[i] = weir_view_within(args[0], i, s.p, s.len);
	}
	return WEIR_OK;
}

static int
trim_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	return trim_rows(self, fn, args, sel, n, out, LEFT | RIGHT);
}

static int
ltrim_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	return trim_rows(self, fn, args, sel, n, out, LEFT);
}

static int
rtrim_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	return trim_rows(self, fn, args, sel, n, out, RIGHT);
}

const struct weir_function function_trim = {
	.size = sizeof function_trim,
	.flags = WEIR_STRICT,
	.name = "trim",
	.summary = "Without blanks (space, tab, ends of lines) at both ends, or without the "
		   "characters of a set.",
	.plan = trim_plan,
	.eval = trim_eval,
	.signature = "trim(string [, characters])",
	.example = "trim('  weir ') = 'weir'",
};

const struct weir_function function_ltrim = {
	.size = sizeof function_ltrim,
	.flags = WEIR_STRICT,
	.name = "ltrim",
	.summary = "As trim, at the beginning only.",
	.plan = trim_plan,
	.eval = ltrim_eval,
	.signature = "ltrim(string [, characters])",
	.example = "ltrim('007', '0') = '7'",
};

const struct weir_function function_rtrim = {
	.size = sizeof function_rtrim,
	.flags = WEIR_STRICT,
	.name = "rtrim",
	.summary = "As trim, at the end only.",
	.plan = trim_plan,
	.eval = rtrim_eval,
	.signature = "rtrim(string [, characters])",
	.example = "rtrim('a/b//', '/') = 'a/b'",
};
