/* SPDX-License-Identifier: Apache-2.0 */
/* The format json, driven through a small host: what it takes, what it refuses and why, what it
 * writes. */
#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format_rig.h"

static void
setup(void)
{
	format_setup(0);
}

/* Records in one padded block with newlines between, as a file gives them; slack 0: each in memory
 * of just its size. */
struct records {
	struct weir_str rec[WEIR_ROWS_MAX];
	uint32_t n;
	char *block;
};

static void
records_make(struct records *records, const char *const *texts, uint32_t n, int apart)
{
	size_t len = 0;
	uint32_t i;
	char *p;

	for (i = 0; i < n; i++)
		len += strlen(texts[i]) + 1;
	records->n = n;
	records->block = p = malloc(len + 64);
	memset(p, 0x5a, len + 64);
	for (i = 0; i < n; i++) {
		size_t m = strlen(texts[i]);

		records->rec[i] = (struct weir_str){.p = p, .len = (uint32_t)m};
		if (apart) {
			char *own = malloc(m + 1);

			memcpy(own, texts[i], m);
			records->rec[i].p = own;
			continue;
		}
		memcpy(p, texts[i], m);
		p[m] = '\n';
		p += m + 1;
	}
}

static void
records_free(struct records *records, int apart)
{
	uint32_t i;

	for (i = 0; apart && i < records->n; i++)
		free((void *)(uintptr_t)records->rec[i].p);
	free(records->block);
}

static const char *
decode_one(const char *text)
{
	static struct records records;

	free(records.block);
	records_make(&records, &text, 1, 0);
	mock_decode(mock, format, self, records.rec, 1, 64);
	if (mock->out->bad[0])
		return mock->out->why[0];
	return "";
}

#define ck_bad(text, why) ck_assert_str_eq(decode_one(text), why)
#define ck_good(text)     ck_assert_str_eq(decode_one(text), "")

static void
ck_str(uint32_t col, uint32_t row, const char *text, size_t len)
{
	struct weir_str str = mock_str(mock, col, row);

	ck_assert(!mock_is_null(mock, col, row));
	ck_assert_uint_eq(str.len, len);
	ck_assert(memcmp(str.p, text, len) == 0);
}

#define ck_text(col, text) ck_str(col, 0, text, sizeof(text) - 1)

START_TEST(values_of_all_types_are_found_by_name)
{
	mock_field(mock, "b", WEIR_BOOL, "");
	mock_field(mock, "i", WEIR_INT64, "");
	mock_field(mock, "f", WEIR_FLOAT64, "");
	mock_field(mock, "t", WEIR_TIMESTAMP, "ms");
	mock_field(mock, "s", WEIR_STRING, "");
	mock_field(mock, "x", WEIR_BYTES, "");
	mock_field(mock, "j", WEIR_JSON, "");
	open_format();
	ck_good("{\"b\":true,\"i\":-42,\"f\":1.5,\"t\":1436918400123,\"s\":\"short\","
		"\"x\":\"aGVsbG8=\",\"j\":{\"a\": [1, 2.50, \"x\"]}}");
	ck_assert_int_eq(mock_int(mock, 0, 0), 1);
	ck_assert_int_eq(mock_int(mock, 1, 0), -42);
	ck_assert_double_eq(mock_float(mock, 2, 0), 1.5);
	ck_assert_int_eq(mock_int(mock, 3, 0), 1436918400123000);
	ck_text(4, "short");
	ck_text(5, "hello");
	ck_text(6, "{\"a\": [1, 2.50, \"x\"]}");
	/* Another order, other spaces. */
	ck_good(" { \"j\" : [ ] , \"s\" : \"a string of some length\" , \"x\":\"\", \"t\" : -1 , "
		"\"f\" : 7 , "
		"\"i\" : 0 , \"b\" : false } ");
	ck_assert_int_eq(mock_int(mock, 0, 0), 0);
	ck_assert_int_eq(mock_int(mock, 1, 0), 0);
	ck_assert_double_eq(mock_float(mock, 2, 0), 7);
	ck_assert_int_eq(mock_int(mock, 3, 0), -1000);
	ck_text(4, "a string of some length");
	ck_text(5, "");
	ck_text(6, "[ ]");
}
END_TEST

