/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flatmap: each part of a string, or each element of a JSON array, is a row; the other fields are
 * repeated.
 */
#include <errno.h>
#include <stdlib.h>

#include "../functions/args.h"

/* NAME: of the part, if not the field's own. */
struct flatmap_words {
	struct weir_str field, as, name;
};

struct flatmap_conf {
	struct flatmap_words split, explode; /* FIELD [as NAME] */
	struct weir_str separator, type;
	uint32_t skip_empty, outer;

	/* By plan. */
	int32_t field; /* of the input */
	int32_t part; /* of the output, where the field stood */
	uint32_t part_type;
	uint32_t n_cols;
};

/* What stops with MORE goes on at part number `at` of row number `i` of the batch's selection. */
struct flatmap {
	const struct flatmap_conf *conf;
	const struct weir_host *host;
	const struct weir_batch *batch; /* NULL: none under way */
	uint32_t i;
	uint32_t at;

	/* Of that row, found when its first part is taken; p NULL: a null. */
	struct weir_str *parts;
	uint32_t n_parts, cap_parts;
	struct text text; /* of the part being unquoted */
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
		.summary = "The string field to split and at what; the part takes the field's "
			   "place, with `as NAME` under another name.",
		.choices = "field",
		.type = WEIR_D_STR,
		.offset = offsetof(struct flatmap_conf, split.field),
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
		.offset = offsetof(struct flatmap_conf, split.as),
	},
	{
		.name = "split",
		.choices = "name",
		.type = WEIR_D_STR,
		.offset = offsetof(struct flatmap_conf, split.name),
	},
	{
		.name = "explode",
		.summary = "The json field with an array; the element takes the field's place, "
			   "with `as NAME` under another name, as json or as string.",
		.choices = "field",
		.type = WEIR_D_STR,
		.offset = offsetof(struct flatmap_conf, explode.field),
	},
	{
		.name = "explode",
		.choices = "as",
		.type = WEIR_D_STR,
		.offset = offsetof(struct flatmap_conf, explode.as),
	},
	{
		.name = "explode",
		.choices = "name",
		.type = WEIR_D_STR,
		.offset = offsetof(struct flatmap_conf, explode.name),
	},
	{
		.name = "explode",
		.choices = "type",
		.type = WEIR_D_STR,
		.offset = offsetof(struct flatmap_conf, type),
	},
	{
		.name = "skip_empty",
		.summary = "Whether empty parts make no row.",
		.deflt = "off",
		.type = WEIR_D_FLAG,
		.offset = offsetof(struct flatmap_conf, skip_empty),
	},
	{
		.name = "outer",
		.summary = "Whether a record that makes no other row goes on with a null.",
		.deflt = "off",
		.type = WEIR_D_FLAG,
		.offset = offsetof(struct flatmap_conf, outer),
	},
	{.name = NULL},
};

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

/* The directive that is given, and what it makes; NULL: a problem was filed. */
static const struct flatmap_words *
flatmap_words(struct flatmap_conf *conf, struct weir_plan *plan, const struct weir_host *host)
{
	int split = conf->split.field.p != NULL, explode = conf->explode.field.p != NULL;

	if (split && explode)
		host->problem(plan, conf->explode.field.loc,
			"\"split\" and \"explode\" exclude each other");
	else if (!split && !explode)
		host->problem(plan, 0, "flatmap needs \"split\" or \"explode\"");
	if (split == explode)
		return NULL;
	conf->part_type = split || str_eq(conf->type, "string") ? WEIR_STRING : WEIR_JSON;
	return split ? &conf->split : &conf->explode;
}

static int
check_words(const struct flatmap_conf *conf, const struct flatmap_words *words,
	struct weir_plan *plan, const struct weir_host *host)
{
	int split = words == &conf->split, good = 1;

	if (words->as.len > 0 && (!str_eq(words->as, "as") || words->name.len == 0)) {
		host->problem(plan, words->as.loc,
			split ? "after the separator \"split\" takes \"as NAME\""
			      : "after the field \"explode\" takes \"as NAME\" or \"as NAME "
				"TYPE\"");
		good = 0;
	}
	if (split && conf->separator.len == 0) {
		host->problem(plan, conf->separator.loc, "the separator of \"split\" is empty");
		good = 0;
	}
	if (conf->type.len > 0 && !str_eq(conf->type, "string") && !str_eq(conf->type, "json")) {
		host->problem(plan, conf->type.loc,
			"an element is json or string; cast it to another type in a map behind");
		good = 0;
	}
	return good;
}

