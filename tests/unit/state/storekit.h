/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of durable state: an operator with two tables and timers, in several subtasks, that
 * does the same random things in the same epoch whenever it is asked, and an array that knows what
 * its tables have in each epoch.
 */
#ifndef TEST_STATE_STOREKIT_H
#define TEST_STATE_STOREKIT_H

#include "keyset.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/codec.h"
#include "state/store.h"
#include "state/table.h"
#include "state/timer.h"

enum { KIT_NS = 12, KIT_STEP = 10, KIT_MARK = 0x5eed, KIT_GROUPS = 16, KIT_P = 4, KIT_TABLES = 2 };

struct kit_entry {
	bool there;
	uint32_t writes, cell_len;
};

/* The slots are a cell and two words, then a word. */
struct kit_row {
	uint64_t cell, id, mark, writes;
};

static const struct kit_row kit_initial = {.mark = KIT_MARK};
static const struct weir_slot kit_slots[] = {
	{.name = "first", .bytes = 24, .cells = 1, .version = 1, .initial = &kit_initial},
	{.name = "second", .bytes = 8, .version = 3},
};

struct kit {
	const struct keyset *set;
	uint64_t seed; /* of the whole */
	bool one_ns; /* 0 is the only namespace */
	uint32_t parallelism;
	struct weir_table *tables[KIT_P][KIT_TABLES]; /* by namespace, by key */
	struct wr_timers *timers[KIT_P];
	struct kit_entry *model[KIT_TABLES];
	uint64_t epoch; /* the model is of its end */
	uint64_t *hash; /* of keys by number */

	struct wr_arena arena;
	uint32_t ids[WEIR_ROWS_MAX], sel[WEIR_ROWS_MAX], n;
	int64_t ns[WEIR_ROWS_MAX];
	const struct weir_batch *batch;
};

static inline int64_t
kit_ns(uint32_t i)
{
	return ((int64_t)i - KIT_NS / 2) * KIT_STEP;
}

static inline struct kit_entry *
kit_at(const struct kit *kit, uint32_t table, uint32_t id, uint32_t ns)
{
	return &kit->model[table][(size_t)id * KIT_NS + ns];
}

static inline uint32_t
kit_owner(const struct kit *kit, uint32_t id)
{
	return wr_key_owner(wr_key_group(kit->hash[id], KIT_GROUPS), KIT_GROUPS, kit->parallelism);
}

static inline void
kit_init(struct kit *kit, const struct keyset *set, uint64_t seed)
{
	struct wr_arena arena = {0};
	uint64_t any = 0;

	*kit = (struct kit){.set = set, .seed = seed};
	kit->hash = calloc(set->max, sizeof *kit->hash);
	for (uint32_t t = 0; t < KIT_TABLES; t++)
		kit->model[t] = calloc((size_t)set->max * KIT_NS, sizeof *kit->model[t]);
	for (uint32_t id = 0; id < set->max; id++)
		kit->hash[id] = keyset_batch(set, &id, 1, &arena, &any)->key_hash[0];
	wr_arena_fini(&arena);
}

static inline void
kit_close(struct kit *kit)
{
	for (uint32_t s = 0; s < kit->parallelism; s++) {
		for (uint32_t t = 0; t < KIT_TABLES; t++)
			wr_table_free(kit->tables[s][t]);
		wr_timers_free(kit->timers[s]);
	}
	memset(kit->tables, 0, sizeof kit->tables);
	kit->parallelism = 0;
}

static inline void
kit_fini(struct kit *kit)
{
	kit_close(kit);
	for (uint32_t t = 0; t < KIT_TABLES; t++)
		free(kit->model[t]);
	free(kit->hash);
	wr_arena_fini(&kit->arena);
}

static inline struct weir_table *
kit_table(const struct keyset *set, bool by_key)
{
	struct weir_table_spec spec = {.size = sizeof spec,
		.flags = by_key ? WEIR_BY_KEY : WEIR_BY_NS,
		.n_slots = 2,
		.name = by_key ? "by key" : "by ns",
		.slots = kit_slots};

	return wr_table_new(&spec, set->types, set->n_types);
}

