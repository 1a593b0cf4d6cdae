/* SPDX-License-Identifier: Apache-2.0 */
/* All counters of a run as one line of JSON.  After the run's end, or while it runs; the main
 * thread. */
#ifndef WR_HOST_SUMMARY_H
#define WR_HOST_SUMMARY_H

#include "base/text.h"
#include "engine/run.h"

struct wr_summary_end {
	const char *reason; /* "ended", "stopped", "failed" */
	const char *error; /* NULL: none */
	int exit_code;
	double elapsed; /* s */
};

void wr_summary_json(const struct wr_run *run, const struct wr_pipeline *pipeline,
	const struct wr_summary_end *end, struct wr_text *out);

#endif
