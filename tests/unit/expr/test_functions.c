/* SPDX-License-Identifier: Apache-2.0 */
/* Functions at their edges: empty texts, many bytes a character, ends of ranges, wrong arguments.
 */
#include "rig.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

static const struct rig_case strings[] = {
	{"trim('')", "all "},
	{"trim('   ')", "all "},
	{"trim('xäöxä', 'äx')", "all ö"},
	{"ltrim('äöü', 'ä')", "all öü"},
	{"trim(s, '')",
		"x | hello world, a long one | null |  | it's | Grüße aus Köln | abc | hello "
		"| hello world, a long two"},
	{"split_part(s, ' ', 2)", " | world, | null |  |  | aus |  |  | world,"},
	{"split_part('/1/22/333/4444/55555/666666/7777777/88888888/999999999/aaaaaaaaaa/"
	 "bbbbbbbbbbb', "
	 "'/', 12)",
		"all bbbbbbbbbbb"},
	{"split_part('a//bb/ccc/dddd/eeeee/ffffff/ggggggg/hhhhhhhh/iiiiiiiii/jjjjjjjjjj/"
	 "kkkkkkkkkkk/',"
	 " '/', 10)",
		"all iiiiiiiii"},
	{"split_part('a//bb/ccc/dddd/eeeee/ffffff/ggggggg/hhhhhhhh/iiiiiiiii/jjjjjjjjjj/"
	 "kkkkkkkkkkk/',"
	 " '/', 2)",
		"all "},
	{"split_part('a--b--', '--', -1)", "all "},
	{"split_part('a--b--', '--', -2)", "all b"},
	{"split_part('a--b', '--', -3)", "all "},
	{"split_part('a,b', '', 1)", "all a,b"},
	{"split_part('a,b', '', 2)", "all "},
	{"split_part('a,b', ',', 9223372036854775807)", "all "},
	{"split_part('a,b', ',', -9223372036854775807 - 1)", "all "},
	{"split_part(s, ' ', n - n)",
		"!split_part() counts from 1, or from the end from -1 | "
		"!split_part() counts from 1, or from the end from -1 | null | "
		"!split_part() counts from 1, or from the end from -1 | "
		"!split_part() counts from 1, or from the end from -1 | "
		"!split_part() counts from 1, or from the end from -1 | "
		"!split_part() counts from 1, or from the end from -1 | "
		"!split_part() counts from 1, or from the end from -1 | "
		"!split_part() counts from 1, or from the end from -1"},
	{"replace('aaa', 'a', '')", "all "},
	{"replace('aaa', '', 'b')", "all aaa"},
	{"replace('aaa', 'aa', 'b')", "all ba"},
	{"contains(s, '')", "true | true | null | true | true | true | true | true | true"},
	{"starts_with(s, t)", "true | true | null | false | null | true | false | false | false"},
	{"ends_with('abc', 'abcd')", "all false"},
	{"position(s, 'ß')", "0 | 0 | null | 0 | 0 | 4 | 0 | 0 | 0"},
	{"position('abc', '')", "all 1"},
	{"lpad('ä', 3, 'öü')", "all öüä"},
	{"rpad('äöü', 2)", "all äö"},
	{"lpad('a', -1)", "all "},
	{"lpad('a', 3, '')", "all a"},
	{"lpad('a', 9223372036854775807, '12345')", "all !a text of more than 64 MiB"},
	{"repeat('ab', 0)", "all "},
	{"repeat('', 9223372036854775807)", "all "},
	{"repeat('ab', 1000000000)", "all !a text of more than 64 MiB"},
	{"reverse('Grüße')", "all eßürG"},
	{"reverse('')", "all "},
	{"concat('a', 'b', cast(null as string))", "all ab"},
	{"substr('Grüße aus Köln am Rhein', 11, 4)", "all Köln"},
	{"format('%d%%', n)", "0% | 1% | 2% | 3% | 4% | 5% | 6% | 7% | 8%"},
	{"format('%5s|%-5s|%.2s', 'ä', 'ö', 'abc')", "all     ä|ö    |ab"},
	{"format('%s %s %s', 1.5, 7, true)", "all 1.5 7 true"},
	{"format('%+.1e %g %x', 12345.678, 0.1, 255)", "all +1.2e+04 0.1 ff"},
	{"format('%f', 1e308 * 10)", "all inf"},
	{"format('%d', s)", "1+15 format(format, x, ...): %d and %x take int"},
	{"format('%y', s)",
		"1+15 format(format, x, ...): only %s, %d, %x, %f, %e, %g and %% are known"},
	{"format('%', s)", "1+14 format(format, x, ...): the format ends within a %"},
	{"format('%s')", "1+12 format(format, x, ...): takes 2 arguments or more, not 1"},
	{"format('a', s)", "1+14 format(format, x, ...): there are more arguments than the format "
			   "has directives"},
	{"format('%s %s', s)", "1+18 format(format, x, ...): the format has more directives than "
			       "there are arguments"},
	{"format('%1000d', n)",
		"1+19 format(format, x, ...): a width above 999 or a precision above 99"},
	{"lower(n)",
		"1+8 lower(string): argument 1 must be string, not int; write cast(x as string)"},
	{"split_part(s, ',', f)",
		"1+21 split_part(string, separator, n): argument 3 must be int, not float"},
	{"trim(s, s, s)", "1+13 trim(string [, characters]): takes 1 to 2 arguments, not 3"},
};

