/* SPDX-License-Identifier: Apache-2.0 */
/* The format csv, driven through a small host: what it takes, what it refuses and why, what it
 * writes. */
#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/csv/csv.h"
#include "../unit/plugins_io/format_rig.h"

static struct csv_conf *settings; /* conf */

static struct weir_str
str_of(const char *p)
{
	return (struct weir_str){.p = p, .len = (uint32_t)strlen(p)};
}

static void
setup(void)
{
	format_setup(0);
	settings = conf;
	settings->header = CSV_HEADER_OFF;
	settings->delimiter = str_of(",");
	settings->quote = str_of("\"");
	settings->null = str_of("");
}

static void
decode(const char *text, uint32_t slack)
{
	struct weir_str rec[64];
	uint32_t n = 0;

	for (;;) {
		const char *end = strchrnul(text, '\n');

		rec[n++] = (struct weir_str){.p = text, .len = (uint32_t)(end - text)};
		if (*end == 0)
			break;
		text = end + 1;
	}
	mock_decode(mock, format, self, rec, n, slack);
}

static void
expect_str(uint32_t col, uint32_t row, const char *want)
{
	struct weir_str str = mock_str(mock, col, row);

	ck_assert(!mock->out->bad[row]);
	ck_assert(!mock_is_null(mock, col, row));
	ck_assert_uint_eq(str.len, strlen(want));
	ck_assert_mem_eq(str.p, want, str.len);
}

/* One column, one record that has one value and is bad. */
static void
expect_bad(uint32_t type, const char *spec, const char *record, const char *why)
{
	mock_field(mock, "x", type, spec);
	open_format();
	decode(record, 0);
	ck_assert(mock->out->bad[0]);
	ck_assert_str_eq(mock->out->why[0], why);
}

START_TEST(values_are_read_by_type)
{
	mock_field(mock, "s", WEIR_STRING, "");
	mock_field(mock, "i", WEIR_INT64, "");
	mock_field(mock, "f", WEIR_FLOAT64, "");
	mock_field(mock, "b", WEIR_BOOL, "");
	mock_field(mock, "t", WEIR_TIMESTAMP, "");
	mock_field(mock, "m", WEIR_TIMESTAMP, "ms");
	mock_field(mock, "x", WEIR_BYTES, "");
	mock_field(mock, "j", WEIR_JSON, "");
	open_format();
	decode("one,-9223372036854775808,1e-3,true,1969-12-31T23:59:59Z,-1,aGk=,\"[1,2]\"\n"
	       "a text of more than twelve bytes,0007,-.5,0,2015-07-15T02:00:00+02:00,1.5,,",
		0);
	expect_str(0, 0, "one");
	expect_str(0, 1, "a text of more than twelve bytes");
	ck_assert_int_eq(mock_int(mock, 1, 0), INT64_MIN);
	ck_assert_int_eq(mock_int(mock, 1, 1), 7);
	ck_assert(mock_float(mock, 2, 0) == 1e-3 && mock_float(mock, 2, 1) == -.5);
	ck_assert(mock_int(mock, 3, 0) == 1 && mock_int(mock, 3, 1) == 0);
	ck_assert_int_eq(mock_int(mock, 4, 0), -1000000);
	ck_assert_int_eq(mock_int(mock, 4, 1), 1436918400000000);
	ck_assert_int_eq(mock_int(mock, 5, 0), -1000);
	ck_assert_int_eq(mock_int(mock, 5, 1), 1500);
	expect_str(6, 0, "hi");
	expect_str(7, 0, "[1,2]");
	ck_assert(mock_is_null(mock, 6, 1) && mock_is_null(mock, 7, 1));
}
END_TEST

START_TEST(quotes_hold_delimiters_quotes_and_nothing)
{
	mock_field(mock, "a", WEIR_STRING, "");
	mock_field(mock, "b", WEIR_STRING, "");
	open_format();
	decode("\"a, \"\"b\"\"\",\"\"\n\"\"\"\",\"\"\"\"\"\"\n,\" x \"", 0);
	expect_str(0, 0, "a, \"b\"");
	expect_str(1, 0, "");
	expect_str(0, 1, "\"");
	expect_str(1, 1, "\"\"");
	ck_assert(mock_is_null(mock, 0, 2));
	expect_str(1, 2, " x ");
}
END_TEST

START_TEST(long_records_are_cut_as_short_ones)
{
	static char text[3000];
	size_t i, len = 0;

	settings->null = str_of("NULL");
	mock_field(mock, "last", WEIR_STRING, "300");
	mock_field(mock, "quoted", WEIR_STRING, "150");
	open_format();
	for (i = 1; i <= 300; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i > 1 ? "," : "",
			i == 150   ? "\"a,\"\",,\"\",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,z\""
			: i == 300 ? "end"
				   : "x");
	decode(text, 0);
	expect_str(0, 0, "end");
	expect_str(1, 0, "a,\",,\",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,z");
}
END_TEST

