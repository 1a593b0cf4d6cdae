/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte strings collected one after another: what a sink's format encodes, later snapshots and
 * tokens.
 */
#ifndef WR_ENGINE_ITEMS_H
#define WR_ENGINE_ITEMS_H

#include <weir/weir.h>

#include "base/arena.h"
#include "base/text.h"

struct weir_items *wr_items_new(void);
void wr_items_free(struct weir_items *items);
void wr_items_clear(struct weir_items *items);
char *wr_items_space(struct weir_items *items, size_t cap);
void wr_items_item(struct weir_items *items, const void *p, size_t len);
/* All of them as one text, each behind its length: how they are kept; and back, into arrays of the
 * arena. */
void wr_items_write(struct weir_items *items, struct wr_text *out);
int wr_items_read(struct weir_str bytes, struct wr_arena *arena, struct weir_str **v, uint32_t *n,
	uint32_t *cap, struct weir_err *err);
/* All of them, valid until the next change. */
const struct weir_raw *wr_items_raw(struct weir_items *items);

#endif
