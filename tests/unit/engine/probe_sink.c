/* SPDX-License-Identifier: Apache-2.0 */
/* A sink for tests: counts the rows it takes. */
#include "probe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct take {
	struct probe_base base;
	struct probe_sink *sink;
};

static const struct weir_directive take_directives[] = {
	PROBE_COMMON,
	PROBE_INT("id", id, "0"),
	PROBE_INT("keys", keys, "10"),
	PROBE_FLAG("ordered", ordered),
	PROBE_FLAG("stall", stall),
	PROBE_FLAG("print", print),
	PROBE_FLAG("pester", pester),
	{.name = NULL},
};

static int32_t
find(const struct weir_schema *schema, const char *name)
{
	for (uint32_t i = 0; i < schema->n; i++) {
		if (schema->fields[i]->name.len == strlen(name) &&
			memcmp(schema->fields[i]->name.p, name, strlen(name)) == 0)
			return (int32_t)i;
	}
	return -1;
}

static int
take_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct probe_conf *conf = self;

	conf->n_col = find(host->input(plan, 0), "n");
	conf->k_col = find(host->input(plan, 0), "k");
	return WEIR_OK;
}

static int
take_open(const void *conf, struct weir_task *task, void **self)
{
	struct take *take = calloc(1, sizeof *take);

	probe_base_init(&take->base, conf, task);
	take->sink = &take->base.probes->sinks[take->base.conf->id];
	if (probe_fails(&take->base, "open")) {
		free(take);
		return -EPROTO;
	}
	if (take->base.conf->pester)
		waker_pester(take->base.probes->waker, task);
	*self = take;
	return WEIR_OK;
}

static void
take_close(void *self)
{
	struct take *take = self;

	waker_forget(take->base.probes->waker, take->base.task);
	atomic_fetch_add(&take->base.probes->closed, 1);
	free(take);
}

/* Rows of a partition and a key come in the order they were made. */
static bool
is_ordered(struct take *take, int64_t number)
{
	int64_t key = probe_key(number, take->base.conf->keys);
	int64_t *last = &take->sink->last[number / PROBE_PART][key];
	bool ordered = number >= *last;

	*last = number;
	return ordered;
}

static void
add_text(struct probe_sink *sink, const char *p, size_t len)
{
	if (sink->text_len + len + 1 > sink->text_cap) {
		sink->text_cap = 2 * (sink->text_len + len + 1);
		sink->text = realloc(sink->text, sink->text_cap);
	}
	memcpy(sink->text + sink->text_len, p, len);
	sink->text_len += len;
	sink->text[sink->text_len] = '\0';
}

/* The row's values, separated by bars. */
static void
print_row(struct probe_sink *sink, const struct weir_batch *batch, uint32_t row)
{
	char text[64];

	for (uint32_t c = 0; c < batch->n_cols; c++) {
		const struct weir_column *column = batch->cols[c];

		if (c > 0)
			add_text(sink, "|", 1);
		if (weir_null_at(column, row)) {
			add_text(sink, "null", 4);
		} else if (column->type >= WEIR_STRING) {
			struct weir_str s = weir_str_at(column, row);

			add_text(sink, s.p, s.len);
		} else {
			snprintf(text, sizeof text, "%" PRId64,
				column->type == WEIR_BOOL ? weir_bool_at(column, row)
							  : weir_int_at(column, row));
			add_text(sink, text, strlen(text));
		}
	}
	add_text(sink, "\n", 1);
}

static void
take_rows(struct take *take, const struct weir_batch *batch)
{
	const struct probe_conf *conf = take->base.conf;
	uint32_t n = batch->sel != NULL ? batch->n_sel : batch->n_rows, wrong = 0;

	pthread_mutex_lock(&take->base.probes->lock);
	take->sink->rows += n;
	take->sink->selected += batch->sel != NULL ? n : 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;

		if (conf->print)
			print_row(take->sink, batch, row);
		if (conf->n_col < 0 || conf->k_col < 0)
			continue;
		int64_t number = weir_int_at(batch->cols[conf->n_col], row);

		if (number < 0 || number >= PROBE_PART * PROBE_PARTS) {
			wrong++;
			continue;
		}
		take->sink->count[number]++;
		wrong +=
			weir_int_at(batch->cols[conf->k_col], row) != probe_key(number, conf->keys);
		wrong += conf->ordered && !is_ordered(take, number);
	}
	pthread_mutex_unlock(&take->base.probes->lock);
	if (wrong > 0)
		probes_wrong(take->base.probes, "%u rows are out of order or garbled", wrong);
}

