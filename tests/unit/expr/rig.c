/* SPDX-License-Identifier: Apache-2.0 */
/* The rig of the expression tests. */
#include "rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../../plugins/aggregates/aggregates.h"
#include "../../../plugins/functions/functions.h"
#include "base/err.h"

const struct weir_function *const rig_functions[] = {&function_abs, &function_concat,
	&function_length, &function_lower, &function_substr, &function_upper};
const size_t rig_n_functions = sizeof rig_functions / sizeof rig_functions[0];
const struct weir_aggregate *const rig_aggregates[] = {&aggregate_avg, &aggregate_bool_and,
	&aggregate_bool_or, &aggregate_collect, &aggregate_collect_set, &aggregate_count,
	&aggregate_count_distinct, &aggregate_count_distinct_hll, &aggregate_first, &aggregate_last,
	&aggregate_max, &aggregate_max_by, &aggregate_median, &aggregate_min, &aggregate_min_by,
	&aggregate_percentile, &aggregate_percentile_exact, &aggregate_stddev,
	&aggregate_stddev_pop, &aggregate_string_agg, &aggregate_sum, &aggregate_var_pop,
	&aggregate_var};
const size_t rig_n_aggregates = sizeof rig_aggregates / sizeof rig_aggregates[0];

static const struct weir_function *
find_function(void *arg, struct weir_str name)
{
	(void)arg;
	for (size_t i = 0; i < rig_n_functions; i++)
		if (wr_str_is(name, rig_functions[i]->name))
			return rig_functions[i];
	for (uint32_t i = 0; i < weir_plugin_entry()->n_functions; i++)
		if (wr_str_is(name, weir_plugin_entry()->functions[i]->name))
			return weir_plugin_entry()->functions[i];
	return NULL;
}

static const struct weir_aggregate *
find_aggregate(void *arg, struct weir_str name)
{
	(void)arg;
	for (size_t i = 0; i < rig_n_aggregates; i++)
		if (wr_str_is(name, rig_aggregates[i]->name))
			return rig_aggregates[i];
	return NULL;
}

static size_t
known_names(void *arg, int aggregates, const char *const **names)
{
	static const char *const functions[] = {
		"abs", "concat", "length", "lower", "substr", "upper"};
	static const char *const aggs[] = {"count", "sum", "avg", "min", "max"};

	(void)arg;
	*names = aggregates ? aggs : functions;
	return aggregates ? 5 : 6;
}

static void
mark_read(void *arg, uint32_t col)
{
	((struct rig *)arg)->read |= UINT64_C(1) << col;
}

static void
mark_hidden(void *arg, uint32_t at)
{
	((struct rig *)arg)->read_hidden |= 1u << at;
}

static void
add_problem(void *arg, uint32_t loc, uint32_t len, const char *text)
{
	struct rig *rig = arg;

	wr_text_printf(
		&rig->problems, "%s%u+%u %s", rig->problems.len > 0 ? "\n" : "", loc, len, text);
}

static void
add_error(struct wr_eval *eval, uint32_t row, const char *why)
{
	struct rig *rig = eval->arg;

	wr_assert(row < WEIR_ROWS_MAX);
	if (rig->errors[row] == NULL)
		rig->errors[row] = strdup(why);
}

void
rig_column(
	struct rig *rig, const char *name, uint32_t type, const void *values, const uint64_t *valid)
{
	struct weir_field *field = wr_arena_new(&rig->plan, struct weir_field);
	struct weir_column *col = wr_arena_new(&rig->plan, struct weir_column);
	uint32_t i = rig->schema.n++;

	*field =
		(struct weir_field){.size = sizeof *field, .type = type, .nullable = valid != NULL};
	field->name = wr_str(name);
	*col = (struct weir_column){
		.size = sizeof *col, .type = type, .values = values, .valid = valid};
	rig->fields[i] = field;
	rig->cols[i] = col;
}

