/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an input as bytes: column by column over all rows of a call. */
#include "engine/rows.h"

#include "engine/batch.h"
#include "engine/task.h"

#include <stdlib.h>
#include <string.h>
#include <weir/kernel.h>
#include <xxhash.h>

enum { ROWS_FORMAT = 3 }; /* another one whenever rows have other bytes: rows.h */

enum { TEXT_LONG = 255 }; /* in the place of a length that takes four bytes more */

enum { CODES_WORD = 16 }; /* lengths of ints in a word */

/* How values stand in a row. */
enum kind { KIND_INT, KIND_TIME, KIND_FLOAT, KIND_BOOL, KIND_TEXT };

/* A column that is kept. */
struct kept {
	enum kind kind;
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
	uint32_t n_ints; /* of the kept, the first ones */
	struct kept *kept;
	uint8_t *full; /* a bit for each column that has values there */

	/* Of the rows that are written, from sizes() on; NULL: nothing was written yet. */
	const struct weir_batch *batch;
	bool nulls; /* in some column */
	uint16_t *place; /* of a row of the batch: its number among these */
	uint64_t *words; /* as ints stand in rows, column after column */
	uint64_t *codes; /* how many bytes these have, four bits each, CODES_WORD columns a word */

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
	return bits_size(rows) + (rows->n_ints + 1) / 2;
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
	rows->kept[rows->n_kept++] = (struct kept){.kind = kind_of(type), .type = type, .col = col};
	XXH3_64bits_update(hash, name.p, name.len);
	XXH3_64bits_update(hash, &type, sizeof type);
}

/* What of an input is kept: bits of columns, and of hidden ones. */
struct choice {
	const uint64_t *cols;
	uint32_t hidden;
};

/* Of these columns those that are ints, or those that are none. */
static void
keep_some(struct weir_rows *rows, XXH3_state_t *hash, struct choice choice, bool ints)
{
	const struct wr_in *input = &rows->inst->op->in[rows->in];
	const struct weir_field *const *fields = input->schema->fields;
	const struct weir_str hidden = {.p = "@", .len = 1};
	uint32_t c;

	for (c = 0; c < rows->n_cols; c++)
		if (weir_bit_get(choice.cols, c) && is_int(kind_of(fields[c]->type)) == ints)
			keep(rows, hash, fields[c]->name, fields[c]->type, c);
	for (c = 0; c < WEIR_AT_COUNT; c++)
		if ((choice.hidden >> c & 1) != 0 && is_int(kind_of(wr_hidden_type[c])) == ints)
			keep(rows, hash, hidden, wr_hidden_type[c], rows->n_cols + c);
}

static struct weir_rows *
open_rows(struct weir_task *task, uint32_t in, struct choice choice)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct weir_rows *rows = wr_zalloc(sizeof *rows);
	const uint32_t format = ROWS_FORMAT;
	XXH3_state_t *hash = XXH3_createState();

	rows->inst = inst;
	rows->in = in;
	rows->n_cols = inst->op->in[in].schema->n;
	rows->kept = wr_alloc((rows->n_cols + WEIR_AT_COUNT) * sizeof *rows->kept);
	XXH3_64bits_reset(hash);
	XXH3_64bits_update(hash, &format, sizeof format);
	keep_some(rows, hash, choice, true);
	rows->n_ints = rows->n_kept;
	keep_some(rows, hash, choice, false);
	rows->full = wr_zalloc(bits_size(rows));
	rows->version = (uint32_t)XXH3_64bits_digest(hash);
	XXH3_freeState(hash);
	rows->next = inst->rows;
	inst->rows = rows;
	return rows;
}

struct weir_rows *
wr_rows_open(struct weir_task *task, uint32_t in)
{
	const struct wr_in *input = &wr_inst_of(task)->op->in[in];

	return open_rows(task, in, (struct choice){input->needed, input->needed_hidden});
}

