/* SPDX-License-Identifier: Apache-2.0 */
/* What tables of keyed state take, and that they give it back. */
#include "tablekit.h"

#include "state/capture.h"
#include "state/codec.h"
#include "state/store.h"

static uint64_t
bytes_of_keys(const struct weir_batch *batch)
{
	const struct weir_view *views = batch->cols[batch->first_key]->values;
	uint64_t bytes = 0;

	if (batch->cols[batch->first_key]->type == WEIR_INT64)
		return batch->n_rows * sizeof(int64_t);
	for (uint32_t i = 0; i < batch->n_rows; i++)
		bytes += views[i].len;
	return bytes;
}

/* Of ints, and of texts of 19 to 55 bytes: every fifth of the set.  With what is unused as it
 * grows. */
START_TEST(memory_over_key_and_value_is_at_most_24_bytes)
{
	enum { N = 2000000 };
	const struct weir_slot slot = {.name = "n", .bytes = 8};
	struct weir_table_spec spec = {.size = sizeof spec,
		.flags = _i & 1 ? WEIR_BY_KEY : WEIR_BY_NS,
		.n_slots = 1,
		.slots = &slot};
	const struct keyset set = {"", 1, {_i & 2 ? WEIR_STRING : WEIR_INT64}, 5 * N};
	struct weir_table *table = wr_table_new(&spec, set.types, 1);
	uint32_t ids[WEIR_ROWS_MAX];
	uint64_t empty, own = 0, seed = 1;
	struct wr_arena arena = {0};
	void *row[WEIR_ROWS_MAX];

	wr_table_upsert(table, batch_from(&set, 0, 1, &arena), NULL, 1, NULL, row);
	empty = wr_table_bytes(table);
	for (uint32_t n = 0; n + WEIR_ROWS_MAX < N; n += WEIR_ROWS_MAX) {
		const struct weir_batch *batch;

		for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
			ids[i] = (n + i) * 5;
		wr_arena_reset(&arena);
		batch = keyset_batch(&set, ids, WEIR_ROWS_MAX, &arena, &seed);
		own += bytes_of_keys(batch) + WEIR_ROWS_MAX * slot.bytes;
		wr_table_upsert(table, batch, NULL, WEIR_ROWS_MAX, NULL, row);
		if (n > 100000)
			MUST(wr_table_bytes(table) - empty <= own + 24 * (n + WEIR_ROWS_MAX));
	}
	wr_table_retire(table, 0);
	wr_table_free(table);
	wr_arena_fini(&arena);
}
END_TEST

static uint64_t
captured_records(struct weir_table *table)
{
	struct wr_table_head head;
	struct wr_text text = {0};

	wr_table_capture(table, 128, &text);
	memcpy(&head, text.p, sizeof head);
	wr_text_fini(&text);
	return head.records;
}

/* By key, of one namespace and of others than 0.  What was written stays so, and a scan that is
 * under way goes on. */
START_TEST(memory_of_what_was_erased_is_given_back)
{
	enum { N = 100 * WEIR_ROWS_MAX, WRITTEN = 100 };
	const struct keyset set = {"", 1, {WEIR_STRING}, N + 1};
	struct weir_table *table = table_new(&set, true);
	struct wr_arena arena = {0};
	void *row[WEIR_ROWS_MAX], *cursor = NULL;
	const void *found[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];
	struct weir_entries got;
	uint64_t full;

	for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
		ns[i] = _i * 7;
	wr_table_track(table, 128);
	for (uint32_t n = 0; n < N; n += WEIR_ROWS_MAX) {
		wr_table_upsert(table, batch_from(&set, n, WEIR_ROWS_MAX, &arena), NULL,
			WEIR_ROWS_MAX, ns, row);
		for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
			((struct row *)row[i])->id = n + i;
	}
	ck_assert_uint_eq(captured_records(table), N);
	wr_table_upsert(table, batch_from(&set, 0, WRITTEN, &arena), NULL, WRITTEN, ns, row);
	full = wr_table_bytes(table);
	for (uint32_t n = WEIR_ROWS_MAX; n < N; n += WEIR_ROWS_MAX)
		wr_table_erase(
			table, batch_from(&set, n, WEIR_ROWS_MAX, &arena), NULL, WEIR_ROWS_MAX, ns);
	ck_assert_uint_eq(((struct row *)row[0])->id, 0);
	ck_assert_uint_gt(wr_table_scan(table, INT64_MIN, INT64_MAX, &cursor, &got), 0);
	wr_table_upsert(table, batch_from(&set, N, 1, &arena), NULL, 1, ns, row);
	ck_assert_uint_gt(wr_table_bytes(table), full / 2);
	wr_table_end_scans(table);
	ck_assert_uint_eq(captured_records(table), WRITTEN + 1 + N - WEIR_ROWS_MAX);

	wr_table_upsert(table, batch_from(&set, 0, WRITTEN, &arena), NULL, WRITTEN, ns, row);
	ck_assert_uint_lt(wr_table_bytes(table), full / 10);
	ck_assert_uint_eq(wr_table_count(table), WEIR_ROWS_MAX + 1);
	wr_table_find(
		table, batch_from(&set, 0, WEIR_ROWS_MAX, &arena), NULL, WEIR_ROWS_MAX, ns, found);
	for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
		ck_assert_uint_eq(((const struct row *)found[i])->id, i);
	ck_assert_uint_eq(captured_records(table), WRITTEN);
	wr_table_free(table);
	wr_arena_fini(&arena);
}
END_TEST