static const struct rig_case numbers[] = {
	{"round(2.5)", "all 3"},
	{"round(-2.5)", "all -3"},
	{"round(1.005, 1)", "all 1"},
	{"round(n, -1)", "0 | 0 | 0 | 0 | 0 | 10 | 10 | 10 | 10"},
	{"round(15, -1)", "all 20"},
	{"round(-15, -1)", "all -20"},
	{"round(9223372036854775807, -1)", "all !integer overflow in round()"},
	{"round(9223372036854775807, -19)", "all !integer overflow in round()"},
	{"round(9223372036854775807, -20)", "all 0"},
	{"round(1e300, 300)", "all 1e+300"},
	{"round(1234.5678, -400)", "all 0"},
	{"round(1234.5678, 400)", "all 1234.5678"},
	{"round(f, 1)", "0.5 | -1.5 | null | nan | inf | 2 | 1e+300 | 0 | 100"},
	{"sign(f)", "1 | -1 | null | nan | 1 | 1 | 1 | 0 | 1"},
	{"floor(a)",
		"1 | 2 | null | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"sqrt(-1)", "all !sqrt() of a number below 0"},
	{"ln(0)", "all !ln() of a number not above 0"},
	{"log10(f)", "-0.3010299957 | !log10() of a number not above 0 | null | nan | inf | "
		     "0.3010299957 | 300 | !log10() of a number not above 0 | 2"},
	{"exp(1000)", "all inf"},
	{"power(0, -1)", "all !power() of 0 to a number below 0"},
	{"power(-8, 0.5)", "all !power() of a number below 0 to one with a fraction"},
	{"mod(a, b)", "1 | !division by zero in mod() | null | -1 | 0 | null | 0 | 2 | 0"},
	{"mod(5.5, 2)", "all 1.5"},
	{"greatest(f, g)", "2 | 0.25 | null | nan | inf | null | 1e+300 | 0 | 100"},
	{"least(n, 2.5)", "0 | 1 | 2 | 2.5 | 2.5 | 2.5 | 2.5 | 2.5 | 2.5"},
	{"greatest(s, t, 'b')",
		"x | hello world, a long one | null | b | null | b | b | hello world "
		"| hello world, a long two"},
	{"least(true, n = 1)",
		"false | true | false | false | false | false | false | false | false"},
	{"greatest(null, 1)", "all null"},
	{"least(s, 1)", "1+11 least(x, ...): string and int have no common order"},
	{"sqrt(s)", "1+7 sqrt(x): argument 1 must be int or float, not string"},
};

static const struct rig_case others[] = {
	{"cast(json_get(j, '$.a.b[1]') as string)",
		"2.5 | null | null | null | null | null | null | !malformed JSON | null"},
	{"json_get(j, '$[''key'']')",
		"\"v\" | null | null | null | null | \"a value that is long\" | "
		"null | !malformed JSON | null"},
	{"json_get(j, 'a')",
		"1+16 json_get(json, path): \"a\" is no path; write it as $.a.b[0] or $['a b']"},
	{"json_element(j, -1)", "null | null | null | {\"a\": 12345678901234567890} | null | null "
				"| null | !malformed JSON | null"},
	{"json_element(cast('[1, 2]' as json), -3)", "all null"},
	{"json_element(cast('[1,2]' as json), 2)", "all null"},
	{"json_element(cast('1' as json), -9223372036854775807 - 1)", "all null"},
	{"json_array_length(j)",
		"null | null | null | 3 | null | null | null | !malformed JSON | null"},
	{"json_array_length(cast('[]' as json))", "all 0"},
	{"json_array_contains(j, 3)",
		"null | null | null | false | null | null | null | !malformed JSON | null"},
	{"json_array_contains(cast('[1, 2.0, \"x\\u0041\", true, [3]]' as json), 2)", "all true"},
	{"json_array_contains(cast('[1, 2.0]' as json), 2.0)", "all true"},
	{"json_array_contains(cast('[1, 2.5]' as json), 2)", "all false"},
	{"json_array_contains(cast('[9007199254740993]' as json), 9007199254740992)", "all false"},
	{"json_array_contains(cast('[1e300]' as json), 9223372036854775807)", "all false"},
	{"json_array_contains(cast('[\"x\\u0041\"]' as json), 'xA')", "all true"},
	{"json_array_contains(cast('[[3], \"3\"]' as json), 3)", "all false"},
	{"json_array_contains(cast('[false, true]' as json), true)", "all true"},
	{"json_array_contains(cast('[]' as json), 1)", "all false"},
	{"json_array_contains(cast('[null]' as json), cast(null as int))", "all null"},
	{"json_array_contains(j, ts)",
		"1+26 json_array_contains(json, x): looks for a string, a number or a bool, not "
		"timestamp; cast it"},
	{"json_array_join(cast('[\"a\\n\", null, 2, [3, 4], {\"b\": 5}]' as json), ', ')",
		"all a\n, 2, [3, 4], {\"b\": 5}"},
	{"json_array_join(cast('[]' as json), ', ')", "all "},
	{"json_array_join(cast('{}' as json), ', ')", "all null"},
	{"json_array_join(cast('[\"\\ud83d\\ude00\\t\"]' as json), '')", "all 😀\t"},
	{"json_array_join(j, '')",
		"null | null | null | 1[2, 3]{\"a\": 12345678901234567890} | null | null | null | "
		"!malformed JSON | null"},
	{"json_array()", "all []"},
	{"json_array(s, n)",
		"[\"x\",0] | [\"hello world, a long one\",1] | [null,2] | [\"\",3] | "
		"[\"it's\",4] | [\"Grüße aus Köln\",5] | [\"abc\",6] | [\"hello\",7] | "
		"[\"hello world, a long two\",8]"},
	{"json_array(y)",
		"1+13 json_array(x, ...): argument 1 is bytes, which JSON has not; write cast(x as "
		"string)"},
	{"json_object('k', f)",
		"{\"k\":0.5} | {\"k\":-1.5} | {\"k\":null} | !JSON has no NaN and no infinity | "
		"!JSON has no NaN and no infinity | {\"k\":2.0} | {\"k\":1e+300} | "
		"{\"k\":0.0} | {\"k\":100.0}"},
	{"json_object(s, null)",
		"{\"x\":null} | {\"hello world, a long one\":null} | !a member of an object needs "
		"a name | {\"\":null} | {\"it's\":null} | {\"Grüße aus Köln\":null} | "
		"{\"abc\":null} | {\"hello\":null} | {\"hello world, a long two\":null}"},
	{"json_object('a')",
		"1+16 json_object(name, x, ...): takes a name and a value, and so on in pairs"},
	{"json_object(1, 2)", "1+17 json_object(name, x, ...): argument 1 must be string, not int; "
			      "write cast(x as string)"},
	{"split('', ',')", "all [\"\"]"},
	{"split('a\"b,\\', ',')", "all [\"a\\\"b\",\"\\\\\"]"},
	{"split('aXXbXX', 'XX')", "all [\"a\",\"b\",\"\"]"},
	{"split('a', '')", "all !split() at an empty text"},
	{"split(t, ',')",
		"[\"x\"] | [\"hello world\",\" a long one\"] | [\"c\"] | [\"b\"] | null | "
		"[\"Grüße\"] | [\"abd\"] | [\"hello world\"] | [\"a%b\"]"},
	{"try(json_parse(t))", "all null"},
	{"to_json(f)",
		"0.5 | -1.5 | null | !JSON has no NaN and no infinity | !JSON has no NaN and "
		"no infinity | 2.0 | 1e+300 | 0.0 | 100.0"},
	{"to_json(timestamp '2026-01-01T00:00:00.5Z')", "all \"2026-01-01T00:00:00.500Z\""},
	{"to_json('a\t\\ \"')", "all \"a\\t\\\\ \\\"\""},
	{"url_host('http://[::1]:80/x')", "all ::1"},
	{"url_host('/a/b')", "all null"},
	{"url_host('mailto:a@b')", "all null"},
	{"url_host('//h')", "all h"},
	{"url_path('http://h')", "all "},
	{"url_path('')", "all "},
	{"url_query_param('?a=1&b&a=2', 'b')", "all "},
	{"url_query_param('?a=1&b&a=2', 'c')", "all null"},
	{"url_query_param('/?a%3Db=%zz', 'a=b')", "all %zz"},
	{"url_decode('%')", "all %"},
	{"url_decode('%41%4')", "all A%4"},
	{"url_decode('a%ffb%c3')", "all a\xef\xbf\xbd"
				   "b\xef\xbf\xbd"},
	{"ip_in_cidr('10.1.2.3', '10.0.0.0/8')", "all true"},
	{"ip_in_cidr('::ffff:10.1.2.3', '10.0.0.0/8')", "all true"},
	{"ip_in_cidr('11.1.2.3', '10.0.0.0/7')", "all true"},
	{"ip_in_cidr('12.1.2.3', '10.0.0.0/7')", "all false"},
	{"ip_in_cidr('fd00::1', 'fd00::/8')", "all true"},
	{"ip_in_cidr('10.0.0.1', '0.0.0.0/0')", "all true"},
	{"ip_in_cidr('fd00::1', '0.0.0.0/0')", "all false"},
	{"ip_in_cidr('10.0.0.1', '10.0.0.1')", "all true"},
	{"ip_in_cidr('x', '10.0.0.1')", "all !ip_in_cidr(): the first text is no address"},
	{"ip_in_cidr(s, '10.0.0.0/33')", "1+28 ip_in_cidr(ip, net): \"10.0.0.0/33\" is no net; "
					 "write it as 10.0.0.0/8 or fd00::/8"},
	{"is_ipv4('010.1.1.1')", "all false"},
	{"is_ipv6('::')", "all true"},
};

START_TEST(strings_at_their_edges)
{
	RIG_CHECK(strings);
}
END_TEST

START_TEST(numbers_at_their_edges)
{
	RIG_CHECK(numbers);
}
END_TEST

START_TEST(json_urls_and_addresses_at_their_edges)
{
	RIG_CHECK(others);
}
END_TEST

enum { TEXTS = 300, TEXT_LEN = 200 };

static uint64_t seed = 88172645463325252u;

static uint32_t
dice(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32) % n;
}

