/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar: words, blocks, text, places, and what is said about mistakes in it. */
#include "conf_test.h"

START_TEST(directives_and_blocks_become_a_tree)
{
	struct conf_test t;
	const struct wr_dir *pipeline, *filter;

	ct_parse(&t, "worker_threads 2;\npipeline p {\n\tfilter f { from a b; }\n}\n");
	ck_assert_str_eq(ct_messages(&t), "");
	ck_assert(wr_conf_whole(t.conf));
	pipeline = wr_conf_root(t.conf)->children->next;
	ct_str(pipeline->name, "pipeline");
	ck_assert(pipeline->has_block);
	ck_assert_ptr_null(pipeline->next);
	ck_assert_ptr_eq(pipeline->parent, wr_conf_root(t.conf));
	filter = pipeline->children;
	ct_str(filter->words[0], "f");
	ck_assert_uint_eq(filter->children->n_words, 2);
	ct_str(filter->children->text, "a b");
	ck_assert(!filter->children->has_block);
	ct_place(&t, filter->name.loc, "t.conf", 3, 2);
	ct_place(&t, filter->children->words[1].loc, "t.conf", 3, 20);
	ct_place(&t, filter->children->end_loc, "t.conf", 3, 21);
	ct_place(&t, filter->end_loc, "t.conf", 3, 23);
	ct_place(&t, pipeline->end_loc, "t.conf", 4, 1);
	ct_end(&t);
}
END_TEST

START_TEST(quoted_words_lose_quotes_and_escapes)
{
	static const char *const words[] = {
		"a b", "it's", "say \"x\"", "\t|\r|\n|\\", "\\d+", "x\\y", "a;{}#b", ""};
	struct conf_test t;
	const struct wr_dir *dir;

	ct_parse(&t,
		"w 'a b' 'it\\'s' \"say \\\"x\\\"\" \"\\t|\\r|\\n|\\\\\" '\\d+' x\\y 'a;{}#b' '';");
	ck_assert_str_eq(ct_messages(&t), "");
	dir = wr_conf_root(t.conf)->children;
	ck_assert_uint_eq(dir->n_words, 8);
	for (uint32_t i = 0; i < 8; i++)
		ct_str(dir->words[i], words[i]);
	ct_end(&t);
}
END_TEST

START_TEST(expressions_pass_with_their_quotes)
{
	static const char text[] = "page != '/a;b' and f('x {y}',\"#\") || 'it''s' in (1, 2)[0]";
	struct conf_test t;
	const struct wr_dir *dir;
	char conf[128];

	snprintf(conf, sizeof conf, "  where\t %s  ;", text);
	ct_parse(&t, conf);
	ck_assert_str_eq(ct_messages(&t), "");
	dir = wr_conf_root(t.conf)->children;
	ct_str(dir->text, text);
	ct_str(dir->words[4], "f('x {y}',\"#\")");
	ct_place(&t, dir->text.loc + 8, "t.conf", 1, 18);
	ct_end(&t);
}
END_TEST

START_TEST(comments_are_blanks_at_the_begin_of_a_token_only)
{
	struct conf_test t;
	const struct wr_dir *dir;

	ct_parse(&t, "# don't; {\nset a = 1, # it's } \"one\n    b = x#2;# end\nc d;");
	ck_assert_str_eq(ct_messages(&t), "");
	dir = wr_conf_root(t.conf)->children;
	ct_str(dir->text, "a = 1,              \n    b = x#2");
	ct_place(&t, dir->words[3].loc, "t.conf", 3, 5);
	ct_str(dir->next->name, "c");
	ct_end(&t);
}
END_TEST

START_TEST(a_source_line_keeps_its_comment)
{
	ct_says("a b; # it is so\nc } # and so\n",
		"t.conf:2:2: error: directive \"c\" is not terminated by \";\"\n"
		"c } # and so\n"
		" ^\n"
		"t.conf:2:3: error: unexpected \"}\"\n"
		"c } # and so\n"
		"  ^\n");
}
END_TEST