START_TEST(missing_and_null_are_null)
{
	mock_field(mock, "a", WEIR_INT64, "");
	mock_field(mock, "b", WEIR_STRING, "");
	mock_field(mock, "c", WEIR_JSON, "");
	mock_field(mock, "d", WEIR_INT64, "$.x.y[1].z");
	open_format();
	ck_good("{\"a\":null,\"c\":null}");
	ck_assert(mock_is_null(mock, 0, 0));
	ck_assert(mock_is_null(mock, 1, 0));
	ck_assert(mock_is_null(mock, 2, 0));
	ck_assert(mock_is_null(mock, 3, 0));
	ck_good("{}");
	ck_assert(mock_is_null(mock, 0, 0));
	ck_good("{\"x\":5,\"a\":1}");
	ck_assert(mock_is_null(mock, 3, 0));
	ck_assert_int_eq(mock_int(mock, 0, 0), 1);
	ck_good("{\"x\":{\"y\":[1]}}");
	ck_assert(mock_is_null(mock, 3, 0));
	ck_good("{\"x\":{\"y\":[{\"z\":1},{\"q\":[],\"z\":2}, 7]},\"a\":3}");
	ck_assert_int_eq(mock_int(mock, 3, 0), 2);
	ck_assert_int_eq(mock_int(mock, 0, 0), 3);
}
END_TEST

START_TEST(paths_lead_into_objects_and_arrays)
{
	mock_field(mock, "total", WEIR_FLOAT64, "$.timing.total_ms");
	mock_field(mock, "timing", WEIR_JSON, "$.timing");
	mock_field(mock, "first", WEIR_STRING, "$.tags[0]");
	mock_field(mock, "third", WEIR_STRING, "$.tags[2]");
	mock_field(mock, "agent", WEIR_STRING, "$.headers['user.agent']");
	mock_field(mock, "again", WEIR_STRING, "$.tags[0]");
	mock_field(mock, "at", WEIR_TIMESTAMP, "s $.timing.at");
	open_format();
	ck_good("{\"timing\":{\"total_ms\":12.25,\"at\":1.5},\"tags\":[\"a\",\"b\",\"c\",\"d\"],"
		"\"headers\":{\"user.agent\":\"curl\"}}");
	ck_assert_double_eq(mock_float(mock, 0, 0), 12.25);
	ck_text(1, "{\"total_ms\":12.25,\"at\":1.5}");
	ck_text(2, "a");
	ck_text(3, "c");
	ck_text(4, "curl");
	ck_text(5, "a");
	ck_assert_int_eq(mock_int(mock, 6, 0), 1500000);
}
END_TEST

START_TEST(the_first_of_equal_keys_wins)
{
	mock_field(mock, "a", WEIR_INT64, "");
	mock_field(mock, "b", WEIR_INT64, "$.o.b");
	open_format();
	ck_good("{\"a\":1,\"a\":2,\"o\":{\"b\":3,\"b\":4},\"o\":{\"b\":5}}");
	ck_assert_int_eq(mock_int(mock, 0, 0), 1);
	ck_assert_int_eq(mock_int(mock, 1, 0), 3);
	ck_good("{\"a\":null,\"a\":2,\"o\":{},\"o\":{\"b\":5}}");
	ck_assert(mock_is_null(mock, 0, 0));
	ck_assert(mock_is_null(mock, 1, 0));
}
END_TEST

START_TEST(escapes_and_unicode_are_right)
{
	mock_field(mock, "s", WEIR_STRING, "");
	open_format();
	ck_good("{\"s\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}");
	ck_text(0, "\"\\/\b\f\n\r\t");
	ck_good("{\"s\":\"gr\\u00fc\\u00df \\u20ac \\ud83d\\ude00 and more\"}");
	ck_text(0, "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80 and more");
	ck_good("{\"s\":\"nul \\u0000 within\"}");
	ck_text(0, "nul \0 within");
	ck_good("{\"\\u0073\":\"an escaped key\"}");
	ck_text(0, "an escaped key");
	ck_good("{\"s\":\"\xc3\xbc\"}");
	ck_text(0, "\xc3\xbc");
	ck_bad("{\"s\":\"\\ud83d alone\"}", "field \"s\" has a wrong escape");
	ck_bad("{\"s\":\"\\ude00\\ud83d\"}", "field \"s\" has a wrong escape");
	ck_bad("{\"s\":\"\\x\"}", "field \"s\" has a wrong escape");
	ck_bad("{\"s\":\"\\u12g4\"}", "field \"s\" has a wrong escape");
	ck_bad("{\"s\":\"\xff\"}", "it is not UTF-8");
	ck_bad("{\"s\":\"\xed\xa0\x80\"}", "it is not UTF-8");
	ck_bad("{\"s\":\"\x01\"}", "a string in it has a control character that is not escaped");
	ck_bad("{\"s\":\"open}", "a string in it is not closed");
}
END_TEST

