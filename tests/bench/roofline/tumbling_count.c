/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The best loop by hand, without an engine, for: count rows by key and tumbling window of 10 s,
 * 100,000 string keys of up to 12 bytes and times in order, from columns in memory; each window's
 * counts are read once when it closes.
 */
#include "keys.h"

enum { WINDOW_US = 10 * 1000 * 1000 };

struct slot {
	struct key key;
	uint64_t count; /* 0: free */
};

static inline void
bring_near(const struct slot *slot)
{
	__builtin_prefetch(slot, 1);
	__builtin_prefetch(&slot->count, 1); /* perhaps of the next line */
}

static void
count_batch(struct slot *slots, const struct key *keys, uint32_t n)
{
	uint32_t at[BATCH + AHEAD];

	for (uint32_t i = 0; i < AHEAD && i < n; i++) {
		at[i] = hash(keys[i]);
		bring_near(&slots[at[i]]);
	}
	for (uint32_t i = 0; i < n; i++) {
		struct slot *slot = &slots[at[i]];

		if (i + AHEAD < n) {
			at[i + AHEAD] = hash(keys[i + AHEAD]);
			bring_near(&slots[at[i + AHEAD]]);
		}
		while (slot->count != 0 &&
			(slot->key.low != keys[i].low || slot->key.high != keys[i].high))
			slot = slot == &slots[SLOTS - 1] ? slots : slot + 1;
		slot->key = keys[i];
		slot->count++;
	}
}

/* What fires: keys, and the sum of their counts squared, as a check. */
static void
close_window(struct slot *slots, uint64_t *results, uint64_t *check)
{
	for (uint32_t i = 0; i < SLOTS; i++) {
		*results += slots[i].count > 0;
		*check += slots[i].count * slots[i].count;
		slots[i].count = 0;
	}
}

int
main(void)
{
	struct slot *slots = calloc(SLOTS, sizeof *slots);
	uint64_t results = 0, check = 0;
	struct rows rows;
	const struct key *keys;
	const int64_t *time;
	double best = 1e9;

	if (slots == NULL || rows_make(&rows) < 0)
		return 1;
	keys = rows.key;
	time = rows.time;
	for (uint32_t run = 0; run < RUNS; run++) {
		double start = seconds();
		int64_t end = WINDOW_US;

		results = check = 0;
		for (uint32_t i = 0; i < ROWS; i += BATCH) {
			uint32_t from = i, to = i;

			for (; to < i + BATCH; to++) {
				if (time[to] < end)
					continue;
				count_batch(slots, keys + from, to - from);
				close_window(slots, &results, &check);
				end = time[to] / WINDOW_US * WINDOW_US + WINDOW_US;
				from = to;
			}
			count_batch(slots, keys + from, to - from);
		}
		close_window(slots, &results, &check);
		if (seconds() - start < best)
			best = seconds() - start;
	}
	printf("tumbling_count: %d rows, %lu results (check %lu), %.1f M rows/s\n", ROWS,
		(unsigned long)results, (unsigned long)check, ROWS / best * 1e-6);
	return 0;
}
