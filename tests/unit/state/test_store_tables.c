/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in durable state: slots that come and go, keys that do not fit, what is dropped. */
#include <errno.h>
#include <glob.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "onekit.h"

#include "state/store_parts.h"

static const uint64_t seven = 7;
static const struct weir_slot old_slots[] = {
	{.name = "count", .bytes = 8, .version = 1},
	{.name = "list", .bytes = 24, .cells = 2, .version = 1},
	{.name = "odd", .bytes = 8, .version = 1},
	{.name = "count", .bytes = 8, .version = 1}, /* a second one of that name */
};
/* Order and neighbours differ; odd has another version; list has moved; sum is new. */
static const struct weir_slot new_slots[] = {
	{.name = "sum", .bytes = 8, .version = 1, .initial = &seven},
	{.name = "list", .bytes = 24, .cells = 2, .version = 1},
	{.name = "odd", .bytes = 8, .version = 2, .initial = &seven},
	{.name = "count", .bytes = 8, .version = 1},
	{.name = "count", .bytes = 8, .version = 1},
};

/* sum, list (two cells, a word), odd, count, count. */
static void
check_moved(struct weir_table *table, uint64_t count)
{
	const uint64_t *row = only_row(table, NULL);

	ck_assert_ptr_nonnull(row);
	ck_assert_uint_eq(row[0], 7);
	cell_is(table, row, 1, "one");
	cell_is(table, row, 2, "the second cell");
	ck_assert_uint_eq(row[3], 33);
	ck_assert_uint_eq(row[4], 7);
	ck_assert_uint_eq(row[5], count);
	ck_assert_uint_eq(row[6], 44);
}

START_TEST(slots_are_found_by_name_and_version)
{
	struct weir_table *table = int_table("t", WEIR_BY_NS, old_slots, 4);
	uint64_t *row;
	struct one one;

	one_init(&one);
	keep_slots(&one, 0, "t", WEIR_BY_NS, old_slots, 4);
	wr_table_track(table, KIT_GROUPS);
	row = int_row(table, 5, 10);
	row[0] = 11;
	set_cell(table, row, 1, "one");
	set_cell(table, row, 2, "the second cell");
	row[3] = 33;
	row[4] = 22;
	row[5] = 44;
	capture_table(&one, table);
	one_epoch(&one);
	wr_table_free(table);

	table = int_table("t", WEIR_BY_NS, new_slots, 5);
	must(restore(&one, table), &one.err);
	check_moved(table, 11);
	/* Rows of both shapes stand side by side; those written now are of the new one. */
	keep_slots(&one, 0, "t", WEIR_BY_NS, new_slots, 5);
	capture_table(&one, table);
	one_epoch(&one);
	wr_table_free(table);
	table = int_table("t", WEIR_BY_NS, new_slots, 5);
	must(restore(&one, table), &one.err);
	check_moved(table, 11);
	((uint64_t *)int_row(table, 5, 10))[5] = 12;
	capture_table(&one, table);
	one_epoch(&one);
	wr_table_free(table);
	one_reopen(&one);
	table = int_table("t", WEIR_BY_NS, new_slots, 5);
	must(restore(&one, table), &one.err);
	check_moved(table, 12);
	wr_table_free(table);

	/* And back: what the older conf does not know is dropped, its slot of version 1 is new. */
	table = int_table("t", WEIR_BY_NS, old_slots, 4);
	must(restore(&one, table), &one.err);
	ck_assert_uint_eq(only_row(table, NULL)[0], 12);
	cell_is(table, only_row(table, NULL), 2, "the second cell");
	ck_assert_uint_eq(only_row(table, NULL)[4], 0);
	ck_assert_uint_eq(only_row(table, NULL)[5], 44);
	wr_table_free(table);
	one_fini(&one);
}
END_TEST

