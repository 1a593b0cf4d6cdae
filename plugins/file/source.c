/* SPDX-License-Identifier: Apache-2.0 */
/* The source `file`: reads the files that match, to their ends.  A partition is a file. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lines.h"

struct source_conf {
	struct weir_list path;
	uint64_t max_record_size;
};

/* A file being read. */
struct part {
	struct part *next;
	char *path;
	uint32_t number; /* the host's */
	int fd;
	uint64_t device, inode;
	int64_t position;
	struct lines_reader reader;
	struct lines_cutter cutter;
};

struct source {
	const struct source_conf *conf;
	struct lines_pool *pool;
	struct part *parts;
	uint64_t *bytes, *bytes_total, *empty_lines;
	struct lines_records records;
};

static const struct weir_directive source_directives[] = {
	{.name = "path",
		.summary = "Files to read, or patterns such as logs/*.ndjson.",
		.type = WEIR_D_LIST,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct source_conf, path)},
	{.name = "max_record_size",
		.summary = "The longest line there may be; a longer one fails the pipeline.",
		.type = WEIR_D_SIZE,
		.deflt = "1m",
		.min = 1,
		.max = 1 << 30,
		.offset = offsetof(struct source_conf, max_record_size)},
	{.name = NULL},
};

static int
source_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	const struct source_conf *c = conf;
	uint32_t i;
	int rc = WEIR_OK;

	for (i = 0; i < c->path.n; i++)
		if (c->path.v[i].len == 0) {
			host->problem(plan, c->path.v[i].loc,
				"\"path\" is empty; name a file or a pattern");
			rc = -EINVAL;
		}
	return rc;
}

static void
part_free(struct part *part)
{
	if (part == NULL)
		return;
	lines_cutter_fini(&part->cutter);
	lines_reader_fini(&part->reader);
	if (part->fd >= 0)
		close(part->fd);
	free(part->path);
	free(part);
}

static void
source_close(void *self)
{
	struct source *source = self;
	struct part *part;

	while ((part = source->parts) != NULL) {
		source->parts = part->next;
		part_free(part);
	}
	lines_pool_free(source->pool);
	free(source);
}

