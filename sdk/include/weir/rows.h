/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "weir.rows/1": for each key a bag of whole rows, ordered by namespace.  Joins, top-N and
 * deduplication stand on it.
 *
 * All functions are [task]; sel and n as in table.h.
 */
#ifndef WEIR_ROWS_H
#define WEIR_ROWS_H

#include <weir/data.h>
#include <weir/host.h>
#include <weir/table.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_rows;

/* Pairs (from[i], row i of found).  found is keyed, as an input is. */
struct weir_matches {
	uint32_t size, n;
	const struct weir_batch *found;
	const int64_t *ns;
	const uint32_t *from; /* of probe(): the index that found it */
	const uint8_t *mark;
};

struct weir_rows_ext {
	uint32_t size;

	/* [open] Keeps those columns of input spec.in that are read.  Never NULL. */
	struct weir_rows *(*open)(struct weir_task *, const struct weir_table_spec *);

	/* Adds rows, with mark 0. */
	void (*append)(struct weir_rows *, const struct weir_batch *, const uint32_t *sel,
		uint32_t n, const int64_t *ns);

	/* Rows sel[0 .. n] of matches: mark 0 to 255 sets it (outer joins); -1 erases them. */
	void (*change)(struct weir_rows *, const struct weir_matches *, const uint32_t *sel,
		uint32_t n, int32_t mark);

	/* The rows of key i with ns in lo[i] to hi[i]; cursor and result as in a table's scan(). */
	uint32_t (*probe)(struct weir_rows *, const struct weir_batch *, const uint32_t *sel,
		uint32_t n, const int64_t *lo, const int64_t *hi, void **cursor,
		struct weir_matches *);

	/* All rows with lo <= ns <= hi. */
	uint32_t (*scan)(
		struct weir_rows *, int64_t lo, int64_t hi, void **cursor, struct weir_matches *);

	/* Drops every row with ns <= hi. */
	void (*retire)(struct weir_rows *, int64_t hi);
};

#ifdef __cplusplus
}
#endif

#endif
