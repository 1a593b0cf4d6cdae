/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map from names to numbers: operators, outputs, columns.  Names are borrowed, the rest lives in
 * an arena.  One thread.
 */
#ifndef WR_ENGINE_PLAN_NAMES_H
#define WR_ENGINE_PLAN_NAMES_H

#include <stdint.h>
#include <weir/weir.h>

#include "base/arena.h"

struct wr_names_slot;

/* All zero is a valid empty map. */
struct wr_names {
	struct wr_names_slot *slots;
	uint32_t n, cap;
};

#define WR_NAMES_ABSENT UINT32_MAX

/* The number of a name; WR_NAMES_ABSENT: it is not there. */
uint32_t wr_names_find(const struct wr_names *names, struct weir_str name);

/* The number a name already has, else WR_NAMES_ABSENT, and then it has this one. */
uint32_t wr_names_put(
	struct wr_names *names, struct wr_arena *arena, struct weir_str name, uint32_t number);

#endif
