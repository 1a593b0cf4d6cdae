/* SPDX-License-Identifier: Apache-2.0 */
/* Sources for tests: numbered rows, and records of the test. */
#include "probe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct gen {
	struct probe_base base;
	int64_t next[PROBE_PARTS]; /* of each partition: its next row */
	uint32_t part[PROBE_PARTS]; /* the host's number; those it was assigned */
	uint32_t number[PROBE_PARTS]; /* its own, from its name */
	uint32_t n_parts, turn;
};

static const struct weir_directive gen_directives[] = {
	PROBE_COMMON,
	PROBE_INT("rows", rows, "1000"),
	PROBE_INT("partitions", partitions, "1"),
	PROBE_INT("batch", batch, "64"),
	PROBE_INT("keys", keys, "10"),
	PROBE_INT("step", step, "1000"),
	PROBE_FLAG("forever", forever),
	PROBE_FLAG("say_idle", say_idle),
	{.name = NULL},
};

static int
gen_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	static const struct weir_str n = {"n", 1, 0}, k = {"k", 1, 0}, s = {"s", 1, 0};

	(void)self;
	host->add(plan, 0, n, WEIR_INT64, 0);
	host->add(plan, 0, k, WEIR_INT64, 0);
	host->add(plan, 0, s, WEIR_STRING, 1);
	return WEIR_OK;
}

static int
gen_open(const void *conf, struct weir_task *task, void **self)
{
	struct gen *gen = calloc(1, sizeof *gen);
	char name[16];

	probe_base_init(&gen->base, conf, task);
	if (probe_fails(&gen->base, "open")) {
		free(gen);
		return -EPROTO;
	}
	for (int64_t i = 0; task->subtask == 0 && i < gen->base.conf->partitions; i++) {
		snprintf(name, sizeof name, "part-%" PRId64, i);
		task->host->partition(task, (struct weir_str){name, (uint32_t)strlen(name), 0});
	}
	*self = gen;
	return WEIR_OK;
}

static void
gen_close(void *self)
{
	struct gen *gen = self;

	waker_forget(gen->base.probes->waker, gen->base.task);
	atomic_fetch_add(&gen->base.probes->closed, 1);
	free(gen);
}

static int
gen_assign(void *self, struct weir_task *task, uint32_t part, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct gen *gen = self;

	(void)pos, (void)fresh;
	if (probe_fails(&gen->base, "assign"))
		return -EPROTO;
	if (part % task->parallelism != task->subtask)
		probes_wrong(gen->base.probes, "a partition of another subtask");
	gen->part[gen->n_parts] = part;
	gen->number[gen->n_parts++] = (uint32_t)(name.p[name.len - 1] - '0');
	return WEIR_OK;
}

/* n rows of partition i of mine. */
static void
gen_rows(struct gen *gen, struct weir_task *task, uint32_t i, uint32_t n)
{
	const struct probe_conf *conf = gen->base.conf;
	const struct weir_host *host = task->host;
	struct weir_out *out = host->append(task, 0);
	int64_t *times = malloc(n * sizeof *times);
	struct weir_vec *id, *key;
	char text[64];

	for (uint32_t r = 0; r < n; r++)
		times[r] = (gen->next[i] + r) * conf->step;
	host->rows(out, n, times, NULL);
	free(times);
	id = host->vec(out, 0);
	key = host->vec(out, 1);
	for (uint32_t r = 0; r < n; r++) {
		int64_t number = gen->number[i] * (int64_t)PROBE_PART + gen->next[i] + r;
		int len = snprintf(text, sizeof text,
			number % 2 ? "%" PRId64 : "%" PRId64 " in words longer than a view",
			number);

		((int64_t *)id->values)[r] = number;
		((int64_t *)key->values)[r] = probe_key(number, conf->keys);
		host->text(out, 2, r, text, (uint32_t)len);
		if (number % 7 == 0)
			weir_bit_clear(host->vec(out, 2)->valid, r);
	}
	gen->next[i] += n;
	atomic_fetch_add(&gen->base.probes->given, n);
	host->position(task, gen->part[i], (struct weir_str){"p", 1, 0});
}

static bool
is_exhausted(const struct gen *gen)
{
	for (uint32_t i = 0; i < gen->n_parts; i++) {
		if (gen->next[i] < gen->base.conf->rows)
			return false;
	}
	return true;
}

