/* SPDX-License-Identifier: Apache-2.0 */
/* Durations, sizes and whole numbers, read and printed. */
#include "conf_test.h"

static int64_t
us(const char *word)
{
	struct weir_err err = {0};
	int64_t value = -1;

	ck_assert_msg(wr_conf_duration(wr_str(word), &value, &err) == 0, "%s", err.text);
	return value;
}

static void
no_us(const char *word, const char *text)
{
	struct weir_err err = {0};
	struct weir_str str = wr_str(word);
	int64_t value = 77;

	str.loc = 5;
	ck_assert_int_eq(wr_conf_duration(str, &value, &err), -EINVAL);
	ck_assert_str_eq(err.text, text);
	ck_assert_uint_eq(err.loc, 5);
	ck_assert_int_eq(value, 77);
	ck_assert_int_eq(wr_conf_duration(str, &value, NULL), -EINVAL);
}

static void
no_size(const char *word, const char *text)
{
	struct weir_err err = {0};
	uint64_t value = 77;

	ck_assert_int_eq(wr_conf_size(wr_str(word), &value, &err), -EINVAL);
	ck_assert_str_eq(err.text, text);
	ck_assert_uint_eq(value, 77);
}

static void
no_int(const char *word, const char *text)
{
	struct weir_err err = {0};
	int64_t value = 77;

	ck_assert_int_eq(wr_conf_int(wr_str(word), &value, &err), -EINVAL);
	ck_assert_str_eq(err.text, text);
	ck_assert_int_eq(value, 77);
}

START_TEST(durations_are_microseconds)
{
	ck_assert_int_eq(us("0"), 0);
	ck_assert_int_eq(us("7us"), 7);
	ck_assert_int_eq(us("500ms"), 500000);
	ck_assert_int_eq(us("5s"), 5000000);
	ck_assert_int_eq(us("10m"), 600000000);
	ck_assert_int_eq(us("1h"), INT64_C(3600000000));
	ck_assert_int_eq(us("7d"), INT64_C(604800000000));
	ck_assert_int_eq(us("1h30m"), INT64_C(5400000000));
	ck_assert_int_eq(us("1d2h3m4s5ms6us"), INT64_C(93784005006));
	ck_assert_int_eq(us("106751991d"), INT64_C(106751991) * 86400000000);
}
END_TEST

START_TEST(what_is_no_duration_is_told_with_examples)
{
	static const char *const bad[] = {
		"5x", "5", "", "s", "-5s", "1.5s", "5S", "5s 3", "30m1h", "5s5s", "5m5", "ms"};
	char text[128];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "\"%s\" is no duration; write 500ms, 5s, 10m, 1h or 7d",
			bad[i]);
		no_us(bad[i], text);
	}
	no_us("106751992d", "\"106751992d\" is too long a duration; write at most 106751991d");
	no_us("99999999999999999999s",
		"\"99999999999999999999s\" is too long a duration; write at most 106751991d");
}
END_TEST

START_TEST(long_words_are_cut_between_characters)
{
	char word[64 + 3], text[160];

	memset(word, 'a', 59);
	strcpy(word + 59, "\xe2\x82\xac"
			  "bcd");
	snprintf(text, sizeof text, "\"%.62s...\" is no whole number", word);
	no_int(word, text);
}
END_TEST

START_TEST(sizes_are_bytes)
{
	struct weir_err err;
	uint64_t n;

	ck_assert_int_eq(wr_conf_size(WR_STR("512"), &n, &err), 0);
	ck_assert_uint_eq(n, 512);
	ck_assert_int_eq(wr_conf_size(WR_STR("64k"), &n, &err), 0);
	ck_assert_uint_eq(n, 65536);
	ck_assert_int_eq(wr_conf_size(WR_STR("4M"), &n, &err), 0);
	ck_assert_uint_eq(n, 4 << 20);
	ck_assert_int_eq(wr_conf_size(WR_STR("1g"), &n, &err), 0);
	ck_assert_uint_eq(n, 1 << 30);
	no_size("5x", "\"5x\" is no size; write 512, 64k, 4m or 1g");
	no_size("5kb", "\"5kb\" is no size; write 512, 64k, 4m or 1g");
	no_size("", "\"\" is no size; write 512, 64k, 4m or 1g");
	no_size("-1", "\"-1\" is no size; write 512, 64k, 4m or 1g");
	no_size("8589934592g", "\"8589934592g\" is too large a size; write at most 8589934591g");
	no_size("99999999999999999999",
		"\"99999999999999999999\" is too large a size; write at most 8589934591g");
}
END_TEST

START_TEST(whole_numbers_have_64_bits)
{
	struct weir_err err;
	int64_t n;

	ck_assert_int_eq(wr_conf_int(WR_STR("-42"), &n, &err), 0);
	ck_assert_int_eq(n, -42);
	ck_assert_int_eq(wr_conf_int(WR_STR("9223372036854775807"), &n, &err), 0);
	ck_assert_int_eq(n, INT64_MAX);
	ck_assert_int_eq(wr_conf_int(WR_STR("-9223372036854775808"), &n, &err), 0);
	ck_assert_int_eq(n, INT64_MIN);
	no_int("9223372036854775808", "\"9223372036854775808\" is too large a number for 64 bits");
	no_int("1e3", "\"1e3\" is no whole number");
	no_int("-", "\"-\" is no whole number");
	no_int("", "\"\" is no whole number");
	no_int("0x10", "\"0x10\" is no whole number");
}
END_TEST

START_TEST(values_are_printed_in_the_largest_exact_unit)
{
	static const struct {
		int64_t us;
		const char *text;
	} durations[] = {{0, "0s"}, {1, "1us"}, {1500, "1500us"}, {1000, "1ms"}, {90000000, "90s"},
		{INT64_C(86400000000), "24h"}, {INT64_C(172800000000), "2d"}, {-5000000, "-5s"},
		{INT64_MAX, "9223372036854775807us"}, {INT64_MIN, "-9223372036854775808us"}};
	char buf[32];

	for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
		wr_conf_print_duration(durations[i].us, buf, sizeof buf);
		ck_assert_str_eq(buf, durations[i].text);
	}
	wr_conf_print_size(0, buf, sizeof buf);
	ck_assert_str_eq(buf, "0");
	wr_conf_print_size(1000, buf, sizeof buf);
	ck_assert_str_eq(buf, "1000");
	wr_conf_print_size(64 << 10, buf, sizeof buf);
	ck_assert_str_eq(buf, "64k");
	wr_conf_print_size(UINT64_C(2048) << 30, buf, sizeof buf);
	ck_assert_str_eq(buf, "2048g");
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		durations_are_microseconds,
		what_is_no_duration_is_told_with_examples,
		long_words_are_cut_between_characters,
		sizes_are_bytes,
		whole_numbers_have_64_bits,
		values_are_printed_in_the_largest_exact_unit,
	};

	return ct_run("conf_value", tests, sizeof tests / sizeof tests[0]);
}
