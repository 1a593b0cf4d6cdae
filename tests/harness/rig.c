/* SPDX-License-Identifier: Apache-2.0 */
/* A rig around one operator. */
#include "rig.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/checkpoint.h"
#include "engine/run_private.h"
#include "host.h"
#include "tap.h"

enum { BOUND_MS = 3600 * 1000, PATIENCE_S = 60 };

struct wt_rig {
	struct wt_host *host;
	struct tap tap;
	struct wr_run *run;
	struct weir_err err;
	_Atomic int64_t clock; /* us */
	uint32_t op; /* in the pipeline */
	bool threads, over, is_union, paced;
	uint32_t stepped; /* rows of output 0 that wt_step() has told of */
	bool saves; /* the state thread runs */
	char dir[64]; /* of state; empty: none */
};

static int64_t
rig_now(void *arg)
{
	struct wt_rig *rig = arg;

	return atomic_load(&rig->clock);
}

/* `WORD { BODY }` becomes `PREFIX WORD NAME { LINES BODY }`. */
static void
put_block(struct wr_text *conf, const char *prefix, const char *name, const char *block,
	const char *lines)
{
	const char *brace = strchr(block, '{');

	ck_assert_ptr_nonnull(brace);
	wr_text_printf(conf, "%s%.*s%s { %s%s\n", prefix, (int)(brace - block), block, name, lines,
		brace + 1);
}

static void
put_source(struct wr_text *conf, struct wt_rig *rig, const struct wt_options *o, const char *name,
	const char *more)
{
	static const char lines[] = "event_time ts; watermark bounded 1h; where @key is null;";

	wr_text_printf(conf, "source tap %s { at %llu; %s format json { %s } %s }\n", name,
		(unsigned long long)(uintptr_t)&rig->tap, more,
		o->fields != NULL ? o->fields : WT_FIELDS,
		o->source_lines != NULL ? o->source_lines : lines);
}

static void
put_sink(struct wr_text *conf, struct wt_rig *rig, const struct wt_options *o, const char *from,
	uint32_t port)
{
	wr_text_printf(conf, "sink tap sink%u { at %llu; port %u; from %s; %s format json; }\n",
		port, (unsigned long long)(uintptr_t)&rig->tap, port, from,
		o->ring ? "also silent; parallelism 1;" : "");
}

static void
put_op(struct wr_text *conf, const struct wt_options *o)
{
	char lines[128];

	snprintf(lines, sizeof lines, "from in%s;", o->ring ? " silent" : "");
	if (o->parallelism > 0)
		snprintf(lines + strlen(lines), sizeof lines - strlen(lines), " parallelism %u;",
			o->parallelism);
	put_block(conf, "", "it", o->op, lines);
}

static bool
mentions(const struct wt_options *o, const char *name)
{
	return (o->op != NULL && strstr(o->op, name) != NULL) ||
	       (o->source != NULL && strstr(o->source, name) != NULL) ||
	       (o->source_lines != NULL && strstr(o->source_lines, name) != NULL) ||
	       (o->lines != NULL && strstr(o->lines, name) != NULL);
}

static char *
make_conf(struct wt_rig *rig, const struct wt_options *o)
{
	const char *last = o->op != NULL ? "it" : "in";
	struct wr_text conf = {0};

	wr_text_put(&conf, "pipeline test {\n");
	if (o->keep)
		wr_text_put(&conf, "checkpoint { interval 1ms; }\n");
	wr_text_printf(
		&conf, "%s%s\n", o->ring ? "buffer 1 4k; " : "", o->lines != NULL ? o->lines : "");
	if (o->source != NULL)
		put_block(&conf, "source ", "in", o->source, "");
	else
		put_source(&conf, rig, o, "in", "");
	if (o->ring)
		put_source(&conf, rig, o, "silent", "silent on;");
	if (o->op != NULL)
		put_op(&conf, o);
	put_sink(&conf, rig, o, last, 0);
	if (o->sink != NULL) {
		char from[32];

		snprintf(from, sizeof from, "from %s;", last);
		put_block(&conf, "sink ", "tested", o->sink, from);
	}
	if (mentions(o, " out1"))
		put_sink(&conf, rig, o, "out1", 1);
	if (mentions(o, " out2"))
		put_sink(&conf, rig, o, "out2", 2);
	if (mentions(o, "dead_letter bad"))
		put_sink(&conf, rig, o, "bad", WT_BAD);
	wr_text_put(&conf, "}\n");
	return conf.p;
}

