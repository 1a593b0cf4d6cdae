/* SPDX-License-Identifier: Apache-2.0 */
/* Rows become messages. */
#include <stdlib.h>
#include <string.h>

#include "sink.h"

/* What the expressions of a batch gave; NULL: there is none. */
struct columns {
	const struct weir_column *key, *topic, *time, *value;
};

/* One batch on its way: messages that point into what was encoded. */
struct outbox {
	struct sink *sink;
	const struct weir_batch *batch;
	struct columns columns;
	uint32_t n;
	rd_kafka_message_t messages[WEIR_ROWS_MAX];
	uint32_t rows[WEIR_ROWS_MAX];
};

static struct weir_str
text_at(const struct weir_column *column, uint32_t row)
{
	return weir_null_at(column, row) ? (struct weir_str){0} : weir_str_at(column, row);
}

/* Which of the sink's topics; < 0: none of them. */
static int
topic_of(const struct sink *sink, struct weir_str name)
{
	const struct weir_list *topics = &sink->conf->topic;

	for (uint32_t i = 0; name.p != NULL && i < topics->n; i++)
		if (topics->v[i].len == name.len && memcmp(topics->v[i].p, name.p, name.len) == 0)
			return (int)i;
	return -1;
}

static void
reject(const struct outbox *box, uint32_t row, const char *format, struct weir_str text)
{
	struct weir_task *task = box->sink->task;
	char why[300];

	snprintf(why, sizeof why, format, (int)text.len, text.p != NULL ? text.p : "");
	task->host->reject(task, box->batch, row, why);
}

static void
fill(struct outbox *box, const struct weir_raw *raw)
{
	const struct weir_batch *batch = box->batch;
	const uint32_t n = batch->sel != NULL ? batch->n_sel : batch->n_rows;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
		rd_kafka_message_t *m = &box->messages[box->n];
		struct weir_str value =
			raw != NULL ? raw->rec[i] : text_at(box->columns.value, row);
		int topic = 0;

		*m = (rd_kafka_message_t){.payload = (void *)(uintptr_t)value.p, .len = value.len};
		if (box->columns.topic != NULL) {
			struct weir_str name = text_at(box->columns.topic, row);

			topic = topic_of(box->sink, name);
			if (topic < 0) {
				reject(box, row, "\"%.*s\" is none of the topics of \"topic\"",
					name);
				continue;
			}
		}
		if (box->columns.key != NULL) {
			struct weir_str key = text_at(box->columns.key, row);

			m->key = (void *)(uintptr_t)key.p;
			m->key_len = key.len;
		}
		m->_private = (void *)(intptr_t)topic;
		box->rows[box->n++] = row;
	}
}

static rd_kafka_headers_t *
headers_of(const struct sink *sink, const struct weir_column *const *columns, uint32_t row)
{
	const struct sink_conf *conf = sink->conf;
	rd_kafka_headers_t *headers = rd_kafka_headers_new(conf->n_headers);

	for (uint32_t i = 0; i < conf->n_headers; i++) {
		struct weir_str value = text_at(columns[i], row), name = conf->header_names[i];

		if (value.p != NULL)
			rd_kafka_header_add(headers, name.p, name.len, value.p, value.len);
	}
	return headers;
}

