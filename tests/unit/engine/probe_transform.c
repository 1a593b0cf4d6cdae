/* SPDX-License-Identifier: Apache-2.0 */
/* A transform for tests: rows on, in every way that the contract has. */
#include "probe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MODE_PASS, MODE_SELECT, MODE_APPEND, MODE_DUP, MODE_DROP };

struct probe {
	struct probe_base base;
	const struct weir_batch *batch; /* being worked on; NULL: none */
	const struct weir_batch *held;
	uint32_t at; /* rows of it that are done */
	struct weir_table *table; /* of keys and numbers */
};

static const struct weir_directive probe_directives[] = {
	PROBE_COMMON,
	{.name = "mode",
		.summary = "What it does.",
		.deflt = "pass",
		.choices = "pass select append dup drop",
		.type = WEIR_D_ENUM,
		.offset = PROBE_AT(mode)},
	{.name = "else_to",
		.summary = "What drop drops.",
		.type = WEIR_D_OUTPUT,
		.offset = PROBE_AT(else_to),
		.port = 1},
	{.name = "key", .summary = "Keys.", .type = WEIR_D_EXPRS, .offset = PROBE_AT(key)},
	PROBE_INT("reject", reject, "0"),
	PROBE_FLAG("hold", hold),
	PROBE_FLAG("timers", timers),
	PROBE_FLAG("own", own),
	PROBE_FLAG("table", table),
	{.name = NULL},
};

static int
probe_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	static const struct weir_str n = {"n", 1, 0}, own = {0};
	struct probe_conf *conf = self;

	conf->n_col = host->column(plan, 0, n, WEIR_INT64);
	if (conf->key.n > 0)
		host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -1, own);
	if (conf->else_to)
		host->pass(plan, 1, 0, -1, own);
	return conf->n_col < 0 ? -EINVAL : WEIR_OK;
}

static int
probe_open(const void *conf, struct weir_task *task, void **self)
{
	struct probe *probe = calloc(1, sizeof *probe);

	probe_base_init(&probe->base, conf, task);
	if (probe_fails(&probe->base, "open")) {
		free(probe);
		return -EPROTO;
	}
	if (probe->base.conf->own) {
		const struct weir_timer_ext *timers = task->host->extension("weir.timer/1");
		const int64_t when = (INT64_C(1) << 50) + task->subtask;

		timers->set(task, NULL, NULL, 1, WEIR_EVENT_TIME, &when);
	}
	if (probe->base.conf->table) {
		const struct weir_table_spec spec = {
			.size = sizeof spec, .flags = WEIR_BY_KEY, .name = "rows"};
		const struct weir_table_ext *tables = task->host->extension("weir.table/1");

		probe->table = tables->open(task, &spec);
	}
	*self = probe;
	return WEIR_OK;
}

static void
probe_close(void *self)
{
	struct probe *probe = self;
	const struct weir_host *host = probe->base.task->host;

	waker_forget(probe->base.probes->waker, probe->base.task);
	atomic_fetch_add(&probe->base.probes->closed, 1);
	if (probe->batch != NULL)
		host->unref(probe->batch);
	if (probe->held != NULL)
		host->unref(probe->held);
	free(probe);
}

static uint32_t
rows_of(const struct weir_batch *batch)
{
	return batch->sel != NULL ? batch->n_sel : batch->n_rows;
}

static uint32_t
row_at(const struct weir_batch *batch, uint32_t i)
{
	return batch->sel != NULL ? batch->sel[i] : i;
}

static void
emit_append(struct probe *probe, const struct weir_batch *batch, const uint32_t *rows, uint32_t n)
{
	struct weir_task *task = probe->base.task;
	struct weir_out *out;
	int64_t *times;

	if (n == 0)
		return;
	times = malloc(n * sizeof *times);
	for (uint32_t i = 0; i < n; i++)
		times[i] = batch->event_time[rows[i]];
	out = task->host->append(task, 0);
	task->host->rows(out, n, times, NULL);
	for (uint32_t c = 0; c < batch->n_cols - batch->n_keys; c++)
		task->host->gather(out, (int32_t)c, batch, (int32_t)c, rows);
	free(times);
}

