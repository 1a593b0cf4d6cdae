/* SPDX-License-Identifier: Apache-2.0 */
/* a || b || c: null if one of them is. */
#include "expr/stringop.h"
#include "expr/texts.h"

static void
concat_row(struct wr_run *run, const struct wr_vec *kids, uint32_t n, uint32_t row,
	struct wr_texts *texts, struct weir_view *view)
{
	uint64_t len = 0;
	uint8_t *to, *at;

	for (uint32_t i = 0; i < n; i++)
		len += wr_vec_view(&kids[i], row)->len;
	if (len > UINT32_MAX / 2) {
		*view = (struct weir_view){0};
		wr_run_error(run, row, "a string of more than 2 GiB");
		return;
	}
	to = at = wr_texts_room(texts, (uint32_t)len);
	for (uint32_t i = 0; i < n; i++) {
		struct weir_str part = wr_vec_text(&kids[i], row);

		if (part.len > 0)
			memcpy(at, part.p, part.len);
		at += part.len;
	}
	*view = wr_texts_done(texts, to, (uint32_t)len);
}

static void
concat_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec *kids = wr_arena_array(run->eval->scratch, struct wr_vec, node->n_kids);
	const uint64_t *valid;
	struct weir_view *views;
	struct wr_texts texts;
	struct wr_rows there;

	if (!wr_run_kids(run, node, rows, kids, node->n_kids, &valid, out))
		return;
	views = wr_run_values(run, node, node->type, out);
	out->col.valid = valid;
	wr_texts_init(&texts, run->texts);
	there = wr_run_pick(run, rows, valid);
	for (uint32_t k = 0; k < there.n; k++) {
		uint32_t row = wr_row(there, k);

		concat_row(run, kids, node->n_kids, row, &texts, &views[row]);
	}
	out->col.bufs = texts.bufs;
	for (uint32_t i = 0; i < node->n_kids; i++)
		wr_run_drop(run, &kids[i]);
}

void
wr_concat_bind(struct wr_node *node)
{
	node->eval = concat_eval;
	node->costly = true;
}
