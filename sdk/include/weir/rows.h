/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "weir.rows/1": whole rows as bytes, which an operator keeps in the cells of its tables and makes
 * rows of again.  Joins, top-N and deduplication stand on it.
 */
#ifndef WEIR_ROWS_H
#define WEIR_ROWS_H

#include <weir/data.h>
#include <weir/host.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_rows;

struct weir_rows_ext {
	uint32_t size;

	/*
	 * [open] For the rows of an input.  Kept of them are the columns that are read or passed
	 * on, hidden ones too, and the event time.  Never NULL.
	 */
	struct weir_rows *(*open)(struct weir_task *, uint32_t in);

	/* [task] Follows from which columns are kept, and how: the version of a slot whose cells
	 * hold rows. */
	uint32_t (*version)(const struct weir_rows *);

	/*
	 * [task] bytes[i] is row sel[i] (sel NULL: row i).  They are the host's until the callback
	 * returns.
	 */
	void (*pack)(struct weir_rows *, const struct weir_batch *, const uint32_t *sel, uint32_t n,
		struct weir_str *bytes);

	/*
	 * [task] The rows again, all inserts, n at most WEIR_ROWS_MAX: a batch with the columns of
	 * the input, for extend(), select(), gather().  Columns that are not kept have no values,
	 * keys it has none.  The host's until the next unpack(); the bytes are copied.
	 */
	const struct weir_batch *(*unpack)(
		struct weir_rows *, const struct weir_str *bytes, uint32_t n);

	/*
	 * [task] pack() where the bytes are to stand: how many row sel[i] has (sel NULL: row i),
	 * and then, of any of these rows in any order, the bytes themselves.
	 */
	void (*sizes)(struct weir_rows *, const struct weir_batch *, const uint32_t *sel,
		uint32_t n, uint32_t *size);
	void (*write)(const struct weir_rows *, uint32_t row, char *to);

	/* [open] As open(), of an operator that reads none of its rows again: kept of them is what
	 * is passed on. */
	struct weir_rows *(*open_passed)(struct weir_task *, uint32_t in);
};

#ifdef __cplusplus
}
#endif

#endif
