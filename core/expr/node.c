/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of the tree, constants above all. */
#include "expr/node.h"

#include <ctype.h>

#include "expr/run.h"

static const char *const type_names[] = {
	"null", "bool", "int", "float", "timestamp", "string", "bytes", "json"};

const char *
wr_type_name(uint32_t type)
{
	return type < sizeof type_names / sizeof type_names[0] ? type_names[type] : "unknown";
}

uint32_t
wr_type_of_name(struct weir_str name)
{
	for (uint32_t t = WEIR_BOOL; t <= WEIR_JSON; t++)
		if (wr_word_is(name, type_names[t]))
			return t;
	return 0;
}

bool
wr_word_is(struct weir_str word, const char *lower)
{
	uint32_t i = 0;

	for (; i < word.len && lower[i] != '\0'; i++)
		if (tolower((unsigned char)word.p[i]) != lower[i])
			return false;
	return i == word.len && lower[i] == '\0';
}

struct wr_node *
wr_node_new(struct wr_arena *arena, int kind, struct weir_str src, uint32_t n_kids)
{
	struct wr_node *node = wr_arena_new(arena, struct wr_node);

	node->kind = (uint8_t)kind;
	node->src = node->word = src;
	node->n_kids = n_kids;
	if (n_kids > 0)
		node->kids = wr_arena_zalloc(arena, n_kids * sizeof(struct wr_node *));
	return node;
}

static void
const_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	(void)run;
	(void)rows;
	*out = (struct wr_vec){.col = node->value->col, .konst = true};
}

static struct wr_const *
node_value(struct wr_arena *arena, uint32_t type, struct weir_str src, struct wr_node **node)
{
	struct wr_const *value = wr_arena_new(arena, struct wr_const);

	value->col.size = sizeof value->col;
	value->col.type = type;
	value->col.values = &value->u;
	value->col.bufs = &value->buf;
	*node = wr_node_new(arena, WR_N_CONST, src, 0);
	(*node)->value = value;
	(*node)->type = type;
	(*node)->eval = const_eval;
	return value;
}

struct wr_node *
wr_node_int(struct wr_arena *arena, uint32_t type, int64_t value, struct weir_str src)
{
	struct wr_node *node;

	node_value(arena, type, src, &node)->u.i = value;
	return node;
}

struct wr_node *
wr_node_float(struct wr_arena *arena, double value, struct weir_str src)
{
	struct wr_node *node;

	node_value(arena, WEIR_FLOAT64, src, &node)->u.f = value;
	return node;
}

struct wr_node *
wr_node_bool(struct wr_arena *arena, bool value, struct weir_str src)
{
	struct wr_node *node;

	node_value(arena, WEIR_BOOL, src, &node)->u.bits = value;
	return node;
}

struct wr_node *
wr_node_text(struct wr_arena *arena, uint32_t type, struct weir_str text, struct weir_str src)
{
	struct wr_node *node;
	struct wr_const *value = node_value(arena, type, src, &node);

	value->u.view.len = text.len;
	if (text.len <= 12) {
		if (text.len > 0)
			memcpy((uint8_t *)&value->u.view + offsetof(struct weir_view, head), text.p,
				text.len);
	} else {
		memcpy(value->u.view.head, text.p, sizeof value->u.view.head);
		value->buf = (const uint8_t *)wr_arena_dup(arena, text.p, text.len);
	}
	return node;
}

struct wr_node *
wr_node_null(struct wr_arena *arena, uint32_t type, struct weir_str src)
{
	struct wr_node *node;
	struct wr_const *value = node_value(arena, type, src, &node);

	value->col.valid = &value->valid;
	node->nullable = true;
	return node;
}

struct wr_node *
wr_node_const(struct wr_arena *arena, const struct weir_column *col, struct weir_str src)
{
	if (weir_null_at(col, 0))
		return wr_node_null(arena, col->type, src);
	switch (col->type) {
	case WEIR_BOOL:
		return wr_node_bool(arena, weir_bool_at(col, 0), src);
	case WEIR_FLOAT64:
		return wr_node_float(arena, weir_float_at(col, 0), src);
	case WEIR_INT64:
	case WEIR_TIMESTAMP:
		return wr_node_int(arena, col->type, weir_int_at(col, 0), src);
	default:
		return wr_node_text(arena, col->type, weir_str_at(col, 0), src);
	}
}
