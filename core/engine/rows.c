/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an input as bytes: column by column over all rows of a call. */
#include "engine/rows.h"

#include "engine/batch.h"
#include "engine/task.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { ROWS_FORMAT = 2 }; /* another one whenever rows have other bytes: rows.h */

enum { TEXT_LONG = 255 }; /* in the place of a length that takes four bytes more */

/* How values stand in a row. */
enum kind { KIND_INT, KIND_TIME, KIND_FLOAT, KIND_BOOL, KIND_TEXT };

/* A column that is kept. */
struct kept {
	enum kind kind;
	uint32_t type;
	uint32_t code; /* of an int: which of the lengths is its own */
	uint32_t col; /* of the input's; from n_cols on: n_cols + WEIR_AT_x */

	/* Of the rows that are written. */
	const struct weir_column *column; /* NULL: it is null in all */
	bool nulls; /* in some */
};

struct weir_rows {
	struct weir_rows *next; /* of the instance */
	struct wr_inst *inst;
	uint32_t in, n_cols, n_kept, n_codes, version;
	struct kept *kept;
	const struct weir_batch *batch; /* whose rows are written */
	uint8_t *full; /* a bit for each column that has values there */
	struct wr_batch *unpacked; /* what the last unpack() gave; NULL: none yet */
};

/* Bytes of the bits that say what is there. */
static uint32_t
bits_size(const struct weir_rows *rows)
{
	return (rows->n_kept + 7) / 8;
}

/* With the lengths behind them. */
static uint32_t
head_size(const struct weir_rows *rows)
{
	return bits_size(rows) + (rows->n_codes + 1) / 2;
}

static enum kind
kind_of(uint32_t type)
{
	switch (type) {
	case WEIR_TIMESTAMP:
		return KIND_TIME;
	case WEIR_FLOAT64:
		return KIND_FLOAT;
	case WEIR_BOOL:
		return KIND_BOOL;
	default:
		return wr_type_width(type) == sizeof(struct weir_view) ? KIND_TEXT : KIND_INT;
	}
}

static inline bool
is_int(enum kind kind)
{
	return kind == KIND_INT || kind == KIND_TIME;
}

static void
keep(struct weir_rows *rows, XXH3_state_t *hash, struct weir_str name, uint32_t type, uint32_t col)
{
	const enum kind kind = kind_of(type);

	rows->kept[rows->n_kept++] =
		(struct kept){.kind = kind, .type = type, .col = col, .code = rows->n_codes};
	rows->n_codes += is_int(kind);
	XXH3_64bits_update(hash, name.p, name.len);
	XXH3_64bits_update(hash, &type, sizeof type);
}

struct weir_rows *
wr_rows_open(struct weir_task *task, uint32_t in)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct weir_rows *rows = wr_zalloc(sizeof *rows);
	const struct wr_in *input = &inst->op->in[in];
	const uint32_t format = ROWS_FORMAT;
	XXH3_state_t *hash = XXH3_createState();
	uint32_t c;

	rows->inst = inst;
	rows->in = in;
	rows->n_cols = input->schema->n;
	rows->kept = wr_alloc((rows->n_cols + WEIR_AT_COUNT) * sizeof *rows->kept);
	XXH3_64bits_reset(hash);
	XXH3_64bits_update(hash, &format, sizeof format);
	for (c = 0; c < rows->n_cols; c++)
		if (weir_bit_get(input->needed, c))
			keep(rows, hash, input->schema->fields[c]->name,
				input->schema->fields[c]->type, c);
	for (c = 0; c < WEIR_AT_COUNT; c++)
		if ((input->needed_hidden >> c & 1) != 0)
			keep(rows, hash, (struct weir_str){.p = "@", .len = 1}, wr_hidden_type[c],
				rows->n_cols + c);
	rows->full = wr_zalloc(bits_size(rows));
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

/* Whether one of the rows is null. */
static bool
has_null(const struct weir_column *column, const uint32_t *row, uint32_t n)
{
	uint32_t nulls = 0;

	for (uint32_t i = 0; column->valid != NULL && i < n; i++)
		nulls += !weir_bit_get(column->valid, row[i]);
	return nulls > 0;
}

/* A small number, whichever its sign, becomes a small one. */
static inline uint64_t
zigzag(uint64_t value)
{
	return value << 1 ^ -(value >> 63);
}

static inline uint64_t
unzigzag(uint64_t value)
{
	return value >> 1 ^ -(value & 1);
}

/* How many bytes it has. */
static inline uint32_t
word_size(uint64_t word)
{
	return word == 0 ? 0 : (71 - (uint32_t)__builtin_clzll(word)) / 8;
}

/* Behind each int stands the event time at least: eight bytes of it are written and read at once.
 */
