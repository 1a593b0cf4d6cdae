/* SPDX-License-Identifier: Apache-2.0 */
/* The sink `kafka`: writes topics. */
#include "sink.h"
#include "contact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct weir_directive directives[] = {
	CLIENT_DIRECTIVES(struct sink_conf),
	{.name = "topic",
		.summary = "The topic to write to; with \"topic_by\" all that it may name.",
		.type = WEIR_D_LIST,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct sink_conf, topic)},
	{.name = "topic_by",
		.summary = "A string: which of the topics a row goes to.",
		.type = WEIR_D_EXPR,
		.offset = offsetof(struct sink_conf, topic_by)},
	{.name = "key",
		.summary = "The record's key, a string or bytes; equal keys go to one partition.",
		.type = WEIR_D_EXPR,
		.offset = offsetof(struct sink_conf, key)},
	{.name = "header",
		.summary = "A header of the record; null: the record has it not.",
		.choices = "name",
		.type = WEIR_D_STR,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct sink_conf, header)},
	{.name = "header",
		.choices = "expression",
		.type = WEIR_D_EXPR,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct sink_conf, header_value)},
	{.name = "timestamp",
		.summary = "The record's timestamp; the time of sending by default.",
		.type = WEIR_D_EXPR,
		.offset = offsetof(struct sink_conf, timestamp)},
	{.name = "partitioner",
		.summary = "How a key gives the partition; murmur2 is that of Kafka's own "
			   "clients, crc32 librdkafka's.",
		.type = WEIR_D_ENUM,
		.choices = "murmur2 crc32 fnv1a random",
		.deflt = "murmur2",
		.offset = offsetof(struct sink_conf, partitioner)},
	{.name = "compression",
		.summary = "How batches of records are compressed.",
		.type = WEIR_D_ENUM,
		.choices = "none gzip snappy lz4 zstd",
		.deflt = "lz4",
		.offset = offsetof(struct sink_conf, compression)},
	{.name = "delivery",
		.summary = "Whether readers see a record as soon as it is there, and perhaps again "
			   "after a failure, or once, with the checkpoint that holds it.",
		.type = WEIR_D_ENUM,
		.choices = "at_least_once exactly_once",
		.deflt = "at_least_once",
		.offset = offsetof(struct sink_conf, delivery)},
	{.name = "transactional_id",
		.summary = "Of \"delivery exactly_once\": the name of the transactions, which no "
			   "other pipeline may have; a group called weir. and that name holds "
			   "what was decided.",
		.type = WEIR_D_STR,
		.offset = offsetof(struct sink_conf, transactional_id)},
	{.name = "transaction_timeout",
		.summary = "Of \"delivery exactly_once\": brokers undo a transaction that takes "
			   "longer; several times the checkpoint's interval.",
		.type = WEIR_D_DURATION,
		.deflt = "1m",
		.min = 1000000,
		.max = (int64_t)86400 * 1000000,
		.offset = offsetof(struct sink_conf, transaction_timeout)},
	{.name = NULL},
};

/* An expression of one of two types; NULL: there is none, or it is wrong. */
static struct weir_expr *
compile(struct weir_plan *plan, const struct weir_host *host, struct weir_str text, uint32_t type,
	uint32_t or_type, const char *what, int *rc)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	struct weir_expr *expr = text.p != NULL ? ext->compile(plan, 0, text, 0) : NULL;
	uint32_t have = expr != NULL ? ext->type(expr) : type;
	char sentence[160];

	if (text.p != NULL && expr == NULL)
		*rc = -EINVAL;
	if (have == type || have == or_type)
		return expr;
	snprintf(sentence, sizeof sentence, "\"%s\" must be a %s; write cast(... as %s)", what,
		type == WEIR_STRING ? "string" : "timestamp",
		type == WEIR_STRING ? "string" : "timestamp");
	host->problem(plan, text.loc, sentence);
	*rc = -EINVAL;
	return NULL;
}

/* Dead letters: the record as it came, and what is known of it in headers `weir_*`. */
static void
plan_dead_letters(
	struct sink_conf *c, struct weir_plan *plan, const struct weir_host *host, int *rc)
{
	const struct weir_schema *schema = host->input(plan, 0);
	const uint32_t loc = c->topic.loc;

