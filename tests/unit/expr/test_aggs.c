/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregates: what a block gives over groups of rows, its slots, its problems. */
#include "rig.h"

#include "base/cell.h"

#include <stdlib.h>

enum { GROUPS = 2, WORDS = 64 };

struct groups {
	uint64_t words[GROUPS][WORDS];
	void *row[GROUPS];
};

static struct weir_aggs *
compile(struct rig *rig, const char *text)
{
	struct weir_str items[8];
	struct weir_list list = {.v = items, .loc = 1};
	uint32_t start = 0;
	int depth = 0;

	for (uint32_t i = 0; i == 0 || text[i - 1] != '\0'; i++) {
		depth += (text[i] == '(') - (text[i] == ')');
		if (text[i] != '\0' && (text[i] != ',' || depth > 0))
			continue;
		while (text[start] == ' ')
			start++;
		items[list.n++] = (struct weir_str){text + start, i - start, start + 1};
		start = i + 1;
	}
	return wr_aggs_compile(&rig->scope, &list);
}

static void
groups_init(struct groups *groups, const struct weir_aggs *aggs)
{
	const struct weir_slot *slots;
	uint32_t n = wr_aggs_slots(aggs, &slots), at = 0;

	for (int g = 0; g < GROUPS; g++)
		groups->row[g] = groups->words[g];
	for (uint32_t i = 0; i < n; i++) {
		for (int g = 0; g < GROUPS; g++)
			memcpy(&groups->words[g][at], slots[i].initial, slots[i].bytes);
		at += slots[i].bytes / 8;
	}
	ck_assert_uint_le(at, WORDS);
}

static void
groups_fini(struct groups *groups, const struct weir_aggs *aggs)
{
	const struct weir_slot *slots;
	uint32_t n = wr_aggs_slots(aggs, &slots), at = 0;

	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t c = 0; c < slots[i].cells; c++)
			for (int g = 0; g < GROUPS; g++)
				wr_cell_free(&groups->words[g][at + c]);
		at += slots[i].bytes / 8;
	}
}

/* Even rows go to group 0, odd ones to group 1. */
static void
feed(struct rig *rig, const struct weir_aggs *aggs, struct groups *groups, const uint32_t *sel,
	uint32_t n)
{
	void *row[RIG_ROWS];

	for (uint32_t k = 0; k < n; k++)
		row[k] = groups->row[(sel == NULL ? k : sel[k]) % 2];
	wr_aggs_update(aggs, &rig->eval, &rig->batch, sel, n, row);
}

/* "name=value name=value / ..." for the two groups; then the rows that failed. */
static char *
results(struct rig *rig, const struct weir_aggs *aggs, struct groups *groups, struct wr_text *out)
{
	const struct weir_column *cols[16];
	uint32_t failed = 0;

	for (uint32_t i = 0; i < RIG_ROWS; i++)
		failed |= (uint32_t)(rig->errors[i] != NULL) << i;
	rig_forget(rig);
	wr_aggs_finish(aggs, &rig->eval, groups->row, GROUPS, cols);
	for (uint32_t g = 0; g < GROUPS; g++) {
		if (g > 0)
			wr_text_put(out, " / ");
		for (uint32_t i = 0; i < wr_aggs_n(aggs); i++) {
			wr_text_printf(
				out, "%s%.*s=", i > 0 ? " " : "", WR_STRF(wr_aggs_name(aggs, i)));
			rig_value(rig, out, cols[i], g);
			ck_assert_uint_eq(cols[i]->type, wr_aggs_type(aggs, i));
			ck_assert(wr_aggs_nullable(aggs, i) || !weir_null_at(cols[i], g));
		}
	}
	for (uint32_t i = 0; i < RIG_ROWS; i++)
		if (failed >> i & 1)
			wr_text_printf(out, " !%u", i);
	return out->p;
}

static void
slide(struct rig *rig, const struct weir_aggs *sliding, struct groups *windows,
	struct groups *panes, int64_t at, bool leaves)
{
	const int64_t times[GROUPS] = {at, at};

	wr_aggs_slide(sliding, &rig->eval,
		&(struct wr_slide){windows->row, panes->row, times, GROUPS, leaves});
}

