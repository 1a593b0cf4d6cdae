/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded wire between two tasks: single producer, single consumer, no lock.  Bounds are in
 * batches and in bytes. A producer looks for room before it works; what one call makes beyond the
 * bounds waits in the producer's overflow.  A ring begins with few slots and gets more when they
 * are all taken, for among thousands of rings most carry little.
 */
#ifndef WR_ENGINE_RING_H
#define WR_ENGINE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/batch.h"

/* What travels, all in band and in order. */
enum {
	WR_ITEM_NONE,
	WR_ITEM_BATCH,
	WR_ITEM_WATERMARK,
	WR_ITEM_BARRIER,
	WR_ITEM_IDLE,
	WR_ITEM_ACTIVE,
	WR_ITEM_END,
	WR_ITEM_CLOCK /* within a task only: clock timers are due */
};

struct wr_item {
	uint32_t kind, in; /* in: the input port it arrives at */
	union {
		struct wr_batch *batch; /* the item holds a reference */
		int64_t watermark;
		uint64_t epoch;
	} u;
};

struct wr_task;

/* Where items stand, number n at n & mask: those from `start` on, until the next ones begin. */
struct wr_slots {
	_Atomic(struct wr_slots *) next; /* larger, set before anything stands there */
	uint32_t start, mask;
	struct wr_item items[];
};

/* Two cache lines; what is constant stands where its reader looks anyway. */
struct wr_ring {
	/* written by the producer */
	_Alignas(64) _Atomic uint32_t tail;
	uint32_t head_seen; /* those before have been taken, or stand in other slots */
	struct wr_slots *filling;
	uint64_t bytes_in;
	struct wr_item *overflow; /* what did not fit, in order */
	uint32_t n_overflow, cap_overflow, overflow_taken;
	_Atomic uint32_t batches_in; /* that stand in slots, not in overflow; wraps */
	struct wr_task *consumer;
	/* written by the consumer */
	_Alignas(64) _Atomic uint32_t head;
	uint32_t tail_seen;
	struct wr_slots *emptying;
	_Atomic uint64_t bytes_out;
	_Atomic uint32_t batches_out;
	/* written by both, seldom: the producer sleeps until the consumer has taken some */
	_Atomic uint32_t wants_room;
	uint32_t mask; /* of its slots when they are as many as it may have */
	uint32_t limit; /* batches that may stand in it before the producer has no room */
	uint64_t limit_bytes;
	struct wr_task *producer;
};
_Static_assert(sizeof(struct wr_ring) == 128, "one line each");

/* Rings are cache-line aligned: calls wr_ring_new. */
struct wr_ring *wr_ring_new(
	uint32_t batches, uint64_t bytes, struct wr_task *producer, struct wr_task *consumer);
/* Drops what is in it. */
void wr_ring_free(struct wr_ring *ring);

/* May the producer's task work?  Marks the ring as wanted when not, and looks again.  [producer] */
bool wr_ring_room(struct wr_ring *ring);
/* Batches that fit just now.  [producer] */
uint32_t wr_ring_free_batches(struct wr_ring *ring);
/* The ring owns the item's reference; wakes the consumer's task.  Never fails, never waits.
 * [producer] */
void wr_ring_push(struct wr_ring *ring, struct wr_item item);
/* Moves overflow into the ring as far as it goes; true when none is left.  [producer] */
bool wr_ring_flush(struct wr_ring *ring);
/* False: empty.  Wakes a producer that waits for room.  [consumer] */
bool wr_ring_pop(struct wr_ring *ring, struct wr_item *item);
bool wr_ring_empty(struct wr_ring *ring);
/* Batches that stand in it, about.  [any] */
uint32_t wr_ring_count(const struct wr_ring *ring);

#endif
