/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transform `stamp` passes batches on and notes when; the sink `meter` reads every value it
 * gets, and after a stamp tells how long each batch took since then.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { METER_TIMES_MAX = 1 << 20, METER_ROWS = 64 };

/* Times from 1 ns on, in steps of a 32nd. */
enum { LAG_STEPS = 32, LAG_BUCKETS = 64 * LAG_STEPS };

struct meter_conf {
	struct weir_str lag;
	int32_t lag_col; /* -1: none */
	uint32_t timed;
};

struct meter {
	const struct meter_conf *conf;
	struct bench_stamp *stamp;
	struct bench_clock *clock;
	int64_t took; /* from the clock's beginning to the end of the stream */
	uint64_t rows, sum;
	uint32_t n, per; /* times taken; rows of a batch */
	float *ns; /* a row */
	uint64_t *lags; /* how many rows */
	int64_t longest;
};

static void *
stamp_make(void *arg)
{
	(void)arg;
	return calloc(1, sizeof(struct bench_stamp));
}

static struct bench_stamp *
stamp_of(struct weir_task *task)
{
	return task->host->shared(task, "bench.stamp", stamp_make, free, NULL);
}

static void *
clock_make(void *arg)
{
	(void)arg;
	return calloc(1, sizeof(struct bench_clock));
}

struct bench_clock *
bench_clock_of(struct weir_task *task)
{
	return task->host->shared(task, "bench.clock", clock_make, free, NULL);
}

static int
stamp_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	(void)conf;
	host->pass(plan, 0, 0, -1, (struct weir_str){0});
	return WEIR_OK;
}

static int
stamp_open(const void *conf, struct weir_task *task, void **self)
{
	(void)conf;
	*self = stamp_of(task);
	return *self == NULL ? weir_fail(task->err, -ENOMEM, "out of memory") : WEIR_OK;
}

static void
stamp_close(void *self)
{
	(void)self;
}

static int
stamp_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct bench_stamp *stamp = self;

	(void)in;
	task->host->extend(task, 0, batch);
	stamp->at = bench_ns(CLOCK_MONOTONIC);
	return WEIR_OK;
}

const struct weir_operator bench_stamp = {
	.size = sizeof bench_stamp,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_CHANGES | WEIR_READS_DECLARED,
	.name = "stamp",
	.summary = "Passes rows on and notes when.",
	.n_in = 1,
	.n_out = 1,
	.plan = stamp_plan,
	.open = stamp_open,
	.close = stamp_close,
	.process = stamp_process,
};

static const struct weir_directive meter_directives[] = {
	{.name = "timed",
		.summary = "Take the time since the stamp of each batch.",
		.deflt = "off",
		.type = WEIR_D_FLAG,
		.offset = offsetof(struct meter_conf, timed)},
	{.name = "lag",
		.summary = "A column with the time when a row was due, by CLOCK_MONOTONIC, in ns.",
		.type = WEIR_D_STR,
		.offset = offsetof(struct meter_conf, lag)},
	{.name = NULL},
};

static int
meter_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct meter_conf *conf = self;

	conf->lag_col = -1;
	if (conf->lag.p != NULL)
		conf->lag_col = host->column(plan, 0, conf->lag, WEIR_INT64);
	host->distribute(plan, 0, WEIR_SINGLE, NULL);
	return WEIR_OK;
}

