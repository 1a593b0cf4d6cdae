/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that are in the base only; see evict.h. */
#include "state/evict.h"

#include "base/cell.h"
#include "base/err.h"
#include "state/chain.h"
#include "state/store_parts.h"

#include <stdlib.h>

void
wr_evict_enable(struct weir_table *table, const struct wr_evict_conf *conf)
{
	struct wr_evict *evict = wr_zalloc(sizeof *evict);
	uint32_t n = conf->hi - conf->lo + 1;

	*evict = (struct wr_evict){.conf = *conf,
		.epoch = UINT64_MAX,
		.floor = wr_alloc(n * sizeof *evict->floor),
		.pass = {.began = INT64_MIN + 1, .oldest = INT64_MIN + 1},
		.hand_ns = INT64_MIN};
	for (uint32_t i = 0; i < n; i++)
		evict->floor[i] = INT64_MIN;
	wr_layout_init(&evict->bare, sizeof(struct wr_node), NULL, 0);
	evict->gone = evict->going = (struct wr_hash){.keyed = true};
	evict->gone.slabs.layout = evict->going.slabs.layout = &evict->bare;
	table->evict = evict;
}

void
wr_evict_free(struct wr_evict *evict)
{
	if (evict == NULL)
		return;
	wr_hash_fini(&evict->gone);
	wr_hash_fini(&evict->going);
	wr_layout_fini(&evict->bare);
	wr_arena_fini(&evict->arena);
	wr_arena_fini(&evict->scratch);
	wr_text_fini(&evict->pass.last);
	free(evict->floor);
	free(evict);
}

/* What the manifest says of the table; it is at rest.  False: it does not know it yet. */
static bool
evict_know(struct weir_table *table)
{
	struct wr_evict *evict = table->evict;
	const struct wr_manifest *manifest = &evict->conf.store->manifest;
	const struct wr_stored_op *op;
	const struct wr_stored_table *stored;

	if (evict->epoch == manifest->epoch)
		return evict->known;
	op = wr_manifest_op(manifest, evict->conf.op);
	stored = op == NULL ? NULL : wr_manifest_table(op, table->spec.name);
	if (stored == NULL || wr_store_is_dropped(evict->conf.store, evict->conf.op))
		return false;
	wr_arena_reset(&evict->arena);
	evict->known = wr_row_maps(&evict->maps, &evict->arena, stored, evict->conf.op,
			       &table->spec, &evict->err) == 0;
	evict->n_maps = stored->n_shapes;
	evict->id = stored->id;
	evict->epoch = manifest->epoch;
	return evict->known;
}

bool
wr_evict_leave(struct weir_table *table, int64_t ns)
{
	struct wr_hash *hash = table->by_key ? &table->hash : wr_spaces_make(&table->spaces, ns);

	if (!evict_know(table))
		return false;
	hash->evicted++;
	return true;
}

void
wr_evict_set_floor(struct wr_evict *evict, uint32_t group, int64_t ns)
{
	if (group >= evict->conf.lo && group <= evict->conf.hi && ns != INT64_MIN)
		evict->floor[group - evict->conf.lo] = ns - 1;
}

static uint32_t
evict_group(const struct wr_evict *evict, uint64_t key_hash)
{
	return wr_key_group(key_hash, evict->conf.max_parallelism);
}

static int64_t
evict_floor(const void *arg, uint64_t key_hash)
{
	const struct wr_evict *evict = arg;

	return evict->floor[evict_group(evict, key_hash) - evict->conf.lo];
}

/* Erased, and the base may not know it yet. */
static bool
evict_is_gone(const struct wr_evict *evict, const struct wr_key *key, uint64_t key_hash, int64_t ns)
{
	uint32_t gone = wr_hash_get(&evict->gone, key, key_hash);
	uint32_t going = wr_hash_get(&evict->going, key, key_hash);

	return wr_chain_find(&evict->gone.slabs, gone, ns) != 0 ||
	       wr_chain_find(&evict->going.slabs, going, ns) != 0;
}

uint64_t
wr_evict_bytes(const struct wr_evict *evict)
{
	return sizeof *evict + wr_hash_bytes(&evict->gone) + wr_hash_bytes(&evict->going) +
	       wr_arena_held(&evict->scratch) + wr_arena_held(&evict->arena);
}

