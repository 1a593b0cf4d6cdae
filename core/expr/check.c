/* SPDX-License-Identifier: Apache-2.0 */
/* The checker: types, node by node, from the leaves up. */
#include "expr/check.h"

#include <stdio.h>

#include "expr/arith.h"
#include "expr/cast.h"
#include "expr/compare.h"
#include "expr/lexer.h"
#include "expr/logic.h"
#include "expr/stringop.h"

void
wr_check_problem(
	struct wr_check *check, struct wr_node *node, struct weir_str at, const char *fmt, ...)
{
	char text[504];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	wr_expr_problem(check->scope, at, "%s", text);
	check->problems++;
	node->kind = WR_N_BAD;
}

uint32_t
wr_check_common(uint32_t a, uint32_t b)
{
	if (a == b || b == 0)
		return a;
	if (a == 0)
		return b;
	if (a + b == WEIR_INT64 + WEIR_FLOAT64 && (a == WEIR_INT64 || b == WEIR_INT64))
		return WEIR_FLOAT64;
	if (a + b == WEIR_STRING + WEIR_BYTES && (a == WEIR_STRING || b == WEIR_STRING))
		return WEIR_BYTES;
	return 0;
}

bool
wr_check_convert(struct wr_check *check, struct wr_node **slot, uint32_t type)
{
	struct wr_node *kid = *slot, *cast;

	if (kid->type == type)
		return true;
	if (kid->type == 0) {
		*slot = wr_node_null(check->scope->arena, type, kid->src);
		(*slot)->checked = true;
		return true;
	}
	if (wr_check_common(kid->type, type) != type)
		return false;
	cast = wr_node_new(check->scope->arena, WR_N_CAST, kid->src, 1);
	cast->kids[0] = kid;
	cast->type = type;
	cast->checked = true;
	cast->nullable = kid->nullable;
	cast->fails = kid->fails;
	cast->costly = kid->costly;
	cast->fickle = kid->fickle;
	wr_cast_bind(cast);
	*slot = cast;
	wr_check_fold(check->scope->arena, slot);
	return true;
}

static bool
is_number(uint32_t type)
{
	return type == WEIR_INT64 || type == WEIR_FLOAT64;
}

/* The result of an arithmetic operator; 0: it takes no such operands. */
static uint32_t
arith_type(int op, uint32_t a, uint32_t b)
{
	if (is_number(a) && is_number(b))
		return wr_check_common(a, b);
	if (op == WR_ADD && ((a == WEIR_TIMESTAMP && b == WEIR_INT64) ||
				    (a == WEIR_INT64 && b == WEIR_TIMESTAMP)))
		return WEIR_TIMESTAMP;
	if (op == WR_SUB && a == WEIR_TIMESTAMP && b == WEIR_INT64)
		return WEIR_TIMESTAMP;
	if (op == WR_SUB && a == WEIR_TIMESTAMP && b == WEIR_TIMESTAMP)
		return WEIR_INT64;
	return 0;
}

static void
check_arith(struct wr_check *check, struct wr_node *node)
{
	struct wr_node **kid = node->kids;
	uint32_t a = kid[0]->type, b = kid[1]->type;

	if (a == 0)
		a = b == WEIR_TIMESTAMP && node->op == WR_ADD ? WEIR_INT64 : b;
	if (b == 0)
		b = a == WEIR_TIMESTAMP ? WEIR_INT64 : a;
	if (a == 0) {
		wr_check_problem(check, node, node->word,
			"the type of null is not known here; write cast(null as int)");
		return;
	}
	node->type = arith_type(node->op, a, b);
	if (node->type == 0) {
		if (node->negated)
			wr_check_problem(
				check, node, node->word, "\"-\" does not take %s", wr_type_name(b));
		else
			wr_check_problem(check, node, node->word,
				"\"%.*s\" does not take %s and %s%s", WR_STRF(node->word),
				wr_type_name(a), wr_type_name(b),
				a == WEIR_STRING && b == WEIR_STRING && node->op == WR_ADD
					? "; strings are joined by \"||\""
				: a == WEIR_JSON || b == WEIR_JSON ? "; cast the json"
								   : "");
		return;
	}
	if (node->negated && node->type == WEIR_FLOAT64)
		kid[0] = wr_node_float(check->scope->arena, -0.0, kid[0]->src);
	wr_check_convert(check, &kid[0], node->type == WEIR_FLOAT64 ? WEIR_FLOAT64 : a);
	wr_check_convert(check, &kid[1], node->type == WEIR_FLOAT64 ? WEIR_FLOAT64 : b);
	wr_arith_bind(check->scope->arena, node);
}

