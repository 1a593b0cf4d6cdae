/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window: aggregates the rows of each key over windows of event time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "window.h"

struct window {
	const struct window_kind *kind;
	void *self;
};

static const struct weir_directive window_directives[] = {
	{
		.name = "key",
		.summary = "Expressions whose values group the rows; without it all rows are one "
			   "group.",
		.type = WEIR_D_EXPRS,
		.offset = offsetof(struct window_conf, key),
		.also = "by group_by partition_by",
	},
	{
		.name = "tumbling",
		.summary = "Windows of this length, one after the other.",
		.choices = "size",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct window_conf, tumbling),
		.min = 1000,
		.max = WINDOW_LENGTH_MAX,
		.also = "fixed size every",
	},
	{
		.name = "hopping",
		.summary = "Windows of this length that overlap: one begins each slide.",
		.choices = "size",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct window_conf, hop_size),
		.min = 1000,
		.max = WINDOW_LENGTH_MAX,
		.also = "sliding slide hop",
	},
	{
		.name = "hopping",
		.choices = "slide",
		.type = WEIR_D_DURATION,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct window_conf, hop_slide),
		.min = 1000,
		.max = WINDOW_LENGTH_MAX,
	},
	{
		.name = "session",
		.summary = "Windows that last as long as rows come: each is at most this long "
			   "after another row of its key.",
		.choices = "gap",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct window_conf, gap),
		.min = 1000,
		.max = WINDOW_LENGTH_MAX,
	},
	{
		.name = "max_duration",
		.summary = "How long after its first row a session has its last one, at most; "
			   "those behind it make another.",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct window_conf, max_duration),
		.min = 1000,
		.max = WINDOW_LENGTH_MAX,
	},
	{
		.name = "cumulate",
		.summary = "Windows of up to this length that grow by a step: each goes out with "
			   "all rows since it began.",
		.choices = "max_size",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct window_conf, cumulate_max),
		.min = 1000,
		.max = WINDOW_LENGTH_MAX,
		.also = "cumulative cumulating",
	},
	{
		.name = "cumulate",
		.choices = "step",
		.type = WEIR_D_DURATION,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct window_conf, cumulate_step),
		.min = 1000,
		.max = WINDOW_LENGTH_MAX,
	},
	{
		.name = "count",
		.summary = "Windows of so many rows of a key, in the order in which they come.",
		.choices = "rows",
		.type = WEIR_D_INT,
		.offset = offsetof(struct window_conf, count),
		.min = 1,
		.max = 1000000000,
		.also = "count_window rows",
	},
	{
		.name = "slide",
		.summary = "How many rows after one window of \"count\" the next one ends; without "
			   "it they follow one another.",
		.choices = "rows",
		.type = WEIR_D_INT,
		.offset = offsetof(struct window_conf, count_slide),
		.min = 1,
		.max = 1000000000,
	},
	{
		.name = "global",
		.summary =
			"One window of all rows of a key, which goes out when a \"trigger\" says "
			"so, and at the end of the input.",
		.type = WEIR_D_FLAG,
		.offset = offsetof(struct window_conf, global),
	},
	{
		.name = "trigger",
		.summary =
			"When a window goes out before it ends, too: \"count N\" after each N "
			"rows of it, \"every TIME\" of event time, or \"every TIME processing\" by "
			"the clock; \"watermark\" at its end alone.",
		.type = WEIR_D_EXPR,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct window_conf, trigger),
		.also = "triggers early fire_every",
	},
	{
		.name = "emit",
		.summary = "Whether a window may go out several times, each time amending what "
			   "went out before, or once, when it takes no more rows.",
		.deflt = "update",
		.choices = "update final",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct window_conf, emit),
	},
	{
		.name = "accumulation_mode",
		.summary = "What goes out when a window does so several times: all its rows each "
			   "time, or those since the last time.",
		.deflt = "accumulating",
		.choices = "accumulating discarding",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct window_conf, mode),
		.also = "accumulate accumulation discarding accumulating",
	},
	{
		.name = "ttl",
		.summary =
			"A key of \"count\" or \"global\" that had no row for this long, in event "
			"time, is forgotten and starts anew; without it keys are kept for ever.",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct window_conf, ttl),
		.min = 1000,
		.max = WINDOW_LENGTH_MAX,
	},
	{
		.name = "allowed_lateness",
		.summary = "How long after its end a window still takes rows; it then fires again.",
		.deflt = "0s",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct window_conf, lateness),
		.max = WINDOW_LENGTH_MAX,
	},
	{
		.name = "late_to",
		.summary = "Name of an output for rows that are too late for all their windows.",
		.type = WEIR_D_OUTPUT,
		.port = 1,
		.offset = offsetof(struct window_conf, late_to),
	},
	{
		.name = "aggregate",
		.summary = "Names and aggregates: the columns of a result after key, window_start "
			   "and window_end.",
		.type = WEIR_D_EXPRS,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct window_conf, aggregate),
	},
	{.name = NULL},
};

