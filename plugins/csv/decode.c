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

static inline int
is_null(struct weir_str null, struct weir_str text)
{
	return text.len == null.len && (text.len == 0 || memcmp(text.p, null.p, text.len) == 0);
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
find_stray(struct csv *csv, const char *p, const uint32_t *ends, uint32_t n)
{
	struct weir_str text;
	uint32_t i, begin = 0;

	for (i = 0; i < n; i++) {
		if (csv_unquote(csv, p + begin, ends[i] - begin, i, &text) < 0)
			return -1;
		begin = ends[i] + 1;
	}
	memcpy(csv->why, "a quote stands where none may", 30);
	return -1;
}

/* The cells of the record at p, which has slack.  CSV_PLAIN, CSV_QUOTED, CSV_DOUBLED, or -1. */
static int
split_record(struct csv *csv, const char *p, uint32_t len, uint32_t *ends)
{
	struct csv_found found = csv->split(csv, p, len, ends);
	uint32_t n = found.n;

	if (found.stray)
		return find_stray(csv, p, ends, n > csv->cap ? 0 : n);
	if (n != csv->n_cells && (n < csv->n_cells || !csv->at_least))
		return bad_count(csv, n);
	if (found.high && !scalar_is_utf8(p, len)) {
		memcpy(csv->why, "it is not UTF-8", 16);
		return -1;
	}
	return found.pairs ? CSV_DOUBLED : found.quotes ? CSV_QUOTED : CSV_PLAIN;
}

/* Record i of the block is bad; csv->why says why. */
static void
refuse(struct csv *csv, uint32_t i)
{
	csv->block.kind[i] = CSV_BAD;
	csv->block.plain = 0;
	csv->task->host->bad(csv->task, csv->block.first + i, csv->why);
}

/* A cell that begins with a quote.  Its text, or NULL if it has been taken already, or is bad. */
static struct weir_str
quoted_cell(struct csv *csv, const struct csv_leaf *leaf, uint32_t i, struct weir_str text)
{
	struct csv_block *block = &csv->block;

	if (block->kind[i] == CSV_QUOTED)
		return (struct weir_str){.p = text.p + 1, .len = text.len - 2};
	/* What is undone is in scratch, until the next one is. */
	csv->row = block->first + i;
	if (csv_unquote(csv, text.p, text.len, leaf->cell, &text) < 0 ||
		take_value(csv, leaf, block->p[i], text) < 0)
		refuse(csv, i);
	return (struct weir_str){0};
}

/* The texts of a column that are still to be taken: of nulls and of what is bad none. */
static inline __attribute__((always_inline)) void
find_texts(struct csv *csv, const struct csv_leaf *leaf, int all_plain)
{
	struct csv_block *block = &csv->block;
	const uint32_t n = block->n, n_cells = csv->n_cells, cell = leaf->cell;
	const uint32_t *ends = csv->end + cell;
	const struct weir_str null = csv->conf->null;
	const char quote = (char)csv->conf->quote_byte;
	uint32_t i;

	for (i = 0; i < n; i++, ends += n_cells) {
		uint32_t begin = cell > 0 ? ends[-1] + 1 : 0;
		struct weir_str text = {.p = block->p[i] + begin, .len = ends[0] - begin};

		if (!all_plain && block->kind[i] == CSV_BAD) {
			text.p = NULL;
		} else if (!all_plain && block->kind[i] != CSV_PLAIN && text.len > 0 &&
			   *text.p == quote) {
			text = quoted_cell(csv, leaf, i, text);
		} else if (is_null(null, text)) {
			scalar_null(leaf->field->type, leaf->values, leaf->valid, block->first + i);
			text.p = NULL;
		}
		block->text[i] = text;
	}
}

static void
share_texts(const struct csv_block *block, const struct csv_leaf *leaf)
{
	const uint32_t n = block->n, first = block->first;
	struct weir_view *view = (struct weir_view *)leaf->values + first;
	uint32_t i;

	for (i = 0; i < n; i++) {
		const struct weir_str text = block->text[i];

		if (text.p != NULL)
			scalar_share(view + i, text.p, text.len, first + i,
				(size_t)(text.p - block->p[i]));
	}
}

/* One column of the block's records. */
static void
read_column(struct csv *csv, const struct csv_leaf *leaf)
{
	struct csv_block *block = &csv->block;
	int8_t how[CSV_BLOCK] = {0};
	uint32_t i;

	if (block->plain)
		find_texts(csv, leaf, 1);
	else
		find_texts(csv, leaf, 0);
	if (leaf->field->type == WEIR_STRING) {
		share_texts(&csv->block, leaf);
		return;
	}
	if (leaf->field->type < WEIR_STRING && scalar_take_rows(leaf->field, block->text, block->n,
						       leaf->values, block->first, how) == 0)
		return;
	for (i = 0; i < block->n; i++) {
		csv->row = block->first + i;
		if (block->text[i].p == NULL)
			continue;
		if (leaf->field->type >= WEIR_STRING
				? take_value(csv, leaf, block->p[i], block->text[i]) < 0
				: how[i] < 0 && bad_value(csv, leaf, block->text[i], how[i]) < 0)
			refuse(csv, i);
	}
}

/* A row that is none. */
static void
nulls(struct csv *csv, uint32_t row)
{
	uint32_t i;

	for (i = 0; i < csv->n_leaves; i++)
		scalar_null(csv->leaf[i].field->type, csv->leaf[i].values, csv->leaf[i].valid, row);
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

/* As many records from `first` on as are converted together; how many, or -ENOMEM. */
static int
read_block(struct csv *csv, const struct weir_raw *raw, uint32_t first)
{
	struct csv_block *block = &csv->block;
	uint32_t most = csv->n_cells > 0 ? CSV_BLOCK_CELLS / csv->n_cells : CSV_BLOCK, i;

	most = most > CSV_BLOCK ? CSV_BLOCK : most;
	if (most == 0 || raw->slack < CSV_SLACK)
		most = 1; /* there is one copy with slack */
	block->first = first;
	block->plain = 1;
	block->n = raw->n - first < most ? raw->n - first : most;
	for (i = 0; i < block->n; i++) {
		const struct weir_str *rec = &raw->rec[first + i];
		int kind;

		block->p[i] = with_slack(csv, rec, raw->slack);
		if (block->p[i] == NULL)
			return weir_fail(csv->task->err, -ENOMEM, "out of memory");
		kind = split_record(csv, block->p[i], rec->len, csv->end + i * csv->n_cells);
		block->kind[i] = (uint8_t)kind;
		if (kind < 0)
			refuse(csv, i);
		else if (kind != CSV_PLAIN)
			block->plain = 0;
	}
	for (i = 0; i < csv->n_leaves; i++)
		read_column(csv, &csv->leaf[i]);
	for (i = 0; i < block->n; i++)
		if (block->kind[i] == CSV_BAD)
			nulls(csv, first + i);
	return (int)block->n;
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
	if (raw->begins && csv->conf->header != CSV_HEADER_OFF) {
		nulls(csv, i);
		task->host->bad(task, i++, NULL);
	}
	for (; i < raw->n; i += (uint32_t)rc) {
		rc = read_block(csv, raw, i);
		if (rc < 0)
			return rc;
	}
	return WEIR_OK;
}
