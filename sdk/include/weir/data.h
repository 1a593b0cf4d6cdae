/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data as it travels between the host and a plugin: strings, errors, schemas, columns, batches and
 * framed records.
 *
 * Whatever a callback receives is borrowed until it returns, and never written to, unless it is
 * said otherwise.  A struct that starts with `size` may get members at its end in a later version;
 * what lies past `size` does not exist (WEIR_HAS).  Such structs travel by pointer, never in arrays
 * by value.  A struct marked frozen never changes.
 */
#ifndef WEIR_DATA_H
#define WEIR_DATA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the contract, and "WEIR" in the file: little-endian machines only. */
#define WEIR_ABI_MAGIC 0x52494557u
#define WEIR_ABI_MAJOR 0
#ifndef WEIR_ABI_MINOR
#define WEIR_ABI_MINOR 1 /* -DWEIR_ABI_MINOR=n builds for older hosts with a newer SDK */
#endif

/* Whether *p, a struct T that starts with `size`, has the member f. */
#define WEIR_HAS(T, p, f) ((p)->size >= offsetof(T, f) + sizeof(((T *)0)->f))

/*
 * What a callback returns; below 0 it is a negative errno, err says why, and the pipeline fails and
 * starts again from its checkpoint: at once if it is -ESTALE, which says that this process has lost
 * what it held to somebody else or to a time limit, and that a new one can have it again.
 *
 * WEIR_MORE: stopped after about task->room rows; call resume() when the outputs have room.
 * WEIR_BUSY: full, or in poll() nothing to read; call resume() (poll()) after my wake().
 * WEIR_END:  from poll(): a bounded source is done; from a sink: see process().
 *
 * The batch of a MORE or BUSY counts as taken and is not offered again: ref() it to go on with it.
 * Until resume() gives WEIR_OK the instance gets nothing else, no barrier either.
 */
enum { WEIR_OK, WEIR_MORE, WEIR_BUSY, WEIR_END };

/* No batch is longer: an array of this many on the stack is always enough. */
enum { WEIR_ROWS_MAX = 2048 };

/* Types.  In a conf: bool int float timestamp string bytes json. */
enum {
	WEIR_BOOL = 1,
	WEIR_INT64,
	WEIR_FLOAT64,
	WEIR_TIMESTAMP, /* int64_t, microseconds since 1970 in UTC */
	WEIR_STRING, /* UTF-8 */
	WEIR_BYTES,
	WEIR_JSON, /* the text of any JSON value */
};

/* Row kinds.  A row that is not an INSERT amends an earlier one. */
enum { WEIR_INSERT, WEIR_UPDATE_BEFORE, WEIR_UPDATE_AFTER, WEIR_DELETE };

/*
 * The hidden columns of a batch: where each of its rows came from.  They are there when an
 * expression or a reachable dead letter asks, and follow extend(), select() and gather() by
 * themselves.
 */
enum {
	WEIR_AT_PARTITION, /* string: the source's name of the partition */
	WEIR_AT_OFFSET, /* int64 */
	WEIR_AT_KEY, /* bytes: the record's key, as the source got it */
	WEIR_AT_RAW, /* bytes: the record */
	WEIR_AT_TIMESTAMP, /* timestamp: the record's own */
	WEIR_AT_HEADERS, /* json: an object, the record's headers by name */
	WEIR_AT_COUNT,
};

/* Bytes; no NUL at the end.  p NULL: absent.  loc: its place in the conf, for problem().  Frozen.
 */
struct weir_str {
	const char *p;
	uint32_t len, loc;
};

/* Strings: the words of a directive, or the expressions of one.  Frozen. */
struct weir_list {
	const struct weir_str *v;
	uint32_t n, loc;
};

/* One sentence, lower case, no full stop, and the errno it stands for; see weir_fail().  Frozen. */
struct weir_err {
	int32_t code;
	uint32_t loc; /* the place in the conf it is about; 0: none */
	char text[504];
};

/*
 * A string in a column: Arrow's string view.  Up to 12 bytes stand in the view itself, from head
 * on; of a longer one head has the first four, and all of it is at bufs[buf] + off.  Frozen.
 */
struct weir_view {
	uint32_t len;
	uint8_t head[4];
	uint32_t buf, off;
};

/* A column's name and type.  spec: what a format's schema line has after the type: `ms`, `$.a.b`.
 */
struct weir_field {
	uint32_t size, type, nullable;
	struct weir_str name, spec;
};