static inline void
kit_open(struct kit *kit, uint32_t parallelism)
{
	kit->parallelism = parallelism;
	for (uint32_t s = 0; s < parallelism; s++) {
		for (uint32_t t = 0; t < KIT_TABLES; t++)
			kit->tables[s][t] = kit_table(kit->set, t == 1);
		kit->timers[s] = wr_timers_new(kit->set->types, kit->set->n_types);
	}
}

static inline void
kit_draw(struct kit *kit, uint64_t *seed)
{
	uint32_t range = 1 + keyset_below(seed, kit->set->max), ways = keyset_below(seed, 2);

	wr_arena_reset(&kit->arena);
	kit->n = 1 + keyset_below(seed, keyset_below(seed, 8) == 0 ? 400 : 60);
	for (uint32_t i = 0; i < kit->n; i++) {
		kit->ids[i] = keyset_below(seed, range);
		kit->ns[i] = ways == 0 && i > 0 ? kit->ns[0] : kit_ns(keyset_below(seed, KIT_NS));
		kit->ns[i] = kit->one_ns ? 0 : kit->ns[i];
	}
	kit->batch = keyset_batch(kit->set, kit->ids, kit->n, &kit->arena, seed);
}

/* The rows that are subtask s's, and their namespaces. */
static inline uint32_t
kit_select(struct kit *kit, uint32_t s, int64_t *ns)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < kit->n; i++) {
		if (kit_owner(kit, kit->ids[i]) != s)
			continue;
		kit->sel[n] = i;
		ns[n++] = kit->ns[i];
	}
	return n;
}

static inline struct kit_entry *
kit_entry_of(struct kit *kit, uint32_t t, uint32_t i)
{
	return kit_at(kit, t, kit->ids[i], (uint32_t)(kit->ns[i] / KIT_STEP + KIT_NS / 2));
}

static inline void
kit_upsert(struct kit *kit, uint32_t t, uint64_t *seed)
{
	uint32_t cell = keyset_below(seed, 3) == 0 ? keyset_below(seed, 60) : UINT32_MAX;
	void *row[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < kit->n; i++) {
		struct kit_entry *e = kit_entry_of(kit, t, i);

		if (!e->there)
			*e = (struct kit_entry){.there = true};
		e->writes++;
		e->cell_len = cell == UINT32_MAX ? e->cell_len : cell;
	}
	for (uint32_t s = 0; s < kit->parallelism && kit->tables[s][t] != NULL; s++) {
		struct weir_table *table = kit->tables[s][t];
		uint32_t n = kit_select(kit, s, ns);

		wr_table_upsert(table, kit->batch, kit->sel, n, ns, row);
		for (uint32_t k = 0; k < n; k++) {
			struct kit_row *r = row[k];

			MUST(r->mark == KIT_MARK);
			r->id = kit->ids[kit->sel[k]];
			r->writes++;
			if (cell != UINT32_MAX)
				memset(wr_table_edit(table, r, &r->cell, cell, 0, cell),
					(int)(r->id & 0xff), cell);
		}
	}
}

static inline void
kit_erase(struct kit *kit, uint32_t t)
{
	int64_t ns[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < kit->n; i++)
		kit_entry_of(kit, t, i)->there = false;
	for (uint32_t s = 0; s < kit->parallelism && kit->tables[s][t] != NULL; s++) {
		uint32_t n = kit_select(kit, s, ns);

		wr_table_erase(kit->tables[s][t], kit->batch, kit->sel, n, ns);
	}
}

