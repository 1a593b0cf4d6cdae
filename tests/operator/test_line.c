/* SPDX-License-Identifier: Apache-2.0 */
/* The format `line`. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/plugins_io/format_rig.h"

static void
setup(void)
{
	format_setup(1);
}

#define STR(text)                                                                                  \
	{                                                                                          \
		.p = text, .len = sizeof(text) - 1                                                 \
	}

static const struct weir_str texts[] = {STR("short"), STR("a line of more than twelve bytes"),
	STR(""), STR("twelve bytes"), STR("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
	STR("\xff no text"), STR("\xed\xa0\x80"), STR("\xc0\xaf"), STR("cut \xe2\x82"),
	STR("\xf4\x90\x80\x80"), STR("a\0b")};
static const uint8_t bad[] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0};

static void
ck_decodes(uint32_t col)
{
	uint32_t i, n = sizeof texts / sizeof texts[0];

	mock_decode(mock, format, self, texts, n, 0);
	for (i = 0; i < n; i++) {
		struct weir_str str = mock_str(mock, col, i);

		ck_assert_int_eq(mock->out->bad[i], bad[i]);
		ck_assert_uint_eq(str.len, texts[i].len);
		ck_assert(str.len == 0 || memcmp(str.p, texts[i].p, str.len) == 0);
	}
	ck_assert_str_eq(mock->out->why[5], "it is not UTF-8");
}

START_TEST(without_fields_the_column_is_called_line)
{
	open_format();
	ck_assert_uint_eq(mock->plan.n_added, 1);
	ck_assert_str_eq(mock->plan.field[0].name.p, "line");
	ck_decodes(0);
}
END_TEST

START_TEST(a_field_names_the_column_and_others_are_null)
{
	mock_field(mock, "n", WEIR_INT64, "");
	mock_field(mock, "text", WEIR_STRING, "");
	open_format();
	ck_assert_uint_eq(mock->plan.n_added, 0);
	ck_decodes(1);
	ck_assert(mock_is_null(mock, 0, 3));
}
END_TEST

START_TEST(without_a_string_there_is_no_line)
{
	mock_field(mock, "n", WEIR_INT64, "");
	ck_assert_int_eq(format->plan(conf, &mock->plan, mock->task.host), -EINVAL);
	ck_assert_str_eq(mock->plan.problem[0],
		"format line is one value a record, and there is no column of type string");
}
END_TEST

START_TEST(the_first_string_is_written)
{
	static const uint32_t sel[] = {1, 2, 4};
	struct mock_batch batch;
	uint32_t i;

	mock_field(mock, "n", WEIR_INT64, "");
	mock_field(mock, "text", WEIR_STRING, "");
	mock_field(mock, "more", WEIR_STRING, "");
	open_format();
	ck_assert_int_eq(mock->plan.read[1], 1);
	ck_decodes(1);
	weir_bit_clear(mock->out->vec[1].valid, 4);
	mock_to_batch(mock, &batch);
	batch.batch.sel = sel;
	batch.batch.n_sel = 3;
	ck_assert_uint_eq(mock_encode(mock, format, self, &batch.batch), 3);
	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(mock_item(mock, i).len, texts[sel[i]].len);
		ck_assert_mem_eq(mock_item(mock, i).p, texts[sel[i]].p, texts[sel[i]].len);
	}
	ck_assert_uint_eq(mock_item(mock, 2).len, 0);
	mock_batch_fini(&batch);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("line");
	TCase *tcase = tcase_create("line");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, without_fields_the_column_is_called_line);
	tcase_add_test(tcase, a_field_names_the_column_and_others_are_null);
	tcase_add_test(tcase, without_a_string_there_is_no_line);
	tcase_add_test(tcase, the_first_string_is_written);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
