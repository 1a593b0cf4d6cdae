/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that waits for brokers, so that the loop never does: where partitions begin and end,
 * and, of subtask 0, which there are.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <weir/thread.h>

#include "source.h"

struct asker {
	struct source *source;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct ask *todo, *done;
	int stopping;
	struct weir_err err; /* code < 0: the last thing that was asked failed */
};

struct ask {
	struct ask *next;
	struct part *part;
	int64_t position, end;
	int forgotten; /* by the group, though it was told */
};

/* Of those to be asked about: their ends, or where they begin, unless that is known. */
static rd_kafka_topic_partition_list_t *
list_of(const struct ask *asks, int64_t offset, int of_end)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);

	for (; asks != NULL; asks = asks->next)
		if (of_end || (!asks->part->known && !asks->part->fresh))
			rd_kafka_topic_partition_list_add(
				list, asks->part->topic, asks->part->partition)
				->offset = offset;
	return list;
}

/* The first error, if any. */
static rd_kafka_resp_err_t
take_offsets(struct ask *asks, const rd_kafka_topic_partition_list_t *list, int of_end)
{
	rd_kafka_resp_err_t code = 0;

	for (; code == 0 && asks != NULL; asks = asks->next) {
		const rd_kafka_topic_partition_t *given = rd_kafka_topic_partition_list_find(
			list, asks->part->topic, asks->part->partition);

		if (given == NULL)
			continue;
		*(of_end ? &asks->end : &asks->position) = given->offset;
		code = given->err;
	}
	return code;
}

/* time: milliseconds, or -1: the end. */
static rd_kafka_resp_err_t
ask_times(rd_kafka_t *rk, struct ask *asks, int64_t time, int of_end)
{
	rd_kafka_topic_partition_list_t *list = list_of(asks, time, of_end);
	rd_kafka_resp_err_t code = 0;

	if (list->cnt > 0)
		code = rd_kafka_offsets_for_times(rk, list, KAFKA_TIMEOUT_MS);
	if (code == 0)
		code = take_offsets(asks, list, of_end);
	rd_kafka_topic_partition_list_destroy(list);
	return code;
}

/* A group that stands nowhere begins at the beginning. */
static rd_kafka_resp_err_t
ask_group(rd_kafka_t *rk, struct ask *asks)
{
	rd_kafka_topic_partition_list_t *list = list_of(asks, RD_KAFKA_OFFSET_INVALID, 0);
	rd_kafka_resp_err_t code = 0;

	if (list->cnt > 0)
		code = rd_kafka_committed(rk, list, KAFKA_TIMEOUT_MS);
	if (code == 0)
		code = take_offsets(asks, list, 0);
	for (struct ask *ask = asks; ask != NULL; ask = ask->next)
		if (ask->position < 0)
			ask->position = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_topic_partition_list_destroy(list);
	return code;
}

static rd_kafka_resp_err_t
ask_start(const struct source *source, struct ask *asks)
{
	const struct source_conf *conf = source->conf;
	rd_kafka_resp_err_t code = 0;

	switch (conf->start) {
	case START_COMMITTED:
		return ask_group(source->rk, asks);
	case START_EARLIEST:
		for (; asks != NULL; asks = asks->next)
			asks->position = RD_KAFKA_OFFSET_BEGINNING;
		return 0;
	case START_LATEST:
		return ask_times(source->rk, asks, RD_KAFKA_OFFSET_END, 0);
	default:
		break;
	}
	/* Where there is nothing as late as that: the end. */
	code = ask_times(source->rk, asks, RD_KAFKA_OFFSET_END, 1);
	if (code == 0)
		code = ask_times(source->rk, asks, conf->start_ms, 0);
	for (; asks != NULL; asks = asks->next)
		asks->position = asks->position < 0 ? asks->end : asks->position;
	return code;
}

/* Brokers forget where groups stand in a topic that is deleted: one of its name is another one. */
static rd_kafka_resp_err_t
ask_told(rd_kafka_t *rk, struct ask *asks)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	rd_kafka_resp_err_t code = 0;

	for (const struct ask *ask = asks; ask != NULL; ask = ask->next)
		if (ask->part->told)
			rd_kafka_topic_partition_list_add(
				list, ask->part->topic, ask->part->partition);
	if (list->cnt > 0)
		code = rd_kafka_committed(rk, list, KAFKA_TIMEOUT_MS);
	for (int i = 0; code == 0 && i < list->cnt; i++)
		code = list->elems[i].err;
	for (struct ask *ask = asks; code == 0 && ask != NULL; ask = ask->next)
		ask->forgotten = ask->part->told && rd_kafka_topic_partition_list_find(list,
							    ask->part->topic, ask->part->partition)
								    ->offset < 0;
	rd_kafka_topic_partition_list_destroy(list);
	return code;
}

static rd_kafka_resp_err_t
ask_all(const struct source *source, struct ask *asks)
{
	rd_kafka_resp_err_t code = ask_start(source, asks);

	if (code == 0 && source->conf->stop == STOP_END)
		code = ask_times(source->rk, asks, RD_KAFKA_OFFSET_END, 1);
	return code == 0 ? ask_told(source->rk, asks) : code;
}

/* [asker's lock] */
static void
check_told(struct asker *asker, const struct ask *asks)
{
	const struct source_conf *conf = asker->source->conf;

	while (asks != NULL && !asks->forgotten)
		asks = asks->next;
	if (asks == NULL)
		return;
	weir_fail(&asker->err, -EUCLEAN,
		"group \"%.*s\" does not stand in \"%s/%d\" any more, where the state has offset "
		"%lld: "
		"the topic was made anew, or the group was deleted or has expired; if the topic is "
		"still the same one, set the group to that offset, else move the state directory "
		"away to start afresh",
		(int)conf->group.len, conf->group.p, asks->part->topic, asks->part->partition,
		(long long)asks->part->position);
}