/* Each subtask retires as far as it likes. */
static inline void
kit_retire(struct kit *kit, uint32_t t, uint64_t *seed)
{
	int64_t hi[KIT_P];

	for (uint32_t s = 0; s < KIT_P; s++)
		hi[s] = kit_ns(keyset_below(seed, KIT_NS)) - (int64_t)keyset_below(seed, 25);
	for (uint32_t id = 0; id < kit->set->max; id++)
		for (uint32_t i = 0; i < KIT_NS; i++)
			if (kit_ns(i) <= hi[kit_owner(kit, id)])
				kit_at(kit, t, id, i)->there = false;
	for (uint32_t s = 0; s < kit->parallelism && kit->tables[s][t] != NULL; s++)
		wr_table_retire(kit->tables[s][t], hi[s]);
}

/* What happens in an epoch.  Without tables only the model knows. */
static inline void
kit_run(struct kit *kit, uint64_t epoch, uint32_t parallelism)
{
	uint64_t seed = kit->seed ^ epoch * UINT64_C(0x9e3779b97f4a7c15);
	bool bare = kit->parallelism == 0;
	uint32_t steps = 1 + keyset_below(&seed, 6);

	kit->parallelism = parallelism;
	for (uint32_t i = 0; i < steps; i++) {
		uint32_t t = keyset_below(&seed, KIT_TABLES), what = keyset_below(&seed, 10);

		kit_draw(kit, &seed);
		if (what < 7)
			kit_upsert(kit, t, &seed);
		else if (what < 9)
			kit_erase(kit, t);
		else
			kit_retire(kit, t, &seed);
	}
	if (bare)
		kit->parallelism = 0;
	kit->epoch = epoch;
}

/* Captures of all subtasks, each with a section that holds the epoch. */
static inline void
kit_capture(struct kit *kit, struct wr_capture *captures)
{
	for (uint32_t s = 0; s < kit->parallelism; s++) {
		struct wr_capture *capture = &captures[s];

		*capture = (struct wr_capture){.op = "op", .subtask = s};
		for (uint32_t t = 0; t < KIT_TABLES; t++)
			wr_table_capture(kit->tables[s][t], KIT_GROUPS,
				wr_capture_section(capture, WR_SECTION_TABLE,
					wr_table_spec_of(kit->tables[s][t])->name));
		wr_text_add(wr_capture_section(capture, WR_SECTION_PRIVATE, ""),
			(const char *)&kit->epoch, sizeof kit->epoch);
	}
}

static inline struct wr_kept *
kit_kept(const struct kit *kit)
{
	static struct wr_kept_slot slots[2];
	static struct wr_kept_table tables[KIT_TABLES];
	static struct wr_kept_op op;
	static struct wr_kept kept;

	for (uint32_t i = 0; i < 2; i++)
		slots[i] = (struct wr_kept_slot){kit_slots[i].name, kit_slots[i].bytes,
			kit_slots[i].cells, kit_slots[i].version};
	for (uint32_t t = 0; t < KIT_TABLES; t++)
		tables[t] = (struct wr_kept_table){.name = t == 1 ? "by key" : "by ns",
			.flags = t == 1 ? WEIR_BY_KEY : WEIR_BY_NS,
			.key_types = kit->set->types,
			.n_keys = kit->set->n_types,
			.n_slots = 2,
			.slots = slots};
	op = (struct wr_kept_op){.name = "op",
		.word = "tester",
		.state_version = 1,
		.parallelism = kit->parallelism,
		.tables = tables,
		.n_tables = KIT_TABLES,
		.has_private = true};
	kept = (struct wr_kept){"pipe", KIT_GROUPS, &op, 1};
	return &kept;
}

/* tag NULL: the store decides; else it prepares for a decider. */
static inline int
kit_write(struct kit *kit, struct wr_store *store, struct wr_text *tag, struct weir_err *err)
{
	struct wr_capture captures[KIT_P];
	const struct wr_capture *list[KIT_P];
	uint32_t n = kit->parallelism;
	int rc;

	kit_capture(kit, captures);
	/* In any order. */
	for (uint32_t s = 0; s < n; s++)
		list[s] = &captures[n - 1 - s];
	if (tag == NULL)
		rc = wr_store_decide(store, kit->epoch, kit_kept(kit), list, n, false, err);
	else
		rc = wr_store_prepare(store, kit->epoch, kit_kept(kit), list, n, false, tag, err);
	for (uint32_t s = 0; s < n; s++)
		wr_capture_fini(&captures[s]);
	return rc;
}