START_TEST(numbers_are_right_at_the_edges)
{
	mock_field(mock, "i", WEIR_INT64, "");
	mock_field(mock, "f", WEIR_FLOAT64, "");
	open_format();
	ck_good("{\"i\":9223372036854775807}");
	ck_assert_int_eq(mock_int(mock, 0, 0), INT64_MAX);
	ck_good("{\"i\":-9223372036854775808}");
	ck_assert_int_eq(mock_int(mock, 0, 0), INT64_MIN);
	ck_bad("{\"i\":9223372036854775808}", "field \"i\" is 9223372036854775808, beyond an int");
	ck_bad("{\"i\":-9223372036854775809}",
		"field \"i\" is -9223372036854775809, beyond an int");
	ck_bad("{\"i\":18446744073709551616}",
		"field \"i\" is 18446744073709551616, beyond an int");
	ck_bad("{\"i\":123456789012345678901234567890123456789012345}",
		"field \"i\" is 1234567890123456789012345678901234567890..., beyond an int");
	ck_good("{\"i\":5.0}");
	ck_assert_int_eq(mock_int(mock, 0, 0), 5);
	ck_good("{\"i\":-1e3}");
	ck_assert_int_eq(mock_int(mock, 0, 0), -1000);
	ck_bad("{\"i\":5.5}", "field \"i\" is 5.5, not an int");
	ck_bad("{\"i\":1e300}", "field \"i\" is 1e300, beyond an int");
	ck_good("{\"f\":0.1}");
	ck_assert_double_eq(mock_float(mock, 1, 0), 0.1);
	ck_good("{\"f\":-0.0}");
	ck_assert(signbit(mock_float(mock, 1, 0)));
	ck_good("{\"f\":1.7976931348623157e308}");
	ck_assert_double_eq(mock_float(mock, 1, 0), 1.7976931348623157e308);
	ck_good("{\"f\":5e-324}");
	ck_assert_double_eq(mock_float(mock, 1, 0), 5e-324);
	ck_good("{\"f\":1e-400}");
	ck_assert_double_eq(mock_float(mock, 1, 0), 0);
	ck_good("{\"f\":9007199254740993}");
	ck_assert_double_eq(mock_float(mock, 1, 0), 9007199254740992.0);
	ck_good("{\"f\":123456789012345678901234567890}");
	ck_assert_double_eq(mock_float(mock, 1, 0), 123456789012345678901234567890.0);
	ck_good("{\"f\":2.2250738585072011e-308}");
	ck_assert_double_eq(mock_float(mock, 1, 0), 2.2250738585072011e-308);
	ck_bad("{\"f\":1e309}", "field \"f\" is 1e309, beyond a float");
	ck_bad("{\"f\":-1e999999999999}", "field \"f\" is -1e999999999999, beyond a float");
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
	static const char *const texts[] = {"01", "1.", ".5", "+1", "-", "1e", "1e+", "0x10",
		"1_000", "NaN", "Infinity", "-Infinity", "1 2", "1\"a\"", "--1", "00", "-01",
		"1.e3"};
	char record[64];
	size_t i, field;

	mock_field(mock, "i", WEIR_INT64, "");
	mock_field(mock, "f", WEIR_FLOAT64, "");
	mock_field(mock, "j", WEIR_JSON, "");
	open_format();
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		for (field = 0; field < 3; field++) {
			snprintf(record, sizeof record, "{\"%c\":%s}", "ifj"[field], texts[i]);
			ck_assert_msg(decode_one(record)[0] != 0, "%s was taken", record);
		}
}
END_TEST

START_TEST(a_wrong_type_names_the_field)
{
	mock_field(mock, "i", WEIR_INT64, "");
	mock_field(mock, "s", WEIR_STRING, "");
	mock_field(mock, "b", WEIR_BOOL, "");
	mock_field(mock, "t", WEIR_TIMESTAMP, "");
	mock_field(mock, "m", WEIR_TIMESTAMP, "ms");
	mock_field(mock, "x", WEIR_BYTES, "");
	open_format();
	ck_bad("{\"i\":\"5\"}", "field \"i\" is a string, not an int");
	ck_bad("{\"i\":true}", "field \"i\" is a bool, not an int");
	ck_bad("{\"i\":[1]}", "field \"i\" is an array, not an int");
	ck_bad("{\"i\":{}}", "field \"i\" is an object, not an int");
	ck_bad("{\"s\":5}", "field \"s\" is a number, not a string");
	ck_bad("{\"s\":false}", "field \"s\" is a bool, not a string");
	ck_bad("{\"b\":1}", "field \"b\" is a number, not a bool");
	ck_bad("{\"b\":\"true\"}", "field \"b\" is a string, not a bool");
	ck_bad("{\"t\":5}",
		"field \"t\" is a number, not a timestamp such as \"2015-07-15T00:00:00Z\"");
	ck_bad("{\"t\":\"yesterday\"}",
		"field \"t\" is \"yesterday\", not a timestamp such as \"2015-07-15T00:00:00Z\"");
	ck_bad("{\"m\":\"2015-07-15T00:00:00Z\"}",
		"field \"m\" is a string, not a timestamp in numbers");
	ck_bad("{\"x\":\"a\"}", "field \"x\" is a, not a string in base64");
	ck_bad("{\"i\":tru}", "byte 5 begins no JSON value");
	ck_bad("{\"i\":nullx}", "byte 5 begins no JSON value");
}
END_TEST

