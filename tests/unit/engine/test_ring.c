/* SPDX-License-Identifier: Apache-2.0 */
/* The ring between two tasks: order, bounds, overflow, and who is woken when. */
#include "engine/ring.h"

#include <pthread.h>
#include <semaphore.h>

#include "engine/batch.h"
#include "engine/task.h"
#include "engine_test.h"

/* Tasks that are only woken: this stands in for the scheduler. */
struct sleeper {
	struct wr_task task; /* first */
	sem_t sem;
	_Atomic uint32_t posted, wakes;
};

void
wr_task_schedule(struct wr_task *task)
{
	struct sleeper *sleeper = (struct sleeper *)(void *)task;

	atomic_thread_fence(memory_order_seq_cst);
	atomic_fetch_add(&sleeper->wakes, 1);
	if (atomic_exchange(&sleeper->posted, 1) == 0)
		sem_post(&sleeper->sem);
}

static void
sleeper_wait(struct sleeper *sleeper)
{
	while (sem_wait(&sleeper->sem) != 0)
		;
	atomic_store(&sleeper->posted, 0);
	atomic_thread_fence(memory_order_seq_cst);
}

struct fixture {
	struct sleeper producer, consumer;
	struct wr_pool *pool;
	struct wr_ring *ring;
};

static void
setup(struct fixture *f, uint32_t batches, uint64_t bytes)
{
	*f = (struct fixture){.pool = wr_pool_new()};
	sem_init(&f->producer.sem, 0, 0);
	sem_init(&f->consumer.sem, 0, 0);
	f->ring = wr_ring_new(batches, bytes, &f->producer.task, &f->consumer.task);
}

static void
teardown(struct fixture *f)
{
	wr_ring_free(f->ring);
	ck_assert_uint_eq(wr_pool_free(f->pool), 0);
	sem_destroy(&f->producer.sem);
	sem_destroy(&f->consumer.sem);
}

/* A batch that is known by its ingest time. */
static struct wr_item
batch_item(struct fixture *f, int64_t number, uint32_t bytes)
{
	struct wr_batch *batch = wr_batch_new(f->pool);

	batch->pub.ingest_time = number;
	batch->bytes = bytes;
	return (struct wr_item){.kind = WR_ITEM_BATCH, .u.batch = batch};
}

static struct wr_item
watermark_item(int64_t watermark)
{
	return (struct wr_item){.kind = WR_ITEM_WATERMARK, .u.watermark = watermark};
}

static int64_t
item_number(struct wr_item *item)
{
	int64_t number;

	if (item->kind != WR_ITEM_BATCH)
		return item->u.watermark;
	number = item->u.batch->pub.ingest_time;
	wr_batch_unref(item->u.batch);
	return number;
}

START_TEST(items_come_out_in_the_order_they_went_in)
{
	struct fixture f;
	struct wr_item item;

	setup(&f, 4, 1 << 20);
	for (int64_t i = 0; i < 1000; i++) {
		wr_ring_push(f.ring, i % 3 == 0 ? watermark_item(i) : batch_item(&f, i, 1));
		if (i % 5 == 4) {
			for (int64_t k = i - 4; k <= i; k++) {
				ck_assert(wr_ring_pop(f.ring, &item));
				ck_assert_int_eq(item_number(&item), k);
			}
			ck_assert(!wr_ring_pop(f.ring, &item));
			ck_assert(wr_ring_empty(f.ring));
		}
	}
	teardown(&f);
}
END_TEST

START_TEST(there_is_room_for_as_many_batches_as_was_said)
{
	struct fixture f;

	setup(&f, 3, 1 << 20);
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert(wr_ring_room(f.ring));
		ck_assert_uint_eq(wr_ring_free_batches(f.ring), 3 - i);
		wr_ring_push(f.ring, batch_item(&f, i, 1));
		ck_assert_uint_eq(wr_ring_count(f.ring), i + 1);
	}
	ck_assert(!wr_ring_room(f.ring));
	ck_assert_uint_eq(wr_ring_free_batches(f.ring), 0);
	teardown(&f);
}
END_TEST

START_TEST(watermarks_take_no_room_of_batches)
{
	struct fixture f;
	struct wr_item item;

	setup(&f, 1, 4096);
	for (int64_t i = 0; i < 10; i++) {
		wr_ring_push(f.ring, watermark_item(i));
		ck_assert(wr_ring_room(f.ring));
	}
	wr_ring_push(f.ring, batch_item(&f, 10, 1));
	ck_assert(!wr_ring_room(f.ring));
	for (int64_t i = 0; i < 11; i++) {
		ck_assert(wr_ring_pop(f.ring, &item));
		ck_assert_int_eq(item_number(&item), i);
	}
	ck_assert(wr_ring_room(f.ring));
	teardown(&f);
}
END_TEST

