/* SPDX-License-Identifier: Apache-2.0 */
/* Answers `weir help WORD`. */
#include "host/help.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/describe.h"
#include "engine/plan/pipeline.h"
#include "host/calls.h"
#include "host/generation.h"
#include "host/settings.h"

enum { HELP_COLUMNS = 92, HELP_NAMES_MAX = 4096 };

static const char *const item_words[WR_OFFER_END] = {
	[WR_OFFER_TRANSFORM] = "transform",
	[WR_OFFER_SOURCE] = "source",
	[WR_OFFER_SINK] = "sink",
	[WR_OFFER_FORMAT] = "format",
	[WR_OFFER_FUNCTION] = "function",
	[WR_OFFER_AGGREGATE] = "aggregate",
};

const char *
wr_help_host_where(uint32_t kind)
{
	return kind == WEIR_SOURCE ? "source" : kind == WEIR_SINK ? "sink" : "operator";
}

const struct weir_directive *
wr_help_host_table(const char *where)
{
	const struct wr_host_table *tables;
	uint32_t i, n;

	tables = wr_pipeline_tables(&n);
	for (i = 0; i < n; i++)
		if (strcmp(tables[i].where, where) == 0)
			return tables[i].directives;
	return NULL;
}

/* Text broken at spaces, each line indented. */
static void
put_wrapped(struct wr_text *out, size_t indent, const char *text)
{
	size_t len, column = 0;

	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		len = strcspn(text, " ");
		if (column > 0 && column + 1 + len > HELP_COLUMNS) {
			wr_text_put(out, "\n");
			column = 0;
		}
		if (column == 0) {
			wr_text_printf(out, "%*s", (int)indent, "");
			column = indent;
		} else {
			wr_text_put(out, " ");
			column++;
		}
		wr_text_add(out, text, len);
		column += len;
		text += len;
	}
	wr_text_put(out, "\n");
}

static void
put_directive(struct wr_text *out, const struct wr_directive_rows *rows)
{
	struct wr_text text = {0};

	wr_text_put(out, "  ");
	wr_directive_syntax(rows, out);
	wr_text_put(out, "\n");
	wr_directive_summary(rows, &text);
	if (text.len > 0)
		put_wrapped(out, 6, text.p);
	text.len = 0;
	wr_directive_facts(rows, &text);
	if (text.len > 0)
		put_wrapped(out, 6, text.p);
	wr_text_fini(&text);
}

/* The directives of a table, or the one of a name; says how many there were. */
static uint32_t
put_table(
	struct wr_text *out, const struct weir_directive *table, uint32_t stride, const char *only)
{
	struct wr_directive_rows rows = {.table = table, .stride = stride};
	uint32_t n = 0;

	while (wr_directive_next(&rows)) {
		if (only != NULL && strcmp(rows.name, only) != 0)
			continue;
		put_directive(out, &rows);
		n++;
	}
	return n;
}

static uint32_t
put_host_table(struct wr_text *out, const char *where, const char *only)
{
	return put_table(out, wr_help_host_table(where), sizeof(struct weir_directive), only);
}

static void
put_operator(struct wr_text *out, const struct weir_operator *op)
{
	const char *kind = item_words[op->kind];

	if (op->kind == WEIR_TRANSFORM)
		wr_text_printf(out, "%s NAME { ... }\n", op->name);
	else
		wr_text_printf(out, "%s %s NAME { ... }\n", kind, op->name);
	put_wrapped(out, 2, op->summary);
	wr_text_put(out, "\n");
	if (put_table(out, op->directives, op->directive_size, NULL) > 0)
		wr_text_put(out, "\n");
	wr_text_printf(out, "  Every %s also takes:\n", kind);
	put_host_table(out, wr_help_host_where(op->kind), NULL);
}

static void
put_format(struct wr_text *out, const struct weir_format *format)
{
	wr_text_printf(out, "format %s { ... }\n", format->name);
	put_wrapped(out, 2, format->summary);
	wr_text_printf(out, "  %s.\n",
		format->decode == NULL   ? "For sinks"
		: format->encode == NULL ? "For sources"
					 : "For sources and sinks");
	put_table(out, format->directives, format->directive_size, NULL);
}

