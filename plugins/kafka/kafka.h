/* SPDX-License-Identifier: Apache-2.0 */
/* What all of the plugin `kafka` shares: its operators, and errors with librdkafka's reasons. */
#ifndef KAFKA_KAFKA_H
#define KAFKA_KAFKA_H

#include <librdkafka/rdkafka.h>
#include <weir/weir.h>

extern const struct weir_operator kafka_source_operator, kafka_sink_operator;

#define KAFKA_TESTED "tested with Apache Kafka 3.9.2 and 4.3.1"

/* Groups of this name hold what transactions decided; no source's is called like one. */
#define KAFKA_DECISIONS "weir."

enum {
	KAFKA_TIMEOUT_MS = 10000, /* of what is asked of a broker before anything runs */
	KAFKA_RETRY_MS = 100,
};

/* [plan] What `weir -t` says of an operator of this plugin. */
void kafka_note(struct weir_plan *plan, const struct weir_host *host, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* As a conf has it: `90s`, `1500ms`. */
void kafka_duration(int64_t us, char text[32]);

/* "WHAT: REASON", of a librdkafka error; gives -errno. */
int kafka_fail(struct weir_task *task, rd_kafka_resp_err_t code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int kafka_no_memory(struct weir_task *task);
/* Whether asking again may help: the broker is just starting, or still writing. */
int kafka_is_passing(rd_kafka_resp_err_t code);
/* KAFKA_RETRY_MS; not on a loop. */
void kafka_wait(void);

#endif
