/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators: transforms, sources and sinks.
 *
 * No two callbacks of one instance ever overlap, on whatever threads they run.  Instances of one
 * operator run in parallel: guard what they share.  Callbacks run on the task's loop and never
 * block, unless marked: [plan] any thread, pure, no I/O, also in `weir -t`; [commit] the commit
 * thread, may block, as may open().  No exception, panic or longjmp leaves a callback.  All return
 * WEIR_OK, the other results where they apply, or < 0 after weir_fail(task->err, ...).
 */
#ifndef WEIR_OPERATOR_H
#define WEIR_OPERATOR_H

#include <weir/data.h>
#include <weir/directive.h>
#include <weir/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of operators.  Each kind has its own names. */
enum { WEIR_TRANSFORM = 1, WEIR_SOURCE, WEIR_SINK };

/* Flags of operators: what they can do.  The host converts what they do not claim. */
enum {
	WEIR_TAKES_SEL = 1, /* batches with a selection; others get dense ones */
	WEIR_TAKES_ENCODED = 2, /* columns with an encoding; others get plain ones */
	WEIR_TAKES_CHANGES = 4, /* rows that amend earlier ones */
	WEIR_READS_DECLARED = 8, /* reads only what column() named: other columns may be pruned */
	WEIR_UNION_STATE = 16, /* restore() gives every subtask the items of all */
	WEIR_REPLAYABLE = 32, /* a source: goes back to any position it gave */
	WEIR_TYPED = 64, /* a source that emits rows, a sink that takes them: no format */
	WEIR_TWO_PHASE = 128, /* a sink with prepare() and commit() */
	WEIR_TAKES_UPDATES = 256, /* of WEIR_TAKES_CHANGES inserts and WEIR_UPDATE_AFTER only */
	WEIR_ON_STDOUT = 512, /* a sink of standard output: tables where that is a terminal */
	WEIR_KEEPS_PARALLELISM = 2048, /* its state is for the parallelism it was made at alone */
	WEIR_INDEPENDENT = 1024, /* a format whose decode() knows nothing of earlier records */
};

/* Timers that are due: n rows of keys, with their times (microseconds).  clock: WEIR_CLOCK or not.
 */
struct weir_due {
	uint32_t size, n;
	uint32_t clock;
	const struct weir_batch *keys; /* keyed as an input is; NULL: the instance's own timers */
	const int64_t *when;
};

/* Asynchronous work that is done: each of n tickets with its batch and row, result and status. */
struct weir_done {
	uint32_t size, n;
	const struct weir_batch *const *b;
	const uint32_t *row;
	void *const *result;
	const int32_t *status;
};

/* What an epoch decides: where all partitions of all sources stand. */
struct weir_decision {
	uint32_t size;
	uint32_t n; /* of names and positions */
	uint64_t epoch;
	struct weir_str tag; /* the host's own: printable ASCII, at most 120 bytes */
	const struct weir_str *names, *positions; /* what partition() and position() were given */
};

/*
 * What makes an operator a source.  The directives format, event_time, watermark, where,
 * parallelism and on_error are the host's.
 */
struct weir_source {
	uint32_t size, reserved;

	/*
	 * Read a partition from now on, from pos; pos.p NULL: from where the conf says.  fresh: it
	 * appeared while the pipeline ran, so read it from its beginning.  part is the host's
	 * number for it until revoke().
	 */
	int (*assign)(void *self, struct weir_task *, uint32_t part, struct weir_str name,
		struct weir_str pos, uint32_t fresh);

	/* Stop reading a partition and forget it.  NULL: its partitions stay where they are. */
	int (*revoke)(void *self, struct weir_task *, uint32_t part);

	/*
	 * Read what there is, about task->room rows, and give it with raw() or, if WEIR_TYPED, as
	 * output; then position().  WEIR_OK: call again; WEIR_BUSY: nothing there, call after my
	 * wake(); WEIR_END: bounded, and done.
	 */
	int (*poll)(void *self, struct weir_task *);

	/* Optional: the epoch is decided; upstream may be told. */
	int (*committed)(void *self, struct weir_task *, uint64_t epoch);
};

/*
 * What makes an operator a sink; all [commit].  Rows come to process().  A two-phase sink gets none
 * between its barrier and the decision.  A sink that is not WEIR_TWO_PHASE may leave all NULL.
 *
 * An epoch is decided at exactly one place: by the host in its own store, or by a sink that can
 * make its rows, the positions of all sources and a tag durable at once, as a Kafka transaction
 * can.  Such a sink is WEIR_TWO_PHASE, has recover() and decide(), and declares WEIR_PLAN_DECIDER
 * in plan() with words that say who decides (`Kafka transaction "p" at host:9092`): they are the
 * decider's identity in the state, and stand in messages.  All sinks of a pipeline that declare it
 * must say the same; recover() and decide() are then called on subtask 0 of one of them, and decide
 * for all (they share a client through shared()).  A decider needs durable state, and may open no
 * tables.
 *
 * Each epoch n:  every subtask of every two-phase sink: prepare(n)
 *                the host writes its journal of n, synced
 *                the decider: decide(n); below 0 ends the process with 75, nothing is guessed
 *                every subtask of every two-phase sink: commit(n); then rows flow again
 * At start:      the decider's subtasks are open()ed, before all other operators
 *                the decider: recover(); the host redoes or drops its journals by what that says
 *                all others are open()ed and restored
 *                every two-phase sink: commit(last, tokens) on subtask 0 if it had tokens,
 *                then abort_after(last) on every subtask
 */
struct weir_sink {
	uint32_t size, reserved;

