/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applying journals of decided epochs to the base, many at once; see store.h and docs/state.md.
 * They are read back from the database, so that what runs is what recovers.
 *
 * Epochs of the same instances are applied together: each of them has all sections of these, so
 * that the last one's count, and of a row the last record.
 */
#include "state/apply.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "state/capture.h"
#include "state/codec.h"

#include <stdlib.h>
#include <xxhash.h>

/* What may wait to be applied: a start takes a second at most for it. */
#ifndef WEIR_STORE_EPOCHS
#define WEIR_STORE_EPOCHS 64
#endif
static const uint64_t apply_least = 8 * 1024 * 1024, apply_most = 128 * 1024 * 1024; /* bytes */
enum { APPLY_GAIN = 4 /* times what came into the base last */ };

static void
apply_write_part(struct wr_apply *a)
{
	if (a->bytes < a->store->part)
		return;
	if (a->error == NULL)
		leveldb_write(a->store->db, a->store->no_sync, a->batch, &a->error);
	leveldb_writebatch_clear(a->batch);
	a->bytes = 0;
	a->store->unsynced = true;
	wr_failpoint("apply.part");
}

void
wr_apply_put(struct wr_apply *a, const void *key, size_t key_len, const void *value, size_t len)
{
	leveldb_writebatch_put(a->batch, key, key_len, value, len);
	a->bytes += key_len + len;
	a->put += key_len + len;
	apply_write_part(a);
}

void
wr_apply_delete(struct wr_apply *a, const void *key, size_t len)
{
	leveldb_writebatch_delete(a->batch, key, len);
	a->bytes += len;
	apply_write_part(a);
}

static int
apply_damaged(const struct wr_apply *a, uint32_t chunk, const char *what)
{
	return wr_store_damaged(a->store, a->err, "the journal of epoch %llu: chunk %u %s",
		(unsigned long long)a->epoch, chunk, what);
}

/* Chunk i, where the iterator is; NULL: it is not there. */
static const char *
apply_chunk(const struct wr_apply *a, uint32_t i, size_t *len)
{
	uint8_t want[WR_JOURNAL_KEY];
	const char *key;

	wr_store_journal_key(want, a->epoch, i);
	if (!leveldb_iter_valid(a->journal))
		return NULL;
	key = leveldb_iter_key(a->journal, len);
	if (*len != sizeof want || memcmp(key, want, sizeof want) != 0)
		return NULL;
	return leveldb_iter_value(a->journal, len);
}

static uint32_t
apply_chunks(const struct wr_apply_index *index)
{
	uint32_t n = 0;

	while (n < index->n && index->entries[n].kind <= WR_ENTRY_CHUNKS)
		n++;
	return n;
}

static int
apply_parse_index(struct wr_apply *a, struct wr_apply_index *index, const char *p, size_t len)
{
	struct wr_journal_head head = {0};
	size_t head_len = WR_JOURNAL_HEAD_IN_DB;
	uint64_t hash;

	if (len < head_len + sizeof hash)
		return apply_damaged(a, 0, "is truncated");
	memcpy(&hash, p + len - sizeof hash, sizeof hash);
	if (hash != XXH3_64bits(p, len - sizeof hash))
		return apply_damaged(a, 0, "has another checksum than it says");
	memcpy(&head, p, head_len);
	if (head.version != WR_JOURNAL_IN_DB && head.version != WR_JOURNAL_IN_FILE)
		return wr_err_set(a->err, -EUCLEAN,
			"the journal of epoch %llu in \"%s\" is of version %u; this weir reads "
			"versions 1 and 2",
			(unsigned long long)a->epoch, a->store->dir, head.version);
	index->in_file = head.version == WR_JOURNAL_IN_FILE;
	head_len = index->in_file ? sizeof head : head_len;
	if (len != head_len + (size_t)head.n * sizeof *index->entries + sizeof hash)
		return apply_damaged(a, 0, "is truncated");
	memcpy(&head, p, head_len);
	index->n = head.n;
	index->entries = wr_alloc(index->n * sizeof *index->entries);
	memcpy(index->entries, p + head_len, index->n * sizeof *index->entries);
	index->n_chunks = apply_chunks(index);
	index->place = (struct wr_journal_place){.file = head.file, .at = head.at};
	for (uint32_t i = 0; i < index->n_chunks; i++)
		index->place.length += index->entries[i].length;
	return 0;
}

