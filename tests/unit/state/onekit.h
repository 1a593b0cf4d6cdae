/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of durable state: one operator in one subtask, with the tables and sections that a test
 * gives it. */
#ifndef TEST_STATE_ONEKIT_H
#define TEST_STATE_ONEKIT_H

#include "storekit.h"

#include "base/err.h"

static inline struct wr_store *
open_store(const char *dir)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};

	if (wr_store_open(&store, dir, "pipe", &err) < 0)
		ck_abort_msg("%s", err.text);
	return store;
}

static inline void
must(int rc, const struct weir_err *err)
{
	if (rc < 0)
		ck_abort_msg("%s", err->text);
}

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

static inline void
one_init(struct one *one)
{
	*one = (struct one){.capture = {.op = "op"}};
	one->ops[0] = (struct wr_kept_op){
		.name = "op", .word = "w", .parallelism = 1, .tables = one->tables};
	one->kept = (struct wr_kept){"pipe", KIT_GROUPS, one->ops, 1};
	kit_mkdir(one->dir);
	one->store = open_store(one->dir);
}

static inline void
one_fini(struct one *one)
{
	wr_capture_fini(&one->capture);
	wr_store_close(one->store);
	kit_rmdir(one->dir);
}

static inline void
one_reopen(struct one *one)
{
	wr_store_close(one->store);
	one->store = open_store(one->dir);
}

static inline int
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

static inline void
one_epoch(struct one *one)
{
	must(one_decide(one), &one->err);
	must(wr_store_apply(one->store, wr_store_epoch(one->store), &one->err), &one->err);
}

static inline void
put_section(struct one *one, uint32_t kind, const char *bytes, size_t len)
{
	wr_text_add(wr_capture_section(&one->capture, kind, ""), bytes, len);
}

static inline int
each_section(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	(void)err;
	wr_text_printf(arg, "%u:%.*s;", subtask, WR_STRF(bytes));
	return 0;
}

static inline void
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

/* Tables of one int64 key, slots as given. */

static inline struct weir_table *
int_table(const char *name, uint32_t flags, const struct weir_slot *slots, uint32_t n)
{
	struct weir_table_spec spec = {
		.size = sizeof spec, .flags = flags, .n_slots = n, .name = name, .slots = slots};

	return wr_table_new(&spec, int_key, 1);
}

static inline void *
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
static inline const uint64_t *
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

static inline void
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

static inline void
capture_table(struct one *one, struct weir_table *table)
{
	wr_table_capture(table, KIT_GROUPS,
		wr_capture_section(&one->capture, WR_SECTION_TABLE, wr_table_spec_of(table)->name));
}

static inline int
restore(struct one *one, struct weir_table *table)
{
	return wr_store_restore_table(
		one->store, "op", table, 0, KIT_GROUPS - 1, KIT_GROUPS, &one->err);
}

static inline void
set_cell(struct weir_table *table, uint64_t *row, uint32_t word, const char *text)
{
	uint32_t len = (uint32_t)strlen(text);

	memcpy(wr_table_edit(table, row, row + word, len, 0, len), text, len);
}

static inline void
cell_is(struct weir_table *table, const uint64_t *row, uint32_t word, const char *want)
{
	uint32_t len;
	const char *text = wr_table_peek(table, row + word, &len);

	ck_assert_uint_eq(len, strlen(want));
	ck_assert(len == 0 || memcmp(text, want, len) == 0);
}

static const struct weir_slot count_slot[] = {{.name = "n", .bytes = 8, .version = 2}};
static const struct weir_slot wide_slot[] = {{.name = "n", .bytes = 16, .cells = 1, .version = 2}};

#endif
