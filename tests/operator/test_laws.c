/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for every operator that keeps something: going on from a snapshot is as if there had
 * been no end, and a snapshot changes nothing of what follows.  Transforms and sinks are tried
 * between any two batches that they get, sources between any two that they give.
 */
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "engine/plugin.h"
#include "host.h"
#include "rig.h"

#define FIELDS "user string; n int; x float; ts timestamp ms;"

enum { ROWS = 150, MOST = 5, MOST_ROWS = 40000 };

/* Each as it is kept in another way, every aggregate among them. */
static const char *const transforms[] = {
	"aggregate { key user; aggregate n = count(), s = sum(n), d = count_distinct(x); }",
	"aggregate { key user; aggregate n = count(), c = collect(n); ttl 700ms; }",
	"aggregate { aggregate n = count(), s = sum(n); }",
	"aggregate { key user; aggregate f = first(n), l = last(n), lo = min_by(n, x), hi = "
	"max_by(n, x), all = bool_and(n < 30), any = bool_or(n > 38), list = string_agg(user, "
	"'+'); }",
	"aggregate { key user; aggregate a = avg(x), v = var(n), vp = var_pop(x), s = stddev(x), "
	"sp = stddev_pop(n), m = max(x), w = min(user); }",
	"aggregate { key user; aggregate p = percentile(x, 0.9), e = percentile_exact(n, 0.3), "
	"m = median(x), h = count_distinct_hll(n), d = count_distinct(n), c = collect_set(n); }",
	"aggregate { key user, n % 5; emit end; aggregate n = count(), s = sum(n), l = last(x); }",
	"dedupe { key user, n % 3; within 900ms; duplicates_to out1; }",
	"dedupe { key user, n % 3; keep last; emit end; duplicates_to out1; }",
	"dedupe { key n; }",
	"dedupe { key user; keep last; duplicates_to out1; }",
	"keeper { }",
	"sample { rate 1/3; }",
	"sample { rate 1/2; key user; }",
	"throttle { key user; rate 3/500ms; exceed to out1; }",
	"throttle { rate 5/400ms; time processing; }",
	"top { key user; order_by n desc; limit 2; rank place; }",
	"top { key user; order_by x; limit 3; tumbling 1s; late_to out1; }",
	"top { key user; order_by x, n; limit 4; rank place; emit end; }",
	"top { key user; order_by x; limit 2; with_ties on; rank place; emit end; }",
	"window { key user; tumbling 600ms; aggregate n = count(), m = min(x); late_to out1; }",
	"window { key user; hopping 900ms 300ms; allowed_lateness 600ms; aggregate n = count(); }",
	"window { tumbling 500ms; aggregate n = count(), c = collect_set(user); }",
	"window { key user; session 150ms; aggregate n = count(), s = sum(n); late_to out1; }",
	"window { key user; session 150ms; max_duration 400ms; aggregate n = count(), s = sum(n); "
	"}",
	"window { key user; session 150ms; trigger count 2; allowed_lateness 300ms; late_to out1; "
	"aggregate n = count(), c = collect(n); }",
	"window { key user; session 150ms; trigger every 200ms; trigger every 150ms processing; "
	"aggregate n = count(), s = sum(n); }",
	"window { key user; session 150ms; trigger count 3; allowed_lateness 300ms; "
	"accumulation_mode discarding; aggregate n = count(), l = last(n); }",
	"window { key user; session 150ms; allowed_lateness 300ms; emit final; aggregate n = "
	"count(); }",
	"window { key user; hopping 900ms 30ms; aggregate n = count(), s = sum(n), m = min(x); }",
	"window { key user; cumulate 900ms 300ms; allowed_lateness 600ms; aggregate n = count(); }",
	"window { key user; count 7; slide 3; aggregate n = count(), s = sum(n); }",
	"window { key user; count 4; ttl 400ms; aggregate c = collect(n); }",
	"window { key user; global; trigger count 5; ttl 700ms; aggregate n = count(), s = sum(n); "
	"}",
	"window { key user; tumbling 600ms; trigger count 3; trigger every 200ms; "
	"allowed_lateness 300ms; late_to out1; aggregate n = count(), c = collect(n); }",
	"window { key user; hopping 900ms 300ms; trigger every 150ms processing; "
	"accumulation_mode discarding; aggregate n = count(); }",
	"window { key user; tumbling 600ms; allowed_lateness 500ms; emit final; aggregate n = "
	"count(); }",
};
enum { TRANSFORMS = sizeof transforms / sizeof transforms[0] };

