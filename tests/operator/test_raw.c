/* SPDX-License-Identifier: Apache-2.0 */
/* The format raw, driven through a small host. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/plugins_io/format_rig.h"

static const struct weir_str records[] = {{.p = "short", .len = 5}, {.p = "", .len = 0},
	{.p = "a\0\xff of more than twelve", .len = 24}, {.p = "twelve bytes", .len = 12}};

static void
setup(void)
{
	format_setup(0);
}

START_TEST(a_record_is_bytes_and_back)
{
	struct mock_batch batch;
	uint32_t i;

	open_format();
	ck_assert_uint_eq(mock->plan.field[0].type, WEIR_BYTES);
	mock_decode(mock, format, self, records, 4, 0);
	mock_to_batch(mock, &batch);
	ck_assert_uint_eq(mock_encode(mock, format, self, &batch.batch), 4);
	for (i = 0; i < 4; i++) {
		ck_assert(!mock->out->bad[i]);
		ck_assert_uint_eq(mock_item(mock, i).len, records[i].len);
		ck_assert_mem_eq(mock_item(mock, i).p, records[i].p, records[i].len);
	}
	mock_batch_fini(&batch);
}
END_TEST

START_TEST(a_string_is_utf8)
{
	mock_field(mock, "text", WEIR_STRING, "");
	open_format();
	mock_decode(mock, format, self, records, 4, 0);
	ck_assert(!mock->out->bad[0] && !mock->out->bad[1] && !mock->out->bad[3]);
	ck_assert_str_eq(mock->out->why[2], "it is not UTF-8");
}
END_TEST

START_TEST(it_needs_a_column)
{
	mock_field(mock, "n", WEIR_INT64, "");
	ck_assert_int_eq(format->plan(conf, &mock->plan, mock->task.host), -EINVAL);
	ck_assert_str_eq(mock->plan.problem[0],
		"format raw is one value a record, and there is no column of type bytes or string");
}
END_TEST

int
main(void)
{
	TCase *tcase = tcase_create("raw");
	Suite *suite = suite_create("raw");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_record_is_bytes_and_back);
	tcase_add_test(tcase, a_string_is_utf8);
	tcase_add_test(tcase, it_needs_a_column);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
