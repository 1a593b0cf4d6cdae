/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a savepoint from a snapshot; see savepoint.h and docs/state.md. */
#include "state/savepoint.h"

#include "base/err.h"
#include "base/failpoint.h"
#include "state/capture.h"
#include "state/codec.h"
#include "state/savepoint_file.h"
#include "state/store_parts.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct wr_savepoint {
	struct wr_store *store;
	const leveldb_snapshot_t *snapshot;
	leveldb_readoptions_t *read;
	struct wr_text manifest;
	char uuid[WR_UUID_LEN + 1];
	uint64_t epoch;
	bool finished;
};

struct writer {
	int fd;
	const char *path; /* that it is written under */
	const _Atomic bool *stop;
	struct wr_text block;
	uint64_t n_blocks, n_entries, bytes;
	XXH3_state_t *hashes;
	struct weir_err *err;
};

struct wr_savepoint *
wr_savepoint_take(struct wr_store *store, struct weir_err *err)
{
	struct wr_savepoint *savepoint;

	if (store->decided == 0 || store->prepared > store->decided) {
		wr_err_set(err, -ENOENT,
			store->decided == 0 ? "\"%s\" has no checkpoint yet"
					    : "only the sink that decides epochs knows whether the "
					      "last one of \"%s\" counts; run the pipeline, and "
					      "make the savepoint while it runs or after it ended",
			store->dir);
		return NULL;
	}
	savepoint = wr_zalloc(sizeof *savepoint);
	wr_assert(store->base == store->decided);
	savepoint->store = store;
	savepoint->snapshot = leveldb_create_snapshot(store->db);
	savepoint->read = leveldb_readoptions_create();
	leveldb_readoptions_set_verify_checksums(savepoint->read, 1);
	leveldb_readoptions_set_fill_cache(savepoint->read, 0);
	leveldb_readoptions_set_snapshot(savepoint->read, savepoint->snapshot);
	wr_text_add(&savepoint->manifest, store->manifest_text.p, store->manifest_text.len);
	memcpy(savepoint->uuid, store->manifest.uuid, sizeof savepoint->uuid);
	savepoint->epoch = store->decided;
	savepoint->finished = store->finished;
	return savepoint;
}

void
wr_savepoint_free(struct wr_savepoint *savepoint)
{
	if (savepoint == NULL)
		return;
	leveldb_readoptions_destroy(savepoint->read);
	leveldb_release_snapshot(savepoint->store->db, savepoint->snapshot);
	wr_text_fini(&savepoint->manifest);
	free(savepoint);
}

static int
writer_error(const struct writer *w, const char *doing)
{
	return wr_err_disk(w->err, "cannot %s \"%s\"", doing, w->path);
}

