/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window: every kind of windows with every trigger, emit and accumulation_mode, as the table in its
 * page has them.  What goes together gives the windows that the rows make, however often they go
 * out on the way; what does not is refused with the reason.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

enum { TUMBLING, HOPPING, CUMULATE, SESSION, GLOBAL, COUNT, WINDOWS };
enum { NOTHING, WATERMARK, EACH_N, EVERY, PROCESSING, LATE, TRIGGERS };
enum { UPDATE, FINAL, EMITS };
enum { ACCUMULATING, DISCARDING, MODES };

static const char *const windows[WINDOWS] = {"tumbling 900ms;", "hopping 900ms 300ms;",
	"cumulate 900ms 300ms;", "session 150ms;", "global;", "count 7; slide 3;"};
static const char *const triggers[TRIGGERS] = {"", "trigger watermark;", "trigger count 3;",
	"trigger every 200ms;", "trigger every 200ms processing;", "allowed_lateness 1s;"};
static const char *const emits[EMITS] = {"emit update;", "emit final;"};
static const char *const modes[MODES] = {
	"accumulation_mode accumulating;", "accumulation_mode discarding;"};

static bool
has_no_end(int window)
{
	return window == GLOBAL || window == COUNT;
}

static bool
is_trigger(int trigger)
{
	return trigger == EACH_N || trigger == EVERY || trigger == PROCESSING;
}

/* Why a cell is refused, or NULL. */
static const char *
refused(int window, int trigger, int emit, int mode)
{
	if (has_no_end(window) && trigger == WATERMARK)
		return "windows of \"count\" and \"global\" have no end that a watermark could "
		       "pass";
	if (has_no_end(window) && trigger == LATE)
		return "no row is late for windows of \"count\" or \"global\"";
	if (window == COUNT && is_trigger(trigger))
		return "the last row of a window of \"count\" is what makes it go out";
	if (window == GLOBAL && trigger == NOTHING && emit == UPDATE)
		return "a \"global\" window has no end: say with \"trigger\" when it goes out";
	if (emit == FINAL && is_trigger(trigger))
		return "with \"emit final\" a window goes out once";
	if (mode == DISCARDING && (emit == FINAL || !(is_trigger(trigger) || trigger == LATE)))
		return "\"accumulation_mode discarding\" is for windows that go out several times";
	return NULL;
}

/* Windows, by what tells them apart, and what they have. */
enum { ROWS = 400, SEEN_MAX = 4000 };

struct seen {
	uint32_t n_windows;
	struct {
		char name[120];
		int n, sum;
	} window[SEEN_MAX];
};

static bool
name_is(const struct seen *seen, uint32_t i, const char *name)
{
	return strcmp(seen->window[i].name, name) == 0;
}

/* The columns before the aggregates; of users all there is, if that is asked. */
static void
put_name(char name[120], const char *row, bool by_user)
{
	const char *end = strchr(row, by_user ? ',' : '\0');
	const char *n = strstr(row, ",\"n\":");

	end = n < end ? n : end;
	snprintf(name, 120, "%.*s", (int)(end - row), row);
}

static void
follow(struct seen *seen, const char *row, bool adds, bool by_user)
{
	const char *change = strstr(row, "\"change\":\"");
	char name[120];
	uint32_t i = 0;
	int n, sum;

	put_name(name, row, by_user);
	ck_assert_int_eq(sscanf(strstr(row, ",\"n\":"), ",\"n\":%d,\"s\":%d", &n, &sum), 2);
	while (i < seen->n_windows && !name_is(seen, i, name))
		i++;
	ck_assert_uint_lt(i, SEEN_MAX);
	if (!adds)
		ck_assert_msg((i == seen->n_windows) == (change[10] == 'i'), "%s", row);
	else
		ck_assert_int_eq(change[10], 'i');
	if (i == seen->n_windows) {
		memcpy(seen->window[seen->n_windows++].name, name, sizeof name);
		seen->window[i].n = seen->window[i].sum = 0;
	}
	if (change[10] == 'd') {
		seen->window[i] = seen->window[--seen->n_windows];
		return;
	}
	seen->window[i].n = n + (adds ? seen->window[i].n : 0);
	seen->window[i].sum = sum + (adds ? seen->window[i].sum : 0);
}

