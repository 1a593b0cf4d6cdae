/* SPDX-License-Identifier: Apache-2.0 */
/* Newlines between quotes; see quotes.h. */
#include "quotes.h"

#include "mask.h"

static uint32_t
step(const struct quotes *quotes, uint32_t state, char c)
{
	if (state == QUOTES_INSIDE)
		return c == quotes->quote ? QUOTES_CLOSED : QUOTES_INSIDE;
	if (c == quotes->quote && state != QUOTES_PLAIN)
		return QUOTES_INSIDE;
	return quotes_behind(quotes, c);
}

/* Byte by byte: a quote stands where none may. */
static uint64_t
walk(const struct quotes *quotes, uint32_t *state, const char *p, size_t n)
{
	uint64_t ends = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\n' && *state != QUOTES_INSIDE)
			ends |= (uint64_t)1 << i;
		*state = step(quotes, *state, p[i]);
	}
	return ends;
}

/*
 * The running parity of quotes says what stands between them, as long as each that opens stands
 * at the beginning of a cell, or behind one that closes: then the two are one that is doubled.
 */
uint64_t
quotes_ends(const struct quotes *quotes, uint32_t *state, const char *p, size_t n)
{
	uint64_t valid = mask_first(n), newline = mask_of(p, '\n') & valid;
	uint64_t quote = mask_of(p, quotes->quote) & valid, inside, edge, before;
	uint64_t last = (uint64_t)1 << (n - 1);

	if (quote == 0 && *state == QUOTES_INSIDE)
		return 0;
	edge = newline | (mask_of(p, quotes->delimiter) & valid);
	inside = mask_parity(quote) ^ (*state == QUOTES_INSIDE ? ~(uint64_t)0 : 0);
	before = *state == QUOTES_OPEN || *state == QUOTES_CLOSED;
	if ((quote & inside & ~((edge | quote) << 1 | before)) != 0)
		return walk(quotes, state, p, n);
	*state = (inside & last) != 0  ? QUOTES_INSIDE
		 : (quote & last) != 0 ? QUOTES_CLOSED
		 : (edge & last) != 0  ? QUOTES_OPEN
				       : QUOTES_PLAIN;
	return newline & ~inside;
}
