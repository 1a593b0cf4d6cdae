/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live namespaces of a table by namespace, in order, each with its hash table.  They are few,
 * and a batch mostly falls in one, so the one asked for last is remembered.  The thread of the
 * table's task.
 */
#ifndef WR_STATE_SPACES_H
#define WR_STATE_SPACES_H

#include "state/hash.h"

struct wr_space {
	int64_t ns;
	struct wr_hash *hash; /* stays where it is while the namespace lives */
};

struct wr_spaces {
	struct wr_space *v; /* ascending */
	uint32_t n, cap, last;
	struct wr_hash **spare; /* empty ones, with room for what those dropped last had */
	uint32_t n_spare, cap_spare;
	struct wr_hash **leaving; /* dropped, with entries that a capture has yet to write down */
	uint32_t n_leaving, cap_leaving;
	struct wr_layout *layout;
	bool tracked;
};

/* All zero but layout is a valid empty one. */
void wr_spaces_fini(struct wr_spaces *spaces);
/* The number of the first namespace that is not below ns; n: none. */
uint32_t wr_spaces_from(const struct wr_spaces *spaces, int64_t ns);
/* The hash table of a namespace; NULL: it has none. */
struct wr_hash *wr_spaces_get(struct wr_spaces *spaces, int64_t ns);
/* The same, made if it has none. */
struct wr_hash *wr_spaces_make(struct wr_spaces *spaces, int64_t ns);
/* Drops the first n namespaces. */
void wr_spaces_drop(struct wr_spaces *spaces, uint32_t n);
/* The last one of those that were leaving has left. */
void wr_spaces_left(struct wr_spaces *spaces);
/* Of hash tables, spare ones too. */
uint64_t wr_spaces_bytes(const struct wr_spaces *spaces);

#endif
