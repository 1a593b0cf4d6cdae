/* SPDX-License-Identifier: Apache-2.0 */
/* The scalar functions of this plugin, one struct each. */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include <weir/weir.h>

extern const struct weir_function function_abs;
extern const struct weir_function function_concat, function_length, function_lower, function_substr,
	function_upper;

/* "int" and so on, for messages. */
const char *type_name(uint32_t type);
/* Refuses another number of arguments. */
int take_args(const struct weir_call *call, uint32_t least, uint32_t most, struct weir_err *err);
/* Refuses an argument that is no string. */
int take_string(const struct weir_call *call, uint32_t arg, struct weir_err *err);

#endif
