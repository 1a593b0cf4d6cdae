/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of an input as bytes, for the cells of tables. [task]
 *
 * A row: a bit per kept column that says it is not null (whole bytes), ints and timestamps first;
 * four bits per int, how many bytes it has (whole bytes); the ints, and the other values that are
 * not null, in the order of columns; event time (8 bytes).  An int is zigzag, so that small ones
 * have few bytes, a timestamp the same of how far it is from the event time; a float has 8 bytes, a
 * bool one, a string its length (one byte, or 255 and four) and itself.  Little-endian, nothing
 * aligned.
 */
#ifndef WR_ENGINE_ROWS_H
#define WR_ENGINE_ROWS_H

#include "engine/instance.h"

struct weir_rows *wr_rows_open(struct weir_task *task, uint32_t in);
struct weir_rows *wr_rows_open_passed(struct weir_task *task, uint32_t in);
uint32_t wr_rows_version(const struct weir_rows *rows);
void wr_rows_pack(struct weir_rows *rows, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, struct weir_str *bytes);
void wr_rows_sizes(struct weir_rows *rows, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t *size);
void wr_rows_write(const struct weir_rows *rows, uint32_t row, char *bytes);
const struct weir_batch *wr_rows_unpack(
	struct weir_rows *rows, const struct weir_str *bytes, uint32_t n);
/* Of an instance that closes. */
void wr_rows_free_all(struct wr_inst *inst);

#endif
