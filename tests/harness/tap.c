/* SPDX-License-Identifier: Apache-2.0 */
/* The ends of a rig. */
#include "tap.h"

#include <stdlib.h>
#include <string.h>

struct tap_conf {
	int64_t at, port;
	uint32_t also, silent;
};

static const struct weir_directive tap_directives[] = {
	{.name = "at",
		.summary = "The address of the tap.",
		.type = WEIR_D_INT,
		.offset = offsetof(struct tap_conf, at)},
	{.name = "port",
		.summary = "Which of its outputs.",
		.type = WEIR_D_INT,
		.offset = offsetof(struct tap_conf, port)},
	{.name = "silent",
		.summary = "Whether it gives nothing.",
		.type = WEIR_D_FLAG,
		.offset = offsetof(struct tap_conf, silent)},
	{.name = NULL},
};

static const struct weir_directive sink_directives[] = {
	{.name = "at",
		.summary = "The address of the tap.",
		.type = WEIR_D_INT,
		.offset = offsetof(struct tap_conf, at)},
	{.name = "port",
		.summary = "Which of its outputs.",
		.type = WEIR_D_INT,
		.offset = offsetof(struct tap_conf, port)},
	{.name = "also",
		.summary =
			"A second input, from which nothing comes: it makes a ring of the first.",
		.type = WEIR_D_INPUT,
		.offset = offsetof(struct tap_conf, also),
		.port = 1},
	{.name = NULL},
};

static struct tap *
tap_of(const struct tap_conf *conf)
{
	return (void *)(uintptr_t)conf->at;
}

void
tap_add(struct tap_texts *texts, char prefix, const char *p, size_t len)
{
	char *text = malloc(len + 2);

	if (texts->n == texts->cap) {
		texts->cap = texts->cap > 0 ? texts->cap * 2 : 64;
		texts->v = realloc(texts->v, texts->cap * sizeof(char *));
	}
	if (text == NULL || texts->v == NULL)
		abort();
	text[0] = prefix;
	memcpy(text + 1, p, len);
	text[len + 1] = '\0';
	texts->v[texts->n++] = text;
}

static void
texts_fini(struct tap_texts *texts)
{
	for (uint32_t i = 0; i < texts->n; i++)
		free(texts->v[i]);
	free(texts->v);
}

void
tap_fini(struct tap *tap)
{
	texts_fini(&tap->in);
	for (uint32_t i = 0; i < WT_PORTS; i++)
		texts_fini(&tap->out[i]);
}

bool
tap_wake(struct tap *tap)
{
	uint32_t n = tap->n_waiters;

	if (n == 0 || atomic_load(&tap->held))
		return false;
	tap->n_waiters = 0;
	for (uint32_t i = 0; i < n; i++)
		tap->waiters[i]->task->host->wake(tap->waiters[i]->task);
	return true;
}

uint64_t
tap_seen(const struct tap *tap)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < WT_PORTS; i++)
		seen = tap->marks[i][0].epoch > seen ? tap->marks[i][0].epoch : seen;
	return seen;
}

void
tap_go_back(struct tap *tap, uint64_t epoch)
{
	tap->n_waiters = 0;
	for (uint32_t i = 0; i < WT_PORTS; i++) {
		struct tap_texts *out = &tap->out[i];
		const struct tap_mark *mark = &tap->marks[i][tap->marks[i][0].epoch != epoch];

		if (tap->marks[i][0].epoch == 0)
			continue; /* nobody has this port */
		ck_assert_uint_eq(mark->epoch, epoch);
		ck_assert_uint_le(out->next, mark->n);
		while (out->n > mark->n)
			free(out->v[--out->n]);
		tap->marks[i][0] = *mark;
	}
}

static int
tap_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	return (void)conf, (void)plan, (void)host, WEIR_OK;
}

/* The source. */

struct tap_source {
	const struct tap_conf *conf;
	struct tap *tap;
	uint32_t part;
};

struct block {
	struct tap *tap;
	struct weir_str *rec, *key;
	int64_t *offset;
	char *bytes;
};

static void
block_release(void *owner)
{
	struct block *block = owner;

	atomic_fetch_sub(&block->tap->blocks, 1);
	free(block->rec);
	free(block->key);
	free(block->offset);
	free(block->bytes);
	free(block);
}

static int
source_open(const void *conf, struct weir_task *task, void **self)
{
	static const struct weir_str name = {"pushed", 6, 0};
	struct tap_source *source = calloc(1, sizeof *source);

	source->conf = conf;
	source->tap = tap_of(conf);
	if (!source->conf->silent) {
		source->tap->source = task;
		if (task->subtask == 0)
			task->host->partition(task, name);
	}
	*self = source;
	return WEIR_OK;
}

static int
source_assign(void *self, struct weir_task *task, uint32_t part, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct tap_source *source = self;

	(void)task, (void)name, (void)pos, (void)fresh;
	source->part = part;
	return WEIR_OK;
}

