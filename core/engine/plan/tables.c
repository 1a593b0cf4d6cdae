/* SPDX-License-Identifier: Apache-2.0 */
/* The directives that the host adds to pipelines, operators, sources and sinks. */
#include "engine/plan/planner.h"

#include "base/err.h"

enum { TABLES_PARALLELISM_MAX = 1024, TABLES_GROUPS_MAX = 32768, TABLES_BATCHES_MAX = 65536 };

#define TABLES_BYTES_MAX ((int64_t)1 << 40)

static const struct weir_directive tables_pipeline[] = {
	{
		.name = "buffer",
		.summary = "Batches, and bytes, that may wait in each ring.",
		.deflt = "16",
		.choices = "batches",
		.type = WEIR_D_INT,
		.offset = offsetof(struct wr_pipeline_conf, buffer_batches),
		.min = 1,
		.max = TABLES_BATCHES_MAX,
	},
	{
		.name = "buffer",
		.deflt = "4m",
		.choices = "bytes",
		.type = WEIR_D_SIZE,
		.offset = offsetof(struct wr_pipeline_conf, buffer_bytes),
		.min = 4096,
		.max = TABLES_BYTES_MAX,
	},
	{
		.name = "parallelism",
		.summary = "Subtasks of each keyed operator; as many as worker_threads by default.",
		.choices = "subtasks",
		.type = WEIR_D_INT,
		.offset = offsetof(struct wr_pipeline_conf, parallelism),
		.min = 1,
		.max = TABLES_PARALLELISM_MAX,
	},
	{
		.name = "max_parallelism",
		.summary = "Key groups that keyed state is divided into, for all its life.",
		.deflt = "128",
		.choices = "groups",
		.type = WEIR_D_INT,
		.offset = offsetof(struct wr_pipeline_conf, max_parallelism),
		.min = 1,
		.max = TABLES_GROUPS_MAX,
	},
	{
		.name = "state",
		.summary = "Where state lives: in a LevelDB below state_path, which is the default "
			   "where there is one, or in memory, where nothing outlives the process.",
		.choices = "memory leveldb",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct wr_pipeline_conf, state),
	},
	{
		.name = "memory_limit",
		.summary =
			"What the pipeline takes of memory, at most: keyed state beyond it stays "
			"on disk, and is read when its keys come.  Without it all of it is in "
			"memory.",
		.choices = "size",
		.type = WEIR_D_SIZE,
		.offset = offsetof(struct wr_pipeline_conf, memory_limit),
		.min = 1 << 20,
		.max = TABLES_BYTES_MAX,
	},
	{
		.name = "state_drop",
		.summary = "Operators that the conf no longer has, whose state is given up; a "
			   "pipeline whose state would be lost otherwise does not start.",
		.choices = "name",
		.type = WEIR_D_LIST,
		.offset = offsetof(struct wr_pipeline_conf, state_drop),
	},
	{
		.name = "on_error",
		.summary = "What becomes of bad rows: the pipeline fails, they are dropped, or "
			   "they go to an output of that name as dead letters; for operators that "
			   "do not say it themselves.",
		.deflt = "fail",
		.choices = "fail drop dead_letter",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct wr_pipeline_conf, on_error),
	},
	{
		.name = "on_error",
		.choices = "name",
		.type = WEIR_D_STR,
		.offset = offsetof(struct wr_pipeline_conf, dead_letter),
	},
	{.name = NULL},
};

/* Directives that several kinds of operators have. */
#define TABLES_FROM                                                                                \
	{                                                                                          \
		.name = "from", .summary = "Whose rows it reads; several names are a union.",      \
		.choices = "name", .type = WEIR_D_LIST, .flags = WEIR_REQUIRED,                    \
		.offset = offsetof(struct wr_host_conf, from),                                     \
	}

#define TABLES_PARALLELISM(text)                                                                   \
	{                                                                                          \
		.name = "parallelism", .summary = text, .choices = "subtasks", .type = WEIR_D_INT, \
		.offset = offsetof(struct wr_host_conf, parallelism), .min = 1,                    \
		.max = TABLES_PARALLELISM_MAX,                                                     \
	}

#define TABLES_BUFFER                                                                              \
	{                                                                                          \
		.name = "buffer",                                                                  \
		.summary = "Batches, and bytes, that may wait in each ring before it; the "        \
			   "pipeline's by default.",                                               \
		.choices = "batches",                                                              \
		.type = WEIR_D_INT,                                                                \
		.offset = offsetof(struct wr_host_conf, buffer_batches),                           \
		.min = 1,                                                                          \
		.max = TABLES_BATCHES_MAX,                                                         \
	},                                                                                         \
	{                                                                                          \
		.name = "buffer", .choices = "bytes", .type = WEIR_D_SIZE,                         \
		.offset = offsetof(struct wr_host_conf, buffer_bytes), .min = 4096,                \
		.max = TABLES_BYTES_MAX,                                                           \
	}

