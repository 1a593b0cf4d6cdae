/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink `file` under a host that keeps epochs: whatever step it dies at, once or twice, the
 * output is as if it had not.
 */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../plugins/bytes/input.h"
#include "sink_rig.h"

static void
look_at_one(void)
{
	char want[1024];

	expected(want);
	ck_file("out.txt", want);
	ck_assert_int_lt(access(in_dir("out.txt.weir-base"), F_OK), 0);
}

START_TEST(a_growing_file_survives_every_death)
{
	die_everywhere("foreign\n", look_at_one);
}
END_TEST

START_TEST(a_compressed_file_survives_every_death)
{
	conf.compression = (uint32_t)_i;
	die_everywhere("foreign\n", look_at_one);
}
END_TEST

static void
look_behind(void)
{
	char want[1024] = "foreign\n";

	expected(want + 8);
	ck_file("out.txt", want);
	ck_assert_int_lt(access(in_dir("out.txt.weir-base"), F_OK), 0);
}

START_TEST(appending_keeps_what_was_there_through_every_death)
{
	conf.append = 1;
	die_everywhere("foreign\n", look_behind);
}
END_TEST

START_TEST(opening_touches_nothing)
{
	put_file("out.txt", "old\n");
	ck_assert_int_eq(start(), 0);
	ck_file("out.txt", "old\n");
	ck_assert_int_eq(row("new"), 0);
	ck_file("out.txt", "new\n");
}
END_TEST

START_TEST(without_a_row_the_file_is_there_and_empty)
{
	ck_assert_int_eq(start(), 0);
	ck_assert_int_lt(access(path, F_OK), 0);
	ck_assert_int_eq(sink->before_barrier(self, &mock->task, 1), 0);
	ck_file("out.txt", "");
}
END_TEST

/* One epoch decided, and a row more. */
static void
one_epoch(void)
{
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("one"), 0);
	prepare(1);
	kept = prepared;
	commit();
	ck_assert_int_eq(row("two"), 0);
	die();
}

static void
ck_refuses(const char *pattern, const char *left)
{
	ck_assert_int_lt(recover(), 0);
	mock_ck_says(mock, pattern);
	if (left != NULL)
		ck_file("out.txt", left);
}

START_TEST(another_file_is_left_alone)
{
	one_epoch();
	put_file("other", "one\nfor\n");
	ck_assert_int_eq(rename(in_dir("other"), path), 0);
	ck_refuses("\"*\" is another file than the one the checkpoint knows (inode *, was *); put "
		   "that one back, or start without the checkpoint",
		"one\nfor\n");
}
END_TEST

START_TEST(the_same_inode_with_other_bytes_is_left_alone)
{
	one_epoch();
	put_file("out.txt", "own\nvery long\n");
	ck_refuses("\"*\" has other bytes before offset 4 than the checkpoint knows; put the file "
		   "back as it was, or start without the checkpoint",
		"own\nvery long\n");
}
END_TEST

START_TEST(a_file_that_is_too_short_is_refused)
{
	one_epoch();
	ck_assert_int_eq(truncate(path, 3), 0);
	ck_refuses("\"*\" has 3 bytes, fewer than the checkpoint knows (4); put the longer one "
		   "back, or start without the checkpoint",
		"one");
}
END_TEST

START_TEST(a_file_that_is_gone_is_refused)
{
	one_epoch();
	ck_assert_int_eq(unlink(path), 0);
	ck_refuses("\"*\" is gone, of which the checkpoint knows 4 bytes; put it back, or start "
		   "without the checkpoint",
		NULL);
	ck_assert_int_lt(access(path, F_OK), 0);
}
END_TEST

START_TEST(a_file_that_was_empty_may_be_gone)
{
	ck_assert_int_eq(recover(), 0);
	prepare(1);
	kept = prepared;
	die();
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(recover(), 0);
	ck_file("out.txt", "");
}
END_TEST

START_TEST(a_token_that_is_none_is_refused)
{
	one_epoch();
	strcpy(kept.token[0], "grow 1 2 3");
	ck_refuses("the checkpoint has \"grow 1 2 3\" for this sink, which is not a file's",
		"one\ntwo\n");
}
END_TEST

START_TEST(a_device_cannot_be_exactly_once)
{
	conf.path = (struct weir_str){.p = "/dev/null", .len = 9};
	ck_refuses("\"/dev/null\" is not a regular file, so that rows cannot be taken back from "
		   "it; name a file, or write \"state memory;\" in the pipeline",
		NULL);
}
END_TEST

START_TEST(a_sink_that_is_new_to_a_checkpoint_empties_nothing)
{
	put_file("out.txt", "foreign\n");
	kept.epoch = 7;
	ck_refuses("\"*\" has 8 bytes that the checkpoint does not know of; move the file away, or "
		   "write \"append;\" to keep them",
		"foreign\n");
	die();
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("one"), 0);
	die();
	/* Its own rows of an epoch that was not decided are no foreign ones. */
	ck_assert_int_eq(recover(), 0);
	ck_file("out.txt", "");
}
END_TEST

