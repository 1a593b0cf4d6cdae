/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of strings. */
#include "functions.h"

static int
case_plan(struct weir_call *call, struct weir_err *err)
{
	if (take_args(call, 1, 1, err) < 0 || take_string(call, 0, err) < 0)
		return err->code;
	call->type = WEIR_STRING;
	return WEIR_OK;
}

/* Letters from `first` ..+ 26 become those 32 above or below; vector code. */
static void
map_bytes(char *restrict to, const char *restrict from, uint32_t n, char first)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = (char)(from[i] ^ ((uint8_t)(from[i] - first) < 26 ? 32 : 0));
}

/* The same in the bytes of a word that `where` has the highest bits of. */
static inline uint64_t
map_word(uint64_t word, char first, uint64_t where)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t low = word & 0x7f * each;
	uint64_t from = low + (uint64_t)(0x80 - first) * each;
	uint64_t behind = low + (uint64_t)(0x80 - first - 26) * each;

	return word ^ ((from & ~behind & ~word & where) >> 2);
}

/* Views as if all of their texts were within. */
WEIR_KERNEL static void
map_views(struct weir_view *restrict to, const struct weir_view *restrict from, const uint32_t *sel,
	uint32_t n, char first)
{
	WEIR_EACH_ROW(i, sel, n, {
		uint64_t word[2];

		memcpy(word, &from[i], sizeof word);
		word[0] = map_word(word[0], first, UINT64_C(0x8080808000000000));
		word[1] = map_word(word[1], first, UINT64_C(0x8080808080808080));
		memcpy(&to[i], word, sizeof word);
	});
}

/* Those of more than 12 bytes go into one block, of this size. */
static void
map_long(struct weir_fn *fn, const struct weir_column *col, const uint32_t *sel, uint32_t n,
	struct weir_vec *out, char first, uint32_t size)
{
	const struct weir_view *from = col->values;
	struct weir_view *to = out->values;
	uint32_t buf, used = 0;
	char *block = fn->block(fn, out, size, &buf);

	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k), len = from[i].len;
		char *p = block + used;

		weir_str_ahead(col, sel, k, n);
		if (len <= 12)
			continue;
		map_bytes(p, (const char *)col->bufs[from[i].buf] + from[i].off, len, first);
		to[i] = weir_view_of(p, len, buf, used);
		used += len;
	}
}

static int
map_letters(struct weir_fn *fn, const struct weir_column *col, const uint32_t *sel, uint32_t n,
	struct weir_vec *out, char first)
{
	const struct weir_view *from = col->values;
	uint64_t size = 0;

	map_views(out->values, from, sel, n, first);
	for (uint32_t k = 0; k < n; k++)
		size += from[row_at(sel, k)].len > 12 ? from[row_at(sel, k)].len : 0;
	if (size > UINT32_MAX)
		return weir_fail(fn->task->err, -E2BIG, "strings of more than 4 GiB in one batch");
	if (size > 0)
		map_long(fn, col, sel, n, out, first, (uint32_t)size);
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
			*(const uint32_t *)self == WEIR_BYTES ? s.len : utf8_count(s.p, s.len);
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

static int
concat_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	return take(call, "s+", err);
}

static int
concat_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	uint32_t n_args = fn->n_args;
	struct text text;
	int rc = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);

		for (uint32_t a = 0; a < n_args; a++)
			if (!weir_null_at(args[a], i)) {
				struct weir_str s = weir_str_at(args[a], i);

				text_add(&text, s.p, s.len);
			}
		rc = text_give(&text, fn, out, i);
	}
	text_fini(&text);
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
	call->type = WEIR_STRING;
	return take(call, "siI", err);
}

/* Characters from .. to, from 0 on; what is outside the string is left out. */
static struct weir_str
cut(struct weir_str s, int64_t from, int64_t to)
{
	uint32_t begin = utf8_skip(s, from);

	s.p += begin;
	s.len -= begin;
	if (to < INT64_MAX)
		s.len = utf8_skip(s, to - (from > 0 ? from : 0));
	return s;
}

static int
substr_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct weir_view *to = out->values;

	(void)self;
	fn->share(fn, out, args[0]);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i);
		int64_t from = weir_int_at(args[1], i), end = INT64_MAX;

		from = from > INT64_MIN ? from - 1 : from;
		if (fn->n_args == 3 && weir_int_at(args[2], i) < 0) {
			fn->row_error(fn, i, "substr() of less than no characters");
			continue;
		}
		if (fn->n_args == 3 && __builtin_add_overflow(from, weir_int_at(args[2], i), &end))
			end = INT64_MAX;
		s = cut(s, from, end);
		to[i] = weir_view_within(args[0], i, s.p, s.len);
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

static int
reverse_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct text text;
	int rc = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i);
		uint32_t end = s.len;

		for (uint32_t at = s.len; at-- > 0;)
			if (utf8_first(s.p[at]) || at == 0) {
				text_add(&text, s.p + at, end - at);
				end = at;
			}
		rc = text_give(&text, fn, out, i);
	}
	text_fini(&text);
	return rc;
}

const struct weir_function function_reverse = {
	.size = sizeof function_reverse,
	.flags = WEIR_STRICT,
	.name = "reverse",
	.summary = "The characters from the last to the first.",
	.plan = case_plan,
	.eval = reverse_eval,
	.signature = "reverse(string)",
	.example = "reverse('weir') = 'riew'",
};