/* Of the epoch at hand; the iterator is at it then. */
static int
apply_read_index(struct wr_apply *a, struct wr_apply_index *index)
{
	uint8_t key[WR_JOURNAL_KEY];
	const char *p;
	size_t len;
	int rc;

	wr_store_journal_key(key, a->epoch, 0);
	leveldb_iter_seek(a->journal, (const char *)key, sizeof key);
	p = apply_chunk(a, 0, &len);
	if (p != NULL)
		return apply_parse_index(a, index, p, len);
	rc = wr_store_iter_error(a->store, a->journal, a->err);
	return rc < 0 ? rc
		      : wr_store_damaged(a->store, a->err,
				"epoch %llu was decided, but has no journal",
				(unsigned long long)a->epoch);
}

/* Whether what has no chunk is the same: their instances, and nothing that goes. */
static bool
apply_goes_with(const struct wr_apply_index *a, const struct wr_apply_index *b)
{
	uint32_t n = a->n - a->n_chunks;

	return n == b->n - b->n_chunks && memcmp(a->entries + a->n_chunks, b->entries + b->n_chunks,
						  n * sizeof *a->entries) == 0;
}

/* The indexes of the next epochs, as many as go together, up to this one. */
static int
apply_find(struct wr_apply *a, uint64_t upto)
{
	struct wr_apply_index index = {0};
	uint64_t n = 0;
	int rc = 0;

	a->first = a->store->base + 1;
	for (a->epoch = a->first; a->epoch <= upto; a->epoch++, n++) {
		rc = apply_read_index(a, &index);
		if (rc < 0 || (n > 0 && !apply_goes_with(&a->indexes[0], &index)))
			break;
		a->indexes = wr_realloc(a->indexes, (n + 1) * sizeof *a->indexes);
		a->indexes[n] = index;
		index = (struct wr_apply_index){0};
		a->last = a->epoch;
	}
	free(index.entries);
	return rc;
}

int
wr_store_journal_hash(struct wr_store *store, uint64_t epoch, uint64_t *hash, struct weir_err *err)
{
	uint8_t key[WR_JOURNAL_KEY];
	char *error = NULL, *index;
	size_t len;
	int rc;

	wr_store_journal_key(key, epoch, 0);
	index = leveldb_get(store->db, store->read, (const char *)key, sizeof key, &len, &error);
	rc = wr_store_leveldb_error(store, error, err, "read");
	if (rc == 0 && index == NULL)
		return -ENOENT;
	if (rc == 0 && len < sizeof *hash)
		rc = wr_store_damaged(store, err, "the journal of epoch %llu is truncated",
			(unsigned long long)epoch);
	else if (rc == 0)
		memcpy(hash, index + len - sizeof *hash, sizeof *hash);
	leveldb_free(index);
	return rc;
}

int
wr_apply_delete_range(struct wr_apply *a, const uint8_t *from, size_t from_len, size_t prefix,
	const uint8_t *last, size_t last_len)
{
	leveldb_iterator_t *it = a->base;

	leveldb_iter_seek(it, (const char *)from, from_len);
	for (; leveldb_iter_valid(it); leveldb_iter_next(it)) {
		size_t len;
		const char *key = leveldb_iter_key(it, &len);

		if (len < prefix || memcmp(key, from, prefix) != 0)
			break;
		if (last != NULL &&
			(len < prefix + last_len || memcmp(key + prefix, last, last_len) > 0))
			break;
		wr_apply_delete(a, key, len);
	}
	return wr_store_iter_error(a->store, it, a->err);
}

static int
apply_head(struct wr_apply *a, const struct wr_journal_entry *entry, struct wr_reader *in)
{
	struct wr_table_head head;
	const uint8_t *p = wr_reader_bytes(in, sizeof head);
	int rc = 0;

	if (p == NULL)
		return 0;
	memcpy(&head, p, sizeof head);
	if (head.version != 1)
		return wr_err_set(a->err, -EUCLEAN,
			"the journal of epoch %llu in \"%s\" has tables of version %u; this weir "
			"reads version 1",
			(unsigned long long)a->epoch, a->store->dir, head.version);
	if ((head.flags & WR_TABLE_WHOLE) != 0) {
		wr_merge_drop(&a->merge, entry, INT64_MAX);
		rc = wr_retire_all(a, entry);
	} else if ((head.flags & WR_TABLE_RETIRED) != 0) {
		wr_merge_drop(&a->merge, entry, head.retired);
		rc = wr_retire_rows(a, entry, head.retired);
	}
	return rc;
}

