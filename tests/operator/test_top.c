/* SPDX-License-Identifier: Apache-2.0 */
/* top: the first rows of a group, whatever their types, in an order that a plain sort agrees with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

static struct wt_rig *
rig_of(const char *op, const char *fields)
{
	const struct wt_options options = {.op = op, .fields = fields};

	return wt_rig_with(&options);
}

START_TEST(rows_come_back_as_they_were)
{
	static const char *const rows[] = {
		"{\"user\":\"ann\",\"n\":1,\"x\":0.5,\"ok\":true,\"ts\":\"1970-01-01T00:00:00."
		"001Z\","
		"\"text\":\"more than twelve bytes of "
		"it\",\"raw\":\"AQID\",\"any\":{\"a\":[1,null]}}",
		"{\"user\":null,\"n\":2,\"x\":null,\"ok\":null,\"ts\":\"1970-01-01T00:00:00.002Z\","
		"\"text\":null,\"raw\":null,\"any\":null}",
		"{\"user\":\"\",\"n\":3,\"x\":-1,\"ok\":false,\"ts\":\"1970-01-01T00:00:00.003Z\","
		"\"text\":\"exactly12345\",\"raw\":\"\",\"any\":\"s\"}",
	};
	struct wt_rig *rig = rig_of("top { order_by n; limit 10; emit end; }",
		"user string; n int; x float; ok bool; ts timestamp; text string; raw bytes; "
		"any json;");

	for (size_t i = 3; i-- > 0;)
		wt_push(rig, rows[i]);
	wt_expect_none(rig, 0);
	ck_assert_int_eq(wt_end(rig), 0);
	for (size_t i = 0; i < 3; i++)
		wt_expect(rig, 0, rows[i]);
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

/* Then it is not kept either. */
START_TEST(what_orders_rows_need_not_go_on)
{
	struct wt_rig *rig = wt_rig_with(
		&(struct wt_options){.op = "top { key g; order_by n desc; limit 2; emit end; }",
			.fields = "g int; n int; text string; ts timestamp ms;",
			.lines = "map out2 { from it; remove g n ts; }"});

	wt_push(rig, "{\"g\":1,\"n\":1,\"ts\":1,\"text\":\"third\"}");
	wt_push(rig, "{\"g\":1,\"n\":3,\"ts\":1,\"text\":\"first\"}");
	wt_push(rig, "{\"g\":1,\"n\":2,\"ts\":1,\"text\":\"second\"}");
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 2, "{\"text\":\"first\"}");
	wt_expect(rig, 2, "{\"text\":\"second\"}");
	wt_expect_none(rig, 2);
	wt_free(rig);
}
END_TEST

