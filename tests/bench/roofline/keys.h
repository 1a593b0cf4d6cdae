/* SPDX-License-Identifier: Apache-2.0 */
/* What the keyed loops share: rows with one of 100,000 strings of up to 12 bytes, and times. */
#ifndef ROOFLINE_KEYS_H
#define ROOFLINE_KEYS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 8 * 1024 * 1024, BATCH = 2048, KEYS = 100000, RUNS = 7, AHEAD = 64 };
enum { SLOTS = 1 << 18, ROWS_A_SECOND = 200000 };

/* A key as the string view it came in: its length and up to 12 bytes. */
struct key {
	uint64_t low, high;
};

struct rows {
	struct key *key;
	int64_t *time, *a, *b; /* a: the number of the key */
};

static inline double
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

static inline int
rows_make(struct rows *rows)
{
	uint64_t seed = 1;

	rows->key = malloc(ROWS * sizeof *rows->key);
	rows->time = malloc(ROWS * sizeof *rows->time);
	rows->a = malloc(ROWS * sizeof *rows->a);
	rows->b = malloc(ROWS * sizeof *rows->b);
	if (rows->key == NULL || rows->time == NULL || rows->a == NULL || rows->b == NULL)
		return -1;
	for (uint32_t i = 0; i < ROWS; i++) {
		char text[16] = {0};
		uint32_t len;

		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		rows->a[i] = (uint32_t)(seed >> 33) % KEYS;
		rows->b[i] = (int64_t)((seed >> 20) % 100000);
		len = (uint32_t)snprintf(text + 4, 12, "user%u", (uint32_t)rows->a[i]);
		memcpy(text, &len, sizeof len);
		memcpy(&rows->key[i], text, sizeof rows->key[i]);
		rows->time[i] = (int64_t)i * (1000000 / ROWS_A_SECOND);
	}
	return 0;
}

#endif
