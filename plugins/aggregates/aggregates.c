/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin: what it offers. */
#include "aggregates.h"

static const struct weir_aggregate *const aggregates[] = {
	&aggregate_count, &aggregate_sum, &aggregate_avg, &aggregate_min, &aggregate_max};

static const struct weir_plugin plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof plugin,
	.n_aggregates = sizeof aggregates / sizeof aggregates[0],
	.name = "aggregates",
	.version = "1.0",
	.license = "Apache-2.0",
	.aggregates = aggregates,
};

WEIR_PLUGIN_ENTRY(&plugin)
