/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pipeline keeps: the operators of its manifest.  Tables are known to whoever opens them, so
 * the first subtask of each operator that has some must be open.
 */
#ifndef WR_ENGINE_KEEPS_H
#define WR_ENGINE_KEEPS_H

#include "base/arena.h"
#include "engine/run.h"
#include "state/store.h"

/* All of it is the arena's, or the pipeline's. */
struct wr_kept wr_keeps(struct wr_run *run, struct wr_arena *arena);
/* It may set timers under keys. */
bool wr_keeps_keyed_timers(const struct wr_op *op);

#endif
