/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How near two cores are: bench_cores [CORE CORE] gives the time of a line of cache from one to the
 * other and back.  Where a guest's cores are put may change from minute to minute, and with it what
 * two threads gain.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 200000 };

static _Alignas(64) _Atomic int ball;
static int core[2] = {0, 1};

static void
stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (pthread_setaffinity_np(pthread_self(), sizeof set, &set) != 0) {
		fprintf(stderr, "bench_cores: there is no core %d\n", cpu);
		exit(1);
	}
}

static void *
throw_back(void *arg)
{
	stay_on(core[1]);
	for (int i = 1; i < 2 * ROUNDS; i += 2) {
		while (atomic_load(&ball) != i)
			;
		atomic_store(&ball, i + 1);
	}
	return arg;
}

static void
throw_at(int i)
{
	atomic_store(&ball, i + 1);
	while (atomic_load(&ball) != i + 2)
		;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int
main(int argc, char **argv)
{
	pthread_t other;
	double begin;

	if (argc == 3) {
		core[0] = atoi(argv[1]);
		core[1] = atoi(argv[2]);
	}
	stay_on(core[0]);
	if (pthread_create(&other, NULL, throw_back, NULL) != 0)
		return 1;
	throw_at(0); /* until it is caught the other may have to wait for this core */
	begin = now();
	for (int i = 2; i < 2 * ROUNDS; i += 2)
		throw_at(i);
	printf("there and back: %.0f ns\n", (now() - begin) / (ROUNDS - 1));
	pthread_join(other, NULL);
	return 0;
}
