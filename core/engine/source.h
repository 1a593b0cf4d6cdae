/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's half of a source: partitions, decoding, event time, `where`, watermarks.
 *
 *   poll() -> raw() -> decode -> not null -> where -> event time -> batch -> watermark of the
 * partition
 *          -> min over partitions that are neither idle nor finished -> downstream
 */
#ifndef WR_ENGINE_SOURCE_H
#define WR_ENGINE_SOURCE_H

#include "base/text.h"
#include "engine/out.h"

enum { WR_PART_WAITING, WR_PART_ASSIGNED, WR_PART_FINISHED };

struct wr_partition {
	char *name;
	char *position;
	uint32_t position_len, number, state;
	bool idle;
	bool caught_up; /* said during this poll(), after its rows */
	bool over; /* finished, and its last rows are sent */
	int64_t newest; /* event time; INT64_MIN: no row yet */
	int64_t watermark;
	int64_t told; /* its watermark when that of the source was last sent */
	int64_t last_row; /* by the clock, for `idle` */
};

struct wr_source *wr_source_new(struct wr_inst *inst);
void wr_source_free(struct wr_source *source);
/* One poll() and what follows from it.  True: look again at once. */
bool wr_source_step(struct wr_inst *inst);
/* When a silent partition becomes idle; INT64_MAX: none does. */
int64_t wr_source_deadline(const struct wr_source *source);
/* What decode or poll() wrote goes downstream, watermarks between its rows where a row needs one.
 * The out is spent. */
void wr_source_send(struct wr_inst *inst, struct weir_out *out);

/* Operators that give rows event times of their own: the watermark begins there as it does at a
 * partition.  After restoring: it goes on where it was. */
struct wr_partition *wr_timeline_new(void);
void wr_timeline_begin(struct wr_inst *inst);
/* A batch, and the watermarks between its rows.  Takes the reference. */
void wr_timeline_send(struct wr_inst *inst, uint32_t port, struct wr_batch *batch);

/* The epoch that was restored: its barrier is not to come again. */
void wr_source_begin(struct wr_source *source, uint64_t epoch);
/* What it keeps: at the barrier, and before start. */
void wr_source_capture(const struct wr_source *source, struct wr_text *out);
int wr_source_restore(struct wr_source *source, struct weir_str bytes, struct weir_err *err);

/* The services of struct weir_host. */
void wr_source_partition(struct weir_task *task, struct weir_str name);
void wr_source_raw(struct weir_task *task, uint32_t part, const struct weir_raw *raw);
void wr_source_bad(struct weir_task *task, uint32_t record, const char *why);
void wr_source_refuse(struct weir_task *task, uint32_t part, struct weir_str rec, int64_t offset,
	const char *why);
void wr_source_position(struct weir_task *task, uint32_t part, struct weir_str pos);
void wr_source_idle(struct weir_task *task, uint32_t part);
void wr_source_finished(struct weir_task *task, uint32_t part);
uint32_t wr_source_next_partition(struct weir_task *task);
const uint64_t *wr_source_early(struct weir_out *out);
const uint64_t *wr_source_wanted(struct weir_out *out, const uint64_t *unknown);

#endif
