/* SPDX-License-Identifier: Apache-2.0 */
/* The reference page and the syntax file for vim, from the same tables as help. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conf/describe.h"
#include "engine/plan/pipeline.h"
#include "host/calls.h"
#include "host/help.h"
#include "host/settings.h"

/* A cell of a table or a paragraph: what markdown would take for markup is escaped outside of code.
 */
static void
put_prose(struct wr_text *out, const char *text)
{
	bool code = false;

	for (; *text != '\0'; text++) {
		code ^= *text == '`';
		if (!code && strchr("*_<|[", *text) != NULL)
			wr_text_put(out, "\\");
		wr_text_add(out, text, 1);
	}
}

static void
md_table(struct wr_text *out, const struct weir_directive *table, uint32_t stride)
{
	struct wr_directive_rows rows = {.table = table, .stride = stride};
	struct wr_text text = {0};

	while (wr_directive_next(&rows)) {
		wr_text_put(out, "- `");
		wr_directive_syntax(&rows, out);
		wr_text_put(out, "`");
		text.len = 0;
		wr_directive_facts(&rows, &text);
		if (text.len > 0) {
			wr_text_put(out, " (");
			put_prose(out, text.p);
			wr_text_put(out, ")");
		}
		text.len = 0;
		wr_directive_summary(&rows, &text);
		if (text.len > 0) {
			wr_text_put(out, ": ");
			put_prose(out, text.p);
		}
		wr_text_put(out, "\n");
	}
	wr_text_fini(&text);
}

static void
md_host_table(struct wr_text *out, const char *where)
{
	md_table(out, wr_help_host_table(where), sizeof(struct weir_directive));
}

static void
md_operators(
	const struct wr_plugins *plugins, uint32_t kind, const char *before, struct wr_text *out)
{
	const struct weir_operator *op;
	const struct wr_offer *items;
	size_t i, n;

	items = wr_plugins_offers(plugins, kind, &n);
	for (i = 0; i < n; i++) {
		op = items[i].desc;
		wr_text_printf(out, "\n### %s%s\n\n", before, op->name);
		put_prose(out, op->summary);
		wr_text_put(out, "\n");
		if (op->directives != NULL && op->directives[0].name != NULL)
			wr_text_put(out, "\n");
		md_table(out, op->directives, op->directive_size);
	}
}

static void
md_formats(const struct wr_plugins *plugins, struct wr_text *out)
{
	const struct weir_format *format;
	const struct wr_offer *items;
	size_t i, n;

	items = wr_plugins_offers(plugins, WR_OFFER_FORMAT, &n);
	for (i = 0; i < n; i++) {
		format = items[i].desc;
		wr_text_printf(out, "\n### format %s\n\n", format->name);
		put_prose(out, format->summary);
		wr_text_put(out, format->decode == NULL   ? "  For sinks.\n"
				 : format->encode == NULL ? "  For sources.\n"
							  : "  For sources and sinks.\n");
		if (format->directives != NULL && format->directives[0].name != NULL)
			wr_text_put(out, "\n");
		md_table(out, format->directives, format->directive_size);
	}
}

static void
md_calls(const struct wr_plugins *plugins, uint32_t item, struct wr_text *out)
{
	struct wr_help_call *calls;
	size_t i, n = wr_help_calls(plugins, item, &calls);

	for (i = 0; i < n; i++) {
		wr_text_printf(out, "- `%s`: ", calls[i].signature);
		put_prose(out, calls[i].summary);
		if (calls[i].example != NULL)
			wr_text_printf(out, "  `%s`", calls[i].example);
		wr_text_put(out, "\n");
	}
	free(calls);
}

