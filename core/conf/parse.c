/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From words to the tree.  One mistake is meant to give one message: where braces or quotes do not
 * match, the rest of the text is guessed at and the conf is marked as not whole.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "conf/build.h"
#include "conf/inner.h"

/* One text being parsed; `up` included it. */
struct parse {
	struct wr_conf *conf;
	struct wr_diag *diag;
	struct wr_source *source;
	struct wr_lex lex;
	const struct parse *up;
	struct wr_node *top, *block; /* where it began, and where it is */
	uint32_t depth; /* of block */
	uint32_t last; /* offset behind the last thing read */
	const struct wr_node *unclosed, *unopened; /* what the indentation makes suspect */
	dev_t dev;
	ino_t ino;
	int kind;
	bool byte_reported, quote_reported;
};

static void parse_text(struct parse *parse);

static uint32_t
parse_loc(const struct parse *parse, uint32_t off)
{
	return parse->source->file.base + 1 + off;
}

/* How far the byte at off is from the left, if it is the first of its line. */
static uint32_t
parse_indent(const struct parse *parse, uint32_t off)
{
	const char *text = parse->source->file.text;
	uint32_t begin = off;

	while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
		begin--;
	return begin == 0 || text[begin - 1] == '\n' ? off - begin : WR_BUILD_NO_INDENT;
}

/* What the lexer found wrong with the words of a directive.  False: it should not be looked at. */
static bool
parse_check_words(struct parse *parse)
{
	const struct wr_lex *lex = &parse->lex;
	const char *text = lex->text;

	if (lex->bad_byte != WR_LEX_NONE && !parse->byte_reported) {
		uint8_t byte = (uint8_t)text[lex->bad_byte];

		wr_diag_error(parse->diag, parse_loc(parse, lex->bad_byte),
			byte < 0x80 ? "unexpected byte 0x%02x"
				    : "unexpected byte 0x%02x; the file must be UTF-8",
			byte);
		parse->byte_reported = true;
	}
	if (lex->bad_hole != WR_LEX_NONE)
		wr_diag_error_span(parse->diag, parse_loc(parse, lex->bad_hole), 2,
			"missing terminating \"}\" of \"${\"; write \\${ for the letters "
			"themselves");
	if (lex->bad_quote != WR_LEX_NONE && !parse->quote_reported) {
		char quote = text[lex->bad_quote];

		wr_diag_error(parse->diag, parse_loc(parse, lex->bad_quote),
			"missing terminating \"%s%c\" character", quote == '"' ? "\\" : "", quote);
		parse->quote_reported = true;
		if (memchr(text + lex->bad_quote, '\n', lex->end - lex->bad_quote) != NULL)
			parse->conf->whole = false;
	}
	return lex->bad_byte == WR_LEX_NONE && lex->bad_hole == WR_LEX_NONE &&
	       lex->bad_quote == WR_LEX_NONE;
}

static struct wr_node *
parse_directive(struct parse *parse, bool broken)
{
	bool good = parse_check_words(parse) && !broken;
	struct wr_node *node =
		wr_build_directive(parse->conf, parse->source, &parse->lex, good, parse->diag);
	struct wr_lex_word last = parse->lex.words[parse->lex.n_words - 1];

	node->indent = parse_indent(parse, parse->lex.words[0].off);
	parse->last = last.off + last.len;
	return node;
}

static void
parse_open(struct parse *parse, struct wr_node *node)
{
	node->dir.has_block = true;
	node->up = parse->block;
	parse->block = node;
	parse->depth++;
}

/* A `}` that stands further left or right than its `{`'s line tells which brace is missing, if one
 * is. */
static void
parse_suspect(struct parse *parse)
{
	uint32_t indent = parse_indent(parse, parse->lex.end);
	const struct wr_node *block = parse->block;

	if (indent == WR_BUILD_NO_INDENT || block->indent == WR_BUILD_NO_INDENT)
		return;
	if (indent < block->indent && parse->unclosed == NULL && block != parse->top)
		parse->unclosed = block;
	if (indent > block->indent && parse->unopened == NULL)
		for (const struct wr_node *n = block->last; n != NULL; n = n->before)
			if (!n->dir.has_block && n->indent == indent) {
				parse->unopened = n;
				break;
			}
}

static void
parse_close(struct parse *parse)
{
	uint32_t loc = parse_loc(parse, parse->lex.end);

	parse_suspect(parse);
	if (parse->block == parse->top) {
		if (parse->quote_reported && !parse->conf->whole)
			return;
		wr_diag_error(parse->diag, loc, "unexpected \"}\"");
		if (parse->unopened != NULL)
			wr_diag_note(parse->diag, parse->unopened->dir.name.loc,
				"directive \"%.*s\" has no opening \"{\"",
				WR_STRF(parse->unopened->dir.name));
		parse->conf->whole = false;
		return;
	}
	parse->block->dir.end_loc = loc;
	parse->block = parse->block->up;
	parse->depth--;
}

