/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink `file`, shared by sink.c (rows to lines), grow.c (one file that grows) and roll.c (many,
 * one after the other).
 */
#ifndef FILE_SINK_H
#define FILE_SINK_H

#include "../bytes/frames.h"
#include "out.h"

struct sink_conf {
	struct weir_str path;
	uint32_t append;
	uint64_t roll_size; /* 0: not by size */
	int64_t roll_time; /* microseconds; 0: not by time */
	uint32_t compression, framing;
	uint32_t reopen;
	uint32_t rolled; /* by size, by time, or by patterns of the path */
};

/* A rolled file in progress. */
struct roll_file {
	struct roll_file *next;
	struct out_file file;
	char *name; /* that it will have */
	int64_t since; /* when it was begun */
	int64_t from, to; /* event times of its rows: from <= t < to */
};

struct sink {
	const struct sink_conf *conf;
	char *path;
	int started; /* the output has been touched */
	struct out_file file; /* being written */
	int durable; /* rolled: the host decides epochs */
	int ended; /* no row comes any more */
	int has_base; /* a base file waits for the first epoch to be decided */
	struct out_token *known; /* by the epoch that is resumed */
	uint32_t n_known;
	/* Rolled. */
	uint64_t number; /* of the last file begun */
	struct roll_file *open; /* the one written to last is first */
	struct out_token *closed; /* full, to be renamed when their epoch is decided */
	uint32_t n_closed;
	struct frames_text text; /* what a batch comes to */
	uint64_t *bytes;
};

/* A file that was just opened is written as the conf says. */
void sink_adopt(const struct sink *sink, struct out_file *file);
/* Rows of a batch, and what stands before the first of a file. */
int sink_write(struct sink *sink, struct weir_task *task, struct out_file *file,
	const struct weir_batch *batch);

/* Without durable state: empties the file, or goes to its end. */
int grow_begin(struct sink *sink, struct weir_task *task);
/* With `reopen`: another file, if the one being written is no longer at its path. */
int grow_reopen(struct sink *sink, struct weir_task *task);
int grow_prepare(struct sink *sink, struct weir_task *task, struct weir_items *tokens);
int grow_commit(struct sink *sink, struct weir_task *task);
/* The output as the epoch left it; see `known`. */
int grow_recover(struct sink *sink, struct weir_task *task, uint64_t epoch);

/* One item of prepare(). */
int sink_token(struct weir_task *task, struct weir_items *tokens, const struct out_token *token);

#endif
