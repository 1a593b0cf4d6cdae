/* SPDX-License-Identifier: Apache-2.0 */
/* Binding: every type with default and range, and what is said when it does not fit. */
#include "conf_test.h"

struct all {
	uint32_t flag, other, mode, in, out, cases, word_mode;
	int64_t count, time, hop, slide;
	uint64_t size;
	struct weir_str name, where, pair_a, pair_b;
	struct weir_list list, key, tags, sets, joined, pairs, exprs, conditions;
};

#define AT(f) .offset = offsetof(struct all, f)
#define ROW(n, t, ...)                                                                             \
	{                                                                                          \
		.name = n, .type = WEIR_D_##t, __VA_ARGS__                                         \
	}

static const struct weir_directive table_all[] = {
	ROW("flag", FLAG, AT(flag)),
	ROW("other", FLAG, AT(other), .deflt = "on"),
	ROW("mode", ENUM, AT(mode), .choices = "exact approx", .deflt = "approx"),
	ROW("left", INPUT, AT(in), .flags = WEIR_REPEATS),
	ROW("late_to", OUTPUT, AT(out)),
	ROW("case", OUTPUT, AT(cases), .flags = WEIR_REPEATS),
	ROW("case", EXPR, AT(conditions), .flags = WEIR_REPEATS),
	ROW("count", INT, AT(count), .min = -5, .max = 5, .deflt = "3"),
	ROW("time", DURATION, AT(time), .min = 1000, .max = INT64_MAX, .deflt = "1m"),
	ROW("hopping", DURATION, AT(hop), .choices = "SIZE", .min = 1000, .max = 86400000000,
		.deflt = "10s"),
	ROW("hopping", DURATION, AT(slide), .choices = "SLIDE", .min = 1000, .max = 86400000000,
		.deflt = "1s"),
	ROW("hopping", ENUM, AT(word_mode), .choices = "a b", .deflt = "b"),
	ROW("size", SIZE, AT(size), .min = 1, .max = 1 << 20, .deflt = "64k"),
	ROW("name", STR, AT(name), .deflt = "'a \\'name\\''"),
	ROW("where", EXPR, AT(where), .deflt = "x > '1'"),
	ROW("list", LIST, AT(list), .deflt = "a 'b c'"),
	ROW("key", EXPRS, AT(key), .deflt = "f(a, b), c"),
	ROW("tag", STR, AT(tags), .flags = WEIR_REPEATS),
	ROW("set", EXPR, AT(sets), .flags = WEIR_REPEATS),
	ROW("join", LIST, AT(joined), .flags = WEIR_REPEATS),
	ROW("add", EXPRS, AT(exprs), .flags = WEIR_REPEATS),
	{.name = NULL},
};

static void
bind_all(struct conf_test *t, struct wr_arena *arena, const char *text, struct all *all)
{
	static const char *const blocks[] = {"format", NULL};
	struct wr_table_of table = {
		.directives = table_all, .stride = sizeof table_all[0], .conf = all};
	struct wr_text conf = {0};
	uint32_t n, before;

	*all = (struct all){0};
	wr_text_printf(&conf, "block b {\n%s}\n", text);
	ct_parse(t, conf.p);
	before = t->diag.n_errors;
	n = wr_bind(
		wr_conf_root(t->conf)->children, &table, 1, blocks, "block \"b\"", arena, &t->diag);
	ck_assert_uint_eq(before + n, t->diag.n_errors);
	wr_text_fini(&conf);
}

static void
says(const char *text, const char *messages)
{
	struct wr_arena arena = {0};
	struct conf_test t;
	struct all all;

	bind_all(&t, &arena, text, &all);
	ck_assert_str_eq(ct_messages(&t), messages);
	ct_end(&t);
	wr_arena_fini(&arena);
}