#define LINES "format json { " FIELDS " }"
#define TIME  "event_time ts; watermark bounded 300ms;"

/* What they read lies in the folder of a test, whose name stands for each %1$s. */
static const char *const sources[] = {
	"file { path %1$s/a.ndjson; " LINES TIME " }",
	"file { path %1$s/*.ndjson %1$s/c.gz; " LINES TIME " }",
	"file { path %1$s/c.gz; " LINES TIME " }",
	"file { path %1$s/c.zst %1$s/c.lz4; " LINES TIME " }",
	"file { path %1$s/c.framed; framing varint_delimited; " LINES TIME " }",
	"file { path %1$s/a.ndjson; decode_threads 4; " LINES TIME " }",
	"file { path %1$s/*.ndjson; decode_threads 4; " LINES TIME " }",
	"generator { count 9000; field user string zipf 50 1.1; field ts timestamp "
	"2026-01-01T00:00:00Z 10ms disorder 2s; field x float uniform 0 1; " TIME " }",
	"nexmark { count 9000; event_time ts; watermark bounded 1s; }",
	("values { format json { n int; ts timestamp ms; } row '{\"n\":1,\"ts\":5}'; row "
	 "'{\"n\":2,\"ts\":1005}'; row '{\"n\":3,\"ts\":2010}'; event_time ts; }"),
};
enum { SOURCES = sizeof sources / sizeof sources[0], INPUT_ROWS = 9000 };

/* They write there. */
static const char *const sinks[] = {
	"file { path %1$s/out.ndjson; }",
	"file { path %1$s/out.ndjson; append; format csv; }",
	"file { path %1$s/out.gz; reopen on; }",
	"file { path %1$s/out.zst; framing newline; }",
	"file { path %1$s/out-%%M%%S.ndjson; }",
	"file { path %1$s/out.ndjson; roll_size 1k; }",
	"file { path %1$s/out.lz4; roll_size 300; }",
	"check { }",
};
enum { SINKS = sizeof sinks / sizeof sinks[0] };

/* They need a broker, whose own tests restart them (tests/kafka/kill.py). */
static const char *const elsewhere[] = {"kafka"};

enum { UNDISTURBED, SAVED, RESTARTED };

static char folder[64];

