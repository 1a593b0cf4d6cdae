/* SPDX-License-Identifier: Apache-2.0 */
/* Text and what it stands for: escapes, base64, times. */
#include "bytes.h"

#include <stdlib.h>

char *
json_room(char **buf, size_t *cap, size_t len)
{
	size_t want = len + JSON_SLACK;
	char *p;

	if (want <= *cap)
		return *buf;
	want += want / 2;
	p = malloc(want);
	if (p == NULL)
		return NULL;
	free(*buf);
	*buf = p;
	*cap = want;
	return p;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hex digits, or -1. */
static int32_t
hex4(const char *p, const char *end)
{
	int32_t code = 0;
	int i;

	if (end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		code = code << 4 | digit;
	}
	return code;
}

static char *
put_utf8(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
		return to;
	}
	if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
	} else {
		if (code < 0x10000) {
			*to++ = (char)(0xe0 | code >> 12);
		} else {
			*to++ = (char)(0xf0 | code >> 18);
			*to++ = (char)(0x80 | (code >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (code & 0x3f));
	return to;
}

/* \uXXXX, p behind the u; the second half of a surrogate pair is taken with the first. */
static const char *
unescape_unicode(const char *p, const char *end, char **to)
{
	int32_t code = hex4(p, end), low;

	p += 4;
	if (code < 0 || (code >= 0xdc00 && code < 0xe000))
		return NULL;
	if (code >= 0xd800 && code < 0xdc00) {
		if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
			return NULL;
		low = hex4(p + 2, end);
		if (low < 0xdc00 || low >= 0xe000)
			return NULL;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		p += 6;
	}
	*to = put_utf8(*to, (uint32_t)code);
	return p;
}

/* What the letters behind a backslash stand for; 0: no escape. */
static const char unescaped[256] = {['"'] = '"',
	['\\'] = '\\',
	['/'] = '/',
	['b'] = '\b',
	['f'] = '\f',
	['n'] = '\n',
	['r'] = '\r',
	['t'] = '\t'};

const char *
json_escape(const char *p, const char *end, char **to)
{
	if (++p == end)
		return NULL;
	**to = unescaped[(uint8_t)*p];
	if (**to != 0) {
		++*to;
		return p + 1;
	}
	return *p == 'u' ? unescape_unicode(p + 1, end, to) : NULL;
}

/* Copies 16 bytes at a time, up to the first backslash in them. */
ptrdiff_t
json_unescape(const char *p, const char *end, char *to)
{
	const char *start = to;

	while (p < end) {
		bytes16 text = load16(p);
		uint32_t found = bits_of((bytes16)(text == '\\'));
		ptrdiff_t n = __builtin_ctz(found | 1u << 16);

		memcpy(to, &text, sizeof text);
		if (n >= end - p)
			return to + (end - p) - start;
		to += n;
		p += n;
		if (found != 0 && (p = json_escape(p, end, &to)) == NULL)
			return -1;
	}
	return to - start;
}

static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The padding may be there or not; to may be p. */
ptrdiff_t
json_unbase64(const char *p, const char *end, char *to)
{
	const char *start = to;
	uint32_t bits = 0, n = 0;

	if ((end - p) % 4 == 0)
		while (end > p && end[-1] == '=' && n++ < 2)
			end--;
	for (n = 0; p < end; p++) {
		int digit = base64_digit(*p);

		if (digit < 0)
			return -1;
		bits = bits << 6 | (uint32_t)digit;
		n += 6;
		if (n >= 8) {
			n -= 8;
			*to++ = (char)(bits >> n);
		}
	}
	/* A lone digit, or bits that mean nothing. */
	return n == 6 || (bits & ((1u << n) - 1)) != 0 ? -1 : to - start;
}

char *
json_base64(char *to, const char *p, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits;

	for (; len > 0; p += 3) {
		bits = (uint32_t)(uint8_t)p[0] << 16;
		bits |= len > 1 ? (uint32_t)(uint8_t)p[1] << 8 : 0;
		bits |= len > 2 ? (uint8_t)p[2] : 0;
		*to++ = digits[bits >> 18];
		*to++ = digits[bits >> 12 & 63];
		*to++ = len > 1 ? digits[bits >> 6 & 63] : '=';
		*to++ = len > 2 ? digits[bits & 63] : '=';
		len -= len > 3 ? 3 : len;
	}
	return to;
}

/* n digits at *p, which moves behind them; -1: they are not there. */
static int32_t
take_digits(const char **p, const char *end, int n)
{
	int32_t value = 0;

	if (end - *p < n)
		return -1;
	for (; n > 0; n--, ++*p) {
		if (**p < '0' || **p > '9')
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value;
}

static int
take_char(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return 0;
	++*p;
	return 1;
}

/* Days since 1970-01-01 of a date; years are counted from March, so that the leap day ends one. */
static int64_t
days_of(int64_t year, int32_t month, int32_t day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int32_t
month_days(int64_t year, int32_t month)
{
	int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 ? 28 + leap : 30 + ((month + (month > 7)) & 1);
}

/* Years have four digits, or a sign and six. */
static int
take_date(const char **p, const char *end, int64_t *days)
{
	int64_t year;
	int32_t month, day;
	int sign = *p < end && (**p == '+' || **p == '-') ? (**p == '-' ? -1 : 1) : 0;

	*p += sign != 0;
	year = take_digits(p, end, sign != 0 ? 6 : 4);
	if (year < 0 || !take_char(p, end, '-'))
		return -1;
	year = sign < 0 ? -year : year;
	month = take_digits(p, end, 2);
	if (month < 1 || month > 12 || !take_char(p, end, '-'))
		return -1;
	day = take_digits(p, end, 2);
	if (day < 1 || day > month_days(year, month))
		return -1;
	*days = days_of(year, month, day);
	return 0;
}

/* `Z`, `+02:00`, or nothing, which is UTC too: seconds to take off. */
static int
take_zone(const char **p, const char *end, int32_t *seconds)
{
	int32_t sign, hours, minutes;

	*seconds = 0;
	if (*p == end || take_char(p, end, 'Z') || take_char(p, end, 'z'))
		return 0;
	sign = take_char(p, end, '+') ? 1 : -1;
	if (sign < 0 && !take_char(p, end, '-'))
		return -1;
	hours = take_digits(p, end, 2);
	minutes = take_char(p, end, ':') ? take_digits(p, end, 2) : -1;
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return -1;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return 0;
}

/* `.123`: microseconds; what is finer is cut off. */
static int
take_fraction(const char **p, const char *end, int32_t *us)
{
	int32_t unit = 100000;
	const char *start;

	*us = 0;
	if (!take_char(p, end, '.'))
		return 0;
	for (start = *p; *p < end && **p >= '0' && **p <= '9'; ++*p, unit /= 10)
		*us += (**p - '0') * unit;
	return *p == start ? -1 : 0;
}

/* Of two digits, of which '0' was taken, at byte i of a word. */
static int32_t
pair_at(uint64_t digits, int i)
{
	return (int32_t)((digits >> 8 * i & 0xff) * 10 + (digits >> 8 * (i + 1) & 0xff));
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

const char *
json_time_usual(const char *p, int64_t *us)
{
	/* `0000-00-` and `00 00:00`: what is left of digits is below 10, of all else nothing. */
	const uint64_t date_form = 0x2d30302d30303030, time_form = 0x30303a3030003030;
	const uint64_t date_marks = 0xff0000ff00000000, time_marks = 0x0000ff0000000000;
	const uint64_t carry = 0x7676767676767676, high = 0x8080808080808080;
	uint64_t date = json_load8(p) ^ date_form;
	uint64_t time = (json_load8(p + 8) & ~(uint64_t)0xff0000) ^ time_form;
	int32_t year, month, day, hour, minute, second, fraction = 0;

	if ((((date + carry) | date | (time + carry) | time) & high) != 0 ||
		((date & date_marks) | (time & time_marks)) != 0 ||
		(p[10] != ' ' && p[10] != 'T') || p[16] != ':' || !is_digit(p[17]) ||
		!is_digit(p[18]))
		return NULL;
	year = pair_at(date, 0) * 100 + pair_at(date, 2);
	month = pair_at(date, 5);
	day = pair_at(time, 0);
	hour = pair_at(time, 3);
	minute = pair_at(time, 6);
	second = (p[17] - '0') * 10 + (p[18] - '0');
	if (month < 1 || month > 12 || day < 1 || (day > 28 && day > month_days(year, month)) ||
		hour > 23 || minute > 59 || second > 60)
		return NULL;
	p += 19;
	if (p[0] == '.' && is_digit(p[1]) && is_digit(p[2]) && is_digit(p[3])) {
		fraction = ((p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0')) * 1000;
		p += 4;
	}
	*us = (days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) * 1000000 +
	      fraction;
	return p + (*p == 'Z');
}

int
json_time_parse(const char *p, const char *end, int64_t *us)
{
	int64_t days, seconds;
	int32_t hour, minute, second, fraction, zone;

	if (json_time_usual(p, us) == end)
		return 0;
	if (take_date(&p, end, &days) < 0)
		return -1;
	if (!take_char(&p, end, 'T') && !take_char(&p, end, ' ') && !take_char(&p, end, 't'))
		return -1;
	hour = take_digits(&p, end, 2);
	minute = take_char(&p, end, ':') ? take_digits(&p, end, 2) : -1;
	second = take_char(&p, end, ':') ? take_digits(&p, end, 2) : -1;
	/* A leap second is the first of the next minute. */
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return -1;
	if (take_fraction(&p, end, &fraction) < 0 || take_zone(&p, end, &zone) < 0 || p != end)
		return -1;
	seconds = days * 86400 + hour * 3600 + minute * 60 + second - zone;
	if (__builtin_mul_overflow(seconds, 1000000, us))
		return -1;
	return __builtin_add_overflow(*us, (int64_t)fraction, us) ? -1 : 0;
}

const char json_digit_pairs[201] = "00010203040506070809101112131415161718192021222324"
				   "25262728293031323334353637383940414243444546474849"
				   "50515253545556575859606162636465666768697071727374"
				   "75767778798081828384858687888990919293949596979899";

static char *
put_digits(char *to, uint32_t value, int n)
{
	int i;

	for (i = n - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + n;
}

static char *
put_date(char *to, int64_t days)
{
	int64_t shifted = days + 719468, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	uint32_t of_era = (uint32_t)(shifted - era * 146097);
	uint32_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
	int64_t year = (int64_t)y + era * 400 + (m >= 10);

	if (year < 0 || year > 9999) {
		*to++ = year < 0 ? '-' : '+';
		to = put_digits(to, (uint32_t)(year < 0 ? -year : year), 6);
	} else {
		to = put_digits(to, (uint32_t)year, 4);
	}
	*to++ = '-';
	to = put_digits(to, m < 10 ? m + 3 : m - 9, 2);
	*to++ = '-';
	return put_digits(to, of_year - (153 * m + 2) / 5 + 1, 2);
}

static inline char *
put_two(char *to, uint32_t value)
{
	memcpy(to, json_digit_pairs + value * 2, 2);
	return to + 2;
}

char *
json_int_print(char *to, int64_t value)
{
	char buf[24], *p = buf + sizeof buf;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	while (rest >= 100) {
		p -= 2;
		memcpy(p, json_digit_pairs + rest % 100 * 2, 2);
		rest /= 100;
	}
	if (rest >= 10) {
		p -= 2;
		memcpy(p, json_digit_pairs + rest * 2, 2);
	} else {
		*--p = (char)('0' + rest);
	}
	if (value < 0)
		*--p = '-';
	memcpy(to, p, (size_t)(buf + sizeof buf - p));
	return to + (buf + sizeof buf - p);
}

char *
json_time_print(char *to, int64_t us, struct json_day *day)
{
	const int64_t length = INT64_C(86400000000);
	uint64_t rest = (uint64_t)us - (uint64_t)day->begin;
	uint32_t seconds, fraction;

	if (day->len == 0 || us < day->begin || rest >= (uint64_t)length) {
		int64_t days = us / length - (us % length < 0);
		char *end = put_date(day->text, days);

		*end++ = 'T';
		day->len = (uint32_t)(end - day->text);
		rest = (uint64_t)(us % length + (us % length < 0 ? length : 0));
		day->begin = (int64_t)((uint64_t)us - rest);
	}
	seconds = (uint32_t)(rest / 1000000);
	fraction = (uint32_t)(rest % 1000000);
	memcpy(to, day->text, sizeof day->text);
	to = put_two(to + day->len, seconds / 3600);
	if (us < INT64_MIN + length)
		day->len = 0; /* its beginning is no time that could be kept */
	*to++ = ':';
	to = put_two(to, seconds / 60 % 60);
	*to++ = ':';
	to = put_two(to, seconds % 60);
	if (fraction != 0) {
		*to++ = '.';
		to = fraction % 1000 == 0 ? put_digits(to, fraction / 1000, 3)
					  : put_digits(to, fraction, 6);
	}
	*to++ = 'Z';
	return to;
}
