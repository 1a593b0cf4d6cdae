/* SPDX-License-Identifier: Apache-2.0 */
/* window: sessions that go out before they are over, and again; what went out is taken back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define FIELDS "user string; n int; ts timestamp ms;"
#define SESSION(words)                                                                             \
	"window { key user; session 10s; " words " aggregate n = count(), s = sum(n); }"

static struct wt_rig *
rig_of(const char *op)
{
	const struct wt_options options = {
		.op = op, .fields = FIELDS, .lines = "map out1 { from it; changes_as change; }"};

	return wt_rig_with(&options);
}

static void
push(struct wt_rig *rig, const char *user, int n, int second)
{
	wt_pushf(rig, "{\"user\":\"%s\",\"n\":%d,\"ts\":%d}", user, n, second * 1000);
}

/* A change, of a session by its seconds. */
static void
put_row(char row[200], const char *change, const char *user, int start, int end, int n, int sum)
{
	snprintf(row, 200,
		"{\"user\":\"%s\",\"window_start\":\"1970-01-01T00:00:%02dZ\","
		"\"window_end\":\"1970-01-01T00:00:%02dZ\",\"n\":%d,\"s\":%d,\"change\":\"%s\"}",
		user, start, end, n, sum, change);
}

static void
expect(struct wt_rig *rig, const char *change, const char *user, int start, int end, int n, int sum)
{
	char row[200];

	put_row(row, change, user, start, end, n, sum);
	wt_expect(rig, 1, row);
}

/* Of ann's sessions those of 10 s and 30 s are taken back, in either order. */
static void
expect_deletes(
	struct wt_rig *rig, int end, int n, int sum, int other_end, int other_n, int other_sum)
{
	const char *first = wt_pop(rig, 1);
	char row[200], other[200];

	put_row(row, "delete", "ann", 10, end, n, sum);
	put_row(other, "delete", "ann", 30, other_end, other_n, other_sum);
	ck_assert_ptr_nonnull(first);
	if (strcmp(first, row) == 0) {
		wt_expect(rig, 1, other);
	} else {
		ck_assert_str_eq(first, other);
		wt_expect(rig, 1, row);
	}
}

static void
each_second_row(struct wt_rig *rig)
{
	push(rig, "ann", 1, 10);
	push(rig, "ann", 2, 12);
	push(rig, "ann", 4, 11);
	push(rig, "ann", 8, 10);
	push(rig, "ann", 16, 20);
	push(rig, "bob", 1, 5);
	expect(rig, "insert", "ann", 10, 22, 2, 3);
	expect(rig, "update", "ann", 10, 22, 4, 15); /* the same window */
	wt_expect_none(rig, 1);
	push(rig, "ann", 32, 1);
	expect(rig, "delete", "ann", 10, 22, 4, 15); /* with the values that it had */
	expect(rig, "insert", "ann", 1, 30, 6, 63);
	wt_watermark_ms(rig, 30001);
	expect(rig, "insert", "bob", 5, 15, 1, 1);
	wt_expect_none(rig, 1); /* ann's has gone out as it is */
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 1);
}

START_TEST(a_session_that_has_grown_takes_back_what_went_out_of_it)
{
	struct wt_options options = {.op = SESSION("trigger count 2;"),
		.fields = FIELDS,
		.lines = "map out1 { from it; changes_as change; }"};

	wt_each(&options, each_second_row);
}
END_TEST

