/* SPDX-License-Identifier: Apache-2.0 */
/* What the planner says of blocks, names and wires. */
#include "plan_test.h"

START_TEST(an_operator_that_nobody_knows_is_guessed_at)
{
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "filtr f { from g; where a > 1; }\n"
	       "sink null z { from f; }",
		"t:3:1: error: unknown operator \"filtr\"; did you mean \"filter\"?\n");
	refuse("sorce gen g { format line; }\n"
	       "sink null z { from g; }",
		"t:2:1: error: unknown operator \"sorce\"; did you mean \"source\"?\n");
	refuse("source gne g { format line; }\n"
	       "sink null z { from g; }",
		"t:2:8: error: unknown source \"gne\"; did you mean \"gen\"?\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "null z { from g; }",
		"t:3:1: error: \"null\" is a sink; write \"sink null NAME { ... }\"\n");
	refuse("source map g { }\n"
	       "sink null z { from g; }",
		"t:2:8: error: \"map\" is a transform; write \"map NAME { ... }\"\n");
	refuse("gen g { format line; }\n"
	       "sink null z { from g; }",
		"t:2:1: error: \"gen\" is a source; write \"source gen NAME { ... }\"\n");
	refuse("sink gen s { from g; }\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } }",
		"t:2:6: error: \"gen\" is a source; write \"source gen NAME { ... }\"\n");
	refuse("source gen g { format line; }\n"
	       "sik null z { from g; }\n",
		"t:3:1: error: unknown operator \"sik\"; did you mean \"sink\"?\n");
	refuse("bufer 1 2m;\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "sink null z { from g; }",
		"t:2:1: error: unknown directive \"bufer\" in pipeline \"p\"; did you mean "
		"\"buffer\"?\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "windo w { from g; late_to late; }\n"
	       "sink null z { from w; }sink null y { from late; }",
		"t:3:1: error: unknown operator \"windo\"\n");
}
END_TEST

START_TEST(a_line_that_is_no_operator_is_refused)
{
	refuse("filter f;\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from g; }",
		"t:2:1: error: directive \"filter\" has no opening \"{\"\n");
	refuse("source gen { format line; }\n"
	       "sink null z { from q; }",
		"t:2:1: error: invalid number of arguments in \"source\" directive; write \"source "
		"PLUGIN NAME { ... }\"\n"
		"t:3:20: error: unknown operator or output \"q\"\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from g; }\n"
	       "map a b { from g; }",
		"t:3:1: error: invalid number of arguments in \"map\" directive; write \"map NAME "
		"{ ... }\"\n");
	refuse("source gen g h { format line; }\n"
	       "sink null z { from g; }",
		"t:2:1: error: invalid number of arguments in \"source\" directive; write \"source "
		"PLUGIN NAME { ... }\"\n");
	refuse("buffer { }\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from g; }",
		"t:2:7: error: directive \"buffer\" is not terminated by \";\"\n");
	refuse("buffer 0 1m;\n"
	       "parallelism 5000;\n"
	       "state disk;\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from g; }",
		"t:2:8: error: batches of \"buffer\" is 0; allowed 1 to 65536\n"
		"t:3:13: error: \"parallelism\" is 5000; allowed 1 to 1024\n"
		"t:4:7: error: \"state\" is \"disk\"; choose one of: memory, leveldb\n");
	refuse("on_error dead_letter;\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from g; }",
		"t:2:1: error: invalid number of arguments in \"on_error\" directive; write "
		"\"on_error dead_letter NAME\"\n");
	refuse("on_error drop x;\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from g; }",
		"t:2:1: error: invalid number of arguments in \"on_error\" directive; write "
		"\"on_error drop\"\n");
	refuse("on_error dead_leter x;\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from g; }",
		"t:2:10: error: \"on_error\" is \"dead_leter\"; choose one of: fail, drop, "
		"dead_letter\n");
}
END_TEST

