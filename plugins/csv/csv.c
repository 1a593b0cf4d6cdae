/* SPDX-License-Identifier: Apache-2.0 */
/* The format `csv`: a record is a line of text between delimiters; its cells are columns. */
#include "csv.h"

#include <stdlib.h>

static const struct weir_directive directives[] = {
	{.name = "header",
		.summary = "on: the first line of a file names its columns, and a sink writes one; "
			   "skip: it is there, but fields go by position; off: there is none.",
		.type = WEIR_D_ENUM,
		.choices = "off on skip",
		.deflt = "on",
		.offset = offsetof(struct csv_conf, header)},
	{.name = "delimiter",
		.summary = "The byte between columns; \\t is a tab.",
		.type = WEIR_D_STR,
		.deflt = ",",
		.offset = offsetof(struct csv_conf, delimiter)},
	{.name = "quote",
		.summary = "The byte around text that has delimiters in it; '' turns quoting off.",
		.type = WEIR_D_STR,
		.deflt = "'\"'",
		.offset = offsetof(struct csv_conf, quote)},
	{.name = "null",
		.summary = "The unquoted text that stands for null.",
		.type = WEIR_D_STR,
		.deflt = "''",
		.offset = offsetof(struct csv_conf, null)},
	{.name = NULL},
};

static void
csv_close(void *self)
{
	struct csv *csv = self;
	uint32_t i;

	if (csv == NULL)
		return;
	for (i = 0; i < csv->n_files; i++)
		free(csv->file[i].cell);
	free(csv->file);
	free(csv->end);
	free(csv->position);
	free(csv->leaf);
	free(csv->copy);
	free(csv->scratch);
	free(csv);
}

/* One byte of ASCII, not of a line's end. */
static int
one_byte(struct weir_plan *plan, const struct weir_host *host, struct weir_str word,
	const char *title, uint32_t *byte)
{
	char why[SCALAR_WHY];

	*byte = word.len == 1 ? (uint8_t)word.p[0] : 0;
	if (word.len == 2 && memcmp(word.p, "\\t", 2) == 0)
		*byte = '\t';
	if (*byte != 0 && *byte < 0x80 && *byte != '\n' && *byte != '\r')
		return 0;
	snprintf(why, sizeof why,
		"\"%s\" is \"%.*s\"; write one character of ASCII, such as ',' ';' '|' or '\\t'",
		title, (int)(word.len > 40 ? 40 : word.len), word.p);
	host->problem(plan, word.loc, why);
	return -1;
}

static int
plan_bytes(struct csv_conf *conf, struct weir_plan *plan, const struct weir_host *host)
{
	int rc = one_byte(plan, host, conf->delimiter, "delimiter", &conf->delimiter_byte);

	conf->quote_byte = CSV_NONE;
	if (conf->quote.len > 0 &&
		one_byte(plan, host, conf->quote, "quote", &conf->quote_byte) < 0)
		rc = -1;
	if (rc == 0 && conf->delimiter_byte == conf->quote_byte) {
		host->problem(plan, conf->delimiter.loc, "\"delimiter\" is the quote, too");
		rc = -1;
	}
	return rc;
}

static int
in_scalar(uint32_t byte)
{
	return byte < 0x80 && byte != 0 &&
	       strchr("0123456789+-.:abcdefghijklmnopqrstuvwxyzINTZ", (int)byte) != NULL;
}

/* What texts need quotes, and whether values of other types can. */
static void
plan_quotes(struct csv_conf *conf)
{
	struct weir_str null = conf->null;

	conf->special = (struct scalar_special){
		.byte = {'\n', '\r', (uint8_t)conf->delimiter_byte,
			conf->quote_byte != CSV_NONE ? (uint8_t)conf->quote_byte : '\n'}};
	conf->plain = !in_scalar(conf->delimiter_byte) && !in_scalar(conf->quote_byte) &&
		      (null.len == 0 || !in_scalar((uint8_t)null.p[0]) ||
			      (null.len == 4 && memcmp(null.p, "NULL", 4) == 0));
}

