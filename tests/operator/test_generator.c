/* SPDX-License-Identifier: Apache-2.0 */
/* generator: the same rows however they are made, at the rate that was asked for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define FIELDS                                                                                     \
	"seed 7; field id int sequence 5 2; field u int uniform -3 3;"                             \
	"field f float uniform 0 1; field n float normal 10 2; field z int zipf 100 1;"            \
	"field c string choice 'a b' c; field x string text 20;"                                   \
	"field t timestamp 1969-12-31T23:59:59Z 100ms disorder 1s; field b bool 0.25;"             \
	"field o int sequence null 0.5;"

enum { ROWS = 5000 };

/* The number behind a key; a null gives NAN. */
static double
number(const char *row, const char *key)
{
	const char *p = strstr(row, key);

	ck_assert_ptr_nonnull(p);
	p += strlen(key);
	return strncmp(p, "null", 4) == 0 ? NAN : strtod(p, NULL);
}

static struct wt_rig *
open_rig(const char *directives, uint32_t parallelism)
{
	char source[2000];
	const struct wt_options options = {.source = source};

	if (parallelism > 0)
		snprintf(source, sizeof source, "generator { %s %s parallelism %u; }", directives,
			FIELDS, parallelism);
	else
		snprintf(source, sizeof source, "generator { %s %s }", directives, FIELDS);
	return wt_rig_with(&options);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All rows, sorted. */
static char **
all_rows(uint32_t parallelism)
{
	char **rows = calloc(ROWS + 1, sizeof *rows), count[32];
	struct wt_rig *rig;
	const char *row;
	uint32_t n = 0;

	snprintf(count, sizeof count, "count %d;", ROWS);
	rig = open_rig(count, parallelism);
	while ((row = wt_pop(rig, 0)) != NULL && n < ROWS)
		rows[n++] = strdup(row);
	ck_assert_ptr_null(row);
	ck_assert_uint_eq(n, ROWS);
	qsort(rows, n, sizeof *rows, by_text);
	wt_free(rig);
	return rows;
}

static void
free_rows(char **rows)
{
	for (char **row = rows; *row != NULL; row++)
		free(*row);
	free(rows);
}

START_TEST(rows_do_not_depend_on_parallelism)
{
	char **one = all_rows(1), **three = all_rows(3);

	for (uint32_t i = 0; i < ROWS; i++)
		ck_assert_str_eq(one[i], three[i]);
	free_rows(one);
	free_rows(three);
}
END_TEST

/* What a seed stands for does not change from one version to the next. */
START_TEST(the_first_rows_are_these)
{
	const struct wt_options options = {
		.source = "generator { count 2; parallelism 1; seed 7; field id int sequence 5 2;"
			  "field u int uniform -3 3; field f float uniform 0 1;"
			  "field c string choice 'a b' c; field x string text 5;"
			  "field t timestamp 1969-12-31T23:59:59Z 100ms disorder 1s;"
			  "field b bool 0.25; field o int sequence null 0.5; }"};
	struct wt_rig *rig = wt_rig_with(&options);

	wt_expect(rig, 0,
		"{\"id\":5,\"u\":3,\"f\":0.02796501000256202,\"c\":\"a "
		"b\",\"x\":\"mvWjG\",\"t\":\"1969-12-31T23:59:58.705620Z\",\"b\":false,\"o\":0}");
	wt_expect(rig, 0,
		"{\"id\":7,\"u\":-1,\"f\":0.9387436674852464,\"c\":\"c\",\"x\":\"Nqxcb\",\"t\":"
		"\"1969-12-31T23:59:58.924778Z\",\"b\":false,\"o\":1}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

START_TEST(rules_are_kept_to)
{
	char **rows = all_rows(1);
	double f = 0, n = 0, square = 0, ones = 0, b = 0, nulls = 0, words = 0;

	for (uint32_t i = 0; i < ROWS; i++) {
		double u = number(rows[i], "\"u\":"), x = number(rows[i], "\"n\":");

		ck_assert(u >= -3 && u <= 3 && u == floor(u));
		f += number(rows[i], "\"f\":");
		n += x;
		square += (x - 10) * (x - 10);
		ones += number(rows[i], "\"z\":") == 1;
		b += strstr(rows[i], "\"b\":true") != NULL;
		nulls += isnan(number(rows[i], "\"o\":"));
		words += strstr(rows[i], "\"c\":\"a b\"") != NULL;
	}
	/* Six standard deviations; one in 100 ranks has a weight of 1 in H(100) = 5.187. */
	ck_assert_double_eq_tol(f / ROWS, 0.5, 0.025);
	ck_assert_double_eq_tol(n / ROWS, 10, 0.17);
	ck_assert_double_eq_tol(square / ROWS, 4, 0.5);
	ck_assert_double_eq_tol(ones / ROWS, 1 / 5.187, 0.035);
	ck_assert_double_eq_tol(b / ROWS, 0.25, 0.04);
	ck_assert_double_eq_tol(nulls / ROWS, 0.5, 0.045);
	ck_assert_double_eq_tol(words / ROWS, 0.5, 0.045);
	free_rows(rows);
}
END_TEST

START_TEST(a_rate_is_kept_by_the_clock)
{
	struct wt_rig *rig = open_rig("rate 10/s; count 25;", 1);

	ck_assert_uint_eq(wt_count(rig, 0), 1);
	wt_clock_ms(rig, 500);
	ck_assert_uint_eq(wt_count(rig, 0), 6);
	wt_clock_ms(rig, 1);
	ck_assert_uint_eq(wt_count(rig, 0), 6);
	wt_clock_ms(rig, 1000);
	ck_assert_uint_eq(wt_count(rig, 0), 16);
	wt_clock_ms(rig, 100000);
	ck_assert_uint_eq(wt_count(rig, 0), 25);
	ck_assert_int_eq(wt_end(rig), 0);
	wt_free(rig);
}
END_TEST

START_TEST(disorder_is_bounded)
{
	const struct wt_options options = {
		.source = "generator { count 5000; field id int sequence; field ts timestamp "
			  "1969-12-31T23:00:00Z 10ms disorder 2s; event_time ts; watermark bounded "
			  "2s; parallelism 1; }",
		.op = "window { key id; tumbling 1s; aggregate n = count(); late_to out1; }"};
	struct wt_rig *rig = wt_rig_with(&options);

	ck_assert_int_eq(wt_end(rig), 0);
	ck_assert_uint_eq(wt_count(rig, 0), 5000);
	ck_assert_uint_eq(wt_count(rig, 1), 0);
	wt_free(rig);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		rows_do_not_depend_on_parallelism,
		the_first_rows_are_these,
		rules_are_kept_to,
		a_rate_is_kept_by_the_clock,
		disorder_is_bounded,
	};

	return WT_MAIN("generator", tests);
}
