/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a program over a batch: rows, columns in the making, and the errors of rows.  One wr_run
 * lasts one evaluation; the thread of the task.
 */
#ifndef WR_EXPR_RUN_H
#define WR_EXPR_RUN_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/kernel.h"
#include "expr/node.h"

/* Rows sel[0 .. n), ascending, or 0 .. n if sel is NULL. */
struct wr_rows {
	const uint32_t *sel;
	uint32_t n;
};

static inline uint32_t
wr_row(struct wr_rows rows, uint32_t k)
{
	return rows.sel != NULL ? rows.sel[k] : k;
}

/* One past the last row. */
static inline uint32_t
wr_rows_span(struct wr_rows rows)
{
	return rows.sel == NULL || rows.n == 0 ? rows.n : rows.sel[rows.n - 1] + 1;
}

/* Selections so dense that computing all rows below the span is cheaper than picking. */
static inline bool
wr_rows_dense(struct wr_rows rows)
{
	return rows.sel == NULL || rows.n * 3 >= wr_rows_span(rows);
}

static inline uint32_t
wr_words(uint32_t rows)
{
	return (rows + 63) / 64;
}

struct wr_vec {
	struct weir_column col;
	bool konst; /* one row, which stands for all */
	bool kept; /* the values are in eval->result */
	void *own; /* values, if they can be given back for another's use; NULL: they cannot */
};

struct wr_let {
	const struct wr_node *node;
	const struct wr_vec *value;
	struct wr_let *below;
};

enum { WR_RUN_SPARE = 16 };

struct wr_run {
	struct wr_eval *eval;
	const struct weir_batch *batch;
	const struct wr_node *root;
	uint32_t cap; /* rows every buffer has room for, a multiple of 64 */
	bool quiet; /* inside try() */
	uint64_t *failed; /* rows that failed; NULL: none */
	struct wr_arena *texts; /* where new strings go */
	struct wr_let *lets;
	void *spare[2][WR_RUN_SPARE]; /* buffers given back: of 8 bytes a row, of 16 */
	uint32_t n_spare[2];
};

void wr_run_init(
	struct wr_run *run, struct wr_eval *eval, const struct weir_batch *batch, uint32_t n_rows);
/* At rows of the whole run. */
void wr_run_node(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out);
/* As wr_run_node, and the outcome is a whole column in eval->result, or the batch's own. */
const struct weir_column *wr_run_root(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows);

/* The row has failed: the first reason counts.  Its value must be made harmless by the caller. */
void wr_run_error(struct wr_run *run, uint32_t row, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A column of values to be filled; no nulls yet.  node: whose it is. */
void *wr_run_values(
	struct wr_run *run, const struct wr_node *node, uint32_t type, struct wr_vec *out);
uint64_t *wr_run_bits(struct wr_run *run);
/* Validity of out, all ones if there was none; may be written. */
uint64_t *wr_run_valid(struct wr_run *run, struct wr_vec *out);
/* What is not needed any more. */
void wr_run_drop(struct wr_run *run, struct wr_vec *vec);
/* A constant as a whole column. */
void wr_run_fill(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *vec);
void wr_run_null(const struct wr_node *node, struct wr_vec *out);

/*
 * The kids of a strict operator.  False: one is a null constant, and out is null.  Else at least
 * one is a whole column, and *valid is where all are there (NULL: everywhere).
 */
bool wr_run_kids(struct wr_run *run, const struct wr_node *node, struct wr_rows rows,
	struct wr_vec *kids, uint32_t n, const uint64_t **valid, struct wr_vec *out);
/* The rows among these whose bit is set (bits NULL: all); those where it is not. */
struct wr_rows wr_run_pick(struct wr_run *run, struct wr_rows rows, const uint64_t *bits);
/* Numbers of the bits set in 0 .. n into rows; how many. */
uint32_t wr_bits_rows(const uint64_t *bits, uint32_t n, uint32_t *rows);
/* Those of sel (NULL: 0 .. n) whose bits are set into rows, which has room for all of them, and
 * what belongs to each from `with` into picked (both may be NULL); how many. */
uint32_t wr_bits_pick(const uint64_t *bits, const uint32_t *sel, uint32_t n, void *const *with,
	uint32_t *rows, void **picked);
/* Whether every row has its bit. */
bool wr_rows_all(const struct wr_eval *eval, struct wr_rows rows, const uint64_t *bits);
/* Those of these rows whose bits are set into picked, which has room for all below the last one;
 * how many. */
uint32_t wr_rows_pick(
	const struct wr_eval *eval, struct wr_rows rows, const uint64_t *bits, uint32_t *picked);

/*
 * 64 flags of a byte, each 0 or 1, as bits: compilers make vector code of loops that write such
 * flags.  Flags of rows that nobody asks for may be anything, and spoil no other bit.
 */
static inline uint64_t
wr_bits_pack(const uint8_t *flags)
{
	uint64_t bits = 0;

#ifdef __SSE2__
	for (int i = 0; i < 4; i++) {
		__m128i some = _mm_loadu_si128((const __m128i *)(const void *)flags + i);
		/* The lowest bit of each byte becomes its highest. */
		uint32_t mask = (uint32_t)_mm_movemask_epi8(_mm_slli_epi16(some, 7));

		bits |= (uint64_t)mask << i * 16;
	}
#else
	for (int i = 0; i < 64; i++)
		bits |= (uint64_t)(flags[i] & 1) << i;
#endif
	return bits;
}

static inline bool
wr_vec_null(const struct wr_vec *vec)
{
	return vec->konst && vec->col.valid != NULL && !(vec->col.valid[0] & 1);
}

static inline bool
wr_valid_at(const uint64_t *valid, uint32_t row)
{
	return valid == NULL || (valid[row >> 6] >> (row & 63) & 1);
}

static inline struct weir_str
wr_vec_text(const struct wr_vec *vec, uint32_t row)
{
	return weir_str_at(&vec->col, vec->konst ? 0 : row);
}

static inline int64_t
wr_vec_int(const struct wr_vec *vec, uint32_t row)
{
	return ((const int64_t *)vec->col.values)[vec->konst ? 0 : row];
}

static inline double
wr_vec_float(const struct wr_vec *vec, uint32_t row)
{
	return ((const double *)vec->col.values)[vec->konst ? 0 : row];
}

#endif
