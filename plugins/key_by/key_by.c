/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_by: deals rows to subtasks, so that those of a key meet in one and stay in order.  The rows
 * go on as they came.
 */
#include <errno.h>
#include <weir/weir.h>

struct key_by_conf {
	struct weir_list key;
};

static const struct weir_directive key_by_directives[] = {
	{
		.name = "key",
		.summary = "Expressions; rows for which all have the same values meet.",
		.type = WEIR_D_EXPRS,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct key_by_conf, key),
	},
	{.name = NULL},
};

static int
key_by_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	const struct key_by_conf *conf = self;

	host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -1, (struct weir_str){0});
	return WEIR_OK;
}

static int
key_by_open(const void *conf, struct weir_task *task, void **self)
{
	(void)conf;
	(void)task;
	*self = NULL;
	return WEIR_OK;
}

static int
key_by_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	(void)self;
	(void)in;
	task->host->extend(task, 0, batch);
	return WEIR_OK;
}

static const struct weir_operator key_by_operator = {
	.size = sizeof key_by_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_READS_DECLARED,
	.name = "key_by",
	.summary = "Brings the rows of each key together in one subtask.",
	.conf_size = sizeof(struct key_by_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = key_by_directives,
	.n_in = 1,
	.n_out = 1,
	.plan = key_by_plan,
	.open = key_by_open,
	.process = key_by_process,
};

WEIR_PLUGIN("key_by", "0.1", "Apache-2.0", &key_by_operator)