START_TEST(times_are_understood)
{
	static const struct {
		const char *text;
		int64_t us;
	} good[] = {
		{"2015-07-15T00:00:00Z", 1436918400000000},
		{"2015-07-15 00:00:00.000", 1436918400000000},
		{"2015-07-15 00:00:00", 1436918400000000},
		{"2015-07-15t02:00:00.5+02:00", 1436918400500000},
		{"2015-07-14T19:30:00.123456789-04:30", 1436918400123456},
		{"1969-12-31T23:59:59.999999z", -1},
		{"1900-03-01T00:00:00Z", -2203891200000000},
		{"2000-02-29T12:00:00Z", 951825600000000},
		{"2300-01-01T00:00:00Z", 10413792000000000},
		{"9999-12-31T23:59:59.999999Z", 253402300799999999},
		{"0000-01-01T00:00:00Z", -62167219200000000},
		{"+012345-01-01T00:00:00Z", 327403382400000000},
		{"2016-12-31T23:59:60Z", 1483228800000000},
	};
	static const char *const bad[] = {"2015-02-29T00:00:00Z", "2015-13-01T00:00:00Z",
		"2015-07-15", "2015-07-15T24:00:00Z", "2015-07-15T00:00Z", "2015-7-15T00:00:00Z",
		"2015-07-15T00:00:00.Z", "2015-07-15T00:00:00+0200", "2015-07-15T00:00:00 Z",
		"2015-07-15T00:00:00Zx", "", "2015-04-31T00:00:00Z", "1900-02-29T00:00:00Z"};
	char record[96];
	size_t i;

	mock_field(mock, "t", WEIR_TIMESTAMP, "");
	open_format();
	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(record, sizeof record, "{\"t\":\"%s\"}", good[i].text);
		ck_good(record);
		ck_assert_msg(mock_int(mock, 0, 0) == good[i].us, "%s is %" PRId64, good[i].text,
			mock_int(mock, 0, 0));
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(record, sizeof record, "{\"t\":\"%s\"}", bad[i]);
		ck_assert_msg(decode_one(record)[0] != 0, "%s was taken", bad[i]);
	}
}
END_TEST

/* Times as programs write them are read by words, with a zone digit by digit. */
START_TEST(usual_times_are_the_others)
{
	static const char *const zones[] = {"", "Z", "+00:00"};
	char record[96], form[] = "2015-07-15T00:00:00.000";
	uint32_t i, k, len, state = 1, n_good = 0;
	int64_t us[3];
	int bad[3];

	mock_field(mock, "t", WEIR_TIMESTAMP, "");
	open_format();
	for (i = 0; i < 20000; i++) {
		for (k = 0; k < 3; k++) {
			state = state * 1103515245 + 12345;
			len = (state >> 16) % (sizeof form - 1);
			if (form[len] >= '0' && form[len] <= '9')
				form[len] = "0011223456789:"[(state >> 8) % 14];
		}
		len = i % 2 == 0 ? 19 : 23;
		for (k = 0; k < 3; k++) {
			snprintf(record, sizeof record, "{\"t\":\"%.*s%s\"}", (int)len, form,
				zones[k]);
			bad[k] = decode_one(record)[0] != 0;
			us[k] = bad[k] ? 0 : mock_int(mock, 0, 0);
			ck_assert_msg(bad[k] == bad[0] && us[k] == us[0], "%s differs", record);
		}
		n_good += !bad[0];
		if (bad[0])
			memcpy(form, "2015-07-15T00:00:00.000", sizeof form);
	}
	ck_assert_uint_gt(n_good, 1000);
	ck_assert_uint_lt(n_good, 19000);
}
END_TEST