START_TEST(a_table_that_is_keyed_in_another_way_is_refused)
{
	static const uint32_t two_keys[] = {WEIR_STRING, WEIR_TIMESTAMP};
	struct weir_table_spec spec = {.size = sizeof spec,
		.flags = WEIR_BY_NS,
		.n_slots = 1,
		.name = "t",
		.slots = count_slot};
	struct weir_table *table = int_table("t", WEIR_BY_NS, count_slot, 1);
	struct one one;

	one_init(&one);
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	wr_table_track(table, KIT_GROUPS);
	int_row(table, 1, 1);
	capture_table(&one, table);
	one_epoch(&one);
	wr_table_free(table);

	table = wr_table_new(&spec, two_keys, 2);
	ck_assert_int_eq(restore(&one, table), -EINVAL);
	ck_assert_str_eq(one.err.text, "state of table \"t\" of \"op\" is keyed by (int) in the "
				       "order of namespace; now it "
				       "is keyed by (string, timestamp) in the order of namespace");
	wr_table_free(table);
	table = int_table("t", WEIR_BY_KEY, count_slot, 1);
	ck_assert_int_eq(restore(&one, table), -EINVAL);
	ck_assert_str_eq(one.err.text, "state of table \"t\" of \"op\" is keyed by (int) in the "
				       "order of namespace; now it "
				       "is keyed by (int) in the order of key");
	wr_table_free(table);
	table = int_table("t", WEIR_BY_NS, wide_slot, 1);
	ck_assert_int_eq(restore(&one, table), -EINVAL);
	ck_assert_str_eq(one.err.text, "slot \"n\" of table \"t\" of \"op\" has 8 bytes and 0 "
				       "cells in the state, 16 and 1 "
				       "now, under the same version 2");
	wr_table_free(table);
	table = int_table("t", WEIR_BY_NS, count_slot, 1);
	ck_assert_int_eq(
		wr_store_restore_table(one.store, "op", table, 0, 63, 64, &one.err), -EINVAL);
	ck_assert_str_eq(one.err.text,
		"state of \"op\" has 16 key groups (max_parallelism), the conf wants 64");
	wr_table_free(table);
	one_fini(&one);
}
END_TEST

/* Decides an epoch in which one row with this count is written. */
static void
write_count(struct one *one, struct weir_table *table, uint64_t count)
{
	*(uint64_t *)int_row(table, 1, 1) = count;
	capture_table(one, table);
	one_epoch(one);
}

static void
count_is(struct one *one, const char *name, int64_t want)
{
	struct weir_table *table = int_table(name, WEIR_BY_NS, count_slot, 1);
	const uint64_t *row;

	must(restore(one, table), &one->err);
	row = only_row(table, NULL);
	ck_assert_int_eq(row == NULL ? -1 : (int64_t)*row, want);
	wr_table_free(table);
}

/* An older weir wrote none. */
START_TEST(what_keys_are_made_of_is_written_once_it_is_known)
{
	static const char *const texts[] = {"a - b"};
	const struct wr_kept_table tables[] = {
		{.name = "t", .flags = WEIR_BY_NS, .key_types = int_key, .n_keys = 1},
		{"t", WEIR_BY_NS, int_key, 1, 0, NULL, texts}};
	struct wr_kept_op op = {.name = "op", .word = "tester", .n_tables = 1};
	const struct wr_kept kept = {"pipe", KIT_GROUPS, &op, 1};
	struct wr_manifest made[3] = {0}, read = {0};
	struct wr_text text = {0};
	struct weir_err err = {0};

	must(wr_manifest_init(&made[0], "pipe", &err), &err);
	for (int i = 0; i < 2; i++) {
		op.tables = &tables[i];
		must(wr_manifest_next(&made[i + 1], &made[i], &kept, NULL, 0, &err), &err);
		text.len = 0;
		wr_manifest_print(&made[i + 1], &text);
		must(wr_manifest_parse(&read, text.p, text.len, &err), &err);
		if (i == 0)
			ck_assert_ptr_null(read.kept.ops[0].tables[0].key_texts);
		else
			ck_assert_str_eq(read.kept.ops[0].tables[0].key_texts[0], "a - b");
		wr_manifest_fini(&read);
	}
	for (int i = 0; i < 3; i++)
		wr_manifest_fini(&made[i]);
	wr_text_fini(&text);
}
END_TEST

START_TEST(what_is_dropped_is_gone_and_what_is_only_missing_stays)
{
	struct weir_table *table = int_table("t", WEIR_BY_NS, count_slot, 1);
	struct wr_kept_op other = {.name = "other", .word = "w", .parallelism = 1};
	struct one one;

	one_init(&one);
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	wr_table_track(table, KIT_GROUPS);
	put_section(&one, WR_SECTION_PRIVATE, "p", 1);
	write_count(&one, table, 3);

	/* A conf without the operator leaves its state alone. */
	one.kept.ops = &other;
	must(wr_store_decide(one.store, 2, &one.kept, NULL, 0, false, &one.err), &one.err);
	one_reopen(&one);
	count_is(&one, "t", 3);
	sections_are(&one, WR_SECTION_PRIVATE, "0:p;");
	ck_assert_uint_eq(wr_store_kept(one.store)->n_ops, 2);

	/* Dropped: at once to who asks, on disk with the next epoch. */
	wr_store_drop(one.store, "op");
	count_is(&one, "t", -1);
	sections_are(&one, WR_SECTION_PRIVATE, "");
	one_reopen(&one);
	count_is(&one, "t", 3);
	wr_store_drop(one.store, "op");
	must(wr_store_decide(one.store, 3, &one.kept, NULL, 0, false, &one.err), &one.err);
	one_reopen(&one);
	count_is(&one, "t", -1);
	sections_are(&one, WR_SECTION_PRIVATE, "");
	ck_assert_uint_eq(wr_store_kept(one.store)->n_ops, 1);

	/* An operator of that name begins anew. */
	one.kept.ops = one.ops;
	write_count(&one, table, 4);
	one_reopen(&one);
	count_is(&one, "t", 4);

	/* A table that its operator no longer has goes. */
	one.ops[0].n_tables = 0;
	one_epoch(&one);
	one_reopen(&one);
	count_is(&one, "t", -1);
	one.ops[0].n_tables = 1;
	one_epoch(&one);
	count_is(&one, "t", -1);
	wr_table_free(table);
	one_fini(&one);
}
END_TEST