static void
check_same(struct rig *rig, const struct weir_aggs *sliding, struct groups *window,
	const struct weir_aggs *aggs, struct groups *groups)
{
	struct wr_text have = {0}, want = {0};

	rig_forget(rig);
	results(rig, sliding, window, &have);
	rig_forget(rig);
	results(rig, aggs, groups, &want);
	ck_assert_str_eq(have.p, want.p);
	wr_text_fini(&have);
	wr_text_fini(&want);
}

/* Panes that join, change and leave, in a window that slides: it is what is left of them. */
static void
check_sliding(struct rig *rig, const struct weir_aggs *aggs)
{
	static const uint32_t first[] = {0, 1, 2, 3}, late[] = {4, 5}, rest[] = {6, 7, 8};
	const struct weir_aggs *sliding = wr_aggs_sliding(aggs);
	struct groups panes[2], window, all;

	if (sliding == NULL)
		return;
	groups_init(&window, sliding);
	groups_init(&all, aggs);
	for (int i = 0; i < 2; i++)
		groups_init(&panes[i], aggs);
	feed(rig, aggs, &all, NULL, RIG_ROWS);
	feed(rig, aggs, &panes[0], first, 4);
	feed(rig, aggs, &panes[1], rest, 3);
	slide(rig, sliding, &window, &panes[0], 1, false);
	slide(rig, sliding, &window, &panes[1], 2, false);
	slide(rig, sliding, &window, &panes[0], 1, true);
	feed(rig, aggs, &panes[0], late, 2);
	slide(rig, sliding, &window, &panes[0], 1, false);
	check_same(rig, sliding, &window, aggs, &all);
	slide(rig, sliding, &window, &panes[0], 1, true);
	check_same(rig, sliding, &window, aggs, &panes[1]);
	slide(rig, sliding, &window, &panes[1], 2, true);
	slide(rig, sliding, &window, &panes[0], 3, false);
	check_same(rig, sliding, &window, aggs, &panes[0]);
	groups_fini(&window, sliding);
	groups_fini(&all, aggs);
	for (int i = 0; i < 2; i++)
		groups_fini(&panes[i], aggs);
}

/* ordered: it depends on the order of the rows. */
static void
check_block(const char *text, const char *expect, bool ordered)
{
	static const uint32_t first[] = {0, 1, 2, 3}, rest[] = {4, 5, 6, 7, 8},
			      shuffled[] = {8, 3, 0, 5, 7, 1, 2, 6, 4};
	struct wr_text whole = {0}, merged = {0}, mixed = {0};
	struct groups groups, more;
	struct weir_aggs *aggs;
	struct rig rig;

	rig_init(&rig);
	aggs = compile(&rig, text);
	if (aggs == NULL) {
		ck_assert_str_eq(rig.problems.p, expect);
		rig_fini(&rig);
		return;
	}
	groups_init(&groups, aggs);
	feed(&rig, aggs, &groups, NULL, RIG_ROWS);
	ck_assert_msg(strcmp(results(&rig, aggs, &groups, &whole), expect) == 0,
		"%s\n gives %s\n not   %s", text, whole.p, expect);
	groups_fini(&groups, aggs);

	/* In two parts that are merged, and in any order, the same comes out. */
	rig_forget(&rig);
	groups_init(&groups, aggs);
	groups_init(&more, aggs);
	feed(&rig, aggs, &groups, first, 4);
	feed(&rig, aggs, &more, rest, 5);
	wr_aggs_merge(aggs, &rig.eval, groups.row, more.row, GROUPS);
	ck_assert_str_eq(results(&rig, aggs, &groups, &merged), expect);
	groups_fini(&groups, aggs);
	groups_fini(&more, aggs);
	rig_forget(&rig);
	groups_init(&groups, aggs);
	feed(&rig, aggs, &groups, shuffled, RIG_ROWS);
	results(&rig, aggs, &groups, &mixed);
	ck_assert(ordered || strcmp(mixed.p, expect) == 0);
	groups_fini(&groups, aggs);
	rig_forget(&rig);
	check_sliding(&rig, aggs);
	wr_text_fini(&whole);
	wr_text_fini(&merged);
	wr_text_fini(&mixed);
	rig_fini(&rig);
}

