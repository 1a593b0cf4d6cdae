/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map: sets, renames, removes and keeps fields.  Fields that only move are shared with the input.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weir/weir.h>

enum { MAP_SETS_MAX = 256 };

struct map_conf {
	struct weir_list set;
	struct weir_list from, to; /* of the renames, in step */
	struct weir_list remove, keep;

	/* By plan: the expression of each set, and its column of the output. */
	const struct weir_expr *expr[MAP_SETS_MAX];
	struct weir_str name[MAP_SETS_MAX];
	int32_t col[MAP_SETS_MAX];
};

struct map {
	const struct map_conf *conf;
	const struct weir_expr_ext *ext;
};

/* What the checks of a plan share. */
struct map_plan {
	struct map_conf *conf;
	struct weir_plan *plan;
	const struct weir_host *host;
	const struct weir_schema *in;
	uint32_t problems;
};

static const struct weir_directive map_directives[] = {
	{
		.name = "set",
		.summary = "Fields and the expressions over the input record that give them.",
		.type = WEIR_D_EXPRS,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, set),
	},
	{
		.name = "rename",
		.summary = "A field, and the name it goes on under.",
		.choices = "field",
		.type = WEIR_D_STR,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, from),
	},
	{
		.name = "rename",
		.choices = "name",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct map_conf, to),
	},
	{
		.name = "remove",
		.summary = "Fields that end here.",
		.type = WEIR_D_LIST,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, remove),
	},
	{
		.name = "keep",
		.summary = "The only fields of the input that go on.",
		.type = WEIR_D_LIST,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, keep),
	},
	{.name = NULL},
};

