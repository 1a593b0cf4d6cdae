/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons of numbers, timestamps and bools: a column in, a bitmap out, 64 rows a word. */
#include "expr/compare.h"

#include "expr/run.h"

typedef void compare_fn(uint64_t *restrict out, const void *restrict a, const void *restrict b,
	const uint32_t *sel, uint32_t n);

/* TEST is of row i: a[i] with b[i], or with c; under a selection words are cleared by the caller.
 */
#define COMPARE_LOOPS(name, T, TEST)                                                               \
	WR_KERNEL static void name(uint64_t *restrict out, const void *restrict a_,                \
		const void *restrict b_, const uint32_t *sel, uint32_t n)                          \
	{                                                                                          \
		const T *restrict a = a_, *restrict b = b_;                                        \
		const T c = b[0];                                                                  \
		uint8_t flags[64];                                                                 \
		(void)c;                                                                           \
		if (sel != NULL) {                                                                 \
			for (uint32_t k = 0; k < n; k++) {                                         \
				uint32_t i = sel[k];                                               \
				out[i >> 6] |= (uint64_t)(TEST) << (i & 63);                       \
			}                                                                          \
			return;                                                                    \
		}                                                                                  \
		for (; n >= 64; n -= 64, a += 64, b += 64) {                                       \
			for (uint32_t i = 0; i < 64; i++)                                          \
				flags[i] = TEST;                                                   \
			*out++ = wr_bits_pack(flags);                                              \
		}                                                                                  \
		if (n > 0)                                                                         \
			*out = 0;                                                                  \
		for (uint32_t i = 0; i < n; i++)                                                   \
			*out |= (uint64_t)(TEST) << i;                                             \
	}

