/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of retired rows of the base, so that retiring is not a pass over a table each
 * epoch. By namespace: from where on a group can have rows at all.  By key: marks, below which rows
 * are none though they still stand there, and whether a pass over a group is worth it.  The state
 * thread's.
 */
#ifndef WR_STATE_RETIRE_H
#define WR_STATE_RETIRE_H

#include <stdbool.h>
#include <stdint.h>

struct wr_retired_group {
	int64_t floor; /* by namespace: rows have at least this; by key: rows below it are none */
	uint32_t puts, rows; /* by key: put since the last pass, and left by it */
};

struct wr_retired_table {
	uint32_t id, n;
	struct wr_retired_group *groups;
};

/* All zero is valid: nothing is known. */
struct wr_retired {
	struct wr_retired_table *v;
	uint32_t n;
};

void wr_retired_fini(struct wr_retired *retired);
/* Made when there is none; until the next call that makes one. */
struct wr_retired_group *wr_retired_group(
	struct wr_retired *retired, uint32_t table, uint32_t group);

#endif
