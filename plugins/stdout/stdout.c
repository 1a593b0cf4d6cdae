/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink `stdout`: a record a line on standard output.  A thread writes, so that the loop never
 * waits for whoever reads; one buffer is filled while the other is written.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weir/thread.h>
#include <weir/weir.h>

/* With more than this waiting to be written, no more is taken. */
enum { FULL = 1 << 20 };

struct text {
	char *p;
	size_t len, cap;
};

struct sink {
	struct weir_task *task;
	uint64_t *bytes, *unwritten;
	pthread_t thread;

	/* Under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct text filling;
	int writing; /* the thread has taken what was filled before */
	int waiting; /* somebody waits for wake() */
	int draining; /* and not for room: for the end of all writing */
	int begun; /* what stands before the rows is written */
	int gone; /* whoever read has gone: nothing is written any more */
	int stopping;
	int error; /* 0 or -errno; the thread has ended */
};

static int
sink_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	(void)conf;
	host->distribute(plan, 0, WEIR_SINGLE, NULL);
	return WEIR_OK;
}

/* 0 or -errno. */
static int
write_all(struct sink *sink, const struct text *text)
{
	const char *p = text->p;
	size_t len = text->len;

	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n < 0 && errno == EAGAIN) {
			struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};

			poll(&fd, 1, -1);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
		weir_count(sink->bytes, (uint64_t)n);
	}
	return 0;
}

/* Takes what was filled.  0: there is no more to come. */
static int
take(struct sink *sink, struct text *text)
{
	struct text empty = {.p = text->p, .cap = text->cap};
	int wake = 0;

	pthread_mutex_lock(&sink->lock);
	sink->writing = 0;
	for (;;) {
		if (sink->filling.len > 0 || sink->stopping)
			break;
		if (sink->waiting) {
			sink->waiting = 0;
			pthread_mutex_unlock(&sink->lock);
			sink->task->host->wake(sink->task);
			pthread_mutex_lock(&sink->lock);
			continue;
		}
		pthread_cond_wait(&sink->more, &sink->lock);
	}
	*text = sink->filling;
	sink->filling = empty;
	sink->writing = text->len > 0;
	if (sink->waiting && !sink->draining) {
		sink->waiting = 0;
		wake = 1;
	}
	pthread_mutex_unlock(&sink->lock);
	if (wake)
		sink->task->host->wake(sink->task);
	return text->len > 0;
}

static void *
write_stdout(void *arg)
{
	struct sink *sink = arg;
	struct text text = {0};
	int rc = 0;

	while (rc == 0 && take(sink, &text))
		rc = write_all(sink, &text);
	free(text.p);
	if (rc == 0)
		return NULL;
	pthread_mutex_lock(&sink->lock);
	sink->error = rc;
	sink->writing = 0;
	sink->waiting = 0;
	pthread_mutex_unlock(&sink->lock);
	sink->task->host->wake(sink->task);
	return NULL;
}

