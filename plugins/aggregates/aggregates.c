/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin: what it offers. */
#include "aggregates.h"

static const struct weir_aggregate *const aggregates[] = {&aggregate_avg, &aggregate_bool_and,
	&aggregate_bool_or, &aggregate_collect, &aggregate_collect_set, &aggregate_count,
	&aggregate_count_distinct, &aggregate_count_distinct_hll, &aggregate_first, &aggregate_last,
	&aggregate_max, &aggregate_max_by, &aggregate_median, &aggregate_min, &aggregate_min_by,
	&aggregate_percentile, &aggregate_percentile_exact, &aggregate_stddev,
	&aggregate_stddev_pop, &aggregate_string_agg, &aggregate_sum, &aggregate_var_pop,
	&aggregate_var};

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