static const struct rig_case blocks[] = {
	{"count()", "count=5 / count=4"},
	{"n = count(*), m = COUNT(a)", "n=5 m=4 / n=4 m=4"},
	{"sum(n), avg(n)", "sum=20 avg=4 / sum=16 avg=4"},
	{"min(n), max(n), lo = min(f), hi = max(f)",
		"min=0 max=8 lo=0.5 hi=inf / min=1 max=7 lo=-1.5 hi=nan"},
	{"min(s), max(s)", "min=abc max=x / min= max=hello world, a long one"},
	{"min(p), max(q), t = min(ts), hi = max(y)",
		"min=false max=true t=-1 hi=x / min=false max=true t=1 hi=\xff\xfe"},
	{"n = count() filter (where a > 1)", "n=2 / n=2"},
	{"r = sum(n) filter (where n > 2) / count()", "r=3 / r=3"},
	{"n = count(), half = n / 2, h = half + n", "n=5 half=2 h=7 / n=4 half=2 h=6"},
	{"c = bool_or(true), n = count() filter (where true), m = sum(n) filter (where false), d = "
	 "sum(n) filter (where p), e = bool_or(p)",
		"c=true n=5 m=null d=2 e=true / c=true n=4 m=null d=1 e=true"},
	{"s = sum(b) filter (where a = 12345), n = count()", "s=null n=5 / s=null n=4"},
	{"s = sum(a)", "s=3 / s=95"},
	{"s = sum(a) filter (where n = 4) + sum(n)",
		"s=!integer overflow: 9223372036854775807 + 20 / s=null"},
	{"s = sum(a / b), n = count()", "s=9223372036854775806 n=4 / s=11 n=3 !1 !6"},
	{"s = sum(a / b) filter (where b != 0 and n < 5), n = count()",
		"s=9223372036854775807 n=5 / s=-3 n=4"},
	{"s = sum(9223372036854775807)",
		"s=!integer overflow in sum(); write sum(cast(x as float)) / "
		"s=!integer overflow in sum(); write sum(cast(x as float))"},
	{"s = try(sum(9223372036854775807)), a = avg(9223372036854775807)",
		"s=null a=9.223372037e+18 / s=null a=9.223372037e+18"},
	{"s = sum(0.1), m = max('text of more than twelve')",
		"s=0.5 m=text of more than twelve / s=0.4 m=text of more than twelve"},
	{"big = coalesce(sum(f) filter (where n = 77), 0.0)", "big=0 / big=0"},
	{"x = if(count() > 4, max(s), 'few')", "x=x / x=few"},
	{"s = stddev(n), v = var(n)", "s=3.16227766 v=10 / s=2.581988897 v=6.666666667"},
	{"s = stddev_pop(n), v = var_pop(n)", "s=2.828427125 v=8 / s=2.236067977 v=5"},
	{"v = var(f), w = var(n) filter (where n < 2), p = var_pop(n) filter (where n < "
	 "2)",
		"v=nan w=null p=0 / v=nan w=null p=0"},
	{"a1 = bool_and(p), o1 = bool_or(p), a2 = bool_and(n >= 0), o2 = bool_or(n > 7)",
		"a1=false o1=true a2=true o2=true / a1=false o1=true a2=true o2=false"},
	{"b1 = bool_and(p) filter (where n > 77)", "b1=null / b1=null"},
	{"d = count_distinct(s), e = count_distinct(n % 2), f1 = count_distinct(f)",
		"d=4 e=1 f1=4 / d=4 e=1 f1=4"},
	{"d = count_distinct(a) filter (where n = 77), e = count_distinct(p)", "d=0 e=2 / d=0 e=2"},
	{"d = count_distinct_hll(s), e = count_distinct_hll(n % 2, 4)", "d=4 e=1 / d=4 e=1"},
	{"m = median(n), q1 = percentile_exact(n, 0.25)", "m=4 q1=2 / m=4 q1=2.5"},
	{"m = median(f), m2 = median(n) filter (where n = 77)", "m=5e+299 m2=null / m=1 m2=null"},
	{"q = percentile_exact(if(n < 3, -1.6e308, 1.6e308), 0.75) filter (where n < 5)",
		"q=0 / q=8e+307"},
	{"m = round(percentile(n, 0.5)), lo = percentile(f, 0), hi = percentile(f, 1)",
		"m=4 lo=0.5 hi=inf / m=3 lo=-1.5 hi=nan"},
	{"m = percentile(0 - n, 1), z = percentile(n, 0)", "m=0 z=0 / m=-1 z=1"},
	{"lo = min_by(s, n), hi = max_by(s, n), x = max_by(n, f)",
		"lo=x hi=hello world, a long two x=4 / lo=hello world, a long one hi=hello x=3"},
	{"x = min_by(p, s), y1 = max_by(ts, t)", "x=false y1=0 / x=false y1=1767225600000000"},
	/* Of no values all are null but counts. */
	{"a1 = sum(n) filter (where n > 77), a2 = sum(f) filter (where n > 77), a3 = avg(n) filter "
	 "(where n > 77), a4 = min(s) filter (where n > 77), a5 = max(f) filter (where n > 77), a6 "
	 "= "
	 "count(s) filter (where n > 77), a7 = count() filter (where n > 77)",
		"a1=null a2=null a3=null a4=null a5=null a6=0 a7=0 / a1=null a2=null a3=null "
		"a4=null a5=null a6=0 a7=0"},
	{"b1 = stddev(f) filter (where n > 77), b2 = stddev_pop(n) filter (where n > 77), b3 = "
	 "var(f) filter (where n > 77), b4 = var_pop(n) filter (where n > 77), b5 = bool_or(p) "
	 "filter "
	 "(where n > 77), b6 = percentile(f, 0.5) filter (where n > 77), b7 = percentile_exact(n, "
	 "1) "
	 "filter (where n > 77), b8 = count_distinct_hll(s) filter (where n > 77)",
		"b1=null b2=null b3=null b4=null b5=null b6=null b7=null b8=0 / b1=null b2=null "
		"b3=null b4=null b5=null b6=null b7=null b8=0"},
	{"c1 = first(s) filter (where n > 77), c2 = last(f) filter (where n > 77), c3 = min_by(s, "
	 "f) "
	 "filter (where n > 77), c4 = max_by(n, s) filter (where n > 77), c5 = cast(collect(n) "
	 "filter "
	 "(where n > 77) as string), c6 = cast(collect_set(s) filter (where n > 77) as string)",
		"c1=null c2=null c3=null c4=null c5=null c6=null / c1=null c2=null c3=null c4=null "
		"c5=null c6=null"},
	/* Nulls are no values either. */
	{"d1 = sum(b) filter (where a = 12345), d2 = first(cast(null as int)), d3 = "
	 "percentile(cast(null as float), 0.5), d4 = max_by(n, cast(null as int)), d5 = "
	 "count_distinct_hll(cast(null as string)), d6 = bool_and(cast(null as bool)), d7 = "
	 "string_agg(cast(null as string), '-')",
		"d1=null d2=null d3=null d4=null d5=0 d6=null d7=null / d1=null d2=null d3=null "
		"d4=null d5=0 d6=null d7=null"},
	/* What no float can hold is infinite, what is no number stays none. */
	{"e1 = sum(1e308), e2 = avg(1e308), e3 = var(n * 1e200), e4 = sum(f), e5 = avg(f), e6 = "
	 "stddev(f), e7 = percentile(n * 1e300, 1)",
		"e1=inf e2=inf e3=inf e4=inf e5=inf e6=nan e7=8e+300 / e1=inf e2=inf e3=inf e4=nan "
		"e5=nan e6=nan e7=7e+300"},
	{"f1 = min(try(n * 9223372036854775807)), f2 = max(n - 9223372036854775807), f3 = avg(n - "
	 "9223372036854775807), f4 = median(n - 9223372036854775807)",
		"f1=0 f2=-9223372036854775799 f3=-9.223372037e+18 f4=-9.223372037e+18 / "
		"f1=9223372036854775807 f2=-9223372036854775800 f3=-9.223372037e+18 "
		"f4=-9.223372037e+18"},
	{"percentile(n, 2)", "1+16 percentile(x, fraction): argument 2 is 2; allowed 0 to 1"},
	{"percentile(n, f)", "1+16 percentile(x, fraction): argument 2 must be a constant number"},
	{"count_distinct(j)", "1+17 count_distinct(x): takes no json; cast it"},
	{"string_agg(s, t)", "1+16 string_agg(string, separator): the separator must be a constant "
			     "of at most 64 bytes"},
	{"collect(y)", "1+10 collect(x [, max]): takes no bytes; cast it"},
	{"collect(n, 0)", "1+13 collect(x [, max]): argument 2 is 0; allowed 1 to 1e+09"},
	{"stddev(s)", "1+9 stddev(x): takes int or float, not string"},
	{"max_by(n, j)", "1+12 max_by(x, key): json has no order; cast it"},
	{"a", "1+1 column \"a\" is not inside an aggregate; write sum(a), max(a) or another"},
	{"x = sum(a) + b",
		"14+1 column \"b\" is not inside an aggregate; write sum(b), max(b) or another"},
	{"x = zzz", "5+3 \"zzz\" is neither an aggregate nor the name of one before"},
	{"x = sum(count())", "9+5 \"count\" is an aggregate; it has no place here"},
	{"count(), count(a)", "10+8 duplicate name \"count\"; write NAME = count(a)"},
	{"x = count(), x = sum(a)", "14+10 duplicate name \"x\"; write NAME = sum(a)"},
	{"sum(a) / count()", "1+16 a name is missing: write NAME = sum(a) / count()"},
	{"sum(s)", "1+6 sum(x): takes int or float, not string"},
	{"sum(p)", "1+6 sum(x): takes int or float, not bool; write count() filter (where ...)"},
	{"sum(a, b)", "1+9 sum(x): takes 1 argument, not 2"},
	{"sum(usr)", "5+3 unknown field \"usr\""},
	{"n = count() filter (where a)", "27+1 a condition is needed, but this is int"},
	{"n = count() filter (a)", "21+1 unexpected \"a\", expected \"where\""},
	{"n = cuont()", "5+5 unknown function \"cuont\"; did you mean \"count\"?"},
	{"n = null", "5+4 the type of null is not known here; write cast(null as int)"},
};

