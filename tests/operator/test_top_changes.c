/* SPDX-License-Identifier: Apache-2.0 */
/* top: the first rows of groups whose rows are amended and taken back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

/* The newest value of each id, which is taken back while it is below 0. */
#define FIELDS "g int; id int; v int; s string; ts timestamp ms;"
#define NEWEST "aggregate { key g, id; aggregate v = last(v), s = last(s); }"
#define TOP(words)                                                                                 \
	"filter some { from it; where v >= 0; } "                                                  \
	"top t { from some; key g; unique_key g, id; order_by v desc; " words " } "                \
	"map out1 { from t; changes_as change; }"

static struct wt_options
options_of(const char *lines)
{
	return (struct wt_options){.op = NEWEST, .fields = FIELDS, .lines = lines};
}

static void
push(struct wt_rig *rig, int id, int v)
{
	wt_pushf(rig, "{\"g\":1,\"id\":%d,\"v\":%d,\"s\":\"of %d\",\"ts\":0}", id, v, id);
	wt_settle(rig);
}

static void
expect(struct wt_rig *rig, int id, int v, int place, const char *change)
{
	char row[200];

	snprintf(row, sizeof row,
		"{\"g\":1,\"id\":%d,\"v\":%d,\"s\":\"of %d\",\"place\":%d,\"change\":\"%s\"}", id,
		v, id, place, change);
	wt_expect(rig, 1, row);
}

static struct wt_rig *
rig_of(const char *lines)
{
	const struct wt_options options = options_of(lines);

	return wt_rig_with(&options);
}