START_TEST(times_in_numbers_have_a_unit)
{
	mock_field(mock, "s", WEIR_TIMESTAMP, "s");
	mock_field(mock, "ms", WEIR_TIMESTAMP, "ms");
	mock_field(mock, "us", WEIR_TIMESTAMP, "us");
	mock_field(mock, "ns", WEIR_TIMESTAMP, "ns $.ns");
	open_format();
	ck_good("{\"s\":1436918400,\"ms\":1436918400000,\"us\":1436918400000000,"
		"\"ns\":1436918400000000999}");
	ck_assert_int_eq(mock_int(mock, 0, 0), 1436918400000000);
	ck_assert_int_eq(mock_int(mock, 1, 0), 1436918400000000);
	ck_assert_int_eq(mock_int(mock, 2, 0), 1436918400000000);
	ck_assert_int_eq(mock_int(mock, 3, 0), 1436918400000000);
	ck_good("{\"s\":1436918400.123456,\"ms\":-0.5,\"ns\":-1}");
	ck_assert_int_eq(mock_int(mock, 0, 0), 1436918400123456);
	ck_assert_int_eq(mock_int(mock, 1, 0), -500);
	ck_assert_int_eq(mock_int(mock, 3, 0), -1);
	ck_bad("{\"s\":9223372036854775807}",
		"field \"s\" is 9223372036854775807, beyond a timestamp in numbers");
	ck_bad("{\"ms\":1e30}", "field \"ms\" is 1e30, beyond a timestamp in numbers");
}
END_TEST

START_TEST(broken_records_say_where)
{
	mock_field(mock, "a", WEIR_INT64, "");
	mock_field(mock, "z", WEIR_INT64, "");
	open_format();
	ck_bad("", "it is empty");
	ck_bad("   ", "it is empty");
	ck_bad("5", "it is a number, not an object");
	ck_bad("[1]", "it is an array, not an object");
	ck_bad("\"x\"", "it is a string, not an object");
	ck_bad("null", "it is null, not an object");
	ck_bad("hello", "it is no JSON, not an object");
	ck_bad("true", "it is a bool, not an object");
	ck_bad("the cat sat", "it is no JSON, not an object");
	ck_bad("falsehood", "it is no JSON, not an object");
	ck_bad("nobody", "it is no JSON, not an object");
	ck_bad("{", "it ends in the middle, after 1 bytes");
	ck_bad("{\"a\"", "it ends in the middle, after 4 bytes");
	ck_bad("{\"a\":", "it ends in the middle, after 5 bytes");
	ck_bad("{\"a\":1", "it ends in the middle, after 6 bytes");
	ck_bad("{\"a\":1,", "it ends in the middle, after 7 bytes");
	ck_bad("{\"a\":1,\"z\":2", "it ends in the middle, after 12 bytes");
	ck_bad("{\"q\":[1,{\"a\":1}", "it ends in the middle, after 15 bytes");
	ck_bad("{\"a\":1,\"z\":2,\"q\":[}", "it ends in the middle, after 19 bytes");
	ck_bad("{\"a\":1} x", "byte 8 is 'x', behind the end of the object");
	ck_bad("{\"a\":1}{\"a\":2}", "byte 7 is '{', behind the end of the object");
	ck_bad("{\"a\":1,\"z\":2}}", "byte 13 is '}', behind the end of the object");
	ck_bad("{\"a\" 1}", "byte 5 is '1' where a colon should stand behind a key");
	ck_bad("{a:1}", "byte 1 is 'a' where a key should begin");
	ck_bad("{\"a\":1,}", "byte 7 is '}' where a key should begin");
	ck_bad("{,}", "byte 1 is ',' where a key should begin");
	ck_bad("{\"a\":1 \"z\":2}", "byte 7 is '\"' where a comma or '}' should stand");
	ck_bad("{\"q\":,\"a\":1}", "byte 5 is ',' where a value should stand");
	ck_bad("{\"a\":1]", "byte 6 is ']' where a comma or '}' should stand");
	ck_bad("\xef\xbb\xbf{\"a\":1}", "it is no JSON, not an object");
}
END_TEST

START_TEST(a_json_column_is_checked_in_all_its_parts)
{
	static const char *const bad[] = {"[1,]", "[}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
		"[1 2]", "{a:1}", "[\"\\x\"]", "[\"\\u12\"]", "[tru]", "[-]", "[1,,2]",
		"{\"a\":1 \"b\":2}", "[,1]", "{\"a\" \"b\"}", "[\"a\"b]", "[nul]", "{1:2}", "[01]",
		"[\x02]"};
	static const char *const good[] = {"[]", "{}", "[[],{}]",
		"{\"a\":{\"b\":[1,2,{\"c\":null}]}}", "[\"\\ud800\"]", "\"a \\\"quoted\\\" word\"",
		"-0.5e-7", "true", "[ 1 , 2 ]", "{\"a\":[],\"b\":{},\"c\":\"\"}"};
	char record[128];
	size_t i;

	mock_field(mock, "j", WEIR_JSON, "");
	open_format();
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(record, sizeof record, "{\"j\":%s,\"k\":1}", bad[i]);
		ck_assert_msg(decode_one(record)[0] != 0, "%s was taken", bad[i]);
	}
	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(record, sizeof record, "{\"j\":%s ,\"k\":1}", good[i]);
		ck_good(record);
		ck_str(0, 0, good[i], strlen(good[i]));
	}
}
END_TEST

