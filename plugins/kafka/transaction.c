/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Epochs decided by Kafka.  One transaction holds the rows of an epoch, the positions of the Kafka
 * sources of the same cluster, each under its group, and the host's tag: in the metadata of the
 * offset EPOCH of a topic, under a group of its own.  No source's group: their offsets are no
 * epochs.
 *
 * A successor begins with init_transactions(), which ends what its older self had begun one way or
 * the other; only then it asks where that group stands.  Nothing else is ever guessed: whatever is
 * not a clean answer to the one request that commits ends the process.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "group.h"
#include "position.h"
#include "producer.h"

enum { END_TXN = 26, INIT_MS = 60000, SEND_MS = 5000 };

static rd_kafka_resp_err_t
on_request_sent(rd_kafka_t *rk, int sockfd, const char *brokername, int32_t brokerid,
	int16_t api_key, int16_t api_version, int32_t corrid, size_t size, void *opaque)
{
	struct producer *producer = opaque;

	(void)rk, (void)sockfd, (void)brokername, (void)brokerid;
	(void)api_version, (void)corrid, (void)size;
	if (api_key == END_TXN)
		atomic_fetch_add(&producer->end_requests, 1);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t
on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *opaque, char *why, size_t size)
{
	(void)conf, (void)why, (void)size;
	return rd_kafka_interceptor_add_on_request_sent(rk, "weir", on_request_sent, opaque);
}

void
transaction_watch(rd_kafka_conf_t *conf, struct producer *producer)
{
	rd_kafka_conf_interceptor_add_on_new(conf, "weir", on_new, producer);
}

const char *
transaction_remedy(rd_kafka_resp_err_t code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR__FENCED:
		return "; another process has the same transactional_id, or the transaction took "
		       "longer than transaction_timeout";
	case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
		return "; make transaction_timeout shorter, or the brokers' "
		       "transaction.max.timeout.ms longer";
	case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
		return "; give the user Write on this transactional_id";
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
		return "; give the user Read on the groups of the sources and on the one called "
		       "weir. and the transactional_id";
	default:
		return "";
	}
}

/* "WHAT: REASON"; takes the error.  0 if there is none. */
static int
fail(struct weir_task *task, rd_kafka_error_t *error, const char *what,
	const struct producer *producer)
{
	rd_kafka_resp_err_t code = error != NULL ? rd_kafka_error_code(error) : 0;
	int rc;

	if (error == NULL)
		return 0;
	rc = weir_fail(task->err, code == RD_KAFKA_RESP_ERR__FENCED ? -ESTALE : -EIO,
		"%s of \"%s\": %s%s", what, producer->transactional_id,
		rd_kafka_error_string(error), transaction_remedy(code));
	rd_kafka_error_destroy(error);
	return rc;
}

int
transaction_begin(struct producer *producer, struct weir_task *task)
{
	int rc = 0;

	pthread_mutex_lock(&producer->lock);
	if (!producer->began) {
		atomic_store(&producer->end_requests, 0);
		rc = fail(task, rd_kafka_begin_transaction(producer->rk), "begin_transaction()",
			producer);
		producer->began = rc == 0;
	}
	pthread_mutex_unlock(&producer->lock);
	return rc;
}

/*
 * A client of its own: librdkafka 2.0 dereferences the consumer group that a producer has not when
 * this request is answered with an error, and one that outlived a broker may be slow to come back.
 */
static rd_kafka_t *
open_asker(const struct producer *producer, struct weir_task *task)
{
	static const char *const first[] = {
		"reconnect.backoff.ms", "50", "reconnect.backoff.max.ms", "500", NULL};
	rd_kafka_conf_t *conf = client_conf_new(producer->client, CLIENT_CONSUMER, task, first);

	if (conf == NULL) {
		kafka_no_memory(task);
		return NULL;
	}
	client_set(conf, "group.id", producer->decisions);
	return client_new(RD_KAFKA_CONSUMER, conf, task->err);
}

