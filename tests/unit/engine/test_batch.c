/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: references, sharing, selections, and what is made of them. */
#include "engine/batch.h"

#include <pthread.h>
#include <stdio.h>

#include "engine_test.h"

enum { COL_PRUNED, COL_INT, COL_BOOL, COL_STR, COLS, ROWS = 200 };

static const char *
long_text(uint32_t row)
{
	static _Thread_local char text[64];

	snprintf(text, sizeof text, "row %u, which is longer than a view", row);
	return text;
}

static struct weir_column *
make_column(struct wr_arena *arena, uint32_t type, const void *values)
{
	struct weir_column *column = wr_arena_new(arena, struct weir_column);

	column->size = sizeof *column;
	column->type = type;
	column->values = values;
	return column;
}

/* Every third string is long, every fifth row has nulls, with garbage in the views. */
static const struct weir_column *
make_strings(struct wr_arena *arena, const uint64_t *valid)
{
	struct weir_view *views = wr_arena_array(arena, struct weir_view, ROWS);
	const uint8_t **bufs = wr_arena_array(arena, const uint8_t *, ROWS);
	struct weir_column *column = make_column(arena, WEIR_STRING, views);

	for (uint32_t i = 0; i < ROWS; i++) {
		const char *text = i % 3 == 0 ? long_text(i) : "short";

		bufs[i] = (const uint8_t *)wr_arena_dup(arena, text, strlen(text));
		views[i] = wr_view((const char *)bufs[i], (uint32_t)strlen(text), i, 0);
		if (i % 5 == 0)
			memset(&views[i], 0xa5, sizeof views[i]);
	}
	column->valid = valid;
	column->bufs = bufs;
	return column;
}

/* A batch of an int64, a bool and a string column, with nulls in each fifth row. */
static struct wr_batch *
make_batch(struct wr_pool *pool)
{
	struct wr_batch *batch = wr_batch_new(pool);
	struct wr_arena *arena = &batch->arena;
	int64_t *ints = wr_arena_array(arena, int64_t, ROWS);
	int64_t *times = wr_arena_array(arena, int64_t, ROWS);
	uint64_t *hashes = wr_arena_array(arena, uint64_t, ROWS);
	uint8_t *kinds = wr_arena_array(arena, uint8_t, ROWS);
	uint64_t *bools = wr_arena_zalloc(arena, 32), *valid = wr_arena_zalloc(arena, 32);
	const struct weir_column **cols = wr_arena_array(arena, const struct weir_column *, COLS);
	const struct weir_column **hidden = wr_arena_zalloc(arena, WEIR_AT_COUNT * sizeof *hidden);

	for (uint32_t i = 0; i < ROWS; i++) {
		ints[i] = 1000 + i;
		times[i] = i * 10;
		hashes[i] = i * UINT64_C(0x9e3779b97f4a7c15);
		kinds[i] = i % 4;
		if (i % 2 == 1)
			weir_bit_set(bools, i);
		if (i % 5 != 0)
			weir_bit_set(valid, i);
	}
	cols[COL_PRUNED] = make_column(arena, WEIR_INT64, NULL);
	cols[COL_INT] = make_column(arena, WEIR_INT64, ints);
	cols[COL_BOOL] = make_column(arena, WEIR_BOOL, bools);
	cols[COL_STR] = make_strings(arena, valid);
	hidden[WEIR_AT_OFFSET] = cols[COL_INT];
	batch->pub.n_rows = ROWS;
	batch->pub.n_cols = COLS;
	batch->pub.cols = cols;
	batch->pub.event_time = times;
	batch->pub.key_hash = hashes;
	batch->pub.keys = hashes;
	batch->pub.kind = kinds;
	batch->pub.hidden = hidden;
	batch->pub.ingest_time = 77;
	batch->bytes = 5000;
	return batch;
}

