/* SPDX-License-Identifier: Apache-2.0 */
/* The source `values`. */
#include <check.h>
#include <string.h>

#include "mock.h"

enum { N = 5000 };

static struct mock *mock;
static const struct weir_operator *op;
static struct weir_list conf;
static struct weir_str rows[N];
static void *self;

static void
setup(void)
{
	uint32_t i;

	mock = mock_new();
	op = mock_operator(0);
	for (i = 0; i < N; i++)
		rows[i] = (struct weir_str){.p = i % 2 == 0 ? "even" : "odd", .len = 4 - i % 2};
	conf = (struct weir_list){.v = rows, .n = 3};
}

static void
teardown(void)
{
	op->close(self);
	mock_free(mock);
}

static int
read_from(const char *pos)
{
	int rc;

	ck_assert_int_eq(op->open(&conf, &mock->task, &self), WEIR_OK);
	ck_assert_str_eq(mock->partition[0], "values");
	rc = op->source->assign(self, &mock->task, 0, (struct weir_str){.p = "values", .len = 6},
		(struct weir_str){.p = pos, .len = pos != NULL ? (uint32_t)strlen(pos) : 0}, 0);
	while (rc == WEIR_OK)
		rc = op->source->poll(self, &mock->task);
	return rc;
}

START_TEST(rows_are_given_once_and_in_order)
{
	ck_assert_int_eq(read_from(NULL), WEIR_END);
	ck_assert_str_eq(mock->records.p, "even\nodd\neven\n");
	ck_assert_str_eq(mock->positions.p, "0@3 ");
	ck_assert_int_eq(mock->offset[2], 2);
	ck_assert_int_eq(mock->ended[0], 1);
}
END_TEST

START_TEST(many_rows_are_several_batches)
{
	conf.n = N;
	ck_assert_int_eq(read_from(NULL), WEIR_END);
	ck_assert_str_eq(mock->sizes.p, "2048 2048 904 ");
	ck_assert_str_eq(mock->positions.p, "0@2048 0@4096 0@5000 ");
}
END_TEST

START_TEST(reading_goes_on_from_a_position)
{
	ck_assert_int_eq(read_from("1"), WEIR_END);
	ck_assert_str_eq(mock->records.p, "odd\neven\n");
}
END_TEST

START_TEST(a_position_behind_the_end_is_refused)
{
	ck_assert_int_eq(read_from("4"), -EINVAL);
	ck_assert_str_eq(mock->err.text,
		"the checkpoint has read 4 rows, and the conf has 3; put the "
		"rows back, or start without the checkpoint");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("values");
	TCase *tcase = tcase_create("values");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, rows_are_given_once_and_in_order);
	tcase_add_test(tcase, many_rows_are_several_batches);
	tcase_add_test(tcase, reading_goes_on_from_a_position);
	tcase_add_test(tcase, a_position_behind_the_end_is_refused);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
