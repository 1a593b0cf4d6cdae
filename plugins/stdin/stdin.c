/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source `stdin`: the lines of standard input.  A thread reads, so that the loop never waits
 * for whoever writes; a bounded queue of blocks stands between the two.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <weir/thread.h>
#include <weir/weir.h>

#include "../bytes/frames.h"

enum { QUEUE_MAX = 8 };

struct stdin_conf {
	uint64_t max_record_size;
	uint32_t compression, framing;
};

/* Shared by all sources of the worker: standard input can be read once only. */
struct claim {
	int taken;
};

struct source {
	const struct stdin_conf *conf;
	struct weir_task *task;
	struct claim *claim;
	struct frames_pool *pool;
	struct frames_cutter cutter;
	struct frames_records records;
	int64_t position;
	uint64_t *bytes, *empty_lines;
	uint32_t part;
	int assigned, finished;
	int begins; /* the next record is the first */

	/* The thread. */
	pthread_t thread;
	int started;
	int stop_fd; /* readable: the thread ends */
	struct input in;
	struct frames_reader reader;

	/* Under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t room;
	struct frames_block *first, **last;
	uint32_t queued;
	int hungry; /* poll() found nothing */
	int stopping;
	int done, error; /* the thread has ended; error: 0 or -errno */
};

static const struct weir_directive directives[] = {
	{.name = "max_record_size",
		.summary = "The longest record there may be; a longer one goes to on_error.",
		.type = WEIR_D_SIZE,
		.deflt = "1m",
		.min = 1,
		.max = 1 << 30,
		.offset = offsetof(struct stdin_conf, max_record_size)},
	{.name = "compression",
		.summary = "How the input is compressed; auto: as its first bytes say.",
		.type = WEIR_D_ENUM,
		.choices = CODEC_CHOICES,
		.deflt = "auto",
		.offset = offsetof(struct stdin_conf, compression)},
	{.name = "framing",
		.summary = FRAMING_SUMMARY,
		.type = WEIR_D_ENUM,
		.choices = FRAMING_CHOICES,
		.deflt = "newline",
		.offset = offsetof(struct stdin_conf, framing)},
	{.name = NULL},
};

static int
source_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	(void)conf;
	host->declare(plan, WEIR_PLAN_MAX_PARALLELISM, 1, (struct weir_str){0});
	return WEIR_OK;
}

static void *
claim_new(void *arg)
{
	(void)arg;
	return calloc(1, sizeof(struct claim));
}

/*
 * Waits until standard input has bytes or has ended, so that read() never waits: the thread must
 * hear of its end.  0: it is to stop.
 */
static int
wait_for_input(struct source *source)
{
	struct pollfd fds[2] = {
		{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = source->stop_fd, .events = POLLIN}};

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	return fds[1].revents == 0;
}

/* Hands a block over; waits while the queue is full.  0: the thread is to stop. */
static int
hand_over(struct source *source, struct frames_block *block)
{
	int hungry, stopping;

	pthread_mutex_lock(&source->lock);
	while (source->queued == QUEUE_MAX && !source->stopping)
		pthread_cond_wait(&source->room, &source->lock);
	*source->last = block;
	source->last = &block->next;
	source->queued++;
	hungry = source->hungry;
	source->hungry = 0;
	stopping = source->stopping;
	pthread_mutex_unlock(&source->lock);
	if (hungry)
		source->task->host->wake(source->task);
	return !stopping;
}

static void *
read_stdin(void *arg)
{
	struct source *source = arg;
	int rc = 0;

	while (wait_for_input(source)) {
		struct frames_block *block;

		rc = frames_read(&source->reader, &block);
		if (rc == -EAGAIN)
			continue;
		if (rc < 0 || (block == NULL && source->reader.at_end))
			break;
		if (block != NULL && !hand_over(source, block))
			break;
	}
	pthread_mutex_lock(&source->lock);
	source->done = 1;
	source->error = rc;
	pthread_mutex_unlock(&source->lock);
	source->task->host->wake(source->task);
	return NULL;
}

static int
start(struct source *source)
{
	int rc;

	source->in.waits = 1;
	rc = input_start(&source->in, STDIN_FILENO, source->conf->compression, 0);
	if (rc < 0)
		return weir_fail(
			source->task->err, rc, "cannot read standard input: %s", strerror(-rc));
	frames_reader_init(&source->reader, source->pool, &source->in, source->conf->framing,
		source->conf->max_record_size, 0);
	source->reader.quotes = source->cutter.quotes;
	rc = weir_thread_start(
		source->task, &source->thread, read_stdin, source, "reads standard input");
	source->started = rc == WEIR_OK;
	return rc;
}

