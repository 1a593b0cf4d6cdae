/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building what a callback emits: the half of struct weir_host that plugins write rows with. [task]
 */
#ifndef WR_ENGINE_OUT_H
#define WR_ENGINE_OUT_H

#include <stdbool.h>
#include <weir/weir.h>

#include "engine/instance.h"

enum { WR_OUT_EXTEND, WR_OUT_APPEND, WR_OUT_SELECT };

/* A column being written. */
struct wr_slot {
	struct weir_vec vec; /* values NULL: not begun */
	const struct weir_column *whole; /* installed as it is instead: an expression's result */
	const uint8_t *const *bufs; /* its first n_foreign long strings point there; NULL: all into
				       the out's own */
	uint32_t n_foreign;
};

struct weir_out {
	struct weir_out *next;
	struct wr_inst *inst;
	const struct wr_out *plan;
	uint32_t port, how, n_slots;
	uint32_t n, last, cap; /* rows; of these by the last rows(); room */
	uint32_t part; /* of a source's typed rows */
	struct wr_batch *batch;
	const struct weir_batch *from; /* extend, select */
	int64_t *event_time;
	uint8_t *kind;
	uint64_t *failed; /* rows that could not be finished; NULL: none */
	uint64_t *wanted; /* of a source: rows that the format has finished; NULL: all */
	struct wr_finished *finished; /* of a source: what its rows come to; NULL: not known yet */
	uint32_t hidden_rows; /* rows whose @ columns have been gathered */
	const uint8_t *
		*bufs; /* of the strings made here: `fixed_bufs` records, then chunks of text */
	uint32_t n_bufs, cap_bufs;
	uint8_t *chunk; /* text being filled */
	uint32_t chunk_used, chunk_cap, chunk_buf; /* chunk_buf: its number among bufs */
	uint64_t text_bytes; /* of all chunks */
	struct wr_slot slots[]; /* the port's columns, then WEIR_AT_COUNT hidden ones */
};

struct weir_out *wr_out_extend(
	struct weir_task *task, uint32_t port, const struct weir_batch *from);
int64_t *wr_out_event_time(struct weir_out *out);
uint8_t *wr_out_kinds(struct weir_out *out);
struct weir_out *wr_out_append(struct weir_task *task, uint32_t port);
void wr_out_rows(struct weir_out *out, uint32_t n, const int64_t *event_time, const uint8_t *kind);
struct weir_vec *wr_out_vec(struct weir_out *out, int32_t col);
void wr_out_text(struct weir_out *out, int32_t col, uint32_t row, const char *p, uint32_t len);
void wr_out_gather(struct weir_out *out, int32_t col, const struct weir_batch *from,
	int32_t from_col, const uint32_t *rows);
void wr_out_share(
	struct weir_out *out, int32_t col, const struct weir_batch *from, int32_t from_col);
void wr_out_select(struct weir_task *task, uint32_t port, const struct weir_batch *from,
	const uint32_t *rows, uint32_t n);

/* A finished column takes the place of column col: from an expression over the rows of the out, or
 * lent by a source. */
void wr_out_install(struct weir_out *out, int32_t col, const struct weir_column *column);
/* The same into the rows added last of an append()ed out, one after another; rows NULL: from the
 * first on.  copy: its long strings do not live as long as the out. */
void wr_out_gather_column(struct weir_out *out, int32_t col, const struct weir_column *column,
	const uint32_t *rows, bool copy);
int32_t wr_out_column_named(const struct weir_out *out, struct weir_str name);
/* Row of an append()ed out could not be computed. */
void wr_out_fail_row(struct weir_out *out, uint32_t row);
/* Buffers known from the start (a format's records): long views may name them by number. */
void wr_out_set_bufs(struct weir_out *out, const struct weir_str *records, uint32_t n);
/* The batch, without the rows rejected in this callback; NULL when no row is left.  The out is
 * spent. */
struct wr_batch *wr_out_finish(struct weir_out *out);
/* Columns only, for looking at the rows before they are finished (a source's event time). */
void wr_out_columns(struct weir_out *out);

#endif
