/* SPDX-License-Identifier: Apache-2.0 */
/* Growable strings, JSON strings, and guesses at what was meant. */
#include "base/text.h"

#include "base_test.h"

START_TEST(a_text_grows_as_it_is_added_to)
{
	struct wr_text text = {0};

	for (int i = 0; i < 1000; i++)
		wr_text_add(&text, "abcdefg", (size_t)(i % 8));
	ck_assert_uint_eq(text.len, 3500);
	ck_assert_uint_eq(strlen(text.p), text.len);
	wr_text_fini(&text);
	ck_assert_ptr_null(text.p);
	ck_assert_uint_eq(text.len, 0);
}
END_TEST

START_TEST(nothing_added_is_an_empty_string)
{
	struct wr_text text = {0};

	wr_text_add(&text, NULL, 0);
	ck_assert_str_eq(text.p, "");
	wr_text_printf(&text, "%s", "");
	wr_text_put(&text, "");
	ck_assert_uint_eq(text.len, 0);
	wr_text_fini(&text);
}
END_TEST

START_TEST(printf_goes_behind_what_is_there)
{
	struct wr_text text = {0};

	wr_text_put(&text, "a");
	wr_text_printf(&text, "%0*d", 300, 7);
	wr_text_printf(&text, "%s", "z");
	ck_assert_uint_eq(text.len, 302);
	ck_assert_int_eq(text.p[0], 'a');
	ck_assert_str_eq(text.p + 300, "7z");
	wr_text_fini(&text);
}
END_TEST

static void
json_is(const char *p, size_t len, const char *expected)
{
	struct wr_text text = {0};

	wr_text_json(&text, p, len);
	ck_assert_str_eq(text.p, expected);
	wr_text_fini(&text);
}

START_TEST(json_escapes_what_it_must)
{
	json_is("", 0, "\"\"");
	json_is("plain", 5, "\"plain\"");
	json_is("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
	json_is("\n\t\r\x01\x1f", 5, "\"\\n\\t\\u000d\\u0001\\u001f\"");
	json_is("a\0b", 3, "\"a\\u0000b\"");
	json_is("/\x7f", 2, "\"/\x7f\"");
}
END_TEST

START_TEST(json_lets_unicode_pass)
{
	json_is("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9,
		"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
	json_is("\xf4\x8f\xbf\xbf", 4, "\"\xf4\x8f\xbf\xbf\"");
}
END_TEST

START_TEST(json_replaces_each_byte_that_is_no_utf8)
{
	json_is("\x80", 1, "\"\\ufffd\"");
	json_is("a\xff"
		"b",
		3, "\"a\\ufffdb\"");
	json_is("\xc3", 1, "\"\\ufffd\"");
	json_is("\xe2\x82", 2, "\"\\ufffd\\ufffd\"");
	json_is("\xc0\xaf", 2, "\"\\ufffd\\ufffd\""); /* an overlong slash */
	json_is("\xe0\x80\x80", 3, "\"\\ufffd\\ufffd\\ufffd\"");
	json_is("\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\""); /* a surrogate */
	json_is("\xf4\x90\x80\x80", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\""); /* above U+10FFFF */
	json_is("\xf5\x80\x80\x80", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}
END_TEST

START_TEST(strings_are_equal_by_their_bytes)
{
	struct weir_str none = {0}, with_nul = {.p = "a\0b", .len = 3};

	ck_assert(wr_str_eq(none, WR_STR("")));
	ck_assert(wr_str_eq(WR_STR("ab"), wr_str("ab")));
	ck_assert(!wr_str_eq(WR_STR("ab"), WR_STR("abc")));
	ck_assert(!wr_str_eq(WR_STR("ab"), WR_STR("ac")));
	ck_assert(!wr_str_eq(with_nul, WR_STR("a")));
	ck_assert(wr_str_is(WR_STR("where"), "where"));
	ck_assert(!wr_str_is(with_nul, "a"));
}
END_TEST

static const char *const words[] = {
	"aggregate", "allowed_lateness", "hopping", "key", "late_to", "tumbling", "where"};

static const char *
guess(const char *word)
{
	return wr_did_you_mean(wr_str(word), words, sizeof words / sizeof words[0]);
}

START_TEST(a_slip_of_the_finger_is_guessed)
{
	ck_assert_str_eq(guess("tumblng"), "tumbling");
	ck_assert_str_eq(guess("tumbbling"), "tumbling");
	ck_assert_str_eq(guess("tumblign"), "tumbling");
	ck_assert_str_eq(guess("wehre"), "where");
	ck_assert_str_eq(guess("kye"), "key");
	ck_assert_str_eq(guess("aggregates"), "aggregate");
	ck_assert_str_eq(guess("allowd_latenes"), "allowed_lateness");
}
END_TEST

START_TEST(the_word_itself_is_the_best_guess)
{
	ck_assert_str_eq(guess("key"), "key");
	ck_assert_str_eq(guess("late_to"), "late_to");
}
END_TEST

START_TEST(something_else_is_not_guessed)
{
	ck_assert_ptr_null(guess("banana"));
	ck_assert_ptr_null(guess("xyz"));
	ck_assert_ptr_null(guess("k"));
	ck_assert_ptr_null(guess("whatever_else"));
	ck_assert_ptr_null(wr_did_you_mean(WR_STR("key"), NULL, 0));
}
END_TEST

START_TEST(of_two_near_words_the_nearer_is_guessed)
{
	static const char *const near[] = {"counts", "count", "mount"};

	ck_assert_str_eq(wr_did_you_mean(WR_STR("cuont"), near, 3), "count");
	ck_assert_str_eq(wr_did_you_mean(WR_STR("counst"), near, 3), "counts");
	ck_assert_str_eq(wr_did_you_mean(WR_STR("mounts"), near, 3), "counts");
}
END_TEST

START_TEST(words_beyond_64_letters_are_not_compared)
{
	char word[66];
	const char *names[1] = {word};

	memset(word, 'a', 65);
	word[65] = '\0';
	ck_assert_ptr_null(wr_did_you_mean(wr_str(word), names, 1));
	word[64] = '\0';
	ck_assert_ptr_eq(wr_did_you_mean(wr_str(word), names, 1), word);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_text_grows_as_it_is_added_to,
		nothing_added_is_an_empty_string,
		printf_goes_behind_what_is_there,
		json_escapes_what_it_must,
		json_lets_unicode_pass,
		json_replaces_each_byte_that_is_no_utf8,
		strings_are_equal_by_their_bytes,
		a_slip_of_the_finger_is_guessed,
		the_word_itself_is_the_best_guess,
		something_else_is_not_guessed,
		of_two_near_words_the_nearer_is_guessed,
		words_beyond_64_letters_are_not_compared,
	};

	return base_test_run("text", tests, sizeof tests / sizeof tests[0]);
}
