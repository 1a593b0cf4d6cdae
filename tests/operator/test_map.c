/* SPDX-License-Identifier: Apache-2.0 */
/* map: fields set, renamed, removed and kept. */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define FIELDS "a int; b int; s string;"

static struct wt_options
options_of(const char *op)
{
	return (struct wt_options){.op = op, .fields = FIELDS, .source_lines = "watermark none;"};
}

/* What comes of {"a":3,"b":4,"s":"x"}. */
static void
maps_to(const char *op, const char *row)
{
	const struct wt_options options = options_of(op);
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, "{\"a\":3,\"b\":4,\"s\":\"x\"}");
	wt_expect(rig, 0, row);
	wt_expect_none(rig, 0);
	wt_free(rig);
}

START_TEST(fields_are_set_in_their_place_and_new_ones_come_last)
{
	maps_to("map { set b = a * b, c = s || '!'; }",
		"{\"a\":3,\"b\":12,\"s\":\"x\",\"c\":\"x!\"}");
	maps_to("map { set a = 'text'; }", "{\"a\":\"text\",\"b\":4,\"s\":\"x\"}");
	maps_to("map { set c = 1; set d = 2, e = null is null; }",
		"{\"a\":3,\"b\":4,\"s\":\"x\",\"c\":1,\"d\":2,\"e\":true}");
}
END_TEST

START_TEST(expressions_read_the_input_record)
{
	maps_to("map { set a = b, b = a; }", "{\"a\":4,\"b\":3,\"s\":\"x\"}");
	maps_to("map { set a = a + 1, c = a; }", "{\"a\":4,\"b\":4,\"s\":\"x\",\"c\":3}");
}
END_TEST

START_TEST(fields_are_renamed_removed_and_kept)
{
	maps_to("map { rename a c; }", "{\"c\":3,\"b\":4,\"s\":\"x\"}");
	maps_to("map { rename a b; rename b a; }", "{\"b\":3,\"a\":4,\"s\":\"x\"}");
	maps_to("map { rename a c; set a = 9; }", "{\"c\":3,\"b\":4,\"s\":\"x\",\"a\":9}");
	maps_to("map { remove a s; }", "{\"b\":4}");
	maps_to("map { keep s b; }", "{\"b\":4,\"s\":\"x\"}");
	maps_to("map { keep b; set c = a; }", "{\"b\":4,\"c\":3}");
}
END_TEST

/* What comes of a record with these fields. */
static void
changes(const char *op, const char *fields, const char *record, const char *row)
{
	const struct wt_options options = {
		.op = op, .fields = fields, .source_lines = "watermark none;"};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, record);
	wt_expect(rig, 0, row);
	wt_expect_none(rig, 0);
	wt_free(rig);
}

START_TEST(fields_are_cast_and_have_defaults)
{
	maps_to("map { cast a float; cast b string; }", "{\"a\":3,\"b\":\"4\",\"s\":\"x\"}");
	changes("map { default b a + 1; default s 'none'; }", FIELDS, "{\"a\":3}",
		"{\"a\":3,\"b\":4,\"s\":\"none\"}");
	changes("map { cast n int; default n -1; }", "n string;", "{\"n\":null}", "{\"n\":-1}");
	changes("map { default n -1 # or so\n; }", "n int;", "{\"n\":null}", "{\"n\":-1}");
}
END_TEST

START_TEST(all_that_makes_a_field_reads_the_input_record)
{
	maps_to("map { cast a string; set c = a + 1; }",
		"{\"a\":\"3\",\"b\":4,\"s\":\"x\",\"c\":4}");
	maps_to("map { nest o a; set b = a; }", "{\"b\":3,\"s\":\"x\",\"o\":{\"a\":3}}");
}
END_TEST

START_TEST(fields_move_into_an_object)
{
	maps_to("map { nest o a s; }", "{\"b\":4,\"o\":{\"a\":3,\"s\":\"x\"}}");
	maps_to("map { nest s a, b; }", "{\"s\":{\"a\":3,\"b\":4}}");
	maps_to("map { nest o a; nest p b; keep s; }",
		"{\"s\":\"x\",\"o\":{\"a\":3},\"p\":{\"b\":4}}");
}
END_TEST