START_TEST(a_row_between_two_sessions_takes_back_both)
{
	struct wt_rig *rig = rig_of(SESSION("trigger count 1;"));

	push(rig, "ann", 1, 10);
	push(rig, "ann", 2, 30);
	push(rig, "bob", 7, 15);
	wt_settle(rig);
	ck_assert_uint_eq(wt_count(rig, 1), 3);
	for (int i = 0; i < 3; i++)
		wt_pop(rig, 1);
	push(rig, "ann", 4, 20);
	expect_deletes(rig, 20, 1, 1, 40, 1, 2);
	expect(rig, "insert", "ann", 10, 40, 3, 7);
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

START_TEST(what_went_out_stands_until_the_session_goes_out_again)
{
	struct wt_rig *rig = rig_of(SESSION("trigger count 2;"));

	push(rig, "ann", 1, 10);
	push(rig, "ann", 2, 11);
	push(rig, "ann", 4, 30);
	push(rig, "ann", 8, 32);
	expect(rig, "insert", "ann", 10, 21, 2, 3);
	expect(rig, "insert", "ann", 30, 42, 2, 12);
	push(rig, "ann", 16, 21);
	wt_expect_none(rig, 1);
	wt_watermark_ms(rig, 42001);
	expect_deletes(rig, 21, 2, 3, 42, 2, 12);
	expect(rig, "insert", "ann", 10, 42, 5, 31);
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

/* Two sessions are over, and rows come that belong to both, or to none of them. */
static void
late_bridge(struct wt_rig *rig)
{
	push(rig, "ann", 1, 10);
	push(rig, "ann", 2, 30);
	wt_watermark_ms(rig, 41000);
	expect(rig, "insert", "ann", 10, 20, 1, 1);
	expect(rig, "insert", "ann", 30, 40, 1, 2);
	push(rig, "ann", 4, 20);
	expect_deletes(rig, 20, 1, 1, 40, 1, 2);
	expect(rig, "insert", "ann", 10, 40, 3, 7);
	push(rig, "ann", 8, 25);
	expect(rig, "update", "ann", 10, 40, 4, 15);
	push(rig, "bob", 16, 20); /* a session of its own, over and not forgotten */
	expect(rig, "insert", "bob", 20, 30, 1, 16);
	push(rig, "ann", 32, 35); /* it goes on: its end is yet to come */
	wt_expect_none(rig, 1);
	wt_watermark_ms(rig, 45001);
	expect(rig, "delete", "ann", 10, 40, 4, 15);
	expect(rig, "insert", "ann", 10, 45, 5, 47);
	wt_watermark_ms(rig, 70001);
	push(rig, "bob", 64, 30);
	wt_expect(rig, 2, "{\"user\":\"bob\",\"n\":64,\"ts\":\"1970-01-01T00:00:30Z\"}");
	push(rig, "ann", 128, 20); /* late by itself, but its session takes rows until 75 */
	expect(rig, "update", "ann", 10, 45, 6, 175);
	wt_watermark_ms(rig, 75001);
	push(rig, "ann", 256, 35);
	wt_expect(rig, 2, "{\"user\":\"ann\",\"n\":256,\"ts\":\"1970-01-01T00:00:35Z\"}");
	ck_assert_uint_eq(wt_counter(rig, "late_rows"), 2);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 1);
}

START_TEST(a_late_row_amends_sessions_that_are_over)
{
	struct wt_options options = {.op = SESSION("allowed_lateness 30s; late_to out2;"),
		.fields = FIELDS,
		.lines = "map out1 { from it; changes_as change; }"};

	wt_each(&options, late_bridge);
}
END_TEST

static void
parts(struct wt_rig *rig)
{
	push(rig, "ann", 1, 10);
	push(rig, "ann", 2, 12);
	push(rig, "ann", 4, 32);
	push(rig, "ann", 8, 33);
	push(rig, "ann", 16, 22); /* joins them */
	push(rig, "ann", 32, 30);
	push(rig, "ann", 64, 30);
	wt_watermark_ms(rig, 43001);
	expect(rig, "insert", "ann", 10, 22, 2, 3);
	expect(rig, "insert", "ann", 32, 43, 2, 12);
	expect(rig, "insert", "ann", 10, 43, 2, 48);
	expect(rig, "insert", "ann", 10, 43, 1, 64);
	wt_expect_none(rig, 1);
	push(rig, "ann", 128, 25);
	expect(rig, "insert", "ann", 10, 43, 1, 128);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 1);
}

START_TEST(discarding_gives_each_row_once_in_the_session_it_then_is_in)
{
	struct wt_options options = {.op = SESSION("trigger count 2; accumulation_mode discarding; "
						   "allowed_lateness 5s;"),
		.fields = FIELDS,
		.lines = "map out1 { from it; changes_as change; }"};

	wt_each(&options, parts);
}
END_TEST

