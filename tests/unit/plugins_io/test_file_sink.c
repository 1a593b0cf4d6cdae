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
#include "mock.h"

/* What the directives fill; as in the plugin. */
struct sink_conf {
	struct weir_str path;
	uint32_t append;
	uint64_t roll_size;
	int64_t roll_time;
	uint32_t compression, framing;
};

enum { EPOCHS = 3, STEPS = 7, TOKENS = 16 };

/* What a host keeps: the last decided epoch and its tokens. */
struct kept {
	uint64_t epoch;
	uint32_t n;
	char token[TOKENS][512];
};

static struct mock *mock;
static const struct weir_operator *sink;
static void *self;
static char dir[64], path[128];
static struct sink_conf conf;
static struct kept kept, prepared;
static int64_t event_time;

static int
encode_strings(void *format_self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	uint32_t i;

	(void)format_self;
	for (i = 0; i < batch->n_rows; i++) {
		struct weir_str str = weir_str_at(batch->cols[0], i);

		task->host->item(items, str.p, str.len);
	}
	return WEIR_OK;
}

static const struct weir_format strings = {.size = sizeof strings, .encode = encode_strings};

static void
setup(void)
{
	/* Thousands of files are synced: in memory, where there is a place for it. */
	strcpy(dir, "/dev/shm/weir-test-sink-XXXXXX");
	if (mkdtemp(dir) == NULL) {
		strcpy(dir, "/tmp/weir-test-sink-XXXXXX");
		ck_assert_ptr_nonnull(mkdtemp(dir));
	}
	snprintf(path, sizeof path, "%s/out.txt", dir);
	conf = (struct sink_conf){.path = {.p = path, .len = (uint32_t)strlen(path)}};
	kept = (struct kept){0};
	self = NULL;
	mock = NULL;
	event_time = 0;
}

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(name);
}

/* The process is gone; what it had written stays. */
static void
die(void)
{
	if (self != NULL)
		sink->close(self);
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
	static char full[160];

	snprintf(full, sizeof full, "%s/%s", dir, name);
	return full;
}

