/* SPDX-License-Identifier: Apache-2.0 */
/* State directories that are damaged, foreign or taken: refused, in so many words. */
#include "storekit.h"

#include "base/err.h"
#include "state/store_parts.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <xxhash.h>

enum { LARGE = 20000 /* keys: journals in files */, MANY = 200 /* times as much an epoch */ };

#define REMEDY "; restore a savepoint, or move the directory away to start afresh"

/* A state with three epochs; the last one is not applied if so wished. */
struct state {
	char dir[64], uuid[WR_UUID_LEN + 1];
};

static void
fill_keys(struct state *state, uint32_t keys, bool apply_last)
{
	struct keyset set = keysets[2];
	struct wr_store *store;
	struct weir_err err = {0};
	struct kit kit;

	set.max = keys;
	kit_mkdir(state->dir);
	kit_init(&kit, &set, 1);
	kit_open(&kit, 2);
	ck_assert_int_eq(wr_store_open(&store, state->dir, "pipe", &err), 0);
	ck_assert_int_eq(kit_restore(&kit, store, &err), 0);
	for (uint64_t epoch = 1; epoch <= 3; epoch++) {
		for (uint64_t i = 1; keys == LARGE && i <= MANY; i++)
			kit_run(&kit, epoch + i * MANY, 2);
		kit_run(&kit, epoch, 2);
		ck_assert_int_eq(kit_decide(&kit, store, &err), 0);
		if (epoch < 3 || apply_last)
			ck_assert_int_eq(wr_store_apply(store, epoch, &err), 0);
	}
	memcpy(state->uuid, store->manifest.uuid, sizeof state->uuid);
	wr_store_close(store);
	kit_fini(&kit);
}

static void
fill(struct state *state, bool apply_last)
{
	fill_keys(state, 100, apply_last);
}

static char *
path_in(const struct state *state, const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", state->dir, name);
	return path;
}

/* A file of the database whose name ends or begins so. */
static char *
db_file(const struct state *state, const char *end)
{
	static char path[256];
	char db[128];
	const struct dirent *entry;
	DIR *dir;

	snprintf(db, sizeof db, "%s/db", state->dir);
	dir = opendir(db);
	path[0] = '\0';
	while ((entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name), n = strlen(end);

		if (len > n && (strcmp(entry->d_name + len - n, end) == 0 ||
				       strncmp(entry->d_name, end, n) == 0))
			snprintf(path, sizeof path, "%s/%s", db, entry->d_name);
	}
	closedir(dir);
	ck_assert_str_ne(path, "");
	return path;
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void __attribute__((format(printf, 4, 5)))
refused_as(const char *dir, const char *pipeline, int code, const char *fmt, ...)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};
	char want[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(want, sizeof want, fmt, ap);
	va_end(ap);
	ck_assert_int_eq(wr_store_open(&store, dir, pipeline, &err), code);
	ck_assert_ptr_null(store);
	ck_assert_str_eq(err.text, want);
}

