/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that go when they were not written for some time. */
#include "onekit.h"

#include "state/evict.h"

enum { KEYS = 60, TTL = 1000, STEPS = 4000, BATCH = 8, SPACES = 3 };

/* What an entry should be. */
struct want {
	bool there;
	int64_t written, value;
};

struct rig {
	struct weir_table *table;
	struct want want[KEYS][SPACES];
	struct wr_batch batch; /* of BATCH rows */
	struct weir_column column;
	const struct weir_column *cols[1];
	int64_t key[BATCH], time[BATCH], ns[BATCH];
	uint64_t hash[BATCH];
	struct wr_arena arena;
	uint64_t seed;
};

static struct weir_table *
new_table(bool by_key, int64_t ttl, uint32_t more)
{
	static const int64_t seven = 7;
	static const struct weir_slot slots[] = {
		{.name = "cell", .bytes = 8, .cells = 1, .version = 1},
		{.name = "value", .bytes = 8, .version = 1, .initial = &seven}};
	const struct weir_table_spec spec = {.size = sizeof spec,
		.flags = (by_key ? WEIR_BY_KEY : WEIR_BY_NS) | more,
		.n_slots = 2,
		.name = "t",
		.slots = slots,
		.ttl_us = ttl};

	return wr_table_new(&spec, int_key, 1);
}

static void
rig_init(struct rig *rig, bool by_key, uint64_t seed)
{
	*rig = (struct rig){.table = new_table(by_key, TTL, 0), .seed = seed};
	rig->column = (struct weir_column){
		.size = sizeof rig->column, .type = WEIR_INT64, .values = rig->key};
	rig->cols[0] = &rig->column;
	/* A pool makes it an input's batch; nobody looks into it here. */
	rig->batch.pool = (struct wr_pool *)(void *)rig;
	rig->batch.pub = (struct weir_batch){.size = sizeof rig->batch.pub,
		.n_rows = BATCH,
		.n_cols = 1,
		.n_keys = 1,
		.cols = rig->cols,
		.event_time = rig->time,
		.key_hash = rig->hash};
}

static void
rig_draw(struct rig *rig, int64_t now, bool by_key)
{
	struct wr_key keys[BATCH];
	int64_t ns = keyset_below(&rig->seed, SPACES);

	for (uint32_t i = 0; i < BATCH; i++) {
		rig->key[i] = keyset_below(&rig->seed, KEYS);
		rig->time[i] = now + keyset_below(&rig->seed, TTL / 2);
		rig->ns[i] = by_key || keyset_below(&rig->seed, 2)
				     ? keyset_below(&rig->seed, SPACES)
				     : ns;
	}
	wr_arena_reset(&rig->arena);
	wr_keys_of(rig->cols, 1, NULL, BATCH, keys, rig->hash, &rig->arena);
}

static bool
is_there(const struct want *want, int64_t time)
{
	return want->there && time - want->written < TTL;
}

static void
do_upsert(struct rig *rig)
{
	void *row[BATCH];

	wr_table_upsert(rig->table, &rig->batch.pub, NULL, BATCH, rig->ns, row);
	for (uint32_t i = 0; i < BATCH; i++) {
		struct want *want = &rig->want[rig->key[i]][rig->ns[i]];
		uint64_t *cell = row[i];
		int64_t *value = (int64_t *)row[i] + 1;
		uint32_t len;

		if (!is_there(want, rig->time[i]))
			*want = (struct want){true, rig->time[i], 7};
		ck_assert_int_eq(*value, want->value);
		wr_table_peek(rig->table, cell, &len);
		ck_assert_int_eq(len, want->value == 7 ? 0 : 40);
		memset(wr_table_edit(rig->table, row[i], cell, 40, 0, 40), 1, 40);
		*value = ++want->value;
		want->written = rig->time[i] > want->written ? rig->time[i] : want->written;
	}
}

static void
do_find(struct rig *rig)
{
	int64_t lo[BATCH], hi[BATCH];
	const void *row[BATCH];
	struct weir_entries entries;
	void *cursor = NULL;
	uint32_t wanted = 0, got = 0;

	wr_table_find(rig->table, &rig->batch.pub, NULL, BATCH, rig->ns, row);
	for (uint32_t i = 0; i < BATCH; i++) {
		const struct want *want = &rig->want[rig->key[i]][rig->ns[i]];

		ck_assert_int_eq(row[i] != NULL, is_there(want, rig->time[i]));
		if (row[i] != NULL)
			ck_assert_int_eq(((const int64_t *)row[i])[1], want->value);
		lo[i] = 0;
		hi[i] = SPACES;
		for (uint32_t s = 0; s < SPACES; s++)
			wanted += is_there(&rig->want[rig->key[i]][s], rig->time[i]);
	}
	while (wr_table_probe(rig->table, &rig->batch.pub, NULL, BATCH, lo, hi, &cursor, &entries) >
		0)
		for (uint32_t i = 0; i < entries.n; i++, got++)
			ck_assert_int_eq(((int64_t *)entries.row[i])[1],
				rig->want[rig->key[entries.from[i]]][entries.ns[i]].value);
	ck_assert_uint_eq(got, wanted);
}