static void
put_file(const char *name, const char *text)
{
	FILE *file = fopen(in_dir(name), "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void
get_file(const char *full, char *text, size_t cap)
{
	struct input input = {0};
	int fd = open(full, O_RDONLY);
	size_t n = 0;
	ssize_t got;

	ck_assert_msg(fd >= 0, "%s is not there", full);
	ck_assert_int_eq(input_start(&input, fd, CODEC_AUTO, 0), 0);
	while ((got = input_read(&input, text + n, cap - 1 - n)) > 0)
		n += (size_t)got;
	ck_assert_int_eq(got, 0);
	ck_assert_msg(!input_is_inside(&input), "%s is cut short", full);
	text[n] = '\0';
	input_fini(&input);
	close(fd);
}

static void
ck_file(const char *name, const char *want)
{
	char text[4096];

	get_file(in_dir(name), text, sizeof text);
	ck_assert_str_eq(text, want);
}

static int
start(void)
{
	mock = mock_new();
	sink = mock_operator(1);
	mock->format = &strings;
	ck_assert_int_eq(sink->plan(&conf, &mock->plan, mock->task.host), WEIR_OK);
	return sink->open(&conf, &mock->task, &self);
}

/* A worker starts: what was decided is committed again, the rest undone. */
static int
recover(void)
{
	struct weir_str tokens[TOKENS];
	uint32_t i;
	int rc = start();

	for (i = 0; i < kept.n; i++)
		tokens[i] = (struct weir_str){
			.p = kept.token[i], .len = (uint32_t)strlen(kept.token[i])};
	if (rc == 0 && kept.n > 0)
		rc = sink->sink->commit(self, &mock->task, kept.epoch, tokens, kept.n);
	if (rc == 0)
		rc = sink->sink->abort_after(self, &mock->task, kept.epoch);
	return rc;
}

static int
row(const char *text)
{
	struct weir_view view = {.len = (uint32_t)strlen(text)};
	const struct weir_column column = {
		.size = sizeof column, .type = WEIR_STRING, .values = &view};
	const struct weir_column *const columns[1] = {&column};
	const struct weir_batch batch = {.size = sizeof batch,
		.n_rows = 1,
		.n_cols = 1,
		.cols = columns,
		.event_time = &event_time};

	ck_assert_uint_le(view.len, 12);
	memcpy(view.head, text, view.len);
	return sink->process(self, &mock->task, 0, &batch);
}

static void
prepare(uint64_t epoch)
{
	uint32_t i;

	mock->items.n = 0;
	mock->items.text.len = 0;
	ck_assert_int_eq(sink->before_barrier(self, &mock->task, epoch), 0);
	ck_assert_int_eq(sink->sink->prepare(self, &mock->task, epoch, &mock->items), 0);
	prepared = (struct kept){.epoch = epoch, .n = mock->items.n};
	for (i = 0; i < mock->items.n; i++) {
		struct weir_str item = mock_item(mock, i);

		snprintf(
			prepared.token[i], sizeof prepared.token[i], "%.*s", (int)item.len, item.p);
	}
}

static void
commit(void)
{
	struct weir_str tokens[TOKENS];
	uint32_t i;

	for (i = 0; i < kept.n; i++)
		tokens[i] = (struct weir_str){
			.p = kept.token[i], .len = (uint32_t)strlen(kept.token[i])};
	ck_assert_int_eq(sink->sink->commit(self, &mock->task, kept.epoch, tokens, kept.n), 0);
}

/* An epoch of three rows, up to a step.  True: it died there. */
static int
epoch_until(uint64_t epoch, int step)
{
	char text[16];
	int i;

	for (i = 0; i < 3; i++) {
		if (step == i)
			return 1;
		snprintf(text, sizeof text, "%d.%d", (int)epoch, i);
		ck_assert_int_eq(row(text), 0);
	}
	if (step == 3)
		return 1;
	if (epoch == EPOCHS)
		sink->on_watermark(self, &mock->task, INT64_MAX);
	prepare(epoch);
	if (step == 4)
		return 1;
	kept = prepared;
	if (step == 5)
		return 1;
	commit();
	return step == 6;
}

/* Runs all epochs; dies at two steps, counted from where each life begins. */
static void
run_and_die(int first, int second)
{
	int deaths[] = {first, second, -1}, life = 0, at;

	for (;;) {
		uint64_t epoch;

		ck_assert_int_eq(recover(), 0);
		at = deaths[life++];
		for (epoch = kept.epoch + 1; epoch <= EPOCHS; epoch++, at -= STEPS)
			if (epoch_until(epoch, at))
				break;
		if (epoch > EPOCHS)
			break;
		die();
	}
	die();
}

static void
expected(char *text)
{
	int epoch, i;

	for (epoch = 1; epoch <= EPOCHS; epoch++)
		for (i = 0; i < 3; i++)
			text += sprintf(text, "%d.%d\n", epoch, i);
}

static void
die_everywhere(const char *before, void (*look)(void))
{
	int first, second;

	for (first = 0; first < EPOCHS * STEPS; first++)
		for (second = -1; second < STEPS; second++) {
			if (before != NULL)
				put_file("out.txt", before);
			kept = (struct kept){0};
			run_and_die(first, second);
			look();
			ck_assert_int_eq(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
			ck_assert_int_eq(mkdir(dir, 0700), 0);
		}
}

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

/* All rolled files, in the order of their names. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
read_rolled(char *text, int *n_progress)
{
	struct dirent **list;
	int n = scandir(dir, &list, NULL, by_name), i, files = 0;

	*text = '\0';
	*n_progress = 0;
	for (i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (strstr(name, ".inprogress") != NULL) {
			++*n_progress;
		} else if (strncmp(name, "out-", 4) == 0) {
			get_file(in_dir(name), text + strlen(text), 1024);
			files++;
		}
		free(list[i]);
	}
	free(list);
	return files;
}

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
	ck_refuses(
		"unlink() \"*/out-000009.txt.inprogress\" failed (*); see that its directory may "
		"be written",
		NULL);
	die();
	conf.roll_size = 0;
	ck_assert_int_eq(mkdir(in_dir("out.txt.weir-base"), 0700), 0);
	ck_refuses("read() \"*/out.txt.weir-base\" failed (21: Is a directory); it says where the "
		   "output began; see that it may be read",
		NULL);
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

START_TEST(names_say_the_time_of_the_first_row)
{
	snprintf(path, sizeof path, "%s/out-%%Y%%m%%d-%%H%%M%%S.txt", dir);
	conf.path.len = (uint32_t)strlen(path);
	conf.roll_time = 1000000;
	event_time = 1436918400000000 - 1;
	ck_assert_int_eq(start(), 0);
	ck_assert_int_eq(row("one"), 0);
	event_time += 10000000;
	ck_assert_int_eq(row("two"), 0);
	ck_file("out-20150714-235959-000001.txt.inprogress", "one\ntwo\n");
	ck_assert_int_eq(sink->before_barrier(self, &mock->task, 1), 0);
	ck_file("out-20150714-235959-000001.txt", "one\ntwo\n");
	event_time = INT64_MIN;
	ck_assert_int_eq(row("one"), 0);
	ck_file("out-20150715-000000-000002.txt.inprogress", "one\n");
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
		"the file of \"path\" may have %Y %m %d %H %M %S, its directories none";

	conf.roll_size = 1;
	strcpy(path, "logs/%Y/out.txt");
	ck_plan_refuses(patterns);
	strcpy(path, "logs/out-%j.txt");
	ck_plan_refuses(patterns);
	strcpy(path, "logs/out-%");
	ck_plan_refuses(patterns);
	strcpy(path, "out.txt");
	conf.append = 1;
	ck_plan_refuses("\"append\" is of one file; with \"roll_size\" and \"roll_time\" nothing "
			"that is there is written to");
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
	tcase_add_loop_test(
		tcase, compressed_rolled_files_survive_every_death, CODEC_GZIP, CODEC_LZ4 + 1);
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
	tcase_add_test(tcase, rolled_files_survive_every_death);
	tcase_add_test(tcase, readers_see_decided_rows_only);
	tcase_add_test(tcase, rolled_files_never_overwrite);
	tcase_add_test(tcase, a_file_that_came_to_a_name_is_not_overwritten);
	tcase_add_test(tcase, a_published_file_that_readers_took_is_not_missed);
	tcase_add_test(tcase, what_is_in_the_way_of_its_own_files_is_named);
	tcase_add_test(tcase, recovery_removes_only_what_this_sink_has_in_progress);
	tcase_add_test(tcase, names_say_the_time_of_the_first_row);
	tcase_add_test(tcase, a_file_rolls_when_it_is_old);
	tcase_add_test(tcase, from_rolled_to_growing_and_back_nothing_is_lost);
	tcase_add_test(tcase, what_a_rolled_path_may_not_have_is_refused);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
