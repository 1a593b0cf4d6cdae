/* SPDX-License-Identifier: Apache-2.0 */
/* Durable state: what is decided is what comes back. */
#include "storekit.h"

#include "base/err.h"

static struct wr_store *
open_store(const char *dir)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};

	if (wr_store_open(&store, dir, "pipe", &err) < 0)
		ck_abort_msg("%s", err.text);
	return store;
}

static void
must(int rc, const struct weir_err *err)
{
	if (rc < 0)
		ck_abort_msg("%s", err->text);
}

/* Epochs, restarts at any parallelism, now and then before the last epochs are applied. */
static void
run_model(const struct keyset *set, uint64_t seed, uint64_t epochs)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};
	struct kit kit;
	uint64_t dice = seed, applied = 0;
	char dir[64];

	kit_init(&kit, set, seed);
	kit_mkdir(dir);
	for (uint64_t epoch = 1; epoch <= epochs; epoch++) {
		const char *why;

		if (store == NULL || keyset_below(&dice, 4) == 0) {
			kit_close(&kit);
			wr_store_close(store);
			store = open_store(dir);
			ck_assert_uint_eq(wr_store_epoch(store), epoch - 1);
			applied = epoch - 1;
			kit_open(&kit, 1 + keyset_below(&dice, KIT_P));
			must(kit_restore(&kit, store, &err), &err);
			why = kit_differs(&kit);
			if (why != NULL)
				ck_abort_msg("%s, epoch %d, seed %d: %s", set->name, (int)epoch,
					(int)seed, why);
		}
		kit_run(&kit, epoch, kit.parallelism);
		must(kit_decide(&kit, store, &err), &err);
		while (applied < epoch && keyset_below(&dice, 5) > 0)
			must(wr_store_apply(store, ++applied, &err), &err);
	}
	kit_close(&kit);
	wr_store_close(store);
	kit_fini(&kit);
	kit_rmdir(dir);
}

static struct keyset
small(const struct keyset *set)
{
	struct keyset s = *set;

	s.max = s.max > 150 ? 150 : s.max;
	return s;
}

START_TEST(state_after_any_restart_is_that_of_the_last_decided_epoch)
{
	struct keyset set = small(&keysets[_i]);

	for (uint64_t seed = 1; seed <= 4; seed++)
		run_model(&set, seed, 40);
}
END_TEST

/* One operator "op" in one subtask with whatever tables and sections. */
struct one {
	char dir[64];
	struct wr_store *store;
	struct wr_capture capture;
	struct wr_kept_table tables[4];
	struct wr_kept_op ops[2];
	struct wr_kept kept;
	struct weir_err err;
};

static const uint32_t int_key[] = {WEIR_INT64};

static void
one_init(struct one *one)
{
	*one = (struct one){.capture = {.op = "op"}};
	one->ops[0] = (struct wr_kept_op){
		.name = "op", .word = "w", .parallelism = 1, .tables = one->tables};
	one->kept = (struct wr_kept){"pipe", KIT_GROUPS, one->ops, 1};
	kit_mkdir(one->dir);
	one->store = open_store(one->dir);
}

static void
one_fini(struct one *one)
{
	wr_capture_fini(&one->capture);
	wr_store_close(one->store);
	kit_rmdir(one->dir);
}

static void
one_reopen(struct one *one)
{
	wr_store_close(one->store);
	one->store = open_store(one->dir);
}

static int
one_decide(struct one *one)
{
	const struct wr_capture *capture = &one->capture;
	uint64_t epoch = wr_store_epoch(one->store) + 1;
	uint32_t subtask = capture->subtask;
	int rc = wr_store_decide(one->store, epoch, &one->kept, &capture, 1, false, &one->err);

	wr_capture_fini(&one->capture);
	one->capture.op = "op";
	one->capture.subtask = subtask;
	return rc;
}

static void
one_epoch(struct one *one)
{
	must(one_decide(one), &one->err);
	must(wr_store_apply(one->store, wr_store_epoch(one->store), &one->err), &one->err);
}

