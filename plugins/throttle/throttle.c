/* SPDX-License-Identifier: Apache-2.0 */
/*
 * throttle: lets so many rows go on in so much time, of all rows or of each key, by a bucket that
 * is emptied row by row and refills evenly.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/weir.h>

#define THROTTLE_ROWS_MAX   INT64_C(1000000000)
#define THROTTLE_PERIOD_MAX (INT64_C(366) * 86400 * 1000000)

/* How much later than it is full a bucket may go: rows of event time come out of order. */
#define THROTTLE_TTL_SLACK (INT64_C(86400) * 1000000)

enum { THROTTLE_EVENT, THROTTLE_PROCESSING };
enum { THROTTLE_DROP, THROTTLE_TO };

/*
 * Time is counted in shares, so that nothing is ever rounded: a row costs `period` of them, and
 * each microsecond gives back `rows`.
 */
struct throttle_conf {
	struct weir_str rate;
	struct weir_list key;
	int64_t burst; /* rows; 0: as many as the rate has */
	uint32_t exceed, has_output, time;

	/* By plan. */
	int64_t rows, period; /* so many in so many microseconds */
	int64_t capacity; /* shares */
};

/* The slot of a key. */
struct throttle_bucket {
	int64_t spent; /* shares taken and not yet given back */
	int64_t time; /* microseconds; given back until then */
};

struct throttle {
	const struct throttle_conf *conf;
	const struct weir_table_ext *tables;
	struct weir_table *table;
	uint64_t *exceeded;
	char name[48]; /* of the table */
};

static const struct weir_directive throttle_directives[] = {
	{
		.name = "rate",
		.summary = "How many rows in how much time, as 100/s or 5/10m.",
		.choices = "rate",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct throttle_conf, rate),
	},
	{
		.name = "burst",
		.summary =
			"How many rows may come at once after a pause; as many as in the rate by "
			"default.",
		.choices = "rows",
		.type = WEIR_D_INT,
		.offset = offsetof(struct throttle_conf, burst),
		.min = 1,
		.max = THROTTLE_ROWS_MAX,
	},
	{
		.name = "key",
		.summary =
			"Expressions; each key has the rate for itself. Without it all rows share "
			"it.",
		.type = WEIR_D_EXPRS,
		.offset = offsetof(struct throttle_conf, key),
	},
	{
		.name = "exceed",
		.summary = "Where rows above the rate go: nowhere, or `to` an output of that name.",
		.deflt = "drop",
		.choices = "drop to",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct throttle_conf, exceed),
	},
	{
		.name = "exceed",
		.choices = "name",
		.type = WEIR_D_OUTPUT,
		.offset = offsetof(struct throttle_conf, has_output),
		.port = 1,
	},
	{
		.name = "time",
		.summary = "Whether the rate is by the rows' event time or by the clock.",
		.deflt = "event",
		.choices = "event processing",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct throttle_conf, time),
	},
	{.name = NULL},
};

/* A whole number at *at, which moves behind it; most + 1 if it is larger, -1: there is none. */
static int64_t
read_number(struct weir_str text, uint32_t *at, int64_t most)
{
	int64_t value = -1;

	for (; *at < text.len && text.p[*at] >= '0' && text.p[*at] <= '9'; (*at)++) {
		if (value < 0)
			value = 0;
		if (value <= most)
			value = value * 10 + (text.p[*at] - '0');
	}
	return value > most ? most + 1 : value;
}

/* The unit of a duration at *at, in microseconds, which ends the text; 0: it is none. */
static int64_t
read_unit(struct weir_str text, uint32_t at)
{
	static const struct {
		const char *name;
		int64_t us;
	} units[] = {
		{"ms", 1000},
		{"s", 1000000},
		{"m", INT64_C(60) * 1000000},
		{"h", INT64_C(3600) * 1000000},
		{"d", INT64_C(86400) * 1000000},
	};

	for (uint32_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		size_t len = strlen(units[i].name);

		if (text.len - at == len && memcmp(text.p + at, units[i].name, len) == 0)
			return units[i].us;
	}
	return 0;
}

/* Fills rows and period; false: the rate is none. */
static int
read_rate(struct throttle_conf *conf)
{
	struct weir_str text = conf->rate;
	uint32_t at = 0;
	int64_t n, unit;

	conf->rows = read_number(text, &at, THROTTLE_ROWS_MAX);
	if (conf->rows < 1 || conf->rows > THROTTLE_ROWS_MAX || at == text.len ||
		text.p[at++] != '/')
		return 0;
	n = read_number(text, &at, THROTTLE_PERIOD_MAX);
	if (n < 0)
		n = 1;
	unit = read_unit(text, at);
	if (n == 0 || unit == 0 || n > THROTTLE_PERIOD_MAX / unit)
		return 0;
	conf->period = n * unit;
	return 1;
}

