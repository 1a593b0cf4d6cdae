/* SPDX-License-Identifier: Apache-2.0 */
/* The format logfmt, driven through a small host: what it takes, what it refuses and why, what it
 * writes. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/plugins_io/format_rig.h"

static void
setup(void)
{
	format_setup(0);
}

static void
decode(const char *const *text, uint32_t n)
{
	static struct weir_str rec[16]; /* the mock keeps looking at it */
	uint32_t i;

	for (i = 0; i < n; i++)
		rec[i] = (struct weir_str){.p = text[i], .len = (uint32_t)strlen(text[i])};
	mock_decode(mock, format, self, rec, n, 0);
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

START_TEST(values_are_found_by_key)
{
	static const char *const text[] = {
		"level=info msg=\"hello \\\"you\\\" \\u00e9\\n\" code=200 dur=1.5 ok",
		"  ok=false\tother=\"x y\"  msg=\"a text of more than twelve\" code=-1 ", "",
		"msg= code= x=y=z"};

	mock_field(mock, "msg", WEIR_STRING, "");
	mock_field(mock, "status", WEIR_INT64, "code");
	mock_field(mock, "ok", WEIR_BOOL, "");
	mock_field(mock, "dur", WEIR_FLOAT64, "");
	mock_field(mock, "x", WEIR_STRING, "");
	mock_field(mock, "again", WEIR_STRING, "code");
	open_format();
	decode(text, 4);
	expect_str(0, 0, "hello \"you\" \xc3\xa9\n");
	expect_str(0, 1, "a text of more than twelve");
	expect_str(0, 3, "");
	ck_assert(mock_is_null(mock, 0, 2) && !mock->out->bad[2]);
	ck_assert(mock_int(mock, 1, 0) == 200 && mock_int(mock, 1, 1) == -1);
	ck_assert(mock_is_null(mock, 1, 3));
	ck_assert(mock_int(mock, 2, 0) == 1 && mock_int(mock, 2, 1) == 0);
	ck_assert(mock_is_null(mock, 2, 2));
	ck_assert(mock_float(mock, 3, 0) == 1.5);
	expect_str(4, 3, "y=z");
	expect_str(5, 0, "200");
}
END_TEST

START_TEST(the_last_of_equal_keys_counts)
{
	static const char *const text[] = {"a=1 a=2", "a= a=3", "a=4 a=", "a=x a=5"};

	mock_field(mock, "a", WEIR_INT64, "");
	open_format();
	decode(text, 4);
	ck_assert_int_eq(mock_int(mock, 0, 0), 2);
	ck_assert_int_eq(mock_int(mock, 0, 1), 3);
	ck_assert(!mock_is_null(mock, 0, 1) && mock_is_null(mock, 0, 2));
	ck_assert_str_eq(mock->out->why[3], "field \"a\" is \"x\", not an int");
}
END_TEST

static const struct {
	uint32_t type;
	const char *record, *why;
} bad[] = {
	{WEIR_STRING, "x=\"open", "byte 2 opens a quote that is not closed"},
	{WEIR_STRING, "x=\"open\\", "byte 2 opens a quote that is not closed"},
	{WEIR_STRING, "x=\"open\\\"", "byte 2 opens a quote that is not closed"},
	{WEIR_STRING, "x=\"a\"b", "byte 5 stands behind a closing quote, where a space should"},
	{WEIR_STRING, "x=a\"b", "byte 3 is a quote within a value that does not begin with one"},
	{WEIR_STRING, "=1", "byte 0 begins no key"},
	{WEIR_STRING, "\"x\"=1", "byte 0 begins no key"},
	{WEIR_STRING, "k\"x=1",
		"byte 1 is in a key, which has neither quotes nor control characters"},
	{WEIR_STRING, "x=\"\\q\"", "field \"x\" has a wrong escape"},
	{WEIR_STRING, "x=\"\\ud800\"", "field \"x\" has a wrong escape"},
	{WEIR_STRING, "y=\xff", "it is not UTF-8"},
	{WEIR_INT64, "x=99999999999999999999",
		"field \"x\" is \"99999999999999999999\", beyond an int"},
	{WEIR_FLOAT64, "x=1e999", "field \"x\" is \"1e999\", beyond a float"},
	{WEIR_BOOL, "x=maybe", "field \"x\" is \"maybe\", not a bool: true, false, 1 or 0"},
	{WEIR_TIMESTAMP, "x=today",
		"field \"x\" is \"today\", not a timestamp such as 2015-07-15T00:00:00Z"},
	{WEIR_BYTES, "x=*", "field \"x\" is \"*\", not bytes in base64"},
	{WEIR_JSON, "x=\"[1,]\"", "field \"x\" is \"[1,]\", not JSON"},
};

START_TEST(a_bad_record_says_what_is_wrong)
{
	const char *text[] = {bad[_i].record, "x"};

	mock_field(mock, "x", bad[_i].type, "");
	open_format();
	decode(text, 2);
	ck_assert_str_eq(mock->out->why[0], bad[_i].why);
	ck_assert(!mock->out->bad[1]); /* the next one is as good as ever */
}
END_TEST

START_TEST(rows_are_written_as_they_were_read)
{
	static const char *const rows[] = {"a=plain b=1 c=0.5 d=true", "",
		"a=\"with space\" c=1e+30", "a=\"\" d=false", "a=\"\\\"\\\\\\n\\u0001=\" b=-5"};
	struct mock_batch batch;
	uint32_t i;

	mock_field(mock, "a", WEIR_STRING, "");
	mock_field(mock, "b", WEIR_INT64, "");
	mock_field(mock, "c", WEIR_FLOAT64, "");
	mock_field(mock, "d", WEIR_BOOL, "");
	open_format();
	decode(rows, 5);
	mock_to_batch(mock, &batch);
	ck_assert_uint_eq(mock_encode(mock, format, self, &batch.batch), 5);
	for (i = 0; i < 5; i++) {
		ck_assert_uint_eq(mock_item(mock, i).len, strlen(rows[i]));
		ck_assert_mem_eq(mock_item(mock, i).p, rows[i], strlen(rows[i]));
	}
	mock_batch_fini(&batch);
}
END_TEST

START_TEST(a_key_of_two_words_is_refused)
{
	mock_field(mock, "a", WEIR_TIMESTAMP, "ms one two");
	ck_assert_int_eq(format->plan(conf, &mock->plan, mock->task.host), -EINVAL);
	ck_assert_ptr_nonnull(
		strstr(mock->plan.problem[0], "unexpected \"two\" behind field \"a\""));
}
END_TEST

int
main(void)
{
	TCase *tcase = tcase_create("logfmt");
	Suite *suite = suite_create("logfmt");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, values_are_found_by_key);
	tcase_add_test(tcase, the_last_of_equal_keys_counts);
	tcase_add_loop_test(
		tcase, a_bad_record_says_what_is_wrong, 0, (int)(sizeof bad / sizeof *bad));
	tcase_add_test(tcase, rows_are_written_as_they_were_read);
	tcase_add_test(tcase, a_key_of_two_words_is_refused);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