static rd_kafka_resp_err_t
ask_until_settled(rd_kafka_t *rk, const char *group, const char *topic, uint64_t *epoch, char **tag)
{
	rd_kafka_resp_err_t code = group_ask(rk, group, topic, 1, epoch, tag);

	for (int i = 0; i < INIT_MS / KAFKA_RETRY_MS && kafka_is_passing(code); i++) {
		kafka_wait();
		code = group_ask(rk, group, topic, 1, epoch, tag);
	}
	return code;
}

/*
 * By name first: of all its partitions a group leaves out, and may not know yet though the
 * transaction is over, one in which it never stood before.  Then all, for the topic may be new.
 */
static rd_kafka_resp_err_t
ask_decisions(struct producer *producer, struct weir_task *task, const char *topic, uint64_t *epoch,
	char **tag)
{
	rd_kafka_t *rk = open_asker(producer, task);
	rd_kafka_resp_err_t code;

	if (rk == NULL)
		return RD_KAFKA_RESP_ERR__FAIL;
	code = ask_until_settled(rk, producer->decisions, topic, epoch, tag);
	if (code == 0)
		code = ask_until_settled(rk, producer->decisions, NULL, epoch, tag);
	rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	return code;
}

/*
 * A broker that is gone may well be back.  Each time by another client: in librdkafka 2.0 one whose
 * question was not answered in time may fall over the answer.
 */
static int
know_group(struct producer *producer, struct weir_task *task, const char *topic, uint64_t *epoch,
	char **tag)
{
	rd_kafka_resp_err_t code = ask_decisions(producer, task, topic, epoch, tag);

	for (int i = 0; i < INIT_MS / KAFKA_TIMEOUT_MS && code == RD_KAFKA_RESP_ERR__TIMED_OUT; i++)
		code = ask_decisions(producer, task, topic, epoch, tag);
	if (code == 0)
		return 0;
	return weir_fail(task->err, -EIO,
		"where group \"%s\" stands is not known: %s; see that brokers answer, and that "
		"the user may read that group",
		producer->decisions, rd_kafka_err2str(code));
}

int
transaction_recover(struct producer *producer, struct weir_task *task, const char *topic,
	uint64_t *epoch, char **tag)
{
	rd_kafka_error_t *error = rd_kafka_init_transactions(producer->rk, INIT_MS);

	for (int i = 0; i < 10 && error != NULL && rd_kafka_error_is_retriable(error); i++) {
		rd_kafka_error_destroy(error);
		kafka_wait();
		error = rd_kafka_init_transactions(producer->rk, INIT_MS);
	}
	if (fail(task, error, "init_transactions()", producer) < 0)
		return task->err->code;
	return know_group(producer, task, topic, epoch, tag);
}

/*
 * Retriable errors leave everything as it was: the same call again.  Soon, for librdkafka 2.0 was
 * seen to wait for a group's coordinator that was there for as long as it might.
 */
static int
send_offsets(struct producer *producer, struct weir_task *task, const char *group,
	const rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata_new(group);
	rd_kafka_error_t *error;

	while ((error = rd_kafka_send_offsets_to_transaction(
			producer->rk, list, metadata, SEND_MS)) != NULL &&
		rd_kafka_error_is_retriable(error)) {
		rd_kafka_error_destroy(error);
		kafka_wait();
	}
	rd_kafka_consumer_group_metadata_destroy(metadata);
	return fail(task, error, "send_offsets_to_transaction()", producer);
}

static void
set_metadata(rd_kafka_topic_partition_t *p, struct weir_str tag)
{
	p->metadata = malloc(tag.len); /* the list's, which frees it */
	if (p->metadata != NULL)
		memcpy(p->metadata, tag.p, tag.len);
	p->metadata_size = p->metadata != NULL ? tag.len : 0;
}

