/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a checkpoint costs and how fast state comes back: one table by int keys.
 *
 *	bench_store [KEYS [DIRTY% [ROW]]]        1000000 10 16; 0 %: no epochs but the first; ROW:
 *bytes
 *
 * The pauses are what the table's task does at a barrier and between the batches behind it (its CPU
 * time); the state thread decides and applies beside it.  The directory is made in the current one,
 *and removed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "state/capture.h"
#include "state/store.h"
#include "state/table.h"

enum { GROUPS = 128, APPLIES = 2 /* rounds of epochs that are applied together */ };

static const uint32_t key_type[] = {WEIR_INT64};
static struct weir_slot slot = {.name = "sums", .bytes = 16, .version = 1};
static const struct weir_table_spec spec = {
	.size = sizeof spec, .flags = WEIR_BY_KEY, .n_slots = 1, .name = "sums", .slots = &slot};
static struct wr_kept_slot kept_slot = {"sums", 16, 0, 1};
static const struct wr_kept_table kept_table = {"sums", WEIR_BY_KEY, key_type, 1, 1, &kept_slot};
static const struct wr_kept_op kept_op = {
	.name = "op", .word = "w", .parallelism = 1, .tables = &kept_table, .n_tables = 1};
static const struct wr_kept kept = {"bench", GROUPS, &kept_op, 1};

