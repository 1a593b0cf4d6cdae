/* SPDX-License-Identifier: Apache-2.0 */
/* What all of the plugin `kafka` shares: its operators, and errors with librdkafka's reasons. */
#ifndef KAFKA_KAFKA_H
#define KAFKA_KAFKA_H

#include <librdkafka/rdkafka.h>
#include <weir/weir.h>

extern const struct weir_operator kafka_source_operator, kafka_sink_operator;

enum { KAFKA_TIMEOUT_MS = 10000 }; /* of what is asked of a broker before anything runs */

/* "WHAT: REASON", of a librdkafka error; gives -errno. */
int kafka_fail(struct weir_task *task, rd_kafka_resp_err_t code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int kafka_no_memory(struct weir_task *task);

#endif