static void
run(struct seen *seen, const char *op, bool goes_on, int lateness, bool adds, bool by_user)
{
	const struct wt_options options = {.op = op,
		.fields = "user string; n int; ts timestamp ms;",
		.lines = "map out1 { from it; changes_as change; }"};
	struct wt_rig *rig = wt_rig_with(&options);
	unsigned random = 5;
	const char *row;
	int now = 1000;

	seen->n_windows = 0;
	for (int i = 0; i < ROWS; i++) {
		random = random * 1103515245u + 12345u;
		now += (int)(random >> 16 & 31);
		wt_pushf(rig, "{\"user\":\"u%u\",\"n\":%d,\"ts\":%d}", random >> 20 & 3, i,
			now - (int)((random >> 8) % 300));
		if (!goes_on || i % 5 != 0)
			continue;
		wt_watermark_ms(rig, now - lateness);
		wt_clock_ms(rig, 30);
	}
	ck_assert_int_eq(wt_end(rig), 0);
	while ((row = wt_pop(rig, 1)) != NULL)
		follow(seen, row, adds, by_user);
	wt_free(rig);
}

static void
expect_same(const char *op, const struct seen *got, const struct seen *want)
{
	ck_assert_msg(got->n_windows == want->n_windows, "%s: %u windows, not %u", op,
		got->n_windows, want->n_windows);
	for (uint32_t i = 0; i < want->n_windows; i++) {
		uint32_t k = 0;

		while (k < got->n_windows && !name_is(got, k, want->window[i].name))
			k++;
		ck_assert_msg(k < got->n_windows, "%s: no %s", op, want->window[i].name);
		ck_assert_msg(got->window[k].n == want->window[i].n &&
				      got->window[k].sum == want->window[i].sum,
			"%s: %s has %d rows and %d, not %d and %d", op, want->window[i].name,
			got->window[k].n, got->window[k].sum, want->window[i].n,
			want->window[i].sum);
	}
}

static void
put_op(char op[400], int window, const char *trigger, const char *emit, const char *mode)
{
	snprintf(op, 400, "window { key user; %s %s %s %s aggregate n = count(), s = sum(n); }",
		windows[window], trigger, emit, mode);
}

static void
check_cell(int window, int trigger, int emit, int mode)
{
	static struct seen got, want;
	const char *why = refused(window, trigger, emit, mode);
	/* What is given of a session by and by is given of several windows. */
	bool by_user = mode == DISCARDING && window == SESSION;
	char op[400], plain[400];

	put_op(op, window, triggers[trigger], emits[emit], modes[mode]);
	if (why != NULL) {
		wt_refuses(op, why);
		return;
	}
	/* Windows of rows that nothing disturbs: the first watermark is the end. */
	put_op(plain, window, "", window == GLOBAL ? emits[FINAL] : "", "");
	run(&want, plain, false, 0, by_user || window == COUNT, by_user);
	run(&got, op, true, trigger == LATE ? 100 : 300, mode == DISCARDING || window == COUNT,
		by_user);
	expect_same(op, &got, &want);
}

START_TEST(every_cell_of_the_table)
{
	for (int trigger = 0; trigger < TRIGGERS; trigger++)
		for (int emit = 0; emit < EMITS; emit++)
			for (int mode = 0; mode < MODES; mode++)
				check_cell(_i, trigger, emit, mode);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cells");
	TCase *tcase = tcase_create("cells");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 100);
	tcase_add_loop_test(tcase, every_cell_of_the_table, 0, WINDOWS);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
