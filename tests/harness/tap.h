/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ends of a rig: `source tap` gives what the test pushes, `sink tap` keeps the rows it gets as
 * JSON text.  They find their struct tap by its address in the conf.
 */
#ifndef WT_TAP_H
#define WT_TAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <weir/weir.h>

#include "rig.h"

struct tap_texts {
	char **v;
	uint32_t n, cap, next; /* next: to be taken */
};

struct tap_waiter {
	struct weir_task *task;
	uint32_t left; /* how often it still answers BUSY */
};

/* What a sink had when the barrier of an epoch came. */
struct tap_mark {
	uint64_t epoch;
	uint32_t n;
};

struct tap {
	struct tap_texts in; /* records; the first byte is 1 for those that only move time */
	struct tap_texts out[WT_PORTS];
	struct tap_mark marks[WT_PORTS][2]; /* the newest first: one epoch is in flight */
	uint32_t batch, batches, busy; /* batches: that are given at a time; 0: 1 */
	_Atomic bool ended, held;
	struct weir_task *source; /* to be woken */
	struct tap_waiter *waiters[64]; /* sinks that are BUSY */
	uint32_t n_waiters;
	_Atomic uint32_t blocks; /* of records that are not released yet */
};

extern const struct weir_plugin tap_plugin;

void tap_add(struct tap_texts *texts, char prefix, const char *p, size_t len);
void tap_fini(struct tap *tap);
/* Wakes those that are BUSY, unless they are held; false: there was none to wake. */
bool tap_wake(struct tap *tap);
/* The newest epoch whose barrier a sink has seen. */
uint64_t tap_seen(const struct tap *tap);
/* Another run goes on from this epoch: what came behind its barrier did not happen. */
void tap_go_back(struct tap *tap, uint64_t epoch);

#endif
