/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records read by the layout of those before them mean what they mean alone: both ways beside each
 * other, over records that differ a little or much from what was learnt.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_pair.h"

enum {
	USUAL = 24, /* records of the usual layout for each other one: or layouts would be given up
		     */
	SLACK = 64,
};

static const struct json_pair_field all_types[] = {
	{"b", WEIR_BOOL, ""},
	{"i", WEIR_INT64, ""},
	{"f", WEIR_FLOAT64, ""},
	{"t", WEIR_TIMESTAMP, ""},
	{"m", WEIR_TIMESTAMP, "ms"},
	{"n", WEIR_TIMESTAMP, "ns"},
	{"s", WEIR_STRING, ""},
	{"x", WEIR_BYTES, ""},
	{"j", WEIR_JSON, ""},
	{"oi", WEIR_INT64, "$.o.i"},
	{"ops", WEIR_STRING, "$.o.p.s"},
	{"again", WEIR_STRING, "$.s"},
	{"a1", WEIR_INT64, "$.a[1]"},
};
static const struct json_pair_field few[] = {
	{"s", WEIR_STRING, ""}, {"i", WEIR_INT64, ""}, {"os", WEIR_STRING, "$.o.s"}};
static const struct json_pair_field inside[] = {
	{"os", WEIR_STRING, "$.o.s"}, {"oo", WEIR_INT64, "$.o.o.i"}, {"bb", WEIR_BOOL, "$.b.b"}};

static const struct {
	const struct json_pair_field *fields;
	uint32_t n;
} schemas[] = {{few, 3}, {all_types, 13}, {inside, 3}, {few, 0}};

static const char *const seeds[] = {
	"{\"s\":\"abc\",\"i\":17,\"b\":true,\"o\":{\"s\":\"x\",\"i\":1}}",
	"{\"i\":-1234567890123,\"s\":\"a string of some length\",\"f\":-12.5e3,\"x\":\"aGVsbG8=\"}",
	"{\"u\":12.3,\"o\":{\"u\":null,\"i\":5,\"p\":{\"s\":\"deep\"},\"u\":[1,[2],{\"s\":3}]},"
	"\"i\":0}",
	" { \"m\" : 1436918400123 , \"s\" : \"\" , \"t\" : \"2015-07-15T00:00:00.250Z\" , \"n\":1 "
	"} ",
	"{\"s\":\"q\\\"uote \\u0041\\\\\",\"u\":\"\\\\\",\"i\":12,\"o\":{\"s\":\"\\n\"}}",
	"{\"t\":\"2024-02-29T23:59:60Z\",\"i\":3,\"s\":\"2015-07-15 00:00:00\",\"m\":15}",
	"{\"s\":\"\xc3\xa4\xe2\x82\xac\",\"\xc3\xb6\":\"\xf0\x9f\x98\x80\",\"i\":99999999}",
	"{\"j\":\"text\",\"s\":null,\"i\":null,\"o\":null,\"a\":[1,2],\"b\":false}",
	"{\"o\":{\"o\":{\"i\":3,\"u\":{}},\"s\":\"1234567890123456\"},\"b\":{\"b\":true},\"u\":{"
	"\"k\":1}}",
	"{\"u\":{\"a\":1,\"b\":{\"c\":\"}\"}},\"s\":\"{\",\"v\":[\"]\",\"\\\"\"],\"i\":1}",
	/* Long values: where quotes are found first. */
	"{\"i\":17,\"u\":\"nobody wants it, \\\" nor this "
	"\\\\\",\"s\":\"https://www.example.com/\\u0041/"
	"item.htm?query=\\\"1\\\"\",\"t\":\"2015-07-15 "
	"00:00:00.000\",\"o\":{\"i\":12345,\"s\":null}}",
	"{\"u\":{\"s\":\"in an object that nobody wants, and [it is] long\"},\"s\":\"a string of "
	"more than "
	"thirty-two bytes\",\"b\":false,\"i\":1234567890}",
	"{}",
};
enum { SEEDS = sizeof seeds / sizeof *seeds };

/* Bytes that mean something, or that nothing may be. */
static const char bytes[] = "{}[]:,\"\\ \n\r\t\x01\x1f\x7f\x80\xc3\xff/0159.-+eEtfnulxaisoO'";