static int
apply_table(struct wr_apply *a, uint32_t chunk, const char *p, size_t len)
{
	const struct wr_journal_entry *entry = &a->index->entries[chunk - 1];
	struct wr_reader in = wr_reader_of(p, len);
	int rc = entry->piece == 0 ? apply_head(a, entry, &in) : 0;

	if (rc < 0)
		return rc;
	wr_reader_number(&in, sizeof(uint32_t)); /* the chunk's length: all of it is here */
	if (in.bad || !wr_merge_add(&a->merge, entry, p, len, (size_t)(in.p - (const uint8_t *)p)))
		return apply_damaged(a, chunk, "is malformed");
	return 0;
}

static int
apply_row(void *arg, const struct wr_merged *record)
{
	struct wr_apply *a = arg;
	uint8_t prefix[WR_ROW_PREFIX], shape[WR_VARINT_MAX], *end;
	int rc;

	wr_store_row_prefix(prefix, record->entry->id);
	a->key.len = a->value.len = 0;
	wr_text_add(&a->key, (const char *)prefix, sizeof prefix);
	wr_text_add(&a->key, (const char *)record->tail, record->tail_len);
	if (record->row == NULL) {
		wr_apply_delete(a, a->key.p, a->key.len);
		return 0;
	}
	rc = wr_retire_before_put(a, record->entry, record->tail, record->tail_len);
	end = wr_codec_varint(shape, record->entry->shape);
	wr_text_add(&a->value, (const char *)shape, (size_t)(end - shape));
	wr_text_add(&a->value, (const char *)record->row, record->row_len);
	wr_apply_put(a, a->key.p, a->key.len, a->value.p, a->value.len);
	return rc;
}

static bool
apply_writes_blob(const struct wr_apply *a, uint32_t op, const uint8_t *key)
{
	for (uint32_t i = 0; i < a->index->n_chunks; i++) {
		const struct wr_journal_entry *entry = &a->index->entries[i];
		uint8_t blob[WR_BLOB_KEY];

		if (entry->kind == WR_SECTION_TABLE || entry->id != op)
			continue;
		wr_store_blob_key(blob, op, entry->kind, entry->subtask, entry->piece);
		if (memcmp(blob, key, sizeof blob) == 0)
			return true;
	}
	return false;
}

/* Sections of an operator that are not of this journal: all, those of one subtask, or those of
 * subtasks from one on. */
static int
apply_remove_blobs(struct wr_apply *a, const struct wr_journal_entry *entry)
{
	leveldb_iterator_t *it = a->base;
	uint8_t from[WR_BLOB_KEY];

	wr_store_blob_key(from, entry->id, 0, 0, 0);
	leveldb_iter_seek(it, (const char *)from, WR_BLOB_KIND - 1);
	for (; leveldb_iter_valid(it); leveldb_iter_next(it)) {
		size_t len;
		const uint8_t *key = (const uint8_t *)leveldb_iter_key(it, &len);
		uint32_t subtask;

		if (len != WR_BLOB_KEY || memcmp(key, from, WR_BLOB_KIND - 1) != 0)
			break;
		memcpy(&subtask, key + WR_BLOB_KIND, sizeof subtask);
		subtask = __builtin_bswap32(subtask);
		if (entry->kind == WR_ENTRY_INSTANCE &&
			(subtask != entry->subtask || apply_writes_blob(a, entry->id, key)))
			continue;
		if (entry->kind == WR_ENTRY_WIDTH && subtask < entry->subtask)
			continue;
		wr_apply_delete(a, key, len);
	}
	return wr_store_iter_error(a->store, it, a->err);
}

static int
apply_drop_table(struct wr_apply *a, const struct wr_journal_entry *entry)
{
	struct wr_journal_entry all = *entry;

	all.lo = 0;
	all.hi = UINT16_MAX;
	return wr_retire_all(a, &all);
}