START_TEST(a_nul_is_a_byte_as_any_other)
{
	struct weir_str rec = {.p = "a\0b,1", .len = 5};

	mock_field(mock, "a", WEIR_STRING, "");
	mock_field(mock, "b", WEIR_INT64, "");
	open_format();
	mock_decode(mock, format, self, &rec, 1, 0);
	ck_assert_uint_eq(mock_str(mock, 0, 0).len, 3);
	ck_assert_mem_eq(mock_str(mock, 0, 0).p, "a\0b", 3);
	rec = (struct weir_str){.p = "a,1\0", .len = 4};
	mock_decode(mock, format, self, &rec, 1, 0);
	ck_assert_str_eq(mock->out->why[0], "field \"b\" is \"1?\", not an int");
}
END_TEST

START_TEST(a_huge_field_is_read)
{
	size_t len = 10 << 20;
	char *text = malloc(len);
	struct weir_str rec = {.p = text, .len = (uint32_t)len};

	memset(text, 'x', len);
	mock_field(mock, "a", WEIR_STRING, "");
	open_format();
	mock_decode(mock, format, self, &rec, 1, 0);
	ck_assert_uint_eq(mock_str(mock, 0, 0).len, len);
	memset(text, ',', len);
	mock_decode(mock, format, self, &rec, 1, 0);
	ck_assert_str_eq(mock->out->why[0], "it has more than 1 column, not 1");
	free(text);
}
END_TEST

static const struct {
	uint32_t type;
	const char *spec, *record, *why;
} bad[] = {
	{WEIR_INT64, "", "abc", "field \"x\" is \"abc\", not an int"},
	{WEIR_INT64, "", "1.0", "field \"x\" is \"1.0\", not an int"},
	{WEIR_INT64, "", " 1", "field \"x\" is \" 1\", not an int"},
	{WEIR_INT64, "", "9223372036854775808",
		"field \"x\" is \"9223372036854775808\", beyond an int"},
	{WEIR_INT64, "", "-9223372036854775809",
		"field \"x\" is \"-9223372036854775809\", beyond an int"},
	{WEIR_INT64, "", "123456789012345678901234567890123456789012345678",
		"field \"x\" is \"1234567890123456789012345678901234567890\"..., beyond an int"},
	{WEIR_FLOAT64, "", "1e400", "field \"x\" is \"1e400\", beyond a float"},
	{WEIR_FLOAT64, "", "0x10", "field \"x\" is \"0x10\", not a float"},
	{WEIR_FLOAT64, "", "1e", "field \"x\" is \"1e\", not a float"},
	{WEIR_FLOAT64, "", ".", "field \"x\" is \".\", not a float"},
	{WEIR_BOOL, "", "yes", "field \"x\" is \"yes\", not a bool: true, false, 1 or 0"},
	{WEIR_TIMESTAMP, "", "2015-02-29T00:00:00Z",
		"field \"x\" is \"2015-02-29T00:00:00Z\", not a timestamp such as "
		"2015-07-15T00:00:00Z"},
	{WEIR_TIMESTAMP, "s", "9223372036855",
		"field \"x\" is \"9223372036855\", beyond a timestamp in numbers"},
	{WEIR_TIMESTAMP, "s", "2015", NULL},
	{WEIR_TIMESTAMP, "ms", "2015-07-15T00:00:00Z",
		"field \"x\" is \"2015-07-15T00:00:00Z\", not a timestamp in numbers"},
	{WEIR_BYTES, "", "a", "field \"x\" is \"a\", not bytes in base64"},
	{WEIR_JSON, "", "{", "field \"x\" is \"{\", not JSON"},
	{WEIR_STRING, "", "\xff", "it is not UTF-8"},
	{WEIR_STRING, "", "a,b", "it has 2 columns, not 1"},
	{WEIR_STRING, "", "\"a", "field \"x\" has a quote that is not closed"},
	{WEIR_STRING, "", "\"", "field \"x\" has a quote that is not closed"},
	{WEIR_STRING, "", "5\" disk",
		"field \"x\" has a quote in it but does not begin with one; quote all of it and "
		"double the quote, or turn quoting off"},
	{WEIR_STRING, "", "\"a\"b\"",
		"field \"x\" goes on behind the quote that closes it; a quote in a quoted field is "
		"written twice"},
};

START_TEST(a_bad_record_says_what_is_wrong)
{
	if (bad[_i].why != NULL) {
		expect_bad(bad[_i].type, bad[_i].spec, bad[_i].record, bad[_i].why);
		return;
	}
	mock_field(mock, "x", bad[_i].type, bad[_i].spec);
	open_format();
	decode(bad[_i].record, 0);
	ck_assert(!mock->out->bad[0]);
}
END_TEST

