/* SPDX-License-Identifier: Apache-2.0 */
/* What librdkafka says of its connections. */
#include "stats.h"

#include <jansson.h>

void
stats_open(struct stats *stats, struct weir_task *task)
{
	const struct weir_host *host = task->host;

	stats->rtt = host->counter(
		task, "broker_rtt_us", "Round trip to the slowest broker, microseconds.");
	stats->errors = host->counter(
		task, "broker_errors", "Requests and answers that failed on the way.");
	stats->retries = host->counter(task, "broker_retries", "Requests that were sent again.");
	stats->timeouts = host->counter(task, "broker_timeouts", "Requests without an answer.");
	stats->queued = host->counter(
		task, "client_queue", "Messages that wait in the client for a broker.");
}

static uint64_t
number(const json_t *object, const char *name)
{
	json_int_t n = json_integer_value(json_object_get(object, name));

	return n > 0 ? (uint64_t)n : 0;
}

void
stats_take(const struct stats *stats, const char *text, size_t len)
{
	json_t *root = json_loadb(text, len, 0, NULL);
	uint64_t rtt = 0, errors = 0, retries = 0, timeouts = 0;
	json_t *broker;
	const char *name;

	json_object_foreach(json_object_get(root, "brokers"), name, broker)
	{
		uint64_t took = number(json_object_get(broker, "rtt"), "avg");

		rtt = took > rtt ? took : rtt;
		errors += number(broker, "txerrs") + number(broker, "rxerrs");
		retries += number(broker, "txretries");
		timeouts += number(broker, "req_timeouts");
	}
	if (root != NULL) {
		weir_level(stats->rtt, rtt);
		weir_level(stats->errors, errors);
		weir_level(stats->retries, retries);
		weir_level(stats->timeouts, timeouts);
		weir_level(stats->queued, number(root, "msg_cnt"));
	}
	json_decref(root);
}
