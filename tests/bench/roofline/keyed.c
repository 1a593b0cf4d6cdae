/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The best loops by hand, without an engine, for keyed work on 100,000 keys from columns in memory.
 * Argument: sum (count and sum by string), statistics (a count, three counts with a condition,
 * least, greatest and sum by int), dedupe (the first row of each string) or hopping (windows of
 * 10 s each 2 s: counts by string).  What has a result at the end reads it once.
 */
#include "keys.h"

static uint64_t check;

static void *
table(size_t size)
{
	void *p = aligned_alloc(64, size);

	if (p == NULL)
		exit(1);
	return memset(p, 0, size);
}

struct sum_slot {
	struct key key;
	int64_t n, sum;
};

static void
sum(const struct rows *rows)
{
	static struct sum_slot *slots;
	uint32_t at[BATCH + AHEAD];

	if (slots == NULL)
		slots = table(SLOTS * sizeof *slots);
	memset(slots, 0, SLOTS * sizeof *slots);
	for (uint32_t base = 0; base < ROWS; base += BATCH) {
		const struct key *key = rows->key + base;

		for (uint32_t i = 0; i < BATCH + AHEAD; i++) {
			struct sum_slot *slot;

			if (i < BATCH) {
				at[i] = hash(key[i]);
				__builtin_prefetch(&slots[at[i]], 1);
			}
			if (i < AHEAD)
				continue;
			slot = &slots[at[i - AHEAD]];
			while (slot->n != 0 && (slot->key.low != key[i - AHEAD].low ||
						       slot->key.high != key[i - AHEAD].high))
				slot = slot == &slots[SLOTS - 1] ? slots : slot + 1;
			slot->key = key[i - AHEAD];
			slot->n++;
			slot->sum += rows->b[base + i - AHEAD];
		}
	}
	for (uint32_t i = 0; i < SLOTS; i++)
		check += (uint64_t)(slots[i].n + slots[i].sum);
}

struct statistics_slot {
	int64_t key, n, low, middle, high, min, max, sum;
};

static void
statistics(const struct rows *rows)
{
	static struct statistics_slot *slots;
	uint32_t at[BATCH + AHEAD];

	if (slots == NULL)
		slots = table(SLOTS * sizeof *slots);
	memset(slots, 0, SLOTS * sizeof *slots);
	for (uint32_t base = 0; base < ROWS; base += BATCH) {
		const int64_t *key = rows->a + base, *b = rows->b + base;

		for (uint32_t i = 0; i < BATCH + AHEAD; i++) {
			struct statistics_slot *slot;
			int64_t x;

			if (i < BATCH) {
				at[i] = hash((struct key){8, (uint64_t)key[i]});
				__builtin_prefetch(&slots[at[i]], 1);
			}
			if (i < AHEAD)
				continue;
			slot = &slots[at[i - AHEAD]];
			while (slot->n != 0 && slot->key != key[i - AHEAD])
				slot = slot == &slots[SLOTS - 1] ? slots : slot + 1;
			x = b[i - AHEAD];
			slot->key = key[i - AHEAD];
			slot->min = slot->n == 0 || x < slot->min ? x : slot->min;
			slot->max = slot->n == 0 || x > slot->max ? x : slot->max;
			slot->n++;
			slot->low += x < 10000;
			slot->middle += x >= 10000 && x < 90000;
			slot->high += x >= 90000;
			slot->sum += x;
		}
	}
	for (uint32_t i = 0; i < SLOTS; i++)
		check += (uint64_t)(slots[i].n + slots[i].min + slots[i].max + slots[i].sum +
				    slots[i].low + slots[i].middle + slots[i].high);
}

static void
dedupe(const struct rows *rows)
{
	static struct key *slots;
	uint32_t at[BATCH + AHEAD];

	if (slots == NULL)
		slots = table(SLOTS * sizeof *slots);
	memset(slots, 0, SLOTS * sizeof *slots);
	for (uint32_t base = 0; base < ROWS; base += BATCH) {
		const struct key *key = rows->key + base;

		for (uint32_t i = 0; i < BATCH + AHEAD; i++) {
			struct key *slot, k;

			if (i < BATCH) {
				at[i] = hash(key[i]);
				__builtin_prefetch(&slots[at[i]], 1);
			}
			if (i < AHEAD)
				continue;
			slot = &slots[at[i - AHEAD]];
			k = key[i - AHEAD];
			while (slot->low != 0 && (slot->low != k.low || slot->high != k.high))
				slot = slot == &slots[SLOTS - 1] ? slots : slot + 1;
			check += slot->low == 0;
			*slot = k;
		}
	}
}

enum { PANES = 5, PANE_US = 2000000 };

struct hop_slot {
	struct key key;
	uint32_t n[8]; /* of pane i in n[i & 7] */
};

/* What fires at the end of a pane: the sum of the last ones of each key, then the next one's are
 * set to 0. */
static void
hop_close(struct hop_slot *slots, uint32_t pane)
{
	for (uint32_t i = 0; i < SLOTS; i++) {
		uint64_t total = 0;

		for (uint32_t k = 0; k < PANES; k++)
			total += slots[i].n[(pane - k) & 7];
		check += total * total;
		slots[i].n[(pane + 1) & 7] = 0;
	}
}

static void
hopping(const struct rows *rows)
{
	static struct hop_slot *slots;
	uint32_t at[BATCH + AHEAD], pane = 0;

	if (slots == NULL)
		slots = table(SLOTS * sizeof *slots);
	memset(slots, 0, SLOTS * sizeof *slots);
	for (uint32_t base = 0; base < ROWS; base += BATCH) {
		const struct key *key = rows->key + base;
		int64_t end = (int64_t)(pane + 1) * PANE_US;

		for (uint32_t i = 0; i < BATCH + AHEAD; i++) {
			struct hop_slot *slot;
			struct key k;

			if (i < BATCH) {
				at[i] = hash(key[i]);
				__builtin_prefetch(&slots[at[i]], 1);
				__builtin_prefetch(&slots[at[i]].n[7], 1);
			}
			if (i < AHEAD)
				continue;
			if (rows->time[base + i - AHEAD] >= end) {
				hop_close(slots, pane++);
				end += PANE_US;
			}
			slot = &slots[at[i - AHEAD]];
			k = key[i - AHEAD];
			while (slot->key.low != 0 &&
				(slot->key.low != k.low || slot->key.high != k.high))
				slot = slot == &slots[SLOTS - 1] ? slots : slot + 1;
			slot->key = k;
			slot->n[pane & 7]++;
		}
	}
	hop_close(slots, pane);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const struct rows *);
	} loops[] = {
		{"sum", sum}, {"statistics", statistics}, {"dedupe", dedupe}, {"hopping", hopping}};
	struct rows rows;
	double best = 1e9;

	if (argc != 2 || rows_make(&rows) < 0)
		return 2;
	for (size_t k = 0; k < sizeof loops / sizeof loops[0]; k++) {
		if (strcmp(argv[1], loops[k].name) != 0)
			continue;
		for (uint32_t run = 0; run < RUNS; run++) {
			double start = seconds();

			check = 0;
			loops[k].run(&rows);
			if (seconds() - start < best)
				best = seconds() - start;
		}
		printf("%s: %d rows (check %lu), %.1f M rows/s\n", argv[1], ROWS,
			(unsigned long)check, ROWS / best * 1e-6);
		return 0;
	}
	return 2;
}
