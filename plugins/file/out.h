/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that grows at its end, and what a checkpoint knows of it.  A token is the only thing that
 * lets bytes be cut off: a file that is not the one it describes is left alone.
 */
#ifndef FILE_OUT_H
#define FILE_OUT_H

#include "../bytes/codec.h"
#include "file.h"

struct out_file {
	char *path;
	int fd; /* -1: not open */
	int regular; /* or a device, a pipe: nothing can be taken back */
	int dirty; /* written to, and not synced since */
	int made; /* the directory may not have it yet */
	uint64_t device, inode;
	int64_t length; /* as written: of a compressed file not all that was given */
	uint32_t compression;
	struct encoder encoder; /* of the member that is begun */
	uint64_t *written; /* a counter; NULL: none */
};

/*
 * As text: `KIND DEVICE INODE LENGTH HASH NUMBER SINCE TIME PATH`.  A device's number may change
 * from boot to boot: it is there to be read.
 */
struct out_token {
	char kind[8];
	uint64_t device, inode;
	uint64_t hash; /* of the last bytes before length, which tell it from a file that came to
			  the same inode */
	int64_t length;
	uint64_t number; /* of a rolled file */
	int64_t since; /* when it was begun */
	int64_t time; /* an event time of its rows */
	char *path;
};

/*
 * Opens a file, and makes it, and its directories, if it is not there.  flags: O_WRONLY, or O_RDWR
 * for who wants tokens, which read its end; O_TRUNC, O_APPEND.
 */
int out_open(struct out_file *file, struct weir_task *task, const char *path, int flags);

/*
 * Opens the file of a token, at a path it may have got since, and cuts off what stands behind the
 * token's length.  -ENOENT: there is none; -ESTALE: it is another file, or a shorter one.
 */
int out_resume(struct out_file *file, struct weir_task *task, const struct out_token *token,
	const char *path);
void out_close(struct out_file *file);

int out_write(struct out_file *file, struct weir_task *task, const char *p, size_t len);
/* The same, through the encoder if the file is compressed: it may keep some, until out_finish(). */
int out_put(struct out_file *file, struct weir_task *task, const char *p, size_t len);
/* Ends a member: what the file has is a whole file of its format. */
int out_finish(struct out_file *file, struct weir_task *task);

/* What was written is whole, and on the disk, and so is its name. */
int out_sync(struct out_file *file, struct weir_task *task);
/* The directory of a path; none is fine. */
int out_sync_directory(struct weir_task *task, const char *path);
/* Whether two paths are in one directory. */
int out_same_directory(const char *a, const char *b);

/* The length is what the file has now; it has been synced. */
int out_token_of(const struct out_file *file, struct weir_task *task, struct out_token *token);
/* The text is to be freed; NULL: out of memory. */
char *out_token_text(const struct out_token *token);
int out_token_read(struct out_token *token, struct weir_task *task, struct weir_str text);
void out_token_fini(struct out_token *token);

/*
 * Where an appending run begins, kept beside the file until its first epoch is decided.  Invariant:
 * it is on the disk before the first byte is written behind it.
 */
int out_base_put(const struct out_file *file, struct weir_task *task);
/* 1 and *token, or 0: there is none, or none that was finished. */
int out_base_get(struct out_token *token, struct weir_task *task, const char *path);
int out_base_drop(struct weir_task *task, const char *path);

#endif
