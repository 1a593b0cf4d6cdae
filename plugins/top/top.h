/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator top: what its files share.  top.c has the directives and the callbacks, order.c
 * makes bytes of what rows are ordered by, and the first rows of a group are kept in its order by
 * few.c, each in a cell of its own, or by group.c, all in one.  upsert.c keeps all rows of groups
 * whose rows are amended.
 */
#ifndef TOP_TOP_H
#define TOP_TOP_H

#include <string.h>
#include <weir/weir.h>

enum { TOP_ORDER_MAX = 16, TOP_LIMIT_MAX = 10000, TOP_FEW = 16 };

/* What rows are ordered by.  Their bytes, compared by memcmp(), are in that order. */
struct top_order {
	uint32_t n;
	const struct weir_expr *expr[TOP_ORDER_MAX];
	uint32_t type[TOP_ORDER_MAX];
	uint8_t descends[TOP_ORDER_MAX];
};

/* [plan] < 0 after problem().  directed: each expression may have asc or desc behind it. */
int top_order_plan(struct top_order *order, struct weir_plan *plan, const struct weir_host *host,
	const struct weir_list *text, int directed);

struct top_keys {
	uint8_t *bytes;
	size_t cap;
};

/* The order bytes of n rows of the columns, which stand in keys.  0, or -1: out of memory. */
int top_keys_make(struct top_keys *keys, const struct top_order *order,
	const struct weir_column *const *cols, const uint32_t *rows, uint32_t n,
	struct weir_str *key);

/* A group, as it stands in a row of the table behind the cells. */
struct top_group {
	uint32_t n; /* rows */
	uint32_t best; /* 1 + the number of its first row among those of this batch; 0: none */
	uint16_t emitted; /* rows that went out, of `emit update` */
	uint16_t changed; /* rows from here on differ from what went out */
	uint32_t reserved;
	uint64_t bound; /* order bytes that begin above it have no place here: see top_prefixes() */
};

/* A group all of whose rows are in one cell, as a row of the table. */
struct top_many {
	uint64_t cell; /* entries in order, then their bytes */
	struct top_group group;
	uint32_t cap; /* entries there is room for */
	uint32_t used, live; /* bytes: taken, and of these by entries */
	uint32_t reserved;
};

struct top_table {
	const struct weir_table_ext *ext;
	struct weir_table *table;
	uint32_t limit, keeps_ties;
	uint32_t is_few; /* its groups are kept by few.c */
	char *spare; /* where group.c packs bytes */
	size_t spare_cap;
	uint32_t is_full; /* what failed would have made a cell larger than one can be */
};

/* After a call that gave -1: says why. */
int top_fail(const struct top_table *table, struct weir_task *task);

/* The slot of a group with such a limit.  0, or -1: out of memory; free() its initial value. */
int top_table_slot(const struct top_table *table, const char *name, struct weir_slot *slot);
/* In a row of the table. */
struct top_group *top_table_group(const struct top_table *table, void *row);

/*
 * Of each row the first eight of its order bytes as a number, or less: what is above another one's
 * comes behind it.
 */
void top_prefixes(const struct top_order *order, const struct weir_column *const *cols,
	const uint32_t *rows, uint32_t n, uint64_t *prefix);

/* Of n rows all whose prefix is not above the bound, and maybe some more; gives how many. */
uint32_t top_sift(const struct top_order *order, const struct weir_column *const *cols,
	const uint32_t *rows, uint32_t n, uint64_t bound, uint32_t *kept);

/* Below 0: a comes before b.  Of order bytes none is the beginning of others. */
static inline int
top_key_compare(struct weir_str a, struct weir_str b)
{
	return memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);
}

/* The first eight order bytes, as a number. */
static inline uint64_t
top_key_prefix(struct weir_str key)
{
	uint64_t word = 0;

	memcpy(&word, key.p, key.len < sizeof word ? key.len : sizeof word);
	return __builtin_bswap64(word);
}

/* Whether a row with these order bytes has a place in the group. */
int top_group_takes(
	const struct top_table *table, const struct top_group *group, struct weir_str key);
/*
 * A place for a row of so many bytes with these order bytes, behind all that it is not before.  1:
 * it is among the first of the group, and *place is to be written; 0: it is not; -1: out of memory.
 */
int top_group_add(struct top_table *table, struct top_group *group, struct weir_str key,
	uint32_t len, char **place);

/* The bytes of row i, until the next call on the table. */
struct weir_str top_group_row(
	const struct top_table *table, const struct top_group *group, uint32_t i);
/* Whether row i is ordered as the one before it is. */
int top_group_is_tie(const struct top_table *table, const struct top_group *group, uint32_t i);

/* Of a struct top_many alone: the order bytes of row i, until the next call on the table. */
struct weir_str top_group_key(
	const struct top_table *table, const struct top_group *group, uint32_t i);
/* The place of the first row behind these order bytes. */
uint32_t top_group_place(
	const struct top_table *table, const struct top_group *group, struct weir_str key);
/* Takes the row with these order bytes out; gives its place, UINT32_MAX: it is not there. */
uint32_t top_group_remove(struct top_table *table, struct top_group *group, struct weir_str key);
void top_group_clear(struct top_group *group);

/* few.c: the same, of groups with a small limit and without ties. */
int top_few_takes(
	const struct top_table *table, const struct top_group *group, struct weir_str key);
char *top_few_add(
	struct top_table *table, struct top_group *group, struct weir_str key, uint32_t len);
struct weir_str top_few_row(
	const struct top_table *table, const struct top_group *group, uint32_t i);
/* Brings the rows near that top_few_row() will be asked for. */
void top_few_near(const struct top_table *table, const struct top_group *group);

enum { TOP_EMIT_UPDATE, TOP_EMIT_END };

struct top_conf {
	struct weir_list key, order_by, unique_key;
	int64_t limit, tumbling;
	uint32_t keeps_ties, emit, late_to;
	struct weir_str rank;

	/* By plan. */
	struct top_order order, unique;
	uint32_t n_cols; /* of the input: output columns of the same numbers */
	int32_t rank_col; /* -1: none */
};

struct top {
	const struct top_conf *conf;
	const struct weir_expr_ext *expr;
	const struct weir_rows_ext *rows_ext;
	struct weir_rows *rows;
	struct top_table table;
	struct top_keys keys;
	struct top_upsert *upsert; /* in the place of the table, if rows of the input are amended */
	uint64_t *late_rows;
	int64_t watermark, target; /* windows that begin up to target go out */
	uint32_t draining;
	void *cursor;
};

/* Rows on their way out. */
struct top_results {
	uint32_t n;
	struct weir_str bytes[WEIR_ROWS_MAX];
	int64_t rank[WEIR_ROWS_MAX];
	uint8_t kind[WEIR_ROWS_MAX];
};

/*
 * [open]  Of a slot, beside that of its layout: another one whenever what the columns read further
 * down are, which rows have a place, in which windows, or what tells them apart is another.
 */
uint32_t top_version(const struct top *top);

/* Emits what was collected. */
void top_emit(const struct top *top, struct weir_task *task, struct top_results *results);

/* upsert.c */

/* [open]  NULL: out of memory. */
struct top_upsert *top_upsert_open(struct top *top, struct weir_task *task);
void top_upsert_close(struct top_upsert *u);
int top_upsert_process(
	struct top_upsert *u, struct weir_task *task, const struct weir_batch *batch);
/* The input has ended: all groups go out.  WEIR_OK or WEIR_MORE. */
int top_upsert_drain(struct top_upsert *u, struct weir_task *task, void **cursor);

#endif
