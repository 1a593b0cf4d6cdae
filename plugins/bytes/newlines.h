/* SPDX-License-Identifier: Apache-2.0 */
/* Where newlines stand in a piece of text. */
#ifndef BYTES_NEWLINES_H
#define BYTES_NEWLINES_H

#include <stddef.h>
#include <stdint.h>

enum { NEWLINES_SPAN = 4096 }; /* the longest piece: it stays in the nearest cache */

/* Bytes in a register of this processor: 16, 32 or 64. */
uint32_t newlines_width(void);

/*
 * Writes the places of those among the n bytes at p, and gives their number.  64 bytes at a time
 * are read, so up to 63 behind them.  REQUIRES: width <= newlines_width().
 */
uint32_t newlines_find(uint32_t width, const char *p, size_t n, uint16_t at[NEWLINES_SPAN]);

#endif
