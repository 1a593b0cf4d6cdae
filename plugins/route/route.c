/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route: each row goes to the output of the first condition it meets, or of all of them.  Nothing
 * is copied.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weir/weir.h>

enum {
	ROUTE_PORTS_MAX = 64,
	ROUTE_CASES_MAX = ROUTE_PORTS_MAX - 1, /* port 0 is the default's */
	ROUTE_TEXT_MAX = 1 << 17,
};

enum { ROUTE_FIRST, ROUTE_ALL };

struct route_conf {
	uint32_t n_cases, has_default, match;
	struct weir_list conditions; /* condition k is that of port 1 + k */

	/*
	 * By plan.  choice gives the number of the first condition met, the number of conditions if
	 * none is: one expression, so that the conditions behind that one are not looked at and
	 * cannot fail.  unmatched is true where none is met.
	 */
	const struct weir_expr *choice, *unmatched;
	const struct weir_expr *condition[ROUTE_CASES_MAX];
	uint32_t n_cols, text_len;
	char text[ROUTE_TEXT_MAX]; /* of both */
};

struct route {
	const struct route_conf *conf;
	const struct weir_expr_ext *ext;
	uint64_t *unmatched;
};

static const struct weir_directive route_directives[] = {
	{
		.name = "case",
		.summary = "Name of an output, and the condition for its rows; null does not count "
			   "as true.",
		.choices = "name",
		.type = WEIR_D_OUTPUT,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct route_conf, n_cases),
		.port = 1,
	},
	{
		.name = "case",
		.choices = "condition",
		.type = WEIR_D_EXPR,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct route_conf, conditions),
	},
	{
		.name = "default",
		.summary = "Name of an output for rows that meet no condition; without it they are "
			   "dropped and counted.",
		.type = WEIR_D_OUTPUT,
		.offset = offsetof(struct route_conf, has_default),
		.port = 0,
	},
	{
		.name = "match",
		.summary = "Whether a row goes to the first case whose condition it meets, or to "
			   "all.",
		.deflt = "first",
		.choices = "first all",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct route_conf, match),
	},
	{.name = NULL},
};

/* Puts more into the text; of what does not fit only that it is full. */
static void
text_put(struct route_conf *conf, const char *p, size_t len)
{
	if (len > ROUTE_TEXT_MAX - conf->text_len)
		len = ROUTE_TEXT_MAX - conf->text_len;
	memcpy(conf->text + conf->text_len, p, len);
	conf->text_len += (uint32_t)len;
}

/*
 * `case when (a) then 0 when (b) then 1 else 2 end`, or with false for each and true at the end; a
 * line break ends a comment in a condition.
 */
static const struct weir_expr *
compile_cases(struct route_conf *conf, struct weir_plan *plan, const struct weir_expr_ext *ext,
	uint32_t type)
{
	const struct weir_list *conditions = &conf->conditions;
	const uint32_t begin = conf->text_len;
	struct weir_str text = {.p = conf->text + begin, .loc = conditions->v[0].loc};

	text_put(conf, "case", 4);
	for (uint32_t k = 0; k <= conditions->n; k++) {
		const int last = k == conditions->n;
		char value[16];

		if (type == WEIR_BOOL)
			snprintf(value, sizeof value, last ? "true" : "false");
		else
			snprintf(value, sizeof value, "%u", k);
		text_put(conf, last ? " else " : " when (", last ? 6 : 7);
		if (!last) {
			text_put(conf, conditions->v[k].p, conditions->v[k].len);
			text_put(conf, "\n) then ", 8);
		}
		text_put(conf, value, strlen(value));
	}
	text_put(conf, " end", 4);
	text.len = conf->text_len - begin;
	return conf->text_len < ROUTE_TEXT_MAX ? ext->compile(plan, 0, text, type) : NULL;
}