/* Without a header the key of a field is the number of its column. */
static int
plan_position(struct csv_conf *conf, uint32_t i, char *why)
{
	const struct scalar_field *field = &conf->fields[i];
	uint32_t k, n = 0;

	conf->cell[i] = i;
	if (conf->header == CSV_HEADER_ON || field->key.p == field->name.p)
		return 0;
	for (k = 0; k < field->key.len && k < 6; k++)
		n = field->key.p[k] >= '0' && field->key.p[k] <= '9'
			    ? n * 10 + (uint32_t)(field->key.p[k] - '0')
			    : CSV_CELLS_MAX + 1;
	conf->positions = 1;
	conf->cell[i] = n - 1;
	if (k == field->key.len && n >= 1 && n <= CSV_CELLS_MAX)
		return 0;
	snprintf(why, SCALAR_WHY,
		"field \"%.*s\" is in column \"%.*s\"; without \"header on\" write the number of "
		"the column, 1 to %d",
		(int)field->name.len, field->name.p,
		(int)(field->key.len > 40 ? 40 : field->key.len), field->key.p, CSV_CELLS_MAX);
	return -1;
}

/* Which cells the fields are, if they are. */
static int
plan_positions(struct csv_conf *conf, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_schema *schema = host->input(plan, 0);
	char why[SCALAR_WHY];
	uint32_t i;
	int rc = 0;

	for (i = 0; i < conf->n_fields; i++)
		if (conf->fields[i].col >= 0 && plan_position(conf, i, why) < 0) {
			host->problem(plan, schema->fields[i]->spec.loc, why);
			rc = -1;
		}
	return rc;
}

static int
csv_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct csv_conf *conf = self;
	int rc = plan_bytes(conf, plan, host);

	if (host->kind(plan) == WEIR_SINK && conf->header == CSV_HEADER_SKIP) {
		host->problem(plan, 0,
			"\"header skip\" is of sources; a sink writes a header, or \"off\"");
		rc = -1;
	}
	if (scalar_plan(conf->fields, &conf->n_fields, "csv", plan, host) < 0)
		rc = -1;
	if (plan_positions(conf, plan, host) < 0)
		rc = -1;
	if (rc == 0)
		plan_quotes(conf);
	if (rc == 0 && host->kind(plan) == WEIR_SOURCE && conf->quote_byte != CSV_NONE) {
		const char bytes[2] = {(char)conf->quote_byte, (char)conf->delimiter_byte};

		host->declare(plan, WEIR_PLAN_QUOTES, 0, (struct weir_str){.p = bytes, .len = 2});
	}
	return rc < 0 ? -EINVAL : WEIR_OK;
}

/* Without a header the cells are known from the start. */
static void
set_positions(struct csv *csv)
{
	const struct csv_conf *conf = csv->conf;
	uint32_t i;

	if (conf->header == CSV_HEADER_ON)
		return;
	csv->cell = csv->position;
	for (i = 0; i < conf->n_fields; i++) {
		csv->position[i] = conf->cell[i];
		if (csv->n_cells <= conf->cell[i])
			csv->n_cells = conf->cell[i] + 1;
	}
	csv->at_least = conf->positions || conf->n_fields == 0;
}

static int
csv_open(const void *conf, struct weir_task *task, void **self)
{
	struct csv *csv = calloc(1, sizeof *csv);

	if (csv != NULL) {
		csv->conf = conf;
		csv->split = csv_split_best();
		csv->position = calloc(csv->conf->n_fields + 1, sizeof *csv->position);
		csv->leaf = calloc(csv->conf->n_fields + 1, sizeof *csv->leaf);
	}
	if (csv == NULL || csv->position == NULL || csv->leaf == NULL) {
		csv_close(csv);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	set_positions(csv);
	if (csv_reserve(csv, csv->at_least ? CSV_CELLS_MAX : csv->n_cells) < 0) {
		csv_close(csv);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	*self = csv;
	return WEIR_OK;
}

static const struct weir_format csv_format = {
	.size = sizeof csv_format,
	.name = "csv",
	.summary = "A line of text between delimiters a record; RFC 4180.",
	.conf_size = sizeof(struct csv_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = directives,
	.plan = csv_plan,
	.open = csv_open,
	.close = csv_close,
	.decode = csv_decode,
	.encode = csv_encode,
	.begin = csv_begin,
};

WEIR_PLUGIN_FORMATS("csv", "0.1", "Apache-2.0", &csv_format)
