/* SPDX-License-Identifier: Apache-2.0 */
/* `weir run`: one pipeline in the foreground, without a master.  The main thread. */
#ifndef WR_HOST_RUN_H
#define WR_HOST_RUN_H

#include "host/options.h"

enum {
	WR_RUN_OK = 0,
	WR_RUN_FAILED = 1,
	WR_RUN_MISTAKE = 2,
	WR_RUN_UNCLEAN =
		75, /* an epoch may or may not have been decided: only a new process can tell */
};

/*
 * Exit code: 0 the pipeline ended or was stopped, 1 it failed, 2 conf or plugins are wrong, 75 it
 * is to be run again, which main() does.
 */
int wr_run_command(const struct wr_options *options);

#endif
