/* SPDX-License-Identifier: Apache-2.0 */
/* values, line, null and check: the small sources, formats and sinks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

START_TEST(values_gives_the_rows_of_the_conf_in_order)
{
	const struct wt_options options = {.source = "values { format json { user string; ms int; "
						     "} row '{\"user\":\"ann\",\"ms\":12}'; "
						     "row '{\"user\":\"bob\"}'; }"};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_expect(rig, 0, "{\"user\":\"ann\",\"ms\":12}");
	wt_expect(rig, 0, "{\"user\":\"bob\",\"ms\":null}");
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_free(rig);
}
END_TEST

START_TEST(a_bad_value_says_which_it_is)
{
	const struct wt_options options = {
		.source = "values { format json { n int; } row '{\"n\":1}'; row '{\"n\":'; }"};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_settle(rig);
	ck_assert_int_lt(wt_end(rig), 0);
	ck_assert_ptr_nonnull(
		strstr(wt_error(rig), "in source values \"in\" \"values\" at offset 1: {\"n\":"));
	wt_free(rig);
}
END_TEST

START_TEST(a_line_is_one_string)
{
	const struct wt_options plain = {.source = "values { format line; row 'some text'; row ''; "
						   "row 'a longer text, with \"quotes\"'; }"};
	const struct wt_options named = {
		.source = "values { format line { text string; } row 'x'; }"};
	struct wt_rig *rig = wt_rig_with(&plain);

	wt_expect(rig, 0, "{\"line\":\"some text\"}");
	wt_expect(rig, 0, "{\"line\":\"\"}");
	wt_expect(rig, 0, "{\"line\":\"a longer text, with \\\"quotes\\\"\"}");
	wt_expect_none(rig, 0);
	wt_free(rig);
	rig = wt_rig_with(&named);
	wt_expect(rig, 0, "{\"text\":\"x\"}");
	wt_free(rig);
}
END_TEST

START_TEST(null_takes_whatever_comes)
{
	const struct wt_options options = {
		.fields = "n int;", .source_lines = "watermark none;", .sink = "null { }"};
	struct wt_rig *rig = wt_rig_with(&options);

	for (int i = 0; i < 5000; i++)
		wt_pushf(rig, "{\"n\":%d}", i);
	ck_assert_uint_eq(wt_counter(rig, "discarded_rows"), 5000);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_free(rig);
}
END_TEST

/* What a run prints on standard output, in a buffer. */
static void
prints(const struct wt_options *options, int n, const char *expected)
{
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	struct wt_rig *rig = wt_rig_with(options);
	char text[4096] = "";
	size_t len;

	ck_assert_ptr_nonnull(file);
	for (int i = 0; i < n; i++)
		wt_pushf(rig, "{\"n\":%d}", i);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	ck_assert_int_eq(wt_run(rig), 0);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	wt_free(rig);
	rewind(file);
	len = fread(text, 1, sizeof text - 1, file);
	text[len] = '\0';
	fclose(file);
	ck_assert_str_eq(text, expected);
}

START_TEST(stdout_writes_a_line_a_row)
{
	const struct wt_options options = {
		.fields = "n int;", .source_lines = "watermark none;", .sink = "stdout { }"};

	prints(&options, 3, "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n");
}
END_TEST

/* FNV-1a of "0", "1" ... summed up, in whatever batches they come. */
START_TEST(check_sums_up_rows_in_any_order)
{
	uint64_t sum = 0;
	char expected[64], text[16];

	for (int i = 0; i < 3000; i++) {
		uint64_t hash = UINT64_C(0xcbf29ce484222325);

		snprintf(text, sizeof text, "%d", i);
		for (const char *p = text; *p != '\0'; p++)
			hash = (hash ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
		sum += hash;
	}
	snprintf(expected, sizeof expected, "rows 3000\ncheck %016llx\n", (unsigned long long)sum);
	for (uint32_t batch = 1; batch <= 2048; batch *= 32) {
		const struct wt_options options = {.fields = "n int;",
			.source_lines = "watermark none;",
			.sink = "check { }",
			.batch = batch};

		prints(&options, 3000, expected);
	}
}
END_TEST

START_TEST(mistakes_are_refused_by_name)
{
	const struct wt_options no_row = {.source = "values { format line; }"};
	const struct wt_options no_string = {.source = "values { format line { n int; } row x; }"};
	const struct wt_options no_format = {.source = "values { row x; }"};

	wt_refuses_with(&no_row, "source values \"in\" needs \"row\"");
	wt_refuses_with(&no_string, "string");
	wt_refuses_with(&no_format, "format");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		values_gives_the_rows_of_the_conf_in_order,
		a_bad_value_says_which_it_is,
		a_line_is_one_string,
		null_takes_whatever_comes,
		stdout_writes_a_line_a_row,
		check_sums_up_rows_in_any_order,
		mistakes_are_refused_by_name,
	};

	return WT_MAIN("values", tests);
}
