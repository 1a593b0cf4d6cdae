/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and recovering a pipeline's durable state; see store.h and docs/state.md. */
#include "state/store.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "state/codec.h"
#include "state/disk_env.h"
#include "state/store_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STORE_LOG = 1024 * 1024 /* bytes that may stay in it */ };
enum { STORE_BLOOM = 10, STORE_FEW_FILES = 74 /* LevelDB's least: 64 and ten of its own */ };

static const struct wr_store_bounds store_bounds = {
	WEIR_STORE_BUFFER, 32 * 1024 * 1024, 8 * 1024 * 1024};

int
wr_store_damaged(const struct wr_store *store, struct weir_err *err, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return wr_err_set(err, -EUCLEAN,
		"state directory \"%s\" is damaged: %s; restore a savepoint, or move the directory "
		"away to start afresh",
		store->dir, what);
}

int
wr_store_leveldb_error(
	const struct wr_store *store, char *error, struct weir_err *err, const char *doing)
{
	int rc;

	if (error == NULL)
		return 0;
	if (strncmp(error, "Corruption", 10) == 0)
		rc = wr_store_damaged(store, err, "%s", error);
	/* So it says that a table ends before what is to be read of it. */
	else if (strstr(error, strerror(EINVAL)) != NULL)
		rc = wr_store_damaged(store, err, "a file is cut short: %s", error);
	else
		rc = wr_err_set(err, -EIO, "cannot %s the state in \"%s\": %s%s", doing, store->dir,
			error, wr_err_remedy(error));
	leveldb_free(error);
	return rc;
}

int
wr_store_iter_error(const struct wr_store *store, leveldb_iterator_t *it, struct weir_err *err)
{
	char *error = NULL;

	leveldb_iter_get_error(it, &error);
	return wr_store_leveldb_error(store, error, err, "read");
}

void
wr_store_journal_key(uint8_t key[WR_JOURNAL_KEY], uint64_t epoch, uint32_t chunk)
{
	key[0] = 'J';
	wr_codec_be32(wr_codec_be64(key + 1, epoch), chunk);
}

void
wr_store_row_prefix(uint8_t key[WR_ROW_PREFIX], uint32_t table)
{
	key[0] = 'B';
	wr_codec_be32(key + 1, table);
}

void
wr_store_blob_key(
	uint8_t key[WR_BLOB_KEY], uint32_t op, uint32_t kind, uint32_t subtask, uint32_t piece)
{
	uint8_t *to = wr_codec_be32(key + 1, op);

	key[0] = 'S';
	*to++ = (uint8_t)kind;
	wr_codec_be32(wr_codec_be32(to, subtask), piece);
}

static int
store_open_db(struct wr_store *store, const struct wr_store_bounds *bounds, struct weir_err *err)
{
	char *error = NULL;

	store->options = leveldb_options_create();
	store->filter = leveldb_filterpolicy_create_bloom(STORE_BLOOM);
	store->cache = leveldb_cache_create_lru(bounds->cache);
	store->read = leveldb_readoptions_create();
	store->pass = leveldb_readoptions_create();
	store->sync = leveldb_writeoptions_create();
	store->no_sync = leveldb_writeoptions_create();
	leveldb_options_set_create_if_missing(store->options, 1);
	leveldb_options_set_paranoid_checks(store->options, 1);
	leveldb_options_set_filter_policy(store->options, store->filter);
	leveldb_options_set_cache(store->options, store->cache);
	leveldb_options_set_write_buffer_size(store->options, bounds->buffer);
	leveldb_options_set_max_file_size(store->options, bounds->file);
	if (bounds != &store_bounds) {
		store->env = wr_disk_env_new();
		leveldb_options_set_env(store->options, store->env);
		leveldb_options_set_max_open_files(store->options, STORE_FEW_FILES);
	}
	leveldb_readoptions_set_verify_checksums(store->read, 1);
	leveldb_readoptions_set_verify_checksums(store->pass, 1);
	leveldb_readoptions_set_fill_cache(store->pass, 0);
	leveldb_writeoptions_set_sync(store->sync, WEIR_MUTATE != WR_MUTATE_NO_SYNC);
	store->db = leveldb_open(store->options, store->db_dir, &error);
	if (error != NULL && strncmp(error, "IO error: lock ", 15) == 0) {
		leveldb_free(error);
		return wr_err_set(err, -EBUSY,
			"the database of state directory \"%s\" is in use by another process",
			store->dir);
	}
	return wr_store_leveldb_error(store, error, err, "open");
}

