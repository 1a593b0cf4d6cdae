/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that wakes tasks a little later than they asked for it, as clients of plugins do.
 */
#ifndef WAKER_H
#define WAKER_H

#include <weir/weir.h>

struct waker;

struct waker *waker_new(void);
void waker_free(struct waker *waker);
/* Calls wake() for the task soon, on the waker's thread. */
void waker_ask(struct waker *waker, struct weir_task *task);
/* The instance closes: no wake() comes any more when this returns. */
void waker_forget(struct waker *waker, struct weir_task *task);
/* Calls wake() for the task all the time, until it is forgotten. */
void waker_pester(struct waker *waker, struct weir_task *task);

#endif
