/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink that decides epochs, as the coordinator sees it: asked at start what it decided last, and
 * given each epoch to decide.  Both may block: before the run starts, then on the state thread.
 */
#ifndef WR_ENGINE_DECIDER_H
#define WR_ENGINE_DECIDER_H

#include "engine/instance.h"
#include "state/store.h"

/* The store is as the decider says.  inst is open and has restored nothing. */
int wr_decider_settle(struct wr_inst *inst, const struct wr_pipeline *pipeline,
	struct wr_store *store, struct weir_err *err);
/* Below 0: nobody knows whether it is decided; inst->err says why. */
int wr_decider_decide(struct wr_inst *inst, uint64_t epoch, struct weir_str tag,
	const struct wr_capture *const *captures, uint32_t n);

#endif
