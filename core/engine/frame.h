/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an instance has in hand from the beginning of a callback until what came of it is sent and
 * settled.  Callbacks of a loop nest as its chains do, one of each depth at most: so transforms
 * have the loop's frame of their depth, however many they are.  A source and a sink, which have
 * threads beside the loop, have one of their own.
 */
#ifndef WR_ENGINE_FRAME_H
#define WR_ENGINE_FRAME_H

#include "base/arena.h"
#include "expr/expr.h"

struct weir_out;

struct wr_reject {
	const struct weir_batch *batch;
	uint32_t row;
	const char *why;
};

/* The rejected rows of a batch. */
struct wr_rejected {
	const struct weir_batch *batch;
	uint64_t rows[WEIR_ROWS_MAX / 64];
};

struct wr_frame {
	struct weir_err err;
	struct wr_arena scratch;
	struct wr_eval eval;
	struct weir_out *outs, **outs_end; /* begun, in order */
	struct weir_out *spare_outs;
	struct weir_out *letters; /* the one of them that takes dead letters; NULL: none yet */
	struct wr_reject *rejects;
	uint32_t n_rejects, cap_rejects;
	struct wr_rejected *rejected; /* the same, by their batches */
	uint32_t n_rejected, cap_rejected;
};

struct wr_frame *wr_frame_new(void);
/* Lets go of batches: of rejected rows; and of all outs that a failure left there. */
void wr_frame_forget_rejects(struct wr_frame *frame);
void wr_frame_drop(struct wr_frame *frame);
void wr_frame_free(struct wr_frame *frame);

#endif
