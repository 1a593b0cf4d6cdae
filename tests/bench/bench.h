/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plugin `bench`, for measuring: the sources `columns` and `replay` give rows that stand in
 * memory, the transform `stamp` notes when it passes a batch on, the sink `meter` reads all it
 * gets.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <time.h>
#include <weir/weir.h>

/* CLOCK_MONOTONIC, or CLOCK_PROCESS_CPUTIME_ID: the processor's time, of all threads. */
static inline int64_t
bench_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

enum { BENCH_PASSES_MAX = 1000 };

/* Best and median of n passes over so many rows; began has n + 1 times. */
void bench_print(const char *who, const int64_t *began, int64_t n, int64_t rows);

/* What a stamp shares with the meters that take its times: when it handed out its last batch. */
struct bench_stamp {
	int64_t at;
};

/* When the source `columns` began, by the processor's time, for the meter at the end. */
struct bench_clock {
	int64_t began;
};

struct bench_clock *bench_clock_of(struct weir_task *task);

extern const struct weir_operator bench_columns, bench_replay, bench_stamp, bench_meter;

#endif