START_TEST(deep_nesting_is_skipped_or_refused_never_a_crash)
{
	size_t depth = 100000;
	char *text = malloc(2 * depth + 64), *p;

	mock_field(mock, "a", WEIR_INT64, "");
	mock_field(mock, "j", WEIR_JSON, "");
	open_format();
	p = text + sprintf(text, "{\"x\":");
	memset(p, '[', depth);
	memset(p + depth, ']', depth);
	strcpy(p + 2 * depth, ",\"a\":7}");
	ck_good(text);
	ck_assert_int_eq(mock_int(mock, 0, 0), 7);
	text[2] = 'j';
	ck_bad(text, "it is nested deeper than 1024");
	p[depth / 2] = 0;
	ck_assert(decode_one(text)[0] != 0);
	free(text);
}
END_TEST

/* Good and bad records in one batch, joined and apart: the bad ones must not touch the others. */
static void
mixed(int apart)
{
	static const char *const texts[] = {"{\"a\":1,\"s\":\"one string that is long\"}",
		"{\"a\":2,\"s\":\"open", "{\"s\":\"three\",\"a\":3}",
		"{\"a\":", "{\"a\":5,\"s\":\"f\\u0069ve is long enough\"}",
		"{\"a\":6,\"s\":\"\xc3\"}", "", "{\"a\":8,\"s\":null}", "}}}}",
		"{\"a\":10,\"s\":\"ten\"}", "{\"a\":11,\"s\":\"x\"} \\",
		"{\"a\":12,\"s\":\"twelve is long too, see\"}"};
	static const int64_t good[] = {1, 0, 3, 0, 5, 0, 0, 8, 0, 10, 0, 12};
	struct records records;
	uint32_t i, n = sizeof texts / sizeof texts[0];

	mock_field(mock, "a", WEIR_INT64, "");
	mock_field(mock, "s", WEIR_STRING, "");
	open_format();
	records_make(&records, texts, n, apart);
	mock_decode(mock, format, self, records.rec, n, apart ? 0 : 64);
	for (i = 0; i < n; i++) {
		ck_assert_msg(
			mock->out->bad[i] == (good[i] == 0), "record %u: %s", i, mock->out->why[i]);
		if (good[i] != 0)
			ck_assert_int_eq(mock_int(mock, 0, i), good[i]);
	}
	ck_str(1, 0, "one string that is long", 23);
	ck_str(1, 4, "five is long enough", 19);
	ck_str(1, 11, "twelve is long too, see", 23);
	records_free(&records, apart);
}

START_TEST(bad_records_leave_their_neighbours_alone)
{
	mixed(0);
}
END_TEST

START_TEST(records_without_slack_are_read_too)
{
	mixed(1);
}
END_TEST

START_TEST(a_column_nobody_reads_is_not_looked_for)
{
	mock_field(mock, "a", WEIR_INT64, "");
	mock_field(mock, "b", WEIR_INT64, "");
	open_format();
	ck_bad("{\"a\":1,\"b\":\"x\"}", "field \"b\" is a string, not an int");
	mock->out->pruned[1] = 1;
	ck_good("{\"a\":1,\"b\":\"x\"}");
	mock->out->pruned[0] = 1;
	ck_good("{\"a\":{},\"b\":\"x\"}");
	mock->out->pruned[1] = 0;
	ck_good("{\"a\":{},\"b\":5}");
	ck_assert_int_eq(mock_int(mock, 1, 0), 5);
}
END_TEST

START_TEST(changing_key_orders_are_followed)
{
	char text[512], *p;
	uint32_t round, i;

	for (i = 0; i < 8; i++) {
		static const char *const names[] = {"a", "bb", "ccc",
			"a_rather_long_name_of_a_key_x", "a_rather_long_name_of_a_key_y",
			"exactly8", "sixteen_bytes_xy", "z"};

		mock_field(mock, names[i], WEIR_INT64, "");
	}
	open_format();
	srand(7);
	for (round = 0; round < 1500; round++) {
		uint32_t order[8], n = (uint32_t)rand() % 9, extra = (uint32_t)rand() % 3;

		for (i = 0; i < 8; i++)
			order[i] = i;
		for (i = 0; i < 8; i++) {
			uint32_t j = (uint32_t)rand() % 8, t = order[i];

			order[i] = order[j];
			order[j] = t;
		}
		p = text + sprintf(text, "{\"none\":0");
		for (i = 0; i < n; i++) {
			struct weir_str name = mock->plan.field[order[i]].name;

			if (extra == i % 3)
				p += sprintf(p, ",\"extra%u\":[%u]", i, i);
			p += sprintf(p, ",\"%.*s\":%u", (int)name.len, name.p, order[i] + round);
		}
		strcpy(p, "}");
		ck_good(text);
		for (i = 0; i < 8; i++) {
			uint32_t c = order[i];

			ck_assert_int_eq(mock_is_null(mock, c, 0), i >= n);
			if (i < n)
				ck_assert_int_eq(mock_int(mock, c, 0), c + round);
		}
	}
}
END_TEST

