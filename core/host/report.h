/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plan makes of a pipeline, for people and for programs.  Reads a planned pipeline and
 * changes nothing.
 */
#ifndef WR_HOST_REPORT_H
#define WR_HOST_REPORT_H

#include "base/text.h"
#include "engine/plan/pipeline.h"

struct wr_generation;
struct wr_state_plan;

/* The DAG as a picture, columns, delivery, state, memory, notes. */
void wr_report_text(
	const struct wr_pipeline *pipeline, const struct wr_state_plan *state, struct wr_text *out);
/* One object with all pipelines and all problems. */
void wr_report_json(const struct wr_generation *gen, struct wr_text *out);

/* What a conf leaves unsaid, and what follows from it: calls back with one sentence each. */
void wr_report_notes(const struct wr_pipeline *pipeline,
	void (*note)(void *arg, const struct wr_op *op, const char *sentence), void *arg);

/* As in a conf: "timestamp". */
const char *wr_report_type(uint32_t type);
const char *wr_report_kind(uint32_t kind);

#endif
