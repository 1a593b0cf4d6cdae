/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows and records that are refused: on_error fail, drop or dead_letter.  Counted in every case,
 * shown in the first.
 */
#ifndef WR_ENGINE_REFUSE_H
#define WR_ENGINE_REFUSE_H

#include "engine/instance.h"

struct wr_refused {
	struct weir_str raw, partition; /* p NULL: not known any more */
	int64_t offset; /* -1: not known */
	int64_t event_time; /* INT64_MIN: not known */
	const char *code, *why;
};

/* Remembers a row of this callback; settled when it has returned.  [task] */
void wr_inst_reject(
	struct wr_inst *inst, const struct weir_batch *batch, uint32_t row, const char *why);
/* The rows of a batch that were rejected in this callback, a bit each; NULL: none.  [task] */
const uint64_t *wr_inst_rejected(const struct wr_inst *inst, const struct weir_batch *batch);
/* After a callback that is not settled.  [task] */
/* One refused record, at once. */
void wr_inst_refuse(struct wr_inst *inst, const struct wr_refused *refused);
/* After a callback's output was sent: what its rejected rows come to. */
void wr_inst_settle(struct wr_inst *inst);

#endif
