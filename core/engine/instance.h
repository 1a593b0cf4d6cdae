/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance of an operator: the plugin's self, what it was handed, what it has emitted and not
 * yet sent.  No two of its callbacks overlap.  While it has answered MORE or BUSY everything that
 * arrives waits in `pending`, in order.
 */
#ifndef WR_ENGINE_INSTANCE_H
#define WR_ENGINE_INSTANCE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "engine/batch.h"
#include "engine/frame.h"
#include "engine/plan/pipeline.h"
#include "engine/ring.h"
#include "state/table.h"
#include "state/timer.h"

struct wr_part;
struct wr_source;

/* Suspended by the host: a two-phase sink between its barrier and the decision. */
enum { WR_HELD = 16 };

/* One edge as seen from the subtask that sends on it. */
struct wr_sender {
	const struct wr_edge *edge;
	struct wr_inst *child; /* a direct call, else: */
	struct wr_ring **rings; /* one a subtask it may send to */
	struct wr_ring *ring; /* where the only one of these stands */
	uint32_t n_rings, next; /* next: whose turn it is when rows go round */
};

struct wr_port {
	struct wr_sender *senders;
	uint32_t n;
};

struct wr_counter {
	struct wr_counter *next;
	const char *name, *help;
	uint64_t value;
	char texts[];
};

/* Written by the task, read by anyone: relaxed. */
struct wr_inst_counts {
	_Atomic uint64_t rows_in, rows_out, batches_in, records, bad, rejected, dropped, dead,
		busy_ns, blocked_us;
	_Atomic int64_t watermark;
};

struct wr_inst {
	struct weir_task pub; /* first: plugins hold its address */
	struct weir_err
		*damaged; /* what a table could not be opened or restored for; NULL: it has none */
	const struct wr_op *op;
	struct wr_task *task;
	struct wr_inst *parent; /* which calls it directly; NULL: the head of its chain */
	void *self; /* the operator's */
	void *format; /* the format's */
	bool opened, format_opened;
	struct wr_port *ports; /* op->n_out */
	struct wr_frame *frame;
	struct wr_item doing; /* what is being worked off, step by step; NONE: nothing */
	uint32_t stage;
	uint32_t suspended; /* WEIR_MORE, WEIR_BUSY or WR_HELD; 0: not */
	_Atomic uint32_t released; /* from WR_HELD */
	bool stuck, ended;
	_Atomic uint32_t woken;
	struct wr_item *pending;
	uint32_t n_pending, first_pending, cap_pending;
	int64_t ingest_time; /* of the batch last worked on */
	struct weir_table **tables;
	uint32_t n_tables;
	uint32_t calls; /* of its callbacks */
	uint64_t used; /* bytes of its tables, as it last said */
	uint64_t captured; /* the epoch it was captured for last */
	uint64_t dirty; /* changed bytes of its tables, as it last said */
	struct wr_part *part; /* of the epoch in flight, while it is copied; NULL: it is not */
	int64_t ttl; /* us: the least of those in event time; 0: no table has one */
	struct weir_rows *rows;
	struct wr_timers *timers;
	struct wr_source *source;
	struct wr_partition *timeline; /* of rows with event times of their own; else NULL */
	struct weir_items *items; /* encode(); NULL: it is no sink */
	struct wr_counter *counters;
	struct wr_inst_counts counts;
};

static inline struct wr_inst *
wr_inst_of(struct weir_task *task)
{
	return (struct wr_inst *)(void *)task;
}

/* Everything but open(): senders are the run's to fill. */
struct wr_inst *wr_inst_new(const struct wr_op *op, struct wr_task *task, uint32_t subtask);
/* In this order: what open() may look at, open() with its tables, and the rest of what was kept.  A
 * sink that decides is opened before it can be known what was. */
int wr_inst_restore_time(struct wr_inst *inst, struct weir_err *err);
int wr_inst_open(struct wr_inst *inst, struct weir_err *err);
/* Its format alone; wr_inst_open() does it. */
int wr_inst_open_format(struct wr_inst *inst);
int wr_inst_restore(struct wr_inst *inst, struct weir_err *err);
void wr_inst_free(struct wr_inst *inst);

/* Hands it an item, whose reference it takes: works it off now, or keeps it pending. */
void wr_inst_deliver(struct wr_inst *inst, struct wr_item item);
/* Goes on with what it was doing and what is pending, as far as it may.  False: it got nowhere. */
bool wr_inst_run(struct wr_inst *inst);
/* Whether anything that it calls, directly or through others, could not finish. */
bool wr_inst_is_stuck_below(const struct wr_inst *inst);
/* After any callback: looks at its result, sends what it emitted, settles what it rejected. Returns
 * the result. */
int wr_inst_returned(struct wr_inst *inst, int rc);
/* Fills err, where the plugin that failed with rc said nothing. */
void wr_inst_need_reason(struct wr_inst *inst, int rc);
/* Its plugin failed with rc, err says why: the run ends. */
void wr_inst_fail(struct wr_inst *inst, int rc);
/* The beginning of a callback. */
void wr_inst_enter(struct wr_inst *inst);
/* Ends WR_HELD. [any] */
void wr_inst_release(struct wr_inst *inst);
/* Its timers, made when first asked for. */
struct wr_timers *wr_inst_timers(struct wr_inst *inst);
/* Sends a control item to everyone downstream. */
void wr_inst_forward(struct wr_inst *inst, struct wr_item item);

static inline void
wr_count(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
		memory_order_relaxed);
}

#endif
