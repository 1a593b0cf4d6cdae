/* SPDX-License-Identifier: Apache-2.0 */
/*
 * and, or, not, is null over bitmaps, with three values.  `or` is `and` with true and false
 * exchanged.  An operand that may fail a row, or costs much, is computed only where those before it
 * have not decided.
 */
#include "expr/logic.h"

#include "expr/run.h"

/* What is known after some operands; yes: all so far are the neutral value; no: one was the
 * deciding one. */
struct verdict {
	uint64_t *yes, *no;
	uint32_t words;
	bool nulls; /* yes and no together do not cover all rows */
	bool any; /* an operand has been seen */
};

/* flip: all ones for `or`. */
static void
verdict_take(struct verdict *v, const struct wr_vec *kid, uint64_t flip)
{
	const uint64_t *bits = kid->col.values, *valid = kid->col.valid;

	if (kid->konst) {
		bool null = wr_vec_null(kid);
		uint64_t value = null ? 0 : (weir_bool_at(&kid->col, 0) ? ~UINT64_C(0) : 0) ^ flip;

		for (uint32_t w = 0; w < v->words; w++) {
			v->yes[w] = null ? 0 : v->yes[w] & value;
			v->no[w] |= null ? 0 : ~value;
		}
		v->nulls = v->nulls || null;
	} else if (valid == NULL) {
		for (uint32_t w = 0; w < v->words; w++) {
			v->yes[w] &= bits[w] ^ flip;
			v->no[w] |= ~(bits[w] ^ flip);
		}
	} else {
		v->nulls = true;
		for (uint32_t w = 0; w < v->words; w++) {
			v->yes[w] &= (bits[w] ^ flip) & valid[w];
			v->no[w] |= ~(bits[w] ^ flip) & valid[w];
		}
	}
}

/* Rows that no operand has decided. */
static struct wr_rows
undecided(struct wr_run *run, struct wr_rows rows, const struct verdict *v)
{
	uint64_t *open = wr_run_bits(run);

	for (uint32_t w = 0; w < v->words; w++)
		open[w] = ~v->no[w];
	return wr_run_pick(run, rows, open);
}

static void
and_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	uint64_t flip = node->kind == WR_N_OR ? ~UINT64_C(0) : 0;
	struct verdict v = {.words = wr_words(wr_rows_span(rows))};
	struct wr_rows open = rows;
	uint64_t *known;
	struct wr_vec kid;

	v.yes = wr_run_values(run, node, WEIR_BOOL, out);
	v.no = wr_run_bits(run);
	memset(v.yes, 0xff, run->cap / 8);
	memset(v.no, 0, run->cap / 8);
	for (uint32_t i = 0; i < node->n_kids && open.n > 0; i++) {
		bool narrow = node->kids[i]->fails || node->kids[i]->costly;

		if (i > 0 && narrow)
			open = undecided(run, rows, &v);
		wr_run_node(run, node->kids[i], narrow ? open : rows, &kid);
		if (open.n > 0 || !narrow)
			verdict_take(&v, &kid, flip);
		wr_run_drop(run, &kid);
	}
	if (v.nulls) {
		known = wr_run_bits(run);
		for (uint32_t w = 0; w < v.words; w++)
			known[w] = v.yes[w] | v.no[w];
		out->col.valid = known;
	}
	for (uint32_t w = 0; w < v.words; w++)
		v.yes[w] ^= flip;
}

static void
not_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	const uint64_t *valid, *from;
	struct wr_vec kid;
	uint64_t *bits;

	if (!wr_run_kids(run, node, rows, &kid, 1, &valid, out))
		return;
	bits = wr_run_values(run, node, WEIR_BOOL, out);
	out->col.valid = valid;
	from = kid.col.values;
	for (uint32_t w = 0; w < wr_words(wr_rows_span(rows)); w++)
		bits[w] = ~from[w];
}

static void
is_null_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec kid;
	uint64_t *bits;

	wr_run_node(run, node->kids[0], rows, &kid);
	bits = wr_run_values(run, node, WEIR_BOOL, out);
	if (kid.konst || kid.col.valid == NULL) {
		memset(bits, wr_vec_null(&kid) != node->negated ? 0xff : 0, run->cap / 8);
	} else {
		uint64_t flip = node->negated ? 0 : ~UINT64_C(0);

		for (uint32_t w = 0; w < wr_words(wr_rows_span(rows)); w++)
			bits[w] = kid.col.valid[w] ^ flip;
	}
	wr_run_drop(run, &kid);
}

void
wr_logic_bind(struct wr_node *node)
{
	node->eval = node->kind == WR_N_NOT       ? not_eval
		     : node->kind == WR_N_IS_NULL ? is_null_eval
						  : and_eval;
}