/* The rig with a column s of texts of up to TEXT_LEN bytes, some null, of few letters and all the
 * ends of ASCII. */
static void
texts_init(struct rig *rig, char texts[TEXTS][TEXT_LEN + 1], const char **s)
{
	static const char letters[] = "//ab@AMZ[`amz{~\x01";

	for (uint32_t i = 0; i < TEXTS; i++) {
		uint32_t len = dice(4) == 0 ? dice(TEXT_LEN + 1) : dice(80);

		for (uint32_t k = 0; k < len; k++)
			texts[i][k] = letters[dice(sizeof letters - 1)];
		texts[i][len] = '\0';
		s[i] = dice(10) == 0 ? NULL : texts[i];
	}
	rig_init(rig);
	rig->schema.n = 0;
	rig_strings(rig, "s", WEIR_STRING, s, TEXTS);
	rig->batch.n_rows = TEXTS;
	rig->batch.n_cols = rig->schema.n;
}

/* Where part number n begins, and its length; part by part from the front. */
static const char *
walk(const char *text, int n, size_t *len)
{
	const char *end;
	int parts = 1;

	for (const char *p = text; *p != '\0'; p++)
		parts += *p == '/';
	n = n < 0 ? parts + 1 + n : n;
	*len = 0;
	if (n < 1 || n > parts)
		return "";
	for (; n > 1; n--)
		text = strchr(text, '/') + 1;
	end = strchr(text, '/');
	*len = end != NULL ? (size_t)(end - text) : strlen(text);
	return text;
}

