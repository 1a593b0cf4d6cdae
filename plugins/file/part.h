/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file being read, and its position as text: `DEVICE:INODE:OFFSET:HASH:READ`, HASH over the first
 * 1024 bytes before READ, which tell the file from a later one at the same inode.  A device's
 * number may change from boot to boot: it is there to be read.  OFFSET counts bytes as they are
 * decompressed, READ those of the file; `:READ` is left out where it is OFFSET.  `:READ:OFFSET` of
 * the member of a compressed file may follow, from which to decompress.  `:refused` at the end:
 * on_error has got what stands between them, which cannot be read.
 */
#ifndef FILE_PART_H
#define FILE_PART_H

#include <sys/stat.h>

#include "../bytes/frames.h"
#include "file.h"

enum { PART_POSITION = 192 };

struct part_position {
	uint64_t device, inode, hash;
	int64_t offset, read;
	struct input_mark member;
	int refused;
};

/* How the files of a source are read. */
struct part_how {
	uint32_t compression, framing;
	struct quotes quotes;
	size_t max;
	int tail;
};

/*
 * A partition: the file at a path and, if it is followed, those that come to the path after it.
 * Invariant: position, in.head and what raw() was given are of the same bytes.
 */
struct part {
	struct part *next;
	char *path;
	uint32_t number; /* the host's */
	struct input in; /* fd -1: there is no file just now */
	int caught_up; /* nothing to read until something changes */
	int changed; /* something has: see that what was read is still there */
	int last_look; /* its successor has lines already: the next end of file is for good */
	int watch; /* of inotify; -1: none */
	struct timespec written; /* when the file last read was written to last; 0: not known */
	int64_t position;
	struct input_mark member; /* of a compressed file: one at or before the position */
	int64_t skip; /* bytes before the position that are still to be decompressed */
	int64_t counted; /* bytes of the file that were counted */
	int64_t size; /* of a file that is not followed, when it was opened */
	int begins; /* the next record is the file's first */
	char *first; /* the first record of a file that is gone on with, for the format */
	size_t n_first;
	struct part_position at; /* of the file being read; its offset is as it was opened */
	struct frames_reader reader;
	struct frames_cutter cutter;
	/* Files of this path that were read to their ends and still exist under other names. */
	struct part_position *done;
	size_t n_done;
};

/* 0, or -EINVAL: it is no position. */
int part_position_read(struct part_position *position, struct weir_str text);
struct part_position part_position_of(const struct part *part);
/* The length of the text. */
uint32_t part_position_text(const struct part_position *position, char text[PART_POSITION]);

/*
 * Whether the bytes before the position's offset are those of an open file.  0: they are, -ENODATA:
 * it is shorter, -ESTALE: they are others, or -errno.  head: INPUT_HEAD bytes to read them to.
 */
int part_verify(const struct part_position *position, int fd, char *head);

/* Opens the file at a path, to be read from its beginning, or, with `at`, from there. */
int part_open(struct part *part, struct weir_task *task, const char *path,
	const struct part_position *at, struct frames_pool *pool, const struct part_how *how);
/* All before an offset of the text was given. */
void part_moved(struct part *part, int64_t to);
/* The file was emptied: again from its beginning. */
int part_rewind(struct part *part, struct weir_task *task);
/* Some of part->skip.  0, -ENODATA: there is not so much, or what input_read() gave. */
int part_skip(struct part *part);
void part_detach(struct part *part);
void part_free(struct part *part);

/* Whether a path names the file of a position. */
int part_is_at(const struct part_position *position, const char *path);

/*
 * A directory does not stand still while it is listed, and a file that is renamed meanwhile may be
 * missed.  So: watch, list, ask; and list again if it changed.
 */
int part_watch_names(const char *path); /* of the directory that path is in */
/* Ends the watch. */
int part_names_changed(int watch);

/*
 * A name that the file of a position has, in the directory of path: to be freed.
 * NULL: none, or out of memory.
 */
char *part_find(const struct part_position *position, const char *path);

#endif
