/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random expressions over random columns: the whole batch, a selection, and a batch of each row
 * alone agree; integer arithmetic and comparisons agree with plain C.
 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 1500, BIG = 300 };

static uint64_t seed;

static uint32_t
dice(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32) % n;
}

static int64_t
random_int(void)
{
	static const int64_t odd[] = {0, 1, -1, 2, INT64_MAX, INT64_MIN, INT64_MAX - 1, 1 << 20};

	switch (dice(3)) {
	case 0:
		return odd[dice(8)];
	case 1:
		return (int64_t)dice(20) - 10;
	default:
		return (int64_t)((uint64_t)dice(UINT32_MAX) << 32 | dice(UINT32_MAX));
	}
}

static void put(struct wr_text *out, const char *type, int depth);

static void
put_one(struct wr_text *out, const char *form, int depth)
{
	for (; *form != '\0'; form++) {
		if (*form == 'I')
			put(out, "I", depth - 1);
		else if (*form == 'B')
			put(out, "B", depth - 1);
		else if (*form == 'F')
			put(out, "F", depth - 1);
		else if (*form == 'S')
			put(out, "S", depth - 1);
		else
			wr_text_add(out, form, 1);
	}
}

/* In a form I, B, F, S stand for expressions of a type. */
static void
put(struct wr_text *out, const char *type, int depth)
{
	static const char *const ints[] = {"(I + I)", "(I - I)", "(I * I)", "(I / I)", "(I % I)",
		"(I / 7)", "(I % 10)", "(-I)", "if(B, I, I)", "coalesce(I, I)", "nullif(I, I)",
		"(case when B then I when B then I end)", "abs(I)", "length(S)", "cast(F as int)",
		"try(I / I)", "cast(B as int)", "(case I when I then I else I end)", "mod(I, I)",
		"mod(I, 10)", "sign(I)", "greatest(I, I)", "least(I, I, 3)", "if(B, I)"};
	static const char *const bools[] = {"(I < I)", "(I = I)", "(I >= 3)", "(B and B)",
		"(B or B)", "(not B)", "(I is null)", "(I in (1, 2, null))",
		"(I in (1, 2, 3, 4, 5, 6, 7, 8))", "(I between I and I)", "(F < F)", "(F != 0.5)",
		"(S = S)", "(S < S)", "(S = 'abc')", "(S like '%b%')", "(B = B)",
		"(S in ('a', 'abc', 'b'))", "(I in (I, I))", "try(B)", "(F in (0.5, 1, 2))",
		"(S like S)", "(a between -3 and 4)", "((I + 1) not between 0 and 1000000)",
		"(f between -1 and 2.5)", "(c >= 2 and c <= -2)"};
	static const char *const floats[] = {"(F + F)", "(F * 0.5)", "(F - I)", "(F / F)",
		"if(B, F, I)", "coalesce(F, F)", "(-F)", "cast(I as float)", "try(F / F)", "abs(F)",
		"sign(F)", "floor(F)", "ceil(F)", "mod(F, F)", "greatest(F, I)", "least(F, F)"};
	static const char *const strings[] = {"(S || S)", "lower(S)", "substr(S, I)",
		"substr(S, 2, 3)", "if(B, S, S)", "coalesce(S, S)", "nullif(S, S)",
		"concat(S, S, 'a longer string')", "cast(I as string)", "upper(S)",
		"(case when B then S when B then 'xyz' end)", "split_part(S, 't', I)",
		"(case lower(S) when 'abc' then S when 'twelve bytes' then 'x' else S end)",
		"if(B, S)"};
	static const char *const leaves[4][6] = {{"a", "b", "n", "3", "c", "cast(null as int)"},
		{"p", "q", "true", "false", "p", "cast(null as bool)"},
		{"f", "g", "0.5", "f", "2.0", "f"},
		{"s", "t", "'abc'", "s", "'a string of some length'", "''"}};
	int which = *type == 'I' ? 0 : *type == 'B' ? 1 : *type == 'F' ? 2 : 3;

	if (depth <= 0 || dice(5) == 0)
		wr_text_put(out, leaves[which][dice(6)]);
	else if (which == 0)
		put_one(out, ints[dice(24)], depth);
	else if (which == 1)
		put_one(out, bools[dice(26)], depth);
	else if (which == 2)
		put_one(out, floats[dice(16)], depth);
	else
		put_one(out, strings[dice(14)], depth);
}

