/* SPDX-License-Identifier: Apache-2.0 */
/* `||` and `like`: how the checker has them evaluated.  The planning thread. */
#ifndef WR_EXPR_STRINGOP_H
#define WR_EXPR_STRINGOP_H

#include "expr/node.h"

void wr_concat_bind(struct wr_node *node);
/* False: a problem with a constant pattern was reported. */
bool wr_like_bind(const struct wr_scope *scope, struct wr_node *node);

#endif
