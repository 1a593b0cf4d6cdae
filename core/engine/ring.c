/* SPDX-License-Identifier: Apache-2.0 */
/* The ring between two tasks. */
#include "engine/ring.h"

#include "base/err.h"
#include "engine/task.h"

#include <stdlib.h>
#include <string.h>

enum { FEW_SLOTS = 4 };

static struct wr_slots *
slots_new(uint32_t n, uint32_t start)
{
	struct wr_slots *slots = wr_alloc(sizeof *slots + n * sizeof slots->items[0]);

	atomic_init(&slots->next, NULL);
	slots->start = start;
	slots->mask = n - 1;
	return slots;
}

struct wr_ring *
wr_ring_new(uint32_t batches, uint64_t bytes, struct wr_task *producer, struct wr_task *consumer)
{
	struct wr_ring *ring = aligned_alloc(64, sizeof *ring);
	uint32_t slots = 16;

	wr_assert(ring != NULL);
	memset(ring, 0, sizeof *ring);
	/* A watermark stands between any two batches. */
	while (slots < 2 * batches)
		slots *= 2;
	ring->mask = slots - 1;
	ring->filling = ring->emptying = slots_new(FEW_SLOTS, 0);
	ring->limit = batches;
	ring->limit_bytes = bytes;
	ring->producer = producer;
	ring->consumer = consumer;
	return ring;
}

static void
item_drop(struct wr_item *item)
{
	if (item->kind == WR_ITEM_BATCH)
		wr_batch_unref(item->u.batch);
}

void
wr_ring_free(struct wr_ring *ring)
{
	struct wr_item item;

	if (ring == NULL)
		return;
	atomic_store(&ring->wants_room, 0);
	while (wr_ring_pop(ring, &item))
		item_drop(&item);
	for (uint32_t i = ring->overflow_taken; i < ring->n_overflow; i++)
		item_drop(&ring->overflow[i]);
	free(ring->overflow);
	free(ring->emptying); /* and filling: after the last item they are the same */
	free(ring);
}

static bool
has_room(struct wr_ring *ring)
{
	return ring->n_overflow == 0 && wr_ring_count(ring) < ring->limit &&
	       ring->bytes_in - atomic_load_explicit(&ring->bytes_out, memory_order_relaxed) <
		       ring->limit_bytes;
}

bool
wr_ring_room(struct wr_ring *ring)
{
	if (ring->n_overflow > 0)
		wr_ring_flush(ring);
	if (has_room(ring))
		return true;
	/* Say so, then look again: the consumer takes first and looks at the flag after. */
	atomic_store_explicit(&ring->wants_room, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (ring->n_overflow > 0)
		wr_ring_flush(ring);
	return has_room(ring);
}

uint32_t
wr_ring_free_batches(struct wr_ring *ring)
{
	return has_room(ring) ? ring->limit - wr_ring_count(ring) : 0;
}

static void
count_batch(_Atomic uint32_t *batches)
{
	atomic_store_explicit(batches, atomic_load_explicit(batches, memory_order_relaxed) + 1,
		memory_order_release);
}

/* The slots for number tail; NULL: there is none. */
static struct wr_slots *
slots_for(struct wr_ring *ring, uint32_t tail)
{
	struct wr_slots *slots = ring->filling;
	uint32_t head;

	if (tail - ring->head_seen <= slots->mask)
		return slots;
	head = atomic_load_explicit(&ring->head, memory_order_acquire);
	if (tail - head < tail - ring->head_seen)
		ring->head_seen = head;
	if (tail - ring->head_seen <= slots->mask)
		return slots;
	if (slots->mask == ring->mask)
		return NULL;
	ring->head_seen = tail;
	ring->filling = slots_new(2 * (slots->mask + 1), tail);
	atomic_store_explicit(&slots->next, ring->filling, memory_order_release);
	return ring->filling;
}

static bool
push_one(struct wr_ring *ring, const struct wr_item *item)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	struct wr_slots *slots = slots_for(ring, tail);

	if (slots == NULL)
		return false;
	slots->items[tail & slots->mask] = *item;
	if (item->kind == WR_ITEM_BATCH) {
		ring->bytes_in += item->u.batch->bytes;
		count_batch(&ring->batches_in);
	}
	atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
	return true;
}

void
wr_ring_push(struct wr_ring *ring, struct wr_item item)
{
	if (ring->n_overflow > 0 || !push_one(ring, &item)) {
		if (ring->n_overflow == ring->cap_overflow) {
			ring->cap_overflow = ring->cap_overflow > 0 ? ring->cap_overflow * 2 : 16;
			ring->overflow = wr_realloc(
				ring->overflow, ring->cap_overflow * sizeof *ring->overflow);
		}
		ring->overflow[ring->n_overflow++] = item;
	}
	if (item.kind == WR_ITEM_BATCH)
		ring->producer->room = WR_ROOM_UNKNOWN;
	wr_task_schedule(ring->consumer);
}

bool
wr_ring_flush(struct wr_ring *ring)
{
	uint32_t taken = ring->overflow_taken;

	while (taken < ring->n_overflow && push_one(ring, &ring->overflow[taken]))
		taken++;
	if (taken > ring->overflow_taken)
		wr_task_schedule(ring->consumer);
	ring->overflow_taken = taken;
	if (taken < ring->n_overflow)
		return false;
	ring->n_overflow = ring->overflow_taken = 0;
	return true;
}

/* Half empty, in batches and in slots: waking a producer for each batch taken would cost a lot. */
static bool
is_worth_waking(const struct wr_ring *ring, uint32_t head)
{
	return wr_ring_count(ring) <= ring->limit / 2 &&
	       atomic_load_explicit(&ring->tail, memory_order_relaxed) - head <= ring->mask / 2;
}

bool
wr_ring_pop(struct wr_ring *ring, struct wr_item *item)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	struct wr_slots *slots, *next;

	if (head == ring->tail_seen) {
		ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
		if (head == ring->tail_seen)
			return false;
	}
	slots = ring->emptying;
	next = atomic_load_explicit(&slots->next, memory_order_acquire);
	if (next != NULL && head == next->start) {
		free(slots);
		slots = ring->emptying = next;
	}
	*item = slots->items[head & slots->mask];
	if (item->kind == WR_ITEM_BATCH) {
		count_batch(&ring->batches_out);
		atomic_store_explicit(&ring->bytes_out,
			atomic_load_explicit(&ring->bytes_out, memory_order_relaxed) +
				item->u.batch->bytes,
			memory_order_relaxed);
	}
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&ring->wants_room, memory_order_relaxed) != 0 &&
		is_worth_waking(ring, head + 1)) {
		atomic_store_explicit(&ring->wants_room, 0, memory_order_relaxed);
		wr_task_schedule(ring->producer);
	}
	return true;
}

bool
wr_ring_empty(struct wr_ring *ring)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);

	return head == atomic_load_explicit(&ring->tail, memory_order_acquire);
}

uint32_t
wr_ring_count(const struct wr_ring *ring)
{
	/* In this order, since a third thread may look while both sides count on. */
	uint32_t out = atomic_load_explicit(&ring->batches_out, memory_order_acquire);

	return atomic_load_explicit(&ring->batches_in, memory_order_relaxed) - out;
}
