/* SPDX-License-Identifier: Apache-2.0 */
/* Scans and probes of a table; see table.h. */
#include "base/err.h"
#include "state/chain.h"
#include "state/evict.h"
#include "state/table_parts.h"

/* An ended cursor is used again, so that what it gave stays readable until then. */
static struct wr_cursor *
cursor_open(struct weir_table *table, int64_t lo, bool scans)
{
	struct wr_cursor *cursor = table->cursors;

	while (cursor != NULL && cursor->open)
		cursor = cursor->next;
	if (cursor == NULL) {
		cursor = wr_zalloc(sizeof *cursor);
		cursor->next = table->cursors;
		table->cursors = cursor;
	}
	cursor->open = true;
	cursor->inside = false;
	cursor->ns = lo;
	cursor->at = scans ? 1 : 0;
	cursor->scans = scans;
	cursor->n = 0;
	wr_evict_begin_scan(table, cursor);
	return cursor;
}

/* Makes entries of what was added; ends the cursor if that is nothing. */
static uint32_t
cursor_give(struct weir_table *table, struct wr_cursor *cursor, void **handle,
	struct weir_entries *entries)
{
	struct weir_batch *batch = &cursor->batch.pub;
	const struct weir_column **cols;

	entries->n = cursor->n;
	if (cursor->n == 0) {
		cursor->open = false;
		*handle = NULL;
		return 0;
	}
	*handle = cursor;
	wr_keys_hash(cursor->keys, cursor->n, cursor->hash);
	cols = wr_arena_array(&cursor->arena, const struct weir_column *, table->n_keys);
	wr_keys_to_columns(
		cursor->keys, cursor->n, table->key_types, table->n_keys, cols, &cursor->arena);
	*batch = (struct weir_batch){.size = sizeof *batch,
		.n_rows = cursor->n,
		.n_cols = table->n_keys,
		.n_keys = table->n_keys,
		.cols = cols,
		.event_time = cursor->space,
		.key_hash = cursor->hash,
		.keys = cursor->keys};
	entries->keys = batch;
	entries->ns = cursor->space;
	entries->row = cursor->row;
	entries->from = cursor->from;
	return cursor->n;
}

/* Adds entries of one hash table from number cursor->at on; false: the batch is full. */
static bool
scan_hash(struct weir_table *table, struct wr_cursor *cursor, struct wr_hash *hash, int64_t lo,
	int64_t hi)
{
	const struct wr_slabs *slabs = &hash->slabs;

	for (uint32_t i = cursor->at; i < slabs->next && !cursor->cold; i++) {
		int64_t ns = cursor->ns;
		struct wr_key key;

		if (!wr_slabs_live(slabs, i))
			continue;
		if (table->by_key) {
			ns = wr_hash_ns(hash, i);
			if (ns < lo || ns > hi || wr_table_is_dead(table, ns))
				continue;
		}
		if (cursor->n == WEIR_ROWS_MAX) {
			cursor->at = i;
			return false;
		}
		key = wr_slabs_key(slabs, i);
		wr_cursor_add(table, cursor, &key, ns, wr_hash_row(hash, i), table->now);
	}
	cursor->at = slabs->next > 0 ? slabs->next : 1;
	if (hash->evicted == 0 && !cursor->cold && cursor->owed.n_used == 0)
		return true;
	return wr_evict_scan(table, cursor, hash, lo, hi);
}

static void
scan_spaces(struct weir_table *table, struct wr_cursor *cursor, int64_t hi)
{
	struct wr_spaces *spaces = &table->spaces;

	for (uint32_t i = wr_spaces_from(spaces, cursor->ns); i < spaces->n; i++) {
		if (spaces->v[i].ns > hi)
			break;
		if (spaces->v[i].ns != cursor->ns) {
			cursor->ns = spaces->v[i].ns;
			cursor->at = 1;
			wr_evict_begin_scan(table, cursor);
		}
		if (!scan_hash(table, cursor, spaces->v[i].hash, cursor->ns, cursor->ns))
			break;
	}
}

uint32_t
wr_table_scan(struct weir_table *table, int64_t lo, int64_t hi, void **handle,
	struct weir_entries *entries)
{
	struct wr_cursor *cursor = *handle != NULL ? *handle : cursor_open(table, lo, true);

	cursor->n = 0;
	wr_evict_drop_rows(table, cursor);
	if (!cursor->open)
		return cursor_give(table, cursor, handle, entries);
	if (table->by_key)
		scan_hash(table, cursor, &table->hash, lo, hi);
	else
		scan_spaces(table, cursor, hi);
	return cursor_give(table, cursor, handle, entries);
}

/* Most keys have one namespace.  False: this one has more, and the chain is to be asked. */
static inline bool
probe_single(
	struct weir_table *table, struct wr_cursor *cursor, uint32_t root, int64_t hi, int64_t now)
{
	struct wr_hash *hash = &table->hash;
	int64_t ns;

