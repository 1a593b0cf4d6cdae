/* SPDX-License-Identifier: Apache-2.0 */
/* The C++ side of the json format; see simdjson_shim.h. */
#include "simdjson_shim.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>

/*
 * Only the first stage is asked of simdjson, for many records in one run: an On-Demand parser would
 * run it once a record, which costs more than reading the few fields that are wanted.
 */
struct json_index {
	std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
	size_t capacity;
};

namespace
{

enum : size_t { FIRST_CAPACITY = 1 << 17, MAX_DEPTH = 1 };

const char *
reason(simdjson::error_code code)
{
	switch (code) {
	case simdjson::EMPTY:
		return "it is empty";
	case simdjson::UTF8_ERROR:
		return "it is not UTF-8";
	case simdjson::UNCLOSED_STRING:
		return "a string in it is not closed";
	case simdjson::UNESCAPED_CHARS:
		return "a string in it has a control character that is not escaped";
	case simdjson::MEMALLOC:
		return "there was no memory to read it";
	default:
		return "it is too long";
	}
}

bool
grow(struct json_index *index, size_t len)
{
	size_t want = index->capacity;

	while (want <= len)
		want *= 2;
	if (want == index->capacity)
		return true;
	if (index->stage->set_capacity(want) != simdjson::SUCCESS)
		return false;
	index->capacity = want;
	return true;
}

} // namespace

extern "C" struct json_index *
json_index_new(void)
{
	std::unique_ptr<json_index> index(new (std::nothrow) json_index());

	if (!index)
		return nullptr;
	if (simdjson::get_active_implementation()->create_dom_parser_implementation(
		    FIRST_CAPACITY, MAX_DEPTH, index->stage) != simdjson::SUCCESS)
		return nullptr;
	index->capacity = FIRST_CAPACITY;
	return index.release();
}

extern "C" void
json_index_free(struct json_index *index)
{
	delete index;
}

extern "C" const char *
json_index_run(
	struct json_index *index, const char *p, size_t len, const uint32_t **at, uint32_t *n)
{
	if (len >= UINT32_MAX / 2 || !grow(index, len))
		return reason(simdjson::CAPACITY);

	simdjson::error_code code = index->stage->stage1(
		reinterpret_cast<const uint8_t *>(p), len, simdjson::stage1_mode::regular);
	if (code != simdjson::SUCCESS)
		return reason(code);
	*n = index->stage->n_structural_indexes;
	/* Two ends stand there already; the array has room for more. */
	index->stage->structural_indexes[*n + 2] = static_cast<uint32_t>(len);
	*at = index->stage->structural_indexes.get();
	return nullptr;
}

extern "C" int
json_is_utf8(const char *p, size_t len)
{
	return simdjson::validate_utf8(p, len);
}

extern "C" int
json_float_parse(const char *p, const char *end, double *value)
{
	std::from_chars_result result = std::from_chars(p, end, *value);

	if (result.ec == std::errc())
		return 0;
	/* Beyond the range.  Too small is 0; the number ends before `end`, so strtod stops there.
	 */
	*value = strtod(p, nullptr);
	return std::isinf(*value) ? -1 : 0;
}

/* As JavaScript writes numbers: digits up to 21 places, an exponent beyond. */
extern "C" size_t
json_float_print(double x, char *out)
{
	char text[JSON_FLOAT_MAX];
	char *end = std::to_chars(text, text + sizeof text, x, std::chars_format::scientific).ptr;
	char *p = text, *o = out;

	if (*p == '-')
		*o++ = *p++;
	char *e = end - 1;
	while (*e != 'e')
		e--;
	int exp = 0;
	std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exp);
	/* d.ddd becomes dddd, whose point stands after exp + 1 digits. */
	if (e - p > 1)
		memmove(p + 1, p + 2, static_cast<size_t>(e - p - 2));
	int n = e - p > 1 ? static_cast<int>(e - p) - 1 : 1;
	if (exp >= 21 || exp < -6) {
		*o++ = p[0];
		if (n > 1) {
			*o++ = '.';
			memcpy(o, p + 1, static_cast<size_t>(n - 1));
			o += n - 1;
		}
		*o++ = 'e';
		*o++ = exp < 0 ? '-' : '+';
		return static_cast<size_t>(std::to_chars(o, o + 4, exp < 0 ? -exp : exp).ptr - out);
	}
	if (exp < 0) {
		memcpy(o, "0.00000", 2 + static_cast<size_t>(-exp - 1));
		o += 2 + (-exp - 1);
		memcpy(o, p, static_cast<size_t>(n));
		return static_cast<size_t>(o + n - out);
	}
	int whole = exp + 1;
	memcpy(o, p, static_cast<size_t>(n < whole ? n : whole));
	o += n < whole ? n : whole;
	for (int i = n; i < whole; i++)
		*o++ = '0';
	if (n > whole) {
		*o++ = '.';
		memcpy(o, p + whole, static_cast<size_t>(n - whole));
		o += n - whole;
	}
	return static_cast<size_t>(o - out);
}