static int
gen_poll(void *self, struct weir_task *task)
{
	struct gen *gen = self;
	const struct probe_conf *conf = gen->base.conf;
	uint32_t done = 0;

	if (probe_fails(&gen->base, "poll"))
		return -EPROTO;
	if (task->room == 0)
		probes_wrong(gen->base.probes, "poll() without room");
	while (done < gen->n_parts) {
		uint32_t i = gen->turn++ % gen->n_parts;
		int64_t left = conf->rows - gen->next[i];
		uint32_t n = 1 + probe_random(&gen->base.random) % (uint32_t)conf->batch;

		if (left <= 0) {
			if (conf->say_idle)
				task->host->idle(task, gen->part[i]);
			done++;
			continue;
		}
		gen_rows(gen, task, i, left < n ? (uint32_t)left : n);
		if (left <= n && !conf->forever)
			task->host->finished(task, gen->part[i]);
		/* With the last rows or after them; a source that waits first is idle. */
		if (!conf->forever && is_exhausted(gen))
			return probe_random(&gen->base.random) % 2 ? WEIR_END : WEIR_OK;
		return probe_chance(&gen->base);
	}
	return conf->forever ? WEIR_BUSY : WEIR_END;
}

static const struct weir_source gen_source = {
	.size = sizeof gen_source, .assign = gen_assign, .poll = gen_poll};

const struct weir_operator probe_gen = {
	.size = sizeof probe_gen,
	.kind = WEIR_SOURCE,
	.flags = WEIR_TYPED,
	.name = "gen",
	.summary = "Numbered rows.",
	.conf_size = sizeof(struct probe_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = gen_directives,
	.n_out = 1,
	.plan = gen_plan,
	.open = gen_open,
	.close = gen_close,
	.source = &gen_source,
};

/* Records of the test, copied into blocks that count as released when nobody needs them. */

struct raws {
	struct probe_base base;
	uint32_t next, part;
};

struct block {
	struct probes *probes;
	struct weir_str *rec;
	int64_t *offset, *time;
	char *bytes;
};

static void
block_release(void *owner)
{
	struct block *block = owner;

	atomic_fetch_add(&block->probes->released, 1);
	free(block->rec);
	free(block->offset);
	free(block->time);
	free(block->bytes);
	free(block);
}

static int
raws_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	return (void)self, (void)plan, (void)host, WEIR_OK;
}

static int
raws_open(const void *conf, struct weir_task *task, void **self)
{
	static const struct weir_str name = {"records", 7, 0};
	struct raws *raws = calloc(1, sizeof *raws);

	probe_base_init(&raws->base, conf, task);
	if (task->subtask == 0)
		task->host->partition(task, name);
	*self = raws;
	return WEIR_OK;
}

static void
raws_close(void *self)
{
	struct raws *raws = self;

	atomic_fetch_add(&raws->base.probes->closed, 1);
	free(raws);
}

static int
raws_assign(void *self, struct weir_task *task, uint32_t part, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct raws *raws = self;

	(void)task, (void)name, (void)pos, (void)fresh;
	raws->part = part;
	return WEIR_OK;
}

static int
raws_poll(void *self, struct weir_task *task)
{
	struct raws *raws = self;
	struct probes *probes = raws->base.probes;
	uint32_t n = (uint32_t)raws->base.conf->batch;
	struct weir_raw raw = {.size = sizeof raw};
	struct block *block;
	size_t len = 0;

	if (raws->next == probes->n_records)
		return WEIR_END;
	if (n > probes->n_records - raws->next)
		n = probes->n_records - raws->next;
	block = calloc(1, sizeof *block);
	*block = (struct block){probes, calloc(n, sizeof *block->rec),
		calloc(n, sizeof *block->offset), calloc(n, sizeof *block->time), NULL};
	for (uint32_t i = 0; i < n; i++)
		len += strlen(probes->records[raws->next + i]);
	block->bytes = malloc(len + 1);
	len = 0;
	for (uint32_t i = 0; i < n; i++) {
		const char *record = probes->records[raws->next + i];

		block->rec[i] = (struct weir_str){block->bytes + len, (uint32_t)strlen(record), 0};
		memcpy(block->bytes + len, record, strlen(record));
		len += strlen(record);
		block->offset[i] = raws->next + i;
		block->time[i] = 1000 * (raws->next + (int64_t)i);
	}
	raws->next += n;
	raw.n = n;
	raw.rec = block->rec;
	raw.offset = block->offset;
	raw.time = block->time;
	raw.release = block_release;
	raw.owner = block;
	task->host->raw(task, raws->part, &raw);
	task->host->position(task, raws->part, (struct weir_str){"p", 1, 0});
	return WEIR_OK;
}

static const struct weir_source raws_source = {
	.size = sizeof raws_source, .assign = raws_assign, .poll = raws_poll};

const struct weir_operator probe_raws = {
	.size = sizeof probe_raws,
	.kind = WEIR_SOURCE,
	.name = "raws",
	.summary = "Records of the test.",
	.conf_size = sizeof(struct probe_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = gen_directives,
	.n_out = 1,
	.plan = raws_plan,
	.open = raws_open,
	.close = raws_close,
	.source = &raws_source,
};
