/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "weir.async/1": work that goes on elsewhere while the loop runs.  Bounded, timed out and ordered
 * by the host; the watermark and the barrier wait for older tickets.
 */
#ifndef WEIR_ASYNC_H
#define WEIR_ASYNC_H

#include <weir/data.h>
#include <weir/host.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_ticket; /* one piece of work under way */

struct weir_async_ext {
	uint32_t size;

	/*
	 * [open] At most capacity tickets; process() then gets at most as many rows as are free.
	 * ordered 1: on_done() in the order of begin().  A ticket not finished after timeout_us is
	 * done with -ETIMEDOUT.
	 */
	void (*open)(struct weir_task *, uint32_t capacity, int64_t timeout_us, uint32_t ordered);

	/* [task] Work for a row begins; keeps the batch. */
	struct weir_ticket *(*begin)(struct weir_task *, const struct weir_batch *, uint32_t row);

	/* [any] Exactly once each, also after a timeout; on_done() follows.  result stays yours. */
	void (*finish)(struct weir_ticket *, void *result, int32_t status);
};

#ifdef __cplusplus
}
#endif

#endif
