/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The csv format under libFuzzer: the first byte chooses the directives, the lines behind it are
 * records.  A batch must give what its records give alone, with and without slack behind them; what
 * was read and written again must read as the same; any line may be a header.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/csv/csv.h"
#include "../unit/plugins_io/mock.h"

enum { COLUMNS = 8, RECORDS = 64, TEXT = 1 << 16 };

static const uint32_t types[COLUMNS] = {WEIR_STRING, WEIR_INT64, WEIR_FLOAT64, WEIR_BOOL,
	WEIR_TIMESTAMP, WEIR_TIMESTAMP, WEIR_BYTES, WEIR_JSON};
static const char *const names[COLUMNS] = {"s", "i", "f", "b", "t", "m", "x", "j"};
static const char *const specs[COLUMNS] = {"", "", "", "", "", "ms", "", ""};

struct reader {
	struct mock *mock;
	const struct weir_format *format;
	struct csv_conf *conf;
	void *self;
};

static void
must(int truth)
{
	if (!truth)
		abort();
}

static struct weir_str
str_of(const char *p)
{
	return (struct weir_str){.p = p, .len = (uint32_t)strlen(p)};
}

static struct reader
reader_new(uint8_t choice, uint32_t header, int plain)
{
	static const char *const delimiters[] = {",", ";", "\\t", "|"};
	static const char *const nulls[] = {"", "NULL", "1", "\\N"};
	struct reader reader = {.mock = mock_new(), .format = weir_plugin_entry()->formats[0]};
	uint32_t i;

	reader.conf = calloc(1, reader.format->conf_size);
	reader.conf->header = header;
	reader.conf->delimiter = str_of(delimiters[choice & 3]);
	reader.conf->null = str_of(nulls[choice >> 2 & 3]);
	reader.conf->quote = str_of((choice >> 4 & 3) == 1 ? "'" : "\"");
	if ((choice >> 4 & 3) == 2)
		reader.conf->quote.len = 0;
	for (i = 0; i < COLUMNS; i++)
		mock_field(reader.mock, names[i], types[i], plain ? "" : specs[i]);
	must(reader.format->plan(reader.conf, &reader.mock->plan, reader.mock->task.host) ==
		WEIR_OK);
	must(reader.format->open(reader.conf, &reader.mock->task, &reader.self) == WEIR_OK);
	return reader;
}

static void
reader_free(struct reader *reader)
{
	reader->format->close(reader->self);
	free(reader->conf);
	mock_free(reader->mock);
}

static void
text_value(struct mock_text *text, const struct mock *mock, uint32_t col, uint32_t row)
{
	struct weir_str str;
	char buf[64];
	double x;

	if (mock_is_null(mock, col, row)) {
		mock_add(text, "null", 4);
	} else if (types[col] >= WEIR_STRING) {
		str = mock_str(mock, col, row);
		mock_add(text, "=", 1);
		mock_add(text, str.p, str.len);
	} else if (types[col] == WEIR_FLOAT64) {
		x = mock_float(mock, col, row);
		snprintf(buf, sizeof buf, "%a", isnan(x) ? 0.5 : x);
		mock_add(text, buf, strlen(buf));
	} else {
		snprintf(buf, sizeof buf, "%lld", (long long)mock_int(mock, col, row));
		mock_add(text, buf, strlen(buf));
	}
	mock_add(text, "|", 1);
}

/* A row as text, to be compared; of a bad one that it is bad. */
static struct mock_text
row_text(const struct mock *mock, uint32_t row)
{
	struct mock_text text = {0};
	uint32_t i;

	if (mock->out->bad[row])
		mock_add(&text, "bad", 3);
	for (i = 0; i < COLUMNS && !mock->out->bad[row]; i++)
		text_value(&text, mock, i, row);
	return text;
}

/* Frees b. */
static void
must_same(const struct mock_text *a, struct mock_text b)
{
	must(a->len == b.len && memcmp(a->p, b.p, b.len) == 0);
	free(b.p);
}

/* A record by itself, in memory of its own. */
static struct mock_text
alone(struct reader *reader, struct weir_str rec)
{
	char *copy = malloc(rec.len + !rec.len);
	struct mock_text text;

	memcpy(copy, rec.p, rec.len);
	rec.p = copy;
	mock_decode(reader->mock, reader->format, reader->self, &rec, 1, 0);
	text = row_text(reader->mock, 0);
	free(copy);
	return text;
}

static void
round_trip(struct reader *reader, struct reader *plain, uint32_t n)
{
	struct mock_batch batch;
	uint32_t i;

	mock_to_batch(reader->mock, &batch);
	for (i = 0; i < n; i++) {
		struct weir_batch one = batch.batch;
		struct mock_text before = row_text(reader->mock, i);

		if (reader->mock->out->bad[i]) {
			free(before.p);
			continue;
		}
		one.sel = &i;
		one.n_sel = 1;
		must(mock_encode(plain->mock, plain->format, plain->self, &one) == 1);
		must_same(&before, alone(plain, mock_item(plain->mock, 0)));
		free(before.p);
	}
	mock_batch_fini(&batch);
}

static int
decode_any(void *self, struct weir_task *task, const struct weir_raw *raw, struct weir_out *out)
{
	struct weir_raw copy = *raw;

	copy.begins = 1;
	(void)weir_plugin_entry()->formats[0]->decode(self, task, &copy, out);
	return WEIR_OK;
}

static uint32_t
split(const char *p, size_t size, struct weir_str *rec)
{
	const char *end = p + size;
	uint32_t n = 0;

	while (n < RECORDS) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		rec[n++] = (struct weir_str){
			.p = p, .len = (uint32_t)((newline != NULL ? newline : end) - p)};
		if (newline == NULL)
			break;
		p = newline + 1;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT + CSV_SLACK];
	uint8_t choice = size > 0 ? data[0] : 0;
	struct reader reader = reader_new(choice, CSV_HEADER_OFF, 0);
	struct reader plain = reader_new(choice, CSV_HEADER_OFF, 1);
	struct reader named = reader_new(choice, CSV_HEADER_ON, 0);
	struct weir_format any = *named.format;
	struct weir_str rec[RECORDS];
	struct mock_text one[RECORDS];
	uint32_t n, i, slack;

	size = size > 0 ? size - 1 : 0;
	size = size > TEXT ? TEXT : size;
	memset(text, 0, sizeof text);
	if (size > 0)
		memcpy(text, data + 1, size);
	n = split(text, size, rec);
	for (i = 0; i < n; i++)
		one[i] = alone(&reader, rec[i]);
	for (slack = 0; slack <= CSV_SLACK; slack += CSV_SLACK) {
		mock_decode(reader.mock, reader.format, reader.self, rec, n, slack);
		for (i = 0; i < n; i++)
			must_same(&one[i], row_text(reader.mock, i));
	}
	for (i = 0; i < n; i++)
		free(one[i].p);
	if ((choice >> 4 & 3) != 2)
		round_trip(&reader, &plain, n);
	any.decode = decode_any;
	mock_decode(named.mock, &any, named.self, rec, n, CSV_SLACK);
	reader_free(&reader);
	reader_free(&plain);
	reader_free(&named);
	return 0;
}
