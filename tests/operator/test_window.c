/* SPDX-License-Identifier: Apache-2.0 */
/* window: rows of each key, aggregated over windows of event time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define FIELDS "user string; n int; ts timestamp ms;"

static struct wt_options
options_of(const char *op)
{
	return (struct wt_options){.op = op, .fields = FIELDS};
}

static void
push(struct wt_rig *rig, const char *user, int n, int64_t ts)
{
	wt_pushf(rig, "{\"user\":\"%s\",\"n\":%d,\"ts\":%lld}", user, n, (long long)ts);
}

/* A result with times in seconds since 1970, less than a minute. */
static void
expect(struct wt_rig *rig, const char *user, int start, int end, const char *rest)
{
	char row[256];

	snprintf(row, sizeof row,
		"{\"user\":\"%s\",\"window_start\":\"1970-01-01T00:00:%02dZ\","
		"\"window_end\":\"1970-01-01T00:00:%02dZ\",%s}",
		user, start, end, rest);
	wt_expect(rig, 0, row);
}

static void
three_windows(struct wt_rig *rig)
{
	push(rig, "ann", 1, 0);
	push(rig, "ann", 2, 9999);
	push(rig, "ann", 4, 10000);
	push(rig, "ann", 8, 35000);
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 9999);
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 10000);
	expect(rig, "ann", 0, 10, "\"n\":2,\"s\":3");
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 34000);
	expect(rig, "ann", 10, 20, "\"n\":1,\"s\":4");
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	expect(rig, "ann", 30, 40, "\"n\":1,\"s\":8");
	wt_expect_none(rig, 0);
}

START_TEST(a_window_fires_when_time_passes_its_end)
{
	const struct wt_options options =
		options_of("window { key user; tumbling 10s; aggregate n = count(), s = sum(n); }");

	wt_each(&options, three_windows);
}
END_TEST

START_TEST(a_stop_leaves_windows_open)
{
	struct wt_rig *rig = wt_rig_with(&(struct wt_options){
		.op = "window { key user; tumbling 10s; aggregate n = count(); }",
		.fields = FIELDS});

	push(rig, "ann", 1, 0);
	ck_assert_int_eq(wt_stop(rig), 0);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

static void
hops(struct wt_rig *rig)
{
	push(rig, "ann", 1, 12000);
	push(rig, "ann", 2, 17000);
	push(rig, "ann", 4, 45000);
	wt_watermark_ms(rig, 50000);
	expect(rig, "ann", 0, 15, "\"s\":1");
	expect(rig, "ann", 5, 20, "\"s\":3");
	expect(rig, "ann", 10, 25, "\"s\":3");
	expect(rig, "ann", 15, 30, "\"s\":2");
	expect(rig, "ann", 35, 50, "\"s\":4");
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 55000);
	expect(rig, "ann", 40, 55, "\"s\":4");
	wt_expect_none(rig, 0);
}

START_TEST(hopping_windows_overlap)
{
	const struct wt_options options =
		options_of("window { key user; hopping 15s 5s; aggregate s = sum(n); }");

	wt_each(&options, hops);
}
END_TEST

static void
late_rows(struct wt_rig *rig)
{
	push(rig, "ann", 1, 1000);
	wt_watermark_ms(rig, 10000);
	expect(rig, "ann", 0, 10, "\"s\":1");
	push(rig, "ann", 2, 2000);
	expect(rig, "ann", 0, 10, "\"s\":3");
	push(rig, "bob", 4, 3000);
	expect(rig, "bob", 0, 10, "\"s\":4");
	wt_watermark_ms(rig, 15000);
	push(rig, "ann", 8, 4000);
	wt_expect_none(rig, 0);
	wt_expect(rig, 1, "{\"user\":\"ann\",\"n\":8,\"ts\":\"1970-01-01T00:00:04Z\"}");
	wt_expect_none(rig, 1);
	ck_assert_uint_eq(wt_counter(rig, "late_rows"), 1);
}

START_TEST(late_rows_amend_what_was_said_until_they_are_too_late)
{
	const struct wt_options options =
		options_of("window { key user; tumbling 10s; "
			   "allowed_lateness 5s; late_to out1; aggregate s = sum(n); }");

	wt_each(&options, late_rows);
}
END_TEST