static void
not_comparable(struct wr_check *check, struct wr_node *node, const struct wr_node *a,
	const struct wr_node *b)
{
	const char *hint = "";

	if (a->type == WEIR_JSON || b->type == WEIR_JSON)
		hint = "; cast the json: cast(x as string)";
	else if (a->type == WEIR_TIMESTAMP && b->type == WEIR_STRING)
		hint = b->kind == WR_N_CONST ? "; write timestamp '...'" : "; cast the string";
	else if (a->type == WEIR_STRING && b->type == WEIR_TIMESTAMP)
		hint = a->kind == WR_N_CONST ? "; write timestamp '...'" : "; cast the string";
	wr_check_problem(check, node, node->word, "\"%.*s\" cannot compare %s with %s%s",
		WR_STRF(node->word), wr_type_name(a->type), wr_type_name(b->type), hint);
}

static void
check_compare(struct wr_check *check, struct wr_node *node)
{
	struct wr_node **kid = node->kids;
	uint32_t type = wr_check_common(kid[0]->type, kid[1]->type);

	if (type == 0 && kid[0]->type == kid[1]->type)
		type = WEIR_INT64; /* null = null */
	if (type == 0 || type == WEIR_JSON) {
		not_comparable(check, node, kid[0], kid[1]);
		return;
	}
	wr_check_convert(check, &kid[0], type);
	wr_check_convert(check, &kid[1], type);
	node->type = WEIR_BOOL;
	wr_compare_bind(check->scope->arena, node);
}

/* An operand that must be true or false. */
static bool
condition(struct wr_check *check, struct wr_node *node, struct wr_node **slot)
{
	if (wr_check_convert(check, slot, WEIR_BOOL))
		return true;
	wr_check_problem(check, node, (*slot)->src, "\"%.*s\" takes bool, but this is %s%s",
		WR_STRF(node->word), wr_type_name((*slot)->type),
		(*slot)->type == WEIR_JSON ? "; write cast(x as bool)" : "");
	return false;
}

static void
check_logic(struct wr_check *check, struct wr_node *node)
{
	bool good = true;

	node->type = WEIR_BOOL;
	if (node->kind == WR_N_IS_NULL) {
		if (node->kids[0]->type == 0)
			wr_check_convert(check, &node->kids[0], WEIR_BOOL);
		node->nullable = false;
	} else {
		for (uint32_t i = 0; i < node->n_kids; i++)
			good = condition(check, node, &node->kids[i]) && good;
	}
	if (good && !(node->kind == WR_N_AND && wr_compare_range_bind(check->scope->arena, node)))
		wr_logic_bind(node);
}

/* What is looked for has another form for each value of the list: x = a or x = b ... */
static void
in_as_or(struct wr_check *check, struct wr_node **slot)
{
	struct wr_arena *arena = check->scope->arena;
	struct wr_node *node = *slot, *let = NULL, *either;
	uint32_t n = node->n_kids - 1;

	if (node->kids[0]->kind != WR_N_CONST && node->kids[0]->kind != WR_N_COLUMN) {
		let = wr_node_new(arena, WR_N_LET, node->src, 2);
		let->kids[0] = node->kids[0];
	}
	either = wr_node_new(arena, WR_N_OR, node->src, n);
	either->word = node->word;
	for (uint32_t i = 0; i < n; i++) {
		struct wr_node *equal = wr_node_new(arena, WR_N_COMPARE, node->src, 2);

		equal->word = node->word;
		equal->op = WR_EQ;
		equal->kids[0] = node->kids[0];
		if (let != NULL) {
			equal->kids[0] = wr_node_new(arena, WR_N_SHARED, node->kids[0]->src, 0);
			equal->kids[0]->let = let;
		}
		equal->kids[1] = node->kids[i + 1];
		either->kids[i] = equal;
	}
	if (node->negated) {
		struct wr_node *not = wr_node_new(arena, WR_N_NOT, node->src, 1);

		not ->word = node->word;
		not ->kids[0] = either;
		either = not ;
	}
	if (let != NULL)
		let->kids[1] = either;
	*slot = let != NULL ? let : either;
	wr_check(check, slot);
}

