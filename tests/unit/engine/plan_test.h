/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the planner share: operators that do nothing but plan, a conf, its plan, its
 * messages. */
#ifndef WR_TEST_PLAN_TEST_H
#define WR_TEST_PLAN_TEST_H

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/host_table.h"
#include "engine/plan/pipeline.h"

/* Operators that do nothing but plan. */

struct conf {
	struct weir_list key, set, columns;
	struct weir_str where, field;
	uint32_t further, with, extra;
	int64_t parallelism;
};

#define AT(member) offsetof(struct conf, member)
#define END                                                                                        \
	{                                                                                          \
		.name = NULL                                                                       \
	}

static const struct weir_directive typed_directives[] = {
	{.name = "columns", .summary = "", .type = WEIR_D_LIST, .offset = AT(columns)}, END};
static const struct weir_directive filter_directives[] = {{.name = "where",
								  .summary = "",
								  .type = WEIR_D_EXPR,
								  .offset = AT(where),
								  .flags = WEIR_REQUIRED},
	{.name = "else_to", .summary = "", .type = WEIR_D_OUTPUT, .offset = AT(further), .port = 1},
	END};
static const struct weir_directive fork_directives[] = {
	{.name = "word", .summary = "", .type = WEIR_D_STR, .offset = AT(field)},
	{.name = "word", .type = WEIR_D_OUTPUT, .offset = AT(extra), .port = 3},
	{.name = "to",
		.summary = "",
		.type = WEIR_D_OUTPUT,
		.flags = WEIR_REPEATS,
		.offset = AT(further),
		.port = 1},
	{.name = "rest", .summary = "", .type = WEIR_D_OUTPUT, .offset = AT(with)}, END};
static const struct weir_directive map_directives[] = {
	{.name = "set", .summary = "", .type = WEIR_D_EXPRS, .offset = AT(set)},
	{.name = "read", .summary = "", .type = WEIR_D_STR, .offset = AT(field)}, END};
static const struct weir_directive count_directives[] = {
	{.name = "key", .summary = "", .type = WEIR_D_EXPRS, .offset = AT(key)},
	{.name = "late_to", .summary = "", .type = WEIR_D_OUTPUT, .offset = AT(further), .port = 1},
	{.name = "amends", .summary = "", .type = WEIR_D_FLAG, .offset = AT(extra)}, END};
static const struct weir_directive lookup_directives[] = {
	{.name = "with", .summary = "", .type = WEIR_D_INPUT, .offset = AT(with), .port = 1}, END};
static const struct weir_directive join_directives[] = {
	{.name = "key", .summary = "", .type = WEIR_D_EXPRS, .offset = AT(key)},
	{.name = "other_key", .summary = "", .type = WEIR_D_EXPRS, .offset = AT(set)}, END};
static const struct weir_directive agg_directives[] = {
	{.name = "key", .summary = "", .type = WEIR_D_EXPRS, .offset = AT(key)},
	{.name = "aggregate", .summary = "", .type = WEIR_D_EXPRS, .offset = AT(set)}, END};
static const struct weir_directive rude_directives[] = {
	{.name = "from", .summary = "", .type = WEIR_D_LIST, .offset = AT(columns)}, END};
static const struct weir_directive limit_directives[] = {
	{.name = "most", .summary = "", .type = WEIR_D_INT, .offset = AT(parallelism)}, END};
static const struct weir_directive decider_directives[] = {
	{.name = "who", .summary = "", .type = WEIR_D_STR, .offset = AT(field)}, END};
static const struct weir_directive format_directives[] = {
	{.name = "root", .summary = "", .type = WEIR_D_STR, .offset = AT(field)}, END};

static const struct weir_str none;
static const char *rig_state_path; /* NULL: state lives in memory */

static int
nothing_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	return (void)conf, (void)plan, (void)host, WEIR_OK;
}

static int
typed_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct conf *conf = self;

	for (uint32_t i = 0; i < conf->columns.n; i++)
		host->add(plan, 0, conf->columns.v[i],
			conf->columns.v[i].p[0] == 's' ? WEIR_STRING : WEIR_INT64, 0);
	return WEIR_OK;
}

static int
filter_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	struct conf *conf = self;

	host->pass(plan, 0, 0, -1, none);
	host->pass(plan, 1, 0, -1, none);
	return ext->compile(plan, 0, conf->where, WEIR_BOOL) == NULL ? -EINVAL : WEIR_OK;
}

