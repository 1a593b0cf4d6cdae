/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rolled files; see roll.h.  A file that is not full at a barrier stays in progress, and the token
 * says how much of it counts; one that is full is closed, synced by prepare and renamed by commit.
 */
#include "roll.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
in_progress(const char *path)
{
	char *name;

	return asprintf(&name, "%s" ROLL_SUFFIX, path) < 0 ? NULL : name;
}

static int
no_memory(struct weir_task *task)
{
	return weir_fail(task->err, -ENOMEM, "out of memory");
}

/* Never onto a file that is there. */
static int
rename_new(const char *from, const char *to)
{
	struct stat st;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* The file system does not know how. */
	if (lstat(to, &st) == 0)
		return -EEXIST;
	return rename(from, to) < 0 ? -errno : 0;
}

int
roll_publish(struct weir_task *task, const struct out_token *token)
{
	char *from = in_progress(token->path), text[400];
	struct stat st;
	int rc;

	if (from == NULL)
		return no_memory(task);
	rc = rename_new(from, token->path);
	free(from);
	if (rc == 0)
		return 0;
	if (rc == -EEXIST)
		return weir_fail(task->err, -EEXIST,
			"\"%.200s\" is there already, and another file; move it away", token->path);
	if (rc != -ENOENT)
		return file_fail(task, "rename()", token->path, -rc,
			"see that its directory is there and may be written");
	/* It was published before the crash; its readers may have taken it since. */
	if (stat(token->path, &st) < 0 || st.st_ino != token->inode) {
		snprintf(text, sizeof text,
			"\"%.200s\" was published before, and is not there any more", token->path);
		task->host->log(task, WEIR_LOG_NOTICE, text);
	}
	return 0;
}

int
sink_settle(struct weir_task *task, const struct out_token *token)
{
	struct out_file file = {.fd = -1};
	char *path;
	int rc;

	if (strcmp(token->kind, "closed") == 0)
		return roll_publish(task, token);
	if (strcmp(token->kind, "next") == 0)
		return 0;
	path = strcmp(token->kind, "open") == 0 ? in_progress(token->path) : strdup(token->path);
	if (path == NULL)
		return no_memory(task);
	rc = out_resume(&file, task, token, path);
	if (rc == 0)
		rc = out_sync(&file, task);
	out_close(&file);
	free(path);
	if (rc == 0 && strcmp(token->kind, "open") == 0)
		rc = roll_publish(task, token);
	return rc;
}

int
roll_before(struct sink *sink, struct weir_task *task, int64_t event_time)
{
	int64_t now = task->host->now(task);
	int rc;

	if (sink->file.fd >= 0)
		return 0;
	for (;;) {
		char *name = roll_name(sink->path, event_time, now, ++sink->number);
		char *path = name != NULL ? in_progress(name) : NULL;

		if (path == NULL) {
			free(name);
			return no_memory(task);
		}
		/* What earlier runs have left is not touched. */
		rc = -EEXIST;
		if (access(name, F_OK) < 0)
			rc = out_open(&sink->file, task, path, O_RDWR | O_EXCL);
		free(path);
		if (rc != -EEXIST) {
			free(sink->name);
			sink->name = name;
			break;
		}
		free(name);
	}
	sink->file.made = 0;
	sink->made = 1;
	sink->since = now;
	return rc;
}

static int
is_full(const struct sink *sink, struct weir_task *task)
{
	const struct sink_conf *conf = sink->conf;

	if (sink->file.fd < 0)
		return 0;
	return (conf->roll_size > 0 && (uint64_t)sink->file.length >= conf->roll_size) ||
	       (conf->roll_time > 0 && task->host->now(task) - sink->since >= conf->roll_time);
}

/* Of the file in progress: its token bears the name that it will have. */
static int
token_of(const struct sink *sink, struct weir_task *task, const char *kind, struct out_token *token)
{
	int rc = out_token_of(&sink->file, task, token);

	if (rc < 0)
		return rc;
	strcpy(token->kind, kind);
	token->number = sink->number;
	token->since = sink->since;
	free(token->path);
	token->path = strdup(sink->name);
	return token->path != NULL ? 0 : no_memory(task);
}

/* The file gets no more rows.  Its descriptor goes: one epoch may fill more files than may be open.
 */
static int
close_file(struct sink *sink, struct weir_task *task)
{
	struct out_token *closed =
		realloc(sink->closed, (sink->n_closed + 1) * sizeof *sink->closed);
	int rc = out_finish(&sink->file, task);

	if (closed == NULL)
		return no_memory(task);
	sink->closed = closed;
	if (rc < 0)
		return rc;
	rc = token_of(sink, task, "closed", &closed[sink->n_closed]);
	if (rc < 0) {
		out_token_fini(&closed[sink->n_closed]);
		return rc;
	}
	sink->n_closed++;
	out_close(&sink->file);
	return sink->durable ? 0 : roll_commit(sink, task);
}

