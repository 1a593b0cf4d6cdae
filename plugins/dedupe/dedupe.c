/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dedupe: of the rows of a key that lie near each other in event time, or of all, only the first
 * goes on; or the last, which last.c keeps.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dedupe.h"

/* A hundred years, so that nothing a user means is refused and little overflows. */
#define DEDUPE_WITHIN_MAX INT64_C(3155760000000000)

/* The slot of a key while a batch is worked on, and for ever where there is no `within`. */
struct dedupe_seen {
	uint64_t last; /* 1 + number of the row kept last in this batch; 0: none yet */
};

struct dedupe {
	const struct dedupe_conf *conf;
	const struct weir_table_ext *tables;

	/*
	 * Without `within` kept is the table "known", with a slot a key, and seen is NULL.  With it
	 * the namespaces of kept are the event times of rows that went on, its entries have no
	 * slots, and seen is scratch, empty between batches.
	 */
	struct weir_table *kept, *seen;
	uint64_t *duplicates;
	int64_t retired; /* microseconds; nothing is known of rows up to here */

	/* Scratch: of row i of those that count. */
	int64_t lo[WEIR_ROWS_MAX], hi[WEIR_ROWS_MAX];
	uint8_t known[WEIR_ROWS_MAX];
	const void *found[WEIR_ROWS_MAX];

	/* Scratch: of those that the table does not know, and of those of them that go on. */
	uint32_t fresh[WEIR_ROWS_MAX], rows[WEIR_ROWS_MAX], others[WEIR_ROWS_MAX];
	uint32_t before[WEIR_ROWS_MAX]; /* of its key: as struct dedupe_seen has it */
	int64_t time[WEIR_ROWS_MAX];
	void *row[WEIR_ROWS_MAX]; /* of a table */
};

static const struct weir_directive dedupe_directives[] = {
	{
		.name = "key",
		.summary = "Expressions; rows for which all have the same values are duplicates.",
		.type = WEIR_D_EXPRS,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct dedupe_conf, key),
	},
	{
		.name = "keep",
		.summary = "Which of the duplicates stands: the one that comes first, or the "
			   "newest, which amends the one before it.",
		.deflt = "first",
		.choices = "first last",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct dedupe_conf, keep),
	},
	{
		.name = "emit",
		.summary = "With \"keep last\": whether a row goes on whenever it is the newest, "
			   "or one of each key at the end of the input.",
		.deflt = "update",
		.choices = "update end",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct dedupe_conf, emit),
	},
	{
		.name = "within",
		.summary = "How far from the row that was kept, in event time, others are its "
			   "duplicates; without it they are for ever.",
		.type = WEIR_D_DURATION,
		.offset = offsetof(struct dedupe_conf, within),
		.min = 1000,
		.max = DEDUPE_WITHIN_MAX,
	},
	{
		.name = "duplicates_to",
		.summary = "Name of an output for the duplicates; without it they are dropped.",
		.type = WEIR_D_OUTPUT,
		.port = 1,
		.offset = offsetof(struct dedupe_conf, has_output),
	},
	{.name = NULL},
};

/* A sentence on what does not go together, or NULL. */
static const char *
find_conflict(const struct dedupe_conf *conf)
{
	if (conf->keep == DEDUPE_KEEP_LAST && conf->within > 0)
		return "\"keep last\" amends the row before, however old it is: take \"keep "
		       "first\" "
		       "with \"within\", or a window \"session\" with last()";
	if (conf->keep == DEDUPE_KEEP_FIRST && conf->emit == DEDUPE_EMIT_END)
		return "the first row of a key goes on at once: \"emit\" is for \"keep last\"";
	return NULL;
}

static int
dedupe_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_str own = {0};
	const struct weir_schema *input = host->input(plan, 0);
	struct dedupe_conf *conf = self;
	const char *wrong = find_conflict(conf);

	if (wrong != NULL)
		host->problem(plan, 0, wrong);
	conf->n_cols = input != NULL ? input->n : 0;
	host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -1, own);
	if (conf->has_output)
		host->pass(plan, 1, 0, -1, own);
	if (conf->keep == DEDUPE_KEEP_LAST && conf->emit == DEDUPE_EMIT_UPDATE)
		host->declare(plan, WEIR_PLAN_CHANGES, 0, own);
	return wrong != NULL ? -EINVAL : WEIR_OK;
}

uint64_t *
dedupe_counter(struct weir_task *task)
{
	return task->host->counter(
		task, "duplicates", "Rows that were duplicates of one that went on.");
}

static int64_t
time_before(int64_t time, int64_t length)
{
	return time < INT64_MIN + length ? INT64_MIN : time - length;
}

