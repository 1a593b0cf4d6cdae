/* SPDX-License-Identifier: Apache-2.0 */
/* The directory around the database: its lock, manifest.json and the witness; see docs/state.md. */
#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "state/store_parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum { WITNESS_BYTES = 38 };

static int
dir_error(const struct wr_store *store, struct weir_err *err, const char *doing, const char *name)
{
	return wr_err_disk(err, "cannot %s \"%s/%s\"", doing, store->dir, name);
}

int
wr_store_make_dirs(const char *dir, struct weir_err *err)
{
	char *path = strdup(dir);
	int rc = 0;

	for (char *p = path; p != NULL && rc == 0; p = *p == '\0' ? NULL : p) {
		char kept;

		p += strspn(p, "/");
		p += strcspn(p, "/");
		kept = *p;
		*p = '\0';
		if (mkdir(path, 0750) < 0 && errno != EEXIST)
			rc = wr_err_disk(err, "cannot make the state directory \"%s\"", path);
		*p = kept;
	}
	free(path);
	return rc;
}

void
wr_store_remove(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	struct wr_text name = {0};

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		name.len = 0;
		wr_text_printf(&name, "%s/%s", path, entry->d_name);
		if (unlink(name.p) < 0)
			wr_store_remove(name.p);
	}
	if (dir != NULL)
		closedir(dir);
	wr_text_fini(&name);
	rmdir(path);
}

/* What is there.  A database without CURRENT must not be opened: LevelDB would begin a new one and
 * remove what it finds. */
struct dir_found {
	bool db, current, data, manifest, witness;
	char foreign[256]; /* something that is not ours */
};

static int
dir_look_in_db(const struct wr_store *store, struct dir_found *found, struct weir_err *err)
{
	DIR *dir = opendir(store->db_dir);
	const struct dirent *entry;

	if (dir == NULL)
		return dir_error(store, err, "read", "db");
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name, *dot = strrchr(name, '.');

		if (strcmp(name, "CURRENT") == 0)
			found->current = true;
		/* A database that is being made has MANIFEST-000001 before it has CURRENT. */
		if (dot != NULL && (strcmp(dot, ".ldb") == 0 || strcmp(dot, ".sst") == 0 ||
					   strcmp(dot, ".log") == 0))
			found->data = true;
		if (strncmp(name, "MANIFEST-", 9) == 0 && strcmp(name, "MANIFEST-000001") != 0)
			found->data = true;
	}
	closedir(dir);
	return 0;
}

static int
dir_look(const struct wr_store *store, struct dir_found *found, struct weir_err *err)
{
	static const char *const ours[] = {
		".", "..", "lock", "control", "control.new", "manifest.json.tmp", "lost+found"};
	DIR *dir = opendir(store->dir);
	const struct dirent *entry;

	*found = (struct dir_found){0};
	if (dir == NULL)
		return wr_err_set(err, -errno, "cannot read the state directory \"%s\": %s",
			store->dir, strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;
		bool known = true;

		if (strcmp(name, "db") == 0)
			found->db = true;
		else if (strcmp(name, "manifest.json") == 0)
			found->manifest = true;
		else if (strcmp(name, "decided") == 0)
			found->witness = true;
		else
			known = false;
		for (size_t i = 0; !known && i < sizeof ours / sizeof ours[0]; i++)
			known = strcmp(name, ours[i]) == 0;
		known = known || wr_journal_files_have(name);
		if (!known)
			snprintf(found->foreign, sizeof found->foreign, "%s", name);
	}
	closedir(dir);
	return found->db ? dir_look_in_db(store, found, err) : 0;
}

static int
dir_judge(const struct wr_store *store, const struct dir_found *found, struct weir_err *err)
{
	if (found->current)
		return 0;
	if (found->data)
		return wr_store_damaged(store, err, "db/CURRENT is missing");
	if (found->manifest || wr_store_witness(store) > 0)
		return wr_store_damaged(store, err, "%s is there, but no database in db/",
			found->manifest ? "manifest.json" : "decided");
	return 0;
}

