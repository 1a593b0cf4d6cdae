/* SPDX-License-Identifier: Apache-2.0 */
/* A producer; see producer.h. */
#include "producer.h"

#include <stdlib.h>
#include <string.h>

/* Fenced or timed out: its successor begins where the last transaction was committed. */
int
producer_fail(const struct producer *producer, struct weir_err *err, rd_kafka_resp_err_t code,
	const char *topic)
{
	char why[256];

	snprintf(why, sizeof why, "%s", rd_kafka_err2str(code));
	if (producer->rk != NULL && rd_kafka_fatal_error(producer->rk, NULL, 0) != 0)
		code = rd_kafka_fatal_error(producer->rk, why, sizeof why);
	return weir_fail(err, code == RD_KAFKA_RESP_ERR__FENCED ? -ESTALE : -EIO,
		"a record could not be delivered to topic \"%s\": %s%s", topic, why,
		transaction_remedy(code));
}

/* Only those that failed; [whoever polls] */
static void
on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	struct producer *producer = opaque;

	(void)rk;
	if (message->err == 0)
		return;
	pthread_mutex_lock(&producer->lock);
	if (producer->delivery.code == 0)
		producer_fail(producer, &producer->delivery, message->err,
			rd_kafka_topic_name(message->rkt));
	pthread_mutex_unlock(&producer->lock);
	atomic_store(&producer->failed, 1);
}

int
producer_check(struct producer *producer, struct weir_task *task)
{
	if (atomic_load(&producer->failed) == 0)
		return 0;
	pthread_mutex_lock(&producer->lock);
	*task->err = producer->delivery;
	pthread_mutex_unlock(&producer->lock);
	return task->err->code;
}

static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	const struct producer *producer = rd_kafka_opaque(rk);

	client_log(producer->task, level, facility, text);
}

static void
on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	struct producer *producer = opaque;

	(void)rk;
	client_reach_error(&producer->reach, code, reason);
	client_log(producer->task, WEIR_LOG_ERROR, "ERROR", reason);
}

static int
on_stats(rd_kafka_t *rk, char *json, size_t len, void *opaque)
{
	const struct producer *producer = opaque;

	(void)rk;
	stats_take(&producer->stats, json, len);
	return 0; /* json is librdkafka's */
}

static rd_kafka_conf_t *
configure(const struct producer_conf *c, struct producer *producer)
{
	static const char *const first[] = {"linger.ms", "5", "batch.num.messages", "100000",
		"queue.buffering.max.messages", "1000000", "queue.buffering.max.kbytes", "65536",
		"socket.nagle.disable", "true", "reconnect.backoff.ms", "50",
		"reconnect.backoff.max.ms", "500", "retry.backoff.ms", "20",
		"statistics.interval.ms", "1000", NULL};
	rd_kafka_conf_t *conf = client_conf_new(c->client, CLIENT_PRODUCER, producer->task, first);
	char timeout[24];

	if (conf == NULL)
		return NULL;
	client_set(conf, "enable.idempotence", "true");
	client_set(conf, "delivery.report.only.error", "true");
	if (c->transactional_id != NULL) {
		snprintf(timeout, sizeof timeout, "%lld",
			(long long)(c->transaction_timeout / 1000));
		client_set(conf, "transactional.id", c->transactional_id);
		client_set(conf, "transaction.timeout.ms", timeout);
		transaction_watch(conf, producer);
	}
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_stats_cb(conf, on_stats);
	rd_kafka_conf_set_opaque(conf, producer);
	return conf;
}

struct producer *
producer_new(const struct producer_conf *c, struct weir_task *task)
{
	struct producer *producer = calloc(1, sizeof *producer);
	rd_kafka_conf_t *conf = NULL;

	if (producer == NULL)
		return NULL;
	pthread_mutex_init(&producer->lock, NULL);
	client_reach_init(&producer->reach);
	producer->task = task;
	stats_open(&producer->stats, task);
	producer->client = c->client;
	producer->brokers = client_brokers(c->client);
	producer->transactional_id =
		c->transactional_id != NULL ? strdup(c->transactional_id) : NULL;
	if (c->transactional_id != NULL &&
		asprintf(&producer->decisions, KAFKA_DECISIONS "%s", c->transactional_id) < 0)
		producer->decisions = NULL;
	if (producer->brokers != NULL &&
		(c->transactional_id == NULL ||
			(producer->transactional_id != NULL && producer->decisions != NULL)))
		conf = configure(c, producer);
	if (conf == NULL)
		weir_fail(&producer->err, -ENOMEM, "out of memory");
	else
		producer->rk = client_new(RD_KAFKA_PRODUCER, conf, &producer->err);
	return producer;
}

void
producer_use(struct producer *producer)
{
	pthread_mutex_lock(&producer->lock);
	producer->sinks++;
	pthread_mutex_unlock(&producer->lock);
}

static void
producer_close(struct producer *producer)
{
	enum { ABORT_MS = 2000 };

	if (producer->rk == NULL)
		return;
	/* Readers of what is committed need not wait for the transaction's timeout. */
	if (producer->began && !producer->doubt)
		rd_kafka_error_destroy(rd_kafka_abort_transaction(producer->rk, ABORT_MS));
	rd_kafka_purge(producer->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	for (uint32_t i = 0; i < producer->n_topics; i++)
		rd_kafka_topic_destroy(producer->topics[i]);
	free(producer->topics);
	producer->topics = NULL;
	producer->n_topics = 0;
	rd_kafka_destroy(producer->rk);
	producer->rk = NULL;
}

/* Others may still wait for it in threads of theirs: it goes with the last one. */
void
producer_leave(struct producer *producer)
{
	int is_last;

	pthread_mutex_lock(&producer->lock);
	is_last = --producer->sinks == 0;
	pthread_mutex_unlock(&producer->lock);
	if (is_last)
		producer_close(producer);
}

int
producer_add_topic(struct producer *producer, rd_kafka_topic_t *topic)
{
	rd_kafka_topic_t **topics;

	pthread_mutex_lock(&producer->lock);
	topics = realloc(producer->topics, (producer->n_topics + 1) * sizeof *topics);
	if (topics != NULL) {
		producer->topics = topics;
		topics[producer->n_topics++] = topic;
	}
	pthread_mutex_unlock(&producer->lock);
	if (topics == NULL)
		rd_kafka_topic_destroy(topic);
	return topics != NULL ? 0 : -1;
}

void
producer_free(void *arg)
{
	struct producer *producer = arg;

	if (producer == NULL)
		return;
	producer_close(producer);
	client_reach_fini(&producer->reach);
	pthread_mutex_destroy(&producer->lock);
	free(producer->brokers);
	free(producer->transactional_id);
	free(producer->decisions);
	free(producer);
}
