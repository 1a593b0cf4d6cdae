/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators for tests share, and the plugin they are. */
#include "probe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void
probes_clear(struct probes *probes)
{
	for (uint32_t i = 0; i < PROBE_SINKS; i++) {
		struct probe_sink *sink = &probes->sinks[i];

		memset(sink->count, 0, PROBE_PART * PROBE_PARTS * sizeof *sink->count);
		sink->rows = sink->selected = 0;
		sink->ends = 0;
		sink->text_len = 0;
		sink->watermark = INT64_MAX;
		memset(sink->last, 0xff, sizeof sink->last);
	}
	atomic_store(&probes->given, 0);
	atomic_store(&probes->wrong, 0);
	atomic_store(&probes->opened, 0);
	atomic_store(&probes->closed, 0);
	atomic_store(&probes->barriers, 0);
	atomic_store(&probes->timers, 0);
	atomic_store(&probes->released, 0);
}

void
probes_init(struct probes *probes, bool with_waker)
{
	*probes = (struct probes){.waker = with_waker ? waker_new() : NULL};
	pthread_mutex_init(&probes->lock, NULL);
	for (uint32_t i = 0; i < PROBE_SINKS; i++) {
		probes->sinks[i].count = calloc(PROBE_PART * PROBE_PARTS, sizeof(uint32_t));
		if (probes->sinks[i].count == NULL)
			abort();
	}
	probes_clear(probes);
}

void
probes_fini(struct probes *probes)
{
	waker_free(probes->waker);
	for (uint32_t i = 0; i < PROBE_SINKS; i++) {
		free(probes->sinks[i].count);
		free(probes->sinks[i].text);
	}
	pthread_mutex_destroy(&probes->lock);
}

void
probes_wrong(struct probes *probes, const char *format, ...)
{
	va_list args;

	pthread_mutex_lock(&probes->lock);
	if (atomic_fetch_add(&probes->wrong, 1) == 0) {
		va_start(args, format);
		vsnprintf(probes->what, sizeof probes->what, format, args);
		va_end(args);
	}
	pthread_mutex_unlock(&probes->lock);
}

void
probe_base_init(struct probe_base *base, const struct probe_conf *conf, struct weir_task *task)
{
	*base = (struct probe_base){
		.conf = conf,
		.probes = (void *)(uintptr_t)conf->at,
		.task = task,
		.random = (uint64_t)conf->seed * 1000 + task->subtask,
		.watermark = INT64_MIN,
	};
	atomic_fetch_add(&base->probes->opened, 1);
}

bool
probe_fails(struct probe_base *base, const char *callback)
{
	const struct probe_conf *conf = base->conf;

	if (conf->fail.len != strlen(callback) ||
		memcmp(conf->fail.p, callback, conf->fail.len) != 0 ||
		++base->calls != (uint32_t)conf->fail_call)
		return false;
	weir_fail(base->task->err, -EPROTO, "%s() fails as planned", callback);
	return true;
}

int
probe_chance(struct probe_base *base)
{
	int64_t chance = probe_random(&base->random) % 100;

	base->suspended = WEIR_OK;
	if (chance < base->conf->more) {
		base->suspended = WEIR_MORE;
	} else if (chance < base->conf->more + base->conf->busy) {
		base->suspended = WEIR_BUSY;
		if (base->probes->waker == NULL || chance % 2 == 0)
			base->task->host->wake(base->task);
		else
			waker_ask(base->probes->waker, base->task);
	}
	return (int)base->suspended;
}

void
probe_check_rows(struct probe_base *base, const struct weir_batch *batch)
{
	uint32_t n = batch->sel != NULL ? batch->n_sel : batch->n_rows;

	if (base->suspended != WEIR_OK)
		probes_wrong(base->probes, "rows came before resume() gave OK");
	if (base->barrier)
		probes_wrong(base->probes, "rows came behind the barrier");
	if (base->end)
		probes_wrong(base->probes, "rows came behind the end of time");
	if (n == 0 || n > WEIR_ROWS_MAX)
		probes_wrong(base->probes, "a batch of %u rows", n);
	for (uint32_t i = 0; i < n; i++) {
		int64_t time = batch->event_time[batch->sel != NULL ? batch->sel[i] : i];

		if (time <= base->watermark)
			probes_wrong(base->probes, "a row of %" PRId64 " behind watermark %" PRId64,
				time, base->watermark);
	}
}

void
probe_check_watermark(struct probe_base *base, int64_t watermark)
{
	if (base->suspended != WEIR_OK)
		probes_wrong(base->probes, "a watermark came before resume() gave OK");
	if (base->barrier)
		probes_wrong(base->probes, "a watermark came behind the last barrier");
	if (watermark <= base->watermark)
		probes_wrong(base->probes, "watermark %" PRId64 " after %" PRId64, watermark,
			base->watermark);
	if (base->task->watermark != watermark)
		probes_wrong(base->probes, "task->watermark is not the watermark");
	base->watermark = watermark;
	base->end = watermark == INT64_MAX;
}

static const struct weir_operator *const operators[] = {&probe_gen, &probe_raws, &probe_probe,
	&probe_dense, &probe_keeper, &probe_take, &probe_put};
static const struct weir_format *const formats[] = {&probe_plain};

const struct weir_plugin probe_plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof probe_plugin,
	.n_operators = sizeof operators / sizeof operators[0],
	.n_formats = 1,
	.name = "probe",
	.version = "0",
	.license = "Apache-2.0",
	.operators = operators,
	.formats = formats,
};
