/* SPDX-License-Identifier: Apache-2.0 */
/* Times and numbers as text. */
#include "expr/stamp.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAY_SECONDS = 86400 };

/* Days since 1970 of a date of the Gregorian calendar; years count from March, so that leap days
 * end them. */
static int64_t
days_of(int64_t year, uint32_t month, uint32_t day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void
date_of(int64_t days, int64_t *year, uint32_t *month, uint32_t *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	uint32_t of_era = (uint32_t)(z - era * 146097);
	uint32_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * y + y / 4 - y / 100);
	uint32_t m = (5 * of_year + 2) / 153;

	*day = of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = y + era * 400 + (*month <= 2);
}

struct reader {
	const char *p, *end;
};

/* Exactly n digits. */
static bool
digits(struct reader *r, int n, uint32_t *value)
{
	*value = 0;
	if (r->end - r->p < n)
		return false;
	for (; n > 0; n--, r->p++) {
		if (*r->p < '0' || *r->p > '9')
			return false;
		*value = *value * 10 + (uint32_t)(*r->p - '0');
	}
	return true;
}

static bool
letter(struct reader *r, const char *any)
{
	if (r->p == r->end || *r->p == '\0' || strchr(any, *r->p) == NULL)
		return false;
	r->p++;
	return true;
}

/* Microseconds; digits behind them are cut. */
static bool
fraction(struct reader *r, uint32_t *us)
{
	uint32_t unit = 100000;
	const char *start = r->p;

	for (*us = 0; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++, unit /= 10)
		*us += unit * (uint32_t)(*r->p - '0');
	return r->p > start;
}

/* `Z`, `+01:00`, `-0130`, `+01`, or nothing. */
static bool
zone(struct reader *r, int64_t *seconds)
{
	uint32_t hours, minutes = 0;
	bool west = r->p < r->end && *r->p == '-';

	*seconds = 0;
	if (r->p == r->end || letter(r, "Zz"))
		return true;
	if (!letter(r, "+-") || !digits(r, 2, &hours))
		return false;
	if (r->p < r->end) {
		letter(r, ":");
		if (!digits(r, 2, &minutes))
			return false;
	}
	*seconds = (int64_t)hours * 3600 + minutes * 60;
	if (west)
		*seconds = -*seconds;
	return hours <= 18 && minutes < 60;
}

