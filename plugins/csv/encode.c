/* SPDX-License-Identifier: Apache-2.0 */
/* From columns to records, quoted where they must be. */
#include "csv.h"

static int
is_null_text(const struct csv_conf *conf, const char *p, size_t len)
{
	return len == conf->null.len && (len == 0 || memcmp(p, conf->null.p, len) == 0);
}

/* to has room for twice the text and 8 bytes.  NULL: it needs quotes, and they are off. */
static char *
put_text(const struct csv_conf *conf, char *to, const char *p, size_t len)
{
	char quote = (char)conf->quote_byte, *end = NULL;
	size_t i;

	if (!is_null_text(conf, p, len))
		end = scalar_put_plain(to, p, len, &conf->special);
	if (end == NULL && conf->quote_byte == CSV_NONE)
		return len == 0 ? to : NULL;
	if (end != NULL)
		return end;
	*to++ = quote;
	for (i = 0; i < len; i++) {
		if (p[i] == quote)
			*to++ = quote;
		*to++ = p[i];
	}
	*to++ = quote;
	return to;
}

static char *
put_header(const struct csv_conf *conf, char *to)
{
	uint32_t i;

	for (i = 0; i < conf->n_fields; i++) {
		if (i > 0)
			*to++ = (char)conf->delimiter_byte;
		to = put_text(conf, to, conf->fields[i].name.p, conf->fields[i].name.len);
	}
	return to;
}

static char *
put_checked(struct csv *csv, const struct scalar_field *field, char *to, const char *p, size_t len)
{
	to = put_text(csv->conf, to, p, len);
	if (to == NULL)
		weir_fail(csv->task->err, -EINVAL,
			"field \"%.*s\" has a delimiter or a newline in it, or is the text for "
			"null, and quoting is off; turn it on with \"quote\"",
			(int)field->name.len, field->name.p);
	return to;
}

/* As base64, which may be the text for null, too. */
static char *
put_bytes(struct csv *csv, const struct scalar_field *field, char *to, struct weir_str str)
{
	char *text = scalar_room(&csv->scratch, &csv->scratch_cap, (size_t)str.len / 3 * 4 + 4);

	if (text == NULL) {
		weir_fail(csv->task->err, -ENOMEM, "out of memory");
		return NULL;
	}
	return put_checked(
		csv, field, to, text, (size_t)(scalar_base64(text, str.p, str.len) - text));
}

/* NULL: the task's err says why. */
static char *
put_value(struct csv *csv, const struct scalar_field *field, char *to,
	const struct weir_column *column, uint32_t row)
{
	const struct csv_conf *conf = csv->conf;
	struct weir_str str;
	char text[SCALAR_MAX];

	if (weir_null_at(column, row)) {
		if (conf->null.len > 0)
			memcpy(to, conf->null.p, conf->null.len);
		return to + conf->null.len;
	}
	if (column->type < WEIR_STRING && conf->plain)
		return scalar_put(to, column, row, &csv->day);
	if (column->type < WEIR_STRING)
		return put_checked(csv, field, to, text,
			(size_t)(scalar_put(text, column, row, &csv->day) - text));
	str = weir_str_at(column, row);
	if (column->type == WEIR_BYTES)
		return put_bytes(csv, field, to, str);
	return put_checked(csv, field, to, str.p, str.len);
}

/* Room for a row. */
static size_t
row_room(const struct csv *csv, const struct weir_batch *batch, uint32_t row)
{
	const struct csv_conf *conf = csv->conf;
	size_t room = 16;
	uint32_t i;

	for (i = 0; i < conf->n_fields; i++) {
		const struct weir_column *column = batch->cols[conf->fields[i].col];

		room += conf->null.len + 2 * SCALAR_MAX + 3;
		if (column->type >= WEIR_STRING && !weir_null_at(column, row))
			room += (size_t)weir_str_at(column, row).len * 3 + 16;
	}
	return room;
}

static int
encode_row(struct csv *csv, const struct weir_batch *batch, uint32_t row, struct weir_items *items)
{
	const struct csv_conf *conf = csv->conf;
	char *start = csv->task->host->space(items, row_room(csv, batch, row)), *to = start;
	uint32_t i;

	for (i = 0; i < conf->n_fields; i++) {
		const struct scalar_field *field = &conf->fields[i];

		if (i > 0)
			*to++ = (char)conf->delimiter_byte;
		to = put_value(csv, field, to, batch->cols[field->col], row);
		if (to == NULL)
			return csv->task->err->code;
	}
	csv->task->host->item(items, NULL, (size_t)(to - start));
	return WEIR_OK;
}

int
csv_encode(void *self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	struct csv *csv = self;
	uint32_t i, n = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	int rc = WEIR_OK;

	csv->task = task;
	for (i = 0; rc == WEIR_OK && i < n; i++)
		rc = encode_row(csv, batch, batch->sel != NULL ? batch->sel[i] : i, items);
	return rc;
}

int
csv_begin(void *self, struct weir_task *task, struct weir_items *items)
{
	const struct csv_conf *conf = ((const struct csv *)self)->conf;
	size_t room = 0;
	uint32_t i;
	char *start;

	if (conf->header != CSV_HEADER_ON)
		return WEIR_OK;
	for (i = 0; i < conf->n_fields; i++)
		room += (size_t)conf->fields[i].name.len * 2 + 11;
	start = task->host->space(items, room);
	task->host->item(items, NULL, (size_t)(put_header(conf, start) - start));
	return WEIR_OK;
}
