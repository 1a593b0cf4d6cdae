/* SPDX-License-Identifier: Apache-2.0 */
/* throttle: exactly the rows go on that the rate allows. */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define FIELDS "user string; n int; ts timestamp ms;"

enum { ROWS = 2000, USERS = 5 };

/* What was pushed, and what should become of it: 1 goes on, 2 exceeds. */
struct model {
	int ts[ROWS];
	char want[ROWS];
};

static struct model model;

/* Rows whose times mostly rise, in bursts and pauses, and 2 in 700 ms with 3 at once by the book.
 */
static void
make_model(int users)
{
	long spent[USERS] = {0}, time[USERS] = {0};
	unsigned random = 12345;
	int now = 1000;

	for (int n = 0; n < ROWS; n++) {
		long *s = &spent[n % users], *t = &time[n % users];

		random = random * 1103515245u + 12345u;
		now += random >> 16 & 1 ? 0 : (int)(random >> 17 & 127);
		model.ts[n] = now - (int)(random >> 24 & 7 ? 0 : random >> 27);
		/* In units of half a millisecond: a row costs 700, a millisecond gives 2 back. */
		if (model.ts[n] > *t) {
			*s -= 2L * (model.ts[n] - *t);
			*s = *s < 0 ? 0 : *s;
			*t = model.ts[n];
		}
		model.want[n] = *s + 700 <= 3 * 700 ? 1 : 2;
		*s += model.want[n] == 1 ? 700 : 0;
	}
}

static void
take(struct wt_rig *rig, uint32_t port, char mark, char *got)
{
	const char *row;

	while ((row = wt_pop(rig, port)) != NULL) {
		int n = -1;

		ck_assert_int_eq(sscanf(strstr(row, "\"n\":"), "\"n\":%d", &n), 1);
		ck_assert(n >= 0 && n < ROWS && got[n] == 0);
		got[n] = mark;
	}
}

static void
check_model(struct wt_rig *rig)
{
	char got[ROWS] = {0};
	uint32_t exceeded = 0;

	for (int n = 0; n < ROWS; n++)
		wt_pushf(rig, "{\"user\":\"u%d\",\"n\":%d,\"ts\":%d}", n % USERS, n, model.ts[n]);
	take(rig, 0, 1, got);
	take(rig, 1, 2, got);
	for (int n = 0; n < ROWS; n++)
		exceeded += got[n] == 2;
	ck_assert_uint_gt(exceeded, ROWS / 20);
	ck_assert_mem_eq(got, model.want, ROWS);
	ck_assert_uint_eq(wt_counter(rig, "exceeded"), exceeded);
	ck_assert_int_eq(wt_end(rig), 0);
}

START_TEST(each_key_has_the_rate_for_itself)
{
	const struct wt_options one = {
		.op = "throttle { key user; rate 2/700ms; burst 3; exceed to out1; }",
		.fields = FIELDS};
	struct wt_options two = one;

	two.parallelism = 2;
	make_model(USERS);
	wt_each(&one, check_model);
	wt_each(&two, check_model);
}
END_TEST

START_TEST(without_a_key_all_rows_share_it)
{
	const struct wt_options options = {
		.op = "throttle { rate 2/700ms; burst 3; exceed to out1; }", .fields = FIELDS};

	make_model(1);
	wt_each(&options, check_model);
}
END_TEST

static uint32_t
push_at(struct wt_rig *rig, int n, int64_t ts)
{
	uint32_t before = wt_count(rig, 0);

	for (int i = 0; i < n; i++)
		wt_pushf(rig, "{\"user\":\"a\",\"n\":%d,\"ts\":%lld}", i, (long long)ts);
	return wt_count(rig, 0) - before;
}

START_TEST(the_burst_is_that_of_the_rate_unless_said)
{
	const struct wt_options options = {.op = "throttle { rate 10/s; }", .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	ck_assert_uint_eq(push_at(rig, 20, 1000), 10);
	ck_assert_uint_eq(push_at(rig, 20, 1099), 0);
	ck_assert_uint_eq(push_at(rig, 20, 1100), 1);
	ck_assert_uint_eq(push_at(rig, 20, 900), 0);
	ck_assert_uint_eq(push_at(rig, 20, 1350), 2);
	ck_assert_uint_eq(push_at(rig, 20, 1400), 1);
	ck_assert_uint_eq(push_at(rig, 20, 99999), 10);
	wt_free(rig);
}
END_TEST

START_TEST(times_before_1970_and_far_apart_are_times)
{
	const struct wt_options options = {
		.op = "throttle { rate 1000000000/d; burst 2; }", .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	ck_assert_uint_eq(push_at(rig, 5, -9000000000000), 2);
	ck_assert_uint_eq(push_at(rig, 5, -9000000000000), 0);
	ck_assert_uint_eq(push_at(rig, 5, 9000000000000), 2);
	ck_assert_uint_eq(push_at(rig, 5, -1), 0);
	wt_free(rig);
}
END_TEST

START_TEST(the_clock_can_be_the_time)
{
	const struct wt_options options = {
		.op = "throttle { rate 2/s; time processing; }", .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	ck_assert_uint_eq(push_at(rig, 5, 1000), 2);
	ck_assert_uint_eq(push_at(rig, 5, 9000), 0);
	wt_clock_ms(rig, 500);
	ck_assert_uint_eq(push_at(rig, 5, 0), 1);
	wt_free(rig);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_key_has_the_rate_for_itself,
		without_a_key_all_rows_share_it,
		the_burst_is_that_of_the_rate_unless_said,
		times_before_1970_and_far_apart_are_times,
		the_clock_can_be_the_time,
	};

	return WT_MAIN("throttle", tests);
}