const struct weir_err *
wr_table_damage(const struct weir_table *table)
{
	static const struct weir_err none;

	return table->evict == NULL ? &none : &table->evict->err;
}

void
wr_evict_note_erased(
	struct wr_evict *evict, const struct wr_key *key, uint64_t key_hash, int64_t ns)
{
	bool made;

	wr_hash_put(&evict->gone, key, key_hash, ns, &made);
}

void
wr_evict_note_retired(struct weir_table *table, int64_t hi)
{
	struct wr_evict *evict = table->evict;

	/* Namespaces go with what they lack. */
	if (!table->by_key)
		return;
	if (hi == INT64_MAX)
		table->hash.evicted = 0;
	for (uint32_t i = 0; i <= evict->conf.hi - evict->conf.lo; i++)
		if (hi == INT64_MAX)
			evict->floor[i] = INT64_MIN;
		else if (hi > evict->floor[i])
			evict->floor[i] = hi;
}

void
wr_evict_note_captured(struct wr_evict *evict)
{
	struct wr_hash applied = evict->going;

	evict->going = evict->gone;
	wr_hash_fini(&applied);
	evict->gone = applied;
}

/* The key of a row on disk, or how those of a key begin, if by key there are many. */
static struct weir_str
evict_disk_key(const struct weir_table *table, const struct wr_key *key, uint64_t key_hash,
	int64_t ns, struct wr_arena *arena)
{
	const struct wr_evict *evict = table->evict;
	uint32_t len = key->len == WR_KEY_NULL ? 0 : key->len;
	uint8_t *p = wr_arena_alloc(arena, WR_ROW_PREFIX + WR_TAIL_HEAD + len), *end;

	wr_store_row_prefix(p, evict->id);
	end = wr_codec_tail(
		p + WR_ROW_PREFIX, table->by_key, evict_group(evict, key_hash), key, ns);
	if (table->hash.keyed)
		end -= sizeof ns;
	return (struct weir_str){.p = (const char *)p, .len = (uint32_t)(end - p)};
}

/* A key that is not here. */
struct missing {
	struct weir_str at; /* on disk */
	uint32_t row; /* of the lookup's keys */
};

static int
missing_compare(const void *left, const void *right)
{
	const struct missing *a = left, *b = right;
	uint32_t len = a->at.len < b->at.len ? a->at.len : b->at.len;
	int diff = memcmp(a->at.p, b->at.p, len);

	return diff != 0 ? diff : (a->at.len > b->at.len) - (a->at.len < b->at.len);
}

/* In the order of the disk, each once. */
static uint32_t
missing_list(struct weir_table *table, const struct wr_hash *hash, const struct wr_lookup *lookup,
	int64_t ns, struct missing *list)
{
	uint32_t root[WEIR_ROWS_MAX], n = 0, kept = 0;

	wr_hash_roots(hash, lookup, root);
	for (uint32_t i = 0; i < lookup->n; i++) {
		uint32_t row = lookup->rows == NULL ? i : lookup->rows[i];

		if (root[lookup->at == NULL ? i : lookup->at[i]] != 0)
			continue;
		list[n].at = evict_disk_key(
			table, &lookup->keys[row], lookup->hash[row], ns, &table->evict->scratch);
		list[n++].row = row;
	}
	if (n > 1)
		qsort(list, n, sizeof *list, missing_compare);
	for (uint32_t i = 0; i < n; i++)
		if (kept == 0 || missing_compare(&list[i], &list[kept - 1]) != 0)
			list[kept++] = list[i];
	return kept;
}

/* An entry has come back.  A scan that has passed its place gives it last. */
static void
evict_owe(struct weir_table *table, const struct wr_key *key, uint64_t key_hash, int64_t ns,
	uint32_t index)
{
	for (struct wr_cursor *c = table->cursors; c != NULL; c = c->next) {
		bool here = c->open && c->scans && (table->by_key || c->ns == ns);
		bool made;

		if (!here || (!c->cold && index >= c->at))
			continue;
		if (c->cold) {
			/* Behind what was given of its group, in the order of the disk. */
			uint32_t group = evict_group(table->evict, key_hash);
			struct missing a = {.row = 0}, b = {.row = 0};

			a.at = evict_disk_key(table, key, key_hash, ns, &table->evict->scratch);
			b.at = (struct weir_str){.p = c->last.p, .len = (uint32_t)c->last.len};
			if (group < c->group || (group == c->group && c->last.len > 0 &&
							missing_compare(&a, &b) <= 0))
				continue;
		}
		wr_hash_put(&c->owed, key, key_hash, ns, &made);
	}
}