/* Damage of this kind; the sentence begins and ends as all do. */
#define damaged(state, ...) damaged_as(state, __VA_ARGS__)
static void __attribute__((format(printf, 2, 3)))
damaged_as(const struct state *state, const char *fmt, ...)
{
	char what[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	refused_as(state->dir, "pipe", -EUCLEAN, "state directory \"%s\" is damaged: %s" REMEDY,
		state->dir, what);
	kit_rmdir(state->dir);
}

/* Changes a key of the database behind the store's back; value NULL: deletes it. */
static void
change(const struct state *state, const void *key, size_t key_len, const void *value, size_t len)
{
	leveldb_options_t *options = leveldb_options_create();
	leveldb_writeoptions_t *sync = leveldb_writeoptions_create();
	char *error = NULL;
	leveldb_t *db;

	leveldb_options_set_create_if_missing(options, 1);
	db = leveldb_open(options, path_in(state, "db"), &error);
	ck_assert_ptr_null(error);
	if (value != NULL)
		leveldb_put(db, sync, key, key_len, value, len, &error);
	else
		leveldb_delete(db, sync, key, key_len, &error);
	ck_assert_ptr_null(error);
	leveldb_close(db);
	leveldb_writeoptions_destroy(sync);
	leveldb_options_destroy(options);
}

/* The value of a key, with room behind it. */
static size_t
value_of(const struct state *state, const void *key, size_t key_len, char *value, size_t room)
{
	leveldb_options_t *options = leveldb_options_create();
	leveldb_readoptions_t *read = leveldb_readoptions_create();
	char *error = NULL, *found;
	leveldb_t *db = leveldb_open(options, path_in(state, "db"), &error);
	size_t len;

	ck_assert_ptr_null(error);
	found = leveldb_get(db, read, key, key_len, &len, &error);
	ck_assert_ptr_nonnull(found);
	ck_assert_uint_lt(len, room);
	memcpy(value, found, len);
	leveldb_free(found);
	leveldb_close(db);
	leveldb_readoptions_destroy(read);
	leveldb_options_destroy(options);
	return len;
}

START_TEST(a_directory_of_something_else_is_left_alone)
{
	struct state state;
	char path[128];

	kit_mkdir(state.dir);
	write_file(path_in(&state, "holiday.jpg"), "");
	refused_as(state.dir, "pipe", -EUCLEAN,
		"\"%s\" is no state directory of weir: it holds \"holiday.jpg\"; choose an empty "
		"or new one",
		state.dir);
	ck_assert_int_ne(access(path_in(&state, "lock"), F_OK), 0);
	kit_rmdir(state.dir);

	kit_mkdir(state.dir);
	change(&state, "key", 3, "value", 5);
	refused_as(state.dir, "pipe", -EUCLEAN,
		"\"%s\" is no state directory of weir: its database has other things in it",
		state.dir);
	kit_rmdir(state.dir);

	kit_mkdir(state.dir);
	write_file(path_in(&state, "file"), "");
	snprintf(path, sizeof path, "%s", path_in(&state, "file"));
	refused_as(path, "pipe", -ENOTDIR,
		"cannot open the state directory \"%s\": Not a directory", path);
	snprintf(path, sizeof path, "%s", path_in(&state, "file/below"));
	refused_as(path, "pipe", -ENOTDIR,
		"cannot make the state directory \"%s\": Not a directory", path);
	kit_rmdir(state.dir);
}
END_TEST

START_TEST(a_directory_is_made_with_those_above_it)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};
	struct state state;

	kit_mkdir(state.dir);
	ck_assert_int_eq(wr_store_open(&store, path_in(&state, "a//b/c/"), "pipe", &err), 0);
	ck_assert_uint_eq(wr_store_epoch(store), 0);
	wr_store_close(store);
	ck_assert_int_eq(access(path_in(&state, "a/b/c/db/CURRENT"), F_OK), 0);
	kit_rmdir(state.dir);
}
END_TEST

START_TEST(another_pipeline_is_refused)
{
	struct state state;

	fill(&state, true);
	refused_as(state.dir, "other", -EUCLEAN,
		"state directory \"%s\" is of pipeline \"pipe\", not of \"other\"; give each its "
		"own",
		state.dir);
	kit_rmdir(state.dir);
}
END_TEST

START_TEST(the_second_process_is_refused)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};
	struct state state;
	int go[2], status;
	pid_t pid;
	char c;

	fill(&state, true);
	ck_assert_int_eq(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		close(go[0]);
		if (wr_store_open(&store, state.dir, "pipe", &err) < 0)
			_exit(1);
		(void)!write(go[1], "x", 1);
		pause();
		_exit(0);
	}
	close(go[1]);
	ck_assert_int_eq(read(go[0], &c, 1), 1);
	refused_as(state.dir, "pipe", -EBUSY,
		"state directory \"%s\" is in use by another weir (process %d)", state.dir, pid);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(wr_store_open(&store, state.dir, "pipe", &err), 0);
	ck_assert_uint_eq(wr_store_epoch(store), 3);
	/* And within one process. */
	refused_as(state.dir, "pipe", -EBUSY,
		"state directory \"%s\" is in use by another weir (process %d)", state.dir,
		getpid());
	wr_store_close(store);
	close(go[0]);
	kit_rmdir(state.dir);
}
END_TEST

