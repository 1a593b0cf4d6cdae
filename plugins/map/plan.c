/* SPDX-License-Identifier: Apache-2.0 */
/* Planning a map: all that makes a field becomes an expression, contradictions are refused. */
#include "map.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAP_MADE_MAX = 256, MAP_TEXT_MAX = 4096 };

/* What the steps of a plan share. */
struct map_plan {
	struct map_conf *conf;
	struct weir_plan *plan;
	const struct weir_host *host;
	const struct weir_expr_ext *ext;
	const struct weir_schema *in;
	struct weir_str *gone;
	uint32_t problems;
	uint32_t len, loc;
	char text[MAP_TEXT_MAX]; /* of the expression being composed */
};

static int
str_equal(struct weir_str a, struct weir_str b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

static int32_t
list_find(const struct weir_list *list, struct weir_str name)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (str_equal(list->v[i], name))
			return (int32_t)i;
	}
	return -1;
}

static int32_t
field_find(const struct weir_schema *schema, struct weir_str name)
{
	for (uint32_t i = 0; i < schema->n; i++) {
		if (str_equal(schema->fields[i]->name, name))
			return (int32_t)i;
	}
	return -1;
}

static int32_t
made_find(const struct map_conf *conf, struct weir_str name)
{
	for (uint32_t i = 0; i < conf->n_made; i++) {
		if (str_equal(conf->made[i].name, name))
			return (int32_t)i;
	}
	return -1;
}

__attribute__((format(printf, 3, 4))) static void
map_problem(struct map_plan *m, struct weir_str at, const char *format, ...)
{
	char sentence[512];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	m->host->problem(m->plan, at.loc, sentence);
	m->problems++;
}

/* False: there is none, and that was said.  column() says what was meant, but would mark a known
 * one as read. */
static int
is_field(struct map_plan *m, struct weir_str name)
{
	if (field_find(m->in, name) >= 0)
		return 1;
	m->host->column(m->plan, 0, name, 0);
	m->problems++;
	return 0;
}

static void
put(struct map_plan *m, const char *p, uint32_t len)
{
	if (len > sizeof m->text - m->len)
		len = (uint32_t)sizeof m->text - m->len;
	memcpy(m->text + m->len, p, len);
	m->len += len;
}

static void
begin(struct map_plan *m)
{
	m->len = m->loc = 0;
}

static void
put_word(struct map_plan *m, const char *word)
{
	put(m, word, (uint32_t)strlen(word));
}

/* A part as the conf has it: messages about it find its place there. */
static void
put_part(struct map_plan *m, struct weir_str part)
{
	m->loc = part.loc - m->len;
	put(m, part.p, part.len);
}

/* A name, or a text, in quotes of this kind, which are doubled within it. */
static void
put_quoted(struct map_plan *m, char quote, struct weir_str text)
{
	put(m, &quote, 1);
	for (uint32_t i = 0; i < text.len; i++) {
		put(m, text.p + i, 1);
		if (text.p[i] == quote)
			put(m, &quote, 1);
	}
	put(m, &quote, 1);
}

static void
made_add(struct map_plan *m, struct weir_str name, struct weir_str at, const struct weir_expr *expr)
{
	struct map_conf *conf = m->conf;

	if (conf->n_made == MAP_MADE_MAX) {
		map_problem(m, at, "a map makes at most %d fields", (int)MAP_MADE_MAX);
		return;
	}
	if (made_find(conf, name) >= 0)
		map_problem(m, at, "\"%.*s\" is set twice", (int)name.len, name.p);
	if (list_find(&conf->remove, name) >= 0)
		map_problem(m, at, "\"%.*s\" is set and removed", (int)name.len, name.p);
	conf->made[conf->n_made++] = (struct map_made){name, at, expr, -1};
}

/* The expression that was composed gives the field; at: where in the conf it says so. */
static void
made_compose(struct map_plan *m, struct weir_str name, struct weir_str at)
{
	struct weir_str text = {.len = m->len, .loc = m->loc != 0 ? m->loc : at.loc};
	const struct weir_expr *expr;
	char *kept = m->host->keep(m->plan, m->len + 1);

	if (m->len == sizeof m->text) {
		map_problem(m, at, "too long: the expression made of it has more than %d bytes",
			(int)MAP_TEXT_MAX);
		return;
	}
	memcpy(kept, m->text, m->len);
	text.p = kept;
	expr = m->ext->compile(m->plan, 0, text, 0);
	if (expr == NULL)
		m->problems++;
	else
		made_add(m, name, at, expr);
}

