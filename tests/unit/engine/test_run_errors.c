/* SPDX-License-Identifier: Apache-2.0 */
/* Failures through the real engine: plugins that fail, rows and records that are refused. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine_test.h"
#include "run_test.h"

/* Fails in a callback of one operator, among threads, rings and batches under way. */
static void
fails_in(struct run_test *t, const char *where, const char *callback, int call, const char *message)
{
	const char *const names[] = {"a", "b", "c", "s"};
	char fail[4][64] = {"", "", "", ""}, block[1024];

	for (int i = 0; i < 4; i++) {
		if (strcmp(names[i], where) == 0)
			snprintf(fail[i], sizeof fail[i], "fail %s; fail_call %d;", callback, call);
	}
	snprintf(block, sizeof block,
		"buffer 2 16k; source gen a { @ rows 5000; more 10; busy 10; %s }"
		"probe b { @ from a; more 30; busy 30; timers on; %s }"
		"probe c { @ from b; key k; parallelism 2; more 30; busy 30; timers on; hold on; "
		"%s }"
		"probe e { @ from a c; } sink take x { @ from e; id 1; }"
		"sink take s { @ from c; more 30; busy 30; %s }",
		fail[0], fail[1], fail[2], fail[3]);
	rt_fails(t, 2, block, message);
}

