/* SPDX-License-Identifier: Apache-2.0 */
/* The bound of keyed state in memory; see memory.h. */
#include "engine/memory.h"

#include "engine/run_private.h"
#include "state/evict.h"

#include <malloc.h>

enum {
	MEMORY_SLICE = 4096, /* entries that go between two callbacks */
	MEMORY_MANY = 64, /* namespaces: they are not counted behind each callback */
	MEMORY_CALLS = 16,
	MEMORY_MMAP = 128 * 1024 /* bytes: larger pieces are the system's */
};

void
wr_memory_init(struct wr_checkpoint *c)
{
	uint64_t most = c->pipeline->memory.tables;

	c->memory =
		(struct wr_memory){.most = most, .high = most - most / 8, .low = most - most / 4};
	/* Else the threshold rises with what is freed, and what an epoch needs is kept. */
	if (most > 0)
		mallopt(M_MMAP_THRESHOLD, MEMORY_MMAP);
}

static uint64_t
count_tables(const struct wr_kept *kept)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < kept->n_ops; i++)
		n += (uint64_t)kept->ops[i].n_tables * kept->ops[i].parallelism;
	return n > 0 ? n : 1;
}

void
wr_memory_table(struct wr_checkpoint *c, struct wr_inst *inst, struct weir_table *table)
{
	struct wr_evict_conf conf = {.store = c->store,
		.op = inst->op->name,
		.max_parallelism = c->pipeline->max_parallelism,
		.room = c->memory.low / count_tables(&c->kept)};

	if (c->memory.most == 0)
		return;
	wr_checkpoint_groups(c, inst, &conf.lo, &conf.hi);
	wr_evict_enable(table, &conf);
}

/* What the tables of all instances take, as far as they have said. */
static uint64_t
count(struct wr_checkpoint *c, struct wr_inst *inst)
{
	uint64_t bytes = inst->timers == NULL ? 0 : wr_timers_bytes(inst->timers), before;

	for (uint32_t i = 0; i < inst->n_tables; i++)
		bytes += wr_table_used(inst->tables[i]);
	before = inst->used;
	inst->used = bytes;
	return atomic_fetch_add(&c->memory.used, bytes - before) + bytes - before;
}

/* Each instance lets go of as large a part of what it has. */
static void
let_go(struct wr_checkpoint *c, struct wr_inst *inst, uint64_t all, uint32_t most)
{
	double part = (double)(all - c->memory.low) / (double)all;

	for (uint32_t i = 0; i < inst->n_tables; i++)
		if (wr_table_is_kept(inst->tables[i]))
			wr_table_evict(inst->tables[i],
				(uint64_t)((double)wr_table_used(inst->tables[i]) * part), most);
}

/* Sources wait until the next epoch that is triggered is applied, or there is room. */
static void
hold(struct wr_checkpoint *c)
{
	uint64_t none = 0, epoch = atomic_load(&c->wanted) + 1;

	if (!atomic_compare_exchange_strong(&c->memory.hold, &none, epoch))
		return;
	wr_checkpoint_touch(c);
	pthread_mutex_lock(&c->lock);
	c->early = true;
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

static void
release(struct wr_checkpoint *c)
{
	if (atomic_load_explicit(&c->memory.hold, memory_order_relaxed) == 0)
		return;
	atomic_store(&c->memory.hold, 0);
	wr_run_schedule_sources(c->run);
}

bool
wr_memory_is_full(struct wr_checkpoint *c)
{
	uint64_t epoch = atomic_load_explicit(&c->memory.hold, memory_order_relaxed);

	if (epoch == 0 || atomic_load(&c->applied) < epoch)
		return epoch != 0;
	if (atomic_exchange(&c->memory.hold, 0) == epoch &&
		atomic_load(&c->memory.used) > c->memory.most &&
		!atomic_exchange(&c->memory.told, true))
		wr_run_log(c->run, WEIR_LOG_WARN, NULL,
			"memory_limit cannot be kept: tables hold more than their share that "
			"cannot be left on disk");
	return false;
}

/* More has changed than what one epoch may be: the next one has begun too late, as the last one
 * took its time. */
static bool
is_dirty(struct wr_checkpoint *c)
{
	return atomic_load_explicit(&c->dirty, memory_order_relaxed) >
	       c->pipeline->max_dirty + c->pipeline->max_dirty / 4;
}

static bool
is_due(struct wr_inst *inst)
{
	uint32_t spaces = 0;

	for (uint32_t i = 0; i < inst->n_tables; i++)
		spaces += wr_table_spaces(inst->tables[i]);
	return spaces <= MEMORY_MANY || inst->calls % MEMORY_CALLS == 0;
}

void
wr_memory_note(struct wr_checkpoint *c, struct wr_inst *inst)
{
	uint64_t all;

	if (c->memory.most == 0 || inst->n_tables == 0 || !is_due(inst))
		return;
	wr_checkpoint_note_dirty(c, inst);
	all = count(c, inst);
	if (all > c->memory.high && inst->captured <= atomic_load(&c->applied)) {
		let_go(c, inst, all, MEMORY_SLICE);
		all = count(c, inst);
	}
	if (all > c->memory.most || is_dirty(c))
		hold(c);
	else
		release(c);
}

void
wr_memory_capture(struct wr_checkpoint *c, struct wr_inst *inst, uint64_t epoch)
{
	uint64_t all;

	inst->captured = epoch;
	if (c->memory.most == 0 || inst->n_tables == 0)
		return;
	/* The epoch before has been applied, or this one would not have begun. */
	all = count(c, inst);
	if (all > c->memory.high) {
		let_go(c, inst, all, UINT32_MAX);
		all = count(c, inst);
	}
	if (all <= c->memory.most && !is_dirty(c))
		release(c);
}