START_TEST(members_of_an_object_become_fields)
{
	changes("map { flatten o lat float, name string; }", "o json; n int;",
		"{\"o\":{\"name\":\"x\",\"lat\":1.5,\"more\":0},\"n\":1}",
		"{\"n\":1,\"lat\":1.5,\"name\":\"x\"}");
	changes("map { flatten o o int, list json; }", "o json; n int;",
		"{\"o\":{\"o\":7,\"list\":[1]},\"n\":1}", "{\"o\":7,\"n\":1,\"list\":[1]}");
	changes("map { flatten o a int, b int; }", "o json;", "{\"o\":{\"b\":null}}",
		"{\"a\":null,\"b\":null}");
}
END_TEST

static void
own_times(struct wt_rig *rig)
{
	/* The source's watermark is an hour behind ts, which is the same in all. */
	static const int at[] = {0, 9999, 4000, 12000, 15000, 9000};

	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
		wt_pushf(rig, "{\"n\":1,\"at\":%d,\"ts\":500000000}", at[i]);
	/* 15000 closed the first window, since 5000 is how far it may be behind: 9000 is late. */
	wt_expect(rig, 1,
		"{\"n\":1,\"window_start\":\"1970-01-01T00:00:00Z\","
		"\"window_end\":\"1970-01-01T00:00:10Z\",\"c\":3}");
	wt_expect_none(rig, 1);
	wt_watermark_ms(rig, 900000000);
	wt_expect_none(rig, 1);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 1,
		"{\"n\":1,\"window_start\":\"1970-01-01T00:00:10Z\","
		"\"window_end\":\"1970-01-01T00:00:20Z\",\"c\":2}");
	wt_expect_none(rig, 1);
}

START_TEST(the_watermark_begins_where_the_event_time_is_set)
{
	static const char *const orders[] = {
		"map { set_event_time at; watermark bounded 5s; }",
		"map { set_event_time timestamp '1970-01-01' + (at - timestamp '1970-01-01'); "
		"remove at; watermark bounded 5s; }",
	};

	for (size_t i = 0; i < 2; i++) {
		struct wt_options options = {
			.op = orders[i], .fields = "n int; at timestamp ms; ts timestamp ms;"};

		options.lines =
			"window out1 { from it; key n; tumbling 10s; aggregate c = count(); }";
		wt_each(&options, own_times);
	}
}
END_TEST

static void
bad_times(struct wt_rig *rig)
{
	int nulls = 0, nonsense = 0;

	for (int i = 0; i < 100; i++)
		wt_pushf(rig,
			i % 10 == 3   ? "{\"n\":%d}"
			: i % 10 == 4 ? "{\"n\":%d,\"at\":\"nonsense\"}"
				      : "{\"n\":%d,\"at\":\"2026-01-01\"}",
			i);
	ck_assert_uint_eq(wt_count(rig, 0), 80);
	for (int i = 0; i < 20; i++) {
		const char *letter = wt_pop(rig, WT_BAD);

		nulls += strstr(letter, "set_event_time is null") != NULL;
		nonsense += strstr(letter, "\\\"nonsense\\\"") != NULL;
	}
	ck_assert_int_eq(nulls, 10);
	ck_assert_int_eq(nonsense, 10);
	ck_assert_uint_eq(wt_rejected(rig), 20);
}

START_TEST(a_row_without_event_time_is_bad)
{
	const struct wt_options options = {
		.op = "map { set_event_time cast(at as timestamp); on_error dead_letter bad; }",
		.fields = "n int; at string;",
		.source_lines = "watermark none;"};

	wt_each(&options, bad_times);
}
END_TEST

static void
many(struct wt_rig *rig)
{
	char row[160];

	for (int i = 0; i < 5000; i++)
		wt_pushf(rig,
			i % 3 == 0 ? "{\"a\":%d}"
				   : "{\"a\":%d,\"b\":2,\"s\":\"a text that is long\"}",
			i);
	for (int i = 0; i < 5000; i++) {
		snprintf(row, sizeof row,
			i % 3 == 0 ? "{\"a\":%d,\"b\":null,\"s\":null}"
				   : "{\"a\":%d,\"b\":%d,\"s\":\"a text that is long%d\"}",
			i, i * 2, i);
		wt_expect(rig, 0, row);
	}
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
}