static struct wt_rig *
rig_new(const struct wt_options *o)
{
	struct wt_rig *rig = wr_zalloc(sizeof *rig);

	rig->tap.batch = o->batch > 0 ? o->batch : WEIR_ROWS_MAX;
	rig->tap.batches = o->batches;
	rig->tap.busy = o->paced ? 1 : o->busy;
	rig->paced = o->paced;
	rig->is_union = o->ring;
	rig->host = wt_host_new(&tap_plugin, true);
	if (o->module != NULL)
		wt_host_load(rig->host, o->module);
	if (o->keep) {
		/* Syncs cost nothing in memory. */
		snprintf(rig->dir, sizeof rig->dir, "%s/weir-rig-XXXXXX",
			access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
		ck_assert_ptr_nonnull(mkdtemp(rig->dir));
		wt_host_keep(rig->host, rig->dir);
	}
	return rig;
}

static void
rig_run(struct wt_rig *rig)
{
	const struct wr_run_options options = {.now = rig_now, .now_arg = rig};

	rig->run = wr_run_new(wt_host_pipeline(rig->host), &options, &rig->err);
	rig->over = rig->run == NULL;
	rig->saves = false;
}

struct wt_rig *
wt_rig_with(const struct wt_options *o)
{
	struct wt_rig *rig = rig_new(o);
	char *conf = make_conf(rig, o);
	const struct wr_pipeline *pipeline = wt_host_plan(rig->host, conf, 1);

	if (pipeline == NULL)
		ck_abort_msg("%s\nin:\n%s", wt_host_problems(rig->host), conf);
	free(conf);
	rig->op = wt_host_op(rig->host, o->op != NULL ? "it" : o->sink != NULL ? "tested" : "in");
	rig_run(rig);
	return rig;
}

struct wt_rig *
wt_rig(const char *op)
{
	const struct wt_options options = {.op = op};

	return wt_rig_with(&options);
}

/* Epochs are decided from here on, if state outlives the run. */
static struct wr_checkpoint *
rig_save(struct wt_rig *rig)
{
	struct wr_checkpoint *checkpoint = wr_run_checkpoint(rig->run);

	if (!rig->saves && wr_checkpoint_start(checkpoint, &rig->err) < 0)
		ck_abort_msg("%s", rig->err.text);
	rig->saves = true;
	return checkpoint;
}

void
wt_checkpoint(struct wt_rig *rig)
{
	struct wr_checkpoint *checkpoint;
	uint64_t seen;
	time_t end = time(NULL) + PATIENCE_S;
	bool final;

	wt_settle(rig);
	seen = tap_seen(&rig->tap);
	checkpoint = rig_save(rig);
	wr_checkpoint_touch(checkpoint);
	while (wr_checkpoint_decided(checkpoint) <= seen) {
		/* Its barrier waits behind a batch. */
		if (rig->paced && wr_checkpoint_wanted(checkpoint, &final) > tap_seen(&rig->tap))
			tap_wake(&rig->tap);
		wr_run_step(rig->run);
		sched_yield();
		ck_assert_msg(time(NULL) < end, "no epoch is decided");
	}
}

static void
rig_leave(struct wt_rig *rig)
{
	wr_run_stop(rig->run, WR_STOP_NOW);
	wr_run_wait(rig->run, &rig->err);
	rig->over = true;
}

/* Its last epoch was decided while it left. */
static bool
has_ended_before(const struct wt_rig *rig)
{
	return rig->run == NULL && rig->err.code == -EALREADY;
}

void
wt_restart(struct wt_rig *rig)
{
	wt_checkpoint(rig);
	rig_leave(rig);
	wr_run_free(rig->run);
	rig_run(rig);
	if (has_ended_before(rig))
		return;
	if (rig->run == NULL)
		ck_abort_msg("%s", rig->err.text);
	tap_go_back(&rig->tap, wr_checkpoint_decided(wr_run_checkpoint(rig->run)));
}

static void
rig_remove(const struct wt_rig *rig)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", rig->dir);
	ck_assert_int_eq(system(command), 0);
}