START_TEST(another_path_leaves_the_old_file_as_it_was_decided)
{
	static char other[128];

	one_epoch();
	snprintf(other, sizeof other, "%s/other.txt", dir);
	conf.path = (struct weir_str){.p = other, .len = (uint32_t)strlen(other)};
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("two"), 0);
	ck_file("out.txt", "one\n");
	ck_file("other.txt", "two\n");
}
END_TEST

START_TEST(a_base_of_a_file_that_was_replaced_does_not_count)
{
	conf.append = 1;
	put_file("out.txt", "foreign\n");
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("one"), 0);
	die();
	put_file("other", "a longer foreign file\n");
	ck_assert_int_eq(rename(in_dir("other"), path), 0);
	ck_assert_int_eq(recover(), 0);
	ck_file("out.txt", "a longer foreign file\n");
}
END_TEST

/* Renamed, as who rotates logs does it: rows go on in a new file. */

static int rotations;

static void
rotate(void)
{
	char to[200];

	snprintf(to, sizeof to, "%s/old-%06d.txt", dir, ++rotations);
	rename(path, to);
}

static void
look_at_rotated(void)
{
	char want[1024], have[4096] = "";
	struct dirent **list;
	int n = scandir(dir, &list, NULL, alphasort), i;

	expected(want);
	for (i = 0; i < n; i++) {
		/* A start that nothing followed leaves its base. */
		if (list[i]->d_name[0] == 'o' && strstr(list[i]->d_name, "base") == NULL)
			get_file(in_dir(list[i]->d_name), have + strlen(have), 1024);
		free(list[i]);
	}
	free(list);
	ck_assert_str_eq(have, want);
}

START_TEST(renamed_files_survive_every_death)
{
	conf.reopen = 1;
	conf.compression = _i == 0 ? 0 : CODEC_ZSTD;
	before_row = rotate;
	die_everywhere(NULL, look_at_rotated);
}
END_TEST

START_TEST(without_durable_state_too_a_renamed_file_is_reopened)
{
	conf.reopen = 1;
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(row("one"), 0);
	ck_assert_int_eq(rename(path, in_dir("old.txt")), 0);
	ck_assert_int_eq(row("two"), 0);
	ck_file("old.txt", "one\n");
	ck_file("out.txt", "two\n");
	ck_assert_ptr_nonnull(strstr(mock->logged.p, "\" was renamed or removed; reopened"));
	/* What who rotates puts there in its place is written behind. */
	ck_assert_int_eq(unlink(path), 0);
	put_file("out.txt", "head\n");
	ck_assert_int_eq(row("three"), 0);
	ck_file("out.txt", "head\nthree\n");
}
END_TEST

START_TEST(a_file_that_was_rotated_away_while_nobody_looked_is_settled)
{
	conf.reopen = 1;
	one_epoch();
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("lost"), 0);
	die();
	ck_assert_int_eq(rename(path, in_dir("old.txt")), 0);
	put_file("out.txt", "");
	ck_assert_int_eq(recover(), 0);
	ck_file("old.txt", "one\n");
	ck_assert_int_eq(row("two"), 0);
	ck_file("out.txt", "two\n");
	die();
	/* Gone for good. */
	ck_assert_int_eq(unlink(in_dir("old.txt")), 0);
	ck_assert_int_eq(recover(), 0);
	ck_assert_ptr_nonnull(strstr(mock->logged.p, "the file that was at \""));
	ck_assert_ptr_nonnull(strstr(mock->logged.p, "\" is not in its directory any more: rows of "
						     "it that no checkpoint knows are written "
						     "again"));
	ck_file("out.txt", "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file_sink");
	TCase *tcase = tcase_create("file_sink");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 110);
	tcase_add_test(tcase, a_growing_file_survives_every_death);
	tcase_add_loop_test(
		tcase, a_compressed_file_survives_every_death, CODEC_GZIP, CODEC_LZ4 + 1);
	tcase_add_test(tcase, appending_keeps_what_was_there_through_every_death);
	tcase_add_test(tcase, opening_touches_nothing);
	tcase_add_test(tcase, without_a_row_the_file_is_there_and_empty);
	tcase_add_test(tcase, another_file_is_left_alone);
	tcase_add_test(tcase, the_same_inode_with_other_bytes_is_left_alone);
	tcase_add_test(tcase, a_file_that_is_too_short_is_refused);
	tcase_add_test(tcase, a_file_that_is_gone_is_refused);
	tcase_add_test(tcase, a_file_that_was_empty_may_be_gone);
	tcase_add_test(tcase, a_token_that_is_none_is_refused);
	tcase_add_test(tcase, a_device_cannot_be_exactly_once);
	tcase_add_test(tcase, a_sink_that_is_new_to_a_checkpoint_empties_nothing);
	tcase_add_test(tcase, another_path_leaves_the_old_file_as_it_was_decided);
	tcase_add_test(tcase, a_base_of_a_file_that_was_replaced_does_not_count);
	tcase_add_loop_test(tcase, renamed_files_survive_every_death, 0, 2);
	tcase_add_test(tcase, without_durable_state_too_a_renamed_file_is_reopened);
	tcase_add_test(tcase, a_file_that_was_rotated_away_while_nobody_looked_is_settled);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
