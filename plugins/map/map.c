/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map: makes, renames, removes and keeps fields, and sets the event time.  Whatever makes a field
 * is an expression over the input record; fields that only move are shared with the input.
 */
#include "map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct map {
	const struct map_conf *conf;
	const struct weir_expr_ext *ext;
};

static const struct weir_directive map_directives[] = {
	{
		.name = "set",
		.summary = "Fields and the expressions over the input record that give them.",
		.type = WEIR_D_EXPRS,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, set),
	},
	{
		.name = "rename",
		.summary = "A field, and the name it goes on under.",
		.choices = "field",
		.type = WEIR_D_STR,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, from),
	},
	{
		.name = "rename",
		.choices = "name",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct map_conf, to),
	},
	{
		.name = "remove",
		.summary = "Fields that end here.",
		.type = WEIR_D_LIST,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, remove),
	},
	{
		.name = "keep",
		.summary = "The only fields of the input that go on.",
		.type = WEIR_D_LIST,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, keep),
	},
	{
		.name = "cast",
		.summary = "A field, and the type it is converted to: cast(FIELD as TYPE).",
		.choices = "field",
		.type = WEIR_D_STR,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, cast),
	},
	{
		.name = "cast",
		.choices = "type",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct map_conf, cast_type),
	},
	{
		.name = "default",
		.summary = "A field, and the expression that stands in where it is null.",
		.choices = "field",
		.type = WEIR_D_STR,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, deflt),
	},
	{
		.name = "default",
		.choices = "expression",
		.type = WEIR_D_EXPR,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct map_conf, deflt_value),
	},
	{
		.name = "nest",
		.summary = "A new json field, an object, and the fields that move into it.",
		.choices = "name",
		.type = WEIR_D_STR,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, nest),
	},
	{
		.name = "nest",
		.choices = "fields",
		.type = WEIR_D_EXPR,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct map_conf, nest_fields),
	},
	{
		.name = "flatten",
		.summary = "A json field, an object, and NAME TYPE of the members that become "
			   "fields instead of it, with commas between them.",
		.choices = "field",
		.type = WEIR_D_STR,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct map_conf, flatten),
	},
	{
		.name = "flatten",
		.choices = "members",
		.type = WEIR_D_EXPR,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct map_conf, flatten_members),
	},
	{
		.name = "set_event_time",
		.summary = "A timestamp: when the row happened; null is a bad row.",
		.type = WEIR_D_EXPR,
		.offset = offsetof(struct map_conf, event_time),
	},
	{
		.name = "changes_as",
		.summary = "Name of a column for what a row does to an earlier one: insert, "
			   "update_before, update or delete; the rows themselves are inserts then.",
		.type = WEIR_D_STR,
		.offset = offsetof(struct map_conf, changes_as),
		.also = "changelog row_kind op",
	},
	{
		.name = "watermark",
		.summary = "How far behind the latest event time set here rows may come: not at "
			   "all (monotonic), or so long (bounded DURATION).",
		.deflt = "monotonic",
		.choices = "monotonic bounded",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct map_conf, watermark),
	},
	{
		.name = "watermark",
		.choices = "duration",
		.type = WEIR_D_DURATION,
		.max = INT64_MAX,
		.offset = offsetof(struct map_conf, bound),
	},
	{.name = NULL},
};

static int
map_open(const void *conf, struct weir_task *task, void **self)
{
	struct map *map = malloc(sizeof *map);

	if (map == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	map->conf = conf;
	map->ext = task->host->extension("weir.expr/1");
	*self = map;
	return WEIR_OK;
}

static void
set_event_time(const struct map *map, struct weir_task *task, const struct weir_batch *batch,
	struct weir_out *out)
{
	const struct weir_column *time = map->ext->eval(map->conf->time, task, batch);
	int64_t *to = task->host->event_time(out);
	uint32_t n = batch->sel != NULL ? batch->n_sel : batch->n_rows;

	for (uint32_t k = 0; k < n; k++) {
		uint32_t row = batch->sel != NULL ? batch->sel[k] : k;

		if (weir_null_at(time, row))
			task->host->reject(task, batch, row, "set_event_time is null");
		else
			to[row] = weir_int_at(time, row);
	}
}

/* All rows become inserts, which say what they were. */
static void
show_changes(const struct map *map, struct weir_task *task, const struct weir_batch *batch,
	struct weir_out *out)
{
	static const char *const names[] = {[WEIR_INSERT] = "insert",
		[WEIR_UPDATE_BEFORE] = "update_before",
		[WEIR_UPDATE_AFTER] = "update",
		[WEIR_DELETE] = "delete"};
	struct weir_vec *vec = task->host->vec(out, map->conf->changes_col);

	for (uint32_t i = 0; vec != NULL && i < batch->n_rows; i++) {
		const char *name = names[batch->kind != NULL ? batch->kind[i] : WEIR_INSERT];

		task->host->text(out, map->conf->changes_col, i, name, (uint32_t)strlen(name));
	}
	if (batch->kind != NULL)
		memset(task->host->kinds(out), WEIR_INSERT, batch->n_rows);
}

static int
map_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	const struct map *map = self;
	const struct map_conf *conf = map->conf;
	const struct weir_host *host = task->host;
	struct weir_out *out = host->extend(task, 0, batch);

	(void)in;
	for (uint32_t i = 0; i < conf->n_made; i++) {
		const struct map_made *made = &conf->made[i];

		/* What nobody reads is not computed, nor can it fail. */
		if (host->vec(out, made->col) != NULL)
			map->ext->into(made->expr, task, batch, out, made->col);
	}
	if (conf->time != NULL)
		set_event_time(map, task, batch, out);
	if (conf->changes_col >= 0)
		show_changes(map, task, batch, out);
	return WEIR_OK;
}

static const struct weir_operator map_operator = {
	.size = sizeof map_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_CHANGES | WEIR_READS_DECLARED,
	.name = "map",
	.summary = "Makes, renames, removes and keeps fields, and sets the event time.",
	.needs = "weir.expr/1",
	.conf_size = sizeof(struct map_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = map_directives,
	.n_in = 1,
	.n_out = 1,
	.plan = map_plan,
	.open = map_open,
	.close = free,
	.process = map_process,
};

WEIR_PLUGIN("map", "0.1", "Apache-2.0", &map_operator)
