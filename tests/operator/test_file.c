/* SPDX-License-Identifier: Apache-2.0 */
/* file: lines of files become rows, and rows lines of a file; with the threads of `weir run`. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

enum { SIZE = 1 << 20 };

static char dir[64];

static void
make_dir(void)
{
	snprintf(dir, sizeof dir, "/tmp/weir-file-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st, (void)type, (void)walk;
	return remove(path);
}

static void
remove_dir(void)
{
	ck_assert_int_eq(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static char *
read_file(const char *name)
{
	char path[128], *text = calloc(1, SIZE);
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_lt(fread(text, 1, SIZE - 1, file), SIZE - 1);
	fclose(file);
	return text;
}

/* A rig around the file source, reading PATTERN of the directory. */
static struct wt_rig *
reading(const char *pattern, const char *more, const char *lines)
{
	char source[256];
	const struct wt_options options = {.source = source, .lines = lines};

	snprintf(source, sizeof source, "file { path %s/%s; %s }", dir, pattern, more);
	return wt_rig_with(&options);
}

START_TEST(each_line_is_a_record)
{
	struct wt_rig *rig;

	make_dir();
	write_file("a.log", "one\n\ntwo, a longer line\r\nlast");
	rig = reading("a.log", "format line;", NULL);
	ck_assert_int_eq(wt_run(rig), 0);
	wt_expect(rig, 0, "{\"line\":\"one\"}");
	wt_expect(rig, 0, "{\"line\":\"two, a longer line\"}");
	wt_expect(rig, 0, "{\"line\":\"last\"}");
	wt_expect_none(rig, 0);
	ck_assert_uint_eq(wt_counter(rig, "empty_lines"), 1);
	wt_free(rig);
	remove_dir();
}
END_TEST

START_TEST(an_empty_file_has_no_rows)
{
	struct wt_rig *rig;

	make_dir();
	write_file("a.log", "");
	rig = reading("a.log", "format line;", NULL);
	ck_assert_int_eq(wt_run(rig), 0);
	wt_expect_none(rig, 0);
	wt_free(rig);
	remove_dir();
}
END_TEST

/* Files that cover the same time, one of them far longer: no row is late because of it. */
START_TEST(files_are_read_in_step_by_event_time)
{
	struct wt_rig *rig;
	char *text = malloc(SIZE);
	int len = 0;

	make_dir();
	for (int i = 0; i < 20000; i++)
		len += snprintf(text + len, SIZE - (size_t)len, "{\"ts\":%d}\n", i * 10);
	write_file("a.ndjson", text);
	len = 0;
	for (int i = 0; i < 200; i++)
		len += snprintf(text + len, SIZE - (size_t)len, "{\"ts\":%d}\n", i * 1000);
	write_file("b.ndjson", text);
	rig = reading("*.ndjson",
		"format json { ts timestamp ms; } event_time ts; watermark bounded 30s;",
		"window out1 { from in; tumbling 1s; aggregate n = count(); late_to out2; }");
	ck_assert_int_eq(wt_run(rig), 0);
	ck_assert_uint_eq(wt_count(rig, 0), 20200);
	ck_assert_uint_eq(wt_count(rig, 2), 0);
	ck_assert_uint_eq(wt_count(rig, 1), 200);
	for (int i = 0; i < 200; i++)
		ck_assert_ptr_nonnull(strstr(wt_pop(rig, 1), "\"n\":101}"));
	wt_free(rig);
	free(text);
	remove_dir();
}
END_TEST

START_TEST(a_bad_line_names_file_and_offset)
{
	struct wt_rig *rig;
	char expected[128];

	make_dir();
	write_file("a.ndjson", "{\"n\":1}\n{\"n\":\"two\"}\n");
	rig = reading("a.ndjson", "format json { n int; }", NULL);
	ck_assert_int_lt(wt_run(rig), 0);
	snprintf(expected, sizeof expected,
		"in source file \"in\" \"%s/a.ndjson\" at offset 8: {\"n\":\"two\"}", dir);
	if (strstr(wt_error(rig), expected) == NULL)
		ck_abort_msg("no %s in %s", expected, wt_error(rig));
	wt_free(rig);
	remove_dir();
}
END_TEST

START_TEST(rows_become_lines)
{
	struct wt_rig *rig;
	char sink[128], *text;
	const struct wt_options options = {
		.fields = "n int; s string;", .source_lines = "watermark none;", .sink = sink};

	make_dir();
	snprintf(sink, sizeof sink, "file { path %s/made/as/needed/out.ndjson; }", dir);
	rig = wt_rig_with(&options);
	wt_push(rig, "{\"n\":1,\"s\":\"x\"}");
	wt_push(rig, "{\"n\":2}");
	ck_assert_int_eq(wt_run(rig), 0);
	wt_free(rig);
	text = read_file("made/as/needed/out.ndjson");
	ck_assert_str_eq(text, "{\"n\":1,\"s\":\"x\"}\n{\"n\":2,\"s\":null}\n");
	free(text);
	remove_dir();
}
END_TEST

