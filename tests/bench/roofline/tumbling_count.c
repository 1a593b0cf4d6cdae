/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The best loop by hand, without an engine, for: count rows by key and tumbling window of 10 s,
 * 100,000 string keys of up to 12 bytes and times in order, from columns in memory; each window's
 * counts are read once when it closes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 8 * 1024 * 1024, BATCH = 2048, KEYS = 100000, RUNS = 7, AHEAD = 64 };
enum { SLOTS = 1 << 18, WINDOW_US = 10 * 1000 * 1000, ROWS_A_SECOND = 200000 };

/* A key as the string view it came in: its length and up to 12 bytes. */
struct key {
	uint64_t low, high;
};

struct slot {
	struct key key;
	uint64_t count; /* 0: free */
};

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static inline uint32_t
hash(struct key key)
{
	__uint128_t m = (__uint128_t)(key.low ^ UINT64_C(0x9e3779b97f4a7c15)) *
			(key.high ^ UINT64_C(0xe7037ed1a0b428db));

	return (uint32_t)((uint64_t)m ^ (uint64_t)(m >> 64)) & (SLOTS - 1);
}

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
	struct key *keys = malloc(ROWS * sizeof *keys);
	int64_t *time = malloc(ROWS * sizeof *time);
	struct slot *slots = calloc(SLOTS, sizeof *slots);
	uint64_t seed = 1, results = 0, check = 0;
	double best = 1e9;

	if (keys == NULL || time == NULL || slots == NULL)
		return 1;
	for (uint32_t i = 0; i < ROWS; i++) {
		char text[16] = {0};
		uint32_t len;

		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		len = (uint32_t)snprintf(text + 4, 12, "user%u", (uint32_t)(seed >> 33) % KEYS);
		memcpy(text, &len, sizeof len);
		memcpy(&keys[i], text, sizeof keys[i]);
		time[i] = (int64_t)i * (1000000 / ROWS_A_SECOND);
	}
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
	free(keys);
	free(time);
	free(slots);
	return 0;
}
