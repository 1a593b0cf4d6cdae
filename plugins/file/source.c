/* SPDX-License-Identifier: Apache-2.0 */
/* The source `file`: reads the files that match.  A partition is a path. */
#include "source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct weir_directive source_directives[] = {
	{.name = "path",
		.summary = "Files to read, or patterns such as logs/*.ndjson.",
		.type = WEIR_D_LIST,
		.flags = WEIR_REQUIRED | WEIR_REPEATS,
		.offset = offsetof(struct source_conf, path)},
	{.name = "max_record_size",
		.summary = "The longest record there may be; a longer one goes to on_error.",
		.type = WEIR_D_SIZE,
		.deflt = "1m",
		.min = 1,
		.max = 1 << 30,
		.offset = offsetof(struct source_conf, max_record_size)},
	{.name = "follow",
		.summary = "Wait for what is appended, across rotation, and for new files.",
		.type = WEIR_D_FLAG,
		.deflt = "off",
		.offset = offsetof(struct source_conf, follow)},
	{.name = "compression",
		.summary = "How the files are compressed; auto: as their names say, .gz .zst .lz4.",
		.type = WEIR_D_ENUM,
		.choices = CODEC_CHOICES,
		.deflt = "auto",
		.offset = offsetof(struct source_conf, compression)},
	{.name = "framing",
		.summary = FRAMING_SUMMARY,
		.type = WEIR_D_ENUM,
		.choices = FRAMING_CHOICES,
		.deflt = "newline",
		.offset = offsetof(struct source_conf, framing)},
	{.name = NULL},
};

static int
source_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	const struct source_conf *c = conf;
	uint32_t i;
	int rc = WEIR_OK;

	if (c->follow)
		host->declare(plan, WEIR_PLAN_MAX_PARALLELISM, 1, (struct weir_str){0});
	for (i = 0; i < c->path.n; i++)
		if (c->path.v[i].len == 0) {
			host->problem(plan, c->path.v[i].loc,
				"\"path\" is empty; name a file or a pattern");
			rc = -EINVAL;
		} else {
			host->declare(plan, WEIR_PLAN_READS_FILE, 0, c->path.v[i]);
		}
	return rc;
}

static void
source_close(void *self)
{
	struct source *source = self;
	struct part *part;

	follow_close(source);
	while ((part = source->parts) != NULL) {
		source->parts = part->next;
		part_free(part);
	}
	known_free(&source->known);
	known_free(&source->ended);
	file_names_free(&source->names);
	frames_pool_free(source->pool);
	free(source);
}

void
source_announce(struct source *source, const char *path)
{
	source->task->host->partition(
		source->task, (struct weir_str){.p = path, .len = (uint32_t)strlen(path)});
}

