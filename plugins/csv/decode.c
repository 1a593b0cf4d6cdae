/* SPDX-License-Identifier: Apache-2.0 */
/* From records to columns. */
#include "csv.h"

static int
bad_value(struct csv *csv, const struct csv_leaf *leaf, struct weir_str text, int how)
{
	scalar_unfit(leaf->field, text.p, text.len, how, csv->why);
	return -1;
}

/* Text that was copied somewhere: base64, or without its doubled quotes. */
static int
take_bytes(struct csv *csv, const struct csv_leaf *leaf, struct weir_str text)
{
	char *to;
	ptrdiff_t len;

	if (text.p == csv->scratch)
		to = csv->scratch;
	else
		to = scalar_room(&csv->scratch, &csv->scratch_cap, text.len);
	if (to == NULL)
		return bad_value(csv, leaf, text, SCALAR_BEYOND);
	len = scalar_unbase64(text.p, text.p + text.len, to);
	if (len < 0)
		return bad_value(csv, leaf, text, SCALAR_NOT);
	csv->task->host->text(csv->out, leaf->field->col, csv->row, to, (uint32_t)len);
	return 0;
}

/* A string or json: shared with the record that begins at rec, unless its quotes were undone. */
static int
take_text(struct csv *csv, const struct csv_leaf *leaf, const char *rec, struct weir_str text)
{
	if (leaf->field->type == WEIR_JSON && !scalar_is_json(text.p, text.len))
		return bad_value(csv, leaf, text, SCALAR_NOT);
	if (text.p == csv->scratch)
		csv->task->host->text(csv->out, leaf->field->col, csv->row, text.p, text.len);
	else
		scalar_share((struct weir_view *)leaf->values + csv->row, text.p, text.len,
			csv->row, (size_t)(text.p - rec));
	return 0;
}

static int
take_value(struct csv *csv, const struct csv_leaf *leaf, const char *rec, struct weir_str text)
{
	const struct scalar_field *field = leaf->field;
	int rc;

	if (field->type == WEIR_BYTES)
		return take_bytes(csv, leaf, text);
	if (field->type >= WEIR_STRING)
		return take_text(csv, leaf, rec, text);
	rc = scalar_take(field, text.p, text.len, leaf->values, csv->row);
	return rc == 0 ? 0 : bad_value(csv, leaf, text, rc);
}

static int
is_null(const struct csv_conf *conf, struct weir_str text)
{
	return text.len == conf->null.len &&
	       (text.len == 0 || memcmp(text.p, conf->null.p, text.len) == 0);
}

static int
bad_count(struct csv *csv, uint32_t n)
{
	const char *more = n > csv->cap ? "more than " : "";
	uint32_t shown = n > csv->cap ? csv->n_cells : n;

	snprintf(csv->why, sizeof csv->why, "it has %s%u column%s, not %s%u", more, shown,
		shown == 1 ? "" : "s", csv->at_least ? "at least " : "", csv->n_cells);
	return -1;
}

/* A stray quote moves the cells behind it: which one it is, wanted or not. */
static int
find_stray(struct csv *csv, const char *p, uint32_t n)
{
	struct weir_str text;
	uint32_t i, begin = 0;

	for (i = 0; i < n; i++) {
		if (csv_unquote(csv, p + begin, csv->end[i] - begin, i, &text) < 0)
			return -1;
		begin = csv->end[i] + 1;
	}
	memcpy(csv->why, "a quote stands where none may", 30);
	return -1;
}

/* The cell of a leaf. */
static int
read_cell(
	struct csv *csv, const struct csv_leaf *leaf, const char *p, const struct csv_found *found)
{
	uint32_t begin = leaf->cell > 0 ? csv->end[leaf->cell - 1] + 1 : 0;
	struct weir_str text = {.p = p + begin, .len = csv->end[leaf->cell] - begin};

