/* SPDX-License-Identifier: Apache-2.0 */
/* flatmap: a row of each part of a split string. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define FIELDS "id int; text string; more string;"

static struct wt_options
options_of(const char *op)
{
	return (struct wt_options){.op = op, .fields = FIELDS, .source_lines = "watermark none;"};
}

/* The parts of one text, joined by bars. */
static void
splits_to(const char *op, const char *text, const char *parts)
{
	const struct wt_options options = options_of(op);
	struct wt_rig *rig = wt_rig_with(&options);
	char row[128];

	wt_pushf(rig, "{\"id\":1,\"text\":%s,\"more\":\"m\"}", text);
	for (const char *p = parts; p != NULL;) {
		size_t len = strcspn(p, "|");

		snprintf(row, sizeof row, "{\"id\":1,\"text\":\"%.*s\",\"more\":\"m\"}", (int)len,
			p);
		wt_expect(rig, 0, row);
		p = p[len] == '|' ? p + len + 1 : NULL;
	}
	wt_expect_none(rig, 0);
	wt_free(rig);
}

START_TEST(a_text_is_split_at_each_separator)
{
	splits_to("flatmap { split text ' '; }", "\"one two three\"", "one|two|three");
	splits_to("flatmap { split text ' '; }", "\"alone\"", "alone");
	splits_to("flatmap { split text ', '; }", "\"a, b,c, d\"", "a|b,c|d");
	splits_to("flatmap { split text '--'; }", "\"a---b\"", "a|-b");
	splits_to("flatmap { split text ' '; }",
		"\"a word that is longer than a view: "
		"internationalization\"",
		"a|word|that|is|longer|than|a|view:|internationalization");
}
END_TEST

START_TEST(empty_parts_are_rows_unless_skipped)
{
	splits_to("flatmap { split text ','; }", "\"a,,b,\"", "a||b|");
	splits_to("flatmap { split text ','; }", "\"\"", "");
	splits_to("flatmap { split text ','; skip_empty on; }", "\",a,,b,\"", "a|b");
	splits_to("flatmap { split text ','; skip_empty on; }", "\",\"", NULL);
	splits_to("flatmap { split text ','; }", "null", NULL);
}
END_TEST

START_TEST(the_part_may_have_another_name)
{
	const struct wt_options options = options_of("flatmap { split text ' ' as word; }");
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, "{\"id\":1,\"text\":\"a b\"}");
	wt_expect(rig, 0, "{\"id\":1,\"word\":\"a\",\"more\":null}");
	wt_expect(rig, 0, "{\"id\":1,\"word\":\"b\",\"more\":null}");
	wt_free(rig);
}
END_TEST

/* The elements of one array, joined by bars, as JSON. */
static void
explodes_to(const char *op, const char *array, const char *parts)
{
	const struct wt_options options = {.op = op,
		.fields = "id int; list json; more string;",
		.source_lines = "watermark none;"};
	struct wt_rig *rig = wt_rig_with(&options);
	char row[128];

	wt_pushf(rig, "{\"id\":1,\"list\":%s,\"more\":\"m\"}", array);
	for (const char *p = parts; p != NULL;) {
		size_t len = strcspn(p, "|");

		snprintf(row, sizeof row, "{\"id\":1,\"list\":%.*s,\"more\":\"m\"}", (int)len, p);
		wt_expect(rig, 0, row);
		p = p[len] == '|' ? p + len + 1 : NULL;
	}
	wt_expect_none(rig, 0);
	wt_free(rig);
}

START_TEST(an_array_is_exploded_into_its_elements)
{
	explodes_to("flatmap { explode list; }", "[1, \"two\", [3], {\"four\": 4}, true]",
		"1|\"two\"|[3]|{\"four\": 4}|true");
	explodes_to("flatmap { explode list; }", "[]", NULL);
	explodes_to("flatmap { explode list; }", "null", NULL);
	explodes_to("flatmap { explode list; }", "[1, null, \"\", 22]", "1|null|\"\"|22");
	explodes_to("flatmap { explode list; skip_empty on; }", "[1, null, \"\", 22, [], \"ab\"]",
		"1|22|[]|\"ab\"");
}
END_TEST

