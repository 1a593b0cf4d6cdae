/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread of a plugin's own.  weir.h leaves this out, as it wants POSIX: with -std=c11, define
 * _POSIX_C_SOURCE as 200809L first.
 */
#ifndef WEIR_THREAD_H
#define WEIR_THREAD_H

#include <pthread.h>
#include <signal.h>
#include <weir/sugar.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * [open, task] Starts run(arg) with all signals blocked: they are the host's, and SIGPIPE becomes
 * an error of write().  what ends the sentence of an error: "cannot start a thread that ...".
 * Joining it, in close() at the latest, is the plugin's.  Of the host's functions it may call
 * those that say [any].
 */
static inline int
weir_thread_start(struct weir_task *task, pthread_t *thread, void *(*run)(void *), void *arg,
	const char *what)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc == 0 ? WEIR_OK
		       : weir_fail(task->err, -rc, "cannot start a thread that %s: %s", what,
				 strerror(rc));
}

#ifdef __cplusplus
}
#endif

#endif