START_TEST(a_block_gives_the_same_whole_merged_and_shuffled)
{
	check_block(blocks[_i].text, blocks[_i].expect, false);
}
END_TEST

static const struct rig_case ordered[] = {
	{"f1 = first(s), l = last(s)",
		"f1=x l=hello world, a long two / f1=hello world, a long one l=hello"},
	{"f1 = first(n) filter (where n > 3), l = last(p)", "f1=4 l=false / f1=5 l=false"},
	{"c = collect(n), d = collect(s, 2)", "c=[0,2,4,6,8] d=[\"x\",\"it's\"] / c=[1,3,5,7] "
					      "d=[\"hello world, a long one\",\"\"]"},
	{"c = collect(f), d = collect(p)",
		"c=[0.5,null,1e+300,100.0] d=[true,true,false] / c=[-1.5,null,2.0,0.0] "
		"d=[true,false,false]"},
	{"c = collect_set(n % 4), d = collect_set(n, 3)", "c=[0,2] d=[0,2,4] / c=[1,3] d=[1,3,5]"},
	{"c = collect_set(s)", "c=[\"x\",\"it's\",\"abc\",\"hello world, a long two\"] / "
			       "c=[\"hello world, a long one\",\"\",\"Grüße aus Köln\",\"hello\"]"},
	{"s1 = string_agg(s, '--'), e = string_agg(s, '') filter (where n = 77)",
		"s1=x--it's--abc--hello world, a long two e=null / s1=hello world, a long "
		"one----Grüße aus Köln--hello e=null"},
};

