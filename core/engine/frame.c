/* SPDX-License-Identifier: Apache-2.0 */
/* Frames; see frame.h. */
#include "engine/frame.h"

#include "engine/out.h"
#include "engine/refuse.h"

#include <stdlib.h>

/* A row that fails in an expression is rejected from the batch it is evaluated over. */
static void
row_error(struct wr_eval *eval, uint32_t row, const char *why)
{
	wr_inst_reject(wr_inst_of(eval->task), eval->arg, row, why);
}

struct wr_frame *
wr_frame_new(void)
{
	struct wr_frame *frame = wr_zalloc(sizeof *frame);

	frame->outs_end = &frame->outs;
	frame->eval.scratch = frame->eval.result = &frame->scratch;
	frame->eval.row_error = row_error;
	return frame;
}

void
wr_frame_forget_rejects(struct wr_frame *frame)
{
	for (uint32_t i = 0; i < frame->n_rejected; i++)
		if (wr_batch_of(frame->rejected[i].batch)->pool != NULL)
			wr_batch_unref(wr_batch_of(frame->rejected[i].batch));
	frame->n_rejects = frame->n_rejected = 0;
}

static void
free_outs(struct weir_out *out, bool sent)
{
	for (struct weir_out *next; out != NULL; out = next) {
		next = out->next;
		if (!sent)
			wr_batch_unref(out->batch);
		free(out);
	}
}

void
wr_frame_drop(struct wr_frame *frame)
{
	wr_frame_forget_rejects(frame);
	free_outs(frame->outs, false);
	frame->outs = NULL;
	frame->outs_end = &frame->outs;
}

void
wr_frame_free(struct wr_frame *frame)
{
	if (frame == NULL)
		return;
	wr_frame_drop(frame);
	free_outs(frame->spare_outs, true);
	free(frame->rejects);
	free(frame->rejected);
	wr_arena_fini(&frame->scratch);
	free(frame);
}
