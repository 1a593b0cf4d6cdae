/* SPDX-License-Identifier: Apache-2.0 */
/* Pipelines through the real engine: what goes in comes out. */
#include <stdio.h>
#include <string.h>

#include "engine_test.h"
#include "run_test.h"

START_TEST(rows_pass_through_a_chain_in_order)
{
	struct run_test t;

	rt_setup(&t);
	rt_run(&t, 1,
		"source gen a { @ rows 5000; } probe b { @ from a; } probe c { @ from b; mode "
		"append; }"
		"sink take s { @ from c; ordered on; }");
	rt_expect(&t, 0, 5000, 1, 1);
	ck_assert_int_eq(t.probes.sinks[0].watermark, INT64_MAX);
	rt_teardown(&t);
}
END_TEST

START_TEST(every_way_of_emitting_carries_the_rows)
{
	static const char *const modes[] = {"pass", "select", "append"};
	struct run_test t;
	char block[512];

	rt_setup(&t);
	for (int i = 0; i < 3; i++) {
		snprintf(block, sizeof block,
			"source gen a { @ rows 3000; batch 2048; } probe d { @ from a; mode drop; "
			"else_to rest; }"
			"probe b { @ from d rest; mode %s; more 30; } dense c { @ from b; mode %s; "
			"}sink take s { @ from c; }",
			modes[i], modes[(i + 1) % 3]);
		rt_run(&t, 2, block);
		rt_expect(&t, 0, 3000, 1, 1);
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(a_union_has_the_rows_of_all)
{
	struct run_test t;

	rt_setup(&t);
	rt_run(&t, 2,
		"source gen a { @ rows 2000; } source gen b { @ rows 2000; batch 7; }"
		"probe u { @ from a b; } sink take s { @ from u; }");
	rt_expect(&t, 0, 2000, 1, 2);
	ck_assert_uint_eq(t.probes.sinks[0].ends, 1);
	rt_teardown(&t);
}
END_TEST

START_TEST(a_fan_out_gives_all_rows_to_each)
{
	struct run_test t;

	rt_setup(&t);
	rt_run(&t, 2,
		"source gen a { @ rows 2000; } probe b { @ from a; }"
		"sink take s { @ from b; ordered on; } probe c { @ from b; mode dup; }"
		"sink take d { @ from c; id 1; } sink take e { @ from a; id 2; }");
	rt_expect(&t, 0, 2000, 1, 1);
	rt_expect(&t, 1, 2000, 1, 2);
	rt_expect(&t, 2, 2000, 1, 1);
	rt_teardown(&t);
}
END_TEST

START_TEST(what_a_filter_drops_goes_to_its_other_output)
{
	struct run_test t;

	rt_setup(&t);
	rt_run(&t, 1,
		"source gen a { @ rows 3000; } probe b { @ from a; mode drop; else_to rest; }"
		"sink take s { @ from b; } sink take r { @ from rest; id 1; }");
	for (int64_t n = 0; n < 3000; n++) {
		ck_assert_uint_eq(t.probes.sinks[0].count[n], probe_keeps(n));
		ck_assert_uint_eq(t.probes.sinks[1].count[n], !probe_keeps(n));
	}
	rt_teardown(&t);
}
END_TEST

/* One operator at a time is slow, in a chain and behind rings. */
START_TEST(more_and_busy_in_every_position_lose_nothing)
{
	static const char *const slow[] = {"more 50;", "busy 50;", "more 30; busy 30;"};
	struct run_test t;
	char block[1024];

	rt_setup(&t);
	for (int at = 0; at < 5; at++) {
		for (int how = 0; how < 3; how++) {
			for (int chained = 0; chained < 2; chained++) {
				const char *s[5] = {"", "", "", "", ""};

				s[at] = slow[how];
				snprintf(block, sizeof block,
					"buffer 1 4k; source gen a { @ rows 600; %s }"
					"probe b { @ from a; %s } probe c { @ from b%s; mode "
					"append; %s }"
					"probe d { @ from c; mode select; %s }"
					"sink take s { @ from d; %s }"
					"probe x { @ from a; mode drop; else_to y; } sink take z { "
					"@ from x y; id 1; }",
					s[0], s[1], chained ? "" : " x y", s[2], s[3], s[4]);
				rt_run(&t, 2, block);
				rt_expect(&t, 0, 600, 1, chained ? 1 : 2);
				rt_expect(&t, 1, 600, 1, 1);
			}
		}
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(all_at_once_slow_lose_nothing)
{
	struct run_test t;
	char block[1024];

	rt_setup(&t);
	for (int seed = 1; seed < 20; seed++) {
		snprintf(block, sizeof block,
			"buffer 2 8k; source gen a { @ rows 400; more 20; busy 30; seed %d; }"
			"probe b { @ from a; mode dup; more 40; busy 20; seed %d; }"
			"probe c { @ from b; more 40; busy 40; mode append; seed %d; hold on; }"
			"dense d { @ from c a; more 40; busy 40; seed %d; }"
			"sink take s { @ from d; more 30; busy 40; seed %d; }",
			seed, seed + 100, seed + 200, seed + 300, seed + 400);
		rt_run(&t, 1 + seed % 3, block);
		rt_expect(&t, 0, 400, 1, 3);
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(partitions_are_shared_by_the_subtasks_of_a_source)
{
	struct run_test t;
	char block[256];

	rt_setup(&t);
	for (int parallelism = 1; parallelism <= 5; parallelism++) {
		snprintf(block, sizeof block,
			"source gen a { @ rows 1000; partitions 4; parallelism %d; }"
			"probe b { @ from a; } sink take s { @ from b; ordered on; }",
			parallelism);
		rt_run(&t, 2, block);
		rt_expect(&t, 0, 1000, 4, 1);
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(rows_go_round_between_subtasks_of_another_number)
{
	struct run_test t;

	rt_setup(&t);
	rt_run(&t, 2,
		"source gen a { @ rows 1000; partitions 2; parallelism 2; }"
		"probe b { @ from a; parallelism 3; } probe c { @ from b; parallelism 1; }"
		"sink take s { @ from c; }");
	rt_expect(&t, 0, 1000, 2, 1);
	rt_teardown(&t);
}
END_TEST

/* Keys are checked by the operator, their order by the sink. */
START_TEST(keyed_rows_reach_the_owner_of_their_key_in_order)
{
	static const int widths[] = {1, 2, 4};
	static const char *const keys[] = {"k", "k, k + 1", "s", "k % 2 = 0"};
	struct run_test t;
	char block[512];

	rt_setup(&t);
	for (int w = 0; w < 3; w++) {
		for (int k = 0; k < 4; k++) {
			snprintf(block, sizeof block,
				"buffer 2 16k; source gen a { @ rows 1500; partitions 2; keys 40; "
				"parallelism %d; }"
				"probe b { @ from a; key %s; parallelism %d; more 20; }"
				"sink take s { @ from b; keys 40; ordered %s; }",
				1 + w % 2, keys[k], widths[w], k == 2 ? "off" : "on");
			rt_run(&t, 2, block);
			rt_expect(&t, 0, 1500, 2, 1);
		}
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(one_key_may_follow_another)
{
	struct run_test t;

	rt_setup(&t);
	rt_run(&t, 2,
		"source gen a { @ rows 2000; keys 40; } probe b { @ from a; key k; parallelism 4; }"
		"probe c { @ from b; key k * 3; parallelism 2; } probe d { @ from c; key n % 5; "
		"parallelism 3; }"
		"sink take s { @ from d; keys 40; }");
	rt_expect(&t, 0, 2000, 1, 1);
	rt_teardown(&t);
}
END_TEST

/* A subtask of eight gets few rows of each batch, but others wait with the rest of it. */
START_TEST(rows_are_copied_only_where_few_are_left_of_a_batch)
{
	struct run_test t;

	rt_setup(&t);
	rt_run(&t, 2,
		"source gen a { @ rows 4096; batch 2048; keys 64; } probe b { @ from a; key k; "
		"parallelism 8; }"
		"sink take s { @ from b; keys 64; parallelism 8; } probe c { @ from b; key n % 50; "
		"parallelism 3; }"
		"sink take o { @ id 1; from c; keys 64; parallelism 3; }");
	rt_expect(&t, 0, 4096, 1, 1);
	rt_expect(&t, 1, 4096, 1, 1);
	ck_assert_uint_eq(t.probes.sinks[0].selected, 4096);
	ck_assert_uint_eq(t.probes.sinks[1].selected, 0);
	rt_teardown(&t);
}
END_TEST

START_TEST(a_full_sink_stops_the_source_and_loses_nothing)
{
	struct run_test t;
	struct wr_op_status status;
	struct weir_task *task;

	rt_setup(&t);
	atomic_store(&t.probes.stalled, true);
	rt_open(&t, 2,
		"source gen a { @ rows 15000; partitions 2; } probe b { @ from a; key k; buffer 2 "
		"1m; }"
		"probe c { @ from b a; parallelism 1; buffer 3 1m; } sink take s { @ from c; stall "
		"on; }");
	rt_start(&t);
	while ((task = atomic_load(&t.probes.stalled_task)) == NULL)
		sched_yield();
	/* What is on the way is at most what the rings hold, and a batch or two in hand. */
	ck_assert_uint_lt(atomic_load(&t.probes.given), 64 * 64);
	wr_run_status(t.run, wt_host_op(t.host, "c"), &status);
	ck_assert_uint_le(status.queued, 3 * 3);
	ck_assert(!wr_run_has_ended(t.run));
	atomic_store(&t.probes.stalled, false);
	task->host->wake(task);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_expect(&t, 0, 15000, 2, 2);
	rt_teardown(&t);
}
END_TEST

START_TEST(wakes_at_any_time_do_no_harm)
{
	struct run_test t;

	rt_setup(&t);
	for (int i = 0; i < 10; i++) {
		rt_run(&t, 2,
			"source gen a { @ rows 500; busy 20; } probe b { @ from a; busy 40; more "
			"10; }"
			"sink take s { @ from b; busy 30; pester on; }");
		rt_expect(&t, 0, 500, 1, 1);
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(counters_tell_what_came_and_went)
{
	struct run_test t;
	struct wr_op_status status;

	rt_setup(&t);
	rt_open(&t, 1,
		"source gen a { @ rows 900; } probe b { @ from a; mode drop; } probe c { @ from b; "
		"mode dup; }"
		"sink take s { @ from c; }");
	rt_start(&t);
	ck_assert_int_eq(wr_run_wait(t.run, &t.err), 0);
	wr_run_status(t.run, wt_host_op(t.host, "a"), &status);
	ck_assert_uint_eq(status.rows_out, 900);
	wr_run_status(t.run, wt_host_op(t.host, "b"), &status);
	ck_assert_uint_eq(status.rows_in, 900);
	ck_assert_uint_eq(status.rows_out, 600);
	wr_run_status(t.run, wt_host_op(t.host, "s"), &status);
	ck_assert_uint_eq(status.rows_in, 1200);
	ck_assert_int_eq(status.watermark, INT64_MAX);
	ck_assert_uint_eq(status.queued, 0);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_teardown(&t);
}
END_TEST

static void
count_call(void *arg)
{
	atomic_fetch_add((_Atomic int *)arg, 1);
}

START_TEST(the_end_is_told_once)
{
	struct run_test t;
	_Atomic int told = 0;

	rt_setup(&t);
	t.options.ended = count_call;
	t.options.ended_arg = &told;
	rt_open(&t, 3, "source gen a { @ rows 100; } sink take s { @ from a; }");
	rt_start(&t);
	ck_assert_int_eq(wr_run_wait(t.run, &t.err), 0);
	ck_assert(wr_run_has_ended(t.run));
	wr_run_stop(t.run, WR_STOP_NOW);
	ck_assert_int_eq(rt_end(&t), 0);
	ck_assert_int_eq(told, 1);
	rt_teardown(&t);
}
END_TEST

START_TEST(a_run_that_never_started_is_freed)
{
	struct run_test t;

	rt_setup(&t);
	rt_open(&t, 2, "source gen a { @ rows 100; } sink take s { @ from a; }");
	ck_assert_int_eq(rt_end(&t), 0);
	rt_teardown(&t);
}
END_TEST

START_TEST(stepping_gives_the_same_without_threads)
{
	struct run_test t;

	rt_setup(&t);
	waker_free(t.probes.waker);
	t.probes.waker = NULL;
	rt_open(&t, 2,
		"buffer 1 4k; source gen a { @ rows 3000; busy 20; } probe b { @ from a; key k; "
		"more 30; busy 20; }"
		"probe c { @ from b a; mode append; busy 30; } sink take s { @ from c; busy 40; }");
	wr_run_step(t.run);
	ck_assert(wr_run_has_ended(t.run));
	ck_assert_int_eq(rt_end(&t), 0);
	rt_expect(&t, 0, 3000, 1, 2);
	rt_teardown(&t);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		rows_pass_through_a_chain_in_order,
		every_way_of_emitting_carries_the_rows,
		a_union_has_the_rows_of_all,
		a_fan_out_gives_all_rows_to_each,
		what_a_filter_drops_goes_to_its_other_output,
		more_and_busy_in_every_position_lose_nothing,
		all_at_once_slow_lose_nothing,
		partitions_are_shared_by_the_subtasks_of_a_source,
		rows_go_round_between_subtasks_of_another_number,
		keyed_rows_reach_the_owner_of_their_key_in_order,
		one_key_may_follow_another,
		rows_are_copied_only_where_few_are_left_of_a_batch,
		a_full_sink_stops_the_source_and_loses_nothing,
		wakes_at_any_time_do_no_harm,
		counters_tell_what_came_and_went,
		the_end_is_told_once,
		a_run_that_never_started_is_freed,
		stepping_gives_the_same_without_threads,
	};

	return ENGINE_TESTS("run", tests);
}
