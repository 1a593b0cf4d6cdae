/* SPDX-License-Identifier: Apache-2.0 */
/* Keyed state in memory; see table.h. */
#include "state/table.h"

#include "base/cell.h"
#include "base/err.h"
#include "state/chain.h"
#include "state/evict.h"
#include "state/table_parts.h"

#include <malloc.h>
#include <stdlib.h>

enum {
	TABLE_AHEAD = 8, /* keys, to prefetch */
	TABLE_LOOSE = 4096 /* entries that have gone and are worth no thought */
};

static void
table_keep_spec(struct weir_table *table, const struct weir_table_spec *spec)
{
	struct wr_arena *arena = &table->spec_arena;
	struct weir_slot *slots;

	arena->chunk_size = 1024;
	slots = wr_arena_array(arena, struct weir_slot, spec->n_slots + 1);
	table->spec = *spec;
	table->spec.name =
		spec->name == NULL ? "" : wr_arena_dup(arena, spec->name, strlen(spec->name));
	table->spec.slots = slots;
	for (uint32_t i = 0; i < spec->n_slots; i++) {
		const struct weir_slot *slot = &spec->slots[i];

		slots[i] = *slot;
		slots[i].name = wr_arena_dup(arena, slot->name, strlen(slot->name));
		if (slot->initial != NULL)
			slots[i].initial = wr_arena_dup(arena, slot->initial, slot->bytes);
	}
	if (spec->ttl_us > 0)
		slots[table->spec.n_slots++] = wr_table_written;
	table->now = INT64_MIN;
	table->oldest = INT64_MIN + 1; /* it never had a pass */
}

const struct weir_table_spec *
wr_table_spec_of(const struct weir_table *table)
{
	return &table->spec;
}

bool
wr_table_is_kept(const struct weir_table *table)
{
	return (table->spec.flags & WEIR_SCRATCH) == 0;
}

struct weir_table *
wr_table_new(const struct weir_table_spec *spec, const uint32_t *key_types, uint32_t n_keys)
{
	struct weir_table *table = wr_zalloc(sizeof *table);

	table_keep_spec(table, spec);
	table->by_key = (spec->flags & WEIR_BY_KEY) != 0;
	wr_layout_init(
		&table->layout, sizeof(struct wr_entry), table->spec.slots, table->spec.n_slots);
	table->spaces.layout = &table->layout;
	table->hash.slabs.layout = &table->layout;
	table->n_keys = n_keys;
	table->key_types = wr_alloc(n_keys * sizeof *key_types);
	if (n_keys > 0)
		memcpy(table->key_types, key_types, n_keys * sizeof *key_types);
	return table;
}

void
wr_table_free(struct weir_table *table)
{
	if (table == NULL)
		return;
	wr_layout_leave(&table->layout);
	while (table->cursors != NULL) {
		struct wr_cursor *cursor = table->cursors;

		table->cursors = cursor->next;
		wr_evict_drop_rows(table, cursor);
		wr_arena_fini(&cursor->arena);
		wr_arena_fini(&cursor->cold_arena);
		wr_text_fini(&cursor->last);
		wr_evict_begin_scan(table, cursor);
		free(cursor);
	}
	wr_table_end_capture(table);
	wr_text_fini(&table->erased.text);
	wr_spaces_fini(&table->spaces);
	wr_hash_fini(&table->hash);
	wr_layout_fini(&table->layout);
	wr_evict_free(table->evict);
	wr_arena_fini(&table->arena);
	wr_arena_fini(&table->spec_arena);
	free(table->parts);
	free(table->keys);
	free(table->key_hash);
	free(table->key_types);
	free(table);
}

void
wr_table_lookup(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, struct wr_lookup *lookup)
{
	wr_assert(n <= WEIR_ROWS_MAX && batch->n_keys == table->n_keys);
	*lookup = (struct wr_lookup){
		.keys = wr_keys_with(batch), .hash = batch->key_hash, .rows = sel, .n = n};
	if (lookup->keys != NULL && lookup->hash != NULL)
		return;
	if (table->keys == NULL) {
		table->keys = wr_alloc(WEIR_ROWS_MAX * sizeof *table->keys);
		table->key_hash = wr_alloc(WEIR_ROWS_MAX * sizeof *table->key_hash);
	}
	wr_arena_reset(&table->arena);
	wr_keys_of(batch->cols + batch->first_key, batch->n_keys, sel, n, table->keys,
		table->key_hash, &table->arena);
	lookup->keys = table->keys;
	lookup->hash = table->key_hash;
}

