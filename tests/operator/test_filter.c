/* SPDX-License-Identifier: Apache-2.0 */
/* filter: rows that meet a condition, and the others. */
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "host.h"
#include "rig.h"

#define FIELDS "n int; s string; ts timestamp ms;"

static void
numbers(struct wt_rig *rig)
{
	char row[96];

	for (int i = 0; i < 5000; i++)
		wt_pushf(rig, "{\"n\":%d,\"s\":\"number %d of many\",\"ts\":7}", i, i);
	for (int i = 0; i < 5000; i++) {
		snprintf(row, sizeof row,
			"{\"n\":%d,\"s\":\"number %d of "
			"many\",\"ts\":\"1970-01-01T00:00:00.007Z\"}",
			i, i);
		wt_expect(rig, i % 5 == 0 ? 0 : 1, row);
	}
	wt_expect_none(rig, 0);
	wt_expect_none(rig, 1);
	ck_assert_uint_eq(wt_counter(rig, "filtered"), 4000);
	ck_assert_int_eq(wt_end(rig), 0);
}

START_TEST(each_row_goes_one_way_or_the_other)
{
	const struct wt_options options = {
		.op = "filter { where n % 5 = 0; else_to out1; }", .fields = FIELDS};

	wt_each(&options, numbers);
}
END_TEST

START_TEST(null_is_not_true)
{
	const struct wt_options options = {
		.op = "filter { where n > 1; else_to out1; }", .fields = "n int; ts timestamp ms;"};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, "{\"n\":2,\"ts\":0}");
	wt_push(rig, "{\"ts\":0}");
	wt_push(rig, "{\"n\":1,\"ts\":0}");
	wt_expect(rig, 0, "{\"n\":2,\"ts\":\"1970-01-01T00:00:00Z\"}");
	wt_expect(rig, 1, "{\"n\":null,\"ts\":\"1970-01-01T00:00:00Z\"}");
	wt_expect(rig, 1, "{\"n\":1,\"ts\":\"1970-01-01T00:00:00Z\"}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(without_else_to_the_others_are_gone)
{
	const struct wt_options options = {
		.op = "filter { where n > 1; }", .fields = "n int; ts timestamp ms;"};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, "{\"n\":1,\"ts\":0}");
	wt_push(rig, "{\"n\":2,\"ts\":0}");
	wt_expect(rig, 0, "{\"n\":2,\"ts\":\"1970-01-01T00:00:00Z\"}");
	wt_expect_none(rig, 0);
	ck_assert_uint_eq(wt_counter(rig, "filtered"), 1);
	wt_free(rig);
}
END_TEST

static void
rows_that_cannot_be_judged(struct wt_rig *rig)
{
	const char *source = wt_is_union(rig) ? "\"source\":null," : "\"source\":\"in\",";
	const char *letter;

	wt_push(rig, "{\"n\":1}");
	wt_push(rig, "{\"n\":0}");
	wt_push(rig, "{\"n\":100}");
	wt_expect(rig, 0, "{\"n\":1}");
	wt_expect_none(rig, 0);
	wt_expect(rig, 1, "{\"n\":100}");
	wt_expect_none(rig, 1);
	letter = wt_pop(rig, WT_BAD);
	ck_assert_ptr_nonnull(letter);
	ck_assert_ptr_nonnull(strstr(letter,
		"\"error\":\"division by zero\",\"error_code\":\"bad_row\",\"operator\":\"it\","
		"\"pipeline\":\"test\","));
	ck_assert_ptr_nonnull(strstr(letter, source));
	ck_assert_ptr_nonnull(strstr(letter, "\"partition\":\"pushed\",\"offset\":1,"));
	wt_expect_none(rig, WT_BAD);
	ck_assert_uint_eq(wt_rejected(rig), 1);
}

