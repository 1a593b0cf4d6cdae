/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file that grows: rows are written as they come, and what is behind the length that the last
 * decided epoch knows is cut off before new rows come.
 */
#include "roll.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file at the path. */
static int
open_file(struct sink *sink, struct weir_task *task, int flags)
{
	int rc = out_open(&sink->file, task, sink->path, flags);

	if (rc == 0)
		sink_adopt(sink, &sink->file);
	return rc;
}

/*
 * A file that was renamed has all of its rows once they are synced here; that the new one has none
 * that are decided says its base file.  One rename an epoch is followed: then no more than these
 * two have rows to be cut off after a crash.
 */
int
grow_reopen(struct sink *sink, struct weir_task *task)
{
	char text[400];
	struct stat st;
	int rc;

	if (!sink->file.regular || sink->has_base)
		return 0;
	if (stat(sink->path, &st) == 0 && st.st_ino == sink->file.inode &&
		st.st_dev == sink->file.device)
		return 0;
	rc = sink->durable ? out_sync(&sink->file, task) : out_finish(&sink->file, task);
	if (rc < 0)
		return rc;
	out_close(&sink->file);
	rc = open_file(sink, task, O_RDWR);
	if (rc == 0 && sink->durable)
		rc = out_sync(&sink->file, task);
	if (rc == 0 && sink->durable) {
		rc = out_base_put(&sink->file, task);
		sink->has_base = rc == 0;
	}
	snprintf(text, sizeof text, "\"%.300s\" was renamed or removed; reopened", sink->path);
	if (rc == 0)
		task->host->log(task, WEIR_LOG_NOTICE, text);
	return rc;
}

int
grow_begin(struct sink *sink, struct weir_task *task)
{
	int rc = 0;

	/* What a run with durable state left there does not hold for what comes now. */
	if (sink->conf->append)
		rc = out_base_drop(task, sink->path);
	if (rc == 0)
		rc = open_file(sink, task, O_WRONLY | (sink->conf->append ? O_APPEND : O_TRUNC));
	sink->started = rc == 0;
	return rc;
}

/* The checkpoint is of other outputs: what the file has was not written under it. */
static int
refuse_foreign(const struct sink *sink, struct weir_task *task)
{
	return weir_fail(task->err, -EEXIST,
		"\"%.200s\" has %" PRId64
		" bytes that the checkpoint does not know of; move the file away, or write "
		"\"append;\" to keep them",
		sink->path, sink->file.length);
}

/*
 * A first run.  A crash before its first decided epoch must leave what was there: if that is
 * anything, or may become anything that looks foreign, a base file says where the output began.
 */
static int
begin_first(struct sink *sink, struct weir_task *task, uint64_t epoch)
{
	struct stat st;
	int is_new = stat(sink->path, &st) < 0 || st.st_size == 0, rc;

	rc = open_file(sink, task, O_RDWR);
	if (rc < 0)
		return rc;
	if (!sink->file.regular) {
		struct out_token token;

		return out_token_of(&sink->file, task, &token);
	}
	if (!is_new && !sink->conf->append && !sink->conf->reopen && epoch > 0)
		return refuse_foreign(sink, task);
	if (!sink->conf->append && epoch == 0) {
		if (ftruncate(sink->file.fd, 0) < 0 || lseek(sink->file.fd, 0, SEEK_SET) < 0)
			return file_change_fail(
				task, "ftruncate()", sink->path, errno, "see what the file is on");
		sink->file.length = 0;
		sink->file.dirty = 1;
	}
	/* Else it is emptied again after a crash, wherever it is then. */
	if (sink->conf->append || sink->conf->reopen || epoch > 0) {
		rc = out_sync(&sink->file, task);
		if (rc == 0)
			rc = out_base_put(&sink->file, task);
		sink->has_base = rc == 0;
	}
	return rc;
}

