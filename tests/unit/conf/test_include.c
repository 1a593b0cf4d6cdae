/* SPDX-License-Identifier: Apache-2.0 */
/* Files: include, its loops and limits, -g, and files that cannot be read. */
#include "conf_test.h"

static int
read_conf(struct conf_test *t, const char *path, const char *prefix, const char *globals)
{
	return wr_conf_read(&t->conf, path, prefix, globals, &t->diag);
}

/* A file of blanks. */
static void
fill(const char *path, size_t size)
{
	char *blanks = malloc(size + 1);

	ck_assert_ptr_nonnull(blanks);
	memset(blanks, ' ', size);
	blanks[size] = '\0';
	ct_write(path, blanks);
	free(blanks);
}

START_TEST(includes_are_sorted_nested_and_relative_to_the_conf)
{
	struct conf_test t;
	const struct wr_dir *dir;

	ct_dir(&t);
	ck_assert_int_eq(mkdir("etc", 0755), 0);
	ck_assert_int_eq(mkdir("etc/[d]", 0755), 0);
	ct_write("etc/main.conf", "a;\npipeline p {\n  include \"[[]d]/*.conf\";\n  z;\n}\n");
	ct_write("etc/[d]/10.conf", "b 10;\ninclude deep.inc;\n");
	ct_write("etc/[d]/9.conf", "b 9;\n");
	ct_write("etc/[d]/B.conf", "b B;\n");
	ct_write("etc/[d]/.hidden.conf", "b hidden;\n");
	ct_write("etc/deep.inc", "c deep;");
	ck_assert_int_eq(read_conf(&t, "etc/main.conf", NULL, NULL), 0);
	ck_assert_str_eq(ct_messages(&t), "");
	ck_assert_str_eq(ct_dump(&t), "# configuration file etc/main.conf:\n"
				      "a;\n"
				      "pipeline p {\n"
				      "    # configuration file etc/[d]/10.conf:\n"
				      "    b 10;\n"
				      "    # configuration file etc/deep.inc:\n"
				      "    c deep;\n"
				      "    # configuration file etc/[d]/9.conf:\n"
				      "    b 9;\n"
				      "    # configuration file etc/[d]/B.conf:\n"
				      "    b B;\n"
				      "    # configuration file etc/main.conf:\n"
				      "    z;\n"
				      "}\n");
	dir = wr_conf_root(t.conf)->children->next->children->next;
	ct_place(&t, dir->words[0].loc, "etc/deep.inc", 1, 3);
	ck_assert_ptr_eq(dir->parent, wr_conf_root(t.conf)->children->next);
	ct_end(&t);
}
END_TEST

START_TEST(a_prefix_replaces_the_conf_s_directory_and_is_no_pattern)
{
	struct conf_test t;

	ct_read(&t, "include i*.inc; include i1.inc; include none*;");
	ck_assert_int_eq(mkdir("p[1]*", 0755), 0);
	ct_write("p[1]*/i1.inc", "a;");
	ck_assert_int_eq(read_conf(&t, "t.conf", "p[1]*", NULL), 0);
	ck_assert_str_eq(ct_messages(&t), "");
	ck_assert_str_eq(ct_dump(&t), "# configuration file p[1]*/i1.inc:\na;\n"
				      "# configuration file p[1]*/i1.inc:\na;\n");
	ct_end(&t);
}
END_TEST

START_TEST(an_include_without_pattern_must_exist)
{
	struct conf_test t;

	ct_read(&t, "a;\n  include none.conf;\ninclude /none/*;\ninclude .;\n");
	ck_assert_int_eq(read_conf(&t, "t.conf", NULL, NULL), 0);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:2:11: error: open() \"none.conf\" failed (2: No such file or directory)\n"
		"  include none.conf;\n"
		"          ^~~~~~~~~\n"
		"t.conf:4:9: error: read() \".\" failed (21: Is a directory)\n"
		"include .;\n"
		"        ^\n");
	ct_end(&t);
}
END_TEST

START_TEST(an_include_of_the_wrong_form_is_reported)
{
	struct conf_test t;

	ct_read(&t, "include;\ninclude a b;\ninclude '';\ninclude a { b; }\n");
	ck_assert_int_eq(read_conf(&t, "t.conf", NULL, NULL), 0);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:1:1: error: invalid number of arguments in \"include\" directive: 0 given; "
		"write \"include FILE;\"\n"
		"include;\n"
		"^~~~~~~\n"
		"t.conf:2:1: error: invalid number of arguments in \"include\" directive: 2 given; "
		"write \"include FILE;\"\n"
		"include a b;\n"
		"^~~~~~~\n"
		"t.conf:3:1: error: invalid number of arguments in \"include\" directive: 0 given; "
		"write \"include FILE;\"\n"
		"include '';\n"
		"^~~~~~~\n"
		"t.conf:4:10: error: directive \"include\" is not terminated by \";\"\n"
		"include a { b; }\n"
		"         ^\n");
	ct_end(&t);
}
END_TEST

START_TEST(an_include_loop_is_found_whatever_the_name)
{
	struct conf_test t;

	ct_read(&t, "include a.inc;\n");
	ct_write("a.inc", "x;\ninclude ./t.conf;\n");
	ck_assert_int_eq(read_conf(&t, "t.conf", NULL, NULL), 0);
	ck_assert_str_eq(ct_messages(&t), "a.inc:2:9: error: \"./t.conf\" includes itself\n"
					  "include ./t.conf;\n"
					  "        ^~~~~~~~\n");
	ct_end(&t);
}
END_TEST

