/* SPDX-License-Identifier: Apache-2.0 */
/* What librdkafka says of its connections, as counters of the operator. */
#ifndef KAFKA_STATS_H
#define KAFKA_STATS_H

#include "kafka.h"

struct stats {
	uint64_t *rtt, *errors, *retries, *timeouts, *queued;
};

/* [open] */
void stats_open(struct stats *stats, struct weir_task *task);
/* [any] The JSON of librdkafka's statistics callback. */
void stats_take(const struct stats *stats, const char *json, size_t len);

#endif
