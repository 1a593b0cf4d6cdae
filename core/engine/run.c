/* SPDX-License-Identifier: Apache-2.0 */
/* Building and running what was planned: loops, tasks, instances, rings. */
#include "engine/run.h"

#include "base/err.h"
#include "engine/checkpoint.h"
#include "engine/keeps.h"
#include "engine/loop.h"
#include "engine/run_private.h"
#include "engine/source_ahead.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct shared {
	struct shared *next;
	void *value;
	void (*drop)(void *);
	char key[];
};

struct wr_run {
	const struct wr_pipeline *pipeline;
	struct wr_run_options options;
	struct wr_loop **loops;
	struct wr_task **tasks; /* chain after chain, subtask after subtask */
	struct wr_ring **rings;
	struct wr_inst ***insts; /* [op][subtask] */
	struct wr_ahead **aheads; /* of sources whose records any loop may decode */
	uint32_t n_loops, n_tasks, n_rings, cap_rings, n_aheads;
	_Atomic uint32_t n_live;
	_Atomic int stop;
	_Atomic bool aborted, ended, told; /* told: the callback `ended` was called */
	pthread_mutex_t lock; /* of failure and shared */
	bool failed, stepped, unclean;
	struct weir_err failure;
	struct shared *shared;
	struct wr_checkpoint *checkpoint;
};

const struct wr_pipeline *
wr_run_pipeline(const struct wr_run *run)
{
	return run->pipeline;
}

struct wr_checkpoint *
wr_run_checkpoint(const struct wr_run *run)
{
	return run->checkpoint;
}

void
wr_run_schedule_sources(struct wr_run *run)
{
	for (uint32_t i = 0; i < run->n_tasks; i++) {
		if (run->tasks[i]->insts[0]->source != NULL)
			wr_task_schedule(run->tasks[i]);
	}
}

uint32_t
wr_run_max_parallelism(const struct wr_run *run)
{
	return run->pipeline->max_parallelism;
}

bool
wr_run_aborted(const struct wr_run *run)
{
	return atomic_load_explicit(&run->aborted, memory_order_relaxed);
}

bool
wr_run_stopping(const struct wr_run *run)
{
	return atomic_load_explicit(&run->stop, memory_order_relaxed) != 0;
}

bool
wr_run_has_ended(const struct wr_run *run)
{
	return atomic_load_explicit(&run->ended, memory_order_relaxed);
}

