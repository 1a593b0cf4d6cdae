/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the aggregates share: the program of a block.  Immutable once compiled. */
#ifndef WR_EXPR_AGG_H
#define WR_EXPR_AGG_H

#include "expr/node.h"

/* Something computed from each row before any accumulator sees it: an argument, or a filter. */
struct wr_agg_input {
	const char *text; /* in its canonical spelling */
	struct wr_node *node;
	int32_t filter; /* the input that says for which rows; -1: all */
	bool filters; /* it says so of calls or other inputs */
	const struct weir_column *constant; /* its value WEIR_ROWS_MAX times; NULL: computed */
};

/* An aggregate call; calls that are spelled the same are one. */
struct wr_agg_call {
	const struct weir_aggregate *agg;
	const char *text; /* in its canonical spelling */
	const void *self;
	uint32_t slot; /* of the accumulator */
	uint32_t offset; /* of it in the row, bytes */
	uint32_t n_sliding, sliding_cells; /* words of a window that slides; 0: it cannot */
	bool shares; /* it is that of an earlier call, which feeds it */
	int32_t joint; /* what it belongs to, as number nth; -1: it keeps all by itself */
	uint32_t nth;
	uint32_t type, nullable;
	uint32_t n_args;
	int32_t filter; /* an input; -1: none */
	uint32_t *args; /* inputs */
};

/* Calls with the same arguments and different filters that keep something in common. */
struct wr_agg_joint {
	const struct weir_joint *joint; /* of their aggregate */
	uint32_t first; /* of them */
	uint32_t common; /* where that is in the row, bytes */
	uint32_t n;
	uint32_t own[WEIR_JOINT_MAX]; /* where their accumulators are */
	int32_t filter[WEIR_JOINT_MAX];
	uint64_t calls; /* made of their slots' names */
};

struct wr_agg_item {
	struct weir_str name;
	struct wr_node *root; /* over the results of the calls as columns */
};

struct weir_aggs {
	uint32_t n_items, n_calls, n_slots, n_inputs, n_joints;
	uint32_t cap_calls, cap_slots, cap_inputs, cap_joints;
	struct wr_agg_item *items;
	struct wr_agg_call *calls;
	struct wr_agg_input *inputs;
	struct weir_slot *slots;
	struct wr_agg_joint *joints;
	bool retractable;
	const struct weir_aggs *sliding; /* the same over windows that slide; NULL: they cannot */
	const struct weir_aggs *panes; /* of such: what its windows are made of; else NULL */
};

/* The result of a call as a column; the rows it could not be computed for fail where it is used. */
wr_eval_fn wr_agg_result_eval;

#endif
