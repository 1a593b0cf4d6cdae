/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers, rows and errors of an evaluation, and its entry points. */
#include "expr/run.h"

#include <stdarg.h>
#include <stdio.h>

#include "expr/texts.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define WR_KERNEL_AVX512
#include <immintrin.h>
#endif

void
wr_run_init(
	struct wr_run *run, struct wr_eval *eval, const struct weir_batch *batch, uint32_t n_rows)
{
	run->eval = eval;
	run->batch = batch;
	run->root = NULL;
	run->cap = n_rows < 64 ? 64 : (n_rows + 63) & ~63u;
	run->quiet = false;
	run->failed = NULL;
	run->texts = eval->scratch;
	run->lets = NULL;
	run->n_spare[0] = run->n_spare[1] = 0;
}

void
wr_run_node(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	if (rows.n == 0)
		wr_run_null(node, out);
	else
		node->eval(run, node, rows, out);
}

/* Messages quote values: what is no character of a line becomes a question mark. */
static void
make_readable(char *text)
{
	uint32_t left = (uint32_t)strlen(text), n;

	for (; left > 0; text += n, left -= n) {
		n = wr_utf8_length(text, left);
		if (n == 0 || (uint8_t)*text < 0x20)
			*text = '?';
		n = n == 0 ? 1 : n;
	}
}

