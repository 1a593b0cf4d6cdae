/* SPDX-License-Identifier: Apache-2.0 */
/* Timers as they are kept: keyed ones as tables, the instance's own as a section. */
#include "onekit.h"

#include "state/capture.h"
#include "state/timer.h"

enum { IDS = 60, TIMES = 8, EPOCHS = 40, PARTS = 3 };

/* What is set: of key id, at a time. */
struct model {
	bool keyed[2][IDS][TIMES], own[2][TIMES];
};

static int64_t
time_of(uint32_t i)
{
	return ((int64_t)i - 3) * 1000;
}

static void
keep_timers(struct one *one, const struct keyset *set)
{
	static const char *const names[] = {WR_TIMERS_EVENT, WR_TIMERS_CLOCK};

	for (uint32_t i = 0; i < 2; i++)
		one->tables[i] = (struct wr_kept_table){.name = names[i],
			.flags = WEIR_BY_KEY,
			.key_types = set->types,
			.n_keys = set->n_types};
	one->ops[0].n_tables = 2;
	one->ops[0].has_timers = true;
}

struct restoring {
	struct wr_timers *timers;
	uint32_t lo, hi;
	bool unkeyed;
};

static int
restore_section(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	const struct restoring *r = arg;

	(void)subtask;
	return wr_timers_restore(r->timers, bytes, r->lo, r->hi, KIT_GROUPS, r->unkeyed, err);
}

static struct wr_timers *
restored(struct one *one, const struct keyset *set, uint32_t lo, uint32_t hi, bool unkeyed)
{
	struct restoring r = {wr_timers_new(set->types, set->n_types), lo, hi, unkeyed};

	for (uint32_t clock = 0; clock < 2; clock++)
		must(wr_store_restore_table(one->store, "op", wr_timers_table(r.timers, clock), lo,
			     hi, KIT_GROUPS, &one->err),
			&one->err);
	wr_timers_restored(r.timers);
	must(wr_store_sections(one->store, "op", WR_SECTION_TIMERS, restore_section, &r, &one->err),
		&one->err);
	return r.timers;
}

/* Sets, clears or fires some. */
static void
change(struct wr_timers *timers, const struct keyset *set, struct model *model, uint64_t *dice)
{
	uint32_t clock = keyset_below(dice, 2), id = keyset_below(dice, IDS);
	uint32_t time = keyset_below(dice, TIMES), what = keyset_below(dice, 12);
	struct weir_due due = {.size = sizeof due};
	struct wr_arena arena = {0};
	uint64_t any = *dice;
	int64_t when = time_of(time);
	const struct weir_batch *batch = keyset_batch(set, &id, 1, &arena, &any);

	if (what < 7) {
		wr_timers_set(timers, batch, NULL, 1, clock, &when);
		model->keyed[clock][id][time] = true;
	} else if (what < 10) {
		wr_timers_clear(timers, batch, NULL, 1, clock, &when);
		model->keyed[clock][id][time] = false;
	} else if (what == 10) {
		wr_timers_set(timers, NULL, NULL, 1, clock, &when);
		model->own[clock][time] = true;
	} else if (keyset_below(dice, 20) == 0) {
		while (wr_timers_due(timers, clock, time_of(time / 4), &due) > 0)
			;
		for (uint32_t t = 0; t <= time / 4; t++) {
			for (uint32_t i = 0; i < IDS; i++)
				model->keyed[clock][i][t] = false;
			model->own[clock][t] = false;
		}
	}
	wr_arena_fini(&arena);
}

/* All that are due, ever, are those of the model, each once. */
static void
fire_all(struct wr_timers *timers, const struct keyset *set, struct model *left)
{
	struct weir_due due = {.size = sizeof due};

	for (uint32_t clock = 0; clock < 2; clock++)
		while (wr_timers_due(timers, clock, INT64_MAX, &due) > 0)
			for (uint32_t i = 0; i < due.n; i++) {
				uint32_t time = (uint32_t)(due.when[i] / 1000 + 3), id = 0;
				bool *set_at = &left->own[clock][time];

				if (due.keys != NULL) {
					while (!keyset_row_is(set, due.keys, i, id))
						id++;
					MUST(id < IDS);
					set_at = &left->keyed[clock][id][time];
				}
				MUST(*set_at);
				*set_at = false;
			}
}

