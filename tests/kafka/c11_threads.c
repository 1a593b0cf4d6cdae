/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C11's threads, of which librdkafka's are, by those of POSIX: ThreadSanitizer knows these alone,
 * and crashes in a thread that it has not seen begin.  Preloaded, see tests/kafka/races.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

struct begun {
	thrd_start_t start;
	void *arg;
};

static void *
begin(void *arg)
{
	struct begun begun = *(struct begun *)arg;

	free(arg);
	return (void *)(intptr_t)begun.start(begun.arg);
}

static int
result(int rc)
{
	return rc == 0 ? thrd_success : rc == ETIMEDOUT ? thrd_timedout : thrd_error;
}

int
thrd_create(thrd_t *thread, thrd_start_t start, void *arg)
{
	struct begun *begun = malloc(sizeof *begun);

	if (begun == NULL)
		return thrd_nomem;
	*begun = (struct begun){start, arg};
	return result(pthread_create(thread, NULL, begin, begun));
}

int
thrd_join(thrd_t thread, int *code)
{
	void *given;
	int rc = pthread_join(thread, &given);

	if (rc == 0 && code != NULL)
		*code = (int)(intptr_t)given;
	return result(rc);
}

int
thrd_detach(thrd_t thread)
{
	return result(pthread_detach(thread));
}

int
mtx_init(mtx_t *mutex, int type)
{
	pthread_mutexattr_t attr;
	int rc;

	pthread_mutexattr_init(&attr);
	if ((type & mtx_recursive) != 0)
		pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	rc = pthread_mutex_init((pthread_mutex_t *)mutex, &attr);
	pthread_mutexattr_destroy(&attr);
	return result(rc);
}

void
mtx_destroy(mtx_t *mutex)
{
	pthread_mutex_destroy((pthread_mutex_t *)mutex);
}

int
mtx_lock(mtx_t *mutex)
{
	return result(pthread_mutex_lock((pthread_mutex_t *)mutex));
}

int
mtx_trylock(mtx_t *mutex)
{
	int rc = pthread_mutex_trylock((pthread_mutex_t *)mutex);

	return rc == EBUSY ? thrd_busy : result(rc);
}

int
mtx_unlock(mtx_t *mutex)
{
	return result(pthread_mutex_unlock((pthread_mutex_t *)mutex));
}

int
cnd_init(cnd_t *cond)
{
	return result(pthread_cond_init((pthread_cond_t *)cond, NULL));
}

void
cnd_destroy(cnd_t *cond)
{
	pthread_cond_destroy((pthread_cond_t *)cond);
}

int
cnd_signal(cnd_t *cond)
{
	return result(pthread_cond_signal((pthread_cond_t *)cond));
}

int
cnd_broadcast(cnd_t *cond)
{
	return result(pthread_cond_broadcast((pthread_cond_t *)cond));
}

int
cnd_wait(cnd_t *cond, mtx_t *mutex)
{
	return result(pthread_cond_wait((pthread_cond_t *)cond, (pthread_mutex_t *)mutex));
}

int
cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex, const struct timespec *restrict until)
{
	return result(
		pthread_cond_timedwait((pthread_cond_t *)cond, (pthread_mutex_t *)mutex, until));
}
