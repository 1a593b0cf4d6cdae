/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats: between the records of the world and rows.  A stage of their own, which may run on
 * another thread than the source whose records they decode.
 */
#ifndef WEIR_FORMAT_H
#define WEIR_FORMAT_H

#include <weir/data.h>
#include <weir/directive.h>
#include <weir/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A format; decode() or encode() may be NULL if it goes one way only. */
struct weir_format {
	uint32_t size, flags; /* WEIR_READS_DECLARED, WEIR_INDEPENDENT */
	const char *name, *summary;
	uint32_t conf_size, directive_size;
	const struct weir_directive *directives; /* as an operator's */

	/*
	 * [plan] Required.  Input 0 is the schema block, whose fields the host has add()ed to
	 * output 0 before, in order; in a sink input 0 is its rows.  kind() says which it is.
	 */
	int (*plan)(void *conf, struct weir_plan *, const struct weir_host *);

	/* Required, as an operator's. */
	int (*open)(const void *conf, struct weir_task *, void **self);
	void (*close)(void *self);

	/*
	 * Fills the columns that vec() gives, row i from record i; those with bad() leave.  A long
	 * view may share a record's bytes: buf is then the record's number and off counts from its
	 * start; other text goes through text().
	 *
	 * With WEIR_INDEPENDENT what becomes of a record does not depend on those before it:
	 * several instances may decode the records of one partition, each a part of them, at the
	 * same time. Then `begins` and `first` may not be given, and counters are not shown.
	 */
	int (*decode)(void *self, struct weir_task *, const struct weir_raw *, struct weir_out *);

	/* One item for each row that counts. */
	int (*encode)(
		void *self, struct weir_task *, const struct weir_batch *, struct weir_items *);

	/* Optional: a sink begins a file or stream.  The records that stand before its rows, such
	 * as a header. */
	int (*begin)(void *self, struct weir_task *, struct weir_items *);
};

#ifdef __cplusplus
}
#endif

#endif
