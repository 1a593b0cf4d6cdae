/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durable state under crashes: a child works epoch after epoch and ends at some step, as if by
 * SIGKILL; what it leaves is opened, as it is or as a power failure would have left it, and must be
 * one of the epochs it had decided or was deciding, whole.  Built with failpoints and a small
 * buffer; each -DWEIR_MUTATE must make it fail.
 */
#include "storekit.h"

#include "base/failpoint.h"
#include "state/store_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

enum { CRASH_FILES = 4096, CRASH_EPOCHS = 400, CRASHED = 137, FAILED = 3, IGNORED = 4 };

/* A file of the database and how much of it is surely on disk. */
struct synced {
	char name[32];
	uint64_t size;
};

/* What parent and child share. */
struct shared {
	uint64_t begun, decided; /* epochs */
	uint32_t parallelism[CRASH_EPOCHS]; /* the epoch ran with, the last time */
	char why[512]; /* what was left is wrong */
	bool elsewhere; /* epochs are decided by "the decider" */
	char tag[128]; /* what it has decided last */
	uint32_t n_synced;
	struct synced synced[CRASH_FILES];
	struct range {
		uint64_t from, to;
	} written[2]; /* of the files with chunks, since they were synced */
};

static struct shared *shared;
static _Atomic bool slow_disk;
/* Which call of those below fails, counted from now on, and how; 0: none. */
static _Atomic long fail_in;
static _Atomic int fail_with;

static void
note_synced(const char *name, uint64_t size)
{
	uint32_t i;

	for (i = 0; i < shared->n_synced; i++)
		if (strcmp(shared->synced[i].name, name) == 0)
			break;
	if (i == CRASH_FILES)
		abort();
	snprintf(shared->synced[i].name, sizeof shared->synced[i].name, "%s", name);
	shared->synced[i].size = size;
	if (i == shared->n_synced)
		shared->n_synced++;
}

/* Whether this call is the one that fails: one about a file of a state. */
static bool
call_fails(const char *path)
{
	if (fail_in == 0 || strstr(path, "weir-store-") == NULL || --fail_in != 0)
		return false;
	errno = fail_with;
	return true;
}

static bool
call_on_fails(int fd)
{
	char link[64], path[512];
	ssize_t n;

	if (fail_in == 0)
		return false;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
	return call_fails(path);
}

/* What of a file with chunks of journals is not on disk; NULL: it is another file. */
static struct range *
range_of(const char *path)
{
	const char *dot = strstr(path, "/journal.");

	return dot == NULL || shared == NULL ? NULL : &shared->written[dot[9] - '0'];
}

static void
note_written(int fd, size_t len, off_t at)
{
	char link[64], path[512];
	struct range *range;
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
	range = range_of(path);
	if (range == NULL)
		return;
	if (range->to == 0 || (uint64_t)at < range->from)
		range->from = (uint64_t)at;
	if ((uint64_t)at + len > range->to)
		range->to = (uint64_t)at + len;
}

/* LevelDB's threads come here as well: the lock keeps their notes apart. */
static int
sync_and_note(long call, int fd)
{
	static atomic_flag busy = ATOMIC_FLAG_INIT;
	char link[64], path[512], *name;
	struct stat st;
	ssize_t n;
	int rc;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
	name = strrchr(path, '/');
	if (fstat(fd, &st) < 0 || name == NULL || call_on_fails(fd))
		return -1;
	/* A disk that is slow with large files, so that small ones overtake them. */
	if (slow_disk && strstr(name, ".ldb") != NULL)
		nanosleep(&(struct timespec){.tv_nsec = 15000000}, NULL);
	rc = (int)syscall(call, fd);
	if (rc >= 0 && range_of(path) != NULL)
		*range_of(path) = (struct range){0};
	if (rc < 0 || shared == NULL || strlen(name + 1) >= sizeof shared->synced[0].name)
		return rc;
	while (atomic_flag_test_and_set(&busy))
		;
	note_synced(name + 1, (uint64_t)st.st_size);
	atomic_flag_clear(&busy);
	return rc;
}

