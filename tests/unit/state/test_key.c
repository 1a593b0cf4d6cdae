/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical encoding of keys, its hashes and key groups: what disk and Kafka will hold others
 * to. */
#include "keyset.h"

enum { MAX_BYTES = 64 };

/* Keys as their bytes, and their hashes, which must never change. */
struct pinned {
	uint32_t len;
	uint8_t bytes[MAX_BYTES];
	uint64_t hash;
};

static const struct pinned pinned[] = {
	{WR_KEY_NULL, {0}, UINT64_C(0x17c88908898ec4b1)},
	{0, {0}, UINT64_C(0xd0a66a65c7528968)},
	{1, {0}, UINT64_C(0x26f2a1148cf52011)},
	{1, {1}, UINT64_C(0xcd7ccb7222f1931d)},
	{1, "a", UINT64_C(0x670a5af6825607c5)},
	{8, {0}, UINT64_C(0x7dd1b9ecded9d928)},
	{8, {42}, UINT64_C(0xabc011600f1b42e9)},
	{8, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, UINT64_C(0x493c15b63e495ec4)},
	{12, "twelve bytes", UINT64_C(0xf8aadb32e488de42)},
	{13, "thirteen char", UINT64_C(0x3a93ae8e246848d2)},
	{16, "exactly sixteen!", UINT64_C(0x85ac2047080abffe)},
	{40, "a key that is rather longer than others ", UINT64_C(0xde337a3137b158eb)},
};

static struct weir_column
column_of(uint32_t type, const void *values, const uint64_t *valid)
{
	return (struct weir_column){
		.size = sizeof(struct weir_column), .type = type, .values = values, .valid = valid};
}

static struct wr_key
key_of(const struct weir_column *col, uint32_t row)
{
	const struct weir_column *cols[] = {col};
	struct wr_key keys[8];

	wr_keys_of(cols, 1, &row, 1, keys, NULL, NULL);
	return keys[row];
}

START_TEST(hashes_of_keys_never_change)
{
	for (size_t i = 0; i < sizeof pinned / sizeof pinned[0]; i++) {
		struct wr_key key = wr_key_make(pinned[i].bytes, pinned[i].len);

		if (pinned[i].len == WR_KEY_NULL)
			key = (struct wr_key){.len = WR_KEY_NULL};
		ck_assert_msg(wr_key_hash(&key) == pinned[i].hash, "key %zu: 0x%016lx", i,
			(unsigned long)wr_key_hash(&key));
	}
}
END_TEST

START_TEST(key_group_is_taken_from_the_high_half)
{
	ck_assert_uint_eq(wr_key_group(0, 128), 0);
	ck_assert_uint_eq(wr_key_group(UINT32_MAX, 128), 0);
	ck_assert_uint_eq(wr_key_group(UINT64_MAX, 128), 127);
	ck_assert_uint_eq(wr_key_group(UINT64_C(1) << 63, 128), 64);
	ck_assert_uint_eq(wr_key_group((UINT64_C(1) << 63) - 1, 128), 63);
	ck_assert_uint_eq(wr_key_group(UINT64_C(0x123456789abcdef0), 128), 9);
	ck_assert_uint_eq(wr_key_group(UINT64_C(0x123456789abcdef0), 1000), 71);
	ck_assert_uint_eq(wr_key_group(UINT64_MAX, 32768), 32767);
}
END_TEST

START_TEST(subtasks_own_even_ranges_of_groups)
{
	for (uint32_t p = 1; p <= 128; p++) {
		uint32_t count[128] = {0}, last = 0;

		for (uint32_t group = 0; group < 128; group++) {
			uint32_t owner = wr_key_owner(group, 128, p);

			ck_assert(owner >= last && owner < p);
			count[owner]++;
			last = owner;
		}
		for (uint32_t i = 0; i < p; i++)
			ck_assert(count[i] >= 128 / p && count[i] <= 128 / p + 1);
	}
}
END_TEST

