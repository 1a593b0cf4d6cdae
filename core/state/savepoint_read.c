/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a savepoint into a new state directory; see savepoint.h and docs/state.md. */
#include "state/savepoint.h"

#include "base/err.h"
#include "base/failpoint.h"
#include "state/capture.h"
#include "state/codec.h"
#include "state/savepoint_file.h"
#include "state/store_parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BLOCK_MAX = 1 << 30, READ_BATCH = 4 * 1024 * 1024 };

struct reader {
	const char *path;
	FILE *file;
	leveldb_t *db; /* NULL: only to verify */
	leveldb_writeoptions_t *no_sync, *sync;
	leveldb_writebatch_t *batch;
	size_t batched;
	struct wr_manifest manifest;
	struct wr_text manifest_text, block;
	struct wr_savepoint_block head; /* of the block at hand */
	uint64_t n_blocks, n_entries, bytes, epoch, hashed;
	bool finished;
	XXH3_state_t *hashes;
	struct wr_text last_key;
	struct weir_err *err;
};

bool
wr_savepoint_is(const char *path)
{
	char magic[sizeof WR_SAVEPOINT_MAGIC - 1];
	FILE *file = fopen(path, "re");
	bool is = file != NULL && fread(magic, sizeof magic, 1, file) == 1 &&
		  memcmp(magic, WR_SAVEPOINT_MAGIC, sizeof magic) == 0;

	if (file != NULL)
		fclose(file);
	return is;
}

static int __attribute__((format(printf, 2, 3)))
damaged(const struct reader *r, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return wr_err_set(r->err, -EUCLEAN, "savepoint \"%s\" is damaged: %s; take another one",
		r->path, what);
}

static int
read_bytes(struct reader *r, void *to, size_t len, const char *what)
{
	if (fread(to, 1, len, r->file) == len) {
		r->bytes += len;
		return 0;
	}
	if (ferror(r->file))
		return wr_err_set(r->err, -EIO, "cannot read \"%s\": %s", r->path, strerror(errno));
	return damaged(r, "it ends in %s %llu", what, (unsigned long long)r->n_blocks);
}

static int
read_head(struct reader *r)
{
	struct wr_savepoint_head head;
	size_t n = fread(&head, 1, sizeof head, r->file);

	r->bytes = n;
	if (n < sizeof head.magic || memcmp(head.magic, WR_SAVEPOINT_MAGIC, sizeof head.magic) != 0)
		return wr_err_set(r->err, -EUCLEAN, "\"%s\" is no savepoint", r->path);
	if (n == sizeof head && head.version == 1 && head.reserved == 0)
		return 0;
	if (n < sizeof head || head.version == 1)
		return damaged(r, "its head");
	return wr_err_set(r->err, -EUCLEAN,
		"savepoint \"%s\" is of version %u; this weir reads version 1", r->path,
		head.version);
}

/* The next block, with its checksum. */
static int
read_block(struct reader *r)
{
	int rc = read_bytes(r, &r->head, sizeof r->head, "the head of block");
	char buf[65536];
	size_t left;

	if (rc < 0)
		return rc;
	if (r->head.length > READ_BLOCK_MAX)
		return damaged(r, "the length of block %llu", (unsigned long long)r->n_blocks);
	r->block.len = 0;
	/* Piece by piece: a length that is wrong does not get its memory before its bytes. */
	for (left = r->head.length; rc == 0 && left > 0;) {
		size_t n = left < sizeof buf ? left : sizeof buf;

		rc = read_bytes(r, buf, n, "block");
		wr_text_add(&r->block, buf, n);
		left -= n;
	}
	if (rc < 0)
		return rc;
	if (wr_savepoint_hash(&r->head, r->n_blocks, r->block.p) != r->head.hash)
		return damaged(r, "the checksum of block %llu", (unsigned long long)r->n_blocks);
	r->hashed = XXH3_64bits_digest(r->hashes);
	XXH3_64bits_update(r->hashes, &r->head.hash, sizeof r->head.hash);
	r->n_blocks++;
	return 0;
}

static int
read_manifest(struct reader *r)
{
	struct weir_err why = {0};
	struct wr_reader in;
	int rc = read_block(r);

	if (rc < 0)
		return rc;
	in = wr_reader_of(r->block.p, r->block.len);
	r->epoch = wr_reader_number(&in, 8);
	r->finished = wr_reader_number(&in, 1) == 1;
	if (r->head.kind != WR_SAVEPOINT_MANIFEST || in.bad)
		return damaged(r, "its first block is no manifest");
	wr_text_add(&r->manifest_text, (const char *)in.p, (size_t)(in.end - in.p));
	if (wr_manifest_parse(&r->manifest, r->manifest_text.p, r->manifest_text.len, &why) < 0)
		return damaged(r, "its manifest: %s", why.text);
	return 0;
}

