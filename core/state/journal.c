/* SPDX-License-Identifier: Apache-2.0 */
/* Deciding an epoch: its journal in one synced batch; see store.h and docs/state.md. */
#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "state/capture.h"
#include "state/codec.h"
#include "state/store_parts.h"

#include <stdlib.h>
#include <xxhash.h>

/* A journal being made. */
struct journal {
	struct wr_store *store;
	const struct wr_manifest *next;
	leveldb_writebatch_t *batch;
	uint64_t epoch;
	uint64_t hash; /* of the index */
	struct wr_journal_entry *entries;
	const char **chunks; /* of the first n_chunks entries; borrowed */
	uint32_t n, cap, n_chunks;
	uint64_t bytes; /* of its chunks */
};

static struct wr_journal_entry *
journal_add(struct journal *j, uint32_t kind, uint32_t id, uint32_t subtask)
{
	struct wr_journal_entry *entry;

	if (j->n == j->cap) {
		j->cap = j->cap == 0 ? 64 : j->cap * 2;
		j->entries = wr_realloc(j->entries, j->cap * sizeof *j->entries);
		j->chunks = wr_realloc(j->chunks, j->cap * sizeof *j->chunks);
	}
	entry = &j->entries[j->n++];
	*entry = (struct wr_journal_entry){.kind = (uint8_t)kind, .id = id, .subtask = subtask};
	return entry;
}

/* The next chunk, of the entry added last. */
static void
journal_put(struct journal *j, const char *p, size_t len)
{
	struct wr_journal_entry *entry = &j->entries[j->n - 1];

	j->bytes += len;
	entry->length = len;
	entry->hash = XXH3_64bits(p, len);
	j->chunks[j->n_chunks++] = p;
}

static int
journal_blob(struct journal *j, const struct wr_section *section, const struct wr_stored_op *op,
	uint32_t subtask)
{
	size_t at = 0;
	uint32_t piece = 0;

	do {
		size_t left = section->bytes.len - at, len = left < WR_CHUNK ? left : WR_CHUNK;

		journal_add(j, section->kind, op->id, subtask)->piece = piece++;
		journal_put(j, len > 0 ? section->bytes.p + at : "", len);
		at += len;
	} while (at < section->bytes.len);
	return 0;
}

static uint32_t
row_bytes_of(const struct wr_shape *shape)
{
	uint32_t bytes = 0;

	for (uint32_t i = 0; i < shape->n_slots; i++)
		bytes += (shape->slots[i].bytes + 7) & ~7u;
	return bytes;
}

/* The chunks the capture has made: the first one with the section's head before it. */
static int
journal_table(struct journal *j, const struct wr_section *section, const struct wr_stored_op *op,
	uint32_t subtask, struct weir_err *err)
{
	const struct wr_stored_table *table = wr_manifest_table(op, section->name);
	uint32_t groups = j->next->max_parallelism, p = op->parallelism, piece = 0;
	size_t at = 0, to = sizeof(struct wr_table_head);
	struct wr_table_head head;

	if (table == NULL)
		return wr_err_set(err, -EINVAL,
			"\"%s\" hands over table \"%s\", which it does not keep", op->name,
			section->name);
	wr_assert(section->bytes.len >= sizeof head + sizeof(uint32_t));
	memcpy(&head, section->bytes.p, sizeof head);
	if (head.row_bytes != row_bytes_of(&table->shapes[table->shape]))
		return wr_err_set(err, -EINVAL,
			"table \"%s\" of \"%s\" has rows of %u bytes, and is kept with %u",
			section->name, op->name, head.row_bytes,
			row_bytes_of(&table->shapes[table->shape]));
	if (head.flags == 0 && head.records == 0)
		return 0; /* nothing has changed */
	for (; at < section->bytes.len; at = to) {
		struct wr_journal_entry *entry =
			journal_add(j, WR_SECTION_TABLE, table->id, subtask);
		uint32_t len;

		memcpy(&len, section->bytes.p + to, sizeof len);
		to += sizeof len + len;
		wr_assert(to <= section->bytes.len);
		entry->flags = (table->flags & WEIR_BY_KEY) != 0 ? WR_ENTRY_BY_KEY : 0;
		entry->shape = table->shape;
		entry->piece = piece++;
		/* The groups that wr_key_owner() gives this subtask. */
		entry->lo = (uint16_t)((subtask * groups + p - 1) / p);
		entry->hi = (uint16_t)(((subtask + 1) * groups + p - 1) / p - 1);
		journal_put(j, section->bytes.p + at, to - at);
	}
	return 0;
}