START_TEST(a_block_that_heeds_order_gives_the_same_whole_and_merged)
{
	check_block(ordered[_i].text, ordered[_i].expect, true);
}
END_TEST

START_TEST(equal_calls_are_one_slot_named_by_its_text)
{
	struct weir_aggs *aggs;
	const struct weir_slot *slots;
	struct rig rig;

	rig_init(&rig);
	aggs = compile(&rig, "a1 = sum( n )/COUNT(*), b1 = Sum(n) + 1, c1 = sum(n) filter(where "
			     "n>1 AND\n not p <> q), "
			     "d1 = max(s)");
	ck_assert_msg(aggs != NULL, "%s", rig.problems.p);
	ck_assert_uint_eq(wr_aggs_slots(aggs, &slots), 4);
	ck_assert_str_eq(slots[0].name, "sum(n): int");
	ck_assert_str_eq(slots[1].name, "count()");
	ck_assert_str_eq(slots[2].name, "sum(n) filter (where n > 1 and not p != q): int");
	ck_assert_str_eq(slots[3].name, "max(s): string");
	ck_assert_uint_eq(slots[1].bytes, 8);
	ck_assert_uint_eq(slots[3].cells, 1);
	ck_assert(!wr_aggs_retractable(aggs));
	rig_fini(&rig);
}
END_TEST