/* Takes the headers when it succeeds. */
static rd_kafka_resp_err_t
send_one(const struct sink *sink, const rd_kafka_message_t *m, rd_kafka_headers_t *headers,
	int64_t time)
{
	rd_kafka_vu_t v[8];
	size_t n = 0;
	rd_kafka_error_t *error;
	rd_kafka_resp_err_t code;

	v[n].vtype = RD_KAFKA_VTYPE_RKT;
	v[n++].u.rkt = sink->topics[(intptr_t)m->_private];
	v[n].vtype = RD_KAFKA_VTYPE_VALUE;
	v[n].u.mem.ptr = m->payload;
	v[n++].u.mem.size = m->len;
	v[n].vtype = RD_KAFKA_VTYPE_KEY;
	v[n].u.mem.ptr = m->key;
	v[n++].u.mem.size = m->key_len;
	v[n].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
	v[n++].u.i = RD_KAFKA_MSG_F_COPY;
	if (headers != NULL) {
		v[n].vtype = RD_KAFKA_VTYPE_HEADERS;
		v[n++].u.headers = headers;
	}
	if (time != INT64_MIN) {
		v[n].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
		v[n++].u.i64 = time / 1000;
	}
	error = rd_kafka_produceva(sink->producer->rk, v, n);
	code = error != NULL ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR_NO_ERROR;
	rd_kafka_error_destroy(error);
	return code;
}

static const char *
name_of(const struct sink *sink, const rd_kafka_message_t *m)
{
	return rd_kafka_topic_name(sink->topics[(intptr_t)m->_private]);
}

/* A record that is too long is a bad row; what else is refused ends the pipeline. */
static int
refused(const struct outbox *box, uint32_t i, rd_kafka_resp_err_t code)
{
	const struct sink *sink = box->sink;
	struct weir_str topic = sink->conf->topic.v[(intptr_t)box->messages[i]._private];

	if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
		reject(box, box->rows[i],
			"the record is longer than message.max.bytes of topic \"%.*s\"", topic);
		return 0;
	}
	return producer_fail(
		sink->producer, sink->task->err, code, name_of(sink, &box->messages[i]));
}

/* Copies what is left, from message `from` on. */
static int
keep_rest(struct outbox *box, uint32_t from, rd_kafka_headers_t **headers, const int64_t *times)
{
	struct backlog *b = &box->sink->backlog;
	size_t len = 1;
	char *to;

	b->n = box->n - from;
	b->next = 0;
	for (uint32_t i = from; i < box->n; i++)
		len += box->messages[i].len + box->messages[i].key_len;
	b->messages = malloc(b->n * sizeof *b->messages);
	b->times = malloc(b->n * sizeof *b->times);
	b->headers = calloc(b->n, sizeof(rd_kafka_headers_t *));
	b->bytes = to = malloc(len);
	if (b->messages == NULL || b->times == NULL || b->headers == NULL || to == NULL)
		return kafka_no_memory(box->sink->task);
	for (uint32_t i = 0; i < b->n; i++) {
		rd_kafka_message_t *m = &b->messages[i];

		*m = box->messages[from + i];
		m->payload = memcpy(to, m->payload, m->len);
		to += m->len;
		if (m->key != NULL)
			m->key = memcpy(to, m->key, m->key_len);
		to += m->key_len;
		b->times[i] = times != NULL ? times[from + i] : INT64_MIN;
		if (headers != NULL) {
			b->headers[i] = headers[from + i];
			headers[from + i] = NULL;
		}
	}
	waiter_wait(box->sink->waiter, WAIT_ROOM);
	return WEIR_BUSY;
}

void
outbox_clear(struct sink *sink)
{
	struct backlog *b = &sink->backlog;

	for (uint32_t i = b->next; b->headers != NULL && i < b->n; i++)
		if (b->headers[i] != NULL)
			rd_kafka_headers_destroy(b->headers[i]);
	free(b->messages);
	free(b->headers);
	free(b->times);
	free(b->bytes);
	*b = (struct backlog){0};
}

int
outbox_resume(struct sink *sink)
{
	struct backlog *b = &sink->backlog;

	for (; b->next < b->n; b->next++) {
		rd_kafka_resp_err_t code = send_one(
			sink, &b->messages[b->next], b->headers[b->next], b->times[b->next]);

		if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
			waiter_wait(sink->waiter, WAIT_ROOM);
			return WEIR_BUSY;
		}
		if (code != 0)
			return producer_fail(sink->producer, sink->task->err, code,
				name_of(sink, &b->messages[b->next]));
	}
	outbox_clear(sink);
	return WEIR_OK;
}

