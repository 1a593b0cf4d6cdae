/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamps and numbers as text, both ways.  Any thread. */
#ifndef WR_EXPR_STAMP_H
#define WR_EXPR_STAMP_H

#include "expr/node.h"

enum { WR_STAMP_SIZE = 40, WR_NUMBER_SIZE = 40 };

/* RFC 3339; a date alone, a blank for the T, no zone (UTC) serve too.  False: it is no time of the
 * years 1 to 9999. */
bool wr_stamp_parse(struct weir_str text, int64_t *us);
/* As RFC 3339 in UTC, with 0, 3 or 6 digits of a second; 0: outside the years 1 to 9999. */
uint32_t wr_stamp_print(int64_t us, char buf[WR_STAMP_SIZE]);

/* All of the text is a number; -ERANGE: it is, but does not fit. */
int wr_number_int(struct weir_str text, int64_t *value);
int wr_number_float(struct weir_str text, double *value);
uint32_t wr_number_print_int(int64_t value, char buf[WR_NUMBER_SIZE]);
/* The shortest that reads back as the same. */
uint32_t wr_number_print(double value, char buf[WR_NUMBER_SIZE]);

#endif
