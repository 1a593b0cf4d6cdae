/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table of two ints, by open addressing, which grows.  A slot is found or made by at(); its
 * value begins as zeros, and its address holds until the next slot is made.
 */
#ifndef ROOFLINE_TABLE_H
#define ROOFLINE_TABLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct slot {
	int64_t a, b;
	uint64_t used; /* what follows is the value */
};

struct table {
	char *slots;
	size_t stride; /* of a slot */
	uint32_t n, mask;
};

static inline struct table
table_new(size_t stride, uint32_t slots)
{
	struct table t = {calloc(slots, stride), stride, 0, slots - 1};

	if (t.slots == NULL)
		abort();
	return t;
}

static inline uint32_t
table_hash(int64_t a, int64_t b)
{
	__uint128_t m = (__uint128_t)((uint64_t)a ^ UINT64_C(0x9e3779b97f4a7c15)) *
			((uint64_t)b ^ UINT64_C(0xe7037ed1a0b428db));

	return (uint32_t)((uint64_t)m ^ (uint64_t)(m >> 64));
}

static inline struct slot *
table_find(struct table *t, int64_t a, int64_t b)
{
	for (uint32_t i = table_hash(a, b);; i++) {
		struct slot *slot = (struct slot *)(t->slots + (i & t->mask) * t->stride);

		if (!slot->used || (slot->a == a && slot->b == b))
			return slot;
	}
}

__attribute__((noinline)) static void
table_grow(struct table *t)
{
	struct table old = *t;

	*t = table_new(old.stride, (old.mask + 1) * 2);
	t->n = old.n;
	for (uint32_t i = 0; i <= old.mask; i++) {
		struct slot *slot = (struct slot *)(old.slots + i * old.stride);

		if (slot->used)
			memcpy(table_find(t, slot->a, slot->b), slot, old.stride);
	}
	free(old.slots);
}

static inline void *
table_at(struct table *t, int64_t a, int64_t b)
{
	struct slot *slot = table_find(t, a, b);

	if (slot->used)
		return slot;
	if (++t->n > t->mask / 2) {
		table_grow(t);
		slot = table_find(t, a, b);
	}
	slot->a = a;
	slot->b = b;
	slot->used = 1;
	return slot;
}

/* The slots in their order; NULL: there are no more.  *i begins as 0. */
static inline void *
table_next(const struct table *t, uint32_t *i)
{
	while (*i <= t->mask) {
		struct slot *slot = (struct slot *)(t->slots + (*i)++ * t->stride);

		if (slot->used)
			return slot;
	}
	return NULL;
}

static inline void
table_clear(struct table *t)
{
	memset(t->slots, 0, (size_t)(t->mask + 1) * t->stride);
	t->n = 0;
}

#endif
