/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the benchmarks of formats share: a host that has columns and nothing else, and the lines of
 * a file in memory.
 */
#ifndef BENCH_FORMAT_HOST_H
#define BENCH_FORMAT_HOST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <weir/weir.h>

enum { FIELDS_MAX = 64, RUNS = 7, SLACK = 64 };

struct weir_plan {
	struct weir_schema schema;
	const struct weir_field *fields[FIELDS_MAX];
	struct weir_field field[FIELDS_MAX];
};

struct weir_out {
	struct weir_vec vec[FIELDS_MAX];
	uint64_t bad;
};

static struct weir_plan the_plan;
static struct weir_out the_out;

static const struct weir_schema *
host_input(struct weir_plan *plan, uint32_t in)
{
	(void)in;
	return &plan->schema;
}

static int32_t
host_column(struct weir_plan *plan, uint32_t in, struct weir_str name, uint32_t type)
{
	(void)in;
	(void)type;
	for (uint32_t i = 0; i < plan->schema.n; i++)
		if (plan->fields[i]->name.p == name.p)
			return (int32_t)i;
	return -1;
}

static void
host_problem(struct weir_plan *plan, uint32_t loc, const char *sentence)
{
	(void)plan;
	(void)loc;
	fprintf(stderr, "bench: %s\n", sentence);
	exit(2);
}

static struct weir_vec *
host_vec(struct weir_out *out, int32_t col)
{
	return &out->vec[col];
}

static void
host_text(struct weir_out *out, int32_t col, uint32_t row, const char *p, uint32_t len)
{
	(void)out;
	(void)col;
	(void)row;
	(void)p;
	(void)len;
}

static void
host_bad(struct weir_task *task, uint32_t record, const char *why)
{
	(void)task;
	(void)record;
	if (the_out.bad++ == 0)
		fprintf(stderr, "bench: %s\n", why);
}

static uint32_t
host_kind(const struct weir_plan *plan)
{
	(void)plan;
	return WEIR_SINK;
}

static const uint64_t *
host_early(struct weir_out *out)
{
	(void)out;
	return NULL;
}

/* Encoded records, one behind the other. */
struct weir_items {
	char *bytes;
	size_t used, cap;
	uint32_t n;
};

static char *
host_space(struct weir_items *items, size_t cap)
{
	if (items->cap - items->used < cap) {
		items->cap = (items->used + cap) * 2;
		items->bytes = realloc(items->bytes, items->cap);
		if (items->bytes == NULL)
			abort();
	}
	return items->bytes + items->used;
}

static void
host_item(struct weir_items *items, const void *p, size_t len)
{
	if (p != NULL)
		memcpy(host_space(items, len), p, len);
	items->used += len;
	items->n++;
}

static const struct weir_host host = {
	.size = sizeof host,
	.input = host_input,
	.column = host_column,
	.problem = host_problem,
	.vec = host_vec,
	.text = host_text,
	.bad = host_bad,
	.early = host_early,
	.kind = host_kind,
	.space = host_space,
	.item = host_item,
};

static uint32_t
type_of(const char *word, size_t len)
{
	static const char *const names[] = {
		"", "bool", "int", "float", "timestamp", "string", "bytes", "json"};

	for (uint32_t type = 1; type < sizeof names / sizeof *names; type++)
		if (strlen(names[type]) == len && memcmp(names[type], word, len) == 0)
			return type;
	fprintf(stderr, "bench: no type \"%s\"\n", word);
	exit(2);
}

/* `name type spec` */
static void
add_field(const char *text)
{
	struct weir_field *field = &the_plan.field[the_plan.schema.n];
	struct weir_vec *vec = &the_out.vec[the_plan.schema.n];
	size_t name = strcspn(text, " "), type;
	const char *word = text + name + (text[name] == ' ');

	type = strcspn(word, " ");
	*field = (struct weir_field){.size = sizeof *field,
		.type = type_of(word, type),
		.nullable = 1,
		.name = {.p = text, .len = (uint32_t)name},
		.spec = {.p = word + type, .len = (uint32_t)strlen(word + type)}};
	*vec = (struct weir_vec){.size = sizeof *vec,
		.type = field->type,
		.cap = WEIR_ROWS_MAX,
		.values = calloc(WEIR_ROWS_MAX, sizeof(struct weir_view)),
		.valid = malloc(WEIR_ROWS_MAX / 8)};
	if (vec->values == NULL || vec->valid == NULL)
		abort();
	the_plan.fields[the_plan.schema.n++] = field;
}

static char *
load(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	char *text;
	long end;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0) {
		perror(path);
		exit(1);
	}
	rewind(file);
	*len = (size_t)end;
	text = calloc(*len + SLACK, 1);
	if (text == NULL || fread(text, 1, *len, file) != *len) {
		perror(path);
		exit(1);
	}
	fclose(file);
	return text;
}

static struct weir_str *
split(const char *text, size_t len, uint32_t *n)
{
	const char *p, *end = text + len, *newline;
	struct weir_str *rec = NULL;
	size_t cap = 0;

	for (*n = 0, p = text; p < end; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (newline == NULL)
			newline = end;
		if (*n == cap) {
			cap = cap > 0 ? cap * 2 : 1024;
			rec = realloc(rec, cap * sizeof *rec);
			if (rec == NULL)
				abort();
		}
		rec[(*n)++] = (struct weir_str){.p = p, .len = (uint32_t)(newline - p)};
	}
	return rec;
}

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* Those that roofline/parse_ndjson reads. */
static inline void
add_usual_fields(void)
{
	static const char *const usual[] = {
		"user string", "page string", "bot bool", "ts timestamp ms"};

	for (uint32_t i = 0; i < sizeof usual / sizeof *usual; i++)
		add_field(usual[i]);
}

static inline void
clear_vecs(void)
{
	for (uint32_t i = 0; i < the_plan.schema.n; i++)
		memset(the_out.vec[i].valid, 0xff, WEIR_ROWS_MAX / 8);
}

#endif
