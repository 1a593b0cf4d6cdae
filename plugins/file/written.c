/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that the pipeline's sinks write, by device and inode: a source that read one of them
 * would find it emptied, or never come to its end.
 */
#include "file.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

struct written_file {
	dev_t device;
	ino_t inode;
};

struct written {
	pthread_mutex_t lock;
	struct written_file *v;
	size_t n;
};

static void *
written_make(void *arg)
{
	struct written *written = calloc(1, sizeof *written);

	(void)arg;
	if (written != NULL)
		pthread_mutex_init(&written->lock, NULL);
	return written;
}

static void
written_drop(void *value)
{
	struct written *written = value;

	pthread_mutex_destroy(&written->lock);
	free(written->v);
	free(written);
}

static struct written *
written_of(struct weir_task *task)
{
	return task->host->shared(task, "file.written", written_make, written_drop, NULL);
}

int
file_written_note(struct weir_task *task, const struct stat *st)
{
	struct written *written = written_of(task);
	struct written_file *v;

	if (written == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	pthread_mutex_lock(&written->lock);
	v = realloc(written->v, (written->n + 1) * sizeof *v);
	if (v != NULL) {
		v[written->n++] = (struct written_file){st->st_dev, st->st_ino};
		written->v = v;
	}
	pthread_mutex_unlock(&written->lock);
	return v != NULL ? 0 : weir_fail(task->err, -ENOMEM, "out of memory");
}

int
file_written_refuse(struct weir_task *task, const char *path, const struct stat *st)
{
	struct written *written = written_of(task);
	int found = 0;
	size_t i;

	if (written == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	pthread_mutex_lock(&written->lock);
	for (i = 0; i < written->n && !found; i++)
		found = written->v[i].device == st->st_dev && written->v[i].inode == st->st_ino;
	pthread_mutex_unlock(&written->lock);
	if (!found)
		return 0;
	return weir_fail(task->err, -EEXIST,
		"\"%.200s\" is the file that a sink of this pipeline writes; write to another one",
		path);
}
