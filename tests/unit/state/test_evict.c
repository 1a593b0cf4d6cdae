/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that let go of entries and read them back, against an array. */
#include "storekit.h"

#include "base/cell.h"
#include "state/evict.h"

/* A kit with its store: what it captured last is in flight until it is applied. */
struct rig {
	struct kit kit;
	struct wr_store *store;
	char dir[64];
	uint64_t seed, room, evicted;
	bool in_flight;
};

static void
must(int rc, const struct weir_err *err)
{
	if (rc < 0)
		ck_abort_msg("%s", err->text);
}

static void
rig_open(struct rig *rig, uint32_t parallelism)
{
	struct weir_err err = {0};

	must(wr_store_open(&rig->store, rig->dir, "pipe", &err), &err);
	kit_open(&rig->kit, parallelism);
	for (uint32_t s = 0; s < parallelism; s++) {
		struct wr_evict_conf conf = {.store = rig->store,
			.op = "op",
			.max_parallelism = KIT_GROUPS,
			.room = rig->room};

		kit_range(s, parallelism, &conf.lo, &conf.hi);
		for (uint32_t t = 0; t < KIT_TABLES; t++)
			wr_evict_enable(rig->kit.tables[s][t], &conf);
	}
	must(kit_restore(&rig->kit, rig->store, &err), &err);
}

static void
rig_capture(struct rig *rig)
{
	struct weir_err err = {0};

	if (rig->in_flight)
		return;
	rig->kit.epoch = wr_store_epoch(rig->store) + 1;
	must(kit_decide(&rig->kit, rig->store, &err), &err);
	rig->in_flight = true;
}

static void
rig_apply(struct rig *rig)
{
	struct weir_err err = {0};

	if (!rig->in_flight)
		return;
	must(wr_store_apply(rig->store, rig->kit.epoch, &err), &err);
	rig->in_flight = false;
}

static void
rig_evict(struct rig *rig)
{
	uint32_t most = keyset_below(&rig->seed, 3) == 0 ? UINT32_MAX : 200;

	for (uint32_t s = 0; s < rig->kit.parallelism && !rig->in_flight; s++)
		for (uint32_t t = 0; t < KIT_TABLES; t++) {
			struct weir_table *table = rig->kit.tables[s][t];
			uint64_t count = wr_table_count(table);

			rig->evicted +=
				wr_table_evict(table, keyset_below(&rig->seed, 1 << 20), most);
			if (t == 0)
				ck_assert_uint_eq(wr_table_count(table), count);
		}
}

/* A new process, of another width: it has what was captured. */
static void
rig_reopen(struct rig *rig)
{
	rig_apply(rig);
	rig_capture(rig);
	rig_apply(rig);
	kit_close(&rig->kit);
	wr_store_close(rig->store);
	rig->room = keyset_below(&rig->seed, 2) == 0 ? 0 : keyset_below(&rig->seed, 1 << 16);
	rig_open(rig, 1 + keyset_below(&rig->seed, KIT_P));
}

static void
check_row(const struct kit_entry *e, uint32_t id, const struct kit_row *r)
{
	uint32_t len;

	MUST(e->there && r->mark == KIT_MARK);
	MUST(r->id == id && r->writes == e->writes);
	wr_cell_peek(&r->cell, &len);
	MUST(len == e->cell_len);
}

static void
rig_find(struct rig *rig, uint32_t t)
{
	struct kit *kit = &rig->kit;
	const void *row[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];

	for (uint32_t s = 0; s < kit->parallelism; s++) {
		uint32_t n = kit_select(kit, s, ns);

		wr_table_find(kit->tables[s][t], kit->batch, kit->sel, n, ns, row);
		for (uint32_t k = 0; k < n; k++) {
			const struct kit_entry *e = kit_entry_of(kit, t, kit->sel[k]);

			MUST(e->there == (row[k] != NULL));
			if (row[k] != NULL)
				check_row(e, kit->ids[kit->sel[k]], row[k]);
		}
	}
}