START_TEST(there_is_no_room_beyond_the_bytes)
{
	struct fixture f;
	struct wr_item item;

	setup(&f, 16, 1000);
	wr_ring_push(f.ring, batch_item(&f, 0, 999));
	ck_assert(wr_ring_room(f.ring));
	wr_ring_push(f.ring, batch_item(&f, 1, 5000));
	ck_assert(!wr_ring_room(f.ring));
	ck_assert(wr_ring_pop(f.ring, &item));
	wr_batch_unref(item.u.batch);
	ck_assert_msg(!wr_ring_room(f.ring), "5000 of 1000 bytes stand in it");
	ck_assert(wr_ring_pop(f.ring, &item));
	wr_batch_unref(item.u.batch);
	ck_assert_msg(wr_ring_room(f.ring), "an empty ring has always room");
	teardown(&f);
}
END_TEST

START_TEST(a_push_without_room_waits_in_order)
{
	struct fixture f;
	struct wr_item item;

	setup(&f, 2, 1 << 20);
	for (int64_t i = 0; i < 500; i++)
		wr_ring_push(f.ring, i % 7 == 0 ? watermark_item(i) : batch_item(&f, i, 10));
	ck_assert(!wr_ring_room(f.ring));
	for (int64_t i = 0; i < 500; i++) {
		if (!wr_ring_pop(f.ring, &item)) {
			wr_ring_flush(f.ring);
			ck_assert(wr_ring_pop(f.ring, &item));
		}
		ck_assert_int_eq(item_number(&item), i);
	}
	ck_assert(wr_ring_flush(f.ring));
	ck_assert(wr_ring_room(f.ring));
	ck_assert(!wr_ring_pop(f.ring, &item));
	teardown(&f);
}
END_TEST

START_TEST(what_is_pushed_behind_overflow_stays_behind_it)
{
	struct fixture f;
	struct wr_item item;
	int64_t next = 0, pushed = 0;

	setup(&f, 1, 1 << 20);
	for (; pushed < 40; pushed++)
		wr_ring_push(f.ring, watermark_item(pushed));
	while (next < 400) {
		for (int k = 0; k < 3 && wr_ring_pop(f.ring, &item); k++)
			ck_assert_int_eq(item_number(&item), next++);
		if (pushed < 400)
			wr_ring_push(f.ring, watermark_item(pushed++));
		if (pushed % 2 == 0 || pushed == 400)
			wr_ring_flush(f.ring);
	}
	ck_assert_int_eq(next, 400);
	ck_assert(wr_ring_flush(f.ring));
	teardown(&f);
}
END_TEST

START_TEST(few_slots_are_enough_for_few_items_whatever_their_numbers)
{
	static const uint32_t first[] = {0, INT32_MAX - 50, UINT32_MAX - 50};
	struct fixture f;
	struct wr_item item;

	for (uint32_t k = 0; k < sizeof first / sizeof first[0]; k++) {
		int64_t next = 0, pushed = 0;

		setup(&f, 16, 1 << 20);
		f.ring->tail = f.ring->head = first[k];
		f.ring->head_seen = f.ring->tail_seen = first[k];
		for (uint32_t round = 0; round < 200; round++) {
			/* Now and then so many that they need more slots, then few for long. */
			uint32_t n = round == 10 || round == 60 ? 25 : 1 + round % 3;

			for (uint32_t i = 0; i < n; i++)
				wr_ring_push(f.ring, watermark_item(pushed++));
			ck_assert_uint_eq(f.ring->n_overflow, 0);
			ck_assert_uint_eq(f.ring->filling->mask, round < 10   ? 3
								 : round < 60 ? 15
									      : 31);
			while (wr_ring_pop(f.ring, &item))
				ck_assert_int_eq(item_number(&item), next++);
			ck_assert_int_eq(next, pushed);
			ck_assert(f.ring->emptying == f.ring->filling);
		}
		teardown(&f);
	}
}
END_TEST

START_TEST(every_push_wakes_the_consumer)
{
	struct fixture f;

	setup(&f, 4, 1 << 20);
	wr_ring_push(f.ring, watermark_item(1));
	wr_ring_push(f.ring, watermark_item(2));
	ck_assert_uint_eq(f.consumer.wakes, 2);
	ck_assert_uint_eq(f.producer.wakes, 0);
	teardown(&f);
}
END_TEST

START_TEST(a_producer_that_found_room_is_not_woken)
{
	struct fixture f;
	struct wr_item item;

	setup(&f, 4, 1 << 20);
	for (int64_t i = 0; i < 100; i++) {
		ck_assert(wr_ring_room(f.ring));
		wr_ring_push(f.ring, watermark_item(i));
		ck_assert(wr_ring_pop(f.ring, &item));
	}
	ck_assert_uint_eq(f.producer.wakes, 0);
	teardown(&f);
}
END_TEST

START_TEST(a_producer_without_room_is_woken_once_when_half_is_taken)
{
	struct fixture f;
	struct wr_item item;

	setup(&f, 8, 1 << 20);
	for (int64_t i = 0; i < 8; i++)
		wr_ring_push(f.ring, batch_item(&f, i, 1));
	ck_assert(!wr_ring_room(f.ring));
	for (int64_t i = 0; i < 8; i++) {
		ck_assert(wr_ring_pop(f.ring, &item));
		wr_batch_unref(item.u.batch);
		ck_assert_uint_eq(f.producer.wakes, i < 3 ? 0 : 1);
	}
	teardown(&f);
}
END_TEST

