/* SPDX-License-Identifier: Apache-2.0 */
/* Writes savepoints beside a running pipeline; see saving.h. */
#include "engine/saving.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static uint32_t
stage_of(struct wr_saving *saving)
{
	uint32_t stage;

	pthread_mutex_lock(&saving->lock);
	stage = saving->stage;
	pthread_mutex_unlock(&saving->lock);
	return stage;
}

static void
set_stage(struct wr_saving *saving, uint32_t stage)
{
	pthread_mutex_lock(&saving->lock);
	saving->stage = stage;
	pthread_mutex_unlock(&saving->lock);
}

/* Waits for a thread that has done its work. */
static void
collect(struct wr_saving *saving)
{
	pthread_join(saving->thread, NULL);
	wr_savepoint_free(saving->savepoint);
	free(saving->path);
	saving->savepoint = NULL;
	saving->path = NULL;
	set_stage(saving, WR_SAVING_IDLE);
}

int
wr_saving_ask(struct wr_saving *saving, const char *path, wr_savepoint_done_fn done, void *arg,
	struct weir_err *err)
{
	if (stage_of(saving) == WR_SAVING_DONE)
		collect(saving);
	if (stage_of(saving) != WR_SAVING_IDLE)
		return wr_err_set(err, -EBUSY, "another savepoint is being written");
	saving->path = strdup(path);
	if (saving->path == NULL)
		return wr_err_set(err, -ENOMEM, "out of memory");
	saving->done = done;
	saving->arg = arg;
	set_stage(saving, WR_SAVING_ASKED);
	return 0;
}

bool
wr_saving_is_asked(struct wr_saving *saving)
{
	return stage_of(saving) == WR_SAVING_ASKED;
}

static void *
saving_main(void *arg)
{
	struct wr_saving *saving = arg;
	struct wr_savepoint_info info = {0};
	struct weir_err err = {0};
	int rc = wr_savepoint_write(saving->savepoint, saving->path, &saving->stop, &info, &err);

	saving->done(saving->arg, &info, rc < 0 ? &err : NULL);
	set_stage(saving, WR_SAVING_DONE);
	return NULL;
}

/* Before a thread of its own works on it. */
static void
refuse(struct wr_saving *saving, const char *why)
{
	struct weir_err err = {0};

	wr_err_set(&err, -ECANCELED, "%s", why);
	saving->done(saving->arg, NULL, &err);
	wr_savepoint_free(saving->savepoint);
	free(saving->path);
	saving->savepoint = NULL;
	saving->path = NULL;
	set_stage(saving, WR_SAVING_IDLE);
}

void
wr_saving_begin(struct wr_saving *saving, struct wr_store *store)
{
	struct weir_err err = {0};

	saving->savepoint = wr_savepoint_take(store, &err);
	set_stage(saving, WR_SAVING_RUNS);
	if (saving->savepoint == NULL)
		refuse(saving, err.text);
	else if (pthread_create(&saving->thread, NULL, saving_main, saving) != 0)
		refuse(saving, "cannot start a thread to write it");
}

void
wr_saving_stop(struct wr_saving *saving)
{
	saving->stop = true;
}

void
wr_saving_end(struct wr_saving *saving)
{
	uint32_t stage = stage_of(saving);

	if (stage == WR_SAVING_ASKED)
		refuse(saving, "the pipeline ended before it could be written");
	else if (stage != WR_SAVING_IDLE)
		collect(saving);
}