/* Row i of the batch is what row `row` of make_batch() was. */
static void
check_row(const struct weir_batch *b, uint32_t i, uint32_t row)
{
	struct weir_str s;

	ck_assert_int_eq(weir_int_at(b->cols[COL_INT], i), 1000 + row);
	ck_assert_int_eq(weir_bool_at(b->cols[COL_BOOL], i), row % 2);
	ck_assert_int_eq(weir_null_at(b->cols[COL_STR], i), row % 5 == 0);
	ck_assert_int_eq(weir_int_at(b->hidden[WEIR_AT_OFFSET], i), 1000 + row);
	ck_assert_int_eq(b->event_time[i], row * 10);
	ck_assert_uint_eq(b->key_hash[i], row * UINT64_C(0x9e3779b97f4a7c15));
	ck_assert_uint_eq(b->kind[i], row % 4);
	if (row % 5 == 0)
		return;
	s = weir_str_at(b->cols[COL_STR], i);
	ck_assert_uint_eq(s.len, strlen(row % 3 == 0 ? long_text(row) : "short"));
	ck_assert_mem_eq(s.p, row % 3 == 0 ? long_text(row) : "short", s.len);
}

START_TEST(a_batch_that_came_back_is_used_again)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *a = wr_batch_new(pool), *b = wr_batch_new(pool);

	ck_assert_ptr_ne(a, b);
	ck_assert_uint_eq(a->pub.size, sizeof(struct weir_batch));
	a->pub.n_rows = 5;
	a->bytes = 9;
	wr_batch_unref(a);
	ck_assert_ptr_eq(wr_batch_new(pool), a);
	ck_assert_uint_eq(a->pub.n_rows, 0);
	ck_assert_uint_eq(a->bytes, 0);
	wr_batch_unref(a);
	wr_batch_unref(b);
	ck_assert_uint_eq(wr_pool_free(pool), 0);
}
END_TEST

START_TEST(a_batch_lives_until_its_last_reference)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *a = make_batch(pool), *b;

	wr_batch_ref(a);
	wr_batch_ref(a);
	wr_batch_unref(a);
	wr_batch_unref(a);
	check_row(&a->pub, 3, 3);
	b = wr_batch_new(pool);
	ck_assert_ptr_ne(b, a);
	wr_batch_unref(a);
	ck_assert_ptr_eq(wr_batch_new(pool), a);
	wr_batch_unref(a);
	wr_batch_unref(b);
	ck_assert_uint_eq(wr_pool_free(pool), 0);
}
END_TEST

START_TEST(a_pool_tells_how_many_batches_are_out)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *out[40];

	for (int i = 0; i < 40; i++)
		out[i] = wr_batch_new(pool);
	ck_assert_uint_eq(wr_pool_free(pool), 40);
	for (int i = 0; i < 40; i++)
		free(out[i]);
	ck_assert_uint_eq(wr_pool_free(NULL), 0);
}
END_TEST

START_TEST(what_is_shared_lives_as_long_as_who_shares_it)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *a = make_batch(pool), *b = wr_batch_new(pool);

	wr_batch_share(b, &a->pub);
	wr_batch_share(b, &a->pub);
	ck_assert_uint_eq(b->n_parents, 1);
	ck_assert_uint_eq(b->bytes, a->bytes);
	wr_batch_unref(a);
	check_row(&a->pub, 7, 7);
	wr_batch_unref(b);
	ck_assert_uint_eq(wr_pool_free(pool), 0);
}
END_TEST

START_TEST(the_bytes_of_many_parents_stick_at_the_most)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *child = wr_batch_new(pool), *parents[3];

	for (int i = 0; i < 3; i++) {
		parents[i] = wr_batch_new(pool);
		parents[i]->bytes = UINT32_C(2000000000);
		wr_batch_share(child, &parents[i]->pub);
		wr_batch_unref(parents[i]);
	}
	ck_assert_uint_eq(child->bytes, UINT32_MAX);
	wr_batch_unref(child);
	ck_assert_uint_eq(wr_pool_free(pool), 0);
}
END_TEST

static void
count_release(void *owner)
{
	++*(int *)owner;
}

START_TEST(records_are_released_once_when_nothing_points_into_them)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *a = make_batch(pool), *b;
	int released = 0;
	uint32_t row = 3;

	a->raw = (struct weir_raw){.release = count_release, .owner = &released};
	b = wr_batch_select(pool, &a->pub, &row, 1);
	wr_batch_unref(a);
	ck_assert_int_eq(released, 0);
	wr_batch_unref(b);
	ck_assert_int_eq(released, 1);
	wr_batch_unref(wr_batch_new(pool));
	wr_batch_unref(wr_batch_new(pool));
	ck_assert_int_eq(released, 1);
	ck_assert_uint_eq(wr_pool_free(pool), 0);
}
END_TEST

