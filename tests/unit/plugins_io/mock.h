/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small host for tests of sources, sinks and formats: just what these plugins use, and everything
 * they hand over kept where a test can look at it.  One plugin instance at a time; wake() may come
 * from any thread.
 */
#ifndef PLUGINS_IO_MOCK_H
#define PLUGINS_IO_MOCK_H

#include <pthread.h>
#include <weir/weir.h>

enum { MOCK_COLUMNS = 64, MOCK_PROBLEMS = 8, MOCK_PARTS = 16 };

/* A growing text, NUL-terminated. */
struct mock_text {
	char *p;
	size_t len, cap;
};

struct weir_plan {
	struct weir_schema schema;
	struct weir_field field[MOCK_COLUMNS];
	const struct weir_field *fields[MOCK_COLUMNS];
	uint8_t read[MOCK_COLUMNS];
	uint32_t n_added, how, kind;
	uint32_t n_problems;
	char problem[MOCK_PROBLEMS][256];
};

/* Rows being decoded. */
struct weir_out {
	uint32_t n_cols, n_rows;
	uint8_t pruned[MOCK_COLUMNS];
	struct weir_vec vec[MOCK_COLUMNS];
	const struct weir_raw *raw;
	char **texts; /* what text() copied, by buf - 1 << 12 */
	uint32_t n_texts;
	uint8_t bad[WEIR_ROWS_MAX];
	uint64_t early, wanted[WEIR_ROWS_MAX / 64];
	char (*why)[256]; /* of each record */
};

struct weir_items {
	struct mock_text text;
	struct weir_str *item; /* p: an offset into text, until mock_items_done() */
	uint32_t n, cap;
};

struct mock {
	struct weir_task task; /* first */
	struct weir_err err;
	struct weir_plan plan;
	struct weir_out *out;
	uint64_t early; /* columns; records are wanted whose first one is null or true */
	const struct weir_str *rec; /* of the last mock_decode() */
	struct weir_items items;
	struct weir_raw encoded;
	const struct weir_format *format; /* of the sink under test */
	void *format_self;

	/* Sources. */
	struct mock_text records; /* every record given to raw(), with a newline behind it */
	struct mock_text sizes; /* the number of records of each raw(), `2048 17 ` */
	struct mock_text positions; /* `0@12 `: partition, position */
	struct mock_text refused; /* `0@12 "beginning" why` and a newline */
	struct mock_text firsts; /* `+` a raw() that begins a file, `(first)` of one gone on with */
	struct mock_text logged;
	int64_t *offset;
	uint32_t n_records;
	char partition[MOCK_PARTS][256];
	uint32_t n_partitions;
	uint8_t ended[MOCK_PARTS];
	uint32_t idled[MOCK_PARTS]; /* how often it was said to be caught up */
	struct weir_str quotes; /* of the source's format */
	int64_t now; /* the clock */
	int hold; /* keep records instead of releasing them at once */
	struct weir_raw held[256];
	uint32_t n_held;

	void *plan_memory[16]; /* of keep() */
	uint32_t n_plan_memory;
	void *shared;
	void (*shared_drop)(void *);
	uint64_t counter[8];
	char counter_name[8][64];
	uint32_t n_counters;
	pthread_mutex_t lock;
	pthread_cond_t woken;
	uint32_t wakes;
};

struct mock *mock_new(void);
void mock_free(struct mock *mock);

void mock_add(struct mock_text *text, const char *p, size_t len);

/* A field of input 0: name, type, spec. */
void mock_field(struct mock *mock, const char *name, uint32_t type, const char *spec);
/* The error is such a sentence, with a * for what a test does not know. */
void mock_ck_says(const struct mock *mock, const char *pattern);
uint64_t mock_counter(const struct mock *mock, const char *name);
/* Waits until wake() was called since the last time. */
void mock_wait(struct mock *mock);
void mock_release(struct mock *mock);

/* What a plugin offers, by its place in the plugin. */
const struct weir_operator *mock_operator(uint32_t i);

/* Decoding: n records through a format; then the values. */
void mock_decode(struct mock *mock, const struct weir_format *format, void *self,
	const struct weir_str *rec, uint32_t n, uint32_t slack);
int mock_is_wanted(const struct mock *mock, uint32_t row);
int mock_is_null(const struct mock *mock, uint32_t col, uint32_t row);
int64_t mock_int(const struct mock *mock, uint32_t col, uint32_t row);
double mock_float(const struct mock *mock, uint32_t col, uint32_t row);
struct weir_str mock_str(const struct mock *mock, uint32_t col, uint32_t row);

/* The decoded rows as a batch, and a column of plain C values as one. */
struct mock_batch {
	struct weir_batch batch;
	struct weir_column column[MOCK_COLUMNS];
	const struct weir_column *columns[MOCK_COLUMNS];
	const uint8_t **bufs;
	int64_t time[WEIR_ROWS_MAX];
};
void mock_to_batch(const struct mock *mock, struct mock_batch *batch);
void mock_batch_fini(struct mock_batch *batch);

/* Encodes a batch; item i of the result until the next call. */
uint32_t mock_encode(struct mock *mock, const struct weir_format *format, void *self,
	const struct weir_batch *batch);
struct weir_str mock_item(const struct mock *mock, uint32_t i);

#endif
