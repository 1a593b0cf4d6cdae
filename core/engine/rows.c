/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an input as bytes: column by column over all rows of a call. */
#include "engine/rows.h"

#include "engine/batch.h"
#include "engine/task.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* A column that is kept. */
struct kept {
	uint32_t type;
	uint32_t col; /* of the input's; from n_cols on: n_cols + WEIR_AT_x */

	/* Of the rows that are written. */
	const struct weir_column *column; /* NULL: it is null in all */
	bool nulls; /* in some */
};

struct weir_rows {
	struct weir_rows *next; /* of the instance */
	struct wr_inst *inst;
	uint32_t in, n_cols, n_kept, version;
	struct kept *kept;
	const struct weir_batch *batch; /* whose rows are written */
	uint8_t *full; /* a bit for each column that has values there */
	struct wr_batch *unpacked; /* what the last unpack() gave; NULL: none yet */
};

static uint32_t
head_size(const struct weir_rows *rows)
{
	return (uint32_t)sizeof(int64_t) + (rows->n_kept + 7) / 8;
}

static void
keep(struct weir_rows *rows, XXH3_state_t *hash, struct weir_str name, uint32_t type, uint32_t col)
{
	rows->kept[rows->n_kept++] = (struct kept){.type = type, .col = col};
	XXH3_64bits_update(hash, name.p, name.len);
	XXH3_64bits_update(hash, &type, sizeof type);
}

struct weir_rows *
wr_rows_open(struct weir_task *task, uint32_t in)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct weir_rows *rows = wr_zalloc(sizeof *rows);
	const struct wr_in *input = &inst->op->in[in];
	XXH3_state_t *hash = XXH3_createState();
	uint32_t c;

	rows->inst = inst;
	rows->in = in;
	rows->n_cols = input->schema->n;
	rows->kept = wr_alloc((rows->n_cols + WEIR_AT_COUNT) * sizeof *rows->kept);
	XXH3_64bits_reset(hash);
	for (c = 0; c < rows->n_cols; c++)
		if (weir_bit_get(input->needed, c))
			keep(rows, hash, input->schema->fields[c]->name,
				input->schema->fields[c]->type, c);
	for (c = 0; c < WEIR_AT_COUNT; c++)
		if ((input->needed_hidden >> c & 1) != 0)
			keep(rows, hash, (struct weir_str){.p = "@", .len = 1}, wr_hidden_type[c],
				rows->n_cols + c);
	rows->full = wr_zalloc(head_size(rows));
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
	for (struct weir_rows *rows = inst->rows, *next; rows != NULL; rows = next) {
		next = rows->next;
		if (rows->unpacked != NULL)
			wr_batch_unref(rows->unpacked);
		free(rows->kept);
		free(rows->full);
		free(rows);
	}
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

/* Whether one of the rows is null. */
static bool
has_null(const struct weir_column *column, const uint32_t *row, uint32_t n)
{
	uint32_t nulls = 0;

	for (uint32_t i = 0; column->valid != NULL && i < n; i++)
		nulls += !weir_bit_get(column->valid, row[i]);
	return nulls > 0;
}

/* Adds to len what the values of a column take. */
static void
add_sizes(const struct weir_column *column, bool nulls, const uint32_t *row, uint32_t n,
	uint32_t *len)
{
	const uint32_t width = column->type == WEIR_BOOL ? 1 : (uint32_t)sizeof(int64_t);
	const struct weir_view *view = is_text(column->type) ? column->values : NULL;

	for (uint32_t i = 0; i < n; i++) {
		if (nulls && weir_null_at(column, row[i]))
			continue;
		len[i] += view != NULL ? (uint32_t)sizeof(uint32_t) + view[row[i]].len : width;
	}
}

void
wr_rows_sizes(struct weir_rows *rows, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t *size)
{
	uint32_t row[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < n; i++) {
		row[i] = sel != NULL ? sel[i] : i;
		size[i] = head_size(rows);
	}
	rows->batch = batch;
	memset(rows->full, 0, head_size(rows) - sizeof(int64_t));
	for (uint32_t k = 0; k < rows->n_kept; k++) {
		struct kept *kept = &rows->kept[k];

		kept->column = column_of(rows, batch, kept);
		if (kept->column == NULL)
			continue;
		kept->nulls = has_null(kept->column, row, n);
		rows->full[k / 8] |= (uint8_t)(1 << k % 8);
		add_sizes(kept->column, kept->nulls, row, n, size);
	}
}

static inline uint8_t *
put_value(uint8_t *to, const struct kept *kept, uint32_t row)
{
	const struct weir_column *column = kept->column;

	if (is_text(kept->type)) {
		struct weir_str text = weir_str_at(column, row);

		memcpy(to, &text.len, sizeof text.len);
		memcpy(to + sizeof text.len, text.p, text.len);
		return to + sizeof text.len + text.len;
	}
	if (kept->type == WEIR_BOOL) {
		*to = (uint8_t)weir_bool_at(column, row);
		return to + 1;
	}
	memcpy(to, (const int64_t *)column->values + row, sizeof(int64_t));
	return to + sizeof(int64_t);
}

