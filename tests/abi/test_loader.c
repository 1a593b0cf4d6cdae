/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader: what each broken plugin is refused with, word for word, and that a loaded one does
 * not care what becomes of its file.  WEIR_FIXTURES is the directory of the fixtures.
 */
#include "base/err.h"
#include "engine/plugin.h"

#include <check.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[PATH_MAX];
static struct weir_err err;
static struct wr_plugins *plugins;

/* The path of a fixture, or of a file in the test's own directory; good until the next but three.
 */
static const char *
path_in(const char *where, const char *name)
{
	static char paths[4][PATH_MAX];
	static int turn;

	turn = (turn + 1) % 4;
	ck_assert_int_lt(snprintf(paths[turn], PATH_MAX, "%s/%s", where, name), PATH_MAX);
	return paths[turn];
}

static const char *
fixture(const char *name)
{
	const char *where = getenv("WEIR_FIXTURES");

	ck_assert_msg(where != NULL, "WEIR_FIXTURES is not set");
	return path_in(where, name);
}

static struct weir_str
str(const char *p)
{
	return (struct weir_str){.p = p, .len = (uint32_t)strlen(p)};
}

static void
write_file(const char *path, const void *p, size_t len)
{
	FILE *f = fopen(path, "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(p, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, 0755), 0);
}

/* The file's bytes; the caller frees. */
static char *
read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *p;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fstat(fileno(f), &st), 0);
	p = malloc((size_t)st.st_size);
	ck_assert_ptr_nonnull(p);
	*len = fread(p, 1, (size_t)st.st_size, f);
	ck_assert_uint_eq(*len, (size_t)st.st_size);
	fclose(f);
	return p;
}

static void
copy_file(const char *from, const char *to, size_t most)
{
	size_t len;
	char *p = read_file(from, &len);

	write_file(to, p, len < most ? len : most);
	free(p);
}

static void
setup(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof dir, "%s/weir-loader-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	plugins = wr_plugins_new();
	ck_assert_ptr_nonnull(plugins);
}

static void
teardown(void)
{
	static const char *const names[] = {"a.so", "b.so", "c.txt", "later.so"};
	size_t i;

	wr_plugins_free(plugins);
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		unlink(path_in(dir, names[i]));
	rmdir(path_in(dir, "sub.so"));
	rmdir(dir);
}

/* Loading path fails with text, in which %s stands for the path. */
static void
refused(const char *path, const char *text)
{
	char expected[sizeof err.text];
	const char *at = strstr(text, "%s");
	size_t n;

	ck_assert_ptr_nonnull(at);
	snprintf(expected, sizeof expected, "%.*s%s%s", (int)(at - text), text, path, at + 2);
	ck_assert_int_lt(wr_plugins_load(plugins, path, &err), 0);
	ck_assert_str_eq(err.text, expected);
	ck_assert_uint_eq(wr_plugins_count(plugins), 0);
	wr_plugins_offers(plugins, WR_OFFER_TRANSFORM, &n);
	ck_assert_uint_eq(n, 0);
}

/* Calls answer() of a registry: which build of good.c this is. */
static int64_t
answer(const struct wr_plugins *from)
{
	const struct weir_function *function = wr_plugins_function(from, str("answer"));
	struct weir_vec vec = {.size = sizeof vec, .type = WEIR_INT64, .cap = 1};
	int64_t value = 0;

	ck_assert_ptr_nonnull(function);
	vec.values = &value;
	ck_assert_int_eq(function->eval(NULL, NULL, NULL, NULL, 1, &vec), WEIR_OK);
	return value;
}