static int64_t
time_after(int64_t time, int64_t length)
{
	return time > INT64_MAX - length ? INT64_MAX : time + length;
}

static int
first_open(const struct dedupe_conf *conf, struct weir_task *task, void **self)
{
	static const struct weir_slot slot = {
		.name = "seen", .bytes = sizeof(struct dedupe_seen), .version = 1};
	struct dedupe *d = calloc(1, sizeof *d);
	const struct weir_table_spec by_key = {
		.size = sizeof by_key, .flags = WEIR_BY_KEY, .name = "kept"};
	struct weir_table_spec spec = {.size = sizeof spec,
		.flags = WEIR_BY_NS,
		.n_slots = 1,
		.name = "known",
		.slots = &slot};

	if (d == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	d->conf = conf;
	d->tables = task->host->extension("weir.table/1");
	if (d->conf->within == 0) {
		d->kept = d->tables->open(task, &spec);
	} else {
		d->kept = d->tables->open(task, &by_key);
		spec.name = "seen";
		spec.flags |= WEIR_SCRATCH;
		d->seen = d->tables->open(task, &spec);
	}
	d->duplicates = dedupe_counter(task);
	d->retired = time_before(task->watermark, d->conf->within);
	*self = d;
	return WEIR_OK;
}

static int
is_near(const struct dedupe *d, int64_t a, int64_t b)
{
	uint64_t apart = a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;

	return apart <= (uint64_t)d->conf->within;
}

static uint32_t
batch_row(const struct weir_batch *batch, uint32_t i)
{
	return batch->sel != NULL ? batch->sel[i] : i;
}

/* Without `within`: rows of keys that no row had before; gives how many, rows has them. */
static uint32_t
keep_new(struct dedupe *d, const struct weir_batch *batch, uint32_t n_all)
{
	uint32_t n_fresh = 0, n = 0;

	/* Most are duplicates, and what is only looked for is not written in a checkpoint. */
	d->tables->find(d->kept, batch, batch->sel, n_all, NULL, d->found);
	for (uint32_t i = 0; i < n_all; i++) {
		d->fresh[n_fresh] = batch_row(batch, i);
		n_fresh += d->found[i] == NULL;
	}
	if (n_fresh == 0)
		return 0;
	d->tables->upsert(d->kept, batch, d->fresh, n_fresh, NULL, d->row);
	for (uint32_t i = 0; i < n_fresh; i++) {
		struct dedupe_seen *seen = d->row[i];

		d->rows[n] = d->fresh[i];
		n += seen->last == 0;
		seen->last = 1;
	}
	return n;
}

/*
 * With `within`: looks rows up among those that went on in earlier batches; fresh gets the others,
 * gives how many.
 */
static uint32_t
find_fresh(struct dedupe *d, const struct weir_batch *batch, uint32_t n)
{
	const int64_t within = d->conf->within;
	struct weir_entries entries = {.size = sizeof entries};
	void *cursor = NULL;
	uint32_t n_fresh = 0;

	for (uint32_t i = 0; i < n; i++) {
		int64_t time = batch->event_time[batch_row(batch, i)];

		d->lo[i] = time_before(time, within);
		d->hi[i] = time_after(time, within);
	}
	memset(d->known, 0, n);
	while (d->tables->probe(d->kept, batch, batch->sel, n, d->lo, d->hi, &cursor, &entries) > 0)
		for (uint32_t i = 0; i < entries.n; i++)
			d->known[entries.from[i]] = 1;
	for (uint32_t i = 0; i < n; i++) {
		d->fresh[n_fresh] = batch_row(batch, i);
		n_fresh += !d->known[i];
	}
	return n_fresh;
}

/*
 * Rows of one batch can be duplicates of each other.  Those of a key share a slot of the scratch
 * table, which leads to the rows of that key kept so far, but for those that will not be
 * remembered. Gives how many go on; rows and time have them.
 */
static uint32_t
keep_first(struct dedupe *d, const struct weir_batch *batch, uint32_t n_fresh)
{
	uint32_t n = 0;

	d->tables->upsert(d->seen, batch, d->fresh, n_fresh, NULL, d->row);
	for (uint32_t i = 0; i < n_fresh; i++) {
		struct dedupe_seen *seen = d->row[i];
		int64_t time = batch->event_time[d->fresh[i]];
		uint32_t at = (uint32_t)seen->last;

		while (at != 0 && !is_near(d, time, d->time[at - 1]))
			at = d->before[at - 1];
		if (at != 0)
			continue;
		d->before[n] = (uint32_t)seen->last;
		d->time[n] = time;
		d->rows[n++] = d->fresh[i];
		if (time > d->retired)
			seen->last = n;
	}
	d->tables->retire(d->seen, INT64_MAX);
	return n;
}

/* Enters the rows that go on, but for those so late that no row can ask for them any more. */
static void
remember(struct dedupe *d, const struct weir_batch *batch, uint32_t n)
{
	uint32_t n_live = 0;

	for (uint32_t i = 0; i < n; i++) {
		d->fresh[n_live] = d->rows[i];
		d->time[n_live] = d->time[i];
		n_live += d->time[i] > d->retired;
	}
	d->tables->upsert(d->kept, batch, d->fresh, n_live, d->time, d->row);
}

/* With `within`: as keep_new(). */
static uint32_t
keep_far(struct dedupe *d, const struct weir_batch *batch, uint32_t n_all)
{
	uint32_t n_fresh = find_fresh(d, batch, n_all);
	uint32_t n = n_fresh > 0 ? keep_first(d, batch, n_fresh) : 0;

	if (n > 0)
		remember(d, batch, n);
	return n;
}

/* The rows that do not go on. */
static void
give_others(struct dedupe *d, struct weir_task *task, const struct weir_batch *batch,
	uint32_t n_all, uint32_t n)
{
	uint32_t at = 0, n_others = 0;

	for (uint32_t i = 0; i < n_all; i++) {
		uint32_t row = batch_row(batch, i);

		if (at < n && d->rows[at] == row)
			at++;
		else
			d->others[n_others++] = row;
	}
	task->host->select(task, 1, batch, d->others, n_others);
}

static int
first_process(void *self, struct weir_task *task, const struct weir_batch *batch)
{
	struct dedupe *d = self;
	const uint32_t n_all = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	uint32_t n = d->conf->within == 0 ? keep_new(d, batch, n_all) : keep_far(d, batch, n_all);

	weir_count(d->duplicates, n_all - n);
	task->host->select(task, 0, batch, d->rows, n);
	if (d->conf->has_output)
		give_others(d, task, batch, n_all, n);
	return WEIR_OK;
}

/* No row that is not late has a duplicate further behind the watermark. */
static int
first_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct dedupe *d = self;
	int64_t bound = time_before(watermark, d->conf->within);

	(void)task;
	if (d->conf->within == 0 || watermark == INT64_MAX || bound <= d->retired)
		return WEIR_OK;
	d->retired = bound;
	d->tables->retire(d->kept, bound);
	return WEIR_OK;
}

