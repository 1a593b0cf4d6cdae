/* SPDX-License-Identifier: Apache-2.0 */
/* Where a group stands; one of decisions has the epoch as an offset and the host's tag beside it.
 */
#ifndef KAFKA_GROUP_H
#define KAFKA_GROUP_H

#include "kafka.h"

/*
 * Asks by a consumer, for librdkafka 2.0 dereferences the group that a producer has not when the
 * answer is an error.  topic: only of its partition 0, NULL: of all in which the group stands.
 * stable: only what is settled, and the broker keeps the answer back while a transaction is open.
 * *epoch: the highest offset, 0: none; *tag is to be freed.
 */
rd_kafka_resp_err_t group_ask(rd_kafka_t *rk, const char *group, const char *topic, int stable,
	uint64_t *epoch, char **tag);

#endif