START_TEST(a_selection_shares_everything_and_copies_the_rows)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *a = make_batch(pool), *b;
	uint32_t rows[] = {1, 6, 199};

	b = wr_batch_select(pool, &a->pub, rows, 3);
	rows[0] = 50;
	wr_batch_unref(a);
	ck_assert_uint_eq(b->pub.n_rows, ROWS);
	ck_assert_uint_eq(b->pub.n_sel, 3);
	ck_assert_uint_eq(wr_batch_count(&b->pub), 3);
	ck_assert_uint_eq(b->pub.sel[0], 1);
	ck_assert_uint_eq(b->pub.sel[2], 199);
	ck_assert_ptr_eq(b->pub.cols, a->pub.cols);
	ck_assert_ptr_eq(b->pub.keys, a->pub.keys);
	check_row(&b->pub, 199, 199);
	wr_batch_unref(b);
	ck_assert_uint_eq(wr_pool_free(pool), 0);
}
END_TEST

static struct wr_batch *
every_seventh(struct wr_pool *pool, const struct wr_batch *from)
{
	uint32_t rows[ROWS], n = 0;

	for (uint32_t i = 2; i < ROWS; i += 7)
		rows[n++] = i;
	return wr_batch_select(pool, &from->pub, rows, n);
}

static void
check_dense(struct wr_pool *pool, struct wr_batch *dense)
{
	ck_assert_ptr_null(dense->pub.sel);
	ck_assert_uint_eq(dense->pub.n_sel, 0);
	ck_assert_uint_eq(dense->pub.n_rows, (ROWS - 2 + 6) / 7);
	ck_assert_int_eq(dense->pub.ingest_time, 77);
	ck_assert_ptr_null(dense->pub.cols[COL_PRUNED]->values);
	ck_assert_ptr_null(dense->pub.keys); /* they are numbered otherwise */
	for (uint32_t i = 0; i < dense->pub.n_rows; i++)
		check_row(&dense->pub, i, 2 + 7 * i);
	wr_batch_unref(dense);
	ck_assert_uint_eq(wr_pool_free(pool), 0);
}

START_TEST(a_dense_batch_has_the_selected_rows_one_after_another)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *a = make_batch(pool), *b = every_seventh(pool, a), *c;

	c = wr_batch_dense(pool, &b->pub, false);
	ck_assert_uint_eq(c->n_parents, 1);
	wr_batch_unref(a);
	wr_batch_unref(b);
	check_dense(pool, c);
}
END_TEST

START_TEST(a_copied_dense_batch_pins_nothing)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *a = make_batch(pool), *b = every_seventh(pool, a), *c;
	int released = 0;

	a->raw = (struct weir_raw){.release = count_release, .owner = &released};
	c = wr_batch_dense(pool, &b->pub, true);
	ck_assert_uint_eq(c->n_parents, 0);
	wr_batch_unref(b);
	wr_batch_unref(a);
	ck_assert_int_eq(released, 1);
	/* What they stood in is written over. */
	memset(wr_arena_alloc(&wr_batch_new(pool)->arena, 60000), 0xee, 60000);
	memset(wr_arena_alloc(&wr_batch_new(pool)->arena, 60000), 0xee, 60000);
	wr_batch_unref(a);
	wr_batch_unref(b);
	check_dense(pool, c);
}
END_TEST

START_TEST(remap_puts_columns_in_another_order)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *a = make_batch(pool), *b;
	const uint32_t columns[] = {COL_STR, COL_INT};

	b = wr_batch_remap(pool, &a->pub, columns, 2);
	wr_batch_unref(a);
	ck_assert_uint_eq(b->pub.n_cols, 2);
	ck_assert_uint_eq(b->pub.cols[0]->type, WEIR_STRING);
	ck_assert_int_eq(weir_int_at(b->pub.cols[1], 9), 1009);
	ck_assert_int_eq(b->pub.event_time[9], 90);
	wr_batch_unref(b);
	ck_assert_uint_eq(wr_pool_free(pool), 0);
}
END_TEST