START_TEST(includes_nest_sixteen_deep_at_most)
{
	char name[16], text[32];
	struct conf_test t;

	ct_read(&t, "include 1;\n");
	for (int i = 1; i < 20; i++) {
		snprintf(name, sizeof name, "%d", i);
		snprintf(text, sizeof text, "include %d;", i + 1);
		ct_write(name, text);
	}
	ck_assert_int_eq(read_conf(&t, "t.conf", NULL, NULL), 0);
	ck_assert_str_eq(ct_messages(&t), "16:1:9: error: includes are nested more than 16 deep\n"
					  "include 17;\n"
					  "        ^~\n");
	ct_end(&t);
}
END_TEST

START_TEST(braces_match_within_each_file)
{
	struct conf_test t;

	ct_read(&t, "p {\n  include a.inc;\n  include b.inc;\n}\nq;\n");
	ct_write("a.inc", "x { y;\n");
	ct_write("b.inc", "z; }\n");
	ck_assert_int_eq(read_conf(&t, "t.conf", NULL, NULL), 0);
	ck_assert_str_eq(ct_messages(&t),
		"a.inc:1:7: error: unexpected end of file, expecting \"}\"\n"
		"x { y;\n"
		"      ^\n"
		"a.inc:1:1: note: the block of \"x\" begins here and is not closed\n"
		"b.inc:1:4: error: unexpected \"}\"\n"
		"z; }\n"
		"   ^\n");
	ct_str(wr_conf_root(t.conf)->children->next->name, "q");
	ct_end(&t);
}
END_TEST

START_TEST(globals_come_before_the_file)
{
	struct conf_test t;

	ct_read(&t, "b 2;\n");
	ck_assert_int_eq(read_conf(&t, "t.conf", NULL, "a 1; c 3;"), 0);
	ck_assert_str_eq(ct_messages(&t), "");
	ck_assert_str_eq(ct_dump(&t), "# configuration file command line:\na 1;\nc 3;\n"
				      "# configuration file t.conf:\nb 2;\n");
	ct_place(&t, wr_conf_root(t.conf)->children->next->name.loc, "command line", 1, 6);
	ct_end(&t);
}
END_TEST

START_TEST(globals_have_no_blocks_and_end_with_a_semicolon)
{
	struct conf_test t;

	ct_read(&t, "b 2;\n");
	ck_assert_int_eq(read_conf(&t, "t.conf", NULL, "p { a; } c 3"), 0);
	ck_assert_str_eq(ct_messages(&t),
		"command line:1:1: error: block directives are not supported in -g option\n"
		"p { a; } c 3\n"
		"^\n"
		"command line:1:13: error: unexpected end of parameter, expecting \";\"\n"
		"p { a; } c 3\n"
		"            ^\n");
	ct_end(&t);
}
END_TEST

START_TEST(a_conf_that_cannot_be_read_says_why)
{
	struct conf_test t;

	ct_dir(&t);
	ck_assert_int_eq(read_conf(&t, "none.conf", NULL, "}"), -ENOENT);
	ck_assert_ptr_null(t.conf);
	ck_assert_str_eq(ct_messages(&t), "weir: error: open() \"none.conf\" failed (2: No such "
					  "file or directory)\n");
	wr_diag_fini(&t.diag);
	ck_assert_int_eq(read_conf(&t, ".", NULL, NULL), -EISDIR);
	ck_assert_str_eq(
		ct_messages(&t), "weir: error: read() \".\" failed (21: Is a directory)\n");
	ct_end(&t);
}
END_TEST

START_TEST(a_file_has_a_largest_size)
{
	struct conf_test t;

	ct_read(&t, "");
	ck_assert_int_eq(truncate("t.conf", 4 * 1024 * 1024 + 1), 0);
	ck_assert_int_eq(read_conf(&t, "t.conf", NULL, NULL), -EFBIG);
	ck_assert_str_eq(ct_messages(&t), "weir: error: \"t.conf\" is larger than 4096k\n");
	ct_end(&t);
}
END_TEST

START_TEST(all_includes_together_have_a_largest_size)
{
	struct conf_test t;
	char name[16];

	ct_read(&t, "a;\ninclude b*;\n");
	ct_write("b", "#");
	for (int i = 0; i < 9; i++) {
		snprintf(name, sizeof name, "b%d", i);
		ck_assert_int_eq(symlink("b", name), 0);
	}
	fill("b", 4 * 1024 * 1024);
	ck_assert_int_eq(read_conf(&t, "t.conf", NULL, NULL), 0);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:2:9: error: the conf is larger than 32m with all it includes\n"
		"include b*;\n"
		"        ^~\n");
	ck_assert(!wr_conf_whole(t.conf));
	ct_end(&t);
}
END_TEST

START_TEST(text_from_memory_opens_no_file)
{
	ct_says("include /etc/passwd;\na ${file:/etc/passwd};\n",
		"t.conf:1:1: error: \"include\" directive is not allowed here\n"
		"include /etc/passwd;\n"
		"^~~~~~~\n"
		"t.conf:2:3: error: \"${file:/etc/passwd}\" is not allowed here\n"
		"a ${file:/etc/passwd};\n"
		"  ^~~~~~~~~~~~~~~~~~~\n");
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		includes_are_sorted_nested_and_relative_to_the_conf,
		a_prefix_replaces_the_conf_s_directory_and_is_no_pattern,
		an_include_without_pattern_must_exist,
		an_include_of_the_wrong_form_is_reported,
		an_include_loop_is_found_whatever_the_name,
		includes_nest_sixteen_deep_at_most,
		braces_match_within_each_file,
		globals_come_before_the_file,
		globals_have_no_blocks_and_end_with_a_semicolon,
		a_conf_that_cannot_be_read_says_why,
		a_file_has_a_largest_size,
		all_includes_together_have_a_largest_size,
		text_from_memory_opens_no_file,
	};

	return ct_run("conf_include", tests, sizeof tests / sizeof tests[0]);
}
