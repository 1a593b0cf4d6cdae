/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats alone, from columns to records: the rows of a batch are encoded again and again, beside
 * a loop by hand that knows what the columns are, and the bytes are compared.  Argument: a file of
 * page views, as bench_gen makes it.
 */
#include <dlfcn.h>

#include "../../plugins/csv/csv.h"
#include "format_host.h"

enum { TIMES = 2000 };

static inline char *
put_digits(char *to, uint32_t value, int n)
{
	for (int i = n - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + n;
}

/* 8 bytes at a time; 0: one of them is a or b, or below `least`. */
static inline int
copy_plain(char *to, const char *p, size_t len, uint8_t a, uint8_t b, uint8_t least)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t word, found = 0;

	for (size_t i = 0; i < len; i += 8) {
		memcpy(&word, p + i, 8);
		memcpy(to + i, &word, 8);
		if (len - i < 8)
			word |= UINT64_MAX << (len - i) * 8;
		found |= (((word ^ ones * a) - ones) | ((word ^ ones * b) - ones) |
				 (word - ones * least)) &
			 ~word & ones * 128;
	}
	return found == 0;
}

/* What stands before a text, the text, and the byte behind it. */
static inline char *
put_plain(char *to, const char *name, size_t name_len, struct weir_str text, char behind,
	uint8_t special, uint8_t least)
{
	memcpy(to, name, name_len);
	to += name_len;
	if (!copy_plain(to, text.p, text.len, special, '\\', least)) {
		fprintf(stderr, "encode: the loop by hand knows no escapes\n");
		exit(2);
	}
	to[text.len] = behind;
	return to + text.len + 1;
}

/* The date is that of the row before, mostly. */
static inline char *
put_time(char *to, int64_t us)
{
	static int64_t day = INT64_MIN;
	static char date[32];
	int64_t days = us / 86400000000;
	uint32_t rest = (uint32_t)(us % 86400000000 / 1000), ms = rest % 1000;
	time_t at = (time_t)(days * 86400);

	if (days != day)
		strftime(date, sizeof date, "%Y-%m-%dT", gmtime(&at));
	day = days;
	memcpy(to, date, 11);
	to = put_digits(to + 11, rest / 3600000, 2);
	*to++ = ':';
	to = put_digits(to, rest / 60000 % 60, 2);
	*to++ = ':';
	to = put_digits(to, rest / 1000 % 60, 2);
	if (ms != 0) {
		*to++ = '.';
		to = put_digits(to, ms, 3);
	}
	*to = 'Z';
	return to + 1;
}

static inline char *
put_bool(char *to, int yes)
{
	memcpy(to, yes ? "true " : "false", 5);
	return to + (yes ? 4 : 5);
}

#define LABEL(text) text, sizeof text - 1

static inline char *
json_row(char *to, const struct weir_column *const *cols, uint32_t i)
{
	to = put_plain(to, LABEL("{\"user\":\""), weir_str_at(cols[0], i), '"', '"', ' ');
	to = put_plain(to, LABEL(",\"page\":\""), weir_str_at(cols[1], i), '"', '"', ' ');
	memcpy(to, ",\"bot\":", 7);
	to = put_bool(to + 7, weir_bool_at(cols[2], i));
	memcpy(to, ",\"ts\":\"", 7);
	to = put_time(to + 7, weir_int_at(cols[3], i));
	memcpy(to, "\"}", 2);
	return to + 2;
}

static inline char *
csv_row(char *to, const struct weir_column *const *cols, uint32_t i)
{
	to = put_plain(to, LABEL(""), weir_str_at(cols[0], i), ',', ',', '"' + 1);
	to = put_plain(to, LABEL(""), weir_str_at(cols[1], i), ',', ',', '"' + 1);
	to = put_bool(to, weir_bool_at(cols[2], i));
	*to++ = ',';
	return put_time(to, weir_int_at(cols[3], i));
}

static inline char *
logfmt_row(char *to, const struct weir_column *const *cols, uint32_t i)
{
	to = put_plain(to, LABEL("user="), weir_str_at(cols[0], i), ' ', '=', '"' + 1);
	to = put_plain(to, LABEL("page="), weir_str_at(cols[1], i), ' ', '=', '"' + 1);
	memcpy(to, "bot=", 4);
	to = put_bool(to + 4, weir_bool_at(cols[2], i));
	memcpy(to, " ts=", 4);
	return put_time(to + 4, weir_int_at(cols[3], i));
}

static inline char *
line_row(char *to, const struct weir_column *const *cols, uint32_t i)
{
	struct weir_str text = weir_str_at(cols[0], i);

	memcpy(to, text.p, text.len);
	return to + text.len;
}

#define LOOP(name)                                                                                 \
	static size_t name##_rows(char *start, const struct weir_batch *batch)                     \
	{                                                                                          \
		char *to = start;                                                                  \
                                                                                                   \
		for (uint32_t i = 0; i < batch->n_rows; i++)                                       \
			to = name##_row(to, batch->cols, i);                                       \
		return (size_t)(to - start);                                                       \
	}
LOOP(json)
LOOP(csv)
LOOP(logfmt)
LOOP(line)

/* A format, where it is, and its loop. */
static const struct made {
	const char *name, *plugin;
	uint32_t nth;
	size_t (*rows)(char *to, const struct weir_batch *batch);
} kinds[] = {
	{"json", "json", 0, json_rows},
	{"csv", "csv", 0, csv_rows},
	{"logfmt", "logfmt", 0, logfmt_rows},
	{"line", "raw", 1, line_rows},
};