/* The text of a row follows from its number. */
static void
check_texts(struct take *take, const struct weir_batch *batch)
{
	uint32_t n = batch->sel != NULL ? batch->n_sel : batch->n_rows, wrong = 0;
	const struct weir_column *text = batch->cols[2];

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
		int64_t number = weir_int_at(batch->cols[take->base.conf->n_col], row);
		char expected[64];

		if (weir_null_at(text, row) != (number % 7 == 0))
			wrong++;
		if (number % 7 == 0)
			continue;
		snprintf(expected, sizeof expected,
			number % 2 ? "%" PRId64 : "%" PRId64 " in words longer than a view",
			number);
		if (weir_str_at(text, row).len != strlen(expected) ||
			memcmp(weir_str_at(text, row).p, expected, strlen(expected)) != 0)
			wrong++;
	}
	if (wrong > 0)
		probes_wrong(take->base.probes, "%u texts are garbled", wrong);
}

static int
answer(struct take *take)
{
	struct probes *probes = take->base.probes;

	if (take->base.conf->stall && atomic_load(&probes->stalled)) {
		take->base.suspended = WEIR_BUSY;
		atomic_store(&probes->stalled_task, take->base.task);
		/* Who ends the stall wakes the task if it saw one; else this sees the end of it. */
		if (!atomic_load(&probes->stalled))
			take->base.task->host->wake(take->base.task);
		return WEIR_BUSY;
	}
	return probe_chance(&take->base);
}

static int
take_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct take *take = self;

	(void)in, (void)task;
	probe_check_rows(&take->base, batch);
	if (probe_fails(&take->base, "process"))
		return -EPROTO;
	take_rows(take, batch);
	if (take->base.conf->k_col == 1 && batch->n_cols == 3)
		check_texts(take, batch);
	return answer(take);
}

static int
take_resume(void *self, struct weir_task *task)
{
	struct take *take = self;

	(void)task;
	if (take->base.suspended == WEIR_OK)
		probes_wrong(take->base.probes, "resume() of what was not suspended");
	if (probe_fails(&take->base, "resume"))
		return -EPROTO;
	return answer(take);
}

static int
take_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct take *take = self;

	(void)task;
	probe_check_watermark(&take->base, watermark);
	if (probe_fails(&take->base, "on_watermark"))
		return -EPROTO;
	pthread_mutex_lock(&take->base.probes->lock);
	take->sink->ends += watermark == INT64_MAX;
	take->sink->watermark = watermark;
	pthread_mutex_unlock(&take->base.probes->lock);
	return probe_chance(&take->base);
}

static int
take_before_barrier(void *self, struct weir_task *task, uint64_t epoch)
{
	struct take *take = self;

	(void)task, (void)epoch;
	if (take->base.suspended != WEIR_OK || take->base.barrier)
		probes_wrong(take->base.probes, "a barrier came out of turn");
	take->base.barrier = !take->base.probes->epochs;
	atomic_fetch_add(&take->base.probes->barriers, 1);
	if (probe_fails(&take->base, "before_barrier"))
		return -EPROTO;
	return probe_chance(&take->base);
}

const struct weir_operator probe_take = {
	.size = sizeof probe_take,
	.kind = WEIR_SINK,
	.flags = WEIR_TYPED | WEIR_TAKES_SEL,
	.name = "take",
	.summary = "Counts rows.",
	.conf_size = sizeof(struct probe_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = take_directives,
	.n_in = 1,
	.plan = take_plan,
	.open = take_open,
	.close = take_close,
	.process = take_process,
	.on_watermark = take_on_watermark,
	.resume = take_resume,
	.before_barrier = take_before_barrier,
};

/* A sink that writes through its format, into the text of its probe_sink. */
static int
put_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct take *take = self;
	const struct weir_raw *raw = task->host->encode(task, batch);

	(void)in;
	pthread_mutex_lock(&take->base.probes->lock);
	for (uint32_t i = 0; i < raw->n; i++) {
		add_text(take->sink, raw->rec[i].p, raw->rec[i].len);
		add_text(take->sink, "\n", 1);
	}
	pthread_mutex_unlock(&take->base.probes->lock);
	return WEIR_OK;
}

const struct weir_operator probe_put = {
	.size = sizeof probe_put,
	.kind = WEIR_SINK,
	.flags = WEIR_TAKES_SEL,
	.name = "put",
	.summary = "Writes rows.",
	.conf_size = sizeof(struct probe_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = take_directives,
	.n_in = 1,
	.plan = take_plan,
	.open = take_open,
	.close = take_close,
	.process = put_process,
};