START_TEST(a_table_that_was_not_tracked_replaces_what_was_there)
{
	struct weir_table *table = int_table("t", WEIR_BY_NS, count_slot, 1);
	struct one one;

	one_init(&one);
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	wr_table_track(table, KIT_GROUPS);
	int_row(table, 2, 2);
	write_count(&one, table, 3);
	wr_table_free(table);
	table = int_table("t", WEIR_BY_NS, count_slot, 1);
	write_count(&one, table, 9);
	count_is(&one, "t", 9);
	/* From then on only what is written. */
	ck_assert_uint_eq(wr_table_dirty_bytes(table), 0);
	write_count(&one, table, 10);
	count_is(&one, "t", 10);
	wr_table_free(table);
	one_fini(&one);
}
END_TEST

/* The bytes of an epoch's chunks. */
static uint64_t
epoch_bytes(struct one *one)
{
	uint64_t before = one->store->journalled;

	must(one_decide(one), &one->err);
	return one->store->journalled - before;
}

START_TEST(a_table_that_has_not_changed_costs_nothing)
{
	struct weir_table *table = int_table("t", WEIR_BY_NS, count_slot, 1);
	uint64_t none, row;
	struct one one;

	one_init(&one);
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	must(restore(&one, table), &one.err);
	write_count(&one, table, 3);
	none = epoch_bytes(&one);
	capture_table(&one, table);
	ck_assert_uint_eq(epoch_bytes(&one), none);
	row = *only_row(table, NULL);
	ck_assert_uint_eq(row, 3);
	wr_table_retire(table, -1);
	capture_table(&one, table);
	ck_assert_uint_gt(epoch_bytes(&one), none);
	one_reopen(&one);
	count_is(&one, "t", 3);
	wr_table_free(table);
	one_fini(&one);
}
END_TEST

START_TEST(all_namespaces_and_long_cells_come_back)
{
	static const int64_t spaces[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX};
	static const struct weir_slot cell[] = {{.name = "c", .bytes = 8, .cells = 1}};
	uint32_t flags = _i == 0 ? WEIR_BY_NS : WEIR_BY_KEY, len = 3 << 20;
	int64_t ns;
	struct one one;

	one_init(&one);
	keep_slots(&one, 0, "t", flags, cell, 1);
	for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
		struct weir_table *table = int_table("t", flags, cell, 1);
		uint64_t *row;
		uint8_t *bytes;

		must(restore(&one, table), &one.err);
		wr_table_retire(table, INT64_MAX);
		row = int_row(table, 3, spaces[i]);
		bytes = wr_table_edit(table, row, row, len, 0, len);
		for (uint32_t b = 0; b < len; b++)
			bytes[b] = (uint8_t)(b * 7 >> 3);
		capture_table(&one, table);
		one_epoch(&one);
		wr_table_free(table);
		table = int_table("t", flags, cell, 1);
		must(restore(&one, table), &one.err);
		bytes = (uint8_t *)(uintptr_t)wr_table_peek(
			table, only_row(table, &ns), &(uint32_t){0});
		ck_assert_int_eq(ns, spaces[i]);
		for (uint32_t b = 0; b < len; b++)
			MUST(bytes[b] == (uint8_t)(b * 7 >> 3));
		wr_table_free(table);
	}
	one_fini(&one);
}
END_TEST

/* Every key below n has its own row; wrong ones are counted. */
static uint64_t
check_many(struct weir_table *table, uint32_t n, uint32_t words)
{
	struct weir_entries entries;
	void *cursor = NULL;
	uint64_t seen = 0, wrong = 0;

	while (wr_table_scan(table, INT64_MIN, INT64_MAX, &cursor, &entries) > 0)
		for (uint32_t i = 0; i < entries.n; i++) {
			const uint64_t *row = entries.row[i];
			int64_t key = ((const int64_t *)entries.keys->cols[0]->values)[i];

			wrong += key < 0 || key >= n || row[0] != (uint64_t)key * 3 ||
				 row[words - 1] != (uint64_t)key * 3 || entries.ns[i] != key % 5;
			seen++;
		}
	return wrong + (seen != n);
}