static void
check_split(struct rig *rig, const char *const *s, int part, const uint32_t *sel, uint32_t n)
{
	const struct weir_column *col;
	char text[64];

	snprintf(text, sizeof text, "split_part(s, '/', %d)", part);
	col = wr_expr_eval(rig_compile(rig, text, 0), &rig->eval, &rig->batch, sel, n);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t row = sel != NULL ? sel[k] : k;
		const char *want;
		size_t len;

		ck_assert_int_eq(weir_null_at(col, row), s[row] == NULL);
		if (s[row] == NULL)
			continue;
		want = walk(s[row], part, &len);
		ck_assert_msg(weir_str_at(col, row).len == len &&
				      memcmp(weir_str_at(col, row).p, want, len) == 0,
			"part %d of \"%s\" is \"%.*s\", not \"%.*s\"", part, s[row],
			(int)weir_str_at(col, row).len, weir_str_at(col, row).p, (int)len, want);
	}
	rig_forget(rig);
}

START_TEST(parts_are_those_that_a_walk_finds)
{
	static char texts[TEXTS][TEXT_LEN + 1];
	const char *s[TEXTS];
	uint32_t sel[TEXTS], n = 0;
	struct rig rig;

	texts_init(&rig, texts, s);
	for (uint32_t i = 1; i < TEXTS; i += 1 + dice(3))
		sel[n++] = i;
	for (int part = -30; part <= 40; part++) {
		if (part == 0)
			continue;
		check_split(&rig, s, part, NULL, TEXTS);
		check_split(&rig, s, part, sel, n);
	}
	rig_fini(&rig);
}
END_TEST