int
wr_store_write(struct wr_store *store, leveldb_writebatch_t *batch, struct weir_err *err)
{
	char *error = NULL;

	leveldb_write(store->db, store->sync, batch, &error);
	return wr_store_leveldb_error(store, error, err, "write");
}

int
wr_store_get(
	const struct wr_store *store, const char *key, struct wr_text *value, struct weir_err *err)
{
	char *error = NULL;
	size_t len;
	char *p = leveldb_get(store->db, store->read, key, 2, &len, &error);

	if (error != NULL)
		return wr_store_leveldb_error(store, error, err, "read");
	if (p == NULL)
		return 0;
	wr_text_add(value, p, len);
	leveldb_free(p);
	return 1;
}

/* One synced batch makes it a state of this pipeline. */
static int
store_make(struct wr_store *store, const char *pipeline, struct weir_err *err)
{
	leveldb_writebatch_t *batch;
	uint8_t zero[9] = {0};
	int rc = wr_manifest_init(&store->manifest, pipeline, err);

	if (rc < 0)
		return rc;
	wr_manifest_print(&store->manifest, &store->manifest_text);
	batch = leveldb_writebatch_create();
	leveldb_writebatch_put(batch, "Mm", 2, store->manifest_text.p, store->manifest_text.len);
	leveldb_writebatch_put(batch, "Md", 2, (const char *)zero, 9);
	leveldb_writebatch_put(batch, "Mb", 2, (const char *)zero, 8);
	wr_failpoint("open.before_make");
	rc = wr_store_write(store, batch, err);
	leveldb_writebatch_destroy(batch);
	wr_failpoint("open.made");
	if (rc == 0 && fsync(store->dir_fd) < 0)
		rc = wr_err_disk(err, "cannot sync \"%s\"", store->dir);
	return rc;
}

/* The database has no manifest: it is new, or no state. */
static int
store_make_if_empty(struct wr_store *store, const char *pipeline, struct weir_err *err)
{
	leveldb_iterator_t *it = leveldb_create_iterator(store->db, store->read);
	bool empty;
	int rc;

	leveldb_iter_seek_to_first(it);
	empty = !leveldb_iter_valid(it);
	rc = wr_store_iter_error(store, it, err);
	leveldb_iter_destroy(it);
	if (rc < 0)
		return rc;
	if (!empty)
		return wr_err_set(err, -EUCLEAN,
			"\"%s\" is no state directory of weir: its database has other things in it",
			store->dir);
	/* Invariant: both files are made after the batch that fills the database. */
	if (wr_store_has_manifest_file(store) || wr_store_witness(store) > 0)
		return wr_store_damaged(store, err, "the database is empty, but %s is there",
			wr_store_has_manifest_file(store) ? "manifest.json" : "decided");
	return store_make(store, pipeline, err);
}

/* What was handed to a decider last, and to whom. */
static int
store_read_prepared(struct wr_store *store, struct weir_err *err)
{
	struct wr_text text = {0};
	int rc = wr_store_get(store, "Mp", &text, err);

	if (rc > 0 && text.len <= 16)
		rc = wr_store_damaged(store, err, "the database does not say who decides");
	if (rc > 0) {
		struct wr_reader in = wr_reader_of(text.p, text.len);

		store->prepared = wr_reader_number(&in, 8);
		store->prepared_since = wr_reader_number(&in, 8);
		store->prepared_by = wr_dup((const char *)in.p, text.len - 16);
	}
	wr_text_fini(&text);
	return rc;
}

static int
store_read_meta(struct wr_store *store, struct weir_err *err)
{
	struct wr_text decided = {0}, base = {0};
	struct wr_reader in;
	int rc = wr_store_get(store, "Md", &decided, err);

	if (rc >= 0)
		rc = wr_store_get(store, "Mb", &base, err);
	if (rc >= 0)
		rc = store_read_prepared(store, err);
	if (rc >= 0 && (decided.len != 9 || base.len != 8))
		rc = wr_store_damaged(store, err, "the database does not say its epoch");
	if (rc >= 0) {
		in = wr_reader_of(decided.p, decided.len);
		store->decided = store->recorded = wr_reader_number(&in, 8);
		store->finished = wr_reader_number(&in, 1) == 1;
		in = wr_reader_of(base.p, base.len);
		store->base = wr_reader_number(&in, 8);
	}
	wr_text_fini(&decided);
	wr_text_fini(&base);
	if (rc >= 0 && store->base > store->decided)
		rc = wr_store_damaged(store, err,
			"its base is of epoch %llu, but only %llu was decided",
			(unsigned long long)store->base, (unsigned long long)store->decided);
	/* Invariant: the witness is written after the decision, or what was handed to a decider,
	 * was synced. */
	if (rc >= 0 && wr_store_witness(store) > store->decided &&
		wr_store_witness(store) > store->prepared)
		rc = wr_store_damaged(store, err,
			"epoch %llu was decided, but the database ends with epoch %llu: its log is "
			"truncated or missing, or db/ is an older copy",
			(unsigned long long)wr_store_witness(store),
			(unsigned long long)store->decided);
	return rc < 0 ? rc : 0;
}

