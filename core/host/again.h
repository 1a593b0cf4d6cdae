/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting this program again.  After an unclean end nobody in a process knows whether the epoch
 * counts; a new one recovers, as after a kill.  Where it comes to nothing again and again that is
 * given up.  How often that was stands in WEIR_AGAIN; with `never` there, somebody else starts it
 * again.  The main thread.
 */
#ifndef WR_HOST_AGAIN_H
#define WR_HOST_AGAIN_H

/* This process has got on: from here on the failures before it count no more. */
void wr_again_forget(void);
/* It was told to end: somebody else starts it, if at all. */
void wr_again_never(void);
/* cwd: where argv was written for.  Returns exit_code, if at all. */
int wr_again(char **argv, int cwd, int exit_code);

#endif