void
rig_strings(struct rig *rig, const char *name, uint32_t type, const char *const *texts, uint32_t n)
{
	struct weir_view *views = wr_arena_array(&rig->plan, struct weir_view, n);
	uint64_t *valid = wr_arena_zalloc(&rig->plan, (n + 63) / 64 * 8);
	const uint8_t **bufs = wr_arena_array(&rig->plan, const uint8_t *, 2);
	uint8_t *bytes;
	uint32_t at = 0, size = 0;

	for (uint32_t i = 0; i < n; i++)
		size += texts[i] == NULL ? 0 : (uint32_t)strlen(texts[i]);
	bytes = wr_arena_alloc(&rig->plan, size);
	bufs[0] = bufs[1] = bytes;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t len = texts[i] == NULL ? 0 : (uint32_t)strlen(texts[i]);

		/* What stands at a null is no view at all, and short ones have no zeros behind
		 * them. */
		memset(&views[i], 0xee, sizeof views[i]);
		if (texts[i] == NULL)
			continue;
		weir_bit_set(valid, i);
		views[i].len = len;
		if (len <= 12) {
			memcpy((char *)&views[i] + 4, texts[i], len);
			continue;
		}
		memcpy(views[i].head, texts[i], 4);
		memcpy(bytes + at, texts[i], len);
		views[i].buf = i % 2;
		views[i].off = at;
		at += len;
	}
	rig_column(rig, name, type, views, valid);
	((struct weir_column *)(uintptr_t)rig->cols[rig->schema.n - 1])->bufs = bufs;
}

/* Row i of p is 0, 0, 0, 1, 1, 1, ... and of q 0, 1, 2, 0, ...: true, false, null. */
static void
fill_columns(struct rig *rig)
{
	static const int64_t a[] = {1, 2, 77, -7, INT64_MAX, 0, INT64_MIN, 100, 3};
	static const int64_t b[] = {2, 0, 5, 2, 1, 77, -1, 7, -3};
	static const int64_t n[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
	static const double f[] = {0.5, -1.5, 77, NAN, INFINITY, 2, 1e300, 0, 100};
	static const double g[] = {2, 0.25, 1, 1, 1, 77, 1e300, 0, -3};
	static const int64_t ts[] = {
		0, 1767225600000000, 1767225600123456, 1, -1, 5, 86400000000, 7, 8};
	static const int64_t tu[] = {
		1000000, 1767225599000000, 1767225600123456, 0, 0, 5, 0, 77, INT64_MIN};
	static const char *const s[] = {"x", "hello world, a long one", NULL, "", "it's",
		"Grüße aus Köln", "abc", "hello", "hello world, a long two"};
	static const char *const t[] = {"x", "hello world, a long one", "c", "b", NULL, "Grüße",
		"abd", "hello world", "a%b"};
	static const char *const y[] = {
		"x", "\xff\xfe", NULL, "", "it's", "Grüße", "abc", "42", "true"};
	static const char *const j[] = {
		"{\"a\": {\"b\": [1, 2.5, \"three\"]}, \"k\\u0065y\": \"v\"}",
		"{\"a\":null,\"b\":true}", NULL, "[1, [2, 3], {\"a\": 12345678901234567890}]",
		"\"te\\\"xt \\ud83d\\ude00\"",
		"{\"a\": {\"b\": {}}, \"key\": \"a value that is long\"}", "12e2", "{broken",
		"null"};
	static const uint64_t a_valid = 0x1fb, b_valid = 0x1df, f_valid = 0x1fb, g_valid = 0x1df;
	static const uint64_t p = 0x7, p_valid = 0x3f, q = 0x49, q_valid = 0xdb, ts_valid = 0x1df,
			      tu_valid = 0x17f;

	rig_column(rig, "a", WEIR_INT64, a, &a_valid);
	rig_column(rig, "b", WEIR_INT64, b, &b_valid);
	rig_column(rig, "n", WEIR_INT64, n, NULL);
	rig_column(rig, "f", WEIR_FLOAT64, f, &f_valid);
	rig_column(rig, "g", WEIR_FLOAT64, g, &g_valid);
	rig_column(rig, "p", WEIR_BOOL, &p, &p_valid);
	rig_column(rig, "q", WEIR_BOOL, &q, &q_valid);
	rig_column(rig, "ts", WEIR_TIMESTAMP, ts, &ts_valid);
	rig_column(rig, "tu", WEIR_TIMESTAMP, tu, &tu_valid);
	rig_strings(rig, "s", WEIR_STRING, s, RIG_ROWS);
	rig_strings(rig, "t", WEIR_STRING, t, RIG_ROWS);
	rig_strings(rig, "y", WEIR_BYTES, y, RIG_ROWS);
	rig_strings(rig, "j", WEIR_JSON, j, RIG_ROWS);
	rig_column(rig, "odd name", WEIR_INT64, n, NULL);
	rig_column(rig, "user.id", WEIR_INT64, n, NULL);
	rig_column(rig, "end", WEIR_INT64, n, NULL);
}

void
rig_init(struct rig *rig)
{
	static uint32_t none; /* constants are filled: pipelines have them whole */
	static const int64_t times[WEIR_ROWS_MAX];

	*rig = (struct rig){0};
	rig->schema = (struct weir_schema){.size = sizeof rig->schema, .fields = rig->fields};
	fill_columns(rig);
	rig->scope = (struct wr_scope){.schema = &rig->schema,
		.hidden = 0x1f,
		.arena = &rig->plan,
		.whole = &none,
		.arg = rig,
		.read = mark_read,
		.read_hidden = mark_hidden,
		.function = find_function,
		.aggregate = find_aggregate,
		.names = known_names,
		.problem = add_problem};
	rig->batch = (struct weir_batch){.size = sizeof rig->batch,
		.n_rows = RIG_ROWS,
		.n_cols = rig->schema.n,
		.cols = rig->cols,
		.event_time = times};
	rig->task =
		(struct weir_task){.size = sizeof rig->task, .parallelism = 1, .err = &rig->err};
	rig->eval = (struct wr_eval){.task = &rig->task,
		.scratch = &rig->scratch,
		.result = &rig->result,
		.row_error = add_error,
		.arg = rig};
}

void
rig_forget(struct rig *rig)
{
	for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++) {
		free(rig->errors[i]);
		rig->errors[i] = NULL;
	}
	wr_arena_reset(&rig->scratch);
	wr_arena_reset(&rig->result);
}

