/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink `kafka`, shared by sink.c (when it does what), outbox.c (rows become messages) and
 * waiter.c (the thread that waits for brokers).
 */
#ifndef KAFKA_SINK_H
#define KAFKA_SINK_H

#include "producer.h"

enum { DELIVERY_AT_LEAST_ONCE, DELIVERY_EXACTLY_ONCE };

struct sink_conf {
	struct client_conf client;
	struct weir_list topic, header, header_value;
	struct weir_str topic_by, key, timestamp, transactional_id;
	uint32_t partitioner, compression, delivery;
	int64_t transaction_timeout;
	/* plan() */
	struct weir_expr *topic_expr, *key_expr, *timestamp_expr;
	struct weir_expr *value_expr; /* NULL: what the format makes */
	struct weir_str *header_names;
	struct weir_expr **header_exprs;
	uint32_t n_headers;
};

/* Messages of one batch that the producer has had no room for yet; their bytes are copies. */
struct backlog {
	rd_kafka_message_t *messages; /* _private: number of the topic */
	rd_kafka_headers_t **headers; /* NULL: none */
	int64_t *times;
	char *bytes;
	uint32_t n, next;
};

struct waiter;

struct sink {
	const struct sink_conf *conf;
	struct weir_task *task;
	const struct weir_expr_ext *expr;
	struct producer *producer;
	rd_kafka_topic_t **topics; /* conf->topic's */
	char *first_topic;
	char *tag; /* as recover() read it */
	struct waiter *waiter;
	struct backlog backlog;
	uint64_t *bytes;
};

/* outbox.c */
/* WEIR_OK; WEIR_BUSY: the producer is full, the rest is in the backlog; < 0. */
int outbox_send(struct sink *sink, const struct weir_batch *batch);
/* The backlog; as outbox_send(). */
int outbox_resume(struct sink *sink);
void outbox_clear(struct sink *sink);

/* waiter.c */
enum { WAIT_ROOM = 1, WAIT_FLUSHED };
struct waiter *waiter_new(struct sink *sink); /* NULL after weir_fail() */
void waiter_free(struct waiter *waiter);
/* wake() comes when the producer has room, or all it was given is delivered or has failed. */
void waiter_wait(struct waiter *waiter, int what);

#endif