static int
plan_cases(struct route_conf *conf, struct weir_plan *plan, const struct weir_host *host,
	const struct weir_expr_ext *ext)
{
	if (conf->match == ROUTE_FIRST)
		conf->choice = compile_cases(conf, plan, ext, WEIR_INT64);
	if (!conf->has_default)
		conf->unmatched = compile_cases(conf, plan, ext, WEIR_BOOL);
	if (conf->text_len == ROUTE_TEXT_MAX)
		host->problem(
			plan, conf->conditions.loc, "the conditions are longer than 64k together");
	if ((conf->match == ROUTE_FIRST && conf->choice == NULL) ||
		(!conf->has_default && conf->unmatched == NULL))
		return -EINVAL;
	return WEIR_OK;
}

static void
pass_to(struct weir_plan *plan, const struct weir_host *host, uint32_t port,
	const struct weir_schema *input)
{
	const struct weir_str own = {0};

	host->pass(plan, port, 0, -1, own);
	if (input != NULL && input->changes)
		host->declare(plan, WEIR_PLAN_TAKES_BACK, port, own);
}

static int
route_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	const struct weir_schema *input = host->input(plan, 0);
	struct route_conf *conf = self;
	int rc = WEIR_OK;

	if (conf->conditions.n == 0 || conf->conditions.n > ROUTE_CASES_MAX)
		return -EINVAL; /* the host has said so */
	for (uint32_t k = 0; k < conf->conditions.n; k++) {
		conf->condition[k] = ext->compile(plan, 0, conf->conditions.v[k], WEIR_BOOL);
		if (conf->condition[k] == NULL)
			rc = -EINVAL;
		pass_to(plan, host, 1 + k, input);
	}
	if (conf->has_default)
		pass_to(plan, host, 0, input);
	conf->n_cols = input != NULL ? input->n : 0;
	return rc < 0 ? rc : plan_cases(conf, plan, host, ext);
}

