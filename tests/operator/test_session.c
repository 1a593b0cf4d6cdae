/* SPDX-License-Identifier: Apache-2.0 */
/* window: sessions, which rows open, prolong and join, in whatever order and batches they come. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define FIELDS "user string; n int; ts timestamp ms;"

enum { ROWS = 5000, USERS = 40, GAP_MS = 1000, LATE_MS = 3000 };

struct row {
	int user, n, ts;
};

static void
push(struct wt_rig *rig, const char *user, int n, int ts)
{
	wt_pushf(rig, "{\"user\":\"%s\",\"n\":%d,\"ts\":%d}", user, n, ts);
}

#define SESSION(directives)                                                                        \
	"window { " directives " session 10s; aggregate n = count(), s = sum(n); }"

static struct wt_rig *
rig_of(const char *op)
{
	const struct wt_options options = {.op = op, .fields = FIELDS};

	return wt_rig_with(&options);
}

START_TEST(a_session_ends_a_gap_after_its_last_row)
{
	struct wt_rig *rig = rig_of(SESSION("key user;"));

	push(rig, "ann", 1, 1000);
	push(rig, "ann", 2, 11000); /* the gap belongs to the session */
	push(rig, "bob", 4, 5000);
	push(rig, "ann", 8, 21001);
	wt_watermark_ms(rig, 15000);
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 15001);
	wt_expect(rig, 0,
		"{\"user\":\"bob\",\"window_start\":\"1970-01-01T00:00:05Z\",\"window_end\":\"1970-"
		"01-"
		"01T00:00:15Z\",\"n\":1,\"s\":4}");
	wt_watermark_ms(rig, 21001);
	wt_expect(rig, 0,
		"{\"user\":\"ann\",\"window_start\":\"1970-01-01T00:00:01Z\",\"window_end\":\"1970-"
		"01-"
		"01T00:00:21Z\",\"n\":2,\"s\":3}");
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0,
		"{\"user\":\"ann\",\"window_start\":\"1970-01-01T00:00:21.001Z\",\"window_end\":"
		"\"1970-01-01T00:00:31.001Z\",\"n\":1,\"s\":8}");
	wt_free(rig);
}
END_TEST

static void
bridged(struct wt_rig *rig)
{
	push(rig, "ann", 1, 10000);
	push(rig, "ann", 2, 30000);
	push(rig, "ann", 4, 50000);
	push(rig, "ann", 8, 40000); /* joins the second and the third */
	push(rig, "ann", 16, 20000); /* and the first with them */
	push(rig, "ann", 32, 5000); /* begins it earlier */
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0,
		"{\"user\":\"ann\",\"window_start\":\"1970-01-01T00:00:05Z\",\"window_end\":\"1970-"
		"01-"
		"01T00:01:00Z\",\"n\":6,\"s\":63}");
	wt_expect_none(rig, 0);
}

START_TEST(a_row_joins_what_lies_within_the_gap_on_either_side)
{
	struct wt_options options = {.op = SESSION("key user;"), .fields = FIELDS};

	wt_each(&options, bridged);
}
END_TEST

START_TEST(a_late_row_counts_where_a_session_is_open)
{
	struct wt_rig *rig = rig_of(SESSION("key user; late_to out1;"));

	push(rig, "ann", 1, 30000);
	wt_watermark_ms(rig, 35000);
	push(rig, "ann", 2, 21000); /* late by itself, but its session is open */
	push(rig, "bob", 4, 21000);
	wt_expect(rig, 1, "{\"user\":\"bob\",\"n\":4,\"ts\":\"1970-01-01T00:00:21Z\"}");
	ck_assert_uint_eq(wt_counter(rig, "late_rows"), 1);
	push(rig, "bob", 8, 26000); /* not late: its session would still be open */
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0,
		"{\"user\":\"bob\",\"window_start\":\"1970-01-01T00:00:26Z\",\"window_end\":\"1970-"
		"01-"
		"01T00:00:36Z\",\"n\":1,\"s\":8}");
	wt_expect(rig, 0,
		"{\"user\":\"ann\",\"window_start\":\"1970-01-01T00:00:21Z\",\"window_end\":\"1970-"
		"01-"
		"01T00:00:40Z\",\"n\":2,\"s\":3}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(without_a_key_all_rows_are_one_session)
{
	struct wt_rig *rig = rig_of(SESSION(""));

	push(rig, "ann", 1, 1000);
	push(rig, "bob", 2, 9000);
	push(rig, "cid", 4, 15000);
	push(rig, "ann", 8, 60000);
	wt_watermark_ms(rig, 26000);
	wt_expect(rig, 0,
		"{\"window_start\":\"1970-01-01T00:00:01Z\",\"window_end\":\"1970-01-01T00:00:"
		"25Z\","
		"\"n\":3,\"s\":7}");
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0,
		"{\"window_start\":\"1970-01-01T00:01:00Z\",\"window_end\":\"1970-01-01T00:01:"
		"10Z\","
		"\"n\":1,\"s\":8}");
	wt_free(rig);
}
END_TEST

