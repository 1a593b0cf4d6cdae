/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are written; see out.h. */
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAIL = 1024 };

static int
failed(struct weir_task *task, const char *call, const char *path)
{
	int code = errno;

	return file_change_fail(task, call, path, code,
		code == EISDIR ? "name a file in that directory"
		: code == ENOENT || code == EACCES || code == ENOTDIR
			? "see that its directory may be written, or made"
			: "see what the file is on");
}

static int
adopt(struct out_file *file, struct weir_task *task, const char *path, int fd)
{
	struct stat st;

	*file = (struct out_file){.fd = fd, .path = strdup(path), .compression = CODEC_NONE};
	if (file->path == NULL) {
		out_close(file);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	if (fstat(fd, &st) < 0) {
		int rc = failed(task, "fstat()", path);

		out_close(file);
		return rc;
	}
	file->regular = S_ISREG(st.st_mode);
	file->device = st.st_dev;
	file->inode = st.st_ino;
	file->length = file->regular ? st.st_size : 0;
	return 0;
}

/* Those that are not there; each is on the disk before anything is in it. */
static int
make_directories(struct weir_task *task, const char *path)
{
	char *dir = strdup(path), *slash;
	int rc = dir != NULL ? 0 : weir_fail(task->err, -ENOMEM, "out of memory");

	for (slash = rc == 0 ? strchr(dir + 1, '/') : NULL; rc == 0 && slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(dir, 0777) == 0)
			rc = out_sync_directory(task, dir);
		else if (errno != EEXIST)
			rc = failed(task, "mkdir()", dir);
		*slash = '/';
	}
	free(dir);
	return rc;
}

int
out_open(struct out_file *file, struct weir_task *task, const char *path, int flags)
{
	int fd = open(path, O_CREAT | O_CLOEXEC | flags, 0666), rc;

	if (fd < 0 && errno == ENOENT) {
		rc = make_directories(task, path);
		if (rc < 0)
			return rc;
		fd = open(path, O_CREAT | O_CLOEXEC | flags, 0666);
	}
	if (fd < 0)
		return failed(task, "open()", path);
	rc = adopt(file, task, path, fd);
	if (rc < 0)
		return rc;
	file->made = file->regular;
	if (file->regular && lseek(fd, file->length, SEEK_SET) < 0) {
		rc = failed(task, "lseek()", path);
		out_close(file);
	}
	return rc;
}

void
out_close(struct out_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->path);
	encoder_fini(&file->encoder);
	*file = (struct out_file){.fd = -1};
}

/* Reads all of the bytes, or says that they are not there. */
static int
read_at(int fd, char *to, size_t n, int64_t from)
{
	while (n > 0) {
		ssize_t got = pread(fd, to, n, from);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -ENODATA;
		to += got;
		from += got;
		n -= (size_t)got;
	}
	return 0;
}

static int
hash_tail(int fd, int64_t length, uint64_t *hash)
{
	char tail[TAIL];
	size_t n = length < TAIL ? (size_t)length : TAIL;
	int rc = read_at(fd, tail, n, length - (int64_t)n);

	*hash = rc == 0 ? file_hash(tail, n) : 0;
	return rc;
}

/* Invariant: nothing is cut off a file that does not end, at the length, as the token says. */
static int
is_token_of(struct out_file *file, struct weir_task *task, const struct out_token *token)
{
	uint64_t hash;
	int rc;

	if (!file->regular || file->inode != token->inode)
		return weir_fail(task->err, -ESTALE,
			"\"%.200s\" is another file than the one the checkpoint knows (inode "
			"%" PRIu64 ", was %" PRIu64
			"); put that one back, or start without the checkpoint",
			file->path, file->inode, token->inode);
	if (file->length < token->length)
		return weir_fail(task->err, -ESTALE,
			"\"%.200s\" has %" PRId64
			" bytes, fewer than the checkpoint knows (%" PRId64
			"); put the longer one back, or start without the checkpoint",
			file->path, file->length, token->length);
	rc = hash_tail(file->fd, token->length, &hash);
	if (rc < 0)
		return file_fail(
			task, "read()", file->path, -rc, "its end must be readable to resume it");
	if (hash == token->hash)
		return 0;
	return weir_fail(task->err, -ESTALE,
		"\"%.200s\" has other bytes before offset %" PRId64
		" than the checkpoint knows; put the file back as it was, or start without the "
		"checkpoint",
		file->path, token->length);
}

int
out_resume(struct out_file *file, struct weir_task *task, const struct out_token *token,
	const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), rc;

	if (fd < 0 && errno == ENOENT)
		return weir_fail(task->err, -ENOENT,
			"\"%.200s\" is gone, of which the checkpoint knows %" PRId64
			" bytes; put it back, or start without the checkpoint",
			path, token->length);
	if (fd < 0)
		return failed(task, "open()", path);
	rc = adopt(file, task, path, fd);
	if (rc < 0)
		return rc;
	rc = is_token_of(file, task, token);
	if (rc == 0 && file->length > token->length && ftruncate(fd, token->length) < 0)
		rc = failed(task, "ftruncate()", path);
	if (rc == 0 && lseek(fd, token->length, SEEK_SET) < 0)
		rc = failed(task, "lseek()", path);
	if (rc < 0) {
		out_close(file);
		return rc;
	}
	file->length = token->length;
	file->dirty = 1;
	return 0;
}

