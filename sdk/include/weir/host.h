/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host does for a plugin: a table of functions, handed to plan() and found at task->host.
 *
 * Tags say where a function may be called: [plan] from plan(), on any thread, also in `weir -t`;
 * [task] from the callbacks of an instance, on its loop; [open] from open() only; [any] anywhere,
 * at any time of the instance's life.  What is returned stays the host's: until the callback
 * returns, and if it was asked for in open(), for the life of the instance.
 *
 * Services on the data path cannot fail: out of memory ends the worker process, and the pipeline
 * goes on from its checkpoint in a new one.
 */
#ifndef WEIR_HOST_H
#define WEIR_HOST_H

#include <weir/data.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_plan; /* an operator being planned */
struct weir_out; /* rows being built for one output */
struct weir_items; /* byte strings being collected: snapshots, tokens, encoded records */
struct weir_host;

/* An instance of an operator: one subtask.  Valid from open() until close(). */
struct weir_task {
	uint32_t size;
	uint32_t subtask, parallelism; /* 0 <= subtask < parallelism */
	uint32_t room; /* rows the outputs take just now; see WEIR_MORE */
	const struct weir_host *host;
	struct weir_err *err; /* what a callback that returns < 0 fills, with weir_fail() */
	int64_t watermark; /* microseconds; INT64_MIN: none yet */
	uint32_t rejected; /* rows of this callback that were rejected so far */
	uint32_t reserved;
};

/* How an input's rows are dealt to subtasks; see distribute(). */
enum { WEIR_FORWARD, WEIR_KEYED, WEIR_BROADCAST, WEIR_SINGLE };

/* What declare() can say. */
enum {
	WEIR_PLAN_WATERMARK_DELAY = 1, /* n: rows may come out up to n us behind the watermark */
	WEIR_PLAN_CHANGES, /* n: this output's rows may amend earlier ones */
	WEIR_PLAN_MAX_PARALLELISM, /* n: no more subtasks than this */
	WEIR_PLAN_DECIDER, /* s: this sink decides epochs; who that is, see struct weir_sink */

	/*
	 * The operator gives its rows event times of their own, with event_time(): the watermark of
	 * its output is no longer its input's, but n us behind the latest of these times.
	 */
	WEIR_PLAN_EVENT_TIME,

	/* This sink, though WEIR_TWO_PHASE, shows rows as they come: it is not asked to prepare()
	   and what follows.  What it holds back it delivers in before_barrier(). */
	WEIR_PLAN_AT_LEAST_ONCE,

	/*
	 * s: a file that is written, or a file or pattern (glob) that is read.  What one pipeline
	 * writes twice, or reads and writes, is refused.
	 */
	WEIR_PLAN_WRITES_FILE,
	WEIR_PLAN_READS_FILE,
	WEIR_PLAN_NOTE, /* s: a sentence about the operator that `weir -t` prints; several are fine
			 */

	/*
	 * From plan() of a format.  s: two bytes, its quote and its delimiter.  A record may have
	 * newlines between quotes, which open at its beginning or behind a delimiter only: sources
	 * that part text at newlines ask quotes().
	 */
	WEIR_PLAN_QUOTES,
	WEIR_PLAN_TAKES_BACK, /* n: this output's rows may take earlier ones back: deletes */
	WEIR_PLAN_INSERTS, /* n: this output, though it passes an input on, makes inserts of all
			      rows: kinds() */
};

/* Levels of log(): syslog's numbers. */
enum {
	WEIR_LOG_ERROR = 3,
	WEIR_LOG_WARN,
	WEIR_LOG_NOTICE,
	WEIR_LOG_INFO,
	WEIR_LOG_DEBUG,
};

struct weir_host {
	uint32_t size;
	uint16_t major, minor; /* of the host's contract */

	/*
	 * [any] The table of functions of an extension, such as "weir.table/1"; NULL: this host has
	 * it not.  What an operator's `needs` names is there.
	 */
	const void *(*extension)(const char *id);

	/* Planning.  A mistake of the conf is reported to the user by the host where it says so. */

	/* [plan] The columns of an input; NULL: nothing is connected to it. */
	const struct weir_schema *(*input)(struct weir_plan *, uint32_t in);

	/*
	 * [plan] The number in batch->cols of a column of an input, and says that it is read.  type
	 * 0: any; otherwise the type it must have.  -1: there is none, and that was reported.
	 */
	int32_t (*column)(struct weir_plan *, uint32_t in, struct weir_str name, uint32_t type);

	/*
	 * [plan] How an input's rows are dealt to subtasks.  WEIR_FORWARD: as they come, the
	 * default; WEIR_KEYED: equal keys meet in one subtask, key has the expressions; else key is
	 * NULL.  WEIR_BROADCAST: all rows to all.  WEIR_SINGLE: one subtask gets everything.
	 */
	void (*distribute)(
		struct weir_plan *, uint32_t in, uint32_t how, const struct weir_list *key);