static int
route_open(const void *conf, struct weir_task *task, void **self)
{
	struct route *route = malloc(sizeof *route);

	if (route == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	route->conf = conf;
	route->ext = task->host->extension("weir.expr/1");
	route->unmatched = task->host->counter(
		task, "unmatched", "Rows that met no condition and were dropped.");
	*self = route;
	return WEIR_OK;
}

/*
 * Rows that met no condition.  Rejected ones may be among them: select() leaves those out, and
 * where they are to be counted they are found once more, without them.
 */
static void
route_rest(const struct route *route, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *rows, uint32_t n)
{
	uint32_t counted[WEIR_ROWS_MAX];

	if (route->conf->has_default)
		task->host->select(task, 0, batch, rows, n);
	else if (n > 0)
		weir_count(route->unmatched,
			route->ext->filter(route->conf->unmatched, task, batch, counted));
}

static void
route_first(const struct route *route, struct weir_task *task, const struct weir_batch *batch)
{
	const struct weir_column *choice = route->ext->eval(route->conf->choice, task, batch);
	const uint32_t n_cases = route->conf->conditions.n;
	const uint32_t n_all = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	uint32_t begin[ROUTE_CASES_MAX + 2] = {0}; /* of each case's rows; first their numbers */
	uint32_t rows[WEIR_ROWS_MAX];
	uint8_t to[WEIR_ROWS_MAX];
	uint32_t at = 0;

	for (uint32_t i = 0; i < n_all; i++) {
		int64_t k = weir_int_at(choice, batch->sel != NULL ? batch->sel[i] : i);

		/* A row that was rejected may have any value here. */
		to[i] = k >= 0 && k < n_cases ? (uint8_t)k : (uint8_t)n_cases;
		begin[to[i] + 1]++;
	}
	for (uint32_t k = 0; k <= n_cases; k++)
		begin[k + 1] += begin[k];
	for (uint32_t i = 0; i < n_all; i++)
		rows[begin[to[i]]++] = batch->sel != NULL ? batch->sel[i] : i;
	/* Each begin is now where the next case's rows begin. */
	for (uint32_t k = 0; k < n_cases; k++) {
		task->host->select(task, 1 + k, batch, rows + at, begin[k] - at);
		at = begin[k];
	}
	route_rest(route, task, batch, rows + at, begin[n_cases] - at);
}

static void
route_all(const struct route *route, struct weir_task *task, const struct weir_batch *batch)
{
	const struct route_conf *conf = route->conf;
	const uint32_t n_all = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	uint64_t met[WEIR_ROWS_MAX / 64] = {0};
	uint32_t rows[WEIR_ROWS_MAX];
	uint32_t n_rest = 0;

	for (uint32_t k = 0; k < conf->conditions.n; k++) {
		uint32_t n = route->ext->filter(conf->condition[k], task, batch, rows);

		task->host->select(task, 1 + k, batch, rows, n);
		for (uint32_t i = 0; i < n; i++)
			weir_bit_set(met, rows[i]);
	}
	for (uint32_t i = 0; i < n_all; i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;

		if (!weir_bit_get(met, row))
			rows[n_rest++] = row;
	}
	route_rest(route, task, batch, rows, n_rest);
}

/* Rows that met no condition, of n, are said by `goes`. */
static void
changes_rest(const struct route *route, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *rows, uint32_t n, const uint8_t *goes)
{
	uint64_t unmatched = 0;

	if (route->conf->has_default) {
		weir_select_changes(task, 0, batch, route->conf->n_cols, rows, n, goes);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		unmatched += goes[i];
	weir_count(route->unmatched, unmatched);
}

/* A row that amends another takes it back wherever it does not go itself. */
static void
changes_first(const struct route *route, struct weir_task *task, const struct weir_batch *batch)
{
	const struct route_conf *conf = route->conf;
	const struct weir_column *choice;
	uint32_t rows[WEIR_ROWS_MAX];
	uint8_t goes[WEIR_ROWS_MAX];
	uint32_t n = route->ext->eval_rows(&conf->choice, 1, task, batch, &choice, rows);

	for (uint32_t k = 0; k <= conf->conditions.n; k++) {
		for (uint32_t i = 0; i < n; i++)
			goes[i] = weir_int_at(choice, rows[i]) == (int64_t)k;
		if (k < conf->conditions.n)
			weir_select_changes(task, 1 + k, batch, conf->n_cols, rows, n, goes);
	}
	changes_rest(route, task, batch, rows, n, goes);
}

static void
changes_all(const struct route *route, struct weir_task *task, const struct weir_batch *batch)
{
	const struct route_conf *conf = route->conf;
	const struct weir_column *holds[ROUTE_CASES_MAX];
	uint32_t rows[WEIR_ROWS_MAX];
	uint8_t goes[WEIR_ROWS_MAX], rest[WEIR_ROWS_MAX];
	uint32_t n = route->ext->eval_rows(
		conf->condition, conf->conditions.n, task, batch, holds, rows);

	memset(rest, 1, n);
	for (uint32_t k = 0; k < conf->conditions.n; k++) {
		for (uint32_t i = 0; i < n; i++) {
			goes[i] =
				!weir_null_at(holds[k], rows[i]) && weir_bool_at(holds[k], rows[i]);
			rest[i] = rest[i] && !goes[i];
		}
		weir_select_changes(task, 1 + k, batch, conf->n_cols, rows, n, goes);
	}
	changes_rest(route, task, batch, rows, n, rest);
}

static int
route_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	const struct route *route = self;

	(void)in;
	if (batch->kind != NULL && route->conf->match == ROUTE_FIRST)
		changes_first(route, task, batch);
	else if (batch->kind != NULL)
		changes_all(route, task, batch);
	else if (route->conf->match == ROUTE_FIRST)
		route_first(route, task, batch);
	else
		route_all(route, task, batch);
	return WEIR_OK;
}

static const struct weir_operator route_operator = {
	.size = sizeof route_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_CHANGES | WEIR_READS_DECLARED,
	.name = "route",
	.summary = "Sends each row to the outputs whose conditions it meets.",
	.needs = "weir.expr/1",
	.conf_size = sizeof(struct route_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = route_directives,
	.n_in = 1,
	.n_out = ROUTE_PORTS_MAX,
	.plan = route_plan,
	.open = route_open,
	.close = free,
	.process = route_process,
};

WEIR_PLUGIN("route", "0.1", "Apache-2.0", &route_operator)