static int
is_stopping(struct asker *asker)
{
	int stopping;

	pthread_mutex_lock(&asker->lock);
	stopping = asker->stopping;
	pthread_mutex_unlock(&asker->lock);
	return stopping;
}

static void
answer(struct asker *asker, struct ask *asks)
{
	const struct source *source = asker->source;
	struct ask *last = asks;
	rd_kafka_resp_err_t code = ask_all(source, asks);

	for (int i = 0; i < KAFKA_TIMEOUT_MS / KAFKA_RETRY_MS && kafka_is_passing(code); i++) {
		if (is_stopping(asker))
			break;
		kafka_wait();
		code = ask_all(source, asks);
	}
	while (last->next != NULL)
		last = last->next;
	pthread_mutex_lock(&asker->lock);
	last->next = asker->done;
	asker->done = asks;
	if (code != 0)
		weir_fail(&asker->err, -EIO,
			"where \"%s/%d\" and others are to be read from cannot be found out: %s; "
			"see that brokers answer, and that no transaction has been left open on "
			"the group's offsets",
			asks->part->topic, asks->part->partition, rd_kafka_err2str(code));
	else
		check_told(asker, asks);
	pthread_mutex_unlock(&asker->lock);
	source->task->host->wake(source->task);
}

/* Failing to look is no failure of what runs: it is tried again. */
static void
look(struct asker *asker)
{
	struct source *source = asker->source;
	struct weir_task *task = source->task;
	struct weir_err err = {0};

	if (topics_look(source->topics, &err) < 0)
		task->host->log(task, WEIR_LOG_WARN, err.text);
	else
		task->host->wake(task);
}

/* False: it was woken; true: it is time to look for partitions. */
static int
wait(struct asker *asker, const struct timespec *due)
{
	if (due->tv_sec == 0)
		return pthread_cond_wait(&asker->changed, &asker->lock) == ETIMEDOUT;
	return pthread_cond_timedwait(&asker->changed, &asker->lock, due) == ETIMEDOUT;
}

static void
set_due(const struct asker *asker, struct timespec *due)
{
	int64_t every = asker->source->topics != NULL ? asker->source->conf->discover : 0;

	*due = (struct timespec){0};
	if (every == 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, due);
	due->tv_sec += every / 1000000;
	due->tv_nsec += every % 1000000 * 1000;
	if (due->tv_nsec >= 1000000000) {
		due->tv_sec++;
		due->tv_nsec -= 1000000000;
	}
}

static void *
run(void *arg)
{
	struct asker *asker = arg;
	struct timespec due;

	set_due(asker, &due);
	pthread_mutex_lock(&asker->lock);
	while (!asker->stopping) {
		struct ask *asks = asker->todo;
		int is_due = asks == NULL && wait(asker, &due);

		asker->todo = asks != NULL ? NULL : asker->todo;
		if (asker->stopping && asks == NULL)
			break;
		pthread_mutex_unlock(&asker->lock);
		if (asks != NULL)
			answer(asker, asks);
		if (is_due) {
			look(asker);
			set_due(asker, &due);
		}
		pthread_mutex_lock(&asker->lock);
	}
	pthread_mutex_unlock(&asker->lock);
	return NULL;
}

struct asker *
asker_new(struct source *source)
{
	struct asker *asker = calloc(1, sizeof *asker);
	pthread_condattr_t attr;

	if (asker == NULL) {
		kafka_no_memory(source->task);
		return NULL;
	}
	asker->source = source;
	pthread_mutex_init(&asker->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&asker->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (weir_thread_start(source->task, &asker->thread, run, asker, "asks the brokers") ==
		WEIR_OK)
		return asker;
	pthread_cond_destroy(&asker->changed);
	pthread_mutex_destroy(&asker->lock);
	free(asker);
	return NULL;
}

static void
asks_free(struct ask *asks)
{
	while (asks != NULL) {
		struct ask *next = asks->next;

		free(asks);
		asks = next;
	}
}

void
asker_free(struct asker *asker)
{
	if (asker == NULL)
		return;
	pthread_mutex_lock(&asker->lock);
	asker->stopping = 1;
	pthread_cond_signal(&asker->changed);
	pthread_mutex_unlock(&asker->lock);
	pthread_join(asker->thread, NULL);
	asks_free(asker->todo);
	asks_free(asker->done);
	pthread_cond_destroy(&asker->changed);
	pthread_mutex_destroy(&asker->lock);
	free(asker);
}

int
asker_ask(struct asker *asker, struct part *part)
{
	struct ask *ask = calloc(1, sizeof *ask);

	if (ask == NULL)
		return kafka_no_memory(asker->source->task);
	ask->part = part;
	pthread_mutex_lock(&asker->lock);
	ask->next = asker->todo;
	asker->todo = ask;
	pthread_cond_signal(&asker->changed);
	pthread_mutex_unlock(&asker->lock);
	return 0;
}

struct part *
asker_answer(struct asker *asker, struct weir_err *err)
{
	struct ask *ask = NULL;
	struct part *part = NULL;

	pthread_mutex_lock(&asker->lock);
	if (asker->err.code < 0) {
		*err = asker->err;
	} else if ((ask = asker->done) != NULL) {
		asker->done = ask->next;
	}
	pthread_mutex_unlock(&asker->lock);
	if (ask == NULL)
		return NULL;
	part = ask->part;
	if (!part->known)
		part->position = part->fresh ? RD_KAFKA_OFFSET_BEGINNING : ask->position;
	if (asker->source->conf->stop == STOP_END)
		part->end = ask->end;
	free(ask);
	return part;
}