static inline uint64_t
get_word(const uint8_t *from, uint32_t size)
{
	static const uint64_t mask[] = {0, UINT64_MAX >> 56, UINT64_MAX >> 48, UINT64_MAX >> 40,
		UINT64_MAX >> 32, UINT64_MAX >> 24, UINT64_MAX >> 16, UINT64_MAX >> 8, UINT64_MAX};
	uint64_t word;

	memcpy(&word, from, sizeof word);
	return word & mask[size];
}

static inline uint32_t
length_size(uint32_t len)
{
	return len < TEXT_LONG ? 1 : 1 + (uint32_t)sizeof len;
}

/* What an int is counted from, so that it is small. */
static inline uint64_t
int_base(enum kind kind, int64_t event_time)
{
	return kind == KIND_TIME ? (uint64_t)event_time : 0;
}

static inline uint64_t
int_at(const struct weir_column *column, enum kind kind, int64_t event_time, uint32_t row)
{
	return zigzag(((const uint64_t *)column->values)[row] - int_base(kind, event_time));
}

static inline uint32_t
value_size(const struct weir_column *column, enum kind kind, int64_t event_time, uint32_t row)
{
	uint32_t len;

	switch (kind) {
	case KIND_BOOL:
		return 1;
	case KIND_FLOAT:
		return sizeof(double);
	case KIND_TEXT:
		len = ((const struct weir_view *)column->values)[row].len;
		return length_size(len) + len;
	default:
		return word_size(int_at(column, kind, event_time, row));
	}
}

/* Adds to len what the values of a column take, of a kind known where this is inlined. */
static inline __attribute__((always_inline)) void
add_sizes_of(const struct weir_column *column, enum kind kind, bool nulls,
	const int64_t *event_time, const uint32_t *row, uint32_t n, uint32_t *len)
{
	const struct weir_column own = *column;

	for (uint32_t i = 0; i < n; i++)
		if (!nulls || !weir_null_at(&own, row[i]))
			len[i] += value_size(&own, kind, event_time[row[i]], row[i]);
}

static void
add_sizes(const struct kept *kept, const int64_t *event_time, const uint32_t *row, uint32_t n,
	uint32_t *len)
{
	const struct weir_column *column = kept->column;

	if (kept->nulls)
		add_sizes_of(column, kept->kind, true, event_time, row, n, len);
	else if (kept->kind == KIND_INT)
		add_sizes_of(column, KIND_INT, false, event_time, row, n, len);
	else if (kept->kind == KIND_TIME)
		add_sizes_of(column, KIND_TIME, false, event_time, row, n, len);
	else if (kept->kind == KIND_TEXT)
		add_sizes_of(column, KIND_TEXT, false, event_time, row, n, len);
	else
		add_sizes_of(column, kept->kind, false, event_time, row, n, len);
}

void
wr_rows_sizes(struct weir_rows *rows, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t *size)
{
	uint32_t row[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < n; i++) {
		row[i] = sel != NULL ? sel[i] : i;
		size[i] = head_size(rows) + (uint32_t)sizeof(int64_t);
	}
	rows->batch = batch;
	memset(rows->full, 0, bits_size(rows));
	for (uint32_t k = 0; k < rows->n_kept; k++) {
		struct kept *kept = &rows->kept[k];

		kept->column = column_of(rows, batch, kept);
		if (kept->column == NULL)
			continue;
		kept->nulls = has_null(kept->column, row, n);
		rows->full[k / 8] |= (uint8_t)(1 << k % 8);
		add_sizes(kept, batch->event_time, row, n, size);
	}
}

static inline uint8_t *
put_text(uint8_t *to, struct weir_str text)
{
	*to = text.len < TEXT_LONG ? (uint8_t)text.len : TEXT_LONG;
	if (*to++ == TEXT_LONG) {
		memcpy(to, &text.len, sizeof text.len);
		to += sizeof text.len;
	}
	memcpy(to, text.p, text.len);
	return to + text.len;
}

/* size: of an int, how many bytes it has. */
static inline uint8_t *
put_value(uint8_t *to, const struct kept *kept, int64_t event_time, uint32_t row, uint32_t *size)
{
	const struct weir_column *column = kept->column;
	uint64_t word;

	switch (kept->kind) {
	case KIND_TEXT:
		return put_text(to, weir_str_at(column, row));
	case KIND_BOOL:
		*to = (uint8_t)weir_bool_at(column, row);
		return to + 1;
	case KIND_FLOAT:
		memcpy(to, (const double *)column->values + row, sizeof(double));
		return to + sizeof(double);
	default:
		word = int_at(column, kept->kind, event_time, row);
		*size = word_size(word);
		memcpy(to, &word, sizeof word);
		return to + *size;
	}
}

