/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: rows whose condition is true go on, the others to else_to.  Nothing is copied.
 */
#include <errno.h>
#include <stdlib.h>
#include <weir/weir.h>

struct filter_conf {
	struct weir_str where;
	uint32_t else_to;

	/* By plan. */
	const struct weir_expr *expr;
	uint32_t n_cols;
};

struct filter {
	const struct filter_conf *conf;
	const struct weir_expr_ext *ext;
	uint64_t *filtered;
};

static const struct weir_directive filter_directives[] = {
	{
		.name = "where",
		.summary = "The condition under which a row goes on; null does not count as true.",
		.type = WEIR_D_EXPR,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct filter_conf, where),
	},
	{
		.name = "else_to",
		.summary = "Name of an output for all other rows.",
		.type = WEIR_D_OUTPUT,
		.port = 1,
		.offset = offsetof(struct filter_conf, else_to),
	},
	{.name = NULL},
};

static int
filter_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	const struct weir_str own = {0};
	const struct weir_schema *input = host->input(plan, 0);
	struct filter_conf *conf = self;

	conf->expr = ext->compile(plan, 0, conf->where, WEIR_BOOL);
	if (!conf->else_to && conf->expr != NULL)
		ext->drops(plan, 0, conf->expr);
	conf->n_cols = input != NULL ? input->n : 0;
	for (uint32_t port = 0; port <= conf->else_to; port++) {
		host->pass(plan, port, 0, -1, own);
		if (input != NULL && input->changes)
			host->declare(plan, WEIR_PLAN_TAKES_BACK, port, own);
	}
	return conf->expr == NULL ? -EINVAL : WEIR_OK;
}

static int
filter_open(const void *conf, struct weir_task *task, void **self)
{
	struct filter *filter = malloc(sizeof *filter);

	if (filter == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	filter->conf = conf;
	filter->ext = task->host->extension("weir.expr/1");
	filter->filtered =
		task->host->counter(task, "filtered", "Rows whose condition was not true.");
	*self = filter;
	return WEIR_OK;
}

/* The rows of the batch's selection that are not among the n of yes; both ascend. */
static uint32_t
filter_others(const struct weir_batch *batch, const uint32_t *yes, uint32_t n, uint32_t *rows)
{
	uint32_t n_all = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	uint32_t n_rows = 0;
	uint32_t k = 0;

	for (uint32_t i = 0; i < n_all; i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;

		if (k < n && yes[k] == row)
			k++;
		else
			rows[n_rows++] = row;
	}
	return n_rows;
}

/* A row that amends another takes it back where it does not go itself. */
static void
filter_changes(const struct filter *filter, struct weir_task *task, const struct weir_batch *batch)
{
	const struct filter_conf *conf = filter->conf;
	const struct weir_column *holds;
	uint32_t rows[WEIR_ROWS_MAX];
	uint8_t goes[WEIR_ROWS_MAX];
	uint32_t n = filter->ext->eval_rows(&conf->expr, 1, task, batch, &holds, rows);
	uint32_t n_others = 0;

	for (uint32_t i = 0; i < n; i++) {
		goes[i] = !weir_null_at(holds, rows[i]) && weir_bool_at(holds, rows[i]);
		n_others += !goes[i];
	}
	weir_count(filter->filtered, n_others);
	weir_select_changes(task, 0, batch, conf->n_cols, rows, n, goes);
	if (!conf->else_to)
		return;
	for (uint32_t i = 0; i < n; i++)
		goes[i] = !goes[i];
	weir_select_changes(task, 1, batch, conf->n_cols, rows, n, goes);
}

static int
filter_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	const struct filter *filter = self;
	uint32_t n_all = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	uint32_t rows[WEIR_ROWS_MAX];
	uint32_t others[WEIR_ROWS_MAX];
	uint32_t n;

	(void)in;
	if (batch->kind != NULL) {
		filter_changes(filter, task, batch);
		return WEIR_OK;
	}
	n = filter->ext->filter(filter->conf->expr, task, batch, rows);
	task->host->select(task, 0, batch, rows, n);
	if (n == n_all)
		return WEIR_OK;
	weir_count(filter->filtered, n_all - n - task->rejected);
	if (filter->conf->else_to) {
		/* A rejected row is among these; select() leaves it out by itself. */
		uint32_t n_others = filter_others(batch, rows, n, others);

		task->host->select(task, 1, batch, others, n_others);
	}
	return WEIR_OK;
}

static const struct weir_operator filter_operator = {
	.size = sizeof filter_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_CHANGES | WEIR_READS_DECLARED,
	.name = "filter",
	.summary = "Lets rows go on that meet a condition.",
	.needs = "weir.expr/1",
	.conf_size = sizeof(struct filter_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = filter_directives,
	.n_in = 1,
	.n_out = 2,
	.plan = filter_plan,
	.open = filter_open,
	.close = free,
	.process = filter_process,
};

WEIR_PLUGIN("filter", "0.1", "Apache-2.0", &filter_operator)
