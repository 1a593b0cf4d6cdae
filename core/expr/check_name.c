/* SPDX-License-Identifier: Apache-2.0 */
/* The checker: columns, hidden columns, functions. */
#include "expr/call.h"
#include "expr/cast.h"
#include "expr/check.h"
#include "expr/forms.h"
#include "expr/lexer.h"

static void
column_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	(void)rows;
	*out = (struct wr_vec){.col = *run->batch->cols[node->col]};
}

/* Rows that a source did not make have no origin. */
static void
hidden_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	const struct weir_column *const *hidden = run->batch->hidden;

	(void)rows;
	if (hidden == NULL || hidden[node->col] == NULL) {
		wr_run_null(node, out);
		return;
	}
	*out = (struct wr_vec){.col = *hidden[node->col]};
	out->col.type = node->type;
}

static const struct weir_field *
find_column(const struct wr_scope *scope, struct weir_str name, uint32_t *col)
{
	for (uint32_t i = 0; scope->schema != NULL && i < scope->schema->n; i++)
		if (wr_str_eq(scope->schema->fields[i]->name, name)) {
			*col = i;
			return scope->schema->fields[i];
		}
	return NULL;
}

/* The name with the first n steps: a column may be called "a.b". */
static struct weir_str
dotted(struct wr_arena *arena, const struct wr_node *node, uint32_t n)
{
	struct weir_str name = node->word;
	size_t len = name.len;
	char *p;

	if (n == 0)
		return name;
	for (uint32_t i = 0; i < n; i++)
		len += 1 + node->steps[i].name.len;
	name.p = p = wr_arena_alloc(arena, len);
	name.len = (uint32_t)len;
	memcpy(p, node->word.p, node->word.len);
	p += node->word.len;
	for (uint32_t i = 0; i < n; i++) {
		*p++ = '.';
		memcpy(p, node->steps[i].name.p, node->steps[i].name.len);
		p += node->steps[i].name.len;
	}
	return name;
}

static void
unknown_column(struct wr_check *check, struct wr_node *node)
{
	static const char *const hidden[] = {
		"partition", "offset", "key", "raw", "timestamp", "headers"};
	const struct weir_schema *schema = check->scope->schema;
	uint32_t n = schema == NULL ? 0 : schema->n;
	const char **names = wr_arena_array(check->scope->arena, const char *, n + 1);
	const char *near;
	struct weir_str at = node->src;

	for (uint32_t i = 0; i < n; i++)
		names[i] = wr_arena_dup(check->scope->arena, schema->fields[i]->name.p,
			schema->fields[i]->name.len);
	near = wr_did_you_mean(node->word, names, n);
	if (node->n_steps > 0)
		at.len = node->word.len + 2 * (at.p[0] == '"');
	for (int i = 0; near == NULL && i < WEIR_AT_COUNT; i++)
		if (wr_word_is(node->word, hidden[i]))
			near = wr_arena_printf(check->scope->arena, "@%s", hidden[i]);
	if (near != NULL)
		wr_check_problem(check, node, at, "unknown field \"%.*s\"; did you mean \"%s\"?",
			WR_STRF(node->word), near);
	else if (at.p[0] == '"')
		wr_check_problem(check, node, at,
			"unknown field \"%.*s\"; a string is written '%.*s'", WR_STRF(node->word),
			WR_STRF(node->word));
	else
		wr_check_problem(check, node, at, "unknown field \"%.*s\"", WR_STRF(node->word));
}