START_TEST(crlf_and_bom_are_tolerated)
{
	struct conf_test t;
	const struct wr_dir *dir;

	ct_parse(&t, "\xef\xbb\xbf"
		     "a b;\r\nc\r\nd;\r\ne f }\r\n");
	dir = wr_conf_root(t.conf)->children;
	ct_place(&t, dir->name.loc, "t.conf", 1, 1);
	ct_str(dir->next->words[0], "d");
	ct_place(&t, dir->next->words[0].loc, "t.conf", 3, 1);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:4:4: error: directive \"e\" is not terminated by \";\"\n"
		"e f }\n"
		"   ^\n"
		"t.conf:4:5: error: unexpected \"}\"\n"
		"e f }\n"
		"    ^\n");
	ct_end(&t);
}
END_TEST

START_TEST(a_missing_semicolon_before_a_brace_is_one_message)
{
	struct conf_test t;

	ct_parse(&t, "p x {\n\ta 1;\n\tb 2 }\nc 3;\n");
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:3:5: error: directive \"b\" is not terminated by \";\"\n"
		"\tb 2 }\n"
		"\t   ^\n");
	ck_assert(wr_conf_whole(t.conf));
	ct_str(wr_dir_find(wr_conf_root(t.conf)->children, "b")->words[0], "2");
	ct_str(wr_conf_root(t.conf)->children->next->name, "c");
	ct_end(&t);
}
END_TEST

START_TEST(a_text_that_ends_in_a_directive_is_one_message)
{
	ct_says("p x {\n  a 1\n\n",
		"t.conf:2:6: error: unexpected end of file, expecting \";\" or \"}\"\n"
		"  a 1\n"
		"     ^\n"
		"t.conf:1:1: note: the block of \"p\" begins here and is not closed\n");
}
END_TEST

START_TEST(a_text_that_ends_in_a_block_is_one_message)
{
	struct conf_test t;

	ct_parse(&t, "p x {\n  a 1;\n  q { b; }\n\n# done\n");
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:3:11: error: unexpected end of file, expecting \"}\"\n"
		"  q { b; }\n"
		"          ^\n"
		"t.conf:1:1: note: the block of \"p\" begins here and is not closed\n");
	ck_assert(!wr_conf_whole(t.conf));
	ck_assert(wr_conf_root(t.conf)->children->broken);
	ct_end(&t);
}
END_TEST

START_TEST(indentation_tells_which_block_is_not_closed)
{
	ct_says("p x {\n  q {\n    a;\n  r {\n    b;\n  }\n}\n",
		"t.conf:7:2: error: unexpected end of file, expecting \"}\"\n"
		"}\n"
		" ^\n"
		"t.conf:2:3: note: the block of \"q\" begins here and is not closed\n");
}
END_TEST

START_TEST(indentation_tells_which_directive_has_no_opening_brace)
{
	struct conf_test t;

	ct_parse(&t, "p x {\n  a 1;\n  q y\n    b;\n    c;\n  }\n}\n");
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:7:1: error: unexpected \"}\"\n"
		"}\n"
		"^\n"
		"t.conf:3:3: note: directive \"q\" has no opening \"{\"\n");
	ck_assert(!wr_conf_whole(t.conf));
	ct_end(&t);
}
END_TEST

START_TEST(stray_semicolons_and_braces_are_unexpected)
{
	struct conf_test t;

	ct_parse(&t, "a;;\n{ b; }\nc;\n}\n");
	ck_assert_str_eq(ct_messages(&t), "t.conf:1:3: error: unexpected \";\"\n"
					  "a;;\n"
					  "  ^\n"
					  "t.conf:2:1: error: unexpected \"{\"\n"
					  "{ b; }\n"
					  "^\n"
					  "t.conf:4:1: error: unexpected \"}\"\n"
					  "}\n"
					  "^\n");
	ck_assert_str_eq(ct_dump(&t), "# configuration file t.conf:\na;\nc;\n");
	ct_end(&t);
}
END_TEST