static inline int
kit_decide(struct kit *kit, struct wr_store *store, struct weir_err *err)
{
	return kit_write(kit, store, NULL, err);
}

static inline void
kit_range(uint32_t s, uint32_t p, uint32_t *lo, uint32_t *hi)
{
	*lo = (s * KIT_GROUPS + p - 1) / p;
	*hi = ((s + 1) * KIT_GROUPS + p - 1) / p - 1;
}

static inline int
kit_restore(struct kit *kit, struct wr_store *store, struct weir_err *err)
{
	int rc = 0;

	for (uint32_t s = 0; rc == 0 && s < kit->parallelism; s++)
		for (uint32_t t = 0; rc == 0 && t < KIT_TABLES; t++) {
			uint32_t lo, hi;

			kit_range(s, kit->parallelism, &lo, &hi);
			rc = wr_store_restore_table(
				store, "op", kit->tables[s][t], lo, hi, KIT_GROUPS, err);
		}
	return rc;
}

/* NULL: the tables have what the model has. */
static inline const char *
kit_differs(const struct kit *kit)
{
	for (uint32_t t = 0; t < KIT_TABLES; t++) {
		uint64_t want = 0, got = 0;
		uint8_t *seen = calloc((size_t)kit->set->max * KIT_NS, 1);
		const char *why = NULL;

		for (size_t i = 0; i < (size_t)kit->set->max * KIT_NS; i++)
			want += kit->model[t][i].there;
		for (uint32_t s = 0; why == NULL && s < kit->parallelism; s++) {
			struct weir_entries found;
			void *cursor = NULL;

			while (wr_table_scan(kit->tables[s][t], INT64_MIN, INT64_MAX, &cursor,
				       &found) > 0)
				for (uint32_t i = 0; i < found.n; i++) {
					const struct kit_row *r = found.row[i];
					uint32_t ns =
						(uint32_t)(found.ns[i] / KIT_STEP + KIT_NS / 2);
					uint32_t len;
					const uint8_t *cell =
						wr_table_peek(kit->tables[s][t], &r->cell, &len);
					const struct kit_entry *e;

					got++;
					if (r->id >= kit->set->max || r->mark != KIT_MARK) {
						why = "a row is not one of its";
						continue;
					}
					e = kit_at(kit, t, (uint32_t)r->id, ns);
					if (!e->there)
						why = "an entry is there that should not be";
					else if (e->writes != r->writes)
						why = "an entry is not as it was written last";
					else if (e->cell_len != len)
						why = "a cell is not as long";
					else if (!keyset_row_is(
							 kit->set, found.keys, i, (uint32_t)r->id))
						why = "a key is another one";
					else if (seen[r->id * KIT_NS + ns]++ > 0)
						why = "an entry is there twice";
					for (uint32_t b = 0; b < len && why == NULL; b++)
						if (cell[b] != (uint8_t)r->id)
							why = "a cell has other bytes";
				}
		}
		free(seen);
		if (why == NULL && want != got)
			why = "entries are missing";
		if (why != NULL)
			return why;
	}
	return NULL;
}

/* Directories of tests. */

static inline void
kit_rmdir(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		char name[4096];
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		if (lstat(name, &st) == 0 && S_ISDIR(st.st_mode))
			kit_rmdir(name);
		else
			unlink(name);
	}
	closedir(dir);
	rmdir(path);
}

/* In memory where that can be had: what survives is decided by the tests, not by a disk. */
static inline char *
kit_mkdir(char path[64])
{
	snprintf(path, 64, "%s/weir-store-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(path));
	return path;
}

#endif
