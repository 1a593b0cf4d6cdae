/* SPDX-License-Identifier: Apache-2.0 */
/* case, coalesce, try, and values that are computed once for several uses: each branch only at the
 * rows it is for. */
#include "expr/logic.h"
#include "expr/texts.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define CHOOSE_AVX512
#include <immintrin.h>
#endif

/* A result put together from several columns. */
struct pieces {
	struct wr_run *run;
	struct wr_vec *out;
	void *values;
	uint64_t *valid; /* NULL: no nulls so far */
	struct wr_texts texts;
};

static void
pieces_init(struct pieces *p, struct wr_run *run, const struct wr_node *node, struct wr_vec *out)
{
	p->run = run;
	p->out = out;
	p->values = wr_run_values(run, node, node->type, out);
	p->valid = NULL;
	wr_texts_init(&p->texts, run->texts);
}

static void
put_words(uint64_t *to, const struct wr_vec *from, struct wr_rows rows)
{
	const uint64_t *values = from->col.values;

	if (from->konst)
		for (uint32_t k = 0; k < rows.n; k++)
			to[wr_row(rows, k)] = values[0];
	else
		for (uint32_t k = 0; k < rows.n; k++)
			to[wr_row(rows, k)] = values[wr_row(rows, k)];
}

static void
put_bits(uint64_t *to, const struct wr_vec *from, struct wr_rows rows)
{
	for (uint32_t k = 0; k < rows.n; k++) {
		uint32_t row = wr_row(rows, k);

		if (weir_bool_at(&from->col, from->konst ? 0 : row))
			weir_bit_set(to, row);
		else
			weir_bit_clear(to, row);
	}
}

static void
put_views(struct pieces *p, const struct wr_vec *from, struct wr_rows rows)
{
	struct weir_view *to = p->values;

	for (uint32_t k = 0; k < rows.n; k++) {
		uint32_t row = wr_row(rows, k);

		to[row] = wr_texts_share(&p->texts, wr_vec_view(from, row), from->col.bufs);
	}
}

/* The values of these rows come from `from`. */
static void
pieces_put(struct pieces *p, struct wr_vec *from, struct wr_rows rows)
{
	struct wr_rows there = rows;

	if (from->col.valid != NULL && rows.n > 0) {
		if (p->valid == NULL)
			p->valid = wr_run_valid(p->run, p->out);
		for (uint32_t k = 0; k < rows.n; k++) {
			uint32_t row = wr_row(rows, k);

			if (!wr_valid_at(from->col.valid, from->konst ? 0 : row))
				weir_bit_clear(p->valid, row);
		}
		there = wr_run_pick(p->run, rows, p->valid);
	}
	if (p->out->col.type == WEIR_BOOL)
		put_bits(p->values, from, there);
	else if (wr_type_is_text(p->out->col.type))
		put_views(p, from, there);
	else
		put_words(p->values, from, there);
	wr_run_drop(p->run, from);
}

static void
pieces_done(struct pieces *p)
{
	p->out->col.bufs = p->texts.bufs;
}

/* Where a condition is true, as bits; null counts as false. */
static void
where_true(const struct wr_vec *condition, uint64_t *taken, uint32_t words)
{
	const uint64_t *bits = condition->col.values, *valid = condition->col.valid;

	for (uint32_t w = 0; w < words; w++)
		taken[w] = valid == NULL ? bits[w] : bits[w] & valid[w];
}

/* Splits rows by a condition. */
static void
split(struct wr_run *run, const struct wr_vec *condition, struct wr_rows rows, struct wr_rows *yes,
	struct wr_rows *no)
{
	uint32_t words = wr_words(wr_rows_span(rows));
	uint64_t *taken = wr_run_bits(run);

