/* SPDX-License-Identifier: Apache-2.0 */
/* Days and times of the Gregorian calendar, which goes back before its beginning. */
#ifndef FUNCTIONS_CIVIL_H
#define FUNCTIONS_CIVIL_H

#include <stdint.h>

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define WEEK   (7 * DAY)

struct civil {
	int64_t year;
	uint32_t month, day; /* from 1 on */
	uint32_t hour, minute, second, micro;
};

static inline int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static inline int64_t
floor_mod(int64_t a, int64_t b)
{
	return a % b + (a % b < 0 ? b : 0);
}

/* Days since 1970-01-01. */
int64_t civil_days(int64_t year, uint32_t month, uint32_t day);
struct civil civil_date(int64_t days);
/* From microseconds since 1970; all of int64. */
struct civil civil_of(int64_t us);
/* False: beyond int64.  Months and days beyond their ends go on in the next. */
int civil_us(const struct civil *civil, int64_t *us);
uint32_t civil_days_in(int64_t year, uint32_t month);
uint32_t civil_weekday(int64_t days); /* 0: Sunday */
uint32_t civil_yearday(const struct civil *civil); /* from 1 on */
/* The ISO week, 1 to 53, and its year. */
uint32_t civil_week(const struct civil *civil, int64_t *year);

/* As a cast to string writes it: RFC 3339 in UTC; returns the length.  0: outside the years 1 to
 * 9999. */
uint32_t civil_print(int64_t us, char buf[40]);

#endif
