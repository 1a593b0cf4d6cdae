/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for every operator that keeps something: going on from a snapshot is as if there had
 * been no end, and a snapshot changes nothing of what follows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/plugin.h"
#include "host.h"
#include "rig.h"

#define FIELDS "user string; n int; x float; ts timestamp ms;"

enum { ROWS = 150, MOST = 5, MOST_ROWS = 2000 };

/*
 * Each as it is kept in another way, every aggregate among them.  Those that keep nothing but a
 * source's position are not here, nor is the sink `check`, which shows what it keeps at its end
 * only (tests/crash/kill.py).
 */
static const char *const operators[] = {
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
	"dedupe { key user, n % 3; within 900ms; duplicates_to out1; }",
	"dedupe { key n; }",
	"dedupe { key user; keep last; duplicates_to out1; }",
	"keeper { }",
	"sample { rate 1/3; }",
	"sample { rate 1/2; key user; }",
	"throttle { key user; rate 3/500ms; exceed to out1; }",
	"throttle { rate 5/400ms; time processing; }",
	"top { key user; order_by n desc; limit 2; rank place; }",
	"top { key user; order_by x; limit 3; tumbling 1s; late_to out1; }",
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
enum { OPERATORS = sizeof operators / sizeof operators[0] };

enum { UNDISTURBED, SAVED, RESTARTED };

static void
step(struct wt_rig *rig, int how)
{
	wt_settle(rig);
	if (how == SAVED)
		wt_checkpoint(rig);
	else if (how == RESTARTED)
		wt_restart(rig);
}

/* Batches of 1 .. MOST rows, with late ones among them, and time that goes on. */
static struct wt_rig *
run(const char *op, int how)
{
	const struct wt_options options = {.op = op,
		.fields = FIELDS,
		.module = "tests/fixtures/keeper_1.so",
		.keep = how != UNDISTURBED};
	struct wt_rig *rig = wt_rig_with(&options);
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
	wt_watermark_ms(rig, now + 5000);
	return rig;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All rows of an output.  Those that a window gives at once have no order. */
static uint32_t
rows_of(struct wt_rig *rig, uint32_t port, bool sorted, const char *rows[MOST_ROWS])
{
	uint32_t n = 0;

	while (n < MOST_ROWS && (rows[n] = wt_pop(rig, port)) != NULL)
		n++;
	ck_assert_uint_lt(n, MOST_ROWS);
	if (sorted)
		qsort(rows, n, sizeof *rows, by_text);
	return n;
}

static void
is_the_same(const char *op, int how)
{
	bool sorted = strncmp(op, "window", 6) == 0 || strstr(op, "tumbling") != NULL;
	struct wt_rig *rig = run(op, UNDISTURBED), *other = run(op, how);
	const char *want[MOST_ROWS], *got[MOST_ROWS];

	ck_assert_msg(wt_count(rig, 0) > 5, "%s: too few rows to show anything", op);
	for (uint32_t port = 0; port < 2; port++) {
		uint32_t n = rows_of(rig, port, sorted, want);

		ck_assert_uint_eq(rows_of(other, port, sorted, got), n);
		for (uint32_t i = 0; i < n; i++)
			ck_assert_msg(strcmp(want[i], got[i]) == 0,
				"%s, %s: output %u has %s where %s should be", op,
				how == SAVED ? "saved" : "restarted", port, got[i], want[i]);
	}
	wt_free(rig);
	wt_free(other);
}

START_TEST(a_snapshot_changes_nothing)
{
	is_the_same(operators[_i], SAVED);
}
END_TEST

START_TEST(going_on_from_a_snapshot_is_as_if_there_had_been_no_end)
{
	is_the_same(operators[_i], RESTARTED);
}
END_TEST

static bool
is_listed(const char *word)
{
	for (int i = 0; i < OPERATORS; i++)
		if (strncmp(operators[i], word, strlen(word)) == 0 &&
			operators[i][strlen(word)] == ' ')
			return true;
	return false;
}

START_TEST(every_operator_that_keeps_something_is_here)
{
	struct wt_host *host = wt_host_new(NULL, true);
	size_t n;
	const struct wr_offer *offers =
		wr_plugins_offers(wt_host_plugins(host), WEIR_TRANSFORM, &n);

	ck_assert_uint_gt(n, 5);
	for (size_t i = 0; i < n; i++) {
		const struct weir_operator *op = offers[i].desc;

		if (op->snapshot != NULL || wr_operator_needs(op, "weir.table/1") ||
			wr_operator_needs(op, "weir.rows/1") ||
			wr_operator_needs(op, "weir.timer/1"))
			ck_assert_msg(is_listed(op->name), "%s is not among the laws", op->name);
	}
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
		for (int op = 0; op < OPERATORS; op++)
			is_called = is_called || strstr(operators[op], call) != NULL;
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
	tcase_add_loop_test(tcase, a_snapshot_changes_nothing, 0, OPERATORS);
	tcase_add_loop_test(
		tcase, going_on_from_a_snapshot_is_as_if_there_had_been_no_end, 0, OPERATORS);
	tcase_add_test(tcase, every_operator_that_keeps_something_is_here);
	tcase_add_test(tcase, every_aggregate_is_here);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
