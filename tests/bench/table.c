/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures a table alone: what a keyed count costs per row, from the hash of the key to the
 * counter.  Batches are made between the measured parts, as they come to an operator: just written.
 * Prints million rows a second, from the median batch of the best of several runs, which a busy
 * machine disturbs least.  Arguments: numbers of keys.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <weir/weir.h>

#include "base/arena.h"
#include "state/table.h"

enum { BATCHES = 1500, RUNS = 7, PARTS = 3 /* keys and hashes, upsert, count */ };

struct work {
	uint32_t n_keys, type, flags;
	bool far; /* texts of more than 12 bytes */
	uint64_t seed;
	double ns[PARTS][BATCHES]; /* a row */
	struct weir_view views[WEIR_ROWS_MAX];
	int64_t ints[WEIR_ROWS_MAX];
	char text[WEIR_ROWS_MAX][24];
	uint64_t key_hash[WEIR_ROWS_MAX];
	struct wr_key keys[WEIR_ROWS_MAX];
};

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static uint32_t
work_key(struct work *work, uint32_t turn)
{
	uint64_t z;

	if (turn < work->n_keys)
		return turn;
	z = work->seed += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(((z >> 32) * work->n_keys) >> 32);
}

static void
work_fill(struct work *work, uint32_t from)
{
	for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++) {
		uint32_t key = work_key(work, from + i);
		struct weir_view *view = &work->views[i];

		work->ints[i] = (int64_t)key * 1000003;
		if (work->type != WEIR_STRING)
			continue;
		memset(view, 0, sizeof *view);
		view->len = (uint32_t)snprintf(work->text[i], sizeof work->text[i],
			work->far ? "a user called %u" : "user%u", key);
		if (view->len <= 12) {
			memcpy((uint8_t *)view + offsetof(struct weir_view, head), work->text[i],
				view->len);
			continue;
		}
		memcpy(view->head, work->text[i], sizeof view->head);
		view->off = i * (uint32_t)sizeof work->text[0];
	}
}

/* One batch through hash, upsert and count. */
static void
work_batch(struct work *work, struct weir_table *table, const struct weir_batch *batch, uint32_t at)
{
	double times[PARTS + 1];
	void *row[WEIR_ROWS_MAX];

	times[0] = seconds();
	wr_keys_of(batch->cols, 1, NULL, WEIR_ROWS_MAX, work->keys, work->key_hash, NULL);
	times[1] = seconds();
	wr_table_upsert(table, batch, NULL, WEIR_ROWS_MAX, NULL, row);
	times[2] = seconds();
	for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
		*(uint64_t *)row[i] += 1;
	times[3] = seconds();
	for (uint32_t i = 0; i < PARTS; i++)
		work->ns[i][at] = (times[i + 1] - times[i]) / WEIR_ROWS_MAX * 1e9;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double *v, uint32_t n)
{
	qsort(v, n, sizeof *v, compare);
	return v[n / 2];
}

/* Fills the table with all keys, then counts random ones; ns a row of each part, and of all when it
 * was filled. */
static void
work_run(struct work *work, struct weir_table *table, const struct weir_batch *batch,
	double best[PARTS], double *made)
{
	uint32_t from = 0, n = 0;

	for (; from < work->n_keys; from += WEIR_ROWS_MAX, n = (n + 1) % BATCHES) {
		work_fill(work, from);
		work_batch(work, table, batch, n);
	}
	*made = 0;
	for (uint32_t i = 0; i < PARTS; i++)
		*made += median(work->ns[i], n);
	for (uint32_t run = 0; run < RUNS; run++) {
		for (uint32_t i = 0; i < BATCHES; i++) {
			work_fill(work, from);
			work_batch(work, table, batch, i);
		}
		for (uint32_t i = 0; i < PARTS; i++) {
			double ns = median(work->ns[i], BATCHES);

			if (run == 0 || ns < best[i])
				best[i] = ns;
		}
	}
}

static void
measure(const char *what, uint32_t n_keys, uint32_t type, uint32_t flags, bool far)
{
	const struct weir_slot slot = {.name = "n", .bytes = 8};
	const struct weir_table_spec spec = {
		.size = sizeof spec, .flags = flags, .n_slots = 1, .name = "t", .slots = &slot};
	struct work *work = wr_zalloc(sizeof *work);
	const uint8_t *buf = (const uint8_t *)work->text;
	const struct weir_column col = {.size = sizeof col,
		.type = type,
		.values = type == WEIR_STRING ? (const void *)work->views : work->ints,
		.bufs = &buf};
	const struct weir_column *cols[] = {&col};
	const struct weir_batch batch = {.size = sizeof batch,
		.n_rows = WEIR_ROWS_MAX,
		.n_cols = 1,
		.n_keys = 1,
		.cols = cols,
		.key_hash = work->key_hash,
		.keys = work->keys};
	struct weir_table *table = wr_table_new(&spec, &type, 1);
	double ns[PARTS], made;

	work->n_keys = n_keys;
	work->type = type;
	work->far = far;
	work_run(work, table, &batch, ns, &made);
	printf("%-28s %9u keys %7.1f M rows/s  (ns: hash %.1f upsert %.1f count %.1f, making them "
	       "%.1f; %.1f bytes a key)\n",
		what, n_keys, 1e3 / (ns[0] + ns[1] + ns[2]), ns[0], ns[1], ns[2], made,
		(double)wr_table_bytes(table) / (double)wr_table_count(table));
	wr_table_free(table);
	free(work);
}

int
main(int argc, char **argv)
{
	static const uint32_t sizes[] = {10 * 1000, 100 * 1000, 1000 * 1000};
	int n = argc > 1 ? argc - 1 : (int)(sizeof sizes / sizeof sizes[0]);

	for (int i = 0; i < n; i++) {
		uint32_t size = argc > 1 ? (uint32_t)strtoul(argv[i + 1], NULL, 10) : sizes[i];

		if (size == 0)
			return 2;
		measure("strings, by namespace", size, WEIR_STRING, WEIR_BY_NS, false);
		measure("strings, by key", size, WEIR_STRING, WEIR_BY_KEY, false);
		measure("long strings, by namespace", size, WEIR_STRING, WEIR_BY_NS, true);
		measure("ints, by namespace", size, WEIR_INT64, WEIR_BY_NS, false);
	}
	return 0;
}