/* Rows at .. at + n of the batch's. */
static void
emit(struct probe *probe, const struct weir_batch *batch, uint32_t at, uint32_t n)
{
	const struct probe_conf *conf = probe->base.conf;
	struct weir_task *task = probe->base.task;
	const struct weir_host *host = task->host;
	uint32_t rows[WEIR_ROWS_MAX], others[WEIR_ROWS_MAX], n_rows = 0, n_others = 0;

	for (uint32_t i = at; i < at + n; i++) {
		uint32_t row = row_at(batch, i);
		int64_t number = weir_int_at(batch->cols[conf->n_col], row);
		bool bad = conf->reject > 0 && number % conf->reject == 0;

		if (bad)
			host->reject(task, batch, row, "rejected as planned");
		if (bad && conf->mode == MODE_APPEND)
			continue;
		if (conf->mode == MODE_DROP && !probe_keeps(number))
			others[n_others++] = row;
		else
			rows[n_rows++] = row;
	}
	if (conf->mode == MODE_PASS && n == rows_of(batch))
		host->extend(task, 0, batch);
	else if (conf->mode == MODE_APPEND)
		emit_append(probe, batch, rows, n_rows);
	else
		host->select(task, 0, batch, rows, n_rows);
	if (conf->mode == MODE_DUP)
		host->select(task, 0, batch, rows, n_rows);
	if (conf->else_to)
		host->select(task, 1, batch, others, n_others);
}

static int
work(struct probe *probe)
{
	const struct weir_host *host = probe->base.task->host;
	uint32_t left = rows_of(probe->batch) - probe->at, n = left;
	int rc = probe_chance(&probe->base);

	if (rc == WEIR_BUSY)
		return rc;
	if (rc == WEIR_MORE)
		n = probe_random(&probe->base.random) % (left + 1);
	if (n > 0)
		emit(probe, probe->batch, probe->at, n);
	probe->at += n;
	if (rc == WEIR_OK) {
		host->unref(probe->batch);
		probe->batch = NULL;
	}
	return rc;
}

static void
check_owner(struct probe *probe, const struct weir_batch *batch)
{
	const struct weir_task *task = probe->base.task;

	for (uint32_t i = 0; i < rows_of(batch); i++) {
		uint64_t group = (batch->key_hash[row_at(batch, i)] >> 32) * 128 >> 32;

		if (group * task->parallelism / 128 != task->subtask)
			probes_wrong(probe->base.probes,
				"a key of group %" PRIu64 " in subtask %u of %u", group,
				task->subtask, task->parallelism);
	}
}

static void
set_timers(struct probe *probe, const struct weir_batch *batch)
{
	const struct weir_timer_ext *ext = probe->base.task->host->extension("weir.timer/1");
	int64_t when[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < rows_of(batch); i++)
		when[i] = batch->event_time[row_at(batch, i)] + 5;
	ext->set(probe->base.task, batch, batch->sel, rows_of(batch), WEIR_EVENT_TIME, when);
}

/* An entry for each number. */
static void
keep_rows(struct probe *probe, const struct weir_batch *batch)
{
	const struct weir_table_ext *ext = probe->base.task->host->extension("weir.table/1");
	void *row[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < rows_of(batch); i++)
		ns[i] = weir_int_at(batch->cols[probe->base.conf->n_col], row_at(batch, i));
	ext->upsert(probe->table, batch, batch->sel, rows_of(batch), ns, row);
}

static int
probe_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct probe *probe = self;
	const struct probe_conf *conf = probe->base.conf;

	probe_check_rows(&probe->base, batch);
	if (conf->solid && batch->sel != NULL)
		probes_wrong(probe->base.probes, "a selection, which it does not take");
	if (in != 0)
		probes_wrong(probe->base.probes, "input %u", in);
	if (probe_fails(&probe->base, "process"))
		return -EPROTO;
	if (conf->key.n > 0)
		check_owner(probe, batch);
	if (conf->timers)
		set_timers(probe, batch);
	if (probe->table != NULL)
		keep_rows(probe, batch);
	task->host->ref(batch);
	if (conf->hold) {
		const struct weir_batch *held = probe->held;

		probe->held = batch;
		if (held == NULL)
			return WEIR_OK;
		batch = held;
	}
	probe->batch = batch;
	probe->at = 0;
	return work(probe);
}

