/* SPDX-License-Identifier: Apache-2.0 */
/* The source and the sink `file`, driven through a small host. */
#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
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

struct sink_conf {
	struct weir_str path;
	uint32_t append;
	uint64_t roll_size;
	int64_t roll_time;
	uint32_t compression, framing;
	uint32_t reopen, rolled;
};

static struct mock *mock;
static const struct weir_operator *source, *sink;
static void *self;
static char dir[64];
static struct weir_str words[8];
static char paths[8][128];
static struct source_conf conf;

static void
setup(void)
{
	mock = mock_new();
	source = mock_operator(0);
	sink = mock_operator(1);
	self = NULL;
	strcpy(dir, "/tmp/weir-test-file-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	conf = (struct source_conf){.path = {.v = words}, .max_record_size = 1 << 20};
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
teardown(void)
{
	if (self != NULL)
		source->close(self);
	mock_release(mock);
	mock_free(mock);
	ck_assert_int_eq(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static const char *
path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void
write_file(const char *name, const char *p, size_t len)
{
	FILE *file = fopen(path_of(name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(p, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);
}

static void
add_path(const char *name)
{
	uint32_t i = conf.path.n++;

	snprintf(paths[i], sizeof paths[i], "%s/%s", dir, name);
	words[i] =
		(struct weir_str){.p = paths[i], .len = (uint32_t)strlen(paths[i]), .loc = i + 1};
}

static int
poll_to_end(void)
{
	int rc = WEIR_OK;

	while (rc == WEIR_OK)
		rc = source->source->poll(self, &mock->task);
	return rc;
}

static int
begin(struct weir_str pos)
{
	uint32_t i;
	int rc;

	ck_assert_int_eq(source->plan(&conf, &mock->plan, mock->task.host), WEIR_OK);
	rc = source->open(&conf, &mock->task, &self);
	for (i = 0; rc == 0 && i < mock->n_partitions; i++)
		rc = source->source->assign(self, &mock->task, i,
			(struct weir_str){.p = mock->partition[i],
				.len = (uint32_t)strlen(mock->partition[i])},
			pos, 0);
	return rc;
}

/* Reads everything.  The last result of poll(). */
static int
read_all(struct weir_str pos)
{
	int rc = begin(pos);

	return rc == WEIR_OK ? poll_to_end() : rc;
}

static int
read_file(const char *text, size_t len)
{
	write_file("x", text, len);
	add_path("x");
	return read_all((struct weir_str){0});
}

#define ck_reads(text, want)                                                                       \
	do {                                                                                       \
		ck_assert_int_eq(read_file(text, sizeof(text) - 1), WEIR_END);                     \
		ck_assert_uint_eq(mock->records.len, sizeof(want) - 1);                            \
		ck_assert_mem_eq(mock->records.p, want, sizeof(want) - 1);                         \
	} while (0)

START_TEST(lines_are_records_with_their_offsets)
{
	ck_reads("one\ntwo\nthree\n", "one\ntwo\nthree\n");
	ck_assert_int_eq(mock->offset[0], 0);
	ck_assert_int_eq(mock->offset[1], 4);
	ck_assert_int_eq(mock->offset[2], 8);
	ck_assert_uint_eq(mock_counter(mock, "input_bytes"), 14);
	ck_assert_uint_eq(mock_counter(mock, "input_bytes_total"), 14);
}
END_TEST

START_TEST(a_last_line_without_newline_is_a_record)
{
	ck_reads("one\ntwo", "one\ntwo\n");
}
END_TEST

START_TEST(an_empty_file_has_no_records)
{
	ck_reads("", "");
	ck_assert_str_eq(mock->sizes.p, "");
	ck_assert_int_eq(mock->ended[0], 1);
}
END_TEST

START_TEST(carriage_returns_and_empty_lines_and_a_byte_order_mark_go)
{
	ck_reads("\xef\xbb\xbfone\r\n\r\n\ntwo\r\n\n", "one\ntwo\n");
	ck_assert_int_eq(mock->offset[0], 3);
	ck_assert_int_eq(mock->offset[1], 11);
	ck_assert_uint_eq(mock_counter(mock, "empty_lines"), 3);
	ck_assert_uint_eq(mock_counter(mock, "input_bytes"), 17);
}
END_TEST

/* Newlines are looked for in many bytes at once: lines end at every place of them. */
START_TEST(lines_of_all_lengths_are_cut_where_they_end)
{
	static char text[1 << 17], want[1 << 17];
	size_t len = 0, n = 0;
	int i, k;

	for (i = 0; i < 200; i++) {
		for (k = 0; k < i; k++)
			text[len++] = want[n++] = "ab\r"[(i + k) % 3];
		while (n > 0 && want[n - 1] == '\r' && i > 0)
			want[n - 1] = text[len - 1] = 'c';
		if (i > 0)
			want[n++] = '\n';
		if (i % 5 == 0)
			text[len++] = '\r';
		text[len++] = '\n';
	}
	ck_assert_int_eq(read_file(text, len), WEIR_END);
	ck_assert_uint_eq(mock->n_records, 199);
	ck_assert_uint_eq(mock->records.len, n);
	ck_assert_mem_eq(mock->records.p, want, n);
	ck_assert_uint_eq(mock_counter(mock, "empty_lines"), 1);
}
END_TEST

START_TEST(nul_bytes_are_bytes)
{
	ck_reads("a\0b\n\0\n", "a\0b\n\0\n");
}
END_TEST

/* Lines of many lengths, so that blocks end within them. */
static char *
long_text(size_t *len, uint32_t n)
{
	char *text = malloc((size_t)n * 400), *p = text;
	uint32_t i;

	for (i = 0; i < n; i++) {
		p += sprintf(p, "%u ", i);
		memset(p, 'a' + (int)(i % 26), i * 7919 % 331);
		p += i * 7919 % 331;
		*p++ = '\n';
	}
	*len = (size_t)(p - text);
	return text;
}

START_TEST(large_files_come_in_batches_that_are_always_the_same)
{
	size_t len;
	char *text = long_text(&len, 20000), *sizes;
	uint32_t i;
	int64_t offset = 0;

	mock->hold = 1;
	ck_assert_int_eq(read_file(text, len), WEIR_END);
	ck_assert_uint_eq(mock->records.len, len);
	ck_assert_mem_eq(mock->records.p, text, len);
	ck_assert_uint_eq(mock->n_records, 20000);
	for (i = 0; i < 20000; i++) {
		ck_assert_int_eq(mock->offset[i], offset);
		offset = strchr(text + offset, '\n') + 1 - text;
	}
	for (i = 0; i < mock->n_held; i++) {
		ck_assert_uint_le(mock->held[i].n, WEIR_ROWS_MAX);
		ck_assert_uint_ge(mock->held[i].slack, 64);
	}
	/* Blocks outlive the source. */
	source->close(self);
	self = NULL;
	mock_release(mock);
	sizes = strdup(mock->sizes.p);
	mock->sizes.len = 0;
	mock->ended[0] = 0;
	mock->n_partitions = mock->n_counters = 0;
	conf.path.n = 1;
	ck_assert_int_eq(read_all((struct weir_str){0}), WEIR_END);
	ck_assert_str_eq(mock->sizes.p, sizes);
	free(sizes);
	free(text);
}
END_TEST

START_TEST(short_lines_come_at_most_2048_at_a_time)
{
	char *text = malloc(10000);
	size_t i;

	for (i = 0; i < 10000; i += 2)
		memcpy(text + i, "x\n", 2);
	ck_assert_int_eq(read_file(text, 10000), WEIR_END);
	ck_assert_str_eq(mock->sizes.p, "2048 2048 904 ");
	free(text);
}
END_TEST

/* Reads again, in a new instance, from the position given k-th last. */
static int
read_again(int k)
{
	char pos[128], *at = mock->positions.p + mock->positions.len;

	for (; k > 0; k--) {
		at[-1] = '\0';
		at = strrchr(mock->positions.p, ' ');
		at = at != NULL ? at + 1 : mock->positions.p;
	}
	snprintf(pos, sizeof pos, "%s", strchr(at, '@') + 1);
	if (self != NULL)
		source->close(self);
	self = NULL;
	mock_free(mock);
	mock = mock_new();
	return read_all((struct weir_str){.p = pos, .len = (uint32_t)strlen(pos)});
}

START_TEST(reading_goes_on_from_a_position)
{
	char *text = malloc(2048 * 4 + 16);
	int i;

	for (i = 0; i < 2048; i++)
		memcpy(text + (size_t)i * 4, "abc\n", 4);
	memcpy(text + 2048 * 4, "two\nthree", 9);
	ck_assert_int_eq(read_file(text, 2048 * 4 + 9), WEIR_END);
	ck_assert_str_eq(mock->sizes.p, "2048 2 ");
	ck_assert_int_eq(read_again(2), WEIR_END);
	ck_assert_str_eq(mock->records.p, "two\nthree\n");
	ck_assert_int_eq(mock->offset[0], 2048 * 4);
	ck_assert_uint_eq(mock_counter(mock, "input_bytes"), 2048 * 4 + 9);
	ck_assert_int_eq(read_again(1), WEIR_END);
	ck_assert_str_eq(mock->records.p, "");
	ck_assert_int_eq(mock->ended[0], 1);
	free(text);
}
END_TEST

START_TEST(a_file_that_was_cut_or_written_anew_is_refused)
{
	char want[256];

	ck_reads("one\ntwo\n", "one\ntwo\n");
	write_file("x", "one\n", 4);
	ck_assert_int_eq(read_again(1), -ESTALE);
	snprintf(want, sizeof want,
		"\"%s\" has 4 bytes, fewer than were read before (8); put the longer one back, or "
		"start without the checkpoint",
		path_of("x"));
	ck_assert_str_eq(mock->err.text, want);
}
END_TEST

/* More than one read takes; some of it is read. */
static size_t
begin_long_file(void)
{
	size_t len = 1 << 20;
	char *text = malloc(len);

	for (size_t i = 0; i < len; i += 4)
		memcpy(text + i, "abc\n", 4);
	write_file("x", text, len);
	free(text);
	add_path("x");
	ck_assert_int_eq(begin((struct weir_str){0}), WEIR_OK);
	ck_assert_int_eq(source->source->poll(self, &mock->task), WEIR_OK);
	ck_assert_uint_gt(mock->records.len, 0);
	ck_assert_uint_lt(mock->records.len, len);
	return len;
}

START_TEST(a_file_that_is_cut_while_it_is_read_is_refused)
{
	char want[128];
	size_t n;

	begin_long_file();
	ck_assert_int_eq(truncate(path_of("x"), 12), 0);
	ck_assert_int_eq(poll_to_end(), WEIR_END);
	n = mock->records.len;
	snprintf(want, sizeof want,
		"0@%zu \"\" the file was cut to 12 bytes after %zu were read; what stood behind "
		"them is lost\n",
		n, n);
	ck_assert_str_eq(mock->refused.p, want);
}
END_TEST

START_TEST(a_file_that_grows_while_it_is_read_is_read_to_its_end)
{
	size_t len = begin_long_file();
	FILE *file = fopen(path_of("x"), "a");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_gt(fputs("more\n", file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(poll_to_end(), WEIR_END);
	ck_assert_uint_eq(mock->records.len, len + 5);
	ck_assert_str_eq(mock->refused.p, "");
}
END_TEST

START_TEST(a_file_that_vanishes_while_it_is_read_is_read_to_its_end)
{
	size_t len = begin_long_file();

	ck_assert_int_eq(unlink(path_of("x")), 0);
	ck_assert_int_eq(poll_to_end(), WEIR_END);
	ck_assert_uint_eq(mock->records.len, len);
	ck_assert_str_eq(mock->refused.p, "");
}
END_TEST

START_TEST(what_is_no_position_is_refused)
{
	static const char *const none[] = {"", "1:2:3", "1:2:3:g", "1:2:-3:0", "1:2:3:0 "};
	size_t i;

	write_file("x", "one\n", 4);
	add_path("x");
	for (i = 0; i < sizeof none / sizeof *none; i++) {
		if (self != NULL)
			source->close(self);
		self = NULL;
		mock_free(mock);
		mock = mock_new();
		ck_assert_int_eq(
			read_all((struct weir_str){.p = none[i], .len = (uint32_t)strlen(none[i])}),
			-EINVAL);
		mock_ck_says(mock, "position \"*\" of \"*\" is not a file's");
	}
}
END_TEST

START_TEST(patterns_give_each_file_once_and_in_order)
{
	write_file("b.ndjson", "b\n", 2);
	write_file("a.ndjson", "a\n", 2);
	write_file("c.txt", "c\n", 2);
	ck_assert_int_eq(mkdir(path_of("d.ndjson"), 0700), 0);
	add_path("*.ndjson");
	add_path("c.txt");
	add_path("a.*");
	ck_assert_int_eq(read_all((struct weir_str){0}), WEIR_END);
	ck_assert_uint_eq(mock->n_partitions, 3);
	ck_assert_str_eq(mock->partition[0], path_of("a.ndjson"));
	ck_assert_str_eq(mock->partition[2], path_of("c.txt"));
	ck_assert_str_eq(mock->records.p, "a\nb\nc\n");
}
END_TEST

static void
ck_fails(const char *name, const char *why)
{
	char want[512];

	add_path(name);
	ck_assert_int_lt(read_all((struct weir_str){0}), 0);
	snprintf(want, sizeof want, why, path_of(name), path_of(name));
	ck_assert_str_eq(mock->err.text, want);
	ck_assert_uint_eq(mock->err.loc, 1);
}

START_TEST(a_file_that_is_not_there_is_an_error)
{
	ck_fails("none",
		"open() \"%s\" failed (2: No such file or directory); see that \"path\" of "
		"the source names a file that is there");
}
END_TEST

START_TEST(a_pattern_that_matches_nothing_is_an_error)
{
	ck_fails("*.none", "\"%s\" matches no file; see that \"path\" of the source names files "
			   "that are there");
}
END_TEST

START_TEST(a_directory_is_an_error)
{
	ck_assert_int_eq(mkdir(path_of("d"), 0700), 0);
	ck_fails("d", "\"%s\" is a directory; name the files in it, such as \"%s/*\"");
}
END_TEST

START_TEST(a_pipe_is_an_error)
{
	ck_assert_int_eq(mkfifo(path_of("p"), 0600), 0);
	ck_fails("p", "\"%s\" is not a regular file; pipes are read by the source \"stdin\"");
}
END_TEST

static void
long_line(size_t max, size_t len, int fits)
{
	char *text = malloc(len + 16), want[256];

	memcpy(text, "first\n", 6);
	memset(text + 6, 'x', len);
	memcpy(text + 6 + len, "\nlast\n", 6);
	conf.max_record_size = max;
	if (fits) {
		ck_assert_int_eq(read_file(text, len + 12), WEIR_END);
		ck_assert_mem_eq(mock->records.p, text, len + 12);
	} else {
		size_t shown = len < 1024 ? len : 1024;

		ck_assert_int_eq(read_file(text, len + 12), WEIR_END);
		ck_assert_str_eq(mock->records.p, "first\nlast\n");
		ck_assert_int_eq(mock->offset[1], (int64_t)len + 7);
		snprintf(want, sizeof want,
			"\" the line has %zu bytes, more than \"max_record_size\" of the source "
			"(%zu)\n",
			len, max);
		ck_assert_mem_eq(mock->refused.p, "0@6 \"", 5);
		ck_assert_mem_eq(mock->refused.p + 5, text + 6, shown);
		ck_assert_str_eq(mock->refused.p + 5 + shown, want);
	}
	free(text);
}

START_TEST(a_line_of_10_mb_is_taken_if_allowed)
{
	long_line(10 << 20, 10 << 20, 1);
}
END_TEST

START_TEST(a_line_of_10_mb_is_refused_if_not)
{
	long_line(1 << 20, 10 << 20, 0);
}
END_TEST

START_TEST(a_line_one_byte_too_long_is_refused)
{
	long_line(1 << 20, (1 << 20) + 1, 0);
}
END_TEST

START_TEST(a_short_line_may_be_too_long_as_well)
{
	long_line(10, 11, 0);
}
END_TEST

/* The sink writes what encode() gives: here the first column as it is. */
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

static int
write_rows(const char *name, uint32_t append, const uint8_t *kind)
{
	static const struct weir_view views[2] = {
		{.len = 3, .head = "one"}, {.len = 4, .head = {'t', 'w', 'o', '!'}}};
	const struct weir_column column = {
		.size = sizeof column, .type = WEIR_STRING, .values = views};
	const struct weir_column *const columns[1] = {&column};
	const struct weir_batch batch = {
		.size = sizeof batch, .n_rows = 2, .n_cols = 1, .cols = columns, .kind = kind};
	struct sink_conf c = {.append = append};
	const char *path = name[0] == '/' ? name : path_of(name);
	void *sink_self;
	int rc;

	c.path = (struct weir_str){.p = path, .len = (uint32_t)strlen(path)};
	mock->format = &strings;
	mock->n_counters = 0;
	ck_assert_int_eq(sink->plan(&c, &mock->plan, mock->task.host), WEIR_OK);
	ck_assert_uint_eq(mock->plan.how, WEIR_SINGLE);
	rc = sink->open(&c, &mock->task, &sink_self);
	if (rc < 0)
		return rc;
	rc = sink->process(sink_self, &mock->task, 0, &batch);
	sink->close(sink_self);
	return rc;
}

static void
ck_content(const char *name, const char *want)
{
	char text[256] = {0};
	FILE *file = fopen(path_of(name), "r");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fread(text, 1, sizeof text - 1, file), strlen(want));
	fclose(file);
	ck_assert_str_eq(text, want);
}

START_TEST(rows_are_lines_of_a_file)
{
	write_file("out", "old\n", 4);
	ck_assert_int_eq(write_rows("out", 0, NULL), WEIR_OK);
	ck_content("out", "one\ntwo!\n");
	ck_assert_int_eq(write_rows("out", 1, NULL), WEIR_OK);
	ck_content("out", "one\ntwo!\none\ntwo!\n");
	ck_assert_int_eq(write_rows("out", 0, NULL), WEIR_OK);
	ck_content("out", "one\ntwo!\n");
}
END_TEST

START_TEST(updates_are_written_and_deletes_refused)
{
	static const uint8_t updates[] = {WEIR_INSERT, WEIR_UPDATE_AFTER},
			     deletes[] = {WEIR_INSERT, WEIR_DELETE};

	ck_assert_int_eq(write_rows("out", 0, updates), WEIR_OK);
	ck_content("out", "one\ntwo!\n");
	ck_assert_int_eq(write_rows("out", 0, deletes), -EINVAL);
	ck_assert_str_eq(mock->err.text,
		"a row takes back an earlier one, which a file cannot; send "
		"inserts and updates only");
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
	ck_assert_int_eq(write_rows("/dev/full", 0, NULL), -ENOSPC);
	ck_assert_str_eq(mock->err.text,
		"write() \"/dev/full\" failed (28: No space left on device); make room on its file "
		"system, then start again");
}
END_TEST

START_TEST(a_file_that_cannot_be_made_is_an_error)
{
	ck_assert_int_eq(write_rows("/dev/null/such/file", 0, NULL), -ENOTDIR);
	ck_assert_str_eq(mock->err.text,
		"open() \"/dev/null/such/file\" failed (20: Not a directory); see that its "
		"directory may be written, or made");
	ck_assert_int_eq(write_rows("/tmp", 0, NULL), -EISDIR);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file");
	TCase *tcase = tcase_create("file");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, lines_are_records_with_their_offsets);
	tcase_add_test(tcase, a_last_line_without_newline_is_a_record);
	tcase_add_test(tcase, an_empty_file_has_no_records);
	tcase_add_test(tcase, carriage_returns_and_empty_lines_and_a_byte_order_mark_go);
	tcase_add_test(tcase, lines_of_all_lengths_are_cut_where_they_end);
	tcase_add_test(tcase, nul_bytes_are_bytes);
	tcase_add_test(tcase, large_files_come_in_batches_that_are_always_the_same);
	tcase_add_test(tcase, short_lines_come_at_most_2048_at_a_time);
	tcase_add_test(tcase, reading_goes_on_from_a_position);
	tcase_add_test(tcase, a_file_that_was_cut_or_written_anew_is_refused);
	tcase_add_test(tcase, a_file_that_is_cut_while_it_is_read_is_refused);
	tcase_add_test(tcase, a_file_that_grows_while_it_is_read_is_read_to_its_end);
	tcase_add_test(tcase, a_file_that_vanishes_while_it_is_read_is_read_to_its_end);
	tcase_add_test(tcase, what_is_no_position_is_refused);
	tcase_add_test(tcase, patterns_give_each_file_once_and_in_order);
	tcase_add_test(tcase, a_file_that_is_not_there_is_an_error);
	tcase_add_test(tcase, a_pattern_that_matches_nothing_is_an_error);
	tcase_add_test(tcase, a_directory_is_an_error);
	tcase_add_test(tcase, a_pipe_is_an_error);
	tcase_add_test(tcase, a_line_of_10_mb_is_taken_if_allowed);
	tcase_add_test(tcase, a_line_of_10_mb_is_refused_if_not);
	tcase_add_test(tcase, a_line_one_byte_too_long_is_refused);
	tcase_add_test(tcase, a_short_line_may_be_too_long_as_well);
	tcase_add_test(tcase, rows_are_lines_of_a_file);
	tcase_add_test(tcase, updates_are_written_and_deletes_refused);
	tcase_add_test(tcase, a_full_disk_is_an_error);
	tcase_add_test(tcase, a_file_that_cannot_be_made_is_an_error);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
