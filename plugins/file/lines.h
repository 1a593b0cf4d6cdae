/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Newline framing: reads a file or a pipe in blocks that hold whole lines, and cuts them into
 * records that point into the block.  A reader belongs to one thread at a time, a cutter to another
 * if need be; blocks are counted and may be given back on any thread, also after their reader is
 * gone.
 */
#ifndef FILE_LINES_H
#define FILE_LINES_H

#include <weir/weir.h>

enum { LINES_BLOCK = 256 * 1024, LINES_SLACK = 64 };

struct lines_pool;

/* Whole lines: data[begin .. end). */
struct lines_block {
	struct lines_block *next; /* in lists of who holds it */
	struct lines_pool *pool;
	uint32_t refs;
	size_t cap, begin, end;
	int64_t offset; /* of data[0] in the file */
	char data[];
};

/* Reads a file descriptor into blocks. */
struct lines_reader {
	struct lines_pool *pool;
	struct lines_block
		*rest; /* begins with the first bytes of a line whose end is not read yet */
	size_t n_rest;
	size_t max; /* bytes of the longest record */
	int64_t offset; /* of the next byte of the file to be read */
	int whole; /* fill blocks to the brim, so that they do not depend on how read() parts the
		      bytes */
	int tail; /* the file may grow: its last line is one when its newline is there */
	int at_end;
};

/* A block being cut into records. */
struct lines_cutter {
	struct lines_block *block; /* NULL: none left */
	size_t max;
	uint64_t empty; /* empty lines so far: no records */
};

/* Where lines_cut() puts the records of one call. */
struct lines_records {
	struct weir_str rec[WEIR_ROWS_MAX];
	int64_t offset[WEIR_ROWS_MAX];
};

struct lines_pool *lines_pool_new(void); /* NULL: out of memory */
/* Its blocks may live longer. */
void lines_pool_free(struct lines_pool *pool);

void lines_unref(void *block); /* [any] */

/* Starts at an offset; the descriptor stands there. */
void lines_reader_init(struct lines_reader *reader, struct lines_pool *pool, size_t max,
	int64_t offset, int whole);
void lines_reader_fini(struct lines_reader *reader);

/*
 * Reads the next block of lines; the caller owns it.  What stands behind the last newline of a file
 * is a line too, but not if `tail`.  0 and *block; 0 and NULL at the end, and then read again if
 * `tail`; -EMSGSIZE: a line is longer than max; else what read() or malloc() gave.
 */
int lines_read(struct lines_reader *reader, int fd, struct lines_block **block);

/* Takes the block over. */
void lines_cutter_start(struct lines_cutter *cutter, struct lines_block *block);
void lines_cutter_fini(struct lines_cutter *cutter);

/*
 * The next records of the block, up to WEIR_ROWS_MAX.  1 and *raw, which holds a reference to be
 * given back by raw->release; 0: the block is used up; -EMSGSIZE: the next line is longer than max.
 * *position: offset in the file behind the last record (or empty line).
 */
int lines_cut(struct lines_cutter *cutter, struct lines_records *records, struct weir_raw *raw,
	int64_t *position);

/* Where the line stands that is too long. */
int64_t lines_too_long(const struct lines_reader *reader, const struct lines_cutter *cutter);

#endif
