/* SPDX-License-Identifier: Apache-2.0 */
/* The Gregorian calendar, by eras of 400 years that begin in March. */
#include "civil.h"

#include <stdio.h>

int64_t
civil_days(int64_t year, uint32_t month, uint32_t day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = floor_div(year, 400);
	of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	year -= era * 400;
	of_era = year * 365 + year / 4 - year / 100 + of_year;
	return era * 146097 + of_era - 719468;
}

struct civil
civil_date(int64_t days)
{
	int64_t era, of_era, year, of_year, month;
	struct civil civil = {0};

	days += 719468;
	era = floor_div(days, 146097);
	of_era = days - era * 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	civil.day = (uint32_t)(of_year - (153 * month + 2) / 5 + 1);
	civil.month = (uint32_t)(month < 10 ? month + 3 : month - 9);
	civil.year = year + era * 400 + (civil.month <= 2);
	return civil;
}

struct civil
civil_of(int64_t us)
{
	int64_t time = floor_mod(us, DAY);
	struct civil civil = civil_date(floor_div(us, DAY));

	civil.micro = (uint32_t)(time % SECOND);
	time /= SECOND;
	civil.second = (uint32_t)(time % 60);
	civil.minute = (uint32_t)(time / 60 % 60);
	civil.hour = (uint32_t)(time / 3600);
	return civil;
}

int
civil_us(const struct civil *c, int64_t *us)
{
	int64_t time = ((c->hour * INT64_C(60) + c->minute) * 60 + c->second) * SECOND + c->micro;

	/* At the lower end the days alone do not fit, though the time does. */
	return !__builtin_mul_overflow(civil_days(c->year, c->month, c->day) + 1, DAY, us) &&
	       !__builtin_add_overflow(*us, time - DAY, us);
}

uint32_t
civil_days_in(int64_t year, uint32_t month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

uint32_t
civil_weekday(int64_t days)
{
	return (uint32_t)floor_mod(days + 4, 7);
}

uint32_t
civil_yearday(const struct civil *c)
{
	return (uint32_t)(civil_days(c->year, c->month, c->day) - civil_days(c->year, 1, 1)) + 1;
}

uint32_t
civil_week(const struct civil *c, int64_t *year)
{
	int64_t days = civil_days(c->year, c->month, c->day);
	/* The Thursday of the week is in the week's year. */
	int64_t thursday = days + 3 - (civil_weekday(days) + 6) % 7;

	*year = civil_date(thursday).year;
	return (uint32_t)((thursday - civil_days(*year, 1, 1)) / 7) + 1;
}

uint32_t
civil_print(int64_t us, char buf[40])
{
	struct civil c = civil_of(us);
	int n;

	if (c.year < 1 || c.year > 9999)
		return 0;
	n = snprintf(buf, 40, "%04d-%02u-%02uT%02u:%02u:%02u", (int)c.year, c.month, c.day, c.hour,
		c.minute, c.second);
	if (c.micro % 1000 != 0)
		n += snprintf(buf + n, 40 - (size_t)n, ".%06u", c.micro);
	else if (c.micro != 0)
		n += snprintf(buf + n, 40 - (size_t)n, ".%03u", c.micro / 1000);
	buf[n] = 'Z';
	return (uint32_t)n + 1;
}