void
wr_run_error(struct wr_run *run, uint32_t row, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	if (run->failed == NULL)
		run->failed = memset(wr_run_bits(run), 0, run->cap / 8);
	else if (weir_bit_get(run->failed, row))
		return;
	weir_bit_set(run->failed, row);
	if (run->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	make_readable(why);
	run->eval->row_error(run->eval, row, why);
}

uint64_t *
wr_run_bits(struct wr_run *run)
{
	return wr_arena_alloc(run->eval->scratch, run->cap / 8);
}

void *
wr_run_values(struct wr_run *run, const struct wr_node *node, uint32_t type, struct wr_vec *out)
{
	uint32_t wide = wr_type_is_text(type);
	bool root = node != NULL && node == run->root;
	struct wr_arena *arena = root ? run->eval->result : run->eval->scratch;
	size_t size = (size_t)run->cap * (wide ? 16 : 8);
	void *values;

	out->konst = false;
	out->kept = root;
	out->own = NULL;
	out->col = (struct weir_column){.size = sizeof out->col, .type = type};
	if (type == WEIR_BOOL) {
		out->col.values = values = wr_arena_alloc(arena, run->cap / 8);
		return values;
	}
	if (!root && run->n_spare[wide] > 0)
		values = run->spare[wide][--run->n_spare[wide]];
	else
		values = wr_arena_alloc(arena, size);
	out->own = out->kept ? NULL : values;
	out->col.values = values;
	return values;
}

uint64_t *
wr_run_valid(struct wr_run *run, struct wr_vec *out)
{
	uint64_t *valid = wr_run_bits(run);

	if (out->col.valid == NULL)
		memset(valid, 0xff, run->cap / 8);
	else
		memcpy(valid, out->col.valid, run->cap / 8);
	out->col.valid = valid;
	return valid;
}

void
wr_run_drop(struct wr_run *run, struct wr_vec *vec)
{
	uint32_t wide = wr_type_is_text(vec->col.type);

	if (vec->own != NULL && run->n_spare[wide] < WR_RUN_SPARE)
		run->spare[wide][run->n_spare[wide]++] = vec->own;
	vec->own = NULL;
}

static const uint64_t no_bits[1];
static const struct weir_view no_values[1];

void
wr_run_null(const struct wr_node *node, struct wr_vec *out)
{
	*out = (struct wr_vec){.konst = true,
		.col = {.size = sizeof out->col,
			.type = node->type,
			.values = no_values,
			.valid = no_bits}};
}

void
wr_run_fill(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *vec)
{
	struct weir_column from = vec->col;
	uint32_t span = wr_rows_span(rows);
	void *values;

	if (!vec->konst)
		return;
	values = wr_run_values(run, node, from.type, vec);
	vec->col.bufs = from.bufs;
	if (from.valid != NULL && !(from.valid[0] & 1))
		vec->col.valid = memset(wr_run_bits(run), 0, run->cap / 8);
	if (from.type == WEIR_BOOL) {
		memset(values, weir_bool_at(&from, 0) ? 0xff : 0, run->cap / 8);
	} else if (wr_type_is_text(from.type)) {
		struct weir_view view = *(const struct weir_view *)from.values;

		for (uint32_t i = 0; i < span; i++)
			((struct weir_view *)values)[i] = view;
	} else {
		uint64_t word = *(const uint64_t *)from.values;

		for (uint32_t i = 0; i < span; i++)
			((uint64_t *)values)[i] = word;
	}
}

/* a and b, either of which may be NULL for all ones. */
static const uint64_t *
both(struct wr_run *run, const uint64_t *a, const uint64_t *b)
{
	uint64_t *bits;

	if (a == NULL || b == NULL || a == b)
		return a == NULL ? b : a;
	bits = wr_run_bits(run);
	for (uint32_t i = 0; i < wr_words(run->cap); i++)
		bits[i] = a[i] & b[i];
	return bits;
}

bool
wr_run_kids(struct wr_run *run, const struct wr_node *node, struct wr_rows rows,
	struct wr_vec *kids, uint32_t n, const uint64_t **valid, struct wr_vec *out)
{
	bool null = false, whole = false;

	*valid = NULL;
	for (uint32_t i = 0; i < n; i++) {
		wr_run_node(run, node->kids[i], rows, &kids[i]);
		null = null || wr_vec_null(&kids[i]);
		whole = whole || !kids[i].konst;
		if (!kids[i].konst)
			*valid = both(run, *valid, kids[i].col.valid);
	}
	if (null) {
		for (uint32_t i = 0; i < n; i++)
			wr_run_drop(run, &kids[i]);
		wr_run_null(node, out);
		return false;
	}
	if (!whole)
		wr_run_fill(run, NULL, rows, &kids[0]);
	return true;
}

struct wr_rows
wr_run_pick(struct wr_run *run, struct wr_rows rows, const uint64_t *bits)
{
	uint32_t *sel, n;

	if (bits == NULL)
		return rows;
	sel = wr_arena_array(run->eval->scratch, uint32_t, run->cap);
	n = wr_rows_pick(run->eval, rows, bits, sel);
	return n == rows.n ? rows : (struct wr_rows){sel, n};
}

/* For every byte the numbers of its bits, packed from the lowest byte on, and how many there are.
 */
#define BIT(b, j)    ((uint64_t)((b) >> (j)&1))
#define PUT(b, j, n) (BIT(b, j) * (j) << 8 * (n))
#define N1(b)        BIT(b, 0)
#define N2(b)        (N1(b) + BIT(b, 1))
#define N3(b)        (N2(b) + BIT(b, 2))
#define N4(b)        (N3(b) + BIT(b, 3))
#define N5(b)        (N4(b) + BIT(b, 4))
#define N6(b)        (N5(b) + BIT(b, 5))
#define N7(b)        (N6(b) + BIT(b, 6))
#define COUNT(b)     (N7(b) + BIT(b, 7))
#define PLACES(b)                                                                                  \
	(PUT(b, 1, N1(b)) | PUT(b, 2, N2(b)) | PUT(b, 3, N3(b)) | PUT(b, 4, N4(b)) |               \
		PUT(b, 5, N5(b)) | PUT(b, 6, N6(b)) | PUT(b, 7, N7(b)))
#define FOUR(m, b)    m(b), m((b) + 1), m((b) + 2), m((b) + 3)
#define SIXTEEN(m, b) FOUR(m, b), FOUR(m, (b) + 4), FOUR(m, (b) + 8), FOUR(m, (b) + 12)
#define ALL(m, b)     SIXTEEN(m, b), SIXTEEN(m, (b) + 16), SIXTEEN(m, (b) + 32), SIXTEEN(m, (b) + 48)

static const uint64_t byte_places[256] = {
	ALL(PLACES, 0), ALL(PLACES, 64), ALL(PLACES, 128), ALL(PLACES, 192)};
static const uint8_t byte_count[256] = {
	ALL(COUNT, 0), ALL(COUNT, 64), ALL(COUNT, 128), ALL(COUNT, 192)};

#ifdef WR_KERNEL_AVX512
/* As wr_bits_rows, sixteen at a time, of the first n & ~15 rows. */
__attribute__((target("avx512f,popcnt"))) static uint32_t
bits_rows_avx512(const uint64_t *bits, uint32_t n, uint32_t *rows)
{
	__m512i at = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
	uint32_t k = 0;

	for (uint32_t base = 0; base + 16 <= n; base += 16) {
		__mmask16 some = (__mmask16)(bits[base >> 6] >> (base & 63));

		_mm512_storeu_si512(rows + k, _mm512_maskz_compress_epi32(some, at));
		at = _mm512_add_epi32(at, _mm512_set1_epi32(16));
		k += (uint32_t)__builtin_popcount(some);
	}
	return k;
}
#endif

#ifdef WR_KERNEL_AVX512
/* As wr_bits_pick, of the first n & ~15 rows. */
__attribute__((target("avx512f,popcnt"))) static uint32_t
bits_pick_avx512(const uint64_t *bits, const uint32_t *sel, uint32_t n, void *const *with,
	uint32_t *rows, void **picked)
{
	const __m512i low = _mm512_set1_epi32(31), one = _mm512_set1_epi32(1);
	__m512i at = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
	uint32_t k = 0;

	for (uint32_t i = 0; i + 16 <= n; i += 16) {
		__m512i row = sel != NULL ? _mm512_loadu_si512(sel + i) : at;
		__m512i word = _mm512_i32gather_epi32(_mm512_srli_epi32(row, 5), bits, 4);
		__m512i bit = _mm512_sllv_epi32(one, _mm512_and_si512(row, low));
		__mmask16 some = _mm512_test_epi32_mask(word, bit);
		uint32_t n_low = (uint32_t)__builtin_popcount(some & 0xff);

		_mm512_storeu_si512(rows + k, _mm512_maskz_compress_epi32(some, row));
		if (with != NULL) {
			__m512i first = _mm512_loadu_si512(with + i);
			__m512i second = _mm512_loadu_si512(with + i + 8);
			__mmask8 high = (__mmask8)(some >> 8);

			_mm512_storeu_si512(
				picked + k, _mm512_maskz_compress_epi64((__mmask8)some, first));
			_mm512_storeu_si512(
				picked + k + n_low, _mm512_maskz_compress_epi64(high, second));
		}
		at = _mm512_add_epi32(at, _mm512_set1_epi32(16));
		k += (uint32_t)__builtin_popcount(some);
	}
	return k;
}
#endif

uint32_t
wr_bits_pick(const uint64_t *bits, const uint32_t *sel, uint32_t n, void *const *with,
	uint32_t *rows, void **picked)
{
	uint32_t k = 0, i = 0;

#ifdef WR_KERNEL_AVX512
	if (__builtin_cpu_supports("avx512f")) {
		k = bits_pick_avx512(bits, sel, n, with, rows, picked);
		i = n & ~15u;
	}
#endif
	for (; i < n; i++) {
		rows[k] = sel != NULL ? sel[i] : i;
		if (with != NULL)
			picked[k] = with[i];
		k += (uint32_t)weir_bit_get(bits, rows[k]);
	}
	return k;
}

WR_KERNEL uint32_t
wr_bits_rows(const uint64_t *bits, uint32_t n, uint32_t *rows)
{
	uint32_t k = 0, base = 0;

#ifdef WR_KERNEL_AVX512
	if (__builtin_cpu_supports("avx512f")) {
		k = bits_rows_avx512(bits, n, rows);
		base = n & ~15u;
	}
#endif
	/* Writes eight at a time: k is never above base, so that rows[k + 7] is within 0 .. n. */
	for (; base + 8 <= n; base += 8) {
		uint32_t byte = (uint32_t)(bits[base >> 6] >> (base & 63) & 0xff);
		const uint8_t *place = (const uint8_t *)&byte_places[byte];

		for (uint32_t j = 0; j < 8; j++)
			rows[k + j] = base + place[j];
		k += byte_count[byte];
	}
	for (uint32_t i = n & ~7u; i < n; i++)
		if (weir_bit_get(bits, i))
			rows[k++] = i;
	return k;
}

/* The rows as bits; NULL: they are not there as such. */
static const uint64_t *
selected(const struct wr_eval *eval, struct wr_rows rows)
{
	return rows.sel != NULL && rows.sel == eval->sel ? eval->selected : NULL;
}

uint32_t
wr_rows_pick(
	const struct wr_eval *eval, struct wr_rows rows, const uint64_t *bits, uint32_t *picked)
{
	const uint64_t *among = selected(eval, rows);
	uint64_t both[WEIR_ROWS_MAX / 64];
	uint32_t span = wr_rows_span(rows);

	if (rows.sel == NULL)
		return wr_bits_rows(bits, rows.n, picked);
	if (among == NULL)
		return wr_bits_pick(bits, rows.sel, rows.n, NULL, picked, NULL);
	for (uint32_t w = 0; w < wr_words(span); w++)
		both[w] = bits[w] & among[w];
	return wr_bits_rows(both, span, picked);
}

bool
wr_rows_all(const struct wr_eval *eval, struct wr_rows rows, const uint64_t *bits)
{
	const uint64_t *among = selected(eval, rows);
	uint64_t all = 1, missing = 0;

	if (among != NULL) {
		for (uint32_t w = 0; w < wr_words(wr_rows_span(rows)); w++)
			missing |= among[w] & ~bits[w];
		return missing == 0;
	}
	if (rows.sel != NULL) {
		for (uint32_t k = 0; k < rows.n && (all & 1); k++)
			all = bits[rows.sel[k] >> 6] >> (rows.sel[k] & 63);
		return all & 1;
	}
	for (uint32_t w = 0; w < rows.n / 64; w++)
		if (bits[w] != ~UINT64_C(0))
			return false;
	return rows.n % 64 == 0 || (~bits[rows.n / 64] & (((uint64_t)1 << rows.n % 64) - 1)) == 0;
}

/* The values below span, in the result's arena. */
static void
keep_values(struct wr_run *run, uint32_t span, struct wr_vec *vec)
{
	size_t size = vec->col.type == WEIR_BOOL       ? wr_words(span) * sizeof(uint64_t)
		      : wr_type_is_text(vec->col.type) ? span * sizeof(struct weir_view)
						       : span * sizeof(uint64_t);
	void *values = wr_arena_alloc(run->eval->result, size);

	vec->col.values = memcpy(values, vec->col.values, size);
	wr_run_drop(run, vec);
}

const struct weir_column *
wr_run_root(struct wr_run *run, const struct wr_node *node, struct wr_rows rows)
{
	struct weir_column *col = wr_arena_new(run->eval->result, struct weir_column);
	struct wr_vec vec;

	run->root = node;
	run->texts = wr_type_is_text(node->type) ? run->eval->result : run->eval->scratch;
	wr_run_node(run, node, rows, &vec);
	if (vec.konst)
		wr_run_fill(run, node, rows, &vec);
	if (!vec.kept)
		keep_values(run, wr_rows_span(rows), &vec);
	if (vec.col.valid != NULL) {
		if (wr_rows_all(run->eval, rows, vec.col.valid))
			vec.col.valid = NULL;
		else
			vec.col.valid = memcpy(wr_arena_alloc(run->eval->result, run->cap / 8),
				vec.col.valid, run->cap / 8);
	}
	vec.col.size = sizeof vec.col;
	vec.col.type = node->type;
	*col = vec.col;
	return col;
}
