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

/* Whether the last component, and only that, has patterns, and only %Y %m %d %H %M %S. */
int roll_name_check(const char *path);
/* A name by a time (microseconds), or by `now` if that is no year of four digits.  To be freed;
 * NULL: out of memory. */
char *roll_name(const char *path, int64_t us, int64_t now, uint64_t number);
/* Whether roll_name() of the path could have given the name. */
int roll_name_matches(const char *path, const char *name);

/* Makes a file visible.  Idempotent; says so if it was taken away already. */
int roll_publish(struct weir_task *task, const struct out_token *token);

/* A file that the present conf does not go on with: left as the epoch knows it. */
int sink_settle(struct weir_task *task, const struct out_token *token);

/* Before rows are written; event_time: of the first. */
int roll_before(struct sink *sink, struct weir_task *task, int64_t event_time);
int roll_after(struct sink *sink, struct weir_task *task);
/* Without durable state: the end. */
int roll_finish(struct sink *sink, struct weir_task *task);
int roll_prepare(struct sink *sink, struct weir_task *task, struct weir_items *tokens);
int roll_commit(struct sink *sink, struct weir_task *task);
int roll_recover(struct sink *sink, struct weir_task *task);

#endif
