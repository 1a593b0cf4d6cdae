/* SPDX-License-Identifier: Apache-2.0 */
/* The source `kafka`: reads topics.  A partition is `topic/3`, its position the next offset. */
#include "source.h"
#include "contact.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct weir_directive directives[] = {
	CLIENT_DIRECTIVES(struct source_conf),
	{.name = "topic",
		.summary = "Topics to read.",
		.type = WEIR_D_LIST,
		.flags = WEIR_REPEATS,
		.offset = offsetof(struct source_conf, topic)},
	{.name = "pattern",
		.summary = "In place of \"topic\": an extended regular expression that the whole "
			   "name of a topic matches; new ones are found while the pipeline runs.",
		.type = WEIR_D_STR,
		.offset = offsetof(struct source_conf, pattern)},
	{.name = "group",
		.summary = "The consumer group that is told what has been done, for others to see.",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct source_conf, group)},
	{.name = "start",
		.summary =
			"Where a pipeline without state begins: where the group stands and, if "
			"nowhere, at the beginning (committed), at the beginning, at the end, or "
			"at the first record as late as a time (timestamp TIME).",
		.type = WEIR_D_ENUM,
		.choices = "committed earliest latest timestamp",
		.deflt = "committed",
		.offset = offsetof(struct source_conf, start)},
	{.name = "start",
		.choices = "time",
		.type = WEIR_D_STR,
		.offset = offsetof(struct source_conf, start_time)},
	{.name = "stop",
		.summary = "When the source ends: never, or where the partitions ended when it "
			   "began to read them (end).",
		.type = WEIR_D_ENUM,
		.choices = "never end",
		.deflt = "never",
		.offset = offsetof(struct source_conf, stop)},
	{.name = "isolation",
		.summary = "Whether records of transactions that are open or were aborted are "
			   "read.",
		.type = WEIR_D_ENUM,
		.choices = "read_committed read_uncommitted",
		.deflt = "read_committed",
		.offset = offsetof(struct source_conf, isolation)},
	{.name = "discover",
		.summary = "How often new partitions are looked for; 0s: never.",
		.type = WEIR_D_DURATION,
		.deflt = "1m",
		.min = 0,
		.max = (int64_t)86400 * 1000000,
		.offset = offsetof(struct source_conf, discover)},
	{.name = NULL},
};

/* 2026-01-31T10:00:00Z, or 2026-01-31. */
static int
read_time(struct weir_str text, int64_t *ms)
{
	char copy[32];
	struct tm tm = {0};
	const char *end;

	if (text.len >= sizeof copy)
		return -1;
	memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	end = strptime(copy, "%Y-%m-%d", &tm);
	if (end != NULL && *end == 'T')
		end = strptime(end, "T%H:%M:%SZ", &tm);
	if (end == NULL || *end != '\0')
		return -1;
	*ms = (int64_t)timegm(&tm) * 1000;
	return 0;
}

static int
plan_start(struct source_conf *c, struct weir_plan *plan, const struct weir_host *host)
{
	if (c->start == START_TIMESTAMP && c->start_time.len > 0 &&
		read_time(c->start_time, &c->start_ms) == 0)
		return WEIR_OK;
	if (c->start != START_TIMESTAMP && c->start_time.len == 0)
		return WEIR_OK;
	host->problem(plan, c->start_time.loc != 0 ? c->start_time.loc : c->group.loc,
		c->start != START_TIMESTAMP
			? "only \"start timestamp\" takes a time"
			: "\"start timestamp\" needs a time such as 2026-01-31T10:00:00Z");
	return -EINVAL;
}

static int
plan_topics(const struct source_conf *c, struct weir_plan *plan, const struct weir_host *host)
{
	char why[128], sentence[200];
	int rc = WEIR_OK;

	for (uint32_t i = 0; i < c->topic.n; i++)
		if (c->topic.v[i].len == 0) {
			host->problem(plan, c->topic.v[i].loc, "the name of a topic is empty");
			rc = -EINVAL;
		}
	if ((c->topic.n > 0) == (c->pattern.p != NULL)) {
		host->problem(plan, c->topic.n > 0 ? c->pattern.loc : c->group.loc,
			c->topic.n > 0 ? "give \"topic\" or \"pattern\", not both"
				       : "give \"topic\" or \"pattern\": there is nothing to read");
		return -EINVAL;
	}
	if (c->pattern.p == NULL || topics_check_pattern(c->pattern, why, sizeof why) == 0)
		return rc;
	snprintf(sentence, sizeof sentence, "\"pattern\" is no regular expression: %s", why);
	host->problem(plan, c->pattern.loc, sentence);
	return -EINVAL;
}