void
wr_reference_markdown(const struct wr_plugins *plugins, struct wr_text *out)
{
	wr_text_put(out,
		"# Reference\n\n"
		"Made by `weir help --markdown` from the tables that the program itself works by; "
		"a test fails when this\npage is stale.  What stands in brackets may be left "
		"out.\n\n"
		"Durations: `500ms 5s 10m 1h 7d`.  Sizes: `512 64k 4m 1g`.  Anywhere in a word: "
		"`${env:NAME}`, `${env:NAME:-default}`,\nand `${file:PATH}`, whose contents no "
		"output shows.  `#` begins a comment.\n\n"
		"## Anywhere\n\n");
	md_table(out, wr_settings_anywhere(), sizeof(struct weir_directive));
	wr_text_put(out, "\n## At the top of a conf\n\n");
	md_table(out, wr_settings_directives(), sizeof(struct weir_directive));
	wr_text_put(out, "\n## pipeline NAME { }\n\n");
	md_host_table(out, "pipeline");
	wr_text_put(out, "\n## Sources\n\nEvery `source WORD NAME { }` takes:\n\n");
	md_host_table(out, "source");
	md_operators(plugins, WR_OFFER_SOURCE, "source ", out);
	wr_text_put(out, "\n## Transforms\n\nEvery `WORD NAME { }` takes:\n\n");
	md_host_table(out, "operator");
	md_operators(plugins, WR_OFFER_TRANSFORM, "", out);
	wr_text_put(out, "\n## Sinks\n\nEvery `sink WORD NAME { }` takes:\n\n");
	md_host_table(out, "sink");
	md_operators(plugins, WR_OFFER_SINK, "sink ", out);
	wr_text_put(out, "\n## Formats\n");
	md_formats(plugins, out);
	wr_text_put(out, "\n## Functions\n\n");
	md_calls(plugins, WR_OFFER_FUNCTION, out);
	wr_text_put(out, "\n## Aggregates\n\n");
	md_calls(plugins, WR_OFFER_AGGREGATE, out);
}

/* Names of directives, each once. */
struct words {
	const char **v;
	size_t n, cap;
};

static void
words_add(struct words *words, const char *word)
{
	size_t i;

	for (i = 0; i < words->n; i++)
		if (strcmp(words->v[i], word) == 0)
			return;
	if (words->n == words->cap) {
		words->cap = words->cap * 2 + 64;
		words->v = wr_realloc(words->v, words->cap * sizeof *words->v);
	}
	words->v[words->n++] = word;
}

static void
words_add_table(struct words *words, const struct weir_directive *table, uint32_t stride)
{
	struct wr_directive_rows rows = {.table = table, .stride = stride};

	while (wr_directive_next(&rows))
		words_add(words, rows.name);
}

static void
words_add_items(struct words *words, const struct wr_plugins *plugins, uint32_t item)
{
	const struct wr_offer *items;
	size_t i, n;

	items = wr_plugins_offers(plugins, item, &n);
	for (i = 0; i < n; i++)
		words_add(words, items[i].name);
}

/* Those that are written NAME(...); the others are operators. */
static void
words_add_calls(struct words *words, const struct wr_plugins *plugins, uint32_t item)
{
	struct wr_help_call *calls;
	size_t i, len, n = wr_help_calls(plugins, item, &calls);

	for (i = 0; i < n; i++) {
		len = strlen(calls[i].name);
		if (strncmp(calls[i].signature, calls[i].name, len) == 0 &&
			calls[i].signature[len] != ' ')
			words_add(words, calls[i].name);
	}
	free(calls);
}

