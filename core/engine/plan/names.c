/* SPDX-License-Identifier: Apache-2.0 */
/* A map from names to numbers, by open addressing. */
#include "engine/plan/names.h"

#include "base/text.h"

struct wr_names_slot {
	struct weir_str name; /* p NULL: empty */
	uint32_t hash, number;
};

/* FNV-1a: the names are short, and whoever chooses them wrote the conf. */
static uint32_t
names_hash(struct weir_str name)
{
	uint32_t hash = 2166136261u, i;

	for (i = 0; i < name.len; i++)
		hash = (hash ^ (uint8_t)name.p[i]) * 16777619u;
	return hash ^ hash >> 15;
}

/* Where a name is, or the empty slot where it belongs. */
static struct wr_names_slot *
names_slot(const struct wr_names *names, struct weir_str name, uint32_t hash)
{
	uint32_t i = hash & (names->cap - 1);
	struct wr_names_slot *slot;

	for (;; i = (i + 1) & (names->cap - 1)) {
		slot = &names->slots[i];
		if (slot->name.p == NULL || (slot->hash == hash && wr_str_eq(slot->name, name)))
			return slot;
	}
}

static void
names_grow(struct wr_names *names, struct wr_arena *arena)
{
	struct wr_names old = *names;
	uint32_t i;

	names->cap = old.cap == 0 ? 16 : old.cap * 2;
	names->slots = wr_arena_zalloc(arena, names->cap * sizeof *names->slots);
	for (i = 0; i < old.cap; i++)
		if (old.slots[i].name.p != NULL)
			*names_slot(names, old.slots[i].name, old.slots[i].hash) = old.slots[i];
}

uint32_t
wr_names_find(const struct wr_names *names, struct weir_str name)
{
	const struct wr_names_slot *slot;

	if (names->cap == 0)
		return WR_NAMES_ABSENT;
	slot = names_slot(names, name, names_hash(name));
	return slot->name.p == NULL ? WR_NAMES_ABSENT : slot->number;
}

uint32_t
wr_names_put(struct wr_names *names, struct wr_arena *arena, struct weir_str name, uint32_t number)
{
	uint32_t hash = names_hash(name);
	struct wr_names_slot *slot;

	if (name.p == NULL)
		name.p = "";
	if (names->n * 2 >= names->cap)
		names_grow(names, arena);
	slot = names_slot(names, name, hash);
	if (slot->name.p != NULL)
		return slot->number;
	*slot = (struct wr_names_slot){name, hash, number};
	names->n++;
	return WR_NAMES_ABSENT;
}
