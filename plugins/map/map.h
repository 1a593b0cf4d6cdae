/* SPDX-License-Identifier: Apache-2.0 */
/* What a map is to do, as its conf says it and as plan.c works it out. */
#ifndef MAP_MAP_H
#define MAP_MAP_H

#include <weir/weir.h>

/* A field that an expression gives. */
struct map_made {
	struct weir_str name;
	struct weir_str at; /* where the conf says so, for messages */
	const struct weir_expr *expr;
	int32_t col; /* of the output */
};

struct map_conf {
	/* Pairs are in step. */
	struct weir_list set;
	struct weir_list from, to; /* of the renames */
	struct weir_list remove, keep;
	struct weir_list cast, cast_type;
	struct weir_list deflt, deflt_value;
	struct weir_list nest, nest_fields;
	struct weir_list flatten, flatten_members;
	struct weir_str event_time, changes_as;
	uint32_t watermark;
	int64_t bound;

	/* By plan. */
	struct map_made *made;
	uint32_t n_made;
	struct weir_list gone; /* fields that are in an object now, and objects that are fields */
	const struct weir_expr *time; /* NULL: event times stay */
	int32_t changes_col; /* of the output; -1: rows stay of their kinds */
};

/* [plan] */
int map_plan(void *conf, struct weir_plan *plan, const struct weir_host *host);

#endif
