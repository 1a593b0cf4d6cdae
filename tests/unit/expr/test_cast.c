/* SPDX-License-Identifier: Apache-2.0 */
/* Casts, json paths, odd and hidden columns. */
#include "rig.h"

static const struct rig_case cast[] = {
	{"cast(p as int)", "1 | 1 | 1 | 0 | 0 | 0 | null | null | null"},
	{"cast(p as string)", "true | true | true | false | false | false | null | null | null"},
	{"cast(p as json)", "true | true | true | false | false | false | null | null | null"},
	{"cast(a as bool)", "true | true | null | true | true | false | true | true | true"},
	{"cast(a as float)",
		"1 | 2 | null | -7 | 9.223372037e+18 | 0 | -9.223372037e+18 | 100 | 3"},
	{"cast(a as timestamp)",
		"1 | 2 | null | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"cast(a as string)",
		"1 | 2 | null | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"cast(a as json)",
		"1 | 2 | null | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"cast(f as int)", "0 | -1 | null | !nan does not fit into an int | !inf does not fit into "
			   "an int | 2 | !1e+300 does not fit into an int | 0 | 100"},
	{"cast(f as string)", "0.5 | -1.5 | null | nan | inf | 2 | 1e+300 | 0 | 100"},
	{"cast(f as json)",
		"0.5 | -1.5 | null | !JSON has no nan | !JSON has no inf | 2 | 1e+300 | 0 | 100"},
	{"cast(0.1 as string)", "all 0.1"},
	{"cast(1e300 * 10 as string)", "all 1e+301"},
	{"cast(1.0 / 3 as string)", "all 0.3333333333333333"},
	{"cast(100.0 as string)", "all 100"},
	{"cast(ts as int)",
		"0 | 1767225600000000 | 1767225600123456 | 1 | -1 | null | 86400000000 | 7 | 8"},
	{"cast(ts as string)",
		"1970-01-01T00:00:00Z | 2026-01-01T00:00:00Z | 2026-01-01T00:00:00.123456Z | "
		"1970-01-01T00:00:00.000001Z | 1969-12-31T23:59:59.999999Z | null | "
		"1970-01-02T00:00:00Z | 1970-01-01T00:00:00.000007Z | 1970-01-01T00:00:00.000008Z"},
	{"cast(ts as json)", "\"1970-01-01T00:00:00Z\" | \"2026-01-01T00:00:00Z\" | "
			     "\"2026-01-01T00:00:00.123456Z\" | \"1970-01-01T00:00:00.000001Z\" | "
			     "\"1969-12-31T23:59:59.999999Z\" | null | \"1970-01-02T00:00:00Z\" | "
			     "\"1970-01-01T00:00:00.000007Z\" | \"1970-01-01T00:00:00.000008Z\""},
	{"cast(timestamp '1969-12-31 23:59:59.5' as string)", "all 1969-12-31T23:59:59.500Z"},
	{"cast('true' as bool)", "all true"},
	{"cast(y as json)", "!\"x\" is not JSON | !\"??\" is not JSON | null | !\"\" is not JSON | "
			    "!\"it's\" is not "
			    "JSON | !\"Grüße\" is not JSON | !\"abc\" is not JSON | 42 | true"},
	{"cast(y as string)",
		"x | !these bytes are not UTF-8 | null |  | it's | Grüße | abc | 42 | true"},
	{"cast(s as bytes)", "x | hello world, a long one | null |  | it's | Grüße aus Köln | abc "
			     "| hello | hello world, a long two"},
	{"cast(t as int)",
		"!\"x\" is not an int | !\"hello world, a long one\" is not an int | !\"c\" is not "
		"an int | !\"b\" is not an int | null | !\"Grüße\" is not an int | !\"abd\" is not "
		"an int | !\"hello world\" is not an int | !\"a%b\" is not an int"},
	{"cast('12' as int)", "all 12"},
	{"cast('-9223372036854775808' as int)", "all -9223372036854775808"},
	{"cast('9223372036854775808' as int)",
		"all !\"9223372036854775808\" does not fit into an int"},
	{"cast('+5' as int)", "all 5"},
	{"cast(' 5' as int)", "all !\" 5\" is not an int"},
	{"cast('' as int)", "all !\"\" is not an int"},
	{"cast('1.0' as int)", "all !\"1.0\" is not an int"},
	{"cast('0x10' as int)", "all !\"0x10\" is not an int"},
	{"cast('1e3' as float)", "all 1000"},
	{"cast('-.5' as float)", "all -0.5"},
	{"cast('.' as float)", "all !\".\" is not a float"},
	{"cast('1e' as float)", "all !\"1e\" is not a float"},
	{"cast('1e999' as float)", "all !\"1e999\" does not fit into a float"},
	{"cast('nan' as float)", "all nan"},
	{"cast('-Infinity' as float)", "all -inf"},
	{"cast('T' as bool)", "all true"},
	{"cast('yes' as bool)", "all !\"yes\" is not a bool"},
	{"cast('2026-01-31' as timestamp)", "all 1769817600000000"},
	{"cast('2026-01-31T12:00:00Z' as timestamp)", "all 1769860800000000"},
	{"cast('2026-01-31 12:00' as timestamp)", "all 1769860800000000"},
	{"cast('2026-01-31T12:00:00.1234567+01:00' as timestamp)", "all 1769857200123456"},
	{"cast('2026-01-31T12:00:00-0130' as timestamp)", "all 1769866200000000"},
	{"cast('0001-01-01' as timestamp)", "all -62135596800000000"},
	{"cast('9999-12-31T23:59:59.999999Z' as timestamp)", "all 253402300799999999"},
	{"cast('2024-02-29' as timestamp)", "all 1709164800000000"},
	{"cast('2023-02-29' as timestamp)", "all !\"2023-02-29\" is not a timestamp"},
	{"cast('2026-13-01' as timestamp)", "all !\"2026-13-01\" is not a timestamp"},
	{"cast('2026-01-31T25:00:00Z' as timestamp)",
		"all !\"2026-01-31T25:00:00Z\" is not a timestamp"},
	{"cast('2026-01-31T12:00:00Zx' as timestamp)",
		"all !\"2026-01-31T12:00:00Zx\" is not a timestamp"},
	{"cast('12' as json)", "all 12"},
	{"cast(' {\"a\": 1} ' as json)", "all {\"a\": 1}"},
	{"cast('{a: 1}' as json)", "all !\"{a: 1}\" is not JSON"},
	{"cast('[1, 2' as json)", "all !\"[1, 2\" is not JSON"},
	{"cast('[1, 2]x' as json)", "all !\"[1, 2]x\" is not JSON"},
	{"cast(j as string)", "{\"a\": {\"b\": [1, 2.5, \"three\"]}, \"k\\u0065y\": \"v\"} | "
			      "{\"a\":null,\"b\":true} | null | [1, [2, 3], {\"a\": "
			      "12345678901234567890}] | te\"xt 😀 | {\"a\": {\"b\": {}}, \"key\": "
			      "\"a value that is long\"} | 12e2 | !malformed JSON | null"},
	{"cast(j as int)",
		"!\"{\"a\": {\"b\": [1, 2.5, \"three\"]}, \"k\\u0065\" is not an int | "
		"!\"{\"a\":null,\"b\":true}\" is not an int | null | !\"[1, [2, 3], {\"a\": "
		"12345678901234567890}]\" is not an int | !\"\"te\\\"xt \\ud83d\\ude00\"\" is not "
		"an int | !\"{\"a\": {\"b\": {}}, \"key\": \"a value that is\" is not an int | "
		"1200 | !\"{broken\" is not an int | null"},
	{"cast(j as float)",
		"!\"{\"a\": {\"b\": [1, 2.5, \"three\"]}, \"k\\u0065\" is not a float | "
		"!\"{\"a\":null,\"b\":true}\" is not a float | null | !\"[1, [2, 3], {\"a\": "
		"12345678901234567890}]\" is not a float | !\"\"te\\\"xt \\ud83d\\ude00\"\" is not "
		"a float | !\"{\"a\": {\"b\": {}}, \"key\": \"a value that is\" is not a float | "
		"1200 | !\"{broken\" is not a float | null"},
	{"cast(j as bool)",
		"!\"{\"a\": {\"b\": [1, 2.5, \"three\"]}, \"k\\u0065\" is not a bool | "
		"!\"{\"a\":null,\"b\":true}\" is not a bool | null | !\"[1, [2, 3], {\"a\": "
		"12345678901234567890}]\" is not a bool | !\"\"te\\\"xt \\ud83d\\ude00\"\" is not "
		"a bool | !\"{\"a\": {\"b\": {}}, \"key\": \"a value that is\" is not a bool | "
		"!\"12e2\" is not a bool | !\"{broken\" is not a bool | null"},
	{"cast(j.b as bool)",
		"null | true | null | null | null | null | null | !malformed JSON | null"},
	{"cast(j.a.b[1] as float)",
		"2.5 | null | null | null | null | null | null | !malformed JSON | null"},
	{"cast(j[2].a as int)", "null | null | null | !\"12345678901234567890\" does not fit into "
				"an int | null | null | null | !malformed JSON | null"},
	{"cast(cast('\"2026-01-31T00:00:00Z\"' as json) as timestamp)", "all 1769817600000000"},
	{"cast(cast('1e2' as json) as int)", "all 100"},
	{"cast(cast('1.5' as json) as int)", "all !\"1.5\" is not an int"},
	{"cast(cast('null' as json) as int)", "all null"},
	{"cast(null as string)", "all null"},
	{"cast(a as int)",
		"1 | 2 | null | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"j.a", "{\"b\": [1, 2.5, \"three\"]} | null | null | null | null | {\"b\": {}} | null | "
		"!malformed JSON | null"},
	{"j.a.b", "[1, 2.5, \"three\"] | null | null | null | null | {} | null | !malformed JSON | "
		  "null"},
	{"j.a.b[0]", "1 | null | null | null | null | null | null | !malformed JSON | null"},
	{"j.a.b[2]",
		"\"three\" | null | null | null | null | null | null | !malformed JSON | null"},
	{"j['a']['b']", "[1, 2.5, \"three\"] | null | null | null | null | {} | null | !malformed "
			"JSON | null"},
	{"j.key", "\"v\" | null | null | null | null | \"a value that is long\" | null | "
		  "!malformed JSON | null"},
	{"j['key']", "\"v\" | null | null | null | null | \"a value that is long\" | null | "
		     "!malformed JSON | null"},
	{"j[1][0]", "null | null | null | 2 | null | null | null | !malformed JSON | null"},
	{"j[0]", "null | null | null | 1 | null | null | null | !malformed JSON | null"},
	{"j.zzz", "null | null | null | null | null | null | null | !malformed JSON | null"},
	{"j.a is null",
		"false | true | true | true | true | false | true | !malformed JSON | true"},
	{"(j).a", "{\"b\": [1, 2.5, \"three\"]} | null | null | null | null | {\"b\": {}} | null | "
		  "!malformed JSON | null"},
	{"cast('{\"a\": [10, 20]}' as json).a[1]", "all 20"},
	{"try(j.a)", "{\"b\": [1, 2.5, \"three\"]} | null | null | null | null | {\"b\": {}} | "
		     "null | null | null"},
	{"$.x", "all null"},
	{"@partition", "all null"},
	{"@offset + 1", "all null"},
	{"\"odd name\"", "0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8"},
	{"\"end\" + user.id", "0 | 2 | 4 | 6 | 8 | 10 | 12 | 14 | 16"},
	{"coalesce(cast(j.key as string), s)",
		"v | hello world, a long one | null |  | it's | a value that is long | abc | "
		"!malformed JSON | hello world, a long two"},
};

START_TEST(casts_and_paths_follow_the_page)
{
	RIG_CHECK(cast);
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_test(tests, casts_and_paths_follow_the_page);
}

int
main(void)
{
	return rig_main("expr_cast", fill);
}