START_TEST(an_open_quote_is_reported_where_it_opens)
{
	struct conf_test t;

	ct_parse(&t, "p {\n  a 'x y;\n  b 'z';\n  c \"q;\n}\n");
	ck_assert_str_eq(ct_messages(&t), "t.conf:2:5: error: missing terminating \"'\" character\n"
					  "  a 'x y;\n"
					  "    ^\n");
	ck_assert(wr_conf_whole(t.conf));
	ck_assert(wr_conf_root(t.conf)->children->children->broken);
	ct_str(wr_conf_root(t.conf)->children->children->next->words[0], "z");
	ct_end(&t);
	ct_says("a 1;\nb x\"y z;\n", "t.conf:2:4: error: missing terminating \"\\\"\" character\n"
				     "b x\"y z;\n"
				     "   ^\n");
}
END_TEST

START_TEST(an_open_quote_that_swallows_a_brace_is_one_message)
{
	struct conf_test t;

	ct_parse(&t, "p {\n  q { a 'x }\n  b 1;\n}\n");
	ck_assert_str_eq(ct_messages(&t), "t.conf:2:9: error: missing terminating \"'\" character\n"
					  "  q { a 'x }\n"
					  "        ^\n");
	ck_assert(!wr_conf_whole(t.conf));
	ct_end(&t);
	ct_says("a 'x", "t.conf:1:3: error: missing terminating \"'\" character\na 'x\n  ^\n");
}
END_TEST

START_TEST(a_quoted_text_may_span_lines)
{
	struct conf_test t;

	ct_parse(&t, "a 'x\n  y; z' w;\n");
	ck_assert_str_eq(ct_messages(&t), "");
	ct_str(wr_conf_root(t.conf)->children->words[0], "x\n  y; z");
	ct_place(&t, wr_conf_root(t.conf)->children->words[1].loc, "t.conf", 2, 9);
	ct_end(&t);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_reported_once_a_file)
{
	struct conf_test t;

	ct_says("# caf\xe9 is fine here\na b\xff"
		"c \xfe;\nd \x1b[1m;\n",
		"t.conf:2:4: error: unexpected byte 0xff; the file must be UTF-8\n"
		"a b\\xffc \\xfe;\n"
		"   ^~~~\n");
	ct_says("d \x1b[1m;\n", "t.conf:1:3: error: unexpected byte 0x1b\n"
				"d \\x1b[1m;\n"
				"  ^~~~\n");
	t = (struct conf_test){0};
	wr_diag_init(&t.diag, NULL);
	wr_conf_parse(&t.conf, "t.conf", "a b;\n\0c };", 10, &t.diag);
	ck_assert_str_eq(ct_messages(&t), "t.conf:2:1: error: unexpected byte 0x00\n"
					  "\\x00c };\n"
					  "^~~~\n");
	ck_assert(!wr_conf_whole(t.conf));
	ct_end(&t);
	t = (struct conf_test){0};
	wr_diag_init(&t.diag, NULL);
	wr_conf_parse(&t.conf, "t.conf",
		"\xff\xfe"
		"a\0",
		4, &t.diag);
	ck_assert_str_eq(ct_messages(&t), "weir: error: \"t.conf\" is UTF-16; it must be UTF-8\n");
	ct_end(&t);
}
END_TEST

START_TEST(nesting_has_a_limit)
{
	struct wr_text text = {0};
	struct conf_test t;

	for (int i = 0; i < 64; i++)
		wr_text_put(&text, "b{");
	for (int i = 0; i < 64; i++)
		wr_text_put(&text, "}");
	ct_says(text.p, "");
	text.len = 0;
	for (int i = 0; i < 100000; i++)
		wr_text_put(&text, "b{\n");
	ct_parse(&t, text.p);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:65:1: error: blocks are nested more than 64 deep\n"
		"b{\n"
		"^\n"
		"t.conf:65:1: note: the block of \"b\" begins here and is not closed\n");
	ct_end(&t);
	wr_text_fini(&text);
}
END_TEST

