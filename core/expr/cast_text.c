/* SPDX-License-Identifier: Apache-2.0 */
/* Casts from text and to text: strings, bytes, json. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "expr/cast.h"
#include "expr/stamp.h"
#include "expr/texts.h"

/* A value read from a text. */
struct value {
	int64_t i;
	double f;
	bool b;
};

/* 1: read; 0: it is JSON's null; -EINVAL: it is none; -ERANGE: it does not fit. */
static int
read_text(struct weir_str text, uint32_t type, struct value *v)
{
	int rc;

	switch (type) {
	case WEIR_BOOL:
		v->b = wr_word_is(text, "true") || wr_word_is(text, "t") || wr_word_is(text, "1");
		return v->b || wr_word_is(text, "false") || wr_word_is(text, "f") ||
				       wr_word_is(text, "0")
			       ? 1
			       : -EINVAL;
	case WEIR_INT64:
		rc = wr_number_int(text, &v->i);
		return rc < 0 ? rc : 1;
	case WEIR_FLOAT64:
		rc = wr_number_float(text, &v->f);
		return rc < 0 ? rc : 1;
	default:
		return wr_stamp_parse(text, &v->i) ? 1 : -EINVAL;
	}
}

/* A JSON number as an int: 1.0 and 1e3 are some. */
static int
read_json_int(struct weir_str text, struct value *v)
{
	double f;
	int rc = wr_number_int(text, &v->i);

	if (rc == 0 || rc == -ERANGE)
		return rc < 0 ? rc : 1;
	rc = wr_number_float(text, &f);
	if (rc < 0)
		return rc;
	if (f != trunc(f))
		return -EINVAL;
	if (!(f >= -9223372036854775808.0 && f < 9223372036854775808.0))
		return -ERANGE;
	v->i = (int64_t)f;
	return 1;
}

static int
read_json(struct weir_str text, uint32_t type, struct value *v)
{
	char letter, stamp[64];

	if (!weir_json_whole(text, &text))
		return -EINVAL;
	letter = text.p[0];
	if (letter == 'n')
		return 0;
	if (type == WEIR_BOOL) {
		v->b = letter == 't';
		return letter == 't' || letter == 'f' ? 1 : -EINVAL;
	}
	if (letter == '"' && type == WEIR_TIMESTAMP && text.len <= sizeof stamp) {
		struct weir_str plain = {.p = stamp, .len = weir_json_unquote(text, stamp)};

		return wr_stamp_parse(plain, &v->i) ? 1 : -EINVAL;
	}
	if (letter != '-' && (letter < '0' || letter > '9'))
		return -EINVAL;
	if (type == WEIR_FLOAT64)
		return read_text(text, type, v);
	return read_json_int(text, v);
}

static void
put_value(struct wr_vec *out, void *values, uint32_t row, const struct value *v)
{
	if (out->col.type == WEIR_BOOL) {
		if (v->b)
			weir_bit_set(values, row);
		else
			weir_bit_clear(values, row);
	} else if (out->col.type == WEIR_FLOAT64) {
		((double *)values)[row] = v->f;
	} else {
		((int64_t *)values)[row] = v->i;
	}
}

/* A sample of a text for a message, cut at a character. */
static struct weir_str
sample(struct weir_str text)
{
	enum { SAMPLE = 40 };

	if (text.len > SAMPLE) {
		text.len = SAMPLE;
		while (text.len > SAMPLE - 4 && ((uint8_t)text.p[text.len] & 0xc0) == 0x80)
			text.len--;
	}
	return text;
}

static void
from_text_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	bool json = node->kids[0]->type == WEIR_JSON;
	struct wr_vec kid;
	const uint64_t *valid;
	struct wr_rows there;
	void *values;
	uint64_t *known = NULL;

	if (!wr_run_kids(run, node, rows, &kid, 1, &valid, out))
		return;
	values = wr_run_values(run, node, node->type, out);
	out->col.valid = valid;
	there = wr_run_pick(run, rows, valid);
	for (uint32_t k = 0; k < there.n; k++) {
		uint32_t row = wr_row(there, k);
		struct weir_str text = wr_vec_text(&kid, row), shown = sample(text);
		struct value v = {0};
		int rc = json ? read_json(text, node->type, &v) : read_text(text, node->type, &v);

		put_value(out, values, row, &v);
		if (rc == 0) {
			known = known == NULL ? wr_run_valid(run, out) : known;
			weir_bit_clear(known, row);
		} else if (rc < 0) {
			wr_run_error(run, row,
				rc == -ERANGE ? "\"%.*s\" does not fit into %s %s"
					      : "\"%.*s\" is not %s %s",
				WR_STRF(shown), node->type == WEIR_INT64 ? "an" : "a",
				wr_type_name(node->type));
		}
	}
	wr_run_drop(run, &kid);
}

uint32_t
wr_cast_print(const struct weir_column *col, uint32_t row, char *buf, size_t size)
{
	switch (col->type) {
	case WEIR_BOOL:
		return (uint32_t)snprintf(buf, size, weir_bool_at(col, row) ? "true" : "false");
	case WEIR_INT64:
		return wr_number_print_int(weir_int_at(col, row), buf);
	case WEIR_FLOAT64:
		return wr_number_print(weir_float_at(col, row), buf);
	default:
		return wr_stamp_print(weir_int_at(col, row), buf);
	}
}