static void
check_restored(struct one *one, const struct keyset *set, const struct model *model)
{
	static const struct model none;
	struct model left = *model;

	for (uint32_t s = 0; s < PARTS; s++) {
		struct wr_timers *part;
		uint32_t lo, hi;

		kit_range(s, PARTS, &lo, &hi);
		part = restored(one, set, lo, hi, s == 1);
		fire_all(part, set, &left);
		wr_timers_free(part);
	}
	ck_assert_mem_eq(&left, &none, sizeof left);
}

/* The tables in slices, between which more happens, which is the next epoch's. */
static void
capture_timers(struct one *one, struct wr_timers *timers, const struct keyset *set,
	struct model *model, uint64_t *dice)
{
	wr_timers_capture(timers, wr_capture_section(&one->capture, WR_SECTION_TIMERS, ""));
	for (uint32_t clock = 0; clock < 2; clock++)
		wr_table_capture_begin(wr_timers_table(timers, clock));
	for (uint32_t clock = 0; clock < 2; clock++) {
		struct weir_table *table = wr_timers_table(timers, clock);
		struct wr_text text = {0};

		while (!wr_table_capture_copy(table, 100, &text))
			change(timers, set, model, dice);
		*wr_capture_section(
			&one->capture, WR_SECTION_TABLE, wr_table_spec_of(table)->name) = text;
	}
}

START_TEST(timers_come_back_where_their_keys_are)
{
	struct keyset set = keysets[_i];
	struct one one;
	struct model model = {0}, captured;
	struct wr_timers *timers;
	uint64_t dice = (uint64_t)_i + 1;

	if (set.max < IDS)
		return;
	one_init(&one);
	keep_timers(&one, &set);
	timers = restored(&one, &set, 0, KIT_GROUPS - 1, true);
	for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
		for (uint32_t i = keyset_below(&dice, 200); i > 0; i--)
			change(timers, &set, &model, &dice);
		captured = model;
		capture_timers(&one, timers, &set, &model, &dice);
		must(one_decide(&one), &one.err);
		if (keyset_below(&dice, 3) > 0)
			continue;
		one_reopen(&one);
		check_restored(&one, &set, &captured);
		wr_timers_free(timers);
		timers = restored(&one, &set, 0, KIT_GROUPS - 1, true);
		model = captured;
	}
	wr_timers_free(timers);
	one_fini(&one);
}
END_TEST

static uint64_t
bytes_of_epoch(struct one *one, struct wr_timers *timers)
{
	uint64_t bytes = 0;

	wr_timers_capture(timers, wr_capture_section(&one->capture, WR_SECTION_TIMERS, ""));
	for (uint32_t clock = 0; clock < 2; clock++)
		capture_table(one, wr_timers_table(timers, clock));
	for (uint32_t i = 0; i < one->capture.n_sections; i++)
		bytes += one->capture.sections[i].bytes.len;
	one_epoch(one);
	return bytes;
}

START_TEST(an_epoch_has_what_changed)
{
	enum { N = 2000, RECORD = 21 };
	struct one one;
	struct wr_timers *timers;
	struct wr_arena arena = {0};
	int64_t when[N];
	uint32_t ids[N], some[] = {5, 700, 1999};
	uint64_t seed = 1, none;
	const struct weir_batch *batch;

	one_init(&one);
	keep_timers(&one, &keysets[2]);
	timers = restored(&one, &keysets[2], 0, KIT_GROUPS - 1, true);
	none = bytes_of_epoch(&one, timers);
	for (uint32_t i = 0; i < N; i++) {
		ids[i] = i;
		when[i] = i;
	}
	batch = keyset_batch(&keysets[2], ids, N, &arena, &seed);
	wr_timers_set(timers, batch, NULL, N, WEIR_EVENT_TIME, when);
	ck_assert_uint_gt(bytes_of_epoch(&one, timers), none + N * (RECORD - 2));
	ck_assert_uint_eq(bytes_of_epoch(&one, timers), none);
	/* Set again as they are. */
	wr_timers_set(timers, batch, NULL, N, WEIR_EVENT_TIME, when);
	ck_assert_uint_eq(bytes_of_epoch(&one, timers), none);
	wr_timers_clear(timers, batch, some, 3, WEIR_EVENT_TIME,
		(int64_t[]){when[some[0]], when[some[1]], when[some[2]]});
	ck_assert_uint_le(bytes_of_epoch(&one, timers), none + 3 * RECORD);
	/* Set and cleared in one epoch, often. */
	for (int i = 0; i < 100; i++) {
		wr_timers_set(timers, batch, some, 3, WEIR_CLOCK, when);
		wr_timers_clear(timers, batch, some, 3, WEIR_CLOCK, when);
	}
	ck_assert_uint_eq(bytes_of_epoch(&one, timers), none);
	wr_arena_fini(&arena);
	wr_timers_free(timers);
	one_fini(&one);
}
END_TEST