/* Records being gathered. */
static struct {
	char *text;
	size_t len, cap;
	size_t begin[WEIR_ROWS_MAX], size[WEIR_ROWS_MAX];
	uint32_t n;
} batch;

static struct json_pair pair;
static uint64_t tried;

static void
flush_batch(void)
{
	static struct weir_str rec[WEIR_ROWS_MAX];
	uint32_t i, slack;

	memset(batch.text + batch.len, '"', SLACK);
	for (i = 0; i < batch.n; i++)
		rec[i] = (struct weir_str){
			.p = batch.text + batch.begin[i], .len = (uint32_t)batch.size[i]};
	for (slack = 0; slack <= SLACK; slack += SLACK) {
		i = json_pair_decode(&pair, rec, batch.n, slack);
		if (i < batch.n)
			ck_abort_msg("differs: \"%.*s\": \"%s\" and \"%s\"", (int)rec[i].len,
				rec[i].p,
				pair.mock[0]->out->bad[i] ? pair.mock[0]->out->why[i] : "good",
				pair.mock[1]->out->bad[i] ? pair.mock[1]->out->why[i] : "good");
	}
	batch.n = 0;
	batch.len = 0;
}

static void
put(const char *p, size_t len)
{
	if (batch.len + len + SLACK + 1 > batch.cap) {
		batch.cap = (batch.cap + len + SLACK + 1) * 2;
		batch.text = realloc(batch.text, batch.cap);
	}
	batch.begin[batch.n] = batch.len;
	batch.size[batch.n++] = len;
	memcpy(batch.text + batch.len, p, len);
	batch.len += len;
	batch.text[batch.len++] = '\n';
	if (batch.n == WEIR_ROWS_MAX)
		flush_batch();
}

/* A record among others that are as usual. */
static void
put_odd(const char *seed, const char *p, size_t len)
{
	uint32_t i;

	for (i = 0; i < USUAL / 2; i++)
		put(seed, strlen(seed));
	put(p, len);
	for (i = 0; i < USUAL / 2; i++)
		put(seed, strlen(seed));
	tried++;
}

static void
setup(uint32_t schema)
{
	json_pair_init(&pair, schemas[schema].fields, schemas[schema].n);
	tried = 0;
}

static void
teardown(void)
{
	flush_batch();
	json_pair_fini(&pair);
	free(batch.text);
	batch.text = NULL;
	batch.cap = 0;
}

/* Every byte of a seed left out, replaced by and preceded by each of `bytes`; and every beginning.
 */
static void
mutate_all(const char *seed)
{
	size_t len = strlen(seed), i, k;
	char text[512];

	for (i = 0; i <= len; i++) {
		put_odd(seed, seed, i);
		memcpy(text, seed, len);
		memmove(text + i, text + i + 1, len - i);
		put_odd(seed, text, len - (i < len));
		for (k = 0; k < sizeof bytes; k++) {
			memcpy(text, seed, len + 1);
			text[i] = bytes[k];
			put_odd(seed, text, len + (i == len));
			memcpy(text + i + 1, seed + i, len - i);
			put_odd(seed, text, len + 1);
		}
	}
}

START_TEST(small_mutations_mean_the_same)
{
	uint32_t schema = (uint32_t)_i / SEEDS, seed = (uint32_t)_i % SEEDS;

	setup(schema);
	mutate_all(seeds[seed]);
	ck_assert_uint_gt(tried, 100);
	teardown();
}
END_TEST

static uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A seed with pieces of others in it, and some bytes that are wrong. */
static size_t
mix(char *text, uint64_t *state)
{
	const char *seed = seeds[random_next(state) % SEEDS];
	size_t len = strlen(seed), n = 1 + random_next(state) % 3;

	memcpy(text, seed, len);
	for (; n > 0; n--) {
		const char *other = seeds[random_next(state) % SEEDS];
		size_t at = random_next(state) % (len + 1), gone = random_next(state) % 8;
		size_t from = random_next(state) % strlen(other);
		size_t take = random_next(state) % 24;

		gone = gone < len - at ? gone : len - at;
		take = take < strlen(other) - from ? take : strlen(other) - from;
		memmove(text + at + take, text + at + gone, len - at - gone);
		memcpy(text + at, other + from, take);
		len += take - gone;
	}
	return len;
}

