/* SPDX-License-Identifier: Apache-2.0 */
/* `weir -tt` of a source: whether its topics are there, and may be read under its group. */
#include <stdlib.h>
#include <string.h>

#include "contact.h"
#include "source.h"

enum { READ_MS = 5000, SLICE_MS = 100 };

/* The topics to be read, and which of them have answered. */
struct reading {
	struct contact *contact;
	const struct source_conf *conf;
	rd_kafka_topic_partition_list_t
		*list; /* opaque: it has answered, in the first of a topic */
	int topics, answered;
};

static int
add_topic(void *arg, const char *topic, int32_t partitions, struct weir_err *err)
{
	struct reading *reading = arg;

	(void)err;
	for (int32_t i = 0; i < partitions; i++)
		rd_kafka_topic_partition_list_add(reading->list, topic, i)->offset =
			RD_KAFKA_OFFSET_END;
	reading->topics++;
	return 0;
}

/* All that are missing are reported, not the first. */
static void
find_topics(struct reading *reading)
{
	struct contact *contact = reading->contact;
	const struct weir_list *names = &reading->conf->topic;
	struct weir_err err = {0};

	for (uint32_t i = 0; i < names->n; i++) {
		int32_t n = contact_topic(contact, names->v[i]);
		char *name = strndup(names->v[i].p, names->v[i].len);

		if (n > 0 && name != NULL)
			add_topic(reading, name, n, &err);
		free(name);
	}
	if (reading->conf->pattern.p == NULL)
		return;
	if (topics_each(contact->rk, reading->conf, add_topic, reading, &err) < 0)
		contact_problem(contact, err.loc, "%s", err.text);
	else
		contact_note(contact, "\"pattern\" matches %d topic%s", reading->topics,
			reading->topics == 1 ? "" : "s");
}

static uint32_t
loc_of(const struct source_conf *conf, const char *topic)
{
	for (uint32_t i = 0; i < conf->topic.n; i++)
		if (conf->topic.v[i].len == strlen(topic) &&
			memcmp(conf->topic.v[i].p, topic, conf->topic.v[i].len) == 0)
			return conf->topic.v[i].loc;
	return conf->pattern.loc;
}

/* Something came from the topic: its end, a record, or why not. */
static void
take_answer(struct reading *reading, const rd_kafka_message_t *message)
{
	const char *topic = rd_kafka_topic_name(message->rkt);
	rd_kafka_topic_partition_t *first =
		rd_kafka_topic_partition_list_find(reading->list, topic, 0);

	if (first == NULL || first->opaque != NULL)
		return;
	first->opaque = reading;
	reading->answered++;
	if (message->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
		contact_problem(reading->contact, loc_of(reading->conf, topic),
			"may not read topic \"%s\"; give the user Read on it", topic);
}

/* Only a fetch shows whether one may read; it is at the end, and nothing is committed. */
static void
read_topics(struct reading *reading)
{
	rd_kafka_t *rk = reading->contact->rk;

	if (reading->topics == 0 || rd_kafka_assign(rk, reading->list) != 0)
		return;
	for (int i = 0; i < READ_MS / SLICE_MS && reading->answered < reading->topics; i++) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, SLICE_MS);

		if (message == NULL)
			continue;
		if (message->rkt != NULL)
			take_answer(reading, message);
		rd_kafka_message_destroy(message);
	}
	if (reading->answered < reading->topics)
		contact_note(reading->contact,
			"%d of %d topics gave no answer in %d s, so whether they can be read is "
			"not known",
			reading->topics - reading->answered, reading->topics, READ_MS / 1000);
}

void
contact_source(const void *conf, struct weir_probe *probe)
{
	const struct source_conf *c = conf;
	struct contact contact;
	struct reading reading = {.contact = &contact, .conf = c};
	char *group = strndup(c->group.p, c->group.len);
	uint64_t offset;

	if (group == NULL)
		return;
	if (contact_open(&contact, &c->client, probe, group) == 0 &&
		contact_versions(&contact, API_FETCH, 4, "0.11", "reading what is committed") ==
			0) {
		reading.list = rd_kafka_topic_partition_list_new(8);
		find_topics(&reading);
		contact_group(&contact, group, c->group.loc, &offset);
		read_topics(&reading);
		rd_kafka_topic_partition_list_destroy(reading.list);
	}
	contact_close(&contact);
	free(group);
}
