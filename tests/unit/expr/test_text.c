/* SPDX-License-Identifier: Apache-2.0 */
/* Strings: ||, like, and functions of a plugin. */
#include "rig.h"

static const struct rig_case text[] = {
	{"s || t", "xx | hello world, a long onehello world, a long one | null | b | null | Grüße "
		   "aus KölnGrüße | abcabd | hellohello world | hello world, a long twoa%b"},
	{"s || '-' || t",
		"x-x | hello world, a long one-hello world, a long one | null | -b | null | Grüße "
		"aus Köln-Grüße | abc-abd | hello-hello world | hello world, a long two-a%b"},
	{"'a' || 'b'", "all ab"},
	{"s || null", "all null"},
	{"s || y", "xx | hello world, a long one\xff"
		   "\xfe"
		   " | null |  | it'sit's | Grüße aus KölnGrüße | abcabc | hello42 | hello world, "
		   "a long twotrue"},
	{"s || 'a text that is longer than twelve'",
		"xa text that is longer than twelve | hello world, a long onea text that is longer "
		"than twelve | null | a text that is longer than twelve | it'sa text that is "
		"longer than twelve | Grüße aus Kölna text that is longer than twelve | abca text "
		"that is longer than twelve | helloa text that is longer than twelve | hello "
		"world, a long twoa text that is longer than twelve"},
	{"'it''s'", "all it's"},
	{"''", "all "},
	{"s like 'hello%'", "false | true | null | false | false | false | false | true | true"},
	{"s like '%two'", "false | false | null | false | false | false | false | false | true"},
	{"s like '%o%'", "false | true | null | false | false | false | false | true | true"},
	{"s like 'x'", "true | false | null | false | false | false | false | false | false"},
	{"s like '_'", "true | false | null | false | false | false | false | false | false"},
	{"s like 'Gr__e%'", "false | false | null | false | false | true | false | false | false"},
	{"s like '%l_ng%w_'",
		"false | false | null | false | false | false | false | false | true"},
	{"s like '%'", "true | true | null | true | true | true | true | true | true"},
	{"s like ''", "false | false | null | true | false | false | false | false | false"},
	{"s not like 'h%'", "true | false | null | true | true | true | true | false | false"},
	{"s like null", "all null"},
	{"s like t", "true | true | null | false | null | false | false | false | false"},
	{"t like 'a!%b' escape '!'",
		"false | false | false | false | null | false | false | false | true"},
	{"t like 'a%b' escape '!'",
		"false | false | false | false | null | false | false | false | true"},
	{"t like s || '%'", "true | true | null | true | null | false | false | true | false"},
	{"t like '!' escape substr(s, 1, 1)", "false | false | null | !like: escape must be one "
					      "letter | null | false | false | false | false"},
	{"y like '__'", "false | true | null | false | false | false | false | true | false"},
	{"y like '%x%'", "true | false | null | false | false | false | false | false | false"},
	{"s like '%%world%%'",
		"false | true | null | false | false | false | false | false | true"},
	{"s like 'h%l%o%'", "false | true | null | false | false | false | false | true | true"},
	{"lower('ABC' || s)", "abcx | abchello world, a long one | null | abc | abcit's | abcgrüße "
			      "aus köln | abcabc | abchello | abchello world, a long two"},
	{"UPPER(s)", "X | HELLO WORLD, A LONG ONE | null |  | IT'S | GRüßE AUS KöLN | ABC | HELLO "
		     "| HELLO WORLD, A LONG TWO"},
	{"length(s)", "1 | 23 | null | 0 | 4 | 14 | 3 | 5 | 23"},
	{"length(y)", "1 | 2 | null | 0 | 4 | 7 | 3 | 2 | 4"},
	{"length('Grüße')", "all 5"},
	{"substr(s, 2, 3)", " | ell | null |  | t's | rüß | bc | ell | ell"},
	{"substr(s, 7)", " | world, a long one | null |  |  | aus Köln |  |  | world, a long two"},
	{"substr(s, 0, 2)", "x | h | null |  | i | G | a | h | h"},
	{"substr(s, -1, 3)", "x | h | null |  | i | G | a | h | h"},
	{"substr(s, 1, n - 1)", "!substr() of less than no characters |  | null |  | it' | Grüß | "
				"abc | hello | hello w"},
	{"substr('hello', 2, 3)", "all ell"},
	{"substr(s, 3, 0)", " |  | null |  |  |  |  |  | "},
	{"concat(s, null, '+', t)",
		"x+x | hello world, a long one+hello world, a long one | +c | +b | it's+ | Grüße "
		"aus Köln+Grüße | abc+abd | hello+hello world | hello world, a long two+a%b"},
	{"concat(s)", "x | hello world, a long one |  |  | it's | Grüße aus Köln | abc | hello | "
		      "hello world, a long two"},
	{"abs(a)", "1 | 2 | null | 7 | 9223372036854775807 | 0 | !integer overflow in abs() | 100 "
		   "| 3"},
	{"abs(f)", "0.5 | 1.5 | null | nan | inf | 2 | 1e+300 | 0 | 100"},
	{"abs(-5)", "all 5"},
	{"lower(null)", "all null"},
};

START_TEST(strings_follow_the_page)
{
	RIG_CHECK(text);
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_test(tests, strings_follow_the_page);
}

int
main(void)
{
	return rig_main("expr_text", fill);
}
