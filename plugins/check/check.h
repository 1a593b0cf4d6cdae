/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the sink `check` share. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <weir/weir.h>

enum { CHECK_FLOAT_MAX = 48 };

/*
 * The shortest decimal text that reads back as x, as JavaScript writes it: 0.1, 5, 1e+21, 1e-7;
 * NaN, Infinity.  Gives its length.
 */
size_t check_float_print(double x, char *out);

#endif