START_TEST(fixed_values_are_eight_little_endian_bytes)
{
	const int64_t ints[] = {0, -2, INT64_C(0x0102030405060708)};
	const uint8_t third[] = {8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0};
	struct weir_column col = column_of(WEIR_INT64, ints, NULL);
	struct wr_key key = key_of(&col, 2), same;

	ck_assert_uint_eq(key.len, 8);
	ck_assert_mem_eq(key.u.bytes, third, sizeof third);
	col.type = WEIR_TIMESTAMP;
	same = key_of(&col, 2);
	ck_assert_mem_eq(&key, &same, sizeof key);
}
END_TEST

/* Keys of rows of a column at once, against those of each value. */
static void
check_all(const struct weir_column *col, const uint32_t *sel, uint32_t n)
{
	static struct wr_key keys[WEIR_ROWS_MAX];
	static uint64_t hash[WEIR_ROWS_MAX];

	wr_keys_of(&col, 1, sel, n, keys, hash, NULL);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sel == NULL ? i : sel[i];
		struct wr_key own = wr_key_make((const int64_t *)col->values + row, 8);

		if (weir_null_at(col, row))
			own = (struct wr_key){.len = WR_KEY_NULL};
		ck_assert_mem_eq(&keys[row], &own, sizeof own);
		ck_assert_uint_eq(hash[row], wr_key_hash(&own));
	}
}

START_TEST(keys_of_many_ints_are_those_of_each)
{
	static int64_t ints[WEIR_ROWS_MAX];
	static uint32_t sel[WEIR_ROWS_MAX];
	uint64_t valid[WEIR_ROWS_MAX / 64], x = 1;
	struct weir_column col = column_of(WEIR_INT64, ints, NULL);
	uint32_t n = 0;

	memset(valid, 0xff, sizeof valid);
	for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		ints[i] = (int64_t)(x >> i % 64);
		if (i % 5 == 1)
			valid[i / 64] &= ~(UINT64_C(1) << i % 64);
		else
			sel[n++] = i;
	}
	check_all(&col, NULL, WEIR_ROWS_MAX);
	check_all(&col, NULL, 3);
	check_all(&col, sel, n);
	check_all(&col, sel, 2);
	col.valid = valid; /* none of sel is null */
	check_all(&col, sel, n);
	check_all(&col, NULL, WEIR_ROWS_MAX);
	check_all(&col, NULL, 1);
	valid[n / 64 / 2] = 0;
	check_all(&col, sel, n);
	for (uint32_t i = 0; i < n; i++)
		sel[i] = sel[i] / 40 * 40; /* few rows, again and again */
	check_all(&col, sel, n);
}
END_TEST

START_TEST(equal_doubles_are_one_key)
{
	const uint64_t bits[] = {0, UINT64_C(1) << 63, UINT64_C(0x7ff8000000000000),
		UINT64_C(0xfff8000000000001), UINT64_C(0x7ff0000000000000),
		UINT64_C(0xfff0000000000000)};
	struct weir_column col = column_of(WEIR_FLOAT64, bits, NULL);
	struct wr_key key[6];

	for (uint32_t i = 0; i < 6; i++)
		key[i] = key_of(&col, i);
	ck_assert(wr_key_eq(&key[0], &key[1]));
	ck_assert(wr_key_eq(&key[2], &key[3]));
	ck_assert(!wr_key_eq(&key[4], &key[5]));
	ck_assert(!wr_key_eq(&key[4], &key[2]));
}
END_TEST