/* Either is one instance of this. */
struct instance {
	const struct dedupe_conf *conf;
	void *self;
};

static int
dedupe_open(const void *self, struct weir_task *task, void **instance)
{
	const struct dedupe_conf *conf = self;
	struct instance *made = calloc(1, sizeof *made);
	int rc;

	if (made == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	made->conf = conf;
	rc = conf->keep == DEDUPE_KEEP_LAST ? dedupe_last_open(conf, task, &made->self)
					    : first_open(conf, task, &made->self);
	if (rc < 0)
		free(made);
	else
		*instance = made;
	return rc;
}

static void
dedupe_close(void *self)
{
	struct instance *instance = self;

	free(instance->self);
	free(instance);
}

static int
dedupe_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	const struct instance *instance = self;

	(void)in;
	if (instance->conf->keep == DEDUPE_KEEP_LAST)
		return dedupe_last_process(instance->self, task, batch);
	return first_process(instance->self, task, batch);
}

static int
dedupe_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	const struct instance *instance = self;

	if (instance->conf->keep == DEDUPE_KEEP_LAST)
		return dedupe_last_on_watermark(instance->self, task, watermark);
	return first_on_watermark(instance->self, task, watermark);
}

static int
dedupe_resume(void *self, struct weir_task *task)
{
	const struct instance *instance = self;

	if (instance->conf->keep == DEDUPE_KEEP_LAST)
		return dedupe_last_resume(instance->self, task);
	return WEIR_OK;
}

static const struct weir_operator dedupe_operator = {
	.size = sizeof dedupe_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_READS_DECLARED,
	.name = "dedupe",
	.summary =
		"Lets the first or the last of rows with the same key go on, and no duplicate of "
		"it.",
	.needs = "weir.table/1 weir.rows/1",
	.conf_size = sizeof(struct dedupe_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = dedupe_directives,
	.n_in = 1,
	.n_out = 2,
	.plan = dedupe_plan,
	.open = dedupe_open,
	.close = dedupe_close,
	.process = dedupe_process,
	.on_watermark = dedupe_on_watermark,
	.resume = dedupe_resume,
};

WEIR_PLUGIN("dedupe", "0.1", "Apache-2.0", &dedupe_operator)