	if (root == 0)
		return true;
	if (hash->keyed) {
		const struct wr_node *node = wr_slabs_node(&hash->slabs, root);

		if ((node->left | node->right) != 0)
			return false;
	}
	if (cursor->n == WEIR_ROWS_MAX)
		return false;
	ns = wr_hash_ns(hash, root);
	if (ns >= cursor->ns && ns <= hi) {
		struct wr_key key = wr_slabs_key(&hash->slabs, root);

		wr_cursor_add(table, cursor, &key, ns, wr_hash_row(hash, root), now);
	}
	return true;
}

/* Adds entries of key i, the one the cursor is at; false: the batch is full. */
static bool
probe_chain(
	struct weir_table *table, struct wr_cursor *cursor, uint32_t root, int64_t hi, int64_t now)
{
	const struct wr_slabs *slabs = &table->hash.slabs;

	for (;;) {
		uint32_t index = wr_chain_from(slabs, root, cursor->ns);
		const struct wr_node *node;
		struct wr_key key;

		if (index == 0)
			return true;
		node = wr_slabs_node(slabs, index);
		if (node->ns > hi)
			return true;
		cursor->ns = node->ns;
		if (cursor->n == WEIR_ROWS_MAX)
			return false;
		key = wr_slabs_key(slabs, index);
		wr_cursor_add(table, cursor, &key, node->ns, wr_hash_row(&table->hash, index), now);
		if (node->ns == INT64_MAX)
			return true;
		cursor->ns = node->ns + 1;
	}
}

static bool
probe_spaces(struct weir_table *table, struct wr_cursor *cursor, const struct wr_key *key,
	uint64_t key_hash, int64_t hi, int64_t now)
{
	const struct wr_spaces *spaces = &table->spaces;

	for (uint32_t i = wr_spaces_from(spaces, cursor->ns); i < spaces->n; i++) {
		const struct wr_space *space = &spaces->v[i];
		uint32_t index;

		if (space->ns > hi)
			break;
		index = wr_hash_get(space->hash, key, key_hash);
		if (index == 0)
			continue;
		cursor->ns = space->ns;
		if (cursor->n == WEIR_ROWS_MAX)
			return false;
		wr_cursor_add(table, cursor, key, space->ns, wr_hash_row(space->hash, index), now);
		if (space->ns == INT64_MAX)
			break;
		cursor->ns = space->ns + 1;
	}
	return true;
}

static void
probe_fetch(struct weir_table *table, const struct wr_lookup *lookup, const int64_t *lo,
	const int64_t *hi)
{
	int64_t least = INT64_MAX, most = INT64_MIN;

	if (table->by_key) {
		if (table->hash.evicted > 0)
			wr_evict_fetch(table, &table->hash, lookup, 0);
		return;
	}
	for (uint32_t i = 0; i < lookup->n; i++) {
		least = lo[i] < least ? lo[i] : least;
		most = hi[i] > most ? hi[i] : most;
	}
	for (uint32_t i = wr_spaces_from(&table->spaces, least); i < table->spaces.n; i++) {
		struct wr_space *space = &table->spaces.v[i];

		if (space->ns <= most && space->hash->evicted > 0)
			wr_evict_fetch(table, space->hash, lookup, space->ns);
	}
}

uint32_t
wr_table_probe(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, const int64_t *lo, const int64_t *hi, void **handle,
	struct weir_entries *entries)
{
	struct wr_cursor *cursor = *handle != NULL ? *handle : cursor_open(table, 0, false);
	uint32_t root[WEIR_ROWS_MAX];
	struct wr_lookup lookup;

	cursor->n = 0;
	if (!cursor->open || cursor->at >= n)
		return cursor_give(table, cursor, handle, entries);
	wr_table_lookup(table, batch, sel, n, &lookup);
	if (table->evict != NULL)
		probe_fetch(table, &lookup, lo, hi);
	if (table->by_key)
		wr_hash_roots(&table->hash, &lookup, root);
	for (; cursor->at < n; cursor->at++, cursor->inside = false) {
		uint32_t i = cursor->at, row = sel == NULL ? i : sel[i];
		int64_t now = table->spec.ttl_us > 0 ? wr_table_row_time(table, batch, row) : 0;
		bool room;

		if (!cursor->inside)
			cursor->ns = lo[i];
		cursor->inside = true;
		if (table->by_key && wr_table_is_dead(table, cursor->ns)) {
			if (table->dead == INT64_MAX)
				continue;
			cursor->ns = table->dead + 1;
		}
		if (table->by_key && probe_single(table, cursor, root[i], hi[i], now))
			continue;
		if (table->by_key)
			room = table->hash.keyed && probe_chain(table, cursor, root[i], hi[i], now);
		else
			room = probe_spaces(
				table, cursor, &lookup.keys[row], lookup.hash[row], hi[i], now);
		if (!room)
			break;
	}
	return cursor_give(table, cursor, handle, entries);
}

void
wr_table_end_scans(struct weir_table *table)
{
	for (struct wr_cursor *c = table->cursors; c != NULL; c = c->next) {
		c->open = false;
		wr_evict_drop_rows(table, c);
	}
}
