/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running pipelines of the operators in probe.h through the real engine with real threads.  In a
 * conf here `@` stands for the `at` directive that all of them need.
 */
#ifndef RUN_TEST_H
#define RUN_TEST_H

#include <check.h>

#include "../../harness/host.h"
#include "probe.h"

struct run_test {
	struct wt_host *host;
	struct probes probes;
	struct wr_run_options options;
	struct weir_err err;
	struct wr_run *run;
};

void rt_setup(struct run_test *t);
/* Every instance that was opened must have been closed, and no contract broken. */
void rt_teardown(struct run_test *t);

/* Plans and opens what stands in the block of the pipeline; then it can be started. */
void rt_open(struct run_test *t, uint32_t threads, const char *block);
void rt_start(struct run_test *t);
/* Waits for the end and frees the run: its result. */
int rt_end(struct run_test *t);
/* All of it; the run must end well. */
void rt_run(struct run_test *t, uint32_t threads, const char *block);
/* The same, and it must fail with this message; also when it is opened. */
void rt_fails(struct run_test *t, uint32_t threads, const char *block, const char *message);

/* The sink has counted each row of gen with these rows and partitions so many times. */
void rt_expect(struct run_test *t, uint32_t sink, int64_t rows, int64_t partitions, uint32_t times);
void rt_expect_no_wrong(struct run_test *t);

#endif
