/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery: sinks settle what was decided, instances get back what they kept. */
#include "engine/checkpoint_private.h"

#include "base/err.h"
#include "base/failpoint.h"
#include "engine/items.h"
#include "engine/keeps.h"
#include "engine/memory.h"
#include "engine/run_private.h"
#include "engine/source.h"
#include "state/timer.h"

#include <string.h>

struct token_list {
	struct wr_arena arena;
	struct weir_str *v;
	uint32_t n, cap;
};

static int
add_tokens(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	struct token_list *list = arg;

	(void)subtask;
	return wr_items_read(bytes, &list->arena, &list->v, &list->n, &list->cap, err);
}

/* Its predecessor may have died between the decision and the commit: commit again, it is
 * idempotent. */
static int
recover_sink(struct wr_checkpoint *c, const struct wr_op *op, struct weir_err *err)
{
	struct token_list tokens = {0};
	uint64_t epoch = wr_checkpoint_decided(c);
	int rc = wr_store_sections(c->store, op->name, WR_SECTION_TOKENS, add_tokens, &tokens, err);

	for (uint32_t s = 0; rc >= 0 && s < op->parallelism; s++) {
		struct wr_inst *inst = wr_run_inst(c->run, op, s);

		inst->frame->err = (struct weir_err){0};
		if (s == 0 && tokens.n > 0)
			rc = op->desc->sink->commit(
				inst->self, &inst->pub, epoch, tokens.v, tokens.n);
		wr_failpoint("recover.committed");
		if (rc >= 0)
			rc = op->desc->sink->abort_after(inst->self, &inst->pub, epoch);
		wr_failpoint("recover.aborted");
		if (rc < 0) {
			wr_inst_need_reason(inst, rc);
			*err = inst->frame->err;
			wr_err_wrap(err, "%s", op->title);
		}
	}
	wr_arena_fini(&tokens.arena);
	return rc < 0 ? rc : 0;
}

int
wr_checkpoint_recover(struct wr_checkpoint *c, struct weir_err *err)
{
	const struct wr_pipeline *p = c->pipeline;

	for (uint32_t i = 0; c->store != NULL && i < p->n_ops; i++) {
		const struct wr_op *op = p->ops[i];
		int rc = 0;

		if (op->two_phase)
			rc = recover_sink(c, op, err);
		if (rc < 0)
			return rc;
	}
	if (!wr_checkpoint_has_ended(c))
		return 0;
	return wr_err_set(err, -EALREADY,
		"pipeline \"%s\" has ended before: all its sources had been read to their ends, "
		"and their results were written; to start afresh, move %s away",
		p->name, p->state_dir);
}

void
wr_checkpoint_groups(
	const struct wr_checkpoint *c, const struct wr_inst *inst, uint32_t *lo, uint32_t *hi)
{
	uint32_t groups = c->pipeline->max_parallelism, p = inst->pub.parallelism;

	/* wr_key_owner() the other way round. */
	*lo = (inst->pub.subtask * groups + p - 1) / p;
	*hi = ((inst->pub.subtask + 1) * groups + p - 1) / p - 1;
}

static int
lower_watermark(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	int64_t *low = arg, watermark;

	if (bytes.len != sizeof watermark)
		return wr_err_set(err, -EUCLEAN, "the watermark of subtask %u is damaged", subtask);
	memcpy(&watermark, bytes.p, sizeof watermark);
	*low = watermark < *low ? watermark : *low;
	return 0;
}

int
wr_checkpoint_restore_watermark(struct wr_checkpoint *c, struct wr_inst *inst, struct weir_err *err)
{
	int64_t low = INT64_MAX;
	int n;

	if (c->store == NULL)
		return 0;
	n = wr_store_sections(
		c->store, inst->op->name, WR_SECTION_TASK, lower_watermark, &low, err);
	if (n > 0)
		inst->pub.watermark = low;
	return n < 0 ? n : 0;
}

static int
restore_entries(struct wr_checkpoint *c, struct wr_inst *inst, struct weir_table *table,
	struct weir_err *err)
{
	uint32_t lo, hi;

	if (!c->settled)
		return wr_err_set(err, -EINVAL,
			"internal error: it decides epochs, and opens table \"%s\": what was kept "
			"in it is not known before it has decided",
			wr_table_spec_of(table)->name);
	wr_checkpoint_groups(c, inst, &lo, &hi);
	return wr_store_restore_table(
		c->store, inst->op->name, table, lo, hi, c->pipeline->max_parallelism, err);
}

