/* SPDX-License-Identifier: Apache-2.0 */
/* The format logfmt under libFuzzer. */
#include <stdlib.h>

#include "../../plugins/logfmt/logfmt.h"
#include "records.h"

enum { COLUMNS = 9 };

static const struct records_column columns[COLUMNS] = {{"s", WEIR_STRING, ""},
	{"i", WEIR_INT64, ""}, {"f", WEIR_FLOAT64, ""}, {"b", WEIR_BOOL, ""},
	{"t", WEIR_TIMESTAMP, ""}, {"m", WEIR_TIMESTAMP, "ms"}, {"x", WEIR_BYTES, ""},
	{"j", WEIR_JSON, ""}, {"again", WEIR_STRING, "i"}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct records reader =
		records_open(calloc(1, sizeof(struct logfmt_conf)), columns, COLUMNS, 0);
	struct records plain =
		records_open(calloc(1, sizeof(struct logfmt_conf)), columns, COLUMNS, 1);
	struct weir_str rec[RECORDS_MAX];
	uint32_t n = records_split(data, size, rec);

	records_check(&reader, &plain, rec, n, RECORDS_LINES);
	records_close(&reader);
	records_close(&plain);
	return 0;
}