START_TEST(a_database_that_something_else_has_open_is_refused)
{
	struct state state;
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int go[2], fd;
	pid_t pid;
	char c;

	fill(&state, true);
	ck_assert_int_eq(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		fd = open(path_in(&state, "db/LOCK"), O_RDWR);
		fcntl(fd, F_SETLK, &lock);
		(void)!write(go[1], "x", 1);
		pause();
		_exit(0);
	}
	ck_assert_int_eq(read(go[0], &c, 1), 1);
	refused_as(state.dir, "pipe", -EBUSY,
		"the database of state directory \"%s\" is in use by another process", state.dir);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(go[0]);
	close(go[1]);
	kit_rmdir(state.dir);
}
END_TEST

START_TEST(missing_files_are_named)
{
	struct state state;
	char path[256];

	fill(&state, true);
	unlink(path_in(&state, "db/CURRENT"));
	damaged(&state, "db/CURRENT is missing");

	fill(&state, true);
	snprintf(path, sizeof path, "%s", path_in(&state, "db"));
	kit_rmdir(path);
	damaged(&state, "manifest.json is there, but no database in db/");

	fill(&state, true);
	kit_rmdir(path_in(&state, "db"));
	unlink(path_in(&state, "manifest.json"));
	damaged(&state, "decided is there, but no database in db/");

	fill(&state, true);
	snprintf(path, sizeof path, "%s", path_in(&state, "db"));
	kit_rmdir(path);
	mkdir(path, 0750);
	write_file(path_in(&state, "db/MANIFEST-000001"), "");
	damaged(&state, "manifest.json is there, but no database in db/");

	/* Opening sorts the log into a table. */
	fill(&state, true);
	change(&state, "x", 1, "y", 1);
	snprintf(path, sizeof path, "%s", db_file(&state, ".ldb"));
	unlink(path);
	damaged(&state, "Corruption: 1 missing files; e.g.: %s", path);

	fill(&state, true);
	snprintf(path, sizeof path, "%s", db_file(&state, "MANIFEST-"));
	unlink(path);
	damaged(&state,
		"Corruption: CURRENT points to a non-existent file: NotFound: %s: No such file or "
		"directory",
		path);
}
END_TEST

START_TEST(a_log_that_lost_its_end_is_noticed)
{
	struct state state;
	struct stat st;
	char path[256];

	fill(&state, true);
	snprintf(path, sizeof path, "%s", db_file(&state, ".log"));
	unlink(path);
	damaged(&state, "the database is empty, but manifest.json is there");

	fill(&state, false);
	snprintf(path, sizeof path, "%s", db_file(&state, ".log"));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(truncate(path, st.st_size - 1), 0);
	damaged(&state,
		"epoch 3 was decided, but the database ends with epoch 2: its log is truncated or "
		"missing, or db/ is an older copy");

	/* That of the last apply only is as after a crash. */
	fill(&state, true);
	snprintf(path, sizeof path, "%s", db_file(&state, ".log"));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(truncate(path, st.st_size - 1), 0);
	change(&state, "x", 1, NULL, 0);
	{
		struct wr_store *store = NULL;
		struct weir_err err = {0};

		ck_assert_int_eq(wr_store_open(&store, state.dir, "pipe", &err), 0);
		ck_assert_uint_eq(wr_store_epoch(store), 3);
		wr_store_close(store);
	}
	kit_rmdir(state.dir);
}
END_TEST

