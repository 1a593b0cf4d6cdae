/* SPDX-License-Identifier: Apache-2.0 */
/* dedupe: of rows of a key near each other the first goes on, in batches, late, and after a
 * restart. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"
#include "host.h"
#include "rig.h"
#include "tap.h"

#define FIELDS "user string; n int; ts timestamp ms;"

enum { ROWS = 4000, USERS = 7, WITHIN_MS = 300 };

/* What was pushed, and what should become of it: 1 goes on, 2 is a duplicate. */
struct model {
	int ts[ROWS], user[ROWS];
	char want[ROWS];
};

static struct model model;

/* Rows whose times mostly rise, a few far behind; within 0: for ever. */
static void
make_model(int within)
{
	unsigned random = 4711;
	int now = 1000;

	for (int n = 0; n < ROWS; n++) {
		random = random * 1103515245u + 12345u;
		now += (int)(random >> 16 & 63);
		model.ts[n] = now - (random >> 22 & 7 ? 0 : (int)(random >> 25) * 8);
		model.user[n] = (int)((random >> 8) % USERS);
		model.want[n] = 1;
		for (int k = n - 1; k >= 0 && model.want[n] == 1; k--)
			if (model.want[k] == 1 && model.user[k] == model.user[n] &&
				(within == 0 || abs(model.ts[k] - model.ts[n]) <= within))
				model.want[n] = 2;
	}
}

static int
number_of(const char *row)
{
	int n = -1;

	ck_assert_int_eq(sscanf(strstr(row, "\"n\":"), "\"n\":%d", &n), 1);
	ck_assert(n >= 0 && n < ROWS);
	return n;
}

static void
take(struct wt_rig *rig, uint32_t port, char mark, char *got)
{
	const char *row;

	while ((row = wt_pop(rig, port)) != NULL) {
		int n = number_of(row);

		ck_assert_int_eq(got[n], 0);
		got[n] = mark;
	}
}

static void
check_model(struct wt_rig *rig)
{
	char got[ROWS] = {0};
	uint32_t duplicates = 0;

	for (int n = 0; n < ROWS; n++) {
		wt_pushf(rig, "{\"user\":\"u%d\",\"n\":%d,\"ts\":%d}", model.user[n], n,
			model.ts[n]);
		/* None is late: they come up to 1024 ms out of order. */
		if (n % 500 == 499)
			wt_watermark_ms(rig, model.ts[n] - 2100);
	}
	take(rig, 0, 1, got);
	take(rig, 1, 2, got);
	for (int n = 0; n < ROWS; n++)
		duplicates += got[n] == 2;
	ck_assert_mem_eq(got, model.want, ROWS);
	ck_assert_uint_gt(duplicates, ROWS / 20);
	ck_assert_uint_eq(wt_counter(rig, "duplicates"), duplicates);
	ck_assert_int_eq(wt_end(rig), 0);
}

START_TEST(of_rows_near_each_other_the_first_goes_on)
{
	const struct wt_options one = {
		.op = "dedupe { key user; within 300ms; duplicates_to out1; }", .fields = FIELDS};
	struct wt_options two = one;

	two.parallelism = 2;
	make_model(WITHIN_MS);
	wt_each(&one, check_model);
	wt_each(&two, check_model);
}
END_TEST

START_TEST(without_within_a_key_goes_on_once)
{
	struct wt_options options = {
		.op = "dedupe { key user, n % 400; duplicates_to out1; }", .fields = FIELDS};

	make_model(0);
	for (int n = 0; n < ROWS; n++) {
		model.want[n] = 1;
		for (int k = n - 400; k >= 0; k -= 400)
			if (model.user[k] == model.user[n])
				model.want[n] = 2;
	}
	wt_each(&options, check_model);
	options.parallelism = 2;
	wt_each(&options, check_model);
}
END_TEST

static uint32_t
push_at(struct wt_rig *rig, const char *user, int64_t ts)
{
	uint32_t before = wt_count(rig, 0);

	wt_pushf(rig, "{\"user\":%s,\"n\":1,\"ts\":%lld}", user, (long long)ts);
	return wt_count(rig, 0) - before;
}

