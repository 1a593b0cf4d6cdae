/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators of a pipeline keep; see keeps.h. */
#include "engine/keeps.h"

#include "engine/instance.h"
#include "engine/run_private.h"
#include "state/timer.h"

#include <string.h>

static const char *
dup(struct wr_arena *arena, const char *name)
{
	return wr_arena_dup(arena, name, strlen(name));
}

static struct wr_kept_table
keeps_table(struct wr_arena *arena, const struct wr_op *op, const struct weir_table *table)
{
	const struct weir_table_spec *spec = wr_table_spec_of(table);
	struct wr_kept_slot *slots = wr_arena_array(arena, struct wr_kept_slot, spec->n_slots);

	for (uint32_t i = 0; i < spec->n_slots; i++)
		slots[i] = (struct wr_kept_slot){dup(arena, spec->slots[i].name),
			spec->slots[i].bytes, spec->slots[i].cells, spec->slots[i].version};
	return (struct wr_kept_table){.name = dup(arena, spec->name),
		.flags = spec->flags & (WEIR_BY_NS | WEIR_BY_KEY),
		.key_texts = op->in[spec->in].key_texts,
		.key_types = op->in[spec->in].key_types,
		.n_keys = op->in[spec->in].n_keys,
		.n_slots = spec->n_slots,
		.slots = slots};
}

static bool
has_timers(const struct wr_op *op)
{
	return wr_operator_needs(op->desc, "weir.timer/1");
}

static struct wr_kept_table
keeps_timers(struct wr_arena *arena, const struct wr_op *op, const char *name)
{
	return (struct wr_kept_table){.name = dup(arena, name),
		.flags = WEIR_BY_KEY,
		.key_texts = op->in[0].key_texts,
		.key_types = op->in[0].key_types,
		.n_keys = op->in[0].n_keys};
}

bool
wr_keeps_keyed_timers(const struct wr_op *op)
{
	return has_timers(op) && op->n_in > 0;
}

static struct wr_kept_op
keeps_op(struct wr_arena *arena, const struct wr_op *op, const struct wr_inst *inst)
{
	struct wr_kept_table *tables =
		wr_arena_array(arena, struct wr_kept_table, inst->n_tables + 2);
	uint32_t n = 0;

	for (uint32_t t = 0; t < inst->n_tables; t++)
		if (wr_table_is_kept(inst->tables[t]))
			tables[n++] = keeps_table(arena, op, inst->tables[t]);
	if (wr_keeps_keyed_timers(op)) {
		tables[n++] = keeps_timers(arena, op, WR_TIMERS_EVENT);
		tables[n++] = keeps_timers(arena, op, WR_TIMERS_CLOCK);
	}
	return (struct wr_kept_op){.name = op->name,
		.word = op->word,
		.state_version = op->desc->state_version,
		.parallelism = op->parallelism,
		.tables = tables,
		.n_tables = n,
		.has_private = op->desc->snapshot != NULL,
		.has_timers = has_timers(op),
		.has_position = op->desc->kind == WEIR_SOURCE,
		.has_output = op->two_phase,
		.keeps_parallelism = (op->desc->flags & WEIR_KEEPS_PARALLELISM) != 0};
}

struct wr_kept
wr_keeps(struct wr_run *run, struct wr_arena *arena)
{
	const struct wr_pipeline *p = wr_run_pipeline(run);
	struct wr_kept_op *ops = wr_arena_array(arena, struct wr_kept_op, p->n_ops);

	for (uint32_t i = 0; i < p->n_ops; i++)
		ops[i] = keeps_op(arena, p->ops[i], wr_run_inst(run, p->ops[i], 0));
	return (struct wr_kept){p->name, p->max_parallelism, ops, p->n_ops};
}
