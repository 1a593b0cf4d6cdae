/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values by their bytes, as the layouts of records read them: 16 bytes at once, or 8 in a word. All
 * of it may look at JSON_SLACK bytes past the record.
 */
#ifndef JSON_BYTES_H
#define JSON_BYTES_H

#include "json.h"

/*
 * Bytes, 16 at a time: comparisons give 0xff where they hold, bits_of() a bit for each.  What lies
 * past the record is looked at too, and no harm: who ran past its end goes no further.
 */
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t signed16 __attribute__((vector_size(16)));

static inline bytes16
load16(const char *p)
{
	bytes16 text;

	memcpy(&text, p, sizeof text);
	return text;
}

static inline uint32_t
bits_of(bytes16 holds)
{
#ifdef __SSE2__
	return (uint32_t)_mm_movemask_epi8((__m128i)holds);
#else
	uint32_t bits = 0, i;

	for (i = 0; i < 16; i++)
		bits |= (uint32_t)(holds[i] >> 7) << i;
	return bits;
#endif
}

/* Brackets of either kind: '[' and '{' differ by one bit, and so do ']' and '}'. */
static inline bytes16
are_open(bytes16 text)
{
	return (bytes16)((text | 0x20) == '{');
}

static inline bytes16
are_close(bytes16 text)
{
	return (bytes16)((text | 0x20) == '}');
}

/* Below c, or not ASCII. */
static inline bytes16
are_odd(bytes16 text, int8_t c)
{
	return (bytes16)((signed16)text < c);
}

/* The quote that closes a short plain string whose text begins at p, else NULL. */
static inline const char *
string_short(const char *p)
{
	bytes16 text = load16(p);
	uint32_t stop = bits_of((bytes16)((text == '"') | (text == '\\')) | are_odd(text, 0x20));

	p += __builtin_ctz(stop | 0x8000);
	return *p == '"' ? p : NULL;
}

/*
 * Behind a number, true, false or null that nobody wants: any bytes that are one token.  It ends
 * before `,` `]` `}` or a space, which is for the caller to see; at quotes, colons, backslashes,
 * opening brackets and what is not ASCII it stops too, and at some bytes that never stand there.
 */
static inline const char *
scalar_end(const char *p, const char *end)
{
	const char *from = p;

	for (; p < end; p += 16) {
		bytes16 text = load16(p);
		uint32_t stop =
			bits_of((bytes16)((signed16)(text | 0x20) > 'z') |
				(bytes16)((text == ',') | (text == ':')) | are_odd(text, '"' + 1));

		if (stop != 0) {
			p += __builtin_ctz(stop);
			return p > from ? p : NULL;
		}
	}
	return NULL;
}

/* A view of a text of at most 12 bytes, of which 16 are given. */
static inline void
put_short(struct weir_view *view, bytes16 text, uint32_t len)
{
	static const uint8_t ones[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	text &= load16((const char *)ones + 16 - len);
#ifdef __SSE2__
	_mm_storeu_si128((__m128i *)(void *)view,
		_mm_or_si128(_mm_slli_si128((__m128i)text, 4), _mm_cvtsi32_si128((int)len)));
#else
	view->len = len;
	memcpy(view->head, &text, 12);
#endif
}

/* Eight digits, the first in the lowest byte. */
static inline uint64_t
digits_value(uint64_t digits)
{
	digits = digits * 10 + (digits >> 8);
	return ((digits & 0x000000ff000000ff) * 0x000f424000000064 +
		       (digits >> 16 & 0x000000ff000000ff) * 0x0000271000000001) >>
	       32;
}

/* How many of 8 bytes, of which '0' was taken, are digits from the first on. */
static inline uint32_t
digits_count(uint64_t digits)
{
	uint64_t other = ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;

	return other == 0 ? 8 : (uint32_t)__builtin_ctzll(other) / 8;
}

static const int64_t powers_of_ten[] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/* Behind a whole number of at most 15 digits; NULL: it is something else. */
static inline const char *
read_int(const char *p, int64_t *value)
{
	const uint64_t zeros = 0x3030303030303030;
	int64_t minus = *p == '-';
	uint64_t digits;
	uint32_t n;

	p += minus;
	digits = json_load8(p) ^ zeros;
	n = digits_count(digits);
	if (n == 0 || (*p == '0' && n > 1))
		return NULL;
	if (n < 8) {
		*value = ((int64_t)digits_value(digits << (64 - 8 * n)) ^ -minus) + minus;
		return p + n;
	}
	*value = (int64_t)digits_value(digits);
	p += 8;
	digits = json_load8(p) ^ zeros;
	n = digits_count(digits);
	if (n == 8)
		return NULL;
	*value = *value * powers_of_ten[n] + (int64_t)digits_value(digits << 8 << (56 - 8 * n));
	*value = (*value ^ -minus) + minus;
	return p + n;
}

/*
 * As read_int(), of a number that is expected to have 8 + more digits, more from 1 to 8, and no
 * sign: nobody waits for the digits to be counted.
 */
static inline const char *
read_long(const char *p, int64_t *value, uint32_t more)
{
	const uint64_t zeros = 0x3030303030303030, carry = 0x7676767676767676;
	uint64_t high = json_load8(p) ^ zeros;
	uint64_t low = (json_load8(p + 8) ^ zeros) << (64 - 8 * more);

	if ((((high + carry) | high | (low + carry) | low) & 0x8080808080808080) != 0 ||
		(high & 0xff) == 0 || !json_ends_word(p[8 + more]))
		return NULL;
	*value = (int64_t)(digits_value(high) * (uint64_t)powers_of_ten[more] + digits_value(low));
	return p + 8 + more;
}

/* The whole number that all of len bytes are, which has at most 16 digits and no sign; 0: they are
 * something else. */
static inline int
read_digits(const char *p, size_t len, int64_t *value)
{
	const uint64_t zeros = 0x3030303030303030, carry = 0x7676767676767676;
	uint64_t high = json_load8(p) ^ zeros, low = 0;

	if (len - 1 >= 16 || (*p == '0' && len > 1))
		return 0;
	if (len > 8)
		low = (json_load8(p + 8) ^ zeros) << (128 - 8 * len);
	else
		high <<= 64 - 8 * len;
	if ((((high + carry) | high | (low + carry) | low) & 0x8080808080808080) != 0)
		return 0;
	*value = (int64_t)digits_value(high);
	if (len > 8)
		*value = *value * powers_of_ten[len - 8] + (int64_t)digits_value(low);
	return 1;
}

/* Behind a time in its quotes, as programs write it; NULL: it is something else. */
static inline const char *
read_clock(const char *p, int64_t *us)
{
	const char *close = *p == '"' ? json_time_usual(p + 1, us) : NULL;

	return close != NULL && *close == '"' ? close + 1 : NULL;
}

/* Behind true or false, whose bit it sets; NULL: it is something else. */
static inline const char *
read_bool(const char *p, uint64_t *bits, uint32_t row)
{
	uint32_t word = json_load4(p);

	if (word == 0x736c6166 && p[4] == 'e') {
		weir_bit_clear(bits, row);
		return p + 5;
	}
	if (word == 0x65757274) {
		weir_bit_set(bits, row);
		return p + 4;
	}
	return NULL;
}

#endif
