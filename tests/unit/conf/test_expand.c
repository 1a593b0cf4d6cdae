/* SPDX-License-Identifier: Apache-2.0 */
/* ${env:} and ${file:}: values, places, and that a secret is never shown. */
#include "conf_test.h"

START_TEST(an_environment_variable_is_one_word_and_never_syntax)
{
	struct conf_test t;
	const struct wr_dir *dir;

	setenv("WEIR_T", "a; b { 'c' # \"d\" ${env:X} \\n", 1);
	setenv("WEIR_E", "", 1);
	ct_parse(&t, "w ${env:WEIR_T} x${env:WEIR_T}y '${env:WEIR_T}' ${env:WEIR_E} z;");
	ck_assert_str_eq(ct_messages(&t), "");
	dir = wr_conf_root(t.conf)->children;
	ck_assert_ptr_null(dir->next);
	ck_assert_uint_eq(dir->n_words, 5);
	ct_str(dir->words[0], "a; b { 'c' # \"d\" ${env:X} \\n");
	ct_str(dir->words[1], "xa; b { 'c' # \"d\" ${env:X} \\ny");
	ct_str(dir->words[2], "a; b { 'c' # \"d\" ${env:X} \\n");
	ct_str(dir->words[3], "");
	ct_str(dir->words[4], "z");
	ct_place(&t, dir->words[4].loc, "t.conf", 1, 63);
	ct_end(&t);
}
END_TEST

START_TEST(in_text_a_value_stands_as_it_is_and_in_quotes_their_kind_is_doubled)
{
	struct conf_test t;

	setenv("WEIR_T", "it's \"5\"", 1);
	ct_parse(&t, "where a = ${env:WEIR_T} or b = '${env:WEIR_T}' or \"${env:WEIR_T}\" = c;");
	ct_str(wr_conf_root(t.conf)->children->text,
		"a = it's \"5\" or b = 'it''s \"5\"' or \"it's \"\"5\"\"\" = c");
	ct_end(&t);
}
END_TEST

START_TEST(places_lead_through_an_expansion)
{
	struct conf_test t;
	struct weir_str text;

	setenv("WEIR_T", "123456", 1);
	ct_parse(&t, "\nwhere a = ${env:WEIR_T} and b;");
	text = wr_conf_root(t.conf)->children->text;
	ct_str(text, "a = 123456 and b");
	ct_place(&t, text.loc, "t.conf", 2, 7);
	ct_place(&t, text.loc + 4, "t.conf", 2, 11);
	ct_place(&t, text.loc + 9, "t.conf", 2, 11);
	ct_place(&t, text.loc + 11, "t.conf", 2, 25);
	ct_place(&t, text.loc + 15, "t.conf", 2, 29);
	ct_place(&t, text.loc + 16, "t.conf", 2, 30);
	wr_diag_error_span(&t.diag, text.loc + 6, 2, "in the value");
	wr_diag_error_span(&t.diag, text.loc + 2, 9, "around it");
	wr_diag_error_span(&t.diag, text.loc + 15, 1, "behind it");
	ck_assert_str_eq(ct_messages(&t), "t.conf:2:9: error: around it\n"
					  "where a = ${env:WEIR_T} and b;\n"
					  "        ^~~~~~~~~~~~~~~~\n"
					  "t.conf:2:11: error: in the value\n"
					  "where a = ${env:WEIR_T} and b;\n"
					  "          ^~~~~~~~~~~~~\n"
					  "t.conf:2:29: error: behind it\n"
					  "where a = ${env:WEIR_T} and b;\n"
					  "                            ^\n");
	ct_end(&t);
}
END_TEST

START_TEST(a_default_serves_when_a_variable_is_unset_or_empty)
{
	struct conf_test t;
	const struct wr_dir *dir;

	unsetenv("WEIR_NO");
	setenv("WEIR_E", "", 1);
	setenv("WEIR_T", "t", 1);
	ct_parse(&t,
		"w ${env:WEIR_NO:-a b;} ${env:WEIR_E:-e} ${env:WEIR_T:-f} \"${env:WEIR_NO:-}\";");
	ck_assert_str_eq(ct_messages(&t), "");
	dir = wr_conf_root(t.conf)->children;
	ct_str(dir->words[0], "a b;");
	ct_str(dir->words[1], "e");
	ct_str(dir->words[2], "t");
	ct_str(dir->words[3], "");
	ct_end(&t);
}
END_TEST