static bool
table_one_space(const int64_t *ns, uint32_t n)
{
	uint64_t differs = 0;

	if (ns == NULL)
		return true;
	for (uint32_t i = 1; i < n; i++)
		differs |= (uint64_t)(ns[i] ^ ns[0]);
	return differs == 0;
}

/* Parts the rows by the hash table of their namespace; those whose namespace has none are left out.
 */
static const struct wr_parts *
table_part(struct weir_table *table, const struct wr_lookup *lookup, const int64_t *ns, bool make)
{
	struct wr_parts *parts = table->parts;

	if (parts == NULL)
		parts = table->parts = wr_zalloc(sizeof *parts);
	parts->turn++;
	parts->n = 0;
	memset(parts->start, 0, sizeof parts->start);
	for (uint32_t i = 0; i < lookup->n; i++) {
		struct wr_hash *hash = make ? wr_spaces_make(&table->spaces, ns[i])
					    : wr_spaces_get(&table->spaces, ns[i]);

		parts->slot[i] = UINT32_MAX;
		if (hash == NULL)
			continue;
		if (hash->turn != parts->turn) {
			hash->turn = parts->turn;
			hash->slot = parts->n;
			parts->hash[parts->n++] = hash;
		}
		parts->slot[i] = hash->slot;
		parts->start[hash->slot + 1]++;
	}
	for (uint32_t i = 0; i < parts->n; i++)
		parts->start[i + 1] += parts->start[i];
	for (uint32_t i = 0; i < lookup->n; i++) {
		uint32_t to;

		if (parts->slot[i] == UINT32_MAX)
			continue;
		to = parts->start[parts->slot[i]]++;
		parts->rows[to] = lookup->rows == NULL ? i : lookup->rows[i];
		parts->at[to] = i;
	}
	/* Each start has become its end. */
	memmove(parts->start + 1, parts->start, parts->n * sizeof parts->start[0]);
	parts->start[0] = 0;
	return parts;
}

static struct wr_lookup
table_of_part(const struct wr_lookup *all, const struct wr_parts *parts, uint32_t i)
{
	struct wr_lookup lookup = *all;

	lookup.rows = parts->rows + parts->start[i];
	lookup.at = parts->at + parts->start[i];
	lookup.n = parts->start[i + 1] - parts->start[i];
	return lookup;
}

bool
wr_table_is_scanned(const struct weir_table *table)
{
	bool open = false;

	for (const struct wr_cursor *c = table->cursors; c != NULL; c = c->next)
		open |= c->open;
	return open;
}

void
wr_table_fit(struct weir_table *table)
{
	struct wr_hash *hash = &table->hash;
	const struct wr_slabs *slabs = &hash->slabs;
	uint32_t passed = 1;

	wr_hash_part(hash);
	if (hash->frozen != NULL || wr_table_is_scanned(table))
		return;
	for (uint32_t i = 1; i < table->pass_at; i++)
		passed += wr_slabs_live(slabs, i);
	wr_hash_compact(hash);
	if (table->pass_at > 0)
		table->pass_at = passed;
	wr_layout_trim(&table->layout, 0);
	malloc_trim(0);
}

/* Less than a quarter is used. */
static inline bool
table_is_loose(const struct weir_table *table)
{
	const struct wr_slabs *slabs = &table->hash.slabs;

	return slabs->n_free > TABLE_LOOSE && wr_slabs_count(slabs) < slabs->room / 4;
}

static void
table_upsert_by_key(
	struct weir_table *table, struct wr_lookup *lookup, const int64_t *ns, void **row)
{
	if (table_is_loose(table))
		wr_table_fit(table);
	for (uint32_t i = 0; i < lookup->n && table->has_dead; i++)
		if (wr_table_is_dead(table, ns == NULL ? 0 : ns[i]))
			wr_table_sweep(table);
	lookup->ns = ns;
	for (uint32_t i = 0; ns != NULL && i < lookup->n && !table->hash.keyed; i++)
		wr_table_note_ns(table, ns[i]);
	if (table->hash.evicted > 0)
		wr_evict_fetch(table, &table->hash, lookup, 0);
	wr_hash_upsert(&table->hash, lookup, row);
}