static void
put_section(struct one *one, uint32_t kind, const char *bytes, size_t len)
{
	wr_text_add(wr_capture_section(&one->capture, kind, ""), bytes, len);
}

static int
each_section(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	(void)err;
	wr_text_printf(arg, "%u:%.*s;", subtask, WR_STRF(bytes));
	return 0;
}

static void
sections_are(struct one *one, uint32_t kind, const char *want)
{
	struct wr_text text = {0};
	int n = wr_store_sections(one->store, "op", kind, each_section, &text, &one->err);
	int semicolons = 0;

	for (const char *p = want; *p != '\0'; p++)
		semicolons += *p == ';';
	ck_assert_int_eq(n, semicolons);
	ck_assert_str_eq(text.p == NULL ? "" : text.p, want);
	wr_text_fini(&text);
}

START_TEST(a_capture_replaces_all_sections_of_its_subtask)
{
	struct one one;

	one_init(&one);
	ck_assert_ptr_null(wr_store_kept(one.store));
	sections_are(&one, WR_SECTION_PRIVATE, "");
	put_section(&one, WR_SECTION_PRIVATE, "first", 5);
	put_section(&one, WR_SECTION_TIMERS, "", 0);
	one_epoch(&one);
	sections_are(&one, WR_SECTION_PRIVATE, "0:first;");
	sections_are(&one, WR_SECTION_TIMERS, "0:;");
	put_section(&one, WR_SECTION_PRIVATE, "second", 6);
	one_epoch(&one);
	one_reopen(&one);
	sections_are(&one, WR_SECTION_PRIVATE, "0:second;");
	sections_are(&one, WR_SECTION_TIMERS, "");
	one_fini(&one);
}
END_TEST

START_TEST(sections_of_subtasks_that_are_no_more_go_with_the_epoch_that_says_so)
{
	struct wr_capture captures[3];
	const struct wr_capture *list[3];
	struct one one;

	one_init(&one);
	one.ops[0].parallelism = 3;
	for (uint32_t s = 0; s < 3; s++) {
		captures[s] = (struct wr_capture){.op = "op", .subtask = s};
		wr_text_printf(wr_capture_section(&captures[s], WR_SECTION_SOURCE, ""), "of %u", s);
		list[s] = &captures[s];
	}
	must(wr_store_decide(one.store, 1, &one.kept, list, 3, false, &one.err), &one.err);
	must(wr_store_apply(one.store, 1, &one.err), &one.err);
	sections_are(&one, WR_SECTION_SOURCE, "0:of 0;1:of 1;2:of 2;");
	one.ops[0].parallelism = 2;
	must(wr_store_decide(one.store, 2, &one.kept, list, 1, false, &one.err), &one.err);
	sections_are(&one, WR_SECTION_SOURCE, "0:of 0;1:of 1;2:of 2;");
	one_reopen(&one);
	sections_are(&one, WR_SECTION_SOURCE, "0:of 0;1:of 1;");
	for (uint32_t s = 0; s < 3; s++)
		wr_capture_fini(&captures[s]);
	one_fini(&one);
}
END_TEST

static int
same_section(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	const struct wr_text *want = arg;

	(void)subtask;
	(void)err;
	ck_assert_uint_eq(bytes.len, want->len);
	ck_assert(memcmp(bytes.p, want->p, want->len) == 0);
	return 0;
}

START_TEST(a_section_of_many_pieces_comes_back_whole)
{
	static const size_t sizes[] = {5 << 20, (1 << 20) + 1, 1 << 20, 3};
	struct wr_text text = {0};
	struct one one;

	one_init(&one);
	for (size_t i = 0; i < (5 << 20); i += 8)
		wr_text_add(&text, (const char *)&i, sizeof i);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		text.len = sizes[i];
		put_section(&one, WR_SECTION_PRIVATE, text.p, text.len);
		one_epoch(&one);
		ck_assert_int_eq(wr_store_sections(one.store, "op", WR_SECTION_PRIVATE,
					 same_section, &text, &one.err),
			1);
	}
	wr_text_fini(&text);
	one_fini(&one);
}
END_TEST