/* A file that has left its path, wherever in the directory it is: what is not decided goes. */
static int
cut_moved(struct sink *sink, struct weir_task *task, const struct out_token *token)
{
	char *name = file_with_inode(sink->path, token->inode), text[400];
	struct out_file file = {.fd = -1};
	int rc = name != NULL ? out_resume(&file, task, token, name) : -ENOENT;

	if (rc == 0)
		rc = out_sync(&file, task);
	out_close(&file);
	free(name);
	if (rc != -ENOENT && rc != -ESTALE)
		return rc;
	*task->err = (struct weir_err){0};
	snprintf(text, sizeof text,
		"the file that was at \"%.200s\" is not in its directory any more: rows of it "
		"that no checkpoint knows are written again",
		sink->path);
	task->host->log(task, WEIR_LOG_WARN, text);
	return 0;
}

/* 1: the file of the token is open; 0: it has left its path, as `reopen` allows; < 0. */
static int
resume(struct sink *sink, struct weir_task *task, const struct out_token *token)
{
	struct stat st;
	int rc = -ENOENT;

	if (!sink->conf->reopen || (stat(sink->path, &st) == 0 && st.st_ino == token->inode)) {
		rc = out_resume(&sink->file, task, token, sink->path);
		if (rc == 0)
			sink_adopt(sink, &sink->file);
		if (!sink->conf->reopen || rc != -ESTALE)
			return rc < 0 ? rc : 1;
	}
	return cut_moved(sink, task, token);
}

/* Nothing was decided for this output, or `decided` for a file that has left its path. */
static int
begin(struct sink *sink, struct weir_task *task, uint64_t epoch, const struct out_token *decided)
{
	struct out_token base = {0};
	int rc = out_base_get(&base, task, sink->path);

	if (rc > 0 && decided != NULL && base.inode == decided->inode) {
		/* It was to be dropped. */
		rc = 0;
	} else if (rc > 0) {
		rc = resume(sink, task, &base);
		sink->has_base = rc > 0;
		if (rc == -ESTALE || rc == -ENOENT) {
			/* Another file stands there by now: the base was not about it. */
			*task->err = (struct weir_err){0};
			rc = 0;
		}
	}
	out_token_fini(&base);
	if (rc >= 0 && !sink->has_base)
		rc = begin_first(sink, task, epoch);
	return rc;
}

int
grow_recover(struct sink *sink, struct weir_task *task, uint64_t epoch)
{
	const struct out_token *decided = NULL;
	int rc = 0, resumed = 0;
	uint32_t i;

	sink->durable = 1;
	for (i = 0; rc >= 0 && i < sink->n_known; i++) {
		const struct out_token *token = &sink->known[i];

		if (strcmp(token->kind, "grow") != 0 || strcmp(token->path, sink->path) != 0) {
			/* The conf says something else by now. */
			rc = sink_settle(task, token);
			continue;
		}
		decided = token;
		rc = resume(sink, task, token);
		if (rc == -ENOENT && token->length == 0) {
			*task->err = (struct weir_err){0};
			rc = open_file(sink, task, O_RDWR);
			resumed = rc == 0;
		} else {
			resumed = rc > 0;
		}
	}
	if (rc >= 0 && resumed)
		rc = out_base_drop(task, sink->path);
	else if (rc >= 0)
		rc = begin(sink, task, epoch, decided);
	sink->started = rc >= 0;
	return rc < 0 ? rc : 0;
}

int
grow_prepare(struct sink *sink, struct weir_task *task, struct weir_items *tokens)
{
	struct out_token token = {0};
	int rc = out_sync(&sink->file, task);

	if (rc == 0)
		rc = out_token_of(&sink->file, task, &token);
	strcpy(token.kind, "grow");
	if (rc == 0)
		rc = sink_token(task, tokens, &token);
	out_token_fini(&token);
	return rc;
}

/* The rows are in the file already; from now on the checkpoint knows its length. */
int
grow_commit(struct sink *sink, struct weir_task *task)
{
	int rc = sink->has_base ? out_base_drop(task, sink->path) : 0;

	if (rc == 0)
		sink->has_base = 0;
	return rc;
}
