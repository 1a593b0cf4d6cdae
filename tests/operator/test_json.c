/* SPDX-License-Identifier: Apache-2.0 */
/* json: records become rows and rows become records, through the host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

static struct wt_options
options_of(const char *fields)
{
	return (struct wt_options){.fields = fields, .source_lines = "watermark none;"};
}

static void
reads_as(const char *fields, const char *record, const char *row)
{
	const struct wt_options options = options_of(fields);
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, record);
	wt_expect(rig, 0, row);
	wt_expect_none(rig, 0);
	wt_free(rig);
}

START_TEST(each_type_is_read_and_written)
{
	reads_as("b bool; i int; f float; t timestamp; s string; y bytes; j json;",
		"{\"b\":true,\"i\":-5,\"f\":0.1,\"t\":\"2015-07-15T00:00:00.25Z\",\"s\":"
		"\"a\\u00e4\\n\",\"y\":\"AAEC\","
		"\"j\":{\"x\":[1, 2]}}",
		"{\"b\":true,\"i\":-5,\"f\":0.1,\"t\":\"2015-07-15T00:00:00.250Z\",\"s\":"
		"\"a\xc3\xa4\\n\",\"y\":\"AAEC\","
		"\"j\":{\"x\":[1, 2]}}");
	reads_as("b bool; i int; f float; t timestamp; s string; y bytes; j json;", "{}",
		"{\"b\":null,\"i\":null,\"f\":null,\"t\":null,\"s\":null,\"y\":null,\"j\":null}");
	reads_as("i int; f float;", "{\"i\":9223372036854775807,\"f\":5}",
		"{\"i\":9223372036854775807,\"f\":5}");
}
END_TEST

START_TEST(paths_lead_into_a_record)
{
	reads_as("a int $.x.y[1]; b string $.x['two words']; c int $.x.y[7]; d int $.x.z.w;",
		"{\"x\":{\"y\":[10,11],\"two words\":\"long enough for a view\",\"z\":5}}",
		"{\"a\":11,\"b\":\"long enough for a view\",\"c\":null,\"d\":null}");
}
END_TEST

START_TEST(times_may_be_numbers)
{
	reads_as("a timestamp s; b timestamp ms; c timestamp us;",
		"{\"a\":1.5,\"b\":1500,\"c\":1500000}",
		"{\"a\":\"1970-01-01T00:00:01.500Z\",\"b\":\"1970-01-01T00:00:01.500Z\","
		"\"c\":\"1970-01-01T00:00:01.500Z\"}");
}
END_TEST

static void
fails_with(const char *record, const char *reason)
{
	const struct wt_options options = options_of("i int; s string not null; t timestamp;");
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, "{\"i\":1,\"s\":\"good\"}");
	wt_push(rig, record);
	wt_settle(rig);
	ck_assert_int_lt(wt_end(rig), 0);
	if (strstr(wt_error(rig), reason) == NULL)
		ck_abort_msg("no \"%s\" in \"%s\"", reason, wt_error(rig));
	ck_assert_ptr_nonnull(strstr(wt_error(rig), "at offset 1"));
	wt_free(rig);
}

START_TEST(a_bad_record_says_what_is_wrong)
{
	fails_with("{\"s\":5}", "field \"s\" is a number, not a string");
	fails_with("{\"s\":\"x\",\"i\":\"5\"}", "field \"i\" is a string, not an int");
	fails_with("{\"s\":\"x\",\"i\":9223372036854775808}", "\"i\"");
	fails_with("{\"i\":5}", "field \"s\" is null or missing");
	fails_with("{\"s\":null}", "field \"s\" is null or missing");
	fails_with("{\"s\":\"x\"", "source tap");
	fails_with("[]", "source tap");
	fails_with("", "source tap");
	fails_with("{\"s\":\"x\"} {", "source tap");
	fails_with("{\"s\":\"\xff\"}", "source tap");
}
END_TEST

enum { RECORDS = 6000 };

/* Long and short strings, nulls and bad records, in batches that share their bytes. */
static void
mixed(struct wt_rig *rig)
{
	char row[200];

	for (int i = 0; i < RECORDS; i++) {
		if (i % 97 == 5)
			wt_pushf(rig, "{\"i\":%d,\"s\":", i);
		else if (i % 7 == 3)
			wt_pushf(rig, "{\"i\":%d}", i);
		else
			wt_pushf(rig,
				i % 2 ? "{\"s\":\"short %d\",\"i\":%d}"
				      : "{\"s\":\"a longer string, number %d\",\"i\":%d}",
				i, i);
	}
	for (int i = 0; i < RECORDS; i++) {
		if (i % 97 == 5)
			continue;
		if (i % 7 == 3)
			snprintf(row, sizeof row, "{\"i\":%d,\"s\":null}", i);
		else
			snprintf(row, sizeof row,
				i % 2 ? "{\"i\":%d,\"s\":\"short %d\"}"
				      : "{\"i\":%d,\"s\":\"a longer string, number %d\"}",
				i, i);
		wt_expect(rig, 0, row);
	}
	wt_expect_none(rig, 0);
	for (int i = 5; i < RECORDS; i += 97) {
		const char *letter = wt_pop(rig, WT_BAD);

		snprintf(row, sizeof row, "\"partition\":\"pushed\",\"offset\":%d,", i);
		ck_assert_ptr_nonnull(letter);
		ck_assert_ptr_nonnull(
			strstr(letter, "\"error_code\":\"bad_record\",\"operator\":\"in\""));
		ck_assert_ptr_nonnull(strstr(letter, row));
	}
	wt_expect_none(rig, WT_BAD);
	ck_assert_int_eq(wt_end(rig), 0);
}

START_TEST(good_and_bad_records_are_told_apart)
{
	struct wt_options options = options_of("i int; s string;");

	options.source_lines = "watermark none; on_error dead_letter bad;";
	wt_each(&options, mixed);
}
END_TEST

START_TEST(a_dead_letter_has_the_whole_record)
{
	struct wt_options options = options_of("i int;");
	struct wt_rig *rig;
	char *record = calloc(1, 100001);
	const char *letter;

	options.source_lines = "watermark none; on_error dead_letter bad;";
	rig = wt_rig_with(&options);
	memset(record, 'x', 100000);
	wt_push(rig, record);
	letter = wt_pop(rig, WT_BAD);
	ck_assert_ptr_nonnull(letter);
	/* The bytes of it, as base64. */
	ck_assert_uint_ge(strcspn(letter + strlen("{\"raw\":\""), "\""), 100000 / 3 * 4);
	free(record);
	wt_free(rig);
}
END_TEST

START_TEST(mistakes_are_refused_by_name)
{
	static const char *const wrong[][2] = {
		{"i int $.a[;", "test.conf:"},
		{"i itn;", "did you mean \"int\"?"},
		{"i int; i int;", "duplicate field \"i\""},
		{"i int ms;", "\"ms\" is not understood by json"},
		{"t timestamp hours;", "\"hours\" is not understood by json"},
	};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		const struct wt_options options = options_of(wrong[i][0]);

		wt_refuses_with(&options, wrong[i][1]);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_type_is_read_and_written,
		paths_lead_into_a_record,
		times_may_be_numbers,
		a_bad_record_says_what_is_wrong,
		good_and_bad_records_are_told_apart,
		a_dead_letter_has_the_whole_record,
		mistakes_are_refused_by_name,
	};

	return WT_MAIN("json", tests);
}
