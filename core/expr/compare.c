/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons of numbers, timestamps and bools: a column in, a bitmap out, 64 rows a word. */
#include "expr/compare.h"

#include "expr/run.h"

typedef void compare_fn(uint64_t *restrict out, const void *restrict a, const void *restrict b,
	const uint32_t *sel, uint32_t n);

/* B is the second operand of row i from b on; under a selection words are cleared by the caller. */
#define COMPARE_LOOPS(name, T, OP, B)                                                              \
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
				out[i >> 6] |= (uint64_t)(a[i] OP B) << (i & 63);                  \
			}                                                                          \
			return;                                                                    \
		}                                                                                  \
		for (; n >= 64; n -= 64, a += 64, b += 64) {                                       \
			for (uint32_t i = 0; i < 64; i++)                                          \
				flags[i] = a[i] OP B;                                              \
			*out++ = wr_bits_pack(flags);                                              \
		}                                                                                  \
		if (n > 0)                                                                         \
			*out = 0;                                                                  \
		for (uint32_t i = 0; i < n; i++)                                                   \
			*out |= (uint64_t)(a[i] OP B) << i;                                        \
	}

#define COMPARE_ALL(name, T)                                                                       \
	COMPARE_LOOPS(name##_eq_vv, T, ==, b[i])                                                   \
	COMPARE_LOOPS(name##_ne_vv, T, !=, b[i])                                                   \
	COMPARE_LOOPS(name##_lt_vv, T, <, b[i])                                                    \
	COMPARE_LOOPS(name##_le_vv, T, <=, b[i])                                                   \
	COMPARE_LOOPS(name##_eq_vc, T, ==, c)                                                      \
	COMPARE_LOOPS(name##_ne_vc, T, !=, c)                                                      \
	COMPARE_LOOPS(name##_lt_vc, T, <, c)                                                       \
	COMPARE_LOOPS(name##_le_vc, T, <=, c)                                                      \
	COMPARE_LOOPS(name##_gt_vc, T, >, c)                                                       \
	COMPARE_LOOPS(name##_ge_vc, T, >=, c)

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