static int
fork_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct conf *conf = self;

	for (uint32_t i = 0; i < conf->further; i++)
		host->pass(plan, 1 + i, 0, -1, none);
	if (conf->extra > 0)
		host->pass(plan, 3, 0, -1, none);
	if (conf->with > 0)
		host->pass(plan, 0, 0, -1, none);
	return WEIR_OK;
}

static int
map_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	struct conf *conf = self;
	const struct weir_expr *expr;
	struct weir_str name;

	if (conf->field.p != NULL)
		host->column(plan, 0, conf->field, WEIR_STRING);
	if (conf->set.n == 0)
		host->pass(plan, 0, 0, -1, none);
	for (uint32_t i = 0; i < conf->set.n; i++) {
		expr = ext->compile(plan, 0, conf->set.v[i], 0);
		if (expr == NULL)
			return -EINVAL;
		name = ext->name(expr);
		name.loc = conf->set.v[i].loc;
		if (i == 0)
			host->pass(plan, 0, 0, -1, name);
		host->add(plan, 0, name, ext->type(expr), 1);
	}
	return WEIR_OK;
}

static int
count_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct conf *conf = self;

	host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -2, none);
	host->add(plan, 0, (struct weir_str){"n", 1, 0}, WEIR_INT64, 0);
	host->pass(plan, 1, 0, -1, none);
	if (conf->extra) {
		host->declare(plan, WEIR_PLAN_CHANGES, 0, none);
		host->declare(plan, WEIR_PLAN_WATERMARK_DELAY, 5, none);
	}
	return WEIR_OK;
}

static int
lookup_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	(void)self;
	host->pass(plan, 0, 0, -1, none);
	host->distribute(plan, 1, WEIR_BROADCAST, NULL);
	if (host->input(plan, 1) != NULL)
		host->column(plan, 1, (struct weir_str){"v", 1, 0}, 0);
	return WEIR_OK;
}

static int
join_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct conf *conf = self;

	host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->distribute(plan, 1, WEIR_KEYED, &conf->set);
	host->pass(plan, 0, 0, -1, none);
	host->pass(plan, 0, 1, -2, none);
	return WEIR_OK;
}

static int
agg_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	const struct weir_slot *slots;
	struct weir_aggs *aggs;
	struct conf *conf = self;

	host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -2, none);
	aggs = ext->aggregates(plan, 0, &conf->set, 0);
	if (aggs == NULL)
		return -EINVAL;
	ck_assert_uint_gt(ext->slots(aggs, &slots), 0);
	return WEIR_OK;
}

static int
silent_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	return (void)conf, (void)plan, (void)host, -EINVAL;
}

static int
problem_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	(void)conf;
	host->problem(plan, 0, "it never suits me");
	return -EINVAL;
}

static int
misuse_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	const struct weir_str x = {"x", 1, 0};

	(void)conf;
	host->column(plan, 7, x, 0);
	host->column(plan, 1, x, 0);
	host->pass(plan, 3, 0, -1, none);
	host->pass(plan, 0, 0, 99, none);
	host->pass(plan, 0, 0, -3, none);
	host->add(plan, 5, x, WEIR_INT64, 0);
	host->add(plan, 0, x, 77, 0);
	host->add(plan, 0, none, WEIR_INT64, 0);
	host->distribute(plan, 0, 9, NULL);
	host->distribute(plan, 1, WEIR_SINGLE, NULL);
	host->declare(plan, 55, 0, none);
	host->declare(plan, WEIR_PLAN_CHANGES, 3, none);
	host->declare(plan, WEIR_PLAN_MAX_PARALLELISM, 0, none);
	ext->compile(plan, 1, x, 0);
	return WEIR_OK;
}

static int
single_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	(void)conf;
	host->distribute(plan, 0, WEIR_SINGLE, NULL);
	host->pass(plan, 0, 0, -1, none);
	return WEIR_OK;
}

static int
limit_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct conf *conf = self;

	host->pass(plan, 0, 0, -1, none);
	host->declare(plan, WEIR_PLAN_MAX_PARALLELISM, conf->parallelism, none);
	return WEIR_OK;
}

static int
keeper_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	return (void)conf, host->pass(plan, 0, 0, -1, none), WEIR_OK;
}

