/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGINT, SIGTERM, SIGHUP and SIGUSR1 of this process, of which there is one.  At any moment each
 * of them has a handler of ours: what no one listens to any more ends the process with the exit
 * code that it has earned, and never as killed.  Whoever starts it with SIGHUP ignored keeps that.
 * The main thread; handlers run on any.
 */
#ifndef WR_HOST_SIGNALS_H
#define WR_HOST_SIGNALS_H

#include <uv.h>
#include <weir/weir.h>

struct wr_signals {
	uv_poll_t poll; /* closed with its loop */
	void (*fn)(void *arg, int number);
	void *arg;
};

/* From here on each of them ends the process at once with this code; SIGUSR1 does nothing. */
void wr_signals_leave(int exit_code);
/* From here on each of them is a call of fn on the loop's thread. */
int wr_signals_listen(struct wr_signals *signals, uv_loop_t *loop,
	void (*fn)(void *arg, int number), void *arg, struct weir_err *err);
const char *wr_signal_name(int number);

#endif
