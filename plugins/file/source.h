/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source `file`, shared by source.c (partitions, reading), known.c (which files it knows from
 * the last run) and follow.c (files that grow, are rotated, appear).
 */
#ifndef FILE_SOURCE_H
#define FILE_SOURCE_H

#include "part.h"

struct source_conf {
	struct weir_list path;
	uint64_t max_record_size;
	uint32_t follow;
	uint32_t compression, framing;
};

/*
 * A file that the last run read.  A file is what its inode and its first bytes say, a partition
 * what its path says: with this a renamed file is not read again, and not forgotten either.
 */
struct known {
	struct known *next;
	char kind[8]; /* `at`: being read; `end`: read to its end; `done`: and rotated away */
	struct part_position at;
	char *path; /* of its partition */
};

struct watcher;

struct source {
	const struct source_conf *conf;
	struct weir_task *task;
	struct frames_pool *pool;
	struct quotes quotes;
	struct part *parts;
	struct file_names names; /* subtask 0: the partitions it has announced */
	struct known *known; /* from the last run, of all subtasks */
	struct known *ended; /* of this subtask, in this run */
	struct watcher *watcher; /* of files that are followed */
	uint64_t *bytes, *bytes_total, *empty_lines, *lost_files;
	struct frames_records records;
};

/* source.c */
struct part *source_part(struct source *source, uint32_t number);
void source_announce(struct source *source, const char *path);
struct part_how source_how(const struct source *source);
/* Counts what was read of the partition's file. */
void source_count(struct source *source, struct part *part);
/* Tells the host where the partition stands. */
void source_moved(struct source *source, struct part *part, int64_t to);
/* 1: a batch or a position was given; 0: nothing more to read just now; < 0. */
int source_give(struct source *source, struct part *part);

/* known.c */
int known_add(
	struct known **list, const char *kind, const struct part_position *at, const char *path);
void known_free(struct known **list);
int known_snapshot(void *self, struct weir_task *task, struct weir_items *items);
int known_restore(void *self, struct weir_task *task, uint32_t version,
	const struct weir_str *items, uint32_t n);
/* Where a file was left that bears another name now than then; NULL: it is new. */
const struct part_position *known_renamed(const struct source *source, const char *path);

/* follow.c: the calls of a source that follows its files. */
int follow_open(struct source *source);
void follow_close(struct source *source);
int follow_assign(struct source *source, struct part *part, struct weir_str pos);
int follow_poll(struct source *source);

#endif