static void
evict_put(struct weir_table *table, struct wr_hash *hash, const struct wr_key *key,
	uint64_t key_hash, int64_t ns, struct weir_str value)
{
	struct wr_evict *evict = table->evict;
	struct wr_reader in = wr_reader_of(value.p, value.len);
	uint64_t shape = wr_reader_varint(&in);
	bool made;
	uint32_t index = wr_hash_load(hash, key, key_hash, ns, &made);

	if (!made)
		return;
	if (in.bad || shape >= evict->n_maps ||
		!wr_row_read(&evict->maps[shape], &in, wr_hash_row(hash, index), &table->layout))
		wr_store_damaged(evict->conf.store, &evict->err, "a row of table \"%s\" of \"%s\"",
			table->spec.name, evict->conf.op);
	hash->evicted -= hash->evicted > 0;
	evict_owe(table, key, key_hash, ns, index);
}

/* The row of each key, which is the only one it can have. */
static void
fetch_one_each(struct weir_table *table, struct wr_hash *hash, const struct wr_lookup *lookup,
	int64_t ns, const struct missing *list, uint32_t n)
{
	struct wr_evict *evict = table->evict;

	for (uint32_t i = 0; i < n && hash->evicted > 0; i++) {
		const struct wr_key *key = &lookup->keys[list[i].row];
		uint64_t key_hash = lookup->hash[list[i].row];
		char *error = NULL, *value;
		size_t len;

		if (evict_is_gone(evict, key, key_hash, ns))
			continue;
		value = leveldb_get(evict->conf.store->db, evict->conf.store->read, list[i].at.p,
			list[i].at.len, &len, &error);
		wr_store_leveldb_error(evict->conf.store, error, &evict->err, "read");
		if (value == NULL)
			continue;
		evict_put(table, hash, key, key_hash, ns,
			(struct weir_str){.p = value, .len = (uint32_t)len});
		leveldb_free(value);
	}
}

bool
wr_evict_row_at(const struct weir_table *table, leveldb_iterator_t *it, struct wr_tail *tail,
	uint64_t *key_hash)
{
	const struct wr_evict *evict = table->evict;
	size_t len;
	const char *p = leveldb_iter_key(it, &len);

	if (!wr_tail_read(tail, table->by_key, p + WR_ROW_PREFIX, len - WR_ROW_PREFIX))
		return false;
	*key_hash = wr_key_hash(&tail->key);
	if (table->by_key && tail->ns <= evict_floor(evict, *key_hash))
		return false;
	return !evict_is_gone(evict, &tail->key, *key_hash, tail->ns);
}

static bool
iter_begins(leveldb_iterator_t *it, struct weir_str prefix)
{
	size_t len;
	const char *p;

	if (!leveldb_iter_valid(it))
		return false;
	p = leveldb_iter_key(it, &len);
	return len >= prefix.len && memcmp(p, prefix.p, prefix.len) == 0;
}

/* All rows of each key. */
static void
fetch_all_of(struct weir_table *table, struct wr_hash *hash, const struct missing *list, uint32_t n)
{
	struct wr_evict *evict = table->evict;
	leveldb_iterator_t *it =
		leveldb_create_iterator(evict->conf.store->db, evict->conf.store->read);

	for (uint32_t i = 0; i < n; i++) {
		leveldb_iter_seek(it, list[i].at.p, list[i].at.len);
		for (; iter_begins(it, list[i].at); leveldb_iter_next(it)) {
			struct wr_tail tail;
			uint64_t key_hash;
			size_t len;
			const char *value;

			if (!wr_evict_row_at(table, it, &tail, &key_hash))
				continue;
			value = leveldb_iter_value(it, &len);
			evict_put(table, hash, &tail.key, key_hash, tail.ns,
				(struct weir_str){.p = value, .len = (uint32_t)len});
		}
	}
	wr_store_iter_error(evict->conf.store, it, &evict->err);
	leveldb_iter_destroy(it);
}

void
wr_evict_fetch(
	struct weir_table *table, struct wr_hash *hash, const struct wr_lookup *lookup, int64_t ns)
{
	struct missing list[WEIR_ROWS_MAX];
	uint32_t n;

