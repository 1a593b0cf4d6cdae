/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and times: + - * / %, values and errors of rows. */
#include "rig.h"

static const struct rig_case arith[] = {
	{"a + b", "3 | 2 | null | -5 | !integer overflow: 9223372036854775807 + 1 | null | "
		  "!integer overflow: -9223372036854775808 + -1 | 107 | 0"},
	{"a - b",
		"-1 | 2 | null | -9 | 9223372036854775806 | null | -9223372036854775807 | 93 | 6"},
	{"a * b", "2 | 0 | null | -14 | 9223372036854775807 | null | !integer overflow: "
		  "-9223372036854775808 * -1 | 700 | -9"},
	{"a / b", "0 | !division by zero | null | -3 | 9223372036854775807 | null | !integer "
		  "overflow: -9223372036854775808 / -1 | 14 | -1"},
	{"a % b", "1 | !division by zero | null | -1 | 0 | null | 0 | 2 | 0"},
	{"f + g", "2.5 | -1.25 | null | nan | inf | null | 2e+300 | 0 | 97"},
	{"f - g", "-1.5 | -1.75 | null | nan | inf | null | 0 | 0 | 103"},
	{"f * g", "1 | -0.375 | null | nan | inf | null | inf | 0 | -300"},
	{"f / g", "0.25 | -6 | null | nan | inf | null | 1 | !division by zero | -33.33333333"},
	{"f % g", "0.5 | -0 | null | nan | nan | null | 0 | !division by zero | 1"},
	{"-a", "-1 | -2 | null | 7 | -9223372036854775807 | 0 | !integer overflow: "
	       "-(-9223372036854775808) | -100 | -3"},
	{"-f", "-0.5 | 1.5 | null | nan | -inf | -2 | -1e+300 | -0 | -100"},
	{"- - a", "1 | 2 | null | -7 | 9223372036854775807 | 0 | !integer overflow: "
		  "-(-9223372036854775808) | 100 | 3"},
	{"a + 1", "2 | 3 | null | -6 | !integer overflow: 9223372036854775807 + 1 | 1 | "
		  "-9223372036854775807 | 101 | 4"},
	{"1 - a", "0 | -1 | null | 8 | -9223372036854775806 | 1 | !integer overflow: 1 - "
		  "-9223372036854775808 | -99 | -2"},
	{"a * 3", "3 | 6 | null | -21 | !integer overflow: 9223372036854775807 * 3 | 0 | !integer "
		  "overflow: -9223372036854775808 * 3 | 300 | 9"},
	{"a / 7", "0 | 0 | null | -1 | 1317624576693539401 | 0 | -1317624576693539401 | 14 | 0"},
	{"a / -7", "0 | 0 | null | 1 | -1317624576693539401 | 0 | 1317624576693539401 | -14 | 0"},
	{"a / 1", "1 | 2 | null | -7 | 9223372036854775807 | 0 | -9223372036854775808 | 100 | 3"},
	{"a / -1", "-1 | -2 | null | 7 | -9223372036854775807 | 0 | !integer overflow: "
		   "-9223372036854775808 / -1 | -100 | -3"},
	{"a / 2", "0 | 1 | null | -3 | 4611686018427387903 | 0 | -4611686018427387904 | 50 | 1"},
	{"a / 0", "!division by zero | !division by zero | null | !division by zero | !division by "
		  "zero | !division by zero | !division by zero | !division by zero | !division by "
		  "zero"},
	{"a % 2", "1 | 0 | null | -1 | 1 | 0 | 0 | 0 | 1"},
	{"a % -3", "1 | 2 | null | -1 | 1 | 0 | -2 | 1 | 0"},
	{"a % 1", "0 | 0 | null | 0 | 0 | 0 | 0 | 0 | 0"},
	{"100 / a", "100 | 50 | null | -14 | 0 | !division by zero | 0 | 1 | 33"},
	{"n * 908 / 1000", "0 | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7"},
	{"n / 4611686018427387904", "all 0"},
	{"a / 9223372036854775807", "0 | 0 | null | 0 | 1 | 0 | -1 | 0 | 0"},
	{"a + f", "1.5 | 0.5 | null | nan | inf | 2 | 1e+300 | 100 | 103"},
	{"a * 0.5", "0.5 | 1 | null | -3.5 | 4.611686018e+18 | 0 | -4.611686018e+18 | 50 | 1.5"},
	{"1 + 2 * 3 - 4 / 2", "all 5"},
	{"(1 + 2) * 3", "all 9"},
	{"7 - 2 - 1", "all 4"},
	{"-7 / 2", "all -3"},
	{"-7 % 2", "all -1"},
	{"-2 * -3", "all 6"},
	{"1e3", "all 1000"},
	{".5 + 1.", "all 1.5"},
	{"-9223372036854775808", "all -9223372036854775808"},
	{"2 - -2", "all 4"},
	{"1 / 0", "all !division by zero"},
	{"if(n > 4, 1 / 0, n)", "0 | 1 | 2 | 3 | 4 | !division by zero | !division by zero | "
				"!division by zero | !division by zero"},
	{"if(n > 4, 1.0 / 0, 0.0)", "0 | 0 | 0 | 0 | 0 | !division by zero | !division by zero | "
				    "!division by zero | !division by zero"},
	{"try(a / b)", "0 | null | null | -3 | 9223372036854775807 | null | null | 14 | -1"},
	{"try(1 / 0)", "all null"},
	{"a + null", "all null"},
	{"null + a", "all null"},
	{"ts + 5s", "5000000 | 1767225605000000 | 1767225605123456 | 5000001 | 4999999 | null | "
		    "86405000000 | 5000007 | 5000008"},
	{"5s + ts", "5000000 | 1767225605000000 | 1767225605123456 | 5000001 | 4999999 | null | "
		    "86405000000 | 5000007 | 5000008"},
	{"ts - 1h30m", "-5400000000 | 1767220200000000 | 1767220200123456 | -5399999999 | "
		       "-5400000001 | null | 81000000000 | -5399999993 | -5399999992"},
	{"ts - tu", "-1000000 | 1000000 | 0 | 1 | -1 | null | 86400000000 | null | !integer "
		    "overflow: 8 - -9223372036854775808"},
	{"ts + null", "all null"},
	{"500ms + 7d", "all 604800500000"},
	{"10m % 1h", "all 600000000"},
	{"ts - timestamp '2026-01-01T00:00:00Z'",
		"-1767225600000000 | 0 | 123456 | -1767225599999999 | -1767225600000001 | null | "
		"-1767139200000000 | -1767225599999993 | -1767225599999992"},
};

START_TEST(arithmetic_follows_the_page)
{
	RIG_CHECK(arith);
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_test(tests, arithmetic_follows_the_page);
}

int
main(void)
{
	return rig_main("expr_arith", fill);
}
