/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source `file` over what happens to files, while it runs and between two runs: they grow, are
 * rotated, cut short, vanish, appear.  Each run is a new instance that knows what the last one
 * kept.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mock.h"

/* What the directives fill; as in the plugin. */
struct source_conf {
	struct weir_list path;
	uint64_t max_record_size;
	uint32_t follow;
	uint32_t compression, framing;
};

enum { ITEMS = 64 };

/* What a host keeps of a source. */
struct kept {
	char name[MOCK_PARTS][256], position[MOCK_PARTS][128];
	uint32_t n_parts;
	char item[ITEMS][512];
	uint32_t n_items;
};

static struct mock *mock;
static const struct weir_operator *source;
static void *self;
static char dir[64], paths[8][128];
static struct weir_str words[8];
static struct source_conf conf;
static uint32_t n_assigned;
static struct kept kept;

static void
setup(void)
{
	strcpy(dir, "/tmp/weir-test-follow-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	conf = (struct source_conf){.path = {.v = words}, .max_record_size = 1 << 20, .follow = 1};
	kept = (struct kept){0};
	self = NULL;
	mock = NULL;
}

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(name);
}

static void
die(void)
{
	if (self != NULL)
		source->close(self);
	if (mock != NULL)
		mock_free(mock);
	self = NULL;
	mock = NULL;
}

