/* SPDX-License-Identifier: Apache-2.0 */
/* Timers, against an array. */
#include "keyset.h"

#include "state/due.h"
#include "state/timer.h"

enum {
	N_WHEN = 64,
	WHEN_STEP = 1000,
	OWN = 1 /* timers of the instance itself, as one more key */
};

struct model {
	const struct keyset *set;
	struct wr_timers *timers;
	uint8_t *on; /* [clock][id or max: own][when] */
	struct wr_arena arena;
	uint64_t seed, count;
	int64_t now[2];
};

static uint8_t *
model_at(struct model *m, uint32_t clock, uint32_t id, int64_t when)
{
	return &m->on[((size_t)clock * (m->set->max + OWN) + id) * N_WHEN +
		      (size_t)(when / WHEN_STEP)];
}

static void
do_write(struct model *m, bool set, bool own)
{
	uint32_t ids[WEIR_ROWS_MAX], sel[WEIR_ROWS_MAX], n = 1 + keyset_below(&m->seed, 300);
	uint32_t clock = keyset_below(&m->seed, 2), range = 1 + keyset_below(&m->seed, m->set->max);
	bool reversed = !own && keyset_below(&m->seed, 2) == 0;
	const struct weir_batch *batch = NULL;
	int64_t when[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < n; i++) {
		ids[i] = own ? m->set->max : keyset_below(&m->seed, range);
		sel[i] = reversed ? n - 1 - i : i;
		when[i] = WHEN_STEP * (int64_t)keyset_below(&m->seed, N_WHEN);
	}
	wr_arena_reset(&m->arena);
	if (!own)
		batch = keyset_batch(m->set, ids, n, &m->arena, &m->seed);
	if (set)
		wr_timers_set(m->timers, batch, reversed ? sel : NULL, n, clock, when);
	else
		wr_timers_clear(m->timers, batch, reversed ? sel : NULL, n, clock, when);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t *on = model_at(m, clock, ids[sel[i]], when[i]);

		m->count += (uint64_t)set - *on;
		*on = set;
	}
}

static int64_t
model_next(struct model *m, uint32_t clock)
{
	for (int64_t when = 0; when < N_WHEN * WHEN_STEP; when += WHEN_STEP)
		for (uint32_t id = 0; id < m->set->max + OWN; id++)
			if (*model_at(m, clock, id, when))
				return when;
	return INT64_MAX;
}

/* The key of row i of due. */
static uint32_t
due_id(struct model *m, const struct weir_due *due, uint32_t i)
{
	if (due->keys == NULL)
		return m->set->max;
	for (uint32_t id = 0; id < m->set->max; id++)
		if (keyset_row_is(m->set, due->keys, i, id))
			return id;
	ck_abort_msg("a key that was never set");
	return 0;
}

static void
do_fire(struct model *m)
{
	uint32_t clock = keyset_below(&m->seed, 2);
	int64_t now = (int64_t)keyset_below(&m->seed, N_WHEN * WHEN_STEP * 5 / 4) / 2, last = -1;
	struct weir_due due = {.size = sizeof due};

	while (wr_timers_due(m->timers, clock, now, &due) > 0) {
		MUST(due.n <= WEIR_ROWS_MAX && (due.keys == NULL || due.n == due.keys->n_rows) &&
			due.clock == clock);
		for (uint32_t i = 0; i < due.n; i++) {
			uint8_t *on = model_at(m, clock, due_id(m, &due, i), due.when[i]);

			MUST(due.when[i] >= last && due.when[i] <= now);
			MUST(*on);
			*on = 0;
			m->count--;
			last = due.when[i];
		}
	}
	MUST(model_next(m, clock) > now);
}

START_TEST(timers_do_what_an_array_does)
{
	static const uint8_t sets[] = {0, 5, 6, 7, 9};
	const struct keyset *set = &keysets[sets[_i]];
	struct keyset small = *set;
	struct model m = {.set = &small, .seed = (uint64_t)_i + 1};

	small.max = set->max > 60 ? 60 : set->max;
	m.on = calloc((size_t)2 * (small.max + OWN) * N_WHEN, 1);
	m.timers = wr_timers_new(set->types, set->n_types);
	for (uint32_t step = 0; step < 10000; step++) {
		uint32_t what = keyset_below(&m.seed, 100);

		if (what < 90)
			do_write(&m, what < 50, what % 10 == 0);
		else if (what < 95)
			do_fire(&m);
		else
			MUST(wr_timers_next(m.timers, what & 1) == model_next(&m, what & 1));
		MUST(wr_timers_count(m.timers) == m.count);
	}
	wr_timers_free(m.timers);
	wr_arena_fini(&m.arena);
	free(m.on);
}
END_TEST