static int
writer_put(struct writer *w, const void *p, size_t len)
{
	const char *bytes = p;

	w->bytes += len;
	while (len > 0) {
		ssize_t n = write(w->fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return writer_error(w, "write");
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Writes what was gathered as a block. */
static int
writer_block(struct writer *w, uint32_t kind)
{
	struct wr_savepoint_block head = {.kind = kind, .length = (uint32_t)w->block.len};
	int rc;

	head.hash = wr_savepoint_hash(&head, w->n_blocks++, w->block.p);
	XXH3_64bits_update(w->hashes, &head.hash, sizeof head.hash);
	wr_failpoint("savepoint.block");
	rc = writer_put(w, &head, sizeof head);
	if (rc == 0)
		rc = writer_put(w, w->block.p, w->block.len);
	w->block.len = 0;
	return rc;
}

static int
write_entry(struct writer *w, const char *key, size_t key_len, const char *value, size_t len)
{
	uint8_t number[WR_VARINT_MAX];
	int rc = 0;

	if (w->block.len > 0 && w->block.len + key_len + len + 2 * sizeof number > WR_CHUNK)
		rc = writer_block(w, WR_SAVEPOINT_ENTRIES);
	wr_text_add(&w->block, (const char *)number,
		(size_t)(wr_codec_varint(number, key_len) - number));
	wr_text_add(&w->block, key, key_len);
	wr_text_add(
		&w->block, (const char *)number, (size_t)(wr_codec_varint(number, len) - number));
	wr_text_add(&w->block, value, len);
	w->n_entries++;
	return rc;
}

static int
write_entries(struct writer *w, const struct wr_savepoint *savepoint)
{
	leveldb_iterator_t *it = leveldb_create_iterator(savepoint->store->db, savepoint->read);
	int rc = 0;

	leveldb_iter_seek_to_first(it);
	for (; rc == 0 && leveldb_iter_valid(it); leveldb_iter_next(it)) {
		size_t key_len, len;
		const char *key = leveldb_iter_key(it, &key_len),
			   *value = leveldb_iter_value(it, &len);

		if (!wr_savepoint_has(key, key_len))
			continue;
		rc = write_entry(w, key, key_len, value, len);
		if (rc == 0 && w->stop != NULL && *w->stop)
			rc = wr_err_set(w->err, -ECANCELED,
				"the pipeline ended before \"%s\" was written", w->path);
	}
	if (rc == 0)
		rc = wr_store_iter_error(savepoint->store, it, w->err);
	if (rc == 0 && w->block.len > 0)
		rc = writer_block(w, WR_SAVEPOINT_ENTRIES);
	leveldb_iter_destroy(it);
	return rc;
}

static int
write_all(struct writer *w, const struct wr_savepoint *savepoint)
{
	static const struct wr_savepoint_head head = {WR_SAVEPOINT_MAGIC, 1, 0};
	const uint8_t finished = savepoint->finished;
	uint64_t end[3];
	int rc = writer_put(w, &head, sizeof head);

	wr_text_add(&w->block, (const char *)&savepoint->epoch, sizeof savepoint->epoch);
	wr_text_add(&w->block, (const char *)&finished, sizeof finished);
	wr_text_add(&w->block, savepoint->manifest.p, savepoint->manifest.len);
	if (rc == 0)
		rc = writer_block(w, WR_SAVEPOINT_MANIFEST);
	if (rc == 0)
		rc = write_entries(w, savepoint);
	if (rc < 0)
		return rc;
	end[0] = w->n_blocks;
	end[1] = w->n_entries;
	end[2] = XXH3_64bits_digest(w->hashes);
	wr_text_add(&w->block, (const char *)end, sizeof end);
	rc = writer_block(w, WR_SAVEPOINT_END);
	if (rc == 0 && fsync(w->fd) < 0)
		rc = writer_error(w, "sync");
	return rc;
}

static int
sync_dir_of(const char *path, struct weir_err *err)
{
	char *copy = strdup(path);
	const char *dir = dirname(copy);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0 || fsync(fd) < 0)
		rc = wr_err_disk(err, "cannot sync \"%s\"", dir);
	if (fd >= 0)
		close(fd);
	free(copy);
	return rc;
}

int
wr_savepoint_appear(const char *tmp, const char *path, struct weir_err *err)
{
	wr_failpoint("savepoint.before_rename");
	if (rename(tmp, path) < 0)
		return wr_err_disk(err, "cannot rename \"%s\" to \"%s\"", tmp, path);
	wr_failpoint("savepoint.renamed");
	return sync_dir_of(path, err);
}

int
wr_savepoint_write(struct wr_savepoint *savepoint, const char *path, const _Atomic bool *stop,
	struct wr_savepoint_info *info, struct weir_err *err)
{
	struct wr_text tmp = {0};
	struct writer w = {.stop = stop, .err = err};
	int rc;

	if (access(path, F_OK) == 0 && !wr_savepoint_is(path))
		return wr_err_set(err, -EEXIST,
			"\"%s\" is there and is no savepoint; choose another name", path);
	wr_text_printf(&tmp, "%s.tmp", path);
	w.path = tmp.p;
	w.fd = open(tmp.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	w.hashes = XXH3_createState();
	XXH3_64bits_reset(w.hashes);
	rc = w.fd < 0 ? writer_error(&w, "open") : write_all(&w, savepoint);
	if (w.fd >= 0 && close(w.fd) < 0 && rc == 0)
		rc = writer_error(&w, "write");
	if (rc == 0)
		rc = wr_savepoint_appear(tmp.p, path, err);
	else if (w.fd >= 0)
		unlink(tmp.p);
	XXH3_freeState(w.hashes);
	wr_text_fini(&w.block);
	wr_text_fini(&tmp);
	if (rc < 0)
		return rc;
	*info = (struct wr_savepoint_info){.pipeline = savepoint->store->manifest.pipeline,
		.epoch = savepoint->epoch,
		.entries = w.n_entries,
		.bytes = w.bytes,
		.finished = savepoint->finished};
	memcpy(info->uuid, savepoint->uuid, sizeof info->uuid);
	return 0;
}