/* The rig with columns a, b, c, f, g, p, q, s, t of BIG random rows instead of its own. */
static void
big_init(struct rig *rig)
{
	static const char *const texts[] = {"", "a", "abc", "b", "twelve bytes", "thirteen byte",
		"a long string, really", "a long string, really not", "Grüße", "123"};
	static const char *const ints[] = {"a", "b", "c", "n"};
	uint64_t *valid[10];

	rig_init(rig);
	rig->schema.n = 0;
	for (int i = 0; i < 10; i++) {
		valid[i] = wr_arena_alloc(&rig->plan, 64);
		for (int w = 0; w < 8; w++)
			valid[i][w] = (uint64_t)dice(UINT32_MAX) << 32 | dice(UINT32_MAX) |
				      dice(UINT32_MAX);
	}
	for (int i = 0; i < 4; i++) {
		int64_t *v = wr_arena_array(&rig->plan, int64_t, BIG);

		for (int r = 0; r < BIG; r++)
			v[r] = i == 3 ? r : random_int();
		rig_column(rig, ints[i], WEIR_INT64, v, i >= 2 ? NULL : valid[i]);
	}
	for (int i = 0; i < 2; i++) {
		double *v = wr_arena_array(&rig->plan, double, BIG);

		for (int r = 0; r < BIG; r++)
			v[r] = dice(4) == 0 ? (double)random_int() : (dice(40) - 20) / 4.0;
		rig_column(rig, i == 0 ? "f" : "g", WEIR_FLOAT64, v, i == 0 ? NULL : valid[5]);
		rig_column(
			rig, i == 0 ? "p" : "q", WEIR_BOOL, valid[6 + i], i == 0 ? valid[8] : NULL);
	}
	for (int i = 0; i < 2; i++) {
		const char *v[BIG];

		for (int r = 0; r < BIG; r++)
			v[r] = dice(8) == 0 ? NULL : texts[dice(10)];
		rig_strings(rig, i == 0 ? "s" : "t", WEIR_STRING, v, BIG);
	}
	rig->batch.n_rows = BIG;
	rig->batch.n_cols = rig->schema.n;
}

/* A column of one row only, with nothing behind it. */
static void
take_row(struct rig *rig, struct weir_column *to, const struct weir_column *from, uint32_t row)
{
	size_t width = from->type >= WEIR_STRING ? 16 : 8;
	void *values = wr_arena_alloc(&rig->result, width);
	uint64_t *valid = wr_arena_zalloc(&rig->result, 8);

	*to = *from;
	if (from->type == WEIR_BOOL)
		*(uint64_t *)values = (uint64_t)weir_bool_at(from, row);
	else
		memcpy(values, (const char *)from->values + row * width, width);
	*valid = !weir_null_at(from, row);
	to->values = values;
	to->valid = from->valid == NULL ? NULL : valid;
}

static char *
alone(struct rig *rig, const struct weir_expr *expr, uint32_t row)
{
	struct weir_column cols[16];
	const struct weir_column *pointers[16], *col;
	struct weir_batch batch = rig->batch;
	struct wr_text out = {0};

	rig_forget(rig);
	for (uint32_t i = 0; i < rig->schema.n; i++) {
		take_row(rig, &cols[i], rig->cols[i], row);
		pointers[i] = &cols[i];
	}
	batch.cols = pointers;
	batch.n_rows = 1;
	col = wr_expr_eval(expr, &rig->eval, &batch, NULL, 1);
	rig_value(rig, &out, col, 0);
	wr_text_add(&out, "", 0);
	return out.p;
}

static void
compare_rows(struct rig *rig, const struct weir_expr *expr, const uint32_t *sel, uint32_t n,
	const char *text)
{
	const struct weir_column *col = wr_expr_eval(expr, &rig->eval, &rig->batch, sel, n);
	char **got = calloc(n, sizeof *got);

	for (uint32_t k = 0; k < n; k++) {
		struct wr_text out = {0};

		rig_value(rig, &out, col, sel == NULL ? k : sel[k]);
		wr_text_add(&out, "", 0);
		got[k] = out.p;
	}
	for (uint32_t k = 0; k < n; k++) {
		uint32_t row = sel == NULL ? k : sel[k];
		char *want = alone(rig, expr, row);

		ck_assert_msg(strcmp(want, got[k]) == 0, "%s\nrow %u of %u%s: \"%s\", alone \"%s\"",
			text, row, n, sel == NULL ? "" : " selected", got[k], want);
		free(want);
		free(got[k]);
	}
	free(got);
	rig_forget(rig);
}

