/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of groups share whose rows are amended: upsert.c takes changes, record.c has the
 * rows, places.c has what goes out.
 */
#ifndef TOP_UPSERT_H
#define TOP_UPSERT_H

#include "top.h"

#define NO_PLACE UINT32_MAX

/* A row of the table of groups.  What its head has of a row are the bytes of its namespace in
 * `rows`; the order bytes there end with its number. */
struct kept {
	struct top_many head;
	uint64_t cell; /* what went out: the ends of rows in the bytes behind them */
	uint64_t last; /* number of a row of the group; among equal rows the lower is first */
	uint64_t rows; /* of the group */
	uint32_t given; /* places that went out */
	uint32_t until; /* places from head.group.changed to here may differ from that */
};

/* A row, in the cell of those whose hashes are equal: its bytes stand behind this, id first. */
struct record {
	uint64_t number;
	uint32_t id_len, order_len, row_len, reserved;
};

/* A row of the table of rows. */
struct records {
	uint64_t cell;
};

struct bytes {
	char *p;
	size_t len, cap;
};

/* A row that comes. */
struct change {
	struct weir_str id, order, row;
	int64_t ns;
};

struct top_upsert {
	struct top *top;
	const struct weir_table_ext *ext;
	struct weir_table *rows;
	struct top_table heads;
	struct top_keys orders, ids;
	struct bytes order; /* of a row, with its number */
	struct bytes places; /* the rows of a group's places, one after another */
	struct bytes held; /* of results that are to go out */
	uint32_t *ends; /* of places, by number */
};

/* < 0: out of memory. */
int top_bytes_reserve(struct bytes *bytes, size_t more);
int top_bytes_add(struct bytes *bytes, const void *p, size_t len);

/* record.c */

/* The namespace of rows with an id: not the least and not the greatest. */
int64_t top_record_hash(struct weir_str id);
uint32_t top_record_size(const struct record *record);
struct weir_str top_record_order(const struct record *record);
struct weir_str top_record_row(const struct record *record);
/* The record of an id in a cell, or, if that is NULL, of a number; NULL: there is none. */
const struct record *top_record_find(
	const void *cell, uint32_t len, const struct weir_str *id, uint64_t number);
/* A record leaves the cell. */
void top_record_drop(struct top_upsert *u, struct records *entry, const struct record *record);
/* -1: too many bytes. */
int top_record_add(
	struct top_upsert *u, struct records *entry, const struct change *change, uint64_t number);

/* upsert.c */

/* Groups whose heads have too few of their rows get the first of all of them. */
int top_upsert_refill(struct top_upsert *u, const struct weir_batch *batch, const uint32_t *rows,
	void *const *groups, uint32_t n);

/* places.c */

/* Places of the groups of a batch that have other rows than went out, go out. */
int top_places_emit(struct top_upsert *u, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *rows, void *const *groups, uint32_t n);

#endif
