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

/* What one letter writes needs to know. */
struct moment {
	struct civil civil;
	int64_t us;
	int32_t offset;
	const char *zone;
};

static int
write_date(char *to, size_t size, char letter, const struct moment *m)
{
	const struct civil *c = &m->civil;
	int64_t days = civil_days(c->year, c->month, c->day), year;
	uint32_t week = civil_week(c, &year);

	switch (letter) {
	case 'Y':
		return snprintf(to, size, "%04lld", (long long)c->year);
	case 'G':
		return snprintf(to, size, "%04lld", (long long)year);
	case 'y':
		return snprintf(to, size, "%02d", (int)floor_mod(c->year, 100));
	case 'V':
		return snprintf(to, size, "%02u", week);
	case 'm':
		return snprintf(to, size, "%02u", c->month);
	case 'd':
		return snprintf(to, size, "%02u", c->day);
	case 'e':
		return snprintf(to, size, "%2u", c->day);
	case 'j':
		return snprintf(to, size, "%03u", civil_yearday(c));
	case 'u':
		return snprintf(to, size, "%u", (civil_weekday(days) + 6) % 7 + 1);
	case 'b':
	case 'h':
		return snprintf(to, size, "%.3s", months[c->month - 1]);
	case 'B':
		return snprintf(to, size, "%s", months[c->month - 1]);
	case 'a':
		return snprintf(to, size, "%.3s", weekdays[civil_weekday(days)]);
	case 'A':
		return snprintf(to, size, "%s", weekdays[civil_weekday(days)]);
	case 'F':
		return snprintf(to, size, "%04lld-%02u-%02u", (long long)c->year, c->month, c->day);
	default:
		return snprintf(
			to, size, "%02u/%02u/%02d", c->month, c->day, (int)floor_mod(c->year, 100));
	}
}

static int
write_time(char *to, size_t size, char letter, const struct moment *m)
{
	const struct civil *c = &m->civil;
	int32_t east = m->offset < 0 ? -m->offset : m->offset;

	switch (letter) {
	case 'H':
		return snprintf(to, size, "%02u", c->hour);
	case 'I':
		return snprintf(to, size, "%02u", (c->hour + 11) % 12 + 1);
	case 'p':
		return snprintf(to, size, "%s", c->hour < 12 ? "AM" : "PM");
	case 'M':
		return snprintf(to, size, "%02u", c->minute);
	case 'S':
		return snprintf(to, size, "%02u", c->second);
	case 'f':
		return snprintf(to, size, "%06u", c->micro);
	case 'L':
		return snprintf(to, size, "%03u", c->micro / 1000);
	case 'T':
		return snprintf(to, size, "%02u:%02u:%02u", c->hour, c->minute, c->second);
	case 's':
		return snprintf(to, size, "%lld", (long long)floor_div(m->us, SECOND));
	case 'z':
		return snprintf(to, size, "%c%02d%02d", m->offset < 0 ? '-' : '+',
			east / 3600 % 100, east / 60 % 60);
	case 'Z':
		return snprintf(to, size, "%s", m->zone);
	default:
		return snprintf(to, size, "%c", letter == 'n' ? '\n' : '%');
	}
}

const char *
clock_write(struct text *text, struct weir_str pattern, int64_t us, const struct zone *zone)
{
	enum { ROOM = 64 };
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
		to = text_room(text, ROOM);
		if (to == NULL)
			break;
		text->len += (uint32_t)(strchr("YGyVmdejubhBaAFD", letter) != NULL
						? write_date(to, ROOM, letter, &m)
						: write_time(to, ROOM, letter, &m));
	}
	return NULL;
}
