/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ends of long strings, and of objects and arrays, and the quotes of a record, 64 bytes at a
 * time: a word has a bit for
 * each byte, and what is said of bytes is said of words.  The same for processors with 16, 32 and
 * 64 bytes in a register.
 */
#include "layout.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Which of 64 bytes are so. */
struct marks {
	uint64_t quote, slash, control, not_ascii;
	uint64_t open, close; /* brackets */
};

typedef void marks_fn(const char *p, struct marks *marks);

#define ALWAYS_INLINE static inline __attribute__((always_inline))

static inline void
marks_16(const char *p, struct marks *marks)
{
	uint32_t i;

	*marks = (struct marks){0};
	for (i = 0; i < 64; i += 16) {
		bytes16 text = load16(p + i);

		marks->quote |= (uint64_t)bits_of((bytes16)(text == '"')) << i;
		marks->slash |= (uint64_t)bits_of((bytes16)(text == '\\')) << i;
		marks->control |= (uint64_t)bits_of((bytes16)(text < 0x20)) << i;
		marks->not_ascii |= (uint64_t)bits_of(text) << i;
		marks->open |= (uint64_t)bits_of(are_open(text)) << i;
		marks->close |= (uint64_t)bits_of(are_close(text)) << i;
	}
}

#ifdef __SSE2__
__attribute__((target("avx2"))) static inline void
marks_32(const char *p, struct marks *marks)
{
	const __m256i space = _mm256_set1_epi8(0x20);
	uint32_t i;

	*marks = (struct marks){0};
	for (i = 0; i < 64; i += 32) {
		__m256i text = _mm256_loadu_si256((const __m256i *)(const void *)(p + i));
		__m256i folded = _mm256_or_si256(text, space);
		__m256i low = _mm256_min_epu8(text, _mm256_set1_epi8(0x1f));

#define MARK(is) ((uint64_t)(uint32_t)_mm256_movemask_epi8(is) << i)
		marks->quote |= MARK(_mm256_cmpeq_epi8(text, _mm256_set1_epi8('"')));
		marks->slash |= MARK(_mm256_cmpeq_epi8(text, _mm256_set1_epi8('\\')));
		marks->control |= MARK(_mm256_cmpeq_epi8(text, low));
		marks->not_ascii |= MARK(text);
		marks->open |= MARK(_mm256_cmpeq_epi8(folded, _mm256_set1_epi8('{')));
		marks->close |= MARK(_mm256_cmpeq_epi8(folded, _mm256_set1_epi8('}')));
#undef MARK
	}
}

__attribute__((target("avx512bw"))) static inline void
marks_64(const char *p, struct marks *marks)
{
	__m512i text = _mm512_loadu_si512((const void *)p);
	__m512i folded = _mm512_or_si512(text, _mm512_set1_epi8(0x20));

	marks->quote = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('"'));
	marks->slash = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\\'));
	marks->control = _mm512_cmplt_epu8_mask(text, _mm512_set1_epi8(0x20));
	marks->not_ascii = _mm512_movepi8_mask(text);
	marks->open = _mm512_cmpeq_epi8_mask(folded, _mm512_set1_epi8('{'));
	marks->close = _mm512_cmpeq_epi8_mask(folded, _mm512_set1_epi8('}'));
}
#endif

/*
 * The bytes behind the backslashes that are not behind one themselves; *carry: the first is.  In a
 * run of backslashes every other one is such, from its first on: of runs that begin at an even
 * place those at even places.  Adding the first of a run carries through it, and so clears it.
 */
ALWAYS_INLINE uint64_t
escaped_by(uint64_t slash, uint64_t *carry)
{
	const uint64_t even = 0x5555555555555555;
	uint64_t escaped = *carry, first, from_even, escaping;

	slash &= ~escaped;
	first = slash & ~(slash << 1);
	from_even = slash & ~(slash + (first & even));
	escaping = (slash & ~even) ^ from_even;
	*carry = escaping >> 63;
	return escaping << 1 | escaped;
}

ALWAYS_INLINE const char *
string_rest(struct layout *layout, const char *p, const char *end, marks_fn *find)
{
	uint64_t carry = 0;

	layout->escaped = 0;
	for (; p < end; p += 64) {
		uint64_t stop, before = ~(uint64_t)0;
		struct marks marks;

		find(p, &marks);
		stop = (marks.quote & ~escaped_by(marks.slash, &carry)) | marks.control;
		if (stop != 0)
			before = (stop & (0 - stop)) - 1;
		layout->not_ascii |= (marks.not_ascii & before) != 0;
		layout->escaped |= (marks.slash & before) != 0;
		if (stop != 0) {
			p += __builtin_ctzll(stop);
			return *p == '"' ? p : NULL;
		}
	}
	return NULL;
}

