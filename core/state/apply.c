/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applying a decided epoch's journal to the base, in one batch; see store.h and docs/state.md.  It
 * is read back from the database, so that what runs each epoch is what recovers.
 */
#include "state/apply.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "state/capture.h"
#include "state/codec.h"

#include <stdlib.h>
#include <xxhash.h>

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

static int
apply_read_index(struct wr_apply *a)
{
	uint8_t key[WR_JOURNAL_KEY];
	uint64_t hash;
	uint32_t head[2];
	const char *p;
	size_t len;

	wr_store_journal_key(key, a->epoch, 0);
	leveldb_iter_seek(a->journal, (const char *)key, sizeof key);
	p = apply_chunk(a, 0, &len);
	if (p == NULL) {
		int rc = wr_store_iter_error(a->store, a->journal, a->err);

		return rc < 0 ? rc
			      : wr_store_damaged(a->store, a->err,
					"epoch %llu was decided, but has no journal",
					(unsigned long long)a->epoch);
	}
	if (len < sizeof head + sizeof hash)
		return apply_damaged(a, 0, "is truncated");
	memcpy(head, p, sizeof head);
	memcpy(&hash, p + len - sizeof hash, sizeof hash);
	if (hash != XXH3_64bits(p, len - sizeof hash))
		return apply_damaged(a, 0, "has another checksum than it says");
	if (head[0] != 1)
		return wr_err_set(a->err, -EUCLEAN,
			"the journal of epoch %llu in \"%s\" is of version %u; this weir reads "
			"version 1",
			(unsigned long long)a->epoch, a->store->dir, head[0]);
	a->n = head[1];
	if (len != sizeof head + (size_t)a->n * sizeof *a->entries + sizeof hash)
		return apply_damaged(a, 0, "is truncated");
	a->entries = wr_alloc(a->n * sizeof *a->entries);
	memcpy(a->entries, p + sizeof head, a->n * sizeof *a->entries);
	return 0;
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
		leveldb_writebatch_delete(a->batch, key, len);
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
	if ((head.flags & WR_TABLE_WHOLE) != 0)
		rc = wr_retire_all(a, entry);
	else if ((head.flags & WR_TABLE_RETIRED) != 0)
		rc = wr_retire_rows(a, entry, head.retired);
	return rc;
}

/* A record of a chunk.  row NULL: it was erased. */
struct record {
	uint64_t order; /* the first bytes of the tail */
	const uint8_t *tail, *row;
	uint32_t tail_len, row_len;
};

/* In order of keys; of one key, in order of writing. */
static int
record_compare(const void *left, const void *right)
{
	const struct record *a = left, *b = right;
	uint32_t len = a->tail_len < b->tail_len ? a->tail_len : b->tail_len;
	int diff;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	diff = memcmp(a->tail, b->tail, len);
	if (diff == 0 && a->tail_len != b->tail_len)
		diff = a->tail_len < b->tail_len ? -1 : 1;
	return diff != 0 ? diff : a->tail < b->tail ? -1 : 1;
}

static uint32_t
apply_parse(struct wr_apply *a, struct wr_reader *in)
{
	struct wr_text *list = &a->records;

	list->len = 0;
	wr_reader_number(in, sizeof(uint32_t)); /* the chunk's length: all of it is here */
	while (!in->bad && in->p < in->end) {
		uint64_t len = wr_reader_varint(in);
		struct record record = {.tail_len = (uint32_t)(len / 2)};

		record.tail = wr_reader_bytes(in, len / 2);
		if (len % 2 == 0) {
			record.row_len = (uint32_t)wr_reader_varint(in);
			record.row = wr_reader_bytes(in, record.row_len);
		}
		if (in->bad || record.tail_len < sizeof record.order) {
			in->bad = true;
			break;
		}
		memcpy(&record.order, record.tail, sizeof record.order);
		record.order = __builtin_bswap64(record.order);
		wr_text_add(list, (const char *)&record, sizeof record);
	}
	return (uint32_t)(list->len / sizeof(struct record));
}

/* In order of keys: LevelDB takes them in two to three times as fast. */
static int
apply_records(struct wr_apply *a, const struct wr_journal_entry *entry, struct wr_reader *in)
{
	uint32_t n = apply_parse(a, in);
	struct record *records = (struct record *)(void *)a->records.p;
	uint8_t prefix[WR_ROW_PREFIX], shape[WR_VARINT_MAX], *end;
	int rc = 0;

	wr_store_row_prefix(prefix, entry->id);
	end = wr_codec_varint(shape, entry->shape);
	if (n > 0)
		qsort(records, n, sizeof *records, record_compare);
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		const struct record *record = &records[i];

		a->key.len = a->value.len = 0;
		wr_text_add(&a->key, (const char *)prefix, sizeof prefix);
		wr_text_add(&a->key, (const char *)record->tail, record->tail_len);
		if (record->row == NULL) {
			leveldb_writebatch_delete(a->batch, a->key.p, a->key.len);
			continue;
		}
		rc = wr_retire_before_put(a, entry, record->tail, record->tail_len);
		wr_text_add(&a->value, (const char *)shape, (size_t)(end - shape));
		wr_text_add(&a->value, (const char *)record->row, record->row_len);
		leveldb_writebatch_put(a->batch, a->key.p, a->key.len, a->value.p, a->value.len);
	}
	return rc;
}