static bool
date_is_real(uint32_t year, uint32_t month, uint32_t day)
{
	static const uint8_t length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (year < 1 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= length[month - 1] + (uint32_t)(month == 2 && leap);
}

bool
wr_stamp_parse(struct weir_str text, int64_t *us)
{
	struct reader r = {text.p, text.p + text.len};
	uint32_t year, month, day, hour = 0, minute = 0, second = 0, micro = 0;
	int64_t shift = 0;

	if (text.len == 0)
		return false;
	if (!digits(&r, 4, &year) || !letter(&r, "-") || !digits(&r, 2, &month) ||
		!letter(&r, "-") || !digits(&r, 2, &day) || !date_is_real(year, month, day))
		return false;
	if (r.p < r.end) {
		if (!letter(&r, "Tt ") || !digits(&r, 2, &hour) || !letter(&r, ":") ||
			!digits(&r, 2, &minute))
			return false;
		if (letter(&r, ":") &&
			(!digits(&r, 2, &second) || (letter(&r, ".,") && !fraction(&r, &micro))))
			return false;
		if (!zone(&r, &shift))
			return false;
	}
	/* A leap second is the first of the next minute. */
	if (r.p < r.end || hour > 23 || minute > 59 || second > 60)
		return false;
	*us = ((days_of(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second) -
		      shift) *
		      1000000 +
	      micro;
	return true;
}

uint32_t
wr_stamp_print(int64_t us, char buf[WR_STAMP_SIZE])
{
	int64_t seconds = us / 1000000, micro = us % 1000000, days, year;
	uint32_t month, day, of_day;
	int n;

	if (micro < 0) {
		micro += 1000000;
		seconds--;
	}
	days = seconds / DAY_SECONDS;
	if (seconds % DAY_SECONDS < 0)
		days--;
	of_day = (uint32_t)(seconds - days * DAY_SECONDS);
	date_of(days, &year, &month, &day);
	if (year < 1 || year > 9999)
		return 0;
	n = snprintf(buf, WR_STAMP_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u", (unsigned)year, month,
		day, of_day / 3600, of_day / 60 % 60, of_day % 60);
	if (micro % 1000 != 0)
		n += snprintf(buf + n, WR_STAMP_SIZE - (size_t)n, ".%06uZ", (unsigned)micro);
	else if (micro != 0)
		n += snprintf(
			buf + n, WR_STAMP_SIZE - (size_t)n, ".%03uZ", (unsigned)(micro / 1000));
	else
		n += snprintf(buf + n, WR_STAMP_SIZE - (size_t)n, "Z");
	return (uint32_t)n;
}

int
wr_number_int(struct weir_str text, int64_t *value)
{
	bool minus = text.len > 0 && text.p[0] == '-', over = false;
	uint32_t i = text.len > 0 && (minus || text.p[0] == '+');
	int64_t n = 0;

	if (i == text.len)
		return -EINVAL;
	for (; i < text.len; i++) {
		int digit = text.p[i] - '0';

		if (digit < 0 || digit > 9)
			return -EINVAL;
		over = over || __builtin_mul_overflow(n, 10, &n) ||
		       __builtin_sub_overflow(n, digit, &n);
	}
	/* Gathered below zero, where there is one more. */
	if (over || (!minus && n == INT64_MIN))
		return -ERANGE;
	*value = minus ? n : -n;
	return 0;
}

static bool
float_form(struct weir_str text)
{
	uint32_t i = text.len > 0 && (text.p[0] == '-' || text.p[0] == '+'), n = 0;

	for (; i < text.len && text.p[i] >= '0' && text.p[i] <= '9'; i++)
		n++;
	if (i < text.len && text.p[i] == '.')
		for (i++; i < text.len && text.p[i] >= '0' && text.p[i] <= '9'; i++)
			n++;
	if (n == 0)
		return false;
	if (i == text.len || (text.p[i] != 'e' && text.p[i] != 'E'))
		return i == text.len;
	i++;
	i += i < text.len && (text.p[i] == '-' || text.p[i] == '+');
	for (n = i; i < text.len && text.p[i] >= '0' && text.p[i] <= '9'; i++)
		continue;
	return i == text.len && i > n;
}

int
wr_number_float(struct weir_str text, double *value)
{
	struct weir_str word = text;
	char small[64], *copy = small;
	bool minus = text.len > 0 && text.p[0] == '-';

	if (text.len > 0 && (minus || text.p[0] == '+')) {
		word.p++;
		word.len--;
	}
	if (wr_word_is(word, "nan") || wr_word_is(word, "inf") || wr_word_is(word, "infinity")) {
		*value = wr_word_is(word, "nan") ? NAN : minus ? -INFINITY : INFINITY;
		return 0;
	}
	if (!float_form(text))
		return -EINVAL;
	if (text.len >= sizeof small)
		copy = wr_alloc(text.len + 1);
	memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	*value = strtod(copy, NULL);
	if (copy != small)
		free(copy);
	return isinf(*value) ? -ERANGE : 0;
}

uint32_t
wr_number_print_int(int64_t value, char buf[WR_NUMBER_SIZE])
{
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char digits[24], *p = digits + sizeof digits;
	uint32_t len;

	do {
		*--p = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (value < 0)
		*--p = '-';
	len = (uint32_t)(digits + sizeof digits - p);
	memcpy(buf, p, len);
	return len;
}

uint32_t
wr_number_print(double value, char buf[WR_NUMBER_SIZE])
{
	if (isnan(value))
		return (uint32_t)snprintf(buf, WR_NUMBER_SIZE, "nan");
	if (isinf(value))
		return (uint32_t)snprintf(buf, WR_NUMBER_SIZE, value < 0 ? "-inf" : "inf");
	for (int digits = 15; digits < 17; digits++) {
		int n = snprintf(buf, WR_NUMBER_SIZE, "%.*g", digits, value);

		if (strtod(buf, NULL) == value)
			return (uint32_t)n;
	}
	return (uint32_t)snprintf(buf, WR_NUMBER_SIZE, "%.17g", value);
}
