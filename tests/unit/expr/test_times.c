/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of time: patterns, units, zones and their ends. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>

static const struct rig_case patterns[] = {
	{"format_time(ts, '%FT%T.%fZ')",
		"1970-01-01T00:00:00.000000Z | 2026-01-01T00:00:00.000000Z | "
		"2026-01-01T00:00:00.123456Z | 1970-01-01T00:00:00.000001Z | "
		"1969-12-31T23:59:59.999999Z | null | 1970-01-02T00:00:00.000000Z | "
		"1970-01-01T00:00:00.000007Z | 1970-01-01T00:00:00.000008Z"},
	{"format_time(ts, '%Y-%m-%d')",
		"1970-01-01 | 2026-01-01 | 2026-01-01 | 1970-01-01 | 1969-12-31 | null | "
		"1970-01-02 | 1970-01-01 | 1970-01-01"},
	{"format_time(ts, '%H:%M')",
		"00:00 | 00:00 | 00:00 | 00:00 | 23:59 | null | 00:00 | 00:00 | 00:00"},
	{"format_time(ts, '%T')",
		"00:00:00 | 00:00:00 | 00:00:00 | 00:00:00 | 23:59:59 | null | 00:00:00 | "
		"00:00:00 | 00:00:00"},
	{"format_time(ts, '%F %H:%M', 'Europe/Berlin')",
		"1970-01-01 01:00 | 2026-01-01 01:00 | 2026-01-01 01:00 | 1970-01-01 01:00 | "
		"1970-01-01 00:59 | null | 1970-01-02 01:00 | 1970-01-01 01:00 | 1970-01-01 01:00"},
	{"format_time(timestamp '2026-02-03T14:05:06.789Z', '%a %A %b %B %e %j %I%p %y %L %u "
	 "%G-W%V %% %s')",
		"all Tue Tuesday Feb February  3 034 02PM 26 789 2 2026-W06 % 1770127506"},
	{"format_time(timestamp '2026-07-01T00:00:00Z', '%F %T %z %Z', 'America/New_York')",
		"all 2026-06-30 20:00:00 -0400 EDT"},
	{"format_time(timestamp '2026-07-01T00:00:00Z', '%H:%M %z', '+05:30')", "all 05:30 +0530"},
	{"format_time(timestamp '2099-07-01T00:00:00Z', '%H %Z', 'Europe/Berlin')", "all 02 CEST"},
	{"format_time(timestamp '2099-01-01T00:00:00Z', '%H %Z', 'Australia/Sydney')",
		"all 11 AEDT"},
	{"format_time(timestamp '1850-01-01T00:00:00Z', '%z', 'Europe/Berlin')", "all +0053"},
	{"format_time(ts, '%Q')", "1+21 format_time(timestamp, pattern [, zone]): only %Y %m %d %e "
				  "%y %j %b %B %a %A %u %G %V "
				  "%H %I %p %M %S %f %L %z %Z %s %T %F %D %n %% are known"},
	{"format_time(ts, '%F', 'Mars/Base')",
		"1+34 format_time(timestamp, pattern [, zone]): unknown time zone \"Mars/Base\"; "
		"write UTC, +02:00 or a name "
		"such as Europe/Berlin"},
	{"format_time(ts, '%F', '../../../etc/passwd')",
		"1+44 format_time(timestamp, pattern [, zone]): unknown time zone "
		"\"../../../etc/passwd\"; write UTC, +02:00 "
		"or a name such as Europe/Berlin"},
	{"format_time(timestamp '2026-01-01T00:00:00Z', '%H', if(n > 3, 'Asia/Tokyo', if(n = 0, "
	 "'no', "
	 "'UTC')))",
		"!unknown time zone | 00 | 00 | 00 | 09 | 09 | 09 | 09 | 09"},
	{"parse_time('10/Oct/2000:13:55:36 -0700', '%d/%b/%Y:%H:%M:%S %z')", "all 971211336000000"},
	{"parse_time('2026-01-01 00:00:00.5', '%F %T.%f')", "all 1767225600500000"},
	{"parse_time('1767225600.25', '%s.%f')", "all 1767225600250000"},
	{"parse_time('01:30 PM', '%I:%M %p')", "all 48600000000"},
	{"parse_time('366 2024', '%j %Y')", "all 1735603200000000"},
	{"parse_time('366 2023', '%j %Y')", "all !parse_time(): there is no such day"},
	{"parse_time('2026-02-30', '%F')", "all !parse_time(): there is no such day"},
	{"parse_time('2026-02-03x', '%F')",
		"all !parse_time(): the text is not what the pattern says"},
	{"parse_time('', '%F')", "all !parse_time(): the text is not what the pattern says"},
	/* Summer time begins: 02:30 is not there; it ends: 02:30 is there twice. */
	{"parse_time('2026-03-29 02:30', '%F %H:%M', 'Europe/Berlin') = timestamp "
	 "'2026-03-29T01:30:00Z'",
		"all true"},
	{"parse_time('2026-10-25 02:30', '%F %H:%M', 'Europe/Berlin') = timestamp "
	 "'2026-10-25T00:30:00Z'",
		"all true"},
	{"parse_time('2026-10-25 03:00', '%F %H:%M', 'Europe/Berlin') = timestamp "
	 "'2026-10-25T02:00:00Z'",
		"all true"},
	{"parse_time('2026-07-01 12:00', '%F %H:%M', 'America/Los_Angeles') = timestamp "
	 "'2026-07-01T19:00:00Z'",
		"all true"},
};