START_TEST(the_end_of_within_belongs_to_it)
{
	struct wt_rig *rig = wt_rig("dedupe { key user; within 2s; }");

	ck_assert_uint_eq(push_at(rig, "\"a\"", 10000), 1);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 10000), 0);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 12000), 0);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 12001), 1);
	/* From that one it counts anew. */
	ck_assert_uint_eq(push_at(rig, "\"a\"", 14001), 0);
	ck_assert_uint_eq(push_at(rig, "\"b\"", 14001), 1);
	ck_assert_uint_eq(push_at(rig, "null", 14001), 1);
	ck_assert_uint_eq(push_at(rig, "null", 14002), 0);
	ck_assert_uint_eq(push_at(rig, "\"\"", 14002), 1);
	wt_free(rig);
}
END_TEST

START_TEST(out_of_order_the_first_is_the_one_that_came_first)
{
	struct wt_rig *rig = wt_rig("dedupe { key user; within 2s; }");

	ck_assert_uint_eq(push_at(rig, "\"a\"", 10000), 1);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 8000), 0);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 7999), 1);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 9000), 0);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 5999), 0);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 5998), 1);
	wt_free(rig);
}
END_TEST

START_TEST(times_at_the_ends_are_times)
{
	struct wt_rig *rig = wt_rig("dedupe { key user; within 876600h; }");

	ck_assert_uint_eq(push_at(rig, "\"a\"", -9000000000000), 1);
	ck_assert_uint_eq(push_at(rig, "\"a\"", -9000000000000), 0);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 9000000000000), 1);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 8999999999999), 0);
	wt_free(rig);
}
END_TEST

START_TEST(what_the_watermark_has_left_behind_is_forgotten)
{
	const struct wt_options options = {
		.op = "dedupe { key user; within 2s; }", .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	ck_assert_uint_eq(push_at(rig, "\"a\"", 10000), 1);
	wt_watermark_ms(rig, 11999);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 12000), 0);
	/* Late, but not too late to be known. */
	ck_assert_uint_eq(push_at(rig, "\"a\"", 10001), 0);
	wt_watermark_ms(rig, 13000);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 10000), 1);
	ck_assert_uint_eq(push_at(rig, "\"a\"", 10000), 1);
	ck_assert_uint_eq(push_at(rig, "\"b\"", 13001), 1);
	ck_assert_uint_eq(push_at(rig, "\"b\"", 11500), 0);
	wt_free(rig);
}
END_TEST

/* Many keys whose time goes by, again and again: what is retired is gone, what is not is there. */
START_TEST(keys_come_and_go)
{
	const struct wt_options options = {
		.op = "dedupe { key n % 1000; within 1s; }", .fields = FIELDS};
	struct wt_rig *rig = wt_rig_with(&options);

	for (int round = 0; round < 20; round++) {
		for (int n = 0; n < 2000; n++)
			wt_pushf(rig, "{\"user\":\"a\",\"n\":%d,\"ts\":%d}", n,
				round * 1001 + n % 1000 / 500);
		wt_watermark_ms(rig, round * 1001);
		ck_assert_uint_eq(wt_count(rig, 0), (uint32_t)(round + 1) * 1000);
	}
	wt_free(rig);
}
END_TEST

START_TEST(a_bad_conf_is_refused)
{
	wt_refuses("dedupe { within 1s; }", "dedupe \"it\" needs \"key\"");
	wt_refuses("dedupe { key user; keep last; within 1s; }", "however old it is");
	wt_refuses("dedupe { key user; within 0s; }", "\"within\" is 0");
	wt_refuses("dedupe { key any; }", "has no equality");
}
END_TEST

/*
 * Lives: each takes rows, is stopped with a checkpoint, and the next one goes on from that, at
 * another parallelism.
 */

static const struct wr_pipeline *
plan_life(struct wt_host *host, struct tap *tap, const char *op, uint32_t parallelism, char *dir)
{
	const struct wr_pipeline *pipeline;
	struct wr_pipeline *durable;
	char text[1024];

	snprintf(text, sizeof text,
		"pipeline p { checkpoint { interval 1h; }"
		"source tap in { at %llu; format json { " FIELDS " } event_time ts; watermark "
		"bounded 3s; }"
		"dedupe it { from in; parallelism %u; key user; %s duplicates_to out1; }"
		"sink tap sink0 { at %llu; port 0; from it; format json; }"
		"sink tap sink1 { at %llu; port 1; from out1; format json; } }",
		(unsigned long long)(uintptr_t)tap, parallelism, op,
		(unsigned long long)(uintptr_t)tap, (unsigned long long)(uintptr_t)tap);
	pipeline = wt_host_plan(host, text, 1);
	ck_assert_msg(pipeline != NULL, "%s", wt_host_problems(host));
	durable = (void *)(uintptr_t)pipeline;
	durable->state_dir = dir;
	return pipeline;
}

