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
roll_name_check(const char *path)
{
	const char *p, *name = file_name(path);

	for (p = strchr(path, '%'); p != NULL; p = strchr(p + 1, '%'))
		if (p < name || p[1] == '\0' || strchr(patterns, p[1]) == NULL)
			return 0;
	return 1;
}

/* A time outside of what four digits of a year can say is of no use in a name. */
static int
broken_down(int64_t us, struct tm *tm)
{
	time_t seconds = (time_t)(us / 1000000 - (us % 1000000 < 0));

	return gmtime_r(&seconds, tm) != NULL && tm->tm_year >= -1900 && tm->tm_year <= 8099;
}

char *
roll_name(const char *path, int64_t us, int64_t now, uint64_t number)
{
	const char *dot = extension(path), *p;
	size_t cap = strlen(path) * 4 + 32, n = 0;
	char *name = malloc(cap), pattern[3] = "%?";
	struct tm tm;

	if (name == NULL || (!broken_down(us, &tm) && !broken_down(now, &tm))) {
		free(name);
		return NULL;
	}
	for (p = path;; p++) {
		if (p == dot)
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
roll_name_matches(const char *path, const char *name)
{
	const char *dot = extension(path), *p;

	for (p = path;; p++) {
		size_t want = 0;

		if (p == dot) {
			size_t n = *name == '-' ? digits(name + 1, 20) : 0;

			if (n < 6)
				return 0;
			name += 1 + n;
		}
		if (*p == '\0')
			return *name == '\0';
		if (*p == '%')
			want = *++p == 'Y' ? 4 : 2;
		else if (*p != *name++)
			return 0;
		if (digits(name, want) != want)
			return 0;
		name += want;
	}
}
