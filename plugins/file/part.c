/* SPDX-License-Identifier: Apache-2.0 */
/* Files being read; see part.h. */
#include "part.h"

#include <dirent.h>
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
		copy[end] != '\0' || position->offset < 0)
		return -EINVAL;
	return 0;
}

uint32_t
part_position_text(const struct part_position *position, char text[PART_POSITION])
{
	return (uint32_t)snprintf(text, PART_POSITION,
		"%" PRIu64 ":%" PRIu64 ":%" PRId64 ":%016" PRIx64, position->device,
		position->inode, position->offset, position->hash);
}

static size_t
head_len(int64_t offset)
{
	return offset < PART_HEAD ? (size_t)offset : PART_HEAD;
}

struct part_position
part_position_of(const struct part *part, int64_t offset)
{
	struct part_position position = part->at;

	position.offset = offset;
	position.hash = file_hash(part->head, head_len(offset));
	return position;
}

int
part_verify(const struct part_position *position, int fd, char *head)
{
	size_t n = head_len(position->offset), have = 0;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < position->offset)
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
	lines_cutter_fini(&part->cutter);
	lines_reader_fini(&part->reader);
	if (part->fd >= 0)
		close(part->fd);
	part->fd = -1;
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

/* From here on nothing is refused. */
static void
start_reading(struct part *part, int64_t offset, struct lines_pool *pool, size_t max, int tail)
{
	lines_reader_init(&part->reader, pool, max, offset, 1);
	part->reader.tail = tail;
	part->cutter.max = max;
	part->position = offset;
	part->n_head = head_len(offset);
	part->at.offset = offset;
	part->caught_up = part->last_look = 0;
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
	const struct part_position *at, struct lines_pool *pool, size_t max, int tail)
{
	struct stat st = {0};
	int rc = 0;

	part_detach(part);
	part->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (part->fd < 0)
		return file_fail(task, "open()", path, errno,
			errno == EMFILE ? "raise the limit of open files, or read fewer at once"
					: "see that it is there and may be read");
	if (fstat(part->fd, &st) < 0)
		rc = file_fail(task, "fstat()", path, errno, "see what it is on");
	part->at = (struct part_position){.device = st.st_dev, .inode = st.st_ino};
	if (rc == 0 && at != NULL && part->at.inode != at->inode)
		rc = weir_fail(task->err, -ESTALE,
			"\"%.200s\" is another file than the one read before (inode %" PRIu64
			", was %" PRIu64 "); put that one back, or start without the checkpoint",
			path, part->at.inode, at->inode);
	else if (rc == 0 && at != NULL && (rc = part_verify(at, part->fd, part->head)) < 0)
		rc = refuse_other(part, task, st.st_size, at, rc);
	if (rc == 0 && at != NULL && lseek(part->fd, at->offset, SEEK_SET) < 0)
		rc = file_fail(task, "lseek()", path, errno, "see what the file is on");
	if (rc < 0)
		part_detach(part);
	else
		start_reading(part, at != NULL ? at->offset : 0, pool, max, tail);
	return rc;
}

int
part_rewind(struct part *part, struct weir_task *task)
{
	int tail = part->reader.tail;

	if (lseek(part->fd, 0, SEEK_SET) < 0)
		return file_fail(task, "lseek()", part->path, errno, "see what the file is on");
	lines_cutter_fini(&part->cutter);
	lines_reader_fini(&part->reader);
	start_reading(part, 0, part->reader.pool, part->cutter.max, tail);
	return 0;
}

int
part_is_at(const struct part_position *position, const char *path)
{
	char head[PART_HEAD];
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
	const char *slash = strrchr(path, '/');
	int n = slash == NULL ? 0 : (int)(slash - path) + 1;
	char *dir = directory_of(path), *found = NULL;
	DIR *stream = dir != NULL ? opendir(dir) : NULL;
	struct dirent *entry;

	while (stream != NULL && found == NULL && (entry = readdir(stream)) != NULL) {
		if (asprintf(&found, "%.*s%s", n, path, entry->d_name) < 0) {
			found = NULL;
		} else if (!part_is_at(position, found)) {
			free(found);
			found = NULL;
		}
	}
	if (stream != NULL)
		closedir(stream);
	free(dir);
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