/* Tables of one int64 key, slots as given. */

static struct weir_table *
int_table(const char *name, uint32_t flags, const struct weir_slot *slots, uint32_t n)
{
	struct weir_table_spec spec = {
		.size = sizeof spec, .flags = flags, .n_slots = n, .name = name, .slots = slots};

	return wr_table_new(&spec, int_key, 1);
}

static void *
int_row(struct weir_table *table, int64_t key, int64_t ns)
{
	struct weir_column col = {.size = sizeof col, .type = WEIR_INT64, .values = &key};
	const struct weir_column *cols[] = {&col};
	struct wr_key made;
	uint64_t hash;
	struct weir_batch batch = {
		.size = sizeof batch, .n_rows = 1, .n_cols = 1, .n_keys = 1, .cols = cols};
	void *row;

	wr_keys_of(cols, 1, NULL, 1, &made, &hash, NULL);
	batch.key_hash = &hash;
	wr_table_upsert(table, &batch, NULL, 1, &ns, &row);
	return row;
}

/* The only row of a table; NULL: there is none. */
static const uint64_t *
only_row(struct weir_table *table, int64_t *ns)
{
	struct weir_entries entries;
	void *cursor = NULL;
	const uint64_t *row;

	if (wr_table_scan(table, INT64_MIN, INT64_MAX, &cursor, &entries) == 0)
		return NULL;
	ck_assert_uint_eq(entries.n, 1);
	row = entries.row[0];
	if (ns != NULL)
		*ns = entries.ns[0];
	wr_table_end_scans(table);
	return row;
}

static void
keep_slots(struct one *one, uint32_t i, const char *name, uint32_t flags,
	const struct weir_slot *slots, uint32_t n)
{
	static struct wr_kept_slot kept[4][8];

	for (uint32_t s = 0; s < n; s++)
		kept[i][s] = (struct wr_kept_slot){
			slots[s].name, slots[s].bytes, slots[s].cells, slots[s].version};
	one->tables[i] = (struct wr_kept_table){.name = name,
		.flags = flags,
		.key_types = int_key,
		.n_keys = 1,
		.n_slots = n,
		.slots = kept[i]};
	one->ops[0].n_tables = i + 1;
}

static void
capture_table(struct one *one, struct weir_table *table)
{
	wr_table_capture(table, KIT_GROUPS,
		wr_capture_section(&one->capture, WR_SECTION_TABLE, wr_table_spec_of(table)->name));
}

static int
restore(struct one *one, struct weir_table *table)
{
	return wr_store_restore_table(
		one->store, "op", table, 0, KIT_GROUPS - 1, KIT_GROUPS, &one->err);
}

static void
set_cell(struct weir_table *table, uint64_t *row, uint32_t word, const char *text)
{
	uint32_t len = (uint32_t)strlen(text);

	memcpy(wr_table_edit(table, row, row + word, len, 0, len), text, len);
}

static void
cell_is(struct weir_table *table, const uint64_t *row, uint32_t word, const char *want)
{
	uint32_t len;
	const char *text = wr_table_peek(table, row + word, &len);

	ck_assert_uint_eq(len, strlen(want));
	ck_assert(len == 0 || memcmp(text, want, len) == 0);
}

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
	wr_table_track(table);
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

static const struct weir_slot count_slot[] = {{.name = "n", .bytes = 8, .version = 2}};
static const struct weir_slot wide_slot[] = {{.name = "n", .bytes = 16, .cells = 1, .version = 2}};

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
	wr_table_track(table);
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

