/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the parser share. */
#ifndef WR_EXPR_PARSER_H
#define WR_EXPR_PARSER_H

#include "expr/lexer.h"
#include "expr/parse.h"

struct wr_parser {
	const struct wr_scope *scope;
	struct wr_arena *arena;
	struct wr_lexer lexer;
	struct wr_token tok, ahead;
	uint32_t nesting;
	bool failed; /* a problem was reported; only WR_T_END comes from now on */
};

/* Binding strengths; a subexpression takes operators of `least` and more. */
enum {
	WR_P_OR = 1,
	WR_P_AND,
	WR_P_NOT,
	WR_P_COMPARE,
	WR_P_CONCAT,
	WR_P_ADD,
	WR_P_MUL,
	WR_P_UNARY,
};

struct wr_kids {
	struct wr_node **v;
	uint32_t n, cap;
};

/* Never NULL: a WR_N_BAD node after a failure. */
struct wr_node *wr_parser_expr(struct wr_parser *p, int least);
/* A value with no operator before or behind it but path steps. */
struct wr_node *wr_parser_primary(struct wr_parser *p);

void wr_parser_advance(struct wr_parser *p);
struct wr_node *wr_parser_fail(struct wr_parser *p, struct weir_str at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
struct wr_node *wr_parser_unexpected(struct wr_parser *p, const char *wanted);
bool wr_parser_expect(struct wr_parser *p, const char *op);
bool wr_parser_expect_word(struct wr_parser *p, const char *word);
void wr_parser_add(struct wr_parser *p, struct wr_kids *kids, struct wr_node *node);
struct wr_node *wr_parser_node(struct wr_parser *p, int kind, struct weir_str src,
	struct weir_str word, const struct wr_kids *kids);
/* A word that is no name of a column. */
bool wr_parser_is_reserved(struct weir_str word);
struct weir_str wr_parser_join(struct weir_str a, struct weir_str b);

/* A node whose value is needed more than once: a let, or NULL if it can simply be repeated. */
struct wr_node *wr_parser_let(struct wr_parser *p, struct wr_node *node);
/* One use of it. */
struct wr_node *wr_parser_use(struct wr_parser *p, struct wr_node *let, struct wr_node *node);
struct wr_node *wr_parser_bind(struct wr_node *let, struct wr_node *body, struct weir_str src);
struct wr_node *wr_parser_two(struct wr_parser *p, int kind, int op, struct weir_str word,
	struct wr_node *a, struct wr_node *b);

static inline bool
wr_parser_at(const struct wr_token *token, const char *op)
{
	return token->kind == WR_T_OP && wr_str_is(token->src, op);
}

static inline bool
wr_parser_at_word(const struct wr_token *token, const char *word)
{
	return token->kind == WR_T_WORD && wr_word_is(token->text, word);
}

#endif
