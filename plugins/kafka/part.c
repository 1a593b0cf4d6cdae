/* SPDX-License-Identifier: Apache-2.0 */
/* A partition: messages from its queue become records that share their bytes. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

/* Messages that rows still point into. */
struct held {
	uint32_t n;
	rd_kafka_message_t *messages[];
};

/* [librdkafka's thread, which holds the queue's lock] */
static void
on_event(rd_kafka_t *rk, void *opaque)
{
	struct part *part = opaque;
	struct weir_task *task = part->source->task;

	(void)rk;
	atomic_store(&part->ready, 1);
	task->host->wake(task);
}

static void
tell_position(struct part *part)
{
	const struct source *source = part->source;
	char text[POSITION_TEXT];
	uint32_t n = position_text(text, part->position, source->cluster, source->conf->group);

	source->task->host->position(
		source->task, part->number, (struct weir_str){.p = text, .len = n});
}

int
part_start(struct part *part)
{
	struct source *source = part->source;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_error_t *error;
	int rc = 0;

	if (part->position >= 0 && !part->known)
		tell_position(part); /* `latest` is now, not when the first record comes */
	rd_kafka_topic_partition_list_add(list, part->topic, part->partition)->offset =
		part->position;
	part->queue = rd_kafka_queue_get_partition(source->rk, part->topic, part->partition);
	/* Not to the consumer's one queue, and so before it is assigned. */
	rd_kafka_queue_forward(part->queue, NULL);
	rd_kafka_queue_cb_event_enable(part->queue, on_event, part);
	error = rd_kafka_incremental_assign(source->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	if (error != NULL) {
		rc = kafka_fail(source->task, rd_kafka_error_code(error), "cannot read \"%s/%d\"",
			part->topic, part->partition);
		rd_kafka_error_destroy(error);
	}
	return rc;
}

void
part_free(struct part *part)
{
	if (part->queue != NULL) {
		rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
		rd_kafka_error_t *error;

		rd_kafka_queue_cb_event_enable(part->queue, NULL, NULL);
		rd_kafka_topic_partition_list_add(list, part->topic, part->partition);
		error = rd_kafka_incremental_unassign(part->source->rk, list);
		rd_kafka_error_destroy(error);
		rd_kafka_topic_partition_list_destroy(list);
		rd_kafka_queue_destroy(part->queue);
	}
	free(part->topic);
	free(part);
}

/* [any] */
static void
release(void *owner)
{
	struct held *held = owner;

	for (uint32_t i = 0; i < held->n; i++)
		rd_kafka_message_destroy(held->messages[i]);
	free(held);
}

static int
out_of_range(struct part *part)
{
	struct source *source = part->source;

	return weir_fail(source->task->err, -ERANGE,
		"offset %" PRId64 " of \"%s/%d\" is not there: retention has removed what was not "
		"read yet, or the topic was made anew; to go on without it, move the state "
		"directory away and set \"start\"",
		part->position, part->topic, part->partition);
}

/* What stands in the queue in place of a record.  1: it is no reason to stop. */
static int
handle_error(struct part *part, const rd_kafka_message_t *message)
{
	struct weir_task *task = part->source->task;
	char text[400];

	switch (message->err) {
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
		/* Behind the last record there may be marks of transactions. */
		if (message->offset > part->position)
			part->position = message->offset;
		if (message->offset >= part->end)
			part->finished = 1;
		part_measure(part);
		return 1;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		return out_of_range(part);
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
		return weir_fail(task->err, -ENOENT,
			"\"%s/%d\" is no longer there; see whether the topic was deleted",
			part->topic, part->partition);
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		return weir_fail(task->err, -EACCES,
			"may not read topic \"%s\"; give the user Read on it", part->topic);
	default:
		snprintf(text, sizeof text, "%s/%d: %s; going on", part->topic, part->partition,
			rd_kafka_message_errstr(message));
		task->host->log(task, WEIR_LOG_WARN, text);
		return 1;
	}
}

void
part_measure(struct part *part)
{
	int64_t low, high = 0;

	if (part->position < 0 || rd_kafka_get_watermark_offsets(part->source->rk, part->topic,
					  part->partition, &low, &high) != 0)
		return;
	weir_level(part->lag, high > part->position ? (uint64_t)(high - part->position) : 0);
	weir_level(part->queued, part->queue != NULL ? rd_kafka_queue_length(part->queue) : 0);
}

/* The record's own time; of those without one the time of reading. */
static int64_t
time_of(const rd_kafka_message_t *message, int64_t now)
{
	rd_kafka_timestamp_type_t type;
	int64_t ms = rd_kafka_message_timestamp(message, &type);

	return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || ms < 0 ? now : ms * 1000;
}

/* Room for one more header.  < 0: out of memory. */
static int
grow_headers(struct source *source)
{
	size_t cap = source->headers_cap * 2 + 64;
	struct weir_str *more;

	if (source->headers_len + 2 <= source->headers_cap)
		return 0;
	more = realloc(source->headers, cap * sizeof *source->headers);
	if (more == NULL)
		return -1;
	source->headers = more;
	source->headers_cap = cap;
	return 0;
}

/* Names and values, which live as long as the message.  How many; < 0: out of memory. */
static int
take_headers(struct source *source, const rd_kafka_message_t *message)
{
	rd_kafka_headers_t *headers;
	struct weir_str *to;
	const char *name;
	const void *value;
	size_t len;
	int n = 0;

	if (grow_headers(source) < 0)
		return -1;
	if (rd_kafka_message_headers(message, &headers) != 0)
		return 0;
	for (; rd_kafka_header_get_all(headers, (size_t)n, &name, &value, &len) == 0; n++) {
		if (grow_headers(source) < 0)
			return -1;
		to = source->headers + source->headers_len;
		to[0] = (struct weir_str){.p = name, .len = (uint32_t)strlen(name)};
		to[1] = (struct weir_str){.p = value, .len = (uint32_t)len};
		source->headers_len += 2;
	}
	return n;
}

/* A record's place in what raw() gets. */
static int
keep(struct source *source, rd_kafka_message_t *m, uint32_t i, int64_t now)
{
	int n = source->wants_headers ? take_headers(source, m) : 0;

	if (n < 0)
		return kafka_no_memory(source->task);
	source->messages[i] = m;
	source->rec[i] = (struct weir_str){.p = m->payload, .len = (uint32_t)m->len};
	source->key[i] = (struct weir_str){.p = m->key, .len = (uint32_t)m->key_len};
	source->time[i] = time_of(m, now);
	source->offset[i] = m->offset;
	source->n_headers[i] = (uint32_t)n;
	return 0;
}

/*
 * The n messages of source->messages: of those that are records the first ones stay there, the
 * others are destroyed.  How many, or < 0.
 */
static int
sort(struct part *part, uint32_t n)
{
	struct source *source = part->source;
	int64_t now = source->task->host->now(source->task);
	uint64_t bytes = 0;
	uint32_t kept = 0, i;
	int rc = 0;

	source->headers_len = 0;
	for (i = 0; i < n && rc >= 0; i++) {
		rd_kafka_message_t *m = source->messages[i];

		if (m->err != 0) {
			rc = handle_error(part, m);
		} else if (m->offset >= part->end) {
			part->finished = 1;
		} else {
			part->position = m->offset + 1;
			if (m->payload != NULL) {
				rc = keep(source, m, kept, now);
				bytes += m->len + m->key_len;
				kept += rc == 0;
				if (rc == 0)
					continue;
			} else {
				weir_count(source->null_values, 1);
			}
		}
		rd_kafka_message_destroy(m);
	}
	for (; i < n; i++)
		rd_kafka_message_destroy(source->messages[i]);
	weir_count(source->bytes, bytes);
	part->finished |= part->position >= part->end;
	if (rc >= 0)
		return (int)kept;
	while (kept > 0)
		rd_kafka_message_destroy(source->messages[--kept]);
	return rc;
}

int
part_give(struct part *part)
{
	struct source *source = part->source;
	struct weir_task *task = source->task;
	uint32_t most = task->room < WEIR_ROWS_MAX ? task->room : WEIR_ROWS_MAX;
	int64_t before = part->position;
	struct held *held;
	ssize_t n;
	int kept;

	most += most == 0;
	/* Before it is looked into: what comes later says so again. */
	atomic_store(&part->ready, 0);
	n = rd_kafka_consume_batch_queue(part->queue, 0, source->messages, most);
	if (n <= 0)
		return 0;
	if ((uint32_t)n == most)
		atomic_store(&part->ready, 1);
	kept = sort(part, (uint32_t)n);
	if (kept < 0)
		return kept;
	if (kept > 0) {
		struct weir_raw raw = {.size = sizeof raw,
			.n = (uint32_t)kept,
			.rec = source->rec,
			.key = source->key,
			.time = source->time,
			.offset = source->offset,
			.headers = source->wants_headers ? source->headers : NULL,
			.n_headers = source->n_headers,
			.release = release};

		held = malloc(sizeof *held + (uint32_t)kept * sizeof(rd_kafka_message_t *));
		if (held == NULL) {
			while (kept > 0)
				rd_kafka_message_destroy(source->messages[--kept]);
			return kafka_no_memory(task);
		}
		held->n = (uint32_t)kept;
		memcpy(held->messages, source->messages,
			(uint32_t)kept * sizeof(rd_kafka_message_t *));
		raw.owner = held;
		task->host->raw(task, part->number, &raw);
	}
	if (part->position != before)
		tell_position(part);
	return 1;
}