/* A sentence on what is wrong with the numbers, and where; NULL: nothing. */
static const char *
check_rate(struct throttle_conf *conf, uint32_t *loc)
{
	*loc = conf->rate.loc;
	if (!read_rate(conf))
		return "\"rate\" wants ROWS/TIME, as 100/s or 5/10m: 1 to 1000000000 rows in 1ms "
		       "to 366d";
	if (conf->burst == 0)
		conf->burst = conf->rows;
	if (conf->burst > INT64_MAX / 4 / conf->period)
		return "\"rate\" and \"burst\" are too large: for so many rows take a shorter time";
	conf->capacity = conf->burst * conf->period;
	return NULL;
}

static int
throttle_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_str own = {0};
	struct throttle_conf *conf = self;
	uint32_t loc = 0;
	const char *wrong = check_rate(conf, &loc);

	if (wrong != NULL)
		host->problem(plan, loc, wrong);
	if (conf->has_output != (conf->exceed == THROTTLE_TO)) {
		wrong = conf->has_output ? "\"exceed drop\" takes no name"
					 : "\"exceed to\" wants the name of an output";
		host->problem(plan, 0, wrong);
	}
	/* Without a key this is one subtask, for one rate. */
	host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -1, own);
	if (conf->has_output)
		host->pass(plan, 1, 0, -1, own);
	return wrong != NULL ? -EINVAL : WEIR_OK;
}

static int
throttle_open(const void *self, struct weir_task *task, void **instance)
{
	static const struct throttle_bucket full = {.spent = 0, .time = INT64_MIN};
	static const struct weir_slot slot = {
		.name = "bucket", .bytes = sizeof full, .version = 1, .initial = &full};
	const struct throttle_conf *conf = self;
	struct throttle *throttle = calloc(1, sizeof *throttle);
	struct weir_table_spec spec = {
		.size = sizeof spec, .flags = WEIR_BY_KEY, .n_slots = 1, .slots = &slot};

	if (throttle == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	throttle->conf = conf;
	throttle->tables = task->host->extension("weir.table/1");
	/* Shares of another period are worth something else, and the clock's times may be years
	 * ahead of event times: that is another table. */
	snprintf(throttle->name, sizeof throttle->name, "buckets_%" PRId64 "us%s", conf->period,
		conf->time == THROTTLE_PROCESSING ? "_processing" : "");
	spec.name = throttle->name;
	/* A bucket that is full again is as good as none. */
	spec.ttl_us = conf->capacity / conf->rows + THROTTLE_TTL_SLACK;
	if (conf->time == THROTTLE_PROCESSING)
		spec.flags |= WEIR_TTL_CLOCK;
	throttle->table = throttle->tables->open(task, &spec);
	throttle->exceeded = task->host->counter(task, "exceeded", "Rows above the rate.");
	*instance = throttle;
	return WEIR_OK;
}

/* Whether a row at this time may go on; it is then paid for. */
static int
bucket_take(const struct throttle_conf *conf, struct throttle_bucket *bucket, int64_t time)
{
	/* A late row finds what is there: time does not go back. */
	if (time > bucket->time) {
		uint64_t passed = (uint64_t)time - (uint64_t)bucket->time;

		if (passed > (uint64_t)(bucket->spent / conf->rows))
			bucket->spent = 0;
		else
			bucket->spent -= (int64_t)passed * conf->rows;
		bucket->time = time;
	}
	if (bucket->spent > conf->capacity)
		bucket->spent = conf->capacity; /* of a larger burst, before the conf changed */
	if (bucket->spent > conf->capacity - conf->period)
		return 0;
	bucket->spent += conf->period;
	return 1;
}

static int
throttle_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	const struct throttle *throttle = self;
	const struct throttle_conf *conf = throttle->conf;
	const uint32_t n_all = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	const int64_t now = conf->time == THROTTLE_PROCESSING ? task->host->now(task) : 0;
	void *bucket[WEIR_ROWS_MAX];
	uint32_t rows[WEIR_ROWS_MAX];
	uint32_t above[WEIR_ROWS_MAX];
	uint32_t n = 0, n_above = 0;

	(void)in;
	throttle->tables->upsert(throttle->table, batch, batch->sel, n_all, NULL, bucket);
	for (uint32_t i = 0; i < n_all; i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
		int64_t time = conf->time == THROTTLE_PROCESSING ? now : batch->event_time[row];

		if (bucket_take(conf, bucket[i], time))
			rows[n++] = row;
		else
			above[n_above++] = row;
	}
	task->host->select(task, 0, batch, rows, n);
	weir_count(throttle->exceeded, n_above);
	if (conf->has_output)
		task->host->select(task, 1, batch, above, n_above);
	return WEIR_OK;
}

static const struct weir_operator throttle_operator = {
	.size = sizeof throttle_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_READS_DECLARED,
	.name = "throttle",
	.summary = "Lets so many rows go on in so much time.",
	.needs = "weir.table/1",
	.conf_size = sizeof(struct throttle_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = throttle_directives,
	.n_in = 1,
	.n_out = 2,
	.plan = throttle_plan,
	.open = throttle_open,
	.close = free,
	.process = throttle_process,
};

WEIR_PLUGIN("throttle", "0.1", "Apache-2.0", &throttle_operator)