START_TEST(gather_repeats_and_reorders_rows)
{
	struct wr_pool *pool = wr_pool_new();
	struct wr_batch *a = make_batch(pool);
	struct wr_arena arena = {0};
	const uint32_t rows[] = {9, 9, 0, 198, 3};

	for (int copy = 0; copy < 2; copy++) {
		const struct weir_column *s =
			wr_column_gather(&arena, a->pub.cols[COL_STR], rows, 5, copy != 0);
		const struct weir_column *b =
			wr_column_gather(&arena, a->pub.cols[COL_BOOL], rows, 5, copy != 0);

		ck_assert_int_eq(weir_null_at(s, 2), 1);
		ck_assert_uint_eq(((const struct weir_view *)s->values)[2].len, 0);
		ck_assert_mem_eq(weir_str_at(s, 1).p, long_text(9), strlen(long_text(9)));
		ck_assert_mem_eq(weir_str_at(s, 3).p, long_text(198), strlen(long_text(198)));
		ck_assert_mem_eq(weir_str_at(s, 4).p, long_text(3), strlen(long_text(3)));
		ck_assert_int_eq(weir_bool_at(b, 0), 1);
		ck_assert_int_eq(weir_bool_at(b, 2), 0);
		ck_assert_ptr_null(b->valid);
	}
	wr_arena_fini(&arena);
	wr_batch_unref(a);
	ck_assert_uint_eq(wr_pool_free(pool), 0);
}
END_TEST

START_TEST(views_up_to_12_bytes_stand_for_themselves)
{
	struct weir_view views[2] = {
		wr_view("twelve bytes", 12, 5, 5), wr_view("thirteen byte", 13, 1, 2)};
	const struct weir_view empty = wr_view(NULL, 0, 0, 0);
	const uint8_t *bufs[] = {NULL, (const uint8_t *)"..thirteen byte"};
	const struct weir_column column = {
		.size = sizeof column, .type = WEIR_STRING, .values = views, .bufs = bufs};

	ck_assert_mem_eq(weir_str_at(&column, 0).p, "twelve bytes", 12);
	ck_assert_mem_eq(weir_str_at(&column, 1).p, "thirteen byte", 13);
	ck_assert_mem_eq(views[1].head, "thir", 4);
	ck_assert_uint_eq(empty.len, 0);
}
END_TEST

/* Batches made here come back from there. */

enum { PASSED = 20000 };

struct passing {
	struct wr_batch *_Atomic slot;
	struct wr_pool *pool;
};

static void *
take_all(void *arg)
{
	struct passing *p = arg;

	for (int i = 0; i < PASSED; i++) {
		struct wr_batch *batch;

		while ((batch = atomic_exchange(&p->slot, NULL)) == NULL)
			sched_yield();
		check_row(&batch->pub, batch->pub.sel[0], (uint32_t)i % ROWS);
		wr_batch_unref(batch);
	}
	return NULL;
}

START_TEST(batches_come_back_from_another_thread)
{
	struct passing p = {.pool = wr_pool_new()};
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, take_all, &p), 0);
	for (int i = 0; i < PASSED; i++) {
		struct wr_batch *a = make_batch(p.pool);
		uint32_t row = (uint32_t)i % ROWS;
		struct wr_batch *b = wr_batch_select(p.pool, &a->pub, &row, 1);

		wr_batch_unref(a);
		while (atomic_load(&p.slot) != NULL)
			sched_yield();
		atomic_store(&p.slot, b);
	}
	pthread_join(thread, NULL);
	ck_assert_msg(wr_pool_held(p.pool) < 4 << 20, "batches are not used again");
	ck_assert_uint_eq(wr_pool_free(p.pool), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_batch_that_came_back_is_used_again,
		a_batch_lives_until_its_last_reference,
		a_pool_tells_how_many_batches_are_out,
		what_is_shared_lives_as_long_as_who_shares_it,
		the_bytes_of_many_parents_stick_at_the_most,
		records_are_released_once_when_nothing_points_into_them,
		a_selection_shares_everything_and_copies_the_rows,
		a_dense_batch_has_the_selected_rows_one_after_another,
		a_copied_dense_batch_pins_nothing,
		remap_puts_columns_in_another_order,
		gather_repeats_and_reorders_rows,
		views_up_to_12_bytes_stand_for_themselves,
		batches_come_back_from_another_thread,
	};

	return ENGINE_TESTS("batch", tests);
}
