/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk to be preloaded (LD_PRELOAD): what the process changes below the directory WEIR_DISK_ROOT
 * is written down, or fails.
 *
 *   WEIR_DISK_LOG=FILE      a record of each change that was made, in their order
 *   WEIR_DISK_FAIL=N:ERROR  the N-th change fails: ENOSPC (and all after it), EIO, or SHORT: half
 *                           of a write is done; WEIR_DISK_COUNT=FILE has then how many were tried
 *
 * A record: op, lengths of path, other and data (u32 each), offset (u64), and these bytes.
 */
#undef _FILE_OFFSET_BITS /* else the two names of open() are one */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OP_WRITE = 1, OP_TRUNCATE, OP_SYNC, OP_CREATE, OP_RENAME, OP_UNLINK, OP_MKDIR };

#pragma GCC visibility push(default)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* a change and its record are one */
static const char *root;
static int log_fd = -1, count_fd = -1;
static long tried, fail_at;
static char fail_how[16];

static void __attribute__((constructor)) disk_begin(void)
{
	const char *log = getenv("WEIR_DISK_LOG"), *fail = getenv("WEIR_DISK_FAIL"),
		   *count = getenv("WEIR_DISK_COUNT");

	root = getenv("WEIR_DISK_ROOT");
	if (log != NULL)
		log_fd = (int)syscall(
			SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (count != NULL)
		count_fd = (int)syscall(
			SYS_openat, AT_FDCWD, count, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	if (fail != NULL)
		sscanf(fail, "%ld:%15s", &fail_at, fail_how);
}

/* The whole path of a file that is below the root. */
static bool
disk_path(int dir, const char *name, char path[PATH_MAX])
{
	char at[PATH_MAX] = "", link[64];
	ssize_t n = 0;

	if (root == NULL)
		return false;
	if (name == NULL || (name[0] != '/' && dir != AT_FDCWD)) {
		snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
		n = readlink(link, at, sizeof at - 1);
		at[n > 0 ? n : 0] = '\0';
	} else if (name[0] != '/' && getcwd(at, sizeof at) == NULL) {
		return false;
	}
	if (name == NULL)
		snprintf(path, PATH_MAX, "%s", at);
	else if (name[0] == '/')
		snprintf(path, PATH_MAX, "%s", name);
	else
		snprintf(path, PATH_MAX, "%.2000s/%.2000s", at, name);
	n = (ssize_t)strlen(root);
	return strncmp(path, root, (size_t)n) == 0 && path[n] == '/';
}

/* Whether this change is the one that fails. */
static bool
disk_fails(void)
{
	char text[24];
	int n;

	tried++;
	if (count_fd >= 0) {
		n = snprintf(text, sizeof text, "%ld\n", tried);
		syscall(SYS_pwrite64, count_fd, text, n, 0L);
	}
	if (fail_at == 0 || tried < fail_at || (tried > fail_at && strcmp(fail_how, "ENOSPC") != 0))
		return false;
	errno = strcmp(fail_how, "EIO") == 0 ? EIO : ENOSPC;
	return true;
}

static void
disk_record(uint32_t op, const char *path, const char *other, uint64_t offset, const void *data,
	size_t len)
{
	struct {
		uint32_t op, path, other, data;
		uint64_t offset;
	} head = {op, (uint32_t)strlen(path), (uint32_t)strlen(other), (uint32_t)len, offset};
	struct iovec iov[] = {{&head, sizeof head}, {(void *)(uintptr_t)path, head.path},
		{(void *)(uintptr_t)other, head.other}, {(void *)(uintptr_t)data, len}};

	if (log_fd >= 0 && syscall(SYS_writev, log_fd, iov, 4L) < 0)
		_exit(99);
}

static ssize_t
disk_write(int fd, const void *p, size_t len, off_t at)
{
	char path[PATH_MAX];
	ssize_t n;

	if (!disk_path(fd, NULL, path))
		return at < 0 ? syscall(SYS_write, fd, p, len)
			      : syscall(SYS_pwrite64, fd, p, len, at);
	pthread_mutex_lock(&lock);
	if (disk_fails()) {
		if (strcmp(fail_how, "SHORT") != 0 || len < 2) {
			pthread_mutex_unlock(&lock);
			return -1;
		}
		len /= 2;
	}
	n = at < 0 ? syscall(SYS_write, fd, p, len) : syscall(SYS_pwrite64, fd, p, len, at);
	if (n > 0)
		disk_record(OP_WRITE, path, "",
			(uint64_t)(at < 0 ? lseek(fd, 0, SEEK_CUR) - n : at), p, (size_t)n);
	pthread_mutex_unlock(&lock);
	return n;
}

ssize_t
write(int fd, const void *p, size_t len)
{
	return disk_write(fd, p, len, -1);
}

ssize_t
pwrite64(int fd, const void *p, size_t len, off_t at)
{
	return disk_write(fd, p, len, at);
}

ssize_t
pwrite(int fd, const void *p, size_t len, off_t at)
{
	return disk_write(fd, p, len, at);
}

/* A change by one system call: made and written down, or refused. */
static int
disk_change(long call, const long args[5], uint32_t op, const char *path, const char *other,
	uint64_t offset)
{
	int rc = -1;

	pthread_mutex_lock(&lock);
	if (!disk_fails()) {
		rc = (int)syscall(call, args[0], args[1], args[2], args[3], args[4]);
		if (rc >= 0)
			disk_record(op, path, other, offset, NULL, 0);
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static int
disk_sync(long call, int fd)
{
	char path[PATH_MAX];

	if (!disk_path(fd, NULL, path))
		return (int)syscall(call, fd);
	return disk_change(call, (const long[5]){fd}, OP_SYNC, path, "", 0);
}

int
fsync(int fd)
{
	return disk_sync(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return disk_sync(SYS_fdatasync, fd);
}

int
ftruncate64(int fd, off_t len)
{
	char path[PATH_MAX];

	if (!disk_path(fd, NULL, path))
		return (int)syscall(SYS_ftruncate, fd, len);
	return disk_change(
		SYS_ftruncate, (const long[5]){fd, len}, OP_TRUNCATE, path, "", (uint64_t)len);
}

int
ftruncate(int fd, off_t len)
{
	return ftruncate64(fd, len);
}

static int
disk_open(int dir, const char *name, int flags, mode_t mode)
{
	char path[PATH_MAX];
	struct stat st;
	int fd;

	if ((flags & (O_CREAT | O_TRUNC)) == 0 || !disk_path(dir, name, path))
		return (int)syscall(SYS_openat, dir, name, flags, mode);
	if (stat(path, &st) == 0 && ((flags & O_TRUNC) == 0 || st.st_size == 0))
		return (int)syscall(SYS_openat, dir, name, flags, mode);
	fd = stat(path, &st) == 0;
	return disk_change(SYS_openat, (const long[5]){dir, (long)name, flags, mode},
		fd ? OP_TRUNCATE : OP_CREATE, path, "", 0);
}

#define DISK_OPEN(function, args, dir)                                                             \
	int function args                                                                          \
	{                                                                                          \
		mode_t mode = 0;                                                                   \
		va_list ap;                                                                        \
                                                                                                   \
		va_start(ap, flags);                                                               \
		if ((flags & O_CREAT) != 0)                                                        \
			mode = va_arg(ap, mode_t);                                                 \
		va_end(ap);                                                                        \
		return disk_open(dir, name, flags, mode);                                          \
	}
DISK_OPEN(open, (const char *name, int flags, ...), AT_FDCWD)
DISK_OPEN(open64, (const char *name, int flags, ...), AT_FDCWD)
DISK_OPEN(openat, (int dir, const char *name, int flags, ...), dir)
DISK_OPEN(openat64, (int dir, const char *name, int flags, ...), dir)

int
renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	char a[PATH_MAX], b[PATH_MAX];

	if (!disk_path(from_dir, from, a) || !disk_path(to_dir, to, b))
		return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
	return disk_change(SYS_renameat2,
		(const long[5]){from_dir, (long)from, to_dir, (long)to, flags}, OP_RENAME, a, b, 0);
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return renameat2(from_dir, from, to_dir, to, 0);
}

int
rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
unlinkat(int dir, const char *name, int flags)
{
	char path[PATH_MAX];

	if (!disk_path(dir, name, path))
		return (int)syscall(SYS_unlinkat, dir, name, flags);
	return disk_change(
		SYS_unlinkat, (const long[5]){dir, (long)name, flags}, OP_UNLINK, path, "", 0);
}

int
unlink(const char *name)
{
	return unlinkat(AT_FDCWD, name, 0);
}

int
mkdir(const char *name, mode_t mode)
{
	char path[PATH_MAX];
	struct stat st;

	if (stat(name, &st) == 0 || !disk_path(AT_FDCWD, name, path))
		return (int)syscall(SYS_mkdirat, AT_FDCWD, name, mode);
	return disk_change(
		SYS_mkdirat, (const long[5]){AT_FDCWD, (long)name, mode}, OP_MKDIR, path, "", 0);
}
