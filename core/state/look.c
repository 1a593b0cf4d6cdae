/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a state directory, decoded; see look.h. */
#include "state/look.h"

#include "base/arena.h"
#include "base/err.h"
#include "state/codec.h"
#include "state/look_key.h"
#include "state/savepoint.h"
#include "state/store_parts.h"

#include <stdlib.h>
#include <sys/stat.h>

static int
look_open_savepoint(struct wr_store **store, const char *path, struct weir_err *err)
{
	const char *above = getenv("TMPDIR");
	struct wr_savepoint_info info;
	struct wr_text dir = {0};
	int rc;

	wr_text_printf(&dir, "%s/weir-savepoint-XXXXXX", above != NULL ? above : "/tmp");
	if (mkdtemp(dir.p) == NULL) {
		rc = wr_err_set(err, -errno, "cannot make \"%s\": %s", dir.p, strerror(errno));
		wr_text_fini(&dir);
		return rc;
	}
	rc = wr_savepoint_restore(path, dir.p, &info, NULL, err);
	if (rc == 0)
		rc = wr_store_open(store, dir.p, NULL, err);
	if (rc == 0) {
		/* Messages are about what the user knows. */
		(*store)->temporary = (*store)->dir;
		(*store)->dir = wr_dup(path, strlen(path));
	} else {
		wr_store_remove(dir.p);
	}
	wr_text_fini(&dir);
	return rc;
}

int
wr_look_open(struct wr_store **store, const char *path, struct weir_err *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		return look_open_savepoint(store, path, err);
	return wr_store_open(store, path, NULL, err);
}

void
wr_look_close(struct wr_store *store)
{
	char *dir = store->temporary;

	wr_store_close(store);
	if (dir != NULL)
		wr_store_remove(dir);
	free(dir);
}

const char *
wr_look_pipeline(const struct wr_store *store)
{
	return store->manifest.pipeline;
}

static uint32_t
slots_bytes(const struct wr_shape *shape)
{
	uint32_t bytes = 0;

	for (uint32_t i = 0; i < shape->n_slots; i++)
		bytes += (shape->slots[i].bytes + 7) & ~7u;
	return bytes;
}

/* Where the cells end must be where the value ends. */
static bool
cells_fit(const struct wr_shape *shape, struct wr_reader in, const uint8_t *row)
{
	for (uint32_t i = 0; i < shape->n_slots; i++) {
		for (uint32_t c = 0; c < shape->slots[i].cells; c++) {
			uint64_t len;

			memcpy(&len, row + c * sizeof len, sizeof len);
			wr_reader_bytes(&in, len);
		}
		row += (shape->slots[i].bytes + 7) & ~7u;
	}
	return !in.bad && in.p == in.end;
}

/* False: these are no key and value of the table. */
static bool
look_decode(const struct wr_stored_table *table, leveldb_iterator_t *it, struct wr_look_row *row,
	uint32_t *group)
{
	const struct wr_shape *shape;
	struct wr_tail tail;
	struct wr_reader in;
	uint64_t number;
	size_t key_len, len;
	const char *key = leveldb_iter_key(it, &key_len), *value = leveldb_iter_value(it, &len);

	if (!wr_tail_read(&tail, (table->flags & WEIR_BY_KEY) != 0, key + WR_ROW_PREFIX,
		    key_len - WR_ROW_PREFIX))
		return false;
	in = wr_reader_of(value, len);
	number = wr_reader_varint(&in);
	if (in.bad || number >= table->n_shapes)
		return false;
	shape = &table->shapes[number];
	row->row = wr_reader_bytes(&in, slots_bytes(shape));
	if (row->row == NULL || !cells_fit(shape, in, row->row) ||
		!wr_look_key_is_sound(&tail.key, table->key_types, table->n_keys))
		return false;
	row->cells = in.p;
	row->table = table->name;
	row->key_types = table->key_types;
	row->n_keys = table->n_keys;
	row->key = tail.key;
	row->ns = tail.ns;
	row->slots = shape->slots;
	row->n_slots = shape->n_slots;
	row->bytes = key_len + len;
	row->tail = (const uint8_t *)key + WR_ROW_PREFIX;
	row->tail_len = (uint32_t)(key_len - WR_ROW_PREFIX);
	*group = tail.group;
	return true;
}

