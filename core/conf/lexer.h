/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of words: cuts a text into directives, finds quotes, comments and ${}, reports
 * nothing. Offsets are bytes of the text.  One thread.
 */
#ifndef WR_CONF_LEXER_H
#define WR_CONF_LEXER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define WR_LEX_NONE UINT32_MAX

/* What wr_lex_next found. */
enum {
	WR_LEX_END, /* nothing more */
	WR_LEX_DIRECTIVE, /* words and `;` */
	WR_LEX_BLOCK, /* words and `{` */
	WR_LEX_CLOSE, /* `}` */
	WR_LEX_UNENDED, /* words, then `}`, which comes next */
	WR_LEX_CUT, /* words, then the end of the text */
	WR_LEX_STRAY, /* `;` without words */
	WR_LEX_NAMELESS, /* `{` without words */
};

struct wr_lex_word {
	uint32_t off, len;
	uint32_t odd; /* offset of what follows its closing quote directly; 0: nothing does */
	char quote; /* it is one text in these quotes; else 0 */
	bool quotes; /* there are quotes somewhere in it */
};

/* A ${}, or the backslash and dollar of a \${. */
struct wr_lex_hole {
	uint32_t off, len;
	char quote; /* which quotes it is in; 0: none */
	bool literal; /* stands for a dollar */
};

struct wr_lex {
	struct wr_arena *arena; /* of words and holes */
	char *text;
	uint32_t len, pos;
	bool blank; /* write blanks over comments */
	bool lines; /* quotes end where their line does */

	/* Of the directive found last; words[0] is its name. */
	struct wr_lex_word *words;
	uint32_t n_words, cap_words;
	struct wr_lex_hole *holes;
	uint32_t n_holes, cap_holes;
	uint32_t end; /* of the `;`, `{` or `}`, or of the text */

	/* Offsets of what is wrong in it; WR_LEX_NONE: nothing. */
	uint32_t bad_quote; /* has no other end */
	uint32_t bad_hole; /* a ${ without } on its line */
	uint32_t bad_byte; /* a control character, or not UTF-8 */
};

void wr_lex_init(struct wr_lex *lex, struct wr_arena *arena, char *text, uint32_t len);
int wr_lex_next(struct wr_lex *lex);
/* Does some quote of the text have no other end?  Leaves everything as it is. */
bool wr_lex_unbalanced(const struct wr_lex *lex);
bool wr_lex_space(char c);
/* What the escape at p stands for, and how many bytes it has; 0: it is no escape.  left > 0 */
uint32_t wr_lex_escape(const char *p, uint32_t left, char *c);

#endif