/* Newlines, quotes and empty texts of csv come back as they went. */
START_TEST(what_csv_writes_it_reads)
{
	static const char *const rows[] = {
		"{\"n\":1,\"s\":\"two\\nlines, \\\"quoted\\\"\"}",
		"{\"n\":null,\"s\":\"\\r\\n\\n\"}",
		"{\"n\":3,\"s\":\"\"}",
		"{\"n\":4,\"s\":null}",
		"{\"n\":5,\"s\":\"\\\"\\n\\\"\"}",
	};
	struct wt_rig *rig;
	char sink[128];
	const struct wt_options options = {
		.fields = "n int; s string;", .source_lines = "watermark none;", .sink = sink};
	uint32_t i, n = sizeof rows / sizeof *rows;

	make_dir();
	snprintf(sink, sizeof sink, "file { path %s/out.csv; format csv; }", dir);
	rig = wt_rig_with(&options);
	for (i = 0; i < n; i++)
		wt_push(rig, rows[i]);
	ck_assert_int_eq(wt_run(rig), 0);
	wt_free(rig);
	rig = reading("out.csv", "format csv { n int; s string; }", NULL);
	ck_assert_int_eq(wt_run(rig), 0);
	for (i = 0; i < n; i++)
		wt_expect(rig, 0, rows[i]);
	wt_expect_none(rig, 0);
	wt_free(rig);
	remove_dir();
}
END_TEST

/* Each framing with each compression, by the name of the file and by directive. */
START_TEST(what_is_framed_and_packed_is_read_back)
{
	static const char *const framings[] = {"newline", "length_delimited", "varint_delimited"};
	static const char *const packings[] = {"none", "gzip", "zstd", "lz4"};
	static const char *const names[] = {"out", "out.gz", "out.zst", "out.lz4"};
	char sink[256], how[160];
	const struct wt_options options = {
		.fields = "n int;", .source_lines = "watermark none;", .sink = sink};
	uint32_t i;
	int k;

	make_dir();
	for (i = 0; i < 24; i++) {
		const char *framing = framings[i % 3], *name = names[i / 3 % 4];
		struct wt_rig *rig;

		snprintf(how, sizeof how, "framing %s;", framing);
		if (i >= 12) {
			name = "plain";
			snprintf(how, sizeof how, "framing %s; compression %s;", framing,
				packings[i / 3 % 4]);
		}
		snprintf(sink, sizeof sink, "file { path %s/%s; %s }", dir, name, how);
		rig = wt_rig_with(&options);
		for (k = 0; k < 100; k++)
			wt_pushf(rig, "{\"n\":%d}", k);
		ck_assert_int_eq(wt_run(rig), 0);
		wt_free(rig);
		snprintf(how + strlen(how), sizeof how - strlen(how), " format json { n int; }");
		rig = reading(name, how, NULL);
		ck_assert_int_eq(wt_run(rig), 0);
		for (k = 0; k < 100; k++) {
			char want[32];

			snprintf(want, sizeof want, "{\"n\":%d}", k);
			wt_expect(rig, 0, want);
		}
		wt_expect_none(rig, 0);
		wt_free(rig);
	}
	remove_dir();
}
END_TEST

START_TEST(what_cannot_be_opened_is_named)
{
	struct wt_rig *rig;
	char sink[128];
	const struct wt_options options = {
		.fields = "n int;", .source_lines = "watermark none;", .sink = sink};

	make_dir();
	write_file("none", "");
	snprintf(sink, sizeof sink, "file { path %s/none/out.ndjson; }", dir);
	rig = wt_rig_with(&options);
	ck_assert_int_lt(wt_run(rig), 0);
	ck_assert_ptr_nonnull(strstr(wt_error(rig), "sink file \"tested\": "));
	ck_assert_ptr_nonnull(strstr(wt_error(rig), "/none"));
	ck_assert_ptr_nonnull(strstr(wt_error(rig), "Not a directory"));
	wt_free(rig);
	rig = reading("absent.log", "format line;", NULL);
	ck_assert_int_lt(wt_run(rig), 0);
	ck_assert_ptr_nonnull(strstr(wt_error(rig), "source file \"in\": "));
	ck_assert_ptr_nonnull(strstr(wt_error(rig), "absent.log"));
	wt_free(rig);
	remove_dir();
}
END_TEST

START_TEST(mistakes_are_refused_by_name)
{
	const struct wt_options no_path = {.source = "file { format line; }"};
	const struct wt_options no_format = {.source = "file { path x; format lines; }"};
	const struct wt_options no_size = {
		.source = "file { path x; format line; max_record_size big; }"};

	wt_refuses_with(&no_path, "source file \"in\" needs \"path\"");
	wt_refuses_with(&no_format, "unknown format \"lines\"; did you mean \"line\"?");
	wt_refuses_with(&no_size, "\"big\" is no size");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_line_is_a_record,
		an_empty_file_has_no_rows,
		files_are_read_in_step_by_event_time,
		a_bad_line_names_file_and_offset,
		rows_become_lines,
		what_csv_writes_it_reads,
		what_is_framed_and_packed_is_read_back,
		what_cannot_be_opened_is_named,
		mistakes_are_refused_by_name,
	};

	return WT_MAIN("file", tests);
}
