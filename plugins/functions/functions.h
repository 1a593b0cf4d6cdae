/* SPDX-License-Identifier: Apache-2.0 */
/* The scalar functions of this plugin, one struct each. */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include "args.h"

extern const struct weir_function function_abs, function_ceil, function_exp, function_floor,
	function_greatest, function_least, function_ln, function_log10, function_mod,
	function_power, function_round, function_sign, function_sqrt;
extern const struct weir_function function_concat, function_contains, function_ends_with,
	function_format, function_length, function_lower, function_lpad, function_ltrim,
	function_position, function_repeat, function_replace, function_reverse, function_rpad,
	function_rtrim, function_split_part, function_starts_with, function_substr, function_trim,
	function_upper;
extern const struct weir_function function_date_part, function_date_trunc, function_format_time,
	function_parse_time, function_to_timestamp;
extern const struct weir_function function_json_array, function_json_array_contains,
	function_json_array_join, function_json_array_length, function_json_element,
	function_json_get, function_json_object, function_json_parse, function_split,
	function_to_json;
extern const struct weir_function function_url_decode, function_url_host, function_url_path,
	function_url_query_param;
extern const struct weir_function function_ip_in_cidr, function_is_ipv4, function_is_ipv6;

#endif