static int
flatmap_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_schema *in = host->input(plan, 0);
	struct flatmap_conf *conf = self;
	const struct flatmap_words *words;
	struct weir_str name;
	int good;

	if (in == NULL)
		return -EINVAL;
	words = flatmap_words(conf, plan, host);
	if (words == NULL)
		return -EINVAL;
	good = check_words(conf, words, plan, host);
	name = words->name.len > 0 ? words->name : words->field;
	conf->field = host->column(
		plan, 0, words->field, words == &conf->split ? WEIR_STRING : WEIR_JSON);
	conf->n_cols = in->n;
	if (conf->field >= 0 && is_taken(conf, in, name)) {
		host->problem(plan, name.loc, "there is a field of this name already");
		good = 0;
	}
	if (!good || conf->field < 0)
		return -EINVAL;
	for (int32_t col = 0; col < (int32_t)in->n; col++) {
		if (col != conf->field)
			host->pass(plan, 0, 0, col, (struct weir_str){0});
		else
			conf->part = host->add(plan, 0, name, conf->part_type,
				conf->outer || words == &conf->explode);
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
	text_init(&flatmap->text);
	*self = flatmap;
	return WEIR_OK;
}

static void
flatmap_close(void *self)
{
	struct flatmap *flatmap = self;

	if (flatmap->batch != NULL)
		flatmap->host->unref(flatmap->batch);
	text_fini(&flatmap->text);
	free(flatmap->parts);
	free(flatmap);
}

/* False: out of memory. */
static int
parts_add(struct flatmap *flatmap, struct weir_str part)
{
	if (flatmap->n_parts == flatmap->cap_parts) {
		uint32_t cap = flatmap->cap_parts == 0 ? 64 : flatmap->cap_parts * 2;
		struct weir_str *parts = realloc(flatmap->parts, cap * sizeof *parts);

		if (parts == NULL)
			return 0;
		flatmap->parts = parts;
		flatmap->cap_parts = cap;
	}
	flatmap->parts[flatmap->n_parts++] = part;
	return 1;
}

/* 1, or 0: out of memory. */
static int
split_text(struct flatmap *flatmap, struct weir_str text)
{
	struct weir_str by = flatmap->conf->separator;
	const char *p = text.p, *end = text.p + text.len, *next = p;

	while (next != NULL) {
		struct weir_str part;

		next = by.len == 1 ? memchr(p, by.p[0], (size_t)(end - p))
				   : memmem(p, (size_t)(end - p), by.p, by.len);
		part = (struct weir_str){p, (uint32_t)((next != NULL ? next : end) - p), 0};
		if ((part.len > 0 || !flatmap->conf->skip_empty) && !parts_add(flatmap, part))
			return 0;
		p = part.p + part.len + by.len;
	}
	return 1;
}

/* 1; 0: out of memory; -1: malformed, -2: it is no array. */
static int
explode_text(struct flatmap *flatmap, struct weir_str text)
{
	struct weir_json json = weir_json_of(text);
	struct weir_str part;
	int rc;

	while ((rc = weir_json_next(&json, &part)) > 0) {
		if (flatmap->conf->skip_empty &&
			(*part.p == 'n' || (*part.p == '"' && part.len == 2)))
			continue;
		if (*part.p == 'n')
			part.p = NULL;
		if (!parts_add(flatmap, part))
			return 0;
	}
	return rc == 0 ? 1 : rc;
}

/* All parts of a row.  < 0: out of memory. */
static int
find_parts(struct flatmap *flatmap, struct weir_task *task, uint32_t row)
{
	const struct flatmap_conf *conf = flatmap->conf;
	const struct weir_column *column = flatmap->batch->cols[conf->field];
	int rc = 1;

	flatmap->n_parts = 0;
	if (!weir_null_at(column, row)) {
		struct weir_str text = weir_str_at(column, row);

		rc = conf->split.field.p != NULL ? split_text(flatmap, text)
						 : explode_text(flatmap, text);
	}
	if (rc < 0) {
		flatmap->n_parts = 0;
		task->host->reject(task, flatmap->batch, row,
			rc == -2 ? "explode: the value is no array" : "explode: malformed JSON");
	} else if (rc > 0 && flatmap->n_parts == 0 && conf->outer) {
		rc = parts_add(flatmap, (struct weir_str){0});
	}
	return rc != 0 ? WEIR_OK : weir_fail(task->err, -ENOMEM, "out of memory");
}

