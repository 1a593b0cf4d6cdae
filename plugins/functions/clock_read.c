/* SPDX-License-Identifier: Apache-2.0 */
/* From text to a time. */
#include "clock.h"

static const char *const months[] = {"january", "february", "march", "april", "may", "june", "july",
	"august", "september", "october", "november", "december"};
static const char *const weekdays[] = {
	"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};

/* What has been read so far. */
struct reading {
	const char *p, *end;
	struct civil civil;
	uint32_t yearday; /* 0: none */
	int afternoon; /* -1: %p has not been read */
	int has_offset, has_seconds;
	int32_t offset;
	int64_t seconds;
};

/* 1 to most digits, in range. */
static int
take_number(struct reading *r, int most, uint32_t from, uint32_t to, uint32_t *value)
{
	int n = 0;

	for (*value = 0; n < most && r->p < r->end && *r->p >= '0' && *r->p <= '9'; n++)
		*value = *value * 10 + (uint32_t)(*r->p++ - '0');
	return n > 0 && *value >= from && *value <= to;
}

/* A name in full, or its first three letters; whatever its case. */
static int
take_name(struct reading *r, const char *const *names, uint32_t n, uint32_t *which)
{
	for (uint32_t i = 0; i < n; i++) {
		size_t len = 0;

		while (names[i][len] != '\0' && r->p + len < r->end &&
			(r->p[len] | 32) == names[i][len])
			len++;
		if (names[i][len] != '\0')
			len = len >= 3 ? 3 : 0;
		if (len == 0)
			continue;
		r->p += len;
		*which = i;
		return 1;
	}
	return 0;
}

/* Digits of a second: 1 to 9, of which those beyond microseconds are cut. */
static int
take_fraction(struct reading *r)
{
	uint32_t micro = 0, n = 0;

	for (; n < 9 && r->p < r->end && *r->p >= '0' && *r->p <= '9'; n++, r->p++)
		if (n < 6)
			micro = micro * 10 + (uint32_t)(*r->p - '0');
	for (uint32_t i = n; i < 6; i++)
		micro *= 10;
	r->civil.micro = micro;
	return n > 0;
}

/* Z, +hh, +hhmm or +hh:mm. */
static int
take_offset(struct reading *r)
{
	int32_t sign;
	uint32_t hours, minutes = 0;

	r->has_offset = 1;
	r->offset = 0;
	if (r->p < r->end && (*r->p == 'Z' || *r->p == 'z')) {
		r->p++;
		return 1;
	}
	if (r->p == r->end || (*r->p != '+' && *r->p != '-'))
		return 0;
	sign = *r->p++ == '-' ? -1 : 1;
	if (!take_number(r, 2, 0, 23, &hours))
		return 0;
	if (r->p < r->end && *r->p == ':')
		r->p++;
	if (r->p < r->end && *r->p >= '0' && *r->p <= '9' && !take_number(r, 2, 0, 59, &minutes))
		return 0;
	r->offset = sign * (int32_t)(hours * 3600 + minutes * 60);
	return 1;
}

static int
take_seconds(struct reading *r)
{
	const char *start = r->p;
	int minus = r->p < r->end && *r->p == '-';

	r->has_seconds = 1;
	r->seconds = 0;
	start += minus;
	for (r->p = start; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++)
		if (__builtin_mul_overflow(r->seconds, 10, &r->seconds) ||
			__builtin_add_overflow(r->seconds, *r->p - '0', &r->seconds))
			return 0;
	r->seconds = minus ? -r->seconds : r->seconds;
	return r->p > start;
}

static int take_all(struct reading *r, struct weir_str pattern);

static int
take_pattern(struct reading *r, const char *pattern)
{
	return take_all(r, (struct weir_str){.p = pattern, .len = (uint32_t)strlen(pattern)});
}

static int
take_year(struct reading *r, int most)
{
	uint32_t year;

	if (!take_number(r, most, 0, 9999, &year))
		return 0;
	r->civil.year = most == 4 ? year : year < 69 ? 2000 + year : 1900 + year;
	return 1;
}

static int
take_date(struct reading *r, char letter)
{
	uint32_t unused;

	switch (letter) {
	case 'Y':
		return take_year(r, 4);
	case 'y':
		return take_year(r, 2);
	case 'm':
		return take_number(r, 2, 1, 12, &r->civil.month);
	case 'e':
		r->p += r->p < r->end && *r->p == ' ';
		return take_number(r, 2, 1, 31, &r->civil.day);
	case 'd':
		return take_number(r, 2, 1, 31, &r->civil.day);
	case 'j':
		return take_number(r, 3, 1, 366, &r->yearday);
	case 'b':
	case 'B':
	case 'h':
		if (!take_name(r, months, 12, &r->civil.month))
			return 0;
		r->civil.month++;
		return 1;
	case 'a':
	case 'A':
		return take_name(r, weekdays, 7, &unused);
	case 'F':
		return take_pattern(r, "%Y-%m-%d");
	default:
		return take_pattern(r, "%m/%d/%y");
	}
}

static int
take_time(struct reading *r, char letter)
{
	switch (letter) {
	case 'H':
		return take_number(r, 2, 0, 23, &r->civil.hour);
	case 'I':
		if (!take_number(r, 2, 1, 12, &r->civil.hour))
			return 0;
		r->civil.hour %= 12;
		return 1;
	case 'p':
		if (r->end - r->p < 2 || (r->p[1] | 32) != 'm' ||
			((*r->p | 32) != 'a' && (*r->p | 32) != 'p'))
			return 0;
		r->afternoon = (*r->p | 32) == 'p';
		r->p += 2;
		return 1;
	case 'M':
		return take_number(r, 2, 0, 59, &r->civil.minute);
	case 'S':
		return take_number(r, 2, 0, 59, &r->civil.second);
	case 'f':
	case 'L':
		return take_fraction(r);
	case 'z':
		return take_offset(r);
	case 's':
		return take_seconds(r);
	case 'T':
		return take_pattern(r, "%H:%M:%S");
	default:
		if (r->p == r->end || *r->p != (letter == 'n' ? '\n' : '%'))
			return 0;
		r->p++;
		return 1;
	}
}

static int
take_all(struct reading *r, struct weir_str pattern)
{
	for (uint32_t i = 0; i < pattern.len; i++) {
		char c = pattern.p[i];

		if (c == '%') {
			c = pattern.p[++i];
			if (strchr("YymedjbBhaAFD", c) != NULL ? !take_date(r, c)
							       : !take_time(r, c))
				return 0;
		} else if (r->p == r->end || *r->p++ != c) {
			return 0;
		}
	}
	return 1;
}

const char *
clock_read(struct weir_str s, struct weir_str pattern, const struct zone *zone, int64_t *us)
{
	struct reading r = {.p = s.p,
		.end = s.p + s.len,
		.civil = {.year = 1970, .month = 1, .day = 1},
		.afternoon = -1};

	if (!take_all(&r, pattern) || r.p != r.end)
		return "parse_time(): the text is not what the pattern says";
	if (r.yearday > 0) {
		r.civil.month = 1;
		r.civil.day = r.yearday;
		if (r.yearday == 366 && civil_days_in(r.civil.year, 2) == 28)
			return "parse_time(): there is no such day";
	} else if (r.civil.day > civil_days_in(r.civil.year, r.civil.month)) {
		return "parse_time(): there is no such day";
	}
	if (r.afternoon > 0)
		r.civil.hour = r.civil.hour % 12 + 12;
	if (r.has_seconds) {
		if (__builtin_mul_overflow(r.seconds, SECOND, us) ||
			__builtin_add_overflow(*us, (int64_t)r.civil.micro, us))
			return "parse_time(): a time beyond 64 bits";
		return NULL;
	}
	if (!civil_us(&r.civil, us))
		return "parse_time(): a time beyond 64 bits";
	if (r.has_offset)
		*us -= r.offset * SECOND;
	else if (!zone_to_utc(zone, *us, us))
		return "parse_time(): a time beyond 64 bits";
	return NULL;
}
