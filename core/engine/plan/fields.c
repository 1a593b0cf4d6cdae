/* SPDX-License-Identifier: Apache-2.0 */
/* The format of a source or a sink: which it is, its directives, and the fields it declares. */
#include "engine/plan/planner.h"

#include "base/err.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A quoted word is no type: `delimiter "int"` is a directive. */
static uint32_t
line_type(const struct wr_dir *dir)
{
	if (dir->broken || dir->n_words == 0 || dir->text.len == 0 || dir->text.p[0] == '"' ||
		dir->text.p[0] == '\'')
		return 0;
	return wr_schema_type_of(dir->words[0]);
}

/* The text after the type, less `not null` at its end, which clears *nullable. */
static struct weir_str
line_spec(const struct wr_dir *dir, uint32_t *nullable)
{
	static const char *const words[] = {"null", "not"};
	struct weir_str spec = dir->text, rest;
	uint32_t i, len, skip = dir->at[0].off + dir->at[0].len;

	while (skip < spec.len && is_space(spec.p[skip]))
		skip++;
	spec = (struct weir_str){spec.p + skip, spec.len - skip, spec.loc + skip};
	rest = spec;
	for (i = 0; i < 2; i++) {
		while (rest.len > 0 && is_space(rest.p[rest.len - 1]))
			rest.len--;
		len = i == 0 ? 4 : 3;
		if (rest.len < len || memcmp(rest.p + rest.len - len, words[i], len) != 0)
			return spec;
		rest.len -= len;
		if (rest.len > 0 && !is_space(rest.p[rest.len - 1]))
			return spec;
	}
	while (rest.len > 0 && is_space(rest.p[rest.len - 1]))
		rest.len--;
	*nullable = 0;
	return rest;
}

/* Such as expressions can name. */
static bool
field_name_is_plain(struct weir_str name)
{
	uint32_t i;

	for (i = 0; i < name.len; i++)
		if ((name.p[i] < 'a' || name.p[i] > 'z') && (name.p[i] < 'A' || name.p[i] > 'Z') &&
			name.p[i] != '_' && (i == 0 || name.p[i] < '0' || name.p[i] > '9'))
			return false;
	return name.len > 0;
}

static void
field_add(struct weir_plan *plan, struct wr_made *made, const struct wr_dir *dir, uint32_t type)
{
	struct wr_planner *planner = plan->planner;
	int32_t old = wr_schema_find_made(planner, made, dir->name);
	struct weir_field *field;

	if (dir->has_block) {
		wr_problem_at(plan, dir->name, "field \"%.*s\" is not terminated by \";\"",
			WR_STRF(dir->name));
		return;
	}
	if (!field_name_is_plain(dir->name)) {
		wr_problem_at(plan, dir->name,
			"\"%.*s\" is not a name of a field; write letters, digits and \"_\", not a "
			"digit first",
			WR_STRF(dir->name));
		return;
	}
	if (old >= 0) {
		wr_problem_at(plan, dir->name, "duplicate field \"%.*s\"", WR_STRF(dir->name));
		wr_diag_note(planner->diag, made->fields[old]->name.loc,
			"\"%.*s\" first declared here", WR_STRF(dir->name));
		return;
	}
	field = wr_schema_field(planner, dir->name, type, true);
	field->spec = line_spec(dir, &field->nullable);
	wr_schema_add(planner, made, field, (struct wr_pass){-1, 0});
}

/*
 * Whether a line that is neither a field nor one of the format's directives was meant to be a
 * field.  If not, binding says what is wrong with it.
 */
static bool
is_mistyped_field(const struct weir_format *desc, const struct wr_dir *dir)
{
	struct weir_directive d;
	const char *name;
	uint32_t i;

	if (dir->n_words == 0 || dir->has_block || dir->broken)
		return false;
	for (i = 0; desc->directives != NULL &&
		    wr_directive_at(desc->directives, desc->directive_size, i, &d);
		i++)
		if (wr_str_is(dir->name, d.name))
			return false;
	if (wr_did_you_mean(dir->words[0], wr_schema_types, 7) != NULL)
		return true;
	for (i = 0; desc->directives != NULL &&
		    wr_directive_at(desc->directives, desc->directive_size, i, &d);
		i++) {
		name = d.name;
		if (wr_did_you_mean(dir->name, &name, 1) != NULL)
			return false;
	}
	return true;
}

static void
field_unknown_type(struct weir_plan *plan, const struct wr_dir *dir)
{
	const char *guess = wr_problem_guess(plan->planner, dir->words[0], wr_schema_types, 7);

	wr_problem_at(plan, dir->words[0], "unknown type \"%.*s\" of field \"%.*s\"%s",
		WR_STRF(dir->words[0]), WR_STRF(dir->name),
		guess[0] != '\0'
			? guess
			: "; choose one of: bool, int, float, timestamp, string, bytes, json");
}