static int
dir_lock(struct wr_store *store, struct weir_err *err)
{
	char text[24];
	ssize_t n;

	store->lock_fd = openat(store->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (store->lock_fd < 0)
		return dir_error(store, err, "open", "lock");
	if (flock(store->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return dir_error(store, err, "lock", "lock");
		n = pread(store->lock_fd, text, sizeof text - 1, 0);
		text[n > 0 ? n : 0] = '\0';
		text[strcspn(text, "\n")] = '\0';
		return wr_err_set(err, -EBUSY,
			"state directory \"%s\" is in use by another weir (process %s)", store->dir,
			text[0] != '\0' ? text : "unknown");
	}
	n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (ftruncate(store->lock_fd, 0) < 0 || wr_file_put(store->lock_fd, text, (size_t)n, 0) < 0)
		return dir_error(store, err, "write", "lock");
	return 0;
}

static void
dir_name(struct wr_store *store, const char *dir)
{
	size_t len = strlen(dir);

	store->dir = wr_alloc(len + 1);
	memcpy(store->dir, dir, len + 1);
	store->db_dir = wr_alloc(len + sizeof "/db");
	memcpy(store->db_dir, dir, len);
	memcpy(store->db_dir + len, "/db", sizeof "/db");
}

/* A directory of something else is not written to, not even a lock. */
static int
dir_is_ours(const struct wr_store *store, bool make, struct weir_err *err)
{
	struct dir_found found;
	int rc = dir_look(store, &found, err);

	if (rc < 0)
		return rc;
	if (!make && !found.db && !found.manifest)
		return wr_err_set(err, -ENOENT,
			"\"%s\" is no state directory of weir: it has no database", store->dir);
	if (!found.db && found.foreign[0] != '\0')
		return wr_err_set(err, -EUCLEAN,
			"\"%s\" is no state directory of weir: it holds \"%.64s\"; choose an empty "
			"or new one",
			store->dir, found.foreign);
	return 0;
}

int
wr_store_dir_check(const char *dir, struct weir_err *err)
{
	struct wr_store store = {.witness_fd = -1};
	struct dir_found found;
	int rc = 0;

	store.dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store.dir_fd < 0)
		return errno == ENOENT ? 0
				       : wr_err_set(err, -errno,
						 "cannot open the state directory \"%s\": %s", dir,
						 strerror(errno));
	dir_name(&store, dir);
	store.witness_fd = openat(store.dir_fd, "decided", O_RDONLY | O_CLOEXEC);
	rc = dir_is_ours(&store, true, err);
	if (rc == 0)
		rc = dir_look(&store, &found, err);
	if (rc == 0)
		rc = dir_judge(&store, &found, err);
	if (store.witness_fd >= 0)
		close(store.witness_fd);
	close(store.dir_fd);
	free(store.db_dir);
	free(store.dir);
	return rc;
}

int
wr_store_dir_open(struct wr_store *store, const char *dir, bool make, struct weir_err *err)
{
	struct dir_found found;
	int rc = make ? wr_store_make_dirs(dir, err) : 0;

	if (rc < 0)
		return rc;
	dir_name(store, dir);
	store->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->dir_fd < 0)
		return wr_err_set(err, -errno, "cannot open the state directory \"%s\": %s", dir,
			strerror(errno));
	rc = dir_is_ours(store, make, err);
	if (rc == 0)
		rc = dir_lock(store, err);
	/* Under the lock nobody else is making what is looked for. */
	if (rc == 0)
		rc = dir_look(store, &found, err);
	if (rc < 0)
		return rc;
	store->witness_fd = openat(store->dir_fd, "decided", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (store->witness_fd < 0)
		return dir_error(store, err, "open", "decided");
	rc = dir_judge(store, &found, err);
	if (rc == 0 && !make && !found.current)
		rc = wr_err_set(err, -ENOENT,
			"\"%s\" is no state directory of weir: it has no database", store->dir);
	return rc;
}

void
wr_store_dir_close(struct wr_store *store)
{
	wr_journal_files_close(&store->files);
	if (store->witness_fd >= 0)
		close(store->witness_fd);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	if (store->dir_fd >= 0)
		close(store->dir_fd);
	free(store->db_dir);
	free(store->dir);
}

/* Of the epoch for this pipeline. */
static void
witness_text(const struct wr_store *store, uint64_t epoch, char text[WITNESS_BYTES + 1])
{
	char hashed[WR_UUID_LEN + 21];

	snprintf(hashed, sizeof hashed, "%s%020llu", store->manifest.uuid,
		(unsigned long long)epoch);
	snprintf(text, WITNESS_BYTES + 1, "%020llu %016llx\n", (unsigned long long)epoch,
		(unsigned long long)XXH3_64bits(hashed, sizeof hashed - 1));
}

uint64_t
wr_store_witness(const struct wr_store *store)
{
	char text[WITNESS_BYTES + 1] = "", wanted[WITNESS_BYTES + 1];
	uint64_t epoch;

	if (pread(store->witness_fd, text, WITNESS_BYTES, 0) != WITNESS_BYTES)
		return 0;
	epoch = strtoull(text, NULL, 10);
	/* Without a manifest it cannot be checked: then that it is there says enough. */
	if (store->manifest.uuid[0] == '\0')
		return epoch;
	witness_text(store, epoch, wanted);
	return memcmp(text, wanted, WITNESS_BYTES) == 0 ? epoch : 0;
}

int
wr_store_witness_write(struct wr_store *store, uint64_t epoch, struct weir_err *err)
{
	char text[WITNESS_BYTES + 1];

	witness_text(store, epoch, text);
	if (wr_file_put(store->witness_fd, text, WITNESS_BYTES, 0) < 0)
		return dir_error(store, err, "write", "decided");
	return 0;
}

bool
wr_store_has_manifest_file(const struct wr_store *store)
{
	return faccessat(store->dir_fd, "manifest.json", F_OK, 0) == 0;
}

int
wr_store_manifest_file_read(
	const struct wr_store *store, struct wr_text *text, struct weir_err *err)
{
	int fd = openat(store->dir_fd, "manifest.json", O_RDONLY | O_CLOEXEC), rc = 0;
	char buf[4096];
	ssize_t n = 0;

	if (fd < 0)
		return dir_error(store, err, "open", "manifest.json");
	while ((n = read(fd, buf, sizeof buf)) > 0)
		wr_text_add(text, buf, (size_t)n);
	if (n < 0)
		rc = dir_error(store, err, "read", "manifest.json");
	close(fd);
	return rc;
}

int
wr_store_manifest_file_write(
	const struct wr_store *store, const struct wr_text *text, struct weir_err *err)
{
	int fd = openat(
		store->dir_fd, "manifest.json.tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	int rc = 0;

	if (fd < 0)
		return dir_error(store, err, "open", "manifest.json.tmp");
	wr_failpoint("manifest.before_write");
	if (wr_file_put(fd, text->p, text->len, 0) < 0 || fsync(fd) < 0)
		rc = dir_error(store, err, "write", "manifest.json.tmp");
	if (close(fd) < 0 && rc == 0)
		rc = dir_error(store, err, "write", "manifest.json.tmp");
	wr_failpoint("manifest.before_rename");
	if (rc == 0 &&
		renameat(store->dir_fd, "manifest.json.tmp", store->dir_fd, "manifest.json") < 0)
		rc = dir_error(store, err, "write", "manifest.json");
	wr_failpoint("manifest.renamed");
	if (rc == 0 && fsync(store->dir_fd) < 0)
		rc = dir_error(store, err, "sync", "");
	return rc;
}

static int
log_sync(const struct wr_store *store, int db_fd, const char *name, struct weir_err *err)
{
	int fd = openat(db_fd, name, O_RDONLY | O_CLOEXEC), rc = 0;

	/* It is gone once all of it is in a table that was synced. */
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return dir_error(store, err, "open", name);
	if (fdatasync(fd) < 0)
		rc = dir_error(store, err, "sync", name);
	close(fd);
	return rc;
}

int
wr_store_sync_logs(struct wr_store *store, struct weir_err *err)
{
	unsigned long newest = 0;
	const struct dirent *entry;
	int rc = 0;
	DIR *dir = opendir(store->db_dir);

	if (dir == NULL)
		return dir_error(store, err, "read", "db");
	while ((entry = readdir(dir)) != NULL) {
		char *end;
		unsigned long number = strtoul(entry->d_name, &end, 10);

		if (strcmp(end, ".log") == 0 && number > newest)
			newest = number;
	}
	rewinddir(dir);
	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		char *end;
		unsigned long number = strtoul(entry->d_name, &end, 10);

		if (strcmp(end, ".log") == 0 && (number < newest || store->unsynced))
			rc = log_sync(store, dirfd(dir), entry->d_name, err);
	}
	closedir(dir);
	return rc;
}
