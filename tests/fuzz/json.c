/* SPDX-License-Identifier: Apache-2.0 */
/* The format json under libFuzzer.  It stays open, so that layouts of earlier inputs are used. */
#include <stdlib.h>

#include "records.h"

enum { COLUMNS = 10 };

static const struct records_column columns[COLUMNS] = {{"b", WEIR_BOOL, ""}, {"i", WEIR_INT64, ""},
	{"f", WEIR_FLOAT64, ""}, {"t", WEIR_TIMESTAMP, ""}, {"m", WEIR_TIMESTAMP, "ms"},
	{"s", WEIR_STRING, ""}, {"x", WEIR_BYTES, ""}, {"j", WEIR_JSON, ""},
	{"o", WEIR_INT64, "$.o.i"}, {"a", WEIR_STRING, "$.a[1]"}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct records reader, plain;
	size_t conf_size = weir_plugin_entry()->formats[0]->conf_size;
	struct weir_str rec[RECORDS_MAX];
	uint32_t n = records_split(data, size, rec);

	if (reader.mock == NULL) {
		reader = records_open(calloc(1, conf_size), columns, COLUMNS, 0);
		plain = records_open(calloc(1, conf_size), columns, COLUMNS, 1);
	}
	records_check(&reader, &plain, rec, n, RECORDS_LINES);
	return 0;
}
