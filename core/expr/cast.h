/* SPDX-License-Identifier: Apache-2.0 */
/* Casts, and steps into json: how the checker has them evaluated.  The planning thread. */
#ifndef WR_EXPR_CAST_H
#define WR_EXPR_CAST_H

#include "expr/node.h"
#include "expr/run.h"

/* False: there is no such cast. */
bool wr_cast_bind(struct wr_node *node);
void wr_path_bind(struct wr_node *node);

/* The text of a value that is no text, in at most 64 bytes; 0: it has none.  [any] */
uint32_t wr_cast_print(const struct weir_column *col, uint32_t row, char *buf, size_t size);

/* Those from and to text. */
bool wr_cast_text_bind(struct wr_node *node, uint32_t from, uint32_t to);

#endif