/* However the source cuts what it gives. */
START_TEST(a_row_is_late_for_the_batch_before_it)
{
	for (uint32_t batches = 1; batches <= 3; batches++) {
		const struct wt_options options = {.op = "window { key user; tumbling 10s; late_to "
							 "out1; aggregate s = sum(n); }",
			.fields = FIELDS,
			.source_lines = "event_time ts; watermark monotonic;",
			.batch = 1,
			.batches = batches};
		struct wt_rig *rig = wt_rig_with(&options);

		push(rig, "ann", 1, 1000);
		push(rig, "ann", 2, 30000);
		push(rig, "ann", 4, 2000);
		wt_settle(rig);
		expect(rig, "ann", 0, 10, "\"s\":1");
		ck_assert_uint_eq(wt_count(rig, 1), 1);
		ck_assert_uint_eq(wt_counter(rig, "late_rows"), 1);
		wt_free(rig);
	}
}
END_TEST

/* Rows of a key in a hopping window, by its end: whether a result amends one that went out. */
START_TEST(the_first_result_of_a_window_is_an_insert_though_it_is_late)
{
	const struct wt_options options = {
		.op = "window { key user; hopping 10s 5s; allowed_lateness 20s; aggregate s = "
		      "sum(n); }",
		.fields = FIELDS,
		.lines = "map out1 { from it; set window_start = window_end; changes_as change; }"};
	struct wt_rig *rig = wt_rig_with(&options);
	static const char *const want[] = {"15Z\",\"s\":1,\"change\":\"insert\"",
		"20Z\",\"s\":1,\"change\":\"insert\"", "10Z\",\"s\":2,\"change\":\"insert\"",
		"15Z\",\"s\":3,\"change\":\"update\"", "10Z\",\"s\":6,\"change\":\"update\"",
		"15Z\",\"s\":7,\"change\":\"update\""};

	push(rig, "ann", 1, 12000);
	wt_watermark_ms(rig, 20000);
	push(rig, "ann", 2, 6000);
	wt_settle(rig);
	push(rig, "ann", 4, 7000);
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		const char *row = wt_pop(rig, 1);

		ck_assert_msg(row != NULL && strstr(row, want[i]) != NULL, "%s: %s", row, want[i]);
	}
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

START_TEST(late_rows_are_counted_though_nobody_wants_them)
{
	struct wt_rig *rig = wt_rig_with(&(struct wt_options){
		.op = "window { key user; tumbling 10s; aggregate s = sum(n); }",
		.fields = FIELDS});

	wt_watermark_ms(rig, 20000);
	push(rig, "ann", 8, 4000);
	push(rig, "ann", 8, 10000);
	push(rig, "ann", 1, 20000);
	wt_watermark_ms(rig, 30000);
	expect(rig, "ann", 20, 30, "\"s\":1");
	wt_expect_none(rig, 0);
	ck_assert_uint_eq(wt_counter(rig, "late_rows"), 2);
	wt_free(rig);
}
END_TEST

/* 12 s closes the window of 2 s, though all of them may come in one batch. */
static void
late_in_a_batch(struct wt_rig *rig)
{
	static const int seconds[] = {1, 2, 12, 3, 11, 25, 13, 24, 4, 45, 44, 60};

	for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++)
		push(rig, "ann", seconds[i], seconds[i] * 1000);
	expect(rig, "ann", 0, 10, "\"s\":3");
	expect(rig, "ann", 10, 20, "\"s\":23");
	expect(rig, "ann", 20, 30, "\"s\":49");
	expect(rig, "ann", 40, 50, "\"s\":89");
	wt_expect_none(rig, 0);
	wt_expect(rig, 1, "{\"user\":\"ann\",\"n\":3,\"ts\":\"1970-01-01T00:00:03Z\"}");
	wt_expect(rig, 1, "{\"user\":\"ann\",\"n\":13,\"ts\":\"1970-01-01T00:00:13Z\"}");
	wt_expect(rig, 1, "{\"user\":\"ann\",\"n\":4,\"ts\":\"1970-01-01T00:00:04Z\"}");
	wt_expect_none(rig, 1);
}

START_TEST(it_makes_no_difference_which_rows_share_a_batch)
{
	struct wt_options options = options_of(
		"window { key user; tumbling 10s; late_to out1; aggregate s = sum(n); }");

	options.source_lines = "event_time ts; watermark monotonic;";
	wt_each(&options, late_in_a_batch);
}
END_TEST

enum { RUN = 2000, RUNS = 4 };

/* In the order of time but for one in 65, which are of the window behind. */
static void
runs_of_windows(struct wt_rig *rig)
{
	int n[RUNS + 1] = {0}, sum[RUNS + 1] = {0};
	char rest[64];

	for (int i = 0; i < RUN * RUNS; i++) {
		int window = i / RUN + (i % 65 == 64);

		push(rig, "ann", i, (int64_t)window * 10000 + i % RUN * 5);
		n[window]++;
		sum[window] += i;
	}
	wt_watermark_ms(rig, 60000);
	for (int w = 0; w <= RUNS; w++) {
		snprintf(rest, sizeof rest, "\"n\":%d,\"s\":%d", n[w], sum[w]);
		expect(rig, "ann", w * 10, w * 10 + 10, rest);
	}
	wt_expect_none(rig, 0);
}