	/*
	 * [plan] An output has column col of an input too, called `as`, which extend(), select()
	 * and gather() carry over.  col -1: all of them under their own names, but for the one
	 * called `as`, whose place the operator takes by add(); col -2: the keys of the input.
	 */
	void (*pass)(
		struct weir_plan *, uint32_t out, uint32_t in, int32_t col, struct weir_str as);

	/* [plan] A new column of an output: its number for vec().  -1: reported. */
	int32_t (*add)(struct weir_plan *, uint32_t out, struct weir_str name, uint32_t type,
		uint32_t nullable);

	/* [plan] A fact about the operator: one of WEIR_PLAN_*. */
	void (*declare)(struct weir_plan *, uint32_t what, int64_t n, struct weir_str s);

	/*
	 * [plan] A mistake in the conf, at the loc of a weir_str or weir_list.  Lower case, no full
	 * stop, user text in double quotes.  File all there are, then return -EINVAL.
	 */
	void (*problem)(struct weir_plan *, uint32_t loc, const char *sentence);

	/* Output.  It is emitted when the callback returns, in the order it was begun. */

	/*
	 * [task] The rows of a batch go out again; columns passed are shared, those added are to be
	 * filled through vec(), text() or gather().
	 */
	struct weir_out *(*extend)(struct weir_task *, uint32_t out, const struct weir_batch *);

	/* [task] New rows; see rows(). */
	struct weir_out *(*append)(struct weir_task *, uint32_t out);

	/*
	 * [task] n rows more in an appended out, with their event times and kinds (NULL: inserts),
	 * which are copied.  event_time NULL: only in a source, where its directive or the clock
	 * says.  An out takes at most WEIR_ROWS_MAX rows in all; for more call append() again.
	 * Fetch the vecs after it: they may have moved.
	 */
	void (*rows)(struct weir_out *, uint32_t n, const int64_t *event_time, const uint8_t *kind);

	/*
	 * [task] An added column of an out, to be written.  NULL: nobody reads it; happens only to
	 * operators with WEIR_READS_DECLARED.  Valid until rows() or the end of the callback.
	 */
	struct weir_vec *(*vec)(struct weir_out *, int32_t col);

	/* [task] Sets a string, bytes or json value; copies. */
	void (*text)(struct weir_out *, int32_t col, uint32_t row, const char *p, uint32_t len);

	/*
	 * [task] Fills a column with values of a batch: row i of the out gets row rows[i] of column
	 * `from`, for as many rows as the out has.  Long strings are shared, not copied.
	 */
	void (*gather)(struct weir_out *, int32_t col, const struct weir_batch *, int32_t from,
		const uint32_t *rows);

	/* [task] Emits n rows of a batch, ascending; rows is copied.  n 0: emits nothing. */
	void (*select)(struct weir_task *, uint32_t out, const struct weir_batch *,
		const uint32_t *rows, uint32_t n);

	/*
	 * [task] A bad row: it leaves whatever extend() and select() make of its batch in this
	 * callback, and goes to on_error.  why is copied.
	 */
	void (*reject)(
		struct weir_task *, const struct weir_batch *, uint32_t row, const char *why);

	/* [any] Keeps a batch beyond the callback; unref() as often as ref(). */
	void (*ref)(const struct weir_batch *);
	void (*unref)(const struct weir_batch *);

	/* [any] Makes the host call resume() or poll() soon.  May come early, or twice. */
	void (*wake)(struct weir_task *);

	/* [any] One line to the log, at a level of WEIR_LOG_*.  Copies. */
	void (*log)(struct weir_task *, int32_t level, const char *text);

	/* [any] Microseconds since 1970.  The only clock there is for a plugin: tests own the time.
	 */
	int64_t (*now)(struct weir_task *);

	/*
	 * [open] [task] A counter of the metrics page, to be added to with weir_count(), or a level
	 * that is set with weir_level(); those of subtasks are added up.  What is counted of parts
	 * that come while it runs has their names: `lag[clicks/3]`.  Copies.
	 */
	uint64_t *(*counter)(struct weir_task *, const char *name, const char *help);

	/*
	 * [task] What all instances in this worker share under a key, such as a client or a
	 * database: made once by make(arg), dropped after the last instance closed.  Guard it:
	 * instances run in parallel.  NULL: make() gave NULL.
	 */
	void *(*shared)(struct weir_task *, const char *key, void *(*make)(void *),
		void (*drop)(void *), void *arg);

	/* [task] [commit] cap bytes to write the next item into; finish with item(items, NULL,
	 * len). */
	char *(*space)(struct weir_items *, size_t cap);

	/* [task] [commit] One more item of len bytes.  Copies p; NULL: what was written to space().
	 */
	void (*item)(struct weir_items *, const void *p, size_t len);

