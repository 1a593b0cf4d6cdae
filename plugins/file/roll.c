/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rolled files; see roll.h.  A file that is not full at a barrier stays in progress, and the token
 * says how much of it counts; one that is full is closed, synced by prepare and renamed by commit.
 */
#include "roll.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
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
		return file_change_fail(task, "rename()", token->path, -rc,
			"see that its directory may be written, or made");
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

/* Takes a file out of the list, with nothing said about its rows. */
static void
forget(struct sink *sink, struct roll_file *file)
{
	struct roll_file **link = &sink->open;

	while (*link != NULL && *link != file)
		link = &(*link)->next;
	if (*link != NULL)
		*link = file->next;
	out_close(&file->file);
	free(file->name);
	free(file);
}

void
roll_close(struct sink *sink)
{
	while (sink->open != NULL)
		forget(sink, sink->open);
}

static struct roll_file *
add(struct sink *sink, int64_t since, int64_t time)
{
	struct roll_file *file = calloc(1, sizeof *file);

	if (file == NULL)
		return NULL;
	file->file.fd = -1;
	file->since = since;
	roll_period(sink->path, time, &file->from, &file->to);
	file->next = sink->open;
	sink->open = file;
	return file;
}

/* By size or time there are many of a name; else a number tells those apart that are more than one.
 */
static int
is_bare(const struct sink *sink)
{
	return sink->conf->roll_size == 0 && sink->conf->roll_time == 0;
}

/* What earlier runs have left is not touched. */
static int
open_new(struct sink *sink, struct weir_task *task, struct roll_file *file, int64_t time)
{
	int bare = is_bare(sink), rc;

	do {
		char *name = roll_name(sink->path, time, bare ? 0 : ++sink->number);
		char *path = name != NULL ? in_progress(name) : NULL;

		free(file->name);
		file->name = name;
		if (path == NULL)
			return no_memory(task);
		rc = -EEXIST;
		if (access(name, F_OK) < 0)
			rc = out_open(&file->file, task, path, O_RDWR | O_EXCL);
		free(path);
		bare = 0;
	} while (rc == -EEXIST);
	if (rc == 0)
		sink_adopt(sink, &file->file);
	return rc;
}

static int
is_full(const struct sink *sink, struct weir_task *task, const struct roll_file *file)
{
	const struct sink_conf *conf = sink->conf;

	return (conf->roll_size > 0 && (uint64_t)file->file.length >= conf->roll_size) ||
	       (conf->roll_time > 0 && task->host->now(task) - file->since >= conf->roll_time);
}

/* Of a file in progress: its token bears the name that it will have. */
static int
token_of(const struct roll_file *file, struct weir_task *task, const char *kind,
	struct out_token *token)
{
	int rc = out_token_of(&file->file, task, token);

	if (rc < 0)
		return rc;
	strcpy(token->kind, kind);
	token->since = file->since;
	token->time = file->from;
	free(token->path);
	token->path = strdup(file->name);
	return token->path != NULL ? 0 : no_memory(task);
}

/* The file gets no more rows.  Its descriptor goes: one epoch may fill more files than may be open.
 */
static int
close_file(struct sink *sink, struct weir_task *task, struct roll_file *file)
{
	struct out_token *closed =
		realloc(sink->closed, (sink->n_closed + 1) * sizeof *sink->closed);
	int rc = out_finish(&file->file, task);

	if (closed == NULL)
		return no_memory(task);
	sink->closed = closed;
	if (rc < 0)
		return rc;
	rc = token_of(file, task, "closed", &closed[sink->n_closed]);
	if (rc < 0) {
		out_token_fini(&closed[sink->n_closed]);
		return rc;
	}
	sink->n_closed++;
	forget(sink, file);
	return sink->durable ? 0 : roll_commit(sink, task);
}

/* So many files may be in progress; of more the one longest not written to is done. */
enum { OPEN_MAX_FILES = 64 };

static int
make_room(struct sink *sink, struct weir_task *task)
{
	struct roll_file *file = sink->open;
	int n;

	for (n = 1; n < OPEN_MAX_FILES && file != NULL; n++)
		file = file->next;
	return file != NULL ? close_file(sink, task, file) : 0;
}

