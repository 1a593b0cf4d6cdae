/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a store consists of, for the files that make it up: store.c opens and recovers, journal.c
 * decides, apply.c applies, restore.c reads, store_dir.c keeps the directory around the database.
 */
#ifndef WR_STATE_STORE_PARTS_H
#define WR_STATE_STORE_PARTS_H

#include <leveldb/c.h>

#include "state/journal_file.h"
#include "state/manifest.h"
#include "state/mutate.h"
#include "state/retire.h"
#include "state/store.h"

#ifndef WEIR_STORE_BUFFER
#define WEIR_STORE_BUFFER (64 * 1024 * 1024) /* bytes that LevelDB gathers before it sorts */
#endif

#ifndef WEIR_APPLY_PART
#define WEIR_APPLY_PART (16 * 1024 * 1024)
#endif

#ifndef WEIR_JOURNAL_FILE
#define WEIR_JOURNAL_FILE (64 * 1024) /* bytes: chunks of a larger journal have a file */
#endif

struct wr_store {
	char *dir, *db_dir;
	int dir_fd, lock_fd, witness_fd;
	struct wr_journal_files files;
	leveldb_t *db;
	size_t part; /* bytes of a batch that applies; LevelDB's log is bounded by it */
	leveldb_options_t *options;
	leveldb_env_t *env; /* NULL: LevelDB's own */
	leveldb_filterpolicy_t *filter;
	leveldb_cache_t *cache;
	leveldb_readoptions_t *read, *pass; /* checksums verified; pass: not to be cached */
	leveldb_writeoptions_t *sync, *no_sync;

	struct wr_manifest manifest; /* of the last decided epoch */
	struct wr_text manifest_text;
	uint64_t base, decided; /* Mb, and the last decided epoch */
	uint64_t recorded; /* Md: less than decided until that is applied */
	uint64_t prepared; /* Mp: what was handed to a decider last; 0: nothing */
	uint64_t prepared_since; /* Mp: the first epoch that is this decider's */
	char *prepared_by; /* Mp: its name */
	char *decider; /* of this run; NULL: the store */
	bool finished;
	char *temporary; /* where it is, if dir is a savepoint that is looked into */

	/* Between prepare and decided: what stands once it is. */
	struct wr_manifest next;
	struct wr_text next_text; /* empty: as before */
	bool next_finished;
	leveldb_writebatch_t *late; /* of WR_MUTATE_PREPARE_LATE */
	bool unsynced; /* what was written last was not synced */
	uint64_t journalled; /* bytes, since it was opened */
	uint64_t waiting; /* bytes of journals that were not applied */
	uint64_t applied; /* bytes that came into the base the last time */
	struct wr_retired retired;
	char **dropped; /* operators, with the next decision */
	uint32_t n_dropped;
};

/* Makes the directory and those above it. */
int wr_store_make_dirs(const char *dir, struct weir_err *err);
/* A directory with all that is in it, as far as that can be. */
void wr_store_remove(const char *dir);
/* The directory.  -EBUSY, -EUCLEAN or what the system says; -ENOENT: it is no state, and not to be
 * made one. */
int wr_store_dir_open(struct wr_store *store, const char *dir, bool make, struct weir_err *err);
void wr_store_dir_close(struct wr_store *store);
/* The witness: the last decided epoch it tells of, 0 if it tells nothing. */
uint64_t wr_store_witness(const struct wr_store *store);
int wr_store_witness_write(struct wr_store *store, uint64_t epoch, struct weir_err *err);
bool wr_store_has_manifest_file(const struct wr_store *store);
int wr_store_manifest_file_read(
	const struct wr_store *store, struct wr_text *text, struct weir_err *err);
int wr_store_manifest_file_write(
	const struct wr_store *store, const struct wr_text *text, struct weir_err *err);
/* Everything written so far is on disk afterwards, also what is in logs that LevelDB has closed. */
int wr_store_sync_logs(struct wr_store *store, struct weir_err *err);

/* The next decision drops this operator. */
bool wr_store_is_dropped(const struct wr_store *store, const char *op);

