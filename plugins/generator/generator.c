/* SPDX-License-Identifier: Apache-2.0 */
/* The source `generator`: rows made by rule, always the same ones. */
#include "generator.h"
#include "shares.h"

#include <stdlib.h>
#include <string.h>

enum { WAKE_US = 1000 }; /* no more often than this: at high rates rows come in batches */

struct part {
	struct share share; /* row i is of the share i % stride */
	uint64_t from; /* where it began, and when */
	int64_t began;
};

struct generator {
	const struct generator_conf *conf;
	const struct weir_timer_ext *timer;
	struct weir_str *words; /* of all choices */
	struct generator_field *field; /* as in the conf, with their choices */
	struct share *parts;
};

static const struct weir_directive directives[] = {
	{.name = "count",
		.summary = "How many rows there are; 0: it does not end.",
		.type = WEIR_D_INT,
		.deflt = "0",
		.offset = offsetof(struct generator_conf, count),
		.min = 0,
		.max = INT64_MAX},
	{.name = "rate",
		.summary =
			"How many rows come in a second, minute or hour, such as 1000/s; as fast "
			"as they are taken if it is absent.",
		.type = WEIR_D_STR,
		.offset = offsetof(struct generator_conf, rate)},
	{.name = "seed",
		.summary = "The number that random values follow from.",
		.type = WEIR_D_INT,
		.deflt = "0",
		.offset = offsetof(struct generator_conf, seed)},
	{.name = "field",
		.summary =
			"A column, NAME TYPE RULE: bool P; timestamp START STEP [disorder D]; int, "
			"float or string with sequence [START [STEP]], uniform LO HI, normal MEAN "
			"STDDEV, zipf N S, choice A B C or text LEN; `null P` may follow.",
		.type = WEIR_D_EXPR,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct generator_conf, lines)},
	{.name = NULL},
};

static int
plan_field(struct generator_conf *conf, uint32_t i, struct weir_plan *plan,
	const struct weir_host *host)
{
	struct generator_field *field = &conf->field[i];
	char why[GENERATOR_WHY];
	uint32_t loc;

	if (generator_field_parse(field, conf->lines.v[i], why, &loc) < 0) {
		host->problem(plan, loc, why);
		return -1;
	}
	field->key = generator_key(conf->seed, field->name);
	field->col = host->add(plan, 0, field->name, field->type, field->null > 0);
	return field->col < 0 ? -1 : 0;
}

static int
generator_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct generator_conf *conf = self;
	int rc = WEIR_OK;

	if (conf->rate.p != NULL && generator_rate_parse(conf->rate, &conf->per_second) < 0) {
		char why[GENERATOR_WHY];

		snprintf(why, sizeof why,
			"\"rate\" is \"%.*s\"; write rows a second, minute or hour, such as 1000/s "
			"or 5/m",
			(int)(conf->rate.len > 40 ? 40 : conf->rate.len), conf->rate.p);
		host->problem(plan, conf->rate.loc, why);
		rc = -EINVAL;
	}
	conf->n_fields = conf->lines.n;
	if (conf->n_fields > GENERATOR_FIELDS_MAX) {
		host->problem(plan, conf->lines.v[GENERATOR_FIELDS_MAX].loc,
			"a generator has up to 256 fields");
		return -EINVAL;
	}
	for (uint32_t i = 0; i < conf->n_fields; i++)
		if (plan_field(conf, i, plan, host) < 0)
			rc = -EINVAL;
	return rc;
}

static void
generator_close(void *self)
{
	struct generator *generator = self;

	if (generator == NULL)
		return;
	shares_free(&generator->parts);
	free(generator->words);
	free(generator->field);
	free(generator);
}

/* Fields with their choices as lists. */
static int
copy_fields(struct generator *generator)
{
	const struct generator_conf *conf = generator->conf;
	uint32_t i, k, n = 0;

	for (i = 0; i < conf->n_fields; i++)
		n += conf->field[i].choice.n;
	generator->field = calloc(conf->n_fields + 1, sizeof *generator->field);
	generator->words = calloc(n + 1, sizeof *generator->words);
	if (generator->field == NULL || generator->words == NULL)
		return -ENOMEM;
	memcpy(generator->field, conf->field, conf->n_fields * sizeof *generator->field);
	for (i = n = 0; i < conf->n_fields; i++) {
		struct generator_field *field = &generator->field[i];
		struct weir_str text = field->words;

		field->choice.v = generator->words + n;
		for (k = 0; k < field->choice.n; k++)
			generator_word(&text, &generator->words[n++]);
	}
	return 0;
}