static void
rig_probe(struct rig *rig, uint32_t t)
{
	struct kit *kit = &rig->kit;
	int64_t ns[WEIR_ROWS_MAX], lo[WEIR_ROWS_MAX], hi[WEIR_ROWS_MAX];

	for (uint32_t s = 0; s < kit->parallelism; s++) {
		uint32_t n = kit_select(kit, s, ns), got = 0, want = 0;
		struct weir_entries found;
		void *cursor = NULL;

		for (uint32_t k = 0; k < n; k++) {
			lo[k] = ns[k] - (int64_t)keyset_below(&rig->seed, 40);
			hi[k] = ns[k] + (int64_t)keyset_below(&rig->seed, 40);
			for (uint32_t i = 0; i < KIT_NS; i++)
				want += kit_ns(i) >= lo[k] && kit_ns(i) <= hi[k] &&
					kit_at(kit, t, kit->ids[kit->sel[k]], i)->there;
		}
		while (wr_table_probe(kit->tables[s][t], kit->batch, kit->sel, n, lo, hi, &cursor,
			       &found) > 0)
			for (uint32_t i = 0; i < found.n; i++, got++) {
				uint32_t id = kit->ids[kit->sel[found.from[i]]];
				uint32_t at = (uint32_t)(found.ns[i] / KIT_STEP + KIT_NS / 2);

				MUST(found.ns[i] >= lo[found.from[i]] &&
					found.ns[i] <= hi[found.from[i]]);
				check_row(kit_at(kit, t, id, at), id, found.row[i]);
			}
		MUST(got == want);
	}
}

static void
rig_step(struct rig *rig)
{
	uint32_t t = keyset_below(&rig->seed, KIT_TABLES), what = keyset_below(&rig->seed, 100);
	struct kit *kit = &rig->kit;

	kit_draw(kit, &rig->seed);
	if (what < 30)
		kit_upsert(kit, t, &rig->seed);
	else if (what < 40)
		kit_erase(kit, t);
	else if (what < 42 && !kit->one_ns)
		kit_retire(kit, t, &rig->seed);
	else if (what < 52)
		rig_find(rig, t);
	else if (what < 62)
		rig_probe(rig, t);
	else if (what < 74)
		rig_evict(rig);
	else if (what < 84)
		rig_capture(rig);
	else if (what < 98)
		rig_apply(rig);
	else
		rig_reopen(rig);
}

static void
rig_init(struct rig *rig, uint64_t seed, bool one_ns)
{
	*rig = (struct rig){.seed = seed};
	kit_init(&rig->kit, &keysets[seed % N_KEYSETS], seed);
	rig->kit.one_ns = one_ns;
	kit_mkdir(rig->dir);
	rig_open(rig, 2);
}

static void
rig_fini(struct rig *rig)
{
	kit_close(&rig->kit);
	wr_store_close(rig->store);
	kit_rmdir(rig->dir);
	kit_fini(&rig->kit);
}

START_TEST(a_table_that_lets_go_does_what_an_array_does)
{
	struct rig rig;

	rig_init(&rig, (uint64_t)_i + 1, _i % 3 == 0);
	for (uint32_t step = 0; step < 600; step++) {
		const char *why = NULL;

		rig_step(&rig);
		if (step % 20 == 0)
			why = kit_differs(&rig.kit);
		if (why != NULL)
			ck_abort_msg("seed %d, step %u: %s", _i + 1, step, why);
		for (uint32_t s = 0; s < rig.kit.parallelism; s++)
			for (uint32_t t = 0; t < KIT_TABLES; t++)
				ck_assert_int_eq(wr_table_damage(rig.kit.tables[s][t])->code, 0);
	}
	ck_assert_uint_gt(rig.evicted, 0);
	rig_fini(&rig);
}
END_TEST

