/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that wakes tasks. */
#include "waker.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

enum { WAKER_MAX = 4096 };

struct waker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	struct weir_task *asked[WAKER_MAX], *pestered;
	uint32_t n;
	bool over;
};

static void *
waker_main(void *arg)
{
	struct waker *waker = arg;

	pthread_mutex_lock(&waker->lock);
	while (!waker->over) {
		if (waker->n == 0 && waker->pestered == NULL) {
			pthread_cond_wait(&waker->cond, &waker->lock);
			continue;
		}
		/* Under the lock, so that nobody is forgotten in the middle. */
		if (waker->pestered != NULL)
			waker->pestered->host->wake(waker->pestered);
		if (waker->n > 0) {
			struct weir_task *task = waker->asked[--waker->n];

			task->host->wake(task);
		}
		pthread_mutex_unlock(&waker->lock);
		sched_yield();
		pthread_mutex_lock(&waker->lock);
	}
	pthread_mutex_unlock(&waker->lock);
	return NULL;
}

struct waker *
waker_new(void)
{
	struct waker *waker = calloc(1, sizeof *waker);

	if (waker == NULL)
		abort();
	pthread_mutex_init(&waker->lock, NULL);
	pthread_cond_init(&waker->cond, NULL);
	if (pthread_create(&waker->thread, NULL, waker_main, waker) != 0)
		abort();
	return waker;
}

void
waker_free(struct waker *waker)
{
	if (waker == NULL)
		return;
	pthread_mutex_lock(&waker->lock);
	waker->over = true;
	pthread_cond_signal(&waker->cond);
	pthread_mutex_unlock(&waker->lock);
	pthread_join(waker->thread, NULL);
	pthread_cond_destroy(&waker->cond);
	pthread_mutex_destroy(&waker->lock);
	free(waker);
}

void
waker_ask(struct waker *waker, struct weir_task *task)
{
	pthread_mutex_lock(&waker->lock);
	if (waker->n == WAKER_MAX)
		abort();
	waker->asked[waker->n++] = task;
	pthread_cond_signal(&waker->cond);
	pthread_mutex_unlock(&waker->lock);
}

void
waker_pester(struct waker *waker, struct weir_task *task)
{
	pthread_mutex_lock(&waker->lock);
	waker->pestered = task;
	pthread_cond_signal(&waker->cond);
	pthread_mutex_unlock(&waker->lock);
}

void
waker_forget(struct waker *waker, struct weir_task *task)
{
	uint32_t kept = 0;

	if (waker == NULL)
		return;
	pthread_mutex_lock(&waker->lock);
	for (uint32_t i = 0; i < waker->n; i++) {
		if (waker->asked[i] != task)
			waker->asked[kept++] = waker->asked[i];
	}
	waker->n = kept;
	if (waker->pestered == task)
		waker->pestered = NULL;
	pthread_mutex_unlock(&waker->lock);
}
