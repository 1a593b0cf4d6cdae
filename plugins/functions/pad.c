/* SPDX-License-Identifier: Apache-2.0 */
/* lpad, rpad, repeat. */
#include "functions.h"

static int
pad_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	return take(call, "siS", err);
}

/* n characters of `fill` again and again. */
static void
add_fill(struct text *text, struct weir_str fill, int64_t n)
{
	int64_t each = utf8_count(fill.p, fill.len);

	if (each == 0)
		return;
	if (n > TEXT_MAX)
		n = TEXT_MAX + 1;
	if (fill.len == 1) {
		char *to = text_room(text, (size_t)n);

		if (to != NULL)
			memset(to, *fill.p, (size_t)n);
		text->len += to != NULL ? (uint32_t)n : 0;
		return;
	}
	for (; n >= each && text->status == 0; n -= each)
		text_add(text, fill.p, fill.len);
	text_add(text, fill.p, utf8_skip(fill, n));
}

static int
pad_rows(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out, int left)
{
	int with_fill = fn->n_args == 3;
	struct text text;
	int rc = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i);
		struct weir_str fill = {.p = " ", .len = 1};
		int64_t want = weir_int_at(args[1], i), have = utf8_count(s.p, s.len);

		if (with_fill)
			fill = weir_str_at(args[2], i);
		if (want < have)
			s.len = utf8_skip(s, want);
		if (left && want > have)
			add_fill(&text, fill, want - have);
		text_add(&text, s.p, s.len);
		if (!left && want > have)
			add_fill(&text, fill, want - have);
		rc = text_give(&text, fn, out, i);
	}
	text_fini(&text);
	return rc;
}

static int
lpad_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	return pad_rows(self, fn, args, sel, n, out, 1);
}

static int
rpad_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	return pad_rows(self, fn, args, sel, n, out, 0);
}

const struct weir_function function_lpad = {
	.size = sizeof function_lpad,
	.flags = WEIR_STRICT,
	.name = "lpad",
	.summary = "The string filled up to so many characters at the left, with blanks or a text; "
		   "a longer one is cut at the right.",
	.plan = pad_plan,
	.eval = lpad_eval,
	.signature = "lpad(string, characters [, fill])",
	.example = "lpad('42', 5, '0') = '00042'",
};

const struct weir_function function_rpad = {
	.size = sizeof function_rpad,
	.flags = WEIR_STRICT,
	.name = "rpad",
	.summary = "As lpad, filled up at the right.",
	.plan = pad_plan,
	.eval = rpad_eval,
	.signature = "rpad(string, characters [, fill])",
	.example = "rpad('ab', 4, '.') = 'ab..'",
};

static int
repeat_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	return take(call, "si", err);
}

static int
repeat_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct text text;
	int rc = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i);
		int64_t times = s.len == 0 ? 0 : weir_int_at(args[1], i);

		for (; times > 0 && text.status == 0; times--)
			text_add(&text, s.p, s.len);
		rc = text_give(&text, fn, out, i);
	}
	text_fini(&text);
	return rc;
}

const struct weir_function function_repeat = {
	.size = sizeof function_repeat,
	.flags = WEIR_STRICT,
	.name = "repeat",
	.summary = "The string so many times in a row; at most 64 MiB.",
	.plan = repeat_plan,
	.eval = repeat_eval,
	.signature = "repeat(string, times)",
	.example = "repeat('ab', 3) = 'ababab'",
};