static void
make_sets(struct map_plan *m)
{
	const struct weir_list *set = &m->conf->set;

	for (uint32_t i = 0; i < set->n; i++) {
		const struct weir_expr *expr = m->ext->compile(m->plan, 0, set->v[i], 0);

		if (expr == NULL)
			m->problems++;
		else if (m->ext->name(expr).len == 0)
			map_problem(m, set->v[i], "\"set\" wants NAME = EXPRESSION");
		else
			made_add(m, m->ext->name(expr), set->v[i], expr);
	}
}

static void
put_cast(struct map_plan *m, struct weir_str field, struct weir_str type)
{
	put_word(m, "cast(");
	put_quoted(m, '"', field);
	put_word(m, " as ");
	put_part(m, type);
	put_word(m, ")");
}

/* A field that has a default too becomes one expression with it. */
static void
make_casts(struct map_plan *m)
{
	const struct map_conf *conf = m->conf;

	for (uint32_t i = 0; i < conf->cast.n; i++) {
		struct weir_str field = conf->cast.v[i];

		if (!is_field(m, field) || list_find(&conf->deflt, field) >= 0)
			continue;
		begin(m);
		put_cast(m, field, conf->cast_type.v[i]);
		made_compose(m, field, field);
	}
}

static void
make_defaults(struct map_plan *m)
{
	const struct map_conf *conf = m->conf;

	for (uint32_t i = 0; i < conf->deflt.n; i++) {
		struct weir_str field = conf->deflt.v[i], value = conf->deflt_value.v[i];
		int32_t cast = list_find(&conf->cast, field);

		if (!is_field(m, field))
			continue;
		/* By itself first: its mistakes are then told as if it stood alone. */
		if (m->ext->compile(m->plan, 0, value, 0) == NULL) {
			m->problems++;
			continue;
		}
		begin(m);
		put_word(m, "coalesce(");
		if (cast >= 0)
			put_cast(m, field, conf->cast_type.v[cast]);
		else
			put_quoted(m, '"', field);
		put_word(m, ", ");
		put_part(m, value);
		put_word(m, "\n)"); /* the line may end in a comment */
		made_compose(m, field, field);
	}
}

/* The next of some words, and whether a comma or the end is behind it; len 0: there is none. */
static struct weir_str
next_word(struct weir_str *rest, int *last)
{
	static const char blanks[] = " \t\r\n";
	struct weir_str word;

	while (rest->len > 0 && strchr(blanks, *rest->p) != NULL) {
		rest->p++;
		rest->len--;
		rest->loc++;
	}
	word = *rest;
	for (word.len = 0; word.len < rest->len && word.p[word.len] != ',' &&
			   strchr(blanks, word.p[word.len]) == NULL;)
		word.len++;
	rest->p += word.len;
	rest->len -= word.len;
	rest->loc += word.len;
	while (rest->len > 0 && strchr(blanks, *rest->p) != NULL) {
		rest->p++;
		rest->len--;
		rest->loc++;
	}
	*last = rest->len == 0 || *rest->p == ',';
	if (rest->len > 0 && *rest->p == ',') {
		rest->p++;
		rest->len--;
		rest->loc++;
	}
	return word;
}

static void
field_goes(struct map_plan *m, struct weir_str field)
{
	struct map_conf *conf = m->conf;

	if (list_find(&conf->gone, field) >= 0)
		map_problem(m, field, "\"%.*s\" is moved twice", (int)field.len, field.p);
	if (list_find(&conf->from, field) >= 0)
		map_problem(m, field, "\"%.*s\" is moved and renamed", (int)field.len, field.p);
	if (list_find(&conf->gone, field) < 0)
		m->gone[conf->gone.n++] = field;
}

