/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers of one instance: (key, clock, when), each once, fired in order of time in batches.  The
 * thread of its task.
 */
#ifndef WR_STATE_TIMER_H
#define WR_STATE_TIMER_H

#include <weir/weir.h>

#include "state/key.h"

struct weir_table;
struct wr_timers;

/* Keyed ones are entries of tables, one for each clock, which are kept as others are. */
#define WR_TIMERS_EVENT "@event_timers"
#define WR_TIMERS_CLOCK "@clock_timers"
/* The timers'.  Before anything is set: to be restored. */
struct weir_table *wr_timers_table(struct wr_timers *timers, uint32_t clock);
/* Both are. */
void wr_timers_restored(struct wr_timers *timers);

struct wr_timers *wr_timers_new(const uint32_t *key_types, uint32_t n_keys);
void wr_timers_free(struct wr_timers *timers);
/* batch NULL: n timers of the instance itself, not keyed. */
void wr_timers_set(struct wr_timers *timers, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t clock, const int64_t *when);
void wr_timers_clear(struct wr_timers *timers, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t clock, const int64_t *when);
/*
 * Takes up to WEIR_ROWS_MAX timers of this clock due at or before now, earliest first; 0: none.
 * They are keyed, or all the instance's own (due->keys is then NULL); call again for the
 * rest.  due stays valid until the next call; its keys are a borrowed batch, with event_time when
 * and ingest_time 0.
 */
uint32_t wr_timers_due(struct wr_timers *timers, uint32_t clock, int64_t now, struct weir_due *due);
/* When the earliest of this clock is due; INT64_MAX: none. */
int64_t wr_timers_next(struct wr_timers *timers, uint32_t clock);

uint64_t wr_timers_count(const struct wr_timers *timers);
uint64_t wr_timers_bytes(const struct wr_timers *timers); /* held */

#endif