static const struct rig_case units[] = {
	{"date_trunc('day', timestamp '2026-07-01T00:30:00Z', 'Europe/Berlin') = timestamp "
	 "'2026-06-30T22:00:00Z'",
		"all true"},
	{"date_trunc('week', timestamp '2026-02-01T10:00:00Z') = timestamp '2026-01-26'",
		"all true"},
	{"date_trunc('quarter', timestamp '2026-06-30T10:00:00Z') = timestamp '2026-04-01'",
		"all true"},
	{"date_trunc('hour', timestamp '2026-10-25T01:30:00Z', 'Europe/Berlin') = timestamp "
	 "'2026-10-25T01:00:00Z'",
		"all true"},
	{"date_trunc('second', ts)",
		"0 | 1767225600000000 | 1767225600000000 | 0 | -1000000 | null "
		"| 86400000000 | 0 | 0"},
	{"date_trunc('decade', ts)", "1+24 date_trunc(unit, timestamp [, zone]): unknown unit "
				     "\"decade\"; choose one of: year, quarter, month, "
				     "week, day, hour, minute, second, millisecond, microsecond"},
	{"extract(hour from timestamp '2026-03-01T13:05:00Z')", "all 13"},
	{"extract(dow from timestamp '2026-03-01T23:30:00Z', 'Europe/Berlin')", "all 1"},
	{"extract(hour from ts) = date_part('hour', ts) or ts is null", "all true"},
	{"extract(century from ts)",
		"1+24 date_part(unit, timestamp [, zone]): unknown unit \"century\"; choose one "
		"of: year, quarter, month, "
		"week, day, hour, minute, second, millisecond, microsecond, dow, isodow, doy, "
		"epoch, offset"},
	{"extract('hour', ts)", "9+6 unexpected 'hour', expected a unit: extract(hour from x)"},
	{"extract(hour ts)", "14+2 unexpected \"ts\", expected \"from\""},
	{"date_part('week', timestamp '2027-01-01')", "all 53"},
	{"date_part('isodow', timestamp '2026-02-01')", "all 7"},
	{"date_part('dow', timestamp '2026-02-01')", "all 0"},
	{"date_part('offset', timestamp '2026-02-01', 'Asia/Kolkata')", "all 19800"},
	{"date_part('epoch', timestamp '1969-12-31T23:59:59.5Z')", "all -1"},
	{"date_part('year', tu)",
		"1970 | 2025 | 2026 | 1970 | 1970 | 1970 | 1970 | null | -290308"},
	{"date_part('hour', tu, 'Europe/Berlin') >= 0",
		"true | true | true | true | true | true | true | null | true"},
	{"date_trunc('year', tu)",
		"0 | 1735689600000000 | 1767225600000000 | 0 | 0 | 0 | 0 | null | "
		"!a time beyond 64 bits"},
	{"to_timestamp(1, 'ns')", "all 0"},
	{"to_timestamp(-1, 'ns')", "all -1"},
	{"to_timestamp(1.5, 's')", "all 1500000"},
	{"to_timestamp(9223372036854775807, 'ms')", "all !to_timestamp(): a time beyond 64 bits"},
	{"to_timestamp(f, 'us')", "1 | -2 | null | !to_timestamp(): a time beyond 64 bits | "
				  "!to_timestamp(): a time beyond 64 bits | 2 | !to_timestamp(): a "
				  "time beyond 64 bits | 0 | 100"},
	{"to_timestamp(1, 'h')",
		"1+20 to_timestamp(n, unit): unknown unit \"h\"; choose one of: s, ms, us, "
		"ns"},
};

START_TEST(patterns_read_and_write)
{
	RIG_CHECK(patterns);
}
END_TEST