/* What LevelDB would have to sort when it is opened. */
static off_t
log_bytes(const char *dir)
{
	char path[128];
	off_t bytes = 0;
	glob_t found;

	snprintf(path, sizeof path, "%s/db/*.log", dir);
	ck_assert_int_eq(glob(path, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct stat st;

		ck_assert_int_eq(stat(found.gl_pathv[i], &st), 0);
		bytes += st.st_size;
	}
	globfree(&found);
	return bytes;
}

START_TEST(a_table_of_many_chunks_comes_back)
{
	static const struct weir_slot narrow[] = {{.name = "n", .bytes = 8}};
	static const struct weir_slot wide[] = {{.name = "n", .bytes = 24}};
	uint32_t flags = _i % 2 == 0 ? WEIR_BY_NS : WEIR_BY_KEY, words = _i < 2 ? 1 : 3;
	const struct weir_slot *slots = _i < 2 ? narrow : wide;
	struct weir_table *table = int_table("t", flags, slots, 1);
	enum { N = 120000 };
	struct one one;

	one_init(&one);
	keep_slots(&one, 0, "t", flags, slots, 1);
	wr_table_track(table, KIT_GROUPS);
	for (int64_t key = 0; key < N; key++) {
		uint64_t *row = int_row(table, key, key % 5);

		row[0] = row[words - 1] = (uint64_t)key * 3;
	}
	capture_table(&one, table);
	ck_assert_uint_gt(one.capture.sections[0].bytes.len, 3 << 20);
	one_epoch(&one);
	/* Few of many, in the order of writing; then many, in that of their places. */
	for (uint32_t few = 0; few < 2; few++) {
		for (int64_t key = 0; key < N; key += few == 0 ? 1000 : 2)
			((uint64_t *)int_row(table, N - 2 - key, (N - 2 - key) % 5))[0] =
				(uint64_t)(N - 2 - key) * 3;
		capture_table(&one, table);
		one_epoch(&one);
	}
	wr_table_free(table);
	wr_store_close(one.store);
	ck_assert_int_lt(log_bytes(one.dir), 1 << 16);
	one.store = open_store(one.dir);
	table = int_table("t", flags, slots, 1);
	must(restore(&one, table), &one.err);
	ck_assert_uint_eq(check_many(table, N, words), 0);
	wr_table_free(table);
	one_fini(&one);
}
END_TEST

/* The disk's: what is mapped of a file cannot be read. */
static bool unreadable;

int
madvise(void *memory, size_t len, int advice)
{
	if (unreadable && advice == MADV_POPULATE_READ) {
		errno = EFAULT;
		return -1;
	}
	return (int)syscall(SYS_madvise, memory, len, advice);
}

START_TEST(a_journal_that_the_disk_does_not_give_is_an_error)
{
	struct weir_table *table = int_table("t", WEIR_BY_NS, count_slot, 1);
	enum { N = 20000 };
	struct one one;
	char want[128];

	one_init(&one);
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	wr_table_track(table, KIT_GROUPS);
	for (int64_t key = 0; key < N; key++)
		*(uint64_t *)int_row(table, key, key % 5) = (uint64_t)key * 3;
	capture_table(&one, table);
	must(one_decide(&one), &one.err);
	wr_table_free(table);
	wr_store_close(one.store);

	unreadable = true;
	ck_assert_int_eq(wr_store_open(&one.store, one.dir, "pipe", &one.err), -EIO);
	unreadable = false;
	snprintf(want, sizeof want, "cannot read \"%s/journal.0\": Input/output error", one.dir);
	ck_assert_str_eq(one.err.text, want);

	one.store = open_store(one.dir);
	table = int_table("t", WEIR_BY_NS, count_slot, 1);
	must(restore(&one, table), &one.err);
	ck_assert_uint_eq(check_many(table, N, 1), 0);
	wr_table_free(table);
	one_fini(&one);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state_store_tables");
	TCase *all = tcase_create("tables");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_test(all, slots_are_found_by_name_and_version);
	tcase_add_test(all, a_table_that_is_keyed_in_another_way_is_refused);
	tcase_add_test(all, what_keys_are_made_of_is_written_once_it_is_known);
	tcase_add_test(all, what_is_dropped_is_gone_and_what_is_only_missing_stays);
	tcase_add_test(all, a_table_that_was_not_tracked_replaces_what_was_there);
	tcase_add_test(all, a_table_that_has_not_changed_costs_nothing);
	tcase_add_loop_test(all, all_namespaces_and_long_cells_come_back, 0, 2);
	tcase_add_loop_test(all, a_table_of_many_chunks_comes_back, 0, 4);
	tcase_add_test(all, a_journal_that_the_disk_does_not_give_is_an_error);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
