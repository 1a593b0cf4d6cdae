/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons of strings and bytes.  Most are decided by the view: its length and first four bytes.
 * What stands at a null is no view, so only rows with values are looked at.
 */
#include "expr/compare.h"
#include "expr/texts.h"

int
wr_compare_texts(struct weir_str a, struct weir_str b)
{
	uint32_t n = a.len < b.len ? a.len : b.len;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order != 0 ? order : a.len < b.len ? -1 : a.len > b.len;
}

void
wr_view_match_init(struct wr_view_match *match, const struct wr_const *value)
{
	struct weir_view mask = {.len = UINT32_MAX};
	uint32_t len = value->u.view.len;

	memset((uint8_t *)&mask + offsetof(struct weir_view, head), 0xff, len <= 12 ? len : 4);
	memcpy(match->want, &value->u.view, sizeof match->want);
	memcpy(match->mask, &mask, sizeof match->mask);
	for (int i = 0; i < 2; i++)
		match->want[i] &= match->mask[i];
	match->text = wr_const_text(value);
}

/* Up to 64 rows; behind the first `halves` 8 bytes of a view nothing is looked at. */
static inline __attribute__((always_inline)) uint64_t
equal_word(const struct weir_view *view, const struct wr_view_match *match, uint32_t halves,
	uint32_t n)
{
	uint8_t flags[64] = {0};
	uint64_t v[2] = {0};

	for (uint32_t i = 0; i < n; i++) {
		uint64_t other;

		memcpy(v, &view[i], halves * sizeof *v);
		other = (v[0] ^ match->want[0]) & match->mask[0];
		if (halves == 2)
			other |= (v[1] ^ match->want[1]) & match->mask[1];
		flags[i] = other == 0;
	}
	return wr_bits_pack(flags);
}

/* Column = constant of up to 12 bytes: no branch, no byte outside the view. */
WR_KERNEL static void
equal_short(uint64_t *restrict out, const struct weir_view *restrict view,
	const struct wr_view_match *restrict to, uint32_t n)
{
	const struct wr_view_match match = *to;
	uint32_t w, whole = n / 64;

	/* The second half counts from the fifth byte on. */
	if (match.mask[1] == 0)
		for (w = 0; w < whole; w++)
			out[w] = equal_word(view + w * 64, &match, 1, 64);
	else
		for (w = 0; w < whole; w++)
			out[w] = equal_word(view + w * 64, &match, 2, 64);
	if (n % 64 != 0)
		out[whole] = equal_word(view + whole * 64, &match, 2, n % 64);
}

static void
equal_constant(uint64_t *bits, const struct wr_vec *a, const struct wr_view_match *match,
	struct wr_rows rows)
{
	for (uint32_t k = 0; k < rows.n; k++) {
		uint32_t row = wr_row(rows, k);
		bool equal = wr_view_matches(match, wr_vec_view(a, row), a->col.bufs);

		bits[row >> 6] |= (uint64_t)equal << (row & 63);
	}
}

static bool
views_equal(const struct wr_vec *a, const struct wr_vec *b, uint32_t row)
{
	const struct weir_view *x = wr_vec_view(a, row), *y = wr_vec_view(b, row);

	if (x->len != y->len)
		return false;
	if (x->len > 4 && memcmp(x->head, y->head, sizeof x->head) != 0)
		return false;
	return x->len == 0 || memcmp(wr_vec_text(a, row).p, wr_vec_text(b, row).p, x->len) == 0;
}

/* memcmp's order of the first four bytes, and of all when these are equal. */
static int
views_order(const struct wr_vec *a, const struct wr_vec *b, uint32_t row)
{
	const struct weir_view *x = wr_vec_view(a, row), *y = wr_vec_view(b, row);
	uint32_t p, q;

	if (x->len >= 4 && y->len >= 4) {
		memcpy(&p, x->head, sizeof p);
		memcpy(&q, y->head, sizeof q);
		if (p != q)
			return __builtin_bswap32(p) < __builtin_bswap32(q) ? -1 : 1;
	}
	return wr_compare_texts(wr_vec_text(a, row), wr_vec_text(b, row));
}

static bool
holds(int op, int order)
{
	switch (op) {
	case WR_LT:
		return order < 0;
	case WR_LE:
		return order <= 0;
	case WR_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

static void
invert(uint64_t *bits, uint32_t words)
{
	for (uint32_t w = 0; w < words; w++)
		bits[w] = ~bits[w];
}

static void
text_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec kids[2], *a = &kids[0], *b = &kids[1];
	const struct wr_view_match *match = node->aux;
	const uint64_t *valid;
	struct wr_rows there;
	uint64_t *bits;

	if (!wr_run_kids(run, node, rows, kids, 2, &valid, out))
		return;
	bits = wr_run_values(run, node, WEIR_BOOL, out);
	out->col.valid = valid;
	if (match != NULL && match->text.len <= 12 && wr_rows_dense(rows)) {
		equal_short(bits, a->col.values, match, wr_rows_span(rows));
	} else {
		memset(bits, 0, run->cap / 8);
		there = wr_run_pick(run, rows, valid);
		if (match != NULL)
			equal_constant(bits, a, match, there);
		else
			for (uint32_t k = 0; k < there.n; k++) {
				uint32_t row = wr_row(there, k);

				if (node->op <= WR_NE ? views_equal(a, b, row)
						      : holds(node->op, views_order(a, b, row)))
					weir_bit_set(bits, row);
			}
	}
	if (node->op == WR_NE)
		invert(bits, run->cap / 64);
	wr_run_drop(run, a);
	wr_run_drop(run, b);
}

void
wr_compare_text_bind(struct wr_arena *arena, struct wr_node *node)
{
	const struct wr_node *right = node->kids[1];
	struct wr_view_match *match;

	node->eval = text_eval;
	node->costly = true;
	if (node->op > WR_NE || right->kind != WR_N_CONST || wr_node_is_null(right))
		return;
	match = wr_arena_new(arena, struct wr_view_match);
	wr_view_match_init(match, right->value);
	node->aux = match;
	node->costly = match->text.len > 12;
}