#define TABLES_ON_ERROR(text)                                                                      \
	{                                                                                          \
		.name = "on_error",                                                                \
		.summary = text,                                                                   \
		.choices = "fail drop dead_letter",                                                \
		.type = WEIR_D_ENUM,                                                               \
		.offset = offsetof(struct wr_host_conf, on_error),                                 \
	},                                                                                         \
	{                                                                                          \
		.name = "on_error", .choices = "name", .type = WEIR_D_STR,                         \
		.offset = offsetof(struct wr_host_conf, dead_letter),                              \
	}

static const struct weir_directive tables_transform[] = {
	TABLES_FROM,
	TABLES_PARALLELISM("Subtasks; by default as many as its input has, and if it is keyed the "
			   "pipeline's."),
	TABLES_BUFFER,
	TABLES_ON_ERROR("What becomes of rows it refuses; as in the pipeline by default."),
	{.name = NULL},
};

static const struct weir_directive tables_source[] = {
	{
		.name = "format",
		.summary = "How its records are read: a format's name, and a block with the fields "
			   "and the format's directives.",
		.choices = "name",
		.type = WEIR_D_STR,
		.offset = offsetof(struct wr_host_conf, format),
	},
	{
		.name = "event_time",
		.summary = "When a row happened, a timestamp; the record's own time by default, "
			   "else the time of reading.",
		.choices = "expression",
		.type = WEIR_D_EXPR,
		.offset = offsetof(struct wr_host_conf, event_time),
	},
	{
		.name = "watermark",
		.summary = "How far behind the latest event time rows may come: not at all "
			   "(monotonic), or so long (bounded DURATION); or there is no watermark "
			   "before the end (none). After `idle DURATION` a silent partition holds "
			   "nobody back.",
		.deflt = "monotonic",
		.choices = "monotonic bounded none",
		.type = WEIR_D_ENUM,
		.offset = offsetof(struct wr_host_conf, watermark),
	},
	{
		.name = "watermark",
		.choices = "duration",
		.type = WEIR_D_LIST,
		.offset = offsetof(struct wr_host_conf, watermark_rest),
	},
	{
		.name = "where",
		.summary = "Only rows for which this is true.",
		.choices = "condition",
		.type = WEIR_D_EXPR,
		.offset = offsetof(struct wr_host_conf, where),
	},
	TABLES_PARALLELISM("Subtasks that share its partitions; 1 by default."),
	{
		.name = "decode_threads",
		.summary = "Threads of the worker that decode what one subtask has read of one "
			   "partition, when they have nothing else to do; by default all, of a "
			   "format that reads each record without the others.  Rows keep their "
			   "order.",
		.choices = "threads",
		.type = WEIR_D_INT,
		.offset = offsetof(struct wr_host_conf, decode_threads),
		.min = 1,
		.max = TABLES_PARALLELISM_MAX,
	},
	TABLES_ON_ERROR("What becomes of bad records and rows; as in the pipeline by default."),
	{.name = NULL},
};

static const struct weir_directive tables_sink[] = {
	TABLES_FROM,
	{
		.name = "format",
		.summary = "How its rows are written: a format's name, and a block with the "
			   "format's directives; json by default, but to a terminal table.",
		.choices = "name",
		.type = WEIR_D_STR,
		.offset = offsetof(struct wr_host_conf, format),
	},
	TABLES_PARALLELISM("Subtasks; by default as many as its input has."),
	TABLES_BUFFER,
	TABLES_ON_ERROR("What becomes of rows it refuses; as in the pipeline by default."),
	{.name = NULL},
};

const struct weir_directive *
wr_tables_pipeline(void)
{
	return tables_pipeline;
}

const struct weir_directive *
wr_tables_operator(uint32_t kind)
{
	wr_assert(kind >= WEIR_TRANSFORM && kind <= WEIR_SINK);
	if (kind == WEIR_SOURCE)
		return tables_source;
	return kind == WEIR_SINK ? tables_sink : tables_transform;
}

const struct wr_host_table *
wr_pipeline_tables(uint32_t *n)
{
	static const struct wr_host_table tables[] = {
		{"pipeline", tables_pipeline},
		{"checkpoint", wr_durable_table},
		{"operator", tables_transform},
		{"source", tables_source},
		{"sink", tables_sink},
	};

	*n = sizeof tables / sizeof tables[0];
	return tables;
}
