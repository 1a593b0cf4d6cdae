/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries that only the base has, and that expire there without anybody asking for them: now and
 * then there is a pass over the rows of the table on disk, some of them between two calls.  What
 * has expired is erased as any entry is, with the next epoch.
 */
#include "state/evict.h"

#include "state/store_parts.h"

enum { PASS_OFTEN = 8 /* passes at most in the time that an entry lives */ };

static bool
pass_is_over(const struct weir_table *table, int64_t since, int64_t time)
{
	return table->now >= since && (uint64_t)table->now - (uint64_t)since >= (uint64_t)time;
}

static bool
pass_lacks_any(const struct weir_table *table)
{
	uint64_t n = table->hash.evicted;

	for (uint32_t i = 0; i < table->spaces.n && n == 0; i++)
		n = table->spaces.v[i].hash->evicted;
	return n > 0;
}

/* Whether there is one. */
static bool
pass_begin(struct weir_table *table)
{
	struct wr_evict_pass *pass = &table->evict->pass;
	int64_t ttl = table->spec.ttl_us;

	if (pass->on)
		return true;
	if (!pass_lacks_any(table) || !pass_is_over(table, pass->oldest, ttl) ||
		!pass_is_over(table, pass->began, ttl / PASS_OFTEN))
		return false;
	*pass = (struct wr_evict_pass){
		.on = true, .began = table->now, .oldest = table->now, .last = pass->last};
	pass->last.len = 0;
	return true;
}

void
wr_evict_note_left(struct weir_table *table)
{
	struct wr_evict_pass *pass = &table->evict->pass;
	int64_t oldest = table->oldest;

	/* What the pass over those in memory has yet to come to may be older. */
	if (table->pass_at != 0)
		oldest = INT64_MIN + 1;
	pass->oldest = oldest < pass->oldest ? oldest : pass->oldest;
}

/* When the row was written; INT64_MIN: before there was a ttl.  False: it is of no known shape, and
 * so it was not left there. */
static bool
pass_written(const struct weir_table *table, struct weir_str value, int64_t *written)
{
	const struct wr_evict *evict = table->evict;
	struct wr_reader in = wr_reader_of(value.p, value.len);
	uint64_t shape = wr_reader_varint(&in);
	const struct wr_row_map *map;

	if (in.bad || shape >= evict->n_maps)
		return false;
	map = &evict->maps[shape];
	*written = INT64_MIN;
	for (uint32_t i = 0; i < map->n_copies; i++)
		if (map->copies[i].to == table->layout.row_bytes - sizeof *written &&
			(size_t)(in.end - in.p) >= map->copies[i].from + sizeof *written)
			memcpy(written, in.p + map->copies[i].from, sizeof *written);
	return true;
}

/* An entry from before there was a ttl has its time from now on. */
static void
pass_renew(struct weir_table *table, struct wr_hash *hash, const struct wr_tail *tail,
	uint64_t key_hash)
{
	struct wr_lookup lookup = {.keys = &tail->key, .hash = &key_hash, .n = 1};
	uint32_t index;
	bool made;

	wr_evict_fetch(table, hash, &lookup, tail->ns);
	index = wr_hash_put(hash, &tail->key, key_hash, tail->ns, &made);
	wr_table_set_written(table, wr_hash_row(hash, index), table->now);
}

static void
pass_row(struct weir_table *table, const struct wr_tail *tail, uint64_t key_hash,
	struct weir_str value)
{
	struct wr_evict_pass *pass = &table->evict->pass;
	struct wr_hash *hash =
		table->by_key ? &table->hash : wr_spaces_get(&table->spaces, tail->ns);
	int64_t written;

	if (hash == NULL || hash->evicted == 0 || wr_hash_get(hash, &tail->key, key_hash) != 0 ||
		!pass_written(table, value, &written))
		return;
	if (written == INT64_MIN) {
		pass_renew(table, hash, tail, key_hash);
		return;
	}
	if (!pass_is_over(table, written, table->spec.ttl_us)) {
		pass->oldest = written < pass->oldest ? written : pass->oldest;
		return;
	}
	hash->evicted--;
	wr_table_note_erased(table, &tail->key, key_hash, tail->ns);
}

/* What the iterator is at is a row of the table's groups. */
static bool
pass_is_inside(const struct weir_table *table, leveldb_iterator_t *it)
{
	uint8_t prefix[WR_ROW_GROUP], last[WR_ROW_GROUP];
	size_t len;
	const char *key;

	if (!leveldb_iter_valid(it))
		return false;
	wr_store_row_prefix(prefix, table->evict->id);
	memcpy(last, prefix, sizeof last);
	wr_codec_be16(last + WR_ROW_PREFIX, table->evict->conf.hi);
	key = leveldb_iter_key(it, &len);
	return len >= sizeof last && memcmp(key, prefix, WR_ROW_PREFIX) == 0 &&
	       memcmp(key, last, sizeof last) <= 0;
}

static void
pass_seek(const struct weir_table *table, leveldb_iterator_t *it)
{
	const struct wr_text *last = &table->evict->pass.last;
	uint8_t from[WR_ROW_GROUP];

	if (last->len > 0) {
		leveldb_iter_seek(it, last->p, last->len + 1); /* with its NUL: behind it */
		return;
	}
	wr_store_row_prefix(from, table->evict->id);
	wr_codec_be16(from + WR_ROW_PREFIX, table->evict->conf.lo);
	leveldb_iter_seek(it, (const char *)from, sizeof from);
}

void
wr_evict_expire(struct weir_table *table, uint32_t budget)
{
	struct wr_evict *evict = table->evict;
	struct wr_evict_pass *pass = &evict->pass;
	leveldb_iterator_t *it;

	if (!evict->known || !pass_begin(table))
		return;
	it = leveldb_create_iterator(evict->conf.store->db, evict->conf.store->pass);
	pass_seek(table, it);
	for (; budget > 0 && pass_is_inside(table, it); leveldb_iter_next(it), budget--) {
		struct wr_tail tail;
		uint64_t key_hash;
		struct weir_str value;
		size_t len;

		if (budget == 1) {
			const char *key = leveldb_iter_key(it, &len);

			pass->last.len = 0;
			wr_text_add(&pass->last, key, len);
		}
		if (!wr_evict_row_at(table, it, &tail, &key_hash))
			continue;
		value.p = leveldb_iter_value(it, &len);
		value.len = (uint32_t)len;
		pass_row(table, &tail, key_hash, value);
	}
	wr_store_iter_error(evict->conf.store, it, &evict->err);
	leveldb_iter_destroy(it);
	pass->on = budget == 0;
}
