/* SPDX-License-Identifier: Apache-2.0 */
/* key_by: all rows go on, those of a key in order. */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define FIELDS "user string; n int; ts timestamp ms;"

enum { ROWS = 3000, USERS = 23 };

static void
push_all(struct wt_rig *rig)
{
	for (int n = 0; n < ROWS; n++)
		wt_pushf(rig, "{\"user\":\"u%d\",\"n\":%d,\"ts\":%d}", n * n % USERS, n, n);
}

static void
check_order(struct wt_rig *rig)
{
	int last[USERS];
	const char *row;
	int count = 0;

	memset(last, -1, sizeof last);
	push_all(rig);
	while ((row = wt_pop(rig, 0)) != NULL) {
		int user, n;

		ck_assert_int_eq(sscanf(row, "{\"user\":\"u%d\",\"n\":%d", &user, &n), 2);
		ck_assert_int_eq(user, n * n % USERS);
		ck_assert_int_lt(last[user], n);
		last[user] = n;
		count++;
	}
	ck_assert_int_eq(count, ROWS);
	ck_assert_int_eq(wt_end(rig), 0);
}

START_TEST(rows_of_a_key_stay_in_order)
{
	const struct wt_options one = {.op = "key_by { key user; }", .fields = FIELDS};
	const struct wt_options two = {
		.op = "key_by { key user; }", .fields = FIELDS, .parallelism = 2};

	wt_each(&one, check_order);
	wt_each(&two, check_order);
}
END_TEST

START_TEST(rows_go_on_as_they_came)
{
	const struct wt_options options = {
		.op = "key_by { key lower(user), n > 1; }", .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, "{\"user\":\"A\",\"n\":null,\"ts\":1}");
	wt_expect(rig, 0, "{\"user\":\"A\",\"n\":null,\"ts\":\"1970-01-01T00:00:00.001Z\"}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(a_slow_sink_loses_nothing)
{
	const struct wt_options options = {.op = "key_by { key user; }",
		.fields = FIELDS,
		.parallelism = 2,
		.batch = 1,
		.ring = true};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_hold(rig, true);
	push_all(rig);
	wt_settle(rig);
	ck_assert_uint_lt(wt_given(rig), ROWS);
	wt_hold(rig, false);
	ck_assert_uint_eq(wt_count(rig, 0), ROWS);
	wt_free(rig);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		rows_of_a_key_stay_in_order,
		rows_go_on_as_they_came,
		a_slow_sink_loses_nothing,
	};

	return WT_MAIN("key_by", tests);
}
