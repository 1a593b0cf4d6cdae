/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A producer: of one subtask, or, with a transactional id, of all sinks of the worker that have the
 * same.
 */
#ifndef KAFKA_PRODUCER_H
#define KAFKA_PRODUCER_H

#include <pthread.h>
#include <stdatomic.h>

#include "client.h"
#include "stats.h"

struct producer_conf {
	const struct client_conf *client;
	const char *transactional_id; /* NULL: no transactions */
	int64_t transaction_timeout; /* microseconds */
};

struct producer {
	rd_kafka_t *rk; /* NULL: it could not be made, see err, or is closed */
	struct weir_task *task;
	const struct client_conf *client;
	char *brokers, *transactional_id;
	char *decisions; /* the group that holds what was decided */
	struct client_reach reach;
	struct weir_err err;
	struct stats stats; /* of the task that made it */
	atomic_int failed; /* a record was not delivered: delivery says why */
	pthread_mutex_t lock; /* of delivery, topics, sinks, began and doubt */
	struct weir_err delivery;
	rd_kafka_topic_t **topics; /* of all its sinks: they go before rk does */
	uint32_t n_topics;
	/* transaction.c */
	uint32_t sinks; /* that use it; the last one closes it */
	int began; /* a transaction is open */
	int doubt; /* a decision may or may not have been made: nothing is undone */
	atomic_int end_requests; /* to commit or abort, since the transaction began */
};

/* NULL: out of memory; otherwise look at rk. */
struct producer *producer_new(const struct producer_conf *conf, struct weir_task *task);
/* A sink begins to use it, and does no longer.  The last one undoes what is not decided. */
void producer_use(struct producer *producer);
void producer_leave(struct producer *producer);
void producer_free(void *producer);
/* Takes the topic's handle.  0, or -1: out of memory. */
int producer_add_topic(struct producer *producer, rd_kafka_topic_t *topic);

/* Why a record cannot be sent or was not delivered; gives -errno. */
int producer_fail(const struct producer *producer, struct weir_err *err, rd_kafka_resp_err_t code,
	const char *topic);
/* What to do about an error of transactions; "" if there is nothing to say. */
const char *transaction_remedy(rd_kafka_resp_err_t code);

/* 0, or why a record was not delivered. */
int producer_check(struct producer *producer, struct weir_task *task);

/* transaction.c */
/* Counts requests to end a transaction: one that was sent twice may end a later one as well. */
void transaction_watch(rd_kafka_conf_t *conf, struct producer *producer);
/* [any] Rows may be sent: a transaction is open. */
int transaction_begin(struct producer *producer, struct weir_task *task);
/*
 * Fences the older self off, and reads its last decision; *tag is to be freed.
 * topic: where the tag stands, in the offset of its partition 0, of the group of decisions.
 */
int transaction_recover(struct producer *producer, struct weir_task *task, const char *topic,
	uint64_t *epoch, char **tag);
int transaction_decide(struct producer *producer, struct weir_task *task, const char *topic,
	const struct weir_decision *decision);

#endif