/* The file of a time, which becomes the first of the list. */
static int
find_file(struct sink *sink, struct weir_task *task, int64_t time, struct roll_file **found)
{
	struct roll_file **link, *file;
	int rc;

	for (link = &sink->open; (file = *link) != NULL; link = &file->next)
		if (file->from <= time && time < file->to) {
			*link = file->next;
			file->next = sink->open;
			*found = sink->open = file;
			return 0;
		}
	rc = make_room(sink, task);
	if (rc < 0)
		return rc;
	file = add(sink, task->host->now(task), time);
	if (file == NULL)
		return no_memory(task);
	rc = open_new(sink, task, file, time);
	if (rc < 0) {
		forget(sink, file);
		return rc;
	}
	*found = file;
	return 0;
}

/* Parts rows: those of a file's times, which are returned, and the others, to rest. */
static uint32_t
take_rows(const struct roll_file *file, const int64_t *time, int64_t now, uint32_t *rows,
	uint32_t *n_rows, uint32_t *mine)
{
	uint32_t i, n = 0, rest = 0;

	for (i = 0; i < *n_rows; i++) {
		int64_t at = roll_time(time[rows[i]], now);

		if (file->from <= at && at < file->to)
			mine[n++] = rows[i];
		else
			rows[rest++] = rows[i];
	}
	*n_rows = rest;
	return n;
}

int
roll_process(struct sink *sink, struct weir_task *task, const struct weir_batch *batch)
{
	uint32_t rows[WEIR_ROWS_MAX], mine[WEIR_ROWS_MAX], i;
	uint32_t n = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	int64_t now = task->host->now(task);
	struct roll_file *file = NULL;
	int rc = 0;

	for (i = 0; i < n; i++)
		rows[i] = batch->sel != NULL ? batch->sel[i] : i;
	while (rc == 0 && n > 0) {
		struct weir_batch part = *batch;

		rc = find_file(sink, task, roll_time(batch->event_time[rows[0]], now), &file);
		if (rc < 0)
			return rc;
		part.n_sel = take_rows(file, batch->event_time, now, rows, &n, mine);
		part.sel = mine;
		rc = sink_write(sink, task, &file->file, &part);
		if (rc == 0 && is_full(sink, task, file))
			rc = close_file(sink, task, file);
	}
	return rc;
}

/* Closes the files that are full, or whose times are all before one; INT64_MAX: all. */
static int
close_files(struct sink *sink, struct weir_task *task, int64_t before)
{
	struct roll_file *file, *next;
	int rc = 0;

	for (file = sink->open; rc == 0 && file != NULL; file = next) {
		next = file->next;
		if (file->to <= before || is_full(sink, task, file))
			rc = close_file(sink, task, file);
	}
	return rc;
}

int
roll_on_watermark(struct sink *sink, struct weir_task *task, int64_t watermark)
{
	/* At the end prepare() closes them, in the last epoch. */
	return watermark < INT64_MAX ? close_files(sink, task, watermark) : 0;
}

int
roll_finish(struct sink *sink, struct weir_task *task)
{
	return close_files(sink, task, INT64_MAX);
}

static int
sync_closed(struct weir_task *task, const struct out_token *token)
{
	char *path = in_progress(token->path);
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1, rc = 0;

	if (path == NULL)
		return no_memory(task);
	if (fd < 0 || fdatasync(fd) < 0)
		rc = file_change_fail(task, fd < 0 ? "open()" : "fdatasync()", path, errno,
			"see what the file is on");
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

static int
put_open(struct roll_file *file, struct weir_task *task, struct weir_items *tokens)
{
	struct out_token token = {0};
	int rc = out_sync(&file->file, task);

	if (rc == 0)
		rc = token_of(file, task, "open", &token);
	if (rc == 0)
		rc = sink_token(task, tokens, &token);
	out_token_fini(&token);
	return rc;
}

/* Those that files are in; neighbours are mostly in one. */
static int
sync_directories(struct weir_task *task, const struct out_token *tokens, uint32_t n)
{
	uint32_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++)
		if (i == 0 || !out_same_directory(tokens[i].path, tokens[i - 1].path))
			rc = out_sync_directory(task, tokens[i].path);
	return rc;
}

