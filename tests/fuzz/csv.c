/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The format csv under libFuzzer: the first byte chooses the directives, the lines behind it are
 * records, and each of them may be a header.
 */
#include <stdlib.h>
#include <string.h>

#include "../../plugins/csv/csv.h"
#include "records.h"

enum { COLUMNS = 8 };

static const struct records_column columns[COLUMNS] = {{"s", WEIR_STRING, ""},
	{"i", WEIR_INT64, ""}, {"f", WEIR_FLOAT64, ""}, {"b", WEIR_BOOL, ""},
	{"t", WEIR_TIMESTAMP, ""}, {"m", WEIR_TIMESTAMP, "ms"}, {"x", WEIR_BYTES, ""},
	{"j", WEIR_JSON, ""}};

static struct weir_str
str_of(const char *p)
{
	return (struct weir_str){.p = p, .len = (uint32_t)strlen(p)};
}

static struct records
open_csv(uint8_t choice, uint32_t header, int plain)
{
	static const char *const delimiters[] = {",", ";", "\\t", "|"};
	static const char *const nulls[] = {"", "NULL", "1", "\\N"};
	static const char *const quotes[] = {"\"", "'", "", "\""};
	struct csv_conf *conf = calloc(1, sizeof *conf);

	conf->header = header;
	conf->delimiter = str_of(delimiters[choice & 3]);
	conf->null = str_of(nulls[choice >> 2 & 3]);
	conf->quote = str_of(quotes[choice >> 4 & 3]);
	return records_open(conf, columns, COLUMNS, plain);
}

static int
decode_first(void *self, struct weir_task *task, const struct weir_raw *raw, struct weir_out *out)
{
	struct weir_raw copy = *raw;

	copy.begins = 1;
	(void)weir_plugin_entry()->formats[0]->decode(self, task, &copy, out);
	return WEIR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t choice = size > 0 ? data[0] : 0;
	struct records reader = open_csv(choice, CSV_HEADER_OFF, 0);
	struct records plain = open_csv(choice, CSV_HEADER_OFF, 1);
	struct records named = open_csv(choice, CSV_HEADER_ON, 0);
	struct weir_format first = *named.format;
	struct weir_str rec[RECORDS_MAX];
	uint32_t n = records_split(data + (size > 0), size - (size > 0), rec);

	/* Without quotes not every text can be written. */
	records_check(&reader, &plain, rec, n,
		((struct csv_conf *)reader.conf)->quote.len > 0 ? RECORDS_WHOLE : RECORDS_READ);
	first.decode = decode_first;
	mock_decode(named.mock, &first, named.self, rec, n, RECORDS_SLACK);
	records_close(&reader);
	records_close(&plain);
	records_close(&named);
	return 0;
}