	/* Sources. */

	/*
	 * [task] A partition exists: from subtask 0, at any time.  The name is its identity in
	 * checkpoints.  The host then assign()s it to a subtask.
	 */
	void (*partition)(struct weir_task *, struct weir_str name);

	/* [task] Records of a partition, for the format to decode, perhaps on another thread. */
	void (*raw)(struct weir_task *, uint32_t part, const struct weir_raw *);

	/*
	 * [task] Inside decode(): record i is bad and makes no row.  why is copied; NULL: it is no
	 * mistake and goes nowhere, as the header of a file.
	 */
	void (*bad)(struct weir_task *, uint32_t record, const char *why);

	/*
	 * [task] Where a partition now stands: pos covers all that was emitted for it so far. Typed
	 * rows since the last call are this partition's.  Copies.
	 */
	void (*position)(struct weir_task *, uint32_t part, struct weir_str pos);

	/* [task] A partition is caught up: it holds no watermark back until it gives rows again. */
	void (*idle)(struct weir_task *, uint32_t part);

	/*
	 * [task] [commit] The rows of a batch through the sink's format, one record a row that
	 * counts.
	 */
	const struct weir_raw *(*encode)(struct weir_task *, const struct weir_batch *);

	/*
	 * [task] The assigned, unfinished partition whose event time is furthest behind: the one to
	 * read next, so that several are read in step.  UINT32_MAX: none.
	 */
	uint32_t (*next_partition)(struct weir_task *);

	/* [task] A partition has ended for good; it no longer holds the watermark back. */
	void (*finished)(struct weir_task *, uint32_t part);

	/* [plan] Zeroed memory that lives as long as the conf, such as what conf points to. */
	void *(*keep)(struct weir_plan *, size_t size);

	/*
	 * [task] The event times of the rows of an out made by extend(), a copy of the batch's, to
	 * be changed.  For operators that declare WEIR_PLAN_EVENT_TIME.
	 */
	int64_t *(*event_time)(struct weir_out *);

	/*
	 * [task] A record that the source itself could not read, such as one that is too long: goes
	 * to on_error as one that the format could not.  rec: what there is of it, its beginning is
	 * enough; p NULL: nothing.  offset: as in weir_raw; -1: none.  Copies.
	 */
	void (*refuse)(struct weir_task *, uint32_t part, struct weir_str rec, int64_t offset,
		const char *why);

	/* [plan] WEIR_SOURCE or another: of the operator being planned, or that a format is in. */
	uint32_t (*kind)(const struct weir_plan *);

	/*
	 * [task] [commit] The sink begins a file or stream: what its format puts before the rows,
	 * mostly nothing.  Until the next encode().
	 */
	const struct weir_raw *(*begin)(struct weir_task *);

	/*
	 * [task] Of a source: the hidden columns that somebody reads, a bit for each WEIR_AT_x; of
	 * the others raw() need not be given anything.
	 */
	uint32_t (*hidden)(struct weir_task *);

	/* [plan] From one checkpoint to the next, microseconds. */
	int64_t (*interval)(const struct weir_plan *);

	/* [open] What the format of a source has declared as WEIR_PLAN_QUOTES; p NULL: nothing. */
	struct weir_str (*quotes)(struct weir_task *);

	/*
	 * [task] A column of an out is this one, of as many rows as the out has, and is not copied:
	 * what it leads to stays as it is until close().  In the place of vec().
	 */
	void (*lend)(struct weir_out *, int32_t col, const struct weir_column *);

	/*
	 * [task] Inside decode(): the columns, a bit each, that say whether a record is wanted at
	 * all.  A format that can fills them first, of all records; then wanted() says which to
	 * finish, a bit each, with those among them of which the format does not know; what is
	 * written of the others, or not, is of no account.  NULL: all columns of all records are to
	 * be filled.
	 */
	const uint64_t *(*early)(struct weir_out *);
	const uint64_t *(*wanted)(struct weir_out *, const uint64_t *unknown);

	/*
	 * [task] The kinds of the rows of an out made by extend(), a copy of the batch's, to be
	 * changed.
	 */
	uint8_t *(*kinds)(struct weir_out *);

	/*
	 * [plan] 1: all rows of an input of this sink are dead letters, and no `format` says how
	 * they are to be written: records go out as they came, if the sink can, with the other
	 * columns beside them.
	 */
	uint32_t (*dead_letters)(const struct weir_plan *, uint32_t in);

	/*
	 * [task] Strings of an added column that stand within those of a column of a batch need no
	 * copy: after this the operator writes a view for each row of the out into vec()'s values
	 * itself, with weir_view_within().  For an out whose rows were added at once.  text() may
	 * come behind the last of them.
	 */
	void (*share)(struct weir_out *, int32_t col, const struct weir_batch *, int32_t from);
};

#ifdef __cplusplus
}
#endif

#endif
