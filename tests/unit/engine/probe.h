/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators for tests of the runtime.  They do simple things to rows that can be told apart, in
 * all the ways the contract allows, and watch whether the host keeps its part of it.
 *
 *   source gen    rows of (n int, k int, s string), n = partition * PROBE_PART + 0, 1, 2 ...
 *   source raws   the test's records through the format "plain": `NUMBER TEXT`, `!WHY` is bad
 *   probe         rows on, dropped, doubled, with MORE and BUSY, rejected, held back
 *   keeper        the same, with a table
 *   dense         the same without WEIR_TAKES_SEL
 *   sink take     counts each n
 *   sink put      writes rows through its format
 */
#ifndef PROBE_H
#define PROBE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <weir/weir.h>

#include "waker.h"

enum { PROBE_SINKS = 8, PROBE_PART = 20000, PROBE_PARTS = 4, PROBE_KEYS = 64 };

/* What one `sink take` has seen, all subtasks together. */
struct probe_sink {
	uint32_t *count; /* of each n */
	uint64_t rows, selected; /* selected: under a selection */
	int64_t watermark; /* the least of its subtasks' last */
	uint32_t ends; /* watermarks of the end of time */
	int64_t last[PROBE_PARTS][PROBE_KEYS]; /* for `ordered` */
	char *text; /* of the test, for `print`: one row a line */
	size_t text_len, text_cap;
};

/* Shared by a test and its operators, which find it by its address in the conf (`at`). */
struct probes {
	struct probe_sink sinks[PROBE_SINKS];
	pthread_mutex_t lock; /* of sinks and what */
	_Atomic uint64_t given; /* rows of gen */
	_Atomic uint32_t opened, closed, barriers, timers;
	_Atomic uint32_t wrong; /* breaches of the contract; what: the first */
	char what[200];
	const char *const *records; /* of raws */
	uint32_t n_records;
	_Atomic uint32_t released; /* blocks of records given back */
	bool epochs; /* barriers may come at any time, else at the end */
	struct waker *waker; /* NULL: everybody who is BUSY wakes itself */
	_Atomic bool stalled; /* sinks with `stall` take nothing */
	_Atomic(struct weir_task *) stalled_task;
};

extern const struct weir_plugin probe_plugin;

void probes_init(struct probes *probes, bool with_waker);
void probes_fini(struct probes *probes);
/* Forgets what sinks have seen. */
void probes_clear(struct probes *probes);
/* A breach of the contract. */
void probes_wrong(struct probes *probes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Small random numbers that depend on a seed alone. */
static inline uint32_t
probe_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33);
}

/* Whether `drop` lets a row go on. */
static inline bool
probe_keeps(int64_t n)
{
	return n % 3 != 0;
}

/* The key column of a row. */
static inline int64_t
probe_key(int64_t n, int64_t keys)
{
	return (int64_t)((uint64_t)n * 2654435761u % (uint64_t)keys);
}

/* Directives and state that all of them have; see probe.c. */
struct probe_conf {
	int64_t at, seed, more, busy; /* more, busy: percent of calls */
	struct weir_str fail; /* the callback that fails */
	int64_t fail_call; /* in which call, from 1 */
	/* gen, raws */
	int64_t rows, partitions, batch, keys, step;
	uint32_t forever, say_idle;
	/* probe */
	uint32_t mode, else_to, hold, timers, own, table, solid;
	struct weir_list key;
	int64_t reject;
	/* take */
	int64_t id;
	uint32_t ordered, stall, print, pester;
	/* by plan */
	int32_t n_col, k_col;
};

struct probe_base {
	const struct probe_conf *conf;
	struct probes *probes;
	struct weir_task *task;
	uint64_t random;
	uint32_t suspended; /* it has answered MORE or BUSY */
	bool barrier, end; /* seen */
	int64_t watermark;
	uint32_t calls;
	struct weir_str failing; /* whose calls are counted */
};

void probe_base_init(
	struct probe_base *base, const struct probe_conf *conf, struct weir_task *task);
/* Whether the callback of that name fails in this call; err is filled. */
bool probe_fails(struct probe_base *base, const char *callback);
/* BUSY or MORE or OK, by chance; BUSY is followed by a wake(), sooner or later. */
int probe_chance(struct probe_base *base);
/* What every callback with rows checks. */
void probe_check_rows(struct probe_base *base, const struct weir_batch *batch);
void probe_check_watermark(struct probe_base *base, int64_t watermark);

#define PROBE_AT(member) offsetof(struct probe_conf, member)
#define PROBE_INT(NAME, MEMBER, DEFAULT)                                                           \
	{                                                                                          \
		.name = NAME, .summary = "A number.", .deflt = DEFAULT, .type = WEIR_D_INT,        \
		.offset = PROBE_AT(MEMBER)                                                         \
	}
#define PROBE_FLAG(NAME, MEMBER)                                                                   \
	{                                                                                          \
		.name = NAME, .summary = "A switch.", .deflt = "off", .type = WEIR_D_FLAG,         \
		.offset = PROBE_AT(MEMBER)                                                         \
	}
#define PROBE_COMMON                                                                               \
	PROBE_INT("at", at, NULL), PROBE_INT("seed", seed, "1"), PROBE_INT("more", more, "0"),     \
		PROBE_INT("busy", busy, "0"),                                                      \
		{.name = "fail",                                                                   \
			.summary = "A callback.",                                                  \
			.type = WEIR_D_STR,                                                        \
			.offset = PROBE_AT(fail)},                                                 \
		PROBE_INT("fail_call", fail_call, "1")

extern const struct weir_operator probe_gen, probe_raws, probe_probe, probe_dense, probe_keeper,
	probe_take, probe_put;
extern const struct weir_format probe_plain;

#endif