static int
source_open(const void *conf, struct weir_task *task, void **self)
{
	const struct weir_host *host = task->host;
	struct source *source = calloc(1, sizeof *source);
	struct stat st;
	int rc = WEIR_OK;
	size_t i;

	if (source == NULL || (source->pool = frames_pool_new()) == NULL) {
		free(source);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	source->conf = conf;
	source->task = task;
	source->quotes = frames_quotes(task);
	source->bytes = host->counter(task, "input_bytes", "Bytes read.");
	source->bytes_total =
		host->counter(task, "input_bytes_total", "Bytes of all files to be read.");
	source->empty_lines =
		host->counter(task, "empty_lines", "Lines of no bytes; they make no records.");
	source->lost_files = host->counter(
		task, "lost_files", "Followed files that were gone before their end was read.");
	/* Invariant: what appears after the look at the directories is seen by the watch. */
	if (source->conf->follow)
		rc = follow_open(source);
	if (rc == 0 && task->subtask == 0)
		rc = file_names_find(
			&source->names, task, &source->conf->path, source->conf->follow);
	/* Before anything is written, though it is looked at again when it is opened. */
	for (i = 0; rc == 0 && i < source->names.n; i++)
		if (stat(source->names.v[i], &st) == 0)
			rc = file_written_refuse(task, source->names.v[i], &st);
	if (rc == -EEXIST)
		task->err->loc = source->conf->path.loc;
	for (i = 0; rc == 0 && i < source->names.n; i++)
		source_announce(source, source->names.v[i]);
	if (rc < 0)
		source_close(source);
	else
		*self = source;
	return rc;
}

struct part_how
source_how(const struct source *source)
{
	const struct source_conf *conf = source->conf;

	return (struct part_how){.compression = conf->compression,
		.framing = conf->framing,
		.quotes = source->quotes,
		.max = conf->max_record_size,
		.tail = conf->follow != 0};
}

static int
assign_whole(struct source *source, struct part *part, struct weir_str pos)
{
	const struct part_how how = source_how(source);
	const struct part_position *at = NULL;
	struct part_position given;
	struct stat st;
	int rc;

	if (pos.p != NULL) {
		if (part_position_read(&given, pos) < 0)
			return weir_fail(source->task->err, -EINVAL,
				"position \"%.*s\" of \"%.200s\" is not a file's", (int)pos.len,
				pos.p, part->path);
		at = &given;
	} else {
		at = known_renamed(source, part->path);
	}
	rc = part_open(part, source->task, part->path, at, source->pool, &how);
	if (rc < 0)
		return rc;
	if (fstat(part->in.fd, &st) == 0) {
		part->size = st.st_size;
		weir_count(source->bytes_total, (uint64_t)st.st_size);
	}
	source_count(source, part);
	return 0;
}

static int
source_assign(void *self, struct weir_task *task, uint32_t number, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct source *source = self;
	struct part *part = calloc(1, sizeof *part);
	int rc;

	(void)fresh;
	if (part == NULL || (part->path = strndup(name.p, name.len)) == NULL) {
		free(part);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	part->in.fd = part->watch = -1;
	part->number = number;
	rc = source->conf->follow ? follow_assign(source, part, pos)
				  : assign_whole(source, part, pos);
	if (rc < 0) {
		part_free(part);
		return rc;
	}
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

void
source_count(struct source *source, struct part *part)
{
	int compressed = part->in.codec != CODEC_NONE;
	int64_t read = compressed || part->reader.broken ? part->in.read : part->position;

	weir_count(source->bytes, (uint64_t)(read - part->counted));
	part->counted = read;
	weir_count(source->empty_lines, part->cutter.empty);
	part->cutter.empty = 0;
}

void
source_moved(struct source *source, struct part *part, int64_t to)
{
	struct part_position at;
	char text[PART_POSITION];
	uint32_t len;

	part_moved(part, to);
	at = part_position_of(part);
	len = part_position_text(&at, text);
	source_count(source, part);
	source->task->host->position(
		source->task, part->number, (struct weir_str){.p = text, .len = len});
}

static int
read_failed(struct source *source, struct part *part, int rc)
{
	if (rc == -ENOMEM)
		return weir_fail(source->task->err, -ENOMEM, "out of memory");
	return file_fail(source->task, "read()", part->path, -rc, "see what the file is on");
}

/* Decompresses what was read before.  1: call again; < 0. */
static int
skip(struct source *source, struct part *part)
{
	int rc = part_skip(part);

	if (rc == -ENODATA || rc == -EBADMSG)
		return weir_fail(source->task->err, -ESTALE,
			"\"%.200s\" has less in it than was read before; put the file back as it "
			"was, or start without the checkpoint",
			part->path);
	return rc < 0 ? read_failed(source, part, rc) : 1;
}

static void
give_records(struct source *source, struct part *part, struct weir_raw *raw)
{
	raw->begins = part->begins != 0;
	if (part->first != NULL)
		raw->first = (struct weir_str){.p = part->first, .len = (uint32_t)part->n_first};
	part->begins = 0;
	source->task->host->raw(source->task, part->number, raw);
	free(part->first);
	part->first = NULL;
}

/* Of what is broken the position stays before it: should the file grow, it is read from there. */
static int64_t
give_refused(struct source *source, struct part *part, int64_t to)
{
	const struct frames_records *records = &source->records;

	part->begins = 0;
	source->task->host->refuse(
		source->task, part->number, records->rec[0], records->offset[0], records->why);
	return part->reader.broken && part->cutter.block == NULL ? records->offset[0] : to;
}

int
source_give(struct source *source, struct part *part)
{
	struct frames_block *block;
	struct weir_raw raw;
	int64_t to = part->position;
	int rc, given;

	if (part->skip > 0)
		return skip(source, part);
	for (;;) {
		given = frames_cut(&part->cutter, &source->records, &raw, &to);
		if (given != FRAMES_NONE)
			break;
		rc = frames_read(&part->reader, &block);
		if (rc < 0)
			return read_failed(source, part, rc);
		if (block == NULL)
			break;
		frames_cutter_start(&part->cutter, block);
	}
	if (given == FRAMES_SOME)
		give_records(source, part, &raw);
	else if (given == FRAMES_REFUSED)
		to = give_refused(source, part, to);
	if (to != part->position || given == FRAMES_REFUSED)
		source_moved(source, part, to);
	return given != FRAMES_NONE;
}

struct part *
source_part(struct source *source, uint32_t number)
{
	struct part *part = source->parts;

	while (part != NULL && part->number != number)
		part = part->next;
	return part;
}

/*
 * Of a file that is shorter than what was read of it nobody knows what it had behind that.  Those
 * of /proc never say how long they are.
 */
static void
refuse_cut(struct source *source, struct part *part)
{
	char why[FRAMES_WHY];
	struct stat st;

	if (fstat(part->in.fd, &st) < 0 || st.st_size >= part->in.read || st.st_size >= part->size)
		return;
	snprintf(why, sizeof why,
		"the file was cut to %" PRId64 " bytes after %" PRId64
		" were read; what stood behind them is lost",
		(int64_t)st.st_size, part->in.read);
	source->task->host->refuse(
		source->task, part->number, (struct weir_str){0}, part->position, why);
	source_moved(source, part, part->position);
}

static int
source_poll(void *self, struct weir_task *task)
{
	struct source *source = self;
	struct part *part;
	int rc;

	if (source->conf->follow)
		return follow_poll(source);
	part = source_part(source, task->host->next_partition(task));
	if (part == NULL)
		return WEIR_END;
	rc = source_give(source, part);
	if (rc == 0) {
		struct part_position at = part_position_of(part);

		refuse_cut(source, part);
		if (known_add(&source->ended, "end", &at, part->path) < 0)
			return weir_fail(task->err, -ENOMEM, "out of memory");
		task->host->finished(task, part->number);
		source_revoke(source, task, part->number);
	}
	return rc < 0 ? rc : WEIR_OK;
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
	.flags = WEIR_REPLAYABLE | WEIR_READS_DECLARED | WEIR_UNION_STATE,
	.state_version = 1,
	.name = "file",
	.summary = "Reads the lines of files, to their ends or as they grow.",
	.conf_size = sizeof(struct source_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = source_directives,
	.n_out = 1,
	.plan = source_plan,
	.open = source_open,
	.close = source_close,
	.snapshot = known_snapshot,
	.restore = known_restore,
	.source = &source_calls,
};