static int
write_batch(struct reader *r)
{
	char *error = NULL;
	int rc = 0;

	leveldb_write(r->db, r->no_sync, r->batch, &error);
	if (error != NULL)
		rc = wr_err_set(
			r->err, -EIO, "cannot write the state: %s%s", error, wr_err_remedy(error));
	leveldb_free(error);
	leveldb_writebatch_clear(r->batch);
	r->batched = 0;
	return rc;
}

/* In the order of keys, and no key twice. */
static bool
is_next(const struct reader *r, const uint8_t *key, size_t len)
{
	size_t both = len < r->last_key.len ? len : r->last_key.len;
	int diff = r->last_key.len == 0 ? 1 : memcmp(key, r->last_key.p, both);

	return diff > 0 || (diff == 0 && len > r->last_key.len);
}

static int
read_entries(struct reader *r)
{
	struct wr_reader in = wr_reader_of(r->block.p, r->block.len);

	while (in.p < in.end) {
		uint64_t key_len = wr_reader_varint(&in), len;
		const uint8_t *key = wr_reader_bytes(&in, key_len), *value;

		len = wr_reader_varint(&in);
		value = wr_reader_bytes(&in, len);
		if (in.bad || !wr_savepoint_has((const char *)key, key_len) ||
			!is_next(r, key, key_len))
			return damaged(
				r, "an entry of block %llu", (unsigned long long)r->n_blocks - 1);
		r->last_key.len = 0;
		wr_text_add(&r->last_key, (const char *)key, key_len);
		r->n_entries++;
		if (r->db == NULL)
			continue;
		leveldb_writebatch_put(
			r->batch, (const char *)key, key_len, (const char *)value, len);
		r->batched += key_len + len;
		if (r->batched > READ_BATCH && write_batch(r) < 0)
			return r->err->code;
	}
	return r->db == NULL ? 0 : write_batch(r);
}

static int
read_end(struct reader *r)
{
	struct wr_reader in = wr_reader_of(r->block.p, r->block.len);
	uint64_t blocks = wr_reader_number(&in, 8), entries = wr_reader_number(&in, 8),
		 hash = wr_reader_number(&in, 8);

	if (in.bad || in.p != in.end || blocks != r->n_blocks - 1 || entries != r->n_entries ||
		hash != r->hashed)
		return damaged(r, "its end does not fit what stands before it");
	if (fgetc(r->file) != EOF)
		return damaged(r, "something stands behind its end");
	return 0;
}

static int
read_all(struct reader *r)
{
	int rc = read_head(r);

	if (rc == 0)
		rc = read_manifest(r);
	while (rc == 0) {
		rc = read_block(r);
		if (rc == 0 && r->head.kind == WR_SAVEPOINT_END)
			return read_end(r);
		if (rc == 0 && r->head.kind != WR_SAVEPOINT_ENTRIES)
			rc = damaged(r, "block %llu is of kind %u",
				(unsigned long long)r->n_blocks - 1, r->head.kind);
		if (rc == 0)
			rc = read_entries(r);
	}
	return rc;
}

/* Restoring. */

static leveldb_t *
new_db(struct reader *r, const char *dir)
{
	leveldb_options_t *options = leveldb_options_create();
	struct wr_text db = {0};
	char *error = NULL;
	leveldb_t *made;

	wr_text_printf(&db, "%s/db", dir);
	leveldb_options_set_create_if_missing(options, 1);
	leveldb_options_set_error_if_exists(options, 1);
	made = leveldb_open(options, db.p, &error);
	if (error != NULL)
		wr_err_set(r->err, -EIO, "cannot make \"%s\": %s%s", db.p, error,
			wr_err_remedy(error));
	leveldb_free(error);
	leveldb_options_destroy(options);
	wr_text_fini(&db);
	return made;
}

/* The manifest and the epochs last: what lacks them is no state. */
static int
finish_db(struct reader *r)
{
	uint8_t decided[9];
	char *error = NULL;
	int rc = 0;

	memcpy(decided, &r->epoch, 8);
	decided[8] = r->finished;
	leveldb_writebatch_put(r->batch, "Mm", 2, r->manifest_text.p, r->manifest_text.len);
	leveldb_writebatch_put(r->batch, "Md", 2, (const char *)decided, sizeof decided);
	leveldb_writebatch_put(r->batch, "Mb", 2, (const char *)decided, 8);
	leveldb_write(r->db, r->sync, r->batch, &error);
	if (error != NULL)
		rc = wr_err_set(
			r->err, -EIO, "cannot write the state: %s%s", error, wr_err_remedy(error));
	leveldb_free(error);
	return rc;
}