START_TEST(it_makes_no_difference_how_rows_come)
{
	const struct wt_options options =
		options_of("map { set b = a * b, s = s || cast(a as string); }");

	wt_each(&options, many);
}
END_TEST

static void
failing(struct wt_rig *rig)
{
	for (int i = 0; i < 100; i++)
		wt_pushf(rig, "{\"a\":%d,\"b\":%d,\"s\":\"x\"}", i, i % 10);
	ck_assert_uint_eq(wt_count(rig, 0), 90);
	ck_assert_uint_eq(wt_count(rig, WT_BAD), 10);
	for (int i = 0; i < 10; i++)
		ck_assert_ptr_nonnull(
			strstr(wt_pop(rig, WT_BAD), "\"error\":\"division by zero\""));
	ck_assert_uint_eq(wt_rejected(rig), 10);
}

START_TEST(a_row_that_fails_twice_is_one_dead_letter)
{
	const struct wt_options options =
		options_of("map { set c = a / b, d = 1 / b; on_error dead_letter bad; }");

	wt_each(&options, failing);
}
END_TEST

START_TEST(what_nobody_reads_is_not_even_decoded)
{
	const struct wt_options options = {.op = "map { keep a; }",
		.fields = "a int; b int; c int $.deep.down;",
		.source_lines = "watermark none;"};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, "{\"a\":1,\"b\":\"no number\",\"deep\":{\"down\":\"nor this\"}}");
	wt_expect(rig, 0, "{\"a\":1}");
	wt_free(rig);
}
END_TEST

static void
union_of_orders(struct wt_rig *rig)
{
	uint32_t as_it_came = 0, swapped = 0;

	for (int i = 0; i < 3000; i++)
		wt_push(rig, "{\"a\":3,\"b\":4,\"s\":\"some text that is shared\"}");
	ck_assert_uint_eq(wt_count(rig, 1), 6000);
	for (int i = 0; i < 6000; i++) {
		const char *row = wt_pop(rig, 1);

		as_it_came +=
			strcmp(row, "{\"a\":3,\"b\":4,\"s\":\"some text that is shared\"}") == 0;
		swapped += strcmp(row, "{\"a\":4,\"b\":3,\"s\":\"some text that is shared\"}") == 0;
	}
	ck_assert_uint_eq(as_it_came, 3000);
	ck_assert_uint_eq(swapped, 3000);
}

START_TEST(fields_of_a_union_are_matched_by_name)
{
	struct wt_options options = options_of("map { rename a b; rename b a; }");

	options.lines = "filter out1 { from in it; where a > 0; }";
	wt_each(&options, union_of_orders);
}
END_TEST

START_TEST(mistakes_are_refused_by_name)
{
	wt_refuses("map { set n; }", "\"set\" wants NAME = EXPRESSION");
	wt_refuses("map { set c = m; }", "unknown field \"m\"");
	wt_refuses("map { remove m; }", "unknown field \"m\"");
	wt_refuses("map { keep n; remove x; }", "\"keep\" and \"remove\" exclude each other");
	wt_refuses("map { set c = 1, c = 2; }", "\"c\" is set twice");
	wt_refuses("map { set n = 1; remove n; }", "\"n\" is set and removed");
	wt_refuses("map { rename n x; }", "there is a field \"x\" already");
	wt_refuses("map { rename n a; rename n b; }", "\"n\" is renamed twice");
	wt_refuses("map { set c = 'a' + 1; }", "+");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		fields_are_set_in_their_place_and_new_ones_come_last,
		expressions_read_the_input_record,
		fields_are_renamed_removed_and_kept,
		fields_are_cast_and_have_defaults,
		all_that_makes_a_field_reads_the_input_record,
		fields_move_into_an_object,
		members_of_an_object_become_fields,
		the_watermark_begins_where_the_event_time_is_set,
		a_row_without_event_time_is_bad,
		it_makes_no_difference_how_rows_come,
		a_row_that_fails_twice_is_one_dead_letter,
		what_nobody_reads_is_not_even_decoded,
		fields_of_a_union_are_matched_by_name,
		mistakes_are_refused_by_name,
	};

	return WT_MAIN("map", tests);
}
