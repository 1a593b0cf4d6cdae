/* SPDX-License-Identifier: Apache-2.0 */
/* `in` over a list of constants: one after the other while they are few, else by bisection. */
#include <stdlib.h>

#include "expr/compare.h"
#include "expr/texts.h"

enum { IN_FEW = 6 };

struct in_list {
	uint32_t n;
	bool null; /* null is in the list: what is not found is null */
	int64_t *ints;
	double *floats;
	struct wr_view_match *few; /* of texts */
	struct weir_str *texts;
};

static int
order_ints(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
order_floats(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static int
order_texts(const void *a, const void *b)
{
	return wr_compare_texts(*(const struct weir_str *)a, *(const struct weir_str *)b);
}

static bool
find_int(const struct in_list *list, int64_t value)
{
	const int64_t *at = list->ints;
	bool found = false;

	if (list->n <= IN_FEW) {
		for (uint32_t i = 0; i < list->n; i++)
			found |= at[i] == value;
		return found;
	}
	for (uint32_t n = list->n; n > 1; n -= n / 2)
		at += at[n / 2] <= value ? n / 2 : 0;
	return *at == value;
}

static bool
find_float(const struct in_list *list, double value)
{
	const double *at = list->floats;

	if (list->n == 0)
		return false;
	for (uint32_t n = list->n; n > 1; n -= n / 2)
		at += at[n / 2] <= value ? n / 2 : 0;
	return *at == value;
}

static bool
find_text(const struct in_list *list, const struct wr_vec *a, uint32_t row)
{
	const struct weir_str *at = list->texts;
	struct weir_str text;

	if (list->n <= IN_FEW) {
		for (uint32_t i = 0; i < list->n; i++)
			if (wr_view_matches(&list->few[i], wr_vec_view(a, row), a->col.bufs))
				return true;
		return false;
	}
	text = wr_vec_text(a, row);
	for (uint32_t n = list->n; n > 1; n -= n / 2)
		at += wr_compare_texts(at[n / 2], text) <= 0 ? n / 2 : 0;
	return wr_compare_texts(*at, text) == 0;
}

static void
in_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	const struct in_list *list = node->aux;
	struct wr_vec a;
	const uint64_t *valid;
	struct wr_rows there;
	uint32_t type = node->kids[0]->type;
	uint64_t *bits;

	if (!wr_run_kids(run, node, rows, &a, 1, &valid, out))
		return;
	bits = memset(wr_run_values(run, node, WEIR_BOOL, out), 0, run->cap / 8);
	out->col.valid = valid;
	there = wr_run_pick(run, rows, valid);
	for (uint32_t k = 0; k < there.n; k++) {
		uint32_t row = wr_row(there, k);
		bool found = type == WEIR_FLOAT64    ? find_float(list, wr_vec_float(&a, row))
			     : wr_type_is_text(type) ? find_text(list, &a, row)
						     : find_int(list, wr_vec_int(&a, row));

		bits[row >> 6] |= (uint64_t)found << (row & 63);
	}
	if (list->null) {
		uint64_t *known = wr_run_valid(run, out);

		for (uint32_t w = 0; w < run->cap / 64; w++)
			known[w] &= bits[w];
	}
	if (node->negated)
		for (uint32_t w = 0; w < run->cap / 64; w++)
			bits[w] = ~bits[w];
	wr_run_drop(run, &a);
}

/* The values of the list without nulls and NaN, in order. */
static void
list_fill(struct wr_arena *arena, struct in_list *list, const struct wr_node *node)
{
	uint32_t type = node->kids[0]->type;

	list->ints = wr_arena_array(arena, int64_t, node->n_kids);
	list->floats = wr_arena_array(arena, double, node->n_kids);
	list->texts = wr_arena_array(arena, struct weir_str, node->n_kids);
	list->few = wr_arena_array(arena, struct wr_view_match, IN_FEW);
	for (uint32_t i = 1; i < node->n_kids; i++) {
		const struct wr_const *value = node->kids[i]->value;

		if (wr_node_is_null(node->kids[i])) {
			list->null = true;
			continue;
		}
		if (type == WEIR_FLOAT64) {
			if (value->u.f == value->u.f)
				list->floats[list->n++] = value->u.f;
		} else if (wr_type_is_text(type)) {
			if (list->n < IN_FEW)
				wr_view_match_init(&list->few[list->n], value);
			list->texts[list->n++] = wr_const_text(value);
		} else {
			list->ints[list->n++] = value->u.i;
		}
	}
	if (type == WEIR_FLOAT64)
		qsort(list->floats, list->n, sizeof list->floats[0], order_floats);
	else if (wr_type_is_text(type))
		qsort(list->texts, list->n, sizeof list->texts[0], order_texts);
	else
		qsort(list->ints, list->n, sizeof list->ints[0], order_ints);
}

void
wr_in_bind(struct wr_arena *arena, struct wr_node *node)
{
	struct in_list *list = wr_arena_new(arena, struct in_list);

	list_fill(arena, list, node);
	node->aux = list;
	node->eval = in_eval;
	node->nullable = node->nullable || list->null;
	node->costly = true;
}