START_TEST(a_row_gives_the_same_alone_in_a_selection_and_among_all)
{
	static const char *const types[] = {"I", "B", "F", "S"};
	struct rig rig;

	seed = 88172645463325252u + (uint64_t)_i;
	big_init(&rig);
	for (int round = 0; round < ROUNDS / 10; round++) {
		struct wr_text text = {0};
		struct weir_expr *expr;
		uint32_t sel[BIG], n = 0, step = 1 + dice(12);

		put(&text, types[dice(4)], 1 + (int)dice(4));
		expr = rig_compile(&rig, text.p, 0);
		ck_assert_msg(expr != NULL, "%s: %s", text.p, rig.problems.p);
		compare_rows(&rig, expr, NULL, BIG, text.p);
		for (uint32_t i = dice(BIG / 2); i < BIG; i += 1 + dice(step))
			sel[n++] = i;
		compare_rows(&rig, expr, sel, n, text.p);
		wr_text_fini(&text);
	}
	rig_fini(&rig);
}
END_TEST

/* Division by a constant is done by multiplication: every divisor must agree with C's. */
START_TEST(constant_divisors_agree_with_division)
{
	struct rig rig;

	seed = 42;
	big_init(&rig);
	for (int round = 0; round < 2000; round++) {
		int64_t d = round < 200   ? round - 100
			    : round < 260 ? INT64_C(1) << (round - 200)
					  : random_int();
		const int64_t *values = rig.cols[2]->values;
		const struct weir_column *q, *r;
		char text[64];

		if (d == 0 || d == -1)
			continue;
		snprintf(text, sizeof text, "c / %lld", (long long)d);
		q = wr_expr_eval(rig_compile(&rig, text, 0), &rig.eval, &rig.batch, NULL, BIG);
		text[2] = '%';
		r = wr_expr_eval(rig_compile(&rig, text, 0), &rig.eval, &rig.batch, NULL, BIG);
		for (uint32_t i = 0; i < BIG; i++) {
			ck_assert_msg(weir_int_at(q, i) == values[i] / d, "%lld / %lld is not %lld",
				(long long)values[i], (long long)d, (long long)weir_int_at(q, i));
			ck_assert_int_eq(weir_int_at(r, i), values[i] % d);
		}
		rig_forget(&rig);
	}
	rig_fini(&rig);
}
END_TEST

START_TEST(a_filter_gives_the_rows_whose_value_is_true)
{
	struct rig rig;

	seed = 7 + (uint64_t)_i;
	big_init(&rig);
	for (int round = 0; round < 50; round++) {
		struct wr_text text = {0};
		struct weir_expr *expr;
		uint32_t rows[BIG], n, k = 0;
		const struct weir_column *col;

		put(&text, "B", 3);
		expr = rig_compile(&rig, text.p, WEIR_BOOL);
		ck_assert_ptr_nonnull(expr);
		n = wr_expr_filter(expr, &rig.eval, &rig.batch, rows);
		rig_forget(&rig);
		col = wr_expr_eval(expr, &rig.eval, &rig.batch, NULL, BIG);
		for (uint32_t i = 0; i < BIG; i++)
			if (rig.errors[i] == NULL && !weir_null_at(col, i) && weir_bool_at(col, i))
				ck_assert_msg(k < n && rows[k++] == i, "%s: row %u", text.p, i);
		ck_assert_uint_eq(k, n);
		rig_forget(&rig);
		wr_text_fini(&text);
	}
	rig_fini(&rig);
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_loop_test(tests, a_row_gives_the_same_alone_in_a_selection_and_among_all, 0, 6);
	tcase_add_test(tests, constant_divisors_agree_with_division);
	tcase_add_loop_test(tests, a_filter_gives_the_rows_whose_value_is_true, 0, 4);
}

int
main(void)
{
	return rig_main("expr_random", fill);
}
