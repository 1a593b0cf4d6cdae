/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flatmap: splits a string field; each part is a row, and the other fields are repeated.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weir/weir.h>

struct flatmap_conf {
	struct weir_str split, separator, as, name; /* split FIELD SEPARATOR [as NAME] */
	uint32_t skip_empty;

	/* By plan. */
	int32_t field; /* of the input */
	int32_t part; /* of the output, where the field stood */
	uint32_t n_cols;
};

/* What stops with MORE goes on at byte `at` of row number `i` of the batch's selection. */
struct flatmap {
	const struct flatmap_conf *conf;
	const struct weir_host *host;
	const struct weir_batch *batch; /* NULL: none under way */
	uint32_t i;
	uint32_t at;
};

/* Rows on their way out: where they come from, and their parts. */
struct flatmap_rows {
	uint32_t n;
	uint32_t from[WEIR_ROWS_MAX];
	int64_t event_time[WEIR_ROWS_MAX];
	struct weir_str part[WEIR_ROWS_MAX];
};

static const struct weir_directive flatmap_directives[] = {
	{
		.name = "split",
		.summary = "The field to split and at what; the part takes the field's place, with "
			   "`as NAME` under another name.",
		.choices = "field",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct flatmap_conf, split),
	},
	{
		.name = "split",
		.choices = "separator",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct flatmap_conf, separator),
	},
	{
		.name = "split",
		.choices = "as",
		.type = WEIR_D_STR,
		.offset = offsetof(struct flatmap_conf, as),
	},
	{
		.name = "split",
		.choices = "name",
		.type = WEIR_D_STR,
		.offset = offsetof(struct flatmap_conf, name),
	},
	{
		.name = "skip_empty",
		.summary = "Whether empty parts make no row.",
		.deflt = "off",
		.type = WEIR_D_FLAG,
		.offset = offsetof(struct flatmap_conf, skip_empty),
	},
	{.name = NULL},
};

static int
str_is(struct weir_str str, const char *word)
{
	return str.len == strlen(word) && memcmp(str.p, word, str.len) == 0;
}

static int
str_equal(struct weir_str a, struct weir_str b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

/* Fields of the input other than the split one. */
static int
is_taken(const struct flatmap_conf *conf, const struct weir_schema *in, struct weir_str name)
{
	for (int32_t col = 0; col < (int32_t)in->n; col++) {
		if (col != conf->field && str_equal(in->fields[col]->name, name))
			return 1;
	}
	return 0;
}

static int
flatmap_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_schema *in = host->input(plan, 0);
	struct flatmap_conf *conf = self;
	struct weir_str name = conf->name.len > 0 ? conf->name : conf->split;
	int wrong = conf->as.len > 0 && (!str_is(conf->as, "as") || conf->name.len == 0);

	if (in == NULL)
		return -EINVAL;
	if (wrong)
		host->problem(
			plan, conf->as.loc, "after the separator \"split\" takes \"as NAME\"");
	if (conf->separator.len == 0)
		host->problem(plan, conf->separator.loc, "the separator of \"split\" is empty");
	conf->field = host->column(plan, 0, conf->split, WEIR_STRING);
	conf->n_cols = in->n;
	if (conf->field >= 0 && is_taken(conf, in, name)) {
		host->problem(plan, name.loc, "there is a field of this name already");
		wrong = 1;
	}
	if (wrong || conf->separator.len == 0 || conf->field < 0)
		return -EINVAL;
	for (int32_t col = 0; col < (int32_t)in->n; col++) {
		if (col != conf->field)
			host->pass(plan, 0, 0, col, (struct weir_str){0});
		else
			conf->part = host->add(plan, 0, name, WEIR_STRING, 0);
	}
	return conf->part < 0 ? -EINVAL : WEIR_OK;
}