START_TEST(elements_as_strings_are_what_they_stand_for)
{
	explodes_to("flatmap { explode list as list string; }",
		"[\"plain\", \"a \\\"quoted\\\" \\u00e9 word\", 7, [\"x\"], null]",
		"\"plain\"|\"a \\\"quoted\\\" é word\"|\"7\"|\"[\\\"x\\\"]\"|null");
}
END_TEST

START_TEST(with_outer_no_record_is_lost)
{
	explodes_to("flatmap { explode list; outer on; }", "[]", "null");
	explodes_to("flatmap { explode list; outer on; }", "null", "null");
	explodes_to("flatmap { explode list; outer on; }", "[1, 2]", "1|2");
	explodes_to("flatmap { explode list; outer on; skip_empty on; }", "[\"\", null]", "null");
	splits_to("flatmap { split text ','; outer on; }", "\"a,b\"", "a|b");
}
END_TEST

/* Every third is no array: it goes to the dead letters, and the others are whole. */
static void
bad_arrays(struct wt_rig *rig)
{
	char expected[64];

	for (int i = 0; i < 90; i++)
		wt_pushf(rig, i % 3 == 2 ? "{\"list\":{\"a\":%d}}" : "{\"list\":[%d,8,9]}", i);
	for (int i = 0; i < 90; i++) {
		const char *letter = i % 3 == 2 ? wt_pop(rig, WT_BAD) : NULL;

		if (i % 3 != 2)
			continue;
		snprintf(expected, sizeof expected, "\"partition\":\"pushed\",\"offset\":%d,", i);
		ck_assert_ptr_nonnull(letter);
		ck_assert_ptr_nonnull(strstr(letter, "explode: the value is no array"));
		ck_assert_ptr_nonnull(strstr(letter, expected));
	}
	wt_expect_none(rig, WT_BAD);
	ck_assert_uint_eq(wt_count(rig, 0), 180);
}

START_TEST(what_is_no_array_is_a_bad_row)
{
	const struct wt_options options = {
		.op = "flatmap { explode list; on_error dead_letter bad; }",
		.fields = "list json;",
		.source_lines = "watermark none;"};

	wt_each(&options, bad_arrays);
}
END_TEST

enum { TEXTS = 40, WORDS = 300, SIZE = 256 * 1024 };

/* More parts than a batch has rows, of texts short and long. */
static void
many(struct wt_rig *rig)
{
	char *record = malloc(SIZE), row[160];

	for (int i = 0; i < TEXTS; i++) {
		int len = snprintf(record, SIZE,
			"{\"id\":%d,\"more\":\"repeated %d times\",\"text\":\"", i, i);

		for (int w = 0; w < i * (WORDS / TEXTS); w++)
			len += snprintf(record + len, SIZE - (size_t)len,
				w % 2 ? "w%d " : "word-number-%d ", w);
		snprintf(record + len, SIZE - (size_t)len, "end\"}");
		wt_push(rig, record);
	}
	free(record);
	for (int i = 0; i < TEXTS; i++) {
		int n = i * (WORDS / TEXTS);

		for (int w = 0; w <= n; w++) {
			char word[32];

			snprintf(word, sizeof word,
				w == n  ? "end"
				: w % 2 ? "w%d"
					: "word-number-%d",
				w);
			snprintf(row, sizeof row,
				"{\"id\":%d,\"text\":\"%s\",\"more\":\"repeated %d times\"}", i,
				word, i);
			wt_expect(rig, 0, row);
		}
	}
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
}