	/*
	 * Make all since the last epoch durable, but invisible, before the journal is written.
	 * token items are kept in the journal.
	 */
	int (*prepare)(void *self, struct weir_task *, uint64_t epoch, struct weir_items *token);

	/* Make it visible.  Idempotent; tokens of any subtask.  Nothing is left to do for the
	 * decider, whose decide() has shown its rows. */
	int (*commit)(void *self, struct weir_task *, uint64_t epoch, const struct weir_str *tokens,
		uint32_t n);

	/* Undo all work later than the epoch, also what no token names. */
	int (*abort_after)(void *self, struct weir_task *, uint64_t epoch);

	/*
	 * Of the decider: first fence one's older self off, so that nothing it has begun can be
	 * decided any more; only then read the last decision.  last->tag: the tag that stands
	 * there; empty: there never was a decision.  last->n, names and positions: those it has, to
	 * be compared; n 0: none are.  What they point to is the sink's, until the next callback.
	 * < 0: it cannot be known, and the pipeline does not start.
	 */
	int (*recover)(void *self, struct weir_task *, struct weir_decision *last);

	/*
	 * Of the decider: the rows since the last epoch, positions and tag become durable at once,
	 * or none of it.  WEIR_OK only if it surely is decided.  < 0: it is not known; the process
	 * ends, and its successor asks recover().  An error is no proof that it was not decided, so
	 * do not undo anything.
	 */
	int (*decide)(void *self, struct weir_task *, const struct weir_decision *);
};

/* What test() says what it finds with. */
struct weir_probe {
	uint32_t size, reserved;

	/* What would fail, and what to do about it; loc 0: the operator's own place. */
	void (*problem)(struct weir_probe *, uint32_t loc, const char *sentence);

	/* What is worth knowing; stands among the notes of `weir -tt`. */
	void (*note)(struct weir_probe *, const char *sentence);
};

/* An operator.  Callbacks without "required" may be NULL. */
struct weir_operator {
	uint32_t size;
	uint32_t kind; /* WEIR_TRANSFORM, WEIR_SOURCE, WEIR_SINK */
	uint32_t flags; /* of WEIR_TAKES_SEL and its like */
	uint32_t state_version; /* of what snapshot() writes */
	const char *name; /* the block's word in a conf: [a-z][a-z0-9_]* */
	const char *summary; /* one sentence */
	const char *needs; /* extension ids separated by spaces, checked at load; NULL: none */

	uint32_t conf_size; /* of the struct that the directives fill, zeroed first */
	uint32_t directive_size; /* sizeof(struct weir_directive): the stride of the table */
	const struct weir_directive *directives; /* NULL: none */

	/* Ports.  Input 0 is `from`; for the names of outputs see WEIR_D_OUTPUT. */
	uint32_t n_in, n_out;

	/*
	 * [plan] Required.  Checks the conf, names the columns it reads and makes the outputs'
	 * schemas.  May keep numbers of columns, expressions and the like in conf.  Runs once for
	 * all subtasks.  < 0 after problem().
	 */
	int (*plan)(void *conf, struct weir_plan *, const struct weir_host *);

	/*
	 * Required.  Makes an instance; may block.  If it fails there is nothing to close.  Of an
	 * operator that needs weir.table/1 the first subtask is also opened, and closed again, to
	 * learn its tables: by `weir -t`, which connects nowhere, and before a start.
	 */
	int (*open)(const void *conf, struct weir_task *, void **self);

	/* Frees an instance; may block.  No other callback comes after it.  NULL: nothing to free.
	 */
	void (*close)(void *self);

	/*
	 * Required of transforms and sinks.  A batch on an input.  There is no choosing of inputs:
	 * BUSY holds for all.  WEIR_END, from any callback of a sink: whoever it writes to has gone
	 * and wants no more; the pipeline stops, or, if its state is durable, fails with what
	 * weir_fail() said.
	 */
	int (*process)(void *self, struct weir_task *, uint32_t in, const struct weir_batch *);

	/*
	 * No row at or before this time comes any more, late ones apart; INT64_MAX: the end.  The
	 * host forwards the watermark afterwards.
	 */
	int (*on_watermark)(void *self, struct weir_task *, int64_t watermark);

	/* Timers set through weir.timer/1 are due. */
	int (*on_timer)(void *self, struct weir_task *, const struct weir_due *);

	/* Tickets of weir.async/1 are done. */
	int (*on_done)(void *self, struct weir_task *, const struct weir_done *);

	/* Go on after a MORE or BUSY.  Required of operators that return either. */
	int (*resume)(void *self, struct weir_task *);

	/* Emit what is held back; the state is captured next. */
	int (*before_barrier)(void *self, struct weir_task *, uint64_t epoch);

	/* Private state, as items.  Must change nothing.  Tables and timers need no snapshot. */
	int (*snapshot)(void *self, struct weir_task *, struct weir_items *);

	/*
	 * After open(), before all else: what snapshot() wrote under state_version `version`; the
	 * items of all subtasks are dealt among them, or given to each (WEIR_UNION_STATE).
	 * Required if there is a snapshot().
	 */
	int (*restore)(void *self, struct weir_task *, uint32_t version,
		const struct weir_str *items, uint32_t n);

	const struct weir_source *source; /* of a WEIR_SOURCE, else NULL */
	const struct weir_sink *sink; /* of a WEIR_SINK, else NULL */

	/*
	 * `weir -tt`, after all plans were right; may block.  Asks what the conf depends on outside
	 * whether it is there and would let us in.  Must change nothing there, for another process
	 * may be running the same conf.  Called once for all subtasks; there is no instance.
	 */
	void (*test)(const void *conf, struct weir_probe *);
};

#ifdef __cplusplus
}
#endif

#endif