static int
source_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	struct source_conf *c = conf;
	int rc = client_plan(&c->client, CLIENT_CONSUMER, plan, host);

	kafka_note(plan, host, KAFKA_TESTED);
	if (plan_topics(c, plan, host) < 0 || plan_start(c, plan, host) < 0)
		rc = -EINVAL;
	if (c->group.len == 0) {
		host->problem(plan, c->group.loc, "the name of the group is empty");
		rc = -EINVAL;
	} else if (c->group.len >= sizeof KAFKA_DECISIONS - 1 &&
		   memcmp(c->group.p, KAFKA_DECISIONS, sizeof KAFKA_DECISIONS - 1) == 0) {
		host->problem(plan, c->group.loc,
			"groups called \"" KAFKA_DECISIONS "...\" hold what transactions decided; "
			"choose another name");
		rc = -EINVAL;
	}
	return rc;
}

static void
on_commit(rd_kafka_t *rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *offsets,
	void *opaque)
{
	const struct source *source = opaque;
	char text[256];

	(void)rk;
	(void)offsets;
	if (code == 0 || code == RD_KAFKA_RESP_ERR__NO_OFFSET)
		return;
	snprintf(text, sizeof text, "the group was not told where it stands: %s",
		rd_kafka_err2str(code));
	source->task->host->log(source->task, WEIR_LOG_WARN, text);
}

static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	const struct source *source = rd_kafka_opaque(rk);

	client_log(source->task, level, facility, text);
}

static void
on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	struct source *source = opaque;

	(void)rk;
	client_reach_error(&source->reach, code, reason);
	client_log(source->task, WEIR_LOG_ERROR, "ERROR", reason);
}

static int
on_stats(rd_kafka_t *rk, char *json, size_t len, void *opaque)
{
	const struct source *source = opaque;

	(void)rk;
	stats_take(&source->stats, json, len);
	for (struct part *part = source->parts; part != NULL; part = part->next)
		part_measure(part);
	return 0; /* json is librdkafka's */
}

static rd_kafka_t *
open_consumer(struct source *source)
{
	static const char *const first[] = {"fetch.wait.max.ms", "100", "queued.min.messages",
		"1000000", "socket.nagle.disable", "true", "fetch.message.max.bytes", "4194304",
		"reconnect.backoff.ms", "50", "reconnect.backoff.max.ms", "2000",
		"statistics.interval.ms", "1000", NULL};
	const struct source_conf *c = source->conf;
	struct weir_task *task = source->task;
	rd_kafka_conf_t *conf = client_conf_new(&c->client, CLIENT_CONSUMER, task, first);
	char *group = strndup(c->group.p, c->group.len);

	if (conf == NULL || group == NULL) {
		free(group);
		kafka_no_memory(task);
		return NULL;
	}
	client_set(conf, "group.id", group);
	free(group);
	client_set(conf, "enable.auto.commit", "false");
	client_set(conf, "enable.auto.offset.store", "false");
	client_set(conf, "auto.offset.reset", "error");
	client_set(conf, "enable.partition.eof", "true");
	client_set(conf, "isolation.level",
		c->isolation == ISOLATION_READ_COMMITTED ? "read_committed" : "read_uncommitted");
	rd_kafka_conf_set_opaque(conf, source);
	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_stats_cb(conf, on_stats);
	rd_kafka_conf_set_offset_commit_cb(conf, on_commit);
	return client_new(RD_KAFKA_CONSUMER, conf, task->err);
}

