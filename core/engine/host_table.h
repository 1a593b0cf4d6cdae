/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table of host services that plugins are handed, for planning and for running.
 */
#ifndef WR_ENGINE_HOST_TABLE_H
#define WR_ENGINE_HOST_TABLE_H

#include <weir/weir.h>

extern const struct weir_host wr_host;

#endif
