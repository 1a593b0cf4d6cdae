/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the JSON of `weir run --summary json`. */
#include "host/summary.h"

#include <jansson.h>
#include <stdlib.h>

#include "host/report.h"

static void
summary_add_counter(void *arg, const char *name, const char *help, uint64_t value)
{
	(void)help;
	json_object_set_new(arg, name, json_integer((json_int_t)value));
}

static json_t *
summary_watermark(int64_t watermark)
{
	if (watermark == INT64_MIN)
		return json_null();
	if (watermark == INT64_MAX)
		return json_string("end");
	return json_integer(watermark);
}

static json_t *
summary_operator(const struct wr_run *run, const struct wr_op *op)
{
	json_t *counters = json_object();
	struct wr_op_status s;

	wr_run_status(run, op->id, &s);
	wr_run_counters(run, op->id, summary_add_counter, counters);
	return json_pack("{s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
			 "s:I, s:o, s:o}",
		"name", op->name, "kind", wr_report_kind(op->desc->kind), "operator", op->word,
		"parallelism", (int)op->parallelism, "rows_in", (json_int_t)s.rows_in, "rows_out",
		(json_int_t)s.rows_out, "batches_in", (json_int_t)s.batches_in, "records",
		(json_int_t)s.records, "bad", (json_int_t)s.bad, "rejected", (json_int_t)s.rejected,
		"dropped", (json_int_t)s.dropped, "dead", (json_int_t)s.dead, "busy_us",
		(json_int_t)s.busy_us, "blocked_us", (json_int_t)s.blocked_us, "queued",
		(json_int_t)s.queued, "watermark", summary_watermark(s.watermark), "counters",
		counters);
}

void
wr_summary_json(const struct wr_run *run, const struct wr_pipeline *pipeline,
	const struct wr_summary_end *end, struct wr_text *out)
{
	json_t *operators = json_array(), *root;
	char *text;
	uint32_t i;

	for (i = 0; i < pipeline->n_ops && run != NULL; i++)
		json_array_append_new(operators, summary_operator(run, pipeline->ops[i]));
	root = json_pack("{s:s, s:s, s:s?, s:i, s:f, s:i, s:o}", "pipeline", pipeline->name,
		"reason", end->reason, "error", end->error, "exit", end->exit_code, "elapsed_s",
		end->elapsed, "loops", (int)pipeline->threads, "operators", operators);
	text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
	if (text != NULL) {
		wr_text_put(out, text);
		wr_text_put(out, "\n");
	}
	free(text);
	json_decref(root);
}
