/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error log: one event a line, one write() a line, lines that repeat folded.  Any thread may
 * write; who opened it closes it when nobody writes any more.
 */
#ifndef WR_HOST_LOG_H
#define WR_HOST_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <weir/weir.h>

struct wr_log;
struct wr_op;
struct wr_terminal;

enum { WR_LOG_EMERG, WR_LOG_ALERT, WR_LOG_CRIT };

struct wr_log_options {
	const char *file; /* NULL: stderr; else it outlives the log */
	uint32_t level; /* what is above it is not written */
	bool json;
	struct wr_terminal *terminal; /* its status line steps aside; may be NULL */
	/* A line was held back as a repetition: call wr_log_flush before long.  May be NULL. */
	void (*held)(void *arg);
	void *arg;
};

/* NULL: err says why. */
struct wr_log *wr_log_open(const struct wr_log_options *options, struct weir_err *err);
/* op NULL: of the pipeline as a whole; pipeline NULL: of the program. */
void wr_log_write(struct wr_log *log, int32_t level, const char *pipeline, const struct wr_op *op,
	uint32_t subtask, const char *text);
/* Says how often the last line was repeated since it was written. */
void wr_log_flush(struct wr_log *log);
/* Goes on in a new file of its name, as who rotates logs expects.  err says why it stays in the old
 * one. */
int wr_log_reopen(struct wr_log *log, struct weir_err *err);
bool wr_log_is_stderr(const struct wr_log *log);
void wr_log_close(struct wr_log *log);

#endif