/* From each quote to the next: what is in a string, its first quote too. */
typedef uint64_t in_strings_fn(uint64_t quote);

static inline uint64_t
in_strings_by_steps(uint64_t quote)
{
	uint32_t i;

	for (i = 1; i < 64; i *= 2)
		quote ^= quote << i;
	return quote;
}

#ifdef __SSE2__
__attribute__((target("pclmul"))) static inline uint64_t
in_strings_by_product(uint64_t quote)
{
	__m128i sums = _mm_clmulepi64_si128(
		_mm_cvtsi64_si128((int64_t)quote), _mm_set1_epi8((char)0xff), 0);

	return (uint64_t)_mm_cvtsi128_si64(sums);
}
#endif

ALWAYS_INLINE const char *
nest_end(struct layout *layout, const char *p, const char *end, uint32_t depth, marks_fn *find,
	in_strings_fn *in_strings)
{
	uint64_t carry = 0, inside = 0; /* inside: all ones in a string */

	for (; p < end; p += 64) {
		uint64_t string, bad, open, close, events;
		struct marks marks;

		find(p, &marks);
		marks.quote &= ~escaped_by(marks.slash, &carry);
		string = in_strings(marks.quote) ^ inside;
		inside = 0 - (string >> 63);
		bad = (marks.control & string) | (marks.slash & ~string);
		open = marks.open & ~string;
		close = marks.close & ~string;
		layout->not_ascii |= marks.not_ascii != 0;
		if ((uint32_t)__builtin_popcountll(close) < depth) {
			depth += (uint32_t)__builtin_popcountll(open);
			depth -= (uint32_t)__builtin_popcountll(close);
		} else {
			for (events = open | close; events != 0; events &= events - 1) {
				uint64_t low = events & (0 - events);

				if ((open & low) != 0)
					depth++;
				else if (--depth == 0)
					return (bad & (low - 1)) == 0 ? p + __builtin_ctzll(low)
								      : NULL;
			}
		}
		if (bad != 0)
			return NULL;
	}
	return NULL;
}

#ifdef __SSE2__
__attribute__((target("avx2,popcnt,bmi"))) static const char *
string_rest_32(struct layout *layout, const char *p, const char *end)
{
	return string_rest(layout, p, end, marks_32);
}

__attribute__((target("avx512bw,popcnt,bmi"))) static const char *
string_rest_64(struct layout *layout, const char *p, const char *end)
{
	return string_rest(layout, p, end, marks_64);
}

__attribute__((target("avx2,popcnt,bmi,pclmul"))) static const char *
nest_end_32(struct layout *layout, const char *p, const char *end, uint32_t depth)
{
	return nest_end(layout, p, end, depth, marks_32, in_strings_by_product);
}

__attribute__((target("avx512bw,popcnt,bmi,pclmul"))) static const char *
nest_end_64(struct layout *layout, const char *p, const char *end, uint32_t depth)
{
	return nest_end(layout, p, end, depth, marks_64, in_strings_by_product);
}

/* The quotes of a record being found, so far. */
struct finding {
	struct quotes *quotes;
	const char *record;
	uint32_t n;
	uint64_t slash, slash_before; /* in any word, at the end of the last one */
	__m512i least, joined; /* of all bytes: the lowest, and their bits */
};

#define QUOTES_TARGET __attribute__((target("avx512bw,avx512vbmi2,popcnt,bmi")))

/* The places of bits, `from` more each; room for 64. */
QUOTES_TARGET static inline void
put_places(uint16_t *to, uint32_t from, uint64_t bits)
{
	static const uint8_t numbers[64] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
		37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57,
		58, 59, 60, 61, 62, 63};
	__m512i base = _mm512_set1_epi16((short)from);
	__m512i all = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512((const void *)numbers));
	__m512i half = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(all));

	_mm512_storeu_si512((void *)to, _mm512_add_epi16(half, base));
	if (__builtin_popcountll(bits) > 32) {
		half = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(all, 1));
		_mm512_storeu_si512((void *)(to + 32), _mm512_add_epi16(half, base));
	}
}

/* Without those that a backslash escapes, of quotes of which one has a backslash before it. */
QUOTES_TARGET static __attribute__((noinline)) uint64_t
unescaped(const char *record, uint32_t at, uint64_t quote, uint64_t slash)
{
	uint64_t carry = 0;

	for (; at > 0 && record[at - 1] == '\\'; at--)
		carry ^= 1;
	return quote & ~escaped_by(slash, &carry);
}

