/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of an expression.  The parser makes it, the checker gives every node its type and the
 * function that evaluates it; from then on it is the program, immutable and read by any thread. All
 * of it is in the scope's arena.
 */
#ifndef WR_EXPR_NODE_H
#define WR_EXPR_NODE_H

#include "expr/expr.h"

enum wr_node_kind {
	WR_N_BAD, /* a problem was reported: whatever is above stays silent */
	WR_N_CONST,
	WR_N_NAME, /* a name nobody has looked up yet, with path steps */
	WR_N_COLUMN,
	WR_N_HIDDEN,
	WR_N_PATH, /* kid 0: json; steps */
	WR_N_ARITH,
	WR_N_COMPARE,
	WR_N_CONCAT,
	WR_N_AND,
	WR_N_OR,
	WR_N_NOT,
	WR_N_IS_NULL,
	WR_N_IN, /* kid 0: what is looked for; a list of constants */
	WR_N_LIKE, /* text, pattern [, escape] */
	WR_N_CASE, /* condition, value, ... [, else] */
	WR_N_COALESCE,
	WR_N_CAST,
	WR_N_TRY,
	WR_N_CALL, /* op not 0: written as an operator */
	WR_N_LET, /* kid 0 is computed once; kid 1 refers to it by WR_N_SHARED nodes */
	WR_N_SHARED,
};

/* op of WR_N_ARITH and WR_N_COMPARE. */
enum { WR_ADD, WR_SUB, WR_MUL, WR_DIV, WR_MOD };
enum { WR_EQ, WR_NE, WR_LT, WR_LE, WR_GT, WR_GE };

struct wr_node;
struct wr_run;
struct wr_vec;
struct wr_rows;

/* The value of a node at some rows; what is at other rows of out is unspecified. */
typedef void wr_eval_fn(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out);

/* One value, as a column of one row. */
struct wr_const {
	struct weir_column col;
	union {
		int64_t i;
		double f;
		uint64_t bits;
		struct weir_view view;
	} u;
	uint64_t valid;
	const uint8_t *buf;
};

struct wr_node {
	uint8_t kind, op;
	bool checked;
	bool nullable;
	bool fails; /* evaluating it may fail a row */
	bool costly; /* worth a selection of its own */
	bool fickle; /* volatile: never computed ahead */
	bool negated; /* is not null, not in */
	uint32_t type; /* 0: an untyped null */
	uint32_t n_kids;
	uint16_t depth, n_steps;
	uint32_t col; /* WR_N_COLUMN, WR_N_HIDDEN */
	struct weir_str src; /* its text in the conf */
	struct weir_str word; /* its operator, or name: what messages quote and point at */
	struct wr_node **kids;
	union {
		const struct weir_json_step *steps; /* WR_N_NAME, WR_N_PATH */
		const struct wr_const *value; /* WR_N_CONST */
		struct wr_node *filter; /* WR_N_CALL of an aggregate: filter (where ...) */
	};
	struct wr_node *let; /* WR_N_SHARED: where its value is computed */
	const void *aux; /* what eval has worked out ahead */
	wr_eval_fn *eval;
};

static inline bool
wr_node_is_null(const struct wr_node *node)
{
	return node->kind == WR_N_CONST && node->value->col.valid != NULL;
}

static inline bool
wr_type_is_text(uint32_t type)
{
	return type >= WEIR_STRING;
}

/* "int", "string", ...; "null" for 0. */
const char *wr_type_name(uint32_t type);
/* 0: no such type. */
uint32_t wr_type_of_name(struct weir_str name);
/* Case does not matter in words of the language. */
bool wr_word_is(struct weir_str word, const char *lower);

struct wr_node *wr_node_new(struct wr_arena *arena, int kind, struct weir_str src, uint32_t n_kids);
struct wr_node *wr_node_int(
	struct wr_arena *arena, uint32_t type, int64_t value, struct weir_str src);
struct wr_node *wr_node_float(struct wr_arena *arena, double value, struct weir_str src);
struct wr_node *wr_node_bool(struct wr_arena *arena, bool value, struct weir_str src);
struct wr_node *wr_node_text(
	struct wr_arena *arena, uint32_t type, struct weir_str text, struct weir_str src);
struct wr_node *wr_node_null(struct wr_arena *arena, uint32_t type, struct weir_str src);
/* From the one row of a column; its bytes are copied. */
struct wr_node *wr_node_const(
	struct wr_arena *arena, const struct weir_column *col, struct weir_str src);

static inline struct weir_str
wr_const_text(const struct wr_const *value)
{
	return weir_str_at(&value->col, 0);
}

#endif