/* What rows of a wire may do to earlier ones. */
enum {
	WEIR_CHANGES_NONE, /* nothing: they are inserts */
	WEIR_CHANGES_UPDATE, /* amend them: WEIR_UPDATE_AFTER, too */
	WEIR_CHANGES_TAKE_BACK, /* also take them back: any kind */
};

/* The columns of a wire.  changes: WEIR_CHANGES_x. */
struct weir_schema {
	uint32_t size, n, changes;
	const struct weir_field *const *fields;
};

/* A column of a batch, in Arrow's layout. */
struct weir_column {
	uint32_t size, type;
	uint32_t encoding; /* 0: plain; operators without WEIR_TAKES_ENCODED see no other */

	/*
	 * int64_t for int64 and timestamp, double, struct weir_view for string, bytes and json; for
	 * bool a bit a row, LSB first, in uint64_t words.  NULL: nobody reads the column, it was
	 * not made.  What stands at a null is unspecified.
	 */
	const void *values;

	const uint64_t *valid; /* a bit per row, LSB first, 1: there; NULL: no nulls */
	const uint8_t *const *bufs; /* where long views point */
};

/*
 * Rows that travel together: 1 to WEIR_ROWS_MAX of them, immutable, counted (ref, unref).
 */
struct weir_batch {
	uint32_t size;
	uint32_t n_rows; /* physical rows: the length of every array below but sel */
	uint32_t n_cols; /* of cols, keys and all */
	uint32_t n_keys; /* on keyed inputs: how many key columns there are */
	uint32_t first_key; /* keys are cols[first_key] ..+ n_keys; from before the exchange */
	uint32_t n_sel; /* the length of sel */
	const struct weir_column *const *cols; /* by the numbers that plan's column() gave */

	/* Microseconds since 1970, never NULL.  A window's result has its end less 1 us. */
	const int64_t *event_time;

	/*
	 * On keyed inputs: XXH3-64 of the canonical key bytes; NULL where n_keys is 0.  The key
	 * group is (hash >> 32) * max_parallelism >> 32, of the high bits, so that tables use the
	 * low ones.
	 */
	const uint64_t *key_hash;

	/* The rows that count, ascending; NULL: all.  Without WEIR_TAKES_SEL always NULL. */
	const uint32_t *sel;

	/* Microseconds: when the oldest of these rows was read; latency is measured from here. */
	int64_t ingest_time;

	/*
	 * A row kind a row; NULL: all inserts.  Without WEIR_TAKES_CHANGES always NULL: an input
	 * that amends is then refused before anything runs.
	 */
	const uint8_t *kind;

	/*
	 * NULL, or WEIR_AT_COUNT columns, each of which may be NULL: the hidden columns, with one
	 * value a physical row.
	 */
	const struct weir_column *const *hidden;

	/*
	 * The host's, opaque: the keys as its tables take them, a physical row each, so that they
	 * are made once.  NULL: they are made from the key columns.
	 */
	const void *keys;
};

/* A column being written; see rows().  valid: all ones to begin with, clear a bit for a null. */
struct weir_vec {
	uint32_t size, type;
	uint32_t cap; /* rows there is room for */
	void *values; /* laid out as in weir_column; strings through text() or gather() */
	uint64_t *valid;
};

/*
 * Framed records, on their way from a source to its format, or from a sink's format to the sink.
 */
struct weir_raw {
	uint32_t size, n;
	uint32_t slack; /* bytes past the end of every record that may be read */
	const struct weir_str *rec; /* n of them */

	/* Each NULL, or n of them: seen as @key, @timestamp (microseconds) and @offset. */
	const struct weir_str *key;
	const int64_t *time, *offset;

	/* [any] called once, when nothing points into the records any more.  NULL: not needed. */
	void (*release)(void *owner);
	void *owner;

	/* Which partition of the source they are of: written by the host, read by the format. */
	struct weir_str partition; /* its name */
	uint32_t part; /* its number */

	/*
	 * Of a source: 1: rec[0] is the first record of a file or stream.  Where reading goes on in
	 * the middle of one, `first` is that record, given once, for a format to look at; p NULL:
	 * none.
	 */
	uint32_t begins;
	struct weir_str first;

	/*
	 * NULL, or the headers of all records in their order, a name and a value each, and how many
	 * headers each record has; seen as @headers.  Only to be given if hidden() asks.
	 */
	const struct weir_str *headers;
	const uint32_t *n_headers;
};

#ifdef __cplusplus
}
#endif

#endif
