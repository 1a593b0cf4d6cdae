/* SPDX-License-Identifier: Apache-2.0 */
/* One directive from its words; see conf.h for what text and words are. */
#include "conf/build.h"

/* A ${} of the directive in hand with what it stands for. */
struct build_value {
	struct wr_lex_hole hole;
	struct weir_str value;
	bool secret;
};

struct build {
	struct wr_conf *conf;
	struct wr_source *source;
	const struct wr_lex *lex;
	struct wr_diag *diag;
	struct build_value *values; /* one a hole of the lexer, in order */
	struct wr_dir *dir;
};

struct wr_node *
wr_build_root(struct wr_conf *conf)
{
	struct wr_node *root = wr_arena_new(&conf->arena, struct wr_node);

	root->dir.name.p = root->dir.text.p = "";
	root->dir.has_block = true;
	root->indent = WR_BUILD_NO_INDENT;
	return root;
}

struct wr_node *
wr_build_nameless(struct wr_conf *conf, uint32_t loc)
{
	struct wr_node *node = wr_build_root(conf);

	node->dir.name.loc = node->dir.text.loc = loc;
	node->dir.broken = true;
	return node;
}

void
wr_build_append(struct wr_node *block, struct wr_node *node)
{
	node->dir.parent = &block->dir;
	node->before = block->last;
	if (block->last != NULL)
		block->last->dir.next = &node->dir;
	else
		block->dir.children = &node->dir;
	block->last = node;
}

static uint32_t
build_loc(const struct build *build, uint32_t off)
{
	return build->source->file.base + 1 + off;
}

/* Adds off ..+ len of a text to out, its escapes resolved if they are wanted. */
static void
build_copy(struct wr_text *out, const char *text, uint32_t off, uint32_t len, bool unescape)
{
	for (uint32_t i = 0; i < len;) {
		char c = text[off + i];
		uint32_t n = unescape ? wr_lex_escape(text + off + i, len - i, &c) : 0;

		wr_text_add(out, &c, 1);
		i += n > 0 ? n : 1;
	}
}

/* Adds the value of a word to out, the source with its holes filled, and a NUL behind it; gives its
 * length. */
static uint32_t
build_value(struct wr_text *out, const char *text, const struct wr_lex_word *word,
	const struct build_value *values, uint32_t n)
{
	bool unescape = word->quote != 0 || !word->quotes;
	uint32_t off = word->off + (word->quote != 0 ? 1 : 0);
	uint32_t end = word->off + word->len - (word->quote != 0 ? 1 : 0);
	size_t begin = out->len;

	for (uint32_t i = 0; i < n; i++) {
		const struct wr_lex_hole *hole = &values[i].hole;

		if (hole->off < off || hole->off >= end)
			continue;
		build_copy(out, text, off, hole->off - off, unescape);
		wr_text_add(out, values[i].value.p, values[i].value.len);
		off = hole->off + hole->len;
	}
	build_copy(out, text, off, end - off, unescape);
	wr_text_add(out, "", 1);
	return (uint32_t)(out->len - begin - 1);
}

struct weir_str
wr_build_word(struct wr_arena *arena, const char *text, const struct wr_lex_word *word)
{
	struct wr_text out = {0};
	struct weir_str value = {.len = build_value(&out, text, word, NULL, 0)};

	value.p = wr_arena_dup(arena, out.p, value.len);
	wr_text_fini(&out);
	return value;
}

