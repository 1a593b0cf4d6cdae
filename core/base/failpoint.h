/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places where tests end the process as if by SIGKILL.  Nothing unless built with
 * -DWEIR_FAILPOINTS; then WEIR_FAILPOINT=name:n in the environment ends it (exit 137) when a place
 * of that name is come to for the n-th time.  Any thread.
 */
#ifndef WR_BASE_FAILPOINT_H
#define WR_BASE_FAILPOINT_H

#ifdef WEIR_FAILPOINTS
void wr_failpoint(const char *name);
#else
static inline void
wr_failpoint(const char *name)
{
	(void)name;
}
#endif

#endif