/* The function, form or aggregate of a name, if there is one. */
static void
put_call(struct wr_text *out, const struct wr_plugins *plugins, uint32_t item, const char *name)
{
	struct wr_help_call *calls;
	size_t i, n = wr_help_calls(plugins, item, &calls);

	for (i = 0; i < n; i++) {
		if (strcmp(calls[i].name, name) != 0)
			continue;
		wr_text_put(out, out->len > 0 ? "\n" : "");
		wr_text_printf(out, "%s  (%s)\n", calls[i].signature, calls[i].kind);
		put_wrapped(out, 2, calls[i].summary);
		if (calls[i].example != NULL)
			wr_text_printf(out, "  %s\n", calls[i].example);
	}
	free(calls);
}

static void
put_item(struct wr_text *out, uint32_t item, const struct wr_offer *found)
{
	wr_text_put(out, out->len > 0 ? "\n" : "");
	if (item == WR_OFFER_FORMAT)
		put_format(out, found->desc);
	else
		put_operator(out, found->desc);
}

/* The directives of one item that bear a name; of operators also what the host adds. */
static void
put_item_directive(
	struct wr_text *out, uint32_t item, const struct wr_offer *found, const char *directive)
{
	const struct weir_format *format = found->desc;
	const struct weir_operator *op = found->desc;
	struct wr_text text = {0};
	uint32_t n = 0;

	if (item <= WR_OFFER_SINK) {
		n = put_table(&text, op->directives, op->directive_size, directive);
		n += put_host_table(&text, wr_help_host_where(op->kind), directive);
	} else if (item == WR_OFFER_FORMAT) {
		n = put_table(&text, format->directives, format->directive_size, directive);
	}
	if (n > 0)
		wr_text_printf(out, "%sin %s %s\n%s", out->len > 0 ? "\n" : "", item_words[item],
			found->name, text.p);
	wr_text_fini(&text);
}

static const struct wr_offer *
help_find(const struct wr_plugins *plugins, uint32_t item, const char *name)
{
	const struct wr_offer *items;
	size_t i, n;

	items = wr_plugins_offers(plugins, item, &n);
	for (i = 0; i < n; i++)
		if (strcmp(items[i].name, name) == 0)
			return &items[i];
	return NULL;
}

/* What the host itself takes: a directive of its tables, or all of one, such as `source`. */
static void
help_host_word(const char *word, struct wr_text *out)
{
	static const char *const titles[][2] = {
		{"pipeline", "pipeline NAME { ... }\n  Operators and the wires between them."},
		{"checkpoint", "checkpoint { ... }\n  In a pipeline: how often its state is kept."},
		{"operator", "OPERATOR NAME { ... }\n  Directives that every operator takes."},
		{"source", "source PLUGIN NAME { ... }\n  Directives that every source takes."},
		{"sink", "sink PLUGIN NAME { ... }\n  Directives that every sink takes."},
	};
	struct wr_text text = {0};

	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
		text.len = 0;
		if (put_host_table(&text, titles[i][0], word) > 0)
			wr_text_printf(out, "%sin a%s %s\n%s", out->len > 0 ? "\n" : "",
				titles[i][0][0] == 'o' ? "n" : "", titles[i][0], text.p);
		if (strcmp(word, titles[i][0]) == 0) {
			wr_text_printf(out, "%s%s\n\n", out->len > 0 ? "\n" : "", titles[i][1]);
			put_host_table(out, word, NULL);
		}
	}
	wr_text_fini(&text);
}

/* All that bears the name, in its name spaces; kind: only that one, NULL: any. */
static void
help_word(const struct wr_plugins *plugins, const char *kind, const char *word, struct wr_text *out)
{
	const size_t stride = sizeof(struct weir_directive);
	const struct wr_offer *found;
	struct wr_text text = {0};
	uint32_t item;

	if (kind == NULL && put_table(&text, wr_settings_anywhere(), stride, word) > 0)
		wr_text_printf(out, "anywhere in a conf\n%s", text.p);
	text.len = 0;
	if (kind == NULL && put_table(&text, wr_settings_directives(), stride, word) > 0)
		wr_text_printf(out, "at the top of a conf\n%s", text.p);
	text.len = 0;
	if (kind == NULL)
		help_host_word(word, out);
	for (item = WR_OFFER_TRANSFORM; item < WR_OFFER_END; item++) {
		if (kind != NULL && strcmp(kind, item_words[item]) != 0)
			continue;
		if (item >= WR_OFFER_FUNCTION) {
			put_call(out, plugins, item, word);
			continue;
		}
		found = help_find(plugins, item, word);
		if (found != NULL)
			put_item(out, item, found);
	}
	wr_text_fini(&text);
}

