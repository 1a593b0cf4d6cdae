/* SPDX-License-Identifier: Apache-2.0 */
/* Columns by rule. */
#include "generator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Draw 0 says whether a value is null. */
enum { NULL_DRAW, VALUE_DRAW };

/* Sequences wrap around: no number of rows is too large for them. */
static int64_t
step_to(int64_t start, int64_t step, uint64_t row)
{
	return (int64_t)((uint64_t)start + (uint64_t)step * row);
}

static int64_t
rounded(double x)
{
	x = floor(x + 0.5);
	if (x >= 9223372036854775807.0)
		return INT64_MAX;
	return x <= -9223372036854775808.0 ? INT64_MIN : (int64_t)x;
}

static int64_t
make_int(const struct generator_field *field, uint64_t row)
{
	uint64_t draw;

	switch (field->rule) {
	case RULE_SEQUENCE:
		return step_to(field->i[0], field->i[1], row);
	case RULE_UNIFORM:
		draw = generator_below(
			field->key, row, VALUE_DRAW, (uint64_t)field->i[1] - (uint64_t)field->i[0]);
		return (int64_t)((uint64_t)field->i[0] + draw);
	case RULE_NORMAL:
		return rounded(field->f[0] + field->f[1] * generator_normal(field->key, row));
	case RULE_ZIPF:
		return generator_zipf(&field->zipf, field->key, row);
	case RULE_TIME:
		draw = generator_below(field->key, row, VALUE_DRAW, (uint64_t)field->i[2]);
		return (int64_t)((uint64_t)step_to(field->i[0], field->i[1], row) - draw);
	default:
		return 0;
	}
}

static double
make_float(const struct generator_field *field, uint64_t row)
{
	switch (field->rule) {
	case RULE_SEQUENCE:
		return field->f[0] + field->f[1] * (double)row;
	case RULE_UNIFORM:
		return field->f[0] +
		       (field->f[1] - field->f[0]) * generator_unit(field->key, row, VALUE_DRAW);
	default:
		return field->f[0] + field->f[1] * generator_normal(field->key, row);
	}
}

/* One of the words, as text. */
static struct weir_str
choose(const struct generator_field *field, uint64_t row)
{
	return field->choice.v[generator_below(field->key, row, VALUE_DRAW, field->choice.n - 1)];
}

/* Letters and digits: ten of them from each draw. */
static uint32_t
make_text(const struct generator_field *field, uint64_t row, char *to)
{
	static const char letters[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
	uint32_t i, n = (uint32_t)field->i[0];
	uint64_t bits = 0;

	for (i = 0; i < n; i++) {
		if (i % 10 == 0)
			bits = generator_bits(field->key, row, VALUE_DRAW + i / 10);
		to[i] = letters[bits & 63];
		bits >>= 6;
	}
	return n;
}

static struct weir_str
make_string(const struct generator_field *field, uint64_t row, char *buf)
{
	int len;

	if (field->rule == RULE_CHOICE)
		return choose(field, row);
	if (field->rule == RULE_TEXT)
		return (struct weir_str){.p = buf, .len = make_text(field, row, buf)};
	len = snprintf(buf, 32, "%lld", (long long)make_int(field, row));
	return (struct weir_str){.p = buf, .len = (uint32_t)len};
}

static void
fill_strings(const struct generator_field *field, struct weir_task *task, struct weir_out *out,
	uint64_t row, uint64_t stride, uint32_t n)
{
	char buf[GENERATOR_TEXT_MAX];
	uint32_t i;

	for (i = 0; i < n; i++, row += stride) {
		struct weir_str str = make_string(field, row, buf);

		task->host->text(out, field->col, i, str.p, str.len);
	}
}

/* The words of a choice of numbers are texts that plan() has read once. */
static void
fill_numbers(const struct generator_field *field, struct weir_vec *vec, uint64_t row,
	uint64_t stride, uint32_t n)
{
	int64_t *ints = vec->values;
	double *floats = vec->values;
	char text[64];
	uint32_t i;

	for (i = 0; i < n; i++, row += stride) {
		struct weir_str word;

		if (field->rule == RULE_CHOICE) {
			word = choose(field, row);
			memcpy(text, word.p, word.len);
			text[word.len] = 0;
			if (vec->type == WEIR_FLOAT64)
				floats[i] = strtod(text, NULL);
			else
				ints[i] = strtoll(text, NULL, 10);
		} else if (vec->type == WEIR_FLOAT64) {
			floats[i] = make_float(field, row);
		} else {
			ints[i] = make_int(field, row);
		}
	}
}

static void
fill_bools(const struct generator_field *field, struct weir_vec *vec, uint64_t row, uint64_t stride,
	uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++, row += stride)
		if (generator_unit(field->key, row, VALUE_DRAW) < field->f[0])
			weir_bit_set(vec->values, i);
		else
			weir_bit_clear(vec->values, i);
}

void
generator_fill(const struct generator_field *field, struct weir_task *task, struct weir_out *out,
	uint64_t first, uint64_t stride, uint32_t n)
{
	struct weir_vec *vec = task->host->vec(out, field->col);
	uint64_t row = first;
	uint32_t i;

	if (vec == NULL)
		return;
	if (field->type == WEIR_STRING)
		fill_strings(field, task, out, first, stride, n);
	else if (field->type == WEIR_BOOL)
		fill_bools(field, vec, first, stride, n);
	else
		fill_numbers(field, vec, first, stride, n);
	for (i = 0; field->null > 0 && i < n; i++, row += stride)
		if (generator_unit(field->key, row, NULL_DRAW) < field->null)
			weir_bit_clear(vec->valid, i);
}
