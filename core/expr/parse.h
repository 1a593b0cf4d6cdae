/* SPDX-License-Identifier: Apache-2.0 */
/* Text to tree, by the rules of docs/expressions.md; names are not looked up yet.  The planning
 * thread. */
#ifndef WR_EXPR_PARSE_H
#define WR_EXPR_PARSE_H

#include "expr/node.h"

/* Deeper nesting is refused: the checker and the evaluation recurse. */
enum { WR_PARSE_NESTING = 200, WR_PARSE_DEPTH = 1000 };

struct wr_item {
	struct weir_str name; /* before `=`; empty if none */
	struct weir_str text; /* behind it */
	struct wr_node *root;
};

/* named: `name =` may come first.  False: a problem was reported. */
bool wr_parse(const struct wr_scope *scope, struct weir_str text, bool named, struct wr_item *item);

/*
 * The text in one spelling, whatever its blanks, comments and case of words: two calls of one
 * spelling are the same.
 */
char *wr_parse_canonical(const struct wr_scope *scope, struct weir_str text);

#endif