int64_t
wr_run_now(const struct wr_run *run)
{
	struct timespec ts;

	if (run->options.now != NULL)
		return run->options.now(run->options.now_arg);
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

bool
wr_run_clock_is_virtual(const struct wr_run *run)
{
	return run->options.now != NULL;
}

void
wr_run_tick(struct wr_run *run)
{
	for (uint32_t i = 0; i < run->n_loops; i++)
		wr_loop_schedule_all(run->loops[i]);
}

void
wr_run_log(struct wr_run *run, int32_t level, struct wr_inst *inst, const char *text)
{
	if (run->options.log != NULL)
		run->options.log(run->options.log_arg, level, inst != NULL ? inst->op : NULL,
			inst != NULL ? inst->pub.subtask : 0, text);
}

struct wr_inst *
wr_run_inst(const struct wr_run *run, const struct wr_op *op, uint32_t subtask)
{
	return run->insts[op->id][subtask];
}

static void
wake_all(struct wr_run *run)
{
	for (uint32_t i = 0; i < run->n_loops; i++)
		wr_loop_wake(run->loops[i]);
}

static void
run_over(struct wr_run *run)
{
	wake_all(run);
	if (run->options.ended != NULL && !atomic_exchange(&run->told, true))
		run->options.ended(run->options.ended_arg);
}

void
wr_run_fail(struct wr_run *run, struct wr_inst *inst, const struct weir_err *err)
{
	bool first;

	pthread_mutex_lock(&run->lock);
	first = !run->failed;
	if (first) {
		run->failed = true;
		run->failure = *err;
		if (run->failure.code >= 0)
			run->failure.code = -EIO;
		if (inst != NULL)
			wr_err_wrap(&run->failure, "%s", inst->op->title);
	}
	pthread_mutex_unlock(&run->lock);
	if (!first)
		return;
	atomic_store(&run->aborted, true);
	wr_checkpoint_quit(run->checkpoint);
	run_over(run);
}

bool
wr_run_needs_help(const struct wr_run *run, uint32_t loop)
{
	for (uint32_t i = 0; i < run->n_aheads; i++)
		if (wr_ahead_is_offered(run->aheads[i], loop))
			return true;
	return false;
}

bool
wr_run_help(struct wr_run *run, uint32_t loop)
{
	for (uint32_t i = 0; i < run->n_aheads; i++)
		if (wr_ahead_help(run->aheads[i], loop))
			return true;
	return false;
}

void
wr_run_call_help(struct wr_run *run, uint32_t loop, uint32_t threads)
{
	for (uint32_t i = 1; i < threads; i++)
		if (wr_loop_wake(run->loops[(loop + i) % run->n_loops]))
			return;
}

void
wr_run_task_ended(struct wr_run *run, struct wr_task *task)
{
	(void)task;
	if (atomic_fetch_sub(&run->n_live, 1) != 1)
		return;
	atomic_store(&run->ended, true);
	run_over(run);
}

void *
wr_run_shared(
	struct wr_run *run, const char *key, void *(*make)(void *), void (*drop)(void *), void *arg)
{
	struct shared *s;

	pthread_mutex_lock(&run->lock);
	for (s = run->shared; s != NULL && strcmp(s->key, key) != 0;)
		s = s->next;
	if (s == NULL) {
		s = wr_alloc(sizeof *s + strlen(key) + 1);
		memcpy(s->key, key, strlen(key) + 1);
		s->drop = drop;
		s->value = make(arg);
		s->next = run->shared;
		run->shared = s;
	}
	pthread_mutex_unlock(&run->lock);
	return s->value;
}

/* Building. */

static struct wr_task *
task_new(struct wr_run *run, const struct wr_chain *chain, uint32_t subtask)
{
	struct wr_task *task = wr_zalloc(sizeof *task);

	task->run = run;
	task->chain = chain;
	task->subtask = subtask;
	task->pool = wr_pool_new();
	task->watermark = INT64_MIN;
	task->deadline = INT64_MAX;
	task->low = INT64_MAX;
	task->room = WR_ROOM_UNKNOWN;
	wr_loop_add(run->loops[chain->loops[subtask]], task);
	task->insts = wr_zalloc(chain->n_ops * sizeof(struct wr_inst *));
	for (uint32_t i = 0; i < chain->n_ops; i++) {
		struct wr_inst *inst = wr_inst_new(chain->ops[i], task, subtask);

		task->insts[task->n_insts++] = inst;
		run->insts[chain->ops[i]->id][subtask] = inst;
	}
	return task;
}

static struct wr_ring *
connect(struct wr_run *run, const struct wr_edge *edge, struct wr_inst *from, struct wr_inst *to)
{
	struct wr_ring *ring =
		wr_ring_new(edge->to->buffer_batches, edge->to->buffer_bytes, from->task, to->task);
	struct wr_task *producer = from->task, *consumer = to->task;

	producer->rings =
		wr_realloc(producer->rings, (producer->n_rings + 1) * sizeof(struct wr_ring *));
	producer->rings[producer->n_rings++] = ring;
	consumer->channels = wr_realloc(
		consumer->channels, (consumer->n_channels + 1) * sizeof(struct wr_channel));
	consumer->channels[consumer->n_channels++] =
		(struct wr_channel){.ring = ring, .in = edge->in, .watermark = INT64_MIN};
	consumer->n_live++;
	if (run->n_rings == run->cap_rings) {
		run->cap_rings = run->cap_rings > 0 ? run->cap_rings * 2 : 16;
		run->rings = wr_realloc(run->rings, run->cap_rings * sizeof(struct wr_ring *));
	}
	run->rings[run->n_rings++] = ring;
	return ring;
}

static bool
is_one_to_one(const struct wr_edge *edge)
{
	return edge->to->in[edge->in].how == WEIR_FORWARD &&
	       edge->from->parallelism == edge->to->parallelism;
}

static void
wire_edge(struct wr_run *run, const struct wr_edge *edge)
{
	for (uint32_t s = 0; s < edge->from->parallelism; s++) {
		struct wr_inst *from = run->insts[edge->from->id][s];
		struct wr_port *port = &from->ports[edge->out];
		struct wr_sender *sender;

		sender = &port->senders[port->n++];
		*sender = (struct wr_sender){.edge = edge};
		if (edge->chained) {
			sender->child = run->insts[edge->to->id][s];
			sender->child->parent = from;
			continue;
		}
		sender->rings =
			edge->to->parallelism == 1
				? &sender->ring
				: wr_zalloc(edge->to->parallelism * sizeof(struct wr_ring *));
		for (uint32_t t = 0; t < edge->to->parallelism; t++) {
			if (!is_one_to_one(edge) || s == t)
				sender->rings[sender->n_rings++] =
					connect(run, edge, from, run->insts[edge->to->id][t]);
		}
		sender->next = s % sender->n_rings;
	}
}

static int
build(struct wr_run *run, struct weir_err *err)
{
	const struct wr_pipeline *p = run->pipeline;

	run->loops = wr_zalloc(p->threads * sizeof(struct wr_loop *));
	for (uint32_t i = 0; i < p->threads; i++) {
		run->loops[i] = wr_loop_new(run, i, err);
		if (run->loops[i] == NULL)
			return err->code;
		run->n_loops++;
	}
	run->insts = wr_zalloc(p->n_ops * sizeof *run->insts);
	for (uint32_t i = 0; i < p->n_ops; i++)
		run->insts[i] = wr_zalloc(p->ops[i]->parallelism * sizeof(struct wr_inst *));
	for (uint32_t c = 0; c < p->n_chains; c++)
		run->n_tasks += p->chains[c].parallelism;
	run->tasks = wr_zalloc(run->n_tasks * sizeof(struct wr_task *));
	run->n_tasks = 0;
	for (uint32_t c = 0; c < p->n_chains; c++) {
		for (uint32_t s = 0; s < p->chains[c].parallelism; s++)
			run->tasks[run->n_tasks++] = task_new(run, &p->chains[c], s);
	}
	atomic_store(&run->n_live, run->n_tasks);
	for (uint32_t e = 0; e < p->n_edges; e++)
		wire_edge(run, p->edges[e]);
	return 0;
}

static int
open_op(struct wr_run *run, uint32_t op, struct weir_err *err)
{
	bool decides = run->pipeline->ops[op]->decider.p != NULL;
	int rc = 0;

	for (uint32_t s = 0; rc == 0 && s < run->pipeline->ops[op]->parallelism; s++) {
		struct wr_inst *inst = run->insts[op][s];

		rc = wr_inst_restore_time(inst, err);
		if (rc == 0 && !decides)
			rc = wr_inst_open(inst, err);
		if (rc == 0)
			rc = wr_inst_restore(inst, err);
	}
	return rc;
}

static int
open_deciders(struct wr_run *run, struct weir_err *err)
{
	const struct wr_pipeline *p = run->pipeline;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < p->n_ops; i++)
		for (uint32_t s = 0;
			rc == 0 && p->ops[i]->decider.p != NULL && s < p->ops[i]->parallelism; s++)
			rc = wr_inst_open(run->insts[i][s], err);
	return rc;
}