static const struct {
	const char *file, *text;
} broken[] = {
	{"bad_magic.so", "plugin \"%s\": its magic is 0x52494556, not 0x52494557"},
	{"new_major.so", "plugin \"%s\" wants ABI 2.1, this weir provides 0.1"},
	{"new_minor.so", "plugin \"%s\" wants ABI 0.2, this weir provides 0.1"},
	{"no_entry.so", "cannot load plugin \"%s\": it has no symbol weir_plugin_entry, so it is "
			"not a plugin of weir"},
	{"null_entry.so", "cannot load plugin \"%s\": weir_plugin_entry() gave NULL"},
	{"undefined_symbol.so",
		"cannot load plugin \"%s\": undefined symbol: weir_no_such_function"},
	{"twice.so", "plugin \"%s\": operator \"same\" is there twice"},
	{"lying_size.so", "plugin \"%s\": operator 0 has a struct weir_operator of size 48, "
			  "not 168"},
	{"missing_extension.so", "plugin \"%s\": operator \"needy\" needs extension "
				 "\"weir.graph/7\", which this weir does not have"},
	{"empty.so", "plugin \"%s\": it offers nothing"},
};

START_TEST(a_broken_plugin_is_refused_with_its_reason)
{
	refused(fixture(broken[_i].file), broken[_i].text);
}
END_TEST

/* What lies.so is refused with for each value of WEIR_LIE; numbers are places in its tables. */
static const struct {
	const char *lie, *text;
} lies[] = {
	{"plugin_size", "plugin \"%s\": its struct weir_plugin has size 40, not 88"},
	{"plugin_name", "plugin \"%s\": it has no name"},
	{"plugin_license", "plugin \"%s\": it has no license"},
	{"absurd_count", "plugin \"%s\": it claims 2147483648 functions"},
	{"null_array", "plugin \"%s\": it claims 2 formats, but lists none"},
	{"null_item", "plugin \"%s\": operator 0 is NULL"},
	{"operator 0", "plugin \"%s\": operator 0 has a struct weir_operator of size 64, not 168"},
	{"operator 1",
		"plugin \"%s\": operator 0 has a struct weir_operator of size 1048576, not 168"},
	{"operator 2", "plugin \"%s\": operator 0 has no name"},
	{"operator 3",
		"plugin \"%s\": operator 0 has the name \"Not A Word\", which is not a word"},
	{"operator 4", "plugin \"%s\": operator \"operator_no_summary\" has no summary"},
	{"operator 5", "plugin \"%s\": operator \"bad_kind\" has unknown kind 9"},
	{"operator 6", "plugin \"%s\": operator \"bad_operator_flags\" has unknown flags 0x100000"},
	{"operator 7", "plugin \"%s\": operator \"no_plan\" has no plan()"},
	{"operator 8", "plugin \"%s\": operator \"no_open\" has no open()"},
	{"operator 9", "plugin \"%s\": operator \"no_process\" has no process()"},
	{"operator 10", "plugin \"%s\": operator \"half_snapshot\" has only one of snapshot() and "
			"restore()"},
	{"operator 11",
		"plugin \"%s\": operator \"many_inputs\" has 65 inputs; a transform has 1 to 64"},
	{"operator 12", "plugin \"%s\": sink \"no_inputs\" has 0 inputs; a sink has 1 to 64"},
	{"operator 13",
		"plugin \"%s\": operator \"no_outputs\" has 0 outputs; a transform has 1 to 64"},
	{"operator 14",
		"plugin \"%s\": source \"source_with_input\" has 1 inputs; a source has 0 to 0"},
	{"operator 15", "plugin \"%s\": source \"no_source\" has no struct weir_source"},
	{"operator 16",
		"plugin \"%s\": source \"short_source\" has a struct weir_source of size 16, not "
		"40"},
	{"operator 17", "plugin \"%s\": source \"no_assign\" has no assign()"},
	{"operator 18", "plugin \"%s\": operator \"stray_source\" has a struct weir_source, but is "
			"no source"},
	{"operator 19",
		"plugin \"%s\": operator \"stray_sink\" has a struct weir_sink, but is no sink"},
	{"operator 20",
		"plugin \"%s\": sink \"no_sink\" is two-phase, but has no struct weir_sink"},
	{"operator 21", "plugin \"%s\": sink \"only_prepare\" has no commit()"},
	{"operator 22",
		"plugin \"%s\": sink \"half_decider\" has only one of recover() and decide()"},
	{"operator 23", "plugin \"%s\": operator \"huge_conf\" has a conf of 1073741824 bytes"},
	{"operator 24",
		"plugin \"%s\": operator \"bad_stride\" has a directive_size of 24, not 64"},
	{"operator 25", "plugin \"%s\": operator \"directive_bad_name\" has a directive whose name "
			"\"Number\" is not a word"},
	{"operator 26", "plugin \"%s\": operator \"directive_bad_type\" has directive \"number\" "
			"of unknown type 12"},
	{"operator 27", "plugin \"%s\": operator \"directive_bad_flags\" has directive \"number\" "
			"with unknown flags 0x40"},
	{"operator 28", "plugin \"%s\": operator \"directive_outside\" has directive \"number\" "
			"at 8 ..+ 16, outside its conf of 16 bytes"},
	{"operator 29", "plugin \"%s\": operator \"directive_unaligned\" has directive \"number\" "
			"at 4, which is not aligned"},
	{"operator 30", "plugin \"%s\": operator \"directive_no_choices\" has directive \"number\" "
			"without choices"},
	{"operator 31", "plugin \"%s\": operator \"directive_bad_input\" has directive \"number\" "
			"for input 1 of 1"},
	{"operator 32", "plugin \"%s\": operator \"directive_bad_output\" has directive \"number\" "
			"for output 3 of 1"},
	{"operator 33", "plugin \"%s\": operator \"directive_bad_range\" has directive \"number\" "
			"with min 2 above max 1"},
	{"operator 34", "plugin \"%s\": operator \"directive_no_summary\" has directive \"number\" "
			"without a summary"},
	{"format 0", "plugin \"%s\": format 0 has a struct weir_format of size 8, not 80"},
	{"format 1", "plugin \"%s\": format \"one_way_none\" has neither decode() nor encode()"},
	{"function 0", "plugin \"%s\": function 0 has a struct weir_function of size 8, not 56"},
	{"function 1", "plugin \"%s\": function \"no_eval\" has no eval()"},
	{"function 2", "plugin \"%s\": function \"nullif\" cannot be called: its name is a word "
		       "of the language"},
	{"aggregate 0", "plugin \"%s\": aggregate 0 has a struct weir_aggregate of size 8, not 96"},
	{"aggregate 1", "plugin \"%s\": aggregate \"no_update\" has no update()"},
	{"aggregate 2", "plugin \"%s\": aggregate \"no_joint_able\" has a joint that lacks a "
			"function or room for its cells"},
	{"aggregate 3", "plugin \"%s\": aggregate \"no_sliding_join\" has windows that slide "
			"without a function"},
};

