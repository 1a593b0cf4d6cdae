/* SPDX-License-Identifier: Apache-2.0 */
/* Which files the words of `path` stand for. */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
file_names_free(struct file_names *names)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
	*names = (struct file_names){0};
}

/* How a name came to be looked at. */
enum { NAMED = 0, MATCHED = 1, LATER = 2 };

/* 1: a file to be read, or to come; 0: a directory that a pattern happens to match. */
static int
is_readable(struct weir_task *task, const char *path, int how)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		int code = errno;

		if (how == LATER && code == ENOENT)
			return 1;
		/* A match that is gone again is none; a link to nothing is an error. */
		if (how == MATCHED && code == ENOENT && lstat(path, &st) < 0 && errno == ENOENT)
			return 0;
		return file_fail(task, "open()", path, code,
			"see that \"path\" of the source names a file that is there");
	}
	if (S_ISREG(st.st_mode))
		return 1;
	if (S_ISDIR(st.st_mode) && how == MATCHED)
		return 0;
	if (S_ISDIR(st.st_mode))
		return weir_fail(task->err, -EISDIR,
			"\"%.200s\" is a directory; name the files in it, such as \"%.200s/*\"",
			path, path);
	return weir_fail(task->err, -EINVAL,
		"\"%.200s\" is not a regular file; pipes are read by the source \"stdin\"", path);
}

int
file_names_add(struct file_names *names, struct weir_task *task, const char *path)
{
	if (names->n == names->cap) {
		size_t cap = names->cap * 2 + 8;
		char **v = realloc(names->v, cap * sizeof *v);

		if (v == NULL)
			return weir_fail(task->err, -ENOMEM, "out of memory");
		names->v = v;
		names->cap = cap;
	}
	names->v[names->n] = strdup(path);
	if (names->v[names->n] == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	names->n++;
	return 0;
}

static int
add_matches(struct file_names *names, struct weir_task *task, const char *pattern, int later)
{
	size_t before = names->n, i;
	glob_t found;
	int rc = glob(pattern, GLOB_NOSORT, NULL, &found);

	if (rc == GLOB_NOSPACE)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	if (rc == 0) {
		for (i = 0; rc >= 0 && i < found.gl_pathc; i++) {
			rc = is_readable(task, found.gl_pathv[i], MATCHED);
			if (rc > 0)
				rc = file_names_add(names, task, found.gl_pathv[i]);
		}
		globfree(&found);
		if (rc < 0)
			return rc;
	}
	if (names->n > before || later)
		return 0;
	return weir_fail(task->err, -ENOENT,
		"\"%.200s\" matches no file; see that \"path\" of the source names files that are "
		"there",
		pattern);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_once(struct file_names *names)
{
	size_t i, n = 0;

	if (names->n == 0)
		return;
	qsort(names->v, names->n, sizeof *names->v, by_bytes);
	for (i = 0; i < names->n; i++)
		if (n > 0 && strcmp(names->v[n - 1], names->v[i]) == 0)
			free(names->v[i]);
		else
			names->v[n++] = names->v[i];
	names->n = n;
}

int
file_names_find(
	struct file_names *names, struct weir_task *task, const struct weir_list *path, int later)
{
	uint32_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < path->n; i++) {
		char *word = strndup(path->v[i].p, path->v[i].len);

		task->err->loc = path->v[i].loc;
		if (word == NULL)
			return weir_fail(task->err, -ENOMEM, "out of memory");
		if (strpbrk(word, "*?[") != NULL) {
			rc = add_matches(names, task, word, later);
		} else {
			rc = is_readable(task, word, later ? LATER : NAMED);
			if (rc > 0)
				rc = file_names_add(names, task, word);
		}
		free(word);
	}
	if (rc == 0) {
		task->err->loc = 0;
		sort_once(names);
	}
	return rc;
}

char *
file_with_inode(const char *path, uint64_t inode)
{
	const char *slash = strrchr(path, '/');
	int n = slash == NULL ? 0 : (int)(slash - path) + 1;
	char *dir = n == 0 ? strdup(".") : strndup(path, (size_t)n), *found = NULL;
	DIR *stream = dir != NULL ? opendir(dir) : NULL;
	struct dirent *entry;
	struct stat st;

	while (stream != NULL && found == NULL && (entry = readdir(stream)) != NULL) {
		if (asprintf(&found, "%.*s%s", n, path, entry->d_name) < 0) {
			found = NULL;
		} else if (stat(found, &st) < 0 || st.st_ino != inode || !S_ISREG(st.st_mode)) {
			free(found);
			found = NULL;
		}
	}
	if (stream != NULL)
		closedir(stream);
	free(dir);
	return found;
}
