/* SPDX-License-Identifier: Apache-2.0 */
/* The sink `check`: its sums against values computed elsewhere. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../plugins/check/check.h"
#include "mock.h"

static struct mock *mock;
static const struct weir_operator *op;
static void *self;

static void
setup(void)
{
	mock = mock_new();
	op = mock_operator(0);
	ck_assert_int_eq(op->open(NULL, &mock->task, &self), WEIR_OK);
}

static void
teardown(void)
{
	op->close(self);
	mock_free(mock);
}

/* What is printed at the end. */
static void
ck_prints(const char *want)
{
	char buf[128] = {0};
	int fds[2], saved;

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_ge(dup2(fds[1], STDOUT_FILENO), 0);
	close(fds[1]);
	ck_assert_int_eq(op->before_barrier(self, &mock->task, 1), WEIR_OK);
	ck_assert_int_eq(op->on_watermark(self, &mock->task, INT64_MAX), WEIR_OK);
	ck_assert_int_eq(op->before_barrier(self, &mock->task, 2), WEIR_OK);
	ck_assert_int_eq(op->before_barrier(self, &mock->task, 3), WEIR_OK);
	ck_assert_int_ge(dup2(saved, STDOUT_FILENO), 0);
	close(saved);
	ck_assert_int_ge((int)read(fds[0], buf, sizeof buf - 1), 0);
	close(fds[0]);
	ck_assert_str_eq(buf, want);
}

START_TEST(no_rows_are_a_sum_of_zero)
{
	ck_prints("rows 0\ncheck 0000000000000000\n");
}
END_TEST

/* The average price of an auction by category: a reference result of Nexmark's query 4. */
START_TEST(the_sum_of_a_known_result_is_right)
{
	static const int64_t category[] = {14, 12, 10, 11, 13};
	static const int64_t average[] = {29002988, 28901051, 29645880, 28468636, 31033981};
	const struct weir_column columns[2] = {
		{.size = sizeof columns[0], .type = WEIR_INT64, .values = category},
		{.size = sizeof columns[0], .type = WEIR_INT64, .values = average}};
	const struct weir_column *const cols[2] = {&columns[0], &columns[1]};
	static const uint32_t first[] = {0, 3}, second[] = {1, 2, 4};
	struct weir_batch batch = {.size = sizeof batch,
		.n_rows = 5,
		.n_cols = 2,
		.cols = cols,
		.sel = first,
		.n_sel = 2};

	ck_assert_int_eq(op->process(self, &mock->task, 0, &batch), WEIR_OK);
	batch.sel = second;
	batch.n_sel = 3;
	ck_assert_int_eq(op->process(self, &mock->task, 0, &batch), WEIR_OK);
	ck_prints("rows 5\ncheck 06a27439badf4a6f\n");
}
END_TEST

/* `true|-5|0.1|-2|text||` : a bool, an int, a float, a timestamp of -1.5 ms, a string, a null, an
 * empty string. */
START_TEST(every_type_has_its_text)
{
	static const uint64_t truth[] = {1}, none[] = {0};
	static const int64_t number[] = {-5}, time[] = {-1500};
	static const double real[] = {0.1};
	static const struct weir_view text[] = {{.len = 4, .head = {'t', 'e', 'x', 't'}}},
				      empty[] = {{.len = 0}};
	const struct weir_column columns[7] = {{.type = WEIR_BOOL, .values = truth},
		{.type = WEIR_INT64, .values = number}, {.type = WEIR_FLOAT64, .values = real},
		{.type = WEIR_TIMESTAMP, .values = time}, {.type = WEIR_STRING, .values = text},
		{.type = WEIR_INT64, .values = number, .valid = none},
		{.type = WEIR_STRING, .values = empty}};
	const struct weir_column *cols[7];
	const struct weir_batch batch = {
		.size = sizeof batch, .n_rows = 1, .n_cols = 7, .cols = cols};
	static const char want[] = "true|-5|0.1|-2|text||";
	uint64_t h = 0xcbf29ce484222325;
	char line[64];
	size_t i;

	for (i = 0; i < 7; i++)
		cols[i] = &columns[i];
	for (i = 0; i < sizeof want - 1; i++)
		h = (h ^ (uint8_t)want[i]) * 0x100000001b3;
	ck_assert_int_eq(op->process(self, &mock->task, 0, &batch), WEIR_OK);
	snprintf(line, sizeof line, "rows 1\ncheck %016llx\n", (unsigned long long)h);
	ck_prints(line);
}
END_TEST