/* What is seen at the watermark. */
static void
do_scan(struct rig *rig, int64_t now)
{
	struct weir_entries entries;
	void *cursor = NULL;
	uint32_t wanted = 0, got = 0;

	for (uint32_t k = 0; k < KEYS; k++)
		for (uint32_t s = 0; s < SPACES; s++)
			wanted += is_there(&rig->want[k][s], now);
	while (wr_table_scan(rig->table, INT64_MIN, INT64_MAX, &cursor, &entries) > 0)
		got += entries.n;
	ck_assert_uint_eq(got, wanted);
}

/* A table that has what the base has, and may leave it there. */
static void
do_restore(struct rig *rig, struct one *one, bool by_key, bool evicts)
{
	const struct wr_evict_conf conf = {.store = one->store,
		.op = "op",
		.hi = KIT_GROUPS - 1,
		.max_parallelism = KIT_GROUPS,
		.room = keyset_below(&rig->seed, 2) == 0 ? 0 : UINT64_MAX};

	wr_table_free(rig->table);
	rig->table = new_table(by_key, TTL, 0);
	if (evicts)
		wr_evict_enable(rig->table, &conf);
	must(wr_store_restore_table(
		     one->store, "op", rig->table, 0, KIT_GROUPS - 1, KIT_GROUPS, &one->err),
		&one->err);
}

/* Through the base and back, or only there. */
static void
do_restart(struct rig *rig, struct one *one, bool by_key, bool evicts)
{
	const struct weir_table_spec *spec = wr_table_spec_of(rig->table);
	uint64_t epoch = wr_store_epoch(one->store) + 1;
	struct wr_kept_slot slots[4];
	const struct wr_capture *captures[] = {&one->capture};

	for (uint32_t i = 0; i < spec->n_slots; i++)
		slots[i] = (struct wr_kept_slot){spec->slots[i].name, spec->slots[i].bytes,
			spec->slots[i].cells, spec->slots[i].version};
	one->ops[0].n_tables = 1;
	one->tables[0] = (struct wr_kept_table){
		"t", by_key ? WEIR_BY_KEY : WEIR_BY_NS, int_key, 1, spec->n_slots, slots};
	wr_table_capture(
		rig->table, KIT_GROUPS, wr_capture_section(&one->capture, WR_SECTION_TABLE, "t"));
	must(wr_store_decide(one->store, epoch, &one->kept, captures, 1, false, &one->err),
		&one->err);
	must(wr_store_apply(one->store, epoch, &one->err), &one->err);
	wr_capture_fini(&one->capture);
	one->capture.op = "op";
	if (keyset_below(&rig->seed, 2) == 0)
		do_restore(rig, one, by_key, evicts);
	else if (evicts)
		wr_table_evict(rig->table, UINT32_MAX, keyset_below(&rig->seed, KEYS));
}

START_TEST(what_expired_is_never_seen)
{
	bool by_key = _i % 2 == 0, evicts = _i >= 6;
	struct rig rig;
	struct one one;
	int64_t now = 0;

	one_init(&one);
	rig_init(&rig, by_key, (uint64_t)_i + 1);
	if (evicts)
		do_restore(&rig, &one, by_key, evicts);
	for (uint32_t i = 0; i < STEPS; i++) {
		rig_draw(&rig, now, by_key);
		if (keyset_below(&rig.seed, 3) > 0)
			do_upsert(&rig);
		else
			do_find(&rig);
		/* Not every batch moves the watermark. */
		now += keyset_below(&rig.seed, 10) == 0 ? keyset_below(&rig.seed, 3 * TTL)
							: keyset_below(&rig.seed, TTL / 20);
		if (keyset_below(&rig.seed, 3) == 0) {
			wr_table_expire(rig.table, now);
			do_scan(&rig, now);
		}
		if (keyset_below(&rig.seed, 40) == 0)
			do_restart(&rig, &one, by_key, evicts);
	}
	/* In the end all of it goes, in as many steps as it takes, from the base too. */
	for (uint32_t i = 0; i < 20; i++)
		wr_table_expire(rig.table, now + 2 * TTL + i);
	ck_assert_uint_eq(wr_table_count(rig.table), 0);
	do_restart(&rig, &one, by_key, evicts);
	do_restore(&rig, &one, by_key, false);
	ck_assert_uint_eq(wr_table_count(rig.table), 0);
	wr_table_free(rig.table);
	wr_arena_fini(&rig.arena);
	one_fini(&one);
}
END_TEST

