/* SPDX-License-Identifier: Apache-2.0 */
/* Files, where the calls of the system say less than is meant. */
#ifndef WR_BASE_FILE_H
#define WR_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Writes all of it at that place, however many calls that takes.  -1: errno says why. */
int wr_file_put(int fd, const char *p, size_t len, uint64_t at);

#endif