static int
sink_open(const void *conf, struct weir_task *task, void **self)
{
	struct sink *sink = calloc(1, sizeof *sink);
	int rc;

	(void)conf;
	if (sink == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	sink->task = task;
	sink->bytes = task->host->counter(task, "output_bytes", "Bytes written.");
	sink->unwritten = task->host->counter(
		task, "unwritten_rows", "Rows that came when whoever read had gone.");
	pthread_mutex_init(&sink->lock, NULL);
	pthread_cond_init(&sink->more, NULL);
	/* With SIGPIPE blocked, as it is there, a reader that has gone is an error of write(). */
	rc = weir_thread_start(task, &sink->thread, write_stdout, sink, "writes standard output");
	if (rc < 0) {
		free(sink);
		return rc;
	}
	*self = sink;
	return WEIR_OK;
}

/* What was taken is still written; errors of that do not matter any more, for the pipeline has
 * failed then. */
static void
sink_close(void *self)
{
	struct sink *sink = self;

	pthread_mutex_lock(&sink->lock);
	sink->stopping = 1;
	pthread_cond_signal(&sink->more);
	pthread_mutex_unlock(&sink->lock);
	pthread_join(sink->thread, NULL);
	pthread_mutex_destroy(&sink->lock);
	pthread_cond_destroy(&sink->more);
	free(sink->filling.p);
	free(sink);
}

/* `| head` has seen enough: no mistake, and no reason to go on. */
static int
write_failed(struct sink *sink, struct weir_task *task, int rc)
{
	char buf[128];

	rc = weir_fail(task->err, rc, "write() standard output failed (%d: %s); %s", -rc,
		strerror_r(-rc, buf, sizeof buf),
		rc == -EPIPE ? "whoever read it has gone" : "see where it goes");
	if (rc != -EPIPE)
		return rc;
	if (sink->gone)
		return WEIR_OK;
	sink->gone = 1;
	return WEIR_END;
}

/* The records with their newlines behind what waits already.  -1: out of memory. */
static int
add(struct text *text, const struct weir_raw *raw)
{
	size_t len = text->len;
	uint32_t i;
	char *to;

	for (i = 0; i < raw->n; i++)
		len += (size_t)raw->rec[i].len + 1;
	if (len > text->cap) {
		char *p = realloc(text->p, len * 2);

		if (p == NULL)
			return -1;
		text->p = p;
		text->cap = len * 2;
	}
	to = text->p + text->len;
	for (i = 0; i < raw->n; i++) {
		memcpy(to, raw->rec[i].p, raw->rec[i].len);
		to += raw->rec[i].len;
		*to++ = '\n';
	}
	text->len = len;
	return 0;
}

/* Under the lock. */
static int
full(struct sink *sink)
{
	sink->waiting = sink->filling.len > FULL;
	sink->draining = 0;
	return sink->waiting ? WEIR_BUSY : WEIR_OK;
}

/* Under the lock. */
static int
undrained(struct sink *sink)
{
	sink->waiting = sink->draining = sink->filling.len > 0 || sink->writing;
	return sink->waiting ? WEIR_BUSY : WEIR_OK;
}

/* Records to those that wait.  0 or -errno. */
static int
put(struct sink *sink, const struct weir_raw *raw)
{
	int error;

	pthread_mutex_lock(&sink->lock);
	error = sink->error;
	if (error == 0 && add(&sink->filling, raw) < 0)
		error = -ENOMEM;
	pthread_cond_signal(&sink->more);
	pthread_mutex_unlock(&sink->lock);
	return error;
}

static int
sink_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct sink *sink = self;
	int rc = weir_refuse_taking_back(task, batch, "\"stdout\"");

	(void)in;
	if (rc < 0)
		return rc;
	if (!sink->begun)
		rc = put(sink, task->host->begin(task));
	sink->begun = 1;
	if (rc == 0)
		rc = put(sink, task->host->encode(task, batch));
	if (rc == -ENOMEM)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	if (rc < 0) {
		weir_count(sink->unwritten, batch->sel != NULL ? batch->n_sel : batch->n_rows);
		return write_failed(sink, task, rc);
	}
	pthread_mutex_lock(&sink->lock);
	rc = full(sink);
	pthread_mutex_unlock(&sink->lock);
	return rc;
}

static int
sink_before_barrier(void *self, struct weir_task *task, uint64_t epoch)
{
	struct sink *sink = self;
	int rc, error;

	(void)epoch;
	pthread_mutex_lock(&sink->lock);
	error = sink->error;
	rc = undrained(sink);
	pthread_mutex_unlock(&sink->lock);
	return error < 0 ? write_failed(sink, task, error) : rc;
}

static int
sink_resume(void *self, struct weir_task *task)
{
	struct sink *sink = self;
	int rc, error;

	pthread_mutex_lock(&sink->lock);
	error = sink->error;
	rc = sink->draining ? undrained(sink) : full(sink);
	pthread_mutex_unlock(&sink->lock);
	return error < 0 ? write_failed(sink, task, error) : rc;
}

static const struct weir_sink sink_calls = {.size = sizeof sink_calls};

static const struct weir_operator stdout_operator = {
	.size = sizeof stdout_operator,
	.kind = WEIR_SINK,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_UPDATES | WEIR_READS_DECLARED | WEIR_ON_STDOUT,
	.name = "stdout",
	.summary = "Writes records to standard output, a line each.",
	.directive_size = sizeof(struct weir_directive),
	.n_in = 1,
	.plan = sink_plan,
	.open = sink_open,
	.close = sink_close,
	.process = sink_process,
	.resume = sink_resume,
	.before_barrier = sink_before_barrier,
	.sink = &sink_calls,
};

WEIR_PLUGIN("stdout", "0.1", "Apache-2.0", &stdout_operator)