/* Order bytes of more than 255, and of less. */
START_TEST(long_texts_have_an_order)
{
	static const int lengths[] = {3, 200, 260, 261, 262, 263, 264, 265, 300, 5000};
	const uint32_t n = sizeof lengths / sizeof *lengths;
	struct wt_rig *rig =
		rig_of("top { order_by s; limit 10; emit end; }", "s string; ts timestamp ms;");
	static char row[5100];

	for (uint32_t i = n; i-- > 0;) {
		snprintf(row, sizeof row, "{\"s\":\"%0*d\",\"ts\":1}", lengths[i], 0);
		wt_push(rig, row);
	}
	ck_assert_int_eq(wt_end(rig), 0);
	for (uint32_t i = 0; i < n; i++) {
		snprintf(row, sizeof row, "{\"s\":\"%0*d\",\"ts\":\"1970-01-01T00:00:00.001Z\"}",
			lengths[i], 0);
		wt_expect(rig, 0, row);
	}
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

/* The ids of the rows that come out, one letter each. */
static void
expect_order(const char *order_by, const char *want)
{
	static const char *const rows[] = {
		"{\"id\":\"a\",\"n\":-9223372036854775808,\"x\":-0.0,\"ok\":true,\"s\":\"b\"}",
		"{\"id\":\"b\",\"n\":-1,\"x\":0,\"ok\":false,\"s\":\"\"}",
		"{\"id\":\"c\",\"n\":0,\"x\":-1e300,\"ok\":true,\"s\":\"a\\u0000\"}",
		"{\"id\":\"d\",\"n\":9223372036854775807,\"x\":1e-300,\"ok\":false,\"s\":\"a\"}",
		"{\"id\":\"e\",\"n\":1,\"x\":2.5,\"ok\":null,\"s\":\"a\\u0000b\"}",
		"{\"id\":\"f\",\"n\":null,\"x\":null,\"ok\":null,\"s\":null}",
		"{\"id\":\"g\",\"n\":0,\"x\":1e300,\"ok\":true,\"s\":\"ab\"}",
	};
	char op[200], got[16] = "";
	struct wt_rig *rig;
	const char *row;

	snprintf(op, sizeof op, "top { order_by %s; limit 7; emit end; }", order_by);
	rig = rig_of(op, "id string; n int; x float; ok bool; s string; ts timestamp ms;");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		wt_pushf(rig, "%.*s,\"ts\":0}", (int)strlen(rows[i]) - 1, rows[i]);
	ck_assert_msg(wt_end(rig) == 0, "%s", wt_error(rig));
	while ((row = wt_pop(rig, 0)) != NULL)
		strncat(got, row + strlen("{\"id\":\""), 1);
	ck_assert_str_eq(got, want);
	wt_free(rig);
}

START_TEST(every_type_has_its_order)
{
	expect_order("n", "abcgedf");
	expect_order("n desc", "decgbaf");
	expect_order("x", "cabdegf");
	expect_order("x desc", "gedabcf");
	expect_order("ok", "bdacgef");
	expect_order("ok desc", "acgbdef");
	expect_order("s asc", "bdcegaf");
	expect_order("s  desc", "agecdbf");
	expect_order("s DESC, id Asc", "agecdbf");
	expect_order("cast(s as bytes) desc", "agecdbf");
	expect_order("ok desc, n, id", "acgbdef");
	expect_order("n is null, x > 0 desc, id desc", "gedcbaf");
}
END_TEST

START_TEST(a_row_without_an_order_is_rejected_once)
{
	struct wt_rig *rig = rig_of("top { order_by 10 / n, 20 / n; limit 3; emit end; on_error "
				    "dead_letter bad; }",
		"n int; ts timestamp ms;");

	wt_push(rig, "{\"n\":2,\"ts\":0}");
	wt_push(rig, "{\"n\":0,\"ts\":0}");
	wt_push(rig, "{\"n\":5,\"ts\":0}");
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0, "{\"n\":5,\"ts\":\"1970-01-01T00:00:00Z\"}");
	wt_expect(rig, 0, "{\"n\":2,\"ts\":\"1970-01-01T00:00:00Z\"}");
	wt_expect_none(rig, 0);
	ck_assert_ptr_nonnull(strstr(wt_pop(rig, WT_BAD), "division by zero"));
	wt_expect_none(rig, WT_BAD);
	ck_assert_uint_eq(wt_rejected(rig), 1);
	wt_free(rig);
}
END_TEST

START_TEST(ties_are_kept_when_that_is_asked)
{
	struct wt_rig *rig = rig_of("top { order_by n desc; limit 2; with_ties on; rank place; "
				    "emit end; }",
		"n int; id string; ts timestamp ms;");

	wt_push(rig, "{\"n\":1,\"id\":\"a\",\"ts\":0}");
	wt_push(rig, "{\"n\":1,\"id\":\"b\",\"ts\":0}");
	wt_push(rig, "{\"n\":1,\"id\":\"c\",\"ts\":0}");
	wt_push(rig, "{\"n\":3,\"id\":\"d\",\"ts\":0}");
	wt_push(rig, "{\"n\":0,\"id\":\"e\",\"ts\":0}");
	wt_push(rig, "{\"n\":1,\"id\":\"f\",\"ts\":0}");
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0, "{\"n\":3,\"id\":\"d\",\"ts\":\"1970-01-01T00:00:00Z\",\"place\":1}");
	wt_expect(rig, 0, "{\"n\":1,\"id\":\"a\",\"ts\":\"1970-01-01T00:00:00Z\",\"place\":2}");
	wt_expect(rig, 0, "{\"n\":1,\"id\":\"b\",\"ts\":\"1970-01-01T00:00:00Z\",\"place\":2}");
	wt_expect(rig, 0, "{\"n\":1,\"id\":\"c\",\"ts\":\"1970-01-01T00:00:00Z\",\"place\":2}");
	wt_expect(rig, 0, "{\"n\":1,\"id\":\"f\",\"ts\":\"1970-01-01T00:00:00Z\",\"place\":2}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

static void
push(struct wt_rig *rig, const char *user, int n, int ts)
{
	wt_pushf(rig, "{\"user\":\"%s\",\"n\":%d,\"ts\":%d}", user, n, ts);
}

static void
windows(struct wt_rig *rig)
{
	push(rig, "ann", 1, 1000);
	push(rig, "ann", 3, 9999);
	push(rig, "bob", 7, 5000);
	push(rig, "ann", 2, 2000);
	push(rig, "ann", 9, 10000);
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 9999);
	wt_expect_none(rig, 0);
	wt_watermark_ms(rig, 10000);
	ck_assert_uint_eq(wt_count(rig, 0), 3);
	push(rig, "bob", 8, 9000);
	wt_expect(rig, 1, "{\"user\":\"bob\",\"n\":8,\"ts\":\"1970-01-01T00:00:09Z\"}");
	ck_assert_uint_eq(wt_counter(rig, "late_rows"), 1);
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_null(strstr(wt_pop(rig, 0), "\"n\":1,"));
	ck_assert_int_eq(wt_end(rig), 0);
	wt_expect(rig, 0, "{\"user\":\"ann\",\"n\":9,\"ts\":\"1970-01-01T00:00:10Z\"}");
	wt_expect_none(rig, 0);
}