/* n records in a block of their own, with slack behind them. */
static void
give(struct tap_source *source, struct weir_task *task, uint32_t n)
{
	struct tap_texts *in = &source->tap->in;
	struct block *block = calloc(1, sizeof *block);
	struct weir_raw raw = {.size = sizeof raw, .n = n, .slack = 64};
	size_t len = 0;

	*block = (struct block){source->tap, calloc(n, sizeof *block->rec),
		calloc(n, sizeof *block->key), calloc(n, sizeof *block->offset), NULL};
	for (uint32_t i = 0; i < n; i++)
		len += strlen(in->v[in->next + i] + 1);
	block->bytes = calloc(1, len + 64);
	len = 0;
	for (uint32_t i = 0; i < n; i++) {
		const char *text = in->v[in->next + i];

		block->rec[i] =
			(struct weir_str){block->bytes + len, (uint32_t)strlen(text + 1), 0};
		memcpy(block->bytes + len, text + 1, block->rec[i].len);
		len += block->rec[i].len;
		if (text[0] == 1)
			block->key[i] = (struct weir_str){"tick", 4, 0};
		block->offset[i] = in->next + i;
	}
	atomic_fetch_add(&source->tap->blocks, 1);
	raw.rec = block->rec;
	raw.key = block->key;
	raw.offset = block->offset;
	raw.release = block_release;
	raw.owner = block;
	in->next += n;
	task->host->raw(task, source->part, &raw);
	task->host->position(task, source->part, (struct weir_str){"p", 1, 0});
}

static int
source_poll(void *self, struct weir_task *task)
{
	struct tap_source *source = self;
	struct tap *tap = source->tap;
	uint32_t left = tap->in.n - tap->in.next;

	if (source->conf->silent || left == 0)
		return atomic_load(&tap->ended) ? WEIR_END : WEIR_BUSY;
	for (uint32_t given = 0; left > 0 && (given == 0 || given < tap->batches); given++) {
		give(source, task, left < tap->batch ? left : tap->batch);
		left = tap->in.n - tap->in.next;
	}
	return WEIR_OK;
}

static const struct weir_source source_callbacks = {
	.size = sizeof source_callbacks, .assign = source_assign, .poll = source_poll};

static const struct weir_operator tap_source = {
	.size = sizeof tap_source,
	.kind = WEIR_SOURCE,
	.name = "tap",
	.summary = "What a test pushes.",
	.conf_size = sizeof(struct tap_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = tap_directives,
	.n_out = 1,
	.plan = tap_plan,
	.open = source_open,
	.close = free,
	.source = &source_callbacks,
};

/* The sink. */

struct tap_sink {
	const struct tap_conf *conf;
	struct tap *tap;
	struct tap_waiter waiter;
};

static int
sink_open(const void *conf, struct weir_task *task, void **self)
{
	struct tap_sink *sink = calloc(1, sizeof *sink);

	sink->conf = conf;
	sink->tap = tap_of(conf);
	sink->waiter.task = task;
	*self = sink;
	return WEIR_OK;
}

static int
sink_wait(struct tap_sink *sink)
{
	struct tap *tap = sink->tap;

	if (sink->waiter.left == 0 && !atomic_load(&tap->held))
		return WEIR_OK;
	if (sink->waiter.left > 0)
		sink->waiter.left--;
	tap->waiters[tap->n_waiters++] = &sink->waiter;
	return WEIR_BUSY;
}

static int
sink_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct tap_sink *sink = self;
	const struct weir_raw *raw = task->host->encode(task, batch);

	(void)in;
	for (uint32_t i = 0; i < raw->n; i++)
		tap_add(&sink->tap->out[sink->conf->port], 0, raw->rec[i].p, raw->rec[i].len);
	sink->waiter.left = sink->tap->busy;
	return sink_wait(sink);
}

static int
sink_resume(void *self, struct weir_task *task)
{
	(void)task;
	return sink_wait(self);
}

static int
sink_before_barrier(void *self, struct weir_task *task, uint64_t epoch)
{
	const struct tap_sink *sink = self;
	struct tap_mark *marks = sink->tap->marks[sink->conf->port];

	(void)task;
	marks[1] = marks[0];
	marks[0] = (struct tap_mark){epoch, sink->tap->out[sink->conf->port].n};
	return WEIR_OK;
}

static const struct weir_operator tap_sink = {
	.size = sizeof tap_sink,
	.kind = WEIR_SINK,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_CHANGES,
	.name = "tap",
	.summary = "What a test looks at.",
	.conf_size = sizeof(struct tap_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = sink_directives,
	.n_in = 2,
	.plan = tap_plan,
	.open = sink_open,
	.close = free,
	.process = sink_process,
	.resume = sink_resume,
	.before_barrier = sink_before_barrier,
};

static const struct weir_operator *const operators[] = {&tap_source, &tap_sink};

const struct weir_plugin tap_plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof tap_plugin,
	.n_operators = 2,
	.name = "tap",
	.version = "0",
	.license = "Apache-2.0",
	.operators = operators,
};
