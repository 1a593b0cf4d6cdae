/* SPDX-License-Identifier: Apache-2.0 */
/* `weir savepoint`.  The main thread. */
#ifndef WR_HOST_SAVEPOINT_H
#define WR_HOST_SAVEPOINT_H

#include "host/options.h"

/* Exit code: 0, 1 when it failed, 2 when the command line was wrong. */
int wr_savepoint_command(const struct wr_options *options);

#endif