START_TEST(names_are_plain_and_unique)
{
	refuse("source gen 9g { format line; }\n"
	       "sink null z { from 9g; }",
		"t:2:12: error: \"9g\" is not a name; write letters, digits, \"_\" and \"-\", a "
		"letter or \"_\" first\n");
	refuse("source gen source { format line; }\n"
	       "sink null z { from source; }",
		"t:2:12: error: \"source\" is a reserved word and cannot be a name\n");
	refuse("source gen xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx { "
	       "format line; }\n"
	       "sink null z { from "
	       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; }",
		"t:2:12: error: name "
		"\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" is longer "
		"than 64 characters\n");
	refuse("source gen g { format line; }\n"
	       "map g { from g; }\n"
	       "sink null z { from g; }",
		"t:3:5: error: duplicate operator name \"g\"\n"
		"t:2:12: note: \"g\" first defined here\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "filter f { from g; where b; else_to g; }\n"
	       "sink null z { from f; }",
		"t:3:37: error: duplicate output name \"g\": it names source gen \"g\"; operators "
		"and outputs "
		"share one set of names\n"
		"t:2:12: note: \"g\" first defined here\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "filter f { from g; where b; else_to a+b; }\n"
	       "sink null z { from f; }",
		"t:3:37: error: \"a+b\" is not a name; write letters, digits, \"_\" and \"-\", a "
		"letter or \"_\" first\n");
	refuse("source gen g { format line; on_error dead_letter z; }\n"
	       "sink null z { from g; }",
		"t:3:11: error: duplicate operator name \"z\": it names dead letters; operators "
		"and outputs "
		"share one set of names\n"
		"t:2:50: note: \"z\" first defined here\n");
	refuse("source gen g { format line; on_error dead_letter 1; }\n"
	       "sink null z { from g; }",
		"t:2:50: error: \"1\" is not a name; write letters, digits, \"_\" and \"-\", a "
		"letter or \"_\" first\n");
	refuse("on_error dead_letter g;\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from g; }",
		"t:2:22: error: duplicate output name \"g\": it names source gen \"g\"; operators "
		"and outputs "
		"share one set of names\n"
		"t:3:12: note: \"g\" first defined here\n");
}
END_TEST

START_TEST(wires_have_two_ends_and_no_cycle)
{
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "map m { from gg; }\n"
	       "sink null z { from m; }",
		"t:3:14: error: unknown operator or output \"gg\"; did you mean \"g\"?\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "map m { from clicks; }\n"
	       "sink null z { from m g; }",
		"t:3:14: error: unknown operator or output \"clicks\"\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from g; }\n"
	       "map m { from z; }\n"
	       "sink null y { from m; }",
		"t:3:14: error: \"z\" is a sink and has no output\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "sink null z { from g g; }",
		"t:3:22: error: \"g\" stands twice in one input of sink null \"z\"\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "map m { from g; }",
		"t:1:1: error: pipeline \"p\" has no sink\n"
		"t:3:5: error: nobody reads \"m\"\n"
		"note: to throw its rows away, add: sink null NAME { from m; }\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "filter f { from g; where b; else_to rest; }\n"
	       "sink null z { from g; }",
		"t:3:8: error: nobody reads \"f\"\n"
		"note: to throw its rows away, add: sink null NAME { from f; }\n"
		"t:3:37: error: nobody reads \"rest\"\n"
		"note: to throw its rows away, add: sink null NAME { from rest; }\n");
	refuse("on_error dead_letter bad;\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from g; }",
		"t:2:22: error: nobody reads \"bad\"\n"
		"note: to throw its rows away, add: sink null NAME { from bad; }\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "map m { }\n"
	       "sink null z { from m; }",
		"t:3:1: error: map \"m\" needs \"from\"\n");
	refuse("sink null z { from m; }\n"
	       "map m { from m; }",
		"t:1:1: error: pipeline \"p\" has no source\n"
		"t:3:5: error: cycle: m -> m\n");
	refuse("sink null z { from c; }\n"
	       "map a { from c; }\n"
	       "map b { from a g; }\n"
	       "map c { from b; }\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } }",
		"t:3:5: error: cycle: a -> b -> c -> a\n");
	refuse("map a { from b g; }\n"
	       "map b { from a; }\n"
	       "map d { from c; }\n"
	       "map c { from d; }\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from a d; }",
		"t:2:5: error: cycle: a -> b -> a\n"
		"t:4:5: error: cycle: d -> c -> d\n");
	refuse("source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}\n"
	       "filter f { from g; where b; on_error dead_letter bad; }\n"
	       "map m { from bad; on_error dead_letter bad; }\n"
	       "sink null z { from f m; }",
		"t:4:5: error: cycle: m -> m\n");
	refuse("source rows r { columns i s; }\n"
	       "join j { from r; key i; other_key i; }\n"
	       "sink null z { from j; }",
		"t:3:10: error: join \"j\" has 1 input; needs 2\n");
	refuse("source rows r { columns i s; }\n"
	       "source rows q { columns k; }\n"
	       "join j { from r q g; key i; other_key k; }\n"
	       "source gen g { format json { a int; s string not null; t timestamp ms; b bool; } "
	       "}sink null z { from j; }",
		"t:4:10: error: join \"j\" has 3 inputs; needs 2\n");
	refuse("", "t:1:1: error: pipeline \"p\" has no source\n"
		   "t:1:1: error: pipeline \"p\" has no sink\n");
	refuse("on_error dead_letter bad;\n"
	       "source gen g { format line; on_error drop; }\n"
	       "sink null z { from g; on_error fail; }\n"
	       "sink null y { from bad; }",
		"t:2:22: error: no operator sends dead letters to \"bad\"\n");
}
END_TEST

