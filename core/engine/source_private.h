/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's half of a source, shared by source.c (partitions, steps), source_decode.c (records),
 * source_rows.c (`where`, event time), source_time.c (watermarks) and source_state.c (what it
 * keeps).
 */
#ifndef WR_ENGINE_SOURCE_PRIVATE_H
#define WR_ENGINE_SOURCE_PRIVATE_H

#include <pthread.h>

#include "engine/source.h"

/* Batches that are decoded as a whole, at first and when more than a quarter of a batch was wanted:
 * to read records twice must pay. */
enum { WR_SOURCE_WHOLE = 32 };

/* A partition that subtask 0 has announced and this subtask has not yet taken over. */
struct announced {
	struct announced *next;
	uint32_t number;
	bool late; /* after open() */
	uint32_t len;
	char name[];
};

/* A partition as it stood in the epoch that was restored. */
struct wr_saved {
	struct weir_str name, position;
	int64_t newest, watermark;
	bool taken; /* some subtask has it now */
};

/* Records on their way through the format; it stands in the batch that it makes. */
struct wr_decoding {
	struct weir_raw raw;
	struct weir_out *out;
	int64_t ingest_time;
	const char **why; /* one a record, NULL: good; all NULL: all are */
	int rc;
	struct weir_err *err; /* rc < 0: what the plugin said */
	uint64_t ns;
	_Atomic bool done; /* ns and done: when it was handed to another loop */
};

/* Event times of rows that have one.  low > high: none has. */
struct wr_times {
	int64_t low, high;
	bool ascend; /* all rows have one, and none is before the one before it */
};

/* A row that is to be rejected. */
struct wr_told {
	struct wr_told *next;
	uint32_t row;
	const char *why;
};

/* What the rows of an out come to by themselves; it stands in the batch. */
struct wr_finished {
	uint64_t gone[WEIR_ROWS_MAX / 64]; /* cannot be read, or have no event time */
	bool any; /* some are gone */
	struct wr_told *told; /* in their order */
	struct wr_times times;
};

struct wr_source {
	struct wr_inst *inst;
	struct wr_partition
		*parts; /* number / parallelism; this subtask owns number % parallelism */
	uint32_t n_parts, cap_parts;
	uint32_t n_announced; /* subtask 0: of the whole operator */
	pthread_mutex_t lock; /* of the mailbox */
	struct announced *mailbox, **mailbox_end;
	int64_t watermark; /* sent downstream */
	int64_t deadline; /* when a partition that gives nothing becomes idle */
	bool idle, ended, closed; /* ended: nothing more to read; closed: END was sent */
	bool quiet; /* the last poll() had nothing to read, and more may come */
	uint64_t carried; /* epoch of the last barrier sent */
	uint64_t acknowledged; /* epoch last told to committed() */
	struct wr_arena saved_arena;
	struct wr_saved *saved; /* partitions as they stood in the epoch restored */
	uint32_t n_saved, cap_saved;
	struct wr_ahead *ahead; /* NULL: it decodes what it has read before it reads on */
	struct wr_decoding *decoding; /* while decode() runs */
	uint32_t whole; /* so many batches are decoded as a whole */
};

struct wr_partition *wr_source_part(struct wr_inst *inst, uint32_t number);
/* Fills the columns and finishes the rows, by one of the source's instances.  [any, but of an
 * instance one at a time] */
void wr_source_decode(struct wr_inst *by, struct wr_decoding *decoding);
/* What is left to do when they are filled: refuses the bad records. */
void wr_source_decoded(struct wr_inst *inst, struct wr_decoding *decoding);
/* `where` and event times of an out's rows, whose columns stand; gives what an expression failed
 * with.  [as wr_source_decode()] */
int wr_source_finish(struct wr_inst *by, struct weir_out *out);
/* Of rows that have one, and are not gone (NULL: none is).  REQUIRES: there are rows. */
struct wr_times wr_times_of(const struct weir_batch *b, const uint64_t *gone);
/* The @partition column alone, for rows that a typed source made. */
void wr_source_hide_partition(
	const struct wr_op *op, const struct wr_partition *part, struct wr_batch *batch);
/* The minimum over partitions that still count; tells downstream what has changed. */
void wr_source_send_watermark(struct wr_inst *inst);
/* What the restored epoch knew of a partition; NULL: it is new. */
struct wr_saved *wr_source_saved(const struct wr_source *source, struct weir_str name);
/* The next partition of what wr_source_capture() wrote, sharing its bytes, which go on behind it;
 * false: they are cut short. */
bool wr_source_take_saved(struct weir_str *bytes, struct wr_saved *saved);

#endif
