/* SPDX-License-Identifier: Apache-2.0 */
/* The function of query 14, as a user of the benchmark would add it. */
#include "count_char.h"

static int
count_char_plan(struct weir_call *call, struct weir_err *err)
{
	const struct weir_column *letter;

	if (call->n_args != 2 || call->types[0] != WEIR_STRING || call->types[1] != WEIR_STRING)
		return weir_fail(err, -EINVAL, "takes a string and a letter");
	letter = call->constants[1];
	if (letter == NULL || weir_null_at(letter, 0) || weir_str_at(letter, 0).len != 1)
		return weir_fail(err, -EINVAL, "wants one ASCII letter, such as 'c', to count");
	call->type = WEIR_INT64;
	return WEIR_OK;
}

enum { PIECE = 255 };

/* In pieces of which a byte holds the count: vector code then counts in bytes, too. */
static int64_t
count(struct weir_str text, char letter)
{
	int64_t n = 0;

	for (uint32_t at = 0; at < text.len; at += PIECE) {
		uint32_t end = text.len - at > PIECE ? at + PIECE : text.len;
		uint8_t here = 0;

		for (uint32_t k = at; k < end; k++)
			here = (uint8_t)(here + (text.p[k] == letter));
		n += here;
	}
	return n;
}

static int
count_char_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	int64_t *counts = out->values;

	(void)self;
	(void)fn;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t row = sel != NULL ? sel[k] : k;

		weir_str_ahead(args[0], sel, k, n);
		counts[row] = count(weir_str_at(args[0], row), *weir_str_at(args[1], row).p);
	}
	return WEIR_OK;
}

const struct weir_function nexmark_count_char = {
	.size = sizeof nexmark_count_char,
	.flags = WEIR_STRICT,
	.name = "count_char",
	.summary = "How often an ASCII letter stands in the string.",
	.plan = count_char_plan,
	.eval = count_char_eval,
	.signature = "count_char(string, letter)",
	.example = "count_char('acacia', 'c') = 2",
};