static int
apply_table(struct wr_apply *a, uint32_t chunk, const char *p, size_t len)
{
	const struct wr_journal_entry *entry = &a->entries[chunk - 1];
	struct wr_reader in = wr_reader_of(p, len);
	int rc = entry->piece == 0 ? apply_head(a, entry, &in) : 0;

	if (rc < 0)
		return rc;
	rc = apply_records(a, entry, &in);
	if (rc < 0)
		return rc;
	return in.bad ? apply_damaged(a, chunk, "is malformed") : 0;
}

static bool
apply_writes_blob(const struct wr_apply *a, uint32_t op, const uint8_t *key)
{
	for (uint32_t i = 0; i < a->n && a->entries[i].kind <= WR_ENTRY_CHUNKS; i++) {
		const struct wr_journal_entry *entry = &a->entries[i];
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
		leveldb_writebatch_delete(a->batch, (const char *)key, len);
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

static int
apply_entry(struct wr_apply *a, uint32_t chunk)
{
	const struct wr_journal_entry *entry = &a->entries[chunk - 1];
	uint8_t blob[WR_BLOB_KEY], key[WR_JOURNAL_KEY];
	const char *p;
	size_t len;

	if (entry->kind == WR_ENTRY_DROP_TABLE)
		return apply_drop_table(a, entry);
	if (entry->kind == WR_ENTRY_END) {
		a->end = true;
		return 0;
	}
	if (entry->kind > WR_ENTRY_CHUNKS)
		return apply_remove_blobs(a, entry);
	leveldb_iter_next(a->journal);
	p = apply_chunk(a, chunk, &len);
	if (p == NULL) {
		int rc = wr_store_iter_error(a->store, a->journal, a->err);

		return rc < 0 ? rc : apply_damaged(a, chunk, "is missing");
	}
	if (len != entry->length)
		return apply_damaged(a, chunk, "is truncated");
	if (XXH3_64bits(p, len) != entry->hash)
		return apply_damaged(a, chunk, "has another checksum than its index says");
	wr_store_journal_key(key, a->epoch, chunk);
	leveldb_writebatch_delete(a->drop, (const char *)key, sizeof key);
	if (entry->kind == WR_SECTION_TABLE)
		return apply_table(a, chunk, p, len);
	if (entry->kind == WR_ENTRY_MANIFEST) {
		leveldb_writebatch_put(a->batch, "Mm", 2, p, len);
		return 0;
	}
	wr_store_blob_key(blob, entry->id, entry->kind, entry->subtask, entry->piece);
	leveldb_writebatch_put(a->batch, (const char *)blob, sizeof blob, p, len);
	return 0;
}

/* What was decided elsewhere is recorded here with the base that has it. */
static void
apply_record(struct wr_apply *a)
{
	uint8_t decided[9];

	memcpy(decided, &a->epoch, 8);
	decided[8] = a->end;
	leveldb_writebatch_put(a->drop, "Md", 2, (const char *)decided, sizeof decided);
}

/* The batch that puts the journal into the base and drops it. */
static int
apply_make(struct wr_apply *a)
{
	uint8_t key[WR_JOURNAL_KEY];
	int rc = apply_read_index(a);

	for (uint32_t i = 1; rc == 0 && i <= a->n; i++)
		rc = apply_entry(a, i);
	if (a->epoch > a->store->recorded)
		apply_record(a);
	wr_store_journal_key(key, a->epoch, 0);
	leveldb_writebatch_delete(a->drop, (const char *)key, sizeof key);
	leveldb_writebatch_put(a->drop, "Mb", 2, (const char *)&a->epoch, sizeof a->epoch);
	return rc;
}

/* Invariant: the base is written and the journal dropped in one batch. */
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

int
wr_store_apply_next(struct wr_store *store, bool sync, struct weir_err *err)
{
	struct wr_apply a = {.store = store,
		.epoch = store->base + 1,
		.batch = leveldb_writebatch_create(),
		.drop = leveldb_writebatch_create(),
		.journal = leveldb_create_iterator(store->db, store->pass),
		.base = leveldb_create_iterator(store->db, store->pass),
		.err = err};
	int rc = apply_make(&a);

	leveldb_iter_destroy(a.journal);
	leveldb_iter_destroy(a.base);
	free(a.entries);
	wr_text_fini(&a.key);
	wr_text_fini(&a.records);
	wr_text_fini(&a.value);
	/*
	 * Invariant: this batch drops a journal only after the batch that applied the epoch before
	 * is on disk.  Were that one lost when the power goes and this one not, the base would lack
	 * an epoch whose journal can no longer be redone.
	 */
	if (rc == 0 && WEIR_MUTATE != WR_MUTATE_OLD_LOGS)
		rc = wr_store_sync_logs(store, err);
	wr_failpoint("apply.before_write");
	if (rc == 0) {
		rc = apply_write(&a, sync);
		store->unsynced = !sync;
	}
	leveldb_writebatch_destroy(a.batch);
	leveldb_writebatch_destroy(a.drop);
	wr_failpoint("apply.written");
	if (rc == 0 && ++store->base > store->recorded) {
		store->recorded = store->base;
		store->finished = a.end;
	}
	return rc;
}

int
wr_store_apply(struct wr_store *store, uint64_t epoch, struct weir_err *err)
{
	if (WEIR_MUTATE == WR_MUTATE_APPLY_FIRST)
		return 0;
	if (epoch != store->base + 1 || epoch > store->decided)
		return wr_err_set(err, -EINVAL,
			"epoch %llu cannot be applied: the base is of epoch %llu, %llu is decided",
			(unsigned long long)epoch, (unsigned long long)store->base,
			(unsigned long long)store->decided);
	return wr_store_apply_next(store, false, err);
}
