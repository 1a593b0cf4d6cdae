/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the planner: what is known of a pipeline while it is read, wired and typed.  One thread,
 * for the time of one wr_pipeline_plan(), as its scratch memory is.  Each stage marks
 * operators that it found wrong as failed, and later stages pass over them and over what hangs on
 * them, so that one mistake makes one message.
 */
#ifndef WR_ENGINE_PLAN_PLANNER_H
#define WR_ENGINE_PLAN_PLANNER_H

#include <stdbool.h>
#include <weir/weir.h>

#include "base/text.h"
#include "engine/plan/names.h"
#include "engine/plan/pipeline.h"

enum { WR_PLAN_NAME_MAX = 64 };

/* What the host's directives of an operator, a source or a sink fill. */
struct wr_host_conf {
	struct weir_list from, watermark_rest;
	struct weir_str format, event_time, where, dead_letter;
	uint32_t on_error, watermark;
	int64_t parallelism, buffer_batches, decode_threads;
	uint64_t buffer_bytes;
};

/* What the directives of a pipeline fill. */
struct wr_pipeline_conf {
	struct weir_str dead_letter;
	struct weir_list state_drop;
	int64_t buffer_batches, parallelism, max_parallelism;
	uint64_t buffer_bytes, memory_limit;
	uint32_t state, on_error;
};

enum { WR_STATE_MEMORY, WR_STATE_LEVELDB };

struct wr_checkpoint_conf {
	int64_t interval, min_pause, timeout; /* us */
	uint64_t max_dirty; /* bytes */
};

/* What on_error says.  how: WR_ON_ERROR_x; name: of the dead letters' output. */
struct wr_refusal {
	uint32_t how;
	struct weir_str name;
};

/* An input while it is planned. */
struct wr_port {
	const struct weir_str *refs; /* the names it reads */
	uint32_t n_refs;
	struct wr_names columns; /* of its schema, made at the first look */
	uint32_t hidden_able;
	struct weir_plan *amender; /* whose rows amend earlier ones; NULL: inserts only */
	struct weir_plan *taker; /* whose rows take earlier ones back; NULL: none does */
};

enum { WR_HIDDEN_NONE = -1, WR_HIDDEN_MIXED = -2 };

/* An output while it is planned. */
struct wr_made {
	const struct weir_field **fields;
	struct wr_pass *pass;
	uint32_t n, cap;
	uint32_t indexed; /* how many of them are in columns */
	struct wr_names columns;
	bool amends, takes_back, inserts; /* the operator says so itself */
	struct weir_plan *amender, *taker;
	int32_t hidden_from; /* the input whose rows it hands on, or WR_HIDDEN_x */
};

enum { WR_PLAN_OPERATOR, WR_PLAN_DECODE, WR_PLAN_ENCODE };

/* An operator being planned; what plan() gets. */
struct weir_plan {
	struct wr_planner *planner;
	struct wr_op *op; /* desc NULL: nobody knows the word */
	uint32_t kind;
	struct weir_str name; /* empty: it has none that could be used */
	const struct wr_dir *format; /* the directive, if given */
	struct wr_host_conf host;
	struct wr_refusal refusal;
	bool own_refusal; /* on_error stands in its block */
	struct wr_port *ports; /* op->n_in */
	struct wr_made *made; /* desc->n_out */
	uint32_t stage; /* whose plan() runs: WR_PLAN_x */
	uint32_t max_parallelism; /* 0: any */
	bool failed;
	bool blind; /* what it reads could not be made out */
	uint32_t waits; /* edges not yet seen while sorting */
	uint32_t mark; /* of walks */
};

/* An output's name: who makes its rows, and whether anybody reads them. */
struct wr_output_name {
	struct weir_str name;
	struct weir_plan *plan; /* the first that makes it */
	uint32_t port;
	bool dead_letter;
	bool bare; /* a name and no rows: a sink's, or see WEIR_D_OUTPUT of port 0 */
	bool read; /* or would be, were its reader right */
	uint32_t seen; /* 1 + the input that named it last, of all inputs */
	struct wr_maker *makers, **last_maker;
	struct wr_reader *readers, **last_reader;
};

struct wr_maker {
	struct wr_maker *next;
	struct weir_plan *plan;
	uint32_t port;
};

struct wr_reader {
	struct wr_reader *next;
	struct weir_plan *plan;
	uint32_t in;
};

/* A file, or a pattern of files, that an operator says it reads or writes. */
struct wr_file_use {
	struct wr_file_use *next;
	struct weir_plan *plan;
	struct weir_str name; /* as it stands in the conf */
	const char *path; /* the same without detours */
	bool written;
};