void
rig_fini(struct rig *rig)
{
	rig_forget(rig);
	wr_text_fini(&rig->problems);
	wr_arena_fini(&rig->plan);
	wr_arena_fini(&rig->scratch);
	wr_arena_fini(&rig->result);
}

struct weir_expr *
rig_compile(struct rig *rig, const char *text, uint32_t type)
{
	struct weir_str str = {.p = text, .len = (uint32_t)strlen(text), .loc = 1};
	struct weir_expr *expr = wr_expr_compile(&rig->scope, str, type);

	ck_assert_msg(
		(expr == NULL) == (rig->problems.len > 0), "%s: problems and no problem", text);
	return expr;
}

void
rig_value(struct rig *rig, struct wr_text *out, const struct weir_column *col, uint32_t row)
{
	if (rig->errors[row] != NULL) {
		wr_text_printf(out, "!%s", rig->errors[row]);
		return;
	}
	if (weir_null_at(col, row)) {
		wr_text_put(out, "null");
		return;
	}
	switch (col->type) {
	case WEIR_BOOL:
		wr_text_put(out, weir_bool_at(col, row) ? "true" : "false");
		break;
	case WEIR_FLOAT64:
		wr_text_printf(out, isnan(weir_float_at(col, row)) ? "nan" : "%.10g",
			weir_float_at(col, row));
		break;
	case WEIR_INT64:
	case WEIR_TIMESTAMP:
		wr_text_printf(out, "%lld", (long long)weir_int_at(col, row));
		break;
	default:
		wr_text_add(out, weir_str_at(col, row).p, weir_str_at(col, row).len);
	}
}

/* The rows of a selection agree with those of the whole, values and errors. */
static void
same_under(struct rig *rig, const struct weir_expr *expr, const uint32_t *sel, uint32_t n,
	char *const *whole, const char *text)
{
	const struct weir_column *col;

	rig_forget(rig);
	col = wr_expr_eval(expr, &rig->eval, &rig->batch, sel, n);
	ck_assert_uint_eq(col->type, wr_expr_type(expr));
	for (uint32_t k = 0; k < n; k++) {
		struct wr_text value = {0};

		rig_value(rig, &value, col, sel[k]);
		ck_assert_msg(strcmp(value.p == NULL ? "" : value.p, whole[sel[k]]) == 0,
			"%s: row %u is \"%s\" among all, \"%s\" in a selection of %u", text, sel[k],
			whole[sel[k]], value.p, n);
		wr_text_fini(&value);
	}
	for (uint32_t row = 0; row < WEIR_ROWS_MAX; row++) {
		bool selected = false;

		for (uint32_t k = 0; k < n; k++)
			selected = selected || sel[k] == row;
		ck_assert_msg(selected || rig->errors[row] == NULL, "%s: row %u failed unasked",
			text, row);
	}
}