/* The text is over although blocks may be open; `cut`: a directive is, and that was reported. */
static void
parse_end(struct parse *parse, bool cut)
{
	bool guess = parse->quote_reported; /* that quote may have swallowed the brace */
	const struct wr_node *block = parse->unclosed != NULL ? parse->unclosed : parse->block;

	if (parse->block == parse->top)
		return;
	if (!cut && !guess)
		wr_diag_error(parse->diag, parse_loc(parse, parse->last),
			"unexpected end of file, expecting \"}\"");
	if (block->dir.name.len > 0 && !guess)
		wr_diag_note(parse->diag, block->dir.name.loc,
			"the block of \"%.*s\" begins here and is not closed",
			WR_STRF(block->dir.name));
	for (; parse->block != parse->top; parse->block = parse->block->up) {
		parse->block->dir.end_loc = parse_loc(parse, parse->lex.len);
		parse->block->dir.broken = true;
	}
	parse->conf->whole = false;
}

static void
parse_cut(struct parse *parse)
{
	struct wr_node *node = parse_directive(parse, true);

	wr_build_append(parse->block, node);
	if (parse->lex.bad_quote == WR_LEX_NONE)
		wr_diag_error(parse->diag, parse_loc(parse, parse->last),
			parse->kind == WR_PARSE_GLOBALS
				? "unexpected end of parameter, expecting \";\""
				: "unexpected end of file, expecting \";\" or \"}\"");
}

static void
parse_block(struct parse *parse)
{
	struct wr_node *node = parse_directive(parse, false);

	if (parse->kind == WR_PARSE_GLOBALS) {
		wr_diag_error_span(parse->diag, node->dir.name.loc, 0,
			"block directives are not supported in -g option");
		parse->conf->whole = false;
	} else if (wr_str_is(node->dir.name, "include")) {
		node->dir.has_block = true;
		wr_conf_expect_block(&node->dir, false, parse->diag);
		parse->conf->whole = false;
	} else {
		wr_build_append(parse->block, node);
	}
	parse_open(parse, node);
}

/* One file of an include.  Files are known by what they are, not by what they are called. */
static void
parse_include_file(struct parse *parse, const char *path, uint32_t loc)
{
	struct parse inner = {.conf = parse->conf,
		.diag = parse->diag,
		.up = parse,
		.top = parse->block,
		.block = parse->block,
		.depth = parse->depth,
		.kind = parse->kind};
	uint32_t depth = 0;
	struct stat st;
	size_t len;
	char *text;

	for (const struct parse *p = parse; p != NULL; p = p->up)
		depth++;
	if (depth > WR_CONF_INCLUDES_MAX) {
		wr_diag_error_span(parse->diag, loc, 0, "includes are nested more than %d deep",
			WR_CONF_INCLUDES_MAX);
		return;
	}
	if (wr_source_slurp(path, WR_CONF_FILE_MAX, &text, &len, &st, loc, parse->diag) < 0)
		return;
	inner.dev = st.st_dev;
	inner.ino = st.st_ino;
	for (const struct parse *p = parse; p != NULL && text != NULL; p = p->up)
		if (p->dev == st.st_dev && p->ino == st.st_ino && p->ino != 0) {
			wr_diag_error_span(parse->diag, loc, 0, "\"%s\" includes itself", path);
			free(text);
			return;
		}
	inner.source = wr_source_add(parse->conf, path, text, len, loc, parse->diag);
	free(text);
	if (inner.source != NULL)
		parse_text(&inner);
}