/* Most tables by key never have another namespace than 0, and so no chains. */
void
wr_table_note_ns(struct weir_table *table, int64_t ns)
{
	if (ns != 0 && table->by_key && !table->hash.keyed)
		wr_hash_chain(&table->hash);
}

/* By namespace: what there is of these keys in ns is here now. */
static void
table_fetch(struct weir_table *table, struct wr_hash *hash, const struct wr_lookup *lookup,
	const int64_t *ns)
{
	if (hash->evicted > 0)
		wr_evict_fetch(table, hash, lookup,
			ns == NULL ? 0 : ns[lookup->at == NULL ? 0 : lookup->at[0]]);
}

static void
table_upsert_parts(
	struct weir_table *table, const struct wr_lookup *lookup, const int64_t *ns, void **row)
{
	const struct wr_parts *parts = table_part(table, lookup, ns, true);

	for (uint32_t i = 0; i < parts->n; i++) {
		struct wr_lookup part = table_of_part(lookup, parts, i);

		table_fetch(table, parts->hash[i], &part, ns);
		wr_hash_upsert(parts->hash[i], &part, row);
	}
}

static void
table_upsert(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, const int64_t *ns, void **row)
{
	bool one_space = table_one_space(ns, n);
	struct wr_lookup lookup;

	/* Without keys all rows have the same entry. */
	wr_table_lookup(table, batch, sel, table->n_keys == 0 && one_space ? 1 : n, &lookup);
	if (table->by_key) {
		table_upsert_by_key(table, &lookup, ns, row);
	} else if (one_space) {
		struct wr_hash *hash = wr_spaces_make(&table->spaces, ns == NULL ? 0 : ns[0]);

		table_fetch(table, hash, &lookup, ns);
		wr_hash_upsert(hash, &lookup, row);
	} else {
		table_upsert_parts(table, &lookup, ns, row);
	}
	for (uint32_t i = lookup.n; i < n; i++)
		row[i] = row[0];
}

void
wr_table_upsert(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, const int64_t *ns, void **row)
{
	if (n == 0)
		return;
	table_upsert(table, batch, sel, n, ns, row);
	if (table->spec.ttl_us > 0)
		wr_table_touch(table, batch, sel, n, row);
}

static void
table_find_by_key(struct weir_table *table, const struct wr_lookup *lookup, const int64_t *ns,
	const void **row)
{
	uint32_t index[WEIR_ROWS_MAX];

	if (table->hash.evicted > 0)
		wr_evict_fetch(table, &table->hash, lookup, 0);
	wr_hash_roots(&table->hash, lookup, index);
	for (uint32_t i = 0; i < lookup->n; i++) {
		int64_t at = ns == NULL ? 0 : ns[i];

		row[i] = NULL;
		if (index[i] == 0 || wr_table_is_dead(table, at))
			continue;
		if (table->hash.keyed)
			index[i] = wr_chain_find(&table->hash.slabs, index[i], at);
		else if (at != 0)
			continue;
		if (index[i] != 0)
			row[i] = wr_hash_row(&table->hash, index[i]);
	}
}

static void
table_find_in(const struct wr_hash *hash, const struct wr_lookup *lookup, const void **row)
{
	uint32_t index[WEIR_ROWS_MAX];

	wr_hash_roots(hash, lookup, index);
	for (uint32_t i = 0; i < lookup->n; i++) {
		uint32_t at = lookup->at == NULL ? i : lookup->at[i];

		row[at] = index[at] == 0 ? NULL : wr_hash_row(hash, index[at]);
	}
}

