/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions of the conf, compiled where they stand: over an input, or over what a source makes.
 * What they read is marked there.  NULL: reported, and the operator has failed.  [plan]
 */
#ifndef WR_ENGINE_PLAN_COMPILE_H
#define WR_ENGINE_PLAN_COMPILE_H

#include "engine/plan/planner.h"

struct weir_expr *wr_compile_input(
	struct weir_plan *plan, uint32_t in, struct weir_str text, uint32_t type);

/* Over output 0 of a source: event_time and where. */
struct weir_expr *wr_compile_source(struct weir_plan *plan, struct weir_str text, uint32_t type);

/*
 * What a text of the conf is called in outputs, reports and the state: its secrets are masked, and
 * texts that differ in them alone are still two.  The planner's arena has it.
 */
const char *wr_compile_shown(struct wr_planner *planner, uint32_t loc, const char *text);

#endif
