/* SPDX-License-Identifier: Apache-2.0 */
/* From columns to records: an object a row, on one line. */
#include "json.h"

#include <math.h>
#include <stdlib.h>

/* Strings up to here get room for the worst; of longer ones the escapes are counted first. */
enum { SHORT_TEXT = 256 };

/* What a byte of a string becomes: 0: itself, 'u': \u00XX, else that letter behind a backslash. */
static const char escapes[256] = {'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f',
	'r', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	'u', ['"'] = '"', ['\\'] = '\\'};

/* The high bit of each byte of a word that needs an escape; what lies above the lowest one may be
 * wrong. */
static inline uint64_t
needs_escape(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101, high = ones * 0x80;
	uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');

	return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
		       ((word - ones * 0x20) & ~word)) &
	       high;
}

static char *
put_escape(char *to, uint8_t byte)
{
	static const char hex[] = "0123456789abcdef";
	char letter = escapes[byte];

	if (letter == 0) {
		*to++ = (char)byte;
		return to;
	}
	*to++ = '\\';
	*to++ = letter;
	if (letter == 'u') {
		*to++ = '0';
		*to++ = '0';
		*to++ = hex[byte >> 4];
		*to++ = hex[byte & 15];
	}
	return to;
}

/* to has room for 8 bytes more than the text needs. */
static char *
put_escaped(char *to, const char *p, size_t len)
{
	const char *end = p + len;
	uint64_t rest;

	while (end - p >= 8) {
		uint64_t word = json_load8(p), found = needs_escape(word);

		memcpy(to, &word, 8);
		if (found == 0) {
			p += 8;
			to += 8;
			continue;
		}
		to += __builtin_ctzll(found) / 8;
		p += __builtin_ctzll(found) / 8;
		to = put_escape(to, (uint8_t)*p++);
	}
	if (p == end)
		return to;
	rest = json_load_rest(p, (size_t)(end - p));
	if (needs_escape(rest) == 0) {
		memcpy(to, &rest, sizeof rest);
		return to + (end - p);
	}
	while (p < end)
		to = put_escape(to, (uint8_t)*p++);
	return to;
}

static char *
put_string(char *to, const char *p, size_t len)
{
	*to++ = '"';
	to = put_escaped(to, p, len);
	*to++ = '"';
	return to;
}

static char *
put_word(char *to, const char *word, size_t len)
{
	memcpy(to, word, len);
	return to + len;
}

/* Pieces of a fixed size need no call. */
static inline char *
put_label(char *to, const char *label, uint32_t len)
{
	for (uint32_t i = 0; i < len; i += JSON_WIDE)
		memcpy(to + i, label + i, JSON_WIDE);
	return to + len;
}

/* A newline in JSON is space between tokens; a record is one line. */
static char *
put_json(char *to, const char *p, size_t len)
{
	char *end = to + len, *at = to;

	if (len == 0)
		return put_word(to, "null", 4);
	memcpy(to, p, len);
	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL)
		*at++ = ' ';
	return end;
}

static char *
put_text(char *to, uint32_t type, struct weir_str text)
{
	if (type == WEIR_STRING)
		return put_string(to, text.p, text.len);
	if (type == WEIR_JSON)
		return put_json(to, text.p, text.len);
	*to++ = '"';
	to = json_base64(to, text.p, text.len);
	*to++ = '"';
	return to;
}

static char *
put_value(struct json *json, char *to, const struct weir_column *column, uint32_t row)
{
	double x;

	if (weir_null_at(column, row))
		return put_word(to, "null", 4);
	switch (column->type) {
	case WEIR_BOOL:
		return weir_bool_at(column, row) ? put_word(to, "true", 4)
						 : put_word(to, "false", 5);
	case WEIR_INT64:
		return json_int_print(to, weir_int_at(column, row));
	case WEIR_FLOAT64:
		x = weir_float_at(column, row);
		return isfinite(x) ? to + json_float_print(x, to) : put_word(to, "null", 4);
	case WEIR_TIMESTAMP:
		*to++ = '"';
		to = json_time_print(to, weir_int_at(column, row), &json->day);
		*to++ = '"';
		return to;
	default:
		return put_text(to, column->type, weir_str_at(column, row));
	}
}

/* The most bytes a string can need, its quotes too. */
static size_t
text_room(uint32_t type, struct weir_str text)
{
	size_t n = 0;
	uint32_t i;

	if (type == WEIR_JSON)
		return (size_t)text.len + 4;
	if (type == WEIR_BYTES)
		return (size_t)text.len / 3 * 4 + 6;
	if (text.len <= SHORT_TEXT)
		return (size_t)text.len * 6 + 2;
	for (i = 0; i < text.len; i++)
		n += escapes[(uint8_t)text.p[i]] != 0;
	return text.len + 5 * n + 2;
}

/* Room for a row: the labels, the widest number for each column, strings as long as they are. */
static size_t
row_room(const struct json *json, const struct weir_batch *batch, uint32_t row)
{
	const struct json_conf *conf = json->conf;
	size_t room = json->label_end[conf->n_fields] + conf->n_fields * 40 + 16;
	uint32_t i;

	for (i = 0; i < conf->n_fields; i++) {
		const struct weir_column *column = batch->cols[conf->fields[i].col];

		if (column->type >= WEIR_STRING && !weir_null_at(column, row))
			room += text_room(column->type, weir_str_at(column, row));
	}
	return room;
}

static void
encode_row(
	struct json *json, const struct weir_batch *batch, uint32_t row, struct weir_items *items)
{
	const struct weir_host *host = json->task->host;
	const struct json_conf *conf = json->conf;
	const uint32_t *end = json->label_end;
	char *start = host->space(items, row_room(json, batch, row)), *to = start;
	uint32_t i;

	for (i = 0; i < conf->n_fields; i++) {
		to = put_label(to, json->label + end[i], end[i + 1] - end[i]);
		to = put_value(json, to, batch->cols[conf->fields[i].col], row);
	}
	if (i == 0)
		*to++ = '{';
	*to++ = '}';
	host->item(items, NULL, (size_t)(to - start));
}

int
json_encode(void *self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	struct json *json = self;
	uint32_t i;

	json->task = task;
	if (batch->sel != NULL)
		for (i = 0; i < batch->n_sel; i++)
			encode_row(json, batch, batch->sel[i], items);
	else
		for (i = 0; i < batch->n_rows; i++)
			encode_row(json, batch, i, items);
	return WEIR_OK;
}

/* `{"first":`, `,"second":` and so on, one behind the other. */
int
json_labels(struct json *json)
{
	const struct json_conf *conf = json->conf;
	size_t room = JSON_WIDE;
	uint32_t i;
	char *to;

	for (i = 0; i < conf->n_fields; i++)
		room += (size_t)conf->fields[i].name.len * 6 + 4;
	json->label_end = calloc(conf->n_fields + 1, sizeof *json->label_end);
	json->label = to = malloc(room);
	if (json->label_end == NULL || json->label == NULL)
		return -ENOMEM;
	for (i = 0; i < conf->n_fields; i++) {
		*to++ = i == 0 ? '{' : ',';
		to = put_string(to, conf->fields[i].name.p, conf->fields[i].name.len);
		*to++ = ':';
		json->label_end[i + 1] = (uint32_t)(to - json->label);
	}
	return 0;
}
