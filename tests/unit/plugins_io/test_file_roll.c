/* SPDX-License-Identifier: Apache-2.0 */
/* The sink `file` that writes many files, by size, by age and by the times of rows. */
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
look_at_rolled(void)
{
	char want[1024], have[4096];
	int progress, files;

	expected(want);
	files = read_rolled(have, &progress);
	ck_assert_str_eq(have, want);
	ck_assert_int_eq(progress, 0);
	ck_assert_int_gt(files, 1);
}

START_TEST(compressed_rolled_files_survive_every_death)
{
	conf.compression = (uint32_t)_i;
	conf.roll_size = 40;
	die_everywhere(NULL, look_at_rolled);
}
END_TEST

START_TEST(rolled_files_survive_every_death)
{
	/* Four bytes a row, three rows an epoch: within epochs, at their ends, across them. */
	static const uint64_t sizes[] = {4, 8, 20};
	size_t i;

	for (i = 0; i < 3; i++) {
		conf.roll_size = sizes[i];
		die_everywhere(NULL, look_at_rolled);
	}
}
END_TEST

START_TEST(readers_see_decided_rows_only)
{
	char have[1024];
	int progress;

	conf.roll_size = 4;
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("one"), 0);
	ck_assert_int_eq(row("two"), 0);
	ck_assert_int_eq(read_rolled(have, &progress), 0);
	prepare(1);
	ck_assert_int_eq(read_rolled(have, &progress), 0);
	ck_assert_int_eq(progress, 2);
	kept = prepared;
	commit();
	ck_assert_int_eq(read_rolled(have, &progress), 2);
	ck_file("out-000001.txt", "one\n");
	ck_file("out-000002.txt", "two\n");
	commit();
	/* Taken away by their reader: published all the same. */
	ck_assert_int_eq(unlink(in_dir("out-000001.txt")), 0);
	die();
	ck_assert_int_eq(recover(), 0);
	ck_assert_ptr_nonnull(strstr(mock->logged.p, "was published before"));
	ck_assert_int_eq(row("three"), 0);
	prepare(2);
	kept = prepared;
	commit();
	ck_file("out-000003.txt", "three\n");
}
END_TEST

START_TEST(rolled_files_never_overwrite)
{
	conf.roll_size = 4;
	put_file("out-000001.txt", "old\n");
	put_file("out-000002.txt.inprogress", "old\n");
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(row("one"), 0);
	ck_file("out-000001.txt", "old\n");
	ck_file("out-000002.txt.inprogress", "old\n");
	ck_file("out-000003.txt", "one\n");
}
END_TEST

START_TEST(a_file_that_came_to_a_name_is_not_overwritten)
{
	struct weir_str token;

	conf.roll_size = 4;
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("one"), 0);
	prepare(1);
	put_file("out-000001.txt", "foreign\n");
	token = (struct weir_str){
		.p = prepared.token[0], .len = (uint32_t)strlen(prepared.token[0])};
	ck_assert_int_lt(sink->sink->commit(self, &mock->task, 1, &token, 1), 0);
	mock_ck_says(mock, "\"*\" is there already, and another file; move it away");
	ck_file("out-000001.txt", "foreign\n");
}
END_TEST

START_TEST(a_published_file_that_readers_took_is_not_missed)
{
	conf.roll_size = 4;
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("one"), 0);
	prepare(1);
	kept = prepared;
	commit();
	die();
	ck_assert_int_eq(unlink(in_dir("out-000001.txt")), 0);
	ck_assert_int_eq(recover(), 0);
	ck_assert_ptr_nonnull(
		strstr(mock->logged.p, "\" was published before, and is not there any more"));
}
END_TEST