START_TEST(windows_go_out_when_the_watermark_passes)
{
	struct wt_options options = {
		.op = "top { key user; tumbling 10s; order_by n desc; limit 2; late_to out1; }",
		.fields = "user string; n int; ts timestamp ms;"};

	wt_each(&options, windows);
}
END_TEST

START_TEST(updates_amend_the_places_that_change)
{
	struct wt_rig *rig = rig_of("top { order_by n desc; limit 2; rank place; }",
		"n int; id string; ts timestamp ms;");

	wt_push(rig, "{\"n\":1,\"id\":\"a\",\"ts\":0}");
	wt_expect(rig, 0, "{\"n\":1,\"id\":\"a\",\"ts\":\"1970-01-01T00:00:00Z\",\"place\":1}");
	wt_push(rig, "{\"n\":3,\"id\":\"b\",\"ts\":0}");
	wt_expect(rig, 0, "{\"n\":3,\"id\":\"b\",\"ts\":\"1970-01-01T00:00:00Z\",\"place\":1}");
	wt_expect(rig, 0, "{\"n\":1,\"id\":\"a\",\"ts\":\"1970-01-01T00:00:00Z\",\"place\":2}");
	wt_push(rig, "{\"n\":2,\"id\":\"c\",\"ts\":0}");
	wt_expect(rig, 0, "{\"n\":2,\"id\":\"c\",\"ts\":\"1970-01-01T00:00:00Z\",\"place\":2}");
	wt_push(rig, "{\"n\":2,\"id\":\"d\",\"ts\":0}");
	wt_expect_none(rig, 0);
	wt_free(rig);
}
END_TEST

enum { ROWS = 20000, GROUPS = 13 };

static int value[ROWS];

static int
by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return value[x] != value[y] ? (value[x] > value[y]) - (value[x] < value[y]) : x - y;
}

/* Texts of all lengths, so that what has left is packed away again and again. */
static void
push_values(struct wt_rig *rig)
{
	static const char filler[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
	unsigned random = 99;

	for (int i = 0; i < ROWS; i++) {
		random = random * 1103515245u + 12345u;
		value[i] = (int)(random >> 16 & 1023) - i / 40;
		wt_pushf(rig,
			"{\"g\":%d,\"v\":%d,\"s\":\"%.*s%05d\",\"i\":%d,\"t\":\"%.*s\","
			"\"ts\":0}",
			i % GROUPS, value[i], value[i] < 0 ? 0 : 12, filler, value[i] + 10000, i,
			(int)(random >> 8 & 31), filler);
	}
}

/* The rows that a group is to have, in order; returns how many. */
static int
first_of_group(const int *order, int g, int limit, bool ties, int *first)
{
	int n = 0;

	for (int i = 0; i < ROWS; i++)
		if (order[i] % GROUPS == g &&
			(n < limit || (ties && value[order[i]] == value[first[limit - 1]])))
			first[n++] = order[i];
	return n;
}

static void
expect_as_sorted(const char *order_by, int limit, bool ties)
{
	static int order[ROWS], first[ROWS];
	char op[200];
	struct wt_rig *rig;

	snprintf(op, sizeof op, "top { key g; order_by %s; limit %d; with_ties %s; emit end; }",
		order_by, limit, ties ? "on" : "off");
	rig = rig_of(op, "g int; v int; s string; i int; t string; ts timestamp ms;");
	push_values(rig);
	ck_assert_int_eq(wt_end(rig), 0);
	for (int i = 0; i < ROWS; i++)
		order[i] = i;
	qsort(order, ROWS, sizeof order[0], by_value);
	for (int k = 0; k < GROUPS; k++) {
		int n = 1;

		for (int at = 0; at < n; at++) {
			const char *row = wt_pop(rig, 0);
			int g, v, i;

			ck_assert_ptr_nonnull(row);
			ck_assert_int_eq(sscanf(row, "{\"g\":%d,\"v\":%d,", &g, &v), 2);
			ck_assert_int_eq(sscanf(strstr(row, "\"i\":"), "\"i\":%d,", &i), 1);
			if (at == 0)
				n = first_of_group(order, g, limit, ties, first);
			ck_assert_int_eq(i, first[at]);
			ck_assert_int_eq(v, value[i]);
		}
	}
	wt_expect_none(rig, 0);
	wt_free(rig);
}

START_TEST(a_sort_gives_the_same)
{
	static const int limits[] = {1, 2, 16, 50};

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		expect_as_sorted("v", limits[i], false);
		expect_as_sorted("v", limits[i], true);
	}
	expect_as_sorted("length(s), s", 3, true); /* the first are equal in eight bytes */
	expect_as_sorted("s is null, v", 10, true);
}
END_TEST