static double
now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
must(int rc, const struct weir_err *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

/* The keys an epoch writes: n of them, every step-th from `from` on; done: so many of them. */
struct writing {
	int64_t from, step, n, done;
};

/* Writes at most n of them more. */
static void
write_keys(struct weir_table *table, struct writing *w, int64_t n)
{
	int64_t key[WEIR_ROWS_MAX];
	struct weir_column column = {.size = sizeof column, .type = WEIR_INT64, .values = key};
	const struct weir_column *cols[] = {&column};
	struct wr_key keys[WEIR_ROWS_MAX];
	uint64_t hash[WEIR_ROWS_MAX];
	struct wr_batch batch = {.pub = {.size = sizeof batch.pub,
					 .n_cols = 1,
					 .n_keys = 1,
					 .cols = cols,
					 .key_hash = hash}};
	void *row[WEIR_ROWS_MAX];

	for (n = n < w->n - w->done ? n : w->n - w->done; n > 0; n -= batch.pub.n_rows) {
		batch.pub.n_rows = n < WEIR_ROWS_MAX ? (uint32_t)n : WEIR_ROWS_MAX;
		for (uint32_t i = 0; i < batch.pub.n_rows; i++)
			key[i] = w->from + w->done++ * w->step;
		wr_keys_of(cols, 1, NULL, batch.pub.n_rows, keys, hash, NULL);
		wr_table_upsert(table, &batch.pub, NULL, batch.pub.n_rows, NULL, row);
		for (uint32_t i = 0; i < batch.pub.n_rows; i++)
			for (uint32_t word = 0; word < slot.bytes / 8; word++)
				((int64_t *)row[i])[word] += word + 1;
	}
}

/* Every pause of the task, in all epochs: one a slice. */
struct times {
	double *pause, copy, decide, apply;
	double decide_cpu, apply_cpu; /* of this thread */
	uint32_t n, cap, epochs, applies;
	uint64_t bytes;
};

static void
add_pause(struct times *t, double began)
{
	double pause = now(CLOCK_THREAD_CPUTIME_ID) - began;

	if (t->n == t->cap) {
		t->cap = t->cap * 2 + 64;
		t->pause = wr_realloc(t->pause, t->cap * sizeof *t->pause);
	}
	t->pause[t->n++] = pause;
	t->copy += pause;
}

/* Between the slices the task writes a batch of what the next epoch has. */
static void
epoch(struct wr_store *store, struct weir_table *table, struct writing *next, struct times *t)
{
	struct wr_capture capture = {.op = "op"};
	const struct wr_capture *captures[] = {&capture};
	struct wr_text *text = wr_capture_section(&capture, WR_SECTION_TABLE, "sums");
	uint64_t number = wr_store_epoch(store) + 1;
	struct weir_err err = {0};
	double a = now(CLOCK_THREAD_CPUTIME_ID), b, cpu;
	bool all;

	wr_table_capture_begin(table);
	for (;;) {
		all = wr_table_capture_copy(table, WEIR_SLICE, text);
		add_pause(t, a);
		if (all)
			break;
		write_keys(table, next, WEIR_ROWS_MAX);
		a = now(CLOCK_THREAD_CPUTIME_ID);
	}
	t->bytes += text->len;
	a = now(CLOCK_MONOTONIC);
	cpu = now(CLOCK_THREAD_CPUTIME_ID);
	must(wr_store_decide(store, number, &kept, captures, 1, false, &err), &err);
	b = now(CLOCK_MONOTONIC);
	t->decide_cpu += now(CLOCK_THREAD_CPUTIME_ID) - cpu;
	cpu = now(CLOCK_THREAD_CPUTIME_ID);
	t->epochs++;
	if (wr_store_is_full(store)) {
		must(wr_store_apply(store, number, &err), &err);
		t->applies++;
	}
	t->apply_cpu += now(CLOCK_THREAD_CPUTIME_ID) - cpu;
	t->decide += b - a;
	t->apply += now(CLOCK_MONOTONIC) - b;
	wr_capture_fini(&capture);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure_restore(const char *dir, int64_t keys, uint64_t row_bytes)
{
	struct wr_store *store;
	struct weir_err err = {0};
	struct weir_table *table = wr_table_new(&spec, key_type, 1);
	double a = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	double opened, mine;

	must(wr_store_open(&store, dir, "bench", &err), &err);
	opened = now(CLOCK_MONOTONIC);
	mine = now(CLOCK_THREAD_CPUTIME_ID);
	must(wr_store_restore_table(store, "op", table, 0, GROUPS - 1, GROUPS, &err), &err);
	printf("%.0f MB: opened in %.2f s, restored in %.2f s; %.2f s of CPU in all, %.2f s of it "
	       "in this thread's restoring (%.0f ns an entry)\n",
		(double)(wr_table_count(table) * row_bytes) / 1e6, opened - a,
		now(CLOCK_MONOTONIC) - opened, now(CLOCK_PROCESS_CPUTIME_ID) - cpu,
		now(CLOCK_THREAD_CPUTIME_ID) - mine,
		(now(CLOCK_THREAD_CPUTIME_ID) - mine) * 1e9 / (double)keys);
	wr_store_close(store);
	wr_table_free(table);
}

int
main(int argc, char **argv)
{
	int64_t keys = argc > 1 ? atoll(argv[1]) : 1000000;
	int64_t dirty = keys / 100 * (argc > 2 ? atoll(argv[2]) : 10);
	int64_t step = dirty > 0 ? keys / dirty : 1;
	char dir[] = "bench-store-XXXXXX", command[64];
	struct weir_table *table;
	struct wr_store *store;
	struct weir_err err = {0};
	struct times t = {.decide = 0}, first = {.decide = 0};
	struct writing writing = {.step = step, .n = dirty};
	double beside;

	if (argc > 3)
		slot.bytes = kept_slot.bytes = (uint32_t)atoi(argv[3]) / 8 * 8;
	table = wr_table_new(&spec, key_type, 1);
	if (mkdtemp(dir) == NULL)
		return perror(dir), 1;
	must(wr_store_open(&store, dir, "bench", &err), &err);
	must(wr_store_restore_table(store, "op", table, 0, GROUPS - 1, GROUPS, &err), &err);
	write_keys(table, &(struct writing){.step = 1, .n = keys}, keys);
	epoch(store, table, &(struct writing){.step = step}, &first);
	printf("%lld keys, %.0f bytes an entry in the journal, %.1f in memory over key and row\n",
		(long long)keys, (double)first.bytes / (double)keys,
		(double)wr_table_bytes(table) / (double)keys - 8 - slot.bytes);
	beside = now(CLOCK_PROCESS_CPUTIME_ID) - now(CLOCK_THREAD_CPUTIME_ID);
	for (int i = 0; dirty > 0 && t.applies < APPLIES; i++) {
		write_keys(table, &writing, dirty);
		writing = (struct writing){.from = (i + 1) % step, .step = step, .n = dirty};
		epoch(store, table, &writing, &t);
	}
	beside = now(CLOCK_PROCESS_CPUTIME_ID) - now(CLOCK_THREAD_CPUTIME_ID) - beside;
	qsort(t.pause, t.n, sizeof t.pause[0], by_size);
	if (dirty > 0)
		printf("%u epochs, CPU of each: %.1f ms deciding, %.1f ms applying, %.1f ms of "
		       "LevelDB's thread\n",
			t.epochs, t.decide_cpu / t.epochs * 1e3, t.apply_cpu / t.epochs * 1e3,
			beside / t.epochs * 1e3);
	if (dirty > 0)
		printf("%lld dirty: %u pauses an epoch of %.2f ms (p99 %.2f, most %.2f), %.2f ms "
		       "in all, "
		       "decided in %.0f ms, applied in %.0f ms, %.1f bytes an entry\n",
			(long long)dirty, t.n / t.epochs, t.pause[t.n / 2] * 1e3,
			t.pause[t.n * 99 / 100] * 1e3, t.pause[t.n - 1] * 1e3,
			t.copy / t.epochs * 1e3, t.decide / t.epochs * 1e3,
			t.apply / t.epochs * 1e3, (double)t.bytes / t.epochs / (double)dirty);
	free(t.pause);
	free(first.pause);
	wr_store_close(store);
	wr_table_free(table);
	measure_restore(dir, keys, 8 + slot.bytes);
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command) != 0;
}