int
roll_prepare(struct sink *sink, struct weir_task *task, struct weir_items *tokens)
{
	const struct out_token next = {.kind = "next", .number = sink->number, .path = sink->path};
	int rc = close_files(sink, task, sink->ended ? INT64_MAX : INT64_MIN);
	struct roll_file *file;
	uint32_t i;

	for (i = 0; rc == 0 && i < sink->n_closed; i++) {
		rc = sync_closed(task, &sink->closed[i]);
		if (rc == 0)
			rc = sink_token(task, tokens, &sink->closed[i]);
	}
	if (rc == 0)
		rc = sync_directories(task, sink->closed, sink->n_closed);
	for (file = sink->open; rc == 0 && file != NULL; file = file->next)
		rc = put_open(file, task, tokens);
	return rc < 0 ? rc : sink_token(task, tokens, &next);
}

int
roll_commit(struct sink *sink, struct weir_task *task)
{
	uint32_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sink->n_closed; i++)
		rc = roll_publish(task, &sink->closed[i]);
	if (rc == 0 && sink->durable)
		rc = sync_directories(task, sink->closed, sink->n_closed);
	if (rc < 0)
		return rc;
	for (i = 0; i < sink->n_closed; i++)
		out_token_fini(&sink->closed[i]);
	sink->n_closed = 0;
	return 0;
}

static int
is_open(const struct sink *sink, const char *path)
{
	const struct roll_file *file = sink->open;

	while (file != NULL && strcmp(file->file.path, path) != 0)
		file = file->next;
	return file != NULL;
}

/*
 * Files in progress that no decided epoch knows of.  Invariant: only names that this sink gives,
 * number and all.
 */
static int
remove_rest(struct sink *sink, struct weir_task *task)
{
	char *pattern = roll_glob(sink->path);
	glob_t found = {0};
	int rc = pattern != NULL ? glob(pattern, GLOB_NOSORT, NULL, &found) : GLOB_NOSPACE;
	size_t i;

	free(pattern);
	if (rc == GLOB_NOSPACE)
		return no_memory(task);
	for (i = 0, rc = 0; rc == 0 && i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		char *name = strndup(path, strlen(path) - (sizeof ROLL_SUFFIX - 1));

		if (name == NULL)
			rc = no_memory(task);
		else if (roll_name_matches(sink->path, is_bare(sink), name) &&
			 !is_open(sink, path) && unlink(path) < 0)
			rc = file_change_fail(task, "unlink()", path, errno,
				"see that its directory may be written");
		free(name);
	}
	globfree(&found);
	return rc;
}

static int
resume(struct sink *sink, struct weir_task *task, const struct out_token *token)
{
	struct roll_file *file = add(sink, token->since, token->time);
	char *path = in_progress(token->path);
	int rc;

	if (file == NULL || path == NULL || (file->name = strdup(token->path)) == NULL)
		rc = no_memory(task);
	else
		rc = out_resume(&file->file, task, token, path);
	free(path);
	if (rc == 0)
		sink_adopt(sink, &file->file);
	else if (file != NULL)
		forget(sink, file);
	return rc;
}

int
roll_recover(struct sink *sink, struct weir_task *task)
{
	uint32_t i;
	int rc = 0;

	sink->durable = 1;
	for (i = 0; rc == 0 && i < sink->n_known; i++) {
		const struct out_token *token = &sink->known[i];

		if (strcmp(token->kind, "open") == 0 &&
			roll_name_matches(sink->path, is_bare(sink), token->path))
			rc = resume(sink, task, token);
		else
			rc = sink_settle(task, token);
		if (strcmp(token->kind, "next") == 0 && strcmp(token->path, sink->path) == 0)
			sink->number = token->number;
	}
	if (rc == 0)
		rc = remove_rest(sink, task);
	if (rc == 0)
		rc = sync_directories(task, sink->known, sink->n_known);
	sink->started = rc == 0;
	return rc;
}
