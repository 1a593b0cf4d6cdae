/* SPDX-License-Identifier: Apache-2.0 */
/* `weir -tt`: each operator asks what it depends on outside; see generation.h. */
#include "base/text.h"
#include "host/generation.h"

struct asking {
	struct weir_probe probe; /* first: what the plugin gets is this */
	struct wr_generation *gen;
	struct wr_op *op;
};

static void
ask_problem(struct weir_probe *probe, uint32_t loc, const char *sentence)
{
	struct asking *asking = (struct asking *)probe;

	wr_diag_error_span(
		&asking->gen->diag, loc != 0 ? loc : asking->op->dir->name.loc, 0, "%s", sentence);
}

/* A server's words may repeat what it was told. */
static void
ask_note(struct weir_probe *probe, const char *sentence)
{
	struct asking *asking = (struct asking *)probe;
	struct wr_text shown = {0};

	wr_conf_mask(asking->gen->conf, 0, sentence, &shown);
	wr_op_remark(asking->op, &asking->gen->arena,
		(struct weir_str){.p = shown.p, .len = (uint32_t)shown.len});
	wr_text_fini(&shown);
}

void
wr_generation_ask(struct wr_generation *gen, const struct wr_steps *steps)
{
	for (uint32_t i = 0; i < gen->n_pipelines; i++)
		for (uint32_t k = 0; k < gen->pipelines[i]->n_ops; k++) {
			struct wr_op *op = gen->pipelines[i]->ops[k];
			struct asking asking = {
				{sizeof asking.probe, 0, ask_problem, ask_note}, gen, op};

			if (!WEIR_HAS(struct weir_operator, op->desc, test) ||
				op->desc->test == NULL)
				continue;
			steps->step(steps->arg, WR_STEP_ASK, op->dir->name.loc, op->title);
			op->desc->test(op->conf, &asking.probe);
			steps->step(steps->arg, WR_STEP_NONE, 0, "");
		}
}
