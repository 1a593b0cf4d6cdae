/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions as words: numbers, durations, strings, names, operators.  The planning thread. */
#ifndef WR_EXPR_LEXER_H
#define WR_EXPR_LEXER_H

#include "expr/expr.h"

enum wr_token_kind {
	WR_T_END,
	WR_T_BAD, /* reported */
	WR_T_INT, /* i; the one int above INT64_MAX that a minus may precede has i INT64_MIN */
	WR_T_FLOAT,
	WR_T_STRING, /* text: its value */
	WR_T_WORD, /* a name or a word of the language; text as written */
	WR_T_QUOTED, /* a name in double quotes; text: without them */
	WR_T_AT, /* @name; text: without the @ */
	WR_T_OP, /* src tells which */
};

struct wr_token {
	uint32_t kind;
	bool tight; /* nothing stands between it and the one before */
	struct weir_str src; /* as written, with its loc in the conf */
	struct weir_str text;
	int64_t i;
	double f;
};

struct wr_lexer {
	const struct wr_scope *scope;
	struct weir_str text;
	uint32_t pos;
	bool quiet; /* problems are not reported: the text was read before */
};

void wr_lexer_init(struct wr_lexer *lexer, const struct wr_scope *scope, struct weir_str text);
struct wr_token wr_lexer_next(struct wr_lexer *lexer);

/* A problem at a piece of the text. */
void wr_expr_problem(const struct wr_scope *scope, struct weir_str at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