static void
table_find(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, const int64_t *ns, const void **row)
{
	const struct wr_parts *parts;
	struct wr_lookup lookup;

	wr_table_lookup(table, batch, sel, n, &lookup);
	if (table->by_key) {
		table_find_by_key(table, &lookup, ns, row);
		return;
	}
	memset(row, 0, n * sizeof *row);
	if (table_one_space(ns, n)) {
		struct wr_hash *hash = wr_spaces_get(&table->spaces, ns == NULL ? 0 : ns[0]);

		if (hash == NULL)
			return;
		table_fetch(table, hash, &lookup, ns);
		table_find_in(hash, &lookup, row);
		return;
	}
	parts = table_part(table, &lookup, ns, false);
	for (uint32_t i = 0; i < parts->n; i++) {
		struct wr_lookup part = table_of_part(&lookup, parts, i);

		table_fetch(table, parts->hash[i], &part, ns);
		table_find_in(parts->hash[i], &part, row);
	}
}

void
wr_table_find(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, const int64_t *ns, const void **row)
{
	if (n == 0)
		return;
	table_find(table, batch, sel, n, ns, row);
	if (table->spec.ttl_us > 0)
		wr_table_hide(table, batch, sel, n, row);
}

void
wr_table_single(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, int64_t *ns, void **row)
{
	struct wr_lookup lookup;

	wr_assert(table->by_key && table->spec.ttl_us == 0);
	wr_table_lookup(table, batch, sel, n, &lookup);
	if (table->has_dead)
		wr_table_sweep(table);
	if (table->hash.evicted > 0)
		wr_evict_fetch(table, &table->hash, &lookup, 0);
	wr_hash_single(&table->hash, &lookup, ns, row);
}

/* What is to be erased, so that it is known what there was. */
static void
table_fetch_erased(struct weir_table *table, const struct wr_lookup *lookup, const int64_t *ns)
{
	const struct wr_parts *parts;

	if (table->by_key) {
		if (table->hash.evicted > 0)
			wr_evict_fetch(table, &table->hash, lookup, 0);
		return;
	}
	if (ns == NULL) {
		struct wr_hash *hash = wr_spaces_get(&table->spaces, 0);

		if (hash != NULL)
			table_fetch(table, hash, lookup, ns);
		return;
	}
	parts = table_part(table, lookup, ns, false);
	for (uint32_t i = 0; i < parts->n; i++) {
		struct wr_lookup part = table_of_part(lookup, parts, i);

		table_fetch(table, parts->hash[i], &part, ns);
	}
}

void
wr_table_erase(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, const int64_t *ns)
{
	struct wr_lookup lookup;

	if (n == 0)
		return;
	wr_table_lookup(table, batch, sel, n, &lookup);
	if (table->evict != NULL)
		table_fetch_erased(table, &lookup, ns);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sel == NULL ? i : sel[i];
		int64_t space = ns == NULL ? 0 : ns[i];
		struct wr_hash *hash =
			table->by_key ? &table->hash : wr_spaces_get(&table->spaces, space);

		if (hash == NULL || (table->by_key && wr_table_is_dead(table, space)))
			continue;
		if (i + TABLE_AHEAD < n)
			wr_hash_prefetch(hash,
				lookup.hash[sel == NULL ? i + TABLE_AHEAD : sel[i + TABLE_AHEAD]]);
		if (wr_hash_erase(hash, &lookup.keys[row], lookup.hash[row], space) &&
			table->tracked)
			wr_table_note_erased(table, &lookup.keys[row], lookup.hash[row], space);
	}
}

/* All entries of a table by key; scans of what is on disk have rows of their own. */
static void
table_drop_all(struct weir_table *table)
{
	if (table->evict == NULL)
		wr_layout_leave(&table->layout);
	wr_hash_fini(&table->hash);
	if (table->evict == NULL)
		wr_layout_left(&table->layout);
}

void
wr_table_sweep(struct weir_table *table)
{
	struct wr_hash *hash = &table->hash;

	wr_hash_part(hash);
	if (table->dead == INT64_MAX && hash->frozen == NULL)
		table_drop_all(table); /* and nobody needs to know which */
	for (uint32_t i = 1; i < hash->slabs.next; i++) {
		int64_t ns = wr_hash_ns(hash, i);

		if (wr_slabs_live(&hash->slabs, i) && ns <= table->dead) {
			struct wr_key key = wr_slabs_key(&hash->slabs, i);

			wr_hash_erase(hash, &key, wr_key_hash(&key), ns);
		}
	}
	table->has_dead = false;
	table->swept = hash->slabs.n_made;
}

/* By key, a pass over all entries is made only once a quarter of them are new since the last one.
 */