START_TEST(calls_that_keep_the_same_share_a_slot)
{
	static const char *const names[] = {"sum(n): int", "sum(n) filter (where n > 2): int",
		"percentile(f): float", "var(n): int", "median(n): int", "sum(f): float"};
	struct wr_text out = {0};
	const struct weir_slot *slots;
	struct groups groups;
	struct weir_aggs *aggs;
	struct rig rig;

	rig_init(&rig);
	aggs = compile(&rig, "a = avg(n), s = sum(n), t = avg(n) filter (where n > 2), lo = "
			     "percentile(f, 0), hi = percentile(f, 1), v = var(n) - var_pop(n) + 0 "
			     "* stddev(n), m = median(n) - percentile_exact(n, 0.5), g = avg(f)");
	ck_assert_msg(aggs != NULL, "%s", rig.problems.p);
	ck_assert_uint_eq(wr_aggs_slots(aggs, &slots), sizeof names / sizeof names[0]);
	for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ck_assert_str_eq(slots[i].name, names[i]);
	groups_init(&groups, aggs);
	feed(&rig, aggs, &groups, NULL, RIG_ROWS);
	ck_assert_str_eq(results(&rig, aggs, &groups, &out),
		"a=4 s=20 t=6 lo=0.5 hi=inf v=2 m=0 g=inf / "
		"a=4 s=16 t=5 lo=-1.5 hi=nan v=1.666666667 m=0 g=nan");
	groups_fini(&groups, aggs);
	wr_text_fini(&out);
	rig_fini(&rig);
}
END_TEST

START_TEST(rows_are_taken_back)
{
	static const uint8_t kinds[RIG_ROWS] = {
		0, WEIR_UPDATE_AFTER, WEIR_DELETE, WEIR_UPDATE_BEFORE, WEIR_INSERT};
	static const uint32_t again[] = {1, 2, 3, 4};
	struct wr_text out = {0};
	struct groups groups;
	struct weir_aggs *aggs;
	struct rig rig;

	rig_init(&rig);
	aggs = compile(&rig, "n = count(), s = sum(n), f = sum(g) filter (where n > 2)");
	ck_assert_ptr_nonnull(aggs);
	ck_assert(wr_aggs_retractable(aggs));
	groups_init(&groups, aggs);
	feed(&rig, aggs, &groups, NULL, RIG_ROWS);
	rig.batch.kind = kinds;
	feed(&rig, aggs, &groups, again, 4);
	/* Rows 0 4 4 6 8 are left, and 1 1 5 7. */
	ck_assert_str_eq(results(&rig, aggs, &groups, &out), "n=5 s=22 f=1e+300 / n=4 s=14 f=0");
	groups_fini(&groups, aggs);
	wr_text_fini(&out);
	rig_fini(&rig);
}
END_TEST

START_TEST(what_is_exact_takes_rows_back)
{
	static const uint8_t kinds[RIG_ROWS] = {
		0, WEIR_UPDATE_AFTER, WEIR_DELETE, WEIR_UPDATE_BEFORE, WEIR_INSERT};
	static const uint32_t again[] = {1, 2, 3, 4};
	struct wr_text out = {0};
	struct groups groups;
	struct weir_aggs *aggs;
	struct rig rig;

	rig_init(&rig);
	rig.scope.amends = true;
	aggs = compile(&rig, "d = count_distinct(n), m = median(n), v = var_pop(n), s = "
			     "count_distinct(s), o = bool_or(n = 2 or n = 3)");
	ck_assert_ptr_nonnull(aggs);
	ck_assert(wr_aggs_retractable(aggs));
	groups_init(&groups, aggs);
	feed(&rig, aggs, &groups, NULL, RIG_ROWS);
	rig.batch.kind = kinds;
	feed(&rig, aggs, &groups, again, 4);
	/* Rows 0 4 4 6 8 are left, and 1 1 5 7. */
	ck_assert_str_eq(results(&rig, aggs, &groups, &out),
		"d=4 m=4 v=7.04 s=4 o=false / d=3 m=3 v=6.75 s=3 o=false");
	groups_fini(&groups, aggs);
	wr_text_fini(&out);
	rig_fini(&rig);
}
END_TEST

