/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Following files.  A partition reads the file at its path; when another one stands there, it reads
 * the old one to its end, then those that were rotated away meanwhile, then the new one.  Whatever
 * names it has, a file is read by one partition, and once.
 */
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watcher.h"

int
follow_open(struct source *source)
{
	source->watcher = watcher_new(source->task);
	if (source->watcher == NULL)
		return source->task->err->code;
	return watcher_add_directories(source->watcher, &source->conf->path);
}

void
follow_close(struct source *source)
{
	watcher_free(source->watcher);
	source->watcher = NULL;
}

static void
warn(struct source *source, const char *path, const char *what)
{
	char text[512];

	snprintf(text, sizeof text, "\"%.300s\" %s", path, what);
	source->task->host->log(source->task, WEIR_LOG_WARN, text);
}

/* Invariant: the watch stands before the first read, so no write goes unseen. */
static int
open_file(
	struct source *source, struct part *part, const char *path, const struct part_position *at)
{
	const struct part_how how = source_how(source);
	int rc;

	watcher_drop_file(source->watcher, part->watch);
	part->watch = -1;
	rc = part_open(part, source->task, path, at, source->pool, &how);
	if (rc == 0)
		rc = part->watch = watcher_add_file(source->watcher, part->in.fd, path);
	return rc < 0 ? rc : 0;
}

/* Whether a file is, or was, read under this or another name. */
static int
is_taken(const struct source *source, const char *path, const struct stat *st)
{
	const struct part *part;
	size_t i;

	for (part = source->parts; part != NULL; part = part->next) {
		if (part->in.fd >= 0 && part->at.inode == st->st_ino)
			return 1;
		for (i = 0; i < part->n_done; i++)
			if (part->done[i].inode == st->st_ino && part_is_at(&part->done[i], path))
				return 1;
	}
	return 0;
}

static int
is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* `access.log.1`, `access.log-20240131`, `access-20240131.log`: the name with a number in it. */
static int
is_rotated_name(const char *name, const char *base)
{
	size_t n = strlen(name), all = strlen(base), at[2], i;
	const char *dot = strrchr(base, '.');

	at[0] = all;
	at[1] = dot != NULL ? (size_t)(dot - base) : all;
	for (i = 0; i < 2 && n > all + 1; i++) {
		size_t len = n - all;

		if (strncmp(name, base, at[i]) == 0 &&
			strcmp(name + at[i] + len, base + at[i]) == 0 &&
			strspn(name + at[i], "0123456789-_.:TZ") >= len &&
			strchr(".-_", name[at[i]]) != NULL)
			return 1;
	}
	return 0;
}

static int
is_free(const struct source *source, const char *path, struct stat *st)
{
	return stat(path, st) == 0 && S_ISREG(st->st_mode) && st->st_size > 0 &&
	       !is_taken(source, path, st);
}

/* *st: of the file whose name is returned. */
static char *
find_once(const struct source *source, const struct part *part, struct stat *found)
{
	const char *slash = strrchr(part->path, '/');
	const char *base = slash == NULL ? part->path : slash + 1;
	int n = (int)(base - part->path);
	char *dir, *best = NULL, *path;
	struct dirent *entry;
	struct stat st;
	DIR *stream;

	/* As long as nothing has come to the path, other names may be copies of what stands there.
	 */
	if (!is_free(source, part->path, found))
		return NULL;
	dir = n == 0 ? strdup(".") : strndup(part->path, (size_t)n);
	stream = dir != NULL ? opendir(dir) : NULL;
	while (stream != NULL && (entry = readdir(stream)) != NULL) {
		if (!is_rotated_name(entry->d_name, base) ||
			asprintf(&path, "%.*s%s", n, part->path, entry->d_name) < 0)
			continue;
		if (is_free(source, path, &st) && !is_later(&part->written, &st.st_mtim) &&
			(best == NULL || is_later(&found->st_mtim, &st.st_mtim))) {
			free(best);
			best = path;
			*found = st;
		} else {
			free(path);
		}
	}
	if (stream != NULL)
		closedir(stream);
	free(dir);
	return best != NULL ? best : strdup(part->path);
}

/*
 * An empty file at the path is watched, or its first line would come unnoticed.  1: it has come by
 * now.
 */
