/* SPDX-License-Identifier: Apache-2.0 */
/* nginx's words; but quotes inside a word protect too, so that expressions pass as they are. */
#include "conf/lexer.h"

#include <string.h>

#include "conf/utf8.h"

void
wr_lex_init(struct wr_lex *lex, struct wr_arena *arena, char *text, uint32_t len)
{
	*lex = (struct wr_lex){.arena = arena, .text = text, .len = len, .blank = true};
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		lex->pos = 3;
}

bool
wr_lex_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void *
lex_grow(struct wr_lex *lex, void *p, uint32_t n, uint32_t *cap, size_t size)
{
	uint32_t more = *cap < 8 ? 8 : *cap * 2;
	void *q;

	if (n < *cap)
		return p;
	q = wr_arena_alloc(lex->arena, more * size);
	if (n > 0)
		memcpy(q, p, n * size);
	*cap = more;
	return q;
}

static void
lex_add_hole(struct wr_lex *lex, uint32_t len, char quote, bool literal)
{
	lex->holes = lex_grow(lex, lex->holes, lex->n_holes, &lex->cap_holes, sizeof *lex->holes);
	lex->holes[lex->n_holes++] = (struct wr_lex_hole){
		.off = lex->pos, .len = len, .quote = quote, .literal = literal};
}

static bool
lex_is(const struct wr_lex *lex, uint32_t pos, const char *what)
{
	size_t n = strlen(what);

	return lex->len - pos >= n && memcmp(lex->text + pos, what, n) == 0;
}

static void
lex_check_byte(struct wr_lex *lex)
{
	uint32_t c, n = wr_utf8_len(lex->text + lex->pos, lex->len - lex->pos, &c);

	if (lex->bad_byte == WR_LEX_NONE &&
		(n == 0 || (c < 0x20 && !wr_lex_space((char)c)) || c == 0x7f))
		lex->bad_byte = lex->pos;
	lex->pos += n > 0 ? n : 1;
}

/* At a backslash: goes past what it protects. */
static void
lex_backslash(struct wr_lex *lex, char quote)
{
	uint32_t p;

	if (!lex_is(lex, lex->pos, "\\${")) {
		if (++lex->pos < lex->len)
			lex_check_byte(lex);
		return;
	}
	lex_add_hole(lex, 2, quote, true);
	lex->pos += 3;
	if (quote != 0)
		return;
	/* Outside quotes the braces of a \${name} are letters both. */
	for (p = lex->pos; p < lex->len && strchr(" \t\r\n;{}'\"\\", lex->text[p]) == NULL;)
		p++;
	while (p < lex->len && lex->text[p] == '}' && lex->pos <= p)
		lex_check_byte(lex);
}

/* At a ${: goes past its }. */
static void
lex_hole(struct wr_lex *lex, char quote)
{
	uint32_t p = lex->pos + 2;

	while (p < lex->len && lex->text[p] != '}' && lex->text[p] != '\n')
		p++;
	if (p < lex->len && lex->text[p] == '}') {
		lex_add_hole(lex, p + 1 - lex->pos, quote, false);
		while (lex->pos <= p)
			lex_check_byte(lex);
		return;
	}
	if (lex->bad_hole == WR_LEX_NONE)
		lex->bad_hole = lex->pos;
	lex->pos += 2;
}

/* Where the line of an opening quote ends, if its closing one is not on it; else WR_LEX_NONE. */
static uint32_t
lex_line_of_quote(const struct wr_lex *lex)
{
	uint32_t p = lex->pos + 1;

	for (; p < lex->len && lex->text[p] != '\n'; p++) {
		if (lex->text[p] == lex->text[lex->pos])
			return WR_LEX_NONE;
		if (lex->text[p] == '\\' && p + 1 < lex->len && lex->text[p + 1] != '\n')
			p++;
	}
	return p;
}

/* An opening quote without an end: the best guess is that the text goes up to the `;`. */
static void
lex_skip_line(struct wr_lex *lex, uint32_t end)
{
	if (lex->bad_quote == WR_LEX_NONE)
		lex->bad_quote = lex->pos;
	while (lex->pos < end && lex->text[lex->pos] != ';')
		lex->pos++;
	while (lex->pos == end && wr_lex_space(lex->text[lex->pos - 1]))
		end = --lex->pos;
}