/* Fills table t of a kit of one subtask with n keys, and lets go of all of them. */
static void
rig_fill(struct rig *rig, uint32_t t, uint32_t n, int64_t ns)
{
	struct kit *kit = &rig->kit;

	for (uint32_t from = 0; from < n; from += kit->n) {
		uint64_t any = 1;

		kit->n = n - from < WEIR_ROWS_MAX ? n - from : WEIR_ROWS_MAX;
		for (uint32_t i = 0; i < kit->n; i++) {
			kit->ids[i] = from + i;
			kit->ns[i] = ns;
		}
		wr_arena_reset(&kit->arena);
		kit->batch = keyset_batch(kit->set, kit->ids, kit->n, &kit->arena, &any);
		kit_upsert(kit, t, &rig->seed);
	}
	rig_capture(rig);
	rig_apply(rig);
	ck_assert_uint_eq(wr_table_evict(kit->tables[0][t], UINT64_MAX / 2, UINT32_MAX), n);
}

START_TEST(a_scan_misses_nothing_that_comes_back_meanwhile)
{
	enum { N = 12000 };
	struct rig rig;
	struct kit *kit = &rig.kit;
	uint8_t *seen = calloc(N, 1);
	struct weir_entries found;
	void *cursor = NULL;
	uint32_t given = 0, t = _i & 1;

	rig_init(&rig, 1, true);
	kit_close(kit);
	wr_store_close(rig.store);
	rig_open(&rig, 1);
	ck_assert_uint_ge(kit->set->max, N);
	rig_fill(&rig, t, N, 0);
	/* Some of it is there from the beginning. */
	kit_draw(kit, &rig.seed);
	kit_upsert(kit, t, &rig.seed);
	while (wr_table_scan(kit->tables[0][t], INT64_MIN, INT64_MAX, &cursor, &found) > 0) {
		for (uint32_t i = 0; i < found.n; i++, given++) {
			const struct kit_row *r = found.row[i];

			if (r->id >= N)
				continue;
			ck_assert_uint_eq(seen[r->id]++, 0);
			ck_assert_uint_eq(
				r->writes, kit_at(kit, t, (uint32_t)r->id, KIT_NS / 2)->writes);
		}
		kit->n = 100;
		for (uint32_t i = 0; i < kit->n; i++)
			kit->ids[i] = keyset_below(&rig.seed, N);
		wr_arena_reset(&kit->arena);
		kit->batch = keyset_batch(kit->set, kit->ids, kit->n, &kit->arena, &rig.seed);
		kit_upsert(kit, t, &rig.seed);
		/* Nothing goes while it is under way. */
		ck_assert_uint_eq(wr_table_evict(kit->tables[0][t], 1 << 20, UINT32_MAX), 0);
	}
	for (uint32_t id = 0; id < N; id++)
		ck_assert_uint_eq(seen[id], 1);
	ck_assert_uint_ge(given, N);
	rig_fini(&rig);
	free(seen);
}
END_TEST

START_TEST(what_was_let_go_takes_no_memory)
{
	enum { N = 20000 };
	struct rig rig;
	struct weir_table *table;
	uint64_t full;

	rig_init(&rig, 1, true);
	kit_close(&rig.kit);
	wr_store_close(rig.store);
	rig_open(&rig, 1);
	rig_fill(&rig, 0, N, 0);
	table = rig.kit.tables[0][0];
	full = (uint64_t)N * table->layout.stride;
	ck_assert_uint_lt(wr_table_used(table), full / 10 + sizeof(struct wr_parts) * 2);
	ck_assert_uint_eq(wr_table_count(table), N);
	rig_fini(&rig);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("evict");
	TCase *tcase = tcase_create("evict");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, a_table_that_lets_go_does_what_an_array_does, 0, 12);
	tcase_add_loop_test(tcase, a_scan_misses_nothing_that_comes_back_meanwhile, 0, 2);
	tcase_add_test(tcase, what_was_let_go_takes_no_memory);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