/* Within a view, behind it, and beside nulls: byte by byte. */
START_TEST(letters_of_either_case_are_mapped_and_no_other_byte)
{
	static char texts[TEXTS][TEXT_LEN + 1];
	const char *s[TEXTS];
	struct rig rig;

	texts_init(&rig, texts, s);
	for (int upper = 0; upper < 2; upper++) {
		const struct weir_expr *expr =
			rig_compile(&rig, upper ? "upper(s)" : "lower(s)", 0);
		const struct weir_column *col =
			wr_expr_eval(expr, &rig.eval, &rig.batch, NULL, TEXTS);

		for (uint32_t i = 0; i < TEXTS; i++) {
			if (s[i] == NULL)
				continue;
			ck_assert_uint_eq(weir_str_at(col, i).len, strlen(s[i]));
			for (uint32_t k = 0; s[i][k] != '\0'; k++)
				ck_assert_int_eq(weir_str_at(col, i).p[k],
					upper ? toupper(s[i][k]) : tolower(s[i][k]));
		}
		rig_forget(&rig);
	}
	rig_fini(&rig);
}
END_TEST

/* What a function of numbers gives in a row, in plain C; 0: an error. */
enum number_fn { ABS, SIGN, FLOOR, CEIL, MOD, GREATEST, LEAST, NUMBER_FNS };
static const char *const number_fns[] = {
	"abs", "sign", "floor", "ceil", "mod", "greatest", "least"};

static int
of_ints(enum number_fn fn, int64_t x, int64_t y, int64_t *result)
{
	*result = fn == ABS           ? (x < 0 && x != INT64_MIN ? -x : x)
		  : fn == SIGN        ? (x > 0) - (x < 0)
		  : fn == GREATEST    ? (x > y ? x : y)
		  : fn == LEAST       ? (x < y ? x : y)
		  : fn != MOD         ? x
		  : y == 0 || y == -1 ? 0
				      : x % y;
	return !(fn == ABS && x == INT64_MIN) && !(fn == MOD && y == 0);
}

/* NaN is above all numbers. */
static int
of_floats(enum number_fn fn, double x, double y, double *result)
{
	int less = x < y || (isnan(y) && !isnan(x)), more = x > y || (isnan(x) && !isnan(y));

	*result = fn == ABS        ? fabs(x)
		  : fn == SIGN     ? (isnan(x) ? x : (x > 0) - (x < 0))
		  : fn == FLOOR    ? floor(x)
		  : fn == CEIL     ? ceil(x)
		  : fn == GREATEST ? (less ? y : x)
		  : fn == LEAST    ? (more ? y : x)
				   : fmod(x, y);
	return fn != MOD || y != 0;
}

static int
number_agrees(enum number_fn fn, const struct rig *rig, uint32_t row, int floats,
	const struct weir_column *col, int *failed)
{
	int64_t i;
	double f;

	if (!floats) {
		*failed = !of_ints(
			fn, weir_int_at(rig->cols[0], row), weir_int_at(rig->cols[1], row), &i);
		return *failed || weir_int_at(col, row) == i;
	}
	*failed = !of_floats(
		fn, weir_float_at(rig->cols[2], row), weir_float_at(rig->cols[3], row), &f);
	if (*failed || (isnan(f) && isnan(weir_float_at(col, row))))
		return 1;
	return weir_float_at(col, row) == f && signbit(weir_float_at(col, row)) == signbit(f);
}

