/* SPDX-License-Identifier: Apache-2.0 */
/* What the planner says of formats, types and plugins. */
#include "plan_test.h"

START_TEST(a_source_needs_a_format_that_fits)
{
	refuse("source gen g { }\n"
	       "sink null z { from g; }",
		"t:2:12: error: source gen \"g\" has no \"format\"; write \"format NAME { FIELD "
		"TYPE; ... }\"\n");
	refuse("source gen g { format jsn { a int; } }\n"
	       "sink null z { from g; }",
		"t:2:23: error: unknown format \"jsn\"; did you mean \"json\"?\n");
	refuse("source gen g { format ink; }\n"
	       "sink null z { from g; }",
		"t:2:23: error: format \"ink\" cannot read, only write\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "sink out o { from g; format line; }",
		"t:3:29: error: format \"line\" cannot write, only read\n");
	refuse("source gen g { format; }\n"
	       "sink null z { from g; }",
		"t:2:16: error: invalid number of arguments in \"format\" directive; write "
		"\"format NAME { ... }\"\n");
	refuse("source gen g { format a b; }\n"
	       "sink null z { from g; }",
		"t:2:16: error: invalid number of arguments in \"format\" directive; write "
		"\"format NAME { ... }\"\n");
	refuse("source gen g { format json { a int; }\n"
	       "format line; }\n"
	       "sink null z { from g; }",
		"t:3:1: error: \"format\" directive is duplicate\n"
		"t:2:16: note: \"format\" first stands here\n");
	refuse("source rows g { columns i; format json { a int; } }\n"
	       "sink null z { from g; }",
		"t:2:28: error: source rows \"g\" takes no \"format\": it makes rows itself\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "sink null z { from g; format json; }",
		"t:3:23: error: sink null \"z\" takes no \"format\": it takes rows as they are\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "sink out z { from g; format json { a int; } }",
		"t:3:36: error: field \"a\" in the format of a sink, which writes the fields of "
		"its input\n");
	refuse("source gen g { format json { a int;\n"
	       " a string; } }\n"
	       "sink null z { from g; }",
		"t:3:2: error: duplicate field \"a\"\n"
		"t:2:30: note: \"a\" first declared here\n");
	refuse("source gen g { format json { user strng; age integer; rot data; x-y int; } }\n"
	       "sink null z { from g; }",
		"t:2:35: error: unknown type \"strng\" of field \"user\"; did you mean "
		"\"string\"?\n"
		"t:2:46: error: unknown type \"integer\" of field \"age\"; choose one of: bool, "
		"int, float, timestamp, string, bytes, json\n"
		"t:2:55: error: unknown directive \"rot\" in format \"json\"; did you mean "
		"\"root\"?\n"
		"t:2:65: error: \"x-y\" is not a name of a field; write letters, digits and \"_\", "
		"not a digit first\n");
	refuse("source gen g { format json { a int { } } }\n"
	       "sink null z { from g; }",
		"t:2:30: error: field \"a\" is not terminated by \";\"\n");
	refuse("source gen g { format json; }\n"
	       "sink null z { from g; }",
		"t:2:12: error: source gen \"g\" has no columns; declare fields in the block of "
		"its \"format\"\n");
	refuse("source gen g { format json { a int; } event_time a; where a; watermark bound 5s; "
	       "}\n"
	       "sink null z { from g; }",
		"t:2:72: error: \"watermark\" is \"bound\"; choose one of: monotonic, bounded, "
		"none\n");
	refuse("source gen g { format line; watermark bounded; }\n"
	       "sink null z { from g; }",
		"t:2:29: error: invalid number of arguments in \"watermark\" directive; write "
		"\"watermark bounded DURATION\"\n");
	refuse("source gen g { format line; watermark bounded 5x; }\n"
	       "sink null z { from g; }",
		"t:2:47: error: \"5x\" is no duration; write 500ms, 5s, 10m, 1h or 7d\n");
	refuse("source gen g { format line; watermark bounded 5s idle; }\n"
	       "sink null z { from g; }",
		"t:2:50: error: invalid number of arguments in \"watermark\" directive; write "
		"\"idle DURATION\"\n");
	refuse("source gen g { format line; watermark none idle 5s; }\n"
	       "sink null z { from g; }",
		"t:2:44: error: unexpected \"idle\" in \"watermark\"\n");
	refuse("source gen g { format line; watermark bounded 5s ide 5s; }\n"
	       "sink null z { from g; }",
		"t:2:50: error: unexpected \"ide\" in \"watermark\"\n");
	refuse("source gen g { format line; watermark monotonic idle 0s; }\n"
	       "sink null z { from g; }",
		"t:2:54: error: \"idle\" of \"watermark\" is 0s; it must be longer\n");
	refuse("source gen g { format line; watermark monotonic idle 1s 2s; }\n"
	       "sink null z { from g; }",
		"t:2:57: error: unexpected \"2s\" in \"watermark\"\n");
	refuse("source gen g { format line; wher line; }\n"
	       "sink null z { from g; }",
		"t:2:29: error: unknown directive \"wher\" in source gen \"g\"; did you mean "
		"\"where\"?\n");
	refuse("source gen g { format odd { a int; } }\n"
	       "sink null z { from g; }",
		"t:2:16: error: internal error: the plugin of format \"odd\" calls pass(), which a "
		"format must not\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "sink out z { from g; format odd; }",
		"t:3:22: error: internal error: the plugin of format \"odd\" calls pass(), which a "
		"format of a sink must not\n"
		"t:3:22: error: internal error: the plugin of format \"odd\" calls add(), which a "
		"format of a sink must not\n");
	refuse("source rows r { columns i s; }\n"
	       "filter f { from r; where @offset > 1; }\n"
	       "sink null z { from f; }",
		"t:3:26: error: \"@offset\" is not known here: the rows here have no record of a "
		"source behind them\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "count c { from g; key s; }\n"
	       "filter f { from c; where @offset > 1; }\n"
	       "sink null z { from f; }",
		"t:4:26: error: \"@offset\" is not known here: the rows here have no record of a "
		"source behind them\n");
	refuse("source rows r { columns i; where @raw is null; }\n"
	       "sink null z { from r; }",
		"t:2:34: error: \"@raw\" is not known here: the source makes rows itself, without "
		"records\n");
}
END_TEST

