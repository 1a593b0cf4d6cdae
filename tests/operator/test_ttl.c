/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is forgotten or closed is so at a watermark: rows behind it find the same, however they come
 * in batches and however much of it has left memory by then.
 */
#include <stdlib.h>
#include <string.h>

#include "rig.h"

enum { KEYS = 200, MOST_ROWS = 4000 };

struct case_ {
	const char *op;
	int rows; /* of a key between two watermarks; running results have one for all in a batch */
	int meets; /* late rows meet others of their batch */
};

static const struct case_ cases[] = {
	{"window { key user; count 3; ttl 500ms; aggregate n = count(), c = collect(n); }", 2},
	{"window { key user; count 4; slide 1; ttl 500ms; aggregate n = count(), c = collect(n); }",
		2},
	{"window { key user; global; trigger count 3; ttl 500ms; aggregate c = collect(n); }", 2},
	{"aggregate { key user; ttl 500ms; aggregate n = count(), c = collect(n); }", 1},
	{"throttle { key user; rate 2/500ms; exceed to out1; }", 2},
	{"dedupe { key user; within 100ms; }", 2, 1},
	{"window { key user; session 200ms; late_to out1; aggregate c = collect(n); }", 2, 1},
	{"window { key user; session 200ms; allowed_lateness 100ms; accumulation_mode discarding; "
	 "late_to out1; aggregate c = collect(n); }",
		2, 1},
	{"window { session 200ms; late_to out1; aggregate n = count(); }", 2, 1},
};
enum { CASES = sizeof cases / sizeof cases[0] };

/* Each key has its rows; the last key comes first, so that it is not the first to be looked at. */
static void
push(struct wt_rig *rig, const struct case_ *c, int ms)
{
	static int n;

	for (int i = 0; i < c->rows; i++)
		for (int key = KEYS; key-- > 0;)
			wt_pushf(rig, "{\"user\":\"u%d\",\"n\":%d,\"ts\":%d}", key, n++ % 100,
				ms + key % 7 * 60);
	n = 0;
	wt_settle(rig);
}

/* Rows that are behind all they could open, before and after one that they could go with. */
static void
push_meeting(struct wt_rig *rig)
{
	static const int times[] = {2100, 2110, 2310, 2150, 2350, 2290, 2150, 2100};

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		for (int key = 0; key < KEYS; key++)
			wt_pushf(rig, "{\"user\":\"u%d\",\"n\":%zu,\"ts\":%d}", key, i, times[i]);
	wt_settle(rig);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static uint32_t
run(const struct case_ *c, uint32_t batch, struct wt_rig **rig, const char *rows[MOST_ROWS])
{
	const struct wt_options options = {.op = c->op, .batch = batch};
	uint32_t n = 0;

	*rig = wt_rig_with(&options);
	push(*rig, c, 1000);
	wt_watermark_ms(*rig, 1700);
	push(*rig, c, 1300); /* late, and some of their keys are forgotten */
	wt_watermark_ms(*rig, 2500);
	push(*rig, c, 1500); /* later than anything is remembered */
	if (c->meets)
		push_meeting(*rig);
	push(*rig, c, 2450);
	wt_watermark_ms(*rig, 2600);
	push(*rig, c, 2590);
	ck_assert_int_eq(wt_end(*rig), 0);
	for (uint32_t port = 0; port < 2; port++)
		while (n < MOST_ROWS && (rows[n] = wt_pop(*rig, port)) != NULL)
			n++;
	ck_assert_uint_lt(n, MOST_ROWS);
	ck_assert_uint_gt(n, KEYS);
	qsort(rows, n, sizeof *rows, by_text);
	return n;
}

START_TEST(rows_behind_the_watermark_find_the_same_in_all_batches)
{
	static const uint32_t batches[] = {1, 3, 100};
	const char *want[MOST_ROWS], *got[MOST_ROWS];
	struct wt_rig *rig, *other;
	uint32_t n = run(&cases[_i], 2048, &rig, want);

	for (int i = 0; i < 3; i++) {
		uint32_t m = run(&cases[_i], batches[i], &other, got);

		for (uint32_t k = 0; k < n && k < m; k++)
			ck_assert_msg(strcmp(want[k], got[k]) == 0,
				"%s in batches of %u: %s, not %s", cases[_i].op, batches[i], got[k],
				want[k]);
		ck_assert_uint_eq(m, n);
		wt_free(other);
	}
	wt_free(rig);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ttl");
	TCase *tcase = tcase_create("ttl");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(
		tcase, rows_behind_the_watermark_find_the_same_in_all_batches, 0, CASES);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