void
wt_free(struct wt_rig *rig)
{
	if (rig->dir[0] != '\0' && !rig->over)
		rig_leave(rig);
	if (!rig->over)
		wt_stop(rig);
	wr_run_free(rig->run);
	if (rig->dir[0] != '\0')
		rig_remove(rig);
	ck_assert_msg(atomic_load(&rig->tap.blocks) == 0, "records were not released");
	wt_host_free(rig->host);
	tap_fini(&rig->tap);
	free(rig);
}

void
wt_push(struct wt_rig *rig, const char *record)
{
	tap_add(&rig->tap.in, 0, record, strlen(record));
	rig->tap.source->host->wake(rig->tap.source);
}

void
wt_pushf(struct wt_rig *rig, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	wt_push(rig, text);
}

void
wt_settle(struct wt_rig *rig)
{
	if (rig->run == NULL || rig->over)
		return;
	do {
		wr_run_step(rig->run);
	} while (!rig->paced && tap_wake(&rig->tap));
}

bool
wt_step(struct wt_rig *rig)
{
	const struct tap_texts *out = &rig->tap.out[0];
	uint32_t before = rig->stepped;

	if (rig->run == NULL)
		return false;
	wr_run_step(rig->run);
	/* One may have come behind a barrier already. */
	while (out->n == before && tap_wake(&rig->tap))
		wr_run_step(rig->run);
	rig->stepped = out->n;
	return out->n > before;
}

void
wt_clock_ms(struct wt_rig *rig, int64_t ms)
{
	wt_settle(rig);
	atomic_fetch_add(&rig->clock, ms * 1000);
	wr_run_tick(rig->run);
	wt_settle(rig);
}

void
wt_watermark_ms(struct wt_rig *rig, int64_t ms)
{
	char text[64];

	snprintf(text, sizeof text, "{\"ts\":%lld}", (long long)ms + BOUND_MS);
	tap_add(&rig->tap.in, 1, text, strlen(text));
	rig->tap.source->host->wake(rig->tap.source);
	wt_settle(rig);
}

void
wt_advance_ms(struct wt_rig *rig, int64_t ms)
{
	wt_clock_ms(rig, ms);
	wt_watermark_ms(rig, atomic_load(&rig->clock) / 1000);
}

const char *
wt_pop(struct wt_rig *rig, uint32_t port)
{
	struct tap_texts *out = &rig->tap.out[port];

	wt_settle(rig);
	return out->next < out->n ? out->v[out->next++] + 1 : NULL;
}

uint32_t
wt_count(struct wt_rig *rig, uint32_t port)
{
	wt_settle(rig);
	return rig->tap.out[port].n - rig->tap.out[port].next;
}

void
wt_expect(struct wt_rig *rig, uint32_t port, const char *row)
{
	const char *found = wt_pop(rig, port);

	if (found == NULL && wr_run_has_ended(rig->run))
		ck_abort_msg("no row where %s should be", row);
	if (found == NULL)
		ck_abort_msg("no row where %s should be: %s", row,
			wt_has_failed(rig) ? (wt_end(rig), rig->err.text) : "it is quiet");
	ck_assert_str_eq(found, row);
}

void
wt_expect_none(struct wt_rig *rig, uint32_t port)
{
	const char *found = wt_pop(rig, port);

	if (found != NULL)
		ck_abort_msg("a row where none should be: %s", found);
}

void
wt_hold(struct wt_rig *rig, bool hold)
{
	atomic_store(&rig->tap.held, hold);
}

uint64_t
wt_queued(struct wt_rig *rig)
{
	struct wr_op_status status;

	wr_run_status(rig->run, rig->op, &status);
	return status.queued;
}

uint64_t
wt_emitted(struct wt_rig *rig)
{
	struct wr_op_status status;

	wr_run_status(rig->run, rig->op, &status);
	return status.rows_out;
}

void *
wt_entry(struct wt_rig *rig)
{
	const struct wr_op *op = wr_run_pipeline(rig->run)->ops[rig->op];
	struct weir_table *table = wr_run_inst(rig->run, op, 0)->tables[0];
	struct weir_entries entries = {.size = sizeof entries};
	void *cursor = NULL;

	wt_settle(rig);
	ck_assert_uint_eq(wr_table_scan(table, INT64_MIN, INT64_MAX, &cursor, &entries), 1);
	wr_table_end_scans(table);
	return entries.row[0];
}

uint64_t
wt_given(struct wt_rig *rig)
{
	return rig->tap.in.next;
}