/* Runs of one topic; the fast way. */
static int
send_batch(struct outbox *box)
{
	struct sink *sink = box->sink;
	uint32_t from = 0, to;

	for (; from < box->n; from = to) {
		void *topic = box->messages[from]._private;
		int sent;

		for (to = from; to < box->n && box->messages[to]._private == topic; to++)
			;
		sent = rd_kafka_produce_batch(sink->topics[(intptr_t)topic], RD_KAFKA_PARTITION_UA,
			RD_KAFKA_MSG_F_COPY, box->messages + from, (int)(to - from));
		/* Once the queue is full all that follow are refused: their order stays. */
		for (uint32_t i = from; sent < (int)(to - from) && i < to; i++) {
			rd_kafka_resp_err_t code = box->messages[i].err;

			if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
				return keep_rest(box, i, NULL, NULL);
			if (code != 0 && refused(box, i, code) < 0)
				return sink->task->err->code;
		}
	}
	return WEIR_OK;
}

/* With headers or times of their own: one by one. */
static int
send_each(struct outbox *box)
{
	struct sink *sink = box->sink;
	const struct sink_conf *conf = sink->conf;
	const struct weir_column **columns =
		calloc(conf->n_headers + 1, sizeof(struct weir_column *));
	rd_kafka_headers_t *headers[WEIR_ROWS_MAX];
	int64_t times[WEIR_ROWS_MAX];
	int rc = WEIR_OK;
	uint32_t i, k;

	if (columns == NULL)
		return kafka_no_memory(sink->task);
	for (k = 0; k < conf->n_headers; k++)
		columns[k] = sink->expr->eval(conf->header_exprs[k], sink->task, box->batch);
	for (i = 0; i < box->n; i++) {
		uint32_t row = box->rows[i];

		headers[i] = conf->n_headers > 0 ? headers_of(sink, columns, row) : NULL;
		times[i] = box->columns.time == NULL || weir_null_at(box->columns.time, row)
				   ? INT64_MIN
				   : weir_int_at(box->columns.time, row);
	}
	free(columns);
	for (i = 0; i < box->n && rc == WEIR_OK; i++) {
		rd_kafka_resp_err_t code = send_one(sink, &box->messages[i], headers[i], times[i]);

		if (code == 0)
			headers[i] = NULL;
		else if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			rc = keep_rest(box, i, headers, times);
		else
			rc = refused(box, i, code);
	}
	for (i = 0; i < box->n; i++)
		if (headers[i] != NULL)
			rd_kafka_headers_destroy(headers[i]);
	return rc;
}

int
outbox_send(struct sink *sink, const struct weir_batch *batch)
{
	const struct sink_conf *conf = sink->conf;
	struct weir_task *task = sink->task;
	const struct weir_raw *raw = NULL;
	struct outbox box;
	uint64_t bytes = 0;

	box.sink = sink;
	box.batch = batch;
	box.n = 0;
	box.columns = (struct columns){0};
	if (conf->value_expr != NULL)
		box.columns.value = sink->expr->eval(conf->value_expr, task, batch);
	else
		raw = task->host->encode(task, batch);
	if (conf->key_expr != NULL)
		box.columns.key = sink->expr->eval(conf->key_expr, task, batch);
	if (conf->topic_expr != NULL)
		box.columns.topic = sink->expr->eval(conf->topic_expr, task, batch);
	if (conf->timestamp_expr != NULL)
		box.columns.time = sink->expr->eval(conf->timestamp_expr, task, batch);
	fill(&box, raw);
	for (uint32_t i = 0; i < box.n; i++)
		bytes += box.messages[i].len + box.messages[i].key_len;
	weir_count(sink->bytes, bytes);
	return conf->n_headers > 0 || box.columns.time != NULL ? send_each(&box) : send_batch(&box);
}