START_TEST(a_descriptor_that_lies_is_refused)
{
	setenv("WEIR_LIE", lies[_i].lie, 1);
	refused(fixture("lies.so"), lies[_i].text);
}
END_TEST

START_TEST(a_missing_file_is_refused)
{
	refused(path_in(dir, "a.so"), "cannot load plugin \"%s\": No such file or directory");
}
END_TEST

START_TEST(a_directory_is_refused)
{
	const char *path = path_in(dir, "sub.so");

	ck_assert_int_eq(mkdir(path, 0755), 0);
	refused(path, "cannot load plugin \"%s\": it is a directory");
}
END_TEST

START_TEST(what_is_not_elf_is_refused)
{
	const char *path = path_in(dir, "a.so");

	write_file(path, "#!/bin/sh\n", 10);
	refused(path, "cannot load plugin \"%s\": it is not an ELF file");
	write_file(path, "", 0);
	refused(path, "cannot load plugin \"%s\": it is not an ELF file");
}
END_TEST

START_TEST(an_elf_file_of_another_class_is_refused)
{
	const char *path = path_in(dir, "a.so");
	size_t len;
	char *p = read_file(fixture("good.so"), &len);

	p[4] = 1;
	write_file(path, p, len);
	free(p);
	refused(path, "cannot load plugin \"%s\": wrong ELF class: ELFCLASS32");
}
END_TEST