START_TEST(float_sums_do_not_lose_small_terms)
{
	static const double values[] = {1, 1e100, 1, -1e100, 0, 0, 0, 0, 0};
	struct wr_text out = {0};
	struct groups groups;
	struct weir_aggs *aggs;
	struct rig rig;
	void *row[RIG_ROWS];

	rig_init(&rig);
	rig_column(&rig, "w", WEIR_FLOAT64, values, NULL);
	aggs = compile(&rig, "s = sum(w)");
	groups_init(&groups, aggs);
	for (int i = 0; i < RIG_ROWS; i++)
		row[i] = groups.row[0];
	wr_aggs_update(aggs, &rig.eval, &rig.batch, NULL, RIG_ROWS, row);
	ck_assert_str_eq(results(&rig, aggs, &groups, &out), "s=2 / s=null");
	wr_text_fini(&out);
	rig_fini(&rig);
}
END_TEST

START_TEST(columns_that_are_read_are_marked)
{
	struct rig rig;

	rig_init(&rig);
	ck_assert_ptr_nonnull(rig_compile(&rig, "if(a > 1, s, cast(@offset as string))", 0));
	ck_assert_uint_eq(rig.read, 1u << 0 | 1u << 9);
	ck_assert_uint_eq(rig.read_hidden, 1u << WEIR_AT_OFFSET);
	ck_assert_ptr_nonnull(compile(&rig, "x = sum(b) filter (where p)"));
	ck_assert_uint_eq(rig.read, 1u << 0 | 1u << 9 | 1u << 1 | 1u << 5);
	rig_fini(&rig);
}
END_TEST

START_TEST(an_expression_knows_its_name_type_and_column)
{
	struct weir_expr *expr;
	struct rig rig;

	rig_init(&rig);
	expr = rig_compile(&rig, "x = a", 0);
	ck_assert(wr_str_is(wr_expr_name(expr), "x"));
	ck_assert_int_eq(wr_expr_column(expr), 0);
	ck_assert(wr_expr_nullable(expr));
	ck_assert_ptr_eq(wr_expr_eval(expr, &rig.eval, &rig.batch, NULL, 9), rig.cols[0]);
	expr = rig_compile(&rig, "n + 1", WEIR_FLOAT64);
	ck_assert_uint_eq(wr_expr_type(expr), WEIR_FLOAT64);
	ck_assert(!wr_expr_nullable(expr));
	ck_assert_int_eq(wr_expr_column(expr), -1);
	ck_assert_uint_eq(wr_expr_name(expr).len, 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_wanted_type_is_checked)
{
	ck_assert_str_eq(
		rig_problems("a", WEIR_BOOL), "1+1 a condition is needed, but this is int");
	ck_assert_str_eq(rig_problems("a = 5", WEIR_BOOL), "none");
	ck_assert_str_eq(rig_problems("a", WEIR_STRING),
		"1+1 this must be string, but it is int; give it "
		"that type where it comes from, or cast it");
	ck_assert_str_eq(rig_problems("j", WEIR_STRING),
		"1+1 this must be string, but it is json; give it "
		"that type where it comes from, or cast it");
	ck_assert_str_eq(rig_problems("null", WEIR_STRING), "none");
	ck_assert_str_eq(rig_filter("a = 3 or s = 'x'"), "0 8");
	ck_assert_str_eq(rig_filter("p"), "0 1 2");
	ck_assert_str_eq(rig_filter("true"), "0 1 2 3 4 5 6 7 8");
	ck_assert_str_eq(rig_filter("null"), "");
	ck_assert_str_eq(rig_filter("a / b > 0"), "4 7 !1 !6");
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_loop_test(tests, a_block_gives_the_same_whole_merged_and_shuffled, 0,
		(int)(sizeof blocks / sizeof blocks[0]));
	tcase_add_loop_test(tests, a_block_that_heeds_order_gives_the_same_whole_and_merged, 0,
		(int)(sizeof ordered / sizeof ordered[0]));
	tcase_add_test(tests, what_is_exact_takes_rows_back);
	tcase_add_test(tests, equal_calls_are_one_slot_named_by_its_text);
	tcase_add_test(tests, calls_that_keep_the_same_share_a_slot);
	tcase_add_test(tests, rows_are_taken_back);
	tcase_add_test(tests, float_sums_do_not_lose_small_terms);
	tcase_add_test(tests, columns_that_are_read_are_marked);
	tcase_add_test(tests, an_expression_knows_its_name_type_and_column);
	tcase_add_test(tests, a_wanted_type_is_checked);
}

int
main(void)
{
	return rig_main("expr_aggs", fill);
}
