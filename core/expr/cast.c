/* SPDX-License-Identifier: Apache-2.0 */
/* Casts between bools, numbers and timestamps. */
#include "expr/cast.h"

#include <math.h>

/* The same bits under another type: int and timestamp, string and bytes. */
static void
same_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	wr_run_node(run, node->kids[0], rows, out);
	out->col.type = node->type;
}

static void
int_to_float_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec kid;
	const uint64_t *valid;
	const int64_t *restrict from;
	double *restrict to;

	if (!wr_run_kids(run, node, rows, &kid, 1, &valid, out))
		return;
	to = wr_run_values(run, node, WEIR_FLOAT64, out);
	out->col.valid = valid;
	from = kid.col.values;
	if (wr_rows_dense(rows))
		for (uint32_t i = 0, n = wr_rows_span(rows); i < n; i++)
			to[i] = (double)from[i];
	else
		for (uint32_t k = 0; k < rows.n; k++)
			to[rows.sel[k]] = (double)from[rows.sel[k]];
	wr_run_drop(run, &kid);
}

/* 2^63 is a double; the largest below it is 2^63 - 1024. */
static bool
fits_int(double value)
{
	return value >= -9223372036854775808.0 && value < 9223372036854775808.0;
}

static void
float_to_int_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec kid;
	const uint64_t *valid;
	const double *from;
	int64_t *to;

	if (!wr_run_kids(run, node, rows, &kid, 1, &valid, out))
		return;
	to = wr_run_values(run, node, WEIR_INT64, out);
	out->col.valid = valid;
	from = kid.col.values;
	for (uint32_t k = 0; k < rows.n; k++) {
		uint32_t row = wr_row(rows, k);

		to[row] = 0;
		if (fits_int(from[row]))
			to[row] = (int64_t)from[row];
		else if (wr_valid_at(valid, row))
			wr_run_error(run, row, "%g does not fit into an int", from[row]);
	}
	wr_run_drop(run, &kid);
}

static void
bool_to_int_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec kid;
	const uint64_t *valid;
	int64_t *to;

	if (!wr_run_kids(run, node, rows, &kid, 1, &valid, out))
		return;
	to = wr_run_values(run, node, WEIR_INT64, out);
	out->col.valid = valid;
	for (uint32_t k = 0; k < rows.n; k++)
		to[wr_row(rows, k)] = weir_bool_at(&kid.col, wr_row(rows, k));
	wr_run_drop(run, &kid);
}

static void
int_to_bool_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec kid;
	const uint64_t *valid;
	uint64_t *to;

	if (!wr_run_kids(run, node, rows, &kid, 1, &valid, out))
		return;
	to = memset(wr_run_values(run, node, WEIR_BOOL, out), 0, run->cap / 8);
	out->col.valid = valid;
	for (uint32_t k = 0; k < rows.n; k++)
		if (weir_int_at(&kid.col, wr_row(rows, k)) != 0)
			weir_bit_set(to, wr_row(rows, k));
	wr_run_drop(run, &kid);
}

bool
wr_cast_bind(struct wr_node *node)
{
	uint32_t from = node->kids[0]->type, to = node->type;

	if ((from == WEIR_INT64 && to == WEIR_TIMESTAMP) ||
		(from == WEIR_TIMESTAMP && to == WEIR_INT64) ||
		(from == WEIR_STRING && to == WEIR_BYTES)) {
		node->eval = same_eval;
	} else if (from == WEIR_INT64 && to == WEIR_FLOAT64) {
		node->eval = int_to_float_eval;
	} else if (from == WEIR_FLOAT64 && to == WEIR_INT64) {
		node->eval = float_to_int_eval;
		node->fails = true;
	} else if (from == WEIR_BOOL && to == WEIR_INT64) {
		node->eval = bool_to_int_eval;
	} else if (from == WEIR_INT64 && to == WEIR_BOOL) {
		node->eval = int_to_bool_eval;
	} else {
		return wr_cast_text_bind(node, from, to);
	}
	return true;
}