static int
generator_open(const void *conf, struct weir_task *task, void **self)
{
	struct generator *generator = calloc(1, sizeof *generator);

	if (generator != NULL)
		generator->conf = conf;
	if (generator == NULL || copy_fields(generator) < 0) {
		generator_close(generator);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	generator->timer = task->host->extension("weir.timer/1");
	shares_announce(task);
	*self = generator;
	return WEIR_OK;
}

static int
generator_assign(void *self, struct weir_task *task, uint32_t number, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct generator *generator = self;
	struct part *part;

	(void)fresh;
	part = (struct part *)share_add(
		&generator->parts, sizeof *part, 1, task, number, name, pos);
	if (part == NULL)
		return task->err->code;
	part->from = part->share.at;
	part->began = task->host->now(task);
	return WEIR_OK;
}

static int
generator_revoke(void *self, struct weir_task *task, uint32_t number)
{
	struct generator *generator = self;

	(void)task;
	share_drop(&generator->parts, number);
	return WEIR_OK;
}

/* The number of rows, over all partitions, that may be made by now. */
static uint64_t
row_limit(const struct generator_conf *conf, const struct part *part, int64_t now)
{
	uint64_t limit = conf->count > 0 ? (uint64_t)conf->count : UINT64_MAX, due;

	if (conf->per_second <= 0 || now < part->began)
		return conf->per_second <= 0 ? limit : part->from;
	due = part->from + 1 + (uint64_t)((double)(now - part->began) * 1e-6 * conf->per_second);
	return due < limit ? due : limit;
}

/* Rows that can be made now, at most one batch. */
static uint32_t
rows_now(const struct generator_conf *conf, const struct part *part, const struct weir_task *task,
	int64_t now)
{
	uint64_t limit = row_limit(conf, part, now), n;
	uint64_t most = task->room < 1               ? 1
			: task->room > WEIR_ROWS_MAX ? WEIR_ROWS_MAX
						     : task->room;

	if (part->share.at >= limit)
		return 0;
	n = (limit - part->share.at - 1) / part->share.stride + 1;
	return (uint32_t)(n < most ? n : most);
}

static void
give(struct generator *generator, struct weir_task *task, struct part *part, uint32_t n)
{
	struct weir_out *out = task->host->append(task, 0);
	uint32_t i;

	task->host->rows(out, n, NULL, NULL);
	for (i = 0; i < generator->conf->n_fields; i++)
		generator_fill(
			&generator->field[i], task, out, part->share.at, part->share.stride, n);
	part->share.at += n * part->share.stride;
	share_position(&part->share, task);
}

/* Nothing is due: has on_timer() come when the next row is. */
static int
sleep_until_due(
	struct generator *generator, struct weir_task *task, const struct part *part, int64_t now)
{
	double wait = (double)(part->share.at - part->from) / generator->conf->per_second * 1e6;
	int64_t when = part->began + (int64_t)wait + 1;

	if (when < now + WAKE_US)
		when = now + WAKE_US;
	generator->timer->set(task, NULL, NULL, 1, WEIR_CLOCK, &when);
	return WEIR_BUSY;
}

static int
generator_poll(void *self, struct weir_task *task)
{
	struct generator *generator = self;
	const struct generator_conf *conf = generator->conf;
	struct part *part;

	while ((part = (struct part *)shares_next(generator->parts)) != NULL) {
		int64_t now = conf->per_second > 0 ? task->host->now(task) : 0;
		uint32_t n = rows_now(conf, part, task, now);

		if (n > 0) {
			give(generator, task, part, n);
			return WEIR_OK;
		}
		if (conf->count == 0 || part->share.at < (uint64_t)conf->count)
			return sleep_until_due(generator, task, part, now);
		task->host->finished(task, part->share.number);
		generator_revoke(generator, task, part->share.number);
	}
	return WEIR_END;
}

static int
generator_on_timer(void *self, struct weir_task *task, const struct weir_due *due)
{
	(void)self;
	(void)due;
	task->host->wake(task);
	return WEIR_OK;
}

static const struct weir_source source_calls = {
	.size = sizeof source_calls,
	.assign = generator_assign,
	.revoke = generator_revoke,
	.poll = generator_poll,
};

static const struct weir_operator generator_operator = {
	.size = sizeof generator_operator,
	.kind = WEIR_SOURCE,
	.flags = WEIR_REPLAYABLE | WEIR_TYPED | WEIR_READS_DECLARED | WEIR_KEEPS_PARALLELISM,
	.name = "generator",
	.summary = "Makes rows by rule, always the same ones for the same seed.",
	.needs = "weir.timer/1",
	.conf_size = sizeof(struct generator_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = directives,
	.n_out = 1,
	.plan = generator_plan,
	.open = generator_open,
	.close = generator_close,
	.on_timer = generator_on_timer,
	.source = &source_calls,
};

WEIR_PLUGIN("generator", "0.1", "Apache-2.0", &generator_operator)