START_TEST(mixtures_mean_the_same)
{
	uint64_t state = (uint64_t)_i;
	char text[1024];
	uint32_t i;

	setup((uint32_t)_i % 4);
	for (i = 0; i < 20000; i++)
		put_odd(seeds[i % SEEDS], text, mix(text, &state));
	teardown();
}
END_TEST

/* Members of random names in random order, in objects in each other: nothing stays as it was. */
START_TEST(changing_layouts_mean_the_same)
{
	uint64_t state = 7;
	char text[4096];
	uint32_t i, k, open;

	setup((uint32_t)_i);
	for (i = 0; i < 60000; i++) {
		size_t len = 0;

		text[len++] = '{';
		open = 1;
		for (k = 0; k < 12 && open > 0; k++) {
			uint64_t r = random_next(&state), variety = i < 30000 ? 3 : 40;

			len += (size_t)sprintf(text + len,
				"%s\"%c%s\":", text[len - 1] == '{' ? "" : ",", "siobuvw"[r % 7],
				(r >> 8) % 4 > 0 ? "" : &"k"[(r >> 12) % 2]);
			r >>= 16;
			if (r % 5 == 0 && open < 5) {
				text[len++] = '{';
				open++;
				if ((r >> 8) % 4 != 0)
					continue;
			} else {
				len += (size_t)sprintf(text + len, r % 5 < 3 ? "%u" : "\"%u\"",
					(unsigned)((r >> 8) % variety));
			}
			if ((r >> 32) % 4 == 0 || text[len - 1] == '{') {
				text[len++] = '}';
				open--;
			}
		}
		while (open > 0) {
			if (text[len - 1] == ',')
				len--;
			text[len++] = '}';
			open--;
		}
		put(text, len);
	}
	teardown();
}
END_TEST

START_TEST(a_layout_that_stays_is_followed)
{
	char text[256];
	uint32_t i;

	setup(0);
	for (i = 0; i < 4 * WEIR_ROWS_MAX; i++)
		put(text,
			(size_t)sprintf(text,
				"{\"s\":\"%u\",\"u\":{\"x\":%u},%s\"i\":%u,\"o\":{\"s\":\"a%u\"}}",
				i, i, i % 3 == 0 ? "\"more\":null," : "", i * 1000, i));
	ck_assert(json_pair_tries(&pair));
	/* What is new each time is not worth it. */
	for (i = 0; i < 6 * WEIR_ROWS_MAX; i++)
		put(text, (size_t)sprintf(text, "{\"k%u\":1,\"i\":1,\"l%u\":1}", i, i));
	ck_assert(!json_pair_tries(&pair));
	teardown();
}
END_TEST

static void
put_long(uint32_t len)
{
	char text[256];

	put(text, (size_t)sprintf(text, "{\"s\":\"%0*u\",\"i\":%u,\"o\":{\"s\":\"\\\\%0*u\"}}",
			  (int)len, batch.n, batch.n, (int)len, batch.n));
}

/* The record that a way was learned from may be longer or shorter than the others. */
START_TEST(quotes_are_found_first_where_most_values_are_long)
{
	uint32_t i, k;
	int found;

	setup(0);
	for (i = 0; i < 3; i++) {
		put_long(i % 2 == 0 ? 1 : 60);
		for (k = 1; k < 2 * WEIR_ROWS_MAX; k++)
			put_long(i % 2 == 0 ? 60 : 1);
		flush_batch();
		found = json_pair_finds_quotes(&pair);
		ck_assert(found == (i % 2 == 0) || found < 0);
	}
	teardown();
}
END_TEST

/* Where a string, a number or a bracket stands across the 16 bytes that are looked at at once. */
START_TEST(lengths_do_not_matter)
{
	char text[1024], usual[64];
	uint32_t i, k;

	setup(0);
	for (i = 0; i < 70; i++)
		for (k = 0; k < 70; k++) {
			int len = sprintf(text,
				"{\"s\":\"%.*s\",\"u\":[\"%.*s\"],\"i\":%.*s,\"o\":{\"s\":%.*s1}}",
				(int)i,
				"012345678901234567890123456789012345678901234567890123456789012345"
				"6789",
				(int)k,
				"]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}"
				"]}]}",
				(int)(i % 22) + 1, "1234567890123456789012", (int)k,
				"                                                                  "
				"   ");
			sprintf(usual, "{\"s\":\"%u\",\"u\":[%u],\"i\":%u,\"o\":{\"s\":\"\"}}", i,
				k, i);
			put_odd(usual, text, (size_t)len);
		}
	teardown();
}
END_TEST