int
out_write(struct out_file *file, struct weir_task *task, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(file->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(task, "write()", file->path);
		file->dirty = 1;
		file->length += n;
		if (file->written != NULL)
			weir_count(file->written, (uint64_t)n);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
encode(struct out_file *file, struct weir_task *task, const char *p, size_t len, int end)
{
	struct codec_span span = {.in = p, .in_end = p + len};
	char *room = malloc(ENCODER_ROOM);
	int rc = room != NULL ? 0 : -ENOMEM, more;

	if (rc == 0 && file->encoder.state == NULL)
		rc = encoder_init(&file->encoder, file->compression);
	do {
		span.out = room;
		span.out_end = room + ENCODER_ROOM;
		more = rc == 0 ? encoder_run(&file->encoder, &span, end) : rc;
		if (more < 0)
			rc = weir_fail(task->err, -ENOMEM, "out of memory");
		else
			rc = out_write(file, task, room, (size_t)(span.out - room));
	} while (rc == 0 && more > 0);
	free(room);
	return rc;
}

int
out_put(struct out_file *file, struct weir_task *task, const char *p, size_t len)
{
	if (file->compression == CODEC_NONE)
		return out_write(file, task, p, len);
	return encode(file, task, p, len, 0);
}

int
out_finish(struct out_file *file, struct weir_task *task)
{
	return file->encoder.inside ? encode(file, task, NULL, 0, 1) : 0;
}

int
out_sync_directory(struct weir_task *task, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	int fd, rc = 0;

	if (dir == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if ((fd < 0 && errno != ENOENT) || (fd >= 0 && fsync(fd) < 0))
		rc = failed(task, fd < 0 ? "open()" : "fsync()", dir);
	if (fd >= 0)
		close(fd);
	free(dir);
	return rc;
}

int
out_same_directory(const char *a, const char *b)
{
	const char *end_a = strrchr(a, '/'), *end_b = strrchr(b, '/');
	size_t n_a = end_a != NULL ? (size_t)(end_a - a) : 0;
	size_t n_b = end_b != NULL ? (size_t)(end_b - b) : 0;

	return (end_a == NULL) == (end_b == NULL) && n_a == n_b && memcmp(a, b, n_a) == 0;
}

int
out_sync(struct out_file *file, struct weir_task *task)
{
	int rc = out_finish(file, task);

	if (rc == 0 && file->dirty && fdatasync(file->fd) < 0)
		rc = failed(task, "fdatasync()", file->path);
	if (rc < 0)
		return rc;
	file->dirty = 0;
	if (file->made)
		rc = out_sync_directory(task, file->path);
	if (rc == 0)
		file->made = 0;
	return rc;
}

int
out_token_of(const struct out_file *file, struct weir_task *task, struct out_token *token)
{
	int rc = 0;

	*token = (struct out_token){
		.device = file->device, .inode = file->inode, .length = file->length};
	if (!file->regular)
		return weir_fail(task->err, -EINVAL,
			"\"%.200s\" is not a regular file, so that rows cannot be taken back from "
			"it; name a file, or write \"state memory;\" in the pipeline",
			file->path);
	rc = hash_tail(file->fd, file->length, &token->hash);
	if (rc < 0)
		return file_fail(task, "read()", file->path, -rc,
			"it must be readable too, and nobody else may shorten it");
	token->path = strdup(file->path);
	return token->path != NULL ? 0 : weir_fail(task->err, -ENOMEM, "out of memory");
}

char *
out_token_text(const struct out_token *token)
{
	char *text;

	if (asprintf(&text,
		    "%s %" PRIu64 " %" PRIu64 " %" PRId64 " %016" PRIx64 " %" PRIu64 " %" PRId64
		    " %" PRId64 " %s",
		    token->kind, token->device, token->inode, token->length, token->hash,
		    token->number, token->since, token->time, token->path) < 0)
		return NULL;
	return text;
}

/* 1; 0: the text is no token, or out of memory. */
static int
token_parse(struct out_token *token, const char *text)
{
	int path = 0;

	*token = (struct out_token){0};
	if (sscanf(text,
		    "%7s %" SCNu64 " %" SCNu64 " %" SCNd64 " %" SCNx64 " %" SCNu64 " %" SCNd64
		    " %" SCNd64 "%n",
		    token->kind, &token->device, &token->inode, &token->length, &token->hash,
		    &token->number, &token->since, &token->time, &path) != 8 ||
		token->length < 0 || text[path] != ' ' || text[path + 1] == '\0')
		return 0;
	token->path = strdup(text + path + 1);
	return token->path != NULL;
}

int
out_token_read(struct out_token *token, struct weir_task *task, struct weir_str text)
{
	char *copy = strndup(text.p, text.len);
	int rc = 0;

	if (copy == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	if (!token_parse(token, copy))
		rc = weir_fail(task->err, -EUCLEAN,
			"the checkpoint has \"%.200s\" for this sink, which is not a file's", copy);
	free(copy);
	return rc;
}

void
out_token_fini(struct out_token *token)
{
	free(token->path);
	*token = (struct out_token){0};
}
