/* SPDX-License-Identifier: Apache-2.0 */
/* The format json, from columns to records: beside what the simplest way to write them gives. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mock.h"

enum { DAY = 86400 };

static struct mock *mock;
static const struct weir_format *format;
static void *conf, *self;

static void
setup(void)
{
	mock = mock_new();
	format = weir_plugin_entry()->formats[0];
	conf = calloc(1, format->conf_size);
}

static void
teardown(void)
{
	format->close(self);
	free(conf);
	mock_free(mock);
}

/* The rows of one column "v". */
static void
encode(uint32_t type, const void *values, const uint8_t *const *bufs, uint32_t n)
{
	struct weir_column column = {
		.size = sizeof column, .type = type, .values = values, .bufs = bufs};
	const struct weir_column *cols[] = {&column};
	struct weir_batch batch = {.size = sizeof batch, .n_rows = n, .n_cols = 1, .cols = cols};

	if (self == NULL) {
		mock_field(mock, "v", type, "");
		ck_assert_int_eq(format->plan(conf, &mock->plan, mock->task.host), WEIR_OK);
		ck_assert_int_eq(format->open(conf, &mock->task, &self), WEIR_OK);
	}
	ck_assert_uint_eq(mock_encode(mock, format, self, &batch), n);
}

static void
ck_item(uint32_t i, const char *value)
{
	struct weir_str item = mock_item(mock, i);
	char text[512];

	ck_assert_int_lt(snprintf(text, sizeof text, "{\"v\":\"%s\"}", value), sizeof text);
	ck_assert_msg(item.len == strlen(text) && memcmp(item.p, text, item.len) == 0,
		"%.*s, not %s", (int)item.len, item.p, text);
}

/* Years 1 to 9999. */
static void
time_text(int64_t us, char *to, size_t size)
{
	int64_t fraction = (us % 1000000 + 1000000) % 1000000;
	time_t seconds = (us - fraction) / 1000000;
	struct tm tm;
	char date[64];

	gmtime_r(&seconds, &tm);
	snprintf(date, sizeof date, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (fraction == 0)
		snprintf(to, size, "%sZ", date);
	else if (fraction % 1000 == 0)
		snprintf(to, size, "%s.%03dZ", date, (int)(fraction / 1000));
	else
		snprintf(to, size, "%s.%06dZ", date, (int)fraction);
}

START_TEST(times_of_many_days_are_written)
{
	static const int64_t steps[] = {1, 1000, 999999, 1000000, INT64_C(1000000) * DAY,
		INT64_C(1000000) * DAY - 1, INT64_C(366000000) * DAY};
	int64_t us[WEIR_ROWS_MAX], at = -1;
	char text[96];

	srand(7);
	for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++) {
		int64_t step = steps[(uint32_t)rand() % (sizeof steps / sizeof steps[0])];

		at += rand() % 2 ? step : -step;
		us[i] = at;
	}
	encode(WEIR_TIMESTAMP, us, NULL, WEIR_ROWS_MAX);
	for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++) {
		time_text(us[i], text, sizeof text);
		ck_item(i, text);
	}
}
END_TEST

START_TEST(the_first_and_the_last_time_there_are)
{
	static const int64_t us[] = {INT64_MAX, INT64_MIN, 0, INT64_MIN, INT64_MAX};

	encode(WEIR_TIMESTAMP, us, NULL, 5);
	ck_item(0, "+294247-01-10T04:00:54.775807Z");
	ck_item(1, "-290308-12-21T19:59:05.224192Z");
	ck_item(2, "1970-01-01T00:00:00Z");
	ck_item(3, "-290308-12-21T19:59:05.224192Z");
	ck_item(4, "+294247-01-10T04:00:54.775807Z");
}
END_TEST

/* A text of len letters with this byte at one place, and what JSON has for it. */
static void
text_with(char *text, uint32_t len, uint32_t at, const char *byte, char *json, const char *escaped)
{
	for (uint32_t i = 0; i < len; i++)
		text[i] = (char)('a' + i % 26);
	memcpy(json, text, len);
	json[len] = '\0';
	if (at >= len)
		return;
	text[at] = *byte;
	json[at] = '\0';
	strcat(json, escaped);
	memcpy(json + at + strlen(escaped), text + at + 1, len - at - 1);
	json[len - 1 + strlen(escaped)] = '\0';
}

START_TEST(strings_are_escaped_wherever_it_is_needed)
{
	static const char *const pairs[][2] = {{"\"", "\\\""}, {"\\", "\\\\"}, {"\n", "\\n"},
		{"\x01", "\\u0001"}, {"\x1f", "\\u001f"}, {" ", " "}, {"\x7f", "\x7f"}, {"!", "!"}};
	char text[64], json[96];
	const uint8_t *bufs[] = {(const uint8_t *)text};

	for (uint32_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++)
		for (uint32_t len = 0; len < 40; len++)
			for (uint32_t at = 0; at <= len; at++) {
				struct weir_view view;

				text_with(text, len, at, pairs[k][0], json, pairs[k][1]);
				view = weir_view_of(text, len, 0, 0);
				encode(WEIR_STRING, &view, bufs, 1);
				ck_item(0, json);
			}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json_encode");
	TCase *tcase = tcase_create("json_encode");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, times_of_many_days_are_written);
	tcase_add_test(tcase, the_first_and_the_last_time_there_are);
	tcase_add_test(tcase, strings_are_escaped_wherever_it_is_needed);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