#define COMPARE_ALL(name, T)                                                                       \
	COMPARE_LOOPS(name##_eq_vv, T, a[i] == b[i])                                               \
	COMPARE_LOOPS(name##_ne_vv, T, a[i] != b[i])                                               \
	COMPARE_LOOPS(name##_lt_vv, T, a[i] < b[i])                                                \
	COMPARE_LOOPS(name##_le_vv, T, a[i] <= b[i])                                               \
	COMPARE_LOOPS(name##_eq_vc, T, a[i] == c)                                                  \
	COMPARE_LOOPS(name##_ne_vc, T, a[i] != c)                                                  \
	COMPARE_LOOPS(name##_lt_vc, T, a[i] < c)                                                   \
	COMPARE_LOOPS(name##_le_vc, T, a[i] <= c)                                                  \
	COMPARE_LOOPS(name##_gt_vc, T, a[i] > c)                                                   \
	COMPARE_LOOPS(name##_ge_vc, T, a[i] >= c)                                                  \
	COMPARE_LOOPS(name##_range, T, (a[i] >= c) & (a[i] <= ((const T *)b_)[1]))

COMPARE_ALL(int, int64_t)
COMPARE_ALL(real, double)

/* [float][op]; a > b with two columns is b < a. */
static compare_fn *const by_column[2][4] = {{int_eq_vv, int_ne_vv, int_lt_vv, int_le_vv},
	{real_eq_vv, real_ne_vv, real_lt_vv, real_le_vv}};
static compare_fn *const by_constant[2][6] = {
	{int_eq_vc, int_ne_vc, int_lt_vc, int_le_vc, int_gt_vc, int_ge_vc},
	{real_eq_vc, real_ne_vc, real_lt_vc, real_le_vc, real_gt_vc, real_ge_vc}};

int
wr_compare_turned(int op)
{
	static const uint8_t turned[] = {WR_EQ, WR_NE, WR_GT, WR_GE, WR_LT, WR_LE};

	return turned[op];
}

static void
compare_bools(uint64_t *out, const uint64_t *a, const uint64_t *b, int op, uint32_t words)
{
	for (uint32_t w = 0; w < words; w++) {
		switch (op) {
		case WR_EQ:
			out[w] = ~(a[w] ^ b[w]);
			break;
		case WR_NE:
			out[w] = a[w] ^ b[w];
			break;
		case WR_LT:
			out[w] = ~a[w] & b[w];
			break;
		case WR_LE:
			out[w] = ~a[w] | b[w];
			break;
		case WR_GT:
			out[w] = a[w] & ~b[w];
			break;
		default:
			out[w] = a[w] | ~b[w];
			break;
		}
	}
}

static void
compare_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	bool dense = wr_rows_dense(rows), real = node->kids[0]->type == WEIR_FLOAT64;
	uint32_t n = dense ? wr_rows_span(rows) : rows.n;
	const uint32_t *sel = dense ? NULL : rows.sel;
	struct wr_vec kids[2], *a = &kids[0], *b = &kids[1];
	const uint64_t *valid;
	int op = node->op;
	uint64_t *bits;

	if (!wr_run_kids(run, node, rows, kids, 2, &valid, out))
		return;
	bits = wr_run_values(run, node, WEIR_BOOL, out);
	out->col.valid = valid;
	if (node->kids[0]->type == WEIR_BOOL) {
		wr_run_fill(run, NULL, rows, a);
		wr_run_fill(run, NULL, rows, b);
		compare_bools(bits, a->col.values, b->col.values, op, wr_words(wr_rows_span(rows)));
		return;
	}
	if (a->konst || (!b->konst && op >= WR_GT)) {
		a = &kids[1];
		b = &kids[0];
		op = wr_compare_turned(op);
	}
	if (!dense)
		memset(bits, 0, run->cap / 8);
	(b->konst ? by_constant[real][op] : by_column[real][op])(
		bits, a->col.values, b->col.values, sel, n);
	wr_run_drop(run, a);
	wr_run_drop(run, b);
}

/* The operands of kid 0 of an `and`; see wr_compare_range_bind. */
static void
range_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	bool dense = wr_rows_dense(rows);
	compare_fn *test = node->kids[0]->kids[0]->type == WEIR_FLOAT64 ? real_range : int_range;
	const uint64_t *valid;
	struct wr_vec a;
	uint64_t *bits;

	if (!wr_run_kids(run, node->kids[0], rows, &a, 1, &valid, out))
		return;
	bits = wr_run_values(run, node, WEIR_BOOL, out);
	out->col.valid = valid;
	if (!dense)
		memset(bits, 0, run->cap / 8);
	test(bits, a.col.values, node->aux, dense ? NULL : rows.sel,
		dense ? wr_rows_span(rows) : rows.n);
	wr_run_drop(run, &a);
}

/* Whether it compares with a number known ahead. */
static bool
is_bound(const struct wr_node *node, int op)
{
	return node->kind == WR_N_COMPARE && node->op == op && node->kids[1]->kind == WR_N_CONST &&
	       !wr_node_is_null(node->kids[1]) && !wr_type_is_text(node->kids[1]->type) &&
	       node->kids[1]->type != WEIR_BOOL;
}

bool
wr_compare_range_bind(struct wr_arena *arena, struct wr_node *node)
{
	const struct wr_node *low = node->kids[0], *high = node->kids[1], *x, *y;
	int64_t *bounds;

	if (node->n_kids != 2 || !is_bound(low, WR_GE) || !is_bound(high, WR_LE))
		return false;
	x = low->kids[0];
	y = high->kids[0];
	if (x->kind != y->kind || x->type != y->type ||
		!(x->kind == WR_N_COLUMN ? x->col == y->col
					 : x->kind == WR_N_SHARED && x->let == y->let))
		return false;
	bounds = wr_arena_array(arena, int64_t, 2);
	bounds[0] = low->kids[1]->value->u.i;
	bounds[1] = high->kids[1]->value->u.i;
	node->aux = bounds;
	node->eval = range_eval;
	return true;
}

void
wr_compare_bind(struct wr_arena *arena, struct wr_node *node)
{
	if (node->kids[0]->kind == WR_N_CONST && node->kids[1]->kind != WR_N_CONST) {
		struct wr_node *left = node->kids[0];

		node->kids[0] = node->kids[1];
		node->kids[1] = left;
		node->op = (uint8_t)wr_compare_turned(node->op);
	}
	node->eval = compare_eval;
	if (wr_type_is_text(node->kids[0]->type))
		wr_compare_text_bind(arena, node);
}
