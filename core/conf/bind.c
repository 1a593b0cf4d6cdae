/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binding: which directives of a block go with which rows of its tables, and what is wrong with
 * that. What their words say is bind_value.c's.
 */
#include <stdlib.h>
#include <strings.h>

#include "conf/bind_inner.h"
#include "conf/inner.h"

bool
wr_directive_at(
	const struct weir_directive *table, uint32_t stride, uint32_t i, struct weir_directive *row)
{
	const char *p = (const char *)table + (size_t)stride * i;

	*row = (struct weir_directive){0};
	memcpy(row, p, stride < sizeof *row ? stride : sizeof *row);
	return row->name != NULL;
}

const struct wr_dir *
wr_dir_find(const struct wr_dir *block, const char *name)
{
	for (const struct wr_dir *dir = block->children; dir != NULL; dir = dir->next)
		if (wr_str_is(dir->name, name))
			return dir;
	return NULL;
}

static void
bind_add_specs(struct wr_bind *bind, const struct wr_table_of *table)
{
	struct weir_directive row;

	for (uint32_t i = 0; wr_directive_at(table->directives, table->stride, i, &row); i++) {
		struct wr_spec *last = bind->n_specs > 0 ? &bind->specs[bind->n_specs - 1] : NULL;

		if (i > 0 && strcmp(last->name, row.name) == 0) {
			last->n_rows++;
			last->flags |= row.flags & (WEIR_REPEATS | WEIR_SECRET);
			continue;
		}
		bind->specs[bind->n_specs++] = (struct wr_spec){.name = row.name,
			.table = table,
			.first_row = i,
			.n_rows = 1,
			.flags = row.flags};
	}
}

static struct wr_spec *
bind_find(struct wr_bind *bind, struct weir_str name)
{
	for (uint32_t i = 0; i < bind->n_specs; i++)
		if (wr_str_is(name, bind->specs[i].name))
			return &bind->specs[i];
	return NULL;
}

static uint32_t
bind_count(const char *const *names)
{
	uint32_t n = 0;

	while (names != NULL && names[n] != NULL)
		n++;
	return n;
}

static bool
bind_is_block(const struct wr_bind *bind, struct weir_str name)
{
	for (uint32_t i = 0; i < bind_count(bind->blocks); i++)
		if (wr_str_is(name, bind->blocks[i]))
			return true;
	return false;
}

/* The directive for which others have this word; NULL: none. */
static const char *
bind_also(struct wr_bind *bind, struct weir_str word)
{
	for (uint32_t i = 0; i < bind->n_specs; i++) {
		const struct wr_table_of *table = bind->specs[i].table;
		struct weir_directive row;

		wr_directive_at(table->directives, table->stride, bind->specs[i].first_row, &row);
		for (const char *p = row.also; p != NULL && *p != '\0'; p += strspn(p, " ")) {
			size_t len = strcspn(p, " ");

			if (len == word.len && memcmp(p, word.p, len) == 0)
				return row.name;
			p += len;
		}
	}
	return NULL;
}

static void
bind_unknown(struct wr_bind *bind, const struct wr_dir *dir)
{
	uint32_t n_blocks = bind_count(bind->blocks), n = 0;
	const char **names = wr_arena_array(bind->arena, const char *, bind->n_specs + n_blocks);
	bool where = bind->what != NULL && bind->what[0] != '\0';
	const char *meant;

	for (uint32_t i = 0; i < bind->n_specs; i++)
		names[n++] = bind->specs[i].name;
	for (uint32_t i = 0; i < n_blocks; i++)
		names[n++] = bind->blocks[i];
	meant = bind_also(bind, dir->name);
	if (meant == NULL)
		meant = wr_did_you_mean(dir->name, names, n);
	wr_diag_error_span(bind->diag, dir->name.loc, dir->name.len,
		"unknown directive \"%.*s\"%s%s%s%s%s", WR_STRF(dir->name), where ? " in " : "",
		where ? bind->what : "", meant != NULL ? "; did you mean \"" : "",
		meant != NULL ? meant : "", meant != NULL ? "\"?" : "");
}

static void
bind_give(struct wr_bind *bind, struct wr_spec *spec, const struct wr_dir *dir)
{
	struct wr_given *given = wr_arena_new(bind->arena, struct wr_given);

	if ((spec->flags & WEIR_SECRET) != 0 && bind->diag->conf != NULL)
		wr_conf_mark_secret(bind->diag->conf, dir);
	if (spec->n_given > 0 && (spec->flags & WEIR_REPEATS) == 0) {
		wr_diag_error_span(bind->diag, dir->name.loc, dir->name.len,
			"\"%s\" directive is duplicate", spec->name);
		wr_diag_note(bind->diag, spec->given->dir->name.loc, "\"%s\" first given here",
			spec->name);
		return;
	}
	given->dir = dir;
	*(spec->n_given == 0 ? &spec->given : &spec->last->next) = given;
	spec->last = given;
	spec->n_given++;
}

