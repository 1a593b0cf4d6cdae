/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rolled files: rows go to NAME.inprogress, which is renamed to NAME when it is full and its epoch
 * is decided, so that who reads NAME sees decided rows only.
 */
#ifndef FILE_ROLL_H
#define FILE_ROLL_H

#include <stdlib.h>

#include "sink.h"

#define ROLL_SUFFIX ".inprogress"

/*
 * A path's patterns are %Y %m %d %H %M %S, and %% for a percent sign.  0: it has others.
 * *patterned: it has any, but for %%.
 */
int roll_name_check(const char *path, int *patterned);
/* The time that a row is filed under: its event time, or `now` if that is no year of four digits.
 */
int64_t roll_time(int64_t us, int64_t now);
/* Times whose rows go to the same file, from <= us < to, by the finest pattern of the path. */
void roll_period(const char *path, int64_t us, int64_t *from, int64_t *to);
/* A name by a time that roll_time() gave; number 0: without one.  To be freed; NULL: out of memory.
 */
char *roll_name(const char *path, int64_t us, uint64_t number);
/* Whether roll_name() of the path could have given the name; bare: also without a number. */
int roll_name_matches(const char *path, int bare, const char *name);
/* For glob(): files in progress of the path's names, and others.  To be freed; NULL: out of memory.
 */
char *roll_glob(const char *path);

/* Makes a file visible.  Idempotent; says so if it was taken away already. */
int roll_publish(struct weir_task *task, const struct out_token *token);

/* A file that the present conf does not go on with: left as the epoch knows it. */
int sink_settle(struct weir_task *task, const struct out_token *token);

/* The rows of a batch go to the files of their times. */
int roll_process(struct sink *sink, struct weir_task *task, const struct weir_batch *batch);
/* Files whose time has passed are full. */
int roll_on_watermark(struct sink *sink, struct weir_task *task, int64_t watermark);
/* Without durable state: the end. */
int roll_finish(struct sink *sink, struct weir_task *task);
int roll_prepare(struct sink *sink, struct weir_task *task, struct weir_items *tokens);
int roll_commit(struct sink *sink, struct weir_task *task);
int roll_recover(struct sink *sink, struct weir_task *task);
/* Closes what is open, as it is. */
void roll_close(struct sink *sink);

#endif
