/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipeline's durable state: one LevelDB with committed data only (the base) and one redo journal
 * an epoch, the chunks of large ones in files, and a manifest beside it.  docs/state.md specifies
 * every byte.  One thread at a time, the state thread, unless it says otherwise.
 *
 *   decide(n):  ONE synced batch { journal of n, decided = n }: the epoch counts from here on
 *   apply(n):   ONE batch { base <- journals up to n, they are dropped, base = n }, not synced
 *   open():     applies every journal in (base, decided], in synced batches
 *
 * Where a sink decides (a Kafka transaction, say) the journal is there before:
 *
 *   prepare(n): ONE synced batch { journal of n, prepared = n }, and a tag for the decider
 *   decided(n): the decider has decided; apply(n) or prepare(n + 1) then writes decided = n as well
 *   settle():   at start, with the tag of the decider's last decision: applies journals up to it
 *               and drops what is beyond
 *
 * Invariants: the base never holds anything undecided; a journal is dropped only in the batch that
 * puts it, or the last part of it, into the base, and only when what was applied before is on disk;
 * values are absolute, so that redoing twice is harmless; no journal is dropped as undecided unless
 * the one that was to decide it has been asked.
 */
#ifndef WR_STATE_STORE_H
#define WR_STATE_STORE_H

#include <stdbool.h>
#include <weir/weir.h>

#include "base/text.h"
#include "state/table.h"

struct wr_store;

/* What an operator keeps, as the manifest remembers it and a new conf is compared with it. */
struct wr_kept_slot {
	const char *name;
	uint32_t bytes, cells, version;
};
struct wr_kept_table {
	const char *name;
	uint32_t flags; /* WEIR_BY_NS or WEIR_BY_KEY */
	const uint32_t *key_types;
	uint32_t n_keys, n_slots;
	const struct wr_kept_slot *slots;
	const char *const *key_texts; /* expressions of the keys; NULL: not known */
};
struct wr_kept_op {
	const char *name, *word; /* "per_page", "window" */
	uint32_t state_version, parallelism;
	const struct wr_kept_table *tables;
	uint32_t n_tables;
	bool has_private; /* snapshot() */
	bool has_timers, has_position, has_output; /* output: what prepare() leaves to commit() */
	bool keeps_parallelism; /* WEIR_KEEPS_PARALLELISM; not of the last checkpoint's */
};
struct wr_kept {
	const char *pipeline;
	uint32_t max_parallelism;
	const struct wr_kept_op *ops;
	uint32_t n_ops;
};

/* What one instance hands over at a barrier: made by its task, read by the state thread.  Sections
 * one after another. */
enum {
	WR_SECTION_TABLE = 1, /* records of one table; name: the table's */
	WR_SECTION_TIMERS, /* the instance's own timers; keyed ones are tables */
	WR_SECTION_PRIVATE, /* items of snapshot() */
	WR_SECTION_SOURCE, /* partitions: name, position, watermark, newest, finished */
	WR_SECTION_TOKENS, /* items of prepare() */
	WR_SECTION_TASK, /* the instance's watermark */
};
struct wr_section {
	uint32_t kind;
	const char *name; /* TABLE: the table; else "" */
	struct wr_text bytes;
};
struct wr_capture {
	const char *op;
	uint32_t subtask;
	struct wr_section *sections;
	uint32_t n_sections, cap_sections;
};
/* A section to write into, until the next call; name is borrowed.  [the task that captures] */
struct wr_text *wr_capture_section(struct wr_capture *capture, uint32_t kind, const char *name);
void wr_capture_fini(struct wr_capture *capture);

/* Of what wr_store_open() refuses that which the names of files tell: without the lock, and nothing
 * is written.  -EUCLEAN; 0 also if there is no dir yet. */
int wr_store_dir_check(const char *dir, struct weir_err *err);
/*
 * Opens dir (made when absent), takes its lock, recovers.  -EBUSY: another process has it;
 * -EUCLEAN: damaged, foreign or of another pipeline, err says what and what can be done: never a
 * silent fresh start.
 */
int wr_store_open(
	struct wr_store **store, const char *dir, const char *pipeline, struct weir_err *err);
/* The same within bounds, bytes: writes that are not sorted yet, blocks that were read, a file; and
 * no more files are kept open than must be. */
struct wr_store_bounds {
	uint64_t buffer, cache, file;
};
int wr_store_open_bounded(struct wr_store **store, const char *dir, const char *pipeline,
	const struct wr_store_bounds *bounds, struct weir_err *err);
