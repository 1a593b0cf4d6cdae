/* SPDX-License-Identifier: Apache-2.0 */
/* `weir state`: looking into the state directory of a pipeline that does not run.  The main thread.
 */
#ifndef WR_HOST_STATE_H
#define WR_HOST_STATE_H

#include "host/options.h"

struct wr_kept;

/* Exit code: 0, 1 what was asked for is not there or damaged, 2 a wrong command line. */
int wr_state_command(const struct wr_options *options);
/* Operators, tables, keys and slots, a line each. */
void wr_state_list(const struct wr_kept *kept, struct wr_text *out);

#endif