START_TEST(absent_directives_have_their_defaults)
{
	struct wr_arena arena = {0};
	struct conf_test t;
	struct all a;

	bind_all(&t, &arena, "", &a);
	ck_assert_str_eq(ct_messages(&t), "");
	ck_assert_uint_eq(a.flag, 0);
	ck_assert_uint_eq(a.other, 1);
	ck_assert_uint_eq(a.mode, 1);
	ck_assert_uint_eq(a.in, 0);
	ck_assert_uint_eq(a.out, 0);
	ck_assert_int_eq(a.count, 3);
	ck_assert_int_eq(a.time, 60000000);
	ck_assert_int_eq(a.hop, 10000000);
	ck_assert_int_eq(a.slide, 1000000);
	ck_assert_uint_eq(a.word_mode, 1);
	ck_assert_uint_eq(a.size, 65536);
	ct_str(a.name, "a 'name'");
	ct_place(&t, a.name.loc, "t.conf", 1, 1);
	ct_str(a.where, "x > '1'");
	ck_assert_uint_eq(a.list.n, 2);
	ct_str(a.list.v[1], "b c");
	ck_assert_uint_eq(a.key.n, 2);
	ct_str(a.key.v[0], "f(a, b)");
	ct_str(a.key.v[1], "c");
	ck_assert_uint_eq(a.tags.n, 0);
	ct_end(&t);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(given_directives_fill_their_fields)
{
	struct wr_arena arena = {0};
	struct conf_test t;
	struct all a;

	bind_all(&t, &arena,
		"flag; other off; mode exact; left a b; left c; late_to late; count -5; time "
		"1h30m;\n"
		"hopping 2s; size 1m; name \"x;y\"; where a = 'b' and\n  c; list x 'y z' w;\n"
		"key f('a,b', [1, 2]), g ( x , y ) , \"h,i\" ;\n"
		"format json { user string; }\n",
		&a);
	ck_assert_str_eq(ct_messages(&t), "");
	ck_assert_uint_eq(a.flag, 1);
	ck_assert_uint_eq(a.other, 0);
	ck_assert_uint_eq(a.mode, 0);
	ck_assert_uint_eq(a.in, 3);
	ck_assert_uint_eq(a.out, 1);
	ck_assert_int_eq(a.count, -5);
	ck_assert_int_eq(a.time, INT64_C(5400000000));
	ck_assert_int_eq(a.hop, 2000000);
	ck_assert_int_eq(a.slide, 1000000);
	ck_assert_uint_eq(a.size, 1 << 20);
	ct_str(a.name, "x;y");
	ct_place(&t, a.name.loc, "t.conf", 3, 27);
	ct_str(a.where, "a = 'b' and\n  c");
	ct_place(&t, a.where.loc + 14, "t.conf", 4, 3);
	ck_assert_uint_eq(a.list.n, 3);
	ct_str(a.list.v[1], "y z");
	ct_place(&t, a.list.loc, "t.conf", 4, 6);
	ck_assert_uint_eq(a.key.n, 3);
	ct_str(a.key.v[0], "f('a,b', [1, 2])");
	ct_str(a.key.v[1], "g ( x , y )");
	ct_str(a.key.v[2], "\"h,i\"");
	ct_place(&t, a.key.v[1].loc, "t.conf", 5, 23);
	ct_end(&t);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(repeated_directives_collect)
{
	struct wr_arena arena = {0};
	struct conf_test t;
	struct all a;

	bind_all(&t, &arena,
		"tag x; set a = 1, 2; tag 'y z'; set b = 2; join a b; join c; add p, q; add r;\n"
		"case big v > 1; case small v < 1 and w;\n",
		&a);
	ck_assert_str_eq(ct_messages(&t), "");
	ck_assert_uint_eq(a.tags.n, 2);
	ct_str(a.tags.v[0], "x");
	ct_str(a.tags.v[1], "y z");
	ct_place(&t, a.tags.loc, "t.conf", 2, 1);
	ck_assert_uint_eq(a.sets.n, 2);
	ct_str(a.sets.v[0], "a = 1, 2");
	ct_str(a.sets.v[1], "b = 2");
	ck_assert_uint_eq(a.joined.n, 3);
	ct_str(a.joined.v[2], "c");
	ck_assert_uint_eq(a.exprs.n, 3);
	ct_str(a.exprs.v[2], "r");
	ck_assert_uint_eq(a.cases, 2);
	ck_assert_uint_eq(a.conditions.n, 2);
	ct_str(a.conditions.v[1], "v < 1 and w");
	ct_end(&t);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(rows_of_one_name_are_words_in_order)
{
	static const struct weir_directive rows[] = {
		ROW("window", STR, AT(pair_a), .flags = WEIR_REQUIRED),
		ROW("window", INT, AT(count), .flags = WEIR_REQUIRED),
		ROW("window", EXPR, AT(where)),
		ROW("pair", STR, AT(pairs)),
		ROW("pair", STR, AT(tags), .flags = WEIR_REPEATS),
		ROW("pair", LIST, AT(list)),
		{.name = NULL},
	};
	struct wr_arena arena = {0};
	struct conf_test t;
	struct all a = {0};
	struct wr_table_of table = {.directives = rows, .stride = sizeof rows[0], .conf = &a};

	ct_parse(&t, "window 'a b' 5 x >  'y z';\npair p q r s;\npair u;\npair v 'w';\n");
	ck_assert_uint_eq(
		wr_bind(wr_conf_root(t.conf), &table, 1, NULL, "the conf", &arena, &t.diag), 0);
	ct_str(a.pair_a, "a b");
	ck_assert_int_eq(a.count, 5);
	ct_str(a.where, "x >  'y z'");
	ct_place(&t, a.where.loc, "t.conf", 1, 16);
	ck_assert_uint_eq(a.pairs.n, 3);
	ck_assert_uint_eq(a.tags.n, 3);
	ct_str(a.tags.v[0], "q");
	ck_assert_ptr_null(a.tags.v[1].p);
	ct_str(a.tags.v[2], "w");
	ck_assert_uint_eq(a.list.n, 2);
	ct_str(a.list.v[1], "s");
	ct_end(&t);

	a = (struct all){0};
	ct_parse(&t, "window a;\n");
	ck_assert_uint_eq(
		wr_bind(wr_conf_root(t.conf), &table, 1, NULL, "the conf", &arena, &t.diag), 1);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:1:1: error: invalid number of arguments in \"window\" directive: 1 given; "
		"write \"window WORD NUMBER [EXPRESSION];\"\n"
		"window a;\n"
		"^~~~~~\n");
	ct_end(&t);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(tables_of_another_stride_and_several_of_them_apply)
{
	struct wide {
		struct weir_directive row;
		uint64_t later;
	};
	static const struct wide wide[] = {
		{.row = ROW("a", INT, AT(count), .deflt = "1")}, {.row = {.name = NULL}}};
	static const struct narrow {
		const char *name, *summary, *deflt, *choices;
		uint32_t type, flags, offset, port;
	} narrow[] = {{.name = "b", .type = WEIR_D_INT, .offset = offsetof(struct all, time)}, {0}};
	const void *narrow_rows = narrow;
	struct weir_directive row;
	struct wr_arena arena = {0};
	struct conf_test t;
	struct all first = {0}, second = {0};
	struct wr_table_of tables[] = {
		{.directives = &wide[0].row, .stride = sizeof wide[0], .conf = &first},
		{.directives = narrow_rows, .stride = sizeof narrow[0], .conf = &second}};

	ck_assert(wr_directive_at(narrow_rows, sizeof narrow[0], 0, &row));
	ck_assert_int_eq(row.max, 0);
	ck_assert(!wr_directive_at(narrow_rows, sizeof narrow[0], 1, &row));
	ct_parse(&t, "b 99;\nzzz;\n");
	ck_assert_uint_eq(wr_bind(wr_conf_root(t.conf), tables, 2, NULL, NULL, &arena, &t.diag), 1);
	ck_assert_int_eq(first.count, 1);
	ck_assert_int_eq(second.time, 99);
	ck_assert_str_eq(ct_messages(&t), "t.conf:2:1: error: unknown directive \"zzz\"\n"
					  "zzz;\n"
					  "^~~\n");
	ct_end(&t);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(unknown_directives_are_reported_with_what_was_meant)
{
	says("hoping 1s;\n  xyzzy;\nfromat json;\n",
		"t.conf:2:1: error: unknown directive \"hoping\" in block \"b\"; did you mean "
		"\"hopping\"?\n"
		"hoping 1s;\n"
		"^~~~~~\n"
		"t.conf:3:3: error: unknown directive \"xyzzy\" in block \"b\"\n"
		"  xyzzy;\n"
		"  ^~~~~\n"
		"t.conf:4:1: error: unknown directive \"fromat\" in block \"b\"; did you mean "
		"\"format\"?\n"
		"fromat json;\n"
		"^~~~~~\n");
}
END_TEST

START_TEST(a_duplicate_names_the_first)
{
	says("count 1;\ncount 2;\n", "t.conf:3:1: error: \"count\" directive is duplicate\n"
				     "count 2;\n"
				     "^~~~~\n"
				     "t.conf:2:1: note: \"count\" first given here\n");
}
END_TEST

START_TEST(a_missing_directive_is_told_at_the_block)
{
	static const struct weir_directive rows[] = {
		ROW("key", EXPRS, AT(key), .flags = WEIR_REQUIRED), {.name = NULL}};
	struct wr_arena arena = {0};
	struct conf_test t;
	struct all a = {0};
	struct wr_table_of table = {.directives = rows, .stride = sizeof rows[0], .conf = &a};

	ct_parse(&t, "p {\n  window by_user { }\n}\n");
	wr_bind(wr_conf_root(t.conf)->children->children, &table, 1, NULL, "window \"by_user\"",
		&arena, &t.diag);
	ck_assert_str_eq(ct_messages(&t), "t.conf:2:3: error: window \"by_user\" needs \"key\"\n"
					  "  window by_user { }\n"
					  "  ^~~~~~\n");
	ct_end(&t);
	/* A block that was not closed has perhaps swallowed it, one with a mistake in it has it. */
	ct_parse(&t, "window by_user { key 'a; }");
	wr_bind(wr_conf_root(t.conf)->children, &table, 1, NULL, "window \"by_user\"", &arena,
		&t.diag);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:1:22: error: missing terminating \"'\" character\n"
		"window by_user { key 'a; }\n"
		"                     ^\n");
	ct_end(&t);
	ct_parse(&t, "window by_user { ");
	ck_assert_uint_eq(wr_bind(wr_conf_root(t.conf)->children, &table, 1, NULL,
				  "window \"by_user\"", &arena, &t.diag),
		0);
	ct_end(&t);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(a_wrong_number_of_words_is_told_with_the_right_one)
{
	says("count;\ncount2;\nmode exact x y;\nhopping 1s 2s a b;\nlist;\nwhere;\nflag on on;\n"
	     "key;\n",
		"t.conf:2:1: error: invalid number of arguments in \"count\" directive: 0 given; "
		"write \"count NUMBER;\"\n"
		"count;\n"
		"^~~~~\n"
		"t.conf:3:1: error: unknown directive \"count2\" in block \"b\"; did you mean "
		"\"count\"?\n"
		"count2;\n"
		"^~~~~~\n"
		"t.conf:4:12: error: invalid number of arguments in \"mode\" directive: 3 given; "
		"write \"mode exact|approx;\"\n"
		"mode exact x y;\n"
		"           ^\n"
		"t.conf:5:17: error: invalid number of arguments in \"hopping\" directive: 4 "
		"given; write \"hopping SIZE [SLIDE] [a|b];\"\n"
		"hopping 1s 2s a b;\n"
		"                ^\n"
		"t.conf:6:1: error: invalid number of arguments in \"list\" directive: 0 given; "
		"write \"list WORD ...;\"\n"
		"list;\n"
		"^~~~\n"
		"t.conf:7:1: error: invalid number of arguments in \"where\" directive: 0 given; "
		"write \"where EXPRESSION;\"\n"
		"where;\n"
		"^~~~~\n"
		"t.conf:8:9: error: invalid number of arguments in \"flag\" directive: 2 given; "
		"write \"flag [on|off];\"\n"
		"flag on on;\n"
		"        ^~\n"
		"t.conf:9:1: error: invalid number of arguments in \"key\" directive: 0 given; "
		"write \"key EXPRESSION, ...;\"\n"
		"key;\n"
		"^~~\n");
}
END_TEST

START_TEST(wrong_values_are_told_with_the_right_ones)
{
	says("flag yes;\nmode fast;\ncount 1k;\ntime 5x;\nsize big;\nhopping 1s 1s c;\n",
		"t.conf:2:6: error: \"flag\" is \"yes\"; choose one of: on, off\n"
		"flag yes;\n"
		"     ^~~\n"
		"t.conf:3:6: error: \"mode\" is \"fast\"; choose one of: exact, approx\n"
		"mode fast;\n"
		"     ^~~~\n"
		"t.conf:4:7: error: \"1k\" is no whole number\n"
		"count 1k;\n"
		"      ^~\n"
		"t.conf:5:6: error: \"5x\" is no duration; write 500ms, 5s, 10m, 1h or 7d\n"
		"time 5x;\n"
		"     ^~\n"
		"t.conf:6:6: error: \"big\" is no size; write 512, 64k, 4m or 1g\n"
		"size big;\n"
		"     ^~~\n"
		"t.conf:7:15: error: word 3 of \"hopping\" is \"c\"; choose one of: a, b\n"
		"hopping 1s 1s c;\n"
		"              ^\n");
}
END_TEST

START_TEST(values_out_of_range_are_told_with_the_range)
{
	says("count 6;\ntime 10us;\nhopping 25h 0ms;\nsize 2m;\n",
		"t.conf:2:7: error: \"count\" is 6; allowed -5 to 5\n"
		"count 6;\n"
		"      ^\n"
		"t.conf:3:6: error: \"time\" is 10us; allowed 1ms or more\n"
		"time 10us;\n"
		"     ^~~~\n"
		"t.conf:4:9: error: size of \"hopping\" is 25h; allowed 1ms to 24h\n"
		"hopping 25h 0ms;\n"
		"        ^~~\n"
		"t.conf:4:13: error: slide of \"hopping\" is 0ms; allowed 1ms to 24h\n"
		"hopping 25h 0ms;\n"
		"            ^~~\n"
		"t.conf:5:6: error: \"size\" is 2m; allowed 1 to 1m\n"
		"size 2m;\n"
		"     ^~\n");
}
END_TEST

START_TEST(one_sided_ranges_and_defaults_are_checked)
{
	static const struct weir_directive rows[] = {
		ROW("most", INT, AT(count), .min = INT64_MIN, .max = 9),
		ROW("least", INT, AT(time), .min = 2),
		ROW("wrong", DURATION, AT(hop), .deflt = "5x"),
		ROW("far", SIZE, AT(size), .max = 1024, .deflt = "2k"),
		{.name = NULL},
	};
	struct wr_arena arena = {0};
	struct conf_test t;
	struct all a = {0};
	struct wr_table_of table = {.directives = rows, .stride = sizeof rows[0], .conf = &a};

	ct_parse(&t, "b {\nmost 10;\nleast 1;\n}\n");
	wr_bind(wr_conf_root(t.conf)->children, &table, 1, NULL, "b", &arena, &t.diag);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:1:1: error: default of \"wrong\": \"5x\" is no duration; write 500ms, 5s, "
		"10m, 1h or 7d\n"
		"b {\n"
		"^~\n"
		"t.conf:1:1: error: default of \"far\": \"far\" is 2k; allowed 0 to 1k\n"
		"b {\n"
		"^~\n"
		"t.conf:2:6: error: \"most\" is 10; allowed at most 9\n"
		"most 10;\n"
		"     ^~\n"
		"t.conf:3:7: error: \"least\" is 1; allowed 2 or more\n"
		"least 1;\n"
		"      ^\n");
	ct_end(&t);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(a_missing_semicolon_is_told_where_it_is_missing)
{
	says("count 1\ntime 1s;\nmode exact;\n",
		"t.conf:2:8: error: directive \"count\" is not terminated by \";\"\n"
		"count 1\n"
		"       ^\n");
	says("where a > f(1)\nkey a, b;\n",
		"t.conf:2:15: error: directive \"where\" is not terminated by \";\"\n"
		"where a > f(1)\n"
		"              ^\n");
	says("left a b\nwhere a;\n",
		"t.conf:2:9: error: directive \"left\" is not terminated by \";\"\n"
		"left a b\n"
		"        ^\n");
	says("count 1\nformat json { a; }\n",
		"t.conf:3:12: error: directive \"count\" is not terminated by \";\"\n"
		"format json { a; }\n"
		"           ^\n");
	says("where a and\ncount > 1;\nkey a,\ncount, -\nsize;\nlist a\ncount;\n", "");
}
END_TEST

START_TEST(a_block_where_none_belongs_is_told)
{
	says("count 1 { a; }\n",
		"t.conf:2:8: error: directive \"count\" is not terminated by \";\"\n"
		"count 1 { a; }\n"
		"       ^\n");
}
END_TEST

START_TEST(what_follows_a_closing_quote_is_unexpected_unless_in_expressions)
{
	says("name \"a\"b;\nlist 'x''y' z\"w\" \"q\"\xc3\xa9t;\nwhere 'a'||\"b\";\n",
		"t.conf:2:9: error: unexpected \"b\"\n"
		"name \"a\"b;\n"
		"        ^\n"
		"t.conf:3:9: error: unexpected \"'\"\n"
		"list 'x''y' z\"w\" \"q\"\xc3\xa9t;\n"
		"        ^\n"
		"t.conf:3:21: error: unexpected \"\xc3\xa9\"\n"
		"list 'x''y' z\"w\" \"q\"\xc3\xa9t;\n"
		"                    ^\n");
}
END_TEST

START_TEST(empty_expressions_are_told_by_number)
{
	says("key a,, b;\n", "t.conf:2:7: error: expression 2 of \"key\" is empty\n"
			     "key a,, b;\n"
			     "      ^\n");
	says("key a,\n;\n", "t.conf:2:7: error: expression 2 of \"key\" is empty\n"
			    "key a,\n"
			    "      ^\n");
}
END_TEST

START_TEST(directives_with_a_syntax_error_are_not_bound)
{
	unsetenv("WEIR_NO");
	says("count ${env:WEIR_NO};\nxyz ${env:WEIR_NO:-5} ${q};\n",
		"t.conf:2:7: error: environment variable \"WEIR_NO\" is not set; set it or write "
		"\"${env:WEIR_NO:-default}\"\n"
		"count ${env:WEIR_NO};\n"
		"      ^~~~~~~~~~~~~~\n"
		"t.conf:3:23: error: unknown \"${q}\"; there are ${env:NAME}, "
		"${env:NAME:-default} and ${file:PATH}, and \\${ for the letters themselves\n"
		"xyz ${env:WEIR_NO:-5} ${q};\n"
		"                      ^~~~\n");
}
END_TEST

START_TEST(secret_directives_are_masked_everywhere)
{
	static const struct weir_directive rows[] = {
		ROW("password", STR, AT(name), .flags = WEIR_SECRET),
		ROW("pin", INT, AT(count), .flags = WEIR_SECRET, .max = 9),
		{.name = NULL},
	};
	struct wr_arena arena = {0};
	struct conf_test t;
	struct all a = {0};
	struct wr_table_of table = {.directives = rows, .stride = sizeof rows[0], .conf = &a};

	ct_parse(&t, "password hunter2 x;\npin 12345;\npin abcde;\n");
	wr_bind(wr_conf_root(t.conf), &table, 1, NULL, "the conf", &arena, &t.diag);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:1:18: error: invalid number of arguments in \"password\" directive: 2 "
		"given; write \"password WORD;\"\n"
		"password *** ***;\n"
		"             ^~~\n"
		"t.conf:2:5: error: \"pin\" is ***; allowed 0 to 9\n"
		"pin ***;\n"
		"    ^~~\n"
		"t.conf:3:1: error: \"pin\" directive is duplicate\n"
		"pin ***;\n"
		"^~~\n"
		"t.conf:2:1: note: \"pin\" first given here\n");
	ck_assert_str_eq(ct_dump(&t), "# configuration file t.conf:\n"
				      "password ***;\n"
				      "pin ***;\n"
				      "pin ***;\n");
	ct_end(&t);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(long_values_are_cut_in_messages)
{
	says("mode aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;\n",
		"t.conf:2:6: error: \"mode\" is "
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\"; choose one "
		"of: exact, approx\n"
		"mode aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;\n"
		"     "
		"^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		absent_directives_have_their_defaults,
		given_directives_fill_their_fields,
		repeated_directives_collect,
		rows_of_one_name_are_words_in_order,
		tables_of_another_stride_and_several_of_them_apply,
		unknown_directives_are_reported_with_what_was_meant,
		a_duplicate_names_the_first,
		a_missing_directive_is_told_at_the_block,
		a_wrong_number_of_words_is_told_with_the_right_one,
		wrong_values_are_told_with_the_right_ones,
		values_out_of_range_are_told_with_the_range,
		one_sided_ranges_and_defaults_are_checked,
		a_missing_semicolon_is_told_where_it_is_missing,
		a_block_where_none_belongs_is_told,
		what_follows_a_closing_quote_is_unexpected_unless_in_expressions,
		empty_expressions_are_told_by_number,
		directives_with_a_syntax_error_are_not_bound,
		secret_directives_are_masked_everywhere,
		long_values_are_cut_in_messages,
	};

	return ct_run("conf_bind", tests, sizeof tests / sizeof tests[0]);
}