START_TEST(what_is_dropped_is_gone_and_what_is_only_missing_stays)
{
	struct weir_table *table = int_table("t", WEIR_BY_NS, count_slot, 1);
	struct wr_kept_op other = {.name = "other", .word = "w", .parallelism = 1};
	struct one one;

	one_init(&one);
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	wr_table_track(table);
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
	wr_table_track(table);
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
	wr_table_track(table);
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
	one_reopen(&one);
	table = int_table("t", flags, slots, 1);
	must(restore(&one, table), &one.err);
	ck_assert_uint_eq(check_many(table, N, words), 0);
	wr_table_free(table);
	one_fini(&one);
}
END_TEST

START_TEST(decisions_that_make_no_sense_are_refused)
{
	struct weir_table *table = int_table("t", WEIR_BY_NS, wide_slot, 1);
	struct one one;
	struct weir_err *err = &one.err;

	one_init(&one);
	ck_assert_int_eq(wr_store_decide(one.store, 2, &one.kept, NULL, 0, false, err), -EINVAL);
	ck_assert_str_eq(err->text, "epoch 2 cannot be decided after epoch 0");
	ck_assert_int_eq(wr_store_apply(one.store, 1, err), -EINVAL);
	ck_assert_str_eq(
		err->text, "epoch 1 cannot be applied: the base is of epoch 0, 0 is decided");
	one.capture.subtask = 1;
	ck_assert_int_eq(one_decide(&one), -EINVAL);
	ck_assert_str_eq(
		err->text, "subtask 1 of \"op\" hands over state, but is not among what is kept");
	one.capture.subtask = 0;
	capture_table(&one, table);
	ck_assert_int_eq(one_decide(&one), -EINVAL);
	ck_assert_str_eq(err->text, "\"op\" hands over table \"t\", which it does not keep");
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	capture_table(&one, table);
	ck_assert_int_eq(one_decide(&one), -EINVAL);
	ck_assert_str_eq(
		err->text, "table \"t\" of \"op\" has rows of 16 bytes, and is kept with 8");
	one_epoch(&one);
	keep_slots(&one, 0, "t", WEIR_BY_KEY, count_slot, 1);
	ck_assert_int_eq(one_decide(&one), -EINVAL);
	ck_assert_str_eq(
		err->text, "table \"t\" of \"op\" has other keys or another order than its state");
	one.kept.max_parallelism = 8;
	ck_assert_int_eq(one_decide(&one), -EINVAL);
	ck_assert_str_eq(
		err->text, "its state has 16 key groups (max_parallelism), the conf wants 8");
	/* None of it has left a trace. */
	one.kept.max_parallelism = KIT_GROUPS;
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	one_epoch(&one);
	ck_assert_uint_eq(wr_store_epoch(one.store), 2);
	wr_table_free(table);
	one_fini(&one);
}
END_TEST

START_TEST(the_end_is_remembered)
{
	struct one one;

	one_init(&one);
	ck_assert(!wr_store_finished(one.store));
	must(wr_store_decide(one.store, 1, &one.kept, NULL, 0, true, &one.err), &one.err);
	ck_assert(wr_store_finished(one.store));
	one_reopen(&one);
	ck_assert(wr_store_finished(one.store));
	one_epoch(&one);
	ck_assert(!wr_store_finished(one.store));
	one_fini(&one);
}
END_TEST

static void
read_file(struct wr_text *text, const char *dir, const char *name)
{
	char path[128];
	char buf[4096];
	size_t n;
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while ((n = fread(buf, 1, sizeof buf, file)) > 0)
		wr_text_add(text, buf, n);
	fclose(file);
}

