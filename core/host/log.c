/* SPDX-License-Identifier: Apache-2.0 */
/* Writes events to the error log, in nginx's shape or as JSON. */
#include "host/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "engine/plan/pipeline.h"
#include "host/terminal.h"

struct event {
	int32_t level;
	const char *pipeline; /* borrowed: names outlive the log */
	const struct wr_op *op;
	uint32_t subtask;
};

struct wr_log {
	struct wr_log_options options;
	pthread_mutex_t lock;
	int fd;
	/* the rest under the lock */
	struct event last;
	struct wr_text last_text, line;
	uint64_t repeated;
};

static const char *const log_levels[] = {
	"emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"};

static int
log_file(const char *path, struct weir_err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);

	if (fd < 0)
		return wr_err_set(
			err, -errno, "open() \"%s\" failed (%d: %s)", path, errno, strerror(errno));
	return fd;
}

struct wr_log *
wr_log_open(const struct wr_log_options *options, struct weir_err *err)
{
	struct wr_log *log = wr_zalloc(sizeof *log);

	log->options = *options;
	log->fd = STDERR_FILENO;
	if (options->file != NULL)
		log->fd = log_file(options->file, err);
	if (log->fd < 0) {
		free(log);
		return NULL;
	}
	pthread_mutex_init(&log->lock, NULL);
	return log;
}

/* Control characters could move the cursor or make lines that are none. */
static void
put_escaped(struct wr_text *line, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	for (; *p != '\0'; p++) {
		if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
			wr_text_printf(line, "\\x%02X\\x%02X", p[0], p[1]);
			p++;
		} else if (*p < 0x20 || *p == 0x7f) {
			wr_text_printf(line, "\\x%02X", *p);
		} else {
			wr_text_add(line, (const char *)p, 1);
		}
	}
}

static void
put_plain(struct wr_text *line, const struct event *event, const struct tm *tm, const char *text)
{
	char when[32];

	strftime(when, sizeof when, "%Y/%m/%d %H:%M:%S", tm);
	wr_text_printf(line, "%s [%s] %ld#%" PRIu32 ": ", when, log_levels[event->level],
		(long)getpid(), event->subtask);
	if (event->pipeline != NULL)
		wr_text_printf(line, "pipeline \"%s\"%s%s: ", event->pipeline,
			event->op != NULL ? " " : "", event->op != NULL ? event->op->title : "");
	put_escaped(line, text);
	wr_text_put(line, "\n");
}

static void
put_json(struct wr_text *line, const struct event *event, const struct timeval *now,
	const char *text)
{
	char when[32];
	struct tm tm;

	gmtime_r(&now->tv_sec, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
	wr_text_printf(line, "{\"time\":\"%s.%06ldZ\",\"level\":\"%s\",\"pid\":%ld", when,
		(long)now->tv_usec, log_levels[event->level], (long)getpid());
	if (event->pipeline != NULL) {
		wr_text_put(line, ",\"pipeline\":");
		wr_text_json(line, event->pipeline, strlen(event->pipeline));
	}
	if (event->op != NULL) {
		wr_text_put(line, ",\"operator\":");
		wr_text_json(line, event->op->name, strlen(event->op->name));
		wr_text_printf(line, ",\"subtask\":%" PRIu32, event->subtask);
	}
	wr_text_put(line, ",\"message\":");
	wr_text_json(line, text, strlen(text));
	wr_text_put(line, "}\n");
}

static void
log_line(struct wr_log *log, const struct event *event, const char *text)
{
	struct timeval now;
	struct tm tm;
	ssize_t rc;

	gettimeofday(&now, NULL);
	localtime_r(&now.tv_sec, &tm);
	log->line.len = 0;
	if (log->options.json)
		put_json(&log->line, event, &now, text);
	else
		put_plain(&log->line, event, &tm, text);
	if (log->options.terminal != NULL)
		wr_terminal_lock(log->options.terminal);
	do
		rc = write(log->fd, log->line.p, log->line.len);
	while (rc < 0 && errno == EINTR);
	if (log->options.terminal != NULL)
		wr_terminal_unlock(log->options.terminal);
}

/* Under the lock. */
static void
log_unfold(struct wr_log *log)
{
	char text[64];

	if (log->repeated == 0)
		return;
	snprintf(text, sizeof text, "last message repeated %" PRIu64 " time%s", log->repeated,
		log->repeated == 1 ? "" : "s");
	log->repeated = 0;
	log_line(log, &log->last, text);
}

void
wr_log_write(struct wr_log *log, int32_t level, const char *pipeline, const struct wr_op *op,
	uint32_t subtask, const char *text)
{
	const struct event event = {level < WR_LOG_EMERG     ? WR_LOG_EMERG
				    : level > WEIR_LOG_DEBUG ? WEIR_LOG_DEBUG
							     : level,
		pipeline, op, subtask};
	bool held = false;

	if ((uint32_t)event.level > log->options.level)
		return;
	pthread_mutex_lock(&log->lock);
	if (log->last_text.len > 0 && log->last.level == event.level && log->last.op == op &&
		strcmp(log->last_text.p, text) == 0) {
		held = log->repeated++ == 0;
	} else {
		log_unfold(log);
		log->last = event;
		log->last_text.len = 0;
		wr_text_put(&log->last_text, text);
		log_line(log, &event, text);
	}
	pthread_mutex_unlock(&log->lock);
	if (held && log->options.held != NULL)
		log->options.held(log->options.arg);
}

void
wr_log_flush(struct wr_log *log)
{
	pthread_mutex_lock(&log->lock);
	log_unfold(log);
	pthread_mutex_unlock(&log->lock);
}

int
wr_log_reopen(struct wr_log *log, struct weir_err *err)
{
	int fd;

	if (wr_log_is_stderr(log))
		return 0;
	fd = log_file(log->options.file, err);
	if (fd < 0)
		return fd;
	pthread_mutex_lock(&log->lock);
	log_unfold(log);
	close(log->fd);
	log->fd = fd;
	pthread_mutex_unlock(&log->lock);
	return 0;
}

bool
wr_log_is_stderr(const struct wr_log *log)
{
	return log->fd == STDERR_FILENO;
}

void
wr_log_close(struct wr_log *log)
{
	if (log == NULL)
		return;
	wr_log_flush(log);
	if (log->fd != STDERR_FILENO)
		close(log->fd);
	pthread_mutex_destroy(&log->lock);
	wr_text_fini(&log->last_text);
	wr_text_fini(&log->line);
	free(log);
}
