/* SPDX-License-Identifier: Apache-2.0 */
/* The rig itself: what goes in comes out, time stands still until it is moved. */
#include <stdio.h>
#include <string.h>

#include "rig.h"

static const struct wt_options plain = {.fields = "a int; b string; ts timestamp ms;"};

static void
push_two(struct wt_rig *rig)
{
	wt_push(rig, "{\"a\":1,\"b\":\"x\",\"ts\":5}");
	wt_push(rig, "{\"a\":2,\"ts\":0}");
	wt_expect(rig, 0, "{\"a\":1,\"b\":\"x\",\"ts\":\"1970-01-01T00:00:00.005Z\"}");
	wt_expect(rig, 0, "{\"a\":2,\"b\":null,\"ts\":\"1970-01-01T00:00:00Z\"}");
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 0);
}

START_TEST(what_is_pushed_comes_out)
{
	wt_each(&plain, push_two);
}
END_TEST

START_TEST(ticks_move_time_and_make_no_rows)
{
	struct wt_rig *rig = wt_rig_with(&plain);

	wt_advance_ms(rig, 10000);
	wt_watermark_ms(rig, 20000);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(a_held_sink_stops_the_source)
{
	const struct wt_options options = {.op = "map { set b = a; }",
		.fields = "a int; ts timestamp ms;",
		.batch = 1,
		.ring = true};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_hold(rig, true);
	for (int i = 0; i < 100; i++)
		wt_pushf(rig, "{\"a\":%d,\"ts\":1}", i);
	wt_settle(rig);
	/* One in the sink's hands, one in each ring, and one that came with room. */
	ck_assert_uint_le(wt_given(rig), 4);
	ck_assert_uint_ge(wt_given(rig), 2);
	wt_hold(rig, false);
	ck_assert_uint_eq(wt_count(rig, 0), 100);
	for (int i = 0; i < 100; i++) {
		char row[80];

		snprintf(row, sizeof row, "{\"a\":%d,\"ts\":\"1970-01-01T00:00:00.001Z\",\"b\":%d}",
			i, i);
		wt_expect(rig, 0, row);
	}
	wt_free(rig);
}
END_TEST

START_TEST(with_threads_it_is_the_same)
{
	struct wt_rig *rig = wt_rig_with(&plain);

	wt_push(rig, "{\"a\":1,\"b\":\"x\",\"ts\":5}");
	ck_assert_int_eq(wt_run(rig), 0);
	wt_expect(rig, 0, "{\"a\":1,\"b\":\"x\",\"ts\":\"1970-01-01T00:00:00.005Z\"}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(a_bad_record_is_the_end)
{
	struct wt_rig *rig = wt_rig_with(&plain);

	wt_push(rig, "{\"a\":1,\"ts\":5");
	wt_expect_none(rig, 0);
	ck_assert(wt_has_failed(rig));
	ck_assert_int_lt(wt_end(rig), 0);
	ck_assert_ptr_nonnull(strstr(wt_error(rig), "source tap \"in\": "));
	ck_assert_ptr_nonnull(strstr(
		wt_error(rig), "in source tap \"in\" \"pushed\" at offset 0: {\"a\":1,\"ts\":5"));
	wt_free(rig);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_is_pushed_comes_out,
		ticks_move_time_and_make_no_rows,
		a_held_sink_stops_the_source,
		with_threads_it_is_the_same,
		a_bad_record_is_the_end,
	};

	return WT_MAIN("rig", tests);
}