START_TEST(rows_of_a_batch_go_each_to_its_window)
{
	struct wt_options options =
		options_of("window { key user; tumbling 10s; aggregate n = count(), s = sum(n); }");

	wt_each(&options, runs_of_windows);
}
END_TEST

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum { KEYS = 6000, ROUNDS = 3 };

/* More keys than a batch has rows; between the keys of a window there is no order. */
static void
many_keys(struct wt_rig *rig)
{
	const char **rows = malloc(KEYS * sizeof *rows);
	char row[200];

	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < KEYS; i++) {
			wt_pushf(rig, "{\"user\":\"user number %05d\",\"n\":%d,\"ts\":%d}",
				(i * 7919) % KEYS, r, (i + r) % 10000);
		}
	}
	wt_watermark_ms(rig, 10000);
	ck_assert_uint_eq(wt_count(rig, 0), KEYS);
	for (int i = 0; i < KEYS; i++)
		rows[i] = wt_pop(rig, 0);
	qsort(rows, KEYS, sizeof *rows, by_text);
	for (int i = 0; i < KEYS; i++) {
		snprintf(row, sizeof row,
			"{\"user\":\"user number %05d\",\"window_start\":\"1970-01-01T00:00:00Z\","
			"\"window_end\":\"1970-01-01T00:00:10Z\",\"n\":3,\"m\":2}",
			i);
		ck_assert_str_eq(rows[i], row);
	}
	free(rows);
}

START_TEST(a_window_may_have_more_keys_than_a_batch_has_rows)
{
	const struct wt_options options =
		options_of("window { key user; tumbling 10s; aggregate n = count(), m = max(n); }");
	struct wt_options o = options;

	wt_each(&options, many_keys);
	for (o.parallelism = 2; o.parallelism <= 4; o.parallelism++) {
		struct wt_rig *rig = wt_rig_with(&o);

		many_keys(rig);
		wt_free(rig);
	}
}
END_TEST

START_TEST(what_fires_waits_where_there_is_no_room)
{
	struct wt_options options =
		options_of("window { key n; tumbling 10s; aggregate c = count(); }");
	struct wt_rig *rig;

	options.ring = true;
	rig = wt_rig_with(&options);
	for (int i = 0; i < 50000; i++)
		push(rig, "x", i, 5);
	wt_settle(rig);
	wt_hold(rig, true);
	wt_watermark_ms(rig, 10000);
	/* One batch with the sink, one in the ring, one that came with room. */
	ck_assert_uint_le(wt_count(rig, 0), 2048);
	wt_hold(rig, false);
	ck_assert_uint_eq(wt_count(rig, 0), 50000);
	ck_assert_int_eq(wt_end(rig), 0);
	ck_assert_uint_eq(wt_count(rig, 0), 50000);
	wt_free(rig);
}
END_TEST

static void
two_keys(struct wt_rig *rig)
{
	wt_push(rig, "{\"user\":\"a\",\"n\":1,\"ts\":0}");
	wt_push(rig, "{\"user\":\"a\",\"n\":11,\"ts\":0}");
	wt_push(rig, "{\"n\":2,\"ts\":0}");
	wt_push(rig, "{\"user\":\"a\",\"n\":3,\"ts\":0}");
	wt_push(rig, "{\"n\":4,\"ts\":0}");
	wt_watermark_ms(rig, 60000);
	ck_assert_uint_eq(wt_count(rig, 0), 3);
	for (int i = 0; i < 3; i++) {
		const char *row = wt_pop(rig, 0);

		if (strstr(row, "\"large\":true") != NULL)
			ck_assert_ptr_nonnull(strstr(row, "\"user\":\"a\",\"large\":true"));
		else if (strstr(row, "\"user\":null") != NULL)
			ck_assert_ptr_nonnull(strstr(row, "\"s\":6}"));
		else
			ck_assert_ptr_nonnull(strstr(row, "\"s\":4}"));
	}
}

START_TEST(keys_may_be_expressions_and_null_is_a_key)
{
	const struct wt_options options = options_of(
		"window { key user, large = n > 10; tumbling 1m; aggregate s = sum(n); }");

	wt_each(&options, two_keys);
}
END_TEST

