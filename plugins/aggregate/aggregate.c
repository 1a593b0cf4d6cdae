/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aggregate: aggregates of all rows of each key since the beginning, given out whenever they change
 * or once at the end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weir/weir.h>

enum { AGGREGATE_UPDATE, AGGREGATE_END };

struct aggregate_conf {
	struct weir_list key, aggregate;
	int64_t ttl; /* microseconds; 0: for ever */
	uint32_t emit;

	/* By plan. */
	const struct weir_aggs *aggs;
};

/* The operator's own slot, behind those of the aggregates. */
struct aggregate_own {
	int64_t time; /* microseconds: of the newest row */
	uint32_t emitted; /* 1: a result has gone out */
	uint32_t place; /* 1 + where it stands among the results of this batch; 0: it does not */
};

struct aggregate {
	const struct aggregate_conf *conf;
	const struct weir_table_ext *tables;
	const struct weir_expr_ext *expr;
	struct weir_table *table;
	uint32_t own; /* where that slot is in a row, bytes */
	int64_t watermark; /* the last before the end */
	void *cursor; /* of the scan at the end */
	uint32_t draining;
};

/* Keys with their rows of the table, and the batch and rows to take them from; rows NULL: in order.
 */
struct aggregate_results {
	const struct weir_batch *keys;
	const uint32_t *rows;
	void *const *row;
	uint32_t n;
};

static const struct weir_directive aggregate_directives[] = {
	{
		.name = "key",
		.summary = "Expressions whose values group the rows; without it all rows are one "
			   "group.",
		.type = WEIR_D_EXPRS,
		.offset = offsetof(struct aggregate_conf, key),
	},
	{
		.name = "aggregate",
		.summary = "Names and aggregates: the columns of a result after the key.",
		.type = WEIR_D_EXPRS,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct aggregate_conf, aggregate),
	},
	{
		.name = "emit",
		.summary = "Whether results go out whenever they change, amending earlier ones, or "
			   "once at the end of the input.",
		.deflt = "update",
		.choices = "update end",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct aggregate_conf, emit),
	},
	{
		.name = "ttl",
		.summary = "A key that had no row for this long, in event time, is forgotten and "
			   "starts anew; without it keys are kept for ever.",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct aggregate_conf, ttl),
		.min = 1000,
		.max = INT64_C(3660) * 86400 * 1000000,
	},
	{.name = NULL},
};

static void
note_ttl(struct weir_plan *plan, const struct weir_host *host)
{
	static const char text[] = "what went out of a key that \"ttl\" forgets is not taken back";

	host->declare(plan, WEIR_PLAN_NOTE, 0, (struct weir_str){text, sizeof text - 1, 0});
}

static int
aggregate_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	const struct weir_str own = {0};
	struct aggregate_conf *conf = self;

	if (conf->ttl > 0 && conf->emit == AGGREGATE_END) {
		host->problem(plan, 0,
			"\"ttl\" would drop results before \"emit end\" has shown them; take a "
			"window, "
			"or \"emit update\"");
		return -EINVAL;
	}
	host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -2, own);
	conf->aggs = ext->aggregates(plan, 0, &conf->aggregate, 0);
	if (conf->emit == AGGREGATE_UPDATE)
		host->declare(plan, WEIR_PLAN_CHANGES, 0, own);
	if (conf->ttl > 0)
		note_ttl(plan, host);
	return conf->aggs == NULL ? -EINVAL : WEIR_OK;
}

