/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions from any text: what compiles runs over a batch of odd values, whole and under a
 * selection; the same text is tried as a block of aggregates.
 */
#include "../unit/expr/rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_aggregates(struct rig *rig, struct weir_str text)
{
	struct weir_list list = {.v = &text, .n = 1, .loc = 1};
	const struct weir_slot *slots;
	const struct weir_column *cols[1];
	uint64_t words[256] = {0};
	void *row[RIG_ROWS];
	struct weir_aggs *aggs = wr_aggs_compile(&rig->scope, &list);
	uint32_t n, at = 0;

	if (aggs == NULL)
		return;
	n = wr_aggs_slots(aggs, &slots);
	for (uint32_t i = 0; i < n; i++) {
		/* Texts in cells are freed by tables, which are not here. */
		if (at + slots[i].bytes / 8 > 256 || slots[i].cells > 0)
			return;
		memcpy(&words[at], slots[i].initial, slots[i].bytes);
		at += slots[i].bytes / 8;
	}
	for (int i = 0; i < RIG_ROWS; i++)
		row[i] = words;
	wr_aggs_update(aggs, &rig->eval, &rig->batch, NULL, RIG_ROWS, row);
	wr_aggs_finish(aggs, &rig->eval, row, 1, cols);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t sel[] = {0, 3, 4, 7};
	struct weir_str text = {.p = (const char *)data, .len = (uint32_t)size, .loc = 1};
	struct wr_text value = {0};
	struct weir_expr *expr;
	struct rig rig;

	if (size > 4096)
		return 0;
	rig_init(&rig);
	expr = wr_expr_compile(&rig.scope, text, 0);
	if (expr != NULL) {
		const struct weir_column *col =
			wr_expr_eval(expr, &rig.eval, &rig.batch, NULL, RIG_ROWS);

		for (uint32_t i = 0; i < RIG_ROWS; i++)
			rig_value(&rig, &value, col, i);
		rig_forget(&rig);
		col = wr_expr_eval(expr, &rig.eval, &rig.batch, sel, 4);
		for (uint32_t i = 0; i < 4; i++)
			rig_value(&rig, &value, col, sel[i]);
		rig_forget(&rig);
	}
	fuzz_aggregates(&rig, text);
	wr_text_fini(&value);
	rig_fini(&rig);
	return 0;
}
