/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The json format under libFuzzer: the input's lines are records.  A batch must give what its
 * records give alone, with and without slack behind them; what was read and written again must read
 * as the same.
 */
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../unit/plugins_io/mock.h"

namespace
{

const char *const names[] = {"b", "i", "f", "t", "m", "s", "x", "j", "o", "a"};
const uint32_t types[] = {WEIR_BOOL, WEIR_INT64, WEIR_FLOAT64, WEIR_TIMESTAMP, WEIR_TIMESTAMP,
	WEIR_STRING, WEIR_BYTES, WEIR_JSON, WEIR_INT64, WEIR_STRING};
const char *const specs[] = {"", "", "", "", "ms", "", "", "", "$.o.i", "$.a[1]"};
/* As sinks write them: a sink has no paths, and times are text. */
const char *const plain[] = {"", "", "", "", "", "", "", "", "", ""};

enum : uint32_t { COLUMNS = 10, RECORDS = 64 };

struct format_of {
	struct mock *mock;
	const struct weir_format *format;
	void *conf, *self;

	explicit format_of(const char *const *spec)
	{
		mock = mock_new();
		format = weir_plugin_entry()->formats[0];
		conf = calloc(1, format->conf_size);
		for (uint32_t i = 0; i < COLUMNS; i++)
			mock_field(mock, names[i], types[i], spec[i]);
		if (format->plan(conf, &mock->plan, mock->task.host) != WEIR_OK ||
			format->open(conf, &mock->task, &self) != WEIR_OK)
			abort();
	}
};

/* A row as text, to be compared; of a bad one that it is bad. */
std::string
row_text(const struct mock *mock, uint32_t row)
{
	std::string text;

	if (mock->out->bad[row])
		return "bad";
	for (uint32_t i = 0; i < COLUMNS; i++) {
		if (mock_is_null(mock, i, row)) {
			text += "null|";
			continue;
		}
		if (types[i] >= WEIR_STRING) {
			struct weir_str str = mock_str(mock, i, row);

			text.append(str.p, str.len);
		} else if (types[i] == WEIR_FLOAT64) {
			double x = mock_float(mock, i, row);

			text.append(reinterpret_cast<const char *>(&x), sizeof x);
		} else {
			text += std::to_string(mock_int(mock, i, row));
		}
		text += '|';
	}
	return text;
}

void
must(bool truth)
{
	if (!truth)
		abort();
}

/* The lines of the first `size` bytes. */
std::vector<struct weir_str>
split(const std::string &text, size_t size)
{
	std::vector<struct weir_str> rec;

	for (size_t begin = 0; begin <= size && rec.size() < RECORDS;) {
		size_t end = text.find('\n', begin);

		if (end == std::string::npos || end > size)
			end = size;
		rec.push_back({text.data() + begin, static_cast<uint32_t>(end - begin), 0});
		begin = end + 1;
	}
	return rec;
}

/* What sinks write is read by sources. */
void
round_trip(format_of &reader, const struct weir_batch *batch, uint32_t row)
{
	static format_of *again = new format_of(plain);
	std::string before = row_text(reader.mock, row);
	struct weir_batch one = *batch;

	one.sel = &row;
	one.n_sel = 1;
	must(mock_encode(again->mock, again->format, again->self, &one) == 1);

	struct weir_str item = mock_item(again->mock, 0);
	/* A line is a line: only the text of a json column may bring newlines, and records here
	 * have none. */
	must(memchr(item.p, '\n', item.len) == nullptr);
	std::string copy(item.p, item.len);
	struct weir_str rec = {copy.data(), static_cast<uint32_t>(copy.size()), 0};
	mock_decode(again->mock, again->format, again->self, &rec, 1, 0);
	must(row_text(again->mock, 0) == before);
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static format_of *reader = new format_of(specs);
	std::string text(reinterpret_cast<const char *>(data), size);

	text.append(64, '"'); /* slack */
	std::vector<struct weir_str> rec = split(text, size);
	std::vector<std::string> alone;
	for (struct weir_str &one : rec) {
		std::string copy(one.p, one.len);
		struct weir_str apart = {copy.data(), one.len, 0};

		mock_decode(reader->mock, reader->format, reader->self, &apart, 1, 0);
		alone.push_back(row_text(reader->mock, 0));
	}
	for (uint32_t slack : {0u, 64u}) {
		mock_decode(reader->mock, reader->format, reader->self, rec.data(),
			static_cast<uint32_t>(rec.size()), slack);
		for (uint32_t i = 0; i < rec.size(); i++)
			must(row_text(reader->mock, i) == alone[i]);
	}
	struct mock_batch batch;
	mock_to_batch(reader->mock, &batch);
	for (uint32_t i = 0; i < rec.size(); i++)
		if (!reader->mock->out->bad[i])
			round_trip(*reader, &batch.batch, i);
	mock_batch_fini(&batch);
	return 0;
}