static int
decider_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct conf *conf = self;

	host->declare(plan, WEIR_PLAN_DECIDER, 0, conf->field);
	return WEIR_OK;
}

static int
line_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	(void)conf;
	host->add(plan, 0, (struct weir_str){"line", 4, 0}, WEIR_STRING, 0);
	return WEIR_OK;
}

static int
text_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_schema *schema = host->input(plan, 0);
	struct conf *conf = self;

	for (uint32_t i = 0; i < schema->n; i++)
		ck_assert_int_eq(host->column(plan, 0, schema->fields[i]->name, 0), (int32_t)i);
	if (conf->field.p != NULL)
		host->column(plan, 0, conf->field, 0);
	return WEIR_OK;
}

static int
format_misuse_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	(void)conf;
	host->pass(plan, 0, 0, -1, none);
	host->add(plan, 0, (struct weir_str){"x", 1, 0}, WEIR_INT64, 0);
	return WEIR_OK;
}

static int
dummy_open(const void *conf, struct weir_task *task, void **self)
{
	return (void)conf, (void)task, (void)self, -ENOSYS;
}

static int
dummy_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	return (void)self, (void)task, (void)in, (void)batch, -ENOSYS;
}

static int
dummy_poll(void *self, struct weir_task *task)
{
	return (void)self, (void)task, WEIR_END;
}

static int
dummy_assign(void *self, struct weir_task *task, uint32_t part, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	return (void)self, (void)task, (void)part, (void)name, (void)pos, (void)fresh, 0;
}

static int
dummy_decode(void *self, struct weir_task *task, const struct weir_raw *raw, struct weir_out *out)
{
	return (void)self, (void)task, (void)raw, (void)out, 0;
}

static int
dummy_encode(void *self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	return (void)self, (void)task, (void)batch, (void)items, 0;
}

static const struct weir_source dummy_source = {
	.size = sizeof dummy_source, .assign = dummy_assign, .poll = dummy_poll};

#define OPERATOR(NAME, KIND, FLAGS, DIRECTIVES, IN, OUT, PLAN)                                     \
	static const struct weir_operator op_##NAME = {.size = sizeof op_##NAME,                   \
		.kind = KIND,                                                                      \
		.flags = FLAGS,                                                                    \
		.name = #NAME,                                                                     \
		.summary = "",                                                                     \
		.conf_size = sizeof(struct conf),                                                  \
		.directive_size = sizeof(struct weir_directive),                                   \
		.directives = DIRECTIVES,                                                          \
		.n_in = IN,                                                                        \
		.n_out = OUT,                                                                      \
		.plan = PLAN,                                                                      \
		.open = dummy_open,                                                                \
		.process = (KIND) == WEIR_SOURCE ? NULL : dummy_process,                           \
		.source = (KIND) == WEIR_SOURCE ? &dummy_source : NULL}

enum { RD = WEIR_READS_DECLARED };

OPERATOR(gen, WEIR_SOURCE, 0, NULL, 0, 1, nothing_plan);
OPERATOR(rows, WEIR_SOURCE, WEIR_TYPED, typed_directives, 0, 1, typed_plan);
OPERATOR(filter, WEIR_TRANSFORM, RD | WEIR_TAKES_CHANGES, filter_directives, 1, 2, filter_plan);
OPERATOR(fork, WEIR_TRANSFORM, RD | WEIR_TAKES_CHANGES, fork_directives, 1, 4, fork_plan);
OPERATOR(map, WEIR_TRANSFORM, RD | WEIR_TAKES_CHANGES, map_directives, 1, 1, map_plan);
OPERATOR(greedy, WEIR_TRANSFORM, 0, map_directives, 1, 1, map_plan);
OPERATOR(count, WEIR_TRANSFORM, RD, count_directives, 1, 2, count_plan);
OPERATOR(lookup, WEIR_TRANSFORM, RD, lookup_directives, 2, 1, lookup_plan);
OPERATOR(join, WEIR_TRANSFORM, RD, join_directives, 2, 1, join_plan);
OPERATOR(agg, WEIR_TRANSFORM, RD | WEIR_TAKES_CHANGES, agg_directives, 1, 1, agg_plan);
OPERATOR(rude, WEIR_TRANSFORM, RD, rude_directives, 1, 1, nothing_plan);
OPERATOR(silent, WEIR_TRANSFORM, RD, NULL, 1, 1, silent_plan);
OPERATOR(picky, WEIR_TRANSFORM, RD, NULL, 1, 1, problem_plan);
OPERATOR(misuse, WEIR_TRANSFORM, RD, lookup_directives, 2, 1, misuse_plan);
OPERATOR(single, WEIR_TRANSFORM, RD, NULL, 1, 1, single_plan);
OPERATOR(limit, WEIR_TRANSFORM, RD, limit_directives, 1, 1, limit_plan);
OPERATOR(out, WEIR_SINK, RD | WEIR_TAKES_CHANGES, NULL, 1, 0, nothing_plan);
OPERATOR(null, WEIR_SINK, WEIR_TYPED | RD | WEIR_TAKES_CHANGES, NULL, 1, 0, nothing_plan);
OPERATOR(strict, WEIR_SINK, WEIR_TYPED, NULL, 1, 0, nothing_plan);
OPERATOR(claims, WEIR_SINK, WEIR_TYPED, decider_directives, 1, 0, decider_plan);