START_TEST(specs_that_are_wrong_are_problems)
{
	mock_field(mock, "a", WEIR_INT64, "ms");
	mock_field(mock, "b", WEIR_TIMESTAMP, "min");
	mock_field(mock, "c", WEIR_STRING, "$");
	mock_field(mock, "d", WEIR_STRING, "$.a..b");
	mock_field(mock, "e", WEIR_STRING, "$.a[x]");
	mock_field(mock, "f", WEIR_STRING, "base64");
	ck_assert_int_eq(format->plan(conf, &mock->plan, mock->task.host), -EINVAL);
	ck_assert_uint_eq(mock->plan.n_problems, 6);
	ck_assert_str_eq(mock->plan.problem[0],
		"\"ms\" is not understood by json; a path such as $.a.b[0] may stand here");
	ck_assert_str_eq(mock->plan.problem[1], "\"min\" is not understood by json; a unit (s, ms, "
						"us or ns) and a path such as $.a.b[0] may "
						"stand here");
	ck_assert_str_eq(
		mock->plan.problem[2], "\"$\" is no path; write it as $.a.b[0] or $['a b']");
}
END_TEST

static const char *
encode_row(uint32_t row)
{
	static char text[4096];
	struct mock_batch batch;
	struct weir_str item;

	mock_to_batch(mock, &batch);
	batch.batch.sel = &row;
	batch.batch.n_sel = 1;
	ck_assert_uint_eq(mock_encode(mock, format, self, &batch.batch), 1);
	mock_batch_fini(&batch);
	item = mock_item(mock, 0);
	snprintf(text, sizeof text, "%.*s", (int)item.len, item.p);
	return text;
}

START_TEST(rows_are_written_as_objects)
{
	mock_field(mock, "b", WEIR_BOOL, "");
	mock_field(mock, "i", WEIR_INT64, "");
	mock_field(mock, "f", WEIR_FLOAT64, "");
	mock_field(mock, "t", WEIR_TIMESTAMP, "us");
	mock_field(mock, "a \"name\"", WEIR_STRING, "");
	mock_field(mock, "x", WEIR_BYTES, "");
	mock_field(mock, "j", WEIR_JSON, "");
	open_format();
	ck_good("{\"b\":true,\"i\":-9223372036854775808,\"f\":0.1,\"t\":1436918400000000,"
		"\"a \\\"name\\\"\":\"tab\\t quote\\\" slash\\\\ nul\\u0000 \\u001f\xe2\x82\xac\","
		"\"x\":\"AP8Q\",\"j\":[1,  {\"k\":2}]}");
	ck_assert_str_eq(encode_row(0),
		"{\"b\":true,\"i\":-9223372036854775808,\"f\":0.1,\"t\":\"2015-07-15T00:00:00Z\","
		"\"a \\\"name\\\"\":\"tab\\t quote\\\" slash\\\\ nul\\u0000 \\u001f\xe2\x82\xac\","
		"\"x\":\"AP8Q\",\"j\":[1,  {\"k\":2}]}");
	ck_good("{}");
	ck_assert_str_eq(encode_row(0), "{\"b\":null,\"i\":null,\"f\":null,\"t\":null,\"a "
					"\\\"name\\\"\":null,\"x\":null,\"j\":null}");
	ck_good("{\"t\":1436918400120000,\"x\":\"AA==\"}");
	ck_assert_str_eq(encode_row(0),
		"{\"b\":null,\"i\":null,\"f\":null,\"t\":\"2015-07-15T00:00:00.120Z\","
		"\"a \\\"name\\\"\":null,\"x\":\"AA==\",\"j\":null}");
	ck_good("{\"t\":-1}");
	ck_assert_ptr_nonnull(strstr(encode_row(0), "\"1969-12-31T23:59:59.999999Z\""));
	ck_good("{\"t\":327403382400000000}");
	ck_assert_ptr_nonnull(strstr(encode_row(0), "\"+012345-01-01T00:00:00Z\""));
}
END_TEST

