/* SPDX-License-Identifier: Apache-2.0 */
/* What `weir -tt` asks brokers: by a consumer that changes nothing there.  One thread. */
#ifndef KAFKA_CONTACT_H
#define KAFKA_CONTACT_H

#include <pthread.h>

#include "client.h"

/* Of the protocol's requests, those whose versions tell what a broker can do. */
enum {
	API_FETCH = 1,
	API_OFFSET_FETCH = 9,
	API_INIT_PRODUCER_ID = 22,
	API_END_TXN = 26,
	API_TXN_OFFSET_COMMIT = 28,
	API_MOST = 64
};

struct contact {
	const struct client_conf *client;
	struct weir_probe *probe;
	rd_kafka_t *rk;
	struct client_reach reach;
	pthread_mutex_t lock; /* of the next, which librdkafka's threads write */
	int highest[API_MOST]; /* version; -1: the broker has no such request */
	int is_known;
};

/* 0: a broker answered.  < 0: it was reported; contact_close() all the same. */
int contact_open(struct contact *contact, const struct client_conf *client,
	struct weir_probe *probe, const char *group);
void contact_close(struct contact *contact);

void contact_problem(const struct contact *contact, uint32_t loc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void contact_note(const struct contact *contact, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Which brokers these are, as a note.  < 0: they lack what `what` needs, the request in that
 * version, which came with that release. */
int contact_versions(
	struct contact *contact, int api, int version, const char *release, const char *what);
/* How many partitions a topic has, which is a note; < 0: it cannot be used, which was reported. */
int32_t contact_topic(struct contact *contact, struct weir_str name);
/* Whether the group may be asked; the epoch it stands at. */
int contact_group(struct contact *contact, const char *group, uint32_t loc, uint64_t *epoch);

/* weir_operator.test */
void contact_source(const void *conf, struct weir_probe *probe);
void contact_sink(const void *conf, struct weir_probe *probe);

#endif
