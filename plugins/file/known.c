/* SPDX-License-Identifier: Apache-2.0 */
/* What a source keeps of its files from run to run: items `KIND POSITION PATH`; see source.h. */
#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
known_add(struct known **list, const char *kind, const struct part_position *at, const char *path)
{
	struct known *known = calloc(1, sizeof *known);

	if (known == NULL || (known->path = strdup(path)) == NULL) {
		free(known);
		return -ENOMEM;
	}
	snprintf(known->kind, sizeof known->kind, "%s", kind);
	known->at = *at;
	known->next = *list;
	*list = known;
	return 0;
}

void
known_free(struct known **list)
{
	struct known *known;

	while ((known = *list) != NULL) {
		*list = known->next;
		free(known->path);
		free(known);
	}
}

static int
put(struct weir_task *task, struct weir_items *items, const char *kind,
	const struct part_position *at, const char *path)
{
	char position[PART_POSITION], *text;
	int len;

	part_position_text(at, position);
	len = asprintf(&text, "%s %s %s", kind, position, path);
	if (len < 0)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	task->host->item(items, text, (size_t)len);
	free(text);
	return 0;
}

int
known_snapshot(void *self, struct weir_task *task, struct weir_items *items)
{
	const struct source *source = self;
	const struct known *known;
	const struct part *part;
	size_t i;
	int rc = 0;

	for (known = source->ended; rc == 0 && known != NULL; known = known->next)
		rc = put(task, items, "end", &known->at, known->path);
	for (part = source->parts; rc == 0 && part != NULL; part = part->next) {
		struct part_position at = part_position_of(part);

		if (part->at.inode != 0)
			rc = put(task, items, "at", &at, part->path);
		for (i = 0; rc == 0 && i < part->n_done; i++)
			rc = put(task, items, "done", &part->done[i], part->path);
	}
	return rc;
}

static int
restore_one(struct source *source, struct weir_task *task, struct weir_str item)
{
	char *text = strndup(item.p, item.len), *position, *path = NULL;
	struct part_position at;
	int rc;

	if (text == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	position = strchr(text, ' ');
	if (position != NULL)
		path = strchr(position + 1, ' ');
	if (path == NULL ||
		part_position_read(&at, (struct weir_str){.p = position + 1,
						.len = (uint32_t)(path - position - 1)}) < 0) {
		rc = weir_fail(task->err, -EUCLEAN,
			"the checkpoint has \"%.200s\" for this source, which is not a file's",
			text);
	} else {
		*position = '\0';
		rc = known_add(&source->known, text, &at, path + 1);
		if (rc < 0)
			rc = weir_fail(task->err, rc, "out of memory");
	}
	free(text);
	return rc;
}

static int
is_announced(const struct source *source, const char *path)
{
	size_t i;

	for (i = 0; i < source->names.n; i++)
		if (strcmp(source->names.v[i], path) == 0)
			return 1;
	return 0;
}

/* Whether one of the files found is the one that is known under another name. */
static int
is_found(const struct source *source, const struct known *known)
{
	struct stat st;
	size_t i;

	for (i = 0; i < source->names.n; i++)
		if (stat(source->names.v[i], &st) == 0 && st.st_ino == known->at.inode)
			return 1;
	return 0;
}

int
known_restore(void *self, struct weir_task *task, uint32_t version, const struct weir_str *items,
	uint32_t n)
{
	struct source *source = self;
	const struct known *known;
	uint32_t i;
	int rc = 0;

	(void)version;
	for (i = 0; rc == 0 && i < n; i++)
		rc = restore_one(source, task, items[i]);
	/*
	 * A file that was not read to its end and is not there: without follow opening it will say
	 * so, instead of nobody; with follow it is looked for.
	 */
	for (known = source->known; rc == 0 && task->subtask == 0 && known != NULL;
		known = known->next)
		if (strcmp(known->kind, "at") == 0 && !is_announced(source, known->path) &&
			(source->conf->follow || !is_found(source, known)))
			source_announce(source, known->path);
	return rc;
}

const struct part_position *
known_renamed(const struct source *source, const char *path)
{
	const struct known *known;
	struct stat st, other;

	for (known = source->known; known != NULL; known = known->next) {
		char *found;
		int same;

		if (strcmp(known->path, path) == 0 || stat(path, &st) < 0 ||
			st.st_ino != known->at.inode)
			continue;
		/* A second link to a file is a partition of its own. */
		if (stat(known->path, &other) == 0 && other.st_ino == known->at.inode)
			continue;
		found = part_find(&known->at, path);
		same = found != NULL;
		free(found);
		if (same)
			return &known->at;
	}
	return NULL;
}
