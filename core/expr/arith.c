/* SPDX-License-Identifier: Apache-2.0 */
/*
 * + - * / % over int64 (timestamps too) and float64.  A kernel computes every row without a branch
 * and says whether any may have failed; only then a second pass looks for the rows that did, among
 * those that count.
 */
#include "expr/arith.h"

#include <math.h>

#include "expr/divide.h"
#include "expr/run.h"

/* True: some result may be wrong. */
typedef bool arith_fn(void *restrict out, const void *restrict a, const void *restrict b,
	const uint32_t *sel, uint32_t n);

/* A and B are the operands of row i: a[i] or ca, b[i] or cb; STEP computes the row. */
#define ARITH_LOOP(name, T, A, B, STEP)                                                            \
	WR_KERNEL static bool name(void *restrict out_, const void *restrict a_,                   \
		const void *restrict b_, const uint32_t *sel, uint32_t n)                          \
	{                                                                                          \
		T *restrict out = out_;                                                            \
		const T *restrict a = a_, *restrict b = b_;                                        \
		const T ca = a[0], cb = b[0];                                                      \
		uint64_t bad = 0;                                                                  \
		(void)ca, (void)cb;                                                                \
		for (uint32_t i = 0; sel == NULL && i < n; i++)                                    \
			STEP(out[i], A, B, bad);                                                   \
		for (uint32_t k = 0; sel != NULL && k < n; k++) {                                  \
			uint32_t i = sel[k];                                                       \
			STEP(out[i], A, B, bad);                                                   \
		}                                                                                  \
		return bad >> 63;                                                                  \
	}