static const struct weir_format *
format_of(const char *plugin, uint32_t nth)
{
	const struct weir_plugin *(*entry)(void) = NULL;
	char path[4096];
	void *so;

	snprintf(path, sizeof path, "%s/%s.so", PLUGINS, plugin);
	so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (so != NULL)
		*(void **)&entry = dlsym(so, "weir_plugin_entry");
	if (entry == NULL) {
		fprintf(stderr, "encode: %s\n", dlerror());
		exit(1);
	}
	return entry()->formats[nth];
}

/* Seconds for TIMES batches, the least of some runs. */
static double
time_weir(const struct weir_format *format, void *self, struct weir_task *task,
	const struct weir_batch *batch, struct weir_items *items)
{
	double best = 1e9;

	for (int run = 0; run < RUNS; run++) {
		double start = seconds(), took;

		for (int k = 0; k < TIMES; k++) {
			items->used = items->n = 0;
			if (format->encode(self, task, batch, items) < 0)
				exit(1);
		}
		took = seconds() - start;
		best = took < best ? took : best;
	}
	return best;
}

static double
time_hand(const struct weir_batch *batch, const struct made *kind, char *start, size_t *len)
{
	double best = 1e9;

	for (int run = 0; run < RUNS; run++) {
		double began = seconds(), took;

		for (int k = 0; k < TIMES; k++)
			*len = kind->rows(start, batch);
		took = seconds() - began;
		best = took < best ? took : best;
	}
	return best;
}

static void *
open_format(const struct weir_format *format, struct weir_task *task)
{
	void *conf = calloc(1, format->conf_size), *self = NULL;

	if (strcmp(format->name, "csv") == 0) {
		struct csv_conf *csv = conf;

		csv->delimiter = (struct weir_str){.p = ",", .len = 1};
		csv->quote = (struct weir_str){.p = "\"", .len = 1};
	}
	if (conf == NULL || format->plan(conf, &the_plan, &host) != WEIR_OK ||
		format->open(conf, task, &self) != WEIR_OK)
		exit(1);
	return self; /* it and its conf are there to the end */
}

static void
measure(const struct made *kind, struct weir_task *task, const struct weir_batch *batch)
{
	const struct weir_format *format = format_of(kind->plugin, kind->nth);
	struct weir_items items = {0};
	double weir = time_weir(format, open_format(format, task), task, batch, &items), hand;
	char *to = malloc(items.used + SLACK);
	size_t len = 0;

	if (to == NULL)
		exit(1);
	hand = time_hand(batch, kind, to, &len);
	if (len != items.used || memcmp(to, items.bytes, len) != 0) {
		fprintf(stderr, "encode: %s: the loop by hand gives other bytes\n", kind->name);
		exit(1);
	}
	printf("%-6s out: %5.1f M rows/s, %4.0f MB/s; by hand %5.1f M rows/s, %4.0f MB/s; ratio "
	       "%.2f\n",
		kind->name, batch->n_rows / weir * TIMES * 1e-6, (double)len / weir * TIMES * 1e-6,
		batch->n_rows / hand * TIMES * 1e-6, (double)len / hand * TIMES * 1e-6,
		hand / weir);
	free(items.bytes);
	free(to);
}

/* The first lines of the file, as columns. */
static void
read_rows(const char *path, struct weir_task *task, struct weir_batch *batch)
{
	static struct weir_column column[4];
	static const struct weir_column *cols[4];
	static const uint8_t *bufs[WEIR_ROWS_MAX];
	const struct weir_format *json = format_of("json", 0);
	struct weir_raw raw = {.size = sizeof raw, .slack = SLACK};
	void *self = open_format(json, task);
	size_t len;
	const char *text = load(path, &len);

	raw.rec = split(text, len, &raw.n);
	raw.n = raw.n < WEIR_ROWS_MAX ? raw.n : WEIR_ROWS_MAX;
	clear_vecs();
	if (json->decode(self, task, &raw, &the_out) < 0 || the_out.bad > 0)
		exit(1);
	for (uint32_t i = 0; i < raw.n; i++)
		bufs[i] = (const uint8_t *)raw.rec[i].p;
	for (uint32_t i = 0; i < 4; i++) {
		column[i] = (struct weir_column){.size = sizeof column[i],
			.type = the_out.vec[i].type,
			.values = the_out.vec[i].values,
			.bufs = bufs};
		cols[i] = &column[i];
		the_plan.field[i].spec.len = 0; /* of a sink */
	}
	*batch = (struct weir_batch){
		.size = sizeof *batch, .cols = cols, .n_cols = 4, .n_rows = raw.n};
}

int
main(int argc, char **argv)
{
	struct weir_batch batch;
	struct weir_err err = {0};
	struct weir_task task = {.size = sizeof task, .parallelism = 1, .host = &host, .err = &err};

	if (argc != 2) {
		fprintf(stderr, "usage: encode FILE\n");
		return 2;
	}
	the_plan.schema.size = sizeof the_plan.schema;
	the_plan.schema.fields = the_plan.fields;
	add_usual_fields();
	read_rows(argv[1], &task, &batch);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		measure(&kinds[i], &task, &batch);
	return 0;
}
