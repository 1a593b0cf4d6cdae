/* SPDX-License-Identifier: Apache-2.0 */
/* What consumers and producers have in common: where the brokers are, properties, the log. */
#ifndef KAFKA_CLIENT_H
#define KAFKA_CLIENT_H

#include <pthread.h>
#include <stdatomic.h>

#include "kafka.h"

enum { CLIENT_CONSUMER = 1, CLIENT_PRODUCER = 2 };

struct client_conf {
	struct weir_list brokers, property, value;
};

/* The directives of a struct that has a `struct client_conf client`. */
/* clang-format off */
#define CLIENT_DIRECTIVES(conf) \
	{.name = "brokers", \
		.summary = "Brokers to ask first, HOST:PORT.", \
		.type = WEIR_D_LIST, \
		.flags = WEIR_REQUIRED, \
		.offset = offsetof(conf, client.brokers)}, \
	{.name = "property", \
		.summary = "A property of librdkafka; a password is best given as ${file:PATH}.", \
		.choices = "name", \
		.type = WEIR_D_STR, \
		.flags = WEIR_REPEATS, \
		.offset = offsetof(conf, client.property)}, \
	{.name = "property", \
		.choices = "value", \
		.type = WEIR_D_STR, \
		.flags = WEIR_REQUIRED, \
		.offset = offsetof(conf, client.value)}
/* clang-format on */

/* [plan] Reports properties that are not allowed or wrong.  kind: CLIENT_*. */
int client_plan(const struct client_conf *conf, uint32_t kind, struct weir_plan *plan,
	const struct weir_host *host);

/* "a:9092,b:9092", to be freed; NULL: out of memory. */
char *client_brokers(const struct client_conf *conf);

/*
 * A configuration with brokers, the properties that are of that kind, and a log that goes to the
 * host's as the task's (NULL: nowhere). What the properties may change is to be set before with
 * `first`, pairs of strings that end with NULL; what they may not, by the caller.  NULL: out of
 * memory.
 */
rd_kafka_conf_t *client_conf_new(const struct client_conf *conf, uint32_t kind,
	struct weir_task *task, const char *const *first);
void client_set(rd_kafka_conf_t *conf, const char *name, const char *value);

/* Takes conf.  NULL: err says why. */
rd_kafka_t *client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct weir_err *err);

void client_log(struct weir_task *task, int level, const char *facility, const char *text);

/* What the sources and sinks of one cluster know of each other.  NULL: out of memory. */
struct client_shared {
	atomic_int decides; /* a transaction of a sink has the positions of its sources */
};
struct client_shared *client_shared(struct weir_task *task, const char *cluster);

/* Why no broker can be reached, as far as librdkafka's error callback has said it. */
struct client_reach {
	pthread_mutex_t lock;
	rd_kafka_resp_err_t code;
	char why[256];
	int is_down; /* all were tried */
};

void client_reach_init(struct client_reach *reach);
void client_reach_fini(struct client_reach *reach);
/* [any] What the error callback got. */
void client_reach_error(struct client_reach *reach, int code, const char *reason);

/*
 * Which cluster it is: waits until a broker answers, KAFKA_TIMEOUT_MS at most, and not after one
 * has refused to let us in.  at_once: nor when all were tried.  < 0: err says why.
 */
int client_cluster(rd_kafka_t *rk, const struct client_conf *conf, struct client_reach *reach,
	int at_once, struct weir_err *err, char cluster[64]);

/* The sentence about brokers that do not answer; why NULL: the code's. */
int client_unreachable(const struct client_conf *conf, rd_kafka_resp_err_t code, const char *why,
	struct weir_err *err);

/* How many partitions a topic has; asks a broker.  < 0: it cannot be used, err says why. */
int client_topic(rd_kafka_t *rk, const struct client_conf *conf, struct weir_str name,
	int32_t *partitions, struct weir_err *err);

#endif
