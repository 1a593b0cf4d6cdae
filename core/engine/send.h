/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a callback emitted to the next operator: a direct call, or rings, by key group where
 * the input is keyed.
 */
#ifndef WR_ENGINE_SEND_H
#define WR_ENGINE_SEND_H

#include "engine/instance.h"

/* Everything begun in this callback, in order. */
void wr_inst_send_outs(struct wr_inst *inst);
/* The keys that whoever reads the operator's first port will ask for, if there is one reader, and
 * they can be made: while the rows are near.  What cannot is told when it is sent.  [who fills the
 * batch] */
void wr_send_make_keys(struct wr_inst *by, struct wr_batch *batch);
/* One batch on all edges of a port; takes the reference. */
void wr_inst_send(struct wr_inst *inst, uint32_t port, struct wr_batch *batch);

#endif
