/* SPDX-License-Identifier: Apache-2.0 */
/* The chunks of large journals; see journal_file.h and docs/state.md. */
#include "state/journal_file.h"

#include "base/err.h"
#include "base/file.h"
#include "state/mutate.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[] = {"journal.0", "journal.1"};
static const off_t files_kept =
	128 * 1024 * 1024; /* bytes: a longer one is cut when its turn comes */

static int
files_error(const char *dir, const char *doing, uint32_t file, struct weir_err *err)
{
	return wr_err_disk(err, "cannot %s \"%s/%s\"", doing, dir, names[file]);
}

void
wr_journal_files_init(struct wr_journal_files *files)
{
	*files = (struct wr_journal_files){.fd = {-1, -1}};
}

void
wr_journal_files_close(struct wr_journal_files *files)
{
	for (uint32_t i = 0; i < 2; i++)
		if (files->fd[i] >= 0)
			close(files->fd[i]);
}

bool
wr_journal_files_have(const char *name)
{
	return strcmp(name, names[0]) == 0 || strcmp(name, names[1]) == 0;
}

static int
files_open(struct wr_journal_files *files, int dir_fd, uint32_t file, int flags)
{
	if (files->fd[file] < 0)
		files->fd[file] = openat(dir_fd, names[file], O_RDWR | O_CLOEXEC | flags, 0640);
	return files->fd[file];
}

int
wr_journal_files_begin(struct wr_journal_files *files, int dir_fd, const char *dir, uint64_t length,
	struct wr_journal_place *place, struct weir_err *err)
{
	struct stat st;
	int fd = files_open(files, dir_fd, files->now, O_CREAT);

	if (fd < 0)
		return files_error(dir, "open", files->now, err);
	if (files->end == 0 && (fstat(fd, &st) < 0 || (st.st_size == 0 && fsync(dir_fd) < 0) ||
				       (st.st_size > files_kept && ftruncate(fd, 0) < 0)))
		return files_error(dir, "prepare", files->now, err);
	*place = (struct wr_journal_place){files->now, files->end, length};
	return 0;
}

int
wr_journal_files_put(struct wr_journal_files *files, const char *dir, const char *p, size_t len,
	struct weir_err *err)
{
	if (wr_file_put(files->fd[files->now], p, len, files->end) < 0)
		return files_error(dir, "write", files->now, err);
	files->end += len;
	return 0;
}

int
wr_journal_files_sync(const struct wr_journal_files *files, const char *dir, struct weir_err *err)
{
	if (WEIR_MUTATE != WR_MUTATE_UNSYNCED_FILE && fdatasync(files->fd[files->now]) < 0)
		return files_error(dir, "sync", files->now, err);
	return 0;
}

void
wr_journal_files_turn(struct wr_journal_files *files)
{
	if (files->end > 0 && WEIR_MUTATE != WR_MUTATE_ONE_FILE)
		files->now ^= 1;
	files->end = 0;
}

/*
 * Brings in all of it.  What the disk does not give is an error here, and would be a signal where
 * it is looked at; so it still is with a Linux before 5.14, which does not know this.
 */
static int
map_read(const struct wr_journal_map *map)
{
#ifdef MADV_POPULATE_READ
	if (madvise(map->memory, map->length, MADV_POPULATE_READ) < 0 && errno != EINVAL)
		return -1;
#else
	(void)map;
#endif
	return 0;
}

int
wr_journal_files_map(struct wr_journal_files *files, int dir_fd, const char *dir,
	const struct wr_journal_place *place, struct wr_journal_map *map, struct weir_err *err)
{
	uint64_t before = place->at % (uint64_t)sysconf(_SC_PAGESIZE);
	struct stat st;
	int fd;

	if (place->file > 1)
		return -EUCLEAN;
	fd = files_open(files, dir_fd, place->file, 0);
	if (fd < 0 && errno == ENOENT)
		return -EUCLEAN;
	if (fd < 0 || fstat(fd, &st) < 0)
		return files_error(dir, "open", place->file, err);
	if (place->at > (uint64_t)st.st_size || place->length > (uint64_t)st.st_size - place->at)
		return -EUCLEAN;
	map->length = before + place->length;
	map->memory =
		mmap(NULL, map->length, PROT_READ, MAP_SHARED, fd, (off_t)(place->at - before));
	if (map->memory == MAP_FAILED)
		return files_error(dir, "map", place->file, err);
	map->chunks = (const char *)map->memory + before;
	if (map_read(map) == 0)
		return 0;
	wr_journal_map_fini(map);
	errno = EIO;
	return files_error(dir, "read", place->file, err);
}

void
wr_journal_map_fini(struct wr_journal_map *map)
{
	if (map->chunks != NULL)
		munmap(map->memory, map->length);
	*map = (struct wr_journal_map){0};
}