/* What has no chunk: of the last epoch, as the others say the same. */
static int
apply_removals(struct wr_apply *a)
{
	int rc = 0;

	for (uint32_t i = a->index->n_chunks; rc == 0 && i < a->index->n; i++) {
		const struct wr_journal_entry *entry = &a->index->entries[i];

		if (entry->kind == WR_ENTRY_DROP_TABLE)
			rc = apply_drop_table(a, entry);
		else if (entry->kind == WR_ENTRY_END)
			a->end = true;
		else
			rc = apply_remove_blobs(a, entry);
	}
	return rc;
}

/* The chunk behind the one at hand, wherever it is; it stays until the end. */
static int
apply_read_chunk(struct wr_apply *a, uint32_t chunk, const char **p)
{
	const struct wr_journal_entry *entry = &a->index->entries[chunk - 1];
	uint8_t key[WR_JOURNAL_KEY];
	size_t len;

	if (a->index->in_file) {
		*p = a->index->map.chunks + a->at;
		a->at += entry->length;
		return 0;
	}
	leveldb_iter_next(a->journal);
	*p = apply_chunk(a, chunk, &len);
	if (*p == NULL) {
		int rc = wr_store_iter_error(a->store, a->journal, a->err);

		return rc < 0 ? rc : apply_damaged(a, chunk, "is missing");
	}
	if (len != entry->length)
		return apply_damaged(a, chunk, "is truncated");
	*p = wr_arena_dup(&a->arena, *p, len);
	wr_store_journal_key(key, a->epoch, chunk);
	leveldb_writebatch_delete(a->drop, (const char *)key, sizeof key);
	return 0;
}

static int
apply_next_chunk(struct wr_apply *a, uint32_t chunk)
{
	const struct wr_journal_entry *entry = &a->index->entries[chunk - 1];
	uint8_t blob[WR_BLOB_KEY];
	size_t len = entry->length;
	const char *p;
	int rc = apply_read_chunk(a, chunk, &p);

	if (rc < 0)
		return rc;
	if (XXH3_64bits(p, len) != entry->hash)
		return apply_damaged(a, chunk, "has another checksum than its index says");
	if (entry->kind == WR_SECTION_TABLE)
		return apply_table(a, chunk, p, len);
	if (entry->kind == WR_ENTRY_MANIFEST) {
		leveldb_writebatch_put(a->drop, "Mm", 2, p, len);
		return 0;
	}
	if (a->epoch < a->last)
		return 0;
	wr_store_blob_key(blob, entry->id, entry->kind, entry->subtask, entry->piece);
	wr_apply_put(a, blob, sizeof blob, p, len);
	return 0;
}

static int
apply_epoch(struct wr_apply *a)
{
	uint8_t key[WR_JOURNAL_KEY];
	int rc = 0;

	a->index = &a->indexes[a->epoch - a->first];
	wr_store_journal_key(key, a->epoch, 0);
	leveldb_iter_seek(a->journal, (const char *)key, sizeof key);
	leveldb_writebatch_delete(a->drop, (const char *)key, sizeof key);
	a->at = 0;
	if (a->index->in_file)
		rc = wr_journal_files_map(&a->store->files, a->store->dir_fd, a->store->dir,
			&a->index->place, &a->index->map, a->err);
	if (rc == -EUCLEAN)
		return apply_damaged(a, 1, "is missing");
	for (uint32_t i = 1; rc == 0 && i <= a->index->n_chunks; i++)
		rc = apply_next_chunk(a, i);
	return rc;
}

/* What was decided elsewhere is recorded here with the base that has it. */
static void
apply_record(struct wr_apply *a)
{
	uint8_t decided[9];

	memcpy(decided, &a->last, 8);
	decided[8] = a->end;
	leveldb_writebatch_put(a->drop, "Md", 2, (const char *)decided, sizeof decided);
}