START_TEST(what_is_in_the_way_of_its_own_files_is_named)
{
	conf.roll_size = 100;
	ck_assert_int_eq(mkdir(in_dir("out-000009.txt.inprogress"), 0700), 0);
	ck_assert_int_lt(recover(), 0);
	mock_ck_says(mock,
		"unlink() \"*/out-000009.txt.inprogress\" failed (*); see that its directory may "
		"be written");
	die();
	conf.roll_size = 0;
	ck_assert_int_eq(mkdir(in_dir("out.txt.weir-base"), 0700), 0);
	ck_assert_int_lt(recover(), 0);
	mock_ck_says(mock,
		"read() \"*/out.txt.weir-base\" failed (21: Is a directory); it says where the "
		"output began; see that it may be read");
}
END_TEST

START_TEST(recovery_removes_only_what_this_sink_has_in_progress)
{
	conf.roll_size = 100;
	put_file("out-000009.txt.inprogress", "undecided\n");
	put_file("out-b-000001.txt.inprogress", "of another\n");
	put_file("out-1.txt.inprogress", "of another\n");
	put_file("out.txt.inprogress", "of another\n");
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_lt(access(in_dir("out-000009.txt.inprogress"), F_OK), 0);
	ck_file("out-b-000001.txt.inprogress", "of another\n");
	ck_file("out-1.txt.inprogress", "of another\n");
	ck_file("out.txt.inprogress", "of another\n");
}
END_TEST

START_TEST(names_say_the_time_of_their_rows)
{
	snprintf(path, sizeof path, "%s/out-%%Y%%m%%d-%%H%%M%%S.txt", dir);
	conf.path.len = (uint32_t)strlen(path);
	conf.roll_time = 1000000;
	event_time = 1436918400000000 - 1;
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(row("one"), 0);
	event_time += 10000000;
	ck_assert_int_eq(row("two"), 0);
	ck_file("out-20150714-235959-000001.txt.inprogress", "one\n");
	ck_assert_int_eq(sink->before_barrier(self, &mock->task, 1), 0);
	ck_file("out-20150714-235959-000001.txt", "one\n");
	ck_file("out-20150715-000009-000002.txt", "two\n");
	event_time = INT64_MIN;
	ck_assert_int_eq(row("one"), 0);
	ck_file("out-20150715-000000-000003.txt.inprogress", "one\n");
}
END_TEST

START_TEST(a_file_rolls_when_it_is_old)
{
	conf.roll_time = 1000000;
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("one"), 0);
	mock->now += 999999;
	ck_assert_int_eq(row("two"), 0);
	prepare(1);
	kept = prepared;
	commit();
	ck_file("out-000001.txt.inprogress", "one\ntwo\n");
	/* Its age is kept. */
	die();
	ck_assert_int_eq(recover(), 0);
	mock->now += 1000000;
	prepare(2);
	kept = prepared;
	commit();
	ck_file("out-000001.txt", "one\ntwo\n");
}
END_TEST

static void
set_path(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", dir, name);
	conf.path = (struct weir_str){.p = path, .len = (uint32_t)strlen(path)};
}

static const int64_t hour = 3600000000;

START_TEST(rows_go_to_the_files_of_their_times)
{
	static const char *const texts[] = {"a", "b", "c", "d"};
	const int64_t times[] = {10, hour, hour - 1, hour + 5}, late = 20;

	set_path("%Y-%m-%d/x%%%H.txt");
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(rows(texts, times, 4), 0);
	ck_file("1970-01-01/x%00.txt.inprogress", "a\nc\n");
	ck_file("1970-01-01/x%01.txt.inprogress", "b\nd\n");
	ck_assert_int_eq(sink->on_watermark(self, &mock->task, hour - 1), 0);
	ck_file("1970-01-01/x%00.txt.inprogress", "a\nc\n");
	/* Its time has passed; what comes yet makes another file. */
	ck_assert_int_eq(sink->on_watermark(self, &mock->task, hour), 0);
	ck_file("1970-01-01/x%00.txt", "a\nc\n");
	ck_assert_int_eq(rows(texts, &late, 1), 0);
	ck_file("1970-01-01/x%00-000001.txt.inprogress", "a\n");
	ck_assert_int_eq(sink->before_barrier(self, &mock->task, 1), 0);
	ck_file("1970-01-01/x%00-000001.txt", "a\n");
	ck_file("1970-01-01/x%01.txt", "b\nd\n");
}
END_TEST

