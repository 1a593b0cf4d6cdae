/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions over columns in memory, each beside a loop by hand that does the same, without an
 * engine: M rows a second of processor time, and the ratio.
 *
 *     bench_functions [part of a name]
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <dlfcn.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "expr/run.h"

enum { BATCH = 2048, BATCHES = 32, TURNS = 41, TEXT = 160 };

/* One batch: what an expression sees, and the same for a loop. */
struct data {
	int64_t a[BATCH], b[BATCH], time[BATCH];
	double f[BATCH], g[BATCH];
	struct weir_view s[BATCH], t[BATCH];
	uint64_t some[BATCH / 64]; /* nine of ten */
	uint8_t text[2 * BATCH * TEXT];
	const uint8_t *bufs[1];
	struct weir_column col[7];
	const struct weir_column *cols[7];
	struct weir_batch batch;
};

/* What a loop writes. */
struct made {
	int64_t i[BATCH];
	double f[BATCH];
	uint64_t bits[BATCH / 64];
	struct weir_view view[BATCH];
	uint8_t text[BATCH * TEXT];
};

static struct data *data;
static struct made made;
static uint64_t sink;
static pcre2_code *code;
static pcre2_match_data *match;

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static struct weir_view
view_of(const char *p, uint32_t len, uint32_t off)
{
	struct weir_view view = {.len = len, .off = off};

	if (len > 12)
		memcpy(view.head, p, 4);
	else
		view = (struct weir_view){.len = len};
	if (len <= 12)
		memcpy((char *)&view + offsetof(struct weir_view, head), p, len);
	return view;
}

static void
text_set(struct data *d, struct weir_view *view, uint32_t *used, const char *text)
{
	uint32_t len = (uint32_t)strlen(text);

	memcpy(d->text + *used, text, len);
	*view = view_of(text, len, *used);
	*used += len;
}

static void
fill_rows(struct data *d, uint64_t *seed)
{
	static const char *const sections[] = {"shop", "user", "admin", "api", "Blog"};
	static const char *const things[] = {"Cart", "lamp", "Desk", "overview", "profile"};
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		char text[TEXT];
		uint32_t r;

		*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		r = (uint32_t)(*seed >> 33);
		d->a[i] = r % 1000000;
		d->b[i] = (int64_t)((*seed >> 20) % 100000);
		d->f[i] = r * 0.001;
		d->g[i] = r % 777;
		d->time[i] = i;
		if (r % 10 != 0)
			weir_bit_set(d->some, i);
		snprintf(text, sizeof text, "/%s/%u/%s/item-%u", sections[r / 7 % 5], r % 100000,
			things[r / 11 % 5], r % 977);
		text_set(d, &d->s[i], &used, text);
		snprintf(text, sizeof text, "%s%u", things[r / 13 % 5], r % 100);
		text_set(d, &d->t[i], &used, text);
	}
}

static void
fill(struct data *d, uint64_t *seed)
{
	const void *values[] = {d->a, d->b, d->f, d->g, d->s, d->t, d->a};
	static const uint32_t types[] = {WEIR_INT64, WEIR_INT64, WEIR_FLOAT64, WEIR_FLOAT64,
		WEIR_STRING, WEIR_STRING, WEIR_INT64};

	fill_rows(d, seed);
	d->bufs[0] = d->text;
	for (int i = 0; i < 7; i++) {
		d->col[i] = (struct weir_column){.size = sizeof d->col[i],
			.type = types[i],
			.values = values[i],
			.bufs = d->bufs};
		d->cols[i] = &d->col[i];
	}
	d->col[6].valid = d->some;
	d->batch = (struct weir_batch){.size = sizeof d->batch,
		.n_rows = BATCH,
		.n_cols = 7,
		.cols = d->cols,
		.event_time = d->time};
}

WR_KERNEL static void
loop_compare(const struct data *d)
{
	for (uint32_t w = 0; w < BATCH / 64; w++) {
		uint8_t flags[64];

		for (uint32_t i = 0; i < 64; i++)
			flags[i] = d->a[w * 64 + i] > 500000;
		made.bits[w] = wr_bits_pack(flags);
	}
}

WR_KERNEL static void
loop_arith(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++)
		made.i[i] = d->b[i] * 908 + d->a[i];
}

WR_KERNEL static void
loop_divide(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++)
		made.i[i] = d->b[i] * 908 / 1000;
}

WR_KERNEL static void
loop_float(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++)
		made.f[i] = d->f[i] * 1.5 + d->g[i];
}

static struct weir_str
str(const struct data *d, const struct weir_view *view)
{
	const char *p = view->len <= 12 ? (const char *)view + offsetof(struct weir_view, head)
					: (const char *)d->bufs[view->buf] + view->off;

	return (struct weir_str){.p = p, .len = view->len};
}

static void
loop_lower(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		char *to = (char *)made.text + used;

		for (uint32_t k = 0; k < s.len; k++)
			to[k] = (char)(s.p[k] ^ ((uint8_t)(s.p[k] - 'A') < 26 ? 32 : 0));
		made.view[i] = view_of(to, s.len, used);
		used += s.len > 12 ? s.len : 0;
	}
}

/* Characters, not bytes. */
static inline __attribute__((always_inline)) void
cut_rows(const struct data *d, uint32_t skip, uint32_t count)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		const char *p = s.p, *end = s.p + s.len, *begin;

		for (uint32_t n = skip; n > 0 && p < end; n--)
			for (p++; p < end && ((uint8_t)*p & 0xc0) == 0x80; p++) {
			}
		begin = p;
		for (uint32_t n = count; n > 0 && p < end; n--)
			for (p++; p < end && ((uint8_t)*p & 0xc0) == 0x80; p++) {
			}
		made.view[i] = view_of(
			begin, (uint32_t)(p - begin), (uint32_t)(begin - (const char *)d->text));
	}
}

