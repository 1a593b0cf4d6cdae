/* SPDX-License-Identifier: Apache-2.0 */
/* Which partitions there are: of the topics named, or of those that a pattern matches. */
#include <pthread.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

struct found {
	struct found *next;
	char *topic;
	int32_t partitions, announced;
};

struct topics {
	struct source *source;
	pthread_mutex_t lock; /* of found */
	struct found *found;
};

static int
compile(regex_t *regex, struct weir_str pattern)
{
	char *whole;
	int rc = REG_ESPACE;

	if (asprintf(&whole, "^(%.*s)$", (int)pattern.len, pattern.p) >= 0) {
		rc = regcomp(regex, whole, REG_EXTENDED | REG_NOSUB);
		free(whole);
	}
	return rc;
}

int
topics_check_pattern(struct weir_str pattern, char *why, size_t size)
{
	regex_t regex;
	int rc = compile(&regex, pattern);

	if (rc != 0)
		regerror(rc, NULL, why, size);
	else
		regfree(&regex);
	return rc == 0 ? 0 : -1;
}

struct topics *
topics_new(struct source *source)
{
	struct topics *topics = calloc(1, sizeof *topics);

	if (topics == NULL) {
		kafka_no_memory(source->task);
		return NULL;
	}
	topics->source = source;
	pthread_mutex_init(&topics->lock, NULL);
	return topics;
}

void
topics_free(struct topics *topics)
{
	struct found *found;

	if (topics == NULL)
		return;
	while ((found = topics->found) != NULL) {
		topics->found = found->next;
		free(found->topic);
		free(found);
	}
	pthread_mutex_destroy(&topics->lock);
	free(topics);
}

/* Partitions become more, never less. */
static int
keep(void *arg, const char *topic, int32_t partitions, struct weir_err *err)
{
	struct topics *topics = arg;
	struct found **link = &topics->found;
	int rc = 0;

	pthread_mutex_lock(&topics->lock);
	while (*link != NULL && strcmp((*link)->topic, topic) != 0)
		link = &(*link)->next;
	if (*link == NULL && (*link = calloc(1, sizeof **link)) != NULL &&
		((*link)->topic = strdup(topic)) == NULL) {
		free(*link);
		*link = NULL;
	}
	if (*link == NULL)
		rc = weir_fail(err, -ENOMEM, "out of memory");
	else if ((*link)->partitions < partitions)
		(*link)->partitions = partitions;
	pthread_mutex_unlock(&topics->lock);
	return rc;
}

static int
each_named(rd_kafka_t *rk, const struct source_conf *conf, topic_found_fn found, void *arg,
	struct weir_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < conf->topic.n && rc == 0; i++) {
		char *topic = strndup(conf->topic.v[i].p, conf->topic.v[i].len);
		int32_t partitions;

		rc = topic != NULL
			     ? client_topic(rk, &conf->client, conf->topic.v[i], &partitions, err)
			     : weir_fail(err, -ENOMEM, "out of memory");
		if (rc == 0)
			rc = found(arg, topic, partitions, err);
		free(topic);
	}
	return rc;
}

static int
each_match(rd_kafka_t *rk, const struct source_conf *conf, topic_found_fn found, void *arg,
	struct weir_err *err)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t code;
	regex_t regex;
	int rc = 0;

	if (compile(&regex, conf->pattern) != 0) /* plan() has compiled it before */
		return weir_fail(err, -ENOMEM, "out of memory");
	code = rd_kafka_metadata(rk, 1, NULL, &metadata, KAFKA_TIMEOUT_MS);
	if (code != 0)
		rc = client_unreachable(&conf->client, code, NULL, err);
	for (int i = 0; code == 0 && i < metadata->topic_cnt && rc == 0; i++) {
		const rd_kafka_metadata_topic_t *topic = &metadata->topics[i];

		if (topic->err == 0 && regexec(&regex, topic->topic, 0, NULL, 0) == 0)
			rc = found(arg, topic->topic, topic->partition_cnt, err);
	}
	if (code == 0)
		rd_kafka_metadata_destroy(metadata);
	regfree(&regex);
	return rc;
}

int
topics_each(rd_kafka_t *rk, const struct source_conf *conf, topic_found_fn found, void *arg,
	struct weir_err *err)
{
	return (conf->pattern.p != NULL ? each_match : each_named)(rk, conf, found, arg, err);
}

int
topics_look(struct topics *topics, struct weir_err *err)
{
	return topics_each(topics->source->rk, topics->source->conf, keep, topics, err);
}

uint32_t
topics_announce(struct topics *topics)
{
	struct weir_task *task = topics->source->task;
	uint32_t n = 0;
	char name[300];

	pthread_mutex_lock(&topics->lock);
	for (struct found *found = topics->found; found != NULL; found = found->next)
		for (; found->announced < found->partitions; found->announced++, n++) {
			int len = snprintf(
				name, sizeof name, "%s/%d", found->topic, found->announced);

			task->host->partition(
				task, (struct weir_str){.p = name, .len = (uint32_t)len});
		}
	pthread_mutex_unlock(&topics->lock);
	return n;
}
