/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps keyed state within the pipeline's memory_limit.  Instances say what their tables take;
 * above the share of tables each lets go of its part, between callbacks while none of its epochs is
 * in flight, and before it is captured, when none is.  What was written since the last capture
 * cannot go, so if all of it is too much, sources wait for an epoch: a bound, and always some
 * progress.
 */
#ifndef WR_ENGINE_MEMORY_H
#define WR_ENGINE_MEMORY_H

#include "engine/checkpoint_private.h"

/* Without a limit nothing here does anything. */
void wr_memory_init(struct wr_checkpoint *checkpoint);
/* Before it is restored. */
void wr_memory_table(
	struct wr_checkpoint *checkpoint, struct wr_inst *inst, struct weir_table *table);
/* Behind a callback. [task] */
void wr_memory_note(struct wr_checkpoint *checkpoint, struct wr_inst *inst);
/* Before the instance is captured for that epoch. [task] */
void wr_memory_capture(struct wr_checkpoint *checkpoint, struct wr_inst *inst, uint64_t epoch);

/* Sources wait: more state is in memory than may be.  They are scheduled when that is over. [any]
 */
bool wr_memory_is_full(struct wr_checkpoint *checkpoint);

#endif