/* These take the place of libc's, for LevelDB too. */
__attribute__((visibility("default"))) int
fdatasync(int fd)
{
	return sync_and_note(SYS_fdatasync, fd);
}

__attribute__((visibility("default"))) int
fsync(int fd)
{
	return sync_and_note(SYS_fsync, fd);
}

__attribute__((visibility("default"))) ssize_t
write(int fd, const void *p, size_t len)
{
	return call_on_fails(fd) ? -1 : syscall(SYS_write, fd, p, len);
}

__attribute__((visibility("default"))) ssize_t
pwrite(int fd, const void *p, size_t len, off_t at)
{
	if (call_on_fails(fd))
		return -1;
	note_written(fd, len, at);
	return syscall(SYS_pwrite64, fd, p, len, at);
}

__attribute__((visibility("default"))) int
rename(const char *from, const char *to)
{
	return call_fails(from) ? -1 : (int)syscall(SYS_rename, from, to);
}

__attribute__((visibility("default"))) int
renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	return call_on_fails(from_fd) ? -1 : (int)syscall(SYS_renameat, from_fd, from, to_fd, to);
}

static uint64_t
synced_size(const char *name)
{
	for (uint32_t i = 0; i < shared->n_synced; i++)
		if (strcmp(shared->synced[i].name, name) == 0)
			return shared->synced[i].size;
	return 0;
}

/* What was written over and not synced is there, or not, or something else is. */
static void
tear_chunks(const char *dir, uint64_t *dice)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct range *range = &shared->written[i];
		char path[512], junk[512];
		int fd;

		snprintf(path, sizeof path, "%s/journal.%u", dir, i);
		fd = open(path, O_WRONLY);
		memset(junk, (int)keyset_below(dice, 256), sizeof junk);
		for (uint64_t at = range->from; fd >= 0 && at < range->to; at += sizeof junk) {
			uint64_t left = range->to - at;
			size_t len = left < sizeof junk ? (size_t)left : sizeof junk;

			if (keyset_below(dice, 2) == 0)
				ck_assert_int_eq(
					syscall(SYS_pwrite64, fd, junk, len, at), (long)len);
		}
		if (fd >= 0)
			close(fd);
		*range = (struct range){0};
	}
}