/* Not through refuse(): the line of the pipeline itself. */
static void
refuse_pipeline(const char *text, const char *want)
{
	rig_plan(text, 2);
	ck_assert_ptr_null(pipeline);
	ck_assert_str_eq(printed.p, want);
}

START_TEST(a_pipeline_has_a_name)
{
	refuse_pipeline("pipeline {" GEN NULLS("z", "g") "}",
		"t:1:1: error: invalid number of arguments in \"pipeline\" directive; write "
		"\"pipeline NAME { ... }\"\npipeline {source gen g { format json { a int; s string "
		"not null; t timestamp ms; b bool; } }\n^~~~~~~~\n");
	refuse_pipeline("pipeline 1 { source gen g { format line; } sink null z { from g; } }",
		"t:1:10: error: \"1\" is not a name; write letters, digits, \"_\" and \"-\", a "
		"letter "
		"or \"_\" first\npipeline 1 { source gen g { format line; } sink null z { from g; "
		"} }\n"
		"         ^\n");
}
END_TEST

START_TEST(who_names_all_outputs_has_none_of_its_own_name)
{
	refuse("source gen g { format line; }\n"
	       "fork f { from g; to a; to b; }\n"
	       "sink null z { from f; }",
		"t:4:20: error: fork \"f\" has no output of its own name; it has: a, b\n");
	refuse("source gen g { format line; }\n"
	       "fork f { from g; to f; }\n"
	       "sink null z { from g; }",
		"t:3:21: error: duplicate output name \"f\": it names fork \"f\"; operators and "
		"outputs "
		"share one set of names\n"
		"t:3:6: note: \"f\" first defined here\n");
	refuse("source gen g { format line; }\n"
	       "fork f { from g; to a; to b; }\n"
	       "sink null z { from a; }",
		"t:3:27: error: nobody reads \"b\"\n"
		"note: to throw its rows away, add: sink null NAME { from b; }\n");
	refuse("source gen g { format line; }\n"
	       "fork f { from g; to a; to b; to c; to d; }\n"
	       "sink null z { from a b c; }",
		"t:3:39: error: fork \"f\" has more than 3 \"to\"\n");
	refuse("source gen g { format line; }\n"
	       "fork f { from g; to a; to b; to c; word x y; }\n"
	       "sink null z { from a b c y; }",
		"t:3:6: error: internal error: the plugin of fork \"f\" has two directives that "
		"name output 3\n");
}
END_TEST

START_TEST(without_json_a_sink_says_its_format)
{
	static const struct weir_operator *const few[] = {&op_rows, &op_out};
	static const struct weir_plugin small = {
		.magic = WEIR_ABI_MAGIC,
		.major = WEIR_ABI_MAJOR,
		.minor = WEIR_ABI_MINOR,
		.size = sizeof small,
		.n_operators = 2,
		.name = "few",
		.version = "1",
		.license = "Apache-2.0",
		.operators = few,
	};
	struct weir_err err = {0};

	wr_plugins_free(plugins);
	plugins = wr_plugins_new();
	ck_assert_int_eq(wr_plugins_add(plugins, &small, "few.so", &err), 0);
	refuse("source rows r { columns i; } sink out z { from r; }",
		"t:2:39: error: sink out \"z\" has no \"format\", and the default, \"json\", is "
		"not loaded\n");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		an_operator_that_nobody_knows_is_guessed_at,
		a_line_that_is_no_operator_is_refused,
		names_are_plain_and_unique,
		wires_have_two_ends_and_no_cycle,
		a_pipeline_has_a_name,
		who_names_all_outputs_has_none_of_its_own_name,
		without_json_a_sink_says_its_format,
	};

	return rig_run("plan_block", tests, sizeof tests / sizeof tests[0]);
}