/* Rows of a table from this group on, or of this group and key only. */
static int
look_table(struct wr_store *store, const struct wr_stored_op *op,
	const struct wr_stored_table *table, uint32_t from_group, const struct wr_key *only,
	wr_look_fn each, void *arg, struct weir_err *err)
{
	leveldb_iterator_t *it = leveldb_create_iterator(store->db, store->pass);
	bool by_key = (table->flags & WEIR_BY_KEY) != 0;
	uint8_t from[WR_ROW_GROUP];
	int rc = 0;

	wr_store_row_prefix(from, table->id);
	wr_codec_be16(from + WR_ROW_PREFIX, from_group);
	leveldb_iter_seek(it, (const char *)from, sizeof from);
	for (; rc >= 0 && leveldb_iter_valid(it); leveldb_iter_next(it)) {
		struct wr_look_row row = {.op = op->name};
		uint32_t group;
		size_t len;
		const char *key = leveldb_iter_key(it, &len);

		if (len < WR_ROW_PREFIX || memcmp(key, from, WR_ROW_PREFIX) != 0)
			break;
		if (!look_decode(table, it, &row, &group)) {
			rc = wr_store_damaged(store, err, "a row of table \"%s\" of \"%s\"",
				table->name, op->name);
			break;
		}
		if (only != NULL && group != from_group)
			break;
		if (only != NULL && !wr_key_eq(&row.key, only))
			continue;
		if (by_key && row.ns < wr_retired_group(&store->retired, table->id, group)->floor)
			continue;
		rc = each(arg, &row, err);
	}
	if (rc >= 0)
		rc = wr_store_iter_error(store, it, err);
	leveldb_iter_destroy(it);
	return rc;
}

int
wr_look_at(struct wr_store *store, const char *op, const struct wr_stored_table *table,
	const uint8_t *tail, uint32_t tail_len, wr_look_fn each, void *arg, struct weir_err *err)
{
	leveldb_iterator_t *it = leveldb_create_iterator(store->db, store->pass);
	struct wr_look_row row = {.op = op};
	uint8_t prefix[WR_ROW_PREFIX];
	struct wr_text key = {0};
	const char *found;
	uint32_t group;
	size_t len = 0;
	int rc = 0;

	wr_store_row_prefix(prefix, table->id);
	wr_text_add(&key, (const char *)prefix, sizeof prefix);
	wr_text_add(&key, (const char *)tail, tail_len);
	leveldb_iter_seek(it, key.p, key.len);
	found = leveldb_iter_valid(it) ? leveldb_iter_key(it, &len) : NULL;
	if (found != NULL && len == key.len && memcmp(found, key.p, len) == 0) {
		if (!look_decode(table, it, &row, &group))
			rc = wr_store_damaged(
				store, err, "a row of table \"%s\" of \"%s\"", table->name, op);
		else if ((table->flags & WEIR_BY_KEY) == 0 ||
			 row.ns >= wr_retired_group(&store->retired, table->id, group)->floor)
			rc = each(arg, &row, err);
	} else {
		rc = wr_store_iter_error(store, it, err);
	}
	leveldb_iter_destroy(it);
	wr_text_fini(&key);
	return rc;
}

static int
look_missing(const struct wr_store *store, const char *op, const char *table, struct weir_err *err)
{
	if (table == NULL || wr_manifest_op(&store->manifest, op) == NULL)
		return wr_err_set(err, -ENOENT,
			"\"%s\" has no state of an operator \"%s\"; weir state ls shows what it "
			"has",
			store->dir, op);
	return wr_err_set(err, -ENOENT,
		"\"%s\" has no table \"%s\" of operator \"%s\"; weir state ls shows what it has",
		store->dir, table, op);
}

int
wr_look_rows(struct wr_store *store, const char *op, const char *table, wr_look_fn each, void *arg,
	struct weir_err *err)
{
	const struct wr_manifest *manifest = &store->manifest;
	bool any = op == NULL;
	int rc = 0;

	for (uint32_t i = 0; rc >= 0 && i < manifest->n_ops; i++) {
		const struct wr_stored_op *o = &manifest->ops[i];

		if (op != NULL && strcmp(o->name, op) != 0)
			continue;
		any |= table == NULL;
		for (uint32_t t = 0; rc >= 0 && t < o->n_tables; t++) {
			if (table != NULL && strcmp(o->tables[t].name, table) != 0)
				continue;
			any = true;
			rc = look_table(store, o, &o->tables[t], 0, NULL, each, arg, err);
		}
	}
	return rc >= 0 && !any ? look_missing(store, op, table, err) : rc;
}