static void
check_numbers(struct rig *rig, int fn, int floats, const uint32_t *sel, uint32_t n)
{
	const char *second = fn >= MOD ? (floats ? ", g" : ", y") : "";
	const struct weir_column *col;
	char text[64];

	snprintf(text, sizeof text, "%s(%s%s)", number_fns[fn], floats ? "f" : "x", second);
	col = wr_expr_eval(rig_compile(rig, text, 0), &rig->eval, &rig->batch, sel, n);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t row = sel != NULL ? sel[k] : k;
		int null = weir_null_at(rig->cols[floats ? 2 : 0], row), failed = 0;

		ck_assert_int_eq(weir_null_at(col, row), null);
		ck_assert_msg(null || number_agrees(fn, rig, row, floats, col, &failed),
			"%s in row %u", text, row);
		ck_assert_msg((rig->errors[row] != NULL) == failed, "%s in row %u: \"%s\"", text,
			row, rig->errors[row] == NULL ? "no error" : rig->errors[row]);
	}
	rig_forget(rig);
}

/* Every pair of odd numbers, and numbers without extremes, which more of the loops take at once. */
START_TEST(functions_of_numbers_are_those_of_c)
{
	static const int64_t odd[] = {0, 1, -1, 2, -7, 10, INT64_MAX, INT64_MIN, INT64_MAX - 1,
		(INT64_C(1) << 51) - 1, INT64_C(1) << 51, -(INT64_C(1) << 51), -(INT64_C(1) << 52),
		86400000000, -86400000001, 4503599627370495};
	static const double odd_floats[] = {0.0, -0.0, 0.5, -0.5, 1.5, -2.5, NAN, -NAN, INFINITY,
		-INFINITY, 0x1p52, -0x1p53, 5e-324, -1e300, 0.49999999999999994, -1e-300};
	int64_t x[256], y[256];
	double f[256], g[256];
	uint64_t valid[4];
	uint32_t sel[256], n = 0;
	struct rig rig;

	for (uint32_t i = 0; i < 256; i++) {
		x[i] = _i == 0 ? odd[i / 16] : (int64_t)dice(2000000) - 1000000;
		y[i] = _i == 0 ? odd[i % 16] : (int64_t)dice(300) - 400;
		f[i] = _i == 0 ? odd_floats[i / 16] : (dice(4000) - 2000.0) / 8;
		g[i] = _i == 0 ? odd_floats[i % 16] : (dice(4000) + 1) / 8.0;
		if (dice(5) > 0)
			sel[n++] = i;
	}
	for (int w = 0; w < 4; w++)
		valid[w] = (uint64_t)dice(UINT32_MAX) << 32 | dice(UINT32_MAX);
	for (int nulls = 0; nulls < 2; nulls++) {
		rig_init(&rig);
		rig.schema.n = 0;
		rig_column(&rig, "x", WEIR_INT64, x, nulls ? valid : NULL);
		rig_column(&rig, "y", WEIR_INT64, y, NULL);
		rig_column(&rig, "f", WEIR_FLOAT64, f, nulls ? valid : NULL);
		rig_column(&rig, "g", WEIR_FLOAT64, g, NULL);
		rig.batch.n_rows = 256;
		rig.batch.n_cols = rig.schema.n;
		for (int fn = 0; fn < 2 * NUMBER_FNS; fn++) {
			check_numbers(&rig, fn / 2, fn % 2, NULL, 256);
			check_numbers(&rig, fn / 2, fn % 2, sel, n);
			check_numbers(&rig, fn / 2, fn % 2, sel + n / 2, 3);
		}
		rig_fini(&rig);
	}
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_test(tests, strings_at_their_edges);
	tcase_add_test(tests, numbers_at_their_edges);
	tcase_add_loop_test(tests, functions_of_numbers_are_those_of_c, 0, 2);
	tcase_add_test(tests, parts_are_those_that_a_walk_finds);
	tcase_add_test(tests, letters_of_either_case_are_mapped_and_no_other_byte);
	tcase_add_test(tests, json_urls_and_addresses_at_their_edges);
}

int
main(void)
{
	return rig_main("expr_functions", fill);
}