/* The table: the slots of the aggregates, then our own. */
static int
open_table(struct aggregate *a, struct weir_task *task)
{
	static const struct aggregate_own fresh = {.time = INT64_MIN};
	const struct weir_slot *given;
	uint32_t n = a->expr->slots(a->conf->aggs, &given);
	struct weir_slot *slots = calloc(n + 1, sizeof *slots);
	struct weir_table_spec spec = {.size = sizeof spec,
		.flags = WEIR_BY_KEY,
		.n_slots = n + 1,
		.name = "results",
		.slots = slots,
		.ttl_us = a->conf->ttl};

	if (slots == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	for (uint32_t i = 0; i < n; i++) {
		slots[i] = given[i];
		a->own += given[i].bytes;
	}
	slots[n] = (struct weir_slot){
		.name = "own", .bytes = sizeof fresh, .version = 1, .initial = &fresh};
	a->table = a->tables->open(task, &spec);
	free(slots);
	return WEIR_OK;
}

static int
aggregate_open(const void *conf, struct weir_task *task, void **self)
{
	struct aggregate *a = calloc(1, sizeof *a);
	int rc;

	if (a == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	a->conf = conf;
	a->tables = task->host->extension("weir.table/1");
	a->expr = task->host->extension("weir.expr/1");
	a->watermark = task->watermark;
	rc = open_table(a, task);
	if (rc < 0)
		free(a);
	else
		*self = a;
	return rc;
}

static struct aggregate_own *
own_of(const struct aggregate *a, void *row)
{
	return (void *)((char *)row + a->own);
}

/*
 * A result has the time of its key's newest row.  A watermark may have passed that: then it has the
 * first time that is not behind it, so that it is late for nobody.
 */
static void
emit_results(
	const struct aggregate *a, struct weir_task *task, const struct aggregate_results *results)
{
	const struct weir_host *host = task->host;
	struct weir_out *out = host->append(task, 0);
	int64_t time[WEIR_ROWS_MAX];
	uint8_t kind[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < results->n; i++) {
		const struct aggregate_own *own = own_of(a, results->row[i]);

		time[i] = own->time > a->watermark ? own->time : a->watermark + 1;
		kind[i] = own->emitted ? WEIR_UPDATE_AFTER : WEIR_INSERT;
	}
	host->rows(out, results->n, time, a->conf->emit == AGGREGATE_UPDATE ? kind : NULL);
	for (uint32_t k = 0; k < a->conf->key.n; k++)
		host->gather(out, (int32_t)k, results->keys,
			(int32_t)(results->keys->first_key + k), results->rows);
	a->expr->finish(a->conf->aggs, task, results->row, results->n, out);
}

/* Each key of a batch once, in the order in which they come. */
static void
emit_updates(const struct aggregate *a, struct weir_task *task, const struct weir_batch *batch,
	void *const *row, uint32_t n)
{
	void *changed[WEIR_ROWS_MAX];
	uint32_t from[WEIR_ROWS_MAX];
	struct aggregate_results results = {.keys = batch, .rows = from, .row = changed};

	for (uint32_t i = 0; i < n; i++) {
		struct aggregate_own *own = own_of(a, row[i]);

		if (own->place != 0)
			continue;
		changed[results.n] = row[i];
		from[results.n++] = batch->sel != NULL ? batch->sel[i] : i;
		own->place = results.n;
	}
	emit_results(a, task, &results);
	for (uint32_t i = 0; i < results.n; i++) {
		struct aggregate_own *own = own_of(a, changed[i]);

		own->emitted = 1;
		own->place = 0;
	}
}

static int
aggregate_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	const struct aggregate *a = self;
	const uint32_t n = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	void *row[WEIR_ROWS_MAX];

	(void)in;
	a->tables->upsert(a->table, batch, batch->sel, n, NULL, row);
	a->expr->update(a->conf->aggs, task, batch, batch->sel, n, row);
	for (uint32_t i = 0; i < n; i++) {
		int64_t time = batch->event_time[batch->sel != NULL ? batch->sel[i] : i];
		struct aggregate_own *own = own_of(a, row[i]);

		own->time = time > own->time ? time : own->time;
	}
	if (a->conf->emit == AGGREGATE_UPDATE)
		emit_updates(a, task, batch, row, n);
	return WEIR_OK;
}

/* The results of all keys, as far as there is room. */
static int
drain(struct aggregate *a, struct weir_task *task)
{
	struct weir_entries entries = {.size = sizeof entries};
	uint32_t emitted = 0;

	while (a->tables->scan(a->table, INT64_MIN, INT64_MAX, &a->cursor, &entries) > 0) {
		struct aggregate_results results = {
			.keys = entries.keys, .row = entries.row, .n = entries.n};

		emit_results(a, task, &results);
		emitted += entries.n;
		if (emitted >= task->room)
			return WEIR_MORE;
	}
	a->draining = 0;
	/* What went out is gone: a checkpoint after the end must not have it come again. */
	a->tables->retire(a->table, INT64_MAX);
	return WEIR_OK;
}

static int
aggregate_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct aggregate *a = self;

	if (watermark != INT64_MAX) {
		a->watermark = watermark;
		return WEIR_OK;
	}
	if (a->conf->emit != AGGREGATE_END)
		return WEIR_OK;
	a->draining = 1;
	a->cursor = NULL;
	return drain(a, task);
}

static int
aggregate_resume(void *self, struct weir_task *task)
{
	struct aggregate *a = self;

	return a->draining ? drain(a, task) : WEIR_OK;
}

static const struct weir_operator aggregate_operator = {
	.size = sizeof aggregate_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_READS_DECLARED,
	.name = "aggregate",
	.summary = "Aggregates all rows of each key, with running results or one at the end.",
	.needs = "weir.table/1 weir.expr/1",
	.conf_size = sizeof(struct aggregate_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = aggregate_directives,
	.n_in = 1,
	.n_out = 1,
	.plan = aggregate_plan,
	.open = aggregate_open,
	.close = free,
	.process = aggregate_process,
	.on_watermark = aggregate_on_watermark,
	.resume = aggregate_resume,
};

WEIR_PLUGIN("aggregate", "0.1", "Apache-2.0", &aggregate_operator)