/* WORD.DIRECTIVE */
static void
help_directive(const struct wr_plugins *plugins, const char *kind, const char *name,
	const char *directive, struct wr_text *out)
{
	const struct wr_offer *found;
	uint32_t item;

	if (kind == NULL && wr_help_host_table(name) != NULL)
		put_host_table(out, name, directive);
	for (item = WR_OFFER_TRANSFORM; item < WR_OFFER_END; item++) {
		if (kind != NULL && strcmp(kind, item_words[item]) != 0)
			continue;
		found = help_find(plugins, item, name);
		if (found != NULL)
			put_item_directive(out, item, found, directive);
	}
}

/* A directive of what plugins offer, wherever there is one. */
static void
help_directives(const struct wr_plugins *plugins, const char *directive, struct wr_text *out)
{
	const struct wr_offer *items;
	size_t i, n;

	for (uint32_t item = WR_OFFER_TRANSFORM; item <= WR_OFFER_FORMAT; item++) {
		items = wr_plugins_offers(plugins, item, &n);
		for (i = 0; i < n; i++)
			put_item_directive(out, item, &items[i], directive);
	}
}

/* All of a name space with their summaries, by its word or the plural of that. */
static void
help_list(const struct wr_plugins *plugins, const char *word, struct wr_text *out)
{
	const struct weir_format *format;
	const struct weir_operator *op;
	const struct wr_offer *items;
	struct wr_help_call *calls;
	uint32_t item;
	size_t i, n;

	for (item = WR_OFFER_TRANSFORM; item < WR_OFFER_END; item++) {
		n = strlen(item_words[item]);
		if (strncmp(word, item_words[item], n) != 0 ||
			strcmp(word[n] == 's' ? &word[n + 1] : &word[n], "") != 0)
			continue;
		if (item >= WR_OFFER_FUNCTION) {
			n = wr_help_calls(plugins, item, &calls);
			for (i = 0; i < n; i++) {
				wr_text_printf(out, "  %s\n", calls[i].signature);
				put_wrapped(out, 6, calls[i].summary);
			}
			free(calls);
			continue;
		}
		items = wr_plugins_offers(plugins, item, &n);
		for (i = 0; i < n; i++) {
			op = items[i].desc;
			format = items[i].desc;
			wr_text_printf(out, "  %s\n", items[i].name);
			put_wrapped(
				out, 6, item == WR_OFFER_FORMAT ? format->summary : op->summary);
		}
	}
}

/* The names of a name space, on the heap. */
static size_t
item_names(const struct wr_plugins *plugins, uint32_t item, const char ***names)
{
	const struct wr_offer *items;
	struct wr_help_call *calls;
	size_t i, n;

	if (item >= WR_OFFER_FUNCTION) {
		n = wr_help_calls(plugins, item, &calls);
		*names = wr_alloc((n + 1) * sizeof **names);
		for (i = 0; i < n; i++)
			(*names)[i] = calls[i].name;
		free(calls);
		return n;
	}
	items = wr_plugins_offers(plugins, item, &n);
	*names = wr_alloc((n + 1) * sizeof **names);
	for (i = 0; i < n; i++)
		(*names)[i] = items[i].name;
	return n;
}

static void
put_names(const struct wr_plugins *plugins, uint32_t item, const char *title, struct wr_text *out)
{
	struct wr_text text = {0};
	const char **names;
	size_t i, n = item_names(plugins, item, &names);

	for (i = 0; i < n; i++)
		wr_text_printf(&text, "%s%s", i > 0 ? " " : "", names[i]);
	wr_text_printf(out, "  %s\n", title);
	put_wrapped(out, 6, n > 0 ? text.p : "none");
	wr_text_fini(&text);
	free(names);
}

