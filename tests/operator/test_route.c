/* SPDX-License-Identifier: Apache-2.0 */
/* route: rows go where their conditions say, and none is lost. */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define FIELDS "user string; n int; ts timestamp ms;"

/*
 * The router stands in the further lines, as its own name is no output: port 0 shows all that was
 * pushed.
 */
static struct wt_rig *
rig_of(const char *body, struct wt_options o)
{
	char lines[1024];

	snprintf(lines, sizeof lines, "route r { from in%s; %s } sink null z { from rest; }",
		o.ring ? " silent" : "", body);
	o.lines = lines;
	o.fields = FIELDS;
	return wt_rig_with(&o);
}

static void
push(struct wt_rig *rig, int n)
{
	wt_pushf(rig, "{\"user\":\"u%d\",\"n\":%d,\"ts\":%d}", n % 7, n, n);
}

/* The sum of n of all rows that came out; *count: how many. */
static long
drain(struct wt_rig *rig, uint32_t port, uint32_t *count)
{
	const char *row;
	long sum = 0;

	for (*count = 0; (row = wt_pop(rig, port)) != NULL; (*count)++) {
		int n = -1;

		ck_assert_int_eq(sscanf(strstr(row, "\"n\":"), "\"n\":%d", &n), 1);
		sum += n;
	}
	return sum;
}

static void
each(const char *body, void (*test)(struct wt_rig *rig))
{
	static const uint32_t batches[] = {1, 3, 2048};

	for (int i = 0; i < 12; i++) {
		const struct wt_options o = {
			.batch = batches[i % 3], .ring = i / 3 % 2 == 1, .busy = i < 6 ? 0 : 3};
		struct wt_rig *rig = rig_of(body, o);

		test(rig);
		ck_assert_int_eq(wt_end(rig), 0);
		wt_free(rig);
	}
}

/* 0 .. 2999: multiples of three, then even ones. */
static void
check_first(struct wt_rig *rig)
{
	uint32_t count;

	for (int n = 0; n < 3000; n++)
		push(rig, n);
	ck_assert_int_eq(drain(rig, 1, &count), 1498500);
	ck_assert_uint_eq(count, 1000);
	ck_assert_int_eq(drain(rig, 2, &count), 1499000 + 1000);
	ck_assert_uint_eq(count, 1000);
}

START_TEST(a_row_goes_to_the_first_case_that_it_meets)
{
	each("case out1 n % 3 = 0; case out2 n % 2 = 0; default rest;", check_first);
}
END_TEST

static void
check_all(struct wt_rig *rig)
{
	uint32_t count;

	for (int n = 0; n < 3000; n++)
		push(rig, n);
	ck_assert_int_eq(drain(rig, 1, &count), 1498500);
	ck_assert_uint_eq(count, 1000);
	ck_assert_int_eq(drain(rig, 2, &count), 2248500);
	ck_assert_uint_eq(count, 1500);
}

START_TEST(or_to_all_that_it_meets)
{
	each("match all; case out1 n % 3 = 0; case out2 n % 2 = 0; default rest;", check_all);
}
END_TEST

START_TEST(null_is_not_true)
{
	static const char *const matches[] = {"first", "all"};

	for (int i = 0; i < 2; i++) {
		char body[128];
		struct wt_rig *rig;

		snprintf(body, sizeof body,
			"match %s; case rest n > 1; case out2 n < 1; default out1;", matches[i]);
		rig = rig_of(body, (struct wt_options){0});
		wt_push(rig, "{\"user\":\"a\",\"n\":null,\"ts\":1}");
		wt_push(rig, "{\"user\":\"a\",\"n\":0,\"ts\":1}");
		wt_expect(
			rig, 1, "{\"user\":\"a\",\"n\":null,\"ts\":\"1970-01-01T00:00:00.001Z\"}");
		wt_expect_none(rig, 1);
		wt_expect(rig, 2, "{\"user\":\"a\",\"n\":0,\"ts\":\"1970-01-01T00:00:00.001Z\"}");
		wt_free(rig);
	}
}
END_TEST

START_TEST(conditions_behind_the_one_that_is_met_cannot_fail)
{
	struct wt_rig *rig = rig_of("case rest n = 0; case out1 100 / n > 10; case out2 100 / (n - "
				    "50) = 2; on_error dead_letter bad;",
		(struct wt_options){0});

	push(rig, 0);
	push(rig, 1);
	push(rig, 50);
	push(rig, 100);
	wt_expect(rig, 1, "{\"user\":\"u1\",\"n\":1,\"ts\":\"1970-01-01T00:00:00.001Z\"}");
	wt_expect_none(rig, 1);
	wt_expect(rig, 2, "{\"user\":\"u2\",\"n\":100,\"ts\":\"1970-01-01T00:00:00.100Z\"}");
	wt_expect_none(rig, 2);
	ck_assert_uint_eq(wt_count(rig, WT_BAD), 1);
	ck_assert_ptr_nonnull(strstr(wt_pop(rig, WT_BAD), "\"operator\":\"r\""));
	wt_free(rig);
}
END_TEST

START_TEST(a_row_that_fails_in_one_of_all_goes_nowhere)
{
	struct wt_rig *rig = rig_of(
		"match all; case out1 n >= 0; case rest 1 / n = 1; default out2; on_error drop;",
		(struct wt_options){0});

	push(rig, 0);
	push(rig, 1);
	ck_assert_uint_eq(wt_count(rig, 0), 2);
	wt_expect(rig, 1, "{\"user\":\"u1\",\"n\":1,\"ts\":\"1970-01-01T00:00:00.001Z\"}");
	wt_expect_none(rig, 1);
	wt_expect_none(rig, 2);
	wt_free(rig);
}
END_TEST

START_TEST(comments_and_quotes_in_conditions_do_no_harm)
{
	struct wt_rig *rig = rig_of("case out1 n = 1 # one\n; case out2 user = ') then 0 when (';"
				    "default rest;",
		(struct wt_options){0});

	push(rig, 1);
	wt_push(rig, "{\"user\":\") then 0 when (\",\"n\":5,\"ts\":0}");
	ck_assert_uint_eq(wt_count(rig, 1), 1);
	ck_assert_uint_eq(wt_count(rig, 2), 1);
	wt_free(rig);
}
END_TEST

START_TEST(subtasks_route_alike)
{
	struct wt_rig *rig =
		rig_of("parallelism 2; case out1 n % 3 = 0; case out2 n % 2 = 0; default rest;",
			(struct wt_options){.batch = 10});

	check_first(rig);
	wt_free(rig);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_row_goes_to_the_first_case_that_it_meets,
		or_to_all_that_it_meets,
		null_is_not_true,
		conditions_behind_the_one_that_is_met_cannot_fail,
		a_row_that_fails_in_one_of_all_goes_nowhere,
		comments_and_quotes_in_conditions_do_no_harm,
		subtasks_route_alike,
	};

	return WT_MAIN("route", tests);
}
