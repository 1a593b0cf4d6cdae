/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source `replay`: the same rows from memory, pass after pass, with times that go on.  At the
 * end it prints how many rows a second went through the pipeline; the first pass does not count.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { REPLAY_ROWS_A_SECOND = 200000, REPLAY_PARTS = 10 };

struct replay_conf {
	int64_t rows, keys, batch, passes, stay;
	int32_t a, b, key; /* columns; -1: there is none */
};

struct replay {
	const struct replay_conf *conf;
	int64_t *a, *b, *time;
	struct weir_view *key;
	uint32_t part, assigned;
	int64_t next, pass, shift; /* shift: of this pass's times, in microseconds */
	int64_t began[BENCH_PASSES_MAX + 2];

	/* With `stay`. */
	int64_t until; /* by the monotonic clock: to go on to the next tenth */
	int64_t given, task_began, all_began;
};

static const struct weir_directive replay_directives[] = {
	{.name = "rows",
		.summary = "How many rows stand in memory.",
		.type = WEIR_D_INT,
		.deflt = "8388608",
		.min = 1,
		.max = 1 << 28,
		.offset = offsetof(struct replay_conf, rows)},
	{.name = "keys",
		.summary =
			"Rows have one of so many strings as key, with its number as a; 0: none.",
		.type = WEIR_D_INT,
		.deflt = "0",
		.max = 100000000,
		.offset = offsetof(struct replay_conf, keys)},
	{.name = "batch",
		.summary = "Rows of a batch.",
		.type = WEIR_D_INT,
		.deflt = "2048",
		.min = 1,
		.max = WEIR_ROWS_MAX,
		.offset = offsetof(struct replay_conf, batch)},
	{.name = "passes",
		.summary = "How often they are given, after once that is not measured.",
		.type = WEIR_D_INT,
		.deflt = "7",
		.min = 1,
		.max = BENCH_PASSES_MAX,
		.offset = offsetof(struct replay_conf, passes)},
	{.name = "stay",
		.summary = "Of the keys a tenth comes for so long, then the next; the first pass "
			   "goes through "
			   "them at once.",
		.type = WEIR_D_DURATION,
		.deflt = "0s",
		.offset = offsetof(struct replay_conf, stay)},
	{.name = NULL},
};

static int
replay_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct replay_conf *conf = self;

	conf->key = -1;
	if (conf->keys > 0)
		conf->key = host->add(plan, 0, (struct weir_str){"key", 3, 0}, WEIR_STRING, 0);
	conf->a = host->add(plan, 0, (struct weir_str){"a", 1, 0}, WEIR_INT64, 0);
	conf->b = host->add(plan, 0, (struct weir_str){"b", 1, 0}, WEIR_INT64, 0);
	host->declare(plan, WEIR_PLAN_MAX_PARALLELISM, 1, (struct weir_str){0});
	return WEIR_OK;
}

static void
replay_close(void *self)
{
	struct replay *replay = self;

	free(replay->a);
	free(replay->b);
	free(replay->time);
	free(replay->key);
	free(replay);
}

/* The same numbers as in roofline/. */
static void
replay_fill(struct replay *replay)
{
	const struct replay_conf *conf = replay->conf;
	uint64_t seed = 1, a_below = conf->keys > 0 ? (uint64_t)conf->keys : 1000000;

	for (int64_t i = 0; i < conf->rows; i++) {
		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		replay->time[i] = i * (1000000 / REPLAY_ROWS_A_SECOND);
		replay->a[i] = (int64_t)((seed >> 33) % a_below);
		if (conf->stay > 0)
			replay->a[i] =
				replay->a[i] / REPLAY_PARTS +
				i * REPLAY_PARTS / conf->rows * ((int64_t)a_below / REPLAY_PARTS);
		replay->b[i] = (int64_t)((seed >> 20) % 100000);
		if (replay->key != NULL) {
			struct weir_view *view = &replay->key[i];
			char text[16] = {0};

			view->len = (uint32_t)snprintf(
				text, sizeof text, "user%u", (uint32_t)replay->a[i]);
			memcpy((uint8_t *)view + offsetof(struct weir_view, head), text, 12);
		}
	}
}