static void
source_close(void *self)
{
	struct source *source = self;
	struct part *part;

	asker_free(source->asker);
	topics_free(source->topics);
	while ((part = source->parts) != NULL) {
		source->parts = part->next;
		part_free(part);
	}
	if (source->at_barrier != NULL)
		rd_kafka_topic_partition_list_destroy(source->at_barrier);
	if (source->rk != NULL)
		rd_kafka_destroy_flags(source->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	client_reach_fini(&source->reach);
	free(source->headers);
	free(source);
}

static int
open_topics(struct source *source)
{
	struct weir_task *task = source->task;

	source->topics = topics_new(source);
	if (source->topics == NULL)
		return -ENOMEM;
	if (topics_look(source->topics, task->err) < 0)
		return task->err->code;
	if (topics_announce(source->topics) == 0)
		task->host->log(task, WEIR_LOG_WARN, "no topic matches \"pattern\" yet");
	return 0;
}

static int
open_cluster(struct source *source)
{
	struct weir_task *task = source->task;
	const struct client_conf *client = &source->conf->client;
	int rc = source->rk == NULL ? task->err->code
				    : client_cluster(source->rk, client, &source->reach, 0,
					      task->err, source->cluster);

	if (rc == 0 && (source->shared = client_shared(task, source->cluster)) == NULL)
		rc = kafka_no_memory(task);
	return rc;
}

static int
source_open(const void *conf, struct weir_task *task, void **self)
{
	struct source *source = calloc(1, sizeof *source);
	int rc = 0;

	if (source == NULL)
		return kafka_no_memory(task);
	source->conf = conf;
	source->task = task;
	client_reach_init(&source->reach);
	source->bytes = task->host->counter(task, "input_bytes", "Bytes of keys and values read.");
	source->null_values = task->host->counter(task, "null_values",
		"Records without a value, such as tombstones; they make no rows.");
	source->wants_headers = (task->host->hidden(task) >> WEIR_AT_HEADERS & 1) != 0;
	stats_open(&source->stats, task);
	source->rk = open_consumer(source);
	rc = open_cluster(source);
	if (rc == 0 && task->subtask == 0)
		rc = open_topics(source);
	if (rc == 0 && (source->asker = asker_new(source)) == NULL)
		rc = task->err->code;
	if (rc < 0)
		source_close(source);
	else
		*self = source;
	return rc;
}

/* Offsets of another cluster would be other records. */
static int
read_position(struct part *part, struct weir_str name, struct weir_str text)
{
	const struct source *source = part->source;
	struct weir_task *task = source->task;
	struct position position;

	if (position_name_read(name, &part->topic, &part->partition) < 0 ||
		(text.p != NULL && position_read(text, &position) < 0))
		return weir_fail(task->err, -EINVAL,
			"position \"%.*s\" of \"%.*s\" is not a topic's", (int)text.len,
			text.p != NULL ? text.p : "", (int)name.len, name.p);
	if (text.p == NULL)
		return 0;
	if (!position_is_of(&position, source->cluster))
		return weir_fail(task->err, -EXDEV,
			"the state is of cluster %.*s, and \"brokers\" are of cluster %s; set "
			"\"brokers\" right, or move the state directory away to start afresh",
			(int)position.cluster.len, position.cluster.p, source->cluster);
	part->position = position.offset;
	part->known = 1;
	part->told = atomic_load(&source->shared->decides) != 0 &&
		     position.group.len == source->conf->group.len &&
		     memcmp(position.group.p, source->conf->group.p, position.group.len) == 0;
	return 0;
}

/* What has to be asked before reading is asked by the asker; poll() gets the answer. */
static int
begin(struct source *source, struct part *part)
{
	if (part->fresh && !part->known)
		part->position = RD_KAFKA_OFFSET_BEGINNING;
	if (source->conf->stop == STOP_NEVER && !part->told && (part->known || part->fresh))
		return part_start(part);
	return asker_ask(source->asker, part);
}

static void
open_counters(struct part *part, struct weir_str name)
{
	struct weir_task *task = part->source->task;
	char text[320];

	snprintf(text, sizeof text, "lag[%.*s]", (int)name.len, name.p);
	part->lag = task->host->counter(
		task, text, "Records that are there and have not been given to the pipeline.");
	snprintf(text, sizeof text, "fetched[%.*s]", (int)name.len, name.p);
	part->queued = task->host->counter(
		task, text, "Records that the client has and the pipeline has not.");
}

static int
source_assign(void *self, struct weir_task *task, uint32_t number, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct source *source = self;
	struct part *part = calloc(1, sizeof *part);
	int rc;

	if (part == NULL)
		return kafka_no_memory(task);
	part->source = source;
	part->number = number;
	part->fresh = fresh;
	part->end = NO_END;
	rc = read_position(part, name, pos);
	if (rc < 0) {
		part_free(part);
		return rc;
	}
	open_counters(part, name);
	part->next = source->parts;
	source->parts = part;
	return begin(source, part);
}

static int
take_answers(struct source *source)
{
	struct weir_task *task = source->task;
	struct weir_err err = {0};
	struct part *part;
	int rc = 0;

	while (rc >= 0 && (part = asker_answer(source->asker, &err)) != NULL)
		rc = part_start(part);
	if (err.code < 0)
		*task->err = err;
	return err.code < 0 ? err.code : rc;
}

/* 1: something was given; 0: nothing there; < 0. */
static int
give(struct source *source, struct part *part)
{
	struct weir_task *task = source->task;
	int rc;

	if (part->queue == NULL || part->finished || atomic_load(&part->ready) == 0)
		return 0;
	rc = part_give(part);
	if (rc >= 0 && part->finished) {
		task->host->finished(task, part->number);
		rc = 1;
	}
	return rc;
}

/* The partition furthest behind in event time if it has something, else each in turn. */
static int
give_one(struct source *source)
{
	uint32_t number = source->task->host->next_partition(source->task);
	struct part *part = source->parts, *from;
	int rc;

	while (part != NULL && part->number != number)
		part = part->next;
	rc = part != NULL ? give(source, part) : 0;
	if (rc != 0 || source->parts == NULL)
		return rc;
	from = source->last != NULL && source->last->next != NULL ? source->last->next
								  : source->parts;
	part = from;
	do {
		rc = give(source, part);
		if (rc != 0) {
			source->last = part;
			return rc;
		}
		part = part->next != NULL ? part->next : source->parts;
	} while (part != from);
	return 0;
}

static int
has_ended(const struct source *source)
{
	if (source->conf->stop == STOP_NEVER)
		return 0;
	for (const struct part *part = source->parts; part != NULL; part = part->next)
		if (!part->finished)
			return 0;
	return 1;
}

static int
source_poll(void *self, struct weir_task *task)
{
	struct source *source = self;
	int rc = take_answers(source);

	rd_kafka_poll(source->rk, 0); /* answers to commits, and statistics */
	if (rc >= 0 && source->topics != NULL)
		topics_announce(source->topics);
	if (rc >= 0)
		rc = give_one(source);
	if (rc < 0)
		return rc;
	if (has_ended(source))
		return WEIR_END;
	if (rc > 0)
		return WEIR_OK;
	(void)task;
	return WEIR_BUSY;
}

/* Positions of that epoch, and of no later one, are what the group is told. */
static int
source_before_barrier(void *self, struct weir_task *task, uint64_t epoch)
{
	struct source *source = self;

	(void)task;
	if (source->at_barrier != NULL)
		rd_kafka_topic_partition_list_destroy(source->at_barrier);
	source->at_barrier = rd_kafka_topic_partition_list_new(8);
	source->barrier = epoch;
	for (const struct part *part = source->parts; part != NULL; part = part->next)
		if (part->position >= 0)
			rd_kafka_topic_partition_list_add(
				source->at_barrier, part->topic, part->partition)
				->offset = part->position;
	return WEIR_OK;
}

static int
source_committed(void *self, struct weir_task *task, uint64_t epoch)
{
	struct source *source = self;

	(void)task;
	if (source->at_barrier == NULL || source->barrier > epoch)
		return WEIR_OK;
	if (source->at_barrier->cnt > 0 && atomic_load(&source->shared->decides) == 0)
		rd_kafka_commit(source->rk, source->at_barrier, 1);
	rd_kafka_topic_partition_list_destroy(source->at_barrier);
	source->at_barrier = NULL;
	return WEIR_OK;
}

static const struct weir_source source_calls = {
	.size = sizeof source_calls,
	.assign = source_assign,
	.poll = source_poll,
	.committed = source_committed,
};

const struct weir_operator kafka_source_operator = {
	.size = sizeof kafka_source_operator,
	.kind = WEIR_SOURCE,
	.flags = WEIR_REPLAYABLE | WEIR_READS_DECLARED,
	.name = "kafka",
	.summary = "Reads topics of Apache Kafka; `load_module kafka.so;`.",
	.conf_size = sizeof(struct source_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = directives,
	.n_out = 1,
	.plan = source_plan,
	.open = source_open,
	.close = source_close,
	.before_barrier = source_before_barrier,
	.source = &source_calls,
	.test = contact_source,
};