/* What is held back goes out; then, by chance, it is not done yet. */
static int
flush(struct probe *probe)
{
	const struct weir_batch *held = probe->held;

	if (held == NULL)
		return probe_chance(&probe->base);
	probe->held = NULL;
	probe->batch = held;
	probe->at = 0;
	return work(probe);
}

static int
probe_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct probe *probe = self;

	(void)task;
	probe_check_watermark(&probe->base, watermark);
	if (probe_fails(&probe->base, "on_watermark"))
		return -EPROTO;
	return flush(probe);
}

static int
probe_on_timer(void *self, struct weir_task *task, const struct weir_due *due)
{
	struct probe *probe = self;

	if (probe->base.suspended != WEIR_OK)
		probes_wrong(probe->base.probes, "timers came before resume() gave OK");
	for (uint32_t i = 0; i < due->n; i++) {
		if (due->when[i] > task->watermark)
			probes_wrong(probe->base.probes, "a timer came early");
	}
	if (probe_fails(&probe->base, "on_timer"))
		return -EPROTO;
	atomic_fetch_add(&probe->base.probes->timers, due->n);
	return probe_chance(&probe->base);
}

static int
probe_resume(void *self, struct weir_task *task)
{
	struct probe *probe = self;

	if (probe->base.suspended == WEIR_OK)
		probes_wrong(probe->base.probes, "resume() of what was not suspended");
	if (probe->base.suspended == WEIR_MORE && task->room == 0)
		probes_wrong(probe->base.probes, "resume() without room");
	if (probe_fails(&probe->base, "resume"))
		return -EPROTO;
	return probe->batch != NULL ? work(probe) : probe_chance(&probe->base);
}

static int
probe_before_barrier(void *self, struct weir_task *task, uint64_t epoch)
{
	struct probe *probe = self;

	(void)task, (void)epoch;
	if (probe->base.suspended != WEIR_OK || probe->base.barrier)
		probes_wrong(probe->base.probes, "a barrier came out of turn");
	probe->base.barrier = !probe->base.probes->epochs;
	atomic_fetch_add(&probe->base.probes->barriers, 1);
	if (probe_fails(&probe->base, "before_barrier"))
		return -EPROTO;
	return flush(probe);
}

static int
dense_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct probe_conf *conf = self;

	conf->solid = 1;
	return probe_plan(self, plan, host);
}

#define PROBE_OPERATOR(NAME, FLAGS, NEEDS, PLAN)                                                   \
	{                                                                                          \
		.size = sizeof(struct weir_operator), .kind = WEIR_TRANSFORM, .flags = FLAGS,      \
		.name = NAME, .summary = "Rows on.", .needs = NEEDS,                               \
		.conf_size = sizeof(struct probe_conf),                                            \
		.directive_size = sizeof(struct weir_directive), .directives = probe_directives,   \
		.n_in = 1, .n_out = 2, .plan = PLAN, .open = probe_open, .close = probe_close,     \
		.process = probe_process, .on_watermark = probe_on_watermark,                      \
		.on_timer = probe_on_timer, .resume = probe_resume,                                \
		.before_barrier = probe_before_barrier,                                            \
	}

const struct weir_operator probe_probe =
	PROBE_OPERATOR("probe", WEIR_TAKES_SEL, "weir.timer/1", probe_plan);
const struct weir_operator probe_dense = PROBE_OPERATOR("dense", 0, "weir.timer/1", dense_plan);
const struct weir_operator probe_keeper =
	PROBE_OPERATOR("keeper", WEIR_TAKES_SEL, "weir.timer/1 weir.table/1", probe_plan);