/* Takes parts, at most max rows, from where the instance stands. */
static int
take_parts(struct flatmap *flatmap, struct weir_task *task, uint32_t max, struct flatmap_rows *rows)
{
	const struct weir_batch *batch = flatmap->batch;
	uint32_t n_rows = batch->sel != NULL ? batch->n_sel : batch->n_rows;

	rows->n = 0;
	for (; flatmap->i < n_rows; flatmap->i++, flatmap->at = 0) {
		uint32_t row = batch->sel != NULL ? batch->sel[flatmap->i] : flatmap->i;

		if (rows->n == max)
			return WEIR_OK;
		if (flatmap->at == 0 && find_parts(flatmap, task, row) < 0)
			return task->err->code;
		for (; flatmap->at < flatmap->n_parts; flatmap->at++) {
			if (rows->n == max)
				return WEIR_OK;
			rows->from[rows->n] = row;
			rows->event_time[rows->n] = batch->event_time[row];
			rows->part[rows->n++] = flatmap->parts[flatmap->at];
		}
	}
	return WEIR_OK;
}

/* Whether a part is a string in quotes that its row has without them. */
static int
is_quoted(const struct flatmap_conf *conf, struct weir_str part)
{
	return conf->explode.field.p != NULL && conf->part_type == WEIR_STRING && *part.p == '"';
}

/* Parts are views into the text they are taken from, but for strings with escapes. */
static void
put_parts(struct flatmap *flatmap, struct weir_out *out, const struct flatmap_rows *rows)
{
	const struct flatmap_conf *conf = flatmap->conf;
	const struct weir_column *column = flatmap->batch->cols[conf->field];
	struct weir_vec *vec = flatmap->host->vec(out, conf->part);
	uint32_t escaped[WEIR_ROWS_MAX], n_escaped = 0;

	if (vec == NULL)
		return;
	flatmap->host->share(out, conf->part, flatmap->batch, conf->field);
	for (uint32_t i = 0; i < rows->n; i++) {
		struct weir_str part = rows->part[i];

		if (part.p == NULL) {
			weir_bit_clear(vec->valid, i);
			part.len = 0;
		} else if (is_quoted(conf, part)) {
			if (memchr(part.p, '\\', part.len) != NULL)
				escaped[n_escaped++] = i;
			part.p++;
			part.len -= 2;
		}
		((struct weir_view *)vec->values)[i] =
			weir_view_within(column, rows->from[i], part.p, part.len);
	}
	for (uint32_t k = 0; k < n_escaped; k++) {
		text_drop(&flatmap->text);
		text_add_unquoted(&flatmap->text, rows->part[escaped[k]]);
		flatmap->host->text(
			out, conf->part, escaped[k], flatmap->text.p, flatmap->text.len);
	}
}

static int
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
	put_parts(flatmap, out, rows);
	return flatmap->text.status == -ENOMEM ? weir_fail(task->err, -ENOMEM, "out of memory")
					       : WEIR_OK;
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

		if (take_parts(flatmap, task, left < WEIR_ROWS_MAX ? left : WEIR_ROWS_MAX, &rows) <
			0)
			return task->err->code;
		if (rows.n > 0 && emit_parts(flatmap, task, &rows) < 0)
			return task->err->code;
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
	int rc;

	if (flatmap->batch == NULL)
		return WEIR_OK;
	rc = flatmap_run(flatmap, task);
	if (rc == WEIR_MORE)
		return WEIR_MORE;
	task->host->unref(flatmap->batch);
	flatmap->batch = NULL;
	return rc;
}

static const struct weir_operator flatmap_operator = {
	.size = sizeof flatmap_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_READS_DECLARED,
	.name = "flatmap",
	.summary = "Makes a row of each part of a string, or of each element of an array.",
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