static void
run_selections(struct rig *rig, const struct weir_expr *expr, char *const *whole, const char *text)
{
	for (uint32_t bits = 1; bits < 1u << RIG_ROWS; bits = bits * 2 + bits % 7) {
		uint32_t sel[RIG_ROWS], n = 0;

		for (uint32_t i = 0; i < RIG_ROWS; i++)
			if (bits >> i & 1)
				sel[n++] = i;
		same_under(rig, expr, sel, n, whole, text);
	}
	for (uint32_t i = 0; i < RIG_ROWS; i++)
		same_under(rig, expr, &i, 1, whole, text);
}

static void
keep_text(char **kept, const char *text)
{
	free(*kept);
	*kept = strdup(text == NULL ? "" : text);
}

const char *
rig_run(const char *text)
{
	static char *kept;
	struct wr_text out = {0};
	struct weir_expr *expr;
	struct rig rig;

	rig_init(&rig);
	expr = rig_compile(&rig, text, 0);
	if (expr == NULL) {
		keep_text(&kept, rig.problems.p);
	} else {
		const struct weir_column *col =
			wr_expr_eval(expr, &rig.eval, &rig.batch, NULL, RIG_ROWS);
		char *whole[RIG_ROWS];
		bool same = true;

		for (uint32_t i = 0; i < RIG_ROWS; i++) {
			struct wr_text value = {0};

			rig_value(&rig, &value, col, i);
			whole[i] = value.p == NULL ? strdup("") : value.p;
			same = same && strcmp(whole[i], whole[0]) == 0;
			wr_text_printf(&out, "%s%s", i > 0 ? " | " : "", whole[i]);
			ck_assert_msg(wr_expr_nullable(expr) || !weir_null_at(col, i) ||
					      rig.errors[i] != NULL,
				"%s: null, but not nullable", text);
		}
		run_selections(&rig, expr, whole, text);
		if (same) {
			out.len = 0;
			wr_text_printf(&out, "all %s", whole[0]);
		}
		for (uint32_t i = 0; i < RIG_ROWS; i++)
			free(whole[i]);
		keep_text(&kept, out.p);
		wr_text_fini(&out);
	}
	rig_fini(&rig);
	return kept;
}

const char *
rig_problems(const char *text, uint32_t type)
{
	static char *kept;
	struct rig rig;

	rig_init(&rig);
	rig_compile(&rig, text, type);
	keep_text(&kept, rig.problems.p == NULL ? "none" : rig.problems.p);
	rig_fini(&rig);
	return kept;
}

const char *
rig_filter(const char *text)
{
	static char *kept;
	struct wr_text out = {0};
	uint32_t rows[RIG_ROWS], n;
	struct weir_expr *expr;
	struct rig rig;

	rig_init(&rig);
	expr = rig_compile(&rig, text, WEIR_BOOL);
	if (expr == NULL) {
		wr_text_put(&out, rig.problems.p);
	} else {
		n = wr_expr_filter(expr, &rig.eval, &rig.batch, rows);
		for (uint32_t k = 0; k < n; k++)
			wr_text_printf(&out, "%s%u", k > 0 ? " " : "", rows[k]);
		for (uint32_t i = 0; i < RIG_ROWS; i++)
			if (rig.errors[i] != NULL)
				wr_text_printf(&out, " !%u", i);
	}
	keep_text(&kept, out.p);
	wr_text_fini(&out);
	rig_fini(&rig);
	return kept;
}

void
rig_check(const struct rig_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = rig_run(cases[i].text);

		ck_assert_msg(strcmp(got, cases[i].expect) == 0, "%s\n  gives  %s\n  not    %s",
			cases[i].text, got, cases[i].expect);
	}
}

int
rig_main(const char *name, void (*fill)(TCase *))
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	fill(tests);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
