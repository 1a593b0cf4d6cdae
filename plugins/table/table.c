/* SPDX-License-Identifier: Apache-2.0 */
/* The format `table`: columns under each other, for a person to read.  Writes only. */
#include "../csv/scalar.h"
#include "../json/json.h"

#include <stdlib.h>

enum { GAP = 2, TEXT = 4 /* the most bytes that one byte of a text becomes: \xNN */ };

struct table_column {
	struct weir_str name;
	uint32_t type;
};

struct table_conf {
	uint32_t n;
	struct table_column *column;
};

/* A cell is made once, to be measured and then to be put. */
struct table {
	uint32_t n;
	const struct table_column *column;
	uint32_t *width; /* of each column */
	int begun;
	struct json_day day;
	char *cells; /* of a batch, one behind the other */
	size_t len, cap;
	uint32_t *end; /* where each cell ends, row by row */
	size_t end_cap;
};

static int
table_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct table_conf *conf = self;
	const struct weir_schema *schema;
	uint32_t i;
	int rc = WEIR_OK;

	schema = host->input(plan, 0);
	conf->n = schema != NULL ? schema->n : 0;
	conf->column = host->keep(plan, (conf->n + 1) * sizeof *conf->column);
	for (i = 0; i < conf->n; i++) {
		conf->column[i].name = schema->fields[i]->name;
		conf->column[i].type = schema->fields[i]->type;
		if (host->column(plan, 0, conf->column[i].name, 0) < 0)
			rc = -EINVAL;
	}
	return rc;
}

static void
table_close(void *self)
{
	struct table *table = self;

	free(table->width);
	free(table->cells);
	free(table->end);
	free(table);
}

/* What a terminal shows of a text: its characters, not its bytes. */
static uint32_t
width_of(const char *p, size_t len)
{
	uint32_t width = 0;
	size_t i;

	for (i = 0; i < len; i++)
		width += ((uint8_t)p[i] & 0xc0) != 0x80;
	return width;
}