START_TEST(comments_and_escaped_dollars_are_not_interpolated)
{
	struct conf_test t;
	const struct wr_dir *dir;

	ct_parse(&t, "a \\${env:WEIR_NO} '\\${x y}' \"\\$x $y\" $.z; # ${env:WEIR_NO} ${\n");
	ck_assert_str_eq(ct_messages(&t), "");
	dir = wr_conf_root(t.conf)->children;
	ct_str(dir->words[0], "${env:WEIR_NO}");
	ct_str(dir->words[1], "${x y}");
	ct_str(dir->words[2], "\\$x $y");
	ct_str(dir->words[3], "$.z");
	ct_str(dir->text, "${env:WEIR_NO} '${x y}' \"\\$x $y\" $.z");
	ct_end(&t);
}
END_TEST

START_TEST(what_cannot_be_interpolated_names_the_remedy)
{
	unsetenv("WEIR_NO");
	ct_says("a ${env:WEIR_NO};\nb '${env:1x}';\nc ${host};\nd ${env:X;\ne ${};\n",
		"t.conf:1:3: error: environment variable \"WEIR_NO\" is not set; set it or write "
		"\"${env:WEIR_NO:-default}\"\n"
		"a ${env:WEIR_NO};\n"
		"  ^~~~~~~~~~~~~~\n"
		"t.conf:2:4: error: \"1x\" is no name of an environment variable\n"
		"b '${env:1x}';\n"
		"   ^~~~~~~~~\n"
		"t.conf:3:3: error: unknown \"${host}\"; there are ${env:NAME}, "
		"${env:NAME:-default} and ${file:PATH}, and \\${ for the letters themselves\n"
		"c ${host};\n"
		"  ^~~~~~~\n"
		"t.conf:4:3: error: missing terminating \"}\" of \"${\"; write \\${ for the "
		"letters themselves\n"
		"d ${env:X;\n"
		"  ^~\n"
		"t.conf:5:3: error: unknown \"${}\"; there are ${env:NAME}, "
		"${env:NAME:-default} and ${file:PATH}, and \\${ for the letters themselves\n"
		"e ${};\n"
		"  ^~~\n");
}
END_TEST

START_TEST(a_name_may_come_from_the_environment_but_not_from_a_file)
{
	struct conf_test t;

	setenv("WEIR_T", "odd name", 1);
	ct_parse(&t, "${env:WEIR_T} a;\n${file:x} b;\n");
	ck_assert_str_eq(ct_messages(&t), "t.conf:2:1: error: \"${file:x}\" is not allowed here\n"
					  "${file:x} b;\n"
					  "^~~~~~~~~\n");
	ct_str(wr_conf_root(t.conf)->children->name, "odd name");
	ct_end(&t);
}
END_TEST

START_TEST(a_file_s_content_comes_without_its_final_newline)
{
	static const char *const files[][2] = {
		{"a\n", "a"}, {"b\r\n", "b"}, {"c", "c"}, {"d\n\n", "d\n"}, {"", ""}, {"\n", ""}};
	struct conf_test t;
	const struct wr_dir *dir;

	ct_read(&t, "w ${file:s0} ${file:s1} ${file:s2} ${file:s3} ${file:s4} '${file:./s5}';");
	for (int i = 0; i < 6; i++) {
		char name[16];

		snprintf(name, sizeof name, "s%d", i);
		ct_write(name, files[i][0]);
	}
	ck_assert_int_eq(wr_conf_read(&t.conf, "t.conf", t.dir, NULL, &t.diag), 0);
	ck_assert_str_eq(ct_messages(&t), "");
	dir = wr_conf_root(t.conf)->children;
	ck_assert(dir->secret);
	for (int i = 0; i < 6; i++)
		ct_str(dir->words[i], files[i][1]);
	ct_end(&t);
}
END_TEST