	if (condition->konst) {
		bool is = !wr_vec_null(condition) && weir_bool_at(&condition->col, 0);

		*yes = is ? rows : (struct wr_rows){NULL, 0};
		*no = is ? (struct wr_rows){NULL, 0} : rows;
		return;
	}
	where_true(condition, taken, words);
	*yes = wr_run_pick(run, rows, taken);
	for (uint32_t w = 0; w < words; w++)
		taken[w] = ~taken[w];
	*no = wr_run_pick(run, rows, taken);
}

static void
case_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_rows rest = rows, yes;
	struct wr_vec part;
	struct pieces p;

	pieces_init(&p, run, node, out);
	for (uint32_t i = 0; i + 1 < node->n_kids && rest.n > 0; i += 2) {
		wr_run_node(run, node->kids[i], rest, &part);
		split(run, &part, rest, &yes, &rest);
		wr_run_drop(run, &part);
		wr_run_node(run, node->kids[i + 1], yes, &part);
		pieces_put(&p, &part, yes);
	}
	if (rest.n > 0) {
		if (node->n_kids % 2 != 0)
			wr_run_node(run, node->kids[node->n_kids - 1], rest, &part);
		else
			wr_run_null(node, &part);
		pieces_put(&p, &part, rest);
	}
	pieces_done(&p);
}

#ifdef CHOOSE_AVX512
/* As blend, of the first n & ~7 rows. */
__attribute__((target("avx512f"))) static void
blend_avx512(uint64_t *to, const uint64_t *a, const uint64_t *b, const uint64_t *first, uint32_t n)
{
	for (uint32_t at = 0; at + 8 <= n; at += 8) {
		__mmask8 bits = (__mmask8)(first[at / 64] >> at % 64);
		__m512i x = _mm512_loadu_si512(a + at), y = _mm512_loadu_si512(b + at);

		_mm512_storeu_si512(to + at, _mm512_mask_blend_epi64(bits, y, x));
	}
}
#endif

/* a where the bit of the row is set, else b. */
static void
blend(uint64_t *to, const uint64_t *a, const uint64_t *b, const uint64_t *first, uint32_t n)
{
	uint32_t at = 0;

#ifdef CHOOSE_AVX512
	if (__builtin_cpu_supports("avx512f")) {
		blend_avx512(to, a, b, first, n);
		at = n & ~7u;
	}
#endif
	for (; at < n; at++) {
		uint64_t mask = 0 - (first[at / 64] >> at % 64 & 1);

		to[at] = (a[at] & mask) | (b[at] & ~mask);
	}
}

/* All ones where nothing is null. */
static uint64_t
valid_word(const struct wr_vec *vec, uint32_t w)
{
	return vec->col.valid == NULL ? ~UINT64_C(0) : vec->col.valid[w];
}

/* A case of one condition whose values are there already: nothing is picked for it. */
static void
blend_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	uint32_t span = wr_rows_span(rows), words = wr_words(span);
	uint64_t *taken = wr_run_bits(run), *valid;
	struct wr_vec condition, a, b;
	bool null_a, null_b;

	wr_run_node(run, node->kids[0], rows, &condition);
	wr_run_fill(run, NULL, rows, &condition);
	where_true(&condition, taken, words);
	wr_run_drop(run, &condition);
	wr_run_node(run, node->kids[1], rows, &a);
	if (node->n_kids == 3)
		wr_run_node(run, node->kids[2], rows, &b);
	else
		wr_run_null(node, &b);
	null_a = wr_vec_null(&a);
	null_b = wr_vec_null(&b);
	wr_run_fill(run, NULL, rows, &a);
	wr_run_fill(run, NULL, rows, &b);
	if (null_a || null_b) {
		*out = null_a ? b : a;
		wr_run_drop(run, null_a ? &a : &b);
	} else {
		uint64_t *values = wr_run_values(run, node, node->type, out);

		blend(values, a.col.values, b.col.values, taken, span);
		wr_run_drop(run, &a);
		wr_run_drop(run, &b);
	}
	if (a.col.valid == NULL && b.col.valid == NULL)
		return;
	valid = wr_run_bits(run);
	for (uint32_t w = 0; w < words; w++)
		valid[w] = (valid_word(&a, w) & taken[w]) | (valid_word(&b, w) & ~taken[w]);
	out->col.valid = valid;
}

