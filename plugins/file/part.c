/* SPDX-License-Identifier: Apache-2.0 */
/* Files being read; see part.h. */
#include "part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

int
part_position_read(struct part_position *position, struct weir_str text)
{
	char copy[PART_POSITION];
	int end = 0;

	if (text.len >= sizeof copy)
		return -EINVAL;
	memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	if (sscanf(copy, "%" SCNu64 ":%" SCNu64 ":%" SCNd64 ":%" SCNx64 "%n", &position->device,
		    &position->inode, &position->offset, &position->hash, &end) != 4 ||
		position->offset < 0)
		return -EINVAL;
	position->read = position->offset;
	position->member = (struct input_mark){0};
	if (copy[end] == ':') {
		struct input_mark member = {0};
		int n = 0, all = 0;

		if (sscanf(copy + end, ":%" SCNd64 "%n:%" SCNd64 ":%" SCNd64 "%n", &position->read,
			    &n, &member.read, &member.text, &all) < 1 ||
			position->read < 0 || member.read < 0 || member.text < 0)
			return -EINVAL;
		if (all > 0)
			position->member = member;
		end += all > 0 ? all : n;
	}
	position->refused = strcmp(copy + end, ":refused") == 0;
	return position->refused || copy[end] == '\0' ? 0 : -EINVAL;
}

uint32_t
part_position_text(const struct part_position *position, char text[PART_POSITION])
{
	int n = snprintf(text, PART_POSITION, "%" PRIu64 ":%" PRIu64 ":%" PRId64 ":%016" PRIx64,
		position->device, position->inode, position->offset, position->hash);

	if (position->read != position->offset || position->refused || position->member.read > 0)
		n += snprintf(text + n, PART_POSITION - (size_t)n, ":%" PRId64, position->read);
	if (position->member.read > 0)
		n += snprintf(text + n, PART_POSITION - (size_t)n, ":%" PRId64 ":%" PRId64,
			position->member.read, position->member.text);
	if (position->refused)
		n += snprintf(text + n, PART_POSITION - (size_t)n, ":refused");
	return (uint32_t)n;
}

static size_t
head_len(int64_t read)
{
	return read < INPUT_HEAD ? (size_t)read : INPUT_HEAD;
}

static int
is_compressed(const struct part *part)
{
	return part->in.codec != CODEC_NONE;
}

struct part_position
part_position_of(const struct part *part)
{
	struct part_position position = part->at;

	position.offset = part->position;
	position.member = part->member;
	position.refused = part->reader.broken && part->cutter.block == NULL;
	position.read = position.refused || is_compressed(part) ? part->in.read : part->position;
	/* Until what was read before is decompressed again nothing is known beyond that. */
	if (part->skip > 0)
		position.read = part->at.read;
	position.hash = file_hash(part->in.head, head_len(position.read));
	return position;
}