START_TEST(a_block_that_is_missing_or_too_much_is_said_in_nginx_s_words)
{
	struct conf_test t;
	const struct wr_dir *first;

	ct_parse(&t, "pipeline p;\nkey a { }\n");
	first = wr_conf_root(t.conf)->children;
	ck_assert(!wr_conf_expect_block(first, true, &t.diag));
	ck_assert(wr_conf_expect_block(first, false, &t.diag));
	ck_assert(!wr_conf_expect_block(first->next, false, &t.diag));
	ck_assert(wr_conf_expect_block(first->next, true, &t.diag));
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:1:1: error: directive \"pipeline\" has no opening \"{\"\n"
		"pipeline p;\n"
		"^~~~~~~~\n"
		"t.conf:2:6: error: directive \"key\" is not terminated by \";\"\n"
		"key a { }\n"
		"     ^\n");
	ct_end(&t);
}
END_TEST

START_TEST(foreign_locs_have_no_place)
{
	struct conf_test t;
	struct wr_place place;

	ct_parse(&t, "a b;");
	ck_assert(!wr_conf_place(t.conf, 0, &place));
	ck_assert(!wr_conf_place(t.conf, 6, &place));
	ck_assert(wr_conf_place(t.conf, 5, &place));
	ct_str(place.text, "a b;");
	ct_end(&t);
	ct_says("", "");
	ct_says(" \n# only a comment", "");
}
END_TEST

START_TEST(the_dump_is_tidy_and_reads_as_the_same)
{
	static const char dump[] = "# configuration file t.conf:\n"
				   "a 'b  c' d;\n"
				   "p x {\n"
				   "    set n = 1,\n"
				   "        m = 2;\n"
				   "    q {}\n"
				   "}\n"
				   "\"odd name\" z;\n"
				   "b;\n";
	struct conf_test t;

	ct_parse(&t, "a   'b  c'\td; p x{set n = 1, # one\n\n m = 2;q{}} 'odd name' z; b # x\n;");
	ck_assert_str_eq(ct_dump(&t), dump);
	ct_end(&t);
	ct_parse(&t, dump);
	ck_assert_str_eq(ct_messages(&t), "");
	ck_assert_str_eq(ct_dump(&t), dump);
	ct_end(&t);
	ct_parse(&t, "");
	ck_assert_str_eq(ct_dump(&t), "");
	ct_end(&t);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		directives_and_blocks_become_a_tree,
		quoted_words_lose_quotes_and_escapes,
		expressions_pass_with_their_quotes,
		comments_are_blanks_at_the_begin_of_a_token_only,
		a_source_line_keeps_its_comment,
		crlf_and_bom_are_tolerated,
		a_missing_semicolon_before_a_brace_is_one_message,
		a_text_that_ends_in_a_directive_is_one_message,
		a_text_that_ends_in_a_block_is_one_message,
		indentation_tells_which_block_is_not_closed,
		indentation_tells_which_directive_has_no_opening_brace,
		stray_semicolons_and_braces_are_unexpected,
		an_open_quote_is_reported_where_it_opens,
		an_open_quote_that_swallows_a_brace_is_one_message,
		a_quoted_text_may_span_lines,
		bytes_that_are_no_text_are_reported_once_a_file,
		nesting_has_a_limit,
		a_block_that_is_missing_or_too_much_is_said_in_nginx_s_words,
		foreign_locs_have_no_place,
		the_dump_is_tidy_and_reads_as_the_same,
	};

	return ct_run("conf_parse", tests, sizeof tests / sizeof tests[0]);
}