START_TEST(files_that_are_no_value_are_reported)
{
	struct conf_test t;

	ct_read(&t, "a ${file:none};\nb ${file:};\nc ${file:big};\nd ${file:zero};\n");
	ct_write("big", "");
	ck_assert_int_eq(truncate("big", 64 * 1024 + 1), 0);
	ct_write("zero", "x");
	ck_assert_int_eq(truncate("zero", 2), 0);
	ck_assert_int_eq(wr_conf_read(&t.conf, "t.conf", NULL, NULL, &t.diag), 0);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:1:3: error: open() \"none\" failed (2: No such file or directory)\n"
		"a ${file:none};\n"
		"  ^\n"
		"t.conf:2:3: error: \"${file:}\" names no file\n"
		"b ${file:};\n"
		"  ^~~~~~~~\n"
		"t.conf:3:3: error: \"big\" is larger than 64k\n"
		"c ${file:big};\n"
		"  ^\n"
		"t.conf:4:3: error: \"zero\" has a byte 0x00\n"
		"d ${file:zero};\n"
		"  ^~~~~~~~~~~~\n");
	ct_end(&t);
}
END_TEST

START_TEST(a_secret_is_masked_in_the_dump_and_in_messages)
{
	struct conf_test t;
	const struct wr_dir *dir;

	ct_read(&t, "user me;\npass pre${file:s}post \"x${file:s}\" y;\nkey ${file:k};\n");
	ct_write("s", "hunter2 is \"long\"\n");
	ct_write("k", "key\n");
	ck_assert_int_eq(wr_conf_read(&t.conf, "t.conf", NULL, NULL, &t.diag), 0);
	ck_assert_str_eq(ct_dump(&t), "# configuration file t.conf:\n"
				      "user me;\n"
				      "pass pre***post \"x***\" y;\n"
				      "key ***;\n");
	dir = wr_conf_root(t.conf)->children->next;
	wr_diag_error(&t.diag, dir->words[0].loc, "whole: hunter2 is \"long\"; word \"%.*s\"",
		WR_STRF(dir->words[0]));
	wr_diag_note(&t.diag, 0, "elsewhere: \"%.*s\"", WR_STRF(dir->words[0]));
	wr_diag_error(&t.diag, dir->text.loc + 5, "unknown field \"hunter2\"");
	wr_diag_error(&t.diag, dir->text.loc + 5, "cut \"hunter2 i...");
	wr_diag_error(&t.diag, dir->name.loc, "\"pass\" is \"hunter2\", not \"fishing\"");
	wr_diag_error(&t.diag, dir->next->name.loc, "\"key\" is \"ke\" and \"key\"");
	wr_diag_error(&t.diag, 1, "\"user\" is fine, \"key\" is a key");
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:1:1: error: \"user\" is fine, \"***\" is a key\n"
		"user me;\n"
		"^\n"
		"t.conf:2:1: error: \"pass\" is \"***\", not \"fishing\"\n"
		"pass pre${file:s}post \"x${file:s}\" y;\n"
		"^\n"
		"t.conf:2:6: error: whole: ***; word \"pre***post\"\n"
		"pass pre${file:s}post \"x${file:s}\" y;\n"
		"     ^\n"
		"note: elsewhere: \"pre***post\"\n"
		"t.conf:2:9: error: unknown field \"***\"\n"
		"pass pre${file:s}post \"x${file:s}\" y;\n"
		"        ^~~~~~~~~\n"
		"t.conf:2:9: error: cut \"***\n"
		"pass pre${file:s}post \"x${file:s}\" y;\n"
		"        ^~~~~~~~~\n"
		"t.conf:3:1: error: \"***\" is \"***\" and \"***\"\n"
		"key ${file:k};\n"
		"^\n");
	ct_end(&t);
}
END_TEST

