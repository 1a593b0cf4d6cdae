/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One savepoint of a running pipeline at a time: asked for by anyone, begun by the state thread
 * between two epochs, written by a thread of its own.
 */
#ifndef WR_ENGINE_SAVING_H
#define WR_ENGINE_SAVING_H

#include <pthread.h>
#include <stdbool.h>

#include "engine/run.h"
#include "state/savepoint.h"

enum { WR_SAVING_IDLE, WR_SAVING_ASKED, WR_SAVING_RUNS, WR_SAVING_DONE };

/* All zero, and its lock initialised, is idle. */
struct wr_saving {
	pthread_mutex_t lock; /* of stage */
	uint32_t stage;
	char *path;
	wr_savepoint_done_fn done;
	void *arg;
	struct wr_savepoint *savepoint;
	pthread_t thread;
	_Atomic bool stop;
};

/* -EBUSY: one is being written. [any] */
int wr_saving_ask(struct wr_saving *saving, const char *path, wr_savepoint_done_fn done, void *arg,
	struct weir_err *err);
bool wr_saving_is_asked(struct wr_saving *saving);
/* The store's last epoch is decided and applied.  Takes a snapshot and starts to write it. [state]
 */
void wr_saving_begin(struct wr_saving *saving, struct wr_store *store);
/* Writing ends soon, with an error. [any] */
void wr_saving_stop(struct wr_saving *saving);
/* What was begun is written, what was asked for and not begun is refused.  Before the store closes.
 */
void wr_saving_end(struct wr_saving *saving);

#endif
