/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin: a shared object with exactly one exported symbol, weir_plugin_entry, which says what it
 * offers.
 *
 * It is loaded from a sealed copy and never unloaded: the file may be replaced at any time, and
 * $ORIGIN in a run path does not lead to its folder.
 *
 * The gate: magic; major equal; the plugin's minor not above the host's, and equal while major is
 * 0.
 */
#ifndef WEIR_PLUGIN_H
#define WEIR_PLUGIN_H

#include <weir/data.h>
#include <weir/format.h>
#include <weir/function.h>
#include <weir/operator.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Everything here, and all it points to, is static const data. */
struct weir_plugin {
	uint32_t magic; /* WEIR_ABI_MAGIC */
	uint16_t major, minor; /* WEIR_ABI_MAJOR, WEIR_ABI_MINOR */
	uint32_t size;
	uint32_t n_operators, n_formats, n_functions, n_aggregates;
	const char *name, *version, *license;
	const struct weir_operator *const *operators;
	const struct weir_format *const *formats;
	const struct weir_function *const *functions;
	const struct weir_aggregate *const *aggregates;
};

/* [any] The one exported symbol: gives the address, does no work. */
__attribute__((visibility("default"))) const struct weir_plugin *weir_plugin_entry(void);

#ifdef __cplusplus
}
#endif

#endif