/* The power fails: of each file what was synced is there, and some of what came after. */
static void
power_fails(const char *dir, uint64_t *dice)
{
	char path[512];
	const struct dirent *entry;
	struct stat st;
	uint32_t kind = keyset_below(dice, 3);
	DIR *db;

	tear_chunks(dir, dice);
	snprintf(path, sizeof path, "%s/decided", dir);
	if (keyset_below(dice, 4) == 0)
		(void)!truncate(path, 0);
	snprintf(path, sizeof path, "%s/db", dir);
	db = opendir(path);
	while (db != NULL && (entry = readdir(db)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');
		uint64_t size;

		snprintf(path, sizeof path, "%s/db/%s", dir, entry->d_name);
		if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		size = synced_size(entry->d_name);
		if (strncmp(entry->d_name, "MANIFEST", 8) != 0 &&
			(dot == NULL || strcmp(dot, ".log") != 0))
			continue;
		if (kind > 0 && size < (uint64_t)st.st_size && keyset_below(dice, 2) == 0)
			size += keyset_random(dice) % ((uint64_t)st.st_size - size + 1);
		if (size < (uint64_t)st.st_size)
			ck_assert_int_eq(truncate(path, (off_t)size), 0);
		/* A file system may know of a file's length before it has its bytes. */
		if (size == synced_size(entry->d_name) && size < (uint64_t)st.st_size &&
			keyset_below(dice, 2) == 0)
			ck_assert_int_eq(truncate(path, st.st_size), 0);
	}
	if (db != NULL)
		closedir(db);
	/* What is there after it is on disk. */
	shared->n_synced = 0;
	db = opendir(path[0] != '\0' ? (snprintf(path, sizeof path, "%s/db", dir), path) : dir);
	while (db != NULL && (entry = readdir(db)) != NULL) {
		snprintf(path, sizeof path, "%s/db/%s", dir, entry->d_name);
		if (stat(path, &st) == 0 && strlen(entry->d_name) < sizeof shared->synced[0].name)
			note_synced(entry->d_name, (uint64_t)st.st_size);
	}
	if (db != NULL)
		closedir(db);
}

/* What the decider decided last is the last epoch. */
static int
settle(struct wr_store *store, struct weir_err *err)
{
	struct weir_str tag = {.p = shared->tag, .len = (uint32_t)strlen(shared->tag)};

	return wr_store_settle(store, shared->elsewhere ? "the decider" : NULL, tag, err);
}

static int
decide_elsewhere(struct kit *kit, struct wr_store *store, struct weir_err *err)
{
	struct wr_text tag = {0};

	if (kit_write(kit, store, &tag, err) < 0)
		return err->code;
	wr_failpoint("test.prepared");
	/* At once, and whatever happens to the store. */
	snprintf(shared->tag, sizeof shared->tag, "%s", tag.p);
	shared->decided = kit->epoch;
	wr_failpoint("test.decided");
	wr_text_fini(&tag);
	return wr_store_decided(store, kit->epoch, err);
}

/* The child.  Ends in a failpoint, or by itself. */
static void __attribute__((noreturn))
child(const char *dir, const struct keyset *set, uint64_t seed, uint64_t dice, uint32_t epochs)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};
	uint64_t applied = 0;
	struct kit kit;

	kit_init(&kit, set, seed);
	for (uint32_t i = 0; i < epochs; i++) {
		uint64_t epoch;

		if (store == NULL || keyset_below(&dice, 6) == 0) {
			kit_close(&kit);
			wr_store_close(store);
			store = NULL;
			if (wr_store_open(&store, dir, "pipe", &err) < 0 || settle(store, &err) < 0)
				break;
			applied = wr_store_epoch(store);
			kit_open(&kit, 1 + keyset_below(&dice, KIT_P));
			if (kit_restore(&kit, store, &err) < 0)
				break;
		}
		epoch = wr_store_epoch(store) + 1;
		if (epoch >= CRASH_EPOCHS)
			_exit(0);
		shared->parallelism[epoch] = kit.parallelism;
		shared->begun = epoch;
		kit_run(&kit, epoch, kit.parallelism);
		if (shared->elsewhere ? decide_elsewhere(&kit, store, &err) < 0
				      : kit_decide(&kit, store, &err) < 0)
			break;
		shared->decided = epoch;
		/* One after another, several at once, or none yet. */
		while (applied < epoch && keyset_below(&dice, 5) > 0) {
			applied += 1 + keyset_below(&dice, (uint32_t)(epoch - applied));
			if (wr_store_apply(store, applied, &err) < 0)
				break;
		}
		if (err.code != 0)
			break;
	}
	if (err.code != 0 && fail_with == 0)
		fprintf(stderr, "child: %s\n", err.text);
	/* What fails on purpose must have failed with a sentence. */
	if (fail_with != 0)
		_exit(fail_in > 0 ? 0 : err.code < 0 && err.text[0] != '\0' ? FAILED : IGNORED);
	/* As if killed: nothing is closed. */
	_exit(err.code != 0 ? 1 : 0);
}

static const char *
look_at(const char *dir, const struct keyset *set, uint64_t seed, uint64_t dice)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};
	struct kit kit;
	uint64_t last;
	const char *why;

	if (wr_store_open(&store, dir, "pipe", &err) < 0 || settle(store, &err) < 0)
		return wr_arena_printf(&(struct wr_arena){0}, "%s", err.text);
	last = wr_store_epoch(store);
	if (last < shared->decided || last > (shared->elsewhere ? shared->decided : shared->begun))
		return wr_arena_printf(&(struct wr_arena){0}, "epoch %d is the last", (int)last);
	kit_init(&kit, set, seed);
	for (uint64_t epoch = 1; epoch <= last; epoch++)
		kit_run(&kit, epoch, shared->parallelism[epoch]);
	kit_open(&kit, 1 + keyset_below(&dice, KIT_P));
	if (kit_restore(&kit, store, &err) < 0)
		return wr_arena_printf(&(struct wr_arena){0}, "%s", err.text);
	why = kit_differs(&kit);
	shared->decided = shared->begun = last;
	return why;
}

