/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source `kafka`, shared by source.c (when it does what), part.c (a partition's records),
 * topics.c (which partitions there are) and asker.c (the thread that waits for brokers).
 *
 *   librdkafka's thread ── fetches into a queue a partition ── an empty one gets something: wake()
 *   poll() on the loop  ── a batch of messages from one queue ── raw(), which shares their bytes
 *
 * A partition whose rows are not taken is not read: its queue fills, and librdkafka stops fetching.
 */
#ifndef KAFKA_SOURCE_H
#define KAFKA_SOURCE_H

#include <stdatomic.h>

#include "client.h"
#include "position.h"
#include "stats.h"

enum { START_COMMITTED, START_EARLIEST, START_LATEST, START_TIMESTAMP };
enum { STOP_NEVER, STOP_END };
enum { ISOLATION_READ_COMMITTED, ISOLATION_READ_UNCOMMITTED };
#define NO_END INT64_MAX

struct source_conf {
	struct client_conf client;
	struct weir_list topic;
	struct weir_str pattern, group, start_time;
	uint32_t start, stop, isolation;
	int64_t discover;
	int64_t start_ms; /* of start_time */
};

struct source;

struct part {
	struct part *next;
	struct source *source;
	uint32_t number; /* the host's */
	char *topic;
	int32_t partition;
	uint32_t fresh;
	int64_t position; /* the next offset; < 0: one of librdkafka's logical ones */
	int64_t end; /* it ends before this one; NO_END: it does not */
	rd_kafka_queue_t *queue; /* NULL: not started */
	atomic_int ready; /* the queue may have something */
	int known; /* position was restored */
	int told; /* and the group was told of it in the transaction that decided */
	int finished;
	uint64_t *lag, *queued;
};

struct asker;

struct source {
	const struct source_conf *conf;
	struct weir_task *task;
	rd_kafka_t *rk;
	struct client_reach reach;
	char cluster[64];
	struct client_shared *shared;
	struct part *parts, *last; /* last: read last, the next one's turn comes first */
	struct asker *asker;
	struct topics *topics; /* of subtask 0 */
	/* As they stood at the barrier of that epoch, to be told to the group once it is decided.
	 */
	rd_kafka_topic_partition_list_t *at_barrier;
	uint64_t barrier;
	uint64_t *bytes, *null_values;
	struct stats stats;
	int wants_headers;
	/* One batch. */
	rd_kafka_message_t *messages[WEIR_ROWS_MAX];
	struct weir_str rec[WEIR_ROWS_MAX], key[WEIR_ROWS_MAX];
	int64_t time[WEIR_ROWS_MAX], offset[WEIR_ROWS_MAX];
	/* Names and values of all its headers, and how many each record has. */
	struct weir_str *headers;
	size_t headers_len, headers_cap;
	uint32_t n_headers[WEIR_ROWS_MAX];
};

/* part.c */
/* Fetching begins at its position. */
int part_start(struct part *part);
/* 1: rows or a position were given; 0: nothing there now; < 0. */
int part_give(struct part *part);
/* Sets its lag, as of the last answer of a broker. */
void part_measure(struct part *part);
void part_free(struct part *part);

/* asker.c: what takes a round trip is asked by a thread of its own. */
struct asker *asker_new(struct source *source); /* NULL after weir_fail() */
void asker_free(struct asker *asker);
/* Where the partition begins, and ends if it does. */
int asker_ask(struct asker *asker, struct part *part);
/* The next one that is answered, its position and end set.  NULL: none; then *err may say why. */
struct part *asker_answer(struct asker *asker, struct weir_err *err);

/* topics.c */
struct topics *topics_new(struct source *source); /* NULL after weir_fail() */
void topics_free(struct topics *topics);
/* [any] one at a time: asks which partitions there are; 0 or < 0, err filled. */
int topics_look(struct topics *topics, struct weir_err *err);
/* Each topic that there is of those that a conf names or matches; asks a broker.  0 or < 0. */
typedef int (*topic_found_fn)(
	void *arg, const char *topic, int32_t partitions, struct weir_err *err);
int topics_each(rd_kafka_t *rk, const struct source_conf *conf, topic_found_fn found, void *arg,
	struct weir_err *err);
/* Announces those that were found and not yet announced; how many. */
uint32_t topics_announce(struct topics *topics);
/* Whether a text is an extended regular expression; else why. */
int topics_check_pattern(struct weir_str pattern, char *why, size_t size);

#endif