static int
meter_open(const void *conf, struct weir_task *task, void **self)
{
	struct meter *meter = calloc(1, sizeof *meter);

	if (meter == NULL || (meter->ns = malloc(METER_TIMES_MAX * sizeof *meter->ns)) == NULL ||
		(meter->lags = calloc(LAG_BUCKETS, sizeof *meter->lags)) == NULL) {
		if (meter != NULL)
			free(meter->ns);
		free(meter);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	meter->conf = conf;
	meter->stamp = stamp_of(task);
	meter->clock = bench_clock_of(task);
	*self = meter;
	return WEIR_OK;
}

static int
compare(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void
bench_print(const char *who, const int64_t *began, int64_t n, int64_t rows)
{
	float took[BENCH_PASSES_MAX];

	for (int64_t i = 0; i < n; i++)
		took[i] = (float)(began[i + 1] - began[i]) * 1e-3f;
	qsort(took, (size_t)n, sizeof *took, compare);
	printf("%s: %ld rows, best %.3f M rows/s, median %.3f M rows/s\n", who, (long)rows,
		(double)rows / (double)took[0], (double)rows / (double)took[n / 2]);
}

static uint32_t
lag_bucket(uint64_t ns)
{
	uint32_t high;

	if (ns < LAG_STEPS)
		return (uint32_t)ns;
	high = 63 - (uint32_t)__builtin_clzll(ns); /* of which five bits more count */
	return (high - 4) * LAG_STEPS + (uint32_t)(ns >> (high - 5)) - LAG_STEPS;
}

/* The most that is in the same bucket. */
static uint64_t
lag_of(uint32_t bucket)
{
	uint32_t high = bucket / LAG_STEPS;

	if (high == 0)
		return bucket;
	return (((uint64_t)(bucket % LAG_STEPS + LAG_STEPS + 1)) << (high - 1)) - 1;
}

static void
print_lags(const struct meter *meter)
{
	static const double parts[] = {0.5, 0.99, 0.999, 0.9999};
	uint64_t below = 0;
	uint32_t part = 0;

	printf("lag us:");
	for (uint32_t i = 0; i < LAG_BUCKETS && part < 4; i++) {
		below += meter->lags[i];
		for (; part < 4 && (double)below >= parts[part] * (double)meter->rows; part++)
			printf(" p%g %.1f", parts[part] * 100, (double)lag_of(i) * 1e-3);
	}
	printf(" max %.1f\n", (double)meter->longest * 1e-3);
}

static void
meter_close(void *self)
{
	struct meter *meter = self;
	uint32_t n = meter->n;

	printf("meter: %lu rows (check %lu)\n", (unsigned long)meter->rows,
		(unsigned long)meter->sum);
	if (meter->conf->lag_col >= 0 && meter->rows > 0)
		print_lags(meter);
	if (meter->took > 0)
		printf("took %.6f s\n", (double)meter->took * 1e-9);
	if (n > 0) {
		qsort(meter->ns, n, sizeof *meter->ns, compare);
		printf("times: %u batches of %u rows, ns a row: p50 %.2f p95 %.2f p99 %.2f\n", n,
			meter->per, meter->ns[n / 2], meter->ns[(uint64_t)n * 95 / 100],
			meter->ns[(uint64_t)n * 99 / 100]);
	}
	free(meter->lags);
	free(meter->ns);
	free(meter);
}

static void
take_lags(struct meter *meter, const struct weir_batch *batch, uint32_t n)
{
	const struct weir_column *due = batch->cols[meter->conf->lag_col];
	int64_t now = bench_ns(CLOCK_MONOTONIC);

	for (uint32_t i = 0; i < n; i++) {
		int64_t lag = now - weir_int_at(due, batch->sel != NULL ? batch->sel[i] : i);

		lag = lag > 0 ? lag : 0;
		meter->lags[lag_bucket((uint64_t)lag)]++;
		meter->longest = lag > meter->longest ? lag : meter->longest;
	}
}

/* Sums of ints, and of the lengths of strings; of rows sel[from .. to), or from .. to. */
static uint64_t
meter_sum(const struct weir_column *column, const uint32_t *sel, uint32_t from, uint32_t to)
{
	uint64_t sum = 0;

	if (column->values == NULL || column->type == WEIR_BOOL)
		return 0;
	if (column->type >= WEIR_STRING) {
		const struct weir_view *views = column->values;

		for (uint32_t i = from; i < to; i++)
			sum += views[sel != NULL ? sel[i] : i].len;
	} else if (sel != NULL) {
		for (uint32_t i = from; i < to; i++)
			sum += ((const uint64_t *)column->values)[sel[i]];
	} else {
		for (uint32_t i = from; i < to; i++)
			sum += ((const uint64_t *)column->values)[i];
	}
	return sum;
}

static int
meter_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct meter *meter = self;
	uint32_t n = batch->sel != NULL ? batch->n_sel : batch->n_rows;

	(void)task, (void)in;
	if (meter->conf->timed) {
		int64_t took = bench_ns(CLOCK_MONOTONIC) - meter->stamp->at;

		meter->per = batch->n_rows;
		if (meter->n < METER_TIMES_MAX)
			meter->ns[meter->n++] = (float)took / (float)batch->n_rows;
		return WEIR_OK;
	}
	meter->rows += n;
	if (meter->conf->lag_col >= 0)
		take_lags(meter, batch, n);
	/* Some rows of all columns, as who writes rows reads them, and then the next: columns that
	   are fetched from memory side by side come sooner than one after the other. */
	for (uint32_t from = 0; from < n; from += METER_ROWS) {
		uint32_t to = n - from < METER_ROWS ? n : from + METER_ROWS;

		for (uint32_t c = 0; c < batch->n_cols; c++)
			meter->sum += meter_sum(batch->cols[c], batch->sel, from, to);
	}
	return WEIR_OK;
}

static int
meter_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct meter *meter = self;

	(void)task;
	if (watermark == INT64_MAX && meter->clock != NULL && meter->clock->began > 0)
		meter->took = bench_ns(CLOCK_PROCESS_CPUTIME_ID) - meter->clock->began;
	return WEIR_OK;
}

static const struct weir_sink meter_calls = {.size = sizeof meter_calls};

const struct weir_operator bench_meter = {
	.size = sizeof bench_meter,
	.kind = WEIR_SINK,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_CHANGES | WEIR_TYPED,
	.name = "meter",
	.summary = "Reads rows, and measures.",
	.conf_size = sizeof(struct meter_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = meter_directives,
	.n_in = 1,
	.plan = meter_plan,
	.open = meter_open,
	.close = meter_close,
	.process = meter_process,
	.on_watermark = meter_on_watermark,
	.sink = &meter_calls,
};

WEIR_PLUGIN("bench", "0.1", "Apache-2.0", &bench_columns, &bench_replay, &bench_stamp, &bench_meter)
