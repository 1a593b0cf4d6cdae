/* SPDX-License-Identifier: Apache-2.0 */
/* What the source and the sink `file` share. */
#ifndef FILE_FILE_H
#define FILE_FILE_H

#include <weir/weir.h>

extern const struct weir_operator file_source_operator, file_sink_operator;

/* Paths, sorted by their bytes, each once. */
struct file_names {
	char **v;
	size_t n, cap;
};

/*
 * The regular files that the words of `path` name or match; patterns pass over directories.  A word
 * that gives no file is an error, unless files may appear later.  0, or < 0 after weir_fail().  In
 * both cases names is to be freed.
 */
int file_names_find(
	struct file_names *names, struct weir_task *task, const struct weir_list *path, int later);
int file_names_add(struct file_names *names, struct weir_task *task, const char *path);
void file_names_free(struct file_names *names);

/* The name of a regular file in the directory of path, by its inode: to be freed; NULL: none. */
char *file_with_inode(const char *path, uint64_t inode);

/* `open() "x.ndjson" failed (2: No such file or directory); REMEDY`.  Gives -code. */
int file_fail(
	struct weir_task *task, const char *call, const char *path, int code, const char *remedy);
/* The same of what changes the disk, for which a full one has its own remedy. */
int file_change_fail(
	struct weir_task *task, const char *call, const char *path, int code, const char *remedy);

struct stat;

/* A sink writes this file.  0, or < 0 after weir_fail(). */
int file_written_note(struct weir_task *task, const struct stat *st);
/* 0, or < 0 after weir_fail(): some sink of the pipeline writes this file. */
int file_written_refuse(struct weir_task *task, const char *path, const struct stat *st);

/* FNV-1a of some bytes, to tell one file from another. */
uint64_t file_hash(const void *p, size_t n);

#endif