START_TEST(a_period_is_what_the_finest_pattern_says)
{
	/* 1969-12-31, 2016-02-29 and 2015-12-31, a microsecond before the next day. */
	static const struct {
		const char *name;
		int64_t last;
		const char *first_file, *next_file;
	} cases[] = {
		{"%Y%m%d-%H%M%S", -1, "19691231-235959", "19700101-000000"},
		{"%Y%m%d-%H%M", -1, "19691231-2359", "19700101-0000"},
		{"%Y%m%d", -1, "19691231", "19700101"},
		{"%Y-%m", 1456790399999999, "2016-02", "2016-03"},
		{"%Y/a", 1451606399999999, "2015/a", "2016/a"},
	};
	static const char *const texts[] = {"a", "b", "c"};
	uint32_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t last = cases[i].last;
		const int64_t times[] = {last - 999999, last + 1, last};

		set_path(cases[i].name);
		ck_assert_int_eq(start(), 0);
		ck_assert_int_eq(rows(texts, times, 3), 0);
		ck_assert_int_eq(sink->before_barrier(self, &mock->task, 1), 0);
		ck_file(cases[i].first_file, "a\nc\n");
		ck_file(cases[i].next_file, "b\n");
		die();
	}
}
END_TEST

START_TEST(few_files_are_open)
{
	int progress;
	char text[4096];

	set_path("out-%Y%m%d%H.txt");
	ck_assert_int_eq(start(), 0);
	for (event_time = 0; event_time < 200 * hour; event_time += hour)
		ck_assert_int_eq(row("x"), 0);
	ck_assert_int_eq(read_rolled(text, &progress), 200 - 64);
	ck_assert_int_eq(progress, 64);
	/* The one that has just got a row stays. */
	event_time = 136 * hour;
	ck_assert_int_eq(row("y"), 0);
	event_time = 0;
	ck_assert_int_eq(row("z"), 0);
	ck_file("out-1970010616.txt.inprogress", "x\ny\n");
	ck_file("out-1970010100-000001.txt.inprogress", "z\n");
}
END_TEST

static void
next_hour(void)
{
	event_time = (event_time + hour) % (2 * hour);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
look_at_times(void)
{
	char want[1024], have[4096], *line[64];
	int progress, n = 0, i;

	expected(want);
	read_rolled(have, &progress);
	ck_assert_int_eq(progress, 0);
	ck_assert_uint_eq(strlen(have), strlen(want));
	for (line[n] = strtok(have, "\n"); line[n] != NULL; line[++n] = strtok(NULL, "\n"))
		;
	qsort(line, (size_t)n, sizeof *line, by_text);
	for (i = 0; i < n; i++)
		ck_assert_mem_eq(want + 4 * i, line[i], 3);
}

START_TEST(files_of_times_survive_every_death)
{
	set_path("out-%H.txt");
	before_row = next_hour;
	die_everywhere(NULL, look_at_times);
	conf.compression = CODEC_LZ4;
	die_everywhere(NULL, look_at_times);
}
END_TEST

START_TEST(what_is_not_decided_goes_from_its_directories)
{
	set_path("%Y/%m/out.txt");
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("one"), 0);
	prepare(1);
	kept = prepared;
	commit();
	ck_assert_int_eq(row("two"), 0);
	event_time = 31 * 24 * hour;
	ck_assert_int_eq(row("three"), 0);
	die();
	put_file("1970/out.txt.inprogress", "of another\n");
	ck_assert_int_eq(recover(), 0);
	ck_file("1970/01/out.txt.inprogress", "one\n");
	ck_assert_int_lt(access(in_dir("1970/02/out.txt.inprogress"), F_OK), 0);
	ck_file("1970/out.txt.inprogress", "of another\n");
	ck_assert_int_eq(row("four"), 0);
	event_time = 0;
	ck_assert_int_eq(row("two"), 0);
	ck_file("1970/01/out.txt.inprogress", "one\ntwo\n");
	sink->on_watermark(self, &mock->task, INT64_MAX);
	prepare(2);
	kept = prepared;
	commit();
	ck_file("1970/01/out.txt", "one\ntwo\n");
	ck_file("1970/02/out.txt", "four\n");
}
END_TEST