static int
journal_capture(struct journal *j, const struct wr_capture *capture, struct weir_err *err)
{
	const struct wr_stored_op *op = wr_manifest_op(j->next, capture->op);
	int rc = 0;

	if (op == NULL || capture->subtask >= op->parallelism)
		return wr_err_set(err, -EINVAL,
			"subtask %u of \"%s\" hands over state, but is not among what is kept",
			capture->subtask, capture->op);
	for (uint32_t i = 0; rc == 0 && i < capture->n_sections; i++) {
		const struct wr_section *section = &capture->sections[i];

		if (section->kind == WR_SECTION_TABLE)
			rc = journal_table(j, section, op, capture->subtask, err);
		else
			rc = journal_blob(j, section, op, capture->subtask);
	}
	return rc;
}

static int
entry_compare(const void *left, const void *right)
{
	const struct wr_journal_entry *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->subtask > b->subtask) - (a->subtask < b->subtask);
}

/* What goes: sections that the captures no longer have, of subtasks that are no more, and what the
 * manifest no longer has. */
static void
journal_removals(struct journal *j, const struct wr_capture *const *captures, uint32_t n)
{
	const struct wr_manifest *last = &j->store->manifest;

	uint32_t first = j->n;

	for (uint32_t i = 0; i < n; i++)
		journal_add(j, WR_ENTRY_INSTANCE, wr_manifest_op(j->next, captures[i]->op)->id,
			captures[i]->subtask);
	/* Always in one order: so epochs of the same instances are known to be. */
	if (n > 0)
		qsort(&j->entries[first], n, sizeof *j->entries, entry_compare);
	for (uint32_t i = 0; i < j->next->n_ops; i++)
		journal_add(j, WR_ENTRY_WIDTH, j->next->ops[i].id, j->next->ops[i].parallelism);
	for (uint32_t i = 0; i < last->n_ops; i++) {
		const struct wr_stored_op *op = &last->ops[i];

		if (!wr_manifest_has_op(j->next, op->id))
			journal_add(j, WR_ENTRY_DROP_OP, op->id, 0);
		for (uint32_t t = 0; t < op->n_tables; t++)
			if (!wr_manifest_has_table(j->next, op->tables[t].id))
				journal_add(j, WR_ENTRY_DROP_TABLE, op->tables[t].id, 0);
	}
}

static void
journal_put_in_db(struct journal *j)
{
	for (uint32_t i = 0; i < j->n_chunks; i++) {
		uint8_t key[WR_JOURNAL_KEY];

		wr_store_journal_key(key, j->epoch, i + 1);
		leveldb_writebatch_put(j->batch, (const char *)key, sizeof key, j->chunks[i],
			j->entries[i].length);
	}
}

/* Invariant: they are on disk before the batch that has their index. */
static int
journal_put_in_file(struct journal *j, struct wr_journal_head *head, struct weir_err *err)
{
	struct wr_store *store = j->store;
	struct wr_journal_place place = {0};
	int rc = wr_journal_files_begin(
		&store->files, store->dir_fd, store->dir, j->bytes, &place, err);

	for (uint32_t i = 0; rc == 0 && i < j->n_chunks; i++)
		rc = wr_journal_files_put(
			&store->files, store->dir, j->chunks[i], j->entries[i].length, err);
	wr_failpoint("journal.written");
	if (rc == 0)
		rc = wr_journal_files_sync(&store->files, store->dir, err);
	wr_failpoint("journal.synced");
	head->version = WR_JOURNAL_IN_FILE;
	head->file = place.file;
	head->at = place.at;
	return rc;
}