static int
replay_open(const void *self, struct weir_task *task, void **instance)
{
	const struct replay_conf *conf = self;
	struct replay *replay = calloc(1, sizeof *replay);
	size_t n = (size_t)conf->rows;

	if (replay == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	replay->conf = conf;
	replay->time = malloc(n * sizeof *replay->time);
	replay->a = malloc(n * sizeof *replay->a);
	replay->b = malloc(n * sizeof *replay->b);
	if (conf->keys > 0)
		replay->key = malloc(n * sizeof *replay->key);
	if (replay->time == NULL || replay->a == NULL || replay->b == NULL ||
		(conf->keys > 0 && replay->key == NULL)) {
		replay_close(replay);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	replay_fill(replay);
	task->host->partition(task, (struct weir_str){"memory", 6, 0});
	*instance = replay;
	return WEIR_OK;
}

static int
replay_assign(void *self, struct weir_task *task, uint32_t part, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct replay *replay = self;

	(void)task, (void)name, (void)pos, (void)fresh;
	replay->part = part;
	replay->assigned = 1;
	return WEIR_OK;
}

static void
replay_column(struct weir_task *task, struct weir_out *out, int32_t col, const void *from, size_t n)
{
	struct weir_vec *vec = col >= 0 ? task->host->vec(out, col) : NULL;

	if (vec != NULL)
		memcpy(vec->values, from, n);
}

static void
replay_give(struct replay *replay, struct weir_task *task, uint32_t n)
{
	const struct replay_conf *conf = replay->conf;
	struct weir_out *out = task->host->append(task, 0);
	int64_t time[WEIR_ROWS_MAX], at = replay->next;

	for (uint32_t i = 0; i < n && replay->key != NULL; i++)
		time[i] = replay->time[at + i] + replay->shift;
	task->host->rows(out, n, replay->key != NULL ? time : NULL, NULL);
	if (replay->key != NULL)
		replay_column(task, out, conf->key, replay->key + at, n * sizeof *replay->key);
	replay_column(task, out, conf->a, replay->a + at, n * sizeof *replay->a);
	replay_column(task, out, conf->b, replay->b + at, n * sizeof *replay->b);
	replay->next += n;
	replay->given += replay->task_began > 0 ? n : 0;
	task->host->position(task, replay->part, (struct weir_str){"1", 1, 0});
}

/* Goes back to where the tenth begins, until it is time for the next one. */
static void
replay_stay(struct replay *replay)
{
	int64_t tenth = replay->conf->rows / REPLAY_PARTS, now;

	if (replay->pass == 0 || replay->next % tenth != 0)
		return;
	now = bench_ns(CLOCK_MONOTONIC);
	if (replay->task_began == 0) {
		replay->task_began = bench_ns(CLOCK_THREAD_CPUTIME_ID);
		replay->all_began = bench_ns(CLOCK_PROCESS_CPUTIME_ID);
		replay->until = now + replay->conf->stay * 1000;
	} else if (now < replay->until) {
		replay->next -= tenth;
		replay->shift += tenth * (1000000 / REPLAY_ROWS_A_SECOND);
	} else {
		replay->until = now + replay->conf->stay * 1000;
	}
}

/* How many rows its thread did in a second of its CPU time, and the process in one of all threads.
 */
static void
replay_print(const struct replay *replay)
{
	int64_t task = bench_ns(CLOCK_THREAD_CPUTIME_ID) - replay->task_began;
	int64_t all = bench_ns(CLOCK_PROCESS_CPUTIME_ID) - replay->all_began;

	printf("replay: %ld rows, %.2f M rows/s of its thread, %.2f of the process\n",
		(long)replay->given, (double)replay->given * 1e3 / (double)task,
		(double)replay->given * 1e3 / (double)all);
}

static int
replay_poll(void *self, struct weir_task *task)
{
	struct replay *replay = self;
	const struct replay_conf *conf = replay->conf;
	int64_t n;

	if (!replay->assigned)
		return WEIR_BUSY;
	if (conf->stay > 0)
		replay_stay(replay);
	if (replay->next == conf->rows) {
		replay->next = 0;
		replay->pass++;
		replay->shift += conf->rows * (1000000 / REPLAY_ROWS_A_SECOND);
	}
	if (replay->next == 0)
		replay->began[replay->pass] = bench_ns(CLOCK_PROCESS_CPUTIME_ID);
	if (replay->pass > conf->passes) {
		if (conf->stay > 0)
			replay_print(replay);
		else
			bench_print("replay", replay->began + 1, conf->passes, conf->rows);
		task->host->finished(task, replay->part);
		return WEIR_END;
	}
	n = conf->rows - replay->next < conf->batch ? conf->rows - replay->next : conf->batch;
	replay_give(replay, task, (uint32_t)n);
	return WEIR_OK;
}

static const struct weir_source replay_calls = {
	.size = sizeof replay_calls,
	.assign = replay_assign,
	.poll = replay_poll,
};

const struct weir_operator bench_replay = {
	.size = sizeof bench_replay,
	.kind = WEIR_SOURCE,
	.flags = WEIR_TYPED | WEIR_READS_DECLARED,
	.name = "replay",
	.summary = "Gives rows that stand in memory, again and again.",
	.conf_size = sizeof(struct replay_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = replay_directives,
	.n_out = 1,
	.plan = replay_plan,
	.open = replay_open,
	.close = replay_close,
	.source = &replay_calls,
};