START_TEST(types_fit_or_the_place_is_shown)
{
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "map m { from g; read x; }\n"
	       "sink null z { from m; }",
		"t:3:22: error: unknown field \"x\"\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "map m { from g; read a; }\n"
	       "sink null z { from m; }",
		"t:3:22: error: field \"a\" is int; it must be string\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "filter f { from g; where a; }\n"
	       "map m { from f; read zz; }\n"
	       "sink null z { from m; }",
		"t:3:26: error: a condition is needed, but this is int\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "filter f { from g; where nope > 1; }\n"
	       "sink null z { from f; }",
		"t:3:26: error: unknown field \"nope\"\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "map m { from g; set x = a, x = s; }\n"
	       "sink null z { from m; }",
		"t:3:28: error: map \"m\" would have two columns \"x\"\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "count c { from g; key s, s; }\n"
	       "sink null z { from c; }",
		"t:3:26: error: count \"c\" would have two columns \"s\"\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "count c { from g; key n = s; }\n"
	       "sink null z { from c; }",
		"t:3:7: error: count \"c\" would have two columns \"n\"\n");
	refuse("source gen g { format json { j json; } }\n"
	       "count c { from g; key j; }\n"
	       "sink null z { from c; }",
		"t:3:23: error: key \"j\" is json, which has no equality; cast it to string\n");
	refuse("source rows a { columns i s; }\n"
	       "source rows b { columns i k; }\n"
	       "sink null z { from a b; }",
		"t:4:22: error: union in sink null \"z\": field \"k\" of \"b\" is missing in "
		"\"a\"\n"
		"t:2:13: note: \"a\" is defined here\n"
		"t:3:13: note: \"b\" is defined here\n");
	refuse("source rows a { columns i; }\n"
	       "source rows b { columns i k; }\n"
	       "sink null z { from a b; }",
		"t:4:22: error: union in sink null \"z\": field \"k\" of \"b\" is missing in "
		"\"a\"\n"
		"t:2:13: note: \"a\" is defined here\n"
		"t:3:13: note: \"b\" is defined here\n");
	refuse("source rows a { columns i k; }\n"
	       "source rows b { columns i; }\n"
	       "sink null z { from a b; }",
		"t:4:22: error: union in sink null \"z\": field \"k\" of \"a\" is missing in "
		"\"b\"\n"
		"t:2:13: note: \"a\" is defined here\n"
		"t:3:13: note: \"b\" is defined here\n");
	refuse("source rows a { columns i; }\n"
	       "source gen b { format json { i string; } }\n"
	       "sink null z { from a b; }",
		"t:4:22: error: union in sink null \"z\": field \"i\" is int in \"a\" and string "
		"in \"b\"\n"
		"t:2:13: note: \"a\" is defined here\n"
		"t:3:12: note: \"b\" is defined here\n");
	refuse("source rows r { columns i s; }\n"
	       "source rows q { columns k sx; }\n"
	       "join j { from r q; key i; other_key sx; }\n"
	       "sink null z { from j; }",
		"t:4:37: error: key \"sx\" is string, and \"i\" of the other input is int\n");
	refuse("source rows r { columns i s; }\n"
	       "source rows q { columns k sx; }\n"
	       "join j { from r q; key i; other_key k, sx; }\n"
	       "sink null z { from j; }",
		"t:4:37: error: inputs of join \"j\" have 1 and 2 keys\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "count c { from g; key s; amends; }\n"
	       "map m { from c; }\n"
	       "sink strict z { from m; }",
		"t:5:22: error: sink strict \"z\" cannot take rows that amend earlier ones, which "
		"count \"c\" makes\n"
		"t:3:7: note: \"c\" is defined here\n"
		"note: a map between them makes plain rows of such: changes_as NAME;\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "count c { from g; key s; amends; }\n"
	       "count d { from c; }\n"
	       "sink null z { from d; }",
		"t:4:16: error: count \"d\" cannot take rows that amend earlier ones, which count "
		"\"c\" makes\n"
		"t:3:7: note: \"c\" is defined here\n"
		"note: a map between them makes plain rows of such: changes_as NAME;\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "count c { from g; key s; amends; }\n"
	       "agg d { from c; aggregate n = tally(); }\n"
	       "sink null z { from d; }",
		"t:4:17: error: an aggregate of agg \"d\" cannot take rows back, and count \"c\" "
		"amends earlier ones\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "agg d { from g; aggregate n = zyxwv(); }\n"
	       "sink null z { from d; }",
		"t:3:31: error: unknown function \"zyxwv\"\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "count c { from g; parallelism 2; }\n"
	       "sink null z { from c; }",
		"t:3:19: error: \"parallelism\" is 2; count \"c\" can have 1 subtask\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "limit l { from g; most 3; parallelism 4; }\n"
	       "sink null z { from l; }",
		"t:3:27: error: \"parallelism\" is 4; limit \"l\" can have 3 subtasks at most\n");
	refuse("max_parallelism 4;\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "count c { from g; key s; parallelism 5; }\n"
	       "sink null z { from c; }",
		"t:4:26: error: \"parallelism\" is 5; count \"c\" can have 4 subtasks at most\n");
}
END_TEST