static int
dummy_prepare(void *self, struct weir_task *task, uint64_t epoch, struct weir_items *token)
{
	return (void)self, (void)task, (void)epoch, (void)token, 0;
}

static int
dummy_commit(void *self, struct weir_task *task, uint64_t epoch, const struct weir_str *tokens,
	uint32_t n)
{
	return (void)self, (void)task, (void)epoch, (void)tokens, (void)n, 0;
}

static int
dummy_abort_after(void *self, struct weir_task *task, uint64_t epoch)
{
	return (void)self, (void)task, (void)epoch, 0;
}

static int
dummy_recover(void *self, struct weir_task *task, struct weir_decision *last)
{
	return (void)self, (void)task, (void)last, 0;
}

static int
dummy_decide(void *self, struct weir_task *task, const struct weir_decision *decision)
{
	return (void)self, (void)task, (void)decision, 0;
}

static const struct weir_sink decider_sink = {.size = sizeof decider_sink,
	.prepare = dummy_prepare,
	.commit = dummy_commit,
	.abort_after = dummy_abort_after,
	.recover = dummy_recover,
	.decide = dummy_decide};

static const struct weir_operator op_decider = {.size = sizeof op_decider,
	.kind = WEIR_SINK,
	.flags = WEIR_TYPED | WEIR_TWO_PHASE,
	.name = "decider",
	.summary = "",
	.conf_size = sizeof(struct conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = decider_directives,
	.n_in = 1,
	.plan = decider_plan,
	.open = dummy_open,
	.process = dummy_process,
	.sink = &decider_sink};

/* Keeps rows of an input that has no keys. */
static const struct weir_operator op_keeper = {.size = sizeof op_keeper,
	.kind = WEIR_TRANSFORM,
	.flags = RD,
	.name = "keeper",
	.summary = "",
	.needs = "weir.timer/1 weir.table/1",
	.n_in = 1,
	.n_out = 1,
	.plan = keeper_plan,
	.open = dummy_open,
	.process = dummy_process};

static const struct weir_operator *const operators[] = {&op_gen, &op_rows, &op_filter, &op_fork,
	&op_map, &op_greedy, &op_count, &op_lookup, &op_join, &op_agg, &op_rude, &op_silent,
	&op_picky, &op_misuse, &op_single, &op_limit, &op_out, &op_null, &op_strict, &op_decider,
	&op_claims, &op_keeper};

#define FORMAT(NAME, FLAGS, PLAN, DECODE, ENCODE)                                                  \
	static const struct weir_format format_##NAME = {.size = sizeof format_##NAME,             \
		.flags = FLAGS,                                                                    \
		.name = #NAME,                                                                     \
		.summary = "",                                                                     \
		.conf_size = sizeof(struct conf),                                                  \
		.directive_size = sizeof(struct weir_directive),                                   \
		.directives = format_directives,                                                   \
		.plan = PLAN,                                                                      \
		.open = dummy_open,                                                                \
		.decode = DECODE,                                                                  \
		.encode = ENCODE}

FORMAT(json, RD, text_plan, dummy_decode, dummy_encode);
FORMAT(line, 0, line_plan, dummy_decode, NULL);
FORMAT(wide, 0, nothing_plan, dummy_decode, dummy_encode);
FORMAT(ink, RD, nothing_plan, NULL, dummy_encode);
FORMAT(odd, RD, format_misuse_plan, dummy_decode, dummy_encode);

