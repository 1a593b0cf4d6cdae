/* SPDX-License-Identifier: Apache-2.0 */
/* Retiring rows of the base; see retire.h and docs/state.md. */
#include "state/retire.h"

#include "base/arena.h"
#include "state/apply.h"
#include "state/codec.h"

#include <stdlib.h>

enum { RETIRE_PASS = 32 /* rows of a group: a pass for fewer new ones is not worth it */ };

void
wr_retired_fini(struct wr_retired *retired)
{
	for (uint32_t i = 0; i < retired->n; i++)
		free(retired->v[i].groups);
	free(retired->v);
	*retired = (struct wr_retired){0};
}

static struct wr_retired_table *
retired_table(struct wr_retired *retired, uint32_t id)
{
	for (uint32_t i = 0; i < retired->n; i++)
		if (retired->v[i].id == id)
			return &retired->v[i];
	retired->v = wr_realloc(retired->v, (retired->n + 1) * sizeof *retired->v);
	retired->v[retired->n] = (struct wr_retired_table){.id = id};
	return &retired->v[retired->n++];
}

struct wr_retired_group *
wr_retired_group(struct wr_retired *retired, uint32_t id, uint32_t group)
{
	struct wr_retired_table *table = retired_table(retired, id);

	if (group >= table->n) {
		uint32_t n = table->n < 64 ? 64 : table->n;

		while (n <= group)
			n *= 2;
		table->groups = wr_realloc(table->groups, n * sizeof *table->groups);
		for (uint32_t i = table->n; i < n; i++)
			table->groups[i] = (struct wr_retired_group){.floor = INT64_MIN};
		table->n = n;
	}
	return &table->groups[group];
}

static void
retired_forget(struct wr_retired *retired, uint32_t id, uint32_t lo, uint32_t hi)
{
	struct wr_retired_table *table = retired_table(retired, id);

	for (uint32_t group = lo; group <= hi && group < table->n; group++)
		table->groups[group] = (struct wr_retired_group){.floor = INT64_MIN};
}

static void
mark_key(uint8_t key[WR_ROW_GROUP], uint32_t table, uint32_t group)
{
	wr_store_row_prefix(key, table);
	key[0] = 'R';
	wr_codec_be16(key + WR_ROW_PREFIX, group);
}

static void
row_group_key(uint8_t key[WR_ROW_GROUP], uint32_t table, uint32_t group)
{
	wr_store_row_prefix(key, table);
	wr_codec_be16(key + WR_ROW_PREFIX, group);
}

int
wr_retire_all(struct wr_apply *a, const struct wr_journal_entry *entry)
{
	uint8_t from[WR_ROW_GROUP], last[2];
	int rc;

	wr_codec_be16(last, entry->hi);
	row_group_key(from, entry->id, entry->lo);
	rc = wr_apply_delete_range(a, from, sizeof from, WR_ROW_PREFIX, last, sizeof last);
	mark_key(from, entry->id, entry->lo);
	if (rc == 0)
		rc = wr_apply_delete_range(a, from, sizeof from, WR_ROW_PREFIX, last, sizeof last);
	retired_forget(&a->store->retired, entry->id, entry->lo, entry->hi);
	return rc;
}

/* A pass over the group: what is below the floor goes, and with it the mark. */
static int
retire_pass(struct wr_apply *a, const struct wr_journal_entry *entry, uint32_t number)
{
	leveldb_iterator_t *it = a->base;
	struct wr_retired_group *group = wr_retired_group(&a->store->retired, entry->id, number);
	uint8_t from[WR_ROW_GROUP];
	uint32_t rows = 0;

	row_group_key(from, entry->id, number);
	leveldb_iter_seek(it, (const char *)from, sizeof from);
	for (; leveldb_iter_valid(it); leveldb_iter_next(it)) {
		struct wr_reader ns;
		size_t len;
		const char *key = leveldb_iter_key(it, &len);

		if (len < sizeof from + sizeof(int64_t) || memcmp(key, from, sizeof from) != 0)
			break;
		ns = wr_reader_of(key + len - sizeof(int64_t), sizeof(int64_t));
		if (wr_reader_ns(&ns) < group->floor)
			wr_apply_delete(a, key, len);
		else
			rows++;
	}
	mark_key(from, entry->id, number);
	wr_apply_delete(a, from, sizeof from);
	group->floor = INT64_MIN;
	group->rows = rows;
	group->puts = 0;
	return wr_store_iter_error(a->store, it, a->err);
}