static void
live(struct wt_host *host, const struct wr_pipeline *pipeline, uint32_t n)
{
	struct weir_err err = {0};
	struct wr_op_status status = {0};
	struct wr_run *run = wr_run_new(pipeline, NULL, &err);

	ck_assert_msg(run != NULL, "%s", err.text);
	ck_assert_msg(wr_run_start(run, &err) == 0, "%s", err.text);
	while (status.records < n) {
		sched_yield();
		wr_run_status(run, wt_host_op(host, "in"), &status);
	}
	wr_run_stop(run, WR_STOP_GRACEFUL);
	ck_assert_msg(wr_run_wait(run, &err) == 0, "%s", err.text);
	wr_run_free(run);
}

static void
take_all(const struct tap_texts *out, char mark, char *got)
{
	for (uint32_t i = 0; i < out->n; i++) {
		int n = number_of(out->v[i] + 1);

		ck_assert_int_eq(got[n], 0);
		got[n] = mark;
	}
}

static void
many_lives(const char *op, uint32_t batch)
{
	struct tap tap = {.batch = batch};
	char got[ROWS] = {0}, top[] = "/tmp/weir-dedupe-XXXXXX", dir[64], command[64];
	unsigned random = batch;
	uint32_t n_lives = 0;

	ck_assert_ptr_nonnull(mkdtemp(top));
	snprintf(dir, sizeof dir, "%s/p", top);
	for (int n = 0; n < ROWS; n_lives++) {
		struct wt_host *host = wt_host_new(&tap_plugin, true);
		int from = n, to;

		random = random * 1103515245u + 12345u;
		to = n + 1 + (int)(random >> 16) % 400;
		for (; n < to && n < ROWS; n++) {
			char row[96];

			snprintf(row, sizeof row, "{\"user\":\"u%d\",\"n\":%d,\"ts\":%d}",
				model.user[n], n, model.ts[n]);
			tap_add(&tap.in, 0, row, strlen(row));
		}
		live(host, plan_life(host, &tap, op, 1 + n_lives % 3, dir), (uint32_t)(n - from));
		wt_host_free(host);
	}
	ck_assert_uint_gt(n_lives, 10);
	take_all(&tap.out[0], 1, got);
	take_all(&tap.out[1], 2, got);
	ck_assert_mem_eq(got, model.want, ROWS);
	tap_fini(&tap);
	snprintf(command, sizeof command, "rm -r %s", top);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(a_restart_makes_no_difference)
{
	make_model(WITHIN_MS);
	many_lives("within 300ms;", 1);
	many_lives("within 300ms;", 100);
}
END_TEST

START_TEST(for_ever_outlives_a_restart)
{
	make_model(0);
	many_lives("", 100);
}
END_TEST

static void
newest(struct wt_rig *rig)
{
	wt_push(rig, "{\"user\":\"ann\",\"n\":1,\"ts\":2000}");
	wt_settle(rig);
	wt_push(rig, "{\"user\":\"ann\",\"n\":2,\"ts\":1000}");
	wt_settle(rig);
	wt_push(rig, "{\"user\":\"ann\",\"n\":3,\"ts\":2000}");
	wt_push(rig, "{\"user\":\"bob\",\"n\":4,\"ts\":0}");
	wt_settle(rig);
}

START_TEST(the_last_row_amends_the_one_before_it)
{
	struct wt_rig *rig = wt_rig_with(
		&(struct wt_options){.op = "dedupe { key user; keep last; duplicates_to out1; }",
			.fields = "user string; n int; ts timestamp ms;",
			.lines = "map out2 { from it; changes_as change; remove ts; }"});

	newest(rig);
	wt_expect(rig, 2, "{\"user\":\"ann\",\"n\":1,\"change\":\"insert\"}");
	wt_expect(rig, 2, "{\"user\":\"ann\",\"n\":3,\"change\":\"update\"}");
	wt_expect(rig, 2, "{\"user\":\"bob\",\"n\":4,\"change\":\"insert\"}");
	wt_expect_none(rig, 2);
	wt_expect(rig, 1, "{\"user\":\"ann\",\"n\":2,\"ts\":\"1970-01-01T00:00:01Z\"}");
	wt_expect_none(rig, 1);
	ck_assert_uint_eq(wt_counter(rig, "duplicates"), 1);
	wt_free(rig);
}
END_TEST

START_TEST(or_goes_on_at_the_end)
{
	struct wt_rig *rig =
		wt_rig_with(&(struct wt_options){.op = "dedupe { key user; keep last; emit end; }",
			.fields = "user string; n int; ts timestamp ms;"});

	newest(rig);
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0, "{\"user\":\"ann\",\"n\":3,\"ts\":\"1970-01-01T00:00:02Z\"}");
	wt_expect(rig, 0, "{\"user\":\"bob\",\"n\":4,\"ts\":\"1970-01-01T00:00:00Z\"}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

/* Columns of ints beside the others, so that they are more than sixteen. */
#define MORE_INTS                                                                                  \
	"n0 int; n1 int; n2 int; n3 int; n4 int; n5 int; n6 int; n7 int; n8 int; n9 int; "         \
	"n10 int; n11 int; n12 int; "

enum { MORE = 13 };

static size_t
add_more_ints(char *row, size_t size, int i)
{
	size_t len = 0;

	for (int k = 0; k < MORE; k++) {
		len += (size_t)snprintf(row + len, size - len, "\"n%d\":", k);
		len += (size_t)snprintf(row + len, size - len, (i + k) % 9 == 8 ? "null," : "%lld,",
			(long long)(k - 6) << (i + k) % 50);
	}
	return len;
}

/* Row i of those whose values are at the ends of what a row has so many bytes for. */
static void
row_at_ends(char *row, size_t size, int i)
{
	static const int lengths[] = {0, 1, 7, 8, 9, 12, 13, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96,
		127, 128, 129, 254, 255, 256, 70000};
	const uint64_t one = UINT64_C(1) << (i < 128 ? i / 2 : 63), end = one - (i & 1);
	const int len = lengths[i % (int)(sizeof lengths / sizeof *lengths)];
	static char text[70001], more[1000];
	char mine[32], less[32];

	for (int k = 0; k < len; k++)
		text[k] = (char)('a' + (k + i) % 23);
	text[len] = '\0';
	add_more_ints(more, sizeof more, i);
	snprintf(mine, sizeof mine, "%lld", (long long)end);
	snprintf(less, sizeof less, "%lld", (long long)(0 - end));
	snprintf(row, size,
		"{\"id\":%d,\"a\":%s,\"b\":%s,%s\"f\":%s,\"yes\":%s,\"text\":%s%s%s,\"last\":\"%.*"
		"s\","
		"\"other\":\"%04d-02-03T04:05:06.%06dZ\",\"ts\":\"20%02d-01-01T00:00:00Z\"}",
		i, i % 7 == 6 ? "null" : mine, i % 5 == 4 ? "null" : less, more,
		i % 3 == 2 ? "null" : "-1.5e+300", i & 4 ? "true" : "false",
		i % 11 == 10 ? "" : "\"", i % 11 == 10 ? "null" : text, i % 11 == 10 ? "" : "\"",
		i % 40, text, 1700 + 5 * i, i + 1, i % 80);
}

START_TEST(rows_are_kept_as_they_came)
{
	enum { N = 132 };
	static char row[80000];
	struct wt_rig *rig = wt_rig_with(&(struct wt_options){
		.op = "dedupe { key id; keep last; emit end; }",
		.fields = "id int; a int; b int; " MORE_INTS "f float; yes bool; text string; "
			  "last string; other timestamp; ts timestamp;"});

	for (int i = 0; i < N; i++) {
		row_at_ends(row, sizeof row, i);
		wt_push(rig, row);
	}
	ck_assert_int_eq(wt_end(rig), 0);
	for (int i = 0; i < N; i++) {
		row_at_ends(row, sizeof row, i);
		wt_expect(rig, 0, row);
	}
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		of_rows_near_each_other_the_first_goes_on,
		without_within_a_key_goes_on_once,
		the_end_of_within_belongs_to_it,
		out_of_order_the_first_is_the_one_that_came_first,
		times_at_the_ends_are_times,
		what_the_watermark_has_left_behind_is_forgotten,
		keys_come_and_go,
		a_bad_conf_is_refused,
		a_restart_makes_no_difference,
		for_ever_outlives_a_restart,
		the_last_row_amends_the_one_before_it,
		or_goes_on_at_the_end,
		rows_are_kept_as_they_came,
	};

	return WT_MAIN("dedupe", tests);
}