static int
journal_finish(struct journal *j, struct weir_err *err)
{
	struct wr_text index = {0};
	struct wr_journal_head head = {.version = WR_JOURNAL_IN_DB, .n = j->n};
	uint8_t key[WR_JOURNAL_KEY];
	int rc = 0;

	if (j->bytes >= WEIR_JOURNAL_FILE)
		rc = journal_put_in_file(j, &head, err);
	else
		journal_put_in_db(j);
	wr_text_add(&index, (const char *)&head,
		head.version == WR_JOURNAL_IN_DB ? WR_JOURNAL_HEAD_IN_DB : sizeof head);
	wr_text_add(&index, (const char *)j->entries, j->n * sizeof *j->entries);
	j->hash = XXH3_64bits(index.p, index.len);
	wr_text_add(&index, (const char *)&j->hash, sizeof j->hash);
	wr_store_journal_key(key, j->epoch, 0);
	leveldb_writebatch_put(j->batch, (const char *)key, sizeof key, index.p, index.len);
	wr_text_fini(&index);
	return rc;
}

/* Chunks first, then what has none.  text: a manifest that comes into force when this is applied.
 */
static int
journal_make(struct journal *j, const struct wr_capture *const *captures, uint32_t n,
	const struct wr_text *text, bool end, struct weir_err *err)
{
	int rc = 0;

	if (text != NULL && text->len > 0) {
		journal_add(j, WR_ENTRY_MANIFEST, 0, 0);
		journal_put(j, text->p, text->len);
	}
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = journal_capture(j, captures[i], err);
	if (rc < 0)
		return rc;
	journal_removals(j, captures, n);
	if (end)
		journal_add(j, WR_ENTRY_END, 0, 0);
	return journal_finish(j, err);
}

static void
store_forget_dropped(struct wr_store *store)
{
	for (uint32_t i = 0; i < store->n_dropped; i++)
		free(store->dropped[i]);
	store->n_dropped = 0;
}

/* It is decided: from here on only memory and copies follow. */
static int
store_is_decided(struct wr_store *store, uint64_t epoch, struct weir_err *err)
{
	int rc;

	store->decided = epoch;
	store->finished = store->next_finished;
	store_forget_dropped(store);
	wr_failpoint("decide.written");
	rc = wr_store_witness_write(store, epoch, err);
	wr_failpoint("decide.witnessed");
	if (store->next_text.len == 0)
		return rc;
	if (rc == 0)
		rc = wr_store_manifest_file_write(store, &store->next_text, err);
	wr_manifest_fini(&store->manifest);
	wr_text_fini(&store->manifest_text);
	store->manifest = store->next;
	store->manifest_text = store->next_text;
	store->next = (struct wr_manifest){0};
	store->next_text = (struct wr_text){0};
	return rc;
}

/* The text of the next manifest, empty if it says what the last one does. */
static void
next_text(struct wr_store *store, uint64_t epoch)
{
	struct wr_text *text = &store->next_text;

	text->len = 0;
	wr_manifest_print(&store->next, text);
	if (text->len == store->manifest_text.len &&
		memcmp(text->p, store->manifest_text.p, text->len) == 0) {
		text->len = 0;
		return;
	}
	text->len = 0;
	store->next.epoch = epoch;
	wr_manifest_print(&store->next, text);
}

/* What is to be written for the epoch, and store->next of what it will be. */
static int
journal_begin(struct journal *j, struct wr_store *store, const struct wr_kept *kept, bool finished,
	struct weir_err *err)
{
	int rc;

	if (j->epoch != store->decided + 1)
		return wr_err_set(err, -EINVAL, "epoch %llu cannot be decided after epoch %llu",
			(unsigned long long)j->epoch, (unsigned long long)store->decided);
	wr_manifest_fini(&store->next);
	rc = wr_manifest_next(&store->next, &store->manifest, kept,
		(const char *const *)store->dropped, store->n_dropped, err);
	if (rc < 0)
		return rc;
	store->next_finished = finished;
	next_text(store, j->epoch);
	j->store = store;
	j->next = &store->next;
	j->batch = leveldb_writebatch_create();
	return 0;
}

static void
journal_fini(struct journal *j)
{
	if (j->batch != NULL)
		leveldb_writebatch_destroy(j->batch);
	free(j->entries);
	free(j->chunks);
}

static void
store_journalled(struct wr_store *store, uint64_t bytes)
{
	store->unsynced = false;
	store->journalled += bytes;
	store->waiting += bytes;
}