static void
loop_substr(const struct data *d)
{
	cut_rows(d, 2, 6);
}

static void
loop_substr_long(const struct data *d)
{
	cut_rows(d, 1, 16);
}

static void
loop_split(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		const char *p = s.p, *end = s.p + s.len, *next = NULL;

		for (int n = 1; n < 3 && p != NULL; n++) {
			p = memchr(p, '/', (size_t)(end - p));
			p = p != NULL ? p + 1 : NULL;
		}
		if (p != NULL)
			next = memchr(p, '/', (size_t)(end - p));
		made.view[i] = p == NULL ? (struct weir_view){0}
					 : view_of(p, (uint32_t)((next != NULL ? next : end) - p),
						   (uint32_t)(p - (const char *)d->text));
	}
}

static void
loop_prefix(const struct data *d)
{
	memset(made.bits, 0, sizeof made.bits);
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);

		if (s.len >= 6 && memcmp(s.p, "/shop/", 6) == 0)
			weir_bit_set(made.bits, i);
	}
}

static void
loop_part(const struct data *d)
{
	memset(made.bits, 0, sizeof made.bits);
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);

		if (memmem(s.p, s.len, "/Cart/", 6) != NULL)
			weir_bit_set(made.bits, i);
	}
}

/* A short string is equal where both words of its view are. */
WR_KERNEL static void
loop_equal(const struct data *d)
{
	struct weir_view want = view_of("lamp42", 6, 0);
	uint64_t w[2], v[2];

	memcpy(w, &want, sizeof w);
	for (uint32_t k = 0; k < BATCH / 64; k++) {
		uint8_t flags[64];

		for (uint32_t i = 0; i < 64; i++) {
			memcpy(v, &d->t[k * 64 + i], sizeof v);
			flags[i] = ((v[0] ^ w[0]) | (v[1] ^ w[1])) == 0;
		}
		made.bits[k] = wr_bits_pack(flags);
	}
}

static void
loop_length(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		int64_t n = 0;

		for (uint32_t k = 0; k < s.len; k++)
			n += ((uint8_t)s.p[k] & 0xc0) != 0x80;
		made.i[i] = n;
	}
}

static void
loop_concat(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]), t = str(d, &d->t[i]);
		char *to = (char *)made.text + used;

		memcpy(to, s.p, s.len);
		to[s.len] = '?';
		memcpy(to + s.len + 1, t.p, t.len);
		made.view[i] = view_of(to, s.len + 1 + t.len, used);
		used += s.len + 1 + t.len > 12 ? s.len + 1 + t.len : 0;
	}
}

static int
find(struct weir_str s)
{
	return pcre2_jit_match(code, (PCRE2_SPTR)s.p, s.len, 0, 0, match, NULL);
}

static void
loop_regex(const struct data *d)
{
	memset(made.bits, 0, sizeof made.bits);
	for (uint32_t i = 0; i < BATCH; i++)
		if (find(str(d, &d->s[i])) > 0)
			weir_bit_set(made.bits, i);
}

static void
loop_extract(const struct data *d)
{
	const size_t *at = pcre2_get_ovector_pointer(match);

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);

		made.view[i] = (struct weir_view){0};
		if (find(s) > 1)
			made.view[i] = view_of(s.p + at[2], (uint32_t)(at[3] - at[2]),
				(uint32_t)(s.p + at[2] - (const char *)d->text));
	}
}

static const struct {
	const char *name, *expr;
	void (*loop)(const struct data *);
	const char *pattern;
} cases[] = {
	{"comparison", "a > 500000", loop_compare, NULL},
	{"int arithmetic", "b * 908 + a", loop_arith, NULL},
	{"division by a constant", "b * 908 / 1000", loop_divide, NULL},
	{"float arithmetic", "f * 1.5 + g", loop_float, NULL},
	{"int arithmetic, nulls", "b * 908 + n", loop_arith, NULL},
	{"equal, a short string", "(t = 'lamp42')", loop_equal, NULL},
	{"like 'prefix%'", "s like '/shop/%'", loop_prefix, NULL},
	{"like '%part%'", "s like '%/Cart/%'", loop_part, NULL},
	{"contains", "contains(s, '/Cart/')", loop_part, NULL},
	{"length", "length(s)", loop_length, NULL},
	{"lower", "lower(s)", loop_lower, NULL},
	{"substr, 6 letters", "substr(s, 3, 6)", loop_substr, NULL},
	{"substr, 16 letters", "substr(s, 2, 16)", loop_substr_long, NULL},
	{"split_part", "split_part(s, '/', 3)", loop_split, NULL},
	{"concat", "s || '?' || t", loop_concat, NULL},
	{"regular expression", "s ~ '^/user/[0-9]+/C'", loop_regex, "^/user/[0-9]+/C"},
	{"regexp_extract", "regexp_extract(s, '/([a-z]+)/item', 1)", loop_extract,
		"/([a-z]+)/item"},
};

static const struct weir_plugin *plugins[2];

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
	for (int k = 0; k < 2; k++)
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
	static const char *const names[] = {"a", "b", "f", "g", "s", "t", "n"};
	static struct weir_field field[7];
	static const struct weir_field *fields[7];
	static struct weir_schema schema = {.size = sizeof schema, .n = 7, .fields = fields};
	struct wr_scope scope = {.schema = &schema,
		.arena = arena,
		.read = read_column,
		.function = find_function,
		.problem = problem};

	for (int i = 0; i < 7; i++) {
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
	mine.bufs = strstr("lower concat", cases[c].name) != NULL ? bufs : data[0].bufs;
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