struct counter {
	const char *name;
	uint64_t value;
	bool found;
};

static void
look_at_counter(void *arg, const char *name, const char *help, uint64_t value)
{
	struct counter *counter = arg;

	(void)help;
	if (strcmp(name, counter->name) == 0) {
		counter->value = value;
		counter->found = true;
	}
}

uint64_t
wt_counter(struct wt_rig *rig, const char *name)
{
	struct counter counter = {.name = name};

	wt_settle(rig);
	wr_run_counters(rig->run, rig->op, look_at_counter, &counter);
	ck_assert_msg(counter.found, "no counter \"%s\"", name);
	return counter.value;
}

uint64_t
wt_rejected(struct wt_rig *rig)
{
	struct wr_op_status status;

	wt_settle(rig);
	wr_run_status(rig->run, rig->op, &status);
	return status.rejected;
}

bool
wt_is_union(const struct wt_rig *rig)
{
	return rig->is_union;
}

/* The last epoch is decided beside the run, which ends when it has gone through. */
static void
rig_end(struct wt_rig *rig)
{
	time_t end = time(NULL) + PATIENCE_S;

	wt_hold(rig, false);
	rig->paced = false;
	wt_settle(rig);
	if (rig->dir[0] == '\0')
		return;
	rig_save(rig);
	while (!wr_run_has_ended(rig->run) && !wr_run_aborted(rig->run)) {
		wt_settle(rig);
		sched_yield();
		ck_assert_msg(time(NULL) < end, "it does not end");
	}
}

/* The rest of the run, and its result. */
static int
finish(struct wt_rig *rig)
{
	int rc;

	if (rig->run == NULL)
		return has_ended_before(rig) ? 0 : rig->err.code;
	if (!rig->threads && !rig->over)
		rig_end(rig);
	rig->over = true;
	rc = wr_run_wait(rig->run, &rig->err);
	if (rc == 0)
		ck_assert_msg(wr_run_has_ended(rig->run), "it is quiet, and has not ended");
	return rc;
}

int
wt_end(struct wt_rig *rig)
{
	atomic_store(&rig->tap.ended, true);
	if (rig->run != NULL)
		wr_run_tick(rig->run);
	return finish(rig);
}

int
wt_stop(struct wt_rig *rig)
{
	wt_settle(rig);
	atomic_store(&rig->tap.ended, true);
	if (rig->run != NULL)
		wr_run_stop(rig->run, WR_STOP_GRACEFUL);
	return finish(rig);
}

int
wt_run(struct wt_rig *rig)
{
	atomic_store(&rig->tap.ended, true);
	if (rig->run == NULL)
		return rig->err.code;
	rig->threads = true;
	if (wr_run_start(rig->run, &rig->err) < 0)
		return rig->err.code;
	return finish(rig);
}

bool
wt_has_failed(struct wt_rig *rig)
{
	struct weir_err err = {0};

	wt_settle(rig);
	return rig->run == NULL || wr_run_wait(rig->run, &err) < 0;
}

const char *
wt_error(const struct wt_rig *rig)
{
	return rig->err.text;
}

void
wt_refuses_with(const struct wt_options *o, const char *message)
{
	struct wt_rig *rig = rig_new(o);
	char *conf = make_conf(rig, o);

	if (wt_host_plan(rig->host, conf, 1) != NULL)
		ck_abort_msg("%s\nis not refused", conf);
	if (strstr(wt_host_problems(rig->host), message) == NULL)
		ck_abort_msg("no \"%s\" in:\n%s", message, wt_host_problems(rig->host));
	free(conf);
	rig->over = true;
	wt_free(rig);
}

void
wt_refuses(const char *op, const char *message)
{
	const struct wt_options options = {.op = op};

	wt_refuses_with(&options, message);
}

void
wt_each(const struct wt_options *options, void (*body)(struct wt_rig *rig))
{
	static const uint32_t batches[] = {1, 3, WEIR_ROWS_MAX};

	for (int i = 0; i < 12; i++) {
		struct wt_options o = *options;
		struct wt_rig *rig;

		o.batch = batches[i % 3];
		o.ring = i / 3 % 2 == 1;
		o.busy = i / 6 * 3;
		rig = wt_rig_with(&o);
		body(rig);
		wt_free(rig);
	}
}

int
wt_main(const char *name, const TTest *const *tests, size_t n)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
