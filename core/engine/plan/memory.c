/* SPDX-License-Identifier: Apache-2.0 */
/* How the memory that a pipeline may take is divided. */
#include "engine/plan/planner.h"

#include "base/err.h"

#include <inttypes.h>

#define MEMORY_MIB ((uint64_t)1 << 20)

enum {
	MEMORY_SHARES = 32, /* one for what may change in an epoch, one for the database's writes,
			       one for what it caches */
	/* Of what changes in an epoch: copied, with room to grow; put into one batch, likewise;
	 * taken in by the database twice, as the journal and as rows; between the two read back,
	 * referred to and put into a batch anew. */
	MEMORY_COPIES = 10,
	MEMORY_FILES = 640 /* files are so much smaller than the limit: of the 64 that LevelDB keeps
			      open it has the indexes and filters, a part of a tenth of the limit */
};

static const uint64_t memory_process = 16 * MEMORY_MIB; /* and what it works on */
static const uint64_t memory_tables = 4 * MEMORY_MIB; /* at least */

static uint64_t
within(uint64_t bytes, uint64_t lo, uint64_t hi)
{
	return bytes < lo ? lo : bytes > hi ? hi : bytes;
}

static bool
says_max_dirty(const struct wr_pipeline *pipeline)
{
	const struct wr_dir *dir = wr_dir_find(pipeline->dir, "checkpoint");

	return dir != NULL && wr_dir_find(dir, "max_dirty") != NULL;
}

void
wr_memory_divide(struct wr_planner *planner)
{
	struct wr_pipeline *pipeline = planner->pipeline;
	struct wr_memory_plan *memory = &pipeline->memory;
	uint64_t limit = planner->conf.memory_limit, share = limit / MEMORY_SHARES, rest;
	const struct wr_dir *dir = wr_dir_find(pipeline->dir, "memory_limit");

	if (limit == 0)
		return;
	if (pipeline->state_dir == NULL) {
		wr_diag_error_span(planner->diag, dir->name.loc, dir->name.len,
			"\"memory_limit\" leaves state on disk, and state lives in memory; write "
			"\"state_path DIR;\" at the top level");
		return;
	}
	memory->limit = limit;
	if (!says_max_dirty(pipeline))
		pipeline->max_dirty = within(share, MEMORY_MIB, pipeline->max_dirty);
	memory->epoch = MEMORY_COPIES * pipeline->max_dirty;
	memory->buffer = within(share, MEMORY_MIB, 64 * MEMORY_MIB);
	memory->cache = within(share, MEMORY_MIB, 32 * MEMORY_MIB);
	memory->process = memory_process;
	memory->file = within(limit / MEMORY_FILES, MEMORY_MIB, 8 * MEMORY_MIB);
	rest = memory->epoch + 2 * memory->buffer + memory->cache + memory->process +
	       pipeline->buffer_bound;
	if (limit < rest + memory_tables)
		wr_diag_error_span(planner->diag, dir->name.loc, dir->name.len,
			"\"memory_limit\" leaves nothing for tables: buffers take %" PRIu64
			" MiB, a checkpoint and the database %" PRIu64 ", the program %" PRIu64
			"; write at least %" PRIu64 "m, or give \"buffer\" or \"max_dirty\" less",
			pipeline->buffer_bound / MEMORY_MIB,
			(rest - memory->process - pipeline->buffer_bound) / MEMORY_MIB,
			memory->process / MEMORY_MIB,
			(rest + memory_tables + MEMORY_MIB - 1) / MEMORY_MIB * 5 / 4);
	else
		memory->tables = limit - rest;
}
