/* SPDX-License-Identifier: Apache-2.0 */
/* Runs that go on where an earlier one ended. */
#include <sched.h>
#include <stdlib.h>
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

int
main(void)
{
	const TTest *const tests[] = {
		an_instances_own_timers_outlive_it,
		many_changes_bring_an_epoch_forward,
	};

	return ENGINE_TESTS("checkpoint", tests);
}
