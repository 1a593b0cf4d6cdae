/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The json format alone, from columns to records: the rows of a batch are encoded again and again,
 * beside a loop by hand that knows what the columns are, and the bytes are compared.  Argument: a
 * file of page views, as bench_gen makes it.
 */
#include "json_host.h"

enum { TIMES = 2000 };

static char *
put_digits(char *to, uint32_t value, int n)
{
	for (int i = n - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + n;
}

/* What needs no escape in 8 bytes at a time; 0: something does. */
static int
copy_plain(char *to, const char *p, size_t len)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t word, found = 0;

	for (size_t i = 0; i < len; i += 8) {
		memcpy(&word, p + i, 8);
		memcpy(to + i, &word, 8);
		if (len - i < 8)
			word |= UINT64_MAX << (len - i) * 8;
		found |= (((word ^ ones * '"') - ones) | ((word ^ ones * '\\') - ones) |
				 (word - ones * 32)) &
			 ~word & ones * 128;
	}
	return found == 0;
}

static char *
put_plain(char *to, const char *name, size_t name_len, struct weir_str text)
{
	memcpy(to, name, name_len);
	to += name_len;
	if (!copy_plain(to, text.p, text.len)) {
		fprintf(stderr, "encode: the loop by hand knows no escapes\n");
		exit(2);
	}
	to[text.len] = '"';
	return to + text.len + 1;
}

/* The date is that of the row before, mostly. */
static char *
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
	memcpy(to, "Z\"}", 3);
	return to + 3;
}

#define LABEL(text) text, sizeof text - 1

static size_t
by_hand(const struct weir_column *const *cols, uint32_t n, char *start)
{
	char *to = start;

	for (uint32_t i = 0; i < n; i++) {
		to = put_plain(to, LABEL("{\"user\":\""), weir_str_at(cols[0], i));
		to = put_plain(to, LABEL(",\"page\":\""), weir_str_at(cols[1], i));
		memcpy(to, ",\"bot\":", 7);
		memcpy(to + 7, weir_bool_at(cols[2], i) ? "true " : "false", 5);
		to += weir_bool_at(cols[2], i) ? 11 : 12;
		memcpy(to, ",\"ts\":\"", 7);
		to = put_time(to + 7, weir_int_at(cols[3], i));
	}
	return (size_t)(to - start);
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
time_hand(const struct weir_batch *batch, char *to, size_t *len)
{
	double best = 1e9;

	for (int run = 0; run < RUNS; run++) {
		double start = seconds(), took;

		for (int k = 0; k < TIMES; k++)
			*len = by_hand(batch->cols, batch->n_rows, to);
		took = seconds() - start;
		best = took < best ? took : best;
	}
	return best;
}

int
main(int argc, char **argv)
{
	const struct weir_format *format = weir_plugin_entry()->formats[0];
	struct weir_column column[4] = {0};
	const struct weir_column *cols[4];
	static const uint8_t *bufs[WEIR_ROWS_MAX];
	struct weir_batch batch = {.size = sizeof batch, .cols = cols, .n_cols = 4};
	struct weir_raw raw = {.size = sizeof raw, .slack = SLACK};
	struct weir_err err = {0};
	struct weir_task task = {.size = sizeof task, .parallelism = 1, .host = &host, .err = &err};
	void *conf = calloc(1, format->conf_size), *self = NULL;
	struct weir_items items = {0};
	double weir, hand;
	size_t len = 0;
	char *text, *to;

	if (argc != 2) {
		fprintf(stderr, "usage: encode FILE\n");
		return 2;
	}
	the_plan.schema.size = sizeof the_plan.schema;
	the_plan.schema.fields = the_plan.fields;
	add_usual_fields();
	text = load(argv[1], &len);
	raw.rec = split(text, len, &raw.n);
	raw.n = raw.n < WEIR_ROWS_MAX ? raw.n : WEIR_ROWS_MAX;
	if (conf == NULL || format->plan(conf, &the_plan, &host) != WEIR_OK ||
		format->open(conf, &task, &self) != WEIR_OK)
		return 1;
	clear_vecs();
	if (format->decode(self, &task, &raw, &the_out) < 0 || the_out.bad > 0)
		return 1;
	for (uint32_t i = 0; i < raw.n; i++)
		bufs[i] = (const uint8_t *)raw.rec[i].p;
	for (uint32_t i = 0; i < 4; i++) {
		column[i] = (struct weir_column){.size = sizeof column[i],
			.type = the_out.vec[i].type,
			.values = the_out.vec[i].values,
			.bufs = bufs};
		cols[i] = &column[i];
	}
	batch.n_rows = raw.n;
	weir = time_weir(format, self, &task, &batch, &items);
	to = malloc(items.used + SLACK);
	if (to == NULL)
		return 1;
	hand = time_hand(&batch, to, &len);
	if (len != items.used || memcmp(to, items.bytes, len) != 0) {
		fprintf(stderr, "encode: the loop by hand gives other bytes\n");
		return 1;
	}
	printf("json out: %.1f M rows/s, %.0f MB/s; by hand %.1f M rows/s, %.0f MB/s; ratio %.2f\n",
		raw.n / weir * TIMES * 1e-6, (double)len / weir * TIMES * 1e-6,
		raw.n / hand * TIMES * 1e-6, (double)len / hand * TIMES * 1e-6, hand / weir);
	format->close(self);
	free(items.bytes);
	free(conf);
	free(to);
	return 0;
}
