/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract between a plugin and its host, all of it.  Read plugin.h first, then operator.h,
 * host.h and data.h.
 */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

#include <weir/async.h>
#include <weir/data.h>
#include <weir/directive.h>
#include <weir/expr.h>
#include <weir/format.h>
#include <weir/function.h>
#include <weir/host.h>
#include <weir/json.h>
#include <weir/kernel.h>
#include <weir/operator.h>
#include <weir/plugin.h>
#include <weir/rows.h>
#include <weir/sugar.h>
#include <weir/table.h>
#include <weir/timer.h>

#endif