/* Invariant: the file is a copy of Mm, at most one decision older; another one is from elsewhere.
 */
static int
store_check_manifest_file(struct wr_store *store, struct weir_err *err)
{
	struct wr_manifest file = {0};
	struct wr_text text = {0};
	struct weir_err why = {0};
	int rc = 0;
	bool renew = true;

	if (wr_store_has_manifest_file(store)) {
		rc = wr_store_manifest_file_read(store, &text, err);
		renew = rc == 0 && (text.len != store->manifest_text.len ||
					   memcmp(text.p, store->manifest_text.p, text.len) != 0);
	}
	if (rc == 0 && renew && text.len > 0 &&
		wr_manifest_parse(&file, text.p, text.len, &why) < 0)
		rc = wr_err_set(err, -EUCLEAN,
			"\"%s/manifest.json\" is damaged: %s; remove it to have it made anew from "
			"the database, or restore a savepoint",
			store->dir, why.text);
	else if (rc == 0 && renew && text.len > 0 && strcmp(file.uuid, store->manifest.uuid) != 0)
		rc = wr_err_set(err, -EUCLEAN,
			"\"%s/manifest.json\" is of another state than the database in db/ (%s, "
			"%s): put together what belongs together, or restore a savepoint",
			store->dir, file.uuid, store->manifest.uuid);
	if (rc == 0 && renew)
		rc = wr_store_manifest_file_write(store, &store->manifest_text, err);
	wr_manifest_fini(&file);
	wr_text_fini(&text);
	return rc;
}

int
wr_store_read_manifest(struct wr_store *store, struct weir_err *err)
{
	struct weir_err why = {0};
	int rc;

	wr_manifest_fini(&store->manifest);
	store->manifest_text.len = 0;
	rc = wr_store_get(store, "Mm", &store->manifest_text, err);
	if (rc > 0 && wr_manifest_parse(&store->manifest, store->manifest_text.p,
			      store->manifest_text.len, &why) < 0)
		rc = wr_store_damaged(store, err, "its manifest: %s", why.text);
	return rc;
}

static int
store_identify(struct wr_store *store, const char *pipeline, struct weir_err *err)
{
	int rc = wr_store_read_manifest(store, err);

	if (rc == 0)
		rc = store_make_if_empty(store, pipeline, err);
	if (rc >= 0 && pipeline != NULL)
		rc = wr_manifest_is_of(&store->manifest, store->dir, pipeline, err);
	if (rc < 0)
		return rc;
	rc = store_read_meta(store, err);
	return rc == 0 ? store_check_manifest_file(store, err) : rc;
}

void
wr_store_put_prepared(
	leveldb_writebatch_t *batch, uint64_t epoch, uint64_t since, const char *decider)
{
	struct wr_text text = {0};

	wr_text_add(&text, (const char *)&epoch, sizeof epoch);
	wr_text_add(&text, (const char *)&since, sizeof since);
	wr_text_put(&text, decider);
	leveldb_writebatch_put(batch, "Mp", 2, text.p, text.len);
	wr_text_fini(&text);
}

int
wr_store_drop_undecided(struct wr_store *store, struct weir_err *err)
{
	leveldb_iterator_t *it = leveldb_create_iterator(store->db, store->pass);
	leveldb_writebatch_t *batch = leveldb_writebatch_create();
	uint8_t from[WR_JOURNAL_KEY];
	bool any = false;
	int rc;

	wr_store_journal_key(from, store->decided + 1, 0);
	leveldb_iter_seek(it, (const char *)from, sizeof from);
	for (; leveldb_iter_valid(it); leveldb_iter_next(it)) {
		size_t len;
		const char *key = leveldb_iter_key(it, &len);

		if (key[0] != 'J')
			break;
		leveldb_writebatch_delete(batch, key, len);
		any = true;
	}
	rc = wr_store_iter_error(store, it, err);
	if (store->prepared > store->decided) {
		wr_store_put_prepared(
			batch, store->decided, store->prepared_since, store->prepared_by);
		any = true;
	}
	if (rc == 0 && any)
		rc = wr_store_write(store, batch, err);
	if (rc == 0 && store->prepared > store->decided)
		store->prepared = store->decided;
	leveldb_writebatch_destroy(batch);
	leveldb_iter_destroy(it);
	return rc;
}