START_TEST(a_plugin_that_breaks_the_contract_is_named)
{
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "rude m { from g; }\n"
	       "sink null z { from m; }",
		"t:3:6: error: internal error: the plugin of rude \"m\" has a directive \"from\", "
		"which is the host's\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "silent m { from g; }\n"
	       "sink null z { from m; }",
		"t:3:8: error: internal error: the plugin of silent \"m\" refuses the conf without "
		"saying why (-22)\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "picky m { from g; }\n"
	       "sink null z { from m; }",
		"t:3:7: error: it never suits me\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "misuse m { from g; }\n"
	       "sink null z { from m; }",
		"t:3:8: error: internal error: the plugin of misuse \"m\" calls column() for input "
		"7 of 2\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" calls column() for input "
		"1, which nothing feeds\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" calls pass() for output "
		"3 of 1\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" passes column 99 of "
		"input 0, which has 4\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" passes column -3 of "
		"input 0, which has 4\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" calls add() for output 5 "
		"of 1\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" adds column \"x\" of "
		"unknown type 77\n"
		"t:3:8: error: \"\" cannot be the name of a column\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" distributes input 0 in "
		"the unknown way 9\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" declares the unknown "
		"fact 55\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" declares changes of "
		"output 3 of 1\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" declares a parallelism "
		"of at most 0\n"
		"t:3:8: error: internal error: the plugin of misuse \"m\" compiles an expression "
		"over input 1, which nothing feeds\n");
}
END_TEST

START_TEST(one_mistake_makes_one_message)
{
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "filter f { from g; wher a > 1; }\n"
	       "map m { from f; read zz; }\n"
	       "sink null z { from m; }",
		"t:3:1: error: filter \"f\" needs \"where\"\n"
		"t:3:20: error: unknown directive \"wher\" in filter \"f\"; did you mean "
		"\"where\"?\n");
	refuse("source gen g { format nope; }\n"
	       "map m { from g; read zz; }\n"
	       "count c { from m; key q; on_error dead_letter bad; }\n"
	       "sink null z { from c; }\n"
	       "map k { from bad; read zz; }\n"
	       "sink null y { from k; }",
		"t:2:23: error: unknown format \"nope\"\n"
		"t:6:24: error: unknown field \"zz\"\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "filter f { from g; where b; on_error dead_letter bd; }\n"
	       "sink null z { from f; }\n"
	       "sink null y { from bad; }",
		"t:5:20: error: unknown operator or output \"bad\"; did you mean \"bd\"?\n");
	refuse("map a { from b; }\n"
	       "map b { from a; }\n"
	       "map m { from b; read zz; }\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from m g; }",
		"t:2:5: error: cycle: a -> b -> a\n");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_source_needs_a_format_that_fits,
		types_fit_or_the_place_is_shown,
		a_plugin_that_breaks_the_contract_is_named,
		one_mistake_makes_one_message,
	};

	return rig_run("plan_types", tests, sizeof tests / sizeof tests[0]);
}
