/* SPDX-License-Identifier: Apache-2.0 */
/* Rows on disk to rows of a table; see row_map.h. */
#include "state/row_map.h"

#include "base/cell.h"
#include "base/err.h"

static uint32_t
slot_room(uint32_t bytes)
{
	return (bytes + 7) & ~7u;
}

/* The slot of that name and version, of several that are named so the one that comes as late. */
static int64_t
slot_to(const struct weir_table_spec *spec, const struct wr_shape *shape, uint32_t slot,
	uint32_t *index)
{
	const struct wr_kept_slot *want = &shape->slots[slot];
	uint32_t before = 0, at = 0;

	for (uint32_t i = 0; i < slot; i++)
		before += strcmp(shape->slots[i].name, want->name) == 0 &&
			  shape->slots[i].version == want->version;
	for (uint32_t i = 0; i < spec->n_slots; at += slot_room(spec->slots[i++].bytes)) {
		if (strcmp(spec->slots[i].name, want->name) != 0 ||
			spec->slots[i].version != want->version || before-- > 0)
			continue;
		*index = i;
		return at;
	}
	return -1;
}

static int
map_slot(struct wr_row_map *map, const struct wr_shape *shape, uint32_t slot, const char *op,
	const struct weir_table_spec *spec, struct weir_err *err)
{
	const struct wr_kept_slot *from = &shape->slots[slot];
	uint32_t cells = from->cells * (uint32_t)sizeof(uint64_t), index;
	int64_t to = slot_to(spec, shape, slot, &index);

	for (uint32_t i = 0; i < from->cells; i++) {
		map->cell[map->n_cells] = map->row_bytes + i * (uint32_t)sizeof(uint64_t);
		map->cell_to[map->n_cells++] = to < 0 ? -1 : to + i * (int64_t)sizeof(uint64_t);
	}
	if (to >= 0 && (spec->slots[index].bytes != from->bytes ||
			       spec->slots[index].cells != from->cells))
		return wr_err_set(err, -EINVAL,
			"slot \"%s\" of table \"%s\" of \"%s\" has %u bytes and %u cells in the "
			"state, %u and %u now, under the same version %u",
			from->name, spec->name, op, from->bytes, from->cells,
			spec->slots[index].bytes, spec->slots[index].cells, from->version);
	if (to >= 0 && from->bytes > cells)
		map->copies[map->n_copies++] = (struct wr_slot_copy){
			map->row_bytes + cells, (uint32_t)to + cells, from->bytes - cells};
	map->row_bytes += slot_room(from->bytes);
	return 0;
}

int
wr_row_maps(struct wr_row_map **maps, struct wr_arena *arena, const struct wr_stored_table *stored,
	const char *op, const struct weir_table_spec *spec, struct weir_err *err)
{
	int rc = 0;

	*maps = wr_arena_zalloc(arena, stored->n_shapes * sizeof **maps);
	for (uint32_t s = 0; rc == 0 && s < stored->n_shapes; s++) {
		const struct wr_shape *shape = &stored->shapes[s];
		struct wr_row_map *map = &(*maps)[s];
		uint32_t cells = 0;

		for (uint32_t i = 0; i < shape->n_slots; i++)
			cells += shape->slots[i].cells;
		map->cell = wr_arena_array(arena, uint32_t, cells);
		map->cell_to = wr_arena_array(arena, int64_t, cells);
		map->copies = wr_arena_array(arena, struct wr_slot_copy, shape->n_slots);
		for (uint32_t i = 0; rc == 0 && i < shape->n_slots; i++)
			rc = map_slot(map, shape, i, op, spec, err);
	}
	return rc;
}

bool
wr_row_read(
	const struct wr_row_map *map, struct wr_reader *in, uint8_t *row, struct wr_layout *layout)
{
	const uint8_t *from = wr_reader_bytes(in, map->row_bytes);

	if (from == NULL)
		return false;
	for (uint32_t i = 0; i < map->n_copies; i++)
		memcpy(row + map->copies[i].to, from + map->copies[i].from, map->copies[i].bytes);
	for (uint32_t i = 0; i < map->n_cells; i++) {
		const uint8_t *bytes;
		uint64_t len, *cell;

		memcpy(&len, from + map->cell[i], sizeof len);
		bytes = wr_reader_bytes(in, len);
		if (bytes == NULL || len > UINT32_MAX / 2)
			return false;
		if (map->cell_to[i] < 0 || len == 0)
			continue;
		cell = (uint64_t *)(void *)(row + map->cell_to[i]);
		memcpy(wr_cell_edit_in(
			       wr_layout_heap(layout), cell, (uint32_t)len, 0, (uint32_t)len),
			bytes, len);
		layout->cell_bytes += wr_cell_held(cell);
	}
	return in->p == in->end;
}