/* Version 1 had all timers in the section: {clock, keyed, key, when}. */
static const char first_version[] = "\1\1\x02" /* an int key */
				    "\0\1\x09"
				    "\7\0\0\0\0\0\0\0"
				    "\5\0\0\0\0\0\0\0"
				    "\1\0"
				    "\6\0\0\0\0\0\0\0";

START_TEST(sections_of_the_first_version_are_read)
{
	struct one one;
	struct wr_timers *timers;
	struct weir_due due = {.size = sizeof due};

	one_init(&one);
	one.ops[0].has_timers = true;
	put_section(&one, WR_SECTION_TIMERS, first_version, sizeof first_version - 1);
	one_epoch(&one);
	keep_timers(&one, &keysets[2]);
	/* And they are kept as they are now. */
	for (int turn = 0; turn < 2; turn++) {
		timers = restored(&one, &keysets[2], 0, KIT_GROUPS - 1, true);
		ck_assert_uint_eq(wr_timers_count(timers), 2);
		bytes_of_epoch(&one, timers);
		ck_assert_uint_eq(wr_timers_due(timers, WEIR_EVENT_TIME, 5, &due), 1);
		ck_assert_int_eq(((const int64_t *)due.keys->cols[0]->values)[0], 7);
		ck_assert_int_eq(wr_timers_next(timers, WEIR_CLOCK), 6);
		wr_timers_free(timers);
	}
	one_fini(&one);
}
END_TEST

START_TEST(timers_that_are_damaged_are_refused)
{
	static const uint32_t text_key[] = {WEIR_STRING}, long_key[] = {WEIR_STRING, WEIR_INT64};
	struct wr_timers *timers = wr_timers_new(int_key, 1), *other = wr_timers_new(text_key, 1);
	struct wr_timers *two = wr_timers_new(long_key, 2);
	struct weir_err err = {0};
	char bytes[sizeof first_version];
	struct weir_str str = {.p = bytes, .len = sizeof bytes - 1};

	memcpy(bytes, first_version, sizeof bytes);
	ck_assert_int_eq(wr_timers_restore(other, str, 0, 15, 16, true, &err), -EINVAL);
	ck_assert_str_eq(err.text, "its timers were set under keys of other types");
	ck_assert_int_eq(wr_timers_restore(two, str, 0, 15, 16, true, &err), -EINVAL);
	for (str.len = 4; str.len < sizeof bytes - 1; str.len++) {
		if (str.len == 3 + 2 + 9 + 8)
			continue; /* the end of a timer */
		ck_assert_int_eq(wr_timers_restore(timers, str, 0, 15, 16, true, &err), -EUCLEAN);
		ck_assert_str_eq(err.text, "its timers are damaged");
	}
	bytes[0] = 2;
	ck_assert_int_eq(wr_timers_restore(timers, str, 0, 15, 16, true, &err), -EUCLEAN);
	bytes[0] = 3;
	ck_assert_int_eq(wr_timers_restore(timers, str, 0, 15, 16, true, &err), -EUCLEAN);
	ck_assert_str_eq(err.text, "its timers are of version 3; this weir reads versions 1 and 2");
	wr_timers_free(two);
	wr_timers_free(other);
	wr_timers_free(timers);
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
	tcase_add_test(all, an_epoch_has_what_changed);
	tcase_add_test(all, sections_of_the_first_version_are_read);
	tcase_add_test(all, timers_that_are_damaged_are_refused);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
