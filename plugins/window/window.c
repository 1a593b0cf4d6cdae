/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window: aggregates the rows of each key over windows of event time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "window.h"

/* So that a window is never put together from more panes than this. */
enum { WINDOW_PANES_MAX = 65536 };

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

static int64_t
common_divisor(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Tumbling and hopping windows: a sentence on what is wrong with their lengths, or NULL. */
static const char *
choose_panes(struct window_conf *conf)
{
	conf->kind = &window_panes;
	conf->size = conf->tumbling != 0 ? conf->tumbling : conf->hop_size;
	conf->slide = conf->tumbling != 0 ? conf->tumbling : conf->hop_slide;
	conf->pane = common_divisor(conf->size, conf->slide);
	if (conf->slide > conf->size)
		return "the slide of \"hopping\" is longer than its size, so rows between the "
		       "windows would be lost";
	if (conf->size / conf->pane > WINDOW_PANES_MAX)
		return "size and slide of \"hopping\" have so small a common divisor that a window "
		       "is made of more than 65536 panes";
	return NULL;
}

/* A sentence on what is wrong with the windows, or NULL. */
static const char *
choose_kind(struct window_conf *conf)
{
	int n = (conf->tumbling != 0) + (conf->hop_size != 0) + (conf->gap != 0);

	if (n > 1)
		return "\"tumbling\", \"hopping\" and \"session\" exclude each other";
	if (n == 0)
		return "which windows: \"tumbling\", \"hopping\" or \"session\" is missing";
	if (conf->gap == 0)
		return choose_panes(conf);
	conf->kind = &window_sessions;
	if (conf->lateness > 0)
		return "a \"session\" that is over takes no more rows: \"allowed_lateness\" is for "
		       "\"tumbling\" and \"hopping\"; a later watermark waits for all rows";
	return NULL;
}

static int
window_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	const struct weir_str start = {"window_start", 12, 0};
	const struct weir_str end = {"window_end", 10, 0};
	const struct weir_str own = {0};
	struct window_conf *conf = self;
	const char *wrong = choose_kind(conf);

	if (wrong != NULL)
		host->problem(plan, 0, wrong);
	host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -2, own);
	conf->start_col = host->add(plan, 0, start, WEIR_TIMESTAMP, 0);
	conf->end_col = host->add(plan, 0, end, WEIR_TIMESTAMP, 0);
	conf->aggs = ext->aggregates(plan, 0, &conf->aggregate, 0);
	if (conf->late_to)
		host->pass(plan, 1, 0, -1, own);
	if (conf->lateness > 0) {
		host->declare(plan, WEIR_PLAN_CHANGES, 0, own);
		host->declare(plan, WEIR_PLAN_WATERMARK_DELAY, conf->lateness, own);
	}
	if (wrong != NULL || conf->start_col < 0 || conf->end_col < 0 || conf->aggs == NULL)
		return -EINVAL;
	return WEIR_OK;
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

	return window->kind->on_timer(window->self, task, due);
}

static int
window_resume(void *self, struct weir_task *task)
{
	const struct window *window = self;

	return window->kind->resume(window->self, task);
}

void
window_emit(const struct window_conf *conf, const struct weir_expr_ext *expr,
	struct weir_task *task, const struct weir_entries *entries, int64_t shift, uint8_t kind)
{
	const struct weir_host *host = task->host;
	struct weir_out *out = host->append(task, 0);
	uint32_t n = entries->n;
	int64_t time[WEIR_ROWS_MAX];
	uint8_t kinds[WEIR_ROWS_MAX];
	struct weir_vec *vec;

	for (uint32_t i = 0; i < n; i++)
		time[i] = entries->ns[i] + shift - 1;
	memset(kinds, kind, n);
	host->rows(out, n, time, kind == WEIR_INSERT ? NULL : kinds);
	for (uint32_t k = 0; k < conf->key.n; k++) {
		int32_t from = (int32_t)(entries->keys->first_key + k);

		host->gather(out, (int32_t)k, entries->keys, from, NULL);
	}
	vec = host->vec(out, conf->start_col);
	for (uint32_t i = 0; vec != NULL && i < n; i++)
		((int64_t *)vec->values)[i] = time[i] + 1 - conf->size;
	vec = host->vec(out, conf->end_col);
	for (uint32_t i = 0; vec != NULL && i < n; i++)
		((int64_t *)vec->values)[i] = time[i] + 1;
	expr->finish(conf->aggs, task, entries->row, n, out);
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
