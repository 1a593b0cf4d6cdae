/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions over columns in memory, each beside a loop by hand that does the same, without an
 * engine: M rows a second of processor time, and the ratio.
 *
 *     bench_functions [part of a name]
 */
#include <dlfcn.h>

#include "library_loops.h"

static const struct {
	const char *name, *expr;
	void (*loop)(const struct data *);
	const char *pattern; /* of a regular expression */
	int copies; /* the loop writes texts of its own, and shares none of the rows' */
} cases[] = {
	{"comparison", "a > 500000", loop_compare, NULL, 0},
	{"int arithmetic", "b * 908 + a", loop_arith, NULL, 0},
	{"division by a constant", "b * 908 / 1000", loop_divide, NULL, 0},
	{"float arithmetic", "f * 1.5 + g", loop_float, NULL, 0},
	{"int arithmetic, nulls", "b * 908 + n", loop_arith, NULL, 0},
	{"equal, a short string", "(t = 'lamp42')", loop_equal, NULL, 0},
	{"like 'prefix%'", "s like '/shop/%'", loop_prefix, NULL, 0},
	{"like '%part%'", "s like '%/Cart/%'", loop_part, NULL, 0},
	{"contains", "contains(s, '/Cart/')", loop_part, NULL, 0},
	{"length", "length(s)", loop_length, NULL, 0},
	{"lower", "lower(s)", loop_lower, NULL, 1},
	{"upper", "upper(s)", loop_upper, NULL, 1},
	{"trim", "trim(s)", loop_trim, NULL, 0},
	{"reverse", "reverse(s)", loop_reverse, NULL, 1},
	{"replace", "replace(s, '/', '::')", loop_replace, NULL, 1},
	{"ends_with", "ends_with(s, '77')", loop_suffix, NULL, 0},
	{"substr, 6 letters", "substr(s, 3, 6)", loop_substr, NULL, 0},
	{"substr, 16 letters", "substr(s, 2, 16)", loop_substr_long, NULL, 0},
	{"split_part", "split_part(s, '/', 3)", loop_split, NULL, 0},
	{"concat", "s || '?' || t", loop_concat, NULL, 1},
	{"mod", "mod(a, 1000)", loop_mod, NULL, 0},
	{"floor", "floor(f)", loop_floor, NULL, 0},
	{"abs", "abs(f - 1000000.0)", loop_abs, NULL, 0},
	{"sqrt", "sqrt(f)", loop_sqrt, NULL, 0},
	{"ln", "ln(f + 1.0)", loop_ln, NULL, 0},
	{"exp", "exp(g / 100.0)", loop_exp, NULL, 0},
	{"power", "power(g + 1.0, 1.5)", loop_power, NULL, 0},
	{"greatest", "greatest(f, g)", loop_greatest, NULL, 0},
	{"date_trunc", "date_trunc('hour', to_timestamp(a * 60, 's'))", loop_trunc, NULL, 0},
	{"extract", "extract(hour from to_timestamp(a * 60, 's'))", loop_extract, NULL, 0},
	{"starts_with", "starts_with(s, '/shop/')", loop_prefix, NULL, 0},
	{"position", "position(s, 'item')", loop_position, NULL, 0},
	{"lpad", "lpad(t, 20, '.')", loop_lpad, NULL, 1},
	{"repeat", "repeat(t, 3)", loop_repeat, NULL, 1},
	{"format", "format('%s-%d', t, a)", loop_format, NULL, 1},
	{"split", "split(s, '/')", loop_split_all, NULL, 1},
	{"between", "(a between 1000 and 500000)", loop_between, NULL, 0},
	{"if", "if(a > 500000, f, g)", loop_if, NULL, 0},
	{"coalesce", "coalesce(n, b)", loop_coalesce, NULL, 0},
	{"nullif", "nullif(b, 7)", loop_nullif, NULL, 0},
	{"try", "try(b * 908 + a)", loop_arith, NULL, 0},
	{"least", "least(f, g)", loop_least, NULL, 0},
	{"ceil", "ceil(f)", loop_ceil, NULL, 0},
	{"round", "round(f)", loop_round, NULL, 0},
	{"sign", "sign(f - 1000000.0)", loop_sign, NULL, 0},
	{"log10", "log10(f + 1.0)", loop_log10, NULL, 0},
	{"parse_time", "parse_time(k, '%Y-%m-%d %H:%M:%S')", loop_parse_time, NULL, 0},
	{"format_time", "format_time(to_timestamp(a * 60, 's'), '%Y-%m-%d %H:%M:%S')",
		loop_format_time, NULL, 1},
	{"json path", "cast(j.deep.number as int)", loop_json_path, NULL, 0},
	{"json_array_length", "json_array_length(j.tags)", loop_json_array_length, NULL, 0},
	{"json_element", "json_element(j.tags, 1)", loop_json_element, NULL, 1},
	{"json_object", "json_object('n', a, 't', t)", loop_json_object, NULL, 1},
	{"to_json", "to_json(s)", loop_to_json, NULL, 1},
	{"url_host", "url_host(u)", loop_url_host, NULL, 0},
	{"url_path", "url_path(u)", loop_url_path, NULL, 0},
	{"url_query_param", "url_query_param(u, 'ref')", loop_url_query, NULL, 0},
	{"is_ipv4", "is_ipv4(p)", loop_is_ipv4, NULL, 0},
	{"ip_in_cidr", "ip_in_cidr(p, '10.0.0.0/8')", loop_ip_in_cidr, NULL, 0},
	{"crc32", "crc32(s)", loop_crc32, NULL, 0},
	{"xxhash64", "xxhash64(s)", loop_xxhash64, NULL, 0},
	{"md5", "md5(s)", loop_md5, NULL, 1},
	{"sha256", "sha256(s)", loop_sha256, NULL, 1},
	{"regular expression", "s ~ '^/user/[0-9]+/C'", loop_regex, "^/user/[0-9]+/C", 0},
	{"regexp_extract", "regexp_extract(s, '/([a-z]+)/item', 1)", loop_regexp_extract,
		"/([a-z]+)/item", 0},
	{"regexp_replace", "regexp_replace(s, '[0-9]+', '#')", loop_regexp_replace, "[0-9]+", 1},
};

