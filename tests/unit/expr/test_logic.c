/* SPDX-License-Identifier: Apache-2.0 */
/* Three-valued logic, and the choice between values. */
#include "rig.h"

static const struct rig_case logic[] = {
	{"p and q", "true | false | null | false | false | false | null | false | null"},
	{"p or q", "true | true | true | true | false | null | true | null | null"},
	{"not p", "false | false | false | true | true | true | null | null | null"},
	{"not p and q", "false | false | false | true | false | null | null | false | null"},
	{"not (p and q)", "false | true | null | true | true | true | null | true | null"},
	{"p and true", "true | true | true | false | false | false | null | null | null"},
	{"p and false", "all false"},
	{"p or true", "all true"},
	{"p or false", "true | true | true | false | false | false | null | null | null"},
	{"p and null", "null | null | null | false | false | false | null | null | null"},
	{"p or null", "true | true | true | null | null | null | null | null | null"},
	{"null and null", "all null"},
	{"null or true", "all true"},
	{"p and q and n > 3",
		"false | false | false | false | false | false | null | false | null"},
	{"p or q or n > 3", "all true"},
	{"p is null", "false | false | false | false | false | false | true | true | true"},
	{"p is not null", "true | true | true | true | true | true | false | false | false"},
	{"a is null", "false | false | true | false | false | false | false | false | false"},
	{"n is null", "all false"},
	{"null is null", "all true"},
	{"a + b is null",
		"false | false | true | false | !integer overflow: 9223372036854775807 + 1 | true "
		"| !integer overflow: -9223372036854775808 + -1 | false | false"},
	{"n < 4 and a / b > 0",
		"false | !division by zero | null | false | false | false | false | false | false"},
	{"n >= 4 or a / b > 0",
		"false | !division by zero | null | false | true | true | true | true | true"},
	{"a / b > 0 and n < 4", "false | !division by zero | null | false | false | false | "
				"!integer overflow: -9223372036854775808 / -1 | false | false"},
	{"b != 0 and a / b > 0", "false | false | null | false | true | null | !integer overflow: "
				 "-9223372036854775808 / -1 | true | false"},
	{"b = 0 or a / b > 0", "5+1 \"or\" takes bool, but this is int"},
	{"false and 1 / 0 = 1", "all false"},
	{"p and q or not p and not q",
		"true | false | null | false | true | null | null | null | null"},
	{"1 < 2 and p", "true | true | true | false | false | false | null | null | null"},
	{"case when a > 2 then 'big' when a > 0 then 'small' else 'none' end",
		"small | small | none | none | big | none | none | big | big"},
	{"case when a > 2 then 'big' when a > 0 then 'small' end",
		"small | small | null | null | big | null | null | big | big"},
	{"case a when 1 then 'one' when 2 then 'two' else s end",
		"one | two | null |  | it's | Grüße aus Köln | abc | hello | hello world, a long "
		"two"},
	{"case a + 1 when 2 then b when b then n end",
		"2 | null | null | null | !integer overflow: 9223372036854775807 + 1 | null | null "
		"| null | null"},
	{"case when p then s else t end",
		"x | hello world, a long one | null | b | null | Grüße | abd | hello world | a%b"},
	{"case when p then s when q then t else s || t end",
		"x | hello world, a long one | null | b | null | Grüße aus KölnGrüße | abd | "
		"hellohello world | hello world, a long twoa%b"},
	{"case when p then p when q then not q end",
		"true | true | true | false | null | null | false | null | null"},
	{"case when p then 1 else 2.5 end", "1 | 1 | 1 | 2.5 | 2.5 | 2.5 | 2.5 | 2.5 | 2.5"},
	{"case when p then ts else timestamp '2026-01-01' end",
		"0 | 1767225600000000 | 1767225600123456 | 1767225600000000 | 1767225600000000 | "
		"1767225600000000 | 1767225600000000 | 1767225600000000 | 1767225600000000"},
	{"case when p then null else a end", "null | null | null | -7 | 9223372036854775807 | 0 | "
					     "-9223372036854775808 | 100 | 3"},
	{"case when true then a end",
		"1 | 2 | null | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"case when null then a else b end", "2 | 0 | 5 | 2 | 1 | null | -1 | 7 | -3"},
	{"if(p, a, b)", "1 | 2 | null | 2 | 1 | null | -1 | 7 | -3"},
	{"if(p, a)", "1 | 2 | null | null | null | null | null | null | null"},
	{"if(b = 0, 0, a / b)", "0 | 0 | null | -3 | 9223372036854775807 | null | !integer "
				"overflow: -9223372036854775808 / -1 | 14 | -1"},
	{"IF(n < 3, s, 'a text that is longer than twelve')",
		"x | hello world, a long one | null | a text that is longer than twelve | a text "
		"that is longer than twelve | a text that is longer than twelve | a text that is "
		"longer than twelve | a text that is longer than twelve | a text that is longer "
		"than twelve"},
	{"coalesce(a, b)",
		"1 | 2 | 5 | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"coalesce(a, b, 0)",
		"1 | 2 | 5 | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"coalesce(f, a, 1)", "0.5 | -1.5 | 1 | nan | inf | 2 | 1e+300 | 0 | 100"},
	{"coalesce(s, t)", "x | hello world, a long one | c |  | it's | Grüße aus Köln | abc | "
			   "hello | hello world, a long two"},
	{"coalesce(null, s, 'none')", "x | hello world, a long one | none |  | it's | Grüße aus "
				      "Köln | abc | hello | hello world, a long two"},
	{"coalesce(p, q)", "true | true | true | false | false | false | true | false | null"},
	{"coalesce(a, a / b)",
		"1 | 2 | null | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"coalesce(cast(null as int), a)",
		"1 | 2 | null | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"nullif(a, 2)",
		"1 | null | null | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"nullif(s, 'x')", "null | hello world, a long one | null |  | it's | Grüße aus Köln | abc "
			   "| hello | hello world, a long two"},
	{"nullif(a + b, 3)", "null | 2 | null | -5 | !integer overflow: 9223372036854775807 + 1 | "
			     "null | !integer overflow: -9223372036854775808 + -1 | 107 | 0"},
	{"nullif(n, n)", "all null"},
	{"nullif(f, 2)", "0.5 | -1.5 | null | nan | inf | null | 1e+300 | 0 | 100"},
	{"try(a + b)", "3 | 2 | null | -5 | null | null | null | 107 | 0"},
	{"try(s)", "x | hello world, a long one | null |  | it's | Grüße aus Köln | abc | hello | "
		   "hello world, a long two"},
	{"coalesce(try(cast(t as int)), -1)", "all -1"},
	{"try(a / b) + a * b", "2 | null | null | -17 | !integer overflow: 9223372036854775807 + "
			       "9223372036854775807 | null | !integer overflow: "
			       "-9223372036854775808 * -1 | 714 | -10"},
};

START_TEST(logic_and_choice_follow_the_page)
{
	RIG_CHECK(logic);
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_test(tests, logic_and_choice_follow_the_page);
}

int
main(void)
{
	return rig_main("expr_logic", fill);
}
