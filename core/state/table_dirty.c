/* SPDX-License-Identifier: Apache-2.0 */
/* Which entries of a table were written or erased since a snapshot last asked; see table.h. */
#include "state/table_parts.h"

#include <stdlib.h>

void
wr_table_track(struct weir_table *table)
{
	table->tracked = table->spaces.tracked = table->hash.tracked = true;
	for (uint32_t i = 0; i < table->spaces.n; i++)
		table->spaces.v[i].hash->tracked = true;
}

void
wr_table_note_erased(struct weir_table *table, const struct wr_key *key, uint64_t hash, int64_t ns)
{
	struct wr_dirty *dirty;

	if (table->n_erased == table->cap_erased) {
		table->cap_erased = table->cap_erased < 16 ? 16 : table->cap_erased * 2;
		table->erased =
			wr_realloc(table->erased, table->cap_erased * sizeof *table->erased);
	}
	dirty = &table->erased[table->n_erased++];
	*dirty = (struct wr_dirty){.key = *key, .hash = hash, .ns = ns};
	if (wr_key_is_far(key)) {
		const char *bytes = (const char *)wr_key_bytes(key);

		bytes = wr_arena_dup(&table->erased_bytes, bytes, key->len);
		dirty->key = wr_key_make(bytes, key->len);
	}
}

static uint32_t
dirty_take(struct weir_table *table, struct wr_hash *hash, int64_t ns, uint32_t n)
{
	for (uint32_t i = 0; i < hash->n_dirty; i++) {
		uint32_t index = hash->dirty[i];
		uint64_t bit = UINT64_C(1) << (index & 63);
		struct wr_dirty *dirty = &table->taken[n];

		if (!(hash->dirty_bits[index >> 6] & bit))
			continue;
		hash->dirty_bits[index >> 6] &= ~bit;
		if (hash->keyed)
			ns = wr_slabs_node(&hash->slabs, index)->ns;
		if (hash->keyed && wr_table_is_dead(table, ns))
			continue;
		dirty->key = *wr_slabs_key(&hash->slabs, index);
		dirty->hash = wr_key_hash(&dirty->key);
		dirty->ns = ns;
		dirty->row = wr_hash_row(hash, index);
		n++;
	}
	hash->n_dirty = 0;
	return n;
}

uint32_t
wr_table_take_dirty(struct weir_table *table, const struct wr_dirty **dirty)
{
	struct wr_arena bytes = table->taken_bytes;
	uint64_t most = (uint64_t)table->n_erased + table->hash.n_dirty;
	uint32_t n = table->n_erased;

	for (uint32_t i = 0; i < table->spaces.n; i++)
		most += table->spaces.v[i].hash->n_dirty;
	if (most > table->cap_taken) {
		table->cap_taken = (uint32_t)most;
		table->taken = wr_realloc(table->taken, most * sizeof *table->taken);
	}
	if (n > 0)
		memcpy(table->taken, table->erased, n * sizeof *table->taken);
	table->n_erased = 0;
	table->taken_bytes = table->erased_bytes;
	table->erased_bytes = bytes;
	wr_arena_reset(&table->erased_bytes);

	n = dirty_take(table, &table->hash, 0, n);
	for (uint32_t i = 0; i < table->spaces.n; i++)
		n = dirty_take(table, table->spaces.v[i].hash, table->spaces.v[i].ns, n);
	*dirty = table->taken;
	return n;
}

bool
wr_table_take_retired(struct weir_table *table, int64_t *hi)
{
	bool has = table->has_retired;

	if (has)
		*hi = table->retired;
	table->has_retired = false;
	return has;
}