static int
has_first_line(struct source *source, const struct part *part, struct stat *st)
{
	if (stat(part->path, st) < 0 || !S_ISREG(st->st_mode) || is_taken(source, part->path, st))
		return 0;
	if (watcher_add_file(source->watcher, -1, part->path) < 0)
		*source->task->err = (struct weir_err){0}; /* opening it will say so again */
	return is_free(source, part->path, st);
}

/*
 * What comes after the file of a partition: the oldest of those written to later and rotated away,
 * else the one at the path; NULL: none has a line yet.  To be freed.
 */
static char *
find_successor(struct source *source, const struct part *part, struct stat *st)
{
	char *path;
	int watch;

	/* Mostly it is the file being read that stands there, and nothing to search for. */
	if (!is_free(source, part->path, st) && !has_first_line(source, part, st))
		return NULL;
	for (;;) {
		watch = part_watch_names(part->path);
		path = find_once(source, part, st);
		if (!part_names_changed(watch))
			return path;
		free(path);
	}
}

/*
 * Opens a file at its beginning.  Invariant: it is the one that was looked at, though names may
 * have moved on since; if it is not, the partition has no file, and looks again.
 */
static int
take(struct source *source, struct part *part, const char *path, const struct stat *st)
{
	int rc = open_file(source, part, path, NULL);

	if (rc == -ENOENT) {
		*source->task->err = (struct weir_err){0};
		return 1;
	}
	if (rc < 0)
		return rc;
	if (part->at.inode != st->st_ino) {
		part_detach(part);
		return 1;
	}
	source_moved(source, part, 0);
	return 1;
}

/* Remembers the file that has been read, and forgets those that are no more. */
static int
add_done(struct source *source, struct part *part)
{
	struct part_position *done = realloc(part->done, (part->n_done + 1) * sizeof *done);
	size_t i, n = 0;

	if (done == NULL)
		return weir_fail(source->task->err, -ENOMEM, "out of memory");
	part->done = done;
	/* Of an empty file nothing was read: should it get lines yet, they are new. */
	if (part->position > 0)
		done[part->n_done++] = part_position_of(part);
	for (i = 0; i < part->n_done; i++) {
		char *name = part_find(&done[i], part->path);

		if (name != NULL)
			done[n++] = done[i];
		free(name);
	}
	part->n_done = n;
	return 0;
}

/* The file was emptied, or written anew: what follows is read from its beginning. */
static int
start_again(struct source *source, struct part *part)
{
	int rc;

	warn(source, part->path, "was cut short or written anew: reading it from its beginning");
	part->reader.tail = 1;
	rc = part_rewind(part, source->task);
	if (rc == 0)
		source_moved(source, part, 0);
	return rc < 0 ? rc : 1;
}

/* 1: the bytes read so far are not there any more.  Before more is read: else it would be amid
 * others.
 */
static int
is_cut(struct source *source, struct part *part)
{
	struct part_position at = part_position_of(part);
	char head[INPUT_HEAD];
	struct stat st;
	int rc = fstat(part->in.fd, &st) < 0 ? -errno : part_verify(&at, part->in.fd, head);

	if (rc == -ENODATA || rc == -ESTALE)
		return 1;
	if (rc < 0)
		return file_fail(
			source->task, "read()", part->path, -rc, "see what the file is on");
	return st.st_size < part->in.read;
}

/*
 * At the end of what there is.  1: there is more to read; 0: nothing changed.
 *
 * Who writes a log goes on in the old file for a while after it was renamed, and then in the new
 * one.  So the old one ends only when the new one has lines, and is looked at once more after that.
 */
static int
advance(struct source *source, struct part *part)
{
	struct stat st;
	char *path;
	int rc;

	if (fstat(part->in.fd, &st) == 0)
		part->written = st.st_mtim;
	path = find_successor(source, part, &st);
	if (path == NULL)
		return 0;
	if (!part->last_look) {
		part->last_look = 1;
		part->reader.tail = 0;
		rc = 1;
	} else {
		rc = add_done(source, part);
		if (rc == 0)
			rc = take(source, part, path, &st);
	}
	free(path);
	return rc;
}

/* There is no file.  Before the first one: whatever stands at the path, lines or not. */
static int
begin(struct source *source, struct part *part)
{
	struct stat st;
	char *path;
	int rc = 0;

	if (part->written.tv_sec == 0) {
		if (stat(part->path, &st) < 0 || !S_ISREG(st.st_mode) ||
			is_taken(source, part->path, &st))
			return 0;
		return take(source, part, part->path, &st);
	}
	path = find_successor(source, part, &st);
	if (path != NULL)
		rc = take(source, part, path, &st);
	free(path);
	return rc;
}

