/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window: windows of many panes, hopping and cumulating, beside a model that looks at every row for
 * every window.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

enum { ROWS = 1500, USERS = 4, MOST = 40000 };

/* Milliseconds.  block 0: hopping. */
struct windows {
	const char *words;
	int size, slide, block;
};

static const struct windows each[] = {
	{"hopping 900ms 30ms", 900, 30, 0},
	{"hopping 1s 60ms", 1000, 60, 0}, /* panes of 20 ms */
	{"hopping 400ms 1ms", 400, 1, 0},
	{"hopping 300ms 100ms", 300, 100, 0}, /* few enough to be put together anew */
	{"hopping 3s 1s", 3000, 1000, 0}, /* panes of many values */
	{"cumulate 900ms 30ms", 30, 30, 900},
	{"cumulate 500ms 500ms", 500, 500, 500},
};
enum { EACH = sizeof each / sizeof each[0] };

struct row {
	int user, n, ts, fired; /* fired: when it came, windows that end up to this had fired */
};

static struct row model[ROWS];
static char *want[MOST], *have[MOST];

static int
last_end(const struct windows *w, int bound)
{
	int shifted = bound - w->size + 1000 * w->slide;

	return shifted - shifted % w->slide - 1000 * w->slide + w->size;
}

static int
begin_of(const struct windows *w, int end)
{
	return w->block > 0 ? (end - 1) / w->block * w->block : end - w->size;
}

static int
by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* The window of a user as the model sees it; NULL: it has no rows. */
static char *
result_of(const struct windows *w, int user, int end)
{
	int begin = begin_of(w, end), n = 0, sum = 0, least = 0, value[ROWS];
	char row[128];

	for (int i = 0; i < ROWS; i++) {
		const struct row *r = &model[i];

		if (r->user != user || r->ts < begin || r->ts >= end || end <= r->fired)
			continue;
		least = n == 0 || r->n < least ? r->n : least;
		sum += r->n;
		value[n++] = user % 2 == 0 ? r->n % 48 : -(r->n % 48);
	}
	if (n == 0)
		return NULL;
	qsort(value, (size_t)n, sizeof *value, by_number);
	snprintf(row, sizeof row, "{\"u\":%d,\"n\":%d,\"s\":%d,\"p\":%d,\"m\":%d,\"end\":%d}", user,
		n, sum, value[(n - 1) / 2], least, end);
	return strdup(row);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_watermark(int i)
{
	return i % 50 == 49;
}

/* Time jumps now and then by more than a window; rows come up to a second late. */
static void
make_rows(const struct windows *w)
{
	unsigned random = 5;
	int now = 2000, fired = 0; /* all rows are later */

	for (int i = 0; i < ROWS; i++) {
		random = random * 1103515245u + 12345u;
		now += i % 300 == 299 ? 2500 : (int)(random >> 16 & 7);
		model[i] = (struct row){(int)(random >> 8 & 255) % USERS, i % 97,
			now - (int)((random >> 20 & 31) == 0 ? random >> 4 & 1023
							     : random >> 4 & 63),
			fired};
		if (is_watermark(i))
			fired = last_end(w, now - 64);
	}
}

static int
now_at(int i)
{
	int now = 2000;
	unsigned random = 5;

	for (int k = 0; k <= i; k++) {
		random = random * 1103515245u + 12345u;
		now += k % 300 == 299 ? 2500 : (int)(random >> 16 & 7);
	}
	return now;
}

static void
push_rows(struct wt_rig *rig, bool restarts)
{
	for (int i = 0; i < ROWS; i++) {
		wt_pushf(rig, "{\"u\":%d,\"n\":%d,\"ts\":%d}", model[i].user, model[i].n,
			model[i].ts);
		if (!is_watermark(i))
			continue;
		wt_watermark_ms(rig, now_at(i) - 64);
		wt_settle(rig);
		if (restarts && i % 100 == 99)
			wt_restart(rig);
	}
	wt_watermark_ms(rig, 1000000);
}

/* Its relative error is 1 %, and these values are below 50: rounded it is exact. */
#define MIDDLE "round(percentile(if(mod(u, 2) = 0, mod(n, 48), 0 - mod(n, 48)), 0.5))"

/* The least by aggregates that slide, without cells and with, and by such that do not. */
static const char *const leasts[] = {"min(n)", "percentile(n, 0)",
	"min(n) + cast(0 * sum(cast(n as float)) as int)", "percentile_exact(n, 0)"};
enum { LEASTS = sizeof leasts / sizeof leasts[0] };

static void
is_as_the_model(const struct windows *w, const char *least, bool restarts)
{
	struct wt_options options = {.fields = "u int; n int; ts timestamp ms;", .keep = restarts};
	char op[256];
	struct wt_rig *rig;
	uint32_t n_want = 0, n_have = 0;
	const char *row;

	snprintf(op, sizeof op,
		"window { key u; %s; aggregate n = count(), s = sum(n), p = " MIDDLE ", m = %s; }",
		w->words, least);
	options.op = op;
	options.lines = "map out1 { from it; set end = cast(window_end as int) / 1000, m = cast(m "
			"as int), p = cast(p as int); keep u end n s p m; "
			"}";
	rig = wt_rig_with(&options);
	make_rows(w);
	push_rows(rig, restarts);
	for (int end = last_end(w, 900); end < model[ROWS - 1].ts + 4000; end += w->slide)
		for (int user = 0; user < USERS; user++) {
			ck_assert_uint_lt(n_want, MOST);
			want[n_want] = result_of(w, user, end);
			n_want += want[n_want] != NULL;
		}
	while ((row = wt_pop(rig, 1)) != NULL) {
		ck_assert_uint_lt(n_have, MOST);
		have[n_have++] = strdup(row);
	}
	qsort(want, n_want, sizeof *want, by_text);
	qsort(have, n_have, sizeof *have, by_text);
	for (uint32_t i = 0; i < n_want && i < n_have; i++)
		ck_assert_str_eq(have[i], want[i]);
	ck_assert_uint_eq(n_have, n_want);
	while (n_want > 0)
		free(want[--n_want]);
	while (n_have > 0)
		free(have[--n_have]);
	wt_free(rig);
}

START_TEST(windows_have_the_rows_that_the_model_says)
{
	for (int i = 0; i < LEASTS; i++)
		is_as_the_model(&each[_i], leasts[i], false);
}
END_TEST

START_TEST(what_is_not_in_checkpoints_is_made_again)
{
	for (int i = 0; i < LEASTS; i++)
		is_as_the_model(&each[_i], leasts[i], true);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("slide");
	TCase *tcase = tcase_create("slide");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 100);
	tcase_add_loop_test(tcase, windows_have_the_rows_that_the_model_says, 0, EACH);
	tcase_add_loop_test(tcase, what_is_not_in_checkpoints_is_made_again, 0, EACH);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