/* Those downstream first, so that nobody sends to what is not open; but before all those who know
 * what was decided. */
static int
open_all(struct wr_run *run, struct weir_err *err)
{
	const struct wr_pipeline *p = run->pipeline;
	int rc = open_deciders(run, err);

	if (rc == 0)
		rc = wr_checkpoint_settle(run->checkpoint, err);
	for (uint32_t i = p->n_ops; rc == 0 && i-- > 0;) {
		/* Of a pipeline that has ended only what may have died before it could commit. */
		if (wr_checkpoint_has_ended(run->checkpoint) && !p->ops[i]->two_phase)
			continue;
		rc = open_op(run, i, err);
	}
	return rc;
}

static void
gather_aheads(struct wr_run *run)
{
	run->aheads = wr_zalloc(run->n_tasks * sizeof(struct wr_ahead *));
	for (uint32_t i = 0; i < run->n_tasks; i++) {
		const struct wr_source *source = run->tasks[i]->insts[0]->source;

		if (source != NULL && source->ahead != NULL)
			run->aheads[run->n_aheads++] = source->ahead;
	}
}

struct wr_run *
wr_run_new(const struct wr_pipeline *pipeline, const struct wr_run_options *options,
	struct weir_err *err)
{
	struct wr_run *run = wr_zalloc(sizeof *run);