struct weir_rows *
wr_rows_open_passed(struct weir_task *task, uint32_t in)
{
	const struct wr_in *input = &wr_inst_of(task)->op->in[in];

	return open_rows(task, in, (struct choice){input->passed, input->passed_hidden});
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
		free(rows->place);
		free(rows->words);
		free(rows->codes);
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

static inline void
note_word(uint64_t word, uint32_t shift, uint64_t *to, uint64_t *codes, uint32_t *len)
{
	const uint32_t size = word_size(word);

	*to = word;
	*codes |= (uint64_t)size << shift;
	*len += size;
}

/* Of n rows the ints of a column without nulls as they stand there, and how many bytes they take.
 */
WEIR_KERNEL static void
note_ints(const uint64_t *values, const uint32_t *row, uint32_t n, uint32_t shift, uint64_t *words,
	uint64_t *codes, uint32_t *len)
{
	for (uint32_t i = 0; i < n; i++)
		note_word(zigzag(values[row[i]]), shift, &words[i], &codes[i], &len[i]);
}

WEIR_KERNEL static void
note_times(const uint64_t *values, const int64_t *event_time, const uint32_t *row, uint32_t n,
	uint32_t shift, uint64_t *words, uint64_t *codes, uint32_t *len)
{
	for (uint32_t i = 0; i < n; i++)
		note_word(zigzag(values[row[i]] - (uint64_t)event_time[row[i]]), shift, &words[i],
			&codes[i], &len[i]);
}

/* Column k, of ints. */
static void
note_column(struct weir_rows *rows, uint32_t k, const int64_t *event_time, const uint32_t *row,
	uint32_t n, uint32_t *len)
{
	const struct kept *kept = &rows->kept[k];
	const uint32_t shift = k % CODES_WORD * 4;
	const uint64_t *values = kept->column->values;
	uint64_t *words = rows->words + (size_t)k * WEIR_ROWS_MAX;
	uint64_t *codes = rows->codes + (size_t)(k / CODES_WORD) * WEIR_ROWS_MAX;

	if (!kept->nulls && kept->kind == KIND_INT) {
		note_ints(values, row, n, shift, words, codes, len);
		return;
	}
	if (!kept->nulls) {
		note_times(values, event_time, row, n, shift, words, codes, len);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		if (!weir_null_at(kept->column, row[i]))
			note_word(zigzag(values[row[i]] - int_base(kept->kind, event_time[row[i]])),
				shift, &words[i], &codes[i], &len[i]);
}

/* Adds what the values of a column take that are no ints. */
static void
add_sizes(const struct kept *kept, const uint32_t *row, uint32_t n, uint32_t *len)
{
	const struct weir_column *column = kept->column;
	const struct weir_view *views = column->values;

	if (kept->kind == KIND_TEXT && !kept->nulls) {
		for (uint32_t i = 0; i < n; i++)
			len[i] += length_size(views[row[i]].len) + views[row[i]].len;
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (kept->nulls && weir_null_at(column, row[i]))
			continue;
		if (kept->kind == KIND_TEXT)
			len[i] += length_size(views[row[i]].len) + views[row[i]].len;
		else
			len[i] += kept->kind == KIND_BOOL ? 1 : (uint32_t)sizeof(double);
	}
}

static uint32_t
codes_words(const struct weir_rows *rows)
{
	return (rows->n_ints + CODES_WORD - 1) / CODES_WORD;
}

static void
start_notes(struct weir_rows *rows, const struct weir_batch *batch, const uint32_t *row, uint32_t n)
{
	if (rows->place == NULL) {
		rows->place = wr_alloc(WEIR_ROWS_MAX * sizeof *rows->place);
		rows->words = wr_zalloc((size_t)rows->n_ints * WEIR_ROWS_MAX * sizeof *rows->words);
		rows->codes =
			wr_zalloc((size_t)codes_words(rows) * WEIR_ROWS_MAX * sizeof *rows->codes);
	}
	rows->batch = batch;
	rows->nulls = false;
	memset(rows->full, 0, bits_size(rows));
	for (uint32_t w = 0; w < codes_words(rows); w++)
		memset(rows->codes + (size_t)w * WEIR_ROWS_MAX, 0, n * sizeof *rows->codes);
	for (uint32_t i = 0; i < n; i++)
		rows->place[row[i]] = (uint16_t)i;
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
	start_notes(rows, batch, row, n);
	for (uint32_t k = 0; k < rows->n_kept; k++) {
		struct kept *kept = &rows->kept[k];

		kept->column = column_of(rows, batch, kept);
		if (kept->column == NULL)
			continue;
		kept->nulls = has_null(kept->column, row, n);
		rows->nulls |= kept->nulls;
		rows->full[k / 8] |= (uint8_t)(1 << k % 8);
		if (k < rows->n_ints)
			note_column(rows, k, batch->event_time, row, n, size);
		else
			add_sizes(kept, row, n, size);
	}
}

/* Two parts of so many bytes, which may be the same. */
static inline void
copy_ends(uint8_t *to, const uint8_t *p, uint32_t len, uint32_t part)
{
	memcpy(to, p, part);
	memcpy(to + len - part, p + len - part, part);
}

/*
 * Texts are of any length, and who asks for it guesses wrong: those of the usual ones are copied in
 * parts, some bytes twice.  Behind a short one, which has twelve bytes whatever its length, up to
 * eight more are written.
 */
static inline void
copy_text(uint8_t *to, const uint8_t *p, uint32_t len)
{
	const uint32_t short_end = len > 8 ? len : 8;

	if (len <= 12) {
		copy_ends(to, p, short_end, 8);
	} else if (len < 16) {
		copy_ends(to, p, len, 8);
	} else if (len < 32) {
		copy_ends(to, p, len, 16);
	} else if (len <= 128) {
		copy_ends(to, p, len < 64 ? len : 64, 32);
		p += len < 64 ? 0 : len - 64;
		to += len < 64 ? 0 : len - 64;
		copy_ends(to, p, len < 64 ? len : 64, 32);
	} else {
		memcpy(to, p, len);
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
	copy_text(to, (const uint8_t *)text.p, text.len);
	return to + text.len;
}

/* That is no int. */
static inline uint8_t *
put_value(uint8_t *to, const struct kept *kept, uint32_t row)
{
	const struct weir_column *column = kept->column;

	if (kept->kind == KIND_TEXT)
		return put_text(to, weir_str_at(column, row));
	if (kept->kind == KIND_BOOL) {
		*to = (uint8_t)weir_bool_at(column, row);
		return to + 1;
	}
	memcpy(to, (const double *)column->values + row, sizeof(double));
	return to + sizeof(double);
}

/* All ints of a row and, before them, how long they are. */
static inline uint8_t *
put_ints(const struct weir_rows *rows, uint32_t place, uint8_t *codes)
{
	const uint64_t *words = rows->words + place, *next = rows->codes + place;
	uint8_t *to = codes + (rows->n_ints + 1) / 2;
	uint64_t code = 0;

	for (uint32_t k = 0; k < rows->n_ints; k += CODES_WORD, next += WEIR_ROWS_MAX)
		memcpy(codes + k / 2, next, sizeof *next);
	next = rows->codes + place;
	for (uint32_t k = 0; k < rows->n_ints; k++, words += WEIR_ROWS_MAX) {
		if (k % CODES_WORD == 0) {
			code = *next;
			next += WEIR_ROWS_MAX;
		}
		memcpy(to, words, sizeof *words);
		to += code & 0xf;
		code >>= 4;
	}
	return to;
}

static void
clear_nulls(const struct weir_rows *rows, uint32_t row, uint8_t *bits)
{
	for (uint32_t k = 0; k < rows->n_kept; k++) {
		const struct kept *kept = &rows->kept[k];

		if (kept->column != NULL && kept->nulls && weir_null_at(kept->column, row))
			bits[k / 8] &= (uint8_t) ~(1 << k % 8);
	}
}

/* As rows.h has it. */
void
wr_rows_write(const struct weir_rows *rows, uint32_t row, char *bytes)
{
	uint8_t *bits = (uint8_t *)bytes, *to;

	for (uint32_t h = 0; h < bits_size(rows); h++)
		bits[h] = rows->full[h];
	if (rows->nulls)
		clear_nulls(rows, row, bits);
	to = put_ints(rows, rows->place[row], bits + bits_size(rows));
	for (uint32_t k = rows->n_ints; k < rows->n_kept; k++) {
		const struct kept *kept = &rows->kept[k];

		if (kept->column != NULL && !(kept->nulls && weir_null_at(kept->column, row)))
			to = put_value(to, kept, row);
	}
	memcpy(to, &rows->batch->event_time[row], sizeof(int64_t));
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

/* The ints of all rows, which come first; values has the columns'. */
static void
take_ints(struct reader *reader, uint32_t n_ints, void *const *values)
{
	for (uint32_t i = 0; i < reader->n; i++) {
		const uint8_t *codes = reader->head[i] + reader->bits;
		const uint8_t *at = codes + (n_ints + 1) / 2;
		uint64_t code = 0;

		for (uint32_t k = 0; k < n_ints; k++) {
			if (k % CODES_WORD == 0)
				memcpy(&code, codes + k / 2, sizeof code);
			((uint64_t *)values[k])[i] = unzigzag(get_word(at, code & 0xf));
			at += code & 0xf;
			code >>= 4;
		}
		reader->at[i] = at;
	}
}

/* Of a column of ints: those that are not null counted from what they are counted from. */
static void
settle_ints(const struct reader *reader, enum kind kind, const uint64_t *valid, uint64_t *values)
{
	for (uint32_t i = 0; i < reader->n && kind == KIND_TIME; i++)
		if (valid == NULL || weir_bit_get(valid, i))
			values[i] += int_base(kind, reader->time[i]);
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
		settle_ints(reader, kept->kind, valid, values);
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

/* Column k; *values gets where its values are to stand. */
static const struct weir_column *
new_column(struct reader *reader, struct wr_arena *arena, uint32_t type, uint32_t k,
	const uint8_t *const *bufs, void **values)
{
	struct weir_column *column = wr_arena_new(arena, struct weir_column);
	const uint64_t *valid = take_valid(reader, arena, k);
	size_t size = type == WEIR_BOOL ? (reader->n + 63) / 64 * sizeof(uint64_t)
					: (size_t)reader->n * wr_type_width(type);

	*values = wr_arena_alloc(arena, size);
	if (valid != NULL || type == WEIR_BOOL)
		memset(*values, 0, size);
	*column = (struct weir_column){.size = sizeof *column,
		.type = type,
		.values = *values,
		.valid = valid,
		.bufs = bufs};
	return column;
}

static void
take_columns(const struct weir_rows *rows, struct reader *reader, struct wr_arena *arena,
	const struct weir_column **cols)
{
	void **values = wr_arena_array(&rows->inst->frame->scratch, void *, rows->n_kept);
	const uint8_t **bufs = wr_arena_array(arena, const uint8_t *, 1);
	const struct kept *kept = rows->kept;

	bufs[0] = reader->base;
	for (uint32_t k = 0; k < rows->n_kept; k++)
		cols[kept[k].col] = new_column(reader, arena, kept[k].type, k, bufs, &values[k]);
	take_ints(reader, rows->n_ints, values);
	for (uint32_t k = 0; k < rows->n_kept; k++)
		take_values(reader, &kept[k], cols[kept[k].col]->valid, values[k]);
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
	struct reader reader = {.n = n};

	take_rows(rows, batch, bytes, &reader);
	for (uint32_t c = 0; c < rows->n_cols; c++)
		cols[c] = absent_column(arena, schema->fields[c]->type);
	memset(cols + rows->n_cols, 0, WEIR_AT_COUNT * sizeof(struct weir_column *));
	take_columns(rows, &reader, arena, cols);
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
