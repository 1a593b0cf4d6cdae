/* SPDX-License-Identifier: Apache-2.0 */
/* Values of any type as bytes. */
#include <math.h>

#include "aggregates.h"

int
constant_number(const struct weir_call *call, uint32_t arg, double least, double most,
	double *number, struct weir_err *err)
{
	const struct weir_column *col = call->constants[arg];
	uint32_t type = call->types[arg];

	if ((type != WEIR_INT64 && type != WEIR_FLOAT64) || col == NULL || weir_null_at(col, 0))
		return weir_fail(err, -EINVAL, "argument %u must be a constant number", arg + 1);
	*number = number_at(col, 0);
	if (*number >= least && *number <= most)
		return WEIR_OK;
	return weir_fail(
		err, -EINVAL, "argument %u is %g; allowed %g to %g", arg + 1, *number, least, most);
}

struct weir_str
value_bytes(const struct weir_column *col, uint32_t i, uint64_t *word)
{
	double x;

	if (col->type >= WEIR_STRING)
		return weir_str_at(col, i);
	if (col->type == WEIR_BOOL) {
		*word = (uint64_t)weir_bool_at(col, i);
	} else if (col->type == WEIR_FLOAT64) {
		/* One zero and one NaN: what is equal has equal bytes. */
		x = weir_float_at(col, i);
		x = isnan(x) ? (double)NAN : x == 0 ? 0 : x;
		memcpy(word, &x, sizeof x);
	} else {
		*word = (uint64_t)weir_int_at(col, i);
	}
	return (struct weir_str){.p = (const char *)word, .len = sizeof *word};
}

void
value_give(struct weir_fn *fn, struct weir_vec *out, uint32_t i, const char *p, uint32_t len)
{
	uint64_t word;

	if (out->type >= WEIR_STRING) {
		fn->text(fn, out, i, p, len);
		return;
	}
	memcpy(&word, p, sizeof word);
	if (out->type != WEIR_BOOL)
		((uint64_t *)out->values)[i] = word;
	else if (word)
		weir_bit_set(out->values, i);
	else
		weir_bit_clear(out->values, i);
}

static int
text_order(struct weir_str a, struct weir_str b)
{
	uint32_t n = a.len < b.len ? a.len : b.len;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order != 0 ? order : a.len < b.len ? -1 : a.len > b.len;
}

int
value_order(uint32_t type, struct weir_str a, struct weir_str b)
{
	int64_t i, j;
	double x, y;

	if (type >= WEIR_STRING)
		return text_order(a, b);
	if (type == WEIR_FLOAT64) {
		memcpy(&x, a.p, sizeof x);
		memcpy(&y, b.p, sizeof y);
		if (isnan(x) || isnan(y))
			return !!isnan(x) - !!isnan(y);
		return (x > y) - (x < y);
	}
	memcpy(&i, a.p, sizeof i);
	memcpy(&j, b.p, sizeof j);
	return (i > j) - (i < j);
}

void
cell_set(struct weir_fn *fn, void *row, uint64_t *cell, const void *p, uint32_t len)
{
	void *to = fn->edit(fn, row, cell, len, 0, len);

	if (len > 0)
		memcpy(to, p, len);
}