static int
source_open(const void *conf, struct weir_task *task, void **self)
{
	const struct weir_host *host = task->host;
	struct source *source = calloc(1, sizeof *source);
	struct file_names names = {0};
	int rc = WEIR_OK;
	size_t i;

	if (source == NULL || (source->pool = lines_pool_new()) == NULL) {
		free(source);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	source->conf = conf;
	source->bytes = host->counter(task, "input_bytes", "Bytes read.");
	source->bytes_total =
		host->counter(task, "input_bytes_total", "Bytes of all files to be read.");
	source->empty_lines =
		host->counter(task, "empty_lines", "Lines of no bytes; they make no records.");
	if (task->subtask == 0)
		rc = file_names_find(&names, task, &source->conf->path);
	for (i = 0; rc == 0 && i < names.n; i++)
		host->partition(task,
			(struct weir_str){.p = names.v[i], .len = (uint32_t)strlen(names.v[i])});
	file_names_free(&names);
	if (rc < 0)
		source_close(source);
	else
		*self = source;
	return rc;
}

/* `device:inode:offset`.  A device's number may change from boot to boot: it is there to be read.
 */
static int
part_seek(struct part *part, struct weir_task *task, struct weir_str pos, int64_t size)
{
	uint64_t device, inode;
	char text[72];

	snprintf(text, sizeof text, "%.*s", (int)pos.len, pos.p);
	if (sscanf(text, "%" SCNu64 ":%" SCNu64 ":%" SCNd64, &device, &inode, &part->position) != 3)
		return weir_fail(task->err, -EINVAL,
			"position \"%s\" of \"%.200s\" is not a file's", text, part->path);
	if (inode != part->inode)
		return weir_fail(task->err, -ESTALE,
			"\"%.200s\" is another file than the one read before (inode %" PRIu64
			", was %" PRIu64 "); put that one back, or start without the checkpoint",
			part->path, part->inode, inode);
	if (part->position > size || part->position < 0)
		return weir_fail(task->err, -ESTALE,
			"\"%.200s\" has %" PRId64 " bytes, fewer than were read before (%" PRId64
			"); put the longer one back, or start without the checkpoint",
			part->path, size, part->position);
	if (lseek(part->fd, part->position, SEEK_SET) < 0)
		return file_fail(task, "lseek()", part->path, errno, "see what the file is on");
	return 0;
}

static int
part_open(struct part *part, struct weir_task *task, struct weir_str pos, int64_t *size)
{
	struct stat st;

	part->fd = open(part->path, O_RDONLY | O_CLOEXEC);
	if (part->fd < 0)
		return file_fail(task, "open()", part->path, errno,
			errno == EMFILE ? "raise the limit of open files, or read fewer at once"
					: "see that it is there and may be read");
	if (fstat(part->fd, &st) < 0)
		return file_fail(task, "fstat()", part->path, errno, "see what it is on");
	part->device = st.st_dev;
	part->inode = st.st_ino;
	*size = st.st_size;
	return pos.p != NULL ? part_seek(part, task, pos, st.st_size) : 0;
}

static int
source_assign(void *self, struct weir_task *task, uint32_t number, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct source *source = self;
	struct part *part = calloc(1, sizeof *part);
	int64_t size = 0;
	int rc;

	(void)fresh;
	if (part == NULL || (part->path = strndup(name.p, name.len)) == NULL) {
		free(part);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	part->fd = -1;
	part->number = number;
	rc = part_open(part, task, pos, &size);
	if (rc < 0) {
		part_free(part);
		return rc;
	}
	lines_reader_init(
		&part->reader, source->pool, source->conf->max_record_size, part->position, 1);
	part->cutter.max = source->conf->max_record_size;
	weir_count(source->bytes_total, (uint64_t)size);
	weir_count(source->bytes, (uint64_t)part->position);
	part->next = source->parts;
	source->parts = part;
	return WEIR_OK;
}

static int
source_revoke(void *self, struct weir_task *task, uint32_t number)
{
	struct source *source = self;
	struct part **link;

	(void)task;
	for (link = &source->parts; *link != NULL; link = &(*link)->next)
		if ((*link)->number == number) {
			struct part *part = *link;

			*link = part->next;
			part_free(part);
			break;
		}
	return WEIR_OK;
}

static void
part_moved(struct source *source, struct weir_task *task, struct part *part, int64_t to)
{
	char text[72];
	int len = snprintf(text, sizeof text, "%" PRIu64 ":%" PRIu64 ":%" PRId64, part->device,
		part->inode, to);

	weir_count(source->bytes, (uint64_t)(to - part->position));
	weir_count(source->empty_lines, part->cutter.empty);
	part->cutter.empty = 0;
	part->position = to;
	task->host->position(
		task, part->number, (struct weir_str){.p = text, .len = (uint32_t)len});
}

static int
read_failed(struct source *source, struct weir_task *task, struct part *part, int rc)
{
	if (rc == -ENOMEM)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	if (rc != -EMSGSIZE)
		return file_fail(task, "read()", part->path, -rc, "see what the file is on");
	return weir_fail(task->err, -EMSGSIZE,
		"the line at offset %" PRId64 " of \"%.200s\" is longer than %" PRIu64
		" bytes; raise \"max_record_size\" of the source",
		lines_too_long(&part->reader, &part->cutter), part->path,
		source->conf->max_record_size);
}

/* Gives the next batch of a file, or says that it has ended. */
static int
part_poll(struct source *source, struct weir_task *task, struct part *part)
{
	struct lines_block *block;
	struct weir_raw raw;
	int64_t to = part->position;
	int rc;

	for (;;) {
		rc = lines_cut(&part->cutter, &source->records, &raw, &to);
		if (rc != 0)
			break;
		rc = lines_read(&part->reader, part->fd, &block);
		if (rc < 0 || block == NULL)
			break;
		lines_cutter_start(&part->cutter, block);
	}
	if (rc < 0)
		return read_failed(source, task, part, rc);
	if (rc > 0)
		task->host->raw(task, part->number, &raw);
	if (to != part->position)
		part_moved(source, task, part, to);
	if (rc == 0) {
		task->host->finished(task, part->number);
		source_revoke(source, task, part->number);
	}
	return WEIR_OK;
}

static int
source_poll(void *self, struct weir_task *task)
{
	struct source *source = self;
	uint32_t number = task->host->next_partition(task);
	struct part *part = source->parts;

	while (part != NULL && part->number != number)
		part = part->next;
	return part != NULL ? part_poll(source, task, part) : WEIR_END;
}

static const struct weir_source source_calls = {
	.size = sizeof source_calls,
	.assign = source_assign,
	.revoke = source_revoke,
	.poll = source_poll,
};

const struct weir_operator file_source_operator = {
	.size = sizeof file_source_operator,
	.kind = WEIR_SOURCE,
	.flags = WEIR_REPLAYABLE | WEIR_READS_DECLARED,
	.name = "file",
	.summary = "Reads the lines of files to their ends.",
	.conf_size = sizeof(struct source_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = source_directives,
	.n_out = 1,
	.plan = source_plan,
	.open = source_open,
	.close = source_close,
	.source = &source_calls,
};