/* Backslashes before a quote, many or few, across the 64 bytes that are looked at at once. */
START_TEST(backslashes_do_not_matter)
{
	const char *usual = "{\"u\":\"\",\"s\":\"\",\"v\":[\"\"],\"i\":1}";
	char dots[71], slashes[71], text[1024];
	uint32_t i, k;

	setup(0);
	memset(dots, '.', sizeof dots);
	memset(slashes, '\\', sizeof slashes);
	for (i = 0; i < 70; i++)
		for (k = 0; k < 70; k++)
			put_odd(usual, text,
				(size_t)sprintf(text,
					"{\"u\":\"%.*s%.*s\",\"s\":\"%.*s%.*s\",\"v\":[\"%.*s%.*"
					"s\"]"
					",\"i\":7}",
					(int)i, dots, (int)k, slashes, (int)k, dots, (int)i,
					slashes, (int)(i + k) % 70, dots, (int)(k & ~1u), slashes));
	teardown();
}
END_TEST

/* Each kind of escape, and some that are none, at each place of the 64 bytes and at the end. */
START_TEST(escapes_do_not_matter)
{
	static const char *const escapes[] = {"\\n", "\\\"", "\\\\", "\\/", "\\u00e9",
		"\\ud83d\\ude00", "\\u12", "\\ud83d", "\\x", "\\\\\\t\\\\\\\\"};
	const char *usual = "{\"u\":1,\"s\":\"\",\"i\":1}";
	char dots[141], text[1024];
	uint32_t i, k, e;

	setup(0);
	memset(dots, '.', sizeof dots);
	for (e = 0; e < sizeof escapes / sizeof escapes[0]; e++)
		for (i = 0; i < 140; i++)
			for (k = 0; k < 3; k++)
				put_odd(usual, text,
					(size_t)sprintf(text,
						"{\"u\":1,\"s\":\"%.*s%s%.*s%s\",\"i\":7}", (int)i,
						dots, escapes[e], (int)(k * 31 % 64), dots,
						k > 0 ? escapes[(e + i) % 6] : ""));
	teardown();
}
END_TEST

/* Minutes that stay and that change, seconds that there are and that there are not. */
START_TEST(times_in_any_order_mean_the_same)
{
	static const char *const behind[] = {
		"", "Z", ".000", ".250Z", ".25", ".2500", "+01:00", " "};
	uint64_t state = 5;
	char text[128];
	uint32_t i;

	setup(1);
	for (i = 0; i < 20000; i++) {
		uint64_t r = random_next(&state);

		put(text, (size_t)sprintf(text, "{\"t\":\"%s-%02u %02u:%02u:%02u%s\",\"i\":%u}",
				  i % 5000 < 50 ? "2016-02" : "1970-01", (uint32_t)(r % 3),
				  (uint32_t)(r >> 8 & 1), (uint32_t)(r >> 16 & 63) / 62 * 59,
				  (uint32_t)(r >> 24 & 63),
				  behind[i % 3000 < 2900 ? 2 : r >> 32 & 7], i));
	}
	teardown();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json_layout");
	TCase *tc = tcase_create("layout");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 100);
	tcase_add_loop_test(tc, small_mutations_mean_the_same, 0, 4 * SEEDS);
	tcase_add_loop_test(tc, mixtures_mean_the_same, 0, 8);
	tcase_add_loop_test(tc, changing_layouts_mean_the_same, 0, 4);
	tcase_add_test(tc, a_layout_that_stays_is_followed);
	tcase_add_test(tc, quotes_are_found_first_where_most_values_are_long);
	tcase_add_test(tc, lengths_do_not_matter);
	tcase_add_test(tc, backslashes_do_not_matter);
	tcase_add_test(tc, escapes_do_not_matter);
	tcase_add_test(tc, times_in_any_order_mean_the_same);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