START_TEST(null_empty_and_zero_are_three_keys)
{
	const struct weir_view views[] = {{.len = 0, .head = "junk"}, {.len = 1, .head = "\0unk"},
		{.len = 4, .head = "null"}};
	const uint64_t valid[] = {3};
	struct weir_column col = column_of(WEIR_STRING, views, valid);
	struct wr_key empty = key_of(&col, 0), zero = key_of(&col, 1), null = key_of(&col, 2);

	ck_assert_uint_eq(empty.len, 0);
	ck_assert_uint_eq(zero.len, 1);
	ck_assert_uint_eq(null.len, WR_KEY_NULL);
	ck_assert(!wr_key_eq(&empty, &zero) && !wr_key_eq(&empty, &null));
	ck_assert(!wr_key_eq(&zero, &null));
	ck_assert_uint_ne(wr_key_hash(&empty), wr_key_hash(&null));
}
END_TEST

START_TEST(several_columns_have_marks_and_lengths)
{
	const int64_t ints[] = {5, 5};
	const uint64_t bools[] = {1}, valid[] = {1};
	struct weir_view views[2] = {{.len = 2, .head = "ab"}, {.len = 1, .head = "x"}};
	struct weir_column a = column_of(WEIR_STRING, views, NULL);
	struct weir_column b = column_of(WEIR_BOOL, bools, NULL);
	struct weir_column c = column_of(WEIR_INT64, ints, valid);
	const struct weir_column *cols[] = {&a, &b, &c};
	const uint8_t first[] = {1, 2, 0, 0, 0, 'a', 'b', 1, 1, 1, 5, 0, 0, 0, 0, 0, 0, 0};
	const uint8_t second[] = {1, 1, 0, 0, 0, 'x', 1, 0, 0};
	struct wr_arena arena = {0};
	struct wr_key keys[2];
	uint64_t hash[2];

	wr_keys_of(cols, 3, NULL, 2, keys, hash, &arena);
	ck_assert_uint_eq(keys[0].len, sizeof first);
	ck_assert_mem_eq(wr_key_bytes(&keys[0]), first, sizeof first);
	ck_assert_uint_eq(keys[1].len, sizeof second);
	ck_assert_mem_eq(wr_key_bytes(&keys[1]), second, sizeof second);
	ck_assert_uint_eq(hash[0], UINT64_C(0xada0dd7a51d66214));
	ck_assert_uint_eq(hash[1], UINT64_C(0x7428f00f33226a20));
	wr_arena_fini(&arena);
}
END_TEST

/* Of several columns, more than are worked on at a time: none is written over by the one before. */
START_TEST(keys_of_many_rows_are_those_of_each)
{
	enum { N = 300 };
	static const uint8_t text[] = "a text that stands in a buffer, where all others are";
	const uint8_t *bufs[] = {text};
	int64_t ints[N];
	uint64_t bools[N / 64 + 1], valid[N / 64 + 1];
	struct weir_view views[N] = {0};
	struct weir_column a = column_of(WEIR_STRING, views, NULL);
	struct weir_column b = column_of(WEIR_BOOL, bools, NULL);
	struct weir_column c = column_of(WEIR_INT64, ints, NULL);
	const struct weir_column *cols[] = {&a, &c, &b, &a};
	uint64_t hash[N], alone[N];
	struct wr_key keys[N], one[N];
	struct wr_arena arena = {0};

	for (uint32_t i = 0; i < N; i++) {
		ints[i] = (int64_t)i << 33 | i;
		views[i].len = i * 5 % 17;
		if (views[i].len <= WR_KEY_INLINE)
			memcpy((uint8_t *)&views[i] + offsetof(struct weir_view, head),
				text + i % 40, views[i].len);
		else
			memcpy(views[i].head, text, sizeof views[i].head);
	}
	for (uint32_t w = 0; w <= N / 64; w++) {
		bools[w] = UINT64_C(0x123456789abcdef) * (w + 1);
		valid[w] = ~(UINT64_C(0x8421084210842108) << w);
	}
	a.bufs = bufs;
	for (uint32_t round = 0; round < 6; round++) {
		uint32_t n_cols = 2 + round % 3;

		a.valid = b.valid = c.valid = round < 3 ? NULL : valid;
		wr_keys_of(cols, n_cols, NULL, N, keys, hash, &arena);
		for (uint32_t i = 0; i < N; i++) {
			wr_keys_of(cols, n_cols, &i, 1, one, alone, &arena);
			MUST(wr_key_eq(&keys[i], &one[i]) && hash[i] == alone[i]);
		}
		wr_arena_reset(&arena);
	}
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(no_column_is_the_empty_key)
{
	struct wr_key keys[3], empty = wr_key_make(NULL, 0);
	uint64_t hash[3];

	wr_keys_of(NULL, 0, NULL, 3, keys, hash, NULL);
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert(wr_key_eq(&keys[i], &empty));
		ck_assert_uint_eq(hash[i], wr_key_hash(&empty));
	}
}
END_TEST

