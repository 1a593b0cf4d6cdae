/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate: the last result of a key is that of all its rows. */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define FIELDS "user string; n int; ts timestamp ms; text string;"

enum { ROWS = 6000, USERS = 3000 };

static void
push(struct wt_rig *rig, const char *user, int n)
{
	wt_pushf(rig, "{\"user\":\"%s\",\"n\":%d,\"ts\":%d}", user, n, n);
}

START_TEST(each_change_amends_the_result)
{
	const struct wt_options options = {.op = "aggregate { key user; aggregate n = count(), s = "
						 "sum(n); }",
		.fields = FIELDS,
		.batch = 1};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "a", 1);
	push(rig, "b", 5);
	push(rig, "a", 2);
	wt_expect(rig, 0, "{\"user\":\"a\",\"n\":1,\"s\":1}");
	wt_expect(rig, 0, "{\"user\":\"b\",\"n\":1,\"s\":5}");
	wt_expect(rig, 0, "{\"user\":\"a\",\"n\":2,\"s\":3}");
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(of_a_batch_each_key_goes_out_once)
{
	const struct wt_options options = {
		.op = "aggregate { key user; aggregate n = count(), s = sum(n); }",
		.fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "a", 1);
	push(rig, "b", 5);
	push(rig, "a", 2);
	wt_expect(rig, 0, "{\"user\":\"a\",\"n\":2,\"s\":3}");
	wt_expect(rig, 0, "{\"user\":\"b\",\"n\":1,\"s\":5}");
	push(rig, "a", 4);
	wt_expect(rig, 0, "{\"user\":\"a\",\"n\":3,\"s\":7}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

static void
push_many(struct wt_rig *rig)
{
	for (int i = 0; i < ROWS; i++)
		wt_pushf(rig, "{\"user\":\"u%d\",\"n\":%d,\"ts\":%d}", i % USERS, i, i);
}

/* The last row of every key is that of all its rows: gives how many rows there were. */
static uint32_t
check_last(struct wt_rig *rig)
{
	int n[USERS] = {0}, s[USERS] = {0};
	uint32_t rows = 0;
	const char *row;

	for (; (row = wt_pop(rig, 0)) != NULL; rows++) {
		int user, count, sum;

		ck_assert_int_eq(
			sscanf(row, "{\"user\":\"u%d\",\"n\":%d,\"s\":%d}", &user, &count, &sum),
			3);
		ck_assert_int_gt(count, n[user]);
		n[user] = count;
		s[user] = sum;
	}
	for (int user = 0; user < USERS; user++) {
		ck_assert_int_eq(n[user], ROWS / USERS);
		ck_assert_int_eq(s[user], user + user + USERS);
	}
	return rows;
}

static void
check_updates(struct wt_rig *rig)
{
	push_many(rig);
	wt_settle(rig);
	check_last(rig);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 0);
}

START_TEST(the_last_update_counts_all_rows)
{
	struct wt_options options = {
		.op = "aggregate { key user; aggregate n = count(), s = sum(n); }",
		.fields = FIELDS};

	wt_each(&options, check_updates);
	options.parallelism = 2;
	wt_each(&options, check_updates);
}
END_TEST

static void
check_end(struct wt_rig *rig)
{
	push_many(rig);
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	ck_assert_uint_eq(check_last(rig), USERS);
}

START_TEST(at_the_end_each_key_goes_out_once)
{
	struct wt_options options = {
		.op = "aggregate { key user; aggregate n = count(), s = sum(n); emit end; }",
		.fields = FIELDS};

	wt_each(&options, check_end);
	options.parallelism = 2;
	wt_each(&options, check_end);
}
END_TEST

START_TEST(without_a_key_there_is_one_row)
{
	const struct wt_options options = {
		.op = "aggregate { aggregate n = count(), s = sum(n); emit end; }",
		.fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "a", 1);
	push(rig, "b", 5);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0, "{\"n\":2,\"s\":6}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(without_rows_there_is_none)
{
	struct wt_rig *rig = wt_rig("aggregate { aggregate n = count(); emit end; }");

	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(a_bad_row_does_not_count)
{
	const struct wt_options options = {.op = "aggregate { key user; on_error dead_letter bad; "
						 "aggregate s = sum(cast(text as int)); }",
		.fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, "{\"user\":\"a\",\"text\":\"5\",\"ts\":1}");
	wt_push(rig, "{\"user\":\"a\",\"text\":\"five\",\"ts\":1}");
	wt_expect(rig, 0, "{\"user\":\"a\",\"s\":5}");
	wt_expect_none(rig, 0);
	ck_assert_uint_eq(wt_count(rig, WT_BAD), 1);
	wt_free(rig);
}
END_TEST

START_TEST(a_result_is_late_for_nobody)
{
	const struct wt_options options = {
		.op = "aggregate { key user; aggregate n = count(); emit end; }",
		.fields = FIELDS,
		.lines = "window w { from it; tumbling 1s; aggregate m = sum(n); late_to out1; }"
			 "sink null z { from w; }"};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "a", 1000);
	wt_watermark_ms(rig, 60000);
	push(rig, "b", 70000);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0, "{\"user\":\"a\",\"n\":1}");
	wt_expect(rig, 0, "{\"user\":\"b\",\"n\":1}");
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

/* Rows of one batch may be further from each other than keys are kept. */
START_TEST(a_key_without_rows_for_long_starts_anew)
{
	const struct wt_options options = {
		.op = "aggregate { key user; aggregate n = count(); ttl 1s; }", .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "a", 1);
	push(rig, "a", 1000);
	push(rig, "b", 1001);
	push(rig, "a", 2000);
	push(rig, "b", 3000);
	wt_expect(rig, 0, "{\"user\":\"a\",\"n\":2}");
	wt_expect(rig, 0, "{\"user\":\"b\",\"n\":1}");
	wt_expect(rig, 0, "{\"user\":\"a\",\"n\":1}");
	wt_expect(rig, 0, "{\"user\":\"b\",\"n\":1}");
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 3500);
	push(rig, "a", 3600);
	push(rig, "b", 3700);
	wt_expect(rig, 0, "{\"user\":\"a\",\"n\":1}");
	wt_expect(rig, 0, "{\"user\":\"b\",\"n\":2}");
	wt_free(rig);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_change_amends_the_result,
		of_a_batch_each_key_goes_out_once,
		the_last_update_counts_all_rows,
		at_the_end_each_key_goes_out_once,
		without_a_key_there_is_one_row,
		without_rows_there_is_none,
		a_bad_row_does_not_count,
		a_result_is_late_for_nobody,
		a_key_without_rows_for_long_starts_anew,
	};

	return WT_MAIN("aggregate", tests);
}
