/* SPDX-License-Identifier: Apache-2.0 */
/* From columns to records: `key=value` for each column that is not null. */
#include "logfmt.h"

static char *
put_escaped(char *to, uint8_t c)
{
	static const char hex[] = "0123456789abcdef", from[] = "\"\\\n\r\t", into[] = "\"\\nrt";
	const char *q = memchr(from, c, sizeof from - 1);

	if (q != NULL) {
		*to++ = '\\';
		*to++ = into[q - from];
	} else if (c < 0x20 || c == 0x7f) {
		memcpy(to, "\\u00", 4);
		to[4] = hex[c >> 4];
		to[5] = hex[c & 15];
		to += 6;
	} else {
		*to++ = (char)c;
	}
	return to;
}

/* to has room for six times the text and two bytes. */
static char *
put_text(char *to, const char *p, size_t len)
{
	static const struct scalar_special special = {
		.least = ' ' + 1, .byte = {'"', '=', '\\', 0x7f}};
	char *end = len > 0 ? scalar_put_plain(to, p, len, &special) : NULL;
	size_t i;

	if (end != NULL)
		return end;
	*to++ = '"';
	for (i = 0; i < len; i++)
		to = put_escaped(to, (uint8_t)p[i]);
	*to++ = '"';
	return to;
}

static char *
put_value(struct logfmt *logfmt, char *to, const struct weir_column *column, uint32_t row)
{
	struct weir_str str;
	char *start = to;

	if (column->type < WEIR_STRING)
		return scalar_put(to, column, row, &logfmt->day);
	str = weir_str_at(column, row);
	if (column->type != WEIR_BYTES)
		return put_text(to, str.p, str.len);
	/* The padding of base64 looks like another pair. */
	to = scalar_base64(to, str.p, str.len);
	while (to > start && to[-1] == '=')
		to--;
	return to;
}

static size_t
row_room(const struct logfmt_conf *conf, const struct weir_batch *batch, uint32_t row)
{
	size_t room = 16;
	uint32_t i;

	for (i = 0; i < conf->n_fields; i++) {
		const struct weir_column *column = batch->cols[conf->fields[i].col];

		room += conf->fields[i].name.len + SCALAR_MAX + 4;
		if (column->type >= WEIR_STRING && !weir_null_at(column, row))
			room += (size_t)weir_str_at(column, row).len * 6 + 8;
	}
	return room;
}

static void
encode_row(struct logfmt *logfmt, const struct weir_batch *batch, uint32_t row,
	struct weir_items *items)
{
	const struct logfmt_conf *conf = logfmt->conf;
	char *start = logfmt->task->host->space(items, row_room(conf, batch, row)), *to = start;
	uint32_t i;

	for (i = 0; i < conf->n_fields; i++) {
		const struct weir_str *name = &conf->fields[i].name;
		const struct weir_column *column = batch->cols[conf->fields[i].col];

		if (weir_null_at(column, row))
			continue;
		if (to > start)
			*to++ = ' ';
		memcpy(to, name->p, name->len);
		to += name->len;
		*to++ = '=';
		to = put_value(logfmt, to, column, row);
	}
	logfmt->task->host->item(items, NULL, (size_t)(to - start));
}

int
logfmt_encode(void *self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	struct logfmt *logfmt = self;
	uint32_t i, n = batch->sel != NULL ? batch->n_sel : batch->n_rows;

	logfmt->task = task;
	for (i = 0; i < n; i++)
		encode_row(logfmt, batch, batch->sel != NULL ? batch->sel[i] : i, items);
	return WEIR_OK;
}
