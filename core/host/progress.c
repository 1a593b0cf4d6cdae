/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of a run made into a line for people. */
#include "host/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"

struct wr_progress {
	const struct wr_run *run;
	const struct wr_pipeline *pipeline;
	int64_t start, last; /* ns, monotonic */
	uint64_t last_in, last_out;
	uint64_t *last_busy; /* us, one an operator */
};

/* What is true of all sources and sinks together. */
struct totals {
	uint64_t in, out, bytes, bytes_total;
	uint64_t late, dropped, dead; /* what did not become a result */
	int64_t watermark;
	const struct wr_op *limit; /* busiest since the last look; NULL: nobody was busy */
	double limit_share;
};

static int64_t
progress_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

struct wr_progress *
wr_progress_new(const struct wr_run *run, const struct wr_pipeline *pipeline)
{
	struct wr_progress *progress = wr_zalloc(sizeof *progress);

	progress->run = run;
	progress->pipeline = pipeline;
	progress->start = progress->last = progress_now();
	progress->last_busy = wr_zalloc(sizeof(uint64_t) * (pipeline->n_ops + 1));
	return progress;
}

static void
add_counter(void *arg, const char *name, const char *help, uint64_t value)
{
	struct totals *totals = arg;

	(void)help;
	if (strcmp(name, "input_bytes") == 0)
		totals->bytes += value;
	else if (strcmp(name, "input_bytes_total") == 0)
		totals->bytes_total += value;
	else if (strcmp(name, "late_rows") == 0)
		totals->late += value;
}

/* Sources that make rows themselves count no records. */
static uint64_t
source_rows(const struct wr_op_status *status)
{
	return status->records > status->rows_out ? status->records : status->rows_out;
}

static void
progress_look(struct wr_progress *progress, double interval, struct totals *totals)
{
	const struct wr_pipeline *pipeline = progress->pipeline;
	struct wr_op_status status;
	const struct wr_op *op;
	double share;
	uint32_t i;

	*totals = (struct totals){.watermark = INT64_MAX};
	for (i = 0; i < pipeline->n_ops; i++) {
		op = pipeline->ops[i];
		wr_run_status(progress->run, op->id, &status);
		if (op->desc->kind == WEIR_SOURCE) {
			totals->in += source_rows(&status);
			if (status.watermark < totals->watermark)
				totals->watermark = status.watermark;
		} else if (op->desc->kind == WEIR_SINK) {
			totals->out += status.rows_in;
		}
		totals->dropped += status.dropped;
		totals->dead += status.dead;
		wr_run_counters(progress->run, op->id, add_counter, totals);
		share = (double)(status.busy_us - progress->last_busy[i]) / 1e6 / interval /
			op->parallelism;
		progress->last_busy[i] = status.busy_us;
		if (share > totals->limit_share) {
			totals->limit = op;
			totals->limit_share = share;
		}
	}
}

/* 1234567 as 1.23 M. */
static void
put_number(struct wr_text *out, double n)
{
	static const char *const units[] = {"", " k", " M", " G"};
	uint32_t unit = 0;

	while (n >= 1000 && unit < 3) {
		n /= 1000;
		unit++;
	}
	wr_text_printf(out, "%.*f%s", unit == 0 ? 0 : n < 10 ? 2 : n < 100 ? 1 : 0, n, units[unit]);
}

static void
put_time(struct wr_text *out, int64_t us)
{
	time_t seconds = (time_t)(us / 1000000 - (us % 1000000 < 0));
	char when[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
	wr_text_put(out, when);
}

/* Silent where nothing was lost. */
static void
put_losses(struct wr_text *out, const struct totals *totals, const char *between)
{
	if (totals->dropped > 0)
		wr_text_printf(out, "%s%" PRIu64 " dropped", between, totals->dropped);
	if (totals->dead > 0)
		wr_text_printf(out, "%s%" PRIu64 " dead letter%s", between, totals->dead,
			totals->dead == 1 ? "" : "s");
	if (totals->late > 0)
		wr_text_printf(out, "%s%" PRIu64 " late", between, totals->late);
}

/* Whether a watermark says a time, rather than none yet or the end. */
static bool
is_time(int64_t watermark)
{
	return watermark != INT64_MIN && watermark != INT64_MAX;
}

void
wr_progress_line(struct wr_progress *progress, struct wr_text *out)
{
	int64_t now = progress_now();
	double interval = (double)(now - progress->last) / 1e9;
	struct totals totals;

	if (interval < 1e-3)
		interval = 1e-3;
	progress_look(progress, interval, &totals);
	if (totals.bytes_total > 0)
		wr_text_printf(out, "%3.0f%%  ",
			100.0 * (double)totals.bytes / (double)totals.bytes_total);
	wr_text_put(out, "in ");
	put_number(out, (double)(totals.in - progress->last_in) / interval);
	wr_text_put(out, "/s  out ");
	put_number(out, (double)(totals.out - progress->last_out) / interval);
	wr_text_put(out, "/s");
	put_losses(out, &totals, "  ");
	if (totals.limit != NULL && totals.limit_share >= 0.1)
		wr_text_printf(out, "  limited by %s (%.0f%%)", totals.limit->title,
			totals.limit_share > 1 ? 100.0 : 100 * totals.limit_share);
	if (is_time(totals.watermark)) {
		wr_text_put(out, "  watermark ");
		put_time(out, totals.watermark);
	}
	progress->last = now;
	progress->last_in = totals.in;
	progress->last_out = totals.out;
}

double
wr_progress_elapsed(const struct wr_progress *progress)
{
	return (double)(progress_now() - progress->start) / 1e9;
}

void
wr_progress_end(struct wr_progress *progress, struct wr_text *out)
{
	double elapsed = wr_progress_elapsed(progress);
	struct totals totals;

	progress_look(progress, elapsed, &totals);
	wr_text_printf(out, "%" PRIu64 " rows in, %" PRIu64 " out", totals.in, totals.out);
	put_losses(out, &totals, ", ");
	wr_text_printf(out, ", %.2f s, ", elapsed);
	put_number(out, elapsed > 0 ? (double)totals.in / elapsed : 0);
	wr_text_put(out, " rows/s");
}

void
wr_progress_source(const struct wr_run *run, const struct wr_op *op, struct wr_text *out)
{
	struct totals totals = {0};
	struct wr_op_status status;

	wr_run_status(run, op->id, &status);
	wr_run_counters(run, op->id, add_counter, &totals);
	wr_text_printf(out, "%" PRIu64 " %s read", source_rows(&status),
		status.records > 0 ? "records" : "rows");
	if (totals.bytes_total > 0)
		wr_text_printf(out, ", %" PRIu64 " of %" PRIu64 " bytes", totals.bytes,
			totals.bytes_total);
	if (is_time(status.watermark)) {
		wr_text_put(out, ", watermark ");
		put_time(out, status.watermark);
	}
}

void
wr_progress_free(struct wr_progress *progress)
{
	if (progress == NULL)
		return;
	free(progress->last_busy);
	free(progress);
}
