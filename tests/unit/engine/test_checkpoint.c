/* SPDX-License-Identifier: Apache-2.0 */
/* Runs that go on where an earlier one ended. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine_test.h"
#include "run_test.h"

/* A place for state, and what is needed to run more than once. */
struct keeping {
	struct run_test t;
	char dir[64];
};

static void
keeping_setup(struct keeping *k)
{
	rt_setup(&k->t);
	snprintf(k->dir, sizeof k->dir, "/tmp/weir-checkpoint-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(k->dir));
	wt_host_keep(k->t.host, k->dir);
	k->t.probes.epochs = true;
}

static void
keeping_teardown(struct keeping *k)
{
	char command[128];

	rt_teardown(&k->t);
	snprintf(command, sizeof command, "rm -r %s", k->dir);
	ck_assert_int_eq(system(command), 0);
}

/* To a last epoch, though the source would go on for ever. */
static void
run_and_stop(struct keeping *k, uint32_t threads, const char *block)
{
	rt_open(&k->t, threads, block);
	rt_start(&k->t);
	wr_run_stop(k->t.run, WR_STOP_GRACEFUL);
	if (rt_end(&k->t) < 0)
		ck_abort_msg("%s", k->t.err.text);
	rt_expect_no_wrong(&k->t);
}

START_TEST(an_instances_own_timers_outlive_it)
{
	struct keeping k;

	keeping_setup(&k);
	run_and_stop(&k, 2,
		"source gen a { @ forever on; } probe b { @ from a; parallelism 3; own on; }"
		"sink take s { @ from b; }");
	ck_assert_uint_eq(k.t.probes.timers, 0);
	/* Fewer now: theirs are taken over. */
	run_and_stop(&k, 2,
		"source gen a { @ forever on; } probe b { @ from a; parallelism 2; }"
		"sink take s { @ from b; }");
	ck_assert_uint_eq(k.t.probes.timers, 0);
	rt_run(&k.t, 2,
		"source gen a { @ rows 1; } probe b { @ from a; } sink take s { @ from b; }");
	ck_assert_uint_eq(k.t.probes.timers, 3);
	keeping_teardown(&k);
}
END_TEST

/* The last decided epoch, as the witness has it; 0: none yet. */
static unsigned long
decided(const struct keeping *k)
{
	char path[128], text[64] = "";
	FILE *file;

	snprintf(path, sizeof path, "%s/p/decided", k->dir);
	file = fopen(path, "r");
	if (file != NULL) {
		text[fread(text, 1, sizeof text - 1, file)] = '\0';
		fclose(file);
	}
	return strtoul(text, NULL, 10);
}

/* Whether there is an epoch, which by time alone would not come.  One that is to come is waited
 * for; one that is not would have come by the time all rows were read. */
static bool
is_early(struct keeping *k, const char *checkpoint, bool is_to_come)
{
	time_t end = time(NULL) + 30;
	char block[512];

	snprintf(block, sizeof block,
		"checkpoint { interval 1h; %s }"
		"source gen a { @ forever on; rows 19000; partitions 4; }"
		"keeper b { @ from a; key k; table on; } sink take s { @ from b; }",
		checkpoint);
	rt_open(&k->t, 2, block);
	rt_start(&k->t);
	while (decided(k) == 0 && time(NULL) < end &&
		(is_to_come || atomic_load(&k->t.probes.given) < 4 * 19000))
		sched_yield();
	wr_run_stop(k->t.run, WR_STOP_NOW);
	if (rt_end(&k->t) < 0)
		ck_abort_msg("%s", k->t.err.text);
	return decided(k) > 0;
}

START_TEST(many_changes_bring_an_epoch_forward)
{
	struct keeping k;

	keeping_setup(&k);
	ck_assert(!is_early(&k, "max_dirty 1g;", false));
	ck_assert(is_early(&k, "max_dirty 100k;", true));
	keeping_teardown(&k);
}
END_TEST

/* Until so many epochs are decided. */
static void
wait_for_epochs(struct keeping *k, unsigned long n)
{
	time_t end = time(NULL) + 60;

	while (decided(k) < n && time(NULL) < end)
		sched_yield();
	ck_assert_uint_ge(decided(k), n);
}

/* How many epochs there are once there was one, and many rows behind it. */
static unsigned long
epochs_with(struct keeping *k, const char *checkpoint, unsigned long n)
{
	char block[512];
	uint64_t given;

	snprintf(block, sizeof block,
		"checkpoint { interval 1ms; %s }"
		"source gen a { @ forever on; rows 1000000000; }"
		"keeper b { @ from a; key k; table on; } sink take s { @ from b; }",
		checkpoint);
	rt_open(&k->t, 2, block);
	rt_start(&k->t);
	wait_for_epochs(k, n);
	given = atomic_load(&k->t.probes.given);
	while (atomic_load(&k->t.probes.given) < given + 200000)
		sched_yield();
	wr_run_stop(k->t.run, WR_STOP_NOW);
	if (rt_end(&k->t) < 0)
		ck_abort_msg("%s", k->t.err.text);
	probes_clear(&k->t.probes); /* so many rows have no numbers that the sink knows */
	return decided(k);
}

START_TEST(epochs_keep_their_distance)
{
	struct keeping k;

	keeping_setup(&k);
	ck_assert_uint_eq(epochs_with(&k, "min_pause 1h; max_dirty 100k;", 1), 1);
	ck_assert_uint_ge(epochs_with(&k, "", 4), 4);
	keeping_teardown(&k);
}
END_TEST

/* What is logged, as far as it is about checkpoints. */
struct logged {
	_Atomic uint32_t slow;
	char text[128];
};

static void
log_slow(void *arg, int32_t level, const struct wr_op *op, uint32_t subtask, const char *text)
{
	struct logged *logged = arg;

	(void)op, (void)subtask;
	if (level != WEIR_LOG_WARN || strncmp(text, "checkpoint ", 11) != 0)
		return;
	if (atomic_load(&logged->slow) == 0)
		snprintf(logged->text, sizeof logged->text, "%s", text);
	atomic_fetch_add(&logged->slow, 1);
}

START_TEST(a_slow_epoch_is_told_of_and_waited_for)
{
	struct logged logged = {.text = ""};
	time_t end = time(NULL) + 60;
	struct weir_task *task;
	struct keeping k;

	keeping_setup(&k);
	k.t.options.log = log_slow;
	k.t.options.log_arg = &logged;
	atomic_store(&k.t.probes.stalled, true);
	rt_open(&k.t, 2,
		"checkpoint { interval 5ms; timeout 20ms; }"
		"source gen a { @ forever on; } sink take s { @ from a; stall on; parallelism 1; "
		"}");
	rt_start(&k.t);
	while (atomic_load(&logged.slow) < 3 && time(NULL) < end)
		sched_yield();
	ck_assert_uint_ge(atomic_load(&logged.slow), 3);
	ck_assert_uint_eq(decided(&k), 0);
	atomic_store(&k.t.probes.stalled, false);
	task = atomic_load(&k.t.probes.stalled_task);
	task->host->wake(task);
	wait_for_epochs(&k, 1);
	wr_run_stop(k.t.run, WR_STOP_GRACEFUL);
	if (rt_end(&k.t) < 0)
		ck_abort_msg("%s", k.t.err.text);
	/* The source may have carried its barrier before its first rows could not go on. */
	if (strcmp(logged.text, "checkpoint 1 waits for 1 of 2 instances") != 0)
		ck_assert_str_eq(logged.text, "checkpoint 1 waits for 2 of 2 instances");
	keeping_teardown(&k);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		an_instances_own_timers_outlive_it,
		epochs_keep_their_distance,
		a_slow_epoch_is_told_of_and_waited_for,
		many_changes_bring_an_epoch_forward,
	};

	return ENGINE_TESTS("checkpoint", tests);
}