static int
table_open(const void *conf, struct weir_task *task, void **self)
{
	const struct table_conf *c = conf;
	struct table *table = calloc(1, sizeof *table);
	uint32_t i;

	if (table == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	table->n = c->n;
	table->column = c->column;
	table->width = calloc(c->n + 1, sizeof *table->width);
	if (table->width == NULL) {
		table_close(table);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	for (i = 0; i < c->n; i++)
		table->width[i] = width_of(c->column[i].name.p, c->column[i].name.len);
	*self = table;
	return WEIR_OK;
}

/* A table that is begun anew has its head again. */
static int
table_begin(void *self, struct weir_task *task, struct weir_items *items)
{
	struct table *table = self;

	(void)task;
	(void)items;
	table->begun = 0;
	return WEIR_OK;
}

/* Control bytes as escapes: a row is a line, and no value speaks to the terminal. */
static char *
put_text(char *to, struct weir_str str)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t i;

	for (i = 0; i < str.len; i++) {
		uint8_t byte = (uint8_t)str.p[i];

		if (byte >= 0x20 && byte != 0x7f) {
			*to++ = (char)byte;
			continue;
		}
		*to++ = '\\';
		if (byte == '\n' || byte == '\t' || byte == '\r') {
			*to++ = byte == '\n' ? 'n' : byte == '\t' ? 't' : 'r';
			continue;
		}
		*to++ = 'x';
		*to++ = hex[byte >> 4];
		*to++ = hex[byte & 15];
	}
	return to;
}

/* The cell behind those that are made.  0 or -ENOMEM. */
static int
make_cell(struct table *table, const struct weir_column *column, uint32_t row)
{
	int null = weir_null_at(column, row);
	struct weir_str str = {0};
	char *to;

	if (!null && column->type >= WEIR_STRING)
		str = weir_str_at(column, row);
	if (table->cap - table->len < (size_t)str.len * TEXT + SCALAR_MAX) {
		size_t cap = (table->len + (size_t)str.len * TEXT + SCALAR_MAX) * 2;
		char *cells = realloc(table->cells, cap);

		if (cells == NULL)
			return -ENOMEM;
		table->cells = cells;
		table->cap = cap;
	}
	to = table->cells + table->len;
	if (null)
		to = (char *)memcpy(to, "null", 4) + 4;
	else if (column->type == WEIR_BYTES)
		to = scalar_base64(to, str.p, str.len);
	else if (column->type >= WEIR_STRING)
		to = put_text(to, str);
	else
		to = scalar_put(to, column, row, &table->day);
	table->len = (size_t)(to - table->cells);
	return 0;
}

/* All cells of a batch; columns become as wide as they must. */
static int
make_cells(struct table *table, const struct weir_batch *batch, uint32_t n)
{
	size_t k = 0, need = (size_t)n * table->n;
	uint32_t i, col;

	table->len = 0;
	if (need > table->end_cap) {
		free(table->end);
		table->end = malloc(need * sizeof *table->end);
		table->end_cap = table->end != NULL ? need : 0;
		if (table->end == NULL)
			return -ENOMEM;
	}
	for (i = 0; i < n; i++)
		for (col = 0; col < table->n; col++) {
			size_t begin = table->len;
			uint32_t width;

			if (make_cell(table, batch->cols[col],
				    batch->sel != NULL ? batch->sel[i] : i) < 0)
				return -ENOMEM;
			table->end[k++] = (uint32_t)table->len;
			width = width_of(table->cells + begin, table->len - begin);
			if (width > table->width[col])
				table->width[col] = width;
		}
	return 0;
}

static char *
put_cell(const struct table *table, uint32_t col, char *to, const char *p, size_t len)
{
	uint32_t type = table->column[col].type;
	size_t pad = table->width[col] - width_of(p, len);
	int right = type == WEIR_INT64 || type == WEIR_FLOAT64;

	if (col > 0)
		to = (char *)memset(to, ' ', GAP) + GAP;
	if (right)
		to = (char *)memset(to, ' ', pad) + pad;
	memcpy(to, p, len);
	to += len;
	if (!right && col + 1 < table->n)
		to = (char *)memset(to, ' ', pad) + pad;
	return to;
}

static char *
put_head(const struct table *table, char *to)
{
	uint32_t col;

	for (col = 0; col < table->n; col++)
		to = put_cell(
			table, col, to, table->column[col].name.p, table->column[col].name.len);
	*to++ = '\n';
	for (col = 0; col < table->n; col++) {
		if (col > 0)
			to = (char *)memset(to, ' ', GAP) + GAP;
		to = (char *)memset(to, '-', table->width[col]) + table->width[col];
	}
	*to++ = '\n';
	return to;
}

static int
table_encode(void *self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	struct table *table = self;
	uint32_t i, col, n = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	size_t k = 0, begin = 0, line = 0;

	if (make_cells(table, batch, n) < 0)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	for (col = 0; col < table->n; col++)
		line += table->width[col] + GAP + table->column[col].name.len;
	for (i = 0; i < n; i++) {
		size_t bytes = (table->n > 0 ? table->end[k + table->n - 1] : 0) - begin;
		char *start = task->host->space(items, line * 3 + bytes + 2), *to = start;

		if (!table->begun)
			to = put_head(table, to);
		table->begun = 1;
		for (col = 0; col < table->n; col++, begin = table->end[k++])
			to = put_cell(table, col, to, table->cells + begin, table->end[k] - begin);
		task->host->item(items, NULL, (size_t)(to - start));
	}
	return WEIR_OK;
}

static const struct weir_format table_format = {
	.size = sizeof table_format,
	.name = "table",
	.summary = "Columns under each other, for a person to read; for sinks only.",
	.conf_size = sizeof(struct table_conf),
	.directive_size = sizeof(struct weir_directive),
	.plan = table_plan,
	.open = table_open,
	.close = table_close,
	.encode = table_encode,
	.begin = table_begin,
};

WEIR_PLUGIN_FORMATS("table", "0.1", "Apache-2.0", &table_format)
