/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The format json with and without layouts under libFuzzer: the records come several times over, so
 * that what one of them taught is used for the others.
 */
#include "../unit/plugins_io/json_pair.h"
#include "records.h"

enum { COLUMNS = 10, ROUNDS = 3 };

static const struct json_pair_field fields[COLUMNS] = {{"b", WEIR_BOOL, ""}, {"i", WEIR_INT64, ""},
	{"f", WEIR_FLOAT64, ""}, {"t", WEIR_TIMESTAMP, ""}, {"m", WEIR_TIMESTAMP, "ms"},
	{"s", WEIR_STRING, ""}, {"x", WEIR_BYTES, ""}, {"j", WEIR_JSON, ""},
	{"oi", WEIR_INT64, "$.o.i"}, {"as", WEIR_STRING, "$.a[1]"}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* All columns, and few: what is left of a record is then skipped as a whole. */
	static const uint32_t columns[] = {3, COLUMNS};
	struct weir_str rec[RECORDS_MAX * ROUNDS];
	uint32_t n = records_split(data, size, rec), all = n * ROUNDS;

	for (uint32_t i = n; i < all; i++)
		rec[i] = rec[i % n];
	for (uint32_t k = 0; k < 2; k++) {
		struct json_pair pair;

		json_pair_init(&pair, fields, columns[k]);
		records_must(json_pair_decode(&pair, rec, all, RECORDS_SLACK) == all);
		records_must(json_pair_decode(&pair, rec, all, 0) == all);
		json_pair_fini(&pair);
	}
	return 0;
}