/* -EUCLEAN, a sentence about what is damaged and what can be done. */
int wr_store_damaged(const struct wr_store *store, struct weir_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Makes an error of LevelDB's, which is freed; 0 if there is none. */
int wr_store_leveldb_error(
	const struct wr_store *store, char *error, struct weir_err *err, const char *doing);
int wr_store_iter_error(const struct wr_store *store, leveldb_iterator_t *it, struct weir_err *err);
/* Reads the marks of retired rows. */
int wr_store_load_retired(struct wr_store *store, struct weir_err *err);
/* Reads Mm, into what is empty.  0: there is none. */
int wr_store_read_manifest(struct wr_store *store, struct weir_err *err);
/* The hash of a journal's index, by which a tag knows it.  -ENOENT: there is no such journal. */
int wr_store_journal_hash(
	struct wr_store *store, uint64_t epoch, uint64_t *hash, struct weir_err *err);
int wr_store_write(struct wr_store *store, leveldb_writebatch_t *batch, struct weir_err *err);
/* The value of a key of two letters; 0: there is none. */
int wr_store_get(
	const struct wr_store *store, const char *key, struct wr_text *value, struct weir_err *err);
/* What the decider keeps of a prepared epoch, by which it is known again. */
void wr_store_tag(
	const struct wr_store *store, uint64_t epoch, uint64_t journal, struct wr_text *tag);
/* Mp. */
void wr_store_put_prepared(
	leveldb_writebatch_t *batch, uint64_t epoch, uint64_t since, const char *decider);
/* Drops journals beyond the last decided one; nothing is prepared then. */
int wr_store_drop_undecided(struct wr_store *store, struct weir_err *err);
/* Applies the journals up to the last decided one. */
int wr_store_redo(struct wr_store *store, struct weir_err *err);
/* Applies the journal of epoch base + 1, and those up to this epoch that can go with it. */
int wr_store_apply_some(struct wr_store *store, uint64_t upto, bool sync, struct weir_err *err);

/* Keys.  Their first bytes, and what the rest is. */
enum {
	WR_JOURNAL_KEY = 1 + 8 + 4,
	WR_ROW_PREFIX = 1 + 4,
	WR_ROW_GROUP = 1 + 4 + 2,
	WR_BLOB_KIND = 1 + 4 + 1,
	WR_BLOB_KEY = 1 + 4 + 1 + 4 + 4
};
void wr_store_journal_key(uint8_t key[WR_JOURNAL_KEY], uint64_t epoch, uint32_t chunk);
void wr_store_row_prefix(uint8_t key[WR_ROW_PREFIX], uint32_t table);
void wr_store_blob_key(
	uint8_t key[WR_BLOB_KEY], uint32_t op, uint32_t kind, uint32_t subtask, uint32_t piece);

/* The index of a journal, in memory as on disk: a head, entries and a hash.  Version 1 has only the
 * first two words of the head. */
struct wr_journal_head {
	uint32_t version, n;
	uint32_t file, reserved;
	uint64_t at;
};
enum { WR_JOURNAL_IN_DB = 1, WR_JOURNAL_IN_FILE = 2, WR_JOURNAL_HEAD_IN_DB = 8 };
enum {
	WR_ENTRY_MANIFEST = 7, /* with one chunk, behind the sections' kinds */
	WR_ENTRY_CHUNKS = 63, /* kinds up to here have a chunk */
	WR_ENTRY_INSTANCE = 64,
	WR_ENTRY_WIDTH,
	WR_ENTRY_DROP_TABLE,
	WR_ENTRY_DROP_OP,
	WR_ENTRY_END, /* it was the pipeline's last */
	WR_ENTRY_BY_KEY = 1 /* flag */
};
struct wr_journal_entry {
	uint8_t kind, flags;
	uint16_t reserved;
	uint32_t id, subtask, shape, piece;
	uint16_t lo, hi;
	uint64_t length, hash;
};
_Static_assert(sizeof(struct wr_journal_entry) == 40, "an entry of a journal's index");

#endif
