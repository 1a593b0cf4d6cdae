/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline that has nothing to do does nothing: no CPU, no wake-ups. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "engine_test.h"
#include "run_test.h"

/* What may happen in a second: the watcher's own turn, and what a sanitizer's thread does. */
#if defined(__SANITIZE_THREAD__)
enum { SWITCHES_MOST = 40, CPU_US_MOST = 50000 };
#else
enum { SWITCHES_MOST = 1, CPU_US_MOST = 5000 };
#endif

/* How often the threads of this process were switched to, of their own will or not. */
static uint64_t
count_switches(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	uint64_t sum = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		char path[300], line[200];
		uint64_t n;
		FILE *file;

		snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
		file = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (file == NULL)
			continue;
		while (fgets(line, sizeof line, file) != NULL) {
			if (sscanf(line, "voluntary_ctxt_switches: %" SCNu64, &n) == 1)
				sum += n;
		}
		fclose(file);
	}
	closedir(dir);
	return sum;
}

static int64_t
cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
	       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Nothing signals it: what is waited for is that nothing happens. */
static void
watch(pthread_mutex_t *lock, pthread_cond_t *cond, int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	while (pthread_cond_timedwait(cond, lock, &until) == 0)
		;
}

/* A second comes in which nothing happens. */
static void
expect_idle(struct run_test *t)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	uint64_t switches = 0;
	int64_t cpu = 0;

	pthread_mutex_lock(&lock);
	/* It may take a moment until all have fallen asleep. */
	for (int i = 0; i < 10; i++) {
		switches = count_switches();
		cpu = cpu_us();
		watch(&lock, &cond, 1000);
		switches = count_switches() - switches;
		cpu = cpu_us() - cpu;
		if (switches <= SWITCHES_MOST && cpu < CPU_US_MOST)
			break;
	}
	pthread_mutex_unlock(&lock);
	ck_assert_msg(switches <= SWITCHES_MOST, "%" PRIu64 " wake-ups in a second", switches);
	ck_assert_msg(cpu < CPU_US_MOST, "%" PRId64 " us of CPU in a second", cpu);
	ck_assert(!wr_run_has_ended(t->run));
}

START_TEST(a_pipeline_without_input_sleeps)
{
	struct run_test t;

	rt_setup(&t);
	rt_open(&t, 3,
		"source gen a { @ rows 1000; forever on; partitions 2; parallelism 2; }"
		"source gen b { @ rows 10; forever on; say_idle on; watermark bounded 1s idle 1h; }"
		"probe c { @ from a b; key k; timers on; } sink take s { @ from c; }");
	rt_start(&t);
	while (atomic_load(&t.probes.given) < 2010)
		sched_yield();
	expect_idle(&t);
	wr_run_stop(t.run, WR_STOP_GRACEFUL);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_teardown(&t);
}
END_TEST

START_TEST(a_pipeline_behind_a_full_sink_sleeps)
{
	struct run_test t;
	struct weir_task *task;

	rt_setup(&t);
	atomic_store(&t.probes.stalled, true);
	rt_open(&t, 2,
		"buffer 2 64k; source gen a { @ rows 15000; } probe b { @ from a; key k; more 20; }"
		"sink take s { @ from b; stall on; parallelism 1; }");
	rt_start(&t);
	while ((task = atomic_load(&t.probes.stalled_task)) == NULL)
		sched_yield();
	expect_idle(&t);
	atomic_store(&t.probes.stalled, false);
	task->host->wake(task);
	ck_assert_int_eq(rt_end(&t), 0);
	rt_expect(&t, 0, 15000, 1, 1);
	rt_teardown(&t);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_pipeline_without_input_sleeps,
		a_pipeline_behind_a_full_sink_sleeps,
	};

	return ENGINE_TESTS("idle", tests);
}