static int
window_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	const struct weir_str start = {"window_start", 12, 0};
	const struct weir_str end = {"window_end", 10, 0};
	const struct weir_str own = {0};
	struct window_conf *conf = self;
	int rc = window_choose(conf, plan, host);

	host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -2, own);
	conf->start_col = conf->end_col = -1;
	if (!conf->global) {
		conf->start_col = host->add(plan, 0, start, WEIR_TIMESTAMP, 0);
		conf->end_col = host->add(plan, 0, end, WEIR_TIMESTAMP, 0);
		rc = conf->start_col < 0 || conf->end_col < 0 ? -EINVAL : rc;
	}
	conf->aggs = ext->aggregates(plan, 0, &conf->aggregate, 0);
	if (conf->late_to)
		host->pass(plan, 1, 0, -1, own);
	return conf->aggs == NULL ? -EINVAL : rc;
}

static int
window_open(const void *self, struct weir_task *task, void **instance)
{
	const struct window_conf *conf = self;
	struct window *window = malloc(sizeof *window);
	int rc;

	if (window == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	window->kind = conf->kind;
	rc = window->kind->open(conf, task, &window->self);
	if (rc < 0)
		free(window);
	else
		*instance = window;
	return rc;
}

static void
window_close(void *self)
{
	struct window *window = self;

	window->kind->close(window->self);
	free(window);
}

static int
window_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	const struct window *window = self;

	(void)in;
	return window->kind->process(window->self, task, batch);
}

static int
window_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	const struct window *window = self;

	if (window->kind->on_watermark == NULL)
		return WEIR_OK;
	return window->kind->on_watermark(window->self, task, watermark);
}

static int
window_on_timer(void *self, struct weir_task *task, const struct weir_due *due)
{
	const struct window *window = self;
	const struct window_kind *kind = window->kind;

	if (due->keys == NULL)
		return kind->on_tick != NULL ? kind->on_tick(window->self, task) : WEIR_OK;
	return kind->on_timer != NULL ? kind->on_timer(window->self, task, due) : WEIR_OK;
}

static int
window_resume(void *self, struct weir_task *task)
{
	const struct window *window = self;

	return window->kind->resume(window->self, task);
}

void
window_emit(const struct window_conf *conf, const struct weir_expr_ext *expr,
	struct weir_task *task, const struct window_results *results)
{
	const struct weir_host *host = task->host;
	struct weir_out *out = host->append(task, 0);
	struct weir_vec *vec;

	host->rows(out, results->n, results->time, results->kind);
	for (uint32_t k = 0; k < conf->key.n; k++) {
		int32_t from = (int32_t)(results->keys->first_key + k);

		host->gather(out, (int32_t)k, results->keys, from, results->rows);
	}
	vec = conf->start_col < 0 ? NULL : host->vec(out, conf->start_col);
	if (vec != NULL)
		memcpy(vec->values, results->start, results->n * sizeof *results->start);
	vec = conf->end_col < 0 ? NULL : host->vec(out, conf->end_col);
	if (vec != NULL)
		memcpy(vec->values, results->end, results->n * sizeof *results->end);
	expr->finish(conf->aggs, task, results->row, results->n, out);
}

void
window_emit_ends(const struct window_conf *conf, const struct weir_expr_ext *expr,
	struct weir_task *task, const struct weir_entries *entries, int64_t shift,
	const uint8_t *kind)
{
	int64_t start[WEIR_ROWS_MAX], end[WEIR_ROWS_MAX], time[WEIR_ROWS_MAX];
	struct window_results results = {.keys = entries->keys,
		.n = entries->n,
		.start = start,
		.end = end,
		.time = time,
		.kind = kind,
		.row = entries->row};

	for (uint32_t i = 0; i < entries->n; i++) {
		end[i] = entries->ns[i] + shift;
		start[i] = window_begin(conf, end[i]);
		time[i] = end[i] - 1;
	}
	window_emit(conf, expr, task, &results);
}

struct weir_slot *
window_slots(const struct window_conf *conf, const struct weir_expr_ext *expr,
	const struct weir_slot *mine, uint32_t *n, uint32_t *own)
{
	const struct weir_slot *given;
	uint32_t n_given = expr->slots(conf->aggs, &given);
	struct weir_slot *slots = calloc(n_given + 1, sizeof *slots);

	if (slots == NULL)
		return NULL;
	*own = 0;
	for (uint32_t i = 0; i < n_given; i++) {
		slots[i] = given[i];
		*own += given[i].bytes;
	}
	slots[n_given] = *mine;
	*n = n_given + 1;
	return slots;
}

uint64_t *
window_late_counter(struct weir_task *task)
{
	return task->host->counter(
		task, "late_rows", "Rows that were too late for all their windows.");
}

void
window_send_late(const struct window_conf *conf, struct weir_task *task, uint64_t *counter,
	const struct weir_batch *batch, const uint32_t *rows, uint32_t n)
{
	weir_count(counter, n);
	if (n > 0 && conf->late_to)
		task->host->select(task, 1, batch, rows, n);
}

static const struct weir_operator window_operator = {
	.size = sizeof window_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_READS_DECLARED,
	.name = "window",
	.summary = "Aggregates the rows of each key over windows of event time.",
	.needs = "weir.table/1 weir.timer/1 weir.expr/1",
	.conf_size = sizeof(struct window_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = window_directives,
	.n_in = 1,
	.n_out = 2,
	.plan = window_plan,
	.open = window_open,
	.close = window_close,
	.process = window_process,
	.on_watermark = window_on_watermark,
	.on_timer = window_on_timer,
	.resume = window_resume,
};

WEIR_PLUGIN("window", "0.1", "Apache-2.0", &window_operator)