static void
check_in(struct wr_check *check, struct wr_node **slot)
{
	struct wr_node *node = *slot;
	uint32_t type = node->kids[0]->type;
	bool constant = true;

	for (uint32_t i = 1; i < node->n_kids; i++) {
		uint32_t both = wr_check_common(type, node->kids[i]->type);

		constant = constant && node->kids[i]->kind == WR_N_CONST;
		if ((both == 0 && node->kids[i]->type != type) || both == WEIR_JSON) {
			not_comparable(check, node, node->kids[0], node->kids[i]);
			return;
		}
		type = both;
	}
	if (type == 0)
		type = WEIR_INT64;
	if (!constant || type == WEIR_BOOL) {
		in_as_or(check, slot);
		return;
	}
	for (uint32_t i = 0; i < node->n_kids; i++)
		wr_check_convert(check, &node->kids[i], type);
	node->type = WEIR_BOOL;
	wr_in_bind(check->scope->arena, node);
}

static void
check_texts(struct wr_check *check, struct wr_node *node)
{
	uint32_t type = 0;

	for (uint32_t i = 0; i < node->n_kids; i++) {
		uint32_t kid = node->kids[i]->type;

		if (kid != 0 && kid != WEIR_STRING && kid != WEIR_BYTES) {
			wr_check_problem(check, node, node->kids[i]->src,
				"\"%.*s\" takes strings and bytes, but this is %s; %s",
				WR_STRF(node->word), wr_type_name(kid),
				kid == WEIR_BOOL && node->kind == WR_N_CONCAT
					? "write \"or\""
					: "write cast(x as string)");
			return;
		}
		type = wr_check_common(type, kid);
	}
	if (type == 0)
		type = WEIR_STRING;
	for (uint32_t i = 0; i < node->n_kids; i++)
		wr_check_convert(check, &node->kids[i], type);
	node->type = type;
	if (node->kind == WR_N_CONCAT) {
		wr_concat_bind(node);
		return;
	}
	node->type = WEIR_BOOL;
	if (!wr_like_bind(check->scope, node)) {
		check->problems++;
		node->kind = WR_N_BAD;
	}
}

/* Whether kid i of a case or a coalesce is one of the possible results. */
static bool
is_result(const struct wr_node *node, uint32_t i)
{
	return node->kind == WR_N_COALESCE || i % 2 != 0 || i + 1 == node->n_kids;
}

static void
check_choice(struct wr_check *check, struct wr_node *node)
{
	bool choice = node->kind == WR_N_CASE, all_null = true;
	uint32_t type = 0;

	node->nullable = choice && node->n_kids % 2 == 0;
	for (uint32_t i = 0; i < node->n_kids; i++) {
		uint32_t both;

		if (!is_result(node, i)) {
			if (!condition(check, node, &node->kids[i]))
				return;
			continue;
		}
		both = wr_check_common(type, node->kids[i]->type);
		if (both == 0 && type != node->kids[i]->type) {
			wr_check_problem(check, node, node->kids[i]->src,
				"\"%.*s\" gives %s before, but this is %s", WR_STRF(node->word),
				wr_type_name(type), wr_type_name(node->kids[i]->type));
			return;
		}
		type = both;
		all_null = all_null && node->kids[i]->nullable;
		node->nullable = node->nullable || (choice && node->kids[i]->nullable);
	}
	if (type == 0) {
		wr_check_problem(check, node, node->src,
			"the type of null is not known here; write cast(null as int)");
		return;
	}
	for (uint32_t i = 0; i < node->n_kids; i++)
		if (is_result(node, i))
			wr_check_convert(check, &node->kids[i], type);
	if (!choice)
		node->nullable = all_null;
	node->type = type;
	wr_choose_bind(node);
}