/* They have their time from when they are first looked at, and it is kept. */
START_TEST(entries_from_before_there_was_a_ttl_expire_on_disk_too)
{
	struct rig rig;
	struct one one;
	void *row[BATCH];
	uint64_t n;

	one_init(&one);
	rig_init(&rig, true, 1);
	wr_table_free(rig.table);
	rig.table = new_table(true, 0, 0);
	rig_draw(&rig, 0, true);
	wr_table_upsert(rig.table, &rig.batch.pub, NULL, BATCH, rig.ns, row);
	n = wr_table_count(rig.table);
	do_restart(&rig, &one, true, false);
	do_restore(&rig, &one, true, true);
	wr_table_evict(rig.table, UINT32_MAX, UINT32_MAX);
	wr_table_expire(rig.table, 5000);
	ck_assert_uint_eq(wr_table_count(rig.table), n);
	do_restart(&rig, &one, true, true);
	wr_table_evict(rig.table, UINT32_MAX, UINT32_MAX);
	wr_table_expire(rig.table, 5000 + TTL - 1);
	ck_assert_uint_eq(wr_table_count(rig.table), n);
	wr_table_expire(rig.table, 5000 + TTL);
	ck_assert_uint_eq(wr_table_count(rig.table), 0);
	wr_table_free(rig.table);
	wr_arena_fini(&rig.arena);
	one_fini(&one);
}
END_TEST

/* A batch of keys that are new, at the time of their number. */
static void
put_new(struct rig *rig, uint32_t number)
{
	struct wr_key keys[BATCH];
	void *row[BATCH];

	for (uint32_t k = 0; k < BATCH; k++) {
		rig->key[k] = number + k;
		rig->time[k] = number;
		rig->ns[k] = 0;
	}
	wr_arena_reset(&rig->arena);
	wr_keys_of(rig->cols, 1, NULL, BATCH, keys, rig->hash, &rig->arena);
	wr_table_upsert(rig->table, &rig->batch.pub, NULL, BATCH, rig->ns, row);
}

START_TEST(what_expired_is_never_much)
{
	struct rig rig;

	rig_init(&rig, _i != 0, 1);
	for (uint32_t i = 0; i < 200 * TTL; i += BATCH) {
		put_new(&rig, i);
		if (i % (WEIR_ROWS_MAX / 2) == 0)
			wr_table_expire(rig.table, i);
		ck_assert_uint_lt(wr_table_count(rig.table), 2 * TTL + 4 * WEIR_ROWS_MAX);
	}
	wr_table_free(rig.table);
	wr_arena_fini(&rig.arena);
}
END_TEST

START_TEST(what_expired_goes_a_little_at_a_time)
{
	struct rig rig;
	uint64_t left = 20000, before;
	uint32_t calls = 0;

	rig_init(&rig, true, 1);
	for (uint32_t i = 0; i < left; i += BATCH)
		put_new(&rig, i);
	ck_assert_uint_eq(wr_table_count(rig.table), left);
	wr_table_expire(rig.table, 0);
	for (; (before = wr_table_count(rig.table)) > 10000; calls++) {
		wr_table_expire(rig.table, 10000 + TTL);
		ck_assert_uint_le(before - wr_table_count(rig.table), 64);
		ck_assert_uint_lt(calls, 400);
	}
	/* By the clock rows have no time of their own. */
	wr_table_free(rig.table);
	rig.table = new_table(true, TTL, WEIR_TTL_CLOCK);
	wr_table_expire(rig.table, 5000);
	rig.time[0] = 100000;
	rig.ns[0] = 0;
	for (uint32_t i = 0; i < 3; i++) {
		void *row;
		const void *found;

		wr_table_upsert(rig.table, &rig.batch.pub, NULL, 1, NULL, &row);
		wr_table_expire(rig.table, 5000 + i * TTL + TTL - 1);
		wr_table_find(rig.table, &rig.batch.pub, NULL, 1, NULL, &found);
		ck_assert(found != NULL);
		wr_table_expire(rig.table, 5000 + i * TTL + TTL);
		wr_table_find(rig.table, &rig.batch.pub, NULL, 1, NULL, &found);
		ck_assert(found == NULL);
	}
	wr_table_free(rig.table);
	wr_arena_fini(&rig.arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state_table_ttl");
	TCase *all = tcase_create("ttl");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_loop_test(all, what_expired_is_never_seen, 0, 12);
	tcase_add_test(all, entries_from_before_there_was_a_ttl_expire_on_disk_too);
	tcase_add_test(all, what_expired_goes_a_little_at_a_time);
	tcase_add_loop_test(all, what_expired_is_never_much, 0, 2);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