/* Event time, a bit for each value that is there, and these. */
void
wr_rows_write(const struct weir_rows *rows, uint32_t row, char *bytes)
{
	const uint32_t bits = head_size(rows) - (uint32_t)sizeof(int64_t);
	uint8_t *head = (uint8_t *)bytes + sizeof(int64_t), *to = head + bits;

	memcpy(bytes, &rows->batch->event_time[row], sizeof(int64_t));
	memcpy(head, rows->full, bits);
	for (uint32_t k = 0; k < rows->n_kept; k++) {
		const struct kept *kept = &rows->kept[k];

		if (kept->column == NULL)
			continue;
		if (kept->nulls && weir_null_at(kept->column, row))
			head[k / 8] &= (uint8_t) ~(1 << k % 8);
		else
			to = put_value(to, kept, row);
	}
}

void
wr_rows_pack(struct weir_rows *rows, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, struct weir_str *bytes)
{
	uint32_t size[WEIR_ROWS_MAX];
	size_t total = 0;
	char *p;

	wr_rows_sizes(rows, batch, sel, n, size);
	for (uint32_t i = 0; i < n; i++)
		total += size[i];
	p = wr_arena_alloc(&rows->inst->frame->scratch, total);
	for (uint32_t i = 0; i < n; p += size[i++]) {
		bytes[i] = (struct weir_str){.p = p, .len = size[i]};
		wr_rows_write(rows, sel != NULL ? sel[i] : i, p);
	}
}

/* Where each row is read; its bytes stand in buffer 0. */
struct reader {
	const uint8_t *base;
	const uint8_t *head[WEIR_ROWS_MAX]; /* behind the event time */
	const uint8_t *at[WEIR_ROWS_MAX];
	uint32_t n;
	uint8_t *full; /* the heads' bits that are set in all rows */
};

static const struct weir_column *
absent_column(struct wr_arena *arena, uint32_t type)
{
	struct weir_column *column = wr_arena_new(arena, struct weir_column);

	column->size = sizeof *column;
	column->type = type;
	return column;
}

/* The value of row i that is read next; into a column. */
static inline void
take_text(struct reader *reader, uint32_t i, struct weir_view *views)
{
	const uint8_t *p = reader->at[i] + sizeof(uint32_t);
	uint32_t len;

	memcpy(&len, reader->at[i], sizeof len);
	views[i] = wr_view((const char *)p, len, 0, (uint32_t)(p - reader->base));
	reader->at[i] = p + len;
}

static inline void
take_bool(struct reader *reader, uint32_t i, uint64_t *bits)
{
	if (*reader->at[i]++ != 0)
		weir_bit_set(bits, i);
}

static inline void
take_int(struct reader *reader, uint32_t i, int64_t *ints)
{
	memcpy(&ints[i], reader->at[i], sizeof *ints);
	reader->at[i] += sizeof *ints;
}

/* valid NULL: no row is null. */
static void
take_values(struct reader *reader, uint32_t type, const uint64_t *valid, void *values)
{
	if (is_text(type)) {
		for (uint32_t i = 0; i < reader->n; i++)
			if (valid == NULL || weir_bit_get(valid, i))
				take_text(reader, i, values);
	} else if (type == WEIR_BOOL) {
		for (uint32_t i = 0; i < reader->n; i++)
			if (valid == NULL || weir_bit_get(valid, i))
				take_bool(reader, i, values);
	} else {
		for (uint32_t i = 0; i < reader->n; i++)
			if (valid == NULL || weir_bit_get(valid, i))
				take_int(reader, i, values);
	}
}

/* Which rows have a value; NULL: all. */
static uint64_t *
take_valid(const struct reader *reader, struct wr_arena *arena, uint32_t k)
{
	uint64_t *valid;

	if ((reader->full[k / 8] >> k % 8 & 1) != 0)
		return NULL;
	valid = wr_arena_zalloc(arena, (reader->n + 63) / 64 * sizeof *valid);
	for (uint32_t i = 0; i < reader->n; i++)
		if ((reader->head[i][k / 8] >> k % 8 & 1) != 0)
			weir_bit_set(valid, i);
	return valid;
}

static const struct weir_column *
take_column(struct reader *reader, struct wr_arena *arena, uint32_t type, uint32_t k,
	const uint8_t *const *bufs)
{
	struct weir_column *column = wr_arena_new(arena, struct weir_column);
	const uint64_t *valid = take_valid(reader, arena, k);
	size_t size = type == WEIR_BOOL ? (reader->n + 63) / 64 * sizeof(uint64_t)
					: (size_t)reader->n * wr_type_width(type);
	void *values = wr_arena_alloc(arena, size);

	if (valid != NULL || type == WEIR_BOOL)
		memset(values, 0, size);
	take_values(reader, type, valid, values);
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
	const uint32_t heads = head_size(rows) - (uint32_t)sizeof(int64_t);
	int64_t *time = wr_arena_array(&batch->arena, int64_t, reader->n);
	size_t total = 0;
	uint8_t *p;
	uint32_t i;

	for (i = 0; i < reader->n; i++)
		total += bytes[i].len;
	p = wr_arena_alloc(&batch->arena, total);
	wr_batch_pin(batch, total);
	reader->base = p;
	reader->full = memset(wr_arena_alloc(&rows->inst->frame->scratch, heads), 0xff, heads);
	for (i = 0; i < reader->n; p += bytes[i++].len) {
		memcpy(p, bytes[i].p, bytes[i].len);
		memcpy(&time[i], p, sizeof *time);
		reader->head[i] = p + sizeof *time;
		reader->at[i] = reader->head[i] + heads;
		for (uint32_t h = 0; h < heads; h++)
			reader->full[h] &= reader->head[i][h];
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
