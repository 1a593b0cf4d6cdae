/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The effective conf: what was read, includes in place, ${} expanded.  It can be read again and
 * means the same, but for what is masked, and for a value that puts a backslash before the closing
 * quote of an expression: a conf has no way to write that.
 */
#include "conf/inner.h"
#include "conf/lexer.h"

struct dump {
	const struct wr_conf *conf;
	struct wr_text *out;
	const char *path; /* of the directive dumped last */
};

static void
dump_indent(struct dump *dump, uint32_t depth)
{
	wr_text_put(dump->out, "\n");
	while (depth-- > 0)
		wr_text_put(dump->out, "    ");
}

/* In a text whose ${} are expanded already, one that is left is letters. */
static void
dump_raw(struct dump *dump, const char *p, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		if (p[i] == '$' && i + 1 < len && p[i + 1] == '{')
			wr_text_put(dump->out, "\\");
		wr_text_add(dump->out, p + i, 1);
	}
}

static void
dump_quoted(struct dump *dump, struct weir_str word, char quote)
{
	wr_text_add(dump->out, &quote, 1);
	for (uint32_t i = 0; i < word.len; i++) {
		bool hole = word.p[i] == '$' && i + 1 < word.len && word.p[i + 1] == '{';

		if (word.p[i] == quote || word.p[i] == '\\' || hole)
			wr_text_put(dump->out, "\\");
		wr_text_add(dump->out, word.p + i, 1);
	}
	wr_text_add(dump->out, &quote, 1);
}

/* A word as it stands in the text, its secrets masked.  False: it has none, and nothing was
 * written. */
static bool
dump_masked(struct dump *dump, const struct wr_dir *dir, const struct wr_word *at)
{
	const struct wr_source *source = wr_source_of(dump->conf, dir->text.loc);
	uint32_t begin = at->off, end = at->off + at->len;
	bool secret = false;

	if (dir->secret == 0 || source == NULL)
		return false;
	for (uint32_t i = 0; i < source->n_pieces; i++)
		secret = secret || (source->pieces[i].secret && source->pieces[i].at >= begin &&
					   source->pieces[i].at < end);
	for (uint32_t i = 0; secret && i < source->n_pieces; i++) {
		const struct wr_piece *piece = &source->pieces[i];
		uint32_t from = piece->at > begin ? piece->at : begin;
		uint32_t to = piece->at + piece->len < end ? piece->at + piece->len : end;

		if (from < to && piece->secret)
			wr_text_put(dump->out, "***");
		else if (from < to)
			dump_raw(dump, dir->text.p + from, to - from);
	}
	return secret;
}

static void
dump_words(struct dump *dump, const struct wr_dir *dir, uint32_t depth)
{
	uint32_t end = 0;

	if (dir->n_words > 0 && wr_secret_marked(dump->conf, dir)) {
		wr_text_put(dump->out, " ***");
		return;
	}
	for (uint32_t i = 0; i < dir->n_words; i++) {
		const struct wr_word *at = &dir->at[i];

		if (i > 0 && memchr(dir->text.p + end, '\n', at->off - end) != NULL)
			dump_indent(dump, depth + 1);
		else
			wr_text_put(dump->out, " ");
		if (!dump_masked(dump, dir, at)) {
			if (at->quote != 0)
				dump_quoted(dump, dir->words[i], at->quote);
			else
				dump_raw(dump, dir->text.p + at->off, at->len);
		}
		end = at->off + at->len;
	}
}

static void
dump_name(struct dump *dump, struct weir_str name)
{
	bool plain = name.len > 0 && name.p[0] != '#';

	for (uint32_t i = 0; i < name.len; i++)
		plain = plain && strchr(" \t\r\n;{}'\"\\$", name.p[i]) == NULL;
	if (plain)
		wr_text_add(dump->out, name.p, name.len);
	else
		dump_quoted(dump, name, '"');
}

static void
dump_path(struct dump *dump, const struct wr_dir *dir, uint32_t depth)
{
	const struct wr_source *source = wr_source_of(dump->conf, dir->name.loc);

	if (source == NULL || source->file.path == dump->path)
		return;
	dump->path = source->file.path;
	wr_text_put(dump->out, "# configuration file ");
	for (const char *p = dump->path; *p != '\0'; p++)
		wr_text_add(dump->out, (uint8_t)*p < 0x20 ? "?" : p, 1);
	wr_text_put(dump->out, ":");
	dump_indent(dump, depth);
}

static void
dump_block(struct dump *dump, const struct wr_dir *block, uint32_t depth)
{
	for (const struct wr_dir *dir = block->children; dir != NULL; dir = dir->next) {
		if (depth > 0 || dir != block->children)
			dump_indent(dump, depth);
		dump_path(dump, dir, depth);
		dump_name(dump, dir->name);
		dump_words(dump, dir, depth);
		if (!dir->has_block) {
			wr_text_put(dump->out, ";");
			continue;
		}
		wr_text_put(dump->out, " {");
		dump_block(dump, dir, depth + 1);
		if (dir->children != NULL)
			dump_indent(dump, depth);
		wr_text_put(dump->out, "}");
	}
}

void
wr_conf_dump(const struct wr_conf *conf, struct wr_text *out)
{
	const struct wr_dir *root = wr_conf_root(conf);
	struct dump dump = {.conf = conf, .out = out};

	dump_block(&dump, root, 0);
	if (root->children != NULL)
		wr_text_put(out, "\n");
}