/* Deals the lines of a block: fields are declared, the others come back as a block of their own. */
static struct wr_dir *
fields_split(struct weir_plan *plan, const struct wr_dir *block, struct wr_made *made)
{
	struct wr_arena *arena = plan->planner->arena;
	struct wr_dir *rest = wr_arena_new(arena, struct wr_dir), *copy;
	const struct wr_dir *dir, **last = &rest->children;
	uint32_t type;

	*rest = *block;
	rest->children = NULL;
	rest->has_block = true;
	for (dir = block->children; dir != NULL; dir = dir->next) {
		type = line_type(dir);
		if (type != 0 && plan->kind == WEIR_SINK) {
			wr_problem_at(plan, dir->name,
				"field \"%.*s\" in the format of a sink, which writes the fields "
				"of its input",
				WR_STRF(dir->name));
		} else if (type != 0) {
			field_add(plan, made, dir, type);
		} else if (plan->kind == WEIR_SOURCE &&
			   is_mistyped_field(plan->op->format.desc, dir)) {
			field_unknown_type(plan, dir);
		} else {
			copy = wr_arena_new(arena, struct wr_dir);
			*copy = *dir;
			copy->next = NULL;
			*last = copy;
			last = &copy->next;
		}
	}
	return rest;
}

/* Which format; NULL: reported. */
static const struct weir_format *
format_find(struct weir_plan *plan, struct weir_str name)
{
	const struct weir_format *desc = wr_plugins_format(plan->planner->plugins, name);

	if (desc == NULL && plan->format == NULL) {
		wr_problem(plan, 0,
			"%s has no \"format\", and the default, \"%.*s\", is not loaded",
			plan->op->title, WR_STRF(name));
	} else if (desc == NULL) {
		wr_problem_at(plan, name, "unknown format \"%.*s\"%s", WR_STRF(name),
			wr_problem_guess_offer(plan->planner, name, WR_OFFER_FORMAT, NULL, 0));
	} else if (plan->kind == WEIR_SOURCE && desc->decode == NULL) {
		wr_problem_at(plan, name, "format \"%.*s\" cannot read, only write", WR_STRF(name));
		return NULL;
	} else if (plan->kind == WEIR_SINK && desc->encode == NULL) {
		wr_problem_at(plan, name, "format \"%.*s\" cannot write, only read", WR_STRF(name));
		return NULL;
	}
	return desc;
}

/* A line of JSON is for programs. */
static bool
people_read(const struct weir_plan *plan)
{
	return plan->planner->options->on_terminal && (plan->op->desc->flags & WEIR_ON_STDOUT) != 0;
}

/* Its name: the directive's word, or a sink's default.  p NULL: there is none, or a mistake. */
static struct weir_str
format_name(struct weir_plan *plan)
{
	bool typed = (plan->op->desc->flags & WEIR_TYPED) != 0;
	struct weir_str none = {0};

	if (plan->format != NULL && typed)
		wr_problem_at(plan, plan->format->name, "%s takes no \"format\": it %s",
			plan->op->title,
			plan->kind == WEIR_SOURCE ? "makes rows itself" : "takes rows as they are");
	else if (plan->format != NULL && plan->format->n_words != 1)
		wr_problem_at(plan, plan->format->name,
			"invalid number of arguments in \"format\" directive; write \"format NAME "
			"{ ... }\"");
	else if (plan->format != NULL)
		return plan->format->words[0];
	else if (!typed && plan->kind == WEIR_SINK)
		return people_read(plan) ? WR_STR("table") : WR_STR("json");
	else if (!typed)
		wr_problem(plan, 0,
			"%s has no \"format\"; write \"format NAME { FIELD TYPE; ... }\"",
			plan->op->title);
	return none;
}

static void
format_check_once(struct weir_plan *plan)
{
	const struct wr_dir *dir;

	for (dir = plan->op->dir->children; dir != NULL; dir = dir->next) {
		if (!wr_str_is(dir->name, "format"))
			continue;
		if (plan->format == NULL) {
			plan->format = dir;
			continue;
		}
		wr_problem_at(plan, dir->name, "\"format\" directive is duplicate");
		wr_diag_note(plan->planner->diag, plan->format->name.loc,
			"\"format\" first stands here");
	}
}

void
wr_fields_read(struct weir_plan *plan)
{
	struct wr_planner *planner = plan->planner;
	struct wr_format *format = &plan->op->format;
	struct wr_made made = {0};
	struct wr_table_of table;
	struct wr_dir empty, *block;
	struct weir_str name;

	format_check_once(plan);
	name = format_name(plan);
	if (name.p == NULL)
		return;
	format->desc = format_find(plan, name);
	if (format->desc == NULL)
		return;
	format->loc = plan->format != NULL ? plan->format->name.loc : wr_problem_loc(plan);
	format->conf = wr_arena_zalloc(planner->arena, format->desc->conf_size + 1);
	empty = *plan->op->dir;
	empty.children = NULL;
	block = fields_split(plan, plan->format != NULL ? plan->format : &empty, &made);
	format->declared = wr_schema_of(planner, &made, WEIR_CHANGES_NONE, NULL);
	table = (struct wr_table_of){
		format->desc->directives, format->desc->directive_size, format->conf};
	if (wr_bind(block, &table, table.directives == NULL ? 0 : 1, NULL,
		    wr_arena_printf(planner->arena, "format \"%.*s\"", WR_STRF(name)),
		    planner->arena, planner->diag) > 0)
		plan->failed = true;
}