static bool
is_there(const struct wr_node *node)
{
	return node->kind == WR_N_COLUMN || node->kind == WR_N_CONST || node->kind == WR_N_SHARED;
}

/* Words, or what is null on one side. */
static bool
blends(const struct wr_node *node)
{
	const struct wr_node *a = node->kids[1], *b = node->n_kids == 3 ? node->kids[2] : NULL;
	bool words = node->type == WEIR_INT64 || node->type == WEIR_FLOAT64 ||
		     node->type == WEIR_TIMESTAMP;

	if (node->n_kids > 3 || !is_there(a) || (b != NULL && !is_there(b)))
		return false;
	return words || b == NULL || wr_node_is_null(a) || wr_node_is_null(b);
}

static void
coalesce_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec part;
	struct pieces p;

	wr_run_node(run, node->kids[0], rows, out);
	if (!out->konst && out->col.valid == NULL)
		return;
	part = *out;
	pieces_init(&p, run, node, out);
	for (uint32_t i = 0;;) {
		struct wr_rows none = {NULL, 0}, some = rows;
		const uint64_t *valid = part.col.valid;

		if (part.konst) {
			none = wr_vec_null(&part) ? rows : none;
			some = wr_vec_null(&part) ? (struct wr_rows){NULL, 0} : rows;
		} else if (valid != NULL) {
			uint64_t *null = wr_run_bits(run);

			for (uint32_t w = 0; w < wr_words(wr_rows_span(rows)); w++)
				null[w] = ~valid[w];
			none = wr_run_pick(run, rows, null);
			some = wr_run_pick(run, rows, valid);
		}
		part.col.valid = NULL;
		pieces_put(&p, &part, some);
		rows = none;
		if (rows.n == 0 || ++i == node->n_kids)
			break;
		wr_run_node(run, node->kids[i], rows, &part);
	}
	if (rows.n > 0) {
		wr_run_null(node, &part);
		pieces_put(&p, &part, rows);
	}
	pieces_done(&p);
}

static void
try_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	uint64_t *failed = run->failed, *valid, *errors;
	bool quiet = run->quiet;

	run->failed = NULL;
	run->quiet = true;
	if (run->root == node)
		run->root = node->kids[0];
	wr_run_node(run, node->kids[0], rows, out);
	errors = run->failed;
	run->failed = failed;
	run->quiet = quiet;
	if (errors == NULL)
		return;
	wr_run_fill(run, NULL, rows, out);
	valid = wr_run_valid(run, out);
	for (uint32_t w = 0; w < run->cap / 64; w++)
		valid[w] &= ~errors[w];
}

static void
let_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_let let = {.node = node, .below = run->lets};
	struct wr_vec value;

	wr_run_node(run, node->kids[0], rows, &value);
	/* Its uses, and with them the outcome, may share these values: they are never given back.
	 */
	value.own = NULL;
	let.value = &value;
	run->lets = &let;
	if (run->root == node)
		run->root = node->kids[1];
	wr_run_node(run, node->kids[1], rows, out);
	run->lets = let.below;
}

static void
shared_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	const struct wr_let *let = run->lets;

	(void)rows;
	while (let->node != node->let)
		let = let->below;
	*out = *let->value;
}

void
wr_choose_bind(struct wr_node *node)
{
	switch (node->kind) {
	case WR_N_CASE:
		node->eval = blends(node) ? blend_eval : case_eval;
		break;
	case WR_N_COALESCE:
		node->eval = coalesce_eval;
		break;
	case WR_N_TRY:
		node->eval = try_eval;
		break;
	case WR_N_LET:
		node->eval = let_eval;
		break;
	default:
		node->eval = shared_eval;
		break;
	}
}
