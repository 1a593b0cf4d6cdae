/* SPDX-License-Identifier: Apache-2.0 */
/* a || b || c: null if one of them is. */
#include "expr/stringop.h"
#include "expr/texts.h"

enum { CONCAT_MOST = INT32_MAX };

/* The lengths of the results; gives the bytes of those that are long.  Rows that are too long fail,
 * and count as empty. */
static uint64_t
measure(struct wr_run *run, const struct wr_vec *kids, uint32_t n, struct wr_rows rows,
	struct weir_view *views)
{
	uint64_t size = 0;

	for (uint32_t k = 0; k < rows.n; k++) {
		uint32_t row = wr_row(rows, k);
		uint64_t len = 0;

		for (uint32_t i = 0; i < n; i++)
			len += wr_vec_view(&kids[i], row)->len;
		if (len > CONCAT_MOST) {
			wr_run_error(run, row, "a string of more than 2 GiB");
			len = 0;
		}
		views[row].len = (uint32_t)len;
		size += len > 12 ? len : 0;
	}
	return size;
}

static void
join(const struct wr_vec *kids, uint32_t n, uint32_t row, char *to)
{
	for (uint32_t i = 0; i < n; i++) {
		struct weir_str part = wr_vec_text(&kids[i], row);

		memcpy(to, part.p, part.len);
		to += part.len;
	}
}

/* Long results are written where they stay, in one block unless that would be too large. */
static void
concat_rows(struct wr_run *run, const struct wr_vec *kids, uint32_t n, struct wr_rows rows,
	struct wr_texts *texts, struct weir_view *views)
{
	uint64_t left = measure(run, kids, n, rows, views);
	uint32_t buf = 0, used = 0, size = 0;
	char *block = NULL, small[12];

	for (uint32_t k = 0; k < rows.n; k++) {
		uint32_t row = wr_row(rows, k), len = views[row].len;
		bool is_long = len > sizeof small;

		if (is_long && size - used < len) {
			size = left < CONCAT_MOST ? (uint32_t)left : len;
			block = (char *)wr_texts_block(texts, size, &buf);
			used = 0;
		}
		if (len > 0)
			join(kids, n, row, is_long ? block + used : small);
		views[row] = weir_view_of(is_long ? block + used : small, len, buf, used);
		used += is_long ? len : 0;
		left -= is_long ? len : 0;
	}
}

static void
concat_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec *kids = wr_arena_array(run->eval->scratch, struct wr_vec, node->n_kids);
	const uint64_t *valid;
	struct weir_view *views;
	struct wr_texts texts;

	if (!wr_run_kids(run, node, rows, kids, node->n_kids, &valid, out))
		return;
	views = wr_run_values(run, node, node->type, out);
	out->col.valid = valid;
	wr_texts_init(&texts, run->texts);
	concat_rows(run, kids, node->n_kids, wr_run_pick(run, rows, valid), &texts, views);
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