/* 64 bytes of the record, at most; here: those that are. */
QUOTES_TARGET ALWAYS_INLINE void
find_quotes(struct finding *finding, uint32_t at, uint64_t here)
{
	const __m512i space = _mm512_set1_epi8(' ');
	__m512i text = _mm512_loadu_si512((const void *)(finding->record + at));
	uint64_t slash = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\\'));
	uint64_t quote = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('"')) & here;

	if ((quote & (slash << 1 | finding->slash_before)) != 0)
		quote = unescaped(finding->record, at, quote, slash);
	text = _mm512_mask_mov_epi8(space, here, text);
	finding->least = _mm512_min_epu8(finding->least, text);
	finding->joined = _mm512_or_si512(finding->joined, text);
	finding->slash |= slash;
	finding->slash_before = slash >> 63;
	finding->quotes->slash[at / 64] = slash;
	put_places(finding->quotes->at + finding->n, at, quote);
	finding->n += (uint32_t)__builtin_popcountll(quote);
}

QUOTES_TARGET void
layout_quotes(struct quotes *quotes, const char *p, uint32_t len)
{
	const __m512i space = _mm512_set1_epi8(' ');
	struct finding finding = {.quotes = quotes, .record = p, .least = space, .joined = space};
	uint32_t at;

	for (at = 0; at + 64 <= len; at += 64)
		find_quotes(&finding, at, ~(uint64_t)0);
	find_quotes(&finding, at, ((uint64_t)1 << (len - at)) - 1);
	quotes->n = finding.n;
	quotes->at[finding.n] = (uint16_t)len;
	quotes->control = _mm512_cmplt_epu8_mask(finding.least, space) != 0;
	quotes->not_ascii = _mm512_movepi8_mask(finding.joined) != 0;
	quotes->escapes = finding.slash != 0;
}

/*
 * 64 bytes at a time: what backslashes mostly escape stands for itself, so they are left out, up to
 * the first that escapes anything else or the last byte.
 */
QUOTES_TARGET static ptrdiff_t
unescape_64(const char *p, const char *end, char *to)
{
	const char *start = to;

	while (p < end) {
		const size_t left = (size_t)(end - p);
		uint64_t here = ~(uint64_t)0 >> (left < 64 ? 64 - left : 0), carry = 0;
		__m512i text = _mm512_loadu_si512((const void *)p);
		uint64_t slash = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\\')) & here;
		uint64_t self = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('"')) |
				_mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('/')) | slash;
		uint64_t escaped = escaped_by(slash, &carry), escaping = slash & ~escaped;
		uint64_t stop = escaping & ~((escaped & self & here) >> 1);

		if (stop != 0)
			here = (stop & (0 - stop)) - 1;
		text = _mm512_maskz_compress_epi8(here & ~escaping, text);
		_mm512_storeu_si512((void *)to, text);
		to += __builtin_popcountll(here & ~escaping);
		p += __builtin_popcountll(here);
		if (stop != 0 && (p = json_escape(p, end, &to)) == NULL)
			return -1;
	}
	return to - start;
}

uint32_t
layout_width(void)
{
	__builtin_cpu_init();
	if (!__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("popcnt") ||
		!__builtin_cpu_supports("pclmul"))
		return 16;
	if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2"))
		return 64;
	return __builtin_cpu_supports("avx2") ? 32 : 16;
}
#else
uint32_t
layout_width(void)
{
	return 16;
}

void
layout_quotes(struct quotes *quotes, const char *p, uint32_t len)
{
	(void)p;
	(void)len;
	quotes->n = 0;
}
#endif

const char *
layout_string_rest(struct layout *layout, const char *p, const char *end)
{
#ifdef __SSE2__
	if (layout->width == 64)
		return string_rest_64(layout, p, end);
	if (layout->width == 32)
		return string_rest_32(layout, p, end);
#endif
	return string_rest(layout, p, end, marks_16);
}

const char *
layout_nest_end(struct layout *layout, const char *p, const char *end, uint32_t depth)
{
#ifdef __SSE2__
	if (layout->width == 64)
		return nest_end_64(layout, p, end, depth);
	if (layout->width == 32)
		return nest_end_32(layout, p, end, depth);
#endif
	return nest_end(layout, p, end, depth, marks_16, in_strings_by_steps);
}

ptrdiff_t
layout_unescape(const struct layout *layout, const char *p, const char *end, char *to)
{
#ifdef __SSE2__
	if (layout != NULL && layout->width == 64)
		return unescape_64(p, end, to);
#endif
	(void)layout;
	return json_unescape(p, end, to);
}
