/* SPDX-License-Identifier: Apache-2.0 */
/* window: when windows go out, and what of them; global windows, which do not end. */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define FIELDS "user string; n int; ts timestamp ms;"

static void
push(struct wt_rig *rig, const char *user, int n, int ts)
{
	wt_pushf(rig, "{\"user\":\"%s\",\"n\":%d,\"ts\":%d}", user, n, ts);
}

/* A result by the end of its window in seconds. */
static void
expect(struct wt_rig *rig, const char *user, int end, int n, int sum)
{
	const char *row = wt_pop(rig, 0);
	char want[128];

	ck_assert_msg(row != NULL, "no row for %s at %d", user, end);
	snprintf(want, sizeof want, "\"window_end\":\"1970-01-01T00:00:%02dZ\",\"n\":%d,\"s\":%d}",
		end, n, sum);
	ck_assert_msg(strstr(row, want) != NULL && strstr(row, user) != NULL, "%s: %s, %s", row,
		user, want);
}

static void
expect_global(struct wt_rig *rig, const char *user, int n, int sum)
{
	char row[128];

	snprintf(row, sizeof row, "{\"user\":\"%s\",\"n\":%d,\"s\":%d}", user, n, sum);
	wt_expect(rig, 0, row);
}

#define WINDOW(words) "window { key user; " words " aggregate n = count(), s = sum(n); }"

static void
each_second_row(struct wt_rig *rig)
{
	for (int i = 0; i < 5; i++)
		push(rig, "ann", 1 << i, i);
	push(rig, "bob", 7, 5);
	expect(rig, "ann", 10, 2, 3);
	expect(rig, "ann", 10, 4, 15);
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 10000);
	expect(rig, "ann", 10, 5, 31);
	expect(rig, "bob", 10, 1, 7);
	wt_expect_none(rig, 0);
}

START_TEST(a_window_goes_out_after_each_n_rows_of_it)
{
	struct wt_options options = {
		.op = WINDOW("tumbling 10s; trigger count 2;"), .fields = FIELDS};

	wt_each(&options, each_second_row);
}
END_TEST

static void
parts(struct wt_rig *rig)
{
	for (int i = 0; i < 5; i++)
		push(rig, "ann", 1 << i, i);
	expect(rig, "ann", 10, 2, 3);
	expect(rig, "ann", 10, 2, 12);
	wt_watermark_ms(rig, 10000);
	expect(rig, "ann", 10, 1, 16);
	push(rig, "ann", 32, 5);
	expect(rig, "ann", 10, 1, 32);
	wt_expect_none(rig, 0);
}

START_TEST(discarding_gives_each_row_once)
{
	struct wt_options options = {.op = WINDOW("tumbling 10s; trigger count 2; allowed_lateness "
						  "5s; accumulation_mode discarding;"),
		.fields = FIELDS};

	wt_each(&options, parts);
}
END_TEST

static void
hops(struct wt_rig *rig)
{
	push(rig, "ann", 1, 12000);
	wt_expect_none(rig, 0);
	push(rig, "ann", 2, 13000);
	expect(rig, "ann", 15, 2, 3);
	expect(rig, "ann", 20, 2, 3);
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 15000);
	push(rig, "ann", 4, 14000); /* late for the first of its windows */
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 20000);
	expect(rig, "ann", 20, 3, 7);
	wt_expect_none(rig, 0);
}

START_TEST(windows_that_overlap_go_out_each_by_itself)
{
	struct wt_options options = {
		.op = WINDOW("hopping 10s 5s; trigger count 2;"), .fields = FIELDS};

	wt_each(&options, hops);
}
END_TEST

START_TEST(what_has_changed_goes_out_when_event_time_goes_on)
{
	const struct wt_options options = {
		.op = WINDOW("cumulate 20s 10s; trigger every 2s;"), .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "ann", 1, 1000);
	wt_watermark_ms(rig, 1999);
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 2000);
	expect(rig, "ann", 10, 1, 1);
	expect(rig, "ann", 20, 1, 1);
	push(rig, "bob", 2, 3000);
	wt_watermark_ms(rig, 4000);
	expect(rig, "bob", 10, 1, 2);
	expect(rig, "bob", 20, 1, 2);
	wt_watermark_ms(rig, 10000);
	wt_expect_none(rig, 0); /* both have gone out as they are */
	push(rig, "ann", 4, 12000);
	wt_watermark_ms(rig, 20000);
	expect(rig, "ann", 20, 2, 5);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(what_has_changed_goes_out_when_the_clock_goes_on)
{
	const struct wt_options options = {
		.op = WINDOW("tumbling 10s; trigger every 4s999ms1000us processing;"),
		.fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "ann", 1, 1000);
	wt_clock_ms(rig, 4999);
	wt_expect_none(rig, 0);
	wt_clock_ms(rig, 1);
	expect(rig, "ann", 10, 1, 1);
	wt_clock_ms(rig, 20000);
	wt_expect_none(rig, 0);
	push(rig, "ann", 2, 1000);
	push(rig, "bob", 4, 11000);
	wt_clock_ms(rig, 5000);
	expect(rig, "ann", 10, 2, 3);
	expect(rig, "bob", 20, 1, 4);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(late_rows_make_a_window_go_out_at_once)
{
	const struct wt_options options = {.op = WINDOW("tumbling 10s; trigger count 3; "
							"allowed_lateness 5s; late_to out1;"),
		.fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "ann", 1, 1000);
	wt_watermark_ms(rig, 10000);
	expect(rig, "ann", 10, 1, 1);
	push(rig, "ann", 2, 2000);
	expect(rig, "ann", 10, 2, 3);
	wt_watermark_ms(rig, 15000);
	push(rig, "ann", 4, 2000);
	wt_expect_none(rig, 0);
	wt_expect(rig, 1, "{\"user\":\"ann\",\"n\":4,\"ts\":\"1970-01-01T00:00:02Z\"}");
	ck_assert_uint_eq(wt_counter(rig, "late_rows"), 1);
	wt_free(rig);
}
END_TEST

static void
once(struct wt_rig *rig)
{
	push(rig, "ann", 1, 1000);
	wt_watermark_ms(rig, 12000);
	wt_expect_none(rig, 0);
	push(rig, "ann", 2, 2000);
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 15000);
	expect(rig, "ann", 10, 2, 3);
	push(rig, "ann", 4, 3000);
	wt_expect(rig, 1, "{\"user\":\"ann\",\"n\":4,\"ts\":\"1970-01-01T00:00:03Z\"}");
	push(rig, "ann", 8, 11000);
	ck_assert_int_eq(wt_end(rig), 0);
	expect(rig, "ann", 20, 1, 8);
	wt_expect_none(rig, 0);
}

