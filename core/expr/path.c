/* SPDX-License-Identifier: Apache-2.0 */
/* column.a.b[0]: a value within a JSON text, as a view into it. */
#include "expr/cast.h"
#include "expr/texts.h"

/* 1: *found is the value at the end of the path; 0: there is none; -1: malformed on the way there.
 */
static int
walk(struct weir_str text, const struct wr_node *node, struct weir_str *found)
{
	struct weir_json json = weir_json_of(text);

	for (uint32_t i = 0; i < node->n_steps; i++) {
		int entered = weir_json_enter(&json, &node->steps[i]);

		if (entered <= 0)
			return entered;
	}
	return weir_json_value(&json, found) ? 1 : -1;
}

static void
path_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec doc;
	const uint64_t *valid;
	struct weir_view *views;
	struct wr_rows there;
	uint64_t *known;

	if (!wr_run_kids(run, node, rows, &doc, 1, &valid, out))
		return;
	views = wr_run_values(run, node, WEIR_JSON, out);
	out->col.valid = valid;
	out->col.bufs = doc.col.bufs;
	known = wr_run_valid(run, out);
	there = wr_run_pick(run, rows, valid);
	for (uint32_t k = 0; k < there.n; k++) {
		uint32_t row = wr_row(there, k);
		struct weir_str text = wr_vec_text(&doc, row), found;
		int is = walk(text, node, &found);

		if (is < 0)
			wr_run_error(run, row, "malformed JSON");
		if (is <= 0 || (found.len == 4 && found.p[0] == 'n'))
			weir_bit_clear(known, row);
		else
			views[row] = wr_view_part(wr_vec_view(&doc, row), text, found.p, found.len);
	}
	wr_run_drop(run, &doc);
}

void
wr_path_bind(struct wr_node *node)
{
	node->eval = path_eval;
	node->costly = true;
	node->fails = true;
	node->nullable = true;
}
