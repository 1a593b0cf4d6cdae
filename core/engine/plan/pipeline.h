/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A planned pipeline: the typed DAG that a `pipeline` block and the plugins make, its chains and
 * their placement.  Made by wr_pipeline_plan() on one thread, immutable afterwards, read by the
 * runtime, by `weir -t` and by help.  Everything in it lives in its arena.
 *
 *   directives → wr_bind → op->conf → plan() of the plugin → ports, schemas, keys
 *     → needed columns (from sinks back) → parallelism → chains → loops
 */
#ifndef WR_ENGINE_PLAN_PIPELINE_H
#define WR_ENGINE_PLAN_PIPELINE_H

#include <stdbool.h>
#include <weir/weir.h>

#include "base/arena.h"
#include "conf/bind.h"
#include "engine/plugin.h"
#include "expr/expr.h"

struct wr_op;
struct wr_edge;

/* How the rows of an input are dealt to its subtasks, and by what. */
struct wr_in {
	const struct weir_schema *schema; /* names of the first edge, nullable if any is */
	struct wr_edge **edges; /* what feeds it; several: a union */
	uint32_t n_edges;
	uint32_t how; /* WEIR_FORWARD, KEYED, BROADCAST, SINGLE */
	struct weir_expr **keys; /* KEYED: made before the exchange, columns first_key ..+ n_keys */
	struct weir_str *key_names;
	const char **key_texts; /* of the expressions, in one spelling */
	uint32_t *key_types;
	uint32_t n_keys, first_key; /* first_key = schema->n */
	const struct weir_expr *drops; /* rows for which it is not true go nowhere; NULL: none */
	/* Bit per schema column: this operator itself reads it; that, or it goes on to those who
	 * read it; it goes on.  Then the same per WEIR_AT_x. */
	uint64_t *read, *needed, *passed;
	uint32_t read_hidden, needed_hidden, passed_hidden;
};

enum { WR_PASS_ADDED = -1, WR_PASS_KEY = -2 };

/* Where a column of an output comes from. */
struct wr_pass {
	int32_t in; /* input port, or -1: the operator adds it */
	int32_t col; /* column of that input; -1 - k: its k-th key */
};

struct wr_out {
	struct weir_str name; /* what `from` calls it: the operator's, or what a directive says */
	const struct weir_schema *schema; /* NULL: a port nobody named, or that of a sink */
	struct wr_pass *pass; /* one a column */
	struct wr_edge **edges; /* who reads it */
	uint32_t n_edges;
	uint64_t *needed; /* bit per column: somebody downstream reads it */
	uint32_t hidden; /* bit per WEIR_AT_x: those that travel with it, because somebody asks */
	uint32_t hidden_able; /* those that could */
	bool dead_letter; /* rows refused by this operator (or by any, for the pipeline's) */
};

enum { WR_ON_ERROR_FAIL, WR_ON_ERROR_DROP, WR_ON_ERROR_DEAD_LETTER };
enum { WR_WATERMARK_MONOTONIC, WR_WATERMARK_BOUNDED, WR_WATERMARK_NONE };

/* A format as used by one source or sink. */
struct wr_format {
	const struct weir_format *desc;
	void *conf;
	/* The schema block, spec without `not null`; n 0: none. */
	const struct weir_schema *declared;
	uint32_t loc;
};

/* What an operator says of itself in `weir -t`. */
struct wr_remark {
	struct wr_remark *next;
	const char *text;
};
struct wr_op;
void wr_op_remark(struct wr_op *op, struct wr_arena *arena, struct weir_str sentence);

struct wr_op {
	uint32_t id; /* in topological order */
	const char *name, *word; /* "per_page", "window" */
	const char *title; /* `window "per_page"`, as messages say it */
	const struct weir_operator *desc;
	void *conf; /* bound, planned */
	const struct wr_dir *dir; /* where it stands */
	uint32_t parallelism;
	const struct wr_op *source; /* whose records its rows are; NULL: several sources' */
	struct wr_in *in; /* desc->n_in */
	struct wr_out *out; /* desc->n_out, then one more if dead letters leave here */
	uint32_t n_in, n_out;
	int64_t delay; /* us: rows may come out that far behind the watermark */
	struct wr_remark *remarks;
	struct weir_str quotes; /* of a source: WEIR_PLAN_QUOTES of its format; p NULL: none */
	struct weir_str decider; /* of a sink that decides epochs: who does; p NULL: it does not */
	bool two_phase; /* a sink that shows rows when their epoch is decided */
	int32_t error_out; /* the port dead letters leave by; -1: none */
	uint32_t on_error;
	uint32_t buffer_batches; /* of the rings that feed it */
	uint64_t buffer_bytes;

	/* Of a source, desc NULL: it makes typed rows itself.  Of a sink: what encode() uses. */
	struct wr_format format;

