/* SPDX-License-Identifier: Apache-2.0 */
/* The checkpoint coordinator and its thread. */
#include "engine/checkpoint_private.h"

#include "base/err.h"
#include "base/failpoint.h"
#include "engine/decider.h"
#include "engine/items.h"
#include "engine/keeps.h"
#include "engine/memory.h"
#include "engine/run_private.h"
#include "engine/source.h"
#include "state/capture.h"
#include "state/mutate.h"
#include "state/timer.h"
#include "state/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t STALE_US = INT64_C(3600) * 1000000; /* an epoch at least so often, for the
							    decider */

/* Where the conf has the operator, or the pipeline. */
static uint32_t
loc_of(const struct wr_checkpoint *c, const char *op)
{
	for (uint32_t i = 0; op != NULL && i < c->pipeline->n_ops; i++)
		if (strcmp(c->pipeline->ops[i]->name, op) == 0 && c->pipeline->ops[i]->dir != NULL)
			return c->pipeline->ops[i]->dir->name.loc;
	return c->pipeline->dir != NULL ? c->pipeline->dir->name.loc : 0;
}

/* Says what becomes of the state under this conf, or refuses to lose some of it. */
static int
judge(struct wr_checkpoint *c, struct weir_err *err)
{
	struct wr_verdict *list;
	struct wr_text text = {0};
	uint32_t n;

	if (wr_run_keeps(c->pipeline, &c->arena, &c->kept, err) < 0)
		return err->code;
	n = wr_verdicts(
		wr_store_kept(c->store), &c->kept, &c->pipeline->state_drop, &c->arena, &list);
	for (uint32_t i = 0; i < n; i++) {
		const struct wr_verdict *v = &list[i];

		if (v->what == WR_VERDICT_REFUSED) {
			wr_err_set(err, -EINVAL, "%s", v->why);
			err->loc = loc_of(c, v->op);
			return -EINVAL;
		}
		if (v->what == WR_VERDICT_DROPPED || v->what == WR_VERDICT_FORGOTTEN)
			wr_store_drop(c->store, v->op);
		if (v->what != WR_VERDICT_DROPPED && v->what != WR_VERDICT_CHANGED)
			continue;
		text.len = 0;
		wr_text_printf(&text, "state of %s is %s%s%s", v->title, wr_verdict_word(v->what),
			v->why[0] != '\0' ? ": " : "", v->why);
		wr_run_log(c->run, WEIR_LOG_NOTICE, NULL, text.p);
	}
	wr_text_fini(&text);
	return 0;
}

static int
open_store(struct wr_checkpoint *c, struct weir_err *err)
{
	const struct wr_pipeline *p = c->pipeline;
	const struct wr_store_bounds bounds = {p->memory.buffer, p->memory.cache, p->memory.file};

	if (p->memory.limit == 0)
		return wr_store_open(&c->store, p->state_dir, p->name, err);
	return wr_store_open_bounded(&c->store, p->state_dir, p->name, &bounds, err);
}

struct wr_checkpoint *
wr_checkpoint_new(struct wr_run *run, struct weir_err *err)
{
	const struct wr_pipeline *p = wr_run_pipeline(run);
	struct wr_checkpoint *c = wr_zalloc(sizeof *c);
	pthread_condattr_t attr;

	c->run = run;
	c->pipeline = p;
	pthread_mutex_init(&c->lock, NULL);
	pthread_mutex_init(&c->saving.lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->changed, &attr);
	pthread_condattr_destroy(&attr);
	for (uint32_t i = 0; i < p->n_ops; i++) {
		c->n_insts += p->ops[i]->parallelism;
		if (p->ops[i]->desc->kind == WEIR_SOURCE)
			c->n_sources += p->ops[i]->parallelism;
	}
	wr_memory_init(c);
	if (p->state_dir != NULL && open_store(c, err) < 0) {
		wr_checkpoint_free(c);
		return NULL;
	}
	return c;
}

