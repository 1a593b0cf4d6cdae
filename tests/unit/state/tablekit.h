/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of tables: one with rows of a cell and three words, and batches of neighbouring keys.
 */
#ifndef TEST_STATE_TABLEKIT_H
#define TEST_STATE_TABLEKIT_H

#include "keyset.h"

#include "state/table.h"

enum { MARK = 0x5eed };

/* A row as these tables have it: the slots are a cell and two words, then a byte, rounded up to a
 * word. */
struct row {
	uint64_t cell, id, mark, writes;
};

static const struct row row_initial = {.mark = MARK};
static const struct weir_slot slots[] = {
	{.name = "first", .bytes = 24, .cells = 1, .initial = &row_initial},
	{.name = "second", .bytes = 8},
};

static inline struct weir_table *
table_new(const struct keyset *set, bool by_key)
{
	struct weir_table_spec spec = {.size = sizeof spec,
		.flags = by_key ? WEIR_BY_KEY : WEIR_BY_NS,
		.n_slots = 2,
		.name = "t",
		.slots = slots};

	return wr_table_new(&spec, set->types, set->n_types);
}

/* The keys of `batch` are `first` ..+ n. */
static inline const struct weir_batch *
batch_from(const struct keyset *set, uint32_t first, uint32_t n, struct wr_arena *arena)
{
	uint32_t ids[WEIR_ROWS_MAX];
	uint64_t seed = 1;

	for (uint32_t i = 0; i < n; i++)
		ids[i] = first + i;
	wr_arena_reset(arena);
	return keyset_batch(set, ids, n, arena, &seed);
}

#endif