	/* sources */
	struct weir_expr *event_time; /* NULL: the record's own time, else the time of reading */
	struct weir_expr *where;
	/* What its format fills first, a bit a column: what `where`, event_time and `drops` read.
	 * NULL: there is no condition. */
	uint64_t *early;
	uint32_t early_hidden;
	const struct weir_expr *drops; /* of the only one that reads it; NULL: none */
	int64_t idle; /* us; 0: never */
	uint32_t decode_threads; /* that may decode what one subtask has read */

	/* sources, and operators whose rows have event times of their own */
	uint32_t watermark; /* WR_WATERMARK_x */
	int64_t watermark_delay; /* us */
	bool own_time; /* not a source, but the watermark begins here */

	int64_t changes_from; /* id of the operator that began to amend; -1: inserts only */
	uint32_t chain; /* index in pipeline->chains */
	bool chained; /* called directly by its only upstream */
	uint32_t depth; /* in its chain; the head's is 0 */
};

struct wr_edge {
	uint32_t id;
	struct wr_op *from, *to;
	uint32_t out, in; /* ports */
	uint32_t index; /* among to->in[in].edges */
	const uint32_t *columns; /* column i of to's is column columns[i] of from's; NULL: i */

	/* A direct call; else rings: from->parallelism x to->parallelism, or one to one. */
	bool chained;
};

/* What a loop schedules: operators joined by direct calls; ops[0] is the head, parents before
 * children. */
struct wr_chain {
	struct wr_op **ops;
	uint32_t n_ops, parallelism;
	uint32_t *loops; /* which loop runs subtask i */
	double cost; /* estimated, for the placement */
};

/* How memory_limit is divided, bytes; limit 0: there is none, nor are there shares. */
struct wr_memory_plan {
	uint64_t limit;
	uint64_t tables; /* what of keyed state is in memory */
	uint64_t epoch; /* a checkpoint on its way, as a copy and as the database takes it in */
	uint64_t buffer, cache; /* of the database: writes not yet sorted, twice; blocks read */
	uint64_t process; /* the program itself */
	uint64_t file; /* of the database's files, each */
};

struct wr_pipeline {
	struct wr_arena arena;
	const char *name;
	const struct wr_dir *dir;
	const struct wr_conf *conf;
	const struct wr_plugins *plugins;
	struct wr_op **ops; /* topological: sources first */
	struct wr_edge **edges;
	struct wr_chain *chains;
	uint32_t n_ops, n_edges, n_chains;
	uint32_t threads; /* loops */
	uint32_t max_parallelism; /* key groups */

	/*
	 * Worst case of all rings, bytes: of each its bound and, as a ring with room takes all that
	 * one call makes, one batch more, of the size at which both bounds are reached together.
	 */
	uint64_t buffer_bound;
	struct wr_memory_plan memory;
	const char *state_dir; /* of durable state; NULL: it lives in memory */
	struct weir_list state_drop; /* operators whose state is given up */
	const struct wr_op *decider; /* the sink whose subtask 0 decides epochs; NULL: the store */
	int64_t checkpoint_interval, checkpoint_pause, checkpoint_timeout; /* us */
	uint64_t max_dirty; /* bytes: more changes bring the next checkpoint forward */
	const char *guarantee, *guarantee_why;
};

struct wr_plan_options {
	uint32_t worker_threads;
	const char *state_path; /* NULL: none */
	bool on_terminal; /* standard output is one */
};

/*
 * Plans one pipeline block.  Pure: opens nothing, reads no clock.  Every problem goes to diag; NULL
 * when there was an error, though planning goes on past errors as far as it makes sense so that all
 * of them are shown.  What reading the conf reported before is not looked at.
 */
struct wr_pipeline *wr_pipeline_plan(const struct wr_conf *conf, const struct wr_dir *block,
	const struct wr_plugins *plugins, const struct wr_plan_options *options,
	struct wr_diag *diag);
void wr_pipeline_free(struct wr_pipeline *pipeline);

/* The columns of a dead letter, in order: raw bytes, error string, error_code string, operator
   string, pipeline string, source string, partition string, offset int, event_time timestamp,
   attempts int. */
const struct weir_schema *wr_dead_letter_schema(void);
enum {
	WR_DEAD_RAW,
	WR_DEAD_ERROR,
	WR_DEAD_ERROR_CODE,
	WR_DEAD_OPERATOR,
	WR_DEAD_PIPELINE,
	WR_DEAD_SOURCE,
	WR_DEAD_PARTITION,
	WR_DEAD_OFFSET,
	WR_DEAD_EVENT_TIME,
	WR_DEAD_ATTEMPTS,
	WR_DEAD_COLUMNS
};

/* The directives that the host adds to a pipeline, an operator, a source, a sink: for help and the
 * reference. */
struct wr_host_table {
	const char *where; /* "pipeline", "operator", "source", "sink" */
	const struct weir_directive *directives;
};
const struct wr_host_table *wr_pipeline_tables(uint32_t *n);

#endif
