/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an input as bytes: column by column over all rows of a call. */
#include "engine/rows.h"

#include "engine/batch.h"
#include "engine/task.h"

#include <string.h>
#include <xxhash.h>

/* A column that is kept. */
struct kept {
	uint32_t type;
	uint32_t col; /* of the input's; from n_cols on: n_cols + WEIR_AT_x */
};

struct weir_rows {
	struct weir_rows *next; /* of the instance */
	struct wr_inst *inst;
	uint32_t in, n_cols, n_kept, version;
	struct kept *kept;
	struct wr_batch *unpacked; /* what the last unpack() gave; NULL: none yet */
};

static void
keep(struct weir_rows *rows, XXH3_state_t *hash, struct weir_str name, uint32_t type, uint32_t col)
{
	rows->kept[rows->n_kept++] = (struct kept){type, col};
	XXH3_64bits_update(hash, name.p, name.len);
	XXH3_64bits_update(hash, &type, sizeof type);
}

struct weir_rows *
wr_rows_open(struct weir_task *task, uint32_t in)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct weir_rows *rows = wr_arena_new(&inst->open_arena, struct weir_rows);
	const struct wr_in *input = &inst->op->in[in];
	XXH3_state_t *hash = XXH3_createState();
	uint32_t c;

	rows->inst = inst;
	rows->in = in;
	rows->n_cols = input->schema->n;
	rows->kept = wr_arena_array(&inst->open_arena, struct kept, rows->n_cols + WEIR_AT_COUNT);
	XXH3_64bits_reset(hash);
	for (c = 0; c < rows->n_cols; c++)
		if (weir_bit_get(input->needed, c))
			keep(rows, hash, input->schema->fields[c]->name,
				input->schema->fields[c]->type, c);
	for (c = 0; c < WEIR_AT_COUNT; c++)
		if ((input->needed_hidden >> c & 1) != 0)
			keep(rows, hash, (struct weir_str){.p = "@", .len = 1}, wr_hidden_type[c],
				rows->n_cols + c);
	rows->version = (uint32_t)XXH3_64bits_digest(hash);
	XXH3_freeState(hash);
	rows->next = inst->rows;
	inst->rows = rows;
	return rows;
}

uint32_t
wr_rows_version(const struct weir_rows *rows)
{
	return rows->version;
}

void
wr_rows_free_all(struct wr_inst *inst)
{
	for (struct weir_rows *rows = inst->rows; rows != NULL; rows = rows->next) {
		if (rows->unpacked != NULL)
			wr_batch_unref(rows->unpacked);
		rows->unpacked = NULL;
	}
}

static uint32_t
head_size(const struct weir_rows *rows)
{
	return (uint32_t)sizeof(int64_t) + (rows->n_kept + 7) / 8;
}

/* NULL: it is null in all rows. */
static const struct weir_column *
column_of(const struct weir_rows *rows, const struct weir_batch *batch, const struct kept *kept)
{
	const struct weir_column *column;

	if (kept->col < rows->n_cols)
		column = batch->cols[kept->col];
	else
		column = batch->hidden != NULL ? batch->hidden[kept->col - rows->n_cols] : NULL;
	return column != NULL && column->values != NULL ? column : NULL;
}

static bool
is_text(uint32_t type)
{
	return wr_type_width(type) == sizeof(struct weir_view);
}

/* Adds to len what the values of a column take. */
static void
add_sizes(const struct weir_column *column, const uint32_t *row, uint32_t n, uint32_t *len)
{
	uint32_t width = column->type == WEIR_BOOL ? 1 : (uint32_t)sizeof(int64_t), i;

	if (is_text(column->type)) {
		const struct weir_view *view = column->values;

		for (i = 0; i < n; i++)
			if (!weir_null_at(column, row[i]))
				len[i] += (uint32_t)sizeof(uint32_t) + view[row[i]].len;
	} else {
		for (i = 0; i < n; i++)
			len[i] += weir_null_at(column, row[i]) ? 0 : width;
	}
}

static uint8_t *
put_value(uint8_t *to, const struct weir_column *column, uint32_t row)
{
	if (column->type == WEIR_BOOL) {
		*to = (uint8_t)weir_bool_at(column, row);
		return to + 1;
	}
	if (is_text(column->type)) {
		struct weir_str text = weir_str_at(column, row);

		memcpy(to, &text.len, sizeof text.len);
		memcpy(to + sizeof text.len, text.p, text.len);
		return to + sizeof text.len + text.len;
	}
	memcpy(to, (const int64_t *)column->values + row, sizeof(int64_t));
	return to + sizeof(int64_t);
}

void
wr_rows_pack(struct weir_rows *rows, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, struct weir_str *bytes)
{
	struct wr_arena *arena = &rows->inst->scratch;
	uint32_t row[WEIR_ROWS_MAX], len[WEIR_ROWS_MAX], head = head_size(rows), i, k;
	uint8_t *head_at[WEIR_ROWS_MAX], *at[WEIR_ROWS_MAX];
	size_t total = 0;
	uint8_t *p;

	for (i = 0; i < n; i++) {
		row[i] = sel != NULL ? sel[i] : i;
		len[i] = head;
	}
	for (k = 0; k < rows->n_kept; k++) {
		const struct weir_column *column = column_of(rows, batch, &rows->kept[k]);

		if (column != NULL)
			add_sizes(column, row, n, len);
	}
	for (i = 0; i < n; i++)
		total += len[i];
	p = wr_arena_alloc(arena, total);
	for (i = 0; i < n; p += len[i++]) {
		bytes[i] = (struct weir_str){.p = (const char *)p, .len = len[i]};
		memcpy(p, &batch->event_time[row[i]], sizeof(int64_t));
		memset(p + sizeof(int64_t), 0, head - sizeof(int64_t));
		head_at[i] = p + sizeof(int64_t);
		at[i] = p + head;
	}
	for (k = 0; k < rows->n_kept; k++) {
		const struct weir_column *column = column_of(rows, batch, &rows->kept[k]);

		for (i = 0; column != NULL && i < n; i++) {
			if (weir_null_at(column, row[i]))
				continue;
			head_at[i][k / 8] |= (uint8_t)(1 << k % 8);
			at[i] = put_value(at[i], column, row[i]);
		}
	}
}

