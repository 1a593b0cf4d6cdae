/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The json format with and without layouts under libFuzzer: the input's lines are records, which
 * come several times over, so that what one of them taught is used for the others.
 */
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../unit/plugins_io/json_pair.h"

namespace
{

const struct json_pair_field fields[] = {{"b", WEIR_BOOL, ""}, {"i", WEIR_INT64, ""},
	{"f", WEIR_FLOAT64, ""}, {"t", WEIR_TIMESTAMP, ""}, {"m", WEIR_TIMESTAMP, "ms"},
	{"s", WEIR_STRING, ""}, {"x", WEIR_BYTES, ""}, {"j", WEIR_JSON, ""},
	{"oi", WEIR_INT64, "$.o.i"}, {"as", WEIR_STRING, "$.a[1]"}};

constexpr uint32_t RECORDS = 64, ROUNDS = 3, SLACK = 64;

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	std::string text(reinterpret_cast<const char *>(data), size);
	std::vector<struct weir_str> rec;

	text.append(SLACK, '"');
	for (size_t begin = 0; begin <= size && rec.size() < RECORDS;) {
		size_t end = text.find('\n', begin);

		if (end == std::string::npos || end > size)
			end = size;
		rec.push_back({text.data() + begin, static_cast<uint32_t>(end - begin), 0});
		begin = end + 1;
	}
	for (uint32_t n = static_cast<uint32_t>(rec.size()), i = n; i < n * ROUNDS; i++)
		rec.push_back(rec[i % n]);
	/* All columns, and few: what is left of a record is then skipped as a whole. */
	for (uint32_t n : {3u, 10u}) {
		struct json_pair pair;

		json_pair_init(&pair, fields, n);
		for (uint32_t slack : {SLACK, 0u})
			if (json_pair_decode(&pair, rec.data(), static_cast<uint32_t>(rec.size()),
				    slack) != rec.size())
				abort();
		json_pair_fini(&pair);
	}
	return 0;
}
