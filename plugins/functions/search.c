/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that look for a text in another: contains, starts_with, ends_with, position, replace,
 * split_part. */
#include "functions.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define WIDE __attribute__((target("avx512bw,bmi,bmi2,popcnt")))
#endif

/* Into callers for different machines. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Where part first stands at or behind `from`; NULL: nowhere.  An empty part stands everywhere. */
static const char *
find(struct weir_str s, uint32_t from, struct weir_str part)
{
	if (part.len == 0 || part.p == NULL)
		return s.p + from;
	if (part.len == 1)
		return memchr(s.p + from, *part.p, s.len - from);
	return memmem(s.p + from, s.len - from, part.p, part.len);
}

static int
test_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_BOOL;
	return take(call, "ss", err);
}

static int
contains_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);

		if (find(weir_str_at(args[0], i), 0, weir_str_at(args[1], i)) != NULL)
			weir_bit_set(out->values, i);
	}
	return WEIR_OK;
}

static int
starts_with_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i), part = weir_str_at(args[1], i);

		if (part.len <= s.len && memcmp(s.p, part.p, part.len) == 0)
			weir_bit_set(out->values, i);
	}
	return WEIR_OK;
}

static int
ends_with_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i), part = weir_str_at(args[1], i);

		if (part.len <= s.len && memcmp(s.p + s.len - part.len, part.p, part.len) == 0)
			weir_bit_set(out->values, i);
	}
	return WEIR_OK;
}

const struct weir_function function_contains = {
	.size = sizeof function_contains,
	.flags = WEIR_STRICT,
	.name = "contains",
	.summary = "Whether a text stands in the string; an empty one stands in every string.",
	.plan = test_plan,
	.eval = contains_eval,
	.signature = "contains(string, part)",
	.example = "contains('hello', 'ell') = true",
};

const struct weir_function function_starts_with = {
	.size = sizeof function_starts_with,
	.flags = WEIR_STRICT,
	.name = "starts_with",
	.summary = "Whether the string begins with a text.",
	.plan = test_plan,
	.eval = starts_with_eval,
	.signature = "starts_with(string, part)",
	.example = "starts_with('/api/v1', '/api/') = true",
};

const struct weir_function function_ends_with = {
	.size = sizeof function_ends_with,
	.flags = WEIR_STRICT,
	.name = "ends_with",
	.summary = "Whether the string ends with a text.",
	.plan = test_plan,
	.eval = ends_with_eval,
	.signature = "ends_with(string, part)",
	.example = "ends_with('logo.png', '.gif') = false",
};

static int
position_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_INT64;
	return take(call, "ss", err);
}

static int
position_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self, (void)fn;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i);
		const char *p = find(s, 0, weir_str_at(args[1], i));

		((int64_t *)out->values)[i] =
			p == NULL ? 0 : utf8_count(s.p, (uint32_t)(p - s.p)) + 1;
	}
	return WEIR_OK;
}

const struct weir_function function_position = {
	.size = sizeof function_position,
	.flags = WEIR_STRICT,
	.name = "position",
	.summary = "The number of the character where a text first begins in the string, from 1 "
		   "on; 0 if it is not there.",
	.plan = position_plan,
	.eval = position_eval,
	.signature = "position(string, part)",
	.example = "position('hello', 'l') = 3",
};

static int
replace_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	return take(call, "sss", err);
}

static void
replace_row(struct text *text, struct weir_str s, struct weir_str from, struct weir_str to)
{
	uint32_t at = 0;
	const char *p;

	while (from.len > 0 && (p = find(s, at, from)) != NULL) {
		text_add(text, s.p + at, (size_t)(p - s.p) - at);
		text_add(text, to.p, to.len);
		at = (uint32_t)(p - s.p) + from.len;
	}
	text_add(text, s.p + at, s.len - at);
}

static int
replace_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct text text;
	int rc = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);

		replace_row(&text, weir_str_at(args[0], i), weir_str_at(args[1], i),
			weir_str_at(args[2], i));
		rc = text_give(&text, fn, out, i);
	}
	text_fini(&text);
	return rc;
}

const struct weir_function function_replace = {
	.size = sizeof function_replace,
	.flags = WEIR_STRICT,
	.name = "replace",
	.summary = "Puts one text for another wherever it stands; an empty one stands nowhere.",
	.plan = replace_plan,
	.eval = replace_eval,
	.signature = "replace(string, from, to)",
	.example = "replace('a-b-c', '-', '+') = 'a+b+c'",
};

static int
split_part_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	return take(call, "ssi", err);
}

enum { MARKS = 64 };

#ifdef WIDE
/* As marks(). */
WIDE static uint64_t
marks_wide(const char *p, uint32_t n, char c)
{
	__mmask64 there = _bzhi_u64(~UINT64_C(0), n);
	__m512i bytes = _mm512_maskz_loadu_epi8(there, p);

	return _mm512_mask_cmpeq_epi8_mask(there, bytes, _mm512_set1_epi8(c));
}
#endif

