/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How rows on disk, of whatever slots they were written with, become rows of a table: slot by slot,
 * by name and version.  Immutable once made.
 */
#ifndef WR_STATE_ROW_MAP_H
#define WR_STATE_ROW_MAP_H

#include "state/codec.h"
#include "state/manifest.h"
#include "state/slabs.h"

struct wr_slot_copy {
	uint32_t from, to, bytes;
};

/* Of rows of one shape. */
struct wr_row_map {
	uint32_t row_bytes, n_cells; /* of the shape */
	uint32_t *cell; /* where they are in its rows */
	int64_t *cell_to; /* where they are in the table's; < 0: dropped */
	struct wr_slot_copy *copies;
	uint32_t n_copies;
};

/*
 * One for each shape of the stored table of operator op.  -EINVAL: a slot has other bytes under the
 * same version.
 */
int wr_row_maps(struct wr_row_map **maps, struct wr_arena *arena,
	const struct wr_stored_table *stored, const char *op, const struct weir_table_spec *spec,
	struct weir_err *err);
/* What is left to be read, a row without its shape, into one that is as it starts.  False: it is
 * none. */
bool wr_row_read(
	const struct wr_row_map *map, struct wr_reader *in, uint8_t *row, struct wr_layout *layout);

#endif
