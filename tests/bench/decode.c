/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The json format alone: lines of a file in memory to columns, without an engine around it.
 * Arguments: --plain, if records shall not be read by their layouts; the file; then fields as a
 * schema block has them, such as "ts timestamp ms", or none: those that parse_ndjson reads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <weir/weir.h>

#include "../../plugins/json/json.h"

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
	fprintf(stderr, "decode: %s\n", sentence);
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
		fprintf(stderr, "decode: %s\n", why);
}

static const uint64_t *
host_early(struct weir_out *out)
{
	(void)out;
	return NULL;
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
};

static uint32_t
type_of(const char *word, size_t len)
{
	static const char *const names[] = {
		"", "bool", "int", "float", "timestamp", "string", "bytes", "json"};

	for (uint32_t type = 1; type < sizeof names / sizeof *names; type++)
		if (strlen(names[type]) == len && memcmp(names[type], word, len) == 0)
			return type;
	fprintf(stderr, "decode: no type \"%s\"\n", word);
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

static void
decode_all(const struct weir_format *format, void *self, struct weir_task *task,
	const struct weir_str *rec, uint32_t n)
{
	for (uint32_t first = 0; first < n; first += WEIR_ROWS_MAX) {
		uint32_t rows = n - first < WEIR_ROWS_MAX ? n - first : WEIR_ROWS_MAX;
		struct weir_raw raw = {
			.size = sizeof raw, .n = rows, .slack = SLACK, .rec = rec + first};

		for (uint32_t i = 0; i < the_plan.schema.n; i++)
			memset(the_out.vec[i].valid, 0xff, WEIR_ROWS_MAX / 8);
		if (format->decode(self, task, &raw, &the_out) < 0)
			exit(1);
	}
}

int
main(int argc, char **argv)
{
	static const char *const usual[] = {
		"user string", "page string", "bot bool", "ts timestamp ms"};
	const struct weir_format *format = weir_plugin_entry()->formats[0];
	struct weir_err err = {0};
	struct weir_task task = {.size = sizeof task, .parallelism = 1, .host = &host, .err = &err};
	void *conf = calloc(1, format->conf_size), *self = NULL;
	int plain = argc > 1 && strcmp(argv[1], "--plain") == 0;
	struct weir_str *rec;
	double best = 1e9;
	uint32_t n;
	size_t len;
	char *text;

	argc -= plain;
	argv += plain;
	if (argc < 2 || argc > FIELDS_MAX + 2) {
		fprintf(stderr, "usage: decode [--plain] FILE [\"NAME TYPE SPEC\"...]\n");
		return 2;
	}
	the_plan.schema.size = sizeof the_plan.schema;
	the_plan.schema.fields = the_plan.fields;
	for (int i = 2; i < argc; i++)
		add_field(argv[i]);
	for (uint32_t i = 0; argc == 2 && i < sizeof usual / sizeof *usual; i++)
		add_field(usual[i]);
	text = load(argv[1], &len);
	rec = split(text, len, &n);
	if (conf == NULL || format->plan(conf, &the_plan, &host) != WEIR_OK ||
		format->open(conf, &task, &self) != WEIR_OK)
		return 1;
	if (plain) {
		free(((struct json *)self)->layout);
		((struct json *)self)->layout = NULL;
	}
	for (int run = 0; run < RUNS; run++) {
		double start = seconds(), took;

		decode_all(format, self, &task, rec, n);
		took = seconds() - start;
		best = took < best ? took : best;
	}
	printf("decode: %u rows (%llu bad), %.2f M rows/s, %.0f MB/s\n", n,
		(unsigned long long)the_out.bad / RUNS, n / best * 1e-6, (double)len / best * 1e-6);
	format->close(self);
	free(conf);
	free(rec);
	free(text);
	return 0;
}
