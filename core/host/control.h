/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `control`, a socket in the state directory of a running pipeline: one question a line, one answer
 * a line, one client at a time.  Its owner alone may write to it.  The main thread's loop.
 */
#ifndef WR_HOST_CONTROL_H
#define WR_HOST_CONTROL_H

#include <uv.h>

#include "engine/run.h"

struct wr_control;

/* NULL: err says why. */
struct wr_control *wr_control_open(
	uv_loop_t *loop, struct wr_run *run, const char *state_dir, struct weir_err *err);
/* After wr_run_wait(): answers what was finished by then, and hangs up.  The loop runs once more to
 * close its handles. */
void wr_control_close(struct wr_control *control);
void wr_control_free(struct wr_control *control);

/*
 * Asks whoever has the directory; the answer without its newline is added to answer.  -ENOENT:
 * nobody listens.
 */
int wr_control_ask(
	const char *state_dir, const char *question, struct wr_text *answer, struct weir_err *err);

#endif