/* The batch that puts the journals into the base and drops them, or what is left of it. */
static int
apply_make(struct wr_apply *a, uint64_t upto)
{
	int rc = apply_find(a, upto);

	for (a->epoch = a->first; rc == 0 && a->epoch <= a->last; a->epoch++)
		rc = apply_epoch(a);
	if (rc == 0)
		rc = apply_removals(a);
	if (rc == 0)
		rc = wr_merge_each(&a->merge, apply_row, a);
	if (rc == 0 && a->error != NULL) {
		rc = wr_store_leveldb_error(a->store, a->error, a->err, "write");
		a->error = NULL;
	}
	if (a->last > a->store->recorded)
		apply_record(a);
	leveldb_writebatch_put(a->drop, "Mb", 2, (const char *)&a->last, sizeof a->last);
	return rc;
}

/* Invariant: the last of the base is written and the journals dropped in one batch. */
static int
apply_write(struct wr_apply *a, bool sync)
{
	const struct wr_store *store = a->store;
	char *error = NULL;

	if (WEIR_MUTATE == WR_MUTATE_DROP_EARLY) {
		leveldb_write(store->db, store->sync, a->drop, &error);
		wr_failpoint("apply.mutated");
	} else {
		leveldb_writebatch_append(a->batch, a->drop);
	}
	if (error == NULL)
		leveldb_write(store->db, sync ? store->sync : store->no_sync, a->batch, &error);
	return wr_store_leveldb_error(store, error, a->err, "write");
}

static void
apply_fini(struct wr_apply *a)
{
	for (uint64_t i = 0; a->indexes != NULL && i <= a->last - a->first; i++) {
		wr_journal_map_fini(&a->indexes[i].map);
		free(a->indexes[i].entries);
	}
	free(a->indexes);
	leveldb_iter_destroy(a->journal);
	leveldb_iter_destroy(a->base);
	leveldb_writebatch_destroy(a->batch);
	leveldb_writebatch_destroy(a->drop);
	leveldb_free(a->error);
	wr_merge_fini(&a->merge);
	wr_arena_fini(&a->arena);
	wr_text_fini(&a->key);
	wr_text_fini(&a->value);
}

int
wr_store_apply_some(struct wr_store *store, uint64_t upto, bool sync, struct weir_err *err)
{
	struct wr_apply a = {.store = store,
		.batch = leveldb_writebatch_create(),
		.drop = leveldb_writebatch_create(),
		.journal = leveldb_create_iterator(store->db, store->pass),
		.base = leveldb_create_iterator(store->db, store->pass),
		.err = err};
	int rc = apply_make(&a, upto);

	/*
	 * Invariant: this batch drops journals only after all that was applied before is on disk,
	 * by an earlier batch or in parts.  Were that lost when the power goes and this one not,
	 * the base would lack what no journal can redo any more.
	 */
	if (rc == 0 && WEIR_MUTATE != WR_MUTATE_OLD_LOGS)
		rc = wr_store_sync_logs(store, err);
	wr_failpoint("apply.before_write");
	if (rc == 0) {
		rc = apply_write(&a, sync);
		store->unsynced = !sync;
	}
	wr_failpoint("apply.written");
	if (rc == 0) {
		store->base = a.last;
		if (store->base == store->decided)
			wr_journal_files_turn(&store->files);
		store->waiting = 0;
		store->applied = a.put;
	}
	if (rc == 0 && a.last > store->recorded) {
		store->recorded = a.last;
		store->finished = a.end;
	}
	apply_fini(&a);
	return rc;
}

bool
wr_store_is_full(const struct wr_store *store)
{
	uint64_t most = APPLY_GAIN * store->applied;

	if (most < apply_least)
		most = apply_least;
	return store->waiting >= (most < apply_most ? most : apply_most) ||
	       store->decided - store->base >= WEIR_STORE_EPOCHS;
}

int
wr_store_apply(struct wr_store *store, uint64_t epoch, struct weir_err *err)
{
	int rc = 0;

	if (WEIR_MUTATE == WR_MUTATE_APPLY_FIRST)
		return 0;
	if (epoch <= store->base || epoch > store->decided)
		return wr_err_set(err, -EINVAL,
			"epoch %llu cannot be applied: the base is of epoch %llu, %llu is decided",
			(unsigned long long)epoch, (unsigned long long)store->base,
			(unsigned long long)store->decided);
	while (rc == 0 && store->base < epoch)
		rc = wr_store_apply_some(store, epoch, false, err);
	return rc;
}
