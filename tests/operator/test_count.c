/* SPDX-License-Identifier: Apache-2.0 */
/* window: windows of so many rows. */
#include <stdio.h>

#include "rig.h"

#define FIELDS        "user string; n int; ts timestamp ms;"
#define WINDOW(words) "window { key user; " words " aggregate n = count(), s = sum(n); }"

static void
push(struct wt_rig *rig, const char *user, int n, int second)
{
	wt_pushf(rig, "{\"user\":\"%s\",\"n\":%d,\"ts\":%d}", user, n, 1000 * second);
}

static void
expect(struct wt_rig *rig, const char *user, int start, int end, int n, int sum)
{
	char row[256];

	snprintf(row, sizeof row,
		"{\"user\":\"%s\",\"window_start\":\"1970-01-01T00:00:%02dZ\","
		"\"window_end\":\"1970-01-01T00:00:%02dZ\",\"n\":%d,\"s\":%d}",
		user, start, end, n, sum);
	wt_expect(rig, 0, row);
}

static void
pairs(struct wt_rig *rig)
{
	push(rig, "ann", 1, 5);
	push(rig, "bob", 2, 6);
	push(rig, "ann", 4, 3); /* as they come, not by time */
	expect(rig, "ann", 3, 5, 2, 5);
	wt_watermark_ms(rig, 50000);
	push(rig, "ann", 8, 4);
	push(rig, "bob", 16, 7);
	expect(rig, "bob", 6, 7, 2, 18);
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 0); /* one row is no window of two */
}

START_TEST(a_window_goes_out_with_its_last_row)
{
	struct wt_options options = {.op = WINDOW("count 2;"), .fields = FIELDS};

	wt_each(&options, pairs);
}
END_TEST

static void
sliding(struct wt_rig *rig)
{
	for (int i = 0; i < 10; i++)
		push(rig, "ann", i, i);
	expect(rig, "ann", 0, 3, 4, 6);
	expect(rig, "ann", 2, 5, 4, 14);
	expect(rig, "ann", 4, 7, 4, 22);
	expect(rig, "ann", 6, 9, 4, 30);
	wt_expect_none(rig, 0);
}

START_TEST(a_slide_makes_windows_overlap)
{
	struct wt_options options = {.op = WINDOW("count 4; slide 2;"), .fields = FIELDS};

	wt_each(&options, sliding);
}
END_TEST

static void
uneven(struct wt_rig *rig)
{
	for (int i = 0; i < 9; i++)
		push(rig, "ann", i, i);
	expect(rig, "ann", 0, 4, 5, 10);
	expect(rig, "ann", 3, 7, 5, 25);
	wt_expect_none(rig, 0);
}

START_TEST(the_first_window_is_full_and_the_slide_counts_from_there)
{
	struct wt_options options = {.op = WINDOW("count 5; slide 3;"), .fields = FIELDS};

	wt_each(&options, uneven);
}
END_TEST

START_TEST(a_key_that_had_no_row_for_long_is_forgotten)
{
	const struct wt_options options = {
		.op = WINDOW("count 3; slide 1; ttl 10s;"), .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	push(rig, "ann", 1, 1);
	push(rig, "ann", 2, 2);
	wt_watermark_ms(rig, 11000);
	push(rig, "ann", 4, 11); /* within the time of the second */
	expect(rig, "ann", 1, 11, 3, 7);
	wt_watermark_ms(rig, 22000);
	push(rig, "ann", 8, 22);
	push(rig, "ann", 16, 22);
	wt_expect_none(rig, 0);
	push(rig, "ann", 32, 23);
	expect(rig, "ann", 22, 23, 3, 56);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

/* No time is as far behind the last ones there are as a ttl is long. */
START_TEST(a_key_of_the_last_times_is_not_forgotten)
{
	const struct wt_options options = {.op = WINDOW("count 3; ttl 10s;"), .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	for (int i = 1; i <= 3; i++) {
		wt_pushf(rig, "{\"user\":\"ann\",\"n\":%d,\"ts\":9223372036854775}", i);
		wt_watermark_ms(rig, 50000 * i);
	}
	wt_expect(rig, 0,
		"{\"user\":\"ann\",\"window_start\":\"+294247-01-10T04:00:54.775Z\","
		"\"window_end\":\"+294247-01-10T04:00:54.775Z\",\"n\":3,\"s\":6}");
	wt_free(rig);
}
END_TEST

/* The watermark is an hour behind: only the rows say that time has passed. */
static void
gaps(struct wt_rig *rig)
{
	push(rig, "ann", 1, 1);
	push(rig, "bob", 1, 1);
	push(rig, "ann", 2, 2);
	push(rig, "ann", 4, 12);
	push(rig, "bob", 2, 12);
	push(rig, "ann", 8, 15);
	push(rig, "bob", 4, 13);
	push(rig, "ann", 16, 14);
	push(rig, "ann", 32, 24);
	push(rig, "ann", 64, 34);
	push(rig, "bob", 8, 22);
	expect(rig, "ann", 12, 15, 3, 28);
	expect(rig, "ann", 14, 24, 3, 56);
	expect(rig, "bob", 12, 22, 3, 14);
	wt_expect_none(rig, 0);
}

START_TEST(a_key_is_forgotten_however_rows_are_dealt_to_batches)
{
	struct wt_options options = {.op = WINDOW("count 3; slide 1; ttl 10s;"), .fields = FIELDS};

	wt_each(&options, gaps);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_window_goes_out_with_its_last_row,
		a_slide_makes_windows_overlap,
		the_first_window_is_full_and_the_slide_counts_from_there,
		a_key_that_had_no_row_for_long_is_forgotten,
		a_key_of_the_last_times_is_not_forgotten,
		a_key_is_forgotten_however_rows_are_dealt_to_batches,
	};

	return WT_MAIN("count", tests);
}