static int
retire_by_key(struct wr_apply *a, const struct wr_journal_entry *entry, uint32_t number, int64_t hi)
{
	struct wr_retired_group *group = wr_retired_group(&a->store->retired, entry->id, number);
	uint8_t key[WR_ROW_GROUP];

	if (hi < group->floor)
		return 0;
	group->floor = hi + 1;
	if (group->puts > group->rows / 4 + RETIRE_PASS)
		return retire_pass(a, entry, number);
	mark_key(key, entry->id, number);
	wr_apply_put(a, key, sizeof key, &hi, sizeof hi);
	return 0;
}

static int
retire_by_ns(struct wr_apply *a, const struct wr_journal_entry *entry, uint32_t number, int64_t hi)
{
	struct wr_retired_group *group = wr_retired_group(&a->store->retired, entry->id, number);
	uint8_t from[WR_ROW_GROUP + 8], last[8];

	if (hi < group->floor)
		return 0;
	/* What was retired before lies below as tombstones, which a seek would wade through. */
	row_group_key(from, entry->id, number);
	wr_codec_ns(from + WR_ROW_GROUP, group->floor);
	wr_codec_ns(last, hi);
	group->floor = hi + 1;
	return wr_apply_delete_range(a, from, sizeof from, WR_ROW_GROUP, last, sizeof last);
}

int
wr_retire_rows(struct wr_apply *a, const struct wr_journal_entry *entry, int64_t hi)
{
	bool by_key = (entry->flags & WR_ENTRY_BY_KEY) != 0;
	int rc = 0;

	if (hi == INT64_MAX)
		return wr_retire_all(a, entry);
	for (uint32_t group = entry->lo; rc == 0 && group <= entry->hi; group++)
		rc = by_key ? retire_by_key(a, entry, group, hi)
			    : retire_by_ns(a, entry, group, hi);
	return rc;
}

int
wr_retire_before_put(
	struct wr_apply *a, const struct wr_journal_entry *entry, const uint8_t *tail, size_t len)
{
	bool by_key = (entry->flags & WR_ENTRY_BY_KEY) != 0;
	struct wr_reader in = wr_reader_of(tail, len);
	uint32_t number = __builtin_bswap16((uint16_t)wr_reader_number(&in, 2));
	struct wr_retired_group *group;
	int64_t ns;

	if (len < 2 + sizeof ns)
		return 0;
	group = wr_retired_group(&a->store->retired, entry->id, number);
	in.p = by_key ? in.end - sizeof ns : in.p;
	ns = wr_reader_ns(&in);
	if (!by_key) {
		group->floor = ns < group->floor ? ns : group->floor;
		return 0;
	}
	group->puts++;
	if (ns >= group->floor)
		return 0;
	/* A row below the mark would be none: the mark goes, and with it the rows it was for. */
	return retire_pass(a, entry, number);
}

int
wr_store_load_retired(struct wr_store *store, struct weir_err *err)
{
	leveldb_iterator_t *it = leveldb_create_iterator(store->db, store->pass);
	int rc = 0;

	leveldb_iter_seek(it, "R", 1);
	for (; rc == 0 && leveldb_iter_valid(it); leveldb_iter_next(it)) {
		struct wr_reader in;
		size_t len, n;
		const char *key = leveldb_iter_key(it, &len);
		const char *value = leveldb_iter_value(it, &n);
		uint32_t table, group;
		int64_t hi;

		if (key[0] != 'R')
			break;
		hi = INT64_MAX;
		if (n == sizeof hi)
			memcpy(&hi, value, sizeof hi);
		if (len != WR_ROW_GROUP || hi == INT64_MAX) {
			rc = wr_store_damaged(store, err, "a mark of retired rows");
			break;
		}
		in = wr_reader_of(key + 1, len - 1);
		table = __builtin_bswap32((uint32_t)wr_reader_number(&in, 4));
		group = __builtin_bswap16((uint16_t)wr_reader_number(&in, 2));
		wr_retired_group(&store->retired, table, group)->floor = hi + 1;
	}
	if (rc == 0)
		rc = wr_store_iter_error(store, it, err);
	leveldb_iter_destroy(it);
	return rc;
}
