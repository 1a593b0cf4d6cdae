/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions and aggregates: what expressions can call.  They work on whole columns.
 *
 * plan() is [plan]: any thread, pure, also in `weir -t`; the rest runs on the loop of the operator
 * whose expression it is, in parallel for several subtasks, so self is read only.  Results are
 * WEIR_OK or < 0 after weir_fail(fn->task->err, ...); a value that is merely wrong is row_error().
 */
#ifndef WEIR_FUNCTION_H
#define WEIR_FUNCTION_H

#include <weir/data.h>
#include <weir/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Flags of functions and aggregates. */
enum {
	WEIR_STRICT = 1, /* null in, null out, by the host; an aggregate skips rows with a null */
	WEIR_VOLATILE = 2, /* not a function of its arguments: not computed ahead, nor only once */
};

/* One call site.  plan() checks the first part and fills the second. */
struct weir_call {
	uint32_t size;
	uint32_t n_args;
	const uint32_t *types; /* of the arguments; 0: an untyped null */
	const struct weir_column *const *constants; /* one row each; NULL: not a constant */

	uint32_t type; /* of the result */
	uint32_t nullable; /* 1: the result may be null though no argument is */
	uint32_t acc_size; /* of an aggregate: its accumulator, in words of 8 bytes */
	uint32_t n_cells; /* how many of its first words are cells */
	const void *self; /* what the other callbacks get; must live as long as the expression */

	/* Zeroed memory that lives as long as the expression; for self. */
	void *(*keep)(struct weir_call *, size_t size);

	/* Called with self when the expression is gone: for what is not in kept memory.  May stay
	 * NULL. */
	void (*drop)(const void *self);

	/*
	 * Of an aggregate: the one of the same plugin whose accumulator this call has, made of the
	 * first n_same arguments, such as "sum" for avg().  Calls that agree in this share one:
	 * they differ in finish() only, and the other callbacks get the self of any of them.  NULL:
	 * it has its own.
	 */
	const char *same;
	uint32_t n_same, reserved;
};

/* Accumulators: number i is at (char *)row[i] + offset.  Frozen. */
struct weir_accs {
	void *const *row;
	uint32_t offset;
};

/* What the host does for a function while it runs. */
struct weir_fn {
	uint32_t size;
	struct weir_task *task;

	/* The bytes of a cell, which the host owns: any length, NULL and 0 when never edited. */
	const void *(*peek)(struct weir_fn *, const uint64_t *cell, uint32_t *len);

	/*
	 * Resizes a cell to len bytes and says that off ..+ n of it will be written.  Returns its
	 * bytes, until the next edit of any cell.  row: the row[i] that the cell stands in.
	 */
	void *(*edit)(struct weir_fn *, void *row, uint64_t *cell, uint32_t len, uint32_t off,
		uint32_t n);

	/* Sets a string, bytes or json result; copies. */
	void (*text)(struct weir_fn *, struct weir_vec *, uint32_t i, const char *p, uint32_t len);

	/* Value i cannot be computed: the row is rejected; inside try() it is null.  Copies. */
	void (*row_error)(struct weir_fn *, uint32_t i, const char *why);

	uint32_t n_args; /* of this call */
	uint32_t reserved;

	/*
	 * Results that stand within values of an argument need no copy: after this the function
	 * writes views into out->values by itself, with weir_view_within() and long ones by the
	 * argument's buffer numbers.  Only in eval(), and not beside text() or block().
	 */
	void (*share)(struct weir_fn *, struct weir_vec *, const struct weir_column *arg);

	/*
	 * len bytes for the long ones of many results, written in place: their views have *buf as
	 * their buffer and count their offset from here.  The function writes them into out->values
	 * with weir_view_of().
	 */
	char *(*block)(struct weir_fn *, struct weir_vec *, uint32_t len, uint32_t *buf);

	/*
	 * Value i of a bool, int64, float64 or timestamp column as a cast to string has it, into at
	 * least WEIR_PRINT_MAX bytes; gives how many, 0 where there is no text for it (a time
	 * outside the years 1 to 9999).
	 */
	uint32_t (*print)(struct weir_fn *, const struct weir_column *, uint32_t i, char *to);

	/*
	 * The bytes of a cell as its last edit() left them, any of which may be written; nothing of
	 * it is looked at, so that an aggregate can bring many near at once.  Until the next edit
	 * of this cell.
	 */
	void *(*bytes)(struct weir_fn *, void *row, const uint64_t *cell);
};

enum { WEIR_PRINT_MAX = 64 };

/* A scalar function. */
struct weir_function {
	uint32_t size, flags;
	const char *name, *summary;

	/* [plan] Required.  Refuses wrong arguments with weir_fail(). */
	int (*plan)(struct weir_call *, struct weir_err *);

	/*
	 * Required.  Fills out at the n rows of sel; sel NULL: rows 0 to n - 1.  Rows outside sel
	 * may be the untaken branch of an if(): there is no error, and what stands there, in args
	 * and out alike, is anything.  A column of one row is never passed for a constant: all have
	 * full length.
	 */
	int (*eval)(const void *self, struct weir_fn *, const struct weir_column *const *args,
		const uint32_t *sel, uint32_t n, struct weir_vec *out);