	wr_arena_reset(&table->evict->scratch);
	n = missing_list(table, hash, lookup, ns, list);
	if (n > 0 && table->hash.keyed)
		fetch_all_of(table, hash, list, n);
	else if (n > 0)
		fetch_one_each(table, hash, lookup, ns, list, n);
}

/* Scans. */

/* A row that is the cursor's until its next call. */
struct wr_cold_row {
	struct wr_cold_row *next;
	uint8_t row[];
};

void
wr_evict_drop_rows(struct weir_table *table, struct wr_cursor *cursor)
{
	for (struct wr_cold_row *cold = cursor->cold_rows; cold != NULL; cold = cold->next)
		wr_layout_free_cells(&table->layout, cold->row);
	cursor->cold_rows = NULL;
	wr_arena_reset(&cursor->cold_arena);
}

static void
scan_add(struct weir_table *table, struct wr_cursor *cursor, struct wr_tail *tail,
	struct weir_str value)
{
	struct wr_evict *evict = table->evict;
	struct wr_layout *layout = &table->layout;
	struct wr_reader in = wr_reader_of(value.p, value.len);
	uint64_t shape = wr_reader_varint(&in);
	struct wr_cold_row *cold =
		wr_arena_alloc(&cursor->cold_arena, sizeof *cold + layout->row_bytes);

	memcpy(cold->row, layout->initial, layout->row_bytes);
	cold->next = cursor->cold_rows;
	cursor->cold_rows = cold;
	if (in.bad || shape >= evict->n_maps ||
		!wr_row_read(&evict->maps[shape], &in, cold->row, layout))
		wr_store_damaged(evict->conf.store, &evict->err, "a row of table \"%s\" of \"%s\"",
			table->spec.name, evict->conf.op);
	wr_cursor_add(table, cursor, &tail->key, tail->ns, cold->row, table->now);
}

/* How rows of a group begin: by namespace those of cursor->ns. */
static struct weir_str
scan_prefix(const struct weir_table *table, const struct wr_cursor *cursor, uint8_t *p)
{
	uint8_t *end;

	wr_store_row_prefix(p, table->evict->id);
	end = wr_codec_be16(p + WR_ROW_PREFIX, cursor->group);
	if (!table->by_key)
		end = wr_codec_ns(end, cursor->ns);
	return (struct weir_str){.p = (const char *)p, .len = (uint32_t)(end - p)};
}

/* False: the cursor is full. */
static bool
scan_group(struct weir_table *table, struct wr_cursor *cursor, const struct wr_hash *hash,
	leveldb_iterator_t *it, int64_t lo, int64_t hi)
{
	uint8_t bytes[WR_ROW_GROUP + sizeof(int64_t)];
	struct weir_str prefix = scan_prefix(table, cursor, bytes);
	const struct wr_text *last = &cursor->last;

	if (last->len == 0)
		leveldb_iter_seek(it, prefix.p, prefix.len);
	else
		leveldb_iter_seek(it, last->p, last->len + 1); /* with its NUL: behind it */
	for (; iter_begins(it, prefix); leveldb_iter_next(it)) {
		struct wr_tail tail;
		uint64_t key_hash;
		size_t len;
		const char *p;

		if (cursor->n == WEIR_ROWS_MAX)
			return false;
		p = leveldb_iter_key(it, &len);
		cursor->last.len = 0;
		wr_text_add(&cursor->last, p, len);
		if (!wr_evict_row_at(table, it, &tail, &key_hash) || tail.ns < lo || tail.ns > hi ||
			wr_hash_get(hash, &tail.key, key_hash) != 0)
			continue;
		p = leveldb_iter_value(it, &len);
		scan_add(table, cursor, &tail, (struct weir_str){.p = p, .len = (uint32_t)len});
	}
	cursor->last.len = 0;
	return true;
}