/* The positions of all sources that read this cluster under the group of position i. */
static rd_kafka_topic_partition_list_t *
offsets_of(const struct weir_decision *d, const char *cluster, uint32_t i)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	struct position first, p;

	position_read(d->positions[i], &first);
	for (; i < d->n; i++) {
		char *topic;
		int32_t partition;

		if (position_read(d->positions[i], &p) < 0 || !position_is_of(&p, cluster) ||
			!position_same_group(&p, &first) ||
			position_name_read(d->names[i], &topic, &partition) < 0)
			continue;
		rd_kafka_topic_partition_list_add(list, topic, partition)->offset = p.offset;
		set_metadata(&list->elems[list->cnt - 1], d->tag);
		free(topic);
	}
	return list;
}

/* Whether no earlier position has the same group. */
static int
is_first_of_group(const struct weir_decision *d, const char *cluster, uint32_t i)
{
	struct position p, other;

	if (position_read(d->positions[i], &p) < 0 || !position_is_of(&p, cluster))
		return 0;
	for (uint32_t k = 0; k < i; k++)
		if (position_read(d->positions[k], &other) == 0 &&
			position_is_of(&other, cluster) && position_same_group(&p, &other))
			return 0;
	return 1;
}

static int
send_positions(struct producer *producer, struct weir_task *task, const struct weir_decision *d)
{
	char *cluster = rd_kafka_clusterid(producer->rk, KAFKA_TIMEOUT_MS);
	int rc = 0;

	if (cluster == NULL)
		return weir_fail(task->err, -ETIMEDOUT,
			"which cluster this is is not known: no broker answered; see that they "
			"run");
	for (uint32_t i = 0; rc == 0 && i < d->n; i++) {
		rd_kafka_topic_partition_list_t *list;
		struct position p;
		char *group;

		if (!is_first_of_group(d, cluster, i))
			continue;
		position_read(d->positions[i], &p);
		group = strndup(p.group.p, p.group.len);
		list = offsets_of(d, cluster, i);
		rc = group != NULL ? send_offsets(producer, task, group, list)
				   : kafka_no_memory(task);
		rd_kafka_topic_partition_list_destroy(list);
		free(group);
	}
	rd_kafka_mem_free(producer->rk, cluster);
	return rc;
}

static int
send_tag(struct producer *producer, struct weir_task *task, const char *topic,
	const struct weir_decision *d)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *p = rd_kafka_topic_partition_list_add(list, topic, 0);
	int rc;

	p->offset = (int64_t)d->epoch;
	set_metadata(p, d->tag);
	rc = p->metadata != NULL ? send_offsets(producer, task, producer->decisions, list)
				 : kafka_no_memory(task);
	rd_kafka_topic_partition_list_destroy(list);
	return rc;
}

static int
commit(struct producer *producer, struct weir_task *task)
{
	rd_kafka_error_t *error;
	int requests;

	while ((error = rd_kafka_commit_transaction(producer->rk, -1)) != NULL &&
		rd_kafka_error_is_retriable(error)) {
		rd_kafka_error_destroy(error);
		kafka_wait();
	}
	if (fail(task, error, "commit_transaction()", producer) < 0)
		return task->err->code;
	requests = atomic_load(&producer->end_requests);
	if (requests == 1)
		return 0;
	return weir_fail(task->err, -EIO,
		"commit_transaction() of \"%s\" took %d requests, of which one may still be on its "
		"way; starting anew",
		producer->transactional_id, requests);
}

int
transaction_decide(struct producer *producer, struct weir_task *task, const char *topic,
	const struct weir_decision *decision)
{
	int rc = transaction_begin(producer, task);

	producer->doubt = 1;
	if (rc == 0)
		rc = send_positions(producer, task, decision);
	if (rc == 0)
		rc = send_tag(producer, task, topic, decision);
	if (rc == 0)
		rc = commit(producer, task);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&producer->lock);
	producer->began = producer->doubt = 0;
	pthread_mutex_unlock(&producer->lock);
	return 0;
}