static void
lex_quote(struct wr_lex *lex, struct wr_lex_word *word, char *open, uint32_t *opened)
{
	char c = lex->text[lex->pos];

	if (*open == 0) {
		uint32_t end = lex->lines ? lex_line_of_quote(lex) : WR_LEX_NONE;

		word->quotes = true;
		if (end != WR_LEX_NONE) {
			lex_skip_line(lex, end);
			return;
		}
		*open = c;
		*opened = lex->pos;
	} else if (*open == c) {
		*open = 0;
		if (*opened == word->off)
			word->odd = lex->pos + 1; /* for now: where it would be */
	}
	lex->pos++;
}

static void
lex_word(struct wr_lex *lex)
{
	struct wr_lex_word word = {.off = lex->pos};
	uint32_t opened = 0;
	char open = 0;

	while (lex->pos < lex->len) {
		char c = lex->text[lex->pos];

		if (open == 0 && (wr_lex_space(c) || c == ';' || c == '{' || c == '}'))
			break;
		if (c == '\\')
			lex_backslash(lex, open);
		else if (c == '$' && lex_is(lex, lex->pos, "${"))
			lex_hole(lex, open);
		else if (c == '\'' ? open != '"' : c == '"' && open != '\'')
			lex_quote(lex, &word, &open, &opened);
		else
			lex_check_byte(lex);
	}
	if (open != 0 && lex->bad_quote == WR_LEX_NONE)
		lex->bad_quote = opened;
	word.len = lex->pos - word.off;
	if (word.odd == lex->pos) {
		word.quote = lex->text[word.off];
		word.odd = 0;
	}
	lex->words = lex_grow(lex, lex->words, lex->n_words, &lex->cap_words, sizeof *lex->words);
	lex->words[lex->n_words++] = word;
}

static void
lex_skip_blanks(struct wr_lex *lex)
{
	while (lex->pos < lex->len) {
		if (lex->text[lex->pos] == '#') {
			while (lex->pos < lex->len && lex->text[lex->pos] != '\n') {
				if (lex->blank)
					lex->text[lex->pos] = ' ';
				lex->pos++;
			}
		} else if (wr_lex_space(lex->text[lex->pos])) {
			lex->pos++;
		} else {
			return;
		}
	}
}

int
wr_lex_next(struct wr_lex *lex)
{
	lex->words = NULL;
	lex->holes = NULL;
	lex->n_words = lex->cap_words = lex->n_holes = lex->cap_holes = 0;
	lex->bad_quote = lex->bad_hole = lex->bad_byte = WR_LEX_NONE;
	for (;;) {
		bool words = lex->n_words > 0;

		lex_skip_blanks(lex);
		lex->end = lex->pos;
		if (lex->pos >= lex->len)
			return words ? WR_LEX_CUT : WR_LEX_END;
		switch (lex->text[lex->pos]) {
		case ';':
			lex->pos++;
			return words ? WR_LEX_DIRECTIVE : WR_LEX_STRAY;
		case '{':
			lex->pos++;
			return words ? WR_LEX_BLOCK : WR_LEX_NAMELESS;
		case '}':
			lex->pos += words ? 0 : 1;
			return words ? WR_LEX_UNENDED : WR_LEX_CLOSE;
		default:
			lex_word(lex);
		}
	}
}

bool
wr_lex_unbalanced(const struct wr_lex *lex)
{
	struct wr_arena arena = {0};
	struct wr_lex scan = *lex;
	bool found = false;

	scan.arena = &arena;
	scan.blank = scan.lines = false;
	while (!found && wr_lex_next(&scan) != WR_LEX_END) {
		found = scan.bad_quote != WR_LEX_NONE;
		wr_arena_reset(&arena);
	}
	wr_arena_fini(&arena);
	return found;
}

uint32_t
wr_lex_escape(const char *p, uint32_t left, char *c)
{
	static const char letters[] = "tnr\"'\\", values[] = "\t\n\r\"'\\";
	const char *found;

	if (left < 2 || p[0] != '\\' || p[1] == '\0')
		return 0;
	found = strchr(letters, p[1]);
	if (found == NULL)
		return 0;
	*c = values[found - letters];
	return 2;
}