enum { PLUGIN_COUNT = 3 };
static const struct weir_plugin *plugins[PLUGIN_COUNT];

static const struct weir_plugin *
load(const char *path)
{
	void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct weir_plugin *(*entry)(void);

	if (so == NULL) {
		printf("%s\n", dlerror());
		exit(1);
	}
	*(void **)&entry = dlsym(so, "weir_plugin_entry");
	return entry();
}

static const struct weir_function *
find_function(void *arg, struct weir_str name)
{
	(void)arg;
	for (int k = 0; k < PLUGIN_COUNT; k++)
		for (uint32_t i = 0; i < plugins[k]->n_functions; i++)
			if (wr_str_is(name, plugins[k]->functions[i]->name))
				return plugins[k]->functions[i];
	return NULL;
}

static void
read_column(void *arg, uint32_t col)
{
	(void)arg, (void)col;
}

static void
problem(void *arg, uint32_t loc, uint32_t len, const char *text)
{
	(void)arg, (void)loc, (void)len;
	printf("%s\n", text);
}

static void
row_error(struct wr_eval *eval, uint32_t row, const char *why)
{
	(void)eval;
	printf("row %u: %s\n", row, why);
	exit(1);
}

static struct weir_expr *
compile(struct wr_arena *arena, const char *text)
{
	static const char *const names[COLS] = {
		"a", "b", "f", "g", "s", "t", "n", "j", "u", "p", "k"};
	static struct weir_field field[COLS];
	static const struct weir_field *fields[COLS];
	static struct weir_schema schema = {.size = sizeof schema, .n = COLS, .fields = fields};
	struct wr_scope scope = {.schema = &schema,
		.arena = arena,
		.read = read_column,
		.function = find_function,
		.problem = problem};

	for (int i = 0; i < COLS; i++) {
		field[i] = (struct weir_field){.size = sizeof field[i],
			.type = data->col[i].type,
			.nullable = i == 6,
			.name = {.p = names[i], .len = 1}};
		fields[i] = &field[i];
	}
	return wr_expr_compile(
		&scope, (struct weir_str){.p = text, .len = (uint32_t)strlen(text), .loc = 1}, 0);
}

