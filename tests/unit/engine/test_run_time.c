/* SPDX-License-Identifier: Apache-2.0 */
/* Time through the real engine: watermarks, idle inputs, barriers, timers, ends. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine_test.h"
#include "run_test.h"

/* A clock of the test's. */
static int64_t
read_clock(void *arg)
{
	return atomic_load((_Atomic int64_t *)arg);
}

/* Everything on this thread, so that what has come can be looked at between steps. */
static void
setup_steps(struct run_test *t, _Atomic int64_t *clock)
{
	rt_setup(t);
	waker_free(t->probes.waker);
	t->probes.waker = NULL;
	t->options.now = read_clock;
	t->options.now_arg = clock;
}

START_TEST(the_end_of_time_comes_once_and_last)
{
	struct run_test t;

	rt_setup(&t);
	rt_run(&t, 2,
		"source gen a { @ rows 500; partitions 3; parallelism 2; } source gen b { @ rows "
		"50; }"
		"probe c { @ from a; key k; parallelism 3; } probe d { @ from c b; more 20; busy "
		"20; }"
		"sink take s { @ from d; parallelism 1; }");
	ck_assert_uint_eq(t.probes.sinks[0].ends, 1);
	ck_assert_int_eq(t.probes.sinks[0].watermark, INT64_MAX);
	rt_teardown(&t);
}
END_TEST