/* One byte of the file is another one. */
static void
flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	char c;

	ck_assert_int_eq(pread(fd, &c, 1, at), 1);
	c ^= 0x40;
	ck_assert_int_eq(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

START_TEST(a_flipped_byte_is_noticed_or_changes_nothing)
{
	struct state state;
	struct stat st;
	char path[256];

	fill(&state, true);
	flip(db_file(&state, ".log"), 3000);
	damaged(&state, "Corruption: checksum mismatch");

	fill(&state, true);
	change(&state, "x", 1, "y", 1);
	snprintf(path, sizeof path, "%s", db_file(&state, ".ldb"));
	ck_assert_int_eq(stat(path, &st), 0);
	for (off_t at = 5; at < st.st_size; at += 97) {
		struct keyset set = keysets[2];
		struct wr_store *store = NULL;
		struct weir_err err = {0};
		struct kit kit;
		int rc;

		set.max = 100;
		flip(path, at);
		kit_init(&kit, &set, 1);
		for (uint64_t epoch = 1; epoch <= 3; epoch++)
			kit_run(&kit, epoch, 2);
		kit_open(&kit, 3);
		rc = wr_store_open(&store, state.dir, "pipe", &err);
		if (rc == 0)
			rc = kit_restore(&kit, store, &err);
		ck_assert(rc == 0 || rc == -EUCLEAN);
		ck_assert(rc < 0 || kit_differs(&kit) == NULL);
		wr_store_close(store);
		kit_fini(&kit);
		flip(path, at);
		snprintf(path, sizeof path, "%s", db_file(&state, ".ldb"));
		ck_assert_int_eq(stat(path, &st), 0);
	}
	kit_rmdir(state.dir);
}
END_TEST

START_TEST(manifests_that_do_not_fit_are_refused)
{
	struct state state, other;
	char from[256];

	fill(&state, true);
	write_file(path_in(&state, "manifest.json"), "{\n \"format\": 1,\n");
	refused_as(state.dir, "pipe", -EUCLEAN,
		"\"%s/manifest.json\" is damaged: line 3: string or '}' expected near end of file; "
		"remove it to have it made anew from the database, or restore a savepoint",
		state.dir);
	write_file(path_in(&state, "manifest.json"), "{\"format\": 1}");
	refused_as(state.dir, "pipe", -EUCLEAN,
		"\"%s/manifest.json\" is damaged: \"uuid\" is missing or no string; remove it to "
		"have it made anew from the database, or restore a savepoint",
		state.dir);

	fill(&other, true);
	snprintf(from, sizeof from, "%s", path_in(&other, "manifest.json"));
	ck_assert_int_eq(rename(from, path_in(&state, "manifest.json")), 0);
	refused_as(state.dir, "pipe", -EUCLEAN,
		"\"%s/manifest.json\" is of another state than the database in db/ (%s, %s): put "
		"together what belongs together, or restore a savepoint",
		state.dir, other.uuid, state.uuid);
	kit_rmdir(other.dir);
	kit_rmdir(state.dir);

	fill(&state, true);
	change(&state, "Mm", 2, "{\"format\": 2}", 13);
	damaged(&state, "its manifest: it is of format 2; this weir reads format 1");
	fill(&state, true);
	change(&state, "Mm", 2, NULL, 0);
	refused_as(state.dir, "pipe", -EUCLEAN,
		"\"%s\" is no state directory of weir: its database has other things in it",
		state.dir);
	kit_rmdir(state.dir);
}
END_TEST

START_TEST(epochs_that_do_not_fit_are_refused)
{
	static const uint64_t four = 4, two = 2;
	struct state state;

	fill(&state, true);
	change(&state, "Md", 2, NULL, 0);
	damaged(&state, "the database does not say its epoch");
	fill(&state, true);
	change(&state, "Mb", 2, "short", 5);
	damaged(&state, "the database does not say its epoch");
	fill(&state, true);
	change(&state, "Mb", 2, &four, sizeof four);
	damaged(&state, "its base is of epoch 4, but only 3 was decided");
	fill(&state, true);
	change(&state, "Mb", 2, &two, sizeof two);
	damaged(&state, "epoch 3 was decided, but has no journal");
}
END_TEST

START_TEST(journals_that_do_not_fit_are_refused)
{
	uint8_t key[WR_JOURNAL_KEY];
	static char value[1 << 16];
	struct state state;
	uint64_t hash;
	size_t len;

	wr_store_journal_key(key, 3, 2);
	fill(&state, false);
	change(&state, key, sizeof key, NULL, 0);
	damaged(&state, "the journal of epoch 3: chunk 2 is missing");
	fill(&state, false);
	len = value_of(&state, key, sizeof key, value, sizeof value);
	change(&state, key, sizeof key, value, len - 1);
	damaged(&state, "the journal of epoch 3: chunk 2 is truncated");
	fill(&state, false);
	value[len / 2] ^= 1;
	change(&state, key, sizeof key, value, len);
	damaged(&state, "the journal of epoch 3: chunk 2 has another checksum than its index says");

	wr_store_journal_key(key, 3, 0);
	fill(&state, false);
	change(&state, key, sizeof key, NULL, 0);
	damaged(&state, "epoch 3 was decided, but has no journal");
	fill(&state, false);
	change(&state, key, sizeof key, "", 0);
	damaged(&state, "the journal of epoch 3: chunk 0 is truncated");
	fill(&state, false);
	len = value_of(&state, key, sizeof key, value, sizeof value);
	value[20] ^= 1;
	change(&state, key, sizeof key, value, len);
	damaged(&state, "the journal of epoch 3: chunk 0 has another checksum than it says");
	fill(&state, false);
	value[20] ^= 1;
	value[0] = 3;
	hash = XXH3_64bits(value, len - sizeof hash);
	memcpy(value + len - sizeof hash, &hash, sizeof hash);
	change(&state, key, sizeof key, value, len);
	refused_as(state.dir, "pipe", -EUCLEAN,
		"the journal of epoch 3 in \"%s\" is of version 3; this weir reads versions 1 and "
		"2",
		state.dir);
	kit_rmdir(state.dir);
}
END_TEST

/* The last epoch's is in the first file again: the second had the one before. */
START_TEST(a_file_of_chunks_that_does_not_fit_is_refused)
{
	struct state state;
	char byte;
	int fd;

	fill_keys(&state, LARGE, false);
	ck_assert_int_eq(unlink(path_in(&state, "journal.0")), 0);
	damaged(&state, "the journal of epoch 3: chunk 1 is missing");
	fill_keys(&state, LARGE, false);
	ck_assert_int_eq(truncate(path_in(&state, "journal.0"), 100), 0);
	damaged(&state, "the journal of epoch 3: chunk 1 is missing");
	fill_keys(&state, LARGE, false);
	fd = open(path_in(&state, "journal.0"), O_RDWR);
	ck_assert_int_eq(pread(fd, &byte, 1, 50), 1);
	byte ^= 1;
	ck_assert_int_eq(pwrite(fd, &byte, 1, 50), 1);
	close(fd);
	damaged(&state, "the journal of epoch 3: chunk 1 has another checksum than its index says");
}
END_TEST

START_TEST(a_file_of_chunks_that_cannot_be_opened_is_no_damage)
{
	struct state state;

	fill_keys(&state, LARGE, false);
	ck_assert_int_eq(unlink(path_in(&state, "journal.0")), 0);
	ck_assert_int_eq(mkdir(path_in(&state, "journal.0"), 0700), 0);
	refused_as(state.dir, "pipe", -EISDIR, "cannot open \"%s/journal.0\": Is a directory",
		state.dir);
	kit_rmdir(state.dir);
}
END_TEST

START_TEST(a_journal_beyond_the_decision_is_dropped)
{
	static const uint8_t decided[9] = {2};
	uint8_t key[WR_JOURNAL_KEY];
	struct wr_store *store = NULL;
	struct weir_err err = {0};
	struct state state;
	char *error = NULL;
	size_t len;

	/* As a decider elsewhere would leave it that did not decide. */
	fill(&state, false);
	change(&state, "Md", 2, decided, sizeof decided);
	ck_assert_int_eq(truncate(path_in(&state, "decided"), 0), 0);
	ck_assert_int_eq(wr_store_open(&store, state.dir, "pipe", &err), 0);
	ck_assert_uint_eq(wr_store_epoch(store), 2);
	wr_store_journal_key(key, 3, 1);
	ck_assert_ptr_null(
		leveldb_get(store->db, store->read, (const char *)key, sizeof key, &len, &error));
	wr_store_close(store);
	kit_rmdir(state.dir);
}
END_TEST

static int
no_section(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	(void)arg;
	(void)subtask;
	(void)bytes;
	(void)err;
	return 0;
}

START_TEST(a_base_that_does_not_fit_is_refused)
{
	uint8_t blob[WR_BLOB_KEY];
	struct keyset set = keysets[2];
	struct wr_store *store = NULL;
	struct weir_err err = {0};
	struct state state;
	struct kit kit;
	char want[300];

	fill(&state, true);
	change(&state, "R\0\0\0\2\0\0", 7, "short", 5);
	damaged(&state, "a mark of retired rows");

	fill(&state, true);
	wr_store_blob_key(blob, 1, WR_SECTION_TASK, 0, 1);
	change(&state, blob, sizeof blob, "x", 1);
	change(&state, "B\0\0\0\2\0\0", 7, "x", 1);
	ck_assert_int_eq(wr_store_open(&store, state.dir, "pipe", &err), 0);
	ck_assert_int_eq(
		wr_store_sections(store, "op", WR_SECTION_TASK, no_section, NULL, &err), -EUCLEAN);
	snprintf(want, sizeof want,
		"state directory \"%s\" is damaged: a section lacks its beginning" REMEDY,
		state.dir);
	ck_assert_str_eq(err.text, want);
	kit_init(&kit, &set, 1);
	kit_open(&kit, 1);
	ck_assert_int_eq(kit_restore(&kit, store, &err), -EUCLEAN);
	snprintf(want, sizeof want,
		"state directory \"%s\" is damaged: a key of table \"by ns\" of \"op\"" REMEDY,
		state.dir);
	ck_assert_str_eq(err.text, want);
	wr_store_close(store);
	kit_fini(&kit);
	kit_rmdir(state.dir);
}
END_TEST

START_TEST(each_thing_wrong_with_a_manifest_is_named)
{
	static const struct {
		const char *from, *to, *what;
	} wrong[] = {
		{"\"operators\": [", "\"operators\": 1, \"x\": [",
			"\"operators\" is missing or no list"},
		{"[\"int\"]", "[\"long\"]", "\"keys\" has something that is no type"},
		{"\"shape\": 0", "\"shape\": 1", "\"shape\" is out of range"},
		{"\"private\"", "\"primate\"",
			"\"keeps\" has something that this weir does not know"},
		{"\"cells\": 1", "\"cells\": 4", "\"cells\" is missing or out of range"},
		{"\"shapes\": [", "\"shapes\": [1, ", "\"shapes\" has something that is no list"},
		{"\"uuid\": \"", "\"uuid\": \"0", "\"uuid\" is not 32 characters long"},
	};
	static char text[1 << 16], other[1 << 16];
	struct state state;
	const char *at;
	size_t len;

	fill(&state, true);
	len = value_of(&state, "Mm", 2, text, sizeof text);
	text[len] = '\0';
	at = strstr(text, wrong[_i].from);
	ck_assert_ptr_nonnull(at);
	snprintf(other, sizeof other, "%.*s%s%s", (int)(at - text), text, wrong[_i].to,
		at + strlen(wrong[_i].from));
	change(&state, "Mm", 2, other, strlen(other));
	damaged(&state, "its manifest: %s", wrong[_i].what);
}
END_TEST

/* Every way to cut or change a table's chunk, with the index made to agree. */
START_TEST(malformed_chunks_harm_nobody)
{
	uint8_t index[WR_JOURNAL_KEY], chunk[WR_JOURNAL_KEY];
	static char head[1 << 16], value[1 << 16];
	uint64_t seed = (uint64_t)_i + 1, hash;
	size_t head_len, len;
	struct state state;

	wr_store_journal_key(index, 3, 0);
	wr_store_journal_key(chunk, 3, 1);
	fill(&state, false);
	head_len = value_of(&state, index, sizeof index, head, sizeof head);
	len = value_of(&state, chunk, sizeof chunk, value, sizeof value);
	for (uint32_t round = 0; round < 20; round++) {
		struct wr_journal_entry entry;
		struct wr_store *store = NULL;
		struct weir_err err = {0};
		char other[1 << 16], was[1 << 16];
		size_t n = keyset_below(&seed, 2) == 0 ? keyset_below(&seed, (uint32_t)len) : len;
		int rc;

		memcpy(was, head, head_len);
		memcpy(other, value, len);
		for (uint32_t i = keyset_below(&seed, 4); i > 0 && n > 0; i--)
			other[keyset_below(&seed, (uint32_t)n)] = (char)keyset_random(&seed);
		memcpy(&entry, was + 8, sizeof entry);
		entry.length = n;
		entry.hash = XXH3_64bits(other, n);
		memcpy(was + 8, &entry, sizeof entry);
		hash = XXH3_64bits(was, head_len - sizeof hash);
		memcpy(was + head_len - sizeof hash, &hash, sizeof hash);
		change(&state, index, sizeof index, was, head_len);
		change(&state, chunk, sizeof chunk, other, n);
		rc = wr_store_open(&store, state.dir, "pipe", &err);
		ck_assert(rc == 0 || rc == -EUCLEAN);
		if (rc == 0) {
			struct keyset set = keysets[2];
			struct kit kit;

			set.max = 100;
			kit_init(&kit, &set, 1);
			kit_open(&kit, 1);
			rc = kit_restore(&kit, store, &err);
			ck_assert(rc == 0 || rc == -EUCLEAN);
			wr_store_close(store);
			kit_fini(&kit);
			kit_rmdir(state.dir);
			fill(&state, false);
		}
	}
	kit_rmdir(state.dir);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state_store_refuse");
	TCase *all = tcase_create("refuse");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 100);
	tcase_add_test(all, a_directory_of_something_else_is_left_alone);
	tcase_add_test(all, a_directory_is_made_with_those_above_it);
	tcase_add_test(all, another_pipeline_is_refused);
	tcase_add_test(all, the_second_process_is_refused);
	tcase_add_test(all, a_database_that_something_else_has_open_is_refused);
	tcase_add_test(all, missing_files_are_named);
	tcase_add_test(all, a_log_that_lost_its_end_is_noticed);
	tcase_add_test(all, a_flipped_byte_is_noticed_or_changes_nothing);
	tcase_add_test(all, manifests_that_do_not_fit_are_refused);
	tcase_add_test(all, epochs_that_do_not_fit_are_refused);
	tcase_add_test(all, journals_that_do_not_fit_are_refused);
	tcase_add_test(all, a_file_of_chunks_that_does_not_fit_is_refused);
	tcase_add_test(all, a_file_of_chunks_that_cannot_be_opened_is_no_damage);
	tcase_add_test(all, a_journal_beyond_the_decision_is_dropped);
	tcase_add_test(all, a_base_that_does_not_fit_is_refused);
	tcase_add_loop_test(all, each_thing_wrong_with_a_manifest_is_named, 0, 7);
	tcase_add_loop_test(all, malformed_chunks_harm_nobody, 0, 8);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