	const char *signature; /* substr(string, from [, count]); NULL: none */
	const char
		*example; /* an expression with its result: substr('hello', 2, 3) = 'ell'; NULL */
};

/*
 * Calls of an aggregate with the same arguments and different filters that keep something in
 * common: each has an accumulator of its own, and all of them one more.
 */
enum { WEIR_JOINT_MAX = 8 };

struct weir_joint_accs {
	void *const *row;
	uint32_t common, n; /* where in a row the common one is; calls */
	const uint32_t *own; /* where theirs are */
	uint64_t calls; /* which calls they are, in this order: others have another number */
};

/*
 * What an aggregate offers for that.  The host makes use of it for inputs that do not amend earlier
 * rows, also of a single call.  All accumulators begin as zeros.  A state may have been kept by
 * calls of which some are gone since, came later, or had another place: then own accumulators are
 * what they were or zero, and the common one is what it was.
 */
struct weir_joint {
	uint32_t size, version; /* of all these accumulators' layout */
	uint32_t common_size, n_cells, own_size; /* as in struct weir_call */
	uint32_t reserved;

	/* [plan] Whether it can be had for this call, which its aggregate's plan() took: 0 or 1. */
	int (*able)(const struct weir_call *);

	/* Row sel[i] (sel NULL: row i) is for those calls whose bits are set in calls[i]. */
	int (*update)(struct weir_fn *, const struct weir_joint_accs *,
		const struct weir_column *const *args, const uint32_t *sel, uint32_t n,
		const uint8_t *calls);

	/* The accumulators of row[i] take all that those of from[i] have taken. */
	int (*merge)(
		struct weir_fn *, const struct weir_joint_accs *, void *const *from, uint32_t n);

	/* Row i of out gets the result of a call. */
	int (*finish)(struct weir_fn *, const struct weir_joint_accs *, uint32_t call, uint32_t n,
		struct weir_vec *out);
};

/*
 * What an aggregate keeps of a window that slides, so that none is put together anew: accumulators,
 * its panes, join the window, and leave it again in the order of their times.  One that is about to
 * change leaves, and joins again at once with the same time and more in it.  All of it begins as
 * zeros, and a window may come several times in a call.
 */
struct weir_sliding {
	uint32_t size, reserved;

	/* [plan] Whether it can be had for this call, which its aggregate's plan() took: 0 or 1.
	 * The other two are as acc_size and n_cells of struct weir_call. */
	int (*able)(const struct weir_call *, uint32_t *words, uint32_t *n_cells);

	/* Pane i, whose time is at[i], joins or leaves window i. */
	int (*join)(const void *self, struct weir_fn *, struct weir_accs windows,
		struct weir_accs panes, const int64_t *at, uint32_t n);
	int (*leave)(const void *self, struct weir_fn *, struct weir_accs windows,
		struct weir_accs panes, const int64_t *at, uint32_t n);

	/* Row i of out gets the result of window i, which stays as it is. */
	int (*finish)(const void *self, struct weir_fn *, struct weir_accs windows, uint32_t n,
		struct weir_vec *out);
};

/*
 * An aggregate.  An accumulator is flat bytes and cells, which the host copies, journals, evicts
 * and restores by itself: there is nothing to serialise.
 */
struct weir_aggregate {
	uint32_t size, flags;
	uint32_t version; /* of the accumulator's layout: another one starts empty */
	const char *name, *summary;

	/* [plan] Required.  Refuses wrong arguments with weir_fail(); fills acc_size and n_cells.
	 */
	int (*plan)(struct weir_call *, struct weir_err *);

	/* The empty accumulator: asked for once, then copied; acc is zeroed.  NULL: all zero. */
	void (*init)(const void *self, void *acc);

	/* Required.  Accumulator i takes row sel[i] (sel NULL: row i); one may come several times.
	 */
	int (*update)(const void *self, struct weir_fn *, struct weir_accs,
		const struct weir_column *const *args, const uint32_t *sel, uint32_t n);

	/* Required.  Accumulator i takes all that accumulator i of from has taken. */
	int (*merge)(const void *self, struct weir_fn *, struct weir_accs, struct weir_accs from,
		uint32_t n);

	/* Required.  Row i of out gets the result of accumulator i, which stays as it is. */
	int (*finish)(const void *self, struct weir_fn *, struct weir_accs, uint32_t n,
		struct weir_vec *out);

	/* Takes rows back, as update().  With it, inputs that amend earlier rows are allowed. */
	int (*retract)(const void *self, struct weir_fn *, struct weir_accs,
		const struct weir_column *const *args, const uint32_t *sel, uint32_t n);

	const char *signature; /* percentile(x, fraction); NULL: none */
	const char *example; /* an expression, in words what it gives */

	const struct weir_joint *joint; /* NULL: each call keeps all by itself */
	const struct weir_sliding *sliding; /* NULL: each window is made by merge() */
};

#ifdef __cplusplus
}
#endif

#endif
