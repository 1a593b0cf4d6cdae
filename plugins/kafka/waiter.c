/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that waits until the producer has delivered, so that the loop never does. */
#include <stdlib.h>
#include <string.h>
#include <weir/thread.h>

#include "sink.h"

enum { SLICE_MS = 100, ROOM_MS = 5, ROOM_MESSAGES = 100000 };

struct waiter {
	struct sink *sink;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int what; /* WAIT_*; 0: nothing */
	int stopping;
};

static int
is_stopping(struct waiter *waiter)
{
	int stopping;

	pthread_mutex_lock(&waiter->lock);
	stopping = waiter->stopping;
	pthread_mutex_unlock(&waiter->lock);
	return stopping;
}

/* How many messages wait when `room` is worth going on for. */
static void
wait_for(struct waiter *waiter, int what)
{
	struct producer *producer = waiter->sink->producer;
	rd_kafka_t *rk = producer->rk;
	int before = rd_kafka_outq_len(rk), enough = before / 2;

	enough = enough > ROOM_MESSAGES ? ROOM_MESSAGES : enough;
	while (!is_stopping(waiter) && atomic_load(&producer->failed) == 0) {
		if (what == WAIT_FLUSHED && rd_kafka_flush(rk, SLICE_MS) == 0)
			break;
		if (what == WAIT_ROOM && rd_kafka_outq_len(rk) <= enough)
			break;
		if (what == WAIT_ROOM)
			rd_kafka_poll(rk, ROOM_MS);
	}
}

static void *
run(void *arg)
{
	struct waiter *waiter = arg;
	struct weir_task *task = waiter->sink->task;

	pthread_mutex_lock(&waiter->lock);
	while (!waiter->stopping) {
		int what = waiter->what;

		if (what == 0) {
			pthread_cond_wait(&waiter->changed, &waiter->lock);
			continue;
		}
		pthread_mutex_unlock(&waiter->lock);
		wait_for(waiter, what);
		pthread_mutex_lock(&waiter->lock);
		waiter->what = 0;
		task->host->wake(task);
	}
	pthread_mutex_unlock(&waiter->lock);
	return NULL;
}

struct waiter *
waiter_new(struct sink *sink)
{
	struct waiter *waiter = calloc(1, sizeof *waiter);

	if (waiter == NULL) {
		kafka_no_memory(sink->task);
		return NULL;
	}
	waiter->sink = sink;
	pthread_mutex_init(&waiter->lock, NULL);
	pthread_cond_init(&waiter->changed, NULL);
	if (weir_thread_start(sink->task, &waiter->thread, run, waiter, "waits for transactions") ==
		WEIR_OK)
		return waiter;
	pthread_cond_destroy(&waiter->changed);
	pthread_mutex_destroy(&waiter->lock);
	free(waiter);
	return NULL;
}

void
waiter_free(struct waiter *waiter)
{
	if (waiter == NULL)
		return;
	pthread_mutex_lock(&waiter->lock);
	waiter->stopping = 1;
	pthread_cond_signal(&waiter->changed);
	pthread_mutex_unlock(&waiter->lock);
	pthread_join(waiter->thread, NULL);
	pthread_cond_destroy(&waiter->changed);
	pthread_mutex_destroy(&waiter->lock);
	free(waiter);
}

void
waiter_wait(struct waiter *waiter, int what)
{
	pthread_mutex_lock(&waiter->lock);
	waiter->what = what;
	pthread_cond_signal(&waiter->changed);
	pthread_mutex_unlock(&waiter->lock);
}