	for (uint32_t i = 0; i < schema->n; i++) {
		const struct weir_str name = schema->fields[i]->name;
		const size_t size = name.len + sizeof "cast( as string)";
		char *text = host->keep(plan, size), *header = host->keep(plan, size);
		struct weir_str source = {.p = text, .loc = loc};

		if (schema->fields[i]->type == WEIR_BYTES) { /* raw */
			c->value_expr =
				compile(plan, host, name, WEIR_STRING, WEIR_BYTES, "value", rc);
			continue;
		}
		source.len = (uint32_t)snprintf(
			text, size, "cast(%.*s as string)", (int)name.len, name.p);
		c->header_names[c->n_headers] = (struct weir_str){.p = header,
			.len = (uint32_t)snprintf(
				header, size, "weir_%.*s", (int)name.len, name.p)};
		c->header_exprs[c->n_headers++] =
			compile(plan, host, source, WEIR_STRING, WEIR_BYTES, "header", rc);
	}
	kafka_note(plan, host,
		"a dead letter goes out as it came, with headers weir_error, weir_source, "
		"weir_partition, weir_offset and more; a \"format\" would make it a record of "
		"them");
}

static int
plan_headers(struct sink_conf *c, struct weir_plan *plan, const struct weir_host *host)
{
	const uint32_t dead = host->dead_letters(plan, 0) != 0 ? host->input(plan, 0)->n : 0;
	const size_t most = c->header.n + dead + 1;
	int rc = WEIR_OK;

	c->header_exprs = host->keep(plan, most * sizeof(struct weir_expr *));
	c->header_names = host->keep(plan, most * sizeof(struct weir_str));
	for (; c->n_headers < c->header.n; c->n_headers++) {
		c->header_names[c->n_headers] = c->header.v[c->n_headers];
		c->header_exprs[c->n_headers] = compile(plan, host, c->header_value.v[c->n_headers],
			WEIR_STRING, WEIR_BYTES, "header", &rc);
	}
	if (dead > 0)
		plan_dead_letters(c, plan, host, &rc);
	return rc;
}

enum { TIMEOUT_INTERVALS = 3 };

/* A transaction is open from one checkpoint to the next, and as long as the next one takes. */
static int
plan_timeout(const struct sink_conf *c, struct weir_plan *plan, const struct weir_host *host)
{
	int64_t interval = host->interval(plan), least = interval * TIMEOUT_INTERVALS;
	char every[32], timeout[32], sentence[256];

	kafka_duration(interval, every);
	kafka_duration(least, timeout);
	if (c->transaction_timeout < least) {
		snprintf(sentence, sizeof sentence,
			"a checkpoint comes every %s, and brokers would undo what takes longer "
			"than \"transaction_timeout\"; write \"transaction_timeout %s;\" or more",
			every, timeout);
		host->problem(plan, c->transactional_id.loc, sentence);
		return -EINVAL;
	}
	kafka_note(plan, host,
		"readers with isolation.level=read_committed see a row with its checkpoint, up to "
		"%s after it was written, and what the checkpoint takes; others see it at once, "
		"and what is undone as well",
		every);
	return WEIR_OK;
}

static int
plan_delivery(const struct sink_conf *c, struct weir_plan *plan, const struct weir_host *host)
{
	char who[320];
	int n;

	kafka_note(plan, host, KAFKA_TESTED);
	if (c->delivery == DELIVERY_AT_LEAST_ONCE) {
		host->declare(plan, WEIR_PLAN_AT_LEAST_ONCE, 1, (struct weir_str){0});
		if (c->transactional_id.p == NULL)
			return WEIR_OK;
		host->problem(plan, c->transactional_id.loc,
			"\"transactional_id\" is of \"delivery exactly_once\"");
		return -EINVAL;
	}
	if (c->transactional_id.len == 0 || c->transactional_id.len > 200) {
		host->problem(plan,
			c->transactional_id.loc != 0 ? c->transactional_id.loc : c->topic.loc,
			"\"delivery exactly_once\" needs a \"transactional_id\" of 1 to 200 "
			"bytes, which no other pipeline has");
		return -EINVAL;
	}
	n = snprintf(who, sizeof who, "Kafka transaction \"%.*s\"", (int)c->transactional_id.len,
		c->transactional_id.p);
	host->declare(plan, WEIR_PLAN_DECIDER, 1, (struct weir_str){.p = who, .len = (uint32_t)n});
	return plan_timeout(c, plan, host);
}

static int
sink_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	struct sink_conf *c = conf;
	int rc = client_plan(&c->client, CLIENT_PRODUCER, plan, host);

	c->key_expr = compile(plan, host, c->key, WEIR_STRING, WEIR_BYTES, "key", &rc);
	c->topic_expr = compile(plan, host, c->topic_by, WEIR_STRING, WEIR_STRING, "topic_by", &rc);
	c->timestamp_expr =
		compile(plan, host, c->timestamp, WEIR_TIMESTAMP, WEIR_TIMESTAMP, "timestamp", &rc);
	if (plan_headers(c, plan, host) < 0 || plan_delivery(c, plan, host) < 0)
		rc = -EINVAL;
	if (c->topic.n > 1 && c->topic_by.p == NULL) {
		host->problem(plan, c->topic.v[1].loc,
			"several topics need \"topic_by\", which says where a row goes");
		rc = -EINVAL;
	}
	return rc;
}

