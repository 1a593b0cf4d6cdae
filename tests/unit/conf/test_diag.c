/* SPDX-License-Identifier: Apache-2.0 */
/* How problems are shown: order, carets, limits, and nothing that harms a terminal. */
#include "conf_test.h"

START_TEST(problems_are_printed_in_file_order_with_their_notes)
{
	struct conf_test t;
	const struct wr_dir *a;

	ct_parse(&t, "a 1;\nb 2;\n");
	a = wr_conf_root(t.conf)->children;
	wr_diag_error_span(&t.diag, a->next->words[0].loc, 1, "second");
	wr_diag_warning(&t.diag, a->name.loc, "first");
	wr_diag_note(&t.diag, a->next->name.loc, "see \"%s\"", "b");
	wr_diag_note(&t.diag, 0, "or do nothing");
	wr_diag_error(&t.diag, 0, "nowhere");
	ck_assert_str_eq(ct_messages(&t), "weir: error: nowhere\n"
					  "t.conf:1:1: warning: first\n"
					  "a 1;\n"
					  "^\n"
					  "t.conf:2:1: note: see \"b\"\n"
					  "note: or do nothing\n"
					  "t.conf:2:3: error: second\n"
					  "b 2;\n"
					  "  ^\n");
	ck_assert_uint_eq(t.diag.n_errors, 2);
	ck_assert_uint_eq(t.diag.n_warnings, 1);
	ct_end(&t);
}
END_TEST

START_TEST(the_same_text_at_the_same_place_is_kept_once_with_its_first_notes)
{
	struct conf_test t;

	ct_parse(&t, "a;\n");
	for (int i = 0; i < 3; i++) {
		wr_diag_error(&t.diag, 1, "same");
		wr_diag_note(&t.diag, 0, "note %d", i);
	}
	ck_assert_str_eq(ct_messages(&t), "t.conf:1:1: error: same\na;\n^\nnote: note 0\n");
	ck_assert_uint_eq(t.diag.n_errors, 1);
	ct_end(&t);
}
END_TEST

START_TEST(after_twenty_errors_only_their_number_is_told)
{
	struct wr_text text = {0}, expected = {0};
	struct conf_test t;

	for (int i = 0; i < 22; i++)
		wr_text_put(&text, ";\n");
	for (int i = 0; i < 20; i++)
		wr_text_printf(&expected, "t.conf:%d:1: error: unexpected \";\"\n;\n^\n", i + 1);
	wr_text_put(&expected, "weir: 2 more errors not shown\n");
	ct_says(text.p, expected.p);
	text.len = 0;
	for (int i = 0; i < 10000; i++)
		wr_text_put(&text, ";\n");
	ct_parse(&t, text.p);
	ck_assert_uint_eq(t.diag.n_errors, 10000);
	wr_diag_note(&t.diag, 0, "of one that was not kept");
	ck_assert_ptr_nonnull(strstr(ct_messages(&t), "\nweir: 9980 more errors not shown\n"));
	ct_end(&t);
	wr_text_fini(&text);
	wr_text_fini(&expected);
}
END_TEST

START_TEST(columns_count_characters_and_tabs_stay_tabs)
{
	struct conf_test t;

	ct_parse(&t, "\tna\xc3\xafve '\xe2\x82\xac' \txyz;\n");
	wr_diag_error_span(&t.diag, wr_conf_root(t.conf)->children->words[1].loc, 3, "here");
	ck_assert_str_eq(ct_messages(&t), "t.conf:1:13: error: here\n"
					  "\tna\xc3\xafve '\xe2\x82\xac' \txyz;\n"
					  "\t          \t^~~\n");
	ct_end(&t);
}
END_TEST

START_TEST(what_would_harm_a_terminal_is_made_visible)
{
	struct conf_test t;

	ct_parse(&t, "a '\xe2\x80\xae' \xc2\xa0"
		     "b;\n");
	wr_diag_error(&t.diag, wr_conf_root(t.conf)->children->words[1].loc,
		"odd \"\x1b[2J\n\t\r\xff\xc2\x85\xe2\x80\xae\xf3\xa0\x80\x81\"");
	ck_assert_str_eq(ct_messages(&t),
		"t.conf:1:7: error: odd \"\\x1b[2J\\n\\t\\r\\xff\\u0085\\u202e\\ue0001\"\n"
		"a '\\u202e' \\u00a0b;\n"
		"           ^~~~~~\n");
	ct_end(&t);
}
END_TEST

START_TEST(long_lines_are_cut_around_the_caret)
{
	struct wr_text text = {0}, expected = {0};
	struct conf_test t;

	for (int i = 0; i < 100; i++)
		wr_text_printf(&text, "%04d ", i);
	wr_text_put(&text, ";");
	ct_parse(&t, text.p);
	wr_diag_error_span(&t.diag, 1, 4, "begin");
	wr_diag_error_span(&t.diag, 1 + 50 * 5, 4, "middle");
	wr_diag_error_span(&t.diag, 1 + 99 * 5, 400, "end");
	wr_text_put(&expected, "t.conf:1:1: error: begin\n");
	wr_text_add(&expected, text.p, 110);
	wr_text_put(&expected, "...\n^~~~\nt.conf:1:251: error: middle\n...");
	wr_text_add(&expected, text.p + 38 * 5, 110);
	wr_text_printf(&expected, "...\n%63s^~~~\nt.conf:1:496: error: end\n...", "");
	wr_text_put(&expected, text.p + 87 * 5);
	wr_text_printf(&expected, "\n%63s^~~~~~\n", "");
	ck_assert_str_eq(ct_messages(&t), expected.p);
	ct_end(&t);
	wr_text_fini(&text);
	wr_text_fini(&expected);
}
END_TEST

START_TEST(problems_without_a_conf_have_no_place)
{
	struct wr_diag diag;
	struct wr_text out = {0};

	wr_diag_init(&diag, NULL);
	wr_diag_error(&diag, 7, "%s", "");
	wr_diag_note(&diag, 7, "none");
	wr_diag_print(&diag, &out);
	ck_assert_str_eq(out.p, "weir: error: \nnote: none\n");
	wr_text_fini(&out);
	wr_diag_fini(&diag);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		problems_are_printed_in_file_order_with_their_notes,
		the_same_text_at_the_same_place_is_kept_once_with_its_first_notes,
		after_twenty_errors_only_their_number_is_told,
		columns_count_characters_and_tabs_stay_tabs,
		what_would_harm_a_terminal_is_made_visible,
		long_lines_are_cut_around_the_caret,
		problems_without_a_conf_have_no_place,
	};

	return ct_run("conf_diag", tests, sizeof tests / sizeof tests[0]);
}