int
wr_checkpoint_settle(struct wr_checkpoint *c, struct weir_err *err)
{
	int rc;

	c->settled = true;
	if (c->store == NULL)
		return 0;
	if (c->pipeline->decider == NULL)
		rc = wr_store_settle(c->store, NULL, (struct weir_str){0}, err);
	else
		rc = wr_decider_settle(
			wr_run_inst(c->run, c->pipeline->decider, 0), c->pipeline, c->store, err);
	c->restored = wr_store_epoch(c->store);
	atomic_store(&c->decided, c->restored);
	atomic_store(&c->wanted, c->restored);
	atomic_store(&c->applied, c->restored);
	/* Of what has ended nothing is restored. */
	return rc < 0 || wr_checkpoint_has_ended(c) ? rc : judge(c, err);
}

void
wr_part_free(struct wr_part *part)
{
	if (part == NULL)
		return;
	wr_capture_fini(&part->capture);
	wr_items_free(part->tokens);
	free(part);
}

static void
parts_free(struct wr_part **list)
{
	while (*list != NULL) {
		struct wr_part *part = *list;

		*list = part->next;
		wr_part_free(part);
	}
}

void
wr_checkpoint_free(struct wr_checkpoint *c)
{
	if (c == NULL)
		return;
	parts_free(&c->prepared);
	parts_free(&c->to_prepare);
	wr_saving_end(&c->saving);
	pthread_mutex_destroy(&c->saving.lock);
	if (c->store != NULL)
		wr_store_close(c->store);
	wr_arena_fini(&c->arena);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

uint64_t
wr_checkpoint_wanted(const struct wr_checkpoint *c, bool *final)
{
	uint64_t wanted = atomic_load_explicit(&c->wanted, memory_order_acquire);

	*final = atomic_load_explicit(&c->final, memory_order_relaxed);
	return wanted;
}

uint64_t
wr_checkpoint_decided(const struct wr_checkpoint *c)
{
	return atomic_load_explicit(&c->decided, memory_order_relaxed);
}

bool
wr_checkpoint_has_decided(const struct wr_checkpoint *c)
{
	return wr_checkpoint_decided(c) > c->restored;
}

bool
wr_checkpoint_has_ended(const struct wr_checkpoint *c)
{
	return c->store != NULL && wr_store_finished(c->store);
}

bool
wr_checkpoint_is_durable(const struct wr_checkpoint *c)
{
	return c->store != NULL;
}

void
wr_checkpoint_touch(struct wr_checkpoint *c)
{
	if (!atomic_load_explicit(&c->touched, memory_order_relaxed))
		atomic_store_explicit(&c->touched, true, memory_order_relaxed);
}

/* Its tables, and behind them those of its timers.  NULL: there are no more. */
static struct weir_table *
nth_table(const struct wr_inst *inst, uint32_t i)
{
	if (i < inst->n_tables)
		return inst->tables[i];
	if (inst->timers == NULL || !wr_keeps_keyed_timers(inst->op) || i - inst->n_tables > 1)
		return NULL;
	return wr_timers_table(inst->timers, i - inst->n_tables);
}

void
wr_checkpoint_note_dirty(struct wr_checkpoint *c, struct wr_inst *inst)
{
	uint64_t bytes = 0, before = inst->dirty, all;
	struct weir_table *table;

	if (c->store == NULL)
		return;
	for (uint32_t i = 0; (table = nth_table(inst, i)) != NULL; i++)
		if (wr_table_is_kept(table))
			bytes += wr_table_dirty_bytes(table);
	inst->dirty = bytes;
	all = atomic_fetch_add(&c->dirty, bytes - before) + bytes - before;
	if (bytes <= before || all < c->pipeline->max_dirty ||
		all - bytes + before >= c->pipeline->max_dirty)
		return;
	pthread_mutex_lock(&c->lock);
	c->early = true;
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

/* final is written before wanted: who sees the number sees what it is. */
static void
trigger(struct wr_checkpoint *c, uint64_t epoch, bool final)
{
	atomic_store_explicit(&c->final, final, memory_order_relaxed);
	atomic_store_explicit(&c->touched, false, memory_order_relaxed);
	atomic_store_explicit(&c->wanted, epoch, memory_order_release);
	wr_run_schedule_sources(c->run);
}

void
wr_checkpoint_source_ended(struct wr_checkpoint *c, bool drained)
{
	pthread_mutex_lock(&c->lock);
	c->stopped |= !drained;
	pthread_mutex_unlock(&c->lock);
	if (atomic_fetch_sub(&c->n_sources, 1) != 1)
		return;
	if (c->store == NULL) {
		trigger(c, wr_checkpoint_decided(c) + 1, true);
		return;
	}
	pthread_mutex_lock(&c->lock);
	c->all_ended = true;
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

/* Capturing. */

static void
capture_private(struct wr_inst *inst, struct wr_capture *capture)
{
	struct weir_items *items = wr_items_new();
	struct wr_text *text = wr_capture_section(capture, WR_SECTION_PRIVATE, "");
	int rc;

	inst->frame->err = (struct weir_err){0};
	rc = inst->op->desc->snapshot(inst->self, &inst->pub, items);
	if (rc < 0)
		wr_inst_fail(inst, rc);
	else
		wr_items_write(items, text);
	wr_items_free(items);
}

/* What is small is taken down at once, of tables it is fixed what they hold now. */
static void
capture_begin(struct wr_inst *inst, struct wr_capture *capture)
{
	int64_t watermark = inst->pub.watermark;
	struct weir_table *table;

	wr_text_add(wr_capture_section(capture, WR_SECTION_TASK, ""), (const char *)&watermark,
		sizeof watermark);
	if (inst->op->desc->snapshot != NULL)
		capture_private(inst, capture);
	if (inst->source != NULL)
		wr_source_capture(inst->source, wr_capture_section(capture, WR_SECTION_SOURCE, ""));
	if (inst->timers != NULL)
		wr_timers_capture(inst->timers, wr_capture_section(capture, WR_SECTION_TIMERS, ""));
	for (uint32_t i = 0; (table = nth_table(inst, i)) != NULL; i++)
		if (wr_table_is_kept(table))
			wr_table_capture_begin(table);
}

/* A slice of the first table that is not copied yet.  True: all are. */
static bool
copy_slice(struct wr_inst *inst, struct wr_part *part)
{
	struct weir_table *table;

	for (; (table = nth_table(inst, part->table)) != NULL; part->table++) {
		struct wr_text text = {0};

		if (!wr_table_is_kept(table))
			continue;
		if (!wr_table_capture_copy(table, WEIR_SLICE, &text))
			return false;
		*wr_capture_section(
			&part->capture, WR_SECTION_TABLE, wr_table_spec_of(table)->name) = text;
	}
	return true;
}

/* To the state thread. */
static void
hand_over(struct wr_checkpoint *c, struct wr_part *part)
{
	struct wr_inst *inst = part->inst;

	pthread_mutex_lock(&c->lock);
	if (inst->op->two_phase) {
		/* Invariant: it gets no row between its barrier and the decision. */
		inst->suspended = WR_HELD;
		part->next = c->to_prepare;
		c->to_prepare = part;
	} else {
		part->next = c->prepared;
		c->prepared = part;
		c->n_captured++;
	}
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

static void
copy(struct wr_checkpoint *c, struct wr_inst *inst)
{
	struct wr_part *part = inst->part;
	bool all = copy_slice(inst, part);

	wr_failpoint("epoch.copied");
	if (!all)
		return;
	inst->part = NULL;
	inst->task->n_copying--;
	hand_over(c, part);
}

void
wr_checkpoint_copy(struct wr_checkpoint *c, struct wr_task *task)
{
	for (uint32_t i = 0; i < task->n_insts; i++)
		if (task->insts[i]->part != NULL)
			copy(c, task->insts[i]);
}

void
wr_checkpoint_capture(struct wr_checkpoint *c, struct wr_inst *inst, uint64_t epoch)
{
	struct wr_part *part;

	if (c->store == NULL)
		return;
	wr_memory_capture(c, inst, epoch);
	part = wr_zalloc(sizeof *part);
	part->inst = inst;
	part->capture.op = inst->op->name;
	part->capture.subtask = inst->pub.subtask;
	capture_begin(inst, &part->capture);
	wr_checkpoint_note_dirty(c, inst);
	inst->part = part;
	inst->task->n_copying++;
	/* A sink that is held has nothing to do meanwhile. */
	do
		copy(c, inst);
	while (inst->op->two_phase && inst->part != NULL);
}

/* The state thread. */

static void
unclean(struct wr_checkpoint *c, struct wr_inst *inst, const struct weir_err *err)
{
	pthread_mutex_lock(&c->lock);
	c->unclean = true;
	pthread_mutex_unlock(&c->lock);
	wr_run_fail(c->run, inst, err);
}

static int
prepare(struct wr_checkpoint *c, struct wr_part *part, uint64_t epoch)
{
	struct wr_inst *inst = part->inst;
	int rc;

	part->tokens = wr_items_new();
	inst->frame->err = (struct weir_err){0};
	wr_failpoint("epoch.before_prepare");
	rc = inst->op->desc->sink->prepare(inst->self, &inst->pub, epoch, part->tokens);
	wr_failpoint("epoch.prepared");
	if (rc < 0) {
		if (inst->frame->err.code == 0)
			wr_err_set(&inst->frame->err, rc, "prepare() failed with code %d", rc);
		wr_run_fail(c->run, inst, &inst->frame->err);
		return rc;
	}
	wr_items_write(part->tokens, wr_capture_section(&part->capture, WR_SECTION_TOKENS, ""));
	return 0;
}

static struct timespec
from_now(int64_t us)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += us / 1000000;
	t.tv_nsec += us % 1000000 * 1000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

static bool
is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* Waited for too long; barriers in flight are not called back, the epoch goes on. */
static void
say_slow(struct wr_checkpoint *c, uint64_t epoch)
{
	char text[128];

	snprintf(text, sizeof text, "checkpoint %llu waits for %u of %u instances",
		(unsigned long long)epoch, c->n_insts - c->n_captured, c->n_insts);
	wr_run_log(c->run, WEIR_LOG_WARN, NULL, text);
}

/* Sinks that stand at the barrier are prepared as they come.  False: the run is over. */
static bool
gather(struct wr_checkpoint *c, uint64_t epoch)
{
	struct timespec late = from_now(c->pipeline->checkpoint_timeout);

	pthread_mutex_lock(&c->lock);
	while (!c->quit && c->n_captured < c->n_insts) {
		struct wr_part *part = c->to_prepare;
		int rc;

		if (part == NULL) {
			if (pthread_cond_timedwait(&c->changed, &c->lock, &late) == ETIMEDOUT) {
				say_slow(c, epoch);
				late = from_now(c->pipeline->checkpoint_timeout);
			}
			continue;
		}
		c->to_prepare = part->next;
		pthread_mutex_unlock(&c->lock);
		rc = prepare(c, part, epoch);
		pthread_mutex_lock(&c->lock);
		part->next = c->prepared;
		c->prepared = part;
		c->n_captured++;
		if (rc < 0)
			break;
	}
	pthread_mutex_unlock(&c->lock);
	wr_failpoint("epoch.captured");
	return !wr_run_aborted(c->run);
}

static int
commit(struct wr_checkpoint *c, const struct wr_part *part, uint64_t epoch)
{
	struct wr_inst *inst = part->inst;
	const struct weir_raw *raw = wr_items_raw(part->tokens);
	int rc;

	inst->frame->err = (struct weir_err){0};
	wr_failpoint("epoch.before_commit");
	rc = inst->op->desc->sink->commit(inst->self, &inst->pub, epoch, raw->rec, raw->n);
	wr_failpoint("epoch.committed");
	if (rc < 0) {
		if (inst->frame->err.code == 0)
			wr_err_set(&inst->frame->err, rc, "commit() failed with code %d", rc);
		unclean(c, inst, &inst->frame->err);
	}
	return rc;
}

/* The journal is there before the decider is asked: what it decides can be redone. */
static int
decide_elsewhere(struct wr_checkpoint *c, uint64_t epoch, const struct wr_capture *const *captures,
	uint32_t n, bool finished)
{
	struct wr_inst *inst = wr_run_inst(c->run, c->pipeline->decider, 0);
	struct weir_err err = {0};
	struct wr_text tag = {0};
	int rc = wr_store_prepare(c->store, epoch, &c->kept, captures, n, finished, &tag, &err);

	if (rc >= 0) {
		rc = wr_decider_decide(inst, epoch,
			(struct weir_str){.p = tag.p, .len = (uint32_t)tag.len}, captures, n);
		if (rc < 0)
			unclean(c, inst, &inst->frame->err);
		else
			rc = wr_store_decided(c->store, epoch, &err);
	}
	if (err.code < 0)
		unclean(c, NULL, &err);
	wr_text_fini(&tag);
	return rc;
}

static int
decide_here(struct wr_checkpoint *c, uint64_t epoch, const struct wr_capture *const *captures,
	uint32_t n, bool finished)
{
	struct weir_err err = {0};
	int rc = wr_store_decide(c->store, epoch, &c->kept, captures, n, finished, &err);

	if (rc < 0)
		unclean(c, NULL, &err);
	return rc;
}

static int
commit_all(struct wr_checkpoint *c, uint64_t epoch)
{
	for (struct wr_part *part = c->prepared; part != NULL; part = part->next)
		if (part->tokens != NULL && commit(c, part, epoch) < 0)
			return -EIO;
	return 0;
}

static int
decide(struct wr_checkpoint *c, uint64_t epoch, bool finished)
{
	const struct wr_capture **captures = wr_alloc(c->n_insts * sizeof *captures);
	uint32_t n = 0;
	int rc;

	for (struct wr_part *part = c->prepared; part != NULL; part = part->next)
		captures[n++] = &part->capture;
	if (WEIR_MUTATE == WR_MUTATE_COMMIT_FIRST)
		commit_all(c, epoch);
	rc = c->pipeline->decider != NULL ? decide_elsewhere(c, epoch, captures, n, finished)
					  : decide_here(c, epoch, captures, n, finished);
	free(captures);
	if (rc < 0)
		return rc;
	atomic_store(&c->decided, epoch);
	wr_failpoint("epoch.decided");
	return 0;
}

/* Journals wait until they are many, as rows that change often then come into the base but once.
 * What may leave memory must be there, and so must what a savepoint is made of. */
static int
apply(struct wr_checkpoint *c, uint64_t epoch, bool now)
{
	struct weir_err err = {0};

	if (!now && c->memory.most == 0 && !wr_store_is_full(c->store))
		return 0;
	if (wr_store_apply(c->store, epoch, &err) < 0) {
		unclean(c, NULL, &err);
		return -EIO;
	}
	atomic_store(&c->applied, epoch);
	wr_failpoint("epoch.applied");
	wr_run_schedule_sources(c->run); /* they may have waited for room */
	return 0;
}

static int
finish_epoch(struct wr_checkpoint *c, uint64_t epoch, bool now)
{
	if (WEIR_MUTATE != WR_MUTATE_COMMIT_FIRST && commit_all(c, epoch) < 0)
		return -EIO;
	for (struct wr_part *part = c->prepared; part != NULL; part = part->next) {
		if (part->tokens != NULL)
			wr_inst_release(part->inst);
	}
	wr_run_schedule_sources(c->run); /* they may acknowledge upstream */
	return apply(c, epoch, now);
}

/* True: it was the last. */
static bool
run_epoch(struct wr_checkpoint *c, bool final, bool asked)
{
	uint64_t epoch = wr_checkpoint_decided(c) + 1;
	bool over = true;

	c->n_captured = 0;
	trigger(c, epoch, final);
	wr_failpoint("epoch.triggered");
	if (gather(c, epoch) && decide(c, epoch, final && !c->stopped) >= 0 &&
		finish_epoch(c, epoch, final || asked) >= 0)
		over = final;
	parts_free(&c->prepared);
	return over;
}

/* False: the run is over. */
static bool
wait_until_due(struct wr_checkpoint *c, const struct timespec *due, bool *final)
{
	bool quit;

	pthread_mutex_lock(&c->lock);
	while (!c->quit && !c->all_ended && !wr_saving_is_asked(&c->saving) &&
		pthread_cond_timedwait(&c->changed, &c->lock, c->early ? &c->soonest : due) !=
			ETIMEDOUT)
		;
	c->early = false;
	quit = c->quit;
	*final = c->all_ended;
	pthread_mutex_unlock(&c->lock);
	return !quit;
}

static void *
state_main(void *arg)
{
	struct wr_checkpoint *c = arg;
	struct timespec due = from_now(c->pipeline->checkpoint_interval);
	struct timespec stale = from_now(STALE_US);
	bool over = false, final;

	while (!over && wait_until_due(c, &due, &final)) {
		bool asked = wr_saving_is_asked(&c->saving);

		due = from_now(c->pipeline->checkpoint_interval);
		/* Nothing has happened: nothing to keep.  But a decider may forget one who is
		 * silent for days. */
		if (!final && !asked && !atomic_load_explicit(&c->touched, memory_order_relaxed) &&
			(c->pipeline->decider == NULL || is_later(&stale, &due)))
			continue;
		over = run_epoch(c, final, asked);
		if (asked && (!over || (final && !wr_run_aborted(c->run))))
			wr_saving_begin(&c->saving, c->store);
		stale = from_now(STALE_US);
		c->soonest = from_now(c->pipeline->checkpoint_pause);
		if (is_later(&c->soonest, &due))
			due = c->soonest;
	}
	return NULL;
}

int
wr_checkpoint_start(struct wr_checkpoint *c, struct weir_err *err)
{
	int rc;

	if (c->store == NULL)
		return 0;
	rc = pthread_create(&c->thread, NULL, state_main, c);
	if (rc != 0)
		return wr_err_set(err, -rc, "cannot start the state thread: %s", strerror(rc));
	c->started = true;
	return 0;
}

void
wr_checkpoint_quit(struct wr_checkpoint *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->quit = true;
	wr_saving_stop(&c->saving);
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

int
wr_checkpoint_savepoint(struct wr_checkpoint *c, const char *path, wr_savepoint_done_fn done,
	void *arg, struct weir_err *err)
{
	int rc;

	if (c->store == NULL)
		return wr_err_set(err, -EINVAL, "state lives in memory, there is nothing to save");
	pthread_mutex_lock(&c->lock);
	rc = wr_saving_ask(&c->saving, path, done, arg, err);
	pthread_cond_signal(&c->changed);
	pthread_mutex_unlock(&c->lock);
	return rc;
}

bool
wr_checkpoint_join(struct wr_checkpoint *c)
{
	if (c->started)
		pthread_join(c->thread, NULL);
	c->started = false;
	wr_saving_end(&c->saving);
	return c->unclean;
}