static int
flatmap_open(const void *conf, struct weir_task *task, void **self)
{
	struct flatmap *flatmap = calloc(1, sizeof *flatmap);

	if (flatmap == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	flatmap->conf = conf;
	flatmap->host = task->host;
	*self = flatmap;
	return WEIR_OK;
}

static void
flatmap_close(void *self)
{
	struct flatmap *flatmap = self;

	if (flatmap->batch != NULL)
		flatmap->host->unref(flatmap->batch);
	free(flatmap);
}

/* The part that begins at byte *at; *at becomes the begin of the next, past the end if none. */
static struct weir_str
next_part(struct weir_str text, struct weir_str separator, uint32_t *at)
{
	const char *begin = text.p + *at;
	size_t left = text.len - *at;
	const char *end = separator.len == 1 ? memchr(begin, separator.p[0], left)
					     : memmem(begin, left, separator.p, separator.len);
	struct weir_str part = {begin, end != NULL ? (uint32_t)(end - begin) : (uint32_t)left, 0};

	*at = end != NULL ? *at + part.len + separator.len : text.len + 1;
	return part;
}

/* Takes parts, at most max rows, from where the instance stands. */
static void
take_parts(struct flatmap *flatmap, uint32_t n_rows, uint32_t max, struct flatmap_rows *rows)
{
	const struct flatmap_conf *conf = flatmap->conf;
	const struct weir_batch *batch = flatmap->batch;
	const struct weir_column *column = batch->cols[conf->field];

	rows->n = 0;
	for (; flatmap->i < n_rows; flatmap->i++, flatmap->at = 0) {
		uint32_t row = batch->sel != NULL ? batch->sel[flatmap->i] : flatmap->i;
		struct weir_str text;

		if (weir_null_at(column, row))
			continue;
		text = weir_str_at(column, row);
		while (flatmap->at <= text.len) {
			struct weir_str part;

			if (rows->n == max)
				return;
			part = next_part(text, conf->separator, &flatmap->at);
			if (part.len == 0 && conf->skip_empty)
				continue;
			rows->from[rows->n] = row;
			rows->event_time[rows->n] = batch->event_time[row];
			rows->part[rows->n++] = part;
		}
	}
}

static void
emit_parts(struct flatmap *flatmap, struct weir_task *task, const struct flatmap_rows *rows)
{
	const struct flatmap_conf *conf = flatmap->conf;
	const struct weir_host *host = task->host;
	struct weir_out *out = host->append(task, 0);

	host->rows(out, rows->n, rows->event_time, NULL);
	for (int32_t col = 0; col < (int32_t)conf->n_cols; col++) {
		/* A lone field is gathered to be overwritten: the rows' origin follows a gather. */
		if (col != conf->field || conf->n_cols == 1)
			host->gather(out, col, flatmap->batch, col, rows->from);
	}
	if (host->vec(out, conf->part) == NULL)
		return;
	for (uint32_t i = 0; i < rows->n; i++)
		host->text(out, conf->part, i, rows->part[i].p, rows->part[i].len);
}

/* Goes on with the batch until the outputs are full or it is done. */
static int
flatmap_run(struct flatmap *flatmap, struct weir_task *task)
{
	const struct weir_batch *batch = flatmap->batch;
	uint32_t n_rows = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	uint32_t room = task->room > 0 ? task->room : 1;
	uint32_t emitted = 0;
	struct flatmap_rows rows;

	while (emitted < room) {
		uint32_t left = room - emitted;

		take_parts(flatmap, n_rows, left < WEIR_ROWS_MAX ? left : WEIR_ROWS_MAX, &rows);
		if (rows.n > 0)
			emit_parts(flatmap, task, &rows);
		if (flatmap->i == n_rows)
			return WEIR_OK;
		emitted += rows.n;
	}
	return WEIR_MORE;
}

static int
flatmap_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct flatmap *flatmap = self;
	int rc;

	(void)in;
	flatmap->batch = batch;
	flatmap->i = 0;
	flatmap->at = 0;
	rc = flatmap_run(flatmap, task);
	if (rc == WEIR_MORE)
		task->host->ref(batch);
	else
		flatmap->batch = NULL;
	return rc;
}

static int
flatmap_resume(void *self, struct weir_task *task)
{
	struct flatmap *flatmap = self;

	if (flatmap->batch == NULL)
		return WEIR_OK;
	if (flatmap_run(flatmap, task) == WEIR_MORE)
		return WEIR_MORE;
	task->host->unref(flatmap->batch);
	flatmap->batch = NULL;
	return WEIR_OK;
}

static const struct weir_operator flatmap_operator = {
	.size = sizeof flatmap_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_READS_DECLARED,
	.name = "flatmap",
	.summary = "Makes a row of each part of a split string.",
	.conf_size = sizeof(struct flatmap_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = flatmap_directives,
	.n_in = 1,
	.n_out = 1,
	.plan = flatmap_plan,
	.open = flatmap_open,
	.close = flatmap_close,
	.process = flatmap_process,
	.resume = flatmap_resume,
};

WEIR_PLUGIN("flatmap", "0.1", "Apache-2.0", &flatmap_operator)