/* Long keys that come and go do not pile up. */
START_TEST(bytes_of_erased_keys_are_used_again)
{
	const struct keyset *set = &keysets[1];
	struct weir_table *table = table_new(set, _i & 1);
	struct wr_arena arena = {0};
	void *row[WEIR_ROWS_MAX];
	uint64_t most = 0;

	for (uint32_t turn = 0; turn < 300; turn++) {
		const struct weir_batch *batch =
			batch_from(set, turn % 25 * WEIR_ROWS_MAX, WEIR_ROWS_MAX, &arena);

		wr_table_upsert(table, batch, NULL, WEIR_ROWS_MAX, NULL, row);
		wr_table_erase(table, batch, NULL, WEIR_ROWS_MAX - 3, NULL);
		if (turn == 30)
			most = wr_table_bytes(table);
	}
	ck_assert_uint_le(wr_table_bytes(table), most + most / 4);
	wr_table_free(table);
	wr_arena_fini(&arena);
}
END_TEST

static void
window_fill(struct weir_table *table, const struct keyset *set, int64_t at, uint32_t n,
	struct wr_arena *arena)
{
	int64_t ns[WEIR_ROWS_MAX];
	void *row[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
		ns[i] = at;
	for (uint32_t from = 0; from < n; from += WEIR_ROWS_MAX) {
		uint32_t part = n - from < WEIR_ROWS_MAX ? n - from : WEIR_ROWS_MAX;

		wr_table_upsert(table, batch_from(set, from, part, arena), NULL, part, ns, row);
		for (uint32_t i = 0; i < part; i++)
			MUST(*(uint64_t *)row[i] == 0);
	}
	ck_assert_uint_eq(wr_table_count(table), n);
}

/* What a namespace takes goes with its keys, not with the rows that came for them. */
START_TEST(many_small_namespaces_are_small)
{
	const struct weir_slot slot = {.name = "n", .bytes = 112};
	struct weir_table_spec spec = {
		.size = sizeof spec, .flags = WEIR_BY_NS, .n_slots = 1, .slots = &slot};
	const uint32_t type = WEIR_INT64, many = 1024;
	const struct keyset set = {"", 1, {WEIR_INT64}, 1};
	struct weir_table *table = wr_table_new(&spec, &type, 1);
	uint32_t ids[WEIR_ROWS_MAX] = {0};
	struct wr_arena arena = {0};
	int64_t ns[WEIR_ROWS_MAX];
	void *row[WEIR_ROWS_MAX];
	uint64_t seed = 1, one = 0;

	for (uint32_t at = 0; at < many; at++) {
		for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
			ns[i] = at;
		wr_table_upsert(table, keyset_batch(&set, ids, WEIR_ROWS_MAX, &arena, &seed), NULL,
			WEIR_ROWS_MAX, ns, row);
		one = at == 0 ? wr_table_bytes(table) : one;
		wr_arena_reset(&arena);
	}
	ck_assert_uint_eq(wr_table_count(table), many);
	ck_assert_uint_lt(wr_table_bytes(table) - one, many * 470);
	wr_table_free(table);
	wr_arena_fini(&arena);
}
END_TEST

/* A window takes the memory of the one before, which is not kept for windows that need little. */
START_TEST(windows_take_over_memory)
{
	const struct weir_slot slot = {.name = "n", .bytes = 8};
	struct weir_table_spec spec = {
		.size = sizeof spec, .flags = WEIR_BY_NS, .n_slots = 1, .slots = &slot};
	const uint32_t type = WEIR_INT64, many = 10 * WEIR_ROWS_MAX;
	const struct keyset set = {"", 1, {WEIR_INT64}, many};
	struct weir_table *table = wr_table_new(&spec, &type, 1);
	struct wr_arena arena = {0};
	uint64_t held = 0;

	for (int64_t ns = 0; ns < 20; ns++) {
		window_fill(table, &set, ns, many, &arena);
		if (ns == 1)
			held = wr_table_bytes(table);
		ck_assert(ns < 1 || wr_table_bytes(table) == held);
		wr_table_retire(table, ns);
		ck_assert_uint_eq(wr_table_count(table), 0);
	}
	ck_assert_uint_gt(wr_table_bytes(table), many * 24);
	for (int64_t ns = 20; ns < 22; ns++) {
		window_fill(table, &set, ns, 5, &arena);
		wr_table_retire(table, ns);
	}
	ck_assert_uint_lt(wr_table_bytes(table), held / 4);
	wr_table_free(table);
	wr_arena_fini(&arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("table_memory");
	TCase *memory = tcase_create("memory");
	SRunner *runner;
	int failed;

	tcase_set_timeout(memory, 120);
	tcase_add_loop_test(memory, memory_over_key_and_value_is_at_most_24_bytes, 0, 4);
	tcase_add_loop_test(memory, bytes_of_erased_keys_are_used_again, 0, 2);
	tcase_add_loop_test(memory, memory_of_what_was_erased_is_given_back, 0, 2);
	tcase_add_test(memory, many_small_namespaces_are_small);
	tcase_add_test(memory, windows_take_over_memory);
	suite_add_tcase(suite, memory);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