static int
parse_compare(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* The prefix is no part of the pattern: its letters stand for themselves. */
static const char *
parse_pattern(struct wr_conf *conf, struct weir_str word)
{
	struct wr_text text = {0};
	const char *pattern;

	for (const char *p = word.p[0] == '/' ? "" : conf->prefix; *p != '\0'; p++) {
		if (strchr("*?[\\", *p) != NULL)
			wr_text_put(&text, "\\");
		wr_text_add(&text, p, 1);
	}
	wr_text_add(&text, word.p, word.len);
	pattern = wr_arena_dup(&conf->arena, text.p, text.len);
	wr_text_fini(&text);
	return pattern;
}

static void
parse_include_glob(struct parse *parse, struct weir_str word)
{
	glob_t found = {0};
	int rc = glob(parse_pattern(parse->conf, word), GLOB_NOSORT, NULL, &found);

	if (rc == 0) {
		/* By bytes: the order must not depend on the locale. */
		qsort(found.gl_pathv, found.gl_pathc, sizeof(char *), parse_compare);
		for (size_t i = 0; i < found.gl_pathc; i++) {
			size_t len = strlen(found.gl_pathv[i]);

			parse_include_file(parse,
				wr_arena_dup(&parse->conf->arena, found.gl_pathv[i], len),
				word.loc);
		}
	} else if (rc != GLOB_NOMATCH) {
		wr_diag_error_span(
			parse->diag, word.loc, 0, "glob() \"%.*s\" failed", WR_STRF(word));
	}
	globfree(&found);
}

static void
parse_include(struct parse *parse, const struct wr_dir *dir)
{
	struct weir_str word;

	if (parse->conf->memory) {
		wr_diag_error_span(parse->diag, dir->name.loc, dir->name.len,
			"\"include\" directive is not allowed here");
		return;
	}
	if (dir->n_words != 1 || dir->words[0].len == 0) {
		wr_diag_error_span(parse->diag, dir->name.loc, dir->name.len,
			"invalid number of arguments in \"include\" directive: %u given; write "
			"\"include FILE;\"",
			dir->n_words == 1 ? 0 : dir->n_words);
		return;
	}
	word = dir->words[0];
	if (strcspn(word.p, "*?[") < word.len)
		parse_include_glob(parse, word);
	else
		parse_include_file(parse, wr_source_path(parse->conf, word), word.loc);
}

static void
parse_simple(struct parse *parse, int found)
{
	struct wr_node *node = parse_directive(parse, false);

	if (found == WR_LEX_UNENDED && !node->dir.broken)
		wr_diag_error(parse->diag, parse_loc(parse, parse->last),
			"directive \"%.*s\" is not terminated by \";\"", WR_STRF(node->dir.name));
	if (found == WR_LEX_DIRECTIVE)
		parse->last = parse->lex.end + 1;
	if (!wr_str_is(node->dir.name, "include"))
		wr_build_append(parse->block, node);
	else if (!node->dir.broken)
		parse_include(parse, &node->dir);
}

/* A `;` or `{` that nothing stands before. */
static void
parse_stray(struct parse *parse, int found)
{
	uint32_t loc = parse_loc(parse, parse->lex.end);

	wr_diag_error(parse->diag, loc, "unexpected \"%c\"", found == WR_LEX_STRAY ? ';' : '{');
	if (found == WR_LEX_NAMELESS) {
		parse_open(parse, wr_build_nameless(parse->conf, loc));
		parse->block->indent = WR_BUILD_NO_INDENT;
		parse->conf->whole = false;
	}
}

/* Is this text at all?  Nothing else is said about a file that is not. */
static bool
parse_is_text(struct parse *parse)
{
	const struct wr_conf_file *file = &parse->source->file;
	const char *zero = memchr(file->text, '\0', file->len);

	if (file->len >= 2 &&
		(memcmp(file->text, "\xff\xfe", 2) == 0 || memcmp(file->text, "\xfe\xff", 2) == 0))
		wr_diag_error(parse->diag, 0, "\"%s\" is UTF-16; it must be UTF-8", file->path);
	else if (zero != NULL)
		wr_diag_error(parse->diag, parse_loc(parse, (uint32_t)(zero - file->text)),
			"unexpected byte 0x00");
	else
		return true;
	parse->conf->whole = false;
	return false;
}

static bool
parse_one(struct parse *parse, int found)
{
	switch (found) {
	case WR_LEX_DIRECTIVE:
	case WR_LEX_UNENDED:
		parse_simple(parse, found);
		return true;
	case WR_LEX_BLOCK:
		parse_block(parse);
		parse->last = parse->lex.end + 1;
		if (parse->depth <= WR_CONF_BLOCKS_MAX)
			return true;
		wr_diag_error_span(parse->diag, parse->block->dir.name.loc, 0,
			"blocks are nested more than %d deep", WR_CONF_BLOCKS_MAX);
		parse_end(parse, true);
		return false;
	case WR_LEX_CLOSE:
		parse_close(parse);
		break;
	case WR_LEX_CUT:
		parse_cut(parse);
		parse_end(parse, true);
		return false;
	case WR_LEX_END:
		parse_end(parse, false);
		return false;
	default:
		parse_stray(parse, found);
	}
	parse->last = parse->lex.end + 1;
	return true;
}

static void
parse_text(struct parse *parse)
{
	struct wr_arena scratch = {0};

	if (!parse_is_text(parse))
		return;
	wr_lex_init(&parse->lex, &scratch, parse->source->clean, parse->source->file.len);
	parse->lex.lines = wr_lex_unbalanced(&parse->lex);
	while (parse_one(parse, wr_lex_next(&parse->lex)))
		wr_arena_reset(&scratch);
	wr_arena_fini(&scratch);
}

void
wr_parse_source(struct wr_conf *conf, struct wr_source *source, const struct stat *st, int kind,
	struct wr_diag *diag)
{
	struct parse parse = {.conf = conf,
		.diag = diag,
		.source = source,
		.top = conf->root,
		.block = conf->root,
		.kind = kind,
		.dev = st != NULL ? st->st_dev : 0,
		.ino = st != NULL ? st->st_ino : 0};

	parse_text(&parse);
}