static void
stop(struct source *source)
{
	static const uint64_t one = 1;

	if (!source->started)
		return;
	pthread_mutex_lock(&source->lock);
	source->stopping = 1;
	pthread_cond_signal(&source->room);
	pthread_mutex_unlock(&source->lock);
	while (write(source->stop_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
	pthread_join(source->thread, NULL);
	source->started = 0;
}

static void
source_close(void *self)
{
	struct source *source = self;
	struct frames_block *block;

	stop(source);
	frames_cutter_fini(&source->cutter);
	frames_reader_fini(&source->reader);
	input_fini(&source->in);
	while ((block = source->first) != NULL) {
		source->first = block->next;
		frames_unref(block);
	}
	if (source->claim != NULL)
		__atomic_clear(&source->claim->taken, __ATOMIC_RELEASE);
	frames_pool_free(source->pool);
	close(source->stop_fd);
	pthread_mutex_destroy(&source->lock);
	pthread_cond_destroy(&source->room);
	free(source);
}

static struct source *
source_new(const void *conf, struct weir_task *task)
{
	struct source *source = calloc(1, sizeof *source);

	if (source == NULL)
		return NULL;
	source->conf = conf;
	source->task = task;
	source->cutter.max = source->conf->max_record_size;
	source->cutter.framing = source->conf->framing;
	source->cutter.quotes = frames_quotes(task);
	source->begins = 1;
	source->last = &source->first;
	source->pool = frames_pool_new();
	source->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (source->pool == NULL || source->stop_fd < 0) {
		frames_pool_free(source->pool);
		if (source->stop_fd >= 0)
			close(source->stop_fd);
		free(source);
		return NULL;
	}
	pthread_mutex_init(&source->lock, NULL);
	pthread_cond_init(&source->room, NULL);
	return source;
}

static int
source_open(const void *conf, struct weir_task *task, void **self)
{
	const struct weir_host *host = task->host;
	struct source *source = source_new(conf, task);
	struct claim *claim;

	if (source == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory or file descriptors");
	claim = host->shared(task, "weir.stdin", claim_new, free, NULL);
	if (claim == NULL || __atomic_test_and_set(&claim->taken, __ATOMIC_ACQUIRE)) {
		source_close(source);
		if (claim == NULL)
			return weir_fail(task->err, -ENOMEM, "out of memory");
		return weir_fail(task->err, -EBUSY,
			"another source reads standard input already; let both read \"from\" one");
	}
	source->claim = claim;
	source->bytes = host->counter(task, "input_bytes", "Bytes read.");
	source->empty_lines =
		host->counter(task, "empty_lines", "Lines of no bytes; they make no records.");
	if (task->subtask == 0)
		host->partition(task, (struct weir_str){.p = "stdin", .len = 5});
	*self = source;
	return WEIR_OK;
}

static int
source_assign(void *self, struct weir_task *task, uint32_t part, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct source *source = self;

	(void)task;
	(void)name;
	(void)pos;
	(void)fresh;
	source->part = part;
	source->assigned = 1;
	return source->started ? WEIR_OK : start(source);
}

static int
source_revoke(void *self, struct weir_task *task, uint32_t part)
{
	struct source *source = self;

	(void)task;
	(void)part;
	stop(source);
	source->assigned = 0;
	return WEIR_OK;
}

/* The next block of the queue into the cutter.  WEIR_OK, WEIR_BUSY, WEIR_END or the thread's error.
 */
static int
next_block(struct source *source)
{
	struct frames_block *block;
	int rc = WEIR_OK;

	pthread_mutex_lock(&source->lock);
	block = source->first;
	if (block != NULL) {
		source->first = block->next;
		if (source->first == NULL)
			source->last = &source->first;
		source->queued--;
		pthread_cond_signal(&source->room);
	} else if (!source->done) {
		source->hungry = 1;
		rc = WEIR_BUSY;
	} else {
		rc = source->error < 0 ? source->error : WEIR_END;
	}
	pthread_mutex_unlock(&source->lock);
	if (block != NULL)
		frames_cutter_start(&source->cutter, block);
	return rc;
}

static int
read_failed(struct weir_task *task, int rc)
{
	char buf[128];

	return weir_fail(task->err, rc,
		"read() standard input failed (%d: %s); see where it comes from", -rc,
		strerror_r(-rc, buf, sizeof buf));
}

static void
moved(struct source *source, struct weir_task *task, int64_t to)
{
	char text[24];
	int len = snprintf(text, sizeof text, "%" PRId64, to);

	weir_count(source->bytes, (uint64_t)(to - source->position));
	weir_count(source->empty_lines, source->cutter.empty);
	source->cutter.empty = 0;
	source->position = to;
	task->host->position(
		task, source->part, (struct weir_str){.p = text, .len = (uint32_t)len});
}

static int
source_poll(void *self, struct weir_task *task)
{
	struct source *source = self;
	struct weir_raw raw;
	int64_t to = source->position;
	int cut, rc = WEIR_OK;

	if (!source->assigned || source->finished)
		return WEIR_END;
	while ((cut = frames_cut(&source->cutter, &source->records, &raw, &to)) == FRAMES_NONE) {
		rc = next_block(source);
		if (rc != WEIR_OK)
			break;
	}
	if (rc < 0)
		return read_failed(task, rc);
	if (cut == FRAMES_SOME) {
		raw.begins = source->begins != 0;
		task->host->raw(task, source->part, &raw);
	} else if (cut == FRAMES_REFUSED) {
		task->host->refuse(task, source->part, source->records.rec[0],
			source->records.offset[0], source->records.why);
	}
	if (cut != FRAMES_NONE)
		source->begins = 0;
	if (to != source->position)
		moved(source, task, to);
	if (rc == WEIR_END) {
		source->finished = 1;
		task->host->finished(task, source->part);
	}
	return rc;
}

static const struct weir_source source_calls = {
	.size = sizeof source_calls,
	.assign = source_assign,
	.revoke = source_revoke,
	.poll = source_poll,
};

static const struct weir_operator stdin_operator = {
	.size = sizeof stdin_operator,
	.kind = WEIR_SOURCE,
	.flags = WEIR_READS_DECLARED,
	.name = "stdin",
	.summary = "Reads the lines of standard input.",
	.conf_size = sizeof(struct stdin_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = directives,
	.n_out = 1,
	.plan = source_plan,
	.open = source_open,
	.close = source_close,
	.source = &source_calls,
};

WEIR_PLUGIN("stdin", "0.1", "Apache-2.0", &stdin_operator)
