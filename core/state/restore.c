/* SPDX-License-Identifier: Apache-2.0 */
/* Reading committed state at start: sections, and tables slot by slot; see store.h. */
#include "base/arena.h"
#include "base/err.h"
#include "state/codec.h"
#include "state/evict.h"
#include "state/row_map.h"
#include "state/store_parts.h"
#include "state/table_parts.h"

#include <stdlib.h>

/* The section that begins where the iterator is, its pieces put together; the iterator is then
 * behind it. */
static int
sections_next(const struct wr_store *store, leveldb_iterator_t *it, uint32_t *subtask,
	struct wr_text *bytes, struct weir_err *err)
{
	uint8_t want[WR_BLOB_KEY];
	uint32_t piece = 0;

	bytes->len = 0;
	for (;; leveldb_iter_next(it)) {
		size_t len = 0, n;
		const char *key = leveldb_iter_valid(it) ? leveldb_iter_key(it, &len) : NULL;

		if (piece == 0 && len == sizeof want) {
			memcpy(want, key, sizeof want);
			memcpy(subtask, want + WR_BLOB_KIND, sizeof *subtask);
			*subtask = __builtin_bswap32(*subtask);
		}
		wr_codec_be32(want + WR_BLOB_KEY - 4, piece);
		if (len != sizeof want || memcmp(key, want, sizeof want) != 0)
			break;
		key = leveldb_iter_value(it, &n);
		wr_text_add(bytes, key, n);
		piece++;
	}
	if (piece == 0)
		return wr_store_damaged(store, err, "a section lacks its beginning");
	return wr_store_iter_error(store, it, err);
}

int
wr_store_sections(struct wr_store *store, const char *name, uint32_t kind,
	int (*each)(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err),
	void *arg, struct weir_err *err)
{
	const struct wr_stored_op *op = wr_manifest_op(&store->manifest, name);
	struct wr_text bytes = {0};
	leveldb_iterator_t *it;
	uint8_t from[WR_BLOB_KEY];
	int rc = 0, n = 0;

	if (op == NULL || wr_store_is_dropped(store, name))
		return 0;
	it = leveldb_create_iterator(store->db, store->read);
	wr_store_blob_key(from, op->id, kind, 0, 0);
	leveldb_iter_seek(it, (const char *)from, WR_BLOB_KIND);
	while (rc >= 0 && leveldb_iter_valid(it)) {
		uint32_t subtask = 0;
		size_t len;
		const char *key = leveldb_iter_key(it, &len);

		if (len < WR_BLOB_KIND || memcmp(key, from, WR_BLOB_KIND) != 0)
			break;
		rc = sections_next(store, it, &subtask, &bytes, err);
		if (rc == 0)
			rc = each(arg, subtask,
				(struct weir_str){.p = bytes.p, .len = (uint32_t)bytes.len}, err);
		n++;
	}
	if (rc >= 0)
		rc = wr_store_iter_error(store, it, err);
	leveldb_iter_destroy(it);
	wr_text_fini(&bytes);
	return rc < 0 ? rc : n;
}

struct restore {
	struct wr_store *store;
	const struct wr_stored_op *op;
	const struct wr_stored_table *stored;
	struct weir_table *table;
	struct wr_row_map *maps; /* by shape */
	struct wr_arena arena;
	uint64_t loaded; /* bytes that the rows take in memory, about */
	struct wr_text last; /* by key, once there is no more room: the key that was loaded last */
	struct weir_err *err;
};

static int
restore_check(const struct restore *r, uint32_t max_parallelism)
{
	const struct weir_table *table = r->table;
	struct wr_text text = {0};
	bool same = r->stored->n_keys == table->n_keys &&
		    ((r->stored->flags & WEIR_BY_KEY) != 0) == table->by_key;

	if (r->store->manifest.max_parallelism != max_parallelism)
		return wr_err_set(r->err, -EINVAL,
			"state of \"%s\" has %u key groups (max_parallelism), the conf wants %u",
			r->op->name, r->store->manifest.max_parallelism, max_parallelism);
	for (uint32_t i = 0; same && i < table->n_keys; i++)
		same = r->stored->key_types[i] == table->key_types[i];
	if (same)
		return 0;
	wr_manifest_put_types(&text, r->stored->key_types, r->stored->n_keys);
	wr_text_printf(&text, " in the order of %s; now it is keyed by ",
		wr_manifest_order(r->stored->flags));
	wr_manifest_put_types(&text, table->key_types, table->n_keys);
	wr_err_set(r->err, -EINVAL,
		"state of table \"%s\" of \"%s\" is keyed by %s in the order of %s",
		r->stored->name, r->op->name, text.p,
		wr_manifest_order(table->by_key ? WEIR_BY_KEY : WEIR_BY_NS));
	wr_text_fini(&text);
	return -EINVAL;
}

static struct wr_hash *
restore_hash(const struct restore *r, int64_t ns)
{
	struct weir_table *table = r->table;

	return table->by_key ? &table->hash : wr_spaces_make(&table->spaces, ns);
}