START_TEST(a_graceful_stop_loses_nothing_and_flushes_no_windows)
{
	struct run_test t;

	rt_setup(&t);
	for (int i = 0; i < 20; i++) {
		rt_open(&t, 2,
			"source gen a { @ rows 900000000; partitions 2; parallelism 2; } source "
			"gen b { @ rows 900000000; }"
			"probe c { @ from a b; key k; parallelism 2; more 10; busy 5; }"
			"sink take s { @ from c; parallelism 1; busy 10; }");
		rt_start(&t);
		while (atomic_load(&t.probes.given) < 900u * (unsigned)i)
			sched_yield();
		wr_run_stop(t.run, WR_STOP_GRACEFUL);
		ck_assert_int_eq(rt_end(&t), 0);
		rt_expect_no_wrong(&t);
		ck_assert_uint_eq(t.probes.sinks[0].rows, atomic_load(&t.probes.given));
		ck_assert_uint_eq(t.probes.sinks[0].ends, 0);
		ck_assert_uint_eq(atomic_load(&t.probes.barriers), 3);
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(a_stop_at_once_ends_whatever_is_under_way)
{
	struct run_test t;

	rt_setup(&t);
	for (int i = 0; i < 20; i++) {
		rt_open(&t, 2,
			"buffer 2 16k; source gen a { @ rows 19000; forever on; } probe b { @ from "
			"a; busy 40; more 30; hold on; }"
			"probe c { @ from b; key k; busy 40; more 30; } sink take s { @ from c; "
			"busy 30; }");
		rt_start(&t);
		while (atomic_load(&t.probes.given) < 100u * (unsigned)i)
			sched_yield();
		wr_run_stop(t.run, WR_STOP_NOW);
		ck_assert_int_eq(rt_end(&t), 0);
		rt_expect_no_wrong(&t);
		ck_assert_uint_eq(t.probes.sinks[0].ends, 0);
	}
	rt_teardown(&t);
}
END_TEST

/* Of two inputs the slower one counts: b has given rows up to 2 ms. */
START_TEST(a_union_is_as_late_as_its_latest_input)
{
	_Atomic int64_t clock = 0;
	struct run_test t;

	setup_steps(&t, &clock);
	rt_open(&t, 1,
		"source gen a { @ rows 100; forever on; } source gen b { @ rows 3; forever on; }"
		"sink take s { @ from a b; }");
	wr_run_step(t.run);
	ck_assert_int_eq(t.probes.sinks[0].watermark, 1999);
	wr_run_stop(t.run, WR_STOP_GRACEFUL);
	wr_run_step(t.run);
	ck_assert(wr_run_has_ended(t.run));
	ck_assert_msg(t.probes.sinks[0].watermark == 1999,
		"an input that is cut off must not let time run on");
	ck_assert_int_eq(rt_end(&t), 0);
	rt_teardown(&t);
}
END_TEST

START_TEST(an_idle_input_holds_nobody_back)
{
	_Atomic int64_t clock = 0;
	struct run_test t;

	setup_steps(&t, &clock);
	rt_open(&t, 1,
		"source gen a { @ rows 100; forever on; }"
		"source gen b { @ rows 3; forever on; watermark monotonic idle 5s; }"
		"probe c { @ from b; } sink take s { @ from a c; }");
	wr_run_step(t.run);
	ck_assert_int_eq(t.probes.sinks[0].watermark, 1999);
	atomic_store(&clock, 4999999);
	wr_run_tick(t.run);
	wr_run_step(t.run);
	ck_assert_int_eq(t.probes.sinks[0].watermark, 1999);
	atomic_store(&clock, 5000000);
	wr_run_tick(t.run);
	wr_run_step(t.run);
	ck_assert_int_eq(t.probes.sinks[0].watermark, 98999);
	wr_run_stop(t.run, WR_STOP_GRACEFUL);
	wr_run_step(t.run);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_teardown(&t);
}
END_TEST

START_TEST(an_input_that_says_it_is_idle_is)
{
	_Atomic int64_t clock = 0;
	struct run_test t;

	setup_steps(&t, &clock);
	rt_open(&t, 1,
		"source gen a { @ rows 100; forever on; } source gen b { @ rows 3; forever on; "
		"say_idle on; }"
		"sink take s { @ from a b; }");
	wr_run_step(t.run);
	ck_assert_int_eq(t.probes.sinks[0].watermark, 98999);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_teardown(&t);
}
END_TEST

START_TEST(an_ended_input_leaves_the_time_to_the_others)
{
	_Atomic int64_t clock = 0;
	struct run_test t;

	setup_steps(&t, &clock);
	rt_open(&t, 1,
		"source gen a { @ rows 50; forever on; } source gen b { @ rows 3; }"
		"source gen c { @ rows 5; forever on; say_idle on; } sink take s { @ from a b c; "
		"}");
	wr_run_step(t.run);
	ck_assert_int_eq(t.probes.sinks[0].watermark, 48999);
	ck_assert_uint_eq(t.probes.sinks[0].ends, 0);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_teardown(&t);
}
END_TEST

START_TEST(when_all_are_idle_time_stands_still)
{
	_Atomic int64_t clock = 0;
	struct run_test t;

	setup_steps(&t, &clock);
	rt_open(&t, 1,
		"source gen a { @ rows 5; forever on; say_idle on; } source gen b { @ rows 3; }"
		"source gen c { @ rows 9; forever on; say_idle on; } sink take s { @ from a b c; "
		"}");
	wr_run_step(t.run);
	ck_assert_int_le(t.probes.sinks[0].watermark, 8999);
	ck_assert_uint_eq(t.probes.sinks[0].ends, 0);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_teardown(&t);
}
END_TEST

START_TEST(the_partition_that_is_furthest_behind_counts)
{
	_Atomic int64_t clock = 0;
	struct run_test t;

	setup_steps(&t, &clock);
	rt_open(&t, 1,
		"source gen a { @ rows 100; partitions 3; batch 9; forever on; } sink take s { @ "
		"from a; }");
	wr_run_step(t.run);
	ck_assert_int_eq(t.probes.sinks[0].watermark, 98999);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_open(&t, 1,
		"source gen a { @ rows 100; watermark bounded 30ms; forever on; } sink take s { @ "
		"from a; }");
	wr_run_step(t.run);
	ck_assert_int_eq(t.probes.sinks[0].watermark, 68999);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_open(&t, 1, "source gen a { @ rows 100; watermark none; } sink take s { @ from a; }");
	wr_run_step(t.run);
	ck_assert_int_eq(t.probes.sinks[0].watermark, INT64_MAX);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_teardown(&t);
}
END_TEST

/* Rows behind a barrier, or one barrier too many, are noticed by the probes. */
START_TEST(the_barriers_of_a_diamond_meet)
{
	struct run_test t;
	char block[512];

	rt_setup(&t);
	for (int seed = 1; seed <= 30; seed++) {
		snprintf(block, sizeof block,
			"buffer 1 4k; source gen a { @ rows 300; seed %d; watermark none; }"
			"probe l { @ from a; more 40; busy 30; seed %d; parallelism 2; hold on; }"
			"probe r { @ from a; key k; parallelism 3; busy 20; seed %d; }"
			"probe m { @ from l r; parallelism 2; more 20; busy 20; hold on; } sink "
			"take s { @ from m a; parallelism 1; }",
			seed, seed + 1, seed + 2);
		rt_run(&t, 2, block);
		rt_expect(&t, 0, 300, 1, 3);
		ck_assert_uint_eq(atomic_load(&t.probes.barriers), 2 + 3 + 2 + 1);
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(what_is_held_back_comes_before_the_barrier)
{
	struct run_test t;

	rt_setup(&t);
	rt_run(&t, 1,
		"source gen a { @ rows 700; watermark none; } probe b { @ from a; hold on; more "
		"50; }"
		"sink take s { @ from b; }");
	rt_expect(&t, 0, 700, 1, 1);
	rt_teardown(&t);
}
END_TEST

START_TEST(timers_come_when_the_watermark_passes_them)
{
	struct run_test t;
	char block[256];

	rt_setup(&t);
	for (int more = 0; more <= 60; more += 30) {
		snprintf(block, sizeof block,
			"source gen a { @ rows 2000; keys 7; } probe b { @ from a; key k; timers "
			"on; more %d; busy %d; }"
			"sink take s { @ from b; keys 7; }",
			more, more / 2);
		rt_run(&t, 2, block);
		ck_assert_uint_eq(atomic_load(&t.probes.timers), 2000);
	}
	rt_teardown(&t);
}
END_TEST

START_TEST(timers_stay_when_the_source_is_cut_off)
{
	_Atomic int64_t clock = 0;
	struct run_test t;

	setup_steps(&t, &clock);
	rt_open(&t, 1,
		"source gen a { @ rows 100; forever on; } probe b { @ from a; key k; timers on; }"
		"sink take s { @ from b; }");
	wr_run_step(t.run);
	ck_assert_uint_eq(atomic_load(&t.probes.timers), 99);
	wr_run_stop(t.run, WR_STOP_GRACEFUL);
	wr_run_step(t.run);
	ck_assert_uint_eq(atomic_load(&t.probes.timers), 99);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_teardown(&t);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_end_of_time_comes_once_and_last,
		a_graceful_stop_loses_nothing_and_flushes_no_windows,
		a_stop_at_once_ends_whatever_is_under_way,
		a_union_is_as_late_as_its_latest_input,
		an_idle_input_holds_nobody_back,
		an_input_that_says_it_is_idle_is,
		an_ended_input_leaves_the_time_to_the_others,
		when_all_are_idle_time_stands_still,
		the_partition_that_is_furthest_behind_counts,
		the_barriers_of_a_diamond_meet,
		what_is_held_back_comes_before_the_barrier,
		timers_come_when_the_watermark_passes_them,
		timers_stay_when_the_source_is_cut_off,
	};

	return ENGINE_TESTS("run_time", tests);
}