int
part_verify(const struct part_position *position, int fd, char *head)
{
	size_t n = head_len(position->read), have = 0;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < position->read)
		return -ENODATA;
	while (have < n) {
		ssize_t got = pread(fd, head + have, n - have, (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -ENODATA;
		have += (size_t)got;
	}
	return file_hash(head, n) == position->hash ? 0 : -ESTALE;
}

void
part_detach(struct part *part)
{
	frames_cutter_fini(&part->cutter);
	frames_reader_fini(&part->reader);
	if (part->in.fd >= 0)
		close(part->in.fd);
	input_fini(&part->in);
	part->in.fd = -1;
	free(part->first);
	part->first = NULL;
}

void
part_free(struct part *part)
{
	if (part == NULL)
		return;
	part_detach(part);
	free(part->path);
	free(part->done);
	free(part);
}

/* The descriptor and the reader at an offset of the text.  0 or -errno. */
static int
start_at(struct part *part, int64_t offset, struct frames_pool *pool, const struct part_how *how)
{
	uint32_t codec = how->compression;
	struct input_mark from = {0};
	int rc;

	if (codec == CODEC_AUTO)
		codec = codec_of_path(part->path, strlen(part->path));
	if (codec == CODEC_NONE)
		from = (struct input_mark){offset, offset};
	else if (part->member.text <= offset)
		from = part->member;
	if (lseek(part->in.fd, from.read, SEEK_SET) < 0)
		return -errno;
	rc = input_start(&part->in, part->in.fd, codec, from.read);
	if (rc < 0)
		return rc;
	part->in.text = from.text;
	frames_reader_init(&part->reader, pool, &part->in, how->framing, how->max, offset);
	part->reader.quotes = part->cutter.quotes = how->quotes;
	part->reader.whole = 1;
	part->reader.tail = how->tail;
	part->cutter.framing = how->framing;
	part->cutter.max = how->max;
	part->skip = offset - from.text;
	return 0;
}

/* The first record of the file into part->first.  0 or -errno; one that cannot be read is none. */
static int
read_first(struct part *part, struct frames_pool *pool, const struct part_how *how)
{
	struct frames_records *records = malloc(sizeof *records);
	struct frames_block *block = NULL;
	struct weir_raw raw;
	int64_t position;
	int rc = records != NULL ? start_at(part, 0, pool, how) : -ENOMEM;

	part->reader.tail = 1;
	if (rc == 0)
		rc = frames_read(&part->reader, &block);
	if (rc == 0 && block != NULL) {
		frames_cutter_start(&part->cutter, block);
		if (frames_cut(&part->cutter, records, &raw, &position) == FRAMES_SOME) {
			part->n_first = records->rec[0].len;
			part->first = malloc(part->n_first + 1);
			rc = part->first != NULL ? 0 : -ENOMEM;
			if (rc == 0)
				memcpy(part->first, records->rec[0].p, part->n_first);
			raw.release(raw.owner);
		}
	}
	frames_cutter_fini(&part->cutter);
	frames_reader_fini(&part->reader);
	free(records);
	return rc;
}

/* At the position, or at the beginning, of an open file, which is the right one.  0 or -errno. */
static int
start_reading(struct part *part, const struct part_position *at, struct frames_pool *pool,
	const struct part_how *how)
{
	int64_t offset = at != NULL ? at->offset : 0;
	struct stat st;
	int rc = 0;

	part->position = part->at.offset = offset;
	part->at.read = at != NULL ? at->read : 0;
	part->member = at != NULL ? at->member : (struct input_mark){0};
	part->in.n_head = head_len(part->at.read);
	part->counted = 0;
	part->caught_up = part->last_look = 0;
	part->begins = offset == 0;
	if (offset > 0)
		rc = read_first(part, pool, how);
	if (rc == 0)
		rc = start_at(part, offset, pool, how);
	if (rc == 0 && at != NULL && at->refused && fstat(part->in.fd, &st) == 0 &&
		st.st_size == at->read) {
		part->reader.at_end = part->reader.broken = 1;
		part->in.read = at->read;
		part->skip = 0;
	}
	return rc;
}

static int
refuse_other(struct part *part, struct weir_task *task, int64_t size,
	const struct part_position *at, int rc)
{
	if (rc == -ENODATA)
		return weir_fail(task->err, -ESTALE,
			"\"%.200s\" has %" PRId64 " bytes, fewer than were read before (%" PRId64
			"); put the longer one back, or start without the checkpoint",
			part->path, size, at->offset);
	if (rc == -ESTALE)
		return weir_fail(task->err, -ESTALE,
			"\"%.200s\" has other bytes than those read before; put the file back as "
			"it was, or start without the checkpoint",
			part->path);
	return file_fail(task, "read()", part->path, -rc, "see what the file is on");
}

int
part_open(struct part *part, struct weir_task *task, const char *path,
	const struct part_position *at, struct frames_pool *pool, const struct part_how *how)
{
	struct stat st = {0};
	int rc = 0;

	part_detach(part);
	part->in.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (part->in.fd < 0)
		return file_fail(task, "open()", path, errno,
			errno == EMFILE ? "raise the limit of open files, or read fewer at once"
					: "see that it is there and may be read");
	if (fstat(part->in.fd, &st) < 0)
		rc = file_fail(task, "fstat()", path, errno, "see what it is on");
	else
		rc = file_written_refuse(task, path, &st);
	part->at = (struct part_position){.device = st.st_dev, .inode = st.st_ino};
	if (rc == 0 && at != NULL && part->at.inode != at->inode)
		rc = weir_fail(task->err, -ESTALE,
			"\"%.200s\" is another file than the one read before (inode %" PRIu64
			", was %" PRIu64 "); put that one back, or start without the checkpoint",
			path, part->at.inode, at->inode);
	else if (rc == 0 && at != NULL && (rc = part_verify(at, part->in.fd, part->in.head)) < 0)
		rc = refuse_other(part, task, st.st_size, at, rc);
	if (rc == 0) {
		rc = start_reading(part, at, pool, how);
		if (rc < 0)
			rc = file_fail(task, "read()", path, -rc, "see what the file is on");
	}
	if (rc < 0)
		part_detach(part);
	return rc;
}

void
part_moved(struct part *part, int64_t to)
{
	part->position = to;
	if (part->in.marked && part->in.mark.text <= to) {
		part->member = part->in.mark;
		part->in.marked = 0;
	}
}

int
part_rewind(struct part *part, struct weir_task *task)
{
	const struct part_how how = {.compression = part->in.codec,
		.framing = part->reader.framing,
		.quotes = part->reader.quotes,
		.max = part->reader.max,
		.tail = 1};
	struct frames_pool *pool = part->reader.pool;
	int rc;

	frames_cutter_fini(&part->cutter);
	frames_reader_fini(&part->reader);
	free(part->first);
	part->first = NULL;
	rc = start_reading(part, NULL, pool, &how);
	return rc < 0 ? file_fail(task, "lseek()", part->path, -rc, "see what the file is on") : 0;
}

int
part_skip(struct part *part)
{
	enum { STEP = 4 << 20 };
	char drop[65536];
	int64_t todo = part->skip < STEP ? part->skip : STEP;
	ssize_t n = 1;

	for (; todo > 0 && n > 0; todo -= n) {
		size_t most = todo < (int64_t)sizeof drop ? (size_t)todo : sizeof drop;

		n = input_read(&part->in, drop, most);
		part->skip -= n > 0 ? n : 0;
	}
	return n > 0 ? 0 : n < 0 ? (int)n : -ENODATA;
}

int
part_is_at(const struct part_position *position, const char *path)
{
	char head[INPUT_HEAD];
	struct stat st;
	int fd, same;

	if (stat(path, &st) < 0 || st.st_ino != position->inode || !S_ISREG(st.st_mode))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	same = part_verify(position, fd, head) == 0;
	close(fd);
	return same;
}

static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
}

int
part_watch_names(const char *path)
{
	int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char *dir = directory_of(path);

	if (watch >= 0 && dir != NULL)
		inotify_add_watch(watch, dir,
			IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR);
	free(dir);
	return watch;
}

int
part_names_changed(int watch)
{
	char event[sizeof(struct inotify_event) + NAME_MAX + 1];
	int changed = watch >= 0 && read(watch, event, sizeof event) > 0;

	if (watch >= 0)
		close(watch);
	return changed;
}

static char *
find_once(const struct part_position *position, const char *path)
{
	char *found = file_with_inode(path, position->inode);

	if (found != NULL && !part_is_at(position, found)) {
		free(found);
		return NULL;
	}
	return found;
}

char *
part_find(const struct part_position *position, const char *path)
{
	char *found;
	int watch;

	do {
		watch = part_watch_names(path);
		found = part_is_at(position, path) ? strdup(path) : find_once(position, path);
	} while (part_names_changed(watch) && found == NULL);
	return found;
}
