/* SPDX-License-Identifier: Apache-2.0 */
/* Starts this program again; see again.h. */
#include "host/again.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/run.h"

#define AGAIN "WEIR_AGAIN"

enum { AGAIN_MAX = 5 }; /* times in a row that came to nothing */

static const char *
again_said(void)
{
	const char *said = getenv(AGAIN);

	return said != NULL ? said : "0";
}

void
wr_again_forget(void)
{
	if (strcmp(again_said(), "never") != 0)
		unsetenv(AGAIN);
}

void
wr_again_never(void)
{
	setenv(AGAIN, "never", 1);
}

int
wr_again(char **argv, int cwd, int exit_code)
{
	const char *said = again_said();
	long again = strtol(said, NULL, 10);
	char number[16];

	if (exit_code != WR_RUN_UNCLEAN || strcmp(said, "never") == 0 || again >= AGAIN_MAX)
		return exit_code;
	snprintf(number, sizeof number, "%ld", again + 1);
	setenv(AGAIN, number, 1);
	fprintf(stderr, "weir: starting again to recover\n");
	if (cwd < 0 || fchdir(cwd) < 0)
		return exit_code;
	execv("/proc/self/exe", argv);
	return exit_code;
}