/* Timers that are put off again and again, all or one of many, take the place of one. */
START_TEST(timers_that_are_put_off_do_not_pile_up)
{
	enum { N = 1000 };
	struct wr_timers *timers = wr_timers_new(keysets[2].types, 1);
	struct wr_arena arena = {0};
	uint32_t ids[N], n = N;
	uint64_t seed = 1, most = 0, fired = 0;
	struct weir_due due = {.size = sizeof due};
	const struct weir_batch *batch;
	int64_t when[N] = {0};

	for (uint32_t i = 0; i < N; i++)
		ids[i] = i;
	batch = keyset_batch(&keysets[2], ids, N, &arena, &seed);
	if (_i == 2) {
		wr_timers_set(timers, batch, NULL, N, WEIR_EVENT_TIME, when);
		wr_timers_clear(timers, batch, NULL, 1, WEIR_EVENT_TIME, when);
		n = 1;
	}
	for (uint32_t turn = 0; turn < 2000 * N / n / 4; turn++) {
		if (turn > 0)
			wr_timers_clear(timers, batch, NULL, n, WEIR_EVENT_TIME, when);
		for (uint32_t i = 0; i < n; i++)
			when[i] = _i == 0 ? turn : 7; /* later and later, or the same again */
		wr_timers_set(timers, batch, NULL, n, WEIR_EVENT_TIME, when);
		if (turn == 4 * N / n)
			most = wr_timers_bytes(timers);
	}
	ck_assert_uint_le(wr_timers_bytes(timers), most);
	ck_assert_uint_eq(wr_timers_count(timers), N);
	while (wr_timers_due(timers, WEIR_EVENT_TIME, INT64_MAX, &due) > 0)
		fired += due.n;
	ck_assert_uint_eq(fired, N);
	wr_timers_free(timers);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(own_and_keyed_timers_fire_in_one_order)
{
	struct wr_timers *timers = wr_timers_new(keysets[2].types, 1);
	struct wr_arena arena = {0};
	const uint32_t ids[] = {3, 4};
	uint64_t seed = 1;
	const int64_t keyed[] = {10, 30}, own[] = {20, 40};
	struct weir_due due = {.size = sizeof due};

	ck_assert_int_eq(wr_timers_next(timers, WEIR_CLOCK), INT64_MAX);
	wr_timers_set(timers, keyset_batch(&keysets[2], ids, 2, &arena, &seed), NULL, 2, WEIR_CLOCK,
		keyed);
	wr_timers_set(timers, NULL, NULL, 2, WEIR_CLOCK, own);
	ck_assert_int_eq(wr_timers_next(timers, WEIR_EVENT_TIME), INT64_MAX);
	ck_assert_uint_eq(wr_timers_due(timers, WEIR_CLOCK, 9, &due), 0);
	for (int64_t when = 10; when <= 40; when += 10) {
		ck_assert_int_eq(wr_timers_next(timers, WEIR_CLOCK), when);
		ck_assert_uint_eq(wr_timers_due(timers, WEIR_CLOCK, 100, &due), 1);
		ck_assert_int_eq(due.when[0], when);
		ck_assert_int_eq(due.keys != NULL, when % 20 == 10);
	}
	ck_assert_uint_eq(wr_timers_due(timers, WEIR_CLOCK, 100, &due), 0);
	wr_timers_free(timers);
	wr_arena_fini(&arena);
}
END_TEST

static bool
is_odd(void *arg, const struct wr_due *due)
{
	(void)arg;
	return due->index & 1;
}

/* Times far and near, below zero and at the ends, put in before and behind what was taken. */
START_TEST(times_come_in_their_order)
{
	enum { N = 3000 };
	struct wr_dues dues = {0};
	static int64_t when[N];
	static uint8_t there[N];
	uint64_t seed = (uint64_t)_i + 1;
	uint32_t n = 0, left = 0;

	for (uint32_t i = 0; i < N; i++) {
		uint64_t word = keyset_random(&seed);

		when[i] = i % 100 == 7   ? INT64_MAX
			  : i % 100 == 8 ? INT64_MIN
					 : (int64_t)word >> (word & 63);
	}
	while (n < N || left > 0) {
		if (n < N && (left == 0 || keyset_below(&seed, 3) > 0)) {
			for (uint32_t k = keyset_below(&seed, 200); n < N && k > 0;
				k--, n++, left++) {
				wr_dues_push(&dues, when[n], n);
				there[n] = 1;
			}
		} else if (keyset_below(&seed, 20) == 0) {
			wr_dues_sift(&dues, is_odd, NULL);
			for (uint32_t i = 0; i < n; i += 2) {
				left -= there[i];
				there[i] = 0;
			}
		}
		for (uint32_t k = keyset_below(&seed, 120); left > 0 && k > 0; k--, left--) {
			const struct wr_due *first = wr_dues_first(&dues);
			struct wr_due due = *first;

			for (uint32_t i = 0; i < n; i++)
				MUST(!there[i] || when[i] >= due.when);
			MUST(due.when == when[due.index] && there[due.index]);
			there[due.index] = 0;
			wr_dues_pop(&dues);
		}
		MUST(wr_dues_count(&dues) == left);
	}
	ck_assert_ptr_null(wr_dues_first(&dues));
	wr_dues_fini(&dues);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("timer");
	TCase *tc = tcase_create("timer");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, timers_do_what_an_array_does, 0, 5);
	tcase_add_loop_test(tc, timers_that_are_put_off_do_not_pile_up, 0, 3);
	tcase_add_loop_test(tc, times_come_in_their_order, 0, 5);
	tcase_add_test(tc, own_and_keyed_timers_fire_in_one_order);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
