/* SPDX-License-Identifier: Apache-2.0 */
/* The sink `file`: a record a line, one write a batch. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sink_conf {
	struct weir_str path;
	uint32_t append;
};

struct sink {
	char *path;
	int fd;
	char *buf;
	size_t cap;
	uint64_t *bytes;
};

static const struct weir_directive sink_directives[] = {
	{.name = "path",
		.summary = "The file to write.",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct sink_conf, path)},
	{.name = "append",
		.summary =
			"Keep what the file has and write behind it, instead of emptying it first.",
		.type = WEIR_D_FLAG,
		.offset = offsetof(struct sink_conf, append)},
	{.name = NULL},
};

static int
sink_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	const struct sink_conf *c = conf;

	host->distribute(plan, 0, WEIR_SINGLE, NULL);
	if (c->path.len > 0)
		return WEIR_OK;
	host->problem(plan, c->path.loc, "\"path\" is empty; name the file to write");
	return -EINVAL;
}

static void
sink_close(void *self)
{
	struct sink *sink = self;

	if (sink->fd >= 0)
		close(sink->fd);
	free(sink->path);
	free(sink->buf);
	free(sink);
}

static int
sink_open(const void *conf, struct weir_task *task, void **self)
{
	const struct sink_conf *c = conf;
	struct sink *sink = calloc(1, sizeof *sink);
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (c->append ? O_APPEND : O_TRUNC);

	if (sink == NULL || (sink->path = strndup(c->path.p, c->path.len)) == NULL) {
		free(sink);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	sink->fd = open(sink->path, flags, 0666);
	if (sink->fd < 0) {
		int rc = file_fail(task, "open()", sink->path, errno,
			errno == EISDIR ? "name a file in that directory"
					: "see that its directory is there and may be written");

		task->err->loc = c->path.loc;
		sink_close(sink);
		return rc;
	}
	sink->bytes = task->host->counter(task, "output_bytes", "Bytes written.");
	*self = sink;
	return WEIR_OK;
}

/* The records of a batch with their newlines.  The number of bytes, or 0: out of memory. */
static size_t
join(struct sink *sink, const struct weir_raw *raw)
{
	size_t len = 0;
	uint32_t i;
	char *to;

	for (i = 0; i < raw->n; i++)
		len += (size_t)raw->rec[i].len + 1;
	if (len > sink->cap) {
		free(sink->buf);
		sink->cap = 0;
		sink->buf = malloc(len * 2);
		if (sink->buf == NULL)
			return 0;
		sink->cap = len * 2;
	}
	for (i = 0, to = sink->buf; i < raw->n; i++) {
		memcpy(to, raw->rec[i].p, raw->rec[i].len);
		to += raw->rec[i].len;
		*to++ = '\n';
	}
	return len;
}

static int
write_all(struct sink *sink, struct weir_task *task, size_t len)
{
	const char *p = sink->buf;

	while (len > 0) {
		ssize_t n = write(sink->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return file_fail(task, "write()", sink->path, errno,
				errno == ENOSPC || errno == EDQUOT
					? "make room on its file system, then start again"
					: "see what the file is on");
		p += n;
		len -= (size_t)n;
		weir_count(sink->bytes, (uint64_t)n);
	}
	return WEIR_OK;
}

/* A line once written stays: rows that take earlier ones back have no place in it. */
static int
refuse_taking_back(const struct weir_batch *batch, struct weir_task *task)
{
	uint32_t i, n = batch->sel != NULL ? batch->n_sel : batch->n_rows;

	for (i = 0; batch->kind != NULL && i < n; i++) {
		uint8_t kind = batch->kind[batch->sel != NULL ? batch->sel[i] : i];

		if (kind != WEIR_INSERT && kind != WEIR_UPDATE_AFTER)
			return weir_fail(task->err, -EINVAL,
				"a row takes back an earlier one, which a file cannot; send "
				"inserts and updates only");
	}
	return WEIR_OK;
}

static int
sink_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct sink *sink = self;
	const struct weir_raw *raw;
	size_t len;
	int rc = refuse_taking_back(batch, task);

	(void)in;
	if (rc < 0)
		return rc;
	raw = task->host->encode(task, batch);
	if (raw->n == 0)
		return WEIR_OK;
	len = join(sink, raw);
	return len > 0 ? write_all(sink, task, len)
		       : weir_fail(task->err, -ENOMEM, "out of memory");
}

static const struct weir_sink sink_calls = {.size = sizeof sink_calls};

const struct weir_operator file_sink_operator = {
	.size = sizeof file_sink_operator,
	.kind = WEIR_SINK,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_CHANGES | WEIR_READS_DECLARED,
	.name = "file",
	.summary = "Writes records to a file, a line each.",
	.conf_size = sizeof(struct sink_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = sink_directives,
	.n_in = 1,
	.plan = sink_plan,
	.open = sink_open,
	.close = sink_close,
	.process = sink_process,
	.sink = &sink_calls,
};