void
wr_check_name(struct wr_check *check, struct wr_node **slot)
{
	struct wr_arena *arena = check->scope->arena;
	struct wr_node *node = *slot, *column;
	const struct weir_field *field = NULL;
	uint32_t col = 0, steps = 0;

	if (check->name != NULL) {
		*slot = check->name(check->arg, node);
		return;
	}
	while (steps < node->n_steps && node->steps[steps].name.p != NULL)
		steps++;
	for (steps++; field == NULL && steps > 0;)
		field = find_column(check->scope, dotted(arena, node, --steps), &col);
	if (field == NULL) {
		unknown_column(check, node);
		return;
	}
	if (steps < node->n_steps && field->type != WEIR_JSON) {
		wr_check_problem(check, node, node->src,
			"column \"%.*s\" is %s; only json has members", WR_STRF(field->name),
			wr_type_name(field->type));
		return;
	}
	check->scope->read(check->scope->arg, col);
	column = node;
	if (steps < node->n_steps) {
		column = wr_node_new(arena, WR_N_NAME, node->src, 0);
		column->word = node->word;
		column->checked = true;
		node->kind = WR_N_PATH;
		node->type = WEIR_JSON;
		node->n_kids = 1;
		node->kids = wr_arena_array(arena, struct wr_node *, 1);
		node->kids[0] = column;
		node->steps += steps;
		node->n_steps -= (uint16_t)steps;
		wr_path_bind(node);
	}
	column->kind = WR_N_COLUMN;
	column->type = field->type;
	column->nullable = field->nullable;
	column->n_steps = 0;
	column->col = col;
	column->eval = column_eval;
}

void
wr_check_hidden(struct wr_check *check, struct wr_node *node)
{
	static const uint8_t types[] = {
		WEIR_STRING, WEIR_INT64, WEIR_BYTES, WEIR_BYTES, WEIR_TIMESTAMP, WEIR_JSON};
	const struct wr_scope *scope = check->scope;

	if (!(scope->hidden >> node->col & 1)) {
		wr_check_problem(check, node, node->src, "\"%.*s\" is not known here%s%s",
			WR_STRF(node->src), scope->hidden_why == NULL ? "" : ": ",
			scope->hidden_why == NULL ? "" : scope->hidden_why);
		return;
	}
	if (node->type == 0)
		node->type = types[node->col];
	node->nullable = true;
	node->eval = hidden_eval;
	scope->read_hidden(scope->arg, node->col);
}

struct weir_str
wr_check_lower(struct wr_arena *arena, struct weir_str word)
{
	char *p = wr_arena_dup(arena, word.p, word.len);

	for (uint32_t i = 0; i < word.len; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] += 'a' - 'A';
	word.p = p;
	return word;
}

static const char *
near_form(struct weir_str name)
{
	const char *names[WR_N_FORMS];

	for (size_t i = 0; i < WR_N_FORMS; i++)
		names[i] = wr_forms[i].name;
	return wr_did_you_mean(name, names, WR_N_FORMS);
}

void
wr_check_call(struct wr_check *check, struct wr_node *node)
{
	const struct wr_scope *scope = check->scope;
	struct weir_str name = wr_check_lower(scope->arena, node->word);
	const struct weir_function *fn =
		scope->function != NULL ? scope->function(scope->arg, name) : NULL;
	const char *const *names = NULL, *near = NULL;
	size_t n;

	if (fn != NULL && node->filter != NULL) {
		wr_check_problem(check, node, node->filter->src,
			"\"%.*s\" is no aggregate; only an aggregate has a filter",
			WR_STRF(node->word));
	} else if (fn != NULL) {
		if (!wr_call_bind(scope, node, fn)) {
			check->problems++;
			node->kind = WR_N_BAD;
		}
	} else if (node->op != 0) {
		wr_check_problem(check, node, node->src,
			"\"~\" is the function \"%.*s\", which no plugin here has",
			WR_STRF(node->word));
	} else if (scope->aggregate != NULL && scope->aggregate(scope->arg, name) != NULL) {
		wr_check_problem(check, node, node->word,
			"\"%.*s\" is an aggregate; it has no place here", WR_STRF(node->word));
	} else {
		for (int aggregates = check->call != NULL; near == NULL && aggregates >= 0;
			aggregates--) {
			n = scope->names != NULL ? scope->names(scope->arg, aggregates, &names) : 0;
			near = wr_did_you_mean(name, names, n);
		}
		if (near == NULL)
			near = near_form(name);
		wr_check_problem(check, node, node->word, "unknown function \"%.*s\"%s%s%s",
			WR_STRF(node->word), near == NULL ? "" : "; did you mean \"",
			near == NULL ? "" : near, near == NULL ? "" : "\"?");
	}
}
