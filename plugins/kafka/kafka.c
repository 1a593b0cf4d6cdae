/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `kafka`: a source and a sink over librdkafka. */
#include "kafka.h"

int
kafka_no_memory(struct weir_task *task)
{
	return weir_fail(task->err, -ENOMEM, "out of memory");
}

int
kafka_fail(struct weir_task *task, rd_kafka_resp_err_t code, const char *format, ...)
{
	char what[384];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	return weir_fail(task->err, -EIO, "%s: %s", what, rd_kafka_err2str(code));
}

WEIR_PLUGIN("kafka", "0.1", "Apache-2.0", &kafka_source_operator, &kafka_sink_operator)
