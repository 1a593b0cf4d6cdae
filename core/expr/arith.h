/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers: how the checker has the operators + - * / % evaluated.  The planning thread. */
#ifndef WR_EXPR_ARITH_H
#define WR_EXPR_ARITH_H

#include "expr/node.h"

/* The kids have the type of the node (timestamps count as ints). */
void wr_arith_bind(struct wr_arena *arena, struct wr_node *node);

#endif
