/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plugins are code: what loads them and asks for their plans is done in a child, so that one that
 * crashes or hangs is a message about a conf, not the end of this process.  The main thread, while
 * it is the only one.
 */
#ifndef WR_HOST_APART_H
#define WR_HOST_APART_H

#include "host/generation.h"

/*
 * Does work() in a child, which leaves nothing here.  Its result, 0 to 255; < 0: it did not come to
 * its end, and gen's diag says why.
 */
int wr_apart(struct wr_generation *gen,
	int (*work)(struct wr_generation *gen, const struct wr_steps *steps, void *arg), void *arg);

#endif