static void
build_values(struct build *build)
{
	const struct wr_lex *lex = build->lex;

	build->values = wr_arena_array(lex->arena, struct build_value, lex->n_holes);
	for (uint32_t i = 0; i < lex->n_holes; i++) {
		struct wr_lex_hole hole = lex->holes[i];
		struct build_value *value = &build->values[i];
		struct weir_str inside;

		*value = (struct build_value){.hole = hole, .value = WR_STR("$")};
		if (hole.literal)
			continue;
		inside = (struct weir_str){.p = lex->text + hole.off + 2, .len = hole.len - 3};
		if (hole.off < lex->words[0].off + lex->words[0].len &&
			memcmp(inside.p, "file:", 5) == 0) {
			/* Names are shown everywhere. */
			wr_diag_error_span(build->diag, build_loc(build, hole.off), hole.len,
				"\"${%.*s}\" is not allowed here", WR_STRF(inside));
			build->dir->broken = true;
			continue;
		}
		if (!wr_expand_value(build->conf, inside, build_loc(build, hole.off), hole.len,
			    &value->value, &value->secret, build->diag))
			build->dir->broken = true;
		if (value->secret) {
			build->dir->secret = 1;
			wr_secret_add(build->conf, build->dir, value->value);
		}
	}
}

/* What a hole puts into the text: inside quotes their own kind is doubled, as expressions read it.
 */
static void
build_insert(struct wr_text *out, const struct build_value *value)
{
	for (uint32_t i = 0; i < value->value.len; i++) {
		if (value->hole.quote != 0 && value->value.p[i] == value->hole.quote)
			wr_text_add(out, &value->hole.quote, 1);
		wr_text_add(out, value->value.p + i, 1);
	}
}

static void
build_piece(struct wr_piece *pieces, uint32_t *n, const struct wr_text *out, size_t at,
	uint32_t loc, uint32_t span)
{
	pieces[(*n)++] = (struct wr_piece){
		.at = (uint32_t)at, .len = (uint32_t)(out->len - at), .loc = loc, .span = span};
}

/* The text from off to end as an expansion of its own, whose pieces lead back to the source. */
static void
build_expansion(struct build *build, uint32_t off, uint32_t end)
{
	uint32_t n = 0, n_holes = build->lex->n_holes;
	struct wr_piece *pieces =
		wr_arena_array(&build->conf->arena, struct wr_piece, 2 * (size_t)n_holes + 1);
	struct wr_source *expansion;
	struct wr_text out = {0};

	for (uint32_t i = 0; i < n_holes; i++) {
		const struct build_value *value = &build->values[i];
		size_t at = out.len;

		if (value->hole.off < off)
			continue;
		wr_text_add(&out, build->lex->text + off, value->hole.off - off);
		if (out.len > at)
			build_piece(
				pieces, &n, &out, at, build_loc(build, off), value->hole.off - off);
		at = out.len;
		build_insert(&out, value);
		build_piece(
			pieces, &n, &out, at, build_loc(build, value->hole.off), value->hole.len);
		pieces[n - 1].inserted = true;
		pieces[n - 1].secret = value->secret;
		off = value->hole.off + value->hole.len;
	}
	if (end > off) {
		size_t at = out.len;

		wr_text_add(&out, build->lex->text + off, end - off);
		build_piece(pieces, &n, &out, at, build_loc(build, off), end - off);
	}
	expansion = wr_source_add(build->conf, "", out.len > 0 ? out.p : "", out.len,
		build->dir->name.loc, build->diag);
	wr_text_fini(&out);
	if (expansion == NULL) {
		build->dir->broken = true;
		return;
	}
	expansion->pieces = pieces;
	expansion->n_pieces = n;
	build->dir->text = (struct weir_str){
		.p = expansion->clean, .len = expansion->file.len, .loc = expansion->file.base + 1};
}

/* Where a byte of the source went in the directive's text; a hole's begin where its value begins.
 */
static uint32_t
build_offset(const struct build *build, uint32_t off)
{
	const struct wr_source *text = wr_source_of(build->conf, build->dir->text.loc);
	uint32_t loc = build_loc(build, off);

	if (text == build->source)
		return loc - build->dir->text.loc;
	for (uint32_t i = 0; i < text->n_pieces; i++) {
		const struct wr_piece *piece = &text->pieces[i];

		if (loc >= piece->loc && loc < piece->loc + piece->span)
			return piece->inserted ? piece->at : piece->at + (loc - piece->loc);
	}
	return build->dir->text.len;
}