static int
str_equal(struct weir_str a, struct weir_str b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

/* The place of a name among n; -1: it is not there. */
static int32_t
str_find(const struct weir_str *v, uint32_t n, struct weir_str name)
{
	for (uint32_t i = 0; i < n; i++) {
		if (str_equal(v[i], name))
			return (int32_t)i;
	}
	return -1;
}

static int32_t
list_find(const struct weir_list *list, struct weir_str name)
{
	return str_find(list->v, list->n, name);
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

/*
 * Unknown fields, those apart that the first n sets make.  column() says so, and what was meant,
 * but would mark a known one as read.
 */
static void
check_known(struct map_plan *m, const struct weir_list *names, uint32_t n)
{
	for (uint32_t i = 0; i < names->n; i++) {
		struct weir_str name = names->v[i];

		if (field_find(m->in, name) >= 0 || str_find(m->conf->name, n, name) >= 0)
			continue;
		m->host->column(m->plan, 0, name, 0);
		m->problems++;
	}
}

static void
check_renames(struct map_plan *m)
{
	const struct map_conf *conf = m->conf;

	for (uint32_t i = 0; i < conf->from.n; i++) {
		struct weir_str from = conf->from.v[i];

		if (field_find(m->in, from) < 0)
			continue; /* unknown, and reported */
		if (str_find(conf->from.v, i, from) >= 0)
			map_problem(m, from, "\"%.*s\" is renamed twice", (int)from.len, from.p);
		if (list_find(&conf->remove, from) >= 0)
			map_problem(
				m, from, "\"%.*s\" is renamed and removed", (int)from.len, from.p);
		else if (conf->keep.n > 0 && list_find(&conf->keep, from) < 0)
			map_problem(m, from, "\"%.*s\" is renamed, but not in \"keep\"",
				(int)from.len, from.p);
	}
}

static void
compile_sets(struct map_plan *m, const struct weir_expr_ext *ext)
{
	struct map_conf *conf = m->conf;

	for (uint32_t i = 0; i < conf->set.n; i++) {
		struct weir_str text = conf->set.v[i];
		struct weir_str name;

		conf->expr[i] = ext->compile(m->plan, 0, text, 0);
		if (conf->expr[i] == NULL) {
			m->problems++;
			continue;
		}
		name = ext->name(conf->expr[i]);
		if (name.len == 0) {
			map_problem(m, text, "\"set\" wants NAME = EXPRESSION");
			continue;
		}
		if (str_find(conf->name, i, name) >= 0)
			map_problem(m, text, "\"%.*s\" is set twice", (int)name.len, name.p);
		if (list_find(&conf->remove, name) >= 0)
			map_problem(m, text, "\"%.*s\" is set and removed", (int)name.len, name.p);
		conf->name[i] = name;
	}
}

/* The name under which field i of the input goes on; p NULL: it does not. */
static struct weir_str
field_out(const struct map_conf *conf, struct weir_str name)
{
	int32_t renamed = list_find(&conf->from, name);

	if (renamed >= 0)
		return conf->to.v[renamed];
	if (list_find(&conf->remove, name) >= 0 ||
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
		struct weir_str to = conf->to.v[i];
		int taken = str_find(conf->to.v, i, to) >= 0 ||
			    str_find(conf->name, conf->set.n, to) >= 0;

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
add_set(struct map_plan *m, const struct weir_expr_ext *ext, uint32_t i)
{
	struct map_conf *conf = m->conf;

	conf->col[i] = m->host->add(m->plan, 0, conf->name[i], ext->type(conf->expr[i]), 1);
	if (conf->col[i] < 0)
		m->problems++;
}

/* Fields of the input in their order, what is set in its place, then what is new. */
static void
make_output(struct map_plan *m, const struct weir_expr_ext *ext)
{
	const struct map_conf *conf = m->conf;

	for (uint32_t f = 0; f < m->in->n; f++) {
		struct weir_str name = m->in->fields[f]->name;
		struct weir_str out = field_out(conf, name);
		int32_t set = str_find(conf->name, conf->set.n, name);

		if (set >= 0 && list_find(&conf->from, name) < 0)
			add_set(m, ext, (uint32_t)set);
		else if (out.p != NULL)
			m->host->pass(m->plan, 0, 0, (int32_t)f, out);
	}
	for (uint32_t i = 0; i < conf->set.n; i++) {
		if (field_find(m->in, conf->name[i]) < 0 ||
			list_find(&conf->from, conf->name[i]) >= 0)
			add_set(m, ext, i);
	}
}

static int
map_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	struct map_conf *conf = self;
	struct map_plan m = {conf, plan, host, host->input(plan, 0), 0};

	if (m.in == NULL)
		return -EINVAL;
	if (conf->set.n > MAP_SETS_MAX) {
		map_problem(&m, conf->set.v[MAP_SETS_MAX], "a map sets at most %d fields",
			(int)MAP_SETS_MAX);
		return -EINVAL;
	}
	if (conf->keep.n > 0 && conf->remove.n > 0)
		map_problem(&m, conf->remove.v[0], "\"keep\" and \"remove\" exclude each other");
	compile_sets(&m, ext);
	check_known(&m, &conf->from, 0);
	check_known(&m, &conf->remove, 0);
	check_known(&m, &conf->keep, conf->set.n);
	check_renames(&m);
	check_collisions(&m);
	if (m.problems > 0)
		return -EINVAL;
	make_output(&m, ext);
	if (m.in->changes)
		host->declare(plan, WEIR_PLAN_CHANGES, 0, (struct weir_str){0});
	return m.problems > 0 ? -EINVAL : WEIR_OK;
}

static int
map_open(const void *conf, struct weir_task *task, void **self)
{
	struct map *map = malloc(sizeof *map);

	if (map == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	map->conf = conf;
	map->ext = task->host->extension("weir.expr/1");
	*self = map;
	return WEIR_OK;
}

static int
map_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	const struct map *map = self;
	const struct map_conf *conf = map->conf;
	const struct weir_host *host = task->host;
	struct weir_out *out = host->extend(task, 0, batch);

	(void)in;
	for (uint32_t i = 0; i < conf->set.n; i++) {
		/* What nobody reads is not computed, nor can it fail. */
		if (host->vec(out, conf->col[i]) != NULL)
			map->ext->into(conf->expr[i], task, batch, out, conf->col[i]);
	}
	return WEIR_OK;
}

static const struct weir_operator map_operator = {
	.size = sizeof map_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_CHANGES | WEIR_READS_DECLARED,
	.name = "map",
	.summary = "Sets, renames, removes and keeps fields.",
	.needs = "weir.expr/1",
	.conf_size = sizeof(struct map_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = map_directives,
	.n_in = 1,
	.n_out = 1,
	.plan = map_plan,
	.open = map_open,
	.close = free,
	.process = map_process,
};

WEIR_PLUGIN("map", "0.1", "Apache-2.0", &map_operator)