/* Words of a conf's expressions after which an operand may stand on the next line. */
static bool
bind_is_operator(struct weir_str word)
{
	static const char *const words[] = {"and", "or", "not", "is", "in", "between", "like",
		"case", "when", "then", "else", "as", "escape", "filter", "where", "timestamp"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strlen(words[i]) == word.len && strncasecmp(words[i], word.p, word.len) == 0)
			return true;
	return false;
}

/* The first word that begins a line and is the name of a directive of this block; n_words: none. */
static uint32_t
bind_swallowed(struct wr_bind *bind, const struct wr_dir *dir)
{
	for (uint32_t i = 1; i < dir->n_words; i++) {
		uint32_t end = dir->at[i - 1].off + dir->at[i - 1].len;
		struct weir_str before = {
			.p = dir->text.p + dir->at[i - 1].off, .len = dir->at[i - 1].len};
		char first = dir->text.p[dir->at[i].off];
		char last = before.len > 0 ? before.p[before.len - 1] : ' ';

		if (first == '"' || first == '\'' ||
			memchr(dir->text.p + end, '\n', dir->at[i].off - end) == NULL ||
			(bind_find(bind, dir->words[i]) == NULL &&
				!bind_is_block(bind, dir->words[i])))
			continue;
		/* Two operands side by side are no expression. */
		if (((uint8_t)last < 0x80 && strchr("+-*/%=<>!|,.(", last) != NULL) ||
			bind_is_operator(before) ||
			(bind_is_operator(dir->words[i]) && !wr_str_is(dir->words[i], "where")))
			continue;
		return i;
	}
	return dir->n_words;
}

bool
wr_bind_unterminated(struct wr_bind *bind, const struct wr_dir *dir)
{
	uint32_t i = bind_swallowed(bind, dir);

	if (i == dir->n_words)
		return false;
	wr_diag_error(bind->diag, dir->words[i - 1].loc + dir->at[i - 1].span,
		"directive \"%.*s\" is not terminated by \";\"", WR_STRF(dir->name));
	/* What it swallowed is there, though not to be seen: nobody shall say it is missing. */
	for (; i < dir->n_words; i++) {
		struct wr_spec *spec = bind_find(bind, dir->words[i]);

		if (spec != NULL)
			spec->swallowed = true;
	}
	return true;
}

static void
bind_resolve(struct wr_bind *bind)
{
	for (const struct wr_dir *dir = bind->block->children; dir != NULL; dir = dir->next) {
		struct wr_spec *spec;

		if (bind_is_block(bind, dir->name))
			continue;
		spec = bind_find(bind, dir->name);
		if (spec != NULL)
			bind_give(bind, spec, dir);
		else if (!dir->broken)
			bind_unknown(bind, dir);
	}
}

static void
bind_missing(struct wr_bind *bind)
{
	const struct weir_str *name = &bind->block->name;

	for (uint32_t i = 0; i < bind->n_specs; i++) {
		struct wr_spec *spec = &bind->specs[i];

		if (spec->n_given == 0 && !spec->swallowed && (spec->flags & WEIR_REQUIRED) != 0)
			wr_diag_error_span(bind->diag, name->loc, name->len, "%s needs \"%s\"",
				bind->what != NULL ? bind->what : "the block", spec->name);
	}
}

uint32_t
wr_bind(const struct wr_dir *block, const struct wr_table_of *tables, uint32_t n_tables,
	const char *const *blocks, const char *what, struct wr_arena *arena, struct wr_diag *diag)
{
	struct wr_bind bind = {
		.block = block, .blocks = blocks, .what = what, .arena = arena, .diag = diag};
	uint32_t before = diag->n_errors, n = 0;
	struct weir_directive row;

	for (uint32_t t = 0; t < n_tables; t++)
		for (uint32_t i = 0;
			wr_directive_at(tables[t].directives, tables[t].stride, i, &row); i++)
			n++;
	bind.specs = wr_zalloc(n * sizeof *bind.specs);
	for (uint32_t t = 0; t < n_tables; t++)
		bind_add_specs(&bind, &tables[t]);
	bind_resolve(&bind);
	for (uint32_t i = 0; i < bind.n_specs; i++)
		wr_bind_fill(&bind, &bind.specs[i]);
	if (!block->broken)
		bind_missing(&bind);
	free(bind.specs);
	return diag->n_errors - before;
}