START_TEST(without_a_key_all_rows_are_one_group)
{
	struct wt_rig *rig = wt_rig_with(&(struct wt_options){
		.op = "window { tumbling 10s; aggregate n = count(), big = count() filter (where n "
		      "> 1), a = avg(n), lo = min(user); }",
		.fields = FIELDS});

	push(rig, "b", 1, 0);
	push(rig, "a", 2, 1);
	push(rig, "c", 6, 2);
	wt_watermark_ms(rig, 10000);
	wt_expect(rig, 0,
		"{\"window_start\":\"1970-01-01T00:00:00Z\",\"window_end\":\"1970-01-01T00:00:"
		"10Z\","
		"\"n\":3,\"big\":2,\"a\":3,\"lo\":\"a\"}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

static void
overflow(struct wt_rig *rig)
{
	wt_push(rig, "{\"user\":\"a\",\"n\":9223372036854775807,\"ts\":0}");
	wt_push(rig, "{\"user\":\"a\",\"n\":1,\"ts\":1}");
	wt_push(rig, "{\"user\":\"b\",\"n\":1,\"ts\":1}");
	wt_settle(rig);
	wt_watermark_ms(rig, 10000);
	ck_assert_uint_ge(wt_count(rig, WT_BAD), 1);
	ck_assert_ptr_nonnull(strstr(wt_pop(rig, WT_BAD), "overflow"));
}

START_TEST(a_sum_that_overflows_is_an_error_of_a_row)
{
	const struct wt_options options = options_of("window { key user; tumbling 10s; aggregate s "
						     "= sum(n); on_error dead_letter bad; }");

	wt_each(&options, overflow);
}
END_TEST

static void
window_of_windows(struct wt_rig *rig)
{
	push(rig, "ann", 1, 0);
	push(rig, "ann", 1, 1);
	push(rig, "bob", 1, 9000);
	push(rig, "ann", 1, 10000);
	wt_watermark_ms(rig, 20000);
	ck_assert_uint_eq(wt_count(rig, 0), 3);
	wt_expect(rig, 1,
		"{\"window_start\":\"1970-01-01T00:00:00Z\",\"window_end\":\"1970-01-01T00:00:"
		"20Z\","
		"\"windows\":3,\"most\":2}");
	wt_expect_none(rig, 1);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 1);
}

START_TEST(windows_of_windows_work)
{
	struct wt_options options =
		options_of("window { key user; tumbling 10s; aggregate n = count(); }");

	options.lines = "window out1 { from it; tumbling 20s; aggregate windows = count(), most = "
			"max(n); }";
	wt_each(&options, window_of_windows);
}
END_TEST

START_TEST(mistakes_are_refused_by_name)
{
	wt_refuses("window { tumbling 10s; }", "window \"it\" needs \"aggregate\"");
	wt_refuses("window { aggregate n2 = count(); }",
		"\"cumulate\", \"count\" or \"global\" is missing");
	wt_refuses("window { tumbling 1s; hopping 2s 1s; aggregate c = count(); }",
		"\"tumbling\", \"hopping\", \"session\", \"cumulate\", \"count\" and \"global\" "
		"exclude each other");
	wt_refuses("window { hopping 1s 2s; aggregate c = count(); }", "longer than its size");
	wt_refuses("window { tumblng 1s; aggregate c = count(); }", "did you mean \"tumbling\"?");
	wt_refuses("window { tumbling 10; aggregate c = count(); }", "no duration");
	wt_refuses("window { tumbling 1s; aggregate c = cuont(); }", "did you mean \"count\"?");
	wt_refuses("window { tumbling 1s; aggregate c = n + 1; }", "n");
	wt_refuses("window { key any; tumbling 1s; aggregate c = count(); }", "json");
	wt_refuses("window { key m; tumbling 1s; aggregate c = count(); }", "unknown field \"m\"");
	wt_refuses("window { key n; tumbling 1s; aggregate n = count(); }", "two columns \"n\"");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_window_fires_when_time_passes_its_end,
		a_stop_leaves_windows_open,
		hopping_windows_overlap,
		late_rows_amend_what_was_said_until_they_are_too_late,
		a_row_is_late_for_the_batch_before_it,
		the_first_result_of_a_window_is_an_insert_though_it_is_late,
		late_rows_are_counted_though_nobody_wants_them,
		it_makes_no_difference_which_rows_share_a_batch,
		rows_of_a_batch_go_each_to_its_window,
		a_window_may_have_more_keys_than_a_batch_has_rows,
		what_fires_waits_where_there_is_no_room,
		keys_may_be_expressions_and_null_is_a_key,
		without_a_key_all_rows_are_one_group,
		a_sum_that_overflows_is_an_error_of_a_row,
		windows_of_windows_work,
		mistakes_are_refused_by_name,
	};

	return WT_MAIN("window", tests);
}