static void
table_retire_by_key(struct weir_table *table, int64_t hi)
{
	const struct wr_slabs *slabs = &table->hash.slabs;

	if (!table->has_dead || hi > table->dead)
		table->dead = hi;
	table->has_dead = true;
	if (slabs->n_made - table->swept >= wr_slabs_count(slabs) / 4)
		wr_table_sweep(table);
}

void
wr_table_retire(struct weir_table *table, int64_t hi)
{
	if (table->tracked && (!table->has_retired || hi > table->retired)) {
		table->retired = hi;
		table->has_retired = true;
	}
	if (table->evict != NULL)
		wr_evict_note_retired(table, hi);
	if (table->by_key)
		table_retire_by_key(table, hi);
	else if (hi == INT64_MAX)
		wr_spaces_drop(&table->spaces, table->spaces.n);
	else
		wr_spaces_drop(&table->spaces, wr_spaces_from(&table->spaces, hi + 1));
}

const void *
wr_table_peek(struct weir_table *table, const uint64_t *cell, uint32_t *len)
{
	(void)table;
	return wr_cell_peek(cell, len);
}

void *
wr_table_edit(
	struct weir_table *table, void *row, uint64_t *cell, uint32_t len, uint32_t off, uint32_t n)
{
	const uint32_t held = wr_cell_held(cell);
	void *bytes = wr_cell_edit_in(wr_layout_heap(&table->layout), cell, len, off, n);

	(void)row; /* its upsert has marked it */
	wr_table_note_cells(table, (int64_t)wr_cell_held(cell) - held);
	return bytes;
}

void
wr_table_near(struct weir_table *table, const uint64_t *cell, uint32_t n)
{
	(void)table;
	for (uint32_t i = 0; i < n; i++)
		wr_cell_near(&cell[i]);
}

bool
wr_table_has_cells(const struct weir_table *table)
{
	return table->layout.n_cells > 0;
}

void
wr_table_note_cells(struct weir_table *table, int64_t grown)
{
	struct wr_layout *layout = &table->layout;

	layout->cell_bytes += (uint64_t)grown;
	layout->grown += grown;
}

uint64_t
wr_table_count(const struct weir_table *table)
{
	uint64_t count = wr_slabs_count(&table->hash.slabs) + table->hash.evicted;

	for (uint32_t i = 0; i < table->spaces.n; i++) {
		const struct wr_hash *hash = table->spaces.v[i].hash;

		count += wr_slabs_count(&hash->slabs) + hash->evicted;
	}
	return count;
}

uint32_t
wr_table_spaces(const struct weir_table *table)
{
	return table->spaces.n;
}

static uint64_t
table_free_bytes(const struct wr_hash *hash)
{
	return (uint64_t)hash->slabs.n_free * hash->slabs.layout->stride + hash->slabs.keep.dead;
}

uint64_t
wr_table_used(const struct weir_table *table)
{
	uint64_t bytes = wr_table_bytes(table) - table_free_bytes(&table->hash);

	bytes -= wr_layout_free_heap(&table->layout);
	for (uint32_t i = 0; i < table->spaces.n; i++)
		bytes -= table_free_bytes(table->spaces.v[i].hash);
	return bytes;
}

uint64_t
wr_table_bytes(const struct weir_table *table)
{
	const struct wr_layout *layout = &table->layout;
	uint64_t bytes = sizeof *table + layout->cell_bytes + wr_hash_bytes(&table->hash);

	bytes += wr_layout_free_heap(layout);
	bytes += ((uint64_t)layout->n_spare << layout->shift) * layout->stride;
	bytes += wr_spaces_bytes(&table->spaces);
	for (const struct wr_cursor *c = table->cursors; c != NULL; c = c->next)
		bytes += sizeof *c + wr_arena_held(&c->arena);
	bytes += table->parts == NULL ? 0 : sizeof *table->parts;
	bytes += table->keys == NULL
			 ? 0
			 : WEIR_ROWS_MAX * (sizeof *table->keys + sizeof *table->key_hash);
	bytes += table->erased.text.cap + table->copying.records.text.cap;
	if (table->evict != NULL)
		bytes += wr_evict_bytes(table->evict);
	return bytes + wr_arena_held(&table->arena);
}