	run->pipeline = pipeline;
	if (options != NULL)
		run->options = *options;
	pthread_mutex_init(&run->lock, NULL);
	if (build(run, err) < 0 || (run->checkpoint = wr_checkpoint_new(run, err)) == NULL ||
		open_all(run, err) < 0 || wr_checkpoint_recover(run->checkpoint, err) < 0) {
		wr_run_free(run);
		return NULL;
	}
	gather_aheads(run);
	return run;
}

/* Without a store nothing is restored, and what is not opened keeps no tables. */
int
wr_run_keeps(const struct wr_pipeline *pipeline, struct wr_arena *arena, struct wr_kept *kept,
	struct weir_err *err)
{
	struct wr_pipeline dry = *pipeline;
	struct wr_run *run = wr_zalloc(sizeof *run);
	int rc;

	dry.state_dir = NULL;
	run->pipeline = &dry;
	pthread_mutex_init(&run->lock, NULL);
	rc = build(run, err);
	if (rc == 0 && (run->checkpoint = wr_checkpoint_new(run, err)) == NULL)
		rc = err->code;
	for (uint32_t i = 0; rc == 0 && i < dry.n_ops; i++)
		if (wr_operator_needs(dry.ops[i]->desc, "weir.table/1"))
			rc = wr_inst_open(run->insts[i][0], err);
	if (rc == 0)
		*kept = wr_keeps(run, arena);
	wr_run_free(run);
	return rc;
}

int
wr_run_start(struct wr_run *run, struct weir_err *err)
{
	if (wr_checkpoint_start(run->checkpoint, err) < 0)
		return err->code;
	for (uint32_t i = 0; i < run->n_loops; i++) {
		int rc;

		wr_loop_schedule_all(run->loops[i]);
		rc = wr_loop_start(run->loops[i], err);
		if (rc < 0) {
			struct weir_err none;

			wr_run_stop(run, WR_STOP_NOW);
			wr_run_wait(run, &none);
			return rc;
		}
	}
	return 0;
}

void
wr_run_step(struct wr_run *run)
{
	bool moved = true;

	if (!run->stepped)
		wr_run_tick(run);
	run->stepped = true;
	while (moved) {
		moved = false;
		for (uint32_t i = 0; i < run->n_loops && !wr_run_aborted(run); i++)
			moved |= wr_loop_step(run->loops[i]);
	}
}

void
wr_run_stop(struct wr_run *run, int how)
{
	atomic_store(&run->stop, how);
	if (how == WR_STOP_NOW) {
		atomic_store(&run->aborted, true);
		wr_checkpoint_quit(run->checkpoint);
		run_over(run);
		return;
	}
	wr_run_schedule_sources(run);
}

int
wr_run_savepoint(struct wr_run *run, const char *path, wr_savepoint_done_fn done, void *arg,
	struct weir_err *err)
{
	return wr_checkpoint_savepoint(run->checkpoint, path, done, arg, err);
}

bool
wr_run_was_unclean(const struct wr_run *run)
{
	return run->unclean || run->failure.code == -ESTALE;
}

bool
wr_run_has_decided(const struct wr_run *run)
{
	return wr_checkpoint_has_decided(run->checkpoint);
}

int
wr_run_wait(struct wr_run *run, struct weir_err *err)
{
	for (uint32_t i = 0; i < run->n_loops; i++)
		wr_loop_join(run->loops[i]);
	run->unclean = wr_checkpoint_join(run->checkpoint);
	if (!run->failed)
		return 0;
	*err = run->failure;
	return err->code;
}

/* Batches lie in rings and with instances, and the last bytes of a source's records with those
 * downstream: these close first, and the pools go last. */
static void
free_insts(struct wr_run *run)
{
	for (uint32_t i = 0; i < run->n_rings; i++)
		wr_ring_free(run->rings[i]);
	for (uint32_t i = run->insts != NULL ? run->pipeline->n_ops : 0; i-- > 0;) {
		for (uint32_t s = 0;
			run->insts[i] != NULL && s < run->pipeline->ops[i]->parallelism; s++)
			wr_inst_free(run->insts[i][s]);
		free(run->insts[i]);
	}
	free(run->insts);
	free(run->rings);
}

