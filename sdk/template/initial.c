/* SPDX-License-Identifier: Apache-2.0 */
/* initial(text): the first letter of a text. */
#include "template.h"

static int
initial_plan(struct weir_call *call, struct weir_err *err)
{
	if (call->n_args != 1 || call->types[0] != WEIR_STRING)
		return weir_fail(err, -EINVAL, "initial() takes one string");
	call->type = WEIR_STRING;
	return WEIR_OK;
}

/* Bytes of the letter that begins here, of UTF-8. */
static uint32_t
letter_length(struct weir_str text)
{
	uint32_t len = text.len > 0;

	while (len > 0 && len < text.len && ((unsigned char)text.p[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/* Nulls never get here: WEIR_STRICT leaves them to the host. */
static int
initial_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct weir_str text;
	uint32_t i, row;

	(void)self;
	for (i = 0; i < n; i++) {
		row = sel == NULL ? i : sel[i];
		text = weir_str_at(args[0], row);
		fn->text(fn, out, row, text.p, letter_length(text));
	}
	return WEIR_OK;
}

const struct weir_function template_initial = {
	.size = sizeof template_initial,
	.flags = WEIR_STRICT,
	.name = "initial",
	.summary = "The first letter of a text.",
	.plan = initial_plan,
	.eval = initial_eval,
	.signature = "initial(string)",
	.example = "initial('weir') = 'w'",
};