START_TEST(a_row_that_is_amended_moves_to_its_place)
{
	struct wt_rig *rig = rig_of(TOP("limit 2; rank place;"));

	push(rig, 1, 10);
	push(rig, 2, 20);
	push(rig, 3, 5);
	expect(rig, 1, 10, 1, "insert");
	expect(rig, 2, 20, 1, "update");
	expect(rig, 1, 10, 2, "insert");
	wt_expect_none(rig, 1); /* the third has no place */
	push(rig, 2, 21);
	expect(rig, 2, 21, 1, "update");
	push(rig, 2, 7);
	expect(rig, 1, 10, 1, "update");
	expect(rig, 2, 7, 2, "update");
	push(rig, 2, 1); /* the third comes back in */
	expect(rig, 3, 5, 2, "update");
	push(rig, 2, 2);
	wt_expect_none(rig, 1);
	push(rig, 3, 30);
	expect(rig, 3, 30, 1, "update");
	expect(rig, 1, 10, 2, "update");
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

START_TEST(a_place_that_nobody_has_any_more_is_taken_back)
{
	struct wt_rig *rig = rig_of(TOP("limit 2; rank place;"));

	push(rig, 1, 10);
	push(rig, 2, 20);
	push(rig, 3, 5);
	while (wt_pop(rig, 1) != NULL)
		continue;
	push(rig, 2, -1);
	expect(rig, 1, 10, 1, "update");
	expect(rig, 3, 5, 2, "update");
	push(rig, 1, -1);
	expect(rig, 3, 5, 1, "update");
	expect(rig, 3, 5, 2, "delete");
	push(rig, 3, -1);
	expect(rig, 3, 5, 1, "delete");
	push(rig, 3, -2);
	wt_expect_none(rig, 1);
	push(rig, 3, 4);
	expect(rig, 3, 4, 1, "insert");
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

START_TEST(of_equal_rows_that_is_first_which_has_been_so_for_longer)
{
	struct wt_rig *rig = rig_of(TOP("limit 1; rank place;"));

	push(rig, 1, 10);
	push(rig, 2, 10);
	expect(rig, 1, 10, 1, "insert");
	wt_pushf(rig, "{\"g\":1,\"id\":1,\"v\":10,\"s\":\"other\",\"ts\":0}"); /* keeps its place */
	ck_assert_ptr_nonnull(
		strstr(wt_pop(rig, 1), "\"other\",\"place\":1,\"change\":\"update\""));
	push(rig, 1, 11);
	expect(rig, 1, 11, 1, "update");
	push(rig, 1, 10);
	expect(rig, 2, 10, 1, "update");
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

START_TEST(at_the_end_the_rows_that_stand_go_out)
{
	struct wt_rig *rig = rig_of(TOP("limit 2; rank place; emit end;"));

	push(rig, 1, 10);
	push(rig, 2, 20);
	push(rig, 3, 15);
	push(rig, 2, -1);
	push(rig, 3, 16);
	wt_expect_none(rig, 1);
	ck_assert_int_eq(wt_end(rig), 0);
	expect(rig, 3, 16, 1, "insert");
	expect(rig, 1, 10, 2, "insert");
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

/* Random changes against what a plain sort says. */
enum { GROUPS = 3, IDS = 400, PUSHES = 4000, PLACES = 5 };

static int value[GROUPS][IDS]; /* below 0: is not there */
static char *standing[GROUPS][PLACES + 1];
static bool restarts;

static void
follow(const char *row)
{
	const char *end = strstr(row, ",\"change\":\"");
	int g, place;

	ck_assert_ptr_nonnull(end);
	ck_assert_int_eq(sscanf(row, "{\"g\":%d,", &g), 1);
	ck_assert_int_eq(sscanf(strstr(row, "\"place\":"), "\"place\":%d", &place), 1);
	ck_assert_int_le(place, PLACES);
	ck_assert_msg((standing[g][place] == NULL) == (end[11] == 'i'), "%s", row);
	if (end[11] == 'd')
		ck_assert_int_eq(strncmp(standing[g][place], row, (size_t)(end - row)), 0);
	free(standing[g][place]);
	standing[g][place] = end[11] == 'd' ? NULL : strndup(row, (size_t)(end - row));
}

/* The id of the row that comes behind another one's value and id; -1: there is none. */
static int
next_of(int g, int v, int id)
{
	int best = -1;

	for (int i = 0; i < IDS; i++)
		if (value[g][i] >= 0 && (value[g][i] < v || (value[g][i] == v && i > id)) &&
			(best < 0 || value[g][i] > value[g][best]))
			best = i;
	return best;
}

static void
check_places(void)
{
	for (int g = 0; g < GROUPS; g++) {
		int id = next_of(g, 1 << 30, 0);

		for (int place = 1; place <= PLACES; place++) {
			char want[64];

			ck_assert_msg((standing[g][place] == NULL) == (id < 0), "place %d", place);
			if (id < 0)
				continue;
			snprintf(want, sizeof want, "{\"g\":%d,\"id\":%d,\"v\":%d,", g, id,
				value[g][id]);
			ck_assert_msg(strncmp(standing[g][place], want, strlen(want)) == 0,
				"place %d is %s, not of %s", place, standing[g][place], want);
			id = next_of(g, value[g][id], id);
		}
	}
}

static void
random_changes(struct wt_rig *rig)
{
	unsigned random = 9;
	const char *row;

	memset(value, 0xff, sizeof value);
	for (int g = 0; g < GROUPS; g++)
		for (int place = 0; place <= PLACES; place++) {
			free(standing[g][place]);
			standing[g][place] = NULL;
		}
	for (int i = 0; i < PUSHES; i++) {
		int g, id;

		random = random * 1103515245u + 12345u;
		g = (int)(random >> 16 & 255) % GROUPS;
		id = (int)((random >> 8) % (g == 0 ? 6 : IDS));
		/* Group 1 only falls, so that its head is used up again and again. */
		value[g][id] = g == 1 ? 1000000 - i * 3 : (int)(random >> 4 & 1023) - 200;
		wt_pushf(rig, "{\"g\":%d,\"id\":%d,\"v\":%d,\"s\":\"%.*s\",\"ts\":%d}", g, id,
			value[g][id], (int)(random >> 20 & 31),
			"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", i);
		if (i % 97 == 0)
			wt_settle(rig);
		if (restarts && i % 501 == 500)
			wt_restart(rig);
		if (i % 1000 != 999)
			continue;
		wt_settle(rig);
		while ((row = wt_pop(rig, 1)) != NULL)
			follow(row);
		check_places();
	}
}

START_TEST(a_sort_gives_the_same)
{
	struct wt_options options = options_of(
		"filter some { from it; where v >= 0; } "
		"top t { from some; key g; unique_key g, id; order_by v desc, id; limit 5; rank "
		"place; } map out1 { from t; changes_as change; }");
	struct wt_rig *rig;

	wt_each(&options, random_changes);
	for (uint32_t parallelism = 1; parallelism <= 2; parallelism++) {
		options.keep = restarts = true;
		options.parallelism = parallelism;
		rig = wt_rig_with(&options);
		random_changes(rig);
		wt_free(rig);
		restarts = options.keep = false;
	}
}
END_TEST

START_TEST(it_ranks_results_of_windows_that_go_out_several_times)
{
	const struct wt_options options = {
		.op = "window { key id; session 10s; trigger count 1; aggregate n = count(); }",
		.fields = FIELDS,
		.lines = "top t { from it; unique_key id, window_start, window_end; "
			 "order_by n desc, id; limit 2; rank place; } "
			 "map m { from t; remove window_start window_end; } "
			 "map out1 { from m; changes_as change; }"};
	struct wt_rig *rig = wt_rig_with(&options);
	static const char *const want[] = {
		"{\"id\":1,\"n\":1,\"place\":1,\"change\":\"insert\"}",
		"{\"id\":2,\"n\":1,\"place\":2,\"change\":\"insert\"}",
		"{\"id\":2,\"n\":1,\"place\":2,\"change\":\"delete\"}",
		"{\"id\":2,\"n\":2,\"place\":1,\"change\":\"update\"}",
		"{\"id\":1,\"n\":1,\"place\":2,\"change\":\"insert\"}",
	};

	for (size_t i = 0; i < 3; i++) {
		static const int ids[] = {1, 2, 2};

		wt_pushf(
			rig, "{\"g\":1,\"id\":%d,\"v\":1,\"s\":\"\",\"ts\":%zu}", ids[i], i * 1000);
		wt_settle(rig);
	}
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
		wt_expect(rig, 1, want[i]);
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_row_that_is_amended_moves_to_its_place,
		a_place_that_nobody_has_any_more_is_taken_back,
		of_equal_rows_that_is_first_which_has_been_so_for_longer,
		at_the_end_the_rows_that_stand_go_out,
		a_sort_gives_the_same,
		it_ranks_results_of_windows_that_go_out_several_times,
	};

	return WT_MAIN("top_changes", tests);
}