START_TEST(a_truncated_file_is_refused_wherever_it_ends)
{
	const char *whole = fixture("good.so"), *path = path_in(dir, "a.so");
	char expected[128];
	struct stat st;
	off_t len, step;

	ck_assert_int_eq(stat(whole, &st), 0);
	step = st.st_size / 40;
	for (len = 8; len < st.st_size; len += step) {
		copy_file(whole, path, (size_t)len);
		ck_assert_int_lt(wr_plugins_load(plugins, path, &err), 0);
		snprintf(expected, sizeof expected, "\": it is truncated, %jd of at least ",
			(intmax_t)len);
		ck_assert_msg(strstr(err.text, expected) != NULL, "%s", err.text);
	}
	copy_file(whole, path, (size_t)st.st_size - 1);
	snprintf(expected, sizeof expected,
		"cannot load plugin \"%%s\": it is truncated, %jd of at least %jd bytes are there",
		(intmax_t)st.st_size - 1, (intmax_t)st.st_size);
	refused(path, expected);
}
END_TEST

START_TEST(an_unreadable_file_is_refused)
{
	const char *path = path_in(dir, "a.so");

	copy_file(fixture("good.so"), path, SIZE_MAX);
	ck_assert_int_eq(chmod(path, 0), 0);
	if (geteuid() != 0)
		refused(path, "cannot load plugin \"%s\": Permission denied");
}
END_TEST

START_TEST(root_loads_no_file_that_others_can_write)
{
	const char *path = path_in(dir, "a.so");
	char expected[PATH_MAX + 256];

	copy_file(fixture("good.so"), path, SIZE_MAX);
	ck_assert_int_eq(chmod(path, 0775), 0);
	if (geteuid() != 0) {
		ck_assert_int_eq(wr_plugins_load(plugins, path, &err), 0);
		return;
	}
	snprintf(expected, sizeof expected,
		"plugin \"%%s\" can be changed by others than its owner, and weir runs as root; "
		"mend it with: chmod go-w %s",
		path);
	refused(path, expected);
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert_int_eq(wr_plugins_load(plugins, path, &err), 0);
}
END_TEST

START_TEST(a_constructor_that_crashes_kills_only_the_child)
{
	pid_t pid;
	int status;

	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		wr_plugins_load(plugins, fixture("crash.so"), &err);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
}
END_TEST