static int
restore_entry(struct restore *r, const struct wr_tail *tail, const char *p, size_t len)
{
	struct wr_hash *hash = restore_hash(r, tail->ns);
	struct wr_reader in = wr_reader_of(p, len);
	uint64_t shape = wr_reader_varint(&in);
	uint32_t index = wr_hash_append(hash, &tail->key, tail->ns);

	if (in.bad || shape >= r->stored->n_shapes ||
		!wr_row_read(&r->maps[shape], &in, wr_hash_row(hash, index), &r->table->layout))
		return wr_store_damaged(r->store, r->err, "a row of table \"%s\" of \"%s\"",
			r->stored->name, r->op->name);
	return 0;
}

static void
restore_index(struct weir_table *table)
{
	wr_hash_index(&table->hash);
	for (uint32_t i = 0; i < table->spaces.n; i++)
		wr_hash_index(table->spaces.v[i].hash);
}

/*
 * Whether a row is to stay on disk, as there is no room.  Keys of tables by key are here with all
 * their rows or with none.
 */
static bool
restore_leaves(struct restore *r, const char *key, size_t len, size_t value_len)
{
	struct wr_text *last = &r->last;

	if (r->table->evict == NULL)
		return false;
	if (r->table->by_key)
		len -= sizeof(int64_t);
	if (r->loaded < r->table->evict->conf.room) {
		r->loaded += r->table->layout.head + value_len + len;
		if (r->table->by_key && r->loaded >= r->table->evict->conf.room)
			wr_text_add(last, key, len);
		return false;
	}
	return last->len != len || memcmp(last->p, key, len) != 0;
}

static int
restore_rows(struct restore *r, uint32_t lo, uint32_t hi)
{
	leveldb_iterator_t *it = leveldb_create_iterator(r->store->db, r->store->pass);
	uint8_t from[WR_ROW_GROUP];
	int rc = 0;

	wr_store_row_prefix(from, r->stored->id);
	wr_codec_be16(from + WR_ROW_PREFIX, lo);
	leveldb_iter_seek(it, (const char *)from, sizeof from);
	for (; rc == 0 && leveldb_iter_valid(it); leveldb_iter_next(it)) {
		struct wr_tail tail;
		size_t len, value_len;
		const char *key = leveldb_iter_key(it, &len), *value;

		if (len < WR_ROW_PREFIX || memcmp(key, from, WR_ROW_PREFIX) != 0)
			break;
		if (!wr_tail_read(
			    &tail, r->table->by_key, key + WR_ROW_PREFIX, len - WR_ROW_PREFIX)) {
			rc = wr_store_damaged(r->store, r->err, "a key of table \"%s\" of \"%s\"",
				r->stored->name, r->op->name);
			break;
		}
		if (tail.group > hi)
			break;
		if (r->table->by_key &&
			tail.ns < wr_retired_group(&r->store->retired, r->stored->id, tail.group)
					  ->floor)
			continue;
		value = leveldb_iter_value(it, &value_len);
		wr_table_note_ns(r->table, tail.ns);
		if (restore_leaves(r, key, len, value_len)) {
			wr_evict_leave(r->table, tail.ns);
			continue;
		}
		rc = restore_entry(r, &tail, value, value_len);
	}
	if (rc == 0)
		rc = wr_store_iter_error(r->store, it, r->err);
	leveldb_iter_destroy(it);
	return rc;
}

static void
restore_floors(struct restore *r, uint32_t lo, uint32_t hi)
{
	for (uint32_t group = lo; group <= hi && r->table->by_key; group++)
		wr_evict_set_floor(r->table->evict, group,
			wr_retired_group(&r->store->retired, r->stored->id, group)->floor);
}

int
wr_store_restore_table(struct wr_store *store, const char *op, struct weir_table *table,
	uint32_t lo, uint32_t hi, uint32_t max_parallelism, struct weir_err *err)
{
	struct restore r = {.store = store,
		.op = wr_manifest_op(&store->manifest, op),
		.table = table,
		.err = err};
	int rc;

	wr_assert(!table->tracked && wr_table_count(table) == 0);
	if (r.op != NULL && !wr_store_is_dropped(store, op))
		r.stored = wr_manifest_table(r.op, table->spec.name);
	if (r.stored == NULL) {
		wr_table_track(table, max_parallelism);
		return 0;
	}
	rc = restore_check(&r, max_parallelism);
	if (rc == 0)
		rc = wr_row_maps(&r.maps, &r.arena, r.stored, op, &table->spec, err);
	if (rc == 0 && table->evict != NULL)
		restore_floors(&r, lo, hi);
	if (rc == 0)
		rc = restore_rows(&r, lo, hi);
	restore_index(table);
	wr_arena_fini(&r.arena);
	wr_text_fini(&r.last);
	/* What stands in the base is not dirty. */
	wr_table_track(table, max_parallelism);
	return rc;
}
