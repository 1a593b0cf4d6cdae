/* SPDX-License-Identifier: Apache-2.0 */
/* Directives being made from the lexer's words: values of ${}, unquoting, the text.  One thread. */
#ifndef WR_CONF_BUILD_H
#define WR_CONF_BUILD_H

#include "conf/inner.h"
#include "conf/lexer.h"

#define WR_BUILD_NO_INDENT UINT32_MAX

/* A directive while the tree grows; the tree itself knows only dir. */
struct wr_node {
	struct wr_dir dir;
	struct wr_node *up, *before, *last; /* block it is in; sibling before; last child */
	uint32_t indent; /* of its name, if that is the first of its line; else NO_INDENT */
};

struct wr_node *wr_build_root(struct wr_conf *conf);
/* A block that had no name; in no tree. */
struct wr_node *wr_build_nameless(struct wr_conf *conf, uint32_t loc);
/* The directive that lex found last.  good: nothing was wrong with its words.  Not in the tree yet.
 */
struct wr_node *wr_build_directive(struct wr_conf *conf, struct wr_source *source,
	const struct wr_lex *lex, bool good, struct wr_diag *diag);
void wr_build_append(struct wr_node *block, struct wr_node *node);
/* The value of a word without ${}: unquoted and unescaped as the conf does it. */
struct weir_str wr_build_word(
	struct wr_arena *arena, const char *text, const struct wr_lex_word *word);

#endif
