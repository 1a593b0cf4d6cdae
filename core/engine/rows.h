/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of an input as bytes, for the cells of tables. [task]
 *
 * A row: event time (8 bytes), a bit per kept column that says it is not null (whole bytes), then
 * the values of those that are not, in the order of columns: 8 bytes, of a bool one, of a string
 * its length (4 bytes) and itself.  Little-endian, nothing aligned.
 */
#ifndef WR_ENGINE_ROWS_H
#define WR_ENGINE_ROWS_H

#include "engine/instance.h"

struct weir_rows *wr_rows_open(struct weir_task *task, uint32_t in);
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