START_TEST(ints_of_all_lengths_are_read)
{
	char text[128] = {0};
	uint64_t n = 1;
	int i;

	mock_field(mock, "a", WEIR_INT64, "");
	open_format();
	for (i = 0; i < 4000; i++) {
		int64_t want;

		n = n * 6364136223846793005u + 1442695040888963407u;
		want = (int64_t)n >> i % 63;
		snprintf(text, sizeof text, "%" PRId64, want);
		decode(text, i % 2 ? 64 : 0);
		ck_assert(!mock->out->bad[0]);
		ck_assert_int_eq(mock_int(mock, 0, 0), want);
		/* Any other byte makes it none. */
		text[strlen(text) - 1 - (size_t)i % strlen(text)] = "/:xA \xb1"[i % 6];
		decode(text, 64);
		ck_assert(mock->out->bad[0]);
	}
}
END_TEST

static int failed_with;

/* What the next records are: the first of their file, or behind a first record. */
static uint32_t begins, part;
static const char *first;

static int
decode_at(void *csv, struct weir_task *task, const struct weir_raw *raw, struct weir_out *out)
{
	struct weir_raw copy = *raw;

	copy.begins = begins;
	copy.part = part;
	copy.partition = str_of("a.csv");
	if (first != NULL)
		copy.first = str_of(first);
	failed_with = weir_plugin_entry()->formats[0]->decode(csv, task, &copy, out);
	begins = 0;
	first = NULL;
	return WEIR_OK;
}

static struct weir_format positioned;

static void
open_with_header(uint32_t header)
{
	settings->header = header;
	open_format();
	positioned = *format;
	positioned.decode = decode_at;
	format = &positioned;
	begins = 1;
	part = 0;
}

START_TEST(a_header_names_the_columns)
{
	mock_field(mock, "b", WEIR_INT64, "");
	mock_field(mock, "a", WEIR_STRING, "'the a'");
	open_with_header(CSV_HEADER_ON);
	decode("\"the a\",c,b\nx,y,5", 0);
	ck_assert(mock->out->bad[0]);
	ck_assert_int_eq(mock_int(mock, 0, 1), 5);
	expect_str(1, 1, "x");
	/* A batch later. */
	decode("the a,c,7\ny,z,6", 0);
	expect_str(1, 0, "the a");
	ck_assert_int_eq(mock_int(mock, 0, 1), 6);
}
END_TEST

START_TEST(each_file_has_its_own_header)
{
	mock_field(mock, "a", WEIR_STRING, "");
	mock_field(mock, "b", WEIR_STRING, "");
	open_with_header(CSV_HEADER_ON);
	decode("a,b\n1,2", 0);
	expect_str(0, 1, "1");
	begins = part = 1;
	decode("x,b,a\n1,2,3", 0);
	expect_str(0, 1, "3");
	expect_str(1, 1, "2");
	part = 0;
	decode("4,5", 0);
	expect_str(0, 0, "4");
	part = 1;
	decode("4,5,6", 0);
	expect_str(0, 0, "6");
	/* After a rotation another file follows in the same partition. */
	begins = 1;
	decode("b,a\n7,8", 0);
	ck_assert(mock->out->bad[0] && !mock->out->bad[1]);
	expect_str(0, 1, "8");
}
END_TEST

START_TEST(a_header_may_be_skipped)
{
	mock_field(mock, "a", WEIR_STRING, "");
	open_with_header(CSV_HEADER_SKIP);
	decode("whatever\nx", 0);
	ck_assert(mock->out->bad[0]);
	expect_str(0, 1, "x");
	decode("y", 0);
	expect_str(0, 0, "y");
}
END_TEST

START_TEST(a_missing_column_fails)
{
	mock_field(mock, "a", WEIR_STRING, "");
	open_with_header(CSV_HEADER_ON);
	decode("b,c", 0);
	ck_assert_int_eq(failed_with, -EINVAL);
	ck_assert_str_eq(mock->err.text, "the header of \"a.csv\" has no column \"a\", which field "
					 "\"a\" is read from; it is: "
					 "b,c");
}
END_TEST

START_TEST(reading_goes_on_in_the_middle)
{
	mock_field(mock, "a", WEIR_STRING, "");
	open_with_header(CSV_HEADER_ON);
	begins = 0;
	first = "b,a";
	decode("1,2", 0);
	expect_str(0, 0, "2");
	decode("3,4", 0);
	expect_str(0, 0, "4");
}
END_TEST

START_TEST(records_without_a_beginning_have_no_header)
{
	mock_field(mock, "a", WEIR_STRING, "");
	open_with_header(CSV_HEADER_ON);
	begins = 0;
	decode("b,c", 0);
	ck_assert_int_eq(failed_with, -EINVAL);
	ck_assert_str_eq(mock->err.text,
		"\"a.csv\" has no first record that could be the header; write \"header off\"");
}
END_TEST