START_TEST(many_parts_come_out_in_order)
{
	const struct wt_options options = options_of("flatmap { split text ' '; }");

	wt_each(&options, many);
}
END_TEST

/* A batch that makes far more than there is room for stops in the middle. */
static void
wait_for_room(bool ring, uint64_t most)
{
	struct wt_options options = options_of("flatmap { split text ' '; }");
	struct wt_rig *rig;
	char *record = malloc(SIZE);
	int len;

	options.ring = ring;
	rig = wt_rig_with(&options);
	len = snprintf(record, SIZE, "{\"id\":1,\"text\":\"x");
	for (int i = 1; i < 100000; i++)
		len += snprintf(record + len, SIZE - (size_t)len, " x");
	snprintf(record + len, SIZE - (size_t)len, "\"}");
	wt_hold(rig, true);
	wt_push(rig, record);
	ck_assert_uint_le(wt_count(rig, 0), 2048);
	ck_assert_uint_le(wt_emitted(rig), most);
	wt_hold(rig, false);
	ck_assert_uint_eq(wt_count(rig, 0), 100000);
	free(record);
	wt_free(rig);
}

START_TEST(parts_wait_where_there_is_no_room)
{
	/* With the sink, in the ring, and one that came with room; a direct call makes 16. */
	wait_for_room(true, 3 * 2048);
	wait_for_room(false, 16 * 2048);
}
END_TEST

/* The last part of each text fails behind the flatmap. */
static void
letters(struct wt_rig *rig)
{
	char expected[64];

	for (int i = 0; i < 300; i++)
		wt_pushf(rig, "{\"id\":%d,\"text\":\"1 2 3 0\"}", i);
	for (int i = 0; i < 300; i++) {
		const char *letter = wt_pop(rig, WT_BAD);

		snprintf(expected, sizeof expected, "\"partition\":\"pushed\",\"offset\":%d,", i);
		ck_assert_ptr_nonnull(letter);
		ck_assert_ptr_nonnull(strstr(letter, "\"operator\":\"halve\""));
		ck_assert_ptr_nonnull(strstr(letter, expected));
	}
	wt_expect_none(rig, WT_BAD);
	ck_assert_uint_eq(wt_count(rig, 1), 900);
}

START_TEST(a_dead_letter_behind_it_tells_the_record)
{
	struct wt_options options = options_of("flatmap { split text ' '; }");

	options.lines =
		"map halve { from it; set half = 6 / cast(text as int); on_error dead_letter bad; }"
		"map out1 { from halve; keep half; }";
	wt_each(&options, letters);
}
END_TEST

START_TEST(mistakes_are_refused_by_name)
{
	wt_refuses("flatmap { }", "flatmap needs \"split\" or \"explode\"");
	wt_refuses("flatmap { split txt ' '; }", "unknown field \"txt\"; did you mean \"text\"?");
	wt_refuses("flatmap { split n ' '; }", "field \"n\" is int; it must be string");
	wt_refuses("flatmap { split text ''; }", "the separator of \"split\" is empty");
	wt_refuses("flatmap { split text ' ' as n; }", "there is a field of this name already");
	wt_refuses("flatmap { split text ' ' like word; }", "takes \"as NAME\"");
	wt_refuses("flatmap { split text ' '; explode text; }",
		"\"split\" and \"explode\" exclude each other");
	wt_refuses("flatmap { explode text; }", "field \"text\" is string; it must be json");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_text_is_split_at_each_separator,
		empty_parts_are_rows_unless_skipped,
		an_array_is_exploded_into_its_elements,
		elements_as_strings_are_what_they_stand_for,
		with_outer_no_record_is_lost,
		what_is_no_array_is_a_bad_row,
		the_part_may_have_another_name,
		many_parts_come_out_in_order,
		parts_wait_where_there_is_no_room,
		a_dead_letter_behind_it_tells_the_record,
		mistakes_are_refused_by_name,
	};

	return WT_MAIN("flatmap", tests);
}