START_TEST(what_has_changed_goes_out_when_time_goes_on)
{
	struct wt_rig *rig = rig_of(SESSION("trigger every 4s; trigger every 7s processing;"));

	push(rig, "ann", 1, 10);
	wt_watermark_ms(rig, 8000);
	wt_expect_none(rig, 1); /* the first says where time begins */
	wt_watermark_ms(rig, 12000);
	expect(rig, "insert", "ann", 10, 20, 1, 1);
	push(rig, "ann", 2, 14);
	wt_watermark_ms(rig, 13000);
	wt_expect_none(rig, 1);
	wt_clock_ms(rig, 7000);
	expect(rig, "delete", "ann", 10, 20, 1, 1);
	expect(rig, "insert", "ann", 10, 24, 2, 3);
	push(rig, "bob", 4, 13);
	wt_watermark_ms(rig, 16000);
	expect(rig, "insert", "bob", 13, 23, 1, 4);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

START_TEST(the_final_result_waits_for_late_rows)
{
	struct wt_rig *rig = rig_of(SESSION("allowed_lateness 20s; emit final;"));

	push(rig, "ann", 1, 10);
	push(rig, "ann", 2, 30);
	wt_watermark_ms(rig, 40000);
	push(rig, "ann", 4, 20);
	push(rig, "bob", 8, 5);
	wt_watermark_ms(rig, 60000);
	wt_expect_none(rig, 1); /* bob's row was late */
	wt_watermark_ms(rig, 60001);
	expect(rig, "insert", "ann", 10, 40, 3, 7);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

/*
 * Random rows: who follows the changes has at all times results of sessions that share no moment,
 * and at the end those that all rows make.
 */
enum { ROWS = 3000, USERS = 12, GAP_MS = 1000, LATE_MS = 3000, STANDING_MAX = 1000 };

static struct row {
	int user, n, ts;
} rows[ROWS];

static struct standing {
	char *text; /* up to the change */
	int user;
	char start[40], end[40];
} standing[STANDING_MAX];
static uint32_t n_standing;
static bool restarts;

static void
make_rows(void)
{
	unsigned random = 77;
	int now = 1000000;

	for (int i = 0; i < ROWS; i++) {
		random = random * 1103515245u + 12345u;
		now += (int)(random >> 16 & 127);
		rows[i] = (struct row){
			(int)((random >> 8) % USERS), i, now - (int)((random >> 4) % LATE_MS)};
	}
}

/* A copy of all text before the change; *change gets what it is. */
static struct standing
parse(const char *text, char *change)
{
	const char *end = strstr(text, ",\"change\":\"");
	struct standing s = {.text = NULL};

	ck_assert_ptr_nonnull(end);
	ck_assert_int_eq(sscanf(text,
				 "{\"u\":%d,\"window_start\":\"%39[^\"]\",\"window_end\":\"%39["
				 "^\"]\"",
				 &s.user, s.start, s.end),
		3);
	*change = end[11];
	s.text = strndup(text, (size_t)(end - text));
	return s;
}

static void
follow(const char *text)
{
	char change;
	struct standing s = parse(text, &change);
	uint32_t i = 0;

	while (i < n_standing &&
		(standing[i].user != s.user || strcmp(standing[i].start, s.start) != 0 ||
			strcmp(standing[i].end, s.end) != 0))
		i++;
	ck_assert_msg((i == n_standing) == (change == 'i'), "%s", text);
	if (change == 'd')
		ck_assert_str_eq(standing[i].text, s.text);
	if (i < n_standing) {
		free(standing[i].text);
		standing[i] = standing[--n_standing];
	}
	if (change == 'd') {
		free(s.text);
		return;
	}
	ck_assert_uint_lt(n_standing, STANDING_MAX);
	standing[n_standing++] = s;
}

static int
by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->ts - y->ts;
}

static void
put_time(char text[40], int ms)
{
	int n = snprintf(text, 40, "1970-01-01T00:%02d:%02d", ms / 60000, ms / 1000 % 60);

	if (ms % 1000 != 0)
		n += snprintf(text + n, 40 - (size_t)n, ".%03d", ms % 1000);
	snprintf(text + n, 40 - (size_t)n, "Z");
}

/* The sessions that the rows of a user make. */
static void
check_user(const struct row *sorted, int user)
{
	struct row first = {0}, last = {0};
	int n = 0, sum = 0;

	for (int i = 0; i <= ROWS; i++) {
		bool is_end = i == ROWS || (n > 0 && sorted[i].ts - last.ts > GAP_MS);
		char start[40], end[40], want[200];
		uint32_t k = 0;

		if (n > 0 && is_end) {
			put_time(start, first.ts);
			put_time(end, last.ts + GAP_MS);
			snprintf(want, sizeof want,
				"{\"u\":%d,\"window_start\":\"%s\",\"window_end\":\"%s\",\"s\":%d,"
				"\"n\":%d",
				user, start, end, sum, n);
			while (k < n_standing && strcmp(standing[k].text, want) != 0)
				k++;
			ck_assert_msg(k < n_standing, "%s is missing", want);
			free(standing[k].text);
			standing[k] = standing[--n_standing];
			n = sum = 0;
		}
		if (i == ROWS || sorted[i].user != user)
			continue;
		first = n == 0 ? sorted[i] : first;
		last = sorted[i];
		sum += sorted[i].n;
		n++;
	}
}

static void
random_rows(struct wt_rig *rig)
{
	struct row sorted[ROWS];
	const char *row;

	n_standing = 0;
	for (int i = 0; i < ROWS; i++) {
		wt_pushf(rig, "{\"u\":%d,\"n\":%d,\"ts\":%d}", rows[i].user, rows[i].n, rows[i].ts);
		if (i % 100 == 99)
			wt_watermark_ms(rig, rows[i].ts - 500);
		if (i % 500 == 450)
			wt_clock_ms(rig, 100);
		if (restarts && i % 331 == 330)
			wt_restart(rig);
	}
	wt_watermark_ms(rig, 10000000);
	ck_assert_uint_eq(wt_counter(rig, "late_rows"), 0);
	while ((row = wt_pop(rig, 1)) != NULL)
		follow(row);
	memcpy(sorted, rows, sizeof rows);
	qsort(sorted, ROWS, sizeof sorted[0], by_time);
	for (int user = 0; user < USERS; user++)
		check_user(sorted, user);
	ck_assert_msg(n_standing == 0, "%s is no session", standing[0].text);
}

#define RANDOM(words)                                                                              \
	"window { key u; session 1s; allowed_lateness 4s; " words                                  \
	" aggregate s = sum(n), n = count(); }"

static const char *const random_windows[] = {
	RANDOM(""),
	RANDOM("trigger count 1;"),
	RANDOM("trigger count 4;"),
	RANDOM("trigger every 700ms; trigger count 7;"),
	RANDOM("trigger every 30ms processing;"),
};
enum { RANDOM_WINDOWS = sizeof random_windows / sizeof random_windows[0] };

START_TEST(who_follows_the_changes_ends_with_the_sessions)
{
	struct wt_options options = {.op = random_windows[_i],
		.fields = "u int; n int; ts timestamp ms;",
		.lines = "map out1 { from it; changes_as change; }"};
	struct wt_rig *rig;

	make_rows();
	wt_each(&options, random_rows);
	for (uint32_t parallelism = 1; parallelism <= 2; parallelism++) {
		options.parallelism = parallelism;
		options.keep = restarts = true;
		rig = wt_rig_with(&options);
		random_rows(rig);
		wt_free(rig);
		restarts = options.keep = false;
		rig = wt_rig_with(&options);
		random_rows(rig);
		wt_free(rig);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("early");
	TCase *tcase = tcase_create("early");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, a_session_that_has_grown_takes_back_what_went_out_of_it);
	tcase_add_test(tcase, a_row_between_two_sessions_takes_back_both);
	tcase_add_test(tcase, what_went_out_stands_until_the_session_goes_out_again);
	tcase_add_test(tcase, a_late_row_amends_sessions_that_are_over);
	tcase_add_test(tcase, discarding_gives_each_row_once_in_the_session_it_then_is_in);
	tcase_add_test(tcase, what_has_changed_goes_out_when_time_goes_on);
	tcase_add_test(tcase, the_final_result_waits_for_late_rows);
	tcase_add_loop_test(
		tcase, who_follows_the_changes_ends_with_the_sessions, 0, RANDOM_WINDOWS);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