int
follow_assign(struct source *source, struct part *part, struct weir_str pos)
{
	struct part_position at;
	const struct known *known;
	struct stat st;
	char *path;
	int rc;

	if (pos.p == NULL)
		return 0;
	if (part_position_read(&at, pos) < 0)
		return weir_fail(source->task->err, -EINVAL,
			"position \"%.*s\" of \"%.200s\" is not a file's", (int)pos.len, pos.p,
			part->path);
	for (known = source->known; known != NULL; known = known->next)
		if (strcmp(known->kind, "done") == 0 && strcmp(known->path, part->path) == 0) {
			part->done = realloc(part->done, (part->n_done + 1) * sizeof *part->done);
			if (part->done == NULL)
				return weir_fail(source->task->err, -ENOMEM, "out of memory");
			part->done[part->n_done++] = known->at;
		}
	do {
		*source->task->err = (struct weir_err){0};
		path = part_find(&at, part->path);
		rc = path != NULL ? open_file(source, part, path, &at) : 1;
		free(path);
		/* Renamed between the two. */
	} while (rc == -ENOENT || rc == -ESTALE);
	if (rc <= 0) {
		if (rc == 0)
			source_count(source, part);
		return rc;
	}
	if (stat(part->path, &st) == 0 && st.st_ino == at.inode) {
		warn(source, part->path,
			"is shorter than, or not, what was read of it before: reading it from its "
			"beginning");
		return 0;
	}
	weir_count(source->lost_files, 1);
	warn(source, part->path,
		"is not the file that was being read, and that one is gone: what it may have had "
		"behind the checkpoint is lost");
	return 0;
}

/* New files of the patterns. */
static int
look_for_names(struct source *source)
{
	struct file_names found = {0};
	size_t i, k;
	int rc = file_names_find(&found, source->task, &source->conf->path, 1);

	for (i = 0; rc == 0 && i < found.n; i++) {
		struct stat st;

		for (k = 0; k < source->names.n; k++)
			if (strcmp(source->names.v[k], found.v[i]) == 0)
				break;
		if (k < source->names.n || stat(found.v[i], &st) < 0 ||
			is_taken(source, found.v[i], &st))
			continue;
		rc = file_names_add(&source->names, source->task, found.v[i]);
		if (rc == 0)
			source_announce(source, found.v[i]);
	}
	file_names_free(&found);
	return rc;
}

static int
look_again(struct source *source)
{
	unsigned changed = watcher_take(source->watcher);
	struct part *part;
	int rc = watcher_start(source->watcher);

	for (part = source->parts; changed != 0 && part != NULL; part = part->next) {
		part->caught_up = 0;
		part->changed = 1;
	}
	/* Invariant: what appears in a new directory after the look is seen by its watch. */
	if (rc == 0 && (changed & WATCH_NAMES) != 0)
		rc = watcher_add_directories(source->watcher, &source->conf->path);
	if (rc == 0 && (changed & WATCH_NAMES) != 0)
		rc = look_for_names(source);
	return rc;
}

/* The one that is furthest behind in event time, else any that may have something. */
static struct part *
choose(struct source *source)
{
	struct part *part = source_part(source, source->task->host->next_partition(source->task));

	if (part == NULL || part->caught_up)
		for (part = source->parts; part != NULL && part->caught_up; part = part->next)
			;
	return part;
}

/* 1: go on; 0: nothing to read just now. */
static int
step(struct source *source, struct part *part)
{
	int rc = 0;

	if (part->in.fd < 0)
		return begin(source, part);
	if (part->changed && part->cutter.block == NULL) {
		part->changed = 0;
		rc = is_cut(source, part);
		if (rc != 0)
			return rc > 0 ? start_again(source, part) : rc;
	}
	rc = source_give(source, part);
	return rc != 0 ? rc : advance(source, part);
}

int
follow_poll(struct source *source)
{
	struct part *part;
	int rc = look_again(source);

	if (rc < 0)
		return rc;
	part = choose(source);
	if (part == NULL)
		return WEIR_BUSY;
	rc = step(source, part);
	if (rc == 0) {
		part->caught_up = 1;
		source->task->host->idle(source->task, part->number);
	}
	return rc < 0 ? rc : WEIR_OK;
}