/* json_object('a', "a", 'b', "b"): the fields stand in a row, with commas or without. */
static void
make_nests(struct map_plan *m)
{
	const struct map_conf *conf = m->conf;

	for (uint32_t i = 0; i < conf->nest.n; i++) {
		struct weir_str rest = conf->nest_fields.v[i];
		int last, good = 1;

		begin(m);
		put_word(m, "json_object(");
		while (rest.len > 0) {
			struct weir_str field = next_word(&rest, &last);

			if (field.len == 0) {
				map_problem(m, field, "\"nest\" wants a NAME and FIELDs");
				good = 0;
				break;
			}
			if (!is_field(m, field)) {
				good = 0;
				continue;
			}
			field_goes(m, field);
			if (m->text[m->len - 1] != '(')
				put_word(m, ", ");
			put_quoted(m, '\'', field);
			put_word(m, ", ");
			put_quoted(m, '"', field);
		}
		put_word(m, ")");
		if (good)
			made_compose(m, conf->nest.v[i], conf->nest.v[i]);
	}
}

/* cast("object"['member'] as type) for each. */
static void
make_flattens(struct map_plan *m)
{
	const struct map_conf *conf = m->conf;

	for (uint32_t i = 0; i < conf->flatten.n; i++) {
		struct weir_str object = conf->flatten.v[i], rest = conf->flatten_members.v[i];

		if (!is_field(m, object))
			continue;
		if (m->in->fields[field_find(m->in, object)]->type != WEIR_JSON) {
			map_problem(m, object, "\"%.*s\" is no json, which \"flatten\" wants",
				(int)object.len, object.p);
			continue;
		}
		field_goes(m, object);
		while (rest.len > 0) {
			int last, end;
			struct weir_str member = next_word(&rest, &last);
			struct weir_str type = last ? member : next_word(&rest, &end);

			if (last || !end) {
				map_problem(
					m, member, "\"flatten\" wants NAME TYPE, NAME TYPE, ...");
				break;
			}
			begin(m);
			put_word(m, "cast(");
			put_quoted(m, '"', object);
			put_word(m, "[");
			put_quoted(m, '\'', member);
			put_word(m, "] as ");
			put_part(m, type);
			put_word(m, ")");
			made_compose(m, member, member);
		}
	}
}

static void
check_known(struct map_plan *m, const struct weir_list *names, int or_made)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (!or_made || made_find(m->conf, names->v[i]) < 0)
			is_field(m, names->v[i]);
}

static void
check_renames(struct map_plan *m)
{
	const struct map_conf *conf = m->conf;

	for (uint32_t i = 0; i < conf->from.n; i++) {
		struct weir_list before = {.v = conf->from.v, .n = i};
		struct weir_str from = conf->from.v[i];

		if (field_find(m->in, from) < 0)
			continue; /* unknown, and reported */
		if (list_find(&before, from) >= 0)
			map_problem(m, from, "\"%.*s\" is renamed twice", (int)from.len, from.p);
		if (list_find(&conf->remove, from) >= 0)
			map_problem(
				m, from, "\"%.*s\" is renamed and removed", (int)from.len, from.p);
		else if (conf->keep.n > 0 && list_find(&conf->keep, from) < 0)
			map_problem(m, from, "\"%.*s\" is renamed, but not in \"keep\"",
				(int)from.len, from.p);
	}
}

/* The name under which a field of the input goes on; p NULL: it does not. */
static struct weir_str
field_out(const struct map_conf *conf, struct weir_str name)
{
	int32_t renamed = list_find(&conf->from, name);

	if (renamed >= 0)
		return conf->to.v[renamed];
	if (list_find(&conf->remove, name) >= 0 || list_find(&conf->gone, name) >= 0 ||
		(conf->keep.n > 0 && list_find(&conf->keep, name) < 0))
		return (struct weir_str){0};
	return name;
}

/* A new name that another field has already. */
static void
check_collisions(struct map_plan *m)
{
	const struct map_conf *conf = m->conf;

	for (uint32_t i = 0; i < conf->to.n; i++) {
		struct weir_list before = {.v = conf->to.v, .n = i};
		struct weir_str to = conf->to.v[i];
		int taken = list_find(&before, to) >= 0 || made_find(conf, to) >= 0;

		for (uint32_t f = 0; f < m->in->n && !taken; f++) {
			struct weir_str name = m->in->fields[f]->name;

			taken = str_equal(name, to) && list_find(&conf->from, name) < 0 &&
				field_out(conf, name).p != NULL;
		}
		if (taken)
			map_problem(m, to, "there is a field \"%.*s\" already", (int)to.len, to.p);
	}
}