/* Did a ${} give the word something that would not be this one word in a conf? */
static char
build_needs_quotes(const struct build *build, const struct wr_lex_word *word)
{
	char quote = word->quote != 0 ? word->quote : '"';
	const char *unfit = word->quote != 0 ? "'\"\\" : " \t\r\n;{}'\"\\#$";

	if (word->quotes && word->quote == 0)
		return 0;
	for (uint32_t i = 0; i < build->lex->n_holes; i++) {
		const struct build_value *v = &build->values[i];

		if (v->hole.literal || v->hole.off < word->off ||
			v->hole.off >= word->off + word->len)
			continue;
		for (uint32_t k = 0; k < v->value.len; k++)
			if (strchr(unfit, v->value.p[k]) != NULL)
				return quote;
		if (v->value.len == 0 && v->hole.len == word->len)
			return quote;
	}
	return 0;
}

/* The name and the words, whose bytes stand one behind the other. */
static void
build_words(struct build *build)
{
	const struct wr_lex *lex = build->lex;
	struct weir_str *words =
		wr_arena_array(&build->conf->arena, struct weir_str, lex->n_words - 1);
	struct wr_text out = {0};
	const char *bytes;

	build->dir->name.len =
		build_value(&out, lex->text, &lex->words[0], build->values, lex->n_holes);
	for (uint32_t i = 1; i < lex->n_words; i++)
		words[i - 1] = (struct weir_str){.len = build_value(&out, lex->text, &lex->words[i],
							 build->values, lex->n_holes),
			.loc = build_loc(build, lex->words[i].off)};
	bytes = build->dir->name.p = wr_arena_dup(&build->conf->arena, out.p, out.len - 1);
	bytes += build->dir->name.len + 1;
	for (uint32_t i = 1; i < lex->n_words; i++) {
		words[i - 1].p = bytes;
		bytes += words[i - 1].len + 1;
	}
	wr_text_fini(&out);
	build->dir->words = words;
	build->dir->n_words = lex->n_words - 1;
}

static void
build_places(struct build *build)
{
	const struct wr_lex *lex = build->lex;
	uint32_t n = lex->n_words - 1;
	struct wr_word *at = wr_arena_array(&build->conf->arena, struct wr_word, n);

	for (uint32_t i = 0; i < n; i++) {
		const struct wr_lex_word *word = &lex->words[i + 1];
		uint32_t off = build_offset(build, word->off), end = word->off + word->len;

		at[i] = (struct wr_word){.off = off,
			.len = (i + 1 == n ? build->dir->text.len : build_offset(build, end)) - off,
			.span = word->len,
			.odd = word->odd != 0 ? build_offset(build, word->odd) : 0,
			.quote = build_needs_quotes(build, word)};
	}
	build->dir->at = at;
}

struct wr_node *
wr_build_directive(struct wr_conf *conf, struct wr_source *source, const struct wr_lex *lex,
	bool good, struct wr_diag *diag)
{
	struct wr_node *node = wr_arena_new(&conf->arena, struct wr_node);
	struct build build = {
		.conf = conf, .source = source, .lex = lex, .diag = diag, .dir = &node->dir};
	struct wr_lex_word name = lex->words[0], last = lex->words[lex->n_words - 1];
	uint32_t begin = lex->n_words > 1 ? lex->words[1].off : lex->end, end = last.off + last.len;

	node->dir.broken = !good;
	node->dir.name.loc = build_loc(&build, name.off);
	build_values(&build);
	build_words(&build);
	node->dir.end_loc = build_loc(&build, lex->end);
	node->dir.text = (struct weir_str){.p = lex->text + begin,
		.len = end > begin ? end - begin : 0,
		.loc = build_loc(&build, begin)};
	if (lex->n_holes > 0 && lex->holes[lex->n_holes - 1].off >= begin && end > begin)
		build_expansion(&build, begin, end);
	build_places(&build);
	return node;
}
