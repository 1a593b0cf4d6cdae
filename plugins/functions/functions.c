/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin: what it offers, and what its functions share. */
#include "functions.h"

static const struct weir_function *const functions[] = {&function_abs, &function_concat,
	&function_length, &function_lower, &function_substr, &function_upper};

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

const char *
type_name(uint32_t type)
{
	static const char *const names[] = {
		"null", "bool", "int", "float", "timestamp", "string", "bytes", "json"};

	return type < sizeof names / sizeof names[0] ? names[type] : "another type";
}

int
take_args(const struct weir_call *call, uint32_t least, uint32_t most, struct weir_err *err)
{
	if (call->n_args >= least && call->n_args <= most)
		return WEIR_OK;
	if (least == most)
		return weir_fail(err, -EINVAL, "takes %u argument%s, not %u", least,
			least == 1 ? "" : "s", call->n_args);
	if (most == UINT32_MAX)
		return weir_fail(err, -EINVAL, "takes %u argument%s or more, not %u", least,
			least == 1 ? "" : "s", call->n_args);
	return weir_fail(
		err, -EINVAL, "takes %u to %u arguments, not %u", least, most, call->n_args);
}

int
take_string(const struct weir_call *call, uint32_t arg, struct weir_err *err)
{
	uint32_t type = call->types[arg];

	if (type == WEIR_STRING || type == 0)
		return WEIR_OK;
	return weir_fail(err, -EINVAL,
		"argument %u must be string, not %s; write cast(x as string)", arg + 1,
		type_name(type));
}
