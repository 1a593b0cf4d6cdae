/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times of numbered things, taken in order of time.  They stand in buckets by the highest bit in
 * which they differ from a base that is at or before all of them (a radix heap): a time goes to a
 * lower bucket a few times, and is never compared with its neighbours.  Times before the base,
 * which are few, stand in a heap.  The thread of the owner.
 */
#ifndef WR_STATE_DUE_H
#define WR_STATE_DUE_H

#include <stdbool.h>
#include <stdint.h>

enum { WR_DUE_BUCKETS = 65 };

struct wr_due {
	int64_t when;
	uint32_t index; /* of the thing */
};

struct wr_due_list {
	struct wr_due *v;
	uint32_t n, cap;
};

/* All zero is a valid empty one. */
struct wr_dues {
	struct wr_due_list bucket[WR_DUE_BUCKETS], early;
	uint32_t n; /* in buckets */
	uint64_t filled; /* bit b: bucket b + 1 is not empty */
	uint64_t base;
};

void wr_dues_fini(struct wr_dues *dues);
void wr_dues_push(struct wr_dues *dues, int64_t when, uint32_t index);
/* The earliest one, until the next call; NULL: there is none. */
const struct wr_due *wr_dues_first(struct wr_dues *dues);
/* Takes it.  REQUIRES: there is one. */
struct wr_due wr_dues_pop(struct wr_dues *dues);
/* Drops those that are not to be kept; keep NULL: all are. */
void wr_dues_sift(
	struct wr_dues *dues, bool (*keep)(void *arg, const struct wr_due *due), void *arg);

uint64_t wr_dues_bytes(const struct wr_dues *dues);

static inline uint32_t
wr_dues_count(const struct wr_dues *dues)
{
	return dues->n + dues->early.n;
}

#endif