/* Those left out stand between the others and would be the first; times come near the ends of
 * windows in any order. */
static void
push_mixed(struct wt_rig *rig)
{
	unsigned random = 7;

	for (int i = 0; i < 9000; i++) {
		int v, keep;

		random = random * 1103515245u + 12345u;
		v = (int)(random >> 16 & 255) - i / 20;
		keep = random % 11 != 0;
		if (random >> 8 & 15)
			wt_pushf(rig,
				"{\"g\":1,\"v\":%d,\"x\":%d.5,\"i\":%d,\"keep\":%s,\"ts\":%d}",
				keep ? v : v % 2 * 100000, v, i, keep ? "true" : "false",
				i + (int)(random >> 12 & 63));
		else
			wt_pushf(rig, "{\"g\":1,\"i\":%d,\"keep\":%s,\"ts\":%d}", i,
				keep ? "true" : "false", keep ? i : 0);
	}
}

static void
expect_without_key(const char *directives)
{
	struct wt_rig *rig[2];
	const char *row;
	uint32_t n = 0;

	for (int keyed = 0; keyed < 2; keyed++) {
		char op[200];
		struct wt_options options = {.op = op,
			.fields = "g int; v int; x float; i int; keep bool; ts timestamp ms;",
			.source_lines = "where keep; event_time ts; watermark bounded 30ms;"};

		snprintf(op, sizeof op, "top { %s %s }", keyed ? "key g;" : "", directives);
		rig[keyed] = wt_rig_with(&options);
		push_mixed(rig[keyed]);
		ck_assert_int_eq(wt_end(rig[keyed]), 0);
	}
	for (; (row = wt_pop(rig[0], 0)) != NULL; n++)
		wt_expect(rig[1], 0, row);
	ck_assert_uint_gt(n, 0);
	wt_expect_none(rig[1], 0);
	wt_free(rig[0]);
	wt_free(rig[1]);
}

START_TEST(rows_without_a_key_are_those_of_one)
{
	static const char *const orders[] = {"v", "v desc", "x", "x desc", "v desc, i desc",
		"v is null, v", "v is null desc, x desc"};
	char directives[200];

	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
		for (int limit = 1; limit <= 40; limit *= 6) {
			snprintf(directives, sizeof directives,
				"tumbling 500ms; order_by %s; limit %d; with_ties %s; rank place;",
				orders[i], limit, i % 2 ? "on" : "off");
			expect_without_key(directives);
			snprintf(directives, sizeof directives,
				"order_by %s; limit %d; rank place; emit end;", orders[i], limit);
			expect_without_key(directives);
		}
	expect_without_key("order_by v desc; limit 400; rank place;");
}
END_TEST

START_TEST(mistakes_are_refused_by_name)
{
	wt_refuses("top { limit 3; emit end; }", "\"order_by\"");
	wt_refuses("top { order_by n; emit end; }", "\"limit\"");
	wt_refuses("top { order_by n desc; limit 3; }", "name a column for them with \"rank\"");
	wt_refuses("top { order_by n; limit 3; rank r; with_ties on; }", "\"with_ties off\"");
	wt_refuses("top { order_by any; limit 3; emit end; }", "json has no order: cast it");
	wt_refuses("top { order_by n; limit 3; emit end; late_to out1; }", "no row is late");
	wt_refuses("top { order_by desc; limit 3; emit end; }", "unknown field \"desc\"");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		rows_come_back_as_they_were,
		what_orders_rows_need_not_go_on,
		long_texts_have_an_order,
		every_type_has_its_order,
		a_row_without_an_order_is_rejected_once,
		ties_are_kept_when_that_is_asked,
		windows_go_out_when_the_watermark_passes,
		rows_without_a_key_are_those_of_one,
		updates_amend_the_places_that_change,
		a_sort_gives_the_same,
		mistakes_are_refused_by_name,
	};

	return WT_MAIN("top", tests);
}
