/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for files to change; see watcher.h. */
#include "watcher.h"

#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <weir/thread.h>

#include "file.h"

struct watcher {
	struct weir_task *task;
	int notify_fd;
	int stop_fd; /* readable: the thread ends */
	unsigned changed;
	pthread_t thread;
	int started;
};

static int
add_watch(struct watcher *watcher, const char *path, uint32_t mask, const char *shown)
{
	int watch = inotify_add_watch(watcher->notify_fd, path, mask);

	if (watch >= 0)
		return watch;
	return file_fail(watcher->task, "inotify_add_watch()", shown, errno,
		errno == ENOSPC ? "raise fs.inotify.max_user_watches"
				: "see that it is there and may be read");
}

static int
add_directory(struct watcher *watcher, const char *dir)
{
	int watch = add_watch(watcher, dir,
		IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR, dir);

	return watch < 0 ? watch : 0;
}

/* Those that are there by now. */
static int
add_matches(struct watcher *watcher, const char *pattern)
{
	glob_t found;
	size_t i;
	int rc = glob(pattern, GLOB_NOSORT | GLOB_ONLYDIR, NULL, &found);

	if (rc == GLOB_NOSPACE)
		return weir_fail(watcher->task->err, -ENOMEM, "out of memory");
	if (rc != 0)
		return 0;
	for (i = 0; rc == 0 && i < found.gl_pathc; i++) {
		rc = add_directory(watcher, found.gl_pathv[i]);
		if (rc == -ENOTDIR || rc == -ENOENT) {
			*watcher->task->err = (struct weir_err){0};
			rc = 0;
		}
	}
	globfree(&found);
	return rc;
}

/* Where a pattern's directories come and go as well: all of its levels. */
static int
add_levels(struct watcher *watcher, char *dir)
{
	char *wild = dir + strcspn(dir, "*?["), *slash, c;
	int rc;

	if (*wild == '\0')
		return add_directory(watcher, dir);
	slash = memrchr(dir, '/', (size_t)(wild - dir));
	if (slash == NULL) {
		rc = add_directory(watcher, ".");
	} else {
		c = slash[1];
		slash[1] = '\0';
		rc = add_directory(watcher, dir);
		slash[1] = c;
	}
	for (slash = strchr(wild, '/'); rc == 0 && slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		rc = add_matches(watcher, dir);
		*slash = '/';
	}
	return rc;
}

int
watcher_add_directories(struct watcher *watcher, const struct weir_list *path)
{
	uint32_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < path->n; i++) {
		const char *slash = memrchr(path->v[i].p, '/', path->v[i].len);
		char *dir = slash == NULL
				    ? strdup(".")
				    : strndup(path->v[i].p, (size_t)(slash - path->v[i].p) + 1);

		watcher->task->err->loc = path->v[i].loc;
		rc = dir == NULL ? weir_fail(watcher->task->err, -ENOMEM, "out of memory")
				 : add_levels(watcher, dir);
		free(dir);
	}
	if (rc == 0)
		watcher->task->err->loc = 0;
	return rc;
}

int
watcher_add_file(struct watcher *watcher, int fd, const char *path)
{
	char open_file[32];

	snprintf(open_file, sizeof open_file, "/proc/self/fd/%d", fd);
	if (access(open_file, F_OK) < 0)
		return add_watch(watcher, path, IN_MODIFY, path);
	return add_watch(watcher, open_file, IN_MODIFY, path);
}

void
watcher_drop_file(struct watcher *watcher, int watch)
{
	if (watch >= 0)
		inotify_rm_watch(watcher->notify_fd, watch);
}

static unsigned
changes_of(const char *p, ssize_t n)
{
	unsigned changed = 0;

	while (n > 0) {
		struct inotify_event event;
		ssize_t len;

		memcpy(&event, p, sizeof event);
		changed |= (event.mask & IN_MODIFY) != 0 ? WATCH_FILES : WATCH_NAMES | WATCH_FILES;
		len = (ssize_t)(sizeof event + event.len);
		p += len;
		n -= len;
	}
	return changed;
}

static void *
watch(void *arg)
{
	struct watcher *watcher = arg;
	struct pollfd fds[2] = {{.fd = watcher->notify_fd, .events = POLLIN},
		{.fd = watcher->stop_fd, .events = POLLIN}};
	char events[16384];

	for (;;) {
		ssize_t n;

		while (poll(fds, 2, -1) < 0 && errno == EINTR)
			;
		if (fds[1].revents != 0)
			return NULL;
		n = read(watcher->notify_fd, events, sizeof events);
		if (n <= 0)
			continue;
		__atomic_or_fetch(&watcher->changed, changes_of(events, n), __ATOMIC_SEQ_CST);
		watcher->task->host->wake(watcher->task);
	}
}

unsigned
watcher_take(struct watcher *watcher)
{
	return __atomic_exchange_n(&watcher->changed, 0, __ATOMIC_SEQ_CST);
}

int
watcher_start(struct watcher *watcher)
{
	int rc;

	if (watcher->started)
		return WEIR_OK;
	rc = weir_thread_start(watcher->task, &watcher->thread, watch, watcher, "watches files");
	watcher->started = rc == WEIR_OK;
	return rc;
}

struct watcher *
watcher_new(struct weir_task *task)
{
	struct watcher *watcher = calloc(1, sizeof *watcher);

	if (watcher == NULL) {
		weir_fail(task->err, -ENOMEM, "out of memory");
		return NULL;
	}
	watcher->task = task;
	watcher->notify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	watcher->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (watcher->notify_fd < 0 || watcher->stop_fd < 0) {
		file_fail(task, "inotify_init1()", "", errno,
			"raise fs.inotify.max_user_instances, or the limit of open files");
		watcher_free(watcher);
		return NULL;
	}
	return watcher;
}

void
watcher_free(struct watcher *watcher)
{
	static const uint64_t one = 1;

	if (watcher == NULL)
		return;
	if (watcher->started) {
		while (write(watcher->stop_fd, &one, sizeof one) < 0 && errno == EINTR)
			;
		pthread_join(watcher->thread, NULL);
	}
	if (watcher->notify_fd >= 0)
		close(watcher->notify_fd);
	if (watcher->stop_fd >= 0)
		close(watcher->stop_fd);
	free(watcher);
}
