/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that nobody wants are not decoded: a format first fills the columns that conditions read
 * (struct wr_op's early), and finishes what they want.  It is a guess that is only ever wrong in
 * one way: a row that was finished is asked again, by who has the condition.  Event times are among
 * the columns filled first, so that watermarks are the same.
 */
#include "engine/source_private.h"

#include "base/err.h"
#include "expr/run.h"

#include <string.h>

const uint64_t *
wr_source_early(struct weir_out *out)
{
	struct wr_source *source = out->inst->source;

	wr_assert(source->decoding != NULL && source->decoding->out == out);
	if (out->inst->op->early == NULL)
		return NULL;
	if (source->whole > 0) {
		source->whole--;
		return NULL;
	}
	return out->inst->op->early;
}

/* Who has the condition will say it again. */
static void
note_error(struct wr_eval *eval, uint32_t row, const char *why)
{
	(void)why;
	weir_bit_set(eval->arg, row);
}

/* The rows of the batch, or of its selection, that the condition does not drop. */
static uint32_t
pick(const struct weir_expr *expr, struct wr_eval *eval, struct weir_batch *b, uint32_t *rows)
{
	uint32_t *picked = wr_arena_array(eval->scratch, uint32_t, b->n_rows);
	uint32_t n = wr_expr_filter(expr, eval, b, picked);

	memcpy(rows, picked, n * sizeof *rows);
	return n;
}

/* Nobody shall follow the views of records that are not finished. */
static void
blank_views(struct weir_out *out)
{
	for (uint32_t c = 0; c < out->n_slots; c++) {
		const struct weir_vec *vec = &out->slots[c].vec;

		if (vec->values != NULL && wr_type_width(vec->type) == sizeof(struct weir_view) &&
			!weir_bit_get(out->inst->op->early, c))
			memset(vec->values, 0, out->n * sizeof(struct weir_view));
	}
}

const uint64_t *
wr_source_wanted(struct weir_out *out, const uint64_t *unknown)
{
	struct wr_inst *inst = out->inst;
	const struct wr_op *op = inst->op;
	uint64_t *wanted = wr_arena_zalloc(&out->batch->arena, WEIR_ROWS_MAX / 8);
	struct wr_eval eval = {
		&inst->pub, &inst->frame->scratch, &inst->frame->scratch, note_error, wanted, 0};
	uint32_t rows[WEIR_ROWS_MAX], n = out->n;
	struct weir_batch b;

	wr_assert(inst->source->decoding != NULL && inst->source->decoding->out == out);
	wr_out_columns(out);
	b = out->batch->pub;
	if (op->where != NULL) {
		n = pick(op->where, &eval, &b, rows);
		b.sel = rows;
		b.n_sel = n;
	}
	if (op->drops != NULL && n > 0)
		n = pick(op->drops, &eval, &b, rows);
	for (uint32_t i = 0; i < n; i++)
		weir_bit_set(wanted, rows[i]);
	if (eval.status < 0) /* it will fail again, where that can be told */
		memset(wanted, 0xff, WEIR_ROWS_MAX / 8);
	if (n > out->n / 4)
		inst->source->whole = WR_SOURCE_WHOLE;
	for (uint32_t i = 0; i < WEIR_ROWS_MAX / 64; i++)
		wanted[i] |= unknown[i];
	blank_views(out);
	out->wanted = wanted;
	return wanted;
}
