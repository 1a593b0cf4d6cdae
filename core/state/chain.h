/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The namespaces of one key, in order: a treap of its entries (struct wr_node), whose priorities
 * are made from their numbers.  A chain is known by its root's number; 0: empty.  The thread of the
 * table's task.
 */
#ifndef WR_STATE_CHAIN_H
#define WR_STATE_CHAIN_H

#include "state/slabs.h"

/* The entry with this namespace; 0: none. */
uint32_t wr_chain_find(const struct wr_slabs *slabs, uint32_t root, int64_t ns);
/* The entry with the smallest namespace that is not below ns; 0: none. */
uint32_t wr_chain_from(const struct wr_slabs *slabs, uint32_t root, int64_t ns);
/* Both give the new root.  insert: index is an entry with a ns that the chain has not.  remove: it
 * has index. */
uint32_t wr_chain_insert(struct wr_slabs *slabs, uint32_t root, uint32_t index);
uint32_t wr_chain_remove(struct wr_slabs *slabs, uint32_t root, uint32_t index);

#endif
