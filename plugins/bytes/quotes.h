/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where records of csv end: at newlines that do not stand between quotes, RFC 4180.  A quote opens
 * at the beginning of a cell only; one elsewhere is a byte as any other, so that what is wrong in a
 * line does not swallow the lines behind it.
 */
#ifndef BYTES_QUOTES_H
#define BYTES_QUOTES_H

#include <stddef.h>
#include <stdint.h>

/* What a format says of its quotes.  quote 0: newlines end records wherever they stand. */
struct quotes {
	char quote, delimiter;
};

/* Where a text stands between two bytes. */
enum { QUOTES_OPEN /* a cell begins */, QUOTES_PLAIN, QUOTES_INSIDE, QUOTES_CLOSED };

/*
 * A bit for each newline that ends a record, of n bytes at p, up to 64; 64 must be readable.
 * *state: before them, and then behind them.
 */
uint64_t quotes_ends(const struct quotes *quotes, uint32_t *state, const char *p, size_t n);

/* Behind a byte that is no quote, outside of quotes. */
static inline uint32_t
quotes_behind(const struct quotes *quotes, char c)
{
	return c == quotes->delimiter || c == '\n' ? QUOTES_OPEN : QUOTES_PLAIN;
}

#endif
