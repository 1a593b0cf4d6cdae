/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host does for plan(): the [plan] members of struct weir_host and of "weir.expr/1".  The
 * thread that plans, and only from within plan().  Mistakes of a plugin are reported as such; none
 * of these trusts its arguments.
 */
#ifndef WR_ENGINE_PLAN_SERVICES_H
#define WR_ENGINE_PLAN_SERVICES_H

#include <weir/weir.h>

const struct weir_schema *wr_plan_input(struct weir_plan *plan, uint32_t in);
int32_t wr_plan_column(struct weir_plan *plan, uint32_t in, struct weir_str name, uint32_t type);
void wr_plan_distribute(
	struct weir_plan *plan, uint32_t in, uint32_t how, const struct weir_list *key);
void wr_plan_pass(
	struct weir_plan *plan, uint32_t out, uint32_t in, int32_t col, struct weir_str as);
int32_t wr_plan_add(struct weir_plan *plan, uint32_t out, struct weir_str name, uint32_t type,
	uint32_t nullable);
void wr_plan_declare(struct weir_plan *plan, uint32_t what, int64_t n, struct weir_str s);
uint32_t wr_plan_kind(const struct weir_plan *plan);
void wr_plan_problem(struct weir_plan *plan, uint32_t loc, const char *sentence);
int64_t wr_plan_interval(const struct weir_plan *plan);
uint32_t wr_plan_dead_letters(const struct weir_plan *plan, uint32_t in);
void *wr_plan_keep(struct weir_plan *plan, size_t size);

/* compile() and aggregates(); type(), name() and slots() are wr_expr_type, wr_expr_name and
 * wr_aggs_slots. */
struct weir_expr *wr_plan_compile(
	struct weir_plan *plan, uint32_t in, struct weir_str text, uint32_t type);
struct weir_aggs *wr_plan_aggregates(
	struct weir_plan *plan, uint32_t in, const struct weir_list *list, uint32_t out);
void wr_plan_drops(struct weir_plan *plan, uint32_t in, const struct weir_expr *expr);

#endif
