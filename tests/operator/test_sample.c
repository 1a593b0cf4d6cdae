/* SPDX-License-Identifier: Apache-2.0 */
/* sample: the share is right, and the same rows are kept however they come. */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define FIELDS "user string; n int; ts timestamp ms;"

enum { ROWS = 6000, USERS = 300 };

/* kept[n]: whether row n came out. */
static void
run(struct wt_rig *rig, char *kept)
{
	const char *row;

	memset(kept, 0, ROWS);
	for (int n = 0; n < ROWS; n++)
		wt_pushf(rig, "{\"user\":\"u%d\",\"n\":%d,\"ts\":%d}", n % USERS, n, n);
	while ((row = wt_pop(rig, 0)) != NULL) {
		int n = -1;

		ck_assert_int_eq(sscanf(strstr(row, "\"n\":"), "\"n\":%d", &n), 1);
		ck_assert(n >= 0 && n < ROWS && !kept[n]);
		kept[n] = 1;
	}
}

static uint32_t
run_once(const char *op, uint32_t parallelism, char *kept)
{
	const struct wt_options options = {
		.op = op, .fields = FIELDS, .parallelism = parallelism, .batch = 100};
	struct wt_rig *rig = wt_rig_with(&options);
	uint32_t count = 0;

	run(rig, kept);
	for (int n = 0; n < ROWS; n++)
		count += kept[n] != 0;
	ck_assert_uint_eq(wt_counter(rig, "sampled_out"), ROWS - count);
	wt_free(rig);
	return count;
}

static char expected[ROWS];

static void
check_same(struct wt_rig *rig)
{
	char kept[ROWS];

	run(rig, kept);
	ck_assert_mem_eq(kept, expected, ROWS);
}

START_TEST(the_same_rows_are_kept_however_they_come)
{
	const struct wt_options options = {.op = "sample { rate 1/10; }", .fields = FIELDS};
	uint32_t count = run_once(options.op, 1, expected);

	ck_assert_uint_gt(count, ROWS / 10 - 100);
	ck_assert_uint_lt(count, ROWS / 10 + 100);
	wt_each(&options, check_same);
}
END_TEST

START_TEST(of_a_key_all_rows_are_kept_or_none)
{
	char one[ROWS], two[ROWS];
	uint32_t users = 0;

	run_once("sample { rate 0.25; key user; }", 1, one);
	run_once("sample { rate 0.25; key user; }", 2, two);
	ck_assert_mem_eq(one, two, ROWS);
	for (int n = 0; n < ROWS; n++) {
		ck_assert_int_eq(one[n], one[n % USERS]);
		users += n < USERS && one[n];
	}
	ck_assert_uint_gt(users, USERS / 4 - 30);
	ck_assert_uint_lt(users, USERS / 4 + 30);
}
END_TEST

START_TEST(a_larger_share_has_the_smaller_in_it)
{
	char small[ROWS], large[ROWS];
	uint32_t n_small = run_once("sample { rate 1/20; key user; seed 7; }", 1, small);
	uint32_t n_large = run_once("sample { rate 1/2; key user; seed 7; }", 1, large);

	ck_assert_uint_lt(n_small, n_large);
	for (int n = 0; n < ROWS; n++)
		ck_assert_int_le(small[n], large[n]);
}
END_TEST

START_TEST(another_seed_keeps_others)
{
	char a[ROWS], b[ROWS];

	run_once("sample { rate 1/2; }", 1, a);
	run_once("sample { rate 1/2; seed 1; }", 1, b);
	ck_assert_mem_ne(a, b, ROWS);
	run_once("sample { rate 1/2; key user; }", 1, a);
	run_once("sample { rate 1/2; key user; seed 1; }", 1, b);
	ck_assert_mem_ne(a, b, ROWS);
}
END_TEST

START_TEST(subtasks_do_not_keep_the_same_numbers)
{
	char one[ROWS], two[ROWS];
	uint32_t alike = 0;

	run_once("sample { rate 1/2; }", 1, one);
	run_once("sample { rate 1/2; }", 2, two);
	/* Two subtasks got batches of 100 in turns: half of one's rows have numbers of another's.
	 */
	for (int n = 0; n < 1000; n++)
		alike += two[n / 100 * 200 + n % 100] == two[n / 100 * 200 + 100 + n % 100];
	ck_assert_uint_gt(alike, 400);
	ck_assert_uint_lt(alike, 600);
}
END_TEST

START_TEST(all_and_next_to_nothing)
{
	char kept[ROWS];

	ck_assert_uint_eq(run_once("sample { rate 1; }", 1, kept), ROWS);
	ck_assert_uint_eq(run_once("sample { rate 1/1; key user; }", 1, kept), ROWS);
	ck_assert_uint_eq(run_once("sample { rate 0.000000000000001; }", 1, kept), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_same_rows_are_kept_however_they_come,
		of_a_key_all_rows_are_kept_or_none,
		a_larger_share_has_the_smaller_in_it,
		another_seed_keeps_others,
		subtasks_do_not_keep_the_same_numbers,
		all_and_next_to_nothing,
	};

	return WT_MAIN("sample", tests);
}