/* A bit for each of up to MARKS bytes: whether it is c. */
static uint64_t
marks(const char *p, uint32_t n, char c)
{
	uint64_t mask = 0;
	uint32_t at = 0;

#ifdef __SSE2__
	const __m128i all = _mm_set1_epi8(c);

	for (; n >= 16 && at < n; at += 16) {
		uint32_t from = at + 16 <= n ? at : n - 16;
		__m128i some = _mm_loadu_si128((const __m128i *)(const void *)(p + from));

		mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(some, all)) << from;
	}
#endif
	for (; at < n; at++)
		mask |= (uint64_t)(p[at] == c) << at;
	return mask;
}

typedef uint64_t marks_fn(const char *p, uint32_t n, char c);

/* Part number n, from 1 on, of what is separated by single bytes. */
static ALWAYS_INLINE struct weir_str
part_by_byte(struct weir_str s, char by, int64_t n, marks_fn *mark)
{
	uint32_t begin = 0;

	for (uint32_t at = 0; at < s.len; at += MARKS) {
		uint32_t len = s.len - at < MARKS ? s.len - at : MARKS;

		for (uint64_t mask = mark(s.p + at, len, by); mask != 0; mask &= mask - 1) {
			uint32_t end = at + (uint32_t)__builtin_ctzll(mask);

			if (n-- == 1)
				return (struct weir_str){.p = s.p + begin, .len = end - begin};
			begin = end + 1;
		}
	}
	if (n > 1)
		return (struct weir_str){.p = s.p};
	return (struct weir_str){.p = s.p + begin, .len = s.len - begin};
}

/* The same of any. */
static struct weir_str
part_from_front(struct weir_str s, struct weir_str by, int64_t n)
{
	const char *p = s.p, *end = s.p + s.len, *q;

	for (;; n--) {
		q = memmem(p, (size_t)(end - p), by.p, by.len);
		if (n == 1 || q == NULL)
			break;
		p = q + by.len;
	}
	if (n > 1)
		return (struct weir_str){.p = s.p};
	return (struct weir_str){.p = p, .len = (uint32_t)((q == NULL ? end : q) - p)};
}

static int64_t
count_parts(struct weir_str s, struct weir_str by)
{
	int64_t n = 1;
	const char *p;

	for (uint32_t at = 0; (p = find(s, at, by)) != NULL; n++)
		at = (uint32_t)(p - s.p) + by.len;
	return n;
}

/* Bytes of which the low n are ones, of 8; more are all. */
static inline uint64_t
low_bytes(uint32_t n)
{
	return n >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << n * 8) - 1;
}

/*
 * The view of a part of a value, which ends at `end`.  How long a part is is anyone's guess: what
 * stands behind a short one is masked, so that nobody has to guess it.
 */
static inline struct weir_view
part_view(const struct weir_column *column, uint32_t row, struct weir_str part, const char *end)
{
	struct weir_view view;
	uint64_t word[2];
	uint32_t head;

	if (part.len > 12 || end - part.p < 12)
		return weir_view_within(column, row, part.p, part.len);
	memcpy(&head, part.p, sizeof head);
	memcpy(&word[1], part.p + sizeof head, sizeof word[1]);
	word[0] = (uint64_t)(head & (uint32_t)low_bytes(part.len)) << 32 | part.len;
	word[1] &= low_bytes(part.len > 4 ? part.len - 4 : 0);
	memcpy(&view, word, sizeof view);
	return view;
}

static ALWAYS_INLINE void
split_rows(struct weir_fn *fn, const struct weir_column *const *args, const uint32_t *sel,
	uint32_t n, struct weir_view *to, marks_fn *mark)
{
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i), by = weir_str_at(args[1], i);
		int64_t part = weir_int_at(args[2], i);
		const char *end = s.p + s.len;

		weir_str_ahead(args[0], sel, k, n);
		if (part == 0) {
			fn->row_error(fn, i, "split_part() counts from 1, or from the end from -1");
			continue;
		}
		if (by.len == 0 || by.p == NULL) {
			s.len = part == 1 || part == -1 ? s.len : 0;
		} else {
			if (part < 0)
				part += count_parts(s, by) + 1;
			if (part < 1)
				s.len = 0;
			else
				s = by.len == 1 ? part_by_byte(s, *by.p, part, mark)
						: part_from_front(s, by, part);
		}
		to[i] = part_view(args[0], i, s, end);
	}
}

#ifdef WIDE
WIDE static void
split_rows_wide(struct weir_fn *fn, const struct weir_column *const *args, const uint32_t *sel,
	uint32_t n, struct weir_view *to)
{
	split_rows(fn, args, sel, n, to, marks_wide);
}
#endif

static int
split_part_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	(void)self;
	fn->share(fn, out, args[0]);
#ifdef WIDE
	if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi2")) {
		split_rows_wide(fn, args, sel, n, out->values);
		return WEIR_OK;
	}
#endif
	split_rows(fn, args, sel, n, out->values, marks);
	return WEIR_OK;
}

const struct weir_function function_split_part = {
	.size = sizeof function_split_part,
	.flags = WEIR_STRICT,
	.name = "split_part",
	.summary = "Part number n of a string that is separated by a text; from the end where n is "
		   "below 0, empty where there are not so many.",
	.plan = split_part_plan,
	.eval = split_part_eval,
	.signature = "split_part(string, separator, n)",
	.example = "split_part('a,b,c', ',', 2) = 'b'",
};