int
wr_look_get(struct wr_store *store, const char *op, const char *table, const char *text,
	wr_look_fn each, void *arg, struct weir_err *err)
{
	const struct wr_stored_op *o = wr_manifest_op(&store->manifest, op);
	const struct wr_stored_table *t = o == NULL ? NULL : wr_manifest_table(o, table);
	struct wr_arena arena = {0};
	struct wr_key key;
	int rc;

	if (t == NULL)
		return look_missing(store, op, table, err);
	rc = wr_look_key_read(&key, text, t->key_types, t->n_keys, &arena, err);
	if (rc == 0)
		rc = look_table(store, o, t,
			wr_key_group(wr_key_hash(&key), store->manifest.max_parallelism), &key,
			each, arg, err);
	wr_arena_fini(&arena);
	return rc;
}

/* Verifying. */

static const struct wr_stored_table *
table_of(const struct wr_manifest *manifest, uint32_t id, const struct wr_stored_op **op)
{
	for (uint32_t i = 0; i < manifest->n_ops; i++)
		for (uint32_t t = 0; t < manifest->ops[i].n_tables; t++)
			if (manifest->ops[i].tables[t].id == id) {
				*op = &manifest->ops[i];
				return &manifest->ops[i].tables[t];
			}
	return NULL;
}

static uint32_t
key_id(const char *key)
{
	uint32_t id;

	memcpy(&id, key + 1, sizeof id);
	return __builtin_bswap32(id);
}

static int
verify_row(struct wr_store *store, leveldb_iterator_t *it, uint32_t id, struct weir_err *err)
{
	const struct wr_stored_op *op = NULL;
	const struct wr_stored_table *table = table_of(&store->manifest, id, &op);
	struct wr_look_row row = {0};
	uint32_t group;

	if (table == NULL)
		return wr_store_damaged(store, err, "rows of a table %u that nobody knows", id);
	if (!look_decode(table, it, &row, &group))
		return wr_store_damaged(
			store, err, "a row of table \"%s\" of \"%s\"", table->name, op->name);
	if (group != wr_key_group(wr_key_hash(&row.key), store->manifest.max_parallelism))
		return wr_store_damaged(store, err,
			"a row of table \"%s\" of \"%s\" is in the wrong key group", table->name,
			op->name);
	return 0;
}

/* The piece of a section follows the one before; *next is the number it must have if it does. */
static int
verify_blob(struct wr_store *store, const char *key, size_t len, uint8_t last[WR_BLOB_KEY],
	struct wr_look_counts *counts, struct weir_err *err)
{
	uint32_t piece, before;

	if (len != WR_BLOB_KEY || !wr_manifest_has_op(&store->manifest, key_id(key)))
		return wr_store_damaged(store, err, "a section that is nobody's");
	memcpy(&piece, key + WR_BLOB_KEY - sizeof piece, sizeof piece);
	memcpy(&before, last + WR_BLOB_KEY - sizeof before, sizeof before);
	piece = __builtin_bswap32(piece);
	before = __builtin_bswap32(before);
	if (piece == 0)
		counts->sections++;
	else if (memcmp(last, key, WR_BLOB_KEY - sizeof piece) != 0 || piece != before + 1)
		return wr_store_damaged(store, err, "a section lacks a piece");
	memcpy(last, key, WR_BLOB_KEY);
	return 0;
}

static int
verify_key(struct wr_store *store, leveldb_iterator_t *it, uint8_t last[WR_BLOB_KEY],
	struct wr_look_counts *counts, struct weir_err *err)
{
	size_t len, value_len;
	const char *key = leveldb_iter_key(it, &len);

	leveldb_iter_value(it, &value_len);
	counts->keys++;
	counts->bytes += len + value_len;
	if (len == 2 && key[0] == 'M')
		return 0;
	if (len >= WR_ROW_GROUP && key[0] == 'B') {
		counts->rows++;
		return verify_row(store, it, key_id(key), err);
	}
	if (len == WR_ROW_GROUP && key[0] == 'R')
		return 0;
	if (len > 0 && key[0] == 'S')
		return verify_blob(store, key, len, last, counts, err);
	return wr_store_damaged(
		store, err, "a key that begins with \"%.*s\"", len > 0 ? 1 : 0, key);
}

int
wr_look_verify(struct wr_store *store, struct wr_look_counts *counts, struct weir_err *err)
{
	leveldb_iterator_t *it = leveldb_create_iterator(store->db, store->pass);
	uint8_t last[WR_BLOB_KEY] = {0};
	int rc = 0;

	*counts = (struct wr_look_counts){0};
	leveldb_iter_seek_to_first(it);
	for (; rc == 0 && leveldb_iter_valid(it); leveldb_iter_next(it))
		rc = verify_key(store, it, last, counts, err);
	if (rc == 0)
		rc = wr_store_iter_error(store, it, err);
	leveldb_iter_destroy(it);
	return rc;
}