/* LevelDB does not sync the logs that it closes for the next one. */
static int
sync_all(const char *dir, struct weir_err *err)
{
	DIR *list = opendir(dir);
	const struct dirent *entry;
	int rc = list == NULL ? -errno : 0, fd;

	while (rc == 0 && (entry = readdir(list)) != NULL) {
		if (strcmp(entry->d_name, "..") == 0)
			continue;
		fd = openat(dirfd(list), entry->d_name, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fsync(fd) < 0)
			rc = -errno;
		if (fd >= 0)
			close(fd);
	}
	if (list != NULL)
		closedir(list);
	errno = -rc;
	return rc == 0 ? 0 : wr_err_disk(err, "cannot sync \"%s\"", dir);
}

static int
restore_into(struct reader *r, const char *dir)
{
	int rc;

	r->db = new_db(r, dir);
	if (r->db == NULL)
		return r->err->code;
	r->batch = leveldb_writebatch_create();
	r->no_sync = leveldb_writeoptions_create();
	r->sync = leveldb_writeoptions_create();
	leveldb_writeoptions_set_sync(r->sync, 1);
	rc = read_all(r);
	wr_failpoint("savepoint.restored");
	if (rc == 0)
		rc = finish_db(r);
	leveldb_writebatch_destroy(r->batch);
	leveldb_writeoptions_destroy(r->no_sync);
	leveldb_writeoptions_destroy(r->sync);
	leveldb_close(r->db);
	return rc;
}

/* By which `weir -t` knows what it has. */
static int
copy_manifest(struct reader *r, char *dir)
{
	struct wr_store store = {
		.dir = dir, .dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	int rc;

	if (store.dir_fd < 0)
		return wr_err_set(r->err, -errno, "cannot open \"%s\": %s", dir, strerror(errno));
	rc = wr_store_manifest_file_write(&store, &r->manifest_text, r->err);
	close(store.dir_fd);
	return rc;
}

static int
make_dir(struct reader *r, char *dir)
{
	struct wr_text db = {0};
	int rc;

	wr_store_remove(dir);
	rc = wr_store_make_dirs(dir, r->err);
	if (rc < 0)
		return rc;
	wr_text_printf(&db, "%s/db", dir);
	rc = restore_into(r, dir);
	if (rc == 0)
		rc = copy_manifest(r, dir);
	if (rc == 0)
		rc = sync_all(db.p, r->err);
	if (rc == 0)
		rc = sync_all(dir, r->err);
	wr_text_fini(&db);
	return rc;
}

/* As DIR.restoring, which is renamed when all of it is there. */
static int
restore_dir(struct reader *r, const char *dir)
{
	struct wr_text tmp = {0};
	int rc;

	if (rmdir(dir) < 0 && errno != ENOENT)
		return wr_err_set(r->err, -EEXIST,
			"\"%s\" is there and not empty; restore into a new directory, or move it "
			"away",
			dir);
	wr_text_printf(&tmp, "%s.restoring", dir);
	rc = make_dir(r, tmp.p);
	if (rc == 0)
		rc = wr_savepoint_appear(tmp.p, dir, r->err);
	if (rc < 0)
		wr_store_remove(tmp.p);
	wr_text_fini(&tmp);
	return rc;
}

int
wr_savepoint_restore(const char *path, const char *dir, struct wr_savepoint_info *info,
	struct wr_text *manifest, struct weir_err *err)
{
	struct reader r = {.path = path, .err = err};
	int rc;

	r.file = fopen(path, "re");
	if (r.file == NULL)
		return wr_err_set(err, -errno, "cannot open \"%s\": %s", path, strerror(errno));
	r.hashes = XXH3_createState();
	XXH3_64bits_reset(r.hashes);
	rc = dir != NULL ? restore_dir(&r, dir) : read_all(&r);
	if (rc == 0) {
		*info = (struct wr_savepoint_info){.epoch = r.epoch,
			.entries = r.n_entries,
			.bytes = r.bytes,
			.finished = r.finished};
		memcpy(info->uuid, r.manifest.uuid, sizeof info->uuid);
		if (manifest != NULL)
			wr_text_add(manifest, r.manifest_text.p, r.manifest_text.len);
	}
	fclose(r.file);
	XXH3_freeState(r.hashes);
	wr_manifest_fini(&r.manifest);
	wr_text_fini(&r.manifest_text);
	wr_text_fini(&r.block);
	wr_text_fini(&r.last_key);
	return rc;
}