START_TEST(the_manifest_says_what_is_kept)
{
	static const char *const want =
		"\", \"pipeline\": \"pipe\", \"epoch\": 1,\n"
		"  \"max_parallelism\": 16, \"next_id\": 3,\n"
		"  \"operators\": [\n"
		"    {\"id\": 1, \"name\": \"op\", \"word\": \"w\", \"state_version\": 0, "
		"\"parallelism\": 1, \"private\": false, \"tables\": [\n"
		"      {\"id\": 2, \"name\": \"t\", \"order\": \"namespace\", \"keys\": [\"int\"], "
		"\"shape\": 0, \"shapes\": [\n"
		"        [{\"name\": \"n\", \"bytes\": 8, \"cells\": 0, \"version\": 2}]\n"
		"      ]}\n"
		"    ]}\n"
		"  ]\n"
		"}\n";
	struct wr_text text = {0};
	const struct wr_kept *kept;
	struct one one;
	char path[128];

	one_init(&one);
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	one_epoch(&one);
	one_epoch(&one); /* says nothing new */
	read_file(&text, one.dir, "manifest.json");
	ck_assert_int_eq(strncmp(text.p, "{\n  \"format\": 1, \"uuid\": \"", 26), 0);
	ck_assert_str_eq(text.p + 26 + 32, want);
	/* It is a copy: lost, it is made again. */
	wr_store_close(one.store);
	snprintf(path, sizeof path, "%s/manifest.json", one.dir);
	ck_assert_int_eq(unlink(path), 0);
	one.store = open_store(one.dir);
	text.len = 0;
	read_file(&text, one.dir, "manifest.json");
	ck_assert_str_eq(text.p + 26 + 32, want);
	kept = wr_store_kept(one.store);
	ck_assert_str_eq(kept->pipeline, "pipe");
	ck_assert_str_eq(kept->ops[0].word, "w");
	ck_assert_str_eq(kept->ops[0].tables[0].slots[0].name, "n");
	ck_assert_uint_eq(kept->ops[0].tables[0].key_types[0], WEIR_INT64);
	wr_text_fini(&text);
	one_fini(&one);
}
END_TEST

/* Timers. */

static void
timers_fill(struct wr_timers *timers, const struct keyset *set, uint32_t n)
{
	struct wr_arena arena = {0};
	uint64_t seed = 1;
	int64_t when[WEIR_ROWS_MAX];
	uint32_t ids[WEIR_ROWS_MAX];
	const struct weir_batch *batch;

	for (uint32_t i = 0; i < n; i++) {
		ids[i] = i;
		when[i] = ((int64_t)i - 5) * 1000;
	}
	batch = keyset_batch(set, ids, n, &arena, &seed);
	wr_timers_set(timers, batch, NULL, n, WEIR_EVENT_TIME, when);
	wr_timers_set(timers, batch, NULL, n / 2, WEIR_CLOCK, when);
	wr_timers_clear(timers, batch, NULL, 1, WEIR_CLOCK, when);
	wr_timers_set(timers, NULL, NULL, 3, WEIR_CLOCK, when);
	wr_arena_fini(&arena);
}

START_TEST(timers_come_back_where_their_keys_are)
{
	struct keyset set = small(&keysets[_i]);
	struct wr_timers *timers = wr_timers_new(set.types, set.n_types);
	struct wr_text bytes = {0};
	struct weir_err err = {0};
	uint64_t count = 0, fired = 0;

	timers_fill(timers, &set, set.max);
	count = wr_timers_count(timers);
	wr_timers_capture(timers, &bytes);
	for (uint32_t s = 0; s < 3; s++) {
		struct wr_timers *part = wr_timers_new(set.types, set.n_types);
		struct weir_str str = {.p = bytes.p, .len = (uint32_t)bytes.len};
		struct weir_due due = {.size = sizeof due};
		uint32_t lo, hi;

		kit_range(s, 3, &lo, &hi);
		must(wr_timers_restore(part, str, lo, hi, KIT_GROUPS, s == 0, &err), &err);
		/* Twice makes no difference. */
		must(wr_timers_restore(part, str, lo, hi, KIT_GROUPS, s == 0, &err), &err);
		fired += wr_timers_count(part);
		for (uint32_t clock = 0; clock < 2; clock++)
			while (wr_timers_due(part, clock, INT64_MAX, &due) > 0)
				for (uint32_t i = 0; i < due.n && due.keys->n_keys > 0; i++) {
					uint32_t id = (uint32_t)(due.when[i] / 1000 + 5);

					MUST(keyset_row_is(&set, due.keys, i, id));
					MUST(wr_key_group(due.keys->key_hash[i], KIT_GROUPS) >= lo);
					MUST(wr_key_group(due.keys->key_hash[i], KIT_GROUPS) <= hi);
				}
		wr_timers_free(part);
	}
	ck_assert_uint_eq(fired, count);
	wr_timers_free(timers);
	wr_text_fini(&bytes);
}
END_TEST