START_TEST(floats_are_written_short_and_read_back_the_same)
{
	static const struct {
		double x;
		const char *text;
	} table[] = {{0, "0"}, {-0.0, "-0"}, {5, "5"}, {100000, "100000"}, {1e6, "1000000"},
		{1e20, "100000000000000000000"}, {1e21, "1e+21"}, {1.5e300, "1.5e+300"},
		{0.000001, "0.000001"}, {1e-7, "1e-7"}, {1.25e-7, "1.25e-7"},
		{-123.456, "-123.456"}, {0.3, "0.3"}, {1.0 / 3, "0.3333333333333333"},
		{5e-324, "5e-324"}, {5.6843418860808015e-14, "5.684341886080802e-14"},
		{1.7976931348623157e308, "1.7976931348623157e+308"}, {NAN, "null"},
		{INFINITY, "null"}, {-INFINITY, "null"}, {123456789.125, "123456789.125"}};
	char want[64];
	size_t i;

	mock_field(mock, "f", WEIR_FLOAT64, "");
	open_format();
	ck_good("{\"f\":1}");
	for (i = 0; i < sizeof table / sizeof table[0]; i++) {
		((double *)mock->out->vec[0].values)[0] = table[i].x;
		snprintf(want, sizeof want, "{\"f\":%s}", table[i].text);
		ck_assert_str_eq(encode_row(0), want);
	}
	for (i = 0; i < 2000; i++) {
		const char *text;
		uint64_t bits = 0;
		double x;
		int k;

		for (k = 0; k < 5; k++)
			bits = bits << 15 ^ (uint64_t)rand();
		memcpy(&x, &bits, 8);
		if (!isfinite(x))
			continue;
		((double *)mock->out->vec[0].values)[0] = x;
		text = encode_row(0);
		ck_assert(strtod(text + 5, NULL) == x);
		ck_assert_int_le((int)strlen(text), 6 + 25);
	}
}
END_TEST

START_TEST(only_selected_rows_are_written)
{
	static const char *const texts[] = {"{\"a\":0}", "{\"a\":1}", "{\"a\":2}", "{\"a\":3}"};
	static const uint32_t sel[] = {1, 3};
	struct records records;
	struct mock_batch batch;

	mock_field(mock, "a", WEIR_INT64, "");
	open_format();
	records_make(&records, texts, 4, 0);
	mock_decode(mock, format, self, records.rec, 4, 64);
	mock_to_batch(mock, &batch);
	ck_assert_uint_eq(mock_encode(mock, format, self, &batch.batch), 4);
	batch.batch.sel = sel;
	batch.batch.n_sel = 2;
	ck_assert_uint_eq(mock_encode(mock, format, self, &batch.batch), 2);
	ck_assert(memcmp(mock_item(mock, 0).p, "{\"a\":1}", 7) == 0);
	ck_assert(memcmp(mock_item(mock, 1).p, "{\"a\":3}", 7) == 0);
	mock_batch_fini(&batch);
	records_free(&records, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json");
	TCase *tcase = tcase_create("json");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, values_of_all_types_are_found_by_name);
	tcase_add_test(tcase, missing_and_null_are_null);
	tcase_add_test(tcase, paths_lead_into_objects_and_arrays);
	tcase_add_test(tcase, the_first_of_equal_keys_wins);
	tcase_add_test(tcase, escapes_and_unicode_are_right);
	tcase_add_test(tcase, numbers_are_right_at_the_edges);
	tcase_add_test(tcase, what_is_no_number_is_refused);
	tcase_add_test(tcase, a_wrong_type_names_the_field);
	tcase_add_test(tcase, times_are_understood);
	tcase_add_test(tcase, usual_times_are_the_others);
	tcase_add_test(tcase, times_in_numbers_have_a_unit);
	tcase_add_test(tcase, broken_records_say_where);
	tcase_add_test(tcase, a_json_column_is_checked_in_all_its_parts);
	tcase_add_test(tcase, deep_nesting_is_skipped_or_refused_never_a_crash);
	tcase_add_test(tcase, bad_records_leave_their_neighbours_alone);
	tcase_add_test(tcase, records_without_slack_are_read_too);
	tcase_add_test(tcase, a_column_nobody_reads_is_not_looked_for);
	tcase_add_test(tcase, changing_key_orders_are_followed);
	tcase_add_test(tcase, specs_that_are_wrong_are_problems);
	tcase_add_test(tcase, rows_are_written_as_objects);
	tcase_add_test(tcase, floats_are_written_short_and_read_back_the_same);
	tcase_add_test(tcase, only_selected_rows_are_written);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