/* What came back behind the scan.  False: the cursor is full. */
static bool
scan_owed(struct weir_table *table, struct wr_cursor *cursor, const struct wr_hash *hash,
	int64_t lo, int64_t hi)
{
	for (; cursor->at_owed < cursor->owed.slabs.next; cursor->at_owed++) {
		const struct wr_node *owed = wr_slabs_node(&cursor->owed.slabs, cursor->at_owed);
		struct wr_key key = wr_slabs_key(&cursor->owed.slabs, cursor->at_owed);
		uint32_t index = wr_hash_get(hash, &key, wr_key_hash(&key));

		if (cursor->n == WEIR_ROWS_MAX)
			return false;
		if (hash->keyed)
			index = wr_chain_find(&hash->slabs, index, owed->ns);
		if (index != 0 && owed->ns >= lo && owed->ns <= hi)
			wr_cursor_add(table, cursor, &key, owed->ns, wr_hash_row(hash, index),
				table->now);
	}
	return true;
}

void
wr_evict_begin_scan(struct weir_table *table, struct wr_cursor *cursor)
{
	cursor->cold = false;
	cursor->at_owed = 1;
	if (table->evict == NULL)
		return;
	if (cursor->owed.slabs.layout != NULL)
		wr_hash_fini(&cursor->owed);
	cursor->owed = (struct wr_hash){.keyed = true, .slabs.layout = &table->evict->bare};
}

bool
wr_evict_scan(struct weir_table *table, struct wr_cursor *cursor, struct wr_hash *hash, int64_t lo,
	int64_t hi)
{
	struct wr_evict *evict = table->evict;
	leveldb_iterator_t *it;
	bool room = true;

	if (!cursor->cold) {
		cursor->cold = true;
		cursor->group = evict->conf.lo;
		cursor->last.len = 0;
	}
	if (cursor->group <= evict->conf.hi) {
		it = leveldb_create_iterator(evict->conf.store->db, evict->conf.store->pass);
		while (room && cursor->group <= evict->conf.hi) {
			room = scan_group(table, cursor, hash, it, lo, hi);
			cursor->group += room;
		}
		wr_store_iter_error(evict->conf.store, it, &evict->err);
		leveldb_iter_destroy(it);
	}
	return room && scan_owed(table, cursor, hash, lo, hi);
}

/* Letting go. */

static uint64_t
evict_entry_bytes(const struct weir_table *table)
{
	uint64_t count = wr_table_count(table);

	return table->layout.stride + sizeof(struct wr_hash_line) / 6 +
	       (count == 0 ? 0 : table->layout.cell_bytes / count);
}

/* What has gone is a quarter: the next entries may be another table's. */
static bool
evict_is_loose(const struct wr_hash *hash)
{
	return hash->slabs.n_free > 0 && hash->slabs.n_free >= hash->slabs.room / 4;
}

/* From the namespace that the last round came to, round. */
static uint32_t
evict_spaces(struct weir_table *table, uint32_t n)
{
	struct wr_evict *evict = table->evict;
	struct wr_spaces *spaces = &table->spaces;
	uint32_t i = wr_spaces_from(spaces, evict->hand_ns), done = 0;

	for (uint32_t seen = 0; seen <= spaces->n && spaces->n > 0 && done < n; seen++, i++) {
		struct wr_hash *hash;

		i = i < spaces->n ? i : 0;
		hash = spaces->v[i].hash;
		if (spaces->v[i].ns != evict->hand_ns)
			evict->hand = 0;
		evict->hand_ns = spaces->v[i].ns;
		done += wr_hash_evict(hash, &evict->hand, n - done, NULL, NULL);
		if (done >= n)
			break;
		if (evict_is_loose(hash))
			wr_hash_compact(hash);
		wr_layout_trim(&table->layout, 0);
		evict->hand_ns = INT64_MIN; /* the next one is not where the hand was */
		evict->hand = 0;
	}
	return done;
}

uint32_t
wr_table_evict(struct weir_table *table, uint64_t bytes, uint32_t most)
{
	struct wr_evict *evict = table->evict;
	uint64_t n = bytes / evict_entry_bytes(table) + 1;
	uint32_t done;

	if (evict == NULL || wr_table_is_scanned(table) || !evict_know(table))
		return 0;
	/* What was captured is applied. */
	wr_hash_fini(&evict->going);
	wr_evict_note_left(table);
	if (table->has_dead)
		wr_table_sweep(table);
	n = n < most ? n : most;
	if (!table->by_key)
		return evict_spaces(table, (uint32_t)n);
	if (evict->hand >= table->hash.n_lines)
		evict->hand = 0;
	done = wr_hash_evict(&table->hash, &evict->hand, (uint32_t)n, evict_floor, evict);
	if (evict_is_loose(&table->hash))
		wr_table_fit(table);
	return done;
}