/* Invariant: each step leaves a base and journals that the next open redoes to the same end. */
int
wr_store_redo(struct wr_store *store, struct weir_err *err)
{
	int rc = 0;

	if (WEIR_MUTATE == WR_MUTATE_REDO_NEWEST && store->base < store->decided)
		store->base = store->decided - 1;
	while (rc == 0 && store->base < store->decided) {
		wr_failpoint("open.before_redo");
		rc = wr_store_apply_some(store, store->decided, true, err);
		wr_failpoint("open.redone");
	}
	return rc;
}

int
wr_store_open(struct wr_store **out, const char *dir, const char *pipeline, struct weir_err *err)
{
	return wr_store_open_bounded(out, dir, pipeline, &store_bounds, err);
}

int
wr_store_open_bounded(struct wr_store **out, const char *dir, const char *pipeline,
	const struct wr_store_bounds *bounds, struct weir_err *err)
{
	struct wr_store *store = wr_zalloc(sizeof *store);
	int rc;

	store->part = bounds->buffer < WEIR_APPLY_PART ? bounds->buffer : WEIR_APPLY_PART;
	store->dir_fd = store->lock_fd = store->witness_fd = -1;
	wr_journal_files_init(&store->files);
	rc = wr_store_dir_open(store, dir, pipeline != NULL, err);
	wr_failpoint("open.locked");
	if (rc == 0)
		rc = store_open_db(store, bounds, err);
	wr_failpoint("open.opened");
	if (rc == 0)
		rc = store_identify(store, pipeline, err);
	if (rc == 0)
		rc = wr_store_load_retired(store, err);
	if (rc == 0)
		rc = wr_store_redo(store, err);
	/* What a decider was to decide stays until it has been asked. */
	if (rc == 0 && (store->prepared <= store->decided || WEIR_MUTATE == WR_MUTATE_UNASKED))
		rc = wr_store_drop_undecided(store, err);
	if (rc < 0) {
		wr_store_close(store);
		return rc;
	}
	*out = store;
	return 0;
}

void
wr_store_close(struct wr_store *store)
{
	if (store == NULL)
		return;
	if (store->db != NULL) {
		/* Behind all keys there is nothing to compact, but first the log becomes a table:
		 * the next start would do that more slowly, entry by entry. */
		if (store->journalled > STORE_LOG)
			leveldb_compact_range(store->db, "~", 1, "~", 1);
		leveldb_close(store->db);
	}
	if (store->options != NULL) {
		leveldb_options_destroy(store->options);
		if (store->env != NULL)
			leveldb_env_destroy(store->env);
		leveldb_filterpolicy_destroy(store->filter);
		leveldb_cache_destroy(store->cache);
		leveldb_readoptions_destroy(store->read);
		leveldb_readoptions_destroy(store->pass);
		leveldb_writeoptions_destroy(store->sync);
		leveldb_writeoptions_destroy(store->no_sync);
	}
	for (uint32_t i = 0; i < store->n_dropped; i++)
		free(store->dropped[i]);
	free(store->dropped);
	wr_retired_fini(&store->retired);
	wr_manifest_fini(&store->manifest);
	wr_text_fini(&store->manifest_text);
	wr_manifest_fini(&store->next);
	wr_text_fini(&store->next_text);
	free(store->prepared_by);
	free(store->decider);
	wr_store_dir_close(store);
	free(store);
}

uint64_t
wr_store_epoch(const struct wr_store *store)
{
	return store->decided;
}

bool
wr_store_finished(const struct wr_store *store)
{
	return store->finished;
}

const struct wr_kept *
wr_store_kept(const struct wr_store *store)
{
	return store->decided == 0 ? NULL : &store->manifest.kept;
}

void
wr_store_drop(struct wr_store *store, const char *op)
{
	store->dropped =
		wr_realloc(store->dropped, (store->n_dropped + 1) * sizeof *store->dropped);
	store->dropped[store->n_dropped++] = wr_dup(op, strlen(op));
}

bool
wr_store_is_dropped(const struct wr_store *store, const char *op)
{
	for (uint32_t i = 0; i < store->n_dropped; i++)
		if (strcmp(store->dropped[i], op) == 0)
			return true;
	return false;
}
