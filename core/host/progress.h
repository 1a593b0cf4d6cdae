/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a run gets on: rates since the last look, how much of a bounded input is read, who limits it.
 * The main thread looks; the counters behind it are written by the loops.
 */
#ifndef WR_HOST_PROGRESS_H
#define WR_HOST_PROGRESS_H

#include <stdint.h>

#include "base/text.h"
#include "engine/run.h"

struct wr_progress;

struct wr_progress *wr_progress_new(const struct wr_run *run, const struct wr_pipeline *pipeline);
/* The status line as of now. */
void wr_progress_line(struct wr_progress *progress, struct wr_text *out);
/* `1234 rows in, 56 out, 2.1 s, 588 rows/s`. */
void wr_progress_end(struct wr_progress *progress, struct wr_text *out);
/* Seconds since it was made. */
double wr_progress_elapsed(const struct wr_progress *progress);
/* Where a source stands: `12345 records read, 67% of the input, watermark 2026-11-21 09:34:00`. */
void wr_progress_source(const struct wr_run *run, const struct wr_op *op, struct wr_text *out);
void wr_progress_free(struct wr_progress *progress);

#endif
