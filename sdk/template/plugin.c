/* SPDX-License-Identifier: Apache-2.0 */
/* What this plugin offers. */
#include "template.h"

static const struct weir_operator *const operators[] = {&template_number};
static const struct weir_function *const functions[] = {&template_initial};
static const struct weir_aggregate *const aggregates[] = {&template_spread};

static const struct weir_plugin plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof plugin,
	.n_operators = sizeof operators / sizeof operators[0],
	.n_functions = sizeof functions / sizeof functions[0],
	.n_aggregates = sizeof aggregates / sizeof aggregates[0],
	.name = "template",
	.version = "1.0",
	.license = "Apache-2.0",
	.operators = operators,
	.functions = functions,
	.aggregates = aggregates,
};

WEIR_PLUGIN_ENTRY(&plugin)