#define ARITH_LOOPS(name, T, STEP)                                                                 \
	ARITH_LOOP(name##_vv, T, a[i], b[i], STEP)                                                 \
	ARITH_LOOP(name##_vc, T, a[i], cb, STEP)                                                   \
	ARITH_LOOP(name##_cv, T, ca, b[i], STEP)

/* Bit 63 of bad is set by an overflow: both operands' signs differ from the result's, and so on. */
static inline uint64_t
add_int(int64_t a, int64_t b, uint64_t *bad)
{
	uint64_t r = (uint64_t)a + (uint64_t)b;

	*bad |= ((uint64_t)a ^ r) & ((uint64_t)b ^ r);
	return r;
}

static inline uint64_t
sub_int(int64_t a, int64_t b, uint64_t *bad)
{
	uint64_t r = (uint64_t)a - (uint64_t)b;

	*bad |= ((uint64_t)a ^ (uint64_t)b) & ((uint64_t)a ^ r);
	return r;
}

static inline int64_t
mul_int(int64_t a, int64_t b, uint64_t *bad)
{
	int64_t r;

	*bad |= (uint64_t)__builtin_mul_overflow(a, b, &r) << 63;
	return r;
}

/* The two divisions that trap are done by 1 instead. */
static inline int64_t
div_int(int64_t a, int64_t b, uint64_t *bad)
{
	bool trap = b == 0 || (b == -1 && a == INT64_MIN);

	*bad |= (uint64_t)trap << 63;
	return a / (trap ? 1 : b);
}

static inline int64_t
mod_int(int64_t a, int64_t b, uint64_t *bad)
{
	*bad |= (uint64_t)(b == 0) << 63;
	return b == 0 || b == -1 ? 0 : a % b;
}

#define STEP_ADD(out, a, b, bad)  ((out) = (int64_t)add_int(a, b, &(bad)))
#define STEP_SUB(out, a, b, bad)  ((out) = (int64_t)sub_int(a, b, &(bad)))
#define STEP_MUL(out, a, b, bad)  ((out) = mul_int(a, b, &(bad)))
#define STEP_DIV(out, a, b, bad)  ((out) = div_int(a, b, &(bad)))
#define STEP_MOD(out, a, b, bad)  ((out) = mod_int(a, b, &(bad)))
#define STEP_FADD(out, a, b, bad) ((out) = (a) + (b))
#define STEP_FSUB(out, a, b, bad) ((out) = (a) - (b))
#define STEP_FMUL(out, a, b, bad) ((out) = (a) * (b))
#define STEP_FDIV(out, a, b, bad) ((out) = (a) / (b), (bad) |= (uint64_t)((b) == 0) << 63)
#define STEP_FMOD(out, a, b, bad) ((out) = fmod(a, b), (bad) |= (uint64_t)((b) == 0) << 63)

ARITH_LOOPS(add, int64_t, STEP_ADD)
ARITH_LOOPS(sub, int64_t, STEP_SUB)
ARITH_LOOP(mul_vv, int64_t, a[i], b[i], STEP_MUL)
ARITH_LOOPS(div, int64_t, STEP_DIV)
ARITH_LOOPS(mod, int64_t, STEP_MOD)
ARITH_LOOPS(fadd, double, STEP_FADD)
ARITH_LOOPS(fsub, double, STEP_FSUB)
ARITH_LOOPS(fmul, double, STEP_FMUL)
ARITH_LOOPS(fdiv, double, STEP_FDIV)
ARITH_LOOPS(fmod, double, STEP_FMOD)

/* Times a constant: the operands that do not overflow are a range, so that no product is looked at.
 */
WR_KERNEL static bool
mul_constant(void *restrict out_, const void *restrict a_, const void *restrict b_,
	const uint32_t *sel, uint32_t n)
{
	int64_t *restrict out = out_;
	const int64_t *restrict a = a_;
	const int64_t c = *(const int64_t *)b_;
	int64_t low = INT64_MIN, high = INT64_MAX;
	uint64_t span, bad = 0;

	if (c == -1)
		low = -INT64_MAX;
	else if (c != 0) {
		low = (c > 0 ? INT64_MIN : INT64_MAX) / c;
		high = (c > 0 ? INT64_MAX : INT64_MIN) / c;
	}
	span = (uint64_t)high - (uint64_t)low;
	for (uint32_t i = 0; sel == NULL && i < n; i++) {
		bad |= (uint64_t)a[i] - (uint64_t)low > span;
		out[i] = (int64_t)((uint64_t)a[i] * (uint64_t)c);
	}
	for (uint32_t k = 0; sel != NULL && k < n; k++) {
		bad |= (uint64_t)a[sel[k]] - (uint64_t)low > span;
		out[sel[k]] = (int64_t)((uint64_t)a[sel[k]] * (uint64_t)c);
	}
	return bad != 0;
}

static bool
mul_by_constant(void *restrict out, const void *restrict a, const void *restrict b,
	const uint32_t *sel, uint32_t n)
{
	return mul_constant(out, b, a, sel, n);
}

static arith_fn *const kernels[2][5][3] = {
	{{add_vv, add_vc, add_cv}, {sub_vv, sub_vc, sub_cv},
		{mul_vv, mul_constant, mul_by_constant}, {div_vv, div_vc, div_cv},
		{mod_vv, mod_vc, mod_cv}},
	{{fadd_vv, fadd_vc, fadd_cv}, {fsub_vv, fsub_vc, fsub_cv}, {fmul_vv, fmul_vc, fmul_cv},
		{fdiv_vv, fdiv_vc, fdiv_cv}, {fmod_vv, fmod_vc, fmod_cv}},
};

static bool
int_fails(int op, int64_t a, int64_t b)
{
	int64_t r;

	switch (op) {
	case WR_ADD:
		return __builtin_add_overflow(a, b, &r);
	case WR_SUB:
		return __builtin_sub_overflow(a, b, &r);
	case WR_MUL:
		return __builtin_mul_overflow(a, b, &r);
	default:
		return b == 0 || (op == WR_DIV && b == -1 && a == INT64_MIN);
	}
}

static void
report(struct wr_run *run, const struct wr_node *node, const struct wr_vec *kids,
	struct wr_rows rows, const uint64_t *valid)
{
	bool real = node->type == WEIR_FLOAT64;

	for (uint32_t k = 0; k < rows.n; k++) {
		uint32_t row = wr_row(rows, k);

		if (!wr_valid_at(valid, row))
			continue;
		if (real) {
			if (wr_vec_float(&kids[1], row) == 0)
				wr_run_error(run, row, "division by zero");
			continue;
		}
		if (!int_fails(node->op, wr_vec_int(&kids[0], row), wr_vec_int(&kids[1], row)))
			continue;
		if (node->op >= WR_DIV && wr_vec_int(&kids[1], row) == 0)
			wr_run_error(run, row, "division by zero");
		else if (node->negated)
			wr_run_error(run, row, "integer overflow: -(%lld)",
				(long long)wr_vec_int(&kids[1], row));
		else
			wr_run_error(run, row, "integer overflow: %lld %.*s %lld",
				(long long)wr_vec_int(&kids[0], row), WR_STRF(node->word),
				(long long)wr_vec_int(&kids[1], row));
	}
}

/* Kinds of operand pairs, as in kernels. */
static int
form(const struct wr_vec *kids)
{
	return kids[1].konst ? 1 : kids[0].konst ? 2 : 0;
}

static void
arith_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	bool real = node->type == WEIR_FLOAT64, dense = wr_rows_dense(rows), bad;
	uint32_t n = dense ? wr_rows_span(rows) : rows.n;
	struct wr_vec kids[2];
	const uint64_t *valid;
	void *values;

	if (!wr_run_kids(run, node, rows, kids, 2, &valid, out))
		return;
	values = wr_run_values(run, node, node->type, out);
	out->col.valid = valid;
	if (node->aux != NULL) {
		wr_divide(node->aux, values, kids[0].col.values, dense ? NULL : rows.sel, n);
		bad = false;
	} else {
		bad = kernels[real][node->op][form(kids)](
			values, kids[0].col.values, kids[1].col.values, dense ? NULL : rows.sel, n);
	}
	if (bad)
		report(run, node, kids, rows, valid);
	wr_run_drop(run, &kids[0]);
	wr_run_drop(run, &kids[1]);
}

void
wr_arith_bind(struct wr_arena *arena, struct wr_node *node)
{
	const struct wr_node *right = node->kids[1];
	struct wr_divisor div;

	node->eval = arith_eval;
	node->fails = node->type != WEIR_FLOAT64;
	if (node->op < WR_DIV)
		return;
	node->fails = true;
	if (right->kind != WR_N_CONST || wr_node_is_null(right))
		return;
	if (node->type == WEIR_FLOAT64) {
		node->fails = right->value->u.f == 0;
	} else if (wr_divisor_init(&div, right->value->u.i, node->op == WR_MOD)) {
		struct wr_divisor *copy = wr_arena_new(arena, struct wr_divisor);

		*copy = div;
		node->aux = copy;
		node->fails = false;
	}
}
