/* SPDX-License-Identifier: Apache-2.0 */
/* Logic, and the choice between values: how the checker has them evaluated.  The planning thread.
 */
#ifndef WR_EXPR_LOGIC_H
#define WR_EXPR_LOGIC_H

#include "expr/node.h"

/* and, or, not, is null. */
void wr_logic_bind(struct wr_node *node);
/* case, coalesce, try, let, shared. */
void wr_choose_bind(struct wr_node *node);

#endif
