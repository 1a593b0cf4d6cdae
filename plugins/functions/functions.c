/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin: what it offers. */
#include "functions.h"

static const struct weir_function *const functions[] = {&function_abs, &function_ceil,
	&function_concat, &function_contains, &function_date_part, &function_date_trunc,
	&function_ends_with, &function_exp, &function_floor, &function_format,
	&function_format_time, &function_greatest, &function_ip_in_cidr, &function_is_ipv4,
	&function_is_ipv6, &function_json_array, &function_json_array_contains,
	&function_json_array_join, &function_json_array_length, &function_json_element,
	&function_json_get, &function_json_object, &function_json_parse, &function_least,
	&function_length, &function_ln, &function_log10, &function_lower, &function_lpad,
	&function_ltrim, &function_mod, &function_parse_time, &function_position, &function_power,
	&function_repeat, &function_replace, &function_reverse, &function_round, &function_rpad,
	&function_rtrim, &function_sign, &function_split, &function_split_part, &function_sqrt,
	&function_starts_with, &function_substr, &function_to_json, &function_to_timestamp,
	&function_trim, &function_upper, &function_url_decode, &function_url_host,
	&function_url_path, &function_url_query_param};

static const struct weir_plugin plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof plugin,
	.n_functions = sizeof functions / sizeof functions[0],
	.name = "functions",
	.version = "1.0",
	.license = "Apache-2.0",
	.functions = functions,
};

WEIR_PLUGIN_ENTRY(&plugin)