/* As rows.h has it. */
void
wr_rows_write(const struct weir_rows *rows, uint32_t row, char *bytes)
{
	const int64_t event_time = rows->batch->event_time[row];
	uint8_t *bits = (uint8_t *)bytes, *codes = bits + bits_size(rows);
	uint8_t *to = bits + head_size(rows);
	uint32_t code = 0;

	memcpy(bits, rows->full, bits_size(rows));
	for (uint32_t k = 0; k < rows->n_kept; k++) {
		const struct kept *kept = &rows->kept[k];
		uint32_t size = 0;

		if (kept->column != NULL && kept->nulls && weir_null_at(kept->column, row))
			bits[k / 8] &= (uint8_t) ~(1 << k % 8);
		else if (kept->column != NULL)
			to = put_value(to, kept, event_time, row, &size);
		if (!is_int(kept->kind))
			continue;
		/* Two of them make a byte. */
		code |= size << kept->code % 2 * 4;
		codes[kept->code / 2] = (uint8_t)code;
		code = kept->code % 2 == 0 ? code : 0;
	}
	memcpy(to, &event_time, sizeof event_time);
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
	const uint8_t *head[WEIR_ROWS_MAX];
	const uint8_t *at[WEIR_ROWS_MAX];
	uint32_t n, bits; /* bytes of the heads that are no lengths */
	const int64_t *time;
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
	const uint8_t *p = reader->at[i];
	uint32_t len = *p++;

	if (len == TEXT_LONG) {
		memcpy(&len, p, sizeof len);
		p += sizeof len;
	}
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
take_float(struct reader *reader, uint32_t i, uint64_t *values)
{
	memcpy(&values[i], reader->at[i], sizeof *values);
	reader->at[i] += sizeof *values;
}

static inline void
take_int(struct reader *reader, uint32_t i, const struct kept *kept, uint64_t *values)
{
	uint32_t size = reader->head[i][reader->bits + kept->code / 2] >> kept->code % 2 * 4 & 0xf;

	values[i] = unzigzag(get_word(reader->at[i], size)) + int_base(kept->kind, reader->time[i]);
	reader->at[i] += size;
}

/* valid NULL: no row is null. */
static void
take_values(struct reader *reader, const struct kept *kept, const uint64_t *valid, void *values)
{
	if (kept->kind == KIND_TEXT) {
		for (uint32_t i = 0; i < reader->n; i++)
			if (valid == NULL || weir_bit_get(valid, i))
				take_text(reader, i, values);
	} else if (kept->kind == KIND_BOOL) {
		for (uint32_t i = 0; i < reader->n; i++)
			if (valid == NULL || weir_bit_get(valid, i))
				take_bool(reader, i, values);
	} else if (kept->kind == KIND_FLOAT) {
		for (uint32_t i = 0; i < reader->n; i++)
			if (valid == NULL || weir_bit_get(valid, i))
				take_float(reader, i, values);
	} else {
		for (uint32_t i = 0; i < reader->n; i++)
			if (valid == NULL || weir_bit_get(valid, i))
				take_int(reader, i, kept, values);
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
take_column(struct reader *reader, struct wr_arena *arena, const struct kept *kept, uint32_t k,
	const uint8_t *const *bufs)
{
	const uint32_t type = kept->type;
	struct weir_column *column = wr_arena_new(arena, struct weir_column);
	const uint64_t *valid = take_valid(reader, arena, k);
	size_t size = type == WEIR_BOOL ? (reader->n + 63) / 64 * sizeof(uint64_t)
					: (size_t)reader->n * wr_type_width(type);
	void *values = wr_arena_alloc(arena, size);

	if (valid != NULL || type == WEIR_BOOL)
		memset(values, 0, size);
	take_values(reader, kept, valid, values);
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
	const uint32_t bits = bits_size(rows);
	int64_t *time = wr_arena_array(&batch->arena, int64_t, reader->n);
	size_t total = 0;
	uint8_t *p;
	uint32_t i;

	for (i = 0; i < reader->n; i++)
		total += bytes[i].len;
	p = wr_arena_alloc(&batch->arena, total);
	wr_batch_pin(batch, total);
	reader->base = p;
	reader->bits = bits;
	reader->time = time;
	reader->full = memset(wr_arena_alloc(&rows->inst->frame->scratch, bits), 0xff, bits);
	for (i = 0; i < reader->n; p += bytes[i++].len) {
		memcpy(p, bytes[i].p, bytes[i].len);
		memcpy(&time[i], p + bytes[i].len - sizeof *time, sizeof *time);
		reader->head[i] = p;
		reader->at[i] = p + head_size(rows);
		for (uint32_t h = 0; h < bits; h++)
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
		cols[rows->kept[k].col] = take_column(&reader, arena, &rows->kept[k], k, bufs);
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