/* In a process of its own: LevelDB's thread would not survive a later fork. */
static void
check_left(const char *dir, const struct keyset *set, uint64_t seed, uint64_t *dice)
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		const char *why = look_at(dir, set, seed, *dice);

		snprintf(shared->why, sizeof shared->why, "%s", why == NULL ? "" : why);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	if (shared->why[0] != '\0')
		ck_abort_msg("seed %d, epoch %d decided, %d begun: %s", (int)seed,
			(int)shared->decided, (int)shared->begun, shared->why);
}

/* Runs a child with this failpoint; how it ended. */
static int
crash(const char *dir, const struct keyset *set, uint64_t seed, uint64_t dice, uint32_t epochs,
	const char *point)
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (point != NULL)
			setenv("WEIR_FAILPOINT", point, 1);
		child(dir, set, seed, dice, epochs);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != CRASHED))
		ck_abort_msg("the child ended with status %x at %s", (unsigned)status,
			point == NULL ? "no failpoint" : point);
	return WEXITSTATUS(status);
}

enum { HERE = 1, ELSEWHERE = 2, BOTH = 3 };
static const struct {
	const char *name;
	int where;
} points[] = {
	{"open.locked", BOTH},
	{"open.opened", BOTH},
	{"open.before_make", BOTH},
	{"open.made", BOTH},
	{"manifest.before_write", BOTH},
	{"manifest.before_rename", BOTH},
	{"manifest.renamed", BOTH},
	{"open.before_redo", BOTH},
	{"open.redone", BOTH},
	{"settle.before_redo", ELSEWHERE},
	{"settle.done", ELSEWHERE},
	{"journal.written", BOTH},
	{"journal.synced", BOTH},
	{"decide.before_write", HERE},
	{"prepare.before_write", ELSEWHERE},
	{"prepare.written", ELSEWHERE},
	{"test.prepared", ELSEWHERE},
	{"test.decided", ELSEWHERE},
	{"decide.written", BOTH},
	{"decide.witnessed", BOTH},
	{"apply.part", BOTH},
	{"apply.before_write", BOTH},
	{"apply.written", BOTH},
#if WEIR_MUTATE == 2
	{"apply.mutated", BOTH},
#endif
};
enum { N_POINTS = sizeof points / sizeof points[0] };

static struct keyset
set_of(uint64_t i)
{
	struct keyset set = keysets[i % N_KEYSETS];

	set.max = set.max > 120 ? 120 : set.max;
	return set;
}

