/* SPDX-License-Identifier: Apache-2.0 */
/* What `weir -tt` asks brokers, for a source and a sink alike. */
#include "contact.h"

#include <stdlib.h>
#include <string.h>

#include "group.h"

void
contact_problem(const struct contact *contact, uint32_t loc, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	contact->probe->problem(contact->probe, loc, text);
}

void
contact_note(const struct contact *contact, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	contact->probe->note(contact->probe, text);
}

/* librdkafka tells what a broker can do in its log alone. */
static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	struct contact *contact = rd_kafka_opaque(rk);
	const char *at = strcmp(facility, "APIVERSION") == 0 ? strstr(text, "ApiKey ") : NULL;
	int api, lowest, highest;

	(void)level;
	if (at == NULL ||
		sscanf(at, "ApiKey %*s (%d) Versions %d..%d", &api, &lowest, &highest) != 3 ||
		api < 0 || api >= API_MOST)
		return;
	pthread_mutex_lock(&contact->lock);
	contact->highest[api] = highest;
	contact->is_known = 1;
	pthread_mutex_unlock(&contact->lock);
}

static void
on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	struct contact *contact = opaque;

	(void)rk;
	client_reach_error(&contact->reach, code, reason);
}

int
contact_open(struct contact *contact, const struct client_conf *client, struct weir_probe *probe,
	const char *group)
{
	static const char *const first[] = {"fetch.wait.max.ms", "100", NULL};
	rd_kafka_conf_t *conf = client_conf_new(client, CLIENT_CONSUMER, NULL, first);
	struct weir_err err = {0};
	char cluster[64];

	*contact = (struct contact){.client = client, .probe = probe};
	pthread_mutex_init(&contact->lock, NULL);
	client_reach_init(&contact->reach);
	for (int i = 0; i < API_MOST; i++)
		contact->highest[i] = -1;
	if (conf == NULL) {
		contact_problem(contact, 0, "out of memory");
		return -1;
	}
	client_set(conf, "group.id", group);
	client_set(conf, "enable.auto.commit", "false");
	client_set(conf, "enable.partition.eof", "true");
	client_set(conf, "isolation.level", "read_uncommitted");
	client_set(conf, "debug", "feature");
	rd_kafka_conf_set_opaque(conf, contact);
	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_error_cb(conf, on_error);
	contact->rk = client_new(RD_KAFKA_CONSUMER, conf, &err);
	if (contact->rk != NULL &&
		client_cluster(contact->rk, client, &contact->reach, 1, &err, cluster) == 0)
		return 0;
	contact->probe->problem(contact->probe, err.loc, err.text);
	return -1;
}

void
contact_close(struct contact *contact)
{
	if (contact->rk != NULL)
		rd_kafka_destroy_flags(contact->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	client_reach_fini(&contact->reach);
	pthread_mutex_destroy(&contact->lock);
}

/* The newest release that a broker shows by a version of a request that came with it. */
static const char *
release_of(const int *highest)
{
	static const struct {
		int api, version;
		const char *release;
	} shown[] = {{API_END_TXN, 5, "4.0"}, {API_FETCH, 17, "3.9"}, {API_FETCH, 16, "3.7"},
		{API_FETCH, 15, "3.5"}, {API_FETCH, 13, "3.1"}, {API_FETCH, 12, "2.7"},
		{API_TXN_OFFSET_COMMIT, 3, "2.5"}, {API_INIT_PRODUCER_ID, 0, "0.11"}};

	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (highest[shown[i].api] >= shown[i].version)
			return shown[i].release;
	return "0.10";
}

int
contact_versions(
	struct contact *contact, int api, int version, const char *release, const char *what)
{
	int highest[API_MOST], is_known;

	pthread_mutex_lock(&contact->lock);
	is_known = contact->is_known;
	memcpy(highest, contact->highest, sizeof highest);
	pthread_mutex_unlock(&contact->lock);
	if (is_known && highest[api] < version) {
		contact_problem(contact, contact->client->brokers.loc,
			"%s needs brokers of Apache Kafka %s or later, and these speak as %s does",
			what, release, release_of(highest));
		return -1;
	}
	if (is_known)
		contact_note(contact, "the brokers speak as Apache Kafka %s or later does",
			release_of(highest));
	else
		contact_note(contact, "which version the brokers have is not known");
	return 0;
}

int32_t
contact_topic(struct contact *contact, struct weir_str name)
{
	struct weir_err err = {0};
	int32_t n;

	if (client_topic(contact->rk, contact->client, name, &n, &err) < 0) {
		contact->probe->problem(contact->probe, err.loc, err.text);
		return -1;
	}
	contact_note(contact, "topic \"%.*s\" has %d partition%s", (int)name.len, name.p, n,
		n == 1 ? "" : "s");
	return n;
}

int
contact_group(struct contact *contact, const char *group, uint32_t loc, uint64_t *epoch)
{
	char *tag = NULL;
	rd_kafka_resp_err_t code = group_ask(contact->rk, group, NULL, 0, epoch, &tag);

	free(tag);
	if (code == 0)
		return 0;
	if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
		contact_problem(
			contact, loc, "may not use group \"%s\"; give the user Read on it", group);
	else
		contact_problem(contact, loc, "where group \"%s\" stands is not known: %s", group,
			rd_kafka_err2str(code));
	return -1;
}
