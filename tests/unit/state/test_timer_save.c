/* SPDX-License-Identifier: Apache-2.0 */
/* Timers as bytes and back. */
#include "onekit.h"

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
	struct keyset set = keysets[_i];
	struct wr_timers *timers;
	struct wr_text bytes = {0};
	struct weir_err err = {0};
	uint64_t count = 0, fired = 0;

	set.max = set.max > 150 ? 150 : set.max;
	timers = wr_timers_new(set.types, set.n_types);
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

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 18);
}

/* What is captured is what was set when it began, whatever happens before it is copied. */
START_TEST(timers_are_copied_in_slices)
{
	enum { N = 2000, RECORD = 2 + 1 + 8 + 8 /* an int key */ };
	struct keyset set = keysets[2];
	struct wr_timers *timers = wr_timers_new(set.types, set.n_types);
	struct wr_text want = {0}, got = {0};
	struct weir_due due = {.size = sizeof due};
	struct wr_arena arena = {0};
	uint64_t seed = 1;
	int64_t when[N];
	uint32_t ids[N], slices = 1;
	const struct weir_batch *batch;

	for (uint32_t i = 0; i < N; i++) {
		ids[i] = i + 1; /* 0 is null, and shorter */
		when[i] = ((int64_t)i + 100) * 1000;
	}
	batch = keyset_batch(&set, ids, N, &arena, &seed);
	wr_timers_set(timers, batch, NULL, N, WEIR_EVENT_TIME, when);
	wr_timers_capture(timers, &want);
	wr_timers_capture_begin(timers);
	for (; !wr_timers_capture_copy(timers, 500, &got); slices++) {
		uint32_t some[] = {slices * 7, slices * 11 + 1};
		int64_t other[] = {slices, slices + 1};

		/* Cleared, fired, set anew, set again as they were. */
		wr_timers_clear(timers, batch, some, 2, WEIR_EVENT_TIME,
			(int64_t[]){when[some[0]], when[some[1]]});
		wr_timers_set(timers, batch, some, 2, WEIR_EVENT_TIME, other);
		wr_timers_due(timers, WEIR_EVENT_TIME, when[slices * 3], &due);
		wr_timers_set(timers, batch, some, 1, WEIR_EVENT_TIME, &when[some[0]]);
	}
	ck_assert_uint_gt(slices, 50);
	ck_assert_uint_eq(got.len, want.len);
	ck_assert_uint_eq(want.len, 3 + N * RECORD);
	qsort(want.p + 3, N, RECORD, by_bytes);
	qsort(got.p + 3, N, RECORD, by_bytes);
	ck_assert_mem_eq(got.p, want.p, want.len);
	wr_text_fini(&want);
	wr_timers_capture(timers, &want);
	ck_assert_uint_ne(want.len, got.len);
	wr_arena_fini(&arena);
	wr_text_fini(&want);
	wr_text_fini(&got);
	wr_timers_free(timers);
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

int
main(void)
{
	Suite *suite = suite_create("state_timer_save");
	TCase *all = tcase_create("save");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_loop_test(all, timers_come_back_where_their_keys_are, 0, N_KEYSETS);
	tcase_add_test(all, timers_are_copied_in_slices);
	tcase_add_test(all, timers_that_are_damaged_are_refused);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
