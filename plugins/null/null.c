/* SPDX-License-Identifier: Apache-2.0 */
/* The sink `null`: takes everything, keeps nothing, and counts. */
#include <weir/weir.h>

/* All columns are asked for, so that what stands before does all its work: else measuring it would
 * mean little. */
static int
sink_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	(void)conf;
	(void)plan;
	(void)host;
	return WEIR_OK;
}

/* The instance is its counter. */
static int
sink_open(const void *conf, struct weir_task *task, void **self)
{
	(void)conf;
	*self = task->host->counter(task, "discarded_rows", "Rows thrown away.");
	return WEIR_OK;
}

static void
sink_close(void *self)
{
	(void)self;
}

static int
sink_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	(void)task;
	(void)in;
	weir_count(self, batch->sel != NULL ? batch->n_sel : batch->n_rows);
	return WEIR_OK;
}

static const struct weir_sink sink_calls = {.size = sizeof sink_calls};

static const struct weir_operator null_operator = {
	.size = sizeof null_operator,
	.kind = WEIR_SINK,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_ENCODED | WEIR_TAKES_CHANGES | WEIR_TYPED,
	.name = "null",
	.summary = "Throws rows away.",
	.directive_size = sizeof(struct weir_directive),
	.n_in = 1,
	.plan = sink_plan,
	.open = sink_open,
	.close = sink_close,
	.process = sink_process,
	.sink = &sink_calls,
};

WEIR_PLUGIN("null", "0.1", "Apache-2.0", &null_operator)