START_TEST(a_failure_in_any_callback_ends_the_run_with_its_reason)
{
	static const char *const callbacks[] = {
		"open", "process", "on_watermark", "on_timer", "resume", "before_barrier"};
	static const struct {
		const char *name, *title;
	} ops[] = {{"b", "probe \"b\""}, {"c", "probe \"c\""}, {"s", "sink take \"s\""}};
	struct run_test t;
	char message[128];

	rt_setup(&t);
	for (int o = 0; o < 3; o++) {
		for (int c = 0; c < 6; c++) {
			snprintf(message, sizeof message, "%s: %s() fails as planned", ops[o].title,
				callbacks[c]);
			if (o == 2 && strcmp(callbacks[c], "on_timer") == 0)
				continue;
			fails_in(&t, ops[o].name, callbacks[c], 1, message);
			if (c > 0 && c < 5)
				fails_in(&t, ops[o].name, callbacks[c], 20, message);
		}
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(subtasks_that_would_keep_the_same_row_are_refused)
{
	struct run_test t;

	rt_setup(&t);
	rt_fails(&t, 2,
		"source gen a { @ rows 10; } probe b { @ from a; parallelism 2; table on; }"
		"sink take s { @ from b; }",
		"probe \"b\": internal error: the plugin opens table \"rows\" over input 0, which "
		"has no keys, in 2 subtasks: all would keep the same row");
	rt_run(&t, 2,
		"source gen a { @ rows 10; } probe b { @ from a; table on; }"
		"probe c { @ from b; key k; parallelism 2; table on; } sink take s { @ from c; }");
	rt_teardown(&t);
}
END_TEST

START_TEST(a_source_that_fails_ends_the_run_with_its_reason)
{
	struct run_test t;

	rt_setup(&t);
	fails_in(&t, "a", "open", 1, "source gen \"a\": open() fails as planned");
	fails_in(&t, "a", "assign", 1, "source gen \"a\": assign() fails as planned");
	fails_in(&t, "a", "poll", 1, "source gen \"a\": poll() fails as planned");
	fails_in(&t, "a", "poll", 50, "source gen \"a\": poll() fails as planned");
	rt_teardown(&t);
}
END_TEST

static const char *const some_records[] = {"1 one", "2 two, a longer text", "3 three", "4", "no",
	"6 six and something more", "7 seven", "!this one is bad, it says", "9 nine"};

static void
set_records(struct run_test *t)
{
	t->probes.records = some_records;
	t->probes.n_records = sizeof some_records / sizeof some_records[0];
}

static void
expect_text(struct run_test *t, uint32_t sink, const char *text)
{
	ck_assert_str_eq(
		t->probes.sinks[sink].text_len > 0 ? t->probes.sinks[sink].text : "", text);
}

START_TEST(a_format_that_fails_ends_the_run_with_its_reason)
{
	struct run_test t;

	rt_setup(&t);
	set_records(&t);
	rt_fails(&t, 1,
		"source raws a { @ format plain { n int; s string; fail open; } } sink take t { @ "
		"from a; }",
		"source raws \"a\": open() of the format fails as planned");
	rt_fails(&t, 1,
		"source raws a { @ format plain { n int; s string; fail decode; } } sink take t { "
		"@ from a; }",
		"source raws \"a\": decode() fails as planned");
	rt_fails(&t, 2,
		"source gen a { @ } probe b { @ from a; key k; } sink put t { @ from b; format "
		"plain { fail encode; } }",
		"sink put \"t\": encode() fails as planned");
	rt_run(&t, 1, "source gen a { @ rows 3; } sink put t { @ from a; format plain { } }");
	expect_text(&t, 0, "0\n1\n2\n");
	rt_teardown(&t);
}
END_TEST

START_TEST(good_records_become_rows_and_their_bytes_are_released)
{
	struct run_test t;
	char block[256];

	rt_setup(&t);
	set_records(&t);
	for (int batch = 1; batch < 12; batch += 5) {
		snprintf(block, sizeof block,
			"on_error drop; source raws a { @ batch %d; format plain { n int; s "
			"string; } }"
			"sink take t { @ from a; print on; }",
			batch);
		rt_run(&t, 1, block);
		expect_text(&t, 0,
			"1|one\n2|two, a longer text\n3|three\n4|null\nnull|o\n6|six and something "
			"more\n"
			"7|seven\n9|nine\n");
		ck_assert_uint_eq(t.probes.released, (t.probes.n_records + batch - 1) / batch);
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(a_bad_record_fails_the_run_and_is_shown)
{
	struct run_test t;

	rt_setup(&t);
	set_records(&t);
	rt_fails(&t, 2,
		"source raws a { @ format plain { n int; s string; } } sink take t { @ from a; }",
		"source raws \"a\": this one is bad, it says, in source raws \"a\" \"records\" at "
		"offset 7: "
		"!this one is bad, it says (on_error drop or dead_letter NAME would let the "
		"pipeline go on)");
	rt_teardown(&t);
}
END_TEST

START_TEST(what_must_not_be_null_makes_a_bad_record)
{
	struct run_test t;
	struct wr_op_status status;

	rt_setup(&t);
	set_records(&t);
	rt_open(&t, 1,
		"on_error drop; source raws a { @ format plain { n int not null; s string not "
		"null; } }"
		"sink take t { @ from a; print on; }");
	rt_start(&t);
	ck_assert_int_eq(wr_run_wait(t.run, &t.err), 0);
	wr_run_status(t.run, wt_host_op(t.host, "a"), &status);
	ck_assert_uint_eq(status.records, 9);
	ck_assert_uint_eq(status.bad, 3);
	ck_assert_uint_eq(status.dropped, 3);
	ck_assert_int_eq(rt_end(&t), 0);
	expect_text(&t, 0,
		"1|one\n2|two, a longer text\n3|three\n6|six and something "
		"more\n7|seven\n9|nine\n");
	rt_teardown(&t);
}
END_TEST

START_TEST(bad_records_become_dead_letters_that_say_where_they_come_from)
{
	struct run_test t;

	rt_setup(&t);
	set_records(&t);
	rt_run(&t, 2,
		"source raws a { @ batch 4; on_error dead_letter bad; format plain { n int not "
		"null; s string; } }"
		"sink take t { @ from a; } sink take d { @ from bad; id 1; print on; }");
	expect_text(&t, 1,
		"no|field \"n\" is null or missing|bad_record|a|p|a|records|4|null|1\n"
		"!this one is bad, it says|this one is bad, it "
		"says|bad_record|a|p|a|records|7|null|1\n");
	rt_teardown(&t);
}
END_TEST

START_TEST(rejected_rows_fail_the_run_and_their_record_is_shown)
{
	struct run_test t;

	rt_setup(&t);
	set_records(&t);
	rt_fails(&t, 1,
		"on_error drop; source raws a { @ format plain { n int not null; s string; } }"
		"probe b { @ from a; reject 3; on_error fail; } sink take t { @ from b; }",
		"probe \"b\": rejected as planned, in source raws \"a\" \"records\" at offset 2: 3 "
		"three (on_error drop or dead_letter NAME would let the pipeline go on)");
	rt_fails(&t, 1,
		"source gen a { @ } probe b { @ from a; reject 3; } sink take t { @ from b; }",
		"probe \"b\": rejected as planned "
		"(on_error drop or dead_letter NAME would let the pipeline go on)");
	rt_teardown(&t);
}
END_TEST

START_TEST(rejected_rows_leave_what_is_emitted)
{
	static const char *const modes[] = {"pass", "select", "append"};
	struct run_test t;
	char block[512];

	rt_setup(&t);
	for (int i = 0; i < 6; i++) {
		snprintf(block, sizeof block,
			"source gen a { @ rows 1000; } probe b { @ from a; reject 7; on_error "
			"drop; mode %s; more %d; }"
			"sink take t { @ from b; }",
			modes[i % 3], i / 3 * 40);
		rt_run(&t, 1, block);
		for (int64_t n = 0; n < 1000; n++)
			ck_assert_uint_eq(t.probes.sinks[0].count[n], n % 7 != 0);
	}
	rt_teardown(&t);
}
END_TEST

enum { LONG_WAYS = 3, LONG_WAY_LEN = 1024 };

/* A source's records through selections, appends, rings and exchanges to f, which ends with `end`.
 */
static const char *
long_way(char block[LONG_WAY_LEN], int way, const char *begin, const char *end)
{
	static const char *const exchanges[LONG_WAYS] = {
		"", "parallelism 2;", "key n; parallelism 3;"};

	snprintf(block, LONG_WAY_LEN,
		"%s source raws a { @ batch 5; on_error drop; "
		"format plain { n int not null; s string; } }"
		"probe b { @ from a; mode select; more 30; }"
		"probe c { @ from b; mode append; %s }"
		"dense d { @ from c; mode drop; else_to e; parallelism 1; }"
		"probe f { @ from d e; %s",
		begin, exchanges[way], end);
	return block;
}

START_TEST(a_dead_letter_tells_its_record_after_a_long_way)
{
	struct run_test t;
	char block[LONG_WAY_LEN];

	rt_setup(&t);
	set_records(&t);
	for (int i = 0; i < LONG_WAYS; i++) {
		rt_run(&t, 2,
			long_way(block, i, "on_error dead_letter bad;",
				"reject 3; } sink take t { @ from f; }"
				"sink take x { @ from bad; id 1; print on; parallelism 1; }"));
		ck_assert_uint_eq(t.probes.sinks[1].rows, 3);
		ck_assert_ptr_nonnull(strstr(t.probes.sinks[1].text,
			"3 three|rejected as planned|bad_row|f|p|a|records|2|2000|1\n"));
		ck_assert_ptr_nonnull(
			strstr(t.probes.sinks[1].text, "6 six and something more|rejected as "
						       "planned|bad_row|f|p|a|records|5|5000|1\n"));
		ck_assert_uint_eq(t.probes.sinks[0].rows, 4);
	}
	rt_teardown(&t);
}
END_TEST

/* Nobody reads the hidden columns here, so that they are not made. */
START_TEST(a_failure_shows_its_record_after_a_long_way)
{
	struct run_test t;
	char block[LONG_WAY_LEN];

	rt_setup(&t);
	set_records(&t);
	for (int i = 0; i < LONG_WAYS; i++)
		rt_fails(&t, 2, long_way(block, i, "", "reject 6; } sink take t { @ from f; }"),
			"probe \"f\": rejected as planned, in source raws \"a\" \"records\" at "
			"offset 5: 6 six and something more (on_error drop or dead_letter NAME "
			"would let the pipeline go on)");
	rt_teardown(&t);
}
END_TEST

START_TEST(a_key_that_fails_refuses_the_row_in_the_name_of_who_asks_for_it)
{
	struct run_test t;

	rt_setup(&t);
	rt_run(&t, 1,
		"source gen a { @ rows 20; } probe b { @ from a; }"
		"probe c { @ from b; key 10 / (n - 5); parallelism 2; on_error dead_letter bad; }"
		"sink take t { @ from c; } sink take d { @ from bad; id 1; print on; }");
	ck_assert_uint_eq(t.probes.sinks[0].rows, 19);
	ck_assert_uint_eq(t.probes.sinks[0].count[5], 0);
	expect_text(&t, 1, "null|division by zero|bad_row|c|p|a|part-0|null|5000|1\n");
	rt_teardown(&t);
}
END_TEST

START_TEST(the_event_time_of_a_record_may_fail_too)
{
	struct run_test t;

	rt_setup(&t);
	set_records(&t);
	rt_run(&t, 1,
		"source raws a { @ on_error dead_letter bad; format plain { n int; s string; }"
		"event_time cast(n + 0 / (n - 3) as timestamp); } sink take t { @ from a; }"
		"sink take d { @ from bad; id 1; print on; }");
	ck_assert_uint_eq(t.probes.sinks[0].rows, 6);
	ck_assert_ptr_nonnull(strstr(t.probes.sinks[1].text,
		"3 three|division by zero|bad_row|a|p|a|records|2|null|1\n"));
	ck_assert_ptr_nonnull(strstr(
		t.probes.sinks[1].text, "no|event_time is null|bad_row|a|p|a|records|4|null|1\n"));
	rt_teardown(&t);
}
END_TEST

START_TEST(where_keeps_rows_and_refuses_those_it_cannot_judge)
{
	struct run_test t;

	rt_setup(&t);
	set_records(&t);
	rt_run(&t, 1,
		"source raws a { @ on_error dead_letter bad; format plain { n int not null; s "
		"string; }"
		"where 6 / (n - 3) > 0; } sink take t { @ from a; print on; }"
		"sink take d { @ from bad; id 1; print on; }");
	expect_text(&t, 0, "4|null\n6|six and something more\n7|seven\n9|nine\n");
	ck_assert_ptr_nonnull(strstr(t.probes.sinks[1].text,
		"3 three|division by zero|bad_row|a|p|a|records|2|2000|1\n"));
	rt_teardown(&t);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_failure_in_any_callback_ends_the_run_with_its_reason,
		subtasks_that_would_keep_the_same_row_are_refused,
		a_source_that_fails_ends_the_run_with_its_reason,
		a_format_that_fails_ends_the_run_with_its_reason,
		good_records_become_rows_and_their_bytes_are_released,
		a_bad_record_fails_the_run_and_is_shown,
		what_must_not_be_null_makes_a_bad_record,
		bad_records_become_dead_letters_that_say_where_they_come_from,
		rejected_rows_fail_the_run_and_their_record_is_shown,
		rejected_rows_leave_what_is_emitted,
		a_dead_letter_tells_its_record_after_a_long_way,
		a_failure_shows_its_record_after_a_long_way,
		a_key_that_fails_refuses_the_row_in_the_name_of_who_asks_for_it,
		the_event_time_of_a_record_may_fail_too,
		where_keeps_rows_and_refuses_those_it_cannot_judge,
	};

	return ENGINE_TESTS("run_errors", tests);
}