START_TEST(a_restored_sum_goes_on)
{
	static const int64_t number[] = {1, 2};
	const struct weir_column column = {.type = WEIR_INT64, .values = number};
	const struct weir_column *const cols[1] = {&column};
	const struct weir_batch batch = {
		.size = sizeof batch, .n_rows = 2, .n_cols = 1, .cols = cols};
	struct weir_str item;
	char first[32];

	ck_assert_int_eq(op->process(self, &mock->task, 0, &batch), WEIR_OK);
	ck_assert_int_eq(op->snapshot(self, &mock->task, &mock->items), WEIR_OK);
	op->close(self);
	ck_assert_int_eq(op->open(NULL, &mock->task, &self), WEIR_OK);
	item = mock_item(mock, 0);
	ck_assert_uint_eq(item.len, 16);
	memcpy(first, item.p, 16);
	ck_assert_int_eq(op->restore(self, &mock->task, 1, &item, 1), WEIR_OK);
	ck_assert_int_eq(op->snapshot(self, &mock->task, &mock->items), WEIR_OK);
	ck_assert_mem_eq(mock_item(mock, 1).p, first, 16);
	ck_assert_int_eq(op->restore(self, &mock->task, 2, &item, 1), -EINVAL);
}
END_TEST

START_TEST(floats_are_short_and_read_back_the_same)
{
	static const struct {
		double x;
		const char *text;
	} table[] = {{0, "0"}, {-0.0, "-0"}, {5, "5"}, {1e20, "100000000000000000000"},
		{1e21, "1e+21"}, {0.000001, "0.000001"}, {1e-7, "1e-7"}, {-123.456, "-123.456"},
		{0.3, "0.3"}, {1.0 / 3, "0.3333333333333333"}, {5e-324, "5e-324"},
		{5.6843418860808015e-14, "5.684341886080802e-14"},
		{1.7976931348623157e308, "1.7976931348623157e+308"}, {NAN, "NaN"},
		{-INFINITY, "-Infinity"}, {9007199254740993.0, "9007199254740992"}, {100, "100"},
		{2.5e-310, "2.5e-310"}};
	char text[CHECK_FLOAT_MAX + 1];
	uint32_t i, k;

	for (i = 0; i < sizeof table / sizeof table[0]; i++) {
		text[check_float_print(table[i].x, text)] = 0;
		ck_assert_str_eq(text, table[i].text);
	}
	for (i = 0; i < 50000; i++) {
		uint64_t bits = 0;
		double x;

		for (k = 0; k < 5; k++)
			bits = bits << 15 ^ (uint64_t)rand();
		memcpy(&x, &bits, 8);
		if (!isfinite(x))
			continue;
		text[check_float_print(x, text)] = 0;
		ck_assert_msg(strtod(text, NULL) == x, "%s", text);
	}
}
END_TEST

START_TEST(deletes_are_refused)
{
	static const int64_t number[] = {1};
	static const uint8_t kind[] = {WEIR_DELETE};
	const struct weir_column column = {.type = WEIR_INT64, .values = number};
	const struct weir_column *const cols[1] = {&column};
	const struct weir_batch batch = {
		.size = sizeof batch, .n_rows = 1, .n_cols = 1, .cols = cols, .kind = kind};

	ck_assert_int_eq(op->process(self, &mock->task, 0, &batch), -EINVAL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check");
	TCase *tcase = tcase_create("check");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, no_rows_are_a_sum_of_zero);
	tcase_add_test(tcase, the_sum_of_a_known_result_is_right);
	tcase_add_test(tcase, every_type_has_its_text);
	tcase_add_test(tcase, a_restored_sum_goes_on);
	tcase_add_test(tcase, floats_are_short_and_read_back_the_same);
	tcase_add_test(tcase, deletes_are_refused);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