static void
free_shared(struct wr_run *run)
{
	while (run->shared != NULL) {
		struct shared *s = run->shared;

		run->shared = s->next;
		if (s->drop != NULL && s->value != NULL)
			s->drop(s->value);
		free(s);
	}
}

void
wr_run_free(struct wr_run *run)
{
	if (run == NULL)
		return;
	free_insts(run);
	wr_checkpoint_free(run->checkpoint);
	free_shared(run);
	for (uint32_t i = 0; i < run->n_tasks; i++) {
		wr_pool_free(run->tasks[i]->pool);
		wr_task_free(run->tasks[i]);
	}
	for (uint32_t i = 0; i < run->n_loops; i++)
		wr_loop_free(run->loops[i]);
	free(run->tasks);
	free(run->aheads);
	free(run->loops);
	pthread_mutex_destroy(&run->lock);
	free(run);
}

void
wr_run_status(const struct wr_run *run, uint32_t op, struct wr_op_status *status)
{
	const struct wr_op *o = run->pipeline->ops[op];

	*status = (struct wr_op_status){.op = o, .watermark = INT64_MAX};
	for (uint32_t s = 0; s < o->parallelism; s++) {
		const struct wr_inst *inst = run->insts[op][s];
		const struct wr_inst_counts *c = &inst->counts;
		int64_t watermark = atomic_load_explicit(&c->watermark, memory_order_relaxed);

		status->rows_in += atomic_load_explicit(&c->rows_in, memory_order_relaxed);
		status->rows_out += atomic_load_explicit(&c->rows_out, memory_order_relaxed);
		status->batches_in += atomic_load_explicit(&c->batches_in, memory_order_relaxed);
		status->records += atomic_load_explicit(&c->records, memory_order_relaxed);
		status->bad += atomic_load_explicit(&c->bad, memory_order_relaxed);
		status->rejected += atomic_load_explicit(&c->rejected, memory_order_relaxed);
		status->dropped += atomic_load_explicit(&c->dropped, memory_order_relaxed);
		status->dead += atomic_load_explicit(&c->dead, memory_order_relaxed);
		status->busy_us += atomic_load_explicit(&c->busy_ns, memory_order_relaxed) / 1000;
		status->blocked_us += atomic_load_explicit(&c->blocked_us, memory_order_relaxed);
		status->watermark = watermark < status->watermark ? watermark : status->watermark;
		for (uint32_t i = 0; inst == inst->task->insts[0] && i < inst->task->n_channels;
			i++)
			status->queued += wr_ring_count(inst->task->channels[i].ring);
	}
}

/* They become more while this is read, never less. */
static const struct wr_counter *
inst_counters(const struct wr_inst *inst)
{
	return __atomic_load_n(&inst->counters, __ATOMIC_ACQUIRE);
}

static const struct wr_counter *
counter_find(const struct wr_inst *inst, const char *name)
{
	const struct wr_counter *c = inst_counters(inst);

	while (c != NULL && strcmp(c->name, name) != 0)
		c = c->next;
	return c;
}

/* Of several subtasks those of one name are added up. */
void
wr_run_counters(const struct wr_run *run, uint32_t op,
	void (*each)(void *arg, const char *name, const char *help, uint64_t value), void *arg)
{
	const uint32_t n = run->pipeline->ops[op]->parallelism;

	for (uint32_t i = 0; i < n; i++) {
		const struct wr_counter *c = inst_counters(run->insts[op][i]);

		for (; c != NULL; c = c->next) {
			uint64_t sum = __atomic_load_n(&c->value, __ATOMIC_RELAXED);
			bool told = false;

			for (uint32_t s = 0; s < i && !told; s++)
				told = counter_find(run->insts[op][s], c->name) != NULL;
			for (uint32_t s = i + 1; s < n && !told; s++) {
				const struct wr_counter *d =
					counter_find(run->insts[op][s], c->name);

				sum += d != NULL ? __atomic_load_n(&d->value, __ATOMIC_RELAXED) : 0;
			}
			if (!told)
				each(arg, c->name, c->help, sum);
		}
	}
}