static void
sink_close(void *self)
{
	struct sink *sink = self;

	waiter_free(sink->waiter);
	outbox_clear(sink);
	free(sink->topics); /* the handles are the producer's */
	free(sink->first_topic);
	free(sink->tag);
	if (sink->producer != NULL)
		producer_leave(sink->producer);
	if (sink->conf->delivery != DELIVERY_EXACTLY_ONCE)
		producer_free(sink->producer); /* else the host does, who shares it */
	free(sink);
}

struct making {
	const struct producer_conf *conf;
	struct weir_task *task;
};

static void *
make_producer(void *arg)
{
	const struct making *making = arg;

	return producer_new(making->conf, making->task);
}

static int
open_producer(struct sink *sink)
{
	const struct sink_conf *c = sink->conf;
	struct weir_task *task = sink->task;
	struct producer_conf conf = {
		.client = &c->client, .transaction_timeout = c->transaction_timeout};
	struct making making = {&conf, task};
	char key[256], *brokers, *id;
	int rc = 0;

	if (c->delivery == DELIVERY_AT_LEAST_ONCE) {
		sink->producer = producer_new(&conf, task);
	} else {
		id = strndup(c->transactional_id.p, c->transactional_id.len);
		conf.transactional_id = id;
		snprintf(key, sizeof key, "kafka.producer.%s", id != NULL ? id : "");
		if (id != NULL)
			sink->producer = task->host->shared(
				task, key, make_producer, producer_free, &making);
		free(id);
	}
	if (sink->producer == NULL)
		return kafka_no_memory(task);
	producer_use(sink->producer);
	if (sink->producer->rk == NULL) {
		*task->err = sink->producer->err;
		return task->err->code;
	}
	brokers = client_brokers(&c->client);
	if (brokers != NULL && strcmp(brokers, sink->producer->brokers) != 0) {
		rc = weir_fail(task->err, -EINVAL,
			"another sink has the same \"transactional_id\" and other \"brokers\"; "
			"a transaction is of one cluster");
		task->err->loc = c->client.brokers.loc;
	}
	free(brokers);
	return rc;
}

static rd_kafka_topic_t *
open_topic(const struct sink *sink, const char *name)
{
	static const char *const partitioners[] = {
		"murmur2_random", "consistent_random", "fnv1a_random", "random"};
	static const char *const compressions[] = {"none", "gzip", "snappy", "lz4", "zstd"};
	rd_kafka_topic_conf_t *conf = rd_kafka_topic_conf_new();
	char why[128];

	rd_kafka_topic_conf_set(
		conf, "partitioner", partitioners[sink->conf->partitioner], why, sizeof why);
	rd_kafka_topic_conf_set(
		conf, "compression.codec", compressions[sink->conf->compression], why, sizeof why);
	rd_kafka_topic_conf_set(conf, "acks", "all", why, sizeof why);
	return rd_kafka_topic_new(sink->producer->rk, name, conf);
}

/* They must be there: a record for one that is not would only be refused after minutes. */
static int
open_topics(struct sink *sink)
{
	const struct sink_conf *c = sink->conf;
	struct weir_task *task = sink->task;
	int rc = 0;

	sink->topics = calloc(c->topic.n, sizeof(rd_kafka_topic_t *));
	sink->first_topic = strndup(c->topic.v[0].p, c->topic.v[0].len);
	if (sink->topics == NULL || sink->first_topic == NULL)
		return kafka_no_memory(task);
	for (uint32_t i = 0; rc == 0 && i < c->topic.n; i++) {
		char *name = strndup(c->topic.v[i].p, c->topic.v[i].len);
		int32_t partitions;

		if (name == NULL)
			return kafka_no_memory(task);
		sink->topics[i] = open_topic(sink, name);
		free(name);
		if (sink->topics[i] != NULL &&
			producer_add_topic(sink->producer, sink->topics[i]) < 0)
			return kafka_no_memory(task);
		rc = client_topic(
			sink->producer->rk, &c->client, c->topic.v[i], &partitions, task->err);
	}
	return rc;
}

static int
open_cluster(struct sink *sink)
{
	struct weir_task *task = sink->task;
	char cluster[64];
	struct client_shared *shared;
	int rc;

	rc = client_cluster(sink->producer->rk, &sink->conf->client, &sink->producer->reach, 0,
		task->err, cluster);
	if (rc < 0 || sink->conf->delivery != DELIVERY_EXACTLY_ONCE)
		return rc;
	shared = client_shared(task, cluster);
	if (shared == NULL)
		return kafka_no_memory(task);
	atomic_store(&shared->decides, 1);
	return 0;
}

