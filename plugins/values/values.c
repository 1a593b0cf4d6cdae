/* SPDX-License-Identifier: Apache-2.0 */
/* The source `values`: records that stand in the conf. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <weir/weir.h>

struct values_conf {
	struct weir_list row;
};

struct values {
	const struct values_conf *conf;
	uint32_t part, next; /* next: the row to be given */
	int assigned;
	int64_t offset[WEIR_ROWS_MAX];
};

static const struct weir_directive directives[] = {
	{.name = "row",
		.summary = "The text of a record.",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct values_conf, row)},
	{.name = NULL},
};

static int
values_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	(void)conf;
	host->declare(plan, WEIR_PLAN_MAX_PARALLELISM, 1, (struct weir_str){0});
	return WEIR_OK;
}

static int
values_open(const void *conf, struct weir_task *task, void **self)
{
	struct values *values = calloc(1, sizeof *values);

	if (values == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	values->conf = conf;
	if (task->subtask == 0)
		task->host->partition(task, (struct weir_str){.p = "values", .len = 6});
	*self = values;
	return WEIR_OK;
}

/* A position is the number of rows given. */
static int
values_assign(void *self, struct weir_task *task, uint32_t part, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct values *values = self;
	uint64_t next = 0;
	uint32_t i;

	(void)name;
	(void)fresh;
	for (i = 0; pos.p != NULL && i < pos.len && next <= UINT32_MAX; i++)
		next = next * 10 + (uint64_t)(pos.p[i] - '0');
	if (next > values->conf->row.n)
		return weir_fail(task->err, -EINVAL,
			"the checkpoint has read %" PRIu64
			" rows, and the conf has %u; put the rows "
			"back, or start without the checkpoint",
			next, values->conf->row.n);
	values->next = (uint32_t)next;
	values->part = part;
	values->assigned = 1;
	return WEIR_OK;
}

static int
values_revoke(void *self, struct weir_task *task, uint32_t part)
{
	struct values *values = self;

	(void)task;
	(void)part;
	values->assigned = 0;
	return WEIR_OK;
}

/* The records are the conf's own text: it lives as long as the pipeline, so there is nothing to
 * release. */
static int
values_poll(void *self, struct weir_task *task)
{
	struct values *values = self;
	const struct weir_list *rows = &values->conf->row;
	struct weir_raw raw = {.size = sizeof raw, .offset = values->offset};
	char text[16];
	int len;

	if (!values->assigned)
		return WEIR_END;
	if (values->next == rows->n) {
		task->host->finished(task, values->part);
		values->assigned = 0;
		return WEIR_END;
	}
	raw.rec = rows->v + values->next;
	while (raw.n < WEIR_ROWS_MAX && values->next < rows->n)
		values->offset[raw.n++] = values->next++;
	task->host->raw(task, values->part, &raw);
	len = snprintf(text, sizeof text, "%u", values->next);
	task->host->position(
		task, values->part, (struct weir_str){.p = text, .len = (uint32_t)len});
	return WEIR_OK;
}

static const struct weir_source source_calls = {
	.size = sizeof source_calls,
	.assign = values_assign,
	.revoke = values_revoke,
	.poll = values_poll,
};

static const struct weir_operator values_operator = {
	.size = sizeof values_operator,
	.kind = WEIR_SOURCE,
	.flags = WEIR_REPLAYABLE | WEIR_READS_DECLARED,
	.name = "values",
	.summary = "Gives records that stand in the conf, once.",
	.conf_size = sizeof(struct values_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = directives,
	.n_out = 1,
	.plan = values_plan,
	.open = values_open,
	.close = free,
	.source = &source_calls,
};

WEIR_PLUGIN("values", "0.1", "Apache-2.0", &values_operator)