int
wr_checkpoint_restore_table(struct wr_checkpoint *c, struct wr_inst *inst, struct weir_table *table,
	struct weir_err *err)
{
	if (c->store == NULL || !wr_table_is_kept(table))
		return 0;
	wr_memory_table(c, inst, table);
	return restore_entries(c, inst, table, err);
}

static int
restore_keyed_timers(struct wr_checkpoint *c, struct wr_inst *inst, struct weir_err *err)
{
	struct wr_timers *timers;
	int rc = 0;

	if (!wr_keeps_keyed_timers(inst->op))
		return 0;
	timers = wr_inst_timers(inst);
	for (uint32_t clock = 0; rc == 0 && clock < 2; clock++)
		rc = restore_entries(c, inst, wr_timers_table(timers, clock), err);
	wr_timers_restored(timers);
	return rc;
}

struct restoring {
	struct wr_checkpoint *checkpoint;
	struct wr_inst *inst;
	struct token_list items;
	uint32_t seen; /* private items so far, to deal them */
};

static int
restore_timers(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	struct restoring *r = arg;
	uint32_t lo, hi;

	wr_checkpoint_groups(r->checkpoint, r->inst, &lo, &hi);
	return wr_timers_restore(wr_inst_timers(r->inst), bytes, lo, hi,
		r->checkpoint->pipeline->max_parallelism,
		subtask % r->inst->pub.parallelism == r->inst->pub.subtask, err);
}

static int
deal_items(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	struct restoring *r = arg;
	uint32_t from = r->items.n, kept = from;
	int rc =
		wr_items_read(bytes, &r->items.arena, &r->items.v, &r->items.n, &r->items.cap, err);

	(void)subtask;
	if (rc < 0 || (r->inst->op->desc->flags & WEIR_UNION_STATE) != 0)
		return rc;
	for (uint32_t i = from; i < r->items.n; i++) {
		if (r->seen++ % r->inst->pub.parallelism == r->inst->pub.subtask)
			r->items.v[kept++] = r->items.v[i];
	}
	r->items.n = kept;
	return 0;
}

static const struct wr_kept_op *
kept_op(const struct wr_checkpoint *c, const char *name)
{
	const struct wr_kept *kept = wr_store_kept(c->store);

	for (uint32_t i = 0; kept != NULL && i < kept->n_ops; i++) {
		if (strcmp(kept->ops[i].name, name) == 0)
			return &kept->ops[i];
	}
	return NULL;
}

static int
restore_private(struct wr_checkpoint *c, struct wr_inst *inst, struct weir_err *err)
{
	const struct wr_kept_op *kept = kept_op(c, inst->op->name);
	struct restoring r = {.checkpoint = c, .inst = inst};
	int rc;

	if (kept == NULL || inst->op->desc->restore == NULL)
		return 0;
	rc = wr_store_sections(c->store, inst->op->name, WR_SECTION_PRIVATE, deal_items, &r, err);
	if (rc > 0) {
		inst->frame->err = (struct weir_err){0};
		rc = inst->op->desc->restore(
			inst->self, &inst->pub, kept->state_version, r.items.v, r.items.n);
		if (rc < 0) {
			wr_inst_need_reason(inst, rc);
			*err = inst->frame->err;
			wr_err_wrap(err, "private state of version %u (this %s writes version %u)",
				kept->state_version, inst->op->word, inst->op->desc->state_version);
		}
	}
	wr_arena_fini(&r.items.arena);
	return rc < 0 ? rc : 0;
}

static int
restore_source(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	(void)subtask;
	return wr_source_restore(arg, bytes, err);
}

int
wr_checkpoint_restore_rest(struct wr_checkpoint *c, struct wr_inst *inst, struct weir_err *err)
{
	struct restoring r = {.checkpoint = c, .inst = inst};
	int rc;

	if (c->store == NULL)
		return 0;
	rc = restore_private(c, inst, err);
	if (rc >= 0)
		rc = restore_keyed_timers(c, inst, err);
	if (rc >= 0)
		rc = wr_store_sections(
			c->store, inst->op->name, WR_SECTION_TIMERS, restore_timers, &r, err);
	if (rc >= 0 && inst->source != NULL)
		rc = wr_store_sections(c->store, inst->op->name, WR_SECTION_SOURCE, restore_source,
			inst->source, err);
	return rc < 0 ? rc : 0;
}