START_TEST(a_row_whose_condition_fails_is_neither)
{
	const struct wt_options options = {
		.op = "filter { where 10 / n > 5; else_to out1; on_error dead_letter bad; }",
		.fields = "n int;",
		.source_lines = "watermark none;"};

	wt_each(&options, rows_that_cannot_be_judged);
}
END_TEST

START_TEST(a_failing_row_fails_the_pipeline_unless_told_otherwise)
{
	const struct wt_options options = {
		.op = "filter { where 10 / n > 5; }", .fields = "n int; ts timestamp ms;"};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_push(rig, "{\"n\":0,\"ts\":0}");
	wt_settle(rig);
	ck_assert_int_lt(wt_end(rig), 0);
	ck_assert_str_eq(wt_error(rig),
		"filter \"it\": division by zero, in source tap \"in\" \"pushed\" at offset 0: "
		"{\"n\":0,\"ts\":0} "
		"(on_error drop or dead_letter NAME would let the pipeline go on)");
	wt_free(rig);
}
END_TEST

START_TEST(mistakes_are_refused_by_name)
{
	wt_refuses("filter { }", "filter \"it\" needs \"where\"");
	wt_refuses("filter { where m > 1; }", "unknown field \"m\"");
	wt_refuses("filter { where n + 1; }", "a condition is needed, but this is int");
	wt_refuses("filter { where n > 1; else_too x; }", "did you mean \"else_to\"?");
	wt_refuses("filter { where n > 1; where n > 2; }", "\"where\" directive is duplicate");
}
END_TEST

/* Bytes that are allocated when n filters of one stream have seen all of it; % in `where`: which
 * filter it is. */
static size_t
bytes_of_rules(uint32_t n, const char *where)
{
	struct wt_host *host = wt_host_new(NULL, true);
	struct weir_err err = {0};
	struct wr_text conf = {0};
	struct mallinfo2 info;
	struct wr_run *run;

	wr_text_put(&conf, "pipeline p { source generator in { count 8192; seed 1; "
			   "field a int sequence 1000000; field b int uniform 0 1000; field s "
			   "string choice yes; }\n");
	for (uint32_t i = 0; i < n; i++) {
		wr_text_printf(&conf, "filter rule%u { from in; where ", i);
		for (const char *c = where; *c != '\0'; c++)
			if (*c == '%')
				wr_text_printf(&conf, "%u", i);
			else
				wr_text_add(&conf, c, 1);
		wr_text_put(&conf, "; }\n");
	}
	wr_text_put(&conf, "sink null out { from");
	for (uint32_t i = 0; i < n; i++)
		wr_text_printf(&conf, " rule%u", i);
	wr_text_put(&conf, "; } }");
	if (wt_host_plan(host, conf.p, 1) == NULL)
		ck_abort_msg("%s", wt_host_problems(host));
	wr_text_fini(&conf);
	run = wr_run_new(wt_host_pipeline(host), NULL, &err);
	ck_assert_msg(run != NULL, "%s", err.text);
	wr_run_step(run);
	ck_assert(wr_run_has_ended(run));
	info = mallinfo2();
	wr_run_free(run);
	wt_host_free(host);
	return info.uordblks + info.hblkhd;
}

static void
check_rules(const char *where, size_t most)
{
	size_t few = bytes_of_rules(1000, where), many = bytes_of_rules(3000, where);

	ck_assert_msg(many - few < 2000 * most, "%zu bytes a rule: %s", (many - few) / 2000, where);
}

START_TEST(a_rule_among_thousands_takes_little)
{
	check_rules("a = % and b > 500", 4050);
	check_rules("starts_with(s, 'no %')", 3500);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_row_goes_one_way_or_the_other,
		null_is_not_true,
		without_else_to_the_others_are_gone,
		a_row_whose_condition_fails_is_neither,
		a_failing_row_fails_the_pipeline_unless_told_otherwise,
		mistakes_are_refused_by_name,
		a_rule_among_thousands_takes_little,
	};

	return WT_MAIN("filter", tests);
}