/* Where each row is read; its bytes stand in buffer 0. */
struct reader {
	const uint8_t *base;
	const uint8_t *head[WEIR_ROWS_MAX]; /* behind the event time */
	const uint8_t *at[WEIR_ROWS_MAX];
	uint32_t n;
};

static const struct weir_column *
absent_column(struct wr_arena *arena, uint32_t type)
{
	struct weir_column *column = wr_arena_new(arena, struct weir_column);

	column->size = sizeof *column;
	column->type = type;
	return column;
}

static void
take_text(struct reader *reader, uint32_t row, struct weir_view *view)
{
	uint32_t len, off;

	memcpy(&len, reader->at[row], sizeof len);
	reader->at[row] += sizeof len;
	off = (uint32_t)(reader->at[row] - reader->base);
	*view = wr_view((const char *)reader->at[row], len, 0, off);
	reader->at[row] += len;
}

static const struct weir_column *
take_column(struct reader *reader, struct wr_arena *arena, uint32_t type, uint32_t k,
	const uint8_t *const *bufs)
{
	uint32_t words = (reader->n + 63) / 64, i;
	struct weir_column *column = wr_arena_new(arena, struct weir_column);
	uint64_t *valid = wr_arena_zalloc(arena, words * sizeof *valid);
	void *values = type == WEIR_BOOL
			       ? wr_arena_zalloc(arena, words * sizeof(uint64_t))
			       : wr_arena_zalloc(arena, (size_t)reader->n * wr_type_width(type));

	for (i = 0; i < reader->n; i++) {
		if ((reader->head[i][k / 8] >> k % 8 & 1) == 0)
			continue;
		weir_bit_set(valid, i);
		if (is_text(type)) {
			take_text(reader, i, (struct weir_view *)values + i);
		} else if (type == WEIR_BOOL) {
			if (*reader->at[i]++ != 0)
				weir_bit_set(values, i);
		} else {
			memcpy((int64_t *)values + i, reader->at[i], sizeof(int64_t));
			reader->at[i] += sizeof(int64_t);
		}
	}
	*column = (struct weir_column){.size = sizeof *column,
		.type = type,
		.values = values,
		.valid = valid,
		.bufs = bufs};
	return column;
}

/* Copies the rows into the batch, and their event times where the batch has them. */
static void
take_rows(struct weir_rows *rows, struct wr_batch *batch, const struct weir_str *bytes,
	struct reader *reader)
{
	int64_t *time = wr_arena_array(&batch->arena, int64_t, reader->n);
	size_t total = 0;
	uint8_t *p;
	uint32_t i;

	for (i = 0; i < reader->n; i++)
		total += bytes[i].len;
	p = wr_arena_alloc(&batch->arena, total);
	wr_batch_pin(batch, total);
	reader->base = p;
	for (i = 0; i < reader->n; p += bytes[i++].len) {
		memcpy(p, bytes[i].p, bytes[i].len);
		memcpy(&time[i], p, sizeof *time);
		reader->head[i] = p + sizeof *time;
		reader->at[i] = p + head_size(rows);
	}
	batch->pub.event_time = time;
}

const struct weir_batch *
wr_rows_unpack(struct weir_rows *rows, const struct weir_str *bytes, uint32_t n)
{
	struct wr_inst *inst = rows->inst;
	struct wr_batch *batch = wr_batch_new(inst->task->pool);
	struct wr_arena *arena = &batch->arena;
	const struct weir_schema *schema = inst->op->in[rows->in].schema;
	const struct weir_column **cols =
		wr_arena_array(arena, const struct weir_column *, rows->n_cols + WEIR_AT_COUNT);
	const uint8_t **bufs = wr_arena_array(arena, const uint8_t *, 1);
	struct reader reader = {.n = n};

	take_rows(rows, batch, bytes, &reader);
	bufs[0] = reader.base;
	for (uint32_t c = 0; c < rows->n_cols; c++)
		cols[c] = absent_column(arena, schema->fields[c]->type);
	memset(cols + rows->n_cols, 0, WEIR_AT_COUNT * sizeof(struct weir_column *));
	for (uint32_t k = 0; k < rows->n_kept; k++)
		cols[rows->kept[k].col] = take_column(&reader, arena, rows->kept[k].type, k, bufs);
	batch->pub.n_rows = n;
	batch->pub.cols = cols;
	batch->pub.n_cols = rows->n_cols;
	batch->pub.hidden = cols + rows->n_cols;
	batch->pub.ingest_time = inst->ingest_time;
	if (rows->unpacked != NULL)
		wr_batch_unref(rows->unpacked);
	rows->unpacked = batch;
	return &batch->pub;
}
