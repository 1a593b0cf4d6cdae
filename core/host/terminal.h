/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A terminal with a status line at its end that nothing else runs into: the log locks it while it
 * writes, and results on stdout, if that is the same terminal, pass through a pipe and a thread of
 * its own.  Any thread.
 */
#ifndef WR_HOST_TERMINAL_H
#define WR_HOST_TERMINAL_H

struct wr_terminal;

/* NULL: stderr is no terminal. */
struct wr_terminal *wr_terminal_new(void);
/* The line now shown; cut at the terminal's width. */
void wr_terminal_show(struct wr_terminal *terminal, const char *line);
/* Erases the line and keeps it away until unlock and the next show. */
void wr_terminal_lock(struct wr_terminal *terminal);
void wr_terminal_unlock(struct wr_terminal *terminal);
/* Erases the line for good, after all results; stdout is itself again.  NULL is fine. */
void wr_terminal_free(struct wr_terminal *terminal);

#endif
