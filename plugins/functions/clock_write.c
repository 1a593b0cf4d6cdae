/* SPDX-License-Identifier: Apache-2.0 */
/* From a time to text. */
#include <stdio.h>

#include "clock.h"

static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December"};
static const char *const weekdays[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

const char *
clock_check(struct weir_str pattern, int parsing)
{
	for (uint32_t i = 0; i < pattern.len; i++) {
		if (pattern.p[i] != '%')
			continue;
		if (++i == pattern.len)
			return "the pattern ends in a %";
		if (pattern.p[i] == '\0' || strchr(parsing ? "YmdeHIMSfLpyjbBhaAzsTFDn%"
							   : "YmdeHIMSfLpyjbBhaAzZsTFDGVun%",
						    pattern.p[i]) == NULL)
			return parsing ? "only %Y %m %d %e %y %j %b %B %a %A %H %I %p %M %S %f %L "
					 "%z %s %T %F %D %n %% are known"
				       : "only %Y %m %d %e %y %j %b %B %a %A %u %G %V %H %I %p %M "
					 "%S %f %L %z %Z %s %T %F %D %n %% are known";
	}
	return NULL;
}

enum { WRITTEN_MAX = 64 }; /* bytes for a letter */

/* What one letter writes needs to know. */
struct moment {
	struct civil civil;
	int64_t us;
	int32_t offset;
	const char *zone;
};

/* A number with at least so many digits; behind it. */
static char *
put(char *to, int64_t value, uint32_t digits)
{
	char text[24];
	uint32_t n = 0;

	if (value < 0) /* a year before the first: its sign is one of the digits */
		return to + sprintf(to, "%0*lld", (int)digits, (long long)value);
	for (uint64_t left = (uint64_t)value; left > 0 || n < digits; left /= 10)
		text[n++] = (char)('0' + left % 10);
	while (n > 0)
		*to++ = text[--n];
	return to;
}

/* Three numbers of two digits, but for the first. */
static char *
put_three(char *to, int64_t a, uint32_t digits, char between, int64_t b, int64_t c)
{
	to = put(to, a, digits);
	*to++ = between;
	to = put(to, b, 2);
	*to++ = between;
	return put(to, c, 2);
}

static char *
put_name(char *to, const char *name, size_t len)
{
	memcpy(to, name, len);
	return to + len;
}

static char *
write_week(char *to, char letter, const struct civil *c)
{
	int64_t year;
	uint32_t week = civil_week(c, &year);

	return letter == 'V' ? put(to, week, 2) : put(to, year, 4);
}

static char *
write_weekday(char *to, char letter, const struct civil *c)
{
	uint32_t day = civil_weekday(civil_days(c->year, c->month, c->day));

	if (letter == 'u')
		return put(to, (day + 6) % 7 + 1, 1);
	return put_name(to, weekdays[day], letter == 'a' ? 3 : strlen(weekdays[day]));
}

static char *
write_offset(char *to, int32_t offset)
{
	int32_t east = offset < 0 ? -offset : offset;

	*to++ = offset < 0 ? '-' : '+';
	to = put(to, east / 3600 % 100, 2);
	return put(to, east / 60 % 60, 2);
}

/* Behind what it writes: at most WRITTEN_MAX bytes. */
static char *
write_letter(char *to, char letter, const struct moment *m)
{
	const struct civil *c = &m->civil;

	switch (letter) {
	case 'Y':
		return put(to, c->year, 4);
	case 'y':
		return put(to, floor_mod(c->year, 100), 2);
	case 'm':
		return put(to, c->month, 2);
	case 'd':
		return put(to, c->day, 2);
	case 'e':
		if (c->day < 10)
			*to++ = ' ';
		return put(to, c->day, 1);
	case 'j':
		return put(to, civil_yearday(c), 3);
	case 'b':
	case 'h':
		return put_name(to, months[c->month - 1], 3);
	case 'B':
		return put_name(to, months[c->month - 1], strlen(months[c->month - 1]));
	case 'G':
	case 'V':
		return write_week(to, letter, c);
	case 'a':
	case 'A':
	case 'u':
		return write_weekday(to, letter, c);
	case 'F':
		return put_three(to, c->year, 4, '-', c->month, c->day);
	case 'D':
		return put_three(to, c->month, 2, '/', c->day, floor_mod(c->year, 100));
	case 'H':
		return put(to, c->hour, 2);
	case 'I':
		return put(to, (c->hour + 11) % 12 + 1, 2);
	case 'p':
		return put_name(to, c->hour < 12 ? "AM" : "PM", 2);
	case 'M':
		return put(to, c->minute, 2);
	case 'S':
		return put(to, c->second, 2);
	case 'f':
		return put(to, c->micro, 6);
	case 'L':
		return put(to, c->micro / 1000, 3);
	case 'T':
		return put_three(to, c->hour, 2, ':', c->minute, c->second);
	case 's':
		return put(to, floor_div(m->us, SECOND), 1);
	case 'z':
		return write_offset(to, m->offset);
	case 'Z':
		return to + snprintf(to, WRITTEN_MAX, "%s", m->zone);
	default:
		*to++ = letter == 'n' ? '\n' : '%';
		return to;
	}
}

const char *
clock_write(struct text *text, struct weir_str pattern, int64_t us, const struct zone *zone)
{
	struct moment m = {.us = us};
	int64_t local;

	m.offset = zone_offset(zone, floor_div(us, SECOND), &m.zone);
	if (!zone_to_local(zone, us, &local))
		return "a time beyond 64 bits";
	m.civil = civil_of(local);
	for (uint32_t i = 0; i < pattern.len; i++) {
		char *to, letter;

		if (pattern.p[i] != '%') {
			text_add(text, pattern.p + i, 1);
			continue;
		}
		letter = pattern.p[++i];
		to = text_room(text, WRITTEN_MAX);
		if (to == NULL)
			break;
		text->len += (uint32_t)(write_letter(to, letter, &m) - to);
	}
	return NULL;
}
