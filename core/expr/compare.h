/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons, and what else needs the order of values.  Binding: the planning thread; the rest:
 * any. */
#ifndef WR_EXPR_COMPARE_H
#define WR_EXPR_COMPARE_H

#include "expr/node.h"

/* The kids have one type. */
void wr_compare_bind(struct wr_arena *arena, struct wr_node *node);
void wr_compare_text_bind(struct wr_arena *arena, struct wr_node *node);
/* Of an `and`: false, unless it asks whether one value lies between two constants, which is done in
 * one pass. */
bool wr_compare_range_bind(struct wr_arena *arena, struct wr_node *node);
/* `in` over constants, which are the kids from 1 on. */
void wr_in_bind(struct wr_arena *arena, struct wr_node *node);
/* The operator with its sides exchanged. */
int wr_compare_turned(int op);
/* < 0, 0, > 0 by byte; the shorter first. */
int wr_compare_texts(struct weir_str a, struct weir_str b);

/* What an equality with a constant compares before it looks at long bytes: a view as two words,
 * under masks. */
struct wr_view_match {
	uint64_t want[2], mask[2];
	struct weir_str text; /* longer than 12: compared too */
};

void wr_view_match_init(struct wr_view_match *match, const struct wr_const *value);

static inline bool
wr_view_matches(
	const struct wr_view_match *match, const struct weir_view *view, const uint8_t *const *bufs)
{
	uint64_t word[2];

	memcpy(word, view, sizeof word);
	if ((((word[0] ^ match->want[0]) & match->mask[0]) |
		    ((word[1] ^ match->want[1]) & match->mask[1])) != 0)
		return false;
	return match->text.len <= 12 ||
	       memcmp(bufs[view->buf] + view->off, match->text.p, match->text.len) == 0;
}

#endif