struct wr_planner {
	struct wr_pipeline *pipeline;
	struct wr_arena *arena; /* the pipeline's */
	struct wr_arena scratch; /* of what is of no use once it is planned */
	const struct wr_plugins *plugins;
	const struct wr_plan_options *options;
	struct wr_diag *diag;
	const char *title; /* `pipeline "clicks"` */
	struct wr_pipeline_conf conf;
	struct wr_refusal refusal;
	struct weir_plan **plans; /* in the order of the conf, then topological */
	uint32_t n_plans, cap_plans;
	struct wr_names names; /* to outputs[] */
	struct wr_output_name *outputs;
	uint32_t n_outputs, cap_outputs;
	bool has[WEIR_SINK + 1]; /* kinds that some line stands for, or was meant to */
	struct wr_file_use *files; /* newest first */
	const char *const *guesses[2]; /* names of functions and of aggregates */
	size_t n_guesses[2];
	uint32_t whole; /* see struct wr_scope */
};

/* durable.c */
void wr_durable_read(struct wr_planner *planner, const struct wr_dir *block);
void wr_durable_check(struct wr_planner *planner);
void wr_durable_guarantee(struct wr_planner *planner);
extern const struct weir_directive wr_durable_table[];

/* memory.c: once it is known what buffers take. */
void wr_memory_divide(struct wr_planner *planner);

/* files.c: files that are read and written. */
void wr_files_declare(struct weir_plan *plan, bool written, struct weir_str path);
void wr_files_check(struct wr_planner *planner);

/* tables.c */
const struct weir_directive *wr_tables_pipeline(void);
/* Of WEIR_TRANSFORM, WEIR_SOURCE, WEIR_SINK; fills a struct wr_host_conf. */
const struct weir_directive *wr_tables_operator(uint32_t kind);

/* problem.c: messages.  loc 0: where the operator stands.  Both make it failed. */
void wr_problem(struct weir_plan *plan, uint32_t loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void wr_problem_at(struct weir_plan *plan, struct weir_str at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A plugin that does not keep the contract. */
void wr_problem_internal(struct weir_plan *plan, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* `; did you mean "x"?`, or nothing.  In the arena. */
const char *wr_problem_guess(
	struct wr_planner *planner, struct weir_str word, const char *const *names, size_t n);
/* The same among what plugins offer, WR_OFFER_x, and more. */
const char *wr_problem_guess_offer(struct wr_planner *planner, struct weir_str word, uint32_t kind,
	const char *const *more, size_t n);
uint32_t wr_problem_loc(const struct weir_plan *plan);

/* read.c, values.c, fields.c: the block.  All report what they find; read gives the plans. */
void wr_read_pipeline(struct wr_planner *planner, const struct wr_dir *block);
bool wr_values_name(struct wr_planner *planner, struct weir_str name);
/* What on_error in a block says; false: nothing, or a mistake. */
bool wr_values_refusal(struct wr_planner *planner, const struct wr_dir *block,
	struct wr_refusal refusal, struct wr_refusal *out);
void wr_values_watermark(struct weir_plan *plan);
/* The format of a source or a sink with the fields it declares. */
void wr_fields_read(struct weir_plan *plan);

/* outputs.c, wires.c, order.c: names become edges, and plans are sorted: sources first. */
void wr_outputs_collect(struct wr_planner *planner);
struct wr_output_name *wr_outputs_find(struct wr_planner *planner, struct weir_str name);
void wr_outputs_add_maker(struct wr_planner *planner, struct wr_output_name *output,
	struct weir_plan *plan, uint32_t port);
void wr_outputs_default_refusals(struct wr_planner *planner);
void wr_wires_connect(struct wr_planner *planner);
void wr_order_sort(struct wr_planner *planner);
void wr_order_sources(struct wr_planner *planner);

/* inputs.c, schema.c, typing.c: schemas flow along the edges. */
bool wr_inputs_build(struct weir_plan *plan, uint32_t in);
void wr_schema_add(struct wr_planner *planner, struct wr_made *made, const struct weir_field *field,
	struct wr_pass pass);
/* The column of that name; -1: none. */
int32_t wr_schema_find(struct wr_planner *planner, struct wr_names *names,
	const struct weir_schema *schema, struct weir_str name);
int32_t wr_schema_find_made(struct wr_planner *planner, struct wr_made *made, struct weir_str name);
struct weir_field *wr_schema_field(
	struct wr_planner *planner, struct weir_str name, uint32_t type, bool nullable);
/* like: a schema that it may be the same as; NULL: none. */
const struct weir_schema *wr_schema_of(struct wr_planner *planner, const struct wr_made *made,
	uint32_t changes, const struct weir_schema *like);
/* `int`; the conf's words for types. */
const char *wr_schema_type(uint32_t type);
uint32_t wr_schema_type_of(struct weir_str word); /* 0: none */
extern const char *const wr_schema_types[7];
void wr_typing_run(struct wr_planner *planner);

/* needed.c: what is read, from the sinks back. */
void wr_needed_run(struct wr_planner *planner);

/* chains.c: parallelism, chains, loops, bounds. */
void wr_chains_build(struct wr_planner *planner);

static inline uint32_t
wr_words(uint32_t bits)
{
	return (bits + 63) / 64;
}

#endif
