/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as sentences. */
#include "base/err.h"

#include <signal.h>
#include <string.h>

#include "base_test.h"

START_TEST(set_gives_the_code_back_and_keeps_the_sentence)
{
	struct weir_err err = {0};

	ck_assert_int_eq(wr_err_set(&err, -ENOENT, "no \"%s\" in %d files", "x", 3), -ENOENT);
	ck_assert_int_eq(err.code, -ENOENT);
	ck_assert_str_eq(err.text, "no \"x\" in 3 files");
	ck_assert_int_eq(wr_err_set(NULL, -EIO, "nobody listens"), -EIO);
}
END_TEST

START_TEST(wrap_puts_context_before_the_sentence)
{
	struct weir_err err = {0};

	wr_err_set(&err, -EINVAL, "undefined symbol: %s", "f");
	ck_assert_int_eq(wr_err_wrap(&err, "loading \"%s\"", "a.so"), -EINVAL);
	ck_assert_str_eq(err.text, "loading \"a.so\": undefined symbol: f");
	wr_err_wrap(&err, "outer");
	ck_assert_str_eq(err.text, "outer: loading \"a.so\": undefined symbol: f");
	ck_assert_int_lt(wr_err_wrap(NULL, "nobody"), 0);
}
END_TEST

START_TEST(what_is_too_long_is_cut_and_still_ends)
{
	struct weir_err err = {0};
	char text[1000];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	wr_err_set(&err, -EINVAL, "%s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
	wr_err_wrap(&err, "context");
	ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
	ck_assert_int_eq(strncmp(err.text, "context: xxx", 12), 0);
	wr_err_wrap(&err, "%s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
}
END_TEST

START_TEST(setting_leaves_the_place_alone)
{
	struct weir_err err = {.loc = 17};

	wr_err_set(&err, -EINVAL, "wrong");
	wr_err_wrap(&err, "here");
	ck_assert_uint_eq(err.loc, 17);
}
END_TEST

START_TEST(a_full_disk_has_a_remedy_and_others_only_their_reason)
{
	struct weir_err err = {0};

	errno = ENOSPC;
	ck_assert_int_eq(wr_err_disk(&err, "cannot write \"%s/lock\"", "s"), -ENOSPC);
	ck_assert_int_eq(err.code, -ENOSPC);
	ck_assert_str_eq(err.text, "cannot write \"s/lock\": No space left on device; make room on "
				   "its file system");
	errno = EIO;
	ck_assert_int_eq(wr_err_disk(&err, "cannot sync"), -EIO);
	ck_assert_str_eq(err.text, "cannot sync: Input/output error");
	ck_assert_str_eq(wr_err_remedy("IO error: 000003.log: Disk quota exceeded"),
		"; make room on its file system");
}
END_TEST

START_TEST(an_assertion_that_holds_says_nothing)
{
	wr_assert(1 + 1 == 2);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		set_gives_the_code_back_and_keeps_the_sentence,
		wrap_puts_context_before_the_sentence,
		what_is_too_long_is_cut_and_still_ends,
		setting_leaves_the_place_alone,
		a_full_disk_has_a_remedy_and_others_only_their_reason,
		an_assertion_that_holds_says_nothing,
	};

	return base_test_run("err", tests, sizeof tests / sizeof tests[0]);
}
