/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two files beside the database that take the chunks of large journals in turns; the database has
 * the indexes, and they are decided and dropped with these.  LevelDB would write the chunks three
 * times and compress them, to have them deleted soon after.
 *
 * Invariant: a file is written from its beginning again only when all journals in it were applied
 * and that is on disk: they turn when nothing waits any more, and before the next time that happens
 * the store has synced what was applied before.  The state thread's.
 */
#ifndef WR_STATE_JOURNAL_FILE_H
#define WR_STATE_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <weir/weir.h>

struct wr_journal_files {
	int fd[2]; /* -1: not open */
	uint32_t now; /* which is written */
	uint64_t end; /* where, next */
};

/* Where the chunks of a journal are, one behind the other. */
struct wr_journal_place {
	uint32_t file;
	uint64_t at, length;
};

struct wr_journal_map {
	void *memory;
	size_t length;
	const char *chunks;
};

void wr_journal_files_init(struct wr_journal_files *files);
void wr_journal_files_close(struct wr_journal_files *files);
/* Whether that is the name of one of them. */
bool wr_journal_files_have(const char *name);
/*
 * Where the next journal comes, of so many bytes; its chunks, put one after another; they are on
 * disk.  dir, fd and path: the state's directory.
 */
int wr_journal_files_begin(struct wr_journal_files *files, int dir_fd, const char *dir,
	uint64_t length, struct wr_journal_place *place, struct weir_err *err);
int wr_journal_files_put(struct wr_journal_files *files, const char *dir, const char *p, size_t len,
	struct weir_err *err);
int wr_journal_files_sync(
	const struct wr_journal_files *files, const char *dir, struct weir_err *err);
/* Nothing waits in them to be applied. */
void wr_journal_files_turn(struct wr_journal_files *files);
/* To be read.  -EUCLEAN, and err is not set: the file is not there, or ends before. */
int wr_journal_files_map(struct wr_journal_files *files, int dir_fd, const char *dir,
	const struct wr_journal_place *place, struct wr_journal_map *map, struct weir_err *err);
void wr_journal_map_fini(struct wr_journal_map *map);

#endif
