/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A column with the number of each row among the rows of its key.
 *     number visits { from clicks; key user; as visit; }
 */
#include "template.h"

#include <stdlib.h>

struct number_conf {
	struct weir_list key;
	struct weir_str as;
	int32_t col; /* of the new column; plan finds it out */
};

struct number {
	const struct number_conf *conf;
	const struct weir_table_ext *tables;
	struct weir_table *table;
};

static const struct weir_directive number_directives[] = {
	{
		.name = "key",
		.summary = "Expressions whose values group the rows.",
		.type = WEIR_D_EXPRS,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct number_conf, key),
	},
	{
		.name = "as",
		.summary = "Name of the new column.",
		.deflt = "number",
		.type = WEIR_D_STR,
		.offset = offsetof(struct number_conf, as),
	},
	{.name = NULL},
};

static int
number_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	struct number_conf *c = conf;

	host->distribute(plan, 0, WEIR_KEYED, &c->key);
	host->pass(plan, 0, 0, -1, c->as);
	c->col = host->add(plan, 0, c->as, WEIR_INT64, 0);
	return c->col < 0 ? -EINVAL : WEIR_OK;
}

static int
number_open(const void *conf, struct weir_task *task, void **self)
{
	static const struct weir_slot slot = {.name = "count", .bytes = 8, .version = 1};
	const struct weir_table_spec spec = {
		.size = sizeof spec,
		.flags = WEIR_BY_KEY,
		.n_slots = 1,
		.name = "count",
		.slots = &slot,
	};
	struct number *number = malloc(sizeof *number);

	if (number == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	number->conf = conf;
	number->tables = task->host->extension("weir.table/1"); /* `needs` says it is there */
	number->table = number->tables->open(task, &spec);
	*self = number;
	return WEIR_OK;
}

static int
number_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct number *number = self;
	struct weir_out *out = task->host->extend(task, 0, batch);
	int64_t *value = task->host->vec(out, number->conf->col)->values;
	void *row[WEIR_ROWS_MAX];
	uint32_t i;

	(void)in;
	number->tables->upsert(number->table, batch, NULL, batch->n_rows, NULL, row);
	for (i = 0; i < batch->n_rows; i++)
		value[i] = ++*(int64_t *)row[i];
	return WEIR_OK;
}

const struct weir_operator template_number = {
	.size = sizeof template_number,
	.kind = WEIR_TRANSFORM,
	.name = "number",
	.summary = "Numbers the rows of each key.",
	.needs = "weir.table/1",
	.conf_size = sizeof(struct number_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = number_directives,
	.n_in = 1,
	.n_out = 1,
	.plan = number_plan,
	.open = number_open,
	.close = free,
	.process = number_process,
};