START_TEST(a_marked_directive_is_masked_in_its_source_line_too)
{
	struct conf_test t;
	const struct wr_dir *dir;

	ct_parse(&t, "a 1; password 'hunter2' hunter3; b 2;\n");
	dir = wr_conf_root(t.conf)->children->next;
	wr_conf_mark_secret(t.conf, dir);
	wr_conf_mark_secret(t.conf, dir);
	wr_diag_error_span(&t.diag, dir->words[1].loc, 7, "bad \"hunter3\"");
	wr_diag_error_span(&t.diag, dir->words[0].loc + 3, 2, "inside");
	wr_diag_error_span(&t.diag, dir->next->words[0].loc, 1, "behind");
	ck_assert_str_eq(ct_messages(&t), "t.conf:1:18: error: inside\n"
					  "a 1; password *** ***; b 2;\n"
					  "              ^~~\n"
					  "t.conf:1:25: error: bad \"***\"\n"
					  "a 1; password *** ***; b 2;\n"
					  "                  ^~~\n"
					  "t.conf:1:36: error: behind\n"
					  "a 1; password *** ***; b 2;\n"
					  "                         ^\n");
	ck_assert_str_eq(ct_dump(&t), "# configuration file t.conf:\n"
				      "a 1;\n"
				      "password ***;\n"
				      "b 2;\n");
	ct_end(&t);
}
END_TEST

START_TEST(all_values_together_have_a_largest_size)
{
	struct wr_text text = {0};
	struct conf_test t;
	char *value = malloc(100 * 1024 + 1);

	ck_assert_ptr_nonnull(value);
	memset(value, 'x', 100 * 1024);
	value[100 * 1024] = '\0';
	setenv("WEIR_T", value, 1);
	for (int i = 0; i < 1000; i++)
		wr_text_put(&text, "${env:WEIR_T} x;\n");
	ct_parse(&t, text.p);
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:328:1: error: the conf is larger than 32m with all it includes\n"
		"${env:WEIR_T} x;\n"
		"^\n");
	ck_assert(!wr_conf_whole(t.conf));
	ct_end(&t);
	wr_text_fini(&text);
	free(value);
	setenv("WEIR_T", "", 1);
}
END_TEST

START_TEST(the_dump_of_an_expansion_reads_as_the_same)
{
	static const char dump[] = "# configuration file t.conf:\n"
				   "w \"a; \\\"b\\\" \\\\ \\${c}\" plain 'it\\'s' \"\" x$y;\n";
	struct conf_test t;

	setenv("WEIR_T", "a; \"b\" \\ ${c}", 1);
	setenv("WEIR_U", "plain", 1);
	setenv("WEIR_V", "it's", 1);
	setenv("WEIR_E", "", 1);
	ct_parse(&t, "w ${env:WEIR_T} ${env:WEIR_U} '${env:WEIR_V}' ${env:WEIR_E} x$y;");
	ck_assert_str_eq(ct_dump(&t), dump);
	ct_end(&t);
	ct_parse(&t, dump);
	ck_assert_str_eq(ct_messages(&t), "");
	ct_str(wr_conf_root(t.conf)->children->words[0], "a; \"b\" \\ ${c}");
	ck_assert_str_eq(ct_dump(&t), dump);
	ct_end(&t);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		an_environment_variable_is_one_word_and_never_syntax,
		in_text_a_value_stands_as_it_is_and_in_quotes_their_kind_is_doubled,
		places_lead_through_an_expansion,
		a_default_serves_when_a_variable_is_unset_or_empty,
		comments_and_escaped_dollars_are_not_interpolated,
		what_cannot_be_interpolated_names_the_remedy,
		a_name_may_come_from_the_environment_but_not_from_a_file,
		a_file_s_content_comes_without_its_final_newline,
		files_that_are_no_value_are_reported,
		a_secret_is_masked_in_the_dump_and_in_messages,
		a_marked_directive_is_masked_in_its_source_line_too,
		all_values_together_have_a_largest_size,
		the_dump_of_an_expansion_reads_as_the_same,
	};

	return ct_run("conf_expand", tests, sizeof tests / sizeof tests[0]);
}