START_TEST(units_begin_and_count)
{
	RIG_CHECK(units);
}
END_TEST

enum { MANY = 700 };

static uint64_t seed = 88172645463325252u;

/* A time near the beginning or end of a unit, up to `bound` from 1970 on either side. */
static int64_t
random_time(int64_t bound)
{
	static const int64_t sizes[] = {1, 1000, 1000000, 60000000, 3600000000, 86400000000,
		7 * 86400000000, 400 * 86400000000};
	int64_t unit, time;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	unit = sizes[seed % 8];
	time = (int64_t)((seed >> 3) % (2 * (uint64_t)bound) - (uint64_t)bound);
	return time / unit * unit + (int64_t)(seed >> 32) % 3 - 1;
}

static void
compare_ways(struct rig *rig, const char *text, const uint32_t *sel, uint32_t n)
{
	char by_row[128], *errors[MANY];
	const struct weir_column *fast, *slow;

	/* A zone by row. */
	snprintf(
		by_row, sizeof by_row, "%.*s, if(i < 0, 'Z', 'UTC'))", (int)strlen(text) - 1, text);
	fast = wr_expr_eval(rig_compile(rig, text, 0), &rig->eval, &rig->batch, sel, n);
	memcpy(errors, rig->errors, sizeof errors);
	memset(rig->errors, 0, sizeof errors);
	slow = wr_expr_eval(rig_compile(rig, by_row, 0), &rig->eval, &rig->batch, sel, n);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t row = sel != NULL ? sel[k] : k;

		ck_assert_int_eq(errors[row] != NULL, rig->errors[row] != NULL);
		ck_assert_int_eq(weir_null_at(fast, row), weir_null_at(slow, row));
		if (errors[row] == NULL && !weir_null_at(fast, row))
			ck_assert_msg(weir_int_at(fast, row) == weir_int_at(slow, row),
				"%s at row %u: %lld, not %lld", text, row,
				(long long)weir_int_at(fast, row),
				(long long)weir_int_at(slow, row));
	}
	for (uint32_t row = 0; row < MANY; row++)
		free(errors[row]);
	rig_forget(rig);
}

/* Without a zone times are divided by constants, all of a column at once. */
START_TEST(parts_in_utc_are_those_of_the_calendar)
{
	static const char *const names[] = {"microsecond", "millisecond", "second", "minute",
		"hour", "day", "week", "month", "quarter", "year", "dow", "isodow", "doy", "epoch"};
	static const int64_t bounds[] = {INT64_C(4000000000000000), INT64_C(1) << 61, INT64_MAX};
	uint32_t some[MANY], few[MANY], n_some = 0, n_few = 0;
	int64_t times[MANY], row[MANY];
	uint64_t valid[(MANY + 63) / 64];
	struct rig rig;

	for (uint32_t i = 0; i < MANY; i++) {
		times[i] = random_time(bounds[_i]);
		row[i] = i;
		if (i % 3 != 1)
			some[n_some++] = i;
		if (i % 7 == 2)
			few[n_few++] = i;
	}
	times[2] = -bounds[_i];
	times[9] = bounds[_i] - 1;
	times[16] = _i == 2 ? INT64_MIN : 0;
	for (uint32_t w = 0; w < sizeof valid / sizeof valid[0]; w++)
		valid[w] = random_time(INT64_MAX);
	rig_init(&rig);
	rig.schema.n = 0;
	rig_column(&rig, "t", WEIR_TIMESTAMP, times, NULL);
	rig_column(&rig, "u", WEIR_TIMESTAMP, times, valid);
	rig_column(&rig, "i", WEIR_INT64, row, NULL);
	rig.batch.n_rows = MANY;
	rig.batch.n_cols = rig.schema.n;
	for (size_t i = 0; i < 4 * sizeof names / sizeof names[0]; i++) {
		const char *function = i % 4 < 2 ? "date_part" : "date_trunc";
		char text[64];

		if (i % 4 >= 2 && i / 4 >= 10)
			continue;
		snprintf(text, sizeof text, "%s('%s', %s)", function, names[i / 4],
			i % 2 == 0 ? "t" : "u");
		compare_ways(&rig, text, NULL, MANY);
		compare_ways(&rig, text, some, n_some);
		compare_ways(&rig, text, few, n_few);
	}
	rig_fini(&rig);
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_test(tests, patterns_read_and_write);
	tcase_add_test(tests, units_begin_and_count);
	tcase_add_loop_test(tests, parts_in_utc_are_those_of_the_calendar, 0, 3);
}

int
main(void)
{
	return rig_main("expr_times", fill);
}