START_TEST(from_rolled_to_growing_and_back_nothing_is_lost)
{
	conf.roll_size = 100;
	ck_assert_int_eq(recover(), 0);
	ck_assert_int_eq(row("one"), 0);
	prepare(1);
	kept = prepared;
	commit();
	ck_assert_int_eq(row("undecided"), 0);
	die();
	conf.roll_size = 0;
	ck_assert_int_eq(recover(), 0);
	ck_file("out-000001.txt", "one\n");
	ck_assert_int_eq(row("two"), 0);
	prepare(2);
	kept = prepared;
	commit();
	ck_assert_int_eq(row("undecided"), 0);
	die();
	conf.roll_size = 6;
	ck_assert_int_eq(recover(), 0);
	ck_file("out.txt", "two\n");
	ck_assert_int_eq(row("three"), 0);
	prepare(3);
	kept = prepared;
	commit();
	ck_file("out-000002.txt", "three\n");
}
END_TEST

static void
ck_plan_refuses(const char *why)
{
	mock = mock_new();
	sink = mock_operator(1);
	conf.path = (struct weir_str){.p = path, .len = (uint32_t)strlen(path)};
	ck_assert_int_lt(sink->plan(&conf, &mock->plan, mock->task.host), 0);
	ck_assert_uint_eq(mock->plan.n_problems, 1);
	ck_assert_str_eq(mock->plan.problem[0], why);
	die();
}

START_TEST(what_a_rolled_path_may_not_have_is_refused)
{
	static const char patterns[] =
		"\"path\" may have %Y %m %d %H %M %S, and %% for a percent sign";

	conf.roll_size = 1;
	strcpy(path, "logs/out-%j.txt");
	ck_plan_refuses(patterns);
	strcpy(path, "logs/out-%");
	ck_plan_refuses(patterns);
	strcpy(path, "out.txt");
	conf.append = 1;
	ck_plan_refuses(
		"\"append\" is of one file; with \"roll_size\", \"roll_time\" or a path that "
		"has times nothing that is there is written to");
	conf.append = conf.roll_size = 0;
	conf.reopen = 1;
	strcpy(path, "%H.txt");
	ck_plan_refuses(
		"\"reopen\" is of one file; with \"roll_size\", \"roll_time\" or a path that "
		"has times the sink begins new files by itself");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file_roll");
	TCase *tcase = tcase_create("file_roll");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 110);
	tcase_add_loop_test(
		tcase, compressed_rolled_files_survive_every_death, CODEC_GZIP, CODEC_LZ4 + 1);
	tcase_add_test(tcase, rolled_files_survive_every_death);
	tcase_add_test(tcase, readers_see_decided_rows_only);
	tcase_add_test(tcase, rolled_files_never_overwrite);
	tcase_add_test(tcase, a_file_that_came_to_a_name_is_not_overwritten);
	tcase_add_test(tcase, a_published_file_that_readers_took_is_not_missed);
	tcase_add_test(tcase, what_is_in_the_way_of_its_own_files_is_named);
	tcase_add_test(tcase, recovery_removes_only_what_this_sink_has_in_progress);
	tcase_add_test(tcase, names_say_the_time_of_their_rows);
	tcase_add_test(tcase, a_file_rolls_when_it_is_old);
	tcase_add_test(tcase, from_rolled_to_growing_and_back_nothing_is_lost);
	tcase_add_test(tcase, what_a_rolled_path_may_not_have_is_refused);
	tcase_add_test(tcase, rows_go_to_the_files_of_their_times);
	tcase_add_test(tcase, a_period_is_what_the_finest_pattern_says);
	tcase_add_test(tcase, few_files_are_open);
	tcase_add_test(tcase, files_of_times_survive_every_death);
	tcase_add_test(tcase, what_is_not_decided_goes_from_its_directories);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
