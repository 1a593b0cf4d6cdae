/* SPDX-License-Identifier: Apache-2.0 */
/* Times in order; see due.h. */
#include "state/due.h"

#include "base/arena.h"

#include <stdlib.h>

enum { DUE_ARITY = 4, DUE_FEW = 16 };

void
wr_dues_fini(struct wr_dues *dues)
{
	for (uint32_t b = 0; b < WR_DUE_BUCKETS; b++)
		free(dues->bucket[b].v);
	free(dues->early.v);
	*dues = (struct wr_dues){0};
}

uint64_t
wr_dues_bytes(const struct wr_dues *dues)
{
	uint64_t n = dues->early.cap;

	for (uint32_t b = 0; b < WR_DUE_BUCKETS; b++)
		n += dues->bucket[b].cap;
	return n * sizeof(struct wr_due);
}

static inline void
list_add(struct wr_due_list *list, struct wr_due due)
{
	if (list->n == list->cap) {
		list->cap = list->cap < DUE_FEW ? DUE_FEW : list->cap + list->cap / 2;
		list->v = wr_realloc(list->v, list->cap * sizeof *list->v);
	}
	list->v[list->n++] = due;
}

/* A list that was long is not kept for the next time. */
static void
list_drop(struct wr_due_list *list)
{
	list->n = 0;
	if (list->cap <= DUE_FEW)
		return;
	free(list->v);
	*list = (struct wr_due_list){0};
}

/* Times as numbers that are in the same order. */
static inline uint64_t
due_word(int64_t when)
{
	return (uint64_t)when ^ UINT64_C(1) << 63;
}

static void
heap_up(struct wr_due *heap, uint32_t i, struct wr_due due)
{
	while (i > 0 && heap[(i - 1) / DUE_ARITY].when > due.when) {
		heap[i] = heap[(i - 1) / DUE_ARITY];
		i = (i - 1) / DUE_ARITY;
	}
	heap[i] = due;
}

static void
heap_down(struct wr_due *heap, uint32_t n, uint32_t i, struct wr_due due)
{
	for (;;) {
		uint32_t child = i * DUE_ARITY + 1, least = child, end = child + DUE_ARITY;

		if (child >= n)
			break;
		for (uint32_t c = child + 1; c < (end < n ? end : n); c++)
			if (heap[c].when < heap[least].when)
				least = c;
		if (heap[least].when >= due.when)
			break;
		heap[i] = heap[least];
		i = least;
	}
	heap[i] = due;
}

/* Into the bucket of its time. */
static inline void
dues_put(struct wr_dues *dues, struct wr_due due)
{
	uint64_t differs = due_word(due.when) ^ dues->base;
	uint32_t b = differs == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(differs);

	if (b > 0)
		dues->filled |= UINT64_C(1) << (b - 1);
	list_add(&dues->bucket[b], due);
}

void
wr_dues_push(struct wr_dues *dues, int64_t when, uint32_t index)
{
	struct wr_due due = {.when = when, .index = index};

	if (dues->n == 0)
		dues->base = due_word(when);
	if (due_word(when) >= dues->base) {
		dues->n++;
		dues_put(dues, due);
		return;
	}
	list_add(&dues->early, due);
	heap_up(dues->early.v, dues->early.n - 1, due);
	if (dues->early.n > DUE_FEW && dues->early.n > dues->n)
		wr_dues_sift(dues, NULL, NULL); /* the base is too late */
}

static int64_t
least_of(const struct wr_due_list *list, int64_t least)
{
	for (uint32_t i = 0; i < list->n; i++)
		least = list->v[i].when < least ? list->v[i].when : least;
	return least;
}

/* The times of the lowest bucket go to those below it: the earliest one is the base now. */
static void
dues_spread(struct wr_dues *dues)
{
	struct wr_due_list *list = &dues->bucket[__builtin_ctzll(dues->filled) + 1];

	dues->base = due_word(least_of(list, INT64_MAX));
	dues->filled &= dues->filled - 1;
	for (uint32_t i = 0; i < list->n; i++)
		dues_put(dues, list->v[i]);
	list_drop(list);
}

const struct wr_due *
wr_dues_first(struct wr_dues *dues)
{
	const struct wr_due *early = dues->early.n > 0 ? dues->early.v : NULL, *late;

	if (dues->n == 0)
		return early;
	if (dues->bucket[0].n == 0)
		dues_spread(dues);
	late = &dues->bucket[0].v[dues->bucket[0].n - 1];
	return early != NULL && early->when <= late->when ? early : late;
}

struct wr_due
wr_dues_pop(struct wr_dues *dues)
{
	const struct wr_due *first = wr_dues_first(dues);
	struct wr_due_list *early = &dues->early;
	struct wr_due due = *first;

	if (first != early->v) {
		dues->bucket[0].n--;
		dues->n--;
	} else if (--early->n > 0) {
		heap_down(early->v, early->n, 0, early->v[early->n]);
	}
	return due;
}

void
wr_dues_sift(struct wr_dues *dues, bool (*keep)(void *arg, const struct wr_due *due), void *arg)
{
	struct wr_dues old = *dues;
	int64_t least = least_of(&old.early, INT64_MAX);

	*dues = (struct wr_dues){0};
	for (uint32_t b = 0; b < WR_DUE_BUCKETS; b++)
		least = least_of(&old.bucket[b], least);
	dues->base = due_word(least);
	for (uint32_t b = 0; b <= WR_DUE_BUCKETS; b++) {
		const struct wr_due_list *list = b < WR_DUE_BUCKETS ? &old.bucket[b] : &old.early;

		for (uint32_t i = 0; i < list->n; i++) {
			if (keep != NULL && !keep(arg, &list->v[i]))
				continue;
			dues->n++;
			dues_put(dues, list->v[i]);
		}
	}
	wr_dues_fini(&old);
}