static void
teardown(void)
{
	die();
	ck_assert_int_eq(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static const char *
in_dir(const char *name)
{
	static char full[4][192];
	static int i;

	i = (i + 1) % 4;
	snprintf(full[i], sizeof full[i], "%s/%s", dir, name);
	return full[i];
}

static void
append(const char *name, const char *text)
{
	FILE *file = fopen(in_dir(name), "a");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void
move(const char *from, const char *to)
{
	ck_assert_int_eq(rename(in_dir(from), in_dir(to)), 0);
}

static void
add_path(const char *name)
{
	uint32_t i = conf.path.n++;

	snprintf(paths[i], sizeof paths[i], "%s/%s", dir, name);
	words[i] =
		(struct weir_str){.p = paths[i], .len = (uint32_t)strlen(paths[i]), .loc = i + 1};
}

/* Partitions that were announced: from where the last run left them, if it knew them. */
static int
assign_announced(void)
{
	int rc = 0;

	while (rc == 0 && n_assigned < mock->n_partitions) {
		const char *name = mock->partition[n_assigned];
		struct weir_str pos = {0};
		uint32_t i;

		for (i = 0; i < kept.n_parts; i++)
			if (strcmp(kept.name[i], name) == 0 && kept.position[i][0] != '\0')
				pos = (struct weir_str){.p = kept.position[i],
					.len = (uint32_t)strlen(kept.position[i])};
		rc = source->source->assign(self, &mock->task, n_assigned++,
			(struct weir_str){.p = name, .len = (uint32_t)strlen(name)}, pos,
			pos.p == NULL);
	}
	return rc;
}

static int
start(void)
{
	struct weir_str items[ITEMS];
	uint32_t i;
	int rc;

	mock = mock_new();
	source = mock_operator(0);
	n_assigned = 0;
	ck_assert_int_eq(source->plan(&conf, &mock->plan, mock->task.host), WEIR_OK);
	rc = source->open(&conf, &mock->task, &self);
	for (i = 0; i < kept.n_items; i++)
		items[i] =
			(struct weir_str){.p = kept.item[i], .len = (uint32_t)strlen(kept.item[i])};
	if (rc == 0 && kept.n_items > 0)
		rc = source->restore(self, &mock->task, 1, items, kept.n_items);
	return rc == 0 ? assign_announced() : rc;
}

/* A checkpoint: what was read so far counts. */
static void
checkpoint(void)
{
	char *at = mock->positions.p, *end;
	uint32_t i;

	for (; (end = strchr(at, ' ')) != NULL; at = end + 1) {
		char *pos;
		uint32_t part = (uint32_t)strtoul(at, &pos, 10), k;

		for (k = 0; k < kept.n_parts; k++)
			if (strcmp(kept.name[k], mock->partition[part]) == 0)
				break;
		if (k == kept.n_parts)
			strcpy(kept.name[kept.n_parts++], mock->partition[part]);
		snprintf(kept.position[k], 128, "%.*s", (int)(end - pos - 1), pos + 1);
	}
	mock->items.n = 0;
	mock->items.text.len = 0;
	ck_assert_int_eq(source->snapshot(self, &mock->task, &mock->items), 0);
	kept.n_items = mock->items.n;
	for (i = 0; i < kept.n_items; i++) {
		struct weir_str item = mock_item(mock, i);

		snprintf(kept.item[i], sizeof kept.item[i], "%.*s", (int)item.len, item.p);
	}
}

/* Reads what there is. */
static int
drain(void)
{
	int rc = assign_announced();

	while (rc == WEIR_OK) {
		rc = source->source->poll(self, &mock->task);
		if (rc >= 0 && n_assigned < mock->n_partitions)
			rc = assign_announced();
	}
	return rc;
}

/* Reads until all of the text was read, and says if it was anything else. */
static void
read_until(const char *want)
{
	while (drain() == WEIR_BUSY && mock->records.len < strlen(want))
		mock_wait(mock);
	ck_assert_msg(mock->err.code == 0, "%s", mock->err.text);
	ck_assert_str_eq(mock->records.p, want);
}

static void
run_until(const char *want)
{
	ck_assert_int_eq(start(), 0);
	read_until(want);
}

/* A run ends after its checkpoint. */
static void
leave(void)
{
	checkpoint();
	die();
}

START_TEST(what_is_appended_is_read)
{
	append("x", "one\n");
	add_path("x");
	run_until("one\n");
	append("x", "two\n");
	read_until("one\ntwo\n");
	append("x", "three\nfour\n");
	read_until("one\ntwo\nthree\nfour\n");
	ck_assert_uint_ge(mock->idled[0], 3);
	ck_assert_int_eq(drain(), WEIR_BUSY);
	ck_assert_uint_eq(mock_counter(mock, "input_bytes"), 19);
}
END_TEST

START_TEST(a_last_line_waits_for_its_newline)
{
	append("x", "one\ntw");
	add_path("x");
	run_until("one\n");
	append("x", "o");
	ck_assert_int_eq(drain(), WEIR_BUSY);
	ck_assert_str_eq(mock->records.p, "one\n");
	checkpoint();
	append("x", "!\nthree");
	read_until("one\ntwo!\n");
	ck_assert_int_eq(mock->offset[1], 4);
	/* From the checkpoint the same. */
	die();
	run_until("two!\n");
	leave();
	append("x", "!\n");
	run_until("three!\n");
}
END_TEST

START_TEST(a_renamed_file_is_read_to_its_end_and_then_the_new_one)
{
	FILE *old;

	append("x", "one\n");
	add_path("x");
	run_until("one\n");
	old = fopen(in_dir("x"), "a");
	move("x", "x.1");
	append("x", "");
	fputs("two\nlast", old);
	fflush(old);
	read_until("one\ntwo\n");
	fputs(" words", old);
	fclose(old);
	append("x", "three\n");
	read_until("one\ntwo\nlast words\nthree\n");
	append("x", "four\n");
	read_until("one\ntwo\nlast words\nthree\nfour\n");
	ck_assert_uint_eq(mock->n_partitions, 1);
}
END_TEST

START_TEST(the_first_line_of_a_new_file_is_noticed)
{
	append("x", "one\n");
	add_path("x");
	run_until("one\n");
	move("x", "x.1");
	append("x", "");
	mock_wait(mock);
	ck_assert_int_eq(drain(), WEIR_BUSY);
	append("x", "two\n");
	read_until("one\ntwo\n");
}
END_TEST

START_TEST(several_rotations_at_once_lose_nothing)
{
	append("x", "one\n");
	add_path("x");
	run_until("one\n");
	append("x", "two\n");
	move("x", "x.1");
	append("x", "three\n");
	move("x.1", "x.2");
	move("x", "x.1");
	append("x", "four\n");
	read_until("one\ntwo\nthree\nfour\n");
}
END_TEST

START_TEST(rotation_between_two_runs_loses_nothing)
{
	static const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

	append("app.log", "one\n");
	append("app.log.7", "old\n");
	ck_assert_int_eq(utimensat(AT_FDCWD, in_dir("app.log.7"), long_ago, 0), 0);
	append("app-other.log", "of another\n");
	add_path("app.log");
	run_until("one\n");
	leave();
	append("app.log", "two\n");
	move("app.log", "app.log.1");
	append("app.log", "three\n");
	move("app.log.1", "app.log.2");
	move("app.log", "app.log.1");
	append("app.log", "four\n");
	run_until("two\nthree\nfour\n");
	leave();
	/* What was rotated away while it was read is not read again. */
	run_until("");
	append("app.log", "five\n");
	read_until("five\n");
	leave();
	move("app.log", "app-20240131.log");
	append("app.log", "six\n");
	run_until("six\n");
}
END_TEST

START_TEST(a_pattern_that_matches_rotated_files_reads_each_once)
{
	append("x", "one\n");
	add_path("x*");
	run_until("one\n");
	move("x", "x.1");
	append("x", "two\n");
	read_until("one\ntwo\n");
	move("x.1", "x.2");
	move("x", "x.1");
	append("x", "three\n");
	read_until("one\ntwo\nthree\n");
	leave();
	run_until("");
	leave();
	append("x", "four\n");
	move("x.2", "x.3");
	move("x.1", "x.2");
	move("x", "x.1");
	append("x", "five\n");
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(drain(), WEIR_BUSY);
	ck_assert_uint_eq(mock->n_records, 2);
	ck_assert_ptr_nonnull(strstr(mock->records.p, "four\n"));
	ck_assert_ptr_nonnull(strstr(mock->records.p, "five\n"));
}
END_TEST

START_TEST(new_files_of_a_pattern_are_found)
{
	add_path("*.log");
	run_until("");
	ck_assert_uint_eq(mock->n_partitions, 0);
	append("a.log", "one\n");
	read_until("one\n");
	append("a.txt", "no\n");
	append("b.log", "two\n");
	read_until("one\ntwo\n");
	ck_assert_str_eq(mock->partition[1], in_dir("b.log"));
	append("a.log", "three\n");
	read_until("one\ntwo\nthree\n");
	leave();
	append("b.log", "four\n");
	append("c.log", "five\n");
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(drain(), WEIR_BUSY);
	ck_assert_uint_eq(mock->n_records, 2);
	ck_assert_ptr_nonnull(strstr(mock->records.p, "four\n"));
	ck_assert_ptr_nonnull(strstr(mock->records.p, "five\n"));
}
END_TEST

START_TEST(a_file_that_is_not_there_yet_is_waited_for)
{
	add_path("x");
	run_until("");
	ck_assert_uint_eq(mock->idled[0], 1);
	append("x", "one\n");
	read_until("one\n");
}
END_TEST

START_TEST(a_file_that_vanishes_is_waited_for)
{
	append("x", "one\n");
	add_path("x");
	run_until("one\n");
	append("x", "two\n");
	ck_assert_int_eq(unlink(in_dir("x")), 0);
	read_until("one\ntwo\n");
	append("x", "three\n");
	read_until("one\ntwo\nthree\n");
	leave();
	ck_assert_int_eq(unlink(in_dir("x")), 0);
	run_until("");
	ck_assert_uint_eq(mock_counter(mock, "lost_files"), 1);
	ck_assert_ptr_nonnull(strstr(mock->logged.p,
		"is not the file that was being read, and that one is gone: what it may have had "
		"behind the checkpoint is lost"));
	append("x", "four\n");
	read_until("four\n");
}
END_TEST

START_TEST(a_file_that_is_cut_is_read_from_its_beginning)
{
	append("x", "one\ntwo\npart");
	add_path("x");
	run_until("one\ntwo\n");
	ck_assert_int_eq(truncate(in_dir("x"), 0), 0);
	append("x", "three\n");
	read_until("one\ntwo\nthree\n");
	ck_assert_ptr_nonnull(strstr(
		mock->logged.p, "was cut short or written anew: reading it from its beginning"));
	ck_assert_int_eq(mock->offset[2], 0);
	leave();
	ck_assert_int_eq(truncate(in_dir("x"), 0), 0);
	append("x", "other, and longer\n");
	run_until("other, and longer\n");
	ck_assert_ptr_nonnull(strstr(mock->logged.p, "is shorter than, or not, what was read of it "
						     "before: reading it from its beginning"));
}
END_TEST

START_TEST(a_file_that_is_written_anew_at_once_is_read_from_its_beginning)
{
	append("x", "one\n");
	add_path("x");
	run_until("one\n");
	ck_assert_int_eq(truncate(in_dir("x"), 0), 0);
	append("x", "longer than it was\n");
	read_until("one\nlonger than it was\n");
}
END_TEST

START_TEST(a_copy_is_no_rotation)
{
	append("x", "one\n");
	add_path("x");
	run_until("one\n");
	append("x.1", "one\n");
	append("x", "two\n");
	read_until("one\ntwo\n");
	ck_assert_int_eq(truncate(in_dir("x"), 0), 0);
	append("x", "three\n");
	read_until("one\ntwo\nthree\n");
	ck_assert_int_eq(drain(), WEIR_BUSY);
	ck_assert_uint_eq(mock->n_records, 3);
}
END_TEST

START_TEST(a_second_name_of_a_file_is_not_read_again)
{
	append("a", "one\n");
	ck_assert_int_eq(link(in_dir("a"), in_dir("b")), 0);
	add_path("a");
	add_path("b");
	run_until("one\n");
	ck_assert_int_eq(drain(), WEIR_BUSY);
	ck_assert_str_eq(mock->records.p, "one\n");
}
END_TEST

START_TEST(positions_before_any_line_are_positions)
{
	append("x", "");
	add_path("x");
	run_until("");
	leave();
	append("x", "one\n");
	move("x", "x.1");
	append("x", "two\n");
	run_until("one\ntwo\n");
}
END_TEST

/* A checkpoint after each poll; a run from each of them reads the rest, and nothing twice. */
START_TEST(every_checkpoint_leads_to_the_same_lines)
{
	static const char all[] = "one\ntwo\nthree\nfour\nfive\nsix\n";
	struct kept at[64];
	size_t read[64];
	int n = 0, i;

	append("x", "one\ntwo\n");
	add_path("x");
	ck_assert_int_eq(start(), 0);
	for (i = 0; i < 3; i++) {
		int rc;

		do {
			rc = source->source->poll(self, &mock->task);
			checkpoint();
			ck_assert_int_lt(n, 64);
			read[n] = mock->records.len;
			at[n++] = kept;
		} while (rc == WEIR_OK);
		ck_assert_int_eq(rc, WEIR_BUSY);
		if (i < 2) {
			append("x", i == 0 ? "three\n" : "four\nfi");
			move("x", i == 0 ? "x.1" : "x.2");
			append("x", i == 0 ? "" : "six\n");
			if (i == 1) {
				append("x.2", "ve");
			} else {
				append("x", "");
			}
			mock_wait(mock);
		}
	}
	read_until("one\ntwo\nthree\nfour\nfive\nsix\n");
	die();
	for (i = 0; i < n; i++) {
		kept = at[i];
		run_until(all + read[i]);
		die();
	}
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_an_error)
{
	add_path("none/x");
	ck_assert_int_lt(start(), 0);
	ck_assert_ptr_nonnull(strstr(mock->err.text, "No such file or directory"));
	ck_assert_uint_eq(mock->err.loc, 1);
}
END_TEST

START_TEST(an_unreadable_file_is_an_error)
{
	const uid_t nobody = 65534, before = geteuid();

	append("x", "one\n");
	ck_assert_int_eq(chmod(in_dir("x"), 0), 0);
	ck_assert_int_eq(chmod(in_dir(""), 0755), 0);
	add_path("x");
	/* Root may read everything. */
	ck_assert(before != 0 || seteuid(nobody) == 0);
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(drain(), -EACCES);
	mock_ck_says(mock, "open() \"*/x\" failed (13: Permission denied); see that it is there "
			   "and may be read");
	ck_assert_int_eq(seteuid(before), 0);
}
END_TEST

/* Made later, one in the other: each level is watched before it is looked into. */
START_TEST(new_directories_of_a_pattern_are_found)
{
	add_path("d*/e*/*.log");
	run_until("");
	ck_assert_int_eq(mkdir(in_dir("d1"), 0700), 0);
	ck_assert_int_eq(mkdir(in_dir("d1/e1"), 0700), 0);
	append("d1/e1/a.log", "one\n");
	read_until("one\n");
	append("d1/e1/b.log", "two\n");
	read_until("one\ntwo\n");
	ck_assert_int_eq(mkdir(in_dir("d1/f"), 0700), 0);
	append("d1/f/a.log", "no\n");
	ck_assert_int_eq(mkdir(in_dir("d1/e2"), 0700), 0);
	append("d1/e2/a.log", "three\n");
	read_until("one\ntwo\nthree\n");
	ck_assert_uint_eq(mock->n_partitions, 3);
}
END_TEST

START_TEST(a_directory_in_the_place_of_a_file_is_an_error)
{
	append("x", "one\n");
	add_path("x");
	run_until("one\n");
	move("x", "y");
	ck_assert_int_eq(mkdir(in_dir("x"), 0700), 0);
	mock_wait(mock);
	ck_assert_int_eq(drain(), -EISDIR);
	mock_ck_says(mock, "\"*/x\" is a directory; name the files in it, such as \"*/x/*\"");
}
END_TEST

START_TEST(a_line_that_grows_too_long_is_refused)
{
	append("x", "12345");
	conf.max_record_size = 8;
	add_path("x");
	run_until("");
	append("x", "6789\nnext\n");
	read_until("next\n");
	ck_assert_str_eq(mock->refused.p,
		"0@0 \"123456789\" the line has 9 bytes, more than \"max_record_size\" of the "
		"source (8)\n");
}
END_TEST

/* Without follow. */

START_TEST(without_follow_growth_is_read_by_the_next_run)
{
	conf.follow = 0;
	append("x", "one\n");
	add_path("x");
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(drain(), WEIR_END);
	leave();
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(drain(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "");
	leave();
	append("x", "two\n");
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(drain(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "two\n");
}
END_TEST

START_TEST(without_follow_a_renamed_file_is_not_read_again)
{
	conf.follow = 0;
	append("a.log", "one\n");
	append("b.log", "two\n");
	add_path("*.log");
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(drain(), WEIR_END);
	leave();
	move("a.log", "c.log");
	append("c.log", "three\n");
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(drain(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "three\n");
}
END_TEST

START_TEST(without_follow_a_file_that_is_gone_unread_is_an_error)
{
	conf.follow = 0;
	append("a.log", "one\n");
	append("b.log", "two\n");
	add_path("*.log");
	ck_assert_int_eq(start(), 0);
	leave();
	ck_assert_int_eq(unlink(in_dir("a.log")), 0);
	ck_assert_int_eq(start(), -ENOENT);
	mock_ck_says(mock,
		"open() \"*\" failed (2: No such file or directory); see that it is there "
		"and may be read");
}
END_TEST

START_TEST(without_follow_too_many_files_are_an_error)
{
	struct rlimit limit;

	conf.follow = 0;
	append("x", "one\n");
	add_path("x");
	ck_assert_int_eq(start(), 0);
	leave();
	mock = NULL;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = (rlim_t)dup(0);
	close((int)limit.rlim_cur);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(start(), -EMFILE);
	mock_ck_says(mock, "open() \"*\" failed (24: Too many open files); raise the limit of open "
			   "files, or read fewer at once");
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}
END_TEST

START_TEST(without_follow_another_file_is_an_error)
{
	conf.follow = 0;
	append("x", "one\n");
	add_path("x");
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(drain(), WEIR_END);
	leave();
	move("x", "x.1");
	append("x", "two\n");
	ck_assert_int_eq(start(), -ESTALE);
	mock_ck_says(mock,
		"\"*\" is another file than the one read before (inode *, was *); put that "
		"one back, or start without the checkpoint");
	die();
	ck_assert_int_eq(truncate(in_dir("x.1"), 0), 0);
	append("x.1", "own\nand more\n");
	move("x.1", "x");
	ck_assert_int_eq(start(), -ESTALE);
	mock_ck_says(mock, "\"*\" has other bytes than those read before; put the file back as it "
			   "was, or start without the checkpoint");
}
END_TEST

START_TEST(what_was_kept_by_another_is_refused)
{
	append("x", "one\n");
	add_path("x");
	strcpy(kept.item[0], "at nowhere");
	kept.n_items = 1;
	ck_assert_int_eq(start(), -EUCLEAN);
	mock_ck_says(
		mock, "the checkpoint has \"at nowhere\" for this source, which is not a file's");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file_follow");
	TCase *tcase = tcase_create("file_follow");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, what_is_appended_is_read);
	tcase_add_test(tcase, a_last_line_waits_for_its_newline);
	tcase_add_test(tcase, a_renamed_file_is_read_to_its_end_and_then_the_new_one);
	tcase_add_test(tcase, the_first_line_of_a_new_file_is_noticed);
	tcase_add_test(tcase, several_rotations_at_once_lose_nothing);
	tcase_add_test(tcase, rotation_between_two_runs_loses_nothing);
	tcase_add_test(tcase, a_pattern_that_matches_rotated_files_reads_each_once);
	tcase_add_test(tcase, new_files_of_a_pattern_are_found);
	tcase_add_test(tcase, a_file_that_is_not_there_yet_is_waited_for);
	tcase_add_test(tcase, a_file_that_vanishes_is_waited_for);
	tcase_add_test(tcase, a_file_that_is_cut_is_read_from_its_beginning);
	tcase_add_test(tcase, a_file_that_is_written_anew_at_once_is_read_from_its_beginning);
	tcase_add_test(tcase, a_copy_is_no_rotation);
	tcase_add_test(tcase, a_second_name_of_a_file_is_not_read_again);
	tcase_add_test(tcase, positions_before_any_line_are_positions);
	tcase_add_test(tcase, every_checkpoint_leads_to_the_same_lines);
	tcase_add_test(tcase, a_directory_that_is_not_there_is_an_error);
	tcase_add_test(tcase, an_unreadable_file_is_an_error);
	tcase_add_test(tcase, new_directories_of_a_pattern_are_found);
	tcase_add_test(tcase, a_directory_in_the_place_of_a_file_is_an_error);
	tcase_add_test(tcase, a_line_that_grows_too_long_is_refused);
	tcase_add_test(tcase, without_follow_growth_is_read_by_the_next_run);
	tcase_add_test(tcase, without_follow_a_renamed_file_is_not_read_again);
	tcase_add_test(tcase, without_follow_a_file_that_is_gone_unread_is_an_error);
	tcase_add_test(tcase, without_follow_too_many_files_are_an_error);
	tcase_add_test(tcase, without_follow_another_file_is_an_error);
	tcase_add_test(tcase, what_was_kept_by_another_is_refused);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
