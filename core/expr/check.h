/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a parsed tree to a program: names become columns, every node gets a type and its evaluation,
 * what is constant is computed.  The planning thread.
 */
#ifndef WR_EXPR_CHECK_H
#define WR_EXPR_CHECK_H

#include "expr/node.h"

struct wr_check {
	const struct wr_scope *scope;
	uint32_t problems;
	/* Aggregates only: what stands for a name, or a call, outside all aggregate calls.  NULL:
	 * it is no such. */
	void *arg;
	struct wr_node *(*name)(void *arg, struct wr_node *node);
	struct wr_node *(*call)(void *arg, struct wr_node *node);
};

/* The node may be replaced.  After problems its kind is WR_N_BAD. */
void wr_check(struct wr_check *check, struct wr_node **slot);
/* Gives the node a type, by a cast that always works; false: there is none. */
bool wr_check_convert(struct wr_check *check, struct wr_node **slot, uint32_t type);
void wr_check_problem(struct wr_check *check, struct wr_node *node, struct weir_str at,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The type both can have; 0: none.  0 on one side is an untyped null. */
uint32_t wr_check_common(uint32_t a, uint32_t b);

/* check_name.c: columns.  check_call.c: functions. */
void wr_check_name(struct wr_check *check, struct wr_node **slot);
void wr_check_hidden(struct wr_check *check, struct wr_node *node);
void wr_check_call(struct wr_check *check, struct wr_node *node);
/* A function's name as it is looked up. */
struct weir_str wr_check_lower(struct wr_arena *arena, struct weir_str word);
/* fold.c: computes a node all of whose kids are constants, unless it fails. */
void wr_check_fold(struct wr_arena *arena, struct wr_node **slot);

#endif
