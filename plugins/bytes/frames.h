/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framing: reads an input in blocks that hold whole records, and cuts them into records that point
 * into the block; and the other way, records into the bytes of a stream.  A reader belongs to one
 * thread at a time, a cutter to another if need be; blocks are counted and may be given back on any
 * thread, also after their reader is gone.
 */
#ifndef BYTES_FRAMES_H
#define BYTES_FRAMES_H

#include <weir/weir.h>

#include "input.h"
#include "quotes.h"

enum {
	FRAMES_BLOCK = 256 * 1024,
	FRAMES_SLACK = 64,
	FRAMES_SHOWN = 1024, /* bytes of a record that is refused */
	FRAMES_HEADER = 5, /* the longest length before a record */
	FRAMES_WHY = 200,
};

/* The order of FRAMING_CHOICES, which are those of a directive `framing`. */
enum { FRAMING_NEWLINE, FRAMING_LENGTH, FRAMING_VARINT };
#define FRAMING_CHOICES "newline length_delimited varint_delimited"
#define FRAMING_SUMMARY                                                                            \
	"Where a record ends: at a newline; after a length of 4 bytes, big endian; or after a "    \
	"length that is a varint, as Protobuf has it."

struct frames_pool;

/* Whole records: data[begin .. end). */
struct frames_block {
	struct frames_block *next; /* in lists of who holds it */
	struct frames_pool *pool;
	uint32_t refs;
	size_t cap, begin, end;
	int64_t offset; /* of data[0] in the stream */
	int64_t behind; /* refused: of what follows the record */
	int quoted; /* newline framing: quotes may hide newlines in it */
	char why[FRAMES_WHY]; /* not empty: data is the beginning of one record, which is refused */
	char data[];
};

/* Reads an input into blocks. */
struct frames_reader {
	struct frames_pool *pool;
	struct input *in;
	uint32_t framing;
	struct quotes quotes; /* newline framing: what newlines may hide in */
	size_t max; /* bytes of the longest record */
	struct frames_block *rest; /* begins with the first bytes of a record not read to its end */
	size_t n_rest;
	int64_t lost; /* bytes of that record that were read and dropped: it is too long */
	int64_t offset; /* in the stream: of the next byte to be read */
	int whole; /* fill blocks to the brim, so that they do not depend on how read() parts the
		      bytes */
	int tail; /* the input may grow: what is at its end is no record until its end is there */
	int at_end;
	int broken; /* and nothing behind it can be read: the last record was refused for that */
};

/* A block being cut into records. */
struct frames_cutter {
	struct frames_block *block; /* NULL: none left */
	uint32_t framing;
	struct quotes quotes;
	size_t max;
	uint64_t empty; /* empty lines so far: no records */
};

/* Where frames_cut() puts the records of one call. */
struct frames_records {
	struct weir_str rec[WEIR_ROWS_MAX];
	int64_t offset[WEIR_ROWS_MAX];
	char shown[FRAMES_SHOWN], why[FRAMES_WHY];
};

struct frames_pool *frames_pool_new(void); /* NULL: out of memory */
/* Its blocks may live longer. */
void frames_pool_free(struct frames_pool *pool);

struct frames_block *frames_block_new(struct frames_pool *pool, size_t cap);
void frames_unref(void *block); /* [any] */

/* in: stands at the offset of the stream. */
void frames_reader_init(struct frames_reader *reader, struct frames_pool *pool, struct input *in,
	uint32_t framing, size_t max, int64_t offset);
void frames_reader_fini(struct frames_reader *reader);

/*
 * Reads the next block of records; the caller owns it.  What stands behind the last newline of a
 * file is a line too, but not if `tail`.  0 and *block; 0 and NULL at the end, and then read again
 * if `tail`; else what read() or malloc() gave.
 */
int frames_read(struct frames_reader *reader, struct frames_block **block);

/* Takes the block over. */
void frames_cutter_start(struct frames_cutter *cutter, struct frames_block *block);
void frames_cutter_fini(struct frames_cutter *cutter);

/*
 * The next records of the block.  FRAMES_SOME: up to WEIR_ROWS_MAX in *raw, which holds a reference
 * to be given back by raw->release; FRAMES_REFUSED: records->rec[0] is the beginning of one that is
 * refused, records->why says why, and both stand until the next call; FRAMES_NONE: the block is
 * used up.  *position: offset in the stream behind the last record (or empty line).
 */
enum { FRAMES_NONE, FRAMES_SOME, FRAMES_REFUSED };
int frames_cut(struct frames_cutter *cutter, struct frames_records *records, struct weir_raw *raw,
	int64_t *position);

/* What the format of a source says of its quotes.  [open] */
static inline struct quotes
frames_quotes(struct weir_task *task)
{
	struct weir_str str = task->host->quotes(task);

	return str.p != NULL ? (struct quotes){str.p[0], str.p[1]} : (struct quotes){0};
}

/* Bytes that grow.  All zero: none. */
struct frames_text {
	char *p;
	size_t len, cap;
};

/* Adds records to the bytes of a stream.  0 or -ENOMEM. */
int frames_join(struct frames_text *text, uint32_t framing, const struct weir_raw *raw);

#endif