	if (found->quotes && text.len > 0 && *text.p == (char)csv->conf->quote_byte) {
		if (found->pairs) {
			if (csv_unquote(csv, text.p, text.len, leaf->cell, &text) < 0)
				return -1;
		} else {
			text.p++;
			text.len -= 2;
		}
	} else if (is_null(csv->conf, text)) {
		scalar_null(leaf->field->type, leaf->values, leaf->valid, csv->row);
		return 0;
	}
	return take_value(csv, leaf, p, text);
}

/* The record at p, which has slack. */
static int
read_record(struct csv *csv, const char *p, uint32_t len)
{
	struct csv_found found = csv->split(csv, p, len);
	uint32_t i, n = found.n;

	if (found.stray)
		return find_stray(csv, p, n > csv->cap ? 0 : n);
	if (n != csv->n_cells && (n < csv->n_cells || !csv->at_least))
		return bad_count(csv, n);
	if (found.high && !scalar_is_utf8(p, len)) {
		memcpy(csv->why, "it is not UTF-8", 16);
		return -1;
	}
	for (i = 0; i < csv->n_leaves; i++)
		if (read_cell(csv, &csv->leaf[i], p, &found) < 0)
			return -1;
	return 0;
}

/* A row that is none. */
static void
nulls(struct csv *csv)
{
	uint32_t i;

	for (i = 0; i < csv->n_leaves; i++)
		scalar_null(csv->leaf[i].field->type, csv->leaf[i].values, csv->leaf[i].valid,
			csv->row);
}

/* The columns that somebody reads. */
static void
find_leaves(struct csv *csv)
{
	const struct csv_conf *conf = csv->conf;
	uint32_t i;

	csv->n_leaves = 0;
	for (i = 0; i < conf->n_fields; i++) {
		struct weir_vec *vec = csv->task->host->vec(csv->out, conf->fields[i].col);

		if (vec != NULL)
			csv->leaf[csv->n_leaves++] = (struct csv_leaf){
				&conf->fields[i], csv->cell[i], vec->values, vec->valid};
	}
}

/* A record with CSV_SLACK bytes behind it. */
static const char *
with_slack(struct csv *csv, const struct weir_str *rec, uint32_t slack)
{
	char *copy;

	if (slack >= CSV_SLACK)
		return rec->p;
	copy = scalar_room(&csv->copy, &csv->copy_cap, rec->len);
	if (copy != NULL) {
		memcpy(copy, rec->p, rec->len);
		memset(copy + rec->len, 0, CSV_SLACK);
	}
	return copy;
}

/* The header, which is the first record of the file, given now or again. */
static int
begin_file(struct csv *csv, const struct weir_raw *raw)
{
	const struct weir_str *rec = raw->begins ? &raw->rec[0] : &raw->first;
	const char *p;

	if (csv->conf->header != CSV_HEADER_ON)
		return 0;
	if (csv_choose(csv, raw) < 0)
		return -ENOMEM;
	if (!raw->begins && raw->first.p == NULL)
		return csv->cell != NULL ? 0 : csv_headless(csv, raw);
	p = with_slack(csv, rec, raw->begins ? raw->slack : 0);
	return p != NULL ? csv_header(csv, raw, p, rec->len)
			 : weir_fail(csv->task->err, -ENOMEM, "out of memory");
}

int
csv_decode(void *self, struct weir_task *task, const struct weir_raw *raw, struct weir_out *out)
{
	struct csv *csv = self;
	uint32_t i = 0;
	int rc;

	csv->task = task;
	csv->out = out;
	rc = begin_file(csv, raw);
	if (rc < 0)
		return rc;
	find_leaves(csv);
	csv->row = 0;
	if (raw->begins && csv->conf->header != CSV_HEADER_OFF) {
		nulls(csv);
		task->host->bad(task, i++, NULL);
	}
	for (; i < raw->n; i++) {
		const char *p = with_slack(csv, &raw->rec[i], raw->slack);

		if (p == NULL)
			return weir_fail(task->err, -ENOMEM, "out of memory");
		csv->row = i;
		if (read_record(csv, p, raw->rec[i].len) == 0)
			continue;
		task->host->bad(task, i, csv->why);
		nulls(csv);
	}
	return WEIR_OK;
}