static int
sink_open(const void *conf, struct weir_task *task, void **self)
{
	struct sink *sink = calloc(1, sizeof *sink);
	int rc;

	if (sink == NULL)
		return kafka_no_memory(task);
	sink->conf = conf;
	sink->task = task;
	sink->expr = task->host->extension("weir.expr/1");
	sink->bytes = task->host->counter(
		task, "output_bytes", "Bytes of keys and values given to be sent.");
	rc = open_producer(sink);
	if (rc == 0)
		rc = open_cluster(sink);
	if (rc == 0)
		rc = open_topics(sink);
	if (rc == 0 && (sink->waiter = waiter_new(sink)) == NULL)
		rc = task->err->code;
	if (rc < 0)
		sink_close(sink);
	else
		*self = sink;
	return rc;
}

static int
sink_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct sink *sink = self;
	int rc = producer_check(sink->producer, task);

	(void)in;
	if (rc == 0)
		rc = weir_refuse_taking_back(task, batch, "a topic");
	if (rc == 0 && sink->conf->delivery == DELIVERY_EXACTLY_ONCE)
		rc = transaction_begin(sink->producer, task);
	if (rc == 0)
		rc = outbox_send(sink, batch);
	rd_kafka_poll(sink->producer->rk, 0);
	return rc;
}

static int
sink_resume(void *self, struct weir_task *task)
{
	struct sink *sink = self;
	int rc = producer_check(sink->producer, task);

	return rc == 0 ? outbox_resume(sink) : rc;
}

/* All that was given is to be there before the checkpoint counts; a transaction sees to that. */
static int
sink_before_barrier(void *self, struct weir_task *task, uint64_t epoch)
{
	struct sink *sink = self;
	int rc = producer_check(sink->producer, task);

	(void)epoch;
	if (rc < 0 || sink->conf->delivery == DELIVERY_EXACTLY_ONCE ||
		rd_kafka_outq_len(sink->producer->rk) == 0)
		return rc;
	waiter_wait(sink->waiter, WAIT_FLUSHED);
	return WEIR_BUSY;
}

static int
sink_prepare(void *self, struct weir_task *task, uint64_t epoch, struct weir_items *token)
{
	struct sink *sink = self;

	(void)epoch;
	(void)token;
	return producer_check(sink->producer, task);
}

/* The decision has shown the rows. */
static int
sink_commit(void *self, struct weir_task *task, uint64_t epoch, const struct weir_str *tokens,
	uint32_t n)
{
	(void)self, (void)task, (void)epoch, (void)tokens, (void)n;
	return WEIR_OK;
}

/* recover() has fenced whatever was begun. */
static int
sink_abort_after(void *self, struct weir_task *task, uint64_t epoch)
{
	(void)self, (void)task, (void)epoch;
	return WEIR_OK;
}

static int
sink_recover(void *self, struct weir_task *task, struct weir_decision *last)
{
	struct sink *sink = self;
	int rc = transaction_recover(
		sink->producer, task, sink->first_topic, &last->epoch, &sink->tag);

	last->n = 0;
	last->tag = (struct weir_str){
		.p = sink->tag, .len = sink->tag != NULL ? (uint32_t)strlen(sink->tag) : 0};
	return rc;
}

static int
sink_decide(void *self, struct weir_task *task, const struct weir_decision *decision)
{
	struct sink *sink = self;

	return transaction_decide(sink->producer, task, sink->first_topic, decision);
}

static const struct weir_sink sink_calls = {
	.size = sizeof sink_calls,
	.prepare = sink_prepare,
	.commit = sink_commit,
	.abort_after = sink_abort_after,
	.recover = sink_recover,
	.decide = sink_decide,
};

const struct weir_operator kafka_sink_operator = {
	.size = sizeof kafka_sink_operator,
	.kind = WEIR_SINK,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_UPDATES | WEIR_READS_DECLARED | WEIR_TWO_PHASE,
	.name = "kafka",
	.summary = "Writes topics of Apache Kafka; `load_module kafka.so;`.",
	.needs = "weir.expr/1",
	.conf_size = sizeof(struct sink_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = directives,
	.n_in = 1,
	.plan = sink_plan,
	.open = sink_open,
	.close = sink_close,
	.process = sink_process,
	.resume = sink_resume,
	.before_barrier = sink_before_barrier,
	.sink = &sink_calls,
	.test = contact_sink,
};