int
roll_after(struct sink *sink, struct weir_task *task)
{
	return is_full(sink, task) ? close_file(sink, task) : 0;
}

int
roll_finish(struct sink *sink, struct weir_task *task)
{
	return sink->file.fd >= 0 ? close_file(sink, task) : 0;
}

static int
sync_closed(struct weir_task *task, const struct out_token *token)
{
	char *path = in_progress(token->path);
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1, rc = 0;

	if (path == NULL)
		return no_memory(task);
	if (fd < 0 || fdatasync(fd) < 0)
		rc = file_fail(task, fd < 0 ? "open()" : "fdatasync()", path, errno,
			"see what the file is on");
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

static int
put_open(struct sink *sink, struct weir_task *task, struct weir_items *tokens)
{
	struct out_token token = {0};
	int rc = out_sync(&sink->file, task);

	if (rc == 0)
		rc = token_of(sink, task, "open", &token);
	if (rc == 0)
		rc = sink_token(task, tokens, &token);
	out_token_fini(&token);
	return rc;
}

int
roll_prepare(struct sink *sink, struct weir_task *task, struct weir_items *tokens)
{
	const struct out_token next = {.kind = "next", .number = sink->number, .path = sink->path};
	int rc = is_full(sink, task) || sink->ended ? roll_finish(sink, task) : 0;
	uint32_t i;

	for (i = 0; rc == 0 && i < sink->n_closed; i++) {
		rc = sync_closed(task, &sink->closed[i]);
		if (rc == 0)
			rc = sink_token(task, tokens, &sink->closed[i]);
	}
	if (rc == 0 && sink->file.fd >= 0)
		rc = put_open(sink, task, tokens);
	if (rc == 0 && sink->made)
		rc = out_sync_directory(task, sink->path);
	if (rc < 0)
		return rc;
	sink->made = 0;
	return sink_token(task, tokens, &next);
}

int
roll_commit(struct sink *sink, struct weir_task *task)
{
	uint32_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sink->n_closed; i++)
		rc = roll_publish(task, &sink->closed[i]);
	if (rc == 0 && sink->n_closed > 0 && sink->durable)
		rc = out_sync_directory(task, sink->path);
	if (rc < 0)
		return rc;
	for (i = 0; i < sink->n_closed; i++)
		out_token_fini(&sink->closed[i]);
	sink->n_closed = 0;
	return 0;
}

/*
 * Files in progress that no decided epoch knows of.  Invariant: only names that this sink gives,
 * number and all.
 */
static int
remove_rest(struct sink *sink, struct weir_task *task)
{
	const char *slash = strrchr(sink->path, '/');
	const char *base = slash != NULL ? slash + 1 : sink->path;
	int n = (int)(base - sink->path), rc = 0;
	char *dir = n == 0 ? strdup(".") : strndup(sink->path, (size_t)n), *path;
	DIR *stream = dir != NULL ? opendir(dir) : NULL;
	struct dirent *entry;

	while (stream != NULL && rc == 0 && (entry = readdir(stream)) != NULL) {
		size_t len = strlen(entry->d_name), suffix = sizeof ROLL_SUFFIX - 1;

		if (len <= suffix || strcmp(entry->d_name + len - suffix, ROLL_SUFFIX) != 0)
			continue;
		if (asprintf(&path, "%.*s%s", n, sink->path, entry->d_name) < 0) {
			rc = no_memory(task);
			break;
		}
		entry->d_name[len - suffix] = '\0';
		if (roll_name_matches(base, entry->d_name) &&
			(sink->file.fd < 0 || strcmp(path, sink->file.path) != 0) &&
			unlink(path) < 0)
			rc = file_fail(task, "unlink()", path, errno,
				"see that its directory may be written");
		free(path);
	}
	if (stream != NULL)
		closedir(stream);
	free(dir);
	return rc;
}

static int
resume(struct sink *sink, struct weir_task *task, const struct out_token *token)
{
	char *path = in_progress(token->path), *name = strdup(token->path);
	int rc = path == NULL || name == NULL ? no_memory(task)
					      : out_resume(&sink->file, task, token, path);

	free(path);
	if (rc < 0) {
		free(name);
		return rc;
	}
	free(sink->name);
	sink->name = name;
	sink->since = token->since;
	return 0;
}

int
roll_recover(struct sink *sink, struct weir_task *task)
{
	uint32_t i;
	int rc = 0;

	sink->durable = 1;
	for (i = 0; rc == 0 && i < sink->n_known; i++) {
		const struct out_token *token = &sink->known[i];

		if (strcmp(token->kind, "open") == 0 && roll_name_matches(sink->path, token->path))
			rc = resume(sink, task, token);
		else
			rc = sink_settle(task, token);
		if (strcmp(token->kind, "next") == 0 && strcmp(token->path, sink->path) == 0)
			sink->number = token->number;
	}
	if (rc == 0)
		rc = remove_rest(sink, task);
	if (rc == 0)
		rc = out_sync_directory(task, sink->path);
	sink->started = rc == 0;
	return rc;
}