static void
setup(void)
{
	shared = mmap(
		NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(shared != MAP_FAILED);
}

/* Twice as many as points: decided here, decided elsewhere. */
START_TEST(a_kill_at_any_step_leaves_a_decided_epoch)
{
	int at = _i % N_POINTS;
	bool elsewhere = _i >= N_POINTS;
	struct keyset set = set_of((uint64_t)_i);
	char dir[64], point[64];
	uint64_t dice = (uint64_t)_i + 1;
	int hits = 0;

	/* One or two keys never fill a journal's file. */
	for (uint64_t i = (uint64_t)_i; set.max < 40; i++)
		set = set_of(i + 1);
	if ((points[at].where & (elsewhere ? ELSEWHERE : HERE)) == 0)
		return;
	for (int hit = 1; hit <= 3; hit++) {
		memset(shared, 0, sizeof *shared);
		shared->elsewhere = elsewhere;
		kit_mkdir(dir);
		snprintf(point, sizeof point, "%s:%d", points[at].name, hit);
		hits += crash(dir, &set, 7, keyset_random(&dice), 30, point) == CRASHED;
		check_left(dir, &set, 7, &dice);
		/* And once more, on what the first one left. */
		hits += crash(dir, &set, 7, keyset_random(&dice), 10, point) == CRASHED;
		check_left(dir, &set, 7, &dice);
		kit_rmdir(dir);
	}
	ck_assert_msg(hits > 0, "nothing comes to %s", points[at].name);
}
END_TEST

/* Life after life on one directory: killed at some step, or the power fails. */
static void
many_lives(uint64_t seed, bool power, bool slow)
{
	struct keyset set = set_of(seed);
	uint64_t dice = seed;
	char dir[64], point[64];

	memset(shared, 0, sizeof *shared);
	shared->elsewhere = seed % 4 >= 2;
	kit_mkdir(dir);
	slow_disk = slow;
	for (int life = 0; life < 12; life++) {
		snprintf(point, sizeof point, "%s:%d", points[keyset_below(&dice, N_POINTS)].name,
			1 + (int)keyset_below(&dice, 12));
		crash(dir, &set, seed, keyset_random(&dice), 1 + keyset_below(&dice, 25), point);
		if (power)
			power_fails(dir, &dice);
		check_left(dir, &set, seed, &dice);
	}
	slow_disk = false;
	kit_rmdir(dir);
}

START_TEST(many_lives_end_in_decided_epochs)
{
	many_lives((uint64_t)_i + 1, false, false);
}
END_TEST

START_TEST(a_power_failure_leaves_a_decided_epoch)
{
	many_lives((uint64_t)_i + 100, true, _i % 2 == 1);
}
END_TEST

/* Each call in turn fails; 10 epochs from an empty directory, or on with a full one. */
START_TEST(an_input_or_output_error_at_any_call_leaves_a_decided_epoch)
{
	static const int codes[] = {ENOSPC, EIO};
	struct keyset set = set_of((uint64_t)_i);
	uint64_t dice = (uint64_t)_i + 1;
	int failed = 0, ignored = 0, status = FAILED;
	char dir[64];

	memset(shared, 0, sizeof *shared);
	shared->elsewhere = _i >= 2;
	kit_mkdir(dir);
	for (long call = 1; status != 0 && call < 400; call++) {
		pid_t pid = fork();

		if (pid == 0) {
			fail_with = codes[_i % 2];
			fail_in = call;
			child(dir, &set, 7, keyset_random(&dice), 12);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFEXITED(status));
		status = WEXITSTATUS(status);
		ck_assert(status == 0 || status == FAILED || status == IGNORED);
		failed += status == FAILED;
		ignored += status == IGNORED;
		check_left(dir, &set, 7, &dice);
		if (call % 2 == 1) {
			kit_rmdir(dir);
			kit_mkdir(dir);
			memset(shared, 0, sizeof *shared);
			shared->elsewhere = _i >= 2;
		}
	}
	/* LevelDB's own log of events, and files it would have written later anyway. */
	ck_assert_int_gt(failed, ignored);
	ck_assert_int_gt(failed, 20);
	kit_rmdir(dir);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state_store_crash");
	TCase *crashes = tcase_create("crashes");
	SRunner *runner;
	int failed;

	tcase_set_timeout(crashes, 100);
	tcase_add_checked_fixture(crashes, setup, NULL);
	tcase_add_loop_test(crashes, a_kill_at_any_step_leaves_a_decided_epoch, 0, 2 * N_POINTS);
	tcase_add_loop_test(crashes, many_lives_end_in_decided_epochs, 0, WEIR_MUTATE ? 4 : 8);
	/* The file is seldom written anew just before that. */
	tcase_add_loop_test(crashes, a_power_failure_leaves_a_decided_epoch, 0,
		WEIR_MUTATE == 10  ? 32
		: WEIR_MUTATE != 0 ? 8
				   : 16);
	tcase_add_loop_test(crashes, an_input_or_output_error_at_any_call_leaves_a_decided_epoch, 0,
		WEIR_MUTATE ? 0 : 4);
	suite_add_tcase(suite, crashes);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