START_TEST(a_producer_without_bytes_is_woken_when_a_batch_is_taken)
{
	struct fixture f;
	struct wr_item item;

	setup(&f, 16, 1000);
	wr_ring_push(f.ring, batch_item(&f, 0, 5000));
	wr_ring_push(f.ring, batch_item(&f, 1, 5000));
	ck_assert(!wr_ring_room(f.ring));
	ck_assert(wr_ring_pop(f.ring, &item));
	wr_batch_unref(item.u.batch);
	ck_assert_uint_eq(f.producer.wakes, 1);
	teardown(&f);
}
END_TEST

START_TEST(a_producer_with_overflow_is_woken_though_it_holds_no_batches)
{
	struct fixture f;
	struct wr_item item;

	setup(&f, 1, 1 << 20);
	for (int64_t i = 0; i < 100; i++)
		wr_ring_push(f.ring, watermark_item(i));
	ck_assert(!wr_ring_room(f.ring));
	while (f.producer.wakes == 0)
		ck_assert(wr_ring_pop(f.ring, &item));
	teardown(&f);
}
END_TEST

START_TEST(a_ring_drops_what_is_left_in_it)
{
	struct fixture f;

	setup(&f, 2, 1 << 20);
	for (int64_t i = 0; i < 100; i++)
		wr_ring_push(f.ring, batch_item(&f, i, 10));
	teardown(&f); /* asserts that every batch came back */
	wr_ring_free(NULL);
}
END_TEST

/* Two threads. */

enum { MANY = 1000000, LESS = 200000 };

struct threads {
	struct fixture f;
	int64_t many;
	uint32_t burst; /* items a call makes beyond the bounds */
	bool batches;
};

static void *
produce(void *arg)
{
	struct threads *t = arg;
	struct fixture *f = &t->f;
	int64_t i = 0;

	while (i < t->many) {
		if (!wr_ring_room(f->ring)) {
			sleeper_wait(&f->producer);
			continue;
		}
		for (uint32_t k = 0; k < t->burst && i < t->many; k++, i++)
			wr_ring_push(f->ring, t->batches && i % 4 != 0 ? batch_item(f, i, 100)
								       : watermark_item(i));
	}
	while (!wr_ring_flush(f->ring)) {
		if (!wr_ring_room(f->ring) && f->ring->n_overflow > 0)
			sleeper_wait(&f->producer);
	}
	return NULL;
}

static void
consume(struct threads *t)
{
	struct wr_item item;
	int64_t next = 0;

	while (next < t->many) {
		if (!wr_ring_pop(t->f.ring, &item)) {
			sleeper_wait(&t->f.consumer);
			continue;
		}
		if (item_number(&item) != next)
			ck_abort_msg("item %lld is out of order", (long long)next);
		next++;
	}
	ck_assert(!wr_ring_pop(t->f.ring, &item));
}

static void
pass_many(int64_t many, uint32_t batches, uint64_t bytes, uint32_t burst, bool with_batches)
{
	struct threads t = {.many = many, .burst = burst, .batches = with_batches};
	pthread_t thread;

	setup(&t.f, batches, bytes);
	ck_assert_int_eq(pthread_create(&thread, NULL, produce, &t), 0);
	consume(&t);
	pthread_join(thread, NULL);
	teardown(&t.f);
}

START_TEST(a_million_items_pass_between_threads_in_order)
{
	pass_many(MANY, 4, 1 << 20, 1, false);
}
END_TEST

START_TEST(batches_pass_between_threads_through_a_ring_of_one)
{
	pass_many(LESS, 1, 4096, 1, true);
}
END_TEST

START_TEST(batches_pass_between_threads_within_few_bytes)
{
	pass_many(LESS, 16, 250, 1, true);
}
END_TEST

START_TEST(a_million_batches_in_bursts_lose_nothing)
{
	pass_many(MANY, 2, 1 << 20, 100, true);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		items_come_out_in_the_order_they_went_in,
		there_is_room_for_as_many_batches_as_was_said,
		watermarks_take_no_room_of_batches,
		there_is_no_room_beyond_the_bytes,
		a_push_without_room_waits_in_order,
		what_is_pushed_behind_overflow_stays_behind_it,
		few_slots_are_enough_for_few_items_whatever_their_numbers,
		every_push_wakes_the_consumer,
		a_producer_that_found_room_is_not_woken,
		a_producer_without_room_is_woken_once_when_half_is_taken,
		a_producer_without_bytes_is_woken_when_a_batch_is_taken,
		a_producer_with_overflow_is_woken_though_it_holds_no_batches,
		a_ring_drops_what_is_left_in_it,
		a_million_items_pass_between_threads_in_order,
		batches_pass_between_threads_through_a_ring_of_one,
		batches_pass_between_threads_within_few_bytes,
		a_million_batches_in_bursts_lose_nothing,
	};

	return ENGINE_TESTS("ring", tests);
}