/* The same rows, alike as far as their lengths tell. */
static uint64_t
check(const struct weir_column *col)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		if (weir_null_at(col, i))
			continue;
		if (col->type == WEIR_BOOL)
			sum += (uint64_t)weir_bool_at(col, i);
		else if (col->type >= WEIR_STRING)
			sum += weir_str_at(col, i).len * (i + 1u) +
			       (weir_str_at(col, i).len > 0
					       ? (uint8_t)weir_str_at(col, i)
							 .p[weir_str_at(col, i).len - 1]
					       : 0);
		else
			sum += ((const uint64_t *)col->values)[i];
	}
	return sum;
}

static void
check_case(size_t c, const struct weir_expr *expr, struct wr_eval *eval)
{
	const struct weir_column *col = wr_expr_eval(expr, eval, &data[0].batch, NULL, BATCH);
	const uint8_t *bufs[] = {made.text};
	struct weir_column mine = *col;

	cases[c].loop(&data[0]);
	mine.values = col->type == WEIR_BOOL      ? (void *)made.bits
		      : col->type == WEIR_FLOAT64 ? (void *)made.f
		      : col->type >= WEIR_STRING  ? (void *)made.view
						  : (void *)made.i;
	mine.bufs = cases[c].copies ? bufs : data[0].bufs;
	if (check(col) != check(&mine)) {
		printf("%s: the loop gives something else: %lu, not %lu\n", cases[c].name,
			(unsigned long)check(&mine), (unsigned long)check(col));
		exit(1);
	}
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
measure(size_t c)
{
	struct wr_arena plan = {0}, scratch = {0}, result = {0};
	struct weir_err err = {0};
	struct weir_task task = {.size = sizeof task, .err = &err};
	struct wr_eval eval = {&task, &scratch, &result, row_error, NULL, 0};
	const struct weir_expr *expr = compile(&plan, cases[c].expr);
	double ratio[TURNS], best[2] = {1e9, 1e9};

	if (expr == NULL)
		exit(1);
	check_case(c, expr, &eval);
	for (int turn = 0; turn < TURNS; turn++) {
		double start = seconds(), middle, end;

		for (uint32_t i = 0; i < BATCHES; i++) {
			const struct weir_column *col;

			wr_arena_reset(&scratch);
			wr_arena_reset(&result);
			col = wr_expr_eval(expr, &eval, &data[i].batch, NULL, BATCH);
			sink += ((const uint64_t *)col->values)[i];
		}
		middle = seconds();
		for (uint32_t i = 0; i < BATCHES; i++) {
			cases[c].loop(&data[i]);
			sink += made.bits[i] + (uint64_t)made.i[i] + made.view[i].len +
				(uint64_t)made.f[i];
		}
		end = seconds();
		best[0] = middle - start < best[0] ? middle - start : best[0];
		best[1] = end - middle < best[1] ? end - middle : best[1];
		ratio[turn] = (end - middle) / (middle - start);
	}
	qsort(ratio, TURNS, sizeof *ratio, compare);
	printf("%-24s %9.1f %9.1f %7.2f %7.2f\n", cases[c].name, BATCH * BATCHES / best[0] * 1e-6,
		BATCH * BATCHES / best[1] * 1e-6, best[1] / best[0], ratio[TURNS / 2]);
	wr_arena_fini(&plan);
	wr_arena_fini(&scratch);
	wr_arena_fini(&result);
}

int
main(int argc, char **argv)
{
	uint64_t seed = 1;

	plugins[0] = load(PLUGINS "/functions.so");
	plugins[1] = load(PLUGINS "/regex.so");
	plugins[2] = load(PLUGINS "/hash.so");
	data = calloc(BATCHES, sizeof *data);
	if (data == NULL)
		return 1;
	for (uint32_t i = 0; i < BATCHES; i++)
		fill(&data[i], &seed);
	printf("%-24s %9s %9s %7s %7s\n", "M rows/s, one core", "Weir", "loop", "best", "median");
	for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
		int why;
		size_t at;

		if (argc > 1 && strstr(cases[c].name, argv[1]) == NULL)
			continue;
		if (cases[c].pattern != NULL) {
			code = pcre2_compile((PCRE2_SPTR)cases[c].pattern, PCRE2_ZERO_TERMINATED,
				PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &why, &at, NULL);
			pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
			match = pcre2_match_data_create_from_pattern(code, NULL);
		}
		measure(c);
		if (cases[c].pattern != NULL) {
			pcre2_match_data_free(match);
			pcre2_code_free(code);
		}
	}
	return sink == 42;
}
