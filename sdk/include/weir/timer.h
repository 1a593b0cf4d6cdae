/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "weir.timer/1": timers, which are part of the checkpoint.  One per (key, clock, when); on_timer()
 * gets those that are due.
 */
#ifndef WEIR_TIMER_H
#define WEIR_TIMER_H

#include <weir/data.h>
#include <weir/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * All [task].  Timer i is for the key of row sel[i] (sel NULL: row i), at when[i] microseconds, by
 * WEIR_EVENT_TIME or WEIR_CLOCK.  Batch NULL: the instance's own, not keyed, sel NULL.
 */
struct weir_timer_ext {
	uint32_t size;

	/* Setting one that is set changes nothing; one in the past is due at once. */
	void (*set)(struct weir_task *, const struct weir_batch *, const uint32_t *sel, uint32_t n,
		uint32_t clock, const int64_t *when);

	/* Clearing one that is not set changes nothing. */
	void (*clear)(struct weir_task *, const struct weir_batch *, const uint32_t *sel,
		uint32_t n, uint32_t clock, const int64_t *when);
};

#ifdef __cplusplus
}
#endif

#endif