static void
check_time(struct map_plan *m)
{
	struct map_conf *conf = m->conf;

	if (conf->watermark == 0 && conf->bound > 0)
		map_problem(m, conf->event_time, "\"monotonic\" takes no duration");
	else if (conf->watermark == 1 && conf->bound == 0)
		map_problem(m, conf->event_time, "\"watermark bounded\" wants a DURATION");
	if (conf->event_time.p == NULL) {
		if (conf->watermark != 0)
			map_problem(m, conf->event_time,
				"\"watermark\" needs \"set_event_time\": without it the input's "
				"stays");
		return;
	}
	conf->time = m->ext->compile(m->plan, 0, conf->event_time, WEIR_TIMESTAMP);
	if (conf->time == NULL)
		m->problems++;
	else
		m->host->declare(m->plan, WEIR_PLAN_EVENT_TIME, conf->bound, (struct weir_str){0});
}

static void
add_made(struct map_plan *m, struct map_made *made)
{
	made->col = m->host->add(m->plan, 0, made->name, m->ext->type(made->expr), 1);
	if (made->col < 0)
		m->problems++;
}

/* Fields of the input in their order, what is set in its place, then what is new. */
static void
make_output(struct map_plan *m)
{
	struct map_conf *conf = m->conf;

	for (uint32_t f = 0; f < m->in->n; f++) {
		struct weir_str name = m->in->fields[f]->name;
		struct weir_str out = field_out(conf, name);
		int32_t made = made_find(conf, name);

		if (made >= 0 && list_find(&conf->from, name) < 0)
			add_made(m, &conf->made[made]);
		else if (out.p != NULL)
			m->host->pass(m->plan, 0, 0, (int32_t)f, out);
	}
	for (uint32_t i = 0; i < conf->n_made; i++) {
		if (field_find(m->in, conf->made[i].name) < 0 ||
			list_find(&conf->from, conf->made[i].name) >= 0)
			add_made(m, &conf->made[i]);
	}
}

/* The column for the kinds of rows, behind all others. */
static void
make_changes(struct map_plan *m)
{
	struct map_conf *conf = m->conf;
	const struct weir_str own = {0};

	conf->changes_col = -1;
	if (conf->changes_as.p == NULL) {
		if (m->in->changes)
			m->host->declare(m->plan, WEIR_PLAN_CHANGES, 0, own);
		return;
	}
	conf->changes_col = m->host->add(m->plan, 0, conf->changes_as, WEIR_STRING, 0);
	if (conf->changes_col < 0)
		m->problems++;
	m->host->declare(m->plan, WEIR_PLAN_INSERTS, 0, own);
}

int
map_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct map_conf *conf = self;
	struct map_plan m = {.conf = conf, .plan = plan, .host = host};

	m.in = host->input(plan, 0);
	if (m.in == NULL)
		return -EINVAL;
	m.ext = host->extension("weir.expr/1");
	conf->made = host->keep(plan, MAP_MADE_MAX * sizeof *conf->made);
	conf->gone.v = m.gone = host->keep(plan, (m.in->n + conf->flatten.n) * sizeof *m.gone);
	conf->n_made = conf->gone.n = 0;
	if (conf->keep.n > 0 && conf->remove.n > 0)
		map_problem(&m, conf->remove.v[0], "\"keep\" and \"remove\" exclude each other");
	make_sets(&m);
	make_casts(&m);
	make_defaults(&m);
	make_nests(&m);
	make_flattens(&m);
	check_known(&m, &conf->from, 0);
	check_known(&m, &conf->remove, 0);
	check_known(&m, &conf->keep, 1);
	check_renames(&m);
	check_collisions(&m);
	check_time(&m);
	if (m.problems > 0)
		return -EINVAL;
	make_output(&m);
	make_changes(&m);
	return m.problems > 0 ? -EINVAL : WEIR_OK;
}
