/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `kafka`: a source and a sink over librdkafka. */
#include "kafka.h"

#include <string.h>
#include <time.h>

void
kafka_note(struct weir_plan *plan, const struct weir_host *host, const char *format, ...)
{
	char text[384];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	host->declare(plan, WEIR_PLAN_NOTE, 0,
		(struct weir_str){.p = text, .len = (uint32_t)strlen(text)});
}

void
kafka_duration(int64_t us, char text[32])
{
	if (us % 1000000 == 0)
		snprintf(text, 32, "%llds", (long long)(us / 1000000));
	else
		snprintf(text, 32, "%lldms", (long long)(us / 1000));
}

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

int
kafka_is_passing(rd_kafka_resp_err_t code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
	case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
	case RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
	case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
	case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
	case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
	case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__BAD_MSG:
		return 1;
	default:
		return 0;
	}
}

void
kafka_wait(void)
{
	const struct timespec t = {.tv_nsec = KAFKA_RETRY_MS * 1000000};

	nanosleep(&t, NULL);
}

WEIR_PLUGIN("kafka", "0.1", "Apache-2.0", &kafka_source_operator, &kafka_sink_operator)