static const struct weir_format *const formats[] = {
	&format_json, &format_line, &format_wide, &format_ink, &format_odd};

static int
tally_plan(struct weir_call *call, struct weir_err *err)
{
	(void)err;
	call->type = WEIR_INT64;
	call->acc_size = 8;
	return 0;
}

static int
tally_update(const void *self, struct weir_fn *fn, struct weir_accs accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n)
{
	return (void)self, (void)fn, (void)accs, (void)args, (void)sel, (void)n, 0;
}

static int
tally_merge(const void *self, struct weir_fn *fn, struct weir_accs accs, struct weir_accs from,
	uint32_t n)
{
	return (void)self, (void)fn, (void)accs, (void)from, (void)n, 0;
}

static int
tally_finish(const void *self, struct weir_fn *fn, struct weir_accs accs, uint32_t n,
	struct weir_vec *out)
{
	return (void)self, (void)fn, (void)accs, (void)n, (void)out, 0;
}

#define TALLY                                                                                      \
	.size = sizeof(struct weir_aggregate), .version = 1, .summary = "", .plan = tally_plan,    \
	.update = tally_update, .merge = tally_merge, .finish = tally_finish

static const struct weir_aggregate tally = {TALLY, .name = "tally"};
static const struct weir_aggregate balance = {TALLY, .name = "balance", .retract = tally_update};
static const struct weir_aggregate *const aggregates[] = {&tally, &balance};

static const struct weir_plugin plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof plugin,
	.n_operators = sizeof operators / sizeof operators[0],
	.n_formats = sizeof formats / sizeof formats[0],
	.name = "fake",
	.version = "1",
	.license = "Apache-2.0",
	.n_aggregates = sizeof aggregates / sizeof aggregates[0],
	.aggregates = aggregates,
	.operators = operators,
	.formats = formats,
};

/* The rig: a conf, its plan, its messages. */

static struct wr_plugins *plugins;
static struct wr_conf *conf;
static struct wr_diag diag;
static struct wr_pipeline *pipeline;
static struct wr_text printed;

static inline void
rig_setup(void)
{
	struct weir_err err = {0};

	plugins = wr_plugins_new();
	ck_assert_msg(wr_plugins_add(plugins, &plugin, "fake.so", &err) == 0, "%s", err.text);
}

static inline void
rig_clear(void)
{
	wr_pipeline_free(pipeline);
	wr_diag_fini(&diag);
	wr_conf_free(conf);
	wr_text_fini(&printed);
	pipeline = NULL;
	conf = NULL;
	printed = (struct wr_text){0};
}

static inline void
rig_teardown(void)
{
	rig_clear();
	wr_plugins_free(plugins);
}

static inline void
rig_plan(const char *text, uint32_t threads)
{
	const struct wr_plan_options options = {
		.worker_threads = threads, .state_path = rig_state_path};

	rig_clear();
	wr_diag_init(&diag, NULL);
	ck_assert_int_eq(wr_conf_parse(&conf, "t", text, strlen(text), &diag), 0);
	diag.conf = conf;
	pipeline = wr_pipeline_plan(
		conf, wr_dir_find(wr_conf_root(conf), "pipeline"), plugins, &options, &diag);
	wr_diag_print(&diag, &printed);
}

/* Messages without the source lines and carets. */
static inline void
refuse(const char *body, const char *want)
{
	struct wr_text got = {0};
	char text[8192], *line, *save = NULL;

	snprintf(text, sizeof text, "pipeline p {\n%s\n}\n", body);
	rig_plan(text, 2);
	ck_assert_msg(pipeline == NULL, "planned: %s", body);
	for (line = strtok_r(printed.p, "\n", &save); line != NULL;
		line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, "t:", 2) == 0 || strncmp(line, "note", 4) == 0)
			wr_text_printf(&got, "%s\n", line);
	ck_assert_str_eq(got.p == NULL ? "" : got.p, want);
	wr_text_fini(&got);
}

static inline int
rig_run(const char *name, const TTest *const *tests, size_t n)
{
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, rig_setup, rig_teardown);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define GEN               "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } }\n"
#define NULLS(name, from) "sink null " name " { from " from "; }\n"

#endif
