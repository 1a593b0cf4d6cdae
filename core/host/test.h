/* SPDX-License-Identifier: Apache-2.0 */
/* `weir -t`: tests a conf without doing any of what it says.  The main thread. */
#ifndef WR_HOST_TEST_H
#define WR_HOST_TEST_H

#include "host/options.h"

/* Exit code: 0 the conf is right, 1 it is not. */
int wr_test(const struct wr_options *options);

#endif
