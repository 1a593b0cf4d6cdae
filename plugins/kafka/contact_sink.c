/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `weir -tt` of a sink: whether its topics are there, and its transactions would be taken.  Whether
 * it may write cannot be asked without writing, nor a transactional id be taken without fencing the
 * pipeline that has it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "contact.h"
#include "sink.h"

/* The broker's longest transaction in milliseconds; -1: it does not say. */
static int64_t
read_timeout(rd_kafka_event_t *event)
{
	const rd_kafka_ConfigResource_t **resources;
	const rd_kafka_ConfigEntry_t **entries;
	size_t n, n_entries;

	if (event == NULL || rd_kafka_event_error(event) != 0)
		return -1;
	resources = rd_kafka_DescribeConfigs_result_resources(
		rd_kafka_event_DescribeConfigs_result(event), &n);
	if (n == 0 || rd_kafka_ConfigResource_error(resources[0]) != 0)
		return -1;
	entries = rd_kafka_ConfigResource_configs(resources[0], &n_entries);
	for (size_t i = 0; i < n_entries; i++)
		if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), "transaction.max.timeout.ms") ==
				0 &&
			rd_kafka_ConfigEntry_value(entries[i]) != NULL)
			return atoll(rd_kafka_ConfigEntry_value(entries[i]));
	return -1;
}

static int64_t
ask_timeout(rd_kafka_t *rk)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_ConfigResource_t *resource;
	rd_kafka_event_t *event;
	char broker[16];
	int64_t ms;

	snprintf(broker, sizeof broker, "%d", rd_kafka_controllerid(rk, KAFKA_TIMEOUT_MS));
	resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, broker);
	rd_kafka_DescribeConfigs(rk, &resource, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, KAFKA_TIMEOUT_MS);
	ms = read_timeout(event);
	rd_kafka_event_destroy(event);
	rd_kafka_ConfigResource_destroy(resource);
	rd_kafka_queue_destroy(queue);
	return ms;
}

static void
test_timeout(struct contact *contact, const struct sink_conf *conf)
{
	int64_t most = ask_timeout(contact->rk);
	char wanted[32], allowed[32];

	kafka_duration(conf->transaction_timeout, wanted);
	kafka_duration(most * 1000, allowed);
	if (most < 0)
		contact_note(contact,
			"the brokers do not say how long a transaction may take; see that their "
			"transaction.max.timeout.ms is not below %s",
			wanted);
	else if (conf->transaction_timeout > most * 1000)
		contact_problem(contact, conf->transactional_id.loc,
			"\"transaction_timeout\" is %s, and the brokers' "
			"transaction.max.timeout.ms "
			"is %s; make the one shorter or the other longer",
			wanted, allowed);
}

static void
test_transactions(struct contact *contact, const struct sink_conf *conf, const char *group)
{
	uint64_t epoch;

	test_timeout(contact, conf);
	if (contact_group(contact, group, conf->transactional_id.loc, &epoch) < 0)
		return;
	if (epoch > 0)
		contact_note(contact, "epoch %" PRIu64 " was decided last", epoch);
	else
		contact_note(contact, "no epoch has been decided yet");
}

static int
test_versions(struct contact *contact, int is_once)
{
	return is_once ? contact_versions(contact, API_TXN_OFFSET_COMMIT, 3, "2.5",
				 "\"delivery exactly_once\"")
		       : contact_versions(contact, API_INIT_PRODUCER_ID, 0, "0.11",
				 "writing without doubles");
}

void
contact_sink(const void *conf, struct weir_probe *probe)
{
	const struct sink_conf *c = conf;
	const int is_once = c->delivery == DELIVERY_EXACTLY_ONCE;
	struct contact contact;
	char group[256];

	snprintf(group, sizeof group, KAFKA_DECISIONS "%.*s", (int)c->transactional_id.len,
		is_once ? c->transactional_id.p : "");
	if (contact_open(&contact, &c->client, probe, group) == 0 &&
		test_versions(&contact, is_once) == 0) {
		for (uint32_t i = 0; i < c->topic.n; i++)
			contact_topic(&contact, c->topic.v[i]);
		if (is_once)
			test_transactions(&contact, c, group);
	}
	contact_close(&contact);
}
