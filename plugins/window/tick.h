/* SPDX-License-Identifier: Apache-2.0 */
/* `trigger every`: when windows go out because time, or the clock, has come to a multiple. */
#ifndef WINDOW_TICK_H
#define WINDOW_TICK_H

#include "clock.h"

struct window_ticks {
	int64_t tick; /* of event time: windows went out at this time last */
	int64_t timer; /* of the clock: when; INT64_MAX: none is set; INT64_MIN: not known */
};

static inline void
tick_init(struct window_ticks *ticks, const struct window_conf *conf, int64_t bound)
{
	ticks->timer = INT64_MIN;
	if (conf->fire_every[WEIR_EVENT_TIME] > 0)
		ticks->tick = window_floor(bound, conf->fire_every[WEIR_EVENT_TIME]);
}

/* Whether the watermark has brought windows that are to go out early. */
static inline uint32_t
tick_is_due(struct window_ticks *ticks, const struct window_conf *conf, int64_t bound)
{
	int64_t every = conf->fire_every[WEIR_EVENT_TIME], tick;
	uint32_t begins;

	if (every == 0)
		return 0;
	tick = window_floor(bound, every);
	if (tick <= ticks->tick)
		return 0;
	/* The first watermark says where event time begins. */
	begins = ticks->tick < -WINDOW_TIME_MAX;
	ticks->tick = tick;
	return !begins;
}

/* A timer of the clock is due: whether it is one of these, of a conf that still has them. */
static inline int
tick_has_come(struct window_ticks *ticks, const struct window_conf *conf)
{
	ticks->timer = INT64_MAX;
	return conf->fire_every[WEIR_CLOCK] > 0;
}

/* Sees to it that windows go out when the clock says so. */
static inline void
tick_set_timer(struct window_ticks *ticks, const struct window_conf *conf, struct weir_task *task,
	const struct weir_timer_ext *timers)
{
	int64_t every = conf->fire_every[WEIR_CLOCK];

	if (every == 0 || (ticks->timer != INT64_MAX && ticks->timer != INT64_MIN))
		return;
	ticks->timer = window_floor(task->host->now(task), every) + every;
	timers->set(task, NULL, NULL, 1, WEIR_CLOCK, &ticks->timer);
}

#endif