static int
by_user_and_time(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	return a->user != b->user ? a->user - b->user : a->ts - b->ts;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct row model[ROWS];
static int longest_ms; /* of a session; 0: as long as it lasts */

/* Where a session that begins here ends at the latest: at the last eighth within its length. */
static int
cut_of(int start)
{
	int cell = longest_ms / 8;

	return longest_ms == 0 ? INT_MAX : (start + longest_ms) / cell * cell;
}

/* Times are below an hour. */
static void
put_time(char text[40], int ms)
{
	int n = snprintf(text, 40, "1970-01-01T00:%02d:%02d", ms / 60000, ms / 1000 % 60);

	if (ms % 1000 != 0)
		n += snprintf(text + n, 40 - (size_t)n, ".%03d", ms % 1000);
	snprintf(text + n, 40 - (size_t)n, "Z");
}

/* The sessions of the model as lines, sorted; gives how many. */
static uint32_t
want_sessions(char **want)
{
	static struct row sorted[ROWS];
	uint32_t n = 0;

	memcpy(sorted, model, sizeof model);
	qsort(sorted, ROWS, sizeof sorted[0], by_user_and_time);
	for (int i = 0; i < ROWS;) {
		char start[40], end[40];
		int from = i, sum = 0;

		do
			sum += sorted[i++].n;
		while (i < ROWS && sorted[i].user == sorted[from].user &&
			sorted[i].ts - sorted[i - 1].ts <= GAP_MS &&
			sorted[i].ts < cut_of(sorted[from].ts));
		put_time(start, sorted[from].ts);
		put_time(end, sorted[i - 1].ts + GAP_MS);
		want[n] = malloc(200);
		snprintf(want[n++], 200,
			"{\"u\":%d,\"window_start\":\"%s\",\"window_end\":\"%s\",\"s\":%d,\"n\":%"
			"d}",
			sorted[from].user, start, end, sum, i - from);
	}
	qsort(want, n, sizeof want[0], by_text);
	return n;
}

static void
random_rows(struct wt_rig *rig)
{
	static char *want[ROWS], *have[ROWS];
	uint32_t n = want_sessions(want), n_have = 0;
	const char *row;

	for (int i = 0; i < ROWS; i++) {
		wt_pushf(rig, "{\"u\":%d,\"n\":%d,\"ts\":%d}", model[i].user, model[i].n,
			model[i].ts);
		if (i % 700 == 699)
			wt_watermark_ms(rig, model[i].ts - 2 * LATE_MS);
	}
	ck_assert_int_eq(wt_end(rig), 0);
	while ((row = wt_pop(rig, 0)) != NULL) {
		ck_assert_uint_lt(n_have, ROWS);
		have[n_have++] = strdup(row);
	}
	qsort(have, n_have, sizeof have[0], by_text);
	ck_assert_uint_eq(n_have, n);
	for (uint32_t i = 0; i < n; i++) {
		ck_assert_str_eq(have[i], want[i]);
		free(have[i]);
		free(want[i]);
	}
}

static void
makes_no_difference(const char *op, int step)
{
	struct wt_options options = {.op = op, .fields = "u int; n int; ts timestamp ms;"};
	unsigned random = 31;
	int now = 1000000;

	for (int i = 0; i < ROWS; i++) {
		random = random * 1103515245u + 12345u;
		now += (int)(random >> 16 & 63) % step;
		model[i] = (struct row){
			(int)((random >> 8) % USERS), i, now - (int)((random >> 4) % LATE_MS)};
	}
	wt_each(&options, random_rows);
}

/* In one batch: keys are told apart without the table. */
START_TEST(keys_are_equal_if_all_their_values_are)
{
	static const char *const keys[] = {"\"user\":null,\"x\":0", "\"user\":\"\",\"x\":0",
		"\"user\":\"more than twelve bytes\",\"x\":null",
		"\"user\":\"more than twelve bites\",\"x\":null", "\"user\":null,\"x\":-0.0",
		"\"user\":null,\"x\":1.5", "\"user\":\"more than twelve bytes\",\"x\":null"};
	static const struct {
		const char *key, *n;
	} want[] = {{"\"user\":null,\"x\":0", "2"}, {"\"user\":\"\",\"x\":0", "1"},
		{"\"user\":\"more than twelve bytes\",\"x\":null", "2"},
		{"\"user\":\"more than twelve bites\",\"x\":null", "1"},
		{"\"user\":null,\"x\":1.5", "1"}};
	const struct wt_options options = {
		.op = "window { key user, x; session 1s; aggregate n = count(); }",
		.fields = "user string; x float; ts timestamp ms;"};
	struct wt_rig *rig = wt_rig_with(&options);
	char all[4000] = "", row[200];
	const char *out;
	size_t n = 0;

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		wt_pushf(rig, "{%s,\"ts\":1}", keys[i]);
	ck_assert_int_eq(wt_end(rig), 0);
	for (; (out = wt_pop(rig, 0)) != NULL; n++)
		strncat(all, out, sizeof all - strlen(all) - 1);
	ck_assert_uint_eq(n, sizeof want / sizeof want[0]);
	for (size_t i = 0; i < n; i++) {
		snprintf(row, sizeof row,
			"{%s,\"window_start\":\"1970-01-01T00:00:00.001Z\","
			"\"window_end\":\"1970-01-01T00:00:01.001Z\",\"n\":%s}",
			want[i].key, want[i].n);
		ck_assert_msg(strstr(all, row) != NULL, "%s in %s", row, all);
	}
	wt_free(rig);
}
END_TEST

START_TEST(it_makes_no_difference_how_rows_come)
{
	makes_no_difference("window { key u; session 1s; aggregate s = sum(n), n = count(); }", 64);
}
END_TEST

START_TEST(sessions_that_last_are_cut_wherever_rows_come_from)
{
	longest_ms = 4000;
	makes_no_difference("window { key u; session 1s; max_duration 4s; aggregate s = sum(n), n "
			    "= count(); }",
		20);
}
END_TEST

START_TEST(a_session_that_does_not_end_goes_out_after_its_longest_time)
{
	struct wt_rig *rig = rig_of(SESSION("key user; max_duration 40s;"));

	for (int second = 3; second < 63; second += 5)
		push(rig, "ann", 1, 1000 * second);
	wt_watermark_ms(rig, 48000);
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 48001); /* 38 s is its last row: 40 s is where a cell begins */
	wt_expect(rig, 0,
		"{\"user\":\"ann\",\"window_start\":\"1970-01-01T00:00:03Z\",\"window_end\":\"1970-"
		"01-01T00:00:48Z\",\"n\":8,\"s\":8}");
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0,
		"{\"user\":\"ann\",\"window_start\":\"1970-01-01T00:00:43Z\",\"window_end\":\"1970-"
		"01-01T00:01:08Z\",\"n\":4,\"s\":4}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(mistakes_are_refused_by_name)
{
	wt_refuses("window { session 1s; tumbling 1s; aggregate n = count(); }",
		"\"tumbling\", \"hopping\", \"session\", \"cumulate\", \"count\" and \"global\" "
		"exclude each other");
	wt_refuses("window { session 1s; max_duration 5s; allowed_lateness 1s; aggregate n = "
		   "count(); }",
		"where \"max_duration\" cuts a session is known when that is over");
	wt_refuses("window { session 10s; max_duration 5s; aggregate n = count(); }",
		"\"max_duration\" is shorter than the gap");
	wt_refuses("window { session 10s; max_duration 1m; trigger count 3; aggregate n = "
		   "count(); }",
		"where \"max_duration\" cuts a session is known when that is over");
	wt_refuses("window { session 1us; aggregate n = count(); }", "\"session\"");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_session_ends_a_gap_after_its_last_row,
		a_row_joins_what_lies_within_the_gap_on_either_side,
		a_late_row_counts_where_a_session_is_open,
		without_a_key_all_rows_are_one_session,
		keys_are_equal_if_all_their_values_are,
		it_makes_no_difference_how_rows_come,
		sessions_that_last_are_cut_wherever_rows_come_from,
		a_session_that_does_not_end_goes_out_after_its_longest_time,
		mistakes_are_refused_by_name,
	};

	return WT_MAIN("session", tests);
}