START_TEST(what_a_plugin_offers_is_found_by_name)
{
	const char *path = fixture("good.so");
	const struct weir_operator *op;
	const struct wr_offer *offers;
	size_t n;

	ck_assert_msg(wr_plugins_load(plugins, path, &err) == 0, "%s", err.text);
	op = wr_plugins_operator(plugins, WEIR_TRANSFORM, str("good"));
	ck_assert_ptr_nonnull(op);
	ck_assert_uint_eq(op->kind, WEIR_TRANSFORM);
	ck_assert_uint_eq(wr_plugins_operator(plugins, WEIR_SINK, str("good"))->kind, WEIR_SINK);
	ck_assert_ptr_null(wr_plugins_operator(plugins, WEIR_SOURCE, str("good")));
	ck_assert_ptr_nonnull(wr_plugins_operator(plugins, WEIR_SOURCE, str("nothing")));
	ck_assert_ptr_null(wr_plugins_operator(plugins, WEIR_SOURCE, str("noth")));
	ck_assert_ptr_null(wr_plugins_operator(plugins, WEIR_SOURCE, str("nothings")));
	ck_assert_ptr_nonnull(wr_plugins_format(plugins, str("blank")));
	ck_assert_ptr_nonnull(wr_plugins_function(plugins, str("answer")));
	ck_assert_ptr_nonnull(wr_plugins_aggregate(plugins, str("good_last")));
	ck_assert_ptr_null(wr_plugins_aggregate(plugins, str("answer")));
	ck_assert_uint_eq(wr_plugins_count(plugins), 1);
	ck_assert_str_eq(wr_plugins_at(plugins, 0)->path, path);
	ck_assert_ptr_eq(wr_plugins_origin(plugins, op), wr_plugins_at(plugins, 0));
	ck_assert_ptr_null(wr_plugins_origin(plugins, path));
	offers = wr_plugins_offers(plugins, WR_OFFER_FUNCTION, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(offers[0].name, "answer");
	ck_assert_int_eq(answer(plugins), 1);
}
END_TEST

START_TEST(a_plugin_in_cpp_loads_beside_one_in_c)
{
	const struct wr_offer *offers;
	size_t n;

	ck_assert_int_eq(wr_plugins_load(plugins, fixture("good.so"), &err), 0);
	ck_assert_msg(
		wr_plugins_load(plugins, fixture("cpp_operator.so"), &err) == 0, "%s", err.text);
	offers = wr_plugins_offers(plugins, WR_OFFER_TRANSFORM, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(offers[0].name, "good");
	ck_assert_str_eq(offers[1].name, "text_length");
	ck_assert_ptr_eq(offers[1].plugin, wr_plugins_at(plugins, 1));
}
END_TEST

START_TEST(one_name_in_two_plugins_is_refused_and_names_the_other)
{
	char expected[sizeof err.text];
	size_t n;

	ck_assert_int_eq(wr_plugins_load(plugins, fixture("good.so"), &err), 0);
	ck_assert_int_lt(wr_plugins_load(plugins, fixture("clash.so"), &err), 0);
	snprintf(expected, sizeof expected,
		"plugin \"%s\": operator \"good\" is already in plugin \"%s\"", fixture("clash.so"),
		fixture("good.so"));
	ck_assert_str_eq(err.text, expected);
	wr_plugins_offers(plugins, WR_OFFER_TRANSFORM, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_ptr_null(wr_plugins_operator(plugins, WEIR_TRANSFORM, str("fine")));
}
END_TEST

START_TEST(the_same_file_twice_is_refused)
{
	const char *path = fixture("good.so");
	char expected[sizeof err.text];

	ck_assert_int_eq(wr_plugins_load(plugins, path, &err), 0);
	ck_assert_int_eq(wr_plugins_load(plugins, path, &err), -EEXIST);
	snprintf(expected, sizeof expected, "plugin \"%s\" is already loaded", path);
	ck_assert_str_eq(err.text, expected);
}
END_TEST

START_TEST(overwriting_the_file_does_not_touch_what_is_loaded)
{
	const char *path = path_in(dir, "a.so");
	char zeros[65536] = {0};
	struct stat st;
	int fd;

	copy_file(fixture("good.so"), path, SIZE_MAX);
	ck_assert_int_eq(wr_plugins_load(plugins, path, &err), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	fd = open(path, O_WRONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_gt(write(fd, zeros, sizeof zeros), 0);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	close(fd);
	ck_assert_int_eq(answer(plugins), 1);
	ck_assert_str_eq(wr_plugins_operator(plugins, WEIR_SINK, str("good"))->summary,
		"A sink may have the name of a transform.");
}
END_TEST

START_TEST(a_replaced_file_gives_new_code_beside_the_old)
{
	const char *path = path_in(dir, "a.so"), *later = path_in(dir, "later.so");
	struct wr_plugins *next = wr_plugins_new();

	copy_file(fixture("good.so"), path, SIZE_MAX);
	copy_file(fixture("good_later.so"), later, SIZE_MAX);
	ck_assert_int_eq(wr_plugins_load(plugins, path, &err), 0);
	ck_assert_int_eq(rename(later, path), 0);
	ck_assert_int_eq(wr_plugins_load(next, path, &err), 0);
	ck_assert_int_eq(answer(plugins), 1);
	ck_assert_int_eq(answer(next), 2);
	ck_assert_str_ne(wr_plugins_at(plugins, 0)->build_id, wr_plugins_at(next, 0)->build_id);
	wr_plugins_free(next);
	ck_assert_int_eq(answer(plugins), 1);
}
END_TEST

START_TEST(a_file_overwritten_in_place_gives_new_code_beside_the_old)
{
	const char *path = path_in(dir, "a.so");
	struct wr_plugins *next = wr_plugins_new();

	copy_file(fixture("good.so"), path, SIZE_MAX);
	ck_assert_int_eq(wr_plugins_load(plugins, path, &err), 0);
	copy_file(fixture("good_later.so"), path, SIZE_MAX);
	ck_assert_int_eq(wr_plugins_load(next, path, &err), 0);
	ck_assert_int_eq(answer(plugins), 1);
	ck_assert_int_eq(answer(next), 2);
	wr_plugins_free(next);
}
END_TEST

START_TEST(a_sealed_copy_is_loaded_as_it_is)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
	int fd = memfd_create("good.so", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stat st;
	char path[32];
	size_t len;
	char *p = read_file(fixture("good.so"), &len);

	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	free(p);
	ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, seals), 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	ck_assert_msg(wr_plugins_load(plugins, path, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(wr_plugins_at(plugins, 0)->ino, st.st_ino);
	close(fd);
	ck_assert_int_eq(answer(plugins), 1);
}
END_TEST

START_TEST(a_directory_is_listed_in_the_order_of_names)
{
	struct wr_arena arena = {0};
	char **paths;

	copy_file(fixture("cpp_operator.so"), path_in(dir, "b.so"), SIZE_MAX);
	copy_file(fixture("good.so"), path_in(dir, "a.so"), SIZE_MAX);
	copy_file(fixture("bad_magic.so"), path_in(dir, "c.txt"), SIZE_MAX);
	ck_assert_int_eq(wr_plugins_list(dir, &arena, &paths, &err), 2);
	ck_assert_str_eq(paths[0], path_in(dir, "a.so"));
	ck_assert_str_eq(paths[1], path_in(dir, "b.so"));
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(a_missing_plugin_directory_is_an_error)
{
	char expected[sizeof err.text], **paths;
	struct wr_arena arena = {0};

	ck_assert_int_eq(wr_plugins_list(path_in(dir, "none"), &arena, &paths, &err), -ENOENT);
	snprintf(expected, sizeof expected,
		"cannot read plugin directory \"%s\": No such file or directory",
		path_in(dir, "none"));
	ck_assert_str_eq(err.text, expected);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("loader");
	TCase *tests = tcase_create("loader");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, a_broken_plugin_is_refused_with_its_reason, 0,
		sizeof broken / sizeof broken[0]);
	tcase_add_loop_test(
		tests, a_descriptor_that_lies_is_refused, 0, sizeof lies / sizeof lies[0]);
	tcase_add_test(tests, a_missing_file_is_refused);
	tcase_add_test(tests, a_directory_is_refused);
	tcase_add_test(tests, what_is_not_elf_is_refused);
	tcase_add_test(tests, an_elf_file_of_another_class_is_refused);
	tcase_add_test(tests, a_truncated_file_is_refused_wherever_it_ends);
	tcase_add_test(tests, an_unreadable_file_is_refused);
	tcase_add_test(tests, root_loads_no_file_that_others_can_write);
	tcase_add_test(tests, a_constructor_that_crashes_kills_only_the_child);
	tcase_add_test(tests, what_a_plugin_offers_is_found_by_name);
	tcase_add_test(tests, a_plugin_in_cpp_loads_beside_one_in_c);
	tcase_add_test(tests, one_name_in_two_plugins_is_refused_and_names_the_other);
	tcase_add_test(tests, the_same_file_twice_is_refused);
	tcase_add_test(tests, overwriting_the_file_does_not_touch_what_is_loaded);
	tcase_add_test(tests, a_replaced_file_gives_new_code_beside_the_old);
	tcase_add_test(tests, a_file_overwritten_in_place_gives_new_code_beside_the_old);
	tcase_add_test(tests, a_sealed_copy_is_loaded_as_it_is);
	tcase_add_test(tests, a_directory_is_listed_in_the_order_of_names);
	tcase_add_test(tests, a_missing_plugin_directory_is_an_error);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