START_TEST(the_final_result_waits_for_late_rows)
{
	struct wt_options options = {
		.op = WINDOW("tumbling 10s; allowed_lateness 5s; emit final; late_to out1;"),
		.fields = FIELDS};

	wt_each(&options, once);
}
END_TEST

static void
for_ever(struct wt_rig *rig)
{
	push(rig, "ann", 1, 1000);
	push(rig, "bob", 2, 90000000);
	push(rig, "ann", 4, -5000);
	expect_global(rig, "ann", 2, 5);
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	expect_global(rig, "bob", 1, 2);
	wt_expect_none(rig, 0);
}

START_TEST(a_global_window_has_all_rows_of_a_key)
{
	struct wt_options options = {.op = WINDOW("global; trigger count 2;"), .fields = FIELDS};

	wt_each(&options, for_ever);
}
END_TEST

START_TEST(a_global_window_may_go_out_at_the_end_alone)
{
	const struct wt_options options = {.op = WINDOW("global; emit final;"), .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "ann", 1, 1000);
	push(rig, "ann", 2, 2000);
	wt_watermark_ms(rig, 100000);
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	expect_global(rig, "ann", 2, 3);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

/* What the operator has of a window, behind the slots of count() and sum(). */
enum { OWN_AT = 8 + 24 };
struct own {
	int64_t newest;
	uint32_t fresh, emitted;
	uint64_t fires;
};

START_TEST(a_window_of_more_rows_than_32_bits_count_is_one)
{
	const struct wt_options options = {.op = WINDOW("global; emit final;"), .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);
	struct own *own;

	push(rig, "ann", 1, 1000);
	own = (struct own *)((char *)wt_entry(rig) + OWN_AT);
	ck_assert_int_eq(own->newest, 1000000);
	ck_assert_uint_eq(own->fresh, 1);
	own->fresh = UINT32_MAX - 1;
	push(rig, "ann", 2, 2000);
	push(rig, "ann", 4, 3000);
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	expect_global(rig, "ann", 3, 7);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(a_key_that_had_no_row_for_long_is_forgotten)
{
	const struct wt_options options = {
		.op = WINDOW("global; trigger count 1; ttl 10s;"), .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "ann", 1, 1000);
	push(rig, "ann", 2, 9000);
	expect_global(rig, "ann", 1, 1);
	expect_global(rig, "ann", 2, 3);
	wt_watermark_ms(rig, 30000);
	push(rig, "ann", 4, 31000);
	expect_global(rig, "ann", 1, 4);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(mistakes_are_refused)
{
	wt_refuses(WINDOW("global;"), "say with \"trigger\" when it goes out");
	wt_refuses(WINDOW("tumbling 1s; trigger cuont 3;"), "a trigger is \"count N\"");
	wt_refuses(WINDOW("tumbling 1s; trigger count 0;"), "a trigger is \"count N\"");
	wt_refuses(WINDOW("tumbling 1s; trigger count 3 s;"), "a trigger is \"count N\"");
	wt_refuses(WINDOW("tumbling 1s; trigger every 3;"), "a trigger is \"count N\"");
	wt_refuses(WINDOW("tumbling 1s; trigger every 3s sometimes;"), "a trigger is \"count N\"");
	wt_refuses(WINDOW("tumbling 1s; trigger every 999us;"), "a trigger is \"count N\"");
	wt_refuses(WINDOW("tumbling 1s; trigger every 1s1m;"), "a trigger is \"count N\"");
	wt_refuses(WINDOW("tumbling 1s; trigger every 99999999999999999999s5ms;"),
		"a trigger is \"count N\"");
	wt_refuses(WINDOW("tumbling 1s; trigger count 1; trigger count 2;"), "already");
	wt_refuses(WINDOW("tumbling 1s; trigger every 1s; trigger every 2s;"), "already");
	wt_refuses(WINDOW("global; trigger watermark;"), "no end that a watermark could pass");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_window_goes_out_after_each_n_rows_of_it,
		discarding_gives_each_row_once,
		windows_that_overlap_go_out_each_by_itself,
		what_has_changed_goes_out_when_event_time_goes_on,
		what_has_changed_goes_out_when_the_clock_goes_on,
		late_rows_make_a_window_go_out_at_once,
		the_final_result_waits_for_late_rows,
		a_global_window_has_all_rows_of_a_key,
		a_global_window_may_go_out_at_the_end_alone,
		a_window_of_more_rows_than_32_bits_count_is_one,
		a_key_that_had_no_row_for_long_is_forgotten,
		mistakes_are_refused,
	};

	return WT_MAIN("trigger", tests);
}