static void
make_folder(void)
{
	snprintf(folder, sizeof folder, "/tmp/weir-laws-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st, (void)type, (void)walk;
	return remove(path);
}

static void
remove_folder(void)
{
	ck_assert_int_eq(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static FILE *
open_file(const char *name, const char *how)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, how);
	ck_assert_msg(file != NULL, "cannot open %s", path);
	return file;
}

static void
end_well(struct wt_rig *rig)
{
	ck_assert_msg(wt_end(rig) == 0, "%s", wt_error(rig));
}

/* What happens between two batches. */
static void
disturb(struct wt_rig *rig, int how)
{
	if (how == SAVED)
		wt_checkpoint(rig);
	else if (how == RESTARTED)
		wt_restart(rig);
}

static void
step(struct wt_rig *rig, int how)
{
	wt_settle(rig);
	disturb(rig, how);
}

/* Batches of 1 .. MOST rows, with late ones among them, and time that goes on, to the end. */
static void
push_all(struct wt_rig *rig, int how)
{
	unsigned random = 7;
	int now = 1000, left = 1;

	for (int i = 0; i < ROWS; i++) {
		random = random * 1103515245u + 12345u;
		now += (int)(random >> 16 & 63);
		wt_pushf(rig, "{\"user\":\"u%u\",\"n\":%d,\"x\":%u.5,\"ts\":%d}", random >> 20 & 3,
			i % 40, random >> 24 & 31,
			(random >> 10 & 15) == 0 ? now - 800 : now - (int)(random >> 8 & 127));
		if (--left > 0)
			continue;
		left = 1 + (int)(random >> 12 & 255) % MOST;
		step(rig, how);
		if ((random >> 5 & 3) == 0) {
			wt_watermark_ms(rig, now - 130);
			wt_clock_ms(rig, 50);
			step(rig, how);
		}
	}
	end_well(rig);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct rows {
	const char *v[MOST_ROWS];
	uint32_t n;
};

/* Files whose rows come in any order; of each they have their own. */
static bool
are_several(const char *what)
{
	return strstr(what, "*.ndjson") != NULL || strstr(what, "c.zst %1$s") != NULL;
}

/* All rows of an output.  Those that a window gives at once have no order. */
static void
take_rows(struct wt_rig *rig, uint32_t port, bool sorted, struct rows *rows)
{
	rows->n = 0;
	while (rows->n < MOST_ROWS && (rows->v[rows->n] = wt_pop(rig, port)) != NULL)
		rows->n++;
	ck_assert_uint_lt(rows->n, MOST_ROWS);
	if (sorted)
		qsort(rows->v, rows->n, sizeof *rows->v, by_text);
}

/* The rows of two runs, of all outputs together at least so many. */
static void
compare(const char *what, int how, struct wt_rig *rig, struct wt_rig *other, uint32_t least)
{
	bool sorted = strncmp(what, "window", 6) == 0 || strstr(what, "tumbling") != NULL ||
		      strstr(what, "emit end") != NULL || strstr(what, "%1$s/out-") != NULL ||
		      strstr(what, "roll_") != NULL || are_several(what);
	static struct rows want, got;
	uint32_t n = 0;

	for (uint32_t port = 0; port < WT_PORTS; port++) {
		take_rows(rig, port, sorted || port > 0, &want);
		take_rows(other, port, sorted || port > 0, &got);
		n += want.n;
		for (uint32_t i = 0; i < want.n && i < got.n; i++)
			ck_assert_msg(strcmp(want.v[i], got.v[i]) == 0,
				"%s, %s: row %u of output %u is %s and not %s", what,
				how == SAVED ? "saved" : "restarted", i, port, got.v[i], want.v[i]);
		ck_assert_msg(want.n == got.n, "%s, %s: output %u has %u rows, not %u", what,
			how == SAVED ? "saved" : "restarted", port, got.n, want.n);
	}
	ck_assert_msg(n >= least, "%s: %u rows are too few to show anything", what, n);
	wt_free(rig);
	wt_free(other);
}

static struct wt_rig *
run_transform(const char *op, int how)
{
	const struct wt_options options = {.op = op,
		.fields = FIELDS,
		.module = "tests/fixtures/keeper_1.so",
		.keep = how != UNDISTURBED};
	struct wt_rig *rig = wt_rig_with(&options);

	push_all(rig, how);
	return rig;
}

static void
try_transform(const char *op, int how)
{
	compare(op, how, run_transform(op, UNDISTURBED), run_transform(op, how), 6);
}

START_TEST(of_a_transform_a_snapshot_changes_nothing)
{
	try_transform(transforms[_i], SAVED);
}
END_TEST

START_TEST(a_transform_goes_on_as_if_there_had_been_no_end)
{
	try_transform(transforms[_i], RESTARTED);
}
END_TEST

/* Sources. */

static void
put_line(FILE *file, int i)
{
	fprintf(file, "{\"user\":\"u%d\",\"n\":%d,\"x\":%d.5,\"ts\":%d}\n", i % 7, i, i % 31,
		i * 10 - i * 37 % 250);
}

/* Rows behind one another, in pieces of which each is a member of a compressed file. */
static void
write_packed(const char *name, const char *more)
{
	char sink[128];
	const struct wt_options options = {.fields = "user string; n int; x float; ts int;",
		.source_lines = "watermark none;",
		.sink = sink,
		.keep = true};
	struct wt_rig *rig;

	snprintf(sink, sizeof sink, "file { path %s/%s; %s }", folder, name, more);
	rig = wt_rig_with(&options);
	for (int i = 0; i < INPUT_ROWS; i++) {
		wt_pushf(rig, "{\"user\":\"%s\",\"n\":%d,\"x\":%d,\"ts\":%d}", name, i, i % 31,
			i * 7);
		if (i % 1700 == 0)
			wt_checkpoint(rig);
	}
	end_well(rig);
	wt_free(rig);
}

static void
write_inputs(const char *source)
{
	for (int k = 0; k < 2; k++) {
		FILE *file = open_file(k == 0 ? "a.ndjson" : "b.ndjson", "w");

		for (int i = 0; i < INPUT_ROWS - k * 900; i++)
			put_line(file, i);
		ck_assert_int_eq(fclose(file), 0);
	}
	if (strstr(source, "c.gz") != NULL)
		write_packed("c.gz", "");
	if (strstr(source, "c.zst") != NULL)
		write_packed("c.zst", "");
	if (strstr(source, "c.lz4") != NULL)
		write_packed("c.lz4", "");
	if (strstr(source, "c.framed") != NULL)
		write_packed("c.framed", "framing varint_delimited;");
}

/* Whether a row is late shows where its source's time stands. */
static struct wt_rig *
new_source(const char *format, int how)
{
	char source[512];
	const struct wt_options options = {.source = source,
		.lines = "window out1 { from in; tumbling 1s; late_to out2; aggregate n = "
			 "count(); }",
		.keep = how != UNDISTURBED,
		.paced = strstr(format, "follow") == NULL};

	ck_assert_int_lt(snprintf(source, sizeof source, format, folder), (int)sizeof source);
	return wt_rig_with(&options);
}

static struct wt_rig *
run_source(const char *source, int how, uint32_t *steps)
{
	struct wt_rig *rig = new_source(source, how);

	for (*steps = 0; wt_step(rig); ++*steps)
		disturb(rig, how);
	end_well(rig);
	return rig;
}

static void
try_source(const char *source, int how)
{
	struct wt_rig *rig, *other;
	uint32_t steps;

	make_folder();
	write_inputs(source);
	rig = run_source(source, UNDISTURBED, &steps);
	other = run_source(source, how, &steps);
	ck_assert_msg(steps >= (strncmp(source, "values", 6) == 0 ? 1 : 3),
		"%s: %u batches are too few to show anything", source, steps);
	compare(source, how, rig, other, 3);
	remove_folder();
}

START_TEST(of_a_source_a_snapshot_changes_nothing)
{
	try_source(sources[_i], SAVED);
}
END_TEST

START_TEST(a_source_goes_on_as_if_there_had_been_no_end)
{
	try_source(sources[_i], RESTARTED);
}
END_TEST

static void
rename_file(const char *from, const char *to)
{
	char old[128], new[128];

	snprintf(old, sizeof old, "%s/%s", folder, from);
	snprintf(new, sizeof new, "%s/%s", folder, to);
	ck_assert_int_eq(rename(old, new), 0);
}

/* What was written comes when the source has been told of it. */
static void
await(struct wt_rig *rig, uint32_t rows)
{
	time_t end = time(NULL) + 60;

	while (wt_count(rig, 0) < rows) {
		sched_yield();
		ck_assert_msg(time(NULL) < end, "%u rows, not %u", wt_count(rig, 0), rows);
	}
}

/* A log that grows, and is rotated thrice. */
static struct wt_rig *
run_follow(int how)
{
	struct wt_rig *rig;
	uint32_t rows = 0;

	make_folder();
	fclose(open_file("x.log", "w"));
	rig = new_source("file { path %1$s/x.log; follow on; " LINES TIME " }", how);
	for (int i = 0; i < 40; i++) {
		FILE *file;

		if (i % 10 == 9) {
			if (i > 9)
				rename_file("x.log.1", "x.log.2");
			rename_file("x.log", "x.log.1");
		}
		file = open_file("x.log", "a");
		for (int k = 0; k <= i % 4; k++)
			put_line(file, (int)rows++);
		ck_assert_int_eq(fclose(file), 0);
		await(rig, rows);
		disturb(rig, how);
	}
	ck_assert_int_eq(wt_stop(rig), 0);
	remove_folder();
	return rig;
}

START_TEST(a_followed_file_goes_on_as_if_there_had_been_no_end)
{
	compare("follow", _i, run_follow(UNDISTURBED), run_follow(_i), 100);
}
END_TEST

/* Sinks. */

static struct wt_rig *
read_back(const char *sink)
{
	char source[128];
	const struct wt_options options = {.source = source};
	struct wt_rig *rig;

	snprintf(source, sizeof source, "file { path %s/%s; format line; }", folder,
		strncmp(sink, "check", 5) == 0 ? "stdout" : "out*");
	rig = wt_rig_with(&options);
	end_well(rig);
	return rig;
}

/* What it has written, and on standard output. */
static struct wt_rig *
run_sink(const char *format, int how)
{
	char sink[256], path[128];
	const struct wt_options options = {
		.fields = FIELDS, .sink = sink, .keep = how != UNDISTURBED};
	FILE *out;
	struct wt_rig *rig;
	int real;

	make_folder();
	snprintf(sink, sizeof sink, format, folder);
	snprintf(path, sizeof path, "%s/stdout", folder);
	out = open_file("stdout", "w");
	fflush(stdout);
	real = dup(STDOUT_FILENO);
	ck_assert_int_ge(dup2(fileno(out), STDOUT_FILENO), 0);
	rig = wt_rig_with(&options);
	push_all(rig, how);
	wt_free(rig);
	ck_assert_int_ge(dup2(real, STDOUT_FILENO), 0);
	close(real);
	fclose(out);
	rig = read_back(sink);
	remove_folder();
	return rig;
}

static void
try_sink(const char *sink, int how)
{
	compare(sink, how, run_sink(sink, UNDISTURBED), run_sink(sink, how),
		strncmp(sink, "check", 5) == 0 ? 2 : ROWS);
}

START_TEST(of_a_sink_a_snapshot_changes_nothing)
{
	try_sink(sinks[_i], SAVED);
}
END_TEST

START_TEST(a_sink_goes_on_as_if_there_had_been_no_end)
{
	try_sink(sinks[_i], RESTARTED);
}
END_TEST

/* All of them. */

static bool
is_listed(const char *word, const char *const *list, int n)
{
	for (int i = 0; i < n; i++)
		if (strncmp(list[i], word, strlen(word)) == 0 &&
			(list[i][strlen(word)] == ' ' || list[i][strlen(word)] == '\0'))
			return true;
	return false;
}

static bool
keeps(const struct weir_operator *op)
{
	return op->snapshot != NULL || wr_operator_needs(op, "weir.table/1") ||
	       wr_operator_needs(op, "weir.rows/1") || wr_operator_needs(op, "weir.timer/1") ||
	       (op->flags & (WEIR_REPLAYABLE | WEIR_TWO_PHASE)) != 0;
}

/* Those beside the base, which a conf loads. */
static void
load_modules(struct wt_host *host)
{
	struct wr_arena arena = {0};
	struct weir_err err = {0};
	char dir[PATH_MAX], file[PATH_MAX], **paths;

	wt_build_path(dir, sizeof dir, "plugins/modules");
	for (int i = 0, n = wr_plugins_list(dir, &arena, &paths, &err); i < n; i++) {
		snprintf(file, sizeof file, "plugins/modules%s", strrchr(paths[i], '/'));
		wt_host_load(host, file);
	}
	wr_arena_fini(&arena);
}

static void
all_are_listed(struct wt_host *host, uint32_t kind, const char *const *list, int n)
{
	const struct wr_offer *offers;
	size_t n_offers;

	offers = wr_plugins_offers(wt_host_plugins(host), kind, &n_offers);
	ck_assert_uint_gt(n_offers, 3);
	for (size_t i = 0; i < n_offers; i++) {
		const struct weir_operator *op = offers[i].desc;

		if (keeps(op) && !is_listed(op->name, elsewhere, 1))
			ck_assert_msg(
				is_listed(op->name, list, n), "%s is not among the laws", op->name);
	}
}

START_TEST(every_operator_that_keeps_something_is_here)
{
	struct wt_host *host = wt_host_new(NULL, true);

	load_modules(host);
	all_are_listed(host, WEIR_TRANSFORM, transforms, TRANSFORMS);
	all_are_listed(host, WEIR_SOURCE, sources, SOURCES);
	all_are_listed(host, WEIR_SINK, sinks, SINKS);
	wt_host_free(host);
}
END_TEST

START_TEST(every_aggregate_is_here)
{
	struct wt_host *host = wt_host_new(NULL, true);
	size_t n;
	const struct wr_offer *offers =
		wr_plugins_offers(wt_host_plugins(host), WR_OFFER_AGGREGATE, &n);

	ck_assert_uint_gt(n, 5);
	for (size_t i = 0; i < n; i++) {
		char call[64];
		bool is_called = false;

		snprintf(call, sizeof call, " = %s(", offers[i].name);
		for (int op = 0; op < TRANSFORMS; op++)
			is_called = is_called || strstr(transforms[op], call) != NULL;
		ck_assert_msg(is_called, "%s is not among the laws", offers[i].name);
	}
	wt_host_free(host);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("laws");
	TCase *tcase = tcase_create("laws");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 100);
	tcase_add_loop_test(tcase, of_a_transform_a_snapshot_changes_nothing, 0, TRANSFORMS);
	tcase_add_loop_test(tcase, a_transform_goes_on_as_if_there_had_been_no_end, 0, TRANSFORMS);
	tcase_add_loop_test(tcase, of_a_source_a_snapshot_changes_nothing, 0, SOURCES);
	tcase_add_loop_test(tcase, a_source_goes_on_as_if_there_had_been_no_end, 0, SOURCES);
	tcase_add_loop_test(
		tcase, a_followed_file_goes_on_as_if_there_had_been_no_end, SAVED, RESTARTED + 1);
	tcase_add_loop_test(tcase, of_a_sink_a_snapshot_changes_nothing, 0, SINKS);
	tcase_add_loop_test(tcase, a_sink_goes_on_as_if_there_had_been_no_end, 0, SINKS);
	tcase_add_test(tcase, every_operator_that_keeps_something_is_here);
	tcase_add_test(tcase, every_aggregate_is_here);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
