/* SPDX-License-Identifier: Apache-2.0 */
/* Names of rolled files: time patterns are filled in, a number goes before the extension. */
#include <string.h>
#include <time.h>

#include "roll.h"

static const char patterns[] = "YmdHMS";

static const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Where the number goes. */
static const char *
extension(const char *path)
{
	const char *name = file_name(path), *dot = strrchr(name, '.');

	return dot != NULL && dot > name ? dot : name + strlen(name);
}

int
roll_name_check(const char *path, int *patterned)
{
	const char *p;

	*patterned = 0;
	for (p = strchr(path, '%'); p != NULL; p = strchr(p + 2, '%')) {
		if (p[1] == '\0' || (p[1] != '%' && strchr(patterns, p[1]) == NULL))
			return 0;
		*patterned |= p[1] != '%';
	}
	return 1;
}

/* What four digits of a year can say, from -0000 to 9999. */
static const int64_t first_time = -62167219200000000, last_time = 253402300799999999;

int64_t
roll_time(int64_t us, int64_t now)
{
	return us >= first_time && us <= last_time ? us : now;
}

static struct tm
broken_down(int64_t us)
{
	time_t seconds = (time_t)(us / 1000000 - (us % 1000000 < 0));
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	return tm;
}

static int
has(const char *path, char pattern)
{
	const char *p;

	for (p = strchr(path, '%'); p != NULL; p = strchr(p + 2, '%'))
		if (p[1] == pattern)
			return 1;
	return 0;
}

/* From 1970 to the first second of a month. */
static int64_t
month(struct tm tm, int more_years, int more_months)
{
	struct tm first = {.tm_year = tm.tm_year + more_years,
		.tm_mon = tm.tm_mon + more_months,
		.tm_mday = 1};

	return (int64_t)timegm(&first) * 1000000;
}

void
roll_period(const char *path, int64_t us, int64_t *from, int64_t *to)
{
	static const struct {
		char pattern;
		int64_t us;
	} units[] = {{'S', 1000000}, {'M', 60000000}, {'H', 3600000000}, {'d', 86400000000}};
	struct tm tm = broken_down(us);
	size_t i;

	*from = INT64_MIN;
	*to = INT64_MAX;
	for (i = 0; i < sizeof units / sizeof *units; i++)
		if (has(path, units[i].pattern)) {
			*from = us - (us % units[i].us + units[i].us) % units[i].us;
			*to = *from + units[i].us;
			return;
		}
	if (has(path, 'm')) {
		*from = month(tm, 0, 0);
		*to = month(tm, 0, 1);
	} else if (has(path, 'Y')) {
		tm.tm_mon = 0;
		*from = month(tm, 0, 0);
		*to = month(tm, 1, 0);
	}
}

char *
roll_name(const char *path, int64_t us, uint64_t number)
{
	const char *dot = extension(path), *p;
	size_t cap = strlen(path) * 4 + 32, n = 0;
	char *name = malloc(cap), pattern[3] = "%?";
	struct tm tm = broken_down(us);

	if (name == NULL)
		return NULL;
	for (p = path;; p++) {
		if (p == dot && number > 0)
			n += (size_t)snprintf(
				name + n, cap - n, "-%06llu", (unsigned long long)number);
		if (*p == '\0')
			break;
		if (*p == '%') {
			pattern[1] = *++p;
			n += strftime(name + n, cap - n, pattern, &tm);
		} else {
			name[n++] = *p;
		}
	}
	name[n] = '\0';
	return name;
}

/* The number of digits at p, up to most. */
static size_t
digits(const char *p, size_t most)
{
	size_t n = strspn(p, "0123456789");

	return n < most ? n : most;
}

int
roll_name_matches(const char *path, int bare, const char *name)
{
	const char *dot = extension(path), *p;

	for (p = path;; p++) {
		size_t want = 0;

		if (p == dot) {
			size_t n = *name == '-' ? digits(name + 1, 20) : 0;

			if (n < 6 && !bare)
				return 0;
			name += n < 6 ? 0 : 1 + n;
		}
		if (*p == '\0')
			return *name == '\0';
		if (*p == '%' && p[1] != '%')
			want = *++p == 'Y' ? 4 : 2;
		else if (p += *p == '%', *p != *name++)
			return 0;
		if (digits(name, want) != want)
			return 0;
		name += want;
	}
}

char *
roll_glob(const char *path)
{
	char *glob = malloc(strlen(path) * 20 + 32), *to = glob;
	const char *dot = extension(path), *p;
	int n;

	for (p = path; glob != NULL; p++) {
		if (p == dot)
			*to++ = '*';
		if (*p == '\0')
			break;
		if (*p == '%' && p[1] != '%') {
			for (n = *++p == 'Y' ? 4 : 2; n > 0; n--)
				to = stpcpy(to, "[0-9]");
			continue;
		}
		p += *p == '%';
		if (strchr("*?[\\", *p) != NULL)
			*to++ = '\\';
		*to++ = *p;
	}
	if (glob != NULL)
		strcpy(to, ROLL_SUFFIX);
	return glob;
}
