/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons, in, between. */
#include "rig.h"

static const struct rig_case compare[] = {
	{"(a = b)", "false | false | null | false | false | null | false | false | false"},
	{"a != b", "true | true | null | true | true | null | true | true | true"},
	{"a <> b", "true | true | null | true | true | null | true | true | true"},
	{"a < b", "true | false | null | true | false | null | true | false | false"},
	{"a <= b", "true | false | null | true | false | null | true | false | false"},
	{"a > b", "false | true | null | false | true | null | false | true | true"},
	{"a >= b", "false | true | null | false | true | null | false | true | true"},
	{"a < 3", "true | true | null | true | false | true | true | false | false"},
	{"a <= 3", "true | true | null | true | false | true | true | false | true"},
	{"a > 3", "false | false | null | false | true | false | false | true | false"},
	{"a >= 3", "false | false | null | false | true | false | false | true | true"},
	{"(a = 3)", "false | false | null | false | false | false | false | false | true"},
	{"a != 3", "true | true | null | true | true | true | true | true | false"},
	{"3 < a", "false | false | null | false | true | false | false | true | false"},
	{"3 >= a", "true | true | null | true | false | true | true | false | true"},
	{"(3 = a)", "false | false | null | false | false | false | false | false | true"},
	{"f < g", "true | true | null | false | false | null | false | false | false"},
	{"(f = f)", "true | true | null | false | true | true | true | true | true"},
	{"f != f", "false | false | null | true | false | false | false | false | false"},
	{"f > 0", "true | false | null | false | true | true | true | false | true"},
	{"f <= 0.5", "true | true | null | false | false | false | false | true | false"},
	{"f < a", "true | true | null | false | false | false | false | true | false"},
	{"a > 2.5", "false | false | null | false | true | false | false | true | true"},
	{"p < q", "false | false | null | true | false | null | null | null | null"},
	{"(p = q)", "true | false | null | false | true | null | null | null | null"},
	{"p != true", "false | false | false | true | true | true | null | null | null"},
	{"p >= q", "true | true | null | false | true | null | null | null | null"},
	{"(s = t)", "true | true | null | false | null | false | false | false | false"},
	{"s != t", "false | false | null | true | null | true | true | true | true"},
	{"s < t", "false | false | null | true | null | false | true | true | false"},
	{"s <= t", "true | true | null | true | null | false | true | true | false"},
	{"s > t", "false | false | null | false | null | true | false | false | true"},
	{"s >= t", "true | true | null | false | null | true | false | false | true"},
	{"(s = 'x')", "true | false | null | false | false | false | false | false | false"},
	{"s != 'x'", "false | true | null | true | true | true | true | true | true"},
	{"('x' = s)", "true | false | null | false | false | false | false | false | false"},
	{"(s = 'hello world, a long two')",
		"false | false | null | false | false | false | false | false | true"},
	{"s < 'hello world, a long two'",
		"false | true | null | true | false | true | true | true | false"},
	{"'hello' <= s", "true | true | null | false | true | false | false | true | true"},
	{"(s = '')", "false | false | null | true | false | false | false | false | false"},
	{"(s = y)", "true | false | null | true | true | false | true | false | false"},
	{"y > 'a'", "true | true | null | false | true | false | true | false | true"},
	{"(@key = 'k')", "all null"},
	{"ts < tu", "true | false | false | false | true | null | false | null | false"},
	{"ts >= timestamp '2026-01-01'",
		"false | true | true | false | false | null | false | false | false"},
	{"ts > @timestamp", "all null"},
	{"(a = null)", "all null"},
	{"(1 = 1)", "all true"},
	{"1 < 0.5", "all false"},
	{"a in (1, 2, 100)", "true | true | null | false | false | false | false | true | false"},
	{"a not in (1, 2, 100)", "false | false | null | true | true | true | true | false | true"},
	{"a in (1, null)", "true | null | null | null | null | null | null | null | null"},
	{"a not in (1, null)", "false | null | null | null | null | null | null | null | null"},
	{"a in (b, 3)", "false | false | null | false | false | null | false | false | true"},
	{"a in (null)", "all null"},
	{"a + 1 in (b, 3, null)", "true | true | null | null | !integer overflow: "
				  "9223372036854775807 + 1 | null | null | null | null"},
	{"n in (0, 1, 2, 3, 4, 5, 6, 8, 10)",
		"true | true | true | true | true | true | true | false | true"},
	{"n not in (0, 1, 2, 3, 4, 5, 6, 8, 10)",
		"false | false | false | false | false | false | false | true | false"},
	{"f in (0.5, 2, 100)", "true | false | null | false | false | true | false | false | true"},
	{"f in (1, 2, 3, 4, 5, 6, 7, 0.5)",
		"true | false | null | false | false | true | false | false | false"},
	{"n in (0.5, 1)", "false | true | false | false | false | false | false | false | false"},
	{"s in ('x', 'hello', 'hello world, a long two')",
		"true | false | null | false | false | false | false | true | true"},
	{"s in ('x', 'hello', 'hello world, a long two', 'q', 'w', 'e', 'r')",
		"true | false | null | false | false | false | false | true | true"},
	{"s not in ('x', null)", "false | null | null | null | null | null | null | null | null"},
	{"p in (true)", "true | true | true | false | false | false | null | null | null"},
	{"p in (q, null)", "true | null | null | null | true | null | null | null | null"},
	{"ts in (timestamp '2026-01-01', null)",
		"null | true | null | null | null | null | null | null | null"},
	{"null in (1, 2)", "all null"},
	{"a between 1 and 3", "true | true | null | false | false | false | false | false | true"},
	/* Between constants it is one pass. */
	{"(f between -1 and 2.5) = (not f < -1 and not f > 2.5 and f = f)",
		"true | true | null | true | true | true | true | true | true"},
	{"(a between -9223372036854775807 and 3) = (not a < -9223372036854775807 and not a > 3)",
		"true | true | null | true | true | true | true | true | true"},
	{"(a between 1 and 9223372036854775807) = (a > 0)",
		"true | true | null | true | true | true | true | true | true"},
	{"a + 0 between 3 and 1",
		"false | false | null | false | false | false | false | false | false"},
	{"ts between timestamp '1970-01-01' and timestamp '2025-12-31' or ts is null",
		"true | false | false | true | false | true | true | true | true"},
	{"a not between 1 and 3",
		"false | false | null | true | true | true | true | true | false"},
	{"a between b and 100", "false | true | null | false | false | null | false | true | true"},
	{"a + 0 between b and 100",
		"false | true | null | false | false | null | false | true | true"},
	{"not a between 1 and 3",
		"false | false | null | true | true | true | true | true | false"},
	{"s between 'a' and 'hello'",
		"false | false | null | false | false | false | true | true | false"},
};

START_TEST(comparisons_follow_the_page)
{
	RIG_CHECK(compare);
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_test(tests, comparisons_follow_the_page);
}

int
main(void)
{
	return rig_main("expr_compare", fill);
}