static void
put_table_names(struct wr_text *out, const char *title, const struct weir_directive *table)
{
	struct wr_directive_rows rows = {.table = table, .stride = sizeof(struct weir_directive)};

	wr_text_printf(out, "  %s\n", title);
	while (wr_directive_next(&rows)) {
		wr_text_put(out, "      ");
		wr_directive_syntax(&rows, out);
		wr_text_put(out, "\n");
	}
}

static void
help_overview(const struct wr_plugins *plugins, struct wr_text *out)
{
	wr_text_put(out,
		"weir -t FILE     tests a conf and shows what it makes\n"
		"weir run FILE    runs a pipeline of it in the foreground\n"
		"weir -h          the options of the command line\n"
		"weir help WORD   about an operator, a directive, a format, a function; also\n"
		"                 WORD.DIRECTIVE, sink WORD, several words, and functions,\n"
		"                 aggregates, sources, ...\n\n"
		"In a conf\n");
	put_table_names(out, "anywhere", wr_settings_anywhere());
	put_table_names(out, "at the top", wr_settings_directives());
	put_table_names(out, "in pipeline NAME { }", wr_help_host_table("pipeline"));
	put_names(plugins, WR_OFFER_SOURCE, "sources: source WORD NAME { }", out);
	put_names(plugins, WR_OFFER_TRANSFORM, "transforms: WORD NAME { }", out);
	put_names(plugins, WR_OFFER_SINK, "sinks: sink WORD NAME { }", out);
	put_names(plugins, WR_OFFER_FORMAT, "formats", out);
	put_names(plugins, WR_OFFER_FUNCTION, "functions", out);
	put_names(plugins, WR_OFFER_AGGREGATE, "aggregates", out);
}

/* The directives of all that bears a name. */
static size_t
help_directive_names(
	const struct wr_plugins *plugins, const char *word, const char **names, size_t max)
{
	const struct wr_offer *found;
	const struct weir_operator *op;
	const struct weir_format *format;
	struct wr_directive_rows tables[2 * WR_OFFER_END + 1] = {0};
	size_t n_tables = 0, n = 0, i;
	uint32_t item;

	for (item = WR_OFFER_TRANSFORM; item <= WR_OFFER_FORMAT; item++) {
		found = help_find(plugins, item, word);
		if (found == NULL)
			continue;
		op = found->desc;
		format = found->desc;
		if (item == WR_OFFER_FORMAT) {
			tables[n_tables].table = format->directives;
			tables[n_tables++].stride = format->directive_size;
			continue;
		}
		tables[n_tables].table = op->directives;
		tables[n_tables++].stride = op->directive_size;
		tables[n_tables].table = wr_help_host_table(wr_help_host_where(op->kind));
		tables[n_tables++].stride = sizeof(struct weir_directive);
	}
	if (wr_help_host_table(word) != NULL) {
		tables[n_tables].table = wr_help_host_table(word);
		tables[n_tables++].stride = sizeof(struct weir_directive);
	}
	for (i = 0; i < n_tables; i++)
		while (wr_directive_next(&tables[i]) && n < max)
			names[n++] = tables[i].name;
	return n;
}

/* Every word that help knows. */
static size_t
help_all_names(const struct wr_plugins *plugins, const char **names)
{
	const struct weir_directive *const tables[] = {wr_settings_anywhere(),
		wr_settings_directives(), wr_help_host_table("pipeline"),
		wr_help_host_table("checkpoint"), wr_help_host_table("operator"),
		wr_help_host_table("source"), wr_help_host_table("sink")};
	static const char *const words[] = {"pipeline", "checkpoint", "operator", "source", "sink",
		"transforms", "sources", "sinks", "formats", "functions", "aggregates"};
	const char **found;
	struct wr_directive_rows rows;
	size_t n = 0, i, k;
	uint32_t item;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		names[n++] = words[i];
	for (i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		rows = (struct wr_directive_rows){
			.table = tables[i], .stride = sizeof(struct weir_directive)};
		while (wr_directive_next(&rows) && n < HELP_NAMES_MAX)
			names[n++] = rows.name;
	}
	for (item = WR_OFFER_TRANSFORM; item < WR_OFFER_END; item++) {
		k = item_names(plugins, item, &found);
		for (i = 0; i < k && n < HELP_NAMES_MAX; i++)
			names[n++] = found[i];
		for (i = 0; i < k && item <= WR_OFFER_FORMAT; i++)
			n += help_directive_names(plugins, found[i], &names[n], HELP_NAMES_MAX - n);
		free(found);
	}
	return n;
}