START_TEST(what_nobody_reads_is_not_looked_at)
{
	struct weir_str rec = {.p = "abc,x", .len = 5};

	mock_field(mock, "a", WEIR_INT64, "");
	mock_field(mock, "b", WEIR_STRING, "");
	open_format();
	decode("1,x", 0);
	mock->out->pruned[0] = 1;
	mock_decode(mock, format, self, &rec, 1, 0);
	expect_str(1, 0, "x");
}
END_TEST

START_TEST(rows_are_written_as_they_were_read)
{
	static const char *const rows[] = {"\"a,\"\"b\",1,0.1,true", "\"\",,,", ",-5,1e+30,false",
		"\"x\ry\",0,-0,", "plain,100,123456.75,", "1,2,0.30000000000000004,"};
	struct mock_batch batch;
	char text[256] = "";
	uint32_t i, n = sizeof rows / sizeof *rows;

	settings->header = CSV_HEADER_OFF;
	mock_field(mock, "a", WEIR_STRING, "");
	mock_field(mock, "b", WEIR_INT64, "");
	mock_field(mock, "c", WEIR_FLOAT64, "");
	mock_field(mock, "d", WEIR_BOOL, "");
	open_format();
	for (i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? "\n" : "",
			rows[i]);
	decode(text, 0);
	mock_to_batch(mock, &batch);
	settings->header = CSV_HEADER_ON;
	ck_assert_int_eq(format->begin(self, &mock->task, &mock->items), WEIR_OK);
	ck_assert_uint_eq(mock->items.n, 1);
	ck_assert_mem_eq(mock_item(mock, 0).p, "a,b,c,d", 7);
	ck_assert_uint_eq(mock_encode(mock, format, self, &batch.batch), n);
	for (i = 0; i < n; i++) {
		struct weir_str item = mock_item(mock, i);

		ck_assert_uint_eq(item.len, strlen(rows[i]));
		ck_assert_mem_eq(item.p, rows[i], item.len);
	}
	mock_batch_fini(&batch);
}
END_TEST

START_TEST(without_quotes_a_delimiter_cannot_be_written)
{
	struct mock_batch batch;

	mock_field(mock, "a", WEIR_STRING, "");
	open_format();
	decode("\"a,b\"", 0);
	mock_to_batch(mock, &batch);
	settings->quote_byte = CSV_NONE;
	ck_assert_int_eq(format->encode(self, &mock->task, &batch.batch, &mock->items), -EINVAL);
	ck_assert_ptr_nonnull(strstr(mock->err.text, "quoting is off"));
	mock_batch_fini(&batch);
}
END_TEST

START_TEST(wrong_directives_are_refused)
{
	mock_field(mock, "a", WEIR_STRING, "zz");
	settings->delimiter = str_of(",,");
	settings->quote = str_of("\n");
	ck_assert_int_eq(format->plan(conf, &mock->plan, mock->task.host), -EINVAL);
	ck_assert_uint_eq(mock->plan.n_problems, 3);
	ck_assert_ptr_nonnull(strstr(mock->plan.problem[0], "\"delimiter\" is \",,\""));
	ck_assert_ptr_nonnull(strstr(mock->plan.problem[1], "\"quote\" is"));
	ck_assert_ptr_nonnull(strstr(mock->plan.problem[2], "write the number of the column"));
}
END_TEST

int
main(void)
{
	TCase *tcase = tcase_create("csv");
	Suite *suite = suite_create("csv");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, values_are_read_by_type);
	tcase_add_test(tcase, quotes_hold_delimiters_quotes_and_nothing);
	tcase_add_test(tcase, long_records_are_cut_as_short_ones);
	tcase_add_test(tcase, a_nul_is_a_byte_as_any_other);
	tcase_add_test(tcase, a_huge_field_is_read);
	tcase_add_test(tcase, a_header_names_the_columns);
	tcase_add_test(tcase, each_file_has_its_own_header);
	tcase_add_test(tcase, ints_of_all_lengths_are_read);
	tcase_add_test(tcase, a_header_may_be_skipped);
	tcase_add_test(tcase, a_missing_column_fails);
	tcase_add_test(tcase, reading_goes_on_in_the_middle);
	tcase_add_test(tcase, records_without_a_beginning_have_no_header);
	tcase_add_test(tcase, what_nobody_reads_is_not_looked_at);
	tcase_add_test(tcase, rows_are_written_as_they_were_read);
	tcase_add_test(tcase, without_quotes_a_delimiter_cannot_be_written);
	tcase_add_test(tcase, wrong_directives_are_refused);
	tcase_add_loop_test(
		tcase, a_bad_record_says_what_is_wrong, 0, (int)(sizeof bad / sizeof *bad));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