static int
by_word(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* `syn keyword GROUP word word`, as many lines as it takes. */
static void
vim_keywords(struct wr_text *out, const char *group, struct words *words)
{
	size_t i, start = 0;

	qsort(words->v, words->n, sizeof *words->v, by_word);
	for (i = 0; i < words->n; i++) {
		if (i == 0 || out->len - start > 90) {
			wr_text_put(out, i > 0 ? "\n" : "");
			start = out->len;
			wr_text_printf(out, "syn keyword %s", group);
		}
		wr_text_printf(out, " %s", words->v[i]);
	}
	wr_text_put(out, words->n > 0 ? "\n" : "");
	words->n = 0;
}

static void
vim_add_directives(struct words *words, const struct wr_plugins *plugins)
{
	const struct weir_format *format;
	const struct wr_host_table *tables;
	const struct weir_operator *op;
	const struct wr_offer *items;
	uint32_t i, n, item;
	size_t k, count;

	words_add_table(words, wr_settings_anywhere(), sizeof(struct weir_directive));
	words_add_table(words, wr_settings_directives(), sizeof(struct weir_directive));
	tables = wr_pipeline_tables(&n);
	for (i = 0; i < n; i++)
		words_add_table(words, tables[i].directives, sizeof(struct weir_directive));
	for (item = WR_OFFER_TRANSFORM; item <= WR_OFFER_SINK; item++) {
		items = wr_plugins_offers(plugins, item, &count);
		for (k = 0; k < count; k++) {
			op = items[k].desc;
			words_add_table(words, op->directives, op->directive_size);
		}
	}
	items = wr_plugins_offers(plugins, WR_OFFER_FORMAT, &count);
	for (k = 0; k < count; k++) {
		format = items[k].desc;
		words_add_table(words, format->directives, format->directive_size);
	}
}

void
wr_reference_vim(const struct wr_plugins *plugins, struct wr_text *out)
{
	struct words words = {0};
	uint32_t kind;

	wr_text_put(out, "\" Vim syntax file for the conf of weir.  Made by `weir help --vim`.\n"
			 "\" au BufRead,BufNewFile weir.conf,*/weir/*.conf set filetype=weir\n"
			 "if exists(\"b:current_syntax\")\n  finish\nendif\n\n"
			 "setlocal iskeyword+=-\nsyn case match\n\n");
	words_add(&words, "pipeline");
	words_add(&words, "source");
	words_add(&words, "sink");
	for (kind = WR_OFFER_TRANSFORM; kind <= WR_OFFER_SINK; kind++)
		words_add_items(&words, plugins, kind);
	vim_keywords(out, "weirBlock", &words);
	vim_add_directives(&words, plugins);
	vim_keywords(out, "weirDirective", &words);
	words_add_calls(&words, plugins, WR_OFFER_FUNCTION);
	words_add_calls(&words, plugins, WR_OFFER_AGGREGATE);
	vim_keywords(out, "weirFunction", &words);
	free(words.v);
	wr_text_put(out,
		"syn keyword weirType bool int float timestamp string bytes json\n"
		"syn keyword weirOperator and or not is null in between like case when then else "
		"end as true false\n\n"
		"syn match weirNumber /\\<\\d\\+\\(\\.\\d\\+\\)\\=\\(ms\\|[smhdkgw]\\)\\=\\>/\n"
		"syn match weirPath /\\$\\.[A-Za-z0-9_.\\[\\]]\\+/\n"
		"syn match weirHidden /@[a-z]\\+/\n"
		"syn region weirString start=/\"/ skip=/\\\\./ end=/\"/ contains=weirVariable\n"
		"syn region weirString start=/'/ skip=/\\\\./ end=/'/ contains=weirVariable\n"
		"syn match weirVariable /\\${\\(env\\|file\\):[^}]*}/\n"
		"syn match weirComment /#.*$/ contains=@Spell\n\n"
		"hi def link weirBlock Structure\n"
		"hi def link weirDirective Keyword\n"
		"hi def link weirFunction Function\n"
		"hi def link weirType Type\n"
		"hi def link weirOperator Operator\n"
		"hi def link weirNumber Number\n"
		"hi def link weirPath Identifier\n"
		"hi def link weirHidden Identifier\n"
		"hi def link weirString String\n"
		"hi def link weirVariable PreProc\n"
		"hi def link weirComment Comment\n\n"
		"let b:current_syntax = \"weir\"\n");
}
