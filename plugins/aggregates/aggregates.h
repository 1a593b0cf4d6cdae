/* SPDX-License-Identifier: Apache-2.0 */
/* The aggregates that everybody expects, and what their files share. */
#ifndef AGGREGATES_H
#define AGGREGATES_H

#include "../functions/args.h"

__extension__ typedef __int128 wide_int;
__extension__ typedef unsigned __int128 wide_uint;

extern const struct weir_aggregate aggregate_count, aggregate_sum, aggregate_avg, aggregate_min,
	aggregate_max;
extern const struct weir_aggregate aggregate_stddev, aggregate_stddev_pop, aggregate_var,
	aggregate_var_pop;
extern const struct weir_aggregate aggregate_first, aggregate_last, aggregate_min_by,
	aggregate_max_by;
extern const struct weir_aggregate aggregate_count_distinct, aggregate_count_distinct_hll;
extern const struct weir_aggregate aggregate_percentile, aggregate_percentile_exact,
	aggregate_median;
extern const struct weir_aggregate aggregate_collect, aggregate_collect_set, aggregate_string_agg;
extern const struct weir_aggregate aggregate_bool_and, aggregate_bool_or;

/* Accumulator i. */
static inline void *
acc_at(struct weir_accs accs, uint32_t i)
{
	return (char *)accs.row[i] + accs.offset;
}

/* An int or a float as a float. */
static inline double
number_at(const struct weir_column *col, uint32_t i)
{
	return col->type == WEIR_INT64 ? (double)weir_int_at(col, i) : weir_float_at(col, i);
}

/* An argument that must be a constant number from least to most; < 0: it is none. */
int constant_number(const struct weir_call *call, uint32_t arg, double least, double most,
	double *number, struct weir_err *err);

/* Value i of a column as bytes: a text's own, of others 8 in *word. */
struct weir_str value_bytes(const struct weir_column *col, uint32_t i, uint64_t *word);
/* The other way: value i of out. */
void value_give(struct weir_fn *fn, struct weir_vec *out, uint32_t i, const char *p, uint32_t len);
/* -1, 0, 1: the order of two values of a type; NaN is above all numbers. */
int value_order(uint32_t type, struct weir_str a, struct weir_str b);

/* All of a cell. */
void cell_set(struct weir_fn *fn, void *row, uint64_t *cell, const void *p, uint32_t len);

#endif