START_TEST(timers_that_are_damaged_are_refused)
{
	static const uint32_t text_key[] = {WEIR_STRING}, long_key[] = {WEIR_STRING, WEIR_INT64};
	struct wr_timers *timers = wr_timers_new(int_key, 1), *other = wr_timers_new(text_key, 1);
	struct wr_timers *two = wr_timers_new(long_key, 2);
	struct wr_text bytes = {0};
	struct weir_err err = {0};
	struct weir_str str;

	timers_fill(timers, &keysets[2], 20);
	wr_timers_capture(timers, &bytes);
	str = (struct weir_str){.p = bytes.p, .len = (uint32_t)bytes.len};
	ck_assert_int_eq(wr_timers_restore(other, str, 0, 15, 16, true, &err), -EINVAL);
	ck_assert_str_eq(err.text, "its timers were set under keys of other types");
	ck_assert_int_eq(wr_timers_restore(two, str, 0, 15, 16, true, &err), -EINVAL);
	for (str.len = 3; str.len < bytes.len; str.len++) {
		int rc = wr_timers_restore(other, str, 0, 15, 16, true, &err);

		ck_assert_int_lt(rc, 0);
		rc = wr_timers_restore(timers, str, 0, 15, 16, true, &err);
		ck_assert(rc == 0 || strcmp(err.text, "its timers are damaged") == 0);
	}
	bytes.p[0] = 2;
	ck_assert_int_eq(wr_timers_restore(timers, str, 0, 15, 16, true, &err), -EUCLEAN);
	ck_assert_str_eq(err.text, "its timers are of version 2; this weir reads version 1");
	wr_timers_free(two);
	wr_timers_free(other);
	wr_timers_free(timers);
	wr_text_fini(&bytes);
}
END_TEST

static Suite *
store_suite(void)
{
	Suite *suite = suite_create("state_store");
	TCase *model = tcase_create("model"), *parts = tcase_create("parts");

	tcase_set_timeout(model, 60);
	tcase_add_loop_test(
		model, state_after_any_restart_is_that_of_the_last_decided_epoch, 0, N_KEYSETS);
	suite_add_tcase(suite, model);
	tcase_set_timeout(parts, 60);
	tcase_add_test(parts, a_capture_replaces_all_sections_of_its_subtask);
	tcase_add_test(parts, sections_of_subtasks_that_are_no_more_go_with_the_epoch_that_says_so);
	tcase_add_test(parts, a_section_of_many_pieces_comes_back_whole);
	tcase_add_test(parts, slots_are_found_by_name_and_version);
	tcase_add_test(parts, a_table_that_is_keyed_in_another_way_is_refused);
	tcase_add_test(parts, what_is_dropped_is_gone_and_what_is_only_missing_stays);
	tcase_add_test(parts, a_table_that_was_not_tracked_replaces_what_was_there);
	tcase_add_loop_test(parts, all_namespaces_and_long_cells_come_back, 0, 2);
	tcase_add_loop_test(parts, a_table_of_many_chunks_comes_back, 0, 4);
	tcase_add_test(parts, decisions_that_make_no_sense_are_refused);
	tcase_add_test(parts, the_end_is_remembered);
	tcase_add_test(parts, the_manifest_says_what_is_kept);
	tcase_add_loop_test(parts, timers_come_back_where_their_keys_are, 0, N_KEYSETS);
	tcase_add_test(parts, timers_that_are_damaged_are_refused);
	suite_add_tcase(suite, parts);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(store_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
