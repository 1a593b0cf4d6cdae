/* SPDX-License-Identifier: Apache-2.0 */
/* case, coalesce, try, and values that are computed once for several uses: each branch only at the
 * rows it is for. */
#include "expr/logic.h"
#include "expr/texts.h"

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

/* Splits rows by a condition; null counts as false. */
static void
split(struct wr_run *run, const struct wr_vec *condition, struct wr_rows rows, struct wr_rows *yes,
	struct wr_rows *no)
{
	const uint64_t *bits = condition->col.values, *valid = condition->col.valid;
	uint64_t *taken = wr_run_bits(run);

	if (condition->konst) {
		bool is = !wr_vec_null(condition) && weir_bool_at(&condition->col, 0);

		*yes = is ? rows : (struct wr_rows){NULL, 0};
		*no = is ? (struct wr_rows){NULL, 0} : rows;
		return;
	}
	for (uint32_t w = 0; w < wr_words(wr_rows_span(rows)); w++)
		taken[w] = valid == NULL ? bits[w] : bits[w] & valid[w];
	*yes = wr_run_pick(run, rows, taken);
	for (uint32_t w = 0; w < wr_words(wr_rows_span(rows)); w++)
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
		node->eval = case_eval;
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