/* Keys and hashes, together or alone, with a selection or without; equal only if the numbers are;
 * and back. */
START_TEST(columns_become_keys_and_keys_columns)
{
	const struct keyset *set = &keysets[_i];
	uint32_t n = set->max < WEIR_ROWS_MAX ? set->max : WEIR_ROWS_MAX, n_sel = 0;
	uint32_t ids[WEIR_ROWS_MAX], sel[WEIR_ROWS_MAX];
	uint64_t seed = (uint64_t)_i, hash[WEIR_ROWS_MAX], alone[WEIR_ROWS_MAX];
	struct wr_key keys[WEIR_ROWS_MAX], again[WEIR_ROWS_MAX], some[WEIR_ROWS_MAX];
	const struct weir_column *const *cols, *back[KEYSET_MAX_COLS];
	struct wr_arena arena = {0};

	for (uint32_t i = 0; i < n; i++) {
		ids[i] = i;
		if (i % 3 != 1)
			sel[n_sel++] = i;
	}
	cols = keyset_batch(set, ids, n, &arena, &seed)->cols + 1;
	wr_keys_of(cols, set->n_types, NULL, n, keys, hash, &arena);
	wr_keys_of(cols, set->n_types, NULL, n, again, NULL, &arena);
	memset(alone, 0, sizeof alone);
	wr_keys_of(cols, set->n_types, sel, n_sel, some, alone, &arena);
	for (uint32_t i = 0; i < n; i++) {
		MUST(wr_key_eq(&keys[i], &again[i]));
		MUST(wr_key_hash(&keys[i]) == hash[i]);
		MUST(i % 3 == 1 ? alone[i] == 0 : alone[i] == hash[i]);
		MUST(i % 3 == 1 || wr_key_eq(&keys[i], &some[i]));
		MUST(i == 0 || !wr_key_eq(&keys[i - 1], &keys[i]));
	}
	wr_keys_to_columns(keys, n, set->types, set->n_types, back, &arena);
	for (uint32_t c = 0; c < set->n_types; c++)
		for (uint32_t i = 0; i < n; i++)
			MUST(back[c]->type == set->types[c] && keyset_has(back[c], c, i, i));
	wr_keys_of(back, set->n_types, NULL, n, again, alone, &arena);
	ck_assert_mem_eq(hash, alone, n * sizeof *hash);
	wr_arena_fini(&arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key");
	TCase *tc = tcase_create("key");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, hashes_of_keys_never_change);
	tcase_add_test(tc, key_group_is_taken_from_the_high_half);
	tcase_add_test(tc, subtasks_own_even_ranges_of_groups);
	tcase_add_test(tc, fixed_values_are_eight_little_endian_bytes);
	tcase_add_test(tc, keys_of_many_ints_are_those_of_each);
	tcase_add_test(tc, equal_doubles_are_one_key);
	tcase_add_test(tc, null_empty_and_zero_are_three_keys);
	tcase_add_test(tc, several_columns_have_marks_and_lengths);
	tcase_add_test(tc, keys_of_many_rows_are_those_of_each);
	tcase_add_test(tc, no_column_is_the_empty_key);
	tcase_add_loop_test(tc, columns_become_keys_and_keys_columns, 0, N_KEYSETS);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
