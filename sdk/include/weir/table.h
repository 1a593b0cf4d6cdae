/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "weir.table/1": keyed state.  A table has a row of slots for each (key, namespace); the host
 * keeps it in checkpoints, within a bound of memory, and restores it.
 *
 * All functions are [task].  In those over batches, key i is that of row sel[i], or of row i if sel
 * is NULL; ns[i] is the namespace (a window's end, say), 0 if ns is NULL.
 */
#ifndef WEIR_TABLE_H
#define WEIR_TABLE_H

#include <weir/data.h>
#include <weir/host.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_table;

/* Flags of tables. */
enum {
	WEIR_BY_NS = 1, /* the order on disk: windows, which fire by namespace */
	WEIR_BY_KEY = 2, /* sessions and joins, which look a key up */
	WEIR_SCRATCH = 4, /* not in checkpoints */
	WEIR_TTL_CLOCK = 8 /* ttl_us by the clock; else by event time */
};

/* Clocks of timers. */
enum { WEIR_EVENT_TIME = 0, WEIR_CLOCK = 1 };

/*
 * A part of a row.  A row is its slots in order, each rounded up to 8 bytes, its cells first.
 * Restored by name and version; a slot that is new starts as initial.  Slots of aggregates come
 * first.  Frozen.
 */
struct weir_slot {
	const char *name;
	uint32_t bytes; /* of all of it, cells too: a multiple of 8 */
	uint32_t cells; /* how many of its first words are cells */
	uint32_t version, reserved;
	const void *initial; /* bytes of them; NULL: zero */
};

struct weir_table_spec {
	uint32_t size, flags;
	/* It is keyed as this input.  One without keys is for one subtask, or WEIR_SCRATCH: an
	 * operator that `needs` tables and has no keyed input gets no more than one. */
	uint32_t in;
	uint32_t n_slots;
	const char *name; /* its identity in checkpoints */
	const struct weir_slot *slots;
	/*
	 * An entry that was not upserted for this long is none any more; 0: never.  In event time
	 * an upsert counts at the time of its row, and a row sees what had not expired by its own
	 * time, nor by the watermark where it is behind it; batches that were not an operator's
	 * input count at the watermark.  By WEIR_TTL_CLOCK it is the time of the callback.
	 */
	int64_t ttl_us;
};

/* Entries that were found: to be read only; upsert(keys, ns) to write to them. */
struct weir_entries {
	uint32_t size, n;
	const struct weir_batch *keys; /* keyed as an input is */
	const int64_t *ns;
	void *const *row;
	const uint32_t *from; /* of probe(): the index i that found it */
};

struct weir_table_ext {
	uint32_t size;

	/* [open] A table of this instance; the spec is copied.  Never NULL. */
	struct weir_table *(*open)(struct weir_task *, const struct weir_table_spec *);

	/*
	 * The rows, made where absent, with the intent to write them.  They stay where they are
	 * until the next call on this table.
	 */
	void (*upsert)(struct weir_table *, const struct weir_batch *, const uint32_t *sel,
		uint32_t n, const int64_t *ns, void **row);

	/* The rows, to be read; NULL where absent. */
	void (*find)(struct weir_table *, const struct weir_batch *, const uint32_t *sel,
		uint32_t n, const int64_t *ns, const void **row);

	void (*erase)(struct weir_table *, const struct weir_batch *, const uint32_t *sel,
		uint32_t n, const int64_t *ns);

	/*
	 * All entries with lo <= ns <= hi, up to WEIR_ROWS_MAX a call; gives how many, 0: that was
	 * all.  *cursor is NULL at first, then the host's until 0 came; a scan left early is ended
	 * by the host.  Between the calls the table may be written to.
	 */
	uint32_t (*scan)(
		struct weir_table *, int64_t lo, int64_t hi, void **cursor, struct weir_entries *);

	/* As scan(), the entries of key i with ns in lo[i] to hi[i]: sessions, map state. */
	uint32_t (*probe)(struct weir_table *, const struct weir_batch *, const uint32_t *sel,
		uint32_t n, const int64_t *lo, const int64_t *hi, void **cursor,
		struct weir_entries *);

	/* The bytes of a cell: any length, NULL and 0 when never edited. */
	const void *(*peek)(struct weir_table *, const uint64_t *cell, uint32_t *len);

	/*
	 * Resizes a cell of an upserted row to len bytes, and says that off ..+ n of it will be
	 * written: new bytes among them are of no value, others are zero.  Its bytes, until the
	 * next call on this table.
	 */
	void *(*edit)(struct weir_table *, void *row, uint64_t *cell, uint32_t len, uint32_t off,
		uint32_t n);

	/* Drops every entry with ns <= hi, whole namespaces at a time. */
	void (*retire)(struct weir_table *, int64_t hi);

	/*
	 * As upsert(), the row of the one entry that a key has, whose namespace goes to ns[i]; NULL
	 * where it has none or several.  Of tables by key without ttl.
	 */
	void (*single)(struct weir_table *, const struct weir_batch *, const uint32_t *sel,
		uint32_t n, int64_t *ns, void **row);

	/* Brings the beginnings of cells near, one behind the other in a row: they will be peeked
	 * into. */
	void (*near)(struct weir_table *, const uint64_t *cell, uint32_t n);
};

#ifdef __cplusplus
}
#endif

#endif
