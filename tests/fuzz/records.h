/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets of formats share: the lines of an input are records, which are read by a
 * format in a host of its own.  What must not be ends the program.
 */
#ifndef FUZZ_RECORDS_H
#define FUZZ_RECORDS_H

#include "../unit/plugins_io/mock.h"

enum { RECORDS_MAX = 64, RECORDS_TEXT = 1 << 16, RECORDS_SLACK = 64 };

struct records_column {
	const char *name;
	uint32_t type;
	const char *spec;
};

/* A format that is open. */
struct records {
	struct mock *mock;
	const struct weir_format *format;
	void *conf, *self;
	const struct records_column *column;
	uint32_t n_columns;
};

void records_must(int truth);

/* conf: from calloc(), the format's by now.  plain: as a sink writes, so without specs. */
struct records records_open(
	void *conf, const struct records_column *column, uint32_t n_columns, int plain);
void records_close(struct records *records);

/* A copy of the input with slack behind it, static, and its lines; how many. */
uint32_t records_split(const void *data, size_t size, struct weir_str rec[RECORDS_MAX]);

/*
 * A batch of records must give what they give alone, with and without slack behind them.  If
 * there is a `plain` format, what was read, and is written and read again by that, must be the
 * same and stand on one line, or, in the third case, in one record.
 */
enum { RECORDS_READ, RECORDS_LINES, RECORDS_WHOLE };
void records_check(struct records *records, struct records *plain, const struct weir_str *rec,
	uint32_t n, int how);

#endif
