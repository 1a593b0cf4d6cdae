/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rig around one operator: the real host with the plugins of the build tree, a source the test
 * pushes records into, sinks it takes rows from as JSON text, and a clock of its own.  Everything
 * runs on the test's thread, in the same order each time; nothing waits.
 *
 *	struct wt_rig *rig = wt_rig("window { key user; tumbling 10s; aggregate n = count(); }");
 *	wt_push(rig, "{\"user\":\"a\",\"ts\":1}");
 *	wt_advance_ms(rig, 10000);
 *	wt_expect(rig, 0, "{\"user\":\"a\", ...}");
 *	wt_free(rig);
 *
 * The operator is called "it" and reads "in".  Its further outputs must be called out1 and out2,
 * dead letters bad; wt_pop() finds them by these numbers.
 */
#ifndef WT_RIG_H
#define WT_RIG_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

enum { WT_BAD = 3, WT_PORTS };

/* Fields of pushed records, where a test names no others. */
#define WT_FIELDS                                                                                  \
	"user string; n int; x float; ok bool; ts timestamp ms; text string; raw bytes; any json;"

/* Everything may be left 0. */
struct wt_options {
	const char *op; /* `filter { where n > 1; }`; NULL: what is pushed goes to the sink */
	const char *fields; /* of pushed records; NULL: WT_FIELDS */
	/* Directives of the pushing source, in the place of those that make wt_watermark_ms work:
	 * its event time is ts, its watermark an hour behind. */
	const char *source_lines;
	const char *source; /* a source under test in its place: `file { path x; format line; }` */
	const char *sink; /* a sink under test beside the others: `file { path y; }` */
	const char *module; /* a plugin of the build tree beside the base: "tests/fixtures/x.so" */
	const char *lines; /* further lines of the pipeline */
	uint32_t parallelism; /* of the operator */
	uint32_t batch; /* rows in one batch of the source, at most; 0: 2048 */
	uint32_t batches; /* that the source gives at a time; 0: 1 */
	uint32_t busy; /* how often the sinks answer BUSY to each batch */
	bool keep; /* state outlives a run: for wt_checkpoint() and wt_restart() */
	bool paced; /* sinks take a batch at each wt_step() and no other, until the end */
	bool ring; /* a ring for one batch before and behind the operator, else direct calls */
};

struct wt_rig;

struct wt_rig *wt_rig(const char *op);
struct wt_rig *wt_rig_with(const struct wt_options *options);
void wt_free(struct wt_rig *rig);

/* A record comes; it is worked on at the next wt_pop() and the like. */
void wt_push(struct wt_rig *rig, const char *record);
void wt_pushf(struct wt_rig *rig, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Works until nothing moves any more. */
void wt_settle(struct wt_rig *rig);
/* Paced: until the sinks have the next batch.  False: there is none. */
bool wt_step(struct wt_rig *rig);

/* Both go on: the clock, which starts at 0, and the watermark with it. */
void wt_advance_ms(struct wt_rig *rig, int64_t ms);
void wt_clock_ms(struct wt_rig *rig, int64_t ms);
/* No row before this time comes any more: windows fire that end by then. */
void wt_watermark_ms(struct wt_rig *rig, int64_t ms);

/* The next row of an output, the rig's until it is freed; NULL: there is none, and none will come
 * by itself. */
const char *wt_pop(struct wt_rig *rig, uint32_t port);
/* How many there are now. */
uint32_t wt_count(struct wt_rig *rig, uint32_t port);
void wt_expect(struct wt_rig *rig, uint32_t port, const char *row);
void wt_expect_none(struct wt_rig *rig, uint32_t port);

/* Sinks take nothing more, until they do again. */
void wt_hold(struct wt_rig *rig, bool hold);
/* Batches that wait before the operator. */
uint64_t wt_queued(struct wt_rig *rig);
/* Rows that the operator has emitted so far. */
uint64_t wt_emitted(struct wt_rig *rig);
/* Records that the source has given so far. */
uint64_t wt_given(struct wt_rig *rig);
/* A counter that the operator keeps; its rows rejected. */
uint64_t wt_counter(struct wt_rig *rig, const char *name);
uint64_t wt_rejected(struct wt_rig *rig);
/* Does the operator read several sources, so that nobody knows which one a row came from? */
bool wt_is_union(const struct wt_rig *rig);
/* The one entry of the operator's first table, to be written: what no test has the time to bring
 * about. */
void *wt_entry(struct wt_rig *rig);

/* An epoch that has all rows so far is decided; the run goes on, or another one does from there,
 * and rows behind that epoch are forgotten. */
void wt_checkpoint(struct wt_rig *rig);
void wt_restart(struct wt_rig *rig);

/* The input ends, or the pipeline is stopped: 0 or what the run failed with. */
int wt_end(struct wt_rig *rig);
int wt_stop(struct wt_rig *rig);
/* With threads instead, as `weir run`: to the end of the source under test, or of what was pushed.
 */
int wt_run(struct wt_rig *rig);
bool wt_has_failed(struct wt_rig *rig);
/* What it failed with, after the end. */
const char *wt_error(const struct wt_rig *rig);

/* The conf is refused, and this is in what is said about it. */
void wt_refuses(const char *op, const char *message);
void wt_refuses_with(const struct wt_options *options, const char *message);

/*
 * Runs a test in all the ways that must make no difference: batches of one row and of 2048, direct
 * calls and rings for one batch, quick and slow sinks.
 */
void wt_each(const struct wt_options *options, void (*body)(struct wt_rig *rig));

/* Runs the tests of a file: what its main() returns. */
int wt_main(const char *name, const TTest *const *tests, size_t n);
#define WT_MAIN(name, tests) wt_main(name, tests, sizeof(tests) / sizeof((tests)[0]))

#endif