static void
to_text_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	bool json = node->type == WEIR_JSON;
	struct wr_vec kid;
	const uint64_t *valid;
	struct weir_view *views;
	struct wr_texts texts;
	char buf[64];

	if (!wr_run_kids(run, node, rows, &kid, 1, &valid, out))
		return;
	views = wr_run_values(run, node, node->type, out);
	out->col.valid = valid;
	wr_texts_init(&texts, run->texts);
	for (uint32_t k = 0; k < rows.n; k++) {
		uint32_t row = wr_row(rows, k), len;

		views[row] = (struct weir_view){0};
		if (!wr_valid_at(valid, row))
			continue;
		len = wr_cast_print(&kid.col, row, buf + 1, sizeof buf - 2);
		if (len == 0) {
			wr_run_error(
				run, row, "a timestamp outside the years 1 to 9999 has no text");
			continue;
		}
		if (json && kid.col.type == WEIR_FLOAT64 &&
			!isfinite(weir_float_at(&kid.col, row))) {
			wr_run_error(run, row, "JSON has no %.*s", (int)len, buf + 1);
			continue;
		}
		buf[0] = buf[len + 1] = '"';
		if (json && kid.col.type == WEIR_TIMESTAMP)
			views[row] = wr_texts_copy(&texts, buf, len + 2);
		else
			views[row] = wr_texts_copy(&texts, buf + 1, len);
	}
	out->col.bufs = texts.bufs;
	wr_run_drop(run, &kid);
}

static bool
is_utf8(struct weir_str text)
{
	uint32_t n;

	for (uint32_t i = 0; i < text.len; i += n) {
		n = wr_utf8_length(text.p + i, text.len - i);
		if (n == 0)
			return false;
	}
	return true;
}

/* json to string: 1, 0 for null, -1 if it is no JSON. */
static int
plain_text(struct wr_texts *texts, const struct weir_view *whole, struct weir_str text,
	struct weir_view *view)
{
	struct weir_str value;
	uint8_t *to;

	if (!weir_json_whole(text, &value))
		return -1;
	if (value.p[0] == 'n')
		return 0;
	if (value.p[0] != '"') {
		*view = wr_view_part(whole, text, value.p, value.len);
	} else if (memchr(value.p, '\\', value.len) == NULL) {
		*view = wr_view_part(whole, text, value.p + 1, value.len - 2);
	} else {
		to = wr_texts_room(texts, value.len);
		*view = wr_texts_done(texts, to, weir_json_unquote(value, (char *)to));
		return 2;
	}
	return 1;
}

/* Texts to texts: string, bytes and json among each other. */
static void
text_row(struct wr_run *run, const struct wr_node *node, const struct wr_vec *kid, uint32_t row,
	struct wr_texts *texts, struct weir_view *view, uint64_t *known)
{
	uint32_t from = kid->col.type;
	struct weir_str text = wr_vec_text(kid, row), value;
	struct weir_view part;
	int is;

	*view = (struct weir_view){0};
	if (from == WEIR_JSON && node->type == WEIR_STRING) {
		is = plain_text(texts, wr_vec_view(kid, row), text, &part);
		if (is < 0)
			wr_run_error(run, row, "malformed JSON");
		else if (is == 0)
			weir_bit_clear(known, row);
		else
			*view = is == 2 ? part : wr_texts_share(texts, &part, kid->col.bufs);
	} else if (node->type == WEIR_JSON) {
		if (!weir_json_whole(text, &value)) {
			wr_run_error(run, row, "\"%.*s\" is not JSON", WR_STRF(sample(text)));
		} else {
			part = wr_view_part(wr_vec_view(kid, row), text, value.p, value.len);
			*view = wr_texts_share(texts, &part, kid->col.bufs);
		}
	} else if (!is_utf8(text)) {
		wr_run_error(run, row, "these bytes are not UTF-8");
	} else {
		*view = wr_texts_share(texts, wr_vec_view(kid, row), kid->col.bufs);
	}
}

static void
text_to_text_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec kid;
	const uint64_t *valid;
	struct weir_view *views;
	struct wr_texts texts;
	struct wr_rows there;
	uint64_t *known = NULL;

	if (!wr_run_kids(run, node, rows, &kid, 1, &valid, out))
		return;
	views = wr_run_values(run, node, node->type, out);
	out->col.valid = valid;
	if (kid.col.type == WEIR_JSON)
		known = wr_run_valid(run, out);
	wr_texts_init(&texts, run->texts);
	there = wr_run_pick(run, rows, valid);
	for (uint32_t k = 0; k < there.n; k++)
		text_row(
			run, node, &kid, wr_row(there, k), &texts, &views[wr_row(there, k)], known);
	out->col.bufs = texts.bufs;
	wr_run_drop(run, &kid);
}

bool
wr_cast_text_bind(struct wr_node *node, uint32_t from, uint32_t to)
{
	bool plain = from >= WEIR_BOOL && from <= WEIR_TIMESTAMP;

	node->fails = true;
	node->costly = true;
	if ((from == WEIR_STRING || from == WEIR_JSON) && to <= WEIR_TIMESTAMP) {
		node->eval = from_text_eval;
		node->nullable = node->nullable || from == WEIR_JSON;
	} else if (plain && (to == WEIR_STRING || to == WEIR_JSON)) {
		node->eval = to_text_eval;
		node->fails = from == WEIR_TIMESTAMP || (to == WEIR_JSON && from == WEIR_FLOAT64);
	} else if ((from == WEIR_JSON && to == WEIR_STRING) ||
		   (from == WEIR_BYTES && to == WEIR_STRING) ||
		   (from >= WEIR_STRING && from <= WEIR_BYTES && to == WEIR_JSON)) {
		node->eval = text_to_text_eval;
		node->nullable = node->nullable || from == WEIR_JSON;
	} else {
		return false;
	}
	return true;
}
