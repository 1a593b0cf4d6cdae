/* SPDX-License-Identifier: Apache-2.0 */
/* Formats under libFuzzer; see records.h. */
#include "records.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
records_must(int truth)
{
	if (!truth)
		abort();
}

struct records
records_open(void *conf, const struct records_column *column, uint32_t n_columns, int plain)
{
	struct records records = {.mock = mock_new(),
		.format = weir_plugin_entry()->formats[0],
		.conf = conf,
		.column = column,
		.n_columns = n_columns};

	for (uint32_t i = 0; i < n_columns; i++)
		mock_field(
			records.mock, column[i].name, column[i].type, plain ? "" : column[i].spec);
	records_must(records.format->plan(conf, &records.mock->plan, records.mock->task.host) ==
		     WEIR_OK);
	records_must(records.format->open(conf, &records.mock->task, &records.self) == WEIR_OK);
	return records;
}

void
records_close(struct records *records)
{
	records->format->close(records->self);
	free(records->conf);
	mock_free(records->mock);
}

uint32_t
records_split(const void *data, size_t size, struct weir_str rec[RECORDS_MAX])
{
	static char text[RECORDS_TEXT + RECORDS_SLACK];
	const char *p = text, *end;
	uint32_t n = 0;

	size = size > RECORDS_TEXT ? RECORDS_TEXT : size;
	memset(text + size, '"', RECORDS_SLACK);
	if (size > 0)
		memcpy(text, data, size);
	for (end = p + size; n < RECORDS_MAX;) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		newline = newline != NULL ? newline : end;
		rec[n++] = (struct weir_str){.p = p, .len = (uint32_t)(newline - p)};
		if (newline == end)
			break;
		p = newline + 1;
	}
	return n;
}

static void
add_value(struct mock_text *text, const struct records *records, uint32_t col, uint32_t row)
{
	const struct mock *mock = records->mock;
	uint32_t type = records->column[col].type;
	char buf[64];

	if (mock_is_null(mock, col, row)) {
		mock_add(text, "null", 4);
	} else if (type >= WEIR_STRING) {
		struct weir_str str = mock_str(mock, col, row);

		mock_add(text, "=", 1);
		mock_add(text, str.p, str.len);
	} else if (type == WEIR_FLOAT64) {
		double x = mock_float(mock, col, row);

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
row_text(const struct records *records, uint32_t row)
{
	struct mock_text text = {0};
	int bad = records->mock->out->bad[row];

	if (bad)
		mock_add(&text, "bad", 3);
	for (uint32_t i = 0; i < records->n_columns && !bad; i++)
		add_value(&text, records, i, row);
	return text;
}

/* Frees b. */
static void
must_same(const struct mock_text *a, struct mock_text b)
{
	records_must(a->len == b.len && memcmp(a->p, b.p, b.len) == 0);
	free(b.p);
}

/* A record by itself, in memory of its own. */
static struct mock_text
alone(struct records *records, struct weir_str rec)
{
	char *copy = malloc(rec.len + !rec.len);
	struct mock_text text;

	memcpy(copy, rec.p, rec.len);
	rec.p = copy;
	mock_decode(records->mock, records->format, records->self, &rec, 1, 0);
	text = row_text(records, 0);
	free(copy);
	return text;
}

static void
round_trip(struct records *records, struct records *plain, uint32_t n, int how)
{
	struct mock_batch batch;

	mock_to_batch(records->mock, &batch);
	for (uint32_t i = 0; i < n; i++) {
		struct weir_batch one = batch.batch;
		struct mock_text before;
		struct weir_str item;

		if (records->mock->out->bad[i])
			continue;
		one.sel = &i;
		one.n_sel = 1;
		records_must(mock_encode(plain->mock, plain->format, plain->self, &one) == 1);
		item = mock_item(plain->mock, 0);
		records_must(how != RECORDS_LINES || memchr(item.p, '\n', item.len) == NULL);
		before = row_text(records, i);
		must_same(&before, alone(plain, item));
		free(before.p);
	}
	mock_batch_fini(&batch);
}

void
records_check(struct records *records, struct records *plain, const struct weir_str *rec,
	uint32_t n, int how)
{
	struct mock_text one[RECORDS_MAX];

	for (uint32_t i = 0; i < n; i++)
		one[i] = alone(records, rec[i]);
	for (uint32_t slack = 0; slack <= RECORDS_SLACK; slack += RECORDS_SLACK) {
		mock_decode(records->mock, records->format, records->self, rec, n, slack);
		for (uint32_t i = 0; i < n; i++)
			must_same(&one[i], row_text(records, i));
	}
	for (uint32_t i = 0; i < n; i++)
		free(one[i].p);
	if (how != RECORDS_READ)
		round_trip(records, plain, n, how);
}