void wr_store_close(struct wr_store *store);
/*
 * Before anything of it is read or decided: decider is who decides from now on, tag what it had
 * when it decided last ("": nothing ever).  decider NULL: the store itself.  -EUCLEAN, -EINVAL: the
 * two do not belong together, or another decider must be asked first; err says what can be done.
 */
int wr_store_settle(
	struct wr_store *store, const char *decider, struct weir_str tag, struct weir_err *err);
/* Last decided epoch; 0: none yet. */
uint64_t wr_store_epoch(const struct wr_store *store);
/* The epoch decided last was the pipeline's end: all sources had finished. */
bool wr_store_finished(const struct wr_store *store);
/* What the manifest of the last epoch says was kept; NULL: nothing yet.  The store's. */
const struct wr_kept *wr_store_kept(const struct wr_store *store);

/*
 * epoch: the last decided one + 1.  Every instance that keeps something is among the captures, with
 * all its sections: those an earlier capture of it had and this one has not are gone, and so are
 * those of subtasks that no longer are.  Tables are told by differences instead.  kept: of the
 * running conf, written to the manifest when it differs; operators that only the manifest has stay.
 * Captures are only read.  When it fails nobody knows whether the epoch is decided: close the store
 * and open it again (in a new process), nothing else.
 */
int wr_store_decide(struct wr_store *store, uint64_t epoch, const struct wr_kept *kept,
	const struct wr_capture *const *captures, uint32_t n, bool finished, struct weir_err *err);
/*
 * The same in two steps, for the decider named in settle().  Between them the decider makes the
 * epoch's tag durable together with what the epoch shows: that is the decision.  The tag is
 * printable, of at most 120 bytes.
 */
int wr_store_prepare(struct wr_store *store, uint64_t epoch, const struct wr_kept *kept,
	const struct wr_capture *const *captures, uint32_t n, bool finished, struct wr_text *tag,
	struct weir_err *err);
int wr_store_decided(struct wr_store *store, uint64_t epoch, struct weir_err *err);
/* So much waits to be applied that a start would take long. */
bool wr_store_is_full(const struct wr_store *store);
/* All epochs up to this one that wait, of each row what was written last; it is decided.  When it
 * fails: as with decide. */
int wr_store_apply(struct wr_store *store, uint64_t epoch, struct weir_err *err);

/*
 * Reading what was committed, at start.  each() is called for every section of an operator of that
 * kind (its subtask when it was written); bytes as they were written, until it returns.  Returns
 * how many, or -errno.
 */
int wr_store_sections(struct wr_store *store, const char *op, uint32_t kind,
	int (*each)(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err),
	void *arg, struct weir_err *err);
/*
 * Puts the committed entries of the key groups lo .. hi (inclusive) into an empty table that is not
 * tracked; from then on it is, and nothing is dirty.  Slots are matched by name and version, others
 * start as initial.  -EINVAL: it is keyed or ordered in another way.
 */
int wr_store_restore_table(struct wr_store *store, const char *op, struct weir_table *table,
	uint32_t lo, uint32_t hi, uint32_t max_parallelism, struct weir_err *err);
/* Forgets an operator (state_drop): it has nothing from now on, on disk from the next decided
 * epoch on. */
void wr_store_drop(struct wr_store *store, const char *op);

/*
 * Tables to bytes: everything written, erased or retired since the last capture, as a TABLE
 * section.  begin() fixes what that is.  Then the table may be used while copy() writes it down,
 * about so many bytes a call, until it is true: all of it is in out, which was empty.  What is
 * written again before it was copied is copied first.  capture() is both at once; of a table that
 * is not tracked: all of it, in place of all that was committed, and from then on it is tracked.
 * [the table's task]
 */
void wr_table_capture_begin(struct weir_table *table);
bool wr_table_capture_copy(struct weir_table *table, uint32_t bytes, struct wr_text *out);
void wr_table_capture(struct weir_table *table, uint32_t max_parallelism, struct wr_text *out);
/* Bytes a capture would take about. */
uint64_t wr_table_dirty_bytes(const struct weir_table *table);

/* The TIMERS section has the instance's own.  One that an older weir wrote has keyed ones too:
 * those whose key group lies in lo .. hi are restored.  unkeyed: its own are. */
struct wr_timers;
void wr_timers_capture(const struct wr_timers *timers, struct wr_text *out);
int wr_timers_restore(struct wr_timers *timers, struct weir_str bytes, uint32_t lo, uint32_t hi,
	uint32_t max_parallelism, bool unkeyed, struct weir_err *err);

#endif