static void
check_cast(struct wr_check *check, struct wr_node **slot)
{
	struct wr_node *node = *slot, *kid = node->kids[0];

	if (kid->type == node->type) {
		*slot = kid;
	} else if (kid->type == 0) {
		wr_check_convert(check, &node->kids[0], node->type);
		*slot = node->kids[0];
	} else if (!wr_cast_bind(node)) {
		wr_check_problem(check, node, node->src, "there is no cast from %s to %s",
			wr_type_name(kid->type), wr_type_name(node->type));
	} else {
		wr_check_fold(check->scope->arena, slot);
		if (node->negated && *slot == node)
			wr_check_problem(check, node, node->src,
				"no timestamp; write it like timestamp '2026-01-31T12:00:00Z'");
	}
}

static void
check_path(struct wr_check *check, struct wr_node *node)
{
	node->type = WEIR_JSON;
	if (node->kids[0]->type == WEIR_JSON)
		wr_path_bind(node);
	else
		wr_check_problem(check, node, node->src, "only json has members, but this is %s",
			wr_type_name(node->kids[0]->type));
}

static void
check_kind(struct wr_check *check, struct wr_node **slot)
{
	struct wr_node *node = *slot;

	switch (node->kind) {
	case WR_N_ARITH:
		check_arith(check, node);
		break;
	case WR_N_COMPARE:
		check_compare(check, node);
		break;
	case WR_N_CONCAT:
	case WR_N_LIKE:
		check_texts(check, node);
		break;
	case WR_N_AND:
	case WR_N_OR:
	case WR_N_NOT:
	case WR_N_IS_NULL:
		check_logic(check, node);
		break;
	case WR_N_IN:
		check_in(check, slot);
		break;
	case WR_N_CASE:
	case WR_N_COALESCE:
		check_choice(check, node);
		break;
	case WR_N_CAST:
		check_cast(check, slot);
		return;
	case WR_N_PATH:
		check_path(check, node);
		break;
	case WR_N_CALL:
		wr_check_call(check, node);
		break;
	default: /* try, let: the value of the last kid */
		node->type = node->kids[node->n_kids - 1]->type;
		if (node->kind == WR_N_TRY && node->type == 0)
			*slot = node->kids[0];
		node->nullable = node->kind == WR_N_TRY || node->kids[node->n_kids - 1]->nullable;
		if (node->kind == WR_N_TRY)
			node->fails = false;
		wr_choose_bind(node);
	}
	if ((*slot)->kind != WR_N_BAD)
		wr_check_fold(check->scope->arena, slot);
}

/* A use of a value computed elsewhere; a constant is simply repeated. */
static void
check_shared(struct wr_node **slot)
{
	struct wr_node *node = *slot, *value = node->let->kids[0];

	node->type = value->type;
	node->nullable = value->nullable;
	node->fickle = value->fickle;
	if (value->kind == WR_N_CONST)
		*slot = value;
	else if (value->kind == WR_N_BAD)
		node->kind = WR_N_BAD;
	else
		wr_choose_bind(node);
}

static void
check_kids(struct wr_check *check, struct wr_node *node)
{
	for (uint32_t i = 0; i < node->n_kids; i++) {
		const struct wr_node *kid;

		wr_check(check, &node->kids[i]);
		kid = node->kids[i];
		if (kid->kind == WR_N_BAD)
			node->kind = WR_N_BAD;
		node->nullable = node->nullable || kid->nullable;
		node->fails = node->fails || kid->fails;
		node->costly = node->costly || kid->costly;
		node->fickle = node->fickle || kid->fickle;
	}
}

void
wr_check(struct wr_check *check, struct wr_node **slot)
{
	struct wr_node *node = *slot;

	if (node->checked) {
		if (node->kind == WR_N_NAME)
			*slot = node->let;
		return;
	}
	node->checked = true;
	if (node->kind == WR_N_NAME) {
		wr_check_name(check, slot);
		node->let = *slot;
		return;
	}
	if (node->kind == WR_N_CALL && check->call != NULL) {
		struct wr_node *other = check->call(check->arg, node);

		if (other != NULL) {
			*slot = other;
			return;
		}
	}
	if (node->kind == WR_N_SHARED) {
		check_shared(slot);
		return;
	}
	check_kids(check, node);
	if (node->kind == WR_N_HIDDEN)
		wr_check_hidden(check, node);
	else if (node->kind != WR_N_CONST && node->kind != WR_N_BAD)
		check_kind(check, slot);
}