static int
store_write_decision(struct wr_store *store, struct journal *j, struct weir_err *err)
{
	uint8_t decided[9];
	int rc;

	if (WEIR_MUTATE == WR_MUTATE_APPLY_FIRST) {
		rc = wr_store_write(store, j->batch, err);
		if (rc == 0)
			rc = wr_store_apply_some(store, j->epoch, true, err);
		if (rc < 0)
			return rc;
		leveldb_writebatch_clear(j->batch);
	}
	memcpy(decided, &j->epoch, 8);
	decided[8] = store->next_finished;
	leveldb_writebatch_put(j->batch, "Md", 2, (const char *)decided, sizeof decided);
	leveldb_writebatch_delete(j->batch, "Mp", 2);
	wr_failpoint("decide.before_write");
	rc = wr_store_write(store, j->batch, err);
	if (rc == 0) {
		store_journalled(store, j->bytes);
		store->recorded = j->epoch;
	}
	return rc;
}

int
wr_store_decide(struct wr_store *store, uint64_t epoch, const struct wr_kept *kept,
	const struct wr_capture *const *captures, uint32_t n, bool finished, struct weir_err *err)
{
	struct journal j = {.epoch = epoch};
	int rc;

	wr_assert(store->decider == NULL);
	rc = journal_begin(&j, store, kept, finished, err);
	if (rc == 0 && store->next_text.len > 0)
		leveldb_writebatch_put(j.batch, "Mm", 2, store->next_text.p, store->next_text.len);
	if (rc == 0)
		rc = journal_make(&j, captures, n, NULL, false, err);
	if (rc == 0)
		rc = store_write_decision(store, &j, err);
	journal_fini(&j);
	return rc == 0 ? store_is_decided(store, epoch, err) : rc;
}

/* What the decider has decided and the base does not have yet: it need not be asked about it. */
static void
record_last(const struct wr_store *store, leveldb_writebatch_t *batch)
{
	uint8_t decided[9] = {0}; /* not the end: there is another one */

	memcpy(decided, &store->decided, sizeof store->decided);
	leveldb_writebatch_put(batch, "Md", 2, (const char *)decided, sizeof decided);
	leveldb_writebatch_put(batch, "Mm", 2, store->manifest_text.p, store->manifest_text.len);
}

static int
write_prepared(struct wr_store *store, struct journal *j, struct weir_err *err)
{
	if (WEIR_MUTATE != WR_MUTATE_PREPARE_LATE)
		return wr_store_write(store, j->batch, err);
	store->late = j->batch;
	j->batch = NULL;
	return 0;
}

int
wr_store_prepare(struct wr_store *store, uint64_t epoch, const struct wr_kept *kept,
	const struct wr_capture *const *captures, uint32_t n, bool finished, struct wr_text *tag,
	struct weir_err *err)
{
	bool same = store->prepared_by != NULL && strcmp(store->prepared_by, store->decider) == 0;
	uint64_t since = same ? store->prepared_since : epoch;
	struct journal j = {.epoch = epoch};
	int rc;

	rc = journal_begin(&j, store, kept, finished, err);
	if (rc == 0)
		rc = journal_make(&j, captures, n, &store->next_text, finished, err);
	if (rc == 0) {
		if (store->recorded < store->decided)
			record_last(store, j.batch);
		wr_store_put_prepared(j.batch, epoch, since, store->decider);
		wr_failpoint("prepare.before_write");
		rc = write_prepared(store, &j, err);
		wr_failpoint("prepare.written");
	}
	if (rc == 0) {
		store_journalled(store, j.bytes);
		store->recorded = store->decided;
		store->prepared = epoch;
		store->prepared_since = since;
		free(store->prepared_by);
		store->prepared_by = wr_dup(store->decider, strlen(store->decider));
		wr_store_tag(store, epoch, j.hash, tag);
	}
	journal_fini(&j);
	return rc;
}

int
wr_store_decided(struct wr_store *store, uint64_t epoch, struct weir_err *err)
{
	if (epoch != store->decided + 1 || epoch != store->prepared)
		return wr_err_set(err, -EINVAL, "epoch %llu is decided, but was not prepared",
			(unsigned long long)epoch);
	if (WEIR_MUTATE == WR_MUTATE_PREPARE_LATE && wr_store_write(store, store->late, err) < 0)
		return err->code;
	return store_is_decided(store, epoch, err);
}
