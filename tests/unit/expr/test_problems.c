/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with an expression, and where: place+length and message. */
#include "rig.h"

static const struct rig_case problems[] = {
	{"", "1+0 an expression is missing"},
	{"a b", "3+1 unexpected \"b\", expected an operator or the end"},
	{"a +", "4+0 the expression ends here, but a value is missing"},
	{"(a", "3+0 the expression ends here, but \")\" is missing"},
	{"a)", "2+1 unexpected \")\", expected an operator or the end"},
	{"a + + b", "5+1 unexpected \"+\", expected a value"},
	{"usr", "1+3 unknown field \"usr\""},
	{"pp", "1+2 unknown field \"pp\"; did you mean \"p\"?"},
	{"partition", "1+9 unknown field \"partition\"; did you mean \"@partition\"?"},
	{"\"text\"", "1+6 unknown field \"text\"; a string is written 'text'"},
	{"offset", "1+6 unknown field \"offset\"; did you mean \"@offset\"?"},
	{"a + s", "3+1 \"+\" does not take int and string"},
	{"s + t", "3+1 \"+\" does not take string and string; strings are joined by \"||\""},
	{"s + 'x'", "3+1 \"+\" does not take string and string; strings are joined by \"||\""},
	{"-s", "1+1 \"-\" does not take string"},
	{"p + 1", "3+1 \"+\" does not take bool and int"},
	{"ts + ts", "4+1 \"+\" does not take timestamp and timestamp"},
	{"ts + f", "4+1 \"+\" does not take timestamp and float"},
	{"ts * 2", "4+1 \"*\" does not take timestamp and int"},
	{"(a = s)", "4+1 \"=\" cannot compare int with string"},
	{"a != p", "3+2 \"!=\" cannot compare int with bool"},
	{"ts > '2026-01-01'",
		"4+1 \">\" cannot compare timestamp with string; write timestamp '...'"},
	{"'2026-01-01' > ts",
		"14+1 \">\" cannot compare string with timestamp; write timestamp '...'"},
	{"ts > s", "4+1 \">\" cannot compare timestamp with string; cast the string"},
	{"ts > 5", "4+1 \">\" cannot compare timestamp with int"},
	{"(j = 'x')",
		"4+1 \"=\" cannot compare json with string; cast the json: cast(x as string)"},
	{"j in ('x')",
		"3+2 \"in\" cannot compare json with string; cast the json: cast(x as string)"},
	{"a in ('x', 1)", "3+2 \"in\" cannot compare int with string"},
	{"a between 'x' and 2", "3+7 \"between\" cannot compare int with string"},
	{"p and a", "7+1 \"and\" takes bool, but this is int"},
	{"a or p", "1+1 \"or\" takes bool, but this is int"},
	{"not a", "5+1 \"not\" takes bool, but this is int"},
	{"a and s", "1+1 \"and\" takes bool, but this is int\n7+1 \"and\" takes bool, but this is "
		    "string"},
	{"case when a then 1 end", "11+1 \"case\" takes bool, but this is int"},
	{"case when p then 1 else 'x' end", "25+3 \"case\" gives int before, but this is string"},
	{"case when p then null end",
		"1+25 the type of null is not known here; write cast(null as int)"},
	{"case a when 'x' then 1 end", "8+4 \"when\" cannot compare int with string"},
	{"case a when 1 then 2", "21+0 the expression ends here, but \"end\" is missing"},
	{"case end", "6+3 a value is missing before \"end\"; a column of this name is written "
		     "\"end\" in double quotes"},
	{"if(a, 1, 2)", "4+1 \"if\" takes bool, but this is int"},
	{"if(p)", "1+5 if(c, a, b) takes 2 or 3 arguments, not 1"},
	{"coalesce()", "1+10 coalesce(a, b, ...) needs an argument"},
	{"coalesce(a, s)", "13+1 \"coalesce\" gives int before, but this is string"},
	{"coalesce(null, null)",
		"1+20 the type of null is not known here; write cast(null as int)"},
	{"nullif(a)", "1+9 nullif(a, b) takes 2 arguments, not 1"},
	{"nullif(a, s)", "1+6 \"nullif\" cannot compare int with string"},
	{"try()", "1+5 try(x) takes 1 argument, not 0"},
	{"null", "1+4 the type of null is not known here; write cast(null as int)"},
	{"null + null", "6+1 the type of null is not known here; write cast(null as int)"},
	{"cast(a as integer)", "11+7 unexpected \"integer\", expected a type: bool, int, float, "
			       "timestamp, string, bytes or json"},
	{"cast(a as)", "10+1 unexpected \")\", expected a type: bool, int, float, timestamp, "
		       "string, bytes or json"},
	{"cast(a int)", "8+3 unexpected \"int\", expected \"as\""},
	{"cast(f as timestamp)", "1+20 there is no cast from float to timestamp"},
	{"cast(p as float)", "1+16 there is no cast from bool to float"},
	{"cast(y as int)", "1+14 there is no cast from bytes to int"},
	{"timestamp 'x'", "1+13 no timestamp; write it like timestamp '2026-01-31T12:00:00Z'"},
	{"a || s", "1+1 \"||\" takes strings and bytes, but this is int; write cast(x as string)"},
	{"p || q", "1+1 \"||\" takes strings and bytes, but this is bool; write \"or\""},
	{"a like 'x'",
		"1+1 \"like\" takes strings and bytes, but this is int; write cast(x as string)"},
	{"s like 'x!' escape '!'", "20+3 the pattern ends in the escape letter"},
	{"s like 'x' escape 'ab'", "19+4 escape must be one letter"},
	{"a < b < 3", "7+1 comparisons do not chain; join them with \"and\""},
	{"a == b", "3+2 unknown operator \"==\"; write \"=\""},
	{"a && b", "3+2 unknown operator \"&&\"; write \"and\""},
	{"s ~ 'x'", "1+7 \"~\" is the function \"regexp_like\", which no plugin here has"},
	{"s !~ 'x'", "1+8 \"~\" is the function \"regexp_like\", which no plugin here has"},
	{"!p", "1+1 unknown operator \"!\"; write \"not\""},
	{"a ? b", "3+1 unknown operator \"?\"; write if(condition, a, b)"},
	{"a::int", "2+2 unknown operator \"::\"; write cast(x as type)"},
	{"j->>'a'", "2+3 unknown operator \"->>\"; write cast(column.member as string)"},
	{"a & b", "3+1 unknown operator \"&\"; write \"and\""},
	{"a ^ b", "3+1 unknown operator \"^\"; there are no operators on bits"},
	{"a; b", "2+1 unexpected letter"},
	{"'abc", "1+4 this quote is not closed"},
	{"\"abc", "1+4 this quote is not closed"},
	{"5x", "1+2 no number and no duration; write 500ms, 5s, 10m, 1h or 7d"},
	{"5s3", "1+3 no number and no duration; write 500ms, 5s, 10m, 1h or 7d"},
	{"1.5s", "1+4 no number; a duration is whole: write 1500ms, not 1.5s"},
	{"1e", "1+2 no number and no duration; write 500ms, 5s, 10m, 1h or 7d"},
	{"1e999", "1+5 this number is too large for a float"},
	{"99999999999999999999",
		"1+20 this number does not fit into 64 bits; write it with .0 as a float"},
	{"9223372036854775808",
		"1+19 this number does not fit into 64 bits; write it with .0 as a float"},
	{"1h2x", "1+4 no number and no duration; write 500ms, 5s, 10m, 1h or 7d"},
	{"999999999d", "1+10 this duration does not fit into 64 bits"},
	{"a.b", "1+3 column \"a\" is int; only json has members"},
	{"n.x", "1+3 column \"n\" is int; only json has members"},
	{"f[0]", "1+4 column \"f\" is float; only json has members"},
	{"j[-1]", "3+1 unexpected \"-\", expected a number from 0 on or a 'name'"},
	{"j[a]", "3+1 unexpected \"a\", expected a number from 0 on or a 'name'"},
	{"j.", "3+0 the expression ends here, but the name of a member is missing"},
	{"j.5", "2+2 unexpected \".5\", expected an operator or the end"},
	{"@foo", "1+4 unknown field \"@foo\"; there are @partition, @offset, @key, @raw, "
		 "@timestamp and @headers"},
	{"@ofset", "1+6 unknown field \"@ofset\"; did you mean \"@offset\"?"},
	{"end + 1", "1+3 a value is missing before \"end\"; a column of this name is written "
		    "\"end\" in double quotes"},
	{"and", "1+3 a value is missing before \"and\"; a column of this name is written \"and\" "
		"in double quotes"},
	{"a in ()", "7+1 unexpected \")\", expected a value"},
	{"a in 1", "6+1 unexpected \"1\", expected \"(\""},
	{"a is 5", "6+1 unexpected \"5\", expected \"null\" or \"not null\""},
	{"a is not 5", "10+1 unexpected \"5\", expected \"null\""},
	{"a not null", "7+4 unexpected \"null\", expected \"in\", \"like\" or \"between\""},
	{"count()", "1+5 \"count\" is an aggregate; it has no place here"},
	{"sum(a)", "1+3 \"sum\" is an aggregate; it has no place here"},
	{"lowr(s)", "1+4 unknown function \"lowr\"; did you mean \"lower\"?"},
	{"foo(1)", "1+3 unknown function \"foo\""},
	{"lower()", "1+7 lower(string): takes 1 argument, not 0"},
	{"lower(a)",
		"1+8 lower(string): argument 1 must be string, not int; write cast(x as string)"},
	{"lower(s, t)", "1+11 lower(string): takes 1 argument, not 2"},
	{"substr(s, 'x')",
		"1+14 substr(string, from [, count]): argument 2 must be int, not string"},
	{"substr(s)", "1+9 substr(string, from [, count]): takes 2 to 3 arguments, not 1"},
	{"abs(s)", "1+6 abs(x): takes int or float, not string"},
	{"lower(s) filter (where p)",
		"24+1 \"lower\" is no aggregate; only an aggregate has a filter"},
	{"count(distinct a)", "7+8 \"distinct\" has no place here; there is count_distinct(x)"},
	{"a b c", "3+1 unexpected \"b\", expected an operator or the end"},
	{"usr + foo(1) and ptx > 3", "1+3 unknown field \"usr\"\n7+3 unknown function "
				     "\"foo\"\n18+3 unknown field \"ptx\""},
	{"it's", "3+2 this quote is not closed"},
	{"\\x", "1+1 unexpected \"\\\"; a quote in a string is doubled: 'it''s'"},
	{"a = b = lat", "9+3 unknown field \"lat\""},
	{"x = ", "5+0 the expression ends here, but a value is missing"},
	{"\"\" = 5", "2+0 a name is missing"},
};

START_TEST(problems_are_told_where_they_are)
{
	RIG_CHECK(problems);
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_test(tests, problems_are_told_where_they_are);
}

int
main(void)
{
	return rig_main("expr_problems", fill);
}
