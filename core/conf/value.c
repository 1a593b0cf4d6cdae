/* SPDX-License-Identifier: Apache-2.0 */
/* Durations, sizes and numbers of a conf. */
#include <errno.h>
#include <inttypes.h>

#include "base/err.h"
#include "conf/conf.h"
#include "conf/utf8.h"

enum { VALUE_SHOWN = 60 }; /* bytes of a word in a message */

#define SECOND INT64_C(1000000)

struct value_unit {
	const char *name;
	int64_t factor;
};
static const struct value_unit durations[] = {
	{"d", 86400 * SECOND},
	{"h", 3600 * SECOND},
	{"m", 60 * SECOND},
	{"s", SECOND},
	{"ms", 1000},
	{"us", 1},
};
enum { N_DURATIONS = sizeof durations / sizeof durations[0] };

static int
value_bad(struct weir_err *err, struct weir_str word, const char *why)
{
	uint32_t n = 0;

	if (err != NULL)
		err->loc = word.loc;
	while (n < word.len && n < VALUE_SHOWN)
		n += wr_utf8_step(word.p + n, word.len - n);
	return wr_err_set(
		err, -EINVAL, "\"%.*s%s\" %s", (int)n, word.p, n < word.len ? "..." : "", why);
}

/* The digits at *i, which goes past them.  False: none, or too large. */
static bool
value_digits(struct weir_str word, uint32_t *i, int64_t *value)
{
	uint32_t begin = *i;

	*value = 0;
	for (; *i < word.len && word.p[*i] >= '0' && word.p[*i] <= '9'; ++*i)
		if (__builtin_mul_overflow(*value, 10, value) ||
			__builtin_add_overflow(*value, word.p[*i] - '0', value))
			return false;
	return *i > begin;
}

/* The unit at i that is smaller than the one before; N_DURATIONS: none. */
static uint32_t
value_unit(struct weir_str word, uint32_t i, uint32_t first)
{
	uint32_t n = 0;

	while (i + n < word.len && word.p[i + n] >= 'a' && word.p[i + n] <= 'z')
		n++;
	for (uint32_t u = first; u < N_DURATIONS; u++)
		if (strlen(durations[u].name) == n && memcmp(durations[u].name, word.p + i, n) == 0)
			return u;
	return N_DURATIONS;
}

int
wr_conf_duration(struct weir_str word, int64_t *us, struct weir_err *err)
{
	static const char why[] = "is no duration; write 500ms, 5s, 10m, 1h or 7d";
	static const char large[] = "is too long a duration; write at most 106751991d";
	int64_t sum = 0, value;
	uint32_t i = 0, unit = 0;

	if (wr_str_is(word, "0")) {
		*us = 0;
		return 0;
	}
	do {
		bool digit = i < word.len && word.p[i] >= '0' && word.p[i] <= '9';

		if (!value_digits(word, &i, &value))
			return value_bad(err, word, digit ? large : why);
		unit = value_unit(word, i, unit);
		if (unit == N_DURATIONS)
			return value_bad(err, word, why);
		if (__builtin_mul_overflow(value, durations[unit].factor, &value) ||
			__builtin_add_overflow(sum, value, &sum))
			return value_bad(err, word, large);
		i += (uint32_t)strlen(durations[unit].name);
		unit++;
	} while (i < word.len);
	*us = sum;
	return 0;
}

int
wr_conf_size(struct weir_str word, uint64_t *bytes, struct weir_err *err)
{
	static const char why[] = "is no size; write 512, 64k, 4m or 1g";
	static const char large[] = "is too large a size; write at most 8589934591g";
	bool digit = word.len > 0 && word.p[0] >= '0' && word.p[0] <= '9';
	const char *unit;
	int64_t value;
	uint32_t i = 0;

	if (!value_digits(word, &i, &value))
		return value_bad(err, word, digit ? large : why);
	if (i < word.len) {
		unit = word.p[i] != '\0' ? strchr("kKmMgG", word.p[i]) : NULL;
		if (unit == NULL || i + 1 < word.len)
			return value_bad(err, word, why);
		if (__builtin_mul_overflow(value,
			    INT64_C(1) << (strchr("kK", *unit) != NULL   ? 10
					   : strchr("mM", *unit) != NULL ? 20
									 : 30),
			    &value))
			return value_bad(err, word, large);
	}
	*bytes = (uint64_t)value;
	return 0;
}

int
wr_conf_int(struct weir_str word, int64_t *value, struct weir_err *err)
{
	bool minus = word.len > 0 && word.p[0] == '-';
	uint32_t i = minus ? 1 : 0, begin = i;
	int64_t n = 0;

	for (; i < word.len; i++) {
		int digit = word.p[i] - '0';

		if (digit < 0 || digit > 9)
			return value_bad(err, word, "is no whole number");
		if (__builtin_mul_overflow(n, 10, &n) ||
			__builtin_add_overflow(n, minus ? -digit : digit, &n))
			return value_bad(err, word, "is too large a number for 64 bits");
	}
	if (i == begin)
		return value_bad(err, word, "is no whole number");
	*value = n;
	return 0;
}

void
wr_conf_print_duration(int64_t us, char *buf, size_t size)
{
	uint32_t unit = 0;

	/* A day is 24h, as people say it; only from two on they are days. */
	while (us % durations[unit].factor != 0 || (unit == 0 && us < 2 * durations[0].factor))
		unit++;
	if (us == 0)
		unit = 3;
	snprintf(buf, size, "%" PRId64 "%s", us / durations[unit].factor, durations[unit].name);
}

void
wr_conf_print_size(uint64_t bytes, char *buf, size_t size)
{
	static const char *const names[] = {"", "k", "m", "g"};
	uint32_t unit = 0;

	while (unit < 3 && bytes > 0 && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	snprintf(buf, size, "%" PRIu64 "%s", bytes, names[unit]);
}