/* directive NULL: the word itself is not known. */
static void
help_unknown(const struct wr_plugins *plugins, const char *word, const char *directive)
{
	const char **names = wr_alloc(sizeof *names * HELP_NAMES_MAX), *meant;
	size_t n =
		directive != NULL ? help_directive_names(plugins, word, names, HELP_NAMES_MAX) : 0;
	const bool known = n > 0;

	if (known) {
		meant = wr_did_you_mean(wr_str(directive), names, n);
		fprintf(stderr, "weir: \"%s\" has no directive \"%s\"", word, directive);
	} else {
		n = help_all_names(plugins, names);
		meant = wr_did_you_mean(wr_str(word), names, n);
		fprintf(stderr, "weir: nothing is known about \"%s\"", word);
	}
	if (meant != NULL && strcmp(meant, word) != 0)
		fprintf(stderr, "; did you mean \"%s\"?\n", meant);
	else
		fprintf(stderr, "; weir help%s%s shows what there is\n", known ? " " : "",
			known ? word : "");
	free(names);
}

/* What there is of one name, put behind the answers before it; kind: only of that one, NULL: any.
 */
static bool
help_name(const struct wr_plugins *plugins, const char *kind, const char *name, struct wr_text *out)
{
	struct wr_text answer = {0};
	char *word = wr_alloc(strlen(name) + 1), *dot;
	bool found;

	memcpy(word, name, strlen(name) + 1);
	dot = strchr(word, '.');
	if (dot != NULL) {
		*dot = '\0';
		help_directive(plugins, kind, word, dot + 1, &answer);
	} else {
		help_word(plugins, kind, word, &answer);
		if (answer.len == 0 && kind == NULL)
			help_list(plugins, word, &answer);
		if (answer.len == 0 && kind == NULL)
			help_directives(plugins, word, &answer);
	}
	found = answer.len > 0;
	if (found)
		wr_text_printf(out, "%s%s", out->len > 0 ? "\n" : "", answer.p);
	else if (kind == NULL)
		help_unknown(plugins, word, dot != NULL ? dot + 1 : NULL);
	wr_text_fini(&answer);
	free(word);
	return found;
}

static bool
is_kind(const char *word)
{
	for (uint32_t item = WR_OFFER_TRANSFORM; item < WR_OFFER_END; item++)
		if (strcmp(word, item_words[item]) == 0)
			return true;
	return false;
}

/* Each of the words, or, behind a kind that has it, that one of the kind: `sink file`. */
static bool
help_answer(const struct wr_plugins *plugins, const struct wr_options *options, struct wr_text *out)
{
	bool all = true;

	for (uint32_t i = 0; i < options->n_words; i++) {
		const char *word = options->words[i];

		if (i + 1 < options->n_words && is_kind(word) &&
			help_name(plugins, word, options->words[i + 1], out))
			i++;
		else
			all = help_name(plugins, NULL, word, out) && all;
	}
	return all;
}

int
wr_help_command(const struct wr_options *options)
{
	struct wr_text out = {0}, problems = {0};
	struct wr_arena arena = {0};
	struct wr_plugins *plugins = wr_generation_installed(&arena, &problems);
	bool answered = plugins != NULL;

	if (problems.len > 0)
		fprintf(stderr, "%s", problems.p);
	if (plugins != NULL && options->markdown)
		wr_reference_markdown(plugins, &out);
	else if (plugins != NULL && options->vim)
		wr_reference_vim(plugins, &out);
	else if (plugins != NULL && options->n_words == 0)
		help_overview(plugins, &out);
	else if (plugins != NULL)
		answered = help_answer(plugins, options, &out);
	if (out.len > 0)
		fwrite(out.p, 1, out.len, stdout);
	wr_text_fini(&out);
	wr_text_fini(&problems);
	wr_plugins_free(plugins);
	wr_arena_fini(&arena);
	return answered ? 0 : 1;
}
